"""fit does what a loop over Values does, only faster."""

import copy
import pickle
from contextlib import suppress

import numpy as np
import pytest

import microbp
from microbp import MLP, SGD, Adam, Callback, Module, Value
from microbp.errors import ArgumentError, ArgumentTypeError, ChoiceError, ShapeError
from microbp.train import losses

RNG = np.random.default_rng(0)
X = RNG.normal(size=(11, 3))
LABELS = RNG.integers(0, 4, 11)
CASES = {
    "mean_squared_error": ("linear", RNG.normal(size=(11, 4))),
    "mean_absolute_error": ("tanh", RNG.normal(size=(11, 4))),
    "huber": ("linear", 3 * RNG.normal(size=(11, 4))),
    "hinge": ("linear", RNG.choice([-1, 0, 1], (11, 4))),
    "binary_crossentropy": ("sigmoid", RNG.random((11, 4))),
    "categorical_crossentropy": ("softmax", np.eye(4)[LABELS]),
    "sparse_categorical_crossentropy": ("softmax", LABELS),
}


def weights(model):
    return np.array([p.data for p in model.parameters()])


def by_hand(model, loss, optimizer, y, epochs, batch):
    """Gradient descent, one scalar at a time; the mean loss of each epoch."""
    means = []
    for _ in range(epochs):
        total = 0.0
        for start in range(0, len(X), batch):
            rows = list(zip(X, y, strict=True))[start : start + batch]
            model.zero_grad()
            for row, target in rows:
                target = target.tolist() if np.ndim(target) else int(target)
                error = loss(target, model(row.tolist()))
                total += error.data
                (error / len(rows)).backward()
            optimizer.step(model.parameters())
        means.append(total / len(X))
    return means


@pytest.mark.parametrize("name", CASES)
def test_fit_equals_a_loop_of_values(name):
    output, y = CASES[name]
    fitted, looped = (MLP(3, [5, 4], "tanh", output, rng=1) for _ in range(2))
    fitted.compile(SGD(learning_rate=0.1), name, dtype="float64")
    history = fitted.fit(X, y, 4, epochs=3, verbose=0, shuffle=False)
    means = by_hand(looped, losses.get(name), SGD(learning_rate=0.1), y, 3, 4)

    assert weights(fitted) == pytest.approx(weights(looped), rel=1e-9, abs=1e-12)
    assert history.history["loss"] == pytest.approx(means, rel=1e-9)
    assert history.epoch == [0, 1, 2]


@pytest.mark.parametrize(
    "make",
    [
        lambda: SGD(learning_rate=0.1, momentum=0.9, nesterov=True),
        lambda: SGD(learning_rate=lambda step: 0.1 / (1 + step)),
        lambda: Adam(learning_rate=0.05),
    ],
    ids=["nesterov", "schedule", "adam"],
)
def test_optimizers_step_as_they_do_on_values(make):
    output, y = CASES["categorical_crossentropy"]
    fitted, looped = (MLP(3, [5, 4], "tanh", output, rng=1) for _ in range(2))
    fitted.compile(make(), "categorical_crossentropy", dtype="float64")
    fitted.fit(X, y, 4, epochs=3, verbose=0, shuffle=False)
    by_hand(looped, losses.get("categorical_crossentropy"), make(), y, 3, 4)

    assert weights(fitted) == pytest.approx(weights(looped), rel=1e-8, abs=1e-11)


def test_a_loss_and_a_module_of_the_users_own():
    class Net(Module):
        def __init__(self):
            self.a, self.b = Value(0.5), Value(-0.5)

        def forward(self, x):
            return self.a * x[0].sin() + self.b * x[1] * x[2]

    def quartic(y_true, y_pred):
        return (y_true - y_pred) ** 4

    fitted, looped, y = Net(), Net(), X[:, 0]
    fitted.compile(SGD(learning_rate=0.01), quartic, dtype="float64")
    fitted.fit(X, y, 4, epochs=2, verbose=0, shuffle=False)
    for _ in range(2):
        for start in range(0, len(X), 4):
            part = slice(start, start + 4)
            looped.zero_grad()
            for row, target in zip(X[part], y[part], strict=True):
                values = [Value(x) for x in row]
                (quartic(target.item(), looped(values)) / len(X[part])).backward()
            SGD(learning_rate=0.01).step(looped.parameters())

    assert weights(fitted) == pytest.approx(weights(looped), rel=1e-9)


def test_evaluate_and_predict_are_what_the_scalars_say():
    model = MLP(3, [5, 4], "relu", "softmax", rng=1)
    model.compile("sgd", "sparse_categorical_crossentropy", ["accuracy"], "float64")
    outputs = np.array([[p.data for p in model(row.tolist())] for row in X])
    right = np.mean(outputs.argmax(1) == LABELS)
    loss, accuracy = model.evaluate(X, LABELS)

    assert model.predict(X) == pytest.approx(outputs, rel=1e-12)
    assert accuracy == pytest.approx(right)
    assert loss == pytest.approx(-np.log(outputs[range(11), LABELS]).mean())


def test_same_seed_gives_the_same_bits_and_another_one_does_not():
    def run(seed):
        model = MLP(3, [5, 4], output="softmax", rng=1)
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.fit(X, LABELS, 4, epochs=2, verbose=0, seed=seed)
        return weights(model).tolist()

    assert run(3) == run(3)
    assert run(3) != run(4)


def test_validation_split_is_the_end_before_shuffling():
    def model():
        net = MLP(3, [4], output="softmax", rng=1)
        net.compile(SGD(learning_rate=1e-300), "sparse_categorical_crossentropy")
        return net

    split = model().fit(X, LABELS, verbose=0, validation_split=0.3)
    given = model().fit(
        X[:7], LABELS[:7], verbose=0, validation_data=(X[7:], LABELS[7:])
    )

    assert split.history["loss"] == pytest.approx(given.history["loss"])
    assert split.history["val_loss"] == pytest.approx(given.history["val_loss"])
    assert split.history["val_loss"] == pytest.approx(
        [model().evaluate(X[7:], LABELS[7:])]
    )


@pytest.mark.parametrize("how", ["split", "data"])
def test_validation_looks_on_and_changes_nothing(how):
    def run(epochs, **options):
        net = MLP(3, [4], output="softmax", rng=1)
        net.compile(SGD(learning_rate=0.5), "sparse_categorical_crossentropy")
        history = net.fit(
            *options.pop("on"), epochs=epochs, verbose=0, seed=2, **options
        )
        return net, history.history

    held_out = X[7:], LABELS[7:]
    alone, without = run(5, on=(X[:7], LABELS[:7]))
    if how == "split":
        watched, beside = run(5, on=(X, LABELS), validation_split=0.3)
    else:
        watched, beside = run(5, on=(X[:7], LABELS[:7]), validation_data=held_out)

    assert without["loss"] == beside["loss"]
    assert [p.data for p in alone.parameters()] == [
        p.data for p in watched.parameters()
    ]
    after_each = [
        run(epochs, on=(X[:7], LABELS[:7]))[0].evaluate(*held_out)
        for epochs in range(1, 6)
    ]
    assert after_each == pytest.approx(beside["val_loss"], rel=1e-6)
    assert len(set(after_each)) == 5


def test_numbers_changed_by_the_user_are_used():
    model = MLP(3, [4], output="softmax", rng=1)
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = model.predict(X)
    for p in model.parameters():
        p.data = 0.0

    assert not np.allclose(before, 0.25)
    assert model.predict(X) == pytest.approx(np.full((11, 4), 0.25))


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_what_was_learned_is_kept_when_a_run_is_interrupted(error):
    class Stop(Callback):
        def on_epoch_end(self, epoch, logs):
            if epoch == 1:
                raise error

    def run(epochs, callbacks):
        model = MLP(3, [4], output="softmax", rng=1)
        model.compile("sgd", "sparse_categorical_crossentropy")
        with suppress(error):
            model.fit(X, LABELS, epochs=epochs, seed=0, verbose=0, callbacks=callbacks)
        return weights(model).tolist()

    assert run(5, [Stop()]) == run(2, [])


def test_verbose_is_silent_or_a_line_an_epoch(capsys):
    model = MLP(3, [4], output="softmax", rng=1)
    model.compile("sgd", "sparse_categorical_crossentropy", ["accuracy"])
    model.fit(X, LABELS, epochs=2, verbose=0)
    assert capsys.readouterr().out == ""

    model.fit(X, LABELS, epochs=2, verbose=2)
    lines = capsys.readouterr().out.splitlines()
    assert [line[:9] for line in lines] == ["Epoch 1/2", "Epoch 2/2"]
    assert all("loss: " in line and "accuracy: " in line for line in lines)


BAD = {
    "label": (X, np.full(11, 4), ArgumentError, r"from 0 to 3, and y\[0\] is 4"),
    "fraction": (X, LABELS + 0.5, ArgumentError, "whole numbers from 0 to 3"),
    "negative": (X, LABELS - 9, ArgumentError, "whole numbers from 0 to 3"),
    "nan": (np.where(X == X[2, 1], np.nan, X), LABELS, ArgumentError, r"X\[2, 1\] is"),
    "inf": (np.where(X == X[0, 0], np.inf, X), LABELS, ArgumentError, r"X\[0, 0\] is"),
    "columns": (X[:, :2], LABELS, ShapeError, r"3 columns.*not the shape \(11, 2\)"),
    "flat": (X[:, 0], LABELS, ShapeError, r"not the shape \(11,\)"),
    "empty": (X[:0], LABELS[:0], ShapeError, "no rows"),
    "lengths": (X, LABELS[:5], ShapeError, r"each of the 11 samples.*\(5,\)"),
    "one-hot": (X, np.eye(4)[LABELS], ShapeError, "use categorical_crossentropy"),
    "text": ([["a"] * 3] * 11, LABELS, microbp.MicrobpError, "real numbers"),
    "ragged": ([[1.0], [1.0, 2.0]], LABELS, ShapeError, "differ in length"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_data_are_refused_before_any_step(case):
    inputs, y, error, text = BAD[case]
    model = MLP(3, [4], output="softmax", rng=1)
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = weights(model).tolist()

    with pytest.raises(error, match=text) as caught:
        model.fit(inputs, y, verbose=0)
    assert isinstance(caught.value, microbp.MicrobpError)
    assert weights(model).tolist() == before


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"batch_size": 0}, ArgumentError, "batch_size is 1 or more, not 0"),
        ({"batch_size": 2.5}, ArgumentTypeError, "batch_size is an int, not float"),
        ({"epochs": 0}, ArgumentError, "epochs is 1 or more, not 0"),
        ({"validation_split": 1.0}, ArgumentError, "from 0 to below 1, not 1.0"),
        ({"validation_split": -0.1}, ArgumentError, "from 0 to below 1, not -0.1"),
        ({"validation_data": X}, ArgumentTypeError, "a pair"),
        ({"verbose": 3}, ArgumentError, "verbose is 0, 1, 2"),
    ],
)
def test_bad_options_are_refused(options, error, text):
    model = MLP(3, [4], output="softmax", rng=1)
    model.compile("sgd", "sparse_categorical_crossentropy")

    with pytest.raises(error, match=text):
        model.fit(X, LABELS, **options)


def test_compile_names_what_it_does_not_know():
    model = MLP(3, [4], output="softmax", rng=1)
    with pytest.raises(ArgumentError, match=r"call model\.compile"):
        model.fit(X, LABELS)
    with pytest.raises(ChoiceError, match="unknown optimizer 'sdg'"):
        model.compile("sdg", "mse")
    with pytest.raises(ChoiceError, match="unknown loss 'mes'"):
        model.compile("sgd", "mes")
    with pytest.raises(ChoiceError, match="unknown dtype 'float16'"):
        model.compile("sgd", "mse", dtype="float16")
    with pytest.raises(ArgumentTypeError, match="compile needs a loss"):
        model.compile("sgd")
    with pytest.raises(ArgumentTypeError, match=r"metrics=\['accuracy'\]"):
        model.compile("sgd", "mse", metrics="accuracy")
    model.compile("sgd", "mse", metrics=["acuracy"])
    with pytest.raises(ChoiceError, match="unknown metric 'acuracy'"):
        model.fit(X, np.eye(4)[LABELS])


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))]
)
def test_a_copy_of_a_compiled_model_trains_on_as_the_model_does(copied):
    X = np.random.default_rng(0).normal(size=(50, 3))
    y = (X[:, 0] > 0).astype(int)
    model = MLP(3, [4, 2], output="softmax", rng=0)
    model.compile(Adam(), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(X, y, epochs=2, verbose=0, seed=1)
    before = model.predict(X)
    other = copied(model)
    other.fit(X, y, epochs=2, verbose=0, seed=1)

    np.testing.assert_array_equal(model.predict(X), before)
    model.fit(X, y, epochs=2, verbose=0, seed=1)
    np.testing.assert_array_equal(other.predict(X), model.predict(X))
