"""Text forms, each read by what reads such text: parsers, LaTeX, Python, dot."""

import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import microbp
from microbp import (
    MLP,
    Value,
    draw,
    explain,
    from_json,
    to_json,
    to_latex,
    to_mermaid,
    to_python,
)
from microbp.engine.operations import OPERATIONS
from microbp.engine.value import apply
from microbp.errors import ChoiceError, CycleError, GraphFileError, PlaceholderError
from microbp.graph import Graph
from tests.graph.test_paths import random_graph
from tests.helpers import ROOT

PARSERS = Path(os.environ.get("MICROBP_PARSERS", ROOT / ".venv/parsers"))
HERE = Path(__file__).parent
HOSTILE = [
    'a "b" <c> | {d} `e` # ; & \\ end',
    "</script><b>bold</b>",
    "x\ny\tz\x00",
    "重量 σ ∂",
    "$x^2$ 50 % ~ _ {",
    "\\N \\end{align*} \\input{x}",
    "[x] (y) ((z)) --> |q|",
    "class",
    "\ud800\ufffe",
    "__import__('os')",
    "'''\"\"\"",
    "%%{init: {}}%%",
    "click n0 call x()",
    "",
]
# Points inside domains, at their edges, outside, and where exponentials overflow.
POINTS = [0.0, -0.0, 0.5, -0.7, 1.0, -1.0, 3.0, 800.0, -800.0, math.inf, math.nan]

needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (PARSERS / "node_modules").exists(),
    reason="node with the parsers is not installed: make test gets them",
)
needs_latex = pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="pdflatex is not installed"
)


def labelled(label):
    x, w = Value(2.0, label=label), Value(-0.5, label="w1")
    y = (x * w).tanh() + x**2
    y.label = label
    y.backward()
    return y


def every_operation():
    """A graph of one node for each row of the table."""
    for name, row in OPERATIONS.items():
        count = 4 if row.variadic else row.arity
        x = [Value(0.3 + 0.1 * k, label=f"x{k}") for k in range(count)]
        y = of(name, x)
        y.backward()
        yield name, y


def of(name, x):
    if name == "sum":
        return microbp.sum(x)
    if name == "logsumexp":
        return microbp.logsumexp(x)
    if name == "dot":
        return microbp.dot(x[:2], x[2:])
    return apply(OPERATIONS[name], *x)


def parsed(documents):
    done = subprocess.run(
        ["node", str(HERE / "parsers.mjs"), str(PARSERS)],
        input=json.dumps([{"kind": kind, "text": text} for kind, text in documents]),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return json.loads(done.stdout)


# ---- Mermaid -------------------------------------------------------------------------


@needs_node
def test_mermaid_reads_every_operation_and_every_label():
    graphs = [labelled(label) for label in HOSTILE]
    graphs += [y for _, y in every_operation()]
    graphs += [random_graph(seed)[0] for seed in range(5)]
    graphs += [MLP(2, [4, 1], rng=0)([1.0, 2.0]), Value(math.nan)]

    answers = parsed([("mermaid", to_mermaid(y)) for y in graphs])

    assert ["ok"] * len(graphs) == answers


@needs_node
def test_the_parsers_refuse_what_is_wrong():
    answers = parsed([("mermaid", 'flowchart LR\n a["b]'), ("latex", r"\frac{a")])

    assert all("rror" in answer for answer in answers)


def test_mermaid_has_an_arrow_for_each_operand():
    x = Value(3.0, label="x")
    text = to_mermaid(x * x + 2)

    assert 4 == text.count("-->")
    assert text.startswith("flowchart LR\n")
    assert "flowchart TB" in to_mermaid(x, rankdir="TB")
    with pytest.raises(ChoiceError, match="unknown rankdir 'UP'"):
        to_mermaid(x, rankdir="UP")


# ---- LaTeX ---------------------------------------------------------------------------


@needs_node
def test_katex_reads_every_operation_and_every_label():
    graphs = [labelled(label) for label in HOSTILE]
    graphs += [y for _, y in every_operation()]
    formulas = [to_latex(y) for y in graphs]
    for y in graphs:
        for part in explain(y, wrt=Graph(y)._values[0]).markdown().split("$$")[1::2]:
            formulas.append(part)
    answers = parsed([("latex", formula) for formula in formulas])

    wrong = [f for f, answer in zip(formulas, answers, strict=True) if answer != "ok"]
    assert [] == wrong


@needs_latex
def test_latex_compiles_every_operation_and_every_ascii_label(tmp_path):
    ascii_only = [label for label in HOSTILE if label.isascii() and label.isprintable()]
    graphs = [labelled(label) for label in ascii_only]
    graphs += [y for _, y in every_operation()]
    body = "\n\n".join(
        to_latex(y) + "\n\n" + explain(y, wrt=Graph(y)._values[0]).latex()
        for y in graphs
    )
    ladder = x = Value(1.0, label="x")
    for _ in range(60):
        ladder = ladder + ladder
    body += explain(ladder, wrt=x).latex()
    (tmp_path / "all.tex").write_text(
        "\\documentclass{article}\\usepackage{amsmath}\\begin{document}\n"
        f"{body}\n\\end{{document}}\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )

    assert 0 == done.returncode, done.stdout[-1500:]


def test_latex_holds_values_and_gradients():
    x = Value(3.0, label="x")

    text = to_latex(x * x)

    assert r"\frac{\partial v_{1}}{\partial x} &= 1.0000 \times 3.0000 + " in text
    assert r"\partial" not in to_latex(x * x, gradients=False)


# ---- Python --------------------------------------------------------------------------


def executed(text):
    """What the script computes, in a module of its own, without microbp."""
    there = {"print": lambda *line: None}
    exec(compile(text, "<script>", "exec"), there)
    return there


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("second", [0.5, 0.0, -2.0])
def test_a_script_computes_the_same_bits_also_outside_the_domain(name, second):
    row = OPERATIONS[name]
    for point in POINTS:
        others = [second + k for k in range((4 if row.variadic else row.arity) - 1)]
        x = [Value(t, label=f"x{k}") for k, t in enumerate([point, *others])]
        y = of(name, x) * x[0] + 1.5
        y.label = "y"
        y.backward()
        there = executed(to_python(y))

        assert same(y.data, there["values"]["y"]), point
        for each in x:
            assert same(each.grad, there["gradients"][each.label]), (point, each)


@pytest.mark.parametrize("seed", range(20))
def test_a_script_of_a_random_graph_computes_every_value_and_gradient(seed):
    graph, _ = random_graph(seed, n_steps=30)
    there = executed(to_python(graph))

    assert dict(zip(graph.names, graph.data, strict=True)) == there["values"]
    assert dict(zip(graph.names, graph.grad, strict=True)) == there["gradients"]


@pytest.mark.parametrize("label", HOSTILE)
def test_a_script_bears_any_label(label):
    y = labelled(label)
    there = executed(to_python(y))

    assert y.data in there["values"].values()


def test_a_script_runs_where_there_is_no_microbp(tmp_path):
    y = MLP(2, [3, 1], activation="tanh", rng=0)([0.5, -1.0])
    y.backward()
    path = tmp_path / "graph.py"
    path.write_text(to_python(y), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        timeout=60,
    )

    assert f"value {y.data!r}, gradient 1.0" in done.stdout
    assert "microbp" not in path.read_text(encoding="utf-8")


def test_changing_a_leaf_of_the_script_changes_branches_too():
    x = Value(2.0, label="x")
    y = x.relu() * 3
    text = to_python(y).replace("x = 2.0", "x = -2.0")

    there = executed(text)

    assert 0.0 == there["gradients"]["x"] == there["values"]["v2"]


def test_sums_of_thousands_are_no_towers():
    x = [Value(0.001 * k, label=f"x{k}") for k in range(3000)]
    y = microbp.logsumexp(x) + microbp.sum(x) + microbp.dot(x[:1500], x[1500:])
    y.label = "y"
    y.backward()
    there = executed(to_python(y))

    assert y.data == there["values"]["y"]
    assert [each.grad for each in x] == [there["gradients"][each.label] for each in x]
    assert str(explain(y, wrt=x[7]))
    assert to_latex(y)
    assert to_mermaid(y)


def test_a_script_needs_numbers():
    with pytest.raises(PlaceholderError):
        to_python(microbp.placeholder("x") * 2)


# ---- JSON ----------------------------------------------------------------------------

COLUMNS = ("label", "kind", "op", "operation", "data", "grad", "parents", "local_grads")


def documents():
    yield from (labelled(label) for label in HOSTILE if label != "\ud800\ufffe")
    yield from (y for _, y in every_operation())
    y = MLP(2, [3, 1], rng=0)([0.5, -1.0])
    y.backward()
    yield y
    yield [y * 2, y + 1]
    yield Value(1.0, (Value(2.0),), "by hand")
    yield microbp.placeholder("x") * Value(math.inf)


def test_json_is_read_back_as_it_was_and_fits_its_schema():
    from jsonschema import Draft202012Validator

    schema = json.loads((ROOT / "docs/graph.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for y in documents():
        graph, text = Graph(y), to_json(y)
        validator.validate(json.loads(text, parse_constant=pytest.fail))
        read = from_json(text)
        for column in COLUMNS:
            before, after = getattr(graph, column), getattr(read, column)
            assert repr(before) == repr(after), column
        assert graph.roots == read.roots
        assert draw(graph, fold=0).source == draw(read, fold=0).source
        assert text == to_json(read)


def test_what_was_read_is_drawn_explained_and_traced():
    y = labelled("y")
    read = from_json(to_json(y, indent=None))

    assert str(explain(y, wrt="w1")) == str(explain(read, wrt="w1"))
    assert str(microbp.trace(y)) == str(microbp.trace(read))
    assert to_python(y) == to_python(read)


def changed(change):
    document = json.loads(to_json(labelled("y")))
    change(document)
    return json.dumps(document)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "this is not JSON"),
        ("[" * 100_000, "this is not JSON"),
        (b"\xff\xfe\xfd", "this is not JSON"),
        ("[]", "the document is a JSON object, not list"),
        ('{"format": "other"}', "format is 'other', not 'microbp.graph'"),
        (changed(lambda d: d.update(version=2)), "version 2, and this microbp reads"),
        (changed(lambda d: d.update(nodes=[])), "has no nodes"),
        (changed(lambda d: d.update(roots=[])), "has no roots"),
        (changed(lambda d: d.update(roots=[99])), "a root is a number from 0 to"),
        (changed(lambda d: d.update(roots=[True])), "a root is a number from 0"),
        (changed(lambda d: d["nodes"][0].pop("data")), r"lacks some, \['data'\]"),
        (changed(lambda d: d["nodes"][0].update(x=1)), r"not known, \['x'\]"),
        (changed(lambda d: d["nodes"][0].update(data="1")), "the data of node 0 is a"),
        (changed(lambda d: d["nodes"][0].update(data=True)), "the data of node 0 is a"),
        (changed(lambda d: d["nodes"][0].update(data=10**400)), "the data of node 0"),
        (changed(lambda d: d["nodes"][0].update(kind="x")), "node 0 is of kind 'x'"),
        (changed(lambda d: d["nodes"][0].update(label=3)), "3 where a text belongs"),
        (changed(lambda d: d["nodes"][0].update(op="+")), "node 0 is a leaf, and has"),
        (changed(lambda d: d["nodes"][-1].update(op="++")), "no operation here"),
        (changed(lambda d: d["nodes"][-1].update(op="tanh")), "takes 1"),
        (changed(lambda d: d["nodes"][-1].update(local_grads=[1])), "one for each"),
        (changed(lambda d: d["nodes"][-1].update(scope=0)), "a scope is a number"),
        (changed(lambda d: d["nodes"][1].update(id=7)), "calls itself 7"),
        (
            changed(lambda d: d["nodes"][2].update(parents=[2, 4])),
            "node 2 is computed from node 2, which comes after it.*no cycles",
        ),
    ],
)
def test_damaged_documents_are_refused_by_name(text, message):
    with pytest.raises(GraphFileError, match=message):
        from_json(text)


def test_the_path_of_a_file_is_recognised():
    with pytest.raises(GraphFileError, match="for a file give its text"):
        from_json("graph.json")


def test_something_that_is_no_text_is_refused():
    with pytest.raises(GraphFileError, match="from a str or bytes, not from dict"):
        from_json({})


# ---- DOT -----------------------------------------------------------------------------


@pytest.mark.exe
@pytest.mark.parametrize("theme", ["light", "dark", "print"])
@pytest.mark.parametrize("fold", [None, 0, 1, "layer", "neuron"])
def test_dot_reads_every_theme_fold_and_label(theme, fold):
    for label in HOSTILE:
        layer = microbp.Layer(2, 2, rng=0)
        layer.name = label.replace("/", "|") or "layer"
        x = Value(1.0, label=label)
        y = sum(layer([x, 2.0]))
        y.backward()
        for layout in ("flow", "layers"):
            svg = draw(y, theme=theme, fold=fold, layout=layout, highlight=x).pipe()
            assert svg.startswith(b"<?xml")


@pytest.mark.skipif(microbp.compiled, reason="compiled Values cannot be tied in a ring")
def test_a_ring_tied_by_hand_is_refused():
    a = Value(1.0, label="a")
    b = a * 2
    c = b + 1
    b._x = c  # what only private fields can do

    with pytest.raises(CycleError, match="is computed from itself: a graph has no"):
        Graph(c)
