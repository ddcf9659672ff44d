"""How long plistlib takes to write and to read the property lists in a directory."""
import plistlib
import sys
import time


def fastest(rounds, calls, task):
    """Nanoseconds of a call in the fastest round."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(calls):
            task()
        best = min(best, (time.perf_counter() - start) * 1e9 / calls)
    return best


for what, count, rounds, calls in (("load", 1, 40, 500), ("array", 100_000, 5, 1)):
    with open(f"{sys.argv[1]}/{what}", "rb") as file:
        text = file.read()
    value = plistlib.loads(text)
    write = fastest(rounds, calls, lambda: plistlib.dumps(value))
    read = fastest(rounds, calls, lambda: plistlib.loads(text))
    print("time", what, "plistlib", write / count, read / count, sep="\t")
