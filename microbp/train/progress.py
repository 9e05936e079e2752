"""What `fit` shows while it runs, as Keras does: nothing, a bar, or a line an epoch.

Map: `Progress`; `line` writes numbers out.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from microbp.errors import ArgumentError

if TYPE_CHECKING:
    from typing import Any

# The numbers are what one looks at, so the bar gets what they leave.
BAR = "{desc} {percentage:3.0f}%|{bar:12}| {elapsed}<{remaining}{postfix}"
PAUSE = 0.1  # seconds between two looks at the bar


def line(logs: dict[str, float]) -> str:
    """Names and numbers in one line.

    Example:
        >>> from microbp.train.progress import line
        >>> line({"loss": 0.25, "accuracy": 1.0})
        'loss: 0.2500 - accuracy: 1.0000'
    """
    return " - ".join(f"{name}: {number:.4f}" for name, number in logs.items())


class Progress:
    """Shows how far a run is.

    Args:
        verbose: 0 for nothing, 1 or "auto" for a bar, 2 for a line an epoch. A bar
            needs tqdm and a terminal; without them there are lines.
        epochs: How many there will be.
        steps: How many batches an epoch has.

    Raises:
        ArgumentError: `verbose` is something else.
    """

    def __init__(self, verbose: Any, epochs: int, steps: int) -> None:
        if verbose not in (0, 1, 2, "auto"):
            raise ArgumentError(f"verbose is 0, 1, 2 or 'auto', not {verbose!r}")
        self.verbose, self.epochs, self.steps = verbose, epochs, steps
        self.bar: Any = None
        self.tqdm: Any = None
        if verbose in (1, "auto") and sys.stderr.isatty():
            try:
                from tqdm import tqdm
            except ImportError:
                print("For a progress bar: pip install tqdm")
            else:
                self.tqdm = tqdm

    def announce(self, text: str) -> None:
        """Say what is coming."""
        if text and self.verbose:
            print(text, flush=True)

    def begin(self, epoch: int) -> None:
        """An epoch begins."""
        self.name = f"Epoch {epoch + 1}/{self.epochs}"
        self.waiting, self.start = 0, time.perf_counter()
        self.next = self.start + PAUSE
        if self.tqdm is not None:
            self.bar = self.tqdm(
                total=self.steps, desc=self.name, dynamic_ncols=True, bar_format=BAR
            )

    def advance(self, losses: Any) -> None:
        """A batch is done.

        Args:
            losses: Of the samples in it.
        """
        if self.bar is None:
            return
        self.waiting += 1
        now = time.perf_counter()
        if now >= self.next:
            self.bar.set_postfix_str(f"loss: {losses.mean():.4f}", refresh=False)
            self.bar.update(self.waiting)
            self.waiting, self.next = 0, now + PAUSE

    def end(self, logs: dict[str, float]) -> None:
        """An epoch is over."""
        if self.bar is not None:
            self.bar.set_postfix_str(line(logs), refresh=False)
            self.bar.update(self.waiting)
            self.close()
        elif self.verbose:
            seconds = time.perf_counter() - self.start
            print(f"{self.name} - {seconds:.1f} s - {line(logs)}", flush=True)

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None
