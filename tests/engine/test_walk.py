"""Backward and the structure of graphs: every shape, twice, deep, and from threads."""

import gc
import math
import sys
import threading

import pytest

import microbp
from microbp import Value, no_grad
from microbp.engine.backward import walk
from microbp.engine.operations import OPERATIONS
from tests.helpers import Program, is_close, reference_gradients, run_python

ARITIES = {row.name: row.arity for row in OPERATIONS.values()}
SEEDS = range(60)


def compute(name, operands):
    if name == "dot":
        half = len(operands) // 2
        return microbp.dot(operands[:half], operands[half:])
    if OPERATIONS[name].variadic:
        return getattr(microbp, name)(operands)
    signs = {
        "+": lambda x, y: x + y,
        "-": lambda x, y: x - y,
        "*": lambda x, y: x * y,
        "/": lambda x, y: x / y,
        "**": lambda x, y: x**y,
    }
    return (
        signs[name](*operands) if name in signs else getattr(microbp, name)(*operands)
    )


def gradients(y, *x):
    y.backward()
    return [each.grad for each in x]


# ---- random graphs ------------------------------------------------------------------


def test_gradients_of_random_graphs_are_the_finite_differences():
    smooth = 0
    for seed in SEEDS:
        program = Program(seed, ARITIES)
        expected = program.gradient()
        if expected is None:  # near a kink
            continue
        smooth += 1
        inputs = list(map(Value, program.inputs))
        root = program.nodes(inputs, compute)[-1]
        actual = gradients(root, *inputs)

        assert is_close(program(program.inputs), root.data, 1e-9)
        for e, a in zip(expected, actual, strict=True):
            assert is_close(e, a, 1e-4, 1e-4), seed
    assert smooth > len(SEEDS) / 2


def test_gradients_of_all_nodes_are_those_of_a_recursive_reference():
    for seed in SEEDS:
        program = Program(seed, ARITIES)
        root = program.nodes(map(Value, program.inputs), compute)[-1]
        expected = reference_gradients(root)
        root.backward()

        for node, gradient in expected.items():
            assert is_close(gradient, node.grad, 1e-9, 1e-12), (seed, node.op)


def test_a_second_call_doubles_the_leaves_and_nothing_else():
    for seed in SEEDS:
        program = Program(seed, ARITIES)
        root = program.nodes(map(Value, program.inputs), compute)[-1]
        root.backward()
        first = {node: node.grad for node in walk([root])}
        root.backward()

        for node, gradient in first.items():
            factor = 1.0 if node.parents else 2.0
            assert is_close(factor * gradient, node.grad)


# ---- shapes by name -----------------------------------------------------------------


def test_fan_out_sums_the_contributions():
    x = Value(3.0)
    y = x * 2.0 + x * 5.0 + x

    assert [8.0] == gradients(y, x)


def test_square_by_multiplication():
    x = Value(3.0)

    assert [6.0] == gradients(x * x, x)


def test_a_plus_a_has_two_parents_and_gradient_two():
    a = Value(3.0)
    y = a + a

    assert (a, a) == y.parents
    assert [2.0] == gradients(y, a)


def test_double_twice_waits_for_both_contributions():
    a = Value(1.0)
    b = a + a
    c = b + b

    assert [4.0, 2.0] == gradients(c, a, b)


def test_diamond():
    x = Value(2.0)
    left, right = x * 3.0, x * x
    y = left * right - 3.0 * right

    assert [24.0, 4.0, 3.0] == gradients(y, x, left, right)


def test_nested_diamonds_cost_no_more_than_their_nodes():
    x = node = Value(1.0)
    for _ in range(200):  # 2 ** 200 paths
        node = 0.5 * node + 0.5 * node

    assert [1.0] == gradients(node, x)


def test_unused_input_keeps_its_gradient():
    x, unused = Value(2.0), Value(3.0)
    unused.grad = 7.0

    assert [4.0, 7.0] == gradients(x * x, x, unused)


def test_output_that_does_not_depend_on_an_input():
    x = Value(2.0)
    y = x * 0.0 + 5.0

    assert 5.0 == y.data
    assert [0.0] == gradients(y, x)


def test_backward_on_a_leaf_adds_one():
    x = Value(2.0)

    assert [1.0] == gradients(x, x)
    assert [2.0] == gradients(x, x)


def test_wide_sum():
    x = [Value(float(i)) for i in range(10_000)]
    y = microbp.sum(x)

    assert 10_000 * 9_999 / 2 == y.data
    assert [1.0] * len(x) == gradients(y, *x)


def test_one_operand_many_times_in_a_wide_sum():
    x = Value(2.0)
    inner = x * x

    assert [400.0] == gradients(microbp.sum([inner] * 100), x)


def test_two_calls_on_a_cube_give_27_then_54():
    x = Value(3.0)
    square = x * x
    y = square * x

    assert [27.0, 3.0, 1.0] == gradients(y, x, square, y)
    assert [54.0, 3.0, 1.0] == gradients(y, x, square, y)


def test_part_then_whole_then_part():
    x = Value(2.0)
    part = x * x
    whole = part * part

    assert [4.0, 1.0, 0.0] == gradients(part, x, part, whole)
    assert [4.0 + 32.0, 8.0, 1.0] == gradients(whole, x, part, whole)
    assert [36.0 + 4.0, 1.0, 1.0] == gradients(part, x, part, whole)


@pytest.mark.parametrize(
    ("function", "value", "slope"),
    [
        (lambda v: v - 2, 1.0, 1.0),
        (lambda v: 2 - v, -1.0, -1.0),
        (lambda v: v / 2, 1.5, 0.5),
        (lambda v: 2 / v, 2 / 3, -2 / 9),
        (lambda v: v**2, 9.0, 6.0),
        (lambda v: 2**v, 8.0, 8.0 * math.log(2.0)),
        (lambda v: v**v, 27.0, 27.0 * (math.log(3.0) + 1.0)),
        (lambda v: v**-1, 1 / 3, -1 / 9),
        (lambda v: v**0.5, math.sqrt(3.0), 0.5 / math.sqrt(3.0)),
        (lambda v: -v, -3.0, -1.0),
        (lambda v: +v, 3.0, 1.0),
        (lambda v: abs(-v), 3.0, 1.0),
        (lambda v: sum([v, v * v, 1]), 13.0, 7.0),  # starts at 0
    ],
)
def test_operands_in_both_orders(function, value, slope):
    v = Value(3.0)
    y = function(v)

    assert is_close(value, y.data, 1e-15)
    assert is_close(slope, gradients(y, v)[0], 1e-15)


def test_both_operands_of_a_power_get_a_gradient():
    v, w = Value(2.0), Value(3.0)

    assert [12.0, 8.0 * math.log(2.0)] == gradients(v**w, v, w)


def test_constants_get_a_gradient_of_their_own():
    v = Value(2.0)
    y = v * 7.0
    y.backward()

    assert [7.0, 2.0] == [parent.grad for parent in y.parents]


def test_backward_after_data_changed_uses_the_recorded_derivatives():
    x = Value(3.0)
    y = x * x
    x.data = 100.0

    assert [6.0] == gradients(y, x)
    assert 9.0 == y.data


def test_gradient_of_the_root_is_one_whatever_it_was():
    x = Value(3.0)
    y = x * x
    y.grad = 100.0

    assert [6.0, 1.0] == gradients(y, x, y)


@pytest.mark.parametrize(
    ("augment", "value", "slope"),
    [
        ("v += 3.0", 5.0, 1.0),
        ("v -= 3.0", -1.0, 1.0),
        ("v *= 3.0", 6.0, 3.0),
        ("v /= 4.0", 0.5, 0.25),
        ("v **= 3.0", 8.0, 12.0),
    ],
)
def test_in_place_operators_make_a_new_node(augment, value, slope):
    before = Value(2.0)
    scope = {"v": before}
    exec(augment, scope)

    assert scope["v"] is not before
    assert (2.0, value) == (before.data, scope["v"].data)
    assert [slope] == gradients(scope["v"], before)


def test_infinite_and_nan_gradients_stay_where_they_belong():
    x, y = Value(0.0), Value(2.0)

    assert [math.inf, 3.0] == gradients(x.log() + 3.0 * y, x, y)


# ---- deep ---------------------------------------------------------------------------


def test_deep_chain():
    x = node = Value(1.0)
    for _ in range(100_000):
        node = node + x

    assert [100_001.0] == gradients(node, x)


@pytest.mark.slow
def test_very_deep_chain():
    depth = 10_000_000 if microbp.compiled else 1_000_000
    x = node = Value(1.0)
    for _ in range(depth):
        node = node + x

    assert [depth + 1.0] == gradients(node, x)


DEEP = """
import sys
from microbp import Value, sum
shape, depth = sys.argv[1], int(sys.argv[2])

def by_hand(p):
    out = Value(p.data, (p,), "hand")
    def _backward():
        p.grad += out.grad
    out._backward = _backward
    return out

x = Value(1.0)
zero = Value(0.0)
v = x
if shape == "left":
    for _ in range(depth): v = v + zero
elif shape == "right":
    for _ in range(depth): v = zero + v
elif shape == "unary":
    for _ in range(depth): v = -v
elif shape == "functions":
    for _ in range(depth): v = v.relu()
elif shape == "wide":
    for _ in range(depth): v = sum([zero, v, zero])
elif shape == "three operands":
    for _ in range(depth): v = v.clip(-1.0, 1.0)
elif shape == "fibonacci":
    w = v * 1.0
    for _ in range(depth): v, w = w, 0.5 * v + 0.5 * w
    v = w
    del w
elif shape == "local derivatives by hand":
    for _ in range(depth): v = Value(1.0, (v,), (1.0,))
elif shape == "hooks by hand":
    for _ in range(depth): v = by_hand(v)
elif shape == "hooks between":
    for i in range(depth): v = by_hand(v) if i % 199 == 0 else -(-v)
elif shape == "attributes":
    for _ in range(depth):
        w = Value(1.0) + zero
        w.before = v
        v = w
    del w
v.backward()
del v  # frees it all
print(x.grad)
"""
SHAPES = ["left", "right", "unary", "functions", "wide", "three operands", "fibonacci"]
VERY_DEEP = 1_000_000 if microbp.compiled else 200_000  # plain Python takes its time
SHAPES += ["local derivatives by hand", "hooks by hand", "hooks between", "attributes"]


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the C stack to set")
@pytest.mark.parametrize(
    "depth", [20_000, pytest.param(VERY_DEEP, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("shape", SHAPES)
def test_deep_graphs_are_walked_and_freed_on_a_small_c_stack(shape, depth):
    expected = 0.0 if shape == "attributes" else 1.0

    assert expected == float(run_python(DEEP, shape, depth, stack_kb=512))


# ---- memory -------------------------------------------------------------------------

MEMORY = """
import resource, sys
from microbp import Value

def by_hand(p):
    out = Value(p.data, (p,), "hand")
    def _backward():
        p.grad += out.grad
    out._backward = _backward
    return out

def engine(p):
    return p + p

make = {"by hand": by_hand, "engine": engine}[sys.argv[1]]
x = Value(0.0)

def once():
    v = x
    for _ in range(30_000):
        v = make(v)
    v.backward()

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

for _ in range(3):
    once()
before = peak()
for _ in range(6):
    once()
print(peak() / before)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no getrusage")
@pytest.mark.parametrize("made", ["engine", "by hand"])
def test_graphs_made_in_a_loop_are_freed(made):
    growth = float(run_python(MEMORY, made))

    assert growth < 1.2


class Tracked:
    """Something hung on nodes to count how many live."""

    alive = 0

    def __init__(self):
        Tracked.alive += 1

    def __del__(self):
        Tracked.alive -= 1


def test_nodes_are_freed_as_soon_as_nothing_names_them():
    gc.disable()
    try:
        before = Tracked.alive
        x = Value(2.0)
        y = x * x
        y.tracked = Tracked()
        z = y + 1.0
        z.backward()
        del y

        assert before + 1 == Tracked.alive
        del z

        assert before == Tracked.alive
    finally:
        gc.enable()


# ---- threads ------------------------------------------------------------------------


def test_threads_on_graphs_that_share_a_part_sum_up_on_the_leaves():
    w = Value(1.0)
    shared = w * 2.0
    for _ in range(50):
        shared = shared + w
    roots = [shared * 3.0, shared * 5.0]

    assert 300 * 52.0 * 8.0 == backward_in_threads(w, roots, 300)


def test_threads_on_graphs_with_hooks_sum_up_on_the_leaves():
    w = Value(1.0)
    shared = w * 2.0
    for _ in range(50):
        shared = shared + w
    middle = Value(shared.data, (shared,), "same")

    def _backward():
        shared.grad += middle.grad

    middle._backward = _backward
    roots = [middle * 3.0, middle * 5.0]

    assert 300 * 52.0 * 8.0 == backward_in_threads(w, roots, 300)


def backward_in_threads(leaf, roots, times):
    def run(root):
        for _ in range(times):
            root.backward()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=run, args=(root,)) for root in roots]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    return leaf.grad


# ---- the order of nodes -------------------------------------------------------------


def test_walk_has_operands_before_results_and_each_node_once():
    for seed in SEEDS:
        program = Program(seed, ARITIES)
        root = program.nodes(map(Value, program.inputs), compute)[-1]
        order = walk([root])
        place = {node: i for i, node in enumerate(order)}

        assert len(order) == len(place)
        assert set(reference_gradients(root)) == set(order)
        assert root is order[-1]
        for node in order:
            assert all(place[parent] < place[node] for parent in node.parents)


def test_walk_has_a_leaf_just_before_its_first_use():
    for seed in SEEDS:
        program = Program(seed, ARITIES)
        root = program.nodes(map(Value, program.inputs), compute)[-1]
        order = walk([root])
        for i, leaf in enumerate(order):
            if leaf.parents:
                continue
            after = next(node for node in order[i:] if node.parents)

            assert leaf in after.parents


def test_walk_is_the_same_each_time():
    program = Program(1, ARITIES)
    root = program.nodes(map(Value, program.inputs), compute)[-1]
    same = program.nodes(map(Value, program.inputs), compute)[-1]

    assert walk([root]) == walk([root])
    assert [(node.op, node.data) for node in walk([root])] == [
        (node.op, node.data) for node in walk([same])
    ]


def test_walk_of_a_leaf_is_the_leaf():
    x = Value(1.0)

    assert [x] == walk([x])


def test_walk_of_several_roots_has_shared_nodes_once():
    x = Value(1.0)
    part = x * x
    roots = [part + 1.0, part * 2.0, part, x]
    order = walk(roots)

    assert len(set(order)) == len(order)
    assert {*roots, *roots[0].parents, *roots[1].parents} == set(order)


def test_walk_leaves_gradients_alone():
    x = Value(3.0)
    y = x * x
    y.backward()
    walk([y])

    assert [6.0, 1.0] == [x.grad, y.grad]
    assert [12.0] == gradients(y, x)


def test_walk_sees_a_recorded_graph_inside_no_grad():
    x = Value(3.0)
    y = x * x
    with no_grad():
        order = walk([y])

    assert [x, y] == order


def test_walk_of_no_roots_is_empty():
    assert [] == walk([])


def test_backward_inside_no_grad_works_on_a_recorded_graph():
    x = Value(3.0)
    y = x * x
    with no_grad():
        y.backward()

    assert 6.0 == x.grad
