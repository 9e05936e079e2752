"""Keras's names: the article's listing, and what belongs to it."""

import os

import numpy as np
import pytest

from microbp import datasets
from microbp.errors import (
    ArgumentError,
    ArgumentTypeError,
    ModelFileError,
    ShapeError,
)
from microbp.keras import SGD, Dense, Input, Sequential, load_model
from microbp.train.storage import write

RNG = np.random.default_rng(0)
X, LABELS = RNG.normal(size=(60, 5)), RNG.integers(0, 3, 60)


def listing(n, rng=0):
    model = Sequential(
        [
            Dense(64, activation="relu", input_shape=(n,)),
            Dense(64, activation="relu"),
            Dense(10, activation="softmax"),
        ],
        rng=rng,
    )
    model.compile(
        optimizer=SGD(learning_rate=0.01),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def test_the_listing_runs():
    model = listing(5)
    history = model.fit(X, LABELS, epochs=2, batch_size=32, verbose=0)
    loss, accuracy = model.evaluate(X, LABELS)
    classes = model.predict(X).argmax(axis=1)

    assert set(history.history) == {"loss", "accuracy"}
    assert accuracy == pytest.approx(np.mean(classes == LABELS))
    assert loss > 0.0


@pytest.mark.parametrize(
    ("epochs", "enough"),
    [(3, 0.92), pytest.param(10, 0.955, marks=pytest.mark.slow)],
)
@pytest.mark.skipif(
    "MICROBP_DATA" not in os.environ, reason="MICROBP_DATA names no folder with MNIST"
)
def test_mnist_is_learned_as_well_as_keras_learns_it(epochs, enough):
    (X_train, y_train), (X_test, y_test) = datasets.mnist()
    model = listing(784)
    model.fit(X_train, y_train, epochs=epochs, batch_size=32, verbose=0, seed=0)
    _, accuracy = model.evaluate(X_test, y_test)

    assert accuracy >= enough


def test_first_weights_are_glorot_s_and_biases_zero():
    kernel, bias, *_ = listing(784).get_weights()
    width = (6 / (784 + 64)) ** 0.5

    assert kernel.shape == (784, 64)
    assert bias.tolist() == [0.0] * 64
    assert abs(kernel).max() <= width
    assert kernel.std() == pytest.approx(width / 3**0.5, rel=0.01)


def test_weights_go_out_and_in():
    model, other = listing(5), listing(5, rng=1)
    other.set_weights(model.get_weights())

    assert (model.predict(X) == other.predict(X)).all()
    with pytest.raises(ShapeError, match="set_weights needs arrays of shapes"):
        other.set_weights(model.get_weights()[:-1])


def test_a_saved_network_comes_back_with_every_bit(tmp_path):
    model = listing(5)
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(X, [0] * len(X), verbose=0, seed=0)
    model.save(tmp_path / "model.npz")
    other = load_model(tmp_path / "model.npz")

    assert repr(model) == repr(other)
    assert [layer.name for layer in model.layers] == [x.name for x in other.layers]
    assert [p.data for p in model.parameters()] == [p.data for p in other.parameters()]
    assert ["model.npz"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ({"layers": [{"nin": 2}], "name": "x"}, "does not describe a Sequential"),
        ({"name": "x"}, "does not describe a Sequential, 'layers'"),
        (
            {"layers": [{"nin": 2, "units": "3", "activation": None, "name": ""}]},
            "does not describe a Sequential",
        ),
        (
            {
                "layers": [{"nin": 2, "units": 3, "activation": "relu", "name": "a"}],
                "name": "x",
            },
            "a network of 9 weights and does not hold them",
        ),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, head, message):
    write(tmp_path / "model.npz", "sequential", head, {"weights": np.zeros(8)})
    with pytest.raises(ModelFileError, match=message):
        load_model(tmp_path / "model.npz")
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "nowhere.npz")


@pytest.mark.parametrize(
    "layers",
    [
        [Dense(3, input_shape=(5,))],
        [Dense(3, input_dim=5)],
        [Input(shape=(5,)), Dense(3)],
    ],
)
def test_the_size_of_the_input_is_said_in_three_ways(layers):
    assert Sequential(layers).count_params() == 18


def test_summary_counts(capsys):
    listing(784).summary()
    text = capsys.readouterr().out

    assert "50,240" in text
    assert "4,160" in text
    assert "650" in text
    assert "55,050" in text


def test_bad_layers_are_refused():
    with pytest.raises(ShapeError, match="the size of the input is not known"):
        Sequential([Dense(3)])
    with pytest.raises(ArgumentTypeError, match="takes Dense layers and an Input"):
        Sequential(["relu"])
    with pytest.raises(ShapeError, match="flatten it"):
        Input(shape=(28, 28))
    with pytest.raises(ArgumentError, match="no layers"):
        Sequential().nin  # noqa: B018
