"""The package as a whole: what it exports, what may import what, what it costs."""

import ast
import importlib
import sys
import types
from pathlib import Path

import pytest

import microbp
from microbp.engine.operations import OPERATIONS
from tests.helpers import ROOT, run_python

PACKAGE = ROOT / "microbp"

# Rooms by floor; a room may import from rooms on lower floors. What stands on one floor
# does not know its neighbours, but a bridge may consist of several files.
FLOORS = [
    {"errors", "files"},
    {"engine"},
    {"graph"},
    {"text"},
    {"draw", "lift"},
    {"train"},
    {"nn"},
]
# Everything else in the package is a bridge or the command line, on the top floor.
FILES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
FILES.remove(Path("__init__.py"))  # the front door opens on all rooms
# Modules that `import microbp` leaves for later, when they are needed.
HEAVY = [
    "numpy",
    "graphviz",
    "matplotlib",
    "dataclasses",
    "inspect",
    "typing",
    "IPython",
]


def room_of(path):
    return path.parts[0].removesuffix(".py")


def floor_of(room):
    for floor, rooms in enumerate(FLOORS):
        if room in rooms:
            return floor
    return len(FLOORS)


def may_import(room, other):
    if room == "__main__":  # stands above the command line, which it runs
        return True
    return room == other or floor_of(other) < floor_of(room)


def imported_rooms(source, path):
    """Rooms of microbp that a file imports, in functions too, with line numbers."""
    package = ["microbp", *path.parent.parts]
    for node in outside_type_checking(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*start, *filter(None, [node.module])])
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            first, _, rest = name.partition(".")
            if first == "microbp" and rest:
                yield rest.split(".")[0], node.lineno


def outside_type_checking(node):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for other in child.orelse:
                yield other
                yield from outside_type_checking(other)
            continue
        yield child
        yield from outside_type_checking(child)


def is_room(name):
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").exists()


# ---- what is exported ---------------------------------------------------------------


def test_all_is_sorted_in_its_two_parts_and_has_no_name_twice():
    # Not those that a doctest has added since.
    rows = [row.name for row in OPERATIONS.values() if row.is_function]
    functions = [name for name in rows if name in microbp.__all__]
    written = [name for name in microbp.__all__ if name not in functions]
    # Constants, classes, the rest: ruff's order for `__all__` (RUF022).
    in_order = sorted(
        written, key=lambda name: (not name.isupper(), not name[0].isupper(), name)
    )

    assert in_order == written
    assert sorted([*written, *functions]) == sorted(microbp.__all__)
    assert len(set(microbp.__all__)) == len(microbp.__all__)


@pytest.mark.parametrize("name", microbp.__all__)
def test_every_exported_name_exists(name):
    assert getattr(microbp, name) is not None


def test_everything_public_is_exported():
    for name in microbp.__all__:
        getattr(microbp, name)  # those that are loaded when first used
    public = {
        name
        for name, thing in vars(microbp).items()
        if not name.startswith("_")
        and (name in microbp.__all__ or not isinstance(thing, types.ModuleType))
    }

    assert set(microbp.__all__) == public - {"TYPE_CHECKING"}


def test_dir_lists_what_is_exported():
    assert set(microbp.__all__) <= set(dir(microbp))


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'microbp' has no attribute 'tahn'"):
        _ = microbp.tahn


def test_the_package_is_marked_as_typed():
    assert (PACKAGE / "py.typed").exists()


def test_every_public_name_has_a_docstring():
    constants = {"compiled"}
    without = [
        name
        for name in set(microbp.__all__) - constants
        if not getattr(microbp, name).__doc__
    ]

    assert [] == without


def test_every_error_is_a_microbp_error_and_a_builtin_one():
    errors = importlib.import_module("microbp.errors")
    classes = [x for x in vars(errors).values() if isinstance(x, type)]
    builtin = [
        [base for base in x.__mro__[1:] if base.__module__ == "builtins"]
        for x in classes
        if x is not errors.MicrobpError
    ]

    assert all(issubclass(x, errors.MicrobpError) for x in classes)
    assert all(bases[0] is not Exception for bases in builtin)


# ---- rooms --------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=str)
def test_arrows_between_rooms_point_one_way(path):
    room = room_of(path)
    source = (PACKAGE / path).read_text(encoding="utf-8")
    wrong = [
        f"{path}:{line}: {room} -> {other}"
        for other, line in imported_rooms(source, path)
        if is_room(other) and not may_import(room, other)
    ]

    assert [] == wrong


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("engine/x.py", "import microbp.graph", ["graph"]),
        ("engine/x.py", "from microbp.nn import MLP", ["nn"]),
        ("engine/x.py", "from microbp import graph, errors", ["graph", "errors"]),
        ("engine/x.py", "def f():\n    from microbp.train import fit", ["train"]),
        ("engine/x.py", "from . import value", ["engine"]),
        ("engine/x.py", "from ..lift import lift", ["lift"]),
        ("engine/x.py", "if TYPE_CHECKING:\n    import microbp.nn", []),
        (
            "engine/x.py",
            "if TYPE_CHECKING:\n    x\nelse:\n    import microbp.nn",
            ["nn"],
        ),
        ("engine/x.py", "import math, numpy.linalg", []),
    ],
)
def test_the_check_of_arrows_sees_every_import(path, source, expected):
    assert expected == [room for room, _ in imported_rooms(source, Path(path))]


@pytest.mark.parametrize(
    ("room", "other", "allowed"),
    [
        ("engine", "errors", True),
        ("errors", "engine", False),
        ("graph", "engine", True),
        ("engine", "graph", False),
        ("draw", "lift", False),
        ("lift", "draw", False),
        ("train", "lift", True),
        ("train", "nn", False),
        ("nn", "train", True),
        ("keras", "nn", True),
        ("nn", "keras", False),
        ("nn", "nn", True),
    ],
)
def test_the_check_of_arrows_knows_the_floors(room, other, allowed):
    assert allowed is may_import(room, other)


# ---- what it costs ------------------------------------------------------------------


def test_importing_microbp_loads_nothing_heavy():
    # As where Cython is not installed: its own `cython` module, which marks the plain
    # sources, loads typing.
    start = "import sys; sys.modules['cython'] = None"
    show = f"print(*[name for name in {HEAVY} if name in sys.modules])"
    before = set(run_python(f"{start}; {show}").split())
    after = set(run_python(f"{start}; import microbp; {show}").split())

    assert set() == after - before


def test_computing_with_numbers_needs_no_numpy():
    script = """
import sys
from microbp import Value, log, maximum, sum
x = Value(2.0)
y = sum([x * x, x / 2, x ** 3, x.tanh(), log(x), maximum(x, 1.0)])
y.backward()
print("numpy" in sys.modules)
"""
    before = run_python("import sys; print('numpy' in sys.modules)")

    assert before == run_python(script)


def test_the_engine_runs_in_plain_python_when_asked():
    assert (
        "False"
        == run_python("import microbp; print(microbp.compiled)", pure=True).strip()
    )


def test_the_version_is_that_of_the_installation():
    from importlib.metadata import version

    assert version("microbp") == microbp.__version__


def test_python_is_recent_enough_for_the_sources():
    assert sys.version_info >= (3, 10)
