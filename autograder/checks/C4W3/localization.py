"""Hidden tests of C4W3: one object."""

import numpy as np

from autograder.checks.C4W3.common import lab
from autograder.checks.check import case


@lab.check("localization_loss", points=5)
def localization_loss(rng):
    """Some objects, none at all, all; several numbers of classes."""
    for here, C in [
        ([1, 0, 1, 0, 0], 3),
        ([0, 0, 0], 2),
        ([1, 1], 4),
        ([0, 1, 1], 1),
        ([0, 1], 2),
    ]:
        m = len(here)
        y = np.hstack([np.array(here)[:, None], rng.normal(size=(m, 4 + C))])
        said = y + rng.uniform(0.2, 1.5, (m, 5 + C)) * rng.choice([-1, 1])
        said[:, 0] = np.abs(y[:, 0] - rng.uniform(0.6, 0.9, m))  # p_c is mistaken
        yield case(y, said)


def _errors(y_true, y_pred):
    return (y_pred - y_true) ** 2


@localization_loss.mistake(
    "Boxes and classes are penalized where there is no object. Where p_c is 0, only "
    "the error of p_c itself counts."
)
def without_the_mask(y_true, y_pred):
    return _errors(y_true, y_pred).sum(axis=1).mean()


@localization_loss.mistake(
    "The mean over the numbers of an example was taken. Add them up."
)
def mean_over_the_numbers(y_true, y_pred):
    e = _errors(y_true, y_pred)
    return np.where(y_true[:, 0] == 1, e.mean(axis=1), e[:, 0]).mean()


@localization_loss.mistake("The examples were added up. Take their mean.")
def sum_over_the_examples(y_true, y_pred):
    e = _errors(y_true, y_pred)
    return np.where(y_true[:, 0] == 1, e.sum(axis=1), e[:, 0]).sum()


@localization_loss.mistake(
    "Examples without an object cost nothing. The error of p_c counts there too."
)
def nothing_for_nothing(y_true, y_pred):
    return (y_true[:, 0] * _errors(y_true, y_pred).sum(axis=1)).mean()


@localization_loss.mistake(
    "The mean was taken over the examples with an object only. Divide by the number "
    "of all examples."
)
def mean_over_objects(y_true, y_pred):
    e, here = _errors(y_true, y_pred), y_true[:, 0]
    return (e[:, 0] + here * e[:, 1:].sum(axis=1)).sum() / max(here.sum(), 1)


@localization_loss.mistake(
    "The mask was made from the prediction. Use the ground truth, `y_true`."
)
def mask_from_the_prediction(y_true, y_pred):
    e = _errors(y_true, y_pred)
    return np.where(y_pred[:, 0] > 0.5, e.sum(axis=1), e[:, 0]).mean()


@localization_loss.mistake("The errors are not squared.")
def absolute_errors(y_true, y_pred):
    e = np.abs(y_pred - y_true)
    return np.where(y_true[:, 0] == 1, e.sum(axis=1), e[:, 0]).mean()


@localization_loss.mistake(
    "The error of p_c is missing. It counts in every example, with an object and "
    "without."
)
def p_c_costs_nothing(y_true, y_pred):
    e = _errors(y_true, y_pred)
    return (y_true[:, 0] * e[:, 1:].sum(axis=1)).mean()


@localization_loss.mistake(
    "Only the error of p_c counts. Where there is an object, add the errors of the "
    "box and of the classes."
)
def only_p_c_costs(y_true, y_pred):
    return _errors(y_true, y_pred)[:, 0].mean()


@localization_loss.mistake(
    "The errors of the classes are missing. Where there is an object, all numbers "
    "count."
)
def classes_cost_nothing(y_true, y_pred):
    e = _errors(y_true, y_pred)
    return (e[:, 0] + y_true[:, 0] * e[:, 1:5].sum(axis=1)).mean()


@localization_loss.right
def loss_with_loops(y_true, y_pred):
    total = 0.0
    for true, said in zip(y_true, y_pred, strict=True):
        total += (said[0] - true[0]) ** 2
        if true[0] == 1:
            for a, b in zip(true[1:], said[1:], strict=True):
                total += (a - b) ** 2
    return total / len(y_true)


@localization_loss.right
def loss_by_multiplication(y_true, y_pred):
    e = np.square(y_true - y_pred)
    return np.mean(e[:, 0] + y_true[:, 0] * np.sum(e[:, 1:], axis=1))


@localization_loss.right
def loss_in_float32(y_true, y_pred):
    e = (y_pred.astype(np.float32) - y_true.astype(np.float32)) ** 2
    e[y_true[:, 0] == 0, 1:] = 0
    return e.sum() / len(e)


lab.concept(
    "output_length",
    points=1,
    answer=17,
    why="p_c, four numbers of the box, twelve classes.",
    because={
        16: "The box has four numbers, and p_c is one more.",
        13: "The box has four numbers: its centre and its size.",
        12: "Those are the classes alone. Is there an object, and where?",
        60: "All classes share one box, so its numbers occur once.",
        18: "No object means p_c = 0; it does not need a class.",
    },
)
