"""Bytes of files that nobody vouches for, read with care.

Memory is taken as data arrives, never on the word of a header, and a file that unpacks
to more than it says is not read to its end.

Map: `opened` opens a file, packed or not; `take` reads what must be there; `promise`
checks what a header says; `finish` sees that nothing is left.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

from microbp.errors import ArgumentTypeError, DataFileError, DataNotFoundError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO, Any

CHUNK = 1 << 20
# Deflate packs at most 258 bytes into two bits: https://zlib.net/zlib_tech.html
DEFLATE_RATIO = 1032
# The largest array that a packed file may hold; MNIST is 47 MB, EMNIST 640 MB.
LIMIT = 1 << 30


def as_path(path: Any, what: str) -> Path:
    """A path, with ``~`` as the home folder.

    Raises:
        ArgumentTypeError: It is neither a str nor a path.
    """
    try:
        return Path(path).expanduser()
    except TypeError:
        raise ArgumentTypeError(
            f"{what} is a str or a Path, not {type(path).__name__} {path!r}"
        ) from None
    except RuntimeError:  # there is no home folder
        return Path(path)


@contextmanager
def opened(path: Path) -> Iterator[tuple[Any, int]]:
    """A file as a stream of unpacked bytes, and how many it can hold at most.

    Packed files are known by their first bytes: names lie, since browsers unpack some
    downloads and keep the name.

    Raises:
        DataNotFoundError: There is no such file.
        DataFileError: It cannot be opened, or read, or unpacked.
    """
    import gzip
    import zlib

    try:
        with path.open("rb") as file:
            room = path.stat().st_size
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if packed:
                with gzip.open(file) as stream:
                    yield stream, min(room * DEFLATE_RATIO, LIMIT)
            else:
                yield file, room
    except FileNotFoundError:
        raise DataNotFoundError(f"there is no file {path}") from None
    except EOFError:
        raise DataFileError(path, "is truncated: its packed data ends early") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataFileError(path, f"is damaged and cannot be unpacked ({error})") from (
            error
        )
    except OSError as error:
        advice = "see to it that it is a file that you may read"
        raise DataFileError(path, f"cannot be read ({error})", advice) from error


def promise(
    path: Path, what: str, shape: tuple[int, ...], width: int, room: int
) -> int:
    """How many bytes an array takes, where a file has room for them.

    Args:
        path: The file.
        what: What makes the promise, such as ``"the header"``.
        shape: How long the array is said to be in each dimension.
        width: Bytes of one number.
        room: How many bytes the file can hold.

    Raises:
        DataFileError: A dimension is 0, or there cannot be so many bytes.
    """
    from math import prod

    size = prod(shape) * width
    sides = " × ".join(map(str, shape))
    if size == 0:
        raise DataFileError(path, f"is empty: {what} says {sides}")
    if size > room:
        raise DataFileError(
            path,
            f"is truncated or damaged: {what} promises {sides} numbers, {size:,} bytes,"
            f" and the file can hold {room:,}",
        )
    return size


def take(stream: IO[bytes], size: int, path: Path, what: str) -> bytearray:
    """Read exactly so many bytes.

    Raises:
        DataFileError: The file ends before.
    """
    data = bytearray()
    while len(data) < size:
        chunk = stream.read(min(CHUNK, size - len(data)))
        if not chunk:
            raise DataFileError(
                path, f"is truncated: {what} ends after {len(data):,} of {size:,} bytes"
            )
        data += chunk
    return data


def finish(stream: IO[bytes], size: int, path: Path) -> None:
    """See that nothing follows; a packed stream checks its own checksum here.

    Raises:
        DataFileError: Something does.
    """
    if stream.read(1):
        raise DataFileError(
            path, f"is damaged: it goes on after the {size:,} bytes that it promises"
        )
