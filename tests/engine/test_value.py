"""Value: what it holds, how it shows itself, copies, scopes, and no_grad."""

import copy
import math
import pickle

import pytest

import microbp
from microbp import MicrobpError, Value, no_grad
from microbp.engine.scope import Scope
from microbp.engine.value import leaf

# ---- fields -------------------------------------------------------------------------


def test_a_leaf_has_nothing_but_its_number():
    v = Value(2)

    assert (2.0, 0.0, "", "") == (v.data, v.grad, v.label, v.op)
    assert ((), (), "leaf", None) == (v.parents, v.local_grads, v.kind, v.scope)


def test_a_node_has_its_operation_operands_and_local_derivatives():
    a, b = Value(2.0), Value(-3.0)
    v = a * b

    assert (-6.0, 0.0, "", "*") == (v.data, v.grad, v.label, v.op)
    assert ((a, b), (-3.0, 2.0), "operation") == (v.parents, v.local_grads, v.kind)


@pytest.mark.parametrize(
    ("make", "op"),
    [
        (lambda v: v + 1, "+"),
        (lambda v: v - 1, "-"),
        (lambda v: v * 2, "*"),
        (lambda v: v / 2, "/"),
        (lambda v: v**2, "**"),
        (lambda v: -v, "neg"),
        (abs, "abs"),
        (lambda v: v.tanh(), "tanh"),
        (lambda v: v.gelu(), "gelu"),
        (lambda v: microbp.sum([v, v, v]), "sum"),
    ],
)
def test_op_is_the_name_of_the_operation(make, op):
    assert op == make(Value(0.5)).op


def test_data_grad_and_label_may_be_assigned():
    v = Value(1.0) + 2.0
    v.data, v.grad, v.label = 5, 7, "sum"

    assert (5.0, 7.0, "sum") == (v.data, v.grad, v.label)
    assert [float, float] == [type(v.data), type(v.grad)]


def test_a_label_may_be_removed():
    v = Value(1.0, label="x")
    v.label = ""

    assert ("", "Value(data=1.0, grad=0.0)") == (v.label, repr(v))


@pytest.mark.parametrize("name", ["op", "parents", "local_grads", "kind", "scope"])
def test_what_the_graph_knows_cannot_be_assigned(name):
    with pytest.raises(AttributeError, match=name):
        setattr(Value(1.0), name, 1)


@pytest.mark.parametrize("kind", ["leaf", "constant", "parameter"])
def test_kinds_of_leaves(kind):
    v = leaf(2.0, label="w", kind=kind)

    assert (2.0, "w", kind, (), "") == (v.data, v.label, v.kind, v.parents, v.op)


@pytest.mark.parametrize("owner", [lambda: Value(1.0), lambda: Value(1.0) * 2.0])
def test_attributes_may_be_hung_on_a_value(owner):
    v = owner()
    v.m = 0.5
    v.history = [1]
    v.m += 0.25
    v.history.append(2)

    assert (0.75, [1, 2]) == (v.m, v.history)
    assert hasattr(v, "m")
    assert not hasattr(owner(), "m")


def test_unknown_attributes_are_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'gard'"):
        _ = Value(1.0).gard


def test_attributes_may_be_deleted_again():
    v = Value(1.0)
    v.m = 0.5
    del v.m

    assert not hasattr(v, "m")


def test_dir_lists_fields_and_operations():
    names = dir(Value(1.0))

    assert {"data", "grad", "backward", "tanh", "clip", "gelu"} <= set(names)


# ---- as text and as a float ---------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Value(-20.0), "Value(data=-20.0, grad=0.0)"),
        (Value(1, label="x1"), "Value(label='x1', data=1.0, grad=0.0)"),
        (Value(0.1, label="it's"), 'Value(label="it\'s", data=0.1, grad=0.0)'),
        (Value(math.nan), "Value(data=nan, grad=0.0)"),
        (Value(1e300), "Value(data=1e+300, grad=0.0)"),
        (Value(2.0) * 3.0, "Value(data=6.0, grad=0.0)"),
    ],
)
def test_repr(value, text):
    assert (text, text, text) == (repr(value), str(value), f"{value}")


def test_repr_after_backward():
    v = Value(-20.0)
    v.backward()

    assert "Value(data=-20.0, grad=1.0)" == repr(v)


def test_format_formats_the_number():
    v = Value(math.pi)

    assert ("3.142", "+3.1e+00", "    3.14") == (f"{v:.3f}", f"{v:+.1e}", f"{v:8.2f}")
    with pytest.raises(ValueError, match="format"):
        format(v, "q")


def test_float_is_the_data():
    assert 2.5 == float(Value(2.5))
    assert math.exp(2.0) == math.exp(Value(2.0))
    assert float is type(float(Value(2)))


# ---- identity -----------------------------------------------------------------------


def test_values_are_equal_only_to_themselves():
    v, same = Value(2.0), Value(2.0)
    other = v

    assert v == other
    assert [False, True] == [v != other, v != same]
    assert v != 2.0
    assert 2.0 != v


def test_values_live_in_sets_and_dicts():
    v, w = Value(2.0), Value(2.0)
    grads = {v: 1.0, w: 2.0}
    v.data = 3.0

    assert {v, w, v} == {w, v}
    assert (1.0, 2.0) == (grads[v], grads[w])
    assert v in [w, v]
    assert 1 == [w, v].index(v)


def test_values_are_true_whatever_their_data():
    assert Value(0.0)


@pytest.mark.parametrize(("x", "y"), [(1.0, 2.0), (2.0, 1.0), (1.0, 1.0)])
def test_comparisons_are_by_data(x, y):
    expected = [x < y, x <= y, x > y, x >= y]
    v, w = Value(x), Value(y)

    assert expected == [v < w, v <= w, v > w, v >= w]
    assert expected == [v < y, v <= y, v > y, v >= y]
    assert expected == [x < w, x <= w, x > w, x >= w]


def test_nothing_compares_with_nan():
    v = Value(math.nan)

    assert [False] * 4 == [v < 1, v <= v, v > 1, v >= v]


def test_values_can_be_sorted():
    a, b, c = Value(3.0), Value(1.0), Value(2.0)

    assert [b, c, a] == sorted([a, b, c])
    assert (b, a) == (min(a, b, c), max(a, b, c))


# ---- copies -------------------------------------------------------------------------

COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda v: pickle.loads(pickle.dumps(v)),
}
each_copy = pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)


@each_copy
@pytest.mark.parametrize("kind", ["leaf", "constant", "parameter"])
def test_copies_of_leaves_have_all_they_had(copied, kind):
    v = leaf(2.0, label="w", kind=kind)
    v.grad = 3.0
    v.m = [0.5]
    twin = copied(v)

    assert twin is not v
    assert (2.0, 3.0, "w", kind) == (twin.data, twin.grad, twin.label, twin.kind)
    assert [0.5] == twin.m


@each_copy
def test_copies_are_independent(copied):
    v = Value(2.0, label="w")
    v.m = 0.5
    twin = copied(v)
    twin.data, twin.grad, twin.label, twin.m = 9.0, 9.0, "twin", 9.0

    assert (2.0, 0.0, "w", 0.5) == (v.data, v.grad, v.label, v.m)


@each_copy
def test_copies_in_a_list_keep_what_is_shared(copied):
    v = Value(2.0)
    first, second = copied([v, v])

    assert first is second


@each_copy
def test_computed_nodes_are_not_copied_without_their_graph(copied):
    node = Value(1.0) + 2.0
    with pytest.raises(MicrobpError, match=r"made by '\+'.*\.detach\(\)") as caught:
        copied(node)

    assert isinstance(caught.value, TypeError)


@each_copy
def test_private_attributes_are_copied(copied):
    v = Value(1.0)
    v._m = 0.5

    assert 0.5 == copied(v)._m


class Weight(Value):
    """A subclass at module level, so that pickle finds it."""


@each_copy
def test_copies_of_a_subclass_are_of_that_class(copied):
    assert Weight is type(copied(Weight(2.0)))


# ---- subclasses ---------------------------------------------------------------------


class Named(Value):
    """A subclass with its own constructor, method and override."""

    def __init__(self, name, data):
        super().__init__(data, label=name)
        self.steps = 0

    def twice(self):
        return self * 2.0

    def __repr__(self):
        return f"<{self.label} {self.data}>"


def test_subclasses_compute_and_differentiate():
    w = Named("w", 3.0)
    y = w.twice()
    y.backward()
    w.steps += 1

    assert (6.0, 2.0, 1) == (y.data, w.grad, w.steps)
    assert "<w 3.0>" == repr(w)
    assert isinstance(y.parents[0], Named)


@pytest.mark.parametrize(
    ("compute", "value", "slopes"),
    [
        (lambda w, v: w + v, 5.0, [1.0, 1.0]),
        (lambda w, v: w * w, 9.0, [6.0, 0.0]),
        (lambda w, v: v**w, 8.0, [8 * math.log(2), 12.0]),
        (lambda w, v: 2 - w, -1.0, [-1.0, 0.0]),
        (lambda w, v: w.relu() / 2, 1.5, [0.5, 0.0]),
        (lambda w, v: v + w, 5.0, [1.0, 1.0]),
        (lambda w, v: v - w, -1.0, [-1.0, 1.0]),
        (lambda w, v: v * w, 6.0, [2.0, 3.0]),
        (lambda w, v: v / w, 2 / 3, [-2 / 9, 1 / 3]),
    ],
)
def test_subclasses_on_either_side_of_values_and_numbers(compute, value, slopes):
    w, v = Named("w", 3.0), Value(2.0)
    y = compute(w, v)
    y.backward()

    assert value == y.data
    assert slopes == pytest.approx([w.grad, v.grad])


# ---- no_grad and detach -------------------------------------------------------------


def test_no_grad_computes_without_a_graph():
    v = Value(3.0)
    with no_grad():
        results = [v * v, -v, v + 1, 1 - v, v / 2, 2**v, v.exp(), v.clip(0, 1)]
        results += [microbp.sum([v, v]), microbp.dot([v], [v])]

    assert [9.0, -3.0, 4.0, -2.0, 1.5, 8.0] == [node.data for node in results[:6]]
    assert {((), "", "leaf")} == {(x.parents, x.op, x.kind) for x in results}
    assert (v, v) == (v * v).parents


def test_no_grad_nests():
    v = Value(3.0)
    with no_grad():
        with no_grad():
            pass

        assert () == (v * v).parents
    assert (v, v) == (v * v).parents


def test_no_grad_ends_with_an_exception():
    v = Value(3.0)
    with pytest.raises(KeyError, match="stop"), no_grad():
        raise KeyError("stop")

    assert (v, v) == (v * v).parents


def test_one_no_grad_may_be_used_again():
    v, off = Value(3.0), no_grad()
    for _ in range(2):
        with off:
            assert () == (v * v).parents
        assert (v, v) == (v * v).parents


def test_results_of_no_grad_are_constants_for_the_gradient():
    v = Value(3.0)
    with no_grad():
        y = v * v
    (y * v).backward()

    assert (9.0, 3.0) == (v.grad, y.grad)


def test_detach_is_a_leaf_with_the_same_number():
    v = Value(3.0)
    y = v * v
    y.label, y.grad = "y", 5.0
    cut = y.detach()
    (cut * v).backward()

    assert (9.0, "y", (), "leaf") == (cut.data, cut.label, cut.parents, cut.kind)
    assert (9.0, 3.0, 5.0) == (v.grad, cut.grad, y.grad)


# ---- scopes -------------------------------------------------------------------------


def test_nodes_remember_the_innermost_scope():
    v = Value(1.0)
    with Scope("mlp", "mlp", "MLP(1)") as outer:
        before = v + 1.0
        with Scope("layer", "layer 1") as inner:
            within = [v + 1.0, v.exp(), microbp.sum([v]), Value(1.0, (v,), "hand")]
        after = v + 1.0
    outside = v + 1.0

    assert [outer, outer, None] == [before.scope, after.scope, outside.scope]
    assert {inner} == {node.scope for node in within}
    assert ("mlp/layer 1", "mlp", outer) == (inner.path, outer.path, inner.outer)
    assert ("mlp", "MLP(1)") == (outer.kind, outer.title)
    assert None is v.scope


def test_scopes_end_with_an_exception():
    outer, inner = Scope("layer", "outer"), Scope("layer", "inner")
    with pytest.raises(KeyError, match="stop"), outer, inner:
        raise KeyError("stop")

    assert None is (Value(1.0) + 1.0).scope


def test_repr_of_a_scope_has_its_path():
    with Scope("mlp", "mlp"), Scope("layer", "layer 1") as scope:
        pass

    assert "Scope('layer', 'mlp/layer 1')" == repr(scope)
