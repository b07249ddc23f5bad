"""Hidden tests of C2W3: the backward pass through a graph."""

import numpy as np

from autograder.checks.C2W3.common import NO_FRAMEWORK, lab, ref
from autograder.checks.check import case

lab.concept(
    "valid_order",
    points=1,
    answer="A",
    why="x, then p = relu(x), then q = p + x, then r = p * q.",
    because={
        "B": "q is computed from p, so p has to come before it.",
        "C": "This is the order of the backward pass. In a topological order parents "
        "come first.",
        "D": "p is computed from x, so x has to come before it.",
    },
)


def _random_graph(rng, n):
    """Parents of each of n tensors; every tensor leads to the last.

    Some parent is closer to the last than one of its children, so that going level by
    level is wrong.
    """
    while True:
        parents = [[]] + [
            sorted(rng.choice(i, size=min(i, 2), replace=False).tolist())
            for i in range(1, n - 1)
        ]
        used = {p for above in parents for p in above}
        parents.append([i for i in range(n - 1) if i not in used])
        levels = [n - 1]
        for i in levels:
            levels += [p for p in parents[i] if p not in levels]
        seen = {i: position for position, i in enumerate(levels)}
        if any(seen[p] < seen[i] for i in seen for p in parents[i] if parents[p]):
            return parents


def _graphs(rng):
    """Parents of each tensor, for one graph of each type; the last is the result."""
    more = int(rng.integers(1, 4))
    chain = [[], *([i] for i in range(1 + more))]
    yield [[]]  # a leaf alone
    yield chain
    yield [*chain, [1, len(chain) - 1]]  # a short path and a longer one
    # A tensor used twice by one child.
    yield [[], [0, 0], [1], [0, 1], [3, 2], *([4 + i] for i in range(more))]
    yield [[], [], [0, 1], [0, 2], [0], [0, 3, 2]]  # tensor 4 leads nowhere
    # Whichever parent is visited first, going back meets a leaf before an operation.
    yield [[], [], [], [0], [3, 1], [2, 4]]


@lab.check("topological_order", points=6, driver="ordered", forbid=NO_FRAMEWORK)
def topological_order(rng):
    """A leaf, a chain, longer and shorter paths, repeated parents, random graphs."""
    # "each once", "every tensor after all of its parents", "the result comes last"
    for parents in _graphs(rng):
        yield case(parents)
    for n in (9, 14):
        yield case(_random_graph(rng, n))


def _reached(tensor):
    """Level by level from the result; each once."""
    found = [tensor]
    for node in found:
        for parent in node.parents:
            if parent not in found:
                found.append(parent)
    return found


@topological_order.mistake(
    "Children come before their parents. Append a tensor *after* visiting its parents, "
    "and do not reverse the list."
)
def children_first(tensor):
    return ref.topological_order(tensor)[::-1]


@topological_order.mistake(
    "Where several paths lead to it, a parent can come after its child. Append a "
    "tensor only after all of its parents have been visited."
)
def level_by_level(tensor):
    return _reached(tensor)[::-1]


@topological_order.mistake(
    "Where several paths lead to it, a parent can come after its child. Append a "
    "tensor only after all of its parents have been visited."
)
def whole_levels(tensor):
    order, level = [], [tensor]
    while level:
        order = level + order
        parents = dict.fromkeys(p for node in level for p in node.parents)
        level = [p for p in parents if p not in order]
    return order


@topological_order.mistake("Tensors that are used twice are listed twice.")
def lists_twice(tensor):
    order = []

    def visit(node):
        for parent in node.parents:
            visit(parent)
        order.append(node)

    visit(tensor)
    return order


@topological_order.mistake(
    "Leaves are missing. They have no parents, but they need gradients most of all."
)
def leaves_out_leaves(tensor):
    return [node for node in ref.topological_order(tensor) if node.parents]


@topological_order.mistake("The result itself is missing. It comes last.")
def leaves_out_the_result(tensor):
    return ref.topological_order(tensor)[:-1]


@topological_order.mistake(
    "Where several paths lead to it, a parent can come after its child. Append a "
    "tensor only after all of its parents have been visited."
)
def appends_before_the_parents(tensor):
    order = []

    def visit(node):
        if node not in order:
            order.append(node)
            for parent in node.parents:
                visit(parent)

    visit(tensor)
    return order[::-1]


@topological_order.right
def order_without_recursion(tensor):
    order, seen, stack = [], set(), [(tensor, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack += [(parent, False) for parent in node.parents]
    return order


@topological_order.right
def order_by_counting_children(tensor):
    children = {id(node): 0 for node in _reached(tensor)}
    for node in _reached(tensor):
        for parent in node.parents:
            children[id(parent)] += 1
    ready, order = [tensor], []
    while ready:
        node = ready.pop()
        order.append(node)
        for parent in node.parents:
            children[id(parent)] -= 1
            if not children[id(parent)]:
                ready.append(parent)
    return order[::-1]


lab.concept(
    "used_twice",
    points=1,
    answer=7,
    why="3 + 3 from the product, 1 from the sum.",
    because={
        1: "The parts of the product were overwritten by that of the sum. Add them.",
        3: "x is used three times; this is one part of three.",
        4: "The product uses x twice, so it gives two parts.",
        6: "These are the parts of the product. The summand x gives 1 more.",
        9: "This is the value of x * x, not a gradient.",
        12: "This is y itself.",
    },
)


def _matrices(rng, parents):
    """For each tensor a matrix for each parent."""
    return [[rng.normal(size=(2, 2)) for _ in above] for above in parents]


@lab.check("backward", points=7, driver="gone_back", forbid=NO_FRAMEWORK)
def backward(rng):
    """The same graphs; paths that meet, shared arrays, and a second call."""
    # "every call starts afresh", "only when it is complete", "ask each rule once", "its
    # own becomes ones", "that of each tensor before it"
    first, *graphs = _graphs(rng)
    yield case(first, _matrices(rng, first), 2)
    for parents in graphs:
        yield case(parents, _matrices(rng, parents), 1)
    # Where a gradient is passed on as it is, two tensors hold the same array.
    M = rng.normal(size=(2, 2))
    yield case([[], [0], [0, 1]], [[], [M], [None, None]], 1)
    parents = _random_graph(rng, 8)
    yield case(parents, _matrices(rng, parents), 2)


def _go_back(tensor, order, receive, start=np.ones_like):
    """Go back in a given order; `receive` is what a parent does with a part."""
    for node in order:
        node.grad = np.zeros_like(node.data)
    tensor.grad = start(tensor.data)
    for node in order:
        if node.rule is not None:
            for parent, part in zip(node.parents, node.rule(node.grad), strict=True):
                receive(parent, part)


def _add(parent, part):
    parent.grad = parent.grad + part


@backward.mistake(
    "A tensor that is used twice keeps only the last part: the gradient is overwritten "
    "where it should accumulate. Add."
)
def overwrites(tensor):
    def receive(parent, part):
        parent.grad = part

    _go_back(tensor, ref.topological_order(tensor)[::-1], receive)


@backward.mistake(
    "A tensor that is used twice keeps only the first part: later parts are dropped "
    "where they should accumulate. Add."
)
def keeps_the_first_part(tensor):
    filled = set()

    def receive(parent, part):
        if id(parent) not in filled:
            parent.grad = part
            filled.add(id(parent))

    _go_back(tensor, ref.topological_order(tensor)[::-1], receive)


@backward.mistake(
    "The order is not topological: a tensor passed its gradient on before all parts "
    "had arrived."
)
def passes_on_too_early(tensor):
    _go_back(tensor, _reached(tensor), _add)


@backward.mistake(
    "Rules are called more than once: a tensor passed on each part as it came. It must "
    "wait until its gradient is complete."
)
def passes_on_every_part(tensor):
    for node in ref.topological_order(tensor):
        node.grad = np.zeros_like(node.data)

    def deliver(node, part):
        node.grad = node.grad + part
        if node.rule is not None:
            for parent, share in zip(node.parents, node.rule(part), strict=True):
                deliver(parent, share)

    deliver(tensor, np.ones_like(tensor.data))


@backward.mistake(
    "A tensor that gets several parts passes on the sum so far each time, so the first "
    "parts count more than once. It must wait until its gradient is complete."
)
def passes_on_sums(tensor):
    for node in ref.topological_order(tensor):
        node.grad = np.zeros_like(node.data)

    def deliver(node, part):
        node.grad = node.grad + part
        if node.rule is not None:
            for parent, share in zip(node.parents, node.rule(node.grad), strict=True):
                deliver(parent, share)

    deliver(tensor, np.ones_like(tensor.data))


@backward.mistake(
    "The order is not topological: a tensor passed its gradient on before all parts "
    "had arrived."
)
def goes_depth_first(tensor):
    order, stack = [], [tensor]
    while stack:
        node = stack.pop()
        if node not in order:
            order.append(node)
            stack += reversed(node.parents)
    _go_back(tensor, order, _add)


@backward.mistake(
    "A second call adds to the gradients of the first. Every call must start afresh."
)
def never_starts_afresh(tensor):
    order = ref.topological_order(tensor)
    for node in order:
        if node.grad is None:
            node.grad = np.zeros_like(node.data)
    tensor.grad = np.ones_like(tensor.data)
    for node in reversed(order):
        if node.rule is not None:
            for parent, part in zip(node.parents, node.rule(node.grad), strict=True):
                _add(parent, part)


@backward.mistake(
    "It goes from the leaves to the result. Gradients pass the other way."
)
def goes_forward(tensor):
    _go_back(tensor, ref.topological_order(tensor), _add)


@backward.mistake(
    "All gradients are 0. What is the gradient of the result with respect to itself?"
)
def starts_with_nothing(tensor):
    _go_back(tensor, ref.topological_order(tensor)[::-1], _add, np.zeros_like)


@backward.mistake(
    "It stops at the first leaf, but other tensors are still to come. Where there is "
    "no rule, go on with the next."
)
def stops_at_a_leaf(tensor):
    order = ref.topological_order(tensor)
    for node in order:
        node.grad = np.zeros_like(node.data)
    tensor.grad = np.ones_like(tensor.data)
    for node in reversed(order):
        if node.rule is None:
            break
        for parent, part in zip(node.parents, node.rule(node.grad), strict=True):
            _add(parent, part)


@backward.mistake(
    "Every rule is given the gradient of the result. Give it that of its own tensor."
)
def rules_get_the_first_gradient(tensor):
    order = ref.topological_order(tensor)[::-1]
    for node in order:
        node.grad = np.zeros_like(node.data)
    tensor.grad = np.ones_like(tensor.data)
    for node in order:
        if node.rule is not None:
            for parent, part in zip(node.parents, node.rule(tensor.grad), strict=True):
                _add(parent, part)


@backward.mistake(
    "The parts are multiplied by the parent's value. A rule returns complete parts: "
    "just add them."
)
def multiplies_by_values(tensor):
    _go_back(
        tensor,
        ref.topological_order(tensor)[::-1],
        lambda parent, part: _add(parent, part * parent.data),
    )


@backward.mistake(
    "Two tensors hold the same array, and `+=` on one has changed the other. "
    "`p.grad = p.grad + part` makes a new array."
)
def adds_in_place(tensor):
    order = ref.topological_order(tensor)
    for node in order:
        node.grad = None
    tensor.grad = np.ones_like(tensor.data)
    for node in reversed(order):
        for parent, part in zip(
            node.parents, node.rule(node.grad) if node.rule else (), strict=True
        ):
            if parent.grad is None:
                parent.grad = part
            else:
                parent.grad += part


@backward.mistake("Only leaves have a gradient afterwards. Every tensor should.")
def leaves_only(tensor):
    ref.backward(tensor)
    for node in ref.topological_order(tensor):
        if node.parents:
            node.grad = None


@backward.right
def backward_with_a_dictionary(tensor):
    grads = {id(tensor): np.ones_like(tensor.data)}
    for node in reversed(order_without_recursion(tensor)):
        node.grad = grads[id(node)]
        if node.parents:
            for parent, part in zip(node.parents, node.rule(node.grad), strict=True):
                grads[id(parent)] = grads.get(id(parent), 0) + part


@backward.right
def backward_asking_children(tensor):
    order = ref.topological_order(tensor)
    delivered = {id(node): [] for node in order}
    delivered[id(tensor)].append(np.ones(tensor.data.shape))
    for node in order[::-1]:
        node.grad = np.sum(delivered[id(node)], axis=0)
        if node.rule is not None:
            for parent, part in zip(node.parents, node.rule(node.grad), strict=True):
                delivered[id(parent)].append(np.array(part))
