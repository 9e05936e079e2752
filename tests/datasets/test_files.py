"""Files of MNIST: read with care, and every damage named."""

import gzip
import os
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from microbp import MicrobpError
from microbp.datasets import mnist, read_idx
from microbp.errors import ChoiceError, DataFileError, DataNotFoundError

NAMES = [
    *("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    *("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
]
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (5, 28, 28), np.uint8)
LABELS = np.array([7, 2, 1, 0, 9], np.uint8)


def idx(array, kind=8):
    head = bytes([0, 0, kind, array.ndim]) + struct.pack(
        f">{array.ndim}I", *array.shape
    )
    return head + array.tobytes()


@pytest.fixture
def folder(tmp_path):
    for name in NAMES:
        array = IMAGES if "images" in name else LABELS
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(idx(array)))
    return tmp_path


def test_images_are_scaled_rows_and_labels_numbers(folder):
    (X, y), (X_test, _) = mnist(folder)

    assert np.array_equal(X, (IMAGES.reshape(5, 784) / 255).astype("float32"))
    assert y.tolist() == LABELS.tolist()
    assert X_test.dtype == np.float32
    assert mnist(folder, flatten=False, dtype="float64")[0][0].shape == (5, 28, 28)


def test_other_spellings_and_keras_s_file_hold_the_same(folder, tmp_path):
    known = mnist(folder)[0][0]
    plain = tmp_path / "plain"
    plain.mkdir()
    for name in NAMES:
        content = gzip.decompress((folder / f"{name}.gz").read_bytes())
        (plain / name.replace("-idx", ".idx")).write_bytes(content)
    np.savez(
        tmp_path / "mnist.npz",
        **{"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES, "y_test": LABELS},
    )

    assert np.array_equal(mnist(plain)[0][0], known)
    assert np.array_equal(mnist(tmp_path / "mnist.npz")[0][0], known)


def test_the_environment_names_the_folder(folder, monkeypatch):
    monkeypatch.setenv("MICROBP_DATA", str(folder))
    assert mnist()[0][0].shape == (5, 784)
    monkeypatch.setenv("MICROBP_DATA", str(folder / "none"))
    with pytest.raises(DataNotFoundError, match=r"named by MICROBP_DATA.*no such"):
        mnist()


def test_missing_files_are_named(folder):
    (folder / f"{NAMES[1]}.gz").unlink()
    with pytest.raises(FileNotFoundError, match="lacks train-labels-idx1-ubyte") as e:
        mnist(folder)
    assert isinstance(e.value, MicrobpError)


def test_an_unknown_dtype_is_refused(folder):
    with pytest.raises(ChoiceError, match="unknown dtype 'int8'"):
        mnist(folder, dtype="int8")


DAMAGES = {
    "cut": (lambda b: b[:-3], "is truncated"),
    "cut header": (lambda b: b[:6], "is truncated: its header"),
    "empty": (lambda b: b"", "is truncated: its header"),
    "longer": (lambda b: b + b"x", "goes on after"),
    "web page": (lambda b: b"<html>" + b, "looks like a web page"),
    "type": (lambda b: b[:2] + b"\x07" + b[3:], "type byte is 07"),
    "dimensions": (lambda b: b[:3] + b"\xff" + b[4:], "255 dimensions"),
    "huge": (lambda b: b[:4] + b"\xff" * 4 + b[8:], "promises 4294967295"),
    "none": (lambda b: b[:4] + bytes(4), "is empty"),
}


@pytest.mark.parametrize("case", DAMAGES)
@pytest.mark.parametrize("packed", [False, True])
def test_damage_is_named_with_the_file(tmp_path, case, packed):
    damage, text = DAMAGES[case]
    content = damage(idx(LABELS))
    path = tmp_path / "labels"
    path.write_bytes(gzip.compress(content) if packed else content)

    with pytest.raises(DataFileError, match=text) as error:
        read_idx(path)
    assert str(path) in str(error.value)


def test_a_cut_gzip_file_is_named(tmp_path):
    path = tmp_path / "labels.gz"
    path.write_bytes(gzip.compress(idx(IMAGES))[:-20])
    with pytest.raises(DataFileError, match="is truncated: its packed data"):
        read_idx(path)


def test_a_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.gz"
    head = bytes([0, 0, 8, 1]) + struct.pack(">I", 2_000_000_000)
    path.write_bytes(gzip.compress(head + bytes(20_000_000)))
    with pytest.raises(DataFileError, match="promises 2000000000"):
        read_idx(path)


@pytest.mark.parametrize(
    ("name", "array", "text"),
    [
        (0, LABELS, "images of MNIST are uint8"),
        (0, IMAGES[:, :27], "images of MNIST are uint8"),
        (1, IMAGES, "labels of MNIST are uint8"),
        (1, LABELS[:4], "4 labels for the 5 images"),
        (1, LABELS + 3, "label 0 is 10"),
    ],
)
def test_files_that_do_not_fit_are_named(folder, name, array, text):
    path = folder / f"{NAMES[name]}.gz"
    path.write_bytes(gzip.compress(idx(array)))
    with pytest.raises(DataFileError, match=text) as error:
        mnist(folder)
    assert NAMES[name] in str(error.value)


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(places=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 255))))
def test_changed_bytes_give_an_array_or_an_error_of_microbp(tmp_path, places):
    content = bytearray(idx(RNG.integers(0, 9, (4, 8)).astype(np.uint8)))
    for place, byte in places:
        content[place] = byte
    path = tmp_path / "changed"
    path.write_bytes(content)
    try:
        array = read_idx(path)
    except MicrobpError as error:
        assert "changed" in str(error)
    else:
        assert array.nbytes <= len(content)


@pytest.mark.skipif(
    "MICROBP_DATA" not in os.environ, reason="MICROBP_DATA names no folder with MNIST"
)
def test_the_real_mnist_is_what_is_known_of_it():
    (X, y), (X_test, y_test) = mnist()
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]

    assert (X.shape, X_test.shape) == ((60000, 784), (10000, 784))
    assert np.bincount(y).tolist() == counts
    assert y_test[:5].tolist() == [7, 2, 1, 0, 4]
    assert X.mean() == pytest.approx(0.1307, abs=1e-4)
    assert X.std(dtype=float) == pytest.approx(0.3081, abs=1e-4)
