import random

import numpy as np
import pytest

import microbp
from microbp.micrograd import nn
from microbp.micrograd.engine import Value
from microbp.micrograd.nn import MLP, Layer, Module, Neuron


def test_reprs_are_those_of_micrograd():
    assert "ReLUNeuron(2)" == str(Neuron(2)) == repr(Neuron(2))
    assert "LinearNeuron(1)" == repr(Neuron(1, nonlin=False))
    layer = "Layer of [ReLUNeuron(2), ReLUNeuron(2)]"
    assert layer == str(Layer(2, 2))
    assert f"MLP of [{layer}, Layer of [LinearNeuron(2)]]" == str(MLP(2, [2, 1]))


def test_weights_are_drawn_in_order_and_biases_are_zero():
    random.seed(3)
    expected = []
    for nin in (2, 2, 2):  # three neurons: two in the first layer, one in the second
        expected += [*(random.uniform(-1, 1) for _ in range(nin)), 0]
    random.seed(3)

    assert expected == [p.data for p in MLP(2, [2, 1]).parameters()]


def test_parts_have_the_names_of_micrograd():
    model = MLP(3, [4, 4, 1])

    assert [4, 4, 1] == [len(layer.neurons) for layer in model.layers]
    assert [True, True, False] == [layer.neurons[0].nonlin for layer in model.layers]
    assert (3, 0.0) == (
        len(model.layers[0].neurons[0].w),
        model.layers[0].neurons[0].b.data,
    )
    assert 41 == len(model.parameters())
    assert issubclass(MLP, Module) and Module is microbp.Module
    assert nn.MLP is MLP


def test_a_neuron_adds_products_to_its_bias():
    neuron = Neuron(2, nonlin=False)
    x = [Value(1.0), Value(2.0)]
    out = neuron(x)
    inner, second = out.parents
    bias, first = inner.parents

    assert bias is neuron.b
    assert ((neuron.w[0], x[0]), (neuron.w[1], x[1])) == (first.parents, second.parents)
    assert "relu" == Neuron(2)(x).op


def test_a_wrong_number_of_inputs_is_an_error():
    with pytest.raises(ValueError, match=r"takes 3 inputs, not 2"):
        MLP(3, [4, 1])([1.0, 2.0])


def test_zero_grad_clears_the_gradients():
    model = MLP(2, [2, 1])
    sum(p * p for p in model.parameters()).backward()
    model.zero_grad()

    assert [0.0] * 9 == [p.grad for p in model.parameters()]


def test_the_network_class_of_the_lecture_runs():
    class LectureNeuron:
        def __init__(self, nin):
            self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
            self.b = Value(random.uniform(-1, 1))

        def __call__(self, x):
            act = sum((wi * xi for wi, xi in zip(self.w, x, strict=True)), self.b)
            return act.tanh()

        def parameters(self):
            return [*self.w, self.b]

    random.seed(0)
    neurons = [LectureNeuron(3) for _ in range(4)]
    final = LectureNeuron(4)
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    ys = [1.0, -1.0, -1.0, 1.0]
    parameters = [p for n in [*neurons, final] for p in n.parameters()]
    for _ in range(100):
        out = [final([n(x) for n in neurons]) for x in xs]
        loss = sum((o - y) ** 2 for y, o in zip(ys, out, strict=True))
        for p in parameters:
            p.grad = 0.0
        loss.backward()
        for p in parameters:
            p.data += -0.05 * p.grad

    assert ys == [round(o.data) for o in out]
    assert loss.data < 0.2


# Printed in micrograd's demo.ipynb; the last digit or two depends on the order in which
# gradients are added.
PUBLISHED = [
    (0.8958441028683222, 50),
    (1.7235905336972022, 81),
    (0.7429006313851131, 77),
    (0.7705641260584201, 82),
    (0.3692793385976538, 84),
    (0.31354548191852194, 86),
    (0.2814234349772435, 89),
    (0.26888733313983904, 91),
    (0.2567147286057417, 91),
    (0.27048625516379216, 91),
]


def moons(steps):
    """The demo of micrograd, (loss, accuracy in percent) for each step."""
    datasets = pytest.importorskip("sklearn.datasets")
    np.random.seed(1337)
    random.seed(1337)
    X, y = datasets.make_moons(n_samples=100, noise=0.1)
    y = y * 2 - 1
    model = MLP(2, [16, 16, 1])
    history = []
    for k in range(steps):
        inputs = [list(map(Value, row)) for row in X]
        scores = list(map(model, inputs))
        hinges = [(1 + -yi * s).relu() for yi, s in zip(y, scores, strict=True)]
        data_loss = sum(hinges) * (1.0 / len(hinges))
        loss = data_loss + 1e-4 * sum(p * p for p in model.parameters())
        right = sum((yi > 0) == (s.data > 0) for yi, s in zip(y, scores, strict=True))
        history.append((loss.data, right))
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
    return history


def test_the_moons_demo_starts_with_the_published_numbers():
    history = moons(2 if not microbp.compiled else 10)

    for expected, actual in zip(PUBLISHED, history, strict=False):
        assert expected == pytest.approx(actual, rel=1e-12)


@pytest.mark.slow
def test_the_moons_demo_ends_with_every_point_on_its_side():
    assert 100 == moons(100)[-1][1]
