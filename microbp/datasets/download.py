"""Files fetched from the first server that sends them whole.

A file is written beside its place, as ``.part``, and moved there when its checksum is
right, so that no broken file ever has a good name. What a cut connection leaves behind
is continued, from another server if need be.

Map: `fetch` gets files into a folder; `FILES` and `MIRRORS` are what it knows.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager

from microbp.errors import DownloadError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from http.client import HTTPResponse
    from pathlib import Path

MIRRORS = [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
]
# How many bytes each file has, and their SHA-256.
FILES = {
    "train-images-idx3-ubyte.gz": (
        9912422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    "train-labels-idx1-ubyte.gz": (
        28881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    "t10k-images-idx3-ubyte.gz": (
        1648877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    "t10k-labels-idx1-ubyte.gz": (
        4542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
}
TIMEOUT = 20.0  # seconds without a byte
TRIES = 5  # for each server, as long as it sends something
CHUNK = 1 << 16


def fetch(names: Iterable[str], folder: Path) -> None:
    """Download files into a folder, which is made if need be.

    Args:
        names: Some of `FILES`.
        folder: Where they go.

    Raises:
        DownloadError: A file comes from none of the `MIRRORS`, or there is no place
            to write it to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DownloadError(
            f"the folder {folder} for downloads cannot be made ({error}): name another "
            "one, with the files in it, in MICROBP_DATA"
        ) from error
    for name in names:
        _fetch_one(name, folder)


def _fetch_one(name: str, folder: Path) -> None:
    problems = []
    for mirror in MIRRORS:
        problem = _from_mirror(mirror + name, name, folder)
        if not problem or (folder / name).is_file():  # another process was faster
            return
        problems.append(f"  {mirror}{name}: {problem}")
    report = "\n".join(problems)
    raise DownloadError(
        f"{name} could not be downloaded:\n{report}\n"
        f"look at your connection and try again, or put the files {', '.join(FILES)} "
        f"into {folder} or into a folder that MICROBP_DATA names"
    )


def _from_mirror(url: str, name: str, folder: Path) -> str:
    """Try one server; what it failed at, or nothing when the file is in its place."""
    from http.client import HTTPException

    part = folder / f"{name}.part"
    problem = ""
    for _ in range(TRIES):
        before = _length(part)
        try:
            if before < FILES[name][0]:
                _receive(url, part, name)
            problem = _keep(part, name)
        except (OSError, HTTPException) as error:
            problem = str(error) or type(error).__name__
            if _length(part) <= before:
                break
        else:
            if not problem or before == 0:  # wrong from its first byte on
                break
    return problem


def _receive(url: str, part: Path, name: str) -> None:
    """Add to the part what is missing from it."""
    from urllib.request import Request, urlopen

    size, start = FILES[name][0], _length(part)
    request = Request(url, headers={"User-Agent": "microbp"})
    if start:
        request.add_header("Range", f"bytes={start}-")
    with urlopen(request, timeout=TIMEOUT) as answer:
        start = _first_byte(answer, start, size)
        part.touch()
        # Written over rather than appended: two processes that download at once write
        # the same bytes to the same places.
        with part.open("r+b") as file, _progress(name, size, start) as advance:
            file.seek(start)
            while start < size and (chunk := answer.read(min(CHUNK, size - start))):
                file.write(chunk)
                start += len(chunk)
                advance(len(chunk))
    if start < size:
        raise ConnectionError(f"the connection ended after {start:,} of {size:,} bytes")


def _first_byte(answer: HTTPResponse, asked: int, size: int) -> int:
    """Where the answer begins: where it was asked to, or at 0 if it cannot."""
    start = asked if answer.status == 206 else 0
    place = answer.headers.get("Content-Range", "")
    if answer.status == 206 and not place.startswith(f"bytes {asked}-"):
        raise ConnectionError(f"asked for bytes from {asked} on, it sent {place!r}")
    length = answer.headers.get("Content-Length")
    if length not in (None, str(size - start)):
        raise ConnectionError(
            f"it sent {length} bytes, not {size - start}: another file"
        )
    return start


def _keep(part: Path, name: str) -> str:
    """Move a whole part to its place, or throw it away and say why."""
    import hashlib

    with part.open("rb") as file:
        digest = hashlib.sha256()
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    if digest.hexdigest() == FILES[name][1]:
        part.replace(part.with_name(name))
        return ""
    part.unlink()
    return f"wrong bytes, of SHA-256 {digest.hexdigest()} and not {FILES[name][1]}"


def _length(part: Path) -> int:
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def _progress(name: str, size: int, start: int) -> Iterator[Callable[[int], object]]:
    """A bar on the terminal, or a line where tqdm is not installed."""
    try:
        from tqdm import tqdm
    except ImportError:
        if sys.stderr is not None and sys.stderr.isatty():
            print(f"downloading {name}, {size / 1e6:.1f} MB", file=sys.stderr)
        yield lambda count: None
        return
    shown = None if sys.stderr is not None else True  # None: only on a terminal
    with tqdm(
        desc=name, total=size, initial=start, unit="B", unit_scale=True, disable=shown
    ) as bar:
        yield bar.update
