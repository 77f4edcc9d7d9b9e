"""`mic`, killed with -9 just before its nth change of a file or message to a node.

    python -m tests.support.killed N WORDS...

The interpreter itself tells of each of them, so that nothing of ours is replaced. Ends as `mic`
would when there are fewer than N.
"""

import os
import signal
import sys

CHANGES = {
    "http.client.send",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "socket.connect",
}


class Cut:
    """Counts down to the kill."""

    def __init__(self, number):
        self.left = number

    def __call__(self, event, arguments):
        makes = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT
        if not (makes or event in CHANGES):
            return
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main():
    sys.dont_write_bytecode = True  # what Python writes for itself is no change of mic's
    from mic.cli.main import main as mic

    number, *words = sys.argv[1:]
    sys.argv[1:] = words
    sys.addaudithook(Cut(int(number)))
    mic()


if __name__ == "__main__":
    main()
