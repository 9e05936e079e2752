"""Build the engine with Cython where that can be done; setup.cfg has all the rest.

The sources are plain Python and stay installed beside what is built from them, so
compiling is optional: without Cython, without a working C compiler, or with
MICROBP_PURE=1 in the environment, the same files run as they are, with the same
results. `microbp.compiled` tells what an installation got. `backward` reaches into the
C fields of `value`, so these two are compiled together or not at all; the engine says
so if an installation is ever half done.

An error of Cython itself is a mistake in the sources, and stops the build.
"""

import os
import sys

from setuptools import Extension, setup

ENGINE = [
    "microbp/engine/functional.py",
    "microbp/engine/operations.py",
    "microbp/engine/value.py",
    "microbp/engine/backward.py",
]

# No fused multiply-add: it rounds once where Python rounds twice, and compiled results
# are to equal plain ones bit for bit on every CPU. MSVC does not fuse unless asked.
COMPILE_ARGS = [] if sys.platform == "win32" else ["-O2", "-ffp-contract=off"]


def engine_extensions() -> list[Extension]:
    """Return the extensions to build, none where the engine is to stay plain."""
    if os.environ.get("MICROBP_PURE") == "1":
        return []
    try:
        from Cython.Build import cythonize
    except ImportError:
        return []
    extensions: list[Extension] = cythonize(
        [
            Extension(
                source.removesuffix(".py").replace("/", "."),
                [source],
                extra_compile_args=COMPILE_ARGS,
            )
            for source in ENGINE
        ],
        language_level=3,
        build_dir="build/cython",
    )
    for extension in extensions:
        extension.optional = True  # set here: cythonize drops it from what it is given
    return extensions


if __name__ == "__main__":
    setup(ext_modules=engine_extensions())
