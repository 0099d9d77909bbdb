"""Stands in for launchctl and its launchd. It reads a property list with Python's own parser, and does with it what
launchd.plist(5) says: the folder, the environment, the mask, the files, and who is started again."""

import os
import plistlib
import signal
import subprocess
import sys
import time

from stand_in import fail, folder, leave_behind, note, read, record, words, write

verb, *rest = words


def end(label):
    pid = read(note(label, "pid"))
    if pid:
        os.kill(int(pid), signal.SIGTERM)


def mind(label, path):
    """The part of launchd: one process of its own for each service."""
    with open(path, "rb") as file:
        agent = plistlib.load(file)
    assert agent["Label"] == label and agent["RunAtLoad"] is True
    facts = ["runs = 1", "last exit code = (never exited)"]
    while True:
        environment = {"HOME": os.environ["HOME"], "PATH": "/usr/bin:/bin", **agent.get("EnvironmentVariables", {})}
        with open(agent["StandardOutPath"], "ab") as out, open(agent["StandardErrorPath"], "ab") as err:
            child = subprocess.Popen(
                agent["ProgramArguments"],
                cwd=agent["WorkingDirectory"],
                env=environment,
                umask=agent["Umask"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        write(note(label, "pid"), str(child.pid))
        show(label, path, "running", [f"pid = {child.pid}", *facts])
        code = child.wait()
        os.remove(note(label, "pid"))
        facts = [f"last terminating signal = Killed: {-code}"] if code < 0 else [f"last exit code = {code}"]
        isAgain = code != 0 and agent["KeepAlive"] == {"SuccessfulExit": False}
        show(label, path, "spawn scheduled" if isAgain else "not running", facts)
        # A second here is two there.
        due = time.monotonic() + agent["ThrottleInterval"] / 2
        while not os.path.exists(note(label, "out")):
            if os.path.exists(note(label, "kick")) or isAgain and time.monotonic() > due:
                break
            time.sleep(0.02)
        if os.path.exists(note(label, "out")):
            # The label stays taken for a while after the end of its process.
            time.sleep(0.3)
            for kind in ["out", "shown"]:
                os.remove(note(label, kind))
            return
        if os.path.exists(note(label, "kick")):
            os.remove(note(label, "kick"))


def show(label, path, state, facts):
    lines = ["active count = 1", f"path = {path}", "type = LaunchAgent", f"state = {state}", ""]
    lines += ["endpoints = {", "\tstate = active", "}", *facts]
    write(note(label, "shown"), f"gui/501/{label} = {{\n" + "".join(f"\t{line}\n" for line in lines) + "}\n")


if verb == "mind":
    mind(*rest)
    sys.exit()

target = rest[-1]
label = os.path.basename(target)
if verb == "print" and target.count("/") == 1:
    sys.exit(113 if os.path.exists(os.path.join(folder, "nobody")) else 0)
if verb == "print":
    shown = read(note(label, "shown"))
    if shown is None:
        fail(113, f'Bad request.\nCould not find service "{label}" in domain for user gui: 501')
    print(shown, end="")
    sys.exit()

record("launchctl")
if verb == "bootstrap":
    domain, path = rest
    label = os.path.basename(path).removesuffix(".plist")
    if os.path.exists(note(label, "shown")):
        fail(5, "Bootstrap failed: 5: Input/output error\nTry re-running the command as root for richer errors.")
    show(label, path, "xpcproxy", ["last exit code = (never exited)"])
    leave_behind("mind", label, path)
elif verb == "bootout":
    if not os.path.exists(note(label, "shown")):
        fail(3, "Boot-out failed: 3: No such process")
    write(note(label, "out"), "")
    end(label)
    fail(36, "Boot-out failed: 36: Operation now in progress")
elif verb == "kickstart":
    write(note(label, "kick"), "")
elif verb != "enable":
    fail(64, f"Unrecognized subcommand: {verb}")
