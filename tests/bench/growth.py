"""Time graphs of growing size, and weigh them. Prints JSON.

`growth.py time 3 7 5`: forward and backward of `s = s + w * x` with 10^3 to 10^7 nodes,
medians of 5 rounds, in seconds a node; `freeing` is what dropping the graph takes.

`growth.py weigh ENGINE 1000000`: bytes a node, by `sys.getsizeof` and by how much the
resident memory of the process grows (on Linux; elsewhere null).
"""

import gc
import json
import os
import sys
from pathlib import Path
from time import perf_counter

from chain import loop
from timing import interleaved
from yardsticks import ClosureValue, TupleValue

from microbp import Value

ENGINES = {"microbp": Value, "tuple": TupleValue, "closure": ClosureValue}
AT_ONCE = 100_000  # small graphs are repeated until this many nodes are made


def build(nodes):
    def task():
        repeats = max(1, AT_ONCE // nodes)
        spent = {"step": 0.0, "freeing": 0.0}
        for _ in range(repeats):
            w = Value(0.5)
            start = perf_counter()
            s = loop(Value(0.0), w, Value(1.5), nodes // 2)
            s.backward()
            middle = perf_counter()
            assert w.grad == 1.5 * (nodes // 2)
            before = perf_counter()
            s = None
            end = perf_counter()
            spent["step"] += middle - start
            spent["freeing"] += end - before
        return {part: seconds / repeats / nodes for part, seconds in spent.items()}

    return task


def weigh(name, nodes):
    value = ENGINES[name]
    s, w, x = value(0.0), value(0.5), value(1.5)
    gc.disable()  # it changes what time building takes, not what memory
    s = loop(s, w, x, 1000)
    before = resident()
    s = loop(s, w, x, nodes // 2)
    after = resident()
    s.backward  # noqa: B018 (the graph is alive to here)
    return {
        "getsizeof": sys.getsizeof(s),
        "resident": None if before is None else (after - before) / nodes,
    }


def resident():
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return None
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    if sys.argv[1] == "weigh":
        print(json.dumps(weigh(sys.argv[2], int(sys.argv[3]))))
        sys.stdout.flush()
        os._exit(0)  # a million closures need not be freed one by one
    first, last, rounds = map(int, sys.argv[2:])
    tasks = {10**power: build(10**power) for power in range(first, last + 1)}
    print(json.dumps(interleaved(tasks, rounds)))
