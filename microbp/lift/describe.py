"""A program as text: a line for each block, with its module, its formula and its size.

Map: `describe` makes the lines; `modules` finds which module a block belongs to.
"""

from __future__ import annotations

from posixpath import commonpath
from typing import TYPE_CHECKING

from microbp.lift.blocks import CONSTANTS, INPUTS, PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from microbp.graph import Graph
    from microbp.lift.blocks import Block, Blocks, Run
    from microbp.lift.layout import Layout

NAMES = {PARAMETERS: "weights", CONSTANTS: "constants", INPUTS: "inputs"}


def modules(blocks: Blocks, graph: Graph, place: Sequence[int]) -> list[str]:
    """For each block the module that computes all of it, `""` if there is none.

    Args:
        blocks: The blocks.
        graph: The graph they were found in.
        place: For each node of the tape, the node of the graph it belongs to.
    """
    names = []
    for block in blocks.blocks:
        scopes = [graph.scope[place[u]] for u in (block.units[0], block.units[-1])]
        names.append(commonpath([scope.path if scope else "" for scope in scopes]))
    return names


def describe(blocks: Blocks, layout: Layout, modules: list[str]) -> list[str]:
    """A line for each block.

    Example:
        >>> from microbp import MLP, lift, placeholder
        >>> x = [placeholder("x1"), placeholder("x2")]
        >>> model = MLP(2, [4, 1], activation="tanh", rng=0)
        >>> print(lift(model(x), inputs=x))
        Program(2 inputs, 17 parameters, 40 nodes in 3 blocks, float64)
        1  mlp/layer 1           4 x batch  [weights]·[inputs 1]  4 x 3 by 3 x batch
        2  mlp/layer 1           4 x batch  tanh(block 1)
        3  mlp/layer 2/neuron 1  1 x batch  [weights]·[block 2 1]  1 x 5 by 5 x batch
    """
    width = max(map(len, modules), default=0)
    digits = len(str(len(modules)))
    return [
        f"{place:{digits}}  {module:{width}}  "
        f"{len(block)} x {'batch' if block.varies else 1}  {_formula(block, layout)}"
        for place, (block, module) in enumerate(
            zip(blocks.blocks, modules, strict=True), 1
        )
    ]


def _formula(block: Block, layout: Layout) -> str:
    if block.rule is not None:
        slots = [
            f"{slot:g}" if isinstance(slot, float) else _name(slot.home)
            for slot in block.slots
        ]
        return f"{block.rule.name}({', '.join(slots)})"
    terms = [_term(run, layout) for run in block.runs]
    return " + ".join(terms).replace("+ -", "- ")


def _term(run: Run, layout: Layout) -> str:
    names = [_name(table.home) for table in run.factors]
    number = run.coefficient if isinstance(run.coefficient, float) else None
    sign = {1.0: "", -1.0: "-", None: "c·"}.get(
        number, f"{number:g}·" if number else ""
    )
    if run.is_product:
        (n, k), t = run.factors[0].rows.shape, run.factors[1].rows.shape[1]
        columns = "batch" if layout.varies(run.factors[1].home) else ""
        columns = "*".join([str(t)] * (t > 1) + [columns] * bool(columns)) or "1"
        one = " 1" if (run.factors[1].rows[-1] == -1).any() else ""
        size = f"{n} x {k} by {k} x {columns}"
        return f"{sign}[{names[0]}]·[{names[1]}{one}]  {size}"
    k = run.factors[0].rows.shape[1]
    product = "·".join(names)
    return f"{sign}{product}" if k == 1 else f"{sign}sum of {k} ({product})"


def _name(home: int) -> str:
    return NAMES.get(home, f"block {home - 2}")
