"""The page, in a real browser: numbers, steps, keys, links, labels."""

import json
import math
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import microbp
from microbp import MLP, Value, explore, trace
from microbp.engine.operations import OPERATIONS
from microbp.engine.value import apply
from microbp.errors import (
    ArgumentError,
    ArgumentTypeError,
    ChoiceError,
    GraphTooLargeError,
    PlaceholderError,
)
from microbp.graph import Graph
from microbp.text.numerals import numeral
from tests.helpers import ROOT

HOSTILE = [
    "</script><script>window.bad=1</script>",
    "<img src=x onerror=window.bad=1>",
    "\"'><svg onload=window.bad=1>",
    "${window.bad=1}`",
    "⟦0⟧{0}&lt;",
    "重量\n\x00\ud800",
    "\\u003c/script>",
    "__proto__",
    "constructor",
]
POINTS = [0.0, -0.0, 0.5, -0.7, 1.0, -1.0, 3.0, 30.0, -30.0, 800.0, -800.0, 1e-9]
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
    None,
)


PARSERS = Path(os.environ.get("MICROBP_PARSERS", ROOT / ".venv/parsers"))
MODULES = PARSERS / "node_modules"
needs_modules = pytest.mark.skipif(
    shutil.which("node") is None or not (MODULES / "axe-core").exists(),
    reason="node with its packages is not installed: make test gets them",
)


@needs_modules
def test_the_types_of_the_scripts_are_right():
    assets = ROOT / "microbp/draw/assets"
    compiler = MODULES / "typescript/bin/tsc"
    done = subprocess.run(
        ["node", str(compiler), "-p", str(assets / "tsconfig.json")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert (0, "") == (done.returncode, done.stdout)


# ---- without a browser ---------------------------------------------------------------


def neuron():
    x, w, b = Value(2.0, label="x"), Value(-0.5, label="w"), Value(0.3, label="b")
    y = (w * x + b).tanh() + x
    y.label = "y"
    return x, w, b, y


def test_a_page_is_one_document_that_asks_for_nothing():
    html = explore(neuron()[-1]).html

    assert html.startswith("<!doctype html>")
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", html)
    assert "import " not in html.split("<script>")[1]
    assert len(html) < 300_000


def test_pages_are_the_same_every_time():
    assert explore(neuron()[-1]).html == explore(neuron()[-1]).html


def test_a_page_is_written_whole(tmp_path):
    page = explore(neuron()[-1], tmp_path / "page.html", lang="zh")

    assert page.html == (tmp_path / "page.html").read_text(encoding="utf-8")
    assert '<html lang="zh">' in page.html
    assert ["page.html"] == [path.name for path in tmp_path.iterdir()]


def test_a_notebook_gets_the_page_in_a_frame():
    shown = explore(neuron()[-1])._repr_html_()

    assert shown.startswith("<iframe srcdoc=")
    assert "<script" not in shown


def test_a_page_changes_nothing():
    x, _, _, y = neuron()
    x.grad = 5.0
    explore(y)

    assert (5.0, 0.0, 2.0) == (x.grad, y.grad, x.data)


def test_what_cannot_be_explored_is_refused(tmp_path):
    x = Value(1.0, label="x")
    with pytest.raises(ChoiceError, match="unknown language 'de': choose one of 'en'"):
        explore(x, lang="de")
    with pytest.raises(ChoiceError, match="unknown theme 'neon'"):
        explore(x, theme="neon")
    with pytest.raises(ArgumentError, match="one result, not 2"):
        explore([x, x + 1])
    with pytest.raises(ArgumentError, match="built by hand as 'square', and a page"):
        explore(Value(1.0, (x,), "square"))
    with pytest.raises(PlaceholderError, match="no numbers"):
        explore(microbp.placeholder("p") * x)
    with pytest.raises(ArgumentTypeError, match="title is a str, not int 3"):
        explore(x, title=3)
    y = x
    for _ in range(20_001):
        y = -y
    with pytest.raises(GraphTooLargeError, match="and a page has room for 20,000"):
        explore(y)


# ---- in a browser --------------------------------------------------------------------

playwright = pytest.importorskip("playwright.sync_api")


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("there is no Chromium: make test gets it")
    if os.environ.get("MICROBP_PURE") == "1":
        pytest.skip("pages compute by themselves: in the run without MICROBP_PURE")
    with playwright.sync_playwright() as p:
        with_room = ["--no-sandbox", "--disable-dev-shm-usage"]
        found = p.chromium.launch(executable_path=CHROMIUM, args=with_room)
        yield found
        found.close()


@pytest.fixture
def show(browser, tmp_path):
    """Opens pages, and fails on any error in them or request from them."""
    troubles, opened = [], []

    def opener(v, width=1280, height=800, fragment="", **options):
        path = tmp_path / f"page{len(opened)}.html"
        explore(v, path, **options)
        page = browser.new_page(viewport={"width": width, "height": height})
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda m: troubles.append(m.text) if m.type in ("error", "warning") else 0,
        )
        page.on(
            "request",
            lambda r: troubles.append(r.url) if not r.url.startswith("file:") else 0,
        )
        page.goto(f"file://{path}{fragment}")
        opened.append(page)
        return page

    yield opener
    for page in opened:
        page.close()
    assert [] == troubles


def numbers(page):
    """Values, gradients and local derivatives of the page."""
    text = page.evaluate(
        "JSON.stringify({v: [...page.model.values], g: [...page.model.gradients],"
        " l: page.model.locals}, (k, x) => typeof x === 'number' && !isFinite(x) ?"
        " String(x) : x)"
    )
    special = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

    def read(x):
        if isinstance(x, list):
            return [read(each) for each in x]
        return special.get(x, x) if isinstance(x, str) else float(x)

    return {name: read(x) for name, x in json.loads(text).items()}


def same(a, b, tolerance=2e-15):
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return a == b or abs(a - b) <= tolerance * max(abs(a), abs(b), 1e-300)


def of(name, x):
    if name == "dot":
        return microbp.dot(x[:2], x[2:])
    if OPERATIONS[name].variadic:
        return getattr(microbp, name)(x)
    return apply(OPERATIONS[name], *x)


def test_every_operation_computes_what_python_computes(show):
    """At kinks, ties, domain edges and where exponentials overflow."""
    terms = []
    for name, row in OPERATIONS.items():
        count = 4 if row.variadic else row.arity
        for point in POINTS:
            for second in (0.5, 0.0, -2.0):
                others = [second + 0.5 * k for k in range(count - 1)]
                terms.append(of(name, [Value(point), *map(Value, others)]))
    y = microbp.sum(terms)
    graph = Graph(y)
    page = show(y)
    found = numbers(page)

    wrong, printed = [], []
    for i, op in enumerate(graph.op):
        if i == graph.roots[0]:
            continue
        # A unit in the last place or two: browsers have a mathematics of their own.
        loose = {"**": 1e-12, "erf": 1e-14, "gelu": 1e-12}.get(op, 4e-15)
        pairs = [(graph.data[i], found["v"][i])]
        pairs += zip(graph.local_grads[i], found["l"][i], strict=True)
        if not all(same(a, b, loose) for a, b in pairs):
            operands = [graph.data[p] for p in graph.parents[i]]
            wrong.append((op, operands, pairs))
        finite = [pair for pair in pairs if all(map(math.isfinite, pair))]
        printed += [(op, numeral(a), numeral(b)) for a, b in finite]
    assert [] == wrong
    assert [] == [each for each in printed if each[1] != each[2]]


def test_numbers_are_printed_as_python_prints_them(show):
    page = show(Value(1.0, label="x") * 2)
    cases = [0.0, 0.5, -0.5, 1e-9, 2e-5, 1.5e-5, 12345678.9, 1e6, 999999.0, -1e-4]
    cases += [0.00012345, 123.456789, 1e300, -7.26e-3, 9.99e-5, 1e-5, 0.00005]
    for precision in (0, 2, 4, 6):
        shown = page.evaluate(
            "([cases, p]) => cases.map((x) => page.numeral(x, p))", [cases, precision]
        )
        assert [numeral(x, precision) for x in cases] == shown


def test_moving_a_leaf_moves_every_number(show):
    x, w, b, y = neuron()
    page = show(y)
    page.get_by_role("spinbutton", name="w", exact=True).fill("0.25")
    page.keyboard.press("Enter")
    w.data = 0.25
    again = (w * x + b).tanh() + x
    again.backward()
    graph, found = Graph(again), numbers(page)

    assert all(map(same, graph.data, found["v"]))
    assert all(map(same, graph.grad, found["g"]))
    assert numeral(again.data) in page.locator(".root").text_content()
    slider = page.get_by_role("slider", name="x", exact=True)
    slider.fill("3.5")
    assert 3.5 == numbers(page)["v"][Graph(y).number(x)]
    page.get_by_role("button", name="Reset").click()
    assert same(y.data, numbers(page)["v"][-1])


def test_the_steps_are_those_of_the_trace(show):
    *_, y = neuron()
    page = show(y)
    steps = list(trace(y, run="forward")) + list(trace(y))
    page.get_by_role("button", name="To the start").click()
    said = []
    for _ in steps:
        page.get_by_role("button", name="Next").click()
        said.append(page.locator(".sentence").inner_text())
    names = Graph(y).names
    for step, sentence in zip(steps, said, strict=True):
        assert sentence.startswith(step.node)
        if hasattr(step, "operand"):
            parts = [step.upstream, step.local, step.contribution, step.running]
            assert f"to {step.operand}, which has {numeral(parts[3])} now" in sentence
            assert (
                f"upstream {numeral(parts[0])} × local {numeral(parts[1])}" in sentence
            )
            assert f"adds {numeral(parts[2])}" in sentence
    assert said[-1].endswith("Every gradient is complete.")
    assert len(names) > len(set(names)) - 1
    page.get_by_role("button", name="Back").click()
    assert page.locator(".sentence").inner_text() == said[-2]


def test_what_is_not_known_yet_is_not_shown(show):
    *_, y = neuron()
    page = show(y)
    page.get_by_role("button", name="To the start").click()

    assert "?" in page.locator(".root .data").text_content()
    assert "∇ ?" == page.locator(".root .grad").text_content()
    page.get_by_role("button", name="To the end").click()
    assert "?" not in page.locator(".stage").text_content()


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("right", "Right: "),
        ("local", "is the local derivative alone; multiply it by the upstream"),
        ("sign", "The size is right and the sign is not"),
        ("nonsense", "It is upstream × local"),
    ],
)
def test_a_prediction_is_judged_with_its_reason(show, answer, verdict):
    a, b = Value(3.0, label="a"), Value(-2.0, label="b")
    y = (a * b) * 5.0
    page = show(y)
    page.get_by_label("Predict first").check()
    steps = list(trace(y))
    forward = len(trace(y, run="forward"))
    page.get_by_role("button", name="To the start").click()
    for _ in range(forward + 1):
        page.get_by_role("button", name="Next").click()
    # The result v1 · 5 passes 1 · 5 on to v1; then a receives 5 · (−2).
    page.get_by_label("gradient", exact=True).fill("5")
    page.get_by_role("button", name="Check").click()
    assert "Right" in page.locator(".sentence").inner_text()
    page.get_by_role("button", name="Next").click()
    step = next(step for step in steps if step.operand == "a")
    number = {
        "right": step.contribution,
        "local": step.local,
        "sign": -step.contribution,
        "nonsense": 1234.5,
    }[answer]
    page.get_by_label("gradient", exact=True).fill(str(number))
    page.get_by_role("button", name="Check").click()

    assert verdict in page.locator(".sentence").inner_text()


def test_a_click_shows_formulas_in_symbols_and_numbers(show):
    x, _, _, y = neuron()
    page = show(y)
    page.locator(".box", has_text="tanh").click()
    inside = page.locator(".inspect")

    assert inside.locator("math").count() >= 3
    assert "tanh(v2)" in inside.locator("math").nth(0).text_content()
    page.locator(".box.leaf", has_text="x").first.click()
    assert "2 paths from x to y" in inside.inner_text()
    y.backward()
    assert f"sum = {numeral(x.grad)}" in inside.inner_text()


def test_pointing_at_a_leaf_lights_its_paths_and_says_their_sum(show):
    _, w, _, y = neuron()
    page = show(y)
    page.locator(".box.leaf", has_text="w").first.hover()

    lit = page.locator(".box.lit")
    assert 5 == lit.count()  # w, its product, the sum, tanh, y
    assert 4 == page.locator(".arrow.lit").count()
    said = page.locator(".inspect").inner_text()
    y.backward()
    assert "1 path from w to y" in said
    assert f"sum = {numeral(w.grad)}" in said


def test_one_button_computes_gradients_and_another_uses_them(show):
    x, w, b, y = neuron()
    page = show(y)
    before = numbers(page)["v"]
    page.get_by_role("button", name="Compute gradients").click()
    assert before == numbers(page)["v"]
    assert "nothing has moved" in page.locator(".say").inner_text()
    page.get_by_role("button", name="Use them").click()
    y.backward()
    graph = Graph(y)
    after = numbers(page)["v"]
    for value in (x, w, b):
        i = graph.number(value)
        assert same(value.data - 0.1 * value.grad, after[i], 1e-12)
    page.get_by_role("button", name="Undo").click()
    assert before == numbers(page)["v"]
    page.get_by_role("button", name="Compute gradients").click()
    page.get_by_role("slider", name="x", exact=True).fill("1")
    assert "The leaves have moved" in page.locator(".say").inner_text()


def test_a_run_goes_downhill_and_can_be_stopped(show):
    x = Value(2.0, label="x")
    y = (x - 1.0) ** 2
    page = show(y)
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_timeout(700)
    page.get_by_role("button", name="Stop").click()
    first = numbers(page)["v"][-1]
    page.wait_for_timeout(200)

    assert first == numbers(page)["v"][-1] < 0.5
    assert page.locator(".plot polyline").is_visible()


def test_modules_open_and_close(show):
    model = MLP(2, [8, 8, 1], activation="tanh", rng=0)
    y = model([0.5, -1.0])
    page = show(y)

    assert 17 == page.locator(".box.module").count()
    page.locator(".box.module").first.click()
    assert 16 == page.locator(".box.module").count()
    y.backward()
    assert all(map(same, Graph(y).grad, numbers(page)["g"], [1e-12] * len(Graph(y))))
    page.locator("summary", has_text="Modules").click()
    page.get_by_role("button", name="▸ neuron 2").first.click()
    assert 15 == page.locator(".box.module").count()


def test_a_link_reproduces_what_one_sees(show):
    *_, y = neuron()
    page = show(y)
    page.get_by_role("spinbutton", name="w", exact=True).fill("0.75")
    page.keyboard.press("Enter")
    page.locator(".box", has_text="tanh").click()
    page.get_by_role("button", name="To the start").click()
    for _ in range(3):
        page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="中文").click()
    fragment = page.evaluate("location.hash")
    other = show(y, fragment=fragment)

    assert numbers(page) == numbers(other)
    assert page.locator(".sentence").inner_text() == (
        other.locator(".sentence").inner_text()
    )
    assert (
        page.locator(".inspect").inner_text() == other.locator(".inspect").inner_text()
    )
    assert "叶子" in other.locator("aside").inner_text()


@pytest.mark.parametrize(
    "fragment",
    ["#step=1e9&look=99.7&leaves=0:x,99:1,:", "#closed=7.8&rate=-1&lang=xx", "#%"],
)
def test_a_link_that_makes_no_sense_does_no_harm(show, fragment):
    *_, y = neuron()
    page = show(y, fragment=fragment)

    assert same(y.data, numbers(page)["v"][-1])


def test_everything_can_be_reached_by_keyboard(show):
    *_, y = neuron()
    page = show(y)
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "document.activeElement.getAttribute('aria-label')"
                " || document.activeElement.textContent"
            )
        )
    for name in ("Play", "Next", "x", "Closer", "Light or dark", "Compute gradients"):
        assert name in reached
    assert any("tanh" in str(name) for name in reached)
    page.locator(".box").nth(2).focus()
    page.keyboard.press("Enter")
    assert page.locator(".box.chosen").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".box.chosen").count() == 0
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert "=" in page.locator(".sentence").inner_text()


@pytest.mark.parametrize("label", HOSTILE)
def test_labels_are_text_wherever_they_stand(show, label):
    x = Value(2.0, label=label)
    layer = microbp.Layer(1, 1, rng=0)
    layer.name = label.replace("/", "|")
    y = layer([x])
    y.label = label
    page = show(y, title=label)
    page.locator(".box").first.click()
    page.locator(".arrow .wide").first.click(force=True)
    page.get_by_role("button", name="To the start").click()
    for _ in range(4):
        page.get_by_role("button", name="Next").click()

    assert page.evaluate("window.bad") is None
    assert 1 == page.locator("h1").count()


def test_a_search_finds_a_label(show):
    *_, y = neuron()
    page = show(y)
    page.get_by_label("Find a label").fill("w")
    page.keyboard.press("Enter")
    assert "w" in page.locator(".box.chosen").text_content()
    page.get_by_label("Find a label").fill("nowhere")
    page.keyboard.press("Enter")
    assert "Nothing is called that." == page.locator(".sentence").inner_text()


def test_a_page_of_300_nodes_follows_within_a_frame(show):
    model = MLP(2, [10, 8, 1], activation="tanh", rng=0)
    y = (model([0.5, -1.0]) - 1.0) ** 2
    assert 270 < len(Graph(y)) < 320
    page = show(y)
    moments = page.evaluate(
        "Array.from({length: 30}, (_, k) => {"
        " page.setLeaf(page.model.leaves[0], 0.01 * k); return page.moment; })"
    )

    # Half of the frame of 16 ms is for the browser; four times that for a busy machine.
    assert sorted(moments)[15] < 4 * 8.0


def test_a_page_of_2000_nodes_opens_folded(show):
    y = (MLP(2, [24, 24, 16, 1], activation="tanh", rng=0)([0.5, -1.0]) - 1.0) ** 2
    assert 2000 < len(Graph(y)) < 4000
    page = show(y)

    assert 3 < page.locator(".box").count() < 150
    assert page.evaluate("page.moment") < 200


def test_without_dot_the_page_lays_itself_out(show, monkeypatch):
    monkeypatch.setenv("PATH", "")
    *_, y = neuron()
    page = show(y)
    monkeypatch.undo()
    places = page.evaluate(
        "[...document.querySelectorAll('.box')].map((b) => b.getBoundingClientRect())"
        ".map((r) => [r.left, r.top, r.right, r.bottom])"
    )

    for k, a in enumerate(places):
        for b in places[k + 1 :]:
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert apart


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_wider_than_the_screen(show, width, theme):
    *_, y = neuron()
    page = show(y, width=width, height=800, theme=theme)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for button in page.get_by_role("button").all():
        if button.is_visible() and "box" not in (button.get_attribute("class") or ""):
            area = button.bounding_box()
            assert area["height"] >= 33
            assert area["x"] + area["width"] <= width + 1


@needs_modules
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_a_check_of_accessibility_finds_nothing_serious(show, theme, width):
    model = MLP(2, [3, 1], activation="tanh", rng=0)
    y = (model([0.5, -1.0]) - 1.0) ** 2
    page = show(y, theme=theme, width=width)
    for panel in page.locator("details:not([open]) > summary").all():
        if panel.is_visible():
            panel.click()
    page.locator(".box").nth(4).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Compute gradients").click()
    page.evaluate((MODULES / "axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then((r) => r.violations)")
    grave = [
        (v["id"], v["help"], [n["html"][:150] for n in v["nodes"]][:3])
        for v in found
        if v["impact"] in ("serious", "critical")
    ]

    assert [] == grave
