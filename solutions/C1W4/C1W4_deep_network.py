# %% [markdown]
# # As deep as you like
# Four hidden units folded a flower. Now you write a network of **any depth**, from five
# small parts that snap together, train it on the photographs of animals and landmarks,
# and ask the question that every owner of a new network should ask: is it really
# better than one neuron, and how would I know?
#
# **Time** about two and a half hours, in five parts; stop after any of them. **You
# need** last week's network: bends, blame and the way back.

# %% [markdown]
# ## The map
# | part | you write | idea | points |
# |---|---|---|---|
# | 1 Shapes | `parameter_shapes` `initialize_…` | sizes decide all shapes | 13 |
# | 2 Forwards | `linear_forward` … `compute_cost` | one block, repeated | 24 |
# | 3 Backwards | `linear_backward` … `update_parameters` | the same, reversed | 33 |
# | 4 Models | `two_layer_model` `L_layer_model` `predict` | put together | 15 |
# | 5 Photographs | nothing new | train, compare, doubt | 0 |
#
# Nine short questions give 9 points, one answer in your own words 6.

# %% [markdown]
# **After this lab you can** write down every shape in a network of any depth, run it
# forwards and backwards, say what depth buys and what it does not, and compare two
# models without fooling yourself.
#
# Each exercise is followed by `check(…)`: a few fixed cases, what was expected, what
# you got, and often the name of the mistake. Your grade comes from the same kind of
# check on fresh cases.

# %%
import numpy as np

from helpers import data, photo, plots
from helpers.checks import checks_for

check = checks_for("C1W4")

# %% [markdown]
# ## Words and symbols
# Layer 0 is the input, layer $L$ the output; the $L - 1$ layers between are hidden.
#
# | symbol | in code | shape | means |
# |---|---|---|---|
# | $L$ | `L` | number | layers, the input not counted |
# | $n^{[l]}$ | `layer_dims[l]` | number | units of layer $l$; $n^{[0]} = n_x$ |
# | $A^{[0]} = X$ | `X` | $(n_x, m)$ | examples in columns |
# | $W^{[l]}$ | `W1`, `W2`, … | $(n^{[l]}, n^{[l-1]})$ | weights into layer $l$ |
# | $b^{[l]}$ | `b1`, `b2`, … | $(n^{[l]}, 1)$ | its biases |
# | $Z^{[l]}$, $A^{[l]}$ | `Z`, `A` | $(n^{[l]}, m)$ | before and after the bend |
# | $dA^{[l]}$ | `dA1`, … | $(n^{[l]}, m)$ | slope of $J$ in $A^{[l]}$, times $m$ |
# | $A^{[L]}$ | `AL` | $(1, m)$ | the probability of label 1 |

# %% [markdown]
# ## What you bring along
# From last week: two bends and the way back through them. Each bend returns a
# **cache** as well, here its input `Z`: a note for the way back.


# %%
def sigmoid(Z):
    """Logistic function and its cache, `Z`."""
    e = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1, e) / (1 + e), Z


def relu(Z):
    """The greater of `Z` and 0, and its cache, `Z`."""
    return np.maximum(0, Z), Z


def sigmoid_backward(dA, cache):
    """Walk back through the sigmoid: `dZ`."""
    A, _ = sigmoid(cache)
    return dA * A * (1 - A)


def relu_backward(dA, cache):
    """Walk back through ReLU: `dZ`."""
    return dA * (cache >= 0)


# %% [markdown]
# # Part 1 · Shapes
# Most errors in deep networks are errors of shape, and all shapes follow from a list of
# sizes. For `layer_dims = [3, 4, 2, 1]` and $m$ examples:
#
# | layer | `W` | `b` | `Z` and `A` |
# |---|---|---|---|
# | 0, the input | | | $(3, m)$ |
# | 1 | $(4, 3)$ | $(4, 1)$ | $(4, m)$ |
# | 2 | $(2, 4)$ | $(2, 1)$ | $(2, m)$ |
# | 3, the output | $(1, 2)$ | $(1, 1)$ | $(1, m)$ |
#
# Rows: what the layer gives. Columns of `W`: what it gets. And `dW` is like `W`, `dA`
# like `A`: every slope has the shape of what it is the slope of.

# %% concept="shape_of_w3"
# layer_dims = [12288, 20, 7, 5, 1]. Which shape has W3?
# A: (7, 20)   B: (5, 7)   C: (7, 5)   D: (1, 5)
shape_of_w3 = None

# %% [markdown]
# ### Exercise 1 · `parameter_shapes` · 4 points · about 5 minutes
# Write the table as a function: shapes by name.
#
# <details><summary>There is a W0</summary>
#
# The input has no weights. Layers 1 to `len(layer_dims) - 1` have.
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
# How many numbers does a network with layer_dims = [4, 3, 2, 1] learn?
count_all = None

# %% [markdown]
# ### Exercise 2 · `initialize_parameters` · 3 points · about 3 minutes
# For two layers, as last week: normal draws times 0.01, biases zero.
#
# <details><summary>The spread is 1, or the mean is not near 0</summary>
#
# `np.random.randn`, not `rand`; and mind the 0.01.
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
# A unit adds up $n^{[l-1]}$ inputs, each times a weight. The more inputs, the larger
# the sum: its spread grows like $\sqrt{n^{[l-1]}}$. So let the weights shrink:
#
# $$W^{[l]} = \text{normal draws} \,/\, \sqrt{n^{[l-1]}}$$
#
# By hand: with 100 inputs, 0.1 times a normal draw. Then what comes out of a layer is
# about as large as what went in, however many layers follow.

# %% [markdown]
# ### Exercise 3 · `initialize_parameters_deep` · 6 points · about 6 minutes
# For any list of sizes. Draw `W1`, `W2`, … in this order; set no seed.
#
# <details><summary>The spread is right for some layers only</summary>
#
# Divide by the root of the number of *inputs* of the layer: `layer_dims[l - 1]`.
# </details>


# %% exercise="initialize_parameters_deep"
def initialize_parameters_deep(layer_dims):
    """Random weights that keep the size of the signal, and zero biases.

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
# # Part 2 · Forwards
# ```
#  X ─►[ linear · relu ]─►[ linear · relu ]─► … ─►[ linear · sigmoid ]─► AL ─► J
#         │ cache 1          │ cache 2               │ cache L
#         ▼                  ▼                       ▼
#        dW1, db1 ◄─────── dW2, db2 ◄──── … ◄──── dWL, dbL ◄──────────────────┘
# ```
# One block, $L$ times. Forwards, each block puts into its cache what its way back will
# need: the linear part its input and weights, the bend its `Z`. You write the two
# halves of the block, then the chain.

# %% [markdown]
# ### Exercise 4 · `linear_forward` · 5 points · about 4 minutes
# $Z = W A + b$, where $A$ is what the layer before gave. The cache is the tuple
# `(A, W, b)`.
#
# By hand: $W = (1,\ 2)$, $A = \binom34$, $b = (5)$ give $Z = 3 + 8 + 5 = 16$.
#
# <details><summary>shapes not aligned</summary>
#
# `W` is `(n, n_prev)` and `A` is `(n_prev, m)`: weights first, nothing transposed.
# </details>


# %% exercise="linear_forward"
def linear_forward(A, W, b):
    """The linear half of a block.

    Args:
        A: array `(n_prev, m)`, what the layer before gave.
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
# The whole block: linear, then `sigmoid` or `relu`, which return their cache too. Keep
# both: `(linear_cache, activation_cache)`.
#
# <details><summary>It expected a tuple of 2 in the cache</summary>
#
# A pair of caches: the first is a tuple of three arrays, the second is the array `Z`.
# </details>


# %% exercise="linear_activation_forward"
def linear_activation_forward(A_prev, W, b, activation):
    """A block: linear, then a bend.

    Args:
        A_prev: array `(n_prev, m)`, what the layer before gave.
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
    bend = {"sigmoid": sigmoid, "relu": relu}[activation]
    A, activation_cache = bend(Z)
    return A, (linear_cache, activation_cache)
    ### END SOLUTION


# %% check="linear_activation_forward"
check(linear_activation_forward)

# %% [markdown]
# ### Exercise 6 · `L_model_forward` · 8 points · about 8 minutes
# The chain: ReLU in layers 1 to $L - 1$, the sigmoid in layer $L$. Collect the caches
# in a list, first layer first. How many layers? Half as many as parameters.
#
# <details><summary>There is one cache too few</summary>
#
# The output block, after the loop, has a cache as well.
# </details>
# <details><summary>shapes not aligned in the second layer</summary>
#
# Each block gets what the one before gave, not `X` again.
# </details>


# %% exercise="L_model_forward"
def L_model_forward(X, parameters):
    """All blocks in a row: ReLU inside, the sigmoid at the output.

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
# In vectorized NumPy code for a network of any depth, which loop has to stay?
# A: over the examples   B: over the units   C: over the layers   D: over the inputs
which_loop = None

# %% [markdown]
# ### Watch it work: does the signal get through?
# A thousand random examples through ten layers of 100 units, with both ways to start.
# How large is what comes out of each layer? Before you run: times 0.01, what is left
# after ten layers?

# %% demo
np.random.seed(0)
dims = [100] * 11 + [1]
start = initialize_parameters_deep(dims)
tiny = {name: p * 0.01 * np.sqrt(100) for name, p in start.items()}  # spread 0.01
spread = {}
for name, parameters in {"1 / sqrt(n)": start, "0.01": tiny}.items():
    _, caches = L_model_forward(np.random.randn(100, 1000), parameters)
    spread[name] = [np.sqrt(np.mean(linear[0] ** 2)) for linear, _ in caches]
plots.lines(
    spread,
    log="y",
    markers=True,
    xlabel="layer",
    ylabel="typical size of A",
    reading="With 0.01 each layer divides by about 14: after ten, nothing is left to "
    "learn from. 1 / sqrt(n) loses a little at each ReLU; in course 2 you mend that.",
)

# %% concept="vanished"
# A network of ten layers starts with weights 0.01 · randn and stays at a cost of 0.693
# for thousands of steps. The most likely reason?
# A: all units of a layer are equal, as they are after a start from zeros
# B: the learning rate is too large, so that steps leap across the valley
# C: ReLU has saturated, as its values are close to 1
# D: signal and blame shrink from layer to layer, until nothing arrives
vanished = None

# %% [markdown]
# ## Why deep? A circuit to count
# Is the number of ones among $n$ bits odd? That is **XOR** of $n$ inputs. Two bits need
# two ReLU units: $\text{relu}(a + b) - 2\,\text{relu}(a + b - 1)$. Check it for 0 0,
# 0 1 and 1 1.
#
# - **Deep**: pair the inputs up, then the results, as in a knockout cup. That makes
#   $n - 1$ matches of two units each, in $\log_2 n$ rounds.
# - **Wide**: one hidden layer, in which each unit knows one odd pattern by heart. There
#   are $2^{n-1}$ of those.


# %% demo
def xor_deep(n):
    """A knockout cup of XORs; n is a power of 2."""
    match = np.array([[1.0, 1.0], [1.0, 1.0]])  # a + b, twice
    parameters, layer = {}, 1
    while n > 1:
        n //= 2
        parameters[f"W{layer}"] = np.kron(np.eye(n), match)
        parameters[f"b{layer}"] = np.tile([[0.0], [-1.0]], (n, 1))
        match = np.array([[1.0, -2.0, 1.0, -2.0]] * 2)  # of two matches' results
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
# Your `L_model_forward` runs them both, on every possible input. Before you run: for 8
# bits, how many hidden units does each need?

# %% demo
print(" n   inputs   deep: units in layers, right      wide: units, right")
for n in (2, 4, 8):
    bits = np.array(list(np.ndindex(*[2] * n)), dtype=float).T  # (n, 2^n)
    odd = bits.sum(axis=0) % 2
    nets = xor_deep(n), xor_wide(bits)
    units = [sum(len(p) for name, p in net.items() if "b" in name) - 1 for net in nets]
    right = [np.mean((L_model_forward(bits, net)[0] > 0.5) == odd) for net in nets]
    print(
        f"{n:2} {2**n:8} {units[0]:9} in {len(nets[0]) // 2 - 1:2}, {right[0]:.0%}"
        f" {units[1]:24}, {right[1]:.0%}"
    )
rounds = 2 ** np.arange(1, 6)
plots.lines(
    {"deep: 2 (n - 1)": 2 * (rounds - 1), "wide: 2^(n-1)": 2.0 ** (rounds - 1)},
    rounds,
    log="y",
    markers=True,
    xlabel="inputs n",
    ylabel="hidden units",
    reading="At 32 inputs, 62 units against two thousand million.",
)

# %% concept="xor_by_heart"
# The wide network has one hidden unit for each odd pattern. How many for 16 inputs?
xor_by_heart = None

# %% [markdown]
# That is the promise of depth: features built from features, edges to eyes to faces.
# It is a promise about *some* functions. (With weights chosen cleverly, $n$ units in a
# single layer can count bits. Circuits of plain AND and OR gates with a fixed number of
# layers cannot do without the exponential.) Whether photographs are of that kind, we
# shall measure.

# %% [markdown]
# ### Exercise 7 · `compute_cost` · 5 points · about 3 minutes
# The average cross-entropy, as before: $J = -\frac1m \sum_i [\,y \ln a + (1 - y)
# \ln (1 - a)\,]$. By hand, $A^{[L]} = (0.5,\ 0.2)$ and $Y = (1, 0)$ cost 0.458.
#
# <details><summary>It expected a number and got an array</summary>
#
# Sum over both axes, or use `np.squeeze`.
# </details>
# <details><summary>nan, in a training of my own</summary>
#
# Some $a$ became exactly 0 or 1. The learning rate was too large.
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
# # Part 3 · Backwards
# Every block runs in reverse. It gets `dA`, the blame for its output, takes its cache,
# and gives three things: slopes for its own weights, slopes for its biases, and blame
# for the layer before.
#
# ```
#  dA ─►[ bend, backwards ]─► dZ ─►[ linear, backwards ]─► dA_prev
#            ▲ Z                        ▲ A_prev, W     └─► dW, db
# ```
# $$dW = \tfrac1m\, dZ\, A_{prev}^\top \qquad db = \tfrac1m \sum_i dZ^{(i)} \qquad
# dA_{prev} = W^\top dZ$$

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
# `dW` and `db` average over examples; `dA_prev` does not, each example keeps its own.

# %% [markdown]
# ### Exercise 8 · `linear_backward` · 9 points · about 8 minutes
# Three lines.
#
# <details><summary>dA_prev is too small by a factor</summary>
#
# It is not divided by `m`: only the weights' and biases' slopes are averages.
# </details>
# <details><summary>db has shape (n,) instead of (n, 1)</summary>
#
# `np.sum(…, axis=1, keepdims=True)`.
# </details>


# %% exercise="linear_backward"
def linear_backward(dZ, cache):
    """Back through the linear half of a block.

    Args:
        dZ: array `(n, m)`, blame for `Z`.
        cache: the tuple `(A_prev, W, b)` of `linear_forward`.

    Returns:
        dA_prev: array `(n_prev, m)`, blame for what the layer before gave.
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
# D: without it the bend could not be undone
what_is_cached = None

# %% [markdown]
# ### Exercise 9 · `linear_activation_backward` · 7 points · about 5 minutes
# First back through the bend, with `sigmoid_backward` or `relu_backward`, then through
# the linear half.
#
# <details><summary>not enough values to unpack</summary>
#
# The cache is a pair: `linear_cache, activation_cache = cache`.
# </details>


# %% exercise="linear_activation_backward"
def linear_activation_backward(dA, cache, activation):
    """Back through a block.

    Args:
        dA: array `(n, m)`, blame for the block's output.
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
# Where does the first blame come from? From the loss itself, whose slope in $a$ is
#
# $$dA^{[L]} = -\frac{Y}{A^{[L]}} + \frac{1 - Y}{1 - A^{[L]}}$$
#
# By hand: $y = 1$ and $a = 0.2$ give $dA = -5$: raise it! Then through the sigmoid:
# $-5 \cdot 0.2 \cdot 0.8 = -0.8$, which is $a - y$, as you know it.
#
# The block of layer $l$ gives $dA^{[l-1]}$, $dW^{[l]}$ and $db^{[l]}$. Mind the
# numbers: the blame is for the layer *before*.

# %% [markdown]
# ### Exercise 10 · `L_model_backward` · 12 points · about 15 minutes
# Blocks in reverse: layer $L$ with the sigmoid, then $L - 1$ down to 1 with ReLU.
#
# <details><summary>There is no key 'dA0'</summary>
#
# Layer 1 gives `dA0`, `dW1`, `db1`. Its cache is `caches[0]`.
# </details>
# <details><summary>Only the output layer is right</summary>
#
# Each block gets the blame that the block behind it returned.
# </details>


# %% exercise="L_model_backward"
def L_model_backward(AL, Y, caches):
    """Slopes of the cost in all parameters (Rumelhart, Hinton & Williams, 1986).

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
# Nudge every parameter of a network with four layers, both ways.
np.random.seed(4)
dims = [5, 4, 4, 3, 1]
X, Y = np.random.randn(5, 9), np.random.randint(0, 2, (1, 9))
point = {name: np.random.randn(*s) for name, s in parameter_shapes(dims).items()}
AL, caches = L_model_forward(X, point)
grads = L_model_backward(AL, Y, caches)
for name, values in point.items():
    nudged = np.zeros_like(values)
    for place in np.ndindex(values.shape):
        step = np.zeros_like(values)
        step[place] = 1e-6
        up, down = (
            compute_cost(L_model_forward(X, point | {name: values + s})[0], Y)
            for s in (step, -step)
        )
        nudged[place] = (up - down) / 2e-6
    gap = np.max(np.abs(nudged - grads["d" + name]))
    print(f"d{name} {values.shape!s:7} nudging and backward differ by {gap:.0e}")

# %% concept="use_of_da0"
# L_model_backward also gives dA0. What does learning do with it?
# A: it corrects the input X      B: it updates W1
# C: it starts the next step      D: nothing; the input is not learned
use_of_da0 = None

# %% [markdown]
# ### Exercise 11 · `update_parameters` · 5 points · about 4 minutes
# A step for every layer, in a new dictionary. `grads` holds `dA`s too; leave them be.
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
    """One step of gradient descent; the arguments stay as they are.

    Args:
        params: dictionary with `W1`, `b1`, …, `WL`, `bL`.
        grads: dictionary with their slopes `dW1`, `db1`, …; may hold more.
        learning_rate: length of the step in units of the slope.

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
# # Part 4 · Models
# ### Exercise 12 · `two_layer_model` · 5 points · about 8 minutes
# Linear, ReLU, linear, sigmoid. Start with `initialize_parameters`; note the cost
# before steps 0, 100, 200, …; print it then, if asked to.
#
# You may use the block functions twice each, or the chain: it handles two layers too.
#
# <details><summary>It learns nothing</summary>
#
# `update_parameters` returns new parameters. Who receives them?
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
# The same for any depth. Start with `initialize_parameters_deep`.


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
# Labels, 1 where the probability is above 0.5, and the share of them that is right.


# %% exercise="predict"
def predict(X, Y, parameters):
    """Labels that the network gives, and how many are right.

    Args:
        X: array `(n_x, m)`, an example in each column.
        Y: array `(1, m)`, true labels 0 or 1.
        parameters: dictionary with `W1`, `b1`, …, `WL`, `bL`.

    Returns:
        predictions: array `(1, m)`, 1 where the probability is above 0.5, else 0.
        accuracy: share of right predictions, between 0 and 1.

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
# # Part 5 · The photographs again
# Animals and landmarks, the very split of two weeks ago: 420 pictures cut from 81
# photographs to learn from, 60 from 30 others to test on, and 32 from 16 to make
# choices with. To save you time we average 2 × 2 pixels: 32 × 32 × 3 = 3072 numbers a
# picture, a quarter of the work. (Logistic regression is as good on these as on the
# large ones: 85 %.)


# %% demo
def columns(pictures):
    """Pictures `(m, 64, 64, 3)` as columns `(3072, m)` of numbers from 0 to 1."""
    small = np.asarray(pictures, dtype=float).reshape(-1, 32, 2, 32, 2, 3)
    return small.mean(axis=(2, 4)).reshape(len(pictures), -1).T / 255


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
# Logistic regression is a network too: `layers_dims = [3072, 1]`, no hidden layer, and
# your `L_layer_model` trains it. Beside it, one hidden layer of 7 units, and three of
# 20, 7 and 5. Some ten seconds of work.
#
# <details><summary><b>Predict</b>: which three test accuracies do you expect?</summary>
#
# Write them down. Most people expect a clear order.
# </details>

# %% demo
np.random.seed(1)
runs = {
    "one neuron": L_layer_model(X_train, Y_train, [3072, 1], 0.02, 1001),
    "one hidden layer": two_layer_model(X_train, Y_train, (3072, 7, 1), 0.015, 1001),
    "three hidden": L_layer_model(X_train, Y_train, [3072, 20, 7, 5, 1], 0.01, 1001),
}
plots.costs(
    {name: costs for name, (_, costs) in runs.items()},
    reading="The deepest ends lowest. The rates differ, so compare the ends.",
)

# %% [markdown]
# ## How sure can we be?
# The 60 test pictures are cuts of only 30 photographs, so there are 30 independent
# answers. We let the cuts of a photograph vote by their average probability, and
# count photographs. If a share $p$ of $n$ is right, chance alone moves it by about
#
# $$\text{standard error} = \sqrt{p\,(1 - p) / n}$$
#
# By hand: half of 100 right gives $\sqrt{0.25 / 100} = 5\,\%$. Two models that
# differ by less than their errors have not been told apart.


# %% demo
def by_photograph(X, Y, photographs, parameters):
    """Which photographs are called right, by the average of their cuts."""
    AL, _ = L_model_forward(X, parameters)
    return np.array([
        (AL[0, photographs == one].mean() > 0.5) == Y[0, photographs == one][0]
        for one in np.unique(photographs)
    ])  # fmt: skip


right, shown = {}, {}
for name, (parameters, _) in runs.items():
    right[name] = by_photograph(X_test, Y_test, photos.test_photo, parameters)
    share = right[name].mean()
    shown[name] = share, np.sqrt(share * (1 - share) / len(right[name]))
    _, seen = predict(X_train, Y_train, parameters)
    _, new = predict(X_test, Y_test, parameters)
    print(f"{name:17} training pictures {seen:4.0%}   test pictures {new:4.0%}")
plots.intervals(
    shown,
    xlabel="test photographs right",
    percent=True,
    baseline={"chance": 0.5},
    reading="Three numbers that are the same, as far as 30 photographs can tell.",
)

# %% concept="standard_error"
# Of 30 test photographs, 24 are called right. How large is the standard error of this
# share, in percent? Whole number.
standard_error = None

# %% demo
disagree = right["three hidden"] != right["one neuron"]
gained = np.sum(right["three hidden"] & disagree)
print(f"photographs on which the two disagree: {np.sum(disagree)} of {len(disagree)}")
print(f"three hidden layers are right on {gained} of these, one neuron on the others")

# %% [markdown]
# Depth fits the training pictures perfectly and new ones hardly better. It is not that
# depth fails: 81 photographs are too few to show the network what an animal is, and
# pixels in a column hide which ones are neighbours. More data and a better structure
# (course 4) will change this. A network is not better for being deeper; it is better
# when held-out data say so.

# %% demo cover=true
parameters = runs["three hidden"][0]
sure, _ = L_model_forward(X_test, parameters)
plots.mistakes(
    photos.test_set_x,
    Y_test,
    predict(X_test, Y_test, parameters)[0],
    photos.classes,
    sureness=np.maximum(sure, 1 - sure),
    reading="Compare with two weeks ago: the same ones again? And how sure it is now!",
)

# %% [markdown]
# ## Parameters and hyperparameters
# `W` and `b` are **parameters**: learned. What you chose beforehand are
# **hyperparameters**: learning rate, number of steps, number of layers, their sizes,
# the bend. They decide what the parameters become, and no gradient gives you their
# value. So try some, and choose by the *dev* set. Whoever chooses by the test set has
# used it up.

# %% concept="which_is_learned"
# Which of these is a parameter, not a hyperparameter?
# A: the learning rate            B: the size of the second hidden layer
# C: the biases of the output     D: the number of steps
which_is_learned = None

# %% demo
print("layers                rate   cost    training   dev pictures")
for hidden in ([7], [20, 7, 5]):
    for rate in (0.003, 0.01, 0.03):
        np.random.seed(1)
        chosen, costs = L_layer_model(
            X_train, Y_train, [3072, *hidden, 1], rate, num_iterations=301
        )
        seen = predict(X_train, Y_train, chosen)[1]
        new = predict(X_dev, Y_dev, chosen)[1]
        print(f"{hidden!s:20} {rate:6} {costs[-1]:6.2f} {seen:10.0%} {new:12.0%}")

# %% [markdown]
# The training column asks for the fastest; the dev column hardly moves, and with 16
# photographs its standard error is 11 %. So take the plainest that is not worse. In
# course 2 you search more cleverly, and with more data to judge by.
#
# ## A photograph of your own
# Put any image file beside this notebook, say its name, and run. Landmark or animal:
# these are the only answers it knows. What does it say to a portrait, or to your lunch?

# %% demo
my_photo = "my_photo.jpg"

try:
    picture = photo.load(my_photo)
except photo.PhotoError as problem:
    print(problem, "Until then, here is a test picture.")
    picture = photos.test_set_x[0]
probability = float(L_model_forward(columns([picture]), parameters)[0][0, 0])
called = photos.classes[int(probability > 0.5)]
plots.images(
    [picture],
    [f"{called}, {max(probability, 1 - probability):.0%} sure"],
    reading="Sure is not the same as right.",
)

# %% [markdown] question="is_deeper_better" points=6
# ## In your own words
# Your company wants to replace one neuron by your deep network, "since its training
# accuracy is nearly 100 %". Answer in about six sentences: what did you measure, on
# how many independent photographs, and how sure is it? Are the two models told apart?
# What can depth give in principle (use XOR), and why not here? What would you try next,
# and with which data would you decide?
#
# ### BEGIN SOLUTION
# Training accuracy says how well a model fits what it has seen; only held-out
# photographs count. There are 30 of them, so an accuracy near 85 % has a standard error
# of about 6 to 7 %, and all three models lie within one. They disagree on a few
# photographs in both directions, so they are not told apart. Depth can build features
# from features: XOR of n inputs takes 2(n - 1) units in log n layers, against 2^(n-1)
# in one layer that learns patterns by heart. Here 81 training photographs are too few,
# and the extra freedom went into learning them by heart. I would collect more
# photographs, or use a network that knows neighbouring pixels, choose among models on
# the dev set, and look at the test set once at the end.
#
# **Rubric**, one point each: held-out accuracy counts, not training · 30 photographs, a
# standard error of 6 to 7 % · not told apart · XOR or features of features as what
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
# The same in PyTorch, to read:
#
# ```
# blocks = []
# for n_prev, n in [(3072, 20), (20, 7), (7, 5), (5, 1)]:
#     blocks += [torch.nn.Linear(n_prev, n), torch.nn.ReLU()]
# net = torch.nn.Sequential(*blocks[:-1])                  # no ReLU at the output
# cost = torch.nn.BCEWithLogitsLoss()                      # sigmoid and cross-entropy
# step = torch.optim.SGD(net.parameters(), lr=0.01)
# for _ in range(1000):
#     step.zero_grad()
#     cost(net(X), Y).backward()                           # your L_model_backward
#     step.step()
# ```

# %% [markdown]
# **A challenge**, if you like. Learn XOR of 4 bits from its 16 examples instead of
# building it. Which layers find it from a random start, and how often in ten tries? To
# exist and to be found by gradient descent are two things.
#
# **The paper of the week.** Y. LeCun, Y. Bengio and G. Hinton, *Deep learning*, Nature
# 521 (2015). Nine pages, for readers of any field. Which of its figures could you have
# drawn after this lab?
#
# **Course 2** teaches deep networks to learn faster, and to stop learning by heart.

# %% demo
check.progress()
