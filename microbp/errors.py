"""Every error that a user of microbp can cause.

Each one is a `MicrobpError` and also the nearest builtin, so that both
``except MicrobpError`` and ``except ValueError`` do what their reader expects::

    MicrobpError
    ├── NumberError         (TypeError)      not a real number where one is needed
    ├── NumberRangeError    (OverflowError)  a number too large for a float
    ├── ArgumentError       (ValueError)     an argument of the right type, wrong value
    │   ├── ChoiceError                      a name that is not on the list
    │   ├── ShapeError                       the wrong number of inputs
    │   ├── EmptyGraphError                  nothing to draw, to sum, to differentiate
    │   ├── CycleError                       a graph in which a node depends on itself
    │   ├── GraphFileError                   a damaged or foreign file of a graph
    │   ├── StaleGraphError                  a number was changed after it was used
    │   ├── ModelFileError                   a damaged or foreign file of weights
    │   └── GraphTooLargeError               a picture that nobody could read
    ├── AnomalyError        (ArithmeticError) a nan or an infinity that was watched for
    ├── ArgumentTypeError   (TypeError)      an argument of the wrong type
    ├── PlaceholderError    (TypeError)      a number that is not known while recording
    ├── GradcheckError      (AssertionError) a derivative that finite differences deny
    ├── DotNotFoundError    (RuntimeError)   Graphviz's `dot` is missing or failed
    ├── DataFileError       (ValueError)     a data file is damaged, or a wrong one
    ├── DataNotFoundError   (FileNotFoundError)  there is no data file where one looked
    ├── DownloadError       (OSError)        data that no server would send
    └── MissingPackageError (ImportError)    an optional package is not installed

A message says what came, what is allowed, and what to do about it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class MicrobpError(Exception):
    """The root of all errors raised by microbp."""


class NumberError(MicrobpError, TypeError):
    """Something that is not one real number stands where one is needed."""


class NumberRangeError(MicrobpError, OverflowError):
    """A number is too large to be a float."""


class ArgumentError(MicrobpError, ValueError):
    """An argument has the right type and an impossible value."""


class ChoiceError(ArgumentError):
    """A name was given that is not among the allowed ones.

    Args:
        what: What the name chooses, such as ``"activation"``.
        received: What was given.
        allowed: The allowed names.
        note: What else there is to say, such as what is chosen here.
    """

    def __init__(
        self, what: str, received: object, allowed: Iterable[str], note: str = ""
    ) -> None:
        self.what, self.received, self.allowed = what, received, sorted(allowed)
        names = ", ".join(map(repr, self.allowed))
        advice = [f"choose one of {names}"] * bool(names) + [note] * bool(note)
        super().__init__(f"unknown {what} {received!r}: {'; '.join(advice)}")


class ShapeError(ArgumentError):
    """The number of inputs does not fit."""


class EmptyGraphError(ArgumentError):
    """There is no Value to work on."""


class ModelFileError(ArgumentError):
    """A file of a model or a checkpoint is damaged, or no such file."""


class CycleError(ArgumentError):
    """A node depends on itself, so there is no order to compute in."""


class GraphFileError(ArgumentError):
    """A document is no graph, or it is damaged."""


class GraphTooLargeError(ArgumentError):
    """A picture of this graph would have too many boxes to read."""


class AnomalyError(MicrobpError, ArithmeticError):
    """A nan or an infinity arose inside `detect_anomaly`."""


class StaleGraphError(ArgumentError):
    """A number was changed after other numbers were computed from it."""


class ArgumentTypeError(MicrobpError, TypeError):
    """An argument has a type that cannot be used here."""


class PlaceholderError(MicrobpError, TypeError):
    """The number of a Value that stands for every row of the data was asked for."""


class GradcheckError(MicrobpError, AssertionError):
    """An analytic derivative and its finite difference disagree."""


class DotNotFoundError(MicrobpError, RuntimeError):
    """Graphviz's program `dot` is not installed, or it failed."""


class DataFileError(MicrobpError, ValueError):
    """A data file is damaged, or another file than its name says.

    Args:
        path: The file.
        problem: What is wrong, in words that follow the file's name.
        advice: What to do.
    """

    def __init__(
        self,
        path: object,
        problem: str,
        advice: str = "delete it, and put a fresh copy in its place",
    ) -> None:
        self.path, self.problem = path, problem
        super().__init__(f"{path} {problem}: {advice}")


class DataNotFoundError(MicrobpError, FileNotFoundError):
    """A data file, or the folder of it, does not exist."""


class DownloadError(MicrobpError, OSError):
    """Data could not be downloaded from anywhere."""


class MissingPackageError(MicrobpError, ImportError):
    """An optional package is needed here, and it is not installed."""
