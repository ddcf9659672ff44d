#!/usr/bin/python3
"""Starts every program in /usr/bin for a word of its own: `programs.py try FILE` keeps what each
does, `programs.py compare FILE FILE` says what differs."""

import concurrent.futures
import json
import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile

PLACE = "/usr/bin"
OPTIONS = ["--version", "--help"]
# One that waits for ever is found by it; many start slowly in a guest that is emulated.
SECONDS = 120
# What one says without end is cut off.
BYTES = 1 << 18


def is_program(path):
    mode = os.stat(path).st_mode
    return stat.S_ISREG(mode) and mode & 0o111


def names():
    """A program with several names, /etc/alternatives' too, is started under each."""
    for name in sorted(os.listdir(PLACE)):
        path = os.path.join(PLACE, name)
        if os.path.exists(path) and is_program(path):
            yield name


def limit():
    resource.setrlimit(resource.RLIMIT_FSIZE, (BYTES, BYTES))


def start(name, option):
    """How it ended, and what it said: an error's name where it did not start."""
    with tempfile.TemporaryFile() as said:
        try:
            program = subprocess.Popen(
                [os.path.join(PLACE, name), option],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd="/tmp",
                start_new_session=True,
                preexec_fn=limit,
            )
        except OSError as error:
            return error.strerror, ""
        try:
            status = program.wait(SECONDS)
        except subprocess.TimeoutExpired:
            status = "too late"
        # What it has started and left behind goes, too.
        try:
            os.killpg(program.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        program.wait()
        said.seek(0)
        return status, said.read(BYTES).decode(errors="replace")


def tried(name):
    """The first option that is understood, or else the last."""
    for option in OPTIONS:
        status, said = start(name, option)
        if status == 0:
            break
    return name, {"option": option, "status": status, "said": said}


def try_all(file):
    with concurrent.futures.ThreadPoolExecutor(2 * os.cpu_count()) as pool:
        found = dict(pool.map(tried, names()))
    with open(file, "w") as out:
        json.dump(found, out)


def is_same(old, new):
    """What it says may have a time in it, or a process's number; but nothing was refused."""
    ended = (old["option"], old["status"]) == (new["option"], new["status"])
    return ended and new["said"].count("not permitted") == old["said"].count("not permitted")


def compare(before, after):
    with open(before) as old, open(after) as new:
        before, after = json.load(old), json.load(new)
    same = 0
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            print(f"{name}: is not there {'before' if old is None else 'after'}")
        elif is_same(old, new):
            same += 1
        else:
            said = " ".join(new["said"].split())[:200]
            print(f"{name} {new['option']}: {old['status']} before, {new['status']} after: {said}")
    started = sum(old["status"] == 0 for old in before.values())
    print(f"same: {same} of {len(before)}, of which {started} start")


if sys.argv[1] == "try":
    try_all(sys.argv[2])
else:
    compare(sys.argv[2], sys.argv[3])
