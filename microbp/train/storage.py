"""Files of arrays: one .npz with a description, whole or not there at all.

Nothing in such a file is ever executed: arrays are read without pickle, the description
is JSON. A file is written beside its place, and renamed when it is complete, so that
whoever is interrupted leaves the file of before.

Map: `write` and `read`.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from microbp.errors import ModelFileError
from microbp.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

VERSION = 1
LARGEST = 1 << 31  # bytes of arrays that a file may claim to hold


def write(
    path: Any, kind: str, description: dict[str, Any], arrays: Mapping[str, Any]
) -> None:
    """Write a description and arrays.

    Args:
        path: Where to; an existing file is replaced when the new one is complete.
        kind: What the file holds, such as `"model"`.
        description: What JSON can say.
        arrays: By name.
    """
    import numpy as np

    head = {"format": "microbp", "version": VERSION, "kind": kind, **description}
    text = np.array(json.dumps(head))
    write_whole(path, lambda file: np.savez(file, description=text, **arrays))


def read(path: Any, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The description and the arrays of a file.

    Raises:
        ModelFileError: It is damaged, of another kind, or no such file at all.
        FileNotFoundError: There is none.
    """
    import zipfile

    import numpy as np

    path = os.fspath(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if any(e.compress_type != zipfile.ZIP_STORED for e in entries):
                raise _wrong(path, kind, "is compressed, which microbp never does")
            if sum(e.file_size for e in entries) > LARGEST:
                raise _wrong(path, kind, "claims to hold more than 2 GB")
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        head = json.loads(str(arrays.pop("description")))
    except (ModelFileError, FileNotFoundError, IsADirectoryError, PermissionError):
        raise
    except Exception as fault:  # zipfile and NumPy raise a dozen types on damaged files
        raise _wrong(path, kind, f"cannot be read ({fault})") from fault
    if not isinstance(head, dict) or head.get("format") != "microbp":
        raise _wrong(path, kind, "was not written by microbp")
    if head.get("version") != VERSION:
        raise _wrong(path, kind, f"has format version {head.get('version')!r}")
    if head.get("kind") != kind:
        raise _wrong(path, kind, f"holds a {head.get('kind')!r}")
    return head, arrays


def _wrong(path: str, kind: str, what: str) -> ModelFileError:
    return ModelFileError(
        f"{path!r} {what}: give a {kind} file of version {VERSION} that this version "
        "of microbp wrote, or write it anew"
    )
