import math

import numpy as np
import pytest

from microbp import MicrobpError, Value, log_softmax, softmax
from microbp.train import losses

NAN = float("nan")
Y = np.array([0.5, -1.0, 2.0])
P = np.array([0.7, 1.5, 1.9])
E = np.abs(P - Y)
ONE_HOT = np.array([0.0, 1.0, 0.0])
PROBABILITIES = np.array([0.2, 0.7, 0.1])
BITS = np.array([0.0, 1.0, 0.25])
SOFT = np.array([0.5, 0.25, 0.25])
SOFT_COST = -SOFT @ np.log(PROBABILITIES)
LOG_SUM_EXP = np.log(np.exp(P).sum())


def values(numbers):
    return [Value(x) for x in numbers]


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def bce(t, p):
    return np.mean(-(t * np.log(p) + (1 - t) * np.log(1 - p)))


# Loss, targets, outputs, options, and the number that the formula gives.
CASES = [
    ("mean_squared_error", Y, P, {}, np.mean((P - Y) ** 2)),
    ("mean_absolute_error", Y, P, {}, np.mean(E)),
    ("huber", Y, P, {}, np.mean(np.where(E <= 1, E**2 / 2, E - 0.5))),
    ("huber", Y, P, {"delta": 2.0}, np.mean([0.02, 2 * 2.5 - 2, 0.005])),
    ("log_cosh", Y, P, {}, np.mean(np.log(np.cosh(P - Y)))),
    ("hinge", [-1, 1, 1], P, {}, np.mean([1.7, 0.0, 0.0])),
    ("hinge", [0, 1, 1], P, {}, np.mean([1.7, 0.0, 0.0])),
    ("binary_crossentropy", BITS, PROBABILITIES, {}, bce(BITS, PROBABILITIES)),
    ("binary_crossentropy", BITS, P, {"from_logits": True}, bce(BITS, sigmoid(P))),
    ("categorical_crossentropy", ONE_HOT, PROBABILITIES, {}, -math.log(0.7)),
    ("categorical_crossentropy", SOFT, PROBABILITIES, {}, SOFT_COST),
    ("categorical_crossentropy", ONE_HOT, P, {"from_logits": True}, LOG_SUM_EXP - 1.5),
    ("sparse_categorical_crossentropy", 2, PROBABILITIES, {}, -math.log(0.1)),
    ("sparse_categorical_crossentropy", 1, P, {"from_logits": True}, LOG_SUM_EXP - 1.5),
]  # fmt: skip


@pytest.mark.parametrize(("name", "y", "p", "options", "expected"), CASES)
def test_a_loss_is_its_formula(name, y, p, options, expected):
    loss = losses.get(name)(y, values(p), **options)

    assert isinstance(loss, Value)
    assert expected == pytest.approx(loss.data, rel=1e-13)


@pytest.mark.parametrize(("name", "y", "p", "options", "expected"), CASES)
def test_a_gradient_of_a_loss_equals_finite_differences(name, y, p, options, expected):
    outputs, h = values(p), 1e-6
    losses.get(name)(y, outputs, **options).backward()

    for i, out in enumerate(outputs):
        above, below = np.array(p), np.array(p)
        above[i] += h
        below[i] -= h
        both = [losses.get(name)(y, values(x), **options).data for x in (above, below)]
        assert (both[0] - both[1]) / (2 * h) == pytest.approx(
            out.grad, rel=1e-5, abs=1e-9
        )


@pytest.mark.parametrize(
    "y", [1, 1.0, True, np.int64(1), [1], np.array([1]), np.array(1)]
)
@pytest.mark.parametrize("p", [Value(3.0), [Value(3.0)], np.array([Value(3.0)]), 3.0])
def test_one_output_may_stand_alone_or_in_a_list(y, p):
    assert 4.0 == losses.mean_squared_error(y, p).data


def test_one_output_makes_no_sum_and_no_division():
    assert "**" == losses.mean_squared_error(1.0, Value(3.0)).op


@pytest.mark.parametrize(
    "label", [1, 1.0, np.int32(1), np.float32(1), [1], np.array([1])]
)
def test_labels_of_every_kind_are_taken(label):
    p = values(PROBABILITIES)

    assert -math.log(0.7) == losses.sparse_categorical_crossentropy(label, p).data


@pytest.mark.parametrize("label", [-1, 3, 0.5, NAN, float("inf")])
def test_a_label_out_of_range_is_told_so(label):
    with pytest.raises(
        ValueError, match="3 classes is a whole number from 0 to 2, not"
    ):
        losses.sparse_categorical_crossentropy(label, values(PROBABILITIES))


@pytest.mark.parametrize(
    ("name", "y", "p", "error", "words"),
    [
        ("mean_squared_error", [1, 2], [1.0], ValueError, "2 targets for 1 output:"),
        ("mean_squared_error", 1, [1.0, 2.0], ValueError, "1 target for 2 outputs:"),
        ("mean_squared_error", [], [], ValueError, "no outputs"),
        ("mean_squared_error", np.zeros((2, 2)), [1.0], ValueError, "one sample.*2, 2"),
        ("mean_squared_error", "a", [1.0], TypeError, "a target takes one real number"),
        ("mean_squared_error", 1, ["a"], TypeError, "an output takes one real number"),
        ("categorical_crossentropy", 2, PROBABILITIES, ValueError, "use sparse_categ"),
        ("categorical_crossentropy", [0, 2, 0], PROBABILITIES, ValueError, "0 to 1"),
        ("binary_crossentropy", NAN, [0.5], ValueError, "from 0 to 1, not nan"),
        ("binary_crossentropy", -1, [0.5], ValueError, "from 0 to 1, not -1.0"),
        ("hinge", 0.5, [0.5], ValueError, "-1 or 1.*not 0.5"),
        ("hinge", NAN, [0.5], ValueError, "-1 or 1.*not nan"),
        ("sparse_categorical_crossentropy", 0, [0.5], ValueError, "an output for each"),
        ("sparse_categorical_crossentropy", [0, 1], [0.5, 0.5], ValueError, "one lab"),
        ("sparse_categorical_crossentropy", Value(0), [0.5, 0.5], TypeError, "an int"),
        ("sparse_categorical_crossentropy", "a", [0.5, 0.5], TypeError, "a label"),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_words(name, y, p, error, words):
    with pytest.raises(error, match=words) as caught:
        losses.get(name)(y, p)

    assert isinstance(caught.value, MicrobpError)


def test_delta_of_huber_is_positive():
    with pytest.raises(ValueError, match="delta is more than 0, not 0"):
        losses.huber(0.0, Value(1.0), delta=0)


@pytest.mark.parametrize("distance", [40.0, 1000.0])
def test_a_hopeless_softmax_costs_the_distance_of_its_logits(distance):
    z = [Value(0.0), Value(distance)]
    for loss in (
        losses.sparse_categorical_crossentropy(0, softmax(z)),
        losses.sparse_categorical_crossentropy(0, log_softmax(z)),
        losses.sparse_categorical_crossentropy(0, z, from_logits=True),
        losses.categorical_crossentropy([1, 0], softmax(z)),
    ):
        assert distance == loss.data
        z[0].grad = z[1].grad = 0.0
        loss.backward()
        assert [-1.0, 1.0] == pytest.approx([v.grad for v in z])


def test_softmax_loss_has_the_gradient_p_minus_one_hot():
    z = values(P)
    losses.sparse_categorical_crossentropy(1, softmax(z)).backward()

    expected = np.exp(P) / np.exp(P).sum() - ONE_HOT
    assert list(expected) == pytest.approx([v.grad for v in z], rel=1e-13)


def test_exponentials_that_are_no_softmax_count_as_probabilities():
    p = [Value(math.log(0.25)).exp(), Value(math.log(0.75)).exp()]

    loss = losses.sparse_categorical_crossentropy(0, p)
    assert math.log(4) == pytest.approx(loss.data, rel=1e-15)
    assert "maximum" == loss.parents[0].parents[0].op


def test_part_of_a_softmax_is_no_softmax():
    p = softmax([Value(0.0), Value(0.0), Value(0.0)])[:2]

    assert math.log(3) == pytest.approx(
        losses.sparse_categorical_crossentropy(0, p).data
    )


@pytest.mark.parametrize(("t", "expected"), [(1, 1000.0), (0, 0.0), (0.5, 500.0)])
def test_a_saturated_sigmoid_still_learns(t, expected):
    z = Value(-1000.0)
    loss = losses.binary_crossentropy(t, z.sigmoid())
    loss.backward()

    assert expected == loss.data
    assert -t == z.grad


def test_a_probability_of_zero_costs_a_finite_amount_as_in_keras():
    assert -math.log(1e-7) == losses.binary_crossentropy(1, Value(0.0)).data
    assert -math.log(1e-7) == losses.binary_crossentropy(0, Value(1.0)).data
    p = [Value(0.0), Value(1.0)]
    assert -math.log(1e-7) == losses.sparse_categorical_crossentropy(0, p).data
    assert 0.0 == losses.categorical_crossentropy([0, 1], p).data


@pytest.mark.parametrize(
    ("name", "y", "p"),
    [
        ("mean_squared_error", Y, P),
        ("huber", Y, P),
        ("binary_crossentropy", BITS, PROBABILITIES),
        ("categorical_crossentropy", ONE_HOT, PROBABILITIES),
        ("hinge", [-1.0, 1.0, 1.0], P),
    ],
)
def test_targets_may_be_values_whose_numbers_are_not_looked_at(name, y, p):
    loss = losses.get(name)

    expected = loss(y, values(p)).data
    assert expected == pytest.approx(loss(values(y), values(p)).data, rel=1e-15)


def test_losses_are_found_by_name_short_name_and_as_themselves():
    assert losses.mean_squared_error is losses.get("mse") is losses.get("MSE")
    assert losses.mean_absolute_error is losses.get("mae")
    assert losses.huber is losses.get(losses.huber)
    assert {name: losses.get(name) for name in losses.LOSSES} == losses.LOSSES


def test_a_loss_that_is_not_there_is_an_error():
    with pytest.raises(ValueError, match=r"unknown loss 'msee'.*'mse'"):
        losses.get("msee")
    with pytest.raises(TypeError, match=r"loss is a name.*not NoneType None"):
        losses.get(None)
