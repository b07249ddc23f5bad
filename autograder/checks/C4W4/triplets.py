"""Hidden tests of C4W4: triplets."""

import numpy as np

from autograder.checks.C4W4.common import lab, ref
from autograder.checks.check import case
from autograder.checks.drawing import told_apart


def _squares(y_pred):
    anchor, positive, negative = y_pred
    near = np.sum((anchor - positive) ** 2, axis=-1)
    far = np.sum((anchor - negative) ** 2, axis=-1)
    return near, far


def _directions(rng, m, d):
    """Vectors of length 1."""
    steps = rng.normal(size=(m, d))
    return steps / np.linalg.norm(steps, axis=1, keepdims=True)


def _triplets(rng, m, d, alpha=0.2):
    """Encodings: in turn within the margin, satisfied, and nearer to the negative."""
    near = rng.uniform(0.5, 1.2, m)
    further = np.array([0.5 * alpha, alpha + 0.7, -0.3])[np.arange(m) % 3]
    far = near + further * rng.uniform(0.7, 1.3, m)
    order = rng.permutation(m)
    anchor = rng.normal(size=(m, d))
    positive = anchor + np.sqrt(near)[order, np.newaxis] * _directions(rng, m, d)
    negative = anchor + np.sqrt(far)[order, np.newaxis] * _directions(rng, m, d)
    return anchor, positive, negative


def _ties(rng):
    """A triplet whose cost is exactly 0, one whose cost is the margin; the margin."""
    across, up = rng.integers(2, 7, 2) / 4  # exact in any precision
    A = np.zeros((2, 2)) + rng.integers(-3, 4, (2, 1))
    P = A + np.array([[across, 0.0], [0.0, 1.0]])
    N = A + np.array([[across, up], [1.0, 0.0]])
    return (A, P, N), float(up**2)


@lab.check("triplet_loss", points=8)
def triplet_loss(rng):
    """Easy and hard triplets, one and several, two margins, ties."""
    for m, d in [(6, 3), (1, 4), (9, 2)]:
        yield case(None, _triplets(rng, m, d))
    for m, alpha in [(5, rng.uniform(0.5, 0.9)), (7, rng.uniform(0.04, 0.08))]:
        yield case(None, _triplets(rng, m, 4, alpha), alpha=float(alpha))


@triplet_loss.mistake(
    "The margin was added outside the maximum. Add it inside the bracket, so that "
    "satisfied triplets cost 0."
)
def margin_outside(y_true, y_pred, alpha=0.2):
    near, far = _squares(y_pred)
    return np.sum(np.maximum(near - far, 0) + alpha)


@triplet_loss.mistake(
    "The margin was subtracted. It makes the task harder, so it adds to the cost."
)
def margin_subtracted(y_true, y_pred, alpha=0.2):
    near, far = _squares(y_pred)
    return np.sum(np.maximum(near - far - alpha, 0))


@triplet_loss.mistake("The margin is missing: a tie should cost `alpha`.")
def margin_missing(y_true, y_pred, alpha=0.2):
    return ref.triplet_loss(y_true, y_pred, 0)


@triplet_loss.mistake("The margin is 0.2, whatever `alpha` says.")
def margin_fixed(y_true, y_pred, alpha=0.2):
    return ref.triplet_loss(y_true, y_pred) + 0 * alpha


@triplet_loss.mistake(
    "Positive and negative are swapped. The distance to the positive adds to the cost."
)
def triplet_swapped(y_true, y_pred, alpha=0.2):
    anchor, positive, negative = y_pred
    return ref.triplet_loss(y_true, (anchor, negative, positive), alpha)


@triplet_loss.mistake(
    "The maximum was taken after the sum. Take it for each triplet, then add up."
)
def maximum_of_the_sum(y_true, y_pred, alpha=0.2):
    near, far = _squares(y_pred)
    return np.maximum(np.sum(near - far + alpha), 0)


@triplet_loss.mistake("The mean over the triplets was taken. The sum is asked for.")
def mean_over_triplets(y_true, y_pred, alpha=0.2):
    return ref.triplet_loss(y_true, y_pred, alpha) / len(y_pred[0])


@triplet_loss.mistake(
    "The distances are not squared. There is no square root in this loss."
)
def distances_not_squared(y_true, y_pred, alpha=0.2):
    near, far = _squares(y_pred)
    return np.sum(np.maximum(np.sqrt(near) - np.sqrt(far) + alpha, 0))


@triplet_loss.mistake(
    "The mean over the components was taken. A squared distance is a sum."
)
def mean_over_components(y_true, y_pred, alpha=0.2):
    near, far = _squares(y_pred)
    return np.sum(np.maximum((near - far) / y_pred[0].shape[1] + alpha, 0))


@triplet_loss.mistake(
    "The squares were summed over the batch as well. Sum over the last axis only."
)
def one_distance_for_all(y_true, y_pred, alpha=0.2):
    near, far = _squares(y_pred)
    return np.maximum(np.sum(near - far) + alpha, 0)


@triplet_loss.mistake(
    "The maximum with 0 is missing: satisfied triplets should cost 0."
)
def without_the_maximum(y_true, y_pred, alpha=0.2):
    near, far = _squares(y_pred)
    return np.sum(near - far + alpha)


@triplet_loss.mistake("One cost per triplet was returned. Add them up.")
def cost_of_each(y_true, y_pred, alpha=0.2):
    near, far = _squares(y_pred)
    return np.maximum(near - far + alpha, 0)


@triplet_loss.mistake(
    "Only the first triplet counts where there are several. Is there a `return` "
    "inside the loop?"
)
def first_triplet_only(y_true, y_pred, alpha=0.2):
    return ref.triplet_loss(y_true, [e[:1] for e in y_pred], alpha)


@triplet_loss.mistake(
    "The cost is half of what it should be. This loss has no factor 1/2."
)
def half_the_loss(y_true, y_pred, alpha=0.2):
    return ref.triplet_loss(y_true, y_pred, alpha) / 2


@triplet_loss.mistake("Only the largest cost counts. Add up the costs of all triplets.")
def costliest_triplet(y_true, y_pred, alpha=0.2):
    near, far = _squares(y_pred)
    return np.max(np.maximum(near - far + alpha, 0))


@triplet_loss.mistake(
    "The second distance is from the positive to the negative. Both distances start "
    "at the anchor."
)
def negative_from_the_positive(y_true, y_pred, alpha=0.2):
    a, p, n = y_pred
    near, far = np.sum((a - p) ** 2, axis=1), np.sum((p - n) ** 2, axis=1)
    return np.sum(np.maximum(near - far + alpha, 0))


@triplet_loss.right
def loss_with_a_loop(y_true, y_pred, alpha=0.2):
    total = 0.0
    for a, p, n in zip(*y_pred, strict=True):
        total += max(0.0, np.dot(a - p, a - p) - np.dot(a - n, a - n) + alpha)
    return total


@triplet_loss.right
def loss_by_norms(y_true, y_pred, alpha=0.2):
    a, p, n = y_pred
    z = np.linalg.norm(a - p, axis=1) ** 2 - np.linalg.norm(a - n, axis=1) ** 2 + alpha
    return z[z > 0].sum()


@triplet_loss.right
def loss_in_single_precision(y_true, y_pred, alpha=0.2):
    a, p, n = (e.astype(np.float32) for e in y_pred)
    z = np.einsum("ij,ij->i", a - p, a - p) - np.einsum("ij,ij->i", a - n, a - n)
    return np.float32(np.clip(z + np.float32(alpha), 0, None).sum())


@lab.check("triplet_gradient", points=8)
def triplet_gradient(rng):
    """Easy and hard triplets, one and several, two margins, exact ties."""
    for m, d in [(6, 3), (1, 2), (5, 4)]:
        yield case(None, _triplets(rng, m, d))
    alpha = float(rng.uniform(0.8, 1.5))
    yield case(None, _triplets(rng, 8, 3, alpha), alpha=alpha)
    y_pred, alpha = _ties(rng)
    yield case(None, y_pred, alpha=alpha)


def _gradient(y_pred, alpha, active=None):
    a, p, n = y_pred
    near, far = _squares(y_pred)
    active = (near - far + alpha > 0 if active is None else active)[:, np.newaxis]
    return 2 * active * (n - p), 2 * active * (p - a), 2 * active * (a - n)


@triplet_gradient.mistake("Triplets with cost 0 have a gradient. It should be 0 there.")
def satisfied_push(y_true, y_pred, alpha=0.2):
    return _gradient(y_pred, alpha, np.ones(len(y_pred[0]), bool))


@triplet_gradient.mistake(
    "The mask leaves out the margin. Triplets within the margin still cost something."
)
def mask_without_margin(y_true, y_pred, alpha=0.2):
    near, far = _squares(y_pred)
    return _gradient(y_pred, alpha, near > far)


@triplet_gradient.mistake(
    "The mask is the wrong way round: triplets with cost 0 have a gradient, and the "
    "others have none."
)
def mask_inverted(y_true, y_pred, alpha=0.2):
    near, far = _squares(y_pred)
    return _gradient(y_pred, alpha, near - far + alpha <= 0)


@triplet_gradient.mistake(
    "All signs are reversed. The gradient points in the direction in which the cost "
    "grows."
)
def gradient_downhill(y_true, y_pred, alpha=0.2):
    return tuple(-g for g in _gradient(y_pred, alpha))


@triplet_gradient.mistake("The factor 2 from the squares is missing.")
def factor_missing(y_true, y_pred, alpha=0.2):
    return tuple(g / 2 for g in _gradient(y_pred, alpha))


@triplet_gradient.mistake(
    "The gradient of the anchor has only one of two parts. The anchor occurs in both "
    "distances."
)
def anchor_half(y_true, y_pred, alpha=0.2):
    _, dP, dN = _gradient(y_pred, alpha)
    return -dP, dP, dN


@triplet_gradient.mistake(
    "The gradients were divided by the number of triplets. The cost is a sum, so its "
    "gradient is one too."
)
def gradient_of_the_mean(y_true, y_pred, alpha=0.2):
    return tuple(g / len(g) for g in _gradient(y_pred, alpha))


@triplet_gradient.mistake(
    "A triplet with a cost of exactly 0 has a gradient. It should be 0 there."
)
def tie_pushes(y_true, y_pred, alpha=0.2):
    near, far = _squares(y_pred)
    return _gradient(y_pred, alpha, near - far + alpha >= 0)


@triplet_gradient.mistake(
    "The gradients of positive and negative are swapped. The order is dA, dP, dN."
)
def gradients_swapped(y_true, y_pred, alpha=0.2):
    dA, dP, dN = _gradient(y_pred, alpha)
    return dA, dN, dP


@triplet_gradient.mistake("The signs of dP and dN are reversed.")
def signs_of_two_turned(y_true, y_pred, alpha=0.2):
    dA, dP, dN = _gradient(y_pred, alpha)
    return dA, -dP, -dN


@triplet_gradient.mistake(
    "The margin is 0.2, whatever `alpha` says. It decides which triplets cost "
    "something."
)
def gradient_with_a_fixed_margin(y_true, y_pred, alpha=0.2):
    return _gradient(y_pred, 0.2)


@triplet_gradient.mistake(
    "The mask is decided for each component. A triplet has one cost, from its whole "
    "distances: sum over the components first."
)
def mask_for_each_component(y_true, y_pred, alpha=0.2):
    a, p, n = y_pred
    active = (a - p) ** 2 - (a - n) ** 2 + alpha > 0
    return 2 * active * (n - p), 2 * active * (p - a), 2 * active * (a - n)


@triplet_gradient.right
def gradient_where_there_is_a_loss(y_true, y_pred, alpha=0.2):
    a, p, n = y_pred
    rows = [[e[i : i + 1] for e in y_pred] for i in range(len(a))]
    mask = np.array([[ref.triplet_loss(None, row, alpha) > 0] for row in rows])
    return 2 * (n - p) * mask, 2 * (p - a) * mask, 2 * (a - n) * mask


@triplet_gradient.right
def gradient_with_a_loop(y_true, y_pred, alpha=0.2):
    a, p, n = y_pred
    dA, dP, dN = np.zeros_like(a), np.zeros_like(a), np.zeros_like(a)
    for i in range(len(a)):
        if np.sum((a[i] - p[i]) ** 2) - np.sum((a[i] - n[i]) ** 2) + alpha > 0:
            dA[i] = 2 * (a[i] - p[i]) - 2 * (a[i] - n[i])
            dP[i], dN[i] = -2 * (a[i] - p[i]), 2 * (a[i] - n[i])
    return dA, dP, dN


@triplet_gradient.right
def gradient_as_a_list(y_true, y_pred, alpha=0.2):
    return [g.astype(np.float32) for g in _gradient(y_pred, alpha)]


@triplet_gradient.right
def gradient_with_where(y_true, y_pred, alpha=0.2):
    a, p, n = y_pred
    near, far = _squares(y_pred)
    rests = (near - far + alpha <= 0)[:, None]
    parts = (2 * (n - p), 2 * (p - a), 2 * (a - n))
    return tuple(np.where(rests, 0.0, g) for g in parts)


@lab.check("hard_triplets", points=8)
def hard_triplets(rng):
    """Unequal groups, somebody alone, one person only, ties, nothing to find."""
    shown = (
        own_positive,
        negative_is_a_friend,
        farthest_negative,
        keeps_everything,
        mining_without_margin,
        half_of_the_pairs,
        mining_by_distance,
        nearest_to_the_positive,
        one_positive_for_each,
    )
    for labels, d, alpha in [
        ([0, 1, 0, 2, 1, 1, 0], 3, 0.2),  # one is alone
        ([4, 4, 2, 2, 4, 7], 2, 0.5),
        ([5, 3, 5, 3, 3], 4, 0.3),
        ([1, 0, 0, 1, 1, 0, 2, 2], 3, 0.4),
    ]:
        yield told_apart(
            lambda labels=labels, d=d, alpha=alpha: case(
                _people(rng, labels, d), np.array(labels), alpha
            ),
            ref.hard_triplets,
            *shown,
        )
    yield case(rng.normal(size=(3, 3)), np.array([1, 1, 1]), 0.2)  # nobody else
    # On a grid, equal distances occur, and costs of exactly 0.
    for line, labels, alpha in [
        ([0.0, 0.5, 1.5, 2.0, -1.0, 2.5], [0, 0, 1, 1, 2, 3], 0.75),
        ([0.0, 1.0, -0.5, 0.5, 2.5], [0, 0, 1, 2, 1], 0.5),
        ([0.0, 2.0, 3.0, -2.0, -2.5, 0.5], [0, 0, 1, 2, 2, 1], 2.25),
        ([0.0, 1.0, 1.5, 9.0], [0, 0, 1, 1], 0.25),
    ]:
        E = rng.choice([-1, 1]) * np.array(line) + rng.integers(-50, 51)
        yield case(E[:, np.newaxis], np.array(labels), alpha)


def _people(rng, labels, d):
    """Encodings of people who are not far from each other."""
    spots = 0.6 * rng.normal(size=(8, d))
    return spots[labels] + 0.35 * rng.normal(size=(len(labels), d))


def _mine(
    E,
    labels,
    alpha,
    *,
    oneself=False,
    negatives="other",
    pick="argmin",
    margin=True,
    tie=False,
    root=False,
    keep=True,
    last=False,
):
    """Mining with options that are mistakes."""
    D = np.sum((E[:, None] - E[None]) ** 2, axis=-1)
    D = np.sqrt(D) if root else D
    found = []
    for a in range(len(E)):
        others = labels != labels[a]
        if negatives == "anybody":
            others = np.arange(len(E)) != a
        if not others.any():
            continue
        for p in np.flatnonzero(labels == labels[a]):
            if p == a and not oneself:
                continue
            rows = np.flatnonzero(others)[:: -1 if last else 1]
            n = rows[getattr(np, pick)(D[a][rows])]
            cost = D[a, p] - D[a, n] + (alpha if margin else 0)
            if cost > 0 or (tie and cost == 0) or not keep:
                found.append((a, p, n))
    return np.array(found, int).reshape(-1, 3)


@hard_triplets.mistake(
    "An image is its own positive. A positive has the same label but is another row."
)
def own_positive(embeddings, labels, alpha):
    return _mine(embeddings, labels, alpha, oneself=True)


@hard_triplets.mistake(
    "Some negatives show the same person as the anchor. Leave these rows out, then "
    "look for the nearest."
)
def negative_is_a_friend(embeddings, labels, alpha):
    return _mine(embeddings, labels, alpha, negatives="anybody")


@hard_triplets.mistake("The farthest negative was taken. The nearest is the hard one.")
def farthest_negative(embeddings, labels, alpha):
    return _mine(embeddings, labels, alpha, pick="argmax")


@hard_triplets.mistake(
    "Triplets with cost 0 were kept. Keep only those with a cost above 0."
)
def keeps_everything(embeddings, labels, alpha):
    return _mine(embeddings, labels, alpha, keep=False)


@hard_triplets.mistake(
    "The margin was left out. A negative slightly farther away than the positive "
    "still costs something."
)
def mining_without_margin(embeddings, labels, alpha):
    return _mine(embeddings, labels, alpha, margin=False)


@hard_triplets.mistake("Triplets with a cost of exactly 0 were kept. Leave them out.")
def mining_with_ties(embeddings, labels, alpha):
    return _mine(embeddings, labels, alpha, tie=True)


@hard_triplets.mistake(
    "The negative is the one nearest to the positive. Take the one nearest to the "
    "anchor."
)
def nearest_to_the_positive(embeddings, labels, alpha):
    D = np.sum((embeddings[:, None] - embeddings[None]) ** 2, axis=-1)
    found = []
    for a, p in zip(*np.nonzero(labels[:, None] == labels), strict=True):
        others = np.flatnonzero(labels != labels[a])
        if a == p or not others.size:
            continue
        n = others[D[p][others].argmin()]
        if D[a, p] - D[a, n] + alpha > 0:
            found.append((a, p, n))
    return np.array(found, int).reshape(-1, 3)


@hard_triplets.mistake("The cost was computed from distances. Use squared distances.")
def mining_by_distance(embeddings, labels, alpha):
    return _mine(embeddings, labels, alpha, root=True)


@hard_triplets.mistake(
    "Each pair of anchor and positive occurs once. It counts twice, with each of the "
    "two as the anchor."
)
def half_of_the_pairs(embeddings, labels, alpha):
    found = _mine(embeddings, labels, alpha)
    return found[found[:, 0] < found[:, 1]]


@hard_triplets.mistake("Of equally near negatives the last was taken. Take the first.")
def last_of_equal_negatives(embeddings, labels, alpha):
    return _mine(embeddings, labels, alpha, last=True)


@hard_triplets.mistake(
    "Each anchor has only its first positive. It forms a triplet with every other "
    "image of the same person."
)
def one_positive_for_each(embeddings, labels, alpha):
    found = _mine(embeddings, labels, alpha, keep=False)
    _, first = np.unique(found[:, 0], return_index=True)
    D = np.sum((embeddings[:, None] - embeddings) ** 2, axis=-1)
    found = found[first]
    cost = D[found[:, 0], found[:, 1]] - D[found[:, 0], found[:, 2]] + alpha
    return found[cost > 0]


@hard_triplets.mistake(
    "The last two columns are swapped. The order is anchor, positive, negative."
)
def negative_in_the_middle(embeddings, labels, alpha):
    return _mine(embeddings, labels, alpha)[:, [0, 2, 1]]


@hard_triplets.mistake(
    "Every negative that costs something has a triplet. Keep only the nearest negative "
    "of each anchor and positive."
)
def every_negative(embeddings, labels, alpha):
    D = np.sum((embeddings[:, None] - embeddings) ** 2, axis=-1)
    cost = D[:, :, None] - D[:, None] + alpha  # of anchor, positive, negative
    same = labels[:, None] == labels
    pairs = same & ~np.eye(len(labels), dtype=bool)
    return np.argwhere(pairs[:, :, None] & ~same[:, None] & (cost > 0))


@hard_triplets.mistake(
    "Each anchor has only its farthest positive. It forms a triplet with every other "
    "image of the same person."
)
def farthest_positive_only(embeddings, labels, alpha):
    D = np.sum((embeddings[:, None] - embeddings) ** 2, axis=-1)
    found = _mine(embeddings, labels, alpha, keep=False)
    best = [
        max(found[found[:, 0] == a], key=lambda row: D[row[0], row[1]])
        for a in np.unique(found[:, 0])
    ]
    best = np.array(best, int).reshape(-1, 3)
    cost = D[best[:, 0], best[:, 1]] - D[best[:, 0], best[:, 2]] + alpha
    return best[cost > 0]


@hard_triplets.right
def mining_with_loops(embeddings, labels, alpha):
    return _mine(embeddings, labels, alpha)


@hard_triplets.right
def mining_by_products(embeddings, labels, alpha):
    E = embeddings.astype(float)
    found = []
    for a, p in np.ndindex(len(E), len(E)):
        if a != p and labels[a] == labels[p]:
            far = [
                (float(((E[a] - E[n]) ** 2).sum()), n)
                for n in range(len(E))
                if labels[n] != labels[a]
            ]
            if far and ((E[a] - E[p]) ** 2).sum() + alpha > min(far)[0]:
                found.append([a, p, min(far)[1]])
    return np.array(found) if found else np.empty((0, 3), int)


@hard_triplets.right
def mining_with_a_masked_array(embeddings, labels, alpha):
    D = ((embeddings[None] - embeddings[:, None]) ** 2).sum(2)
    same = np.equal.outer(labels, labels)
    if same.all():
        return np.zeros((0, 3), np.int32)
    nearest = np.ma.array(D, mask=same).argmin(axis=1)
    np.fill_diagonal(same, val=False)
    pairs = np.argwhere(same)
    n = nearest[pairs[:, 0]]
    costs = D[pairs[:, 0], pairs[:, 1]] + alpha > D[pairs[:, 0], n]
    return np.column_stack([pairs, n])[costs].astype(np.int32)


lab.concept(
    "recognition_odds",
    points=1,
    answer=0.63,
    digits=2,
    why="All hundred comparisons refuse with probability 0.99^100 = 0.37.",
    because={
        0.01: "That is for one comparison; here there are a hundred.",
        1.0: "That is the expected number of wrong answers, not a probability.",
        0.37: "That is the probability of no wrong yes. Subtract it from 1.",
        0.99: "That is the probability that one comparison is right.",
    },
)

lab.concept(
    "triplet_by_hand",
    points=1,
    answer=0.6,
    digits=1,
    why="0.16 + 0.64 − (0.04 + 0.36) + 0.2.",
    because={
        0.4: "The margin is missing.",
        0.5: "The distances are squared; there is no square root.",
        0.2: "The margin is added, not subtracted.",
        0.0: "The negative is closer than the positive, so the cost is above 0.",
    },
)

lab.concept(
    "why_margin",
    points=1,
    answer="B",
    why="All distances are 0, and each triplet costs max(0, 0 − 0 + 0).",
    because={
        "A": "That network would be perfect. Which useless one costs 0?",
        "C": "With random encodings half of the negatives are closer than positives.",
        "D": "A network may give different images the same encoding.",
    },
)
