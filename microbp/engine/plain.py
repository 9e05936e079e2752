"""Stands in for the `cython` module where Cython is not installed.

The engine is one source for two speeds. Built by Cython, the marks below choose a C
layout; in plain Python they do nothing, and this file supplies them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")

compiled = False
bint = ushort = uint = ulong = Py_ssize_t = int


def cclass(thing: T) -> T:
    """Mark a class to become a C struct, or a function to become a C function."""
    return thing


cfunc = inline = no_gc = cclass


def freelist(size: int) -> Callable[[T], T]:
    """Mark a class whose freed instances are kept for reuse."""
    return cclass


def declare(kind: type, start: T) -> T:
    """Mark a module variable that is a C variable when compiled."""
    return start
