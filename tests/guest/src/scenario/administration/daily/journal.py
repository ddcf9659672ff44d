"""Whether the journal has just one entry of a denial, with all of its fields.

journal.py line FILE WORDS PATH: a line of the kernel's log.
journal.py record FILE OP PATH: an audit record.
FILE has what `journalctl -o json` prints; PATH is empty of what is not done to a file.
"""

import json
import re
import sys

LINE = r"Veriexec: .+ denied: {words}, level=2, parent=/\S+ ppid=\d+"


def expect(condition, what, entry):
    if not condition:
        sys.exit(f"{what}: {json.dumps(entry)}")


def is_about(sort, entry, what, path):
    """Whether it is about that denial: no two of those that are tried have the same."""
    if sort == "line":
        return f" denied: {what}, " in entry["MESSAGE"] and (not path or path in entry["MESSAGE"])
    name = entry.get("_AUDIT_FIELD_NAME", "").strip('"')
    return entry.get("_AUDIT_FIELD_OP") == what and name == path


def is_line(entry, words, path):
    message = entry["MESSAGE"]
    expect(re.search(LINE.format(words=re.escape(words)), message), "the words", entry)
    expect(not path or path in message, "the path", entry)
    expect(re.search(r"prog=/\S+ pid=\d+, uid=0, gid=0\]", message), "who", entry)
    expect(not path or message.endswith(f"; ask: veriexecctl explain {path}"), "what to ask", entry)
    expect(entry["PRIORITY"] == "1", "the priority", entry)
    expect(entry["_KERNEL_SUBSYSTEM"] == "veriexec", "the subsystem", entry)
    expect(entry["_KERNEL_DEVICE"] == "+veriexec:denied", "the device", entry)


def is_record(entry, op, path):
    fields = {"OP": op, "VERDICT": "denied", "LEVEL": "2", "RES": "0"}
    for field, value in fields.items():
        expect(entry.get(f"_AUDIT_FIELD_{field}") == value, field, entry)
    name = entry.get("_AUDIT_FIELD_NAME", "").strip('"')
    expect(name == path, "the path", entry)
    for field in ("_PID", "_PPID", "_UID", "_GID", "_COMM", "_EXE"):
        expect(field in entry, field, entry)
    expect(entry["_EXE"].startswith("/"), "the program", entry)
    for field in ("CAUSE", "PARENT", "ERRNO"):
        expect(f"_AUDIT_FIELD_{field}" in entry, field, entry)


kind, file, what, path = sys.argv[1:]
with open(file, encoding="utf-8") as text:
    lines = text.read().splitlines()
try:
    entries = [json.loads(line) for line in lines]
except ValueError:
    sys.exit(f"journalctl said: {lines}")
found = [entry for entry in entries if is_about(kind, entry, what, path)]
if len(found) != 1:
    sys.exit(f"expected one {kind}, found {len(found)} of {len(entries)}: {json.dumps(entries[-3:])}")
{"line": is_line, "record": is_record}[kind](found[0], what, path)
