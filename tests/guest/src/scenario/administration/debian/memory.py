#!/usr/bin/python3
"""Runs a copy of a program that is in no file, or says why it cannot."""

import os
import sys

copy = os.memfd_create("copy")
with open("/usr/bin/true", "rb") as program:
    os.write(copy, program.read())
try:
    os.execve(copy, ["true"], {})
except OSError as error:
    sys.exit(error.strerror)
