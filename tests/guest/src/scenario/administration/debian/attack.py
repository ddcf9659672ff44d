#!/usr/bin/python3
"""Tries to write, cut, rename, replace and remove every listed file.

The list, as `veriexecctl dump --json` has it, comes on the standard input; the argument is a file
to replace them with. Prints how it went, and fails if any of it went as it should not.
"""

import collections
import errno
import json
import os
import sys


def attempts(path, other):
    """What is tried, and the errors that it may end with."""
    # A program that runs is not written, on Linux.
    written = {errno.EPERM, errno.ETXTBSY}
    yield "written", written, lambda: os.close(os.open(path, os.O_WRONLY))
    yield "cut", written, lambda: os.truncate(path, os.stat(path).st_size)
    yield "renamed", {errno.EPERM}, lambda: os.rename(path, path + "~")
    yield "replaced", {errno.EPERM}, lambda: os.rename(other, path)
    yield "removed", {errno.EPERM}, lambda: os.unlink(path)


def main():
    entries = json.load(sys.stdin)["entries"]
    refused = collections.Counter()
    wrong = []
    for entry in entries:
        for what, expected, attempt in attempts(entry["path"], sys.argv[1]):
            try:
                attempt()
                wrong.append(f"{entry['path']} was {what}")
            except OSError as error:
                refused[what] += 1
                if error.errno not in expected:
                    wrong.append(f"{entry['path']} not {what}: {error.strerror}")
    counts = ", ".join(f"{count} not {what}" for what, count in refused.items())
    print(f"of {len(entries)} files {counts}")
    print("\n".join(wrong[:20]))
    sys.exit(bool(wrong) or not entries)


main()
