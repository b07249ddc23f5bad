"""Hidden tests of C2W1: dropout, early stopping, augmentation."""

import numpy as np

from autograder.checks.C2W1.common import backward_pass, lab, network_case, ref
from autograder.checks.check import case

lab.concept(
    "kept_unit",
    points=1,
    answer=2.5,
    digits=1,
    why="2 / 0.8: the kept units make up for the dropped ones.",
    because={
        2.0: "Then the sums of the next layer would be a fifth too small on average.",
        1.6: "Multiplying makes it smaller. The kept units must make up for the "
        "dropped ones.",
        0.4: "keep_prob is the probability of being kept, not of being dropped.",
        10.0: "This divides by the probability of being dropped.",
    },
)


@lab.check("forward_propagation_with_dropout", points=9)
def forward_with_dropout(rng):
    """Several examples, one label and three; keep most, half, few and all.

    - Set no seed: the masks follow the generator as the caller left it.
    """
    for (sizes, m), keep in zip(LARGER, (0.5, 0.8, 0.3, 1.0), strict=True):
        X, _, parameters = network_case(rng, sizes, m)
        yield case(X, parameters, keep)
    X, _, parameters = network_case(rng, (2, 9, 8, 1), 6)
    yield case(X, parameters)


# Enough units that some with a positive activation are dropped and some are kept.
LARGER = [((2, 16, 16, 1), 2), ((3, 8, 7, 1), 6), ((4, 8, 7, 1), 9), ((3, 5, 4, 3), 4)]


def _less(shape, keep):
    return np.random.rand(*shape) < keep


def _more(shape, keep):
    return np.random.rand(*shape) > 1 - keep


def _forward(X, parameters, keep, mask=_less, scale=None, order=(1, 2), layers=(1, 2)):
    """The forward pass; its options switch mistakes on."""
    W1, b1, W2, b2, W3, b3 = (
        parameters[key] for key in ("W1", "b1", "W2", "b2", "W3", "b3")
    )
    m = X.shape[1]
    scale = scale or {1: 1 / keep, 2: 1 / keep}
    masks = {}
    if order == (2, 1):
        masks = {n: mask((len(W), m), keep) for n, W in ((2, W2), (1, W1))}
    Z1 = W1 @ X + b1
    A1 = np.maximum(0, Z1)
    D1 = masks[1] if masks else mask(A1.shape, keep)
    A1 = A1 * D1 * scale[1] if 1 in layers else A1
    Z2 = W2 @ A1 + b2
    A2 = np.maximum(0, Z2)
    D2 = masks[2] if masks else mask(A2.shape, keep)
    A2 = A2 * D2 * scale[2] if 2 in layers else A2
    Z3 = W3 @ A2 + b3
    A3 = 1 / (1 + np.exp(-Z3))
    return A3, (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)


@forward_with_dropout.alternative
def the_other_orientation(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, mask=_more)


@forward_with_dropout.alternative
def drawn_as_examples_by_units(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, mask=lambda s, p: _less(s[::-1], p).T)


@forward_with_dropout.alternative
def drawn_as_coins(X, parameters, keep_prob=0.5):
    return _forward(
        X, parameters, keep_prob, mask=lambda s, p: np.random.binomial(1, p, s)
    )


@forward_with_dropout.mistake(
    "The scaling is missing: without the dropped units, all sums are too small. The "
    "kept ones must make up for them."
)
def forgets_to_scale(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, scale={1: 1.0, 2: 1.0})


@forward_with_dropout.mistake(
    "The second hidden layer is masked but not scaled. Treat it as you treat the first."
)
def scales_the_first_only(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, scale={1: 1 / keep_prob, 2: 1.0})


@forward_with_dropout.mistake(
    "The first hidden layer is masked but not scaled. Treat it as you treat the second."
)
def scales_the_second_only(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, scale={1: 1.0, 2: 1 / keep_prob})


@forward_with_dropout.mistake(
    "It divides by 1 - keep_prob. What share of the units is left to make up for the "
    "others?"
)
def scales_by_the_dropped(X, parameters, keep_prob=0.5):
    scale = 1 / (1 - keep_prob) if keep_prob < 1 else 1.0
    return _forward(X, parameters, keep_prob, scale={1: scale, 2: scale})


@forward_with_dropout.mistake(
    "Half of the units stay, whatever `keep_prob` says. Compare with the argument."
)
def keeps_half_always(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, 0.5)


@forward_with_dropout.mistake(
    "It multiplies by keep_prob, which makes the sums smaller still. The kept units "
    "must make up for the dropped ones."
)
def scales_the_wrong_way(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, scale={1: keep_prob, 2: keep_prob})


@forward_with_dropout.mistake(
    "The mask is inverted. keep_prob is the probability of being kept."
)
def drops_the_kept(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, mask=lambda s, p: np.random.rand(*s) > p)


@forward_with_dropout.mistake(
    "The masks hold random numbers instead of 0 and 1. Compare them with keep_prob."
)
def masks_are_numbers(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, mask=lambda s, p: np.random.rand(*s))


@forward_with_dropout.mistake(
    "The share of kept units is not keep_prob: the masks compare it with normal "
    "numbers. `np.random.rand` is uniform, `randn` is not."
)
def masks_from_randn(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, mask=lambda s, p: np.random.randn(*s) < p)


@forward_with_dropout.mistake(
    "Each unit is dropped for all examples at once. Each example needs a mask of its "
    "own."
)
def one_mask_for_all_examples(X, parameters, keep_prob=0.5):
    return _forward(
        X,
        parameters,
        keep_prob,
        mask=lambda s, p: np.broadcast_to(np.random.rand(s[0], 1) < p, s) * 1,
    )


@forward_with_dropout.mistake(
    "It sets a seed, so every call drops the same units. Leave seeding to the caller."
)
def seeds_itself(X, parameters, keep_prob=0.5):
    np.random.seed(1)
    return _forward(X, parameters, keep_prob)


@forward_with_dropout.mistake(
    "Nothing is dropped: the masks are not applied to the activations."
)
def masks_not_applied(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, layers=())


@forward_with_dropout.mistake(
    "Units are dropped from the first hidden layer only. Apply D2 to A2 as well."
)
def first_layer_only(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, layers=(1,))


@forward_with_dropout.mistake(
    "The output is right, but the A1 and A2 in the cache are not scaled. The backward "
    "pass needs them masked and scaled."
)
def caches_before_the_scaling(X, parameters, keep_prob=0.5):
    A3, cache = _forward(X, parameters, keep_prob)
    cache = list(cache)
    cache[2], cache[7] = cache[2] * keep_prob, cache[7] * keep_prob
    return A3, tuple(cache)


@forward_with_dropout.mistake(
    "The output is masked as well. Only the hidden layers are."
)
def drops_from_the_output(X, parameters, keep_prob=0.5):
    A3, cache = _forward(X, parameters, keep_prob)
    A3 = A3 * (np.random.rand(*A3.shape) < keep_prob) / keep_prob
    return A3, (*cache[:11], A3, *cache[12:])


@forward_with_dropout.mistake(
    "The cache holds A1 and A2 as they were before the mask. The backward pass needs "
    "them masked and scaled."
)
def caches_before_the_mask(X, parameters, keep_prob=0.5):
    A3, cache = _forward(X, parameters, keep_prob)
    cache = list(cache)
    cache[2], cache[7] = np.maximum(0, cache[0]), np.maximum(0, cache[5])
    return A3, tuple(cache)


@forward_with_dropout.right
def dropout_step_by_step(X, parameters, keep_prob=0.5):
    cache, A = [], X
    for layer in (1, 2):
        W, b = parameters[f"W{layer}"], parameters[f"b{layer}"]
        Z = np.dot(W, A) + b
        A = Z * (Z > 0)
        uniform = np.random.rand(A.shape[0], A.shape[1])
        D = (uniform < keep_prob).astype(int)
        A = np.multiply(A, D)
        A /= keep_prob
        cache += [Z, D, A, W, b]
    Z = np.dot(parameters["W3"], A) + parameters["b3"]
    A = 1 / (1 + np.exp(-Z))
    return A, (*cache, Z, A, parameters["W3"], parameters["b3"])


@forward_with_dropout.right
def dropout_by_the_other_comparison(X, parameters, keep_prob=0.5):
    A3, cache = _forward(X, parameters, keep_prob, mask=_more)
    return A3.astype(np.float32), cache


@lab.check("backward_propagation_with_dropout", points=7)
def backward_with_dropout(rng):
    """Several examples, one label and three; keep most, half, few and all."""
    for (sizes, m), keep in zip(LARGER, (0.5, 0.8, 0.6, 1.0), strict=True):
        X, Y, parameters = network_case(rng, sizes, m)
        drawing = np.random.RandomState(int(rng.integers(10_000)))
        cache = _forward(
            X, parameters, keep, mask=lambda s, p, d=drawing: d.rand(*s) < p
        )[1]
        yield case(X, Y, cache, keep)


@backward_with_dropout.mistake(
    "The scaling is missing on the way back. The forward pass divided A2 and A1 by "
    "keep_prob; what does that do to dA2 and dA1?"
)
def backward_forgets_to_scale(X, Y, cache, keep_prob):
    return backward_pass(X, Y, cache, keep=keep_prob, scale=(1, 1))


@backward_with_dropout.mistake("dA2 is masked but not scaled, while dA1 is both.")
def scales_the_lower_only(X, Y, cache, keep_prob):
    return backward_pass(X, Y, cache, keep=keep_prob, scale=(1 / keep_prob, 1))


@backward_with_dropout.mistake(
    "dZ2 and dZ1 are right, but dA2 and dA1 are returned without mask and factor. "
    "Return what dZ2 and dZ1 were computed from."
)
def returns_da_before_the_mask(X, Y, cache, keep_prob):
    grads = backward_pass(X, Y, cache, keep=keep_prob)
    W2, W3 = cache[8], cache[12]
    return grads | {"dA2": W3.T @ grads["dZ3"], "dA1": W2.T @ grads["dZ2"]}


@backward_with_dropout.mistake("dA1 is masked but not scaled, while dA2 is both.")
def scales_the_upper_only(X, Y, cache, keep_prob):
    return backward_pass(X, Y, cache, keep=keep_prob, scale=(1, 1 / keep_prob))


@backward_with_dropout.mistake(
    "dA2 and dA1 are multiplied by keep_prob. The backward pass applies the same "
    "factor as the forward pass."
)
def backward_scales_the_wrong_way(X, Y, cache, keep_prob):
    return backward_pass(X, Y, cache, keep=keep_prob, scale=(keep_prob, keep_prob))


@backward_with_dropout.mistake(
    "dA2 and dA1 are not masked: units that were dropped receive a gradient. Apply the "
    "masks of the forward pass."
)
def backward_without_masks(X, Y, cache, keep_prob):
    return backward_pass(X, Y, cache, keep=keep_prob, unmasked=(1, 2))


@backward_with_dropout.mistake("dA2 is masked and scaled, but dA1 is neither.")
def leaves_the_lower_layer(X, Y, cache, keep_prob):
    return backward_pass(
        X, Y, cache, keep=keep_prob, unmasked=(1,), scale=(1, 1 / keep_prob)
    )


@backward_with_dropout.mistake("dA1 is masked and scaled, but dA2 is neither.")
def leaves_the_upper_layer(X, Y, cache, keep_prob):
    return backward_pass(
        X, Y, cache, keep=keep_prob, unmasked=(2,), scale=(1 / keep_prob, 1)
    )


@backward_with_dropout.mistake(
    "New masks were drawn. Gradients must pass through the masks of the forward pass, "
    "D1 and D2 in the cache."
)
def draws_new_masks(X, Y, cache, keep_prob):
    cache = list(cache)
    cache[1] = np.random.rand(*cache[1].shape) < keep_prob
    cache[6] = np.random.rand(*cache[6].shape) < keep_prob
    return backward_pass(X, Y, tuple(cache), keep=keep_prob)


@backward_with_dropout.mistake(
    "dZ equals dA: the derivative of ReLU is missing. Where the activation is 0, dZ is "
    "0 too."
)
def dropout_forgets_relu(X, Y, cache, keep_prob):
    return backward_pass(X, Y, cache, keep=keep_prob, relu=False)


@backward_with_dropout.mistake(
    "dW and db are sums over the examples. Divide them by m."
)
def dropout_sums_the_gradients(X, Y, cache, keep_prob):
    return backward_pass(X, Y, cache, keep=keep_prob, by=1)


@backward_with_dropout.mistake(
    "New masks were drawn. Gradients must pass through the masks of the forward pass, "
    "D1 and D2 in the cache."
)
def draws_new_masks_from_the_top(X, Y, cache, keep_prob):
    cache = list(cache)
    cache[6] = np.random.rand(*cache[6].shape) < keep_prob
    cache[1] = np.random.rand(*cache[1].shape) < keep_prob
    return backward_pass(X, Y, tuple(cache), keep=keep_prob)


@backward_with_dropout.right
def dropout_by_layers(X, Y, cache, keep_prob):
    m = X.shape[1]
    Z1, D1, A1, W1, _, Z2, D2, A2, W2, _, _, A3, W3, _ = cache
    grads = {"dZ3": A3 - Y}
    layers = ((3, A2, Z2, D2, W3), (2, A1, Z1, D1, W2), (1, X, None, None, W1))
    for layer, A, Z, D, W in layers:
        dZ = grads[f"dZ{layer}"]
        grads[f"dW{layer}"] = 1.0 / m * np.dot(dZ, A.T)
        grads[f"db{layer}"] = np.mean(dZ, axis=1, keepdims=True)
        if D is None:
            break
        dA = np.where(D, np.dot(W.T, dZ), 0) / keep_prob
        grads[f"dA{layer - 1}"] = dA
        grads[f"dZ{layer - 1}"] = dA * (Z > 0)
    return grads


@backward_with_dropout.right
def dropout_in_float32(X, Y, cache, keep_prob):
    cache = tuple(array.astype(np.float32) for array in cache)
    return backward_pass(X.astype(np.float32), Y, cache, keep=np.float32(keep_prob))


lab.concept(
    "dropout_at_test_time",
    points=1,
    answer="C",
    why="Dividing by keep_prob in training has already kept the sums at their size.",
    because={
        "A": "Then the same input would get different answers.",
        "B": "That was the original form of dropout. Inverted dropout scales during "
        "training instead.",
        "D": "That would make up for missing units, and none are missing.",
    },
)


@lab.check("early_stopping", points=5, integers=True)
def early_stopping(rng):
    """A low before a lower one, ties, patience never used up, one epoch, long runs.

    Which cost is lower than which is fixed; the costs themselves are drawn.

    - The lowest so far is kept, not the epoch where training stops, nor a later low; if
      training never stops early, the lowest of all, whether it is the last or not.
    - An equal cost is no new low; each new low starts the count again.
    """
    more = int(rng.integers(3))  # earlier lows in front, so that indices differ
    for lows, ranks, patience in [
        (1, [4, 1, 3, 2, 0], 2),
        (1, [2, 2, 2, 1, 0], 2),
        (1, [3, 2, 1, 0], 1),
        (1, [6, 3, 5, 4, 2, 6, 7, 1], 3),
        (2, [6, 3, 5, 2, 4, 4, 5, 1, 4, 5, 6, 7, 0], 3),
        (1, [11, 9, 10, 7, 8, 9, 4, 5, 6, 5, 0, 1], 3),
        (4, [5, 4, 3, 4, 2, 3, 1, 2], 2),
    ]:
        costs = np.cumsum(rng.uniform(0.05, 0.3, 16))
        before = range(15, 15 - lows - more, -1)
        yield case([float(costs[rank]) for rank in (*before, *ranks)], patience)
    yield case([float(rng.uniform())], 5)


def _stop(dev_costs, patience, better=lambda cost, best: cost < best):
    """The index kept and the index where training stops."""
    best = 0
    for epoch, cost in enumerate(dev_costs):
        if better(cost, dev_costs[best]):
            best = epoch
        elif epoch - best >= patience:
            return best, epoch
    return best, len(dev_costs) - 1


@early_stopping.mistake(
    "It finds the lowest cost of all, however late. Training may have stopped by then: "
    "count the epochs since the last new low."
)
def lowest_of_all(dev_costs, patience):
    return int(np.argmin(dev_costs))


@early_stopping.mistake(
    "It returns the epoch where training stops. Return the one with the lowest cost "
    "until then."
)
def where_it_stops(dev_costs, patience):
    return _stop(dev_costs, patience)[1]


@early_stopping.mistake("It waits one epoch longer than `patience` allows.")
def waits_too_long(dev_costs, patience):
    return _stop(dev_costs, patience + 1)[0]


@early_stopping.mistake(
    "An equal cost counts as a new low. Only a lower one should; otherwise training "
    "would never stop on a flat cost."
)
def ties_count(dev_costs, patience):
    return _stop(dev_costs, patience, lambda cost, best: cost <= best)[0]


@early_stopping.mistake(
    "It counts all epochs without a new low. Only those since the last new low count."
)
def never_resets(dev_costs, patience):
    best, waited = 0, 0
    for epoch, cost in enumerate(dev_costs):
        if cost < dev_costs[best]:
            best = epoch
        elif epoch:
            waited += 1
            if waited >= patience:
                break
    return best


@early_stopping.mistake(
    "Each cost is compared with the one before. Compare it with the lowest so far."
)
def compares_with_the_last(dev_costs, patience):
    waited = 0
    for epoch in range(1, len(dev_costs)):
        waited = waited + 1 if dev_costs[epoch] >= dev_costs[epoch - 1] else 0
        if waited >= patience:
            return epoch - patience
    return len(dev_costs) - 1


@early_stopping.mistake(
    "Each cost is compared with the one before. Compare it with the lowest so far."
)
def keeps_the_last_fall(dev_costs, patience):
    keep, waited = 0, 0
    for epoch in range(1, len(dev_costs)):
        if dev_costs[epoch] < dev_costs[epoch - 1]:
            keep, waited = epoch, 0
        else:
            waited += 1
            if waited >= patience:
                break
    return keep


@early_stopping.mistake("It waits one epoch less than `patience` allows.")
def stops_too_soon(dev_costs, patience):
    return _stop(dev_costs, patience - 1)[0]


@early_stopping.mistake(
    "It returns None if patience never runs out. Return the epoch of the lowest cost "
    "then as well."
)
def returns_only_when_it_stops(dev_costs, patience):
    keep, end = _stop(dev_costs, patience)
    return keep if end - keep >= patience else None


@early_stopping.mistake(
    "If patience never runs out, it returns the last epoch. The one to keep is that of "
    "the lowest cost."
)
def keeps_the_last_without_a_stop(dev_costs, patience):
    keep, end = _stop(dev_costs, patience)
    return keep if end - keep >= patience else len(dev_costs) - 1


@early_stopping.mistake(
    "It counts the first epoch as one without a new low. Its cost is the first low."
)
def first_epoch_is_no_low(dev_costs, patience):
    best, waited = 0, 0
    for epoch, cost in enumerate(dev_costs):
        if cost < dev_costs[best]:
            best, waited = epoch, 0
        else:
            waited += 1
            if waited >= patience:
                break
    return best


@early_stopping.mistake("The index counts from 1. The first epoch has the index 0.")
def counts_from_one(dev_costs, patience):
    return _stop(dev_costs, patience)[0] + 1


@early_stopping.mistake("It returns the cost. Return its index.")
def returns_the_cost(dev_costs, patience):
    return dev_costs[_stop(dev_costs, patience)[0]]


@early_stopping.right
def stopping_with_a_counter(dev_costs, patience):
    lowest, keep, waited = float("inf"), 0, 0
    for epoch, cost in enumerate(dev_costs):
        if cost < lowest:
            lowest, keep, waited = cost, epoch, 0
            continue
        waited += 1
        if waited == patience:
            break
    return np.int64(keep)


@early_stopping.right
def stopping_by_windows(dev_costs, patience):
    costs = np.asarray(dev_costs)
    best = 0
    while True:
        ahead = costs[best + 1 : best + 1 + patience]
        lower = np.flatnonzero(ahead < costs[best])
        if not len(lower):
            return best
        best += 1 + int(lower[0])


lab.concept(
    "stopped_where",
    points=1,
    answer=2,
    why="3 is the low; 3.5, 3.2 and 3.1 use up the patience, and 2.9 is never seen.",
    because={
        6: "This is the lowest of all, but training stops at index 5.",
        5: "This is where it stops. What is kept is the lowest until then.",
        3: "Indices count from 0: costs 5, 4, 3 are at 0, 1, 2.",
        2.9: "This is a cost. Which index is kept?",
    },
)


def marked(rng, shape, kind):
    """An empty image with a bright spot and a dim one to its right."""
    image = np.zeros(shape, dtype=kind)
    row, column = (int(rng.integers(3, side - 4)) for side in shape[:2])
    image[row, column], image[row, column + 1] = 200, 90
    return image


@lab.check("augment", points=5, driver="copies")
def augment(rng):
    """Grey and colour images, bytes and floats; many calls each."""
    for shape, kind in [
        ((11, 11), np.uint8),
        ((9, 14), float),
        ((12, 10, 3), np.uint8),
    ]:
        yield case(marked(rng, shape, kind), int(rng.integers(1000)), 400)


@augment.expect
def expected_copies(image, seed, times):
    height, width = image.shape[:2]
    channels = image[0, 0].size
    steps = [-2, -1, 0, 1, 2]
    gaps = {
        channels * (height * width - (height - abs(a)) * (width - abs(b)))
        for a in steps
        for b in steps
    }
    return {
        "shape": image.shape,
        "kind": str(image.dtype),
        "mirrored": "about half",
        "moved down by": steps,
        "moved to the right by": steps,
        "both moved by the same": False,
        "mirrored copies are never moved": False,
        "some moves come only with, or only without, mirroring": False,
        "random numbers from elsewhere than rng": False,
        "pixels left empty": sorted(gaps),
    }


def _mirrored(image, rng):
    return image[:, ::-1] if rng.random() < 0.5 else image


@augment.mistake("It moves images but never mirrors them.")
def never_mirrors(image, rng):
    return ref.shifted(image, *rng.integers(-2, 3, size=2))


@augment.mistake("It mirrors in every call. Only half of the calls should.")
def always_mirrors(image, rng):
    return ref.shifted(image[:, ::-1], *rng.integers(-2, 3, size=2))


@augment.mistake("It turns images upside down. Which axis runs from left to right?")
def upside_down(image, rng):
    image = image[::-1] if rng.random() < 0.5 else image
    return ref.shifted(image, *rng.integers(-2, 3, size=2))


@augment.mistake("It never moves by +2: `rng.integers` excludes its upper end.")
def never_by_two(image, rng):
    return ref.shifted(_mirrored(image, rng), *rng.integers(-2, 2, size=2))


@augment.mistake("It always moves as far down as to the right. Draw two numbers.")
def along_the_diagonal(image, rng):
    step = rng.integers(-2, 3)
    return ref.shifted(_mirrored(image, rng), step, step)


@augment.mistake(
    "What leaves the image on one side comes back on the other, as `np.roll` does. The "
    "gap must be zeros."
)
def wraps_around(image, rng):
    return np.roll(_mirrored(image, rng), rng.integers(-2, 3, size=2), axis=(0, 1))


@augment.mistake("It moves images up or down, never to a side.")
def moves_down_only(image, rng):
    return ref.shifted(_mirrored(image, rng), rng.integers(-2, 3), 0)


@augment.mistake("It moves images to a side, never up or down.")
def moves_right_only(image, rng):
    return ref.shifted(_mirrored(image, rng), 0, rng.integers(-2, 3))


@augment.mistake("It mirrors images but never moves them.")
def never_moves(image, rng):
    return _mirrored(image, rng).copy()


@augment.mistake("The dtype has changed. A copy has the dtype of the image.")
def changes_the_type(image, rng):
    return ref.augment(image, rng) * np.float32(1.0)


@augment.mistake(
    "It either mirrors or moves. Mirror in half of all calls, then move *every* copy."
)
def mirrors_or_moves(image, rng):
    if rng.random() < 0.5:
        return image[:, ::-1].copy()
    return ref.shifted(image, *rng.integers(-2, 3, size=2))


@augment.mistake(
    "It moves only down and to the right. Each movement may be negative: -2 to 2."
)
def moves_one_way(image, rng):
    return ref.shifted(_mirrored(image, rng), *rng.integers(0, 3, size=2))


@augment.mistake(
    "Random numbers come from elsewhere than the argument `rng`: from `np.random`, or "
    "from another generator. Draw all of them from `rng`."
)
def draws_elsewhere(image, rng):
    if np.random.rand() < 0.5:
        image = image[:, ::-1]
    return ref.shifted(image, *np.random.randint(-2, 3, size=2))


@augment.mistake(
    "Whether it mirrors depends on how far it moves. Decide by a random number of its "
    "own."
)
def mirrors_by_the_move(image, rng):
    down, right = rng.integers(-2, 3, size=2)
    return ref.shifted(image[:, ::-1] if right > 0 else image, down, right)


@augment.right
def augment_by_padding(image, rng):
    down, right = int(rng.integers(5)), int(rng.integers(5))
    edges = [(2, 2), (2, 2)] + [(0, 0)] * (image.ndim - 2)
    padded = np.pad(image, edges)
    height, width = image.shape[:2]
    out = padded[down : down + height, right : right + width]
    return np.flip(out, axis=1) if rng.integers(2) else out


@augment.right
def augment_pixel_by_pixel(image, rng):
    right, down = rng.choice([-2, -1, 0, 1, 2], size=2)
    source = np.fliplr(image) if rng.uniform() >= 0.5 else image
    out = np.zeros(image.shape, image.dtype)
    height, width = image.shape[:2]
    for i in range(height):
        for j in range(width):
            if 0 <= i - down < height and 0 <= j - right < width:
                out[i, j] = source[i - down, j - right]
    return out
