"""Export to ONNX: onnxruntime computes what the scalar engine computes."""

import itertools
import json
import math
import re
import threading
import urllib.error
import urllib.request

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import microbp
from microbp import MLP, SGD, Layer, Module, Neuron, Value, lift, placeholder
from microbp.engine.operations import OPERATIONS
from microbp.errors import (
    ArgumentError,
    ArgumentTypeError,
    ChoiceError,
    DataNotFoundError,
)
from microbp.keras import Dense, Sequential
from microbp.onnx import export
from tests.helpers import ROOT, run_python
from tests.lift.graphs import compute, recipes

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

ROWS = list(OPERATIONS.values())
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, math.inf, -math.inf, math.nan]
SPECIAL += [1e-160, 1.5e308, -1.5e308, 1000.0, -1000.0]
FEW = [0.0, 1.0, -2.5, math.inf, -math.inf, math.nan]  # for three operands or more


@pytest.fixture
def run(tmp_path):
    """What onnxruntime computes from an exported model, all results."""

    def run(model, X, dtype=None):
        path = tmp_path / "model.onnx"
        export(model, path, dtype)
        return session(path).run(None, {"input": np.array(X, dtype or "float64")})

    return run


def session(path):
    onnx.checker.check_model(path, full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"]
    )


def graph_of(model, path):
    export(model, path)
    return onnx.load(path).graph


def assert_same(expected, actual, rtol=1e-11, atol=1e-13):
    np.testing.assert_allclose(actual, expected, rtol, atol)


def each(rows):
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.name)


def points_of(row):
    """Points of all sizes, and those that matter."""
    count = 4 if row.variadic else row.arity
    rng = np.random.default_rng(len(row.name))
    sizes = (1e-9, 0.3, 1.0, 3.0, 30.0)
    drawn = [rng.normal(size=(40, count)) * size for size in sizes]
    special = itertools.product(SPECIAL if count < 3 else FEW, repeat=count)
    return np.concatenate([*drawn, list(special)])


def as_values(row, point):
    """The number that a user gets who computes with Values."""
    return compute(row.name, list(map(Value, point))).data


# ---- every operation ----------------------------------------------------------------


@each(ROWS)
def test_each_operation_gives_the_scalar_value(row, run):
    points = points_of(row)
    inputs = [placeholder() for _ in points[0]]
    program = lift(compute(row.name, inputs), inputs)
    expected = [as_values(row, point) for point in points]
    (actual,) = run(program, points)

    assert (len(points),) == actual.shape
    assert np.float64 == actual.dtype
    assert_same(expected, actual)


@each(ROWS)
def test_each_operation_in_single_precision(row, run):
    count = 4 if row.variadic else row.arity
    points = np.random.default_rng(0).uniform(0.1, 0.9, (50, count)).astype("float32")
    inputs = [placeholder() for _ in points[0]]
    expected = [as_values(row, point) for point in points.tolist()]
    (actual,) = run(lift(compute(row.name, inputs), inputs), points, "float32")

    assert np.float32 == actual.dtype
    assert_same(expected, actual, 1e-5, 1e-6)


@each([row for row in ROWS if row.arity == 2])
def test_each_operation_beside_a_constant_and_a_parameter(row, run):
    x, w = placeholder(), Value(0.75)
    terms = [
        compute(row.name, pair) for pair in ([x, 0.5], [0.5, x], [x, w], [w, x], [x, x])
    ]
    pairs = [[math.nan, 0.5], [0.5, math.nan], [math.nan, 0.75], [0.75, math.nan]]
    pairs.append([math.nan, math.nan])
    expected = [
        [as_values(row, [at if math.isnan(p) else p for p in pair]) for pair in pairs]
        for at in SPECIAL
    ]
    (actual,) = run(lift(terms, [x]), [[at] for at in SPECIAL])

    assert_same(expected, actual)


@each(ROWS)
def test_each_operation_on_parameters_is_computed_beforehand(row, run, tmp_path):
    count = 4 if row.variadic else row.arity
    parameters = [Value(number) for number in (0.3, 0.6, 0.8, 0.2)[:count]]
    program = lift(compute(row.name, parameters) * 1.0, [placeholder()])
    (actual,) = run(program, [[1.0], [2.0]])
    operators = {node.op_type for node in graph_of(program, tmp_path / "x").node}

    assert_same([as_values(row, [p.data for p in parameters])] * 2, actual)
    assert operators <= {"Shape", "Concat", "Expand", "Squeeze"}


@pytest.mark.parametrize("name", ["log1p", "expm1", "sinh", "atan", "asin", "erf"])
def test_what_is_composed_keeps_small_results(name, run):
    x, points = (
        placeholder(),
        [[s * 10.0**-i] for i in range(1, 300, 7) for s in (1, -1)],
    )
    expected = [as_values(OPERATIONS[name], point) for point in points]
    (actual,) = run(lift(compute(name, [x]), [x]), points)

    assert_same(expected, actual, 1e-14, 0.0)


def test_softmax_and_log_softmax_of_large_numbers(run):
    x = [placeholder() for _ in range(3)]
    program = lift([*microbp.softmax(x), *microbp.log_softmax(x)], x)
    points = [[0.0, 1.0, 2.0], [1000.0, 1001.0, 999.0], [-1e5, 0.0, 1e5]]
    expected = [
        [v.data for f in (microbp.softmax, microbp.log_softmax) for v in f(values)]
        for values in [list(map(Value, point)) for point in points]
    ]

    assert_same(expected, run(program, points)[0])


# ---- any graph ----------------------------------------------------------------------


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(recipes())
def test_random_graphs(run, recipe):
    inputs = [placeholder() for _ in recipe.samples[0]]
    parameters = list(map(Value, recipe.parameters))
    loss, outputs = recipe.leaves(inputs, parameters)
    program = lift(loss, inputs, parameters, outputs=outputs)
    X = np.array(recipe.samples).reshape(len(recipe.samples), len(inputs))
    losses, _, expected, scale = recipe.reference()
    results = run(program, X)

    assert_same(losses, results[0], 1e-9, 1e-12 * scale)
    if outputs:
        assert_same(expected, results[1], 1e-9, 1e-12 * scale)


def test_a_loop_over_samples_is_one_matrix_product(run, tmp_path):
    x = [placeholder() for _ in range(6)]
    model = MLP(2, [5, 1], activation="tanh", rng=0)
    pairs = [x[:2], x[2:4], x[4:]]
    program = lift(microbp.sum([model(pair) ** 2 for pair in pairs]), x)
    X = np.random.default_rng(0).normal(size=(4, 6))
    operators = [node.op_type for node in graph_of(program, tmp_path / "x").node]

    assert 2 == operators.count("MatMul")
    assert_same(program(X), run(program, X)[0])


def test_results_that_nothing_computes(run):
    x, y, w = placeholder(), placeholder(), Value(3.0)
    program = lift([y, w, x, Value(2.0) * 1.0, w * w], [x, y], [w])

    assert_same(
        [[2.0, 3.0, 1.0, 2.0, 9.0], [5.0, 3.0, 4.0, 2.0, 9.0]],
        run(program, [[1.0, 2.0], [4.0, 5.0]])[0],
    )


def test_a_program_without_inputs(run):
    program = lift([Value(3.0) * 2.0, Value(1.0).exp()], [])

    assert_same([[6.0, math.e]] * 3, run(program, np.empty((3, 0)))[0])


def test_outputs_are_a_second_result(run):
    x, w = placeholder(), Value(3.0)
    y = w * x
    first, second = run(lift((y - 1.0) ** 2, [x], outputs=[y, x]), [[1.0], [2.0]])

    assert_same([4.0, 25.0], first)
    assert_same([[3.0, 1.0], [6.0, 2.0]], second)


def test_an_operation_from_outside_needs_nothing():
    # In another process, as an operation stays in the table.
    script = """
import sys
import numpy as np, onnxruntime
from microbp import Value, lift, operation, placeholder
from microbp.engine.functional import exp, where
from microbp.onnx import export

swoosh = operation("swoosh", lambda x: where(x > 1.0, x / (1.0 + exp(-x)), abs(x)),
                   lambda out, x: (0.0,))
second = operation("second", lambda x, y: y, lambda out, x, y: (0.0, 1.0),
                   notation="{0} second {1}")
flat = operation("flat", lambda x: 7.0, lambda out, x: (0.0,))
x, w = placeholder(), Value(0.5)
program = lift([swoosh(x * w), second(x, w) * x, flat(x) + x], [x])
points = np.array([[-3.0], [0.5], [4.0]])
expected = []
for (t,) in points.tolist():
    v = Value(t)
    expected.append([swoosh(v * w).data, second(v, w).data * t, 7.0 + t])
export(program, sys.argv[1])
session = onnxruntime.InferenceSession(sys.argv[1])
np.testing.assert_allclose(session.run(None, {"input": points})[0], expected, 1e-14)
print("same")
"""
    assert "same" == run_in_folder(script)


def run_in_folder(script):
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        return run_python(script, f"{folder}/model.onnx").strip()


def test_an_operation_on_numbers_alone_is_refused():
    script = """
import math, sys
from microbp import MicrobpError, Value, lift, operation, placeholder
from microbp.onnx import export

op = operation("gap", lambda x: math.erfc(x), lambda out, x: (0.0,))
x = placeholder()
for y in (op(x), x + op(Value(1.5))):
    try:
        export(lift(y, [x]), sys.argv[1])
    except (MicrobpError, ValueError) as error:
        print(type(error).__name__, "'gap' cannot be exported" in str(error))
"""
    assert "ArgumentError True\nArgumentError True" == run_in_folder(script)


# ---- models -------------------------------------------------------------------------


@pytest.mark.parametrize("output", [None, "softmax", "log_softmax", "sigmoid"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu", "elu", "silu"])
def test_a_network(activation, output, run):
    model = MLP(3, [5, 4, 2], activation=activation, output=output, rng=0)
    X = np.random.default_rng(0).normal(size=(7, 3))
    expected = [[v.data for v in model(row)] for row in X]

    assert_same(expected, run(model, X)[0])
    assert_same(expected, run(model, X, "float32")[0], 1e-5, 1e-6)


def test_the_network_of_the_article(tmp_path):
    model = MLP(784, [64, 64, 10], activation="relu", output="softmax", rng=0)
    path = tmp_path / "model.onnx"
    export(model, path)
    X = np.random.default_rng(0).random((33, 784))
    runtime = session(path)
    everything = runtime.run(None, {"input": X})[0]

    assert_same([[v.data for v in model(row)] for row in X[:3]], everything[:3])
    for n in (0, 1, 2, 32):
        (actual,) = runtime.run(["output"], {"input": X[:n]})
        assert (n, 10) == actual.shape
        assert_same(everything[:n], actual)


def test_a_trained_sequential_gives_what_predict_gives(run):
    model = Sequential([Dense(6, "relu", input_shape=(2,)), Dense(3, "softmax")], rng=0)
    model.compile(SGD(0.1), "sparse_categorical_crossentropy", dtype="float64")
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 2)), rng.integers(0, 3, 20)
    before = run(model, X)[0]
    model.fit(X, y, epochs=3, verbose=0, seed=0)

    assert not np.allclose(before, run(model, X)[0])
    assert_same(model.predict(X), run(model, X)[0])


@pytest.mark.parametrize(
    "model", [Neuron(3, rng=0), Layer(3, 2, rng=0), MLP(3, [1], rng=0)], ids=repr
)
def test_a_result_has_a_column_for_each_output(model, run):
    X = np.random.default_rng(0).normal(size=(4, 3))
    rows = [model(row) for row in X]
    expected = [[v.data for v in (r if isinstance(r, list) else [r])] for r in rows]

    assert_same(expected, run(model, X)[0])


def test_a_network_is_written_as_others_write_it(tmp_path):
    graph = graph_of(MLP(3, [4, 2], activation="relu", rng=0), tmp_path / "x.onnx")
    shape = graph.input[0].type.tensor_type.shape.dim

    assert ["Gemm", "Relu", "Gemm", "Identity"] == [n.op_type for n in graph.node]
    assert ["batch", 3] == [shape[0].dim_param, shape[1].dim_value]
    assert {f"mlp/layer {i}/{what}" for i in "12" for what in ("weights", "bias")} == {
        tensor.name for tensor in graph.initializer
    }
    assert len({node.name for node in graph.node}) == len(graph.node)


def test_a_program_is_exported_with_its_weights_and_left_alone(run):
    x, w = placeholder(), Value(2.0)
    program = lift(w * w * x, [x])
    program.weights[0] = 3.0
    before = program.gradient([[1.0], [2.0]])

    assert_same([9.0, 18.0], run(program, [[1.0], [2.0]])[0])
    assert 2.0 == w.data
    assert [3.0] == program.weights.tolist()
    assert str(before) == str(program.gradient([[1.0], [2.0]]))


def test_the_precision_is_that_of_the_program(run, tmp_path):
    x = placeholder()
    program = lift(x.tan(), [x], dtype="float32")
    graph = graph_of(program, tmp_path / "x.onnx")

    assert onnx.TensorProto.FLOAT == graph.input[0].type.tensor_type.elem_type
    assert "Tan" == graph.node[0].op_type
    assert_same([math.tan(1.0)], run(program, [[1.0]], "float64")[0], 1e-14)


# ---- what is refused ----------------------------------------------------------------


@pytest.mark.parametrize("thing", [Value(1.0), None, [1.0], MLP, lambda x: x])
def test_what_is_no_model_is_refused(thing, tmp_path):
    with pytest.raises(ArgumentTypeError, match="a model such as MLP or Sequential"):
        export(thing, tmp_path / "x.onnx")


def test_a_module_of_unknown_size_is_refused_and_can_be_lifted(run, tmp_path):
    class Twice(Module):
        def forward(self, x):
            return 2.0 * x[0]

    with pytest.raises(ArgumentError, match="give it an attribute nin, or export lift"):
        export(Twice(), tmp_path / "x.onnx")
    x = [placeholder()]
    assert_same([6.0], run(lift(Twice()(x), x), [[3.0]])[0])


def test_a_program_of_nothing_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match="give lift a Value or more"):
        x = placeholder()
        export(lift([], [x], outputs=[x]), tmp_path / "x.onnx")


def test_an_unknown_dtype_is_refused(tmp_path):
    with pytest.raises(ChoiceError, match="float16"):
        export(MLP(1, [1]), tmp_path / "x.onnx", dtype="float16")


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        (None, ArgumentTypeError, "a str or a Path of a file, not None"),
        (3, ArgumentTypeError, "not 3"),
        ("", ArgumentError, "is empty"),
        (".", ArgumentError, "is a folder"),
        ("none/model.onnx", DataNotFoundError, "no folder 'none'"),
    ],
)
def test_a_path_that_cannot_be_written_is_said(path, error, message, tmp_path, request):
    request.getfixturevalue("monkeypatch").chdir(tmp_path)
    with pytest.raises(error, match=message):
        export(MLP(1, [1]), path)

    assert [] == list(tmp_path.iterdir())


def test_the_file_of_before_stays_until_the_new_one_is_complete(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"before")
    x = placeholder()
    with pytest.raises(ChoiceError):
        export(lift(x, [x]), path, dtype="int8")

    assert b"before" == path.read_bytes()
    export(lift(x, [x]), str(path))
    onnx.checker.check_model(path, full_check=True)
    assert [path] == list(tmp_path.iterdir())


def test_equal_models_are_equal_files(tmp_path):
    for name in "ab":
        export(MLP(2, [3, 1], rng=0), tmp_path / name)

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


# ---- the page -----------------------------------------------------------------------


def ask(server, data):
    address = "http://{}:{}".format(*server.server_address)
    with urllib.request.urlopen(address, data.encode(), timeout=30) as answer:
        return json.loads(answer.read())


def test_the_code_in_the_docs_runs_and_serves(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "onnx.md").read_text(encoding="utf-8")
    names = {"__name__": "page"}
    for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(code, names)
    monkeypatch.setattr(names["Predict"], "log_message", lambda *_: None)
    with names["ThreadingHTTPServer"](("127.0.0.1", 0), names["Predict"]) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        points = [[0.5, 0.2], [1.0, -0.5]]
        answer = ask(server, json.dumps(points))
        with pytest.raises(urllib.error.HTTPError, match="rows of numbers") as refused:
            ask(server, "[[1, 2, 3]]")
        refused.value.close()
        server.shutdown()

    assert_same(names["model"].predict(points), answer)
