"""Hidden tests of C2W2: steps and mini-batches."""

import math

import numpy as np

from autograder.checks.C2W2.common import DIMS, lab, pair, ref
from autograder.checks.check import case
from autograder.checks.precision import as_float32


@lab.check("update_parameters_with_gd", points=5)
def gd(rng):
    """Networks of one to four layers, several rates."""
    # "of any depth", "the same for every b", "those you were given stay as they are"
    for dims, rate in zip((*DIMS, (2, 4, 3, 2, 1)), (0.1, 1.5, 0.05, 0.4), strict=True):
        yield case(*pair(rng, dims), rate * rng.uniform(0.8, 1.2))


@gd.mistake("The step goes uphill: it adds the gradient instead of subtracting it.")
def gd_climbs(parameters, grads, learning_rate):
    return ref.update_parameters_with_gd(parameters, grads, -learning_rate)


@gd.mistake(
    "It writes into its argument `parameters`. Collect the results in a new dictionary."
)
def gd_in_place(parameters, grads, learning_rate):
    for key in parameters:
        parameters[key] = parameters[key] - learning_rate * grads["d" + key]
    return parameters


@gd.mistake("The biases do not change. They take a step like the weights.")
def gd_leaves_biases(parameters, grads, learning_rate):
    new = ref.update_parameters_with_gd(parameters, grads, learning_rate)
    return {key: new[key] if key[0] == "W" else parameters[key] for key in new}


@gd.mistake("The last layer does not change. Does the loop reach it?")
def gd_leaves_the_last_layer(parameters, grads, learning_rate):
    new = ref.update_parameters_with_gd(parameters, grads, learning_rate)
    last = str(len(parameters) // 2)
    return {key: parameters[key] if key[1:] == last else new[key] for key in new}


@gd.mistake(
    "Only the first layer changes. Every layer must take its step before the `return`."
)
def gd_moves_the_first_layer_only(parameters, grads, learning_rate):
    new = ref.update_parameters_with_gd(parameters, grads, learning_rate)
    return {key: new[key] if key[1:] == "1" else parameters[key] for key in new}


@gd.mistake("The parameters do not change. Return the results of the step.")
def gd_stays(parameters, grads, learning_rate):
    return dict(parameters)


@gd.mistake("These are the steps alone, not the parameters after them.")
def gd_returns_the_steps(parameters, grads, learning_rate):
    return {key: learning_rate * grads["d" + key] for key in parameters}


@gd.mistake("The last layer is missing from the result. Does the loop reach it?")
def gd_without_the_last_layer(parameters, grads, learning_rate):
    new = ref.update_parameters_with_gd(parameters, grads, learning_rate)
    last = str(len(parameters) // 2)
    return {key: value for key, value in new.items() if key[1:] != last}


@gd.mistake("The learning rate is not used.")
def gd_ignores_the_rate(parameters, grads, learning_rate):
    return ref.update_parameters_with_gd(parameters, grads, 1.0)


@gd.right
def gd_on_copies(parameters, grads, learning_rate):
    new = {key: value.copy() for key, value in parameters.items()}
    for layer in range(1, len(parameters) // 2 + 1):
        new[f"W{layer}"] -= learning_rate * grads[f"dW{layer}"]
        new[f"b{layer}"] -= learning_rate * grads[f"db{layer}"]
    return new


@gd.right
def gd_in_float32(parameters, grads, learning_rate):
    return as_float32(ref.update_parameters_with_gd(parameters, grads, learning_rate))


lab.concept(
    "batches_per_epoch",
    points=1,
    answer=16,
    why="15 full batches hold 960 examples; the last 40 make one more.",
    because={
        15: "40 examples would be lost. The smaller last batch counts.",
        64: "This is the size of a batch. How many are there?",
        1000: "This is the number of steps with batches of one example.",
        17: "15 full batches hold 960 examples, and 40 are left: one more batch.",
    },
)


@lab.check("random_mini_batches", points=9, driver="cut")
def mini_batches(rng):
    """Sizes that divide m and sizes that do not, one batch for all, several labels."""
    # "together", "each example is exactly once", "the last may have fewer", "the same
    # seed gives the same batches"; enough columns that no shuffle leaves all in place
    for m, n_y, size in [(12, 1, 4), (23, 1, 5), (13, 3, 64), (64, 2, 64), (14, 1, 1)]:
        X = rng.normal(size=(3, m))
        X[0] = np.arange(m)
        yield case(
            X, rng.normal(size=(n_y, m)).round(3), size, int(rng.integers(1, 999))
        )


def _batches(X, Y, size, order, order_of_y=None, count=None):
    m = X.shape[1]
    other = order if order_of_y is None else order_of_y
    count = -(-m // size) if count is None else count
    parts = [slice(k * size, (k + 1) * size) for k in range(count)]
    return [(X[:, order[part]], Y[:, other[part]]) for part in parts]


def _order(X, seed):
    return np.random.RandomState(seed).permutation(X.shape[1])


@mini_batches.mistake(
    "X and Y were shuffled differently: labels no longer belong to their columns. Use "
    "one permutation for both."
)
def shuffles_twice(X, Y, mini_batch_size=64, seed=0):
    rng = np.random.RandomState(seed)
    m = X.shape[1]
    return _batches(X, Y, mini_batch_size, rng.permutation(m), rng.permutation(m))


@mini_batches.mistake(
    "The batches have examples in rows. Here examples are columns, as in X and Y."
)
def examples_in_rows(X, Y, mini_batch_size=64, seed=0):
    batches = ref.random_mini_batches(X, Y, mini_batch_size, seed)
    return [(x.T, y.T) for x, y in batches]


@mini_batches.mistake(
    "Only as many examples occur as X has rows. Examples are columns: how many columns "
    "are there?"
)
def counts_rows(X, Y, mini_batch_size=64, seed=0):
    m = X.shape[0]
    return ref.random_mini_batches(X[:, :m], Y[:, :m], mini_batch_size, seed)


@mini_batches.mistake("Batches hold 64 examples whatever `mini_batch_size` says.")
def always_sixty_four(X, Y, mini_batch_size=64, seed=0):
    return _batches(X, Y, 64, _order(X, seed))


@mini_batches.mistake("Y was not shuffled. Use the same permutation as for X.")
def leaves_the_labels(X, Y, mini_batch_size=64, seed=0):
    return _batches(X, Y, mini_batch_size, _order(X, seed), np.arange(X.shape[1]))


@mini_batches.mistake(
    "The smaller last batch is lost. The examples that remain make a batch, too."
)
def loses_the_last_batch(X, Y, mini_batch_size=64, seed=0):
    full = X.shape[1] // mini_batch_size
    return _batches(X, Y, mini_batch_size, _order(X, seed), count=full)


@mini_batches.mistake(
    "There is an empty batch at the end where the size divides m. Add a smaller batch "
    "only if something is left."
)
def adds_an_empty_batch(X, Y, mini_batch_size=64, seed=0):
    count = X.shape[1] // mini_batch_size + 1
    return _batches(X, Y, mini_batch_size, _order(X, seed), count=count)


@mini_batches.mistake("The columns were not shuffled before cutting.")
def does_not_shuffle(X, Y, mini_batch_size=64, seed=0):
    return _batches(X, Y, mini_batch_size, np.arange(X.shape[1]))


@mini_batches.mistake(
    "Every seed gives the same batches. Use the argument `seed`: each epoch will pass "
    "another."
)
def one_seed_for_all(X, Y, mini_batch_size=64, seed=0):
    return _batches(X, Y, mini_batch_size, _order(X, 0))


@mini_batches.mistake("The same seed gives other batches in each call. Use `seed`.")
def ignores_the_seed(X, Y, mini_batch_size=64, seed=0):
    order = np.random.default_rng().permutation(X.shape[1])
    return _batches(X, Y, mini_batch_size, order)


@mini_batches.mistake(
    "The last batch is as large as the others, so some examples occur twice. It may be "
    "smaller."
)
def fills_up_the_last_batch(X, Y, mini_batch_size=64, seed=0):
    order = _order(X, seed)
    count = -(-X.shape[1] // mini_batch_size)
    return _batches(X, Y, mini_batch_size, np.resize(order, count * mini_batch_size))


@mini_batches.mistake(
    "Some examples occur twice and others never: they were drawn with replacement. A "
    "permutation contains each exactly once."
)
def draws_with_replacement(X, Y, mini_batch_size=64, seed=0):
    m = X.shape[1]
    return _batches(X, Y, mini_batch_size, np.random.RandomState(seed).randint(0, m, m))


@mini_batches.mistake(
    "The last batch is as large as the others, so some examples occur twice. It may be "
    "smaller."
)
def last_batch_overlaps(X, Y, mini_batch_size=64, seed=0):
    order, m = _order(X, seed), X.shape[1]
    batches = _batches(X, Y, mini_batch_size, order, count=m // mini_batch_size)
    if m % mini_batch_size:
        rest = order[-mini_batch_size:]
        batches.append((X[:, rest], Y[:, rest]))
    return batches


@mini_batches.mistake(
    "The last batch is lost, even where it is full. Go on until no column is left."
)
def stops_a_batch_early(X, Y, mini_batch_size=64, seed=0):
    count = -(-X.shape[1] // mini_batch_size) - 1
    return _batches(X, Y, mini_batch_size, _order(X, seed), count=count)


@mini_batches.mistake(
    "The labels of a batch have lost an axis. Their shape should be `(n_y, size)`."
)
def labels_with_one_axis(X, Y, mini_batch_size=64, seed=0):
    batches = ref.random_mini_batches(X, Y, mini_batch_size, seed)
    return [(x, y.ravel()) for x, y in batches]


@mini_batches.mistake("Return a list with a pair `(X_t, Y_t)` for each batch.")
def two_lists(X, Y, mini_batch_size=64, seed=0):
    batches = ref.random_mini_batches(X, Y, mini_batch_size, seed)
    return [x for x, _ in batches], [y for _, y in batches]


@mini_batches.mistake(
    "The order of the batches is shuffled, but each holds neighboring columns. Shuffle "
    "the columns before you cut."
)
def shuffles_only_the_batches(X, Y, mini_batch_size=64, seed=0):
    size = mini_batch_size
    starts = np.random.RandomState(seed).permutation(range(0, X.shape[1], size))
    return [(X[:, i : i + size], Y[:, i : i + size]) for i in starts]


@mini_batches.mistake("All batches are the same one. Each must begin further on.")
def always_the_first(X, Y, mini_batch_size=64, seed=0):
    batches = ref.random_mini_batches(X, Y, mini_batch_size, seed)
    return [batches[0]] * len(batches)


@mini_batches.mistake(
    "Some examples occur twice and others never: each batch is drawn from all examples "
    "again. Shuffle all of them once, then cut."
)
def draws_each_batch_anew(X, Y, mini_batch_size=64, seed=0):
    drawing, m = np.random.RandomState(seed), X.shape[1]
    starts = range(0, m, mini_batch_size)
    sizes = [min(mini_batch_size, m - start) for start in starts]
    picked = [drawing.permutation(m)[:size] for size in sizes]
    return [(X[:, chosen], Y[:, chosen]) for chosen in picked]


@mini_batches.right
def batches_with_a_remainder(X, Y, mini_batch_size=64, seed=0):
    np.random.seed(seed)
    m = X.shape[1]
    permutation = list(np.random.permutation(m))
    shuffled_X, shuffled_Y = X[:, permutation], Y[:, permutation]
    batches, inc = [], mini_batch_size
    complete = math.floor(m / mini_batch_size)
    for k in range(complete):
        part = slice(k * inc, (k + 1) * inc)
        batches.append((shuffled_X[:, part], shuffled_Y[:, part]))
    if m % mini_batch_size:
        rest = slice(complete * inc, m)
        batches.append((shuffled_X[:, rest], shuffled_Y[:, rest]))
    return batches


@mini_batches.right
def batches_by_splitting(X, Y, mini_batch_size=64, seed=0):
    order = np.random.default_rng(seed).permutation(X.shape[1])
    cuts = range(mini_batch_size, X.shape[1], mini_batch_size)
    return [[X[:, part], Y[:, part]] for part in np.split(order, list(cuts))]


lab.concept(
    "cost_goes_up",
    points=1,
    answer="C",
    why="Each point of that curve is the cost of other examples.",
    because={
        "A": "With wrong gradients the cost would hardly fall; a gradient check tells.",
        "B": "Too large a rate makes the cost rise again and again. A little up and "
        "down is the noise of small batches.",
        "D": "Overfitting shows on the dev set, while the training cost falls.",
    },
)
