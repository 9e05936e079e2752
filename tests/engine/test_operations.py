"""Every row of the table is right, and everything that reads a row agrees with it.

A new row is covered without a new test: the tests run over `OPERATIONS`.
"""

import itertools
import math
import operator
import random

import numpy as np
import pytest

import microbp
from microbp import Value
from microbp.engine.operations import OPERATIONS
from tests.helpers import (
    NUMPY,
    REFERENCE,
    bits,
    central_difference,
    is_close,
    reference,
)

OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "neg": operator.neg,
    "abs": abs,
}
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, math.inf, -math.inf, math.nan]
SPECIAL += [5e-324, -5e-324, 1e-160, 1.5e308, -1.5e308, 1000.0, -1000.0, 1 / 3]
ROWS = list(OPERATIONS.values())
FUNCTIONS = [row for row in ROWS if row.is_function]
INSIDE_EVERY_DOMAIN = 0.5


def each(rows):
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.name)


def counts_of(row):
    return [2, 4, 6] if row.variadic else [row.arity]


def points(row, number=40):
    """Points at which the row and its neighbourhood are finite and smooth."""
    rng = random.Random(row.name)
    found = []
    for _ in range(200 * number):
        n = rng.choice(counts_of(row))
        scale = rng.choice([0.3, 1.0, 3.0])
        x = [rng.gauss(0.0, scale) for _ in range(n)]
        slopes = numeric_slopes(row, x)
        if len(slopes) == n and max(map(abs, slopes)) < 1e3:
            found.append((x, slopes))
        if len(found) == number:
            return found
    raise AssertionError(f"only {len(found)} smooth points of {row.name}")


def numeric_slopes(row, x):
    """Central differences by every operand, or less where one cannot be trusted."""
    slopes = [
        central_difference(lambda at: row.evaluate(tuple(at))[0], x, i)
        for i in range(len(x))
    ]
    return [slope for slope in slopes if math.isfinite(slope)]


def as_values(row, x):
    """The node that a user gets, by the operator or the method; and its operands."""
    operands = [Value(number) for number in x]
    if row.variadic:
        half = len(operands) // 2
        pair = [operands[:half], operands[half:]]
        arguments = pair if row.name == "dot" else [operands]
        return getattr(microbp, row.name)(*arguments), operands
    if row.name in OPERATORS:
        return OPERATORS[row.name](*operands), operands
    return getattr(operands[0], row.name)(*operands[1:]), operands


# ---- values and derivatives ---------------------------------------------------------


@each(ROWS)
def test_derivatives_are_the_central_differences_of_the_value(row):
    for x, expected in points(row):
        actual = row.evaluate(tuple(x))[1]

        assert len(expected) == len(actual)
        assert all(map(lambda e, a: is_close(e, a, 1e-6, 1e-8), expected, actual)), x


@pytest.mark.parametrize("name", sorted(REFERENCE))
def test_value_is_that_of_another_implementation(name):
    for x, _ in points(OPERATIONS[name]):
        expected = reference(name, x)
        if math.isnan(expected):  # the reference leaves this case open
            continue

        assert is_close(expected, OPERATIONS[name].evaluate(tuple(x))[0], 1e-11, 1e-13)


@each(ROWS)
def test_results_are_python_floats(row):
    for n in counts_of(row):
        for number in (INSIDE_EVERY_DOMAIN, *SPECIAL):
            out, local_grads = row.evaluate((number,) * n)

            assert [float] * (n + 1) == [type(x) for x in (out, *local_grads)]


@each(ROWS)
def test_arrays_give_element_by_element_what_floats_give(row):
    sets = [x for x, _ in points(row)]
    sets = [x for x in sets if len(x) == len(sets[0])]
    columns = list(map(np.array, zip(*sets, strict=True)))

    out = row.value(*columns)
    local_grads = row.derivatives(out, *columns)

    for i, x in enumerate(sets):
        expected, expected_grads = row.evaluate(tuple(x))
        grads = [np.broadcast_to(grad, len(sets))[i] for grad in local_grads]

        assert is_close(expected, out[i], 1e-12, 1e-14), x
        assert all(
            map(lambda e, a: is_close(e, a, 1e-12, 1e-14), expected_grads, grads)
        )


@pytest.mark.parametrize("name", sorted(NUMPY))
def test_special_numbers_give_what_numpy_gives(name):
    row = OPERATIONS[name]
    for x in itertools.product(SPECIAL, repeat=counts_of(row)[0]):
        if name == "**" and x == (-math.inf, 0.5):
            continue  # inf in IEEE 754 and in C; NumPy takes the square root, nan
        with np.errstate(all="ignore"):
            expected = float(NUMPY[name](*map(np.float64, x)))

        assert is_close(expected, row.evaluate(x)[0], 1e-14, 0.0), x


@each(ROWS)
def test_no_number_makes_an_operation_fail(row):
    n = counts_of(row)[0]
    for x in itertools.product(SPECIAL, repeat=n):
        out, local_grads = row.evaluate(x)

        assert (float, n) == (type(out), len(local_grads))


# ---- notation, arity, notes ---------------------------------------------------------


@each([row for row in ROWS if not row.variadic])
def test_arity_is_what_the_value_function_takes(row):
    x = [INSIDE_EVERY_DOMAIN] * row.arity

    assert float is type(row.value(*x))
    with pytest.raises(TypeError, match="argument"):
        row.value(*x, 1.0)
    with pytest.raises(TypeError, match="argument"):
        row.value(*x[1:])


@each(ROWS)
def test_there_is_a_derivative_for_each_operand(row):
    for n in counts_of(row):
        local_grads = row.evaluate((INSIDE_EVERY_DOMAIN,) * n)[1]

        assert (tuple, n) == (type(local_grads), len(local_grads))


@each(ROWS)
def test_notation_has_a_place_for_each_operand(row):
    names = [f"<{i}>" for i in range(row.arity or 1)]
    text = row.notation.format(*names)

    assert all(text.count(name) == 1 for name in names)


@each(ROWS)
def test_a_row_with_a_kink_says_what_was_decided(row):
    if one_sided_differences(row):
        assert row.note


@each(ROWS)
def test_derivative_at_a_kink_lies_between_those_on_either_side(row):
    for x, place, low, high in one_sided_differences(row):
        actual = row.evaluate(x)[1][place]

        assert min(low, high) - 1e-6 <= actual <= max(low, high) + 1e-6, (x, place)


def one_sided_differences(row):
    """Where the slopes left and right of a point differ, as (x, place, left, right)."""
    if row.variadic or row.arity > 2:
        return []
    found, h = [], 1e-7
    for x in itertools.product([0.0, 1.0, -1.0, 0.3], repeat=row.arity):
        for place in range(row.arity):
            slopes = []
            for end in (-h, h):
                moved = tuple(v + end * (i == place) for i, v in enumerate(x))
                slopes.append((row.evaluate(moved)[0] - row.evaluate(x)[0]) / end)
            left, right = slopes
            if abs(left) < 1e3 and abs(right) < 1e3 and abs(left - right) > 1e-3:
                found.append((x, place, left, right))
    return found


@pytest.mark.parametrize("name", ["abs", "relu", "leaky_relu", "elu"])
def test_the_search_for_kinks_finds_the_one_at_zero(name):
    kinks = one_sided_differences(OPERATIONS[name])

    assert 0.0 in [x[place] for x, place, *_ in kinks]


@pytest.mark.parametrize(
    ("name", "x", "value", "derivatives"),
    [
        ("abs", (0.0,), 0.0, (0.0,)),
        ("abs", (-0.0,), 0.0, (0.0,)),
        ("relu", (0.0,), 0.0, (0.0,)),
        ("relu", (-0.0,), 0.0, (0.0,)),
        ("relu", (5e-324,), 5e-324, (1.0,)),
        ("leaky_relu", (0.0, 0.25), 0.0, (0.25, 0.0)),
        ("elu", (0.0, 0.5), 0.0, (0.5, 0.0)),
        ("maximum", (3.0, 3.0), 3.0, (0.5, 0.5)),
        ("minimum", (3.0, 3.0), 3.0, (0.5, 0.5)),
        ("maximum", (3.0, 2.0), 3.0, (1.0, 0.0)),
        ("minimum", (3.0, 2.0), 2.0, (0.0, 1.0)),
        ("clip", (1.0, -1.0, 1.0), 1.0, (1.0, 0.0, 0.0)),
        ("clip", (-1.0, -1.0, 1.0), -1.0, (1.0, 0.0, 0.0)),
        ("clip", (2.0, -1.0, 1.0), 1.0, (0.0, 0.0, 1.0)),
        ("clip", (-2.0, -1.0, 1.0), -1.0, (0.0, 1.0, 0.0)),
        ("log", (0.0,), -math.inf, (math.inf,)),
        ("log1p", (-1.0,), -math.inf, (math.inf,)),
        ("sqrt", (0.0,), 0.0, (math.inf,)),
        ("sqrt", (-1.0,), math.nan, (math.nan,)),
        ("asin", (1.0,), math.pi / 2, (math.inf,)),
        ("acos", (1.0,), 0.0, (-math.inf,)),
        ("asin", (2.0,), math.nan, (math.nan,)),
        ("exp", (1000.0,), math.inf, (math.inf,)),
        ("/", (1.0, 0.0), math.inf, (math.inf, -math.inf)),
        ("/", (-1.0, 0.0), -math.inf, (math.inf, math.inf)),
        ("/", (0.0, 0.0), math.nan, (math.inf, math.nan)),
        ("**", (0.0, 0.0), 1.0, (0.0, 0.0)),
        ("**", (0.0, 1.0), 0.0, (1.0, 0.0)),
        ("**", (0.0, 2.0), 0.0, (0.0, 0.0)),
        ("**", (0.0, 0.5), 0.0, (math.inf, 0.0)),
        ("**", (0.0, -1.0), math.inf, (-math.inf, None)),
        ("**", (-2.0, 3.0), -8.0, (12.0, math.nan)),
        ("**", (-2.0, 0.0), 1.0, (0.0, math.nan)),
        ("**", (-8.0, 1 / 3), math.nan, (math.nan, math.nan)),
        ("**", (1e200, 2.0), math.inf, (2e200, math.inf)),
    ],
)
def test_convention_at_kinks_ties_and_edges(name, x, value, derivatives):
    out, local_grads = OPERATIONS[name].evaluate(x)

    assert is_close(value, out)
    for expected, actual in zip(derivatives, local_grads, strict=True):
        assert expected is None or is_close(expected, actual)


@pytest.mark.parametrize("x", [(2.0, 3.0, 1.0), (1.0, math.nan, 2.0)])
def test_clip_with_impossible_bounds_gives_what_numpy_gives(x):
    assert is_close(float(np.clip(*x)), OPERATIONS["clip"].evaluate(x)[0])


# ---- large arguments ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "x", "value", "derivative"),
    [
        ("sigmoid", 1000.0, 1.0, 0.0),
        ("sigmoid", -1000.0, 0.0, 0.0),
        ("tanh", 1000.0, 1.0, 0.0),
        ("tanh", -1000.0, -1.0, 0.0),
        ("softplus", 1000.0, 1000.0, 1.0),
        ("softplus", -1000.0, 0.0, 0.0),
        ("silu", 1000.0, 1000.0, 1.0),
        ("silu", -1000.0, 0.0, 0.0),
        ("gelu", 1000.0, 1000.0, 1.0),
        ("gelu", -1000.0, 0.0, 0.0),
        ("relu", 1000.0, 1000.0, 1.0),
        ("relu", -1000.0, 0.0, 0.0),
        ("elu", 1000.0, 1000.0, 1.0),
        ("elu", -1000.0, -1.0, 0.0),
        ("expm1", -1000.0, -1.0, 0.0),
        ("log1p", 1e-300, 1e-300, 1.0),
        ("expm1", 1e-300, 1e-300, 1.0),
        ("softplus", -50.0, math.exp(-50.0), math.exp(-50.0)),
        ("sigmoid", -50.0, math.exp(-50.0), math.exp(-50.0)),
        ("silu", -50.0, -50.0 * math.exp(-50.0), -49.0 * math.exp(-50.0)),
        ("erf", 1000.0, 1.0, 0.0),
    ],
)
def test_large_and_tiny_arguments_lose_nothing(name, x, value, derivative):
    node, operands = as_values(OPERATIONS[name], (x,))
    node.backward()

    assert is_close(value, node.data, 1e-14)
    assert is_close(derivative, operands[0].grad, 1e-13)


# ---- what reads a row agrees with it ------------------------------------------------


@each(ROWS)
def test_nodes_have_the_numbers_of_the_row_bit_for_bit(row):
    for x, _ in points(row):
        node, operands = as_values(row, x)
        out, local_grads = row.evaluate(tuple(x))

        assert bits([out, *local_grads]) == bits([node.data, *node.local_grads])
        assert (row.name, tuple(operands)) == (node.op, node.parents)


@each(FUNCTIONS)
def test_functions_have_the_numbers_of_the_row_bit_for_bit(row):
    function = getattr(microbp, row.name)
    for x, _ in points(row):
        node = function(*map(Value, x))
        out, local_grads = row.evaluate(tuple(x))

        assert bits([out, *local_grads]) == bits([node.data, *node.local_grads])
        assert (float, out.hex()) == (type(function(*x)), function(*x).hex())


@each([row for row in ROWS if row.name in OPERATORS])
def test_operators_have_the_numbers_of_the_row_at_any_floats(row):
    rng = random.Random(5)
    huge = [rng.choice([-1, 1]) * 10 ** rng.uniform(-320, 308) for _ in range(20)]
    for x in itertools.product(SPECIAL + huge, repeat=row.arity):
        node = as_values(row, x)[0]
        out, local_grads = row.evaluate(x)

        assert bits([out, *local_grads]) == bits([node.data, *node.local_grads]), x


@each([row for row in ROWS if row.arity == 2 and row.name in OPERATORS])
def test_a_number_on_either_side_of_an_operator_is_a_constant(row):
    compute = OPERATORS[row.name]
    out, local_grads = row.evaluate((2.0, 0.5))
    for x, y in [(Value(2.0), 0.5), (2.0, Value(0.5)), (2, Value(0.5))]:
        node = compute(x, y)

        assert bits([out, *local_grads]) == bits([node.data, *node.local_grads])
        assert {"leaf", "constant"} == {parent.kind for parent in node.parents}
        assert [2.0, 0.5] == [parent.data for parent in node.parents]


@each([row for row in ROWS if row.defaults])
def test_last_operands_may_be_left_out_where_there_are_defaults(row):
    first = [1.5] * (row.arity - len(row.defaults))
    expected = row.evaluate((*first, *row.defaults))[0]

    assert expected == getattr(microbp, row.name)(*first)
    assert expected == getattr(Value(first[0]), row.name)(*first[1:]).data


@each(FUNCTIONS)
def test_wrong_numbers_of_operands_are_refused(row):
    for n in (0, row.arity + 1):
        with pytest.raises(microbp.MicrobpError, match=f"{row.name} takes") as caught:
            getattr(microbp, row.name)(*[Value(0.5)] * n)

        assert isinstance(caught.value, ValueError)
