import math
import random

import numpy as np
import pytest

import microbp
from microbp import MLP, Layer, MicrobpError, Neuron, Value

ACTIVATIONS = {
    "linear": lambda z: z,
    "relu": lambda z: max(z, 0.0),
    "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
    "elu": lambda z: z if z > 0 else math.expm1(z),
    "softplus": lambda z: math.log(1.0 + math.exp(z)),
    "silu": lambda z: z / (1.0 + math.exp(-z)),
    "swish": lambda z: z / (1.0 + math.exp(-z)),
    "gelu": lambda z: z * 0.5 * (1.0 + math.erf(z / math.sqrt(2.0))),
    "sigmoid": lambda z: 1.0 / (1.0 + math.exp(-z)),
    "tanh": math.tanh,
    "sin": math.sin,
    "exp": math.exp,
}


def in_numpy(model, x):
    """The network once more, with arrays; hidden relu, last layer linear."""
    for layer in model.layers:
        w = np.array([[p.data for p in neuron.w] for neuron in layer.neurons])
        x = w @ x + np.array([neuron.b.data for neuron in layer.neurons])
        x = np.maximum(x, 0.0) if layer is not model.layers[-1] else x
    return x


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("x", [2.0, -2.0])
def test_a_neuron_is_the_activation_of_its_weighted_sum(name, x):
    neuron = Neuron(2, name, weights=[0.5, -1.0], bias=0.25)
    z = 0.5 * x - 1.0 * 0.75 + 0.25

    assert ACTIVATIONS[name](z) == pytest.approx(neuron([x, 0.75]).data, rel=1e-14)


def test_a_neuron_has_one_node_for_each_product_one_sum_and_one_activation():
    x = [Value(1.0), Value(2.0)]
    neuron = Neuron(2, "tanh", rng=0)
    out = neuron(x)
    (total,) = out.parents
    *products, bias = total.parents

    assert ("tanh", "sum") == (out.op, total.op)
    assert bias is neuron.b
    assert [(w, v) for w, v in zip(neuron.w, x, strict=True)] == [
        p.parents for p in products
    ]


def test_a_linear_neuron_ends_in_the_sum():
    assert "sum" == Neuron(2, None)([1.0, 2.0]).op


def test_a_function_is_an_activation():
    neuron = Neuron(1, lambda v: v * v, weights=[3.0])

    assert 36.0 == neuron([2.0]).data
    assert 9.0 == Neuron(1, microbp.relu, weights=[3.0])([3.0]).data
    assert math.tanh(3.0) == Neuron(1, np.tanh, weights=[1.0])([3.0]).data


def test_a_function_that_drops_the_graph_is_an_error():
    neuron = Neuron(1, math.tanh)

    with pytest.raises(TypeError, match=r"tanh returned float.*no derivative"):
        neuron([1.0])


def test_parameters_are_labelled_and_ordered():
    layer = Layer(2, 2)

    assert ["w1", "w2", "b"] * 2 == [p.label for p in layer.parameters()]
    assert {"parameter"} == {p.kind for p in layer.parameters()}


def test_numbers_become_one_labelled_constant_each():
    model = MLP(2, [3, 1], rng=0)
    out = model([1.5, -2.0])
    hidden = [p.parents[1] for p in out.parents[0:3]]
    inputs = {p.parents[1] for h in hidden for p in h.parents[0].parents[:2]}

    assert {("x1", 1.5, "constant"), ("x2", -2.0, "constant")} == {
        (v.label, v.data, v.kind) for v in inputs
    }
    assert 2 == len(inputs)


def test_values_given_as_inputs_are_used_as_they_are_and_get_gradients():
    x = [Value(1.0, label="a"), 2.0]
    neuron = Neuron(2, "linear", weights=[3.0, 4.0])
    neuron(x).backward()

    assert 3.0 == x[0].grad
    assert "a" == x[0].label


@pytest.mark.parametrize(
    "row",
    [
        [1.0, -2.0],
        (1, -2),
        np.array([1.0, -2.0]),
        np.array([1, -2]),
        np.array([1.0, -2.0], dtype=np.float32),
        np.array([Value(1.0), Value(-2.0)]),
        [Value(1.0), np.float64(-2.0)],
        map(Value, [1.0, -2.0]),
    ],
    ids=repr,
)
def test_rows_of_every_kind_give_the_same_output(row):
    model = MLP(2, [4, 3], rng=7)

    expected = in_numpy(model, np.array([1.0, -2.0]))
    assert expected == pytest.approx([v.data for v in model(row)], rel=1e-13)


def test_a_network_equals_the_formula_in_numpy():
    model = MLP(3, [5, 4, 1], rng=3)
    x = np.array([0.3, -0.7, 1.1])

    assert in_numpy(model, x)[0] == pytest.approx(model(x).data, rel=1e-13)


def test_gradients_equal_finite_differences():
    model = MLP(2, [4, 1], activation="tanh", rng=0)
    x = [0.3, -0.7]
    model(x).backward()

    for p in model.parameters():
        start, h = p.data, 1e-5
        p.data = start + h
        above = model(x).data
        p.data = start - h
        slope = (above - model(x).data) / (2 * h)
        p.data = start
        assert slope == pytest.approx(p.grad, rel=1e-6, abs=1e-9)


def test_one_output_is_a_value_and_several_are_a_list():
    assert isinstance(MLP(2, [3, 1])([0.0, 0.0]), Value)
    assert isinstance(Layer(2, 1)([0.0, 0.0]), Value)
    assert list is type(MLP(2, [3, 2])([0.0, 0.0]))


def test_a_layer_of_one_neuron_can_stand_in_the_middle():
    assert 2 == len(MLP(2, [1, 1, 2])([1.0, 1.0]))


@pytest.mark.parametrize("x", [0.5, Value(0.5), [0.5], np.float64(0.5), np.array(0.5)])
def test_one_input_needs_no_list(x):
    assert 1.5 == Neuron(1, "linear", weights=[3.0])(x).data


def test_softmax_makes_probabilities_and_log_softmax_their_logarithms():
    p = MLP(2, [4, 3], output="softmax", rng=5)([1.0, 2.0])
    logs = MLP(2, [4, 3], output="log_softmax", rng=5)([1.0, 2.0])

    assert 1.0 == pytest.approx(sum(v.data for v in p), rel=1e-14)
    assert [math.log(v.data) for v in p] == pytest.approx([v.data for v in logs])


def test_softmax_belongs_to_the_layer_and_neurons_stay_linear():
    layer = Layer(2, 3, "softmax", rng=0)
    p = layer([1.0, 2.0])
    z = [n([1.0, 2.0]).data for n in layer.neurons]
    e = np.exp(z) / np.exp(z).sum()

    assert list(e) == pytest.approx([v.data for v in p], rel=1e-13)
    assert "layer" == p[0].scope.path


def test_softmax_of_one_output_or_of_a_neuron_is_an_error():
    with pytest.raises(ValueError, match="softmax of one output is constant"):
        MLP(2, [3, 1], output="softmax")
    with pytest.raises(ValueError, match="unknown activation 'softmax'"):
        Neuron(2, "softmax")


def test_reprs_read_as_structure():
    assert "Neuron(2, 'relu')" == repr(Neuron(2))
    assert "Layer(2, 3, 'silu')" == repr(Layer(2, 3, "swish"))
    model = MLP(2, [16, 16, 1])
    assert "MLP(2, [16, 16, 1], activation='relu')" == repr(model)
    assert f"{model!r} with 337 parameters" == str(model)
    model = MLP(2, (3, 2), "tanh", "softmax")
    assert "MLP(2, [3, 2], activation='tanh', output='softmax')" == repr(model)
    assert "Neuron(1, tanh)" == repr(Neuron(1, math.tanh))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: MLP(2, [3, 1])([1.0]), ValueError, r"MLP\(2, .*takes 2 inputs, not 1"),
        (lambda: MLP(2, [3, 1])([1.0] * 3), ValueError, "takes 2 inputs, not 3"),
        (lambda: Neuron(1)([1.0, 2.0]), ValueError, "takes 1 input, not 2"),
        (lambda: Layer(2, 3)([]), ValueError, "takes 2 inputs, not 0"),
        (lambda: MLP(2, [1])(np.zeros((5, 2))), ValueError, r"\(5, 2\).*for row in X"),
        (lambda: MLP(2, [1])([[1.0], [2.0]]), ValueError, "one row.*for row in X"),
        (lambda: MLP(2, [1])(list(np.zeros((2, 2)))), ValueError, "one row"),
        (lambda: MLP(2, [1])(np.array(0.0)), TypeError, "1-D array of 2.*ndarray"),
        (lambda: MLP(2, [1])(1.0), TypeError, r"1-D array of 2.*not float 1.0"),
        (lambda: MLP(2, [1])(None), TypeError, "not NoneType None"),
        (lambda: MLP(2, [1])("ab"), TypeError, "not str 'ab'"),
        (lambda: MLP(2, [1])({1.0, 2.0}), TypeError, "not set"),
        (lambda: MLP(2, [1])([1.0, "b"]), TypeError, "input 2 of MLP.*not str 'b'"),
        (lambda: MLP(2, [1])([None, 1.0]), TypeError, "input 1 of MLP.*not None"),
        (lambda: MLP(2, 1), TypeError, r"nouts is a list.*\[16, 16, 1\]"),
        (lambda: MLP(2, []), ValueError, "nouts names no layer"),
        (lambda: MLP(2, [0]), ValueError, "size of a layer is 1 or more, not 0"),
        (lambda: MLP(2.0, [1]), TypeError, "nin is an int, not float 2.0"),
        (lambda: Neuron(-1), ValueError, "nin is 1 or more, not -1"),
        (lambda: Neuron(2, weights=[1.0]), ValueError, "has 2 weights, not 1"),
        (lambda: Neuron(1, weights=["a"]), TypeError, "the weight w1 takes one real"),
        (lambda: MLP(2, [1], "rleu"), ValueError, "unknown activation 'rleu'.*'relu'"),
        (lambda: MLP(2, [1], output="rleu"), ValueError, "unknown output.*'softmax'"),
        (lambda: MLP(2, [1], "maximum"), ValueError, "unknown activation 'maximum'"),
        (lambda: MLP(2, [1], "+"), ValueError, "unknown activation"),
        (lambda: MLP(2, [1], 3), TypeError, "a name such as 'relu'.*not int 3"),
        (lambda: MLP(2, [1], rng="a"), TypeError, "rng takes an int.*not str 'a'"),
        (lambda: MLP(2, [1], rng=0.5), TypeError, "rng takes an int.*not float 0.5"),
        (lambda: MLP(2, [1], rng=-1), ValueError, "a seed is 0 or more, not -1"),
    ],
)
def test_mistakes_are_told_in_words(call, error, words):
    with pytest.raises(error, match=words) as caught:
        call()

    assert isinstance(caught.value, MicrobpError)


def weights(model):
    return [p.data for p in model.parameters() if p.label != "b"]


@pytest.mark.parametrize(
    "make", [lambda: 5, lambda: random.Random(5), lambda: np.random.default_rng(5)]
)
def test_the_same_seed_gives_the_same_network(make):
    assert weights(MLP(3, [4, 2], rng=make())) == weights(MLP(3, [4, 2], rng=make()))


def test_an_int_seeds_pythons_generator_and_weights_are_drawn_in_order():
    rng, width = random.Random(5), math.sqrt(6.0 / 3)
    expected = [width * (2.0 * rng.random() - 1.0) for _ in range(6)]

    assert expected == weights(Layer(3, 2, "relu", rng=5))
    assert expected == weights(Layer(3, 2, "relu", rng=np.int64(5)))


def test_a_generator_moves_on_so_that_two_layers_differ():
    rng = np.random.default_rng(0)

    assert weights(Layer(2, 2, rng=rng)) != weights(Layer(2, 2, rng=rng))


def test_networks_without_a_seed_differ():
    assert weights(Layer(4, 4)) != weights(Layer(4, 4))


@pytest.mark.parametrize(
    ("activation", "variance"),
    [
        ("relu", 2 / 50),
        ("silu", 2 / 50),
        ("tanh", 2 / 150),
        ("softmax", 2 / 150),
        ("linear", 2 / 150),
    ],
)
def test_first_weights_have_the_variance_of_he_or_glorot(activation, variance):
    drawn = weights(Layer(50, 100, activation, rng=1))

    # Of 5,000 uniform draws the variance is off by 1.3 % (one standard deviation).
    assert variance == pytest.approx(np.var(drawn), rel=0.05)
    assert 0.0 == pytest.approx(np.mean(drawn), abs=4 * math.sqrt(variance / 5000))
    assert max(map(abs, drawn)) <= math.sqrt(3 * variance)


def test_biases_start_at_zero():
    biases = [p.data for p in MLP(3, [4, 2]).parameters() if p.label == "b"]

    assert [0.0] * 6 == biases


def test_signals_keep_their_size_through_many_layers():
    model = MLP(64, [64] * 10, rng=0)
    x = np.random.default_rng(0).normal(size=64)
    out = np.array([v.data for v in model(x)])

    assert 0.1 < np.mean(out**2) < 10.0


def test_xor_is_learned():
    model = MLP(2, [4, 1], activation="tanh", output="sigmoid", rng=1)
    data = [((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((1, 1), 0)]
    for _ in range(400):
        model.zero_grad()
        microbp.sum([(model(x) - y) ** 2 for x, y in data]).backward()
        for p in model.parameters():
            p.data -= 1.0 * p.grad

    assert [y for _, y in data] == [round(model(x).data) for x, _ in data]
