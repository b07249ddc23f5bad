# %% [markdown]
# # Tune it, steady it, and never derive a gradient again
# Three things separate a network on paper from one that works. You will **search** for
# its hyperparameters without wasting a night, **normalize** its hidden layers so that
# it learns well at a wide range of rates, and then write the core of a **deep-learning
# framework** yourself: some sixty lines that find every gradient on their own.
#
# **Time** about three hours, in five parts; you can stop after any of them. **You
# need** the gradients of course 1, week 4, for the last time: from then on, your code
# finds them.

# %% [markdown]
# ## The map
# | part | you write | idea | points |
# |---|---|---|---|
# | 1 Search | two samplers, `random_search`, `coarse_to_fine` | the right scale | 14 |
# | 2 Classes | `softmax`, `one_hot_matrix`, cost, gradient | probabilities | 12 |
# | 3 Batch norm | `batchnorm_forward` `batchnorm_backward` | normalize inside | 17 |
# | 4 Autodiff | rules, `topological_order`, `backward` | record, then go back | 33 |
# | 5 Framework | `sgd_step` `train_step` | the same, for real | 8 |
#
# Ten short questions give 10 points, and one answer in your own words gives 6.

# %% [markdown]
# **After this lab you can** choose scales and budgets for a search, explain what batch
# norm does in training and at test time, build and train a classifier of many classes,
# and say what a framework does when you call `backward()`: you wrote it.
#
# The cell after each exercise runs it on a few fixed cases and often recognizes your
# mistake. Your grade comes from the same type of check on fresh cases. If a
# question has options, answer with a letter in quotes, such as `"B"`, otherwise with a
# number.

# %%
import itertools

import numpy as np

from helpers import data, nn, plots
from helpers.checks import checks_for
from helpers.plots.labs import c2w3 as figures_c2w3

check = checks_for("C2W3")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | shape | meaning |
# |---|---|---|---|
# | $\alpha$ | `learning_rate` | number | the step is $\alpha$ times the gradient |
# | $m$, $C$ | `m`, `C` | numbers | examples, classes |
# | $Z$, $A$ | `Z`, `A` | $(n, m)$ | linear part and output of a layer |
# | $Y$ | `Y` | $(C, m)$ | ground truth: a single 1 in each column |
# | $\mu$, $\sigma^2$ | `mean`, `var` | $(n, 1)$ | mean, variance of each row |
# | $\hat Z$, $\tilde Z$ | `Z_hat`, `Z_tilde` | $(n, m)$ | normalized; scaled, shifted |
# | $\gamma$, $\beta$ | `gamma`, `beta` | $(n, 1)$ | learned scale and shift |
# | $\partial J/\partial t$ | `t.grad` | shape of $t$ | gradient with respect to $t$ |
#
# Examples are columns until Part 5. The field uses $\beta$ twice: for this shift, and
# for the weight of the old value in an average (0.9, 0.99 …).

# %% [markdown]
# # Part 1 · Search
# Parameters are learned; **hyperparameters** are chosen by you. Not all of them deserve
# your time:
#
# | tune | hyperparameter |
# |---|---|
# | first | learning rate $\alpha$ |
# | second | momentum's $\beta$, hidden units, size of the mini-batch |
# | third | number of layers, learning rate decay |
# | hardly ever | Adam's $\beta_1$, $\beta_2$, $\epsilon$ |

# %% [markdown]
# ## See it first
# Here are silhouettes of ten classes of animals. A small network learns them in a
# moment; it is a black box until Part 5. Its error on the **dev set** depends on the
# learning rate. Before you run the cells: how wide, in powers of ten, is the range of
# useful rates?

# %% demo
animals = data.load("silhouettes")
flat = {
    part: (animals[f"{part}_x"].reshape(-1, 784) / 255).astype(np.float32)
    for part in ("train", "dev", "test")
}
plots.images(animals.train_x[0:12], [animals.classes[k] for k in animals.train_y[0:12]])


def small_net(point, epochs=1):
    """Train a network of 32 hidden units on the silhouettes with Adam."""
    rng = np.random.default_rng(0)  # the same start for all, to compare rates only
    net = nn.Sequential(nn.Dense(784, 32, "relu", rng=rng), nn.Dense(32, 10, rng=rng))
    adam = nn.Adam(net.parameters(), point["rate"], epsilon=point["epsilon"])
    nn.fit(
        net,
        flat["train"],
        animals.train_y,
        loss=nn.cross_entropy,
        optimizer=adam,
        epochs=epochs,
        batch_size=50,
        rng=rng,
        progress=False,
    )
    return net


# %% demo
def error(net, part="dev"):
    """Fraction of wrong answers on one part of the silhouettes."""
    return float(np.mean(net.predict(flat[part]).argmax(1) != animals[f"{part}_y"]))


rates = 10.0 ** np.arange(-5, 0.1, 0.5)
plots.lines(
    {
        "after one epoch": [
            error(small_net({"rate": r, "epsilon": 1e-8})) for r in rates
        ]
    },
    rates,
    log="x",
    markers=True,
    from_zero=True,
    xlabel="learning rate",
    ylabel="dev error",
    baseline={"chance": 0.9},
    reading="From dot to dot the rate grows about threefold. Of rates drawn uniformly "
    "from 0 to 1, nine in ten would lie to the right of 0.1, where nothing is learned.",
)

# %% [markdown]
# ## The right scale
# What counts is the *ratio* of two learning rates: the step from 0.001 to 0.002 matters
# as much as that from 0.1 to 0.2. So draw the **logarithm** uniformly, and go back:
#
# $$r \sim \text{uniform}(\ln \text{low}, \ln \text{high}) \qquad \alpha = e^{r}$$
#
# Any base will do. By hand, from 0.0001 to 1: $\log_{10}$ goes from $-4$ to $0$. A draw
# of $r = -2.5$ gives $10^{-2.5} \approx 0.0032$.

# %% concept="log_share"
# Rates are drawn uniformly on a log scale from 0.0001 to 1. What percentage of them
# lies between 0.0001 and 0.001?
log_share = None

# %% [markdown]
# ### Exercise 1 · `sample_log_uniform` · 3 points · about 4 minutes
# Draw `n` numbers whose logarithms are uniform. Draw from the generator that you are
# given, with `rng.uniform(…)`, and never from `np.random`, so that a search can be
# repeated.
#
# <details><summary>Nearly all values are about as large as `high`</summary>
#
# The rates themselves were drawn uniformly. Take logarithms of both ends first.
# </details>
# <details><summary>Some values are negative</summary>
#
# These are the logarithms. Go back with the exponential of the same base.
# </details>


# %% exercise="sample_log_uniform"
def sample_log_uniform(low, high, n, rng):
    """Draw numbers whose logarithms are uniform.

    Args:
        low: smallest value, positive.
        high: largest value.
        n: how many.
        rng: a NumPy random generator, such as `np.random.default_rng(0)`.

    Returns:
        Array `(n,)` of values from `low` to `high`.

    Example:
        >>> rates = sample_log_uniform(0.01, 100.0, 1000, np.random.default_rng(0))
        >>> bool(abs(np.mean(rates < 1) - 0.5) < 0.05)
        True
    """
    ### BEGIN SOLUTION
    return np.exp(rng.uniform(np.log(low), np.log(high), n))
    ### END SOLUTION


# %% check="sample_log_uniform"
check(sample_log_uniform)

# %% [markdown]
# ## A scale for averages
# An exponentially weighted average with $\beta$ covers about $1/(1-\beta)$ steps. From
# 0.9 to 0.905, this grows from 10 to 10.5: hardly a difference. From 0.999 to 0.9995,
# it grows from 1000 to 2000: twice as long. What counts is the distance from 1, so put
# $1 - \beta$ on the log scale.
#
# <details><summary><b>Predict</b>: β from 0.9 to 0.999, uniform on this scale. What is
# the median?</summary>
#
# $1-\beta$ goes from $10^{-1}$ to $10^{-3}$; its middle is $10^{-2}$. So it is 0.99.
# </details>

# %% [markdown]
# ### Exercise 2 · `sample_beta` · 3 points · about 3 minutes
# Draw `n` values of beta such that `1 - beta` is uniform on a log scale. Use your
# `sample_log_uniform(low, high, n, rng)`.
#
# <details><summary>The values lie near 0 instead of near 1</summary>
#
# You drew $1-\beta$. Convert it back.
# </details>
# <details><summary>ValueError: high - low < 0</summary>
#
# The largest beta has the smallest distance from 1: the two ends are swapped.
# </details>


# %% exercise="sample_beta"
def sample_beta(low, high, n, rng):
    """Draw weights of averages, with `1 - beta` uniform on a log scale.

    Args:
        low: smallest beta, such as 0.9.
        high: largest beta, below 1.
        n: how many.
        rng: a NumPy random generator.

    Returns:
        Array `(n,)` of values from `low` to `high`.

    Example:
        >>> betas = sample_beta(0.9, 0.999, 1000, np.random.default_rng(0))
        >>> bool(abs(np.mean(betas < 0.99) - 0.5) < 0.05)
        True
    """
    ### BEGIN SOLUTION
    return 1 - sample_log_uniform(1 - high, 1 - low, n, rng)
    ### END SOLUTION


# %% check="sample_beta"
check(sample_beta)

# %% demo
rng = np.random.default_rng(1)
drawn = {
    "uniform": rng.uniform(0.9, 0.999, 200),
    "1 - β on a log scale": sample_beta(0.9, 0.999, 200, rng),
}
plots.lines(
    {name: np.sort(1 / (1 - betas)) for name, betas in drawn.items()},
    log="y",
    xlabel="draws, sorted",
    ylabel="window 1/(1 - β) in steps",
    reading="Drawn uniformly, half of all windows are 20 steps or shorter. On the log "
    "scale, all lengths are tried.",
)

# %% [markdown]
# ## Grid or random?
# With two hyperparameters and 25 runs, a **grid** of 5 × 5 tries five values of each.
# If only one of the two matters, 20 of the runs are repeats. **Random** points try 25
# values of *both*, and you need not know beforehand which one matters.

# %% concept="grid_values"
# Three hyperparameters, and a grid of 64 points with the same number of
# values of each. How many different learning rates does it try?
grid_values = None

# %% [markdown]
# A search space is a dictionary that gives the scale and the two ends for each
# hyperparameter. `draw_point` is given; it uses your two functions.


# %%
def draw_point(space, rng):
    """Draw one value for each hyperparameter, on its own scale.

    Args:
        space: name → `(scale, low, high)`; scale is "linear", "log" or "beta".
        rng: a NumPy random generator.
    """
    draw = {
        "linear": lambda low, high, n, rng: rng.uniform(low, high, n),
        "log": sample_log_uniform,
        "beta": sample_beta,
    }
    return {
        name: float(draw[scale](low, high, 1, rng)[0])
        for name, (scale, low, high) in space.items()
    }


# %% demo
print(draw_point({"rate": ("log", 1e-5, 1.0), "beta": ("beta", 0.9, 0.999)}, rng))

# %% [markdown]
# ### Exercise 3 · `random_search` · 4 points · about 5 minutes
# Draw `n` points with `draw_point(space, rng)`, call `objective` for the error of each,
# and return the best point and the history. Each call may take an hour of training, so
# make exactly `n` calls.
#
# <details><summary>It made more calls than allowed</summary>
#
# Do not call it again for the best point: its error is in the history.
# </details>
# <details><summary>The point it returns is not the best</summary>
#
# These are errors: the lowest wins. `min(history, key=lambda pair: pair[1])`.
# </details>


# %% exercise="random_search"
def random_search(objective, space, n, rng):
    """Try random points and find the best of them.

    Source: Bergstra and Bengio (2012).

    Args:
        objective: function from a point to its error; lower is better, calls are
            expensive.
        space: name → `(scale, low, high)`, see `draw_point`.
        n: how many points to try, at least 1.
        rng: a NumPy random generator.

    Returns:
        best: the point with the lowest error, name → value; if several tie, any.
        history: list of `n` pairs `(point, error)` in the order they were tried.

    Example:
        >>> def off(point): return abs(point["x"] - 0.3)
        >>> space = {"x": ("linear", 0.0, 1.0)}
        >>> best, history = random_search(off, space, 200, np.random.default_rng(0))
        >>> round(best["x"], 1), len(history)
        (0.3, 200)
    """
    ### BEGIN SOLUTION
    history = []
    for _ in range(n):
        point = draw_point(space, rng)
        history.append((point, objective(point)))
    best, _ = min(history, key=lambda pair: pair[1])
    return best, history
    ### END SOLUTION


# %% check="random_search"
check(random_search)

# %% [markdown]
# ## Coarse to fine
# After a first round, one region looks best. Draw the next round only from there, then
# narrow the region again. `zoom` is given: around a point it keeps a third of the
# width, *on the scale of each hyperparameter*, and never goes beyond the old limits.


# %%
FORWARD = {"linear": lambda v: v, "log": np.log, "beta": lambda v: -np.log(1 - v)}
BACK = {"linear": lambda u: u, "log": np.exp, "beta": lambda u: 1 - np.exp(-u)}


def zoom(space, point, share=1 / 3):
    """A smaller space around a point, with `share` of the width of the old one."""
    smaller = {}
    for name, (scale, low, high) in space.items():
        left, here, right = (FORWARD[scale](v) for v in (low, point[name], high))
        reach = share * (right - left) / 2
        left, right = max(left, here - reach), min(right, here + reach)
        smaller[name] = (scale, float(BACK[scale](left)), float(BACK[scale](right)))
    return smaller


# %% demo
_, low, high = zoom({"rate": ("log", 1e-6, 1.0)}, {"rate": 1e-3})["rate"]
print(f"1e-6 to 1, six powers of ten, becomes {low:.2g} to {high:.2g}, two")

# %% [markdown]
# ### Exercise 4 · `coarse_to_fine` · 4 points · about 6 minutes
# Run `rounds` random searches with your `random_search`. After each round, narrow the
# space with `zoom(space, best)` around the best point **so far**. Return the best point
# of all rounds, and one history of all rounds.
#
# <details><summary>The history holds the last round only</summary>
#
# Start with an empty list before the loop, and add each round's history to it.
# </details>
# <details><summary>It narrows around the wrong point</summary>
#
# The best so far may come from an earlier round: look for it in the whole history.
# </details>


# %% exercise="coarse_to_fine"
def coarse_to_fine(objective, space, n, rounds, rng):
    """Search at random in ever smaller spaces around the best point so far.

    Args:
        objective: function from a point to its error; lower is better.
        space: name → `(scale, low, high)`, see `draw_point`.
        n: points per round.
        rounds: how many rounds; the first one in the whole space.
        rng: a NumPy random generator.

    Returns:
        best: the point with the lowest error of all rounds; if several tie, any.
        history: list of `n * rounds` pairs `(point, error)`, in order.

    Example:
        >>> def off(point): return abs(point["x"] - 0.3)
        >>> space = {"x": ("linear", 0.0, 1.0)}
        >>> best, _ = coarse_to_fine(off, space, 10, 5, np.random.default_rng(0))
        >>> round(best["x"], 2)
        0.3
    """
    ### BEGIN SOLUTION
    history = []
    for _ in range(rounds):
        _, tried = random_search(objective, space, n, rng)
        history += tried
        best, _ = min(history, key=lambda pair: pair[1])
        space = zoom(space, best)
    return best, history
    ### END SOLUTION


# %% check="coarse_to_fine"
check(coarse_to_fine)

# %% [markdown]
# ### Watch it work
# These are real runs on the silhouettes, about 25 for each search: the learning rate
# over five powers of ten, Adam's $\epsilon$ over four. Before you run the cell: which
# of the two matters?

# %% demo
space = {"rate": ("log", 1e-5, 1.0), "epsilon": ("log", 1e-10, 1e-6)}


def dev_error(point):
    """The objective of the searches."""
    return error(small_net(point))


grid = [
    {"rate": rate, "epsilon": epsilon}
    for rate in np.geomspace(1e-5, 1, 5)
    for epsilon in np.geomspace(1e-10, 1e-6, 5)
]
found = {
    "grid": [(point, dev_error(point)) for point in grid],
    "random": random_search(dev_error, space, 25, np.random.default_rng(3))[1],
    "coarse to fine": coarse_to_fine(dev_error, space, 8, 3, np.random.default_rng(3))[
        1
    ],
}
figures_c2w3.searches(
    found,
    "rate",
    "epsilon",
    reading="Dark is good; the title gives the lowest dev error, and a ring marks it. "
    "Colours change from left to right only: ε hardly matters, so the grid tried each "
    "of its five rates five times.",
)

# %% [markdown]
# The grid was lucky: one of its five rates lies in the valley. What about the next
# problem? Let us repeat this three hundred times on a cheap substitute: a valley at a
# *random position* along one hyperparameter, flat along the other. How low is the best
# error after each run, on average?


# %% demo
def best_so_far(search):
    """Lowest error after each of 24 runs, averaged over 300 random valleys."""
    curves = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        valley = rng.uniform(-4.5, -0.5)

        def bowl(point, valley=valley):
            return 1 - np.exp(-((np.log10(point["rate"]) - valley) ** 2) / 0.3)

        errors = [error for _, error in search(bowl, rng)]
        curves.append(np.minimum.accumulate(errors[:24]))
    return np.mean(curves, axis=0)


def shuffled_grid(objective, rng):
    """The points of the grid above in random order."""
    return [(grid[i], objective(grid[i])) for i in rng.permutation(25)]


curves = {
    "grid": best_so_far(shuffled_grid),
    "random": best_so_far(lambda f, rng: random_search(f, space, 24, rng)[1]),
    "coarse to fine": best_so_far(
        lambda f, rng: coarse_to_fine(f, space, 8, 3, rng)[1]
    ),
}
# %% demo
plots.lines(
    curves,
    np.arange(1, 25),
    log="y",
    xlabel="runs",
    ylabel="best error so far",
    reading="The grid stops improving once it has tried its five rates. Coarse to fine "
    "narrows the space from its ninth run on, and this pays.",
)
for name, values in curves.items():
    print(f"{name:<15} {values[-1]:.4f}")

# %% [markdown]
# Back to the animals. The hyperparameters were *chosen* on the dev set, so they are
# *judged* on another set: train the three winners for longer, and only now use the test
# set. Before you run the cell: the three rings above are at similar rates. Will the
# test errors differ much?

# %% demo
for name, history in found.items():
    best, dev = min(history, key=lambda pair: pair[1])
    net = small_net(best, epochs=6)
    print(
        f"{name:<15} rate {best['rate']:.5f}  dev {error(net):.1%}  "
        f"test {error(net, 'test'):.1%}  (chance 90.0%)"
    )

# %% [markdown]
# ## One panda or much caviar?
# A **panda** raises one cub and watches it day and night: train one model, look at its
# curve every day, adjust the rate. A fish that produces **caviar** lays a million eggs
# and waits: train many models side by side, and keep the best. Your hardware decides.
# If one run takes all of it for weeks, raise a panda; if you can afford many runs,
# choose caviar.
#
# Either way, search again now and then. Data change, code changes, and last year's best
# rate is only a guess.

# %% concept="panda_or_caviar"
# One run of your speech model takes your only machine nine days. You …
# A: start a grid of 25 points, one after the other
# B: train on one tenth of the data and publish that model
# C: train one model, watch its curve, and adjust as it goes
# D: draw 25 random points and train each for nine days
panda_or_caviar = None

# %% [markdown]
# # Part 2 · Many classes
# A sigmoid gives the probability of *one* thing. For $C$ classes of which exactly one
# is true, the last layer gives $C$ scores, and **softmax** turns each column of scores
# into probabilities:
#
# $$a_j = \frac{e^{z_j}}{\sum_k e^{z_k}}$$
#
# By hand: the exponentials of the scores $(0, \ln 2, \ln 5)$ are $(1, 2, 5)$, so the
# probabilities are $(\frac18, \frac28, \frac58)$. The *hard* max would be $(0, 0, 1)$;
# hence the name.

# %% [markdown]
# ### Exercise 5 · `softmax` · 4 points · about 4 minutes
# Turn each column of scores into probabilities. You wrote it in course 1 with examples
# in rows; here an example is a **column**.
#
# <details><summary>nan where a score is 1000</summary>
#
# The result does not change if you subtract the same number from all scores of a
# column. Subtract the largest, and no exponent is above 0.
# </details>
# <details><summary>The rows sum to 1</summary>
#
# `axis=0` runs down the columns. Keep that axis.
# </details>


# %% exercise="softmax"
def softmax(Z):
    """Turn scores into probabilities, column by column; stable for large scores.

    Args:
        Z: array `(C, m)`, the scores of an example in each column.

    Returns:
        Array `(C, m)`, positive; each column sums to 1.

    Example:
        >>> softmax(np.array([[0.0, 1000.0], [0.0, 0.0]]))
        array([[0.5, 1. ],
               [0.5, 0. ]])
    """
    ### BEGIN SOLUTION
    e = np.exp(Z - np.max(Z, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)
    ### END SOLUTION


# %% check="softmax"
check(softmax)

# %% concept="which_output"
# For which task is a softmax over four classes suitable?
# A: which one of four fruits is in the box
# B: which of four fruits can be seen, perhaps several, perhaps none
# C: how many grams each of four fruits weighs
# D: whether each of four sensors is broken
which_output = None

# %% [markdown]
# ## One-hot
# Labels are numbers from 0 to $C-1$, but class 4 is not twice class 2. So each label
# becomes a column, with a 1 in the row of its class. For $C = 3$, `[2, 0]` becomes
#
# ```
# [[0, 1],
#  [0, 0],
#  [1, 0]]
# ```

# %% [markdown]
# ### Exercise 6 · `one_hot_matrix` · 2 points · about 3 minutes
# Return the one-hot matrix of some labels. Take the number of rows from `C`: the last
# class may not occur in this batch.
#
# <details><summary>The shape is (C, m) in some cases only</summary>
#
# Did you infer the number of classes from the largest label?
# </details>


# %% exercise="one_hot_matrix"
def one_hot_matrix(labels, C):
    """Make a column for each label, with a 1 in the row of its class.

    Args:
        labels: array `(m,)` of ints from 0 to `C - 1`.
        C: how many classes there are.

    Returns:
        Array `(C, m)` of zeros and ones.

    Example:
        >>> one_hot_matrix(np.array([2, 0]), 3)
        array([[0., 1.],
               [0., 0.],
               [1., 0.]])
    """
    ### BEGIN SOLUTION
    return np.eye(C)[:, labels]
    ### END SOLUTION


# %% check="one_hot_matrix"
check(one_hot_matrix)

# %% [markdown]
# ## The cost
# As before: the loss is $-\ln$ of the probability of the *true* class, and the cost is
# the average,
#
# $$J = -\frac1m \sum_{i=1}^{m} \sum_{j=1}^{C} y_j^{(i)} \ln a_j^{(i)}$$
#
# All terms with $y = 0$ vanish. With $C = 2$ it is the cost of logistic regression.

# %% [markdown]
# ### Exercise 7 · `cross_entropy` · 3 points · about 4 minutes
# Compute the cost: sum over the classes, average over the examples.
#
# <details><summary>The cost is C times too small</summary>
#
# `np.mean` of the whole matrix divides by $C\,m$. Divide by $m$ only.
# </details>


# %% exercise="cross_entropy"
def cross_entropy(A, Y):
    """Compute the average cross-entropy of probabilities.

    Args:
        A: array `(C, m)`, positive; each column sums to 1.
        Y: array `(C, m)`, one-hot.

    Returns:
        The cost, a number.

    Example:
        >>> A = np.array([[0.125, 0.5], [0.25, 0.25], [0.625, 0.25]])
        >>> round(float(cross_entropy(A, one_hot_matrix(np.array([2, 0]), 3))), 4)
        0.5816
    """
    ### BEGIN SOLUTION
    return -np.mean(np.log(np.sum(A * Y, axis=0)))  # of the true class in each column
    ### END SOLUTION


# %% check="cross_entropy"
check(cross_entropy)

# %% concept="cost_at_start"
# An untrained network gives each of ten classes the same probability. What is its cost?
# Two decimals. (Look at this number first whenever you train something new.)
cost_at_start = None

# %% [markdown]
# ## The gradient
# The derivatives of softmax and logarithm combine, and what is left is the same as for
# one neuron: prediction minus ground truth. As $J$ is an average, there is a $\frac1m$:
#
# $$dZ = \frac{\partial J}{\partial Z} = \frac1m (A - Y)$$

# %% [markdown]
# ### Exercise 8 · `softmax_backward` · 3 points · about 2 minutes
# Return this $dZ$. It already contains the $\frac1m$, so earlier layers need no other.
#
# <details><summary>Every value is m times too large</summary>
#
# The cost is an average. Divide by the number of examples, that is, of columns.
# </details>


# %% exercise="softmax_backward"
def softmax_backward(A, Y):
    """Compute the gradient of `cross_entropy(softmax(Z), Y)` with respect to `Z`.

    Args:
        A: array `(C, m)`, the output of `softmax`.
        Y: array `(C, m)`, one-hot.

    Returns:
        dZ: array `(C, m)`; each column sums to 0.

    Example:
        >>> softmax_backward(np.array([[0.25, 0.5], [0.75, 0.5]]), np.eye(2))
        array([[-0.375,  0.25 ],
               [ 0.375, -0.25 ]])
    """
    ### BEGIN SOLUTION
    return (A - Y) / A.shape[1]
    ### END SOLUTION


# %% check="softmax_backward"
check(softmax_backward)

# %% [markdown]
# ### Watch it work
# Softmax without a hidden layer, on points in the plane. Before you run the cells: what
# shape do the boundaries between two classes have?


# %% demo
def softmax_regression(X, labels, C, steps=400, learning_rate=0.3):
    """Train `W X + b` at a falling rate; return a function from points to classes."""
    rng, Y = np.random.default_rng(0), one_hot_matrix(labels, C).astype(X.dtype)
    W, b = np.zeros((C, X.shape[0]), X.dtype), np.zeros((C, 1), X.dtype)
    for t in range(steps):
        rate = learning_rate * (1 - t / steps)
        some = rng.integers(0, X.shape[1], 256)  # a mini-batch
        dZ = softmax_backward(softmax(W @ X[:, some] + b), Y[:, some])
        W = W - rate * dZ @ X[:, some].T
        b = b - rate * dZ.sum(axis=1, keepdims=True)
    return lambda points: np.argmax(W @ points + b, axis=0)


# %% demo
panels = {}
for C in (3, 5):
    rng, labels = np.random.default_rng(4), np.repeat(np.arange(C), 40)
    angle = 2 * np.pi * labels / C + 0.3
    X = 2 * np.stack([np.cos(angle), np.sin(angle)]) + 0.55 * rng.normal(
        size=(2, 40 * C)
    )
    panels[f"{C} classes"] = (softmax_regression(X, labels, C), X, labels)
figures_c2w3.regions(
    panels,
    reading="All boundaries are straight: there the scores of two classes are equal, "
    "and this is a linear equation.",
)

# %% [markdown]
# The same on clothes: Fashion-MNIST, ten classes, 9,000 images to train on, 1,000 as
# dev set and 2,000 as test set. What it reaches is our **baseline**: deeper networks
# have to beat it.

# %% demo
clothes = data.load("fashion")
order = np.random.default_rng(0).permutation(len(clothes.train_y))
images = (clothes.train_x[order].reshape(-1, 784).T / 255).astype(np.float32)
labels = clothes.train_y[order]
X_train, y_train = images[:, :9000], labels[:9000]
X_dev, y_dev = images[:, 9000:], labels[9000:]
X_test = (clothes.test_x.reshape(-1, 784).T / 255).astype(np.float32)
y_test = clothes.test_y

linear = softmax_regression(X_train, y_train, 10, steps=1500)
baseline = float(np.mean(linear(X_test) == y_test))
print(f"softmax regression: test accuracy {baseline:.1%}, chance is 10 %")
first = [int(np.argmax(y_train == k)) for k in range(10)]
plots.images(X_train.T[first].reshape(-1, 28, 28), clothes.classes, columns=5)

# %% [markdown]
# # Part 3 · Batch norm
# A deep network is a chain of layers, each learning from the output of the one before.
# But the layer before is learning too: its output drifts, and what the next layer has
# just learned no longer fits. You already *normalize* the input of a network. **Batch
# norm** does the same inside it, before each activation function, unit by unit, over
# the mini-batch:
#
# $$\hat z = \frac{z - \mu}{\sqrt{\sigma^2 + \epsilon}} \qquad
# \tilde z = \gamma\, \hat z + \beta$$
#
# $\gamma$ and $\beta$ are learned: a unit may have any mean and spread, but they depend
# on two numbers of its own instead of all the weights before it.

# %% [markdown]
# By hand, one unit, a batch of four: $z = (1, 3, 3, 5)$ has $\mu = 3$ and
# $\sigma^2 = \frac14(4 + 0 + 0 + 4) = 2$. So
# $\hat z \approx (-1.41, 0, 0, 1.41)$. With $\gamma = 2$ and $\beta = 10$ it becomes
# $(7.17, 10, 10, 12.83)$.
#
# **At test time there is no batch.** A single image has no variance, and its prediction
# should not depend on other images. So training keeps **running** averages of $\mu$ and
# $\sigma^2$, and these are used at test time:
#
# $$\text{running} \leftarrow 0.9 \cdot \text{running} + 0.1 \cdot \text{batch}$$

# %% concept="where_b_goes"
# A layer computes Z = W A + b; batch norm follows. What does b do?
# A: it sets the mean of Z_tilde, together with beta
# B: nothing, since the mean over the batch is subtracted again
# C: it scales the variance, so that gamma is not needed
# D: it matters in training, but not with running averages
where_b_goes = None

# %% [markdown]
# ### Exercise 9 · `batchnorm_forward` · 9 points · about 12 minutes
# Normalize, scale and shift each row. Mode `"train"`: use mean and variance of the
# batch (divide by $m$), and update `running`. Mode `"test"`: use `running`, and leave
# it as it is. Never write into the arrays that `running` holds: they may be in use
# elsewhere.
#
# <details><summary>It normalizes the wrong axis</summary>
#
# A unit is a row. Mean and variance over its examples, `axis=1`, have shape `(n, 1)`.
# </details>
# <details><summary>`running` is not what was expected</summary>
#
# Put new arrays under its two keys; the *old* value has the weight 0.9.
# </details>


# %% exercise="batchnorm_forward"
def batchnorm_forward(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    """Normalize each unit over the batch, then scale and shift.

    Source: Ioffe and Szegedy (2015), algorithms 1 and 2.

    Args:
        Z: array `(n, m)`, an example in each column.
        gamma: array `(n, 1)`, the learned scale.
        beta: array `(n, 1)`, the learned shift.
        running: `{"mean": array (n, 1), "var": array (n, 1)}`, averages over batches.
            In mode "train" both entries **are replaced** by new arrays; in mode "test"
            they are used and stay unchanged.
        mode: "train" or "test".
        momentum: weight of the old running averages, 0 to 1.
        epsilon: added to the variance, under the root.

    Returns:
        Z_tilde: array `(n, m)`.
        cache: `{"Z_hat": array (n, m), "std": array (n, 1), "gamma": …, "mode": …}`
            for `batchnorm_backward`; `std` is the root, `epsilon` included.

    Example:
        >>> running = {"mean": np.zeros((1, 1)), "var": np.ones((1, 1))}
        >>> Z, one = np.array([[1.0, 3.0, 3.0, 5.0]]), np.ones((1, 1))
        >>> batchnorm_forward(Z, 2 * one, 10 * one, running, "train")[0].round(2)
        array([[ 7.17, 10.  , 10.  , 12.83]])
        >>> float(running["mean"][0, 0].round(2))
        0.3
    """
    ### BEGIN SOLUTION
    if mode == "train":
        mean = np.mean(Z, axis=1, keepdims=True)  # (n, 1)
        var = np.var(Z, axis=1, keepdims=True)
        running["mean"] = momentum * running["mean"] + (1 - momentum) * mean
        running["var"] = momentum * running["var"] + (1 - momentum) * var
    else:
        mean, var = running["mean"], running["var"]
    std = np.sqrt(var + epsilon)
    Z_hat = (Z - mean) / std
    cache = {"Z_hat": Z_hat, "std": std, "gamma": gamma, "mode": mode}
    return gamma * Z_hat + beta, cache
    ### END SOLUTION


# %% check="batchnorm_forward"
check(batchnorm_forward)

# %% concept="batch_of_one"
# By mistake, a network with batch norm is used in mode "train", one image at a time.
# Then the output of every batch-norm layer is …
# A: Z itself, as one example needs no normalization
# B: not a number, as its variance is zero
# C: right, only a little noisier than with a batch
# D: beta, whatever the image shows
batch_of_one = None

# %% [markdown]
# ## The backward pass
# Given $d\tilde Z$, two gradients are sums over the batch, as $\gamma$ and $\beta$ are
# used for every example:
#
# $$d\gamma = \sum_i d\tilde z_i\, \hat z_i \qquad d\beta = \sum_i d\tilde z_i$$
#
# For $dZ$, note that changing one $z_i$ also changes $\mu$ and $\sigma$, and with them
# the whole batch. The three paths together give
#
# $$dz_i = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}}
# \Big( d\tilde z_i \;-\; \frac1m d\beta \;-\; \frac1m \hat z_i\, d\gamma \Big)$$

# %% [markdown]
# <details><summary>Where do the two subtracted terms come from?</summary>
#
# One is the path through $\mu$, the other the path through $\sigma$. Batch norm removes
# the mean and the spread of a batch, so changing them does not change the cost: $dZ$
# has no component along "shift all" (the first term), and almost none along "spread
# all" (the second; $\epsilon$ leaves a little).
# </details>
# <details><summary><b>Predict</b>: what is the sum of each row of dZ?</summary>
#
# In training it is 0: adding the same number to a whole row changes nothing.
# </details>

# %% [markdown]
# ### Exercise 10 · `batchnorm_backward` · 8 points · about 10 minutes
# Return `dZ`, `dgamma` and `dbeta` by the formulas above. In mode `"test"` the
# statistics are constants, and the two subtracted terms vanish.
#
# <details><summary>dgamma or dbeta has only one axis</summary>
#
# They have the shape of `gamma`, `(n, 1)`: keep the axis.
# </details>
# <details><summary>dZ is almost right</summary>
#
# A path is missing: through the mean, or through the variance.
# </details>


# %% exercise="batchnorm_backward"
def batchnorm_backward(dZ_tilde, cache):
    """Compute the gradients of batch norm.

    Args:
        dZ_tilde: array `(n, m)`, the gradient with respect to `Z_tilde`.
        cache: what `batchnorm_forward` returned.

    Returns:
        dZ: array `(n, m)`.
        dgamma: array `(n, 1)`.
        dbeta: array `(n, 1)`.

    Example:
        >>> cache = {"Z_hat": np.array([[-1.0, 1.0]]), "std": np.ones((1, 1)),
        ...          "gamma": np.ones((1, 1)), "mode": "train"}
        >>> dZ, dgamma, dbeta = batchnorm_backward(np.array([[1.0, 4.0]]), cache)
        >>> float(dgamma[0, 0]), float(dbeta[0, 0]), dZ
        (3.0, 5.0, array([[0., 0.]]))
    """
    ### BEGIN SOLUTION
    Z_hat, m = cache["Z_hat"], dZ_tilde.shape[1]
    dgamma = np.sum(dZ_tilde * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dZ_tilde, axis=1, keepdims=True)
    centered = dZ_tilde
    if cache["mode"] == "train":
        centered = dZ_tilde - dbeta / m - Z_hat * dgamma / m
    return cache["gamma"] / cache["std"] * centered, dgamma, dbeta
    ### END SOLUTION


# %% check="batchnorm_backward"
check(batchnorm_backward)

# %% [markdown]
# ## Put it into a network
# Six hidden layers of 50 units with ReLU, in the notation of course 1. Batch norm adds
# one line to the forward pass and one to the backward pass; both are yours. We try nine
# learning rates, from 0.001 to 10, 300 steps each. Before you run the cells: which of
# them will train the network without batch norm, and which with it?


# %% demo
def new_net(sizes, rng):
    """For each layer: He weights, zeros for b and beta, ones for gamma."""
    net = []
    for n_in, n in itertools.pairwise(sizes):
        W = rng.normal(size=(n, n_in)) * np.sqrt(2 / n_in)
        zero, one = np.zeros((n, 1), np.float32), np.ones((n, 1), np.float32)
        net.append(
            {
                "W": W.astype(np.float32),
                "b": zero,
                "gamma": one,
                "beta": zero,
                "running": {"mean": zero, "var": one},
            }
        )
    return net


def forward(net, X, mode, normalize):
    """Probabilities, and for each layer what the backward pass needs."""
    A, caches = X, []
    for layer in net:
        Z, cache, last = layer["W"] @ A + layer["b"], None, layer is net[-1]
        if normalize and not last:
            Z, cache = batchnorm_forward(
                Z, layer["gamma"], layer["beta"], layer["running"], mode
            )
        caches.append((A, Z, cache))
        A = softmax(Z) if last else np.maximum(Z, 0)
    return A, caches


# %% demo
def descend(net, A, Y, caches, rate):
    """Take one step of gradient descent on all parameters of the network."""
    dA = None
    for layer, (A_prev, Z, cache) in zip(net[::-1], caches[::-1], strict=True):
        dZ = softmax_backward(A, Y) if dA is None else dA * (Z > 0)
        if cache:
            dZ, dgamma, dbeta = batchnorm_backward(dZ, cache)
            layer["gamma"] = layer["gamma"] - rate * dgamma
            layer["beta"] = layer["beta"] - rate * dbeta
        if layer is not net[0]:
            dA = layer["W"].T @ dZ
        layer["W"] = layer["W"] - rate * dZ @ A_prev.T
        layer["b"] = layer["b"] - rate * dZ.sum(axis=1, keepdims=True)


def train(rate, normalize, steps=300, batch=64, watch=None):
    """Train six hidden layers; `watch` is called with the layers before each step."""
    rng = np.random.default_rng(0)
    net, Y = new_net([784, *[50] * 6, 10], rng), np.eye(10, dtype=np.float32)
    # With some of these rates training diverges, on purpose.
    with np.errstate(all="ignore"):
        for _ in range(steps):
            if watch:
                watch(net)
            some = rng.integers(0, X_train.shape[1], batch)
            A, caches = forward(net, X_train[:, some], "train", normalize)
            if not np.isfinite(A).all():
                break
            descend(net, A, Y[:, y_train[some]], caches, rate)
    return net


# %% demo
def accuracy(net, X, labels, normalize, mode="test"):
    """Fraction of right answers."""
    with np.errstate(all="ignore"):
        return float(np.mean(forward(net, X, mode, normalize)[0].argmax(0) == labels))


rates = 10.0 ** np.arange(-3, 1.1, 0.5)
reached = {
    name: [accuracy(train(rate, normalize), X_dev, y_dev, normalize) for rate in rates]
    for name, normalize in (("plain", False), ("batch norm", True))
}
# %% demo
plots.lines(
    reached,
    rates,
    log="x",
    markers=True,
    from_zero=True,
    xlabel="learning rate",
    ylabel="dev accuracy after 300 steps",
    baseline={"chance": 0.1},
    reading="With batch norm, far larger learning rates train this network, and its "
    "best accuracy is higher.",
)
for name, values in reached.items():
    good = rates[np.array(values) > 0.7]
    print(
        f"{name:<11} above 70 % for rates from {good.min():.2g} to {good.max():.2g}, "
        f"best {max(values):.1%}"
    )

# %% [markdown]
# ## Why it helps: the drift, measured
# Send the same 500 images through the network before every step, and record what each
# unit of the fourth layer receives: mean and standard deviation. If the layers before
# it change its inputs, you will see it.

# %% demo
probe, seen = X_dev[:, :500], {}
for name, normalize in (("plain", False), ("batch norm", True)):
    noted = []

    def note(net, normalize=normalize, noted=noted):
        """Record mean and standard deviation of the input of each ReLU in layer 4."""
        copies = [layer | {"running": dict(layer["running"])} for layer in net]
        Z = forward(copies, probe, "train", normalize)[1][3][1]
        noted.append((Z.mean(axis=1), Z.std(axis=1)))

    train(0.1, normalize, steps=150, watch=note)
    mean, std = np.array(noted).swapaxes(0, 1)  # each (steps, units)
    seen[name] = np.abs((mean - mean[0]) / std[0]).mean(axis=1)
plots.lines(
    seen,
    xlabel="step of training",
    ylabel="drift, in standard deviations",
    reading="How far the mean input of a unit has moved since the start, for the same "
    "images, averaged over the 50 units.",
)

# %% [markdown]
# Two more reasons are often given. If you multiply all weights just before a batch norm
# by $c$, its output stays the same, and the gradient of these weights becomes $1/c$
# times as large: larger weights take smaller steps, which keeps training stable at high
# rates. And each image is seen together with different images every time, which adds a
# little **noise** that regularizes, more so in small batches. Do not rely on it: use
# dropout for that.
#
# ## Batch statistics at test time
# Now we train a network with batch norm and test it with the statistics of the *test
# batch* instead of the running averages. Before you run the cell: what happens with
# batches of 1? At which size is the difference gone?

# %% demo
net = train(0.3, True, steps=600)
sizes, in_batches = [1, 2, 4, 8, 16, 32, 64, 128, 256], []
for size in sizes:
    right = [
        accuracy(net, X_test[:, i : i + size], y_test[i : i + size], True, "train")
        * size
        for i in range(0, 1024, size)
    ]
    in_batches.append(sum(right) / 1024)
steady = accuracy(net, X_test[:, :1024], y_test[:1024], True)
plots.lines(
    {"statistics of the test batch": in_batches},
    sizes,
    log="x",
    markers=True,
    from_zero=True,
    xlabel="images per test batch",
    ylabel="test accuracy",
    baseline={"running averages, any size": steady, "chance": 0.1},
    reading="Alone, every image gets the same answer. With running averages, the "
    "answer depends only on the image.",
)
print(f"running averages {steady:.1%}, batches of one {in_batches[0]:.1%}")

# %% demo
# And b? Add 100 to every bias of the hidden layers, and compare the predictions.
moved = [
    layer | {"b": layer["b"] + 100, "running": dict(layer["running"])}
    for layer in net[:-1]
] + [net[-1]]
before = forward(net, X_dev[:, :200], "train", True)[0]
after = forward(moved, X_dev[:, :200], "train", True)[0]
print(f"largest change of any probability: {np.abs(after - before).max():.4f}")

# %% [markdown]
# Nothing changes, up to rounding: subtracting $\mu$ removes every constant. With batch
# norm, leave `b` out; $\beta$ does its work.
#
# # Part 4 · Never derive a gradient again
# `descend` above had to know the derivative of each line of `forward`, and their order.
# Add a new kind of layer, and you have to derive again. But the computer *saw* the
# forward pass. If it records each operation as it happens, it can go back on its own.
#
# Three ideas are enough. **Record**: each result remembers its parents. **Rule**: each
# operation knows how a gradient passes through it, and nothing else. **Order**: go back
# through the records and add up the gradients. This is *reverse-mode automatic
# differentiation*, or autodiff.


# %%
class Tensor:
    """An array that remembers how it was computed.

    Attributes:
        data: the values, a NumPy array of floats.
        grad: gradient of the result with respect to the values, once `backward` has
            run; before that, None.
        parents: the tensors it was computed from; empty for a leaf.
        rule: function from the gradient of this tensor to a tuple with the gradient
            of each parent; None for a leaf.
        name: of the operation or the leaf.
    """

    __array_ufunc__ = None  # array * tensor calls Tensor.__rmul__

    def __init__(self, data, parents=(), rule=None, name=""):
        self.data, self.grad = np.asarray(data, dtype=float), None
        self.parents, self.rule, self.name = parents, rule, name

    def __add__(self, other):
        return add(self, as_tensor(other))

    def __mul__(self, other):
        return multiply(self, as_tensor(other))

    def __matmul__(self, other):
        return matmul(self, as_tensor(other))

    __radd__, __rmul__ = __add__, __mul__


def as_tensor(value):
    """The value as a tensor; numbers and arrays become leaves."""
    return value if isinstance(value, Tensor) else Tensor(value)


# %% [markdown]
# With `+`, `*` and `@` defined, `a * b + c` records itself. The rules are missing: they
# are your next exercises. `g` is always the **upstream gradient**: the gradient with
# respect to the operation's *result*, in its shape. A rule returns one gradient for
# each parent, in *their* shapes.
#
# ## First: undo broadcasting
# `(3, 1) + (3, 4)` repeats the column four times. What is used four times gets four
# gradients, which add up. So the backward pass *sums* over every axis that was
# repeated, and over every axis that was added.
#
# By hand: $b$ of shape `(1,)` is added to a row of three, and `g = [5, 6, 7]`: a change
# of $b$ changes all three, so its gradient is `[18]`.

# %% [markdown]
# ### Exercise 11 · `unbroadcast` · 5 points · about 7 minutes
# Sum `gradient`, which has the broadcast shape, so that the result has the shape
# `shape`.
#
# <details><summary>The shape is right, the values are too small</summary>
#
# Sum; do not average or take the first.
# </details>
# <details><summary>(4, 3) to (3,) goes wrong</summary>
#
# Axes are compared from the right. Sum over the extra ones on the left first, then over
# those where `shape` has length 1, and keep these.
# </details>


# %% exercise="unbroadcast"
def unbroadcast(gradient, shape):
    """Sum a gradient over the axes along which an array was repeated.

    Args:
        gradient: array of a shape to which `shape` broadcasts.
        shape: tuple, the shape before broadcasting.

    Returns:
        Array of shape `shape`.

    Example:
        >>> unbroadcast(np.array([[1.0, 2.0], [3.0, 4.0]]), (2, 1))
        array([[3.],
               [7.]])
        >>> unbroadcast(np.array([[1.0, 2.0], [3.0, 4.0]]), (2,))
        array([4., 6.])
    """
    ### BEGIN SOLUTION
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient
    ### END SOLUTION


# %% check="unbroadcast"
check(unbroadcast)

# %% [markdown]
# ## A rule for a sum
# The forward half of each operation is given; you write its rule, in the place marked.
# For $t = a + b$, the derivative with respect to either is 1, so both parents get `g`,
# in their own shapes.
#
# ### Exercise 12 · `add` · 2 points · about 3 minutes
# Write the rule: return a **tuple** with the gradient of `a` and that of `b`.
#
# <details><summary>The gradient of b has the wrong shape</summary>
#
# It was broadcast. You have just written the remedy.
# </details>


# %% exercise="add"
def add(a, b):
    """Add two tensors, with broadcasting.

    Args:
        a: tensor.
        b: tensor.

    Returns:
        Tensor `a + b`; its rule turns `g`, of the shape of the sum, into the gradients
        of `a` and of `b`, each in the shape of its tensor.
    """

    def rule(g):
        ### BEGIN SOLUTION
        return unbroadcast(g, a.data.shape), unbroadcast(g, b.data.shape)
        ### END SOLUTION

    return Tensor(a.data + b.data, (a, b), rule, "+")


# %% check="add"
check(add)

# %% [markdown]
# ### Exercise 13 · `multiply` · 3 points · about 3 minutes
# Write the rule for $t = a\,b$, elementwise: $\partial t/\partial a = b$, and the other
# way round. By hand, $a = 2$, $b = 3$, $g = 10$: the gradients are 30 and 20.
#
# <details><summary>The two gradients are swapped</summary>
#
# The derivative with respect to $a$ is the *other* factor.
# </details>


# %% exercise="multiply"
def multiply(a, b):
    """Multiply two tensors, elementwise, with broadcasting.

    Args:
        a: tensor.
        b: tensor.

    Returns:
        Tensor `a * b`; its rule turns `g`, of the shape of the product, into the
        gradients of `a` and of `b`, each in the shape of its tensor.
    """

    def rule(g):
        ### BEGIN SOLUTION
        return (
            unbroadcast(g * b.data, a.data.shape),
            unbroadcast(g * a.data, b.data.shape),
        )
        ### END SOLUTION

    return Tensor(a.data * b.data, (a, b), rule, "×")


# %% check="multiply"
check(multiply)

# %% [markdown]
# ### Exercise 14 · `matmul` · 4 points · about 5 minutes
# Write the rule for $T = A B$. You know it from course 1 as `dW` and `dA_prev`: $dA = G
# B^\top$ and $dB = A^\top G$. If you have forgotten it, look at the shapes: with $A$
# `(n, k)` and $B$ `(k, m)`, $G$ is `(n, m)`, and there is just one way to get `(n, k)`
# from `(n, m)` and `(k, m)`.
#
# <details><summary>It works for square matrices only</summary>
#
# A transpose is missing, or the factors are in the wrong order.
# </details>


# %% exercise="matmul"
def matmul(a, b):
    """Multiply two tensors as matrices.

    Args:
        a: tensor `(n, k)`.
        b: tensor `(k, m)`.

    Returns:
        Tensor `(n, m)`; its rule turns `g` `(n, m)` into the gradients of `a` and `b`.
    """

    def rule(g):
        ### BEGIN SOLUTION
        return g @ b.data.T, a.data.T @ g
        ### END SOLUTION

    return Tensor(a.data @ b.data, (a, b), rule, "@")


# %% check="matmul"
check(matmul)

# %% [markdown]
# ### Exercise 15 · `relu` · 2 points · about 2 minutes
# Write the rule: where $a > 0$ the gradient passes; elsewhere it is 0. Do not write
# into `g`: another tensor may hold the same array.
#
# <details><summary>It expected a tuple of 1</summary>
#
# `return (x,)`, with the comma, returns a tuple; `return x` does not.
# </details>


# %% exercise="relu"
def relu(a):
    """Take the positive part, elementwise.

    Args:
        a: tensor.

    Returns:
        Tensor `max(a, 0)`; its rule turns `g` into a tuple with the gradient of `a`.
    """

    def rule(g):
        ### BEGIN SOLUTION
        return (g * (a.data > 0),)
        ### END SOLUTION

    return Tensor(np.maximum(a.data, 0), (a,), rule, "relu")


# %% check="relu"
check(relu)

# %% [markdown]
# ### Exercise 16 · `sum_` · 4 points · about 6 minutes
# Write the rule, the reverse of broadcasting: each value counts once in its sum, so the
# gradient of the sum is *repeated* for each value. If an axis has vanished, put it
# back first.
#
# <details><summary>could not broadcast, or wrong in square arrays only</summary>
#
# `np.expand_dims(g, axis)` puts a summed axis back with length 1. It is needed unless
# `axis` is None or `keepdims` is true.
# </details>


# %% exercise="sum_"
def sum_(a, axis=None, keepdims=False):
    """Sum a tensor over one axis or all.

    Args:
        a: tensor.
        axis: the axis to sum over, an int from 0; None for all.
        keepdims: whether the summed axes are kept, with length 1.

    Returns:
        Tensor; its rule turns `g`, of the shape of the sum, into a tuple with the
        gradient of `a`.
    """

    def rule(g):
        ### BEGIN SOLUTION
        if axis is not None and not keepdims:
            g = np.expand_dims(g, axis)
        return (np.broadcast_to(g, a.data.shape),)
        ### END SOLUTION

    return Tensor(a.data.sum(axis=axis, keepdims=keepdims), (a,), rule, "Σ")


# %% check="sum_"
check(sum_)

# %% [markdown]
# ## The records form a graph
# Here is $L = (a\,b + c)^2$, the example of the very first lab, written as $v \cdot v$.
# No derivative has been computed yet: each tensor only holds its parents and its rule.

# %% demo
a, b, c = (Tensor(x, name=n) for x, n in ((2, "a"), (3, "b"), (-1, "c")))
v = a * b + c
L = v * v
figures_c2w3.graph(
    L, height=2.2, reading="Squares are leaves, circles operations; values are below."
)

# %% [markdown]
# ## In which order?
# A tensor may pass its gradient on only when the gradient is **complete**: when all
# tensors that were computed from it have delivered their parts. $v$ is used twice, so
# it gets two.
#
# So first list all tensors with every parent before its children: a **topological
# order**. Then go through the list from its end. By hand, above: $a$, $b$, $ab$, $c$,
# $v$, $L$ is one such order; $c$ could also come first.

# %% concept="valid_order"
# p = relu(x), q = p + x, r = p * q. Which order is topological?
# A: x, p, q, r    B: x, q, p, r    C: r, q, p, x    D: p, x, q, r
valid_order = None

# %% [markdown]
# ### Exercise 17 · `topological_order` · 6 points · about 10 minutes
# Return the list of all tensors in a topological order. Visit a tensor: if it was seen,
# do nothing; otherwise visit its parents, *then* append it.
#
# <details><summary>A tensor is listed twice</summary>
#
# Keep a `set` of the tensors seen; a set can hold tensors.
# </details>
# <details><summary>A parent comes after its child</summary>
#
# Appending a tensor before visiting its parents, or going level by level, is not
# enough: there may be a longer path to it.
# </details>


# %% exercise="topological_order"
def topological_order(tensor):
    """List all tensors that led to a tensor, parents before children.

    Args:
        tensor: the result; it comes last.

    Returns:
        List of tensors, each once, every tensor after all of its parents.
    """
    ### BEGIN SOLUTION
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(tensor)
    return order
    ### END SOLUTION


# %% check="topological_order"
check(topological_order)

# %% [markdown]
# ## The backward pass
# The gradient of the result with respect to itself is 1. From the end of the list to
# its start: call the rule of each tensor; it returns one part for each parent. **Add**
# this part to the parent's `grad`, do not set it: a tensor used twice needs both parts.
#
# By hand, $L = v \cdot v$ at $v = 5$: the rule of $\times$ returns $(5, 5)$ for its two
# parents, both of which are $v$. So $v$ gets $5 + 5 = 10$, and indeed $2v = 10$.

# %% concept="used_twice"
# y = x * x + x at x = 3. What is x.grad after backward(y)?
used_twice = None

# %% [markdown]
# ### Exercise 18 · `backward` · 7 points · about 10 minutes
# Set the `grad` of every tensor as above, with your `topological_order`. Every call
# starts afresh: gradients from before do not count. Call each rule once, when its
# tensor's gradient is complete.
#
# <details><summary>Gradients of tensors used twice are too small</summary>
#
# The second part has overwritten the first.
# </details>
# <details><summary>A gradient is too large, though each part is right</summary>
#
# `+=` writes into an array that two tensors may share. `p.grad = p.grad + part` makes a
# new one.
# </details>


# %% exercise="backward"
def backward(tensor):
    """Set `grad` of a tensor and of all that led to it, by reverse-mode autodiff.

    Source: Linnainmaa (1970); Rumelhart, Hinton and Williams (1986).

    Args:
        tensor: the result. Its own `grad` becomes ones of its shape; the `grad` of
            each tensor before it becomes the gradient of the (summed) result.
    """
    ### BEGIN SOLUTION
    order = topological_order(tensor)
    for node in order:
        node.grad = np.zeros_like(node.data)
    tensor.grad = np.ones_like(tensor.data)
    for node in reversed(order):
        if node.rule is not None:
            for parent, part in zip(node.parents, node.rule(node.grad), strict=True):
                parent.grad = parent.grad + part
    ### END SOLUTION


# %% check="backward"
check(backward)

# %% demo cover=true
backward(L)
figures_c2w3.graph(
    L,
    height=2.4,
    reading="The gradients 30, 20 and 10 that you once worked out by hand. v, the "
    "node +, is used twice and gets 5 + 5.",
)

# %% [markdown]
# ## The gradients of course 1, for free
# Now a network of two layers, ReLU and sigmoid, with the cost of logistic regression.
# It needs two more operations. Read them: each is a forward half and a rule, and
# neither knows about networks.


# %% demo
def sigmoid(a):
    """Logistic function, elementwise."""
    s = 1 / (1 + np.exp(-a.data))
    return Tensor(s, (a,), lambda g: (g * s * (1 - s),), "σ")


def log(a):
    """Natural logarithm, elementwise."""
    return Tensor(np.log(a.data), (a,), lambda g: (g / a.data,), "ln")


rng = np.random.default_rng(5)
sizes = {"W1": (4, 3), "b1": (4, 1), "W2": (1, 4), "b2": (1, 1)}
net = {name: Tensor(rng.normal(size=size), name=name) for name, size in sizes.items()}
X, Y = Tensor(rng.normal(size=(3, 8)), name="X"), rng.integers(0, 2, (1, 8))

A1 = relu(net["W1"] @ X + net["b1"])
A2 = sigmoid(net["W2"] @ A1 + net["b2"])
J = sum_(Y * log(A2) + (1 - Y) * log(A2 * -1 + 1)) * (-1 / 8)
backward(J)
figures_c2w3.graph(
    A2,
    height=2.6,
    reading="The graph of the network up to A2, with shapes. The cost "
    "adds more tensors, and backward goes through them all.",
)
print(f"{len(topological_order(J))} tensors in the graph of J")


# %% demo
def by_hand(X, Y, A1, A2, W2):
    """The gradients as derived in course 1, week 4, here with 1/m in dZ2."""
    dZ2 = (A2 - Y) / Y.shape[1]
    dZ1 = (W2.T @ dZ2) * (A1 > 0)
    return {
        "W1": dZ1 @ X.T,
        "b1": dZ1.sum(axis=1, keepdims=True),
        "W2": dZ2 @ A1.T,
        "b2": dZ2.sum(axis=1, keepdims=True),
    }


print("gradient   largest difference between by hand and by backward")
for name, grad in by_hand(X.data, Y, A1.data, A2.data, net["W2"].data).items():
    print(f"{name:<10} {np.abs(net[name].grad - grad).max():.1e}")

# %% [markdown]
# They are equal, up to rounding. Whatever you can write with these operations, you can
# train; you never have to derive its gradient.
#
# # Part 5 · A framework
# ### Exercise 19 · `sgd_step` · 3 points · about 3 minutes
# Take one step of gradient descent: change `p.data` of each parameter, using `p.grad`.
#
# <details><summary>No parameter has changed</summary>
#
# `p = p - …` gives the *name* p to something new. Set `p.data`.
# </details>


# %% exercise="sgd_step"
def sgd_step(parameters, learning_rate):
    """Take one step of gradient descent; changes `data`, returns nothing.

    Args:
        parameters: list of tensors; one whose `grad` is None stays unchanged.
        learning_rate: a number.
    """
    ### BEGIN SOLUTION
    for p in parameters:
        if p.grad is not None:
            p.data = p.data - learning_rate * p.grad
    ### END SOLUTION


# %% check="sgd_step"
check(sgd_step)

# %% demo
# Your framework at work: three spirals, two hidden layers, no gradient by hand.
rng, C, m = np.random.default_rng(6), 3, 90
radius, arm = np.tile(np.linspace(0.1, 1, m), C), np.repeat(np.arange(C), m)
angle = 2 * np.pi * arm / C + 4 * radius + 0.12 * rng.normal(size=C * m)
X, Y = 2 * radius * np.stack([np.cos(angle), np.sin(angle)]), one_hot_matrix(arm, C)
shapes = [(24, 2), (24, 1), (24, 24), (24, 1), (C, 24), (C, 1)]
net = [Tensor(rng.normal(size=s) * np.sqrt(2 / s[1]) * (s[1] > 1)) for s in shapes]


def scores(points):
    """Scores of the classes, `(C, k)`, for points `(2, k)`."""
    A = Tensor(points)
    for W, b in zip(net[::2], net[1::2], strict=True):
        Z = W @ A + b
        A = relu(Z)
    return Z


def softmax_cost(Z, Y):
    """Softmax and cross-entropy as one operation, with the rule of exercise 8."""
    A = softmax(Z.data)
    return Tensor(
        cross_entropy(A, Y), (Z,), lambda g: (g * softmax_backward(A, Y),), "J"
    )


# %% demo
costs = []
for _ in range(800):
    J = softmax_cost(scores(X), Y)
    backward(J)
    sgd_step(net, 0.3)
    costs.append(float(J.data))
plots.costs(
    costs[::20],
    every=20,
    baseline={"equal probabilities, ln 3": np.log(3)},
    reading="The cost falls to almost 0, with gradients that nobody derived by hand.",
)
figures_c2w3.regions(
    {
        "softmax regression": (softmax_regression(X, arm, C), X, arm),
        "two hidden layers": (
            lambda points: scores(points).data.argmax(0),
            X,
            arm,
        ),
    },
    reading="Boundaries are straight without hidden layers, and curved with them.",
)

# %% [markdown]
# ## The same thing, grown up
# The rest of the course runs on `helpers.nn`. Open `helpers/nn/tensor.py`: it is short,
# and you will recognize everything.
#
# | yours | `helpers.nn` | what has been added |
# |---|---|---|
# | `Tensor` | `nn.Tensor` | float32; records only where `requires_grad` |
# | `add` … `sum_` | some 50 operations | convolutions, LSTM, attention |
# | `topological_order` | the same name | no recursion, so graphs may be deep |
# | `backward(J)` | `J.backward()` | frees records; **adds** to `grad` of leaves |
# | `sgd_step` | `nn.SGD`, `nn.Adam` … | `optimizer.step()` |
# | list of tensors | `nn.Dense`, `nn.Sequential` | layers hold their parameters |
#
# One thing is new: from here on examples are **rows**, as in all frameworks.

# %% demo
# The same small network in both, with the same numbers.
rng = np.random.default_rng(7)
W, B, V = (rng.normal(size=s) for s in ((5, 3), (3, 4), (1, 4)))
mine = [Tensor(W), Tensor(B), Tensor(V)]
theirs = [nn.Tensor(W, True), nn.Tensor(B, True), nn.Tensor(V, True)]
backward(sum_(relu(mine[0] @ mine[1] + mine[2])))
nn.relu(theirs[0] @ theirs[1] + theirs[2]).sum().backward()
for one, other in zip(mine, theirs, strict=True):
    print(one.data.shape, "gradients equal:", np.allclose(one.grad, other.grad))

# %% [markdown]
# ## Five lines
# A training step is the same in every framework: clear the old gradients, forward pass,
# cost, backward pass, update. Since `nn` **adds** to gradients, as PyTorch does, you
# have to clear them: `optimizer.zero_grad()`.

# %% [markdown]
# ### Exercise 20 · `train_step` · 5 points · about 6 minutes
# Write these five lines, and return the loss as a number. Use `nn.cross_entropy(scores,
# labels)`: it takes scores *before* the softmax, and labels as plain numbers. The
# update is `optimizer.step()`.
#
# <details><summary>From the second step on the losses differ</summary>
#
# The gradients of the step before are still there.
# </details>
# <details><summary>It expected a number and got a Tensor</summary>
#
# `loss.item()` takes the number out of the tensor.
# </details>


# %% exercise="train_step"
def train_step(model, X, Y, optimizer):
    """Make a forward pass, a backward pass and one update on a batch.

    Args:
        model: a model of `helpers.nn`; `model(X)` gives scores `(m, C)`.
        X: array `(m, n_x)`, an example in each **row**.
        Y: array `(m,)` of ints, the classes.
        optimizer: one of `helpers.nn`, made with the parameters of the model.

    Returns:
        The cross-entropy before the update, a Python float.
    """
    ### BEGIN SOLUTION
    optimizer.zero_grad()
    loss = nn.cross_entropy(model(X), Y)
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% check="train_step"
check(train_step)

# %% concept="stale_gradients"
# Somebody leaves out zero_grad. In step 3, plain gradient descent then steps along …
# A: the gradient of step 3 only, as each backward starts afresh
# B: the gradient of step 1 only, as later ones are not stored
# C: the sum of the gradients of steps 1, 2 and 3
# D: the average of the gradients of steps 1, 2 and 3
stale_gradients = None

# %% [markdown]
# ## Put it together
# All of this lab at once: your `train_step`, batch norm, softmax, and a random search
# of eight points for the learning rate and momentum's β, judged on the dev set. The
# learning rate falls during training, as last week.
#
# Softmax regression set the baseline. Before you run the cells: by how much will two
# hidden layers beat it on the test set?


# %% demo
def build(seed=0):
    """784 → 128 → 64 → 10; batch norm before each ReLU, and therefore no b there."""
    rng = np.random.default_rng(seed)
    return nn.Sequential(
        nn.Dense(784, 128, use_bias=False, rng=rng),
        nn.BatchNorm(128),
        nn.Activation("relu"),
        nn.Dense(128, 64, use_bias=False, rng=rng),
        nn.BatchNorm(64),
        nn.Activation("relu"),
        nn.Dense(64, 10, rng=rng),
    )


def fit(rate, beta, epochs):
    """Train a new network at a falling rate; return it in test mode, and the losses."""
    net, losses = build().train(), []
    batches = nn.DataLoader(
        X_train.T, y_train, batch_size=64, rng=np.random.default_rng(1)
    )
    total = epochs * len(batches)
    optimizer = nn.SGD(
        net.parameters(), lambda step: rate * (1 - step / total), momentum=beta
    )
    for _ in range(epochs):
        losses += [train_step(net, X, Y, optimizer) for X, Y in batches]
    return net.eval(), losses


def test_mode_accuracy(net, X, labels):
    """Fraction of right answers; images in columns, as above."""
    return float(np.mean(net.predict(X.T).argmax(1) == labels))


# %% demo
space = {"rate": ("log", 1e-3, 1.0), "beta": ("beta", 0.5, 0.99)}
best, history = random_search(
    lambda point: 1 - test_mode_accuracy(fit(**point, epochs=1)[0], X_dev, y_dev),
    space,
    8,
    np.random.default_rng(2),
)
for point, wrong in sorted(history, key=lambda pair: pair[1]):
    print(f"rate {point['rate']:.4f}  beta {point['beta']:.3f}  dev error {wrong:.1%}")

epochs = 6
net, losses = fit(**best, epochs=epochs)
tested = test_mode_accuracy(net, X_test, y_test)
plots.costs(
    np.convolve(losses, np.ones(50) / 50, "valid")[::50],
    every=50,
    reading="Averages over 50 steps; there are "
    f"{len(losses) // epochs} steps per epoch.",
)

# %% demo
hit, line = net.predict(X_test.T).argmax(1) == y_test, linear(X_test) == y_test
won, lost = np.sum(hit & ~line), np.sum(line & ~hit)
plots.bars(
    {"softmax regression": baseline, "two hidden layers, tuned": tested},
    ylabel="test accuracy",
    percent=True,
    baseline={"chance": 0.1},
    reading=f"{tested:.1%} against {baseline:.1%}. On {won} of 2,000 images only the "
    f"network is right, on {lost} only softmax regression. A weighted sum of pixels "
    "was not bad to begin with.",
)

# %% [markdown]
# ## What it gets wrong (optional)
# One number hides a lot. A **confusion matrix** counts the predictions for each true
# class. Before you run the cells: which two garments would *you* confuse at 28 × 28
# pixels?

# %% demo
guessed = net.predict(X_test.T).argmax(1)
table = np.zeros((10, 10), int)
np.add.at(table, (y_test, guessed), 1)
figures_c2w3.confusion(
    table,
    clothes.classes,
    reading="Each row holds 200 images. Shirts, coats, pullovers and T-shirts are "
    "confused with each other, and hardly ever with shoes.",
)

# %% demo
probabilities = softmax(net.predict(X_test.T).T)
plots.mistakes(
    clothes.test_x,
    y_test,
    guessed,
    clothes.classes,
    sureness=probabilities.max(axis=0),
    limit=10,
    reading="The mistakes that it was surest of. Would you have been right?",
)

# %% [markdown] question="one_at_a_time" points=6
# ## In your own words
# A friend builds your last network into an app. At home it was right on about 87 % of
# the test images; in the app, one photo at a time, everybody gets the same answer. She
# wants to collect more data. In about six sentences: what went wrong, and why the
# *same* answer? How would you confirm it in two minutes? What is the fix, and where do
# the numbers that it needs come from? Why would the trouble vanish with batches of 256,
# and why is that not a fix?
#
# ### BEGIN SOLUTION
# The network runs in training mode, so batch norm takes mean and variance from the
# batch. With a single photo the mean is the photo's own value: everything normalized is
# 0, and each layer passes on its beta, whatever the photo. To confirm it I send one
# photo alone and among 255 others, and compare the answers: they should be the same.
# The fix is `net.eval()`, which uses the running averages collected during training.
# With 256 photos the batch statistics come close to those averages, so the answers look
# right, but each still depends on the other photos, and an app has no batch.
#
# **Rubric**, one point each: training mode, or batch statistics, named · with one
# example Z_hat is 0 and only beta is left · a test that would tell, such as one photo
# alone and in a batch, or train against test mode · fix: test mode · running averages
# from training named as the source · large batches estimate the same statistics, yet
# answers depend on the other photos.
# ### END SOLUTION

# %% [markdown]
# ## Frameworks
# A framework gives you four things: tensors on fast hardware, recorded operations with
# rules, layers and optimizers, and ways to store and deploy a model. You have written
# the second yourself. When you choose one, ask:
#
# - Can I express what I mean, find my bugs, and later run it where it is needed?
# - Is it fast on my hardware, and on many machines if I need them?
# - Is it open, and likely to *stay* open: who decides, and could others take over?
#
# Here is the same network in three of them. The first one runs.

# %% demo
rng = np.random.default_rng(0)
model = nn.Sequential(
    nn.Dense(784, 64, rng=rng),
    nn.BatchNorm(64),
    nn.Activation("relu"),
    nn.Dense(64, 10, rng=rng),
)
optimizer = nn.Adam(model.parameters(), 0.002)
nn.fit(
    model,
    X_train.T,
    y_train,
    loss=nn.cross_entropy,
    optimizer=optimizer,
    epochs=2,
    batch_size=64,
    rng=rng,
    progress=False,
)
scored = nn.evaluate(
    model, X_test.T, y_test, loss=nn.cross_entropy, metrics={"accuracy": nn.accuracy}
)
print(f"test accuracy after two epochs: {scored['accuracy']:.1%}")

# %% [markdown]
# ```
# model = torch.nn.Sequential(                                     # PyTorch
#     torch.nn.Linear(784, 64), torch.nn.BatchNorm1d(64), torch.nn.ReLU(),
#     torch.nn.Linear(64, 10))
# adam = torch.optim.Adam(model.parameters(), lr=0.002)
# for epoch in range(2):
#     for X, Y in loader:                                # your train_step
#         adam.zero_grad()
#         torch.nn.functional.cross_entropy(model(X), Y).backward()
#         adam.step()
# model.eval()
# ```

# %% [markdown]
# ```
# model = keras.Sequential([                                       # Keras 3
#     keras.layers.Dense(64), keras.layers.BatchNormalization(),
#     keras.layers.Activation("relu"),
#     keras.layers.Dense(10)])
# loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
# model.compile(keras.optimizers.Adam(0.002), loss, metrics=["accuracy"])
# model.fit(X_train.T, y_train, batch_size=64, epochs=2)
# model.evaluate(X_test.T, y_test)
# ```

# %% [markdown]
# Three differences to know. Your `momentum` is the weight of the *old* running average,
# as in Keras (0.99 by default); in PyTorch (0.1) it is the weight of the *new* value.
# Their $\epsilon$ is larger: 0.00001 in PyTorch, 0.001 in Keras. And PyTorch's running
# variance divides by $m - 1$; in training mode it refuses a batch of one with an error.

# %% [markdown]
# ## What you have built
# | the formula | your function |
# |---|---|
# | $e^r$, $r$ uniform between logarithms | `sample_log_uniform`, `sample_beta` |
# | try, keep the best, narrow | `random_search`, `coarse_to_fine` |
# | $e^{z_j} / \sum_k e^{z_k}$ | `softmax` |
# | $-\frac1m\sum y \ln a$ and $\frac1m(A - Y)$ | `cross_entropy`, `softmax_backward` |
# | $\gamma\,(z - \mu)/\sqrt{\sigma^2 + \epsilon} + \beta$ | `batchnorm_forward`, … |
# | one rule for each operation | `add`, `multiply`, `matmul`, `relu`, `sum_` |
# | parents first; then back, adding up | `topological_order`, `backward` |
# | clear, forward, backward, update | `train_step`, `sgd_step` |

# %% [markdown]
# **Your function beside a library's.** Both got the same input. Where the values
# differ, the table says why.
#
# {{libraries}}

# %% [markdown]
# **A challenge** (optional). Give your framework `exp` and division, and write
# softmax, cross-entropy and batch norm with your own operations. Does `backward` find
# the gradients of exercises 8 and 10? Then compare the number of tensors in the graph,
# and say why `helpers.nn` has one operation for each of the two exercises.
#
# **The paper of the week.** S. Ioffe and C. Szegedy, *Batch Normalization: Accelerating
# Deep Network Training by Reducing Internal Covariate Shift* (2015). Find your two
# functions in section 3. The title gives a reason; S. Santurkar and others, *How Does
# Batch Normalization Help Optimization?* (2018), measured it and had doubts. What does
# your own plot of the drift show?
#
# **Next week** there is no new layer: you learn to decide what to try next.

# %% demo
check.progress()
