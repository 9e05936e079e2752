"""`mistake`: backpropagation done wrong, beside how it is done right.

Map: `mistake` makes a `Mistake`, `mistakes` all of them; which there are, `FAULTS` in
`graph/faults.py` says.
"""

from __future__ import annotations

from itertools import zip_longest
from textwrap import indent, wrap
from typing import TYPE_CHECKING

from microbp.draw.dot import Writer
from microbp.draw.marks import Mark, Marks
from microbp.draw.options import Options
from microbp.errors import ChoiceError
from microbp.graph import Graph, fold
from microbp.graph.faults import FAULTS, Fault, first_wrong, runs
from microbp.text.numerals import numeral
from microbp.text.quoting import markup, shorten, visible

if TYPE_CHECKING:
    from typing import Any

    from microbp.draw.picture import Picture
    from microbp.graph.runs import Run

MOST_STEPS = 20  # side by side; the gradients below show all the same


def mistake(name: str, v: Any = None) -> Mistake:
    """A wrong way to do backpropagation, run beside the right one.

    Args:
        name: `"overwrite"` (`=` instead of `+=`), `"recursion"` (no topological
            order), `"no_zero_grad"` (forgotten between two steps), or
            `"interior_kept"` (inner gradients kept between two calls).
        v: The result to run it on, a Value or a `Graph`; by default the smallest graph
            that shows it.

    Returns:
        A `Mistake`, which prints both runs; `.draw()` is a picture of both.

    Raises:
        ChoiceError: There is no such mistake.

    Example:
        >>> from microbp import mistake
        >>> print(mistake("recursion"))
        recursion without a topological order
        <BLANKLINE>
            def backward(node):
                for operand, local in node.operands:
                    operand.grad += node.grad * local
                    backward(operand)
        <BLANKLINE>
        wrong                         right
        c → b   1 × 1 = 1,   b: 1     c → b   1 × 1 = 1,   b: 1
        b → a   1 × −1 = −1, a: −1    c → b   1 × 1 = 1,   b: 2
        c → b   1 × 1 = 1,   b: 2     b → a   2 × −1 = −2, a: −2
        b → a   2 × −1 = −2, a: −3
        <BLANKLINE>
        gradient  wrong  right
        c             1      1
        b             2      2
        a            −3     −2  ✗ first wrong
        <BLANKLINE>
        a is the first to go wrong, with −3 where −2 is right: a node above it is used
        in more than one place and passed its gradient on each time a part came in, so
        that the first part was passed on again together with the second. Instead, let
        a node pass its gradient on once, when all parts are in: that is what the
        topological order is for.
    """
    if not isinstance(name, str) or name not in FAULTS:
        raise ChoiceError("mistake", name, FAULTS)
    fault = FAULTS[name]
    thing = fault.smallest() if v is None else v
    return Mistake(fault, thing if isinstance(thing, Graph) else Graph(thing))


def mistakes() -> list[Mistake]:
    """All mistakes, each on the smallest graph that shows it.

    Example:
        >>> from microbp import mistakes
        >>> for one in mistakes():
        ...     print(f"{one.fault.name}: {one.first} is wrong")
        overwrite: a is wrong
        recursion: a is wrong
        no_zero_grad: a is wrong
        interior_kept: b is wrong
    """
    return [mistake(name) for name in FAULTS]


class Mistake:
    """A wrong run beside the right one.

    Attributes:
        fault: What is done wrong, a `Fault`.
        graph: What both run on.
        wrong, right: The runs: sequences of steps, with `.gradients` at the end.
        first: The name of the first node, from the root, that ends with a wrong
            gradient; `""` if none does.
        why: What happened, in words.
    """

    def __init__(self, fault: Fault, graph: Graph) -> None:
        self.fault, self.graph = fault, graph
        self.wrong, self.right = runs(fault, graph)
        self._first = first_wrong(graph, self.wrong, self.right)
        self.first = "" if self._first is None else graph.names[self._first]

    @property
    def why(self) -> str:  # noqa: D102 (in the class docstring)
        if self._first is None:
            return (
                f"Here {self.fault.title} does no harm: no gradient differs. It would "
                "in a graph where "
                + {
                    "overwrite": "a value is used more than once.",
                    "recursion": "a result is used more than once.",
                    "interior_kept": "there is something between result and leaves.",
                }.get(self.fault.name, "the first gradients are not 0.")
            )
        wrong = numeral_short(self.wrong.gradients[self._first])
        right = numeral_short(self.right.gradients[self._first])
        return (
            f"{_name(self.first)} is the first to go wrong, with {wrong} where {right} "
            f"is right: {self.fault.why}. Instead, {self.fault.instead}."
        )

    def __repr__(self) -> str:
        return f"Mistake({self.fault.name!r}, first wrong: {self.first!r})"

    def __str__(self) -> str:
        parts = [
            self.fault.title,
            indent(self.fault.code, "    "),
            "\n".join(self._side_by_side()),
            "\n".join(self._gradients()),
            "\n".join(wrap(self.why, 79)),
        ]
        return "\n\n".join(parts)

    def _side_by_side(self) -> list[str]:
        left, right = _lines(self.wrong), _lines(self.right)
        width = max(map(len, [*left, "wrong"])) + 4
        rows = zip_longest(["wrong", *left], ["right", *right], fillvalue="")
        return [f"{a:<{width}}{b}".rstrip() for a, b in rows]

    def _gradients(self) -> list[str]:
        rows = [("gradient", "wrong", "right", "")]
        for i in range(len(self.graph) - 1, -1, -1):
            if self.graph.kind[i] == "constant" and not self.graph.label[i]:
                continue
            wrong, right = self.wrong.gradients[i], self.right.gradients[i]
            note = "✗ first wrong" if i == self._first else "✗" * (wrong != right)
            numbers = numeral_short(wrong), numeral_short(right)
            rows.append((_name(self.graph.names[i]), *numbers, note))
        a, b, c, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
        return [
            f"{name:<{a}}  {wrong:>{b}}  {right:>{c}}  {note}".rstrip()
            for name, wrong, right, note in rows
        ]

    def draw(self, *, format: str = "svg", **options: Any) -> Picture:
        """Both runs as one picture, what is wrong marked.

        Args:
            format: What it is rendered to.
            options: Those of `draw`, such as `theme` and `rankdir`.

        Raises:
            ChoiceError: An option is a name that is not on its list.
        """
        from microbp.draw.picture import Picture

        settings = Options(**{"legend": False, "title": self.fault.title, **options})
        lines: list[str] = []
        for side, run in (("wrong", self.wrong), ("right", self.right)):
            graph = self.graph.with_column("grad", run.gradients)
            marks = self._marks() if side == "wrong" else Marks()
            writer = Writer(fold(graph), settings, marks, prefix=f"{side}_")
            if not lines:
                lines += [*writer.settings(), f"label={self._caption(writer)}"]
            theme = writer.theme
            sign, tone = {"wrong": ("✗", "fault"), "right": ("✓", "good")}[side]
            head = f'<font color="{theme.tone(tone)}"><b>{sign} {side}</b></font>'
            lines += [
                f"subgraph cluster_{side} {{",
                f"\tgraph [label=<{head}> labeljust=l style=rounded margin=10 "
                f'labelloc=t color="{theme.frame.line}" bgcolor="{theme.frame.fill}"]',
                *[f"\t{line}" for line in writer.content()],
                "}",
            ]
        rankdir = {"rankdir": settings.rankdir}
        body = [f"\t{line}\n" for line in lines]
        return Picture(format=format, graph_attr=rankdir, body=body)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        from microbp.errors import DotNotFoundError

        try:
            svg = self.draw().pipe(encoding="utf-8")
        except DotNotFoundError:
            return {"text/plain": str(self)}
        return {"text/plain": str(self), "image/svg+xml": svg}

    def _marks(self) -> Marks:
        boxes = {}
        for i, (a, b) in enumerate(
            zip(self.wrong.gradients, self.right.gradients, strict=True)
        ):
            if a != b:
                which = "first wrong, " if i == self._first else "wrong, "
                boxes[i] = Mark(f"✗ {which}right is {numeral_short(b)}", "fault")
        return Marks(boxes=boxes)

    def _caption(self, writer: Writer) -> str:
        theme = writer.theme
        rows = [
            f'<tr><td align="left"><font point-size="14" color="{theme.ink}"><b>'
            f"{markup(self.fault.title)}</b></font></td></tr>"
        ]
        for each in wrap(self.why, 88):
            rows.append(
                f'<tr><td align="left"><font point-size="11" color="{theme.ink}">'
                f"{markup(each)}</font></td></tr>"
            )
        body = "".join(rows)
        return f'<<table border="0" cellspacing="0" cellpadding="2">{body}</table>>'


def _lines(run: Run) -> list[str]:
    """The steps of a run, one line each, in columns."""
    rows = []
    for step in run[:MOST_STEPS]:
        factors = numeral_short(step.upstream), numeral_short(step.local)
        product = f"{' × '.join(factors)} = {numeral_short(step.contribution)},"
        operand = _name(step.operand)
        now = f"{operand}: {numeral_short(step.running)}"
        rows.append((f"{_name(step.node)} → {operand}", product, now))
    if not rows:
        return []
    a, b, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    lines = [f"{way:<{a}}   {product:<{b}} {now}" for way, product, now in rows]
    return lines + [f"… {len(run) - MOST_STEPS} more"] * (len(run) > MOST_STEPS)


def numeral_short(x: float) -> str:
    """A number with as few digits as it needs, up to four after the point."""
    written = numeral(x)
    return written.rstrip("0").rstrip(".") if "e" not in written else written


def _name(name: str) -> str:
    return shorten(visible(name))
