"""Traces: tables, dicts, strips, moving pictures."""

import io
import re
import xml.etree.ElementTree as ET

import pytest

import microbp
from microbp import Value, trace
from microbp.errors import (
    ArgumentError,
    ArgumentTypeError,
    ChoiceError,
    DotNotFoundError,
    GraphTooLargeError,
    MicrobpError,
)

SVG = "{http://www.w3.org/2000/svg}"


def neuron():
    x, w = Value(3.0, label="x"), Value(-0.5, label="w1")
    y = (x * w + Value(1.0, label="b")).tanh() * x
    y.label = "y"
    return x, y


def test_the_table_has_a_line_for_each_step():
    x, y = neuron()
    lines = str(trace(y)).splitlines()

    assert [
        "step",
        "node",
        "operand",
        "upstream",
        "local",
        "contribution",
        "running",
    ] == (lines[0].split())
    assert 1 + 7 == len(lines)
    assert ["2", "y", "x", "1.0000", "−0.4621", "−0.4621", "−0.4621"] == lines[
        2
    ].split()
    y.backward()
    assert x.grad == trace(y).gradient(x) == trace(y).gradient("x")


def test_a_long_table_is_cut_in_the_middle():
    y = Value(1.0)
    for _ in range(100):
        y = -y
    lines = str(trace(y)).splitlines()

    assert 1 + 40 + 1 == len(lines)
    assert lines[21].split() == ["…"] * 7
    assert lines[-1].split()[0] == "100"


def test_dicts_are_what_pandas_takes():
    _, y = neuron()
    rows = trace(y).to_dicts()

    assert {
        "step": 1,
        "node": "y",
        "operand": "v3",
        "upstream": 1.0,
        "local": 3.0,
        "contribution": 3.0,
        "running": 3.0,
    } == rows[0]
    assert {"step": 1, "node": "v1", "op": "*"}.items() <= (
        trace(y, run="forward").to_dicts()[0].items()
    )


def test_rich_prints_a_table():
    console = pytest.importorskip("rich.console")
    _, y = neuron()
    out = io.StringIO()
    console.Console(file=out, width=100).print(trace(y))

    assert 7 + 4 == len(out.getvalue().splitlines())
    assert "−0.4621" in out.getvalue()


def test_a_trace_is_a_sequence():
    _, y = neuron()
    steps = trace(y)

    assert 7 == len(steps) == len(list(steps)) == len(steps[:])
    assert steps[-1].number == 7
    assert "Trace(7 steps on Graph(" in repr(steps)
    with pytest.raises(IndexError):
        steps[7]


def test_the_other_direction_is_traced_too():
    _, y = neuron()
    text = str(trace(y, run="forward"))

    assert "tanh(v2)  tanh(−0.5000)" in text
    with pytest.raises(ChoiceError, match="unknown run 'sideways': choose"):
        trace(y, run="sideways")


@pytest.mark.exe
@pytest.mark.parametrize("run", ["backward", "forward"])
def test_a_strip_has_a_picture_for_each_step(run):
    _, y = neuron()
    steps = trace(y, run=run)
    root = ET.fromstring(steps.strip())
    frames = [g for g in root.findall(f"{SVG}g") if g.find(f"{SVG}rect") is not None]

    assert len(steps) + 2 == len(frames)
    texts = ["".join(frame.itertext()) for frame in frames]
    assert ["?" in text for text in texts] == [True] * (len(steps)) + [False] * 2


@pytest.mark.exe
def test_nothing_moves_between_the_pictures_of_a_strip():
    _, y = neuron()
    root = ET.fromstring(trace(y).strip())
    places = set()
    for frame in root.findall(f"{SVG}g"):
        found = {}
        for node in frame.iter(f"{SVG}text"):
            if node.text in ("tanh", "1.0000"):
                found.setdefault(node.text, node.attrib["y"])
        places.add(found["tanh"])
    assert 1 == len(places)


@pytest.mark.exe
def test_the_animation_shows_each_frame_once_without_a_script():
    _, y = neuron()
    svg = trace(y).animate(seconds=2.0)
    root = ET.fromstring(svg)
    frames = 7 + 2

    assert "<script" not in svg
    assert "javascript" not in svg
    captions = {}
    for group in root.iter(f"{SVG}g"):
        move = group.find(f"{SVG}animate")
        if move is None:
            continue
        assert f"{frames * 2}s" == move.attrib["dur"]
        assert "indefinite" == move.attrib["repeatCount"]
        times = [float(t) for t in move.attrib["keyTimes"].split(";")]
        assert times[0] == 0.0
        assert times == sorted(times)
        shown = move.attrib["values"].split(";")
        for text in group.iter(f"{SVG}text"):
            if re.match(r"\d\. |The result|Done", text.text or ""):
                captions[text.text] = round(frames * times[shown.index("visible")])
    assert sorted(captions.values()) == list(range(frames))
    assert captions["Done: every gradient is complete"] == frames - 1


@pytest.mark.exe
def test_files_are_written_whole_by_the_end_of_their_name(tmp_path):
    image = pytest.importorskip("PIL.Image")
    _, y = neuron()
    steps = trace(y)
    steps.strip(tmp_path / "run.svg")
    steps.strip(tmp_path / "run.png", columns=2)
    steps.animate(tmp_path / "moving.svg")
    steps.animate(tmp_path / "moving.gif", seconds=0.5)

    assert ["moving.gif", "moving.svg", "run.png", "run.svg"] == sorted(
        path.name for path in tmp_path.iterdir()
    )
    with image.open(tmp_path / "moving.gif") as gif:
        assert (7 + 2, 500) == (gif.n_frames, gif.info["duration"])
        width, height = gif.size
    with image.open(tmp_path / "run.png") as strip:
        assert (2 * width, 5 * height) == strip.size


def test_what_cannot_be_drawn_is_refused(tmp_path):
    y = Value(1.0)
    for _ in range(61):
        y = -y
    with pytest.raises(GraphTooLargeError, match="61 steps, and max_steps=60"):
        trace(y).strip()
    with pytest.raises(ArgumentError, match=r"seconds is above 0, not 0"):
        trace(y).animate(seconds=0)
    with pytest.raises(MicrobpError, match="seconds"):
        trace(y).animate(seconds="1")
    with pytest.raises(ArgumentTypeError, match="pictures of a run take no 'fold'"):
        trace(y).strip(fold="layer")


@pytest.mark.exe
def test_wrong_endings_and_columns_are_refused(tmp_path):
    _, y = neuron()
    with pytest.raises(ArgumentError, match=r"a strip is written as \.svg or \.png"):
        trace(y).strip(tmp_path / "run.jpg")
    with pytest.raises(ArgumentError, match="columns is a whole number from 1, not 0"):
        trace(y).strip(columns=0)
    with pytest.raises(ChoiceError, match="unknown theme 'neon'"):
        trace(y).strip(theme="neon")
    assert [] == list(tmp_path.iterdir())


def test_without_dot_the_table_is_there_and_pictures_say_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    _, y = neuron()

    assert str(trace(y))
    with pytest.raises(DotNotFoundError, match="Install it with"):
        trace(y).animate()


@pytest.mark.exe
def test_hostile_labels_are_text_in_frames():
    x = Value(1.0, label='</script><b>&"\\N')
    svg = trace(x * 2).strip()

    assert "<script" not in svg
    assert "</script><b>&" in "".join(ET.fromstring(svg).itertext())


def test_of_several_results_the_sum_is_differentiated():
    x = Value(2.0, label="x")
    a, b = x * 3, x * x
    microbp.sum([a, b]).backward()

    assert x.grad == trace([a, b]).gradient(x)
