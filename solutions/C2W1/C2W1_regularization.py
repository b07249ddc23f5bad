# %% [markdown]
# # Learn the rule, not the examples
# A network that is right on everything it has seen may still be wrong on the next
# example. In this lab you **catch a network memorizing its training set** and cure it
# in five ways that you write yourself. On the way you learn how to initialize a deep
# network so that it can learn at all, and how to find out whether your gradients are
# right.
#
# **Time** about two and a half hours, in six parts; you can stop after any of them.
# **You need** the networks of course 1: forward pass, cost, backward pass, update.

# %% [markdown]
# ## The map
# | part | you write | idea | points |
# |---|---|---|---|
# | 1 Diagnose | `split_dataset` `diagnose` `normalize_inputs` | bias, variance | 15 |
# | 2 Start | four `initialize_parameters_…` | activations in deep networks | 10 |
# | 3 Penalties | `…_with_regularization` (2) `l1_penalty` `l1_gradient` | decay | 21 |
# | 4 Noise | `…_with_dropout` (2) `early_stopping` `augment` | more variety | 26 |
# | 5 Check | `…_propagation` (2) `gradient_check` (2) | numerical gradients | 12 |
# | 6 Digits | an experiment (optional) | what helps, and what harms | |
#
# Nine short questions give 10 points, and one answer in your own words gives 6.

# %% [markdown]
# **After this lab you can** tell from two numbers what is wrong with a network, choose
# a cure and say what it does to the weights, initialize deep networks so that neither
# activations nor gradients vanish, and find out in which layer of a backward pass a bug
# is.
#
# The `check(…)` after each exercise runs it on a few fixed cases and explains what
# differs. Your grade comes from the same type of check on fresh cases. Hints are folded
# under the exercises; their titles say what you might see. If a question has options,
# answer with a letter in quotes, such as `"B"`, otherwise with a number.

# %%
import numpy as np

from helpers import data, planar, plots, trained
from helpers.checks import checks_for
from helpers.descent import logistic_landscape
from helpers.gradients import numerical_gradient
from helpers.plots.labs import c2w1 as figures_c2w1

check = checks_for("C2W1")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | shape | meaning |
# |---|---|---|---|
# | $X$, $Y$ | `X`, `Y` | $(n_x, m)$, $(n_y, m)$ | examples and labels, one per column |
# | $n^{[l]}$ | `layers_dims[l]` | number | units of layer $l$; of layer 0: $n_x$ |
# | $W^{[l]}$, $b^{[l]}$ | `W1`, `b1` | `(n[l], n[l-1])`, `(n[l], 1)` | parameters |
# | $Z^{[l]}$, $A^{[l]}$ | `Z1`, `A1` | $(n^{[l]}, m)$ | linear part, activations |
# | $\lambda$ | `lambd` | number | strength of the penalty (`lambda` is taken) |
# | $D^{[l]}$ | `D1` | $(n^{[l]}, m)$ | mask: 1 where a unit is kept |
# | $p$ | `keep_prob` | number | probability that a unit is kept |
# | $\mu$, $\sigma$ | `mu`, `sigma` | $(n_x, 1)$ | mean, standard deviation |
# | $\varepsilon$ | `epsilon` | number | a small perturbation |

# %% [markdown]
# # Part 1 · Diagnose before you cure
# Birdwatchers on a lake write a card for each sighting: where it was, and whether it
# was a swan or a duck. Swans live north of a curved line of reeds, ducks south of it,
# but one card in eight names the wrong bird. So **nobody can be right in more than
# about 88 %** of all cases: the error of the best possible guess, the *Bayes error*, is
# 12 %. We know this because the data are generated.


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
    None,
    X_train,
    Y_train,
    reading="150 cards, axes in km; triangles are swans. Where are the reeds?",
)

# %% [markdown]
# ## Three sets, three jobs
# The network learns from the **training** set. You use the **dev** set (development
# set, also called validation set) to choose: which network, which $\lambda$, when to
# stop. The **test** set is used once, at the end: if you choose by it, you have begun
# to fit it.
#
# How large should they be? Large enough to show the differences that matter. An error
# of 10 % measured on $n$ examples has a standard error of $\sqrt{0.1 \cdot 0.9 / n}$: 3
# % for $n = 100$, 0.3 % for 10,000. With a thousand examples in all, a common split is
# **60/20/20**. With ten million, 1 % is a hundred thousand examples, which is plenty:
# **98/1/1** leaves the rest for training. Dev and test set should come from the same
# distribution, the one the network will meet in use.

# %% concept="split_sizes"
# You have 5,000,000 labelled photographs. Which split into train/dev/test is sensible?
# A: 60/20/20    B: 98/1/1    C: 99.999/0.0005/0.0005    D: 34/33/33
split_sizes = None

# %% [markdown]
# ### Exercise 1 · `split_dataset` · 5 points · about 8 minutes
# Shuffle the columns, then cut them into three sets. Data are often stored in some
# order (by label, by day), so shuffle first, and shuffle `X` and `Y` with the *same*
# permutation. By hand, ten columns: `3 7 0 9 4 1 | 8 2 | 6 5` gives sets of 6, 2 and 2.
#
# <details><summary>A column is missing, or is in two sets</summary>
#
# Round the first two sizes; the test set is simply everything that is left.
# </details>
# <details><summary>The labels no longer belong to their columns</summary>
#
# Draw one permutation and index the columns of both arrays with it.
# </details>


# %% exercise="split_dataset"
def split_dataset(X, Y, fractions, seed):
    """Shuffle a data set and cut it into training, dev and test set.

    Args:
        X: array `(n_x, m)`.
        Y: array `(n_y, m)`.
        fractions: shares of the three sets, which sum to 1. The first two sizes are
            rounded to the nearest whole number (a half may go either way); the test
            set is what remains.
        seed: seed of the shuffle; the same seed gives the same sets.

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
# small one, and one with two hidden layers of 64 units. Before you run the cell: which
# has the lowest error on its *training* cards? And which would you use at the lake?

# %% demo
guesses = {
    "no hidden units": trained.classifier(X_train, Y_train, []),
    "6 units": trained.classifier(X_train, Y_train, [6]),
    "2 × 64": trained.classifier(X_train, Y_train, [64, 64]),
}


def error(guess, X, Y):
    """Fraction of columns that are misclassified."""
    return float(np.mean((guess(X) > 0.5) != Y))


print("                 training   dev")
for name, guess in guesses.items():
    errors = error(guess, X_train, Y_train), error(guess, X_dev, Y_dev)
    print(f"{name:18}{errors[0]:6.1%}{errors[1]:8.1%}")
plots.decision_regions(
    guesses,
    X_train,
    Y_train,
    reading="A line too straight for the reeds; a curve; islands around single cards.",
)

# %% [markdown]
# The first network can only draw a straight line, so it misses the rule on old and new
# cards alike. This is **high bias**, or underfitting. The third bends around single
# cards: it makes hardly any mistake on cards it has seen, and many on new ones. This is
# **high variance**, or overfitting. Two gaps tell them apart:
#
# | gap | shows | if too wide | then try |
# |---|---|---|---|
# | training error − Bayes error | what it did not learn | high bias | larger network |
# | dev error − training error | what does not generalize | high variance | the cures |
#
# Note the first gap: a training error of 13 % is *excellent* where 12 % is the best
# possible.

# %% [markdown]
# ### Exercise 2 · `diagnose` · 4 points · about 5 minutes
# Return a set that names each gap wider than the tolerance: none, one, or both.
#
# By hand: training 15 %, dev 16 %, Bayes 0 %. The gaps are 15 and 1: high bias. With a
# Bayes error of 14 % they are 1 and 1, and nothing is wrong.
#
# <details><summary>It finds high bias where the task is just hard</summary>
#
# Subtract `bayes_error` first.
# </details>
# <details><summary>It expected a set and got a dictionary</summary>
#
# `{}` is an empty dictionary. The empty set is `set()`, and `found.add(…)` adds to it.
# </details>


# %% exercise="diagnose"
def diagnose(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    """Say from its errors what is wrong with a network.

    Args:
        train_error: fraction of training examples misclassified, from 0 to 1.
        dev_error: fraction of dev examples misclassified.
        bayes_error: the error of the best possible guess.
        tolerance: a gap counts if it is larger than this.

    Returns:
        The set of what applies: `"high bias"` (training error minus Bayes error is
        too large), `"high variance"` (dev error minus training error is too large).

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
# People misclassify 1 %, the network 11 % in training and 12 % on the dev set.
# What is worth trying first?
# A: more data   B: dropout   C: a larger λ   D: a larger network
what_to_try = None

# %% [markdown]
# ## Features on one scale
# Here are four years of real weather in Seattle: will it rain today, given the highest
# temperature (around 16 °C) and the wind (around 3 m/s)? Temperatures are large
# numbers, so a small change of *their* weight changes the cost a lot. Gradient descent
# has one learning rate for both weights, and it must be small enough for the steeper
# direction.
#
# So shift each feature to mean 0 and scale it to standard deviation 1:
#
# $$x \leftarrow \frac{x - \mu}{\sigma}$$
#
# By hand, $x = (2, 4, 6)$: $\mu = 4$, $\sigma = \sqrt{8/3} \approx 1.63$, and the
# result is $(-1.22, 0, 1.22)$.

# %% [markdown]
# <details><summary><b>Predict</b>: which μ and σ for the <i>test</i> set?</summary>
#
# Those of the training set. The network has learned what "one standard deviation above
# the mean" means *there*, and this must not change between training and use. Besides,
# tomorrow you may be asked about a single example, which has no standard deviation.
# </details>

# %% [markdown]
# ### Exercise 3 · `normalize_inputs` · 6 points · about 6 minutes
# Compute mean and standard deviation of each feature on the training set, then shift
# and scale both sets with them.
#
# <details><summary>It expected shape (n_x, 1) and got (n_x,)</summary>
#
# `keepdims=True`, as in `normalize_rows` of the first lab.
# </details>
# <details><summary>The test set does not have mean 0</summary>
#
# It need not: it is normalized with the statistics of the training set.
# </details>


# %% exercise="normalize_inputs"
def normalize_inputs(X_train, X_test):
    """Shift and scale features by the statistics of the training set.

    Args:
        X_train: array `(n_x, m_train)`; no feature is constant.
        X_test: array `(n_x, m_test)`.

    Returns:
        X_train, X_test: both normalized with the *training* statistics.
        mu: array `(n_x, 1)`, mean of each feature in `X_train`.
        sigma: array `(n_x, 1)`, standard deviation: the square root of the mean
            squared distance from `mu` (divided by `m_train`, as `np.std` does).

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
# Each panel shows the cost of a rain forecast over the two weights, with the bias at
# its best value, and 20 steps of gradient descent with the best of many learning rates.
# Before you run the cell: which of the two paths is straight?

# %% demo
weather = data.load("temperature")
features = np.array([weather.temp_max, weather.wind], dtype=float)  # (2, 1461)
rain = (weather.precipitation > 0).astype(int)[np.newaxis]
scaled, _, mu, sigma = normalize_inputs(features, features)
print("means", mu.ravel().round(1), " standard deviations", sigma.ravel().round(1))
before, costs_before = logistic_landscape(features, rain)
after, costs_after = logistic_landscape(scaled, rain)
plots.contours(
    {"as measured": before, "normalized": after},
    xlabel="weight of temperature",
    ylabel="weight of wind",
    reading="Square: start; dot: end; star: minimum. Left a valley, right a bowl.",
)
for name, costs in (("as measured", costs_before), ("normalized", costs_after)):
    over = [cost - costs_after[-1] for cost in costs]
    print(
        f"{name:12} above the minimum: {over[5]:.4f} after 5, {over[20]:.4f} after 20"
    )

# %% [markdown]
# # Part 2 · Initialize well
# The input passes through layer after layer, and each multiplies it by a matrix. If
# each layer makes activations 1.5 times larger, 50 layers make $1.5^{50} \approx 6
# \cdot 10^8$; if each halves them, $10^{-15}$ is left. The same happens to gradients on
# their way back. Activations and gradients **explode** or **vanish**, and nothing is
# learned.
#
# A sum of $n$ independent products $w_j a_j$ has variance $n \cdot \text{var}(w) \cdot
# \overline{a^2}$. To keep activations at their size, $\text{var}(w)$ must be about
# $1/n$: this is **Xavier** initialization, made for tanh. ReLU sets about half of its
# inputs to zero, which halves $\overline{a^2}$, so **He** initialization doubles the
# variance: $2/n$.

# %% [markdown]
# | initialization | weights | idea |
# |---|---|---|
# | zeros | 0 | the simplest |
# | random | `randn * 10` | surely large enough? |
# | He | `randn * sqrt(2 / n[l-1])` | keeps the size of activations with ReLU |
# | Xavier | `randn * sqrt(1 / n[l-1])` | keeps the size of activations with tanh |
#
# Biases start at 0 in all four. By hand, He initialization of a layer with 50 inputs:
# the standard deviation is $\sqrt{2/50} = 0.2$.

# %% [markdown]
# <details><summary><b>Predict</b>: two units start equal. What happens?</summary>
#
# If their outgoing weights are equal too, they get equal gradients and stay equal for
# ever. With zeros and ReLU it is worse: all gradients but that of the last bias are 0.
# </details>

# %% [markdown]
# ### Exercise 4 · `initialize_parameters_zeros` · 2 points · about 4 minutes
# Make weights and biases of zeros for each layer. `layers_dims = [2, 4, 1]` gives
# `W1 (4, 2)`, `b1 (4, 1)`, `W2 (1, 4)`, `b2 (1, 1)`.
#
# <details><summary>The weights are transposed, or there is a W0</summary>
#
# Count `l` from 1 to `len(layers_dims) - 1`; `W` has `layers_dims[l]` rows.
# </details>


# %% exercise="initialize_parameters_zeros"
def initialize_parameters_zeros(layers_dims):
    """Initialize all weights and biases with zeros.

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
# Draw each weight with `np.random.randn` and multiply by 10; biases are 0. Do not set a
# seed: the caller may want different numbers each time.
#
# <details><summary>It expected a mean near 0 and got about 5</summary>
#
# `rand` draws between 0 and 1, `randn` around 0.
# </details>


# %% exercise="initialize_parameters_random"
def initialize_parameters_random(layers_dims):
    """Initialize weights with ten times standard normal numbers, biases with zeros.

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
# Draw $W^{[l]}$ with standard deviation $\sqrt{2 / n^{[l-1]}}$; biases are 0.
#
# <details><summary>The spread is wrong, though the shapes are right</summary>
#
# Which $n$? A unit sums over its *inputs*: the units of the layer before. And did you
# take the square root?
# </details>


# %% exercise="initialize_parameters_he"
def initialize_parameters_he(layers_dims):
    """Initialize weights so that ReLU layers keep the size of activations.

    He et al., "Delving deep into rectifiers" (2015), equation 10.

    Args:
        layers_dims: units of each layer, the inputs first.

    Returns:
        Dictionary with `W1 (n1, n_x)`, `b1 (n1, 1)`, `W2`, `b2`, …; biases are zero.
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
# Do the same with standard deviation $\sqrt{1 / n^{[l-1]}}$.
#
# <details><summary>The standard deviation is 1.4 times too large</summary>
#
# Is there still a 2 under the root?
# </details>


# %% exercise="initialize_parameters_xavier"
def initialize_parameters_xavier(layers_dims):
    """Initialize weights so that tanh layers keep the size of activations.

    Glorot and Bengio (2010) have 2 / (n[l-1] + n[l]) for 1 / n[l-1]. This common
    variant counts the inputs only, as LeCun et al. (1998) do.

    Args:
        layers_dims: units of each layer, the inputs first.

    Returns:
        Dictionary with `W1 (n1, n_x)`, `b1 (n1, 1)`, `W2`, `b2`, …; biases are zero.
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
# A ReLU layer of 100 units follows a layer of 800. It has He initialization.
# What is the standard deviation of its weights? Two decimals.
he_deviation = None

# %% [markdown]
# ### Watch it work: 50 layers deep
# Random activations pass forward through 50 ReLU layers of 100 units, then random
# gradients come back from the top. Before you run the cells: by what factor does each
# layer scale the activations if the weights are drawn with `randn * 10`? (Think of
# $\sqrt{n/2}$.) And what do zeros do?


# %% demo
def through_depth(initialize, depth=50, width=100):
    """Size of the activations after each layer, and of the gradients that reach it."""
    np.random.seed(1)
    parameters = initialize([width] * (depth + 1))
    A, activations, masks = np.random.randn(width, 200), [], []
    for layer in range(1, depth + 1):
        A = np.maximum(0, parameters[f"W{layer}"] @ A)
        activations.append(np.sqrt(np.mean(A**2)))
        masks.append(A > 0)
    dA, gradients = np.random.randn(width, 200), []
    for layer in range(depth, 0, -1):
        gradients.append(np.sqrt(np.mean(dA**2)))
        dA = parameters[f"W{layer}"].T @ (dA * masks[layer - 1])
    return activations, gradients[::-1]


# %% demo
starts = {
    "random × 10": initialize_parameters_random,
    "He": initialize_parameters_he,
    "Xavier": initialize_parameters_xavier,
}
depths = {name: through_depth(start) for name, start in starts.items()}
layers = range(1, 51)
plots.lines(
    {name: activations for name, (activations, _) in depths.items()},
    layers,
    log="y",
    xlabel="layer",
    ylabel="size of the activations",
    reading="A straight line means the same factor in each layer. He stays near 1.",
)
plots.lines(
    {name: gradients for name, (_, gradients) in depths.items()},
    layers,
    log="y",
    xlabel="layer",
    ylabel="size of the gradients dA",
    reading="Read from right to left: gradients come from the top, layer 50.",
)
for name, (activations, gradients) in depths.items():
    print(f"{name:12} A of layer 50: {activations[-1]:.0e}   ", end="")
    print(f"dA of layer 1: {gradients[0]:.0e}")
zeros, _ = through_depth(initialize_parameters_zeros)
print("zeros        activations are", set(map(float, zeros)), "in every layer")

# %% [markdown]
# With ×10 each layer multiplies by about $10\sqrt{100/2} \approx 70$, fifty times over.
# Xavier initialization loses a factor $\sqrt 2$ per layer with ReLU, for which it was
# not made: $2^{-25} \approx 3 \cdot 10^{-8}$ after 50. Only He stays near 1. Good
# initialization does not solve everything, but without it nothing else helps.
#
# # Part 3 · Penalties: prefer small weights
# ## The network of this lab
# It is given, since you know it from course 1: two ReLU layers and a sigmoid. The
# sigmoid stays a tiny bit away from 0 and 1, so that its logarithm is finite. ReLU has
# no derivative at 0; as most libraries do, we take 0 there.


# %%
def sigmoid(Z):
    """Logistic function, never exactly 0 or 1."""
    return np.clip(0.5 * (1 + np.tanh(Z / 2)), 1e-12, 1 - 1e-12)


def relu(Z):
    """The positive part, max(0, Z)."""
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
# To draw an island around one card, the output must change steeply, which takes large
# weights. So make them cost something. **L2 regularization** adds the squares of all
# weights to the cost:
#
# $$J = \underbrace{-\tfrac1m \sum \left[\, y \ln a + (1-y) \ln(1-a) \,\right]}_{
# \text{cross-entropy}} + \underbrace{\tfrac{\lambda}{2m} \sum_l \lVert W^{[l]}
# \rVert^2}_{\text{penalty}}$$
#
# By hand: $W^{[1]} = (1, 2)$, $W^{[2]} = (3)$, $\lambda = 0.5$, $m = 7$. The squares
# sum to $1 + 4 + 9 = 14$, and the penalty is $0.5 \cdot 14 / (2 \cdot 7) = 0.5$. Biases
# are left out: they shift the function and do not make it steeper.

# %% [markdown]
# ### Exercise 8 · `compute_cost_with_regularization` · 6 points · about 6 minutes
# Return the cross-entropy plus the penalty, as one number.
#
# <details><summary>Only some cases are right</summary>
#
# All three weight matrices count, and no bias. Is the denominator $2m$?
# </details>
# <details><summary>It has shape (1, 1) instead of being a number</summary>
#
# `np.sum` over everything gives a number.
# </details>


# %% exercise="compute_cost_with_regularization"
def compute_cost_with_regularization(A3, Y, parameters, lambd):
    """Compute the cross-entropy with an L2 penalty on the weights.

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
# ## Backward: why it is called weight decay
# The derivative of $\frac{\lambda}{2m} w^2$ is $\frac{\lambda}{m} w$. So each $dW$ gets
# one more term, and the update becomes
#
# $$W \leftarrow W - \alpha \left( dW + \tfrac{\lambda}{m} W \right)
# = \left(1 - \tfrac{\alpha\lambda}{m}\right) W - \alpha\, dW$$
#
# where $dW$ is the gradient of the cross-entropy. Each step first shrinks every weight
# by the same small *fraction*, then learns. A weight that the data do not need fades
# away.

# %% concept="decay_factor"
# With α = 0.3, λ = 2 and m = 150: by what factor does one step multiply a weight that
# the data do not care about (dW = 0)? Three decimals.
decay_factor = None

# %% [markdown]
# You know the backward pass; only $\frac{\lambda}{m} W^{[l]}$ is new:
#
# $$dZ^{[3]} = A^{[3]} - Y \qquad dW^{[l]} = \tfrac1m dZ^{[l]} A^{[l-1]\top} +
# \tfrac{\lambda}{m} W^{[l]} \qquad db^{[l]} = \tfrac1m \textstyle\sum dZ^{[l]}$$
# $$dA^{[l-1]} = W^{[l]\top} dZ^{[l]} \qquad dZ^{[l-1]} = dA^{[l-1]} \cdot
# \left[ A^{[l-1]} > 0 \right]$$
#
# $dZ$ and $dA$ are gradients of the *sum* of the losses, $m$ times those of the
# cross-entropy; the average comes in with $\frac1m$, in $dW$ and $db$.

# %% [markdown]
# ### Exercise 9 · `backward_propagation_with_regularization` · 9 points · 12 minutes
# Return a dictionary of all eleven gradients of the formulas above, from `dZ3` to
# `db1`.
#
# <details><summary>dW2 is right, dW1 is not</summary>
#
# Each of the three needs its own λ/m term, with its own W.
# </details>
# <details><summary>The gradients of the biases are wrong</summary>
#
# They have no penalty. Sum over the examples with `axis=1, keepdims=True`.
# </details>


# %% exercise="backward_propagation_with_regularization"
def backward_propagation_with_regularization(X, Y, cache, lambd):
    """Compute the gradients of the cost with an L2 penalty.

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
        "dZ3": dZ3,
        "dW3": dW3,
        "db3": db3,
        "dA2": dA2,
        "dZ2": dZ2,
        "dW2": dW2,
        "db2": db2,
        "dA1": dA1,
        "dZ1": dZ1,
        "dW1": dW1,
        "db1": db1,
    }
    ### END SOLUTION


# %% check="backward_propagation_with_regularization"
check(backward_propagation_with_regularization)

# %% [markdown]
# ## L1: the absolute value
# **L1 regularization** penalizes $|w|$ in place of $w^2/2$:
#
# $$\text{penalty} = \frac{\lambda}{m} \sum_l \sum |W^{[l]}| \qquad \text{gradient} =
# \frac{\lambda}{m}\, \text{sign}(W)$$
#
# By hand, $W = (2, -0.5, 0)$, $\lambda/m = 0.1$: the penalty is $0.25$ and the gradient
# $(0.1, -0.1, 0)$. At 0 there is a corner; any number from $-0.1$ to $0.1$ is a
# **subgradient** there, and 0 is the natural choice.
#
# L2 pulls only weakly at a small weight and never brings it quite to zero. L1 pulls at
# every weight with the same force, all the way down.

# %% [markdown]
# ### Exercise 10 · `l1_penalty` · 3 points · about 3 minutes
# Return λ/m times the sum of the absolute values of all weights of a network of any
# depth. Biases do not count.
#
# <details><summary>The sum is too large</summary>
#
# Take only the keys that start with `"W"`.
# </details>


# %% exercise="l1_penalty"
def l1_penalty(parameters, lambd, m):
    """Compute the L1 penalty on all weights of a network.

    Args:
        parameters: dictionary with `W1`, `b1`, `W2`, `b2`, … of any depth.
        lambd: strength of the penalty.
        m: number of examples.

    Returns:
        A number, λ/m times the sum of the absolute values of the weights.

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
# Return the gradient of the L1 penalty with respect to one weight matrix, 0 where a
# weight is 0. One line will do.
#
# <details><summary>Only the weights of 0 are wrong</summary>
#
# `W >= 0` counts them as positive. `np.sign(0)` is 0.
# </details>


# %% exercise="l1_gradient"
def l1_gradient(W, lambd, m):
    """Compute a subgradient of the L1 penalty, 0 where a weight is 0.

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
# A weight is 0.01; λ/m is 0.1 for either penalty. How strongly does each pull it?
# A: L1 0.1, L2 0.001   B: L1 0.001, L2 0.1   C: both 0.1   D: both 0.001
pull_on_small_weights = None

# %% [markdown]
# ## Train with all of it
# Here is gradient descent with your functions. In the last quarter of the steps the
# learning rate is a fifth of what it was, so that the weights settle. `keep_prob` is
# for part 4.

# %% demo
LAYERS = [2, 40, 20, 1]


def train(
    X,
    Y,
    layers_dims=LAYERS,
    steps=6000,
    learning_rate=0.3,
    lambd=0,
    l1=0,
    keep_prob=1,
    batch=None,
    start=None,
    watch=None,
):
    """Train; `batch()` gives X and Y of a step, `watch` is called every 50 steps."""
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
        gradients = {key: grads["d" + key] for key in parameters}
        for key in ("W1", "W2", "W3") if l1 else ():
            gradients[key] = gradients[key] + l1_gradient(
                parameters[key], l1, x.shape[1]
            )
        rate = learning_rate if step < 0.75 * steps else learning_rate / 5
        parameters = {k: parameters[k] - rate * gradients[k] for k in parameters}
    return parameters


# %% demo
# The four initializations again, now on a task to learn: a ring within a ring.
X_rings, Y_rings = planar.circles(300, seed=4)
histories = {}
starts["zeros"] = initialize_parameters_zeros
for name, start in starts.items():
    history = histories[name] = []

    def note(now, history=history):
        """Record the cost."""
        A3 = network(X_rings, now)[0]
        history.append(compute_cost_with_regularization(A3, Y_rings, now, 0))

    np.random.seed(1)
    train(X_rings, Y_rings, steps=1500, start=start(LAYERS), watch=note)
costs = {name: np.minimum(history, 1) for name, history in histories.items()}
plots.costs(
    costs,
    every=50,
    baseline={"always 50 %": np.log(2)},
    reading="Cut off at 1. Zeros stay at a guess of 50 %. With × 10 the first steps "
    "are so large that training ends there, too.",
)

# %% [markdown]
# ### Watch it work: histograms of weights
# Three networks learn the 150 cards: without a penalty, with L2, with L1. Before you
# run the cell: which of them has many weights at or very near zero?

# %% demo
snapshots = []  # the parameters without a penalty, every 50 steps, for later
trained = {
    "no penalty": train(X_train, Y_train, watch=snapshots.append),
    "L2, λ = 1": train(X_train, Y_train, lambd=1),
    "L1, λ = 0.3": train(X_train, Y_train, l1=0.3),
}
figures_c2w1.histograms(
    {name: now["W2"] for name, now in trained.items()},
    reading="Weights W2. L2 shrinks all of them; L1 keeps a few and removes the rest.",
)
for name, now in trained.items():
    W = np.concatenate([now[key].ravel() for key in ("W1", "W2", "W3")])
    small, largest = np.mean(abs(W) < 1e-3), abs(W).max()
    print(f"{name:12} below 0.001: {small:4.0%}   largest: {largest:.2f}")

# %% [markdown]
# L1 drives most weights to zero: it *selects*, and the network that it leaves is
# sparse. (Each step overshoots zero a little, which is why we count "below 0.001".) L2
# leaves many small weights and none as large as without a penalty. We will compare the
# decision boundaries once we have all cures. This is a good place for a break.

# %% [markdown]
# # Part 4 · Noise, patience, and more data
# ## Dropout: a new network at every step
# In every step, and anew for each example, each hidden unit is kept with probability
# $p$ (`keep_prob`) and set to 0 otherwise. With $u$ uniform between 0 and 1:
#
# $$D = \left[\, u < p \,\right] \qquad A \leftarrow \frac{A \cdot D}{p}$$
#
# No unit can rely on any other one being there, so the network spreads its evidence
# over many. Dividing by $p$ makes up for the missing units: sums keep their size *on
# average*. This is **inverted** dropout. Its advantage is that the trained network
# needs no change at all: at test time **nothing is dropped and nothing is scaled**.

# %% [markdown]
# By hand: $A = (4, 2, 6)$, $p = 0.5$, random numbers $u = (0.3, 0.9, 0.1)$. Then $D =
# (1, 0, 1)$ and $A$ becomes $(8, 0, 12)$. Over all draws, the mean of the first value
# is $0.5 \cdot 8 + 0.5 \cdot 0 = 4$, as before.

# %% concept="kept_unit"
# keep_prob is 0.8, a unit's activation is 2, and it is kept. What is passed on?
# One decimal.
kept_unit = None

# %% [markdown]
# ### Exercise 12 · `forward_propagation_with_dropout` · 9 points · about 12 minutes
# Write the given `network` with dropout after both hidden layers: draw `D1` with
# `np.random.rand` and mask `A1` before it is used further; then the same with `D2` and
# `A2`. Nothing is dropped from the output. Do not set a seed: a mask that is the same
# every time is not dropout but a smaller network.
#
# <details><summary>The values are too small, more so with a small keep_prob</summary>
#
# Kept units must make up for the dropped ones: divide by `keep_prob`, in both layers.
# </details>
# <details><summary>The mask drops the wrong fraction</summary>
#
# Keep a unit if its random number is *below* `keep_prob`.
# </details>


# %% exercise="forward_propagation_with_dropout"
def forward_propagation_with_dropout(X, parameters, keep_prob=0.5):
    """Compute the output of the network with dropout after both hidden layers.

    Srivastava et al., "Dropout" (2014), section 4, scaled as in its section 10.

    Args:
        X: array `(n_x, m)`.
        parameters: dictionary with `W1`, `b1`, `W2`, `b2`, `W3`, `b3`.
        keep_prob: probability that a hidden unit is kept, above 0, at most 1.

    Returns:
        A3: array `(n_y, m)`, probabilities.
        cache: `(Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)`, where `A1`
            and `A2` are masked and scaled, and `D1`, `D2` are 1 where a unit is kept.
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
# ## Backward through the same mask
# A dropped unit did not contribute, so its gradient is 0; a kept one contributed $1/p$
# times as much, so its gradient is $1/p$ times as large. Use the same mask and the same
# factor:
#
# $$dA \leftarrow \frac{dA \cdot D}{p}$$

# %% [markdown]
# ### Exercise 13 · `backward_propagation_with_dropout` · 7 points · about 8 minutes
# Write your backward pass without the λ terms, and apply mask and factor to `dA2` and
# `dA1`. Return the same eleven gradients.
#
# <details><summary>Below a layer, all gradients are too small</summary>
#
# Divide by `keep_prob` here as well, right after the mask.
# </details>
# <details><summary>dA2 differs, everything else is right</summary>
#
# Return `dA2` as it is after mask and factor: `dZ2` is computed from that.
# </details>


# %% exercise="backward_propagation_with_dropout"
def backward_propagation_with_dropout(X, Y, cache, keep_prob):
    """Compute gradients through the masks that the forward pass drew.

    Args:
        X: array `(n_x, m)`.
        Y: array `(n_y, m)`, labels 0 or 1.
        cache: from `forward_propagation_with_dropout`.
        keep_prob: the same as in the forward pass.

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
        "dZ3": dZ3,
        "dW3": dW3,
        "db3": db3,
        "dA2": dA2,
        "dZ2": dZ2,
        "dW2": dW2,
        "db2": db2,
        "dA1": dA1,
        "dZ1": dZ1,
        "dW1": dW1,
        "db1": db1,
    }
    ### END SOLUTION


# %% check="backward_propagation_with_dropout"
check(backward_propagation_with_dropout)

# %% [markdown]
# ### Break it: dropout at test time
# A network is trained with `keep_prob` 0.6, then asked about 500 new cards: once as it
# should be, and twenty times with dropout still on. Predict the difference.

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
print(f"{fickle:.0%} of the cards do not get the same answer all twenty times")
spread = {"nothing": trained["no penalty"]["W3"], "dropout": dropped["W3"]}
for name, W3 in spread.items():
    share = np.sort(W3.ravel() ** 2)[::-1] / np.sum(W3**2)
    print(f"{name:8} 3 of 20 output weights hold {share[:3].sum():.0%} of the squares")

# %% concept="dropout_at_test_time"
# The network is trained with inverted dropout. What happens at test time?
# A: units drop as before              B: nothing drops, activations · keep_prob
# C: nothing drops, nothing is scaled  D: nothing drops, activations / keep_prob
dropout_at_test_time = None

# %% [markdown]
# ## Early stopping
# Weights start small and grow as training goes on, so stop while they are still small.
# The dev cost tells when: it falls while the network learns the rule, and rises when it
# begins to memorize single cards. Keep the parameters of the lowest dev cost, and stop
# after `patience` epochs in a row without a new low.
#
# By hand, patience 2: costs `0.9 0.7 0.8 0.75 0.6`. The low is at index 1; indices 2
# and 3 bring no new low, so training stops there. The answer is 1. Nobody will ever
# know that index 4 would have been lower.

# %% [markdown]
# ### Exercise 14 · `early_stopping` · 5 points · about 6 minutes
# Return the index of the epoch whose parameters are kept.
#
# <details><summary>It returns the lowest cost of all</summary>
#
# Training stops before it gets there. Count the epochs since the last new low.
# </details>
# <details><summary>It stops one epoch too early or too late</summary>
#
# With patience 1, the first epoch without a new low ends training.
# </details>


# %% exercise="early_stopping"
def early_stopping(dev_costs, patience):
    """Find the epoch to keep if training stops when patience runs out.

    Args:
        dev_costs: non-empty sequence of costs, one per epoch.
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
# The network without a penalty was watched while it was trained.
train_costs, dev_costs = (
    [
        compute_cost_with_regularization(network(X, now)[0], Y, now, 0)
        for now in snapshots
    ]
    for X, Y in ((X_train, Y_train), (X_dev, Y_dev))
)
keep = early_stopping(dev_costs, patience=10)
stopped = snapshots[keep]
plots.costs(
    {"training": train_costs, "dev": dev_costs},
    every=50,
    reading=f"Kept: step {50 * keep}. From there on the dev cost rises.",
)

# %% [markdown]
# ## Augmentation: more data for free
# A photograph of a cat, mirrored or moved a little, is still a photograph of a cat.
# Each such change tells the network something that it would otherwise have to learn:
# *position does not matter*. What may be changed depends on the task, since the label
# must stay right.
#
# The function `shifted` is given: it moves an image and fills the gap with zeros.


# %%
def shifted(image, down, right):
    """The image moved by whole pixels, with zeros in the gap."""
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
# With probability one half, mirror the image left to right. Then always move it, with
# `shifted`, by −2, −1, 0, 1 or 2 pixels down and, independently, to the right; all five
# are equally likely.
#
# <details><summary>It never moves by 2</summary>
#
# `rng.integers(-2, 2)` excludes its upper end; `rng.integers(-2, 3)` reaches 2.
# </details>
# <details><summary>It says the image is upside down</summary>
#
# The second axis runs from left to right: `image[:, ::-1]`.
# </details>


# %% exercise="augment"
def augment(image, rng):
    """Return a changed copy of an image: mirrored or not, and moved a little.

    Args:
        image: array `(height, width)` or `(height, width, channels)`.
        rng: a `numpy.random.Generator`; draw all random numbers from it.

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
    reading="One photograph, eleven new ones. Does the label hold for each of them?",
)

# %% [markdown]
# ### Five cures, side by side
# For positions, augmentation means that a swan seen here might as well have been seen
# 300 m away: in each step, every card is moved a little.
#
# Before you run the cells: which cure will come closest to 12 %, the best possible?

# %% demo
jitter = np.random.default_rng(3)


def moved():
    """The training cards, each moved at random by some 300 metres."""
    return X_train + jitter.normal(scale=0.3, size=X_train.shape), Y_train


cures = {
    "none": trained["no penalty"],
    "L2, λ = 1": trained["L2, λ = 1"],
    "L1, λ = 0.3": trained["L1, λ = 0.3"],
    "dropout 0.6": dropped,
    "early stopping": stopped,
    "augmentation": train(X_train, Y_train, batch=moved),
}
guesses = {name: lambda X, now=now: network(X, now)[0] for name, now in cures.items()}

# %% demo cover=true
print("                training    dev   test     norm of all W")
for name, guess in guesses.items():
    errors = [
        f"{error(guess, X, Y):7.1%}"
        for X, Y in ((X_train, Y_train), (X_dev, Y_dev), (X_test, Y_test))
    ]
    norm = np.sqrt(sum(np.sum(cures[name][key] ** 2) for key in ("W1", "W2", "W3")))
    print(f"{name:16}{''.join(errors)}{norm:11.1f}")
plots.decision_regions(
    guesses,
    X_train,
    Y_train,
    reading="Islands around single cards: which cures remove them?",
)

# %% [markdown]
# Compare the columns. Each cure makes the *training* error worse and the *test* error
# better: this is the trade-off. Test errors that are less than about half a percent
# apart are a tie, even with 5000 cards. Early stopping is the cheapest cure, but it
# changes two things at once: how well the cost is minimized, and how strongly the
# network is regularized. With L2 you can train to the end and tune only $\lambda$.

# %% [markdown]
# # Part 5 · Can you trust your gradients?
# A network whose backward pass has a bug often still learns, only worse, and nobody
# notices. A **gradient check** does. Perturb a parameter in both directions and see
# what the cost does. This gives the **numerical gradient**:
#
# $$J'(\theta) \approx \frac{J(\theta + \varepsilon) - J(\theta - \varepsilon)}
# {2\,\varepsilon}$$
#
# Why both directions? For $J = \theta^3$ at 1 with $\varepsilon = 0.01$ the derivative
# is 3. One direction gives $3.0301$, both give $3.0001$: the error is of the order of
# $\varepsilon^2$ instead of $\varepsilon$.

# %% [markdown]
# First in one dimension, $J(\theta) = \theta\, x$.
#
# ### Exercise 16 · `forward_propagation` · 1 point · about 1 minute
# Return the cost $J$.
#
# <details><summary>It expected 8 and got 6</summary>
#
# $J$ is a product.
# </details>


# %% exercise="forward_propagation"
def forward_propagation(x, theta):
    """Compute the cost `J = theta x`.

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
# Return the derivative of $J$ with respect to $\theta$.
#
# <details><summary>It expected x and got theta</summary>
#
# With respect to $\theta$, $x$ is a constant factor.
# </details>


# %% exercise="backward_propagation"
def backward_propagation(x, theta):
    """Compute the derivative of `J = theta x` with respect to `theta`.

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
# ## How close is close enough?
# Gradients may be tiny or huge, so compare them by the *relative* difference:
#
# $$\text{difference} = \frac{\lVert g - g_{\approx} \rVert}{\lVert g \rVert +
# \lVert g_{\approx} \rVert}$$
#
# where $g$ is your gradient and $g_\approx$ the numerical one. With $\varepsilon =
# 10^{-7}$, a difference below $2 \cdot 10^{-7}$ is fine, about $10^{-5}$ deserves a
# look, and above $10^{-3}$ there is a bug. A difference below $2 \cdot 10^{-7}$ is
# mostly rounding, so the checks treat all such differences as equal.
#
# By hand: $g = 3$, $g_\approx = 1$ gives $2 / 4 = 0.5$.

# %% [markdown]
# ### Exercise 18 · `gradient_check` · 4 points · about 6 minutes
# Compute the numerical gradient with your `forward_propagation`, the gradient with your
# `backward_propagation`, and return their relative difference. Print a verdict only if
# `print_msg` is true.
#
# <details><summary>The difference is 0.33 though the gradient is right</summary>
#
# The two perturbed values of theta are $2\varepsilon$ apart.
# </details>


# %% exercise="gradient_check"
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Compare `backward_propagation` with a numerical gradient.

    Args:
        x: a number.
        theta: a number, where to check.
        epsilon: how far theta is perturbed, up and down.
        print_msg: whether to print a verdict.

    Returns:
        The relative difference, a number: about 1e-7 or less if the gradient is right.
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
# Now take all parameters of a network with 4 inputs and layers of 5, 3 and 1 units: 47
# numbers, stacked into one long vector $\theta$. Perturb each in turn.
#
# You are given the forward pass, the conversion between dictionary and vector, and a
# backward pass **with two bugs**. Do not look for them by reading. Let the gradient
# check find them.

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
    """All parameters as one column (47, 1), and the key of each number."""
    parts = [parameters[key].reshape(-1, 1) for key in SHAPES]
    keys = [key for key, part in zip(SHAPES, parts, strict=True) for _ in part]
    return np.concatenate(parts), keys


def gradients_to_vector(gradients):
    """All gradients as one column (47, 1), in the same order."""
    return np.concatenate([gradients["d" + key].reshape(-1, 1) for key in SHAPES])


def vector_to_dictionary(theta):
    """The parameters that a column (47, 1) holds, as a dictionary."""
    parameters, start = {}, 0
    for key, shape in SHAPES.items():
        end = start + shape[0] * shape[1]
        parameters[key] = theta[start:end].reshape(shape)
        start = end
    return parameters


# %%
def forward_propagation_n(X, Y, parameters):
    """The cross-entropy, a number, and the cache of `network`."""
    A3, cache = network(X, parameters)
    return -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / Y.shape[1], cache


def backward_propagation_n(X, Y, cache):
    """The gradients of the cost; two of these lines are wrong."""
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
    return {
        "dZ3": dZ3,
        "dW3": dW3,
        "db3": db3,
        "dA2": dA2,
        "dZ2": dZ2,
        "dW2": dW2,
        "db2": db2,
        "dA1": dA1,
        "dZ1": dZ1,
        "dW1": dW1,
        "db1": db1,
    }


# %% [markdown]
# ### Exercise 19 · `gradient_check_n` · 6 points · about 12 minutes
# For each of the 47 numbers: perturb it up and down and compute its numerical gradient
# with `forward_propagation_n`, which returns the cost and a cache. Then return one
# relative difference for the whole vector.
#
# <details><summary>The perturbations add up from one number to the next</summary>
#
# Start from a fresh copy of the vector each time: `theta.copy()`.
# </details>
# <details><summary>The difference is around 1 for right gradients</summary>
#
# The two vectors must have the same shape: `(47,) - (47, 1)` has shape (47, 47).
# </details>


# %% exercise="gradient_check_n"
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    """Compare gradients with numerical gradients, parameter by parameter.

    Args:
        parameters: dictionary with `W1`, `b1`, … of the shapes in `SHAPES`.
        gradients: dictionary with `dW1`, `db1`, …, the gradients to be checked.
        X: array `(4, m)`.
        Y: array `(1, m)`, labels 0 or 1.
        epsilon: how far each parameter is perturbed, up and down.
        print_msg: whether to print a verdict.

    Returns:
        The relative difference of the two gradient vectors, a number.
    """
    ### BEGIN SOLUTION
    theta, _ = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)
    approximate = np.zeros_like(grad)
    for i in range(len(theta)):
        change = np.zeros_like(theta)
        change[i] = epsilon
        up, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta + change))
        down, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta - change))
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
# One number says *that* something is wrong. To see *where*, use numerical gradients for
# all parameters but one and check again: now only that one can differ. The backward
# pass starts at the last layer, so **look first at the last layer that is wrong**:
# everything before it may be wrong for the same reason.

# %% demo
np.random.seed(3)
X_n, Y_n = np.random.randn(4, 30), np.random.randint(0, 2, (1, 30))
theta_n = initialize_parameters_he([4, 5, 3, 1])
_, cache_n = forward_propagation_n(X_n, Y_n, theta_n)
buggy = backward_propagation_n(X_n, Y_n, cache_n)
yours = backward_propagation_with_regularization(X_n, Y_n, cache_n, 0)
gradient_check_n(theta_n, buggy, X_n, Y_n, print_msg=True)
gradient_check_n(theta_n, yours, X_n, Y_n, print_msg=True)
numerical = {
    "d" + key: numerical_gradient(
        lambda _: forward_propagation_n(X_n, Y_n, theta_n)[0], values
    )
    for key, values in theta_n.items()
}
alone = {
    "d" + key: gradient_check_n(
        theta_n, numerical | {"d" + key: buggy["d" + key]}, X_n, Y_n
    )
    for key in SHAPES
}
plots.bars(
    alone,
    xlabel="gradient",
    ylabel="relative difference",
    log=True,
    reading="Wrong: db3 in layer 3, dW1 and db1 in layer 1.",
)

# %% concept="where_are_the_bugs"
# Layer 3 is the last one. dW3 is right, db3 wrong, layer 2 right, dW1 and db1 wrong.
# Two lines of backward_propagation_n are wrong. Which two can they be?
# A: those of dW1 and db1    B: those of dZ3 and dW1
# C: those of db3 and dA2    D: those of db3 and dZ1
where_are_the_bugs = None

# %% demo
# Now fix them, in a copy: an average, and the derivative of ReLU, which is 0 or 1.
fixed = dict(buggy)
m = X_n.shape[1]
fixed["db3"] = buggy["db3"] / m
fixed["dZ1"] = buggy["dA1"] * (cache_n[1] > 0)
fixed["dW1"] = fixed["dZ1"] @ X_n.T / m
fixed["db1"] = np.sum(fixed["dZ1"], axis=1, keepdims=True) / m
gradient_check_n(theta_n, fixed, X_n, Y_n, print_msg=True)

# A smaller ε is not always better: in the end the two costs hardly differ at all.
sizes = 10.0 ** np.arange(-12, 0)
plots.lines(
    {"difference": [gradient_check_n(theta_n, fixed, X_n, Y_n, e) for e in sizes]},
    sizes,
    log="xy",
    markers=True,
    xlabel="perturbation ε",
    ylabel="relative difference",
    reading="Right: ε is so large that the cost bends. Left: rounding dominates.",
)

# %% [markdown]
# In practice: check on a few examples, with **dropout off** (its cost changes from call
# to call) and **the penalty in the cost** if it is in the gradients. Check at the start
# and again after some steps, since some bugs show only once the weights have grown.
# Then switch the check off: 47 parameters cost 94 forward passes, and a real network
# has millions of parameters.

# %% [markdown]
# # Part 6 · On real handwriting (optional)
# Ten digits, but only **300 images to learn from**, 30 of each. The network now has ten
# sigmoids instead of one: `Y` has a row for each digit, and the largest output wins.
# All your functions work as they are. The other 1000 images are for testing.
#
# Before you run the cells, order these by test accuracy: nothing, L2, dropout, shifted
# copies, and copies that are also mirrored.

# %% demo
digits = data.load("digits")
few = np.concatenate([np.flatnonzero(digits.train_y == d)[:30] for d in range(10)])
few_x, few_y = digits.train_x[few], digits.train_y[few]  # (300, 28, 28), (300,)
Y_few = np.eye(10)[few_y].T  # (10, 300), one row per digit
X_new = digits.test_x.reshape(1000, -1).T / 255


def columns(images):
    """Images as columns of numbers from 0 to 1."""
    return np.asarray(images).reshape(len(images), -1).T / 255


def copies(change, seed=5):
    """A function that gives the 300 images, each changed anew."""
    rng = np.random.default_rng(seed)
    return lambda: (columns([change(image, rng) for image in few_x]), Y_few)


def only_shifted(image, rng):
    """The image moved, but never mirrored."""
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
    print(f"{name:18} training {np.mean(seen == few_y):4.0%}   test {right[name]:5.1%}")
    if name == "nothing":
        plain_guess = guess

# %% demo
gain = 100 * (right["shifted copies"] - right["nothing"])
plots.bars(
    right,
    ylabel="test accuracy",
    percent=True,
    baseline={"chance": 0.1},
    reading=f"Shifted copies gain {gain:.0f} points. But a mirrored 3 is not a 3.",
)
missed = np.flatnonzero(plain_guess != digits.test_y)[:12]
plots.images(
    255 - digits.test_x[missed],
    [f"{digits.test_y[i]}, taken for {plain_guess[i]}" for i in missed],
    reading="Some digits that the network without a cure gets wrong.",
)

# %% [markdown] question="which_cure" points=6
# ## In your own words
# A clinic has 400 X-rays of left hands, healthy or broken. A network trained on 240 of
# them misclassifies 2 % in training and 19 % of 80 dev images; doctors misclassify 4 %.
# Write to the clinic in about eight sentences. What is wrong with the network, and
# which two gaps tell you so? Which two cures would you try first, and what does each do
# to the network? Would you mirror the images, and what does that depend on? How certain
# is the 19 %? What are the other 80 images for?
#
# ### BEGIN SOLUTION
# The network has high variance: dev error minus training error is 17 %, far too wide.
# It has no high bias: 2 % in training is even below the 4 % of the doctors, a sign that
# it memorized single images. I would first try L2, which shrinks all weights a little
# in every step, so that the network cannot bend around single images, and dropout,
# which sets units to 0 at random, so that it spreads its evidence. Shifted and slightly
# turned copies would help too, since a break stays a break. Mirrored copies turn left
# hands into right ones: harmless if the clinic will also show right hands or if the
# label does not depend on it, useless or harmful if orientation matters, as it did for
# digits. With 80 images the 19 % has a standard error of about 4 %, so small
# differences between cures mean nothing. The last 80 images are the test set: used once
# at the end, since the dev set has been used to choose.
#
# **Rubric**, one point each: high variance by the gap of dev and training error · no
# high bias, by the gap of training and doctors' error · two suitable cures, each with
# what it does · mirroring depends on whether the label stays right (and on what comes
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
# | stop when the dev cost stops falling | `early_stopping` |
# | $(J(\theta+\varepsilon)-J(\theta-\varepsilon))/2\varepsilon$ | `gradient_check_n` |

# %% [markdown]
# Here is the same in PyTorch, with `X` of shape $(m, 2)$ and `Y` of shape $(m,
# 1)$:
#
# ```
# net = nn.Sequential(nn.Linear(2, 40), nn.ReLU(), nn.Dropout(0.4),    # drops 0.4!
#                     nn.Linear(40, 20), nn.ReLU(), nn.Dropout(0.4), nn.Linear(20, 1))
# for layer in net:
#     if isinstance(layer, nn.Linear):
#         nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")   # He
#         nn.init.zeros_(layer.bias)
# sgd = torch.optim.SGD(net.parameters(), lr=0.3, weight_decay=1 / len(X))   # λ/m
# net.train()      # dropout on
# net.eval()       # dropout off: without this line, predictions are random
# ```

# %% [markdown]
# Its `p` is the probability of being *dropped*, and `weight_decay` shrinks the biases
# as well. The gradient check, with respect to all parameters:
#
# ```
# names, weights = zip(*net.double().named_parameters())
# def cost(*values):
#     Z = torch.func.functional_call(net, dict(zip(names, values)), X.double())
#     return nn.functional.binary_cross_entropy_with_logits(Z, Y.double())
# torch.autograd.gradcheck(cost, weights)
# ```

# %% [markdown]
# **Your function beside a library's.** Both got the same input. Where the values
# differ, the table says why.
#
# {{libraries}}

# %% [markdown]
# **A challenge** (optional). Under L1, weights overshoot zero in each step and hardly
# ever *are* zero. Write the *proximal* step instead: first take a step without the
# penalty, then move each weight toward zero by $\alpha\lambda/m$, stopping *at* zero.
# Count the exact zeros.
#
# **The paper of the week.** N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and
# R. Salakhutdinov, *Dropout: a simple way to prevent neural networks from overfitting*,
# JMLR 15 (2014). Read sections 1 and 7: what does figure 7 show about single units?
#
# **Next week** you make training fast, with better steps than plain gradient descent.

# %% demo
check.progress()
