"""`playground`: a page in which a network learns, and every neuron opens into scalars.

Map: `playground` is the whole; the scripts are in `assets/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.draw.document import Page, check_choices, document
from microbp.draw.theme import NEGATIVE, POSITIVE
from microbp.text.notation import sign
from microbp.text.script import formulas, operations

if TYPE_CHECKING:
    from typing import Any

SCRIPTS = (
    *("engine", "layout", "words", "view", "icons", "panels"),
    *("points", "network", "playground"),
)
ACTIVATIONS = ("tanh", "relu", "sigmoid", "sin")
MOST_INPUTS = 8  # of a neuron, as in playground.js
START = "window.page = play(root, { ops, ...data });"


def playground(path: Any = None, lang: str = "en", *, theme: str = "auto") -> Page:
    """A page in which a small network learns to tell points of the plane apart.

    Data sets or your own clicks; layers, neurons, activation, learning rate, batch and
    seed; each neuron's picture, weights as lines, the border and the error. A click on
    a neuron opens its graph, with every value and gradient at one point. What is seen
    can be saved as the Python program that makes it.

    The network in the page is a graph of scalars whose operations are printed from the
    rows of the operation table, and the one that is trained is the one that is shown.

    Args:
        path: Where to write the page, `.html`; None to get it only.
        lang: `"en"` or `"zh"`, in which the page begins.
        theme: `"auto"` (as the reader's system), `"light"` or `"dark"`.

    Returns:
        A `Page`.

    Raises:
        ChoiceError: There is no such language or theme.

    Example:
        >>> from microbp import playground
        >>> page = playground()
        >>> page.html.startswith("<!doctype html>")
        True
    """
    check_choices(lang, theme)
    keys = ["*/2", "-/2", "**/2", *[f"{name}/1" for name in ACTIVATIONS]]
    keys += [f"sum/{n}" for n in range(2, MOST_INPUTS + 2)]
    data = {
        "lang": lang,
        "theme": theme,
        "formulas": formulas(keys),
        "signs": {key: sign(key.rpartition("/")[0]) for key in keys},
        "colours": {
            "up": _rgb(POSITIVE),
            "down": _rgb(NEGATIVE),
            "middle": _rgb("#ffffff"),
        },
    }
    code = operations(keys) + "\n" + START
    page = document("Playground", lang, data, SCRIPTS, code)
    if path is not None:
        page.save(path)
    return page


def _rgb(colour: str) -> list[int]:
    return [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
