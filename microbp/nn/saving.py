"""Models in files: the weights and a description of the network, nothing to execute.

Map: `save` and `load`. `train/storage.py` has the file format.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from microbp.errors import ArgumentTypeError, ModelFileError
from microbp.nn.layers import MLP
from microbp.train.storage import read, write

if TYPE_CHECKING:
    from typing import Any

FIELDS = {"nin", "nouts", "activation", "output"}


def save(model: MLP, path: Any) -> None:
    """Write a model to a file.

    Args:
        model: An `MLP` with activations given by name.
        path: The file, `.npz`. One that is there is replaced when the new one is
            complete.

    Raises:
        ArgumentTypeError: It is another module, or has an activation that is a
            function, which a file cannot hold.

    Example:
        >>> import os, tempfile
        >>> from microbp import MLP, load, save
        >>> path = os.path.join(tempfile.mkdtemp(), "model.npz")
        >>> save(MLP(2, [3, 1], rng=0), path)
        >>> load(path)
        MLP(2, [3, 1], activation='relu')
    """
    import numpy as np

    if type(model) is not MLP:
        raise ArgumentTypeError(
            f"save takes an MLP, not {model!r}: a Sequential has model.save(path), for "
            "other modules keep the numbers, [p.data for p in model.parameters()]"
        )
    for name in (model.activation, model.output):
        if not isinstance(name, str):
            raise ArgumentTypeError(
                f"the activation {name!r} is a function, which a file cannot hold: "
                "use one that has a name"
            )
    description = {field: getattr(model, field) for field in sorted(FIELDS)}
    weights = np.array([p.data for p in model.parameters()])
    write(path, "model", {"model": description}, {"weights": weights})


def load(path: Any) -> MLP:
    """The model in a file that `save` wrote.

    Raises:
        ModelFileError: It is damaged, or no such file.
        FileNotFoundError: There is none.
    """
    head, arrays = read(path, "model")
    description, weights = head.get("model"), arrays.get("weights")
    if not isinstance(description, dict) or set(description) != FIELDS:
        raise ModelFileError(f"{str(path)!r} does not describe an MLP: save it anew")
    sizes = [description["nin"], *_listed(description["nouts"])]
    if not all(type(n) is int and n > 0 for n in sizes):
        raise ModelFileError(f"{str(path)!r} describes layers of sizes {sizes!r}")
    needed = sum((m + 1) * n for m, n in pairwise(sizes))
    if weights is None or weights.dtype != float or weights.shape != (needed,):
        raise ModelFileError(
            f"{str(path)!r} describes a network of {needed} weights and does not hold "
            "them: save it anew"
        )
    model = MLP(**description, rng=0)
    for parameter, number in zip(model.parameters(), weights.tolist(), strict=True):
        parameter.data = number
    return model


def _listed(nouts: Any) -> list[Any]:
    return nouts if isinstance(nouts, list) and nouts else [None]
