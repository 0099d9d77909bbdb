"""Stands in for schtasks.exe and its Task Scheduler. It reads a task with Python's own parser, refuses what the schema does
not allow, and runs it: at once, and each minute while it is enabled and does not run."""

import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

from stand_in import fail, folder, leave_behind, note, read, record, words, write

namespace = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
running, fresh, ended = 0x41301, 0x41303, 0x41306

# The order of what is a sequence, and the names of what comes in any order ([MS-TSCH] 2.4, 2.5).
trigger = ["Enabled", "StartBoundary", "EndBoundary", "Repetition", "ExecutionTimeLimit"]
sequences = {"LogonTrigger": [*trigger, "UserId", "Delay"], "TimeTrigger": [*trigger, "RandomDelay"]}
names = {
    "Task": ["RegistrationInfo", "Triggers", "Settings", "Data", "Principals", "Actions"],
    "RegistrationInfo": ["URI", "SecurityDescriptor", "Source", "Date", "Author", "Version", "Description", "Documentation"],
    "Triggers": ["LogonTrigger", "TimeTrigger"],
    "Repetition": ["Interval", "Duration", "StopAtDurationEnd"],
    "Principals": ["Principal"],
    "Principal": ["UserId", "LogonType", "GroupId", "DisplayName", "RunLevel"],
    "Settings": [
        *["AllowStartOnDemand", "RestartOnFailure", "MultipleInstancesPolicy", "DisallowStartIfOnBatteries"],
        *["StopIfGoingOnBatteries", "AllowHardTerminate", "StartWhenAvailable", "NetworkProfileName"],
        *["RunOnlyIfNetworkAvailable", "WakeToRun", "Enabled", "Hidden", "DeleteExpiredTaskAfter", "IdleSettings"],
        *["NetworkSettings", "ExecutionTimeLimit", "Priority", "RunOnlyIfIdle"],
    ],
    "IdleSettings": ["Duration", "WaitTimeout", "StopOnIdleEnd", "RestartOnIdle"],
    "Actions": ["Exec"],
    "Exec": ["Command", "Arguments", "WorkingDirectory"],
}


def parsed(path):
    with open(path, "rb") as file:
        text = file.read()
    if not text.startswith(b"\xff\xfe"):
        fail(1, "ERROR: The task XML is malformed. (1,40)::ERROR: unable to switch the encoding")
    task = ElementTree.fromstring(text)
    check(task)
    return task


def check(element):
    tag = element.tag.removeprefix(namespace)
    children = [child.tag.removeprefix(namespace) for child in element]
    order = sequences.get(tag, [])
    isWrong = not element.tag.startswith(namespace) or (
        children != sorted(children, key=order.index) if order else set(children) - set(names.get(tag, []))
    )
    if isWrong:
        fail(1, f"ERROR: The task XML contains an unexpected node. (1,1):{tag}:")
    for child in element:
        check(child)


def words_of(line):
    """As CommandLineToArgvW takes a line apart, without the backslashes that this one has not."""
    return [word for i, part in enumerate(line.split('"')) for word in ([part] if i % 2 else part.split())]


def mind(name):
    """The part of the service: one process of its own for each task."""
    while os.path.exists(note(name, "xml")):
        task = parsed(note(name, "xml"))
        action = task.find(f".//{namespace}Exec")
        text = lambda tag: action.find(namespace + tag).text
        host, *rest = words_of(f"{text('Command')} {text('Arguments')}")
        assert host == "%SystemRoot%\\System32\\wscript.exe" and rest[:2] == ["//B", "//Nologo"]
        with open(rest[2]) as launcher:
            assert "WScript.Shell" in launcher.read()
        none = subprocess.DEVNULL
        environment = {"HOME": os.environ["HOME"], "PATH": "/usr/bin:/bin"}
        child = subprocess.Popen(
            rest[3:], cwd=text("WorkingDirectory"), env=environment, stdin=none, stdout=none, stderr=none
        )
        write(note(name, "pid"), str(child.pid))
        write(note(name, "result"), str(running))
        code = child.wait()
        os.remove(note(name, "pid"))
        write(note(name, "result"), str(ended if code == -signal.SIGUSR2 else code % 2**32))
        # A minute here is twelve there.
        due = time.monotonic() + 60 / 12
        while os.path.exists(note(name, "xml")) and not os.path.exists(note(name, "run")):
            if time.monotonic() > due and not os.path.exists(note(name, "disabled")):
                break
            time.sleep(0.02)
        if os.path.exists(note(name, "run")):
            os.remove(note(name, "run"))
    for kind in ["result", "minded"]:
        os.remove(note(name, kind))


if words[0] == "mind":
    mind(words[1])
    sys.exit()

verb = words[0]
name = words[words.index("/TN") + 1].replace("\\", "_") if "/TN" in words else ""
if verb == "/Query" and not name:
    sys.exit(1 if os.path.exists(os.path.join(folder, "nobody")) else 0)
if verb != "/Query":
    record("schtasks")
if verb != "/Create" and not os.path.exists(note(name, "xml")):
    fail(1, "ERROR: The system cannot find the file specified.")
if verb == "/Query":
    result = read(note(name, "result")) or fresh
    # The state is a word of the language of the machine.
    print(f'"PC","{name}","N/A","Wird ausgef\u00fchrt","Interactive only","1/17/2026 11:02:03 AM","{result}","sam","N/A"\r')
elif verb == "/Create":
    path = words[words.index("/XML") + 1]
    parsed(path)
    with open(path, "rb") as source, open(note(name, "xml"), "wb") as target:
        target.write(source.read())
    if os.path.exists(note(name, "disabled")):
        os.remove(note(name, "disabled"))
elif verb == "/Run":
    if not os.path.exists(note(name, "minded")):
        write(note(name, "minded"), "")
        leave_behind("mind", name)
    elif not os.path.exists(note(name, "pid")):
        write(note(name, "run"), "")
elif verb == "/End":
    pid = read(note(name, "pid"))
    if pid:
        os.kill(int(pid), signal.SIGUSR2)
elif verb == "/Change" and words[-1] == "/DISABLE":
    write(note(name, "disabled"), "")
elif verb == "/Change":
    if os.path.exists(note(name, "disabled")):
        os.remove(note(name, "disabled"))
elif verb == "/Delete":
    os.remove(note(name, "xml"))
else:
    fail(1, f"ERROR: Invalid argument/option - '{verb}'.")
