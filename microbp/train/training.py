"""Training: a model, recorded once as scalars and run as arrays.

`fit` repeats what the article calls gradient descent: forward, error, gradient, update,
until the epochs are over. The gradient comes from backpropagation, which is the
backward pass of the program; the update is the optimizer's.

Map: `Training` is what `model.compile` makes; `descend` is the loop over batches.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from microbp.engine.unknown import placeholder
from microbp.errors import (
    ArgumentError,
    ArgumentTypeError,
    ModelFileError,
    ShapeError,
)
from microbp.train import losses, metrics, optimizers
from microbp.train.crossentropy import (
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from numpy.typing import NDArray

    from microbp.lift import Program
    from microbp.train.callbacks import Callback, History
    from microbp.train.stepping import Optimizer

    Array = NDArray[Any]

LONG = 3.0  # seconds; a longer run is announced
FIELDS = {  # of a checkpoint
    **{"optimizer": str, "dtype": str, "history": dict, "epochs": list},
    **{"epoch": int, "seed": int, "iterations": int},
}


class Training:
    """How a model is trained: with which optimizer, loss and metrics.

    Args:
        model: A callable from a row of Values to a Value or a list, with
            `parameters()`.
        optimizer: An optimizer or its name.
        loss: A loss or its name.
        metrics: Metrics or their names.
        dtype: `"float32"` or `"float64"`: what the arrays are.

    Attributes:
        program: The lifted program, None before the first run.
        stop: Set to True by a callback to end the run.

    Raises:
        ChoiceError: There is no such name.
    """

    def __init__(
        self, model: Any, optimizer: Any, loss: Any, metrics: Any, dtype: Any
    ) -> None:
        from microbp.lift.program import checked_dtype

        if loss is None:
            raise ArgumentTypeError(
                "compile needs a loss, such as loss='mean_squared_error'"
            )
        self.model, self.loss = model, losses.get(loss)
        self.optimizer: Optimizer = optimizers.get(optimizer)
        if isinstance(metrics, str) or not hasattr(metrics or [], "__iter__"):
            raise ArgumentTypeError(
                f"metrics is a list, not {metrics!r}: write metrics=[{metrics!r}]"
            )
        self.metrics = list(metrics or [])
        self.dtype = checked_dtype(dtype)
        self.program: Program | None = None
        self.stop = False

    def __getstate__(self) -> dict[str, Any]:
        """All but the program, which is made of calls; a copy records its own."""
        if self.program is not None:
            self.program.sync()
        return {**vars(self), "program": None}

    @property
    def weights(self) -> Array:
        """The weights of the program, `(n,)`, to be changed in place."""
        if self.program is None:
            raise ArgumentError("there is no program yet: call fit or evaluate first")
        return self.program.weights

    # ---- recording

    def record(self, X: Any) -> Program:
        """The program of one sample's loss; recorded at the first call.

        Args:
            X: Samples, from which the number of inputs is read if need be.
        """
        if self.program is not None:
            self.program.reload()
            return self.program
        from microbp.lift import lift

        columns = getattr(self.model, "nin", None)
        if columns is None:
            shape = getattr(X, "shape", None) or (len(X), len(X[0]))
            columns = shape[-1] if len(shape) == 2 else 1
        x = [placeholder(f"x{i}") for i in range(1, columns + 1)]
        out = self.model(x)
        outputs = list(out) if isinstance(out, (list, tuple)) else [out]
        targets = [placeholder(f"y{i}") for i in range(1, len(outputs) + 1)]
        self._named = [metrics.get(metric, len(outputs)) for metric in self.metrics]
        if len(outputs) == 1 and self._loss_name == "sparse_categorical_crossentropy":
            raise ShapeError(
                "sparse_categorical_crossentropy needs an output for each class, and "
                f"{self.model!r} has one: use binary_crossentropy"
            )
        alone = len(outputs) == 1
        error = self._recorded_loss()(targets[0] if alone else targets, out)
        self.n_inputs, self.n_outputs = columns, len(outputs)
        self.program = lift(
            error,
            [*x, *targets],
            self.model.parameters(),
            outputs=outputs,
            dtype=self.dtype,
        )
        return self.program

    @property
    def _loss_name(self) -> str:
        function = self.loss.func if isinstance(self.loss, partial) else self.loss
        name = getattr(function, "__name__", "")
        return name if losses.LOSSES.get(name) is function else ""

    def _recorded_loss(self) -> Callable[..., Any]:
        """A label cannot choose an output before it is known, so it becomes columns."""
        if self.loss is sparse_categorical_crossentropy:
            return categorical_crossentropy
        if self._loss_name == "sparse_categorical_crossentropy":
            return partial(categorical_crossentropy, **self.loss.keywords)  # type: ignore[attr-defined]
        return self.loss

    def _samples(self, X: Any, y: Any, name: str = "") -> tuple[Array, Array]:
        """Samples and targets, checked."""
        from microbp.train.data import as_samples, as_targets

        self.record(X)
        samples = as_samples(X, self.n_inputs, self.dtype, f"{name}X")
        targets = as_targets(
            y, len(samples), self.n_outputs, self._loss_name, self.dtype, f"{name}y"
        )
        return samples, targets

    # ---- what users call

    def fit(
        self,
        X: Any,
        y: Any,
        batch_size: int = 32,
        epochs: int = 1,
        verbose: Any = 1,
        callbacks: Iterable[Callback] = (),
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        seed: int | None = None,
        initial_epoch: int = 0,
        resume: Any = None,
    ) -> History:
        """Train; see `Module.fit`."""
        import numpy as np

        from microbp.train.callbacks import History
        from microbp.train.progress import Progress

        batch, epochs = as_whole(batch_size, "batch_size"), as_whole(epochs, "epochs")
        samples, targets = self._samples(X, y)
        held_out = None
        if validation_data is not None:
            held_out = self._samples(*_pair(validation_data), name="validation ")
        elif validation_split:
            cut = _cut(validation_split, len(samples))
            held_out = samples[cut:], targets[cut:]
            samples, targets = samples[:cut], targets[:cut]
        program = self.record(X)
        history = History()
        if seed is None:
            seed = int(np.random.default_rng().integers(1 << 31))
        self.seed, self.history, self.stop = int(seed), history, False
        if resume is not None:
            initial_epoch = self.read(resume) + 1
        together = program.arranged(samples, targets)
        del samples
        everyone = [history, *callbacks]
        progress = Progress(verbose, epochs, -(-len(targets) // batch))
        progress.announce(
            announcement(program, together, batch, epochs - initial_epoch)
        )
        for callback in everyone:
            callback.training = self
            callback.on_train_begin()
        try:
            for epoch in range(initial_epoch, epochs):
                order = np.arange(len(targets))
                if shuffle:  # each epoch's order follows from seed and epoch alone
                    order = np.random.default_rng([self.seed, epoch]).permutation(order)
                progress.begin(epoch)
                each, outputs = descend(
                    program, self.optimizer, together, order, batch, progress
                )
                logs = self._logs("", each, targets[order], outputs)
                program.sync()
                if held_out is not None:
                    logs |= self._measure(*held_out, prefix="val_")
                progress.end(logs)
                for callback in everyone:
                    callback.on_epoch_end(epoch, logs)
                if self.stop:
                    break
            for callback in everyone:
                callback.on_train_end()
        finally:  # after Ctrl-C too, what was learned is in the Values
            progress.close()
            program.sync()
        return history

    def evaluate(self, X: Any, y: Any, verbose: Any = 0) -> Any:
        """Loss and metrics; see `Module.evaluate`."""
        logs = self._measure(*self._samples(X, y))
        if verbose:
            from microbp.train.progress import line

            print(line(logs))
        numbers = list(logs.values())
        return numbers if self.metrics else numbers[0]

    def predict(self, X: Any) -> Array:
        """Outputs; see `Module.predict`."""
        import numpy as np

        from microbp.train.data import as_samples

        program = self.record(X)
        samples = as_samples(X, self.n_inputs, self.dtype)
        nothing = np.zeros((len(samples), self.n_outputs), self.dtype)
        program(samples, nothing)
        return program.outputs

    def _measure(self, samples: Array, targets: Array, prefix: str = "") -> Any:
        program = self.record(samples)
        each = program(samples, targets)
        return self._logs(prefix, each, targets, program.outputs)

    def _logs(
        self, prefix: str, each: Array, targets: Array, outputs: Array
    ) -> dict[str, float]:
        logs = {f"{prefix}loss": float(each.mean(dtype=float))}
        for name, metric in self._named:
            logs[f"{prefix}{name}"] = float(metric(targets, outputs).mean(dtype=float))
        return logs

    # ---- going on after a stop

    def write(self, path: Any, epoch: int) -> None:
        """Write all that is needed to go on after this epoch."""
        from microbp.train.storage import write

        state = {f"state {k}": v for k, v in self.optimizer.state.items()}
        description = {
            "epoch": epoch,
            "seed": self.seed,
            "dtype": self.dtype.name,
            "optimizer": repr(self.optimizer),
            "iterations": self.optimizer.iterations,
            "history": self.history.history,
            "epochs": self.history.epoch,
        }
        write(path, "checkpoint", description, {"weights": self.weights, **state})

    def read(self, path: Any) -> int:
        """Take up a checkpoint; tells after which epoch it was written.

        Raises:
            ArgumentError: It is of another model, optimizer or dtype.
            ModelFileError: It is damaged, or no checkpoint.
        """
        from microbp.train.storage import read

        head, arrays = read(path, "checkpoint")
        fits = all(type(head.get(name)) is kind for name, kind in FIELDS.items())
        lists = fits and all(type(x) is list for x in head["history"].values())
        if not lists or "weights" not in arrays:
            raise ModelFileError(
                f"{str(path)!r} lacks some of what a checkpoint holds: it is damaged, "
                "resume from another, or train anew"
            )
        for name, now in (
            ("optimizer", repr(self.optimizer)),
            ("dtype", self.dtype.name),
        ):
            if head[name] != now:
                raise ArgumentError(
                    f"{str(path)!r} was written with {name} {head[name]}, not {now}: "
                    "compile the model as it was"
                )
        weights = arrays.pop("weights")
        if weights.shape != self.weights.shape:
            raise ShapeError(
                f"{str(path)!r} has {len(weights)} weights, and the model has "
                f"{len(self.weights)}: build the model as it was"
            )
        self.weights[:] = weights
        state = {name.removeprefix("state "): array for name, array in arrays.items()}
        self.optimizer.state = state
        self.optimizer.iterations = head["iterations"]
        self.seed = head["seed"]
        self.history.history, self.history.epoch = head["history"], head["epochs"]
        return int(head["epoch"])


def descend(
    program: Program,
    optimizer: Optimizer,
    samples: Array,
    order: Array,
    batch: int,
    progress: Any,
) -> tuple[Array, Array]:
    """One epoch of gradient descent.

    Returns:
        The loss of each sample when it was used, `(n,)`, and its outputs.
    """
    import numpy as np

    weights, gradient = program.weights, program.flat_gradient
    each = np.empty(len(order), program.dtype)
    outputs = np.empty((len(order), program.n_outputs), program.dtype)
    part = program.bound(min(batch, len(order)))
    with single_thread(program, batch), np.errstate(all="ignore"):
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            if len(chosen) != len(part.inputs):
                part = program.bound(len(chosen))
            np.take(samples, chosen, 0, part.inputs, "clip")
            if optimizer.is_plain:  # begun with the rate, the gradient is the step
                part.run(optimizer.next_rate())
                np.subtract(weights, gradient, weights)
            else:
                part.run()  # forward, error, gradient
                optimizer.update(weights, gradient)
            each[start : start + batch] = part.results[0]
            outputs[start : start + batch] = part.outputs
            progress.advance(part.results[0])
    return each, outputs


def announcement(program: Program, samples: Array, batch: int, epochs: int) -> str:
    """What a long run will take; nothing is said of a short one.

    Args:
        program: What will run; its weights are not changed.
        samples: `(n, columns)`, arranged.
        batch: Samples a step.
        epochs: How many there are to come.
    """
    part = program.bound(min(batch, len(samples)))
    part.inputs[:] = samples[: len(part.inputs)]
    times = []
    with single_thread(program, batch):
        for _ in range(5):
            start = time.perf_counter()
            part.run()
            times.append(time.perf_counter() - start)
    seconds = min(times) * epochs * len(samples) / len(part.inputs)
    if seconds < LONG:
        return ""
    return (
        f"{len(program.parameters):,} parameters, {program.n_nodes:,} scalar nodes "
        f"a sample; about {seconds:.0f} s for {epochs} epochs"
    )


def single_thread(program: Program, batch: int) -> Any:
    """Keep small matrix products on one processor: sharing costs more than it saves.

    Needs threadpoolctl; without it the environment decides (OPENBLAS_NUM_THREADS).
    """
    from contextlib import nullcontext

    if program.largest_product * batch > 1 << 26:
        return nullcontext()
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return nullcontext()
    return threadpool_limits(1, "blas")


def as_whole(n: Any, name: str) -> int:
    """An int of 1 or more."""
    try:
        number: int = n.__index__()
    except AttributeError:
        raise ArgumentTypeError(
            f"{name} is an int, not {type(n).__name__} {n!r}"
        ) from None
    if number < 1:
        raise ArgumentError(f"{name} is 1 or more, not {number}")
    return number


def _pair(data: Any) -> tuple[Any, Any]:
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise ArgumentTypeError(
            f"validation_data is a pair (X, y), not {type(data).__name__}"
        )
    return data[0], data[1]


def _cut(share: Any, n: int) -> int:
    """Where the part for validation begins: it is the end, before any shuffling."""
    if not isinstance(share, (int, float)) or not 0.0 <= share < 1.0:
        raise ArgumentError(
            f"validation_split is a share from 0 to below 1, not {share!r}"
        )
    cut = int(n * (1.0 - share))
    if not 0 < cut < n:
        raise ShapeError(
            f"validation_split={share} leaves nothing on one side of {n} samples: "
            "give more samples, or validation_data"
        )
    return cut
