"""Plots of numbers by matplotlib, an optional extra: `pip install microbp[plots]`.

Every function takes the Axes to draw on, `ax`, makes one by pyplot if there is none,
and returns it: `plots.curves(history).figure.savefig("curves.png")`.

Map:

- `boundary.py`: what a classifier says at every point, at one time and over training.
- `curves.py`: loss and metrics by epoch; learning rates compared.
- `layers.py`: activations, gradients and weights of every layer.
- `surface.py`: the path of a gradient descent over its error surface.
- `axes.py`: colours, and where Axes come from.
"""

from microbp.plots.boundary import boundaries, boundary_animation, decision_boundary
from microbp.plots.curves import curves, learning_rates
from microbp.plots.layers import histograms, weights
from microbp.plots.surface import contours

__all__ = [
    "boundaries",
    "boundary_animation",
    "contours",
    "curves",
    "decision_boundary",
    "histograms",
    "learning_rates",
    "weights",
]
