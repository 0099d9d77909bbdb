"""What the programs that stand in for an init system have in common: notes in a folder, and processes that outlive a call."""

import os
import subprocess
import sys

folder, *words = sys.argv[1:]


def note(name, kind):
    return os.path.join(folder, f"{name}.{kind}")


def write(path, text):
    with open(path + ".new", "w") as file:
        file.write(text)
    os.rename(path + ".new", path)


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except FileNotFoundError:
        return None


def record(program):
    """Writes down a call that changes something."""
    with open(os.path.join(folder, "calls"), "a") as calls:
        calls.write(f"{program} {' '.join(words)}\n")


def fail(code, sentence):
    print(sentence, file=sys.stderr)
    sys.exit(code)


def leave_behind(*own):
    """Runs this program once more, for longer than the call."""
    none = subprocess.DEVNULL
    subprocess.Popen([sys.executable, "-B", sys.argv[0], folder, *own], start_new_session=True, stdin=none, stdout=none, stderr=none)
