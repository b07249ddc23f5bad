# %% [markdown]
# # The flower no line can cut
# With two inputs, last week's neuron separates two classes by a straight line. Here is
# a flower whose petals belong to two classes, so interleaved that **no straight line
# separates them**. You will put four more neurons in front of yours, work out how the
# gradient travels back to them, and watch the line curve around the petals.
#
# **Time** about two hours, in six parts; you can stop after any of them. **You need**
# last week's neuron: the sigmoid, the cross-entropy and gradient descent.

# %% [markdown]
# ## The map
# | part | you write | idea | points |
# |---|---|---|---|
# | 1 A flower | nothing yet | where one neuron fails | 0 |
# | 2 Activations | `sigmoid_backward` … `leaky_relu_backward` | derivatives | 12 |
# | 3 Forward | `layer_sizes` … `compute_cost` | two layers, one cost | 32 |
# | 4 Backward | `backward_propagation` `update_parameters` | gradients go back | 26 |
# | 5 Learning | `nn_model` `predict` | train it, look inside | 15 |
# | 6 Break it | nothing new | bad starts, sizes, other data | 0 |
#
# Nine short questions are worth 9 points, an answer in your own words another 6.

# %% [markdown]
# **After this lab you can** write a network with a hidden layer from scratch, compute
# its gradient and test it, say why it needs an activation function and a random start,
# and choose how many hidden units to use.
#
# Each exercise is followed by `check(…)`, which runs your function on a few fixed cases
# and often recognizes the mistake. Your grade comes from the same type of check on
# fresh cases. Answer a short question with a letter in quotes, such as `"B"`, or with a
# number.

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
# The number in square brackets is that of the layer: 1 for the hidden layer, 2 for the
# output.
#
# | symbol | in code | shape | means |
# |---|---|---|---|
# | $n_x$, $n_h$, $n_y$ | `n_x`, … | numbers | inputs, hidden units, outputs |
# | $X$, $Y$ | `X`, `Y` | $(n_x, m)$, $(n_y, m)$ | examples in columns, their labels |
# | $W^{[1]}$, $b^{[1]}$ | `W1`, `b1` | $(n_h, n_x)$, $(n_h, 1)$ | weights, biases |
# | $W^{[2]}$, $b^{[2]}$ | `W2`, `b2` | $(n_y, n_h)$, $(n_y, 1)$ | weights, biases |
# | $Z^{[l]}$, $A^{[l]}$ | `Z1`, `A1`, … | (units, $m$) | before and after $g$ |
# | $g$ | `np.tanh`, … | | activation function |
# | $J$ | `cost` | number | average cross-entropy |
# | $\partial J/\partial W^{[1]}$ | `dW1` | as `W1` | gradient; likewise `db1`, … |

# %% [markdown]
# # Part 1 · A flower
# 400 points in the plane, half of them blue (label 0), half orange (label 1). Another
# thousand points will show what was really learned. They are the **dev set**, short for
# development: unseen in training, used to compare models and make choices.
#
# Before you run the next cell: what share of the points can one straight line get
# right?

# %% demo
X, Y = planar.flower(400, seed=3)
X_dev, Y_dev = planar.flower(1000, seed=4)
print("X", X.shape, " Y", Y.shape, " labels 1:", int(Y.sum()))
plots.decision_regions(
    None,
    X,
    Y,
    title="The flower",
    reading="Eight petals, two classes. Where would you draw a line?",
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
    """Fraction of labels predicted correctly."""
    return float(np.mean(predicted == labels))


w, b = one_neuron(X, Y)
neuron = accuracy(sigmoid(w.T @ X_dev + b) > 0.5, Y_dev)
best = max(  # the best of 81 lines in each of 180 directions
    accuracy(np.cos(angle) * X[:1] + np.sin(angle) * X[1:] > offset, Y)
    for angle in np.linspace(0, 2 * np.pi, 180, endpoint=False)
    for offset in np.linspace(-4, 4, 81)
)
on_train = accuracy(sigmoid(w.T @ X + b) > 0.5, Y)
print(f"training points right: one neuron {on_train:.0%}, the best line {best:.0%}")
plots.decision_regions(
    lambda P: sigmoid(w.T @ P + b),
    X,
    Y,
    title=f"One neuron: {neuron:.0%} of dev points right",
    reading="On the black line the neuron is undecided. Its predictions are no "
    "better than guessing.",
)

# %% [markdown]
# Even the best line leaves many points on the wrong side, and the neuron does not find
# that line: the cross-entropy rewards good probabilities, not the number of points that
# are right. More training will not help. The neuron computes $w_1 x_1 + w_2 x_2 + b$
# and looks at the sign. The points where this sum is zero form a straight line,
# whatever the weights. This **decision boundary**, or border, would have to be curved
# to follow the petals.

# %% [markdown]
# Part 1 ends here: one neuron is not enough.
#
# # Part 2 · Activation functions
# A function applied to the weighted sum is called an **activation function**. You know
# one, the sigmoid. Three more are in daily use:
#
# | name | formula | range |
# |---|---|---|
# | tanh | $(e^z - e^{-z}) / (e^z + e^{-z})$ | −1 to 1 |
# | ReLU, the rectified linear unit | $\max(0, z)$ | 0 and up |
# | leaky ReLU | $z$ if $z > 0$, else $0.01\,z$ | all numbers |

# %% demo
plots.curve(
    {
        "sigmoid": sigmoid,
        "tanh": np.tanh,
        "ReLU": lambda z: np.maximum(0, z),
        "leaky ReLU (0.1 z below 0)": lambda z: np.where(z > 0, z, 0.1 * z),
    },
    between=(-3, 3),
    xlabel="z",
    ylabel="g(z)",
    reading="Sigmoid and tanh level off on both sides. ReLU and leaky ReLU go on "
    "rising, with a corner at 0. (The slope of the leak is exaggerated.)",
)

# %% [markdown]
# ## Which one where?
# | | good | bad |
# |---|---|---|
# | sigmoid | gives a probability: use it at the output | flat ends; never negative |
# | tanh | centred on 0, which helps the next layer to learn | flat ends |
# | ReLU | derivative 1 for all $z > 0$; cheap | units stuck below 0 stop learning |
# | leaky ReLU | some gradient passes even below 0 | one more number to choose |
#
# The usual choice: a sigmoid at the output if the answer is yes or no, ReLU in the
# hidden layers. In this lab we use tanh there, because a few smooth units draw a curve
# better than a few units with corners.

# %% concept="why_tanh"
# Inside a network tanh usually learns faster than the sigmoid. A main reason is …
# A: tanh has no flat ends, however large z gets
# B: its values lie around 0, so the next layer sees centred inputs
# C: its values can be read as probabilities
# D: tanh is exactly a straight line near 0
why_tanh = None

# %% [markdown]
# ## The derivative of an activation function
# The chain rule takes us back through every function, so we need the derivative of
# each. Suppose we know `dA`, the derivative of the loss with respect to the *output*
# $a = g(z)$. It is called the **upstream gradient**. Then `dZ`, the derivative with
# respect to the *input* $z$, is
#
# $$dZ = dA * g'(Z) \qquad \text{element by element}$$
#
# | $g$ | $g'(z)$ | by hand, for $a$ = 0.6 |
# |---|---|---|
# | sigmoid | $a\,(1 - a)$ | 0.6 · 0.4 = 0.24 |
# | tanh | $1 - a^2$ | 1 − 0.36 = 0.64 |
# | ReLU | 1 if $z > 0$, else 0 | 1 |

# %% [markdown]
# At $z = 0$ ReLU and leaky ReLU have a corner and no derivative. There we use the slope
# on the left, 0 for ReLU, as PyTorch and TensorFlow do. It hardly matters: $z$ is
# almost never exactly 0, and the checks accept the slope on either side.

# %% [markdown]
# ### Exercise 1 · `sigmoid_backward` · 3 points · about 4 minutes
# Given the upstream gradient `dA` and the input `Z`, compute `dZ`. `sigmoid` is defined
# in the setup cell.
#
# <details><summary>My values do not depend on dA</summary>
#
# The derivative of the activation is one factor. The upstream gradient `dA` is the
# other.
# </details>


# %% exercise="sigmoid_backward"
def sigmoid_backward(dA, Z):
    """Gradient of the sigmoid: from its output back to its input.

    Args:
        dA: array of any shape, gradient of the loss with respect to the output.
        Z: array of the same shape, the input.

    Returns:
        dZ: array of the same shape, gradient of the loss with respect to `Z`.

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
# Compute `dZ` for tanh. Use `np.tanh`.
#
# <details><summary>Some of my values are negative although dA is positive</summary>
#
# In $1 - a^2$, $a$ is $\tanh z$, not $z$.
# </details>


# %% exercise="tanh_backward"
def tanh_backward(dA, Z):
    """Gradient of tanh: from its output back to its input.

    Args:
        dA: array of any shape, gradient of the loss with respect to the output.
        Z: array of the same shape, the input.

    Returns:
        dZ: array of the same shape, gradient of the loss with respect to `Z`.

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
# A hidden unit with tanh gives a = 0.8. What is the derivative of its activation
# function there? Answer with a number, to two decimals.
tanh_slope = None

# %% [markdown]
# ### Exercise 3 · `relu_backward` · 3 points · about 3 minutes
# Compute `dZ` for ReLU: `dA` where $z > 0$, and 0 where $z < 0$. At $z = 0$ both values
# are accepted.
#
# <details><summary>The check says that an argument was changed</summary>
#
# `dZ = dA` does not copy the array; it only gives it a second name. Multiply by a mask
# instead: in a product, a comparison such as `Z > 0` acts as ones and zeros.
# </details>


# %% exercise="relu_backward"
def relu_backward(dA, Z):
    """Gradient of ReLU: from its output back to its input.

    Args:
        dA: array of any shape, gradient of the loss with respect to the output.
        Z: array of the same shape, the input.

    Returns:
        dZ: array of the same shape, gradient of the loss with respect to `Z`.

    Example:
        >>> relu_backward(np.array([[5.0, 6.0, 7.0]]), np.array([[-2.0, 0.5, 2.0]]))
        array([[0., 6., 7.]])
    """
    ### BEGIN SOLUTION
    return dA * (Z > 0)
    ### END SOLUTION


# %% check="relu_backward"
check(relu_backward)

# %% [markdown]
# ### Exercise 4 · `leaky_relu_backward` · 3 points · about 2 minutes
# Compute `dZ` for leaky ReLU: `dA` where $z > 0$, and `slope` times `dA` where $z < 0$.
# At $z = 0$ both values are accepted.
#
# <details><summary>It is right only for slope=0.01</summary>
#
# Use the argument, not the number.
# </details>


# %% exercise="leaky_relu_backward"
def leaky_relu_backward(dA, Z, slope=0.01):
    """Gradient of leaky ReLU: from its output back to its input.

    Args:
        dA: array of any shape, gradient of the loss with respect to the output.
        Z: array of the same shape, the input.
        slope: slope of the line below 0.

    Returns:
        dZ: array of the same shape, gradient of the loss with respect to `Z`.

    Example:
        >>> Z = np.array([[-2.0, 0.5, 2.0]])
        >>> leaky_relu_backward(np.array([[5.0, 6.0, 7.0]]), Z, slope=0.1)
        array([[0.5, 6. , 7. ]])
    """
    ### BEGIN SOLUTION
    return dA * np.where(Z > 0, 1.0, slope)
    ### END SOLUTION


# %% check="leaky_relu_backward"
check(leaky_relu_backward)

# %% demo
backward = {
    "sigmoid": sigmoid_backward,
    "tanh": tanh_backward,
    "ReLU": relu_backward,
}
plots.curve(
    {name: lambda z, f=f: f(np.ones_like(z), z) for name, f in backward.items()},
    between=(-6, 6),
    xlabel="z",
    ylabel="g'(z)",
    reading="Your derivatives, for dA = 1. Beyond ±4, sigmoid and tanh pass on almost "
    "nothing of dA: they saturate. The sigmoid never passes on more than a quarter.",
)

# %% [markdown]
# ## Why an activation function at all?
# Without one, the hidden layer would compute $W^{[1]}x + b^{[1]}$, and the output
# neuron would take a weighted sum of that:
#
# $$W^{[2]}(W^{[1]}x + b^{[1]}) + b^{[2]} = (W^{[2]}W^{[1]})\,x + (W^{[2]}b^{[1]} +
# b^{[2]}) = W'x + b'$$
#
# That is one neuron again, only slower: a weighted sum of weighted sums is a weighted
# sum. The next cell compares 50 hidden units, with random weights, to the single neuron
# they collapse to.

# %% demo
rng = np.random.default_rng(0)
W1, b1 = rng.normal(size=(50, 2)), rng.normal(size=(50, 1))
W2, b2 = rng.normal(size=(1, 50)), rng.normal(size=(1, 1))
collapsed = W2 @ W1, W2 @ b1 + b2
deep = W2 @ (W1 @ X + b1) + b2
gap = np.max(np.abs(deep - (collapsed[0] @ X + collapsed[1])))
print(f"201 numbers collapse to {collapsed[0].size + 1}; results differ by {gap:.0e}")
plots.decision_regions(
    {
        "50 units, no activation": lambda P: sigmoid(W2 @ (W1 @ P + b1) + b2),
        "The same with tanh": lambda P: sigmoid(W2 @ np.tanh(W1 @ P + b1) + b2),
    },
    X,
    Y,
    reading="Untrained networks with the same random weights. Without an activation "
    "function the border is always a straight line.",
)

# %% concept="no_bend"
# Three hidden layers of 100 units, none with an activation function, and a sigmoid at
# the output. Which functions can this network learn?
# A: those of logistic regression, no others
# B: those of a network with one hidden layer
# C: polynomials of the third degree
# D: any function, with enough training
no_bend = None

# %% [markdown]
# Part 2 ends here: you can walk back through every activation function.
#
# # Part 3 · Forward
# ```
#            hidden layer            output
#          ┌─► a1 = tanh(…) ─┐
# x1 ──────┼─► a2 = tanh(…) ─┼─►  σ(weights · a + bias)  ─►  "83 % orange"
# x2 ──────┼─► a3 = tanh(…) ─┤
#          └─► a4 = tanh(…) ─┘
# ```

# %% [markdown]
# Each hidden unit is a neuron like last week's, with tanh as its activation function,
# and sees both inputs. The output neuron sees the hidden units only. "Hidden" means
# that the data do not say what the values of these units should be. The network has to
# find useful ones by itself.

# %% [markdown]
# ### Exercise 5 · `layer_sizes` · 4 points · about 3 minutes
# Return the sizes of the three layers: the numbers of inputs and outputs, which you
# find in the shapes of `X` and `Y`, and 4 hidden units.
#
# <details><summary>I get 400 somewhere</summary>
#
# That is the number of examples, the number of columns. Layer sizes are numbers of
# rows.
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
# Starting from zeros was fine for one neuron. Four hidden units that start alike would
# compute the same, receive the same gradient and stay alike for ever. So we make them
# differ at random: the weights are drawn from a normal distribution and multiplied by
# 0.01, so that every tanh starts where it is steep. The biases may be zero, since the
# weights already differ. Part 6 shows what other starts do.

# %% [markdown]
# ### Exercise 6 · `initialize_parameters` · 7 points · about 5 minutes
# Return random weights and zero biases. Draw `W1`, then `W2`, with `np.random.randn`.
# Set no seed: that is up to the caller.
#
# <details><summary>It expected a mean near 0, or another standard deviation</summary>
#
# `randn` draws from a normal distribution around 0, `rand` uniformly from 0 to 1. And
# do not forget the factor 0.01.
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
# In $Z^{[1]}$ each row belongs to a hidden unit and each column to an example.
#
# By hand: $x = (1, 2)$ and two hidden units, $W^{[1]} = \binom{1\ \ 0}{0\ \ 1}$,
# $b^{[1]} = \binom{-1}{-2}$. So $Z^{[1]} = \binom00$ and $A^{[1]} = \binom00$. With
# $W^{[2]} = (3, 4)$ and $b^{[2]} = 0$ we get $Z^{[2]} = 0$ and $A^{[2]} = 0.5$.

# %% concept="hidden_shape"
# 2 inputs, 4 hidden units, 1 output, 400 examples. Which shape does A1 have?
# A: (4, 1)   B: (400, 4)   C: (4, 400)   D: (2, 400)
hidden_shape = None

# %% [markdown]
# ### Exercise 7 · `forward_propagation` · 13 points · about 10 minutes
# Compute the probabilities `A2`. Return them together with a **cache**, a dictionary
# with `Z1`, `A1`, `Z2` and `A2`, for use on the way back.
#
# <details><summary>shapes not aligned, or a mismatch in core dimension 0</summary>
#
# `W1` is `(n_h, n_x)` and `X` is `(n_x, m)`: put the weights first, transpose nothing.
# </details>
# <details><summary>Z1 is right, A2 is not</summary>
#
# Which activation function goes where? tanh inside, the sigmoid at the output. And the
# output layer sees `A1`, not `Z1` and not `X`.
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
# The output is a probability, as last week, so the cost is the same too: the average
# cross-entropy over the $m$ examples,
#
# $$J = -\frac1m \sum_i \big[\,y^{(i)} \ln a^{(i)} + (1 - y^{(i)}) \ln (1 - a^{(i)})\,
# \big]$$
#
# By hand: $A^{[2]} = (0.5,\ 0.2)$ and $Y = (1, 0)$ give
# $J = -\frac12 [\ln 0.5 + \ln 0.8] \approx \frac12 [0.693 + 0.223] = 0.458$.

# %% [markdown]
# ### Exercise 8 · `compute_cost` · 8 points · about 5 minutes
# Compute the cost $J$, and return it as a Python float.
#
# <details><summary>It expected a number and got an array</summary>
#
# `A2` has two axes. Sum over both with `np.sum`, then convert with `float(…)`.
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
# Every probability is near one half, so the cost is near $\ln 2$. That is a good start:
# the network does not prefer either class. Now it has to learn.

# %% [markdown]
# Part 3 ends here: your network computes, but it knows nothing yet.
#
# # Part 4 · Backward
# How does the cost depend on each weight of the hidden layer? Walk back through the
# chain, one step at a time:
#
# ```
# forward     X ──► Z1 ──tanh──► A1 ──► Z2 ──σ──► A2 ──► J
# backward          dZ1 ◄─────── dA1 ◄── dZ2 ◄───────────┘
#                   dW1 db1              dW2 db2
# ```

# %% [markdown]
# | step back | formula | because |
# |---|---|---|
# | to $Z^{[2]}$ | $dZ^{[2]} = A^{[2]} - Y$ | last week's result |
# | output weights | $dW^{[2]} = \frac1m\, dZ^{[2]} A^{[1]\top}$ | as last week |
# | output bias | $db^{[2]} = \frac1m \sum_i dZ^{[2](i)}$ | sum over the examples |
# | to $A^{[1]}$ | $dA^{[1]} = W^{[2]\top} dZ^{[2]}$ | $\partial z/\partial a_j = w_j$ |
# | to $Z^{[1]}$ | $dZ^{[1]} = dA^{[1]} * (1 - A^{[1]} * A^{[1]})$ | as in exercise 2 |
# | hidden weights | $dW^{[1]} = \frac1m\, dZ^{[1]} X^\top$ | as last week |
# | hidden biases | $db^{[1]} = \frac1m \sum_i dZ^{[1](i)}$ | sum over the examples |
#
# Here $*$ is the product element by element. The formulas for the weights are
# last week's, transposed, with $A^{[1]}$ or $X$ as the inputs.

# %% [markdown]
# Two remarks. Each gradient has the shape of the array it belongs to, which usually
# tells you what to transpose. And column $i$ of $dZ$ or $dA$ is the gradient of the
# *loss of example $i$*, not of the cost: the average over the examples is taken only in
# $dW$ and $db$. (For the cost itself, $\partial J/\partial Z$ is $\frac1m\,dZ$.)

# %% [markdown]
# By hand, one example, two hidden units: $x = (1, 2)$, $y = 1$, and on the way forward
# $A^{[1]} = \binom{0}{0.5}$, $A^{[2]} = 0.6$, with $W^{[2]} = (3, 4)$.
#
# | | |
# |---|---|
# | $dZ^{[2]}$ | $0.6 - 1 = -0.4$ |
# | $dW^{[2]}$ | $-0.4 \cdot (0,\ 0.5) = (0,\ -0.2)$ |
# | $dA^{[1]}$ | $-0.4 \cdot \binom34 = \binom{-1.2}{-1.6}$ |
# | $dZ^{[1]}$ | $\binom{-1.2}{-1.6} * \binom{1}{0.75} = \binom{-1.2}{-1.2}$ |
# | $dW^{[1]}$ | $\binom{-1.2}{-1.2} \cdot (1,\ 2)$, so both rows are $(-1.2,\ -2.4)$ |

# %% [markdown]
# ### Exercise 9 · `backward_propagation` · 18 points · about 20 minutes
# Compute the gradients of all four parameters, line by line as in the table. Take `A1`
# and `A2` from the cache; do not compute them again. For the step through tanh use
# `1 - A1**2`, or your `tanh_backward` with the cached `Z1`: the result is the same.
#
# <details><summary>shapes not aligned, or a mismatch in core dimension 0</summary>
#
# Write the shapes next to each line: `dZ2` `(n_y, m)`, `A1.T` `(m, n_h)`, `W2.T`
# `(n_h, n_y)`.
# </details>
# <details><summary>dW2 and db2 are right, dW1 and db1 are not</summary>
#
# The error is in `dZ1`: is the product element by element? Is it `A1` that you square?
# </details>


# %% exercise="backward_propagation"
def backward_propagation(parameters, cache, X, Y):
    """Gradients of the cost for all parameters (Rumelhart, Hinton & Williams, 1986).

    Args:
        parameters: dictionary with `W1`, `b1`, `W2`, `b2`.
        cache: dictionary with `Z1`, `A1`, `Z2`, `A2` from `forward_propagation`; do
            not compute them again.
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
# A gradient check: each of the 17 numbers is changed a little in both directions.
np.random.seed(2)
point = {name: np.random.randn(*p.shape) for name, p in parameters.items()}
grads = backward_propagation(point, forward_propagation(X, point)[1], X, Y)
for name, values in point.items():
    numerical = np.zeros_like(values)
    for index in np.ndindex(values.shape):
        h = np.zeros_like(values)
        h[index] = 1e-5
        up, down = (
            compute_cost(forward_propagation(X, point | {name: values + s})[0], Y)
            for s in (h, -h)
        )
        numerical[index] = (up - down) / 2e-5
    gap = np.max(np.abs(numerical - grads["d" + name]))
    print(f"d{name} {values.shape}: differs from the numerical gradient by {gap:.0e}")

# %% concept="lost_axis"
# You forgot keepdims, so db1 has shape (4,). b1 has shape (4, 1). Which shape does
# b1 - learning_rate * db1 have?
# A: (4,)   B: (4, 1)   C: none, NumPy stops with an error   D: (4, 4)
lost_axis = None

# %% [markdown]
# ## One step
# Each of the four parameters takes a step against its gradient. If $\theta$ is any of
# them,
#
# $$\theta \leftarrow \theta - \alpha\, d\theta$$
#
# ### Exercise 10 · `update_parameters` · 8 points · about 4 minutes
# Return a new dictionary with the updated parameters. Leave the old one as it was.
#
# <details><summary>The check says that `parameters` was changed</summary>
#
# `W1 -= …` writes into the old array, even in a copy made with `dict(parameters)`: the
# copy holds the same arrays. `W1 - …` makes a new one.
# </details>


# %% exercise="update_parameters"
def update_parameters(parameters, grads, learning_rate=1.2):
    """One step of gradient descent; the arguments are not changed.

    Args:
        parameters: dictionary with `W1`, `b1`, `W2`, `b2`.
        grads: dictionary with `dW1`, `db1`, `dW2`, `db2`.
        learning_rate: factor by which the gradients are multiplied.

    Returns:
        A new dictionary with `W1`, `b1`, `W2`, `b2`.

    Example:
        >>> ones = {name: np.ones((1, 1)) for name in ("W1", "b1", "W2", "b2")}
        >>> grads = {"d" + name: np.ones((1, 1)) for name in ones}
        >>> update_parameters(ones, grads, 0.25)["W2"]
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
# Part 4 ends here: you have written backpropagation and tested it.
#
# # Part 5 · Learning
# You have all the pieces. Training repeats three of them: forward, backward, step.

# %% [markdown]
# ### Exercise 11 · `nn_model` · 10 points · about 8 minutes
# Train the network. Start from random parameters, then repeat `num_iterations` times:
# forward, backward, step, with the default learning rate of `update_parameters`. If
# `print_cost` is true, print the cost every 1000 iterations.
#
# <details><summary>The shapes are those of 4 hidden units</summary>
#
# `layer_sizes` returns 4 for `n_h`. Use the argument `n_h` instead.
# </details>
# <details><summary>The parameters come back as small as they started</summary>
#
# `update_parameters` returns new parameters. Do you keep them?
# </details>


# %% exercise="nn_model"
def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False):
    """Train a network with one hidden layer; the learning rate is 1.2.

    Args:
        X: array `(n_x, m)`, an example in each column.
        Y: array `(n_y, m)`, labels 0 or 1.
        n_h: size of the hidden layer.
        num_iterations: number of steps.
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
# Turn probabilities into labels: 1 or `True` where the probability is above 0.5, else 0
# or `False`.
#
# <details><summary>Everything is 0</summary>
#
# `astype(int)` cuts 0.9 down to 0. Compare with 0.5 instead.
# </details>


# %% exercise="predict"
def predict(parameters, X):
    """Labels predicted by the network.

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
# Four hidden units learn 17 numbers in 5000 steps. One neuron was no better than
# guessing. Before you run: how well will the network do on the dev set?

# %% demo cover=true
np.random.seed(3)
trained = nn_model(X, Y, n_h=4, num_iterations=5000, print_cost=True)
on_train = accuracy(predict(trained, X), Y)
on_dev = accuracy(predict(trained, X_dev), Y_dev)
print(f"\naccuracy on training points {on_train:.1%}, on dev points {on_dev:.1%}")
plots.decision_regions(
    {
        f"One neuron: {neuron:.0%}": lambda P: sigmoid(w.T @ P + b),
        f"4 hidden units: {on_dev:.0%}": lambda P: forward_propagation(P, trained)[0],
    },
    X_dev[:, :400],
    Y_dev[:, :400],
    reading="400 of the dev points. Most of those still misclassified lie near the "
    "middle, where the petals meet, or inside a petal of the other class.",
)


# %% [markdown]
# ## Watch it learn (optional)
# The same training, stopped at six moments. Before you run: what will the border look
# like at first, and how will it get around a petal?


# %% demo
def learn(parameters, X, Y, steps):
    """Continue training from given parameters."""
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
    reading="At first there is a single line, and the network is unsure everywhere "
    "(pale colours). Then the border curves, splits, and sharpens.",
)

# %% [markdown]
# ## Look inside
# Each hidden unit takes two numbers and gives one, so we can draw what it computes.
# Before you run: can a single unit have a curved border?

# %% demo
plots.decision_regions(
    {
        f"Hidden unit {j + 1}": lambda P, j=j: (
            (forward_propagation(P, trained)[1]["A1"][j] + 1) / 2
        )
        for j in range(4)
    },
    X,
    Y,
    columns=2,
    reading="Orange where the unit gives +1, blue where it gives -1. It changes sign "
    "along a straight line. The output is based on a weighted sum of the four.",
)

# %% [markdown]
# Every border is straight: a hidden unit is one neuron. Only their weighted sum can
# have a curved border. Could three units do it? Twice, neighbouring petals share a
# class, so only six of the eight gaps between petals separate the classes, and these
# six lie on three lines through the middle. We shall see in part 6.

# %% [markdown]
# Part 5 ends here: your network has learned the flower.
#
# # Part 6 · Break it
# ## Four ways to start
# We compare four: all zeros, all weights 0.5, your small random numbers, and the same
# numbers times 10,000. Each network learns for 3000 steps. For each start you see the
# accuracy, how far apart the hidden units' weights are at the end, and the average
# derivative of tanh, $1 - a^2$, at the start.
#
# <details><summary><b>Predict</b>: which of the four reach 90 %?</summary>
#
# Only the small random start.
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
    print(f"{name:8} dev {share:4.0%}   apart {apart:5.1f}   derivative {steep:.2f}")
    panels[f"{name}: {share:.0%}".capitalize()] = lambda P, p=end: forward_propagation(
        P, p
    )[0]
plots.decision_regions(
    panels,
    X,
    Y,
    columns=2,
    reading="From zeros the network learns nothing. Equal units draw one line. From "
    "small weights it finds the petals; from large ones it learns little.",
)

# %% [markdown]
# **Zeros**: $A^{[1]} = 0$, so $dW^{[2]} = 0$; and $W^{[2]} = 0$, so no gradient reaches
# the hidden layer. Not one weight ever changes. **Equal** weights do change, but in the
# same way in all four units, which do the work of one. **Large** weights push tanh to
# its flat ends. There its derivative is nearly 0, and so is every gradient that passes
# through it.

# %% concept="equal_start"
# All weights start at 0.5 and the biases at 0. After 1000 steps the four hidden units …
# A: are zero, since equal gradients cancel out
# B: have each become an expert on one petal
# C: have become huge, since equal steps add up
# D: have changed, but are still equal to each other
equal_start = None

# %% concept="large_start"
# With tanh inside, weights that start 100 times too large make learning slow, since …
# A: large numbers take longer to multiply than small ones
# B: every probability is then exactly one half
# C: tanh is flat there, so almost no gradient passes
# D: the hidden units are then equal to each other
large_start = None


# %% [markdown]
# ## Which activation function learns fastest? (optional)
# The same network with each of your four activation functions in the hidden layer, from
# the same small start. Your backward functions give the gradients.
#
# <details><summary><b>Predict</b>: which of the four is the slowest to start?</summary>
#
# The sigmoid: it passes on a quarter of the gradient at most, and its values are not
# centred.
# </details>


# %% demo
def costs_with(activation, backward, steps=3000):
    """Costs, every 10 steps, with another activation function in the hidden layer."""
    np.random.seed(3)
    p, costs = initialize_parameters(2, 4, 1), []
    for i in range(steps):
        Z1 = p["W1"] @ X + p["b1"]
        A1 = activation(Z1)
        Z2 = p["W2"] @ A1 + p["b2"]
        A2 = sigmoid(Z2)
        if i % 10 == 0:
            costs.append(compute_cost(A2, Y))
        cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
        grads = backward_propagation(p, cache, X, Y)  # we keep only dW2 and db2
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
        lambda Z: np.where(Z > 0, Z, 0.01 * Z), leaky_relu_backward
    ),
}
plots.costs(
    runs,
    every=10,
    reading="tanh learns first. The sigmoid takes longest to start, then catches up. "
    "Four ReLU or leaky ReLU units get stuck at a high cost.",
)

# %% [markdown]
# ReLU is the usual choice in larger networks. Here it has only four units, each with a
# single corner, and a learning rate that suits tanh.
#
# ## How many hidden units?
# From 1 to 50 units, 4000 steps each, judged on the dev set. Before you run: do more
# units always help?

# %% demo
hidden = [1, 2, 3, 4, 5, 10, 20, 50]
shares = {"training points": [], "dev points": []}
panels = {}
for n_h in hidden:
    np.random.seed(1)
    p = nn_model(X, Y, n_h, num_iterations=4000)
    shares["training points"].append(accuracy(predict(p, X), Y))
    shares["dev points"].append(accuracy(predict(p, X_dev), Y_dev))
    panels[f"{n_h} hidden units"] = lambda P, p=p: forward_propagation(P, p)[0]
plots.lines(
    shares,
    hidden,
    log="x",
    markers=True,
    xlabel="hidden units",
    ylabel="accuracy",
    reading="Three units are enough. More units do better on the training points, but "
    "not on the dev points.",
)

# %% demo
plots.decision_regions(
    {f"{n} hidden units": panels[f"{n} hidden units"] for n in (2, 3, 50)},
    X,
    Y,
    reading="Two units cannot separate the petals, three can. With fifty, the border "
    "winds around a few stray points: overfitting.",
)

# %% concept="choose_size"
# Accuracy on training and dev points: 2 units 70 %, 66 %; 4 units 93 %, 92 %; 20 units
# 95 %, 90 %; 50 units 97 %, 89 %. Which size do you choose?
# A: 2 units   B: 4 units   C: 20 units   D: 50 units
choose_size = None

# %% [markdown]
# ## Other data (optional)
# Moons, circles, blobs and spirals, with one network size for all: 8 hidden units, 4000
# steps. One neuron is trained for comparison. Before you run: for which of the four
# does a straight line do best?

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
    panels[f"{name.capitalize()}: {share:.0%} (line {alone:.0%})"] = lambda P, p=p: (
        forward_propagation(P, p)[0]
    )
    xs.append(x)
    ys.append(y)
plots.decision_regions(
    panels,
    xs,
    ys,
    columns=2,
    reading="Accuracy on unseen points, with that of one neuron in brackets. The same "
    "code learns all four.",
)

# %% [markdown] question="why_hidden" points=6
# ## In your own words
# A friend says: "Your 17 numbers beat my 3 on the flower, so I will put 500 hidden
# units in front, all starting from zero to be fair to each." Answer in about six
# sentences. Why do 3 numbers fail? What does a hidden unit contribute, and why does it
# need an activation function? What happens with the start from zero, and what would you
# do? Why might 500 units be a bad idea, and how would you find out?
#
# ### BEGIN SOLUTION
# Three numbers make one neuron. Its border is a straight line, and no line separates
# the petals. A hidden unit contributes one soft step across a line of its own; the
# output weighs and adds the steps, and the sum can have a curved border. Without an
# activation function the layers would multiply out to a single neuron. From zeros no
# weight ever changes: with A1 = 0 and W2 = 0 all gradients of the weights are zero; and
# equal starts keep the units equal. I would draw small random weights. With 500 units
# the border can wind around single points: training accuracy rises while that on the
# dev set stays or falls, as in the sweep. I would try several sizes and choose on a dev
# set.
#
# **Rubric**, one point each: one neuron's border is straight · a hidden unit is one
# soft step, and the steps add up to curves · without an activation function the layers
# collapse · zeros (or equal weights) leave units alike or unchanged, with a reason ·
# small random start · overfitting, found out on points not trained on.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the formula | your function |
# |---|---|
# | $dZ = dA * g'(Z)$ | `sigmoid_backward` … `leaky_relu_backward` |
# | $0.01 \cdot$ normal draws | `initialize_parameters` |
# | $A = \tanh(WX + b)$, then $\sigma(WA + b)$ | `forward_propagation` |
# | $J = -\frac1m \sum [\,y \ln a + (1-y)\ln(1-a)\,]$ | `compute_cost` |
# | $dZ^{[1]} = (W^{[2]\top} dZ^{[2]}) * g'(Z^{[1]})$, … | `backward_propagation` |
# | $\theta \leftarrow \theta - \alpha\,d\theta$ | `update_parameters` |
# | all of it, again and again | `nn_model` |

# %% [markdown]
# The same network in PyTorch, for you to read:
# ```
# inputs = torch.tensor(X.T, dtype=torch.float32)          # rows are examples there
# labels = torch.tensor(Y.T, dtype=torch.float32)
# net = torch.nn.Sequential(
#     torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1)
# )
# loss = torch.nn.BCEWithLogitsLoss()                      # sigmoid and cross-entropy
# optimizer = torch.optim.SGD(net.parameters(), lr=1.2)
# for _ in range(5000):
#     optimizer.zero_grad()                                # forget the old gradients
#     loss(net(inputs), labels).backward()                 # forward and backward
#     optimizer.step()                                     # update_parameters
# ```

# %% [markdown]
# `Linear` draws its weights and its biases uniformly between $-1/\sqrt{n}$ and
# $1/\sqrt{n}$, where $n$ is the number of its inputs. They are larger than yours, and
# the biases do not start at 0.
# At $z = 0$ PyTorch takes the derivative 0 for ReLU, and `negative_slope` for leaky
# ReLU.

# %% [markdown]
# **Your function beside a library's.** Both got the same input. Where the values
# differ, the table says why.
#
# {{libraries}}

# %% [markdown]
# **A challenge** (optional). Wind the spirals tighter, `planar.spirals(400, seed=1,
# turns=2)`. How many hidden units do you need to get 95 % of unseen points right? Does
# another activation function need fewer?
#
# **The paper of the week.** D. E. Rumelhart, G. E. Hinton and R. J. Williams, *Learning
# representations by back-propagating errors*, Nature 323 (1986). Four pages, and your
# `backward_propagation` is in them. Find the sentence on breaking symmetry.
#
# **Next week** you stack as many layers as you like, and return to the photographs.

# %% demo
check.progress()
