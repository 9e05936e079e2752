"""Text of users into text of pictures: the one place where labels are quoted.

A label may hold anything: Chinese, `<>|{}"`, backslashes, newlines, HTML, control
characters. It comes out as the text it is, never as markup.

Map: `visible` replaces what cannot be shown, `shorten` cuts, `subscript` lowers the
number at the end of a name. `markup` is for HTML-like labels, `quote` for DOT strings,
`tex` and `tex_name` for LaTeX, `mermaid` for Mermaid, `identifiers` for Python.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 28  # characters of a label that a box shows
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
INDEXED = re.compile(r"([^\W\d_]+)_?(\d{1,4})")
PICTURES = {code: chr(0x2400 + code) for code in range(32)} | {
    ord("\n"): "⏎",
    ord("\t"): "⇥",
    0x7F: "␡",
}
# C1 controls, halves of surrogate pairs and non-characters are not allowed in XML.
NOT_TEXT = re.compile("[\x80-\x9f\ud800-\udfff\ufffe\uffff]")


def visible(text: str) -> str:
    r"""The text with a visible sign for each character that is none.

    Example:
        >>> visible("a\nb\x00")
        'a⏎b␀'
    """
    return NOT_TEXT.sub("\ufffd", text.translate(PICTURES))


def shorten(text: str, longest: int = LONGEST) -> str:
    """At most `longest` characters; what is left out becomes `…`.

    Example:
        >>> shorten("a very long label", 8)
        'a very …'
    """
    return text if len(text) <= longest else text[: longest - 1] + "…"


def subscript(name: str) -> str:
    """The name with the number at its end as a subscript.

    Example:
        >>> subscript("x1"), subscript("w_12"), subscript("layer 1")
        ('x₁', 'w₁₂', 'layer 1')
    """
    match = INDEXED.fullmatch(name)
    return match[1] + match[2].translate(SUBSCRIPTS) if match else name


def markup(text: str) -> str:
    """A text for an HTML-like label.

    Example:
        >>> markup("a < b")
        'a &lt; b'
    """
    # Even there dot replaces \N, \G and the like, by the names of things.
    return escape(visible(text)).replace("\\", "\\\\")


def quote(text: str) -> str:
    r"""A double-quoted DOT string for an attribute such as `tooltip`.

    Newlines in it are line breaks; `visible` keeps those of users from getting here.

    Example:
        >>> print(quote('a "b" \\N & c'))
        "a \"b\" \\\\N &amp; c"
    """
    text = "\n".join(map(visible, text.split("\n")))
    # dot unescapes tooltips twice, in between it puts names for \N, \G and the like.
    text = text.replace("&", "&amp;").replace("\\", r"\\\\").replace('"', r"\"")
    return '"' + text.replace("\n", "\\n") + '"'


TEX = {
    **{ord(sign): f"\\{sign}" for sign in "{}$&#_%"},
    **{
        ord(sign): rf"\text{word}{{}}"
        for sign, word in {
            "\\": "backslash",
            "^": "asciicircum",
            "~": "asciitilde",
            "<": "less",
            ">": "greater",
            "|": "bar",
        }.items()
    },
}


def tex(text: str) -> str:
    r"""A text for LaTeX, as the argument of a command that sets text.

    Characters beyond ASCII stay as they are: XeLaTeX, LuaLaTeX, MathJax and KaTeX take
    them.

    Example:
        >>> tex("50 % of {a_b}")
        '50 \\% of \\{a\\_b\\}'
    """
    return visible(text).translate(TEX)


def tex_name(name: str) -> str:
    r"""A name in mathematics mode: letters slanted, a number at the end lowered.

    Example:
        >>> tex_name("x12"), tex_name("loss"), tex_name("σ"), tex_name("my w")
        ('x_{12}', '\\mathit{loss}', '\\sigma', '\\text{my w}')
    """
    match = INDEXED.fullmatch(name)
    letters, index = (match[1], match[2]) if match else (name, "")
    lowered = f"_{{{index}}}" if index else ""
    if len(letters) == 1:
        greek = unicodedata.name(letters, "").partition("GREEK SMALL LETTER ")[2]
        if greek.isalpha() and greek not in ("OMICRON", "LAMDA"):
            return rf"\{greek.lower()}{lowered}"
    if letters.isascii() and letters.isalpha():
        word = letters if len(letters) == 1 else rf"\mathit{{{letters}}}"
        return word + lowered
    return rf"\text{{{tex(shorten(name))}}}"


def mermaid(text: str) -> str:
    """A text inside a Mermaid string: what has a meaning there becomes a number.

    Example:
        >>> mermaid('a "b" <c>')
        'a #34;b#34; #60;c#62;'
    """
    return re.sub(r"[^\w\s.,+=:/·×−∇∂₀-₉-]", lambda m: f"#{ord(m[0])};", visible(text))


def identifiers(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """A Python name for each of these names, all different.

    Args:
        names: Any texts.
        taken: Python names that are used already.

    Example:
        >>> identifiers(["x1", "class", "my w", "my w", "1"])
        ['x1', 'class_', 'my_w', 'my_w_2', '_1']
    """
    taken = set(taken)
    used, found = set(taken), []
    for name in names:
        word = unicodedata.normalize("NFKC", re.sub(r"\W", "_", name)) or "_"
        if not word.isidentifier():
            word = f"_{word}" if f"_{word}".isidentifier() else "_"
        if keyword.iskeyword(word) or word in taken:
            word += "_"
        base, count = word, 1
        while word in used:
            count += 1
            word = f"{base}_{count}"
        used.add(word)
        found.append(word)
    return found
