"""Which modules of a graph are closed into one box, and which stay open.

Every node knows the scope that computed it, and scopes know the ones around them. Here
`fold=` and `open=` are turned into one answer per scope.

Map: `chain` lists the scopes around a node. `Closing` answers for a whole graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.errors import ArgumentError, ArgumentTypeError, ChoiceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from microbp.engine.scope import Scope

MEANING = (
    "fold= draws each module of that kind, or at that depth (1, 2, ...), as one box"
)


def chain(scope: Scope | None) -> list[Scope]:
    """The scopes from the outermost to this one.

    Example:
        >>> from microbp.engine.scope import Scope
        >>> with Scope("mlp", "net"), Scope("layer", "layer 1") as inner:
        ...     pass
        >>> chain(inner)
        [Scope('mlp', 'net'), Scope('layer', 'net/layer 1')]
    """
    scopes = []
    while scope is not None:
        scopes.append(scope)
        scope = scope.outer
    return scopes[::-1]


def kinds(scopes: Iterable[Scope | None]) -> list[str]:
    """The kinds of the scopes and of those around them, the outermost first."""
    depth: dict[str, int] = {}
    for scope in set(scopes):
        for level, one in enumerate(chain(scope)):
            depth[one.kind] = min(level, depth.get(one.kind, level))
    return sorted(depth, key=lambda kind: (depth[kind], kind))


class Closing:
    """For each scope of a graph: the module around it that is drawn as one box.

    Args:
        scopes: The scopes of the nodes.
        fold: The kind of module that is closed; or the depth, 1 for the outermost
            modules, 2 for those inside them; 0 closes none and frames all.
        open: Paths of modules that stay open, with all around them. The end of a path
            is enough when only one module has it.

    Raises:
        ChoiceError: No module is of that kind, or has that path.
        ArgumentError: The depth is negative.
        ArgumentTypeError: `fold` or `open` is something else.
    """

    def __init__(
        self,
        scopes: Iterable[Scope | None],
        fold: str | int | None,
        open: str | Sequence[str] | None,
    ) -> None:
        self.chains = {scope: chain(scope) for scope in set(scopes)}
        self.fold = self._check_fold(1 if fold is None else fold)
        self.opened = {
            path for name in _names(open) for path in _prefixes(self._find(name))
        }
        self._around_opened = {
            one.outer
            for scopes in self.chains.values()
            for one in scopes
            if one.path in self.opened
        }

    def closed(self, scope: Scope | None) -> Scope | None:
        """The module that is drawn closed and holds this scope, if there is one."""
        reached = False
        for depth, one in enumerate(self.chains[scope], start=1):
            reached = reached or self.fold in (one.kind, depth)
            if reached and one.path not in self.opened:
                return one
        return None

    def holds_opened(self, scope: Scope | None) -> bool:
        """Was a module directly inside this one opened by name?"""
        return scope in self._around_opened

    def _check_fold(self, fold: object) -> str | int:
        if isinstance(fold, bool) or not isinstance(fold, (str, int)):
            raise ArgumentTypeError(
                f"fold is a kind of module or a depth, not {type(fold).__name__} "
                f"{fold!r}: {MEANING}"
            )
        if isinstance(fold, int) and fold < 0:
            raise ArgumentError(
                f"fold={fold} is no depth: 1 closes the outermost modules, 2 those "
                "inside them, 0 none"
            )
        present = kinds(self.chains)
        if isinstance(fold, str) and fold not in present:
            none = "" if present else ", and no module computed anything in this graph"
            raise ChoiceError("fold", fold, present, MEANING + none)
        return fold

    def _find(self, name: str) -> str:
        """The path that is meant by a path or by the end of one."""
        paths = {one.path for scopes in self.chains.values() for one in scopes}
        if name in paths:
            return name
        found = [path for path in paths if path.endswith(f"/{name}")]
        if len(found) == 1:
            return found[0]
        raise ChoiceError(
            "module to open",
            name,
            sorted(found)[:5] or _nearest(name, paths),
            f"{len(found)} modules have a path with this end"
            if found
            else "open= takes the path of a module, from the outermost to it",
        )


def _nearest(name: str, paths: Iterable[str]) -> list[str]:
    """Up to five paths whose ends, as long as the name, look like the name."""
    from difflib import get_close_matches

    parts = name.count("/") + 1
    by_end: dict[str, list[str]] = {}
    for path in sorted(paths):
        by_end.setdefault("/".join(path.split("/")[-parts:]), []).append(path)
    ends = get_close_matches(name, by_end, 5, 0.5) or list(by_end)
    return [path for end in ends for path in by_end[end]][:5]


def _names(open: object) -> list[str]:
    names = [open] if isinstance(open, str) else open
    if names is None:
        return []
    if not isinstance(names, (list, tuple, set)) or not all(
        isinstance(name, str) for name in names
    ):
        raise ArgumentTypeError(
            f"open is the path of a module or a list of paths, not {open!r}"
        )
    return list(names)


def _prefixes(path: str) -> list[str]:
    """The path and those of the modules around it."""
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
