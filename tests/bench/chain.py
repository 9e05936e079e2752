"""Time `s = s + w * x` in a loop, in floats and in every engine.

An iteration makes two nodes, or does two float operations. The graph is kept alive
until the clock has stopped, and Python's garbage collector is on: that is how people
run it. Prints seconds an iteration as JSON. Options: the number of iterations, the
number of rounds, `--closures` for the closure engine too, which is slow.
"""

import json
import sys
from time import perf_counter

from timing import interleaved, own_copy, warm
from yardsticks import ClosureValue, TupleValue

from microbp import Value


def loop(s, w, x, iterations):
    for _ in range(iterations):
        s = s + w * x
    return s


def floats(iterations):
    run = own_copy(loop)

    def task(iterations=iterations):
        start = perf_counter()
        run(0.0, 0.5, 1.5, iterations)
        return {"forward": (perf_counter() - start) / iterations}

    return warm(task, 100)


def engine(value, iterations):
    run = own_copy(loop)

    def task(iterations=iterations):
        s, w, x = value(0.0), value(0.5), value(1.5)
        start = perf_counter()
        s = run(s, w, x, iterations)
        middle = perf_counter()
        s.backward()
        end = perf_counter()
        assert (w.grad, x.grad) == (1.5 * iterations, 0.5 * iterations)
        return {
            "forward": (middle - start) / iterations,
            "backward": (end - middle) / iterations,
        }

    return warm(task, 100)


if __name__ == "__main__":
    iterations, rounds = int(sys.argv[1]), int(sys.argv[2])
    tasks = {
        "float": floats(iterations),
        "microbp": engine(Value, iterations),
        "tuple": engine(TupleValue, iterations),
    }
    if "--closures" in sys.argv:
        tasks["closure"] = engine(ClosureValue, iterations)
    print(json.dumps(interleaved(tasks, rounds)))
