# %% [markdown]
# # As deep as you like
# With four hidden units you separated a flower. Now you write a network of **any
# depth**, from small functions that fit together. You train it on the photographs of
# animals and landmarks, and ask the question that everyone should ask of a new network:
# is it really better than one neuron, and how would I know?
#
# **Time** about two and a half hours, in five parts; you can stop after any of them.
# **You need** last week's network: activation functions, and the way back through them.

# %% [markdown]
# ## The map
# | part | you write | idea | points |
# |---|---|---|---|
# | 1 Shapes | `parameter_shapes` `initialize_…` | sizes decide all shapes | 13 |
# | 2 Forward | `linear_forward` … `compute_cost` | one block, repeated | 24 |
# | 3 Backward | `linear_backward` … `update_parameters` | the same, reversed | 33 |
# | 4 Models | `two_layer_model` `L_layer_model` `predict` | put together | 15 |
# | 5 Photographs | nothing new | train, compare, doubt | 0 |
#
# Nine short questions are worth 9 points, an answer in your own words another 6.

# %% [markdown]
# **After this lab you can** write down every shape in a network of any depth, run it
# forward and backward, say what depth can do for you and what it cannot, and compare
# two models without fooling yourself.
#
# Each exercise is followed by `check(…)`, which runs your function on a few fixed cases
# and often recognizes the mistake. Your grade comes from the same type of check on
# fresh cases. Answer a short question with a letter in quotes, such as `"B"`, or with a
# number.

# %%
import numpy as np

from helpers import data, photo, plots
from helpers.checks import checks_for

check = checks_for("C1W4")

# %% [markdown]
# ## Words and symbols
# Layer 0 is the input, layer $L$ the output, and the $L - 1$ layers between are hidden.
#
# | symbol | in code | shape | means |
# |---|---|---|---|
# | $L$ | `L` | number | layers, not counting the input |
# | $n^{[l]}$ | `layer_dims[l]` | number | units of layer $l$; $n^{[0]} = n_x$ |
# | $A^{[0]} = X$ | `X` | $(n_x, m)$ | examples in columns |
# | $W^{[l]}$ | `W1`, `W2`, … | $(n^{[l]}, n^{[l-1]})$ | weights of layer $l$ |
# | $b^{[l]}$ | `b1`, `b2`, … | $(n^{[l]}, 1)$ | biases of layer $l$ |
# | $Z^{[l]}$, $A^{[l]}$ | `Z`, `A` | $(n^{[l]}, m)$ | before and after the activation |
# | $dA^{[l]}$ | `dA1`, … | $(n^{[l]}, m)$ | gradients of the $m$ losses, in columns |
# | $A^{[L]}$ | `AL` | $(1, m)$ | the probability of label 1 |

# %% [markdown]
# ## What you already have
# From last week you have two activation functions and their backward functions. Here
# each activation function also returns a **cache**, its input `Z`, to be used on the
# way back. At $Z = 0$, where ReLU has a corner, its derivative is taken as 0, as in
# PyTorch; no exercise depends on it.


# %%
def sigmoid(Z):
    """Logistic function and its cache, `Z`."""
    e = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1, e) / (1 + e), Z


def relu(Z):
    """Rectified linear unit, max(0, Z), and its cache, `Z`."""
    return np.maximum(0, Z), Z


def sigmoid_backward(dA, cache):
    """`dZ` from `dA` and the cache of the sigmoid."""
    A, _ = sigmoid(cache)
    return dA * A * (1 - A)


def relu_backward(dA, cache):
    """`dZ` from `dA` and the cache of ReLU."""
    return dA * (cache > 0)


# %% [markdown]
# # Part 1 · Shapes
# Many errors in deep networks are wrong shapes, and all shapes follow from the list of
# layer sizes. For `layer_dims = [3, 4, 2, 1]` and $m$ examples:
#
# | layer | `W` | `b` | `Z` and `A` |
# |---|---|---|---|
# | 0, the input | | | $(3, m)$ |
# | 1 | $(4, 3)$ | $(4, 1)$ | $(4, m)$ |
# | 2 | $(2, 4)$ | $(2, 1)$ | $(2, m)$ |
# | 3, the output | $(1, 2)$ | $(1, 1)$ | $(1, m)$ |
#
# Each array has a row for each unit of its layer, and `W` has a column for each input
# of the layer. Every gradient has the shape of its array: `dW` that of `W`, `dA` that
# of `A`.

# %% concept="shape_of_w3"
# layer_dims = [12288, 20, 7, 5, 1]. Which shape does W3 have?
# A: (7, 20)   B: (5, 7)   C: (7, 5)   D: (1, 5)
shape_of_w3 = None

# %% [markdown]
# ### Exercise 1 · `parameter_shapes` · 4 points · about 5 minutes
# Write the table as a function: for any list of sizes, return a dictionary with the
# shape of each `W` and `b`.
#
# <details><summary>There is a W0</summary>
#
# The input has no weights. Only layers 1 to `len(layer_dims) - 1` have them.
# </details>


# %% exercise="parameter_shapes"
def parameter_shapes(layer_dims):
    """Shapes of all weights and biases.

    Args:
        layer_dims: sizes of the layers, the input first.

    Returns:
        Dictionary from `"W1"`, `"b1"`, `"W2"`, … to tuples.

    Example:
        >>> parameter_shapes([3, 4, 1])
        {'W1': (4, 3), 'b1': (4, 1), 'W2': (1, 4), 'b2': (1, 1)}
    """
    ### BEGIN SOLUTION
    shapes = {}
    for layer in range(1, len(layer_dims)):
        shapes[f"W{layer}"] = (layer_dims[layer], layer_dims[layer - 1])
        shapes[f"b{layer}"] = (layer_dims[layer], 1)
    return shapes
    ### END SOLUTION


# %% check="parameter_shapes"
check(parameter_shapes)

# %% concept="count_all"
# How many numbers does a network with layer_dims = [4, 3, 2, 1] learn, weights and
# biases together?
count_all = None

# %% [markdown]
# ### Exercise 2 · `initialize_parameters` · 3 points · about 3 minutes
# Return the parameters for two layers, as last week: weights drawn from a normal
# distribution, times 0.01, and zero biases. Set no seed.
#
# <details><summary>It expected a mean near 0, or another standard deviation</summary>
#
# Use `np.random.randn`, not `rand`, and do not forget the 0.01.
# </details>


# %% exercise="initialize_parameters"
def initialize_parameters(n_x, n_h, n_y):
    """Small random weights and zero biases of a network with one hidden layer.

    Args:
        n_x: size of the input.
        n_h: size of the hidden layer.
        n_y: size of the output.

    Returns:
        Dictionary of arrays: `W1` `(n_h, n_x)` and `W2` `(n_y, n_h)`, normal with
        standard deviation 0.01; `b1` `(n_h, 1)` and `b2` `(n_y, 1)`, zeros.

    Example:
        >>> {name: a.shape for name, a in initialize_parameters(3, 2, 1).items()}
        {'W1': (2, 3), 'b1': (2, 1), 'W2': (1, 2), 'b2': (1, 1)}
    """
    ### BEGIN SOLUTION
    W1 = np.random.randn(n_h, n_x) * 0.01
    W2 = np.random.randn(n_y, n_h) * 0.01
    return {"W1": W1, "b1": np.zeros((n_h, 1)), "W2": W2, "b2": np.zeros((n_y, 1))}
    ### END SOLUTION


# %% check="initialize_parameters"
check(initialize_parameters)

# %% [markdown]
# ## How small is small?
# A unit adds up $n^{[l-1]}$ inputs, each multiplied by a weight. The more inputs, the
# larger the sum: its standard deviation grows like $\sqrt{n^{[l-1]}}$. To make up for
# this, let the weights shrink:
#
# $$W^{[l]} = \text{normal draws} \,/\, \sqrt{n^{[l-1]}}$$
#
# By hand: with 100 inputs, each weight is 0.1 times a normal draw. Then the values in
# $Z$ are about as large as those that came in, whatever the number of inputs.

# %% [markdown]
# ### Exercise 3 · `initialize_parameters_deep` · 6 points · about 6 minutes
# Return the parameters for any list of sizes, with weights scaled in this way and zero
# biases. Draw `W1`, `W2`, … in this order, with `np.random.randn`, and set no seed.
#
# <details><summary>The standard deviation is right for some layers only</summary>
#
# Divide by the square root of the number of *inputs* of the layer: `layer_dims[l - 1]`.
# </details>


# %% exercise="initialize_parameters_deep"
def initialize_parameters_deep(layer_dims):
    """Random weights scaled by the number of inputs, and zero biases.

    Args:
        layer_dims: sizes of the layers, the input first.

    Returns:
        Dictionary of arrays: `W1`, `W2`, …, normal with standard deviation
        `1 / sqrt(n[l-1])`, and `b1`, `b2`, …, zeros.

    Example:
        >>> {name: a.shape for name, a in initialize_parameters_deep([3, 4, 1]).items()}
        {'W1': (4, 3), 'b1': (4, 1), 'W2': (1, 4), 'b2': (1, 1)}
    """
    ### BEGIN SOLUTION
    parameters = {}
    for layer in range(1, len(layer_dims)):
        n, n_prev = layer_dims[layer], layer_dims[layer - 1]
        parameters[f"W{layer}"] = np.random.randn(n, n_prev) / np.sqrt(n_prev)
        parameters[f"b{layer}"] = np.zeros((n, 1))
    return parameters
    ### END SOLUTION


# %% check="initialize_parameters_deep"
check(initialize_parameters_deep)

# %% [markdown]
# Part 1 ends here: you know every shape, and where to start.
#
# # Part 2 · Forward
# ```
#  X ─►[ linear · relu ]─►[ linear · relu ]─► … ─►[ linear · sigmoid ]─► AL ─► J
#         │ cache 1          │ cache 2               │ cache L
#         ▼                  ▼                       ▼
#        dW1, db1 ◄─────── dW2, db2 ◄──── … ◄──── dWL, dbL ◄──────────────────┘
# ```

# %% [markdown]
# It is one block, repeated $L$ times. On the way forward each block keeps in its cache
# what it will need on the way back: input, weights and biases for the linear half, `Z`
# for the activation function. You write the two halves of the block, then the chain.

# %% [markdown]
# ### Exercise 4 · `linear_forward` · 5 points · about 4 minutes
# Compute $Z = W A + b$, where $A$ is the output of the layer before. Return `Z` and the
# cache, the tuple `(A, W, b)`.
#
# By hand: $W = (1,\ 2)$, $A = \binom34$, $b = (5)$ give $Z = 3 + 8 + 5 = 16$.
#
# <details><summary>shapes not aligned, or a mismatch in core dimension 0</summary>
#
# `W` is `(n, n_prev)` and `A` is `(n_prev, m)`: put the weights first, transpose
# nothing.
# </details>


# %% exercise="linear_forward"
def linear_forward(A, W, b):
    """The linear half of a block.

    Args:
        A: array `(n_prev, m)`, the output of the layer before.
        W: array `(n, n_prev)`, weights.
        b: array `(n, 1)`, biases.

    Returns:
        Z: array `(n, m)`.
        cache: the tuple `(A, W, b)`.

    Example:
        >>> A, W, b = np.array([[3.0], [4.0]]), np.array([[1.0, 2.0]]), np.array([[5]])
        >>> linear_forward(A, W, b)[0]
        array([[16.]])
    """
    ### BEGIN SOLUTION
    return W @ A + b, (A, W, b)
    ### END SOLUTION


# %% check="linear_forward"
check(linear_forward)

# %% [markdown]
# ### Exercise 5 · `linear_activation_forward` · 6 points · about 5 minutes
# Compute the whole block: `linear_forward`, then `sigmoid` or `relu`, as `activation`
# says. Both halves return a cache; return `A` and the pair of both caches,
# `(linear_cache, activation_cache)`.
#
# <details><summary>It expected a tuple of 2 in the cache</summary>
#
# The cache is a pair: a tuple of three arrays, then the array `Z`.
# </details>


# %% exercise="linear_activation_forward"
def linear_activation_forward(A_prev, W, b, activation):
    """A block: the linear half, then the activation function.

    Args:
        A_prev: array `(n_prev, m)`, the output of the layer before.
        W: array `(n, n_prev)`, weights.
        b: array `(n, 1)`, biases.
        activation: `"sigmoid"` or `"relu"`.

    Returns:
        A: array `(n, m)`.
        cache: the tuple `(linear_cache, activation_cache)`.

    Example:
        >>> A, W, b = np.array([[3.0], [4.0]]), np.array([[1.0, 2.0]]), np.array([[5]])
        >>> linear_activation_forward(A, W, b, "relu")[0]
        array([[16.]])
    """
    ### BEGIN SOLUTION
    Z, linear_cache = linear_forward(A_prev, W, b)
    A, activation_cache = {"sigmoid": sigmoid, "relu": relu}[activation](Z)
    return A, (linear_cache, activation_cache)
    ### END SOLUTION


# %% check="linear_activation_forward"
check(linear_activation_forward)

# %% [markdown]
# ### Exercise 6 · `L_model_forward` · 8 points · about 8 minutes
# Chain the blocks: ReLU in layers 1 to $L - 1$, the sigmoid in layer $L$. Return the
# probabilities `AL` and the list of caches, first layer first. Each layer has two
# entries in `parameters`, so $L$ is half their number.
#
# <details><summary>There is one cache too few</summary>
#
# The output block, after the loop, has a cache as well.
# </details>
# <details><summary>The shapes do not fit in the second layer</summary>
#
# The input of each block is the output of the one before, not `X` again.
# </details>


# %% exercise="L_model_forward"
def L_model_forward(X, parameters):
    """All blocks in a chain: ReLU inside, the sigmoid at the output.

    Args:
        X: array `(n_x, m)`, an example in each column.
        parameters: dictionary with `W1`, `b1`, …, `WL`, `bL`.

    Returns:
        AL: array `(n[L], m)`, the probabilities.
        caches: list of `L` caches of `linear_activation_forward`.

    Example:
        >>> parameters = {"W1": np.eye(2), "b1": np.array([[-1.0], [-2.0]])}
        >>> parameters |= {"W2": np.array([[3.0, 4.0]]), "b2": np.zeros((1, 1))}
        >>> L_model_forward(np.array([[1.0], [2.0]]), parameters)[0]
        array([[0.5]])
    """
    ### BEGIN SOLUTION
    A, caches, L = X, [], len(parameters) // 2
    for layer in range(1, L + 1):
        activation = "relu" if layer < L else "sigmoid"
        W, b = parameters[f"W{layer}"], parameters[f"b{layer}"]
        A, cache = linear_activation_forward(A, W, b, activation)
        caches.append(cache)
    return A, caches
    ### END SOLUTION


# %% check="L_model_forward"
check(L_model_forward)

# %% concept="which_loop"
# In vectorized NumPy code for a network of any depth, which loop do you still need?
# A: over the examples   B: over the units   C: over the layers   D: over the inputs
which_loop = None

# %% [markdown]
# ### Watch it work: does the signal get through?
# A thousand random examples go through ten layers of 100 units, initialized in both
# ways. How large are the values that come out of each layer? Before you run: if the
# weights are normal draws times 0.01, what is left after ten layers?

# %% demo
np.random.seed(0)
dims = [100] * 11 + [1]
start = initialize_parameters_deep(dims)
tiny = {name: p * 0.01 * np.sqrt(100) for name, p in start.items()}  # 0.01 · randn
sizes = {}
for name, parameters in {"1 / sqrt(n)": start, "0.01": tiny}.items():
    _, caches = L_model_forward(np.random.randn(100, 1000), parameters)
    sizes[name] = [np.sqrt(np.mean(linear[0] ** 2)) for linear, _ in caches]
per_layer = (sizes["0.01"][0] / sizes["0.01"][-1]) ** (1 / 10)
plots.lines(
    sizes,
    log="y",
    markers=True,
    xlabel="layer",
    ylabel="root mean square of A",
    reading=f"With 0.01 each layer divides the values by about {per_layer:.0f}, until "
    "nothing is left to learn from. With 1 / sqrt(n) it divides them by about 1.4, "
    "because of ReLU; course 2 makes up for that too.",
)

# %% concept="vanished"
# A network of ten layers starts with weights 0.01 · randn, and its cost stays at 0.693
# for thousands of steps. What is the most likely reason?
# A: all units of a layer are equal, as they are after a start from zeros
# B: the learning rate is too large, so that steps jump across the valley
# C: ReLU has saturated, as its values are close to 1
# D: values and gradients shrink from layer to layer, until nothing arrives
vanished = None

# %% [markdown]
# ## Why deep? A network that counts (optional)
# Is the number of ones among $n$ bits odd? That is **XOR** of $n$ inputs, also called
# parity. For two bits, two ReLU units are enough:
# $\text{relu}(a + b) - 2\,\text{relu}(a + b - 1)$. Check it for 0 0, 0 1 and 1 1.
#
# - **Deep**: pair up the inputs, then the results, as in a knockout tournament. That
#   makes $n - 1$ matches of two units each, in $\log_2 n$ rounds.
# - **Wide**: one hidden layer, in which each unit recognizes one *odd pattern*, that
#   is, one with an odd number of ones. There are $2^{n-1}$ of those.


# %% demo
def xor_deep(n):
    """A knockout tournament of XORs; n is a power of 2."""
    match = np.array([[1.0, 1.0], [1.0, 1.0]])  # a + b, twice
    parameters, layer = {}, 1
    while n > 1:
        n //= 2
        parameters[f"W{layer}"] = np.kron(np.eye(n), match)
        parameters[f"b{layer}"] = np.tile([[0.0], [-1.0]], (n, 1))
        match = np.array([[1.0, -2.0, 1.0, -2.0]] * 2)  # from the results of two
        layer += 1
    parameters[f"W{layer}"] = np.array([[20.0, -40.0]])
    parameters[f"b{layer}"] = np.array([[-10.0]])
    return parameters


def xor_wide(bits):
    """A unit for each odd column of `bits`: 1 for this pattern, 0 for all others."""
    odd = bits[:, bits.sum(axis=0) % 2 == 1].T
    parameters = {"W1": 2 * odd - 1, "b1": 1 - odd.sum(axis=1, keepdims=True)}
    return parameters | {"W2": np.full((1, len(odd)), 20.0), "b2": np.array([[-10.0]])}


# %% [markdown]
# Your `L_model_forward` runs both networks on every possible input. Before you run: for
# 8 bits, how many hidden units does each network need?

# %% demo
print("bits  inputs  deep: units  layers  right  wide: units  right")
for n in (2, 4, 8):
    bits = np.array(list(np.ndindex(*[2] * n)), dtype=float).T  # (n, 2^n)
    odd = bits.sum(axis=0) % 2
    nets = xor_deep(n), xor_wide(bits)
    units = [sum(len(p) for name, p in net.items() if "b" in name) - 1 for net in nets]
    right = [np.mean((L_model_forward(bits, net)[0] > 0.5) == odd) for net in nets]
    print(
        f"{n:4} {2**n:7} {units[0]:12} {len(nets[0]) // 2 - 1:7} {right[0]:6.0%}"
        f" {units[1]:12} {right[1]:6.0%}"
    )
bits = 2 ** np.arange(1, 6)
plots.lines(
    {"deep: 2 (n - 1)": 2 * (bits - 1), "wide: 2^(n - 1)": 2.0 ** (bits - 1)},
    bits,
    log="y",
    markers=True,
    xlabel="number of bits n",
    ylabel="hidden units",
    reading=f"For 32 bits, the deep network needs {2 * 31} hidden units, the wide one "
    f"{2**31:,}.",
)

# %% concept="xor_by_heart"
# The wide network has one hidden unit for each odd pattern. How many are needed for 16
# inputs?
xor_by_heart = None

# %% [markdown]
# That is the promise of depth: features built from features, edges to eyes to faces. It
# holds for *some* functions. (Even for parity, depth is not always needed: with
# cleverly chosen weights, $n$ ReLU units in a single layer can count the bits. Circuits
# of AND, OR and NOT gates do need depth: if it stays bounded as $n$ grows, they need
# more gates than any polynomial in $n$.) Whether depth helps with photographs is
# something we have to measure.

# %% [markdown]
# ### Exercise 7 · `compute_cost` · 5 points · about 3 minutes
# Compute the average cross-entropy, as before:
#
# $$J = -\frac1m \sum_i \big[\,y^{(i)} \ln a^{(i)} + (1 - y^{(i)}) \ln (1 - a^{(i)})\,
# \big]$$
#
# By hand, $A^{[L]} = (0.5,\ 0.2)$ and $Y = (1, 0)$ give 0.458.
#
# <details><summary>It expected a number and got an array</summary>
#
# Sum over both axes, or use `np.squeeze`.
# </details>


# %% exercise="compute_cost"
def compute_cost(AL, Y):
    """Average cross-entropy.

    Args:
        AL: array `(1, m)`, probabilities between 0 and 1.
        Y: array `(1, m)`, labels 0 or 1.

    Returns:
        The cost, a number.

    Example:
        >>> float(compute_cost(np.array([[0.5, 0.2]]), np.array([[1, 0]])).round(3))
        0.458
    """
    ### BEGIN SOLUTION
    return -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / Y.shape[1]
    ### END SOLUTION


# %% check="compute_cost"
check(compute_cost)

# %% [markdown]
# Part 2 ends here: your network of any depth can compute.
#
# # Part 3 · Backward
# Every block runs in reverse. It takes the upstream gradient `dA` and its cache, and
# returns three gradients: `dA_prev` for the block before, and `dW` and `db` for its own
# parameters.
#
# ```
#  dA ─►[ activation, backward ]─► dZ ─►[ linear, backward ]─► dA_prev
#            ▲ Z                             ▲ A_prev, W    └─► dW, db
# ```

# %% [markdown]
# $$dW = \tfrac1m\, dZ\, A_{prev}^\top \qquad db = \tfrac1m \sum_i dZ^{(i)} \qquad
# dA_{prev} = W^\top dZ$$
#
# As last week, column $i$ of `dA`, `dZ` and `dA_prev` is the gradient of the loss of
# example $i$. Only `dW` and `db` are averages over the examples, and so gradients of
# the cost.

# %% [markdown]
# By hand, two examples, one unit with two inputs: $dZ = (2,\ -4)$, $W = (3,\ 5)$ and
# $A_{prev} = \binom{1\ \ 0}{1\ \ 1}$, an example in each column.
#
# | | |
# |---|---|
# | $dW$ | $\frac12 (2 \cdot 1 - 4 \cdot 0,\ \ 2 \cdot 1 - 4 \cdot 1) = (1,\ -1)$ |
# | $db$ | $\frac12 (2 - 4) = -1$ |
# | $dA_{prev}$ | $\binom35 \cdot (2,\ -4) = \binom{\ 6\ \ -12}{10\ \ -20}$ |
#
# `dW` and `db` average over the examples. `dA_prev` does not: each example keeps its
# own column.

# %% [markdown]
# ### Exercise 8 · `linear_backward` · 9 points · about 8 minutes
# Compute `dA_prev`, `dW` and `db` by the three formulas, and return them in this order.
#
# <details><summary>dA_prev is too small by a factor</summary>
#
# It is not divided by `m`: only the gradients of the parameters are averages.
# </details>
# <details><summary>db has shape (n,) instead of (n, 1)</summary>
#
# `np.sum(…, axis=1, keepdims=True)`.
# </details>


# %% exercise="linear_backward"
def linear_backward(dZ, cache):
    """Back through the linear half of a block.

    Args:
        dZ: array `(n, m)`, gradient of each example's loss with respect to `Z`.
        cache: the tuple `(A_prev, W, b)` of `linear_forward`.

    Returns:
        dA_prev: array `(n_prev, m)`, the same with respect to `A_prev`.
        dW: array `(n, n_prev)`.
        db: array `(n, 1)`.

    Example:
        >>> A_prev, W = np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([[3.0, 5.0]])
        >>> linear_backward(np.array([[2.0, -4.0]]), (A_prev, W, np.zeros((1, 1))))[1]
        array([[ 1., -1.]])
    """
    ### BEGIN SOLUTION
    A_prev, W, _ = cache
    m = A_prev.shape[1]
    dW = dZ @ A_prev.T / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    return W.T @ dZ, dW, db
    ### END SOLUTION


# %% check="linear_backward"
check(linear_backward)

# %% concept="what_is_cached"
# Why does linear_forward keep A_prev in its cache?
# A: dW is a product of dZ and A_prev
# B: A_prev is needed once more to compute the cost
# C: dA_prev is a product of W and A_prev
# D: the way back through the activation function needs it
what_is_cached = None

# %% [markdown]
# ### Exercise 9 · `linear_activation_backward` · 7 points · about 5 minutes
# Go back through the whole block: first through the activation, with `sigmoid_backward`
# or `relu_backward`, then through the linear half. Return `dA_prev`, `dW` and `db`.
#
# <details><summary>not enough values to unpack</summary>
#
# The cache is a pair: `linear_cache, activation_cache = cache`.
# </details>


# %% exercise="linear_activation_backward"
def linear_activation_backward(dA, cache, activation):
    """Back through a block.

    Args:
        dA: array `(n, m)`, the upstream gradient, that of the block's output.
        cache: the pair `(linear_cache, activation_cache)`.
        activation: `"sigmoid"` or `"relu"`.

    Returns:
        dA_prev: array `(n_prev, m)`.
        dW: array `(n, n_prev)`.
        db: array `(n, 1)`.

    Example:
        >>> A_prev, W = np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([[3.0, 5.0]])
        >>> cache = (A_prev, W, np.zeros((1, 1))), np.array([[8.0, -5.0]])
        >>> linear_activation_backward(np.array([[2.0, -4.0]]), cache, "relu")[1]
        array([[1., 1.]])
    """
    ### BEGIN SOLUTION
    linear_cache, activation_cache = cache
    back = {"sigmoid": sigmoid_backward, "relu": relu_backward}[activation]
    return linear_backward(back(dA, activation_cache), linear_cache)
    ### END SOLUTION


# %% check="linear_activation_backward"
check(linear_activation_backward)

# %% [markdown]
# ## All the way back
# Where does the first `dA` come from? From the loss, whose derivative with respect to
# $a$ is
#
# $$dA^{[L]} = -\frac{Y}{A^{[L]}} + \frac{1 - Y}{1 - A^{[L]}}$$
#
# By hand: $y = 1$ and $a = 0.2$ give $dA = -5$: a larger $a$ would lower the loss.
# Through the sigmoid: $-5 \cdot 0.2 \cdot 0.8 = -0.8$, which is $a - y$, as you know.
#
# The block of layer $l$ returns $dA^{[l-1]}$, $dW^{[l]}$ and $db^{[l]}$. Note that the
# first has a different number: it belongs to the output of the layer *before*.

# %% [markdown]
# ### Exercise 10 · `L_model_backward` · 12 points · about 15 minutes
# Run the blocks in reverse: layer $L$ with the sigmoid, then layers $L - 1$ down to 1
# with ReLU. Collect all gradients in one dictionary.
#
# <details><summary>There is no key 'dA0'</summary>
#
# Layer 1 gives `dA0`, `dW1`, `db1`. Its cache is `caches[0]`.
# </details>
# <details><summary>Only the output layer is right</summary>
#
# The upstream gradient of a block is the `dA_prev` that the block after it returned.
# </details>


# %% exercise="L_model_backward"
def L_model_backward(AL, Y, caches):
    """Gradients of all parameters and outputs (Rumelhart, Hinton & Williams, 1986).

    Args:
        AL: array `(1, m)`, the probabilities.
        Y: array `(1, m)`, labels 0 or 1.
        caches: list of `L` caches from `L_model_forward`.

    Returns:
        Dictionary with `dA0`, …, `dA{L-1}`, `dW1`, …, `dWL` and `db1`, …, `dbL`.

    Example:
        >>> linear_cache = (np.ones((2, 1)), np.array([[1.0, -1.0]]), np.zeros((1, 1)))
        >>> caches = [(linear_cache, np.zeros((1, 1)))]
        >>> L_model_backward(np.array([[0.5]]), np.array([[1]]), caches)["dW1"]
        array([[-0.5, -0.5]])
    """
    ### BEGIN SOLUTION
    grads, L = {}, len(caches)
    dA = -Y / AL + (1 - Y) / (1 - AL)  # (1, m)
    for layer in range(L, 0, -1):
        activation = "sigmoid" if layer == L else "relu"
        dA, dW, db = linear_activation_backward(dA, caches[layer - 1], activation)
        grads |= {f"dA{layer - 1}": dA, f"dW{layer}": dW, f"db{layer}": db}
    return grads
    ### END SOLUTION


# %% check="L_model_backward"
check(L_model_backward)

# %% demo
# A gradient check of a network with four layers: change each parameter both ways.
np.random.seed(4)
dims = [5, 4, 4, 3, 1]
X, Y = np.random.randn(5, 9), np.random.randint(0, 2, (1, 9))
point = {name: np.random.randn(*s) for name, s in parameter_shapes(dims).items()}
AL, caches = L_model_forward(X, point)
grads = L_model_backward(AL, Y, caches)
for name, values in point.items():
    numerical = np.zeros_like(values)
    for index in np.ndindex(values.shape):
        h = np.zeros_like(values)
        h[index] = 1e-6
        up, down = (
            compute_cost(L_model_forward(X, point | {name: values + s})[0], Y)
            for s in (h, -h)
        )
        numerical[index] = (up - down) / 2e-6
    gap = np.max(np.abs(numerical - grads["d" + name]))
    print(f"d{name} {values.shape!s:7} and the numerical gradient differ by {gap:.0e}")

# %% concept="use_of_da0"
# L_model_backward also gives dA0. What is it used for in learning?
# A: to correct the input X       B: to update W1
# C: to start the next step       D: for nothing; the input is not learned
use_of_da0 = None

# %% [markdown]
# ### Exercise 11 · `update_parameters` · 5 points · about 4 minutes
# Return a new dictionary in which every parameter has taken one step of gradient
# descent. `grads` also holds the `dA`s; ignore them.
#
# <details><summary>KeyError: 'W5', and there are four layers</summary>
#
# `params` holds weights and biases, so there are half as many layers as entries.
# </details>
# <details><summary>It says that `params` was changed</summary>
#
# `params["W1"] -= …` writes into the caller's array, even if the dictionary is a copy.
# </details>


# %% exercise="update_parameters"
def update_parameters(params, grads, learning_rate):
    """One step of gradient descent; the arguments are not changed.

    Args:
        params: dictionary with `W1`, `b1`, …, `WL`, `bL`.
        grads: dictionary with their gradients `dW1`, `db1`, …; may hold more.
        learning_rate: factor by which the gradients are multiplied.

    Returns:
        A new dictionary with `W1`, `b1`, …, `WL`, `bL`.

    Example:
        >>> params = {"W1": np.ones((1, 2)), "b1": np.zeros((1, 1))}
        >>> grads = {"dW1": np.array([[2.0, 4.0]]), "db1": np.ones((1, 1))}
        >>> update_parameters(params, grads, 0.25)["W1"]
        array([[0.5, 0. ]])
    """
    ### BEGIN SOLUTION
    return {name: p - learning_rate * grads["d" + name] for name, p in params.items()}
    ### END SOLUTION


# %% check="update_parameters"
check(update_parameters)

# %% [markdown]
# Part 3 ends here: you have backpropagation for any depth, and it is tested.
#
# # Part 4 · Models
# Now put the pieces together, first for two layers, then for any number.

# %% [markdown]
# ### Exercise 12 · `two_layer_model` · 5 points · about 8 minutes
# Train a network with one hidden layer: linear, ReLU, linear, sigmoid. Start with
# `initialize_parameters`. Before steps 0, 100, 200, …, append the cost to a list, and
# print it if `print_cost` is true. Call `linear_activation_forward` and
# `linear_activation_backward` for each layer, or use `L_model_forward` and
# `L_model_backward`.
#
# <details><summary>The parameters come back as they started</summary>
#
# `update_parameters` returns new parameters. Do you keep them?
# </details>


# %% exercise="two_layer_model"
def two_layer_model(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    """Train a network with one hidden layer of ReLU units.

    Args:
        X: array `(n_x, m)`, an example in each column.
        Y: array `(1, m)`, labels 0 or 1.
        layers_dims: the three sizes `(n_x, n_h, n_y)`.
        learning_rate: length of a step.
        num_iterations: how many steps.
        print_cost: whether to print the cost every 100 iterations.

    Returns:
        parameters: dictionary with the trained `W1`, `b1`, `W2`, `b2`.
        costs: list of the costs before iterations 0, 100, 200, …
    """
    ### BEGIN SOLUTION
    parameters, costs = initialize_parameters(*layers_dims), []
    for i in range(num_iterations):
        AL, caches = L_model_forward(X, parameters)
        if i % 100 == 0:
            costs.append(compute_cost(AL, Y))
            if print_cost:
                print(f"cost after iteration {i}: {costs[-1]:.6f}")
        grads = L_model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs
    ### END SOLUTION


# %% check="two_layer_model"
check(two_layer_model)

# %% [markdown]
# ### Exercise 13 · `L_layer_model` · 6 points · about 6 minutes
# Do the same for any depth. Start with `initialize_parameters_deep`.
#
# <details><summary>The shapes do not fit, or a KeyError</summary>
#
# `layers_dims` has any length here. Use `L_model_forward` and `L_model_backward`.
# </details>


# %% exercise="L_layer_model"
def L_layer_model(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    """Train a network of any depth.

    Args:
        X: array `(n_x, m)`, an example in each column.
        Y: array `(1, m)`, labels 0 or 1.
        layers_dims: sizes of all layers, the input first.
        learning_rate: length of a step.
        num_iterations: how many steps.
        print_cost: whether to print the cost every 100 iterations.

    Returns:
        parameters: dictionary with the trained `W1`, `b1`, …, `WL`, `bL`.
        costs: list of the costs before iterations 0, 100, 200, …
    """
    ### BEGIN SOLUTION
    parameters, costs = initialize_parameters_deep(layers_dims), []
    for i in range(num_iterations):
        AL, caches = L_model_forward(X, parameters)
        if i % 100 == 0:
            costs.append(compute_cost(AL, Y))
            if print_cost:
                print(f"cost after iteration {i}: {costs[-1]:.6f}")
        grads = L_model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs
    ### END SOLUTION


# %% check="L_layer_model"
check(L_layer_model)

# %% [markdown]
# ### Exercise 14 · `predict` · 4 points · about 3 minutes
# Return the predicted labels, 1 where the probability is above 0.5 and else 0, and the
# accuracy: the fraction of them that agree with `Y`.
#
# <details><summary>The accuracy is 0, or nearly</summary>
#
# Compare the labels with `Y`, not the probabilities.
# </details>


# %% exercise="predict"
def predict(X, Y, parameters):
    """Labels predicted by the network, and their accuracy.

    Args:
        X: array `(n_x, m)`, an example in each column.
        Y: array `(1, m)`, true labels 0 or 1.
        parameters: dictionary with `W1`, `b1`, …, `WL`, `bL`.

    Returns:
        predictions: array `(1, m)`, 1 where the probability is above 0.5, else 0.
        accuracy: fraction of correct predictions, between 0 and 1.

    Example:
        >>> parameters = {"W1": np.eye(1), "b1": np.zeros((1, 1))}
        >>> labels, accuracy = predict(
        ...     np.array([[-3.0, 0.0, 3.0, 5.0]]), np.array([[0, 0, 1, 0]]), parameters
        ... )
        >>> labels, float(accuracy)
        (array([[0, 0, 1, 1]]), 0.75)
    """
    ### BEGIN SOLUTION
    predictions = (L_model_forward(X, parameters)[0] > 0.5).astype(int)
    return predictions, np.mean(predictions == Y)
    ### END SOLUTION


# %% check="predict"
check(predict)

# %% [markdown]
# Part 4 ends here: everything is written.
#
# # Part 5 · The photographs again
# Animals and landmarks again, split as two weeks ago: the training set has 420 images
# cut from 81 photographs, the test set 60 images from 30 others. A dev set of 32 images
# from 16 more photographs is for making choices. To save time we average 4 × 4 pixels:
# 16 × 16 × 3 = 768 numbers per image, a sixteenth of the work.


# %% demo
def columns(images):
    """Images `(m, 64, 64, 3)` as columns `(768, m)` of numbers from 0 to 1."""
    small = np.asarray(images, dtype=float).reshape(-1, 16, 4, 16, 4, 3)
    return small.mean(axis=(2, 4)).reshape(len(images), -1).T / 255


photos = data.load("photos")
X_train, X_dev, X_test = map(
    columns, (photos.train_set_x, photos.dev_x, photos.test_set_x)
)
Y_train, Y_dev, Y_test = (
    labels.reshape(1, -1)
    for labels in (photos.train_set_y, photos.dev_y, photos.test_set_y)
)
print("train", X_train.shape, " dev", X_dev.shape, " test", X_test.shape)

# %% [markdown]
# ## Three models
# Logistic regression is a network too: with `layers_dims = [768, 1]` there is no
# hidden layer, and your `L_layer_model` trains it. Next to it we train a network with
# one hidden layer of 7 units, and one with three, of 20, 7 and 5. It takes a few
# seconds.
#
# <details><summary><b>Predict</b>: which three test accuracies do you expect?</summary>
#
# Write them down. Most people expect a clear order.
# </details>

# %% demo
np.random.seed(1)
runs = {
    "one neuron": L_layer_model(X_train, Y_train, [768, 1], 0.04, 1001),
    "one hidden layer": two_layer_model(X_train, Y_train, (768, 7, 1), 0.025, 1001),
    "three hidden layers": L_layer_model(
        X_train, Y_train, [768, 20, 7, 5, 1], 0.01, 1001
    ),
}
plots.costs(
    {name: costs for name, (_, costs) in runs.items()},
    reading="The deepest network ends with the lowest training cost. The learning "
    "rates differ, so compare only the final costs.",
)

# %% [markdown]
# ## How sure can we be?
# The 60 test images were cut from only 30 photographs, so there are 30 independent
# answers. We average the probabilities over the images of a photograph and count
# photographs. If a share $p$ of $n$ independent answers is right, this share varies by
# chance by about
#
# $$\text{standard error} = \sqrt{p\,(1 - p) / n}$$
#
# By hand: if half of 100 are right, it is $\sqrt{0.25 / 100} = 5\,\%$. Two models that
# differ by less than their standard errors cannot be told apart by such a test.


# %% demo
def by_photograph(X, Y, photographs, parameters):
    """Whether each photograph is right, by the average probability of its images."""
    AL, _ = L_model_forward(X, parameters)
    return np.array(
        [
            (AL[0, photographs == one].mean() > 0.5) == Y[0, photographs == one][0]
            for one in np.unique(photographs)
        ]
    )


right, shown = {}, {}
for name, (parameters, _) in runs.items():
    right[name] = by_photograph(X_test, Y_test, photos.test_photo, parameters)
    share = right[name].mean()
    shown[name] = share, np.sqrt(share * (1 - share) / len(right[name]))
    _, seen = predict(X_train, Y_train, parameters)
    _, new = predict(X_test, Y_test, parameters)
    print(f"{name:20} training images {seen:4.0%}   test images {new:4.0%}")
plots.intervals(
    shown,
    xlabel="test photographs right",
    percent=True,
    baseline={"chance": 0.5},
    reading="The bars show one standard error to either side. They overlap: 30 "
    "photographs cannot tell the three models apart.",
)

# %% concept="standard_error"
# Of 30 test photographs, 24 are classified correctly. How large is the standard error
# of this share, in percent? Answer with a whole number.
standard_error = None

# %% demo
deep, one = right["three hidden layers"], right["one neuron"]
print(
    f"three hidden layers and one neuron disagree on {np.sum(deep != one)}"
    f" of {len(one)} photographs"
)
print(f"three hidden layers are right on {np.sum(deep & ~one)} of these")
print("how sure on average     when right   when wrong")
for name, (parameters, _) in runs.items():
    AL, _ = L_model_forward(X_test, parameters)
    sure, correct = np.maximum(AL, 1 - AL), (AL > 0.5) == Y_test
    print(f"{name:20} {sure[correct].mean():12.0%} {sure[~correct].mean():12.0%}")

# %% [markdown]
# Depth fits the training images better; on the test images it shows no advantage. This
# does not mean that depth fails. 81 photographs are too few to show a network what an
# animal is, and a column of pixels hides which ones are neighbours. More data and a
# better structure (course 4) will change this. A network is not better because it is
# deeper; it is better when held-out data say so.

# %% demo cover=true
parameters = runs["three hidden layers"][0]
sure, _ = L_model_forward(X_test, parameters)
plots.mistakes(
    photos.test_set_x,
    Y_test,
    predict(X_test, Y_test, parameters)[0],
    photos.classes,
    sureness=np.maximum(sure, 1 - sure),
    reading="The mistakes of the deepest network, the most confident first. Do you "
    "recognize some of them from the neuron of two weeks ago?",
)

# %% [markdown]
# ## Parameters and hyperparameters
# `W` and `b` are **parameters**: they are learned. What you chose beforehand are
# **hyperparameters**: the learning rate, the number of steps, the number of layers,
# their sizes, the activation function. They influence what the parameters become, and
# gradient descent does not find them for you. So try several values, and choose by the
# *dev* set. Once you have chosen by the test set, it no longer tells you how you will
# do on unseen photographs.

# %% concept="which_is_learned"
# Which of these is a parameter, not a hyperparameter?
# A: the learning rate            B: the size of the second hidden layer
# C: the biases of the output     D: the number of steps
which_is_learned = None

# %% demo
print("hidden layers  learning rate   cost   training   dev images")
for hidden in ([7], [20, 7, 5]):
    for rate in (0.01, 0.02, 0.03):
        np.random.seed(1)
        chosen, costs = L_layer_model(
            X_train, Y_train, [768, *hidden, 1], rate, num_iterations=301
        )
        seen = predict(X_train, Y_train, chosen)[1]
        new = predict(X_dev, Y_dev, chosen)[1]
        print(f"{hidden!s:14} {rate:13} {costs[-1]:6.2f} {seen:10.0%} {new:12.0%}")
error = np.sqrt(new * (1 - new) / len(np.unique(photos.dev_photo)))
print(f"standard error of the last accuracy, for 16 photographs: {error:.0%}")

# %% [markdown]
# The training column favours the larger rates. The dev accuracies differ by hardly more
# than their standard error, so they do not say which is best. Then take the simplest
# model that is not worse. In course 2 you will search more cleverly, and with more data
# to judge by.

# %% [markdown]
# ## A photograph of your own (optional)
# Put any image file beside this notebook, give its name below, and run the cell.
# Landmark or animal: these are the only answers the network knows. What does it say
# about a portrait, or about your lunch?

# %% demo
my_photo = "my_photo.jpg"

try:
    image = photo.load(my_photo)
except photo.PhotoError as problem:
    print(problem, "Until then, here is a test image.")
    image = photos.test_set_x[0]
probability = float(L_model_forward(columns([image]), parameters)[0][0, 0])
called = photos.classes[int(probability > 0.5)]
plots.images(
    [image],
    [f"{called}, {max(probability, 1 - probability):.0%} sure"],
    reading="Being sure is not the same as being right.",
)

# %% [markdown] question="is_deeper_better" points=6
# ## In your own words
# Your company wants to replace one neuron by your deep network, "since its training
# accuracy is nearly 100 %". Answer in about six sentences. What did you measure, on how
# many independent photographs, and how certain is it? Can the two models be told apart?
# What can depth give in principle (use XOR), and why not here? What would you try next,
# and with which data would you decide?
#
# ### BEGIN SOLUTION
# Training accuracy says how well a model fits what it has seen; only held-out
# photographs count. There are 30 of them, so an accuracy of 85 to 90 % has a standard
# error of about 5 to 7 %, and all three models lie within one. They disagree on a few
# photographs at most, so they cannot be told apart. Depth can build features from
# features: XOR of n inputs takes 2(n - 1) units in log2(n) layers, against 2^(n-1) in
# one layer that memorizes patterns. Here 81 training photographs are too few, and the
# extra freedom went into memorizing them. I would collect more photographs, or use a
# network that knows which pixels are neighbours, choose among models on the dev set,
# and look at the test set once at the end.
#
# **Rubric**, one point each: held-out accuracy counts, not training · 30 photographs, a
# standard error of 5 to 7 % · not told apart · XOR or features of features as what
# depth can give · too few photographs or overfitting (or columns hide neighbours) as
# reason · a sensible next step, decided on a dev set.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the formula | your function |
# |---|---|
# | $(n^{[l]}, n^{[l-1]})$, $(n^{[l]}, 1)$ | `parameter_shapes` |
# | normal draws $/ \sqrt{n^{[l-1]}}$ | `initialize_parameters_deep` |
# | $Z = WA + b$, $A = g(Z)$ | `linear_forward`, `linear_activation_forward` |
# | $A^{[0]} \to A^{[1]} \to \dots \to A^{[L]}$ | `L_model_forward` |
# | $dW = \frac1m dZ A^\top$, $db$, $dA = W^\top dZ$ | `linear_backward` |
# | $dZ = dA * g'(Z)$ | `linear_activation_backward` |
# | $dA^{[L]} \to \dots \to dA^{[0]}$ | `L_model_backward` |
# | $\theta \leftarrow \theta - \alpha\,d\theta$, again and again | `L_layer_model` |

# %% [markdown]
# The same network in PyTorch, for you to read:
# ```
# X, Y = (torch.tensor(a.T, dtype=torch.float32) for a in (X_train, Y_train))
# layers, sizes = [], [768, 20, 7, 5, 1]
# for n_prev, n in zip(sizes, sizes[1:]):
#     layers += [torch.nn.Linear(n_prev, n), torch.nn.ReLU()]
# net = torch.nn.Sequential(*layers[:-1])                  # no ReLU at the output
# loss = torch.nn.BCEWithLogitsLoss()                      # sigmoid and cross-entropy
# optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
# for _ in range(1000):
#     optimizer.zero_grad()                                # forget the old gradients
#     loss(net(X), Y).backward()                           # your L_model_backward
#     optimizer.step()                                     # your update_parameters
# ```

# %% [markdown]
# Examples are rows in PyTorch, hence the `.T`. `Linear` draws its weights uniformly
# between $-1/\sqrt{n}$ and $1/\sqrt{n}$, where $n$ is the number of its inputs. Their
# standard deviation is only 0.58 times that of your `initialize_parameters_deep`, so a
# deep network starts with weaker signals.

# %% [markdown]
# **Your function beside a library's.** Both got the same input. Where the values
# differ, the table says why.
#
# {{libraries}}

# %% [markdown]
# **A challenge** (optional). Learn XOR of 4 bits from its 16 examples instead of
# building it. Which layer sizes find it from a random start, and how often in ten
# tries? That a network exists does not mean that gradient descent finds it.
#
# **The paper of the week.** Y. LeCun, Y. Bengio and G. Hinton, *Deep learning*, Nature
# 521 (2015). Nine pages, for readers of any field. Which of its figures could you have
# drawn after this lab?
#
# **Course 2** makes deep networks learn faster, and keeps them from memorizing.

# %% demo
check.progress()
