"""Lifted programs beside arrays written by hand, and beside other frameworks."""

from importlib.util import find_spec
from statistics import median

from timing import Figure, fresh

PEERS = {"numpy": "numpy", "torch": "torch", "jax": "jax", "keras": "tensorflow"}


def epochs(quick):
    """One epoch of 784-64-64-10 at batch 32, on data of MNIST's shape.

    NumPy is written by hand, with every array made beforehand. Each framework has a
    process of its own, and they take turns. microbp / NumPy is to be small, the others'
    time divided by microbp's is to be large.
    """
    names = [name for name, package in PEERS.items() if find_spec(package)]
    rounds, each = (1, "1") if quick else (3, "3")
    seconds = {name: [] for name in [*names, "microbp"]}
    megabytes = 0.0
    for _ in range(rounds):
        for name in seconds:
            run = fresh("epoch.py", name, each)
            seconds[name] += run["seconds"]
            if name == "microbp":
                megabytes = max(megabytes, run["megabytes"])
    mine = median(seconds.pop("microbp"))
    targets = {"torch": 2.0, "jax": 1.0, "keras": 6.0}
    figures = [
        Figure("epoch: microbp / NumPy", mine / median(seconds["numpy"]), "<=", 1.15)
    ]
    figures += [
        Figure(f"epoch: {name} / microbp", median(seconds[name]) / mine, ">=", target)
        for name, target in targets.items()
        if name in seconds
    ]
    return [*figures, Figure("memory beyond the data, MB", megabytes, "<=", 300.0)]


def programs(quick):
    """Scalar losses beside CasADi, which compiles scalar graphs too.

    Building is from a Python loop over scalars to a function of loss and gradient. The
    other is loss and gradient of 100 moons points; gcc has one compiled function for
    one point, called for each.
    """
    if not find_spec("casadi"):
        print("\nCasADi is not installed: pip install '.[peers]'")
        return []
    build, moons = fresh("scalars.py", "build"), fresh("scalars.py", "moons")
    return [
        Figure(
            "build: microbp / CasADi", build["microbp"] / build["casadi"], "<=", 0.5
        ),
        Figure("moons: CasADi / microbp", moons["casadi"] / moons["microbp"], ">=", 15),
        Figure("moons: gcc -O3 / microbp", moons["gcc"] / moons["microbp"], ">=", 1.0),
    ]


SECTIONS = {"Epochs": epochs, "Scalar programs": programs}
