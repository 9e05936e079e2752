"""`trace`: a run, step by step, as records, as a table and in pictures.

Map: `trace` makes a `Trace`, of the backward run, or a `ForwardTrace`; both are a
`Replay`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.draw.boxes import is_bare
from microbp.draw.marks import Mark, Marks
from microbp.engine.numbers import to_float
from microbp.errors import (
    ArgumentError,
    ArgumentTypeError,
    ChoiceError,
    MissingPackageError,
)
from microbp.graph import Graph
from microbp.graph.runs import ForwardRun, backward_run, seed
from microbp.text.notation import expression
from microbp.text.numerals import numeral, signed
from microbp.text.quoting import shorten, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from microbp.draw.frames import Film, Frame, Svg
    from microbp.graph.runs import Run

OF_PICTURES = {"rankdir", "theme", "precision", "title"}
RUNS = ("backward", "forward")
MOST_STEPS = 60  # in pictures
MOST_ROWS = 40  # in tables


def trace(v: Any, run: str = "backward") -> Any:
    """A run of a graph, recorded step by step.

    It is run on a copy: `backward` need not have been called, and no gradient is
    changed. The steps are those of `backward`, in its order, so the last running
    gradient of each node is the one that `backward` gives, to the last bit.

    Args:
        v: The result, a Value or a `Graph`; of several the sum is differentiated.
        run: `"backward"`, one step for each edge; or `"forward"`, one for each result.

    Returns:
        A `Trace` or a `ForwardTrace`: a sequence of steps that prints as a table.

    Raises:
        ChoiceError: There is no such run.
        PlaceholderError: v depends on placeholders, so there are no numbers.

    Example:
        >>> from microbp import Value, trace
        >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        >>> print(trace(a * b + a))
        step  node  operand  upstream    local  contribution  running
           1  v2    v1         1.0000   1.0000       +1.0000  +1.0000
           2  v2    a          1.0000   1.0000       +1.0000  +1.0000
           3  v1    a          1.0000  −3.0000       −3.0000  −2.0000
           4  v1    b          1.0000   2.0000       +2.0000  +2.0000
        >>> trace(a * b)[0].contribution
        -3.0
    """
    if run not in RUNS:
        raise ChoiceError("run", run, RUNS)
    graph = v if isinstance(v, Graph) else Graph(v)
    return Trace(backward_run(graph)) if run == "backward" else ForwardTrace(graph)


class Replay:
    """A recorded run: a sequence of steps that can be shown in several ways."""

    graph: Graph
    steps: Any
    header: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, k: Any) -> Any:
        return self.steps[k]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.steps)

    def to_dicts(self) -> list[dict[str, Any]]:
        """A dict for each step, as `pandas.DataFrame` takes them."""
        return [{"step": s[0], **dict(list(s._asdict().items())[1:])} for s in self]

    def _row(self, step: Any) -> tuple[str, ...]:
        raise NotImplementedError

    def _rows(self) -> list[tuple[str, ...]]:
        """The rows of the table, with a row of dots for what is left out."""
        n = len(self)
        if n <= MOST_ROWS:
            return [self._row(step) for step in self]
        half = MOST_ROWS // 2
        dots = tuple("…" for _ in self.header)
        head = [self._row(step) for step in self[:half]]
        return [*head, dots, *[self._row(step) for step in self[n - half :]]]

    def __str__(self) -> str:
        rows = [self.header, *self._rows()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = []
        for cells in rows:
            line = [
                cell.ljust(width) if name in LEFT else cell.rjust(width)
                for name, cell, width in zip(self.header, cells, widths, strict=True)
            ]
            lines.append("  ".join(line).rstrip())
        return "\n".join(lines)

    def table(self) -> Any:
        """A table of the package rich, for terminals with colours.

        Raises:
            MissingPackageError: rich is not installed.
        """
        try:
            from rich.table import Table
            from rich.text import Text
        except ImportError as missing:
            raise MissingPackageError(
                "a coloured table needs rich: pip install rich; print(trace) does not"
            ) from missing
        table = Table()
        for name in self.header:
            table.add_column(name, justify="left" if name in LEFT else "right")
        for cells in self._rows():
            table.add_row(*[Text(cell, _style(cell)) for cell in cells])
        return table

    def __rich__(self) -> Any:
        return self.table()

    def strip(
        self,
        path: Any = None,
        *,
        columns: int | None = None,
        max_steps: int = MOST_STEPS,
        **options: Any,
    ) -> Svg | None:
        """The run as pictures side by side, one for each step.

        Args:
            path: Where to, `.svg` or `.png`; None to get the SVG.
            columns: Pictures in a row.
            max_steps: The largest number of steps.
            options: `rankdir`, `theme`, `precision`, `title`, as `draw` takes them.

        Raises:
            GraphTooLargeError: There are more steps.
            ArgumentError: The path ends in something else.
            DotNotFoundError: The program `dot` is missing.
            MissingPackageError: For a PNG, Pillow is not installed.
        """
        film = self._film(max_steps, options)
        if path is None:
            return film.strip(columns)
        film.save_strip(path, columns)
        return None

    def animate(
        self,
        path: Any = None,
        *,
        seconds: float = 1.2,
        max_steps: int = MOST_STEPS,
        **options: Any,
    ) -> Svg | None:
        """The run as one moving picture, which a browser plays without any script.

        Args:
            path: Where to, `.svg` or `.gif`; None to get the SVG.
            seconds: How long each step is shown.
            max_steps: The largest number of steps.
            options: `rankdir`, `theme`, `precision`, `title`, as `draw` takes them.

        Raises:
            As `strip` does.
        """
        if not to_float(seconds, "seconds") > 0.0:
            raise ArgumentError(f"seconds is above 0, not {seconds!r}")
        film = self._film(max_steps, options)
        if path is None:
            return film.animation(seconds)
        film.save_animation(path, seconds)
        return None

    def _film(self, max_steps: int, options: dict[str, Any]) -> Film:
        from microbp.draw.frames import Film, check_length
        from microbp.draw.options import Options

        for name in options.keys() - OF_PICTURES:
            raise ArgumentTypeError(
                f"pictures of a run take no {name!r}: what they take of draw's options "
                f"is {', '.join(sorted(OF_PICTURES))}"
            )
        check_length(len(self), max_steps)
        settings = Options(legend=False, max_nodes=None, **options)
        return Film(self._frames(settings.precision), settings, self._widest())

    def _frames(self, precision: int) -> Sequence[Frame]:
        raise NotImplementedError

    def _widest(self) -> Frame:
        raise NotImplementedError


class Trace(Replay):
    """A backward run, one step for each edge.

    Attributes:
        graph: What it ran on.
        steps: The run itself, a sequence of `Step`.
    """

    header = (
        *("step", "node", "operand", "upstream", "local", "contribution", "running"),
    )

    def __init__(self, run: Run) -> None:
        self.graph, self.steps = run.graph, run

    def __repr__(self) -> str:
        return f"Trace({len(self)} steps on {self.graph!r})"

    def gradient(self, node: Any) -> float:
        """The gradient of a node at the end: of a Value, or by label or name."""
        found: float = self.steps.gradients[self.graph.find(node)]
        return found

    def _row(self, step: Any) -> tuple[str, ...]:
        return (
            str(step.number),
            _name(step.node),
            _name(step.operand),
            numeral(step.upstream),
            numeral(step.local),
            signed(step.contribution),
            signed(step.running),
        )

    def _frames(self, precision: int) -> Sequence[Frame]:
        from microbp.draw.frames import Frame

        run, graph = self.steps, self.graph
        gradients = seed(graph)
        users, places = run.users, run.places
        silent = set(range(len(graph))) - set(graph.roots)
        root = _name(graph.names[graph.roots[0]])
        frames = [
            Frame(
                graph.with_column("grad", gradients),
                Marks(without_grad=frozenset(silent)),
                f"The result starts: ∂{root}/∂{root} = 1",
            )
        ]
        for k, step in enumerate(run):
            operand = run.operands[k]
            if is_bare(graph.kind[operand], graph.label[operand]):
                continue  # a number, whose box has no gradient
            gradients[operand] = step.running
            silent.discard(operand)
            frames.append(
                Frame(
                    graph.with_column("grad", gradients),
                    Marks(
                        boxes={operand: Mark(tone="strong")},
                        arrows={(users[k], places[k]): self._note(k, precision)},
                        without_grad=frozenset(silent),
                    ),
                    f"{step.number}. {_name(step.node)} passes "
                    f"{numeral(step.upstream, precision)} × "
                    f"{numeral(step.local, precision)} = "
                    f"{numeral(step.contribution, precision)} on to "
                    f"{_name(step.operand)}, which has "
                    f"{numeral(step.running, precision)} now",
                )
            )
        whole = graph.with_column("grad", gradients)
        frames.append(Frame(whole, Marks(), "Done: every gradient is complete"))
        return frames

    def _note(self, k: int, precision: int) -> Mark:
        step, few = self.steps[k], min(precision, 2)
        product = numeral(step.upstream, few) + " × " + numeral(step.local, few)
        return Mark(product, "strong")

    def _widest(self) -> Frame:
        from microbp.draw.frames import Frame

        run = self.steps
        arrows = {
            (run.users[k], run.places[k]): self._note(k, 2) for k in range(len(run))
        }
        graph = self.graph.with_column("grad", run.gradients)
        return Frame(graph, Marks(arrows=arrows), "")


class ForwardTrace(Replay):
    """A forward run, one step for each result.

    Attributes:
        graph: What it ran on.
        steps: The run itself, a sequence of `ForwardStep`.

    Example:
        >>> from microbp import Value, trace
        >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        >>> print(trace((a * b).tanh(), run="forward"))
        step  node  formula   numbers             value
           1  v1    a × b     2.0000 × −3.0000  −6.0000
           2  v2    tanh(v1)  tanh(−6.0000)     −1.0000
    """

    header = ("step", "node", "formula", "numbers", "value")

    def __init__(self, graph: Graph) -> None:
        self.graph, self.steps = graph, ForwardRun(graph)

    def __repr__(self) -> str:
        return f"ForwardTrace({len(self)} steps on {self.graph!r})"

    def _row(self, step: Any) -> tuple[str, ...]:
        numbers = [numeral(x) for x in step.numbers]
        return (
            str(step.number),
            _name(step.node),
            expression(visible(step.op), [_name(x) for x in step.operands]),
            expression(visible(step.op), numbers),
            numeral(step.value),
        )

    def _frames(self, precision: int) -> Sequence[Frame]:
        from microbp.draw.frames import Frame

        graph = self._without_gradients()
        unknown = set(self.steps.nodes)
        frames = [
            Frame(graph, Marks(without_data=frozenset(unknown)), "The leaves are given")
        ]
        for i, step in zip(self.steps.nodes, self, strict=True):
            unknown.discard(i)
            _, name, formula, numbers, _ = self._row(step)
            frames.append(
                Frame(
                    graph,
                    Marks(
                        boxes={i: Mark(tone="strong")},
                        arrows={
                            (i, place): Mark(tone="strong")
                            for place in range(len(graph.parents[i]))
                        },
                        without_data=frozenset(unknown),
                    ),
                    f"{step.number}. {name} = {formula} = {shorten(numbers, 60)} = "
                    f"{numeral(step.value, precision)}",
                )
            )
        frames.append(Frame(graph, Marks(), "Done: every value is computed"))
        return frames

    def _widest(self) -> Frame:
        from microbp.draw.frames import Frame

        return Frame(self._without_gradients(), Marks(), "")

    def _without_gradients(self) -> Graph:
        return self.graph.with_column("grad", [0.0] * len(self.graph))


LEFT = ("node", "operand", "formula", "numbers")


def _name(name: str) -> str:
    return shorten(visible(name))


def _style(cell: str) -> str:
    """Blue for what is above zero, orange for what is below, as in pictures."""
    return {"+": "bold blue", "−": "bold dark_orange"}.get(cell[:1], "")
