"""Colours. Every fact that a colour tells is also told by a sign, a word or a shape.

Blue and orange stay apart for colour-blind readers; the print theme needs no colour.

Map: `Theme` is a set of colours, `THEMES` the sets by name, `Gradients` the scale on
which a gradient finds its colour.
"""

from __future__ import annotations

from math import isfinite, isnan
from typing import NamedTuple

from microbp.errors import ChoiceError

# Above and below zero where there is room for one colour each, as in plots.
POSITIVE, NEGATIVE = "#2867a8", "#d9731a"
LEAST = (0.01, 0.1, 0.5)  # parts of the largest gradient, where the next shade begins


class Tint(NamedTuple):
    """How a chip or a box is filled.

    Attributes:
        fill: The background.
        ink: The text on it.
        line: The border.
    """

    fill: str
    ink: str
    line: str


class Theme(NamedTuple):
    """The colours of a picture.

    Attributes:
        paper: The background.
        ink: Text.
        faint: Text that may be overlooked, and the lines of edges.
        strong: The border of a root.
        operation: A box of a result; its sign stands on a `chip`.
        chip: The sign of an operation.
        leaf, parameter, constant: Boxes of those.
        group: A box of many nodes.
        frame: An open module.
        none: A gradient of zero.
        up, down: Gradients above and below zero, from weak to strong.
        down_style: The border of a negative gradient.
        fault, good: What is wrong, and what is right, always with a word beside it.
        accent: What one points at or is asked to press.
    """

    paper: str
    ink: str
    faint: str
    strong: str
    operation: Tint
    chip: Tint
    leaf: Tint
    parameter: Tint
    constant: Tint
    group: Tint
    frame: Tint
    none: Tint
    up: tuple[Tint, ...]
    down: tuple[Tint, ...]
    down_style: str = "rounded"
    fault: str = "#a3004f"
    good: str = "#00664b"
    accent: str = "#1f5fa8"

    def tone(self, name: str) -> str:
        """The colour of a mark: `"fault"`, `"good"`, or else the strong one."""
        return {"fault": self.fault, "good": self.good}.get(name, self.strong)


def _shades(ink: str, fills: str, line: str = "") -> tuple[Tint, ...]:
    return tuple(Tint(fill, ink, line or fill) for fill in fills.split())


THEMES = {
    "light": Theme(
        paper="#ffffff",
        ink="#1c2330",
        faint="#667080",
        strong="#1c2330",
        operation=Tint("#ffffff", "#1c2330", "#b9c1cd"),
        chip=Tint("#36445c", "#ffffff", "#36445c"),
        leaf=Tint("#dde9d7", "#1c2330", "#a9bda2"),
        parameter=Tint("#e4daf4", "#1c2330", "#b9a6d6"),
        constant=Tint("#f4f5f7", "#4a5261", "#dfe3e8"),
        group=Tint("#f4f6f9", "#1c2330", "#8793a6"),
        frame=Tint("#fafbfc", "#4a5261", "#c3cad5"),
        none=Tint("#f1f2f4", "#5c6675", "#f1f2f4"),
        up=_shades("#08306b", "#e9f2fa #cfe2f3 #a9cbe8 #84b4dd"),
        down=_shades("#7a2a04", "#fdefe5 #fbdcc6 #f8c4a1 #f3a873"),
    ),
    "dark": Theme(
        paper="#15181e",
        ink="#e8ebf0",
        faint="#9aa4b3",
        strong="#f2f4f8",
        operation=Tint("#1f242d", "#e8ebf0", "#4a5463"),
        chip=Tint("#c9d2e0", "#15181e", "#c9d2e0"),
        leaf=Tint("#2f4637", "#e8ebf0", "#56705d"),
        parameter=Tint("#443660", "#e8ebf0", "#6f5f8c"),
        constant=Tint("#1b1f26", "#b4bcc8", "#363d49"),
        group=Tint("#242a35", "#e8ebf0", "#75819a"),
        frame=Tint("#191d24", "#b4bcc8", "#465062"),
        none=Tint("#2a303a", "#9aa4b3", "#2a303a"),
        up=_shades("#dcecff", "#1f2f42 #20405f #245485 #2867a8"),
        down=_shades("#ffe8d6", "#3b2c22 #57381f #78451b #984f12"),
        fault="#ff8ab8",
        good="#5fd0ae",
        accent="#7db4f5",
    ),
    "print": Theme(
        paper="#ffffff",
        ink="#000000",
        faint="#333333",
        strong="#000000",
        operation=Tint("#ffffff", "#000000", "#555555"),
        chip=Tint("#000000", "#ffffff", "#000000"),
        leaf=Tint("#ffffff", "#000000", "#000000"),
        parameter=Tint("#ffffff", "#000000", "#000000"),
        constant=Tint("#ffffff", "#000000", "#aaaaaa"),
        group=Tint("#ffffff", "#000000", "#000000"),
        frame=Tint("#ffffff", "#000000", "#777777"),
        none=Tint("#ffffff", "#000000", "#cccccc"),
        up=_shades("#000000", "#ffffff #ececec #dadada #c6c6c6", "#000000"),
        down=_shades("#000000", "#ffffff #ececec #dadada #c6c6c6", "#000000"),
        down_style="rounded,dashed",
        fault="#000000",
        good="#000000",
    ),
}


def theme_named(name: object) -> Theme:
    """The theme of that name.

    Raises:
        ChoiceError: There is none.
    """
    if not isinstance(name, str) or name not in THEMES:
        raise ChoiceError("theme", name, THEMES)
    return THEMES[name]


class Gradients:
    """The scale of a picture: a strong colour for what is large beside the largest.

    Args:
        theme: The theme.
        gradients: All gradients that the picture shows.

    Example:
        >>> scale = Gradients(THEMES["light"], [0.0, 1.0, -0.05])
        >>> scale.tint(1.0) == THEMES["light"].up[3]
        True
        >>> scale.tint(-0.05) == THEMES["light"].down[1]
        True
    """

    def __init__(self, theme: Theme, gradients: list[float]) -> None:
        self.theme = theme
        self.largest = max((abs(g) for g in gradients if isfinite(g)), default=0.0)
        self.any = any(gradients)

    def tint(self, gradient: float) -> Tint:
        """The colours for a gradient."""
        if gradient == 0.0 or isnan(gradient):
            return self.theme.none
        shades = self.theme.up if gradient > 0 else self.theme.down
        part = abs(gradient) / self.largest if self.largest else 1.0
        return shades[sum(part >= least for least in LEAST)]
