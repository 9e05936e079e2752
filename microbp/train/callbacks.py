"""Callbacks: what happens at the end of each epoch of `fit`.

Map: `Callback` is the base; `History` records; `EarlyStopping` stops; `Checkpoint`
writes a file that `fit(resume=...)` goes on from; `WeightHistory` keeps the weights and
`Snapshots` a graph per epoch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.errors import ArgumentError

if TYPE_CHECKING:
    from typing import Any

    from microbp.graph import Graph
    from microbp.train.training import Training

INF = float("inf")


class Callback:
    """The base: a subclass writes what it needs of the three methods.

    Attributes:
        training: The `Training` that runs; `training.model` is the model. Set its
            `stop` to True to end the run after this epoch.

    Example:
        >>> from microbp.train.callbacks import Callback
        >>> class Printer(Callback):
        ...     def on_epoch_end(self, epoch, logs):
        ...         print(epoch, sorted(logs))
    """

    training: Training

    def on_train_begin(self) -> None:
        """Called before the first epoch."""

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Called after each epoch, the weights already in the Values.

        Args:
            epoch: Its number, from 0.
            logs: Loss and metrics, with `val_` before those of the validation data.
        """

    def on_train_end(self) -> None:
        """Called after the last epoch."""


class History(Callback):
    """What `fit` returns: loss and metrics of every epoch.

    Attributes:
        history: A list for each name, such as `"loss"` and `"val_accuracy"`.
        epoch: The numbers of the epochs, from 0.
    """

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:  # noqa: D102
        self.epoch.append(epoch)
        for name, number in logs.items():
            self.history.setdefault(name, []).append(number)

    def __repr__(self) -> str:
        last = {name: round(each[-1], 4) for name, each in self.history.items()}
        return f"History({len(self.epoch)} epochs, last: {last})"


class EarlyStopping(Callback):
    """Stops when a number has not got better for some epochs.

    Args:
        monitor: Which one, a name in the history.
        min_delta: What counts as better: at least so much.
        patience: How many epochs without may pass.
        mode: `"min"`, `"max"`, or `"auto"`: max for accuracies.
        restore_best_weights: End with the weights of the best epoch?

    Attributes:
        best: The best number.
        best_epoch: Its epoch.

    Raises:
        ArgumentError: There is no such mode.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        mode: str = "auto",
        restore_best_weights: bool = True,
    ) -> None:
        if mode not in ("auto", "min", "max"):
            raise ArgumentError(f"mode is 'auto', 'min' or 'max', not {mode!r}")
        self.monitor, self.min_delta = monitor, abs(min_delta)
        self.patience, self.restore_best_weights = patience, restore_best_weights
        upward = mode == "max" or (mode == "auto" and monitor.endswith(("acc", "acy")))
        self.sign = -1.0 if upward else 1.0

    def on_train_begin(self) -> None:  # noqa: D102
        self.best, self.best_epoch, self.waited = INF * self.sign, -1, 0
        self.weights: Any = None

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:  # noqa: D102
        if self.monitor not in logs:
            raise ArgumentError(
                f"EarlyStopping monitors {self.monitor!r}, and there are only "
                f"{', '.join(map(repr, logs))}: val_ names need validation data"
            )
        now = logs[self.monitor]
        if self.sign * (self.best - now) > self.min_delta or self.best_epoch < 0:
            self.best, self.best_epoch, self.waited = now, epoch, 0
            self.weights = self.training.weights.copy()
            return
        self.waited += 1
        if self.waited > self.patience or self.waited == self.patience:
            self.training.stop = True

    def on_train_end(self) -> None:  # noqa: D102
        if self.restore_best_weights and self.weights is not None:
            self.training.weights[:] = self.weights


class Checkpoint(Callback):
    """Writes all that is needed to go on: `fit(..., resume=path)`.

    A run that is resumed ends with weights equal, bit for bit, to those of a run that
    never stopped. The file is replaced only when the new one is complete.

    Args:
        path: The file, `.npz`.
        every: Write after every so many epochs.
    """

    def __init__(self, path: Any, every: int = 1) -> None:
        if every < 1:
            raise ArgumentError(f"every is 1 or more, not {every!r}")
        self.path, self.every = path, every

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:  # noqa: D102
        if (epoch + 1) % self.every == 0:
            self.training.write(self.path, epoch)


class WeightHistory(Callback):
    """Keeps the weights after each epoch, for pictures of how they went.

    Args:
        every: Keep those of every so many epochs; the first are kept always.

    Attributes:
        weights: An array for each kept epoch, in the order of `model.parameters()`.
        epoch: Their epochs, from 0.
        logs: Their losses and metrics, dicts.
    """

    def __init__(self, every: int = 1) -> None:
        if not isinstance(every, int) or every < 1:
            raise ArgumentError(f"every is a whole number from 1, not {every!r}")
        self.every = every
        self.weights: list[Any] = []
        self.epoch: list[int] = []
        self.logs: list[dict[str, float]] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:  # noqa: D102
        if len(self.weights) and (epoch + 1) % self.every:
            return
        import numpy as np

        parameters = self.training.model.parameters()
        self.weights.append(np.array([p.data for p in parameters]))
        self.epoch.append(epoch)
        self.logs.append(dict(logs))


class Snapshots(Callback):
    """Keeps the graph of one sample after each epoch, with its gradients.

    Args:
        x: The inputs, `(n,)`.
        y: The target.

    Attributes:
        graphs: A `Graph` for each epoch, ready for `draw`.
    """

    def __init__(self, x: Any, y: Any) -> None:
        self.x, self.y = x, y
        self.graphs: list[Graph] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:  # noqa: D102
        from microbp.graph import Graph

        model, loss = self.training.model, self.training.loss
        parameters = model.parameters()
        for p in parameters:
            p.grad = 0.0
        error = loss(self.y, model(self.x))
        error.backward()
        self.graphs.append(Graph(error))
        for p in parameters:
            p.grad = 0.0
