#!/usr/bin/python3
"""Logs in on a terminal, runs a command in the shell there, and prints all that is shown."""

import os
import pty
import signal
import sys


def read(terminal):
    """What is shown next, or nothing at the end."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def main():
    signal.alarm(120)
    child, terminal = pty.fork()
    if child == 0:
        os.execv("/usr/bin/login", ["login", "-f", "root"])
    shown = b""
    asked = False
    while piece := read(terminal):
        shown += piece
        if not asked and shown.endswith(b"# "):
            os.write(terminal, sys.argv[1].encode() + b"\nexit\n")
            asked = True
    os.waitpid(child, 0)
    sys.stdout.buffer.write(shown)


main()
