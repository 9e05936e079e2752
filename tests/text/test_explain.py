"""Explanations: paths, products and sums as calculus has them."""

import re
import time

import pytest

import microbp
from microbp import MLP, Value, explain, placeholder
from microbp.errors import (
    ArgumentError,
    ArgumentTypeError,
    ChoiceError,
    EmptyGraphError,
    PlaceholderError,
)
from tests.graph.test_paths import random_graph


def product_rule():
    x, w = Value(3.0, label="x"), Value(-0.5, label="w")
    y = (x * w).tanh() * x
    y.label = "y"
    return x, w, y


def test_each_path_is_written_in_symbols_and_in_numbers():
    x, _, y = product_rule()
    y.backward()

    text = str(explain(y, wrt=x))

    # dy/dx = tanh(xw) + x w (1 - tanh²(xw)); tanh(-1.5) = -0.905148...
    assert "∂y/∂v2 · ∂v2/∂v1 · ∂v1/∂x  =  x · (1 − v2 · v2) · w" in text
    assert "=  3.0000 × 0.1807 × (−0.5000)  =  −0.2711" in text
    assert "3. " not in text
    assert "x is used in 2 places" in text
    assert "∂y/∂x = −0.2711 + (−0.9051) = −1.1762, which is x.grad" in text


def test_the_sum_is_the_gradient_to_the_printed_digits():
    for seed in range(20):
        graph, inputs = random_graph(seed)
        for x in inputs:
            said = explain(graph, wrt=x, precision=6)
            assert x.grad == said.gradient
            final = re.findall(r"= ([^ ]+), which is u\d+\.grad", str(said))
            if said.paths.count > 12:
                assert said.is_factored
            assert [microbp.text.numerals.numeral(x.grad, 6)] == final


def test_an_operand_used_twice_by_one_node_is_told_apart():
    x = Value(3.0, label="x")

    text = str(explain(x * x, wrt=x))

    assert "x →(1st) v1  ∂v1/∂x  =  x  =  3.0000" in text
    assert "x →(2nd) v1  ∂v1/∂x  =  x  =  3.0000" in text


def test_the_branch_that_was_taken_is_the_one_that_is_written():
    x = Value(3.0, label="x")

    assert "∂v1/∂x  =  1  =" in str(explain(x.relu(), wrt=x))
    assert "=  2 · x  =" in str(explain(x**2, wrt=x))


def test_two_nodes_of_one_label_are_still_two():
    x, y = Value(3.0, label="a"), Value(-1.0, label="a")

    said = str(explain(x.relu() + y.relu(), wrt=y))

    assert "=  1 · 0  =  1.0000 × 0.0000  =  0.0000" in said


def test_before_backward_it_says_so_and_explains_all_the_same():
    x, _, y = product_rule()

    text = str(explain(y, wrt=x))

    assert "−1.1762; x.grad is 0.0, as backward() has not been called" in text
    assert (0.0, 0.0) == (x.grad, y.grad)


def test_a_gradient_of_two_calls_is_explained_as_that():
    x, _, y = product_rule()
    y.backward()
    y.backward()

    assert "as it holds something else as well: leaves add up" in " ".join(
        str(explain(y, wrt=x)).split()
    )


def test_more_than_a_dozen_paths_are_factored_and_never_listed():
    x = y = Value(1.0, label="x")
    for _ in range(40):
        y = y + y
    y.label = "y"
    start = time.perf_counter()
    text = str(explain(y, wrt=x))

    assert time.perf_counter() - start < 2.0
    flat = " ".join(text.split())
    assert "1,099,511,627,776 paths lead from x to y" in flat
    assert "would take 42,880,953,483,264 multiplications" in flat
    assert "takes 78, 42,880,953,483,186 fewer" in flat
    assert "∂y/∂v38 = ∂y/∂v39 · ∂v39/∂v38 + ∂y/∂v39 · ∂v39/∂v38" in text


def test_twelve_paths_are_listed_and_thirteen_are_not():
    x = Value(1.0, label="x")

    assert "12. x →(12th) v1" in str(explain(microbp.sum([x] * 12), wrt=x))
    assert explain(microbp.sum([x] * 13), wrt=x).is_factored


def test_names_are_those_of_the_picture_and_the_trace():
    x = MLP(2, [2, 1], rng=0)([0.5, 1.0])
    names = microbp.graph.Graph(x).names
    text = str(explain(x, wrt="x1"))

    for name in re.findall(r"\b[vpu]\d+\b", text):
        assert name in names
    traced = {step.node for step in microbp.trace(x)}
    assert traced <= set(names)


def test_wrt_is_a_value_or_its_name_in_the_graph():
    _, w, y = product_rule()

    assert explain(y, "w").gradient == explain(y, w).gradient
    with pytest.raises(EmptyGraphError, match="does not depend on Value"):
        explain(y, wrt=Value(1.0, label="other"))
    with pytest.raises(ChoiceError, match="unknown wrt 'wx': choose one of"):
        explain(y, wrt="wx")
    with pytest.raises(ArgumentTypeError, match="wrt is a Value or its label, not int"):
        explain(y, wrt=3)


def test_what_needs_no_gradient_or_has_no_number_is_refused():
    x = Value(3.0, label="x")
    y = x * 2
    with pytest.raises(ArgumentError, match=r"'2' is a constant.*needs no gradient"):
        explain(y, wrt=y.parents[1])
    with pytest.raises(PlaceholderError, match="no numbers"):
        explain(placeholder("p") * x, wrt=x)
    with pytest.raises(ArgumentError, match="one result to differentiate, not 2"):
        explain([y, y + 1], wrt=x)


@pytest.mark.parametrize("precision", [-1, 1.5, "4", True, None])
def test_a_precision_that_is_none_is_refused(precision):
    x, _, y = product_rule()
    message = "precision is a whole number from 0 upwards, not"
    for call in (explain, microbp.to_latex, microbp.to_mermaid, microbp.draw):
        with pytest.raises(ArgumentError, match=message):
            call(y, **({"wrt": x} if call is explain else {}), precision=precision)


def test_a_node_built_by_hand_is_explained_by_its_number():
    x = Value(3.0, label="x")
    y = Value(9.0, (x,), (6.0,))

    assert "∂v1/∂x  =  ∂v1/∂x  =  6.0000" in str(explain(y, wrt=x))


def test_a_value_explains_itself_to_itself():
    x = Value(3.0, label="x")

    assert "∂x/∂x = 1.0000" in str(explain(x, wrt=x))


def test_a_notebook_gets_markdown_with_formulas():
    x, _, y = product_rule()
    said = explain(y, wrt=x)
    shown = said._repr_markdown_()

    assert shown == said.markdown()
    assert 3 == shown.count("\\begin{aligned}")
    assert r"\frac{\partial y}{\partial v_{2}} \cdot" in shown
    assert 0 == shown.count("$") % 2
