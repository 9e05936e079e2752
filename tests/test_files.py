"""Files are whole or not there: with faults that are caused for real."""

import sys

import pytest

from microbp import MLP, load, save
from microbp.files import write_whole
from tests.helpers import run_python

FULL = """
import resource, signal, sys
import microbp
from microbp import MLP, Value, explore, load, save

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700))  # no file may be larger
folder = sys.argv[1]
x = Value(1.0, label="x")
for write in (
    lambda: save(MLP(8, [8, 1], rng=1), folder + "/model.npz"),
    lambda: explore(x * x, folder + "/page.html"),
):
    try:
        write()
    except OSError as error:
        print(type(error).__name__, error.strerror)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits of that kind")
def test_where_there_is_no_room_the_file_of_before_stays(tmp_path):
    model = MLP(2, [1], rng=0)
    save(model, tmp_path / "model.npz")
    (tmp_path / "page.html").write_bytes(b"before")
    said = run_python(FULL, tmp_path).splitlines()

    assert ["OSError File too large"] * 2 == said
    weights = [p.data for p in load(tmp_path / "model.npz").parameters()]
    assert [p.data for p in model.parameters()] == weights
    assert b"before" == (tmp_path / "page.html").read_bytes()
    assert {"model.npz", "page.html"} == {path.name for path in tmp_path.iterdir()}


def test_a_writer_that_fails_leaves_nothing_behind(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"before")

    def fails(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, fails)

    assert b"before" == path.read_bytes()
    assert ["file"] == [each.name for each in tmp_path.iterdir()]


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "none" / "file", lambda file: file.write(b"x"))


READ_ONLY = """
import os, sys
from microbp import MLP, Value, explore, load, save

folder, other = sys.argv[1:]
x = Value(1.0, label="x")
model = MLP(2, [1], rng=1)
explore(x * x, other + "/page.html")  # loads all that is needed
save(model, other + "/model.npz")
os.chmod(folder, 0o555)
if os.geteuid() == 0:
    os.setuid(65534)  # root may write everywhere
for write in (
    lambda: save(model, folder + "/model.npz"),
    lambda: explore(x * x, folder + "/page.html"),
):
    try:
        write()
    except PermissionError as error:
        print(error.strerror)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no such modes")
def test_in_a_folder_that_may_only_be_read_the_file_of_before_stays(tmp_path):
    folder, other = tmp_path / "read", tmp_path / "write"
    folder.mkdir()
    other.mkdir()
    (folder / "model.npz").write_bytes(b"before")
    tmp_path.chmod(0o755)
    try:
        said = run_python(READ_ONLY, folder, other).splitlines()
    finally:
        folder.chmod(0o755)

    assert ["Permission denied"] * 2 == said
    assert b"before" == (folder / "model.npz").read_bytes()
    assert ["model.npz"] == [path.name for path in folder.iterdir()]
