"""Lifting finds the arrays in a graph: matrix products, blocks, the batch in a loop."""

import random

import numpy as np
import pytest

import microbp
from microbp import MLP, Layer, Value, lift, placeholder
from tests.lift.graphs import blocks, n_terms, products


def numbers(n, seed=0):
    rng = random.Random(seed)
    return [rng.uniform(-1.0, 1.0) for _ in range(n)]


def values(n, seed=0):
    return list(map(Value, numbers(n, seed)))


def placeholders(n):
    return [placeholder(f"x{i}") for i in range(n)]


def rows(table, n):
    return [table[i : i + n] for i in range(0, len(table), n)]


def gradients(loss, parameters):
    loss.backward()
    return [parameter.grad for parameter in parameters]


# ---- layers -------------------------------------------------------------------------


def test_a_layer_is_one_matrix_product_with_its_biases():
    x, layer = placeholders(3), Layer(3, 5, "linear", rng=0)
    program = lift(layer(x), x, layer.parameters())

    assert [(5, (5, 4), (4, 1))] == products(program)
    assert 0 == n_terms(program)


def test_the_activations_of_a_layer_are_one_block():
    x, layer = placeholders(3), Layer(3, 5, "tanh", rng=0)
    program = lift(layer(x), x, layer.parameters())

    assert [5, 5] == list(map(len, blocks(program)))
    assert [None, "tanh"] == [b.rule and b.rule.name for b in blocks(program)]


def test_a_network_is_one_matrix_product_for_each_layer():
    x, model = placeholders(4), MLP(4, [6, 5, 3], rng=0)
    program = lift(model(x), x, model.parameters())
    shapes = [weights for _, weights, _ in products(program)]

    assert [(6, 5), (5, 7), (3, 6)] == shapes


@pytest.mark.parametrize("way", ["dot", "sum", "loop", "builtin sum", "weights last"])
def test_a_neuron_is_a_product_however_it_is_written(way):
    x, w = placeholders(4), rows(values(12), 4)

    def neuron(weights):
        if way == "dot":
            return microbp.dot(weights, x)
        if way == "weights last":
            return microbp.dot(x, weights)
        terms = [a * b for a, b in zip(weights, x, strict=True)]
        if way == "sum":
            return microbp.sum(terms)
        if way == "builtin sum":
            return sum(terms)
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return total

    program = lift([neuron(weights) for weights in w], x)

    assert [(3, (3, 4), (4, 1))] == products(program)


def test_neurons_in_any_order_are_one_product():
    x, w = placeholders(4), rows(values(12), 4)
    program = lift(
        [microbp.dot(w[i], x) for i in (2, 0, 1)], x, [v for row in w for v in row]
    )
    expected = np.reshape(numbers(12), (3, 4))[[2, 0, 1]] @ [1.0, -2.0, 3.0, 0.5]

    assert [(3, (3, 4), (4, 1))] == products(program)
    np.testing.assert_allclose(program([[1.0, -2.0, 3.0, 0.5]])[0], expected)


# ---- the batch in a loop ------------------------------------------------------------


def loop_over_samples(n_samples, n_hidden=4, n_inputs=3, batch=()):
    """A loss over samples that are plain numbers, as in micrograd's demo."""
    rng = random.Random(1)
    data = [[rng.uniform(-1, 1) for _ in range(n_inputs)] for _ in range(n_samples)]
    model = MLP(n_inputs, [n_hidden, 1], activation="tanh", rng=0)
    errors = [(model(list(map(Value, row))) - 0.5) ** 2 for row in data]
    return microbp.sum(errors) / n_samples, model.parameters(), np.array(data)


def test_a_loop_over_samples_is_a_product_with_the_batch():
    loss, parameters, _ = loop_over_samples(20)
    program = lift(loss, [], parameters)

    assert (80, (4, 4), (4, 20)) == products(program)[0]
    assert (20, (1, 5), (5, 20)) == products(program)[1]


def test_the_number_of_blocks_does_not_grow_with_the_samples():
    def n_blocks(n):
        loss, parameters, _ = loop_over_samples(n)
        return len(blocks(lift(loss, [], parameters)))

    assert n_blocks(5) == n_blocks(40)


def test_a_loop_over_samples_has_the_gradient_of_the_scalar_engine():
    loss, parameters, _ = loop_over_samples(20)
    mean, gradient = lift(loss, [], parameters).gradient(np.empty((1, 0)))

    np.testing.assert_allclose(loss.data, mean, rtol=1e-12)
    np.testing.assert_allclose(gradient, gradients(loss, parameters), rtol=1e-12)


def test_a_loop_over_samples_equals_a_batch_of_inputs():
    loss, parameters, data = loop_over_samples(20)
    x, model = placeholders(3), MLP(3, [4, 1], activation="tanh", rng=0)
    by_batch = lift((model(x) - 0.5) ** 2, x, model.parameters())
    expected = by_batch.gradient(data)
    actual = lift(loss, [], parameters).gradient(np.empty((1, 0)))

    np.testing.assert_allclose(actual[0], expected[0], rtol=1e-12)
    np.testing.assert_allclose(actual[1], expected[1], rtol=1e-12)


def test_several_samples_may_be_inputs_of_one_program():
    x, w = placeholders(12), rows(values(8), 4)
    program = lift([microbp.dot(v, s) for s in rows(x, 4) for v in w], x)

    assert [(6, (2, 4), (4, 3))] == products(program)


# ---- shared weights -----------------------------------------------------------------


def recurrent(x, w, u, state):
    """A recurrent network: h = tanh(W x + U h)."""
    for sample in x:
        state = [
            (microbp.dot(a, sample) + microbp.dot(b, state)).tanh()
            for a, b in zip(w, u, strict=True)
        ]
    return microbp.sum(state)


def test_a_recurrent_network_of_four_steps():
    w, u, data = values(6, 1), values(9, 2), numbers(8, 3)
    x = placeholders(8)
    program = lift(
        recurrent(rows(x, 2), rows(w, 2), rows(u, 3), values(3, 4)), x, w + u
    )
    samples = rows(list(map(Value, data)), 2)
    loss = recurrent(samples, rows(w, 2), rows(u, 3), values(3, 4))
    mean, gradient = program.gradient([data])

    np.testing.assert_allclose(mean, loss.data, rtol=1e-12)
    np.testing.assert_allclose(gradient, gradients(loss, w + u), rtol=1e-12)
    assert 4 == [shape for _, shape, _ in products(program)].count((3, 3))
    assert 10 > len(blocks(program))


def check(make, n_inputs, n_parameters, batch=3):
    """Hold a program to the scalar engine, and return it."""
    w, x = values(n_parameters, 5), placeholders(n_inputs)
    program = lift(make(x, w), x, w)
    data = rows(numbers(batch * n_inputs, 6), n_inputs)
    losses = [make(list(map(Value, row)), w) for row in data]
    _, gradient = program.gradient(data)

    np.testing.assert_allclose(program(data), [y.data for y in losses], rtol=1e-11)
    np.testing.assert_allclose(
        gradient, gradients(microbp.sum(losses) / batch, w), rtol=1e-11, atol=1e-15
    )
    return program


def test_tied_weights_forward_and_back():
    def autoencoder(x, w):
        code = [microbp.dot(row, x).tanh() for row in rows(w, 4)]
        back = [microbp.dot(column, code) for column in zip(*rows(w, 4), strict=True)]
        return microbp.sum([(a - b) ** 2 for a, b in zip(x, back, strict=True)])

    program = check(autoencoder, 4, 12)

    assert {(3, 4), (4, 3)} == {shape for _, shape, _ in products(program)}


def test_the_same_layer_twice():
    def twice(x, w):
        for _ in range(2):
            x = [(microbp.dot(row[:3], x) + row[3]).sigmoid() for row in rows(w, 4)]
        return microbp.sum(x)

    program = check(twice, 3, 12)

    assert [(3, 4), (3, 4)] == [shape for _, shape, _ in products(program)]


def test_a_matrix_times_itself():
    def square(x, w):
        columns = list(zip(*rows(w, 3), strict=True))
        cells = [microbp.dot(row, column) for row in rows(w, 3) for column in columns]
        return microbp.dot(cells, x * 3).tanh()

    check(square, 3, 9)


def test_a_convolution_shares_its_kernel():
    def convolution(x, w):
        cells = [microbp.dot(w[:3], x[i : i + 3]) + w[3] for i in range(6)]
        return microbp.sum([cell.relu() * cell for cell in cells])

    program = check(convolution, 8, 4)

    assert [(6, (1, 3), (3, 6))] == products(program)


def test_a_convolution_of_two_channels():
    def convolution(x, w):
        cells = [microbp.dot(k, x[i : i + 3]) for i in range(6) for k in rows(w, 3)]
        return microbp.logsumexp(cells)

    program = check(convolution, 8, 6)

    assert [(12, (2, 3), (3, 6))] == products(program)


def test_attention():
    def attention(x, w):
        tokens = rows(x, 2)
        q, k, v = (
            [[microbp.dot(row, t) for row in rows(part, 2)] for t in tokens]
            for part in rows(w, 4)
        )
        out = []
        for query in q:
            share = microbp.softmax([microbp.dot(query, key) for key in k])
            out += [microbp.dot(share, column) for column in zip(*v, strict=True)]
        return microbp.sum([each**2 for each in out])

    check(attention, 6, 12)


def test_weights_times_weights_of_both_sides_of_a_product():
    check(lambda x, w: microbp.dot(w[:4], w[4:]) * microbp.dot(w[2:6], x), 4, 8)


# ---- elementwise, and what is the same for all samples ------------------------------


def test_the_same_function_of_fifty_nodes_is_one_block():
    x, w = placeholders(50), values(50)
    program = lift(
        microbp.sum([(a * b).tanh() for a, b in zip(x, w, strict=True)]), x, w
    )

    assert [50] == [len(b) for b in blocks(program) if b.rule is not None]
    assert 3 == len(blocks(program))


def test_a_penalty_is_computed_once_and_not_for_each_sample():
    x, w = placeholders(4), values(4)
    penalty = microbp.sum([each**2 for each in w]) * 0.01
    error = (microbp.dot(w, x) - 1.0) ** 2
    program = lift(error + penalty, x, w)
    fixed = [block for block in blocks(program) if not block.varies]
    squares = [r for b in fixed for r in b.runs if r.factors[0].rows.size == 4]

    assert fixed and squares
    assert program.bound(7).memory.rows.size == 7 * len(program.bound(7).memory.rows)
    data = rows(numbers(20, 7), 4)
    expected = [
        (np.dot(numbers(4), row) - 1.0) ** 2 + 0.01 * np.dot(numbers(4), numbers(4))
        for row in data
    ]
    np.testing.assert_allclose(program(data), expected, rtol=1e-12)


def test_a_loss_without_inputs_is_the_same_for_each_sample():
    x, w = placeholder(), Value(3.0)
    program = lift(w * w, [x], [w])

    assert [9.0, 9.0] == program([[1.0], [2.0]]).tolist()
    assert (9.0, [6.0]) == (lambda m, g: (m, g.tolist()))(
        *program.gradient([[1.0]] * 4)
    )


def test_nodes_that_need_no_gradient_have_none():
    x, w = placeholders(3), values(3)
    scaled = [(each * 2.0).tanh() for each in x]
    program = lift(microbp.dot(scaled, w), x, w)

    assert [False, False, True] == [block.learns for block in blocks(program)]
