"""Threads beside each other: each has its own modules, no_grad and watch."""

import sys
import threading

import pytest

from microbp import MLP, Value, detect_anomaly, no_grad
from microbp.errors import AnomalyError


@pytest.fixture
def often():
    """Let threads take turns as often as Python can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def beside_each_other(work, count=6):
    """Run work(k) in threads; what any of them raises is raised here."""
    faults = []
    ready = threading.Barrier(count)

    def run(k):
        try:
            ready.wait()
            work(k)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(k,)) for k in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def test_separate_graphs_do_not_disturb_each_other(often):
    def computed(k):
        model = MLP(2, [3, 1], activation="tanh", rng=k)
        model.name = f"net {k}"
        y = model([0.5, 0.1 * k])
        y.backward()
        return y, [p.grad for p in model.parameters()], model

    expected = [computed(k)[1] for k in range(6)]

    def work(k):
        for _ in range(25):
            y, gradients, model = computed(k)
            assert f"net {k}/layer 2/neuron 1" == y.scope.path
            assert expected[k] == gradients
            if k % 2:
                with no_grad():
                    assert () == model([0.5, 0.2]).parents
            z = Value(1.0) * 2
            assert (2, None) == (len(z.parents), z.scope)

    beside_each_other(work)


def test_a_watch_is_for_its_own_thread(often):
    def work(k):
        for _ in range(40):
            if k % 2:
                with detect_anomaly(), pytest.raises(AnomalyError):
                    Value(-1.0).log()
            else:
                Value(-1.0).log()

    beside_each_other(work)


def test_shared_leaves_get_the_sum_of_all(often):
    w = Value(1.5)

    def work(k):
        for _ in range(200):
            (w * float(k)).backward()

    beside_each_other(work)

    assert 200.0 * sum(range(6)) == w.grad


def test_a_thread_begins_with_the_usual_state():
    found = []
    with no_grad():
        thread = threading.Thread(target=lambda: found.append((Value(1.0) * 2).parents))
        thread.start()
        thread.join()
        assert () == (Value(1.0) * 2).parents

    assert 2 == len(found[0])
