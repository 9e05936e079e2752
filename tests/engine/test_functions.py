"""Sums of many, softmax, and functions of Values, numbers and arrays."""

import math

import numpy as np
import pytest

import microbp
from microbp import (
    MicrobpError,
    Value,
    dot,
    log_softmax,
    logsumexp,
    softmax,
)
from tests.helpers import central_difference, is_close

X = [0.5, -1.25, 3.0, 0.5]
Y = [2.0, 0.1, -0.7, 1.5]


def finite_differences(f, x):
    return [central_difference(f, x, i) for i in range(len(x))]


def test_sum_is_one_node():
    x = list(map(Value, X))
    node = microbp.sum(x)

    assert (2.75, "sum", tuple(x)) == (node.data, node.op, node.parents)
    assert (1.0,) * 4 == node.local_grads


def test_sum_adds_from_the_left_without_compensation():
    numbers = [1.0, 1e100, 1.0, -1e100]

    assert 0.0 == microbp.sum(map(Value, numbers)).data


def test_sum_of_nothing_is_zero_and_of_numbers_a_float():
    results = [microbp.sum([]), microbp.sum([1, 2.5])]

    assert [0.0, 3.5] == results
    assert [float, float] == list(map(type, results))


def test_sum_takes_any_iterable_and_numbers_among_values():
    v = Value(1.0)

    assert 3.0 == microbp.sum(x for x in (v, 2)).data
    assert 3.0 == microbp.sum(np.array([v, 2.0], dtype=object)).data


def test_dot_is_one_node_with_the_gradient_of_a_product():
    x, y = list(map(Value, X)), list(map(Value, Y))
    node = dot(x, y)
    node.backward()

    assert is_close(float(np.dot(X, Y)), node.data)
    assert ("dot", (*x, *y)) == (node.op, node.parents)
    assert Y == [each.grad for each in x]
    assert X == [each.grad for each in y]


def test_dot_of_one_list_with_itself():
    x = list(map(Value, X))
    dot(x, x).backward()

    assert [2 * number for number in X] == [each.grad for each in x]


def test_dot_takes_numbers_on_either_side():
    x = list(map(Value, X))

    assert dot(X, x).data == dot(x, np.array(X)).data == dot(X, X)
    assert float is type(dot(X, X))
    assert 0.0 == dot([], [])


def test_logsumexp_agrees_with_numpy_and_its_gradient_is_the_softmax():
    x = list(map(Value, X))
    node = logsumexp(x)
    node.backward()
    weights = np.exp(X) / np.exp(X).sum()

    assert is_close(float(np.logaddexp.reduce(X)), node.data, 1e-14)
    assert np.allclose(weights, [each.grad for each in x], rtol=1e-13)


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([1000.0, 1000.0], 1000.0 + math.log(2.0)),
        ([-1000.0, -1000.0], -1000.0 + math.log(2.0)),
        ([1000.0, -1000.0], 1000.0),
        ([-math.inf, 1.0], 1.0),
        ([math.inf, 1.0], math.inf),
        ([-math.inf, -math.inf], -math.inf),
        ([math.nan, 1.0], math.nan),
        ([5.0], 5.0),
    ],
)
def test_logsumexp_of_large_numbers(x, expected):
    assert is_close(expected, logsumexp(x), 1e-15)
    assert is_close(expected, logsumexp(map(Value, x)).data, 1e-15)


def test_softmax_agrees_with_its_definition():
    e = np.exp(X)

    assert np.allclose(
        e / e.sum(), [p.data for p in softmax(map(Value, X))], rtol=1e-14
    )
    assert np.allclose(np.log(e / e.sum()), log_softmax(X), rtol=1e-14)


@pytest.mark.parametrize("function", [softmax, log_softmax])
def test_gradients_of_each_softmax_output_are_finite_differences(function):
    for i in range(len(X)):
        x = list(map(Value, X))
        function(x)[i].backward()
        expected = finite_differences(lambda at, i=i: function(at)[i], X)

        for e, v in zip(expected, x, strict=True):
            assert is_close(e, v.grad, 1e-7, 1e-9)


def test_softmax_of_large_numbers():
    x = [Value(1000.0), Value(-1000.0), Value(1000.0)]
    p = softmax(x)
    log_p = log_softmax(x)
    log_p[1].backward()

    assert [0.5, 0.0, 0.5] == pytest.approx([each.data for each in p], rel=1e-12)
    assert is_close(-2000.0 - math.log(2.0), log_p[1].data)
    assert [-0.5, 1.0, -0.5] == pytest.approx([each.grad for each in x], rel=1e-12)


@pytest.mark.parametrize("function", [microbp.sum, logsumexp, softmax, log_softmax])
@pytest.mark.parametrize("thing", [3.0, None, "abc", Value(1.0)])
def test_a_single_thing_is_no_sequence(function, thing):
    with pytest.raises(MicrobpError, match="takes a sequence of Values, not") as caught:
        function(thing)

    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("function", [logsumexp, softmax, log_softmax])
def test_no_values_at_all(function):
    with pytest.raises(MicrobpError, match="at least one") as caught:
        function([])

    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("function", [microbp.sum, logsumexp, softmax, log_softmax])
def test_what_is_no_number_in_a_sequence_is_refused(function):
    with pytest.raises(MicrobpError, match=r"takes one real number.*not str") as caught:
        function([Value(1.0), "2"])

    assert isinstance(caught.value, TypeError)


def test_dot_of_unequal_lengths():
    with pytest.raises(MicrobpError, match="2 and 3") as caught:
        dot([1.0, 2.0], [1.0, 2.0, 3.0])

    assert isinstance(caught.value, ValueError)


def test_functions_of_numbers_are_floats_and_of_values_are_values():
    assert (float, Value) == (type(microbp.exp(1)), type(microbp.exp(Value(1))))
    assert Value is type(microbp.maximum(1.0, Value(2.0)))
    assert Value is type(microbp.clip(Value(1.0), 0, 2))
    assert float is type(microbp.clip(1, 0, 2))


def test_functions_have_a_name_and_a_text_for_help():
    assert "relu" == microbp.relu.__name__
    assert "derivative 0 at 0" in microbp.relu.__doc__


def test_functions_act_on_arrays_element_by_element():
    x = np.array([[1.0, -2.0], [0.0, 3.0]])

    assert np.array_equal(np.maximum(x, 0.5), microbp.maximum(x, 0.5))
    assert np.array_equal(np.clip(x, -1.0, 1.0), microbp.clip(x, -1.0, 1.0))
    assert np.array_equal(np.maximum(x, 0.0), microbp.relu(x))
    assert np.array_equal(np.where(x > 0, x, 0.01 * x), microbp.leaky_relu(x))


def test_a_default_may_be_given_with_an_array():
    x = np.array([1.0, -2.0])

    assert np.array_equal([1.0, -0.4], microbp.leaky_relu(x, 0.2))


def test_wrong_numbers_of_operands_are_refused_with_an_array():
    with pytest.raises(MicrobpError, match="maximum takes 2 operands"):
        microbp.maximum(np.array([1.0, -2.0]))


@pytest.mark.parametrize("array", [np.array([1j, 2.0]), np.array(["a", "b"])])
def test_arrays_of_other_things_than_numbers_are_refused(array):
    with pytest.raises(MicrobpError, match="exp"):
        microbp.exp(array)


def test_a_sum_may_have_a_start_as_in_python():
    a, b = Value(1.0), Value(2.0)

    assert (8.0, 3) == ((s := microbp.sum([a, b], 5.0)).data, len(s.parents))
    assert 3.5 == microbp.sum([1.0, 2.0], 0.5)
