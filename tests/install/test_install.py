"""The project installs with a C compiler and without one, and says which it was."""

import json
import os
import runpy
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ["setup.py", "setup.cfg", "pyproject.toml", "README.md", "LICENSE"]
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
SESSION = """
import json, microbp
x = microbp.Value(2.0)
(x * 3.0).backward()
print(json.dumps([microbp.__file__, microbp.compiled, x.grad]))
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("MICROBP_PURE") == "1",
        reason="installs both ways by itself: once, in the run without MICROBP_PURE",
    ),
]


def test_with_a_compiler_the_whole_engine_is_compiled(tmp_path):
    pytest.importorskip("Cython")
    if not can_compile(tmp_path):
        pytest.skip("no C compiler that finds Python's headers")

    installed = install(tmp_path)

    assert [True, 3.0] == run_session(installed)
    listed = runpy.run_path(str(ROOT / "setup.py"))["ENGINE"]
    sources = [installed / source for source in listed if (ROOT / source).exists()]
    assert all(source.exists() for source in sources)
    assert all(source.with_suffix(SUFFIX).exists() for source in sources)


def test_without_a_compiler_the_engine_runs_as_plain_python(tmp_path):
    installed = install(tmp_path, CC="/bin/false")

    assert [False, 3.0] == run_session(installed)
    assert [] == list(installed.rglob(f"*{SUFFIX}"))


def install(folder, **environment):
    """Install a copy of the sources, free of earlier builds, and return where."""
    copy, target = folder / "copy", folder / "target"
    ignore = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
    shutil.copytree(ROOT / "microbp", copy / "microbp", ignore=ignore)
    for name in FILES:
        shutil.copy(ROOT / name, copy)
    options = "--quiet --no-build-isolation --no-deps --no-index --target"
    run(
        *[sys.executable, "-m", "pip", "install", *options.split(), target, copy],
        env=os.environ | environment,
    )
    return target


def run_session(installed):
    """Return `compiled` and a gradient, from a new process that sees the install."""
    output = run(
        *[sys.executable, "-c", SESSION],
        env=os.environ | {"PYTHONPATH": str(installed)},
        cwd=installed.parent,
    )
    where, *results = json.loads(output)

    assert Path(where).is_relative_to(installed)
    return results


def can_compile(folder):
    compiler = os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc"
    probe = folder / "probe.c"
    probe.write_text("#include <Python.h>\n")
    command = [*compiler.split(), "-c", probe, "-I", sysconfig.get_path("include")]
    try:
        run(*command, "-o", folder / "probe.o")
    except (OSError, AssertionError):
        return False
    return True


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)

    assert done.returncode == 0, done.stderr
    return done.stdout
