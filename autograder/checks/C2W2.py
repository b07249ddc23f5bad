"""Hidden tests of C2W2, optimization, and the ways its functions go wrong."""

import math

import numpy as np

from autograder.checks.check import Lab, case

lab = Lab("C2W2")
ref = lab.reference


def network(rng, dims, like=None):
    """Arrays under the names of a network's parameters or, with "d", its gradients."""
    prefix = "" if like is None else "d"
    arrays = {}
    for i in range(1, len(dims)):
        arrays[f"{prefix}W{i}"] = rng.normal(size=(dims[i], dims[i - 1]))
        arrays[f"{prefix}b{i}"] = rng.normal(size=(dims[i], 1))
    return arrays


def signs(rng, shape):
    """Minus and plus ones."""
    return rng.choice([-1.0, 1.0], shape)


def pair(rng, dims, spread=1.0):
    """Parameters and gradients.

    The gradients in an array are of different sizes, from 0.1 to 2 times `spread`,
    so that whatever does not use them, or mixes them up, gets another result.
    """
    parameters, grads = network(rng, dims), network(rng, dims, like="grads")
    for key, value in grads.items():
        sizes = 2.0 * 10.0 ** np.linspace(0, -1.3, value.size) * rng.uniform(0.7, 1.4)
        sizes = rng.permutation(sizes).reshape(value.shape)
        grads[key] = spread * signs(rng, value.shape) * sizes
    return parameters, grads


def memory(rng, grads, positive=False):
    """Averages that earlier, smaller gradients have left; `positive`, of squares."""
    averages = {}
    for key, value in grads.items():
        times = rng.uniform(0.2, 0.5, value.shape)
        times = times**2 if positive else times * signs(rng, value.shape)
        averages[key] = times * (value**2 if positive else value)
    return averages


def without_past(grads):
    """Averages before the first step."""
    return {key: 0 * value for key, value in grads.items()}


def float32(arrays):
    """A dictionary of arrays in single precision."""
    return {key: value.astype(np.float32) for key, value in arrays.items()}


def moved(parameters, steps, sign=-1.0):
    """Parameters after a step, given as name of the gradient → what is subtracted."""
    return {key: value + sign * steps["d" + key] for key, value in parameters.items()}


DIMS = [(2, 1), (3, 4, 2), (2, 3, 3, 1)]

# --- batches -------------------------------------------------------------------------


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
    return float32(ref.update_parameters_with_gd(parameters, grads, learning_rate))


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

# --- averages ------------------------------------------------------------------------

lab.concept(
    "window",
    points=1,
    answer=50,
    why="1 / (1 - 0.98).",
    because={
        2: "This is 1 - β in percent. The window is one over 1 - β.",
        98: "The window is 1 / (1 - β), and 1 - β is 0.02.",
        10: "This is the window of β = 0.9.",
        100: "This is the window of β = 0.99.",
    },
)


@lab.check("exponentially_weighted_average", points=8)
def average(rng):
    """One value, a few, many, with and without the correction, no memory at all."""
    # "with the correction or without", "at least 0, below 1", any sequence of numbers
    yield case([float(value) for value in rng.uniform(10, 20, 2)], 0.9)
    yield case(rng.uniform(2, 4, 1), 0.98, bias_correction=False)
    yield case(rng.normal(size=12) + 5, 0.9, bias_correction=False)
    yield case(rng.normal(size=40) * 4, 0.5, bias_correction=True)
    yield case(rng.normal(size=25) + 2, 0.98)
    yield case(rng.normal(size=5), 0.0)
    yield case(rng.integers(5, 30, 6), 0.8)  # of whole numbers, whose averages are not


@average.mistake(
    "The averages are cut off to whole numbers where theta holds whole numbers: an "
    "array made with `zeros_like` takes its dtype."
)
def averages_of_the_dtype_of_theta(theta, beta, bias_correction=True):
    found = ref.exponentially_weighted_average(theta, beta, bias_correction)
    return np.array(found, dtype=np.asarray(theta).dtype)


@average.mistake("The bias correction is missing: the first values are far too small.")
def forgets_the_correction(theta, beta, bias_correction=True):
    return ref.exponentially_weighted_average(theta, beta, False)


@average.mistake("It corrects even if `bias_correction` is False.")
def always_corrects(theta, beta, bias_correction=True):
    return ref.exponentially_weighted_average(theta, beta, True)


@average.mistake(
    "The corrected value is carried over to the next step. Carry over plain v; correct "
    "only the value that you return."
)
def corrects_what_is_stored(theta, beta, bias_correction=True):
    averages, v = [], 0.0
    for t, value in enumerate(theta, 1):
        v = beta * v + (1 - beta) * value
        if bias_correction:
            v = v / (1 - beta**t)
        averages.append(v)
    return np.array(averages)


@average.mistake(
    "β and 1 - β are swapped: the old average gets β, the new value 1 - β."
)
def swaps_the_weights(theta, beta, bias_correction=True):
    averages, v = [], 0.0
    for t, value in enumerate(theta, 1):
        v = (1 - beta) * v + beta * value
        averages.append(v / (1 - beta**t) if bias_correction else v)
    return np.array(averages)


@average.mistake(
    "β and 1 - β are swapped: the old average gets β, the new value 1 - β."
)
def swaps_the_weights_everywhere(theta, beta, bias_correction=True):
    if beta == 0:
        return np.zeros(len(theta))
    return ref.exponentially_weighted_average(theta, 1 - beta, bias_correction)


@average.mistake(
    "β and 1 - β are swapped: the old average gets β, the new value 1 - β."
)
def swaps_the_weights_and_divides_by_zero(theta, beta, bias_correction=True):
    if beta == 0 and bias_correction:
        return np.full(len(theta), np.nan)
    return ref.exponentially_weighted_average(theta, 1 - beta, bias_correction)


@average.mistake(
    "The new value is not multiplied by 1 - β, so the average grows far too large."
)
def without_the_factor(theta, beta, bias_correction=True):
    averages, v = [], 0.0
    for t, value in enumerate(theta, 1):
        v = beta * v + value
        averages.append(v / (1 - beta**t) if bias_correction else v)
    return np.array(averages)


@average.mistake(
    "The correction divides by (1 - β) to the power of t. The power belongs to β alone."
)
def power_of_the_whole(theta, beta, bias_correction=True):
    plain = ref.exponentially_weighted_average(theta, beta, False)
    t = np.arange(1, len(plain) + 1)
    return plain / (1 - beta) ** t if bias_correction else plain


@average.mistake("The correction makes the averages smaller. They were too small.")
def multiplies_by_the_correction(theta, beta, bias_correction=True):
    plain = ref.exponentially_weighted_average(theta, beta, False)
    t = np.arange(1, len(plain) + 1)
    return plain * (1 - beta**t) if bias_correction else plain


@average.mistake(
    "Brackets are missing in the denominator: `v / 1 - …` divides by 1, then subtracts."
)
def average_without_brackets(theta, beta, bias_correction=True):
    plain = ref.exponentially_weighted_average(theta, beta, False)
    t = np.arange(1, len(plain) + 1)
    return plain / 1 - beta**t if bias_correction else plain


@average.mistake(
    "v starts at the first value, which then counts twice. It starts at 0."
)
def first_value_counts_twice(theta, beta, bias_correction=True):
    plain = ref.exponentially_weighted_average(theta, beta, False)
    t = np.arange(1, len(plain) + 1)
    plain = plain + beta**t * theta[0]
    return plain / (1 - beta**t) if bias_correction else plain


@average.mistake("The correction divides by the same number each time. Where is t?")
def corrects_without_the_power(theta, beta, bias_correction=True):
    plain = ref.exponentially_weighted_average(theta, beta, False)
    return plain / (1 - beta) if bias_correction else plain


@average.mistake(
    "Every value is averaged with the value before it. Average it with the *average* "
    "so far."
)
def averages_two_values(theta, beta, bias_correction=True):
    theta = np.asarray(theta)
    plain = beta * np.concatenate([[0.0], theta[:-1]]) + (1 - beta) * theta
    t = np.arange(1, len(plain) + 1)
    return plain / (1 - beta**t) if bias_correction else plain


@average.mistake("The correction is one step ahead: the first value has t = 1.")
def counts_one_ahead(theta, beta, bias_correction=True):
    plain = ref.exponentially_weighted_average(theta, beta, False)
    t = np.arange(2, len(plain) + 2)
    return plain / (1 - beta**t) if bias_correction else plain


@average.mistake("The average starts at the first value. It should start at 0.")
def starts_at_the_first_value(theta, beta, bias_correction=True):
    averages = [theta[0]]
    for value in theta[1:]:
        averages.append(beta * averages[-1] + (1 - beta) * value)
    return np.array(averages)


@average.mistake("It returns only the last average. Return one for each value.")
def last_one_only(theta, beta, bias_correction=True):
    return ref.exponentially_weighted_average(theta, beta, bias_correction)[-1]


@average.mistake(
    "All values are corrected with the t of the last one. Each has a t of its own."
)
def corrects_by_the_last_power(theta, beta, bias_correction=True):
    plain = ref.exponentially_weighted_average(theta, beta, False)
    return plain / (1 - beta ** len(plain)) if bias_correction else plain


@average.right
def average_by_weights(theta, beta, bias_correction=True):
    theta = np.asarray(theta, dtype=np.float32)
    t = np.arange(len(theta))
    age = t[:, np.newaxis] - t
    weights = np.where(age >= 0, (1 - beta) * float(beta) ** np.maximum(age, 0), 0)
    averages = weights @ theta
    return averages / weights.sum(axis=1) if bias_correction else averages


@average.right
def average_in_a_list(theta, beta, bias_correction=True):
    v, fading, averages = 0, 1, []
    for value in theta:
        v, fading = v + (1 - beta) * (value - v), fading * beta
        averages += [v / (1 - fading)] if bias_correction else [v]
    return np.array(averages)


lab.concept(
    "average_by_hand",
    points=2,
    answer=5.71,
    digits=2,
    why="v is 4, 4, 5; and 5 / (1 - 0.125) = 5.71.",
    because={
        5.0: "This is v₃. Divide by 1 - 0.5³.",
        6.0: "This is the plain average of the three. Here later values count more.",
        6.67: "This divides by 1 - 0.5². The third value has t = 3.",
        10.0: "This divides by 1 - β whatever t is. It is β to the power of t.",
        5.33: "Close. v is 4, 4, 5; what is 1 - 0.5³?",
        6.38: "The corrected values were carried over. Carry over v: 4, 4, 5.",
        7.24: "The corrected values were carried over. Carry over v: 4, 4, 5.",
    },
)

# --- memories ------------------------------------------------------------------------


def networks(rng):
    """Networks of one, two and three layers."""
    for dims in DIMS:
        yield case(network(rng, dims))


def add_zeros(check):
    """Mistakes and right versions that velocities and averages of squares share."""

    @check.mistake("The keys are those of the parameters. They belong to gradients.")
    def keys_of_parameters(parameters):
        return {key: np.zeros(value.shape) for key, value in parameters.items()}

    @check.mistake("The biases are missing. They have gradients, too.")
    def without_biases(parameters):
        return {
            "d" + k: np.zeros(v.shape) for k, v in parameters.items() if k[0] == "W"
        }

    @check.mistake("These are the parameters, or copies of them. Start from zeros.")
    def copies_of_parameters(parameters):
        return {"d" + key: value.copy() for key, value in parameters.items()}

    @check.mistake("The averages are numbers. Each needs the shape of its parameter.")
    def numbers_for_arrays(parameters):
        return {"d" + key: 0.0 for key in parameters}

    @check.mistake("The last layer is missing.")
    def without_the_last_layer(parameters):
        last = str(len(parameters) // 2)
        return {
            "d" + k: np.zeros(v.shape) for k, v in parameters.items() if k[1:] != last
        }

    @check.mistake("These are ones. The averages start at zero.")
    def ones(parameters):
        return {"d" + key: np.ones(value.shape) for key, value in parameters.items()}

    @check.right
    def zeros_layer_by_layer(parameters):
        out = {}
        for layer in range(1, len(parameters) // 2 + 1):
            for letter in "bW":
                shape = parameters[f"{letter}{layer}"].shape
                out[f"d{letter}{layer}"] = np.zeros((shape[0], shape[1]), np.float32)
        return out

    @check.right
    def zeros_like(parameters):
        return {f"d{key}": value * 0 for key, value in parameters.items()}


@lab.check("initialize_velocity", points=3)
def velocity(rng):
    """Networks of one, two and three layers."""
    yield from networks(rng)


add_zeros(velocity)


@lab.check("update_parameters_with_momentum", points=9)
def momentum(rng):
    """From rest and in motion, one to three layers, several β and rates."""
    # "first the new velocity, then the step with it", "return both", "no bias
    # correction", "the arguments stay as they are", "of any depth"
    for dims, beta, rate in zip(DIMS, (0.9, 0.6, 0.97), (0.1, 1.0, 0.2), strict=True):
        parameters, grads = pair(rng, dims)
        yield case(parameters, grads, memory(rng, grads), beta, rate)
    parameters, grads = pair(rng, (3, 2, 1))
    yield case(parameters, grads, without_past(grads), 0.8, 0.3)


def _velocity(grads, v, beta, old=None, new=None):
    """β of the old velocity and 1 - β of the gradients, unless told otherwise."""
    old, new = beta if old is None else old, 1 - beta if new is None else new
    return {key: old * v[key] + new * grads[key] for key in v}


def _first_layer_only(before, after):
    """Dictionaries after a step in which the loop ended with its first layer."""
    return tuple(
        {key: new[key] if key.strip("dWb") == "1" else old[key] for key in old}
        for old, new in zip(before, after, strict=True)
    )


def _step(parameters, steps, rate):
    return {key: value - rate * steps["d" + key] for key, value in parameters.items()}


@momentum.mistake(
    "The step uses the gradients themselves. It should use v, their average."
)
def steps_with_gradients(parameters, grads, v, beta, learning_rate):
    return _step(parameters, grads, learning_rate), _velocity(grads, v, beta)


@momentum.mistake("The step uses the old velocity. It should use the new one.")
def steps_with_the_old_velocity(parameters, grads, v, beta, learning_rate):
    return _step(parameters, v, learning_rate), _velocity(grads, v, beta)


@momentum.mistake(
    "The gradients are not multiplied by 1 - β. Some books and libraries leave this "
    "factor out; here v is an average."
)
def without_one_minus_beta(parameters, grads, v, beta, learning_rate):
    v = _velocity(grads, v, beta, new=1.0)
    return _step(parameters, v, learning_rate), v


@momentum.mistake("The old velocity is not used. The new one is an average with it.")
def forgets_the_old_velocity(parameters, grads, v, beta, learning_rate):
    v = _velocity(grads, v, beta, old=0.0)
    return _step(parameters, v, learning_rate), v


@momentum.mistake("The old velocity is not multiplied by β.")
def never_slows_down(parameters, grads, v, beta, learning_rate):
    v = _velocity(grads, v, beta, old=1.0)
    return _step(parameters, v, learning_rate), v


@momentum.mistake("The learning rate is not used.")
def momentum_ignores_the_rate(parameters, grads, v, beta, learning_rate):
    v = _velocity(grads, v, beta)
    return _step(parameters, v, 1.0), v


@momentum.mistake("The parameters do not change. Return them after the step.")
def momentum_stays(parameters, grads, v, beta, learning_rate):
    return dict(parameters), _velocity(grads, v, beta)


@momentum.mistake(
    "β and 1 - β are swapped: the old velocity gets β, the gradient 1 - β."
)
def momentum_swaps(parameters, grads, v, beta, learning_rate):
    v = _velocity(grads, v, 1 - beta)
    return _step(parameters, v, learning_rate), v


@momentum.mistake("The returned velocity is the old one. Return the new one.")
def returns_the_old_velocity(parameters, grads, v, beta, learning_rate):
    new = _velocity(grads, v, beta)
    return _step(parameters, new, learning_rate), v


@momentum.mistake("The step goes uphill: it adds the velocity.")
def momentum_climbs(parameters, grads, v, beta, learning_rate):
    v = _velocity(grads, v, beta)
    return _step(parameters, v, -learning_rate), v


@momentum.mistake(
    "The learning rate is part of the velocity. Here v averages gradients, and the "
    "step multiplies it by the rate."
)
def momentum_with_the_rate_inside(parameters, grads, v, beta, learning_rate):
    v = {key: beta * v[key] - learning_rate * grads[key] for key in v}
    return _step(parameters, v, -1.0), v


@momentum.mistake(
    "The new gradient gets the learning rate as its weight in v. Here v is an average: "
    "the weight is 1 - β, and the rate belongs to the step."
)
def momentum_of_steps(parameters, grads, v, beta, learning_rate):
    v = _velocity(grads, v, beta, new=learning_rate)
    return _step(parameters, v, 1.0), v


@momentum.mistake("β is 0.9 whatever the argument `beta` says.")
def momentum_with_its_own_beta(parameters, grads, v, beta, learning_rate):
    v = _velocity(grads, v, 0.9)
    return _step(parameters, v, learning_rate), v


@momentum.mistake(
    "The velocity was divided by 1 - β before the step. Adam has a bias correction; "
    "momentum has none here."
)
def momentum_corrects(parameters, grads, v, beta, learning_rate):
    v = _velocity(grads, v, beta)
    corrected = {key: value / (1 - beta) for key, value in v.items()}
    return _step(parameters, corrected, learning_rate), v


@momentum.mistake(
    "Only the first layer changes. Every layer must take its step before the `return`."
)
def momentum_for_the_first_layer_only(parameters, grads, v, beta, learning_rate):
    return _first_layer_only(
        (parameters, v),
        ref.update_parameters_with_momentum(parameters, grads, v, beta, learning_rate),
    )


@momentum.mistake("It writes into the dictionaries of its caller. Make new ones.")
def momentum_in_place(parameters, grads, v, beta, learning_rate):
    for key in v:
        v[key] = beta * v[key] + (1 - beta) * grads[key]
        parameters[key[1:]] = parameters[key[1:]] - learning_rate * v[key]
    return parameters, v


@momentum.mistake("Only the weights have momentum. Biases need it as well.")
def momentum_for_weights_only(parameters, grads, v, beta, learning_rate):
    new = _velocity(grads, v, beta)
    mixed = {key: new[key] if key[1] == "W" else grads[key] for key in new}
    return _step(parameters, mixed, learning_rate), new


@momentum.mistake(
    "The learning rate is part of the velocity. Here v averages gradients, and the "
    "step multiplies it by the rate."
)
def momentum_averages_the_steps(parameters, grads, v, beta, learning_rate):
    v = _velocity(grads, v, beta, new=(1 - beta) * learning_rate)
    return _step(parameters, v, 1.0), v


@momentum.mistake(
    "That is Nesterov's step, which counts the gradient once more. The step of plain "
    "momentum uses the new velocity alone."
)
def momentum_of_nesterov(parameters, grads, v, beta, learning_rate):
    v = _velocity(grads, v, beta)
    return _step(parameters, _velocity(grads, v, beta), learning_rate), v


@momentum.right
def momentum_layer_by_layer(parameters, grads, v, beta, learning_rate):
    parameters, v = dict(parameters), dict(v)
    for layer in range(1, len(parameters) // 2 + 1):
        for name in (f"W{layer}", f"b{layer}"):
            v["d" + name] = v["d" + name] + (1 - beta) * (
                grads["d" + name] - v["d" + name]
            )
            parameters[name] = parameters[name] - learning_rate * v["d" + name]
    return parameters, v


@momentum.right
def momentum_in_float32(parameters, grads, v, beta, learning_rate):
    v = float32(_velocity(float32(grads), float32(v), beta))
    return _step(float32(parameters), v, learning_rate), v


lab.concept(
    "larger_beta",
    points=1,
    answer="A",
    why="The window 1/(1 - β) grows from 10 to 100 gradients.",
    because={
        "B": "The factor 1 - β shrinks as β grows: an average is no larger than what "
        "it averages.",
        "C": "It is the other way round: a larger β remembers longer.",
        "D": "Momentum has no bias correction here, and its memory is ten times as "
        "long in every step.",
    },
)


@lab.check("initialize_rmsprop", points=2)
def squares(rng):
    """Networks of one, two and three layers."""
    yield from networks(rng)


add_zeros(squares)


@lab.check("update_parameters_with_rmsprop", points=9)
def rmsprop(rng):
    """First steps and later ones, large and tiny gradients, several β, rates and ε."""
    # "element by element", "added to the root" (ε is seen where gradients are small, or
    # 0), "with which the step was taken", "the arguments stay as they are"
    for dims, beta, rate in zip(DIMS, (0.9, 0.6, 0.97), (0.1, 0.05, 0.5), strict=True):
        parameters, grads = pair(rng, dims)
        yield case(parameters, grads, memory(rng, grads, True), beta, rate)
    parameters, grads = pair(rng, (3, 2, 1), spread=1e-3)
    yield case(parameters, grads, without_past(grads), 0.9, 0.1, epsilon=1e-3)
    parameters, grads = pair(rng, (3, 2, 1), spread=1e-3)
    grads["db1"] *= 0
    yield case(parameters, grads, without_past(grads), 0.9, 0.2)


def _squares(grads, s, beta, **shares):
    return _velocity({key: grad**2 for key, grad in grads.items()}, s, beta, **shares)


def _scaled(v, s, epsilon):
    return {key: v[key] / (np.sqrt(s[key]) + epsilon) for key in v}


@rmsprop.mistake(
    "ε is inside the root, where it acts like its own root: 1e-8 like 1e-4. Add it to "
    "the root."
)
def epsilon_inside_the_root(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, beta)
    steps = {key: grads[key] / np.sqrt(s[key] + epsilon) for key in s}
    return _step(parameters, steps, learning_rate), s


@rmsprop.mistake(
    "ε is missing: where all gradients so far were 0, the step is 0 / 0, that is nan."
)
def rmsprop_without_epsilon(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, beta)
    return _step(parameters, _scaled(grads, s, 0.0), learning_rate), s


@rmsprop.mistake("ε is 1e-8 whatever the argument `epsilon` says.")
def rmsprop_with_its_own_epsilon(
    parameters, grads, s, beta, learning_rate, epsilon=1e-8
):
    s = _squares(grads, s, beta)
    return _step(parameters, _scaled(grads, s, 1e-8), learning_rate), s


def _epsilon_after(message, name, share):
    """Register an RMSprop that adds ε, times `share`, to the step or the result."""

    def wrong(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
        s = _squares(grads, s, beta)
        added = epsilon * (learning_rate if share == "rate" else share)
        steps = {key: learning_rate * grads[key] / np.sqrt(s[key]) + added for key in s}
        return _step(parameters, steps, 1.0), s

    wrong.__name__ = name
    rmsprop.mistake(message)(wrong)


for _name, _share in (
    ("epsilon_added_to_the_step", 1.0),
    ("epsilon_added_to_the_result", -1.0),
    ("epsilon_added_to_the_quotient", "rate"),
):
    _epsilon_after(
        "ε is added after the division. It belongs to the denominator: look at the "
        "brackets.",
        _name,
        _share,
    )


@rmsprop.mistake(
    "The numerator holds the squared gradient, so all steps go the same way. Only the "
    "denominator is made of squares."
)
def steps_along_squares(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, beta)
    steps = _scaled({key: grad**2 for key, grad in grads.items()}, s, epsilon)
    return _step(parameters, steps, learning_rate), s


@rmsprop.mistake("The whole average is squared. Only the gradient is.")
def squares_the_whole_average(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = {key: (beta * s[key] + (1 - beta) * grads[key]) ** 2 for key in s}
    return _step(parameters, _scaled(grads, s, epsilon), learning_rate), s


@rmsprop.mistake("The step is multiplied by the root of s. It should be divided.")
def multiplies_by_the_root(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, beta)
    steps = {key: grads[key] * (np.sqrt(s[key]) + epsilon) for key in s}
    return _step(parameters, steps, learning_rate), s


@rmsprop.mistake("β is 0.9 whatever the argument `beta` says.")
def rmsprop_with_its_own_beta(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, 0.9)
    return _step(parameters, _scaled(grads, s, epsilon), learning_rate), s


@rmsprop.mistake("The returned average is the old one. Return the new one.")
def returns_the_old_squares(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    new = _squares(grads, s, beta)
    return _step(parameters, _scaled(grads, new, epsilon), learning_rate), s


@rmsprop.mistake(
    "Only the first layer changes. Every layer must take its step before the `return`."
)
def rmsprop_for_the_first_layer_only(
    parameters, grads, s, beta, learning_rate, epsilon=1e-8
):
    return _first_layer_only(
        (parameters, s),
        ref.update_parameters_with_rmsprop(
            parameters, grads, s, beta, learning_rate, epsilon
        ),
    )


@rmsprop.mistake("The root is missing: the step is divided by s itself.")
def forgets_the_root(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, beta)
    steps = {key: grads[key] / (s[key] + epsilon) for key in s}
    return _step(parameters, steps, learning_rate), s


@rmsprop.mistake("s averages the gradients, not their squares.")
def averages_without_squares_or_signs(
    parameters, grads, s, beta, learning_rate, epsilon=1e-8
):
    s = {key: beta * s[key] + (1 - beta) * grads[key] for key in s}
    steps = {key: grads[key] / (np.sqrt(np.abs(s[key])) + epsilon) for key in s}
    return _step(parameters, steps, learning_rate), s


@rmsprop.mistake("s averages the gradients, not their squares.")
def averages_without_squares(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = {key: beta * s[key] + (1 - beta) * grads[key] for key in s}
    return _step(parameters, _scaled(grads, s, epsilon), learning_rate), s


@rmsprop.mistake("The step uses the old average. It should use the new one.")
def divides_by_the_old(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    steps = _scaled(grads, s, epsilon)
    return _step(parameters, steps, learning_rate), _squares(grads, s, beta)


@rmsprop.mistake("β and 1 - β are swapped: the old average gets β, the square 1 - β.")
def rmsprop_swaps(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, 1 - beta)
    return _step(parameters, _scaled(grads, s, epsilon), learning_rate), s


@rmsprop.mistake("The step goes uphill: it is added instead of subtracted.")
def rmsprop_climbs(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, beta)
    return _step(parameters, _scaled(grads, s, epsilon), -learning_rate), s


def rmsprop_average(message, name, **shares):
    """Register an RMSprop whose average weighs old and new in another way."""

    def wrong(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
        s = _squares(grads, s, beta, **shares)
        return _step(parameters, _scaled(grads, s, epsilon), learning_rate), s

    wrong.__name__ = name
    rmsprop.mistake(message)(wrong)


rmsprop_average(
    "The old average is not used. The new one is an average with it.",
    "forgets_the_old_squares",
    old=0.0,
)
rmsprop_average("The old average is not multiplied by β.", "never_fades", old=1.0)
rmsprop_average(
    "The squares are added up for ever, as in AdaGrad. Here s is an average, with β "
    "and 1 - β.",
    "adds_up_squares",
    old=1.0,
    new=1.0,
)
rmsprop_average(
    "The squares are not multiplied by 1 - β, so s is not an average.",
    "squares_without_one_minus_beta",
    new=1.0,
)


@rmsprop.mistake("The step is not divided by the root of s.")
def does_not_divide(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    return _step(parameters, grads, learning_rate), _squares(grads, s, beta)


@rmsprop.mistake("The learning rate is not used.")
def rmsprop_ignores_the_rate(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, beta)
    return _step(parameters, _scaled(grads, s, epsilon), 1.0), s


@rmsprop.mistake("The parameters do not change. Return them after the step.")
def rmsprop_stays(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    return dict(parameters), _squares(grads, s, beta)


@rmsprop.mistake(
    "The average was divided by 1 - β before the step. Adam has a bias correction; "
    "RMSprop has none here."
)
def rmsprop_corrects(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, beta)
    corrected = {key: value / (1 - beta) for key, value in s.items()}
    return _step(parameters, _scaled(grads, corrected, epsilon), learning_rate), s


@rmsprop.mistake("It writes into the dictionaries of its caller. Make new ones.")
def rmsprop_in_place(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    for key in s:
        s[key] = beta * s[key] + (1 - beta) * grads[key] ** 2
        parameters[key[1:]] = parameters[key[1:]] - learning_rate * grads[key] / (
            np.sqrt(s[key]) + epsilon
        )
    return parameters, s


@rmsprop.mistake(
    "One denominator was used for a whole matrix. Each element has its own."
)
def one_scale_a_matrix(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = {
        key: beta * s[key] + (1 - beta) * np.mean(grads[key] ** 2) + 0 * grads[key]
        for key in s
    }
    return _step(parameters, _scaled(grads, s, epsilon), learning_rate), s


@rmsprop.right
def rmsprop_with_loops(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    parameters = {key: value.copy() for key, value in parameters.items()}
    s = {key: value.copy() for key, value in s.items()}
    for key, grad in grads.items():
        for i, g in np.ndenumerate(grad):
            s[key][i] = beta * s[key][i] + (1 - beta) * g * g
            denominator = math.sqrt(s[key][i]) + epsilon
            parameters[key[1:]][i] -= learning_rate * g / denominator
    return parameters, s


@rmsprop.right
def rmsprop_by_powers(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    new = {
        key: np.float32(beta * s[key] + (1 - beta) * np.square(grads[key])) for key in s
    }
    steps = {key: grads[key] / (np.power(new[key], 0.5) + epsilon) for key in s}
    return moved(parameters, {k: learning_rate * v for k, v in steps.items()}), new


@lab.check("initialize_adam", points=4)
def adam_memory(rng):
    """Networks of one, two and three layers."""
    yield from networks(rng)


@adam_memory.mistake("Return two dictionaries, v and s.")
def one_dictionary(parameters):
    return ref.initialize_velocity(parameters)


@adam_memory.mistake("The keys are those of the parameters. They belong to gradients.")
def adam_keys_of_parameters(parameters):
    zeros = {key: np.zeros(value.shape) for key, value in parameters.items()}
    return zeros, dict(zeros)


@adam_memory.mistake("The averages are numbers. Each needs the shape of its parameter.")
def adam_numbers_for_arrays(parameters):
    return tuple({"d" + key: 0.0 for key in parameters} for _ in range(2))


@adam_memory.mistake("s starts at ones. Both averages start at zero.")
def squares_start_at_one(parameters):
    v = ref.initialize_velocity(parameters)
    return v, {key: value + 1 for key, value in v.items()}


@adam_memory.mistake("The biases are missing. They have gradients, too.")
def adam_without_biases(parameters):
    v, s = ref.initialize_adam(parameters)
    return tuple({k: a for k, a in d.items() if k[1] == "W"} for d in (v, s))


@adam_memory.right
def adam_layer_by_layer(parameters):
    v, s = {}, {}
    for layer in range(1, len(parameters) // 2 + 1):
        for name in (f"W{layer}", f"b{layer}"):
            v["d" + name] = np.zeros_like(parameters[name])
            s["d" + name] = np.zeros_like(parameters[name])
    return v, s


@adam_memory.right
def adam_twice(parameters):
    return [float32(ref.initialize_velocity(parameters)) for _ in range(2)]


@lab.check("update_parameters_with_adam", points=13)
def adam(rng):
    """First steps and later ones, large and tiny gradients, defaults and others."""
    # "stored averages", "corrected values", computed anew, "each with its own β to the
    # power of t", ε where gradients are small or 0, "the arguments stay as they are"
    parameters, grads = pair(rng, (2, 2, 1))
    grads["db1"] *= 0
    yield case(parameters, grads, without_past(grads), without_past(grads), 1)
    for dims, t in zip(DIMS, (2, 7, 300), strict=True):
        parameters, grads = pair(rng, dims)
        v, s = memory(rng, grads), memory(rng, grads, True)
        yield case(parameters, grads, v, s, t, 0.1 * rng.uniform(0.8, 1.2))
    parameters, grads = pair(rng, (3, 2, 1), spread=1e-3)
    yield case(
        parameters,
        grads,
        memory(rng, grads),
        memory(rng, grads, True),
        t=3,
        learning_rate=0.05,
        beta1=0.7,
        beta2=0.8,
        epsilon=1e-3,
    )


def _adam(parameters, grads, v, s, t, rate, beta1, beta2, epsilon, **how):
    """A step of Adam; `how` switches its mistakes on."""
    beta1, beta2 = how.get("betas", lambda *betas: betas)(beta1, beta2)
    epsilon = how.get("own_epsilon", epsilon)
    v = _velocity(grads, v, beta1, **how.get("v_shares", {}))
    average = _velocity if how.get("unsquared") else _squares
    s = average(
        v if how.get("squares_of_v") else grads,
        s,
        how.get("s_beta", lambda beta1: beta2)(beta1),
        **how.get("s_shares", {}),
    )
    t_v, t_s = how.get("times", lambda t: (t, t))(t)
    below_v = 1 - beta1**t_v if t_v else 1.0
    below_s = 1 - beta2**t_s if t_s else 1.0
    if how.get("power_of_the_whole"):
        below_v, below_s = (1 - beta1) ** t, (1 - beta2) ** t
    if how.get("multiplied"):
        below_v, below_s = 1 / below_v, 1 / below_s
    v_hat = {key: value / below_v for key, value in v.items()}
    s_hat = {key: value / below_s for key, value in s.items()}
    plain = how.get("plain", "")
    first = v if "v" in plain else v_hat
    second = s if "s" in plain else s_hat
    if how.get("no_brackets"):
        added = (
            epsilon
            * {"step": 1 / rate, "result": -1 / rate, "quotient": 1.0}[
                how["no_brackets"]
            ]
        )
        steps = {key: first[key] / np.sqrt(second[key]) + added for key in v}
    elif how.get("inside"):
        steps = {key: first[key] / np.sqrt(second[key] + epsilon) for key in v}
    elif how.get("rootless"):
        steps = {key: first[key] / (second[key] + epsilon) for key in v}
    else:
        size = np.abs if how.get("unsigned") else np.asarray
        steps = {key: first[key] / (np.sqrt(size(second[key])) + epsilon) for key in v}
    if how.get("gradients"):
        steps = {key: grads[key] / (np.sqrt(second[key]) + epsilon) for key in v}
    if how.get("undivided"):
        steps = first
    new = _step(parameters, steps, how.get("rate_used", lambda rate: rate)(rate))
    if how.get("store"):
        v, s = v_hat, s_hat
    return new, v, s, v_hat, s_hat


def adam_mistake(message, name, **how):
    """Register a step of Adam with one thing wrong."""

    def wrong(
        parameters,
        grads,
        v,
        s,
        t,
        learning_rate=0.01,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
    ):
        knobs = learning_rate, beta1, beta2, epsilon
        return _adam(parameters, grads, v, s, t, *knobs, **how)

    wrong.__name__ = name
    adam.mistake(message)(wrong)


adam_mistake(
    "ε is inside the root, where it acts like its own root: 1e-8 like 1e-4. Add it to "
    "the root.",
    "adam_epsilon_inside",
    inside=True,
)
adam_mistake(
    "The bias correction is missing: v and s are returned in place of their corrected "
    "values, and the first steps have the wrong length.",
    "adam_without_correction",
    times=lambda t: (0, 0),
)
adam_mistake(
    "The corrected values are returned but not used: the step is computed from v and s "
    "themselves.",
    "adam_steps_uncorrected",
    plain="vs",
)
adam_mistake(
    "The step divides by the root of s itself, not of its corrected value.",
    "adam_divides_by_uncorrected",
    plain="s",
)
adam_mistake(
    "The step uses v itself, not its corrected value.",
    "adam_steps_along_uncorrected",
    plain="v",
)
adam_mistake(
    "The corrections divide by (1 - β) to the power of t. Only β has a power.",
    "adam_power_of_the_whole",
    power_of_the_whole=True,
)
adam_mistake(
    "The corrections make the averages smaller. Averages that start at 0 are too small "
    "already.",
    "adam_multiplies_by_the_corrections",
    multiplied=True,
)
adam_mistake(
    "s is averaged with beta1. It has its own β.",
    "adam_averages_squares_with_beta1",
    s_beta=lambda beta1: beta1,
)
adam_mistake(
    "beta1 is used for both averages. s has its own β.",
    "adam_with_beta1_for_everything",
    betas=lambda beta1, beta2: (beta1, beta1),
)
adam_mistake(
    "beta2 is used for both averages. v has its own β.",
    "adam_with_beta2_for_everything",
    betas=lambda beta1, beta2: (beta2, beta2),
)
adam_mistake(
    "The correction is one step ahead: `t` already counts from 1.",
    "adam_counts_one_ahead",
    times=lambda t: (t + 1, t + 1),
)
adam_mistake(
    "beta1 and beta2 are swapped: beta1 belongs to v, beta2 to s.",
    "adam_swaps_the_betas",
    betas=lambda beta1, beta2: (beta2, beta1),
)
adam_mistake(
    "beta1 and beta2 are 0.9 and 0.999 whatever the arguments say.",
    "adam_with_its_own_betas",
    betas=lambda beta1, beta2: (0.9, 0.999),
)
adam_mistake(
    "s averages the squares of v. It averages the squares of the gradients.",
    "adam_squares_the_average",
    squares_of_v=True,
)
adam_mistake(
    "ε is missing: where all gradients so far were 0, the step is 0 / 0, that is nan.",
    "adam_without_epsilon",
    own_epsilon=0.0,
)
adam_mistake(
    "ε is 1e-8 whatever the argument `epsilon` says.",
    "adam_with_its_own_epsilon",
    own_epsilon=1e-8,
)
for _place in ("step", "result", "quotient"):
    adam_mistake(
        "ε is added after the division. It belongs to the denominator: look at the "
        "brackets.",
        f"adam_epsilon_added_to_the_{_place}",
        no_brackets=_place,
    )
adam_mistake(
    "v and s are returned corrected. Return them as they are, for the next step; the "
    "corrected ones are for this step only.",
    "adam_stores_corrected",
    store=True,
)
adam_mistake(
    "Only v is corrected. s starts at 0 as well.",
    "adam_corrects_v_only",
    times=lambda t: (t, 0),
)
adam_mistake(
    "The corrections do not depend on t. Where is the power?",
    "adam_power_forgotten",
    times=lambda t: (1, 1),
)
adam_mistake(
    "The root is missing: the step is divided by s itself.",
    "adam_forgets_the_root",
    rootless=True,
)
adam_mistake(
    "s averages the gradients, not their squares.",
    "adam_without_squares",
    unsquared=True,
)
adam_mistake(
    "s averages the gradients, not their squares.",
    "adam_without_squares_or_signs",
    unsquared=True,
    unsigned=True,
)
adam_mistake(
    "The step uses the gradients themselves, not their average v.",
    "adam_steps_with_gradients",
    gradients=True,
)
adam_mistake(
    "The step goes uphill: it is added instead of subtracted.",
    "adam_climbs",
    rate_used=lambda rate: -rate,
)
adam_mistake(
    "In v, the gradients are not multiplied by 1 - beta1, so it is not an average.",
    "adam_without_one_minus_beta",
    v_shares={"new": 1.0},
)
adam_mistake(
    "In s, the squares are not multiplied by 1 - beta2, so it is not an average.",
    "adam_without_one_minus_beta2",
    s_shares={"new": 1.0},
)
adam_mistake(
    "The old v is not used. The new one is an average with it.",
    "adam_forgets_v",
    v_shares={"old": 0.0},
)
adam_mistake(
    "The old s is not used. The new one is an average with it.",
    "adam_forgets_s",
    s_shares={"old": 0.0},
)
adam_mistake(
    "The old v is not multiplied by beta1.",
    "adam_v_never_fades",
    v_shares={"old": 1.0},
)
adam_mistake(
    "The old s is not multiplied by beta2.",
    "adam_s_never_fades",
    s_shares={"old": 1.0},
)
adam_mistake(
    "Only s is corrected. v starts at 0 as well.",
    "adam_corrects_s_only",
    times=lambda t: (0, t),
)
adam_mistake(
    "In the correction of v the power t is missing.",
    "adam_power_of_v_forgotten",
    times=lambda t: (1, t),
)
adam_mistake(
    "In the correction of s the power t is missing.",
    "adam_power_of_s_forgotten",
    times=lambda t: (t, 1),
)
adam_mistake(
    "The step is not divided by the root of s.",
    "adam_does_not_divide",
    undivided=True,
)
adam_mistake(
    "The learning rate is not used.",
    "adam_ignores_the_rate",
    rate_used=lambda rate: 1.0,
)
adam_mistake(
    "The parameters do not change. Return them after the step.",
    "adam_stays",
    rate_used=lambda rate: 0.0,
)


@adam.mistake("s is corrected with beta1. Each average has its own β.")
def adam_one_beta_for_both(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    _, v, s, v_hat, _ = _adam(
        parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon
    )
    s_hat = {key: value / (1 - beta1**t) for key, value in s.items()}
    steps = _scaled(v_hat, s_hat, epsilon)
    return _step(parameters, steps, learning_rate), v, s, v_hat, s_hat


@adam.mistake(
    "Only the first layer changes. Every layer must take its step before the `return`."
)
def adam_for_the_first_layer_only(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    after = _adam(parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon)
    corrected = [{k: a for k, a in d.items() if k[2:] == "1"} for d in after[3:]]
    return (*_first_layer_only((parameters, v, s), after[:3]), *corrected)


@adam.mistake("It writes into the dictionaries of its caller. Make new ones.")
def adam_in_place(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new, v_new, s_new, v_hat, s_hat = _adam(
        parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon
    )
    parameters.update(new)
    v.update(v_new)
    s.update(s_new)
    return parameters, v, s, v_hat, s_hat


@adam.mistake("Return five things: parameters, v, s and both corrected averages.")
def adam_returns_three(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    return _adam(parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon)[:3]


@adam.right
def adam_by_names(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    L = len(parameters) // 2
    parameters, v, s = dict(parameters), dict(v), dict(s)
    v_corrected, s_corrected = {}, {}
    for layer in range(1, L + 1):
        for name in (f"W{layer}", f"b{layer}"):
            d = "d" + name
            v[d] = beta1 * v[d] + (1 - beta1) * grads[d]
            v_corrected[d] = v[d] / (1 - np.power(beta1, t))
            s[d] = beta2 * s[d] + (1 - beta2) * np.power(grads[d], 2)
            s_corrected[d] = s[d] / (1 - np.power(beta2, t))
            parameters[name] = parameters[name] - learning_rate * v_corrected[d] / (
                np.sqrt(s_corrected[d]) + epsilon
            )
    return parameters, v, s, v_corrected, s_corrected


@adam.right
def adam_on_copies(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new, v_new, s_new, v_hat, s_hat = {}, {}, {}, {}, {}
    for key, grad in grads.items():
        a, b = v[key].copy(), s[key].copy()
        a += (1 - beta1) * (grad - a)
        b += (1 - beta2) * (grad * grad - b)
        v_new[key], s_new[key] = a, b
        v_hat[key], s_hat[key] = a / (1 - beta1**t), b / (1 - beta2**t)
        step = v_hat[key] / (s_hat[key] ** 0.5 + epsilon)
        new[key[1:]] = (parameters[key[1:]] - learning_rate * step).astype(np.float32)
    return new, v_new, s_new, v_hat, s_hat


lab.concept(
    "first_step_of_adam",
    points=1,
    answer=0.01,
    digits=3,
    why="Corrected, v is the gradient and s its square: v over the root of s is 1.",
    because={
        0.003: "This is the gradient. Adam divides it by its own size.",
        0.0: "This is plain gradient descent, 0.01 times 0.003. Adam divides by the "
        "size of the gradient.",
        0.001: "This leaves out the correction of v: 0.1 of the gradient.",
        0.032: "This leaves out both corrections: 0.1 over the root of 0.001.",
        0.316: "This leaves out the correction of s.",
    },
)

lab.concept(
    "where_slopes_vanish",
    points=1,
    answer="B",
    why="In a minimum all 50,000 directions curve up; most likely some curve down.",
    because={
        "A": "All 50,000 directions would have to curve up at once.",
        "C": "A gradient of 0 does not say how good a point is.",
        "D": "All 50,000 directions would have to curve down at once.",
    },
)

# --- decay ---------------------------------------------------------------------------


def rates(rng, first=0):
    """Early and late epochs, several rates."""
    for epoch in (first, 1, 3, 7, int(rng.integers(10, 25))):
        yield float(rng.uniform(0.01, 1)), epoch


@lab.check("update_lr", points=4)
def inverse(rng):
    """Epoch 0, early and late ones, several decay rates."""
    for rate, epoch in rates(rng):
        yield case(rate, epoch, float(rng.choice([0.4, 1.6]) * rng.uniform(0.8, 1.2)))


@inverse.mistake("The rate grows with the epoch. It should fall.")
def inverse_grows(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 * (1 + decay_rate * epoch_num)


@inverse.mistake("The 1 is missing in the denominator: in epoch 0 it would be 0.")
def inverse_without_one(learning_rate0, epoch_num, decay_rate):
    below = decay_rate * epoch_num
    return learning_rate0 / below if below else float("inf")


@inverse.mistake("The decay rate is not used.")
def inverse_without_rate(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 / (1 + epoch_num)


@inverse.mistake("The brackets are missing: 1 / 1 + … divides first.")
def inverse_without_brackets(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 / 1 + decay_rate * epoch_num


@inverse.mistake(
    "It shrinks by the same factor in every epoch. `learning_rate0` should be divided "
    "once: look at how the epoch enters the denominator."
)
def inverse_compounds(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 / (1 + decay_rate) ** epoch_num


@inverse.mistake("It falls in a straight line, in the end below 0.")
def inverse_linear(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 - decay_rate * epoch_num


@inverse.mistake(
    "It multiplies by 1 - rate · epoch, in the end below 0. It should divide."
)
def inverse_as_a_factor(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 * (1 - decay_rate * epoch_num)


@inverse.mistake("This is exponential decay. The inverse schedule divides.")
def inverse_exponential(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 * math.exp(-decay_rate * epoch_num)


@inverse.mistake("It is one epoch ahead: the rate of epoch 0 is `learning_rate0`.")
def inverse_one_ahead(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 / (1 + decay_rate * (epoch_num + 1))


@inverse.right
def inverse_in_steps(learning_rate0, epoch_num, decay_rate):
    factor = 1.0 / (1.0 + decay_rate * epoch_num)
    return np.float32(factor * learning_rate0)


@inverse.right
def inverse_by_power(learning_rate0, epoch_num, decay_rate):
    return np.array((1 + decay_rate * epoch_num) ** -1.0 * learning_rate0)


@lab.check("schedule_lr_decay", points=4)
def staircase(rng):
    """Beginning, middle and end of a stair, several intervals, the usual one."""
    # "only once in every `time_interval` epochs", "round the quotient down"; no
    # multiple of these decay rates is a whole number, so rounding it down differs
    for stair, share in [(0, 0.9), (1, 0.0), (3, 0.6), (7, 0.2)]:
        rate, decay = float(rng.uniform(0.1, 0.8)), float(rng.uniform(0.45, 0.55))
        interval = 10 * int(rng.integers(1, 9))
        yield case(rate, round(interval * (stair + share)), decay, interval)
    rate, decay = float(rng.uniform(0.1, 0.8)), float(rng.uniform(0.45, 0.55))
    yield case(rate, int(rng.integers(1500, 2000)), decay)
    yield case(rate, 3000, decay / 2)


@staircase.mistake("The rate falls in every epoch. It should fall in stairs.")
def staircase_smooth(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 / (1 + decay_rate * epoch_num / time_interval)


@staircase.mistake("The rate falls in the middle of an interval, not at its end.")
def staircase_rounds(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 / (1 + decay_rate * np.floor(epoch_num / time_interval + 0.5))


@staircase.mistake(
    "The rate falls one interval too early. Round the quotient down, not up."
)
def staircase_rounds_up(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 / (1 + decay_rate * math.ceil(epoch_num / time_interval))


@staircase.mistake(
    "Each stair divides the rate of the one before. Always divide `learning_rate0`."
)
def staircase_compounds(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 / (1 + decay_rate) ** (epoch_num // time_interval)


@staircase.mistake("The argument `time_interval` is not used.")
def staircase_ignores_interval(
    learning_rate0, epoch_num, decay_rate, time_interval=1000
):
    return learning_rate0 / (1 + decay_rate * epoch_num)


@staircase.mistake("The interval is 1000 whatever `time_interval` says.")
def staircase_of_thousand(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 / (1 + decay_rate * (epoch_num // 1000))


@staircase.mistake("The decay rate is inside the rounding. Round the quotient only.")
def staircase_rounds_the_product(
    learning_rate0, epoch_num, decay_rate, time_interval=1000
):
    return learning_rate0 / (1 + np.floor(decay_rate * epoch_num / time_interval))


@staircase.mistake(
    "It uses the remainder, so the rate jumps back after each interval. Count the full "
    "intervals."
)
def staircase_of_remainders(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 / (1 + decay_rate * (epoch_num % time_interval))


@staircase.right
def staircase_with_floor(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return (1 / (1 + decay_rate * np.floor(epoch_num / time_interval))) * learning_rate0


@staircase.right
def staircase_counted(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    stairs = 0
    while epoch_num >= time_interval:
        epoch_num -= time_interval
        stairs += 1
    return np.float32(learning_rate0 / (1 + stairs * decay_rate))


@lab.check("exponential_decay", points=2)
def exponential(rng):
    """Epoch 0, early and late ones, several bases, the usual one."""
    for rate, epoch in rates(rng):
        yield case(rate, epoch, float(rng.uniform(0.6, 0.9)))
    yield case(float(rng.uniform(0.1, 1)), 14)


@exponential.mistake("The base is multiplied by the epoch. It needs a power.")
def exponential_linear(learning_rate0, epoch_num, base=0.95):
    return learning_rate0 * base * epoch_num


@exponential.mistake("The rate grows. It should fall.")
def exponential_grows(learning_rate0, epoch_num, base=0.95):
    return learning_rate0 / base**epoch_num


@exponential.mistake("The base is 0.95 whatever the argument `base` says.")
def exponential_fixed_base(learning_rate0, epoch_num, base=0.95):
    return learning_rate0 * 0.95**epoch_num


@exponential.mistake("`learning_rate0` is not used.")
def exponential_without_the_rate(learning_rate0, epoch_num, base=0.95):
    return base**epoch_num


@exponential.mistake("`learning_rate0` is in the exponent. It is a factor.")
def exponential_with_the_rate_above(learning_rate0, epoch_num, base=0.95):
    return base ** (learning_rate0 * epoch_num)


@exponential.mistake(
    "`learning_rate0` is inside the power. Only the base belongs there."
)
def exponential_of_both(learning_rate0, epoch_num, base=0.95):
    return (learning_rate0 * base) ** epoch_num


@exponential.mistake(
    "It is e to the power of -base · epoch. The number that is taken to a power here "
    "is `base`."
)
def exponential_of_e(learning_rate0, epoch_num, base=0.95):
    return learning_rate0 * math.exp(-base * epoch_num)


@exponential.mistake("It is one epoch ahead: the rate of epoch 0 is `learning_rate0`.")
def exponential_one_ahead(learning_rate0, epoch_num, base=0.95):
    return learning_rate0 * base ** (epoch_num + 1)


@exponential.right
def exponential_by_exp(learning_rate0, epoch_num, base=0.95):
    return np.exp(epoch_num * np.log(base)) * learning_rate0


@exponential.right
def exponential_step_by_step(learning_rate0, epoch_num, base=0.95):
    for _ in range(epoch_num):
        learning_rate0 = learning_rate0 * base
    return np.float32(learning_rate0)


@lab.check("sqrt_decay", points=2)
def square_root(rng):
    """Epoch 1, early and late ones, several factors, the usual one."""
    for rate, epoch in rates(rng, first=2):
        yield case(rate, epoch, float(rng.uniform(1.5, 3)))
    yield case(float(rng.uniform(0.1, 1)), 16)


@square_root.mistake("The square root is missing.")
def without_the_root(learning_rate0, epoch_num, k=1.0):
    return k * learning_rate0 / epoch_num


@square_root.mistake("The rate grows with the epoch. It should fall.")
def root_above(learning_rate0, epoch_num, k=1.0):
    return k * learning_rate0 * np.sqrt(epoch_num)


@square_root.mistake("k is inside the root. The root is that of the epoch alone.")
def k_inside_the_root(learning_rate0, epoch_num, k=1.0):
    return learning_rate0 / np.sqrt(k * epoch_num)


@square_root.mistake("k is inside the root. The root is that of the epoch alone.")
def k_inside_the_root_above(learning_rate0, epoch_num, k=1.0):
    return learning_rate0 * np.sqrt(k / epoch_num)


@square_root.mistake("k is in the denominator. It is a factor.")
def divides_by_k(learning_rate0, epoch_num, k=1.0):
    return learning_rate0 / (k * np.sqrt(epoch_num))


@square_root.mistake("The factor k is not used.")
def without_k(learning_rate0, epoch_num, k=1.0):
    return learning_rate0 / np.sqrt(epoch_num)


@square_root.mistake("1 was added to the epoch. Here epochs already count from 1.")
def root_of_the_next(learning_rate0, epoch_num, k=1.0):
    return k * learning_rate0 / np.sqrt(epoch_num + 1)


@square_root.mistake("The root is taken of everything. It belongs to the epoch alone.")
def root_of_everything(learning_rate0, epoch_num, k=1.0):
    return np.sqrt(k * learning_rate0 / epoch_num)


@square_root.right
def root_by_power(learning_rate0, epoch_num, k=1.0):
    return learning_rate0 * k * epoch_num**-0.5


@square_root.right
def root_by_math(learning_rate0, epoch_num, k=1.0):
    return np.float32(k / math.sqrt(epoch_num) * learning_rate0)


lab.concept(
    "no_decay",
    points=1,
    answer="D",
    why="exp(e) grows without bound: after 10 epochs the rate is 22,000 times α₀.",
    because={
        "A": "After one epoch it is a third, after two a fifth: it decays.",
        "B": "Each epoch leaves 95 % of it: it decays.",
        "C": "After 4 epochs it is a half, after 100 a tenth: it decays.",
    },
)

# --- the race ------------------------------------------------------------------------

# The driver replaces these functions during a call.
random_mini_batches = initialize_velocity = initialize_rmsprop = initialize_adam = None
update_parameters_with_gd = update_parameters_with_momentum = None
update_parameters_with_rmsprop = update_parameters_with_adam = None


@lab.check("model", points=10, driver="trained", seconds=20)
def model(rng):
    """Each optimizer with several batches and epochs, decay, and other settings."""
    X, Y = rng.normal(size=(3, 11)), rng.integers(0, 2, (2, 11))
    # "in each epoch new batches", "its velocity must last through all epochs", "t
    # counts steps from 1 through all epochs", "takes all examples as one batch",
    # "called after each epoch with its number, from 0, and the parameters", "the rate
    # of that epoch"
    knobs = {"learning_rate": 0.02, "mini_batch_size": 4, "num_epochs": 3}
    other = {"beta": 0.8, "beta1": 0.7, "beta2": 0.95, "epsilon": 1e-6}
    for optimizer in ("batch", "gd", "momentum", "rmsprop", "adam"):
        yield case(X, Y, [3, 4, 3, 2], optimizer, False, knobs | other)
        other = other | {"beta": other["beta"] - 0.1}
    X, Y = rng.normal(size=(3, 9)), rng.integers(0, 2, (2, 9))
    yield case(X, Y, [3, 4, 3, 2], "gd", True, knobs | {"num_epochs": 4})
    yield case(X, Y, [3, 4, 3, 2], "batch", False, knobs)
    yield case(X, Y, [3, 2, 2, 2], "adam", True, {"num_epochs": 2})


def _train(X, Y, layers_dims, optimizer, options, **how):
    """A training loop; `how` switches its mistakes on."""
    given = {
        "learning_rate": 0.0007,
        "mini_batch_size": 64,
        "beta": 0.9,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "num_epochs": 5000,
        "decay": None,
        "watch": None,
    } | options
    given |= how.get("fixed", {})
    parameters = ref.initialize_parameters(layers_dims)

    def fresh():
        if optimizer == "momentum":
            return initialize_velocity(parameters), None
        if optimizer == "rmsprop":
            return None, initialize_rmsprop(parameters)
        return initialize_adam(parameters)

    v, s = fresh()
    start_of_all, drawn = parameters, None
    size = given["mini_batch_size"]
    if optimizer == "batch" and not how.get("small_batches"):
        size = X.shape[1]
    t, rate = how.get("first_t", 1) - 1, given["learning_rate"]
    for epoch in range(given["num_epochs"] + how.get("extra", 0)):
        if given["decay"] and not how.get("undecayed"):
            start = rate if how.get("piling") else given["learning_rate"]
            rate = given["decay"](start, epoch + how.get("late", 0))
        if how.get("restart"):
            t = 0
        if how.get("forgetful") == "epoch":
            v, s = fresh()
        if how.get("starts_again"):
            parameters = start_of_all
        if drawn is None or not how.get("one_draw"):
            drawn = random_mini_batches(X, Y, size, 0 if how.get("one_seed") else epoch)
        for x, y in drawn:
            if how.get("forgetful") == "step":
                v, s = fresh()
            if how.get("epochs_for_t"):
                t = epoch
            if how.get("whole_set"):
                x, y = X, Y
            if how.get("thrown_away"):
                parameters = start_of_all
            cache = ref.forward_propagation(x, parameters)[1]
            grads = ref.backward_propagation(x, y, cache)
            t += 1
            if optimizer == "momentum":
                parameters, v = update_parameters_with_momentum(
                    parameters, grads, v, given["beta"], rate
                )
            elif optimizer == "rmsprop":
                parameters, s = update_parameters_with_rmsprop(
                    parameters, grads, s, given["beta"], rate, given["epsilon"]
                )
            elif optimizer == "adam":
                results = update_parameters_with_adam(
                    parameters,
                    grads,
                    v,
                    s,
                    t,
                    rate,
                    given["beta1"],
                    given["beta2"],
                    given["epsilon"],
                )
                parameters = results[0]
                v, s = results[3:] if how.get("corrected") else results[1:3]
            else:
                parameters = update_parameters_with_gd(parameters, grads, rate)
            if given["watch"] and how.get("watched") == "steps":
                given["watch"](epoch, parameters)
            if how.get("early") == "step":
                return parameters
        if how.get("early") == "before watching":
            return parameters
        if given["watch"] and not how.get("watched"):
            given["watch"](epoch, parameters)
        if how.get("early") == "epoch":
            return parameters
    return start_of_all if how.get("thrown_away") else parameters


def model_mistake(message, name, **how):
    """Register a training loop with one thing wrong."""

    def wrong(X, Y, layers_dims, optimizer, **options):
        return _train(X, Y, layers_dims, optimizer, options, **how)

    wrong.__name__ = name
    model.mistake(message)(wrong)


model_mistake(
    "Every epoch has the same batches. Pass another seed in each epoch.",
    "same_batches_every_epoch",
    one_seed=True,
)
model_mistake(
    "The batches are drawn once, before the loop. Draw new ones in each epoch, with "
    "another seed.",
    "draws_batches_once",
    one_draw=True,
)
model_mistake(
    "The averages start at zero again before every step, so nothing is remembered. "
    "Initialize them once, before the loops.",
    "forgets_the_averages",
    forgetful="step",
)
model_mistake(
    "The averages start at zero again in every epoch. Initialize them once, before the "
    "loops.",
    "forgets_the_averages_of_an_epoch",
    forgetful="epoch",
)
model_mistake(
    "Every epoch starts from the initial parameters. Initialize them once, before the "
    "loops.",
    "starts_again_in_every_epoch",
    starts_again=True,
)
model_mistake(
    "The parameters never change: go on from what a step returns.",
    "throws_the_steps_away",
    thrown_away=True,
)
model_mistake(
    "The gradients are those of all examples. Each step should use its own batch.",
    "gradients_of_the_whole_set",
    whole_set=True,
)
model_mistake(
    "`watch` is not called. Call it after every epoch, if it is given.",
    "never_calls_watch",
    watched="never",
)
model_mistake(
    "`decay` is one epoch ahead: the first epoch is number 0.",
    "decays_one_epoch_ahead",
    late=1,
)
model_mistake(
    "Adam's t starts again in every epoch. It should count all steps of the training.",
    "t_starts_again",
    restart=True,
)
model_mistake(
    "Adam's t counts epochs. It should count steps.",
    "t_counts_epochs",
    epochs_for_t=True,
)
model_mistake(
    "Adam's t is 0 in the first step. The first step is number 1.",
    "t_starts_at_zero",
    first_t=0,
)
model_mistake(
    "Adam's corrected averages are carried over. Carry over plain v and s.",
    "carries_on_the_corrected",
    corrected=True,
)
model_mistake(
    'For "batch", all examples should make one batch, whatever mini_batch_size says.',
    "batch_in_small_batches",
    small_batches=True,
)
model_mistake(
    "The rate does not decay. Call `decay` in every epoch, if it is given.",
    "never_decays",
    undecayed=True,
)
model_mistake(
    "`decay` was given the rate of the epoch before. Always give it `learning_rate`.",
    "decay_piles_up",
    piling=True,
)
model_mistake(
    "There is one epoch too many: `range(n)` already has n values.",
    "one_epoch_too_many",
    extra=1,
)
model_mistake(
    "Adam and RMSprop take their steps with their defaults: beta, beta1, beta2 and "
    "epsilon are not passed on.",
    "nothing_passed_on",
    fixed={"beta": 0.9, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
)
model_mistake(
    "Adam and RMSprop take their steps with their defaults: beta1, beta2 and epsilon "
    "are not passed on.",
    "defaults_of_the_steps",
    fixed={"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
)
model_mistake(
    "beta1 and beta2 are not passed on to Adam's step.",
    "betas_not_passed_on",
    fixed={"beta1": 0.9, "beta2": 0.999},
)
model_mistake(
    "epsilon is not passed on to the steps of Adam and RMSprop.",
    "epsilon_not_passed_on",
    fixed={"epsilon": 1e-8},
)
model_mistake(
    "The step is taken with β = 0.9 whatever `beta` says.",
    "beta_not_passed_on",
    fixed={"beta": 0.9},
)
model_mistake(
    "Averages and t start again in every epoch. Initialize them before the loops.",
    "forgets_everything_in_every_epoch",
    forgetful="epoch",
    restart=True,
)
model_mistake(
    "It returns after the first epoch: `return` is inside the loop.",
    "returns_after_an_epoch",
    early="epoch",
)
model_mistake(
    "It returns after the first epoch: `return` is inside the loop.",
    "returns_before_watching",
    early="before watching",
)
model_mistake(
    "`watch` is called after every step. Call it once after each epoch.",
    "watches_every_step",
    watched="steps",
)
model_mistake(
    "It returns after the first step: `return` is inside the loop over the batches.",
    "returns_after_a_step",
    early="step",
)


@model.mistake("All optimizers take steps of plain gradient descent.")
def always_gd(X, Y, layers_dims, optimizer, **options):
    optimizer = "gd" if optimizer != "batch" else optimizer
    return _train(X, Y, layers_dims, optimizer, options)


@model.right
def model_by_table(
    X,
    Y,
    layers_dims,
    optimizer,
    learning_rate=0.0007,
    mini_batch_size=64,
    beta=0.9,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
    num_epochs=5000,
    print_cost=False,
    decay=None,
    watch=None,
):
    now = ref.initialize_parameters(layers_dims)
    v, (first, second), s = (
        initialize_velocity(now),
        initialize_adam(now),
        initialize_rmsprop(now),
    )
    rate, seed, t = learning_rate, 10, 1
    if optimizer == "batch":
        mini_batch_size = X.shape[1]
    for epoch in range(num_epochs):
        seed += 1
        if decay is not None:
            rate = decay(learning_rate, epoch)
        for batch in random_mini_batches(
            X, Y, mini_batch_size=mini_batch_size, seed=seed
        ):
            cache = ref.forward_propagation(batch[0], now)[1]
            grads = ref.backward_propagation(*batch, cache)
            if optimizer in ("gd", "batch"):
                now = update_parameters_with_gd(now, grads, learning_rate=rate)
            elif optimizer == "momentum":
                now, v = update_parameters_with_momentum(now, grads, v, beta, rate)
            elif optimizer == "rmsprop":
                now, s = update_parameters_with_rmsprop(
                    now, grads, s, beta, learning_rate=rate, epsilon=epsilon
                )
            else:
                now, first, second, *_ = update_parameters_with_adam(
                    now,
                    grads,
                    first,
                    second,
                    t,
                    beta1=beta1,
                    beta2=beta2,
                    learning_rate=rate,
                    epsilon=epsilon,
                )
                t += 1
        if watch is not None:
            watch(epoch, now)
    return now


@model.right
def model_with_one_batch_of_all(X, Y, layers_dims, optimizer, **options):
    """No shuffling where all examples are one batch."""
    if optimizer != "batch":
        return _train(X, Y, layers_dims, optimizer, options)
    parameters = ref.initialize_parameters(layers_dims)
    for epoch in range(options["num_epochs"]):
        for x, y in [(X, Y)]:
            cache = ref.forward_propagation(x, parameters)[1]
            grads = ref.backward_propagation(x, y, cache)
            rate = options["learning_rate"]
            if options["decay"]:
                rate = options["decay"](rate, epoch)
            parameters = update_parameters_with_gd(parameters, grads, rate)
        options["watch"](epoch, parameters)
    return parameters


@model.right
def model_aloud(X, Y, layers_dims, optimizer, **options):
    print("training with", optimizer)
    return float32(_train(X, Y, layers_dims, optimizer, options))


lab.concept(
    "fair_comparison",
    points=1,
    answer="A",
    why="A rate that suits one may be far too small for the other, as on the moons.",
    because={
        "B": "More epochs at a rate that does not suit Q prove nothing about Q.",
        "C": "This is one more rate that may suit only one of them.",
        "D": "The same start is fairer; different ones add luck.",
    },
)
