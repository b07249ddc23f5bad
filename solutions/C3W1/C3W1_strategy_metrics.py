# %% [markdown]
# # The returns desk
# A clothes shop receives thousands of returns a day. A camera looks down on a conveyor
# belt, and a classifier decides which of ten bins each item goes to. You lead the
# project. In this lab you **make ten decisions** and write the functions that turn each
# of them from a matter of taste into a matter of arithmetic.
#
# **Time** about two hours, in six parts; you can stop after any of them. **You need**
# Courses 1 and 2, or at least to know what training error and dev error are. Most
# classifiers here are already trained: you measure them.

# %% [markdown]
# ## The map
# | part | you write | idea | points |
# |---|---|---|---|
# | 1 One number | `confusion_matrix` `precision_recall_f1` | which one is best? | 18 |
# | 2 Limits | `rank_models` | optimize one metric, satisfice the others | 10 |
# | 3 What the shop wants | `weighted_error` | aim, then shoot | 8 |
# | 4 Dev and test | `choose_split` `dev_set_size` | how many images | 16 |
# | 5 How good could it be? | `bayes_error_proxy` `bias_variance_report` | gaps | 12 |
# | 6 One knob at a time | `next_step` | what to try next | 6 |
#
# The ten decisions give 20 points, a memo to the head of the returns desk 10.

# %% [markdown]
# **After this lab you can** choose a metric and set limits, say how many images it
# takes to tell two classifiers apart, notice when a metric no longer measures what
# people want, split an error into avoidable bias and variance, and name the remedy that
# fits.
#
# Each exercise is followed by `check(…)`: it runs your function on a few fixed cases
# and says what it expected and what it got. Your grade comes from fresh cases.
# Decisions are checked too: answer with a letter in quotes, such as `"A"`, or with a
# number. If an answer is wrong, the check tells you why.

# %%
import math
import time
from statistics import NormalDist

import numpy as np

from helpers import data, nn, plots, strategy
from helpers.checks import checks_for
from helpers.plots.labs import c3w1 as figures_c3w1

check = checks_for("C3W1")

# %% [markdown]
# ## Words and symbols
# | in words | in code | means |
# |---|---|---|
# | true and predicted labels | `y_true`, `y_pred` | class numbers, shape $(m,)$ |
# | error | `error` | fraction of wrong predictions, 0 to 1 |
# | precision | | fraction of the items called shirts that are shirts |
# | recall | | fraction of all shirts that are found |
# | optimizing metric | `optimizing` | the one number to improve |
# | satisficing metric | `satisficing` | only has to meet a limit |
# | Bayes error | | the lowest error that any classifier can have |
# | avoidable bias | `avoidable_bias` | training error minus Bayes error |
# | variance | `variance` | dev error minus training error |

# %% [markdown]
# # Part 1 · One number to steer by
# Six classifiers apply for the job. Some of the methods are decades old; two are
# convolutional networks. The images are from Fashion-MNIST: 8,000 to train on, 2,000
# for development (the **dev** set) and 2,000 for the final test.

# %% demo
shop = strategy.fashion()
classes = data.load("fashion").classes
models = strategy.classifiers()
predictions = {name: model.classify(shop.dev_x) for name, model in models.items()}

shown = np.array([np.flatnonzero(shop.dev_y == label)[3] for label in range(10)])
plots.images(
    shop.dev_x[shown],
    classes,
    columns=5,
    reading="One image of each class. Which two classes would you confuse?",
)

# %% [markdown]
# ## Where do they go wrong?
# A single percentage hides which classes are confused. A **confusion matrix** shows it:
# each row is a true class, each column a predicted class, and each entry counts images.
#
# By hand, with two classes, true labels $(0, 0, 1)$ and predictions $(0, 1, 1)$: one 0
# is predicted as 0, one 0 as 1, and one 1 as 1. The matrix is `[[1, 1], [0, 1]]`.

# %% [markdown]
# ### Exercise 1 · `confusion_matrix` · 8 points · about 5 minutes
# Count how often each true class is predicted as each class.
#
# <details><summary>The matrix is too small in one case</summary>
#
# Some classes may not occur among the labels. The size is always `n_classes`.
# </details>
# <details><summary>`M[y_true, y_pred] += 1` counts too little</summary>
#
# If the same entry is indexed several times, NumPy adds to it only once. `np.add.at`
# adds every time, and so does a loop.
# </details>


# %% exercise="confusion_matrix"
def confusion_matrix(y_true, y_pred, n_classes):
    """How often each class is predicted as each class.

    Args:
        y_true: array `(m,)` of ints, the true classes.
        y_pred: array `(m,)` of ints, the predicted classes.
        n_classes: how many classes there are.

    Returns:
        Array `(n_classes, n_classes)` of counts: rows are true classes, columns are
        predicted classes.

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
counts = confusion_matrix(shop.dev_y, predictions["large CNN"], 10)
mistakes = counts - np.diag(np.diag(counts))
plots.heat(
    mistakes,
    signed=False,
    rows=classes,
    columns=classes,
    xlabel="predicted class",
    ylabel="true class",
    reading="Mistakes of the large CNN; each row stands for 200 images. Clothes worn "
    "above the waist are confused with each other, and so are shoes.",
)

# %% [markdown]
# ## Two ways to be wrong about shirts
# Shirts are the hardest class. Ask only "is it a shirt?" and count:
#
# $$P = \frac{\text{shirts called shirts}}{\text{all items called shirts}} \qquad
# R = \frac{\text{shirts called shirts}}{\text{all shirts}} \qquad
# F_1 = \frac{2PR}{P + R}$$
#
# $P$ is the **precision**, $R$ the **recall**, and $F_1$ their harmonic mean, which
# lies closer to the *smaller* of the two. By hand: there are 4 shirts; 5 items are
# called shirts, and 3 of them are. So $P = 3/5$, $R = 3/4$ and $F_1 = 2/3$.

# %% [markdown]
# <details><summary><b>Predict</b>: what is the accuracy of a detector that never says
# "shirt"?</summary>
#
# 90 %, since one item in ten is a shirt. But its recall is 0, and so is its $F_1$.
# </details>

# %% [markdown]
# ### Exercise 2 · `precision_recall_f1` · 10 points · about 8 minutes
# Compute precision, recall and $F_1$ for a yes-or-no question. Where a fraction is 0/0,
# return 0.0, without any warning from NumPy.

# %% [markdown]
# <details><summary>Division by zero</summary>
#
# The predictions, the true labels or both may contain no 1. Test before you divide. If
# no 1 is predicted correctly, both numerators are 0, and so is $F_1$.
# </details>
# <details><summary>$F_1$ is a little too large</summary>
#
# $(P + R)/2$ is the arithmetic mean. $F_1$ is the harmonic mean.
# </details>


# %% exercise="precision_recall_f1"
def precision_recall_f1(y_true, y_pred):
    """Precision, recall and F1 of a yes-or-no question.

    Args:
        y_true: array `(m,)` of 0 and 1, the true labels.
        y_pred: array `(m,)` of 0 and 1, the predictions.

    Returns:
        precision: float, 0.0 if nothing was predicted as 1.
        recall: float, 0.0 if no true label is 1.
        f1: float, 0.0 if no 1 was predicted correctly.

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
for name, predicted in predictions.items():
    P, R, F1 = precision_recall_f1(shop.dev_y == shirt, predicted == shirt)
    error = np.mean(predicted != shop.dev_y)
    print(f"{name:14} {error:7.1%} {P:10.1%} {R:8.1%} {F1:6.2f}")

# %% [markdown]
# Compare *neighbours* and *softmax*: their errors are equal to within 0.1 %, but one is
# ahead in precision and the other in recall. With two numbers you would still be
# arguing. One number settles it, and lets you try twenty ideas in a week.

# %% concept="one_number"
# Four shirt detectors with their precision and recall. The shop wants a high F1. Which
# one do you choose? Answer with a letter in quotes, such as "A".
# A: P 0.99, R 0.62   B: P 0.80, R 0.79   C: P 0.72, R 0.87   D: P 1.00, R 0.40
one_number = None

# %% [markdown]
# # Part 2 · The other metrics
# Error is not everything. The belt allows 5 ms per item, and the chip in the camera has
# 150 kB of memory. Minimizing "error + 0.3 · time" would sacrifice accuracy for speed
# that nobody needs. Instead, **optimize** one metric; every other metric only has to be
# **good enough**. With 4 ms a classifier is as good as with 1 ms; with 6 ms it is out.

# %% [markdown]
# ### Exercise 3 · `rank_models` · 10 points · about 8 minutes
# Find the model with the best optimizing metric among those that meet all limits.
#
# <details><summary>A model exactly on the limit is thrown out</summary>
#
# `"<="` and `">="` include the limit.
# </details>
# <details><summary>It fails where no model is good enough</summary>
#
# Then return `None`: the shop has to know that no model will do.
# </details>


# %% exercise="rank_models"
def rank_models(table, optimizing, satisficing):
    """The best model among those that are good enough.

    Args:
        table: `{model: {metric: value}}`.
        optimizing: name of the metric to optimize; larger is better. No two models
            have the same value.
        satisficing: `{metric: (sign, limit)}`, perhaps empty; the sign is `"<="` if the
            value has to be at most the limit, `">="` if it has to be at least the
            limit.

    Returns:
        Name of the model with the largest value of the optimizing metric among those
        that meet all limits; `None` if there is no such model.

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
def milliseconds(model, images, repeats=15):
    """Median time per image; images come one by one, as on the belt."""
    times = []
    for i in range(repeats):
        before = time.perf_counter()
        model.classify(images[i : i + 1])
        times.append(time.perf_counter() - before)
    return 1000 * float(np.median(times))


table = {
    name: {
        "accuracy": float(np.mean(predictions[name] == shop.dev_y)),
        "ms": milliseconds(model, shop.dev_x),
        "kB": model.kilobytes,
    }
    for name, model in models.items()
}
for name, row in table.items():
    print(f"{name:14} {row['accuracy']:6.1%} {row['ms']:8.2f} ms {row['kB']:7.0f} kB")
for memory in (10_000, 150, 50, 20):
    chosen = rank_models(table, "accuracy", {"ms": ("<=", 5), "kB": ("<=", memory)})
    print(f"best within 5 ms and {memory:6} kB: {chosen}")

# %% [markdown]
# The times were measured on your computer. The last four lines show what memory buys,
# down to a chip of 20 kB, which is too small for all six. How much accuracy does the
# shop lose with a chip of 50 kB instead of 150? That is a number it can act on.

# %% concept="which_to_ship"
# Measured elsewhere:          error   ms   kB
#                  A           8.0 %    9  400
#                  B           8.4 %    4  160
#                  C           9.9 %    1   30
#                  D           9.1 %    5  150
# The belt allows 5 ms and the chip holds 150 kB. Which classifier do you ship?
which_to_ship = None

# %% [markdown]
# # Part 3 · What the shop wants
# The shop buys the small chip, 50 kB, and installs the small CNN. Two weeks later it
# calls: *we are losing coats!* A coat in the wrong bin is sold as a pullover, and the
# shop would rather lose ten other items than one coat.
#
# Someone on your team has trained the same network with more weight on coats. Its error
# is higher, so nobody looked at it twice. How do the two treat coats?

# %% demo
all_models = strategy.classifiers(careful=True)
predictions["careful CNN"] = all_models["careful CNN"].classify(shop.dev_x)
coat = classes.index("coat")
for name in ("small CNN", "careful CNN"):
    wrong = predictions[name] != shop.dev_y
    lost = np.sum(wrong & (shop.dev_y == coat))
    print(f"{name:12} error {np.mean(wrong):.1%}, ", end="")
    print(f"{lost} of 200 coats lost, {np.sum(wrong) - lost} other mistakes")

# %% [markdown]
# The metric prefers one network, the shop the other. Nobody is being stubborn: **the
# metric is wrong**, because it says that all mistakes are equal. Give each image a
# weight, and add up weights instead of counting mistakes:
#
# $$\frac{\sum_i w^{(i)}\,[\hat y^{(i)} \ne y^{(i)}]}{\sum_i w^{(i)}}$$
#
# where $[\ldots]$ is 1 for a wrong prediction and 0 for a right one.
#
# By hand, with weights $(10, 1, 1)$: if only the first is wrong, the result is $10/12$;
# if only the last is wrong, $1/12$. Dividing by the sum of the weights keeps it between
# 0 and 1.

# %% [markdown]
# <details><summary><b>Predict</b>: if each coat has weight 10, which network is
# ahead?</summary>
#
# The careful one. Multiply the lost coats by 10 and add the other mistakes: what it
# saves on coats is several times what it loses elsewhere.
# </details>

# %% [markdown]
# ### Exercise 4 · `weighted_error` · 8 points · about 4 minutes
# Compute the formula above.
#
# <details><summary>The result is above 1</summary>
#
# You divided by the number of images. Divide by the sum of the weights.
# </details>


# %% exercise="weighted_error"
def weighted_error(y_true, y_pred, weights):
    """The fraction of the total weight that is classified wrongly.

    Args:
        y_true: array `(m,)`, the true classes.
        y_pred: array `(m,)`, the predicted classes.
        weights: array `(m,)`, how much each example counts; 0 or more, not all 0.

    Returns:
        A float between 0 and 1.

    Example:
        >>> y_true, y_pred = np.array([4, 1, 1]), np.array([2, 1, 1])
        >>> weighted_error(y_true, y_pred, np.array([8, 1, 1]))
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
for name, predicted in predictions.items():
    plain = np.mean(predicted != shop.dev_y)
    weighted = weighted_error(shop.dev_y, predicted, weights)
    print(f"{name:14} {plain:6.1%} {weighted:10.1%}")
factors = [1, 2, 3, 5, 10, 20]
curves = {
    name: [
        100 * weighted_error(shop.dev_y, predictions[name], w)
        for w in (np.where(shop.dev_y == coat, f, 1.0) for f in factors)
    ]
    for name in ("dense net", "neighbours", "small CNN", "careful CNN")
}
plots.lines(
    curves,
    factors,
    markers=True,
    xlabel="weight of a coat",
    ylabel="weighted error, %",
    reading="The lines cross: which classifier is best depends on what a coat is "
    "worth. That is a question for the shop, not for the network.",
)

# %% concept="change_what"
# The metric ranks X before Y, but the shop is right to prefer Y. What do you do first?
# A: change the metric so that it ranks Y first, then go on optimizing
# B: ship X, since a metric must not be changed once it is agreed on
# C: train X for longer, until it loses as few coats as Y
# D: ship Y and keep the metric, since one exception does no harm
change_what = None

# %% [markdown]
# Placing the target and hitting it are two separate tasks: they are **orthogonal**. The
# metric places the target. Only then ask how to hit it; for instance, train with the
# same weights in the cost, which is how the careful network was made.
#
# ## The wrong images
# The next complaint comes from the same shop: on the new belt everything is worse. Your
# dev set shows clothes on a black background, but the belt is grey. We imitate it:
# every pixel below 40 (on a scale from 0 to 255) becomes 40.

# %% demo
belt_x = np.maximum(shop.dev_x, 40)
before = {name: np.mean(said != shop.dev_y) for name, said in predictions.items()}
after = {
    name: np.mean(model.classify(belt_x) != shop.dev_y)
    for name, model in all_models.items()
}
print("                on black  on the belt")
for name in all_models:
    print(f"{name:14} {before[name]:8.1%} {after[name]:10.1%}")
rank_before, rank_after = (
    sorted(all_models, key=errors.get).index("dense net") + 1
    for errors in (before, after)
)
pair = np.stack([shop.dev_x[shown[[4, 9]]], belt_x[shown[[4, 9]]]], axis=1)
plots.images(
    np.repeat(pair.reshape(4, 28, 28, 1), 3, axis=3),  # as colours: grey stays grey
    ["dev set", "belt", "dev set", "belt"],
    columns=4,
    reading="You recognize them as easily as before. The dense net falls from place "
    f"{rank_before} of {len(before)} to place {rank_after}.",
)

# %% [markdown]
# On black, the dense net beats the neighbours; on the belt it loses to them by far.
# Months of work on the dense net would have been aimed at the wrong target. So:
#
# - Dev and test set come from **the same distribution**, and it is the one you must do
#   well on: images from the belt as it is now and as you expect it to be.
# - If doing well by this metric on this dev set does not mean doing well in the shop,
#   change the metric or the dev set.

# %% concept="whose_pictures"
# There are 200,000 catalogue photos, and 9,000 images from the belt on which the
# classifier will work. Where do dev and test set come from?
# A: dev from the catalogue, test from the belt, so that the test is a surprise
# B: both from everything shuffled, so that they are large and varied
# C: both from the belt images, even though that makes them smaller
# D: dev from the belt, test from the catalogue, which has more images
whose_pictures = None

# %% [markdown]
# # Part 4 · How many images?
# With a hundred examples, statisticians held out 20 % for development and 20 % for the
# test. With a million, that would lock away 400,000 examples, although 10,000 are
# usually enough to tell apart two classifiers that differ by a percent or so. One rule
# covers both: **20 % each, but never more than 10,000 examples each**.
#
# By hand: 500 examples give 300, 100 and 100, so $(0.6, 0.2, 0.2)$. A million give
# $(0.98, 0.01, 0.01)$.

# %% [markdown]
# ### Exercise 5 · `choose_split` · 6 points · about 4 minutes
# Turn that rule into three fractions. Do not round to whole numbers of examples.
#
# <details><summary>The three do not add up to 1</summary>
#
# The training set gets the rest.
# </details>


# %% exercise="choose_split"
def choose_split(n_examples):
    """Fractions for training, dev and test: 20 % each, at most 10,000 examples each.

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
    {
        "training": [100 * choose_split(n)[0] for n in sizes],
        "dev (and test)": [100 * choose_split(n)[1] for n in sizes],
    },
    sizes,
    log="x",
    xlabel="examples in all",
    ylabel="percent of the examples",
    reading="60/20/20 up to 50,000 examples; after that dev and test stop growing, and "
    "their share shrinks.",
)

# %% [markdown]
# ## Is 96 % better than 95 %?
# A dev set is a sample. If a classifier with error $p$ sees $m$ images, the measured
# error has a standard deviation of $\sqrt{p(1-p)/m}$. The variance $p(1-p)/m$ is
# largest at $p = \frac12$, where it is $\frac{1}{4m}$. For the *difference of two*
# errors, measured on two independent dev sets, the variances add: at most
# $\frac{1}{2m}$.
#
# We want the true difference $d$ to be at least $z$ standard deviations, where
# $z = 1.96$ for 95 % confidence: 2.5 % of a standard normal distribution lie above $z$,
# and 2.5 % below $-z$.
#
# $$d \ge z\sqrt{\tfrac{1}{2m}} \quad\Longleftrightarrow\quad m \ge \frac{z^2}{2d^2}$$
#
# By hand, $d = 0.1$: $1.96^2 / 0.02 = 192.08$, so 193 images.

# %% [markdown]
# ### Exercise 6 · `dev_set_size` · 10 points · about 8 minutes
# Compute the smallest $m$ for a given difference and confidence.
# `NormalDist().inv_cdf(0.975)` is the $z$ with 97.5 % of the distribution below it. How
# does 0.975 follow from 0.95?

# %% [markdown]
# <details><summary>My z is 1.645</summary>
#
# That leaves all 5 % on one side. Leave half of them on each side.
# </details>
# <details><summary>The result is one too small</summary>
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
    print(f"{difference:6.1%} apart: {dev_set_size(difference):9,} images")

# %% concept="how_many"
# You want to detect a difference of 2 % between the errors of two classifiers. How
# many dev images does `dev_set_size` ask for, at 95 % confidence? Answer with a whole
# number.
how_many = None

# %% [markdown]
# ## Never trust a formula you have not simulated
# The formula holds for the *worst case*. Simulate two classifiers, each on its own dev
# set: first with errors of 50 % and 49 %, then with 5 % and 4 %, 4,000 times for each
# size. How often does the better one look better? Then take two real ones: the large
# and the small CNN on the *same* images, drawn from your dev set.
#
# <details><summary><b>Predict</b>: with 100 images each, how often does an error of 4 %
# look better than one of 5 %?</summary>
#
# Only about two times in three. A coin toss would be right half the time.
# </details>

# %% demo
rng = np.random.default_rng(3)
sizes = [50, 100, 300, 1000, 3000, 10_000, dev_set_size(0.01)]


def wins(worse, better, m, tries=4000):
    """How often the better one makes fewer mistakes; a tie is half a win."""
    a, b = rng.binomial(m, worse, tries), rng.binomial(m, better, tries)
    return float(np.mean(b < a) + np.mean(b == a) / 2)


# 1 where only the small CNN is wrong, -1 where only the large one is
difference = (predictions["small CNN"] != shop.dev_y).astype(int)
difference -= predictions["large CNN"] != shop.dev_y
real = [rng.choice(difference, (400, m)).sum(axis=1) for m in sizes]
won = {
    "50 % against 49 %": [wins(0.50, 0.49, m) for m in sizes],
    "5 % against 4 %": [wins(0.05, 0.04, m) for m in sizes],
    "small against large CNN": [
        float(np.mean(r > 0) + np.mean(r == 0) / 2) for r in real
    ],
}

# %% demo
# As in the formula, but with the true variances instead of the largest possible ones
small_errors = 1.96**2 * (0.05 * 0.95 + 0.04 * 0.96) / 0.01**2
same_images = 1.96**2 * difference.var() / difference.mean() ** 2
plots.lines(
    won,
    sizes,
    log="x",
    markers=True,
    xlabel="dev images",
    ylabel="better one looks better",
    baseline={"97.5 %": 0.975},
    reading=f"The worst case reaches 97.5 % at {sizes[-1]:,} images, as the formula "
    f"says. For 5 % against 4 % about {small_errors:,.0f} are enough; for the two CNNs "
    f"on the same images about {round(same_images, -2):,.0f}.",
)
print(" " * 24, "  ".join(f"{m:5}" for m in sizes))
for name, shares in won.items():
    print(f"{name:24}", "  ".join(f"{share:5.0%}" for share in shares))

# %% [markdown]
# Why 97.5 % at 95 % confidence? Of the two tails of 2.5 %, only one lets the worse
# classifier look better.
#
# Often fewer images are enough, for two reasons. Small errors vary less: for
# $p = 5 \%$, $p(1-p)$ is 0.0475 instead of 0.25. And on the *same* images both
# classifiers often fail on the same hard ones, which cancels in the difference. But in
# none of these cases are 100 images enough.

# %% concept="is_it_better"
# On 500 dev images A makes 30 mistakes, B makes 28. The team is proud of B. You …
# A: ship B, since 5.6 % is less than 6.0 %
# B: call it a draw so far, and collect more dev images to decide
# C: call it a draw for good, since the two are equally good
# D: ship A, since B must have been fitted to the dev set
is_it_better = None

# %% concept="too_good"
# After 300 experiments, all chosen by dev error, you have dev 4.0 % and test 9.0 %.
# Both sets hold 500 images from the same source. What happened, and what do you do?
# A: variance, so get more training images
# B: avoidable bias, so train a bigger network
# C: the test set is harder, so average both
# D: overfitting to the dev set, so get a bigger one
too_good = None

# %% [markdown]
# # Part 5 · How good could it be?
# The large CNN has an error of about 11 %. Is that bad? Compare it with people. The
# authors of Fashion-MNIST had 1,000 images labelled by three people each, none of them
# a fashion expert, and took the majority label: **16.5 %** were wrong. Before you
# smile, try it yourself: run the next cell, fill in ten class names and run it again.

# %% demo
quiz = np.random.default_rng(12).choice(2000, 10, replace=False)
yours = ["", "", "", "", "", "", "", "", "", ""]  # such as "coat"
plots.images(
    shop.dev_x[quiz],
    [f"image {i + 1}" for i in range(10)],
    columns=5,
    reading="T-shirt, trousers, pullover, dress, coat, sandal, shirt, sneaker, bag or "
    "ankle boot?",
)
if all(yours):
    answers = [classes[shop.dev_y[i]] for i in quiz]
    missed = np.mean(np.array(answers) != np.array(yours))
    print(f"your error: {missed:.0%}, give or take {1.96 * 0.5 / math.sqrt(10):.0%}")

# %% [markdown]
# The **Bayes error** is the lowest error that any person or classifier can have: with
# only 28 × 28 grey pixels, some shirts cannot be told from T-shirts. Nobody
# knows this error. But if anyone reaches an error of 5 %, the Bayes error is *at most*
# 5 %. So as a stand-in, or **proxy**, take the lowest error that anyone has reached,
# however great the effort.
#
# "Human-level error" can also mean something else: to claim "better than a typical shop
# assistant", compare with that assistant. As a proxy for Bayes error you need the best.

# %% [markdown]
# ### Exercise 7 · `bayes_error_proxy` · 4 points · about 2 minutes
# Return the name and the error of whoever is the best proxy. No two errors are equal.
#
# <details><summary>It returns the name that comes first in the alphabet</summary>
#
# `min` of a dictionary compares its keys. Compare the errors, with `key=…`.
# </details>


# %% exercise="bayes_error_proxy"
def bayes_error_proxy(human_errors):
    """Who comes closest to the Bayes error, and how close.

    Args:
        human_errors: `{name: error}`, at least one entry.

    Returns:
        who: name of the best proxy.
        error: its error, the smallest upper bound known for the Bayes error.

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
# By hand, with 3 % human, 9 % training and 11 % dev error: the avoidable bias is 6 %,
# the variance 2 %. Focus on bias. With 8.5 % human error and the *same network* they
# are 0.5 % and 2 %: focus on variance. Training and dev error alone do not tell you
# what to do.

# %% [markdown]
# ### Exercise 8 · `bias_variance_report` · 8 points · about 4 minutes
# Compute both gaps and say which one to focus on.
#
# <details><summary>The bias is negative. Is that allowed?</summary>
#
# Yes. Then the network beats the people, and they are no longer a proxy. Keep the sign.
# </details>


# %% exercise="bias_variance_report"
def bias_variance_report(human_error, train_error, dev_error):
    """Split the dev error into its gaps.

    Args:
        human_error: proxy for the Bayes error, 0 to 1.
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
# The voters' error was measured; the other two are what our shop says of its people.
people = {"three voters": 0.165, "shift leader": 0.09, "panel of buyers": 0.03}
who, proxy = bayes_error_proxy(people)
print(f"proxy: {who}, {proxy:.0%}\n")
print("                training    dev    bias  variance  focus      with the voters")
train_errors = {}
for name in ("nearest mean", "softmax", "dense net", "small CNN", "large CNN"):
    train_error = np.mean(models[name].classify(shop.train_x) != shop.train_y)
    train_errors[name] = train_error
    report = bias_variance_report(proxy, train_error, before[name])
    bias, variance = report["avoidable_bias"], report["variance"]
    other = bias_variance_report(people["three voters"], train_error, before[name])
    print(f"{name:14} {train_error:9.1%} {before[name]:7.1%} {bias:6.1%}", end=" ")
    print(f"{variance:8.1%}  {report['focus']:10} {other['focus']}")

# %% [markdown]
# From top to bottom the models fit better and the bias shrinks; in the last line
# the focus changes: the large CNN loses more on unseen images than it could still gain
# on its training set. The last column takes the three voters as the proxy, and mostly
# gives the opposite advice: a wrong proxy sends a team the wrong way for months.

# %% concept="how_much_bias"
# People: voters 16.5 %, shift leader 9 %, panel of buyers 3 %. Your network: training 8
# %, dev 11 %. How large is the avoidable bias, in percent? Answer with a whole number.
how_much_bias = None

# %% [markdown]
# ## Better than people
# The large CNN, with an error of about 11 % on images it has never seen, is better than
# the three voters. Surpassing people has a price. While you are behind them, they can
# label data, explain the mistakes of your model and show you how large the bias is.
# Once you are ahead, none of that works any more. People were surpassed first where
# the data are neither images nor sounds: loans, adverts, delivery times. They were
# never good at those.

# %% concept="beyond_human"
# The best panel has 4.0 % error. Your network: training 3.1 %, dev 3.5 %. You conclude:
# A: avoidable bias is zero, so only variance is left to work on
# B: Bayes error is 4.0 %, so the dev set must have wrong labels
# C: Bayes error is at most 3.5 %, so how much bias is left is unknown
# D: avoidable bias is 0.9 %, and larger than the variance of 0.4 %
beyond_human = None

# %% [markdown]
# # Part 6 · One knob at a time
# An old television has one knob for the height of the picture and another for its
# width. A single knob for 0.3 · height − 1.7 · width would drive you mad. Knobs that
# each do one thing are **orthogonal**. In machine learning, check in this order:
#
# | if this is bad | do this | for example |
# |---|---|---|
# | training error | fit the training set | bigger network, more epochs, Adam |
# | gap to dev | generalize better | more data, regularization, augmentation |
# | gap from dev to test | get a bigger dev set | |
# | results in the shop | rethink the metric or the dev set | coats, belt |

# %%
FAMILIES = {
    "avoidable_bias": "fit the training set",
    "variance": "generalize better",
    "test_gap": "get a bigger dev set",
    "none": "rethink the metric or the dev set",
}
NOISE = 0.005  # gaps up to half a percent may be chance

# %% [markdown]
# ### Exercise 9 · `next_step` · 6 points · about 5 minutes
# Return the family of remedies for the **largest** gap in a report. If no gap is larger
# than `NOISE`, return `FAMILIES["none"]`: whatever is wrong, these numbers do not show
# it. No two gaps are equal.

# %% [markdown]
# <details><summary>KeyError: 'test_gap'</summary>
#
# Some reports have no test error yet, so use `report.get("test_gap", 0.0)`.
# </details>
# <details><summary>A negative gap wins</summary>
#
# A negative gap needs no remedy. Compare the gaps with their signs.
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
    report = bias_variance_report(proxy, train_errors[name], before[name])
    test = np.mean(models[name].classify(shop.test_x) != shop.test_y)
    report["test_gap"] = test - before[name]
    print(f"{name:10} {next_step(report)}   (test gap {report['test_gap']:+.1%})")

# %% [markdown]
# ## Turn the knobs and watch
# Train a small dense net on 2,000 images of 14 × 14 pixels. Then turn one knob at a
# time: six times as many hidden units, four times as many images, weight decay, early
# stopping. Each setting runs three times, from different random starts. This takes
# a few seconds.
#
# <details><summary><b>Predict</b>: which knob lowers the gap and leaves the training
# error alone?</summary>
#
# More images. The others move both, in opposite directions: nothing here is perfectly
# orthogonal.
# </details>


# %% demo
def small(images):
    """Average each block of 2 × 2 pixels; an image becomes a row of 196, 0 to 1."""
    blocks = images.reshape(len(images), 14, 2, 14, 2)
    return blocks.mean(axis=(2, 4)).reshape(len(images), -1).astype("float32") / 255


X, X_dev = small(shop.train_x), small(shop.dev_x)


def trained(seed, m=2000, width=32, epochs=30, decay=0.0):
    """Training and dev error of a dense net."""
    rng = np.random.default_rng(seed)
    rows = rng.permutation(8000)[:m]
    net = nn.Sequential(
        nn.Dense(196, width, "relu", rng=rng), nn.Dense(width, 10, rng=rng)
    )
    net.fit(
        X[rows],
        shop.train_y[rows],
        loss=nn.cross_entropy,
        epochs=epochs,
        optimizer=nn.AdamW(net.parameters(), 0.008, weight_decay=decay),
        batch_size=128,
        rng=rng,
        progress=False,
    )
    sets = ((X[rows], shop.train_y[rows]), (X_dev, shop.dev_y))
    return [np.mean(net.predict(x).argmax(axis=1) != y) for x, y in sets]


# %% demo cover=true
settings = {
    "start": {},
    "6 times as wide": {"width": 192},
    "4 times the images": {"m": 8000},
    "weight decay": {"decay": 0.5},
    "early stopping": {"epochs": 5},
}
runs = {
    knob: np.array([trained(seed, **setting) for seed in range(3)])
    for knob, setting in settings.items()
}
for knob, errors in runs.items():
    (train_error, dev_error), spread = errors.mean(axis=0), errors[:, 1].std(ddof=1)
    print(f"{knob:19} training {train_error:5.1%}   dev {dev_error:5.1%}", end="")
    print(f"   standard deviation of dev {spread:.1%}")
figures_c3w1.knobs(
    runs,
    reading="Further left is less bias, further down less variance; along a dotted "
    "line the dev error is the same. Only more images lead nearly straight down.",
)

# %% [markdown]
# More images change one thing. A wider network fits better, and loses part of that gain
# to a larger gap. Weight decay and early stopping *trade*: the gap shrinks, the bias
# grows. Early stopping is not forbidden, only hard to reason about: one knob decides
# two things, how well you fit and how well you generalize. With weight decay you can
# at least train to the end.

# %% concept="early_stopping"
# Why does early stopping make it harder to plan what to do next?
# A: it changes how well you fit the training set and the gap to dev, with one knob
# B: it needs a larger dev set than any other form of regularization
# C: it always makes the dev error worse than training to the end would
# D: it lowers the training error, so that variance can no longer be measured
early_stopping = None

# %% [markdown] question="memo" points=10
# ## Memo to the head of the returns desk
# Write half a page. Which classifier do you recommend for the chip with 50 kB, by which
# metric, and within which limits? How sure are you, and how many images is that based
# on? Where should dev and test images come from? If they bought a chip of 150 kB, what
# should be worked on next, and why? What would make you change your mind?
#
# ### BEGIN SOLUTION
# I recommend the careful CNN (36 kB, well under 5 ms). By plain error it is worse than
# the small CNN, 14.5 % against 12.5 %. But you told us that a coat counts ten times as
# much, and by the error with coats at 10 it is better, 12.8 % against 17.2 %: it loses
# 22 of 200 coats rather than 45. This was measured on 2,000 images; the difference in
# lost coats is far beyond chance, while a difference of half a percent in error would
# not be. But all these images have a black background: on your grey belt errors double,
# and the careful CNN is then worse (30 %) than the small one (21 %). So first of all we
# need some thousands of images from the belt, take both dev and test set from them, and
# repeat the choice. With 150 kB the large CNN has 11 % dev error and 6 % training
# error; a panel reaches 3 %. Its variance is larger than its avoidable bias, so more
# data and regularization come next, not a bigger network. I would change my mind if
# belt images reverse the ranking, or if a coat is worth less than three other items.
#
# **Rubric**, one point each: a classifier within the limits · optimizing and
# satisficing metrics named as such · coats weighted, with both numbers · how many
# images · uncertainty or a confidence statement · belt images for dev *and* test ·
# measured harm of the belt · bias against variance of the large CNN, with numbers · a
# fitting remedy · what would change the recommendation.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the question | your function |
# |---|---|
# | which classes are confused? | `confusion_matrix` |
# | one number for a rare class | `precision_recall_f1` |
# | the best that is good enough | `rank_models` |
# | are all mistakes equal? | `weighted_error` |
# | how much to hold out | `choose_split` |
# | is the difference real? | `dev_set_size` |
# | how good could anyone be? | `bayes_error_proxy` |
# | which gap can be closed? | `bias_variance_report` |
# | which knob? | `next_step` |

# %% [markdown]
# In PyTorch the weights of the classes go into the cost, which is divided by the sum
# of the weights, as in your `weighted_error`:
#
# ```
# import torch
#
# weights = torch.ones(10)
# weights[4] = 10                                           # coats
# cost = torch.nn.CrossEntropyLoss(weight=weights)(scores, y_true)
# parts = torch.utils.data.random_split(belt, [0.6, 0.2, 0.2])
# ```

# %% [markdown]
# In torchmetrics predictions come *first*, in scikit-learn second. Both return 0 for
# 0/0 unless told otherwise; scikit-learn also warns. `mcnemar` does the test of the
# challenge below. Its table has counts, `[[both right, only A right], [only B right,
# both wrong]]`:
#
# ```
# from torchmetrics.functional import confusion_matrix, f1_score
# from statsmodels.stats.contingency_tables import mcnemar
#
# confusion_matrix(y_pred, y_true, task="multiclass", num_classes=10)
# f1_score(y_pred == 6, y_true == 6, task="binary")
# mcnemar(table, exact=False, correction=False).pvalue
# ```

# %% [markdown]
# **Your function beside a library's.** Both got the same input. Where the values
# differ, the table says why.
#
# {{libraries}}

# %% [markdown]
# **A challenge** (optional). To compare two classifiers on the same images, count only
# the images on which only one of them is right: $b$ where the first is, $c$ where the
# second is. If both are equally good, $(b - c)/\sqrt{b + c}$ is roughly standard
# normal (McNemar, 1947). Compute it for the small and the large CNN. From how many
# images on would you expect it to exceed 1.96?
#
# **The paper of the week.** T. Dietterich, *Approximate statistical tests for comparing
# supervised classification learning algorithms*, Neural Computation 10 (1998). Read the
# introduction: which of his nine questions is yours?
#
# **Next week** you look at the mistakes themselves, one by one.

# %% demo
check.progress()
