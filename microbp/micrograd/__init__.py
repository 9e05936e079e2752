"""micrograd's names on microbp's engine: change the import line, keep the program.

`micrograd.engine`, `micrograd.nn` and the notebooks' `draw_dot` and `trace` are here.
Networks draw their weights from the `random` module exactly as micrograd's do, and add
in the same order, so a seeded program gives the numbers that were published.

Source: A. Karpathy, https://github.com/karpathy/micrograd

Two differences are meant. A wrong number of inputs is an error, where micrograd leaves
out the rest in silence. And a second `backward` starts the gradients of interior nodes
afresh. For new programs `microbp.nn` is the better choice: it initialises soundly.
"""

from microbp.micrograd import engine, nn
from microbp.micrograd.drawing import draw_dot, trace

__all__ = ["draw_dot", "engine", "nn", "trace"]
