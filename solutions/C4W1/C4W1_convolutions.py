# %% [markdown]
# # A window that slides
# You are going to write the layer that taught computers to see: the **convolution**,
# forwards and backwards, first with loops, then about a hundred times faster. On the
# way you find edges in a photograph, let a filter discover an edge detector by itself,
# and train LeNet-5 to sort clothes.
#
# **Time** about two and a half hours, in six parts; stop after any of them. **You
# need** NumPy, and the chain rule as in the labs of course 1.

# %% [markdown]
# ## The map
# | part | you write | points |
# |---|---|---|
# | 1 Edges | `edge_filters` | 4 |
# | 2 Borders, sizes | `zero_pad` `conv_output_shape` | 8 |
# | … the layer | `conv_single_step` `conv_forward` `conv_parameters` | 22 |
# | 3 Pooling | `pool_forward` | 9 |
# | 4 Backwards | `conv_backward` | 14 |
# | … and pooling | `create_mask_from_window` `distribute_value` `pool_backward` | 16 |
# | 5 Speed | `im2col` `conv_forward_fast` | 13 |
# | 6 LeNet-5 | nothing: you train it, open it and break it | |
#
# Eight short questions give 8 points, one answer in your own words 6.

# %% [markdown]
# **After this lab you can** say what a convolutional layer computes and how large its
# output is, count its parameters, write both of its passes, explain why pooling has
# none to learn, and give two reasons why such layers need so few pictures to learn
# from.
#
# After each exercise a cell with `check(…)` runs your function on a few fixed cases,
# says what it expected and what it got, and often which mistake it recognizes. Run it
# as often as you like. Your grade comes from the same kind of check on fresh cases.
# Hints are folded under each task, titled by what you might see.

# %%
import functools
import timeit

import numpy as np

from helpers import data, nn, plots
from helpers.checks import checks_for

check = checks_for("C4W1")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | shape | means |
# |---|---|---|---|
# | $m$ | `m` | number | how many pictures |
# | $n_H, n_W, n_C$ | `n_H`, `n_W`, `n_C` | numbers | height, width, channels |
# | $A$ | `A_prev` | `(m, n_H_prev, n_W_prev, n_C_prev)` | what comes into a layer |
# | $f$, $p$, $s$ | `f`, `pad`, `stride` | numbers | side of the window, border, step |
# | $W$ | `W` | `(f, f, n_C_prev, n_C)` | filters, one for each output channel |
# | $b$ | `b` | `(1, 1, 1, n_C)` | one bias for each filter |
# | $Z$ | `Z` | `(m, n_H, n_W, n_C)` | what the layer puts out |
# | $\partial J/\partial Z$ | `dZ` | as `Z` | slope of the cost in each output |
#
# The picture is the first axis, colours or other channels are the last.

# %% [markdown]
# # Part 1 · Edges
# A photograph of the Brandenburg Gate, in grey. Your eye finds the columns at once. A
# column is where dark turns to bright, and bright to dark: an **edge**. So look at
# differences between neighbours.
#
# Lay a small table of numbers, a **filter**, on the picture; multiply each number by
# the pixel under it; add up. That is one number. Move the filter by a pixel and repeat.

# %% demo cover=true
photos = data.load("photos_160")
gate = photos.train_x[46].mean(axis=2) / 255  # (160, 160), from 0 to 1


def slide(picture, weights):
    """The filter at every place: each weight times a shifted picture, added up."""
    f, (rows, columns) = len(weights), picture.shape
    total = np.zeros((rows - f + 1, columns - f + 1))
    for i in range(f):
        for j in range(f):
            shifted = picture[i : rows - f + 1 + i, j : columns - f + 1 + j]
            total += weights[i][j] * shifted
    return total


def strength(response):
    """How strong a response is, the weak ones brightened for the eye."""
    return np.sqrt(np.abs(response))


seen = slide(gate, [[1, -1]] * 2)  # left minus right, over two rows
plots.images(
    [gate, strength(seen)],
    ["the gate", "where left and right differ"],
    columns=2,
    reading="Four numbers, slid over the picture, find the columns.",
)

# %% [markdown]
# ## By hand
# Six rows like this one, bright on the left and dark on the right, and the filter
# $\begin{pmatrix}1&0&-1\\1&0&-1\\1&0&-1\end{pmatrix}$, left minus right:
#
# `10 10 10 0 0 0`
#
# On the first three columns it gives $3 \cdot 10 - 3 \cdot 10 = 0$: no edge. One step
# on, the right column is dark: $3 \cdot 10 - 0 = 30$. Another step, 30 again; then 0. A
# $6 \times 6$ picture and a $3 \times 3$ filter leave $4 \times 4$ places.

# %% demo
step = np.array([[10.0, 10, 10, 0, 0, 0]] * 6)
vertical = np.array([[1.0, 0, -1]] * 3)
plots.heat(
    {"picture": step, "filter": vertical, "result": slide(step, vertical)},
    numbers=True,
    reading="The edge in the middle lights up, two pixels wide; flat parts give 0.",
)

# %% concept="edge_sign"
# Now the picture is mirrored, each row is 0 0 0 10 10 10. What does the same filter
# give in the middle of the result? Answer with a number.
edge_sign = None

# %% [markdown]
# ### Exercise 1 · `edge_filters` · 4 points · about 5 minutes
# Four famous $3 \times 3$ filters. Each is a column of weights that smooths along the
# edge, times the row $(1, 0, -1)$ that takes the difference across it.
#
# | key | weights along the edge | responds to |
# |---|---|---|
# | `"vertical"` | 1, 1, 1 | vertical edges |
# | `"horizontal"` | 1, 1, 1 | horizontal edges, the top brighter: positive |
# | `"sobel"` | 1, 2, 1 | vertical edges, the middle row counts more |
# | `"scharr"` | 3, 10, 3 | vertical edges, the same in more directions |

# %% [markdown]
# <details><summary>The rows should be columns</summary>
#
# A vertical edge is a difference between left and right, so every *row* of the filter
# reads positive, 0, negative.
# </details>
# <details><summary>I want one line each</summary>
#
# `np.outer(a, b)` has `a[i] * b[j]` at place `(i, j)`.
# </details>


# %% exercise="edge_filters"
def edge_filters():
    """Four classic filters that find edges.

    Returns:
        Dictionary of arrays `(3, 3)`: `"vertical"`, `"horizontal"`, `"sobel"` and
        `"scharr"`; bright left of dark, or above it, is positive.

    Example:
        >>> edge_filters()["sobel"][1].tolist()
        [2, 0, -2]
    """
    ### BEGIN SOLUTION
    across = [1, 0, -1]
    return {
        "vertical": np.outer([1, 1, 1], across),
        "horizontal": np.outer(across, [1, 1, 1]),
        "sobel": np.outer([1, 2, 1], across),
        "scharr": np.outer([3, 10, 3], across),
    }
    ### END SOLUTION


# %% check="edge_filters"
check(edge_filters)

# %% demo
# Before you run: which parts of the gate will each of them miss?
found = {name: strength(slide(gate, F)) for name, F in edge_filters().items()}
plots.images(
    list(found.values()),
    list(found),
    columns=4,
    reading="Vertical filters see the columns, the horizontal one the beams.",
)

# %% [markdown]
# ## A word about the word
# In mathematics a *convolution* turns the filter by 180° first; what slides the filter
# as it stands is a *cross-correlation*. Deep learning does the latter, and calls it
# convolution. Nothing is lost: a network that learns its filters learns them turned.
# Turning buys mathematicians $(x * v) * w = x * (v * w)$, which nobody needs here.

# %% demo
sobel = edge_filters()["sobel"]
as_it_stands, turned = slide(gate, sobel), slide(gate, sobel[::-1, ::-1])
print("turned by 180°:", sobel[::-1, ::-1].tolist())
print("the turned filter gives minus the other:", np.allclose(turned, -as_it_stands))

# %% concept="convolution_flip"
# A framework's Conv2D is used with a filter W. What does a mathematician say it does?
# A: convolution with W, since that is the layer's name
# B: convolution with W turned by 180°, or cross-correlation with W
# C: convolution with W transposed, rows becoming columns
# D: cross-correlation with W turned by 180°
convolution_flip = None

# %% [markdown]
# # Part 2 · The layer
# A real layer does four things more: it adds a border, may take larger steps, reads
# **all channels** at once, and has **many filters**. We write them one by one.
#
# ## A border of zeros
# Each layer of $3 \times 3$ filters makes the picture two pixels smaller, and a corner
# pixel is seen once where an inner one is seen nine times. A border of $p$ zeros on all
# four sides helps with both:
#
# - **valid**: $p = 0$, the output shrinks to $n - f + 1$;
# - **same**: $p = (f - 1)/2$, the output is as large as the input ($f$ odd, $s = 1$).

# %% [markdown]
# ### Exercise 2 · `zero_pad` · 4 points · about 4 minutes
# Pad a batch of pictures. The axes are `(m, n_H, n_W, n_C)`: only two of them grow.
#
# <details><summary>My result has more channels, or more pictures</summary>
#
# `np.pad(X, pad)` pads every axis. Give it one pair `(before, after)` for each axis.
# </details>


# %% exercise="zero_pad"
def zero_pad(X, pad):
    """Put a border of zeros around each picture.

    Args:
        X: array `(m, n_H, n_W, n_C)`.
        pad: width of the border, an int from 0.

    Returns:
        Array `(m, n_H + 2*pad, n_W + 2*pad, n_C)`.

    Example:
        >>> zero_pad(np.full((1, 1, 1, 1), 7.0), 1)[0, :, :, 0]
        array([[0., 0., 0.],
               [0., 7., 0.],
               [0., 0., 0.]])
    """
    ### BEGIN SOLUTION
    return np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    ### END SOLUTION


# %% check="zero_pad"
check(zero_pad)

# %% demo
colours = photos.train_x[[46]] / 255  # from 0 to 1
padded = zero_pad(colours, 20)
print(colours.shape, "->", padded.shape)
plots.images([padded[0]], reading="The same picture in a black frame: zeros.")

# %% concept="same_padding"
# A layer with f = 7 and steps of 1 should keep the size. How wide is its border, p?
same_padding = None

# %% [markdown]
# ## How large is the output?
# The window starts at one end and moves on by the **stride** $s$ as long as it fits:
#
# $$n = \left\lfloor \frac{n_{prev} + 2p - f}{s} \right\rfloor + 1$$
#
# By hand, $n_{prev} = 7$, $f = 3$, $s = 2$, no border: the window starts at 0, 2 and 4.
# Three places, and $\lfloor (7 - 3)/2 \rfloor + 1 = 3$. With $n_{prev} = 8$ they are
# still three; the last column is never read. That is what the floor says.

# %% [markdown]
# ### Exercise 3 · `conv_output_shape` · 4 points · about 4 minutes
# Whole numbers in, whole numbers out.
#
# <details><summary>I get 3.0 instead of 3</summary>
#
# `/` makes floats. `//` divides whole numbers and rounds down.
# </details>


# %% exercise="conv_output_shape"
def conv_output_shape(n_H, n_W, f, pad, stride):
    """Height and width of what a window of side f leaves.

    Args:
        n_H: height of the input.
        n_W: width of the input.
        f: side of the window, at most the padded input's.
        pad: width of the border.
        stride: step of the window, from 1.

    Returns:
        `(height, width)` of the output, two ints.

    Example:
        >>> conv_output_shape(7, 8, 3, 0, 2)
        (3, 3)
    """
    ### BEGIN SOLUTION
    return (n_H + 2 * pad - f) // stride + 1, (n_W + 2 * pad - f) // stride + 1
    ### END SOLUTION


# %% check="conv_output_shape"
check(conv_output_shape)

# %% concept="stride_shape"
# A volume of 63 × 63 × 16 meets 32 filters of 7 × 7, stride 2, no border. What comes
# out?
# A: 29 × 29 × 16   B: 57 × 57 × 32   C: 29 × 29 × 32   D: 28 × 28 × 32
stride_shape = None

# %% [markdown]
# ## All channels at once
# A colour picture has three channels. The filter then has three layers as well, one for
# each: $f \times f \times 3$ weights. Multiply the whole block by the block of pixels
# under it, add up *everything*, add the bias. **One number**, not three.
#
# By hand, a window of $1 \times 1$ pixel with the colours $(10, 4, 2)$, a filter
# $(1, 0, -1)$ and $b = 5$: $10 + 0 - 2 + 5 = 13$. How much redder than blue it is.

# %% [markdown]
# ### Exercise 4 · `conv_single_step` · 5 points · about 4 minutes
# One window, one filter, one number.

# %% [markdown]
# <details><summary>It expected a number and got an array of shape (1, 1, 1)</summary>
#
# `b` comes with three axes. Make a number of it: `b.item()`, or `float(np.squeeze(b))`.
# </details>
# <details><summary>TypeError: only 0-dimensional arrays can be converted</summary>
#
# `float(b)` needs an array without axes since NumPy 2; older tutorials call it on any
# array that holds one number. `b.item()` takes that number out, whatever the axes.
# </details>
# <details><summary>My result is too large, the more so the larger the window</summary>
#
# Add the bias after the sum. Inside, it would be added once for each weight.
# </details>


# %% exercise="conv_single_step"
def conv_single_step(a_slice_prev, W, b):
    """One filter on one window.

    Args:
        a_slice_prev: array `(f, f, n_C_prev)`, the window.
        W: array `(f, f, n_C_prev)`, one filter.
        b: array `(1, 1, 1)`, its bias.

    Returns:
        Z: a number.

    Example:
        >>> window, W = np.array([[[10.0, 4.0, 2.0]]]), np.array([[[1.0, 0.0, -1.0]]])
        >>> float(conv_single_step(window, W, np.array([[[5.0]]])))
        13.0
    """
    ### BEGIN SOLUTION
    return np.sum(a_slice_prev * W) + b.item()
    ### END SOLUTION


# %% check="conv_single_step"
check(conv_single_step)

# %% [markdown]
# ## Many filters: a layer
# Each filter looks for one thing everywhere, and its results make one channel of the
# output. With $n_C$ filters the output has $n_C$ channels. For output row $h$ and
# column $w$ of channel $c$:
#
# $$Z_{hwc} = b_c + \sum_{i,j,k} W_{ijkc}\; A_{\,hs+i,\; ws+j,\; k}$$
#
# The window of output $(h, w)$ starts at row $h \cdot s$ and column $w \cdot s$ of the
# **padded** picture.
#
# %% [markdown]
# <details><summary><b>Predict</b>: 10 filters of 3 × 3 on a colour picture of 32 × 32,
# same padding. Which shapes have W and Z?</summary>
#
# `W` is `(3, 3, 3, 10)`; `Z` is `(m, 32, 32, 10)`. The channels have been replaced.
# </details>

# %% [markdown]
# ### Exercise 5 · `conv_forward` · 14 points · about 20 minutes
# Four loops: picture, row, column, filter. Use your functions. `cache` keeps what the
# way back will need, as it came in: `(A_prev, W, b, hparameters)`.

# %% [markdown]
# <details><summary>Right for stride 1, wrong for others</summary>
#
# Where does the window of output row `h` start? Not at `h`.
# </details>
# <details><summary>could not be broadcast together</summary>
#
# The window is `[start:start + f]` in both directions, and all channels, of the padded
# images. One filter is `W[:, :, :, c]`.
# </details>
# <details><summary>The edges of Z are wrong, its middle is right</summary>
#
# Cut windows from the padded pictures.
# </details>


# %% exercise="conv_forward"
def conv_forward(A_prev, W, b, hparameters):
    """A convolutional layer, before its activation.

    Args:
        A_prev: array `(m, n_H_prev, n_W_prev, n_C_prev)`.
        W: array `(f, f, n_C_prev, n_C)`, the filters.
        b: array `(1, 1, 1, n_C)`, their biases.
        hparameters: `{"stride": int, "pad": int}`.

    Returns:
        Z: array `(m, n_H, n_W, n_C)`.
        cache: `(A_prev, W, b, hparameters)`.
    """
    ### BEGIN SOLUTION
    f, stride, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    m, n_C = A_prev.shape[0], W.shape[3]
    n_H, n_W = conv_output_shape(A_prev.shape[1], A_prev.shape[2], f, pad, stride)
    A_pad = zero_pad(A_prev, pad)
    Z = np.zeros((m, n_H, n_W, n_C))
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                top, left = h * stride, w * stride
                window = A_pad[i, top : top + f, left : left + f]  # (f, f, n_C_prev)
                for c in range(n_C):
                    Z[i, h, w, c] = conv_single_step(window, W[..., c], b[..., c])
    return Z, (A_prev, W, b, hparameters)
    ### END SOLUTION


# %% check="conv_forward"
check(conv_forward)

# %% [markdown]
# ### Watch it work
# A filter over three channels can ask for a colour and a shape at once. Here are two
# filters in one layer. The first asks for *more red than green and blue*, the second
# for a vertical edge in any colour. Before you run: where will each light up?

# %% demo
clownfish = photos.train_x[[33]] / 255  # (1, 160, 160, 3)
W = np.zeros((3, 3, 3, 2))
W[..., 0] = np.array([2, -1, -1]) / 9  # the same at all nine places
W[..., 1] = edge_filters()["sobel"][:, :, np.newaxis]  # the same in all three colours
Z, _ = conv_forward(clownfish, W, np.zeros((1, 1, 1, 2)), {"stride": 1, "pad": 1})
print(clownfish.shape, "->", Z.shape)
plots.images(
    [clownfish[0], np.maximum(Z[0, :, :, 0], 0), strength(Z[0, :, :, 1])],
    ["three channels in", "channel 0: redness", "channel 1: edges"],
    columns=3,
    reading="Two filters, two channels out, each a map of where its pattern is.",
)

# %% [markdown]
# ## How little it has to learn
# The filters are all a layer learns. Their number does not depend on the size of the
# picture: the same weights are used at every place (**parameter sharing**). And each
# output looks at one window only, not at all of the picture (**sparsity of
# connections**). A dense layer does neither.
#
# ### Exercise 6 · `conv_parameters` · 3 points · about 3 minutes
# By hand: 10 filters of $3 \times 3$ on 3 channels have $(3 \cdot 3 \cdot 3 + 1) \cdot
# 10 = 280$ parameters.
#
# <details><summary>A few too many or too few</summary>
#
# One bias for each filter: not for each channel it reads, not for each place.
# </details>


# %% exercise="conv_parameters"
def conv_parameters(f, n_C_prev, n_C):
    """Number of weights and biases of a convolutional layer.

    Args:
        f: side of the filters.
        n_C_prev: channels they read.
        n_C: how many filters.

    Returns:
        An int.

    Example:
        >>> conv_parameters(3, 3, 10)
        280
    """
    ### BEGIN SOLUTION
    return (f * f * n_C_prev + 1) * n_C
    ### END SOLUTION


# %% check="conv_parameters"
check(conv_parameters)

# %% demo
# From 32 × 32 × 3 to 28 × 28 × 6, in two ways.
shared, places = conv_parameters(5, 3, 6), 28 * 28 * 6
dense = (32 * 32 * 3 + 1) * places
print(f"convolution {shared:>12,} parameters; each output sees {5 * 5 * 3} inputs")
print(f"dense       {dense:>12,} parameters; each output sees {32 * 32 * 3} inputs")
print(f"unshared    {(5 * 5 * 3 + 1) * places:>12,} if every place had its own filter")

# %% concept="dense_or_conv"
# A layer with 100 filters of 5 × 5 reads colour pictures of 300 × 300 pixels. How many
# parameters does it have, biases included?
dense_or_conv = None

# %% concept="sparsity"
# A layer with f = 3 reads a volume of 32 × 32 × 8. On how many input values does one
# single output value depend?
sparsity = None

# %% concept="why_sharing"
# What does parameter sharing buy?
# A: an edge detector found useful in one place works in every other place as well
# B: all filters of one layer become equal, which makes them easier to store
# C: the weights of one layer are used again by the next layer of the network
# D: every output value is connected to every input value, so nothing is overlooked
why_sharing = None

# %% [markdown]
# # Part 3 · Pooling
# A pattern was found; does it matter whether at row 10 or 11? **Pooling** makes the map
# smaller and forgets the exact place. A window of side $f$ slides with a stride,
# usually $f = s = 2$, over **each channel by itself**, and keeps the largest value
# (*max pooling*) or the average. There is nothing to learn: no weights.
#
# By hand, windows of 2 with stride 2 on $\begin{pmatrix}1&3&0&2\\5&1&4&2\end{pmatrix}$:
# the largest are $(5, 4)$, the averages $(2.5, 2)$.

# %% [markdown]
# ### Exercise 7 · `pool_forward` · 9 points · about 10 minutes
# As `conv_forward`, with no border and no filters.
#
# <details><summary>All channels of my result are equal</summary>
#
# The maximum was taken over the channels too. Either loop over them, or give `np.max`
# the two axes of the window.
# </details>
# <details><summary>mode="average" fails, the rest is right</summary>
#
# `mode` is a string: `"max"` or `"average"`.
# </details>


# %% exercise="pool_forward"
def pool_forward(A_prev, hparameters, mode="max"):
    """Largest value, or average, of each window in each channel.

    Args:
        A_prev: array `(m, n_H_prev, n_W_prev, n_C)`, of any sign.
        hparameters: `{"f": int, "stride": int}`.
        mode: `"max"` or `"average"`.

    Returns:
        A: array `(m, n_H, n_W, n_C)`.
        cache: `(A_prev, hparameters)`.
    """
    ### BEGIN SOLUTION
    f, stride = hparameters["f"], hparameters["stride"]
    m, n_H_prev, n_W_prev, n_C = A_prev.shape
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, 0, stride)
    summary = np.max if mode == "max" else np.mean
    A = np.zeros((m, n_H, n_W, n_C))
    for h in range(n_H):
        for w in range(n_W):
            top, left = h * stride, w * stride
            window = A_prev[:, top : top + f, left : left + f]  # (m, f, f, n_C)
            A[:, h, w] = summary(window, axis=(1, 2))
    return A, (A_prev, hparameters)
    ### END SOLUTION


# %% check="pool_forward"
check(pool_forward)

# %% demo
edges = strength(slide(gate, sobel))[np.newaxis, :, :, np.newaxis]  # (1, 158, 158, 1)
kept = {
    mode: pool_forward(edges, {"f": 4, "stride": 4}, mode)[0]
    for mode in ("max", "average")
}
plots.images(
    [edges[0, :, :, 0], kept["max"][0, :, :, 0], kept["average"][0, :, :, 0]],
    ["edges, 158 × 158", "max pooling, 39 × 39", "average pooling, 39 × 39"],
    columns=3,
    reading="A sixteenth of the numbers. The maximum keeps thin lines, the mean blurs.",
)

# %% [markdown]
# # Part 4 · Backwards
# Frameworks do this for you. Do it once yourself: afterwards nothing about gradients
# in a convolutional network is a mystery.

# %% [markdown]
# Think of one output number $z$ with the slope $dz$. On the way there, it was made from
# a **window**, a **filter** and a **bias**: $z = \sum \text{window} \cdot \text{filter}
# + b$. So on the way back $dz$ goes to these three, and a sum of products gives to each
# factor what the *other* was:
#
# | to | comes | because |
# |---|---|---|
# | the window of `dA_prev` | `filter * dz` | nudging a pixel counts *filter* times |
# | `dW` of this filter | `window * dz` | nudging a weight counts *window* times |
# | `db` of this filter | `dz` | nudging the bias counts once |
#
# Windows overlap, filters and biases are used everywhere: always **add**.

# %% [markdown]
# By hand, in one dimension: pixels $(2, 1, 3)$, filter $(4, -1)$, so
# $z = (8 - 1,\; 4 - 3) = (7, 1)$. Say $dz = (1, 10)$.
#
# - pixels: $(4, -1)$ stamped at place 0, $10 \cdot (4, -1)$ at place 1:
#   $(4,\; -1 + 40,\; -10) = (4, 39, -10)$
# - filter: $1 \cdot (2, 1) + 10 \cdot (1, 3) = (12, 31)$
# - bias: $1 + 10 = 11$
#
# <details><summary><b>Predict</b>: with a border of zeros around the pixels, what
# happens to the slopes that are stamped onto the border?</summary>
#
# They are computed and thrown away: nobody can nudge a border that is always zero.
# </details>

# %% concept="backward_bias"
# A layer's output has shape (32, 10, 10, 8). Which sum gives the slope of bias number
# 3?
# A: over the 8 channels: each filter has a say
# B: over the 32 pictures: one value for each place
# C: over the 100 places: one value for each picture
# D: over pictures and places: 3200 values of dZ
backward_bias = None

# %% [markdown]
# ### Exercise 8 · `conv_backward` · 14 points · about 20 minutes
# The loops of `conv_forward` once more, with three `+=` inside. Fill a **padded**
# `dA_prev` and cut the border off in the end.

# %% [markdown]
# <details><summary>dA_prev has the wrong shape</summary>
#
# Cut off the border on two axes. And `[:, 0:-0]` is empty: for `pad = 0` that is a
# trap; `[:, pad : pad + n_H_prev]` is none.
# </details>
# <details><summary>dA_prev is right only if windows do not overlap</summary>
#
# `+=`, not `=`.
# </details>
# <details><summary>dW is wrong, and only with padding</summary>
#
# Forwards, the windows came from the padded pictures.
# </details>


# %% exercise="conv_backward"
def conv_backward(dZ, cache):
    """Slopes of the cost in everything a convolutional layer was computed from.

    Args:
        dZ: array `(m, n_H, n_W, n_C)`, slope in each output.
        cache: what `conv_forward` returned second.

    Returns:
        dA_prev: array `(m, n_H_prev, n_W_prev, n_C_prev)`.
        dW: array `(f, f, n_C_prev, n_C)`.
        db: array `(1, 1, 1, n_C)`.
    """
    ### BEGIN SOLUTION
    A_prev, W, b, hparameters = cache
    f, stride, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    m, n_H, n_W, n_C = dZ.shape
    A_pad = zero_pad(A_prev, pad)
    dA_pad = np.zeros(A_pad.shape)
    dW, db = np.zeros(W.shape), np.zeros(b.shape)
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                place = (
                    i,
                    slice(h * stride, h * stride + f),
                    slice(w * stride, w * stride + f),
                )
                for c in range(n_C):
                    dz = dZ[i, h, w, c]
                    dA_pad[place] += W[..., c] * dz
                    dW[..., c] += A_pad[place] * dz
                    db[..., c] += dz
    rows, columns = A_prev.shape[1:3]
    return dA_pad[:, pad : pad + rows, pad : pad + columns], dW, db
    ### END SOLUTION


# %% check="conv_backward"
check(conv_backward)

# %% demo
# Believe no derivative you have not nudged. The cost: a weighted sum of all outputs.
rng = np.random.default_rng(0)
A_prev, W = rng.normal(size=(2, 6, 5, 3)), rng.normal(size=(3, 3, 3, 4))
b, hparameters = rng.normal(size=(1, 1, 1, 4)), {"stride": 2, "pad": 1}
Z, cache = conv_forward(A_prev, W, b, hparameters)
R = rng.normal(size=Z.shape)  # the weights of that sum, and so dZ
slopes = dict(zip(("A_prev", "W", "b"), conv_backward(R, cache), strict=True))
for name, array in {"A_prev": A_prev, "W": W, "b": b}.items():
    place = tuple(rng.integers(0, array.shape))
    costs = []
    for nudge in (1e-5, -2e-5):
        array[place] += nudge
        costs.append(np.sum(R * conv_forward(A_prev, W, b, hparameters)[0]))
    array[place] += 1e-5  # as it was
    nudged = (costs[0] - costs[1]) / 2e-5
    print(f"d{name:7} by nudging {nudged:9.5f}   yours {slopes[name][place]:9.5f}")

# %% [markdown]
# ## Back through pooling
# Max pooling passed on one value of the window. So the slope goes back to *that* place,
# and the others get nothing. A **mask** remembers where it was:
#
# $$\begin{pmatrix}1&3\\5&1\end{pmatrix} \to \begin{pmatrix}0&0\\1&0\end{pmatrix}$$
#
# Average pooling listened to all four. So each gets a quarter of the slope back.

# %% [markdown]
# ### Exercise 9 · `create_mask_from_window` · 3 points · about 2 minutes
# True wherever the window holds its largest value; if two are equal, both.
#
# <details><summary>What about ties?</summary>
#
# PyTorch hands the slope to the first of equal values; here all are marked. It
# hardly matters: ties are mostly zeros behind a ReLU, which stops their slope anyway.
# </details>


# %% exercise="create_mask_from_window"
def create_mask_from_window(x):
    """Where a window has its largest value.

    Args:
        x: array `(f, f)`.

    Returns:
        Boolean array `(f, f)`: true at every place that holds the maximum.

    Example:
        >>> create_mask_from_window(np.array([[1, 3], [5, 1]]))
        array([[False, False],
               [ True, False]])
    """
    ### BEGIN SOLUTION
    return x == np.max(x)
    ### END SOLUTION


# %% check="create_mask_from_window"
check(create_mask_from_window)

# %% [markdown]
# ### Exercise 10 · `distribute_value` · 3 points · about 2 minutes
# Share a number out equally. By hand, 2 over a window of $2 \times 2$: four times
# $0.5$.
#
# <details><summary>All values are four times too large</summary>
#
# The shares of one slope add up to that slope.
# </details>


# %% exercise="distribute_value"
def distribute_value(dz, shape):
    """Share a slope out over a window.

    Args:
        dz: a number.
        shape: `(n_H, n_W)` of the window.

    Returns:
        Array of that shape, all values equal, with the sum `dz`.

    Example:
        >>> distribute_value(2, (2, 2))
        array([[0.5, 0.5],
               [0.5, 0.5]])
    """
    ### BEGIN SOLUTION
    return np.full(shape, dz / (shape[0] * shape[1]))
    ### END SOLUTION


# %% check="distribute_value"
check(distribute_value)

# %% [markdown]
# ### Exercise 11 · `pool_backward` · 10 points · about 12 minutes
# Loops again, now one for each channel: every channel has its own maximum. Use your
# mask: if a window holds its maximum twice, both positions receive the whole gradient.
#
# <details><summary>Wrong only where windows overlap</summary>
#
# A pixel that is the maximum of two windows receives two slopes: `+=`.
# </details>
# <details><summary>The mask is true in one channel at most</summary>
#
# Cut the window out of one picture and one channel before asking for its maximum.
# </details>


# %% exercise="pool_backward"
def pool_backward(dA, cache, mode="max"):
    """Slopes in what a pooling layer was computed from.

    Args:
        dA: array `(m, n_H, n_W, n_C)`, slope in each output.
        cache: what `pool_forward` returned second.
        mode: `"max"` or `"average"`.

    Returns:
        dA_prev: array `(m, n_H_prev, n_W_prev, n_C)`.
    """
    ### BEGIN SOLUTION
    A_prev, hparameters = cache
    f, stride = hparameters["f"], hparameters["stride"]
    dA_prev = np.zeros(A_prev.shape)
    for i, h, w, c in np.ndindex(*dA.shape):
        top, left = h * stride, w * stride
        place = i, slice(top, top + f), slice(left, left + f), c
        if mode == "max":
            dA_prev[place] += create_mask_from_window(A_prev[place]) * dA[i, h, w, c]
        else:
            dA_prev[place] += distribute_value(dA[i, h, w, c], (f, f))
    return dA_prev
    ### END SOLUTION


# %% check="pool_backward"
check(pool_backward)

# %% demo
window = rng.integers(0, 10, (1, 4, 4, 1)).astype(float)
routes = {"pixels": window[0, :, :, 0]}
for mode in ("max", "average"):
    A, cache = pool_forward(window, {"f": 2, "stride": 2}, mode)
    routes[f"slopes, {mode}"] = pool_backward(np.ones(A.shape), cache, mode)[0, :, :, 0]
plots.heat(
    routes,
    numbers=True,
    reading="A slope of 1 for each of four windows: to the largest pixel, or to all.",
)

# %% [markdown]
# # Part 5 · Speed
# Your loops are clear and slow: Python touches every window by itself. The trick that
# made convolutions practical is to do no arithmetic in Python at all:
#
# 1. copy every window into a **row** of a matrix (`im2col`, "image to columns");
# 2. write every filter as a **column** of another;
# 3. one matrix product does the rest.
#
# By hand, windows of $2 \times 2$ with stride 1 on
# $\begin{pmatrix}1&2&3\\4&5&6\end{pmatrix}$ give the rows $(1, 2, 4, 5)$ and $(2, 3, 5,
# 6)$. Overlapping pixels are copied: memory is the price of speed.

# %% [markdown]
# ### Exercise 12 · `im2col` · 7 points · about 10 minutes
# Rows go picture by picture, row by row, column by column. Each holds its window as
# `A[i, top:top+f, left:left+f].ravel()` would. No border here.
#
# <details><summary>I want no loop over places</summary>
#
# Loop over the $f \cdot f$ places *inside* a window instead. Pixel `(i, j)` of all
# windows at once is the slice `A[:, i : i + stride * n_H : stride, …]`.
# </details>
# <details><summary>The values are right, their order is not</summary>
#
# Fill an array `(m, n_H, n_W, f, f, n_C)`, then reshape it.
# </details>


# %% exercise="im2col"
def im2col(A, f, stride):
    """Every window of every picture as one row.

    Args:
        A: array `(m, n_H_prev, n_W_prev, n_C)`, padded already if it is to be.
        f: side of the window.
        stride: step of the window.

    Returns:
        Array `(m * n_H * n_W, f * f * n_C)`.

    Example:
        >>> picture = np.array([[1, 2, 3], [4, 5, 6]]).reshape(1, 2, 3, 1)
        >>> im2col(picture, 2, 1)
        array([[1, 2, 4, 5],
               [2, 3, 5, 6]])
    """
    ### BEGIN SOLUTION
    m, n_H_prev, n_W_prev, n_C = A.shape
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, 0, stride)
    windows = np.empty((m, n_H, n_W, f, f, n_C), A.dtype)
    for i in range(f):
        for j in range(f):
            rows = slice(i, i + stride * n_H, stride)
            columns = slice(j, j + stride * n_W, stride)
            windows[:, :, :, i, j] = A[:, rows, columns]
    return windows.reshape(m * n_H * n_W, f * f * n_C)
    ### END SOLUTION


# %% check="im2col"
check(im2col)

# %% [markdown]
# ### Exercise 13 · `conv_forward_fast` · 6 points · about 6 minutes
# The same as `conv_forward`, cache and all, in a handful of lines: pad, `im2col`,
# product with the filters as a matrix `(f * f * n_C_prev, n_C)`, bias, reshape.
#
# <details><summary>cannot reshape array</summary>
#
# The product has one row a window, so `m * n_H * n_W` rows and `n_C` columns.
# </details>


# %% exercise="conv_forward_fast"
def conv_forward_fast(A_prev, W, b, hparameters):
    """A convolutional layer as one matrix product.

    Args:
        A_prev: array `(m, n_H_prev, n_W_prev, n_C_prev)`.
        W: array `(f, f, n_C_prev, n_C)`.
        b: array `(1, 1, 1, n_C)`.
        hparameters: `{"stride": int, "pad": int}`.

    Returns:
        Z: array `(m, n_H, n_W, n_C)`.
        cache: `(A_prev, W, b, hparameters)`.
    """
    ### BEGIN SOLUTION
    f, stride, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    m, n_C = A_prev.shape[0], W.shape[3]
    n_H, n_W = conv_output_shape(A_prev.shape[1], A_prev.shape[2], f, pad, stride)
    rows = im2col(zero_pad(A_prev, pad), f, stride)  # (m*n_H*n_W, f*f*n_C_prev)
    Z = np.dot(rows, W.reshape(-1, n_C)).reshape(m, n_H, n_W, n_C) + b
    return Z, (A_prev, W, b, hparameters)
    ### END SOLUTION


# %% check="conv_forward_fast"
check(conv_forward_fast)

# %% demo
# Before you run: how many times faster, on 8 pictures of 28 × 28 and 16 filters?
A_prev, W = rng.normal(size=(8, 28, 28, 8)), rng.normal(size=(5, 5, 8, 16))
b, hparameters = np.zeros((1, 1, 1, 16)), {"stride": 1, "pad": 2}
seconds = {}
for layer, calls in ((conv_forward, 1), (conv_forward_fast, 5)):
    call = functools.partial(layer, A_prev, W, b, hparameters)
    seconds[layer.__name__] = min(timeit.repeat(call, number=1, repeat=calls))
Z, Z_fast = (
    layer(A_prev, W, b, hparameters)[0] for layer in (conv_forward, conv_forward_fast)
)
ratio = seconds["conv_forward"] / seconds["conv_forward_fast"]
print("largest difference", np.abs(Z - Z_fast).max())
plots.bars(
    {name: 1000 * one for name, one in seconds.items()},
    ylabel="milliseconds",
    reading=f"{ratio:.0f} times faster, the same numbers.",
)

# %% [markdown]
# ## A filter that learns
# Nobody has to invent filters. Take a random one, tell it what should come out (here:
# what Sobel finds on the gate), and let gradient descent do the rest. The nine numbers
# should become Sobel's, without ever having been shown them.
#
# With rows from `im2col` the gradient is short too: $dW = \text{rows}^\top dZ$, all
# windows times all slopes. That is what your `conv_backward` added up.

# %% demo
rows = im2col((gate - gate.mean())[np.newaxis, ::2, ::2, np.newaxis], 3, 1)  # (6084, 9)
wanted = rows @ sobel.reshape(9, 1)
w = 0.5 * np.random.default_rng(0).normal(size=(9, 1))
stages, errors = {}, []
for i in range(501):
    misses = rows @ w - wanted
    errors.append(np.mean(misses**2))
    if i in (0, 20, 100, 500):
        stages[f"after {i}"] = w.reshape(3, 3).round(1) + 0.0  # no -0.0
    w = w - 2.0 * (2 * rows.T @ misses / len(rows))
print(f"mean squared error {errors[0]:.3f} at the start, {errors[-1]:.1e} at the end")
plots.heat(
    stages,
    numbers=True,
    reading="From noise to (1 0 -1, 2 0 -2, 1 0 -1): Sobel's filter, discovered.",
)

# %% [markdown]
# # Part 6 · LeNet-5
# In 1998 Yann LeCun and colleagues read cheques with seven layers. You know all of
# them:
#
# | layer | output | parameters |
# |---|---|---|
# | 6 filters 5 × 5, same, ReLU | 28 × 28 × 6 | 156 |
# | max pooling 2, stride 2 | 14 × 14 × 6 | 0 |
# | 16 filters 5 × 5, valid, ReLU | 10 × 10 × 16 | 2,416 |
# | max pooling 2, stride 2 | 5 × 5 × 16 | 0 |
# | dense 120, ReLU | 120 | 48,120 |
# | dense 84, ReLU | 84 | 10,164 |
# | dense 10, softmax | 10 | 850 |

# %% [markdown]
# The original used tanh, average pooling and 32 × 32 pixels. Height and width shrink,
# channels grow, and nearly all parameters sit in the dense part.

# %% demo
fashion = data.load("fashion")  # real photographs of clothes, grey, 28 × 28
X, Y = fashion.train_x[..., np.newaxis] / np.float32(255), fashion.train_y
X_test, Y_test = fashion.test_x[..., np.newaxis] / np.float32(255), fashion.test_y
print("training", X.shape, " test", X_test.shape)
some = [np.flatnonzero(label == Y)[3] for label in range(10)]
plots.images(
    fashion.train_x[some],
    fashion.classes,
    columns=5,
    reading="Ten classes of clothes. Which two would you mix up?",
)

# %% [markdown]
# ## Train it
# The framework `helpers.nn` has your layers, written as in part 5. For a fair contest a
# dense network with as many parameters, and a linear one, learn from the same 10,000
# pictures. Before you run: how far ahead will LeNet-5 be?


# %% demo
def lenet(rng):
    """LeNet-5 with ReLU and max pooling."""
    return nn.Sequential(
        nn.Conv2D(1, 6, 5, padding="same", activation="relu", rng=rng),
        nn.MaxPool2D(2),
        nn.Conv2D(6, 16, 5, padding="valid", activation="relu", rng=rng),
        nn.MaxPool2D(2),
        nn.Flatten(),
        nn.Dense(400, 120, "relu", rng=rng),
        nn.Dense(120, 84, "relu", rng=rng),
        nn.Dense(84, 10, rng=rng),
    )


def trained(make, X, epochs=10, seed=0):
    """A network after some epochs, and its history."""
    rng = np.random.default_rng(seed)
    net = make(rng)
    rate = nn.schedules.cosine_decay(0.003, epochs * len(X) // 64)
    history = net.fit(
        X, Y, loss=nn.cross_entropy, optimizer=nn.Adam(net.parameters(), rate),
        epochs=epochs, batch_size=64, rng=rng, progress=False,
        metrics={"accuracy": nn.accuracy},
    )  # fmt: skip
    return net, history


# %% demo
def dense(rng):
    """As many parameters as LeNet-5, without convolutions."""
    return nn.Sequential(
        nn.Flatten(), nn.Dense(784, 77, "relu", rng=rng), nn.Dense(77, 10, rng=rng)
    )


def linear(rng):
    """Softmax regression."""
    return nn.Sequential(nn.Flatten(), nn.Dense(784, 10, rng=rng))


def accuracy(net, X):
    """Share of the test pictures called right."""
    scores = net.evaluate(
        X, Y_test, loss=nn.cross_entropy, metrics={"accuracy": nn.accuracy}
    )
    return scores["accuracy"]


# %% demo
nets, curves = {}, {}
for name, make in {"LeNet-5": lenet, "dense": dense, "linear": linear}.items():
    nets[name], history = trained(make, X)
    curves[name] = history["accuracy"]
    print(f"{name:8} {nets[name].count_parameters():6,} parameters")
right = {name: accuracy(net, X_test) for name, net in nets.items()}
print("test accuracy", {name: f"{share:.1%}" for name, share in right.items()})
plots.lines(
    curves,
    range(1, 11),
    xlabel="epoch",
    ylabel="accuracy in training",
    reading="Each point: the average over an epoch of 10,000 pictures.",
)
plots.bars(
    {name: round(2000 * (1 - share)) for name, share in right.items()},
    ylabel="mistakes on 2,000 new pictures",
    reading="The lower the better; give or take 15 by chance.",
)

# %% [markdown]
# LeNet-5 makes the fewest mistakes, with as many parameters as the dense network, put
# where they are used at every place. The last digits depend on your processor, which
# rounds in its own way. Are its layers really yours? Put its trained weights into your
# function and compare.

# %% demo
first = nets["LeNet-5"][0]
boot = X_test[[9]] if Y_test[9] == 9 else X_test[[np.flatnonzero(Y_test == 9)[0]]]
Z, _ = conv_forward_fast(
    boot, first.W.data, first.b.data.reshape(1, 1, 1, -1), {"stride": 1, "pad": 2}
)
maps = np.maximum(Z, 0)  # ReLU
print(
    "the framework's layer and yours:", np.abs(maps - first(boot).data).max(), "apart"
)
plots.heat(
    {f"filter {c}": first.W.data[:, :, 0, c] for c in range(6)},
    reading="The six learned filters; orange is positive. Which ones find edges?",
)
plots.images(
    [boot[0, :, :, 0], *np.moveaxis(maps[0], 2, 0)],
    ["boot", *[f"map {c}" for c in range(6)]],
    columns=7,
    reading="What each filter finds on a boot: outlines from one side, or dark areas.",
)

# %% demo
guesses = np.argmax(nets["LeNet-5"].predict(X_test), axis=1)
counts = np.zeros((10, 10))
np.add.at(counts, (Y_test, guesses), 1)
plots.heat(
    counts - np.diag(np.diag(counts)),
    signed=False,
    rows=fashion.classes,
    reading="Mistakes: row the truth, column the guess, in the same order. Shirts are "
    "taken for T-shirts, pullovers and coats; boots never for trousers.",
)

# %% [markdown]
# ## Break it
# In the first lab of course 1 you shuffled the pixels of all pictures in the same way,
# and logistic regression did exactly as well as before. Do it to LeNet-5 and to the
# dense network.
#
# <details><summary><b>Predict</b>: who loses, and how much?</summary>
#
# The dense network loses nothing but luck: any order is as good as any other. LeNet-5
# loses all of its lead and more. Its windows now hold pixels that have nothing to do
# with each other, and no pattern appears in more than one place.
# </details>

# %% demo
shuffle = np.random.default_rng(1).permutation(784)


def shuffled(X):
    """The same shuffle for each picture."""
    return X.reshape(-1, 784)[:, shuffle].reshape(X.shape)


for name, make in {"LeNet-5": lenet, "dense": dense}.items():
    net, _ = trained(make, shuffled(X))
    right[f"{name},\nshuffled"] = accuracy(net, shuffled(X_test))
right.pop("linear")
plots.bars(
    {name: round(2000 * (1 - share)) for name, share in sorted(right.items())},
    ylabel="mistakes on 2,000 new pictures",
    reading="Neighbourhood is what a convolution lives on. Take it away, and it loses.",
)

# %% [markdown]
# ## A shifted picture
# One more consequence: move the boot, and the maps move with it (**translation
# equivariance**). The filter does not care where it finds its pattern. Pooling then
# makes the result nearly the same for small shifts. But only nearly: the dense layers
# behind it do have a favourite place for everything. Before you run: after how many
# pixels to the right is every second answer of LeNet-5 wrong?

# %% demo
moved = {"LeNet-5": [], "dense": []}
for shift in range(7):
    X_moved = np.roll(X_test, shift, axis=2)
    for name, shares in moved.items():
        shares.append(accuracy(nets[name], X_moved))
plots.lines(
    moved,
    xlabel="pixels to the right",
    ylabel="test accuracy",
    markers=True,
    from_zero=True,
    reading="Better for longer, and not for ever: show it moved pictures in training.",
)

# %% [markdown] question="why_convolutions" points=6
# ## In your own words
# A colleague says: "A dense layer can do all that a convolution does. It only needs the
# right weights. So why bother?" Answer in about six sentences. Is she right about what
# a dense layer can do? Which two properties make the difference, and what do they save?
# Use numbers you measured. When would convolutions be the wrong choice?
#
# ### BEGIN SOLUTION
# She is right: a dense layer with zeros outside each window and the same weights in
# every window computes the same. But it would have to learn that from pictures. From 32
# × 32 × 3 to 28 × 28 × 6 it has 14 million weights, the convolution 456. The filter is
# shared: what is useful in one place is useful in others. And connections are sparse:
# each output sees 75 inputs, not 3072. With as many parameters the dense network
# got about 87 % of the clothes right and LeNet-5 more than 88 %. With shuffled pixels
# that lead was gone, which shows where it came from. Where neighbours mean nothing, as
# in the columns of a table, convolutions are wrong.
#
# **Rubric**, one point each: a dense layer could represent it · parameter sharing ·
# sparse, local connections · counts or accuracies as evidence · the shuffled pixels,
# or data size, as the reason it matters · a case without neighbourhood, such as tables.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the formula | your function |
# |---|---|
# | $n = \lfloor (n_{prev} + 2p - f)/s \rfloor + 1$ | `conv_output_shape` |
# | $(f^2\, n_{C\,prev} + 1)\, n_C$ | `conv_parameters` |
# | $Z_{hwc} = b_c + \sum W_{ijkc} A_{hs+i,\,ws+j,\,k}$ | `conv_forward`, `…_fast` |
# | $dA$ += $W dz$, $dW$ += $A dz$, $db$ += $dz$ | `conv_backward` |
# | $\max$ or mean of a window | `pool_forward` |
# | slope to the maximum, or shared | `pool_backward` |

# %% [markdown]
# The same in PyTorch, to read. Its channels come before height and width:
#
# ```
# lenet = torch.nn.Sequential(
#     torch.nn.Conv2d(1, 6, 5, padding=2), torch.nn.ReLU(),    # conv_forward
#     torch.nn.MaxPool2d(2),                                   # pool_forward
#     torch.nn.Conv2d(6, 16, 5), torch.nn.ReLU(),
#     torch.nn.MaxPool2d(2), torch.nn.Flatten(),
#     torch.nn.Linear(400, 120), torch.nn.ReLU(),
#     torch.nn.Linear(120, 84), torch.nn.ReLU(), torch.nn.Linear(84, 10))
# torch.nn.functional.cross_entropy(lenet(X), Y).backward()    # conv_backward
# ```

# %% [markdown]
# **A challenge**, if you like. Write `conv_backward_fast`: `dW` is one product of
# `im2col`'s rows with `dZ`; for `dA_prev` multiply `dZ` by the filters and add the rows
# back to where `im2col` took them from ("col2im"). Compare with your loops.
#
# **The paper of the week.** Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based
# learning applied to document recognition*, Proceedings of the IEEE 86 (1998). Read
# section II.A and look at figure 2: which layers do you recognize, and which differ?
#
# **Next week** the networks get deep: skips, bottlenecks, and weights that somebody
# else has trained for you.

# %% demo
check.progress()
