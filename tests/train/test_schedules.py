"""Schedules: their formulas at points computed by hand."""

import math

import pytest

from microbp import (
    SGD,
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    Momentum,
    Nesterov,
    PiecewiseConstantDecay,
    Value,
)
from microbp.errors import ArgumentError


def test_rates_follow_their_formulas():
    exponential, inverse = (
        kind(0.2, decay_steps=4, decay_rate=0.5)
        for kind in (ExponentialDecay, InverseTimeDecay)
    )
    cosine = CosineDecay(0.2, decay_steps=6, alpha=0.1)

    assert [exponential(k) for k in (0, 4, 8)] == pytest.approx([0.2, 0.1, 0.05])
    assert exponential(2) == pytest.approx(0.2 / math.sqrt(2))
    assert [inverse(k) for k in (0, 8, 16)] == pytest.approx([0.2, 0.1, 0.2 / 3])
    assert [cosine(k) for k in (0, 3, 6, 99)] == pytest.approx([0.2, 0.11, 0.02, 0.02])
    assert cosine(2) == pytest.approx(0.2 * (0.1 + 0.9 * 0.75))


def test_pieces_end_with_their_boundary():
    rate = PiecewiseConstantDecay([2, 4], [0.3, 0.2, 0.1])

    assert [rate(k) for k in range(6)] == [0.3, 0.3, 0.3, 0.2, 0.2, 0.1]


def test_an_optimizer_asks_for_the_rate_of_each_step():
    w, optimizer = Value(0.0), SGD(PiecewiseConstantDecay([0], [1.0, 0.25]))
    for _ in range(3):
        w.grad = 1.0
        optimizer.step([w])

    assert w.data == -1.5
    assert "PiecewiseConstantDecay(boundaries=(0,)" in repr(optimizer)


@pytest.mark.parametrize(
    ("named", "written"),
    [
        (Momentum(0.1), SGD(0.1, momentum=0.9)),
        (Nesterov(0.1, momentum=0.5), SGD(0.1, momentum=0.5, nesterov=True)),
    ],
)
def test_names_for_sgd_with_momentum(named, written):
    a, b = Value(1.0), Value(1.0)
    for _ in range(4):
        for w, optimizer in ((a, named), (b, written)):
            w.grad = 2.0 * w.data
            optimizer.step([w])

    assert a.data == b.data
    assert a.data < 1.0


def test_numbers_that_do_not_fit_are_named():
    with pytest.raises(ArgumentError, match="decay_steps is above 0"):
        ExponentialDecay(0.1, 0, 0.5)
    with pytest.raises(ArgumentError, match="alpha is from 0 to 1, not 2"):
        CosineDecay(0.1, 10, alpha=2)
    with pytest.raises(ArgumentError, match="2 rising boundaries go with one more"):
        PiecewiseConstantDecay([2, 4], [0.3, 0.2])
    with pytest.raises(ArgumentError, match="rising"):
        PiecewiseConstantDecay([4, 2], [0.3, 0.2, 0.1])
