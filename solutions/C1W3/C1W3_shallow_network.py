# %% [markdown]
# # The flower no line can cut
# Last week's neuron draws a straight line and calls one side animal. Here is a flower
# whose petals belong to two kinds, so interleaved that **no line does better than
# guessing**. You will put four more neurons in front of yours, derive how blame
# travels back to them, and watch the line bend around the petals.
#
# **Time** about two hours, in six parts; stop after any of them. **You need** last
# week's neuron: the sigmoid, the cross-entropy and gradient descent.

# %% [markdown]
# ## The map
# | part | you write | idea | points |
# |---|---|---|---|
# | 1 A flower | nothing yet | where one neuron fails | 0 |
# | 2 Bends | `sigmoid_backward` … `leaky_relu_backward` | slopes of four bends | 12 |
# | 3 Forwards | `layer_sizes` … `compute_cost` | two layers, one cost | 32 |
# | 4 Backwards | `backward_propagation` `update_parameters` | blame goes back | 26 |
# | 5 Learning | `nn_model` `predict` | train it, look inside | 15 |
# | 6 Break it | nothing new | bad starts, sizes, other sets | 0 |
#
# Nine short questions give 9 points, one answer in your own words 6.

# %% [markdown]
# **After this lab you can** write a network with a hidden layer from nothing, derive
# its gradient and test it, say why it needs a bend and a random start, and choose how
# many hidden units to use.
#
# Each exercise is followed by `check(…)`: a few fixed cases, what was expected, what
# you got, and often the name of the mistake. Your grade comes from the same kind of
# check on fresh cases.

# %%
import numpy as np

from helpers import planar, plots
from helpers.checks import checks_for

check = checks_for("C1W3")


def sigmoid(z):
    """Logistic function, elementwise: what you wrote last week."""
    e = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1, e) / (1 + e)


# %% [markdown]
# ## Words and symbols
# A number in square brackets names a layer: $W^{[1]}$ leads into the hidden layer.
#
# | symbol | in code | shape | means |
# |---|---|---|---|
# | $n_x$, $n_h$, $n_y$ | `n_x`, … | numbers | inputs, hidden units, outputs |
# | $X$, $Y$ | `X`, `Y` | $(n_x, m)$, $(n_y, m)$ | examples in columns, their labels |
# | $W^{[1]}$, $b^{[1]}$ | `W1`, `b1` | $(n_h, n_x)$, $(n_h, 1)$ | to the hidden layer |
# | $W^{[2]}$, $b^{[2]}$ | `W2`, `b2` | $(n_y, n_h)$, $(n_y, 1)$ | to the output |
# | $Z^{[l]}$, $A^{[l]}$ | `Z1`, `A1`, … | (units, $m$) | before and after the bend |
# | $g$ | `np.tanh`, … | | the bend: activation function |
# | $J$ | `cost` | number | average cross-entropy |
# | $\partial J/\partial W^{[1]}$ | `dW1` | as `W1` | and so on for all of them |

# %% [markdown]
# # Part 1 · A flower
# 400 points in the plane, half of them blue (label 0), half orange (label 1). Another
# thousand will show what was really learned: the **dev set**, for development, which
# you look at while you make choices.
#
# Before you run the next cell: how many petals do you expect one line to get right?

# %% demo
X, Y = planar.flower(400, seed=3)
X_dev, Y_dev = planar.flower(1000, seed=4)
print("X", X.shape, " Y", Y.shape, " labels 1:", int(Y.sum()))
plots.decision_regions(
    None,
    X,
    Y,
    title="the flower",
    reading="Eight petals, two kinds. Where would you put a ruler?",
)


# %% demo
def one_neuron(X, Y, steps=2000, rate=0.5):
    """Logistic regression as you wrote it last week: weights and bias."""
    w, b = np.zeros((X.shape[0], 1)), 0.0
    for _ in range(steps):
        dZ = sigmoid(w.T @ X + b) - Y
        w, b = w - rate * X @ dZ.T / X.shape[1], b - rate * np.mean(dZ)
    return w, b


def accuracy(predicted, labels):
    """Share of labels predicted right."""
    return float(np.mean(predicted == labels))


w, b = one_neuron(X, Y)
line = accuracy(sigmoid(w.T @ X_dev + b) > 0.5, Y_dev)
plots.decision_regions(
    lambda P: sigmoid(w.T @ P + b),
    X,
    Y,
    title=f"one neuron: {line:.0%} of new points right",
    reading="The black line is where it is undecided. A coin would do as well.",
)

# %% [markdown]
# The neuron is not badly trained. It computes $w_1 x_1 + w_2 x_2 + b$ and asks for the
# sign, and where this sum is zero lies a straight line, whatever the weights. To follow
# petals we need something that bends.
#
# # Part 2 · Bends
# A function put behind the sum is called **activation function**. You know one, the
# sigmoid. Three more are in daily use:
#
# | name | formula | range |
# |---|---|---|
# | tanh | $(e^z - e^{-z}) / (e^z + e^{-z})$ | −1 to 1 |
# | ReLU | $\max(0, z)$ | 0 and up |
# | leaky ReLU | $z$ if $z \ge 0$, else $0.01\,z$ | all numbers |

# %% demo
plots.curve(
    {
        "sigmoid": sigmoid,
        "tanh": np.tanh,
        "ReLU": lambda z: np.maximum(0, z),
        "leaky ReLU (slope 0.1 for the eye)": lambda z: np.where(z >= 0, z, 0.1 * z),
    },
    between=(-3, 3),
    xlabel="z",
    ylabel="g(z)",
    reading="Two level off on either side. Two go on rising, with a corner at 0.",
)

# %% [markdown]
# ## Which one where?
# | | good | bad |
# |---|---|---|
# | sigmoid | a probability: for the output | flat ends; never negative |
# | tanh | centred on 0, so the next layer learns more easily | flat ends |
# | ReLU | slope 1 for all $z > 0$; cheap | units stuck below 0 stop learning |
# | leaky ReLU | no unit is ever stuck | one more number to choose |
#
# By default: sigmoid at the output if the answer is yes or no, ReLU inside. In this lab
# tanh inside: with few units its smooth bends draw better.

# %% concept="why_tanh"
# Inside a network tanh usually learns faster than the sigmoid. A main reason is …
# A: tanh has no flat ends, however large z gets
# B: its values lie around 0, so the next layer sees centred input
# C: its values can be read as probabilities
# D: tanh is a straight line near 0, so it never bends
why_tanh = None

# %% [markdown]
# ## The slope of a bend
# Learning walks backwards through every function, so we need each one's slope. Say we
# know `dA`, how much the cost changes when the *output* $a = g(z)$ is nudged. The chain
# rule gives the slope for the *input*:
#
# $$dZ = dA \cdot g'(z) \qquad \text{element by element}$$
#
# | $g$ | $g'(z)$ | by hand, for $a$ = 0.6 |
# |---|---|---|
# | sigmoid | $a\,(1 - a)$ | 0.6 · 0.4 = 0.24 |
# | tanh | $1 - a^2$ | 1 − 0.36 = 0.64 |
# | ReLU | 1 if $z \ge 0$, else 0 | 1 |
#
# At the corner of ReLU there is no one slope. By agreement we take 1 there.

# %% [markdown]
# ### Exercise 1 · `sigmoid_backward` · 3 points · about 4 minutes
# Given `dA` and the `Z` that went in, return `dZ`.
#
# <details><summary>My values do not depend on dA</summary>
#
# The slope of the bend is one factor; `dA`, which comes from behind, is the other.
# </details>


# %% exercise="sigmoid_backward"
def sigmoid_backward(dA, Z):
    """Walk back through the sigmoid.

    Args:
        dA: array of any shape, slope of the cost in the sigmoid's output.
        Z: array of the same shape, the sigmoid's input.

    Returns:
        dZ: array of the same shape, slope of the cost in `Z`.

    Example:
        >>> sigmoid_backward(np.array([[8.0, -4.0]]), np.zeros((1, 2)))
        array([[ 2., -1.]])
    """
    ### BEGIN SOLUTION
    A = sigmoid(Z)
    return dA * A * (1 - A)
    ### END SOLUTION


# %% check="sigmoid_backward"
check(sigmoid_backward)

# %% [markdown]
# ### Exercise 2 · `tanh_backward` · 3 points · about 2 minutes
# The same for tanh. `np.tanh` is at hand.
#
# <details><summary>Some of my slopes are negative although dA is positive</summary>
#
# In $1 - a^2$ stands $a = \tanh z$, not $z$.
# </details>


# %% exercise="tanh_backward"
def tanh_backward(dA, Z):
    """Walk back through tanh.

    Args:
        dA: array of any shape, slope of the cost in tanh's output.
        Z: array of the same shape, tanh's input.

    Returns:
        dZ: array of the same shape, slope of the cost in `Z`.

    Example:
        >>> tanh_backward(np.array([[3.0, -2.0]]), np.zeros((1, 2)))
        array([[ 3., -2.]])
    """
    ### BEGIN SOLUTION
    return dA * (1 - np.tanh(Z) ** 2)
    ### END SOLUTION


# %% check="tanh_backward"
check(tanh_backward)

# %% concept="tanh_slope"
# A hidden unit with tanh gives a = 0.8. What is the slope of its bend there?
# Two decimals.
tanh_slope = None

# %% [markdown]
# ### Exercise 3 · `relu_backward` · 3 points · about 3 minutes
# `dA` passes where $z \ge 0$, nothing passes elsewhere.
#
# <details><summary>It says that an argument was changed</summary>
#
# `dZ = dA` is a second name for the same array. Multiply by a mask instead: a
# comparison such as `Z >= 0` counts as ones and zeros.
# </details>


# %% exercise="relu_backward"
def relu_backward(dA, Z):
    """Walk back through ReLU, whose slope at 0 is taken to be 1.

    Args:
        dA: array of any shape, slope of the cost in ReLU's output.
        Z: array of the same shape, ReLU's input.

    Returns:
        dZ: array of the same shape, slope of the cost in `Z`.

    Example:
        >>> relu_backward(np.array([[5.0, 6.0, 7.0]]), np.array([[-2.0, 0.0, 2.0]]))
        array([[0., 6., 7.]])
    """
    ### BEGIN SOLUTION
    return dA * (Z >= 0)
    ### END SOLUTION


# %% check="relu_backward"
check(relu_backward)

# %% [markdown]
# ### Exercise 4 · `leaky_relu_backward` · 3 points · about 2 minutes
# Below 0 a little passes: `slope` times `dA`.
#
# <details><summary>It is right only for slope=0.01</summary>
#
# Use the argument, not the number.
# </details>


# %% exercise="leaky_relu_backward"
def leaky_relu_backward(dA, Z, slope=0.01):
    """Walk back through leaky ReLU, whose slope at 0 is taken to be 1.

    Args:
        dA: array of any shape, slope of the cost in the output.
        Z: array of the same shape, the input.
        slope: of the part below 0.

    Returns:
        dZ: array of the same shape, slope of the cost in `Z`.

    Example:
        >>> Z = np.array([[-2.0, 0.0, 2.0]])
        >>> leaky_relu_backward(np.array([[5.0, 6.0, 7.0]]), Z, slope=0.1)
        array([[0.5, 6. , 7. ]])
    """
    ### BEGIN SOLUTION
    return dA * np.where(Z >= 0, 1.0, slope)
    ### END SOLUTION


# %% check="leaky_relu_backward"
check(leaky_relu_backward)

# %% demo
slopes = {
    "sigmoid": sigmoid_backward,
    "tanh": tanh_backward,
    "ReLU": relu_backward,
}
plots.curve(
    {name: lambda z, f=f: f(np.ones_like(z), z) for name, f in slopes.items()},
    between=(-6, 6),
    xlabel="z",
    ylabel="g'(z)",
    reading="Your slopes, for dA = 1. Beyond ±4 hardly anything passes the first two: "
    "they saturate. The sigmoid never passes more than a quarter.",
)

# %% [markdown]
# ## Why bend at all?
# What if the hidden layer had no bend? Then it computes $W^{[1]}x + b^{[1]}$, and the
# output neuron takes a weighted sum of that:
#
# $$W^{[2]}(W^{[1]}x + b^{[1]}) + b^{[2]} = (W^{[2]}W^{[1]})\,x + (W^{[2]}b^{[1]} +
# b^{[2]}) = W'x + b'$$
#
# One neuron again, in a costly disguise. A sum of sums is a sum. Let us see it happen:
# 50 hidden units, random weights, and the single neuron they collapse to.

# %% demo
rng = np.random.default_rng(0)
W1, b1 = rng.normal(size=(50, 2)), rng.normal(size=(50, 1))
W2, b2 = rng.normal(size=(1, 50)), rng.normal(size=(1, 1))
collapsed = W2 @ W1, W2 @ b1 + b2
deep = W2 @ (W1 @ X + b1) + b2
gap = np.max(np.abs(deep - (collapsed[0] @ X + collapsed[1])))
print(f"201 numbers collapse to {collapsed[0].size + 1}; they differ by {gap:.0e}")
plots.decision_regions(
    {
        "50 units, no bend": lambda P: sigmoid(W2 @ (W1 @ P + b1) + b2),
        "the same with tanh": lambda P: sigmoid(W2 @ np.tanh(W1 @ P + b1) + b2),
    },
    X,
    Y,
    reading="Untrained, random weights. Without a bend there is a line, always.",
)

# %% concept="no_bend"
# Three hidden layers of 100 units, none with a bend, and a sigmoid at the output. Which
# functions can this network learn?
# A: those of logistic regression, no others
# B: those of a network with one hidden layer
# C: polynomials of the third degree
# D: any function, with enough training
no_bend = None

# %% [markdown]
# # Part 3 · Forwards
# ```
#            hidden layer            output
#          ┌─► a1 = tanh(…) ─┐
# x1 ──────┼─► a2 = tanh(…) ─┼─►  σ(weights · a + bias)  ─►  "83 % orange"
# x2 ──────┼─► a3 = tanh(…) ─┤
#          └─► a4 = tanh(…) ─┘
# ```
# Each hidden unit is a neuron of last week with tanh for a bend, and sees both inputs.
# The output neuron sees the hidden units only. "Hidden" means: the data say nothing
# about what they should be. They have to find a use for themselves.

# %% [markdown]
# ### Exercise 5 · `layer_sizes` · 4 points · about 3 minutes
# Read off the data how many inputs and outputs there are. Hidden units: 4.
#
# <details><summary>I get 400 somewhere</summary>
#
# That is the number of examples. They stand in columns; sizes of layers are rows.
# </details>


# %% exercise="layer_sizes"
def layer_sizes(X, Y):
    """Sizes of the three layers.

    Args:
        X: array `(n_x, m)`, an example in each column.
        Y: array `(n_y, m)`, their labels.

    Returns:
        n_x: size of the input.
        n_h: size of the hidden layer, 4.
        n_y: size of the output.

    Example:
        >>> layer_sizes(np.zeros((2, 400)), np.zeros((1, 400)))
        (2, 4, 1)
    """
    ### BEGIN SOLUTION
    return X.shape[0], 4, Y.shape[0]
    ### END SOLUTION


# %% check="layer_sizes"
check(layer_sizes)

# %% concept="count_weights"
# A network has 3 inputs, 5 hidden units and 1 output. How many numbers does it learn,
# weights and biases together?
count_weights = None

# %% [markdown]
# ## A start that is not zero
# Zeros were fine for one neuron. Four hidden units that start alike would compute the
# same, get the same blame and stay alike for ever. So let chance tell them apart:
# weights drawn from a normal distribution, and small (times 0.01), so that tanh is
# steep where learning begins. Biases may be zero: the weights differ. Part 6 shows what
# other starts do.
#
# ### Exercise 6 · `initialize_parameters` · 7 points · about 5 minutes
# Draw `W1`, then `W2`, with `np.random.randn`. Set no seed: the caller may.
#
# <details><summary>The spread is 1, or the mean is not near 0</summary>
#
# `randn` (normal, around 0) is not `rand` (even, from 0 to 1). And mind the 0.01.
# </details>


# %% exercise="initialize_parameters"
def initialize_parameters(n_x, n_h, n_y):
    """Small random weights and zero biases.

    Args:
        n_x: size of the input.
        n_h: size of the hidden layer.
        n_y: size of the output.

    Returns:
        Dictionary of arrays: `W1` `(n_h, n_x)` and `W2` `(n_y, n_h)`, normal with
        standard deviation 0.01; `b1` `(n_h, 1)` and `b2` `(n_y, 1)`, zeros.

    Example:
        >>> parameters = initialize_parameters(2, 4, 1)
        >>> {name: array.shape for name, array in parameters.items()}
        {'W1': (4, 2), 'b1': (4, 1), 'W2': (1, 4), 'b2': (1, 1)}
    """
    ### BEGIN SOLUTION
    W1 = np.random.randn(n_h, n_x) * 0.01
    W2 = np.random.randn(n_y, n_h) * 0.01
    return {"W1": W1, "b1": np.zeros((n_h, 1)), "W2": W2, "b2": np.zeros((n_y, 1))}
    ### END SOLUTION


# %% check="initialize_parameters"
check(initialize_parameters)

# %% [markdown]
# ## From points to probabilities
# All examples at once, and all units at once:
#
# $$Z^{[1]} = W^{[1]} X + b^{[1]} \quad A^{[1]} = \tanh Z^{[1]} \quad
# Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]} \quad A^{[2]} = \sigma(Z^{[2]})$$
#
# In $Z^{[1]}$ each row is a hidden unit, each column an example.
#
# By hand: $x = (1, 2)$ and two hidden units, $W^{[1]} = \binom{1\ \ 0}{0\ \ 1}$,
# $b^{[1]} = \binom{-1}{-2}$. So $Z^{[1]} = \binom00$ and $A^{[1]} = \binom00$. With
# $W^{[2]} = (3, 4)$ and $b^{[2]} = 0$ we get $Z^{[2]} = 0$ and $A^{[2]} = 0.5$.

# %% concept="hidden_shape"
# 2 inputs, 4 hidden units, 1 output, 400 examples. Which shape has A1?
# A: (4, 1)   B: (400, 4)   C: (4, 400)   D: (2, 400)
hidden_shape = None

# %% [markdown]
# ### Exercise 7 · `forward_propagation` · 13 points · about 10 minutes
# Return the probabilities, and a **cache**: everything the way back will need.
#
# <details><summary>shapes not aligned</summary>
#
# `W1` is `(n_h, n_x)` and `X` is `(n_x, m)`: weights first, nothing to transpose.
# </details>
# <details><summary>Z1 is right, A2 is not</summary>
#
# Which bend is where? tanh inside, sigmoid at the output. And the output layer sees
# `A1`, not `Z1` and not `X`.
# </details>


# %% exercise="forward_propagation"
def forward_propagation(X, parameters):
    """Probabilities of a network with one hidden layer (tanh, then sigmoid).

    Args:
        X: array `(n_x, m)`, an example in each column.
        parameters: dictionary with `W1`, `b1`, `W2`, `b2`.

    Returns:
        A2: array `(n_y, m)`, the probabilities of label 1.
        cache: dictionary with `Z1`, `A1` `(n_h, m)` and `Z2`, `A2` `(n_y, m)`.

    Example:
        >>> parameters = {
        ...     "W1": np.eye(2), "b1": np.array([[-1.0], [-2.0]]),
        ...     "W2": np.array([[3.0, 4.0]]), "b2": np.zeros((1, 1)),
        ... }
        >>> forward_propagation(np.array([[1.0], [2.0]]), parameters)[0]
        array([[0.5]])
    """
    ### BEGIN SOLUTION
    Z1 = parameters["W1"] @ X + parameters["b1"]  # (n_h, m)
    A1 = np.tanh(Z1)
    Z2 = parameters["W2"] @ A1 + parameters["b2"]  # (n_y, m)
    A2 = sigmoid(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
    ### END SOLUTION


# %% check="forward_propagation"
check(forward_propagation)

# %% [markdown]
# ## The cost is the same
# The output is a probability, as last week, so the cost is too: the average of
# $-\,y \ln a - (1 - y) \ln (1 - a)$ over the $m$ examples.
#
# By hand: $A^{[2]} = (0.5,\ 0.2)$ and $Y = (1, 0)$ cost $\frac12(-\ln 0.5 - \ln 0.8)
# \approx \frac12(0.693 + 0.223) = 0.458$.
#
# ### Exercise 8 · `compute_cost` · 8 points · about 5 minutes
# Return a Python float.
#
# <details><summary>It expected a number and got an array</summary>
#
# `A2` has two axes. Sum over both, or `np.squeeze`, then `float(…)`.
# </details>


# %% exercise="compute_cost"
def compute_cost(A2, Y):
    """Average cross-entropy.

    Args:
        A2: array `(1, m)`, probabilities between 0 and 1.
        Y: array `(1, m)`, labels 0 or 1.

    Returns:
        The cost, a Python float.

    Example:
        >>> round(compute_cost(np.array([[0.5, 0.2]]), np.array([[1, 0]])), 3)
        0.458
    """
    ### BEGIN SOLUTION
    m = Y.shape[1]
    return float(-np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m)
    ### END SOLUTION


# %% check="compute_cost"
check(compute_cost)

# %% demo
np.random.seed(1)
parameters = initialize_parameters(*layer_sizes(X, Y))
A2, cache = forward_propagation(X, parameters)
print("a few probabilities", A2[0, :4].round(4))
print(f"cost {compute_cost(A2, Y):.4f}, and ln 2 is {np.log(2):.4f}")

# %% [markdown]
# Every probability is near one half, and the cost is that of a coin. Just right: it has
# no prejudice. Now it has to learn.
#
# # Part 4 · Backwards
# The cost blames the output. How much of that blame belongs to each hidden unit? Walk
# back through the chain, one step at a time:
#
# ```
# forwards    X ──► Z1 ──tanh──► A1 ──► Z2 ──σ──► A2 ──► J
# backwards         dZ1 ◄─────── dA1 ◄── dZ2 ◄───────────┘
#                   dW1 db1              dW2 db2
# ```

# %% [markdown]
# | step back | formula | because |
# |---|---|---|
# | into the output | $dZ^{[2]} = A^{[2]} - Y$ | last week's result |
# | its weights | $dW^{[2]} = \frac1m\, dZ^{[2]} A^{[1]\top}$ | its input is $A^{[1]}$ |
# | its bias | $db^{[2]} = \frac1m \sum_i dZ^{[2](i)}$ | over the examples |
# | across the weights | $dA^{[1]} = W^{[2]\top} dZ^{[2]}$ | blame by weight |
# | through tanh | $dZ^{[1]} = dA^{[1]} * (1 - A^{[1]} * A^{[1]})$ | exercise 2 |
# | its weights | $dW^{[1]} = \frac1m\, dZ^{[1]} X^\top$ | its input is $X$ |
# | its bias | $db^{[1]} = \frac1m \sum_i dZ^{[1](i)}$ | over the examples |
#
# Here $*$ is element by element. Every slope has the shape of what it is the slope of;
# that alone tells you what to transpose.

# %% [markdown]
# By hand, one example, two hidden units: $x = (1, 2)$, $y = 1$, and on the way forwards
# $A^{[1]} = \binom{0}{0.5}$, $A^{[2]} = 0.6$, with $W^{[2]} = (3, 4)$.
#
# | | |
# |---|---|
# | $dZ^{[2]}$ | $0.6 - 1 = -0.4$ |
# | $dW^{[2]}$ | $-0.4 \cdot (0,\ 0.5) = (0,\ -0.2)$ |
# | $dA^{[1]}$ | $-0.4 \cdot \binom34 = \binom{-1.2}{-1.6}$ |
# | $dZ^{[1]}$ | times $\binom{1}{0.75}$ is $\binom{-1.2}{-1.2}$ |
# | $dW^{[1]}$ | $\binom{-1.2}{-1.2} \cdot (1,\ 2)$, so both rows are $(-1.2,\ -2.4)$ |

# %% [markdown]
# ### Exercise 9 · `backward_propagation` · 18 points · about 20 minutes
# The table, line by line. Take `A1` and `A2` from the cache. Through tanh go with
# `1 - A1**2`, or with your `tanh_backward` and the cached `Z1`: the result is the same.
#
# <details><summary>shapes not aligned</summary>
#
# Note shapes beside each line: `dZ2` `(1, m)`, `A1.T` `(m, n_h)`, `W2.T` `(n_h, 1)`.
# </details>
# <details><summary>dW2 and db2 are right, dW1 and db1 are not</summary>
#
# The error is in `dZ1`: is the product element by element? Is it `A1`, squared?
# </details>


# %% exercise="backward_propagation"
def backward_propagation(parameters, cache, X, Y):
    """Slopes of the cost in all parameters (Rumelhart, Hinton & Williams, 1986).

    Args:
        parameters: dictionary with `W1`, `b1`, `W2`, `b2`.
        cache: what `forward_propagation` kept: `Z1`, `A1`, `Z2`, `A2`, used as they
            are and not computed again.
        X: array `(n_x, m)`, an example in each column.
        Y: array `(n_y, m)`, labels 0 or 1.

    Returns:
        Dictionary with `dW1`, `db1`, `dW2`, `db2`, shaped like the parameters.

    Example:
        >>> parameters = {"W2": np.array([[3.0, 4.0]])}
        >>> cache = {"A1": np.array([[0.0], [0.5]]), "A2": np.array([[0.6]])}
        >>> cache["Z1"] = np.arctanh(cache["A1"])
        >>> X, Y = np.array([[1.0], [2.0]]), np.array([[1]])
        >>> backward_propagation(parameters, cache, X, Y)["dW1"].round(4)
        array([[-1.2, -2.4],
               [-1.2, -2.4]])
    """
    ### BEGIN SOLUTION
    m = X.shape[1]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y  # (n_y, m)
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)  # (n_h, m)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
    ### END SOLUTION


# %% check="backward_propagation"
check(backward_propagation)

# %% demo
# Believe no derivative you have not nudged: every one of the 17 parameters, both ways.
np.random.seed(2)
point = {name: np.random.randn(*p.shape) for name, p in parameters.items()}
grads = backward_propagation(point, forward_propagation(X, point)[1], X, Y)
for name, values in point.items():
    nudged = np.zeros_like(values)
    for place in np.ndindex(values.shape):
        step = np.zeros_like(values)
        step[place] = 1e-5
        up, down = (
            compute_cost(forward_propagation(X, point | {name: values + s})[0], Y)
            for s in (step, -step)
        )
        nudged[place] = (up - down) / 2e-5
    gap = np.max(np.abs(nudged - grads["d" + name]))
    print(f"d{name} {values.shape}: nudging and backward differ by {gap:.0e}")

# %% concept="lost_axis"
# You forgot keepdims, so db1 has shape (4,). b1 has shape (4, 1). Which shape has
# b1 - learning_rate * db1?
# A: (4,)   B: (4, 1)   C: none, NumPy stops with an error   D: (4, 4)
lost_axis = None

# %% [markdown]
# ## One step
# For each of the four: a step against its slope.
#
# $$\theta \leftarrow \theta - \alpha\, d\theta$$
#
# ### Exercise 10 · `update_parameters` · 8 points · about 4 minutes
# Return a new dictionary; the old one stays as it was.
#
# <details><summary>It says that `parameters` was changed</summary>
#
# `W1 -= …` writes into the old array, even after `dict(parameters)`, which copies names
# and not arrays. `W1 - …` makes a new one.
# </details>


# %% exercise="update_parameters"
def update_parameters(parameters, grads, learning_rate=1.2):
    """One step of gradient descent; the arguments stay as they are.

    Args:
        parameters: dictionary with `W1`, `b1`, `W2`, `b2`.
        grads: dictionary with `dW1`, `db1`, `dW2`, `db2`.
        learning_rate: length of the step in units of the slope.

    Returns:
        A new dictionary with `W1`, `b1`, `W2`, `b2`.

    Example:
        >>> ones = {name: np.ones((1, 1)) for name in ("W1", "b1", "W2", "b2")}
        >>> slopes = {"d" + name: np.ones((1, 1)) for name in ones}
        >>> update_parameters(ones, slopes, 0.25)["W2"]
        array([[0.75]])
    """
    ### BEGIN SOLUTION
    return {
        name: parameters[name] - learning_rate * grads["d" + name]
        for name in ("W1", "b1", "W2", "b2")
    }
    ### END SOLUTION


# %% check="update_parameters"
check(update_parameters)

# %% [markdown]
# # Part 5 · Learning
# ### Exercise 11 · `nn_model` · 10 points · about 8 minutes
# Start at random. Then again and again: forwards, backwards, step, with the learning
# rate that `update_parameters` has by default. If `print_cost`, print the cost every
# 1000 iterations.
#
# <details><summary>The shapes are those of 4 hidden units</summary>
#
# `layer_sizes` says 4 for `n_h`. Here the argument `n_h` decides.
# </details>
# <details><summary>It learns nothing</summary>
#
# `update_parameters` returns new parameters. Who receives them?
# </details>


# %% exercise="nn_model"
def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False):
    """Train a network with one hidden layer by gradient descent, at a rate of 1.2.

    Args:
        X: array `(n_x, m)`, an example in each column.
        Y: array `(n_y, m)`, labels 0 or 1.
        n_h: size of the hidden layer.
        num_iterations: how many steps.
        print_cost: whether to print the cost every 1000 iterations.

    Returns:
        Dictionary with the trained `W1`, `b1`, `W2`, `b2`.
    """
    ### BEGIN SOLUTION
    n_x, _, n_y = layer_sizes(X, Y)
    parameters = initialize_parameters(n_x, n_h, n_y)
    for i in range(num_iterations):
        A2, cache = forward_propagation(X, parameters)
        if print_cost and i % 1000 == 0:
            print(f"cost after iteration {i}: {compute_cost(A2, Y):.6f}")
        grads = backward_propagation(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads)
    return parameters
    ### END SOLUTION


# %% check="nn_model"
check(nn_model)

# %% [markdown]
# ### Exercise 12 · `predict` · 5 points · about 3 minutes
# 1 (or `True`) where the probability is above 0.5, else 0.
#
# <details><summary>Everything is 0</summary>
#
# `astype(int)` cuts 0.9 down to 0. Compare first.
# </details>


# %% exercise="predict"
def predict(parameters, X):
    """Labels that the network gives.

    Args:
        parameters: dictionary with `W1`, `b1`, `W2`, `b2`.
        X: array `(n_x, m)`, an example in each column.

    Returns:
        Array `(n_y, m)`: true or 1 where the probability is above 0.5.

    Example:
        >>> ones = {"W1": np.eye(1), "b1": np.zeros((1, 1))}
        >>> ones |= {"W2": np.eye(1), "b2": np.zeros((1, 1))}
        >>> predict(ones, np.array([[-3.0, 0.0, 3.0]]))
        array([[False, False,  True]])
    """
    ### BEGIN SOLUTION
    return forward_propagation(X, parameters)[0] > 0.5
    ### END SOLUTION


# %% check="predict"
check(predict)

# %% [markdown]
# ## The flower again
# Four hidden units, 17 numbers to learn, 5000 steps. One neuron got 47 % of new points
# right. Before you run: and four more neurons?

# %% demo cover=true
np.random.seed(3)
trained = nn_model(X, Y, n_h=4, num_iterations=5000, print_cost=True)
on_train = accuracy(predict(trained, X), Y)
on_dev = accuracy(predict(trained, X_dev), Y_dev)
print(f"\ntraining points {on_train:.1%}   new points {on_dev:.1%}")
plots.decision_regions(
    {
        f"one neuron: {line:.0%}": lambda P: sigmoid(w.T @ P + b),
        f"four hidden units: {on_dev:.0%}": lambda P: forward_propagation(P, trained)[
            0
        ],
    },
    X_dev[:, :400],
    Y_dev[:, :400],
    reading="Some of the new points. What is left wrong lies where petals meet.",
)


# %% [markdown]
# ## Watch it learn
# The same steps, stopped now and then. What comes first, and how does a petal get its
# border?


# %% demo
def learn(parameters, X, Y, steps):
    """Go on training from given parameters."""
    for _ in range(steps):
        cache = forward_propagation(X, parameters)[1]
        grads = backward_propagation(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads)
    return parameters


np.random.seed(3)
stage, done, panels = initialize_parameters(2, 4, 1), 0, {}
for steps in (20, 40, 60, 100, 200, 2000):
    stage, done = learn(stage, X, Y, steps - done), steps
    panels[f"{steps} steps"] = lambda P, p=stage: forward_propagation(P, p)[0]
plots.decision_regions(
    panels,
    X,
    Y,
    reading="First one line, hardly sure of anything. Then it bends, folds over, and "
    "sharpens.",
)

# %% [markdown]
# ## Look inside
# Each hidden unit sees two numbers and gives one, so we can draw what it does. Before
# you run: can a single unit have a curved border?

# %% demo
plots.decision_regions(
    {
        f"hidden unit {j + 1}": lambda P, j=j: (
            (forward_propagation(P, trained)[1]["A1"][j] + 1) / 2
        )
        for j in range(4)
    },
    X,
    Y,
    columns=2,
    reading="Orange where the unit says +1, blue where -1. Four straight folds; the "
    "output weighs them, and petals come out.",
)

# %% [markdown]
# Every border is straight: a hidden unit is one neuron. The rest is a sum of folds. Two
# of the four look alike here. Could three units do it? The flower has six borders
# between its kinds, but they lie on three lines through the middle. We shall see.
#
# # Part 6 · Break it
# ## Four ways to start
# All zeros; all 0.5; small random numbers (yours); the same numbers, but large. Each
# learns 3000 steps. For each start: the accuracy at the end, how far apart the hidden
# units are then, and how steep their tanh was at the start on average, $1 - a^2$.
#
# <details><summary><b>Predict</b>: which of the four reach 90 %?</summary>
#
# One only.
# </details>

# %% demo
np.random.seed(3)
small = initialize_parameters(2, 4, 1)
zeros = {name: 0 * p for name, p in small.items()}
starts = {
    "zeros": zeros,
    "all 0.5": zeros | {name: zeros[name] + 0.5 for name in ("W1", "W2")},
    "small": small,
    "large": {name: 10_000 * p for name, p in small.items()},
}
panels = {}
for name, start in starts.items():
    end = learn(start, X, Y, 3000)
    share = accuracy(predict(end, X_dev), Y_dev)
    apart = np.ptp(end["W1"], axis=0).max()
    steep = np.mean(1 - forward_propagation(X, start)[1]["A1"] ** 2)
    print(f"{name:8} dev {share:4.0%}   units apart {apart:5.1f}   slope {steep:.2f}")
    panels[f"{name}: {share:.0%}"] = lambda P, p=end: forward_propagation(P, p)[0]
plots.decision_regions(
    panels,
    X,
    Y,
    columns=2,
    reading="Zeros are stuck. Equal units draw one line. Small is home. Large has "
    "hardly moved from where chance put it.",
)

# %% [markdown]
# **Zeros**: $A^{[1]} = 0$, so $dW^{[2]} = 0$; $W^{[2]} = 0$, so no blame gets back. Not
# one weight ever moves. **Equal constants** do move, but all four units in step: one
# unit's work at four times the price. **Large** weights push tanh to its flat ends.
# There the slope is nearly 0, and blame that is multiplied by nearly 0 teaches nothing.

# %% concept="equal_start"
# All weights start at 0.5 and the biases at 0. After 1000 steps the four hidden units …
# A: are zero, since equal blame cancels out
# B: have each become an expert for one petal
# C: have become huge, since equal steps add up
# D: have changed, but are still equal to each other
equal_start = None

# %% concept="large_start"
# With tanh inside, weights that start 100 times too large make learning slow, since …
# A: large numbers take longer to multiply than small ones
# B: every probability is then exactly one half
# C: tanh is flat out there, so almost no blame passes
# D: the hidden units are then equal to each other
large_start = None


# %% [markdown]
# ## Which bend learns fastest?
# The same network with each of your four bends in the hidden layer, from the same small
# start. Your functions do the way back.
#
# <details><summary><b>Predict</b>: which is the last to learn?</summary>
#
# The sigmoid: it passes a quarter at most, and its values are not centred.
# </details>


# %% demo
def costs_with(bend, backward, steps=1000):
    """Costs of training with another bend in the hidden layer, every 10 steps."""
    np.random.seed(3)
    p, costs = initialize_parameters(2, 4, 1), []
    for i in range(steps):
        Z1 = p["W1"] @ X + p["b1"]
        A1 = bend(Z1)
        Z2 = p["W2"] @ A1 + p["b2"]
        A2 = sigmoid(Z2)
        if i % 10 == 0:
            costs.append(compute_cost(A2, Y))
        cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
        grads = backward_propagation(p, cache, X, Y)  # dW2 and db2 of these
        dZ1 = backward(p["W2"].T @ (A2 - Y), Z1)
        grads["dW1"] = dZ1 @ X.T / X.shape[1]
        grads["db1"] = dZ1.mean(axis=1, keepdims=True)
        p = update_parameters(p, grads)
    return costs


# %% demo
runs = {
    "tanh": costs_with(np.tanh, tanh_backward),
    "sigmoid": costs_with(sigmoid, sigmoid_backward),
    "ReLU": costs_with(lambda Z: np.maximum(0, Z), relu_backward),
    "leaky ReLU": costs_with(
        lambda Z: np.where(Z >= 0, Z, 0.01 * Z), leaky_relu_backward
    ),
}
plots.costs(
    runs,
    every=10,
    reading="tanh is home first, the sigmoid starts last. ReLU and its leaky twin get "
    "stuck near 0.5.",
)

# %% [markdown]
# ReLU is the usual choice in larger networks. Here it has four units, and each bends
# only once: with 16 it gets to about 84 %. The sigmoid catches up in 3000 steps.
#
# ## How many hidden units?
# From 1 to 50, 4000 steps each, best judged on points the network has not seen. Before
# you run: does more always help?

# %% demo
hidden = [1, 2, 3, 4, 5, 10, 20, 50]
shares = {"training points": [], "new points": []}
panels = {}
for n_h in hidden:
    np.random.seed(1)
    p = nn_model(X, Y, n_h, num_iterations=4000)
    shares["training points"].append(accuracy(predict(p, X), Y))
    shares["new points"].append(accuracy(predict(p, X_dev), Y_dev))
    panels[f"{n_h} hidden"] = lambda P, p=p: forward_propagation(P, p)[0]
plots.lines(
    shares,
    hidden,
    log="x",
    markers=True,
    xlabel="hidden units",
    ylabel="accuracy",
    reading="Three are enough, one for each line. What more units gain on points "
    "they have seen is not gained on new ones.",
)

# %% demo
plots.decision_regions(
    {name: panels[name] for name in ("2 hidden", "3 hidden", "50 hidden")},
    X,
    Y,
    reading="Two cannot fold enough; three can. Fifty grow a spike around a few stray "
    "points: overfitting.",
)

# %% concept="choose_size"
# Accuracy on training and new points: 2 units 70 %, 66 %; 4 units 93 %, 92 %; 20 units
# 95 %, 90 %; 50 units 97 %, 89 %. Which size do you take?
# A: 2 units   B: 4 units   C: 20 units   D: 50 units
choose_size = None

# %% [markdown]
# ## Other fields
# Moons, rings, blobs and spirals, one network size for all: 8 hidden units, 4000 steps.
# One neuron for comparison. Which of the four is the easiest for a line?

# %% demo
panels, xs, ys = {}, [], []
for name in ("moons", "circles", "blobs", "spirals"):
    x, y = planar.SETS[name](400, seed=1)
    x_new, y_new = planar.SETS[name](400, seed=2)
    v, c = one_neuron(x, y)
    np.random.seed(1)
    p = nn_model(x, y, n_h=8, num_iterations=4000)
    alone = accuracy(sigmoid(v.T @ x_new + c) > 0.5, y_new)
    share = accuracy(predict(p, x_new), y_new)
    panels[f"{name}: {share:.0%} (line {alone:.0%})"] = lambda P, p=p: (
        forward_propagation(P, p)[0]
    )
    xs.append(x)
    ys.append(y)
plots.decision_regions(
    panels,
    xs,
    ys,
    columns=2,
    reading="In brackets, one neuron. The same code learns them all.",
)

# %% [markdown] question="why_hidden" points=6
# ## In your own words
# A friend says: "Your 17 numbers beat my 3 on the flower, so I shall put 500 hidden
# units in front, all starting from zero to be fair to each." Answer in about six
# sentences. Why do 3 numbers fail? What does a hidden unit contribute, and why must it
# bend? What happens with the start from zero, and what would you do? What speaks
# against 500 units, and how would you find out?
#
# ### BEGIN SOLUTION
# Three numbers make one neuron, and its border is a straight line, which gets about
# half of the flower right. A hidden unit contributes one soft fold along a line of its
# own; the output weighs the folds, and their sum can have a curved border. Without a
# bend the layers would multiply out to a single neuron. From zeros no weight ever
# moves: with A1 = 0 and W2 = 0 all slopes of weights are zero; and equal starts keep
# units equal. I would draw small random weights. With 500 units the network can wind
# around single points: training accuracy rises while that on new points stands still or
# falls, as in the sweep. I would try several sizes and choose on a dev set.
#
# **Rubric**, one point each: one neuron's border is straight · a hidden unit is one
# fold, and folds add up to curves · without a bend the layers collapse · zeros (or
# equal weights) leave units alike or unmoved, with a reason · small random start ·
# overfitting, found out on points not trained on.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the formula | your function |
# |---|---|
# | $dZ = dA * g'(Z)$ | `sigmoid_backward` … `leaky_relu_backward` |
# | $0.01 \cdot$ normal draws | `initialize_parameters` |
# | $A = \tanh(WX + b)$, then $\sigma(WA + b)$ | `forward_propagation` |
# | $J = -\frac1m \sum [\,y \ln a + (1-y)\ln(1-a)\,]$ | `compute_cost` |
# | $dZ^{[1]} = W^{[2]\top} dZ^{[2]} * g'(Z^{[1]})$, … | `backward_propagation` |
# | $\theta \leftarrow \theta - \alpha\,d\theta$ | `update_parameters` |
# | all of it, again and again | `nn_model` |

# %% [markdown]
# The same in PyTorch, to read:
#
# ```
# net = torch.nn.Sequential(
#     torch.nn.Linear(2, 4), torch.nn.Tanh(),              # W1, b1 and the bend
#     torch.nn.Linear(4, 1),                               # W2, b2
# )
# cost = torch.nn.BCEWithLogitsLoss()                      # sigmoid and cross-entropy
# step = torch.optim.SGD(net.parameters(), lr=1.2)
# for _ in range(5000):
#     step.zero_grad()
#     cost(net(X), Y).backward()                           # rows are examples
#     step.step()
# ```

# %% [markdown]
# **A challenge**, if you like. Wind the spirals tighter, `planar.spirals(400, seed=1,
# turns=2)`. How many hidden units do you need for 95 % of new points, and does another
# bend need fewer?
#
# **The paper of the week.** D. E. Rumelhart, G. E. Hinton and R. J. Williams, *Learning
# representations by back-propagating errors*, Nature 323 (1986). Four pages, and your
# `backward_propagation` is in them. Find the sentence on breaking symmetry.
#
# **Next week** you stack as many layers as you like, and return to the photographs.

# %% demo
check.progress()
