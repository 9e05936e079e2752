"""Pages as documents: one file that holds scripts, colours and data.

Map: `document` puts it together; `bundle` makes one script of modules, `colours` writes
the themes of pictures as variables; `Page` is the result.
"""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from microbp.draw.theme import THEMES, Theme
from microbp.errors import (
    ArgumentError,
    ArgumentTypeError,
    ChoiceError,
    MissingPackageError,
)
from microbp.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LANGUAGES = ("en", "zh")
PAGE_THEMES = ("auto", "light", "dark")


class Page:
    """A page: `.html` is its text, `.save(path)` writes it, a notebook shows it.

    In a notebook it is a live widget where anywidget is installed, else the page in a
    frame.

    Attributes:
        html: The whole document.
    """

    def __init__(self, html: str, widget: Callable[[], Any] | None = None) -> None:
        self.html = html
        self._widget = widget

    def widget(self) -> Any:
        """The page as a live widget: sliders write back into the Values.

        Raises:
            MissingPackageError: anywidget is not installed.
            ArgumentError: This page has no leaves in Python.
        """
        if self._widget is None:
            raise ArgumentError(
                "this page has no Values behind it: only that of explore(v) is a "
                "widget; show it as it is, or .save() it"
            )
        return self._widget()

    def save(self, path: Any) -> None:
        """Write the page; a file that is there is replaced when it is complete."""
        write_whole(path, lambda file: file.write(self.html.encode()))

    def __repr__(self) -> str:
        return f"Page({len(self.html):,} characters; .save('page.html') writes it)"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        try:
            live = self.widget()
        except (ArgumentError, MissingPackageError):
            return {"text/plain": repr(self), "text/html": self._repr_html_()}
        return live._repr_mimebundle_(include=include, exclude=exclude)

    def _repr_html_(self) -> str:
        style = "width:100%;height:640px;border:0;border-radius:10px"
        text = escape(self.html, quote=True)
        return f'<iframe srcdoc="{text}" style="{style}" title="microbp"></iframe>'


def check_choices(lang: Any, theme: Any, title: Any = "") -> None:
    """Refuse what a page cannot be.

    Raises:
        ChoiceError: There is no such language or theme.
        ArgumentTypeError: The title is no text.
    """
    if lang not in LANGUAGES:
        raise ChoiceError("language", lang, LANGUAGES)
    if theme not in PAGE_THEMES:
        raise ChoiceError("theme", theme, PAGE_THEMES)
    if not isinstance(title, str):
        raise ArgumentTypeError(f"title is a str, not {type(title).__name__} {title!r}")


def document(
    title: str, lang: str, data: Any, scripts: tuple[str, ...], code: str
) -> Page:
    """A page of one file.

    Args:
        title: What its tab says.
        lang: `"en"` or `"zh"`.
        data: What the script finds as `data`; anything JSON can say.
        scripts: Names of files in `assets/`, in the order of their use.
        code: What runs when they are there; `root` is the element to fill.
    """
    # In a script, only `<` could end it; JSON has a word for it.
    known = json.dumps(data, ensure_ascii=False, allow_nan=False)
    known = known.replace("<", "\\u003c")
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    return Page(f"""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{escape(title)} · microbp</title>
<style>
html, body {{ height: 100%; margin: 0; }}
{colours()}
{asset("page.css")}
</style>
</head>
<body>
<div id="page"></div>
<script type="application/json" id="data">{known}</script>
<script>
"use strict";
(() => {{
{bundle(scripts)}
const root = document.getElementById("page");
const data = JSON.parse(document.getElementById("data").textContent);
{code}
}})();
</script>
</body>
</html>
""")


@cache
def asset(name: str) -> str:
    """The text of a file in `assets/`."""
    return files("microbp.draw").joinpath("assets", name).read_text(encoding="utf-8")


@cache
def bundle(scripts: tuple[str, ...]) -> str:
    """The modules one after another: without imports, for one file has no others."""
    parts = []
    for name in scripts:
        text = re.sub(r"^import .*;\n", "", asset(f"{name}.js"), flags=re.M)
        parts.append(re.sub(r"^export ", "", text, flags=re.M))
    return "\n".join(parts)


@cache
def colours() -> str:
    """The colours of the themes of pictures, as variables of a style sheet."""
    light, dark = _variables(THEMES["light"]), _variables(THEMES["dark"])
    return f"""\
.microbp {{ {light} }}
.microbp[data-theme="dark"] {{ {dark} }}
@media (prefers-color-scheme: dark) {{ .microbp[data-theme="auto"] {{ {dark} }} }}
{_shades()}"""


def _variables(theme: Theme) -> str:
    colours = {
        "paper": theme.paper,
        "ink": theme.ink,
        "faint": theme.faint,
        "strong": theme.strong,
        "card": theme.operation.fill,
        "line": theme.operation.line,
        "soft": theme.group.fill,
        "arrow": theme.faint,
        "accent": theme.accent,
        "chip": theme.chip.fill,
        "chip-ink": theme.chip.ink,
        "leaf": theme.leaf.fill,
        "leaf-ink": theme.leaf.ink,
        "parameter": theme.parameter.fill,
        "parameter-ink": theme.parameter.ink,
        "constant": theme.constant.fill,
        "constant-ink": theme.constant.ink,
        "group": theme.group.fill,
        "group-line": theme.group.line,
        "none": theme.none.fill,
        "good": theme.good,
        "fault": theme.fault,
    }
    for name, shades in (("up", theme.up), ("down", theme.down)):
        for k, tint in enumerate(shades):
            colours[f"{name}{k}"] = tint.fill
        colours[f"{name}-ink"] = shades[0].ink
    scheme = "dark" if theme is THEMES["dark"] else "light"
    listed = "; ".join(f"--{name}: {colour}" for name, colour in colours.items())
    return f"color-scheme: {scheme}; {listed}"


def _shades() -> str:
    lines = []
    for name in ("up", "down"):
        for k in range(4):
            box = f'.microbp [data-shade="{name}{k}"]'
            lines.append(f"{box} .pill {{ fill: var(--{name}{k}); }}")
        lines.append(
            f'.microbp [data-shade^="{name}"]:not(.module) > .grad '
            f"{{ fill: var(--{name}-ink); }}"
        )
    return "\n".join(lines)
