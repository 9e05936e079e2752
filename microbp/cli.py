"""The command line: `microbp playground` writes a page and opens it.

Map: `main` runs a command; each command is a function with its parser beside it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from microbp.errors import MicrobpError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: What was typed after `microbp`; by default that of this process.

    Returns:
        0 if it worked, 1 if it did not, 2 if the command makes no sense.

    Example:
        >>> import os, tempfile
        >>> from microbp.cli import main
        >>> os.chdir(tempfile.mkdtemp())
        >>> main(["playground", "--no-open", "-o", "page.html"])
        Wrote page.html
        0
    """
    parser = argparse.ArgumentParser(
        prog="microbp", description="See how a neural network learns, scalar by scalar."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    _playground_parser(commands)
    chosen = parser.parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
    except (MicrobpError, OSError) as error:
        print(f"microbp: {error}", file=sys.stderr)
        return 1
    return code


def _playground_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "playground",
        help="a page in which a network learns",
        description="Write a page in which a small network learns to tell points "
        "apart, and open it in the browser. It needs no network.",
    )
    parser.add_argument("-o", "--output", default="playground.html", help="where to")
    parser.add_argument("--lang", choices=("en", "zh"), default="en")
    parser.add_argument("--no-open", action="store_true", help="only write it")
    parser.set_defaults(run=_playground)


def _playground(chosen: argparse.Namespace) -> int:
    from microbp.draw.playground import playground

    path = Path(chosen.output)
    playground(path, lang=chosen.lang)
    print(f"Wrote {path}")
    if not chosen.no_open:
        import webbrowser

        webbrowser.open(path.resolve().as_uri())
    return 0
