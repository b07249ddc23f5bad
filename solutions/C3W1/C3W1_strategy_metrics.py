# %% [markdown]
# # The returns desk
# A shop gets clothes back, thousands a day. A camera looks down on a belt, and a
# classifier says which of ten bins each piece goes to. You lead the project. In this
# lab you **make the decisions**, ten of them, and write the functions that turn each
# from a matter of taste into a matter of arithmetic.
#
# **Time** about two hours, in six parts. **You need** Courses 1 and 2, or at least to
# know what training error and dev error are. Nothing is trained for long: the
# classifiers are ready, and you measure them.

# %% [markdown]
# ## The map
# | part | you write | idea | points |
# |---|---|---|---|
# | 1 One number | `confusion_matrix` `precision_recall_f1` | who is best? | 18 |
# | 2 And the rest | `rank_models` | optimize one, satisfice others | 10 |
# | 3 What the shop wants | `weighted_error` | aim, then shoot | 8 |
# | 4 Dev and test | `choose_split` `dev_set_size` | how many pictures | 16 |
# | 5 How good could it be? | `bayes_error_proxy` `bias_variance_report` | gaps | 12 |
# | 6 One knob at a time | `next_step` | what to try next | 6 |
#
# Ten decisions give 20 points, a memo to the head of the shop 10.

# %% [markdown]
# **After this lab you can** choose a metric and constraints, say how many pictures tell
# two classifiers apart, notice when a metric has stopped meaning what people want,
# split an error into avoidable bias and variance, and name the knob that fits.
#
# Each exercise is followed by `check(…)`: it runs your function on a few fixed cases
# and says what it expected and what it got. Your grade comes from fresh cases.
# Decisions are checked as well, and a wrong one is answered with the argument against
# it.

# %%
import math
import time
from statistics import NormalDist

import numpy as np

from helpers import data, figures_c3w1, nn, plots, strategy
from helpers.checks import checks_for

check = checks_for("C3W1")

# %% [markdown]
# ## Words and symbols
# | in words | in code | means |
# |---|---|---|
# | truth and guess | `y_true`, `y_pred` | class numbers, shape $(m,)$ |
# | error | `error` | share of wrong guesses, 0 to 1 |
# | precision | | of those called shirts, the share that are shirts |
# | recall | | of all shirts, the share that is found |
# | optimizing metric | `optimizing` | the one number to improve |
# | satisficing metric | `satisficing` | good enough, or out |
# | Bayes error | | the least error any classifier can have |
# | avoidable bias | `avoidable_bias` | training error above Bayes error |
# | variance | `variance` | dev error above training error |

# %% [markdown]
# # Part 1 · One number to steer by
# Six classifiers apply for the job. Some are decades old, two are convolutional
# networks. The pictures are Fashion-MNIST: 8,000 to train on, 2,000 to develop with
# (**dev**), 2,000 for the last test.

# %% demo
shop = strategy.fashion()
classes = data.load("fashion").classes
machines = strategy.classifiers()
guesses = {name: m.classify(shop.dev_x) for name, m in machines.items()}

shown = np.array([np.flatnonzero(shop.dev_y == label)[3] for label in range(10)])
plots.images(
    shop.dev_x[shown],
    classes,
    columns=5,
    reading="One of each class. Which two would you mix up?",
)

# %% [markdown]
# ## Where do they go wrong?
# A single percentage hides who is taken for whom. A **confusion matrix** shows it: row
# = truth, column = guess, and each field counts pictures.
#
# By hand, truths $(0, 0, 1)$ and guesses $(0, 1, 1)$ with two classes: one 0 called 0,
# one 0 called 1, one 1 called 1, so `[[1, 1], [0, 1]]`.

# %% [markdown]
# ### Exercise 1 · `confusion_matrix` · 8 points · about 5 minutes
# <details><summary>The matrix is too small in one case</summary>
#
# Classes may be absent from the labels. The size is `n_classes`, always.
# </details>
# <details><summary>`M[y_true, y_pred] += 1` counts too little</summary>
#
# NumPy adds once for a place named twice. `np.add.at` adds each time; so does a loop.
# </details>


# %% exercise="confusion_matrix"
def confusion_matrix(y_true, y_pred, n_classes):
    """How often each class is taken for each.

    Args:
        y_true: array `(m,)` of ints, the truth.
        y_pred: array `(m,)` of ints, the guesses.
        n_classes: how many classes there are.

    Returns:
        Array `(n_classes, n_classes)` of counts: row truth, column guess.

    Example:
        >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
        array([[1, 1],
               [0, 1]])
    """
    ### BEGIN SOLUTION
    counts = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(counts, (y_true, y_pred), 1)
    return counts
    ### END SOLUTION


# %% check="confusion_matrix"
check(confusion_matrix)

# %% demo
counts = confusion_matrix(shop.dev_y, guesses["large CNN"], 10)
wrong = counts - np.diag(np.diag(counts))
plots.heat(
    wrong,
    signed=False,
    rows=classes,
    columns=[name[:2] for name in classes],
    reading="Mistakes of the large CNN, of 200 pictures in each row (truth). Things "
    "worn above the waist are taken for each other; shoes for shoes.",
)

# %% [markdown]
# ## Two ways to be wrong about shirts
# Shirts are the hardest. Ask "is it a shirt?" and count among the answers:
#
# $$P = \frac{\text{shirts called shirt}}{\text{all called shirt}} \qquad
# R = \frac{\text{shirts called shirt}}{\text{all shirts}} \qquad
# F_1 = \frac{2PR}{P + R}$$
#
# $P$ is **precision**, $R$ **recall**, and $F_1$ their harmonic mean: close to the
# *smaller* of the two. By hand: 4 shirts, 5 called shirt, 3 of them rightly. $P = 3/5$,
# $R = 3/4$, $F_1 = 2/3$.

# %% [markdown]
# <details><summary><b>Predict</b>: accuracy without ever saying shirt?</summary>
#
# 90 %, as one piece in ten is a shirt. Its recall is 0, and so is its $F_1$.
# </details>

# %% [markdown]
# ### Exercise 2 · `precision_recall_f1` · 10 points · about 8 minutes
# Where a fraction is 0/0, answer 0.0, and let nothing warn.

# %% [markdown]
# <details><summary>Division by zero</summary>
#
# There may be no 1 among the guesses, none in the truth, or neither. Ask before you
# divide. If no 1 is found at all, both numerators are 0, and so is $F_1$.
# </details>
# <details><summary>$F_1$ is a little too large</summary>
#
# The mean of $P$ and $R$ is not their harmonic mean.
# </details>


# %% exercise="precision_recall_f1"
def precision_recall_f1(y_true, y_pred):
    """Precision, recall and F1 of a yes-or-no question.

    Args:
        y_true: array `(m,)` of 0 and 1, the truth.
        y_pred: array `(m,)` of 0 and 1, the guesses.

    Returns:
        precision: float, 0.0 if nothing was called 1.
        recall: float, 0.0 if nothing is 1.
        f1: float, 0.0 if no 1 was found.

    Example:
        >>> precision_recall_f1(np.array([1, 1, 0, 0]), np.array([1, 0, 0, 0]))
        (1.0, 0.5, 0.6666666666666666)
    """
    ### BEGIN SOLUTION
    found = int(np.sum((y_true == 1) & (y_pred == 1)))
    if found == 0:
        return 0.0, 0.0, 0.0
    precision = found / int(np.sum(y_pred == 1))
    recall = found / int(np.sum(y_true == 1))
    return precision, recall, 2 * precision * recall / (precision + recall)
    ### END SOLUTION


# %% check="precision_recall_f1"
check(precision_recall_f1)

# %% demo
shirt = classes.index("shirt")
print("                error   precision  recall   F1   (is it a shirt?)")
for name, said in guesses.items():
    P, R, F1 = precision_recall_f1(shop.dev_y == shirt, said == shirt)
    error = np.mean(said != shop.dev_y)
    print(f"{name:14} {error:7.1%} {P:10.1%} {R:8.1%} {F1:6.2f}")

# %% [markdown]
# Two things to see. *Neighbours* and *softmax* have the same error, 17.95 %, to the
# picture. And had you compared precision *and* recall, you would be arguing still; one
# number ends the argument, and lets you try twenty ideas in a week.

# %% concept="one_number"
# Four shirt detectors, precision and recall. The shop wants a high F1. Which one?
# A: P 0.99, R 0.62   B: P 0.80, R 0.79   C: P 0.72, R 0.87   D: P 1.00, R 0.40
one_number = None

# %% [markdown]
# # Part 2 · And the rest
# Error is not all. The belt leaves 5 ms a piece, and the chip in the camera has 150 kB.
# Adding "error + 0.3 · time" would trade one against the other for ever. Rather:
# **optimize** one metric, and let each other one be **good enough**. A machine that
# takes 4 ms is no worse than one that takes 1; one that takes 6 is out.

# %% [markdown]
# ### Exercise 3 · `rank_models` · 10 points · about 8 minutes
# <details><summary>A model exactly on the limit is thrown out</summary>
#
# `"<="` and `">="` include the limit.
# </details>
# <details><summary>It fails where no model is good enough</summary>
#
# Then the answer is `None`: a fact the shop must know.
# </details>


# %% exercise="rank_models"
def rank_models(table, optimizing, satisficing):
    """The best model among those that are good enough.

    Args:
        table: `{model: {metric: value}}`.
        optimizing: name of the metric to optimize; larger is better.
        satisficing: `{metric: (sign, limit)}`, where the sign is `"<="` or `">="`:
            the value has to be at most, or at least, the limit.

    Returns:
        Name of the model with the largest value of the optimizing metric among those
        within all limits; `None` if there is no such model.

    Example:
        >>> table = {"A": {"F1": 0.90, "ms": 80}, "B": {"F1": 0.95, "ms": 99}}
        >>> rank_models(table, "F1", {"ms": ("<=", 90)})
        'A'
    """

    ### BEGIN SOLUTION
    def good_enough(metrics):
        return all(
            metrics[name] <= limit if sign == "<=" else metrics[name] >= limit
            for name, (sign, limit) in satisficing.items()
        )

    fit = [name for name, metrics in table.items() if good_enough(metrics)]
    return max(fit, key=lambda name: table[name][optimizing], default=None)
    ### END SOLUTION


# %% check="rank_models"
check(rank_models)


# %% demo
def milliseconds(machine, pictures, repeats=15):
    """Median time for one picture, as it comes along on the belt."""
    times = []
    for i in range(repeats):
        before = time.perf_counter()
        machine.classify(pictures[i : i + 1])
        times.append(time.perf_counter() - before)
    return 1000 * float(np.median(times))


table = {
    name: {
        "accuracy": float(np.mean(guesses[name] == shop.dev_y)),
        "ms": milliseconds(machine, shop.dev_x),
        "kB": machine.kilobytes,
    }
    for name, machine in machines.items()
}
for name, row in table.items():
    print(f"{name:14} {row['accuracy']:6.1%} {row['ms']:8.2f} ms {row['kB']:7.0f} kB")
for memory in (10_000, 150, 50, 20):
    chosen = rank_models(table, "accuracy", {"ms": ("<=", 5), "kB": ("<=", memory)})
    print(f"best within 5 ms and {memory:6} kB: {chosen}")

# %% [markdown]
# The times are those of your computer. The ranking says what money buys: a chip of
# 50 kB costs 1.4 % of accuracy, one of 20 kB is too small for all of them. That
# sentence is one a shop can decide on.

# %% concept="which_to_ship"
# Measured elsewhere:          error   ms   kB
#                  A           8.0 %    9  400
#                  B           8.4 %    4  160
#                  C           9.9 %    1   30
#                  D           9.1 %    5  150
# The belt leaves 5 ms and the chip holds 150 kB. Which machine do you ship?
which_to_ship = None

# %% [markdown]
# # Part 3 · What the shop wants
# A small chip, then: 50 kB. The small CNN moves in. Two weeks later the shop calls: *it
# loses our coats!* A coat in the wrong bin is sold as a pullover, and they would rather
# see ten other pieces lost.
#
# Somebody on your team had trained the same network with more care for coats. Its error
# is higher, so nobody had looked at it twice. What do the two do with coats?

# %% demo
everyone = strategy.classifiers(careful=True)
guesses["careful CNN"] = everyone["careful CNN"].classify(shop.dev_x)
coat = classes.index("coat")
for name in ("small CNN", "careful CNN"):
    said = guesses[name]
    lost = np.sum((shop.dev_y == coat) & (said != coat))
    print(
        f"{name:12} error {np.mean(said != shop.dev_y):.1%}, lost coats {lost} of 200"
    )

# %% [markdown]
# The metric prefers one, the shop the other. Nobody is stubborn here: **the metric is
# wrong**. It says that all mistakes are equal. Give each picture a weight, and count
# weights:
#
# $$\frac{\sum_i w^{(i)}\,[\hat y^{(i)} \ne y^{(i)}]}{\sum_i w^{(i)}}$$
#
# where $[\ldots]$ is 1 for a wrong guess and 0 for a right one.
#
# By hand: weights $(10, 1, 1)$, only the first wrong: $10/12$. Only the last: $1/12$.
# Dividing by the sum of weights keeps it between 0 and 1.

# %% [markdown]
# <details><summary><b>Predict</b>: with coats at 10, which machine is ahead?</summary>
#
# The careful one: 23 lost coats fewer save 230, and 63 other mistakes more cost 63.
# </details>

# %% [markdown]
# ### Exercise 4 · `weighted_error` · 8 points · about 4 minutes
# <details><summary>The result is above 1</summary>
#
# You divided by the number of pictures. Divide by the sum of the weights.
# </details>


# %% exercise="weighted_error"
def weighted_error(y_true, y_pred, weights):
    """Share of the weight that is classified wrong.

    Args:
        y_true: array `(m,)`, the truth.
        y_pred: array `(m,)`, the guesses.
        weights: array `(m,)`, how much each example counts, not all 0.

    Returns:
        A float between 0 and 1.

    Example:
        >>> truth, guess = np.array([4, 1, 1]), np.array([2, 1, 1])
        >>> weighted_error(truth, guess, np.array([8, 1, 1]))
        0.8
    """
    ### BEGIN SOLUTION
    return float(np.sum(weights * (y_true != y_pred)) / np.sum(weights))
    ### END SOLUTION


# %% check="weighted_error"
check(weighted_error)

# %% demo
weights = np.where(shop.dev_y == coat, 10.0, 1.0)
print("                error   with coats at 10")
for name, said in guesses.items():
    plain = np.mean(said != shop.dev_y)
    print(f"{name:14} {plain:6.1%} {weighted_error(shop.dev_y, said, weights):10.1%}")
factors = [1, 2, 3, 5, 10, 20]
curves = {
    name: [
        100 * weighted_error(shop.dev_y, said, np.where(shop.dev_y == coat, f, 1.0))
        for f in factors
    ]
    for name, said in guesses.items()
    if name in ("dense net", "neighbours", "small CNN", "careful CNN")
}
plots.lines(
    curves,
    factors,
    markers=True,
    xlabel="weight of a coat",
    ylabel="weighted error, %",
    reading="Lines cross: who is best depends on what a coat is worth. Ask the shop, "
    "not the network.",
)

# %% concept="change_what"
# The metric ranks X before Y, the shop is right to prefer Y. What do you do first?
# A: change the metric so that it ranks Y first, then go on optimizing
# B: ship X, since a metric must not be changed once it is agreed on
# C: train X for longer, until it loses as few coats as Y
# D: ship Y and keep the metric, noting the exception in the minutes
change_what = None

# %% [markdown]
# **Orthogonal**, in one word: placing the target and hitting it are two tasks with two
# knobs. The metric places the target. Only then ask how to hit it: for instance, train
# with the same weights in the cost, which is how the careful network was made.
#
# ## The wrong pictures
# Next complaint, same shop. On the new belt everything is worse. Your dev set shows
# clothes on black; the belt is grey. We imitate it: no pixel darker than 40 of 255.

# %% demo
belt_x = np.maximum(shop.dev_x, 40)
before = {name: np.mean(said != shop.dev_y) for name, said in guesses.items()}
after = {
    name: np.mean(machine.classify(belt_x) != shop.dev_y)
    for name, machine in everyone.items()
}
print("                on black  on the belt")
for name in everyone:
    print(f"{name:14} {before[name]:8.1%} {after[name]:10.1%}")
pair = np.stack([shop.dev_x[shown[[4, 9]]], belt_x[shown[[4, 9]]]], axis=1)
plots.images(
    np.repeat(pair.reshape(4, 28, 28, 1), 3, axis=3),  # as colours: grey stays grey
    ["dev set", "belt", "dev set", "belt"],
    columns=4,
    reading="You read them as easily. The dense net, third on black, comes fifth here.",
)

# %% [markdown]
# On black, the dense net beats the neighbours by 3 %; on the belt it loses by 12 %.
# Months of work on the dense net would have been aimed at the wrong place. So:
#
# - Dev and test set come from **the same source**, and it is the one you must do well
#   on: pictures from the belt, now and as far as you can see ahead.
# - If doing well on metric *and* dev set is not doing well in the shop, change them.

# %% concept="whose_pictures"
# 200,000 catalogue photos, and 9,000 pictures from the belt the machine will work on.
# Where do dev and test set come from?
# A: dev from the catalogue, test from the belt, so that the test is a surprise
# B: both from everything shuffled, so that they are large and varied
# C: both from the belt pictures, even though that makes them smaller
# D: dev from the belt, test from the catalogue, where there is more
whose_pictures = None

# %% [markdown]
# # Part 4 · How many pictures?
# With a hundred examples, statisticians kept 20 % to develop and 20 % to test. With a
# million, that would lock 400,000 away, where 10,000 already tell machines apart that
# differ by a percent or so. A rule that covers both: **20 % each, but never more than
# 10,000**.
#
# By hand: 500 examples give 300, 100, 100, so $(0.6, 0.2, 0.2)$. A million give
# $(0.98, 0.01, 0.01)$.

# %% [markdown]
# ### Exercise 5 · `choose_split` · 6 points · about 4 minutes
# <details><summary>The three do not add up to 1</summary>
#
# Training gets all that the other two leave.
# </details>


# %% exercise="choose_split"
def choose_split(n_examples):
    """Fractions for training, dev and test: 20 % each, at most 10,000 examples.

    Args:
        n_examples: how many examples there are, a positive int.

    Returns:
        train: the fraction left for training, a float.
        dev: fraction for dev, a float.
        test: fraction for test, a float.

    Example:
        >>> choose_split(1_000_000)
        (0.98, 0.01, 0.01)
    """
    ### BEGIN SOLUTION
    held_out = min(0.2, 10_000 / n_examples)
    return 1 - 2 * held_out, held_out, held_out
    ### END SOLUTION


# %% check="choose_split"
check(choose_split)

# %% demo
sizes = np.logspace(2, 7, 60)
plots.lines(
    {"training": [100 * choose_split(n)[0] for n in sizes],
     "dev (and test)": [100 * choose_split(n)[1] for n in sizes]},
    sizes,
    log="x",
    xlabel="examples in all",
    ylabel="percent",
    reading="60/20/20 up to 50,000 examples; after that dev and test stop growing.",
)  # fmt: skip

# %% [markdown]
# ## Is 96 % better than 95 %?
# A dev set is a sample. Toss $m$ pictures at a machine with error $p$, and the measured
# error strays from $p$ by about $\sqrt{p(1-p)/m}$. Its variance is largest at
# $p = \frac12$, namely $\frac{1}{4m}$. For a *difference of two* measured errors the
# variances add up: at most $\frac{1}{2m}$.
#
# We want the true difference $d$ to be $z$ standard deviations, where $z = 1.96$ for
# 95 % confidence: 2.5 % of a normal curve lie beyond it *on either side*.
#
# $$d \ge z\sqrt{\tfrac{1}{2m}} \quad\Longleftrightarrow\quad m \ge \frac{z^2}{2d^2}$$
#
# By hand, $d = 0.1$: $1.96^2 / 0.02 = 192.07$, so 193 pictures.

# %% [markdown]
# ### Exercise 6 · `dev_set_size` · 10 points · about 8 minutes
# `NormalDist().inv_cdf(0.975)` is the $z$ with 97.5 % of the curve below it. How does
# 0.975 follow from 0.95?

# %% [markdown]
# <details><summary>My z is 1.645</summary>
#
# That leaves 5 % on one side. Leave half of it on each.
# </details>
# <details><summary>It is one too few</summary>
#
# Round up: `math.ceil`.
# </details>


# %% exercise="dev_set_size"
def dev_set_size(error_difference, confidence=0.95):
    """Examples needed to tell two classifiers apart, whatever their errors are.

    Args:
        error_difference: difference of the true errors, between 0 and 1.
        confidence: between 0 and 1; two-sided.

    Returns:
        The smallest whole `m` with `z * sqrt(1 / (2 m)) <= error_difference`, an int.

    Example:
        >>> dev_set_size(0.1)
        193
    """
    ### BEGIN SOLUTION
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    return math.ceil(z**2 / (2 * error_difference**2))
    ### END SOLUTION


# %% check="dev_set_size"
check(dev_set_size)

# %% demo
for difference in (0.1, 0.03, 0.01, 0.003):
    print(f"{difference:6.1%} apart: {dev_set_size(difference):9,} pictures")

# %% concept="how_many"
# Two machines may differ by 2 %. How many dev pictures does `dev_set_size` ask for, at
# 95 % confidence? Answer with a whole number.
how_many = None

# %% [markdown]
# ## Believe no formula you have not simulated
# It is a promise for the *worst case*. Toss coins: two machines with errors of 50 % and
# 49 %, then two with 5 % and 4 %, each on its own dev set, 4,000 times for each size.
# How often does the better one look better? And the real thing: the large CNN and the
# small CNN on the *same* pictures, drawn from your dev set.
#
# <details><summary><b>Predict</b>: with 100 pictures, 95 % against 96 %?</summary>
#
# In 64 of 100 tries the better one is ahead. A coin gets 50 right.
# </details>

# %% demo
rng = np.random.default_rng(3)
sizes = [50, 100, 300, 1000, 3000, 10_000, dev_set_size(0.01)]


def wins(worse, better, m, tries=4000):
    """How often the better one makes fewer mistakes; a tie is half a win."""
    a, b = rng.binomial(m, worse, tries), rng.binomial(m, better, tries)
    return float(np.mean(b < a) + np.mean(b == a) / 2)


fewer = (guesses["small CNN"] != shop.dev_y).astype(int)
fewer -= guesses["large CNN"] != shop.dev_y  # 1 where only the small CNN is wrong
real = [rng.choice(fewer, (400, m)).sum(axis=1) for m in sizes]
won = {
    "50 % against 49 %": [wins(0.50, 0.49, m) for m in sizes],
    "5 % against 4 %": [wins(0.05, 0.04, m) for m in sizes],
    "small against large CNN": [
        float(np.mean(r > 0) + np.mean(r == 0) / 2) for r in real
    ],
}

# %% demo
plots.lines(
    won,
    sizes,
    log="x",
    markers=True,
    xlabel="dev pictures",
    ylabel="better one looks better",
    baseline={"97.5 %": 0.975},
    reading="The worst case gets there at 19,208 as computed; 5 % against 4 % at about "
    "3,300. On the same pictures, small and large CNN take some 1,500.",
)
print(" " * 24, "  ".join(f"{m:5}" for m in sizes))
for name, shares in won.items():
    print(f"{name:24}", "  ".join(f"{share:5.0%}" for share in shares))

# %% [markdown]
# Two savings, then, over the promise. Small errors vary less: for $p = 5 \%$,
# $p(1-p)$ is 0.0475 rather than 0.25. And on the *same* pictures the two stumble over
# the same hard ones, which cancels. But neither makes 100 pictures enough.

# %% concept="is_it_better"
# On 500 dev pictures A makes 30 mistakes, B makes 28. The team is proud of B. You …
# A: ship B, for 5.6 % is less than 6.0 %
# B: call it a draw so far, and collect more dev pictures to decide
# C: call it a draw for good, since the machines are equally good
# D: ship A, since B must have been fitted to the dev set
is_it_better = None

# %% concept="too_good"
# After 300 experiments, all chosen by dev error: dev 4.0 % and test 9.0 %, from the
# same source, 500 pictures each. What happened, and what now?
# A: variance, so get more training pictures
# B: avoidable bias, so train a bigger network
# C: the test set is harder, so average both
# D: fitted to the dev set, so get a bigger one
too_good = None

# %% [markdown]
# # Part 5 · How good could it be?
# Is 11 % error bad? Compare with people. On 1,000 pictures of Fashion-MNIST, with three
# strangers voting on each, the voters were wrong on **16.5 %** (as its authors report).
# Try it yourself before you smile: fill in ten class names.

# %% demo
quiz = np.random.default_rng(12).choice(2000, 10, replace=False)
yours = ["", "", "", "", "", "", "", "", "", ""]  # such as "coat"
plots.images(
    shop.dev_x[quiz],
    [f"picture {i + 1}" for i in range(10)],
    columns=5,
    reading="T-shirt, trousers, pullover, dress, coat, sandal, shirt, sneaker, bag or "
    "ankle boot?",
)
if all(yours):
    truth = [classes[shop.dev_y[i]] for i in quiz]
    missed = np.mean(np.array(truth) != np.array(yours))
    print(f"your error: {missed:.0%}, give or take {1.96 * 0.5 / math.sqrt(10):.0%}")

# %% [markdown]
# The **Bayes error** is the least any machine or person can have: from 28 grey pixels a
# side, some shirts cannot be told from T-shirts. Nobody knows it. But whoever reaches
# an error proves that Bayes error is *no larger*. So as its stand-in, or **proxy**,
# take the best that anyone has shown, however much trouble it took them.
#
# "Human-level error" has other uses. To publish "better than a typical shop assistant"
# you need just that assistant. For Bayes error you need the best.
#
# ### Exercise 7 · `bayes_error_proxy` · 4 points · about 2 minutes


# %% exercise="bayes_error_proxy"
def bayes_error_proxy(human_errors):
    """Who comes closest to Bayes error, and how close.

    Args:
        human_errors: `{who: error}`, at least one.

    Returns:
        who: name of the right proxy.
        error: its error, the smallest upper bound known for Bayes error.

    Example:
        >>> bayes_error_proxy({"passer-by": 0.2, "tailor": 0.06, "two tailors": 0.05})
        ('two tailors', 0.05)
    """
    ### BEGIN SOLUTION
    who = min(human_errors, key=human_errors.get)
    return who, human_errors[who]
    ### END SOLUTION


# %% check="bayes_error_proxy"
check(bayes_error_proxy)

# %% [markdown]
# ## From people to a plan
# $$\underbrace{\text{human}}_{\text{proxy}} \xrightarrow{\ \text{avoidable bias}\ }
# \text{training} \xrightarrow{\ \text{variance}\ } \text{dev}$$
#
# By hand, 3 % human, 9 % training, 11 % dev: avoidable bias 6 %, variance 2 %. Focus on
# bias. With 8.5 % human and the *same network* it is 0.5 % and 2 %: focus on variance.
# You cannot read off what to do from training and dev error alone.

# %% [markdown]
# ### Exercise 8 · `bias_variance_report` · 8 points · about 4 minutes
# <details><summary>A bias is negative. Is that allowed?</summary>
#
# Yes. Then the network beats the people, and they are no proxy any more. Keep the sign.
# </details>


# %% exercise="bias_variance_report"
def bias_variance_report(human_error, train_error, dev_error):
    """Split the dev error into its gaps.

    Args:
        human_error: proxy for Bayes error, 0 to 1.
        train_error: 0 to 1.
        dev_error: 0 to 1.

    Returns:
        Dictionary with `avoidable_bias` and `variance`, floats with their signs, and
        `focus`: `"bias"` or `"variance"`, whichever is larger (bias, if equal).

    Example:
        >>> bias_variance_report(0.0, 0.25, 0.375)
        {'avoidable_bias': 0.25, 'variance': 0.125, 'focus': 'bias'}
    """
    ### BEGIN SOLUTION
    bias = train_error - human_error
    variance = dev_error - train_error
    focus = "bias" if bias >= variance else "variance"
    return {"avoidable_bias": bias, "variance": variance, "focus": focus}
    ### END SOLUTION


# %% check="bias_variance_report"
check(bias_variance_report)

# %% demo
# The voters are measured; the other two are what our shop found out about its people.
people = {"three voters": 0.165, "shift leader": 0.09, "panel of buyers": 0.03}
who, proxy = bayes_error_proxy(people)
print(f"proxy: {who}, {proxy:.0%}\n")
print("                training    dev    bias  variance  focus")
for name in ("mean pictures", "softmax", "dense net", "small CNN", "large CNN"):
    seen = np.mean(machines[name].classify(shop.train_x) != shop.train_y)
    new = np.mean(guesses[name] != shop.dev_y)
    report = bias_variance_report(proxy, seen, new)
    bias, variance = report["avoidable_bias"], report["variance"]
    print(f"{name:14} {seen:9.1%} {new:7.1%} {bias:6.1%} {variance:8.1%}", end="   ")
    print(report["focus"])

# %% [markdown]
# From top to bottom networks grow, bias shrinks, and in the last line the focus turns:
# the large CNN loses more on new pictures than it could still gain on old ones. With
# the three voters as proxy every line but the first would say "variance". A wrong proxy
# sends a team the wrong way for months.

# %% concept="how_much_bias"
# People: voters 16.5 %, shift leader 9 %, panel of buyers 3 %. Your network: training
# 8 %, dev 11 %. How large is the avoidable bias, in percent? A whole number.
how_much_bias = None

# %% [markdown]
# ## Past the people
# The large CNN, at 11 % on pictures it never saw, is better than the three voters.
# Surpassing people has a price: while you are behind them, they label pictures, explain
# your machine's mistakes, and tell you the bias. Once past, all three dry up. It
# happens first where the data are no pictures or sounds at all: loans, adverts,
# delivery times. There nobody was good to begin with.

# %% concept="beyond_human"
# The best panel has 4.0 % error. Your network: training 3.1 %, dev 3.5 %. You conclude:
# A: avoidable bias is zero, so only variance is left to work on
# B: Bayes error is 4.0 %, so the dev set must have wrong labels
# C: Bayes error is at most 3.5 %, so how much bias is left is unknown
# D: avoidable bias is 0.9 %, and larger than the variance of 0.4 %
beyond_human = None

# %% [markdown]
# # Part 6 · One knob at a time
# An old television has knobs: one for the height of the picture, one for its width. A
# single knob for 0.3 · height − 1.7 · width would drive you mad. Knobs that each do one
# thing are **orthogonal**. A learning machine has four places to turn at, in order:
#
# | if this is bad | turn | e.g. |
# |---|---|---|
# | training error | fit the training set | bigger network, longer, better optimizer |
# | gap to dev | generalize better | more data, regularization, augmentation |
# | gap from dev to test | get a bigger dev set | |
# | the shop, although all is well | rethink the metric or the dev set | coats, belt |

# %%
FAMILIES = {
    "avoidable_bias": "fit the training set",
    "variance": "generalize better",
    "test_gap": "get a bigger dev set",
    "none": "rethink the metric or the dev set",
}
NOISE = 0.005  # half a percent: no gap to speak of

# %% [markdown]
# ### Exercise 9 · `next_step` · 6 points · about 5 minutes
# Which family fits the **largest** gap of a report? If no gap is larger than `NOISE`
# and you were asked all the same, somebody is unhappy for a reason your numbers do not
# show: `FAMILIES["none"]`.

# %% [markdown]
# <details><summary>KeyError: 'test_gap'</summary>
#
# Some reports have no test error yet. `report.get("test_gap", 0.0)`.
# </details>
# <details><summary>A negative gap wins</summary>
#
# It is no gap. Compare with the sign, not without it.
# </details>


# %% exercise="next_step"
def next_step(report):
    """The family of remedies for the largest gap.

    Args:
        report: dictionary with `avoidable_bias` and `variance`, perhaps `test_gap`
            (test error minus dev error) and other entries that do not count.

    Returns:
        The entry of `FAMILIES` for the largest of these gaps, or `FAMILIES["none"]` if
        none is larger than `NOISE`.

    Example:
        >>> next_step({"avoidable_bias": 0.01, "variance": 0.06, "focus": "variance"})
        'generalize better'
    """
    ### BEGIN SOLUTION
    gaps = {
        name: report.get(name, 0.0)
        for name in ("avoidable_bias", "variance", "test_gap")
    }
    largest = max(gaps, key=gaps.get)
    return FAMILIES[largest if gaps[largest] > NOISE else "none"]
    ### END SOLUTION


# %% check="next_step"
check(next_step)

# %% demo
for name in ("softmax", "large CNN"):
    seen = np.mean(machines[name].classify(shop.train_x) != shop.train_y)
    report = bias_variance_report(proxy, seen, before[name])
    test = np.mean(machines[name].classify(shop.test_x) != shop.test_y)
    report["test_gap"] = test - before[name]
    print(f"{name:10} {next_step(report)}   (test gap {report['test_gap']:+.1%})")

# %% [markdown]
# ## Turn them and watch
# A small dense net on 2,000 pictures of 14 × 14, then one knob at a time: a network six
# times as wide; four times the pictures; weight decay; and stopping early. Each three
# times, from different starts. About ten seconds.
#
# <details><summary><b>Predict</b>: which knob moves training error and gap at once, in
# opposite directions?</summary>
#
# Several do a little, for nothing is perfectly orthogonal. Stopping early does little
# else.
# </details>


# %% demo
def small(pictures):
    """Every 2 × 2 pixels averaged, as a row of 196."""
    blocks = pictures.reshape(len(pictures), 14, 2, 14, 2)
    return blocks.mean(axis=(2, 4)).reshape(len(pictures), -1).astype("float32") / 255


X, X_dev = small(shop.train_x), small(shop.dev_x)


def trained(seed, m=2000, width=32, epochs=30, decay=0.0):
    """Training and dev error of a dense net."""
    rng = np.random.default_rng(seed)
    rows = rng.permutation(8000)[:m]
    net = nn.Sequential(
        nn.Dense(196, width, "relu", rng=rng), nn.Dense(width, 10, rng=rng)
    )
    net.fit(
        X[rows], shop.train_y[rows], loss=nn.cross_entropy, epochs=epochs,
        optimizer=nn.AdamW(net.parameters(), 0.003, weight_decay=decay),
        batch_size=50, rng=rng, progress=False,
    )  # fmt: skip
    sets = ((X[rows], shop.train_y[rows]), (X_dev, shop.dev_y))
    return [np.mean(net.predict(x).argmax(axis=1) != y) for x, y in sets]


# %% demo cover=true
settings = {
    "start": {},
    "6 times as wide": {"width": 192},
    "4 times the pictures": {"m": 8000},
    "weight decay": {"decay": 0.5},
    "stopped early": {"epochs": 4},
}
runs = {
    knob: np.array([trained(seed, **setting) for seed in range(3)])
    for knob, setting in settings.items()
}
for knob, errors in runs.items():
    (seen, new), spread = errors.mean(axis=0), errors[:, 1].std()
    print(f"{knob:21} training {seen:5.1%}   dev {new:5.1%} ± {spread:.1%}")
figures_c3w1.knobs(
    runs,
    reading="Left is less bias, down is less variance; on a dotted line the dev error "
    "is the same. More pictures go straight down. Stopping early slides right.",
)

# %% [markdown]
# More pictures move one thing. A wider network fits better and gives part of the gain
# back as a wider gap. Weight decay and stopping early *trade*: less gap for more bias.
# Stopping early is not forbidden, only hard to think about, since one knob answers two
# questions. With weight decay you can at least train to the end.

# %% concept="early_stopping"
# Why does early stopping make it harder to plan what to do next?
# A: it changes how well you fit the training set and the gap to dev, with one knob
# B: it needs a larger dev set than any other kind of regularization
# C: it always makes the dev error worse than training to the end would
# D: it lowers the training error, so that variance can no longer be measured
early_stopping = None

# %% [markdown] question="memo" points=10
# ## Memo to the head of the returns desk
# Half a page. Which machine do you recommend for the chip with 50 kB, by which metric,
# under which limits? How sure are you, and how many pictures stand behind it? Where
# should dev and test pictures come from? If they bought a chip of 150 kB, what is the
# next thing to work on, and why that? What would make you change your mind?
#
# ### BEGIN SOLUTION
# I recommend the careful CNN (36 kB, well under 5 ms). By plain error it is worse than
# the small CNN, 14.5 % against 12.5 %; but you told us that a coat counts ten times,
# and by the error with coats at 10 it is better, 12.8 % against 17.2 %: it loses 22
# coats of 200 rather than 45. This was measured on 2,000 pictures; the difference in
# lost coats is far beyond chance, while a difference of half a percent would not be.
# All of it on black: on your grey belt errors double, and the careful CNN is then worse
# (30 %) than the small one (21 %). So first of all: some thousands of belt pictures,
# dev and test both from them, and the choice repeated. With 150 kB the large CNN has 11
# % error, 6 % on training pictures; a panel reaches 3 %. Its variance is larger than
# its avoidable bias, so next come more data and regularization, not a bigger network. I
# would change my mind if belt pictures reverse the ranking, or if a coat is worth less
# than three others.
#
# **Rubric**, one point each: a machine within the limits · metric and limits named
# apart (optimizing, satisficing) · coats weighted, with both numbers · how many
# pictures · uncertainty or a confidence statement · belt pictures for dev *and* test ·
# measured harm of the belt · bias against variance of the large CNN with numbers · a
# fitting remedy · what would change the recommendation.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the question | your function |
# |---|---|
# | who is taken for whom? | `confusion_matrix` |
# | one number for a rare class | `precision_recall_f1` |
# | the best that is good enough | `rank_models` |
# | are all mistakes equal? | `weighted_error` |
# | how much to hold out | `choose_split` |
# | is the difference real? | `dev_set_size` |
# | how good could anyone be? | `bayes_error_proxy` |
# | what is there to gain, and where? | `bias_variance_report` |
# | which knob? | `next_step` |

# %% [markdown]
# Elsewhere the same goes by these names; you know by now what each does:
#
# ```
# from torchmetrics.functional import confusion_matrix, f1_score   # PyTorch
# confusion_matrix(guess, truth, task="multiclass", num_classes=10)
# f1_score(guess == 6, truth == 6, task="binary")
# torch.nn.CrossEntropyLoss(weight=w)                # w: ten numbers, 10 for the coats
# torch.utils.data.random_split(belt, [0.6, 0.2, 0.2])
# statsmodels.stats.contingency_tables.mcnemar(both) # two machines, the same pictures
# ```

# %% [markdown]
# **A challenge**, if you like. On the same pictures only those count on which the two
# disagree. If $b$ of them favour one and $c$ the other, then $(b - c)/\sqrt{b + c}$ is
# about normal under "equally good" (McNemar, 1947). Compute it for the small and the
# large CNN. How many pictures would you have needed?
#
# **The paper of the week.** T. Dietterich, *Approximate statistical tests for comparing
# supervised classification learning algorithms*, Neural Computation 10 (1998). Read the
# introduction: which of his nine questions is yours?
#
# **Next week** you look at the mistakes themselves, one by one.

# %% demo
check.progress()
