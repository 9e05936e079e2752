"""Data to learn from: handwritten digits, and points in the plane.

Everything comes as NumPy arrays, X of floats and y of class numbers, ready for a
network. It is no collection: a few sets that fit a library of scalars.

- `mnist`: 70,000 handwritten digits of 28 by 28 pixels, from files or downloaded.
- `digits`: 1,797 of 8 by 8 pixels, those of scikit-learn.
- `moons`, `circles`, `spirals`, `xor`: classes that no straight line separates.
- `read_idx`: the array in any IDX file, the format of MNIST and its successors.

Reading order: `points.py` (the plane), `images.py` (mnist, digits), then what they use:
`places.py` (where files are looked for), `idx.py` and `npz.py` (files read with care,
on the floor of `bounded.py`), `download.py`.
"""

from microbp.datasets.idx import read_idx
from microbp.datasets.images import digits, mnist
from microbp.datasets.points import circles, moons, spirals, xor

__all__ = ["circles", "digits", "mnist", "moons", "read_idx", "spirals", "xor"]
