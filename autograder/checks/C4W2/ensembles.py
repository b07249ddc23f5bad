"""Hidden tests of C4W2: the last percent."""

import numpy as np

from autograder.checks.C4W2.common import lab
from autograder.checks.check import case
from helpers import nn


@lab.check("ensemble_predict", points=3, driver="ensemble")
def ensemble_predict(rng):
    """One model, two, and five, whose scores differ in size."""
    for models, classes, m in [(1, 3, 2), (2, 2, 4), (5, 4, 3)]:
        weights = rng.normal(size=(models, 2, classes))
        weights *= 4 * rng.uniform(0.3, 3, (models, 1, 1))
        yield case(weights=list(weights), X=rng.normal(size=(m, 3, 3, 2)))


def _softmax(Z):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@ensemble_predict.mistake(
    "The scores were averaged before the softmax. Average the probabilities, so that a "
    "model with large scores does not outweigh the others."
)
def averages_scores(models, X):
    return _softmax(np.mean([model.predict(X) for model in models], axis=0))


@ensemble_predict.mistake("These are average scores. Return probabilities.")
def scores_only(models, X):
    return np.mean([model.predict(X) for model in models], axis=0)


@ensemble_predict.mistake("The probabilities were added up, not averaged.")
def adds_up_probabilities(models, X):
    return np.sum([_softmax(model.predict(X)) for model in models], axis=0)


@ensemble_predict.mistake(
    "Where there are several models, only the last one counts. Average the "
    "probabilities of all."
)
def asks_the_last(models, X):
    return _softmax(models[-1].predict(X))


@ensemble_predict.mistake(
    "Where there are several models, only the first one counts. Is there a `return` "
    "inside the loop?"
)
def asks_the_first(models, X):
    return _softmax(models[0].predict(X))


@ensemble_predict.mistake("Labels were returned. Return probabilities.")
def returns_labels(models, X):
    return np.mean([_softmax(model.predict(X)) for model in models], axis=0).argmax(1)


@ensemble_predict.mistake(
    "The softmax was taken over the examples. Take it over the classes, so that each "
    "row sums to 1."
)
def softmax_over_examples(models, X):
    return np.mean([_softmax(model.predict(X).T).T for model in models], axis=0)


@ensemble_predict.mistake(
    "The probabilities of the models were multiplied. Average them."
)
def multiplies_probabilities(models, X):
    product = np.prod([_softmax(model.predict(X)) for model in models], axis=0)
    return product / product.sum(axis=1, keepdims=True)


@ensemble_predict.mistake(
    "Each model gives one vote, to its best class. Average the probabilities, not "
    "the votes."
)
def counts_votes(models, X):
    scores = [model.predict(X) for model in models]
    return np.mean([np.eye(z.shape[1])[z.argmax(axis=1)] for z in scores], axis=0)


@ensemble_predict.right
def ensemble_with_a_loop(models, X):
    total = 0
    for model in models:
        e = np.exp(model.predict(X).astype(np.float64))
        total = total + e / e.sum(axis=1, keepdims=True)
    return total / len(models)


@ensemble_predict.right
def ensemble_by_the_framework(models, X):
    shares = [nn.softmax(nn.as_tensor(model.predict(X))).data for model in models]
    return np.stack(shares).mean(0).astype(np.float32)


@lab.check("multi_crop_predict", points=3, driver="multi_crop")
def multi_crop_predict(rng):
    """Even and odd margins, no margin, height unlike width."""
    for shape, size in [((2, 6, 8, 2), 4), ((3, 7, 5, 2), 4), ((2, 4, 4, 2), 4)]:
        # Brighter on one side: a crop and its mirror image are told apart.
        X = rng.normal(size=shape) + np.linspace(-3, 3, shape[2])[:, np.newaxis]
        yield case(W=6 * rng.normal(size=(2, 3)), X=X, size=size)


def _corners(X, size):
    down, right = X.shape[1] - size, X.shape[2] - size
    return [(0, 0), (0, right), (down, 0), (down, right), (down // 2, right // 2)]


def _ten(model, X, size, corners, flips=(False, True)):
    shares = []
    for top, left in corners:
        crop = X[:, top : top + size, left : left + size]
        for flip in flips:
            shares.append(_softmax(model.predict(crop[:, :, ::-1] if flip else crop)))
    return np.mean(shares, axis=0)


@multi_crop_predict.mistake("The five mirrored crops are missing.")
def without_mirrors(model, X, size=24):
    return _ten(model, X, size, _corners(X, size), (False,))


@multi_crop_predict.mistake("The crop in the middle is missing.")
def without_the_middle(model, X, size=24):
    return _ten(model, X, size, _corners(X, size)[:4])


@multi_crop_predict.mistake("Only the middle crop and its mirror image were used.")
def middle_only(model, X, size=24):
    return _ten(model, X, size, _corners(X, size)[4:])


@multi_crop_predict.mistake(
    "Where a margin is odd, the mirrored middle crop shows another part of the image. "
    "Cut the crop out first, then mirror it."
)
def mirrors_before_cutting(model, X, size=24):
    both = [
        _ten(model, Y, size, _corners(X, size), (False,)) for Y in (X, X[:, :, ::-1])
    ]
    return np.mean(both, axis=0)


@multi_crop_predict.mistake(
    "The crops are flipped upside down. Exchange left and right, as in `mirror`."
)
def stands_crops_on_their_head(model, X, size=24):
    crops = [X[:, t : t + size, i : i + size] for t, i in _corners(X, size)]
    views = [view for crop in crops for view in (crop, crop[:, ::-1])]
    return np.mean([_softmax(model.predict(view)) for view in views], axis=0)


@multi_crop_predict.mistake(
    "The probabilities were added up. Average them, so that each row sums to 1."
)
def adds_up_crops(model, X, size=24):
    return 10 * _ten(model, X, size, _corners(X, size))


@multi_crop_predict.mistake(
    "The middle crop starts at the centre of the image. It should start at half the "
    "margin."
)
def starts_at_the_centre(model, X, size=24):
    centre = (X.shape[1] // 2, X.shape[2] // 2)
    return _ten(model, X, size, [*_corners(X, size)[:4], centre])


@multi_crop_predict.mistake("The middle crop was counted twice.")
def middle_counted_twice(model, X, size=24):
    corners = _corners(X, size)
    return _ten(model, X, size, [*corners, corners[4]])


@multi_crop_predict.mistake(
    "The scores were averaged before the softmax. Average the probabilities."
)
def averages_scores_of_crops(model, X, size=24):
    scores = [
        model.predict(crop[:, :, ::step])
        for top, left in _corners(X, size)
        for crop in [X[:, top : top + size, left : left + size]]
        for step in (1, -1)
    ]
    return _softmax(np.mean(scores, axis=0))


@multi_crop_predict.mistake(
    "The fifth crop begins in the middle of the image, or as near to it as it fits. It "
    "should lie in the middle as a whole."
)
def fifth_crop_begins_in_the_middle(model, X, size=24):
    n_H, n_W = X.shape[1:3]
    start = (min(n_H // 2, n_H - size), min(n_W // 2, n_W - size))
    return _ten(model, X, size, [*_corners(X, size)[:4], start])


@multi_crop_predict.mistake(
    "It takes the largest probability of each class over the crops, scaled to a sum of "
    "1. Take the average over the crops."
)
def largest_over_the_crops(model, X, size=24):
    each = [
        _ten(model, X, size, [corner], (flip,))
        for corner in _corners(X, size)
        for flip in (False, True)
    ]
    largest = np.max(each, axis=0)
    return largest / largest.sum(axis=1, keepdims=True)


@multi_crop_predict.right
def crops_by_parts(model, X, size=24):
    return _ten(model, X, size, _corners(X, size))


@multi_crop_predict.right
def crops_all_at_once(model, X, size=24):
    crops = [X[:, t : t + size, i : i + size] for t, i in _corners(X, size)]
    crops = np.concatenate(crops + [np.flip(crop, 2) for crop in crops])
    shares = _softmax(model.predict(crops)).reshape(10, len(X), -1)
    return shares.mean(axis=0).astype(np.float32)


lab.concept(
    "ensemble_price",
    points=1,
    answer="B",
    why="Three networks times ten crops are thirty forward passes per image.",
    because={
        "A": "Averaging is cheap, but each crop needs a forward pass.",
        "C": "Each of the three networks sees each of the ten crops.",
        "D": "Training is paid for once, but every prediction costs more too.",
    },
)
