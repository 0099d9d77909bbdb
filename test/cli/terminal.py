"""Runs a command on a pseudo-terminal: waits for each text, types the answer, and prints all that the terminal showed.

The one argument is JSON: {"command": [...], "steps": [[text, answer], ...], "columns": 100}. The exit code is the command's.
"""
import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

job = json.loads(sys.argv[1])
child, terminal = pty.fork()
if child == 0:
    os.execvp(job["command"][0], job["command"])

fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, job["columns"], 0, 0))
shown = b""
read_until = 0
steps = list(job["steps"])
deadline = time.monotonic() + 30
while time.monotonic() < deadline:
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # On Linux the end of a terminal is EIO.
            break
        if not chunk:
            break
        shown += chunk
    if steps:
        found = shown.find(steps[0][0].encode(), read_until)
        if found >= 0:
            read_until = len(shown)
            os.write(terminal, steps.pop(0)[1].encode())

sys.stdout.buffer.write(shown)
sys.stdout.flush()
if steps:
    print("never shown: " + steps[0][0], file=sys.stderr)
    os.kill(child, 9)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
