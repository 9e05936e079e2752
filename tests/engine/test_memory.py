"""What a long training leaves behind: nothing."""

import sys

import pytest

import microbp
from tests.helpers import run_python

STEPS = """
import os, sys
from microbp import Value

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def train(steps):
    for k in range(steps):
        x = k % 7 / 7
        error = (w * x + b - 2.0 * x) ** 2
        error.backward()
        for p in (w, b):
            p.data -= 0.1 * p.grad
            p.grad = 0.0

w, b = Value(0.5), Value(0.0)
steps = int(sys.argv[1])
train(steps // 10)
before = resident()
train(steps)
print(resident() - before, w.data)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/statm")
def test_a_million_training_steps_leak_nothing():
    steps = 1_000_000 if microbp.compiled else 100_000
    grown, w = run_python(STEPS, steps).split()

    assert int(grown) < 2e6  # a float lost in each step would be more, compiled
    assert float(w) == pytest.approx(2.0, abs=1e-9)
