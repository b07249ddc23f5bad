# %% [markdown]
# # Animal or landmark?
# You are going to teach **one neuron** to look at a photograph and say whether it shows
# an animal or a landmark. You write all of it, in NumPy: the neuron, the measure of its
# errors, and the learning. Then you open it, see what it has learned as a picture, and
# meet the photographs that fool it.
#
# **Time** about two hours, in six parts; stop after any of them. **You need** Python
# and school algebra. Derivatives are explained when they turn up.

# %% [markdown]
# ## The map
# | part | you write | idea | points |
# |---|---|---|---|
# | 1 Pictures | `image2vector` | a photograph is a column of numbers | 4 |
# | 2 Probabilities | `basic_sigmoid` `sigmoid` | any number into (0, 1) | 7 |
# | 3 Slopes | `sigmoid_derivative` `computation_graph` | the chain rule | 11 |
# | 4 Arrays | `normalize_rows` `softmax` `L1` `L2` | no loops | 17 |
# | 5 Learning | `initialize_with_zeros` `propagate` `optimize` `predict` | steps | 35 |
# | 6 Photographs | `model` | train it, open it, break it | 8 |
#
# Nine short questions give 12 points, one answer in your own words 6.

# %% [markdown]
# **After this lab you can** write logistic regression from nothing, get the gradient of
# a cost by the chain rule, replace loops by array operations, read a learning rate off
# a cost curve, and say what such a model can and cannot see.
#
# Each exercise is followed by a cell with `check(…)`. It runs your function on a few
# fixed cases and tells you what it expected, what it got, and often which mistake it
# recognizes. Run it as often as you like. Your grade comes from the same kind of check
# on fresh cases. Hints are folded under each task, titled by what you might see.

# %%
import math
import timeit

import numpy as np

from helpers import data, plots
from helpers.checks import checks_for

check = checks_for("C1W2")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | shape | means |
# |---|---|---|---|
# | $m$ | `m` | number | how many examples |
# | $n_x$ | `n_x` | number | how many numbers describe one example |
# | $x^{(i)}$ | `X[:, [i]]` | $(n_x, 1)$ | example number $i$, a column |
# | $X$ | `X` | $(n_x, m)$ | all examples, side by side |
# | $Y$ | `Y` | $(1, m)$ | their labels, 0 or 1 |
# | $w$, $b$ | `w`, `b` | $(n_x, 1)$, number | weights and bias: what is learned |
# | $\hat y = a$ | `A` | $(1, m)$ | the probability the neuron gives to label 1 |
# | $J$ | `cost` | number | how wrong it is on average |
# | $\partial J/\partial w$ | `dw` | $(n_x, 1)$ | the slope of $J$ in each weight |
# | $\alpha$ | `learning_rate` | number | how far one step goes |

# %% [markdown]
# # Part 1 · Pictures as columns
# Here is what the neuron will have to tell apart. The photographs are real, in the
# public domain or under CC0. There are 111 of them; several square cuts of each, some
# mirrored, make 480 pictures. Cuts of one photograph are all in the training set or all
# in the test set: otherwise the test would ask what was already seen.

# %% demo
photos = data.load("photos")
train_x, test_x = photos.train_set_x, photos.test_set_x  # (m, 64, 64, 3), bytes
train_y = photos.train_set_y.reshape(1, -1).astype(int)  # (1, m)
test_y = photos.test_set_y.reshape(1, -1).astype(int)
print("training pictures", train_x.shape, " labels", train_y.shape)
print("test pictures    ", test_x.shape, " labels", test_y.shape)

some = np.linspace(0, len(train_x) - 1, 12).astype(int)
plots.images(
    train_x[some],
    [f"{photos.classes[label]} ({label})" for label in train_y[0, some]],
    reading="Twelve training pictures with their labels. How do you tell them apart?",
)

# %% [markdown]
# ## What kind of data is this?
# A table has columns that mean something by themselves: size, price, year. We call such
# data **structured**. In a photograph, a sound or a text, one number alone says
# nothing: is a red value of 143 in row 20 an animal? Such data are **unstructured**;
# people read them at a glance and computers long could not. Networks changed that.

# %% concept="kind_of_data"
# Which of these is structured data?
# A: a recording of birdsong
# B: a review of a hotel
# C: a list of flats with size, rent and floor
# D: a drone's video of a forest
kind_of_data = None

# %% [markdown]
# ## The idea
# Our neuron knows nothing of rows, columns or colours. It takes one column of numbers.
# So we pull the picture apart and write its numbers one below the other: 64 rows × 64
# columns × 3 colours makes $n_x = 12288$ numbers.
#
# By hand, a picture with one row of two pixels, `[[[1, 2, 3], [4, 5, 6]]]`, has shape
# `(1, 2, 3)` and becomes the column `[[1], [2], [3], [4], [5], [6]]` of shape `(6, 1)`.
#
# <details><summary><b>Predict</b>: which shape for a picture of 5 × 4 × 3?</summary>
#
# `(60, 1)`. Two axes, not one: a column, as in the table of symbols.
# </details>

# %% [markdown]
# ### Exercise 1 · `image2vector` · 4 points · about 4 minutes
# Turn a picture into a column. Take the sizes from the picture, not from this page.
#
# <details><summary>It expected (60, 1) and got (60,)</summary>
#
# `flatten` and `ravel` leave one axis. `reshape` can make two.
# </details>
# <details><summary>The shape is right, the values are not</summary>
#
# Read the numbers in the order in which the array holds them; transpose nothing.
# </details>


# %% exercise="image2vector"
def image2vector(image):
    """Write the numbers of a picture one below the other.

    Args:
        image: array `(length, height, depth)`.

    Returns:
        Array `(length*height*depth, 1)`, in the order of `image`.

    Example:
        >>> image2vector(np.array([[[1, 2, 3], [4, 5, 6]]])).T
        array([[1, 2, 3, 4, 5, 6]])
    """
    ### BEGIN SOLUTION
    return image.reshape(-1, 1)
    ### END SOLUTION


# %% check="image2vector"
check(image2vector)

# %% [markdown]
# ### All pictures at once, and a trap
# A whole training set becomes one table $X$ with a picture in each column. Two ways
# give the right shape; only one gives the right table. Look at what comes out when the
# first column is folded back into a picture.
#
# The values are bytes from 0 to 255. Divided by 255 they lie between 0 and 1, which
# keeps the steps of learning at a handy size and changes no picture.

# %% demo
m = len(train_x)
X_train = train_x.reshape(m, -1).T / 255  # each picture a row, then turned
X_test = test_x.reshape(len(test_x), -1).T / 255
scrambled = train_x.reshape(-1, m)  # the same shape, but columns cut across pictures
print("X_train", X_train.shape, " X_test", X_test.shape, " wrong", scrambled.shape)
assert np.allclose(X_train[:, [0]], image2vector(train_x[0]) / 255)

plots.images(
    [X_train[:, 0].reshape(64, 64, 3), scrambled[:, 0].reshape(64, 64, 3)],
    ["reshape(m, -1).T", "reshape(-1, m)"],
    reading="A right shape is not yet a right array: look at one example.",
)

# %% concept="count_parameters"
# Logistic regression learns one weight for each feature, and a bias. How many numbers
# does it learn for colour pictures of 20 × 30 pixels? Answer with a number.
count_parameters = None

# %% [markdown]
# # Part 2 · From any number to a probability
# The neuron will add up evidence: this pixel speaks for an animal, that one against.
# The sum $z$ can be any number, say 4.2 or −310. We want a probability. The
# **sigmoid**, or logistic function, makes one:
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}$$
#
# By hand: $\sigma(0) = \frac{1}{1 + 1} = 0.5$. With $e^{-2} \approx 0.135$ we get
# $\sigma(2) \approx 0.88$ and $\sigma(-2) \approx 0.12$. Together they make 1: turn the
# evidence around, and the two answers change places.

# %% [markdown]
# ### Exercise 2 · `basic_sigmoid` · 2 points · about 2 minutes
# Write it for a single Python number, with `math.exp`.
#
# <details><summary>0.12 and 0.88 have changed places</summary>
#
# There is a minus in the exponent.
# </details>


# %% exercise="basic_sigmoid"
def basic_sigmoid(x):
    """Logistic function of a number.

    Args:
        x: a Python number.

    Returns:
        A float between 0 and 1.

    Example:
        >>> basic_sigmoid(0)
        0.5
    """
    ### BEGIN SOLUTION
    return 1 / (1 + math.exp(-x))
    ### END SOLUTION


# %% check="basic_sigmoid"
check(basic_sigmoid)

# %% demo
# Now four numbers at once. What do you expect?
try:
    basic_sigmoid(np.array([-2.0, 0.0, 2.0, 4.0]))
except TypeError as error:
    print("TypeError:", error)

# %% [markdown]
# The module `math` knows single numbers only. In deep learning we almost never have a
# single number, so we use NumPy, whose functions work on every element at once:
# `np.exp` of an array of any shape is an array of that shape.
#
# One more thing. `np.exp(1000)` is beyond what a float can hold: NumPy answers `inf`
# and warns. But for $z < 0$ the same value can be had without a large number:
#
# $$\frac{1}{1 + e^{-z}} = \frac{e^{z}}{1 + e^{z}}$$
#
# So $e^{-|z|}$, never above 1, is all we need on either side.

# %% [markdown]
# ### Exercise 3 · `sigmoid` · 5 points · about 6 minutes
# Any shape in, the same shape out, and fit for ±1000.
#
# <details><summary>NumPy warns of an overflow</summary>
#
# The values are right all the same, and so is your answer. To be rid of the warning,
# compute `np.exp(-np.abs(x))` once and choose between two numerators with `np.where`.
# </details>
# <details><summary>It works on arrays but not on a number</summary>
#
# Indexing with a mask needs an array; `np.where` takes numbers too.
# </details>


# %% exercise="sigmoid"
def sigmoid(x):
    """Logistic function, elementwise; stable for large positive and negative values.

    Args:
        x: a number or an array of any shape.

    Returns:
        Numbers from 0 to 1, in the shape of `x`.

    Example:
        >>> sigmoid(np.array([-1000.0, 0.0, 2.0])).round(4)
        array([0.    , 0.5   , 0.8808])
    """
    ### BEGIN SOLUTION
    e = np.exp(-np.abs(x))  # never above 1
    return np.where(np.asarray(x) >= 0, 1, e) / (1 + e)
    ### END SOLUTION


# %% check="sigmoid"
check(sigmoid)

# %% demo
# Before you run: how large must z be to make the neuron 99 % sure?
plots.curve(
    sigmoid,
    between=(-8, 8),
    mark=[-4.6, 0, 4.6],
    xlabel="z, the evidence",
    ylabel="σ(z), the probability",
    reading="Undecided at 0, 99 % sure at 4.6; beyond that, evidence changes little.",
)

# %% [markdown]
# # Part 3 · Slopes
# Learning needs one thing from mathematics: **if I nudge this number a little, how much
# does that one change?** The ratio of the two changes is the **derivative**, or slope.
#
# For $f(a) = 3a$, moving $a$ from 2 to 2.001 moves $f$ from 6 to 6.003: slope 3, and 3
# everywhere. For $f(a) = a^2$, moving $a$ from 2 to 2.001 moves $f$ from 4 to 4.004,
# slope 4; but at $a = 5$ the slope is 10. It depends on where you stand.
#
# The sigmoid has a slope that you can write down from its value alone, $s = \sigma(z)$:
#
# $$\sigma'(z) = s\,(1 - s)$$

# %% [markdown]
# <details><summary><b>Predict</b>: where is the sigmoid steepest? How steep?</summary>
#
# At 0, where $s = 0.5$: the slope is $0.5 \cdot 0.5 = 0.25$. Never more than a quarter.
# </details>
#
# ### Exercise 4 · `sigmoid_derivative` · 4 points · about 3 minutes
# Use your `sigmoid`.
#
# <details><summary>My slopes at ±1000 are not 0</summary>
#
# $s(1-s)$ takes the sigmoid $s$ of the argument, not the argument itself.
# </details>


# %% exercise="sigmoid_derivative"
def sigmoid_derivative(x):
    """Slope of the logistic function, elementwise.

    Args:
        x: a number or an array of any shape.

    Returns:
        Slopes between 0 and 0.25, in the shape of `x`.

    Example:
        >>> float(sigmoid_derivative(0.0))
        0.25
    """
    ### BEGIN SOLUTION
    s = sigmoid(x)
    return s * (1 - s)
    ### END SOLUTION


# %% check="sigmoid_derivative"
check(sigmoid_derivative)

# %% demo
places = [-3.0, 0.0, 3.0]
plots.curve(
    sigmoid,
    between=(-6, 6),
    tangents={z: float(sigmoid_derivative(z)) for z in places},
    xlabel="z",
    ylabel="σ(z)",
    reading="Each short line has the slope your function gives; it should just touch.",
)

# %% [markdown]
# ## From nudge to nudge: the chain rule
# Most things are computed in steps. Take $L = (a\,b + c)^2$, step by step:
#
# ```
# u = a·b     v = u + c     L = v²
# ```
#
# A nudge of $a$ nudges $u$, that nudges $v$, that nudges $L$; the slopes **multiply**.
# Walk backwards from $L$ and each slope is used again for the next.

# %% [markdown]
# By hand, at $a = 2$, $b = 3$, $c = -1$. Forwards: $u = 6$, $v = 5$, $L = 25$.
# Backwards:
#
# | slope of $L$ in … | is | because |
# |---|---|---|
# | `dv` | $2v = 10$ | $L = v^2$ |
# | `du`, `dc` | $10 \cdot 1 = 10$ | a sum passes slopes on unchanged |
# | `da` | $10 \cdot b = 30$ | $u = a\,b$: nudging $a$ counts $b$ times |
# | `db` | $10 \cdot a = 20$ | and nudging $b$ counts $a$ times |
#
# In code we write `dv` for $\partial L/\partial v$: always the slope of the *last*
# thing.

# %% concept="graph_slope"
# The same L = (a·b + c)², now at a = 3, b = 4, c = -7. What is the slope of L in a?
graph_slope = None

# %% [markdown]
# ### Exercise 5 · `computation_graph` · 7 points · about 8 minutes
# Now $J = 3\,(a + b\,c)$. Name the steps $u = b\,c$, $v = a + u$, $J = 3v$; go forwards
# for $J$, then backwards for the three slopes.
#
# <details><summary>da is 1</summary>
#
# That is the slope of $v$. One more step leads to $J$.
# </details>
# <details><summary>db and dc have changed places</summary>
#
# In $u = b\,c$, nudging $b$ by 1 moves $u$ by $c$.
# </details>


# %% exercise="computation_graph"
def computation_graph(a, b, c):
    """Forward and backward pass through `J = 3 (a + b c)`.

    Args:
        a: a number.
        b: a number.
        c: a number.

    Returns:
        J: a number.
        grads: `{"da": …, "db": …, "dc": …}`, the slopes of `J`.

    Example:
        >>> computation_graph(1, 0, 2)
        (3, {'da': 3, 'db': 6, 'dc': 0})
    """
    ### BEGIN SOLUTION
    u = b * c
    v = a + u
    J = 3 * v
    dv = 3
    du = dv
    return J, {"da": dv, "db": du * c, "dc": du * b}
    ### END SOLUTION


# %% check="computation_graph"
check(computation_graph)

# %% demo
# Believe no derivative you have not nudged: each input both ways, and see what J does.
point, nudge = {"a": 5.0, "b": 3.0, "c": 2.0}, 0.001
J, grads = computation_graph(**point)
print(f"J = {J}\n\n      by nudging   yours")
for name in point:
    up = computation_graph(**(point | {name: point[name] + nudge}))[0]
    down = computation_graph(**(point | {name: point[name] - nudge}))[0]
    print(f"d{name}   {(up - down) / (2 * nudge):10.4f}   {grads['d' + name]:6.4f}")

# %% [markdown]
# # Part 4 · Think in arrays
# A training set has millions of numbers, and a Python loop takes its time with each.
# Here are 100 to 1,000,000 products added up, by a loop and by `np.dot`. Before you
# run: how many times faster will NumPy be for a million?


# %% demo
def dot_with_loop(a, b):
    """Sum of products, one after the other."""
    total = 0.0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


def best_time(dot, size):
    """Seconds of the fastest of three calls."""
    a, b = np.ones(size), np.ones(size)
    return min(timeit.repeat(lambda: dot(a, b), number=1, repeat=3))


# %% demo
sizes = [100, 1_000, 10_000, 100_000, 1_000_000]
seconds = {
    "loop": [best_time(dot_with_loop, size) for size in sizes],
    "np.dot": [best_time(np.dot, size) for size in sizes],
}
print(f"a million: {seconds['loop'][-1] / seconds['np.dot'][-1]:.0f} times faster")
plots.lines(
    seconds,
    sizes,
    log="xy",
    markers=True,
    xlabel="numbers in each vector",
    ylabel="seconds",
    reading="One grid line up is ten times slower. Where you can, leave loops to C.",
)

# %% [markdown]
# ## Three products that are not the same
# `np.dot(a, b)` multiplies and adds up, as matrices do. `a * b` multiplies element by
# element and keeps them apart. `np.outer(a, b)` multiplies each with each.

# %% demo
a, b = np.array([1, 2, 3]), np.array([10, 0, 1])
print("np.dot  ", np.dot(a, b))
print("*       ", a * b)
print("np.outer", np.outer(a, b), sep="\n")

# %% concept="product_for_z"
# w has shape (n_x, 1) and X has shape (n_x, m). Which gives the evidence for every
# example, an array of shape (1, m)?
# A: w * X     B: np.dot(w, X)     C: np.outer(w, X)     D: np.dot(w.T, X)
product_for_z = None

# %% [markdown]
# ## Broadcasting
# What if shapes differ? NumPy compares them from the right. Axes that are equal match;
# an axis of length 1 is repeated; anything else is an error. `(3, 4)` with `(1, 4)` or
# `(3, 1)` works, and so does `(3, 4)` with a single number.
#
# Take how much red, green and blue is in four photographs, a table of shape `(3, 4)`,
# and ask which *share* each colour has. Sum over each column, then divide.
# `keepdims=True` keeps the summed axis as length 1, so that you can see which way it is
# repeated.

# %% demo
colours = train_x[some[:4]].mean(axis=(1, 2)).T  # (3, 4): colour, picture
total = colours.sum(axis=0, keepdims=True)  # (1, 4)
shares = colours / total  # (3, 4) / (1, 4)
print(colours.shape, "/", total.shape, "->", shares.shape)
plots.heat(
    100 * shares,
    signed=False,
    numbers=True,
    rows=["red", "green", "blue"],
    columns=["picture 1", "picture 2", "picture 3", "picture 4"],
    reading="Percent of each colour in four pictures: each column makes 100.",
)

# %% [markdown]
# ### Exercise 6 · `normalize_rows` · 5 points · about 5 minutes
# Divide each row by its length $\lVert x \rVert = \sqrt{x_1^2 + x_2^2 + \dots}$, so
# that all rows have length 1. The row $(3, 4)$ has length 5 and becomes $(0.6, 0.8)$.
#
# <details><summary>operands could not be broadcast together</summary>
#
# The lengths need shape `(rows, 1)`. See `keepdims`.
# </details>
# <details><summary>It works for square arrays only, and is wrong</summary>
#
# Lengths of shape `(n,)` were lined up with the columns. `keepdims` again.
# </details>


# %% exercise="normalize_rows"
def normalize_rows(x):
    """Scale each row to unit length (L2 norm).

    Args:
        x: array `(rows, columns)` without a row of zeros.

    Returns:
        Array `(rows, columns)`.

    Example:
        >>> normalize_rows(np.array([[3.0, 4.0], [0.0, 2.0]]))
        array([[0.6, 0.8],
               [0. , 1. ]])
    """
    ### BEGIN SOLUTION
    return x / np.linalg.norm(x, axis=1, keepdims=True)
    ### END SOLUTION


# %% check="normalize_rows"
check(normalize_rows)

# %% [markdown]
# ## Softmax: several classes
# The sigmoid shares probability among two. **Softmax** does it for any number of
# classes: make every score positive with $e^{x}$, then divide by the row's sum.
#
# $$\text{softmax}(x)_j = \frac{e^{x_j}}{\sum_k e^{x_k}}$$
#
# By hand: scores $(0, \ln 3)$ give $(1, 3)$, and so the shares $(0.25, 0.75)$.
#
# <details><summary><b>Predict</b>: what if 100 is added to every score?</summary>
#
# Nothing: $e^{100}$ cancels. So you may subtract the largest score first. Then the
# largest exponent is 0, and nothing overflows.
# </details>

# %% [markdown]
# ### Exercise 7 · `softmax` · 6 points · about 8 minutes
# Each row is one example. Subtract the row's maximum first.
#
# <details><summary>nan in the case with 1000</summary>
#
# `np.exp(1000)` is `inf`, and `inf / inf` is `nan`. Subtract before you exponentiate.
# </details>
# <details><summary>Columns sum to 1 instead of rows</summary>
#
# `axis=0` runs down the columns, `axis=1` along the rows.
# </details>


# %% exercise="softmax"
def softmax(x):
    """Shares of probability, row by row; stable for large values.

    Args:
        x: array `(m, classes)`, the scores of each example in a row.

    Returns:
        Array `(m, classes)`, positive, each row with the sum 1.

    Example:
        >>> softmax(np.array([[0.0, 0.0], [0.0, 1000.0]]))
        array([[0.5, 0.5],
               [0. , 1. ]])
    """
    ### BEGIN SOLUTION
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)
    ### END SOLUTION


# %% check="softmax"
check(softmax)

# %% [markdown]
# ## Two ways to measure a miss
# How far are predictions $\hat y$ from the truth $y$? Add up absolute differences,
# $L_1 = \sum_i |y_i - \hat y_i|$, or squares, $L_2 = \sum_i (y_i - \hat y_i)^2$.
#
# By hand, $y = (1, 0)$ and $\hat y = (0.9, 0.5)$: $L_1 = 0.1 + 0.5 = 0.6$ and
# $L_2 = 0.01 + 0.25 = 0.26$. Squares forgive small misses and punish large ones.
#
# ### Exercise 8 · `L1` · 3 points · about 2 minutes
# One line, no loop. If misses cancel, take absolute values before adding up.


# %% exercise="L1"
def L1(yhat, y):
    """Sum of absolute differences.

    Args:
        yhat: array `(m,)`, predictions.
        y: array `(m,)`, labels.

    Returns:
        A number.

    Example:
        >>> float(L1(np.array([0.9, 0.5]), np.array([1, 0])))
        0.6
    """
    ### BEGIN SOLUTION
    return np.sum(np.abs(y - yhat))
    ### END SOLUTION


# %% check="L1"
check(L1)

# %% [markdown]
# ### Exercise 9 · `L2` · 3 points · about 2 minutes
# The same with squares. `np.dot` of a vector with itself does both steps at once.


# %% exercise="L2"
def L2(yhat, y):
    """Sum of squared differences.

    Args:
        yhat: array `(m,)`, predictions.
        y: array `(m,)`, labels.

    Returns:
        A number.

    Example:
        >>> float(L2(np.array([1.0, 0.5]), np.array([1, 0])))
        0.25
    """
    ### BEGIN SOLUTION
    return np.dot(y - yhat, y - yhat)
    ### END SOLUTION


# %% check="L2"
check(L2)

# %% [markdown]
# ## The trap of the missing axis
# An array of shape `(5,)` is neither a row nor a column. Its transpose is itself, and
# next to a column of shape `(5, 1)` it is quietly taken for a row. No error, no
# warning. This is the most common bug of the course, so meet it here.
#
# Against it, say what you mean: make vectors with both axes, `np.zeros((5, 1))`, and
# state shapes where you rely on them, `assert yhat.shape == (5, 1)`.

# %% demo
y = np.array([1.0, 0, 1, 1, 0])  # (5,)
yhat = y.reshape(5, 1)  # (5, 1): every prediction is perfect
print("y.T.shape", y.T.shape, "  (yhat - y).shape", (yhat - y).shape)
plots.heat(
    {"yhat - y": yhat - y, "yhat - column": yhat - y.reshape(5, 1)},
    numbers=True,
    reading="Left: 25 differences where 5 were meant. Right: all five are 0.",
)

# %% concept="broadcast_shape"
# A has shape (1, 6), Y has shape (6, 1). What is A - Y?
# A: an error   B: an array (6, 6)   C: an array (1, 6)   D: an array (6, 1)
broadcast_shape = None

# %% [markdown]
# # Part 5 · A neuron that learns
# ```
# pixel 1     ─ w1 ─┐
# pixel 2     ─ w2 ─┤
#    …              ├─►  z = w1·x1 + w2·x2 + … + b  ─►  a = σ(z)  ─►  "89 % animal"
# pixel 12288 ─ wn ─┘
# ```
# Statisticians call it logistic regression; we call it a neuron, since every network of
# this course is made of such pieces. For all examples at once it is one line:
#
# $$Z = w^\top X + b \qquad A = \sigma(Z) \qquad \text{both of shape } (1, m)$$

# %% [markdown]
# ## How wrong is it?
# For one example, the **loss** should be small if the neuron gave the truth a high
# probability, and large if it was sure and wrong:
#
# $$\ell(a, y) = -\,y \ln a - (1 - y) \ln (1 - a)$$
#
# It looks like two terms, but one is always 0: for $y = 1$ it is $-\ln a$, for $y = 0$
# it is $-\ln(1 - a)$. An undecided $a = 0.5$ costs $\ln 2 \approx 0.693$ either way.
#
# The **cost** is the average loss over all $m$ examples,
# $J = \frac1m \sum_i \ell^{(i)}$. A loss judges one prediction; the cost judges the
# weights.

# %% demo
plots.curve(
    {
        "truth is 1: -ln a": lambda a: -np.log(a),
        "truth is 0: -ln(1 - a)": lambda a: -np.log(1 - a),
    },
    between=(0.005, 0.995),
    mark=[0.5],
    xlabel="a, the probability given to label 1",
    ylabel="loss",
    reading="Nothing to pay for being sure and right; no limit for sure and wrong.",
)

# %% concept="loss_by_hand"
# The photograph shows an animal (y = 1). The neuron says a = 0.2. What is the loss?
# Three decimals.
loss_by_hand = None

# %% concept="cost_of_copies"
# Somebody copies every example of the training set, so that each is there twice. With
# the same weights, the cost J …
# A: doubles   B: halves   C: stays the same   D: depends on the labels
cost_of_copies = None

# %% [markdown]
# ## Why not simply squares?
# One example, label 1, one weight. The neuron starts far on the wrong side, at
# $w = -8$, and must find its way to the right. Which of the two curves would you rather
# roll down?

# %% demo
plots.curve(
    {
        "cross-entropy": lambda w: -np.log(sigmoid(w)),
        "square, (a - y)²": lambda w: (sigmoid(w) - 1) ** 2,
    },
    between=(-8, 6),
    mark=[-8],
    xlabel="w",
    ylabel="loss",
    reading="Far from the truth squares lie flat, and a ball would stay. "
    "Cross-entropy is steepest there.",
)

# %% [markdown]
# ### Exercise 10 · `initialize_with_zeros` · 3 points · about 2 minutes
# Learning starts somewhere; zeros will do.
#
# <details><summary>It expected (4, 1) and got (4,)</summary>
#
# Shapes are tuples: `np.zeros((4, 1))`, with two pairs of brackets.
# </details>
# <details><summary>It expected a number for b</summary>
#
# The bias is one number, `0.0`, not an array.
# </details>


# %% exercise="initialize_with_zeros"
def initialize_with_zeros(dim):
    """Weights and bias to start from.

    Args:
        dim: number of weights, `n_x`.

    Returns:
        w: array `(dim, 1)` of zeros.
        b: the float 0.0.

    Example:
        >>> initialize_with_zeros(2)
        (array([[0.],
               [0.]]), 0.0)
    """
    ### BEGIN SOLUTION
    return np.zeros((dim, 1)), 0.0
    ### END SOLUTION


# %% check="initialize_with_zeros"
check(initialize_with_zeros)

# %% [markdown]
# ## Which way is down?
# For each weight: if I nudge it, how much does $J$ change? The chain of one example is
# $w \to z \to a \to \ell$, and walking it backwards something lovely happens. The slope
# of the loss in $z$ is just *what it said minus what is true*:
#
# $$dz = a - y$$
#
# <details><summary>Show me why</summary>
#
# $\frac{d\ell}{da} = -\frac{y}{a} + \frac{1-y}{1-a}$ and $\frac{da}{dz} = a(1-a)$.
# Their product is $-y(1-a) + (1-y)a = a - y$.
# </details>

# %% [markdown]
# Nudging weight $j$ moves $z$ by pixel $x_j$, so $dw_j = x_j\,dz$, and $db = dz$.
# Averaged over all examples, without a loop:
#
# $$dw = \tfrac1m\, X\,(A - Y)^\top \qquad db = \tfrac1m \sum_i (a^{(i)} - y^{(i)})$$
#
# By hand, $w = 0$, $b = 0$, two features, two examples: $x^{(1)} = (2, 1)$ with
# $y = 1$, and $x^{(2)} = (0, 3)$ with $y = 0$. Then $A = (0.5, 0.5)$, $J = \ln 2$, and
# $A - Y = (-0.5, 0.5)$. So $dw_1 = \frac12(2 \cdot {-0.5} + 0 \cdot 0.5) = -0.5$ and
# $dw_2 = \frac12(1 \cdot {-0.5} + 3 \cdot 0.5) = 0.5$, while $db = 0$. A step will move
# $w_1$ up and $w_2$ down.

# %% [markdown]
# ### Exercise 11 · `propagate` · 15 points · about 15 minutes
# Forwards for the cost, backwards for the slopes. The shape of `dw` is that of `w`.
#
# <details><summary>shapes not aligned</summary>
#
# `w.T` is `(1, n_x)` and `X` is `(n_x, m)`, so `w.T X` is `(1, m)`. For `dw` transpose
# the second factor.
# </details>
# <details><summary>The cost is a number times too large</summary>
#
# Sum or mean? And over what: the examples, `X.shape[1]`, or the features?
# </details>


# %% exercise="propagate"
def propagate(w, b, X, Y):
    """Cost of logistic regression, and its slopes.

    Args:
        w: array `(n_x, 1)`, the weights.
        b: a number, the bias.
        X: array `(n_x, m)`, an example in each column.
        Y: array `(1, m)`, labels 0 or 1.

    Returns:
        grads: `{"dw": array (n_x, 1), "db": number}`.
        cost: the average cross-entropy, a number.

    Example:
        >>> X, Y = np.array([[2.0, 0.0], [1.0, 3.0]]), np.array([[1, 0]])
        >>> grads, cost = propagate(np.zeros((2, 1)), 0.0, X, Y)
        >>> grads["dw"].ravel(), round(float(cost), 4)
        (array([-0.5,  0.5]), 0.6931)
    """
    ### BEGIN SOLUTION
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)  # (1, m)
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    dZ = A - Y  # (1, m)
    return {"dw": np.dot(X, dZ.T) / m, "db": np.sum(dZ) / m}, cost
    ### END SOLUTION


# %% check="propagate"
check(propagate)

# %% demo
# Nudge it, as before: three of the 12288 weights, on real photographs.
w, b = initialize_with_zeros(12288)
few, labels = X_train[:, :200], train_y[:, :200]
grads, cost = propagate(w, b, few, labels)
print(f"cost at the start {cost:.4f}, and ln 2 is {np.log(2):.4f}\n")
print("weight    by nudging        yours")
for j in [0, 5000, 12287]:
    nudge = np.zeros_like(w)
    nudge[j] = 1e-4
    up, down = (propagate(w + sign * nudge, b, few, labels)[1] for sign in (1, -1))
    print(f"{j:6} {(up - down) / 2e-4:13.6f} {grads['dw'][j, 0]:12.6f}")

# %% [markdown]
# ## Why zeros are a fine start here, and nowhere else
# All weights are 0, yet their slopes above differ, since each is multiplied by its own
# pixel, $dw_j = x_j\,dz$. One step, and the weights differ too.
#
# Now put a *layer* of neurons in between, all zero. Each computes the same from the
# same pixels, receives the same slope, and takes the same step: a hundred neurons for
# ever doing the work of one. Next week you will watch it happen, and start from small
# random numbers instead.

# %% concept="zeros_start"
# Logistic regression starts with w = 0. It learns all the same, because …
# A: the bias b starts at a random value
# B: the slopes depend on the inputs, which differ from weight to weight
# C: σ(0) = 0, so the first error is zero
# D: gradient descent adds a little noise
zeros_start = None

# %% [markdown]
# ## One step, again and again
# Take a step against the slope, its length set by the **learning rate** $\alpha$:
#
# $$w \leftarrow w - \alpha\,dw \qquad b \leftarrow b - \alpha\,db$$
#
# By hand, from before: $w = (0, 0)$, $dw = (-0.5, 0.5)$ and $\alpha = 0.1$ lead to
# $w = (0.05, -0.05)$. Ask `propagate` for the slopes there, step again. That is all
# there is to **gradient descent**, and it trains every network in this course.

# %% [markdown]
# ### Exercise 12 · `optimize` · 11 points · about 12 minutes
# Take `num_iterations` steps. Note the cost before step 0, 100, 200 …
#
# <details><summary>It changes its argument `w`</summary>
#
# `w -= …` writes into the caller's array. `w = w - …` makes a new one.
# </details>
# <details><summary>The list of costs is too long</summary>
#
# Note it only when `i % 100 == 0`.
# </details>


# %% exercise="optimize"
def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    """Gradient descent for logistic regression; its arguments stay as they are.

    Args:
        w: array `(n_x, 1)`, where the weights start.
        b: a number, where the bias starts.
        X: array `(n_x, m)`, an example in each column.
        Y: array `(1, m)`, labels 0 or 1.
        num_iterations: how many steps, at least 1.
        learning_rate: length of a step in units of the slope.
        print_cost: whether to print the cost every 100 iterations.

    Returns:
        params: `{"w": array (n_x, 1), "b": number}` after the last step.
        grads: `{"dw": …, "db": …}`, the slopes used in the last step.
        costs: list of the costs before iterations 0, 100, 200, …
    """
    ### BEGIN SOLUTION
    costs = []
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        if i % 100 == 0:
            costs.append(cost)
            if print_cost:
                print(f"cost after iteration {i}: {cost:.6f}")
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
    return {"w": w, "b": b}, grads, costs
    ### END SOLUTION


# %% check="optimize"
check(optimize)

# %% [markdown]
# ### Watch it work
# One weight, six examples, four learning rates. Which will be first at the bottom, and
# which never settle?

# %% demo
x1 = np.array([[-2.0, -1.0, -1.0, 1.0, 1.0, 2.0]])
y1 = np.array([[0, 0, 1, 0, 1, 1]])


def visited(rate, steps=12):
    """The places of `w` on the way, from -4."""
    places = [np.array([[-4.0]])]
    for _ in range(steps):
        places.append(optimize(places[-1], 0.0, x1, y1, 1, rate)[0]["w"])
    return [float(w[0, 0]) for w in places]


plots.paths(
    {rate: visited(rate) for rate in (0.2, 2, 8, 16)},
    lambda w: propagate(np.array([[w]]), 0.0, x1, y1)[1],
    between=(-6, 16),
    reading="0.2 crawls, 2 glides, 8 rattles around the bottom, 16 leaps across it.",
)

# %% concept="rate_too_large"
# You train and note the cost every 100 iterations: 0.69, 1.94, 0.88, 2.31, 1.02, 2.75.
# What do you try first?
# A: more iterations   B: a smaller learning rate   C: a larger one   D: more pictures
rate_too_large = None

# %% [markdown]
# ### Exercise 13 · `predict` · 6 points · about 5 minutes
# From probabilities to decisions: 1 where the probability is above 0.5, else 0. Worked
# by hand, $A = (0.9, 0.3, 0.5)$ becomes $(1, 0, 0)$.
#
# <details><summary>My zeros and ones are probabilities</summary>
#
# Compare with 0.5; a comparison of arrays is an array of the same shape.
# </details>
# <details><summary>Everything is 1 or everything is 0</summary>
#
# Compare after the sigmoid, not before; and mind the bias.
# </details>


# %% exercise="predict"
def predict(w, b, X):
    """Labels that logistic regression gives.

    Args:
        w: array `(n_x, 1)`, the weights.
        b: a number, the bias.
        X: array `(n_x, m)`, an example in each column.

    Returns:
        Array `(1, m)`: 1 where the probability is above 0.5, else 0.

    Example:
        >>> predict(np.array([[1.0]]), 0.0, np.array([[-3.0, 0.0, 3.0]]))
        array([[0, 0, 1]])
    """
    ### BEGIN SOLUTION
    A = sigmoid(np.dot(w.T, X) + b)  # (1, m)
    return (A > 0.5).astype(int)
    ### END SOLUTION


# %% check="predict"
check(predict)

# %% [markdown]
# # Part 6 · The photographs
# ### Exercise 14 · `model` · 8 points · about 6 minutes
# Put the pieces together: start from zeros, learn on the training set, predict on both.
# Never learn from the test set: it stands for photographs nobody has taken yet.
#
# <details><summary>num_iterations seems to have no effect</summary>
#
# `optimize` has defaults of its own. Pass both settings on, by name.
# </details>
# <details><summary>The predictions are all 0</summary>
#
# Predict with what `optimize` returned, not with the zeros you began with.
# </details>


# %% exercise="model"
def model(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    """Train logistic regression and predict on both sets.

    Args:
        X_train: array `(n_x, m_train)`.
        Y_train: array `(1, m_train)`, labels 0 or 1.
        X_test: array `(n_x, m_test)`.
        Y_test: array `(1, m_test)`, labels 0 or 1; not used to learn.
        num_iterations: how many steps of gradient descent.
        learning_rate: length of a step.
        print_cost: whether to print the cost every 100 iterations.

    Returns:
        Dictionary with `costs`, `Y_prediction_test` `(1, m_test)`,
        `Y_prediction_train` `(1, m_train)`, `w` `(n_x, 1)`, `b`, `learning_rate`
        and `num_iterations`.
    """
    ### BEGIN SOLUTION
    w, b = initialize_with_zeros(X_train.shape[0])
    params, _, costs = optimize(
        w, b, X_train, Y_train, num_iterations, learning_rate, print_cost
    )
    w, b = params["w"], params["b"]
    return {
        "costs": costs,
        "Y_prediction_test": predict(w, b, X_test),
        "Y_prediction_train": predict(w, b, X_train),
        "w": w,
        "b": b,
        "learning_rate": learning_rate,
        "num_iterations": num_iterations,
    }
    ### END SOLUTION


# %% check="model"
check(model)

# %% [markdown]
# ## Train it
# A thousand steps on 420 pictures: a few seconds. Chance is 50 %, as both classes are
# equally frequent. Before you run: how well will one neuron do on photographs that it
# has never seen?

# %% demo
trained = model(X_train, train_y, X_test, test_y, 1000, 0.005)


def accuracy(predicted, labels):
    """Share of labels predicted right."""
    return float(np.mean(predicted == labels))


on_train = accuracy(trained["Y_prediction_train"], train_y)
on_test = accuracy(trained["Y_prediction_test"], test_y)
plots.costs(trained["costs"], reading="Still falling, ever more slowly.")
plots.bars(
    {"training pictures": on_train, "test pictures": on_test},
    ylabel="accuracy",
    percent=True,
    baseline={"chance": 0.5},
    reading="Far better than chance, and nearly perfect only on what it has seen.",
)

# %% [markdown]
# The gap between the two bars is **overfitting**: 12289 numbers were fitted to 420
# pictures, and part of what they hold is true of those only. Course 2 is about closing
# it. How sure is the lower bar? The test pictures were cut from 30 photographs. One
# more or less moves it by 3 %, so "about 85 %" is all that may be said.
#
# ## Four learning rates
# One knob, turned by you. Before you run: which of 0.0001, 0.001, 0.005 and 0.02 has
# the lowest cost after 500 steps, and which looks worst after the first hundred?

# %% demo
runs = {
    rate: model(X_train, train_y, X_test, test_y, 500, rate)
    for rate in (0.0001, 0.001, 0.005, 0.02)
}
for rate, run in runs.items():
    seen = accuracy(run["Y_prediction_train"], train_y)
    new = accuracy(run["Y_prediction_test"], test_y)
    print(f"rate {rate:<6}  training {seen:4.0%}   test {new:4.0%}")
plots.costs(
    {rate: run["costs"] for rate, run in runs.items()},
    reading="The largest rate ends lowest, but has been higher than at the start.",
)

# %% [markdown]
# In practice: try three times your best rate, then a third of it, and keep the largest
# whose cost still glides. A cost that rises is the first hint of one too large.
#
# ## Open the neuron
# There is one weight for each pixel and colour, so the weights fold back into a
# picture. Before you run: what would *you* look for?

# %% demo cover=true
weights = trained["w"].reshape(64, 64, 3)
plots.heat(
    {"red": weights[..., 0], "green": weights[..., 1], "blue": weights[..., 2]},
    reading="Orange speaks for an animal, purple for a landmark. Look at the top rows: "
    "blue up there means landmark, green means animal.",
)

# %% [markdown]
# No ears, no towers. It has found out that landmarks stand under a blue sky and animals
# in the green, and that the middle of a picture differs from its edges. Quite clever,
# for a sum. And now you can guess what fools it.

# %% demo
sure = sigmoid(np.dot(trained["w"].T, X_test) + trained["b"])  # of an animal
plots.mistakes(
    test_x,
    test_y,
    trained["Y_prediction_test"],
    photos.classes,
    sureness=np.maximum(sure, 1 - sure),
    reading="What do the wrong ones have in common? Is it what the weights look for?",
)

# %% [markdown]
# ## Break it
# Shuffle the pixels: the same shuffle for every picture, training and test. Nobody
# could recognize anything any more.
#
# <details><summary><b>Predict</b>: the test accuracy after training on these?</summary>
#
# Exactly the same. The neuron adds up pixels, and a sum does not mind the order. It
# never knew which pixels are neighbours. In course 4 you will build a network that
# does.
# </details>

# %% demo
shuffle = np.random.default_rng(1).permutation(len(X_train))
scrambled = model(X_train[shuffle], train_y, X_test[shuffle], test_y, 1000, 0.005)
new = accuracy(scrambled["Y_prediction_test"], test_y)
print(f"test accuracy {on_test:.1%} with pictures, {new:.1%} with shuffled pixels")
plots.images(
    [test_x[3], X_test[shuffle][:, 3].reshape(64, 64, 3)],
    ["what you see", "what it might as well see"],
    reading="To this neuron the two are equally clear.",
)

# %% [markdown] question="what_it_sees" points=6
# ## In your own words
# A friend wants to put your neuron into a camera, "since it is right on 98 % of the
# pictures". Answer in about six sentences: which number counts, and why is it lower?
# What does the neuron go by? Use one of its mistakes as evidence. What can it not see
# at all, and how do you know? Name one thing to try next.
#
# ### BEGIN SOLUTION
# The 98 % were measured on the pictures it learned from; on new photographs it is about
# 85 %, and only that number says how the camera would do. With more weights (12289)
# than pictures (420) it partly learned them by heart. It goes by colour and place: blue
# at the top speaks for a landmark, green for an animal. The cat on a red cloth, without
# any green, is called a landmark with great confidence. It cannot see shape: with the
# pixels shuffled it is exactly as good, as a sum does not depend on order. Next I would
# collect more varied photographs, such as animals indoors and landmarks at dusk.
#
# **Rubric**, one point each: test accuracy is what counts · overfitting, or more
# weights than pictures, explains the gap · colour and place named, from the weight
# image · a mistake that fits this · neither shape nor neighbourhood is seen, with the
# shuffled pixels as evidence · a sensible next step (more varied data, a network with
# hidden layers or convolutions, regularization).
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the formula | your function |
# |---|---|
# | $\sigma(z) = 1 / (1 + e^{-z})$ | `sigmoid` |
# | $\sigma' = s(1 - s)$ | `sigmoid_derivative` |
# | $x_i / \lVert x_i \rVert$ | `normalize_rows` |
# | $e^{x_j} / \sum_k e^{x_k}$ | `softmax` |
# | $J = -\frac1m \sum [\,y \ln a + (1-y) \ln(1-a)\,]$ | `propagate`, forwards |
# | $dw = \frac1m X (A - Y)^\top$, $db = \frac1m \sum (a - y)$ | … and backwards |
# | $w \leftarrow w - \alpha\,dw$ | `optimize` |
# | $\hat y = 1$ where $a > 0.5$ | `predict` |

# %% [markdown]
# The same in PyTorch, to read; you know by now what each line does:
#
# ```
# neuron = torch.nn.Linear(12288, 1)                      # w and b, not from zero
# cost = torch.nn.BCEWithLogitsLoss()                     # sigmoid and cross-entropy
# step = torch.optim.SGD(neuron.parameters(), lr=0.005)
# for _ in range(1000):
#     step.zero_grad()
#     cost(neuron(X), Y).backward()                       # propagate; rows are examples
#     step.step()                                         # w - learning_rate * dw
# ```

# %% [markdown]
# **A challenge**, if you like. Train with a rate of 0.1. Some $a$ become exactly 0 or
# 1, and $\ln 0$ spoils the cost, though the slopes are fine. Show on paper that the
# loss is $\ln(1 + e^z) - y\,z$, which needs no logarithm of $a$, and compute it with
# `np.logaddexp(0, Z)`.
#
# **The paper of the week.** D. R. Cox, *The regression analysis of binary sequences*,
# Journal of the Royal Statistical Society B 20 (1958). Your neuron, as statisticians
# met it. Read the first two pages: which of his symbols are your $w$, $x$ and $a$?
#
# **Next week** you put a layer of such neurons in between, and it learns to see curves.

# %% demo
check.progress()
