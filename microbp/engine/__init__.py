"""The engine: Values, the table of operations, and the walk that differentiates.

Reading order: `operations.py` (the one table), `value.py` (Value and backward),
`functional.py` (the functions that rows are written in), then the small ones:
`functions.py`, `numbers.py`, `hooks.py`, `derivatives.py`.

`value.py`, `operations.py` and `functional.py` are compiled at install where there is a
C compiler. `MICROBP_PURE=1` in the environment runs them in plain Python all the same.
"""

import os
import sys

if os.environ.get("MICROBP_PURE", "0") not in ("", "0"):
    from importlib.machinery import FileFinder, SourceFileLoader

    here = os.path.dirname(__file__)
    sys.path_importer_cache[here] = FileFinder(here, (SourceFileLoader, [".py"]))
