"""Models in files: what was saved comes back, and what is damaged is refused."""

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from microbp import MLP, Layer, MicrobpError, load, save
from microbp.errors import ArgumentTypeError, ModelFileError


def test_a_model_comes_back_bit_for_bit(tmp_path):
    path = tmp_path / "model.npz"
    model = MLP(3, [4, 2], activation="tanh", output="softmax", rng=0)
    save(model, path)
    back = load(path)

    assert repr(back) == repr(model)
    assert [p.data for p in back.parameters()] == [p.data for p in model.parameters()]
    assert os.listdir(tmp_path) == ["model.npz"]


def test_what_a_file_cannot_hold_is_refused(tmp_path):
    with pytest.raises(ArgumentTypeError, match="save takes an MLP, not Layer"):
        save(Layer(2, 3), tmp_path / "model.npz")
    with pytest.raises(ArgumentTypeError, match="is a function"):
        save(MLP(2, [3], output=lambda v: v * v), tmp_path / "model.npz")
    assert os.listdir(tmp_path) == []


def test_a_failing_disk_leaves_the_file_of_before(tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    save(MLP(2, [3], rng=0), path)
    before = path.read_bytes()

    def full(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save(MLP(2, [3], rng=1), path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["model.npz"]


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_damaged_files_give_errors_of_microbp_or_the_weights(tmp_path, data):
    path = tmp_path / "model.npz"
    save(MLP(2, [3], rng=0), path)
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    for _ in range(data.draw(st.integers(0, 4))):
        if content:
            place = data.draw(st.integers(0, len(content) - 1))
            content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        model = load(path)
    except MicrobpError as error:
        assert "model.npz" in str(error)
    else:
        assert len(model.parameters()) == (model.nin + 1) * model.nouts[0]


@pytest.mark.slow
def test_no_flipped_bit_gives_another_error(tmp_path):
    path = tmp_path / "model.npz"
    save(MLP(1, [1], rng=0), path)
    whole = path.read_bytes()
    weights = [p.data for p in load(path).parameters()]
    refused = 0
    for place in range(len(whole)):
        for bit in range(8):
            content = bytearray(whole)
            content[place] ^= 1 << bit
            path.write_bytes(content)
            try:
                model = load(path)
            except MicrobpError:
                refused += 1
            else:
                assert weights == [p.data for p in model.parameters()]
    assert refused > 4 * len(whole)


def test_foreign_files_are_named(tmp_path):
    path = tmp_path / "other.npz"
    np.savez(path, a=np.zeros(3))
    with pytest.raises(ModelFileError, match=r"other\.npz"):
        load(path)
    np.savez(path, description=np.array([{}], object))
    with pytest.raises(ModelFileError, match="cannot be read"):
        load(path)
    np.savez_compressed(path, a=np.zeros(100))
    with pytest.raises(ModelFileError, match="is compressed"):
        load(path)
    path.write_text("not a file of arrays")
    with pytest.raises(ModelFileError, match="cannot be read"):
        load(path)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.npz")
