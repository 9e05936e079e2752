"""Two small scalar engines to measure against, in the two well-known designs.

- `ClosureValue`: a set of operands and a closure that passes the gradient on, the
  design of micrograd.
- `TupleValue`: slots, a tuple of operands and a tuple of local derivatives, the design
  of microgpt.

They have the operations that the benchmarks use and no more. Those two originals sort
their graphs by recursion and stop at a thousand nodes in a row; here a depth-first
order comes from a loop, which is no slower.
"""


def sort(root):
    """All nodes below root, operands before results."""
    order, seen, stack = [], set(), [root]
    while stack:
        node = stack.pop()
        if node is None:  # all that the next one depends on is in order
            order.append(stack.pop())
        elif node not in seen:
            seen.add(node)
            stack += (node, None)
            stack += node.parents
    return order


class ClosureValue:
    def __init__(self, data, parents=(), op=""):
        self.data = data
        self.grad = 0.0
        self.parents = set(parents)
        self.op = op
        self.pass_on = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, ClosureValue) else ClosureValue(other)
        out = ClosureValue(self.data + other.data, (self, other), "+")

        def pass_on():
            self.grad += out.grad
            other.grad += out.grad

        out.pass_on = pass_on
        return out

    def __mul__(self, other):
        other = other if isinstance(other, ClosureValue) else ClosureValue(other)
        out = ClosureValue(self.data * other.data, (self, other), "*")

        def pass_on():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.pass_on = pass_on
        return out

    def relu(self):
        out = ClosureValue(self.data if self.data > 0.0 else 0.0, (self,), "relu")

        def pass_on():
            self.grad += (out.data > 0.0) * out.grad

        out.pass_on = pass_on
        return out

    def __neg__(self):
        return self * -1.0

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def backward(self):
        order = sort(self)
        self.grad = 1.0
        for node in reversed(order):
            node.pass_on()


class TupleValue:
    __slots__ = ("data", "grad", "local_grads", "parents")

    def __init__(self, data, parents=(), local_grads=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.local_grads = local_grads

    def __add__(self, other):
        other = other if isinstance(other, TupleValue) else TupleValue(other)
        return TupleValue(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, TupleValue) else TupleValue(other)
        local_grads = (other.data, self.data)
        return TupleValue(self.data * other.data, (self, other), local_grads)

    def relu(self):
        positive = self.data > 0.0
        return TupleValue(self.data if positive else 0.0, (self,), (float(positive),))

    def __neg__(self):
        return self * -1.0

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def backward(self):
        order = sort(self)
        self.grad = 1.0
        for node in reversed(order):
            for parent, local_grad in zip(node.parents, node.local_grads):  # noqa: B905
                parent.grad += local_grad * node.grad
