# %% [markdown]
# # Who is this, and who painted it?
# A network can learn what makes two images **similar**. With faces, this opens a door
# for the right people and keeps it shut for everybody else; one photograph of each
# person is enough. With paintings, it repaints your photograph in the style of Van
# Gogh. You will do both, using only distances between activations.
#
# **Time** about three hours, in six parts; you can stop after any of them. **You need**
# convolutions, and a little of `helpers.nn`.

# %% [markdown]
# ## The map
# | part | you write | points |
# |---|---|---|
# | 1 Learn to compare | `triplet_loss` `triplet_gradient` `hard_triplets` | 24 |
# | 2 At the door | `verify` `who_is_it` | 11 |
# | 3 Yes or no | `pairwise_logistic` `chi_square` | 7 |
# | 4 What layers see | `compute_content_cost` | 6 |
# | 5 Style | `gram_matrix` `compute_layer_style_cost` `compute_style_cost` | 17 |
# | … | `total_cost` `train_step` | 10 |
# | 6 One and three dimensions | `conv1d` `conv3d` | 11 |
#
# Eight short questions give 8 points, and one answer in your own words gives 6.

# %% [markdown]
# **After this lab you can** train a network to compare images, choose a threshold and
# justify it, explain why a photograph of you must not open the door, see what a unit
# responds to, and let gradients flow into pixels instead of weights.
#
# After each exercise a cell with `check(…)` runs your function on a few fixed cases and
# often recognizes the mistake. Run it as often as you like; your grade comes from the
# same checks on fresh cases. Hints are folded under each task; their titles say what
# you might see. You answer a short question by setting its variable to a letter in
# quotes, such as `"B"`, or to a number.

# %%
import timeit

import numpy as np
from PIL import Image

from helpers import data, nn, plots, vision
from helpers.checks import checks_for
from helpers.plots.labs.c4w4 import embedding_map, roc_curves, signals, strip

check = checks_for("C4W4")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | means |
# |---|---|---|
# | $f(x)$ | a row of `E` | encoding (or embedding) of image $x$, $d$ numbers |
# | $A, P, N$ | `anchor`, `positive`, `negative` | a person, the same person, another |
# | $\alpha$ | `alpha` | margin of the triplet loss; later the weight of the content |
# | $\tau$ | `threshold` | distances below it count as the same person |
# | $K$ | `len(database)` | number of people in the database |
# | $C, S, G$ | `_C`, `_S`, `_G` | content, style and generated image |
# | $a^{[l]}$ | `a_C`, … | activations of layer $l$, $(1, n_H, n_W, n_C)$ |
# | $G_{gram}$ | `gram_matrix(A)` | which channels are active together, $(n_C, n_C)$ |
# | $\lambda^{[l]}$, $\beta$ | `weight`, `beta` | style weight: of one layer; total |

# %% [markdown]
# # Part 1 · Learn to compare
# These faces are **drawn by a program**; none of them is a real person. There are 40
# people with 12 images each. Head, eyes, nose, ears, hair and skin belong to the
# person; mouth, eyebrows, glasses, hats, light, background and position change.
#
# We split **by person**: 28 people to learn from, 4 to choose thresholds with, and 8 to
# test on, whom the network never sees in training. A classifier with 28 outputs would
# be useless for those 8.

# %% demo
faces = data.load("faces")
X, Y = faces.train_x / np.float32(255), faces.train_y
X_dev, Y_dev = faces.dev_x / np.float32(255), faces.dev_y
X_test, Y_test = faces.test_x / np.float32(255), faces.test_y
shown = [12 * person + i for person in (0, 3, 5) for i in range(6)]
plots.images(
    X_test[shown],
    columns=6,
    reading="Three of the eight test people, one per row. How do you recognize them?",
)

# %% [markdown]
# ## Two questions
# **Verification**: here are an image and a name. Is it this person? That is one
# comparison. **Recognition**: here is an image. Which of $K$ people is it, if any? That
# is $K$ comparisons, so there are $K$ chances of a wrong yes.

# %% concept="recognition_odds"
# A verification system wrongly says yes in 1 of 100 comparisons with strangers. A
# stranger is compared with 100 people in a database, independently. What is the
# probability of at least one wrong yes? Give two decimals.
recognition_odds = None

# %% [markdown]
# ## First try: compare pixels
# Compute the distance between the pixels of two images, and say "same" below a
# threshold. Each threshold gives two numbers: the share of **same** pairs accepted, and
# the share of **different** pairs accepted by mistake. All thresholds together give the
# **ROC curve**. The area under it is the probability that a random same pair is closer
# together than a random different pair: 1 is perfect, 0.5 is chance.


# %% demo
def pair_distances(E, Y):
    """Distance between each pair of rows of E, and whether it is the same person."""
    i, j = np.triu_indices(len(Y), 1)
    # Row by row, since all differences at once would need much memory.
    rows = [np.linalg.norm(E[k + 1 :] - E[k], axis=1) for k in range(len(E))]
    return np.concatenate(rows), Y[i] == Y[j]


def roc(distance, same):
    """Thresholds, and the shares of different and of same pairs that each accepts."""
    order = np.argsort(distance)
    same = same[order]
    return distance[order], np.cumsum(~same) / sum(~same), np.cumsum(same) / sum(same)


def area(distance, same):
    """Area under the ROC curve."""
    _, wrongly, rightly = roc(distance, same)
    return np.trapezoid(rightly, wrongly)


pixels = pair_distances(X_test.reshape(len(X_test), -1), Y_test)
print(f"{len(pixels[0])} pairs, {pixels[1].mean():.0%} of the same person")
print(f"area under the ROC curve with pixels: {area(*pixels):.3f}")

# %% [markdown]
# ## The idea
# If a face is shifted a little, all its pixels change. So let a network turn each image
# into an **encoding** $f(x)$ whose distances mean what we want. The same network
# encodes both images; this is called a **siamese network**. It learns from triplets: an
# **anchor**, a **positive** (the same person) and a **negative** (another person). We
# want the positive to be closer than the negative by a **margin** $\alpha$:
#
# $$J = \sum_{i=1}^{m} \max\left(0,\; \lVert f(A^{(i)}) - f(P^{(i)}) \rVert^2
# - \lVert f(A^{(i)}) - f(N^{(i)}) \rVert^2 + \alpha \right)$$

# %% [markdown]
# By hand, in the plane: $A = (0, 0)$, $P = (1, 0)$, $N = (1, 1)$, $\alpha = 0.2$. The
# *squared* distances are 1 and 2, so $1 - 2 + 0.2 = -0.8$, and this triplet costs 0:
# there is nothing left to learn from it. Swap $P$ and $N$: $2 - 1 + 0.2 = 1.2$.
#
# <details><summary><b>Predict</b>: P = (1, 0) and N = (0, 1) are equally far from A.
# What does this triplet cost?</summary>
#
# 0.2, the margin. A tie is not enough.
# </details>

# %% concept="triplet_by_hand"
# What does the triplet A = (1, 0), P = (0.6, 0.8), N = (0.8, 0.6) cost with
# alpha = 0.2? Give one decimal.
triplet_by_hand = None

# %% [markdown]
# ### Exercise 1 · `triplet_loss` · 8 points · about 6 minutes
# Return the **sum** of the costs over the triplets. `y_true` is not used: frameworks
# call every loss with two arguments, but here the order of the three encodings says
# which is which.
#
# <details><summary>My loss is negative or too small</summary>
#
# Add the margin before you take the maximum, and take the maximum for each triplet
# before you sum.
# </details>
# <details><summary>My loss is only slightly wrong</summary>
#
# The distances are squared; there is no square root.
# </details>


# %% exercise="triplet_loss"
def triplet_loss(y_true, y_pred, alpha=0.2):
    """Triplet loss, summed over triplets.

    Args:
        y_true: not used.
        y_pred: `(anchor, positive, negative)`, encodings, each `(m, d)`.
        alpha: the margin.

    Returns:
        The sum over the triplets, a number.

    Example:
        >>> A, P, N = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])[:, np.newaxis]
        >>> print(f"{triplet_loss(None, (A, N, P)):.1f}")
        1.2

    Source: Schroff et al., FaceNet (2015), section 3.1.
    """
    ### BEGIN SOLUTION
    anchor, positive, negative = y_pred
    near = np.sum((anchor - positive) ** 2, axis=-1)
    far = np.sum((anchor - negative) ** 2, axis=-1)
    return np.sum(np.maximum(near - far + alpha, 0))
    ### END SOLUTION


# %% check="triplet_loss"
check(triplet_loss)

# %% concept="why_margin"
# Without a margin (alpha = 0), which useless network has a cost of exactly 0?
# A: one that gives each person one encoding, far from all others
# B: one that gives all images of all people the same encoding
# C: one whose encodings are random, but of length 1
# D: none, since distances between real images are never 0
why_margin = None

# %% [markdown]
# ## Which way to move
# Write $A$ for $f(A)$, and so on. For a triplet whose cost is above 0, the derivatives
# of its cost with respect to each encoding are
#
# $$\frac{\partial J}{\partial A} = 2(N - P), \qquad
# \frac{\partial J}{\partial P} = 2(P - A), \qquad
# \frac{\partial J}{\partial N} = 2(A - N)$$
#
# Gradient descent steps against these: the positive moves towards the anchor, and the
# negative away from it. A triplet with cost 0 has zero gradients.

# %% [markdown]
# ### Exercise 2 · `triplet_gradient` · 8 points · about 8 minutes
# Return the gradients for all triplets at once, with rows of zeros where a triplet
# costs 0.
#
# <details><summary>Triplets with cost 0 have a gradient</summary>
#
# Multiply each row by 1 where its cost is above 0, and by 0 elsewhere. A mask of shape
# `(m, 1)` broadcasts to `(m, d)`.
# </details>
# <details><summary>The gradient of the anchor is wrong, the others are right</summary>
#
# The anchor occurs in both distances: $2(A - P) - 2(A - N)$, where $A$ cancels.
# </details>


# %% exercise="triplet_gradient"
def triplet_gradient(y_true, y_pred, alpha=0.2):
    """Gradient of the triplet loss with respect to the three encodings.

    Args:
        y_true: not used.
        y_pred: `(anchor, positive, negative)`, each `(m, d)`.
        alpha: the margin.

    Returns:
        Tuple `(dA, dP, dN)` of arrays `(m, d)`; rows are 0 where a triplet costs 0.
    """
    ### BEGIN SOLUTION
    anchor, positive, negative = y_pred
    near = np.sum((anchor - positive) ** 2, axis=-1, keepdims=True)
    far = np.sum((anchor - negative) ** 2, axis=-1, keepdims=True)
    active = near - far + alpha > 0  # (m, 1)
    return (
        2 * active * (negative - positive),
        2 * active * (positive - anchor),
        2 * active * (anchor - negative),
    )
    ### END SOLUTION


# %% check="triplet_gradient"
check(triplet_gradient)

# %% [markdown]
# ## Random triplets are easy
# Two people drawn at random seldom look alike. Soon most random triplets cost 0, their
# gradient is zero, and their images were encoded for nothing. Here is a better way:
# encode a batch with several images of several people, then look for the triplets that
# still cost something. For every anchor and positive, take the nearest negative, and
# keep the triplet if its cost is above 0. These are **hard triplets**.
#
# <details><summary><b>Predict</b>: with 8 people and 4 images of each, how many pairs
# of anchor and positive are there?</summary>
#
# $32 \cdot 3 = 96$: each pair counts twice, once with each image as the anchor.
# </details>

# %% [markdown]
# ### Exercise 3 · `hard_triplets` · 8 points · about 12 minutes
# Return the row numbers of these triplets, ordered by anchor, then by positive. If
# several negatives are equally near, take the first. If there are no triplets, return
# an empty array of shape `(0, 3)`.
#
# <details><summary>An anchor is its own positive</summary>
#
# A positive has the same label *and* is another row.
# </details>
# <details><summary>The nearest "negative" is the same person</summary>
#
# Set the distances to rows with the same label to `np.inf` before `argmin`.
# </details>


# %% exercise="hard_triplets"
def hard_triplets(embeddings, labels, alpha):
    """For each anchor and positive the nearest negative, if the triplet costs anything.

    Args:
        embeddings: array `(m, d)`.
        labels: array `(m,)`, the person of each row.
        alpha: the margin.

    Returns:
        Integer array `(k, 3)`: the rows of anchor, positive and negative, for triplets
        whose squared distances give `near - far + alpha > 0`.

    Example:
        >>> E = np.array([[0.0], [1.0], [1.5], [9.0]])
        >>> hard_triplets(E, np.array([0, 0, 1, 1]), alpha=0.2)
        array([[1, 0, 2],
               [2, 3, 1]])
    """
    ### BEGIN SOLUTION
    differences = embeddings[:, np.newaxis] - embeddings
    D = np.sum(differences**2, axis=-1)  # (m, m)
    same = labels[:, np.newaxis] == labels
    anchor, positive = np.nonzero(same & ~np.eye(len(labels), dtype=bool))
    others = np.where(same, np.inf, D)
    negative = others.argmin(axis=1)[anchor]
    costs = D[anchor, positive] - others[anchor, negative] + alpha > 0
    return np.stack([anchor, positive, negative], axis=1)[costs]
    ### END SOLUTION


# %% check="hard_triplets"
check(hard_triplets)

# %% [markdown]
# ## Train the siamese network
# Three convolutions and a dense layer compute 32 numbers, scaled to length 1, so that a
# squared distance is at most 4. Each step uses about 32 images, slightly shifted, some
# mirrored, and made lighter or darker. We compare two ways to choose them: **random**,
# eleven triplets drawn from all people, and **hard**, eight people with four images
# each, in which your function finds the triplets.


# %% demo
def encoder(rng):
    """A small convolutional network from 64 × 64 × 3 to 32 numbers."""
    return nn.Sequential(
        nn.Conv2D(3, 16, 5, stride=2, activation="relu", rng=rng),
        nn.MaxPool2D(2),
        nn.Conv2D(16, 32, 3, activation="relu", rng=rng),
        nn.MaxPool2D(2),
        nn.Conv2D(32, 64, 3, activation="relu", rng=rng),
        nn.MaxPool2D(2),
        nn.Flatten(),
        nn.Dense(1024, 32, rng=rng),
    )


# %% demo
def embed(model, X):
    """Encodings of length 1, a tensor `(m, 32)`."""
    Z = model(X)
    return Z / nn.sqrt((Z * Z).sum(axis=1, keepdims=True) + 1e-8)


def disturb(X, rng):
    """Images shifted by up to 2 pixels, half of them mirrored, lighter or darker."""
    X = np.roll(X, rng.integers(-2, 3, size=2), axis=(1, 2))
    mirrored = rng.random(len(X)) < 0.5
    X[mirrored] = X[mirrored, :, ::-1]
    return X * rng.uniform(0.8, 1.2, (len(X), 1, 1, 1)).astype(np.float32)


# %% demo
def random_triplets(Y, rng, k=11):
    """Rows of anchors, positives and negatives, `3 * k` of them."""
    anchor = rng.integers(len(Y), size=k)
    same = Y[anchor][:, np.newaxis] == Y  # (k, m)
    itself = anchor[:, np.newaxis] == np.arange(len(Y))
    lots = rng.random((2, *same.shape))  # of the rows allowed, the largest lot wins
    positive = np.where(same & ~itself, lots[0], -1).argmax(axis=1)
    negative = np.where(same, -1, lots[1]).argmax(axis=1)
    return np.concatenate([anchor, positive, negative])


def people(Y, rng, n, k):
    """Rows of `k` images each of `n` people."""
    who = rng.choice(np.unique(Y), n, replace=False)
    return np.concatenate([rng.choice(np.flatnonzero(w == Y), k, False) for w in who])


# %% demo
def step(model, optimizer, X, Y, triplets, alpha=0.2):
    """One step with your gradient; `triplets` is an array or a function."""
    E = embed(model, X)
    if callable(triplets):
        triplets = triplets(E.data, Y, alpha)
    dE = np.zeros_like(E.data)
    y_pred = tuple(E.data[rows] for rows in triplets.T)
    for rows, gradient in zip(
        triplets.T, triplet_gradient(None, y_pred, alpha), strict=True
    ):
        # An image may be in several triplets: add up the gradients of its rows.
        dE += (rows == np.arange(len(X))[:, np.newaxis]) @ gradient
    optimizer.zero_grad()
    E.backward(dE / len(X))
    optimizer.step()


# %% demo
def train_siamese(choice, steps=300):
    """Train on the 28 people; returns the encoder and its dev area every 50 steps."""
    rng = np.random.default_rng(1)
    model = encoder(rng)
    optimizer = nn.Adam(model.parameters(), 0.001)
    course = []
    for i in range(steps + 1):
        if i % 50 == 0:
            with nn.no_grad():
                course.append(area(*pair_distances(embed(model, X_dev).data, Y_dev)))
        if choice == "hard":
            rows, triplets = people(Y, rng, 8, 4), hard_triplets
        else:
            rows = random_triplets(Y, rng)
            triplets = np.arange(33).reshape(3, 11).T
        step(model, optimizer, disturb(X[rows], rng), Y[rows], triplets)
    return model, course


# %% demo
runs = {choice: train_siamese(choice) for choice in ("random", "hard")}
plots.lines(
    {f"{choice} triplets": course for choice, (_, course) in runs.items()},
    50 * np.arange(7),
    xlabel="steps of about 32 images",
    ylabel="area under the ROC curve, dev people",
    markers=True,
    reading="The network, the learning rate and the number of images are the same. "
    f"After 300 steps the area is {runs['random'][1][-1]:.3f} with random triplets and "
    f"{runs['hard'][1][-1]:.3f} with hard ones.",
)

# %% [markdown]
# ## People it has never seen
# Now we test both networks on the eight test people. The threshold is **chosen on the
# dev people**: it has the largest mean of "same accepted" and "different refused"
# there. The test people only show how good the choice was.

# %% demo
E_dev, E_test, curves = {}, {}, {"pixels": roc(*pixels)[1:]}
for choice, (model, _) in runs.items():
    with nn.no_grad():
        E_dev[choice] = embed(model, X_dev).data
        E_test[choice] = embed(model, X_test).data
    pairs = pair_distances(E_test[choice], Y_test)
    curves[f"{choice} triplets"] = roc(*pairs)[1:]
    thresholds, wrongly, rightly = roc(*pair_distances(E_dev[choice], Y_dev))
    threshold = thresholds[np.argmax(rightly - wrongly)]
    accepted, same = pairs[0] < threshold, pairs[1]
    right = (accepted[same].mean() + (~accepted[~same]).mean()) / 2
    print(
        f"{choice:6} area {area(*pairs):.3f}, threshold {threshold:.2f} from dev: "
        f"{accepted[same].mean():.0%} of same pairs accepted, "
        f"{accepted[~same].mean():.0%} of different ones; mean accuracy {right:.1%}"
    )
roc_curves(
    curves,
    reading="The test people. Up and to the left is better; each threshold is one "
    "point on the curve. A bank would choose a point far to the left.",
)

# %% [markdown]
# What can a network still learn from random triplets once it is trained? We count those
# with a cost above 0.

# %% demo
model = runs["random"][0]
rng = np.random.default_rng(2)
for name, net in (("untrained", encoder(np.random.default_rng(1))), ("trained", model)):
    with nn.no_grad():
        E = embed(net, X).data
    drawn = random_triplets(Y, rng, 2000).reshape(3, -1)
    costly = [triplet_loss(None, E[t][:, np.newaxis]) > 0 for t in drawn.T]
    rows = people(Y, rng, 8, 4)
    found = len(hard_triplets(E[rows], Y[rows], 0.2))
    print(
        f"{name:9} {np.mean(costly):4.0%} of random triplets have a cost above 0; "
        f"your function finds {found:2} of 96 in one batch of 32 images"
    )

# %% demo
centred = E_test["hard"] - E_test["hard"].mean(axis=0)
directions = np.linalg.svd(centred, full_matrices=False)[2][:2]
embedding_map(
    centred @ directions.T,
    Y_test,
    X_test,
    reading="The 96 images of the 8 test people, projected onto the two directions in "
    "which the encodings vary most; each colour is a person. Who is close to whom, and "
    "do they look alike to you?",
)

# %% [markdown]
# Part 1 ends here; it is a good place for a break.

# %% [markdown]
# # Part 2 · At the door
# The network is trained; now we use it. Encode each person **once**, when they join,
# and keep 32 numbers. No photograph has to be stored, and a visitor costs one pass
# through the network and a few subtractions.
#
# ### Exercise 4 · `verify` · 5 points · about 4 minutes
# Somebody gives a name. Return the Euclidean distance to that person's encoding (not
# squared this time), and whether the door opens: it does if the distance is **below**
# the threshold. For a name that is not in the database return `np.inf` and `False`.
#
# <details><summary>KeyError</summary>
#
# Test `identity in database` first.
# </details>


# %% exercise="verify"
def verify(encoding, identity, database, threshold=0.7):
    """Is this the person they say they are?

    Args:
        encoding: array `(d,)`, of the image at the door.
        identity: the name they give.
        database: dictionary, name to encoding `(d,)`.
        threshold: the door opens if the distance is below it.

    Returns:
        `(distance, door_open)`: a number and a bool.

    Example:
        >>> verify(np.array([0.0, 0.3]), "kian", {"kian": np.array([0.4, 0.0])})
        (0.5, True)
    """
    ### BEGIN SOLUTION
    if identity not in database:
        return np.inf, False
    distance = float(np.linalg.norm(encoding - database[identity]))
    return distance, distance < threshold
    ### END SOLUTION


# %% check="verify"
check(verify)

# %% [markdown]
# ### Exercise 5 · `who_is_it` · 6 points · about 6 minutes
# Now no name is given. Return the distance to the nearest person in the database and
# their name. If that distance is not below the threshold, return `None` as the name.
# For an empty database return `np.inf` and `None`. If two people are equally near, take
# the one who comes first in the database.
#
# <details><summary>Strangers get somebody's name</summary>
#
# There is always a nearest person. Compare with the threshold at the end.
# </details>


# %% exercise="who_is_it"
def who_is_it(encoding, database, threshold=0.7):
    """Which person in the database is this, if any?

    Args:
        encoding: array `(d,)`.
        database: dictionary, name to encoding `(d,)`.
        threshold: distances below it count as the same person.

    Returns:
        `(distance, identity)`: the distance to the nearest person, a number, and their
        name or `None`.
    """
    ### BEGIN SOLUTION
    nearest, identity = np.inf, None
    for name, known in database.items():
        distance = float(np.linalg.norm(encoding - known))
        if distance < nearest:
            nearest, identity = distance, name
    return nearest, identity if nearest < threshold else None
    ### END SOLUTION


# %% check="who_is_it"
check(who_is_it)

# %% [markdown]
# ## Six residents, two strangers
# Six of the eight test people move in: the encoding of their **first image** goes into
# the database, and they come to the door with the other eleven. The last two people are
# strangers. We compare two thresholds, both chosen on the dev people: the **lenient**
# one from before, and a **strict** one, the largest that accepts no pair of different
# people.
#
# <details><summary><b>Predict</b>: a stranger is compared with six residents. What will
# the lenient threshold do?</summary>
#
# There are six chances of a wrong yes, so many strangers will get in.
# </details>

# %% demo
E = E_test["hard"]
names = ["Ada", "Bo", "Cem", "Dua", "Eli", "Fay", "(Gus)", "(Hal)"]
database = {name: E[12 * i] for i, name in enumerate(names[:6])}
truth = [names[label - 32] for label in Y_test]
residents = [i for i in range(72) if i % 12]
strangers = range(72, 96)
nearest = [who_is_it(E[i], database, np.inf)[1] == truth[i] for i in residents]
print(f"residents only, no threshold: {np.mean(nearest):.0%} right; chance: 17%")
thresholds, wrongly, rightly = roc(*pair_distances(E_dev["hard"], Y_dev))
strict = thresholds[wrongly == 0][-1]
for name, tau in (("lenient", threshold), ("strict", strict)):
    answers = [who_is_it(one, database, tau)[1] for one in E]
    right = np.mean([answers[i] == truth[i] for i in residents])
    nobody = np.mean([answers[i] is None for i in residents])
    refused = np.mean([answers[i] is None for i in strangers])
    print(
        f"{name:7} {tau:.2f}: of the residents {right:.0%} recognized, {nobody:.0%} "
        f"left outside, {1 - right - nobody:.0%} confused; of the strangers "
        f"{refused:.0%} refused"
    )

# %% demo
chosen = [1, 14, 27, 31, 40, 63, 73, 77, 86, 90]
good = [answers[i] == (truth[i] if i < 72 else None) for i in chosen]
plots.images(
    X_test[chosen],
    [f"{truth[i]}\n→ {answers[i] or 'nobody'}" for i in chosen],
    columns=5,
    colors=[plots.GREEN if one else plots.VERMILION for one in good],
    reading="With the strict threshold. Upper line: the ground truth, strangers in "
    "brackets. Lower line: what your function returns, in orange where it is wrong.",
)

# %% demo
once = timeit.timeit(lambda: embed(model, X_test[:1]), number=20) / 20
ask = timeit.timeit(lambda: who_is_it(E[1], database), number=200) / 200
print(f"encode an image: {1e3 * once:.1f} ms; look it up: {1e6 * ask:.0f} µs")

# %% concept="new_colleague"
# A new colleague starts on Monday, and you have one photograph of her. What do you do?
# A: add an output to the network and train it on all photographs again
# B: train the network on triplets with her photograph as the anchor
# C: ask for more photographs, since a network learns nothing from one example
# D: encode the photograph and add the encoding to the database
new_colleague = None

# %% [markdown]
# ## A network that has seen real faces
# Ours has seen 28 people, all of them drawn. `vision.face_embedding` is a ResNet with
# 29 layers, trained by the makers of dlib on about three million **photographs**. Its
# encoding has 128 numbers, and they recommend the threshold 0.6. The astronaut Eileen
# Collins, photographed by NASA, is the only real face in this course. Nine other images
# are waiting at the door.
#
# <details><summary><b>Predict</b>: who gets in with the threshold 0.6?</summary>
#
# Run it. One of the images is not a human face at all.
# </details>


# %% demo
def scaled(image, size):
    """An image of bytes, resized, as floats from 0 to 1."""
    small = Image.fromarray(image).resize((size, size), Image.Resampling.LANCZOS)
    return np.asarray(small, np.float32) / 255


art = data.load("art")
collins = data.load("face_embedding").check_x[0]
print_out = np.clip(
    0.6 * collins + 60 + 8 * np.random.default_rng(0).normal(size=collins.shape), 0, 255
)
covered = collins.copy()
covered[90:] = 128
queue = {
    "herself": collins,
    "in the dark": collins * 0.5,
    "mirrored": collins[:, ::-1],
    "nearer": 255 * scaled(collins[12:138, 12:138], 150),
    "printed photo": print_out,
    "mouth covered": covered,
    "upside down": collins[::-1],
    "Père Tanguy": 255 * scaled(art.style[8][:70, 60:130], 150),
    "a drawing": 255 * scaled(faces.test_x[36], 150),
    "a red panda": 255 * scaled(art.content[5], 150),
}
queue = {name: np.asarray(image, np.uint8) for name, image in queue.items()}

# %% demo
codes = vision.face_embedding(np.stack(list(queue.values())))
known = {"Collins": codes[0]}
said = [verify(code, "Collins", known, threshold=0.6) for code in codes]
plots.images(
    list(queue.values()),
    [
        f"{name}\n{distance:.2f} {'opens' if opened else 'refused'}"
        for name, (distance, opened) in zip(queue, said, strict=True)
    ],
    columns=5,
    colors=[
        plots.VERMILION
        if opened and name in ("a drawing", "a red panda", "printed photo")
        else "black"
        for name, (_, opened) in zip(queue, said, strict=True)
    ],
    reading="The distance to the first image. In orange: cases in which the door "
    "should have stayed shut.",
)
drawn = np.stack([np.uint8(255 * scaled(x, 150)) for x in faces.test_x])
foreign = pair_distances(vision.face_embedding(drawn), Y_test)
print("area under the ROC curve on the drawn test faces:")
print(f"  trained on three million photographs of faces: {area(*foreign):.3f}")
ours = area(*pair_distances(E_test["hard"], Y_test))
print(f"  our small network, trained on 28 drawn people:  {ours:.3f}")

# %% [markdown]
# There are two lessons. Light and mirroring hardly matter, and with her mouth covered
# Collins is still let in: three million photographs made that possible. But outside its
# training distribution the network is lost. It knows **human faces**; anything else
# gets some encoding too, and here even a red panda is below the threshold. On drawn
# people our small network is better. So a real system first runs a face *detector*, as
# in last week's lab.
#
# And the printed photograph opens the door. The encoding says *who* it is, not *whether
# the person is there*. **Liveness detection** needs another network or sensor: depth,
# infrared, a blink on command.

# %% concept="printed_photo"
# A thief holds a printed photograph of you in front of the camera. What helps?
# A: a smaller threshold, chosen on more dev people
# B: several photographs of you in the database
# C: a second test that the face is alive, such as depth or a blink
# D: training with harder triplets
printed_photo = None

# %% [markdown]
# Part 2 ends here; it is a good place for a break.

# %% [markdown]
# # Part 3 · Yes or no
# Instead of triplets a network can learn from **pairs** with the labels 1 (same) and 0
# (different). This is logistic regression on how much two encodings differ in each
# component:
#
# $$\hat y = \sigma\Big(\sum_{k=1}^{d} w_k \, \big| f(x^{(i)})_k - f(x^{(j)})_k \big|
# + b\Big)$$
#
# Differences that matter get large negative weights. If you swap the two images,
# nothing changes.

# %% [markdown]
# ### Exercise 6 · `pairwise_logistic` · 4 points · about 4 minutes
# Return this probability for `m` pairs at once.
#
# <details><summary>It matters which image comes first</summary>
#
# Take the absolute value of each component before you apply the weights.
# </details>


# %% exercise="pairwise_logistic"
def pairwise_logistic(e1, e2, W, b):
    """Probability that two images show the same person.

    Args:
        e1: encodings `(m, d)`.
        e2: encodings `(m, d)` to compare with, row by row.
        W: weights `(d, 1)`.
        b: a number.

    Returns:
        Array `(m, 1)`.
    """
    ### BEGIN SOLUTION
    z = np.dot(np.abs(e1 - e2), W) + b
    return 1 / (1 + np.exp(-z))
    ### END SOLUTION


# %% check="pairwise_logistic"
check(pairwise_logistic)

# %% [markdown]
# For features that are never negative, such as counts or activations after a ReLU, an
# alternative to $|u - v|$ is the **chi-square** form
#
# $$\chi^2_k = \frac{(u_k - v_k)^2}{u_k + v_k}$$
#
# By this measure 1 and 3 differ more, $4/4$, than 101 and 103, $4/204$.

# %% [markdown]
# ### Exercise 7 · `chi_square` · 3 points · about 4 minutes
# Return $\chi^2_k$ for each component, without the sum, so that weights can be applied
# later. Where both components are 0 they do not differ: return 0 there.
#
# <details><summary>RuntimeWarning: invalid value encountered in divide</summary>
#
# 0 / 0 is nan. Change the denominator where it is 0 before you divide.
# </details>


# %% exercise="chi_square"
def chi_square(e1, e2):
    """Chi-square difference of each component.

    Args:
        e1: array `(m, d)`, no negative values.
        e2: array `(m, d)`, no negative values.

    Returns:
        Array `(m, d)`.

    Example:
        >>> chi_square(np.array([[1.0, 0.0]]), np.array([[3.0, 0.0]]))
        array([[1., 0.]])
    """
    ### BEGIN SOLUTION
    total = e1 + e2
    return (e1 - e2) ** 2 / np.where(total == 0, 1, total)
    ### END SOLUTION


# %% check="chi_square"
check(chi_square)

# %% [markdown]
# We train both forms on the 1,128 pairs of the four dev people and test them on the
# test people. Our encodings can be negative, so we split them into positive and
# negative parts: 64 numbers that are never negative.


# %% demo
def parts(E):
    """Positive and negative parts side by side: `2 d` numbers, none negative."""
    return np.concatenate([np.maximum(E, 0), np.maximum(-E, 0)], axis=1)


def pair_rows(Y):
    """All pairs of rows, and 1 where they show the same person."""
    i, j = np.triu_indices(len(Y), 1)
    return i, j, (Y[i] == Y[j])[:, np.newaxis]


def fit(difference, same, steps=400, rate=0.5):
    """Logistic regression; same and different pairs have equal weight in total."""
    W, b = np.zeros((difference.shape[1], 1)), 0.0
    weight = np.where(same, 0.5 / same.mean(), 0.5 / (~same).mean())
    for _ in range(steps):
        y = pairwise_logistic(difference, 0 * difference, W, b)
        dz = weight * (y - same) / len(same)
        W, b = W - 10 * rate * np.dot(difference.T, dz), b - rate * dz.sum()
    return W, b


# %% demo
i, j, same = pair_rows(Y_dev)
k, n, same_test = pair_rows(Y_test)
D, T = parts(E_dev["hard"]), parts(E_test["hard"])
for name, difference in (("|u - v|", lambda u, v: np.abs(u - v)), ("χ²", chi_square)):
    W, b = fit(difference(D[i], D[j]), same)
    y = pairwise_logistic(difference(T[k], T[n]), 0, W, b)
    print(
        f"{name:8} mean accuracy on the test people "
        f"{((y > 0.5)[same_test].mean() + (y < 0.5)[~same_test].mean()) / 2:.1%}"
    )

# %% [markdown]
# Compare this with the mean accuracy of one threshold on the distance, printed above
# for the hard triplets. 64 weights can easily overfit four people. With thousands of
# people, as in DeepFace, such weights pay off.

# %% [markdown]
# ## One shot (optional)
# Here are silhouettes of ten animals. We train on the first five in the alphabet, bear
# to dog. Then the network gets **one** image of each of the other five, elephant to
# zebra, and says which of the five an unseen image shows. Chance is 20 %. We try random
# triplets and your hard ones.
#
# <details><summary><b>Predict</b>: each class has 300 very different shapes, and some
# of them look more like another class. Which triplets are better here?</summary>
#
# Run it. The hardest examples may also be the odd ones.
# </details>

# %% demo
shapes = data.load("silhouettes")
unseen = np.arange(5, 10)
black = shapes.train_x[..., np.newaxis] / np.float32(255)


def shape_encoder(rng):
    """Three convolutions and a dense layer, from 28 × 28 to 32 numbers."""
    return nn.Sequential(
        nn.Conv2D(1, 16, 5, stride=2, activation="relu", rng=rng),
        nn.Conv2D(16, 32, 3, activation="relu", rng=rng),
        nn.MaxPool2D(2),
        nn.Conv2D(32, 32, 3, activation="relu", rng=rng),
        nn.Flatten(),
        nn.Dense(32 * 49, 32, rng=rng),
    )


# %% demo
def train_shapes(choice, steps=100):
    """Train on five animals, with eight silhouettes of each per step."""
    rng = np.random.default_rng(0)
    model = shape_encoder(rng)
    optimizer = nn.Adam(model.parameters(), 0.001)
    pool = np.flatnonzero(shapes.train_y < 5)
    for _ in range(steps):
        rows = pool[people(shapes.train_y[pool], rng, 5, 8)]
        labels, triplets = shapes.train_y[rows], hard_triplets
        if choice == "random":
            triplets = random_triplets(labels, rng, 150).reshape(3, -1).T
        step(model, optimizer, disturb(black[rows], rng), labels, triplets)
    return model


# %% demo
def one_shot(E, labels, classes, rounds=1000):
    """Accuracy with one known image per class; the nearest to a new image wins."""
    rng, right = np.random.default_rng(3), 0
    members = {c: np.flatnonzero(labels == c) for c in classes}
    for _ in range(rounds):
        known = [rng.choice(members[c]) for c in classes]
        i = rng.integers(len(classes))
        asked, its = classes[i], members[classes[i]]
        new = rng.choice(its[its != known[i]])
        database = dict(zip(classes, E[known], strict=True))
        right += who_is_it(E[new], database, np.inf)[1] == asked
    return right / rounds


new_black = shapes.test_x[..., np.newaxis] / np.float32(255)
shots = {"pixels": one_shot(new_black.reshape(1000, -1), shapes.test_y, unseen)}
for choice in ("random", "hard"):
    model = train_shapes(choice)
    with nn.no_grad():
        E = embed(model, new_black).data
    shots[f"{choice} triplets"] = one_shot(E, shapes.test_y, unseen)
plots.bars(
    shots,
    ylabel="one-shot accuracy, five unseen classes",
    percent=True,
    baseline={"chance": 0.2},
    reading="One known image per class, 1,000 rounds. The standard error is at most "
    "1.6 percentage points.",
)

# %% [markdown]
# The nearest negative is a good teacher where the classes differ clearly, as people's
# faces do. Here it is often an odd shape, a different one at each step; in our runs
# hard triplets did worse than random ones. FaceNet too uses the *hardest* negatives
# with care. The usual compromise is **semi-hard** negatives: farther away than the
# positive, but within the margin.

# %% [markdown]
# Part 3 ends here; it is a good place for a break.

# %% [markdown]
# # Part 4 · What layers see
# From here on we use a network that others trained: **VGG-16** up to `conv4_1`, trained
# on ImageNet and then fine-tuned to find edges. What do its units respond to? Send
# photographs through it and cut out the patches with the largest activations of a
# channel. A unit of a deep layer sees a larger patch and responds to more than a colour
# or an edge.

# %% demo
photos = data.load("photos_160")  # real photographs, animals and landmarks
album = photos.train_x[:60:2][:, 32:128, 32:128]
activations = {}
for part in np.split(album, 5):
    for layer, a in vision.vgg16(part).items():
        activations.setdefault(layer, []).append(a)
activations = {layer: np.concatenate(a) for layer, a in activations.items()}


def favourites(layer, channel, side, k=4):
    """The patches with the largest activations, at most one from each photograph."""
    a = activations[layer][..., channel]
    patches = []
    for image in np.argsort(-a.max(axis=(1, 2)))[:k]:
        row, column = np.unravel_index(a[image].argmax(), a.shape[1:])
        step = 96 // a.shape[1]
        top = np.clip(row * step + step // 2 - side // 2, 0, 96 - side)
        left = np.clip(column * step + step // 2 - side // 2, 0, 96 - side)
        patches.append(album[image, top : top + side, left : left + side])
    return patches


# %% demo
receptive_field = {"conv1_2": 5, "conv2_2": 14, "conv3_3": 40, "conv4_1": 60}
rows = {}
for layer, side in receptive_field.items():
    spread = activations[layer].max(axis=(1, 2)).std(axis=0)  # of each channel
    channels = np.argsort(-spread)[:3]
    rows[layer] = [patch for c in channels for patch in favourites(layer, c, side)]
strip(
    rows,
    group=4,
    reading="Three channels per layer, four patches each, cut out as large as the "
    "receptive field (5, 14, 40 and 60 pixels). The deeper the layer, the more a patch "
    "shows; few channels respond to one thing only.",
)

# %% [markdown]
# ## Same content
# So we say that two images have the same **content** if a layer that is deep enough has
# the same activations for both, position by position:
#
# $$J_{content} = \frac{1}{4\, n_H n_W n_C} \sum_{\text{all}}
# \left(a^{(C)} - a^{(G)}\right)^2$$
#
# Which layer? With `conv1_1` every pixel would have to agree; with the deepest layer
# any tower in about the same place would be enough. In between it is a matter of taste.

# %% [markdown]
# ### Exercise 8 · `compute_content_cost` · 6 points · about 5 minutes
# Return this cost. `a_G` comes from the image that will be changed, so it is a `Tensor`
# of `helpers.nn`, which remembers how it was computed. You can calculate with it as
# with an array: `a - b`, `a**2`, `a @ b`, `a.T`, `a.reshape(…)`, `a.sum()`.
#
# <details><summary>TypeError: … unexpected keyword, or ufunc … Tensor</summary>
#
# `np.sum(x)` and `np.square(x)` work for arrays only. Use `x.sum()` and `x**2`.
# </details>


# %% exercise="compute_content_cost"
def compute_content_cost(a_C, a_G):
    """How much the content of two images differs.

    Args:
        a_C: activations of the content image, `(1, n_H, n_W, n_C)`.
        a_G: those of the generated image, a `Tensor` of the same shape.

    Returns:
        Tensor with one number.

    Source: Gatys et al., A neural algorithm of artistic style (2015), equation 1, there
    with the factor 1/2.
    """
    ### BEGIN SOLUTION
    _, n_H, n_W, n_C = a_G.shape
    return ((a_C - a_G) ** 2).sum() / (4 * n_H * n_W * n_C)
    ### END SOLUTION


# %% check="compute_content_cost"
check(compute_content_cost)

# %% [markdown]
# Part 4 ends here; it is a good place for a break.

# %% [markdown]
# # Part 5 · Style
# Brush strokes are the same all over a painting. So style must not depend on **where**
# something is, only on **what occurs together**: blue with swirls, yellow with dots.
# Write the activations of a layer as a matrix $A$ with one row per channel, and
# multiply each row by every other row and by itself:
#
# $$G_{gram} = A A^T, \qquad (G_{gram})_{kk'} = \sum_{\text{positions}} a_k \, a_{k'}$$

# %% [markdown]
# By hand, with two channels and three positions:
#
# $$A = \begin{pmatrix} 1 & 0 & 2 \\ 0 & 3 & 1 \end{pmatrix}, \qquad
# A A^T = \begin{pmatrix} 5 & 2 \\ 2 & 10 \end{pmatrix}$$
#
# The diagonal says how active each channel is; the other entries say how strongly two
# channels are active together. If you shuffle the three positions, nothing changes.

# %% concept="gram_numbers"
# A layer has activations of the shape 1 × 28 × 28 × 64. How many numbers does its Gram
# matrix have?
gram_numbers = None

# %% [markdown]
# ### Exercise 9 · `gram_matrix` · 5 points · about 3 minutes
# Return the Gram matrix of `A`, which may be an array or a `Tensor`.
#
# <details><summary>The result has the wrong shape</summary>
#
# Multiply channels with channels, not positions with positions.
# </details>


# %% exercise="gram_matrix"
def gram_matrix(A):
    """Products of all pairs of channels, summed over the positions.

    Args:
        A: unrolled activations `(n_C, n_H * n_W)`, array or `Tensor`.

    Returns:
        `(n_C, n_C)`, array or `Tensor`.

    Example:
        >>> gram_matrix(np.array([[1, 0, 2], [0, 3, 1]]))
        array([[ 5,  2],
               [ 2, 10]])
    """
    ### BEGIN SOLUTION
    return A @ A.T
    ### END SOLUTION


# %% check="gram_matrix"
check(gram_matrix)

# %% [markdown]
# ## One layer's style
# Compare the Gram matrices of the style image and the generated image:
#
# $$J_{style}^{[l]} = \frac{1}{4\, n_C^2 \,(n_H n_W)^2} \sum_{k, k'}
# \left(G_{gram}^{(S)} - G_{gram}^{(G)}\right)_{kk'}^2$$

# %% [markdown]
# ### Exercise 10 · `compute_layer_style_cost` · 7 points · about 8 minutes
# Return this cost. Reshape both activations to `(n_C, n_H * n_W)`, then use your
# `gram_matrix`.
#
# <details><summary>My cost is completely different from the expected one</summary>
#
# `reshape(n_C, -1)` mixes channels and positions, since channels are the **last** axis.
# First reshape to `(n_H * n_W, n_C)`, then transpose.
# </details>
# <details><summary>My cost is wrong by a constant factor</summary>
#
# The whole product is squared, including the 2: $(2\, n_C\, n_H n_W)^2$.
# </details>


# %% exercise="compute_layer_style_cost"
def compute_layer_style_cost(a_S, a_G):
    """How much the style of two images differs in one layer.

    Args:
        a_S: activations of the style image, `(1, n_H, n_W, n_C)`.
        a_G: those of the generated image, a `Tensor` of the same shape.

    Returns:
        Tensor with one number.
    """
    ### BEGIN SOLUTION
    _, n_H, n_W, n_C = a_G.shape
    gram_S = gram_matrix(a_S.reshape(n_H * n_W, n_C).T)
    gram_G = gram_matrix(a_G.reshape(n_H * n_W, n_C).T)
    return ((gram_S - gram_G) ** 2).sum() / (2 * n_C * n_H * n_W) ** 2
    ### END SOLUTION


# %% check="compute_layer_style_cost"
check(compute_layer_style_cost)

# %% [markdown]
# ### Exercise 11 · `compute_style_cost` · 5 points · about 4 minutes
# Early layers capture fine strokes, later layers larger ones, so we use several. Return
# the weighted sum $J_{style} = \sum_l \lambda^{[l]} J_{style}^{[l]}$.
#
# <details><summary>KeyError, or the cost is too large</summary>
#
# Only the layers in `STYLE_LAYERS` count; the activations may contain others.
# </details>


# %% exercise="compute_style_cost"
def compute_style_cost(a_S, a_G, STYLE_LAYERS):
    """Weighted sum of the style costs of several layers.

    Args:
        a_S: dictionary, layer name to activations of the style image.
        a_G: dictionary, layer name to those of the generated image, `Tensor`s.
        STYLE_LAYERS: list of pairs `(layer name, weight)`.

    Returns:
        Tensor with one number.
    """
    ### BEGIN SOLUTION
    J = 0
    for layer, weight in STYLE_LAYERS:
        J = J + weight * compute_layer_style_cost(a_S[layer], a_G[layer])
    return J
    ### END SOLUTION


# %% check="compute_style_cost"
check(compute_style_cost)

# %% [markdown]
# ### Exercise 12 · `total_cost` · 2 points · about 1 minute
# Return $J = \alpha J_{content} + \beta J_{style}$. Which image is best depends only on
# the ratio $\alpha / \beta$.
#
# <details><summary>Only the cases with the usual weights are right</summary>
#
# Use the arguments `alpha` and `beta`, not 10 and 40.
# </details>


# %% exercise="total_cost"
def total_cost(J_content, J_style, alpha=10, beta=40):
    """Content and style together.

    Args:
        J_content: number or `Tensor`.
        J_style: number or `Tensor`.
        alpha: weight of the content.
        beta: weight of the style.

    Returns:
        Number or `Tensor`.
    """
    ### BEGIN SOLUTION
    return alpha * J_content + beta * J_style
    ### END SOLUTION


# %% check="total_cost"
check(total_cost)

# %% [markdown]
# ## Learning an image
# The weights of VGG stay as they are. What is learned is $G$: three numbers per pixel.
# Here is VGG once more, written with operations that can be differentiated. It takes
# images with values from 0 to 1.


# %% demo
VGG = vision.weights("vgg16")


def features(G, last="conv4_1"):
    """Activations of VGG-16, layer name to `Tensor`, for an image `(1, n, n, 3)`."""
    A = 255 * G - vision.VGG_MEAN[::-1]
    a_G = {}
    for layer in vision.VGG_LAYERS[: vision.VGG_LAYERS.index(last) + 1]:
        W = VGG[f"{layer}.kernel"]
        if layer == "conv1_1":
            W = W[:, :, ::-1]  # it was trained on blue, green, red
        elif layer.endswith("_1"):
            A = nn.max_pool2d(A, 2, 2)
        A = nn.relu(nn.conv2d(A, W, VGG[f"{layer}.bias"], padding="same"))
        a_G[layer] = A
    return a_G


known = data.load("vgg16")
difference = features(known.check_x / np.float32(255))["conv4_1"].data - known.check_y
print(
    f"largest difference from PyTorch's conv4_1: {np.abs(difference).max():.1e}, with "
    f"activations up to {known.check_y.max():.0f}"
)

# %% concept="what_is_learned"
# Which numbers does gradient descent change in neural style transfer?
# A: the pixels of the generated image
# B: the weights of the layers that measure style
# C: the weights alpha and beta
# D: the Gram matrix of the style image
what_is_learned = None

# %% [markdown]
# ### Exercise 13 · `train_step` · 8 points · about 10 minutes
# Do one step of gradient descent on the pixels:
#
# 1. Compute the activations of `G`, then content, style and total cost.
# 2. `optimizer.zero_grad()` resets the gradient, `J.backward()` computes `G.grad`, and
#    `optimizer.step()` changes the pixels. Reset it once per step, first or last.
# 3. Clip the colours to 0 and 1, in place: `np.clip(…, out=G.data)`.
# 4. Return the cost as a number, `J.item()`.
#
# <details><summary>The first step is right, the second is wrong</summary>
#
# Gradients add up unless you reset them.
# </details>


# %% exercise="train_step"
def train_step(G, features, goal, optimizer, alpha=10, beta=40):
    """One step of the optimizer on the pixels.

    Args:
        G: the image, a `Tensor` `(1, n_H, n_W, 3)` with `requires_grad=True`, values
            from 0 to 1; changed in place.
        features: function of `G`; returns a dictionary, layer name to activations.
        goal: dictionary with `"content_layer"` (a name), `"a_C"` (activations of the
            content image in that layer), `"STYLE_LAYERS"` (pairs of name and weight)
            and `"a_S"` (layer name to activations of the style image).
        optimizer: has `zero_grad()` and `step()`.
        alpha: weight of the content.
        beta: weight of the style.

    Returns:
        The total cost before the step, a number.
    """
    ### BEGIN SOLUTION
    a_G = features(G)
    J_content = compute_content_cost(goal["a_C"], a_G[goal["content_layer"]])
    J_style = compute_style_cost(goal["a_S"], a_G, goal["STYLE_LAYERS"])
    J = total_cost(J_content, J_style, alpha, beta)
    optimizer.zero_grad()
    J.backward()
    optimizer.step()
    np.clip(G.data, 0, 1, out=G.data)
    return J.item()
    ### END SOLUTION


# %% check="train_step"
check(train_step)

# %% [markdown]
# ## Paint
# We combine a photograph of Neuschwanstein with *The Starry Night*, at 128 × 128
# pixels, in 28 steps and with $\alpha = 300$, so that the towers stay visible. We start
# from the photograph; starting from noise works too but takes longer. There are no
# batches, so the gradients have no noise, and Adam needs only short averages of them.


# %% demo
def paint(C, S, steps, layers=4, content_layer="conv3_1", alpha=10, beta=40, every=0):
    """Style transfer; returns the final image, some earlier ones, and the costs."""
    names = ["conv1_1", "conv2_1", "conv3_1", "conv4_1"][:layers]
    last = max(*names, content_layer)
    with nn.no_grad():
        a_C, a_S = features(C[np.newaxis], last), features(S[np.newaxis], last)
    goal = {
        "content_layer": content_layer,
        "a_C": a_C[content_layer].data,
        "STYLE_LAYERS": [(name, 1 / layers) for name in names],
        "a_S": {name: a_S[name].data for name in names},
    }
    G = nn.Tensor(C[np.newaxis].copy(), requires_grad=True)
    rate = nn.schedules.cosine_decay(0.07, steps, final=0.015)
    optimizer = nn.Adam([G], rate, beta1=0.7, beta2=0.7)
    costs, stages = [], []
    for i in range(steps):
        if every and i % every == 0:
            stages.append(G.data[0].copy())
        costs.append(
            train_step(G, lambda G: features(G, last), goal, optimizer, alpha, beta)
        )
        if every and (i % every == 0 or i == steps - 1):
            print(f"step {i:3}: J = {costs[-1]:12,.0f}")
    return G.data[0], stages, costs


# %% demo cover=true
castle, night = scaled(art.content[0], 128), scaled(art.style[0], 128)
seconds = timeit.default_timer()
painted, stages, costs = paint(castle, night, steps=28, alpha=300, every=7)
seconds = timeit.default_timer() - seconds
print(f"{painted.size:,} numbers learned in {seconds:.0f} s")
plots.images(
    [castle, night, painted, *stages[1:4]],
    ["content", "style", "after 28 steps", "7 steps", "14 steps", "21 steps"],
    columns=3,
    reading="Upper row: content, style and result. Lower row: three earlier steps.",
)

# %% demo
plots.lines(
    {"J": costs},
    xlabel="step",
    ylabel="total cost J",
    log="y",
    reading=f"The vertical axis is logarithmic. After 14 steps J is {costs[14]:,.0f}, "
    f"{costs[14] / costs[0]:.1%} of what it was at the start.",
)

# %% [markdown]
# ## Turn the knobs (optional)
# Which layers carry the style, and how much should the content count? Nine small images
# show it.
#
# <details><summary><b>Predict</b>: with the style of `conv1_1` alone, what will the
# image take from the painting?</summary>
#
# Its colours. A unit there sees 3 × 3 pixels, which is too small for a brush stroke.
# </details>

# %% demo
small_castle, terrace = scaled(art.content[0], 64), scaled(art.style[5], 64)
ratios = {"α/β = 1/4": 10, "α/β = 250": 10_000, "α/β = 2500": 100_000}
grid = {}
for layers in (1, 3, 4):
    for name, alpha in ratios.items():
        deepest = ["conv1_1", "", "conv3_1", "conv4_1"][layers - 1]
        grid[f"to {deepest}, {name}"] = paint(
            small_castle, terrace, 14, layers, "conv3_1", alpha
        )[0]
plots.images(
    list(grid.values()),
    list(grid),
    columns=3,
    reading="Neuschwanstein in the style of Café Terrace at Night. Downwards, more "
    "layers determine the style; to the right, the content has more weight.",
)

# %% [markdown]
# Part 5 ends here; it is a good place for a break.

# %% [markdown]
# # Part 6 · One and three dimensions
# A convolution does not need two dimensions. A filter can slide along time only, or
# through a volume: the slices of a scan, or the frames of a film. Channels work as
# before, and so does the formula
#
# $$n^{out} = \left\lfloor \frac{n + 2p - f}{s} \right\rfloor + 1$$
#
# along each axis. From 14 numbers, 16 filters of length 5 make $10 \times 16$; from
# those, 32 filters of length 5 make $6 \times 32$.

# %% [markdown]
# ### Exercise 14 · `conv1d` · 5 points · about 8 minutes
# Write the convolution along one axis in NumPy. Pad the signal with zeros on both
# sides, then take each window. As always in deep learning, the filters are not flipped.
#
# <details><summary>The output is one position too long or too short</summary>
#
# Windows start at `0, s, 2s, …`, as long as they fit.
# </details>


# %% exercise="conv1d"
def conv1d(x, W, b, stride=1, pad=0):
    """Convolution along one axis.

    Args:
        x: signals `(m, n_L, n_C_prev)`.
        W: filters `(f, n_C_prev, n_C)`.
        b: biases `(n_C,)`.
        stride: step from window to window.
        pad: zeros on each side.

    Returns:
        Array `(m, (n_L + 2 * pad - f) // stride + 1, n_C)`.

    Example:
        >>> x = np.array([1.0, 2.0, 4.0, 8.0]).reshape(1, 4, 1)
        >>> W = np.array([-1.0, 1.0]).reshape(2, 1, 1)
        >>> conv1d(x, W, np.zeros(1)).ravel()
        array([1., 2., 4.])
    """
    ### BEGIN SOLUTION
    f, x = len(W), np.pad(x, ((0, 0), (pad, pad), (0, 0)))
    n_out = (x.shape[1] - f) // stride + 1
    Z = np.zeros((len(x), n_out, W.shape[2]))
    for i in range(n_out):
        window = x[:, i * stride : i * stride + f]  # (m, f, n_C_prev)
        Z[:, i] = np.tensordot(window, W, axes=2) + b
    return Z
    ### END SOLUTION


# %% check="conv1d"
check(conv1d)

# %% [markdown]
# Here is a real signal: the highest temperature of each day in Seattle from 2012 to
# 2015, with the lowest as a second channel. Two filters are three months long: one
# averages the daily highs, the other compares the six weeks after a day with the six
# weeks before it.

# %% demo
weather = data.load("temperature")
days = np.stack([weather.temp_max, weather.temp_min], axis=1)[np.newaxis]
W = np.zeros((91, 2, 2))
W[:, 0, 0] = 1 / 91
W[:45, :, 1], W[46:, :, 1] = -1 / 90, 1 / 90
Z = conv1d(days, W, np.zeros(2))[0]
signals(
    np.arange(45, 1416) / 365.25 + 2012,
    {
        "highs": days[0, 45:-45, 0],
        "filter 1: average": Z[:, 0],
        "filter 2: getting warmer": Z[:, 1],
    },
    xlabel="year",
    ylabel="degrees Celsius",
    reading="The output of the second filter is positive in spring and negative in "
    "autumn.",
)

# %% concept="volume_numbers"
# 16 filters of 5 × 5 × 5 are applied to a scan of 14 × 14 × 14 with one channel,
# without padding and with stride 1. How many numbers does the output have?
volume_numbers = None

# %% [markdown]
# ### Exercise 15 · `conv3d` · 6 points · about 8 minutes
# Write the same with two more axes. The filter need not be a cube. Padding and stride
# are the same along all three axes.
#
# <details><summary>It takes very long</summary>
#
# Loop over the positions of the output, not over weights and channels:
# `np.tensordot(…, axes=4)` does the rest.
# </details>


# %% exercise="conv3d"
def conv3d(x, W, b, stride=1, pad=0):
    """Convolution along three axes, such as time, height and width.

    Args:
        x: volumes `(m, n_D, n_H, n_W, n_C_prev)`.
        W: filters `(f_D, f_H, f_W, n_C_prev, n_C)`.
        b: biases `(n_C,)`.
        stride: step from window to window, along each axis.
        pad: zeros on each of the six sides.

    Returns:
        Array `(m, n_D', n_H', n_W', n_C)`, sizes by the formula above.
    """
    ### BEGIN SOLUTION
    f = W.shape[:3]
    x = np.pad(x, [(0, 0), *[(pad, pad)] * 3, (0, 0)])
    n_out = [(x.shape[1 + k] - f[k]) // stride + 1 for k in range(3)]
    Z = np.zeros((len(x), *n_out, W.shape[4]))
    for d, i, j in np.ndindex(*n_out):
        t, h, w = d * stride, i * stride, j * stride
        window = x[:, t : t + f[0], h : h + f[1], w : w + f[2]]
        Z[:, d, i, j] = np.tensordot(window, W, axes=4) + b
    return Z
    ### END SOLUTION


# %% check="conv3d"
check(conv3d)

# %% [markdown]
# This course has no film, so we make one: a window of 48 × 48 pixels moves to the right
# over a real photograph, two pixels per frame, for 12 frames, while a macaw in front
# stands still. Filters of 2 frames × 1 row × 5 columns compare a pixel with one in the
# previous frame: at the same position, two pixels to the right, or two to the left.
# Each is a guess about the motion, and where the guess is right, the output is 0.
#
# <details><summary><b>Predict</b>: the window moves to the right. Where in the previous
# frame was the thing that a pixel shows now?</summary>
#
# Two pixels to the right: the scene in the film moves to the left.
# </details>

# %% demo
castle_grey = scaled(art.content[0], 96).mean(axis=2)
bird = scaled(art.content[7], 32).mean(axis=2)
film = np.zeros((1, 12, 48, 48, 1))
for frame in range(12):
    film[0, frame, :, :, 0] = castle_grey[24:72, 2 * frame : 2 * frame + 48]
    film[0, frame, 20:, 12:36, 0] = bird[2:30, 4:28]
W = np.zeros((2, 1, 5, 1, 3))
W[1, 0, 2, 0, :] = 1  # now, minus one frame ago:
W[0, 0, 2, 0, 0] = W[0, 0, 4, 0, 1] = W[0, 0, 0, 0, 2] = -1
Z = np.abs(conv3d(film, W, np.zeros(3))[0])  # (11, 48, 44, 3)
guesses = ["stands still", "came from the right", "came from the left"]
background, macaw = (
    Z[:, :20].mean(axis=(0, 1, 2)),
    Z[:, 22:, 14:30].mean(axis=(0, 1, 2)),
)
for k, guess in enumerate(guesses):
    print(f"{guess:20} background {background[k]:.3f}, macaw {macaw[k]:.3f}")
plots.images(
    [film[0, 0, :, :, 0], film[0, 11, :, :, 0], *np.moveaxis(Z[5], 2, 0)],
    ["first frame", "last frame", *(guess.replace(" ", "\n", 1) for guess in guesses)],
    columns=5,
    reading="Black means that the guess is right: the macaw stands still, and the "
    "castle came from the right. A filter over a single frame could not see either.",
)

# %% [markdown] question="face_door" points=6
# ## In your own words
# A hospital wants doors that recognize the faces of 300 employees. The offer says: "99
# % verification accuracy, one photograph each, no training." Advise them in about eight
# sentences: verification or recognition, how to choose the threshold and on whom,
# strangers, what is stored, liveness, and for which people it may work less well. Use
# numbers from this lab.
#
# ### BEGIN SOLUTION
# One photograph each is indeed enough, since a pretrained network only encodes it;
# nothing is trained. But 99 % holds for one comparison. With 300 employees a stranger
# has 300 chances of a wrong yes: 1 − 0.99³⁰⁰ is 95 %. So let people show a badge first
# and verify against that one encoding, or demand a far smaller share of wrong yeses.
# The threshold depends on the people and cameras: choose it from the ROC curve of other
# people than those you test on, at the share of wrong yeses that you can accept. Our
# lenient threshold let many strangers in; the strict one refused more of them, and left
# some residents outside. Store encodings, not photographs, and protect them. A printed
# photograph opened our door, so test for liveness. Measure the errors for each group of
# people separately: a network is lost outside its training distribution; on drawn faces
# the one for real faces had an area of 0.85, less than our small network.
#
# **Rubric**, one point each: verification against recognition, with a number · the
# threshold from other people than the test's, from the ROC or from costs · strangers
# refused by a threshold · encodings stored, precomputed, protected · liveness · errors
# for groups or conditions unlike the training data.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the idea | your function |
# |---|---|
# | $\max(0, d(A, P)^2 - d(A, N)^2 + \alpha)$ | `triplet_loss`, `triplet_gradient` |
# | learn from triplets that still cost something | `hard_triplets` |
# | one comparison; $K$ comparisons | `verify`, `who_is_it` |
# | learn from pairs | `pairwise_logistic`, `chi_square` |
# | same activations, position by position | `compute_content_cost` |
# | same channels together, anywhere | `gram_matrix`, `compute_layer_style_cost` |
# | gradients into pixels | `total_cost`, `train_step` |
# | along time; through a volume | `conv1d`, `conv3d` |

# %% [markdown]
# Here is the same in PyTorch:
#
# ```
# loss = torch.nn.TripletMarginLoss(margin=0.2, reduction="sum")  # not squared!
# e = torch.nn.functional.normalize(model(x))                     # length 1
# vgg = torchvision.models.vgg16(weights="DEFAULT").features.eval()
# G = content.clone().requires_grad_(True)                        # (1, 3, n_H, n_W)
# optimizer = torch.optim.Adam([G], lr=0.02)
# a = vgg[:19](G)[0].flatten(1)                                   # (n_C, n_H * n_W)
# J = ((a @ a.T - gram_S) ** 2).sum() / (2 * a.numel()) ** 2
# torch.nn.Conv1d(2, 2, 91); torch.nn.Conv3d(1, 16, 5)
# ```

# %% [markdown]
# `TripletMarginLoss` uses distances that are not squared, and averages unless you ask
# for the sum. This VGG expects channels first and red, green, blue, normalized with the
# mean and standard deviation of ImageNet.

# %% [markdown]
# **Your function beside a library's.** Both got the same input. Where the values
# differ, the table says why.
#
# {{libraries}}

# %% [markdown]
# **A challenge** (optional). Paint one of your own photographs, loaded with
# `helpers.photo.load(path, size=128)`. Then add a third cost, the sum of squared
# differences between neighbouring pixels (*total variation*), and choose its weight so
# that the noise disappears and the strokes stay.
#
# **The paper of the week.** L. Gatys, A. Ecker, M. Bethge, *A neural algorithm of
# artistic style* (2015), arXiv 1508.06576. Which of their equations is your
# `compute_layer_style_cost`, and from which image do they start?
#
# **Next week** the order matters: networks that read and write sequences.

# %% demo
check.progress()
