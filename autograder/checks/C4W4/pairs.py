"""Hidden tests of C4W4: yes or no about a pair."""

import numpy as np

from autograder.checks.C4W4.common import lab, ref
from autograder.checks.check import case
from autograder.checks.drawing import told_apart


@lab.check("pairwise_logistic", points=4)
def pairwise_logistic(rng):
    """One pair and several, weights of both signs, several biases."""
    for m, d in [(1, 3), (5, 4), (7, 2)]:
        yield told_apart(
            lambda m=m, d=d: case(
                *rng.normal(size=(2, m, d)),
                rng.normal(size=(d, 1)),
                float(rng.choice([-1, 1]) * rng.uniform(0.3, 1.5)),
            ),
            ref.pairwise_logistic,
            signed_difference,
            absolute_too_late,
        )


def _logistic(difference, W, b):
    return 1 / (1 + np.exp(-(difference @ W + b)))


@pairwise_logistic.mistake(
    "The absolute value is missing. If the two images are swapped, nothing may change."
)
def signed_difference(e1, e2, W, b):
    return _logistic(e1 - e2, W, b)


@pairwise_logistic.mistake("The differences were squared. Take their absolute value.")
def squared_difference(e1, e2, W, b):
    return _logistic((e1 - e2) ** 2, W, b)


@pairwise_logistic.mistake("The sigmoid is missing. Return probabilities.")
def scores_of_pairs(e1, e2, W, b):
    return np.abs(e1 - e2) @ W + b


@pairwise_logistic.mistake("The bias is missing.")
def pairs_without_bias(e1, e2, W, b):
    return _logistic(np.abs(e1 - e2), W, 0)


@pairwise_logistic.mistake(
    "The absolute value was taken after the weights. Take it of each component first."
)
def absolute_too_late(e1, e2, W, b):
    return 1 / (1 + np.exp(-(np.abs((e1 - e2) @ W) + b)))


@pairwise_logistic.mistake(
    "The sign in the exponent is wrong: the result is 1 minus the probability."
)
def pairs_upside_down(e1, e2, W, b):
    return 1 - _logistic(np.abs(e1 - e2), W, b)


@pairwise_logistic.mistake(
    "The second encoding has no effect: only the first was multiplied by the weights."
)
def first_encoding_only(e1, e2, W, b):
    return _logistic(e1, W, b)


@pairwise_logistic.mistake("The last axis is missing. Return an array of shape (m, 1).")
def pairs_flat(e1, e2, W, b):
    return _logistic(np.abs(e1 - e2), W, b)[:, 0]


@pairwise_logistic.right
def pairs_with_a_loop(e1, e2, W, b):
    y = np.zeros((len(e1), 1))
    for i in range(len(e1)):
        z = sum(w * abs(u - v) for w, u, v in zip(W[:, 0], e1[i], e2[i], strict=True))
        y[i, 0] = 1 / (1 + np.exp(-(z + b)))
    return y


@pairwise_logistic.right
def pairs_by_tanh(e1, e2, W, b):
    return 0.5 * (1 + np.tanh(0.5 * (np.matmul(np.absolute(e2 - e1), W) + b)))


@pairwise_logistic.right
def pairs_in_single_precision(e1, e2, W, b):
    e1, e2, W = (a.astype(np.float32) for a in (e1, e2, W))
    z = np.sum(np.abs(e1 - e2) * W.T, axis=1, keepdims=True) + b
    e = np.exp(z)
    return e / (1 + e)


@lab.check("chi_square", points=3)
def chi_square(rng):
    """Zeros in the one, the other and both, larger and smaller numbers."""
    for m, d in [(1, 4), (3, 5), (6, 2)]:
        e1, e2 = 3 * rng.random((2, m, d))
        e1[:, 0] = 0
        e2[-1] *= 40
        e2[0, :2] = [0, 0]
        yield case(e1, e2)


@chi_square.mistake("The denominator is missing.")
def chi_without_denominator(e1, e2):
    return (e1 - e2) ** 2


@chi_square.mistake("The difference is not squared.")
def chi_of_the_difference(e1, e2):
    return np.abs(e1 - e2) / np.where(e1 + e2 == 0, 1, e1 + e2)


@chi_square.mistake("The denominator is squared. It is the plain sum.")
def chi_of_shares(e1, e2):
    return ref.chi_square(e1, e2) / np.where(e1 + e2 == 0, 1, e1 + e2)


@chi_square.mistake(
    "The components were added up. Return each of them, so that weights can be "
    "applied later."
)
def chi_summed(e1, e2):
    return ref.chi_square(e1, e2).sum(axis=1)


@chi_square.mistake("0 / 0 gives nan. Return 0 where both components are 0.")
def chi_not_a_number(e1, e2):
    with np.errstate(invalid="ignore"):
        return (e1 - e2) ** 2 / (e1 + e2)


@chi_square.mistake(
    "The result is half of what it should be. This form has no factor 1/2."
)
def chi_halved(e1, e2):
    return ref.chi_square(e1, e2) / 2


for _more in (1.0, 0.1, 0.01, 1e-3):

    def chi_with_more_below(e1, e2, more=_more):
        return (e1 - e2) ** 2 / (e1 + e2 + more)

    chi_with_more_below.__name__ = f"chi_with_{_more:g}_more_below".replace(".", "_")
    chi_square.mistake(
        "A number is added to every denominator, which makes the results too small. "
        "Change a denominator only where it is 0."
    )(chi_with_more_below)


@chi_square.right
def chi_with_a_loop(e1, e2):
    out = np.zeros(e1.shape)
    for i in np.ndindex(*e1.shape):
        if e1[i] + e2[i] > 0:
            out[i] = (e1[i] - e2[i]) ** 2 / (e1[i] + e2[i])
    return out


@chi_square.right
def chi_with_where_given(e1, e2):
    total = e1 + e2
    return np.divide((e2 - e1) ** 2, total, out=np.zeros_like(total), where=total != 0)


@chi_square.right
def chi_in_single_precision(e1, e2):
    total = (e1 + e2).astype(np.float32)
    total[total == 0] = np.inf
    return np.square(e1 - e2).astype(np.float32) / total
