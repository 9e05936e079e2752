"""Plots: what they show is what was computed, and what is wrong is refused."""

import numpy as np
import pytest

import microbp
from microbp import MLP, SGD, Layer, Value, WeightHistory, datasets, gradient_descent
from microbp.errors import (
    ArgumentError,
    ArgumentTypeError,
    ChoiceError,
    EmptyGraphError,
    ShapeError,
)
from microbp.keras import Dense, Sequential

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402 (after the choice of where to draw)

from microbp import plots  # noqa: E402


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def trained():
    X, y = datasets.moons(60, noise=0.1, rng=0)
    model = MLP(2, [8, 1], activation="tanh", output="sigmoid", rng=0)
    model.compile(SGD(learning_rate=0.5), "binary_crossentropy", metrics=["accuracy"])
    kept = WeightHistory()
    history = model.fit(
        X, y, epochs=12, verbose=0, seed=0, callbacks=[kept], validation_split=0.2
    )
    return model, X, y, kept, history


def border(ax):
    """The points of the line where the classes meet."""
    lines = [c for c in ax.collections if len(getattr(c, "levels", ())) == 1]
    return np.concatenate(
        [path.vertices for line in lines for path in line.get_paths()]
    )


def test_the_boundary_is_where_the_model_is_undecided(trained):
    model, X, y, _, _ = trained
    points = border(plots.decision_boundary(model, X, y))

    outputs = np.array([model(row).data for row in points[::10]])
    assert len(outputs) > 3
    assert np.allclose(outputs, 0.5, atol=0.02)


def test_every_sample_stands_where_it_is_in_the_colour_of_its_class(trained):
    model, X, y, _, _ = trained
    ax = plots.decision_boundary(model, X, y)
    dots = [c for c in ax.collections if len(c.get_offsets()) > 1]

    shown = np.concatenate([c.get_offsets() for c in dots])
    assert sorted(map(tuple, X)) == sorted(map(tuple, np.asarray(shown)))
    assert 2 == len({tuple(c.get_facecolor()[0]) for c in dots})


def test_three_classes_have_three_regions():
    X = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]])
    model = Layer(2, 3, "softmax", rng=0)
    weights = [[-1.0, -1.0], [2.0, -1.0], [-1.0, 2.0]]
    for neuron, w in zip(model.neurons, weights, strict=True):
        for weight, number in zip(neuron.w, w, strict=True):
            weight.data = number
    points = border(plots.decision_boundary(model, X, [0, 1, 2]))

    outputs = np.sort([[p.data for p in model(row)] for row in points[::10]])
    assert np.allclose(outputs[:, -1], outputs[:, -2], atol=0.05)


def test_small_pictures_show_the_weights_of_their_epochs(trained):
    model, X, y, kept, _ = trained
    before = [p.data for p in model.parameters()]
    axes = plots.boundaries(model, kept, X, y, count=3)

    titles = [ax.get_title().split(",")[0] for ax in axes]
    assert ("epoch 1", "epoch 12", 3) == (titles[0], titles[-1], len(titles))
    assert before == [p.data for p in model.parameters()]
    for p, w in zip(model.parameters(), kept.weights[0], strict=True):
        p.data = w
    first = border(axes[0])
    outputs = np.array([model(row).data for row in first[::10]])
    for p, w in zip(model.parameters(), before, strict=True):
        p.data = w
    assert np.allclose(outputs, 0.5, atol=0.02)


def test_the_animation_has_a_frame_for_each_chosen_epoch(trained, tmp_path):
    image = pytest.importorskip("PIL.Image")
    model, X, y, kept, _ = trained
    moving = plots.boundary_animation(model, kept, X, y, count=4, points=20)
    moving.save(tmp_path / "boundary.gif", writer="pillow", dpi=40)

    with image.open(tmp_path / "boundary.gif") as gif:
        assert 4 == gif.n_frames


def test_weights_are_kept_every_so_often(trained):
    _, _, _, kept, history = trained

    assert list(range(12)) == kept.epoch
    assert history.history["loss"] == [logs["loss"] for logs in kept.logs]
    with pytest.raises(ArgumentError, match="every is a whole number from 1, not 0"):
        WeightHistory(every=0)


def test_curves_are_the_numbers_of_the_history(trained):
    history = trained[4]
    ax = plots.curves(history)
    lines = {
        line.get_label(): line.get_ydata()
        for each in ax.figure.axes
        for line in each.lines
    }

    for name, numbers in history.history.items():
        assert list(lines[name]) == numbers
    best = int(np.argmin(history.history["val_loss"])) + 1
    assert any(f"best val_loss, epoch {best}" == text.get_text() for text in ax.texts)


def test_learning_rates_are_compared_step_by_step():
    ax = plots.learning_rates(lambda w: (w - 3) ** 2, 0.0, [0.25, 1.5], max_steps=10)
    good, bad = ax.get_lines()

    # w - 3 shrinks by (1 - 2η) a step, so E by the square of that.
    assert np.allclose(good.get_ydata(), [9.0 * 0.25**k for k in range(11)])
    assert np.allclose(bad.get_ydata(), [9.0 * 4.0**k for k in range(11)])
    assert "diverges" in bad.get_label()
    assert "diverges" not in good.get_label()


def losses(model, n=20):
    rng = np.random.default_rng(0)
    found = []
    for row in rng.normal(size=(n, 2)):
        out = model(row)
        loss = (out - 1.0) ** 2 if isinstance(out, Value) else out[0] ** 2
        loss.backward()
        found.append(loss)
    return found


def test_vanishing_gradients_are_called_out():
    deep = MLP(2, [8] * 8 + [1], activation="sigmoid", rng=0)
    ax = plots.histograms(losses(deep), "gradients")

    assert "vanishing" == ax.findings["mlp/layer 1"]
    assert "mlp/layer 9" not in ax.findings
    assert any("vanishing" in text.get_text() for text in ax.texts)


def test_exploding_gradients_are_called_out():
    deep = MLP(2, [8] * 6 + [1], activation="linear", rng=0)
    for p in deep.parameters():
        p.data *= 10.0
    found = plots.histograms(losses(deep), "gradients").findings

    assert "exploding" == found["mlp/layer 1"]


def test_a_healthy_network_is_left_alone():
    model = MLP(2, [8, 8, 1], activation="tanh", rng=0)
    for what in ("activations", "gradients", "weights", "weight gradients"):
        assert {} == plots.histograms(losses(model), what).findings


def test_dead_and_saturated_layers_are_called_out():
    dead = MLP(2, [8, 1], rng=0)
    for neuron in dead.layers[0].neurons:
        neuron.b.data = -100.0
    full = MLP(2, [8, 1], activation="tanh", rng=0)
    for neuron in full.layers[0].neurons:
        neuron.b.data = 5.0

    assert (
        "dead: 100% are 0"
        == (plots.histograms(losses(dead), "activations").findings["mlp/layer 1"])
    )
    assert (
        "saturated: 100% at the ends"
        == (plots.histograms(losses(full), "activations").findings["mlp/layer 1"])
    )


def test_the_root_mean_square_is_that_of_the_layer():
    model = Sequential([Dense(3, input_shape=(2,)), Dense(1)], rng=0)
    (loss,) = losses(model, n=1)
    ax = plots.histograms(loss, "weight gradients")
    expected = [
        np.sqrt(np.mean([p.grad**2 for p in layer.parameters()]))
        for layer in model.layers
    ]

    assert [f"rms {x:.2g}" for x in expected] == [t.get_text() for t in ax.texts]


def test_weights_are_images_of_their_neurons():
    layer = Layer(6, 2, rng=0)
    ax = plots.weights(layer, shape=(2, 3))
    shown = ax.images[0].get_array()

    for k, neuron in enumerate(layer.neurons):
        w = np.array([weight.data for weight in neuron.w]).reshape(2, 3)
        places = [
            shown[y : y + 2, x : x + 3]
            for y in range(shown.shape[0] - 1)
            for x in range(shown.shape[1] - 2)
        ]
        assert any(np.array_equal(place, w) for place in places), k
    assert -shown.min() <= ax.images[0].get_clim()[1]


def test_the_given_axes_are_drawn_on_and_returned(trained):
    model, X, y, _, history = trained
    f = lambda a, b: a**2 + b**2  # noqa: E731 (a function of two lines' length)
    figure, axes = plt.subplots(2, 3)
    calls = [
        lambda ax: plots.decision_boundary(model, X, y, ax),
        lambda ax: plots.curves(history, ax),
        lambda ax: plots.histograms(losses(MLP(2, [3, 1], rng=0)), "gradients", ax),
        lambda ax: plots.weights(model, ax),
        lambda ax: plots.contours(f, gradient_descent(f, [1.0, 2.0]), ax, n=8),
        lambda ax: plots.learning_rates(f, [1.0, 1.0], [0.1], ax),
    ]
    for ax, call in zip(axes.flat, calls, strict=True):
        assert ax is call(ax)
        assert ax.has_data()
    assert [figure.number] == plt.get_fignums()


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda m: plots.decision_boundary(m, [[1.0]], [0]),
            ShapeError,
            r"X is \(n",
        ),
        (
            lambda m: plots.decision_boundary(m, [[1.0, 2.0]], [0, 1]),
            ShapeError,
            "1 samples and 2 classes",
        ),
        (
            lambda m: plots.boundaries(m, WeightHistory(), [[1.0, 2.0]], [0]),
            ArgumentError,
            "a WeightHistory that fit has filled",
        ),
        (lambda m: plots.curves({}), ArgumentError, "history has no epochs"),
        (lambda m: plots.curves({"loss": [1]}, "ax"), ArgumentTypeError, "not str"),
        (lambda m: plots.histograms(m([1, 2]), "x"), ChoiceError, "unknown what 'x'"),
        (
            lambda m: plots.histograms(m([1.0, 2.0]), "gradients"),
            EmptyGraphError,
            r"call backward\(\) on the losses before",
        ),
        (
            lambda m: plots.histograms(Value(1.0) * 2),
            EmptyGraphError,
            "no layer computed anything",
        ),
        (lambda m: plots.weights(Value(1.0)), ArgumentError, "Value has no neurons"),
        (lambda m: plots.weights(m, shape=(3, 3)), ShapeError, "weights, 2"),
        (lambda m: plots.learning_rates(abs, 1.0, []), ArgumentError, "rates is empty"),
    ],
)
def test_what_does_not_fit_is_refused(call, error, text):
    with pytest.raises(error, match=text):
        call(MLP(2, [2, 1], rng=0))


def test_a_history_of_another_model_is_refused(trained):
    _, X, y, kept, _ = trained
    with pytest.raises(ArgumentError, match="it is of another model"):
        plots.boundaries(MLP(2, [3, 1], rng=0), kept, X, y)


def test_a_summary_counts_parameters_and_nodes(capsys):
    model = MLP(3, [4, 2], output="softmax", rng=0)
    model.summary()
    said = capsys.readouterr().out
    graph = microbp.graph.Graph(model([1.0, 2.0, 3.0]))

    assert "layer 1  (None, 4)          16" in said
    assert f"{len(model.parameters())} parameters" in said
    assert f"{len(graph)} scalar nodes a sample" in said

    class Pair(microbp.Module):
        def __init__(self):
            self.first = Layer(2, 2, rng=0)

        def forward(self, x):
            return self.first(x)

    with pytest.raises(ArgumentError, match=r"model\.summary\(inputs=4\)"):
        Pair().summary()
    Pair().summary(inputs=2)
    assert "first" in capsys.readouterr().out
