"""Fold: modules closed into boxes. Scopes are made by hand, as any module would."""

import pytest

from microbp import Value
from microbp import sum as value_sum
from microbp.engine.scope import Scope
from microbp.engine.value import leaf
from microbp.errors import ArgumentError, ArgumentTypeError, ChoiceError
from microbp.graph import Graph, Group, fold


def neuron(name, x):
    with Scope("neuron", name, f"Neuron({len(x)})"):
        w = [leaf(0.1 * (i + 1), f"w{i + 1}", "parameter") for i in range(len(x))]
        return value_sum([a * b for a, b in zip(w, x, strict=True)]).tanh()


def network(x, *widths):
    with Scope("mlp", "mlp"):
        for number, width in enumerate(widths, start=1):
            with Scope("layer", f"layer {number}", f"Layer({len(x)}, {width})"):
                x = [neuron(f"neuron {k + 1}", x) for k in range(width)]
    return x


def inputs(n):
    return [Value(float(i), label=f"x{i}") for i in range(1, n + 1)]


@pytest.fixture
def loss():
    """2 inputs, layers of 3 and 1 neurons, and (out - 1) ** 2."""
    (out,) = network(inputs(2), 3, 1)
    loss = (out - 1.0) ** 2
    loss.label = "loss"
    loss.backward()
    return loss


def groups(folded):
    return {box.name: box for box in folded.boxes if isinstance(box, Group)}


def arrows(folded):
    """Edges as (source, target): count of values, by the names of the boxes."""
    names = [
        box.name if isinstance(box, Group) else folded.graph.names[box]
        for box in folded.boxes
    ]
    return {(names[e.source], names[e.target]): e.values for e in folded.edges}


def test_without_fold_every_node_is_a_box(loss):
    graph = Graph(loss)
    folded = fold(graph)

    assert tuple(range(len(graph))) == folded.boxes == folded.box_of
    assert () == folded.frames


def test_layers_close_into_boxes_with_counts(loss):
    folded = fold(Graph(loss), "layer")

    assert ["layer 1", "layer 2"] == list(groups(folded))
    first, second = groups(folded).values()
    assert (12, 6, 3) == (first.operations, first.parameters, len(first.outputs))
    assert (5, 3, 1) == (second.operations, second.parameters, len(second.outputs))
    assert "Layer(2, 3)" == first.title
    assert "mlp/layer 1" == first.path


def test_arrows_between_boxes_are_counted(loss):
    folded = fold(Graph(loss), "layer")

    expected = {
        ("x1", "layer 1"): 1,
        ("x2", "layer 1"): 1,
        ("layer 1", "layer 2"): 3,
        ("layer 2", "v18"): 1,
        ("1", "v18"): 1,
        ("v18", "loss"): 1,
        ("2", "loss"): 1,
    }
    assert expected == arrows(folded)


def test_an_arrow_of_one_operand_keeps_its_local_derivative(loss):
    folded = fold(Graph(loss), "layer")

    locals_of = {
        folded.graph.names[e.nodes[1]]: e.local for e in folded.edges if e.nodes
    }
    assert 1.0 != locals_of["loss"]
    between_layers = [e for e in folded.edges if e.values == 3]
    assert [None] == [e.local for e in between_layers]


def test_the_gradient_of_a_box_is_the_root_mean_square_of_its_parameters(loss):
    graph = Graph(loss)
    group = groups(fold(graph, "layer"))["layer 2"]

    gradients = [graph.grad[i] for i in group.nodes if graph.kind[i] == "parameter"]
    expected = (sum(g * g for g in gradients) / 3) ** 0.5
    assert expected == pytest.approx(group.grad_rms, rel=1e-12)


def test_the_root_mean_square_does_not_overflow():
    w = leaf(1.0, "w", "parameter")
    with Scope("layer", "layer 1"):
        y = w * 1e200
    y.backward()

    assert 1e200 == groups(fold(Graph(y), 1))["layer 1"].grad_rms


def test_modules_are_closed_by_any_kind_and_by_depth(loss):
    graph = Graph(loss)

    assert ["mlp"] == list(groups(fold(graph, "mlp"))) == list(groups(fold(graph, 1)))
    assert ["layer 1", "layer 2"] == list(groups(fold(graph, 2)))
    assert 4 == sum(isinstance(box, Group) for box in fold(graph, "neuron").boxes)
    assert 4 == sum(isinstance(box, Group) for box in fold(graph, 3).boxes)


def test_depth_0_closes_nothing_and_frames_all(loss):
    graph = Graph(loss)
    folded = fold(graph, 0)

    assert len(graph) == len(folded.boxes)
    (mlp,) = folded.frames
    assert "mlp" == mlp.scope.name
    assert ["layer 1", "layer 2"] == [frame.scope.name for frame in mlp.frames]
    assert [3, 1] == [len(frame.frames) for frame in mlp.frames]
    assert [6] * 3 == [len(frame.boxes) for frame in mlp.frames[0].frames]


def test_closed_modules_stand_in_the_frames_of_open_ones(loss):
    folded = fold(Graph(loss), "layer")

    (mlp,) = folded.frames
    inside = [folded.boxes[box].name for box in mlp.boxes]
    assert ["layer 1", "layer 2"] == inside
    outside = [folded.graph.names[folded.boxes[box]] for box in folded.free]
    assert {"x1", "x2", "1", "2", "v18", "loss"} == set(outside)


def test_each_call_of_a_module_is_a_box():
    scopes = Scope("layer", "layer 1"), Scope("layer", "layer 1")
    x = Value(1.0, label="x")
    for scope in scopes:
        with scope:
            x = x * 2.0

    boxes = fold(Graph(x), "layer").boxes
    assert ["layer 1", "layer 1"] == [b.path for b in boxes if isinstance(b, Group)]


def test_a_parameter_of_two_boxes_stands_outside():
    w = leaf(2.0, "w", "parameter")
    with Scope("layer", "layer 1"):
        h = w * 3.0
    with Scope("layer", "layer 2"):
        y = h * w

    folded = fold(Graph(y), "layer")
    expected = {("w", "layer 1"): 1, ("w", "layer 2"): 1, ("layer 1", "layer 2"): 1}
    assert expected == arrows(folded)
    assert [1, 1] == [group.parameters for group in groups(folded).values()]


def test_a_labelled_constant_is_an_input_and_a_bare_one_is_not():
    pixel, offset = leaf(0.5, "pixel", "constant"), leaf(2.0, "", "constant")
    with Scope("layer", "layer 1"):
        y = pixel * offset

    assert {("pixel", "layer 1"): 1} == arrows(fold(Graph(y), "layer"))


def test_seven_inputs_of_the_same_boxes_become_one_box_and_six_do_not():
    seven = fold(Graph(network(inputs(7), 2)), "layer")
    six = fold(Graph(network(inputs(6), 2)), "layer")

    assert {("inputs x1 … x7", "layer 1"): 7} == arrows(seven)
    assert 6 == len(six.edges)


def test_unlabelled_inputs_are_counted_in_their_name():
    x = [Value(1.0) for _ in range(8)]

    assert "8 inputs" in groups(fold(Graph(network(x, 1)), "layer"))


def test_shared_parameters_become_one_box():
    w = [leaf(1.0, f"w{i}", "parameter") for i in range(10)]
    outputs = []
    for number in (1, 2):
        with Scope("layer", f"call {number}"):
            outputs.append(value_sum(w))

    folded = fold(Graph(outputs), "layer")
    assert "parameters w0 … w9" in groups(folded)
    assert 10 == groups(folded)["parameters w0 … w9"].parameters


def test_an_opened_module_shows_its_nodes_and_its_siblings_stay_closed(loss):
    folded = fold(Graph(loss), "mlp", "mlp/layer 1/neuron 3")

    assert {"neuron 1", "neuron 2", "layer 2"} == set(groups(folded))
    layer_1 = folded.frames[0].frames[0]
    (neuron_3,) = layer_1.frames
    inside = [folded.graph[folded.boxes[box]] for box in neuron_3.boxes]
    assert ["w1", "*", "w2", "*", "sum", "tanh"] == [n.label or n.op for n in inside]


def test_open_alone_closes_the_rest_as_depth_1_does(loss):
    graph = Graph(loss)

    assert fold(graph, 1, "layer 2").box_of == fold(graph, None, "layer 2").box_of


def test_several_modules_are_opened_by_a_list(loss):
    folded = fold(Graph(loss), "layer", ["layer 1", "mlp/layer 2/neuron 1"])

    assert {"neuron 1", "neuron 2", "neuron 3"} == set(groups(folded))


def test_many_modules_beside_an_opened_one_share_a_box():
    (out,) = network(inputs(2), 20, 1)
    folded = fold(Graph(out), "layer", "layer 1/neuron 3")

    assert {"19 more neurons", "layer 2"} == set(groups(folded))
    assert 19 == len(groups(folded)["19 more neurons"].outputs)
    assert 19 == arrows(folded)["19 more neurons", "layer 2"]


def test_a_long_sum_in_an_opened_module_shows_its_largest_operands():
    x = inputs(100)
    (out,) = network(x, 1)
    folded = fold(Graph(out), "layer", "layer 1/neuron 1")

    rest = groups(folded)["94 more products"]
    assert 94 == rest.operations == rest.parameters == len(rest.outputs)
    expected = sum(0.1 * i * i for i in range(1, 95))
    assert expected == pytest.approx(rest.total, rel=1e-12)
    shown = [folded.graph.label[b] for b in folded.boxes if isinstance(b, int)]
    assert {f"w{i}" for i in range(95, 101)} <= set(shown)
    assert "w94" not in shown
    assert "inputs x1 … x94" in groups(folded)


def test_the_number_of_shown_operands_is_an_option():
    (out,) = network(inputs(100), 1)

    folded = fold(Graph(out), "layer", "layer 1/neuron 1", operands=20)
    assert "80 more products" in groups(folded)


def test_every_node_is_in_exactly_one_box(loss):
    for by, opened in [("layer", None), (1, None), (1, "layer 1/neuron 2"), (0, None)]:
        folded = fold(Graph(loss), by, opened)
        nodes = [
            i for b in folded.boxes for i in ([b] if isinstance(b, int) else b.nodes)
        ]
        assert list(range(len(folded.graph))) == sorted(nodes)


def test_an_unknown_kind_names_those_present_and_says_what_folding_is(loss):
    message = (
        "unknown fold 'block': choose one of 'layer', 'mlp', 'neuron'; "
        "fold= draws each module of that kind, or at that depth"
    )
    with pytest.raises(ChoiceError, match=message):
        fold(Graph(loss), "block")


def test_a_graph_without_modules_says_so():
    with pytest.raises(ChoiceError, match="no module computed anything in this graph"):
        fold(Graph(Value(1.0)), "layer")


def test_a_negative_depth_is_an_error(loss):
    with pytest.raises(ArgumentError, match="fold=-1 is no depth: 1 closes"):
        fold(Graph(loss), -1)


@pytest.mark.parametrize("by", [True, 1.5, ["layer"]])
def test_a_fold_of_another_type_is_an_error(loss, by):
    with pytest.raises(ArgumentTypeError, match="fold is a kind of module or a depth"):
        fold(Graph(loss), by)


def test_an_unknown_path_names_the_nearest(loss):
    message = r"unknown module to open 'layer 1/neuron 4': .* 'mlp/layer 1/neuron 1'"
    with pytest.raises(ChoiceError, match=message):
        fold(Graph(loss), "layer", "layer 1/neuron 4")


def test_a_path_that_is_like_none_names_some(loss):
    with pytest.raises(ChoiceError, match="'zzz': choose one of 'mlp', 'mlp/layer 1'"):
        fold(Graph(loss), "layer", "zzz")


def test_the_end_of_two_paths_is_an_error(loss):
    message = "'mlp/layer 1/neuron 1', 'mlp/layer 2/neuron 1'; 2 modules have a path"
    with pytest.raises(ChoiceError, match=message):
        fold(Graph(loss), "layer", "neuron 1")


@pytest.mark.parametrize("opened", [3, ["layer 1", 2]])
def test_a_path_of_another_type_is_an_error(loss, opened):
    with pytest.raises(ArgumentTypeError, match="open is the path of a module"):
        fold(Graph(loss), "layer", opened)
