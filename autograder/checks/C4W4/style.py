"""Hidden tests of C4W4: content and style."""

import numpy as np

from autograder.checks.C4W4.common import lab, ref
from autograder.checks.check import case
from helpers import nn
from helpers.checks.compare import difference

SHAPES = [(1, 3, 4, 2), (1, 2, 2, 5), (1, 5, 3, 3)]


def _pair_of(rng, shape):
    return {"a": rng.normal(size=shape), "a_G": rng.normal(size=shape)}


@lab.check("compute_content_cost", points=6, driver="cost")
def compute_content_cost(rng):
    """Height unlike width, more and fewer channels, equal images."""
    for shape in SHAPES:
        yield case(**_pair_of(rng, shape))
    same = rng.normal(size=(1, 2, 3, 2))
    yield case(a=same, a_G=same.copy())


@compute_content_cost.mistake(
    "The cost is four times too large: it is the mean of the squares. Divide their "
    "sum by 4 n_H n_W n_C."
)
def content_as_mean(a_C, a_G):
    return nn.mean((a_C - a_G) ** 2)


@compute_content_cost.mistake(
    "The normalization is missing. Divide the sum by 4 n_H n_W n_C."
)
def content_not_normalized(a_C, a_G):
    return ((a_C - a_G) ** 2).sum()


@compute_content_cost.mistake(
    "The sum was multiplied by n_H n_W n_C instead of divided. Mind the brackets."
)
def content_brackets(a_C, a_G):
    _, n_H, n_W, n_C = a_G.shape
    return ((a_C - a_G) ** 2).sum() / 4 * n_H * n_W * n_C


@compute_content_cost.mistake(
    "The divisor is squared, as in the style cost. Here it is 4 n_H n_W n_C."
)
def content_divisor_squared(a_C, a_G):
    return ((a_C - a_G) ** 2).sum() / (2 * a_G.size) ** 2


@compute_content_cost.mistake("n_C is missing in the normalization.")
def content_without_channels(a_C, a_G):
    return ((a_C - a_G) ** 2).sum() / (4 * a_G.shape[1] * a_G.shape[2])


@compute_content_cost.mistake(
    "A square root was taken. Use the sum of the squares itself."
)
def content_with_root(a_C, a_G):
    return nn.sqrt(((a_C - a_G) ** 2).sum() + 1e-30) / (4 * a_G.size)


@compute_content_cost.mistake(
    "The differences were added up without squares, so they cancel. Square them first."
)
def content_of_differences(a_C, a_G):
    return (a_C - a_G).sum() / (4 * a_G.size)


@compute_content_cost.mistake(
    "Absolute differences were added up. Square them instead."
)
def content_absolute(a_C, a_G):
    return abs(a_C - a_G).sum() / (4 * a_G.size)


@compute_content_cost.mistake(
    "The value is right, but no gradient flows back: `np.array(a_G)` and `a_G.data` "
    "lose the Tensor. Calculate with the Tensor itself."
)
def content_cut_off(a_C, a_G):
    return float(np.sum((a_C - a_G.data) ** 2) / (4 * a_G.size))


@compute_content_cost.right
def content_by_mean(a_C, a_G):
    return nn.mean((a_G - a_C) * (a_G - a_C)) / 4


@compute_content_cost.right
def content_unrolled(a_C, a_G):
    _, n_H, n_W, n_C = a_G.shape
    rows = a_G.reshape(n_H * n_W, n_C) - a_C.reshape(n_H * n_W, n_C)
    return (rows**2).sum(axis=0).sum() * (1 / (4 * n_H * n_W * n_C))


@compute_content_cost.right
def content_in_an_array_of_one(a_C, a_G):
    return ((a_C - a_G) ** 2).reshape(1, -1).sum(axis=1) / (4 * a_C.size)


@compute_content_cost.right
def content_with_tensors(a_C, a_G):
    difference = nn.as_tensor(a_C) - a_G
    return nn.multiply(difference, difference).sum() / (4.0 * a_C.size)


@lab.check("gram_matrix", points=5, driver="gram")
def gram_matrix(rng):
    """More channels than positions, fewer, as many, and one."""
    for shape in [(2, 6), (5, 3), (4, 4), (1, 7)]:
        yield case(A=rng.normal(size=shape))


@gram_matrix.mistake(
    "Positions were multiplied with positions. The rows of A are channels, and "
    "channels are multiplied with channels."
)
def gram_of_positions(A):
    return A.T @ A


@gram_matrix.mistake(
    "The result was divided by the number of positions. Nothing is divided here."
)
def gram_as_mean(A):
    return A @ A.T / A.shape[1]


@gram_matrix.mistake("Only the products of each channel with itself were returned.")
def gram_diagonal(A):
    return (A * A).sum(axis=1)


@gram_matrix.mistake(
    "The means of the channels were subtracted, which gives a covariance."
)
def gram_centred(A):
    centred = A - A.sum(axis=1, keepdims=True) / A.shape[1]
    return centred @ centred.T


@gram_matrix.mistake(
    "`np.dot` turns a Tensor into an array, and the gradient is lost. `@` keeps it."
)
def gram_by_numpy(A):
    return np.dot(np.asarray(A), np.asarray(A).T)


@gram_matrix.right
def gram_by_matmul(A):
    return nn.matmul(A, A.T) if isinstance(A, nn.Tensor) else np.matmul(A, A.T)


@gram_matrix.right
def gram_by_transpose(A):
    return A @ A.transpose(1, 0)


@gram_matrix.right
def gram_by_sums(A):
    n_C, positions = A.shape
    return (A.reshape(n_C, 1, positions) * A.reshape(1, n_C, positions)).sum(axis=2)


def _layer_cost(a_S, a_G, *, divide=None, gram=None, unroll=None):
    """One layer's style cost, with options that are mistakes."""
    _, n_H, n_W, n_C = a_G.shape
    gram = gram or (lambda A: A @ A.T)
    unroll = unroll or (lambda a: a.reshape(n_H * n_W, n_C).T)
    divide = (2 * n_C * n_H * n_W) ** 2 if divide is None else divide(n_C, n_H * n_W)
    return ((gram(unroll(a_S)) - gram(unroll(a_G))) ** 2).sum() / divide


@lab.check("compute_layer_style_cost", points=7, driver="cost")
def compute_layer_style_cost(rng):
    """Height unlike width, more channels than positions, positions shuffled."""
    for shape in SHAPES:
        yield case(**_pair_of(rng, shape))
    a = rng.normal(size=(1, 2, 4, 3))
    shuffled = rng.permutation(a.reshape(8, 3)).reshape(a.shape)
    yield case(a=a, a_G=0.5 * shuffled)


@compute_layer_style_cost.mistake(
    "`reshape(n_C, …)` mixes channels and positions. Channels are the last axis: "
    "reshape to (n_H * n_W, n_C), then transpose."
)
def pixels_in_pieces(a_S, a_G):
    n_C = a_G.shape[3]
    return _layer_cost(a_S, a_G, unroll=lambda a: a.reshape(n_C, -1))


@compute_layer_style_cost.mistake(
    "The Gram matrix is of positions with positions. The reshaped matrix needs one "
    "row per channel."
)
def style_of_positions(a_S, a_G):
    return _layer_cost(a_S, a_G, gram=lambda A: A.T @ A)


@compute_layer_style_cost.mistake(
    "The normalization is missing. Divide by 4 n_C² (n_H n_W)²."
)
def style_not_normalized(a_S, a_G):
    return _layer_cost(a_S, a_G, divide=lambda c, n: 1)


@compute_layer_style_cost.mistake(
    "The divisor is not squared: 4 n_C² (n_H n_W)² is (2 n_C n_H n_W)²."
)
def style_divisor_not_squared(a_S, a_G):
    return _layer_cost(a_S, a_G, divide=lambda c, n: 4 * c * n)


@compute_layer_style_cost.mistake(
    "The factor 4 is missing in the divisor, 4 n_C² (n_H n_W)²."
)
def style_without_four(a_S, a_G):
    return _layer_cost(a_S, a_G, divide=lambda c, n: c**2 * n**2)


@compute_layer_style_cost.mistake(
    "n_H n_W is not squared in the divisor, 4 n_C² (n_H n_W)²."
)
def style_positions_not_squared(a_S, a_G):
    return _layer_cost(a_S, a_G, divide=lambda c, n: 4 * c**2 * n)


@compute_layer_style_cost.mistake(
    "The mean of the squares was taken. The sum over all k and k' is asked for."
)
def style_as_mean(a_S, a_G):
    return _layer_cost(a_S, a_G, divide=lambda c, n: (2 * c * n) ** 2 * c**2)


@compute_layer_style_cost.mistake(
    "The differences of the Gram matrices were added up without squares, so they "
    "cancel. Square them first."
)
def style_of_differences(a_S, a_G):
    gram_S, gram_G = (
        a.reshape(-1, a.shape[3]).T @ a.reshape(-1, a.shape[3]) for a in (a_S, a_G)
    )
    _, n_H, n_W, n_C = a_G.shape
    return (gram_S - gram_G).sum() / (2 * n_C * n_H * n_W) ** 2


@compute_layer_style_cost.mistake(
    "Absolute differences of the Gram matrices were added up. Square them instead."
)
def style_of_absolute_differences(a_S, a_G):
    gram_S, gram_G = (
        a.reshape(-1, a.shape[3]).T @ a.reshape(-1, a.shape[3]) for a in (a_S, a_G)
    )
    _, n_H, n_W, n_C = a_G.shape
    return abs(gram_S - gram_G).sum() / (2 * n_C * n_H * n_W) ** 2


@compute_layer_style_cost.mistake("Activations were compared instead of Gram matrices.")
def style_of_activations(a_S, a_G):
    return _layer_cost(a_S, a_G, gram=lambda A: A)


@compute_layer_style_cost.mistake(
    "The value is right, but no gradient flows back: some step turned the Tensor into "
    "an array."
)
def style_cut_off(a_S, a_G):
    return _layer_cost(a_S, a_G.data)


@compute_layer_style_cost.mistake(
    "The Gram matrices are divided by the number of positions as well. The divisor "
    "(2 n_C n_H n_W)² contains it already."
)
def gram_of_averages(a_S, a_G):
    n = a_G.shape[1] * a_G.shape[2]
    return _layer_cost(a_S, a_G, gram=lambda A: A @ A.T / n)


@compute_layer_style_cost.right
def style_in_a_matrix_of_one(a_S, a_G):
    _, n_H, n_W, n_C = a_S.shape
    S, G = (a.reshape(n_H * n_W, n_C) for a in (a_S, a_G))
    squares = (S.T @ S - G.T @ G) ** 2 / (2 * n_C * n_H * n_W) ** 2
    return squares.sum(axis=(0, 1), keepdims=True)


@compute_layer_style_cost.right
def style_in_one_line(a_S, a_G):
    n_C = a_G.shape[-1]
    S, G = a_S.reshape(-1, n_C), a_G.reshape(-1, n_C)
    return ((S.T @ S - G.T @ G) ** 2).sum() / (4 * n_C**2 * len(G) ** 2)


@compute_layer_style_cost.right
def style_by_transposing(a_S, a_G):
    _, n_H, n_W, n_C = a_G.shape
    S = ref.gram_matrix(a_S.transpose(3, 0, 1, 2).reshape(n_C, n_H * n_W))
    G = ref.gram_matrix(nn.transpose(a_G, 3, 0, 1, 2).reshape(n_C, n_H * n_W))
    return (1 / (4 * n_C * n_C * (n_H * n_W) ** 2)) * ((G - S) * (G - S)).sum()


@compute_layer_style_cost.right
def style_by_mean_grams(a_S, a_G):
    return _layer_cost(
        nn.as_tensor(a_S),
        a_G,
        gram=lambda A: A @ A.T / A.shape[1],
        divide=lambda c, n: (2 * c) ** 2,
    )


@lab.check("compute_style_cost", points=5, driver="style")
def compute_style_cost(rng):
    """One layer, three of unequal weight and shape, layers that do not count."""
    shapes = {"conv1": (1, 3, 4, 2), "conv2": (1, 2, 2, 3), "conv3": (1, 1, 2, 4)}
    for layers in [
        [("conv1", 0.2), ("conv2", 0.5), ("conv3", 0.3)],
        [("conv2", 0.7)],
        [("conv3", 0.1), ("conv1", 2.0)],
    ]:
        yield case(
            a_S={layer: rng.normal(size=shape) for layer, shape in shapes.items()},
            a_G={layer: rng.normal(size=shape) for layer, shape in shapes.items()},
            STYLE_LAYERS=layers,
        )


@compute_style_cost.mistake("The weights have no effect: all layers count equally.")
def layers_alike(a_S, a_G, STYLE_LAYERS):
    return ref.compute_style_cost(a_S, a_G, [(layer, 1) for layer, _ in STYLE_LAYERS])


@compute_style_cost.mistake(
    "Layers count that are not in STYLE_LAYERS. Go through that list only."
)
def all_layers(a_S, a_G, STYLE_LAYERS):
    weights = dict.fromkeys(a_S, 1) | dict(STYLE_LAYERS)
    return ref.compute_style_cost(a_S, a_G, list(weights.items()))


@compute_style_cost.mistake(
    "Only the last layer of the list counts. Add up all of them."
)
def last_layer(a_S, a_G, STYLE_LAYERS):
    return ref.compute_style_cost(a_S, a_G, STYLE_LAYERS[-1:])


@compute_style_cost.mistake(
    "Only the first layer of the list counts. Is there a `return` inside the loop?"
)
def first_layer(a_S, a_G, STYLE_LAYERS):
    return ref.compute_style_cost(a_S, a_G, STYLE_LAYERS[:1])


@compute_style_cost.mistake(
    "The sum was divided by the number of layers. Do not divide it."
)
def mean_of_layers(a_S, a_G, STYLE_LAYERS):
    return ref.compute_style_cost(a_S, a_G, STYLE_LAYERS) / len(STYLE_LAYERS)


@compute_style_cost.mistake(
    "The weights were squared, or applied before squaring. They multiply the cost of "
    "a layer."
)
def weights_squared(a_S, a_G, STYLE_LAYERS):
    return ref.compute_style_cost(a_S, a_G, [(k, w**2) for k, w in STYLE_LAYERS])


@compute_style_cost.right
def style_as_a_sum(a_S, a_G, STYLE_LAYERS):
    return sum(
        ref.compute_layer_style_cost(a_S[k], a_G[k]) * w for k, w in STYLE_LAYERS
    )


@compute_style_cost.right
def style_by_index(a_S, a_G, STYLE_LAYERS):
    names = [pair[0] for pair in STYLE_LAYERS]
    costs = [_layer_cost(a_S[name], a_G[name]) for name in names]
    J = nn.Tensor(np.zeros(()))
    for i in range(len(names)):
        J = J + STYLE_LAYERS[i][1] * costs[i]
    return J


@compute_style_cost.right
def style_by_stacking(a_S, a_G, STYLE_LAYERS):
    costs = nn.stack([_layer_cost(a_S[k], a_G[k]) for k, _ in STYLE_LAYERS])
    return (costs * np.array([w for _, w in STYLE_LAYERS])).sum()


@lab.check("total_cost", points=2, driver="total")
def total_cost(rng):
    """Usual weights and others, of numbers and of tensors."""
    yield case(float(rng.uniform(1, 5)), float(rng.uniform(1, 5)))
    yield case(float(rng.uniform(1, 5)), float(rng.uniform(1, 5)), alpha=1, beta=3)
    yield case(float(rng.uniform(1, 5)), float(rng.uniform(1, 5)), alpha=0.5)
    yield case(float(rng.uniform(1, 5)), float(rng.uniform(1, 5)), beta=7)


@total_cost.mistake("alpha and beta are swapped. alpha is the weight of the content.")
def weights_swapped(J_content, J_style, alpha=10, beta=40):
    return beta * J_content + alpha * J_style


@total_cost.mistake("The weights have no effect.")
def weights_left_out(J_content, J_style, alpha=10, beta=40):
    return J_content + J_style


@total_cost.mistake("The weights are 10 and 40, whatever the arguments say.")
def weights_fixed(J_content, J_style, alpha=10, beta=40):
    return 10 * J_content + 40 * J_style


@total_cost.mistake(
    "The result was divided by the sum of the weights. Do not divide it."
)
def weights_normalized(J_content, J_style, alpha=10, beta=40):
    return (alpha * J_content + beta * J_style) / (alpha + beta)


@total_cost.mistake("The style is missing in the sum.")
def total_without_style(J_content, J_style, alpha=10, beta=40):
    return alpha * J_content


@total_cost.mistake("The content is missing in the sum.")
def total_without_content(J_content, J_style, alpha=10, beta=40):
    return beta * J_style


@total_cost.mistake(
    "NumPy turns Tensors into numbers, and no gradient flows back. Use `*` and `+` "
    "directly."
)
def total_by_dot(J_content, J_style, alpha=10, beta=40):
    return np.dot([alpha, beta], [J_content, J_style])


@total_cost.right
def total_by_sum(J_content, J_style, alpha=10, beta=40):
    return sum(w * J for w, J in ((beta, J_style), (alpha, J_content)))


@total_cost.right
def total_by_addition(J_content, J_style, alpha=10, beta=40):
    return J_style * beta + J_content * alpha


lab.concept(
    "gram_numbers",
    points=1,
    answer=4096,
    why="64 channels with 64 channels; the sum runs over the 784 positions.",
    because={
        50176: "That is the number of activations.",
        614656: "That is positions with positions, 784². Multiply channels.",
        64: "That is the diagonal alone.",
        2016: "The matrix is symmetric, but it still has 64 · 64 numbers.",
        784: "That is the number of positions, over which the sum runs.",
    },
)

lab.concept(
    "what_is_learned",
    points=1,
    answer="A",
    why="The network stays fixed. The pixels are the parameters.",
    because={
        "B": "The layers stay as they are; they only measure.",
        "C": "You choose these two; with both at 0 any image would cost nothing.",
        "D": "The style is given; the Gram matrix of G moves towards it.",
    },
)


@lab.check("train_step", points=8, driver="steps")
def train_step(rng):
    """One step and three, usual weights and others, pixels that reach the edge.

    The statement: `alpha` and `beta` weigh content and style · the old gradient is
    reset, which shows from the second step on · pixels are clipped after the step · the
    cost before the step is returned.
    """
    run = lab.checks["train_step"].driver_function
    for n_H, n_W, reach, weights, number in [
        (4, 5, 0.1, {}, 1),
        (5, 4, 0.05, {"alpha": 2, "beta": 5}, 3),
        (3, 6, 1.0, {"alpha": 3.0, "beta": 1.0}, 2),  # some pixels leave 0 to 1
    ]:
        wrong = [gradients_pile_up] if number > 1 else []
        wrong += [clips_before_the_step] if reach == 1 else []
        while True:
            inputs = _transfer(rng, n_H, n_W) | {"weights": weights}
            pixels = run(ref.train_step, **inputs, rate=1e-6, number=1)["pixels"]
            largest = np.abs(pixels - inputs["G"]).max() / 1e-6
            if largest < 1e-2:  # no ReLU may stop everything
                continue
            # In the first step the pixel that moves most moves so far.
            inputs |= {"rate": reach / largest, "number": number}
            right = run(ref.train_step, **inputs)
            if all(difference(right, run(one, **inputs)) for one in wrong):
                break
        yield case(**inputs)


def _transfer(rng, n_H, n_W):
    """An image, what it should look like, and the filters that see it."""
    return {
        "G": rng.uniform(0.3, 0.7, (1, n_H, n_W, 3)),
        "a_C": 2 * rng.random((1, n_H, n_W, 4)),
        "a_S": {
            "first": rng.random((1, n_H, n_W, 2)),
            "second": 2 * rng.random((1, n_H, n_W, 4)),
        },
        "filters": [0.4 * rng.normal(size=(3, 3, 3, 2)), rng.normal(size=(3, 3, 2, 4))],
        "STYLE_LAYERS": [("first", 0.4), ("second", 0.6)],
    }


def _step(
    G,
    features,
    goal,
    optimizer,
    alpha=10,
    beta=40,
    *,
    forget=True,
    clip=True,
    content=True,
    style=True,
    layer=None,
    style_goal="a_S",
    after=False,
    order=1,
):
    """A step on the pixels, with options that are mistakes."""

    def cost():
        a_G = features(G)
        J = 0
        if content:
            seen = a_G[layer or goal["content_layer"]]
            difference = seen - goal["a_C"][..., : seen.shape[-1]]
            J = alpha * (difference**2).sum() / (4 * seen.size)
        if style:
            a_S = goal[style_goal]
            J = J + beta * sum(
                weight * _layer_cost(a_S[k], a_G[k])
                for k, weight in goal["STYLE_LAYERS"]
            )
        return J

    J = cost()
    if forget:
        optimizer.zero_grad()
    J.backward()
    if order < 0:
        G.grad = -G.grad
    optimizer.step()
    if clip:
        np.clip(G.data, 0, 1, out=G.data)
    return cost().item() if after else J.item()


@train_step.mistake(
    "The old gradient was not reset, so the second step is wrong. Call "
    "`optimizer.zero_grad()` once per step."
)
def gradients_pile_up(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, alpha, beta, forget=False)


@train_step.mistake("Some pixels are below 0 or above 1. Clip `G.data` after the step.")
def pixels_leave(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, alpha, beta, clip=False)


@train_step.mistake("The content cost is missing.")
def step_without_content(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, alpha, beta, content=False)


@train_step.mistake("The style cost is missing.")
def step_without_style(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, alpha, beta, style=False)


@train_step.mistake(
    "The cost after the step was returned. Return the one from which the gradient was "
    "computed."
)
def cost_after_the_step(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, alpha, beta, after=True)


@train_step.mistake("The weights are 10 and 40, whatever the arguments say.")
def step_with_fixed_weights(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer)


@train_step.mistake(
    "The pixels did not change, or only in a copy. Call `backward`, then `step`, then "
    "clip in place with `out=G.data`."
)
def nothing_changes(G, features, goal, optimizer, alpha=10, beta=40):
    before = G.data.copy()
    J = _step(G, features, goal, optimizer, alpha, beta)
    G.data[...] = before
    return J


@train_step.mistake("alpha and beta are swapped. alpha is the weight of the content.")
def step_swaps_weights(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, beta, alpha)


@train_step.mistake(
    "The content was compared in another layer than `goal['content_layer']`."
)
def content_in_another_layer(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, alpha, beta, layer="first")


@train_step.mistake(
    "The pixels moved in the direction in which the cost grows. `optimizer.step()` "
    "already subtracts the gradient, so leave its sign as it is."
)
def step_uphill(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, alpha, beta, order=-1)


@train_step.mistake(
    "The style was compared in the first of its layers only. Use all of "
    "`goal['STYLE_LAYERS']`."
)
def style_of_one_layer(G, features, goal, optimizer, alpha=10, beta=40):
    one = {**goal, "STYLE_LAYERS": goal["STYLE_LAYERS"][:1]}
    return _step(G, features, one, optimizer, alpha, beta)


@train_step.mistake("A Tensor was returned. Return a number: `J.item()`.")
def returns_the_tensor(G, features, goal, optimizer, alpha=10, beta=40):
    return nn.Tensor(np.array(_step(G, features, goal, optimizer, alpha, beta)))


@train_step.mistake(
    "The pixels are clipped before the step, so the step can leave 0 to 1. Clip them "
    "after `optimizer.step()`."
)
def clips_before_the_step(G, features, goal, optimizer, alpha=10, beta=40):
    np.clip(G.data, 0, 1, out=G.data)
    return _step(G, features, goal, optimizer, alpha, beta, clip=False)


@train_step.mistake(
    "The pixels are clipped before the step, so the step can leave 0 to 1. Clip them "
    "after `optimizer.step()`."
)
def clips_between_backward_and_step(G, features, goal, optimizer, alpha=10, beta=40):
    optimizer.zero_grad()
    J = _step(G, features, goal, _Still(optimizer), alpha, beta)
    optimizer.step()
    return J


class _Still:
    """An optimizer that does not step."""

    def __init__(self, optimizer):
        self.zero_grad = optimizer.zero_grad

    def step(self):
        """Leave everything as it is."""


@train_step.right
def step_by_parts(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, alpha, beta)


@train_step.right
def step_forgets_last(G, features, goal, optimizer, alpha=10, beta=40):
    J = _step(G, features, goal, optimizer, alpha, beta, forget=False)
    optimizer.zero_grad()
    return J


@train_step.right
def step_forgets_first(G, features, goal, optimizer, alpha=10, beta=40):
    optimizer.zero_grad()
    a_G = features(G)
    J = ref.total_cost(
        ref.compute_content_cost(goal["a_C"], a_G[goal["content_layer"]]),
        ref.compute_style_cost(goal["a_S"], a_G, goal["STYLE_LAYERS"]),
        alpha=alpha,
        beta=beta,
    )
    J.backward()
    optimizer.step()
    G.data = np.minimum(np.maximum(G.data, 0.0), 1.0)
    return float(J)


@train_step.right
def step_forgets_by_hand(G, features, goal, optimizer, alpha=10, beta=40):
    G.zero_grad()
    a_G, total = features(G), 0.0
    for name, weight in goal["STYLE_LAYERS"]:
        total = total + beta * weight * _layer_cost(goal["a_S"][name], a_G[name])
    difference = a_G[goal["content_layer"]] - goal["a_C"]
    total = total + alpha * nn.mean(difference**2) / 4
    cost = total.data.item()
    total.backward()
    optimizer.step()
    G.data[...] = G.data.clip(0, 1)
    return cost
