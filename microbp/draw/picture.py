"""Pictures by Graphviz: the thin module that meets the program `dot`.

Map: `picture` makes a `Picture`, a `graphviz.Digraph` whose errors say what to do;
`run_dot` runs the program.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from subprocess import CalledProcessError, SubprocessError, TimeoutExpired, run
from typing import TYPE_CHECKING

import graphviz

from microbp.draw.dot import body
from microbp.draw.options import Options
from microbp.errors import ChoiceError, DotNotFoundError
from microbp.files import write_whole

if TYPE_CHECKING:
    from typing import Any

TIMEOUT = 120.0  # seconds
INSTALL = {
    "linux": "sudo apt-get install graphviz (or: dnf install graphviz)",
    "darwin": "brew install graphviz",
    "win32": "winget install graphviz",
}


class Picture(graphviz.Digraph):  # type: ignore[misc]
    """A `graphviz.Digraph` that says what to install when the program `dot` is missing.

    The text of the graph, `source`, needs no program.
    """

    def pipe(self, format: Any = None, *args: Any, **kwargs: Any) -> Any:
        """The picture as bytes or text, as `graphviz.Digraph.pipe` gives it.

        Raises:
            DotNotFoundError: The program `dot` is missing, it failed, or it took longer
                than two minutes.
        """
        encoding = kwargs.pop("encoding", None)
        if args or kwargs:  # what is asked for is a matter of Graphviz alone
            if encoding is not None:
                kwargs["encoding"] = encoding
            try:
                return super().pipe(format, *args, **kwargs)
            except (graphviz.ExecutableNotFound, SubprocessError) as error:
                raise dot_error(error) from error
        data = run_dot("dot", format or self.format, self.source)
        return data if encoding is None else data.decode(encoding)

    def render(
        self,
        filename: Any = None,
        directory: Any = None,
        view: bool = False,
        cleanup: bool = False,
        format: Any = None,
        *,
        outfile: Any = None,
        **others: Any,
    ) -> Any:
        """Write the picture into a file, as `graphviz.Digraph.render` does.

        The file is replaced when the new one is complete.

        Raises:
            DotNotFoundError: The program `dot` is missing, it failed, or it took longer
                than two minutes.
        """
        if others or view or (outfile is None and filename is None):
            try:  # what is asked for is a matter of Graphviz alone
                return super().render(
                    filename,
                    directory,
                    view,
                    cleanup,
                    format,
                    outfile=outfile,
                    **others,
                )
            except (graphviz.ExecutableNotFound, SubprocessError) as error:
                raise dot_error(error) from error
        if outfile is not None:
            format = format or Path(outfile).suffix[1:] or self.format
            if filename is None:
                filename, directory = Path(outfile).with_suffix(".gv"), ""
        format = str(format or self.format).lower()
        if format not in graphviz.FORMATS:
            raise ChoiceError("format", format, graphviz.FORMATS)
        source = self.save(filename, directory=directory)
        target = os.fspath(outfile) if outfile is not None else f"{source}.{format}"
        data = run_dot("dot", format, self.source)
        write_whole(target, lambda file: file.write(data))
        if cleanup:
            os.remove(source)
        return target


def run_dot(engine: str, format: str, text: str, *options: str) -> bytes:
    """Run a program of Graphviz, with no shell in between.

    Args:
        engine: The layout, `"dot"` or `"neato"`.
        format: What comes out, such as `"svg"`.
        text: What goes in, in the DOT language.
        options: Others for its command line.

    Raises:
        DotNotFoundError: It is missing, it failed, or it took longer than `TIMEOUT`.
    """
    command = ["dot", f"-K{engine}", f"-T{format}", *options]
    try:
        done = run(
            command,
            input=text.encode(),
            capture_output=True,
            check=True,
            timeout=TIMEOUT,
        )
    except FileNotFoundError as error:
        raise dot_error(graphviz.ExecutableNotFound(command)) from error
    except TimeoutExpired as error:
        raise DotNotFoundError(
            f"Graphviz's program dot was stopped after {TIMEOUT} s: fold the graph, as "
            "in fold='layer', or draw a part of it"
        ) from error
    except CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()[:500]
        raise DotNotFoundError(
            f"Graphviz's program dot failed with code {error.returncode}: {said}"
        ) from error
    return done.stdout


def dot_error(error: Exception) -> DotNotFoundError:
    """What to tell the user when running `dot` ended in this error."""
    if isinstance(error, graphviz.ExecutableNotFound):
        command = INSTALL.get(sys.platform, "https://graphviz.org/download/")
        return DotNotFoundError(
            "Graphviz's program dot is not on PATH; it is no Python package. Install "
            f"it with: {command}. Without it, to_dot(v) gives the text of the graph"
        )
    return DotNotFoundError(f"Graphviz's program dot failed: {error}")


def picture(v: Any, format: str, *, rankdir: str = "LR", **options: Any) -> Picture:
    """The picture of a graph; `draw` lists the options.

    Raises:
        ChoiceError: Graphviz has no such format.
    """
    if not isinstance(format, str) or format not in graphviz.FORMATS:
        raise ChoiceError("format", format, graphviz.FORMATS)
    lines = body(v, Options(rankdir=rankdir, **options))
    return Picture(format=format, graph_attr={"rankdir": rankdir}, body=lines)
