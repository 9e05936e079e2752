"""What passes for a number beside a Value, and what is said of everything else."""

import math
import operator
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import microbp
from microbp import MicrobpError, Value
from microbp.engine.numbers import to_float


class Floatable:
    def __float__(self):
        return 2.5


class Indexable:
    def __index__(self):
        return 7


NUMBERS = [
    (3, 3.0),
    (-0.0, -0.0),
    (True, 1.0),
    (False, 0.0),
    (10**300, 1e300),
    (Fraction(1, 4), 0.25),
    (Decimal("0.125"), 0.125),
    (np.float64(1.5), 1.5),
    (np.float32(0.1), 0.10000000149011612),
    (np.float16(0.5), 0.5),
    (np.longdouble(0.5), 0.5),
    (np.int64(-7), -7.0),
    (np.uint8(200), 200.0),
    (np.bool_(True), 1.0),
    (np.array(2.5), 2.5),
    (np.array(3), 3.0),
    (np.array([4.0]), 4.0),
    (Floatable(), 2.5),
    (Indexable(), 7.0),
    (math.inf, math.inf),
]
# What came, a part of what the message says of it, and of the advice.
NOT_NUMBERS = [
    ("2.0", "str '2.0'", "float"),
    (b"2.0", "bytes b'2.0'", "float"),
    (bytearray(b"2"), "bytearray", "float"),
    (None, "None", "forget to return"),
    ([1.0, 2.0], r"list \[1.0, 2.0\]", "each element"),
    ((1.0,), r"tuple \(1.0,\)", "each element"),
    ({1.0}, r"set \{1.0\}", "each element"),
    ({"a": 1.0}, r"dict \{'a': 1.0\}", "each element"),
    ([0.0] * 1000, r"list \[0.0, .*\.\.\.", "each element"),
    (1j, "complex 1j", "convert it to a float"),
    (np.complex128(1j), "complex128", "convert it to a float"),
    (np.complex64(1j), "complex64", "convert it to a float"),
    (np.array([1j]), r"ndarray of shape \(1,\)", "each element"),
    (np.array([1.0, 2.0]), r"ndarray of shape \(2,\)", "each element"),
    (np.ones((2, 3)), r"ndarray of shape \(2, 3\)", "each element"),
    (np.array([]), r"ndarray of shape \(0,\)", "each element"),
    (np.array(["1.0"]), r"ndarray of shape \(1,\)", "each element"),
    (np.datetime64("2020-01-01"), "datetime64", "convert it to a float"),
    (object(), "object <object", "convert it to a float"),
    (float, "type <class 'float'>", "convert it to a float"),
    (len, "builtin_function_or_method", "convert it to a float"),
]
OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge]


def name_of(x):
    return f"{type(x).__name__}-{repr(x)[:20]}"


each_number = pytest.mark.parametrize(
    ("number", "expected"), NUMBERS, ids=[name_of(x) for x, _ in NUMBERS]
)
each_other = pytest.mark.parametrize(
    ("thing", "came", "advice"),
    NOT_NUMBERS,
    ids=[f"{i}-{type(x).__name__}" for i, (x, *_) in enumerate(NOT_NUMBERS)],
)


@each_number
def test_numbers_become_floats(number, expected):
    v = Value(number)
    w = Value(0.0)
    w.data = w.grad = number

    assert [float] * 3 == [type(x) for x in (v.data, w.data, w.grad)]
    assert [expected] * 4 == [v.data, w.data, w.grad, to_float(number, "it")]


@each_number
@pytest.mark.parametrize("compute", OPERATORS)
def test_numbers_on_either_side_of_an_operator_become_constants(
    compute, number, expected
):
    v = Value(2.0)
    for node, x, y in [
        (compute(v, number), 2.0, expected),
        (compute(number, v), expected, 2.0),
    ]:
        assert Value is type(node)
        assert [x, y] == [parent.data for parent in node.parents]
        assert compute(Value(x), Value(y)).data == pytest.approx(node.data, nan_ok=True)


@each_number
@pytest.mark.parametrize("compare", COMPARISONS)
def test_numbers_compare_with_the_data(compare, number, expected):
    v = Value(0.25)

    assert compare(0.25, expected) is bool(compare(v, number))
    assert compare(expected, 0.25) is bool(compare(number, v))


@each_other
def test_other_things_are_refused_wherever_a_number_belongs(thing, came, advice):
    v = Value(1.0)
    for use, where in [
        (lambda: Value(thing), "Value"),
        (lambda: setattr(v, "data", thing), "data"),
        (lambda: setattr(v, "grad", thing), "grad"),
        (lambda: to_float(thing, "the rate"), "the rate"),
    ]:
        with pytest.raises(MicrobpError, match=f"(?s){where}.* not {came}") as caught:
            use()

        assert isinstance(caught.value, TypeError)
        assert "one real number" in str(caught.value)
        assert advice in str(caught.value)
    assert (1.0, 0.0) == (v.data, v.grad)


@each_other
@pytest.mark.parametrize("use", [*OPERATORS, *COMPARISONS])
def test_other_things_are_refused_on_either_side_of_an_operator(
    use, thing, came, advice
):
    v = Value(1.0)
    for x, y in [(v, thing), (thing, v)]:
        with pytest.raises(MicrobpError, match=r"one real number.*not") as caught:
            use(x, y)

        assert isinstance(caught.value, TypeError)
        assert advice in str(caught.value)


@pytest.mark.parametrize(
    "number",
    [10**400, -(10**400), Fraction(10**400, 3)],
    ids=["int", "negative", "fraction"],
)
def test_too_large_numbers_are_an_overflow(number):
    v = Value(1.0)
    for use in [
        lambda: Value(number),
        lambda: setattr(v, "data", number),
        lambda: setattr(v, "grad", number),
        lambda: v + number,
        lambda: number * v,
        lambda: v < number,
    ]:
        with pytest.raises(MicrobpError, match=r"up to 1\.8e308.*scale it") as caught:
            use()

        assert isinstance(caught.value, OverflowError)


@pytest.mark.parametrize("number", [10**5000, -(10**5000)], ids=["int", "negative"])
def test_numbers_too_long_to_print_are_an_overflow(number):
    with pytest.raises(MicrobpError, match=r"up to 1\.8e308.*scale it") as caught:
        Value(number)

    assert isinstance(caught.value, OverflowError)


def test_a_list_of_numbers_too_long_to_print_is_refused_like_others():
    with pytest.raises(MicrobpError, match="one real number"):
        Value([10**5000])


def test_a_value_is_no_number_for_another_value():
    v = Value(1.0)
    for use in [
        lambda: Value(v),
        lambda: setattr(v, "data", Value(2.0)),
        lambda: setattr(v, "grad", Value(2.0)),
    ]:
        with pytest.raises(MicrobpError, match=r"is a Value already.*detach") as caught:
            use()

        assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("label", [None, 3, b"x", ["x"], Value(1.0)])
def test_labels_are_text(label):
    v = Value(1.0)
    for use in [lambda: setattr(v, "label", label), lambda: Value(1.0, label=label)]:
        with pytest.raises(MicrobpError, match="a label is a str, not") as caught:
            use()

        assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize(
    ("arguments", "message", "builtin"),
    [
        (([1.0], "op"), "operands of a node are Values, not float 1.0", TypeError),
        (("x",), "not for text 'x': a label is given as label='x'", TypeError),
        (((Value(1.0),), (1.0, 2.0)), "1 operands need as many", ValueError),
        (((Value(1.0),), ("a",)), "local derivative takes one real", TypeError),
    ],
)
def test_nodes_built_by_hand_are_checked(arguments, message, builtin):
    with pytest.raises(MicrobpError, match=message) as caught:
        Value(1.0, *arguments)

    assert isinstance(caught.value, builtin)


@pytest.mark.parametrize("arguments", [(Value(1.0),), ((Value(1.0),), 5)])
def test_operands_and_derivatives_have_to_come_in_a_sequence(arguments):
    with pytest.raises(MicrobpError, match="operands"):
        Value(1.0, *arguments)


# ---- NumPy --------------------------------------------------------------------------

W = [[1.0, -2.0], [0.5, 3.0]]
X = [0.25, -1.5]


def values(numbers):
    return np.vectorize(Value, otypes=[object])(np.array(numbers))


def data(array):
    return np.vectorize(float, otypes=[float])(array)


@pytest.mark.parametrize(
    "compute",
    [
        lambda w, x: w @ x,
        lambda w, x: x @ w,
        lambda w, x: np.tanh(w @ x),
        lambda w, x: np.exp(w),
        lambda w, x: np.sin(w) + np.cos(w) - np.tan(w),
        lambda w, x: np.arctan(w),
        lambda w, x: np.arcsin(w / 4) * np.arccos(w / 4),
        lambda w, x: np.log(abs(w)) + np.sqrt(np.abs(w)),
        lambda w, x: np.log1p(w * w) - np.expm1(w),
        lambda w, x: np.sinh(w) + np.cosh(w),
        lambda w, x: -w + 2.0 * w - w / 3 + 1 / w,
        lambda w, x: w**2 + 2.0**w,
        lambda w, x: w.sum(axis=0),
        lambda w, x: w.mean(axis=1),
        lambda w, x: w.cumsum(),
        lambda w, x: np.outer(x, x),
        lambda w, x: np.maximum(w, x) - np.minimum(w, x),
        lambda w, x: np.sort(w, axis=1),
        lambda w, x: np.square(w) + np.reciprocal(w),
    ],
)
def test_numpy_computes_on_object_arrays_what_it_computes_on_floats(compute):
    expected = compute(np.array(W), np.array(X))
    actual = compute(values(W), values(X))

    assert object == actual.dtype
    assert np.allclose(expected, data(actual), rtol=1e-14)


@pytest.mark.parametrize("reduce", [np.sum, np.mean, np.max, np.min, np.prod])
def test_numpy_reduces_an_object_array_to_a_value(reduce):
    actual = reduce(values(W))

    assert Value is type(actual)
    assert reduce(np.array(W)) == actual.data


@pytest.mark.parametrize("compute", OPERATORS[:4])
def test_a_value_beside_an_object_array_acts_on_each_element(compute):
    v = Value(2.0)

    assert np.array_equal(compute(np.array(W), 2.0), data(compute(values(W), v)))
    assert np.array_equal(compute(2.0, np.array(W)), data(compute(v, values(W))))


def test_the_gradient_flows_through_an_object_array():
    w, x = values(W), np.array(X)
    np.sum(np.tanh(w @ x)).backward()
    slopes = 1.0 - np.tanh(np.array(W) @ x) ** 2
    actual = [[v.grad for v in row] for row in w]

    assert np.allclose(np.outer(slopes, x), actual, rtol=1e-14)


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64, np.array])
@pytest.mark.parametrize("compute", OPERATORS)
def test_a_numpy_scalar_on_the_left_gives_a_value(compute, kind):
    node = compute(kind(2), Value(3.0))

    assert Value is type(node)
    assert compute(2.0, 3.0) == node.data
    assert 2 == len(node.parents)


@pytest.mark.parametrize("name", ["exp", "relu", "sigmoid", "erf", "gelu"])
def test_functions_take_arrays(name):
    function = getattr(microbp, name)
    expected = [function(x) for x in X]

    assert np.allclose(expected, function(np.array(X)), rtol=1e-14)
    assert np.allclose(expected, data(function(values(X))), rtol=1e-14)
    assert object == function(values(X)).dtype
