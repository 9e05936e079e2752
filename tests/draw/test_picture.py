"""Rendering, with dot and without it; what a notebook shows."""

import subprocess
import sys

import pytest

from microbp import Value, draw, explore
from microbp import sum as value_sum
from microbp.draw.notebook import mimebundle
from microbp.draw.picture import INSTALL
from microbp.engine.scope import Scope
from microbp.errors import DotNotFoundError


@pytest.fixture
def no_dot(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))


def square():
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    return y


def long_chain(scopes=()):
    x = Value(1.0, label="x")
    for scope in scopes:
        with scope:
            for _ in range(100):
                x = x + 1.0
    for _ in range(0 if scopes else 100):
        x = x + 1.0
    return x


def test_the_text_of_a_picture_needs_no_dot(no_dot):
    assert draw(square()).source.startswith("digraph {")


@pytest.mark.parametrize("platform", INSTALL)
def test_without_dot_the_error_says_what_to_install(no_dot, monkeypatch, platform):
    picture = draw(square())
    monkeypatch.setattr(sys, "platform", platform)

    with pytest.raises(DotNotFoundError) as caught:
        picture.pipe()
    assert f"Install it with: {INSTALL[platform]}." in str(caught.value)


def test_on_another_system_the_error_says_where_to_look(no_dot, monkeypatch):
    picture = draw(square())
    monkeypatch.setattr(sys, "platform", "plan9")

    with pytest.raises(DotNotFoundError, match=r"https://graphviz\.org/download/"):
        picture.pipe()


def test_without_dot_rendering_and_showing_say_so_too(no_dot, tmp_path):
    picture = draw(square())

    with pytest.raises(DotNotFoundError, match="dot is not on PATH"):
        picture.render(tmp_path / "y")
    with pytest.raises(DotNotFoundError, match="dot is not on PATH"):
        picture._repr_mimebundle_(["image/svg+xml"])


@pytest.mark.exe
def test_a_picture_that_dot_cannot_read_is_an_error():
    picture = draw(square())
    picture.body.append("}}} nonsense")

    with pytest.raises(DotNotFoundError, match="program dot failed"):
        picture.pipe()


@pytest.mark.exe
@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_dot_has_nothing_to_complain_about(theme):
    with Scope("layer", "layer 1", "Layer(<1>, 2)"):
        y = square()
    for folded in ({}, {"fold": "layer"}, {"fold": 0}, {"highlight": "x"}):
        picture = draw(y, theme=theme, title="title", **folded)
        done = subprocess.run(
            ["dot", "-Tsvg"], input=picture.source.encode(), capture_output=True
        )
        assert (0, b"") == (done.returncode, done.stderr)


@pytest.mark.exe
def test_a_picture_is_rendered_into_a_file(tmp_path):
    path = draw(square(), format="png").render(tmp_path / "y", cleanup=True)

    assert str(tmp_path / "y.png") == path
    assert b"\x89PNG" == (tmp_path / "y.png").read_bytes()[:4]


@pytest.mark.exe
def test_a_notebook_shows_the_picture():
    shown = mimebundle(square())

    assert ["text/plain", "image/svg+xml"] == list(shown)
    assert "∇ +6.0000" in shown["image/svg+xml"]


@pytest.mark.exe
def test_a_notebook_closes_the_modules_of_a_large_graph():
    shown = mimebundle(
        long_chain([Scope("layer", "layer 1"), Scope("layer", "layer 2")])
    )

    assert "layer 2" in shown["image/svg+xml"]


@pytest.mark.exe
def test_a_notebook_counts_arrows_too():
    x = [Value(1.0, label=f"x{i}") for i in range(30)]
    with Scope("mlp", "net"):
        for number in (1, 2):
            with Scope("layer", f"layer {number}"):
                outputs = []
                for k in range(30):
                    with Scope("neuron", f"neuron {k + 1}"):
                        outputs.append(value_sum(x).tanh())
                x = outputs
    shown = mimebundle(value_sum(x))

    assert "layer 2" in shown["image/svg+xml"]
    assert "neuron" not in shown["image/svg+xml"]


def test_a_notebook_says_why_it_shows_no_picture_of_a_large_graph():
    expected = (
        "Value(data=101.0, grad=0.0)  "
        "(201 nodes, too many to show: see draw(v, max_nodes=None))"
    )

    assert {"text/plain": expected} == mimebundle(long_chain())


def test_a_notebook_without_dot_shows_text_and_what_to_install(no_dot):
    shown = mimebundle(square())

    assert ["text/plain", "text/html"] == list(shown)
    first, hint = shown["text/plain"].splitlines()
    assert "Value(data=9.0, grad=1.0)" == first
    assert "dot is not on PATH" in hint


def test_the_room_and_its_function_share_a_name():
    code = (
        "from microbp import Value, to_dot; import microbp; y = Value(1.0) + 1;"
        "print(microbp.draw(y).source == to_dot(y), microbp.draw.to_dot is to_dot)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert ("True True\n", "") == (done.stdout, done.stderr)


@pytest.fixture
def dot_that(tmp_path, monkeypatch):
    """Puts another program in the place of dot."""

    def put(script):
        path = tmp_path / "dot"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return put


@pytest.mark.skipif(sys.platform == "win32", reason="the other dot is a shell script")
def test_a_dot_that_crashes_or_hangs_is_said_to(dot_that, monkeypatch):
    dot_that("echo 'out of memory' >&2; exit 3")
    with pytest.raises(DotNotFoundError, match="failed with code 3: out of memory"):
        draw(square()).pipe()
    dot_that("kill -11 $$")
    with pytest.raises(DotNotFoundError, match="failed with code -11"):
        draw(square()).pipe()
    monkeypatch.setattr(sys.modules["microbp.draw.picture"], "TIMEOUT", 0.5)
    dot_that("exec sleep 60")
    with pytest.raises(DotNotFoundError, match=r"stopped after 0\.5 s: fold the"):
        draw(square()).pipe()
    assert explore(square()).html  # which has a layout of its own


@pytest.mark.exe
def test_a_picture_that_fails_leaves_the_one_of_before(dot_that, tmp_path, monkeypatch):
    path = tmp_path / "square.svg"
    assert str(path) == draw(square()).render(outfile=path, cleanup=True)
    before = path.read_bytes()
    dot_that("echo half; exit 1")
    with pytest.raises(DotNotFoundError, match="failed with code 1"):
        draw(square()).render(outfile=path)

    assert before == path.read_bytes()
    assert [] == list(tmp_path.glob("*.part"))
