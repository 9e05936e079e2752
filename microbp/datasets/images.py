"""Images of handwritten digits: MNIST, and the smaller ones of scikit-learn.

Both come as ((X_train, y_train), (X_test, y_test)), as in Keras, but ready to use: each
row of X is an image with pixels from 0 to 1, and y is the digit.
"""

from __future__ import annotations

from microbp.datasets.idx import read_idx
from microbp.datasets.npz import read_npz
from microbp.datasets.places import find_mnist
from microbp.errors import (
    ArgumentError,
    ChoiceError,
    DataFileError,
    MissingPackageError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    Part = tuple[NDArray[Any], NDArray[Any]]

SIDE = 28
ADVICE = "give MNIST's four files, all from one source"


def mnist(
    folder: Any = None,
    *,
    flatten: bool = True,
    dtype: Any = "float32",
    download: bool = True,
) -> tuple[Part, Part]:
    """MNIST: 60,000 handwritten digits to learn from and 10,000 to test with.

    The files are looked for in `folder`; without one, in the folder that the
    environment variable `MICROBP_DATA` names; without that, in the cache of this user
    (``~/.cache/microbp/mnist``, on a Mac below ``~/Library/Caches``, on Windows below
    ``%LOCALAPPDATA%``), into which they are downloaded once, 12 MB, with a checksum.

    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to
    document recognition", Proceedings of the IEEE 86 (1998) 2278-2324.

    Args:
        folder: A folder with the four IDX files (``train-images-idx3-ubyte`` and so
            on, or ``train-images.idx3-ubyte``, packed as ``.gz`` or not), or with
            Keras's ``mnist.npz``, or that file itself.
        flatten: Is an image a row of 784 pixels, or a square of 28 by 28?
        dtype: The type of the pixels, ``"float32"`` or ``"float64"``.
        download: May missing files be downloaded?

    Returns:
        ((X_train, y_train), (X_test, y_test)). X is of shape (n, 784), or (n, 28, 28)
        without `flatten`, from 0.0, paper, to 1.0, ink; y of shape (n,) holds the
        digits, 0 to 9, as int64.

    Raises:
        DataFileError: A file is damaged or a wrong one; the message names it.
        DataNotFoundError: The folder, or a file in it, does not exist.
        DownloadError: No server sends the files.
        ChoiceError: An unknown dtype.
        ArgumentTypeError: The folder is no path.

    Example:
        >>> from microbp.datasets import mnist
        >>> (X, y), (X_test, y_test) = mnist()       # doctest: +SKIP
        >>> X.shape, X_test.shape, y[:5].tolist()    # doctest: +SKIP
        ((60000, 784), (10000, 784), [5, 0, 4, 1, 9])
    """
    dtype = _as_dtype(dtype)
    paths = find_mnist(folder, download)
    if len(paths) == 1:
        arrays = read_npz(paths[0], ["x_train", "y_train", "x_test", "y_test"])
        paths *= 4
    else:
        arrays = [read_idx(path) for path in paths]
    train = _part(arrays[0], arrays[1], paths[0], paths[1], flatten, dtype)
    return train, _part(arrays[2], arrays[3], paths[2], paths[3], flatten, dtype)


def _as_dtype(dtype: Any) -> Any:
    import numpy as np

    try:
        checked = np.dtype(dtype)
    except TypeError:
        checked = None
    if dtype is None or checked not in (np.float32, np.float64):
        raise ChoiceError("dtype", dtype, ["float32", "float64"])
    return checked


def _part(
    images: NDArray[Any],
    labels: NDArray[Any],
    images_path: Path,
    labels_path: Path,
    flatten: bool,
    dtype: Any,
) -> Part:
    """Images and their labels, checked and scaled."""
    if images.dtype != "uint8" or images.shape[1:] != (SIDE, SIDE):
        raise DataFileError(
            images_path,
            f"holds {images.dtype} numbers of shape {images.shape}, and images of MNIST"
            f" are uint8 of shape (n, {SIDE}, {SIDE})",
            ADVICE,
        )
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise DataFileError(
            labels_path,
            f"holds {labels.dtype} numbers of shape {labels.shape}, and labels of MNIST"
            " are uint8 of shape (n,)",
            ADVICE,
        )
    if len(images) != len(labels):
        raise DataFileError(
            labels_path,
            f"has {len(labels):,} labels for the {len(images):,} images of "
            f"{images_path.name}",
            ADVICE,
        )
    wrong = (labels < 0) | (labels > 9)
    if wrong.any():
        place = int(wrong.argmax())
        raise DataFileError(
            labels_path,
            f"is no file of digits: label {place} is {labels[place]}, not 0 to 9",
            ADVICE,
        )
    X = images.astype(dtype)
    X /= 255
    return X.reshape(len(X), -1) if flatten else X, labels.astype("int64")


def digits(test_size: Any = 0.2, *, rng: Any = 0) -> tuple[Part, Part]:
    """Scikit-learn's digits: 1,797 real ones, of 8 by 8 pixels, small enough to see.

    E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
    Learning Repository, 1998, https://doi.org/10.24432/C50P49

    Args:
        test_size: How much is kept for the test: a share between 0 and 1, or a number
            of images. Each digit has its share in both parts.
        rng: The seed of the split, or a generator; None for an unpredictable split. By
            default all calls split alike, so that no test image is ever learned.

    Returns:
        ((X_train, y_train), (X_test, y_test)). X of shape (n, 64) is float64 from 0 to
        1; y of shape (n,) holds the digits as int64.

    Raises:
        MissingPackageError: Scikit-learn is not installed.
        ArgumentError: A part would be empty, or a negative seed.
        ArgumentTypeError: The rng is none.
        NumberError: The test_size is not a number.

    Example:
        >>> from microbp.datasets import digits
        >>> (X, y), (X_test, y_test) = digits(test_size=360)
        >>> X.shape, X_test.shape
        ((1437, 64), (360, 64))
    """
    import numpy as np

    from microbp.datasets.points import draw
    from microbp.nn.initializers import as_rng

    source = as_rng(rng)
    pixels, labels = _load_digits()
    n = len(labels)
    count = _test_count(test_size, n)
    key = draw(source, n)
    # Sorted by digit, then by chance: every k-th image takes each digit's share.
    by_digit = np.lexsort((key, labels))
    chosen = np.zeros(n, bool)
    chosen[by_digit[np.arange(count) * n // count]] = True
    order = np.argsort(draw(source, n), kind="stable")
    X, y = pixels[order] / 16.0, labels[order].astype("int64")
    test = chosen[order]
    return (X[~test], y[~test]), (X[test], y[test])


def _load_digits() -> Part:
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise MissingPackageError(
            f"digits come with scikit-learn, which cannot be imported ({error}): "
            "pip install scikit-learn",
            name="sklearn",
        ) from error
    pixels, labels = load_digits(return_X_y=True)
    return pixels, labels


def _test_count(test_size: Any, n: int) -> int:
    from math import ceil

    from microbp.engine.numbers import to_float

    size = to_float(test_size, "test_size")
    count = ceil(size * n) if 0.0 < size < 1.0 else size
    if not 0 < count < n or count != int(count):
        raise ArgumentError(
            f"test_size is a share between 0 and 1, or a number of images from 1 to "
            f"{n - 1}, not {test_size!r}"
        )
    return int(count)
