# %% [markdown]
# # Learn the rule, not the examples
# A network that is right on everything it has seen may still be wrong on the next
# thing. In this lab you **catch one learning by heart**, and cure it in five ways that
# you write yourself. On the way you learn how to start a deep network so that it learns
# at all, and how to find out whether your slopes are right.
#
# **Time** about two and a half hours, in six parts; stop after any of them. **You
# need** the networks of course 1: forwards, cost, backwards, step.

# %% [markdown]
# ## The map
# | part | you write | idea | points |
# |---|---|---|---|
# | 1 Look | `split_dataset` `diagnose` `normalize_inputs` | bias, variance | 15 |
# | 2 Start | `initialize_parameters_` `zeros` `random` `he` `xavier` | depth | 10 |
# | 3 Penalties | `…_with_regularization` (2) `l1_penalty` `l1_gradient` | decay | 21 |
# | 4 Noise | `…_with_dropout` (2) `early_stopping` `augment` | never too sure | 26 |
# | 5 Trust | `…_propagation` (2) `gradient_check` `gradient_check_n` | nudges | 12 |
# | 6 Digits | an experiment | what helps, and what harms | |
#
# Nine short questions give 10 points, one answer in your own words 6.

# %% [markdown]
# **After this lab you can** tell from two numbers what ails a network, choose a cure
# and say what it does to the weights, start deep networks so that neither signals nor
# slopes die out, and find a bug in a backward pass to the layer.
#
# Each exercise is followed by `check(…)`: a few fixed cases with an explanation of what
# differs. Your grade comes from the same kind of check on fresh cases. Hints are folded
# under each task, titled by what you might see.

# %%
import numpy as np

from helpers import data, figures_c2w1, planar, plots
from helpers.checks import checks_for
from helpers.contours import contours

check = checks_for("C2W1")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | shape | means |
# |---|---|---|---|
# | $X$, $Y$ | `X`, `Y` | $(n_x, m)$, $(n_y, m)$ | examples and labels, in columns |
# | $n^{[l]}$ | `layers_dims[l]` | number | units of layer $l$; of layer 0: $n_x$ |
# | $W^{[l]}$, $b^{[l]}$ | `W1`, `b1` | `(n[l], n[l-1])`, `(n[l], 1)` | weights |
# | $Z^{[l]}$, $A^{[l]}$ | `Z1`, `A1` | $(n^{[l]}, m)$ | sums, activations |
# | $\lambda$ | `lambd` | number | strength of the penalty (`lambda` is taken) |
# | $D^{[l]}$ | `D1` | $(n^{[l]}, m)$ | which units are kept |
# | $p$ | `keep_prob` | number | share of units kept |
# | $\mu$, $\sigma$ | `mu`, `sigma` | $(n_x, 1)$ | mean and deviation of each feature |
# | $\varepsilon$ | `epsilon` | number | a small nudge |

# %% [markdown]
# # Part 1 · Look before you cure
# Birdwatchers on a lake note where they see swans and where ducks. Swans keep to the
# north of a curved line of reeds, ducks to the south; but one card in eight bears the
# wrong bird. So **nobody can be right more often than 88 %**: the error of the best
# possible guess, the *Bayes error*, is 12 %. The set is generated, so we know.


# %% demo
def sightings(m, seed, wrong=0.12):
    """Positions (2, m) in kilometres and labels (1, m): 1 for swans."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-2, 2, (2, m))
    north = X[1] > 0.8 * np.sin(1.6 * X[0])
    return X, (north ^ (rng.uniform(size=m) < wrong))[np.newaxis].astype(int)


X_train, Y_train = sightings(150, seed=1)
X_dev, Y_dev = sightings(500, seed=7)
X_test, Y_test = sightings(5000, seed=3)  # generated, so as many as we like
plots.decision_regions(
    None, X_train, Y_train, reading="150 cards: swans are triangles. Where is the line?"
)

# %% [markdown]
# ## Three sets, three jobs
# The **training** set teaches. The **dev** set (development, or validation) chooses:
# which network, which $\lambda$, when to stop. The **test** set is asked once, at the
# end: whoever chooses by it has begun to learn from it.
#
# How large? Large enough to see the differences that matter. An error of 10 % measured
# on $n$ examples is uncertain by $\sqrt{0.1 \cdot 0.9 / n}$: 3 % for $n = 100$, 0.3 %
# for 10,000. With a thousand examples in all, people cut **60/20/20**. With ten
# million, 1 % is a hundred thousand, plenty: **98/1/1**, and the rest may teach.
# Dev and test come from the same source, the one the network will meet.

# %% concept="split_sizes"
# You have 5,000,000 labelled photographs. Which cut into train/dev/test is sensible?
# A: 60/20/20    B: 98/1/1    C: 99.999/0.0005/0.0005    D: 34/33/33
split_sizes = None

# %% [markdown]
# ### Exercise 1 · `split_dataset` · 5 points · about 8 minutes
# Shuffle the columns, then cut. Data are often stored in some order (by label, by day),
# so shuffle first, and shuffle `X` and `Y` by the *same* permutation. By hand, ten
# columns: `3 7 0 9 4 1 | 8 2 | 6 5` makes sets of 6, 2 and 2.
#
# <details><summary>It loses a column, or has one twice</summary>
#
# Round the first two sizes; the test set is simply everything after them.
# </details>
# <details><summary>The labels no longer fit</summary>
#
# Draw one permutation, use it as column index for both.
# </details>


# %% exercise="split_dataset"
def split_dataset(X, Y, fractions, seed):
    """Cut a data set into training, dev and test set, by shuffled columns.

    Args:
        X: array `(n_x, m)`.
        Y: array `(n_y, m)`.
        fractions: shares of the three sets, which sum to 1. The first two sizes are
            rounded to the nearest whole number, a half either way; the test set is
            what remains.
        seed: of the shuffle: the same seed gives the same sets.

    Returns:
        `(X_train, Y_train), (X_dev, Y_dev), (X_test, Y_test)`; each column is in
        exactly one of the sets, beside its label.

    Example:
        >>> X = np.arange(10).reshape(1, 10)
        >>> [x.shape[1] for x, y in split_dataset(X, X % 2, (0.6, 0.2, 0.2), 0)]
        [6, 2, 2]
    """
    ### BEGIN SOLUTION
    m = X.shape[1]
    order = np.random.RandomState(seed).permutation(m)
    first = round(fractions[0] * m)
    second = first + round(fractions[1] * m)
    parts = order[:first], order[first:second], order[second:]
    return tuple((X[:, part], Y[:, part]) for part in parts)
    ### END SOLUTION


# %% check="split_dataset"
check(split_dataset)

# %% [markdown]
# ## Bias and variance
# Here are three networks, trained for you on the 150 cards: one without hidden units, a
# small one, and one with 2 × 64. Before you run: which has the lowest error on its
# *training* cards? And which would you send to the lake?

# %% demo
guesses = {
    "no hidden units": figures_c2w1.fitted(X_train, Y_train, []),
    "6 units": figures_c2w1.fitted(X_train, Y_train, [6]),
    "2 × 64": figures_c2w1.fitted(X_train, Y_train, [64, 64], steps=1500),
}


def error(guess, X, Y):
    """Share of columns whose label is missed."""
    return float(np.mean((guess(X) > 0.5) != Y))


print("                 training   dev")
for name, guess in guesses.items():
    errors = error(guess, X_train, Y_train), error(guess, X_dev, Y_dev)
    print(f"{name:18}{errors[0]:6.1%}{errors[1]:8.1%}")
plots.decision_regions(
    guesses, X_train, Y_train,
    reading="Too stiff; nearly right; and islands around wrong cards learned by heart.",
)  # fmt: skip

# %% [markdown]
# The first cannot bend: it misses the rule, on old cards and new ones alike. That is
# **high bias**. The third bends around every card: hardly a miss on old cards, many on
# new ones. That is **high variance**, or overfitting. Two gaps tell them apart:
#
# | gap | is | too wide means | then try |
# |---|---|---|---|
# | training error − Bayes error | what it *could* learn | high bias | larger, longer |
# | dev error − training error | what is not carried over | high variance | this lab |
#
# Mind the first: a training error of 13 % is *excellent* if the best possible is 12 %.

# %% [markdown]
# ### Exercise 2 · `diagnose` · 4 points · about 5 minutes
# Say which gaps are wider than the tolerance: none, one, or both.
#
# By hand: training 15 %, dev 16 %, Bayes 0 %. The gaps are 15 and 1: high bias. With a
# Bayes error of 14 % they are 1 and 1, and the patient is healthy.
#
# <details><summary>It finds high bias where the task is just hard</summary>
#
# Subtract `bayes_error` first.
# </details>
# <details><summary>It expected a set</summary>
#
# `set()` is the empty one; `found.add("high bias")` adds to it. `{}` is a dictionary.
# </details>


# %% exercise="diagnose"
def diagnose(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    """What ails a network, from its errors.

    Args:
        train_error: share of training examples missed, from 0 to 1.
        dev_error: share of dev examples missed.
        bayes_error: the error of the best possible guess.
        tolerance: a gap counts where it is larger than this.

    Returns:
        The set of those that hold: `"high bias"` (training error against Bayes
        error) and `"high variance"` (dev error against training error).

    Example:
        >>> diagnose(0.15, 0.16)
        {'high bias'}
    """
    ### BEGIN SOLUTION
    found = set()
    if train_error - bayes_error > tolerance:
        found.add("high bias")
    if dev_error - train_error > tolerance:
        found.add("high variance")
    return found
    ### END SOLUTION


# %% check="diagnose"
check(diagnose)

# %% demo
for name, guess in guesses.items():
    errors = error(guess, X_train, Y_train), error(guess, X_dev, Y_dev)
    print(
        f"{name:16}", diagnose(*errors, bayes_error=0.12, tolerance=0.04) or "healthy"
    )

# %% concept="what_to_try"
# People miss 1 %, the network misses 11 % in training and 12 % on the dev set.
# What is worth trying first?
# A: more data   B: dropout   C: a larger λ   D: a larger network
what_to_try = None

# %% [markdown]
# ## Features of one size
# Four years of real weather in Seattle: will it rain today, given the highest
# temperature (around 16 °C) and the wind (around 3 m/s)? Temperatures are large
# numbers, so a small change of *their* weight changes much. Descent has one learning
# rate for both, and must be careful for the steeper.
#
# So shift each feature to mean 0 and scale it to deviation 1:
#
# $$x \leftarrow \frac{x - \mu}{\sigma}$$
#
# By hand, $x = (2, 4, 6)$: $\mu = 4$, $\sigma = \sqrt{8/3} \approx 1.63$, and it
# becomes $(-1.22, 0, 1.22)$.

# %% [markdown]
# <details><summary><b>Predict</b>: which μ and σ for the <i>test</i> set?</summary>
#
# Those of the training set. The network has learned what "one deviation above the mean"
# means *there*; a ruler must not change between learning and use. And tomorrow you may
# be asked about a single example: it has no deviation.
# </details>

# %% [markdown]
# ### Exercise 3 · `normalize_inputs` · 6 points · about 6 minutes
# Measure on the training set, then shift and scale both sets.
#
# <details><summary>It expected (n_x, 1) and got (n_x,)</summary>
#
# `keepdims=True`, as in `normalize_rows` of the first lab.
# </details>
# <details><summary>The test set does not have mean 0</summary>
#
# Nor should it, quite: it is measured with the ruler of the training set.
# </details>


# %% exercise="normalize_inputs"
def normalize_inputs(X_train, X_test):
    """Shift and scale features by the statistics of the training set.

    Args:
        X_train: array `(n_x, m_train)`; no feature is constant.
        X_test: array `(n_x, m_test)`.

    Returns:
        X_train, X_test: both normalized with the *training* mean and deviation.
        mu: array `(n_x, 1)`, mean of each feature in `X_train`.
        sigma: array `(n_x, 1)`, root of the mean squared distance from `mu`.

    Example:
        >>> X_train, X_test = np.array([[1.0, 3.0]]), np.array([[5.0]])
        >>> normalize_inputs(X_train, X_test)[:2]
        (array([[-1.,  1.]]), array([[3.]]))
    """
    ### BEGIN SOLUTION
    mu = np.mean(X_train, axis=1, keepdims=True)  # (n_x, 1)
    sigma = np.std(X_train, axis=1, keepdims=True)  # (n_x, 1)
    return (X_train - mu) / sigma, (X_test - mu) / sigma, mu, sigma
    ### END SOLUTION


# %% check="normalize_inputs"
check(normalize_inputs)

# %% [markdown]
# ### Watch it work
# The cost of rain forecasts over the two weights, with the bias at its best value, and
# 20 steps of descent with the best learning rate for each. Before you run: which of the
# two walks is straight?

# %% demo
weather = data.load("temperature")
features = np.array([weather.temp_max, weather.wind], dtype=float)  # (2, 1461)
rain = (weather.precipitation > 0).astype(int)[np.newaxis]
scaled, _, mu, sigma = normalize_inputs(features, features)
print("means", mu.ravel().round(1), " deviations", sigma.ravel().round(1))
before, costs_before = figures_c2w1.logistic_landscape(features, rain)
after, costs_after = figures_c2w1.logistic_landscape(scaled, rain)
contours(
    {"as measured": before, "normalized": after},
    xlabel="weight of temperature", ylabel="weight of wind",
    reading="Left a narrow valley, with steps across it; right a bowl.",
)  # fmt: skip
for name, costs in (("as measured", costs_before), ("normalized", costs_after)):
    over = [cost - costs_after[-1] for cost in costs]
    print(
        f"{name:12} above the minimum: {over[5]:.4f} after 5, {over[20]:.4f} after 20"
    )

# %% [markdown]
# # Part 2 · A good start
# Signals pass through layer after layer. Each multiplies by a matrix: if each makes
# them 1.5 times larger, 50 layers make $1.5^{50} \approx 6 \cdot 10^8$; if it halves
# them, $10^{-15}$ is left. Slopes on their way back suffer the same. They **explode**
# or **vanish**, and nothing is learned.
#
# A sum of $n$ products $w_j a_j$ has the variance $n \cdot \text{var}(w) \cdot
# \overline{a^2}$. To keep the size of signals, $\text{var}(w)$ must be about $1/n$:
# that is **Xavier**'s start, made for tanh. ReLU sets half of its inputs to zero, which
# halves $\overline{a^2}$, so **He**'s start has twice that variance: $2/n$.

# %% [markdown]
# | start | weights | idea |
# |---|---|---|
# | zeros | 0 | the simplest |
# | random | `randn * 10` | surely large enough? |
# | He | `randn * sqrt(2 / n[l-1])` | keeps signals behind ReLU |
# | Xavier | `randn * sqrt(1 / n[l-1])` | keeps signals behind tanh |
#
# Biases start at 0 in all four. By hand, a He layer with 50 inputs:
# $\sqrt{2/50} = 0.2$.

# %% [markdown]
# <details><summary><b>Predict</b>: what of two units that start equal?</summary>
#
# They get equal slopes and stay equal for ever. With zeros and ReLU it is worse: all
# slopes but that of the last bias are 0.
# </details>

# %% [markdown]
# ### Exercise 4 · `initialize_parameters_zeros` · 2 points · about 4 minutes
# `layers_dims = [2, 4, 1]` makes `W1 (4, 2)`, `b1 (4, 1)`, `W2 (1, 4)`, `b2 (1, 1)`.
#
# <details><summary>W1 and W2 have each other's shapes, or W0 turns up</summary>
#
# Count `l` from 1 to `len(layers_dims) - 1`; rows are `layers_dims[l]`.
# </details>


# %% exercise="initialize_parameters_zeros"
def initialize_parameters_zeros(layers_dims):
    """All weights and biases zero.

    Args:
        layers_dims: units of each layer, the inputs first: `[n_x, n1, …, n_y]`.

    Returns:
        Dictionary with `W1 (n1, n_x)`, `b1 (n1, 1)`, `W2`, `b2`, …

    Example:
        >>> initialize_parameters_zeros([3, 1])
        {'W1': array([[0., 0., 0.]]), 'b1': array([[0.]])}
    """
    ### BEGIN SOLUTION
    parameters = {}
    for layer in range(1, len(layers_dims)):
        parameters[f"W{layer}"] = np.zeros((layers_dims[layer], layers_dims[layer - 1]))
        parameters[f"b{layer}"] = np.zeros((layers_dims[layer], 1))
    return parameters
    ### END SOLUTION


# %% check="initialize_parameters_zeros"
check(initialize_parameters_zeros)

# %% [markdown]
# ### Exercise 5 · `initialize_parameters_random` · 2 points · about 2 minutes
# Draw with `np.random.randn`, times 10. Set no seed: whoever calls may want another
# draw.


# %% exercise="initialize_parameters_random"
def initialize_parameters_random(layers_dims):
    """Large random weights, ten times standard normal; biases zero.

    Args:
        layers_dims: units of each layer, the inputs first.

    Returns:
        Dictionary with `W1 (n1, n_x)`, `b1 (n1, 1)`, `W2`, `b2`, …
    """
    ### BEGIN SOLUTION
    parameters = {}
    for layer in range(1, len(layers_dims)):
        parameters[f"W{layer}"] = (
            np.random.randn(layers_dims[layer], layers_dims[layer - 1]) * 10
        )
        parameters[f"b{layer}"] = np.zeros((layers_dims[layer], 1))
    return parameters
    ### END SOLUTION


# %% check="initialize_parameters_random"
check(initialize_parameters_random)

# %% [markdown]
# ### Exercise 6 · `initialize_parameters_he` · 4 points · about 4 minutes
# The deviation of $W^{[l]}$ is $\sqrt{2 / n^{[l-1]}}$.
#
# <details><summary>The spread is wrong, though the shapes are right</summary>
#
# Which $n$? A unit sums over its *inputs*: the layer before. And is the root there?
# </details>


# %% exercise="initialize_parameters_he"
def initialize_parameters_he(layers_dims):
    """Random weights that keep the size of signals behind ReLU; biases zero.

    He et al., "Delving deep into rectifiers" (2015), equation 10.

    Args:
        layers_dims: units of each layer, the inputs first.

    Returns:
        Dictionary with `W1 (n1, n_x)`, `b1 (n1, 1)`, `W2`, `b2`, …
    """
    ### BEGIN SOLUTION
    parameters = {}
    for layer in range(1, len(layers_dims)):
        n, n_prev = layers_dims[layer], layers_dims[layer - 1]
        parameters[f"W{layer}"] = np.random.randn(n, n_prev) * np.sqrt(2 / n_prev)
        parameters[f"b{layer}"] = np.zeros((n, 1))
    return parameters
    ### END SOLUTION


# %% check="initialize_parameters_he"
check(initialize_parameters_he)

# %% [markdown]
# ### Exercise 7 · `initialize_parameters_xavier` · 2 points · about 2 minutes
# The same with 1 in place of 2.


# %% exercise="initialize_parameters_xavier"
def initialize_parameters_xavier(layers_dims):
    """Random weights that keep the size of signals behind tanh; biases zero.

    After Glorot and Bengio (2010), in the variant that looks at the inputs only.

    Args:
        layers_dims: units of each layer, the inputs first.

    Returns:
        Dictionary with `W1 (n1, n_x)`, `b1 (n1, 1)`, `W2`, `b2`, …
    """
    ### BEGIN SOLUTION
    parameters = {}
    for layer in range(1, len(layers_dims)):
        n, n_prev = layers_dims[layer], layers_dims[layer - 1]
        parameters[f"W{layer}"] = np.random.randn(n, n_prev) * np.sqrt(1 / n_prev)
        parameters[f"b{layer}"] = np.zeros((n, 1))
    return parameters
    ### END SOLUTION


# %% check="initialize_parameters_xavier"
check(initialize_parameters_xavier)

# %% concept="he_deviation"
# A layer of 100 units behind a layer of 800, ReLU, He's start.
# What is the standard deviation of its weights? Two decimals.
he_deviation = None

# %% [markdown]
# ### Watch it work: 50 layers deep
# Random signals go forwards through 50 ReLU layers of 100 units, then random slopes
# come back from the top. Before you run: by which factor a layer will ×10 weights grow
# them? (Think of $\sqrt{n/2}$.) And what will the zeros do?


# %% demo
def through_depth(initialize, depth=50, width=100):
    """Size of signals after each layer, and of the slopes that come back to each."""
    np.random.seed(1)
    parameters = initialize([width] * (depth + 1))
    A, signals, masks = np.random.randn(width, 200), [], []
    for layer in range(1, depth + 1):
        A = np.maximum(0, parameters[f"W{layer}"] @ A)
        signals.append(np.sqrt(np.mean(A**2)))
        masks.append(A > 0)
    dA, slopes = np.random.randn(width, 200), []
    for layer in range(depth, 0, -1):
        slopes.append(np.sqrt(np.mean(dA**2)))
        dA = parameters[f"W{layer}"].T @ (dA * masks[layer - 1])
    return signals, slopes[::-1]


# %% demo
starts = {
    "random × 10": initialize_parameters_random,
    "He": initialize_parameters_he,
    "Xavier": initialize_parameters_xavier,
}
depths = {name: through_depth(start) for name, start in starts.items()}
layers = range(1, 51)
plots.lines(
    {name: signals for name, (signals, _) in depths.items()}, layers,
    log="y", xlabel="layer", ylabel="size of activations",
    reading="A straight line here is a factor a layer. He's start keeps it near 1.",
)  # fmt: skip
plots.lines(
    {name: slopes for name, (_, slopes) in depths.items()}, layers,
    log="y", xlabel="layer", ylabel="size of slopes dA",
    reading="Read it from right to left: slopes come from the top, layer 50.",
)  # fmt: skip
zeros, _ = through_depth(initialize_parameters_zeros)
print("zeros: activations are", set(map(float, zeros)), "behind every layer")

# %% [markdown]
# With ×10 each layer multiplies by about 70, and the first layer's slope has 88 digits.
# Xavier's start loses a factor $\sqrt 2$ a layer behind ReLU, for which it was not
# made: $2^{-25} \approx 3 \cdot 10^{-8}$ after 50. Only He's stays within reach of 1.
# A good start is no cure for every depth, but without one nothing else helps.
#
# # Part 3 · Penalties: prefer small weights
# ## The network of this lab
# Given, since you know it from course 1: two ReLU layers and a sigmoid. The sigmoid
# keeps a hair away from 0 and 1, so that its logarithm is finite.


# %%
def sigmoid(Z):
    """Logistic function, never exactly 0 or 1."""
    return np.clip(0.5 * (1 + np.tanh(Z / 2)), 1e-12, 1 - 1e-12)


def relu(Z):
    """The positive part."""
    return np.maximum(0, Z)


def network(X, parameters):
    """LINEAR → RELU → LINEAR → RELU → LINEAR → SIGMOID; the output and a cache."""
    W1, b1, W2, b2, W3, b3 = (
        parameters[key] for key in ("W1", "b1", "W2", "b2", "W3", "b3")
    )
    Z1 = W1 @ X + b1
    A1 = relu(Z1)
    Z2 = W2 @ A1 + b2
    A2 = relu(Z2)
    Z3 = W3 @ A2 + b3
    A3 = sigmoid(Z3)
    return A3, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)


# %% [markdown]
# ## The idea
# To draw an island around one card, a network needs steep slopes: large weights. So
# charge it for them. **L2 regularization** adds the squares of all weights to the cost:
#
# $$J = \underbrace{-\tfrac1m \sum [y \ln a + (1-y) \ln(1-a)]}_{\text{cross-entropy}}
# + \underbrace{\tfrac{\lambda}{2m} \sum_l \lVert W^{[l]} \rVert^2}_{\text{penalty}}$$
#
# By hand: $W^{[1]} = (1, 2)$, $W^{[2]} = (3)$, $\lambda = 0.5$, $m = 7$. The squares
# make $1 + 4 + 9 = 14$, the penalty is $0.5 \cdot 14 / 14 = 0.5$. Biases are left out:
# they shift, they do not steepen.

# %% [markdown]
# ### Exercise 8 · `compute_cost_with_regularization` · 6 points · about 6 minutes
# Cross-entropy plus penalty, as one number.
#
# <details><summary>Only some cases are right</summary>
#
# All three weight matrices count, and no bias. Is it $2m$ below the line?
# </details>
# <details><summary>A shape (1, 1) instead of a number</summary>
#
# `np.sum` over everything gives a number.
# </details>


# %% exercise="compute_cost_with_regularization"
def compute_cost_with_regularization(A3, Y, parameters, lambd):
    """Cross-entropy with an L2 penalty on the weights.

    Args:
        A3: array `(n_y, m)`, probabilities.
        Y: array `(n_y, m)`, labels 0 or 1.
        parameters: dictionary with `W1`, `b1`, `W2`, `b2`, `W3`, `b3`.
        lambd: strength of the penalty.

    Returns:
        A number.
    """
    ### BEGIN SOLUTION
    m = Y.shape[1]
    cross_entropy = -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / m
    squares = sum(np.sum(parameters[key] ** 2) for key in ("W1", "W2", "W3"))
    return cross_entropy + lambd / (2 * m) * squares
    ### END SOLUTION


# %% check="compute_cost_with_regularization"
check(compute_cost_with_regularization)

# %% [markdown]
# ## Backwards: why it is called weight decay
# The slope of $\frac{\lambda}{2m} w^2$ is $\frac{\lambda}{m} w$. So each $dW$ gets one
# more term, and the step becomes
#
# $$W \leftarrow W - \alpha \left( dW + \tfrac{\lambda}{m} W \right)
# = \left(1 - \tfrac{\alpha\lambda}{m}\right) W - \alpha\, dW$$
#
# Each step first shrinks every weight by the same small *share*, then learns. A weight
# that the data do not insist on fades away.

# %% concept="decay_factor"
# With α = 0.3, λ = 2 and m = 150: by which factor does one step multiply a weight that
# the data do not care about (dW = 0)? Three decimals.
decay_factor = None

# %% [markdown]
# The backward pass you know, with $\frac{\lambda}{m} W^{[l]}$ added to each $dW^{[l]}$:
#
# $$dZ^{[3]} = A^{[3]} - Y \qquad dW^{[l]} = \tfrac1m dZ^{[l]} A^{[l-1]\top} +
# \tfrac{\lambda}{m} W^{[l]} \qquad db^{[l]} = \tfrac1m \textstyle\sum dZ^{[l]}$$
# $$dA^{[l-1]} = W^{[l]\top} dZ^{[l]} \qquad dZ^{[l-1]} = dA^{[l-1]} \cdot
# \left(A^{[l-1]} > 0\right)$$

# %% [markdown]
# ### Exercise 9 · `backward_propagation_with_regularization` · 9 points · 12 minutes
# Return the slopes of all that the network computes, from `dZ3` down to `db1`.
#
# <details><summary>dW2 is right, dW1 is not</summary>
#
# Each of the three needs its own λ/m term, with its own W.
# </details>
# <details><summary>The biases are off</summary>
#
# They carry no penalty. Sum over the examples with `axis=1, keepdims=True`.
# </details>


# %% exercise="backward_propagation_with_regularization"
def backward_propagation_with_regularization(X, Y, cache, lambd):
    """Slopes of the cost with an L2 penalty.

    Args:
        X: array `(n_x, m)`.
        Y: array `(n_y, m)`, labels 0 or 1.
        cache: `(Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)` from `network`.
        lambd: strength of the penalty.

    Returns:
        Dictionary with `dZ3 dW3 db3 dA2 dZ2 dW2 db2 dA1 dZ1 dW1 db1`; each `dW` and
        `db` has the shape of its parameter.
    """
    ### BEGIN SOLUTION
    m = X.shape[1]
    _, A1, W1, _, _, A2, W2, _, _, A3, W3, _ = cache
    dZ3 = A3 - Y
    dW3 = dZ3 @ A2.T / m + lambd / m * W3
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m
    dA2 = W3.T @ dZ3
    dZ2 = dA2 * (A2 > 0)
    dW2 = dZ2 @ A1.T / m + lambd / m * W2
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = W2.T @ dZ2
    dZ1 = dA1 * (A1 > 0)
    dW1 = dZ1 @ X.T / m + lambd / m * W1
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {
        "dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2,
        "db2": db2, "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1,
    }  # fmt: skip
    ### END SOLUTION


# %% check="backward_propagation_with_regularization"
check(backward_propagation_with_regularization)

# %% [markdown]
# ## L1: charge by the length
# **L1 regularization** charges $|w|$ in place of $w^2/2$:
#
# $$\text{penalty} = \frac{\lambda}{m} \sum_l \sum |W^{[l]}| \qquad \text{slope} =
# \frac{\lambda}{m}\, \text{sign}(W)$$
#
# By hand, $W = (2, -0.5, 0)$, $\lambda/m = 0.1$: the penalty is $0.25$ and the slopes
# are $(0.1, -0.1, 0)$. At 0 there is a corner; any number from $-0.1$ to $0.1$ is a
# **subgradient** there, and 0 is the natural choice.
#
# L2 pulls at a small weight only a little and never quite gets it to zero. L1 pulls at
# every weight with the same force, all the way down.

# %% [markdown]
# ### Exercise 10 · `l1_penalty` · 3 points · about 3 minutes
# Add up absolute values over all weights of a network of any depth; no bias.
#
# <details><summary>The sum is too large</summary>
#
# Take the keys that start with `"W"`; and there is no 2 below the line here.
# </details>


# %% exercise="l1_penalty"
def l1_penalty(parameters, lambd, m):
    """The L1 penalty on all weights of a network.

    Args:
        parameters: dictionary with `W1`, `b1`, `W2`, `b2`, … of any depth.
        lambd: strength of the penalty.
        m: number of examples.

    Returns:
        A number, λ/m times the sum of absolute weights.

    Example:
        >>> parameters = {"W1": np.array([[2.0, -0.5]]), "b1": np.ones((1, 1))}
        >>> float(l1_penalty(parameters, 1, 10))
        0.25
    """
    ### BEGIN SOLUTION
    weights = (value for key, value in parameters.items() if key.startswith("W"))
    return lambd / m * sum(np.sum(np.abs(W)) for W in weights)
    ### END SOLUTION


# %% check="l1_penalty"
check(l1_penalty)

# %% [markdown]
# ### Exercise 11 · `l1_gradient` · 3 points · about 2 minutes
# One line. `np.sign(0)` is 0.


# %% exercise="l1_gradient"
def l1_gradient(W, lambd, m):
    """Subgradient of the L1 penalty in one weight matrix, 0 where a weight is 0.

    Args:
        W: array of any shape.
        lambd: strength of the penalty.
        m: number of examples.

    Returns:
        Array of the shape of `W`.

    Example:
        >>> l1_gradient(np.array([[2.0, -0.5, 0.0]]), 1, 10)
        array([[ 0.1, -0.1,  0. ]])
    """
    ### BEGIN SOLUTION
    return lambd / m * np.sign(W)
    ### END SOLUTION


# %% check="l1_gradient"
check(l1_gradient)

# %% concept="pull_on_small_weights"
# A weight is 0.01; λ/m is 0.1 for either penalty. With which force is it pulled to 0?
# A: L1 0.1, L2 0.001   B: L1 0.001, L2 0.1   C: both 0.1   D: both 0.001
pull_on_small_weights = None

# %% [markdown]
# ## Train with all of it
# Given: descent with your functions. For the last quarter of the steps it slows down to
# a fifth, so that it settles. `keep_prob` waits for part 4.

# %% demo
LAYERS = [2, 40, 20, 1]


def train(X, Y, layers_dims=LAYERS, steps=6000, learning_rate=0.3, lambd=0, l1=0,
          keep_prob=1, batch=None, start=None, watch=None):  # fmt: skip
    """Parameters after descent; `batch()` gives X and Y of a step, `watch` looks on."""
    np.random.seed(1)
    parameters = start or initialize_parameters_he(layers_dims)
    for step in range(steps):
        if watch and step % 50 == 0:
            watch(parameters)
        x, y = batch() if batch else (X, Y)
        if keep_prob < 1:
            cache = forward_propagation_with_dropout(x, parameters, keep_prob)[1]
            grads = backward_propagation_with_dropout(x, y, cache, keep_prob)
        else:
            cache = network(x, parameters)[1]
            grads = backward_propagation_with_regularization(x, y, cache, lambd)
        slopes = {key: grads["d" + key] for key in parameters}
        for key in ("W1", "W2", "W3") if l1 else ():
            slopes[key] = slopes[key] + l1_gradient(parameters[key], l1, x.shape[1])
        rate = learning_rate if step < 0.75 * steps else learning_rate / 5
        parameters = {k: parameters[k] - rate * slopes[k] for k in parameters}
    return parameters


# %% demo
# The four starts once more, now on something to learn: a ring within a ring.
X_rings, Y_rings = planar.circles(300, seed=4)
histories = {}
starts["zeros"] = initialize_parameters_zeros
for name, start in starts.items():
    history = histories[name] = []

    def note(now, history=history):
        """Remember the cost."""
        A3 = network(X_rings, now)[0]
        history.append(compute_cost_with_regularization(A3, Y_rings, now, 0))

    np.random.seed(1)
    train(X_rings, Y_rings, steps=1500, start=start(LAYERS), watch=note)
costs = {name: np.minimum(history, 1) for name, history in histories.items()}
plots.costs(
    costs, every=50, baseline={"knows nothing": np.log(2)},
    reading="Cut off at 1. The first steps of ×10 are so large that all its units fall "
    "silent; then it knows as little as the zeros.",
)  # fmt: skip

# %% [markdown]
# ### Watch it work: histograms of weights
# Three networks learn the 150 cards: free, with L2, with L1. Before you run: which of
# them has many weights at *exactly* or almost zero?

# %% demo
trained = {
    "free": train(X_train, Y_train),
    "L2, λ = 1": train(X_train, Y_train, lambd=1),
    "L1, λ = 0.3": train(X_train, Y_train, l1=0.3),
}
figures_c2w1.histograms(
    {name: now["W2"] for name, now in trained.items()},
    reading="Weights W2. L2 draws all of them in; L1 keeps a few and drops the rest.",
)
for name, now in trained.items():
    W = np.concatenate([now[key].ravel() for key in ("W1", "W2", "W3")])
    small, largest = np.mean(abs(W) < 1e-3), abs(W).max()
    print(f"{name:12} below 0.001: {small:4.0%}   largest: {largest:.2f}")

# %% [markdown]
# L1 drops most weights: it *selects*, and the network it leaves is sparse. (They rattle
# around 0 within one step, which is why we count "below 0.001".) L2 leaves many small
# weights, none of them large. We will compare boundaries when all cures are there.

# %% [markdown]
# # Part 4 · Noise, patience, and more data
# ## Dropout: a new network at every step
# In every step, each hidden unit stays with probability $p$ (`keep_prob`) or is silent,
# at random, for each example anew:
#
# $$D = \left[\, u < p \,\right] \qquad A \leftarrow \frac{A \cdot D}{p}$$
#
# No unit can rely on a certain other one to be there, so evidence is spread over many:
# no weight becomes all-important. Dividing by $p$ makes up for the missing units, so
# that sums keep their size *on average*. That is **inverted** dropout, and its gain is
# that the finished network needs no change at all: at test time **nothing is dropped
# and nothing is scaled**.

# %% [markdown]
# By hand: $A = (4, 2, 6)$, $p = 0.5$, random numbers $u = (0.3, 0.9, 0.1)$. Then
# $D = (1, 0, 1)$ and $A$ becomes $(8, 0, 12)$. Over all draws, the mean of the first is
# $0.5 \cdot 8 + 0.5 \cdot 0 = 4$, as it was.

# %% concept="kept_unit"
# keep_prob is 0.8, a unit's activation is 2, and it is kept. What is passed on?
# One decimal.
kept_unit = None

# %% [markdown]
# ### Exercise 12 · `forward_propagation_with_dropout` · 9 points · about 12 minutes
# The given `network`, with dropout behind both hidden layers: draw `D1` with
# `np.random.rand`, then, further on, `D2`. The output drops nothing. Set no seed in it:
# a mask that is the same every time is no dropout, but a smaller network.
#
# <details><summary>The values are too small, more so with a small keep_prob</summary>
#
# The kept units must make up for the dropped: divide by `keep_prob`, in both layers.
# </details>
# <details><summary>The mask drops the wrong share</summary>
#
# `keep_prob` is the share that *stays*: a uniform number lies below it that often.
# </details>


# %% exercise="forward_propagation_with_dropout"
def forward_propagation_with_dropout(X, parameters, keep_prob=0.5):
    """Three layers with inverted dropout behind the two hidden ones.

    Srivastava et al., "Dropout" (2014), section 4, scaled as in its section 10.

    Args:
        X: array `(n_x, m)`.
        parameters: dictionary with `W1`, `b1`, `W2`, `b2`, `W3`, `b3`.
        keep_prob: probability that a hidden unit stays, above 0, at most 1.

    Returns:
        A3: array `(n_y, m)`, probabilities.
        cache: `(Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)`, where `A1`
            and `A2` are masked and scaled, and `D1`, `D2` hold 1 where a unit stays.
    """
    ### BEGIN SOLUTION
    W1, b1, W2, b2, W3, b3 = (
        parameters[key] for key in ("W1", "b1", "W2", "b2", "W3", "b3")
    )
    Z1 = W1 @ X + b1
    A1 = relu(Z1)
    D1 = np.random.rand(*A1.shape) < keep_prob  # (n1, m)
    A1 = A1 * D1 / keep_prob
    Z2 = W2 @ A1 + b2
    A2 = relu(Z2)
    D2 = np.random.rand(*A2.shape) < keep_prob  # (n2, m)
    A2 = A2 * D2 / keep_prob
    Z3 = W3 @ A2 + b3
    A3 = sigmoid(Z3)
    return A3, (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)
    ### END SOLUTION


# %% check="forward_propagation_with_dropout"
check(forward_propagation_with_dropout)

# %% [markdown]
# ## Backwards through the same mask
# A silent unit did not contribute, so it gets no slope; a kept one contributed $1/p$
# times as much, so its slope is $1/p$ times as large. The same mask, the same factor:
#
# $$dA \leftarrow \frac{dA \cdot D}{p}$$

# %% [markdown]
# ### Exercise 13 · `backward_propagation_with_dropout` · 7 points · about 8 minutes
# Your backward pass without the λ terms, with the mask and the factor applied to `dA2`
# and `dA1`.
#
# <details><summary>All slopes below a layer are too small by one factor</summary>
#
# Divide by `keep_prob` here as well, right after the mask.
# </details>
# <details><summary>My dA2 differs, everything else is right</summary>
#
# Return `dA2` after mask and factor: that is what `dZ2` is made from.
# </details>


# %% exercise="backward_propagation_with_dropout"
def backward_propagation_with_dropout(X, Y, cache, keep_prob):
    """Slopes through the masks that the forward pass drew.

    Args:
        X: array `(n_x, m)`.
        Y: array `(n_y, m)`, labels 0 or 1.
        cache: from `forward_propagation_with_dropout`.
        keep_prob: as it was in the forward pass.

    Returns:
        Dictionary with `dZ3 dW3 db3 dA2 dZ2 dW2 db2 dA1 dZ1 dW1 db1`; `dA1` and `dA2`
        are masked and scaled.
    """
    ### BEGIN SOLUTION
    m = X.shape[1]
    _, D1, A1, _, _, _, D2, A2, W2, _, _, A3, W3, _ = cache
    dZ3 = A3 - Y
    dW3 = dZ3 @ A2.T / m
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m
    dA2 = W3.T @ dZ3 * D2 / keep_prob
    dZ2 = dA2 * (A2 > 0)
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = W2.T @ dZ2 * D1 / keep_prob
    dZ1 = dA1 * (A1 > 0)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {
        "dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2,
        "db2": db2, "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1,
    }  # fmt: skip
    ### END SOLUTION


# %% check="backward_propagation_with_dropout"
check(backward_propagation_with_dropout)

# %% [markdown]
# ### Break it: dropout at test time
# A network is trained with `keep_prob` 0.6, then asked about 500 new cards: once as it
# should be, and twenty times with units still dropping out. Predict the difference.

# %% demo
dropped = train(X_train, Y_train, keep_prob=0.6)
asked = [
    forward_propagation_with_dropout(X_dev, dropped, 0.6)[0] > 0.5 for _ in range(20)
]
misses = [np.mean(answer != Y_dev) for answer in asked]
fickle = np.mean(np.ptp(np.array(asked, dtype=int), axis=0))
print(
    f"dev error  all units: {np.mean((network(X_dev, dropped)[0] > 0.5) != Y_dev):.1%}"
)
print(f"           dropping:  {np.mean(misses):.1%}, {max(misses):.1%} at worst")
print(f"{fickle:.0%} of the cards get both answers, asked twenty times")
spread = {"free": trained["free"]["W3"], "dropout": dropped["W3"]}
for name, W3 in spread.items():
    share = np.sort(W3.ravel() ** 2)[::-1] / np.sum(W3**2)
    print(f"{name:8} 3 of 20 output weights hold {share[:3].sum():.0%} of the squares")

# %% concept="dropout_at_test_time"
# The network is trained with inverted dropout. What happens at test time?
# A: units drop as before        B: nothing drops, activations times keep_prob
# C: nothing drops, no scaling   D: nothing drops, activations over keep_prob
dropout_at_test_time = None

# %% [markdown]
# ## Early stopping
# Weights start small and grow as training goes on. Stop while they are still small: the
# dev cost says when. It falls as the rule is learned, and rises as cards are learned by
# heart. Keep the parameters of its lowest point; wait for `patience` epochs without a
# new low before you give up.
#
# By hand, patience 2: costs `0.9 0.7 0.8 0.75 0.6`. The low is at index 1; indices 2
# and 3 bring no new low, so training stops there. The answer is 1; that index 4 would
# have been lower, nobody will ever know.

# %% [markdown]
# ### Exercise 14 · `early_stopping` · 5 points · about 6 minutes
# Return the index of the epoch to keep.
#
# <details><summary>It returns the lowest cost of all</summary>
#
# Training stops before it gets there. Count epochs since the last new low.
# </details>
# <details><summary>It stops one epoch too early or too late</summary>
#
# With patience 1, the first epoch without a new low ends it.
# </details>


# %% exercise="early_stopping"
def early_stopping(dev_costs, patience):
    """Which epoch to keep, if training stops when patience runs out.

    Args:
        dev_costs: non-empty sequence of costs, one an epoch.
        patience: training stops after this many epochs in a row without a new low,
            at least 1. A cost equal to the lowest is no new low.

    Returns:
        Index of the lowest cost up to where training stops, an int.

    Example:
        >>> early_stopping([0.9, 0.7, 0.8, 0.75, 0.6], 2)
        1
    """
    ### BEGIN SOLUTION
    best = 0
    for epoch, cost in enumerate(dev_costs):
        if cost < dev_costs[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best
    ### END SOLUTION


# %% check="early_stopping"
check(early_stopping)

# %% concept="stopped_where"
# Dev costs 5, 4, 3, 3.5, 3.2, 3.1, 2.9, 3.3 with patience 3: which index is kept?
stopped_where = None

# %% demo
snapshots, dev_costs, train_costs = [], [], []


def watch(now):
    """Remember the parameters and both costs."""
    snapshots.append(now)
    for X, Y, costs in ((X_train, Y_train, train_costs), (X_dev, Y_dev, dev_costs)):
        costs.append(compute_cost_with_regularization(network(X, now)[0], Y, now, 0))


train(X_train, Y_train, watch=watch)
keep = early_stopping(dev_costs, patience=10)
stopped = snapshots[keep]
plots.costs(
    {"training": train_costs, "dev": dev_costs}, every=50,
    reading=f"Kept: step {50 * keep}. From there on it learns by heart.",
)  # fmt: skip

# %% [markdown]
# ## Augmentation: more data for nothing
# A photograph of a cat, mirrored or moved by a little, is a photograph of a cat. Each
# such change tells the network something that it need not learn: *position does not
# matter*. What may be changed depends on the task: the label must survive.
#
# Given: `shifted` moves a picture and fills the gap with zeros.


# %%
def shifted(image, down, right):
    """The picture moved by whole pixels, zeros where nothing is left."""
    height, width = image.shape[:2]
    out = np.zeros_like(image)
    rows = slice(max(0, down), height + min(0, down))
    columns = slice(max(0, right), width + min(0, right))
    from_rows = slice(max(0, -down), height + min(0, -down))
    from_columns = slice(max(0, -right), width + min(0, -right))
    out[rows, columns] = image[from_rows, from_columns]
    return out


# %% [markdown]
# ### Exercise 15 · `augment` · 5 points · about 6 minutes
# In half of all calls mirror the picture left to right; then move it by −2, −1, 0, 1 or
# 2 pixels down and, independently, to the right, all equally likely.
#
# <details><summary>It never moves by 2</summary>
#
# `rng.integers(-2, 2)` leaves its upper end out; `rng.integers(-2, 3)` reaches 2.
# </details>
# <details><summary>It says the picture is upside down</summary>
#
# The second axis runs from left to right: `image[:, ::-1]`.
# </details>


# %% exercise="augment"
def augment(image, rng):
    """A mirrored and moved copy of a picture.

    Args:
        image: array `(height, width)` or `(height, width, channels)`.
        rng: a `numpy.random.Generator`, from which all chance comes.

    Returns:
        Array of the same shape and dtype: mirrored left to right with probability
        one half, then moved by -2 to 2 pixels along each of the first two axes, with
        zeros in the gap. `image` stays as it is.
    """
    ### BEGIN SOLUTION
    if rng.random() < 0.5:
        image = image[:, ::-1]
    down, right = rng.integers(-2, 3, size=2)
    return shifted(image, down, right)
    ### END SOLUTION


# %% check="augment"
check(augment)

# %% demo
photo = data.load("photos").train_set_x[5]
rng = np.random.default_rng(2)
plots.images(
    [photo] + [augment(photo, rng) for _ in range(11)],
    ["original"] + ["copy"] * 11,
    reading="One photograph, eleven new ones. Would you give each the same label?",
)

# %% [markdown]
# ### Five cures, side by side
# For positions, augmentation means: a swan seen here might as well have been seen 300 m
# away. In each step every card is moved a little.
#
# Before you run: which cure will come closest to 12 %, the best there is?

# %% demo
jitter = np.random.default_rng(3)


def moved():
    """The training cards, each moved by about 300 metres."""
    return X_train + jitter.normal(scale=0.3, size=X_train.shape), Y_train


cures = {
    "none": trained["free"],
    "L2, λ = 1": trained["L2, λ = 1"],
    "L1, λ = 0.3": trained["L1, λ = 0.3"],
    "dropout 0.6": dropped,
    "early stopping": stopped,
    "augmentation": train(X_train, Y_train, batch=moved),
}
said = {name: lambda X, now=now: network(X, now)[0] for name, now in cures.items()}

# %% demo cover=true
print("                training    dev   test     size of W")
for name, guess in said.items():
    errors = [
        f"{error(guess, X, Y):7.1%}"
        for X, Y in ((X_train, Y_train), (X_dev, Y_dev), (X_test, Y_test))
    ]
    norm = np.sqrt(sum(np.sum(cures[name][key] ** 2) for key in ("W1", "W2", "W3")))
    print(f"{name:16}{''.join(errors)}{norm:11.1f}")
plots.decision_regions(
    said, X_train, Y_train,
    reading="Islands around single cards are what was learned by heart.",
)  # fmt: skip

# %% [markdown]
# Every cure makes the *training* error worse, 2 % to about 10, and the *test* error
# better, from 19 % to between 14 and 17. That is the trade. Dropout and L2 come closest
# to the 12 % that nobody beats. Early stopping is
# the cheapest, but it ties two knobs together: how well the cost is minimized, and how
# much is regularized. With L2 you can train to the end and turn only $\lambda$.

# %% [markdown]
# # Part 5 · Can you trust your slopes?
# A backward pass with a bug often still learns, only worse, and nobody notices. A
# **gradient check** notices. Nudge a parameter both ways and see what the cost does:
#
# $$J'(\theta) \approx \frac{J(\theta + \varepsilon) - J(\theta - \varepsilon)}
# {2\,\varepsilon}$$
#
# Why both ways? For $J = \theta^3$ at 1 with $\varepsilon = 0.01$ the slope is 3. One
# way gives $3.0301$, both ways $3.0001$: the error falls with $\varepsilon^2$, not with
# $\varepsilon$.

# %% [markdown]
# First in one dimension, $J(\theta) = \theta\, x$.
#
# ### Exercise 16 · `forward_propagation` · 1 point · about 1 minute


# %% exercise="forward_propagation"
def forward_propagation(x, theta):
    """The cost `J = theta x` of a single number.

    Args:
        x: a number.
        theta: a number.

    Returns:
        J: a number.

    Example:
        >>> forward_propagation(2, 4)
        8
    """
    ### BEGIN SOLUTION
    return theta * x
    ### END SOLUTION


# %% check="forward_propagation"
check(forward_propagation)

# %% [markdown]
# ### Exercise 17 · `backward_propagation` · 1 point · about 1 minute
# Its slope in `theta`.


# %% exercise="backward_propagation"
def backward_propagation(x, theta):
    """The slope of `J = theta x` in `theta`.

    Args:
        x: a number.
        theta: a number.

    Returns:
        dtheta: a number.

    Example:
        >>> backward_propagation(2, 4)
        2
    """
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION


# %% check="backward_propagation"
check(backward_propagation)

# %% [markdown]
# ## How near is near enough?
# Slopes may be tiny or huge, so compare by the *relative* difference:
#
# $$\text{difference} = \frac{\lVert g - g_{\approx} \rVert}{\lVert g \rVert +
# \lVert g_{\approx} \rVert}$$
#
# where $g$ is your slope and $g_\approx$ the nudged one. With $\varepsilon = 10^{-7}$,
# below $2 \cdot 10^{-7}$ is fine, about $10^{-5}$ deserves a look, and above $10^{-3}$
# there is a bug. What lies below $2 \cdot 10^{-7}$ is mostly rounding, so the checks
# take all differences down there as equal.
#
# By hand: $g = 3$, $g_\approx = 1$ gives $2 / 4 = 0.5$.

# %% [markdown]
# ### Exercise 18 · `gradient_check` · 4 points · about 6 minutes
# Use your two functions. Print a word or two only if `print_msg`.
#
# <details><summary>The difference is 0.33 though the slope is right</summary>
#
# The nudges go both ways, so they are $2\varepsilon$ apart.
# </details>


# %% exercise="gradient_check"
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Compare `backward_propagation` with nudges of `forward_propagation`.

    Args:
        x: a number.
        theta: a number, where to check.
        epsilon: the size of the nudge, up and down.
        print_msg: whether to print a verdict.

    Returns:
        The relative difference, a number: about 1e-7 or less if the slope is right.
    """
    ### BEGIN SOLUTION
    up = forward_propagation(x, theta + epsilon)
    down = forward_propagation(x, theta - epsilon)
    approximate = (up - down) / (2 * epsilon)
    grad = backward_propagation(x, theta)
    difference = abs(grad - approximate) / (abs(grad) + abs(approximate))
    if print_msg:
        print("looks right" if difference < 2e-7 else "there is a bug", difference)
    return difference
    ### END SOLUTION


# %% check="gradient_check"
check(gradient_check)

# %% [markdown]
# ## A whole network, and two bugs
# Now all parameters of a network with 4 inputs and layers of 5, 3 and 1 units: 47
# numbers, written one below the other as one long vector $\theta$. Nudge each in turn.
#
# Given are the forward pass, the change between dictionary and vector, and a backward
# pass **with two bugs**. Do not look for them by reading. Let the check find them.

# %%
SHAPES = {
    "W1": (5, 4),
    "b1": (5, 1),
    "W2": (3, 5),
    "b2": (3, 1),
    "W3": (1, 3),
    "b3": (1, 1),
}


def dictionary_to_vector(parameters):
    """All parameters as one column (47, 1), and which of them each number is from."""
    parts = [parameters[key].reshape(-1, 1) for key in SHAPES]
    keys = [key for key, part in zip(SHAPES, parts, strict=True) for _ in part]
    return np.concatenate(parts), keys


def gradients_to_vector(gradients):
    """All slopes as one column (47, 1), in the same order."""
    return np.concatenate([gradients["d" + key].reshape(-1, 1) for key in SHAPES])


def vector_to_dictionary(theta):
    """The parameters that a column (47, 1) holds."""
    parameters, start = {}, 0
    for key, shape in SHAPES.items():
        end = start + shape[0] * shape[1]
        parameters[key] = theta[start:end].reshape(shape)
        start = end
    return parameters


# %%
def forward_propagation_n(X, Y, parameters):
    """Cross-entropy of the network, and a cache."""
    A3, cache = network(X, parameters)
    return -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / Y.shape[1], cache


def backward_propagation_n(X, Y, cache):
    """Slopes of the cost: two of these lines are wrong."""
    m = X.shape[1]
    _, A1, _, _, _, A2, W2, _, _, A3, W3, _ = cache
    dZ3 = A3 - Y
    dW3 = dZ3 @ A2.T / m
    db3 = np.sum(dZ3, axis=1, keepdims=True)
    dA2 = W3.T @ dZ3
    dZ2 = dA2 * (A2 > 0)
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = W2.T @ dZ2
    dZ1 = dA1 * A1
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2,
            "db2": db2, "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}  # fmt: skip


# %% [markdown]
# ### Exercise 19 · `gradient_check_n` · 6 points · about 12 minutes
# For each of the 47 numbers: nudge it up, nudge it down, note the slope. Then one
# relative difference for the whole vector.
#
# <details><summary>The nudges add up from one number to the next</summary>
#
# Start from a fresh copy of the vector each time: `theta.copy()`.
# </details>
# <details><summary>The difference is around 1 for right slopes</summary>
#
# The two vectors must have one shape. `(47,) - (47, 1)` is a table of 47 × 47.
# </details>


# %% exercise="gradient_check_n"
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    """Compare slopes with nudges of `forward_propagation_n`, parameter by parameter.

    Args:
        parameters: dictionary with `W1`, `b1`, … of the shapes in `SHAPES`.
        gradients: dictionary with `dW1`, `db1`, …, the slopes to be checked.
        X: array `(4, m)`.
        Y: array `(1, m)`, labels 0 or 1.
        epsilon: the size of a nudge, up and down.
        print_msg: whether to print a verdict.

    Returns:
        The relative difference of the two vectors of slopes, a number.
    """
    ### BEGIN SOLUTION
    theta, _ = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)
    approximate = np.zeros_like(grad)
    for i in range(len(theta)):
        nudge = np.zeros_like(theta)
        nudge[i] = epsilon
        up, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta + nudge))
        down, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta - nudge))
        approximate[i] = (up - down) / (2 * epsilon)
    sizes = np.linalg.norm(grad) + np.linalg.norm(approximate)
    difference = np.linalg.norm(grad - approximate) / sizes
    if print_msg:
        print("looks right" if difference < 2e-7 else "there is a bug", difference)
    return difference
    ### END SOLUTION


# %% check="gradient_check_n"
check(gradient_check_n)

# %% [markdown]
# ### Watch it work: which layer?
# One number says *that* something is wrong. To see *where*, put nudged slopes in for
# all parameters but one, and check again: only that one can still differ. The backward
# pass runs from the top, so **look at the highest layer that is wrong first**; below
# it, everything may be wrong for the same reason.

# %% demo
np.random.seed(3)
X_n, Y_n = np.random.randn(4, 30), np.random.randint(0, 2, (1, 30))
theta_n = initialize_parameters_he([4, 5, 3, 1])
_, cache_n = forward_propagation_n(X_n, Y_n, theta_n)
buggy = backward_propagation_n(X_n, Y_n, cache_n)
yours = backward_propagation_with_regularization(X_n, Y_n, cache_n, 0)
gradient_check_n(theta_n, buggy, X_n, Y_n, print_msg=True)
gradient_check_n(theta_n, yours, X_n, Y_n, print_msg=True)
nudged = figures_c2w1.nudged(forward_propagation_n, theta_n, X_n, Y_n)
alone = {
    key: gradient_check_n(theta_n, nudged | {"d" + key: buggy["d" + key]}, X_n, Y_n)
    for key in SHAPES
}
plots.bars(alone, ylabel="difference, one at a time",
           reading="db3 at the top, and both slopes of layer 1.")  # fmt: skip

# %% concept="where_are_the_bugs"
# Layer 3 sits at the top. dW3 is right, db3 wrong, layer 2 right, dW1 and db1 wrong.
# Which two lines of backward_propagation_n can it be?
# A: those of dW1 and db1    B: those of dZ3 and dW1
# C: those of db3 and dA2    D: those of db3 and dZ1
where_are_the_bugs = None

# %% demo
# Now repair them, in a copy: an average, and the slope of ReLU, which is 0 or 1.
fixed = dict(buggy)
m = X_n.shape[1]
fixed["db3"] = buggy["db3"] / m
fixed["dZ1"] = buggy["dA1"] * (cache_n[1] > 0)
fixed["dW1"] = fixed["dZ1"] @ X_n.T / m
fixed["db1"] = np.sum(fixed["dZ1"], axis=1, keepdims=True) / m
gradient_check_n(theta_n, fixed, X_n, Y_n, print_msg=True)

# Too small a nudge is no better: the two costs then agree in nearly all digits.
sizes = 10.0 ** np.arange(-12, 0)
plots.lines(
    {"difference": [gradient_check_n(theta_n, fixed, X_n, Y_n, e) for e in sizes]},
    sizes, log="xy", markers=True, xlabel="size of the nudge ε",
    ylabel="relative difference",
    reading="Large nudges leave the tangent, tiny ones drown in rounding.",
)  # fmt: skip

# %% [markdown]
# In practice: check a few examples, with **dropout off** (its cost changes from call to
# call) and **the penalty on** if the slopes contain it. Check at the start and again
# after some steps: some bugs show only away from zero. Then switch it off: 47 numbers
# cost 94 forward passes, and a real network has millions.

# %% [markdown]
# # Part 6 · On real handwriting
# Ten digits, but only **300 pictures to learn from**, 30 of each. The same network with
# ten sigmoids instead of one: `Y` has a row for each digit, and the largest output
# wins. All your functions work as they are. 1000 other pictures judge.
#
# Before you run, put them in order: nothing, L2, dropout, shifted copies, and copies
# that are also mirrored.

# %% demo
digits = data.load("digits")
few = np.concatenate([np.flatnonzero(digits.train_y == d)[:30] for d in range(10)])
few_x, few_y = digits.train_x[few], digits.train_y[few]  # (300, 28, 28), (300,)
Y_few = np.eye(10)[few_y].T  # (10, 300), one row a digit
X_new = digits.test_x.reshape(1000, -1).T / 255


def columns(pictures):
    """Pictures as columns of numbers from 0 to 1."""
    return np.asarray(pictures).reshape(len(pictures), -1).T / 255


def copies(change, seed=5):
    """A function that gives the 300 pictures, each changed anew."""
    rng = np.random.default_rng(seed)
    return lambda: (columns([change(image, rng) for image in few_x]), Y_few)


def only_shifted(image, rng):
    """Moved, but never mirrored."""
    return shifted(image, *rng.integers(-2, 3, size=2))


# %% demo
plans = {
    "nothing": {},
    "L2, λ = 1": {"lambd": 1},
    "dropout 0.6": {"keep_prob": 0.6},
    "shifted copies": {"batch": copies(only_shifted)},
    "and mirrored": {"batch": copies(augment)},
}
right = {}
for name, plan in plans.items():
    now = train(columns(few_x), Y_few, [784, 64, 32, 10], 300, 0.4, **plan)
    guess = np.argmax(network(X_new, now)[0], axis=0)
    seen = np.argmax(network(columns(few_x), now)[0], axis=0)
    right[name] = float(np.mean(guess == digits.test_y))
    print(f"{name:18} training {np.mean(seen == few_y):4.0%}   new {right[name]:5.1%}")
    if name == "nothing":
        plain_guess = guess

# %% demo
plots.bars(
    right, ylabel="accuracy on new digits", percent=True, baseline={"chance": 0.1},
    reading="Shifted copies gain nine points. But a mirrored 3 is no 3.",
)  # fmt: skip
missed = np.flatnonzero(plain_guess != digits.test_y)[:12]
plots.images(
    255 - digits.test_x[missed],
    [f"{digits.test_y[i]}, called {plain_guess[i]}" for i in missed],
    reading="What the network without any cure gets wrong.",
)

# %% [markdown] question="which_cure" points=6
# ## In your own words
# A clinic has 400 X-rays of left hands, healthy or broken. A network trained on 240 of
# them misses 2 % in training and 19 % on 80 dev pictures; doctors miss 4 %. Write to
# the clinic in about eight sentences. What ails the network, and by which two gaps do
# you know? Which two cures would you try first, and what does each do to the network?
# Would you mirror the pictures, and on what does that depend? How sure is the 19 %?
# What are the other 80 pictures for?
#
# ### BEGIN SOLUTION
# The network has high variance: dev error less training error is 17 %, far too wide. It
# has no high bias: 2 % in training is even below the 4 % of the doctors, a sign that it
# learned single pictures by heart. I would first try L2, which shrinks all weights a
# little in every step, so that the network cannot bend around single pictures, and
# dropout, which silences units at random, so that it spreads its evidence. Shifted and
# slightly turned copies would help too, since a break stays a break. Mirrored copies
# turn left hands into right ones: harmless if the clinic will also show right hands or
# if the label does not depend on it, useless or harmful if position matters, as it did
# for digits. With 80 pictures 19 % is uncertain by about 4 %, so small differences
# between cures mean nothing. The last 80 pictures are the test set: asked once at the
# end, since the dev set has been used to choose.
#
# **Rubric**, one point each: high variance by the gap of dev and training error · no
# high bias, by the gap of training and doctors' error · two fitting cures, each with
# what it does · mirroring depends on whether the label survives (and on what comes
# later) · uncertainty of the dev error, about 4 %, or that 80 are few · test set used
# once, at the end.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the formula | your function |
# |---|---|
# | $(x - \mu) / \sigma$, with training $\mu$, $\sigma$ | `normalize_inputs` |
# | $\text{std}(W) = \sqrt{2/n}$, $\sqrt{1/n}$ | `initialize_parameters_he`, `_xavier` |
# | $J + \frac{\lambda}{2m} \sum W^2$ | `compute_cost_with_regularization` |
# | $dW + \frac{\lambda}{m} W$ | `backward_propagation_with_regularization` |
# | $\frac{\lambda}{m} \sum \lvert W \rvert$, sign | `l1_penalty`, `l1_gradient` |
# | $A \cdot D / p$, $dA \cdot D / p$ | the two `…_with_dropout` |
# | stop where the dev cost turns | `early_stopping` |
# | $(J(\theta+\varepsilon)-J(\theta-\varepsilon))/2\varepsilon$ | `gradient_check_n` |

# %% [markdown]
# The same in PyTorch, to read:
#
# ```
# net = nn.Sequential(nn.Linear(2, 40), nn.ReLU(), nn.Dropout(0.4),    # drops 0.4!
#                     nn.Linear(40, 20), nn.ReLU(), nn.Dropout(0.4), nn.Linear(20, 1))
# for layer in net:
#     if isinstance(layer, nn.Linear):
#         nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")   # He
# step = torch.optim.SGD(net.parameters(), lr=0.3, weight_decay=1 / 150)   # λ/m
# net.train()      # dropout on
# net.eval()       # dropout off: forget this line and every answer is a gamble
# torch.autograd.gradcheck(net.double(), X.requires_grad_())
# ```

# %% [markdown]
# Its `p` is the share that is *dropped*, and `weight_decay` shrinks biases as well.

# %% [markdown]
# **A challenge**, if you like. Weights under L1 rattle around zero since each step
# leaps over it. Write the *proximal* step instead: first descend without the penalty,
# then pull each weight toward zero by $\alpha\lambda/m$, stopping *at* zero. Count the
# exact zeros.
#
# **The paper of the week.** N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and
# R. Salakhutdinov, *Dropout: a simple way to prevent neural networks from overfitting*,
# JMLR 15 (2014). Read sections 1 and 7: what does figure 7 show about single units?
#
# **Next week** you make training fast: better steps than plain descent.

# %% demo
check.progress()
