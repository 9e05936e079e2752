"""Which tests run: those marked `exe` need Graphviz's dot. See also `--help`."""

import shutil
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path

import pytest

# What the examples in the docstrings of bridges need.
NEEDED = {"microbp.onnx.": "onnx"}


def pytest_addoption(parser):
    group = parser.getgroup("microbp")
    group.addoption("--skip-exe", action="store_true", help="no test that needs dot")
    group.addoption("--only-exe", action="store_true", help="only tests that need dot")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--skip-exe"):
        no_exe = pytest.mark.skip(reason="--skip-exe was given")
    elif shutil.which("dot") is None:
        no_exe = pytest.mark.skip(reason="Graphviz's dot is not on PATH")
    else:
        no_exe = None
    no_others = pytest.mark.skip(reason="--only-exe was given")

    for item in items:
        if item.get_closest_marker("exe"):
            if no_exe:
                item.add_marker(no_exe)
        elif config.getoption("--only-exe"):
            item.add_marker(no_others)
        for start, package in NEEDED.items():
            if item.name.startswith(start) and not find_spec(package):
                item.add_marker(pytest.mark.skip(reason=f"{package} is not installed"))


def pytest_report_header():
    import microbp

    kind = "compiled" if microbp.compiled else "plain Python"
    stale = " (older than its sources: run make)" if _engine_is_stale(microbp) else ""
    return f"microbp engine: {kind}{stale}"


def _engine_is_stale(microbp):
    engine = Path(microbp.__file__).parent / "engine"
    built = [path for end in EXTENSION_SUFFIXES for path in engine.glob(f"*{end}")]
    sources = [path.with_name(path.name.split(".")[0] + ".py") for path in built]
    return microbp.compiled and any(
        source.exists() and source.stat().st_mtime > path.stat().st_mtime
        for source, path in zip(sources, built, strict=True)
    )
