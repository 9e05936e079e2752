"""Where the files of a data set are looked for, and by which names.

Map: `find_mnist` finds all files, or says what is missing; `cache_folder` is where
downloads are kept.
"""

from __future__ import annotations

import os
import sys
from os.path import isabs, isdir, isfile  # False for what may not be looked at
from pathlib import Path

from microbp.datasets.bounded import as_path
from microbp.errors import DataNotFoundError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# The files of MNIST, in the order in which `mnist` returns what is in them.
MNIST = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
]
NPZ = "mnist.npz"
VARIABLE = "MICROBP_DATA"


def find_mnist(folder: Any, download: bool) -> list[Path]:
    """The four IDX files of MNIST, or its one .npz file.

    Looked for in the folder; without one, in that which the environment variable
    `MICROBP_DATA` names; without that, in the cache, where missing files are added.

    Args:
        folder: A folder, or an .npz file, or None.
        download: May files be downloaded into the cache?

    Raises:
        ArgumentTypeError: The folder is no path.
        DataNotFoundError: Files are missing, and not to be downloaded.
        DownloadError: They cannot be.
    """
    if folder is not None:
        return _all_in(as_path(folder, "folder"), "given as folder")
    if named := os.environ.get(VARIABLE):
        return _all_in(as_path(named, VARIABLE), f"named by {VARIABLE}")
    cache = cache_folder() / "mnist"
    if download and not isfile(cache / NPZ):
        missing = [f"{name}.gz" for name in MNIST if not _spelled(cache, name)]
        if missing:
            from microbp.datasets.download import fetch

            fetch(missing, cache)
    return _all_in(cache, "the cache, as download=False")


def _all_in(place: Path, why: str) -> list[Path]:
    if isfile(place):
        return [place]
    files = [_spelled(place, name) for name in MNIST]
    if all(files):
        return [file for file in files if file]
    if isfile(place / NPZ):
        return [place / NPZ]
    missing = [name for name, file in zip(MNIST, files, strict=True) if not file]
    lacks = f"lacks {', '.join(missing)} (each may end in .gz), and there is no {NPZ}"
    state = f"that folder {lacks}" if isdir(place) else "there is no such folder"
    raise DataNotFoundError(
        f"MNIST is not in {place} ({why}): {state}; "
        f"give a folder with the four files {', '.join(MNIST)}, or with {NPZ}, or "
        f"none, with {VARIABLE} unset, to have them downloaded"
    )


def _spelled(place: Path, name: str) -> Path | None:
    """The file of this name, packed or not, with a dash or a dot before ``idx``."""
    for spelling in (name, name.replace("-idx", ".idx")):
        for end in ("", ".gz"):
            if isfile(path := place / f"{spelling}{end}"):
                return path
    return None


def cache_folder() -> Path:
    """Where this system keeps what can be had again.

    Raises:
        DataNotFoundError: The system does not tell where the home folder is.
    """
    named = os.environ.get(
        "LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"
    )
    if named and isabs(named) and sys.platform != "darwin":
        return Path(named, "microbp")
    try:
        home = Path.home()
    except RuntimeError:
        raise DataNotFoundError(
            "this user has no home folder to keep data in: name a folder in "
            f"{VARIABLE}, or give one"
        ) from None
    parts = {"win32": ("AppData", "Local"), "darwin": ("Library", "Caches")}
    return home.joinpath(*parts.get(sys.platform, (".cache",)), "microbp")
