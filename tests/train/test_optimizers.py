import math

import numpy as np
import pytest

from microbp import SGD, Adam, MicrobpError, Value
from microbp.train import optimizers
from microbp.train.optimizers import AdamW, RMSprop
from microbp.train.stepping import Optimizer

GRADIENTS = [0.5, -2.0, 1.25, 0.75]


def path(optimizer, start=1.0):
    """One weight after each of four steps with known gradients."""
    w, result = Value(start), []
    for g in GRADIENTS:
        w.grad = g
        optimizer.step([w])
        result.append(w.data)
    return result


def test_sgd_goes_against_the_gradient():
    w, expected = 1.0, []
    for g in GRADIENTS:
        w -= 0.1 * g
        expected.append(w)

    assert expected == pytest.approx(path(SGD(learning_rate=0.1)), rel=1e-15)


@pytest.mark.parametrize("nesterov", [False, True])
def test_momentum_is_that_of_keras(nesterov):
    w, v, expected = 1.0, 0.0, []
    for g in GRADIENTS:
        v = 0.9 * v - 0.1 * g
        w += 0.9 * v - 0.1 * g if nesterov else v
        expected.append(w)

    actual = path(SGD(learning_rate=0.1, momentum=0.9, nesterov=nesterov))
    assert expected == pytest.approx(actual, rel=1e-14)


def test_rmsprop_is_that_of_keras():
    w, s, expected = 1.0, 0.0, []
    for g in GRADIENTS:
        s = 0.9 * s + 0.1 * g * g
        w -= 0.1 * g / math.sqrt(s + 1e-7)
        expected.append(w)

    assert expected == pytest.approx(path(RMSprop(learning_rate=0.1)), rel=1e-14)


@pytest.mark.parametrize("decay", [0.0, 0.01])
def test_adam_is_algorithm_1_with_the_epsilon_of_section_2(decay):
    w, m, v, expected = 1.0, 0.0, 0.0, []
    for t, g in enumerate(GRADIENTS, 1):
        w -= 0.1 * decay * w
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        rate = 0.1 * math.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        w -= rate * m / (math.sqrt(v) + 1e-7)
        expected.append(w)

    adam = AdamW(learning_rate=0.1, weight_decay=decay) if decay else Adam(0.1)
    assert expected == pytest.approx(path(adam), rel=1e-13)


@pytest.mark.parametrize("name", optimizers.OPTIMIZERS)
def test_update_changes_the_array_in_place_in_its_own_dtype(name):
    optimizer = optimizers.get(name)
    for dtype in (np.float64, np.float32):
        optimizer = optimizers.get(name)
        weights, gradient = np.ones(3, dtype), np.array([1.0, 0.0, -1.0], dtype)
        view = weights
        optimizer.update(weights, gradient)

        assert view is weights and dtype == weights.dtype
        assert {np.dtype(dtype)} >= {a.dtype for a in optimizer.state.values()}
        assert weights[0] < weights[1] <= 1.0 < weights[2]


@pytest.mark.parametrize("name", optimizers.OPTIMIZERS)
def test_step_and_update_give_the_same_weights(name):
    by_step, by_update = optimizers.get(name), optimizers.get(name)
    parameters = [Value(1.0), Value(-2.0)]
    weights = np.array([1.0, -2.0])
    for k in range(3):
        gradient = np.array([0.3 * k + 0.1, -1.0])
        for p, g in zip(parameters, gradient, strict=True):
            p.grad = g
        by_step.step(parameters)
        by_update.update(weights, gradient)

    assert weights.tolist() == [p.data for p in parameters]


@pytest.mark.parametrize("name", optimizers.OPTIMIZERS)
def test_every_optimizer_finds_the_bottom_of_a_bowl(name):
    optimizer = optimizers.get(name)
    optimizer.learning_rate = 0.02
    x, y = Value(3.0), Value(-2.0)
    for _ in range(600):
        x.grad = y.grad = 0.0
        ((x - 1.0) ** 2 + 3.0 * (y + 0.5) ** 2).backward()
        optimizer.step([x, y])

    # AdamW pulls a little towards 0, and RMSprop keeps stepping by about its rate.
    assert (1.0, -0.5) == pytest.approx((x.data, y.data), abs=0.03)


def test_state_and_iterations_are_all_that_a_resumed_run_needs():
    whole, first, second = Adam(0.1), Adam(0.1), Adam(0.1)
    a, b = np.ones(2), np.ones(2)
    gradients = [np.array([k + 1.0, -0.5]) for k in range(6)]
    for g in gradients:
        whole.update(a, g)
    for g in gradients[:3]:
        first.update(b, g)
    second.state, second.iterations = first.state, first.iterations
    for g in gradients[3:]:
        second.update(b, g)

    assert a.tolist() == b.tolist()


def test_the_learning_rate_may_change_between_steps():
    optimizer, w = SGD(learning_rate=1.0), Value(0.0)
    w.grad = 1.0
    optimizer.step([w])
    optimizer.learning_rate = 0.25
    optimizer.step([w])

    assert -1.25 == w.data


def test_the_learning_rate_may_be_a_function_of_the_steps_made():
    optimizer, w = SGD(learning_rate=lambda k: 1.0 / 2**k), Value(0.0)
    w.grad = 1.0
    for _ in range(3):
        optimizer.step([w])

    assert -1.75 == w.data
    assert 3 == optimizer.iterations


def test_parameters_may_come_from_a_generator():
    w = Value(1.0)
    w.grad = 1.0
    SGD(0.5).step(p for p in [w])

    assert 0.5 == w.data


def test_other_parameters_than_before_are_an_error():
    optimizer, a, b = SGD(0.1), Value(1.0), Value(2.0)
    optimizer.step([a, b])

    for others in ([a], [b, a], [a, Value(2.0)]):
        with pytest.raises(ValueError, match="not the 2 of the step before"):
            optimizer.step(others)
    optimizer.step((a, b))


def test_arrays_of_another_shape_are_an_error():
    optimizer = Adam()
    optimizer.update(np.ones(2), np.ones(2))

    with pytest.raises(ValueError, match=r"\(3,\) weights do not fit"):
        optimizer.update(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match=r"\(2,\) weights do not fit"):
        optimizer.update(np.ones(2), np.ones(3))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: SGD(learning_rate=0.0), ValueError, "learning_rate is above 0"),
        (lambda: SGD(learning_rate=-0.1), ValueError, "learning_rate.*not -0.1"),
        (lambda: Adam(learning_rate=math.nan), ValueError, "learning_rate.*not nan"),
        (lambda: Adam(learning_rate=math.inf), ValueError, "finite, not inf"),
        (lambda: SGD(learning_rate="fast"), TypeError, "learning_rate"),
        (lambda: SGD([Value(1.0)]), TypeError, r"not list.*optimizer.step\(model"),
        (lambda: SGD(momentum=1.0), ValueError, "momentum is from 0 to below 1, not 1"),
        (lambda: SGD(momentum=-0.1), ValueError, "momentum.*not -0.1"),
        (lambda: Adam(beta_1=1.0), ValueError, "beta_1 is from 0"),
        (lambda: Adam(beta_2=1.5), ValueError, "beta_2 is from 0"),
        (lambda: Adam(epsilon=0), ValueError, "epsilon is above 0"),
        (lambda: RMSprop(rho=2), ValueError, "rho is from 0"),
        (lambda: AdamW(weight_decay=-1), ValueError, "weight_decay is from 0"),
        (lambda: SGD().step([]), ValueError, "there are none"),
        (lambda: SGD().step([1.0]), TypeError, "not 1.0"),
        (lambda: SGD().step([Value(1.0) + 1.0]), TypeError, "that nothing computed"),
        (lambda: optimizers.get("sdg"), ValueError, "unknown optimizer 'sdg'.*'sgd'"),
        (lambda: optimizers.get(0.1), TypeError, "optimizer is a name.*not 0.1"),
        (lambda: Optimizer(0.1).step([Value(1.0)]), TypeError, "has no rule"),
    ],
)
def test_mistakes_are_told_in_words(call, error, words):
    with pytest.raises(error, match=words) as caught:
        call()

    assert isinstance(caught.value, MicrobpError)


def test_a_wrong_learning_rate_is_refused_later_too():
    optimizer = SGD()
    with pytest.raises(ValueError, match="learning_rate is above 0"):
        optimizer.learning_rate = -1.0

    assert 0.01 == optimizer.learning_rate


def test_optimizers_are_found_by_name_in_any_case_and_as_themselves():
    assert SGD is type(optimizers.get("SGD"))
    assert Adam is type(optimizers.get("adam"))
    adam = Adam()
    assert adam is optimizers.get(adam)


def test_repr_shows_the_numbers():
    assert "SGD(learning_rate=0.1, momentum=0.9, nesterov=True)" == repr(
        SGD(0.1, 0.9, True)
    )
    assert "Adam(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07)" == repr(
        Adam()
    )
