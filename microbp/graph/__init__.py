"""The graph at rest: what every view reads instead of live Values.

Map: `Graph` (`snapshot.py`) is an immutable, numbered copy. `fold` (`fold.py`) closes
modules into single boxes; which ones, `modules.py` decides.
"""

from microbp.graph.fold import Edge, Folded, Frame, Group, fold
from microbp.graph.snapshot import Graph, Node

__all__ = ["Edge", "Folded", "Frame", "Graph", "Group", "Node", "fold"]
