"""Models as ONNX files, for runtimes that know nothing of microbp.

`export` walks the blocks of the lifted program, which are the one definition of a
model: a matrix product becomes a Gemm, an elementwise block is its row of the operation
table with each elementary function as a node. So it knows no layers, and whatever can
be lifted can be exported. What depends on the weights alone is computed beforehand.

Not here: training in ONNX, gradients, and reading ONNX files.

Map: `export` is what users call; `writer.py` makes the graph, `formulas.py` the nodes
of one formula.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from microbp.engine.unknown import placeholder
from microbp.errors import (
    ArgumentError,
    ArgumentTypeError,
    DataNotFoundError,
    MissingPackageError,
)
from microbp.files import write_whole
from microbp.lift.program import Program, checked_dtype, lift
from microbp.nn.module import Module
from microbp.onnx.writer import Writer

if TYPE_CHECKING:
    from typing import Any

__all__ = ["export"]


def export(model: Module | Program, path: Any, dtype: Any = None) -> None:
    """Write a model to an ONNX file.

    The file has one input, `input (batch, n_inputs)`, and one result, `output`, of the
    shape that the program gives: `(batch, n_outputs)` for a model, as from `predict`;
    `(batch,)` if `lift` was given one Value. A second result, `outputs`, is there if
    `lift(outputs=...)` asked for more. The batch may be of any size.

    Args:
        model: An `MLP`, a `keras.Sequential` or another module with `nin`; or what
            `lift` made, with its weights as they are.
        path: The file, `.onnx`. One that is there is replaced when the new one is
            complete.
        dtype: `"float64"` or `"float32"`, of all tensors; by default that of the
            program, and float64 for a model.

    Raises:
        MissingPackageError: onnx is not installed.
        ArgumentTypeError: It is neither a model nor a program, or the path is no path.
        ArgumentError: The number of inputs is not known; there is no result; an
            operation from outside is not written in elementary functions.
        ChoiceError: There is no such dtype.
        DataNotFoundError: There is no such folder.

    The format: https://onnx.ai/onnx/intro/concepts.html

    Example:
        >>> import os, tempfile
        >>> from microbp import MLP
        >>> from microbp.onnx import export
        >>> path = os.path.join(tempfile.mkdtemp(), "model.onnx")
        >>> export(MLP(2, [3, 1], output="sigmoid", rng=0), path)
        >>> import onnx
        >>> [node.op_type for node in onnx.load(path).graph.node][:3]
        ['Gemm', 'Relu', 'Gemm']
    """
    package = _package()
    path = _checked_path(path)
    if dtype is not None:
        dtype = checked_dtype(dtype)
    program = model if isinstance(model, Program) else _recorded(model)
    writer = Writer(program, program.dtype if dtype is None else dtype, package)
    data = writer.model().SerializeToString()
    write_whole(path, lambda file: file.write(data))


def _package() -> Any:
    try:
        import onnx
        import onnx.helper
        import onnx.numpy_helper
    except ImportError as missing:
        raise MissingPackageError(
            "export to ONNX needs the package onnx: pip install onnx (and onnxruntime, "
            "to run what was exported)"
        ) from missing
    return onnx


def _checked_path(path: Any) -> str:
    try:
        name = os.fsdecode(path)
    except TypeError:
        raise ArgumentTypeError(
            f"path is a str or a Path of a file, not {path!r}: for example 'model.onnx'"
        ) from None
    if not name or os.path.isdir(name):
        raise ArgumentError(
            f"path names a file, and {name!r} is {'a folder' if name else 'empty'}: "
            f"for example {os.path.join(name, 'model.onnx')!r}"
        )
    folder = os.path.dirname(name) or "."
    if not os.path.isdir(folder):
        raise DataNotFoundError(
            f"there is no folder {folder!r} to write {os.path.basename(name)!r} into: "
            "make it first, or give another path"
        )
    return name


def _recorded(model: Any) -> Program:
    """The program of a model's outputs."""
    if not isinstance(model, Module):
        raise ArgumentTypeError(
            "export takes a model such as MLP or Sequential, or a Program, not "
            f"{model!r}: of any Value y write lift(y, inputs=[...]) and export that"
        )
    n_inputs = getattr(model, "nin", None)
    if n_inputs is None:
        raise ArgumentError(
            f"how many inputs {model!r} has is not known: give it an attribute nin, or "
            "export lift(model(x), inputs=x) with placeholders x"
        )
    x = [placeholder(f"x{i}") for i in range(1, n_inputs + 1)]
    out = model(x)
    return lift(out if hasattr(out, "__iter__") else [out], inputs=x)
