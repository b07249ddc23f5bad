"""Hidden tests of C2W1: splits, bias and variance, scaled features."""

from itertools import pairwise

import numpy as np

from autograder.checks.C2W1.common import lab, ref
from autograder.checks.check import case

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
