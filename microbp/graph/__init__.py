"""The graph at rest: what every view reads instead of live Values.

Map: `Graph` (`snapshot.py`) is an immutable, numbered copy. `fold` (`fold.py`) closes
modules into single boxes; which ones, `modules.py` decides. `paths.py` counts the paths
of the chain rule, `runs.py` records backward runs, `faults.py` wrong ones.
"""

from microbp.graph.fold import fold
from microbp.graph.folded import Edge, Folded, Frame
from microbp.graph.snapshot import Graph, Node
from microbp.graph.summary import Group

__all__ = ["Edge", "Folded", "Frame", "Graph", "Group", "Node", "fold"]
