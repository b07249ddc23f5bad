"""Hidden tests of C4W2: counting weights and multiplications."""

import numpy as np

from autograder.checks.C4W2.common import lab, ref
from autograder.checks.check import case


def tables(rng):
    """Tables of layers: ordinary, grouped and depthwise, dense, one and several."""
    n, t = (int(k) for k in rng.integers(2, 9, 2))
    yield [_row(3, n + 1, t + 2, 1, n + 5, 1)]
    yield [
        _row(1, n, t * n, 1, n + 3, 0),
        _row(3, t * n, t * n, t * n, n + 3, 0),
        _row(1, t * n, 20, 1, n + 3, 0),
    ]
    yield [
        _row(5, 4, 8, 2, n + 4, 1),
        _row(3, 8, t, 1, n, 2),
        _row(1, 9 * t, 10, 1, 1, 1),
    ]
    for _ in range(2):
        sides, groups, extras = map(rng.permutation, ([1, 3, 5], [1, 2, 4], [0, 1, 2]))
        channels, sizes = rng.integers(1, 9, (3, 2)), rng.integers(2, 20, 3)
        yield [
            _row(*map(int, (f, 4 * n_prev, 4 * n, g, size, extra)))
            for f, (n_prev, n), g, size, extra in zip(
                sides, channels, groups, sizes, extras, strict=True
            )
        ]


def _row(f, n_C_prev, n_C, groups, size, per_channel):
    return {
        "f": f,
        "n_C_prev": n_C_prev,
        "n_C": n_C,
        "groups": groups,
        "size": size,
        "per_channel": per_channel,
    }


@lab.check("count_parameters", points=4)
def count_parameters(rng):
    """One layer with biases, a MobileNet bottleneck, groups, batch norm, dense."""
    for block in tables(rng):
        yield case(block)


@count_parameters.mistake(
    "`groups` has no effect. A filter reads n_C_prev / groups channels; in a depthwise "
    "layer that is one."
)
def groups_ignored(block):
    return ref.count_parameters([layer | {"groups": 1} for layer in block])


@count_parameters.mistake(
    "The 1 × 1 convolutions were counted with larger filters. Use the `f` of each "
    "layer."
)
def one_by_one_counted_as_f_by_f(block):
    widest = max(layer["f"] for layer in block)
    return ref.count_parameters([layer | {"f": max(widest, 3)} for layer in block])


@count_parameters.mistake(
    "`per_channel` is missing: the parameters of biases or batch norm."
)
def without_what_comes_on_top(block):
    return ref.count_parameters([layer | {"per_channel": 0} for layer in block])


@count_parameters.mistake(
    "`per_channel` was added once per layer. Add it once per output channel."
)
def on_top_once_a_layer(block):
    weights = ref.count_parameters([layer | {"per_channel": 0} for layer in block])
    return weights + sum(layer["per_channel"] for layer in block)


@count_parameters.mistake(
    "`per_channel` was added once per input channel. Add it once per output channel."
)
def on_top_for_each_input(block):
    weights = ref.count_parameters([layer | {"per_channel": 0} for layer in block])
    return weights + sum(layer["per_channel"] * layer["n_C_prev"] for layer in block)


@count_parameters.mistake("`f` is not squared. A filter of side f has f · f positions.")
def parameters_with_the_side(block):
    return sum(
        a["f"] * (a["n_C_prev"] // a["groups"]) * a["n_C"] + a["per_channel"] * a["n_C"]
        for a in block
    )


@count_parameters.mistake(
    "Only the last layer is counted where there are several. Add up all of them."
)
def last_layer_only(block):
    return ref.count_parameters(block[-1:])


@count_parameters.mistake(
    "Only the first layer is counted where there are several. Is there a `return` "
    "inside the loop?"
)
def first_layer_only(block):
    return ref.count_parameters(block[:1])


@count_parameters.mistake(
    "`groups` divides twice. It divides the channels that a filter reads; a layer "
    "always has n_C filters."
)
def filters_divided_by_the_groups(block):
    return sum(
        layer["f"] ** 2
        * (layer["n_C_prev"] // layer["groups"])
        * (layer["n_C"] // layer["groups"])
        + layer["per_channel"] * layer["n_C"]
        for layer in block
    )


@count_parameters.right
def parameters_with_a_loop(block):
    total = 0.0
    for layer in block:
        one_filter = layer["f"] ** 2 * layer["n_C_prev"] / layer["groups"]
        total += (one_filter + layer["per_channel"]) * layer["n_C"]
    return total


@count_parameters.right
def parameters_by_arrays(block):
    f, n_prev, n, groups, extra = (
        np.array([layer[key] for layer in block])
        for key in ("f", "n_C_prev", "n_C", "groups", "per_channel")
    )
    return np.sum(n * (f * f * (n_prev // groups) + extra))


@lab.check("count_multiplies", points=4)
def count_multiplies(rng):
    """The tables of `count_parameters`."""
    for block in tables(rng):
        yield case(block)


@count_multiplies.mistake(
    "`size` has no effect. Each weight is used at all size · size positions."
)
def weights_used_once(block):
    return sum(ref.count_multiplies([layer | {"size": 1}]) for layer in block)


@count_multiplies.mistake(
    "`size` is not squared. The output map has size · size positions."
)
def size_not_squared(block):
    return sum(
        ref.count_multiplies([layer]) // max(layer["size"], 1) for layer in block
    )


@count_multiplies.mistake(
    "`groups` has no effect. A filter reads n_C_prev / groups channels."
)
def multiplies_without_groups(block):
    return ref.count_multiplies([layer | {"groups": 1} for layer in block])


@count_multiplies.mistake(
    "The 1 × 1 convolutions were counted with larger filters. Use the `f` of each "
    "layer."
)
def multiplies_one_by_one_as_f_by_f(block):
    widest = max(3, *(layer["f"] for layer in block))
    return ref.count_multiplies([layer | {"f": widest} for layer in block])


@count_multiplies.mistake(
    "Biases and batch norm were counted. Count only products of weights and inputs."
)
def counts_biases(block):
    return ref.count_multiplies(block) + sum(
        layer["size"] ** 2 * layer["n_C"] * layer["per_channel"] for layer in block
    )


@count_multiplies.mistake(
    "Only the last layer is counted where there are several. Add up all of them."
)
def multiplies_of_the_last_layer(block):
    return ref.count_multiplies(block[-1:])


@count_multiplies.mistake(
    "Only the first layer is counted where there are several. Is there a `return` "
    "inside the loop?"
)
def multiplies_of_the_first_layer(block):
    return ref.count_multiplies(block[:1])


@count_multiplies.mistake(
    "`f` has no effect. Each output number needs f · f products for every channel that "
    "is read."
)
def multiplies_without_the_window(block):
    return ref.count_multiplies([layer | {"f": 1} for layer in block])


@count_multiplies.right
def multiplies_with_a_loop(block):
    total = 0
    for layer in block:
        outputs = layer["size"] * layer["size"] * layer["n_C"]
        total += outputs * layer["f"] ** 2 * layer["n_C_prev"] // layer["groups"]
    return total


@count_multiplies.right
def multiplies_from_parameters(block):
    return float(
        sum(
            layer["size"] ** 2 * ref.count_parameters([layer | {"per_channel": 0}])
            for layer in block
        )
    )


lab.concept(
    "bottleneck_parameters",
    points=1,
    answer=1020,
    why="5 · 30 + 9 · 30 + 30 · 20 = 150 + 270 + 600.",
    because={
        8850: "The depthwise filters read one channel each: 9 · 30, not 9 · 30 · 30.",
        870: "The expansion has weights as well: 5 · 30.",
        420: "The projection has weights as well: 30 · 20.",
        750: "The depthwise filters are missing: 9 · 30.",
        7350: "A 1 × 1 filter has one weight per channel, not nine.",
        1100: "Biases are not counted here.",
    },
)

lab.concept(
    "vgg_weights",
    points=1,
    answer="A",
    why="The first dense layer has 25088 · 4096 weights, three quarters of all.",
    because={
        "B": "The thirteen convolutions have 14.7 million together.",
        "C": "1000 · 4096 is 4 million.",
        "D": "The first layer reads three channels: 1,792 parameters.",
    },
)


@lab.check("compound_scaling", points=3)
def compound_scaling(rng):
    """Steps 0 to 3 and half a step with the published factors, and other factors."""
    yield case(0)
    yield case(int(rng.integers(2, 7)))
    yield case(float(rng.uniform(0.3, 0.8)))  # "which may be a fraction"
    for phi in (1, 3):
        yield case(
            phi, *rng.permutation(rng.uniform([1.05, 1.2, 1.3], [1.1, 1.25, 1.4]))
        )


@compound_scaling.mistake(
    "The factors were multiplied by φ. They should be raised to the power φ."
)
def multiplied_by_phi(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return alpha * phi, beta * phi, gamma * phi


@compound_scaling.mistake(
    "Two results are swapped. The order is depth, width, resolution."
)
def width_first(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return beta**phi, alpha**phi, gamma**phi


@compound_scaling.mistake(
    "Width and resolution were squared. The squares belong to the cost."
)
def squares_factors(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return alpha**phi, beta ** (2 * phi), gamma ** (2 * phi)


@compound_scaling.mistake(
    "The three factors are those of the paper, whatever is passed. Use the arguments."
)
def factors_of_the_paper(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return 1.2**phi, 1.1**phi, 1.15**phi


@compound_scaling.mistake(
    "The factors grow by the same amount in each step. Each step should multiply."
)
def grows_evenly(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return tuple(1 + phi * (factor - 1) for factor in (alpha, beta, gamma))


@compound_scaling.mistake(
    "φ was raised to the power of the factors. Base and exponent are swapped."
)
def powers_of_phi(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return phi**alpha, phi**beta, phi**gamma


@compound_scaling.right
def scaling_by_logarithms(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return tuple(np.exp(phi * np.log([alpha, beta, gamma])))


@compound_scaling.right
def scaling_by_arrays(phi, alpha=1.2, beta=1.1, gamma=1.15):
    depth, width, resolution = np.float32([alpha, beta, gamma]) ** np.float32(phi)
    return depth, width, resolution


lab.concept(
    "scaling_cost",
    points=1,
    answer=1.92,
    digits=2,
    why="1.2 · 1.1² · 1.15² = 1.92, about double.",
    because={
        1.52: "Width and resolution are squared: two channel counts and two sides.",
        1.2: "That is the depth alone. Multiply by the width and the resolution too.",
        1.45: "The resolution is squared as well: height and width.",
        1.67: "The width is squared as well: input and output channels.",
        3.45: "That is the sum of the factors. They multiply.",
    },
)
