"""An explanation in words: plain text, Markdown and LaTeX from one description.

What is said is decided once, in `_said`; a `Writing` decides how names, numbers and
derivatives look.

Map: `as_text`, `as_markdown`, `as_latex`; `Writing` and its two kinds `TEXT` and `TEX`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from microbp.text.dialects import LATEX, PLAIN, write
from microbp.text.notation import expression, tex_expression
from microbp.text.numerals import numeral
from microbp.text.quoting import shorten, tex_name, visible
from microbp.text.symbols import decide, derivatives_of, symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from microbp.graph import Graph
    from microbp.graph.paths import Hop
    from microbp.text.dialects import Dialect
    from microbp.text.explain import Explanation

WIDEST = 120  # characters of a path on one line; longer ones are stacked
MOST_LINES = 16  # of definitions, and of the factored form
ORDINALS = ("1st", "2nd", "3rd")


class Writing(NamedTuple):
    """How formulas are written.

    Attributes:
        name: A name of a node.
        number: A number with so many digits.
        partial: A derivative, of the names of what and by what.
        expression: An operation with its operands.
        dialect: How a formula in symbols is written.
        dot: Between factors in symbols.
        times: Between factors in numbers.
        arrow: Between the nodes of a path; with a place if that matters.
        negative: Parentheses around a negative factor or term.
        dots: Stands for what is left out.
    """

    name: Callable[[str], str]
    number: Callable[[float, int], str]
    partial: Callable[[str, str], str]
    expression: Callable[[str, Sequence[str]], str]
    dialect: Dialect
    dot: str
    times: str
    arrow: Callable[[str], str]
    negative: str
    dots: str


def _plain_name(name: str) -> str:
    return shorten(visible(name), 40)


def _tex_number(x: float, precision: int) -> str:
    text = numeral(x, precision).replace("−", "-").replace("∞", r"\infty")
    digits, e, power = text.partition("e")
    if text == "nan":
        return r"\text{nan}"
    return rf"{digits} \cdot 10^{{{int(power)}}}" if e else text


TEXT = Writing(
    _plain_name,
    numeral,
    lambda of, by: f"∂{of}/∂{by}",
    expression,
    PLAIN,
    " · ",
    " × ",
    lambda place: f" →({place}) " if place else " → ",
    "({})",
    "…",
)
TEX = Writing(
    tex_name,
    _tex_number,
    lambda of, by: rf"\frac{{\partial {of}}}{{\partial {by}}}",
    tex_expression,
    LATEX,
    r" \cdot ",
    r" \times ",
    lambda place: rf" \xrightarrow{{\text{{{place}}}}} " if place else r" \rightarrow ",
    r"\left({}\right)",
    r"\dots",
)


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
    graph, paths = e.graph, e.paths
    start, end = w.name(graph.names[paths.start]), w.name(graph.names[paths.end])
    math = (lambda text: text) if w is TEXT else (lambda text: f"${text}$")
    whole = w.partial(end, start)
    result = w.number(e.gradient, e.precision)
    at = w.number(graph.data[paths.start], e.precision)
    yield f"{math(f'{whole} = {result}')}, at {math(f'{start} = {at}')}"
    if paths.start == paths.end:
        yield f"{math(start)} is the result itself, and changes with itself one to one."
        return
    yield Block(list(_definitions(e, w)))
    count = _count(paths.count, w)
    plural = "paths lead" if paths.count != 1 else "path leads"
    lead = f"{count} {plural} from {math(start)} to {math(end)}."
    if e.is_factored:
        many, few = _count(paths.multiplications, w), _count(paths.factored, w)
        yield (
            f"{lead} To multiply each of them out would take {many} multiplications. "
            f"Backpropagation takes {few}, {_count(e.saved, w)} fewer: all paths that "
            "arrive at a node share what follows, so it is computed once and used for "
            "all (what is left out here is marked by dots):"
        )
        yield Block(list(_factored(e, w)))
        yield f"{math(f'{whole} = {result}')}{_beside_grad(e, math(start))}"
        return
    yield f"{lead} Along a path, local derivatives multiply:"
    products = [_product(hops) for hops in paths]
    yield Block([_path(e, w, hops) for hops in paths], numbered=True)
    uses = sum(
        hop.operand == paths.start for hops in paths.hops.values() for hop in hops
    )
    if len(products) == 1:
        yield f"{math(f'{whole} = {result}')}{_beside_grad(e, math(start))}"
        return
    if uses > 1:
        why = f"{math(start)} is used in {uses} places. A change of {math(start)}"
    else:
        why = f"The paths part on the way. A change of {math(start)}"
    yield (
        f"{why} moves all of them at once, and to first order what they do to "
        f"{math(end)} adds up:"
    )
    terms = [w.number(x, e.precision) for x in products]
    summed = " + ".join(
        w.negative.format(term) if k and x < 0 else term
        for k, (x, term) in enumerate(zip(products, terms, strict=True))
    )
    if w is TEXT:
        yield Block([[f"{whole}", summed, f"{result}{_beside_grad(e, math(start))}"]])
    else:
        yield Block([[whole, summed, result]])
        yield f"{math(whole)}{_beside_grad(e, math(start))}"


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


def _factored(e: Explanation, w: Writing) -> Iterator[list[str]]:
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


def signed_factor(w: Writing, x: float, precision: int) -> str:
    """A number as a factor: in parentheses if it is negative."""
    number = w.number(x, precision)
    return w.negative.format(number) if x < 0 else number


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
