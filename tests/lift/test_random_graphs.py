"""Lifted random graphs compute what the scalar engine computes, sample by sample."""

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from microbp import Value, lift, placeholder
from microbp.engine.operations import OPERATIONS
from tests.lift.graphs import CONSTANTS, Builder, n_operands, poison, recipes

ROWS = list(OPERATIONS.values())
calm = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def lifted(recipe, with_placeholders=True):
    """The program of a recipe."""
    n = len(recipe.samples[0])
    inputs = [placeholder() if with_placeholders else Value(1000.0) for _ in range(n)]
    parameters = list(map(Value, recipe.parameters))
    loss, outputs = recipe.leaves(inputs, parameters)
    return lift(loss, inputs, parameters, outputs=outputs)


def batch_of(recipe):
    return np.array(recipe.samples).reshape(len(recipe.samples), -1)


def check_numbers(recipe, with_placeholders=True):
    program, X = lifted(recipe, with_placeholders), batch_of(recipe)
    losses, gradient, outputs, scale = recipe.reference()
    close = {"rtol": 1e-9, "atol": 1e-11 * scale}
    mean, actual = program.gradient(X)

    np.testing.assert_allclose(actual, gradient, **close)
    np.testing.assert_allclose(mean, losses.mean(), **close)
    np.testing.assert_allclose(program(X), losses, **close)
    if recipe.outputs:
        np.testing.assert_allclose(program.outputs, outputs, **close)


def check_repeats(recipe):
    program, X = lifted(recipe), batch_of(recipe)
    losses = program(X)
    mean, gradient = program.gradient(X)
    again = program.gradient(X)
    poison(program, X)
    poisoned = program.gradient(X)

    assert losses.tolist() == program(X).tolist()
    assert (mean, gradient.tolist()) == (again[0], again[1].tolist())
    assert (mean, gradient.tolist()) == (poisoned[0], poisoned[1].tolist())


@given(recipes(), st.booleans())
@settings(calm, max_examples=250)
def test_numbers_are_those_of_the_scalar_engine(recipe, with_placeholders):
    check_numbers(recipe, with_placeholders)


@given(recipes())
@settings(calm, max_examples=150)
def test_a_second_run_gives_the_same_bits_whatever_the_first_left_behind(recipe):
    check_repeats(recipe)


@pytest.mark.slow
@given(recipes(), st.booleans())
@settings(calm, max_examples=2_000)
def test_numbers_are_those_of_the_scalar_engine_many_times(recipe, with_placeholders):
    check_numbers(recipe, with_placeholders)
    check_repeats(recipe)


# ---- every row of the table ---------------------------------------------------------


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_row_with_operands_of_all_kinds(row):
    """Inputs, parameters, constants, results; the same one in several places."""
    first = len(CONSTANTS)
    input_, parameter, other, frozen, result, constant = *range(first, first + 5), 3
    checked = 0
    for count in {n_operands(row, wide) for wide in (0, 1)}:
        kinds = [input_, parameter, other, frozen, result, constant]
        for places in itertools.islice(itertools.product(kinds, repeat=count), 250):
            samples = [[0.3], [-1.7], [0.9]]
            builder = Builder(samples, [0.7, -0.4], [1.3])
            builder.add("*", [input_, parameter])
            if builder.add_squashed(row.name, list(places)):
                builder.add("*", [len(builder.free) - 1, parameter])
                check_numbers(builder.recipe(len(builder.free) - 1))
                checked += 1

    assert checked >= 4


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_row_in_a_block_of_several_units(row):
    first = len(CONSTANTS)
    n_inputs, n_parameters = 4, 3
    rng = np.random.default_rng(0)
    samples = rng.uniform(-1.5, 1.5, (5, n_inputs)).tolist()
    builder = Builder(samples, rng.uniform(0.2, 0.9, n_parameters).tolist(), [])
    weighted = []
    for i, j in itertools.product(range(n_inputs), range(n_parameters)):
        builder.add("*", [first + i, first + n_inputs + j])
        weighted.append(len(builder.free) - 1)
    count = n_operands(row, 1)
    results = []
    for i in range(len(weighted)):
        places = [weighted[(i + k) % len(weighted)] for k in range(count)]
        if builder.add_squashed(row.name, places):
            results.append(len(builder.free) - 1)
    builder.add("sum", results)

    assert results
    check_numbers(builder.recipe(len(builder.free) - 1))
