"""Where a nan comes from."""

import math
from pathlib import Path

import pytest

import microbp
from microbp import Value, detect_anomaly, lift, placeholder
from microbp.errors import AnomalyError, StaleGraphError


def here(text):
    """The number of the line of this file that holds a text."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return next(k for k, line in enumerate(lines, 1) if text in line)


def test_the_first_nan_is_named_with_its_line():
    x = Value(-1.0, label="x")
    with pytest.raises(AnomalyError) as caught, detect_anomaly():
        (x * 2).log()  # the line of the nan
        raise AssertionError("not reached")

    message = str(caught.value)
    assert message.startswith("log gives nan of Value(data=-2.0")
    assert f"test_anomaly.py, line {here('the line of the' + ' nan')}" in message


def test_an_infinity_is_an_anomaly_too():
    with detect_anomaly(), pytest.raises(AnomalyError, match="exp gives inf of"):
        Value(1000.0, label="x").exp()


def test_functions_of_many_are_watched():
    x = [Value(1.0), Value(math.inf, label="far")]
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"label='far'.*was inf"):
        microbp.sum(x)


def test_a_gradient_that_is_no_number_is_named_with_its_line():
    x = Value(0.0, label="x")
    with detect_anomaly():
        y = x.sqrt() * 3.0  # the line of the gradient
        with pytest.raises(AnomalyError) as caught:
            y.backward()

    message = str(caught.value)
    assert "the gradient of Value(label='x', data=0.0, grad=inf) is inf" in message
    assert "sqrt passed 3.0 × inf on to it" in message
    assert f"line {here('the line of the' + ' gradient')}" in message


def test_a_number_that_was_changed_after_its_use_is_noticed():
    x = Value(2.0, label="x")
    with detect_anomaly():
        y = x * x
        x.data = 3.0
        with pytest.raises(StaleGraphError, match=r"which is 9\.0 by now: a number"):
            y.backward()
        x.grad = 0.0
        y.forward()
        y.backward()

    assert 6.0 == x.grad


def test_healthy_numbers_pass_and_are_the_same():
    def compute():
        x, w = Value(2.0), Value(0.5)
        y = (x * w).tanh() ** 2 + microbp.logsumexp([x, w])
        y.backward()
        return y.data, x.grad, w.grad

    expected = compute()
    with detect_anomaly():
        assert expected == compute()


def test_afterwards_nobody_watches():
    with detect_anomaly(), detect_anomaly():
        pass
    with pytest.raises(ZeroDivisionError), detect_anomaly():
        raise ZeroDivisionError

    assert math.isnan(Value(-1.0).log().data)


def test_placeholders_are_no_anomaly():
    x, w = placeholder("x"), Value(3.0)
    with detect_anomaly():
        program = lift((w * x).tanh(), inputs=[x])

    assert 0.0 == program([[0.0]])[0]


def test_a_forgotten_zero_grad_is_hinted_at():
    w = Value(1.0, label="w")
    with detect_anomaly():
        (w * w).backward()
        w.data -= 0.1 * w.grad
        with pytest.warns(UserWarning, match=r"'w' was changed .*zero_grad") as told:
            (w * w).backward()  # the line without zero_grad
        w.data -= 0.1 * w.grad
        w.grad = 0.0
        (w * w).backward()  # a warning would be an error here

    assert [Path(each.filename) for each in told] == [Path(__file__)]
    assert told[0].lineno == here("the line without" + " zero_grad")
    assert w.grad == 2.0 * w.data


def test_a_second_run_from_the_same_node_is_hinted_at():
    x = Value(3.0, label="x")
    with detect_anomaly():
        y = x * x
        y.backward()
        with pytest.warns(UserWarning, match="went through the result of [*] before"):
            y.backward()

    assert x.grad == 12.0


def test_adding_up_the_gradients_of_several_graphs_is_no_mistake():
    w = Value(1.0, label="w")
    with detect_anomaly():
        for x in (2.0, 3.0, 5.0):
            (w * x).backward()

    assert w.grad == 10.0


def test_a_graph_that_is_kept_and_computed_anew_is_no_mistake():
    x = Value(3.0, label="x")
    with detect_anomaly():
        y = x * x * 2.0
        y.backward()
        x.data, x.grad = 5.0, 0.0
        y.forward()
        y.backward()

    assert x.grad == 20.0


def test_without_detect_anomaly_nothing_is_said():
    x = Value(3.0)
    y = x * x
    y.backward()
    x.data = 4.0
    y.backward()

    assert x.grad == 12.0  # the local derivatives of before: y is as it was made
