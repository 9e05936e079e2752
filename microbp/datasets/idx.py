"""The IDX format: a few numbers that say what follows, then the numbers of an array.

Two zero bytes, a byte for the type, a byte for the number of dimensions, the length of
each dimension in four bytes, and the data, all with the highest byte first. The format
is described with MNIST, Y. LeCun, C. Cortes, C. Burges, "The MNIST database of
handwritten digits", http://yann.lecun.com/exdb/mnist/
"""

from __future__ import annotations

from microbp.datasets.bounded import as_path, finish, opened, promise, take
from microbp.errors import DataFileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO, Any

    from numpy.typing import NDArray

# The third byte of a file, and what NumPy calls that type.
TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_DIMENSIONS = 32  # as in all versions of NumPy
# What other files begin with.
OTHERS = {
    b"<": "a web page",
    b"PK": "a zip file",
    b"\x93N": "a .npy file",
    b"BZ": "a bzip2 file",
    b"\xfd7": "an xz file",
    b"ve": "perhaps a pointer of Git LFS",
}


def read_idx(path: Any) -> NDArray[Any]:
    """The array in an IDX file, packed with gzip or not.

    Args:
        path: The file.

    Returns:
        An array of the shape and the type that the file names, in the byte order of
        this machine.

    Raises:
        DataFileError: It is no IDX file, or it is truncated, longer than it says, or
            damaged.
        DataNotFoundError: There is no such file.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from microbp.datasets import read_idx
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "labels-idx1-ubyte")
        ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
        ...     read_idx(path)
        array([7, 2, 1], dtype=uint8)
    """
    import numpy as np

    path = as_path(path, "path")
    with opened(path) as (stream, room):
        kind, dimensions = _magic(stream, path)
        lengths = take(stream, 4 * dimensions, path, "its header")
        shape = tuple(np.frombuffer(lengths, ">u4").tolist())
        dtype = np.dtype(kind)
        header = 4 + 4 * dimensions
        size = promise(path, "its header", shape, dtype.itemsize, room - header)
        data = take(stream, size, path, "its data")
        finish(stream, header + size, path)
    array = np.frombuffer(data, dtype).reshape(shape)
    return array.astype(dtype.newbyteorder("="), copy=False)


def _magic(stream: IO[bytes], path: Path) -> tuple[str, int]:
    head = take(stream, 4, path, "its header")
    kind, dimensions = head[2], head[3]
    if head[:2] != b"\0\0":
        looks = [name for start, name in OTHERS.items() if head.startswith(start)]
        raise DataFileError(
            path,
            f"is not an IDX file: it begins with the bytes {head.hex(' ')}, not with "
            f"00 00{''.join(f', and looks like {name}' for name in looks)}",
        )
    if kind not in TYPES:
        known = ", ".join(f"{byte:02x}" for byte in TYPES)
        raise DataFileError(
            path,
            f"is not an IDX file, or damaged: its type byte is {kind:02x}, and there "
            f"are {known}",
        )
    if not 1 <= dimensions <= MOST_DIMENSIONS:
        raise DataFileError(
            path,
            f"is not an IDX file, or damaged: it says that it has {dimensions} "
            f"dimensions, and 1 to {MOST_DIMENSIONS} are possible",
        )
    return TYPES[kind], dimensions
