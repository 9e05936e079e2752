"""The second pass: arithmetic as weighted sums of products.

Chains of `+ - * /` and `sum` say little about arrays: a neuron may be written as one
sum of many products, or as a loop that adds one product at a time. So each such chain
becomes one *unit* in a normal form,

    c1·a1·b1 + c2·a2·b2 + ...        (or a factor alone: c·a)

A node joins the sum that uses it if nothing else uses it. How far each joined node is
from its unit, and with what weight, is found for all nodes at once by pointer jumping
(J. C. Wyllie, 1979): follow a pointer, multiply the weights, and repeat with pointers
that reach twice as far. What is not arithmetic stays an elementwise unit.

Map: `Terms` is the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbp.lift.tape import Tape

SUMS = {"+", "-", "neg", "sum"}


class Terms:
    """Units, and the terms of those that are weighted sums of products.

    Args:
        tape: The graph.
        is_constant: For each node, is its number known and fixed?
        roots: Nodes that somebody will read.

    Attributes:
        units: The nodes that are computed, in order; all others are part of one.
        is_sum: For each node: is it a weighted sum?
        start: `(n + 1,)`: the terms of unit i are `start[i]` to `start[i + 1]`.
        coefficient, first, second: The terms. `second` is -1 for a factor alone.
    """

    def __init__(
        self, tape: Tape, is_constant: NDArray[np.bool_], roots: NDArray[np.int_]
    ) -> None:
        n = len(tape.rules)
        names = np.array([rule.name if rule else "" for rule in tape.rules])
        size = np.diff(tape.start)
        inner = (names != "") & ~is_constant
        padded = np.append(tape.operand, (0, 0))
        left, right = padded[tape.start[:-1]], padded[tape.start[:-1] + 1]

        # x / c is c' · x, and x ** 2 is x · x, for a constant c.
        by_constant = inner & (names == "/") & is_constant[right]
        with np.errstate(all="ignore"):
            inverse = 1.0 / tape.data[right]
        by_constant &= (abs(inverse) > 1e-300) & (abs(inverse) < 1e300)
        square = inner & (names == "**") & is_constant[right] & (tape.data[right] == 2)
        is_sum = inner & (np.isin(names, list(SUMS)) | by_constant)
        is_product = inner & ((names == "*") | square)

        # Edges: which node uses which, and with what weight in a sum.
        user = np.repeat(np.arange(n), size)
        used = tape.operand
        weight = np.ones(len(used))
        second = np.arange(len(used)) == tape.start[user] + 1
        weight[(names[user] == "-") & second] = -1.0
        weight[names[user] == "neg"] = -1.0
        weight[by_constant[user]] = inverse[user[by_constant[user]]]
        counts = inner[user] & ~(second & (by_constant | square)[user])
        uses = np.bincount(used[counts], minlength=n)
        uses[roots] += 2

        # Which nodes join the sum that uses them.
        joins = counts & is_sum[user] & (is_sum | is_product)[used] & (uses[used] == 1)
        target = np.arange(n)
        target[used[joins]] = user[joins]
        factor = np.ones(n)
        factor[used[joins]] = weight[joins]
        joined = target != np.arange(n)
        while True:
            further = target[target]
            if (further == target).all():
                break
            factor, target = factor * factor[target], further

        # A factor of a product that is only scaled, as in -x · y, is x with a weight.
        a, b = left.copy(), np.where(square, left, right)
        scale = np.ones(n)
        single = np.zeros(n, bool)
        lone = counts & is_sum[user] & (size[user] - by_constant[user] == 1)
        single[user[lone & ~joined[used]]] = True
        single &= uses == 1
        gone = np.zeros(n, bool)
        inside = np.zeros(n, int)
        inside[user[lone]] = used[lone]
        inside_weight = np.ones(n)
        inside_weight[user[lone]] = weight[lone]
        products = np.flatnonzero(is_product)
        for side in (a, b):
            scaled = products[single[side[products]] & ~square[products]]
            scale[scaled] *= inside_weight[side[scaled]]
            gone[side[scaled]] = True
            side[scaled] = inside[side[scaled]]

        # The terms: what a sum uses and what does not join it, and joined products.
        e = np.flatnonzero(counts & is_sum[user])
        e = e[~(joined & is_sum)[used[e]]]
        e = e[~gone[target[user[e]]]]
        of_product = joined[used[e]] & is_product[used[e]]
        unit = target[user[e]]
        coefficient = weight[e] * factor[user[e]]
        coefficient[of_product] *= scale[used[e][of_product]]
        first = np.where(of_product, a[used[e]], used[e])
        second_factor = np.where(of_product, b[used[e]], -1)
        alone = np.flatnonzero(is_product & ~joined)
        unit = np.concatenate((unit, alone))
        order = np.argsort(unit, kind="stable")
        self.start = np.searchsorted(unit[order], np.arange(n + 1))
        self.coefficient = np.concatenate((coefficient, scale[alone]))[order]
        self.first = np.concatenate((first, a[alone]))[order]
        self.second = np.concatenate((second_factor, b[alone]))[order]
        self.units = np.flatnonzero(inner & ~joined & ~gone)
        self.is_sum = is_sum | is_product
