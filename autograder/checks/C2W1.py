"""Hidden tests of C2W1, regularization, and the ways its functions go wrong."""

from itertools import pairwise

import numpy as np

from autograder.check import Lab, case, draws

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
    why="1 % is 50,000 pictures: enough to see differences of a tenth of a percent.",
    because={
        "A": "That was the rule for a thousand examples. Here 20 % are a million, far "
        "more than it takes to measure an error.",
        "C": "0.0005 % are 25 pictures: an error measured on them says nothing.",
        "D": "Two thirds of the pictures would teach nothing.",
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
    "The columns were not shuffled. Data often lie in some order, and the test set "
    "would hold only the last kind."
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
    "Columns are lost where sizes do not divide. The test set is all that remains."
)
def loses_the_rest(X, Y, fractions, seed):
    m = X.shape[1]
    order = np.random.RandomState(seed).permutation(m)
    sizes = [int(fraction * m + 1e-9) for fraction in fractions]
    ends = np.cumsum([0, *sizes])
    return tuple((X[:, order[a:b]], Y[:, order[a:b]]) for a, b in pairwise(ends))


@split_dataset.mistake(
    "Some columns are in two sets. Each set begins where the one before ends."
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


@split_dataset.mistake(
    "The sizes are cut off, not rounded: 18.6 becomes 18 where 19 is nearer."
)
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
    """Healthy, each ailment, both, a hard task, another tolerance, luck on dev.

    - A gap counts where it is larger than the tolerance, not where it is as large.
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
    "Variance is the gap between dev and *training* error, not between dev and Bayes "
    "error."
)
def variance_from_bayes(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    return _found(
        train_error - bayes_error > tolerance, dev_error - bayes_error > tolerance
    )


@diagnose.mistake("It stops at the first ailment. A network can have both.")
def one_ailment_only(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    bias = train_error - bayes_error > tolerance
    return _found(bias, not bias and dev_error - train_error > tolerance)


@diagnose.mistake("The two names have changed places.")
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
    "A dev error *below* the training error is called variance. Leave the sign of the "
    "gap as it is; it is not a distance."
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
    "A healthy network gets `{}`, which is a dictionary. The empty set is `set()`."
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
    why="It misses 10 % more than people, even in training: high bias.",
    because={
        "A": "The gap between training and dev error is 1 %: more data close that gap, "
        "not the one of 10 % before it.",
        "B": "Dropout is against high variance. It would raise the training error.",
        "C": "A larger λ makes the network stiffer, and it is too stiff already.",
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
    "The test set was normalized with its own mean and deviation. Use those of the "
    "training set: the ruler must not change."
)
def test_set_by_its_own(X_train, X_test):
    X, _, mu, sigma = ref.normalize_inputs(X_train, X_test)
    own_mu = X_test.mean(axis=1, keepdims=True)
    own_sigma = X_test.std(axis=1, keepdims=True)
    return X, (X_test - own_mu) / own_sigma, mu, sigma


@normalize_inputs.mistake(
    "The test set went into the mean and deviation. They come from the training set "
    "alone."
)
def statistics_of_both(X_train, X_test):
    return _scaled(X_train, X_test, *_statistics(np.hstack([X_train, X_test])))


@normalize_inputs.mistake(
    "It divides by the variance. Take its root, the standard deviation."
)
def divides_by_the_variance(X_train, X_test):
    mu, sigma = _statistics(X_train)
    return _scaled(X_train, X_test, mu, sigma**2)


@normalize_inputs.mistake(
    "mu and sigma describe examples, not features. Average over axis 1."
)
def along_the_wrong_axis(X_train, X_test):
    mu, sigma = X_train.mean(axis=0), X_train.std(axis=0) + 1e-12
    return (X_train - mu) / sigma, X_test, mu, sigma


@normalize_inputs.mistake(
    "One mean and one deviation were used for all features. Each has its own."
)
def one_ruler_for_all(X_train, X_test):
    mu = np.full((X_train.shape[0], 1), X_train.mean())
    sigma = np.full((X_train.shape[0], 1), X_train.std())
    return _scaled(X_train, X_test, mu, sigma)


@normalize_inputs.mistake(
    "The deviation is taken around 0, not around the mean. Shift first, then measure."
)
def deviation_before_shifting(X_train, X_test):
    mu = X_train.mean(axis=1, keepdims=True)
    sigma = np.sqrt(np.mean(X_train**2, axis=1, keepdims=True))
    return _scaled(X_train, X_test, mu, sigma)


@normalize_inputs.mistake(
    "The squares were divided by m - 1. Here the mean square is meant, as `np.std` has "
    "it by default."
)
def divides_by_one_less(X_train, X_test):
    mu = X_train.mean(axis=1, keepdims=True)
    sigma = X_train.std(axis=1, keepdims=True, ddof=1)
    return _scaled(X_train, X_test, mu, sigma)


@normalize_inputs.mistake(
    "The test set came back as it was. Shift and scale it too, with the training set's "
    "mean and standard deviation."
)
def leaves_the_test_set(X_train, X_test):
    X, _, mu, sigma = ref.normalize_inputs(X_train, X_test)
    return X, X_test, mu, sigma


@normalize_inputs.mistake(
    "Both sets are right, but what comes back as sigma is the variance. Return its "
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
    "mu and sigma have lost an axis. Each is a column: `keepdims=True`."
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
    """Shallow and deep networks; draws enough for mean and spread to show."""
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
    "The weight matrices are transposed. A row for each unit, a column for each input: "
    "(n[l], n[l-1])."
)
def zeros_transposed(layers_dims):
    return filled(layers_dims, lambda shape: np.zeros(shape[::-1]))


@zeros.mistake("The biases lack an axis. Their shape is (n[l], 1).")
def zeros_flat_biases(layers_dims):
    return filled(layers_dims, np.zeros, lambda shape: np.zeros(shape[0]))


@zeros.mistake(
    "The last layer is missing or wrong. There are len(layers_dims) - 1 of them, "
    "counted from 1."
)
def zeros_without_the_last(layers_dims):
    full = filled(layers_dims, np.zeros)
    last = len(layers_dims) - 1
    return {
        key: value for key, value in full.items() if key not in (f"W{last}", f"b{last}")
    }


@zeros.mistake(
    "The layers are counted from 0. The first is W1, as layer 0 is the input."
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
    """What is expected of weights with a deviation that depends on the inputs."""

    def expected(layers_dims):
        return filled(layers_dims, lambda shape: draws(shape, std=scale(shape[1])))

    return expected


def add_starts(check, scale, wrong):
    """Mistakes and right versions that the three random starts share."""

    @check.mistake(
        "The weight matrices are transposed. A row for each unit: (n[l], n[l-1])."
    )
    def transposed(layers_dims):
        return filled(
            layers_dims, lambda shape: np.random.randn(*shape[::-1]) * scale(shape[1])
        )

    @check.mistake("All weights are positive. `randn` draws around 0; `rand` does not.")
    def uniform(layers_dims):
        return filled(layers_dims, lambda s: np.random.rand(*s) * scale(s[1]))

    @check.mistake("The biases are random. They start at 0.")
    def random_biases(layers_dims):
        return filled(
            layers_dims,
            lambda s: np.random.randn(*s) * scale(s[1]),
            lambda s: np.random.randn(*s),
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
    """Shallow and deep networks; draws enough for mean and spread to show."""
    yield from dimensions(rng)


random_start.expect(drawn(lambda n: 10.0))
add_starts(
    random_start,
    lambda n: 10.0,
    [
        ("The weights are not multiplied by 10.", lambda n, before: 1.0),
        ("The weights are multiplied by 0.01. Here they are large on purpose: 10.",
         lambda n, before: 0.01),
    ],
)  # fmt: skip


@lab.check("initialize_parameters_he", points=4)
def he_start(rng):
    """Shallow and deep networks; draws enough for mean and spread to show."""
    yield from dimensions(rng)


he_start.expect(drawn(lambda n: np.sqrt(2 / n)))
add_starts(
    he_start,
    lambda n: np.sqrt(2 / n),
    [
        ("The root is missing: 2/n is the variance, and weights are multiplied by the "
         "standard deviation.", lambda n, before: 2 / before),
        ("The root covers the 2 only. It is the root of the whole fraction.",
         lambda n, before: np.sqrt(2) / before),
        ("That is Xavier's start, with 1/n. He's has 2/n, since ReLU silences half.",
         lambda n, before: np.sqrt(1 / before)),
        ("The spread follows the units of the layer itself. It is its *inputs* that "
         "are summed: n[l-1].", lambda n, before: np.sqrt(2 / n)),
        ("The weights are spread as `randn` draws them: the factor is missing.",
         lambda n, before: 1.0),
    ],
)  # fmt: skip


@lab.check("initialize_parameters_xavier", points=2)
def xavier_start(rng):
    """Shallow and deep networks; draws enough for mean and spread to show."""
    yield from dimensions(rng)


xavier_start.expect(drawn(lambda n: np.sqrt(1 / n)))
add_starts(
    xavier_start,
    lambda n: np.sqrt(1 / n),
    [
        ("The root is missing: 1/n is the variance, and weights are multiplied by the "
         "standard deviation.", lambda n, before: 1 / before),
        ("That is He's start, with 2/n. Xavier's has 1/n.",
         lambda n, before: np.sqrt(2 / before)),
        ("The spread follows the units of the layer itself. It is its *inputs* that "
         "are summed: n[l-1].", lambda n, before: np.sqrt(1 / n)),
    ],
)  # fmt: skip

lab.concept(
    "he_deviation",
    points=1,
    answer=0.05,
    digits=2,
    why="√(2 / 800): the 800 inputs count.",
    because={
        0.14: "That takes the 100 units of the layer. Each of them sums over its 800 "
        "inputs.",
        0.04: "That is Xavier's start. He's has a 2 in place of the 1.",
        0.0: "That is the variance, 2/800. The deviation is its root.",
        0.02: "There is a 2 above the line: the deviation is the root of 2/n.",
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


# Enough units behind each ReLU that some are silent and some are not.
SIZES = [((2, 9, 8, 1), 1), ((3, 5, 4, 1), 5), ((4, 6, 5, 1), 12), ((3, 6, 5, 3), 7)]


@lab.check("compute_cost_with_regularization", points=6)
def cost_with_penalty(rng):
    """One example, several, one label and three, no penalty and a strong one."""
    sizes_and_strengths = zip(
        [*SIZES, ((2, 3, 2, 1), 4)], (0.7, 0.1, 0.0, 3.0, 1.5), strict=True
    )
    for (sizes, m), lambd in sizes_and_strengths:
        _, Y, parameters = network_case(rng, sizes, m)
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
    "The penalty is twice as large as it should be: it is divided by 2m, so that its "
    "slope has no 2."
)
def penalty_without_the_two(A3, Y, parameters, lambd):
    return _entropy(A3, Y) + lambd / Y.shape[1] * _squares(parameters)


@cost_with_penalty.mistake(
    "The weights of one layer are charged, the others are not. All three count."
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
    "The norms of the weights are charged, roots of the sums. The penalty adds up the "
    "squares."
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
    "The cross-entropy is not averaged: divide it by m, as the penalty is."
)
def entropy_not_averaged(A3, Y, parameters, lambd):
    penalty = lambd / (2 * Y.shape[1]) * _squares(parameters)
    return _entropy(A3, Y) * Y.shape[1] + penalty


@cost_with_penalty.mistake(
    "λ/(2m) multiplies the first sum of squares only. Put brackets around all three."
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


@cost_with_penalty.mistake("There is no penalty in it, only the cross-entropy.")
def no_penalty(A3, Y, parameters, lambd):
    return _entropy(A3, Y)


@cost_with_penalty.mistake(
    "The biases are charged as well. Only weights steepen; leave biases free."
)
def charges_biases(A3, Y, parameters, lambd):
    return _entropy(A3, Y) + lambd / (2 * Y.shape[1]) * _squares(
        parameters, list(parameters)
    )


@cost_with_penalty.mistake(
    "The weights of one layer are missing from the penalty. All three count."
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
    "Absolute values are charged, not squares. That is L1, two exercises further on."
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
    if how.get("unmasked"):
        D1 = D2 = 1
    if how.get("swapped_masks"):
        D1, D2 = D2, D1
    masked = {layer: how.get("relu", True) for layer in (1, 2)}
    scale = how.get("scale", (1 / keep, 1 / keep))
    decay = how.get("decay", (1, 1, 1))
    charge = [lambd / m * share for share in decay]
    by = how.get("by", m)
    dZ3 = A3 - Y if not how.get("reversed") else Y - A3
    dA2 = W3.T @ dZ3 * D2 * scale[1]
    dZ2 = dA2 * (A2 > 0) if masked[2] else dA2
    dA1 = W2.T @ dZ2 * D1 * scale[0]
    dZ1 = dA1 * (A1 > 0) if masked[1] else dA1
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
        f"dW{_layer} lacks its λ/m term. Each of the three weight slopes gets one."
    )(one_term_missing)


for _layer, _decay in ((1, (1, 0, 0)), (2, (0, 1, 0)), (3, (0, 0, 1))):

    def one_term_only(X, Y, cache, lambd, decay=_decay):
        return _backward(X, Y, cache, lambd, decay=decay)

    one_term_only.__name__ = f"term_of_layer_{_layer}_only"
    backward_with_penalty.mistake(
        f"Only dW{_layer} has its λ/m term. All three weights are charged."
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
    "The λ term is half as large as it should be: the slope of w²/2 is w."
)
def half_the_terms(X, Y, cache, lambd):
    return _backward(X, Y, cache, lambd / 2)


@backward_with_penalty.mistake(
    "The λ term is subtracted. It belongs to the slope, so it is added; the step "
    "subtracts."
)
def terms_subtracted(X, Y, cache, lambd):
    return _backward(X, Y, cache, -lambd)


@backward_with_penalty.mistake(
    "Through ReLU everything passes. Where the activation is 0, nothing should: dZ is "
    "0 there."
)
def forgets_relu(X, Y, cache, lambd):
    return _backward(X, Y, cache, lambd, relu=False)


@backward_with_penalty.mistake(
    "The slopes are sums over the examples. Divide dW and db by m."
)
def sums_the_slopes(X, Y, cache, lambd):
    return _backward(X, Y, cache, lambd, by=1)


@backward_with_penalty.mistake(
    "dZ3 holds a factor A3 (1 - A3) too many. With this cost it cancels out."
)
def sigmoid_slope_at_the_output(X, Y, cache, lambd):
    A3 = cache[9]
    scaled = (*cache[:9], Y + (A3 - Y) * A3 * (1 - A3), *cache[10:])
    return _backward(X, Y, scaled, lambd)


@backward_with_penalty.mistake(
    "dW holds λ/m times the sign of the weight. That is L1; L2 takes the weight itself."
)
def terms_of_l1(X, Y, cache, lambd):
    grads = _backward(X, Y, cache, 0.0)
    for key, W in (("dW1", cache[2]), ("dW2", cache[6]), ("dW3", cache[10])):
        grads[key] = grads[key] + lambd / X.shape[1] * np.sign(W)
    return grads


@backward_with_penalty.mistake(
    "dZ is dA times the activation. On the way back through ReLU dA passes as it is, "
    "or not at all: a mask of ones and zeros."
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
    "The λ term holds the square of the weight. That is the penalty; its derivative "
    "holds the weight itself."
)
def terms_of_squares(X, Y, cache, lambd):
    grads = _backward(X, Y, cache, 0.0)
    for key, W in (("dW1", cache[2]), ("dW2", cache[6]), ("dW3", cache[10])):
        grads[key] = grads[key] + lambd / X.shape[1] * W**2
    return grads


@backward_with_penalty.mistake("All slopes point the wrong way: dZ3 is A3 - Y.")
def reversed_slopes(X, Y, cache, lambd):
    return _backward(X, Y, cache, lambd, reversed=True)


@backward_with_penalty.mistake("The biases lost an axis: `keepdims=True` in the sums.")
def biases_without_axis(X, Y, cache, lambd):
    return _backward(X, Y, cache, lambd, keepdims=False)


@backward_with_penalty.mistake(
    "The biases carry a penalty too. Only weights are charged."
)
def charges_bias_slopes(X, Y, cache, lambd):
    grads = _backward(X, Y, cache, lambd)
    for key, b in zip(
        ("db1", "db2", "db3"), (cache[3], cache[7], cache[11]), strict=True
    ):
        grads[key] = grads[key] + lambd / X.shape[1] * b
    return grads


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
        one = tuple(a[:, [i]] if a.shape[1] == m and k % 4 < 2 else a
                    for k, a in enumerate(cache))  # fmt: skip
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
        0.4: "That is 1 - αλ: the penalty is averaged, so divide by m.",
        0.987: "That leaves out the learning rate: the step is α times the slope.",
        0.004: "That is the share that is *lost* in a step. What remains?",
        1.004: "It shrinks: the step is subtracted.",
        0.998: "The slope of λ/(2m) w² is λ/m · w: the 2 cancels.",
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


@l1_penalty.mistake("The biases are charged as well. Take the keys that begin with W.")
def l1_charges_biases(parameters, lambd, m):
    return lambd / m * _absolute(parameters, "Wb")


@l1_penalty.mistake(
    "It is half as large as it should be. The 2 below the line belongs to L2, where it "
    "cancels against the square."
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
    "The absolute value was taken of each layer's sum, where weights of different sign "
    "have cancelled already. Take absolute values first, then add up."
)
def l1_of_the_sums(parameters, lambd, m):
    weights = (v for k, v in parameters.items() if k[0] == "W")
    return lambd / m * sum(abs(np.sum(v)) for v in weights)


@l1_penalty.mistake(
    "It is the average weight of each layer that is charged. Add all of them up."
)
def l1_averages_layers(parameters, lambd, m):
    weights = (v for k, v in parameters.items() if k[0] == "W")
    return lambd / m * sum(np.mean(np.abs(v)) for v in weights)


@l1_penalty.mistake(
    "The weights of the last layer are missing. Go through all keys that begin with W."
)
def l1_without_the_last_layer(parameters, lambd, m):
    last = f"W{len(parameters) // 2}"
    others = {k: v for k, v in parameters.items() if k != last}
    return lambd / m * _absolute(others)


@l1_penalty.mistake("The squares were added up. That is L2.")
def l1_squares(parameters, lambd, m):
    return lambd / m * sum(np.sum(v**2) for k, v in parameters.items() if k[0] == "W")


@l1_penalty.mistake(
    "Only the first weight matrix counts, or the first few. Go through all keys."
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
    "That is the slope of L2: it depends on the weight. L1 pulls equally."
)
def slope_of_l2(W, lambd, m):
    return lambd / m * W


@l1_gradient.mistake("At a weight of 0 the slope should be 0. `np.sign` does that.")
def one_at_zero(W, lambd, m):
    return lambd / m * np.where(W >= 0, 1.0, -1.0)


@l1_gradient.mistake("It is not divided by m.")
def l1_slope_not_averaged(W, lambd, m):
    return lambd * np.sign(W)


@l1_gradient.mistake(
    "The sign of the weight is missing: negative weights are pulled up."
)
def l1_slope_without_sign(W, lambd, m):
    return lambd / m * np.abs(np.sign(W))


@l1_gradient.mistake(
    "These are absolute values: that is the penalty. Its derivative is the sign."
)
def absolute_values_for_signs(W, lambd, m):
    return lambd / m * np.abs(W)


@l1_gradient.mistake("λ is missing: the signs are divided by m only.")
def l1_slope_without_lambda(W, lambd, m):
    return np.sign(W) / m


@l1_gradient.mistake(
    "The sign is the wrong way round. The gradient is positive where the weight is; "
    "the step subtracts it."
)
def l1_slope_reversed(W, lambd, m):
    return -lambd / m * np.sign(W)


@l1_gradient.mistake("It is half as large as it should be. There is no 2 in L1.")
def l1_half_the_slope(W, lambd, m):
    return lambd / (2 * m) * np.sign(W)


@l1_gradient.right
def l1_slope_by_comparison(W, lambd, m):
    return ((W > 0).astype(np.float32) - (W < 0).astype(np.float32)) * (lambd / m)


@l1_gradient.right
def l1_slope_by_division(W, lambd, m):
    size = np.where(W == 0, 1, np.abs(W))
    return lambd * W / size / m


lab.concept(
    "pull_on_small_weights",
    points=1,
    answer="A",
    why="L1 pulls with λ/m whatever the weight, L2 with λ/m times the weight.",
    because={
        "B": "The other way round: the slope of a square fades near 0, that of an "
        "absolute value does not.",
        "C": "L2's slope is λ/m times the weight, and the weight is small.",
        "D": "L1's slope is λ/m times the sign of the weight, however small it is.",
    },
)


# --- noise ---------------------------------------------------------------------------

lab.concept(
    "kept_unit",
    points=1,
    answer=2.5,
    digits=1,
    why="2 / 0.8: the kept ones make up for the dropped.",
    because={
        2.0: "Then the sums of the next layer would be a fifth too small on average.",
        1.6: "Multiplying makes it smaller. The kept must make up for the dropped.",
        0.4: "keep_prob is the share that stays, not the share that goes.",
        10.0: "That divides by the share that is dropped. Divide by keep_prob.",
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


# Of so many units some that were awake are dropped, and some are kept.
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
    "The scaling is forgotten: with units missing, all sums are too small. Divide what "
    "is kept by keep_prob."
)
def forgets_to_scale(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, scale={1: 1.0, 2: 1.0})


@forward_with_dropout.mistake(
    "The second hidden layer is masked but not scaled. Divide A2 by keep_prob, too."
)
def scales_the_first_only(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, scale={1: 1 / keep_prob, 2: 1.0})


@forward_with_dropout.mistake(
    "The first hidden layer is masked but not scaled. Divide A1 by keep_prob, too."
)
def scales_the_second_only(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, scale={1: 1.0, 2: 1 / keep_prob})


@forward_with_dropout.mistake(
    "It divides by the share that is dropped. Divide by keep_prob, the share that "
    "stays."
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
    "It multiplies by keep_prob. The kept units must make up for the dropped: divide."
)
def scales_the_wrong_way(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, scale={1: keep_prob, 2: keep_prob})


@forward_with_dropout.mistake(
    "It drops the share that should stay. keep_prob is the probability of being kept."
)
def drops_the_kept(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, mask=lambda s, p: np.random.rand(*s) > p)


@forward_with_dropout.mistake(
    "The masks were drawn, but they hold random numbers instead of 0 and 1. Compare "
    "with keep_prob."
)
def masks_are_numbers(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, mask=lambda s, p: np.random.rand(*s))


@forward_with_dropout.mistake(
    "The masks are normally distributed. `np.random.rand` is uniform, `randn` is not."
)
def masks_from_randn(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, mask=lambda s, p: np.random.randn(*s) < p)


@forward_with_dropout.mistake(
    "A whole unit is dropped for all examples at once. Draw a mask of the shape of A: "
    "each example has its own."
)
def one_mask_for_all_examples(X, parameters, keep_prob=0.5):
    return _forward(
        X,
        parameters,
        keep_prob,
        mask=lambda s, p: np.broadcast_to(np.random.rand(s[0], 1) < p, s) * 1,
    )


@forward_with_dropout.mistake(
    "It sets a seed, so every call drops the same units. Whoever calls may seed; "
    "dropout does not."
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
    "Only the first hidden layer is dropped from. Apply D2 to A2 as well."
)
def first_layer_only(X, parameters, keep_prob=0.5):
    return _forward(X, parameters, keep_prob, layers=(1,))


@forward_with_dropout.mistake(
    "The cache holds A1 and A2 from before the mask. Backwards needs those after it."
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
    "The scaling is forgotten on the way back: divide dA2 and dA1 by keep_prob, as the "
    "forward pass divided A2 and A1."
)
def backward_forgets_to_scale(X, Y, cache, keep_prob):
    return _backward(X, Y, cache, keep=keep_prob, scale=(1, 1))


@backward_with_dropout.mistake("dA2 is not scaled. Divide it by keep_prob, like dA1.")
def scales_the_lower_only(X, Y, cache, keep_prob):
    return _backward(X, Y, cache, keep=keep_prob, scale=(1 / keep_prob, 1))


@backward_with_dropout.mistake(
    "dZ2 and dZ1 are right, but dA2 and dA1 came back from before mask and factor. "
    "Return what dZ2 and dZ1 were made from."
)
def returns_da_before_the_mask(X, Y, cache, keep_prob):
    grads = _backward(X, Y, cache, keep=keep_prob)
    W2, W3 = cache[8], cache[12]
    return grads | {"dA2": W3.T @ grads["dZ3"], "dA1": W2.T @ grads["dZ2"]}


@backward_with_dropout.mistake("dA1 is not scaled. Divide it by keep_prob, like dA2.")
def scales_the_upper_only(X, Y, cache, keep_prob):
    return _backward(X, Y, cache, keep=keep_prob, scale=(1, 1 / keep_prob))


@backward_with_dropout.mistake(
    "dA2 and dA1 are multiplied by keep_prob. The forward pass divided; so does the "
    "backward pass."
)
def backward_scales_the_wrong_way(X, Y, cache, keep_prob):
    return _backward(X, Y, cache, keep=keep_prob, scale=(keep_prob, keep_prob))


@backward_with_dropout.mistake(
    "dA2 and dA1 are not masked: units that were silent receive slopes. Multiply by "
    "the masks of the forward pass."
)
def backward_without_masks(X, Y, cache, keep_prob):
    return _backward(X, Y, cache, keep=keep_prob, unmasked=True)


@backward_with_dropout.mistake(
    "New masks were drawn. The slopes must pass through the masks of the forward pass, "
    "D1 and D2 in the cache."
)
def draws_new_masks(X, Y, cache, keep_prob):
    cache = list(cache)
    cache[1] = np.random.rand(*cache[1].shape) < keep_prob
    cache[6] = np.random.rand(*cache[6].shape) < keep_prob
    return _backward(X, Y, tuple(cache), keep=keep_prob)


@backward_with_dropout.mistake(
    "Through ReLU everything passes. Where the activation is 0, nothing should: dZ is "
    "0 there."
)
def dropout_forgets_relu(X, Y, cache, keep_prob):
    return _backward(X, Y, cache, keep=keep_prob, relu=False)


@backward_with_dropout.mistake(
    "The slopes are sums over the examples. Divide dW and db by m."
)
def dropout_sums_the_slopes(X, Y, cache, keep_prob):
    return _backward(X, Y, cache, keep=keep_prob, by=1)


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
    why="Dividing by keep_prob during training keeps the sums at their size already.",
    because={
        "A": "Then answers would change from one asking to the next.",
        "B": "That was the first form of dropout. Inverted dropout has scaled already, "
        "during training.",
        "D": "That would make up for missing units, and none are missing.",
    },
)


@lab.check("early_stopping", points=5)
def early_stopping(rng):
    """A low before a lower one, ties, patience never used up, one epoch, long runs.

    Which cost is lower than which is fixed; the costs themselves are drawn.

    - The low so far is kept, not where training stops, nor a later low; where patience
      is never used up, the low of all, be it the last epoch or not.
    - An equal cost is no new low; each new low starts the count again.
    """
    more = int(rng.integers(3))  # lows before all others, so that indices differ
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
    "It finds the lowest cost of all, however late. Training has stopped by then: "
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


@early_stopping.mistake("It waits one epoch longer than patience allows.")
def waits_too_long(dev_costs, patience):
    return _stop(dev_costs, patience + 1)[0]


@early_stopping.mistake(
    "An equal cost counts as a new low. Only a lower one does; otherwise a flat cost "
    "would train for ever."
)
def ties_count(dev_costs, patience):
    return _stop(dev_costs, patience, lambda cost, best: cost <= best)[0]


@early_stopping.mistake(
    "It counts all epochs without a new low. The count starts again at 0 with each new "
    "low."
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


@early_stopping.mistake("It waits one epoch less than patience allows.")
def stops_too_soon(dev_costs, patience):
    return _stop(dev_costs, patience - 1)[0]


@early_stopping.mistake(
    "Nothing comes back where patience is never used up. Return the lowest epoch after "
    "the loop as well."
)
def returns_only_when_it_stops(dev_costs, patience):
    keep, end = _stop(dev_costs, patience)
    return keep if end - keep >= patience else None


@early_stopping.mistake(
    "Where patience is never used up, the last epoch comes back. The one to keep is "
    "the lowest there as well."
)
def keeps_the_last_without_a_stop(dev_costs, patience):
    keep, end = _stop(dev_costs, patience)
    return keep if end - keep >= patience else len(dev_costs) - 1


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
        6: "That would be the lowest of all, but training stops at index 5.",
        5: "There it stops. What is kept is the lowest until then.",
        3: "Indices count from 0: costs 5, 4, 3 are at 0, 1, 2.",
        2.9: "That is a cost. Which index is kept?",
    },
)


def marked(rng, shape, kind):
    """An empty picture with a bright spot and a dim one to its right."""
    image = np.zeros(shape, dtype=kind)
    row, column = (int(rng.integers(3, side - 4)) for side in shape[:2])
    image[row, column], image[row, column + 1] = 200, 90
    return image


@lab.check("augment", points=5, driver="copies")
def augment(rng):
    """Grey and coloured pictures, bytes and floats; many calls each."""
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
        "chance comes from elsewhere than rng": False,
        "pixels left empty": sorted(gaps),
    }


def _mirrored(image, rng):
    return image[:, ::-1] if rng.random() < 0.5 else image


@augment.mistake("It moves pictures but never mirrors them.")
def never_mirrors(image, rng):
    return ref.shifted(image, *rng.integers(-2, 3, size=2))


@augment.mistake("It mirrors every picture. Half of the calls should.")
def always_mirrors(image, rng):
    return ref.shifted(image[:, ::-1], *rng.integers(-2, 3, size=2))


@augment.mistake(
    "It turns pictures upside down. The second axis runs from left to right."
)
def upside_down(image, rng):
    image = image[::-1] if rng.random() < 0.5 else image
    return ref.shifted(image, *rng.integers(-2, 3, size=2))


@augment.mistake(
    "It never moves by 2: `rng.integers` leaves its upper end out. Ask for -2 to 3."
)
def never_by_two(image, rng):
    return ref.shifted(_mirrored(image, rng), *rng.integers(-2, 2, size=2))


@augment.mistake("It moves down and to the right by the same. Draw two numbers.")
def along_the_diagonal(image, rng):
    step = rng.integers(-2, 3)
    return ref.shifted(_mirrored(image, rng), step, step)


@augment.mistake(
    "What leaves on one side comes back on the other: `np.roll` wraps around. Fill the "
    "gap with zeros."
)
def wraps_around(image, rng):
    return np.roll(_mirrored(image, rng), rng.integers(-2, 3, size=2), axis=(0, 1))


@augment.mistake("It moves pictures down or up, never to a side.")
def moves_down_only(image, rng):
    return ref.shifted(_mirrored(image, rng), rng.integers(-2, 3), 0)


@augment.mistake("It moves pictures to a side, never down or up.")
def moves_right_only(image, rng):
    return ref.shifted(_mirrored(image, rng), 0, rng.integers(-2, 3))


@augment.mistake("It mirrors pictures but never moves them.")
def never_moves(image, rng):
    return _mirrored(image, rng).copy()


@augment.mistake(
    "The type of the numbers has changed. A copy has the dtype of the picture."
)
def changes_the_type(image, rng):
    return ref.augment(image, rng) * np.float32(1.0)


@augment.mistake(
    "It moves only down and to the right. Each movement may be negative: -2 to 2."
)
def moves_one_way(image, rng):
    return ref.shifted(_mirrored(image, rng), *rng.integers(0, 3, size=2))


@augment.mistake(
    "Chance comes from elsewhere than the `rng` you were given: from `np.random`, or "
    "from a generator of your own. Draw every number from `rng`."
)
def draws_elsewhere(image, rng):
    if np.random.rand() < 0.5:
        image = image[:, ::-1]
    return ref.shifted(image, *np.random.randint(-2, 3, size=2))


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
    """Whole numbers, floats of either sign; the two are never equal."""
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


@backward_1.mistake("That is the slope in x. In θ·x, nudging θ counts x times.")
def slope_in_x(x, theta):
    return theta


@backward_1.mistake("That is J itself, not its slope.")
def value_for_slope(x, theta):
    return theta * x


@backward_1.right
def backward_by_difference(x, theta):
    return x * (theta + 1) - x * theta


@backward_1.right
def backward_as_scalar(x, theta):
    return np.float32(x)


# The driver puts functions in the place of these two for the time of a call.
forward_propagation = backward_propagation = None


@lab.check("gradient_check", points=4, driver="check_slopes", floor=2e-7)
def gradient_check(rng):
    """Right slopes and wrong ones, straight costs and bent ones, several nudges."""
    x, theta = (float(value) for value in rng.uniform(1, 3, 2))
    yield case(x, theta, epsilon=None, power=1, factor=1.0)
    yield case(-x, theta, epsilon=1e-2, power=3, factor=1.0)
    yield case(x, theta, epsilon=1e-4, power=2, factor=-0.5)
    yield case(x, -theta, epsilon=0.5, power=3, factor=1.0)
    yield case(x, theta, epsilon=0.3, power=3, factor=1.3)


def _slopes(x, theta, epsilon):
    up = forward_propagation(x, theta + epsilon)
    down = forward_propagation(x, theta - epsilon)
    return backward_propagation(x, theta), (up - down) / (2 * epsilon)


def _relative(grad, approximate):
    return abs(grad - approximate) / (abs(grad) + abs(approximate))


@gradient_check.mistake(
    "Right slopes look wrong by a third: the nudges are 2ε apart, so divide by 2ε."
)
def divides_by_one_nudge(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = _slopes(x, theta, epsilon)
    return _relative(grad, 2 * approximate)


@gradient_check.mistake(
    "It nudges one way only. Both ways are far more exact: up and down."
)
def nudges_one_way(x, theta, epsilon=1e-7, print_msg=False):
    here, up = forward_propagation(x, theta), forward_propagation(x, theta + epsilon)
    return _relative(backward_propagation(x, theta), (up - here) / epsilon)


@gradient_check.mistake(
    "The difference is absolute. Divide it by the sum of the two sizes."
)
def absolute_difference(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = _slopes(x, theta, epsilon)
    return abs(grad - approximate)


@gradient_check.mistake(
    "Below the line stands the size of the sum. Take the sum of the two sizes: slopes "
    "of different sign cancel otherwise."
)
def size_of_the_sum(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = _slopes(x, theta, epsilon)
    return abs(grad - approximate) / abs(grad + approximate)


@gradient_check.mistake("The nudge you were given is not used. It is `epsilon`.")
def fixed_nudge(x, theta, epsilon=1e-7, print_msg=False):
    return _relative(*_slopes(x, theta, 1e-6))


@gradient_check.mistake(
    "The numerical gradient was divided by, and nothing else. The denominator is the "
    "sum of both sizes."
)
def divides_by_the_approximation(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = _slopes(x, theta, epsilon)
    return abs(grad - approximate) / abs(approximate)


@gradient_check.mistake(
    "This is the numerical gradient itself. Return how far the two gradients are apart."
)
def returns_the_approximation(x, theta, epsilon=1e-7, print_msg=False):
    return _slopes(x, theta, epsilon)[1]


@gradient_check.mistake(
    "A verdict came back where the difference itself is asked for, as a number."
)
def returns_a_verdict(x, theta, epsilon=1e-7, print_msg=False):
    return bool(_relative(*_slopes(x, theta, epsilon)) < 2e-7)


@gradient_check.mistake(
    "Only the second cost is divided by 2ε. Put the difference of the costs in "
    "brackets."
)
def divides_the_second_only(x, theta, epsilon=1e-7, print_msg=False):
    up = forward_propagation(x, theta + epsilon)
    down = forward_propagation(x, theta - epsilon)
    return _relative(backward_propagation(x, theta), up - down / (2 * epsilon))


@gradient_check.mistake("It nudges x. The slope is that in theta.")
def nudges_x(x, theta, epsilon=1e-7, print_msg=False):
    up = forward_propagation(x + epsilon, theta)
    down = forward_propagation(x - epsilon, theta)
    return _relative(backward_propagation(x, theta), (up - down) / (2 * epsilon))


@gradient_check.mistake(
    "It uses a formula of its own. Call `forward_propagation` and "
    "`backward_propagation`: they are what is to be checked."
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
    grad, approximate = np.array(_slopes(x, theta, epsilon))
    difference = np.abs(approximate - grad) / (np.abs(approximate) + np.abs(grad))
    print("difference", difference)
    return np.array(difference)


@lab.check("gradient_check_n", points=6, seconds=20, floor=2e-7)
def gradient_check_n(rng):
    """Right slopes, slopes with one wrong layer or sign, and several nudges."""
    for m, epsilon, wrong in [(3, 1e-4, {}), (5, 0.2, {}), (4, 1e-4, {"dW2": 1.5})]:
        yield case(*_to_check(rng, m, wrong), epsilon=epsilon)
    yield case(*_to_check(rng, 6, {"db3": -2.0, "dW1": 0.5}))
    yield case(*_to_check(rng, 3, {"db1": 0.0}))


def _to_check(rng, m, wrong):
    X, Y, parameters = network_case(rng, (4, 5, 3, 1), m)
    grads = _backward(X, Y, ref.network(X, parameters)[1])
    slopes = {f"d{key}": grads[f"d{key}"] for key in parameters}
    # Wrong by a share and a bit, so that a slope of 0 becomes wrong as well.
    changed = {key: slopes[key] * share + 0.1 for key, share in wrong.items()}
    return parameters, slopes | changed, X, Y


def _vectors(parameters, gradients, X, Y, epsilon, spread=2.0, both=True):
    """The slopes as vectors: the given ones, and those by nudging."""
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
    "Right slopes look wrong by a third: the nudges are 2ε apart, so divide by 2ε."
)
def divides_by_one_nudge_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    return _norms(*_vectors(parameters, gradients, X, Y, epsilon, spread=1.0))


@gradient_check_n.mistake(
    "It nudges one way only. Both ways are far more exact: up and down."
)
def nudges_one_way_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    return _norms(*_vectors(parameters, gradients, X, Y, epsilon, 1.0, both=False))


@gradient_check_n.mistake(
    "The nudges add up: each number is nudged while those before it still are. Start "
    "from a fresh copy."
)
def nudges_add_up(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
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
    "Below the line stands the norm of the sum. Take the sum of the two norms."
)
def norm_of_the_sum(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = _vectors(parameters, gradients, X, Y, epsilon)
    return np.linalg.norm(grad - approximate) / np.linalg.norm(grad + approximate)


@gradient_check_n.mistake(
    "The squares were not rooted: a norm is the root of the sum of squares."
)
def squared_norms(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = _vectors(parameters, gradients, X, Y, epsilon)
    return np.sum((grad - approximate) ** 2) / (
        np.sum(grad**2) + np.sum(approximate**2)
    )


@gradient_check_n.mistake("The nudge you were given is not used. It is `epsilon`.")
def fixed_nudge_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    return _norms(*_vectors(parameters, gradients, X, Y, 1e-6))


@gradient_check_n.right
def check_n_by_dictionaries(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = [], []
    for key, values in parameters.items():
        for place in np.ndindex(values.shape):
            costs = []
            for sign in (1, -1):
                nudged = {name: value.copy() for name, value in parameters.items()}
                nudged[key][place] += sign * epsilon
                costs.append(ref.forward_propagation_n(X, Y, nudged)[0])
            approximate.append((costs[0] - costs[1]) / 2 / epsilon)
            grad.append(gradients["d" + key][place])
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
    why="dW3 is right, so dZ3 is; layer 2 is right, so dA2 and dZ2 are. dW1 and db1 "
    "share dZ1 only.",
    because={
        "A": "Two separate slips in dW1 and db1 would do it too, but with db3 that "
        "makes three wrong lines. There are two.",
        "B": "A wrong dZ3 would spoil dW3, and everything below.",
        "C": "A wrong dA2 would spoil dZ2, and with it layer 2.",
    },
)
