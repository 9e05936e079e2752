"""Networks of Values: every weight a Value, every product a node that can be seen.

A network here is a way to write scalars down quickly, nothing more. It has no arrays
and no second implementation: what is drawn is what is computed.

Reading order: `module.py` (Module), `layers.py` (Neuron, Layer, MLP), then what they
use: `activations.py` (by name), `initializers.py` (first weights), `checks.py` (what
may be given as inputs).
"""

from microbp.nn.layers import MLP, Layer, Neuron
from microbp.nn.module import Module

__all__ = ["MLP", "Layer", "Module", "Neuron"]
