"""Frames: pictures of one graph in several states, in which nothing moves.

`dot` lays the graph out once, with the longest texts; then each state is drawn into
that layout. What many frames share is stored once.

Map: `Frame` is a state. `Film` draws frames: as a strip side by side, or one after the
other, in SVG (which needs no script to play), PNG and GIF.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from microbp.draw.dot import Writer
from microbp.draw.picture import run_dot
from microbp.draw.theme import Gradients, theme_named
from microbp.errors import ArgumentError, GraphTooLargeError, MissingPackageError
from microbp.files import write_whole
from microbp.graph import fold
from microbp.text.quoting import markup

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from microbp.draw.marks import Marks
    from microbp.draw.options import Options
    from microbp.graph import Graph

SVG = "http://www.w3.org/2000/svg"
MARGIN = 10.0  # points around a frame
CAPTION = 26.0  # points below the graph for one line of text
LETTER = 6.3  # points that a letter of a caption takes, at most
SCALE = 96.0 / 72.0


class Frame(NamedTuple):
    """One state of a graph.

    Attributes:
        graph: The graph, with the gradients of that moment.
        marks: What stands out.
        caption: A sentence below.
    """

    graph: Graph
    marks: Marks
    caption: str


class Svg(str):
    """An SVG document: a str, which a notebook shows as a picture."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return self


class Film:
    """Frames in one layout.

    Args:
        frames: The frames, in order.
        options: How they are drawn.
        widest: What is drawn where the layout is made: all that is ever shown at once.

    Raises:
        DotNotFoundError: The program `dot` is missing, or it failed.
    """

    def __init__(
        self, frames: Sequence[Frame], options: Options, widest: Frame
    ) -> None:
        self.frames, self.options = frames, options
        self.theme = theme_named(options.theme)
        self.scale = Gradients(self.theme, list(widest.graph.grad))
        self.longest = max(len(frame.caption) for frame in frames) * LETTER
        self.places: dict[str, str] = {}
        self.sizes: dict[str, tuple[float, float]] = {}
        laid_out = json.loads(run_dot("dot", "json0", self._text(widest, pinned=False)))
        for thing in laid_out.get("objects", ()):
            name, pos = thing["name"], thing["pos"]
            self.places[name] = f' pos="{pos}"'
            self.sizes[name] = 72 * float(thing["width"]), 72 * float(thing["height"])
        for edge in laid_out.get("edges", ()):
            lp = f' lp="{edge["lp"]}"' if "lp" in edge else ""
            self.places[edge["id"]] = f' pos="{edge["pos"]}"{lp}'
        _, _, self.width, self.height = map(float, laid_out["bb"].split(","))
        self.size, self.transform = (0.0, 0.0), ""  # known when frames are drawn

    def strip(self, columns: int | None = None) -> Svg:
        """All frames side by side, in rows."""
        shots = self._shots()
        width, height = self.size
        columns = _columns(columns, len(self.frames), width, height)
        rows = -(-len(self.frames) // columns)
        parts = []
        for k, elements in enumerate(shots):
            x, y = k % columns * width, k // columns * height
            parts.append(
                f'<g transform="translate({x:.1f} {y:.1f})">{self._placed(elements)}'
                f'<rect x="2" y="2" width="{width - 4:.1f}" height="{height - 4:.1f}" '
                f'rx="6" fill="none" stroke="{self.theme.frame.line}"/></g>'
            )
        return self._document(columns * width, rows * height, parts)

    def animation(self, seconds: float) -> Svg:
        """One frame after the other, again and again; it plays without any script."""
        shown: dict[str, list[int]] = {}
        for k, elements in enumerate(self._shots()):
            for element in elements:
                shown.setdefault(element, []).append(k)
        n = len(self.frames)
        parts = []
        for element, moments in shown.items():
            if len(moments) == n:
                parts.append(element)
                continue
            seen = set(moments)
            changes = [k for k in range(n) if k == 0 or (k in seen) != (k - 1 in seen)]
            values = ";".join("visible" if k in seen else "hidden" for k in changes)
            times = ";".join(f"{k / n:.6g}" for k in changes)
            first = "visible" if 0 in seen else "hidden"
            parts.append(
                f'<g visibility="{first}"><animate attributeName="visibility" '
                f'calcMode="discrete" dur="{n * seconds:g}s" repeatCount="indefinite" '
                f'values="{values}" keyTimes="{times}"/>{element}</g>'
            )
        return self._document(*self.size, [self._placed(parts)])

    def images(self) -> list[Any]:
        """The frames as images of Pillow, all of one size.

        Raises:
            MissingPackageError: Pillow is not installed.
        """
        try:
            from PIL import Image
        except ImportError as missing:
            raise MissingPackageError(
                "PNG strips and GIFs need Pillow: pip install pillow, or save as .svg"
            ) from missing
        data = run_dot("neato", "png", self._texts(), "-n2")
        images = [Image.open(BytesIO(each)).convert("RGB") for each in _pngs(data)]
        size = tuple(
            max(sides) for sides in zip(*[i.size for i in images], strict=True)
        )
        canvases = []
        for image in images:
            canvas = Image.new("RGB", size, self.theme.paper)
            canvas.paste(image, (0, 0))
            canvases.append(canvas)
        return canvases

    def save_strip(self, path: Any, columns: int | None = None) -> None:
        """Write the strip, as SVG or PNG by the end of the path."""
        end = _ending(path, ("svg", "png"), "a strip")
        if end == "svg":
            _save(path, self.strip(columns))
            return
        from PIL import Image

        images = self.images()
        width, height = images[0].size
        columns = _columns(columns, len(images), width, height)
        rows = -(-len(images) // columns)
        whole = Image.new("RGB", (columns * width, rows * height), self.theme.paper)
        for k, image in enumerate(images):
            whole.paste(image, (k % columns * width, k // columns * height))
        write_whole(path, lambda file: whole.save(file, "PNG"))

    def save_animation(self, path: Any, seconds: float) -> None:
        """Write the animation, as SVG or GIF by the end of the path."""
        if _ending(path, ("svg", "gif"), "an animation") == "svg":
            _save(path, self.animation(seconds))
            return
        first, *others = [image.quantize(128) for image in self.images()]
        write_whole(
            path,
            lambda file: first.save(
                file,
                "GIF",
                save_all=True,
                append_images=others,
                duration=round(1000 * seconds),
                loop=0,
            ),
        )

    def _writer(self, frame: Frame) -> Writer:
        folded = fold(frame.graph)
        writer = Writer(
            folded, self.options, frame.marks, places=self.places, sizes=self.sizes
        )
        writer.look.scale = self.scale  # one scale for all frames
        return writer

    def _text(self, frame: Frame, pinned: bool = True) -> str:
        """The DOT text of a frame; pinned, with caption and corners of one size."""
        writer = self._writer(frame)
        lines = [f"graph [rankdir={self.options.rankdir}]", *writer.settings()]
        lines += writer.content()
        if pinned:
            middle, low = self.width / 2, -CAPTION
            side = max(self.width, self.longest) / 2 + MARGIN
            caption = f'<font color="{self.theme.ink}">{markup(frame.caption)}</font>'
            lines.append(f'caption [label=<{caption}> pos="{middle},{low / 2 - 2}"]')
            for name, x, y in (
                ("low", middle - side, low - MARGIN),
                ("high", middle + side, self.height + MARGIN),
            ):
                style = "shape=point style=invis width=0 height=0"
                lines.append(f'{name} [{style} pos="{x:.2f},{y:.2f}"]')
        body = "\n".join(lines)
        return f"digraph {{\n{body}\n}}\n"

    def _texts(self) -> str:
        return "".join(self._text(frame) for frame in self.frames)

    def _shots(self) -> list[list[str]]:
        """For each frame its elements as SVG, in one system of coordinates."""
        ET.register_namespace("", SVG)
        found = []
        documents = (
            run_dot("neato", "svg", self._texts(), "-n2").decode().split("<?xml")[1:]
        )
        for document in documents:
            root = ET.fromstring(f"<?xml{document}")
            _, _, width, height = map(float, root.attrib["viewBox"].split())
            (graph,) = root.findall(f"{{{SVG}}}g")
            self.size, self.transform = (width, height), graph.attrib["transform"]
            elements = []
            for element in graph.findall(f"{{{SVG}}}g"):
                for title in element.findall(f"{{{SVG}}}title"):
                    element.remove(title)
                element.attrib.pop("id", None)
                text = ET.tostring(element, encoding="unicode").strip()
                elements.append(text.replace(f' xmlns="{SVG}"', ""))
            found.append(elements)
        return found

    def _placed(self, elements: Sequence[str]) -> str:
        return f'<g transform="{self.transform}">{"".join(elements)}</g>'

    def _document(self, width: float, height: float, parts: Sequence[str]) -> Svg:
        size = f'width="{width * SCALE:.0f}" height="{height * SCALE:.0f}"'
        return Svg(
            f'<svg xmlns="{SVG}" {size} viewBox="0 0 {width:.1f} {height:.1f}">\n'
            f'<rect width="100%" height="100%" fill="{self.theme.paper}"/>\n'
            + "\n".join(parts)
            + "\n</svg>\n"
        )


def _columns(columns: int | None, n: int, width: float, height: float) -> int:
    """How many of n pictures stand in a row; by default, about a square of them."""
    if columns is None:
        columns = round((n * height / width) ** 0.5)
    elif not isinstance(columns, int) or columns < 1:
        raise ArgumentError(f"columns is a whole number from 1, not {columns!r}")
    return max(1, min(columns, n))


def check_length(n: int, most: int) -> None:
    """Refuse more frames than one would watch.

    Raises:
        GraphTooLargeError: There are too many.
    """
    if n > most:
        raise GraphTooLargeError(
            f"the run has {n:,} steps, and max_steps={most} are shown: draw a part of "
            "the graph, or allow more with max_steps="
        )


def _pngs(data: bytes) -> list[bytes]:
    """PNG files that were written one after the other."""
    signature = b"\x89PNG\r\n\x1a\n"
    return [signature + part for part in data.split(signature)[1:]]


def _ending(path: Any, allowed: tuple[str, ...], what: str) -> str:
    from pathlib import Path

    end = Path(path).suffix.lower().lstrip(".")
    if end not in allowed:
        raise ArgumentError(
            f"{what} is written as .{' or .'.join(allowed)}, not as {str(path)!r}"
        )
    return end


def _save(path: Any, text: str) -> None:
    write_whole(path, lambda file: file.write(text.encode()))
