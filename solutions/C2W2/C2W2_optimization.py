# %% [markdown]
# # Better steps
# You know gradient descent: subtract the gradient times a learning rate. It trains
# every network of this course, slowly. In this lab you build **four better optimizers**
# and race them down ravines, over saddles and on thousands of images of clothes, all
# from the same start. You will see which one wins, why, and when the choice does not
# matter.
#
# **Time** about two hours, in six parts; you can stop after any of them. **You need**
# the forward and backward pass of course 1; their code is given.

# %% [markdown]
# ## The map
# | part | you write | idea | points |
# |---|---|---|---|
# | 1 Batches | `update_parameters_with_gd` `random_mini_batches` | step early | 14 |
# | 2 Averages | `exponentially_weighted_average` | a memory that fades | 8 |
# | 3 Momentum | `initialize_velocity` `…_with_momentum` | average the gradients | 12 |
# | 4 Scaling | `initialize_rmsprop` `…_with_rmsprop` | divide by their size | 11 |
# | | `initialize_adam` `…_with_adam` | do both | 17 |
# | 5 Decay | `update_lr` `schedule_lr_decay` and two more | ever shorter steps | 12 |
# | 6 Race | `model` | compare them all | 10 |
#
# Nine short questions give 10 points, and one answer in your own words gives 6.

# %% [markdown]
# **After this lab you can** cut a training set into mini-batches and choose their size,
# average a noisy series with a fading memory, write momentum, RMSprop and Adam from
# scratch, lower the learning rate on a schedule, and compare optimizers fairly.
#
# The `check(…)` after each exercise runs it on a few fixed cases and explains what
# differs. Your grade comes from the same type of check on fresh cases. Hints are folded
# under the exercises; their titles say what you might see. If a question has options,
# answer with a letter in quotes, such as `"B"`, otherwise with a number.

# %%
import time

import numpy as np

from helpers import data, planar, plots
from helpers.checks import checks_for
from helpers.descent import Landscape, path_of
from helpers.plots.labs import c2w2 as figures_c2w2

check = checks_for("C2W2")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | shape | meaning |
# |---|---|---|---|
# | $X^{\{t\}}$, $Y^{\{t\}}$ | `X_t`, `Y_t` | `(n_x, size)` | mini-batch number $t$ |
# | $dW^{[l]}$ | `grads["dW1"]` | as `W1` | gradient of the cost |
# | $\alpha$ | `learning_rate` | number | the step is $\alpha$ times the gradient |
# | $\theta_t$ | `theta[t - 1]` | number | a measured value, such as a temperature |
# | $\beta$ | `beta` | number | how much of the old average is kept |
# | $v$ | `v["dW1"]` | as `W1` | average of the gradients: the velocity |
# | $s$ | `s["dW1"]` | as `W1` | average of the squared gradients |
# | $\varepsilon$ | `epsilon` | number | avoids a division by 0 |
# | epoch | `epoch` | number | one pass through all examples |

# %% [markdown]
# ## The network of this lab
# It is given, and the same as last week: two ReLU layers, then sigmoids. `Y` has one
# row for each output.


# %%
def initialize_parameters(layers_dims):
    """He initialization: `W1`, `b1`, … for layers of the given sizes."""
    parameters = {}
    for layer in range(1, len(layers_dims)):
        n, n_prev = layers_dims[layer], layers_dims[layer - 1]
        parameters[f"W{layer}"] = np.random.randn(n, n_prev) * np.sqrt(2 / n_prev)
        parameters[f"b{layer}"] = np.zeros((n, 1))
    return parameters


def forward_propagation(X, parameters):
    """Probabilities (n_y, m), and a cache for the backward pass."""
    W1, b1, W2, b2, W3, b3 = (
        parameters[key] for key in ("W1", "b1", "W2", "b2", "W3", "b3")
    )
    A1 = np.maximum(0, W1 @ X + b1)
    A2 = np.maximum(0, W2 @ A1 + b2)
    A3 = np.clip(0.5 * (1 + np.tanh((W3 @ A2 + b3) / 2)), 1e-12, 1 - 1e-12)
    return A3, (A1, W1, A2, W2, A3, W3)


# %%
def compute_cost(A3, Y):
    """Cross-entropy, summed over the outputs and averaged over the examples."""
    return -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / Y.shape[1]


def backward_propagation(X, Y, cache):
    """Gradients of the cost: `dW1`, `db1` and so on."""
    A1, _, A2, W2, A3, W3 = cache
    dZ3 = (A3 - Y) / X.shape[1]
    dZ2 = (W3.T @ dZ3) * (A2 > 0)
    dZ1 = (W2.T @ dZ2) * (A1 > 0)
    grads = {}
    for layer, dZ, A in ((3, dZ3, A2), (2, dZ2, A1), (1, dZ1, X)):
        grads[f"dW{layer}"] = dZ @ A.T
        grads[f"db{layer}"] = np.sum(dZ, axis=1, keepdims=True)
    return grads


# %% [markdown]
# # Part 1 · Step early, step often
# ### Exercise 1 · `update_parameters_with_gd` · 5 points · about 5 minutes
# Take one step of plain gradient descent, for a network of any depth: $W \leftarrow W -
# \alpha\,dW$, and the same for every $b$. Return **new** parameters and leave the
# arguments unchanged: you will start several runs from the same parameters.
#
# <details><summary>It changes its argument</summary>
#
# `parameters["W1"] = …` writes into the caller's dictionary, and `W -= …` into the
# caller's array. Collect the results in a new dictionary.
# </details>


# %% exercise="update_parameters_with_gd"
def update_parameters_with_gd(parameters, grads, learning_rate):
    """Take one step of gradient descent; the arguments stay unchanged.

    Args:
        parameters: `{"W1": …, "b1": …, "W2": …}` of any depth.
        grads: `{"dW1": …, "db1": …, "dW2": …}`, gradients of the same shapes.
        learning_rate: a number.

    Returns:
        Dictionary like `parameters`, after the step.

    Example:
        >>> update_parameters_with_gd({"b1": np.ones(1)}, {"db1": np.ones(1)}, 0.25)
        {'b1': array([0.75])}
    """
    ### BEGIN SOLUTION
    return {
        key: value - learning_rate * grads["d" + key]
        for key, value in parameters.items()
    }
    ### END SOLUTION


# %% check="update_parameters_with_gd"
check(update_parameters_with_gd)

# %% [markdown]
# ## Why wait for all examples?
# The gradient over all $m$ examples is exact, but it costs a full pass. The gradient
# over 64 of them is nearly as good, a little noisy, and $m/64$ times cheaper. So
# shuffle, cut into **mini-batches**, and take a step after each:
#
# | name | examples per step | steps per epoch |
# |---|---|---|
# | batch gradient descent | all $m$ | 1 |
# | mini-batch gradient descent | 32 … 512 | $m/64$ for batches of 64 |
# | stochastic gradient descent | 1 | $m$ |

# %% concept="batches_per_epoch"
# There are 1000 examples in mini-batches of 64. How many steps are in an epoch?
batches_per_epoch = None

# %% [markdown]
# ### Exercise 2 · `random_mini_batches` · 9 points · about 10 minutes
# Shuffle the columns of X and Y **together**, cut them into batches of
# `mini_batch_size`, and keep the last batch even if it is smaller. By hand, seven
# columns in batches of 3: the order `4 0 6 | 2 5 1 | 3` gives three batches, of 3, 3
# and 1.
#
# <details><summary>The labels no longer belong to their columns</summary>
#
# Draw one permutation and index the columns of both arrays with it.
# </details>
# <details><summary>Some examples are missing</summary>
#
# `range(0, m, size)` gives all starts; a slice that goes too far stops at the end.
# </details>


# %% exercise="random_mini_batches"
def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    """Shuffle a training set and cut it into mini-batches.

    Args:
        X: array `(n_x, m)`.
        Y: array `(n_y, m)`.
        mini_batch_size: examples in each batch; the last may have fewer.
        seed: seed of the shuffle; the same seed gives the same batches.

    Returns:
        List of pairs `(X_t, Y_t)`; each example is in exactly one of them. `X` and
        `Y` stay unchanged.

    Example:
        >>> X = np.arange(7).reshape(1, 7)
        >>> [x.shape[1] for x, y in random_mini_batches(X, X, 3)]
        [3, 3, 1]
    """
    ### BEGIN SOLUTION
    m = X.shape[1]
    order = np.random.RandomState(seed).permutation(m)
    batches = []
    for start in range(0, m, mini_batch_size):
        part = order[start : start + mini_batch_size]
        batches.append((X[:, part], Y[:, part]))
    return batches
    ### END SOLUTION


# %% check="random_mini_batches"
check(random_mini_batches)

# %% [markdown]
# ### Watch it work: how large a batch?
# Now clothes: 2000 images of Fashion-MNIST, 28×28, ten classes. Three epochs with
# batches of 1, 8, 64, 512 and all 2000; for each we tried several learning rates and
# took the best. Before you run the cells: which size takes longest per epoch? Which has
# the noisiest cost? And which learns most *per second*?

# %% demo
fashion = data.load("fashion")


def clothes(x, y, m):
    """Images as m normalized columns, and their labels as one-hot columns."""
    order = np.random.RandomState(1).permutation(len(x))[:m]
    X = x[order].reshape(m, -1).T / 255  # (784, m)
    return (X - 0.29) / 0.35, np.eye(10)[y[order]].T  # mean 0, standard deviation 1


X_small, Y_small = clothes(fashion.train_x, fashion.train_y, 2000)
LAYERS = [784, 64, 32, 10]
plots.images(
    255 - fashion.train_x[[np.flatnonzero(fashion.train_y == c)[3] for c in range(10)]],
    fashion.classes,
    columns=5,
    reading="One of each class. Chance level: 10 %.",
)


# %% demo
def sweep(size, rate, epochs=3):
    """History (epochs, seconds, costs), seconds per epoch, cost at the end."""
    np.random.seed(1)
    parameters, seconds, history = initialize_parameters(LAYERS), 0.0, []
    every = max(1, 2000 // size // 8)  # record about eight costs per epoch
    for epoch in range(epochs):
        began = time.perf_counter()
        batches = random_mini_batches(X_small, Y_small, size, seed=epoch)
        for i, (X_t, Y_t) in enumerate(batches):
            A3, cache = forward_propagation(X_t, parameters)
            grads = backward_propagation(X_t, Y_t, cache)
            parameters = update_parameters_with_gd(parameters, grads, rate)
            if i % every == 0:
                cost = compute_cost(A3, Y_t)
                now = seconds + time.perf_counter() - began
                history.append((epoch + i / len(batches), now, cost))
        seconds += time.perf_counter() - began
    A3, _ = forward_propagation(X_small, parameters)
    return [*zip(*history, strict=True)], seconds / epochs, compute_cost(A3, Y_small)


# %% demo
swept = {
    size: sweep(size, rate)
    for size, rate in ((1, 0.003), (8, 0.02), (64, 0.02), (512, 0.1), (2000, 0.05))
}
print("size   seconds per epoch   noise of the cost   cost after 3 epochs")
for size, (history, seconds, final) in swept.items():
    changes = np.diff(history[2][len(history[2]) // 2 :])
    noise = f"{np.std(changes) / np.sqrt(2):.3f}" if len(changes) > 2 else "too few"
    print(f"{size:4} {seconds:17.3f} {noise:>19} {final:19.3f}")
figures_c2w2.runs(
    {f"{size} per step": history for size, (history, *_) in swept.items()},
    by="both",
    log=True,
    reading="Cost of the current batch. Small batches: noisy, and slow by the clock.",
)

# %% [markdown]
# By the clock, the best size lies in between. With 1 example per step, NumPy cannot
# process many at once, so an epoch takes many times as long. With all of them, three
# epochs are only three steps.
#
# In practice: if there are no more than about 2000 examples, use them all; otherwise
# try 64, 128, 256 and 512, and make sure that a batch fits into memory. Larger batches
# are less noisy and often allow a larger learning rate.

# %% concept="cost_goes_up"
# You train with mini-batches and plot the cost of each batch. It falls, but now and
# then it rises a little. Why?
# A: a bug in the gradients         B: certainly too large a learning rate
# C: some batches are harder        D: a sign of overfitting
cost_goes_up = None

# %% [markdown]
# # Part 2 · A memory that fades
# The next three optimizers share one idea: do not trust the last gradient alone,
# average over the last few. Here is a cheap average that needs to store a single
# number:
#
# $$v_t = \beta\, v_{t-1} + (1 - \beta)\, \theta_t \qquad v_0 = 0$$
#
# Unroll it, and $\theta_{t-k}$ has the weight $(1-\beta)\beta^k$: the past fades. A
# value that is $1/(1-\beta)$ steps old weighs about a third as much as the newest. So
# we say that the average covers a **window** of $1/(1-\beta)$ values: 10
# for $\beta = 0.9$.

# %% concept="window"
# About how many days does an average with β = 0.98 cover?
window = None

# %% [markdown]
# ## It starts too low
# $v_0 = 0$ is not a measurement, and yet it counts. By hand, $\beta = 0.9$ and
# $\theta = (10, 20)$: $v_1 = 0.9 \cdot 0 + 0.1 \cdot 10 = 1$, far below 10. The weights
# of the measurements sum to only $1 - \beta^t$, so divide by that:
#
# $$v_t^{\text{corrected}} = \frac{v_t}{1 - \beta^t}$$
#
# Now $v_1 / (1 - 0.9) = 10$. The next one, $v_2 = 0.9 \cdot 1 + 0.1 \cdot 20 = 2.9$,
# continues from the **stored** $v_1 = 1$, not from the corrected one. Corrected, it is
# $2.9 / 0.19 = 15.26$.

# %% [markdown]
# ### Exercise 3 · `exponentially_weighted_average` · 8 points · about 8 minutes
# Return the average up to each value of a series, with or without the bias correction.
#
# <details><summary>The first value is right, the second is not</summary>
#
# Keep two things apart: the `v` of the next step, and the value that you return.
# </details>
# <details><summary>It divides by zero</summary>
#
# The first value has $t = 1$, not 0.
# </details>


# %% exercise="exponentially_weighted_average"
def exponentially_weighted_average(theta, beta, bias_correction=True):
    """Average a series with a memory that fades.

    Args:
        theta: sequence of numbers, in order of time.
        beta: weight of the old average, at least 0, below 1.
        bias_correction: whether to divide by `1 - beta**t`, `t` counted from 1.

    Returns:
        Array of the length of `theta`: the average up to each value.

    Example:
        >>> exponentially_weighted_average([10, 20], 0.9, bias_correction=False)
        array([1. , 2.9])
    """
    ### BEGIN SOLUTION
    averages = np.zeros(len(theta))
    v = 0.0
    for t, value in enumerate(theta, start=1):
        v = beta * v + (1 - beta) * value
        averages[t - 1] = v / (1 - beta**t) if bias_correction else v
    return averages
    ### END SOLUTION


# %% check="exponentially_weighted_average"
check(exponentially_weighted_average)

# %% concept="average_by_hand"
# β = 0.5, measurements 8, 4, 6. What is the third average, with bias correction?
# Two decimals.
average_by_hand = None

# %% [markdown]
# ### Watch it work: two years of weather
# These are real measurements: the highest temperature of each day in Seattle. Before
# you run the cell: which lags further behind the seasons, the average with β = 0.9 or
# the one with 0.98?

# %% demo
weather = data.load("temperature")
days = weather.temp_max[:730].astype(float)
averaged = {
    f"β = {beta}": exponentially_weighted_average(days, beta) for beta in (0.9, 0.98)
}
plots.lines(
    {"measured": days} | averaged,
    xlabel="day since 2012-01-01",
    ylabel="highest temperature in °C",
    reading="The wider the window, the smoother the average, and the later its peak.",
)
peaks = {name: int(np.argmax(series[:366])) for name, series in averaged.items()}
print("warmest day by each average in 2012:", peaks)
for beta in (0.5, 0.9, 0.98):
    changes = np.diff(exponentially_weighted_average(days, beta))
    print(f"β = {beta:<4}  window {1 / (1 - beta):3.0f} days   ", end="")
    print(f"typical change {np.std(changes):.2f} °C per day")

# %% demo
with_and_without = {
    "measured": days[:60],
    "corrected": exponentially_weighted_average(days, 0.98)[:60],
    "not corrected": exponentially_weighted_average(days, 0.98, False)[:60],
}
plots.lines(
    with_and_without,
    xlabel="day since 2012-01-01",
    ylabel="highest temperature in °C",
    from_zero=True,
    reading="Without the correction, the average begins near 0 °C.",
)
age = np.arange(80)
plots.lines(
    {f"β = {beta}": (1 - beta) * beta**age for beta in (0.5, 0.9, 0.98)},
    xlabel="days ago",
    ylabel="weight in today's average",
    reading="At the end of its window, each curve is down to a third or a quarter.",
)

# %% [markdown]
# # Part 3 · Momentum
# In a ravine the gradient points across, from wall to wall, and hardly along the floor.
# Plain gradient descent hops from one side to the other. Average the gradients: the
# hops cancel, and the small steady part along the floor adds up.
#
# $$v \leftarrow \beta\, v + (1 - \beta)\, dW \qquad W \leftarrow W - \alpha\, v$$
#
# Think of a ball: $v$ is its velocity, $dW$ pushes it, and friction leaves only a
# fraction $\beta$ of it. By hand, $\beta = 0.9$, gradients $+1, -1, +1$ from wall to
# wall: $v = 0.1,\ -0.01,\ 0.091$. Steady gradients of $1, 1, 1$ give $0.1,\ 0.19,\
# 0.271$, and $v$ approaches 1.

# %% [markdown]
# ### Exercise 4 · `initialize_velocity` · 3 points · about 3 minutes
# Return a velocity of zeros for each parameter: arrays of the same shapes, under the
# names of the gradients.
#
# <details><summary>It expected the keys dW1, db1 …</summary>
#
# `v` holds averages of *gradients*, so its keys are `"d" + key`.
# </details>


# %% exercise="initialize_velocity"
def initialize_velocity(parameters):
    """Initialize the velocities with zeros.

    Args:
        parameters: `{"W1": …, "b1": …, "W2": …}` of any depth.

    Returns:
        v: `{"dW1": zeros like W1, "db1": …, "dW2": …}`.

    Example:
        >>> initialize_velocity({"b1": np.ones((1, 2))})
        {'db1': array([[0., 0.]])}
    """
    ### BEGIN SOLUTION
    return {"d" + key: np.zeros(value.shape) for key, value in parameters.items()}
    ### END SOLUTION


# %% check="initialize_velocity"
check(initialize_velocity)

# %% [markdown]
# ### Exercise 5 · `update_parameters_with_momentum` · 9 points · about 8 minutes
# Compute the new velocity, then take the step with it. Return the new parameters and
# the new velocity. There is no bias correction here: after a few dozen steps it would
# no longer matter.
#
# <details><summary>The parameters lag one step behind</summary>
#
# Take the step with the *new* velocity.
# </details>
# <details><summary>It changes its argument v</summary>
#
# `v["dW1"] = …` writes into the caller's dictionary. Make a new one.
# </details>


# %% exercise="update_parameters_with_momentum"
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    """Take one step with momentum; the arguments stay unchanged.

    Polyak (1964), in the form of an exponentially weighted average.

    Args:
        parameters: `{"W1": …, "b1": …}` of any depth.
        grads: `{"dW1": …, "db1": …}`.
        v: velocities `{"dW1": …, "db1": …}` before the step.
        beta: weight of the old velocity.
        learning_rate: a number.

    Returns:
        parameters: after the step.
        v: velocities with which the step was taken.
    """
    ### BEGIN SOLUTION
    v = {key: beta * v[key] + (1 - beta) * grads[key] for key in v}
    parameters = {
        key: value - learning_rate * v["d" + key] for key, value in parameters.items()
    }
    return parameters, v
    ### END SOLUTION


# %% check="update_parameters_with_momentum"
check(update_parameters_with_momentum)

# %% [markdown]
# ### Watch it work: a ravine
# The cost $J = \frac12 (w_1^2 + 200\, w_2^2)$ is steep across the ravine and flat along
# it. Plain gradient descent diverges if $\alpha > 2/200$. Before you run the cells:
# which β comes closest to the minimum, the star, in 60 steps?


# %% demo
def ravine(w1, w2):
    """Two hundred times as curved along w2 as along w1."""
    return 0.5 * (w1**2 + 200 * w2**2)


def ravine_gradient(w):
    """The gradient at a point (2,)."""
    return w * np.array([1, 200])


def momentum(beta, rate):
    """Steps with momentum, from rest."""

    def step(now, grads, v, t):
        v = v or initialize_velocity(now)
        return update_parameters_with_momentum(now, grads, v, beta, rate)

    return step


# %% demo
paths = {
    f"β = {beta}": path_of(momentum(beta, rate), ravine_gradient, (-9, 0.5), 60)
    for beta, rate in ((0, 0.0095), (0.9, 0.12), (0.99, 0.12))
}
plots.contours(
    {
        name: Landscape(ravine, (-10, 6), (-0.8, 0.8), {name: path}, (0, 0))
        for name, path in paths.items()
    },
    columns=3,
    height=2.4,
    reading="Square: start; dot: end. Left: hops. Right: too little friction.",
)
for name, path in paths.items():
    print(f"{name:9} cost after 60 steps {ravine(*path[-1]):8.4f}")

# %% concept="larger_beta"
# You raise β of momentum from 0.9 to 0.99. What changes?
# A: it averages over 10 times as many gradients: smoother, but slow to turn
# B: each step becomes ten times as long, so that the cost diverges
# C: it forgets sooner, and follows the noise of the batches more closely
# D: only the first few steps, in which the bias is corrected
larger_beta = None

# %% [markdown]
# # Part 4 · A rate for every weight
# ## RMSprop
# Momentum still has one learning rate for all weights. **RMSprop** measures how large
# the gradients of each weight usually are, and divides by that:
#
# $$s \leftarrow \beta\, s + (1 - \beta)\, dW^2 \qquad
# W \leftarrow W - \alpha\, \frac{dW}{\sqrt{s} + \varepsilon}$$
#
# Squares and roots are taken element by element. Where gradients are large, steps
# become shorter; where they are tiny, longer. By hand: if $dW = (40, 1)$ in every step,
# then $\sqrt{s}$ approaches $(40, 1)$, and both weights move by $\alpha$.

# %% [markdown]
# $\varepsilon = 10^{-8}$ only avoids a division by 0. It is **outside** the root.
# Inside, it would act like $\sqrt{10^{-8}} = 10^{-4}$, ten thousand times as much: for
# gradients around $10^{-4}$, steps would be about 30 % too short.
#
# ### Exercise 6 · `initialize_rmsprop` · 2 points · about 1 minute
# Return zeros again, with the same names and shapes.
#
# <details><summary>It expected the keys dW1, db1 …</summary>
#
# As with the velocity, the keys are those of the gradients.
# </details>


# %% exercise="initialize_rmsprop"
def initialize_rmsprop(parameters):
    """Initialize the averages of the squared gradients with zeros.

    Args:
        parameters: `{"W1": …, "b1": …, "W2": …}` of any depth.

    Returns:
        s: `{"dW1": zeros like W1, "db1": …, "dW2": …}`.
    """
    ### BEGIN SOLUTION
    return {"d" + key: np.zeros(value.shape) for key, value in parameters.items()}
    ### END SOLUTION


# %% check="initialize_rmsprop"
check(initialize_rmsprop)

# %% [markdown]
# ### Exercise 7 · `update_parameters_with_rmsprop` · 9 points · about 8 minutes
# Compute the new average of the squared gradients, then take the step with it. Return
# the new parameters and the new average. As with momentum, there is no bias correction.
#
# <details><summary>Parameters with large gradients are right, others are not</summary>
#
# Where did you add ε? It belongs outside the root.
# </details>
# <details><summary>Some steps go uphill</summary>
#
# The numerator is the gradient itself; only the *denominator* is made of squares.
# </details>


# %% exercise="update_parameters_with_rmsprop"
def update_parameters_with_rmsprop(
    parameters, grads, s, beta, learning_rate, epsilon=1e-8
):
    """Take one step of RMSprop; the arguments stay unchanged.

    Tieleman and Hinton, "Neural networks for machine learning", lecture 6.5 (2012).

    Args:
        parameters: `{"W1": …, "b1": …}` of any depth.
        grads: `{"dW1": …, "db1": …}`.
        s: averages of squared gradients `{"dW1": …, "db1": …}` before the step.
        beta: weight of the old average.
        learning_rate: a number.
        epsilon: added to the root.

    Returns:
        parameters: after the step.
        s: averages with which the step was taken.
    """
    ### BEGIN SOLUTION
    s = {key: beta * s[key] + (1 - beta) * grads[key] ** 2 for key in s}
    parameters = {
        key: value
        - learning_rate * grads["d" + key] / (np.sqrt(s["d" + key]) + epsilon)
        for key, value in parameters.items()
    }
    return parameters, s
    ### END SOLUTION


# %% check="update_parameters_with_rmsprop"
check(update_parameters_with_rmsprop)

# %% [markdown]
# ## Adam: both, and corrected
# **Adam** (adaptive moments) averages gradients like momentum and scales them like
# RMSprop, with a bias correction for each average, as both start at 0. In step $t$,
# counted from 1:
#
# $$v \leftarrow \beta_1 v + (1 - \beta_1)\, dW \qquad
# s \leftarrow \beta_2 s + (1 - \beta_2)\, dW^2$$
# $$\hat v = \frac{v}{1 - \beta_1^t} \qquad \hat s = \frac{s}{1 - \beta_2^t} \qquad
# W \leftarrow W - \alpha \frac{\hat v}{\sqrt{\hat s} + \varepsilon}$$
#
# Usual values are $\beta_1 = 0.9$, $\beta_2 = 0.999$, $\varepsilon = 10^{-8}$; only
# $\alpha$ needs a search.

# %% [markdown]
# By hand, the first step with $dW = 4$: $v = 0.4$, $\hat v = 0.4/0.1 = 4$; $s = 0.016$,
# $\hat s = 0.016/0.001 = 16$. The step is $\alpha \cdot 4/\sqrt{16} = \alpha$.
#
# <details><summary><b>Predict</b>: and the first step with dW = 0.0004?</summary>
#
# It is $\alpha$ again. Adam's first step has length $\alpha$ for every weight, whatever
# the size of its gradient; only the sign counts.
# </details>

# %% [markdown]
# ### Exercise 8 · `initialize_adam` · 4 points · about 2 minutes
# Return two dictionaries of zeros, `v` and `s`.
#
# <details><summary>It expected a tuple of 2 and got a dictionary</summary>
#
# `return v, s` returns both.
# </details>


# %% exercise="initialize_adam"
def initialize_adam(parameters):
    """Initialize the averages of gradients and of squared gradients with zeros.

    Args:
        parameters: `{"W1": …, "b1": …, "W2": …}` of any depth.

    Returns:
        v: `{"dW1": zeros like W1, "db1": …, "dW2": …}`.
        s: another such dictionary.
    """
    ### BEGIN SOLUTION
    v = {"d" + key: np.zeros(value.shape) for key, value in parameters.items()}
    s = {"d" + key: np.zeros(value.shape) for key, value in parameters.items()}
    return v, s
    ### END SOLUTION


# %% check="initialize_adam"
check(initialize_adam)

# %% [markdown]
# ### Exercise 9 · `update_parameters_with_adam` · 13 points · about 15 minutes
# Take one step of Adam. Return five things: the new parameters, the **stored** averages
# `v` and `s`, and their corrected values, which are computed anew in each step and
# never stored.
#
# <details><summary>The first step is right, later ones are too long</summary>
#
# Did you store the corrected values?
# </details>
# <details><summary>The first steps are far too short or too long</summary>
#
# Correct both averages, each with its own β to the power of t.
# </details>


# %% exercise="update_parameters_with_adam"
def update_parameters_with_adam(
    parameters,
    grads,
    v,
    s,
    t,
    learning_rate=0.01,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
):
    """Take one step of Adam; the arguments stay unchanged.

    Kingma and Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1.

    Args:
        parameters: `{"W1": …, "b1": …}` of any depth.
        grads: `{"dW1": …, "db1": …}`.
        v: averages of gradients before the step, not corrected.
        s: averages of squared gradients before the step, not corrected.
        t: number of this step, from 1.
        learning_rate: a number.
        beta1: weight of the old `v`.
        beta2: weight of the old `s`.
        epsilon: added to the root.

    Returns:
        `parameters, v, s, v_corrected, s_corrected`: the parameters after the step,
        the averages for the next step, and the corrected averages that the step used.
    """
    ### BEGIN SOLUTION
    v = {key: beta1 * v[key] + (1 - beta1) * grads[key] for key in v}
    s = {key: beta2 * s[key] + (1 - beta2) * grads[key] ** 2 for key in s}
    v_corrected = {key: value / (1 - beta1**t) for key, value in v.items()}
    s_corrected = {key: value / (1 - beta2**t) for key, value in s.items()}
    steps = {key: v_corrected[key] / (np.sqrt(s_corrected[key]) + epsilon) for key in v}
    parameters = {
        key: value - learning_rate * steps["d" + key]
        for key, value in parameters.items()
    }
    return parameters, v, s, v_corrected, s_corrected
    ### END SOLUTION


# %% check="update_parameters_with_adam"
check(update_parameters_with_adam)

# %% concept="first_step_of_adam"
# Adam with learning rate 0.01. The first gradient of a weight is 0.003.
# How long is the first step of this weight? Three decimals.
first_step_of_adam = None

# %% [markdown]
# ### Watch it work: three landscapes
# A **ravine**; a **saddle**, where the cost falls along one axis and rises along the
# other (the start is almost on the ridge between its two valleys); and a **plateau**
# with a hole. Five optimizers: gradient descent with exact gradients and with noisy
# ones (as from small batches), momentum, RMSprop and Adam. Before you run the cells:
# which gets stuck on the saddle, and which are fast on the plateau?


# %% demo
def saddle(w1, w2):
    """A saddle at 0, two valleys at w2 = 1.6 and -1.6."""
    return w1**2 - w2**2 + 0.2 * w2**4


def plateau(w1, w2):
    """Flat far away, a hole at 0."""
    return -np.exp(-0.5 * (w1**2 + w2**2))


def saddle_gradient(w):
    """The gradient at a point (2,)."""
    return np.array([2 * w[0], -2 * w[1] + 0.8 * w[1] ** 3])


def plateau_gradient(w):
    """The gradient at a point (2,)."""
    return w * np.exp(-0.5 * w @ w)


def descent(rate):
    """Steps of gradient descent."""
    return lambda now, grads, _, t: (update_parameters_with_gd(now, grads, rate), None)


# %% demo
def rmsprop(rate):
    """Steps of RMSprop."""

    def step(now, grads, s, t):
        s = s or initialize_rmsprop(now)
        return update_parameters_with_rmsprop(now, grads, s, 0.9, rate)

    return step


def adam(rate):
    """Steps of Adam; the memory holds both averages."""

    def step(now, grads, memory, t):
        v, s = memory or initialize_adam(now)
        now, v, s, *_ = update_parameters_with_adam(now, grads, v, s, t, rate)
        return now, (v, s)

    return step


# %% demo
def five(gradient, start, rate, noise, steps=60):
    """The paths of all five from one point."""
    optimizers = {
        "descent": (descent(rate), 0),
        "noisy": (descent(rate), noise),
        "momentum": (momentum(0.9, 10 * rate), 0),
        "RMSprop": (rmsprop(0.12), 0),
        "Adam": (adam(0.25), 0),
    }
    return {
        name: path_of(step, gradient, start, steps, amount)
        for name, (step, amount) in optimizers.items()
    }


lands = {
    "ravine": Landscape(
        ravine,
        (-10, 5),
        (-0.8, 0.8),
        five(ravine_gradient, (-9, 0.5), 0.009, 3.0),
        (0, 0),
    ),
    "saddle": Landscape(
        saddle,
        (-2, 2),
        (-2.4, 2.4),
        five(saddle_gradient, (-1.8, 1e-4), 0.05, 0.3),
        (0, 1.58),
    ),
    "plateau": Landscape(
        plateau,
        (-3.5, 1.5),
        (-1.5, 3.5),
        five(plateau_gradient, (-2.8, 2.6), 0.3, 0.1),
        (0, 0),
    ),
}

# %% demo cover=true
plots.contours(
    lands,
    columns=3,
    height=3.2,
    reading="Square: start; dots: after 60 steps; star: a minimum.",
)
costs = {"ravine": ravine, "saddle": saddle, "plateau": plateau}
print(
    "cost after 60 steps  " + "".join(f"{name:>10}" for name in lands["ravine"].paths)
)
for land, one in lands.items():
    ends = [costs[land](*path[-1]) for path in one.paths.values()]
    print(f"{land:20} " + "".join(f"{end:10.3f}" for end in ends))

# %% demo
figures_c2w2.race(
    lands, reading="The same, animated. Which of them move at all on the plateau?"
)

# %% [markdown]
# On the saddle, plain gradient descent hardly moves for a long time: its gradient is
# almost 0. The others escape by noise, by momentum, or by dividing tiny gradients by
# their size. On the plateau, RMSprop and Adam reach the hole: their steps are about
# $\alpha$ long, however small the gradient.
#
# ## Saddle points, not local minima
# People once feared that training would end in a poor local minimum. Where the gradient
# is 0, the cost curves up or down along each direction. At a local minimum it curves up
# along **all** of them. Draw random curvatures in $n$ dimensions: how often is this so?

# %% demo
rng = np.random.default_rng(1)
sizes = [1, 2, 3, 4, 5]
all_up = []
for n in sizes:
    H = rng.normal(size=(40_000, n, n))
    curvatures = np.linalg.eigvalsh(H + H.transpose(0, 2, 1))
    all_up.append(float(np.mean(np.all(curvatures > 0, axis=1))))
plots.lines(
    {"all directions curve up": all_up},
    sizes,
    log="y",
    markers=True,
    xlabel="number of weights",
    ylabel="fraction of the draws",
    reading=f"5 weights: {1e4 * all_up[-1]:.0f} in 10,000. Networks have many more.",
)
print({n: round(share, 5) for n, share in zip(sizes, all_up, strict=True)})

# %% concept="where_slopes_vanish"
# At some point the gradient of all 50,000 weights is 0. Most likely, this is …
# A: a local minimum, and training is stuck  B: a saddle point, with a way down
# C: the best possible set of weights        D: a local maximum of the cost
where_slopes_vanish = None

# %% [markdown]
# # Part 5 · Learning rate decay
# Near a minimum, noise keeps mini-batch gradient descent wandering about, at a distance
# that grows with $\alpha$. So begin with long steps and end with short ones. Here are
# four schedules, where $e$ is the number of the epoch, $r$ the decay rate and $k$ a
# constant:
#
# | schedule | learning rate |
# |---|---|
# | inverse | $\alpha_0 / (1 + r\, e)$ |
# | staircase | $\alpha_0 / (1 + r \cdot \lfloor e / \text{interval} \rfloor)$ |
# | exponential | $\alpha_0 \cdot 0.95^{\,e}$ |
# | square root | $\alpha_0 \cdot k / \sqrt{e}$ |

# %% [markdown]
# ### Exercise 10 · `update_lr` · 4 points · about 3 minutes
# Return the learning rate of the inverse schedule. By hand: $\alpha_0 = 0.2$, decay
# rate 1, epochs 0, 1, 2, 3: $0.2,\ 0.1,\ 0.067,\ 0.05$.
#
# <details><summary>It is far too small</summary>
#
# Always start from `learning_rate0`, not from the rate of the epoch before.
# </details>


# %% exercise="update_lr"
def update_lr(learning_rate0, epoch_num, decay_rate):
    """Compute the learning rate of an epoch, with inverse decay.

    Args:
        learning_rate0: rate of epoch 0.
        epoch_num: number of the epoch, from 0.
        decay_rate: how fast it falls, at least 0.

    Returns:
        A number.

    Example:
        >>> update_lr(0.2, 3, 1)
        0.05
    """
    ### BEGIN SOLUTION
    return learning_rate0 / (1 + decay_rate * epoch_num)
    ### END SOLUTION


# %% check="update_lr"
check(update_lr)

# %% [markdown]
# ### Exercise 11 · `schedule_lr_decay` · 4 points · about 3 minutes
# Return the learning rate of the staircase: it changes only once in every
# `time_interval` epochs. By hand, interval 1000 and decay rate 1: epoch 999 still has
# $\alpha_0$, epoch 1000 has $\alpha_0 / 2$.
#
# <details><summary>It falls in every epoch</summary>
#
# Round the quotient *down*: `//`, or `np.floor`.
# </details>


# %% exercise="schedule_lr_decay"
def schedule_lr_decay(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    """Compute the learning rate of an epoch, with inverse decay in a staircase.

    Args:
        learning_rate0: rate on the first stair.
        epoch_num: number of the epoch, from 0.
        decay_rate: how fast it falls, at least 0.
        time_interval: epochs on each stair.

    Returns:
        A number.

    Example:
        >>> schedule_lr_decay(0.5, 100, 1, 100)
        0.25
    """
    ### BEGIN SOLUTION
    return learning_rate0 / (1 + decay_rate * (epoch_num // time_interval))
    ### END SOLUTION


# %% check="schedule_lr_decay"
check(schedule_lr_decay)

# %% [markdown]
# ### Exercise 12 · `exponential_decay` · 2 points · about 1 minute
# Return $\alpha_0$ times `base` to the power of the epoch.
#
# <details><summary>In epoch 0 the rate is 0</summary>
#
# A power is `**`; `*` multiplies.
# </details>


# %% exercise="exponential_decay"
def exponential_decay(learning_rate0, epoch_num, base=0.95):
    """Compute the learning rate of an epoch, with exponential decay.

    Args:
        learning_rate0: rate of epoch 0.
        epoch_num: number of the epoch, from 0.
        base: what the rate is multiplied by in each epoch, below 1.

    Returns:
        A number.

    Example:
        >>> exponential_decay(2.0, 2, base=0.5)
        0.5
    """
    ### BEGIN SOLUTION
    return learning_rate0 * base**epoch_num
    ### END SOLUTION


# %% check="exponential_decay"
check(exponential_decay)

# %% [markdown]
# ### Exercise 13 · `sqrt_decay` · 2 points · about 1 minute
# Return $\alpha_0 \cdot k / \sqrt e$. Here epochs are counted from 1, to avoid a
# division by 0; where they are counted from 0, we shall pass $e + 1$.
#
# <details><summary>The rate falls too fast</summary>
#
# Divide by the root of the epoch, not by the epoch.
# </details>


# %% exercise="sqrt_decay"
def sqrt_decay(learning_rate0, epoch_num, k=1.0):
    """Compute the learning rate of an epoch, with square-root decay.

    Args:
        learning_rate0: rate of epoch 1, if `k` is 1.
        epoch_num: number of the epoch, from 1.
        k: a factor.

    Returns:
        A number.

    Example:
        >>> float(sqrt_decay(0.5, 4))
        0.25
    """
    ### BEGIN SOLUTION
    return learning_rate0 * k / np.sqrt(epoch_num)
    ### END SOLUTION


# %% check="sqrt_decay"
check(sqrt_decay)

# %% demo
# Before you run the cell: one of these five is not a decay at all. Which?
epochs = np.arange(1, 31)
schemes = {
    "inverse": lambda rate, e: update_lr(rate, e, 0.3),
    "staircase": lambda rate, e: schedule_lr_decay(rate, e, 1.0, 8),
    "exponential": lambda rate, e: exponential_decay(rate, e, 0.9),
    "square root": lambda rate, e: sqrt_decay(rate, e + 1),
}
rates = {name: [scheme(0.1, e) for e in epochs] for name, scheme in schemes.items()}
rates["e to the epoch"] = 0.1 * np.exp(0.2 * epochs)
plots.lines(
    rates,
    epochs,
    log="y",
    xlabel="epoch",
    ylabel="learning rate α",
    reading="Four rates fall. The fifth grows without bound.",
)

# %% concept="no_decay"
# Which of these does not make the learning rate decay?
# A: α₀ / (1 + 2e)    B: 0.95ᵉ α₀    C: α₀ / √e    D: α₀ exp(e)
no_decay = None

# %% [markdown]
# # Part 6 · The race
# Now put it all together: one training loop for all five optimizers.

# %% [markdown]
# ### Exercise 14 · `model` · 10 points · about 15 minutes
# Write the training loop: draw new batches in each epoch, and for each batch run the
# forward pass, the backward pass and one step of the optimizer. Call your own functions
# for the batches and for the steps, including those of plain gradient descent.
# `"batch"` takes all examples as one batch; the other four optimizers use mini-batches.
#
# <details><summary>Momentum is no better than plain gradient descent</summary>
#
# Its velocity must last through all epochs: initialize it once, before the loops.
# </details>
# <details><summary>Adam's t is wrong from the second epoch on</summary>
#
# It counts steps from 1 through all epochs; it does not start again.
# </details>


# %% exercise="model"
def model(
    X,
    Y,
    layers_dims,
    optimizer,
    learning_rate=0.0007,
    mini_batch_size=64,
    beta=0.9,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
    num_epochs=5000,
    print_cost=False,
    decay=None,
    watch=None,
):
    """Train the network of this lab with one of five optimizers.

    Args:
        X: array `(n_x, m)`.
        Y: array `(n_y, m)` of 0 and 1.
        layers_dims: sizes of the four layers, `[n_x, n1, n2, n_y]`.
        optimizer: `"batch"`, `"gd"`, `"momentum"`, `"rmsprop"` or `"adam"`.
        learning_rate: rate of every epoch, unless `decay` changes it.
        mini_batch_size: examples per step; `"batch"` takes all of them.
        beta: for momentum and RMSprop.
        beta1: for Adam.
        beta2: for Adam.
        epsilon: for RMSprop and Adam.
        num_epochs: passes through all examples; each shuffles with a new seed.
        print_cost: whether to print the cost of a batch now and then.
        decay: function of `learning_rate` and the number of the epoch, from 0, that
            returns the rate of that epoch; `None` keeps the rate constant.
        watch: function to be called after each epoch with its number, from 0, and the
            parameters; or `None`.

    Returns:
        The parameters after the last step. Start from `initialize_parameters`.
    """
    ### BEGIN SOLUTION
    parameters = initialize_parameters(layers_dims)
    v, s = initialize_adam(parameters)
    if optimizer == "momentum":
        v = initialize_velocity(parameters)
    elif optimizer == "rmsprop":
        s = initialize_rmsprop(parameters)
    size = X.shape[1] if optimizer == "batch" else mini_batch_size
    t = 0
    for epoch in range(num_epochs):
        rate = decay(learning_rate, epoch) if decay else learning_rate
        for X_t, Y_t in random_mini_batches(X, Y, size, seed=epoch):
            A3, cache = forward_propagation(X_t, parameters)
            grads = backward_propagation(X_t, Y_t, cache)
            t += 1
            if optimizer == "momentum":
                parameters, v = update_parameters_with_momentum(
                    parameters, grads, v, beta, rate
                )
            elif optimizer == "rmsprop":
                parameters, s = update_parameters_with_rmsprop(
                    parameters, grads, s, beta, rate, epsilon
                )
            elif optimizer == "adam":
                parameters, v, s, _, _ = update_parameters_with_adam(
                    parameters, grads, v, s, t, rate, beta1, beta2, epsilon
                )
            else:
                parameters = update_parameters_with_gd(parameters, grads, rate)
        if print_cost and epoch % 100 == 0:
            print(f"cost after epoch {epoch}: {compute_cost(A3, Y_t):.6f}")
        if watch:
            watch(epoch, parameters)
    return parameters
    ### END SOLUTION


# %% check="model"
check(model)

# %% [markdown]
# ### Watch it work: moons
# 300 noisy points, hidden layers of 5 and 2 units, 400 epochs, and for all five **the
# same start and the same learning rate**, 0.002. Before you run the cells: which is the
# first to separate the moons?


# %% demo
def run(X, Y, layers, optimizer, rate, epochs, **options):
    """Parameters, and (epochs, seconds, costs).

    Costs are measured on the first 1000 examples, and the time for that is not counted.
    """
    history, spent, began = [], 0.0, 0.0

    def watch(epoch, parameters):
        nonlocal spent, began
        spent += time.perf_counter() - began
        A3, _ = forward_propagation(X[:, :1000], parameters)
        history.append((epoch + 1, spent, compute_cost(A3, Y[:, :1000])))
        began = time.perf_counter()

    np.random.seed(3)
    began = time.perf_counter()
    trained = model(
        X, Y, layers, optimizer, rate, num_epochs=epochs, watch=watch, **options
    )
    return trained, [*zip(*history, strict=True)]


OPTIMIZERS = ("batch", "gd", "momentum", "rmsprop", "adam")
X_moons, Y_moons = planar.moons(300, seed=3)
raced = {
    name: run(X_moons, Y_moons, [2, 5, 2, 1], name, 0.002, 400) for name in OPTIMIZERS
}

# %% demo
figures_c2w2.runs(
    {name: history for name, (_, history) in raced.items()},
    by="both",
    ceiling=1,
    reading="One rate for all: the two that scale their gradients are far ahead.",
)
regions = {
    name: lambda X, now=now: forward_propagation(X, now)[0]
    for name, (now, _) in raced.items()
}
for name, guess in regions.items():
    print(f"{name:9} accuracy {np.mean((guess(X_moons) > 0.5) == Y_moons):.1%}")
titles = ("Batch", "Mini-batch", "Momentum", "RMSprop", "Adam")
plots.decision_regions(
    dict(zip(titles, regions.values(), strict=True)),
    X_moons,
    Y_moons,
    reading="After 400 epochs from the same start.",
)

# %% [markdown]
# Was that fair? 0.002 suits RMSprop and Adam, and is far too small for the other three:
# a step of plain gradient descent is the rate *times a small gradient*. So now, on
# clothes, **each gets the best of its own four rates**, chosen by the cost after three
# epochs on half of the images. Before you run the cells: is Adam still first?

# %% demo
X_train, Y_train = clothes(fashion.train_x, fashion.train_y, 4000)
X_test, Y_test = clothes(fashion.test_x, fashion.test_y, 2000)
tried = {
    "batch": (0.02, 0.05, 0.1, 0.2),
    "gd": (0.01, 0.02, 0.05, 0.1),
    "momentum": (0.1, 0.2, 0.4, 0.8),
    "rmsprop": (0.0003, 0.001, 0.003, 0.01),
    "adam": (0.0003, 0.001, 0.003, 0.01),
}
best = {}
for name, rates in tried.items():
    costs = {
        rate: run(X_small, Y_small, LAYERS, name, rate, 3)[1][2][-1] for rate in rates
    }
    best[name] = min(costs, key=costs.get)
print("best rates", best)

# %% demo
raced = {
    name: run(X_train, Y_train, LAYERS, name, rate, 12) for name, rate in best.items()
}
figures_c2w2.runs(
    {name: history for name, (_, history) in raced.items()},
    by="both",
    ceiling=3,
    reading="Each at its own rate: batch is far behind, the other four lie closer.",
)


def right_on(X, Y, now):
    """Fraction of images whose largest output is the right one."""
    A3, _ = forward_propagation(X, now)
    return float(np.mean(A3.argmax(axis=0) == Y.argmax(axis=0)))


scores = {name: right_on(X_test, Y_test, now) for name, (now, _) in raced.items()}
for name, (_, history) in raced.items():
    took = f"{history[1][-1]:.1f} s   cost {history[2][-1]:.3f}"
    print(f"{name:9} {took}   test accuracy {scores[name]:.1%}")
plots.bars(
    scores,
    ylabel="accuracy on 2000 unseen images",
    percent=True,
    baseline={"chance": 0.1},
    reading="After 12 epochs.",
)

# %% concept="fair_comparison"
# "P beats Q: at rate 0.01, with the same start and batches, its cost is half of Q's."
# What is missing before you believe it?
# A: each at its own best learning rate      B: ten times as many epochs for both
# C: the same at the smaller rate 0.001      D: a different start for each
fair_comparison = None

# %% [markdown]
# ## Four schedules (optional)
# Mini-batch gradient descent with a large rate, 0.2, on the same clothes: first at a
# constant rate, then with each of your four schedules. Then momentum on the moons.
# Before you run the cells: how does the run at a constant rate end?

# %% demo
schemes = {
    "constant": None,
    "inverse": lambda rate, e: update_lr(rate, e, 0.3),
    "staircase": lambda rate, e: schedule_lr_decay(rate, e, 2.0, 4),
    "exponential": lambda rate, e: exponential_decay(rate, e, 0.85),
    "square root": lambda rate, e: sqrt_decay(rate, e + 1),
}
decayed = {
    name: run(X_train, Y_train, LAYERS, "gd", 0.2, 12, decay=scheme)
    for name, scheme in schemes.items()
}
figures_c2w2.runs(
    {name: history for name, (_, history) in decayed.items()},
    by="both",
    ceiling=2,
    reading="The cost at a constant rate keeps jumping; with decay it settles.",
)
for name, (now, history) in decayed.items():
    score = right_on(X_test, Y_test, now)
    print(f"{name:12} cost {history[2][-1]:.3f}   test accuracy {score:.1%}")
print(f"Adam in the race before, also after 12 epochs:  {scores['adam']:.1%}")

# %% demo
decayed = {
    name: run(
        X_moons,
        Y_moons,
        [2, 5, 2, 1],
        "momentum",
        0.5,
        100,
        mini_batch_size=8,
        decay=scheme,
    )
    for name, scheme in (
        schemes
        | {
            "inverse": lambda rate, e: update_lr(rate, e, 0.05),
            "staircase": lambda rate, e: schedule_lr_decay(rate, e, 1.0, 20),
            "exponential": lambda rate, e: exponential_decay(rate, e, 0.97),
        }
    ).items()
}
figures_c2w2.runs(
    {name: history for name, (_, history) in decayed.items()},
    by="both",
    ceiling=0.4,
    reading="Moons, momentum, batches of 8. One schedule lowers the rate too soon.",
)
for name, (_, history) in decayed.items():
    end = history[2][-20:]
    print(f"{name:12} last 20 epochs: cost {np.mean(end):.3f} ± {np.std(end):.3f}")

# %% [markdown]
# Compare the two tables. On clothes, decay improves plain gradient descent by several
# points and brings it close to Adam, after the same number of epochs. **Mini-batches
# and a good schedule make plain gradient descent a strong optimizer**; what Adam saves
# you is the search for the schedule. And decay can come too soon: on the moons, the
# square-root schedule stops making progress at a cost several times that of the others.

# %% [markdown] question="which_optimizer" points=6
# ## In your own words
# A friend trains on 50,000 images with plain gradient descent, all of them in every
# step, at a rate of 0.001; after a night the cost has hardly fallen. Answer in about
# eight sentences. What would you change first, and what does it gain, in numbers from
# this lab? Which optimizer would you take, and what two things does it do with the
# gradients? Which one hyperparameter would you still have to tune, and how do you know
# that it is right? What would you do near the end? Your friend fears local minima: what
# do you say?
#
# ### BEGIN SOLUTION
# First I would cut the set into mini-batches of 64 or 128: an epoch then has hundreds
# of steps instead of one. Here, after the same twelve epochs in about the same time,
# mini-batches gave a test accuracy around 80 %, whole batches around 70 %. Then I would
# take Adam: it averages the gradients, so that the back and forth cancels, and divides
# by their usual size, so that each weight has a rate of its own. What is left to tune
# is the learning rate: try values around 0.001, each three times the one before,
# compare the cost after a few epochs, and keep the largest at which it falls steadily.
# Near the end I would lower it, since with noisy gradients long steps never settle. As
# for local minima: with so many weights, nearly all points where the gradient is 0 are
# saddles, from which there is a way down.
#
# **Rubric**, one point each: mini-batches first · a gain in numbers from this lab
# (steps per epoch, cost, accuracy or seconds) · Adam or another, with what it does to
# gradients: averaging and scaling · the learning rate as what to tune, with how to
# judge it · decay near the end, with the reason · saddles, not local minima, with the
# reason. ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the formula | your function |
# |---|---|
# | $W - \alpha\, dW$ | `update_parameters_with_gd` |
# | shuffle, cut | `random_mini_batches` |
# | $\beta v + (1-\beta)\theta$ | `exponentially_weighted_average` |
# | $W - \alpha\, v$ | `update_parameters_with_momentum` |
# | $W - \alpha\, dW / (\sqrt s + \varepsilon)$ | `update_parameters_with_rmsprop` |
# | $W - \alpha \hat v/(\sqrt{\hat s} + \varepsilon)$ | `update_parameters_with_adam` |
# | $\alpha_0 / (1 + r e)$ and three more | `update_lr`, `schedule_lr_decay`, … |

# %% [markdown]
# Here is the same in PyTorch:
#
# ```
# batches = DataLoader(clothes, batch_size=64, shuffle=True)      # random_mini_batches
# optimizer = torch.optim.Adam(net.parameters(), lr=0.001, betas=(0.9, 0.999))
# schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.85)
# for epoch in range(15):
#     for X, Y in batches:
#         optimizer.zero_grad()
#         cost(net(X), Y).backward()
#         optimizer.step()
#     schedule.step()      # the rate times 0.85: exponential_decay
# ```

# %% [markdown]
# Some differences: `torch.optim.SGD(momentum=0.9)` leaves out the factor $1 - \beta$,
# so the same `lr` gives steps ten times as long. PyTorch's RMSprop calls your $\beta$
# `alpha`. Keras's RMSprop (Keras 3) adds $\varepsilon$ *inside* the root.

# %% [markdown]
# **Your function beside a library's.** Both got the same input. Where the values
# differ, the table says why.
#
# {{libraries}}

# %% [markdown]
# **A challenge** (optional). *Nesterov's* momentum takes the gradient at the point
# that the ball is about to reach, $W - \alpha\beta v$. Write it and send it through the
# ravine.
#
# **The paper of the week.** D. Kingma and J. Ba, *Adam: a method for stochastic
# optimization*, ICLR 2015. Read algorithm 1, and match its lines with yours.
#
# **Next week** you search for hyperparameters, and normalize inside the network.

# %% demo
check.progress()
