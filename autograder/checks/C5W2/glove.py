"""Hidden tests of C5W2: GloVe."""

import math

import numpy as np

from autograder.checks.C5W2.common import lab, ref
from autograder.checks.check import case

lab.concept(
    "why_f",
    points=1,
    answer="C",
    why="From x_max on all pairs have weight 1; below it, rarer pairs have less.",
    because={
        "A": "J stays a sum of squares; no probability is in it.",
        "B": "X is symmetric by the way it is counted; f acts on each entry.",
        "D": "The vectors' lengths are free; f is the weight of a squared error.",
    },
)


@lab.check("cooccurrence", points=5)
def cooccurrence(rng):
    """Windows of 1 to 3, words that repeat side by side, a window beyond the text.

    The statement: each occurrence within the window counts 1, on both sides, also of
    the word itself · as many rows and columns as words.
    """
    for n, V, window in [(9, 6, 2), (12, 4, 1), (20, 5, 3), (8, 7, 11)]:
        tokens = rng.integers(0, V, n)
        tokens[:3] = [0, 0, 1]
        tokens[-1] = V - 1
        yield case(tokens, window)


def _counted(tokens, window, *, both=True, once=False, near=False, same=True, more=1):
    V = int(max(tokens)) + more
    X = np.zeros((V, V))
    for i in range(len(tokens)):
        for j in range(i + 1, min(len(tokens), i + window + 1)):
            a, b = tokens[i], tokens[j]
            if a == b and not same:
                continue
            weight = 1 / (j - i) if near else 1
            X[a, b] += weight
            if both:
                X[b, a] += weight
    return np.minimum(X, 1) if once else X


@cooccurrence.mistake(
    "Only neighbours on one side are counted. Left and right: X is symmetric."
)
def counts_one_side(tokens, window):
    return _counted(tokens, window, both=False)


@cooccurrence.mistake(
    "Pairs that occur again count once. `X[a, b] += 1` with arrays writes each entry "
    "once; np.add.at adds."
)
def counts_once(tokens, window):
    return _counted(tokens, window, once=True)


@cooccurrence.mistake(
    "A neighbour that is the same word is left out. Another occurrence of the word "
    "counts."
)
def leaves_out_equal_words(tokens, window):
    return _counted(tokens, window, same=False)


@cooccurrence.mistake(
    "Near neighbours count more than far ones. Here each within the window counts 1."
)
def counts_by_nearness(tokens, window):
    return _counted(tokens, window, near=True)


@cooccurrence.mistake(
    "The window is one too small: neighbours `window` positions away belong to it."
)
def window_too_small(tokens, window):
    return _counted(tokens, window - 1)


@cooccurrence.mistake(
    "The diagonal is twice as large as it should be. Two occurrences of a word near "
    "each other add 2 to its entry: each has the other in its window."
)
def counts_equal_words_double(tokens, window):
    X = _counted(tokens, window)
    return X + np.diag(np.diag(X))


@cooccurrence.mistake(
    "Every occurrence counts as its own neighbour. Skip the position in the middle."
)
def counts_the_middle(tokens, window):
    return _counted(tokens, window) + np.diag(np.bincount(tokens).astype(float))


@cooccurrence.mistake("All counts are twice as large as they should be.")
def counts_double(tokens, window):
    return 2 * _counted(tokens, window)


@cooccurrence.mistake(
    "There is one row and one column too many: the words are 0 to V - 1."
)
def a_row_too_many(tokens, window):
    return _counted(tokens, window, more=2)


@cooccurrence.mistake(
    "At the start it counts words at the end of the text: negative indices count from "
    "the end."
)
def counts_across_the_start(tokens, window):
    X = np.zeros((max(tokens) + 1, max(tokens) + 1))
    for i in range(len(tokens)):
        for j in range(i - window, i + window + 1):
            if j != i and j < len(tokens):
                X[tokens[i], tokens[j]] += 1
    return X


@cooccurrence.right
def cooccurrence_with_loops(tokens, window):
    return _counted(tokens.tolist(), window)


@cooccurrence.right
def cooccurrence_of_the_pairs(tokens, window):
    X = np.zeros((tokens.max() + 1, tokens.max() + 1))
    for i, j in ref.skipgram_pairs(tokens.tolist(), window):
        X[i, j] += 1
    return X


@cooccurrence.right
def cooccurrence_with_one_hots(tokens, window):
    O = np.eye(tokens.max() + 1, dtype=np.float32)[tokens]  # noqa: E741
    apart = np.abs(np.subtract.outer(np.arange(len(tokens)), np.arange(len(tokens))))
    near = ((apart > 0) & (apart <= window)).astype(np.float32)
    return O.T @ near @ O


@lab.check("glove_loss", points=7)
def glove_loss(rng):
    """Counts with zeros, small and beyond x_max; the usual and other settings."""
    for n_e, V, given in [
        (3, 5, {"x_max": 8.0}),
        (4, 4, {"x_max": 5.0, "alpha": 0.5}),
        (2, 6, {}),
    ]:
        X = rng.integers(0, 12, (V, V)).astype(float)
        X[0, 1] = 0
        X[1, 0], X[1, 1] = 9, 150
        theta, E = rng.normal(size=(2, n_e, V))
        yield case(X, theta, E, rng.normal(size=V), rng.normal(size=V), **given)


def _glove(
    X,
    theta,
    E,
    b,
    b_prime,
    x_max,
    alpha,
    *,
    cap=True,
    two=2.0,
    weigh=True,
    swap=False,
    biases=True,
    log=True,
):
    f = (X / x_max) ** alpha
    f = np.minimum(1, f) if cap else f
    if not weigh:
        f = (X > 0).astype(float)
    D = theta.T @ E - (np.log(np.where(X > 0, X, 1)) if log else X)
    if biases:
        D = D + (
            b[None, :] + b_prime[:, None] if swap else b[:, None] + b_prime[None, :]
        )
    R = two * f * D
    rows, columns = R.sum(axis=1), R.sum(axis=0)
    return np.sum(f * D * D), {
        "dtheta": E @ R.T,
        "dE": theta @ R,
        "db": columns if swap else rows,
        "db_prime": rows if swap else columns,
    }


@glove_loss.mistake(
    "The weight is not capped: beyond x_max it is 1, so that frequent pairs do not "
    "decide everything."
)
def weight_without_cap(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    return _glove(X, theta, E, b, b_prime, x_max, alpha, cap=False)


@glove_loss.mistake("The weight f(X) is missing: every pair that occurs weighs 1.")
def without_weight(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    return _glove(X, theta, E, b, b_prime, x_max, alpha, weigh=False)


@glove_loss.mistake(
    "The gradients are half as large: the derivative of a square has a factor of 2."
)
def forgets_the_two(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    return _glove(X, theta, E, b, b_prime, x_max, alpha, two=1.0)


@glove_loss.mistake("b and b' are swapped: b belongs to the rows, b[:, np.newaxis].")
def swaps_the_biases(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    return _glove(X, theta, E, b, b_prime, x_max, alpha, swap=True)


@glove_loss.mistake(
    "The result is nan: log 0 is -∞, and 0 · ∞ is undefined. Use any positive number "
    "where X is 0."
)
def log_of_zero(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    f = np.minimum(1, (X / x_max) ** alpha)
    D = theta.T @ E + b[:, None] + b_prime - np.log(X)
    R = 2 * f * D
    return np.sum(f * D * D), {
        "dtheta": E @ R.T,
        "dE": theta @ R,
        "db": R.sum(axis=1),
        "db_prime": R.sum(axis=0),
    }


@glove_loss.mistake("X is subtracted in the bracket. Subtract its logarithm.")
def glove_without_logarithm(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    return _glove(np.where(X > 0, X, 0), theta, E, b, b_prime, x_max, alpha, log=False)


@glove_loss.mistake("The biases are missing in the bracket.")
def glove_without_biases(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    return _glove(X, theta, E, b, b_prime, x_max, alpha, biases=False)


@glove_loss.mistake("The loss is halved. It is the sum itself.")
def glove_halved(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    loss, grads = _glove(X, theta, E, b, b_prime, x_max, alpha)
    return loss / 2, grads


@glove_loss.mistake("That is a mean over all pairs. The loss is their sum.")
def glove_mean(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    loss, grads = _glove(X, theta, E, b, b_prime, x_max, alpha)
    return loss / X.size, {k: g / X.size for k, g in grads.items()}


@glove_loss.mistake(
    "dtheta and dE are swapped: theta belongs to the rows of X, E to the columns."
)
def glove_tables_swapped(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    loss, grads = _glove(X, theta, E, b, b_prime, x_max, alpha)
    return loss, grads | {"dtheta": grads["dE"], "dE": grads["dtheta"]}


def _other_glove(X, theta, E, b, b_prime, weight, logarithm, in_gradients=None):
    """Loss and gradients with another weight or another logarithm."""
    D = theta.T @ E + b[:, None] + b_prime - logarithm
    R = 2 * (weight if in_gradients is None else in_gradients) * D
    return np.sum(weight * D * D), {
        "dtheta": E @ R.T,
        "dE": theta @ R,
        "db": R.sum(axis=1),
        "db_prime": R.sum(axis=0),
    }


@glove_loss.mistake("The weight f(X) is missing in the gradients: R = 2 f(X) * D.")
def gradients_without_weight(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    weight, log = np.minimum(1, (X / x_max) ** alpha), np.log(np.where(X > 0, X, 1))
    return _other_glove(X, theta, E, b, b_prime, weight, log, 1.0)


@glove_loss.mistake(
    "The logarithm is that of X + 1. Take ln X; where X is 0 the weight is 0, so any "
    "number will do there."
)
def logarithm_of_one_more(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    weight = np.minimum(1, (X / x_max) ** alpha)
    return _other_glove(X, theta, E, b, b_prime, weight, np.log(X + 1))


@glove_loss.mistake("The argument alpha is not used: the power is always 3/4.")
def always_three_quarters(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    return ref.glove_loss(X, theta, E, b, b_prime, x_max)


@glove_loss.mistake("The argument x_max is not used: it is always 100.")
def always_a_hundred(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    return ref.glove_loss(X, theta, E, b, b_prime, 100.0, alpha)


@glove_loss.mistake("db and db_prime are swapped: b belongs to the rows, axis 0 of X.")
def bias_gradients_swapped(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    loss, grads = ref.glove_loss(X, theta, E, b, b_prime, x_max, alpha)
    return loss, grads | {"db": grads["db_prime"], "db_prime": grads["db"]}


@glove_loss.right
def glove_with_loops(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    loss = 0.0
    g = [np.zeros(a.shape) for a in (theta, E, b, b_prime)]
    for i, j in np.argwhere(X > 0):
        f = min(1.0, (X[i, j] / x_max) ** alpha)
        d = theta[:, i] @ E[:, j] + b[i] + b_prime[j] - math.log(X[i, j])
        loss += f * d * d
        g[0][:, i] += 2 * f * d * E[:, j]
        g[1][:, j] += 2 * f * d * theta[:, i]
        g[2][i] += 2 * f * d
        g[3][j] += 2 * f * d
    return loss, dict(zip(("dtheta", "dE", "db", "db_prime"), g, strict=True))


@glove_loss.right
def glove_in_float32(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    X, theta, E, b, b_prime = (a.astype(np.float32) for a in (X, theta, E, b, b_prime))
    return _glove(X, theta, E, b, b_prime, x_max, alpha)
