"""`to_json` and `from_json`: a graph as a document that any program can read.

The format, `microbp.graph` version 1, is described by a JSON Schema in
`docs/graph.schema.json`. Reading one executes nothing: it gives a `Graph`, which can be
drawn, explained and traced, and every number in it is as it was, to the last bit.

Map: `to_json` writes; `from_json` reads, and `_Reader` checks what it reads.
"""

from __future__ import annotations

import json
from math import inf, isfinite
from typing import TYPE_CHECKING

from microbp.engine.operations import OPERATIONS
from microbp.engine.scope import Scope
from microbp.errors import GraphFileError
from microbp.graph import Graph

if TYPE_CHECKING:
    from typing import Any

FORMAT, VERSION = "microbp.graph", 1
KINDS = ("leaf", "constant", "parameter", "placeholder", "operation")
SPECIAL = {"NaN": float("nan"), "Infinity": inf, "-Infinity": -inf}
FIELDS = {
    *("id", "name", "label", "kind", "op", "by_hand", "data", "grad"),
    *("parents", "local_grads", "scope"),
}


def to_json(v: Any, *, indent: int | None = 1) -> str:
    """The graph of a Value as JSON.

    Args:
        v: The root: a Value, several, or a `Graph`.
        indent: Spaces for each level; None for one line.

    Returns:
        A document with `format`, `version`, `roots`, `scopes` and `nodes`, operands
        before results. Numbers that JSON has no word for are the strings `"NaN"`,
        `"Infinity"` and `"-Infinity"`.

    Example:
        >>> import json
        >>> from microbp import Value, to_json
        >>> x = Value(3.0, label="x")
        >>> document = json.loads(to_json(x * x))
        >>> document["format"], document["version"], document["roots"]
        ('microbp.graph', 1, [1])
        >>> document["nodes"][1]["op"], document["nodes"][1]["local_grads"]
        ('*', [3.0, 3.0])
    """
    graph = v if isinstance(v, Graph) else Graph(v)
    scopes: dict[Scope, int] = {}
    for scope in graph.scope:
        _enter(scope, scopes)
    document = {
        "format": FORMAT,
        "version": VERSION,
        "roots": list(graph.roots),
        "scopes": [
            {
                "kind": scope.kind,
                "name": scope.name,
                "title": scope.title,
                "outer": None if scope.outer is None else scopes[scope.outer],
            }
            for scope in scopes
        ],
        "nodes": [
            {
                "id": node.id,
                "name": node.name,
                "label": node.label,
                "kind": node.kind,
                "op": node.op,
                "by_hand": bool(node.op) and graph.operation[node.id] is None,
                "data": _number(node.data),
                "grad": _number(node.grad),
                "parents": list(node.parents),
                "local_grads": [_number(x) for x in node.local_grads],
                "scope": None if node.scope is None else scopes[node.scope],
            }
            for node in graph
        ],
    }
    return json.dumps(document, indent=indent, ensure_ascii=True, allow_nan=False)


def from_json(text: str | bytes) -> Graph:
    """Read a graph that `to_json` wrote.

    Args:
        text: The document.

    Returns:
        A `Graph`, equal to the one that was written in every column.

    Raises:
        GraphFileError: It is no such document, or it is damaged.

    Example:
        >>> from microbp import Value, draw, from_json, to_json
        >>> x = Value(3.0, label="x")
        >>> graph = from_json(to_json(x * x))
        >>> graph
        Graph(2 nodes, root 'v1' = 9.0)
        >>> draw(graph).source == draw(x * x).source
        True
    """
    if not isinstance(text, (str, bytes)):
        raise GraphFileError(
            f"a graph is read from a str or bytes, not from {type(text).__name__}: "
            "give the text of the file, as in Path(...).read_text()"
        )
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        advice = ""
        if len(text) < 300 and text.lstrip()[:1] not in ("{", b"{", ""):
            advice = "; for a file give its text, as in Path(...).read_text()"
        raise GraphFileError(f"this is not JSON: {error}{advice}") from error
    return _Reader(document).graph()


def _enter(scope: Scope | None, scopes: dict[Scope, int]) -> None:
    """Number a scope, after those around it."""
    if scope is not None and scope not in scopes:
        _enter(scope.outer, scopes)
        scopes[scope] = len(scopes)


def _number(x: float) -> float | str:
    if isfinite(x):
        return x
    return "NaN" if x != x else "Infinity" if x > 0 else "-Infinity"


class _Reader:
    """Checks a document and makes a graph of it."""

    def __init__(self, document: Any) -> None:
        top = self._record(document, "the document")
        if top.get("format") != FORMAT:
            raise GraphFileError(
                f"the document's format is {top.get('format')!r}, not {FORMAT!r}: it "
                "is not from to_json"
            )
        if top.get("version") != VERSION:
            raise GraphFileError(
                f"the document has version {top.get('version')!r}, and this microbp "
                f"reads version {VERSION}: install a newer one"
            )
        self.nodes = self._list(top.get("nodes"), "nodes")
        if not self.nodes:
            raise GraphFileError("the document has no nodes: there is no graph in it")
        self.scopes = self._scopes(self._list(top.get("scopes"), "scopes"))
        self.roots = [
            self._index(root, len(self.nodes), "a root")
            for root in self._list(top.get("roots"), "roots")
        ]
        if not self.roots:
            raise GraphFileError("the document has no roots: what is its result?")

    def graph(self) -> Graph:
        """The graph."""
        rows = [self._node(i, node) for i, node in enumerate(self.nodes)]
        names = (
            *("label", "kind", "op", "operation", "data", "grad"),
            *("parents", "local_grads", "scope"),
        )
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        return Graph.of_columns(**columns, roots=tuple(self.roots))

    def _node(self, i: int, given: Any) -> tuple[Any, ...]:
        where = f"node {i}"
        node = self._record(given, where)
        unknown = sorted(map(str, node.keys() - FIELDS))
        lacking = sorted(FIELDS - {"id", "name"} - node.keys())
        if unknown or lacking:
            raise GraphFileError(
                f"{where} has fields that are not known, {unknown}, or lacks some, "
                f"{lacking}: it is damaged"
            )
        if node.get("id", i) != i:
            raise GraphFileError(f"{where} calls itself {node['id']!r}: it is damaged")
        label, op = self._text(node["label"], where), self._text(node["op"], where)
        kind = node["kind"]
        if kind not in KINDS:
            raise GraphFileError(f"{where} is of kind {kind!r}, not one of {KINDS}")
        parents = tuple(self._list(node["parents"], f"the parents of {where}"))
        for p in parents:
            self._parent(p, i)
        local = tuple(
            self._float(x, f"a local derivative of {where}")
            for x in self._list(node["local_grads"], f"the local_grads of {where}")
        )
        if len(local) != len(parents):
            raise GraphFileError(
                f"{where} has {len(parents)} parents and {len(local)} local_grads: "
                "there is one for each"
            )
        if kind != "operation" and (parents or op):
            raise GraphFileError(
                f"{where} is a {kind}, and has an operation or parents: it is damaged"
            )
        scope = node["scope"]
        if scope is not None:
            scope = self.scopes[self._index(scope, len(self.scopes), "a scope")]
        operation = None
        if kind == "operation" and node["by_hand"] is not True:
            operation = self._operation(op, len(parents), where)
        data = self._float(node["data"], f"the data of {where}")
        grad = self._float(node["grad"], f"the grad of {where}")
        return label, kind, op, operation, data, grad, parents, local, scope

    def _operation(self, op: str, operands: int, where: str) -> Any:
        row = OPERATIONS.get(op)
        if row is None:
            raise GraphFileError(
                f"{where} is made by {op!r}, which is no operation here: add it with a "
                "row in the table, or write by_hand as true"
            )
        if not row.variadic and row.arity != operands:
            raise GraphFileError(
                f"{where} has {operands} parents, and {row.written} takes {row.arity}"
            )
        return row

    def _parent(self, p: Any, i: int) -> None:
        self._index(p, len(self.nodes), f"a parent of node {i}")
        if p >= i:
            raise GraphFileError(
                f"node {i} is computed from node {p}, which comes after it: operands "
                "stand before results, and a graph has no cycles"
            )

    def _scopes(self, records: list[Any]) -> list[Scope]:
        scopes: list[Scope] = []
        for i, given in enumerate(records):
            record = self._record(given, f"scope {i}")
            texts = [
                self._text(record.get(name), f"scope {i}")
                for name in ("kind", "name", "title")
            ]
            scope = Scope(*texts)
            outer = record.get("outer")
            if outer is not None:
                scope.outer = scopes[self._index(outer, i, f"what is around scope {i}")]
            scope.used = True
            scopes.append(scope)
        return scopes

    @staticmethod
    def _record(thing: Any, what: str) -> dict[str, Any]:
        if not isinstance(thing, dict):
            raise GraphFileError(f"{what} is a JSON object, not {type(thing).__name__}")
        return thing

    @staticmethod
    def _list(thing: Any, what: str) -> list[Any]:
        if not isinstance(thing, list):
            raise GraphFileError(f"{what} is a JSON array, not {type(thing).__name__}")
        return thing

    @staticmethod
    def _text(thing: Any, where: str) -> str:
        if not isinstance(thing, str):
            raise GraphFileError(f"{where} has {thing!r} where a text belongs")
        return thing

    @staticmethod
    def _index(thing: Any, end: int, what: str) -> int:
        if type(thing) is not int or not 0 <= thing < end:
            raise GraphFileError(
                f"{what} is a number from 0 to {end - 1}, not {thing!r}"
            )
        return thing

    @staticmethod
    def _float(thing: Any, what: str) -> float:
        if type(thing) is str and thing in SPECIAL:
            return SPECIAL[thing]
        if type(thing) in (int, float):
            try:
                return float(thing)
            except OverflowError:
                pass
        raise GraphFileError(
            f"{what} is a number or one of {list(SPECIAL)}, not {thing!r:.40}"
        )
