"""Text of users into text of pictures: the one place where labels are quoted.

A label may hold anything: Chinese, `<>|{}"`, backslashes, newlines, HTML, control
characters. It comes out as the text it is, never as markup.

Map: `visible` replaces what cannot be shown, `shorten` cuts, `subscript` lowers the
number at the end of a name. `markup` is for HTML-like labels, `quote` for DOT strings.
"""

from __future__ import annotations

import re
from html import escape

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
