"""NumPy's .npz files, read as carefully as IDX files.

`numpy.load` takes memory on the word of a header; this does not. Nothing is unpickled.
"""

from __future__ import annotations

from contextlib import contextmanager

from microbp.datasets.bounded import DEFLATE_RATIO, LIMIT, finish, promise, take
from microbp.errors import DataFileError, DataNotFoundError, MicrobpError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import IO, Any
    from zipfile import ZipFile

    from numpy.typing import NDArray


def read_npz(path: Path, names: Iterable[str]) -> list[NDArray[Any]]:
    """The arrays of these names.

    Raises:
        DataFileError: One is missing, or the file is damaged, or no .npz file.
        DataNotFoundError: There is no such file.
    """
    with _unzipped(path) as archive:
        return [_member(archive, name, path) for name in names]


@contextmanager
def _unzipped(path: Path) -> Iterator[ZipFile]:
    from zipfile import ZipFile

    try:
        with ZipFile(path) as archive:
            yield archive
    except MicrobpError:
        raise
    except FileNotFoundError:
        raise DataNotFoundError(f"there is no file {path}") from None
    except Exception as error:  # zipfile and NumPy raise a dozen types on damaged files
        raise DataFileError(
            path, f"is not an .npz file, or damaged ({type(error).__name__}: {error})"
        ) from error


def _member(archive: ZipFile, name: str, path: Path) -> NDArray[Any]:
    import numpy as np

    if f"{name}.npy" not in archive.namelist():
        there = ", ".join(sorted(archive.namelist())[:8]) or "nothing"
        raise DataFileError(
            path, f"holds no array {name!r}, but {there}", "give the mnist.npz of Keras"
        )
    info = archive.getinfo(f"{name}.npy")
    room = min(info.file_size, info.compress_size * DEFLATE_RATIO, LIMIT)
    with archive.open(info) as stream:
        shape, order, dtype = _header(stream, name, path)
        size = promise(path, f"the header of {name}", shape, dtype.itemsize, room)
        data = take(stream, size, path, name)
        finish(stream, size, path)
    array = np.frombuffer(data, dtype).reshape(shape, order=order)
    return array.astype(dtype.newbyteorder("="), copy=False)


def _header(
    stream: IO[bytes], name: str, path: Path
) -> tuple[tuple[int, ...], Any, Any]:
    from numpy.lib import format as npy

    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    version = npy.read_magic(stream)
    if version not in readers:
        raise DataFileError(path, f"holds {name} in an unknown version, {version}")
    shape, is_fortran, dtype = readers[version](stream)
    if dtype.kind not in "iuf" or min(shape, default=0) < 0:
        raise DataFileError(path, f"holds no array of numbers as {name}, but {dtype}")
    return shape, "F" if is_fortran else "C", dtype
