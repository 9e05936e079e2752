"""The playground and the widget, in a real browser."""

import json
import random
import re
import subprocess
import sys

import pytest

import microbp
from microbp import MLP, Value, explore, playground
from microbp.errors import ArgumentError, ChoiceError
from tests.draw.test_page import MODULES, browser, needs_modules, neuron  # noqa: F401

ACTIVATIONS = ["tanh", "relu", "sigmoid", "sin"]


def test_a_playground_is_one_document(tmp_path):
    page = playground(tmp_path / "playground.html", lang="zh")

    assert page.html == (tmp_path / "playground.html").read_text(encoding="utf-8")
    assert len(page.html) < 300_000
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", page.html)
    with pytest.raises(ChoiceError, match="unknown language 'fr'"):
        playground(lang="fr")
    with pytest.raises(ArgumentError, match="no Values behind it"):
        page.widget()


@pytest.fixture
def opened(browser, tmp_path):  # noqa: F811 (a fixture of another file)
    troubles, pages = [], []
    path = tmp_path / "playground.html"
    playground(path)

    def opener(fragment="", width=1280, height=900):
        page = browser.new_page(viewport={"width": width, "height": height})
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda m: troubles.append(m.text) if m.type in ("error", "warning") else 0,
        )
        page.on(
            "request",
            lambda r: r.url.startswith(("file:", "blob:")) or troubles.append(r.url),
        )
        page.goto(f"file://{path}{fragment}")
        pages.append(page)
        return page

    yield opener
    for page in pages:
        page.close()
    assert [] == troubles


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_network_in_the_page_is_that_of_python(opened, activation):
    page = opened(f"#activation={activation}&hidden=3.2&data=circles&seed=4")
    given = page.evaluate(
        "(() => { const n = page.network; n.at(page.all[5]); n.model.backward();"
        " const of = (column) => n.parameters.map((i) => column[i]);"
        " return {x: page.all[5], w: of(n.model.values), g: of(n.model.gradients),"
        " E: n.model.values[n.data.root]}; })()"
    )
    kind = microbp.sin if activation == "sin" else activation
    model = MLP(2, [3, 2, 1], activation=kind, output="tanh")
    for parameter, number in zip(model.parameters(), given["w"], strict=True):
        parameter.data = number
    error = (model(given["x"]["x"]) - (1.0 if given["x"]["y"] else -1.0)) ** 2
    error.backward()

    assert error.data == pytest.approx(given["E"], rel=1e-12)
    gradients = [p.grad for p in model.parameters()]
    assert gradients == pytest.approx(given["g"], rel=1e-11, abs=1e-15)


@pytest.mark.parametrize(
    ("data", "activation", "hidden"),
    [
        ("moons", "tanh", "4.3"),
        ("circles", "relu", "5"),
        ("xor", "sigmoid", "3.3.2"),
        ("spirals", "sin", ""),
    ],
)
def test_the_saved_program_makes_the_same_steps(
    opened, tmp_path, data, activation, hidden
):
    page = opened(f"#data={data}&activation={activation}&hidden={hidden}&n=30&batch=7")
    page.evaluate("page.step(123)")
    error = page.evaluate("page.losses.at(-1)")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as Python").click()
    path = tmp_path / "saved.py"
    download.value.save_as(path)
    done = subprocess.run(
        [sys.executable, str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    said = re.fullmatch(
        r"error (\S+) after 123 steps, (\d+) of 30 points right\n", done.stdout
    )
    assert float(said[1]) == pytest.approx(error, rel=1e-8)
    assert int(said[2]) == page.evaluate("page.network.right(page.all)")


def test_a_run_learns_and_stops(opened):
    page = opened()
    before = page.evaluate("page.losses[0]")
    page.get_by_role("button", name="Run").click()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Stop").click()
    steps = page.evaluate("page.network.steps")
    page.wait_for_timeout(150)

    assert steps == page.evaluate("page.network.steps") > 0
    assert page.evaluate("page.losses.at(-1)") < 0.5 * before
    page.get_by_role("button", name="Reset").click()
    assert (0, before) == (
        page.evaluate("page.network.steps"),
        page.evaluate("page.losses[0]"),
    )


def test_layers_and_neurons_come_and_go(opened):
    page = opened()
    assert 2 + 4 + 3 + 1 == page.locator(".cell").count()
    page.get_by_role("button", name="One neuron more").first.click()
    page.get_by_role("button", name="One layer more").click()
    assert [5, 3, 3] == page.evaluate("page.settings.hidden")
    page.get_by_role("button", name="One layer less").click()
    page.get_by_role("button", name="One neuron less").last.click()
    assert [5, 2] == page.evaluate("page.settings.hidden")
    wires = page.locator(".wires path").count()
    assert 2 * 5 + 5 * 2 + 2 == wires


def test_the_width_and_sign_of_a_line_are_those_of_the_weight(opened):
    page = opened("#hidden=2")
    lines = page.evaluate(
        "[...document.querySelectorAll('.wires path')].map((l) =>"
        " [l.getAttribute('class'), +l.getAttribute('stroke-width')])"
    )
    weights = page.evaluate(
        "page.network.data.parameters.flat().flatMap((n) =>"
        " n.w.map((i) => page.network.model.values[i]))"
    )

    for (sign, width), weight in zip(lines, weights, strict=True):
        assert sign == ("minus" if weight < 0 else "plus")
        assert width == pytest.approx(min(0.4 + 2.4 * abs(weight), 8), abs=0.01)


def test_any_neuron_opens_into_its_scalars(opened):
    page = opened("#hidden=3.2")
    page.get_by_role("button", name="layer 2, neuron 1").click()
    inside = page.locator(".inside")

    assert "Layer 2, neuron 1, at the point" in inside.inner_text()
    signs = page.locator(".inside .operation .sign").all_text_contents()
    assert {"×", "Σ", "tanh"} <= set(signs)
    assert 3 == signs.count("×")
    before = inside.locator(".note").inner_text()
    page.locator(".plane").click(position={"x": 200, "y": 60})
    assert before != inside.locator(".note").inner_text()
    texts = " ".join(page.locator(".inside text").all_text_contents())
    assert "NaN" not in texts
    assert "∇" in texts


def test_own_clicks_are_data(opened):
    page = opened("#data=own")
    assert "Click into the plane" in page.locator(".counts").inner_text()
    plane = page.locator(".plane")
    plane.click(position={"x": 60, "y": 60})
    page.get_by_role("button", name="Orange").click()
    plane.click(position={"x": 250, "y": 250})
    page.get_by_role("spinbutton", name="x1").fill("1")
    page.get_by_role("spinbutton", name="x2").fill("-0.5")
    page.get_by_role("button", name="Add").click()

    found = page.evaluate("page.all")
    assert [1, 0, 0] == [point["y"] for point in found]
    assert [1, -0.5] == found[2]["x"]
    page.get_by_role("button", name="One step").click()
    assert 1 == page.evaluate("page.network.steps")
    other = opened(page.url[page.url.index("#") :])
    assert found == other.evaluate("page.all")
    page.get_by_role("button", name="Remove all").click()
    assert [] == page.evaluate("page.all")


def test_a_link_reproduces_what_one_sees(opened):
    page = opened("#data=xor&hidden=3&seed=9&rate=0.3")
    page.evaluate("page.step(57)")
    page.locator(".cell").nth(3).click()
    page.get_by_role("button", name="中文").click()
    other = opened(page.url[page.url.index("#") :])

    for what in ("page.network.weights()", "page.settings", "page.opened", "page.lang"):
        assert page.evaluate(what) == other.evaluate(what)
    assert page.locator(".inside").inner_text() == other.locator(".inside").inner_text()


@pytest.mark.parametrize("seed", range(3))
def test_a_link_that_makes_no_sense_does_no_harm(opened, seed):
    rng = random.Random(seed)
    names = ["data", "n", "noise", "hidden", "activation", "rate", "batch", "seed"]
    names += ["steps", "open", "point", "lang", "theme", "own"]
    junk = [
        "",
        "-1",
        "1e99",
        "NaN",
        "x",
        "9.9.9.9.9.9",
        "__proto__",
        "%00",
        "3.x",
        "own",
    ]
    fragment = "&".join(f"{name}={rng.choice(junk)}" for name in names)
    page = opened(f"#{fragment}")

    assert page.locator(".plane").is_visible()


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_screen(opened, width):
    page = opened(width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@needs_modules
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_check_of_accessibility_finds_nothing_serious(opened, theme):
    page = opened(f"#theme={theme}&open=0.1&data=own&own=0_0_1~1_1_0")
    page.evaluate((MODULES / "axe-core/axe.min.js").read_text(encoding="utf-8"))
    grave = [
        (v["id"], v["help"], [n["html"][:150] for n in v["nodes"]][:3])
        for v in page.evaluate("axe.run().then((r) => r.violations)")
        if v["impact"] in ("serious", "critical")
    ]

    assert [] == grave


# ---- the widget ----------------------------------------------------------------------


def test_a_widget_writes_leaves_back(browser):  # noqa: F811
    pytest.importorskip("anywidget")
    x, w, _, y = neuron()
    widget = explore(y).widget()
    page = browser.new_page(viewport={"width": 1000, "height": 700})
    script = widget._esm.replace("export default", "window.widget =")
    page.set_content("<style></style><div id=el></div>")
    page.add_style_tag(content=widget._css)
    page.evaluate(f"window.graph = {json.dumps(widget.graph)}")
    page.add_script_tag(content=script, type="module")
    page.evaluate(
        "window.sent = []; window.widget.render({el: document.getElementById('el'),"
        " model: {get: (name) => window[name], set: (name, x) => window.sent.push(x),"
        " save_changes: () => 0}})"
    )
    page.wait_for_selector(".box")
    page.get_by_role("spinbutton", name="w", exact=True).fill("0.75")
    page.keyboard.press("Enter")
    (change,) = page.evaluate("window.sent")
    widget.leaf = change
    page.close()

    assert (0.75, 2.0) == (w.data, x.data)
    widget.leaf = [10_000, 1.0]  # no such leaf: nothing happens
    assert 0.75 == w.data


def test_a_notebook_shows_the_widget_or_the_frame(monkeypatch):
    pytest.importorskip("anywidget")
    *_, y = neuron()
    page = explore(y)
    assert "application/vnd.jupyter.widget-view+json" in str(page._repr_mimebundle_())
    monkeypatch.setitem(sys.modules, "anywidget", None)

    assert page._repr_mimebundle_()["text/html"].startswith("<iframe srcdoc=")


def test_without_dot_a_value_is_still_shown(monkeypatch):
    monkeypatch.setenv("PATH", "")
    *_, y = neuron()
    shown = y._repr_mimebundle_()

    assert shown["text/html"].startswith("<iframe srcdoc=")
    assert "dot is not on PATH" in shown["text/plain"]
    by_hand = Value(1.0, (y,), "mine")
    assert "text/html" not in by_hand._repr_mimebundle_()
