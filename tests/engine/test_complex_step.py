"""Local derivatives by the complex step: exact where a formula is analytic.

f(x + ih) = f(x) + ih f'(x) - ..., so the imaginary part over h is f'(x) with no
difference of near numbers, and h may be 1e-200. Squire and Trapp, Using complex
variables to estimate derivatives of real functions, SIAM Review 40, 1998.
"""

import cmath
import operator
import random

import pytest

from microbp.engine.operations import OPERATIONS
from tests.helpers import REFERENCE, is_close

STEP = 1e-200
NO_COMPLEX = {"erf", "gelu"}  # the error function of cmath is missing
POSITIVE = {"log", "sqrt", "**", "dot"}
CMATH = {
    "log1p": lambda z: cmath.log(1.0 + z),
    "expm1": lambda z: cmath.exp(z) - 1.0,
}


class Complex:
    """A complex number that a row of the table takes for one of its kinds."""

    def __init__(self, z):
        self.z = complex(z)

    def __getattr__(self, name):
        function = CMATH.get(name) or getattr(cmath, name)
        return lambda: Complex(function(self.z))

    def __neg__(self):
        return Complex(-self.z)

    def __abs__(self):
        return self if self.z.real >= 0.0 else -self


def binary(name, forward):
    def method(self, other):
        return Complex(forward(self.z, getattr(other, "z", other)))

    def reflected(self, other):
        return Complex(forward(other, self.z))

    setattr(Complex, f"__{name}__", method)
    setattr(Complex, f"__r{name}__", reflected)


for _name in ("add", "sub", "mul", "truediv", "pow"):
    binary(_name, getattr(operator, _name))


def comparison(name, compare):
    def method(self, other):
        return compare(self.z.real, complex(getattr(other, "z", other)).real)

    setattr(Complex, f"__{name}__", method)


for _name in ("lt", "le", "gt", "ge"):
    comparison(_name, getattr(operator, _name))


def points(row):
    rng = random.Random(row.name)
    for _ in range(50):
        low = 0.1 if row.name in POSITIVE else -0.9
        yield [rng.uniform(low, 0.9) for _ in range(row.arity or 4)]


@pytest.mark.parametrize("name", sorted(set(REFERENCE) - NO_COMPLEX))
def test_local_derivatives_are_those_of_the_complex_step(name):
    row = OPERATIONS[name]
    for x in points(row):
        _, local_grads = row.evaluate(tuple(x))
        for place, local in enumerate(local_grads):
            z = [Complex(each) for each in x]
            z[place] = Complex(complex(x[place], STEP))
            out = row.value(*z)
            exact = out.z.imag / STEP if isinstance(out, Complex) else 0.0
            assert is_close(exact, local, rel=1e-12, abs=1e-15), (x, place)
