"""Labels of any text come out as that text, also through the real dot."""

import re
from xml.etree import ElementTree

import pytest

from microbp import Value, draw
from microbp.engine.scope import Scope
from microbp.text.notation import expression, sign
from microbp.text.numerals import factor, numeral, signed
from microbp.text.quoting import markup, quote, shorten, subscript, visible

HOSTILE = [
    "中文",
    '<>|{}"\\',
    "<b>bold</b>",
    "</script><script>",
    "&amp; &lt; &#10;",
    r"\N \n \l \G",
    "]]>",
    "-->",
    '"quoted"',
    "it's",
    "n0 -> n1; }",
    "a\\",
    r"a\\b\\\G \E \T \H \L",
    "🙂",
]
TEXT = "{http://www.w3.org/2000/svg}text"
LINK = "{http://www.w3.org/2000/svg}a"
TITLE = "{http://www.w3.org/1999/xlink}title"


def svg_of(label):
    with Scope("layer", label):
        v = Value(1.0, label=label) * 2
    with_all = draw(v, title=label, fold=0)
    return ElementTree.fromstring(with_all.pipe(format="svg", encoding="utf-8"))


@pytest.mark.exe
@pytest.mark.parametrize("label", HOSTILE)
def test_a_label_passes_dot_unchanged(label):
    svg = svg_of(label)

    assert 3 == [element.text for element in svg.iter(TEXT)].count(label)
    tips = [element.get(TITLE) for element in svg.iter(LINK)]
    assert f"{label}  (leaf)\ndata 1.0\ngradient 0.0" in [
        tip.replace("\xa0", " ") for tip in tips
    ]


@pytest.mark.exe
@pytest.mark.parametrize(
    ("label", "expected"),
    [("a\nb\tc", "a⏎b⇥c"), ("\x00\x1b\x7f", "␀␛␡"), ("\ud800\x85\uffff", "\ufffd" * 3)],
)
def test_what_is_no_text_is_made_visible(label, expected):
    assert expected in [element.text for element in svg_of(label).iter(TEXT)]


@pytest.mark.exe
def test_a_long_label_is_cut_in_the_box_and_whole_in_the_tooltip():
    svg = svg_of("x" * 500)

    assert "x" * 27 + "…" in [element.text for element in svg.iter(TEXT)]
    tips = [element.get(TITLE) for element in svg.iter(LINK)]
    assert any(tip.startswith("x" * 500) for tip in tips)


def test_markup_and_quotes():
    assert "&lt;b&gt; &amp; &quot;" == markup('<b> & "')
    assert r'"\"a\" \\\\ &amp;lt; \n"' == quote('"a" \\ &lt; \n')
    assert "a⏎b" == visible("a\nb")


def test_a_text_that_fits_is_not_cut():
    assert "abcd" == shorten("abcd", 4)
    assert "abc…" == shorten("abcde", 4)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x1", "x₁"),
        ("w_12", "w₁₂"),
        ("θ0", "θ₀"),
        ("x", "x"),
        ("1", "1"),
        ("layer 1", "layer 1"),
        ("x1y", "x1y"),
        ("x1.5", "x1.5"),
        ("x12345", "x12345"),
    ],
)
def test_a_number_at_the_end_of_a_name_is_lowered(name, expected):
    assert expected == subscript(name)


@pytest.mark.parametrize(
    ("x", "precision", "expected"),
    [
        (-0.5, 4, "−0.5000"),
        (0.0, 4, "0.0000"),
        (-0.0, 4, "0.0000"),
        (0.0001, 4, "0.0001"),
        (-0.00001, 4, "−1e−5"),
        (5e-324, 4, "4.9e−324"),
        (123456.789, 2, "123456.79"),
        (1e6, 2, "1.00e+6"),
        (1e100, 0, "1e+100"),
        (0.0, 0, "0"),
        (float("nan"), 4, "nan"),
        (float("inf"), 4, "∞"),
        (float("-inf"), 4, "−∞"),
    ],
)
def test_numbers(x, precision, expected):
    assert expected == numeral(x, precision)


def test_gradients_have_their_sign():
    expected = ["+0.5000", "−0.5000", "0.0000", "+∞", "−∞", "nan"]

    gradients = [0.5, -0.5, 0.0, float("inf"), float("-inf"), float("nan")]
    assert expected == [signed(x) for x in gradients]


@pytest.mark.parametrize(
    ("precision", "expected"), [(0, "×2"), (1, "×2.0"), (4, "×2.00"), (6, "×2.0000")]
)
def test_local_derivatives_have_fewer_digits(precision, expected):
    assert expected == factor(2.0, precision)


def test_every_operation_has_a_short_sign():
    from microbp.engine.operations import OPERATIONS

    signs = {op: sign(op) for op in OPERATIONS}
    assert [] == [s for s in signs.values() if re.search(r"[{}]", s) or len(s) > 10]
    assert len(signs) == len(set(signs.values()))


@pytest.mark.parametrize(
    ("op", "operands", "expected"),
    [
        ("-", ["a", "b"], "a − b"),
        ("clip", ["x", "0", "1"], "clip(x, 0, 1)"),
        ("sum", ["a", "b"], "Σ (a, b)"),
        ("dot", list("abcdefgh"), "dot (a, b, c, d, … 4 more)"),
        ("mine", ["a", "b"], "mine(a, b)"),
        ("+", ["a"], "+(a)"),
    ],
)
def test_expressions(op, operands, expected):
    assert expected == expression(op, operands)
