"""Hidden tests of C4W3: how good the pixels are."""

import numpy as np

from autograder.checks.C4W3.common import lab, ref
from autograder.checks.check import case
from autograder.checks.drawing import told_apart


@lab.check("mean_iou", points=4)
def mean_iou(rng):
    """Masks of several classes, some absent from both or from one; agreement."""
    truth, wrong = _masks(rng)
    yield case(truth, wrong, 3)
    truth, wrong = _masks(rng)
    yield case(truth, wrong, 5)  # classes 3 and 4 are nowhere
    truth, wrong = _masks(rng)
    yield case(np.where(truth == 1, 3, truth), np.where(wrong == 2, 0, wrong), 4)
    yield case(truth[0], truth[0].copy(), 4)
    zeros, ones = (int(n) for n in rng.permutation(np.arange(2, 8))[:2])
    said = rng.permutation(np.repeat([0, 1], [zeros, ones]))
    yield case(np.zeros(zeros + ones, int), said, 2)  # class 1 is only predicted
    order = rng.permutation(5)  # one pixel is wrong
    yield case(np.array([0, 0, 1, 1, 3])[order], np.array([0, 1, 1, 1, 3])[order], 5)


def _masks(rng):
    """Two masks of three classes, each right somewhere and wrong somewhere."""
    truth = rng.integers(0, 3, (2, 4, 5))
    truth[0, 0] = 0, 1, 2, 1, 0
    other = rng.integers(0, 3, truth.shape)
    said = np.where(rng.random(truth.shape) < 0.4, other, truth)
    said[0, 0] = 0, 1, 2, 2, 1
    return truth, said


def _ious(y_true, y_pred, C):
    pairs = [(y_true == c, y_pred == c) for c in range(C)]
    return [(np.sum(a & b), np.sum(a | b), np.sum(a), np.sum(b)) for a, b in pairs]


@mean_iou.mistake(
    "A class that occurs in neither mask counts as 0. Leave it out of the mean."
)
def absent_counts_as_zero(y_true, y_pred, C):
    return np.mean(
        [both / max(union, 1) for both, union, *_ in _ious(y_true, y_pred, C)]
    )


@mean_iou.mistake(
    "A class that occurs in neither mask counts as 1. Leave it out of the mean."
)
def absent_counts_as_one(y_true, y_pred, C):
    return np.mean(
        [both / union if union else 1 for both, union, *_ in _ious(y_true, y_pred, C)]
    )


@mean_iou.mistake(
    "That is the share of correct pixels, not the mean IoU of the classes."
)
def pixel_accuracy(y_true, y_pred, C):
    return np.mean(y_true == y_pred)


@mean_iou.mistake("The union counts the intersection twice. Subtract it once.")
def pixels_counted_twice(y_true, y_pred, C):
    return np.mean(
        [both / (a + b) for both, union, a, b in _ious(y_true, y_pred, C) if union]
    )


@mean_iou.mistake("Class 0 is left out. All classes count, from 0 on.")
def without_background(y_true, y_pred, C):
    kept = [both / union for both, union, *_ in _ious(y_true, y_pred, C)[1:] if union]
    return np.mean(kept)


@mean_iou.mistake("That is the mean Dice coefficient. Divide by the union.")
def mean_dice(y_true, y_pred, C):
    return np.mean(
        [2 * both / (a + b) for both, union, a, b in _ious(y_true, y_pred, C) if union]
    )


@mean_iou.mistake(
    "Only classes of the ground truth count. A class that is only predicted has an "
    "IoU of 0 and counts too."
)
def classes_of_the_truth(y_true, y_pred, C):
    return np.mean(
        [both / union for both, union, a, _ in _ious(y_true, y_pred, C) if a]
    )


@mean_iou.right
def iou_from_a_confusion_matrix(y_true, y_pred, C):
    table = np.bincount(np.ravel(C * y_true + y_pred), minlength=C * C).reshape(C, C)
    union = table.sum(0) + table.sum(1) - np.diag(table)
    there = union > 0
    return np.mean(np.diag(table)[there] / union[there])


@mean_iou.right
def iou_with_sets(y_true, y_pred, C):
    total, count = 0.0, 0
    for c in range(C):
        a = set(np.flatnonzero(y_true == c))
        b = set(np.flatnonzero(y_pred == c))
        if a | b:
            total += len(a & b) / len(a | b)
            count += 1
    return total / count


@mean_iou.right
def iou_in_float32(y_true, y_pred, C):
    classes = np.arange(C)[:, None]
    a, b = np.ravel(y_true) == classes, np.ravel(y_pred) == classes
    both, either = np.float32((a & b).sum(1)), np.float32((a | b).sum(1))
    return np.mean(both[either > 0] / either[either > 0])


@lab.check("dice", points=2)
def dice(rng):
    """Partly, Booleans, apart, both empty, one empty, equal."""
    for shape, kind in [
        ((3, 5), int),
        ((12,), bool),
        ((2, 3, 4), int),
        ((4, 4), float),
        ((9,), int),
        ((2, 7), bool),
    ]:
        one = told_apart(
            lambda shape=shape, kind=kind: case(*_two_masks(rng, shape, kind)),
            ref.dice,
            counts_the_zeros,
            precision_alone,
            recall_alone,
        )
        yield one
    truth, _ = one.args
    yield case(truth, ~truth)  # apart
    yield case(truth, np.zeros_like(truth))
    empty = np.zeros(tuple(rng.integers(2, 6, 2)), int)
    yield case(empty, empty.copy())
    yield case(truth.astype(int), truth.astype(int))


def _two_masks(rng, shape, kind):
    """Two masks that overlap and differ in area."""
    a, b = rng.integers(0, 2, (2, *shape))
    a.flat[:4], b.flat[:4] = (1, 1, 1, 0), (1, 0, 0, 1)
    return a.astype(kind), b.astype(kind)


@dice.mistake(
    "That is the IoU. Dice is twice the intersection, divided by the sum of the areas."
)
def iou_not_dice(y_true, y_pred):
    a, b = np.asarray(y_true, bool), np.asarray(y_pred, bool)
    return np.sum(a & b) / np.sum(a | b) if np.any(a | b) else 1.0


@dice.mistake("The factor 2 is missing: equal masks should give 1.")
def without_the_two(y_true, y_pred):
    a, b = np.asarray(y_true, bool), np.asarray(y_pred, bool)
    total = a.sum() + b.sum()
    return np.sum(a & b) / total if total else 1.0


@dice.mistake("Two empty masks give 0. They agree, so return 1.")
def empty_is_zero(y_true, y_pred):
    a, b = np.asarray(y_true, bool), np.asarray(y_pred, bool)
    return 2 * np.sum(a & b) / max(a.sum() + b.sum(), 1)


@dice.mistake("Two empty masks give 0 / 0. They agree, so return 1.")
def empty_is_nan(y_true, y_pred):
    a, b = np.asarray(y_true, bool), np.asarray(y_pred, bool)
    total = a.sum() + b.sum()
    return 2 * np.sum(a & b) / total if total else float("nan")


@dice.mistake("Zeros count as agreement too. Only the ones count.")
def counts_the_zeros(y_true, y_pred):
    return np.mean(np.asarray(y_true, bool) == np.asarray(y_pred, bool))


@dice.mistake(
    "The intersection was divided by the area of the prediction only. Both areas count."
)
def precision_alone(y_true, y_pred):
    a, b = np.asarray(y_true, bool), np.asarray(y_pred, bool)
    return np.sum(a & b) / b.sum() if b.any() else float(not a.any())


@dice.mistake(
    "The intersection was divided by the area of the ground truth only. Both areas "
    "count."
)
def recall_alone(y_true, y_pred):
    a, b = np.asarray(y_true, bool), np.asarray(y_pred, bool)
    return np.sum(a & b) / a.sum() if a.any() else float(not b.any())


@dice.right
def dice_by_product(y_true, y_pred):
    a, b = np.float32(y_true), np.float32(y_pred)
    if a.sum() + b.sum() == 0:
        return 1
    return 2 * (a * b).sum() / (a.sum() + b.sum())


@dice.right
def dice_from_iou(y_true, y_pred):
    a, b = np.asarray(y_true, bool).ravel(), np.asarray(y_pred, bool).ravel()
    if not np.any(a | b):
        return 1.0
    share = np.sum(a & b) / np.sum(a | b)
    return 2 * share / (1 + share)


@dice.right
def dice_with_loops(y_true, y_pred):
    right = wrong = 0
    for a, b in zip(np.ravel(y_true), np.ravel(y_pred), strict=True):
        right += bool(a and b)
        wrong += bool(a) != bool(b)
    return 2 * right / (2 * right + wrong) if right + wrong else 1.0


lab.concept(
    "what_skips_bring",
    points=1,
    answer="A",
    why="The maps of the way down still contain the position of each edge.",
    because={
        "B": "Gradients profit too, but the forward pass would lack the detail.",
        "C": "They cost parameters: the next convolution reads more channels.",
        "D": "Pooling keeps what a region is, but loses where it ends.",
    },
)
