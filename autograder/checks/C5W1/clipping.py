"""Hidden tests of C5W1: exploding gradients."""

import numpy as np

from autograder.checks.C5W1.common import lab, ref
from autograder.checks.check import case

lab.concept(
    "loss_is_nan",
    points=1,
    answer="A",
    why="One enormous step, and every number overflows.",
    because={
        "B": "Vanishing gradients make learning stall, quietly; nothing overflows.",
        "C": "Small steps are slow, not dangerous.",
        "D": "Too small a network learns too little; it does not overflow.",
    },
)


def letter_gradients(rng, scale):
    """Gradients of a letter model."""
    shapes = {
        "dWax": (3, 4),
        "dWaa": (3, 3),
        "dWya": (4, 3),
        "db": (3, 1),
        "dby": (4, 1),
    }
    return {name: scale * rng.normal(size=shape) for name, shape in shapes.items()}


def gate_gradients(rng, scale):
    """Gradients with other names: some of a letter model, some of an LSTM."""
    shapes = {"dWf": (3, 5), "dbf": (3, 1), "dWya": (4, 3), "d0": (6,)}
    return {name: scale * rng.normal(size=shape) for name, shape in shapes.items()}


@lab.check("clip", points=3, mutates=("gradients",))
def clip(rng):
    """Large gradients, small ones, and a limit that is no whole number.

    The statement: from -maxValue to maxValue · the caller's dictionary changes · it is
    returned as well · whatever keys it has.
    """
    for scale, limit in [(10.0, 5), (0.1, 5), (3.0, 1.5), (20.0, 10)]:
        yield case(letter_gradients(rng, scale), limit)
    yield case(gate_gradients(rng, 4.0), 2)


@clip.mistake(
    "It returns clipped copies and leaves the caller's arrays as they were. In place: "
    "np.clip(g, low, high, out=g)."
)
def clips_copies(gradients, maxValue):
    return {k: np.clip(g, -maxValue, maxValue) for k, g in gradients.items()}


@clip.mistake("Large negative numbers are not clipped. The limit holds on both sides.")
def clips_above_only(gradients, maxValue):
    for g in gradients.values():
        np.minimum(g, maxValue, out=g)
    return gradients


@clip.mistake("Negative numbers became 0. The lower limit is -maxValue.")
def clips_at_zero(gradients, maxValue):
    for g in gradients.values():
        np.clip(g, 0, maxValue, out=g)
    return gradients


@clip.mistake("The arrays are right, but nothing is returned.")
def clip_returns_nothing(gradients, maxValue):
    ref.clip(gradients, maxValue)


@clip.mistake(
    "All gradients are scaled together. That is clipping by norm; here each number has "
    "its own limit."
)
def clip_scales(gradients, maxValue):
    return ref.clip_by_norm(gradients, maxValue)


@clip.mistake("Nothing is clipped: the gradients come back as they were.")
def clips_nothing(gradients, maxValue):
    return gradients


@clip.right
def clip_with_masks(gradients, maxValue):
    for g in gradients.values():
        g[g > maxValue] = maxValue
        g[g < -maxValue] = -maxValue
    return gradients


@clip.right
def clip_by_key(gradients, maxValue):
    for name in gradients:
        np.clip(gradients[name], -maxValue, maxValue, out=gradients[name])
    return {**gradients}


LETTERS = ("dWaa", "dWax", "dWya", "db", "dby")


@clip.mistake(
    "Only gradients with certain names are clipped. Go through the dictionary, "
    "whatever keys it has."
)
def clips_by_name(gradients, maxValue):
    for name in LETTERS:
        if name in gradients:
            np.clip(gradients[name], -maxValue, maxValue, out=gradients[name])
    return gradients


@clip.mistake(
    "Only the gradients of the weights are clipped. Those of the biases have the same "
    "limit."
)
def clips_weights_only(gradients, maxValue):
    for name, g in gradients.items():
        if name.startswith("dW"):
            np.clip(g, -maxValue, maxValue, out=g)
    return gradients


@clip.mistake("The limit is always 5. maxValue says how large a number may be.")
def clips_at_five(gradients, maxValue):
    return ref.clip(gradients, 5)


@clip.mistake(
    "Numbers outside the limits became 0. Set them to the nearer limit instead."
)
def clips_to_nothing(gradients, maxValue):
    for g in gradients.values():
        g[np.abs(g) > maxValue] = 0
    return gradients


@clip.mistake("A sign is lost: numbers below -maxValue became maxValue.")
def clips_to_one_side(gradients, maxValue):
    for g in gradients.values():
        g[np.abs(g) > maxValue] = maxValue
    return gradients


@lab.check("clip_by_norm", points=3, mutates=("gradients",))
def clip_by_norm(rng):
    """Longer than the limit, shorter, and gradients of very different sizes.

    The statement: one length for all · longer ones are scaled, others stay · in place ·
    any dictionary of arrays.
    """
    yield case(gate_gradients(rng, 1.0), 0.7)
    for scale, limit in [(10.0, 5), (0.1, 5), (1.0, 0.5)]:
        yield case(letter_gradients(rng, scale), limit)
    uneven = letter_gradients(rng, 1.0)
    uneven["dWaa"] *= 100
    yield case(uneven, 2.0)


@clip_by_norm.mistake(
    "Each array is scaled by its own length. Take one length over all arrays and one "
    "factor, or the direction changes."
)
def a_norm_each(gradients, max_norm):
    for g in gradients.values():
        g *= min(1, max_norm / np.linalg.norm(g))
    return gradients


@clip_by_norm.mistake(
    "Short gradients were made longer. Scale only if the length exceeds max_norm."
)
def always_scales(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g * g) for g in gradients.values()))
    for g in gradients.values():
        g *= max_norm / norm
    return gradients


@clip_by_norm.mistake("The root is missing: the length is √(sum of squares).")
def norm_without_root(gradients, max_norm):
    norm = sum(np.sum(g * g) for g in gradients.values())
    for g in gradients.values():
        g *= min(1, max_norm / norm)
    return gradients


@clip_by_norm.mistake(
    "It returns scaled copies and leaves the caller's arrays as they were: g *= factor."
)
def scales_copies(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g * g) for g in gradients.values()))
    return {k: g * min(1, max_norm / norm) for k, g in gradients.items()}


@clip_by_norm.mistake("Long gradients come back as long as they were.")
def never_scales(gradients, max_norm):
    return gradients


@clip_by_norm.mistake(
    "The lengths of the arrays were added. The length of all together is the square "
    "root of the sum of all squares."
)
def adds_the_norms(gradients, max_norm):
    norm = sum(np.linalg.norm(g) for g in gradients.values())
    for g in gradients.values():
        g *= min(1, max_norm / norm)
    return gradients


@clip_by_norm.mistake(
    "The factor comes from the largest number. It comes from the length of all arrays "
    "together."
)
def norm_of_the_largest(gradients, max_norm):
    largest = max(np.abs(g).max() for g in gradients.values())
    for g in gradients.values():
        g *= min(1, max_norm / largest)
    return gradients


@clip_by_norm.mistake(
    "The factor is inverted: gradients that were too long became longer."
)
def factor_upside_down(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g * g) for g in gradients.values()))
    for g in gradients.values():
        g *= max(1, norm / max_norm)
    return gradients


@clip_by_norm.mistake(
    "Each number was limited. That is clipping by value; here one factor scales all."
)
def norm_by_value(gradients, max_norm):
    return ref.clip(gradients, max_norm)


@clip_by_norm.mistake(
    "Long gradients come back with length 1. They should have length max_norm."
)
def norm_of_one(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g * g) for g in gradients.values()))
    for g in gradients.values():
        g *= 1 / norm if norm > max_norm else 1
    return gradients


@clip_by_norm.mistake(
    "Only gradients with certain names count. Go through the dictionary, whatever "
    "keys it has."
)
def norm_by_name(gradients, max_norm):
    ref.clip_by_norm({k: gradients[k] for k in LETTERS if k in gradients}, max_norm)
    return gradients


@clip_by_norm.right
def norm_of_one_long_vector(gradients, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients.values()]))
    for g in gradients.values():
        g[...] = g * min(1.0, max_norm / norm)
    return gradients


@clip_by_norm.right
def norm_with_a_loop(gradients, max_norm):
    total = 0.0
    for g in gradients.values():
        for value in g.ravel().tolist():
            total += value * value
    if total**0.5 > max_norm:
        for name in list(gradients):
            gradients[name] = gradients[name] * (max_norm / total**0.5)
    return gradients
