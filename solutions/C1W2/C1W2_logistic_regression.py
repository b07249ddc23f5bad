# %% [markdown]
# # Animal or landmark?
# You are going to teach **one neuron** to look at a photograph and say whether it shows
# an animal or a landmark. You will write all of it in NumPy: the neuron, the measure of
# its errors, and the way it learns. Then you will open it, see what it has learned,
# drawn as an image, and meet the photographs that fool it.
#
# **Time** about two hours, in six parts; you can stop after any of them. **You need**
# Python and school algebra. Derivatives are explained when they turn up.

# %% [markdown]
# ## The map
# | part | you write | idea | points |
# |---|---|---|---|
# | 1 Images | `image2vector` | a photograph is a column of numbers | 4 |
# | 2 Probabilities | `basic_sigmoid` `sigmoid` | any number into (0, 1) | 7 |
# | 3 Derivatives | `sigmoid_derivative` `computation_graph` | the chain rule | 11 |
# | 4 Arrays | `normalize_rows` `softmax` `L1` `L2` | no loops | 17 |
# | 5 Learning | `initialize_with_zeros` … `predict` | gradient descent | 35 |
# | 6 Photographs | `model` | train it, open it, break it | 8 |
#
# Nine short questions are worth 12 points, an answer in your own words another 6.

# %% [markdown]
# **After this lab you can** write logistic regression from scratch, derive the gradient
# of a cost with the chain rule, replace loops by array operations, judge a learning
# rate by its cost curve, and say what such a model can and cannot see.
#
# Each exercise is followed by a cell with `check(…)`. It runs your function on a few
# fixed cases and tells you what it expected, what it got, and often which mistake it
# recognizes. Run it as often as you like. Your grade comes from the same type of check
# on fresh cases. Below each task there are folded hints. The title of each names what
# you might see.

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
# | $z$ | `Z` | $(1, m)$ | weighted sum of the inputs, plus the bias |
# | $\hat y = a$ | `A` | $(1, m)$ | the probability the neuron gives to label 1 |
# | $J$ | `cost` | number | how wrong the neuron is on average |
# | $\partial J/\partial w$ | `dw` | $(n_x, 1)$ | gradient of $J$ with respect to $w$ |
# | $\alpha$ | `learning_rate` | number | how far one step goes |

# %% [markdown]
# # Part 1 · Images as columns
# Here is what the neuron will have to tell apart. The photographs are real, in the
# public domain or under CC0. There are 111 of them. Several square crops of each, some
# of them mirrored, give 480 images. All crops of one photograph are either in the
# training set or in the test set. Otherwise the test set would contain images the
# neuron has practically seen already.

# %% demo
photos = data.load("photos")
train_x, test_x = photos.train_set_x, photos.test_set_x  # (m, 64, 64, 3), bytes
train_y = photos.train_set_y.reshape(1, -1).astype(int)  # (1, m)
test_y = photos.test_set_y.reshape(1, -1).astype(int)
print("training images", train_x.shape, " labels", train_y.shape)
print("test images    ", test_x.shape, " labels", test_y.shape)

some = np.linspace(0, len(train_x) - 1, 12).astype(int)
plots.images(
    train_x[some],
    [f"{photos.classes[label]} ({label})" for label in train_y[0, some]],
    reading="Twelve training images with their labels. How do you tell them apart?",
)

# %% [markdown]
# ## Structured and unstructured data
# A table has columns that mean something by themselves: size, price, year. We call such
# data **structured**. In a photograph, a sound or a text, a single number says nothing:
# is a red value of 143 in row 20 an animal? Such data are **unstructured**. People
# recognize them at a glance; for a long time computers could not. Neural networks
# changed that.
#
# Now the first short question. Replace `None` by the letter of the right answer, in
# quotes: `"A"`, `"B"`, `"C"` or `"D"`. Then run the check below it.

# %% concept="kind_of_data"
# Which of these is structured data?
# A: a recording of birdsong
# B: a hotel review
# C: a list of flats with size, rent and floor
# D: a drone's video of a forest
kind_of_data = None

# %% [markdown]
# ## The idea
# Our neuron knows nothing about rows, columns or colours. It takes one column of
# numbers. So we take the image apart and write its numbers one below the other: 64 rows
# × 64 columns × 3 colours make $n_x = 12288$ numbers.
#
# By hand, an image with one row of two pixels, `[[[1, 2, 3], [4, 5, 6]]]`, has shape
# `(1, 2, 3)` and becomes the column `[[1], [2], [3], [4], [5], [6]]` of shape `(6, 1)`.
#
# <details><summary><b>Predict</b>: which shape does a 5 × 4 × 3 image get?</summary>
#
# `(60, 1)`. Two axes, not one: a column, as in the table of symbols.
# </details>

# %% [markdown]
# ### Exercise 1 · `image2vector` · 4 points · about 4 minutes
# Turn an image of any size into a column. Take the sizes from `image.shape`; do not
# rely on 64 × 64 × 3.
#
# <details><summary>It expected (60, 1) and got (60,)</summary>
#
# `flatten` and `ravel` leave one axis. `reshape` can make two.
# </details>
# <details><summary>The shape is right, the values are not</summary>
#
# Keep the numbers in the order in which the array holds them. Do not transpose.
# </details>


# %% exercise="image2vector"
def image2vector(image):
    """Write the numbers of an image one below the other.

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
# ### All images at once, and a trap
# A whole training set becomes one table $X$ with an image in each column. Two ways give
# the right shape, but only one gives the right table. Look at what comes out when the
# first column is folded back into an image.
#
# The values are bytes from 0 to 255. Divided by 255 they lie between 0 and 1. The
# images stay the same, and the learning rate need not be tiny.

# %% demo
m = len(train_x)
X_train = train_x.reshape(m, -1).T / 255  # an image in each row, then transposed
X_test = test_x.reshape(len(test_x), -1).T / 255
scrambled = train_x.reshape(-1, m)  # the same shape, but each column mixes images
print("X_train", X_train.shape, " X_test", X_test.shape, " wrong", scrambled.shape)
assert np.allclose(X_train[:, [0]], image2vector(train_x[0]) / 255)

plots.images(
    [X_train[:, 0].reshape(64, 64, 3), scrambled[:, 0].reshape(64, 64, 3)],
    ["reshape(m, -1).T", "reshape(-1, m)"],
    reading="Both arrays have the right shape; only the left one holds images in its "
    "columns. Always look at one example.",
)

# %% concept="count_parameters"
# Logistic regression learns one weight for each feature, and a bias. How many numbers
# does it learn for colour images of 20 × 30 pixels? Answer with a number.
count_parameters = None

# %% [markdown]
# Part 1 ends here: your photographs are columns of numbers.
#
# # Part 2 · From any number to a probability
# The neuron will add up evidence: this pixel for an animal, that one against it.
# The sum $z$ can be any number, say 4.2 or −310, but we want a probability. The
# **sigmoid**, or logistic function, makes one:
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}$$
#
# By hand: $\sigma(0) = \frac{1}{1 + 1} = 0.5$. With $e^{-2} \approx 0.135$ we get
# $\sigma(2) \approx 0.88$ and $\sigma(-2) \approx 0.12$. The last two add up to 1:
# $\sigma(-z) = 1 - \sigma(z)$ for every $z$.

# %% [markdown]
# ### Exercise 2 · `basic_sigmoid` · 2 points · about 2 minutes
# Write the sigmoid for a single Python number, with `math.exp`.
#
# <details><summary>I get 0.12 where 0.88 is expected, and the other way round</summary>
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
# Before you run: what happens with four numbers at once?
try:
    basic_sigmoid(np.array([-2.0, 0.0, 2.0, 4.0]))
except TypeError as error:
    print("TypeError:", error)

# %% [markdown]
# The functions of `math` take single numbers only. In deep learning we hardly ever have
# a single number, so we use NumPy, whose functions work on every element at once:
# `np.exp` of an array of any shape is an array of that shape.
#
# One more thing. $e^{1000}$ is too large for a float: `np.exp(1000)` is `inf`, with a
# warning. But for $z < 0$ the same value can be computed without a large number:
#
# $$\frac{1}{1 + e^{-z}} = \frac{e^{z}}{1 + e^{z}}$$
#
# So $e^{-|z|}$, which is never above 1, is all we need for either sign.

# %% [markdown]
# ### Exercise 3 · `sigmoid` · 5 points · about 6 minutes
# Write the sigmoid for a number or an array. The result has the shape of the input, and
# it is right for ±1000 too.
#
# <details><summary>NumPy warns of an overflow</summary>
#
# Your values may still be right, and then the check accepts them. To get rid of the
# warning, compute `np.exp(-np.abs(x))` once and choose between two numerators with
# `np.where`.
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
# Before you run: how large must z be for the neuron to be 99 % sure?
plots.curve(
    sigmoid,
    between=(-8, 8),
    mark=[-4.6, 0, 4.6],
    xlabel="z, the weighted sum",
    ylabel="σ(z), the probability",
    reading="The neuron is undecided at z = 0 and 99 % sure of a label at z = ±4.6 "
    "(the dots). Farther out, more evidence changes little.",
)

# %% [markdown]
# Part 2 ends here: any number can become a probability.
#
# # Part 3 · Derivatives
# Learning needs one idea from calculus: **if I change this number a little, how much
# does that one change?** The ratio of the two changes is the **derivative**.
#
# For $f(a) = 3a$, moving $a$ from 2 to 2.001 moves $f$ from 6 to 6.003. The derivative
# is 3, here and everywhere. For $f(a) = a^2$, moving $a$ from 2 to 2.001 moves $f$ from
# 4 to about 4.004: the derivative at 2 is 4. At $a = 5$ it is 10. It depends on where
# you are.
#
# The sigmoid's derivative can be computed from its value alone. With $s = \sigma(z)$,
#
# $$\sigma'(z) = s\,(1 - s)$$

# %% [markdown]
# <details><summary><b>Predict</b>: where is the sigmoid steepest? How steep?</summary>
#
# At 0, where $s = 0.5$ and the derivative is $0.5 \cdot 0.5 = 0.25$. It is never more
# than a quarter.
# </details>
#
# ### Exercise 4 · `sigmoid_derivative` · 4 points · about 3 minutes
# Compute the derivative of the sigmoid, with the help of your `sigmoid`.
#
# <details><summary>At ±1000 my derivative is huge instead of 0</summary>
#
# In $s(1-s)$, $s$ is the sigmoid of the argument, not the argument itself.
# </details>


# %% exercise="sigmoid_derivative"
def sigmoid_derivative(x):
    """Derivative of the logistic function, elementwise.

    Args:
        x: a number or an array of any shape.

    Returns:
        Numbers between 0 and 0.25, in the shape of `x`.

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
points = [-2.0, 0.0, 2.0]
plots.curve(
    sigmoid,
    between=(-6, 6),
    tangents={z: float(sigmoid_derivative(z)) for z in points},
    xlabel="z",
    ylabel="σ(z)",
    reading="Each short line has the slope that your function gives. It should just "
    "touch the curve.",
)

# %% [markdown]
# ## Step by step: the chain rule
# Most quantities are computed in several steps. Take $L = (a\,b + c)^2$:
#
# ```
# u = a·b     v = u + c     L = v²
# ```
#
# A small change of $a$ changes $u$, which changes $v$, which changes $L$, and the
# derivatives of the steps **multiply**. If you walk backwards from $L$, each derivative
# can be used again for the next one.

# %% [markdown]
# By hand, at $a = 2$, $b = 3$, $c = -1$. Forward: $u = 6$, $v = 5$, $L = 25$. Backward:
#
# | derivative of $L$ with respect to … | is | because |
# |---|---|---|
# | $v$: `dv` | $2v = 10$ | $L = v^2$ |
# | $u$ and $c$: `du`, `dc` | $10 \cdot 1 = 10$ | a sum passes gradients on unchanged |
# | $a$: `da` | $10 \cdot b = 30$ | $u = a\,b$: if $a$ grows by 1, $u$ grows by $b$ |
# | $b$: `db` | $10 \cdot a = 20$ | if $b$ grows by 1, $u$ grows by $a$ |
#
# In code we write `dv` for $\partial L/\partial v$. It is always the derivative of the
# *final* result, here $L$.

# %% concept="graph_slope"
# The same L = (a·b + c)², now at a = 3, b = 4, c = -7. What is the derivative of L with
# respect to a? Answer with a number.
graph_slope = None

# %% [markdown]
# ### Exercise 5 · `computation_graph` · 7 points · about 8 minutes
# Now $J = 3\,(a + b\,c)$, in the steps $u = b\,c$, $v = a + u$, $J = 3v$. Compute $J$
# on the way forward, then its derivatives with respect to $a$, $b$ and $c$ on the way
# back.
#
# <details><summary>da is 1</summary>
#
# That is $\partial v/\partial a$. One more step leads to $J$.
# </details>
# <details><summary>db and dc are swapped</summary>
#
# In $u = b\,c$, if $b$ grows by 1, $u$ grows by $c$.
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
        grads: `{"da": …, "db": …, "dc": …}`, the derivatives of `J`.

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
# Never trust a derivative you have not tested: change each input a little in both
# directions, and see how much J changes. That is a numerical gradient.
point, h = {"a": 5.0, "b": 3.0, "c": 2.0}, 0.001
J, grads = computation_graph(**point)
print(f"J = {J}\n\n      numerical    yours")
for name in point:
    up = computation_graph(**(point | {name: point[name] + h}))[0]
    down = computation_graph(**(point | {name: point[name] - h}))[0]
    print(f"d{name}   {(up - down) / (2 * h):10.4f}   {grads['d' + name]:6.4f}")

# %% [markdown]
# Part 3 ends here: you can walk a chain of steps backwards.
#
# # Part 4 · Think in arrays
# A training set has millions of numbers, and a Python loop handles them one at a time.
# The next cells add up products, from 100 of them to 1,000,000, with a loop and with
# `np.dot`. Before you run: how many times faster will NumPy be for a million?


# %% demo
def dot_with_loop(a, b):
    """Add up the products one at a time."""
    total = 0.0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


def best_time(dot, size):
    """Seconds taken by the fastest of three calls."""
    a, b = np.ones(size), np.ones(size)
    return min(timeit.repeat(lambda: dot(a, b), number=1, repeat=3))


# %% demo
sizes = [100, 1_000, 10_000, 100_000, 1_000_000]
seconds = {
    "loop": [best_time(dot_with_loop, size) for size in sizes],
    "np.dot": [best_time(np.dot, size) for size in sizes],
}
faster = seconds["loop"][-1] / seconds["np.dot"][-1]
print(f"a million numbers: np.dot is {faster:.0f} times faster than the loop")
plots.lines(
    seconds,
    sizes,
    log="xy",
    markers=True,
    xlabel="numbers in each vector",
    ylabel="seconds",
    reading="Each labelled tick is ten times the one before. Leave loops to NumPy's "
    "compiled code wherever you can.",
)

# %% [markdown]
# ## Three products that are not the same
# `np.dot(a, b)` multiplies and adds up; for matrices it is the matrix product. `a * b`
# multiplies element by element and adds nothing up. `np.outer(a, b)` multiplies every
# element of `a` by every element of `b`.

# %% demo
a, b = np.array([1, 2, 3]), np.array([10, 0, 1])
print("np.dot  ", np.dot(a, b))
print("*       ", a * b)
print("np.outer", np.outer(a, b), sep="\n")

# %% concept="product_for_z"
# w has shape (n_x, 1) and X has shape (n_x, m). Which gives the weighted sum of every
# example, an array of shape (1, m)?
# A: w * X     B: np.dot(w, X)     C: np.outer(w, X)     D: np.dot(w.T, X)
product_for_z = None

# %% [markdown]
# ## Broadcasting
# What if shapes differ? NumPy compares them from the right. Axes of equal length match,
# an axis of length 1 is repeated, and anything else is an error. So `(3, 4)` works with
# `(1, 4)`, with `(3, 1)` and with a single number.
#
# Take the amounts of red, green and blue in four images, a table of shape `(3, 4)`, and
# ask for the *share* of each colour. Sum over each column, then divide. `keepdims=True`
# keeps the summed axis, with length 1; along this axis NumPy will repeat the sums.

# %% demo
colours = train_x[some[:4]].mean(axis=(1, 2)).T  # (3, 4): colour, image
total = colours.sum(axis=0, keepdims=True)  # (1, 4)
shares = colours / total  # (3, 4) / (1, 4)
print(colours.shape, "/", total.shape, "->", shares.shape)
plots.heat(
    100 * shares,
    signed=False,
    numbers=True,
    rows=["red", "green", "blue"],
    columns=["image 1", "image 2", "image 3", "image 4"],
    reading="Percentage of each colour in four images. Each column adds up to 100, "
    "apart from rounding.",
)

# %% [markdown]
# ### Exercise 6 · `normalize_rows` · 5 points · about 5 minutes
# Divide each row by its length $\lVert x \rVert = \sqrt{x_1^2 + x_2^2 + \dots}$, so
# that all rows have length 1. The row $(3, 4)$ has length 5 and becomes $(0.6, 0.8)$.
#
# <details><summary>operands could not be broadcast together</summary>
#
# The lengths need the shape `(rows, 1)`. See `keepdims`.
# </details>
# <details><summary>There is no error, but square arrays come out wrong</summary>
#
# Lengths of shape `(n,)` are matched with the columns, not with the rows. Use
# `keepdims` again.
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
# The sigmoid divides the probability between two classes. **Softmax** does the same for
# any number of classes: it makes every score positive with $e^{x}$, then divides by the
# sum over the row.
#
# $$\text{softmax}(x)_j = \frac{e^{x_j}}{\sum_k e^{x_k}}$$
#
# By hand: scores $(0, \ln 3)$ give $(1, 3)$, and so the probabilities $(0.25, 0.75)$.
#
# <details><summary><b>Predict</b>: what if 100 is added to every score?</summary>
#
# Nothing changes: $e^{100}$ cancels. So you may subtract the largest score first. Then
# the largest exponent is 0, and nothing overflows.
# </details>

# %% [markdown]
# ### Exercise 7 · `softmax` · 6 points · about 8 minutes
# Turn each row of scores into probabilities. Each row is one example. Subtract the
# row's maximum first.
#
# <details><summary>nan in the case with 1000</summary>
#
# `np.exp(1000)` is `inf`, and `inf / inf` is `nan`. Subtract before you exponentiate.
# </details>
# <details><summary>The columns sum to 1, not the rows</summary>
#
# `axis=0` sums down the columns, `axis=1` along the rows.
# </details>


# %% exercise="softmax"
def softmax(x):
    """Probabilities of the classes, row by row; stable for large scores.

    Args:
        x: array `(m, classes)`, the scores of one example in each row.

    Returns:
        Array `(m, classes)`, no number negative; each row sums to 1.

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
# ## Two ways to measure errors
# How far are the predictions $\hat y$ from the labels $y$? Add up the absolute
# differences, $L_1 = \sum_i |y_i - \hat y_i|$, or the squares,
# $L_2 = \sum_i (y_i - \hat y_i)^2$.
#
# By hand, $y = (1, 0)$ and $\hat y = (0.9, 0.5)$: $L_1 = 0.1 + 0.5 = 0.6$ and
# $L_2 = 0.01 + 0.25 = 0.26$. Squaring makes small errors count less and large errors
# count more.

# %% [markdown]
# ### Exercise 8 · `L1` · 3 points · about 2 minutes
# Compute $L_1$ in one line, without a loop.
#
# <details><summary>My result is too small, or even negative</summary>
#
# Errors of opposite sign cancel. Take absolute values before you add up.
# </details>


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
# Compute $L_2$, again without a loop. `np.dot` of a vector with itself squares and adds
# up in one step.
#
# <details><summary>The result is the square root of what is expected</summary>
#
# `np.linalg.norm` takes a root at the end. $L_2$ has none.
# </details>


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
# An array of shape `(5,)` is neither a row nor a column. Transposing it changes
# nothing, and next to a column of shape `(5, 1)` NumPy silently treats it as a row.
# There is no error and no warning. This is one of the most common bugs in such code, so
# see it happen once.
#
# To avoid it, give your vectors both axes, `np.zeros((5, 1))`, and state a shape where
# you rely on it: `assert yhat.shape == (5, 1)`.

# %% demo
y = np.array([1.0, 0, 1, 1, 0])  # (5,)
yhat = y.reshape(5, 1)  # (5, 1): every prediction is perfect
print("y.T.shape", y.T.shape, "  (yhat - y).shape", (yhat - y).shape)
plots.heat(
    {"yhat - y": yhat - y, "with (5, 1)": yhat - y.reshape(5, 1)},
    numbers=True,
    reading="Left: 25 differences where we wanted 5. Right: with y as a column of "
    "shape (5, 1), all five differences are 0.",
)

# %% concept="broadcast_shape"
# A has shape (1, 6), Y has shape (6, 1). What is A - Y?
# A: an error   B: an array (6, 6)   C: an array (1, 6)   D: an array (6, 1)
broadcast_shape = None

# %% [markdown]
# Part 4 ends here: your tools are ready.
#
# # Part 5 · A neuron that learns
# ```
# pixel 1     ─ w1 ─┐
# pixel 2     ─ w2 ─┤
#    …              ├─►  z = w1·x1 + w2·x2 + … + b  ─►  a = σ(z)  ─►  "89 % animal"
# pixel 12288 ─ wn ─┘
# ```
# Statisticians call this logistic regression. We call it a neuron, since every network
# in this course is built from such units. For all examples at once it is one line:
#
# $$Z = w^\top X + b \qquad A = \sigma(Z) \qquad \text{both of shape } (1, m)$$

# %% [markdown]
# ## How wrong is it?
# For one example, the **loss** should be small if the neuron gave the correct label a
# high probability, and large if it was sure and wrong. The **cross-entropy** is such a
# loss:
#
# $$\ell(a, y) = -\big[\,y \ln a + (1 - y) \ln (1 - a)\,\big]$$
#
# It looks like two terms, but one is always 0: for $y = 1$ it is $-\ln a$, for $y = 0$
# it is $-\ln(1 - a)$. An undecided $a = 0.5$ costs $\ln 2 \approx 0.693$ either way.
#
# The **cost** is the average loss over all $m$ examples,
# $J = \frac1m \sum_i \ell^{(i)}$. The loss judges one prediction; the cost judges the
# weights and the bias.

# %% demo
plots.curve(
    {
        "label 1: -ln a": lambda a: -np.log(a),
        "label 0: -ln(1 - a)": lambda a: -np.log(1 - a),
    },
    between=(0.005, 0.995),
    mark=[0.5],
    xlabel="a, the probability given to label 1",
    ylabel="loss",
    reading="If the neuron is sure and right, the loss is near 0. If it is sure and "
    "wrong, the loss has no upper limit. The dot is an undecided neuron.",
)

# %% concept="loss_by_hand"
# The photograph shows an animal (y = 1). The neuron says a = 0.2. What is the loss?
# Answer with a number, to three decimals.
loss_by_hand = None

# %% concept="cost_of_copies"
# Somebody copies every example of the training set, so that each appears twice. With
# the same weights and bias, the cost J …
# A: doubles   B: halves   C: stays the same   D: depends on the labels
cost_of_copies = None

# %% [markdown]
# ## Why not the squared error? (optional)
# One example with label 1, one weight. The neuron starts far on the wrong side, at
# $w = -8$, and has to make $w$ positive. If you were a ball, which of the two curves
# would you rather roll down?

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
    reading="Where the neuron is most wrong, on the left, the squared error is almost "
    "flat and a ball would hardly move. Cross-entropy is steepest there.",
)

# %% [markdown]
# ### Exercise 10 · `initialize_with_zeros` · 3 points · about 2 minutes
# Learning has to start somewhere, and here zeros will do. Return a column of `dim`
# zeros for the weights, and the float 0.0 for the bias.
#
# <details><summary>It expected (4, 1) and got (4,)</summary>
#
# A shape is a tuple: `np.zeros((4, 1))`, with two pairs of brackets.
# </details>
# <details><summary>It expected a number for b</summary>
#
# The bias is one number, `0.0`, not an array.
# </details>


# %% exercise="initialize_with_zeros"
def initialize_with_zeros(dim):
    """Initial weights and bias, all zero.

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
# If I change one weight a little, how much does $J$ change? For one example the chain
# is $w \to z \to a \to \ell$, and on the way back something lovely happens. The
# derivative of the loss with respect to $z$ is just *the prediction minus the label*:
#
# $$dz = a - y$$
#
# <details><summary>Show me why</summary>
#
# $\frac{d\ell}{da} = -\frac{y}{a} + \frac{1-y}{1-a}$ and $\frac{da}{dz} = a(1-a)$.
# Their product is $-y(1-a) + (1-y)a = a - y$.
# </details>

# %% [markdown]
# If weight $j$ grows by a little, $z$ grows $x_j$ times as much. So for one example
# $dw_j = x_j\,dz$ and $db = dz$. The cost is an average over the examples, and so are
# its derivatives. Without a loop:
#
# $$dw = \tfrac1m\, X\,(A - Y)^\top \qquad db = \tfrac1m \sum_i (a^{(i)} - y^{(i)})$$
#
# By hand, $w = 0$, $b = 0$, two features, two examples: $x^{(1)} = (2, 1)$ with
# $y = 1$, and $x^{(2)} = (0, 3)$ with $y = 0$. Then $A = (0.5, 0.5)$, $J = \ln 2$, and
# $A - Y = (-0.5, 0.5)$. So $dw_1 = \frac12(2 \cdot (-0.5) + 0 \cdot 0.5) = -0.5$ and
# $dw_2 = \frac12(1 \cdot (-0.5) + 3 \cdot 0.5) = 0.5$, while $db = 0$. A step of
# gradient descent will make $w_1$ larger and $w_2$ smaller.

# %% [markdown]
# ### Exercise 11 · `propagate` · 15 points · about 15 minutes
# Compute the cost on the way forward, then its gradients `dw` and `db` on the way back.
# `dw` has the shape of `w`.
#
# <details><summary>shapes not aligned, or a mismatch in core dimension 0</summary>
#
# `w.T` is `(1, n_x)` and `X` is `(n_x, m)`, so their product is `(1, m)`. For `dw`,
# transpose the second factor.
# </details>
# <details><summary>The cost is several times too large</summary>
#
# Sum or mean? And over what: the examples, `X.shape[1]`, or the features?
# </details>


# %% exercise="propagate"
def propagate(w, b, X, Y):
    """Cost of logistic regression, and its gradients.

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
# Numerical gradients, as before: three of the 12288 weights, on real photographs.
w, b = initialize_with_zeros(12288)
few, labels = X_train[:, :200], train_y[:, :200]
grads, cost = propagate(w, b, few, labels)
print(f"cost at the start {cost:.4f}, and ln 2 is {np.log(2):.4f}\n")
print("weight     numerical        yours")
for j in [0, 5000, 12287]:
    h = np.zeros_like(w)
    h[j] = 1e-4
    up, down = (propagate(w + sign * h, b, few, labels)[1] for sign in (1, -1))
    print(f"{j:6} {(up - down) / 2e-4:13.6f} {grads['dw'][j, 0]:12.6f}")

# %% [markdown]
# ## Why we may start from zeros here, but not in a deeper network
# All weights are 0, yet their derivatives above differ, since each is multiplied by its
# own pixel, $dw_j = x_j\,dz$. After one step the weights differ too.
#
# Now imagine a *layer* of neurons between the pixels and this one, all starting from
# zero. They compute the same from the same pixels, receive the same gradient and take
# the same step. A hundred such neurons would do the work of one, for ever. Next week
# you will watch this happen, and start from small random numbers instead.

# %% concept="zeros_start"
# Logistic regression starts with w = 0. It learns all the same, because …
# A: the bias b starts at a random value
# B: the derivatives depend on the inputs, which differ from weight to weight
# C: σ(0) = 0, so the first error is zero
# D: gradient descent adds a little noise
zeros_start = None

# %% [markdown]
# ## One step, again and again
# Take a step against the gradient. The **learning rate** $\alpha$ sets its length:
#
# $$w \leftarrow w - \alpha\,dw \qquad b \leftarrow b - \alpha\,db$$
#
# By hand, with the numbers from before: $w = (0, 0)$, $dw = (-0.5, 0.5)$ and
# $\alpha = 0.1$ lead to $w = (0.05, -0.05)$. Ask `propagate` for the gradients there,
# and take the next step. That is all there is to **gradient descent**, and every
# network in this course is trained by it or by one of its refinements.

# %% [markdown]
# ### Exercise 12 · `optimize` · 11 points · about 12 minutes
# Take `num_iterations` steps. Before steps 0, 100, 200, …, append the cost to a list,
# and print it if `print_cost` is true.
#
# <details><summary>It changes its argument `w`</summary>
#
# `w -= …` writes into the caller's array. `w = w - …` makes a new one.
# </details>
# <details><summary>The list of costs is too long</summary>
#
# Append only when `i % 100 == 0`.
# </details>


# %% exercise="optimize"
def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    """Gradient descent for logistic regression; the arguments are not changed.

    Args:
        w: array `(n_x, 1)`, the initial weights.
        b: a number, the initial bias.
        X: array `(n_x, m)`, an example in each column.
        Y: array `(1, m)`, labels 0 or 1.
        num_iterations: how many steps, at least 1.
        learning_rate: factor by which the gradients are multiplied in a step.
        print_cost: whether to print the cost every 100 iterations.

    Returns:
        params: `{"w": array (n_x, 1), "b": number}` after the last step.
        grads: `{"dw": …, "db": …}`, the gradients used in the last step.
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
# One weight, six examples, four learning rates, twelve steps each. Before you run:
# which will reach the bottom first, and which will not settle?

# %% demo
x1 = np.array([[-2.0, -1.0, -1.0, 1.0, 1.0, 2.0]])
y1 = np.array([[0, 0, 1, 0, 1, 1]])


def visited(rate, steps=12):
    """The values of `w` on the way, from -4; the bias stays 0."""
    values = [np.array([[-4.0]])]
    for _ in range(steps):
        values.append(optimize(values[-1], 0.0, x1, y1, 1, rate)[0]["w"])
    return [float(w[0, 0]) for w in values]


plots.paths(
    {rate: visited(rate) for rate in (0.2, 2, 8, 16)},
    lambda w: propagate(np.array([[w]]), 0.0, x1, y1)[1],
    between=(-6, 16),
    reading="From the square at -4: 0.2 creeps, 2 goes straight to the bottom, 8 keeps "
    "bouncing near it, 16 jumps from one side to the other.",
)

# %% concept="rate_too_large"
# You print the cost every 100 iterations: 0.69, 1.94, 0.88, 2.31, 1.02, 2.75. What do
# you try first?
# A: more iterations   B: a smaller learning rate   C: a larger one   D: more images
rate_too_large = None

# %% [markdown]
# ### Exercise 13 · `predict` · 6 points · about 5 minutes
# Turn probabilities into decisions: 1 where the probability is above 0.5, else 0. By
# hand, $A = (0.9, 0.3, 0.5)$ becomes $(1, 0, 0)$.
#
# <details><summary>I get probabilities instead of zeros and ones</summary>
#
# Compare with 0.5. A comparison of arrays is an array of the same shape.
# </details>
# <details><summary>Everything is 1, or everything is 0</summary>
#
# Compare the probability with 0.5, not the weighted sum, and do not forget the bias.
# </details>


# %% exercise="predict"
def predict(w, b, X):
    """Labels predicted by logistic regression.

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
# Part 5 ends here: your neuron can learn.
#
# # Part 6 · The photographs
# What is left is to put the pieces together and to try them on real photographs.

# %% [markdown]
# ### Exercise 14 · `model` · 8 points · about 6 minutes
# Write the whole program: start from zeros, learn on the training set, predict labels
# for both sets, and return everything in one dictionary. Never learn from the test set:
# it stands for photographs nobody has taken yet.
#
# <details><summary>num_iterations seems to have no effect</summary>
#
# `optimize` has its own defaults: pass it `num_iterations` and `learning_rate`.
# </details>
# <details><summary>The predictions are all 0</summary>
#
# Predict with the parameters that `optimize` returned, not with the zeros you started
# from.
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
# Five hundred steps on 420 images take a few seconds. Guessing gets 50 % right, as both
# classes are equally frequent. Before you run: how well will one neuron do on
# photographs that it has never seen?

# %% demo
trained = model(X_train, train_y, X_test, test_y, 500, 0.01)


def accuracy(predicted, labels):
    """Fraction of labels predicted correctly."""
    return float(np.mean(predicted == labels))


on_train = accuracy(trained["Y_prediction_train"], train_y)
on_test = accuracy(trained["Y_prediction_test"], test_y)
plots.costs(
    trained["costs"],
    reading="The cost is still falling after 500 steps, but ever more slowly.",
)
plots.bars(
    {"training images": on_train, "test images": on_test},
    ylabel="accuracy",
    percent=True,
    baseline={"chance": 0.5},
    reading="Much better than chance on both sets, but nearly perfect only on the "
    "images it was trained on.",
)

# %% [markdown]
# The gap between the two bars is **overfitting**: 12289 numbers were fitted to 420
# images, and part of what they learned holds for those images only. Course 2 is about
# closing this gap. How reliable is the lower bar? The test images were cut from 30
# photographs, so one photograph more or less moves it by about 3 %. Do not trust its
# last digit.
#
# ## Four learning rates
# Now turn one knob. Before you run: which of the rates 0.0001, 0.001, 0.005 and 0.02
# gives the lowest cost at the end of 300 steps? Which looks worst after the first
# hundred?

# %% demo
runs = {
    rate: model(X_train, train_y, X_test, test_y, 301, rate)
    for rate in (0.0001, 0.001, 0.005, 0.02)
}
for rate, run in runs.items():
    seen = accuracy(run["Y_prediction_train"], train_y)
    new = accuracy(run["Y_prediction_test"], test_y)
    print(f"learning rate {rate:<6}  training {seen:4.0%}   test {new:4.0%}")
plots.costs(
    {f"rate {rate}": run["costs"] for rate, run in runs.items()},
    reading="The largest learning rate ends with the lowest cost, although after 100 "
    "steps it was the only one whose cost had risen.",
)

# %% [markdown]
# In practice, try three times your best rate, then a third of it, and keep the largest
# one whose cost falls smoothly. A cost that rises is the first sign of a rate that is
# too large.
#
# ## Open the neuron
# There is one weight per pixel and colour, so the weights can be folded back into an
# image. Before you run: what would *you* look for in a photograph?

# %% demo cover=true
weights = trained["w"].reshape(64, 64, 3)
plots.heat(
    {"red": weights[..., 0], "green": weights[..., 1], "blue": weights[..., 2]},
    reading="Bright pixels count for an animal where the weight is orange, for a "
    "landmark where it is purple. In the top rows, blue counts for a landmark and "
    "green for an animal.",
)

# %% [markdown]
# No ears, no towers: the neuron has found out that landmarks often stand under a blue
# sky and animals in front of something green. Quite clever, for a weighted sum. What
# will fool it? Since $z$ is a sum over pixels, we can split it by colour and see what
# each colour contributed, compared with the average training image.

# %% demo
Z = np.dot(trained["w"].T, X_test) + trained["b"]
probability = sigmoid(Z)  # of an animal
differs = X_test - X_train.mean(axis=1, keepdims=True)  # from the average image
by_colour = (trained["w"] * differs).reshape(64 * 64, 3, -1).sum(axis=0)  # (3, m)
wrong = np.flatnonzero(trained["Y_prediction_test"] != test_y)
wrong = wrong[np.argsort(-np.abs(Z[0, wrong]))]  # the surest mistakes first
print("contribution to z of   red  green   blue  -> the wrong label")
for i in wrong:
    red, green, blue = by_colour[:, i]
    called = photos.classes[int(probability[0, i] > 0.5)]
    print(f"{red:26.1f} {green:6.1f} {blue:6.1f}  -> {called}")
plots.mistakes(
    test_x,
    test_y,
    trained["Y_prediction_test"],
    photos.classes,
    sureness=np.maximum(probability, 1 - probability),
    reading="The most confident mistakes first, in the order of the table. Which "
    "colour decides most often?",
)

# %% [markdown]
# ## Break it
# Shuffle the pixels, with the same shuffle for every image, training and test. Nobody
# could recognize anything in them any more.
#
# <details><summary><b>Predict</b>: the test accuracy after training on these?</summary>
#
# Exactly the same. The neuron adds up pixels, and the order does not matter in a sum.
# It never knew which pixels are neighbours. In course 4 you will build a network that
# does.
# </details>

# %% demo
shuffle = np.random.default_rng(1).permutation(len(X_train))
scrambled = model(X_train[shuffle], train_y, X_test[shuffle], test_y, 301, 0.005)
plain, mixed = (
    accuracy(run["Y_prediction_test"], test_y) for run in (runs[0.005], scrambled)
)
print("test accuracy after 300 steps")
print(f"{plain:.1%} with the images, {mixed:.1%} with shuffled pixels")
plots.images(
    [test_x[3], X_test[shuffle][:, 3].reshape(64, 64, 3)],
    ["what you see", "the same, shuffled"],
    reading="To this neuron, the two images are equally clear.",
)

# %% [markdown] question="what_it_sees" points=6
# ## In your own words
# A friend wants to build your neuron into a camera, "since it is right on 98 % of the
# images". Answer in about six sentences. Which accuracy counts, and why is it lower?
# What does the neuron base its decision on? Use one of its mistakes as evidence. What
# can it not see at all, and how do you know? Name one thing to try next.
#
# ### BEGIN SOLUTION
# The 98 % were measured on the images it was trained on. On unseen photographs it is
# right on about 85 %, and only that number says how the camera would do. With more
# parameters (12289) than images (420), it partly memorized them. It decides by colour
# and position: blue at the top speaks for a landmark, green for an animal. The cat on a
# red cloth, without any green, is called a landmark with great confidence. It cannot
# see shape: with the pixels shuffled it is exactly as good, since a sum does not depend
# on the order. Next I would collect more varied photographs, such as animals indoors
# and landmarks at dusk.
#
# **Rubric**, one point each: test accuracy is what counts · overfitting, or more
# weights than images, explains the gap · colour and position named, from the image of
# the weights · a mistake that fits this · neither shape nor neighbourhood is seen, with
# the shuffled pixels as evidence · a sensible next step (more varied data, a network
# with hidden layers or convolutions, regularization).
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the formula | your function |
# |---|---|
# | $\sigma(z) = 1 / (1 + e^{-z})$ | `sigmoid` |
# | $\sigma' = s(1 - s)$ | `sigmoid_derivative` |
# | $x_i / \lVert x_i \rVert$ | `normalize_rows` |
# | $e^{x_j} / \sum_k e^{x_k}$ | `softmax` |
# | $J = -\frac1m \sum [\,y \ln a + (1-y) \ln(1-a)\,]$ | `propagate`, forward |
# | $dw = \frac1m X (A - Y)^\top$, $db = \frac1m \sum (a - y)$ | … and backward |
# | $w \leftarrow w - \alpha\,dw$ | `optimize` |
# | $\hat y = 1$ where $a > 0.5$ | `predict` |

# %% [markdown]
# Here is the same in PyTorch. By now you know what each line does:
#
# ```
# X = torch.tensor(X_train.T, dtype=torch.float32)         # rows are examples there
# Y = torch.tensor(train_y.T, dtype=torch.float32)
# neuron = torch.nn.Linear(12288, 1)                       # w and b
# loss = torch.nn.BCEWithLogitsLoss()                      # sigmoid and cross-entropy
# optimizer = torch.optim.SGD(neuron.parameters(), lr=0.005)
# for _ in range(1000):
#     optimizer.zero_grad()                                # forget the old gradients
#     loss(neuron(X), Y).backward()                        # propagate
#     optimizer.step()                                     # w - learning_rate * dw
# ```

# %% [markdown]
# There are three differences: `Linear` starts from small random numbers, not from zero;
# the loss takes $z$ rather than $a$, so it can compute $\ln a$ without overflow; and
# numbers are float32. Your `sigmoid` and `softmax` are SciPy's `special.expit` and
# `special.softmax(x, axis=1)`.

# %% [markdown]
# **Your function beside a library's.** Both got the same input. Where the values
# differ, the table says why.
#
# {{libraries}}

# %% [markdown]
# **A challenge** (optional). Train with a learning rate of 0.1. Some $a$ become exactly
# 0 or 1, and $\ln 0$ ruins the cost, although the gradients are fine. Show on paper
# that the loss is $\ln(1 + e^z) - y\,z$, which needs no logarithm of $a$, and compute
# it with `np.logaddexp(0, Z)`.
#
# **The paper of the week.** D. R. Cox, *The regression analysis of binary sequences*,
# Journal of the Royal Statistical Society B 20 (1958). Your neuron, as statisticians
# write it. Read the first two pages: which of his symbols are your $w$, $x$ and
# $a$?
#
# **Next week** you put a layer of such neurons in between, and the network learns to
# draw curves.

# %% demo
check.progress()
