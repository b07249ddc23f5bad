"""Hidden tests of C5W2: word2vec."""

import math

import numpy as np

from autograder.checks.C5W2.common import lab, ref
from autograder.checks.check import case


@lab.check("skipgram_pairs", points=5)
def skipgram_pairs(rng):
    """Windows of 1 to 3, longer than the text, words that repeat, a single word.

    The statement: middle first · positions from left to right, neighbours too · up to
    `window` away, on both sides · words or numbers, also the same again · every
    occurrence.
    """
    for n, window in [(6, 1), (7, 2), (4, 3), (3, 5), (1, 2)]:
        tokens = rng.choice(90, n, replace=False)
        if n > 1:
            tokens[1] = tokens[0]  # a neighbour that is the same word again
        yield case(tokens.tolist(), window)
    yield case(3 * [f"w{rng.integers(90)}"], 1)


def _pairs(
    tokens, window, *, back=True, ahead=True, skip="position", wrap=False, short=0
):
    found = []
    for i in range(len(tokens)):
        low = i - window if wrap else max(0, i - window)
        for j in range(low, min(len(tokens), i + window + 1 - short)):
            same = tokens[j] == tokens[i] if skip == "word" else j == i
            if (skip and same) or (j < i and not back) or (j > i and not ahead):
                continue
            found.append((tokens[i], tokens[j]))
    return found


@skipgram_pairs.mistake(
    "Each position is paired with itself. Skip the one in the middle."
)
def pairs_with_itself(tokens, window):
    return _pairs(tokens, window, skip="")


@skipgram_pairs.mistake(
    "A neighbour that is the same word again is left out. Skip the position, not the "
    "word."
)
def skips_repeated_words(tokens, window):
    return _pairs(tokens, window, skip="word")


@skipgram_pairs.mistake(
    "All neighbours on the left are missing. The window has two sides."
)
def looks_ahead_only(tokens, window):
    return _pairs(tokens, window, back=False)


@skipgram_pairs.mistake(
    "The window ends one position early on the right: range stops before its end."
)
def ends_too_early(tokens, window):
    return _pairs(tokens, window, short=1)


@skipgram_pairs.mistake(
    "At the start it pairs with the end of the text: negative indices count from the "
    "end. Begin at max(0, i - window)."
)
def wraps_around(tokens, window):
    found = []
    for i in range(len(tokens)):
        for j in range(i - window, min(len(tokens), i + window + 1)):
            if j != i:
                found.append((tokens[i], tokens[j % len(tokens)]))
    return found


@skipgram_pairs.mistake("The pairs are reversed: the middle word comes first.")
def neighbour_first(tokens, window):
    return [(b, a) for a, b in _pairs(tokens, window)]


@skipgram_pairs.mistake(
    "All neighbours on the right are missing. The window has two sides."
)
def looks_back_only(tokens, window):
    return _pairs(tokens, window, ahead=False)


@skipgram_pairs.mistake(
    "The first and the last words have no pairs. Near the ends the window is shorter, "
    "but its words still count."
)
def skips_the_ends(tokens, window):
    return [
        (tokens[i], tokens[j])
        for i in range(window, len(tokens) - window)
        for j in range(i - window, i + window + 1)
        if j != i
    ]


@skipgram_pairs.mistake(
    "Pairs that occur again are listed once. Keep every occurrence."
)
def pairs_once(tokens, window):
    return list(dict.fromkeys(_pairs(tokens, window)))


@skipgram_pairs.mistake(
    "Only words exactly `window` positions away are neighbours here. All words up to "
    "`window` positions away count."
)
def farthest_only(tokens, window):
    return [
        (tokens[i], tokens[j])
        for i in range(len(tokens))
        for j in (i - window, i + window)
        if 0 <= j < len(tokens)
    ]


@skipgram_pairs.mistake(
    "At the start, neighbours on the left are missing: a slice from a negative index "
    "counts from the end. Begin at max(0, i - window)."
)
def slices_from_a_negative_index(tokens, window):
    found = []
    for i, word in enumerate(tokens):
        near = tokens[i - window : i] + tokens[i + 1 : i + window + 1]
        found += [(word, other) for other in near]
    return found


@skipgram_pairs.mistake(
    "At the start it pairs with the end of the text: negative indices count from the "
    "end. Begin at max(0, i - window)."
)
def indices_below_zero(tokens, window):
    return [
        (tokens[i], tokens[j])
        for i in range(len(tokens))
        for j in range(i - window, i + window + 1)
        if j != i and j < len(tokens)
    ]


@skipgram_pairs.mistake(
    "The pairs went through a set: repeated ones are lost, and so is the order. Keep "
    "every occurrence, in reading order."
)
def set_of_pairs(tokens, window):
    return list(set(_pairs(tokens, window)))


@skipgram_pairs.mistake(
    "The pairs are sorted, and repeated ones are lost. Keep every occurrence, in "
    "reading order."
)
def sorted_set_of_pairs(tokens, window):
    return sorted(set(_pairs(tokens, window)))


@skipgram_pairs.mistake(
    "The nearest neighbours come first. List them from left to right."
)
def nearest_neighbours_first(tokens, window):
    return [
        (tokens[i], tokens[j])
        for i in range(len(tokens))
        for apart in range(1, window + 1)
        for j in (i - apart, i + apart)
        if 0 <= j < len(tokens)
    ]


@skipgram_pairs.right
def pairs_by_slices(tokens, window):
    found = []
    for i, word in enumerate(tokens):
        near = tokens[max(0, i - window) : i] + tokens[i + 1 : i + 1 + window]
        found += [(word, other) for other in near]
    return found


@skipgram_pairs.right
def pairs_by_a_generator(tokens, window):
    return list(_pairs(tokens, window))


lab.concept(
    "two_tables",
    points=1,
    answer=1_000_000,
    why="Two tables of 50 × 10000.",
    because={
        500_000: "Every word has two vectors: one as the middle, one as a neighbour.",
        10_050: "Each of the 10000 words has 50 numbers: they multiply.",
        20_100: "Each of the 10000 words has 50 numbers: they multiply.",
        100_000_000: "V × V is the table of counts that GloVe uses, not E and θ.",
    },
)


def tables(rng, n_e, V, m, k=None):
    """Middle words, neighbours, false neighbours, and two tables; words repeat."""
    center = rng.integers(0, V, m)
    context = (center + rng.integers(1, V, m)) % V  # another word
    if m > 1:
        center[1], context[1] = center[0], context[-1]
    E, theta = 0.7 * rng.normal(size=(2, n_e, V))
    if k is None:
        false = ()
    elif m == 1:
        false = ((context[:, None] + rng.integers(1, V, (1, k))) % V,)
    else:
        false = (rng.integers(0, V, (m, k)),)
    return center, context, *false, E, theta


@lab.check("skipgram_loss", points=7)
def skipgram_loss(rng):
    """One pair, several with repeated words, more coordinates than words."""
    for n_e, V, m in [(3, 5, 1), (4, 6, 5), (6, 4, 8)]:
        yield case(*tables(rng, n_e, V, m))


def _skipgram(center, context, E, theta, *, axis=0, mean=True, add=True, sign=1):
    m, e = len(center), E[:, center]
    z = theta.T @ e
    y = np.exp(z - z.max(axis=axis, keepdims=True))
    y /= y.sum(axis=axis, keepdims=True)
    loss = -np.log(y[context, np.arange(m)]).sum() / (m if mean else 1)
    d = sign * (y - np.eye(len(z))[:, context]) / (m if mean else 1)
    dE = np.zeros(E.shape)
    if add:
        np.add.at(dE.T, center, (theta @ d).T)
    else:
        dE[:, center] += theta @ d
    return loss, {"dE": dE, "dtheta": e @ d.T}


@skipgram_loss.mistake(
    "Softmax over the wrong axis: each pair is a column of scores, over all words."
)
def softmax_over_the_pairs(center, context, E, theta):
    return _skipgram(center, context, E, theta, axis=1)


@skipgram_loss.mistake(
    "`E` and `theta` have changed places: the word in the middle has its vector in "
    "`E`, and each possible neighbour has one in `theta`."
)
def tables_exchanged(center, context, E, theta):
    loss, gradients = ref.skipgram_loss(center, context, theta, E)
    return loss, {"dE": gradients["dtheta"], "dtheta": gradients["dE"]}


@skipgram_loss.mistake(
    "The loss is a sum. Average it over the pairs, and the gradients too."
)
def sums_over_the_pairs(center, context, E, theta):
    return _skipgram(center, context, E, theta, mean=False)


@skipgram_loss.mistake(
    "A word that occurs twice keeps only one of its gradients. `dE[:, center] += …` "
    "writes each column once; np.add.at adds."
)
def loses_repeated_words(center, context, E, theta):
    return _skipgram(center, context, E, theta, add=False)


@skipgram_loss.mistake(
    "The gradients have the wrong sign: the gradient of the scores is ŷ - y."
)
def skipgram_gradients_negative(center, context, E, theta):
    return _skipgram(center, context, E, theta, sign=-1)


@skipgram_loss.mistake(
    "The tables of middle words and neighbours are swapped: the middle is in E, the "
    "neighbour in theta."
)
def swaps_middle_and_neighbour(center, context, E, theta):
    return _skipgram(context, center, E, theta)


@skipgram_loss.mistake(
    "The gradients are sums over the pairs. The loss is a mean, and so are they."
)
def skipgram_gradients_summed(center, context, E, theta):
    loss, _ = _skipgram(center, context, E, theta)
    return loss, _skipgram(center, context, E, theta, mean=False)[1]


@skipgram_loss.mistake("The loss is negative: it is *minus* the mean logarithm.")
def skipgram_loss_negative(center, context, E, theta):
    loss, grads = _skipgram(center, context, E, theta)
    return -loss, grads


@skipgram_loss.mistake(
    "dE and dtheta are swapped: the gradient of e_c is θ (ŷ - y), that of θ contains "
    "e_c."
)
def skipgram_tables_in_the_gradients(center, context, E, theta):
    loss, grads = _skipgram(center, context, E, theta)
    return loss, {"dE": grads["dtheta"], "dtheta": grads["dE"]}


@skipgram_loss.mistake(
    "dE is filled in the columns of the neighbours. E belongs to the middle words."
)
def skipgram_columns_of_the_neighbours(center, context, E, theta):
    e = E[:, center]
    d = (ref.softmax(theta.T @ e) - np.eye(theta.shape[1])[:, context]) / len(center)
    loss, grads = _skipgram(center, context, E, theta)
    dE = np.zeros(E.shape)
    np.add.at(dE.T, context, (theta @ d).T)
    return loss, {**grads, "dE": dE}


@skipgram_loss.mistake(
    "The gradients start from ŷ. The gradient of the scores is ŷ - y, with y the "
    "one-hot column of the neighbour."
)
def skipgram_without_the_target(center, context, E, theta):
    loss, _ = _skipgram(center, context, E, theta)
    d = ref.softmax(theta.T @ E[:, center]) / len(center)
    dE = np.zeros(E.shape)
    np.add.at(dE.T, center, (theta @ d).T)
    return loss, {"dE": dE, "dtheta": E[:, center] @ d.T}


@skipgram_loss.right
def skipgram_pair_by_pair(center, context, E, theta):
    loss, dE, dtheta = 0.0, np.zeros(E.shape), np.zeros(theta.shape)
    for c, t in zip(center.tolist(), context.tolist(), strict=True):
        z = theta.T @ E[:, c]
        loss += (np.logaddexp.reduce(z) - z[t]) / len(center)
        d = np.exp(z - np.logaddexp.reduce(z))
        d[t] -= 1
        dE[:, c] += theta @ d / len(center)
        dtheta += np.outer(E[:, c], d) / len(center)
    return loss, {"dE": dE, "dtheta": dtheta}


@skipgram_loss.right
def skipgram_with_one_hots(center, context, E, theta):
    E, theta = E.astype(np.float32), theta.astype(np.float32)
    C, Y = (np.eye(E.shape[1], dtype=np.float32)[i].T for i in (center, context))
    y = np.exp(theta.T @ E @ C)
    y /= y.sum(axis=0)
    d = (y - Y) / len(center)
    return -np.mean(np.log(np.sum(y * Y, axis=0))), {
        "dE": theta @ d @ C.T,
        "dtheta": E @ C @ d.T,
    }


lab.concept(
    "questions_a_pair",
    points=1,
    answer=6,
    why="One for the real neighbour, five for the false ones.",
    because={
        5: "The real neighbour is a question too: its answer is yes.",
        10000: "That is what the full softmax does; here only a few are trained.",
        1: "The false neighbours are questions too: their answer is no.",
        10: "Each false neighbour is one question.",
    },
)


@lab.check("negative_sampling_loss", points=7)
def negative_sampling_loss(rng):
    """One pair, several with repeated words, and scores of several hundred."""
    for n_e, V, m, k in [(3, 5, 1, 1), (4, 6, 5, 3), (6, 4, 8, 2)]:
        yield case(*tables(rng, n_e, V, m, k))
    while True:
        center, context, false, E, theta = tables(rng, 3, 5, 3, 2)
        real = 900 * np.sum(E[:, center] * theta[:, context], axis=0)
        made_up = 900 * np.einsum("dm,dmk->mk", E[:, center], theta[:, false])
        # Every term counts: a real neighbour that seems false, and the opposite, twice.
        if real[:2].max() < -300 and np.sum(made_up > 300) > 1:
            break
    yield case(center, context, false, 30 * E, 30 * theta)


def _negative(
    center,
    context,
    negatives,
    E,
    theta,
    *,
    flip=True,
    mean=True,
    add=True,
    averaged=False,
    real=True,
    turned=1,
):
    m, k = negatives.shape
    asked = np.concatenate([context[:, None], negatives], axis=1)
    e, t = E.T[center], theta.T[asked]
    z = np.einsum("mkd,md->mk", t, e)
    sign = np.ones(k + 1)
    sign[0] = -1
    if not flip:
        sign[:] = -1
    share = np.ones(k + 1)
    if averaged:
        share[1:] = 1 / k
    if not real:
        share[0] = 0
    n = m if mean else 1
    loss = (share * np.logaddexp(0, sign * z)).sum() / n
    dz = turned * share * sign * ref.sigmoid(sign * z) / n
    dE, dtheta = np.zeros(E.T.shape), np.zeros(E.T.shape)
    if add:
        np.add.at(dE, center, np.einsum("mk,mkd->md", dz, t))
        np.add.at(dtheta, asked, dz[:, :, None] * e[:, None, :])
    else:
        dE[center] += np.einsum("mk,mkd->md", dz, t)
        dtheta[asked] += dz[:, :, None] * e[:, None, :]
    return loss, {"dE": dE.T, "dtheta": dtheta.T}


@negative_sampling_loss.mistake(
    "False neighbours are treated as real ones. Their answer is no: σ(-z)."
)
def all_are_real(center, context, negatives, E, theta):
    return _negative(center, context, negatives, E, theta, flip=False)


@negative_sampling_loss.mistake(
    "The loss is a sum. Average it over the pairs, and the gradients too."
)
def negative_sums(center, context, negatives, E, theta):
    return _negative(center, context, negatives, E, theta, mean=False)


@negative_sampling_loss.mistake(
    "A word that occurs twice keeps only one of its gradients: use np.add.at."
)
def negative_loses_repeated_words(center, context, negatives, E, theta):
    return _negative(center, context, negatives, E, theta, add=False)


@negative_sampling_loss.mistake(
    "The false neighbours of a pair were averaged. Their terms add up."
)
def averages_the_false_ones(center, context, negatives, E, theta):
    return _negative(center, context, negatives, E, theta, averaged=True)


@negative_sampling_loss.mistake("The real neighbour is missing in the loss.")
def false_ones_only(center, context, negatives, E, theta):
    return _negative(center, context, negatives, E, theta, real=False)


@negative_sampling_loss.mistake(
    "The gradients have the wrong sign: the gradient of a score is σ - y."
)
def negative_gradients_negative(center, context, negatives, E, theta):
    return _negative(center, context, negatives, E, theta, turned=-1)


@negative_sampling_loss.mistake("The false neighbours are missing in the loss.")
def real_ones_only(center, context, negatives, E, theta):
    return _negative(center, context, negatives[:, :0], E, theta)


@negative_sampling_loss.mistake(
    "The gradients are sums over the pairs. The loss is a mean, and so are they."
)
def negative_gradients_summed(center, context, negatives, E, theta):
    loss, _ = _negative(center, context, negatives, E, theta)
    return loss, _negative(center, context, negatives, E, theta, mean=False)[1]


@negative_sampling_loss.mistake(
    "The tables of middle words and neighbours are swapped: the middle is in E, the "
    "neighbours are in theta."
)
def negative_swaps_the_tables(center, context, negatives, E, theta):
    loss, grads = _negative(center, context, negatives, theta, E)
    return loss, {"dE": grads["dtheta"], "dtheta": grads["dE"]}


@negative_sampling_loss.mistake(
    "It is averaged over all questions. The terms of a pair add up; only the pairs are "
    "averaged."
)
def averages_over_the_questions(center, context, negatives, E, theta):
    loss, grads = _negative(center, context, negatives, E, theta)
    questions = negatives.shape[1] + 1
    return loss / questions, {k: g / questions for k, g in grads.items()}


@negative_sampling_loss.mistake(
    "In dtheta, a word that was drawn twice keeps only one of its gradients: use "
    "np.add.at."
)
def negative_loses_repeated_draws(center, context, negatives, E, theta):
    loss, grads = _negative(center, context, negatives, E, theta)
    _, lost = _negative(center, context, negatives, E, theta, add=False)
    return loss, {**grads, "dtheta": lost["dtheta"]}


@negative_sampling_loss.right
def negative_pair_by_pair(center, context, negatives, E, theta):
    loss, dE, dtheta = 0.0, np.zeros(E.shape), np.zeros(theta.shape)
    m = len(center)
    for c, t, false in zip(center, context, negatives, strict=True):
        for word, y in [(t, 1), *((n, 0) for n in false)]:
            z = theta[:, word] @ E[:, c]
            loss += (max(z, 0) - y * z + math.log1p(math.exp(-abs(z)))) / m
            s = 0.5 + 0.5 * math.tanh(z / 2)
            dE[:, c] += (s - y) * theta[:, word] / m
            dtheta[:, word] += (s - y) * E[:, c] / m
    return loss, {"dE": dE, "dtheta": dtheta}


@negative_sampling_loss.right
def negative_in_float32(center, context, negatives, E, theta):
    E, theta = E.astype(np.float32), theta.astype(np.float32)
    return _negative(center, context, negatives, E, theta)


lab.concept(
    "three_quarters",
    points=1,
    answer="A",
    why="A power below 1 flattens: 16 to 1 becomes 8 to 1.",
    because={
        "B": "That would be the power 0. With 3/4, 16 to 1 becomes 8 to 1.",
        "C": "That would be a power above 1.",
        "D": "1 to any power is 1: they can still be drawn.",
    },
)


@lab.check("sample_negatives", points=5, driver="drawn", rtol=0.04, atol=0.02)
def sample_negatives(rng):
    """Shapes and range; frequencies of 20000 draws, for even and uneven counts."""
    yield case(rng.integers(1, 50, 8), 12, int(rng.integers(1000)), "form")
    for counts in ([16, 1, 81], [500, 20, 20, 3, 1], [7, 7, 7]):
        counts = np.array(counts) * int(rng.integers(1, 4))
        yield case(counts, 20_000, int(rng.integers(1000)), "frequencies")
    counts = rng.permutation([9, 0, 4, 2])  # a word that does not occur
    yield case(counts, 20_000, int(rng.integers(1000)), "frequencies")


@sample_negatives.expect
def frequencies_expected(counts, k, seed, ask):
    weights = counts**0.75
    form = {
        "shape": [k],
        "whole numbers": True,
        "in range": True,
        "a word may come twice": True,
        "the generator decides": True,
    }
    return form if ask == "form" else weights / weights.sum()


def _drawn(weights, k, rng):
    return rng.choice(len(weights), size=k, p=weights / weights.sum())


@sample_negatives.mistake("Drawn by plain frequency: the power 3/4 is missing.")
def by_frequency(counts, k, rng):
    return _drawn(counts, k, rng)


@sample_negatives.mistake("All words are equally likely: the counts are not used.")
def evenly(counts, k, rng):
    return rng.integers(0, len(counts), k)


@sample_negatives.mistake("The power is 4/3, which favours frequent words. It is 3/4.")
def power_upside_down(counts, k, rng):
    return _drawn(counts ** (4 / 3), k, rng)


@sample_negatives.mistake("The power is 1/4, the fourth root. It is 3/4.")
def fourth_root(counts, k, rng):
    return _drawn(counts**0.25, k, rng)


@sample_negatives.mistake("The draws do not come from `rng`: call its methods.")
def uses_another_generator(counts, k, rng):
    weights = counts**0.75
    return np.random.choice(len(counts), size=k, p=weights / weights.sum())


@sample_negatives.mistake("One word is drawn. Draw k of them.")
def draws_one(counts, k, rng):
    weights = counts**0.75
    return np.array([rng.choice(len(counts), p=weights / weights.sum())])


@sample_negatives.mistake(
    "The draws are floats. They will be used as indices: return ints."
)
def draws_as_floats(counts, k, rng):
    return _drawn(counts**0.75, k, rng).astype(float)


@sample_negatives.mistake("The power is 1/2. It is 3/4.")
def power_of_a_half(counts, k, rng):
    return _drawn(counts**0.5, k, rng)


@sample_negatives.mistake(
    "No word is drawn twice. Draw with replacement: each draw is independent of the "
    "others."
)
def draws_without_replacement(counts, k, rng):
    weights = counts**0.75
    again = k > len(counts)
    p = weights / weights.sum()
    return rng.choice(len(weights), size=k, p=p, replace=again)


@sample_negatives.mistake(
    "It draws without replacement, so k can be too large. Draw with replacement: each "
    "draw is independent of the others."
)
def draws_each_word_once(counts, k, rng):
    weights = counts**0.75
    p = weights / weights.sum()
    return rng.choice(len(weights), size=k, replace=False, p=p)


@sample_negatives.mistake("Words that do not occur are drawn as well.")
def draws_absent_words(counts, k, rng):
    return _drawn(np.maximum(counts, 1) ** 0.75, k, rng)


@sample_negatives.right
def draws_by_cumulative_sums(counts, k, rng):
    edges = np.cumsum(np.asarray(counts, np.float64) ** 0.75)
    return np.searchsorted(edges, rng.random(k) * edges[-1], side="right")


@sample_negatives.right
def draws_by_gumbel(counts, k, rng):
    scores = 0.75 * np.log(counts)[None, :]
    return np.argmax(scores + rng.gumbel(size=(k, len(counts))), axis=1)
