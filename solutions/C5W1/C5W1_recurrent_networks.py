# %% [markdown]
# # Networks that remember
# A photograph is all there at once. A name, a tune or a sentence arrives piece by
# piece, and each piece means something only after what came before. You will build
# networks with a memory, in NumPy: the plain cell, the GRU and the LSTM, forwards **and
# backwards**. Then yours will invent names for towns that do not exist, and improvise
# ragtime that you can listen to.
#
# **Time** about four hours, in ten parts; stop after any of them, and run the cells
# above again when you return. **You need** the chain rule as in course 1, and patience
# with indices: here time is one of them.

# %% [markdown]
# ## The map
# | part | you write | points |
# |---|---|---|
# | 1 Sequences, 2 A cell | `rnn_cell_forward` `rnn_forward` | 7 |
# | 3 Back through time | `rnn_cell_backward` `rnn_backward` | 10 |
# | 4 Vanishing, exploding | `clip` `clip_by_norm` | 6 |
# | 5 GRU | `gru_cell_forward` `gru_forward` `gru_cell_backward` | 12 |
# | 6 LSTM | `lstm_cell_forward` `lstm_forward` `…_backward` | 21 |
# | 7 Gates at work, 8 More cells | `bidirectional_forward` `deep_rnn_forward` | 6 |
# | 9 Names | `sample` `optimize` `model` `perplexity` and one more | 18 |
# | 10 Ragtime | `djmodel` `music_inference_model` `predict_and_sample` | 7 |
#
# Eight short questions are worth 8 points, and one answer in your own words is worth 5.

# %% [markdown]
# **After this lab you can** write any recurrent cell and its gradients, measure whether
# a network can learn from what happened many steps ago, interpret gates, judge a
# language model by its perplexity, and generate text with it.
#
# Each exercise is followed by a cell with `check(…)`, which runs your function on a few
# fixed cases and often recognizes the mistake. Your grade comes from the same type of
# check on fresh cases. Hints are folded under each task; each title is a symptom you
# might see. Answer short questions with a letter in quotes, such as `"B"`, or with a
# number.

# %%
import tempfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np

from helpers import audio, data, nn, plots
from helpers.checks import checks_for

check = checks_for("C5W1")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | shape | meaning |
# |---|---|---|---|
# | $m$, $T_x$ | `m`, `T_x` | numbers | sequences in a batch, steps in each |
# | $x$ | `x` | $(n_x, m, T_x)$ | inputs; time is the **last** axis |
# | $x^{\langle t\rangle}$ | `xt` | $(n_x, m)$ | inputs of one step |
# | $a^{\langle t\rangle}$ | `a_next` | $(n_a, m)$ | (hidden) state after a step |
# | $c^{\langle t\rangle}$ | `c_next` | $(n_a, m)$ | memory (cell state) of GRU, LSTM |
# | $\hat y^{\langle t\rangle}$ | `yt_pred` | $(n_y, m)$ | probabilities, in columns |
# | $W_{ax}$ | `Wax` | $(n_a, n_x)$ | weights **to** a **from** x |
# | $\Gamma$ | `ft`, `it`, … | $(n_a, m)$ | a gate: 0 is closed, 1 is open |
# | $\tilde c$ | `cct` | $(n_a, m)$ | candidate for the memory |
# | $*$ | `*` | | elementwise product |


# %%
def sigmoid(z):
    """Logistic function, elementwise."""
    return 0.5 * (1 + np.tanh(0.5 * z))


def softmax(z):
    """Softmax of each column: `(n, m)` scores to probabilities."""
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


# %% [markdown]
# # Part 1 · Sequences
# Read `b e r l i n` one letter at a time and you soon know what comes next. A network
# without memory, asked after the `l`, knows only "l". The cell of this lab receives two
# things: the new letter and its own previous state. **The same weights** serve every
# step.
#
# | type | input → output | example |
# |---|---|---|
# | one to one | one thing → one thing | an image → its label (no memory needed) |
# | one to many | one thing → a sequence | a genre → a tune |
# | many to one | a sequence → one thing | a review → good or bad |
# | many to many, same length | one output per step | a sentence → a label per word |
# | many to many, different lengths | first read, then write | German → English |

# %% concept="kind_of_network"
# You feed in a recording of a voice, step by step, and want one answer: whose voice is
# it? (Answer with a letter in quotes.)
# A: one to many
# B: many to many, same length
# C: many to many, different lengths
# D: many to one
kind_of_network = None

# %% demo
places = data.load("place_names")
print("Towns and cities of the world:", ", ".join(places.train_names[::2500]))
lengths = np.array([len(name) for name in places.train_names])
plots.bars(
    {str(n): round(100 * np.mean(lengths == n)) for n in range(3, 16)},
    xlabel="characters in the name",
    ylabel="names in percent",
    reading=f"Number of characters in {len(lengths)} names. There is no fixed length: "
    "that is why we need a loop over time, and a symbol for the end.",
)

# %% [markdown]
# # Part 2 · One cell, many steps
# The plain recurrent cell adds the contributions of the input and the old state, and
# passes the sum through a tanh:
#
# $$a^{\langle t\rangle} = \tanh(W_{ax}x^{\langle t\rangle} +
# W_{aa}a^{\langle t-1\rangle} + b_a) \qquad
# \hat y^{\langle t\rangle} = \mathrm{softmax}(W_{ya}a^{\langle t\rangle} + b_y)$$
#
# By hand, all sizes 1, with $W_{ax} = 1$, $W_{aa} = 2$, $b_a = 0$: from
# $a^{\langle 0\rangle} = 0$ and $x = (0.5, 0)$ we get $\tanh(0.5) = 0.46$, then
# $\tanh(2 \cdot 0.46) = 0.73$. The second input was 0, yet the state still carries the
# first.

# %% concept="count_weights"
# Letters come as one-hot columns of 27 numbers, the state has 50 numbers. How many
# numbers do Wax, Waa and ba hold in total? (Does the length of a name matter?)
count_weights = None

# %% [markdown]
# ### Exercise 1 · `rnn_cell_forward` · 4 points · about 6 minutes
# Compute one step of the cell by the two formulas above. The cache keeps what the
# backward pass will need. `softmax` is defined above.
#
# <details><summary>The columns of yt_pred do not sum to 1</summary>
#
# Each sequence of the batch is a column. `softmax` above works down the columns.
# </details>
# <details><summary>matmul: … mismatch in its core dimension</summary>
#
# Read the name: `Wax` makes an a out of an x, so it is written before `xt`.
# </details>


# %% exercise="rnn_cell_forward"
def rnn_cell_forward(xt, a_prev, parameters):
    """One step of a plain recurrent cell.

    Args:
        xt: array `(n_x, m)`, the input of this step.
        a_prev: array `(n_a, m)`, the state before it.
        parameters: `Wax (n_a, n_x)`, `Waa (n_a, n_a)`, `Wya (n_y, n_a)`,
            `ba (n_a, 1)`, `by (n_y, 1)`.

    Returns:
        a_next: array `(n_a, m)`, the state after it.
        yt_pred: array `(n_y, m)`, probabilities.
        cache: `(a_next, a_prev, xt, parameters)`.
    """
    ### BEGIN SOLUTION
    z = parameters["Wax"] @ xt + parameters["Waa"] @ a_prev + parameters["ba"]
    a_next = np.tanh(z)
    yt_pred = softmax(parameters["Wya"] @ a_next + parameters["by"])
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)
    ### END SOLUTION


# %% check="rnn_cell_forward"
check(rnn_cell_forward)

# %% [markdown]
# ### Exercise 2 · `rnn_forward` · 3 points · about 6 minutes
# Run `rnn_cell_forward` along the time axis. Each step receives the state that the
# previous step returned.
#
# <details><summary>Only the first step is right</summary>
#
# The state must move on: what comes out of one step goes into the next, not `a0`.
# </details>
# <details><summary>The shape is (T_x, n_a, m)</summary>
#
# Time is the last axis here: `a[:, :, t]`, or `np.stack(…, axis=2)`.
# </details>


# %% exercise="rnn_forward"
def rnn_forward(x, a0, parameters):
    """Run the cell over whole sequences.

    Args:
        x: array `(n_x, m, T_x)`.
        a0: array `(n_a, m)`, the first state.
        parameters: as for `rnn_cell_forward`.

    Returns:
        a: array `(n_a, m, T_x)`, the state after each step.
        y_pred: array `(n_y, m, T_x)`.
        caches: `(list of the steps' caches, x)`.
    """
    ### BEGIN SOLUTION
    states, predictions, caches = [], [], []
    a_next = a0
    for t in range(x.shape[2]):
        a_next, yt_pred, cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        states.append(a_next)
        predictions.append(yt_pred)
        caches.append(cache)
    return np.stack(states, axis=2), np.stack(predictions, axis=2), (caches, x)
    ### END SOLUTION


# %% check="rnn_forward"
check(rnn_forward)


# %%
def random_cell(kind, n_x, n_a, n_y, rng, scale=1.0):
    """Random weights for a cell.

    Args:
        kind: `"rnn"`, `"gru"` or `"lstm"`.
        n_x: size of an input.
        n_a: size of the state.
        n_y: size of an output.
        rng: a NumPy generator.
        scale: factor for the weights. At 1, their products with inputs of variance 1
            have a variance near 1.

    Returns:
        The cell's parameters, biases 0.
    """
    shapes = {"Wax": (n_a, n_x), "Waa": (n_a, n_a), "ba": (n_a, 1)}
    if kind != "rnn":
        gates = {"gru": "urc", "lstm": "fico"}[kind]
        shapes = {f"W{gate}": (n_a, n_a + n_x) for gate in gates}
        shapes |= {f"b{gate}": (n_a, 1) for gate in gates}
    out = "a" if kind == "rnn" else ""
    shapes |= {f"Wy{out}": (n_y, n_a), "by": (n_y, 1)}
    return {
        name: scale * rng.normal(size=shape) / np.sqrt(shape[1]) * (name[0] == "W")
        for name, shape in shapes.items()
    }


# %% [markdown]
# ### Watch it work
# A random cell of thirty units reads a single pulse at step 2 and zeros afterwards.
# What remains of the pulse in the state? **Predict** before you run: for how many steps
# will you still see it?

# %% demo
rng = np.random.default_rng(3)
pulse = np.zeros((1, 1, 25))
pulse[0, 0, 2] = 3.0
cell = random_cell("rnn", 1, 30, 2, rng, scale=0.8)
a, _, _ = rnn_forward(pulse, np.zeros((30, 1)), cell)
order = np.argsort(-a[:, 0, 2])
plots.heat(
    a[order, 0, :],
    columns=[str(t) if t % 5 == 0 else "" for t in range(25)],
    xlabel="step",
    ylabel="unit",
    reading="Each row is a unit of the state, each column a step. The echo of the "
    "pulse changes its pattern from step to step, and fades.",
)

# %% [markdown]
# # Part 3 · Back through time
# Unroll the loop, and a sequence of 10 steps is a network of 10 layers that share their
# weights. Backpropagation works as before, with two things to remember:
#
# 1. the state $a^{\langle t\rangle}$ is used **twice**, by the output $\hat
#    y^{\langle t\rangle}$ and by step $t+1$: two upstream gradients arrive, and they
#    **add**;
# 2. the weights are used at **every** step: their gradients add up over time.
#
# It is easy to make a mistake in this backward pass. So the check compares every
# gradient, and you will compare yours with numerical gradients.

# %% [markdown]
# ### One step back
# The upstream gradient `da_next` is the gradient of the loss with respect to
# $a^{\langle t\rangle}$. With $z = W_{ax}x + W_{aa}a^{\langle t-1\rangle} + b_a$ and
# $a_{next} = \tanh(z)$:
#
# $$dz = da_{next} * (1 - a_{next}^2) \qquad dW_{ax} = dz\, x^\top
# \qquad dx = W_{ax}^\top dz$$
#
# and the same pattern for $W_{aa}$ with $a^{\langle t-1\rangle}$. $db_a$ sums $dz$ over
# the batch. By hand, sizes 1: $a_{next} = 0.6$, $da_{next} = 1$, $x = 2$ give
# $dz = 0.64$ and $dW_{ax} = 1.28$.

# %% [markdown]
# ### Exercise 3 · `rnn_cell_backward` · 5 points · about 10 minutes
# Turn the formulas above into code. Sum over the batch, do not average: if the loss is
# a mean, the division is already contained in `da_next`.
#
# <details><summary>dba has the wrong shape</summary>
#
# `(n_a, 1)`: sum over the batch with `keepdims=True`.
# </details>
# <details><summary>Everything is wrong, each entry by a different factor</summary>
#
# The derivative of tanh is $1 - a^2$, with $a$ the state *after* the step.
# </details>


# %% exercise="rnn_cell_backward"
def rnn_cell_backward(da_next, cache):
    """Gradients through one step of the plain cell.

    Args:
        da_next: array `(n_a, m)`, upstream gradient: of the loss with respect to the
            state after the step.
        cache: `(a_next, a_prev, xt, parameters)` from `rnn_cell_forward`.

    Returns:
        `{"dxt" (n_x, m), "da_prev" (n_a, m), "dWax", "dWaa", "dba"}`.
    """
    ### BEGIN SOLUTION
    a_next, a_prev, xt, parameters = cache
    dz = da_next * (1 - a_next**2)  # (n_a, m)
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": dz.sum(axis=1, keepdims=True),
    }
    ### END SOLUTION


# %% check="rnn_cell_backward"
check(rnn_cell_backward)

# %% [markdown]
# ### Exercise 4 · `rnn_backward` · 5 points · about 12 minutes
# `da[:, :, t]` is the gradient that reaches $a^{\langle t\rangle}$ from its own output.
# Call `rnn_cell_backward` for each step, from the last to the first, and carry
# `da_prev` along.
#
# <details><summary>dx is right at the last step only</summary>
#
# Two gradients meet in each state: `da[:, :, t]` and what step $t+1$ sent back.
# </details>
# <details><summary>dWaa is wrong, dx is right</summary>
#
# The weights are used at every step: add up their gradients, do not overwrite them.
# </details>


# %% exercise="rnn_backward"
def rnn_backward(da, caches):
    """Backpropagation through time for the plain cell.

    Args:
        da: array `(n_a, m, T_x)`, gradients that reach each state from its own output.
        caches: `(list of caches, x)` from `rnn_forward`.

    Returns:
        `{"dx" (n_x, m, T_x), "da0" (n_a, m), "dWax", "dWaa", "dba"}`.
    """
    ### BEGIN SOLUTION
    steps, x = caches
    totals = {"dWax": 0.0, "dWaa": 0.0, "dba": 0.0}
    dx = np.zeros(x.shape)
    da_prev = np.zeros(da.shape[:2])
    for t in reversed(range(x.shape[2])):
        grads = rnn_cell_backward(da[:, :, t] + da_prev, steps[t])
        dx[:, :, t], da_prev = grads["dxt"], grads["da_prev"]
        totals = {name: total + grads[name] for name, total in totals.items()}
    return {"dx": dx, "da0": da_prev, **totals}
    ### END SOLUTION


# %% check="rnn_backward"
check(rnn_backward)


# %%
def numerical_gradient(value, array, index, h=1e-5):
    """Derivative of `value()` with respect to one entry of `array`, perturbed by ±h."""
    kept = array[index]
    array[index] = kept + h
    above = value()
    array[index] = kept - h
    below = value()
    array[index] = kept
    return (above - below) / (2 * h)


# %% demo
# Trust no gradient that you have not compared with a numerical one. The loss here is a
# weighted sum of all states of 12 steps.
rng = np.random.default_rng(0)
cell, x, a0 = (
    random_cell("rnn", 3, 5, 2, rng),
    rng.normal(size=(3, 4, 12)),
    np.zeros((5, 4)),
)
weights = rng.normal(size=(5, 4, 12))
grads = rnn_backward(weights, rnn_forward(x, a0, cell)[2])


def loss():
    """The weighted sum of all states."""
    return np.sum(weights * rnn_forward(x, a0, cell)[0])


print("entry              numerical        yours")
for name, array, index in [
    ("Waa", cell["Waa"], (1, 2)),
    ("Wax", cell["Wax"], (0, 0)),
    ("x", x, (2, 1, 0)),
    ("a0", a0, (4, 3)),
]:
    expected, yours = numerical_gradient(loss, array, index), grads["d" + name][index]
    print(f"{name:4} {index!s:10} {expected:12.8f} {yours:12.8f}")

# %% [markdown]
# # Part 4 · Vanishing and exploding gradients
# On its way from step $T$ back to step 0, a gradient is multiplied $T$ times by
# $W_{aa}^\top$ and by $1 - a^2 \le 1$. What happens to a number multiplied a hundred
# times by 0.9? It becomes 0.00003. By 1.1? 13781.
#
# <details><summary><b>Predict</b>: weights of scale 0.5, 1 and 3. Which gradients
# vanish?</summary>
#
# At 0.5 they vanish fast. At 1 the matrix alone would roughly preserve the norm, but
# the tanh takes away a little at every step, so they vanish too. At 3 two effects
# compete: the matrix enlarges the gradient, saturated tanh units shrink it. Run the
# cell to see which wins.
# </details>


# %% demo
def back_to_start(forward, backward, T, n_a=32, seed=1):
    """Norm, at the first state, of a random gradient that has norm 1 at step T."""
    rng = np.random.default_rng(seed)
    a0, x = 0.1 * rng.normal(size=(n_a, 1)), 0.5 * rng.normal(size=(4, 1, T))
    da = np.zeros((n_a, 1, T))
    da[:, 0, -1] = rng.normal(size=n_a)
    da /= np.linalg.norm(da)
    return np.linalg.norm(backward(da, forward(x, a0)))


def rnn_with(scale):
    """`back_to_start` of a plain cell with weights of a given scale."""
    cell = random_cell("rnn", 4, 32, 2, np.random.default_rng(0), scale)
    return lambda T: back_to_start(
        lambda x, a0: rnn_forward(x, a0, cell)[2],
        lambda da, caches: rnn_backward(da, caches)["da0"],
        T,
    )


steps = [1, 2, 5, 10, 20, 40, 70, 100]
norms = {scale: [rnn_with(scale)(T) for T in steps] for scale in (0.5, 1.0, 3.0)}
plots.lines(
    {f"scale {scale}": values for scale, values in norms.items()},
    steps,
    log="y",
    markers=True,
    xlabel="steps back in time, T",
    ylabel="norm of the gradient at the first state",
    reading="At scale 0.5 and 1 the gradient vanishes exponentially: nearly a straight "
    f"line on this logarithmic axis. At scale 3 it grows to {max(norms[3.0]):.0e}.",
)

# %% [markdown]
# **Vanishing** gradients are silent: training goes on, but the network learns only from
# the last few steps. **Exploding** ones announce themselves: the loss jumps, then
# becomes NaN.
#
# Exploding gradients have a simple cure: clip them before the update. Two ways:
#
# - **by value**: limit each number to $[-v, v]$; simple, but it changes the direction;
# - **by norm**: if all gradients together are longer than $v$, scale them down to
#   length $v$; the direction stays.
#
# By hand: $(30, 4)$ clipped by value 5 is $(5, 4)$; by norm 5, about $(4.96, 0.66)$.

# %% concept="loss_is_nan"
# Training went well for an hour; then the loss jumped and every weight was NaN. What is
# the most likely cause?
# A: exploding gradients
# B: vanishing gradients
# C: too small a learning rate
# D: too few hidden units
loss_is_nan = None

# %% [markdown]
# ### Exercise 5 · `clip` · 3 points · about 4 minutes
# Limit each entry to the range from `-maxValue` to `maxValue`, in the caller's **own
# dictionary**, whatever keys it has, and return it.
#
# <details><summary>`gradients` after: expected …, got …</summary>
#
# `np.clip(g, low, high)` makes a new array. Store it under its key, or write into the
# old one with `out=g`.
# </details>


# %% exercise="clip"
def clip(gradients, maxValue):
    """Limit each entry of the gradients, in the dictionary that is passed in.

    Change its arrays in place, or put new ones under the same keys.

    Args:
        gradients: dictionary of arrays such as `dWax`, `dWaa`, `dWya`, `db`, `dby`.
        maxValue: the largest magnitude allowed, positive.

    Returns:
        The same dictionary.

    Example:
        >>> clip({"db": np.array([[30.0], [-4.0]])}, 5)["db"].T
        array([[ 5., -4.]])
    """
    ### BEGIN SOLUTION
    for gradient in gradients.values():
        np.clip(gradient, -maxValue, maxValue, out=gradient)
    return gradients
    ### END SOLUTION


# %% check="clip"
check(clip)

# %% [markdown]
# ### Exercise 6 · `clip_by_norm` · 3 points · about 5 minutes
# Compute one length for **all** arrays together: the square root of the sum of all
# squares. If it exceeds `max_norm`, scale all arrays by the same factor, so that the
# length becomes `max_norm`; otherwise leave them. As before, change the caller's own
# dictionary, whatever keys it has, and return it.
#
# <details><summary>Small gradients grow</summary>
#
# Only shorten. If the length is below `max_norm`, nothing happens.
# </details>
# <details><summary>Each array has length max_norm</summary>
#
# That changes the direction again. Use one factor for all.
# </details>


# %% exercise="clip_by_norm"
def clip_by_norm(gradients, max_norm):
    """Limit the norm of all gradients together (Pascanu et al., 2013).

    Change the arrays of the dictionary in place, or put new ones under the same keys.

    Args:
        gradients: dictionary of arrays.
        max_norm: the largest length allowed, positive.

    Returns:
        The same dictionary.

    Example:
        >>> clip_by_norm({"db": np.array([[3.0], [4.0]])}, 1.0)["db"].T
        array([[0.6, 0.8]])
    """
    ### BEGIN SOLUTION
    norm = np.sqrt(sum(np.sum(gradient**2) for gradient in gradients.values()))
    if norm > max_norm:
        for gradient in gradients.values():
            gradient *= max_norm / norm
    return gradients
    ### END SOLUTION


# %% check="clip_by_norm"
check(clip_by_norm)

# %% demo
before = np.array([30.0, 4.0])
ways = {
    "as it was": before,
    "clipped by value 5": clip({"g": before.copy()}, 5)["g"],
    "clipped by norm 5": clip_by_norm({"g": before.copy()}, 5)["g"],
}
for name, g in ways.items():
    turned = np.degrees(np.arctan2(g[1], g[0]) - np.arctan2(before[1], before[0]))
    print(
        f"{name:18}  {g.round(2)!s:14} length {np.linalg.norm(g):5.2f}, "
        f"turned by {turned:4.1f} degrees"
    )

# %% [markdown]
# # Part 5 · The GRU: a memory with a gate
# Vanishing has a cure too: do not rewrite the state at every step. The **gated
# recurrent unit** has a memory $c$ and an **update gate** $\Gamma_u$ that says how much
# of it to replace; a **relevance gate** $\Gamma_r$ says how much of it the candidate
# may use. With $[c; x]$ for one column on top of the other:
#
# $$\Gamma_u = \sigma(W_u[c^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_u) \qquad
# \Gamma_r = \sigma(W_r[c^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_r)$$
# $$\tilde c = \tanh(W_c[\Gamma_r * c^{\langle t-1\rangle};
# x^{\langle t\rangle}] + b_c) \qquad
# c^{\langle t\rangle} = \Gamma_u * \tilde c + (1 - \Gamma_u) * c^{\langle t-1\rangle}$$
#
# By hand: $c = 0.8$, $\tilde c = -0.5$, $\Gamma_u = 0.1$ give $-0.05 + 0.72 = 0.67$:
# most of the old memory is kept. The state *is* the memory: $a = c$.

# %% concept="simpler_gru"
# Alice leaves out the update gate (Γu = 1 always), Betty the relevance gate (Γr = 1
# always). Whose network can carry a gradient back over hundreds of steps?
# A: Alice's, where Γr is near 0
# B: Betty's, where Γu is near 0
# C: Betty's, where Γu is near 1
# D: Alice's, where Γr is near 1
simpler_gru = None

# %% [markdown]
# ### Exercise 7 · `gru_cell_forward` · 4 points · about 8 minutes
# Compute one step by the four formulas above. Mind two things: in the column the memory
# is above the input, and $\Gamma_r$ multiplies $c^{\langle t-1\rangle}$ *before* the
# matrix $W_c$ does. (Libraries differ here; see the end of the lab.)
#
# <details><summary>matmul: … mismatch in its core dimension</summary>
#
# `np.concatenate([c_prev, xt])` stacks along the first axis, which is what you want.
# </details>
# <details><summary>It keeps when it should replace</summary>
#
# An open update gate ($\Gamma_u = 1$) lets the candidate in.
# </details>


# %% exercise="gru_cell_forward"
def gru_cell_forward(xt, c_prev, parameters):
    """One step of a full gated recurrent unit (Cho et al., 2014).

    Args:
        xt: array `(n_x, m)`.
        c_prev: array `(n_a, m)`, the memory before the step.
        parameters: `Wu`, `Wr`, `Wc` `(n_a, n_a + n_x)`, `bu`, `br`, `bc` `(n_a, 1)`,
            `Wy (n_y, n_a)`, `by (n_y, 1)`.

    Returns:
        c_next: array `(n_a, m)`.
        yt_pred: array `(n_y, m)`, softmax of `Wy c_next + by`.
        cache: `(c_next, c_prev, ut, rt, cct, xt, parameters)`, the gates as `ut`
            and `rt`, the candidate as `cct`.
    """
    ### BEGIN SOLUTION
    p = parameters
    concat = np.concatenate([c_prev, xt])
    ut = sigmoid(p["Wu"] @ concat + p["bu"])
    rt = sigmoid(p["Wr"] @ concat + p["br"])
    cct = np.tanh(p["Wc"] @ np.concatenate([rt * c_prev, xt]) + p["bc"])
    c_next = ut * cct + (1 - ut) * c_prev
    yt_pred = softmax(p["Wy"] @ c_next + p["by"])
    return c_next, yt_pred, (c_next, c_prev, ut, rt, cct, xt, parameters)
    ### END SOLUTION


# %% check="gru_cell_forward"
check(gru_cell_forward)

# %% [markdown]
# ### Exercise 8 · `gru_forward` · 2 points · about 3 minutes
# Write the same loop as in `rnn_forward`, with `gru_cell_forward` as the cell.
#
# <details><summary>I am copying rnn_forward</summary>
#
# Good. Only the cell differs.
# </details>


# %% exercise="gru_forward"
def gru_forward(x, c0, parameters):
    """Run the gated recurrent unit over whole sequences.

    Args:
        x: array `(n_x, m, T_x)`.
        c0: array `(n_a, m)`, the first memory.
        parameters: as for `gru_cell_forward`.

    Returns:
        c: array `(n_a, m, T_x)`.
        y_pred: array `(n_y, m, T_x)`.
        caches: `(list of the steps' caches, x)`.
    """
    ### BEGIN SOLUTION
    memories, predictions, caches = [], [], []
    c_next = c0
    for t in range(x.shape[2]):
        c_next, yt_pred, cache = gru_cell_forward(x[:, :, t], c_next, parameters)
        memories.append(c_next)
        predictions.append(yt_pred)
        caches.append(cache)
    return np.stack(memories, axis=2), np.stack(predictions, axis=2), (caches, x)
    ### END SOLUTION


# %% check="gru_forward"
check(gru_forward)

# %% [markdown]
# ### One step back through the GRU
# Four terms use $c^{\langle t-1\rangle}$: the sum itself, both gates, and the
# candidate. Four gradients meet there. With $d$ for the gradient of the loss with
# respect to a quantity, and $z_u$, $z_r$, $z_c$ for what goes into $\sigma$, $\sigma$
# and $\tanh$:
#
# $$dz_c = dc * \Gamma_u * (1 - \tilde c^2) \qquad
# dz_u = dc * (\tilde c - c^{\langle t-1\rangle}) * \Gamma_u(1-\Gamma_u)$$
#
# $W_c^\top dz_c$ is a column of gradients: its upper rows belong to $s = \Gamma_r *
# c^{\langle t-1\rangle}$, its lower rows to $x$. The upper rows, $ds$, give
# $dz_r = ds * c^{\langle t-1\rangle} * \Gamma_r(1-\Gamma_r)$, and they contribute
# $ds * \Gamma_r$ to $dc^{\langle t-1\rangle}$.

# %% [markdown]
# ### Exercise 9 · `gru_cell_backward` · 6 points · about 20 minutes
# Compute $dz_c$, $dz_u$, $dz_r$; add all four contributions in `dc_prev` and all three
# in `dxt`. As always, $dW = dz\,[\text{input of } W]^\top$, and $db$ sums $dz$ over the
# batch.
#
# <details><summary>dWc is wrong, the rest is right</summary>
#
# Its input was $[\Gamma_r * c^{\langle t-1\rangle}; x]$, with the gate.
# </details>
# <details><summary>dc_prev is wrong, the weights are right</summary>
#
# Count: $dc * (1 - \Gamma_u)$, $ds * \Gamma_r$, and the upper rows of $W_u^\top dz_u$
# and $W_r^\top dz_r$.
# </details>


# %% exercise="gru_cell_backward"
def gru_cell_backward(dc_next, cache):
    """Gradients through one step of the gated recurrent unit.

    Args:
        dc_next: array `(n_a, m)`, upstream gradient of the memory after the step.
        cache: `(c_next, c_prev, ut, rt, cct, xt, parameters)`.

    Returns:
        `{"dxt", "dc_prev", "dWu", "dbu", "dWr", "dbr", "dWc", "dbc"}`.
    """
    ### BEGIN SOLUTION
    _, c_prev, ut, rt, cct, xt, p = cache
    n_a = len(c_prev)
    dzc = dc_next * ut * (1 - cct**2)
    dzu = dc_next * (cct - c_prev) * ut * (1 - ut)
    ds = (p["Wc"].T @ dzc)[:n_a]  # gradient of rt * c_prev
    dzr = ds * c_prev * rt * (1 - rt)
    dgates = p["Wu"].T @ dzu + p["Wr"].T @ dzr  # (n_a + n_x, m)
    concat = np.concatenate([c_prev, xt])
    grads = {
        "dxt": dgates[n_a:] + (p["Wc"].T @ dzc)[n_a:],
        "dc_prev": dc_next * (1 - ut) + ds * rt + dgates[:n_a],
        "dWc": dzc @ np.concatenate([rt * c_prev, xt]).T,
        "dWu": dzu @ concat.T,
        "dWr": dzr @ concat.T,
    }
    for name, dz in {"dbu": dzu, "dbr": dzr, "dbc": dzc}.items():
        grads[name] = np.sum(dz, axis=1, keepdims=True)
    return grads
    ### END SOLUTION


# %% check="gru_cell_backward"
check(gru_cell_backward)

# %% [markdown]
# # Part 6 · The LSTM: two states, three gates
# The **long short-term memory** is older and larger. It keeps its memory $c$ separate
# from the state $a$ that it shows, and has a gate for each thing one can do with a
# memory: forget ($\Gamma_f$), write ($\Gamma_i$, the input gate) and show ($\Gamma_o$,
# the output gate).
#
# $$\Gamma_f, \Gamma_i, \Gamma_o = \sigma(W_{f,i,o}\,[a^{\langle t-1\rangle};
# x^{\langle t\rangle}] + b_{f,i,o}) \qquad
# \tilde c = \tanh(W_c[a^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_c)$$
# $$c^{\langle t\rangle} = \Gamma_f * c^{\langle t-1\rangle} + \Gamma_i * \tilde c
# \qquad a^{\langle t\rangle} = \Gamma_o * \tanh(c^{\langle t\rangle})$$
#
# By hand: $c = 2$, $\Gamma_f = 1$, $\Gamma_i = 0$, $\Gamma_o = 0.5$: the memory stays 2
# whatever comes in, and $a = 0.5\tanh(2) = 0.48$.

# %% concept="lstm_parameters"
# An LSTM reads 96 different notes as one-hot columns and has 64 hidden units. How many
# numbers do its four weight matrices Wf, Wi, Wc, Wo and four biases hold?
lstm_parameters = None

# %% [markdown]
# ### Exercise 10 · `lstm_cell_forward` · 5 points · about 10 minutes
# Compute one step by the formulas above. The column is $[a^{\langle t-1\rangle};
# x^{\langle t\rangle}]$, state above input; the prediction is the softmax of
# $W_y a^{\langle t\rangle} + b_y$.
#
# <details><summary>c_next is right, a_next is not</summary>
#
# What is shown is the *tanh* of the new memory, times the output gate.
# </details>
# <details><summary>The shapes fit but every number is wrong</summary>
#
# With `n_a = n_x` a column in the wrong order fits as well: state above input.
# </details>


# %% exercise="lstm_cell_forward"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    """One step of a long short-term memory (Hochreiter and Schmidhuber, 1997).

    Args:
        xt: array `(n_x, m)`.
        a_prev: array `(n_a, m)`, the state before the step.
        c_prev: array `(n_a, m)`, the memory before the step.
        parameters: `Wf`, `Wi`, `Wc`, `Wo` `(n_a, n_a + n_x)`, `bf`, `bi`, `bc`,
            `bo` `(n_a, 1)`, `Wy (n_y, n_a)`, `by (n_y, 1)`.

    Returns:
        a_next: array `(n_a, m)`.
        c_next: array `(n_a, m)`.
        yt_pred: array `(n_y, m)`, softmax of `Wy a_next + by`.
        cache: `(a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)`.
    """
    ### BEGIN SOLUTION
    p = parameters
    concat = np.concatenate([a_prev, xt])
    ft = sigmoid(p["Wf"] @ concat + p["bf"])
    it = sigmoid(p["Wi"] @ concat + p["bi"])
    cct = np.tanh(p["Wc"] @ concat + p["bc"])
    ot = sigmoid(p["Wo"] @ concat + p["bo"])
    c_next = ft * c_prev + it * cct
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(p["Wy"] @ a_next + p["by"])
    cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)
    return a_next, c_next, yt_pred, cache
    ### END SOLUTION


# %% check="lstm_cell_forward"
check(lstm_cell_forward)

# %% [markdown]
# ### Exercise 11 · `lstm_forward` · 4 points · about 6 minutes
# Run `lstm_cell_forward` over all steps. Both state and memory move on; the memory
# starts at zero. Return `a, y, c, caches` in this order.
#
# <details><summary>result[1] has the shape of c</summary>
#
# The predictions come second, the memories third.
# </details>


# %% exercise="lstm_forward"
def lstm_forward(x, a0, parameters):
    """Run the LSTM over whole sequences; its memory starts at 0.

    Args:
        x: array `(n_x, m, T_x)`.
        a0: array `(n_a, m)`, the first state.
        parameters: as for `lstm_cell_forward`.

    Returns:
        a: array `(n_a, m, T_x)`, the states.
        y: array `(n_y, m, T_x)`, the predictions.
        c: array `(n_a, m, T_x)`, the memories.
        caches: `(list of the steps' caches, x)`.
    """
    ### BEGIN SOLUTION
    states, predictions, memories, caches = [], [], [], []
    a_next, c_next = a0, np.zeros(a0.shape)
    for t in range(x.shape[2]):
        a_next, c_next, yt, cache = lstm_cell_forward(
            x[:, :, t], a_next, c_next, parameters
        )
        states.append(a_next)
        predictions.append(yt)
        memories.append(c_next)
        caches.append(cache)
    a, y, c = (np.stack(part, axis=2) for part in (states, predictions, memories))
    return a, y, c, (caches, x)
    ### END SOLUTION


# %% check="lstm_forward"
check(lstm_forward)

# %% [markdown]
# ### One step back through the LSTM
# Two upstream gradients come in, $da$ and $dc$ (the latter from the next step's
# memory). First add to $dc$ what arrives through $a$, as $a$ depends on $c$ too:
#
# $$dc \mathrel{+}= da * \Gamma_o * (1 - \tanh^2 c^{\langle t\rangle})$$
#
# Then each product passes its gradient to both factors, and each nonlinearity
# multiplies by its derivative ($\Gamma(1-\Gamma)$ for a gate, $1 - \tilde c^2$ for the
# candidate):
#
# $$dz_f = dc * c^{\langle t-1\rangle} * \Gamma_f(1-\Gamma_f) \qquad
# dz_i = dc * \tilde c * \Gamma_i(1-\Gamma_i)$$
# $$dz_c = dc * \Gamma_i * (1 - \tilde c^2) \qquad
# dz_o = da * \tanh c^{\langle t\rangle} * \Gamma_o(1-\Gamma_o)$$

# %% [markdown]
# Look at how the memory passes its gradient back: $dc^{\langle t-1\rangle} = dc *
# \Gamma_f$. No matrix, no tanh. As long as the forget gate is 1, the gradient arrives
# unchanged, however many steps it travels: that is the whole trick.

# %% [markdown]
# ### Exercise 12 · `lstm_cell_backward` · 7 points · about 20 minutes
# Turn these formulas into code. For each of the four $dz$,
# $dW = dz\,[a^{\langle t-1\rangle}; x]^\top$, and $db$ sums $dz$ over the batch. The
# gradient of the column is the sum of all four $W^\top dz$: its upper `n_a` rows are
# `da_prev`, the rest are `dxt`.
#
# <details><summary>Everything but dWo and dbo is wrong</summary>
#
# Complete $dc$ first; use the complete one from there on.
# </details>
# <details><summary>da_prev is wrong, the weights are right</summary>
#
# All four matrices contribute; take the upper `n_a` rows of each.
# </details>


# %% exercise="lstm_cell_backward"
def lstm_cell_backward(da_next, dc_next, cache):
    """Gradients through one step of the LSTM.

    Args:
        da_next: array `(n_a, m)`, upstream gradient of the state after the step.
        dc_next: array `(n_a, m)`, upstream gradient of the memory after the step.
        cache: as `lstm_cell_forward` returns it.

    Returns:
        `{"dxt", "da_prev", "dc_prev", "dWf", "dbf", "dWi", "dbi", "dWc", "dbc",
        "dWo", "dbo"}`.
    """
    ### BEGIN SOLUTION
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, p = cache
    n_a = len(a_prev)
    tanh_c = np.tanh(c_next)
    dc = dc_next + da_next * ot * (1 - tanh_c**2)
    dz = {
        "f": dc * c_prev * ft * (1 - ft),
        "i": dc * cct * it * (1 - it),
        "c": dc * it * (1 - cct**2),
        "o": da_next * tanh_c * ot * (1 - ot),
    }
    concat = np.concatenate([a_prev, xt])
    dconcat = sum(p[f"W{gate}"].T @ d for gate, d in dz.items())
    grads = {"dxt": dconcat[n_a:], "da_prev": dconcat[:n_a], "dc_prev": dc * ft}
    for gate, d in dz.items():
        grads[f"dW{gate}"] = d @ concat.T
        grads[f"db{gate}"] = np.sum(d, axis=1, keepdims=True)
    return grads
    ### END SOLUTION


# %% check="lstm_cell_backward"
check(lstm_cell_backward)

# %% [markdown]
# ### Exercise 13 · `lstm_backward` · 5 points · about 10 minutes
# Write the same loop as in `rnn_backward`, but carry two gradients along, `da_prev` and
# `dc_prev`. Nothing after the last step uses the memory, so its gradient starts at 0.
#
# <details><summary>dx is right at the last step only</summary>
#
# `da[:, :, t]` alone leaves out what the next step sent back. Add `da_prev`, and pass
# `dc_prev` on.
# </details>


# %% exercise="lstm_backward"
def lstm_backward(da, caches):
    """Backpropagation through time for the LSTM.

    Args:
        da: array `(n_a, m, T_x)`, gradients that reach each state from its own output.
        caches: `(list of caches, x)` from `lstm_forward`.

    Returns:
        `{"dx" (n_x, m, T_x), "da0" (n_a, m), "dWf", "dbf", "dWi", "dbi", "dWc",
        "dbc", "dWo", "dbo"}`.
    """
    ### BEGIN SOLUTION
    steps, x = caches
    totals = {f"d{kind}{gate}": 0.0 for gate in "fico" for kind in "Wb"}
    dx = np.zeros(x.shape)
    da_prev = dc_prev = np.zeros(da.shape[:2])
    for t in reversed(range(x.shape[2])):
        grads = lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, steps[t])
        dx[:, :, t] = grads["dxt"]
        da_prev, dc_prev = grads["da_prev"], grads["dc_prev"]
        totals = {name: total + grads[name] for name, total in totals.items()}
    return {"dx": dx, "da0": da_prev, **totals}
    ### END SOLUTION


# %% check="lstm_backward"
check(lstm_backward)

# %% [markdown]
# ### Which cell carries a gradient over a hundred steps?
# We compare all three cells with random weights of scale 1, then a GRU and an LSTM
# whose gates are biased to keep the memory: update bias −3, forget bias 3. We measure
# the gradient with respect to everything a cell passes on (for the LSTM, state and
# memory together). **Predict** the order at $T = 100$.


# %% demo
def gru_back(da, caches):
    """Gradient of the first memory of a GRU, by your cell, step by step."""
    dc = 0
    for t in reversed(range(da.shape[2])):
        dc = gru_cell_backward(da[:, :, t] + dc, caches[0][t])["dc_prev"]
    return dc


def lstm_back(da, caches):
    """Gradients of the first state and memory of an LSTM, step by step."""
    a, c = 0, np.zeros(da.shape[:2])
    for t in reversed(range(da.shape[2])):
        grads = lstm_cell_backward(da[:, :, t] + a, c, caches[0][t])
        a, c = grads["da_prev"], grads["dc_prev"]
    return np.concatenate([a, c])


def gated(kind, bias):
    """`back_to_start` of a GRU or LSTM whose update or forget gate has a given bias."""
    forward, back = (gru_forward, gru_back)
    if kind == "lstm":
        forward, back = (lstm_forward, lstm_back)
    cell = random_cell(kind, 4, 32, 2, np.random.default_rng(0))
    cell["bu" if kind == "gru" else "bf"] += bias
    return lambda T: back_to_start(lambda x, a0: forward(x, a0, cell)[-1], back, T)


# %% demo
cells = {
    "RNN": rnn_with(1.0),
    "GRU": gated("gru", 0.0),
    "LSTM": gated("lstm", 0.0),
    "GRU, biased to keep": gated("gru", -3.0),
    "LSTM, biased to keep": gated("lstm", 3.0),
}
left = {name: [cell(T) for T in steps] for name, cell in cells.items()}
for name, lengths in left.items():
    print(f"{name:20} over 100 steps {lengths[-1]:8.1e}")
plots.lines(
    left,
    steps,
    log="y",
    markers=True,
    xlabel="steps back in time, T",
    ylabel="norm of the gradient",
    reading="Gates that start half open do not help; gates biased to keep the memory "
    "do. That is why a positive forget bias is a good start.",
)

# %% [markdown]
# # Part 7 · Gates at work
# Here is a task that needs nothing but memory: the first symbol is one of four, only
# distractors follow, and at the end we ask which symbol came first. Chance is 25 %. The
# networks have 16 units, come from `helpers.nn`, and train for 120 steps of Adam on
# sequences of 10 to 100 steps. The LSTM starts out keeping its memory: forget bias 4,
# input bias −4.
#
# **Predict**: from which length on does the plain RNN fail?


# %% demo
def riddles(m, T, rng):
    """One-hot sequences `(m, T, 8)` and the first symbol of each, 0 to 3."""
    symbols = rng.integers(4, 8, (m, T))
    symbols[:, 0] = first = rng.integers(0, 4, m)
    return np.eye(8, dtype=np.float32)[symbols], first


def trained_on_riddles(kind, T, bias, steps=120):
    """A network trained on riddles of length T, and its accuracy on unseen ones."""
    rng = np.random.default_rng(1)
    net = nn.Sequential(kind(8, 16, rng=rng), nn.Dense(16, 4, rng=rng))
    net[0].b.data[:32] += np.repeat([-bias, bias], 16)[: net[0].b.data.size]
    adam = nn.Adam(net.parameters(), 0.02, clip_norm=1.0)
    for _ in range(steps):
        nn.train_step(net, riddles(32, T, rng), nn.cross_entropy, adam)
    x, first = riddles(500, T, rng)
    return net, float(np.mean(net.predict(x).argmax(axis=1) == first))


ages = [10, 20, 40, 70, 100]
solved = {
    "RNN": [trained_on_riddles(nn.RNN, T, 0)[1] for T in ages],
    "LSTM": [trained_on_riddles(nn.LSTM, T, 4)[1] for T in ages],
}
plots.lines(
    solved,
    ages,
    markers=True,
    from_zero=True,
    xlabel="steps between the symbol and the question",
    ylabel="accuracy on unseen sequences",
    baseline={"chance": 0.25},
    reading="At 100 steps: RNN {:.0%}, LSTM {:.0%}. No gradient, no learning.".format(
        solved["RNN"][-1], solved["LSTM"][-1]
    ),
)

# %% [markdown]
# ### Look into the gates
# In a second task the gates must move: signs of four kinds come now and then among the
# distractors, and at **every** step we ask for the *latest* sign. Now a memory must be
# kept, and given up when a new sign comes. An LSTM of 8 units learns it.
#
# Your own `lstm_forward` can run the trained network: the framework stores its gates
# side by side (i, f, c, o) and keeps examples in rows where you keep them in columns.
# The code below copies the weights and looks into the caches that **your** function
# filled.
#
# **Predict**: what does the forget gate do at a sign? And the input gate?


# %% demo
def signs(m, T, rng):
    """One-hot sequences `(m, T, 8)` and at each step the last sign, `(m, T)`."""
    new = rng.random((m, T)) < 0.08
    new[:, 0] = True
    symbols = np.where(new, rng.integers(0, 4, (m, T)), rng.integers(4, 8, (m, T)))
    last = np.maximum.accumulate(np.where(new, np.arange(T), 0), axis=1)
    one_hot = np.eye(8, dtype=np.float32)[symbols]
    return one_hot, np.take_along_axis(symbols, last, axis=1)


def every_step(scores, symbols):
    """Cross-entropy over all steps."""
    return nn.cross_entropy(scores.reshape(-1, scores.shape[-1]), symbols.ravel())


rng = np.random.default_rng(1)
net = nn.Sequential(
    nn.LSTM(8, 8, return_sequences=True, rng=rng), nn.Dense(8, 4, rng=rng)
)
adam = nn.Adam(net.parameters(), 0.02, clip_norm=1.0)
for _ in range(500):
    nn.train_step(net, signs(32, 40, rng), every_step, adam)
x, last = signs(300, 40, rng)
print(
    f"last sign known at {np.mean(net.predict(x).argmax(axis=2) == last):.1%} of steps"
)


# %% demo
def as_yours(layer, dense):
    """Weights of an `nn.LSTM` and an `nn.Dense` layer, in the form of this lab."""
    both = np.concatenate([layer.U.data, layer.W.data]).T.astype(float)
    cell = {"Wy": dense.W.data.T.astype(float), "by": dense.b.data[:, None]}
    for k, gate in enumerate("ifco"):
        rows = slice(k * layer.n, (k + 1) * layer.n)
        cell[f"W{gate}"] = both[rows]
        cell[f"b{gate}"] = layer.b.data[rows, None].astype(float)
    return cell


symbols = np.array([2, *[4, 6, 5, 7, 4, 5, 6, 7] * 3])
symbols[[9, 17]] = 0, 3
sign = symbols < 4  # at steps 0, 9 and 17
x = np.eye(8)[symbols].T[:, None]  # (8, 1, 25)
_, y, c, (caches, _) = lstm_forward(x, np.zeros((8, 1)), as_yours(net[0], net[1]))
print("the last sign, step by step:", y[:, 0].argmax(axis=0))
forget, write = (np.array([step[k][:, 0] for step in caches]).T for k in (4, 5))
plots.heat(
    {"forget gates": forget, "input gates": write},
    signed=False,
    columns=[str(t) if sign[t] else "" for t in range(25)],
    xlabel="step; numbered where a sign comes",
    ylabel="unit",
    reading="At a sign the forget gates close: {:.2f} on average, against {:.2f} at "
    "distractors. For the input gates it is {:.2f} against {:.2f}.".format(
        *(gate[:, at].mean() for gate in (forget, write) for at in (sign, ~sign))
    ),
)

# %% [markdown]
# # Part 8 · Both directions, and deeper
# "Teddy **Roosevelt** was president" and "teddy **bears** are on sale": to know whether
# *teddy* is a name you must look ahead. A **bidirectional** network runs one cell from
# left to right and another from right to left, and stacks their states. The price: it
# needs the whole sequence before it can give the first answer.
#
# A **deep** recurrent network feeds the states of one layer to the next as inputs. Two
# or three layers are usual; each is already deep in time.

# %% concept="both_directions"
# Where is a bidirectional network out of the question?
# A: tagging the names in a finished article
# B: deciding whether a review is positive
# C: captions that appear while somebody is speaking
# D: reading a scanned line of handwriting
both_directions = None

# %% [markdown]
# ### Exercise 14 · `bidirectional_forward` · 3 points · about 6 minutes
# Run `rnn_forward` twice, both times from a state of zeros; the second cell reads the
# sequence backwards. Reverse its states again in time, so that both halves of column
# $t$ belong to step $t$, and stack them below those of the first cell.
#
# <details><summary>The lower half is in the wrong order</summary>
#
# `x[:, :, ::-1]` on the way in, `[:, :, ::-1]` on the way out.
# </details>


# %% exercise="bidirectional_forward"
def bidirectional_forward(x, parameters_forward, parameters_backward):
    """States of two plain cells, one in each direction.

    Args:
        x: array `(n_x, m, T_x)`.
        parameters_forward: of the cell that reads from the first step to the last.
        parameters_backward: of the one that reads from the last to the first.

    Returns:
        Array `(n_a + n_a, m, T_x)`: above the states of the forward cell, below those
        of the backward cell, both in the order of the inputs.
    """
    ### BEGIN SOLUTION
    m = x.shape[1]
    ahead, back = (
        rnn_forward(order, np.zeros((len(p["ba"]), m)), p)[0]
        for order, p in [(x, parameters_forward), (x[:, :, ::-1], parameters_backward)]
    )
    return np.concatenate([ahead, back[:, :, ::-1]])
    ### END SOLUTION


# %% check="bidirectional_forward"
check(bidirectional_forward)

# %% [markdown]
# ### Exercise 15 · `deep_rnn_forward` · 3 points · about 5 minutes
# Run `rnn_forward` for each layer, from a state of zeros. The lowest layer reads `x`,
# every other layer reads the states of the one below.
#
# <details><summary>matmul fails in the second layer</summary>
#
# Its input is the *states* of the first layer, not `x` and not a prediction.
# </details>


# %% exercise="deep_rnn_forward"
def deep_rnn_forward(x, layers):
    """States of a stack of plain cells; first states are 0.

    Args:
        x: array `(n_x, m, T_x)`, the input of the lowest layer.
        layers: list of parameters, lowest layer first.

    Returns:
        List of arrays `(n_a of the layer, m, T_x)`, one for each layer.
    """
    ### BEGIN SOLUTION
    states = []
    for parameters in layers:
        x, _, _ = rnn_forward(
            x, np.zeros((len(parameters["ba"]), x.shape[1])), parameters
        )
        states.append(x)
    return states
    ### END SOLUTION


# %% check="deep_rnn_forward"
check(deep_rnn_forward)

# %% demo
# A pulse in the middle of 21 steps: which states can depend on it, and when?
rng = np.random.default_rng(2)
pulse = np.zeros((1, 1, 21))
pulse[0, 0, 10] = 3.0
one, two = (random_cell("rnn", 1, 8, 2, rng, 0.9) for _ in range(2))
top = random_cell("rnn", 8, 8, 2, rng, 0.9)
plots.heat(
    {
        "both directions": bidirectional_forward(pulse, one, two)[:, 0, :],
        "upper one of two layers": deep_rnn_forward(pulse, [one, top])[1][:, 0, :],
    },
    columns=[str(t) if t % 5 == 0 else "" for t in range(21)],
    xlabel="step",
    ylabel="unit",
    reading="The pulse comes at step 10. On the left, the lower half (the backward "
    "cell) responds before that: it has read the sequence from its end.",
)

# %% [markdown]
# # Part 9 · Names that never were
# A **language model** gives the probability of the next symbol, given all symbols so
# far. For letters: $\hat y^{\langle t\rangle}$ after `b e r l` should be high for `i`.
# Train it on real names, then let it write.
#
# The newline marks the end (`<EOS>`, end of sequence): the model must learn it too, or
# names would never stop. A model of *words* also needs `<UNK>` for words it has never
# seen; a model of letters has seen them all, at the price of longer sequences.
#
# In training, each step receives the **true** previous letter. A name `lima` becomes
# inputs `[nothing, l, i, m, a]` and targets `[l, i, m, a, newline]`.

# %%
NEWLINE = "\n"


def initialize_letters(n_a, n_x, n_y):
    """Small random weights of a letter model: `Wax`, `Waa`, `Wya`, `b`, `by`."""
    return {
        "Wax": np.random.randn(n_a, n_x) * 0.01,
        "Waa": np.random.randn(n_a, n_a) * 0.01,
        "Wya": np.random.randn(n_y, n_a) * 0.01,
        "b": np.zeros((n_a, 1)),
        "by": np.zeros((n_y, 1)),
    }


def letters_forward(X, Y, a_prev, parameters):
    """Loss of one name, -ln of its probability, through your cell.

    Args:
        X: list of indices, `None` for a column of zeros.
        Y: list of indices, what should come next.
        a_prev: array `(n_a, 1)`.
        parameters: a letter model; its `b` is what the cell calls `ba`.

    Returns:
        loss: a number.
        cache: for `letters_backward`.
    """
    cell, loss, steps = {**parameters, "ba": parameters["b"]}, 0.0, []
    for x, y in zip(X, Y, strict=True):
        xt = np.zeros((parameters["Wax"].shape[1], 1))
        if x is not None:
            xt[x] = 1
        a_prev, yt_pred, cache = rnn_cell_forward(xt, a_prev, cell)
        loss -= np.log(yt_pred[y, 0])
        steps.append((yt_pred, cache))
    return loss, steps


# %%
def letters_backward(X, Y, parameters, cache):
    """Gradients of the loss of one name, through your `rnn_cell_backward`.

    Args:
        X: as for `letters_forward`.
        Y: as for `letters_forward`.
        parameters: a letter model.
        cache: from `letters_forward`.

    Returns:
        gradients: `dWax`, `dWaa`, `dWya`, `db`, `dby`.
        a: list of the states `(n_a, 1)`.
    """
    gradients = {f"d{name}": np.zeros(p.shape) for name, p in parameters.items()}
    da_next = 0.0
    for t in reversed(range(len(X))):
        yt_pred, step = cache[t]
        dy = yt_pred.copy()  # gradient of what goes into the softmax
        dy[Y[t]] -= 1
        gradients["dWya"] += dy @ step[0].T
        gradients["dby"] += dy
        grads = rnn_cell_backward(parameters["Wya"].T @ dy + da_next, step)
        da_next = grads["da_prev"]
        for name, own in [("dWax", "dWax"), ("dWaa", "dWaa"), ("db", "dba")]:
            gradients[name] += grads[own]
    return gradients, [step[0] for _, step in cache]


# %% [markdown]
# ### Sampling
# When the model writes, there is no true letter: draw one from $\hat y^{\langle
# t\rangle}$ and feed *it* to the next step. Draw, do not take the most likely letter:
# that would give the same name every time.

# %% concept="what_goes_in"
# Which letter does step t receive?
# A: in training the true previous one; in sampling the one just drawn
# B: in training the most likely one; in sampling the one just drawn
# C: in both the true previous one
# D: in both the one just drawn
what_goes_in = None

# %% [markdown]
# ### Exercise 16 · `sample` · 4 points · about 10 minutes
# Call `np.random.seed(seed)` once. Start with a column of zeros and a state of zeros.
# At each step compute $a = \tanh(W_{ax}x + W_{aa}a + b)$ and $\hat y$, draw an index
# with `np.random.choice(range(vocab_size), p=…)`, and feed it back as a one-hot column.
# Stop after a newline; after 50 indices without one, append it.
#
# <details><summary>'p' must be 1-dimensional</summary>
#
# $\hat y$ is a column; `.ravel()` makes it one-dimensional.
# </details>
# <details><summary>51 letters and a newline</summary>
#
# At most 50 indices are drawn; the appended newline is the 51st.
# </details>


# %% exercise="sample"
def sample(parameters, char_to_ix, seed):
    """Draw one name, letter by letter.

    Args:
        parameters: `Wax (n_a, vocab_size)`, `Waa`, `Wya (vocab_size, n_a)`, `b`, `by`.
        char_to_ix: dictionary from character to index, the newline among them.
        seed: for NumPy's generator.

    Returns:
        List of indices that ends with the newline's: at most 50, and the newline.
    """
    ### BEGIN SOLUTION
    np.random.seed(seed)
    vocab_size = len(parameters["by"])
    x, a = np.zeros((vocab_size, 1)), np.zeros(parameters["b"].shape)
    indices = []
    while len(indices) < 50:
        a = np.tanh(parameters["Wax"] @ x + parameters["Waa"] @ a + parameters["b"])
        y = softmax(parameters["Wya"] @ a + parameters["by"])
        index = int(np.random.choice(range(vocab_size), p=y.ravel()))
        indices.append(index)
        if index == char_to_ix["\n"]:
            return indices
        x = np.zeros((vocab_size, 1))
        x[index] = 1
    return [*indices, char_to_ix["\n"]]
    ### END SOLUTION


# %% check="sample"
check(sample)

# %% [markdown]
# ### Exercise 17 · `optimize` · 5 points · about 8 minutes
# Take one step on one name. `letters_forward(X, Y, a_prev, parameters)` returns `loss,
# cache`; `letters_backward(X, Y, parameters, cache)` returns `gradients`, then states.
# Clip by value 5, then update **in place**: $W \leftarrow W - \alpha\,dW$.
#
# <details><summary>`parameters` after: expected …, got …</summary>
#
# `parameters["Wax"] = parameters["Wax"] - …` and `-=` both change the caller's
# dictionary. A new dictionary does not.
# </details>
# <details><summary>a_last is the first state</summary>
#
# The list of states is in order of time.
# </details>


# %% exercise="optimize"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01):
    """One step of gradient descent on one name; changes `parameters` in place.

    Args:
        X: list of indices, the first `None`.
        Y: list of indices of the same length, the newline last.
        a_prev: array `(n_a, 1)`, the first state.
        parameters: `Wax`, `Waa`, `Wya`, `b`, `by`.
        learning_rate: factor of the gradient in the step.

    Returns:
        loss: of this name before the step.
        gradients: `dWax`, `dWaa`, `dWya`, `db`, `dby`, clipped to [-5, 5].
        a_last: array `(n_a, 1)`, the state after the last letter.
    """
    ### BEGIN SOLUTION
    loss, cache = letters_forward(X, Y, a_prev, parameters)
    gradients, a = letters_backward(X, Y, parameters, cache)
    gradients = clip(gradients, 5)
    for name in parameters:
        parameters[name] -= learning_rate * gradients[f"d{name}"]
    return loss, gradients, a[-1]
    ### END SOLUTION


# %% check="optimize"
check(optimize)

# %% [markdown]
# ## How good is a language model?
# Give it real names that it has not seen, and ask how likely it finds them. By the
# chain rule of probability,
#
# $$\ln P(\text{lima}) = \ln P(l) + \ln P(i \mid l) + \ln P(m \mid li)
# + \ln P(a \mid lim) + \ln P(\text{end} \mid lima)$$
#
# **Perplexity** is $e^{-\text{mean of these logarithms}}$ over *all* symbols of all
# names. A perplexity of 10 means: as uncertain as a uniform choice among 10 symbols.

# %% concept="by_hand"
# A model gives the two symbols of a text the probabilities 1/2 and 1/8. What is its
# perplexity on this text? (Answer with a number.)
by_hand = None

# %% [markdown]
# ### Exercise 18 · `sequence_log_probability` · 4 points · about 6 minutes
# Compute $\ln P$ of one name, given as indices that end with the newline's. Start from
# a state of zeros; the first input is `None`, the others are the true letters.
# `letters_forward` does most of the work.
#
# <details><summary>The sign is wrong</summary>
#
# A probability is at most 1, so its logarithm is at most 0. The loss is its negative.
# </details>
# <details><summary>One term is missing</summary>
#
# The first letter has a probability too: its input is `None`, a column of zeros.
# </details>


# %% exercise="sequence_log_probability"
def sequence_log_probability(indices, parameters):
    """Logarithm of the probability that a letter model gives to one name.

    Args:
        indices: list of indices that ends with the newline's.
        parameters: `Wax`, `Waa`, `Wya`, `b`, `by`.

    Returns:
        A number, 0 or below (natural logarithm).
    """
    ### BEGIN SOLUTION
    a0 = np.zeros(parameters["b"].shape)
    loss, _ = letters_forward([None, *indices[:-1]], indices, a0, parameters)
    return -loss
    ### END SOLUTION


# %% check="sequence_log_probability"
check(sequence_log_probability)

# %% [markdown]
# ### Exercise 19 · `perplexity` · 2 points · about 4 minutes
# Compute the perplexity of a list of names: one mean over the symbols of all names
# together, newlines included, so that a long name counts for more.
#
# <details><summary>Close, but not equal</summary>
#
# Add up all logarithms first, divide by the number of all symbols, then take `exp`
# once. The mean of each name's perplexity is something else.
# </details>


# %% exercise="perplexity"
def perplexity(sequences, parameters):
    """Perplexity per symbol of a letter model.

    Args:
        sequences: list of names, each a list of indices that ends with the newline's.
        parameters: `Wax`, `Waa`, `Wya`, `b`, `by`.

    Returns:
        A number, 1 or above.
    """
    ### BEGIN SOLUTION
    total = sum(sequence_log_probability(one, parameters) for one in sequences)
    return np.exp(-total / sum(len(one) for one in sequences))
    ### END SOLUTION


# %% check="perplexity"
check(perplexity)

# %% [markdown]
# ### Exercise 20 · `model` · 3 points · about 8 minutes
# Start from `initialize_letters(n_a, n_x, n_y)`, where `n_x` and `n_y` are both the
# number of characters. Shuffle a copy of the names and go through it, one `optimize`
# step per name with a learning rate of 0.01 and a state of zeros; after the last name
# begin again with the first. At the end `sample` seven names, with any seven seeds.
#
# <details><summary>It learns nothing</summary>
#
# `Y` is `X` shifted by one: `X = [None, …]`, `Y = [… , newline]`.
# </details>
# <details><summary>Every sampled name looks like one name of the list</summary>
#
# In iteration $j$ take name number $j$ modulo the number of names.
# </details>


# %% exercise="model"
def model(data_x, ix_to_char, char_to_ix, num_iterations=10_000, n_a=50, verbose=False):
    """Train a letter model on names, one name a step.

    Args:
        data_x: list of names, without newlines.
        ix_to_char: dictionary from index to character.
        char_to_ix: dictionary from character to index, the newline among them.
        num_iterations: how many steps.
        n_a: size of the state.
        verbose: whether to print some names every 2500 steps.

    Returns:
        parameters: `Wax`, `Waa`, `Wya`, `b`, `by`.
        names: list of seven sampled names, without newlines.
    """

    ### BEGIN SOLUTION
    def written(count, first_seed):
        drawn = [sample(parameters, char_to_ix, first_seed + i) for i in range(count)]
        return ["".join(ix_to_char[i] for i in name[:-1]) for name in drawn]

    parameters = initialize_letters(n_a, len(char_to_ix), len(char_to_ix))
    order = np.random.permutation(len(data_x))
    for j in range(num_iterations):
        X = [None] + [char_to_ix[c] for c in data_x[order[j % len(data_x)]]]
        Y = [*X[1:], char_to_ix["\n"]]
        optimize(X, Y, np.zeros((n_a, 1)), parameters)
        if verbose and (j == 0 or (j + 1) % 2500 == 0):
            print(f"{j + 1:6}", ", ".join(written(4, 0)))
    return parameters, written(7, 100)
    ### END SOLUTION


# %% check="model"
check(model)

# %% demo
# Predict: after how many training names will the model alternate vowels and consonants?
chars = sorted({c for name in places.train_names for c in name} | {NEWLINE})
char_to_ix = {c: i for i, c in enumerate(chars)}
ix_to_char = dict(enumerate(chars))
np.random.seed(1)
letters, names = model(places.train_names, ix_to_char, char_to_ix, verbose=True)
print("\nseven of its own:", ", ".join(names))

# %% [markdown]
# First come random letters, then letters with the right frequencies, then syllables.
# (Each column keeps its seed: watch one name change as training goes on.) How good is
# it in numbers? The baselines use counts of single letters (unigrams) or of each letter
# after the previous one (bigrams), both from all 24837 training names, with 1 added to
# each count of a bigram.
#
# **Predict**: your network has seen only 10000 names. Does it beat the bigrams?


# %% demo
def coded(names):
    """Names as lists of indices, the newline's index last."""
    return [[*(char_to_ix[c] for c in name), char_to_ix[NEWLINE]] for name in names]


def counted(sequences, n):
    """Bigram probabilities `(n, n)`: row = the symbol before, newline at the start."""
    counts = np.ones((n, n))
    for one in sequences:
        np.add.at(counts, ([one[-1], *one[:-1]], one), 1)
    return counts / counts.sum(axis=1, keepdims=True), counts.sum(axis=0) / counts.sum()


test = coded(places.test_names[::8])
pairs, single = counted(coded(places.train_names), len(chars))
symbols = sum(map(len, test))
scores = {
    "uniform": float(len(chars)),
    "unigrams": np.exp(-sum(np.log(single[s]).sum() for s in test) / symbols),
    "bigrams": np.exp(
        -sum(np.log(pairs[[s[-1], *s[:-1]], s]).sum() for s in test) / symbols
    ),
    "your RNN": float(perplexity(test, letters)),
}
plots.bars(
    scores,
    ylabel="perplexity on unseen names",
    reading="A model is as uncertain as a uniform choice among this many symbols: the "
    "lower, the better.",
)

# %% [markdown]
# ### Turn a knob: temperature
# Divide what goes into the softmax by a **temperature** $\tau$. Below 1 the most likely
# letters become more likely still and the names more cautious; above 1 the names become
# wilder. **Predict** the names at 0.4 and at 1.6.

# %% demo
real_places = set(places.train_names.tolist())
for tau in (0.4, 0.7, 1.0, 1.6):
    cooled = {**letters, "Wya": letters["Wya"] / tau, "by": letters["by"] / tau}
    drawn = [sample(cooled, char_to_ix, seed) for seed in range(300)]
    texts = ["".join(ix_to_char[i] for i in one[:-1]) for one in drawn]
    real = np.mean([text in real_places for text in texts])
    print(f"τ = {tau}: {', '.join(texts[:6])}")
    print(f"         {len(set(texts)) / 300:.0%} different, {real:.1%} real places")

# %% [markdown]
# ### And dinosaurs? (optional)
# Only 88 names of dinosaurs come with this course: too few to learn from alone. Start
# from the model of place names and continue with dinosaurs: **transfer learning**, as
# in course 3. Eight names are held out; how likely does the model find them?

# %% demo
dinosaurs = data.load("dinosaurs")
held_out = coded(dinosaurs.test_names)
grown = {name: array.copy() for name, array in letters.items()}
learned = [perplexity(held_out, grown)]
lines_x = coded(dinosaurs.train_names)
for _ in range(12):  # epochs
    for one in lines_x:
        optimize([None, *one[:-1]], one, np.zeros((50, 1)), grown, 0.005)
    learned.append(perplexity(held_out, grown))
drawn = [sample(grown, char_to_ix, seed) for seed in range(6)]
print(", ".join("".join(ix_to_char[i] for i in one[:-1]) for one in drawn))
plots.lines(
    learned,
    xlabel="epochs",
    ylabel="perplexity on 8 unseen dinosaurs",
    from_zero=True,
    reading=f"From {learned[0]:.1f} to {learned[-1]:.1f}: -saurus is quickly learned.",
)

# %% [markdown]
# # Part 10 · An improviser
# Now an LSTM, and ragtime: six pieces by Scott Joplin as sequences of tokens, of which
# there are 96 (which key is struck, how long it sounds, how long to wait). The layers
# come from `helpers.nn`, where batches come first: tokens `(m, T)`, states
# `(m, T, n_a)`.
#
# There are three layers, made **once**: an embedding (a learned vector for each token),
# an LSTM, a dense layer. Training and playing both use *these* layers; new ones would
# not be trained.

# %% demo
rags = data.load("ragtime")
print("trained on:", "; ".join(rags.train_titles))
print("to test on:", rags.test_titles[0])
print(", ".join(audio.token_name(token) for token in rags.train_tokens[:10]), "…")
real = rags.test_tokens[:400]
audio.player(audio.synthesize(audio.tokens_to_notes(real)), 16_000)

# %% [markdown]
# ### Exercise 21 · `djmodel` · 3 points · about 6 minutes
# Inside the function, define a class derived from `nn.Model`, and return an instance:
# `__init__` keeps the three layers, `forward(self, tokens)` applies them. `embedder`
# turns tokens into vectors; `LSTM_cell(x)` returns states `(m, T, n_a)`, last state and
# last memory (use only the first); `densor(states)` gives scores. Apply no softmax.
#
# <details><summary>The output has no time axis</summary>
#
# `densor` is applied to all states, not to the last one.
# </details>
# <details><summary>The model has no parameters</summary>
#
# Keep the layers as attributes in `__init__`; the framework looks for them there.
# </details>


# %% exercise="djmodel"
def djmodel(embedder, LSTM_cell, densor):
    """A next-token model that uses three given layers, without copying them.

    Args:
        embedder: `nn.Embedding`, tokens `(m, T)` to `(m, T, d)`.
        LSTM_cell: `nn.LSTM` with `return_sequences` and `return_state`, so that it
            returns `(states (m, T, n_a), a (m, n_a), c (m, n_a))`.
        densor: `nn.Dense`, to `n_values` scores.

    Returns:
        An `nn.Model` that turns tokens `(m, T)` into scores `(m, T, n_values)`.
    """

    ### BEGIN SOLUTION
    class Improviser(nn.Model):
        def __init__(self):
            self.embedder, self.LSTM_cell, self.densor = embedder, LSTM_cell, densor

        def forward(self, tokens):
            states, _, _ = self.LSTM_cell(self.embedder(tokens))
            return self.densor(states)

    return Improviser()
    ### END SOLUTION


# %% check="djmodel"
check(djmodel)

# %% [markdown]
# ### Exercise 22 · `music_inference_model` · 2 points · about 6 minutes
# To play, take one step at a time and carry the state yourself. Return a function that
# takes a token and a state, and returns the probabilities and the next state. You need
# `LSTM_cell(x, initial_state=(a, c))` and `nn.softmax(scores)`; inside
# `with nn.no_grad():` the framework records nothing for a backward pass.
#
# <details><summary>It needs x (m, T, d)</summary>
#
# One token is a batch of one sequence of one step: `np.array([[x]])`.
# </details>
# <details><summary>The states are tensors</summary>
#
# `tensor.data` is the array.
# </details>


# %% exercise="music_inference_model"
def music_inference_model(embedder, LSTM_cell, densor):
    """The three layers of `djmodel`, one step at a time.

    Args:
        embedder: as for `djmodel`.
        LSTM_cell: as for `djmodel`; takes a first state as `initial_state=(a, c)`.
        densor: as for `djmodel`.

    Returns:
        Function of `x` (a token, an int), `a` and `c` (arrays `(1, n_a)`) that returns
        `(probabilities (n_values,), a, c)`, plain arrays.
    """

    ### BEGIN SOLUTION
    def step(x, a, c):
        with nn.no_grad():
            states, a, c = LSTM_cell(embedder(np.array([[x]])), initial_state=(a, c))
            probabilities = nn.softmax(densor(states))
        return probabilities.data[0, 0], a.data, c.data

    return step
    ### END SOLUTION


# %% check="music_inference_model"
check(music_inference_model)

# %% [markdown]
# ### Exercise 23 · `predict_and_sample` · 2 points · about 6 minutes
# Play `Ty` tokens. In each step ask the model, apply the temperature ($p^{1/\tau}$,
# divided by its sum), draw with `np.random.choice`, and feed the drawn token and the
# new state into the next step.
#
# <details><summary>The tune never changes</summary>
#
# Feed the new token *and* the new state into the next step.
# </details>
# <details><summary>probabilities do not sum to 1</summary>
#
# Divide by the sum after taking the power, in float64: `p.astype(float)`.
# </details>


# %% exercise="predict_and_sample"
def predict_and_sample(
    inference_model, x_initializer, a_initializer, c_initializer, Ty=50, temperature=1.0
):
    """Improvise.

    Args:
        inference_model: as `music_inference_model` returns it.
        x_initializer: the token to begin after (it is not part of the result).
        a_initializer: array `(1, n_a)`.
        c_initializer: array `(1, n_a)`.
        Ty: how many tokens to draw.
        temperature: positive; below 1 more cautious, above 1 wilder.

    Returns:
        results: array `(Ty, n_values)`, the tokens as one-hot rows.
        indices: array `(Ty, 1)`, the tokens.
    """
    ### BEGIN SOLUTION
    x, a, c, drawn = x_initializer, a_initializer, c_initializer, []
    for _ in range(Ty):
        p, a, c = inference_model(x, a, c)
        p = p.astype(float) ** (1 / temperature)
        x = int(np.random.choice(len(p), p=p / p.sum()))
        drawn.append(x)
    return np.eye(len(p))[drawn], np.array(drawn).reshape(Ty, 1)
    ### END SOLUTION


# %% check="predict_and_sample"
check(predict_and_sample)

# %% [markdown]
# ### Train it
# Pieces are cut into windows of 64 tokens and transposed up or down by up to five
# semitones, so that there is more to learn from. Training takes about ten seconds. The
# baselines are **Markov models**: after each token guess what followed it most often;
# or do the same after each *pair* of tokens. **Predict**: is the LSTM better than
# pairs?


# %% demo
def windows(rng, T=64):
    """All training pieces in windows of T + 1 tokens, each piece transposed."""
    cut = []
    for begin, end in pairwise(rags.train_tokens_bounds):
        piece = rags.train_tokens[begin:end].astype(int)
        moved = np.clip(piece + rng.integers(-5, 6), 0, audio.N_PITCHES - 1)
        piece = np.where(piece < audio.N_PITCHES, moved, piece)[rng.integers(T) :]
        cut.append(np.lib.stride_tricks.sliding_window_view(piece, T + 1)[::T])
    return rng.permutation(np.concatenate(cut))


rng = np.random.default_rng(0)
layers = (
    nn.Embedding(audio.N_TOKENS, 32, rng=rng),
    nn.LSTM(32, 128, return_sequences=True, return_state=True, rng=rng),
    nn.Dense(128, audio.N_TOKENS, rng=rng),
)
dj = djmodel(*layers)
rate = nn.schedules.cosine_decay(0.012, 14 * 28)
adam = nn.Adam(dj.parameters(), rate, clip_norm=1.0)
history = []
for _ in range(14):  # epochs of 28 batches
    all_windows = windows(rng)
    for start in range(0, len(all_windows), 16):
        part = all_windows[start : start + 16]
        batch = part[:, :-1], part[:, 1:]
        history.append(nn.train_step(dj, batch, every_step, adam)["loss"])


# %% demo
def markov(pieces, order):
    """Guess what followed a context most often; unseen contexts are shortened."""
    follows = {}
    for piece in pieces:
        for t in range(len(piece)):
            for n in range(min(order, t) + 1):
                follows.setdefault(tuple(piece[t - n : t]), Counter())[piece[t]] += 1
    best = {context: seen.most_common(1)[0][0] for context, seen in follows.items()}
    return lambda past: best[
        next(past[n:] for n in range(len(past) + 1) if past[n:] in best)
    ]


pieces = [
    rags.train_tokens[b:e].tolist() for b, e in pairwise(rags.train_tokens_bounds)
]
tune = rags.test_tokens.tolist()
guessed = dj.predict(np.array([tune[:-1]]))[0].argmax(axis=1)
right = {"most frequent": np.mean(np.array(tune) == markov(pieces, 0)(()))}
for n, name in [(1, "after one token"), (2, "after two")]:
    guess = markov(pieces, n)
    hits = [
        guess(tuple(tune[max(0, t - n) : t])) == tune[t] for t in range(1, len(tune))
    ]
    right[name] = np.mean(hits)
right["your LSTM"] = np.mean(guessed == tune[1:])
plots.bars(
    right,
    ylabel="next tokens guessed right",
    percent=True,
    reading="Measured on “The Easy Winners”, which none of the models was trained on.",
)

# %% [markdown]
# ### Listen
# The improviser hears the first bars of a piece it has never seen, then goes on alone.
# A piano roll shows what it plays; the MIDI file opens in any music program.

# %% demo cover=true
play = music_inference_model(*layers)
a = c = np.zeros((1, 128), np.float32)
opening = [int(token) for token in rags.test_tokens[:60]]
for token in opening[:-1]:
    _, a, c = play(token, a, c)
np.random.seed(4)
_, indices = predict_and_sample(play, opening[-1], a, c, Ty=500, temperature=0.8)
notes = audio.tokens_to_notes(opening + indices.ravel().tolist())
sound = audio.synthesize(notes, 16_000)
midi = Path(tempfile.gettempdir()) / "improvisation.mid"
audio.write_midi(midi, notes)
print(f"{len(notes)} notes, {len(sound) / 16_000:.0f} seconds; written to {midi.name}")
pitches = range(96, 30, -1)
roll = audio.piano_roll(notes)[pitches, :160] / 2
by_joplin = audio.piano_roll(audio.tokens_to_notes(opening)).shape[1]
plots.heat(
    roll,
    signed=False,
    rows=[audio.pitch_name(p) if p % 12 == 0 else "" for p in pitches],
    columns=[str(t) if t % 16 == 0 else "" for t in range(roll.shape[1])],
    xlabel="time in sixteenth notes",
    ylabel="pitch",
    reading=f"Piano roll. Yellow: a key is struck; grey: the note sounds on. The first "
    f"{by_joplin} columns are Joplin's, the rest is not.",
)

# %% demo
audio.player(sound, 16_000)

# %% demo
# (Optional) The same sound as a spectrogram: which frequencies sound when.
frames = np.lib.stride_tricks.sliding_window_view(sound[: 16_000 * 8], 1024)[::400]
amplitude = np.abs(np.fft.rfft(frames * np.hanning(1024)))[:, 128:0:-1].T
plots.heat(
    np.log10(amplitude + 1e-2),
    signed=False,
    rows=[f"{k * 125 // 8}" if k % 32 == 0 else "" for k in range(128, 0, -1)],
    columns=[f"{i // 40}" if i % 40 == 0 else "" for i in range(len(frames))],
    xlabel="time in seconds",
    ylabel="frequency in Hz",
    reading="Colour: base-10 logarithm of the amplitude. Each note is a ladder of "
    "overtones, bright when its key is struck and darker as it fades.",
)

# %% [markdown] question="why_gates" points=5
# ## In your own words
# A colleague trains a plain RNN on sensor readings; what matters lies about 200 steps
# back. The loss stalls; she wants to "clip more". In about six sentences: what is going
# on, why does clipping not help, what would you measure first and what do you expect to
# see? What would you change, and which number in this lab backs it up?
#
# ### BEGIN SOLUTION
# The gradients vanish: on the way back over 200 steps they are multiplied 200 times by
# $W_{aa}^\top$ and by $1 - a^2 \le 1$. Clipping only shortens gradients that are too
# long; it cannot lengthen any. I would measure the norm of the gradient with respect to
# early states against the number of steps back, and expect a straight line downwards on
# a logarithmic axis. I would use an LSTM or GRU whose gates start out keeping the
# memory (a forget bias of 3 or more), as its memory's gradient is multiplied by
# $\Gamma_f$ only. In the lab the plain cell was at chance (25 %) at 100 steps where the
# LSTM was right almost always; and over 100 steps its gradient had shrunk to about
# 1e-8, that of the LSTM had not.
#
# **Rubric**, one point each: vanishing gradients named · repeated product as the reason
# · clipping limits, never enlarges · a measurement with an expectation · gated cell
# *and* a number from the lab.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the formula | your function |
# |---|---|
# | $a = \tanh(W_{ax}x + W_{aa}a + b)$ | `rnn_cell_forward`, `sample` |
# | gradients add: at a state, and for weights over time | `rnn_backward` |
# | $\min(1, v / \lVert g \rVert)\, g$ | `clip_by_norm` |
# | $c = \Gamma_u * \tilde c + (1-\Gamma_u) * c$ | `gru_cell_forward` |
# | $c = \Gamma_f * c + \Gamma_i * \tilde c$ | `lstm_cell_forward` |
# | $dc^{\langle t-1\rangle} = dc * \Gamma_f$ | `lstm_cell_backward` |
# | $e^{-\frac1N \sum \ln P}$ | `perplexity` |

# %% [markdown]
# Here is the same in PyTorch. By now you know what each line does:
#
# ```
# lstm = torch.nn.LSTM(32, 128, batch_first=True)    # gates i, f, g, o side by side
# states, (a, c) = lstm(embedding(tokens))           # lstm_forward
# loss = cross_entropy(dense(states).flatten(0, 1), targets.flatten())
# loss.backward()                                    # lstm_backward
# torch.nn.utils.clip_grad_norm_(lstm.parameters(), 1.0)    # clip_by_norm
# ```

# %% [markdown]
# **Where libraries differ.** In `torch.nn.GRU`, and in Keras unless you pass
# `reset_after=False`, the reset gate (our $\Gamma_r$) multiplies the *product* of
# matrix and state, not the state; and their update gate means *keep*: it is our $1 -
# \Gamma_u$. Keras starts with a forget bias of 1, PyTorch with a small random one.
# PyTorch's layers have two bias vectors, and its clipping divides by $\lVert g \rVert +
# 10^{-6}$.

# %% [markdown]
# **Your function beside a library's.** Both got the same input. Where the values
# differ, the table says why.
#
# {{libraries}}

# %% [markdown]
# **A challenge** (optional). Make names *of a country*. Give each step the country as
# a second one-hot column below the letter (`places.train_country`), train on five
# countries, and sample for each. Then ask the reverse question: which country gives a
# name the highest probability? That is a classifier, by Bayes' rule.
#
# **The paper of the week.** S. Hochreiter and J. Schmidhuber, *Long short-term memory*,
# Neural Computation 9 (1997). Read section 3.1 on the error that flows back; then look
# for the forget gate. It is not there: Gers, Schmidhuber and Cummins added it in 1999.
#
# In this lab tokens were numbers without meaning. **Next week** words will become
# points on a map.

# %% demo
check.progress()
