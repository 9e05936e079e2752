import copy
import pickle

import numpy as np
import pytest

from microbp import MLP, Layer, Module, Neuron, Value
from microbp.engine.value import leaf


class Net(Module):
    def __init__(self):
        self.scale = Value(2.0, label="scale")
        self.hidden = Layer(2, 3, "tanh", rng=0)
        self.heads = [Neuron(3, "linear", rng=1), Neuron(3, "linear", rng=2)]
        self.size = 3

    def forward(self, x):
        h = self.hidden(x)
        return [self.scale * head(h) for head in self.heads]


def test_parameters_come_in_the_order_of_the_attributes():
    net = Net()
    expected = [net.scale]
    for neuron in [*net.hidden.neurons, *net.heads]:
        expected += [*neuron.w, neuron.b]

    assert expected == net.parameters()


def test_shared_parameters_and_shared_modules_count_once():
    net = Module()
    net.a = net.b = Neuron(2)
    net.w = net.a.w[0]

    assert net.a.parameters() == net.parameters()


def test_a_module_that_holds_its_owner_does_not_loop():
    net, child = Module(), Module()
    net.child, child.owner = child, net
    child.w = Value(1.0)

    assert [child.w] == net.parameters()


def test_results_and_constants_are_not_parameters():
    net = Module()
    net.w = leaf(1.0, kind="parameter")
    net.out = net.w * 2.0
    net.c = leaf(1.0, kind="constant")

    assert [net.w] == net.parameters()


def test_parameters_are_found_in_lists_tuples_dicts_and_object_arrays():
    values = [Value(float(i)) for i in range(6)]
    net = Module()
    net.a = [values[0], [values[1]]]
    net.b = (values[2],)
    net.c = {"k": values[3]}
    net.d = np.array(values[4:], dtype=object)
    net.e = np.zeros(3)

    assert values == net.parameters()


def test_named_parameters_name_the_path_of_attributes():
    names = [name for name, _ in Net().named_parameters()]

    assert "scale" == names[0]
    assert "hidden.neurons.2.b" == names[9]
    assert "heads.1.w.2" == names[-2]
    assert len(set(names)) == len(names) == len(Net().parameters())


def test_named_parameters_holds_the_same_values_as_parameters():
    net = Net()

    assert net.parameters() == [value for _, value in net.named_parameters()]


def test_zero_grad_sets_every_gradient_to_zero():
    net = Net()
    sum(net([1.0, 2.0])).backward()
    assert any(p.grad for p in net.parameters())

    net.zero_grad()

    assert [0.0] * 18 == [p.grad for p in net.parameters()]


def test_a_subclass_in_the_style_of_micrograd_works_alone_and_inside_another():
    class Old(Module):
        def __init__(self):
            self.p = [Value(1.0), Value(2.0)]

        def __call__(self, x):
            return self.p[0] * x + self.p[1]

        def parameters(self):
            return self.p[::-1]

    old, net = Old(), Module()
    net.inner = old

    assert 5.0 == old(3.0).data
    assert old.p[::-1] == net.parameters()
    assert ["inner.0", "inner.1"] == [name for name, _ in net.named_parameters()]
    old(3.0).backward()
    net.zero_grad()
    assert [0.0, 0.0] == [p.grad for p in old.p]


def test_super_parameters_can_be_extended():
    class Scaled(MLP):
        def parameters(self):
            return [*super().parameters(), extra]

    extra = Value(1.0)

    assert extra is Scaled(1, [1]).parameters()[-1]
    assert 3 == len(Scaled(1, [1]).parameters())


def test_nodes_remember_the_module_that_made_them():
    net = Net()
    out = net([1.0, 2.0])[1]
    head = out.parents[1]
    hidden = head.parents[0].parents[1]

    assert "net" == out.scope.path
    assert ("neuron", "net/heads 2") == (head.scope.kind, head.scope.path)
    assert "net/hidden/neuron 1" == hidden.scope.path
    assert "Neuron(2, 'tanh')" == hidden.scope.title


def test_a_name_given_by_hand_is_kept():
    class Named(Module):
        def __init__(self):
            self.name = "brain"
            self.part = Neuron(1)

        def forward(self, x):
            return self.part(x)

    assert "brain/part" == Named()([1.0]).scope.path


def test_a_new_name_shows_at_the_next_call():
    neuron = Neuron(1)
    neuron([1.0])
    neuron.name = "first"

    assert "first" == neuron([1.0]).scope.path


def test_repr_shows_the_modules_inside_even_in_a_circle():
    net = Net()
    assert (
        "Net(hidden=Layer(2, 3, 'tanh'), "
        "heads=[Neuron(3, 'linear'), Neuron(3, 'linear')])" == repr(net)
    )

    net.me = net
    assert repr(net).endswith("me=...)")


def test_a_module_without_forward_says_what_to_write():
    class Empty(Module):
        pass

    with pytest.raises(TypeError, match=r"Empty cannot be called.*define forward"):
        Empty()(1.0)


def test_keyword_arguments_reach_forward():
    class Power(Module):
        def forward(self, x, *, n):
            return x**n

    assert 8.0 == Power()(Value(2.0), n=3).data


@pytest.mark.parametrize(
    "clone", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))]
)
def test_copies_are_equal_and_independent(clone):
    model = MLP(2, [3, 2], activation="leaky_relu", output="softmax", rng=0)
    model([1.0, 2.0])
    twin = clone(model)

    assert [p.data for p in model.parameters()] == [p.data for p in twin.parameters()]
    assert not {*model.parameters()} & {*twin.parameters()}
    before = [p.data for p in model([1.0, 2.0])]
    twin.parameters()[0].data += 1.0
    assert before == [p.data for p in model([1.0, 2.0])]
    assert before != [p.data for p in twin([1.0, 2.0])]
