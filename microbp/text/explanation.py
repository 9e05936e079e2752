"""An explanation in words: plain text, Markdown and LaTeX from one description.

What is said is decided once, in `_said`; a `Writing` (`writing.py`) decides how names,
numbers and derivatives look.

Map: `as_text`, `as_markdown`, `as_latex`; `_in_full` says every path, `_factored` what
backpropagation computes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from microbp.text.dialects import write
from microbp.text.symbols import decide, derivatives_of, symbol
from microbp.text.writing import TEX, TEXT, Writing, signed_factor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from microbp.graph import Graph
    from microbp.graph.paths import Hop
    from microbp.text.explain import Explanation

WIDEST = 120  # characters of a path on one line; longer ones are stacked
MOST_LINES = 16  # of definitions, and of the factored form
ORDINALS = ("1st", "2nd", "3rd")


class Block(NamedTuple):
    """Aligned lines of formulas.

    Attributes:
        rows: For each line its cells: each but the first two follows an equals sign.
        numbered: Are the lines counted?
    """

    rows: list[list[str]]
    numbered: bool = False


def as_text(e: Explanation) -> str:
    """The explanation for a terminal."""
    lines: list[str] = []
    for part in _said(e, TEXT):
        if isinstance(part, str):
            lines += ["", *_wrapped(part)] if lines else [part]
        else:
            gap = not lines[-1].endswith(":")
            lines += [""] * gap + _aligned(part)
    return "\n".join(lines)


def as_markdown(e: Explanation) -> str:
    """The explanation for a notebook, formulas between dollar signs."""
    parts = []
    for part in _said(e, TEX):
        if isinstance(part, str):
            parts.append(part)
        else:
            body = _tex_rows(part)
            parts.append(
                "$$\n\\begin{aligned}\n" + body + "\n\\end{aligned}\n$$"  # MathJax
            )
    return "\n\n".join(parts) + "\n"


def as_latex(e: Explanation) -> str:
    """The explanation for a LaTeX document."""
    parts = []
    for part in _said(e, TEX):
        if isinstance(part, str):
            parts.append(part)
        else:
            parts.append("\\begin{align*}\n" + _tex_rows(part) + "\n\\end{align*}")
    return "\n\n".join(parts) + "\n"


def _aligned(block: Block) -> list[str]:
    if not block.numbered:
        return ["  " + " = ".join(row) for row in block.rows]
    rows = [list(row) for row in block.rows]
    for column in range(max(map(len, rows)) - 1):  # columns under each other
        width = max(len(row[column]) for row in rows)
        for row in rows:
            row[column] = row[column].ljust(width)
    lines = [f"{row[0]}  " + "  =  ".join(row[1:]) for row in rows]
    if max(map(len, lines)) <= WIDEST:
        return [f"  {k}. {line.rstrip()}" for k, line in enumerate(lines, 1)]
    stacked = []
    for k, row in enumerate(rows, 1):
        stacked += [f"  {k}. {row[0].rstrip()}", f"       {row[1].rstrip()}"]
        stacked += [f"     = {cell.rstrip()}" for cell in row[2:]]
    return stacked


def _tex_rows(block: Block) -> str:
    lines = []
    for row in block.rows:
        if block.numbered:  # one below the other, as they are long
            lines.append(f"{row[0]} :\\quad & {row[1]}")
            lines += [f"={{}} & {cell}" for cell in row[2:]]
        else:
            lines.append(f"{row[0]} &= " + " = ".join(row[1:]))
    return " \\\\\n".join(lines)


def _wrapped(text: str) -> list[str]:
    from textwrap import wrap

    return wrap(text, 79, break_long_words=False, break_on_hyphens=False)


def _said(e: Explanation, w: Writing) -> Iterator[str | Block]:
    """The parts of an explanation: sentences and blocks of formulas."""
    graph, paths, words = e.graph, e.paths, _Words(e, w)
    at = w.number(graph.data[paths.start], e.precision)
    yield f"{words.result}, at {words.math(f'{words.start} = {at}')}"
    start, end = words.math(words.start), words.math(words.end)
    if paths.start == paths.end:
        yield f"{start} is the result itself, and changes with itself one to one."
        return
    yield Block(list(_definitions(e, w)))
    plural = "paths lead" if paths.count != 1 else "path leads"
    lead = f"{_count(paths.count, w)} {plural} from {start} to {end}."
    yield from (_factored if e.is_factored else _in_full)(e, w, words, lead)


class _Words:
    """The names and numbers that an explanation is about, as they are written."""

    def __init__(self, e: Explanation, w: Writing) -> None:
        names, paths = e.graph.names, e.paths
        self.start, self.end = w.name(names[paths.start]), w.name(names[paths.end])
        self.math = str if w is TEXT else "${}$".format
        self.whole = w.partial(self.end, self.start)
        self.number = w.number(e.gradient, e.precision)
        self.result = self.math(f"{self.whole} = {self.number}")
        self.beside_grad = _beside_grad(e, self.math(self.start))


def _factored(
    e: Explanation, w: Writing, words: _Words, lead: str
) -> Iterator[str | Block]:
    """Too many paths: what backpropagation computes, node by node."""
    paths = e.paths
    many, few = _count(paths.multiplications, w), _count(paths.factored, w)
    yield (
        f"{lead} To multiply each of them out would take {many} multiplications. "
        f"Backpropagation takes {few}, {_count(e.saved, w)} fewer: all paths that "
        "arrive at a node share what follows, so it is computed once and used for "
        "all (what is left out here is marked by dots):"
    )
    yield Block(list(_node_by_node(e, w)))
    yield words.result + words.beside_grad


def _in_full(
    e: Explanation, w: Writing, words: _Words, lead: str
) -> Iterator[str | Block]:
    """Each path with its product, and their sum."""
    paths = e.paths
    yield f"{lead} Along a path, local derivatives multiply:"
    yield Block([_path(e, w, hops) for hops in paths], numbered=True)
    products = [_product(hops) for hops in paths]
    if len(products) == 1:
        yield words.result + words.beside_grad
        return
    start, end = words.math(words.start), words.math(words.end)
    hops = [hop for each in paths.hops.values() for hop in each]
    uses = sum(hop.operand == paths.start for hop in hops)
    why = f"{start} is used in {uses} places." if uses > 1 else "The paths part later."
    yield (
        f"{why} A change of {start} moves all of them at once, and to first order what "
        f"they do to {end} adds up:"
    )
    first, *others = products
    terms = [w.number(first, e.precision)]
    terms += [signed_factor(w, x, e.precision) for x in others]
    summed = " + ".join(terms)
    if w is TEXT:
        yield Block([[words.whole, summed, words.number + words.beside_grad]])
    else:
        yield Block([[words.whole, summed, words.number]])
        yield words.math(words.whole) + words.beside_grad


def _definitions(e: Explanation, w: Writing) -> Iterator[list[str]]:
    """The nodes on the paths, as formulas with their numbers."""
    graph = e.graph
    inner = [i for i in e.paths.nodes if i != e.paths.start]
    for i in _some(inner):
        if i is None:
            yield [w.dots, w.dots]
            continue
        operands = [_operand(graph, p, w) for p in graph.parents[i]]
        written = w.expression(graph.op[i], operands)
        number = w.number(graph.data[i], e.precision)
        yield [w.name(graph.names[i]), written, number]


def _operand(graph: Graph, i: int, w: Writing) -> str:
    if graph.kind[i] == "constant" and not graph.label[i]:
        number = w.dialect.number(graph.data[i])
        return w.negative.format(number) if graph.data[i] < 0 else number
    return w.name(graph.names[i])


def _some(nodes: list[int]) -> list[int | None]:
    """All of them, or the first and the last with None for what is left out."""
    if len(nodes) <= MOST_LINES:
        return list(nodes)
    half = MOST_LINES // 2
    return [*nodes[:half], None, *nodes[-half:]]


def _path(e: Explanation, w: Writing, hops: tuple[Hop, ...]) -> list[str]:
    graph, names = e.graph, e.graph.names
    way = w.name(names[e.paths.start])
    for hop in reversed(hops):
        place = ""
        if graph.parents[hop.user].count(hop.operand) > 1:
            place = _ordinal(hop.place + 1)
        way += w.arrow(place) + w.name(names[hop.user])
    partials = [
        w.partial(w.name(names[hop.user]), w.name(names[hop.operand])) for hop in hops
    ]
    symbols = [_local(graph, hop, w) for hop in hops]
    numbers = [w.number(hop.local, e.precision) for hop in hops]
    numbers = [
        w.negative.format(number) if k and hops[k].local < 0 else number
        for k, number in enumerate(numbers)
    ]
    row = [way, w.dot.join(partials), w.dot.join(symbols), w.times.join(numbers)]
    if len(hops) > 1:
        row.append(w.number(_product(hops), e.precision))
    elif row[2] == row[3]:
        row.pop()
    return row


def _local(graph: Graph, hop: Hop, w: Writing) -> str:
    """The local derivative of a hop in symbols, by the row of the operation."""
    row = graph.operation[hop.user]
    names = graph.names
    if row is None:  # built by hand: nobody knows its formula
        return w.partial(w.name(names[hop.user]), w.name(names[hop.operand]))
    parents = graph.parents[hop.user]
    # Symbols are called by the numbers of nodes, as two nodes may have one label.
    numbers = {str(i): graph.data[i] for i in (*parents, hop.user)}
    operands = [
        graph.data[p]
        if graph.kind[p] == "constant" and not graph.label[p]
        else symbol(str(p))
        for p in parents
    ]
    try:
        formulas = derivatives_of(row, symbol(str(hop.user)), operands)
        formula = decide(formulas[hop.place], numbers)
    except (ArithmeticError, ValueError):  # a constant outside the domain
        return w.number(hop.local, 4)
    dialect = w.dialect._replace(name=lambda i: w.name(names[int(i)]))
    text = write(formula, dialect)
    loose = any(f" {sign} " in text for sign in "+−-")
    return w.negative.format(text) if loose or text[0] in "−-" else text


def _node_by_node(e: Explanation, w: Writing) -> Iterator[list[str]]:
    """The gradient of each node on a path, from the gradients of its users."""
    paths, names = e.paths, e.graph.names
    end = w.name(names[paths.end])
    users: dict[int, list[Hop]] = {}
    for node in reversed(paths.nodes):
        for hop in paths.hops.get(node, ()):
            users.setdefault(hop.operand, []).append(hop)
    for i in _some(paths.nodes[::-1]):
        if i is None:
            yield [w.dots, w.dots]
            continue
        whole = w.partial(end, w.name(names[i]))
        if i == paths.end:
            yield [whole, w.number(1.0, 0)]
            continue
        shown = users[i][:4]
        more = [w.dots] * (len(users[i]) > len(shown))
        in_symbols = [
            w.partial(end, w.name(names[hop.user]))
            + w.dot
            + w.partial(w.name(names[hop.user]), w.name(names[i]))
            for hop in shown
        ]
        in_numbers = [
            signed_factor(w, paths.upstream[hop.user], e.precision)
            + w.times
            + signed_factor(w, hop.local, e.precision)
            for hop in shown
        ]
        yield [
            whole,
            " + ".join(in_symbols + more),
            " + ".join(in_numbers + more),
            w.number(paths.upstream[i], e.precision),
        ]


def _product(hops: Sequence[Hop]) -> float:
    product = 1.0
    for hop in hops:
        product *= hop.local
    return product


def _count(n: int | float, w: Writing) -> str:
    if n < 10**15:
        return f"{n:,}"
    digits, _, power = f"{float(n):.1e}".partition("e+")
    if n == float("inf"):
        digits, power = "1", "308"
    about = "more than" if n == float("inf") else "about"
    if w is TEXT:
        return f"{about} {digits}·10^{power}"
    return rf"{about} ${digits} \cdot 10^{{{power}}}$"


def _ordinal(n: int) -> str:
    return ORDINALS[n - 1] if n <= 3 else f"{n}th"


def _beside_grad(e: Explanation, name: str) -> str:
    """How the gradient compares with what the Value holds."""
    graph, start = e.graph, e.paths.start
    held = graph.grad[start]
    if held == e.gradient or (held != held and e.gradient != e.gradient):
        return f", which is {name}.grad"
    if graph.grad[e.paths.end] == 0.0 and held == 0.0:
        return f"; {name}.grad is 0.0, as backward() has not been called"
    return (
        f"; {name}.grad is {held!r}, as it holds something else as well: leaves add up "
        "what every backward() brings, until they are set to 0.0"
    )
