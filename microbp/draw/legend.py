"""The legend: one line under a picture that says what its signs and colours mean.

Map: `caption` is the title and the legend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.draw.boxes import kind_shown, line, name_of, row, text
from microbp.text.quoting import markup, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from microbp.draw.boxes import Look
    from microbp.graph import Folded


def caption(
    folded: Folded,
    look: Look,
    title: str,
    legend: bool,
    is_run: bool = True,
    paths: Sequence[str] = (),
) -> str:
    """What stands above or below a picture, or `""` if that is nothing.

    Args:
        folded: What is drawn.
        look: How it is drawn.
        title: A title.
        legend: Explain signs and colours?
        is_run: Was `backward` called on the root?
        paths: What is said of highlighted paths, by line.
    """
    rows = []
    if title:
        rows.append(text(markup(shorten(title, 100)), look.theme.ink, "14", bold=True))
    for path in paths:
        rows.append(text(markup(path), look.theme.ink, "10"))
    if legend:
        parts = [*_kinds(folded, look), *_gradients(folded, look, is_run)]
        rows.append(line(*parts))
    if not rows:
        return ""
    body = "".join(row(content) for content in rows)
    return f'<table border="0" cellspacing="0" cellpadding="4">{body}</table>'


def _kinds(folded: Folded, look: Look) -> list[str]:
    """What the boxes are, as far as the picture has such boxes."""
    graph = folded.graph
    single = [box for box in folded.boxes if isinstance(box, int)]
    kinds = {kind_shown(graph.kind[i], graph.label[i]) for i in single}
    parts = []
    if "operation" in kinds:
        op = next(graph.op[i] for i in single if graph.op[i])
        parts += [look.operation(op), _word("operation", look)]
    if "leaf" in kinds:
        parts += [look.mark("leaf"), _word("input", look)]
    if "parameter" in kinds:
        parts += [look.mark("parameter"), _word("parameter", look)]
    return parts


def _gradients(folded: Folded, look: Look, is_run: bool) -> list[str]:
    graph, scale = folded.graph, look.scale
    if look.sign == "Δ":
        changed = [*_chips(look)] if scale.any else [_word("none here", look)]
        return [_word("Δ change of the value", look), *changed]
    if "grad" not in look.show:
        return []
    if not scale.any:
        return [_word("no gradients yet: call backward() to see gradients", look)]
    if not is_run:
        note = "∇ gradients from elsewhere: backward() was not called on this result"
        return [_word(note, look), *_chips(look)]
    of = ""
    if len(graph.roots) == 1:
        root = name_of(graph.names[graph.roots[0]])
        of = f" = ∂{root}/∂(box)"
    local = [_word("&#160;×  local derivative", look)] * ("local" in look.show)
    return [_word(f"∇ gradient{of}", look), *_chips(look), *local]


def _chips(look: Look) -> list[str]:
    """The scale of colours, with numbers."""
    scale, chips = look.scale, []
    for step in (-1.0, -0.1, 0.0, 0.1, 1.0):
        gradient = step * scale.largest
        number = f"{gradient:+.2g}".replace("-", "−") if gradient else "0"
        tint = scale.tint(gradient)
        style = look.theme.down_style if step < 0 else ""
        chips.append(look.chip(text(number, tint.ink, "9"), tint, style))
    return chips


def _word(content: str, look: Look) -> str:
    return text(content, look.theme.faint, "9") + "&#160;&#160;"
