"""Programs written for micrograd, its lecture and microgpt, with their numbers."""

import math

import pytest

from microbp.micrograd.engine import Value


def test_the_sanity_check_of_micrograd():
    x = Value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()

    assert (-20.0, 46.0) == (y.data, x.grad)


def test_the_example_of_the_readme():
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()

    assert 24.70408163265306 == pytest.approx(g.data, rel=1e-15)
    assert 138.83381924198252 == pytest.approx(a.grad, rel=1e-15)
    assert 645.5772594752186 == pytest.approx(b.grad, rel=1e-15)


def lecture_neuron():
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    x1w1x2w2 = x1 * w1 + x2 * w2
    x1w1x2w2.label = "x1*w1 + x2*w2"
    n = x1w1x2w2 + b
    n.label = "n"
    return n, (x1, w1, x2, w2, b)


def assert_lecture_numbers(o, leaves):
    assert 0.7071067811865477 == pytest.approx(o.data, rel=1e-14)
    expected = [-1.5, 1.0, 0.5, 0.0, 0.5]
    assert expected == pytest.approx([v.grad for v in leaves], rel=1e-14)


def test_the_neuron_of_the_lecture_with_tanh():
    n, leaves = lecture_neuron()
    o = n.tanh()
    o.backward()

    assert_lecture_numbers(o, leaves)


def test_the_neuron_of_the_lecture_with_exponentials():
    n, leaves = lecture_neuron()
    e = (2 * n).exp()
    o = (e - 1) / (e + 1)
    o.backward()

    assert_lecture_numbers(o, leaves)


def test_calling_backward_node_by_node():
    n, leaves = lecture_neuron()
    o = n.tanh()
    o.grad = 1.0
    o._backward()
    n._backward()
    total, _ = n.parents
    leaves[4]._backward()  # a leaf: nothing to do
    total._backward()
    for product in total.parents:
        product._backward()

    assert_lecture_numbers(o, leaves)


def test_a_topological_order_built_by_hand():
    n, leaves = lecture_neuron()
    o = n.tanh()
    topo, visited = [], set()

    def build_topo(v):
        if v not in visited:
            visited.add(v)
            for child in v._prev:
                build_topo(child)
            topo.append(v)

    build_topo(o)
    o.grad = 1.0
    for node in reversed(topo):
        node._backward()

    assert 10 == len(topo)
    assert_lecture_numbers(o, leaves)


def tanh_by_hand(x):
    t = math.tanh(x.data)
    out = Value(t, (x,), "tanh")

    def _backward():
        x.grad += (1 - t**2) * out.grad

    out._backward = _backward
    return out


def test_a_node_built_by_hand_takes_part_in_backward():
    n, leaves = lecture_neuron()
    o = tanh_by_hand(n)
    o.backward()

    assert ("tanh", {n}) == (o._op, o._prev)
    assert_lecture_numbers(o, leaves)


def test_a_node_built_by_hand_can_be_called_by_hand():
    x = Value(0.5)
    o = tanh_by_hand(x)
    o.grad = 3.0
    o._backward()

    assert 3.0 * (1 - math.tanh(0.5) ** 2) == x.grad


def test_plain_functions_can_replace_every_operation():
    def add(a, b):
        out = Value(a.data + b.data, (a, b), "+")

        def _backward():
            a.grad += out.grad
            b.grad += out.grad

        out._backward = _backward
        return out

    def mul(a, b):
        out = Value(a.data * b.data, (a, b), "*")

        def _backward():
            a.grad += b.data * out.grad
            b.grad += a.data * out.grad

        out._backward = _backward
        return out

    a, b = Value(3.0), Value(-2.0)
    y = add(mul(a, a), mul(a, b))  # a² + ab
    y.backward()

    assert (3.0, 4.0, 3.0) == (y.data, a.grad, b.grad)


def test_a_value_in_the_style_of_microgpt():
    a, b = Value(2.0), Value(3.0)
    product = Value(a.data * b.data, (a, b), (b.data, a.data))
    root = product + a
    root.backward()

    assert ((a, b), (3.0, 2.0)) == (product._children, product._local_grads)
    assert (4.0, 2.0) == (a.grad, b.grad)


def test_the_walk_of_microgpt_over_children_and_local_grads():
    a, b = Value(2.0), Value(3.0)
    root = (a * b + a).log()
    topo, visited = [], set()

    def build_topo(v):
        if v not in visited:
            visited.add(v)
            for child in v._children:
                build_topo(child)
            topo.append(v)

    build_topo(root)
    root.grad = 1
    for v in reversed(topo):
        for child, local_grad in zip(v._children, v._local_grads, strict=True):
            child.grad += local_grad * v.grad

    assert (4 / 8, 2 / 8) == (a.grad, b.grad)


def test_attributes_hung_on_a_parameter_stay():
    p = Value(1.0)
    p.m, p.v = 0.0, 0.0
    p.m = 0.9 * p.m + 0.1 * 2.0

    assert (0.2, 0.0) == (pytest.approx(p.m), p.v)


def test_the_walkthrough_of_mazur():
    """https://mattmazur.com/2015/03/17/a-step-by-step-backpropagation-example/"""
    starts = [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55]
    w = [Value(x, label=f"w{i}") for i, x in enumerate(starts, 1)]
    i1, i2, b1, b2 = 0.05, 0.10, 0.35, 0.60

    def net():
        h1 = (w[0] * i1 + w[1] * i2 + b1).sigmoid()
        h2 = (w[2] * i1 + w[3] * i2 + b1).sigmoid()
        o1 = (w[4] * h1 + w[5] * h2 + b2).sigmoid()
        o2 = (w[6] * h1 + w[7] * h2 + b2).sigmoid()
        return 0.5 * (0.01 - o1) ** 2 + 0.5 * (0.99 - o2) ** 2

    error = net()
    error.backward()
    for p in w:
        p.data -= 0.5 * p.grad

    assert 0.2983711087600027 == pytest.approx(error.data, rel=1e-15)
    expected = [0.149780716, 0.199561432, 0.249751144, 0.299502287]
    expected += [0.35891648, 0.408666186, 0.51130127, 0.561370121]
    assert expected == pytest.approx([p.data for p in w], abs=1e-9)
