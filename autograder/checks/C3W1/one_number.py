"""Hidden tests of C3W1: one number to steer by."""

import math

import numpy as np

from autograder.checks.C3W1.common import lab, ref
from autograder.checks.check import case


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
    "Items that are 0 and were called 0 count as found. Precision and recall look at "
    "the ones only."
)
def counts_true_negatives(y_true, y_pred):
    found, called, true = _counts(y_true, y_pred)
    if not found:
        return 0.0, 0.0, 0.0
    right = np.sum(y_true == y_pred)
    P, R = right / (right + called - found), right / (right + true - found)
    return P, R, 2 * P * R / (P + R)


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
