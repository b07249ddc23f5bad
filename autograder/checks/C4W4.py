"""Hidden tests of C4W4, faces and style, and the ways they go wrong."""

import numpy as np

from autograder.checks.check import Lab, case
from autograder.checks.drawing import told_apart
from helpers import nn

lab = Lab("C4W4")
ref = lab.reference


# --- triplets ------------------------------------------------------------------------


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


# --- at the door ---------------------------------------------------------------------

NAMES = ("bertrand", "younes", "kian", "danielle", "tian")


def _database(rng, n, d):
    """People who are far apart."""
    return {
        name: 4.0 * i + rng.uniform(-0.5, 0.5, d) for i, name in enumerate(NAMES[:n])
    }


def _at(point, rng, distance):
    """A point at a given distance."""
    step = rng.normal(size=point.shape)
    return point + distance * step / np.linalg.norm(step)


@lab.check("verify", points=5)
def verify(rng):
    """Near, far, exactly at the threshold, nobody of that name, other thresholds."""
    known = _database(rng, 4, 5)
    near, far = rng.uniform([0.55, 0.75], [0.65, 0.8])
    yield case(_at(known["kian"], rng, near), "kian", known)
    yield case(_at(known["younes"], rng, far), "younes", known)
    yield case(_at(known["danielle"], rng, 2 * near), "danielle", known, threshold=1.9)
    yield case(_at(known["kian"], rng, 0.25 * far), "kian", known, threshold=0.15)
    yield case(_at(known["kian"], rng, near), "younes", known)  # says another's name
    yield case(_at(known["kian"], rng, 0.1), "tian", known)  # whom nobody knows
    # Exactly at the threshold, in whole numbers.
    point, k = rng.integers(-4, 5, 3).astype(float), int(rng.integers(1, 4))
    people = {"ada": point, "bo": point + 40 + rng.normal(size=3)}
    at = point + np.array([0.0, 3.0, 4.0]) * k
    yield case(at, "ada", people, threshold=5.0 * k)


@verify.mistake(
    "The distance is squared. Return the distance itself and compare it with the "
    "threshold."
)
def verify_squared(encoding, identity, database, threshold=0.7):
    distance, _ = ref.verify(encoding, identity, database, threshold)
    return distance**2, distance**2 < threshold


@verify.mistake("The door opens at exactly the threshold. It opens only below it.")
def verify_at_the_threshold(encoding, identity, database, threshold=0.7):
    distance, _ = ref.verify(encoding, identity, database, threshold)
    return distance, distance <= threshold


@verify.mistake(
    "The decision is the wrong way round. A small distance means the same person."
)
def verify_inverted(encoding, identity, database, threshold=0.7):
    distance, _ = ref.verify(encoding, identity, database, threshold)
    return distance, distance >= threshold


@verify.mistake(
    "The distance to the nearest person was taken, whoever it is. Compare with the "
    "person whose name was given."
)
def verify_recognizes(encoding, identity, database, threshold=0.7):
    distances = [np.linalg.norm(encoding - e) for e in database.values()]
    return min(distances), min(distances) < threshold


@verify.mistake(
    "The distance to the nearest person was taken, whoever it is. Compare with the "
    "person whose name was given."
)
def verify_finds_the_nearest(encoding, identity, database, threshold=0.7):
    if identity not in database:
        return np.inf, False
    return verify_recognizes(encoding, identity, database, threshold)


@verify.mistake("The threshold is 0.7, whatever the argument says.")
def verify_fixed(encoding, identity, database, threshold=0.7):
    return ref.verify(encoding, identity, database)


@verify.mistake(
    "The two results are swapped. First comes the distance, then the decision."
)
def verify_turned(encoding, identity, database, threshold=0.7):
    return ref.verify(encoding, identity, database, threshold)[::-1]


@verify.mistake(
    "A name that is not in the database ends in an error. Return an infinite distance "
    "and refuse."
)
def verify_trusts_names(encoding, identity, database, threshold=0.7):
    distance = np.linalg.norm(encoding - database[identity])
    return distance, distance < threshold


@verify.mistake(
    "For a name that is not in the database the distance is 0. It should be infinite."
)
def verify_nobody_is_near(encoding, identity, database, threshold=0.7):
    distance, door_open = ref.verify(encoding, identity, database, threshold)
    return (distance if identity in database else 0.0), door_open


@verify.mistake(
    "The mean over the components was taken. The distance is the square root of the "
    "sum of squares."
)
def verify_by_mean(encoding, identity, database, threshold=0.7):
    if identity not in database:
        return np.inf, False
    distance = np.sqrt(np.mean((encoding - database[identity]) ** 2))
    return distance, distance < threshold


@verify.mistake("Absolute differences were added up. Use the Euclidean distance.")
def verify_by_streets(encoding, identity, database, threshold=0.7):
    if identity not in database:
        return np.inf, False
    distance = np.sum(np.abs(encoding - database[identity]))
    return distance, distance < threshold


@verify.right
def verify_by_hand(encoding, identity, database, threshold=0.7):
    known = database.get(identity)
    if known is None:
        return float("inf"), False
    distance = sum((u - v) ** 2 for u, v in zip(encoding, known, strict=True)) ** 0.5
    return distance, bool(distance < threshold)


@verify.right
def verify_with_an_error(encoding, identity, database, threshold=0.7):
    try:
        distance = np.sqrt(np.dot(*[encoding - database[identity]] * 2))
    except KeyError:
        distance = np.inf
    return np.float64(distance), distance < threshold


@verify.right
def verify_with_if(encoding, identity, database, threshold=0.7):
    door_open, distance = False, np.inf
    if identity in database:
        distance = np.linalg.norm(np.subtract(database[identity], encoding))
        if distance < threshold:
            door_open = True
    return distance, door_open


@lab.check("who_is_it", points=6)
def who_is_it(rng):
    """Residents, strangers, the first, middle and last of all, ties, nobody at all."""
    known = _database(rng, 5, 4)
    near, nearer = rng.uniform([0.4, 0.2], [0.6, 0.3])
    yield case(_at(known["bertrand"], rng, near), known)
    yield case(_at(known["tian"], rng, near), known)
    yield case(_at(known["kian"], rng, near), known, threshold=0.35)
    yield case(known["tian"] + 20 + rng.normal(size=4), known)  # a stranger
    # Two are near enough; the second of them is the nearer one.
    twins = dict(known)
    twins["danielle"] = twins["younes"] + np.array([near + nearer, 0, 0, 0])
    at = twins["danielle"] - np.array([nearer, 0, 0, 0])
    yield case(at, twins)
    yield case(at + 0.02 * rng.normal(size=4), twins, threshold=1.5)
    yield case(twins["younes"] + np.array([nearer, 0, 0, 0]), twins)  # now the first
    # Equally near, and exactly at the threshold, in whole numbers.
    point, k = rng.integers(-4, 5, 2).astype(float), int(rng.integers(1, 4))
    pair = {"ada": point + np.array([k, 0.0]), "bo": point - np.array([k, 0.0])}
    yield case(point + np.array([0.0, k / 4]), pair, threshold=4.5)
    yield case(point + np.array([k, 4.0]), {"bo": point - 30.0, **pair}, threshold=4.0)
    yield case(rng.normal(size=3), {})


def _nearest(encoding, database, *, last=False):
    nearest, identity = np.inf, None
    for name, known in database.items():
        distance = np.linalg.norm(encoding - known)
        if distance < nearest or (last and distance == nearest):
            nearest, identity = distance, name
    return nearest, identity


@who_is_it.mistake(
    "Strangers get the name of the nearest person. Return `None` if the distance is "
    "not below the threshold."
)
def welcomes_strangers(encoding, database, threshold=0.7):
    return _nearest(encoding, database)


@who_is_it.mistake("The farthest person was taken. Take the nearest.")
def takes_the_farthest(encoding, database, threshold=0.7):
    distance, name = 0.0 if database else np.inf, None
    for one, known in database.items():
        if np.linalg.norm(encoding - known) > distance:
            distance, name = np.linalg.norm(encoding - known), one
    return distance, name if distance < threshold else None


@who_is_it.mistake(
    "The first person below the threshold was taken. Compare with all of them and "
    "take the nearest."
)
def first_near_enough(encoding, database, threshold=0.7):
    distance, name = _nearest(encoding, database)
    for one, known in database.items():
        if np.linalg.norm(encoding - known) < threshold:
            return np.linalg.norm(encoding - known), one
    return distance, name if distance < threshold else None


@who_is_it.mistake(
    "The last person below the threshold was taken. Compare with all of them and take "
    "the nearest."
)
def last_near_enough(encoding, database, threshold=0.7):
    found = _nearest(encoding, database)[0], None
    for name, known in database.items():
        if np.linalg.norm(encoding - known) < threshold:
            found = np.linalg.norm(encoding - known), name
    return found


@who_is_it.mistake(
    "For strangers the distance is infinite. Return the distance to the nearest "
    "person; only the name is `None`."
)
def strangers_infinitely_far(encoding, database, threshold=0.7):
    distance, name = _nearest(encoding, database)
    return (distance, name) if distance < threshold else (np.inf, None)


@who_is_it.mistake("The threshold is 0.7, whatever the argument says.")
def who_with_a_fixed_threshold(encoding, database, threshold=0.7):
    return ref.who_is_it(encoding, database)


@who_is_it.mistake(
    "Somebody is recognized at exactly the threshold. The distance must be below it."
)
def recognizes_at_the_threshold(encoding, database, threshold=0.7):
    distance, name = _nearest(encoding, database)
    return distance, name if distance <= threshold else None


@who_is_it.mistake(
    "Of two equally near people the last was taken. Take the first in the database."
)
def last_of_equals(encoding, database, threshold=0.7):
    distance, name = _nearest(encoding, database, last=True)
    return distance, name if distance < threshold else None


@who_is_it.mistake(
    "The distances are squared. Compare the distances themselves with the threshold."
)
def recognizes_by_squares(encoding, database, threshold=0.7):
    distance, name = _nearest(encoding, database)
    return distance**2, name if distance**2 < threshold else None


@who_is_it.mistake(
    "The search starts from a fixed distance, and people farther away are not "
    "considered. Start from infinity."
)
def starts_from_a_number(encoding, database, threshold=0.7):
    distance, name = _nearest(encoding, database)
    distance = min(distance, 5.0)
    return distance, name if distance < threshold else None


@who_is_it.mistake(
    "The two results are swapped. First comes the distance, then the name."
)
def who_turned(encoding, database, threshold=0.7):
    return ref.who_is_it(encoding, database, threshold)[::-1]


@who_is_it.mistake("For strangers a text was returned. Return `None`.")
def answers_in_words(encoding, database, threshold=0.7):
    distance, name = ref.who_is_it(encoding, database, threshold)
    return distance, name or "not in the database"


@who_is_it.right
def who_by_sorting(encoding, database, threshold=0.7):
    distances = [
        (np.linalg.norm(encoding - e), i) for i, e in enumerate(database.values())
    ]
    if not distances:
        return np.inf, None
    distance, i = min(distances)
    return distance, list(database)[i] if distance < threshold else None


@who_is_it.right
def who_by_argmin(encoding, database, threshold=0.7):
    if not database:
        return float("inf"), None
    table = np.stack(list(database.values()))
    distances = np.sqrt(((table - encoding) ** 2).sum(axis=1))
    i = distances.argmin()
    return distances[i], (list(database)[i] if distances[i] < threshold else None)


@who_is_it.right
def who_by_min(encoding, database, threshold=0.7):
    distances = {
        name: float(np.linalg.norm(e - encoding)) for name, e in database.items()
    }
    name = min(distances, key=distances.get, default=None)
    distance = distances.get(name, np.inf)
    return distance, None if distance >= threshold else name


lab.concept(
    "new_colleague",
    points=1,
    answer="D",
    why="The network only compares; the people are entries in a table.",
    because={
        "A": "With encodings, no new output is needed when the staff changes.",
        "B": "The network already compares people it never saw in training.",
        "C": "The network has learned from others; one image of her is enough.",
    },
)

lab.concept(
    "printed_photo",
    points=1,
    answer="C",
    why="The print shows your face, so its encoding is rightly close to yours.",
    because={
        "A": "The print may be closer to the database than you are on a bad day.",
        "B": "Then there are more images that the print can be close to.",
        "D": "Harder triplets separate people; the print shows the right person.",
    },
)


# --- yes or no -----------------------------------------------------------------------


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


# --- content and style ---------------------------------------------------------------

SHAPES = [(1, 3, 4, 2), (1, 2, 2, 5), (1, 5, 3, 3)]


def _pair_of(rng, shape):
    return {"a": rng.normal(size=shape), "a_G": rng.normal(size=shape)}


@lab.check("compute_content_cost", points=6, driver="cost")
def compute_content_cost(rng):
    """Height unlike width, more and fewer channels, equal images."""
    for shape in SHAPES:
        yield case(**_pair_of(rng, shape))
    same = rng.normal(size=(1, 2, 3, 2))
    yield case(a=same, a_G=same.copy())


@compute_content_cost.mistake(
    "The cost is four times too large: it is the mean of the squares. Divide their "
    "sum by 4 n_H n_W n_C."
)
def content_as_mean(a_C, a_G):
    return nn.mean((a_C - a_G) ** 2)


@compute_content_cost.mistake(
    "The normalization is missing. Divide the sum by 4 n_H n_W n_C."
)
def content_not_normalized(a_C, a_G):
    return ((a_C - a_G) ** 2).sum()


@compute_content_cost.mistake(
    "The sum was multiplied by n_H n_W n_C instead of divided. Mind the brackets."
)
def content_brackets(a_C, a_G):
    _, n_H, n_W, n_C = a_G.shape
    return ((a_C - a_G) ** 2).sum() / 4 * n_H * n_W * n_C


@compute_content_cost.mistake(
    "The divisor is squared, as in the style cost. Here it is 4 n_H n_W n_C."
)
def content_divisor_squared(a_C, a_G):
    return ((a_C - a_G) ** 2).sum() / (2 * a_G.size) ** 2


@compute_content_cost.mistake("n_C is missing in the normalization.")
def content_without_channels(a_C, a_G):
    return ((a_C - a_G) ** 2).sum() / (4 * a_G.shape[1] * a_G.shape[2])


@compute_content_cost.mistake(
    "A square root was taken. Use the sum of the squares itself."
)
def content_with_root(a_C, a_G):
    return nn.sqrt(((a_C - a_G) ** 2).sum() + 1e-30) / (4 * a_G.size)


@compute_content_cost.mistake(
    "The differences were added up without squares, so they cancel. Square them first."
)
def content_of_differences(a_C, a_G):
    return (a_C - a_G).sum() / (4 * a_G.size)


@compute_content_cost.mistake(
    "Absolute differences were added up. Square them instead."
)
def content_absolute(a_C, a_G):
    return abs(a_C - a_G).sum() / (4 * a_G.size)


@compute_content_cost.mistake(
    "The value is right, but no gradient flows back: `np.array(a_G)` and `a_G.data` "
    "lose the Tensor. Calculate with the Tensor itself."
)
def content_cut_off(a_C, a_G):
    return float(np.sum((a_C - a_G.data) ** 2) / (4 * a_G.size))


@compute_content_cost.right
def content_by_mean(a_C, a_G):
    return nn.mean((a_G - a_C) * (a_G - a_C)) / 4


@compute_content_cost.right
def content_unrolled(a_C, a_G):
    _, n_H, n_W, n_C = a_G.shape
    rows = a_G.reshape(n_H * n_W, n_C) - a_C.reshape(n_H * n_W, n_C)
    return (rows**2).sum(axis=0).sum() * (1 / (4 * n_H * n_W * n_C))


@compute_content_cost.right
def content_with_tensors(a_C, a_G):
    difference = nn.as_tensor(a_C) - a_G
    return nn.multiply(difference, difference).sum() / (4.0 * a_C.size)


@lab.check("gram_matrix", points=5, driver="gram")
def gram_matrix(rng):
    """More channels than positions, fewer, as many, and one."""
    for shape in [(2, 6), (5, 3), (4, 4), (1, 7)]:
        yield case(A=rng.normal(size=shape))


@gram_matrix.mistake(
    "Positions were multiplied with positions. The rows of A are channels, and "
    "channels are multiplied with channels."
)
def gram_of_positions(A):
    return A.T @ A


@gram_matrix.mistake(
    "The result was divided by the number of positions. Nothing is divided here."
)
def gram_as_mean(A):
    return A @ A.T / A.shape[1]


@gram_matrix.mistake("Only the products of each channel with itself were returned.")
def gram_diagonal(A):
    return (A * A).sum(axis=1)


@gram_matrix.mistake(
    "The means of the channels were subtracted, which gives a covariance."
)
def gram_centred(A):
    centred = A - A.sum(axis=1, keepdims=True) / A.shape[1]
    return centred @ centred.T


@gram_matrix.mistake(
    "`np.dot` turns a Tensor into an array, and the gradient is lost. `@` keeps it."
)
def gram_by_numpy(A):
    return np.dot(np.asarray(A), np.asarray(A).T)


@gram_matrix.right
def gram_by_matmul(A):
    return nn.matmul(A, A.T) if isinstance(A, nn.Tensor) else np.matmul(A, A.T)


@gram_matrix.right
def gram_by_transpose(A):
    return A @ A.transpose(1, 0)


@gram_matrix.right
def gram_by_sums(A):
    n_C, positions = A.shape
    return (A.reshape(n_C, 1, positions) * A.reshape(1, n_C, positions)).sum(axis=2)


def _layer_cost(a_S, a_G, *, divide=None, gram=None, unroll=None):
    """One layer's style cost, with options that are mistakes."""
    _, n_H, n_W, n_C = a_G.shape
    gram = gram or (lambda A: A @ A.T)
    unroll = unroll or (lambda a: a.reshape(n_H * n_W, n_C).T)
    divide = (2 * n_C * n_H * n_W) ** 2 if divide is None else divide(n_C, n_H * n_W)
    return ((gram(unroll(a_S)) - gram(unroll(a_G))) ** 2).sum() / divide


@lab.check("compute_layer_style_cost", points=7, driver="cost")
def compute_layer_style_cost(rng):
    """Height unlike width, more channels than positions, positions shuffled."""
    for shape in SHAPES:
        yield case(**_pair_of(rng, shape))
    a = rng.normal(size=(1, 2, 4, 3))
    shuffled = rng.permutation(a.reshape(8, 3)).reshape(a.shape)
    yield case(a=a, a_G=0.5 * shuffled)


@compute_layer_style_cost.mistake(
    "`reshape(n_C, …)` mixes channels and positions. Channels are the last axis: "
    "reshape to (n_H * n_W, n_C), then transpose."
)
def pixels_in_pieces(a_S, a_G):
    n_C = a_G.shape[3]
    return _layer_cost(a_S, a_G, unroll=lambda a: a.reshape(n_C, -1))


@compute_layer_style_cost.mistake(
    "The Gram matrix is of positions with positions. The reshaped matrix needs one "
    "row per channel."
)
def style_of_positions(a_S, a_G):
    return _layer_cost(a_S, a_G, gram=lambda A: A.T @ A)


@compute_layer_style_cost.mistake(
    "The normalization is missing. Divide by 4 n_C² (n_H n_W)²."
)
def style_not_normalized(a_S, a_G):
    return _layer_cost(a_S, a_G, divide=lambda c, n: 1)


@compute_layer_style_cost.mistake(
    "The divisor is not squared: 4 n_C² (n_H n_W)² is (2 n_C n_H n_W)²."
)
def style_divisor_not_squared(a_S, a_G):
    return _layer_cost(a_S, a_G, divide=lambda c, n: 4 * c * n)


@compute_layer_style_cost.mistake(
    "The factor 4 is missing in the divisor, 4 n_C² (n_H n_W)²."
)
def style_without_four(a_S, a_G):
    return _layer_cost(a_S, a_G, divide=lambda c, n: c**2 * n**2)


@compute_layer_style_cost.mistake(
    "n_H n_W is not squared in the divisor, 4 n_C² (n_H n_W)²."
)
def style_positions_not_squared(a_S, a_G):
    return _layer_cost(a_S, a_G, divide=lambda c, n: 4 * c**2 * n)


@compute_layer_style_cost.mistake(
    "The mean of the squares was taken. The sum over all k and k' is asked for."
)
def style_as_mean(a_S, a_G):
    return _layer_cost(a_S, a_G, divide=lambda c, n: (2 * c * n) ** 2 * c**2)


@compute_layer_style_cost.mistake(
    "The differences of the Gram matrices were added up without squares, so they "
    "cancel. Square them first."
)
def style_of_differences(a_S, a_G):
    gram_S, gram_G = (
        a.reshape(-1, a.shape[3]).T @ a.reshape(-1, a.shape[3]) for a in (a_S, a_G)
    )
    _, n_H, n_W, n_C = a_G.shape
    return (gram_S - gram_G).sum() / (2 * n_C * n_H * n_W) ** 2


@compute_layer_style_cost.mistake(
    "Absolute differences of the Gram matrices were added up. Square them instead."
)
def style_of_absolute_differences(a_S, a_G):
    gram_S, gram_G = (
        a.reshape(-1, a.shape[3]).T @ a.reshape(-1, a.shape[3]) for a in (a_S, a_G)
    )
    _, n_H, n_W, n_C = a_G.shape
    return abs(gram_S - gram_G).sum() / (2 * n_C * n_H * n_W) ** 2


@compute_layer_style_cost.mistake("Activations were compared instead of Gram matrices.")
def style_of_activations(a_S, a_G):
    return _layer_cost(a_S, a_G, gram=lambda A: A)


@compute_layer_style_cost.mistake(
    "The value is right, but no gradient flows back: some step turned the Tensor into "
    "an array."
)
def style_cut_off(a_S, a_G):
    return _layer_cost(a_S, a_G.data)


@compute_layer_style_cost.mistake(
    "The Gram matrices are divided by the number of positions as well. The divisor "
    "(2 n_C n_H n_W)² contains it already."
)
def gram_of_averages(a_S, a_G):
    n = a_G.shape[1] * a_G.shape[2]
    return _layer_cost(a_S, a_G, gram=lambda A: A @ A.T / n)


@compute_layer_style_cost.right
def style_in_one_line(a_S, a_G):
    n_C = a_G.shape[-1]
    S, G = a_S.reshape(-1, n_C), a_G.reshape(-1, n_C)
    return ((S.T @ S - G.T @ G) ** 2).sum() / (4 * n_C**2 * len(G) ** 2)


@compute_layer_style_cost.right
def style_by_transposing(a_S, a_G):
    _, n_H, n_W, n_C = a_G.shape
    S = ref.gram_matrix(a_S.transpose(3, 0, 1, 2).reshape(n_C, n_H * n_W))
    G = ref.gram_matrix(nn.transpose(a_G, 3, 0, 1, 2).reshape(n_C, n_H * n_W))
    return (1 / (4 * n_C * n_C * (n_H * n_W) ** 2)) * ((G - S) * (G - S)).sum()


@compute_layer_style_cost.right
def style_by_mean_grams(a_S, a_G):
    return _layer_cost(
        nn.as_tensor(a_S),
        a_G,
        gram=lambda A: A @ A.T / A.shape[1],
        divide=lambda c, n: (2 * c) ** 2,
    )


@lab.check("compute_style_cost", points=5, driver="style")
def compute_style_cost(rng):
    """One layer, three of unequal weight and shape, layers that do not count."""
    shapes = {"conv1": (1, 3, 4, 2), "conv2": (1, 2, 2, 3), "conv3": (1, 1, 2, 4)}
    for layers in [
        [("conv1", 0.2), ("conv2", 0.5), ("conv3", 0.3)],
        [("conv2", 0.7)],
        [("conv3", 0.1), ("conv1", 2.0)],
    ]:
        yield case(
            a_S={layer: rng.normal(size=shape) for layer, shape in shapes.items()},
            a_G={layer: rng.normal(size=shape) for layer, shape in shapes.items()},
            STYLE_LAYERS=layers,
        )


@compute_style_cost.mistake("The weights have no effect: all layers count equally.")
def layers_alike(a_S, a_G, STYLE_LAYERS):
    return ref.compute_style_cost(a_S, a_G, [(layer, 1) for layer, _ in STYLE_LAYERS])


@compute_style_cost.mistake(
    "Layers count that are not in STYLE_LAYERS. Go through that list only."
)
def all_layers(a_S, a_G, STYLE_LAYERS):
    weights = dict.fromkeys(a_S, 1) | dict(STYLE_LAYERS)
    return ref.compute_style_cost(a_S, a_G, list(weights.items()))


@compute_style_cost.mistake(
    "Only the last layer of the list counts. Add up all of them."
)
def last_layer(a_S, a_G, STYLE_LAYERS):
    return ref.compute_style_cost(a_S, a_G, STYLE_LAYERS[-1:])


@compute_style_cost.mistake(
    "Only the first layer of the list counts. Is there a `return` inside the loop?"
)
def first_layer(a_S, a_G, STYLE_LAYERS):
    return ref.compute_style_cost(a_S, a_G, STYLE_LAYERS[:1])


@compute_style_cost.mistake(
    "The sum was divided by the number of layers. Do not divide it."
)
def mean_of_layers(a_S, a_G, STYLE_LAYERS):
    return ref.compute_style_cost(a_S, a_G, STYLE_LAYERS) / len(STYLE_LAYERS)


@compute_style_cost.mistake(
    "The weights were squared, or applied before squaring. They multiply the cost of "
    "a layer."
)
def weights_squared(a_S, a_G, STYLE_LAYERS):
    return ref.compute_style_cost(a_S, a_G, [(k, w**2) for k, w in STYLE_LAYERS])


@compute_style_cost.right
def style_as_a_sum(a_S, a_G, STYLE_LAYERS):
    return sum(
        ref.compute_layer_style_cost(a_S[k], a_G[k]) * w for k, w in STYLE_LAYERS
    )


@compute_style_cost.right
def style_by_index(a_S, a_G, STYLE_LAYERS):
    names = [pair[0] for pair in STYLE_LAYERS]
    costs = [_layer_cost(a_S[name], a_G[name]) for name in names]
    J = nn.Tensor(np.zeros(()))
    for i in range(len(names)):
        J = J + STYLE_LAYERS[i][1] * costs[i]
    return J


@compute_style_cost.right
def style_by_stacking(a_S, a_G, STYLE_LAYERS):
    costs = nn.stack([_layer_cost(a_S[k], a_G[k]) for k, _ in STYLE_LAYERS])
    return (costs * np.array([w for _, w in STYLE_LAYERS])).sum()


@lab.check("total_cost", points=2, driver="total")
def total_cost(rng):
    """Usual weights and others, of numbers and of tensors."""
    yield case(float(rng.uniform(1, 5)), float(rng.uniform(1, 5)))
    yield case(float(rng.uniform(1, 5)), float(rng.uniform(1, 5)), alpha=1, beta=3)
    yield case(float(rng.uniform(1, 5)), float(rng.uniform(1, 5)), alpha=0.5)
    yield case(float(rng.uniform(1, 5)), float(rng.uniform(1, 5)), beta=7)


@total_cost.mistake("alpha and beta are swapped. alpha is the weight of the content.")
def weights_swapped(J_content, J_style, alpha=10, beta=40):
    return beta * J_content + alpha * J_style


@total_cost.mistake("The weights have no effect.")
def weights_left_out(J_content, J_style, alpha=10, beta=40):
    return J_content + J_style


@total_cost.mistake("The weights are 10 and 40, whatever the arguments say.")
def weights_fixed(J_content, J_style, alpha=10, beta=40):
    return 10 * J_content + 40 * J_style


@total_cost.mistake(
    "The result was divided by the sum of the weights. Do not divide it."
)
def weights_normalized(J_content, J_style, alpha=10, beta=40):
    return (alpha * J_content + beta * J_style) / (alpha + beta)


@total_cost.mistake("The style is missing in the sum.")
def total_without_style(J_content, J_style, alpha=10, beta=40):
    return alpha * J_content


@total_cost.mistake("The content is missing in the sum.")
def total_without_content(J_content, J_style, alpha=10, beta=40):
    return beta * J_style


@total_cost.mistake(
    "NumPy turns Tensors into numbers, and no gradient flows back. Use `*` and `+` "
    "directly."
)
def total_by_dot(J_content, J_style, alpha=10, beta=40):
    return np.dot([alpha, beta], [J_content, J_style])


@total_cost.right
def total_by_sum(J_content, J_style, alpha=10, beta=40):
    return sum(w * J for w, J in ((beta, J_style), (alpha, J_content)))


@total_cost.right
def total_by_addition(J_content, J_style, alpha=10, beta=40):
    return J_style * beta + J_content * alpha


lab.concept(
    "gram_numbers",
    points=1,
    answer=4096,
    why="64 channels with 64 channels; the sum runs over the 784 positions.",
    because={
        50176: "That is the number of activations.",
        614656: "That is positions with positions, 784². Multiply channels.",
        64: "That is the diagonal alone.",
        2016: "The matrix is symmetric, but it still has 64 · 64 numbers.",
        784: "That is the number of positions, over which the sum runs.",
    },
)

lab.concept(
    "what_is_learned",
    points=1,
    answer="A",
    why="The network stays fixed. The pixels are the parameters.",
    because={
        "B": "The layers stay as they are; they only measure.",
        "C": "You choose these two; with both at 0 any image would cost nothing.",
        "D": "The style is given; the Gram matrix of G moves towards it.",
    },
)


@lab.check("train_step", points=8, driver="steps")
def train_step(rng):
    """One step and three, usual weights and others, pixels that reach the edge."""
    for n_H, n_W, reach, weights, number in [
        (4, 5, 0.1, {}, 1),
        (5, 4, 0.05, {"alpha": 2, "beta": 5}, 3),
        (3, 6, 1.0, {"alpha": 3.0, "beta": 1.0}, 2),  # some pixels leave 0 to 1
    ]:
        largest = 0.0
        while largest < 1e-2:  # no ReLU may stop everything
            inputs = _transfer(rng, n_H, n_W) | {"weights": weights}
            run = lab.checks["train_step"].driver_function
            pixels = run(ref.train_step, **inputs, rate=1e-6, number=1)["pixels"]
            largest = np.abs(pixels - inputs["G"]).max() / 1e-6
        # In the first step the pixel that moves most moves so far.
        yield case(**inputs, rate=reach / largest, number=number)


def _transfer(rng, n_H, n_W):
    """An image, what it should look like, and the filters that see it."""
    return {
        "G": rng.uniform(0.3, 0.7, (1, n_H, n_W, 3)),
        "a_C": 2 * rng.random((1, n_H, n_W, 4)),
        "a_S": {
            "first": rng.random((1, n_H, n_W, 2)),
            "second": 2 * rng.random((1, n_H, n_W, 4)),
        },
        "filters": [0.4 * rng.normal(size=(3, 3, 3, 2)), rng.normal(size=(3, 3, 2, 4))],
        "STYLE_LAYERS": [("first", 0.4), ("second", 0.6)],
    }


def _step(
    G,
    features,
    goal,
    optimizer,
    alpha=10,
    beta=40,
    *,
    forget=True,
    clip=True,
    content=True,
    style=True,
    layer=None,
    style_goal="a_S",
    after=False,
    order=1,
):
    """A step on the pixels, with options that are mistakes."""

    def cost():
        a_G = features(G)
        J = 0
        if content:
            seen = a_G[layer or goal["content_layer"]]
            difference = seen - goal["a_C"][..., : seen.shape[-1]]
            J = alpha * (difference**2).sum() / (4 * seen.size)
        if style:
            a_S = goal[style_goal]
            J = J + beta * sum(
                weight * _layer_cost(a_S[k], a_G[k])
                for k, weight in goal["STYLE_LAYERS"]
            )
        return J

    J = cost()
    if forget:
        optimizer.zero_grad()
    J.backward()
    if order < 0:
        G.grad = -G.grad
    optimizer.step()
    if clip:
        np.clip(G.data, 0, 1, out=G.data)
    return cost().item() if after else J.item()


@train_step.mistake(
    "The old gradient was not reset, so the second step is wrong. Call "
    "`optimizer.zero_grad()` once per step."
)
def gradients_pile_up(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, alpha, beta, forget=False)


@train_step.mistake("Some pixels are below 0 or above 1. Clip `G.data` after the step.")
def pixels_leave(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, alpha, beta, clip=False)


@train_step.mistake("The content cost is missing.")
def step_without_content(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, alpha, beta, content=False)


@train_step.mistake("The style cost is missing.")
def step_without_style(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, alpha, beta, style=False)


@train_step.mistake(
    "The cost after the step was returned. Return the one from which the gradient was "
    "computed."
)
def cost_after_the_step(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, alpha, beta, after=True)


@train_step.mistake("The weights are 10 and 40, whatever the arguments say.")
def step_with_fixed_weights(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer)


@train_step.mistake(
    "The pixels did not change, or only in a copy. Call `backward`, then `step`, then "
    "clip in place with `out=G.data`."
)
def nothing_changes(G, features, goal, optimizer, alpha=10, beta=40):
    before = G.data.copy()
    J = _step(G, features, goal, optimizer, alpha, beta)
    G.data[...] = before
    return J


@train_step.mistake("alpha and beta are swapped. alpha is the weight of the content.")
def step_swaps_weights(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, beta, alpha)


@train_step.mistake(
    "The content was compared in another layer than `goal['content_layer']`."
)
def content_in_another_layer(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, alpha, beta, layer="first")


@train_step.mistake(
    "The pixels moved in the direction in which the cost grows. `optimizer.step()` "
    "already subtracts the gradient, so leave its sign as it is."
)
def step_uphill(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, alpha, beta, order=-1)


@train_step.mistake(
    "The style was compared in the first of its layers only. Use all of "
    "`goal['STYLE_LAYERS']`."
)
def style_of_one_layer(G, features, goal, optimizer, alpha=10, beta=40):
    one = {**goal, "STYLE_LAYERS": goal["STYLE_LAYERS"][:1]}
    return _step(G, features, one, optimizer, alpha, beta)


@train_step.mistake("A Tensor was returned. Return a number: `J.item()`.")
def returns_the_tensor(G, features, goal, optimizer, alpha=10, beta=40):
    return nn.Tensor(np.array(_step(G, features, goal, optimizer, alpha, beta)))


@train_step.mistake(
    "The pixels are clipped before the step, so the step can leave 0 to 1. Clip them "
    "after `optimizer.step()`."
)
def clips_before_the_step(G, features, goal, optimizer, alpha=10, beta=40):
    np.clip(G.data, 0, 1, out=G.data)
    return _step(G, features, goal, optimizer, alpha, beta, clip=False)


@train_step.mistake(
    "The pixels are clipped before the step, so the step can leave 0 to 1. Clip them "
    "after `optimizer.step()`."
)
def clips_between_backward_and_step(G, features, goal, optimizer, alpha=10, beta=40):
    optimizer.zero_grad()
    J = _step(G, features, goal, _Still(optimizer), alpha, beta)
    optimizer.step()
    return J


class _Still:
    """An optimizer that does not step."""

    def __init__(self, optimizer):
        self.zero_grad = optimizer.zero_grad

    def step(self):
        """Leave everything as it is."""


@train_step.right
def step_by_parts(G, features, goal, optimizer, alpha=10, beta=40):
    return _step(G, features, goal, optimizer, alpha, beta)


@train_step.right
def step_forgets_last(G, features, goal, optimizer, alpha=10, beta=40):
    J = _step(G, features, goal, optimizer, alpha, beta, forget=False)
    optimizer.zero_grad()
    return J


@train_step.right
def step_forgets_first(G, features, goal, optimizer, alpha=10, beta=40):
    optimizer.zero_grad()
    a_G = features(G)
    J = ref.total_cost(
        ref.compute_content_cost(goal["a_C"], a_G[goal["content_layer"]]),
        ref.compute_style_cost(goal["a_S"], a_G, goal["STYLE_LAYERS"]),
        alpha=alpha,
        beta=beta,
    )
    J.backward()
    optimizer.step()
    G.data = np.minimum(np.maximum(G.data, 0.0), 1.0)
    return float(J)


@train_step.right
def step_forgets_by_hand(G, features, goal, optimizer, alpha=10, beta=40):
    G.zero_grad()
    a_G, total = features(G), 0.0
    for name, weight in goal["STYLE_LAYERS"]:
        total = total + beta * weight * _layer_cost(goal["a_S"][name], a_G[name])
    difference = a_G[goal["content_layer"]] - goal["a_C"]
    total = total + alpha * nn.mean(difference**2) / 4
    cost = total.data.item()
    total.backward()
    optimizer.step()
    G.data[...] = G.data.clip(0, 1)
    return cost


# --- one and three dimensions --------------------------------------------------------


@lab.check("conv1d", points=5, forbid=("helpers.nn", "scipy", "np.convolve"))
def conv1d(rng):
    """Several channels, strides and paddings; windows that do not fill the signal."""
    for m, n_L, n_C_prev, f, n_C, settings in [
        (2, 7, 3, 3, 2, {}),
        (1, 6, 2, 2, 3, {"stride": 2}),
        (3, 5, 1, 3, 2, {"pad": 2}),
        (2, 9, 2, 4, 1, {"stride": 3, "pad": 1}),
        (1, 4, 2, 4, 3, {"stride": 2}),
    ]:
        shapes = (m, n_L, n_C_prev), (f, n_C_prev, n_C), n_C
        yield told_apart(
            lambda shapes=shapes, settings=settings: case(
                *(rng.normal(size=shape) for shape in shapes), **settings
            ),
            ref.conv1d,
            conv1d_with_relu,
        )


def _slide(x, W, b, stride, pad, mode="constant"):
    """A convolution along any number of axes, one position after the other."""
    k = W.ndim - 2
    x = np.pad(x, [(0, 0), *[(pad, pad)] * k, (0, 0)], mode=mode)
    f = W.shape[:k]
    sizes = [(n - s) // stride + 1 for n, s in zip(x.shape[1:-1], f, strict=True)]
    Z = np.zeros((len(x), *sizes, W.shape[-1]))
    for position in np.ndindex(*sizes):
        window = tuple(
            slice(i * stride, i * stride + s) for i, s in zip(position, f, strict=True)
        )
        part = x[(slice(None), *window)].reshape(len(x), -1)
        Z[(slice(None), *position)] = part @ W.reshape(-1, W.shape[-1]) + b
    return Z


@conv1d.mistake(
    "The filters were flipped. In deep learning a convolution does not flip its "
    "filters."
)
def turned_in_time(x, W, b, stride=1, pad=0):
    return _slide(x, W[::-1], b, stride, pad)


@conv1d.mistake("The biases are missing.")
def conv1d_without_bias(x, W, b, stride=1, pad=0):
    return _slide(x, W, 0 * b, stride, pad)


@conv1d.mistake("The stride has no effect. Windows start at 0, s, 2s, …")
def conv1d_without_stride(x, W, b, stride=1, pad=0):
    return _slide(x, W, b, 1, pad)


@conv1d.mistake("The padding is missing: zeros on both sides.")
def conv1d_without_padding(x, W, b, stride=1, pad=0):
    return _slide(x, W, b, stride, 0)


@conv1d.mistake("All zeros were added at the end. Add `pad` zeros on each side.")
def conv1d_padded_at_the_end(x, W, b, stride=1, pad=0):
    return _slide(np.pad(x, ((0, 0), (0, 2 * pad), (0, 0))), W, b, stride, 0)


@conv1d.mistake("All zeros were added at the beginning. Add `pad` zeros on each side.")
def conv1d_padded_at_the_beginning(x, W, b, stride=1, pad=0):
    return _slide(np.pad(x, ((0, 0), (2 * pad, 0), (0, 0))), W, b, stride, 0)


@conv1d.mistake(
    "Zeros were added at the beginning only, and too few. Add `pad` zeros on each side."
)
def conv1d_padded_once(x, W, b, stride=1, pad=0):
    return _slide(np.pad(x, ((0, 0), (pad, 0), (0, 0))), W, b, stride, 0)


@conv1d.mistake("The last window, which still fits, is missing.")
def conv1d_too_short(x, W, b, stride=1, pad=0):
    return _slide(x, W, b, stride, pad)[:, :-1]


@conv1d.mistake(
    "The bias was added once for each entry of the window. Add it once per window."
)
def conv1d_many_biases(x, W, b, stride=1, pad=0):
    return _slide(x, W, b * W[..., 0].size, stride, pad)


@conv1d.mistake("The padding repeats the values at the ends. Pad with zeros.")
def conv1d_repeats_the_edge(x, W, b, stride=1, pad=0):
    return _slide(x, W, b, stride, pad, mode="edge")


@conv1d.mistake(
    "The negative values are missing: there is a ReLU. The exercise asks for the "
    "convolution alone."
)
def conv1d_with_relu(x, W, b, stride=1, pad=0):
    return np.maximum(_slide(x, W, b, stride, pad), 0)


@conv1d.mistake(
    "The products were averaged over the window. A convolution adds them up."
)
def conv1d_average(x, W, b, stride=1, pad=0):
    return _slide(x, W / W[..., 0].size, b, stride, pad)


@conv1d.mistake(
    "Only the first signal has results; all others are 0. Is there a `return` inside a "
    "loop?"
)
def conv1d_of_the_first_signal(x, W, b, stride=1, pad=0):
    Z = _slide(x, W, b, stride, pad)
    Z[1:] = 0
    return Z


@conv1d.right
def conv1d_by_windows(x, W, b, stride=1, pad=0):
    x = np.pad(x, ((0, 0), (pad, pad), (0, 0)))
    view = np.lib.stride_tricks.sliding_window_view(x, len(W), axis=1)[:, ::stride]
    return np.einsum("mlcf,fcn->mln", view, W) + b


@conv1d.right
def conv1d_with_loops(x, W, b, stride=1, pad=0):
    m, n_L, n_prev = x.shape
    padded = np.zeros((m, n_L + 2 * pad, n_prev), np.float32)
    padded[:, pad : pad + n_L] = x
    n_out = (n_L + 2 * pad - len(W)) // stride + 1
    Z = np.zeros((m, n_out, W.shape[2]), np.float32)
    for e, i, c in np.ndindex(*Z.shape):
        window = padded[e, i * stride : i * stride + len(W)]
        Z[e, i, c] = np.sum(window * W[:, :, c]) + b[c]
    return Z


@conv1d.right
def conv1d_by_shifts(x, W, b, stride=1, pad=0):
    x = np.pad(x, ((0, 0), (pad, pad), (0, 0)))
    n_out = (x.shape[1] - len(W)) // stride + 1
    last = (n_out - 1) * stride + 1
    return b + sum(x[:, k : k + last : stride] @ W[k] for k in range(len(W)))


lab.concept(
    "volume_numbers",
    points=1,
    answer=16000,
    why="14 − 5 + 1 = 10 along each of three axes, times 16 filters.",
    because={
        1000: "Each of the 16 filters outputs a volume.",
        1600: "The volume has three axes: 10 · 10 · 10.",
        43904: "Without padding the volume shrinks: 14 − 5 + 1 along each axis.",
        11664: "14 − 5 + 1 is 10, not 9.",
        2000: "125 weights in each of 16 filters: that counts parameters, not outputs.",
        2016: "That counts the parameters, including biases.",
    },
)


@lab.check("conv3d", points=6, forbid=("helpers.nn", "scipy"), seconds=20)
def conv3d(rng):
    """Filters that are no cubes, several channels, strides and paddings."""
    for sizes, n_C_prev, f, n_C, settings in [
        ((2, 3, 4, 5), 2, (2, 3, 2), 3, {}),
        ((1, 5, 4, 6), 1, (2, 2, 3), 2, {"stride": 2}),
        ((2, 2, 3, 3), 2, (3, 2, 1), 1, {"pad": 1}),
        ((1, 4, 5, 3), 2, (3, 3, 3), 2, {"stride": 3, "pad": 1}),
    ]:
        shapes = (*sizes, n_C_prev), (*f, n_C_prev, n_C), n_C
        yield told_apart(
            lambda shapes=shapes, settings=settings: case(
                *(rng.normal(size=shape) for shape in shapes), **settings
            ),
            ref.conv3d,
            conv3d_with_relu,
        )


@conv3d.mistake("The biases are missing.")
def conv3d_without_bias(x, W, b, stride=1, pad=0):
    return _slide(x, W, 0 * b, stride, pad)


@conv3d.mistake("The stride has no effect.")
def conv3d_without_stride(x, W, b, stride=1, pad=0):
    return _slide(x, W, b, 1, pad)


@conv3d.mistake("The padding is missing.")
def conv3d_without_padding(x, W, b, stride=1, pad=0):
    return _slide(x, W, b, stride, 0)


@conv3d.mistake("The stride is used along the first axis only. It holds for all three.")
def stride_in_depth_only(x, W, b, stride=1, pad=0):
    return _slide(x, W, b, 1, pad)[:, ::stride]


@conv3d.mistake(
    "The number of windows is right, but along height and width they are one apart "
    "instead of `stride`."
)
def windows_close_together(x, W, b, stride=1, pad=0):
    Z = _slide(x, W, b, 1, pad)
    sizes = _slide(x, W, b, stride, pad).shape[1:4]
    return Z[:, ::stride][:, : sizes[0], : sizes[1], : sizes[2]]


@conv3d.mistake("The padding is missing along the first axis. All six sides have it.")
def padding_without_depth(x, W, b, stride=1, pad=0):
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad), (0, 0)))
    return _slide(x, W, b, stride, 0)


@conv3d.mistake(
    "The filters were flipped. In deep learning a convolution does not flip its "
    "filters."
)
def turned_in_space(x, W, b, stride=1, pad=0):
    return _slide(x, W[::-1, ::-1, ::-1], b, stride, pad)


@conv3d.mistake("The filters were flipped along the first axis.")
def turned_in_depth(x, W, b, stride=1, pad=0):
    return _slide(x, W[::-1], b, stride, pad)


@conv3d.mistake("Height and width of the filters are swapped.")
def filters_transposed(x, W, b, stride=1, pad=0):
    Z = _slide(x.swapaxes(2, 3), W, b, stride, pad)
    return Z.swapaxes(2, 3)


@conv3d.mistake(
    "Only the first slice of each filter was used. All slices of the filter belong to "
    "the sum."
)
def slice_by_slice(x, W, b, stride=1, pad=0):
    return _slide(x, W[:1], b, stride, pad)


@conv3d.mistake(
    "The negative values are missing: there is a ReLU. The exercise asks for the "
    "convolution alone."
)
def conv3d_with_relu(x, W, b, stride=1, pad=0):
    return np.maximum(_slide(x, W, b, stride, pad), 0)


@conv3d.mistake("The last window along each axis, which still fits, is missing.")
def conv3d_too_short(x, W, b, stride=1, pad=0):
    return _slide(x, W, b, stride, pad)[:, :-1, :-1, :-1]


@conv3d.right
def conv3d_by_windows(x, W, b, stride=1, pad=0):
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (pad, pad), (0, 0)))
    view = np.lib.stride_tricks.sliding_window_view(x, W.shape[:3], axis=(1, 2, 3))
    view = view[:, ::stride, ::stride, ::stride]
    return np.einsum("mdhwcijk,ijkcn->mdhwn", view, W) + b


@conv3d.right
def conv3d_by_positions(x, W, b, stride=1, pad=0):
    return _slide(x.astype(np.float32), W, b, stride, pad).astype(np.float32)


@conv3d.right
def conv3d_by_shifts(x, W, b, stride=1, pad=0):
    x = np.pad(x, [(0, 0)] + 3 * [(pad, pad)] + [(0, 0)])
    sizes = [(x.shape[k + 1] - W.shape[k]) // stride + 1 for k in range(3)]
    Z = np.zeros((len(x), *sizes, W.shape[4])) + b
    for t, i, j in np.ndindex(*W.shape[:3]):
        ends = [k + (n - 1) * stride + 1 for k, n in zip((t, i, j), sizes, strict=True)]
        seen = x[:, t : ends[0] : stride, i : ends[1] : stride, j : ends[2] : stride]
        Z += seen @ W[t, i, j]
    return Z
