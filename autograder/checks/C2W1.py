"""Hidden tests of C2W1, regularization, and the ways its functions go wrong."""

from itertools import pairwise

import numpy as np

from autograder.checks.check import Lab, case, draws

lab = Lab("C2W1")
ref = lab.reference
WEIGHTS = ("W1", "W2", "W3")


def float32(values):
    """A dictionary of arrays in single precision."""
    return {key: value.astype(np.float32) for key, value in values.items()}


# --- look ----------------------------------------------------------------------------

lab.concept(
    "split_sizes",
    points=1,
    answer="B",
    why="1 % is 50,000 photographs: enough to see differences of a fifth of a percent.",
    because={
        "A": "That is the split for a thousand examples. Here 20 % are a million, far "
        "more than it takes to measure an error.",
        "C": "0.0005 % are 25 photographs: an error measured on them says nothing.",
        "D": "The network would not learn from two thirds of the photographs.",
    },
)


@lab.check("split_dataset", points=5, driver="cut")
def split_dataset(rng):
    """Sizes that divide and sizes that do not, several rows of labels, odd shares.

    - The first two sizes are rounded, 18.6 up and 6.2 down; none lies halfway.
    - Shuffled by the seed, X and Y alike; each column in exactly one set.
    """
    for m, n_y, fractions in [
        (20, 1, (0.6, 0.2, 0.2)),
        (31, 1, (0.6, 0.2, 0.2)),
        (66, 3, (0.95, 0.02, 0.03)),
        (43, 2, (0.55, 0.25, 0.2)),
    ]:
        X = rng.normal(size=(3, m))
        X[0] = np.arange(m)
        Y = rng.normal(size=(n_y, m)).round(3)
        yield case(X, Y, fractions, int(rng.integers(1, 1000)))


def _parts(X, Y, fractions, order, columns_of_y=None):
    m = X.shape[1]
    first = round(fractions[0] * m)
    second = first + round(fractions[1] * m)
    other = order if columns_of_y is None else columns_of_y
    cuts = (slice(0, first), slice(first, second), slice(second, m))
    return tuple((X[:, order[cut]], Y[:, other[cut]]) for cut in cuts)


@split_dataset.mistake(
    "X and Y were shuffled differently: labels no longer belong to their columns. Draw "
    "one permutation and use it for both."
)
def shuffles_twice(X, Y, fractions, seed):
    rng = np.random.RandomState(seed)
    m = X.shape[1]
    return _parts(X, Y, fractions, rng.permutation(m), rng.permutation(m))


@split_dataset.mistake(
    "The columns were not shuffled. Data are often stored in some order, so the test "
    "set might hold one class only."
)
def does_not_shuffle(X, Y, fractions, seed):
    return _parts(X, Y, fractions, np.arange(X.shape[1]))


@split_dataset.mistake("The same seed gives other sets each time. Use `seed`.")
def ignores_the_seed(X, Y, fractions, seed):
    order = np.random.default_rng().permutation(X.shape[1])
    return _parts(X, Y, fractions, order)


@split_dataset.mistake("Every seed gives the same sets. Use the one you were given.")
def one_seed_for_all(X, Y, fractions, seed):
    return _parts(X, Y, fractions, np.random.RandomState(0).permutation(X.shape[1]))


@split_dataset.mistake(
    "Columns are lost where the sizes are not whole numbers. The test set is "
    "everything that is left."
)
def loses_the_rest(X, Y, fractions, seed):
    m = X.shape[1]
    order = np.random.RandomState(seed).permutation(m)
    sizes = [int(fraction * m + 1e-9) for fraction in fractions]
    ends = np.cumsum([0, *sizes])
    return tuple((X[:, order[a:b]], Y[:, order[a:b]]) for a, b in pairwise(ends))


@split_dataset.mistake(
    "A column is lost between two sets. Each set must begin where the one before ends."
)
def begins_one_too_late(X, Y, fractions, seed):
    m = X.shape[1]
    order = np.random.RandomState(seed).permutation(m)
    a = round(fractions[0] * m)
    b = a + round(fractions[1] * m)
    parts = order[:a], order[a + 1 : b], order[b:]
    return tuple((X[:, part], Y[:, part]) for part in parts)


@split_dataset.mistake(
    "The dev set ends too early: its size was taken for the index where it ends."
)
def takes_a_size_for_an_end(X, Y, fractions, seed):
    m = X.shape[1]
    order = np.random.RandomState(seed).permutation(m)
    a, b = round(fractions[0] * m), round(fractions[1] * m)
    parts = order[:a], order[a:b], order[b:]
    return tuple((X[:, part], Y[:, part]) for part in parts)


@split_dataset.mistake(
    "Columns are lost: the size of the test set was rounded as well. The test set is "
    "everything that is left."
)
def rounds_the_test_set_down(X, Y, fractions, seed):
    m = X.shape[1]
    order = np.random.RandomState(seed).permutation(m)
    a = round(fractions[0] * m)
    b = a + round(fractions[1] * m)
    parts = order[:a], order[a:b], order[b : b + int(fractions[2] * m)]
    return tuple((X[:, part], Y[:, part]) for part in parts)


@split_dataset.mistake(
    "Some columns are in two sets. Each set must begin where the one before ends."
)
def sets_overlap(X, Y, fractions, seed):
    m = X.shape[1]
    order = np.random.RandomState(seed).permutation(m)
    first, second = round(fractions[0] * m), round(fractions[1] * m)
    parts = order[:first], order[first : first + second], order[second:]
    return tuple((X[:, part], Y[:, part]) for part in parts)


@split_dataset.mistake(
    "X was shuffled but Y was not: labels no longer belong to their columns. Use the "
    "same permutation for both."
)
def shuffles_x_only(X, Y, fractions, seed):
    order = np.random.RandomState(seed).permutation(X.shape[1])
    return _parts(X, Y, fractions, order, np.arange(X.shape[1]))


@split_dataset.mistake("The sizes are rounded down: 18.6 becomes 18, but 19 is nearer.")
def cuts_sizes_off(X, Y, fractions, seed):
    m = X.shape[1]
    order = np.random.RandomState(seed).permutation(m)
    first = int(fractions[0] * m + 1e-9)
    second = first + int(fractions[1] * m + 1e-9)
    parts = order[:first], order[first:second], order[second:]
    return tuple((X[:, part], Y[:, part]) for part in parts)


@split_dataset.mistake("Return three pairs (X, Y), not six arrays.")
def returns_six(X, Y, fractions, seed):
    sets = ref.split_dataset(X, Y, fractions, seed)
    return tuple(array for pair in sets for array in pair)


@split_dataset.right
def split_with_generator(X, Y, fractions, seed):
    order = np.random.default_rng(seed).permutation(X.shape[1])
    return [list(pair) for pair in _parts(X, Y, fractions, order)]


@split_dataset.right
def split_with_halves_rounded_up(X, Y, fractions, seed):
    m = X.shape[1]
    order = np.random.default_rng(seed).permutation(m)
    first = int(fractions[0] * m + 0.5)
    second = first + int(fractions[1] * m + 0.5)
    cuts = (slice(0, first), slice(first, second), slice(second, None))
    return tuple((X[:, order[cut]], Y[:, order[cut]]) for cut in cuts)


@split_dataset.right
def split_with_global_seed(X, Y, fractions, seed):
    np.random.seed(seed)
    order = list(np.random.permutation(X.shape[1]))
    X, Y = X[:, order], Y[:, order]
    m = X.shape[1]
    a = int(np.round(m * fractions[0]))
    b = a + int(np.round(m * fractions[1]))
    X_parts, Y_parts = np.split(X, [a, b], axis=1), np.split(Y, [a, b], axis=1)
    return tuple(zip(X_parts, Y_parts, strict=True))


@lab.check("diagnose", points=4)
def diagnose(rng):
    """No gap too wide, each, both, a hard task, another tolerance, luck on dev.

    - A gap counts if it is larger than the tolerance, not if it is equal to it.
    - A dev error below the training error is no variance.
    """
    e = float(rng.uniform(0.05, 0.06))
    yield case(e - 0.045, e - 0.04)
    yield case(e, e + 0.005)
    yield case(e - 0.045, e + 0.02)
    yield case(e + 0.1, e + 0.2)
    yield case(e + 0.1, e + 0.11, bayes_error=e + 0.095)
    yield case(e + 0.005, e + 0.2, bayes_error=e)
    yield case(e, e + 0.07, bayes_error=0.01, tolerance=0.06)
    yield case(e + 0.1, e, bayes_error=e + 0.095)
    yield case(e, e, tolerance=e)
    yield case(0.0, e, tolerance=e)


def _found(bias, variance):
    return {
        name
        for name, holds in (("high bias", bias), ("high variance", variance))
        if holds
    }


@diagnose.mistake(
    "The Bayes error is not used: a task on which nobody is perfect looks like high "
    "bias. Subtract it from the training error."
)
def forgets_bayes(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    return ref.diagnose(train_error, dev_error, 0.0, tolerance)


@diagnose.mistake(
    "High variance was decided by the gap between dev and Bayes error. It is the gap "
    "between dev and *training* error."
)
def variance_from_bayes(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    return _found(
        train_error - bayes_error > tolerance, dev_error - bayes_error > tolerance
    )


@diagnose.mistake("It returns at most one of the two. A network can have both.")
def one_of_the_two_only(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    bias = train_error - bayes_error > tolerance
    return _found(bias, not bias and dev_error - train_error > tolerance)


@diagnose.mistake("The two names are swapped.")
def swaps_the_names(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    return _found(
        dev_error - train_error > tolerance, train_error - bayes_error > tolerance
    )


@diagnose.mistake("The tolerance is not the one that was given.")
def fixed_tolerance(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    return ref.diagnose(train_error, dev_error, bayes_error, 0.02)


@diagnose.mistake("A gap as large as the tolerance counts. Only a larger one should.")
def counts_equal_gaps(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    return _found(
        train_error - bayes_error >= tolerance, dev_error - train_error >= tolerance
    )


@diagnose.mistake(
    "A *negative* gap counts as too wide. Take the difference as it is, without its "
    "absolute value."
)
def takes_sizes_of_gaps(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    return _found(
        abs(train_error - bayes_error) > tolerance,
        abs(dev_error - train_error) > tolerance,
    )


@diagnose.mistake(
    "Bias was taken from the dev error. It is the gap between training error and Bayes "
    "error."
)
def bias_from_dev(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    return _found(
        dev_error - bayes_error > tolerance, dev_error - train_error > tolerance
    )


@diagnose.mistake(
    "Where no gap is too wide, it returns `{}`, which is a dictionary. The empty set "
    "is `set()`."
)
def empty_dictionary(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    return ref.diagnose(train_error, dev_error, bayes_error, tolerance) or {}


@diagnose.mistake("Return a set, such as {'high bias'} or set(), not a list.")
def returns_a_list(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    return sorted(ref.diagnose(train_error, dev_error, bayes_error, tolerance))


@diagnose.right
def diagnose_in_a_comprehension(
    train_error, dev_error, bayes_error=0.0, tolerance=0.02
):
    gaps = {
        "high variance": dev_error - train_error,
        "high bias": train_error - bayes_error,
    }
    return {name for name, gap in gaps.items() if gap > tolerance}


@diagnose.right
def diagnose_frozen(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    found = []
    if bayes_error + tolerance < train_error:
        found.append("high bias")
    if train_error + tolerance < dev_error:
        found.append("high variance")
    return frozenset(found)


lab.concept(
    "what_to_try",
    points=1,
    answer="D",
    why="Even in training its error is 10 % above that of people: high bias.",
    because={
        "A": "More data close the gap between training and dev error, and that is only "
        "1 %. The gap of 10 % between people and training error stays.",
        "B": "Dropout is a cure for high variance. It would raise the training error.",
        "C": "A larger λ makes the function smoother, and the network already fits its "
        "training set badly.",
    },
)


@lab.check("normalize_inputs", points=6)
def normalize_inputs(rng):
    """One feature, features of different size, and a test set from elsewhere."""
    for n, m, k in [(1, 3, 2), (3, 8, 4), (5, 20, 7)]:
        scale = rng.uniform(0.5, 40, (n, 1))
        shift = rng.choice([-1, 1], (n, 1)) * rng.uniform(2, 4, (n, 1)) * scale
        X_test = rng.normal(size=(n, k)) * 2 * scale + shift + 3
        yield case(rng.normal(size=(n, m)) * scale + shift, X_test)


def _scaled(X_train, X_test, mu, sigma):
    return (X_train - mu) / sigma, (X_test - mu) / sigma, mu, sigma


def _statistics(X):
    return X.mean(axis=1, keepdims=True), X.std(axis=1, keepdims=True)


@normalize_inputs.mistake(
    "The test set was normalized with its own mean and standard deviation. Use those "
    "of the training set."
)
def test_set_by_its_own(X_train, X_test):
    X, _, mu, sigma = ref.normalize_inputs(X_train, X_test)
    own_mu = X_test.mean(axis=1, keepdims=True)
    own_sigma = X_test.std(axis=1, keepdims=True)
    return X, (X_test - own_mu) / own_sigma, mu, sigma


@normalize_inputs.mistake(
    "The test set is scaled but not shifted. Treat it like the training set."
)
def does_not_shift_the_test_set(X_train, X_test):
    X, _, mu, sigma = ref.normalize_inputs(X_train, X_test)
    return X, X_test / sigma, mu, sigma


@normalize_inputs.mistake(
    "The test set is shifted but not scaled. Treat it like the training set."
)
def does_not_scale_the_test_set(X_train, X_test):
    X, _, mu, sigma = ref.normalize_inputs(X_train, X_test)
    return X, X_test - mu, mu, sigma


@normalize_inputs.mistake(
    "The test set was shifted by its own mean. Use the mean of the training set."
)
def test_set_by_its_own_mean(X_train, X_test):
    X, _, mu, sigma = ref.normalize_inputs(X_train, X_test)
    return X, (X_test - X_test.mean(axis=1, keepdims=True)) / sigma, mu, sigma


@normalize_inputs.mistake(
    "The features are scaled to the range 0 to 1. Scale them to mean 0 and standard "
    "deviation 1."
)
def scales_to_a_range(X_train, X_test):
    low = X_train.min(axis=1, keepdims=True)
    return _scaled(X_train, X_test, low, X_train.max(axis=1, keepdims=True) - low)


@normalize_inputs.mistake(
    "It divides by the norm of each row, a root of a *sum* of squares. The standard "
    "deviation is the root of their mean."
)
def divides_by_the_norm(X_train, X_test):
    mu, _ = _statistics(X_train)
    norm = np.linalg.norm(X_train - mu, axis=1, keepdims=True)
    return _scaled(X_train, X_test, mu, norm)


@normalize_inputs.mistake(
    "mu and sigma were computed for each example. There is one of each per feature."
)
def along_the_wrong_axis_kept(X_train, X_test):
    mu, sigma = X_train.mean(axis=0, keepdims=True), X_train.std(axis=0, keepdims=True)
    return (X_train - mu) / sigma, (X_test - mu) / sigma, mu, sigma


@normalize_inputs.mistake(
    "Mean and standard deviation were computed over both sets. Compute them on the "
    "training set alone."
)
def statistics_of_both(X_train, X_test):
    return _scaled(X_train, X_test, *_statistics(np.hstack([X_train, X_test])))


@normalize_inputs.mistake(
    "It divides by the variance. Divide by its square root, the standard deviation."
)
def divides_by_the_variance(X_train, X_test):
    mu, sigma = _statistics(X_train)
    return _scaled(X_train, X_test, mu, sigma**2)


@normalize_inputs.mistake(
    "mu and sigma were computed for each example. There is one of each per feature."
)
def along_the_wrong_axis(X_train, X_test):
    mu, sigma = X_train.mean(axis=0), X_train.std(axis=0) + 1e-12
    return (X_train - mu) / sigma, X_test, mu, sigma


@normalize_inputs.mistake(
    "One mean and one standard deviation were used for all features. Each feature has "
    "its own."
)
def one_ruler_for_all(X_train, X_test):
    mu = np.full((X_train.shape[0], 1), X_train.mean())
    sigma = np.full((X_train.shape[0], 1), X_train.std())
    return _scaled(X_train, X_test, mu, sigma)


@normalize_inputs.mistake(
    "The standard deviation was computed around 0. It is the root of the mean squared "
    "distance from the *mean*."
)
def spread_around_zero(X_train, X_test):
    mu = X_train.mean(axis=1, keepdims=True)
    sigma = np.sqrt(np.mean(X_train**2, axis=1, keepdims=True))
    return _scaled(X_train, X_test, mu, sigma)


@normalize_inputs.mistake(
    "The sum of squares was divided by m - 1. Divide it by m, as `np.std` does by "
    "default."
)
def divides_by_one_less(X_train, X_test):
    mu = X_train.mean(axis=1, keepdims=True)
    sigma = X_train.std(axis=1, keepdims=True, ddof=1)
    return _scaled(X_train, X_test, mu, sigma)


@normalize_inputs.mistake(
    "The test set came back unchanged. Shift and scale it too, with the training set's "
    "mean and standard deviation."
)
def leaves_the_test_set(X_train, X_test):
    X, _, mu, sigma = ref.normalize_inputs(X_train, X_test)
    return X, X_test, mu, sigma


@normalize_inputs.mistake(
    "Both sets are right, but the returned sigma is the variance. Return its square "
    "root, which you divided by."
)
def returns_the_variance(X_train, X_test):
    X, new, mu, sigma = ref.normalize_inputs(X_train, X_test)
    return X, new, mu, sigma**2


@normalize_inputs.mistake(
    "The features are shifted but not scaled. Divide by the standard deviation."
)
def forgets_to_scale_features(X_train, X_test):
    mu, sigma = _statistics(X_train)
    return X_train - mu, X_test - mu, mu, sigma


@normalize_inputs.mistake(
    "mu and sigma have lost an axis. Each should be a column (n_x, 1); see `keepdims`."
)
def flat_statistics(X_train, X_test):
    X, new, mu, sigma = ref.normalize_inputs(X_train, X_test)
    return X, new, mu[:, 0], sigma[:, 0]


@normalize_inputs.mistake("The features are scaled but not shifted to mean 0.")
def forgets_to_shift(X_train, X_test):
    mu, sigma = _statistics(X_train)
    return X_train / sigma, X_test / sigma, mu, sigma


@normalize_inputs.mistake(
    "The caller's `X_train` has changed. `X -= …` and `X[:] = …` write into the array "
    "you were given; `X = X - …` makes a new one."
)
def normalizes_in_place(X_train, X_test):
    mu, sigma = _statistics(X_train)
    X_train -= mu
    X_train /= sigma
    return X_train, (X_test - mu) / sigma, mu, sigma


@normalize_inputs.right
def normalize_with_loops(X_train, X_test):
    X_train, X_test = X_train.copy(), X_test.copy()
    n, m = X_train.shape
    mu, sigma = np.zeros((n, 1)), np.zeros((n, 1))
    for i in range(n):
        mu[i, 0] = sum(X_train[i]) / m
        sigma[i, 0] = (sum((x - mu[i, 0]) ** 2 for x in X_train[i]) / m) ** 0.5
        X_train[i] = (X_train[i] - mu[i, 0]) / sigma[i, 0]
        X_test[i] = (X_test[i] - mu[i, 0]) / sigma[i, 0]
    return X_train, X_test, mu, sigma


@normalize_inputs.right
def normalize_step_by_step(X_train, X_test):
    m = X_train.shape[1]
    mu = (np.sum(X_train, axis=1) / m).reshape(-1, 1)
    shifted = X_train - mu
    sigma = np.sqrt(np.sum(shifted**2, axis=1, keepdims=True) / m)
    return shifted / sigma, (X_test - mu) / sigma, mu, sigma


# --- start ---------------------------------------------------------------------------


def dimensions(rng):
    """Shallow and deep networks, with enough weights to see mean and spread."""
    yield case([int(rng.integers(300, 400)), 1])
    yield case([int(n) for n in rng.integers([20, 80, 40, 5], [30, 90, 50, 9])])
    yield case([int(n) for n in rng.integers([90, 50, 25, 60], [130, 60, 30, 70])])


def filled(layers_dims, weights, biases=np.zeros):
    """Parameters from a function of the shape of each weight matrix."""
    parameters = {}
    for i in range(1, len(layers_dims)):
        shape = (layers_dims[i], layers_dims[i - 1])
        parameters[f"W{i}"] = weights(shape)
        parameters[f"b{i}"] = biases((layers_dims[i], 1))
    return parameters


@lab.check("initialize_parameters_zeros", points=2)
def zeros(rng):
    """Shallow and deep networks."""
    for layers in (2, 3, 4, 5):
        sizes = rng.permutation(np.arange(2, 12))[: layers - 1]
        yield case([*map(int, sizes), 1])


@zeros.mistake(
    "The weight matrices are transposed. There is a row for each unit and a column for "
    "each input."
)
def zeros_transposed(layers_dims):
    return filled(layers_dims, lambda shape: np.zeros(shape[::-1]))


@zeros.mistake("The weights are ones. All of them should be zeros.")
def zeros_that_are_ones(layers_dims):
    return filled(layers_dims, np.ones)


@zeros.mistake("The biases lack an axis. Their shape is (n[l], 1).")
def zeros_flat_biases(layers_dims):
    return filled(layers_dims, np.zeros, lambda shape: np.zeros(shape[0]))


@zeros.mistake(
    "The last layer is missing. `layers_dims` has one entry more than there are layers."
)
def zeros_without_the_last(layers_dims):
    full = filled(layers_dims, np.zeros)
    last = len(layers_dims) - 1
    return {
        key: value for key, value in full.items() if key not in (f"W{last}", f"b{last}")
    }


@zeros.mistake(
    "The layers are counted from 0. The first is layer 1; layer 0 is the input."
)
def zeros_counted_from_zero(layers_dims):
    full = filled(layers_dims, np.zeros)
    return {f"{key[0]}{int(key[1:]) - 1}": value for key, value in full.items()}


@zeros.right
def zeros_by_pairs(layers_dims):
    parameters = {}
    for i, (before, n) in enumerate(pairwise(layers_dims), 1):
        parameters["b" + str(i)] = np.zeros((n, 1), dtype=np.float32)
        parameters["W" + str(i)] = np.zeros((n, before), dtype=np.float32)
    return parameters


@zeros.right
def zeros_from_lists(layers_dims):
    return filled(layers_dims, lambda shape: np.array([[0] * shape[1]] * shape[0]))


def drawn(scale):
    """Expected: weights whose standard deviation depends on the number of inputs."""

    def expected(layers_dims):
        return filled(layers_dims, lambda shape: draws(shape, std=scale(shape[1])))

    return expected


def add_starts(check, scale, wrong):
    """Mistakes and right versions that the three random initializations share."""

    @check.mistake("The weight matrices are transposed. There is a row for each unit.")
    def transposed(layers_dims):
        return filled(
            layers_dims, lambda shape: np.random.randn(*shape[::-1]) * scale(shape[1])
        )

    @check.mistake("No weight is negative. `randn` draws around 0; `rand` does not.")
    def uniform(layers_dims):
        return filled(layers_dims, lambda s: np.random.rand(*s) * scale(s[1]))

    @check.mistake("The biases are random. They start at 0.")
    def random_biases(layers_dims):
        return filled(
            layers_dims,
            lambda s: np.random.randn(*s) * scale(s[1]),
            lambda s: np.random.randn(*s),
        )

    @check.mistake("The biases are random. They start at 0.")
    def random_biases_of_that_size(layers_dims):
        return filled(
            layers_dims,
            lambda s: np.random.randn(*s) * scale(s[1]),
            lambda s: np.random.randn(*s) * scale(s[1]),
        )

    @check.mistake("The biases lack an axis. Their shape is (n[l], 1).")
    def flat_biases(layers_dims):
        return filled(
            layers_dims,
            lambda s: np.random.randn(*s) * scale(s[1]),
            lambda s: np.zeros(s[0]),
        )

    for message, other in wrong:

        def spread(layers_dims, other=other):
            return filled(layers_dims, lambda s: np.random.randn(*s) * other(*s))

        spread.__name__ = f"spread_{len(check.mistakes)}"
        check.mistake(message)(spread)

    @check.right
    def with_another_generator(layers_dims):
        rng = np.random.default_rng()
        return filled(
            layers_dims,
            lambda s: rng.normal(scale=scale(s[1]), size=s).astype(np.float32),
        )

    @check.right
    def in_another_order(layers_dims):
        shapes = list(zip(layers_dims[1:], layers_dims[:-1], strict=True))
        parameters = {}
        for i in range(len(shapes), 0, -1):
            n, before = shapes[i - 1]
            parameters[f"b{i}"] = np.zeros((n, 1))
            parameters[f"W{i}"] = np.random.randn(before, n).T * scale(before)
        return parameters


@lab.check("initialize_parameters_random", points=2)
def random_start(rng):
    """Shallow and deep networks, with enough weights to see mean and spread."""
    yield from dimensions(rng)


random_start.expect(drawn(lambda n: 10.0))
add_starts(
    random_start,
    lambda n: 10.0,
    [
        ("The weights are not multiplied by 10.", lambda n, before: 1.0),
        (
            "The weights are multiplied by 0.01. Here they are meant to be large.",
            lambda n, before: 0.01,
        ),
    ],
)


@lab.check("initialize_parameters_he", points=4)
def he_start(rng):
    """Shallow and deep networks, with enough weights to see mean and spread."""
    yield from dimensions(rng)


he_start.expect(drawn(lambda n: np.sqrt(2 / n)))
add_starts(
    he_start,
    lambda n: np.sqrt(2 / n),
    [
        (
            "The square root is missing: 2/n is the variance, and `randn` is "
            "multiplied by the standard deviation.",
            lambda n, before: 2 / before,
        ),
        (
            "The root was taken of the 2 only. Take the root of the whole fraction.",
            lambda n, before: np.sqrt(2) / before,
        ),
        (
            "This is Xavier initialization, with 1/n. With ReLU the variance is "
            "doubled.",
            lambda n, before: np.sqrt(1 / before),
        ),
        (
            "The spread depends on the units of the layer itself. What counts is how "
            "many inputs each unit sums over.",
            lambda n, before: np.sqrt(2 / n),
        ),
        (
            "The weights are standard normal: the factor is missing.",
            lambda n, before: 1.0,
        ),
        (
            "It divides by the standard deviation. `randn` has to be multiplied by it.",
            lambda n, before: 1 / np.sqrt(2 / before),
        ),
        (
            "The spread depends on inputs and outputs, as Glorot's does. Here only the "
            "inputs count.",
            lambda n, before: np.sqrt(2 / (n + before)),
        ),
    ],
)


@he_start.mistake(
    "The spread of each layer depends on `layers_dims[0]`. Each has a number of inputs "
    "of its own, the units of the layer before."
)
def spread_of_the_first_layer(layers_dims):
    scale = np.sqrt(2 / layers_dims[0])
    return filled(layers_dims, lambda shape: np.random.randn(*shape) * scale)


@lab.check("initialize_parameters_xavier", points=2)
def xavier_start(rng):
    """Shallow and deep networks, with enough weights to see mean and spread."""
    yield from dimensions(rng)


xavier_start.expect(drawn(lambda n: np.sqrt(1 / n)))
add_starts(
    xavier_start,
    lambda n: np.sqrt(1 / n),
    [
        (
            "The square root is missing: 1/n is the variance, and `randn` is "
            "multiplied by the standard deviation.",
            lambda n, before: 1 / before,
        ),
        (
            "This is He initialization, with 2/n. Xavier has half that variance.",
            lambda n, before: np.sqrt(2 / before),
        ),
        (
            "The spread depends on the units of the layer itself. What counts is how "
            "many inputs each unit sums over.",
            lambda n, before: np.sqrt(1 / n),
        ),
        (
            "The spread depends on inputs and outputs, as in Glorot's paper. Here only "
            "the inputs count.",
            lambda n, before: np.sqrt(2 / (n + before)),
        ),
    ],
)

lab.concept(
    "he_deviation",
    points=1,
    answer=0.05,
    digits=2,
    why="√(2 / 800): what counts is the 800 inputs.",
    because={
        0.14: "This takes the 100 units of the layer. Each of them sums over its 800 "
        "inputs.",
        0.04: "This is Xavier initialization. He's variance is twice that.",
        0.0: "This is the variance, 2/800. The standard deviation is its square root.",
        0.02: "The numerator is 2, and the root is taken of the whole fraction.",
    },
)


# --- penalties -----------------------------------------------------------------------


def network_case(rng, sizes, m, zero=True):
    """Inputs, labels and parameters of a network with two hidden layers."""
    n_x, n1, n2, n_y = sizes
    parameters = {}
    for i, (n, before) in enumerate([(n1, n_x), (n2, n1), (n_y, n2)], 1):
        parameters[f"W{i}"] = rng.normal(size=(n, before)) * np.sqrt(2 / before)
        parameters[f"b{i}"] = rng.normal(size=(n, 1)) * 0.3
    return rng.normal(size=(n_x, m)), rng.integers(0, 2, (n_y, m)), parameters


# Enough units after each ReLU that some are 0 and some are not.
SIZES = [((2, 9, 8, 1), 1), ((3, 5, 4, 1), 5), ((4, 6, 5, 1), 12), ((3, 6, 5, 3), 7)]


@lab.check("compute_cost_with_regularization", points=6)
def cost_with_penalty(rng):
    """One example, several, one label and three, no penalty and a strong one."""
    sizes_and_strengths = zip(
        [*SIZES, ((2, 3, 2, 1), 4)], (0.7, 0.1, 0.0, 3.0, 1.5), strict=True
    )
    for (sizes, m), lambd in sizes_and_strengths:
        _, Y, parameters = network_case(rng, sizes, m)
        Y[0, 0] = 0  # labels 0 count in every case
        A3 = rng.uniform(0.05, 0.95, Y.shape)
        yield case(A3, Y, parameters, lambd)


def _entropy(A3, Y, log=np.log):
    return -np.sum(Y * log(A3) + (1 - Y) * log(1 - A3)) / Y.shape[1]


def _squares(parameters, keys=WEIGHTS):
    return sum(np.sum(parameters[key] ** 2) for key in keys)


@cost_with_penalty.mistake(
    "The penalty is not averaged: divide it by m, like the cross-entropy."
)
def penalty_not_averaged(A3, Y, parameters, lambd):
    return _entropy(A3, Y) + lambd / 2 * _squares(parameters)


@cost_with_penalty.mistake(
    "The penalty is twice as large as it should be. Look at its denominator."
)
def penalty_without_the_two(A3, Y, parameters, lambd):
    return _entropy(A3, Y) + lambd / Y.shape[1] * _squares(parameters)


@cost_with_penalty.mistake(
    "Only the weights of the first layer are in the penalty. All three count."
)
def charges_the_first_layer_only(A3, Y, parameters, lambd):
    penalty = lambd / (2 * Y.shape[1]) * _squares(parameters, ("W1",))
    return _entropy(A3, Y) + penalty


@cost_with_penalty.mistake(
    "The weights of the second layer are missing from the penalty. All three count."
)
def leaves_out_the_middle_layer(A3, Y, parameters, lambd):
    penalty = lambd / (2 * Y.shape[1]) * _squares(parameters, ("W1", "W3"))
    return _entropy(A3, Y) + penalty


@cost_with_penalty.mistake(
    "The penalty adds up norms. It should add up *squared* norms: do not take the "
    "square root."
)
def charges_norms(A3, Y, parameters, lambd):
    norms = sum(np.linalg.norm(parameters[key]) for key in WEIGHTS)
    return _entropy(A3, Y) + lambd / (2 * Y.shape[1]) * norms


@cost_with_penalty.mistake(
    "This is the penalty alone. The cost is the cross-entropy plus the penalty."
)
def penalty_alone(A3, Y, parameters, lambd):
    return lambd / (2 * Y.shape[1]) * _squares(parameters)


@cost_with_penalty.mistake(
    "The cross-entropy is not averaged over the examples: divide it by m."
)
def entropy_not_averaged(A3, Y, parameters, lambd):
    penalty = lambd / (2 * Y.shape[1]) * _squares(parameters)
    return _entropy(A3, Y) * Y.shape[1] + penalty


@cost_with_penalty.mistake(
    "λ/(2m) multiplies only the first sum of squares. Put all three sums in brackets."
)
def factor_of_the_first_only(A3, Y, parameters, lambd):
    penalty = lambd / (2 * Y.shape[1]) * _squares(parameters, ("W1",))
    return _entropy(A3, Y) + penalty + _squares(parameters, ("W2", "W3"))


@cost_with_penalty.mistake(
    "The penalty is multiplied by m. Python reads λ / 2 * m from left to right: put 2m "
    "in brackets."
)
def multiplies_by_m(A3, Y, parameters, lambd):
    return _entropy(A3, Y) + lambd / 2 * Y.shape[1] * _squares(parameters)


@cost_with_penalty.mistake(
    "The cross-entropy is averaged over the outputs as well. Average it over the "
    "examples only."
)
def averages_over_outputs(A3, Y, parameters, lambd):
    penalty = lambd / (2 * Y.shape[1]) * _squares(parameters)
    return _entropy(A3, Y) / Y.shape[0] + penalty


@cost_with_penalty.mistake(
    "The cross-entropy counts only the outputs with label 1. Where is (1 - Y)?"
)
def forgets_the_zeros(A3, Y, parameters, lambd):
    penalty = lambd / (2 * Y.shape[1]) * _squares(parameters)
    return -np.sum(Y * np.log(A3)) / Y.shape[1] + penalty


@cost_with_penalty.mistake(
    "The squares of each layer are averaged. They should be added up."
)
def averages_the_squares(A3, Y, parameters, lambd):
    total = sum(np.mean(parameters[key] ** 2) for key in WEIGHTS)
    return _entropy(A3, Y) + lambd / (2 * Y.shape[1]) * total


@cost_with_penalty.mistake("The penalty is missing: this is the cross-entropy alone.")
def no_penalty(A3, Y, parameters, lambd):
    return _entropy(A3, Y)


@cost_with_penalty.mistake(
    "The biases are in the penalty as well. Only the weights belong there."
)
def charges_biases(A3, Y, parameters, lambd):
    return _entropy(A3, Y) + lambd / (2 * Y.shape[1]) * _squares(
        parameters, list(parameters)
    )


@cost_with_penalty.mistake(
    "The weights of the last layer are missing from the penalty. All three count."
)
def leaves_out_the_last_layer(A3, Y, parameters, lambd):
    return _entropy(A3, Y) + lambd / (2 * Y.shape[1]) * _squares(
        parameters, ("W1", "W2")
    )


@cost_with_penalty.mistake(
    "The weights of the first layer are missing from the penalty. All three count."
)
def leaves_out_the_first_layer(A3, Y, parameters, lambd):
    return _entropy(A3, Y) + lambd / (2 * Y.shape[1]) * _squares(
        parameters, ("W2", "W3")
    )


@cost_with_penalty.mistake(
    "The weights were added up and then squared. Square each one, then add up."
)
def squares_the_sum(A3, Y, parameters, lambd):
    total = sum(np.sum(parameters[key]) ** 2 for key in WEIGHTS)
    return _entropy(A3, Y) + lambd / (2 * Y.shape[1]) * total


@cost_with_penalty.mistake(
    "The penalty adds up absolute values. That is L1; L2 adds up squares."
)
def charges_absolute_values(A3, Y, parameters, lambd):
    total = sum(np.sum(np.abs(parameters[key])) for key in WEIGHTS)
    return _entropy(A3, Y) + lambd / (2 * Y.shape[1]) * total


@cost_with_penalty.mistake("The penalty is subtracted. Large weights should cost more.")
def rewards_large_weights(A3, Y, parameters, lambd):
    return _entropy(A3, Y) - lambd / (2 * Y.shape[1]) * _squares(parameters)


@cost_with_penalty.right
def cost_with_loops(A3, Y, parameters, lambd):
    m = Y.shape[1]
    total = 0.0
    for a, y in zip(A3.ravel(), Y.ravel(), strict=True):
        total -= np.log(a) if y else np.log(1 - a)
    penalty = 0.0
    for key in WEIGHTS:
        for w in parameters[key].ravel():
            penalty += w * w
    return total / m + lambd * penalty / 2 / m


@cost_with_penalty.right
def cost_in_float32(A3, Y, parameters, lambd):
    A3, m = A3.astype(np.float32), Y.shape[1]
    losses = np.where(Y == 1, -np.log(A3), -np.log1p(-A3))
    norms = [np.linalg.norm(parameters[key]) ** 2 for key in WEIGHTS]
    return np.array(np.squeeze(losses.sum() / m + (1 / m) * (lambd / 2) * sum(norms)))


@lab.check("backward_propagation_with_regularization", points=9)
def backward_with_penalty(rng):
    """One example, several, one label and three, no penalty and a strong one."""
    for (sizes, m), lambd in zip(SIZES, (0.7, 0.3, 0.0, 3.0), strict=True):
        X, Y, parameters = network_case(rng, sizes, m)
        yield case(X, Y, ref.network(X, parameters)[1], lambd)


def _backward(X, Y, cache, lambd=0.0, keep=1.0, **how):
    """The backward pass, with or without masks; `how` switches its mistakes on."""
    m = X.shape[1]
    if len(cache) == 12:
        _, A1, W1, _, _, A2, W2, _, _, A3, W3, _ = cache
        D1 = D2 = 1
    else:
        _, D1, A1, W1, _, _, D2, A2, W2, _, _, A3, W3, _ = cache
    unmasked = how.get("unmasked", ())
    D1, D2 = 1 if 1 in unmasked else D1, 1 if 2 in unmasked else D2
    if how.get("swapped_masks"):
        D1, D2 = D2, D1
    masked = {layer: how.get("relu", True) for layer in (1, 2)}
    scale = how.get("scale", (1 / keep, 1 / keep))
    decay = how.get("decay", (1, 1, 1))
    charge = [lambd / m * share for share in decay]
    by = how.get("by", m)
    dZ3 = (A3 - Y if not how.get("reversed") else Y - A3) / how.get("early", 1)
    dA2 = W3.T @ dZ3 * D2 * scale[1]
    dZ2 = dA2 * (A2 > 0) if masked[2] else dA2
    dA1 = W2.T @ (dA2 if how.get("skips_relu") else dZ2) * D1 * scale[0]
    dZ1 = dA1 * (A1 > 0) if masked[1] else dA1
    if how.get("by_value") == 1:
        dZ1 = dA1 * A1
    total = {"axis": 1, "keepdims": how.get("keepdims", True)}
    return {
        "dZ3": dZ3,
        "dW3": dZ3 @ A2.T / by + charge[2] * W3,
        "db3": np.sum(dZ3, **total) / by,
        "dA2": dA2,
        "dZ2": dZ2,
        "dW2": dZ2 @ A1.T / by + charge[1] * W2,
        "db2": np.sum(dZ2, **total) / by,
        "dA1": dA1,
        "dZ1": dZ1,
        "dW1": dZ1 @ X.T / by + charge[0] * W1,
        "db1": np.sum(dZ1, **total) / by,
    }


for _layer, _decay in ((1, (0, 1, 1)), (2, (1, 0, 1)), (3, (1, 1, 0))):

    def one_term_missing(X, Y, cache, lambd, decay=_decay):
        return _backward(X, Y, cache, lambd, decay=decay)

    one_term_missing.__name__ = f"term_of_layer_{_layer}_missing"
    backward_with_penalty.mistake(
        f"dW{_layer} lacks its λ/m term. Each of dW1, dW2 and dW3 needs one."
    )(one_term_missing)


for _layer, _decay in ((1, (1, 0, 0)), (2, (0, 1, 0)), (3, (0, 0, 1))):

    def one_term_only(X, Y, cache, lambd, decay=_decay):
        return _backward(X, Y, cache, lambd, decay=decay)

    one_term_only.__name__ = f"term_of_layer_{_layer}_only"
    backward_with_penalty.mistake(
        f"Only dW{_layer} has its λ/m term. Each of dW1, dW2 and dW3 needs one."
    )(one_term_only)


@backward_with_penalty.mistake(
    "All three λ/m terms are missing: these are the gradients without a penalty."
)
def no_terms(X, Y, cache, lambd):
    return _backward(X, Y, cache, 0.0)


@backward_with_penalty.mistake(
    "The λ term is not divided by m. It is λ/m times the weight."
)
def terms_not_averaged(X, Y, cache, lambd):
    return _backward(X, Y, cache, lambd * X.shape[1])


@backward_with_penalty.mistake(
    "The λ term is half as large as it should be. What is the derivative of w²/2?"
)
def half_the_terms(X, Y, cache, lambd):
    return _backward(X, Y, cache, lambd / 2)


@backward_with_penalty.mistake(
    "The λ term is subtracted. It is part of the gradient, so it is added; only the "
    "update subtracts."
)
def terms_subtracted(X, Y, cache, lambd):
    return _backward(X, Y, cache, -lambd)


@backward_with_penalty.mistake(
    "dZ equals dA: the derivative of ReLU is missing. Where the activation is 0, dZ is "
    "0 too."
)
def forgets_relu(X, Y, cache, lambd):
    return _backward(X, Y, cache, lambd, relu=False)


@backward_with_penalty.mistake(
    "dW and db are sums over the examples. Divide them by m."
)
def sums_the_gradients(X, Y, cache, lambd):
    return _backward(X, Y, cache, lambd, by=1)


@backward_with_penalty.mistake(
    "dZ3 has an extra factor A3 (1 - A3). With cross-entropy it cancels out."
)
def sigmoid_derivative_at_the_output(X, Y, cache, lambd):
    A3 = cache[9]
    scaled = (*cache[:9], Y + (A3 - Y) * A3 * (1 - A3), *cache[10:])
    return _backward(X, Y, scaled, lambd)


@backward_with_penalty.mistake(
    "dW contains λ/m times the sign of the weight. That is L1. What is the derivative "
    "of a square?"
)
def terms_of_l1(X, Y, cache, lambd):
    grads = _backward(X, Y, cache, 0.0)
    for key, W in (("dW1", cache[2]), ("dW2", cache[6]), ("dW3", cache[10])):
        grads[key] = grads[key] + lambd / X.shape[1] * np.sign(W)
    return grads


@backward_with_penalty.mistake(
    "dZ is dA times the activation. It should be dA times the *derivative* of ReLU, "
    "which is 1 or 0."
)
def multiplies_by_the_activation(X, Y, cache, lambd):
    m = X.shape[1]
    _, A1, W1, _, _, A2, W2, _, _, A3, W3, _ = cache
    dZ3 = A3 - Y
    dA2 = W3.T @ dZ3
    dZ2 = dA2 * A2
    dA1 = W2.T @ dZ2
    dZ1 = dA1 * A1
    wrong = {"dA2": dA2, "dZ2": dZ2, "dA1": dA1, "dZ1": dZ1}
    for layer, dZ, A, W in ((3, dZ3, A2, W3), (2, dZ2, A1, W2), (1, dZ1, X, W1)):
        wrong[f"dZ{layer}"] = dZ
        wrong[f"dW{layer}"] = (dZ @ A.T + lambd * W) / m
        wrong[f"db{layer}"] = np.mean(dZ, axis=1, keepdims=True)
    return wrong


@backward_with_penalty.mistake(
    "dZ1 is dA1 times the activation. It should be dA1 times the *derivative* of ReLU, "
    "which is 1 or 0."
)
def multiplies_by_the_first_activation(X, Y, cache, lambd):
    return _backward(X, Y, cache, lambd, by_value=1)


@backward_with_penalty.mistake(
    "The λ term contains the square of the weight. That is the penalty; the gradient "
    "needs its derivative."
)
def terms_of_squares(X, Y, cache, lambd):
    grads = _backward(X, Y, cache, 0.0)
    for key, W in (("dW1", cache[2]), ("dW2", cache[6]), ("dW3", cache[10])):
        grads[key] = grads[key] + lambd / X.shape[1] * W**2
    return grads


@backward_with_penalty.mistake(
    "dA1 is computed from dA2. It should be computed from dZ2, after ReLU's derivative."
)
def goes_around_relu(X, Y, cache, lambd):
    return _backward(X, Y, cache, lambd, skips_relu=True)


@backward_with_penalty.mistake(
    "dZ and dA are divided by m. In the formulas of this lab, 1/m comes in with dW and "
    "db only."
)
def divides_too_early(X, Y, cache, lambd):
    return _backward(X, Y, cache, lambd, early=X.shape[1], by=1)


@backward_with_penalty.mistake(
    "The λ term adds the sum of all weights to each. It should be λ/m times the weight "
    "itself."
)
def terms_of_sums(X, Y, cache, lambd):
    grads = _backward(X, Y, cache, 0.0)
    for key, W in (("dW1", cache[2]), ("dW2", cache[6]), ("dW3", cache[10])):
        grads[key] = grads[key] + lambd / X.shape[1] * np.sum(W)
    return grads


@backward_with_penalty.mistake("The sign of dZ3 is wrong, and of all that follows.")
def reversed_gradients(X, Y, cache, lambd):
    return _backward(X, Y, cache, lambd, reversed=True)


@backward_with_penalty.mistake("The gradients of the biases lost an axis: `keepdims`.")
def biases_without_axis(X, Y, cache, lambd):
    return _backward(X, Y, cache, lambd, keepdims=False)


@backward_with_penalty.mistake(
    "db contains a λ term. The penalty depends on the weights only."
)
def charges_biases_in_the_gradient(X, Y, cache, lambd):
    grads = _backward(X, Y, cache, lambd)
    for key, b in zip(
        ("db1", "db2", "db3"), (cache[3], cache[7], cache[11]), strict=True
    ):
        grads[key] = grads[key] + lambd / X.shape[1] * b
    return grads


@backward_with_penalty.mistake(
    "dA2 is computed from dW3, the gradient. The way back goes through the weights "
    "themselves."
)
def through_the_gradient_of_w3(X, Y, cache, lambd):
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    m = X.shape[1]
    dW3 = (A3 - Y) @ A2.T / m + lambd / m * W3
    other = _backward(X, Y, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, dW3, b3), lambd)
    return other | {"dW3": dW3}


@backward_with_penalty.right
def backward_by_einsum(X, Y, cache, lambd):
    m = Y.shape[1]
    Z1, A1, W1, _, Z2, A2, W2, _, _, A3, W3, _ = cache
    grads = {"dZ3": A3 - Y}
    for layer, A_prev, Z_prev, W in (
        (3, A2, Z2, W3),
        (2, A1, Z1, W2),
        (1, X, None, W1),
    ):
        dZ = grads[f"dZ{layer}"]
        grads[f"dW{layer}"] = (np.einsum("im,jm->ij", dZ, A_prev) + lambd * W) / m
        grads[f"db{layer}"] = dZ.mean(axis=1).reshape(-1, 1)
        if Z_prev is not None:
            grads[f"dA{layer - 1}"] = np.einsum("ij,im->jm", W, dZ)
            grads[f"dZ{layer - 1}"] = np.where(Z_prev > 0, grads[f"dA{layer - 1}"], 0)
    return grads


@backward_with_penalty.right
def backward_in_float32(X, Y, cache, lambd):
    cache = tuple(array.astype(np.float32) for array in cache)
    return _backward(X.astype(np.float32), Y.astype(np.float32), cache, lambd)


@backward_with_penalty.right
def backward_example_by_example(X, Y, cache, lambd):
    m = X.shape[1]
    full = _backward(X, Y, cache, 0.0)
    sums = {key: 0.0 for key in full if key[1] != "A" and key[1] != "Z"}
    for i in range(m):
        one = tuple(
            a[:, [i]] if a.shape[1] == m and k % 4 < 2 else a
            for k, a in enumerate(cache)
        )
        grads = _backward(X[:, [i]], Y[:, [i]], one, 0.0)
        sums = {key: sums[key] + grads[key] / m for key in sums}
    for key, W in (("dW1", cache[2]), ("dW2", cache[6]), ("dW3", cache[10])):
        sums[key] = sums[key] + lambd * W / m
    return full | sums


lab.concept(
    "decay_factor",
    points=1,
    answer=0.996,
    digits=3,
    why="1 - αλ/m = 1 - 0.3 · 2 / 150.",
    because={
        0.4: "This is 1 - αλ: the penalty is averaged, so divide by m.",
        0.987: "This leaves out the learning rate: the step is α times the gradient.",
        0.004: "This is the fraction that is *lost* in a step. What remains?",
        1.004: "The weight shrinks: the step is subtracted.",
        0.998: "The derivative of λ/(2m) w² is λ/m · w: the 2 cancels.",
    },
)


@lab.check("l1_penalty", points=3)
def l1_penalty(rng):
    """Networks of one to four layers, signs of both kinds, several m."""
    for dims in [(3, 1), (2, 4, 1), (3, 4, 2, 1), (2, 3, 2, 2, 1), (4, 5, 1)]:
        parameters, m = {}, int(rng.integers(3, 20))
        for i, (before, n) in enumerate(pairwise(dims), 1):
            W = rng.normal(size=(n, before))
            W[0, 0] = np.abs(W[0, 0]) + 0.1
            W[0, -1] = -np.abs(W[0, -1]) - 0.1
            parameters[f"W{i}"] = W
            parameters[f"b{i}"] = rng.normal(size=(n, 1))
        yield case(parameters, float(rng.uniform(0.2, 0.9)), m)


def _absolute(parameters, keys="W"):
    return sum(np.sum(np.abs(v)) for k, v in parameters.items() if k[0] in keys)


@l1_penalty.mistake("The biases are in the sum as well. Only weights belong there.")
def l1_charges_biases(parameters, lambd, m):
    return lambd / m * _absolute(parameters, "Wb")


@l1_penalty.mistake(
    "It is half as large as it should be. The 2 in the denominator belongs to L2, "
    "where it cancels in the derivative."
)
def l1_halves(parameters, lambd, m):
    return lambd / (2 * m) * _absolute(parameters)


@l1_penalty.mistake("It is not divided by m.")
def l1_not_averaged(parameters, lambd, m):
    return lambd * _absolute(parameters)


@l1_penalty.mistake("Weights of different sign cancel. Take absolute values first.")
def l1_without_absolute_values(parameters, lambd, m):
    return lambd / m * sum(np.sum(v) for k, v in parameters.items() if k[0] == "W")


@l1_penalty.mistake(
    "Each layer's weights were summed before the absolute value was taken, so weights "
    "of different sign cancelled. Take absolute values first."
)
def l1_of_the_sums(parameters, lambd, m):
    weights = (v for k, v in parameters.items() if k[0] == "W")
    return lambd / m * sum(abs(np.sum(v)) for v in weights)


@l1_penalty.mistake(
    "The absolute values of each layer were averaged. Add them up instead."
)
def l1_averages_layers(parameters, lambd, m):
    weights = (v for k, v in parameters.items() if k[0] == "W")
    return lambd / m * sum(np.mean(np.abs(v)) for v in weights)


@l1_penalty.mistake(
    "The weights of the last layer are missing. The network may have any depth."
)
def l1_without_the_last_layer(parameters, lambd, m):
    last = f"W{len(parameters) // 2}"
    others = {k: v for k, v in parameters.items() if k != last}
    return lambd / m * _absolute(others)


@l1_penalty.mistake("The squares were added up. That is L2.")
def l1_squares(parameters, lambd, m):
    return lambd / m * sum(np.sum(v**2) for k, v in parameters.items() if k[0] == "W")


@l1_penalty.mistake(
    "Only the first weight matrix is in the sum. All of them count, however many."
)
def l1_first_layer_only(parameters, lambd, m):
    return lambd / m * np.sum(np.abs(parameters["W1"]))


@l1_penalty.right
def l1_with_loops(parameters, lambd, m):
    total = 0.0
    for layer in range(1, len(parameters) // 2 + 1):
        for row in parameters[f"W{layer}"]:
            for w in row:
                total += w if w > 0 else -w
    return total * lambd / m


@l1_penalty.right
def l1_from_one_vector(parameters, lambd, m):
    parts = [v.ravel() for k, v in parameters.items() if k.startswith("W")]
    return lambd * np.linalg.norm(np.concatenate(parts).astype(np.float32), 1) / m


@lab.check("l1_gradient", points=3)
def l1_gradient(rng):
    """Weights of both signs, zeros among them, matrices wide and tall."""
    for shape, m in [((1, 3), 5), ((4, 2), 10), ((3, 5), 40)]:
        W = rng.normal(size=shape)
        W[rng.uniform(size=shape) < 0.3] = 0
        W[0, 0] = -abs(W[0, 0]) - 0.1
        W[0, -1] = 0
        yield case(W, float(rng.uniform(0.2, 2)), m)


@l1_gradient.mistake(
    "This is the gradient of L2, which grows with the weight. L1 pulls at all weights "
    "with the same force."
)
def gradient_of_l2(W, lambd, m):
    return lambd / m * W


@l1_gradient.mistake("Where a weight is 0, the gradient should be 0.")
def one_at_zero(W, lambd, m):
    return lambd / m * np.where(W >= 0, 1.0, -1.0)


@l1_gradient.mistake("It is not divided by m.")
def l1_gradient_not_averaged(W, lambd, m):
    return lambd * np.sign(W)


@l1_gradient.mistake(
    "The gradient is never negative. What is the derivative of |w| where w < 0?"
)
def l1_gradient_without_sign(W, lambd, m):
    return lambd / m * np.abs(np.sign(W))


@l1_gradient.mistake(
    "These are absolute values, which is the penalty. The gradient needs its "
    "derivative."
)
def absolute_values_for_signs(W, lambd, m):
    return lambd / m * np.abs(W)


@l1_gradient.mistake("λ is missing: the signs are divided by m only.")
def l1_gradient_without_lambda(W, lambd, m):
    return np.sign(W) / m


@l1_gradient.mistake(
    "The sign is reversed. The penalty grows with a positive weight, so its gradient "
    "is positive there; the update subtracts it."
)
def l1_gradient_reversed(W, lambd, m):
    return -lambd / m * np.sign(W)


@l1_gradient.mistake("It is half as large as it should be. There is no 2 in L1.")
def l1_half_the_gradient(W, lambd, m):
    return lambd / (2 * m) * np.sign(W)


@l1_gradient.right
def l1_gradient_by_comparison(W, lambd, m):
    return ((W > 0).astype(np.float32) - (W < 0).astype(np.float32)) * (lambd / m)


@l1_gradient.right
def l1_gradient_by_division(W, lambd, m):
    size = np.where(W == 0, 1, np.abs(W))
    return lambd * W / size / m


lab.concept(
    "pull_on_small_weights",
    points=1,
    answer="A",
    why="L1 pulls with λ/m whatever the weight, L2 with λ/m times the weight.",
    because={
        "B": "It is the other way round: the derivative of a square goes to 0 near 0, "
        "that of an absolute value does not.",
        "C": "The gradient of L2 is λ/m times the weight, and the weight is small.",
        "D": "The gradient of L1 is λ/m times the sign of the weight, however small it "
        "is.",
    },
)


# --- noise ---------------------------------------------------------------------------

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
    return _backward(X, Y, cache, keep=keep_prob, scale=(1, 1))


@backward_with_dropout.mistake("dA2 is masked but not scaled, while dA1 is both.")
def scales_the_lower_only(X, Y, cache, keep_prob):
    return _backward(X, Y, cache, keep=keep_prob, scale=(1 / keep_prob, 1))


@backward_with_dropout.mistake(
    "dZ2 and dZ1 are right, but dA2 and dA1 are returned without mask and factor. "
    "Return what dZ2 and dZ1 were computed from."
)
def returns_da_before_the_mask(X, Y, cache, keep_prob):
    grads = _backward(X, Y, cache, keep=keep_prob)
    W2, W3 = cache[8], cache[12]
    return grads | {"dA2": W3.T @ grads["dZ3"], "dA1": W2.T @ grads["dZ2"]}


@backward_with_dropout.mistake("dA1 is masked but not scaled, while dA2 is both.")
def scales_the_upper_only(X, Y, cache, keep_prob):
    return _backward(X, Y, cache, keep=keep_prob, scale=(1, 1 / keep_prob))


@backward_with_dropout.mistake(
    "dA2 and dA1 are multiplied by keep_prob. The backward pass applies the same "
    "factor as the forward pass."
)
def backward_scales_the_wrong_way(X, Y, cache, keep_prob):
    return _backward(X, Y, cache, keep=keep_prob, scale=(keep_prob, keep_prob))


@backward_with_dropout.mistake(
    "dA2 and dA1 are not masked: units that were dropped receive a gradient. Apply the "
    "masks of the forward pass."
)
def backward_without_masks(X, Y, cache, keep_prob):
    return _backward(X, Y, cache, keep=keep_prob, unmasked=(1, 2))


@backward_with_dropout.mistake("dA2 is masked and scaled, but dA1 is neither.")
def leaves_the_lower_layer(X, Y, cache, keep_prob):
    return _backward(
        X, Y, cache, keep=keep_prob, unmasked=(1,), scale=(1, 1 / keep_prob)
    )


@backward_with_dropout.mistake("dA1 is masked and scaled, but dA2 is neither.")
def leaves_the_upper_layer(X, Y, cache, keep_prob):
    return _backward(
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
    return _backward(X, Y, tuple(cache), keep=keep_prob)


@backward_with_dropout.mistake(
    "dZ equals dA: the derivative of ReLU is missing. Where the activation is 0, dZ is "
    "0 too."
)
def dropout_forgets_relu(X, Y, cache, keep_prob):
    return _backward(X, Y, cache, keep=keep_prob, relu=False)


@backward_with_dropout.mistake(
    "dW and db are sums over the examples. Divide them by m."
)
def dropout_sums_the_gradients(X, Y, cache, keep_prob):
    return _backward(X, Y, cache, keep=keep_prob, by=1)


@backward_with_dropout.mistake(
    "New masks were drawn. Gradients must pass through the masks of the forward pass, "
    "D1 and D2 in the cache."
)
def draws_new_masks_from_the_top(X, Y, cache, keep_prob):
    cache = list(cache)
    cache[6] = np.random.rand(*cache[6].shape) < keep_prob
    cache[1] = np.random.rand(*cache[1].shape) < keep_prob
    return _backward(X, Y, tuple(cache), keep=keep_prob)


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
    return _backward(X.astype(np.float32), Y, cache, keep=np.float32(keep_prob))


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


@lab.check("early_stopping", points=5)
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
        "mirrored": draws((times,), mean=0.5, std=0.5, continuous=False),
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


# --- trust ---------------------------------------------------------------------------


def two_numbers(rng):
    """Whole numbers, and floats of either sign; the two are never equal."""
    for sign in (1, -1, 1):
        x, theta = rng.permutation(np.arange(3, 20))[:2]
        yield case(sign * int(x), int(theta))
    for sign in (1, -1):
        x, theta = rng.uniform([0.3, 2], [0.9, 4])
        yield case(float(x), sign * float(theta))


@lab.check("forward_propagation", points=1)
def forward_1(rng):
    """Whole numbers and floats of either sign."""
    yield from two_numbers(rng)


@forward_1.mistake("J is the product of the two, not their sum.")
def adds(x, theta):
    return x + theta


@forward_1.mistake("J is θ·x. Nothing is squared.")
def squares_theta(x, theta):
    return theta**2 * x


@forward_1.right
def forward_by_dot(x, theta):
    return np.dot(theta, x)


@forward_1.right
def forward_as_scalar(x, theta):
    return np.float64(x) * theta


@lab.check("backward_propagation", points=1)
def backward_1(rng):
    """Whole numbers and floats of either sign."""
    yield from two_numbers(rng)


@backward_1.mistake("This is the derivative with respect to x. Take it in θ.")
def derivative_in_x(x, theta):
    return theta


@backward_1.mistake("This is J itself, not its derivative.")
def value_for_derivative(x, theta):
    return theta * x


@backward_1.right
def backward_by_difference(x, theta):
    return x * (theta + 1) - x * theta


@backward_1.right
def backward_as_scalar(x, theta):
    return np.float32(x)


# The driver replaces these two functions during a call.
forward_propagation = backward_propagation = None


@lab.check("gradient_check", points=4, driver="check_gradients", floor=2e-7)
def gradient_check(rng):
    """Right gradients and wrong ones, linear and curved costs, several epsilons."""
    x, theta = (float(value) for value in rng.uniform(1, 3, 2))
    yield case(x, theta, epsilon=None, power=1, factor=1.0)
    yield case(-x, theta, epsilon=1e-2, power=3, factor=1.0)
    yield case(x, theta, epsilon=1e-4, power=2, factor=-0.5)
    yield case(x, -theta, epsilon=0.5, power=3, factor=1.0)
    yield case(x, theta, epsilon=0.3, power=3, factor=1.3)


def _gradients(x, theta, epsilon):
    up = forward_propagation(x, theta + epsilon)
    down = forward_propagation(x, theta - epsilon)
    return backward_propagation(x, theta), (up - down) / (2 * epsilon)


def _relative(grad, approximate):
    return abs(grad - approximate) / (abs(grad) + abs(approximate))


@gradient_check.mistake(
    "The numerical gradient is twice as large as it should be. How far apart are the "
    "two perturbed values?"
)
def divides_by_one_epsilon(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = _gradients(x, theta, epsilon)
    return _relative(grad, 2 * approximate)


@gradient_check.mistake(
    "It perturbs in one direction only. Up *and* down is far more accurate."
)
def perturbs_one_way(x, theta, epsilon=1e-7, print_msg=False):
    here, up = forward_propagation(x, theta), forward_propagation(x, theta + epsilon)
    return _relative(backward_propagation(x, theta), (up - here) / epsilon)


@gradient_check.mistake(
    "The difference is absolute. Divide it by the sum of the two sizes."
)
def absolute_difference(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = _gradients(x, theta, epsilon)
    return abs(grad - approximate)


@gradient_check.mistake(
    "The denominator is the absolute value of a sum, where gradients of different sign "
    "cancel. Take the absolute values first."
)
def size_of_the_sum(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = _gradients(x, theta, epsilon)
    return abs(grad - approximate) / abs(grad + approximate)


@gradient_check.mistake("The argument `epsilon` is not used.")
def fixed_epsilon(x, theta, epsilon=1e-7, print_msg=False):
    return _relative(*_gradients(x, theta, 1e-6))


@gradient_check.mistake(
    "The denominator is the size of the numerical gradient alone. It should be the sum "
    "of both sizes."
)
def divides_by_the_approximation(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = _gradients(x, theta, epsilon)
    return abs(grad - approximate) / abs(approximate)


@gradient_check.mistake(
    "This is the numerical gradient itself. Return the relative difference of the two."
)
def returns_the_approximation(x, theta, epsilon=1e-7, print_msg=False):
    return _gradients(x, theta, epsilon)[1]


@gradient_check.mistake(
    "It returns a verdict, True or False. Return the difference itself, a number."
)
def returns_a_verdict(x, theta, epsilon=1e-7, print_msg=False):
    return bool(_relative(*_gradients(x, theta, epsilon)) < 2e-7)


@gradient_check.mistake(
    "Only the second cost is divided by 2ε. Put the difference of the costs in "
    "brackets."
)
def divides_the_second_only(x, theta, epsilon=1e-7, print_msg=False):
    up = forward_propagation(x, theta + epsilon)
    down = forward_propagation(x, theta - epsilon)
    return _relative(backward_propagation(x, theta), up - down / (2 * epsilon))


@gradient_check.mistake(
    "The difference can be negative: its absolute value is missing in the numerator."
)
def signed_difference(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = _gradients(x, theta, epsilon)
    return (grad - approximate) / (abs(grad) + abs(approximate))


@gradient_check.mistake(
    "It multiplies by ε: Python reads `/ 2 * epsilon` from left to right. Put 2ε in "
    "brackets."
)
def multiplies_by_epsilon(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = _gradients(x, theta, epsilon)
    return _relative(grad, approximate * epsilon**2)


@gradient_check.mistake("It perturbs x. The derivative is with respect to theta.")
def perturbs_x(x, theta, epsilon=1e-7, print_msg=False):
    up = forward_propagation(x + epsilon, theta)
    down = forward_propagation(x - epsilon, theta)
    return _relative(backward_propagation(x, theta), (up - down) / (2 * epsilon))


@gradient_check.mistake(
    "It computes θ·x by itself. Call `forward_propagation` and `backward_propagation`: "
    "they are what is being checked."
)
def formula_of_its_own(x, theta, epsilon=1e-7, print_msg=False):
    approximate = ((theta + epsilon) * x - (theta - epsilon) * x) / (2 * epsilon)
    return _relative(x, approximate)


@gradient_check.right
def check_with_norms(x, theta, epsilon=1e-7, print_msg=False):
    thetaplus, thetaminus = theta + epsilon, theta - epsilon
    J_plus = forward_propagation(x, thetaplus)
    J_minus = forward_propagation(x, thetaminus)
    gradapprox = (J_plus - J_minus) / (2 * epsilon)
    grad = backward_propagation(x, theta)
    numerator = np.linalg.norm(grad - gradapprox)
    return numerator / (np.linalg.norm(grad) + np.linalg.norm(gradapprox))


@gradient_check.right
def check_aloud(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = np.array(_gradients(x, theta, epsilon))
    difference = np.abs(approximate - grad) / (np.abs(approximate) + np.abs(grad))
    print("difference", difference)
    return np.array(difference)


@lab.check("gradient_check_n", points=6, seconds=20, floor=2e-7)
def gradient_check_n(rng):
    """Right gradients, one wrong layer or sign, and several epsilons."""
    for m, epsilon, wrong in [(3, 1e-4, {}), (5, 0.2, {}), (4, 1e-4, {"dW2": 1.5})]:
        yield case(*_to_check(rng, m, wrong), epsilon=epsilon)
    yield case(*_to_check(rng, 6, {"db3": -2.0, "dW1": 0.5}))
    yield case(*_to_check(rng, 3, {"db1": 0.0}))


def _to_check(rng, m, wrong):
    X, Y, parameters = network_case(rng, (4, 5, 3, 1), m)
    grads = _backward(X, Y, ref.network(X, parameters)[1])
    right = {f"d{key}": grads[f"d{key}"] for key in parameters}
    # Not only scaled but shifted, so that a gradient of 0 becomes wrong as well.
    changed = {key: right[key] * share + 0.1 for key, share in wrong.items()}
    return parameters, right | changed, X, Y


def _vectors(parameters, gradients, X, Y, epsilon, spread=2.0, both=True):
    """Two vectors: the given gradients, and the numerical ones."""
    theta = ref.dictionary_to_vector(parameters)[0]
    grad = ref.gradients_to_vector(gradients)
    approximate = np.zeros_like(theta)
    for i in range(theta.size):
        up, down = theta.copy(), theta.copy()
        up[i] += epsilon
        if both:
            down[i] -= epsilon
        costs = [
            ref.forward_propagation_n(X, Y, ref.vector_to_dictionary(t))[0]
            for t in (up, down)
        ]
        approximate[i] = (costs[0] - costs[1]) / (spread * epsilon)
    return grad, approximate


def _norms(grad, approximate):
    below = np.linalg.norm(grad) + np.linalg.norm(approximate)
    return np.linalg.norm(grad - approximate) / below


@gradient_check_n.mistake(
    "The numerical gradient is twice as large as it should be. How far apart are the "
    "two perturbed values?"
)
def divides_by_one_epsilon_n(
    parameters, gradients, X, Y, epsilon=1e-7, print_msg=False
):
    return _norms(*_vectors(parameters, gradients, X, Y, epsilon, spread=1.0))


@gradient_check_n.mistake(
    "It perturbs in one direction only. Up *and* down is far more accurate."
)
def perturbs_one_way_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    return _norms(*_vectors(parameters, gradients, X, Y, epsilon, 1.0, both=False))


@gradient_check_n.mistake(
    "The perturbations add up: each number is perturbed while those before it still "
    "are. Start from a fresh copy each time."
)
def perturbations_add_up(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    theta = ref.dictionary_to_vector(parameters)[0]
    up, down = theta.copy(), theta.copy()
    approximate = np.zeros_like(theta)
    for i in range(theta.size):
        up[i] += epsilon
        down[i] -= epsilon
        costs = [
            ref.forward_propagation_n(X, Y, ref.vector_to_dictionary(t))[0]
            for t in (up, down)
        ]
        approximate[i] = (costs[0] - costs[1]) / (2 * epsilon)
    return _norms(ref.gradients_to_vector(gradients), approximate)


@gradient_check_n.mistake(
    "The difference is absolute. Divide it by the sum of the two norms."
)
def absolute_difference_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = _vectors(parameters, gradients, X, Y, epsilon)
    return np.linalg.norm(grad - approximate)


@gradient_check_n.mistake(
    "The denominator is the norm of the sum. It should be the sum of the two norms."
)
def norm_of_the_sum(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = _vectors(parameters, gradients, X, Y, epsilon)
    return np.linalg.norm(grad - approximate) / np.linalg.norm(grad + approximate)


@gradient_check_n.mistake(
    "The norms lack their square root: a norm is the *root* of the sum of squares."
)
def squared_norms(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = _vectors(parameters, gradients, X, Y, epsilon)
    return np.sum((grad - approximate) ** 2) / (
        np.sum(grad**2) + np.sum(approximate**2)
    )


@gradient_check_n.mistake(
    "It multiplies by ε: Python reads `/ 2 * epsilon` from left to right. Put 2ε in "
    "brackets."
)
def multiplies_by_epsilon_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = _vectors(parameters, gradients, X, Y, epsilon)
    return _norms(grad, approximate * epsilon**2)


@gradient_check_n.mistake(
    "One vector has shape (47, 1), the other (47,): their difference is a matrix of "
    "47 × 47."
)
def subtracts_a_row_from_a_column(
    parameters, gradients, X, Y, epsilon=1e-7, print_msg=False
):
    grad, approximate = _vectors(parameters, gradients, X, Y, epsilon)
    return _norms(grad, approximate.ravel())


@gradient_check_n.mistake(
    "Absolute values are added up. A norm is the root of the sum of squares."
)
def sums_absolute_values(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = _vectors(parameters, gradients, X, Y, epsilon)
    below = np.sum(np.abs(grad)) + np.sum(np.abs(approximate))
    return np.sum(np.abs(grad - approximate)) / below


@gradient_check_n.mistake("The argument `epsilon` is not used.")
def fixed_epsilon_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    return _norms(*_vectors(parameters, gradients, X, Y, 1e-6))


@gradient_check_n.mistake(
    "That is the largest relative difference of a single number. Return one for the "
    "whole vectors, from their lengths."
)
def largest_of_all_numbers(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = _vectors(parameters, gradients, X, Y, epsilon)
    below = np.abs(grad) + np.abs(approximate) + 1e-12
    return np.max(np.abs(grad - approximate) / below)


@gradient_check_n.right
def check_n_by_dictionaries(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = [], []
    for key, values in parameters.items():
        for index in np.ndindex(values.shape):
            costs = []
            for sign in (1, -1):
                perturbed = {name: value.copy() for name, value in parameters.items()}
                perturbed[key][index] += sign * epsilon
                costs.append(ref.forward_propagation_n(X, Y, perturbed)[0])
            approximate.append((costs[0] - costs[1]) / 2 / epsilon)
            grad.append(gradients["d" + key][index])
    return _norms(np.array(grad), np.array(approximate))


@gradient_check_n.right
def check_n_step_by_step(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    parameters_values, _ = ref.dictionary_to_vector(parameters)
    grad = ref.gradients_to_vector(gradients)
    num_parameters = parameters_values.shape[0]
    J_plus, J_minus = np.zeros((num_parameters, 1)), np.zeros((num_parameters, 1))
    gradapprox = np.zeros((num_parameters, 1))
    for i in range(num_parameters):
        theta_plus = np.copy(parameters_values)
        theta_plus[i] = theta_plus[i] + epsilon
        J_plus[i], _ = ref.forward_propagation_n(
            X, Y, ref.vector_to_dictionary(theta_plus)
        )
        theta_minus = np.copy(parameters_values)
        theta_minus[i] = theta_minus[i] - epsilon
        J_minus[i], _ = ref.forward_propagation_n(
            X, Y, ref.vector_to_dictionary(theta_minus)
        )
        gradapprox[i] = (J_plus[i] - J_minus[i]) / (2 * epsilon)
    numerator = np.linalg.norm(grad - gradapprox)
    return numerator / (np.linalg.norm(grad) + np.linalg.norm(gradapprox))


lab.concept(
    "where_are_the_bugs",
    points=2,
    answer="D",
    why="dW3 is right, so dZ3 is too; layer 2 is right, so dA2 and dZ2 are. dW1 and "
    "db1 both come from dZ1.",
    because={
        "A": "Two separate bugs in dW1 and db1 are possible, but with db3 that makes "
        "three wrong lines. There are two.",
        "B": "A wrong dZ3 would make dW3 wrong, and everything before it.",
        "C": "A wrong dA2 would make dZ2 wrong, and with it layer 2.",
    },
)
