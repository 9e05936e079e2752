"""Backpropagation done wrong, in the ways that people ask about.

Each fault runs on a snapshot beside the right algorithm, and the first node that ends
with a wrong gradient is named. The right one is in `engine/backward.py`.

Map: `FAULTS` is the table by name, a row each; `Fault` is a row. The functions `_...`
are the algorithms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from microbp.engine.value import Value, leaf
from microbp.graph.runs import Run, backward_run, check_numbers, seed
from microbp.graph.snapshot import Graph

if TYPE_CHECKING:
    from collections.abc import Callable


class Fault(NamedTuple):
    """One way to get it wrong.

    Attributes:
        name: What it is called here.
        title: What is done.
        wrong: The wrong algorithm, recorded.
        right: The right one, under the same circumstances.
        smallest: Makes the smallest graph that shows it.
        why: What happens, in one sentence.
        instead: What to do, in one sentence.
        code: The faulty lines, as they are often written.
    """

    name: str
    title: str
    wrong: Callable[[Graph], Run]
    right: Callable[[Graph], Run]
    smallest: Callable[[], Value]
    why: str
    instead: str
    code: str


def _overwrite(graph: Graph) -> Run:
    """`=` instead of `+=`: what a node had before is lost."""
    run = Run(graph, seed(graph))
    for i in range(len(graph) - 1, -1, -1):
        for place, p in enumerate(graph.parents[i]):
            local = graph.local_grads[i][place]
            run.note(i, place, p, local, run.gradients[i] * local)
    return run


def _recursion(graph: Graph) -> Run:
    """Follow every edge at once, although the gradient may not be complete."""
    run = Run(graph, seed(graph))
    ahead = [(root, 0) for root in reversed(graph.roots)]
    while ahead:  # the recursion, written as a loop so that deep graphs can be shown
        i, place = ahead.pop()
        if place < len(graph.parents[i]):
            ahead.append((i, place + 1))
            ahead.append((run.carry(i, place), 0))
    return run


def _again(graph: Graph, kept: set[int]) -> Run:
    """A second call of backward that finds gradients of the first in these nodes."""
    first = backward_run(graph).gradients
    start = [first[i] if i in kept else g for i, g in enumerate(seed(graph))]
    run = Run(graph, start)
    for i in range(len(graph) - 1, -1, -1):
        for place in range(len(graph.parents[i])):
            run.carry(i, place)
    return run


def _leaves_kept(graph: Graph) -> Run:
    return _again(graph, {i for i, p in enumerate(graph.parents) if not p})


def _interior_kept(graph: Graph) -> Run:
    inner = {i for i, p in enumerate(graph.parents) if p}
    return _again(graph, inner - set(graph.roots))


def _one_use() -> Value:
    a = leaf(2.0, "a")
    c: Value = -a
    c.label = "c"
    return c


def _used_twice() -> Value:
    a = leaf(2.0, "a")
    c: Value = a + a
    c.label = "c"
    return c


def _reused() -> Value:
    a = leaf(2.0, "a")
    b = -a
    c: Value = b + b
    b.label, c.label = "b", "c"
    return c


def _in_between() -> Value:
    a = leaf(2.0, "a")
    b = -a
    c = -b
    b.label, c.label = "b", "c"
    return c


FAULTS = {
    fault.name: fault
    for fault in (
        Fault(
            "overwrite",
            "= instead of +=",
            _overwrite,
            backward_run,
            _used_twice,
            "it is used in more than one place, and each contribution wipes out the "
            "one before it instead of being added",
            "add: a gradient is the sum over all uses",
            "operand.grad = node.grad * local",
        ),
        Fault(
            "recursion",
            "recursion without a topological order",
            _recursion,
            backward_run,
            _reused,
            "a node above it is used in more than one place and passed its gradient on "
            "each time a part came in, so that the first part was passed on again "
            "together with the second",
            "let a node pass its gradient on once, when all parts are in: that is what "
            "the topological order is for",
            "def backward(node):\n"
            "    for operand, local in node.operands:\n"
            "        operand.grad += node.grad * local\n"
            "        backward(operand)",
        ),
        Fault(
            "no_zero_grad",
            "zero_grad forgotten between two steps",
            _leaves_kept,
            backward_run,
            _one_use,
            "it is a leaf and still holds the gradient of the step before, to which "
            "the new one is added",
            "call zero_grad() before every backward(), unless the sum over several is "
            "what you want",
            "for step in range(2):\n    loss.backward()    # and no model.zero_grad()",
        ),
        Fault(
            "interior_kept",
            "interior gradients kept between two calls of backward",
            _interior_kept,
            backward_run,
            _in_between,
            "it is no leaf and still holds the gradient of the call before; the new "
            "one is added, and the sum is passed on",
            "start every call with fresh gradients in all nodes but the leaves, as "
            "microbp does: zero_grad() clears parameters only",
            "loss.backward()\n"
            "model.zero_grad()      # the parameters, not what is in between\n"
            "loss.backward()",
        ),
    )
}


def first_wrong(graph: Graph, wrong: Run, right: Run) -> int | None:
    """The first node, in the order of backward, that ends with a wrong gradient."""
    for i in range(len(graph) - 1, -1, -1):
        a, b = wrong.gradients[i], right.gradients[i]
        if a != b and (a == a or b == b):
            return i
    return None


def runs(fault: Fault, graph: Graph) -> tuple[Run, Run]:
    """The wrong run and the right one.

    Raises:
        PlaceholderError: Numbers are not known yet.
    """
    check_numbers(graph)
    return fault.wrong(graph), fault.right(graph)
