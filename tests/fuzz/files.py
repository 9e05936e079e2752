"""One damaged file of each kind that microbp reads: an error of microbp, or no harm.

Map: `check` damages and reads, for one seed; `SAMPLES` are the whole files.
"""

import gzip
import json
import random
import struct
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np

from microbp import (
    MLP,
    SGD,
    Checkpoint,
    Value,
    datasets,
    from_json,
    load,
    save,
    to_json,
)
from microbp.errors import MicrobpError
from microbp.keras import Dense, Sequential, load_model

FOLDER = Path(tempfile.mkdtemp(prefix="microbp-fuzz-"))


def idx(array):
    head = struct.pack(">BBBB", 0, 0, 8, array.ndim)
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return head + sizes + array.astype(np.uint8).tobytes()


def model():
    made = MLP(2, [2, 1], activation="tanh", rng=0)
    made.compile(SGD(learning_rate=0.1, momentum=0.5), "mse")
    return made


def samples():
    """Whole files by kind, as bytes."""
    found = {}
    save(MLP(2, [3, 1], rng=0), FOLDER / "model.npz")
    found["model"] = (FOLDER / "model.npz").read_bytes()
    X, y = [[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0]
    kept = Checkpoint(FOLDER / "checkpoint.npz")
    model().fit(X, y, epochs=2, verbose=0, seed=0, callbacks=[kept])
    found["checkpoint"] = (FOLDER / "checkpoint.npz").read_bytes()
    Sequential([Dense(2, "tanh", input_shape=(2,))], rng=0).save(FOLDER / "k.npz")
    found["sequential"] = (FOLDER / "k.npz").read_bytes()
    x = Value(0.5, label="x")
    loss = (MLP(2, [2, 1], rng=0)([x, 1.0]) - 1.0) ** 2
    loss.backward()
    found["graph"] = to_json(loss, indent=None).encode()
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 255, (4, 28, 28)), rng.integers(0, 10, 4)
    found["images"] = idx(images)
    found["packed"] = gzip.compress(idx(images), mtime=0)
    found["labels"] = idx(labels)
    np.savez(
        FOLDER / "mnist.npz",
        x_train=images.astype(np.uint8),
        y_train=labels.astype(np.uint8),
        x_test=images.astype(np.uint8),
        y_test=labels.astype(np.uint8),
    )
    found["mnist"] = (FOLDER / "mnist.npz").read_bytes()
    return found


def damaged(content, rng):
    """A few bytes changed, cut, doubled, or put in; or a number of JSON replaced."""
    content = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 5, 20))):
        if not content:
            break
        place = rng.randrange(len(content))
        how = rng.randrange(6)
        if how == 0:
            content[place] ^= 1 << rng.randrange(8)
        elif how == 1:
            content[place] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        elif how == 2:
            del content[place : place + rng.choice((1, 4, 100))]
        elif how == 3:
            content[place:place] = bytes(rng.choice((1, 4, 8)))
        elif how == 4:
            part = content[place : place + rng.choice((4, 30))]
            content[place:place] = part
        else:
            content[place : place + 4] = rng.choice(
                (b"\xff\xff\xff\xff", b"\0\0\0\x80", b"9999", b'"\\u0')
            )
    return bytes(content)


def json_damaged(content, rng):
    """The document with one thing in it replaced by another kind of thing."""
    document = json.loads(content)
    junk = [None, True, -1, 10**30, 1e308, "x", [], {}, [[]], "NaN", 2**63, {"a": []}]
    thing = document
    for _ in range(rng.randint(1, 4)):
        keys = list(thing) if isinstance(thing, dict) else list(range(len(thing)))
        if not keys:
            break
        key = rng.choice(keys)
        if isinstance(thing[key], (dict, list)) and thing[key] and rng.random() < 0.7:
            thing = thing[key]
            continue
        thing[key] = rng.choice(junk)
        break
    return json.dumps(document).encode()


SAMPLES = samples()


def check(seed):
    """Fail if a damaged file gives an error that is not of microbp."""
    rng = random.Random(seed)
    kind = rng.choice(sorted(SAMPLES))
    content = SAMPLES[kind]
    if kind == "graph" and rng.random() < 0.5:
        content = json_damaged(content, rng)
    else:
        content = damaged(content, rng)
    with suppress(MicrobpError):
        read(kind, content)


def read(kind, content):
    """Read a file of a kind, as users do."""
    if kind == "graph":
        graph = from_json(content)
        to_json(graph)
        return
    if kind in ("images", "packed", "labels"):
        folder = FOLDER / "idx"
        folder.mkdir(exist_ok=True)
        end = ".gz" if kind == "packed" else ""
        names = {
            "train-images-idx3-ubyte": "images",
            "train-labels-idx1-ubyte": "labels",
            "t10k-images-idx3-ubyte": "images",
            "t10k-labels-idx1-ubyte": "labels",
        }
        for path in folder.iterdir():
            path.unlink()
        for name, what in names.items():
            is_it = what == kind or (kind == "packed" and what == "images")
            first = is_it and name.startswith("train")
            data = content if first else SAMPLES[what]
            (folder / (name + (end if first else ""))).write_bytes(data)
        datasets.mnist(folder)
        return
    path = FOLDER / f"damaged-{kind}.npz"
    path.write_bytes(content)
    if kind == "model":
        load(path)
    elif kind == "sequential":
        load_model(path)
    elif kind == "checkpoint":
        model().fit([[0.0, 1.0]], [0.0], epochs=3, verbose=0, resume=path)
    else:
        folder = FOLDER / "npz"
        folder.mkdir(exist_ok=True)
        (folder / "mnist.npz").write_bytes(content)
        datasets.mnist(folder)
