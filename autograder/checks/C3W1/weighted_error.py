"""Hidden tests of C3W1: a metric for what the shop wants."""

import numpy as np

from autograder.checks.C3W1.common import lab, ref
from autograder.checks.check import case


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
