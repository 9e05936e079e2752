"""microbp: backpropagation on scalars, every one of which can be seen.

A `Value` is a number that remembers how it was computed; `backward` applies the chain
rule to all of them. `draw` shows the graph with every value, local derivative and
gradient; `MLP` and its kin build networks from Values.

Map: `engine` (Value, operations, derivatives), `graph` (what views read), `text` (in
words and formulas), `draw` (pictures), `lift` (array programs), `train` (losses,
optimizers, fit), `nn` (networks), `datasets`, `plots`, `keras`, `onnx`, `errors`. Names
are imported from here; all but the engine are loaded when first used.
"""

from microbp.engine import backward as _backward  # noqa: F401 (as compiled as Value)
from microbp.engine import functions as _functions
from microbp.engine.functions import dot, log_softmax, logsumexp, softmax, sum
from microbp.engine.operations import OPERATIONS as _OPERATIONS
from microbp.engine.scope import no_grad
from microbp.engine.value import Value, compiled
from microbp.engine.value import set_display as _set_display
from microbp.errors import MicrobpError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from microbp import datasets, keras, plots
    from microbp import onnx as onnx  # `import *` must not hide the package onnx
    from microbp.draw import draw, to_dot
    from microbp.draw.mistakes import mistake, mistakes
    from microbp.draw.page import explore
    from microbp.draw.playground import playground
    from microbp.draw.trace import trace
    from microbp.engine.anomaly import detect_anomaly
    from microbp.engine.derivatives import gradcheck
    from microbp.engine.functions import operation
    from microbp.engine.gradients import grad, hessian, jvp
    from microbp.engine.unknown import placeholder
    from microbp.lift import lift
    from microbp.nn import MLP, Layer, Module, Neuron
    from microbp.nn.saving import load, save
    from microbp.text.explain import explain
    from microbp.text.json import from_json, to_json
    from microbp.text.latex import to_latex
    from microbp.text.mermaid import to_mermaid
    from microbp.text.modes import derivative_table
    from microbp.text.python import to_python
    from microbp.train.callbacks import (
        Callback,
        Checkpoint,
        EarlyStopping,
        History,
        Snapshots,
        WeightHistory,
    )
    from microbp.train.crossentropy import (
        binary_crossentropy,
        categorical_crossentropy,
        sparse_categorical_crossentropy,
    )
    from microbp.train.descent import gradient_descent
    from microbp.train.losses import (
        hinge,
        huber,
        mean_absolute_error,
        mean_squared_error,
    )
    from microbp.train.optimizers import (
        SGD,
        Adam,
        AdamW,
        Momentum,
        Nesterov,
        RMSprop,
    )
    from microbp.train.schedules import (
        CosineDecay,
        ExponentialDecay,
        InverseTimeDecay,
        PiecewiseConstantDecay,
    )

__version__ = "0.1.0"

# Where the names live that are loaded when first used.
_LAZY = {
    "Adam": "microbp.train.optimizers",
    "AdamW": "microbp.train.optimizers",
    "Callback": "microbp.train.callbacks",
    "Checkpoint": "microbp.train.callbacks",
    "EarlyStopping": "microbp.train.callbacks",
    "History": "microbp.train.callbacks",
    "Layer": "microbp.nn",
    "MLP": "microbp.nn",
    "Module": "microbp.nn",
    "Momentum": "microbp.train.optimizers",
    "Nesterov": "microbp.train.optimizers",
    "Neuron": "microbp.nn",
    "RMSprop": "microbp.train.optimizers",
    "SGD": "microbp.train.optimizers",
    "Snapshots": "microbp.train.callbacks",
    "WeightHistory": "microbp.train.callbacks",
    "draw": "microbp.draw",
    "derivative_table": "microbp.text.modes",
    "explain": "microbp.text.explain",
    "explore": "microbp.draw.page",
    "from_json": "microbp.text.json",
    "detect_anomaly": "microbp.engine.anomaly",
    "grad": "microbp.engine.gradients",
    "hessian": "microbp.engine.gradients",
    "jvp": "microbp.engine.gradients",
    "operation": "microbp.engine.functions",
    "gradcheck": "microbp.engine.derivatives",
    "gradient_descent": "microbp.train.descent",
    "lift": "microbp.lift",
    "load": "microbp.nn.saving",
    "mistake": "microbp.draw.mistakes",
    "mistakes": "microbp.draw.mistakes",
    "placeholder": "microbp.engine.unknown",
    "playground": "microbp.draw.playground",
    "save": "microbp.nn.saving",
    "to_dot": "microbp.draw",
    "to_json": "microbp.text.json",
    "to_latex": "microbp.text.latex",
    "to_mermaid": "microbp.text.mermaid",
    "to_python": "microbp.text.python",
    "trace": "microbp.draw.trace",
}
_LAZY |= dict.fromkeys(
    [
        "CosineDecay",
        "ExponentialDecay",
        "InverseTimeDecay",
        "PiecewiseConstantDecay",
    ],
    "microbp.train.schedules",
)
_LAZY |= dict.fromkeys(
    [
        "binary_crossentropy",
        "categorical_crossentropy",
        "hinge",
        "huber",
        "mean_absolute_error",
        "mean_squared_error",
        "sparse_categorical_crossentropy",
    ],
    "microbp.train.losses",
)
# Rooms that are used by their own names, as in `microbp.datasets.moons()`.
_ROOMS = ["datasets", "keras", "onnx", "plots"]

__all__ = [
    "MLP",
    "SGD",
    "Adam",
    "AdamW",
    "Callback",
    "Checkpoint",
    "CosineDecay",
    "EarlyStopping",
    "ExponentialDecay",
    "History",
    "InverseTimeDecay",
    "Layer",
    "MicrobpError",
    "Module",
    "Momentum",
    "Nesterov",
    "Neuron",
    "PiecewiseConstantDecay",
    "RMSprop",
    "Snapshots",
    "Value",
    "WeightHistory",
    "binary_crossentropy",
    "categorical_crossentropy",
    "compiled",
    "datasets",
    "derivative_table",
    "detect_anomaly",
    "dot",
    "draw",
    "explain",
    "explore",
    "from_json",
    "grad",
    "gradcheck",
    "gradient_descent",
    "hessian",
    "hinge",
    "huber",
    "jvp",
    "keras",
    "lift",
    "load",
    "log_softmax",
    "logsumexp",
    "mean_absolute_error",
    "mean_squared_error",
    "mistake",
    "mistakes",
    "no_grad",
    "operation",
    "placeholder",
    "playground",
    "plots",
    "save",
    "softmax",
    "sparse_categorical_crossentropy",
    "sum",
    "to_dot",
    "to_json",
    "to_latex",
    "to_mermaid",
    "to_python",
    "trace",
]
# And a function for each row of the operation table.
__all__ += [row.name for row in _OPERATIONS.values() if row.is_function]


def _show(v: Value) -> "dict[str, str]":
    from microbp.draw.notebook import mimebundle

    return mimebundle(v)


_set_display(_show)  # the engine knows no pictures; a notebook shows one all the same


def __getattr__(name: str) -> "Any":
    if name in _ROOMS:
        from importlib import import_module

        thing: Any = import_module(f"microbp.{name}")
    elif name in _LAZY:
        from importlib import import_module

        thing = getattr(import_module(_LAZY[name]), name)
    elif name in _OPERATIONS and _OPERATIONS[name].is_function:
        thing = _functions.function(_OPERATIONS[name])
    else:
        raise AttributeError(f"module 'microbp' has no attribute {name!r}")
    globals()[name] = thing
    return thing


def __dir__() -> list[str]:
    return __all__
