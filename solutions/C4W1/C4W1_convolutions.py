# %% [markdown]
# # A window that slides
# You are going to write the layer that taught computers to see: the **convolution**,
# forwards and backwards, first with loops, then many times faster. On the way you find
# edges in a photograph, let a filter discover an edge detector by itself, and train
# LeNet-5 to sort clothes.
#
# **Time** about two and a half hours, in six parts; you can stop after any of them.
# **You need** NumPy, and the chain rule as in the labs of Course 1.

# %% [markdown]
# ## The map
# | part | you write | points |
# |---|---|---|
# | 1 Edges | `edge_filters` | 4 |
# | 2 The layer: padding and sizes | `zero_pad` `conv_output_shape` | 8 |
# | … its output | `conv_single_step` `conv_forward` `conv_parameters` | 22 |
# | 3 Pooling | `pool_forward` | 9 |
# | 4 Backwards | `conv_backward` | 14 |
# | … and pooling | `create_mask_from_window` `distribute_value` `pool_backward` | 16 |
# | 5 Speed | `im2col` `conv_forward_fast` | 13 |
# | 6 LeNet-5 | nothing: you train it, open it and break it | |
#
# Eight short questions give 8 points, one answer in your own words 6.

# %% [markdown]
# **After this lab you can** say what a convolutional layer computes and how large its
# output is, count its parameters, write its forward and backward pass, explain why
# pooling has nothing to learn, and give two reasons why such layers need few images to
# learn from.
#
# After each exercise a cell with `check(…)` runs your function on a few fixed cases,
# says what it expected and what it got, and often recognizes the mistake. Run it as
# often as you like. Your grade comes from the same checks on fresh cases. Hints are
# folded under each task; their titles say what may go wrong.

# %%
import timeit

import numpy as np

from helpers import data, nn, plots
from helpers.checks import checks_for

check = checks_for("C4W1")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | shape | means |
# |---|---|---|---|
# | $m$ | `m` | number | how many images |
# | $n_H, n_W, n_C$ | `n_H`, `n_W`, `n_C` | numbers | height, width, channels |
# | $A$ | `A_prev` | `(m, n_H_prev, n_W_prev, n_C_prev)` | input of a layer |
# | $f$, $p$, $s$ | `f`, `pad`, `stride` | numbers | side of the window, padding, step |
# | $W$ | `W` | `(f, f, n_C_prev, n_C)` | filters, one per output channel |
# | $b$ | `b` | `(1, 1, 1, n_C)` | one bias per filter |
# | $Z$ | `Z` | `(m, n_H, n_W, n_C)` | output of the layer |
# | $\partial J/\partial Z$ | `dZ` | as `Z` | gradient of the cost with respect to $Z$ |
#
# The first axis counts the images; the last one holds the colours or other channels.

# %% [markdown]
# # Part 1 · Edges
# This is a grey photograph of the Brandenburg Gate. Your eye finds the columns at once.
# The sides of a column are where dark meets bright: they are **edges**. So look at
# differences between neighbouring pixels.
#
# Put a small table of numbers, a **filter**, on the image. Multiply each number by the
# pixel under it and add up: that is one number. Move the filter by one pixel and
# repeat.

# %% demo cover=true
photos = data.load("photos_160")
gate = photos.train_x[46].mean(axis=2) / 255  # (160, 160), from 0 to 1


def slide(image, weights):
    """The filter at every position: each weight times a shifted image, added up."""
    f, (rows, columns) = len(weights), image.shape
    total = np.zeros((rows - f + 1, columns - f + 1))
    for i in range(f):
        for j in range(f):
            shifted = image[i : rows - f + 1 + i, j : columns - f + 1 + j]
            total += weights[i][j] * shifted
    return total


def strength(response):
    """How strong a response is; weak ones are brightened for the eye."""
    return np.sqrt(np.abs(response))


seen = slide(gate, [[1, -1]] * 2)  # left minus right, over two rows
plots.images(
    [gate, strength(seen)],
    ["the gate", "where left and right differ"],
    columns=2,
    reading="Four numbers, moved over the image, find the columns.",
)

# %% [markdown]
# ## By hand
# Take six rows like the one below, bright on the left and dark on the right, and the
# filter $\begin{pmatrix}1&0&-1\\1&0&-1\\1&0&-1\end{pmatrix}$: left minus right.
#
# `10 10 10 0 0 0`
#
# On the first three columns it gives $3 \cdot 10 - 3 \cdot 10 = 0$: no edge. One step
# further the right column is dark: $3 \cdot 10 - 0 = 30$. After another step it is 30
# again, then 0. A $3 \times 3$ filter has $4 \times 4$ positions on a $6 \times 6$
# image.

# %% demo
step = np.array([[10.0, 10, 10, 0, 0, 0]] * 6)
vertical = np.array([[1.0, 0, -1]] * 3)
plots.heat(
    {"image": step, "filter": vertical, "result": slide(step, vertical)},
    numbers=True,
    reading="The edge in the middle gives 30, two pixels wide; flat areas give 0.",
)

# %% concept="edge_sign"
# Now the image is mirrored: each row is 0 0 0 10 10 10. What does the same filter give
# in the middle of the result? Answer with a number.
edge_sign = None

# %% [markdown]
# ### Exercise 1 · `edge_filters` · 4 points · about 5 minutes
# Return four famous $3 \times 3$ filters. Each is the outer product of two vectors:
# weights that smooth along the edge, and $(1, 0, -1)$, the difference across it. The
# check puts each filter on a `window` of pixels and compares
# `np.sum(filter * window)`.
#
# | key | weights along the edge | responds to |
# |---|---|---|
# | `"vertical"` | 1, 1, 1 | vertical edges |
# | `"horizontal"` | 1, 1, 1 | horizontal edges; positive where the top is brighter |
# | `"sobel"` | 1, 2, 1 | vertical edges; the middle row counts more |
# | `"scharr"` | 3, 10, 3 | vertical edges; more precise where they are slanted |

# %% [markdown]
# <details><summary>`vertical` responds to the beams, not to the columns</summary>
#
# A vertical edge is a difference between left and right, so every *row* of the filter
# reads positive, 0, negative.
# </details>
# <details><summary>I want one line per filter</summary>
#
# `np.outer(a, b)` has `a[i] * b[j]` at position `(i, j)`.
# </details>


# %% exercise="edge_filters"
def edge_filters():
    """Four classic filters that find edges.

    Returns:
        Dictionary of arrays `(3, 3)`: `"vertical"`, `"horizontal"`, `"sobel"` and
        `"scharr"`; the response is positive where the left, or upper, side is brighter.

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
    reading="Vertical filters find the columns, the horizontal one the beams.",
)

# %% [markdown]
# ## The name
# In mathematics a *convolution* turns the filter by 180° before sliding it; sliding it
# unturned is *cross-correlation*. Deep learning does the latter and calls it
# convolution. Nothing is lost: a network simply learns the turned filters.
# Turning makes the operation associative, $(x * v) * w = x * (v * w)$, which nobody
# needs here.

# %% demo
sobel = edge_filters()["sobel"]
as_it_is, turned = slide(gate, sobel), slide(gate, sobel[::-1, ::-1])
print("turned by 180°:", sobel[::-1, ::-1].tolist())
print("the turned filter gives the opposite sign:", np.allclose(turned, -as_it_is))

# %% concept="convolution_flip"
# A framework's Conv2D applies a filter W. What would a mathematician call that?
# Answer with a letter in quotes, such as "A".
# A: convolution with W, since that is the layer's name
# B: convolution with W turned by 180°, or cross-correlation with W
# C: convolution with W transposed, rows becoming columns
# D: cross-correlation with W turned by 180°
convolution_flip = None

# %% [markdown]
# # Part 2 · The layer
# A real layer does four more things: it pads the image with a border, may take larger
# steps, reads **all channels** at once, and has **many filters**. We write them one by
# one.
#
# ## A border of zeros
# Each layer of $3 \times 3$ filters makes the image two pixels smaller, and a corner
# pixel lies in only one window, but an inner pixel in nine. A border of $p$ zeros on
# all four sides, called **padding**, helps with both:
#
# - **valid**: $p = 0$, the output shrinks to $n - f + 1$;
# - **same**: $p = (f - 1)/2$, the output is as large as the input ($f$ odd, $s = 1$).

# %% [markdown]
# ### Exercise 2 · `zero_pad` · 4 points · about 4 minutes
# Pad a batch of images. The axes are `(m, n_H, n_W, n_C)`; only two of them grow.
#
# <details><summary>My result has more channels, or more images</summary>
#
# `np.pad(X, pad)` pads every axis. Give it one pair `(before, after)` per axis.
# </details>


# %% exercise="zero_pad"
def zero_pad(X, pad):
    """Put a border of zeros around each image.

    Args:
        X: array `(m, n_H, n_W, n_C)`.
        pad: width of the border on each side, an int, 0 or more.

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
plots.images(
    [colours[0], padded[0]],
    [f"{image.shape[1]} × {image.shape[1]}" for image in (colours[0], padded[0])],
    columns=2,
    reading="The same image in a black frame of zeros, 20 pixels wide.",
)

# %% concept="same_padding"
# A layer with f = 7 and stride 1 should keep the size. How wide is its border, p?
same_padding = None

# %% [markdown]
# ## How large is the output?
# The window starts at one end and moves on by the **stride** $s$ as long as it fits:
#
# $$n = \left\lfloor \frac{n_{prev} + 2p - f}{s} \right\rfloor + 1$$
#
# By hand, with $n_{prev} = 7$, $f = 3$, $s = 2$ and no border, the window starts at 0,
# 2 and 4. These are three positions, and $\lfloor (7 - 3)/2 \rfloor + 1 = 3$. With
# $n_{prev} = 8$ there are still three; the last column is never read. That is what
# rounding down means here.

# %% [markdown]
# ### Exercise 3 · `conv_output_shape` · 4 points · about 4 minutes
# Compute height and width of the output: ints in, ints out.
#
# <details><summary>I get 3.0 instead of 3</summary>
#
# `/` makes floats, and `np.zeros` refuses them as a shape. `//` divides whole numbers
# and rounds down.
# </details>


# %% exercise="conv_output_shape"
def conv_output_shape(n_H, n_W, f, pad, stride):
    """Height and width of the output of a window of side f.

    Args:
        n_H: height of the input.
        n_W: width of the input.
        f: side of the window, at most that of the padded input.
        pad: width of the border on each side.
        stride: step of the window, at least 1.

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
# A volume of 63 × 63 × 16 goes through 32 filters of 7 × 7, stride 2, no border. What
# is the shape of the output?
# A: 29 × 29 × 16   B: 57 × 57 × 32   C: 29 × 29 × 32   D: 28 × 28 × 32
stride_shape = None

# %% [markdown]
# ## All channels at once
# A colour image has three channels. The filter then has three channels too:
# $f \times f \times 3$ weights. Multiply this block by the block of pixels under it,
# add up *everything*, and add the bias. The result is **one number**, not three.
#
# By hand, with a window of $1 \times 1$ pixel of colour $(10, 4, 2)$, a filter
# $(1, 0, -1)$ and $b = 5$: $10 + 0 - 2 + 5 = 13$. It measures how much more red than
# blue the pixel has.

# %% [markdown]
# ### Exercise 4 · `conv_single_step` · 5 points · about 4 minutes
# Apply one filter to one window, and return one number.

# %% [markdown]
# <details><summary>It expected a number and got an array of shape (1, 1, 1)</summary>
#
# `b` has three axes. Make a number of it: `b.item()`, or `float(np.squeeze(b))`.
# </details>
# <details><summary>TypeError: only 0-dimensional arrays can be converted</summary>
#
# In recent versions of NumPy, `float(b)` needs an array without axes; older tutorials
# use it for any array with one element. `b.item()` returns that element, however many
# axes there are.
# </details>
# <details><summary>My result is too large, more so for larger windows</summary>
#
# Add the bias after the sum. Inside the sum it is added once for each weight.
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
# Each filter looks for one pattern everywhere, and its results form one channel of the
# output: with $n_C$ filters the output has $n_C$ channels. For output row $h$ and
# column $w$ of channel $c$:
#
# $$Z_{hwc} = b_c + \sum_{i,j,k} W_{ijkc}\; A_{\,hs+i,\; ws+j,\; k}$$
#
# Here $A$ is the **padded** image: the window of output $(h, w)$ starts at its row
# $h \cdot s$ and column $w \cdot s$.

# %% [markdown]
# <details><summary><b>Predict</b>: 10 filters of 3 × 3 on a colour image of 32 × 32,
# with same padding. Which shapes do W and Z have?</summary>
#
# `W` is `(3, 3, 3, 10)`; `Z` is `(m, 32, 32, 10)`. The channels of the input are gone.
# </details>

# %% [markdown]
# ### Exercise 5 · `conv_forward` · 14 points · about 20 minutes
# Loop over images, rows, columns and filters. Use `zero_pad(X, pad)`,
# `conv_output_shape(n_H, n_W, f, pad, stride)` and
# `conv_single_step(a_slice_prev, W, b)`. The `cache` keeps the arguments for the
# backward pass, unchanged: `(A_prev, W, b, hparameters)`.

# %% [markdown]
# <details><summary>Right for stride 1, wrong for others</summary>
#
# Where does the window of output row `h` start? Not at `h`.
# </details>
# <details><summary>could not be broadcast together</summary>
#
# The window is `[start : start + f]` in both directions, with all channels, of a padded
# image. One filter is `W[:, :, :, c]`.
# </details>
# <details><summary>The edges of Z are wrong, its middle is right</summary>
#
# Cut the windows from the padded images.
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
# A filter over three channels can look for a colour and a shape at the same time. Here
# are two filters in one layer. The first responds to *more red than green and blue*,
# the second to a vertical edge in any colour. Before you run: where will each respond?

# %% demo
clownfish = photos.train_x[[33]] / 255  # (1, 160, 160, 3)
W = np.zeros((3, 3, 3, 2))
W[..., 0] = np.array([2, -1, -1]) / 9  # the same at all nine positions
W[..., 1] = edge_filters()["sobel"][:, :, np.newaxis]  # the same in all three colours
Z, _ = conv_forward(clownfish, W, np.zeros((1, 1, 1, 2)), {"stride": 1, "pad": 1})
print(clownfish.shape, "->", Z.shape)
plots.images(
    [clownfish[0], np.maximum(Z[0, :, :, 0], 0), strength(Z[0, :, :, 1])],
    ["three channels in", "channel 0: redness", "channel 1: edges"],
    columns=3,
    reading="Two filters give two channels. Each shows where its pattern is.",
)

# %% [markdown]
# ## How little it has to learn
# A layer learns only its filters and biases. The number of these parameters does not
# depend on the size of the image: the same ones are used at every position
# (**parameter sharing**). And each output depends on one window only, not on the whole
# image (**sparsity of connections**). A dense layer has neither property.

# %% [markdown]
# ### Exercise 6 · `conv_parameters` · 3 points · about 3 minutes
# Count weights and biases. By hand: 10 filters of $3 \times 3$ on 3 channels have
# $(3 \cdot 3 \cdot 3 + 1) \cdot 10 = 280$ parameters.
#
# <details><summary>A few too many or too few</summary>
#
# There is one bias per filter: not one per channel that it reads, nor one per position.
# </details>


# %% exercise="conv_parameters"
def conv_parameters(f, n_C_prev, n_C):
    """Number of weights and biases of a convolutional layer.

    Args:
        f: side of the filters.
        n_C_prev: how many channels they read.
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
# From 32 × 32 × 3 to 28 × 28 × 6, in three ways.
shared, outputs = conv_parameters(5, 3, 6), 28 * 28 * 6
dense = (32 * 32 * 3 + 1) * outputs
print(f"convolution {shared:>12,} parameters; each output reads {5 * 5 * 3} inputs")
print(f"dense       {dense:>12,} parameters; each output reads {32 * 32 * 3} inputs")
print(f"unshared    {(5 * 5 * 3 + 1) * outputs:>12,} with a filter for each output")

# %% concept="dense_or_conv"
# A layer with 100 filters of 5 × 5 reads colour images of 300 × 300 pixels. How many
# parameters does it have, biases included?
dense_or_conv = None

# %% concept="sparsity"
# A layer with f = 3 reads a volume of 32 × 32 × 8. On how many input values does one
# single output value depend?
sparsity = None

# %% concept="why_sharing"
# What do you gain by sharing parameters?
# A: an edge detector that is useful at one position is used at all others as well
# B: all filters of one layer become equal, which makes them easier to store
# C: the weights of one layer are used again by the next layer of the network
# D: every output value is connected to every input value, so nothing is overlooked
why_sharing = None

# %% [markdown]
# # Part 3 · Pooling
# Once a pattern is found, does it matter whether it is at row 10 or 11? **Pooling**
# makes the output smaller and gives up the exact position. A window of side $f$ moves
# with a stride, usually $f = s = 2$, over **each channel separately**, and keeps the
# largest value (*max pooling*) or the average. It has no weights: there is nothing to
# learn.
#
# By hand, with $f = s = 2$ on $\begin{pmatrix}1&3&0&2\\5&1&4&2\end{pmatrix}$:
# the maxima are $(5, 4)$, the averages $(2.5, 2)$.

# %% [markdown]
# ### Exercise 7 · `pool_forward` · 9 points · about 10 minutes
# Write it like `conv_forward`, without padding and without filters. `mode` is `"max"`
# or `"average"`.
#
# <details><summary>All channels of my result are equal</summary>
#
# The maximum was also taken over the channels. Loop over them, or give `np.max` only
# the two axes of the window.
# </details>
# <details><summary>In average mode everything is 0, or it fails</summary>
#
# Compare `mode` with the strings in the task: it is `"average"`, not `"mean"`.
# </details>


# %% exercise="pool_forward"
def pool_forward(A_prev, hparameters, mode="max"):
    """Maximum, or average, of each window in each channel.

    Args:
        A_prev: array `(m, n_H_prev, n_W_prev, n_C)`, perhaps with negative values.
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
    reading="A sixteenth of the numbers: the maximum keeps thin lines, the average "
    "blurs them.",
)

# %% [markdown]
# # Part 4 · Backwards
# Frameworks do this for you. Do it once yourself, and the gradients of a convolutional
# network are no longer a mystery.

# %% [markdown]
# Think of one output $z$, and of $dz = \partial J/\partial z$, its upstream gradient.
# In the forward pass $z$ was made from a **window**, a **filter** and a **bias**,
# $z = \sum \text{window} \cdot \text{filter} + b$, so $dz$ goes back to these three.
# The derivative of a product with respect to one factor is the *other* factor:
#
# | to | add | derivative of $z$ |
# |---|---|---|
# | window of `dA_prev` | `filter * dz` | with respect to a pixel: the weight above it |
# | `dW` of this filter | `window * dz` | with respect to a weight: the pixel under it |
# | `db` of this filter | `dz` | with respect to the bias: 1 |
#
# Windows overlap, and filters and biases are used everywhere: always **add**.

# %% [markdown]
# By hand, in one dimension: pixels $(2, 1, 3)$, filter $(4, -1)$, so
# $z = (8 - 1,\; 4 - 3) = (7, 1)$. Say $dz = (1, 10)$.
#
# - pixels: $(4, -1)$ is added at position 0, $10 \cdot (4, -1)$ at position 1:
#   $(4,\; -1 + 40,\; -10) = (4, 39, -10)$
# - filter: $1 \cdot (2, 1) + 10 \cdot (1, 3) = (12, 31)$
# - bias: $1 + 10 = 11$
#
# <details><summary><b>Predict</b>: if there is a border of zeros, what happens to the
# gradients that arrive at the border?</summary>
#
# They are computed and thrown away: the border is always zero and cannot change.
# </details>

# %% concept="backward_bias"
# A layer's output has shape (32, 10, 10, 8). Which sum gives the derivative of the cost
# with respect to the bias b[..., 3]?
# A: over the 8 channels: each filter contributes
# B: over the 32 images: one value for each position
# C: over the 100 positions: one value for each image
# D: over images and positions: 3200 values of dZ
backward_bias = None

# %% [markdown]
# ### Exercise 8 · `conv_backward` · 14 points · about 20 minutes
# Compute the three gradients: the loops of `conv_forward` once more, with three `+=`
# inside. Fill a **padded** `dA_prev`, and cut its border off at the end. `dZ` is the
# gradient of the cost itself, so nothing has to be divided by $m$.

# %% [markdown]
# <details><summary>dA_prev has the wrong shape</summary>
#
# Cut off the border on two axes. Mind `pad = 0`: the slice `[:, 0:-0]` is empty, but
# `[:, pad : pad + n_H_prev]` works for any `pad`.
# </details>
# <details><summary>dA_prev is right only if windows do not overlap</summary>
#
# `+=`, not `=`.
# </details>
# <details><summary>dW is wrong, and only with padding</summary>
#
# In the forward pass, the windows came from the padded images.
# </details>


# %% exercise="conv_backward"
def conv_backward(dZ, cache):
    """Gradients of the cost with respect to input, filters and biases of a layer.

    Args:
        dZ: array `(m, n_H, n_W, n_C)`, gradient with respect to the output.
        cache: `(A_prev, W, b, hparameters)`, from `conv_forward`.

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
                window = (
                    i,
                    slice(h * stride, h * stride + f),
                    slice(w * stride, w * stride + f),
                )
                for c in range(n_C):
                    dz = dZ[i, h, w, c]
                    dA_pad[window] += W[..., c] * dz
                    dW[..., c] += A_pad[window] * dz
                    db[..., c] += dz
    rows, columns = A_prev.shape[1:3]
    return dA_pad[:, pad : pad + rows, pad : pad + columns], dW, db
    ### END SOLUTION


# %% check="conv_backward"
check(conv_backward)

# %% demo
# Never trust a gradient that you have not checked numerically. The cost: a weighted sum
# of all outputs.
rng = np.random.default_rng(0)
A_prev, W = rng.normal(size=(2, 6, 5, 3)), rng.normal(size=(3, 3, 3, 4))
b, hparameters = rng.normal(size=(1, 1, 1, 4)), {"stride": 2, "pad": 1}
Z, cache = conv_forward(A_prev, W, b, hparameters)
R = rng.normal(size=Z.shape)  # the weights of that sum, which are also dZ
gradients = dict(zip(("A_prev", "W", "b"), conv_backward(R, cache), strict=True))
for name, array in {"A_prev": A_prev, "W": W, "b": b}.items():
    index = tuple(rng.integers(0, array.shape))
    costs = []
    for step in (1e-5, -2e-5):
        array[index] += step
        costs.append(np.sum(R * conv_forward(A_prev, W, b, hparameters)[0]))
    array[index] += 1e-5  # as it was
    numerical = (costs[0] - costs[1]) / 2e-5
    print(f"d{name:7} numerical {numerical:9.5f}   yours {gradients[name][index]:9.5f}")

# %% [markdown]
# ## Back through pooling
# Max pooling passed on one value of the window. So the whole gradient goes back to
# *that* position, and the others get nothing. A **mask** remembers where it was:
#
# $$\begin{pmatrix}1&3\\5&1\end{pmatrix} \to \begin{pmatrix}0&0\\1&0\end{pmatrix}$$
#
# Average pooling used all four values equally. So each gets a quarter of the gradient.

# %% [markdown]
# ### Exercise 9 · `create_mask_from_window` · 3 points · about 2 minutes
# Mark where the window holds its largest value; if several are equal, mark all of them.
#
# <details><summary>Almost everything is False</summary>
#
# `np.argmax` is a position, `np.max` is a value. Compare values with a value.
# </details>


# %% exercise="create_mask_from_window"
def create_mask_from_window(x):
    """Where a window has its largest value.

    Args:
        x: array `(f, f)`.

    Returns:
        Boolean array `(f, f)`: true at every position that holds the maximum.

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
# Share a number equally among all positions of a window. By hand, 2 over a window of
# $2 \times 2$: four times $0.5$.
#
# <details><summary>All values are four times too large</summary>
#
# The shares have to add up to the number.
# </details>


# %% exercise="distribute_value"
def distribute_value(dz, shape):
    """Share a number equally over a window.

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
# Loop again, now over the channels too: every channel has its own maximum. Use
# `create_mask_from_window(x)` and `distribute_value(dz, shape)`. If a window holds its
# maximum twice, both positions receive the whole gradient.
#
# <details><summary>Wrong only where windows overlap</summary>
#
# A pixel that is the maximum of two windows receives two gradients: `+=`.
# </details>
# <details><summary>Only one channel receives a gradient</summary>
#
# Cut the window out of one image and one channel before you ask for its maximum.
# </details>


# %% exercise="pool_backward"
def pool_backward(dA, cache, mode="max"):
    """Gradient of the cost with respect to the input of a pooling layer.

    Args:
        dA: array `(m, n_H, n_W, n_C)`, gradient with respect to the output.
        cache: `(A_prev, hparameters)`, from `pool_forward`.
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
        window = i, slice(top, top + f), slice(left, left + f), c
        if mode == "max":
            mask = create_mask_from_window(A_prev[window])
            dA_prev[window] += mask * dA[i, h, w, c]
        else:
            dA_prev[window] += distribute_value(dA[i, h, w, c], (f, f))
    return dA_prev
    ### END SOLUTION


# %% check="pool_backward"
check(pool_backward)

# %% demo
pixels = rng.integers(0, 10, (1, 4, 4, 1)).astype(float)
routes = {"pixels": pixels[0, :, :, 0]}
for mode in ("max", "average"):
    A, cache = pool_forward(pixels, {"f": 2, "stride": 2}, mode)
    gradient = pool_backward(np.ones(A.shape), cache, mode)
    routes[f"gradient, {mode}"] = gradient[0, :, :, 0]
plots.heat(
    routes,
    numbers=True,
    reading="Each of four windows has an upstream gradient of 1, which goes to its "
    "largest pixel, or in equal shares to all.",
)

# %% [markdown]
# # Part 5 · Speed
# Your loops are clear and slow: Python handles every window separately. The trick is
# to leave all arithmetic to one matrix product:
#
# 1. copy every window into a **row** of a matrix (`im2col`, "image to columns": many
#    libraries store windows as columns);
# 2. write every filter as a **column** of another matrix;
# 3. multiply the two matrices.
#
# By hand, windows of $2 \times 2$ with stride 1 on
# $\begin{pmatrix}1&2&3\\4&5&6\end{pmatrix}$ give the rows $(1, 2, 4, 5)$ and
# $(2, 3, 5, 6)$. Overlapping pixels are copied: speed costs memory.

# %% [markdown]
# ### Exercise 12 · `im2col` · 7 points · about 10 minutes
# Turn every window into a row. The windows come image by image, and in each image line
# by line, from left to right, as one reads. Each row of the result is
# `A[i, top:top+f, left:left+f].ravel()`. There is no padding here.
#
# <details><summary>I want no loop over positions</summary>
#
# Loop over the $f \cdot f$ positions *inside* a window instead. Pixel `(i, j)` of all
# windows at once is the slice `A[:, i : i + stride * n_H : stride, …]`.
# </details>
# <details><summary>The values are right, their order is not</summary>
#
# Fill an array `(m, n_H, n_W, f, f, n_C)`, then reshape it.
# </details>


# %% exercise="im2col"
def im2col(A, f, stride):
    """Every window of every image as one row.

    Args:
        A: array `(m, n_H_prev, n_W_prev, n_C)`, already padded if needed.
        f: side of the window.
        stride: step of the window.

    Returns:
        Array `(m * n_H * n_W, f * f * n_C)`.

    Example:
        >>> image = np.array([[1, 2, 3], [4, 5, 6]]).reshape(1, 2, 3, 1)
        >>> im2col(image, 2, 1)
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
# Compute the same as `conv_forward`, including the cache, in a handful of lines: pad,
# `im2col(A, f, stride)`, multiply by the filters as a matrix `(f * f * n_C_prev, n_C)`,
# add the biases, reshape.
#
# <details><summary>cannot reshape array</summary>
#
# The product has one row per window: `m * n_H * n_W` rows and `n_C` columns.
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
# Before you run: how many times faster, on 8 images of 28 × 28 with 16 filters?
A_prev, W = rng.normal(size=(8, 28, 28, 8)), rng.normal(size=(5, 5, 8, 16))
b, hparameters = np.zeros((1, 1, 1, 16)), {"stride": 1, "pad": 2}
seconds, Z = {}, {}
for layer, calls in ((conv_forward, 1), (conv_forward_fast, 5)):
    name, times = layer.__name__, []
    for _ in range(calls):
        start = timeit.default_timer()
        Z[name], cache = layer(A_prev, W, b, hparameters)
        times.append(timeit.default_timer() - start)
    seconds[name] = min(times)
ratio = seconds["conv_forward"] / seconds["conv_forward_fast"]
print("largest difference", np.abs(Z["conv_forward"] - Z["conv_forward_fast"]).max())
plots.bars(
    seconds,
    ylabel="seconds",
    log=True,
    reading=f"The same numbers, {ratio:.0f} times faster on your computer.",
)

# %% [markdown]
# ## A filter that learns
# Nobody has to invent filters. Start with a random one and a target output (here: what
# Sobel's filter gives on the gate), and let gradient descent do the rest. The nine
# numbers should become Sobel's, although gradient descent never sees those.
#
# With the rows of `im2col`, the gradient is short too: $dW = \text{rows}^\top dZ$, the
# sum of all windows times their upstream gradients. That is what your `conv_backward`
# added up.

# %% demo
rows = im2col((gate - gate.mean())[np.newaxis, ::2, ::2, np.newaxis], 3, 1)  # (6084, 9)
target = rows @ sobel.reshape(9, 1)
w = 0.5 * np.random.default_rng(0).normal(size=(9, 1))
stages, errors = {}, []
for i in range(501):
    difference = rows @ w - target
    errors.append(np.mean(difference**2))
    if i in (0, 20, 100, 500):
        stages[f"step {i}"] = w.reshape(3, 3).round(1) + 0.0  # no -0.0
    w = w - 2.0 * (2 * rows.T @ difference / len(rows))
print(f"mean squared error {errors[0]:.3f} at the start, {errors[-1]:.1e} at the end")
plots.heat(
    stages,
    numbers=True,
    reading="From random numbers to (1 0 -1, 2 0 -2, 1 0 -1): Sobel's filter.",
)

# %% [markdown]
# # Part 6 · LeNet-5
# In 1998 Yann LeCun and his colleagues read cheques with a network of seven layers. You
# know all of them:
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
# The original used tanh, average pooling with trainable weights, and 32 × 32 pixels.
# Height and width shrink, the number of channels grows, and nearly all parameters are
# in the dense layers.

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
    reading="Ten classes of clothes. Which two would you confuse?",
)

# %% [markdown]
# ## Train it
# The framework `helpers.nn` has your layers, written as in part 5. For comparison, two
# other networks learn from the same 10,000 images: a dense one with about as many
# parameters, and a linear one. Before you run: how far ahead will LeNet-5 be?


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


def trained(make, X, epochs=4, seed=0):
    """A trained network and the history of its training."""
    rng = np.random.default_rng(seed)
    net = make(rng)
    rate = nn.schedules.cosine_decay(0.006, epochs * len(X) // 50, warmup=60)
    history = net.fit(
        X,
        Y,
        loss=nn.cross_entropy,
        optimizer=nn.Adam(net.parameters(), rate),
        epochs=epochs,
        batch_size=50,
        rng=rng,
        progress=False,
        metrics={"accuracy": nn.accuracy},
    )
    return net, history


# %% demo
def dense(rng):
    """About as many parameters as LeNet-5, without convolutions."""
    return nn.Sequential(
        nn.Flatten(), nn.Dense(784, 77, "relu", rng=rng), nn.Dense(77, 10, rng=rng)
    )


def linear(rng):
    """Softmax regression."""
    return nn.Sequential(nn.Flatten(), nn.Dense(784, 10, rng=rng))


def accuracy(net, X):
    """Fraction of the test images that are classified right."""
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
print("test accuracy:", ", ".join(f"{name} {p:.1%}" for name, p in right.items()))
plots.lines(
    curves,
    range(1, 5),
    xlabel="epoch",
    ylabel="training accuracy",
    reading="Each point is the average over one epoch of 10,000 images.",
)
plots.bars(
    {name: round(2000 * (1 - share)) for name, share in right.items()},
    ylabel="mistakes on 2,000 test images",
    reading="Fewer is better. With other test images, a number may differ by about 15.",
)

# %% [markdown]
# LeNet-5 makes the fewest mistakes. It has as many parameters as the dense network, but
# uses those of its filters at every position. The last digits depend on your processor,
# which rounds in its own way. Are its layers really yours? Put its trained weights into
# your function and compare.

# %% demo
first = nets["LeNet-5"][0]
boot = X_test[[9]] if Y_test[9] == 9 else X_test[[np.flatnonzero(Y_test == 9)[0]]]
Z, _ = conv_forward_fast(
    boot, first.W.data, first.b.data.reshape(1, 1, 1, -1), {"stride": 1, "pad": 2}
)
maps = np.maximum(Z, 0)  # ReLU
print(
    f"largest difference to the framework: {np.abs(maps - first(boot).data).max():.0e}"
)
plots.heat(
    {f"filter {c}": first.W.data[:, :, 0, c] for c in range(6)},
    reading="The six learned filters; orange is positive. Which ones respond to edges?",
)
plots.images(
    [boot[0, :, :, 0], *np.moveaxis(maps[0], 2, 0)],
    ["boot", *[f"map {c}" for c in range(6)]],
    columns=7,
    reading="Where each filter responds on a boot: at outlines, or on whole areas.",
)

# %% demo
predicted = np.argmax(nets["LeNet-5"].predict(X_test), axis=1)
counts = np.zeros((10, 10))
np.add.at(counts, (Y_test, predicted), 1)
plots.heat(
    counts - np.diag(np.diag(counts)),
    signed=False,
    rows=fashion.classes,
    columns=fashion.classes,
    xlabel="predicted class",
    ylabel="true class",
    reading="Mistakes of LeNet-5. Shirts, T-shirts, pullovers and coats are confused "
    "with each other; boots and trousers hardly ever are.",
)

# %% [markdown]
# ## Break it
# In the first lab of Course 1 you shuffled the pixels of all images in the same way,
# and logistic regression was exactly as good as before. Do the same to LeNet-5 and to
# the dense network.
#
# <details><summary><b>Predict</b>: which one gets worse, and by how much?</summary>
#
# The dense network changes only by chance: for it, any order is as good as any other.
# LeNet-5 loses its lead. Its windows now hold pixels that have nothing to do with each
# other, and no pattern appears at more than one position.
# </details>

# %% demo
shuffle = np.random.default_rng(1).permutation(784)


def shuffled(X):
    """The same shuffle for each image."""
    return X.reshape(-1, 784)[:, shuffle].reshape(X.shape)


for name, make in {"LeNet-5": lenet, "dense": dense}.items():
    net, _ = trained(make, shuffled(X))
    right[f"{name},\nshuffled"] = accuracy(net, shuffled(X_test))
right.pop("linear")
plots.bars(
    {name: round(2000 * (1 - share)) for name, share in sorted(right.items())},
    ylabel="mistakes on 2,000 test images",
    reading="A convolution relies on neighbours; after the shuffle they are no help.",
)

# %% [markdown]
# ## A shifted image (optional)
# One more consequence: if the boot moves, the maps move with it (**translation
# equivariance**), since a filter responds to its pattern wherever it is. Pooling then
# makes the result nearly the same for small shifts. But only nearly: the dense layers
# that follow do depend on the position. Before you run: after how many pixels to the
# right is more than half of LeNet-5's answers wrong?

# %% demo
moved = {"LeNet-5": [], "dense": []}
for shift in range(7):
    X_moved = np.roll(X_test, shift, axis=2)
    for name, shares in moved.items():
        shares.append(accuracy(nets[name], X_moved))
lost = {name: sum(p >= 0.5 for p in shares) for name, shares in moved.items()}
plots.lines(
    moved,
    xlabel="pixels to the right",
    ylabel="test accuracy",
    markers=True,
    from_zero=True,
    reading=f"Most answers are wrong after {lost['LeNet-5']} pixels for LeNet-5, after "
    f"{lost['dense']} for the dense network. Shifted training images would help both.",
)

# %% [markdown] question="why_convolutions" points=6
# ## In your own words
# A colleague says: "A dense layer can do everything that a convolution does. It only
# needs the right weights. So why bother?" Answer in about six sentences. Is she right
# about what a dense layer can do? Which two properties make the difference, and what do
# they save? Use numbers that you measured. When would convolutions be the wrong choice?
#
# ### BEGIN SOLUTION
# She is right: a dense layer with zeros outside each window and the same weights in
# every window computes the same. But it would have to learn that from images. From 32 ×
# 32 × 3 to 28 × 28 × 6 it has 14 million weights, the convolution 456. The filter is
# shared: what is useful at one position is useful at others. And connections are
# sparse: each output reads 75 inputs, not 3072. With as many parameters, the dense
# network got about 86 % of the clothes right, and LeNet-5 about two percentage points
# more. With shuffled pixels that lead was gone, which shows where it came from. Where
# neighbours mean nothing, as in the columns of a table, convolutions are the wrong
# choice.
#
# **Rubric**, one point each: a dense layer could represent it · parameter sharing ·
# sparse, local connections · counts or accuracies as evidence · the shuffled pixels,
# or data size, as the reason it matters · a case without neighbours, such as tables.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the formula | your function |
# |---|---|
# | $n = \lfloor (n_{prev} + 2p - f)/s \rfloor + 1$ | `conv_output_shape` |
# | $(f^2\, n_{C\,prev} + 1)\, n_C$ | `conv_parameters` |
# | $Z_{hwc} = b_c + \sum W_{ijkc} A_{hs+i,\,ws+j,\,k}$ | `conv_forward`, `…_fast` |
# | $dA$ += $W dz$, $dW$ += $A dz$, $db$ += $dz$ | `conv_backward` |
# | maximum or average of a window | `pool_forward` |
# | gradient to the maximum, or in equal shares | `pool_backward` |

# %% [markdown]
# In PyTorch, images are `(m, n_C, n_H, n_W)`, and filters `(n_C, n_C_prev, f, f)`:
#
# ```
# import torch
#
# lenet = torch.nn.Sequential(
#     torch.nn.Conv2d(1, 6, 5, padding="same"), torch.nn.ReLU(),    # conv_forward
#     torch.nn.MaxPool2d(2),                                        # pool_forward
#     torch.nn.Conv2d(6, 16, 5), torch.nn.ReLU(),
#     torch.nn.MaxPool2d(2), torch.nn.Flatten(),
#     torch.nn.Linear(400, 120), torch.nn.ReLU(),
#     torch.nn.Linear(120, 84), torch.nn.ReLU(), torch.nn.Linear(84, 10))
# torch.nn.functional.cross_entropy(lenet(X), Y).backward()         # conv_backward
# ```

# %% [markdown]
# Where libraries differ from your functions:
#
# - **Ties in max pooling.** PyTorch gives the gradient to the first of several equal
#   maxima; yours goes to all of them. Ties are mostly zeros after a ReLU, which stops
#   their gradient anyway.
# - **Same padding with an even $f$**, where one side needs one more zero: PyTorch and
#   Keras put it below and on the right.
# - **Same padding with a stride.** PyTorch refuses it. In Keras the output has the size
#   $\lceil n/s \rceil$, and an extra zero is again below and on the right: with
#   $f = 3$ and $s = 2$, the windows on an image of even size lie one pixel further down
#   and to the right than with $p = 1$.

# %% [markdown]
# **Your function beside a library's.** Both got the same input. Where the values
# differ, the table says why.
#
# {{libraries}}

# %% [markdown]
# **A challenge** (optional). Write `conv_backward_fast`: `dW` is one product of the
# rows of `im2col` with `dZ`; for `dA_prev` multiply `dZ` by the filters, and add the
# rows back to where `im2col` took them from ("col2im"). Compare with your loops.
#
# **The paper of the week.** Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based
# learning applied to document recognition*, Proceedings of the IEEE 86 (1998). Read
# section II.A and look at figure 2: which layers do you recognize, and which differ?
#
# **Next week** the networks become deep: skip connections, bottlenecks, and weights
# that somebody else has trained for you.

# %% demo
check.progress()
