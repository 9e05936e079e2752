"""The eager engine: what building a graph and running it backward costs.

Each function measures one thing in fresh processes and returns figures. Its docstring
is printed above them. `SECTIONS` has the order of the table, and the titles.
"""

import numpy as np
from timing import Figure, fresh

from microbp import compiled


def chain(quick):
    """Time of `s = s + w * x` in a loop inside a function, per iteration.

    An iteration makes two nodes; on Python floats it is two float operations. "Forward"
    is the loop, "backward" one s.backward() after it, "float" the same loop on floats.
    There are 100,000 iterations, so 200,000 nodes are alive (--quick: a tenth). The
    memory is that of the round before, as in training. Closure and tuple are the two
    engines in yardsticks.py, plain is microbp without its compiled modules, timed in a
    process of its own against the tuple engine and floats there.
    """
    size = ("10000", "3") if quick else ("100000", "9")
    here = fresh("chain.py", *size, pure=True)
    unit, own, tuples = here["float"]["forward"], here["microbp"], here["tuple"]
    plain = [
        Figure("plain forward / float", own["forward"] / unit),
        Figure("plain backward / float", own["backward"] / unit),
        *_against("tuple", tuples, "plain", own, target=1),
    ]
    if not compiled:
        return plain
    here = fresh("chain.py", *size, "--closures")
    unit, own = here["float"]["forward"], here["microbp"]
    return [
        Figure("compiled forward / float", own["forward"] / unit, "<=", 2.2),
        Figure("compiled backward / float", own["backward"] / unit, "<=", 1.4),
        *_against("closure", here["closure"], "compiled", own, target=100),
        *_against("tuple", here["tuple"], "compiled", own, target=10),
        *plain,
    ]


def _against(peer, peers, kind, own, target):
    forward, backward = (peers[way] / own[way] for way in ("forward", "backward"))
    return [
        Figure(f"{peer} forward / {kind} forward", forward, ">=", target),
        Figure(f"{peer} backward / {kind} backward", backward),
    ]


def weight(quick):
    """Bytes a node.

    "Resident" is how much the process grows in memory while it makes 10^6 nodes
    (--quick: a tenth), divided by their number. "getsizeof" is sys.getsizeof of one
    node, which is all of it only where a node has no dictionary, set or tuple.
    """
    nodes = "100000" if quick else "1000000"
    scales = {
        "plain": fresh("growth.py", "weigh", "microbp", nodes, pure=True),
        "tuple": fresh("growth.py", "weigh", "tuple", nodes),
        "closure": fresh("growth.py", "weigh", "closure", nodes),
    }
    figures = []
    if compiled:
        own = fresh("growth.py", "weigh", "microbp", nodes)
        scales = {"compiled": own, **scales}
        figures = [Figure("compiled, getsizeof", own["getsizeof"], "<=", 110)]
    for name, scale in scales.items():
        if scale["resident"] is not None:
            target = ("<=", 110) if name == "compiled" else ()
            figures.append(Figure(f"{name}, resident", scale["resident"], *target))
    return figures


def growth(quick):
    """Time of the same loop, forward and backward, from 10^3 to 10^7 nodes, compiled.

    The exponent is the slope of log time on log size; 1 means that a node costs the
    same in any graph. Large graphs pay for memory too: the system clears every new
    page, and the caches hold some 10^5 nodes. (--quick: to 10^5.)
    """
    if not compiled:
        return []
    last = 5 if quick else 7
    times = fresh("growth.py", "time", "3", str(last), "3" if quick else "5")
    sizes = np.array([float(size) for size in times])
    step = np.array([each["step"] for each in times.values()])
    exponent = np.polyfit(np.log(sizes), np.log(sizes * step), 1)[0]
    freeing = times[str(10**last)]["freeing"]
    return [
        Figure("exponent", float(exponent), "<=", 1.05),
        *(
            Figure(f"a node of 10^{power} / a node of 10^3", float(each / step[0]))
            for power, each in enumerate(step[1:], start=4)
        ),
        Figure(f"freeing 10^{last} / making and running it", float(freeing / step[-1])),
    ]


def startup(quick):
    """Time of whole processes: python -I -c "import microbp" / python -I -c pass."""
    times = fresh("startup.py", "5" if quick else "21")
    ratio = times["import microbp"]["whole"] / times["pass"]["whole"]
    return [Figure("import microbp / pass", ratio, "<=", 2.5)]


def moons(quick):
    """Time of one training step of micrograd's demo, the model code being the same.

    100 points (--quick: 10) of two moons, MLP(2, [16, 16, 1]) with relu, hinge loss and
    L2, in scalars: about 65,000 nodes. A step is forward, backward, update and freeing
    the graph; the median is of 7 rounds, each the mean of 12 steps (closure: 1 step).
    """
    size = ("10", "2", "3") if quick else ("100", "12", "7")
    here = fresh("moons.py", *size, pure=True)
    plain = here["tuple"]["step"] / here["microbp"]["step"]
    figures = [Figure("tuple / plain", plain)]
    if compiled:
        here = fresh("moons.py", *size, "--closures")
        for peer in ("tuple", "closure"):
            ratio = here[peer]["step"] / here["microbp"]["step"]
            figures.insert(0, Figure(f"{peer} / compiled", ratio))
    return figures


SECTIONS = {
    "A chain": chain,
    "Memory": weight,
    "Growth": growth,
    "Start": startup,
    "A training step": moons,
}
