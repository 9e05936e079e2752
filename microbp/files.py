"""Files that are whole or not there at all.

Map: `write_whole` writes one.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def write_whole(path: Any, write: Callable[[Any], None]) -> None:
    """Write a file beside its place and rename it when it is complete.

    Whoever is interrupted leaves the file of before.

    Args:
        path: Where to; an existing file is replaced.
        write: Writes into the open binary file that it is given.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import mkdtemp
        >>> from microbp.files import write_whole
        >>> path = Path(mkdtemp()) / "greeting"
        >>> write_whole(path, lambda file: file.write(b"hello"))
        >>> path.read_bytes()
        b'hello'
    """
    path = os.fspath(path)
    beside = f"{path}.{os.getpid()}.part"
    try:
        with open(beside, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        if os.path.exists(beside):
            os.remove(beside)
