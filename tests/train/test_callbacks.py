"""Callbacks: stopping early, going on after a stop, graphs on the way."""

import subprocess
import sys

import numpy as np
import pytest

from microbp import (
    MLP,
    SGD,
    Adam,
    Checkpoint,
    EarlyStopping,
    Snapshots,
    mean_squared_error,
)
from microbp.errors import ArgumentError, ModelFileError, ShapeError
from microbp.train import storage

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(20, 3)), RNG.normal(size=20)


def model(optimizer=None, dtype="float64", hidden=4):
    net = MLP(3, [hidden, 1], "tanh", rng=1)
    net.compile(optimizer or SGD(learning_rate=0.1), "mse", dtype=dtype)
    return net


def weights(net):
    return [p.data for p in net.parameters()]


def test_early_stopping_waits_and_goes_back_to_the_best():
    class Scripted(EarlyStopping):
        def on_epoch_end(self, epoch, logs):
            kept.append(weights(self.training.model))
            super().on_epoch_end(epoch, {"val_loss": script[epoch]})

    script, kept = [3.0, 2.0, 1.0, 1.5, 1.2, 0.5], []
    net = model()
    history = net.fit(
        X, Y, epochs=6, verbose=0, seed=0, callbacks=[Scripted(patience=2)]
    )

    assert history.epoch == [0, 1, 2, 3, 4]
    assert weights(net) == kept[2]


def test_early_stopping_on_accuracy_wants_more():
    assert EarlyStopping("val_accuracy").sign == -1.0
    assert EarlyStopping("val_loss").sign == 1.0


def test_early_stopping_names_what_there_is_to_monitor():
    with pytest.raises(ArgumentError, match=r"monitors 'val_loss'.*only 'loss'"):
        model().fit(X, Y, verbose=0, callbacks=[EarlyStopping()])
    with pytest.raises(ArgumentError, match="mode is 'auto', 'min' or 'max'"):
        EarlyStopping(mode="up")


def test_snapshots_hold_the_loss_of_their_epoch():
    net, shots = model(), Snapshots(X[0].tolist(), Y[0].item())
    net.fit(X, Y, epochs=3, verbose=0, callbacks=[shots])
    last = shots.graphs[-1]
    now = mean_squared_error(Y[0].item(), net(X[0].tolist()))

    assert len(shots.graphs) == 3
    assert last.data[last.roots[0]] == now.data
    assert last.grad[last.roots[0]] == 1.0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "make",
    [
        lambda: SGD(learning_rate=0.1),
        lambda: SGD(learning_rate=0.1, momentum=0.9),
        lambda: Adam(learning_rate=0.01),
    ],
    ids=["sgd", "momentum", "adam"],
)
def test_a_resumed_run_ends_with_the_same_bits(tmp_path, make, dtype):
    path = tmp_path / "run.npz"
    whole = model(make(), dtype)
    told = whole.fit(X, Y, 8, epochs=6, verbose=0, seed=5)
    model(make(), dtype).fit(
        X, Y, 8, epochs=3, verbose=0, seed=5, callbacks=[Checkpoint(path)]
    )
    resumed = model(make(), dtype)
    for p in resumed.parameters():
        p.data = 0.0
    history = resumed.fit(X, Y, 8, epochs=6, verbose=0, resume=path)

    assert weights(resumed) == weights(whole)
    assert history.history == told.history
    assert history.epoch == told.epoch


KILLED = """
import os, sys
sys.path.insert(0, {here!r})
import numpy as np
from test_callbacks import X, Y, model
from microbp import Checkpoint
from microbp.train import storage

writes = 0
flush = os.fsync
def killing(number):
    global writes
    writes += 1
    if writes == 3:
        os.ftruncate(number, 100)
        os.kill(os.getpid(), {signal})
    flush(number)
os.fsync = killing
model().fit(X, Y, 8, epochs=6, verbose=0, seed=5, callbacks=[Checkpoint({path!r})])
"""


@pytest.mark.parametrize("signal", [9, 2], ids=["kill -9", "Ctrl-C"])
def test_a_run_stopped_in_the_middle_of_a_write_goes_on_from_the_file_before(
    tmp_path, signal
):
    from pathlib import Path

    path = str(tmp_path / "run.npz")
    program = KILLED.format(here=str(Path(__file__).parent), path=path, signal=signal)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == -signal, done.stderr
    left = [each.name for each in tmp_path.iterdir()]
    assert signal == 9 or left == ["run.npz"]  # what is half written goes as well

    whole, resumed = model(), model()
    whole.fit(X, Y, 8, epochs=6, verbose=0, seed=5)
    history = resumed.fit(X, Y, 8, epochs=6, verbose=0, resume=path)
    assert history.epoch == [0, 1, 2, 3, 4, 5]
    assert weights(resumed) == weights(whole)


def test_a_checkpoint_of_something_else_is_refused(tmp_path):
    path = tmp_path / "run.npz"
    model().fit(X, Y, verbose=0, seed=5, callbacks=[Checkpoint(path)])

    with pytest.raises(ArgumentError, match=r"optimizer SGD.*not Adam"):
        model(Adam()).fit(X, Y, verbose=0, resume=path)
    with pytest.raises(ArgumentError, match="dtype float64, not float32"):
        model(dtype="float32").fit(X, Y, verbose=0, resume=path)
    with pytest.raises(ShapeError, match="21 weights, and the model has 26"):
        model(hidden=5).fit(X, Y, verbose=0, resume=path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ModelFileError, match="cannot be read"):
        model().fit(X, Y, verbose=0, resume=path)
    with pytest.raises(FileNotFoundError):
        model().fit(X, Y, verbose=0, resume=tmp_path / "none.npz")


@pytest.mark.parametrize(
    "change",
    [
        lambda head, arrays: arrays.pop("weights"),
        lambda head, arrays: head.pop("seed"),
        lambda head, arrays: head.update(iterations="3"),
        lambda head, arrays: head["history"].update(loss=1.0),
        lambda head, arrays: head.update(epochs=None),
    ],
)
def test_a_checkpoint_that_lacks_something_is_refused(tmp_path, change):
    path = tmp_path / "checkpoint.npz"
    X, y = [[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0]

    def model():
        made = MLP(2, [1], rng=0)
        made.compile("sgd", "mse")
        return made

    model().fit(X, y, verbose=0, seed=0, callbacks=[Checkpoint(path)])
    head, arrays = storage.read(path, "checkpoint")
    change(head, arrays)
    for name in ("format", "version", "kind"):
        head.pop(name)
    storage.write(path, "checkpoint", head, arrays)

    with pytest.raises(ModelFileError, match="lacks some of what a checkpoint holds"):
        model().fit(X, y, epochs=2, verbose=0, resume=path)
