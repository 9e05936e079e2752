"""What all benchmarks share: interleaved medians, fresh processes, tables, JSON.

A machine is never quiet, so absolute times say little and ratios within one run say
much. Tasks that are to be compared therefore take turns, round by round, and what is
divided is the median of one by the median of the other.
"""

import gc
import json
import os
import platform
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import gettempdir
from types import FunctionType

from microbp import compiled

HERE = Path(__file__).parent


@dataclass
class Figure:
    """A number and what it is to be: at most the target, or at least."""

    name: str
    value: float
    sign: str = ""  # "<=" or ">=", or nothing where there is no target
    target: float = 0.0

    def verdict(self):
        if not self.sign:
            return ""
        below = self.value <= self.target
        above = self.value >= self.target
        return "reached" if (below if self.sign == "<=" else above) else "not reached"

    def cells(self):
        target = f"{self.sign} {self.target:g}" if self.sign else ""
        number = "0" if self.value == 0 else f"{self.value:.{_decimals(self.value)}f}"
        return self.name, number, target, self.verdict()


def _decimals(number):
    """As many decimals as make three figures, none for large numbers."""
    return max(0, 3 - len(str(int(abs(number))))) if abs(number) >= 0.1 else 4


def interleaved(tasks, rounds):
    """The medians of each task's times, the tasks taking turns.

    Args:
        tasks: A function for each name; it returns a dict of what it timed, in seconds.
        rounds: How often each runs. The order rotates, so that nobody always comes
            after the same neighbour.

    Returns:
        For each name a dict of medians.
    """
    names = list(tasks)
    times = {name: [] for name in names}
    for turn in range(rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            gc.collect()  # what the one before left is not this one's to clear away
            times[name].append(tasks[name]())
    return {
        name: {part: statistics.median(run[part] for run in runs) for part in runs[0]}
        for name, runs in times.items()
    }


def own_copy(function):
    """The function with bytecode of its own.

    CPython adapts bytecode to the types that it meets. Engines that shared a loop would
    each find it adapted to another.
    """
    return FunctionType(function.__code__.replace(), function.__globals__)


def warm(task, *small):
    """The task, after some runs of a small size.

    CPython 3.11 adapts a function when it has been called eight times, and a training
    run calls everything more often than that.
    """
    for _ in range(10):
        task(*small)
    return task


def fresh(script, *arguments, pure=False):
    """What a script of this folder prints as JSON, run in a process of its own."""
    environment = {k: v for k, v in os.environ.items() if k != "MICROBP_PURE"}
    if pure:
        environment["MICROBP_PURE"] = "1"
    done = subprocess.run(
        [sys.executable, HERE / script, *arguments],
        env=environment,
        cwd=gettempdir(),
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


def environment():
    """Everything a reader needs to know about where the figures come from."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "gc": f"on, thresholds {gc.get_threshold()}" if gc.isenabled() else "off",
        "engine": "compiled" if compiled else "plain Python",
        **{name: _version(name) for name in ("microbp", "Cython", "numpy")},
    }


def _version(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def table(rows):
    """Rows of cells as aligned text: the first column left, numbers right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, number, *others in rows:
        cells = [first.ljust(widths[0]), number.rjust(widths[1])]
        cells += [cell.ljust(w) for cell, w in zip(others, widths[2:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def write_json(path, sections):
    """Write all figures; the file is there whole or not at all."""
    report = {
        "environment": environment(),
        "figures": {
            title: [{**asdict(each), "verdict": each.verdict()} for each in figures]
            for title, figures in sections.items()
        },
    }
    path = Path(path)
    beside = path.with_name(path.name + ".part")
    beside.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    beside.replace(path)
