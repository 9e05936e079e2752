"""The engine: Values, the table of operations, and the walk that differentiates.

Reading order: `operations.py` (the one table), `value.py` (Value), `backward.py` (the
chain rule), `functional.py` (the functions that rows are written in), then the small
ones: `scope.py`, `functions.py`, `numbers.py`, `hooks.py`, `derivatives.py`.

The first four are compiled at install where there is a C compiler. `MICROBP_PURE=1` in
the environment runs them in plain Python all the same.
"""

import os
import sys

if os.environ.get("MICROBP_PURE") == "1":
    from importlib.machinery import FileFinder, SourceFileLoader

    here = os.path.dirname(__file__)  # in this folder, look for sources alone
    sys.path_importer_cache[here] = FileFinder(here, (SourceFileLoader, [".py"]))
