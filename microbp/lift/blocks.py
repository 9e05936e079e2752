"""The third pass: units that do the same become blocks, with rows of their own.

Units of one level (no path leads from one to another) that have the same form are one
*block*: one array, a row for each unit. In a block of weighted sums, terms of the same
kind are one *run*, whose factors are tables of rows, (units, terms). A table of weights
that depends on the neuron alone, beside a table of inputs that depends on the sample
alone, is a matrix product; `_grids` finds those, and with them the batch in a loss that
was written as a loop over samples.

Rows live in homes: parameters, constants, inputs, and each block is the home of its
own. Where a home lies in memory is decided last, in `layout.py`.

Map: `Blocks` is the result; `Block`, `Run` and `Table` are its parts.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from microbp.lift.tape import LARGEST

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from microbp.lift.tape import Rule, Tape
    from microbp.lift.terms import Terms

    Ints = NDArray[np.int_]

PARAMETERS, CONSTANTS, INPUTS = 0, 1, 2  # homes; blocks are 3, 4, ...
ONE = -1  # the row of a 1 that stands after the last row of a home
FEW = 4  # up to so many matrix products are done one by one


class Table(NamedTuple):
    """Rows of a home: one for each unit `(n,)`, or for each unit and term `(n, k)`."""

    home: int
    rows: Ints


class Run(NamedTuple):
    """Terms of the same kind.

    Attributes:
        factors: One table or two; of a matrix product the matrix `(n, k)` and the
            columns `(k, t)`, for n * t units.
        coefficient: A number, or `(units, k)`.
        is_product: Is it a matrix product?
    """

    factors: tuple[Table, ...]
    coefficient: Any
    is_product: bool = False

    @property
    def work(self) -> int:
        """Multiplications of a matrix product, a sample."""
        if not self.is_product:
            return 0
        return int(self.factors[0].rows.size * self.factors[1].rows.shape[1])


class Block:
    """Units that are computed together.

    Attributes:
        units: Their nodes, in the order of the rows.
        rule: What an elementwise block does; None for weighted sums.
        slots: The operands of an elementwise block: tables, or floats.
        runs: The terms of weighted sums.
        varies: Does it depend on the inputs, so that each row has a number for each
            sample?
        learns: Does it depend on parameters, so that it needs gradients?
        ones: How many rows of ones stand behind it, for biases.
        level: Its level.
    """

    def __init__(self, units: Any, varies: bool, learns: bool, level: int) -> None:
        self.units = units
        self.varies, self.learns, self.level = varies, learns, level
        self.rule: Rule | None = None
        self.slots: list[Table | float] = []
        self.runs: list[Run] = []
        self.ones = 0

    def __len__(self) -> int:
        return len(self.units)


class Blocks:
    """All blocks of a graph, in order, and where each node has its row.

    Args:
        tape: The graph.
        terms: Its units.
        kinds: For each node that is no unit: `PARAMETERS`, `CONSTANTS`, `INPUTS`.
        row: For each of those its row; inputs and parameters in the user's order.

    Attributes:
        blocks: The blocks, each after those it reads.
        home, row: For each node.
        biased: Inputs after which a column of ones is wanted.
    """

    def __init__(self, tape: Tape, terms: Terms, kinds: Ints, row: Ints) -> None:
        self.tape, self.terms = tape, terms
        self.home, self.row = kinds, row
        self.blocks: list[Block] = []
        self.biased: set[int] = set()
        n = len(tape.rules)
        self.varies = np.append(kinds == INPUTS, False)
        self.learns = np.append(kinds == PARAMETERS, False)
        self.level = np.zeros(n + 1, int)
        by_level: dict[int, list[int]] = defaultdict(list)
        for u in terms.units.tolist():
            by_level[self._rise(u)].append(u)
        for level in sorted(by_level):
            units = np.array(by_level[level])
            sums = terms.is_sum[units]
            self._elementwise(units[~sums], level)
            self._sums(units[sums], level)
        del self.tape, self.terms  # larger than all that is kept

    def block(self, home: int) -> Block | None:
        """The block of a home, None for parameters, constants and inputs."""
        return self.blocks[home - 3] if home >= 3 else None

    def _operands(self, u: int) -> Ints:
        terms, tape = self.terms, self.tape
        if terms.is_sum[u]:
            part = slice(terms.start[u], terms.start[u + 1])
            return np.concatenate((terms.first[part], terms.second[part]))
        operands: Ints = tape.operand[tape.start[u] : tape.start[u + 1]]
        return operands

    def _rise(self, u: int) -> int:
        """Set what a unit takes from its operands; -1 stands for no operand."""
        operands = self._operands(u)
        level = 1 + int(self.level[operands].max(initial=0))
        self.level[u] = level
        self.varies[u] = self.varies[operands].any()
        # Nothing is carried back through a shift, on which no result depends.
        shift = self.tape.rules[u] is LARGEST
        self.learns[u] = not shift and self.learns[operands].any()
        return level

    def _add(self, units: Any, level: int) -> Block:
        u = units[0]
        block = Block(units, bool(self.varies[u]), bool(self.learns[u]), level)
        self.blocks.append(block)
        self.home[units] = len(self.blocks) + 2
        self.row[units] = np.arange(len(units))
        return block

    # ---- elementwise

    def _elementwise(self, units: Ints, level: int) -> None:
        groups: dict[Any, list[int]] = defaultdict(list)
        for u in units.tolist():
            operands = self._operands(u)
            homes = self.home[operands]
            slots = [
                float(self.tape.data[x]) if home == CONSTANTS else int(home)
                for x, home in zip(operands.tolist(), homes.tolist(), strict=True)
            ]
            if self.tape.rules[u] is LARGEST or (homes == CONSTANTS).all():
                slots = homes.tolist()
            key = (id(self.tape.rules[u]), *map(repr, slots))
            groups[key].append(u)
        for group in groups.values():
            self._make_elementwise(np.array(group), level)

    def _make_elementwise(self, units: Ints, level: int) -> None:
        rule = self.tape.rules[units[0]]
        operands = np.stack([self._operands(u) for u in units.tolist()], 1)
        homes = self.home[operands[:, 0]]
        rows = self.row[operands]
        free = [i for i, home in enumerate(homes) if home != CONSTANTS]
        free = free or list(range(len(homes)))
        order = np.lexsort([rows[i] for i in reversed(free)])
        block = self._add(units[order], level)
        block.rule = rule
        if rule is LARGEST:
            block.slots = self._tables(operands[:, order].T)
            return
        for i, home in enumerate(homes.tolist()):
            if i in free:
                block.slots.append(Table(home, rows[i, order]))
            else:
                block.slots.append(float(self.tape.data[operands[i, 0]]))

    def _tables(self, operands: Ints) -> list[Table | float]:
        """The operands of a reduction, `(n, k)`, as tables: a run of columns each."""
        homes = self.home[operands[0]]
        cuts = np.flatnonzero(np.diff(homes)) + 1
        return [
            Table(int(self.home[part[0, 0]]), self.row[part])
            for part in np.split(operands, cuts, axis=1)
        ]

    # ---- weighted sums

    def _sums(self, units: Ints, level: int) -> None:
        groups: dict[Any, list[tuple[int, list[Any]]]] = defaultdict(list)
        for u in units.tolist():
            runs = self._runs_of(u)
            key = tuple([(*r[0], len(r[1])) for r in runs])
            groups[(bool(self.varies[u]), key)].append((u, runs))
        for (_, key), members in groups.items():
            self._make_sums(key, members, level)

    def _runs_of(self, u: int) -> list[Any]:
        """Per kind of term: (home, home, sign) and arrays coefficient, row, row."""
        terms = self.terms
        part = slice(terms.start[u], terms.start[u + 1])
        c, a, b = terms.coefficient[part], terms.first[part], terms.second[part]
        home_a, home_b = self.home[a], np.where(b < 0, -1, self.home[b])
        row_a, row_b = self.row[a], np.where(b < 0, 0, self.row[b])
        # Parameters stand first, then what is the same for all samples.
        rank_a = home_a + 1000000 * self.varies[a] + 1000 * (home_a == CONSTANTS)
        rank_b = home_b + 1000000 * self.varies[b] + 1000 * (home_b == CONSTANTS)
        swap = (b >= 0) & ((rank_b < rank_a) | ((rank_a == rank_b) & (row_b < row_a)))
        home_a, home_b = np.where(swap, (home_b, home_a), (home_a, home_b))
        row_a, row_b = np.where(swap, (row_b, row_a), (row_a, row_b))
        sign = np.where(c == 1.0, 0, np.where(c == -1.0, 1, 2))
        order = np.lexsort((row_a, row_b, sign, home_b, home_a))
        columns = [x[order] for x in (home_a, home_b, sign, c, row_a, row_b)]
        kind = np.stack(columns[:3])
        cuts = np.flatnonzero((kind[:, 1:] != kind[:, :-1]).any(0)) + 1
        bounds = [0, *cuts.tolist(), len(order)]
        return [
            (tuple(kind[:, i].tolist()), *[x[i:j] for x in columns[3:]])
            for i, j in pairwise(bounds)
            if j > i
        ]

    def _make_sums(self, key: Any, members: list[Any], level: int) -> None:
        """Make blocks of units that have the same kinds of terms."""
        products = [
            place
            for place, (home_a, home_b, sign, k) in enumerate(key)
            if home_b >= 0 and sign < 2 and k > 1 and not self._home_varies(home_a)
        ]
        grids = _grids(members, products) if products else []
        if not grids or (len(grids) > FEW and len(grids) * 3 > len(members)):
            grids, products = [[members]], []
        for grid in grids:
            self._make_block(key, grid, products, level)

    def _home_varies(self, home: int) -> bool:
        block = self.block(home)
        return home == INPUTS if block is None else block.varies

    def _make_block(self, key: Any, grid: Any, products: Any, level: int) -> None:
        """A block of a grid: lists of units with the same weights, by sample."""
        units = [member for line in grid for member in line]
        if not products:
            units = sorted(units, key=_first_rows)
        block = self._add(np.array([u for u, runs in units]), level)
        for place, (home_a, home_b, sign, _) in enumerate(key):
            if place in products:
                w = np.stack([line[0][1][place][2] for line in grid])
                x = np.stack([runs[place][3] for u, runs in grid[0]], 1)
                product = (Table(home_a, w), Table(home_b, x))
                block.runs.append(Run(product, -1.0 if sign else 1.0, True))
                continue
            runs = [runs[place] for u, runs in units]
            a, b = np.stack([r[2] for r in runs]), np.stack([r[3] for r in runs])
            tables = (Table(home_a, a), Table(home_b, b))[: 1 + (home_b >= 0)]
            c = np.stack([r[1] for r in runs])
            same = (c == c[0, 0]).all()
            block.runs.append(Run(tables, float(c[0, 0]) if same else c))
        self._take_in_bias(block)

    def _take_in_bias(self, block: Block) -> None:
        """Make W·x + b one product, [W b]·[x 1], where the memory allows it."""
        lone = [
            r
            for r in block.runs
            if len(r.factors) == 1
            and r.factors[0].home == PARAMETERS
            and r.factors[0].rows.shape[1] == 1
            and np.ndim(r.coefficient) == 0
            and r.coefficient == 1.0
        ]
        for place, run in enumerate(block.runs):
            if not run.is_product or len(lone) != 1 or run.coefficient != 1.0:
                continue
            (w, x), bias = run.factors, lone[0].factors[0].rows
            (n, k), t = w.rows.shape, x.rows.shape[1]
            if w.home != PARAMETERS:
                continue
            b = bias.reshape(n, t)
            if (b != w.rows[:, -1:] + 1).any() or not self._make_room(x, k, t):
                continue
            wide = Table(w.home, np.concatenate((w.rows, b[:, :1]), 1))
            last = np.full((1, t), ONE)
            tall = Table(x.home, np.concatenate((x.rows, last)))
            block.runs[place] = Run((wide, tall), 1.0, True)
            block.runs.remove(lone[0])
            return

    def _make_room(self, x: Table, k: int, t: int) -> bool:
        """Can ones stand behind these rows?"""
        if x.home == CONSTANTS:
            return True
        if x.home == INPUTS:
            if t == 1 and (np.diff(x.rows[:, 0]) == 1).all():
                self.biased.add(int(x.rows[-1, 0]))
                return True
            return False
        block = self.block(x.home)
        if block is None or len(block) != k * t or block.ones not in (0, t):
            return False
        if (x.rows.ravel() != np.arange(k * t)).any():
            return False
        block.ones = t
        return True


def _first_rows(member: Any) -> list[Any]:
    """What the rows of a block are sorted by: where its operands are."""
    return [(b[0], a[0]) if kind[1] >= 0 else (a[0],) for kind, _, a, b in member[1]]


def _grids(members: list[Any], products: list[int]) -> list[list[list[Any]]]:
    """Units as grids, weights by columns; each unit is in exactly one.

    Two units have the same columns if they read the same rows of what varies, and the
    same weights if they read the same rows of what does not.
    """
    by_columns: dict[bytes, dict[bytes, Any]] = defaultdict(dict)
    twice: list[list[list[Any]]] = []
    for member in members:
        runs = member[1]
        column = b"".join([runs[p][3].tobytes() for p in products])
        weight = b"".join([runs[p][2].tobytes() for p in products])
        if weight in by_columns[column]:
            twice.append([[member]])  # the very same product once more
        else:
            by_columns[column][weight] = member
    alike: dict[frozenset[bytes], list[dict[bytes, Any]]] = defaultdict(list)
    for lines in by_columns.values():
        alike[frozenset(lines)].append(lines)
    grids = []
    for all_lines in alike.values():
        first = all_lines[0]
        weights = sorted(first, key=lambda w: first[w][1][products[0]][2].tolist())
        samples = sorted(
            all_lines, key=lambda lines: lines[weights[0]][1][products[0]][3].tolist()
        )
        grids.append([[lines[w] for lines in samples] for w in weights])
    return grids + twice
