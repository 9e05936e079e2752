"""micrograd.engine: the `Value` of microbp, which takes micrograd's forms."""

from microbp.engine.value import Value

__all__ = ["Value"]
