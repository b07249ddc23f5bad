"""Hidden tests of C3W1, metrics and priorities, and the mistakes they know."""

import math
from statistics import NormalDist

import numpy as np

from autograder.checks.check import Lab, case

lab = Lab("C3W1")
ref = lab.reference


# --- one number ----------------------------------------------------------------------


@lab.check("confusion_matrix", points=8)
def confusion_matrix(rng):
    """Few and many classes, classes that never occur, one example."""
    # "`n_classes`, always", "rows are true classes"; never symmetric, and the last of
    # the classes in use occurs
    for m, used, n_classes in [(30, 3, 3), (60, 4, 6), (200, 5, 5)]:
        y_true = y_pred = np.zeros(m, dtype=int)
        while np.array_equal(*_there_and_back(y_true, y_pred, n_classes)):
            y_true = rng.integers(0, used, m)
            y_true[0] = used - 1
            y_pred = np.where(rng.random(m) < 0.5, y_true, rng.integers(0, used, m))
        yield case(y_true, y_pred, n_classes)
    n_classes = int(rng.integers(4, 20))
    one, other = rng.permutation(n_classes - 1)[:2]
    yield case(np.array([one]), np.array([other]), n_classes)


def _there_and_back(y_true, y_pred, n_classes):
    counts = ref.confusion_matrix(y_true, y_pred, n_classes)
    return counts, counts.T


@confusion_matrix.mistake("Rows and columns are swapped: a row is a true class.")
def predictions_in_the_rows(y_true, y_pred, n_classes):
    return ref.confusion_matrix(y_pred, y_true, n_classes)


@confusion_matrix.mistake(
    "No entry is larger than 1. If an entry is indexed several times, `M[y_true, "
    "y_pred] += 1` adds to it only once."
)
def counts_once(y_true, y_pred, n_classes):
    counts = np.zeros((n_classes, n_classes), dtype=int)
    counts[y_true, y_pred] += 1
    return counts


@confusion_matrix.mistake(
    "The size depends on which labels happen to occur. It is `n_classes` in both "
    "directions."
)
def only_classes_that_occur(y_true, y_pred, n_classes):
    size = 1 + max(y_true.max(), y_pred.max())
    return ref.confusion_matrix(y_true, y_pred, n_classes)[:size, :size]


@confusion_matrix.mistake(
    "These are fractions of all examples. The matrix holds counts."
)
def gives_fractions(y_true, y_pred, n_classes):
    return ref.confusion_matrix(y_true, y_pred, n_classes) / len(y_true)


@confusion_matrix.mistake(
    "Each row sums to 1, so these are fractions of each true class. The matrix holds "
    "counts."
)
def gives_fractions_of_rows(y_true, y_pred, n_classes):
    counts = ref.confusion_matrix(y_true, y_pred, n_classes)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@confusion_matrix.mistake(
    "Only the diagonal is filled. Wrong predictions are counted as well, in the "
    "column of the predicted class."
)
def counts_the_right_only(y_true, y_pred, n_classes):
    counts = ref.confusion_matrix(y_true, y_pred, n_classes)
    return np.diag(np.diag(counts))


@confusion_matrix.mistake(
    "The diagonal is empty. Right predictions are counted as well."
)
def leaves_out_the_right_ones(y_true, y_pred, n_classes):
    counts = ref.confusion_matrix(y_true, y_pred, n_classes)
    return counts - np.diag(np.diag(counts))


@confusion_matrix.mistake(
    "All counts are 0. Was something added to a copy? `M[y_true]`, with an array as "
    "the index, is one."
)
def adds_to_a_copy(y_true, y_pred, n_classes):
    return np.zeros((n_classes, n_classes), dtype=int)


@confusion_matrix.mistake(
    "There are rows and columns only for the classes that occur. The matrix has "
    "`n_classes` of each, in the order of their numbers."
)
def classes_renumbered(y_true, y_pred, n_classes):
    labels = np.unique([y_true, y_pred])
    return ref.confusion_matrix(y_true, y_pred, n_classes)[np.ix_(labels, labels)]


@confusion_matrix.mistake(
    "Each column sums to 1, so these are fractions of each predicted class. The matrix "
    "holds counts."
)
def gives_fractions_of_columns(y_true, y_pred, n_classes):
    counts = ref.confusion_matrix(y_true, y_pred, n_classes)
    return counts / np.maximum(counts.sum(axis=0, keepdims=True), 1)


@confusion_matrix.right
def confusion_with_a_loop(y_true, y_pred, n_classes):
    counts = [[0] * n_classes for _ in range(n_classes)]
    for true, predicted in zip(y_true, y_pred, strict=True):
        counts[true][predicted] += 1
    return np.array(counts)


@confusion_matrix.right
def confusion_by_one_hot(y_true, y_pred, n_classes):
    return np.eye(n_classes)[y_true].T @ np.eye(n_classes, dtype=np.float32)[y_pred]


@lab.check("precision_recall_f1", points=10)
def precision_recall_f1(rng):
    """Rare and common ones; nothing called 1, nothing is 1, nothing found."""
    # As zeros are right in the last three kinds, there are many of the others.
    # Precision differs from recall, so that all kinds of means do, and from accuracy.
    for m in (12, 15, 20, 24, 28, 30, 35, 40, 45, 50, 55, 60):
        extra = wrong = found = 0
        while wrong * (found + extra) == extra * m:
            found, missed = (int(n) for n in rng.integers(2, m // 4, 2))
            extra = max(0, missed + int(rng.integers(1, 4)) * (1 if m % 2 else -1))
            wrong = missed + extra
        y_true = np.repeat([1, 0], [found + missed, m - found - missed])
        y_pred = np.repeat([1, 0, 1, 0], [found, missed, extra, m])[:m]
        order = rng.permutation(m)
        yield case(y_true[order], y_pred[order])
    m, n = (int(length) for length in rng.integers(8, 30, 2))
    some = rng.permutation(np.arange(m) % 2)
    yield case(some, np.zeros(m, dtype=int))
    yield case(np.zeros(m, dtype=int), some)
    other = rng.permutation(np.arange(n) % 3)
    yield case((other == 0).astype(int), (other == 1).astype(int))


def _counts(y_true, y_pred):
    found = np.sum((y_true == 1) & (y_pred == 1))
    return found, np.sum(y_pred == 1), np.sum(y_true == 1)


def _scores(y_true, y_pred, mean):
    P, R, _ = ref.precision_recall_f1(y_true, y_pred)
    return P, R, mean(P, R)


@precision_recall_f1.mistake(
    "Precision and recall are swapped. Precision looks at the items *predicted* to be "
    "1."
)
def precision_is_recall(y_true, y_pred):
    P, R, F1 = ref.precision_recall_f1(y_true, y_pred)
    return R, P, F1


@precision_recall_f1.mistake(
    "F1 is the arithmetic mean of the two. The harmonic mean lies closer to the "
    "smaller one."
)
def arithmetic_mean(y_true, y_pred):
    return _scores(y_true, y_pred, lambda P, R: (P + R) / 2)


@precision_recall_f1.mistake(
    "F1 is the geometric mean, the root of the product. It should be the harmonic mean."
)
def geometric_mean(y_true, y_pred):
    return _scores(y_true, y_pred, lambda P, R: math.sqrt(P * R))


@precision_recall_f1.mistake(
    "F1 is half of what it should be. Compare it with the formula, factor by factor."
)
def half_f1(y_true, y_pred):
    return _scores(y_true, y_pred, lambda P, R: P * R / (P + R) if P + R else 0.0)


@precision_recall_f1.mistake(
    "A fraction 0/0 came out as nan. Where nothing is predicted as 1, or no label is "
    "1, the answer is 0.0."
)
def nan_where_undefined(y_true, y_pred):
    found, called, true = map(float, _counts(y_true, y_pred))
    P = found / called if called else float("nan")
    R = found / true if true else float("nan")
    return P, R, 2 * P * R / (P + R) if P + R else float("nan")


@precision_recall_f1.mistake(
    "It divides by zero. There may be no 1 among the predictions or among the true "
    "labels: test for that before dividing."
)
def divides_without_asking(y_true, y_pred):
    found, called, true = map(int, _counts(y_true, y_pred))
    P, R = found / called, found / true
    return P, R, 2 * P * R / (P + R)


@precision_recall_f1.mistake(
    "The first number is the accuracy: it also counts zeros that were predicted as 0. "
    "Precision looks only at predictions of 1."
)
def accuracy_for_precision(y_true, y_pred):
    _, R, F1 = ref.precision_recall_f1(y_true, y_pred)
    return float(np.mean(y_true == y_pred)), R, F1


@precision_recall_f1.mistake(
    "It looks for zeros. Count the true ones and the predicted ones."
)
def looks_for_zeros(y_true, y_pred):
    return ref.precision_recall_f1(1 - y_true, 1 - y_pred)


@precision_recall_f1.mistake(
    "Precision and recall are equal: both are divided by the number of all examples. "
    "Read in the formulas what each of them is a fraction of."
)
def fractions_of_all_examples(y_true, y_pred):
    found, _, _ = _counts(y_true, y_pred)
    share = float(found) / len(y_true)
    return share, share, share


@precision_recall_f1.mistake(
    "The first number is the accuracy: it also counts zeros that were predicted as 0. "
    "Precision looks only at predictions of 1, and F1 follows from it."
)
def f1_from_accuracy(y_true, y_pred):
    P, R = float(np.mean(y_true == y_pred)), ref.precision_recall_f1(y_true, y_pred)[1]
    return P, R, 2 * P * R / (P + R) if P + R else 0.0


@precision_recall_f1.mistake(
    "Where a fraction is 0/0 the answer is 1. The statement asks for 0.0."
)
def one_where_undefined(y_true, y_pred):
    found, called, true = _counts(y_true, y_pred)
    P = float(found / called) if called else 1.0
    R = float(found / true) if true else 1.0
    return P, R, float(2 * P * R / (P + R)) if found else 0.0


@precision_recall_f1.mistake(
    "Where nothing is predicted as 1, the precision is 1. The statement asks for 0.0."
)
def precision_one_where_undefined(y_true, y_pred):
    P, R, F1 = ref.precision_recall_f1(y_true, y_pred)
    return (P if np.any(y_pred == 1) else 1.0), R, F1


@precision_recall_f1.mistake(
    "F1 is the smaller of the two. The harmonic mean lies between them, closer to the "
    "smaller one."
)
def smaller_of_the_two(y_true, y_pred):
    return _scores(y_true, y_pred, min)


@precision_recall_f1.mistake(
    "Recall is the fraction of all examples that are right, the accuracy. It should be "
    "the fraction of the true ones that were found."
)
def accuracy_for_recall(y_true, y_pred):
    P, R = ref.precision_recall_f1(y_true, y_pred)[0], float(np.mean(y_true == y_pred))
    return P, R, 2 * P * R / (P + R) if P else 0.0


@precision_recall_f1.right
def scores_with_a_loop(y_true, y_pred):
    found = called = true = 0
    for is_one, is_called in zip(y_true, y_pred, strict=True):
        found += is_one * is_called
        called += is_called
        true += is_one
    P = found / called if called else 0.0
    R = found / true if true else 0.0
    return P, R, (2 * P * R / (P + R) if found else 0.0)


@precision_recall_f1.right
def scores_from_counts(y_true, y_pred):
    found, called, true = map(np.float32, _counts(y_true, y_pred))
    return (
        found / max(called, 1),
        found / max(true, 1),
        2 * found / max(called + true, 1),
    )


lab.concept(
    "one_number",
    points=2,
    answer="B",
    why="F1 is 0.795 for B; 0.762 for A, 0.788 for C, 0.571 for D.",
    because={
        "A": "Its arithmetic mean, 0.805, is the highest. F1 is the harmonic mean: "
        "0.762, held down by a recall of 0.62.",
        "C": "Its recall is high, but F1 is 0.788, and another detector has 0.795. "
        "Choosing it means steering by recall alone.",
        "D": "It is never wrong when it says shirt, but it misses 60 % of the shirts: "
        "F1 is 0.571.",
    },
)


# --- and the rest --------------------------------------------------------------------


@lab.check("rank_models", points=10)
def rank_models(rng):
    """Limits from above and below, one met exactly, no limits, nobody good enough."""
    # "at most, or at least, the limit", "meet all limits", "larger is better",
    # `None`; each table has names of its own, so that no name is right twice
    names = [f"model {number}" for number in rng.permutation(900)[:45] + 100]
    limits = [  # what is optimized, and for each limit: metric, sign, rank of the limit
        ("accuracy", [("ms", "<=", 2), ("recall", ">=", 2)]),  # model 3 is at both
        ("accuracy", [("ms", "<=", 1.5), ("recall", ">=", 2.5)]),
        ("accuracy", [("recall", ">=", 1.5), ("ms", "<=", 2.5)]),
        ("accuracy", []),
        ("accuracy", [("ms", "<=", -0.5)]),
        ("recall", [("accuracy", ">=", 4)]),  # model 4 is at it
        ("recall", [("accuracy", ">=", 1.5), ("ms", "<=", 2.5)]),
        ("accuracy", [("ms", "<=", 2.5)]),
        ("recall", [("ms", "<=", 3.5)]),  # the best of all meets the limit
    ]
    for k, (optimizing, wanted) in enumerate(limits):
        levels = {metric: _levels(rng) for metric in RANKS}
        models = {
            name: {metric: levels[metric][RANKS[metric][i]] for metric in RANKS}
            for i, name in enumerate(names[5 * k : 5 * k + 5])
        }
        satisficing = {
            metric: (sign, _level(levels[metric], rank))
            for metric, sign, rank in wanted
        }
        # Neither the first nor the last of the table is best, nor, in turn, the first
        # or the last of those that meet the limits.
        best = ref.rank_models(models, optimizing, satisficing)
        fit = [n for n in models if ref.rank_models({n: models[n]}, "ms", satisficing)]
        order, ends = [best], {best}
        while best in ends:
            order = rng.permutation(list(models)).tolist()
            ends = {order[0], order[-1]}
            if len(fit) > 1:
                ends.add([n for n in order if n in fit][-(k % 2)])
        yield case({name: models[name] for name in order}, optimizing, satisficing)


# For each metric the ranks of five models, from 0 for the smallest value: the fourth
# is the most accurate, and too slow; the third comes next.
RANKS = {"ms": [3, 1, 0, 2, 4], "accuracy": [0, 1, 2, 3, 4], "recall": [4, 3, 1, 2, 0]}


def _levels(rng):
    return [round(float(level), 2) for level in np.cumsum(rng.uniform(1, 9, 5))]


def _level(levels, rank):
    """A value of that rank; one and a half lies between two values."""
    lower = levels[math.floor(rank)] if rank >= 0 else 0.0
    return (lower + levels[math.ceil(rank)]) / 2


@rank_models.mistake(
    "The limits are not used. First rule out every model that violates one of them."
)
def ignores_limits(table, optimizing, satisficing):
    return ref.rank_models(table, optimizing, {})


@rank_models.mistake(
    "A model exactly on a limit is ruled out. `<=` and `>=` include the limit."
)
def throws_out_the_limit(table, optimizing, satisficing):
    moved = {
        name: (sign, limit - 1e-9 if sign == "<=" else limit + 1e-9)
        for name, (sign, limit) in satisficing.items()
    }
    return ref.rank_models(table, optimizing, moved)


@rank_models.mistake("Only the first limit counts. A model has to meet all of them.")
def first_limit_only(table, optimizing, satisficing):
    return ref.rank_models(table, optimizing, dict(list(satisficing.items())[:1]))


@rank_models.mistake(
    "Every limit is treated as an upper limit. Look at the sign: it may be `>=`."
)
def all_are_upper_limits(table, optimizing, satisficing):
    upper = {name: ("<=", limit) for name, (_, limit) in satisficing.items()}
    return ref.rank_models(table, optimizing, upper)


@rank_models.mistake(
    "It returns the worst of the models that meet the limits. Larger is better."
)
def takes_the_smallest(table, optimizing, satisficing):
    turned = {name: {**row, "turned": -row[optimizing]} for name, row in table.items()}
    return ref.rank_models(turned, "turned", satisficing)


@rank_models.mistake(
    "A model that meets only one of the limits is accepted. It has to meet all of them."
)
def one_limit_is_enough(table, optimizing, satisficing):
    if not satisficing:
        return ref.rank_models(table, optimizing, {})
    found = [
        ref.rank_models(table, optimizing, {metric: limit})
        for metric, limit in satisficing.items()
    ]
    found = [name for name in found if name is not None]
    return max(found, key=lambda name: table[name][optimizing], default=None)


@rank_models.mistake(
    "It returns all models that meet the limits. Return the best of them."
)
def returns_all_that_fit(table, optimizing, satisficing):
    return [
        name
        for name, row in table.items()
        if ref.rank_models({name: row}, optimizing, satisficing)
    ]


@rank_models.mistake("That is the value of the metric. Return the name of the model.")
def returns_the_value(table, optimizing, satisficing):
    name = ref.rank_models(table, optimizing, satisficing)
    return name and table[name][optimizing]


@rank_models.mistake(
    "It fails where no model meets the limits: there is nothing to take the largest "
    "of. Return None in that case."
)
def fails_without_candidates(table, optimizing, satisficing):
    name = ref.rank_models(table, optimizing, satisficing)
    return max([n for n in [name] if n is not None])


@rank_models.mistake(
    "Among the models that meet the limits it takes the one whose name comes last in "
    "the alphabet: `max` compares names unless it is given a `key`."
)
def last_by_name(table, optimizing, satisficing):
    return max(returns_all_that_fit(table, optimizing, satisficing), default=None)


@rank_models.mistake("The value was returned beside the name. Return the name alone.")
def returns_name_and_value(table, optimizing, satisficing):
    name = ref.rank_models(table, optimizing, satisficing)
    return name and (name, table[name][optimizing])


@rank_models.mistake(
    "Where no model meets the limits it returns the best of all models. There is no "
    "answer then: return None."
)
def best_of_all_instead_of_none(table, optimizing, satisficing):
    name = ref.rank_models(table, optimizing, satisficing)
    return ref.rank_models(table, optimizing, {}) if name is None else name


@rank_models.mistake(
    "It looks only at the best model of all, and returns None if that one violates a "
    "limit. Rule out models first, then choose among the others."
)
def best_or_none(table, optimizing, satisficing):
    best = ref.rank_models(table, optimizing, {})
    return ref.rank_models({best: table[best]}, optimizing, satisficing)


@rank_models.mistake("Limits with `>=` are not used. Both signs occur.")
def upper_limits_only(table, optimizing, satisficing):
    upper = {name: pair for name, pair in satisficing.items() if pair[0] == "<="}
    return ref.rank_models(table, optimizing, upper)


@rank_models.mistake(
    "It returns the first model that meets the limits. Look at all of them, and take "
    "the best."
)
def first_that_fits(table, optimizing, satisficing):
    return next(iter(returns_all_that_fit(table, optimizing, satisficing)), None)


@rank_models.mistake(
    "The signs are reversed: it keeps the models that violate the limits. `<=` means "
    "at most the limit."
)
def reverses_the_signs(table, optimizing, satisficing):
    turned = {"<=": ">=", ">=": "<="}
    reversed_limits = {n: (turned[s], v) for n, (s, v) in satisficing.items()}
    return ref.rank_models(table, optimizing, reversed_limits)


@rank_models.mistake(
    "It returns the last model that meets the limits. Keep the best one so far, not "
    "the latest."
)
def last_that_fits(table, optimizing, satisficing):
    return (returns_all_that_fit(table, optimizing, satisficing) or [None])[-1]


@rank_models.right
def rank_with_a_loop(table, optimizing, satisficing):
    best = None
    for name, row in table.items():
        for metric, (sign, limit) in satisficing.items():
            if sign == "<=" and row[metric] > limit:
                break
            if sign == ">=" and row[metric] < limit:
                break
        else:
            if best is None or row[optimizing] > table[best][optimizing]:
                best = name
    return best


@rank_models.right
def rank_by_sorting(table, optimizing, satisficing):
    for name in sorted(table, key=lambda n: -table[n][optimizing]):
        signs = {"<=": 1, ">=": -1}
        if all(
            signs[s] * table[name][m] <= signs[s] * v
            for m, (s, v) in satisficing.items()
        ):
            return name
    return None


lab.concept(
    "which_to_ship",
    points=2,
    answer="D",
    why="C and D meet both limits, and D has the smaller error. That it is exactly on "
    "both limits does not matter: good enough is good enough.",
    because={
        "A": "It has the smallest error, but takes 9 ms where the belt allows 5, and "
        "needs 400 kB.",
        "B": "It is fast enough, but 160 kB do not fit on a chip of 150 kB. A limit "
        "missed by a little is missed.",
        "C": "It is the fastest and smallest, but once the limits are met, time and "
        "memory no longer count, and its error is larger than D's.",
    },
)


# --- what the shop wants -------------------------------------------------------------


@lab.check("weighted_error", points=8)
def weighted_error(rng):
    """A class that counts more, weights of any size, zeros, integers, one example."""
    # "not all 0", "a float between 0 and 1"; the weighted error is neither the plain
    # one nor its opposite
    for m, classes in [(40, 3), (25, 10)]:
        for weigh in (
            lambda labels: np.where(labels == 1, 10.0, 1.0),
            lambda labels: rng.random(len(labels)) * 3,
        ):
            near = True
            while near:
                y_true = rng.integers(0, classes, m)
                y_pred = rng.integers(0, classes, m)
                y_pred = np.where(rng.random(m) < 0.6, y_true, y_pred)
                y_true[:3], y_pred[:3] = (0, 1, 2), (2, 1, 2)
                weights = weigh(y_true)
                error = ref.weighted_error(y_true, y_pred, weights)
                plain = np.mean(y_true != y_pred)
                near = min(abs(error - plain), abs(error - 0.5)) < 0.01
            yield case(y_true, y_pred, weights)
    a, b, c = (int(weight) for weight in rng.integers(1, 90, 3))
    yield case(
        np.array([1, 0, 2, 3]), np.array([1, 2, 1, 3]), np.array([a + b, b, 0, c])
    )
    one, other = (int(label) for label in rng.integers(0, 4, 2))
    yield case(np.array([one]), np.array([one + 2 + other]), rng.uniform(0.5, 4, 1))


@weighted_error.mistake(
    "It is divided by the number of examples. Divide by the sum of the weights, so "
    "that the result stays between 0 and 1."
)
def divides_by_the_count(y_true, y_pred, weights):
    return float(np.sum(weights * (y_true != y_pred)) / len(y_true))


@weighted_error.mistake(
    "That is the weighted accuracy. Add up the weights of the wrong predictions."
)
def counts_the_right(y_true, y_pred, weights):
    return 1 - ref.weighted_error(y_true, y_pred, weights)


@weighted_error.mistake("The weights are not used: this is the plain error.")
def plain_error(y_true, y_pred, weights):
    return float(np.mean(y_true != y_pred))


@weighted_error.mistake(
    "The sum is not divided by anything. Divide by the sum of the weights."
)
def sums_only(y_true, y_pred, weights):
    return float(np.sum(weights * (y_true != y_pred)))


@weighted_error.mistake(
    "It is divided by the number of wrong predictions. Divide by the sum of all "
    "weights."
)
def mean_weight_of_the_wrong(y_true, y_pred, weights):
    wrong = y_true != y_pred
    return float(np.sum(weights * wrong) / max(np.sum(wrong), 1))


@weighted_error.mistake(
    "It counts how far apart the class numbers are. A prediction is either right or "
    "wrong."
)
def distance_of_labels(y_true, y_pred, weights):
    return float(np.sum(weights * np.abs(y_true - y_pred)) / np.sum(weights))


@weighted_error.mistake(
    "It is divided by the weight of the right predictions. Divide by the sum of all "
    "weights."
)
def wrong_against_right(y_true, y_pred, weights):
    wrong = y_true != y_pred
    with np.errstate(divide="ignore"):
        return float(np.sum(weights * wrong) / np.sum(weights * ~wrong))


@weighted_error.mistake("The weights are squared. Add them up as they are.")
def squared_weights(y_true, y_pred, weights):
    return ref.weighted_error(y_true, y_pred, weights**2)


@weighted_error.right
def weighted_average(y_true, y_pred, weights):
    return np.average((y_true != y_pred).astype(np.float32), weights=weights)


@weighted_error.right
def weighted_with_a_loop(y_true, y_pred, weights):
    lost = total = 0.0
    for true, predicted, weight in zip(y_true, y_pred, weights, strict=True):
        total += weight
        if true != predicted:
            lost += weight
    return lost / total


lab.concept(
    "change_what",
    points=2,
    answer="A",
    why="A metric that contradicts what the users want aims the whole team at the "
    "wrong target. Move the target first, then aim well again.",
    because={
        "B": "The shop loses twice as many coats with the first network as with the "
        "other. Keeping a number that hides this helps nobody. Metrics may be "
        "replaced when they no longer measure what you want.",
        "C": "Training goes where the metric points, and yours knows nothing of "
        "coats: the large CNN has a lower error than the small one and still "
        "loses 31 of 200 coats.",
        "D": "Right for today. But tomorrow's hundred experiments would still be "
        "ranked by the old metric, and the shop would have to veto each of them.",
    },
)

lab.concept(
    "whose_pictures",
    points=2,
    answer="C",
    why="They set the target, so they have to come from where you want to do well. "
    "What to train on is another question, and the catalogue may help there.",
    because={
        "A": "You would optimize for catalogue photos for months and be surprised at "
        "the end, like the team whose dense net beat the neighbours on black and "
        "lost to them on grey.",
        "B": "Belt images would be 4 % of both sets, so the average would hardly show "
        "that a network fails on all of them. Aim matters more than size.",
        "D": "The final verdict would be based on images that the classifier never "
        "meets at work.",
    },
)


# --- dev and test --------------------------------------------------------------------


@lab.check("choose_split", points=6)
def choose_split(rng):
    """A hundred to ten million, and both sides of the limit."""
    # hundreds, so that rounding to whole examples makes no difference below the limit
    for low, high in [
        (1, 90),
        (260, 490),
        (550, 900),
        (1500, 4000),
        (12_000, 20_000),
        (50_000, 100_000),
    ]:
        yield case(100 * int(rng.integers(low, high)))


@choose_split.mistake(
    "It is always 60/20/20: with ten million examples that holds out four million. "
    "Dev and test never need more than 10,000 each."
)
def always_sixty(n_examples):
    return 0.6, 0.2, 0.2


@choose_split.mistake(
    "It is always 98/1/1: of a hundred examples that leaves one for dev. Take 20 %, "
    "up to 10,000 examples."
)
def always_ninety_eight(n_examples):
    return 0.98, 0.01, 0.01


@choose_split.mistake(
    "Above 50,000 examples it is always 98/1/1. But 10,000 examples are one percent "
    "only if there are a million."
)
def jumps_to_ninety_eight(n_examples):
    return (0.6, 0.2, 0.2) if n_examples <= 50_000 else (0.98, 0.01, 0.01)


@choose_split.mistake("These are numbers of examples. Return fractions.")
def gives_numbers(n_examples):
    return tuple(fraction * n_examples for fraction in ref.choose_split(n_examples))


@choose_split.mistake(
    "The three do not add up to 1: both dev and test are taken away from training."
)
def takes_one_away(n_examples):
    _, dev, test = ref.choose_split(n_examples)
    return 1 - dev, dev, test


@choose_split.mistake(
    "Dev and test share the 10,000. The limit is 10,000 examples *each*."
)
def shares_the_limit(n_examples):
    held_out = min(0.2, 5_000 / n_examples)
    return 1 - 2 * held_out, held_out, held_out


@choose_split.mistake(
    "It changes from 20 % to a fixed number at the wrong size: 20 % of n reach 10,000 "
    "examples at n = 50,000."
)
def jumps_too_early(n_examples):
    held_out = 0.2 if n_examples <= 10_000 else min(0.2, 2_000 / n_examples)
    return 1 - 2 * held_out, held_out, held_out


@choose_split.mistake("These are percentages. Return fractions between 0 and 1.")
def gives_percentages(n_examples):
    return tuple(100 * fraction for fraction in ref.choose_split(n_examples))


@choose_split.mistake(
    "Dev and test are at least 20 % instead of at most 20 %. Which of the two limits "
    "is the smaller one?"
)
def takes_the_larger_limit(n_examples):
    held_out = max(0.2, 10_000 / n_examples)
    return 1 - 2 * held_out, held_out, held_out


@choose_split.mistake(
    "The training set is always 60 %, so for many examples the three do not add up to "
    "1. It gets all that dev and test leave."
)
def training_stays_at_sixty(n_examples):
    return 0.6, *ref.choose_split(n_examples)[1:]


@choose_split.mistake("The order is wrong. Return training, dev, test.")
def training_last(n_examples):
    train, dev, test = ref.choose_split(n_examples)
    return dev, test, train


@choose_split.mistake(
    "It is 60/20/20 below some size and 98/1/1 above it. The fractions shrink "
    "gradually, as soon as 20 % would be more than 10,000 examples."
)
def jumps_at_a_million(n_examples):
    return (0.98, 0.01, 0.01) if n_examples >= 1_000_000 else (0.6, 0.2, 0.2)


@choose_split.mistake(
    "Numbers of examples and fractions are mixed: 20 % of the examples are compared "
    "with 10,000, but the result is used as a fraction."
)
def mixes_numbers_and_fractions(n_examples):
    held_out = min(0.2 * n_examples, 10_000)
    return 1 - 2 * held_out, held_out, held_out


@choose_split.mistake(
    "Dev and test never fall below 1 %. With more than a million examples, 10,000 are "
    "less than that."
)
def at_least_one_percent(n_examples):
    held_out = max(0.01, min(0.2, 10_000 / n_examples))
    return 1 - 2 * held_out, held_out, held_out


@choose_split.right
def split_by_cases(n_examples):
    if n_examples <= 50_000:
        return [0.6, 0.2, 0.2]
    held_out = 10_000 / n_examples
    return [1 - held_out - held_out, held_out, held_out]


@choose_split.right
def split_by_numbers(n_examples):
    dev = min(n_examples / 5, 10_000)
    train = n_examples - 2 * dev
    return tuple(np.float32([train, dev, dev]) / n_examples)


@lab.check("dev_set_size", points=10, driver="counted")
def dev_set_size(rng):
    """Large and small differences, several confidences, the usual one."""
    # "the smallest whole m", "an int", "two-sided"; no confidence is near the usual one
    for low, high in [(0.08, 0.12), (0.2, 0.3), (0.011, 0.013)]:
        yield case(_rounded_up(rng, low, high, 0.95))
    for low, high in [(0.98, 0.995), (0.7, 0.8), (0.85, 0.9)]:
        confidence = float(rng.uniform(low, high))
        yield case(_rounded_up(rng, 0.04, 0.15, confidence), confidence)
    # here rounding to the nearest is right, which tells it from rounding down
    yield case(_rounded_up(rng, 0.04, 0.15, 0.95, (0.6, 0.9)))


def _rounded_up(rng, low, high, confidence, part_of_one=(0.1, 0.4)):
    """A difference whose size has such a part beyond a whole number."""
    part = 1.0
    while not part_of_one[0] < part < part_of_one[1]:
        difference = float(rng.uniform(low, high))
        part = _z((1 + confidence) / 2) ** 2 / (2 * difference**2) % 1
    return difference


def _z(probability):
    return NormalDist().inv_cdf(probability)


@dev_set_size.mistake(
    "This z leaves all of the doubt on one side. At 95 % confidence, 2.5 % lie on "
    "each side, so z belongs to 97.5 %."
)
def one_sided(error_difference, confidence=0.95):
    return math.ceil(_z(confidence) ** 2 / (2 * error_difference**2))


@dev_set_size.mistake(
    "That is for one classifier. Two errors are measured, and their variances add."
)
def one_classifier(error_difference, confidence=0.95):
    return math.ceil(_z((1 + confidence) / 2) ** 2 / (4 * error_difference**2))


@dev_set_size.mistake("It is one example short because it was rounded down. Round up.")
def rounds_down(error_difference, confidence=0.95):
    return int(_z((1 + confidence) / 2) ** 2 / (2 * error_difference**2))


@dev_set_size.mistake(
    "The number is right, but it is a float, which cannot be the size of an array. "
    "Return an int."
)
def size_as_a_float(error_difference, confidence=0.95):
    return float(ref.dev_set_size(error_difference, confidence))


@dev_set_size.mistake(
    "It is not rounded, but only whole examples can be collected. Round up, to an int."
)
def does_not_round(error_difference, confidence=0.95):
    return _z((1 + confidence) / 2) ** 2 / (2 * error_difference**2)


@dev_set_size.mistake(
    "It asks for twice as many examples as needed. How large is the variance of a "
    "*difference* at most?"
)
def twice_as_many(error_difference, confidence=0.95):
    return math.ceil(_z((1 + confidence) / 2) ** 2 / error_difference**2)


@dev_set_size.mistake(
    "The difference is not squared: to detect half the difference takes four times as "
    "many examples."
)
def without_the_square(error_difference, confidence=0.95):
    return math.ceil(_z((1 + confidence) / 2) ** 2 / (2 * error_difference))


@dev_set_size.mistake("z is not squared. Solve z √(1 / 2m) = d for m.")
def z_without_the_square(error_difference, confidence=0.95):
    return math.ceil(_z((1 + confidence) / 2) / (2 * error_difference**2))


@dev_set_size.mistake("The confidence is not used: z is 1.96 for 95 % only.")
def always_95(error_difference, confidence=0.95):
    return ref.dev_set_size(error_difference, 0.95)


@dev_set_size.mistake(
    "It is rounded to the nearest whole number, which may be one too few. Round up."
)
def rounds_to_the_nearest(error_difference, confidence=0.95):
    return round(_z((1 + confidence) / 2) ** 2 / (2 * error_difference**2))


@dev_set_size.mistake(
    "z is a probability: `cdf` turns z into a probability. You need the inverse."
)
def cdf_for_its_inverse(error_difference, confidence=0.95):
    z = NormalDist().cdf((1 + confidence) / 2)
    return math.ceil(z**2 / (2 * error_difference**2))


@dev_set_size.mistake(
    "z belongs to 1 minus half of the confidence. Half of the *doubt* lies on each "
    "side: how much of the distribution is below z?"
)
def half_of_the_confidence(error_difference, confidence=0.95):
    return math.ceil(_z(1 - confidence / 2) ** 2 / (2 * error_difference**2))


@dev_set_size.mistake(
    "It is multiplied by the squared difference, so small differences need few "
    "examples. `a / 2 * d**2` is not `a / (2 * d**2)`."
)
def multiplies_by_the_square(error_difference, confidence=0.95):
    return math.ceil(_z((1 + confidence) / 2) ** 2 / 2 * error_difference**2)


@dev_set_size.right
def size_by_bisection(error_difference, confidence=0.95):
    low, high = 0.0, 40.0
    for _ in range(80):
        z = (low + high) / 2
        low, high = (z, high) if math.erf(z / math.sqrt(2)) < confidence else (low, z)
    return int(np.ceil(0.5 * (high / error_difference) ** 2))


@dev_set_size.right
def size_from_the_other_tail(error_difference, confidence=0.95):
    z = -_z((1 - confidence) / 2)
    return np.ceil((z / error_difference) ** 2 / 2).astype(int)


lab.concept(
    "how_many",
    points=2,
    answer=4802,
    why="1.96² / (2 · 0.02²) = 4801.8.",
    because={
        2401: "That is for one classifier; here the errors of two are uncertain.",
        3382: "z = 1.645 leaves 5 % on one side. Two-sided, z is 1.96.",
        4801: "Round up: with one image fewer it is not quite enough.",
        9604: "The variance of a measured error is at most 1/(4m); of two, 1/(2m).",
        19208: "That is for 1 %. Twice the difference takes a quarter of the images.",
        193: "That is for a difference of 10 %; this one is 2 %.",
        97: "The difference has to be squared.",
    },
)

lab.concept(
    "is_it_better",
    points=2,
    answer="B",
    why="A difference of 0.4 %, two images, is far below the 6.2 % that your formula "
    "asks for with 500 images. Nothing is decided yet.",
    because={
        "A": "They differ by two images of 500. By your formula 500 images tell only "
        "6.2 % apart in the worst case; with 500 other images, A might lead by "
        "two.",
        "C": "Seeing no clear difference does not prove that there is none: 0.4 % may "
        "well be true, and with more images it will show.",
        "D": "Nothing here says so. Choosing between two hardly overfits a dev set; "
        "choosing among hundreds does.",
    },
)

lab.concept(
    "too_good",
    points=2,
    answer="D",
    why="Three hundred choices were made on those 500 images, and none on the test "
    "set. A gap between two sets from one source shows overfitting to the dev set.",
    because={
        "A": "Variance is the gap from training to dev. This gap lies between dev and "
        "test, and more training images would not renew the 500 dev images.",
        "B": "Avoidable bias is the gap between human and training error, and neither "
        "is mentioned here.",
        "C": "Both come from one source, and between two sets of 500 chance explains "
        "a difference of about 3 % at these errors, not 5 %. And an average that "
        "includes the dev set is no longer a test.",
    },
)


# --- how good could it be ------------------------------------------------------------


@lab.check("bayes_error_proxy", points=4)
def bayes_error_proxy(rng):
    """The best first, last and in between; one person alone; nobody makes mistakes."""
    people = ["passer-by", "apprentice", "tailor", "two tailors", "customer"]
    for best in (0, 2, 4):
        errors = rng.uniform(0.08, 0.4, 5)
        errors[best] = rng.uniform(0.01, 0.05)
        yield case({who: float(e) for who, e in zip(people, errors, strict=True)})
    alone = str(rng.choice(people))
    yield case({alone: float(rng.uniform(0.02, 0.2))})
    high, low = (float(e) for e in rng.uniform([0.2, 0.05], [0.4, 0.1]))
    yield case({"customer": high, "tailor": low, "all together": 0.0})


@bayes_error_proxy.mistake(
    "That is the largest error. The smallest one is the closest to the Bayes error."
)
def takes_the_worst(human_errors):
    who = max(human_errors, key=human_errors.get)
    return who, human_errors[who]


@bayes_error_proxy.mistake(
    "It averages the errors. One person with 3 % proves that the Bayes error is at "
    "most 3 %, however many others do worse."
)
def takes_the_mean(human_errors):
    who = min(human_errors, key=human_errors.get)
    return who, sum(human_errors.values()) / len(human_errors)


@bayes_error_proxy.mistake(
    "Only the error was returned. Return the name as well, and first."
)
def error_alone(human_errors):
    return min(human_errors.values())


@bayes_error_proxy.mistake("Only the name was returned. Return the error as well.")
def name_alone(human_errors):
    return min(human_errors, key=human_errors.get)


@bayes_error_proxy.mistake(
    "It takes the name that is first in the alphabet: `min` of a dictionary compares "
    "its keys. Compare the errors."
)
def first_by_name(human_errors):
    who = min(human_errors)
    return who, human_errors[who]


@bayes_error_proxy.mistake(
    "The two are swapped: return the name first, then the error."
)
def error_first(human_errors):
    return ref.bayes_error_proxy(human_errors)[::-1]


@bayes_error_proxy.mistake(
    "It returns a dictionary. Return two values: the name, then the error."
)
def proxy_as_a_dictionary(human_errors):
    who, error = ref.bayes_error_proxy(human_errors)
    return {who: error}


@bayes_error_proxy.mistake(
    "It returns someone in the middle. The Bayes error is the lowest possible error, "
    "so the best is the proxy."
)
def closest_to_the_average(human_errors):
    mean = sum(human_errors.values()) / len(human_errors)
    who = min(human_errors, key=lambda name: abs(human_errors[name] - mean))
    return who, human_errors[who]


@bayes_error_proxy.mistake(
    "It returns someone in the middle. The Bayes error is the lowest possible error, "
    "so the best is the proxy."
)
def takes_the_median(human_errors):
    return sorted(human_errors.items(), key=lambda pair: pair[1])[
        len(human_errors) // 2
    ]


@bayes_error_proxy.right
def proxy_by_sorting(human_errors):
    return sorted(human_errors.items(), key=lambda pair: pair[1])[0]


@bayes_error_proxy.right
def proxy_with_a_loop(human_errors):
    best = None
    for who, error in human_errors.items():
        if best is None or error < best[1]:
            best = [who, np.float32(error)]
    return tuple(best)


@lab.check("bias_variance_report", points=8)
def bias_variance_report(rng):
    """Bias, variance, both alike, better than people, better on dev than training."""
    # "floats with their signs", "whichever is larger (bias, if equal)"
    human, gap = (int(n) / 64 for n in rng.integers(1, 16, 2))  # exact in binary
    yield case(human, human + gap, human + 2 * gap)
    kinds = [  # the least and the most that a gap may be
        ([0.05, 0.01], [0.2, 0.04]),
        ([0.002, 0.01], [0.006, 0.05]),
        ([-0.03, 0.003], [-0.015, 0.01]),  # better than people
        ([0.02, -0.02], [0.05, -0.004]),  # better on dev than on training
        ([0.02, 0.06], [0.05, 0.2]),
        ([0.06, 0.02], [0.2, 0.05]),
    ]
    for lowest, highest in kinds:
        human = float(rng.uniform(0.03, 0.06))
        bias, variance = (float(gap) for gap in rng.uniform(lowest, highest))
        yield case(human, human + bias, human + bias + variance)


def _report(bias, variance, larger=True):
    focus = "bias" if (bias >= variance) == larger else "variance"
    return {"avoidable_bias": bias, "variance": variance, "focus": focus}


@bias_variance_report.mistake(
    "The bias is the whole training error. Only the part above the human error is "
    "avoidable."
)
def bias_from_zero(human_error, train_error, dev_error):
    return _report(train_error, dev_error - train_error)


@bias_variance_report.mistake(
    "The variance starts at the human error. It is the gap from training to dev."
)
def variance_from_people(human_error, train_error, dev_error):
    return _report(train_error - human_error, dev_error - human_error)


@bias_variance_report.mistake(
    "A sign is lost. A network that is better than people has a negative gap, and you "
    "will want to know."
)
def loses_the_sign(human_error, train_error, dev_error):
    return _report(abs(train_error - human_error), abs(dev_error - train_error))


@bias_variance_report.mistake(
    "Negative gaps became 0. Keep the sign: it says that people are no longer a proxy."
)
def clips_at_zero(human_error, train_error, dev_error):
    bias, variance = train_error - human_error, dev_error - train_error
    return _report(max(bias, 0.0), max(variance, 0.0))


@bias_variance_report.mistake(
    "The signs are reversed: each gap is the later error minus the earlier one."
)
def turns_the_signs(human_error, train_error, dev_error):
    return _report(human_error - train_error, train_error - dev_error)


@bias_variance_report.mistake("The focus is on the smaller gap. Take the larger one.")
def focus_on_the_smaller(human_error, train_error, dev_error):
    return _report(train_error - human_error, dev_error - train_error, larger=False)


@bias_variance_report.mistake("Where both gaps are equal, the focus should be on bias.")
def tie_goes_to_variance(human_error, train_error, dev_error):
    bias, variance = train_error - human_error, dev_error - train_error
    return _report(bias, variance) | {
        "focus": "bias" if bias > variance else "variance"
    }


@bias_variance_report.mistake(
    "The focus is on a negative gap, chosen for its size. Compare the gaps with their "
    "signs."
)
def focus_by_size(human_error, train_error, dev_error):
    bias, variance = train_error - human_error, dev_error - train_error
    larger = "bias" if abs(bias) >= abs(variance) else "variance"
    return _report(bias, variance) | {"focus": larger}


@bias_variance_report.mistake(
    'The focus is the name of a key. It should be one of two words, "bias" or '
    '"variance".'
)
def focus_by_key(human_error, train_error, dev_error):
    said = ref.bias_variance_report(human_error, train_error, dev_error)
    return said | {"focus": said["focus"].replace("bias", "avoidable_bias")}


@bias_variance_report.mistake(
    "The variance is the whole dev error. It is the gap from training to dev."
)
def variance_from_nothing(human_error, train_error, dev_error):
    return _report(train_error - human_error, dev_error)


@bias_variance_report.mistake(
    "The values come without their names. Return a dictionary with the keys "
    "`avoidable_bias`, `variance` and `focus`."
)
def report_without_names(human_error, train_error, dev_error):
    return tuple(ref.bias_variance_report(human_error, train_error, dev_error).values())


@bias_variance_report.mistake(
    "The focus compares training and dev error. Compare the two gaps."
)
def focus_compares_errors(human_error, train_error, dev_error):
    said = ref.bias_variance_report(human_error, train_error, dev_error)
    return said | {"focus": "bias" if train_error >= dev_error else "variance"}


@bias_variance_report.right
def report_by_differences(human_error, train_error, dev_error):
    gaps = np.diff(np.array([human_error, train_error, dev_error]))
    return {
        "focus": ["bias", "variance"][int(np.argmax(gaps))],
        "avoidable_bias": gaps[0],
        "variance": gaps[1],
    }


@bias_variance_report.right
def report_in_float32(human_error, train_error, dev_error):
    bias = np.float32(train_error - human_error)
    variance = np.float32(dev_error - train_error)
    focus = "variance" if variance > bias else "bias"
    return {"avoidable_bias": bias, "variance": variance, "focus": focus, "dev": 1.0}


lab.concept(
    "how_much_bias",
    points=2,
    answer=5,
    why="8 % minus the 3 % of the panel, the lowest human error.",
    because={
        8: "That assumes that people make no mistakes. Even the panel has an error of "
        "3 %, and some images cannot be classified by anyone.",
        3: "That is the variance, dev minus training (or the proxy itself).",
        -1: "That is measured from the shift leader. The panel did better, so 9 % "
        "cannot be the lowest possible error.",
        1: "That is the distance to the shift leader, without its sign. Who did best?",
        9: "That is the shift leader's error, not a gap. Which gap is avoidable?",
        -8: "That is measured from the voters, but others did better.",
        -9: "That is measured from the voters, but others did better.",
    },
)

lab.concept(
    "beyond_human",
    points=2,
    answer="C",
    why="Your own network is now the best proof: 3.5 % on unseen images can be "
    "reached. Whether the Bayes error is 3.4 % or 0.5 %, nobody has shown.",
    because={
        "A": "It would be zero if the Bayes error were 3.1 %. But that is only what "
        "your network reaches; with a Bayes error of 1 %, a bias of 2 % could "
        "still be avoided.",
        "B": "4.0 % is what a panel reaches. Your network reaches 3.5 % on unseen "
        "images, so the Bayes error is lower; it does not take wrong labels to "
        "explain that.",
        "D": "0.9 % is how far it is *ahead* of the panel. An avoidable gap would "
        "have to be behind something.",
    },
)


# --- one knob at a time --------------------------------------------------------------


@lab.check("next_step", points=6, driver="steps")
def next_step(rng):
    """Each gap the largest, with and without a test gap; nothing wrong; ahead.

    There are four answers only, so each case asks for two different ones.
    """
    # "the largest of these gaps", "perhaps `test_gap`", "other entries that do not
    # count", "if none is larger than `NOISE`"
    noise = ref.NOISE

    def report(bias, variance, test=None):
        gaps = {"avoidable_bias": bias, "variance": variance}
        gaps["focus"] = "bias" if bias >= variance else "variance"
        gaps["dev_error"] = 0.3 + bias + variance  # larger than any gap
        return gaps if test is None else gaps | {"test_gap": test}

    def gap(low, high):
        return float(rng.uniform(low, high))

    def large():
        return gap(0.1, 0.2)

    def middle():
        return gap(0.03, 0.06)

    def little():
        return gap(0.0, 0.004)

    yield case([report(large(), middle()), report(middle(), large())])
    yield case([report(middle(), little(), large()), report(large(), middle())])
    yield case([report(little(), little()), report(little(), middle(), -large())])
    yield case([report(-large(), middle(), -little()), report(-large(), little())])
    yield case(
        [report(large(), little(), middle()), report(little(), large(), middle())]
    )
    yield case([report(noise, little() / 2), report(noise + little() + 1e-4, little())])
    yield case(
        [report(little(), middle(), large()), report(middle(), large(), little())]
    )


_FAMILIES = {
    "avoidable_bias": "fit the training set",
    "variance": "generalize better",
    "test_gap": "get a bigger dev set",
    "none": "rethink the metric or the dev set",
}


def _largest(report, names=("avoidable_bias", "variance", "test_gap"), noise=0.005):
    gaps = {name: report.get(name, 0.0) for name in names}
    name = max(gaps, key=gaps.get)
    return _FAMILIES[name if gaps[name] > noise else "none"]


@next_step.mistake(
    "The gap from dev to test is not looked at, though some reports contain it."
)
def ignores_the_test(report):
    return _largest(report, ("avoidable_bias", "variance"))


@next_step.mistake(
    "It names a remedy even where no gap is larger than `NOISE`. Then the metric and "
    "the dev set are what is left to question."
)
def always_turns_a_knob(report):
    return _largest(report, noise=-1.0)


@next_step.mistake(
    "A negative gap wins because of its size. Being ahead of people needs no remedy: "
    "compare the gaps with their signs."
)
def by_absolute_size(report):
    numbers = {k: abs(report.get(k, 0.0)) for k in _FAMILIES}
    return _largest(numbers)


@next_step.mistake(
    "It follows `focus`, which knows nothing of a test gap, nor of gaps too small to "
    "matter. Compare the numbers."
)
def follows_the_focus(report):
    return _FAMILIES["avoidable_bias" if report["focus"] == "bias" else "variance"]


@next_step.mistake(
    "A gap of exactly `NOISE` counts as a gap. It should count only if it is larger."
)
def noise_is_a_gap(report):
    return _largest(report, noise=0.005 - 1e-9)


@next_step.mistake(
    "The first gap above `NOISE` wins, even if a later one is larger. Take the largest."
)
def first_above_noise(report):
    for name in ("avoidable_bias", "variance", "test_gap"):
        if report.get(name, 0.0) > 0.005:
            return _FAMILIES[name]
    return _FAMILIES["none"]


@next_step.mistake("It names the remedy for the smallest gap. Take the largest.")
def treats_the_smallest(report):
    gaps = {k: report[k] for k in _FAMILIES if k in report}
    name = min(gaps, key=gaps.get)
    return _FAMILIES[name if max(gaps.values()) > 0.005 else "none"]


@next_step.mistake(
    "Bias and variance are swapped: a large avoidable bias means that the training "
    "set is not fitted well."
)
def swaps_the_remedies(report):
    swapped = {
        _FAMILIES["variance"]: _FAMILIES["avoidable_bias"],
        _FAMILIES["avoidable_bias"]: _FAMILIES["variance"],
    }
    said = _largest(report)
    return swapped.get(said, said)


@next_step.mistake("That is the name of the gap. Look it up in `FAMILIES`.")
def names_the_gap(report):
    said = _largest(report)
    return next(name for name, family in _FAMILIES.items() if family == said)


@next_step.mistake(
    "Other numbers of the report take part in the comparison. Only the three gaps "
    "count."
)
def compares_all_numbers(report):
    numbers = {k: v for k, v in report.items() if not isinstance(v, str)}
    name = max(numbers, key=numbers.get)
    family = name if numbers[name] > 0.005 else "none"
    return _FAMILIES.get(family, _FAMILIES["none"])


@next_step.mistake(
    "A test gap above `NOISE` wins, even if another gap is larger. Take the largest."
)
def test_gap_first(report):
    if report.get("test_gap", 0.0) > 0.005:
        return _FAMILIES["test_gap"]
    return _largest(report)


@next_step.right
def step_by_comparing(report):
    bias, variance = report["avoidable_bias"], report["variance"]
    test = report.get("test_gap", 0)
    top = max(bias, variance, test)
    if top <= 0.005:
        return "rethink the metric or the dev set"
    if top == bias:
        return "fit the training set"
    return "generalize better" if top == variance else "get a bigger dev set"


@next_step.right
def step_by_sorting(report):
    names = [name for name in _FAMILIES if report.get(name, -1) > 0.005]
    names.sort(key=lambda name: report[name])
    return _FAMILIES[names[-1] if names else "none"]


lab.concept(
    "early_stopping",
    points=2,
    answer="A",
    why="In the figure early stopping lowers the gap and raises the training error: "
    "two questions, one knob.",
    because={
        "B": "It needs a dev set to watch, but not a larger one than other forms of "
        "regularization.",
        "C": "Your runs with four epochs were worse, but often stopping a little "
        "early lowers the dev error. The problem is that it moves two things at "
        "once.",
        "D": "The opposite: it raises the training error, as your runs show. And the "
        "gap can be measured either way.",
    },
)
