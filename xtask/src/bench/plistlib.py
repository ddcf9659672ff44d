"""How long plistlib takes to write and to read the property lists in a directory."""
import io
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


for what, count, rounds, calls in (("load", 1, 40, 500), ("100000", 100_000, 5, 1)):
    with open(f"{sys.argv[1]}/{what}", "rb") as file:
        text = file.read()
    value = plistlib.loads(text)
    kept = io.BytesIO()

    def write_again():
        kept.seek(0)
        plistlib.dump(value, kept)

    for name, task in (
        ("write", write_again),
        ("write-new", lambda: plistlib.dumps(value)),
        ("read", lambda: plistlib.loads(text)),
    ):
        time_of_one = fastest(rounds, calls, task) / count
        print("time", what, "plistlib", name, time_of_one, sep="\t")
