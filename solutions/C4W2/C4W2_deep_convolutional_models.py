# %% [markdown]
# # Deeper, cheaper, borrowed
# Last week you wrote a convolution. This week you build what others have built from it:
# networks with fifty layers that still learn, networks small enough for a phone, and a
# network that somebody else trained for weeks, which you teach a new task in seconds
# with 81 photographs.
#
# **Time** about three hours, in six parts; you can stop after any of them. **You need**
# last week's lab: convolution, stride, padding, pooling.

# %% [markdown]
# ## The map
# | part | you write | points |
# |---|---|---|
# | 1 Deeper | `identity_block` `convolutional_block` `ResNet` | 22 |
# | 2 Wider | `conv_1x1` `inception_module` | 10 |
# | … and cheaper | `depthwise_conv` `pointwise_conv` `separable_ratio` | 9 |
# | … | `mobilenet_bottleneck` | 8 |
# | 3 Counting | `count_parameters` `count_multiplies` `compound_scaling` | 11 |
# | 4 Borrowed eyes | `freeze` `fine_tune` | 8 |
# | 5 More from little data | `mirror` `random_crop` `color_shift` | 8 |
# | … | `pca_color_augmentation` | 4 |
# | 6 The last percent | `ensemble_predict` `multi_crop_predict` | 6 |
#
# Eight short questions give 8 points, and one answer in your own words gives 6.

# %% [markdown]
# **After this lab you can** explain what a skip connection is good for, build ResNet-50
# and MobileNetV2 block by block, work out from a table of layers what a network costs,
# reuse a trained network on your own images, and judge which tricks are worth their
# price.
#
# After each exercise a cell with `check(…)` runs your function on a few fixed cases,
# shows what it expected and what it got, and often recognizes the mistake. Run it as
# often as you like; your grade comes from the same checks on fresh cases. Hints are
# folded under each task; their titles say what you might see. You answer a short
# question by setting its variable to a letter in quotes, such as `"B"`, or to a number.

# %%
import timeit

import numpy as np

from helpers import architectures, data, nn, plots, vision
from helpers.checks import checks_for
from helpers.functional import Net

check = checks_for("C4W2")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | means |
# |---|---|---|
# | $m$, $n_H$, $n_W$, $n_C$ | shape of `X` | images, height, width, channels |
# | $f$, $s$ | `f`, `s` | side of a filter, stride |
# | $F_1, F_2, F_3$ | `filters` | channels after each convolution of a block |
# | $t$ | `t` | expansion factor: a bottleneck has $t$ times its input channels inside |
# | $\phi$ | `phi` | number of scaling steps; each roughly doubles the cost |
#
# Padding is "same" unless a line says otherwise.

# %% [markdown]
# ## How networks are written here
# You write a network as **one function** of the images `X` and of `net`, which supplies
# the layers. The first run creates each layer with the right number of channels; later
# runs use the same layers again.
#
# | call | gives |
# |---|---|
# | `net.conv(X, n_C, f, s)` | convolution, same padding; `bias=True` adds a bias |
# | `net.depthwise(X, f, s)` | one filter per channel |
# | `net.batch_norm(X)` | batch normalization |
# | `net.dense(X, n)` | dense layer |
# | `nn.relu(X)`, `nn.relu(X, 6)` | ReLU, and ReLU6, which is capped at 6 |
# | `nn.max_pool2d(X, f, s, "same")`, `nn.mean(X, axis=(1, 2))` | pooling |


# %% demo
def tiny(X, net):
    """A convolution, then an average of each channel, then ten scores."""
    X = nn.relu(net.batch_norm(net.conv(X, 8, f=3, s=2)))
    return net.dense(nn.mean(X, axis=(1, 2)), 10)


images = np.zeros((5, 28, 28, 1), np.float32)
model = Net(tiny, images, rng=np.random.default_rng(0))
print(model.summary(images))

# %% [markdown]
# # Part 1 · Deeper
# A network with more layers can represent more functions. So a deeper network should
# never be worse: its extra layers could simply pass on their input. But around 2015
# researchers found that **plain** deep networks got worse *even on the training set*.
# A stack of convolutions finds it hard to learn to do nothing.
#
# Kaiming He and his colleagues made doing nothing the starting point. A block computes
# only what is to be **added** to its input, the *residual*, and a **skip connection**
# carries the input itself around the block:
#
# $$A^{out} = \text{ReLU}\left(F(A) + A\right)$$

# %% [markdown]
# By hand: take $A = (2, 0, 1)$ and a block whose weights are all zero, so that
# $F(A) = (0, 0, 0)$. A plain block outputs $(0, 0, 0)$, and everything is lost. A
# residual block outputs $\text{ReLU}(0 + A) = (2, 0, 1)$: nothing is lost. On the way
# back the gradient takes the same path around $F$, whatever $F$ does.
#
# Inside, $F$ is a **bottleneck** of three convolutions: $1 \times 1$ reduces the many
# channels to a few, $f \times f$ works on those few, and $1 \times 1$ makes many again.

# %% [markdown]
# <details><summary><b>Predict</b>: which shapes must F(A) and A have?</summary>
#
# The same shape, because they are added. So the third convolution makes as many
# channels as came in.
# </details>
#
# ### Exercise 1 · `identity_block` · 8 points · about 10 minutes
# Build the block: a $1 \times 1$ convolution, batch norm, ReLU; the same with
# $f \times f$; then a $1 \times 1$ convolution and batch norm without a ReLU; finally
# add the input and apply the last ReLU. All strides are 1.

# %% [markdown]
# <details><summary>Some values are negative or too large</summary>
#
# Add first, then apply the ReLU. There is no ReLU between the third batch norm and the
# addition.
# </details>
# <details><summary>The number of parameters is too large</summary>
#
# The first and the third convolution have `f=1`.
# </details>


# %% exercise="identity_block"
def identity_block(X, f, filters, *, net):
    """A residual block whose input and output have the same shape.

    Args:
        X: images `(m, n_H, n_W, n_C)`.
        f: side of the filters in the middle.
        filters: `(F1, F2, F3)`, channels after each convolution; `F3` is `n_C`.
        net: supplies the layers.

    Returns:
        Tensor `(m, n_H, n_W, F3)`.

    Source: He et al., Deep residual learning (2015), figure 5, right.
    """
    ### BEGIN SOLUTION
    F1, F2, F3 = filters
    shortcut = X
    X = nn.relu(net.batch_norm(net.conv(X, F1, f=1)))
    X = nn.relu(net.batch_norm(net.conv(X, F2, f=f)))
    X = net.batch_norm(net.conv(X, F3, f=1))
    return nn.relu(X + shortcut)
    ### END SOLUTION


# %% check="identity_block"
check(identity_block)

# %% [markdown]
# ## When the shapes change
# Now and then a network halves height and width and makes more channels. Then $A$ and
# $F(A)$ have different shapes and cannot be added. So the shortcut gets its own
# $1 \times 1$ convolution with the same stride, and batch norm. This **projection**
# brings $A$ into the right shape and does nothing else.
#
# ### Exercise 2 · `convolutional_block` · 8 points · about 8 minutes
# Build the same block as before, with stride `s` in the *first* convolution and in the
# projection of the shortcut.
#
# <details><summary>add: shapes … do not broadcast</summary>
#
# Does the shortcut have `F3` channels and stride `s`?
# </details>


# %% exercise="convolutional_block"
def convolutional_block(X, f, filters, s=2, *, net):
    """A residual block that changes size and channels.

    Args:
        X: images `(m, n_H, n_W, n_C)`.
        f: side of the filters in the middle.
        filters: `(F1, F2, F3)`, channels after each convolution.
        s: stride of the first convolution and of the shortcut.
        net: supplies the layers.

    Returns:
        Tensor `(m, n_H / s, n_W / s, F3)`, sizes rounded up.
    """
    ### BEGIN SOLUTION
    F1, F2, F3 = filters
    shortcut = net.batch_norm(net.conv(X, F3, f=1, s=s))
    X = nn.relu(net.batch_norm(net.conv(X, F1, f=1, s=s)))
    X = nn.relu(net.batch_norm(net.conv(X, F2, f=f)))
    X = net.batch_norm(net.conv(X, F3, f=1))
    return nn.relu(X + shortcut)
    ### END SOLUTION


# %% check="convolutional_block"
check(convolutional_block)

# %% [markdown]
# ## Does depth hurt, and does the skip help?
# We train the same stack with and without skips, from 2 to 26 layers deep, for two
# epochs on 4,000 images of clothes. Everything else is equal: the initial weights, the
# batches and the learning rate. With no block at all the two are the same network.
# Before you run the cell, sketch the two curves.


# %% demo
def plain_block(X, f, filters, *, net):
    """An identity block without its skip connection."""
    F1, F2, F3 = filters
    X = nn.relu(net.batch_norm(net.conv(X, F1, f=1)))
    X = nn.relu(net.batch_norm(net.conv(X, F2, f=f)))
    return nn.relu(net.batch_norm(net.conv(X, F3, f=1)))


def stack(block, blocks):
    """A network of identical blocks on small feature maps."""

    def run(X, net):
        X = nn.relu(net.batch_norm(net.conv(X, 32, f=5, s=4)))
        for _ in range(blocks):
            X = block(X, 3, (8, 8, 32), net=net)
        return net.dense(nn.mean(X, axis=(1, 2)), 10)

    return run


fashion = data.load("fashion")  # photographs of clothes, grey, 28 × 28, ten classes
clothes, labels = fashion.train_x[..., np.newaxis] / np.float32(255), fashion.train_y
new_clothes, new_labels = (
    fashion.test_x[..., np.newaxis] / np.float32(255),
    fashion.test_y,
)

# %% demo cover=true
depths, final_loss = [0, 1, 2, 4, 8], {"plain": [], "residual": []}
for blocks in depths:
    for name, block in (("plain", plain_block), ("residual", identity_block)):
        net = Net(stack(block, blocks), clothes[:1], rng=np.random.default_rng(0))
        rate = nn.schedules.cosine_decay(0.1, 80)
        history = net.fit(
            clothes[:4000],
            labels[:4000],
            loss=nn.cross_entropy,
            epochs=2,
            optimizer=nn.SGD(net.parameters(), rate, momentum=0.9),
            batch_size=100,
            rng=np.random.default_rng(0),
            progress=False,
        )
        final_loss[name].append(history["loss"][-1])
plots.lines(
    final_loss,
    [3 * blocks + 2 for blocks in depths],
    xlabel="layers",
    ylabel="training loss after 2 epochs",
    markers=True,
    reading="With no block the two networks are the same. The deepest plain network "
    f"ends with a loss of {final_loss['plain'][-1]:.2f}, the deepest residual one with "
    f"{final_loss['residual'][-1]:.2f}. This is the training loss, so overfitting "
    "cannot be the reason.",
)

# %% concept="why_residual"
# Why does a residual block rarely make a network worse?
# A: it has fewer weights than a plain block of the same size
# B: it cuts off gradients that have grown too large on the way back
# C: with small weights it is nearly the identity, and easily stays so
# D: it has an additional ReLU, so it can represent more functions
why_residual = None

# %% [markdown]
# ### Exercise 3 · `ResNet` · 6 points · about 8 minutes
# Build the whole network from your two blocks:
#
# 1. convolution $7 \times 7$, stride 2, `width` channels; batch norm; ReLU;
# 2. max pooling $3 \times 3$, stride 2, padding "same";
# 3. the stages: stage 0 has filters `(width, width, 4 * width)`, and each further stage
#    has twice as many. Stage `i` has `blocks[i]` blocks with $f = 3$: one convolutional
#    block, with stride 1 in stage 0 and 2 in the others, then identity blocks;
# 4. the average of each channel over all positions, and a dense layer.
#
# <details><summary>The number of parameters is too large</summary>
#
# The convolutional block counts as the first block of its stage.
# </details>


# %% exercise="ResNet"
def ResNet(X, blocks, classes, width=64, *, net):
    """A residual network of bottleneck blocks.

    Args:
        X: images `(m, n_H, n_W, n_C)`.
        blocks: number of blocks in each stage; `(3, 4, 6, 3)` is ResNet-50.
        classes: number of scores.
        width: channels after the first convolution.
        net: supplies the layers.

    Returns:
        Tensor `(m, classes)`, scores before the softmax.
    """
    ### BEGIN SOLUTION
    X = nn.relu(net.batch_norm(net.conv(X, width, f=7, s=2)))
    X = nn.max_pool2d(X, 3, 2, "same")
    for stage, repeats in enumerate(blocks):
        n = width * 2**stage
        filters = (n, n, 4 * n)
        X = convolutional_block(X, 3, filters, s=1 if stage == 0 else 2, net=net)
        for _ in range(repeats - 1):
            X = identity_block(X, 3, filters, net=net)
    return net.dense(nn.mean(X, axis=(1, 2)), classes)
    ### END SOLUTION


# %% check="ResNet"
check(ResNet)

# %% demo
# Your function with the numbers of the paper: is it the network that everybody uses?
resnet50 = Net(
    lambda X, net: ResNet(X, (3, 4, 6, 3), 1000, net=net),
    np.zeros((1, 32, 32, 3)),
    rng=np.random.default_rng(0),
)
print(f"{resnet50.count_parameters():,} parameters; PyTorch's ResNet-50 has 25,557,032")
del resnet50

# %% [markdown]
# Part 1 ends here; it is a good place for a break.

# %% [markdown]
# # Part 2 · Wider and cheaper
# Depth is one way to make a network more powerful. Another is to look at windows of
# several sizes at once. Both cost multiplications, and much of the craft lies in saving
# them.

# %% [markdown]
# ## One by one
# A $1 \times 1$ convolution sees one pixel at a time, but **all its channels**. It is a
# small dense layer that is the same at every position. It changes the number of
# channels and costs little.
#
# By hand: a pixel with channels $(3, 1)$, two filters $(1, 1)$ and $(2, -1)$, and
# biases $(0, 10)$ give $(3 + 1 + 0,\; 6 - 1 + 10) = (4, 15)$.

# %% [markdown]
# ### Exercise 4 · `conv_1x1` · 4 points · about 4 minutes
# Write the $1 \times 1$ convolution in plain NumPy, for a whole batch. One matrix
# product is enough.
#
# <details><summary>My result has five or six axes</summary>
#
# `W[0, 0]` is the matrix `(n_C_prev, n_C)` you want.
# </details>


# %% exercise="conv_1x1"
def conv_1x1(X, W, b):
    """A 1 × 1 convolution.

    Args:
        X: array `(m, n_H, n_W, n_C_prev)`.
        W: array `(1, 1, n_C_prev, n_C)`.
        b: array `(1, 1, 1, n_C)`.

    Returns:
        Array `(m, n_H, n_W, n_C)`.

    Example:
        >>> W = np.array([[1.0, 2.0], [1.0, -1.0]]).reshape(1, 1, 2, 2)
        >>> b = np.array([0.0, 10.0]).reshape(1, 1, 1, 2)
        >>> conv_1x1(np.array([3.0, 1.0]).reshape(1, 1, 1, 2), W, b).ravel()
        array([ 4., 15.])
    """
    ### BEGIN SOLUTION
    return np.matmul(X, W[0, 0]) + b
    ### END SOLUTION


# %% check="conv_1x1"
check(conv_1x1)

# %% [markdown]
# ## The price of a window
# A layer needs $n_H n_W \cdot f^2 n_{C\,prev} \cdot n_C$ multiplications: for each
# output number, one product for each weight of a filter. From
# $28 \times 28 \times 192$ to 32 channels with $5 \times 5$ filters that is
#
# $$28 \cdot 28 \cdot 25 \cdot 192 \cdot 32 = 120.4 \text{ million.}$$
#
# Now reduce the channels first: $1 \times 1$ to 16 channels costs
# $28 \cdot 28 \cdot 192 \cdot 16 = 2.4$ million; then $5 \times 5$ goes from 16 to 32
# channels.

# %% concept="bottleneck_cost"
# Compared with the single layer, by what factor do the two steps together reduce the
# number of multiplications? Round to the nearest whole number.
bottleneck_cost = None

# %% [markdown]
# ## Why choose?
# Is $3 \times 3$ better here, or $5 \times 5$, or pooling? **Inception** does all of
# them side by side and lets the next layer choose:
#
# ```
#      ┌─ 1×1 ─────────────┐
# X ───┼─ 1×1 ── 3×3 ──────┼── channels side by side
#      ├─ 1×1 ── 5×5 ──────┤
#      └─ max pool ── 1×1 ─┘
# ```

# %% [markdown]
# ### Exercise 5 · `inception_module` · 6 points · about 8 minutes
# Build the four branches and join them with `nn.concatenate([…])`, which joins along
# the channels. Every convolution has a bias and is followed by a ReLU. There is no
# batch norm; it came a year later.
#
# <details><summary>concatenate: shapes … differ outside axis -1</summary>
#
# All branches keep height and width. Max pooling needs stride 1 and padding "same".
# </details>
# <details><summary>The number of parameters is slightly too small</summary>
#
# Every convolution needs `bias=True`.
# </details>


# %% exercise="inception_module"
def inception_module(X, filters, *, net):
    """Filters of several sizes side by side.

    Args:
        X: images `(m, n_H, n_W, n_C)`.
        filters: `(n1, (r3, n3), (r5, n5), n_pool)`: output channels of each branch;
            a pair gives first those of the 1 × 1, then those of the 3 × 3 or 5 × 5.
        net: supplies the layers.

    Returns:
        Tensor `(m, n_H, n_W, n1 + n3 + n5 + n_pool)`, branches in this order.

    Source: Szegedy et al., Going deeper with convolutions (2014), figure 2 (b).
    """
    ### BEGIN SOLUTION
    n1, (r3, n3), (r5, n5), n_pool = filters

    def conv(x, n_C, f):
        return nn.relu(net.conv(x, n_C, f, bias=True))

    return nn.concatenate(
        [
            conv(X, n1, 1),
            conv(conv(X, r3, 1), n3, 3),
            conv(conv(X, r5, 1), n5, 5),
            conv(nn.max_pool2d(X, 3, 1, "same"), n_pool, 1),
        ]
    )
    ### END SOLUTION


# %% check="inception_module"
check(inception_module)

# %% [markdown]
# ## Two steps instead of one
# An ordinary filter looks at a window *and* mixes the channels at the same time.
# **MobileNet** separates the two. The **depthwise** step has one $f \times f$ filter
# for each channel and mixes nothing. The **pointwise** step is $1 \times 1$: it mixes
# the channels of one pixel at a time.
#
# By hand, from $6 \times 6 \times 3$ to $4 \times 4 \times 5$ with $f = 3$ and no
# padding:
#
# | | multiplications |
# |---|---|
# | ordinary | $4 \cdot 4 \cdot (3 \cdot 3 \cdot 3) \cdot 5 = 2160$ |
# | depthwise | $4 \cdot 4 \cdot (3 \cdot 3) \cdot 3$ |
# | pointwise | $4 \cdot 4 \cdot 3 \cdot 5$ |

# %% concept="depthwise_multiplies"
# How many multiplications do the depthwise and the pointwise step need together?
depthwise_multiplies = None

# %% [markdown]
# ### Exercise 6 · `depthwise_conv` · 5 points · about 8 minutes
# Write the depthwise convolution in NumPy, **without** padding and with stride 1.
#
# <details><summary>My output has one channel</summary>
#
# Sum over the two axes of the window, not over the channels.
# </details>
# <details><summary>It is slow: I loop over all positions of the image</summary>
#
# Loop over the $f \cdot f$ positions in the filter instead: multiply the shifted image
# by that weight and add up.
# </details>


# %% exercise="depthwise_conv"
def depthwise_conv(X, W):
    """One filter for each channel, no padding, stride 1.

    Args:
        X: array `(m, n_H, n_W, n_C)`.
        W: array `(f, f, n_C)`.

    Returns:
        Array `(m, n_H - f + 1, n_W - f + 1, n_C)`.

    Example:
        >>> X = np.arange(8.0).reshape(1, 2, 2, 2)
        >>> depthwise_conv(X, np.ones((2, 2, 2))).ravel()
        array([12., 16.])
    """
    ### BEGIN SOLUTION
    f = W.shape[0]
    n_H, n_W = X.shape[1] - f + 1, X.shape[2] - f + 1
    Z = np.zeros((X.shape[0], n_H, n_W, X.shape[3]))
    for i in range(f):
        for j in range(f):
            Z += X[:, i : i + n_H, j : j + n_W] * W[i, j]
    return Z
    ### END SOLUTION


# %% check="depthwise_conv"
check(depthwise_conv)

# %% [markdown]
# ### Exercise 7 · `pointwise_conv` · 2 points · about 1 minute
# Write the other half, without biases. The filters come as a matrix.
#
# <details><summary>ValueError: matmul: … has a mismatch in its core dimension</summary>
#
# The channels of `X` are its last axis. They must match the first axis of `W`.
# </details>


# %% exercise="pointwise_conv"
def pointwise_conv(X, W):
    """Mix the channels of each pixel.

    Args:
        X: array `(m, n_H, n_W, n_C_prev)`.
        W: array `(n_C_prev, n_C)`.

    Returns:
        Array `(m, n_H, n_W, n_C)`.
    """
    ### BEGIN SOLUTION
    return np.matmul(X, W)
    ### END SOLUTION


# %% check="pointwise_conv"
check(pointwise_conv)

# %% [markdown]
# ### Exercise 8 · `separable_ratio` · 2 points · about 3 minutes
# Divide the cost of the two steps by that of the ordinary convolution. Nearly
# everything cancels:
#
# $$\frac{f^2\, n_{C\,prev} + n_{C\,prev}\, n_C}{f^2\, n_{C\,prev}\, n_C}
# = \frac{1}{n_C} + \frac{1}{f^2}$$
#
# Return this share.
#
# <details><summary>My result is above 1</summary>
#
# Then it says how many times cheaper the two steps are. Divide the other way round.
# </details>


# %% exercise="separable_ratio"
def separable_ratio(n_C, f):
    """Cost of a separable convolution as a share of an ordinary one.

    Args:
        n_C: output channels.
        f: side of the filters.

    Returns:
        A number.

    Example:
        >>> round(separable_ratio(5, 3), 4)
        0.3111
    """
    ### BEGIN SOLUTION
    return 1 / n_C + 1 / f**2
    ### END SOLUTION


# %% check="separable_ratio"
check(separable_ratio)

# %% demo
photos = data.load("photos_160")  # real photographs, animals and landmarks, 160 × 160
fish = photos.train_x[[25]] / 255
blur, edge = np.full((9, 9), 1 / 81), np.zeros((9, 9))
edge[4, 3:6] = [4, 0, -4]
W = np.stack(
    [blur, edge, np.eye(9) / 9], axis=2
)  # red, green and blue: one filter each
by_channel = depthwise_conv(fish, W)
grey = pointwise_conv(fish, np.array([[0.3], [0.6], [0.1]]))
plots.images(
    [fish[0], *np.moveaxis(by_channel[0], 2, 0), grey[0, :, :, 0]],
    ["X", "red, blurred", "green, edges", "blue, smeared", "pointwise: grey"],
    columns=5,
    reading="The depthwise step filters each colour separately; the pointwise step "
    "mixes the three colours.",
)
print(f"share of the cost with 512 channels and f = 3: {separable_ratio(512, 3):.3f}")

# %% [markdown]
# ## MobileNet's block
# **MobileNetV2** adds a skip and turns the bottleneck inside out: there are few
# channels outside, and many inside, where the cheap depthwise filters work.
#
# ```
# X ─ 1×1 expand to t·n ─ BN ReLU6 ─ depthwise 3×3 ─ BN ReLU6 ─ 1×1 project ─ BN ─(+)─
# └───────────────────────────── if shapes agree ──────────────────────────────────┘
# ```
#
# There is no ReLU after the projection: with few channels, setting the negative values
# to 0 would lose too much. ReLU6 is capped at 6, which suits the low-precision numbers
# that phones compute with.

# %% [markdown]
# ### Exercise 9 · `mobilenet_bottleneck` · 8 points · about 10 minutes
# Build the block in the diagram. With $t = 1$ there is nothing to expand, so leave that
# step out. Whatever $t$ is, there is a skip if $s = 1$ and the input and the output
# have the same number of channels. `nn.relu(X, 6)` is ReLU6.
#
# <details><summary>add: shapes … do not broadcast</summary>
#
# Add the skip only where both conditions hold.
# </details>
# <details><summary>Only the case with t = 1 is wrong</summary>
#
# There the depthwise convolution works on `X` itself.
# </details>


# %% exercise="mobilenet_bottleneck"
def mobilenet_bottleneck(X, t, n_C, s, *, net):
    """An inverted residual block.

    Args:
        X: images `(m, n_H, n_W, n_C_prev)`.
        t: expansion factor, an int, at least 1.
        n_C: output channels.
        s: stride of the depthwise convolution.
        net: supplies the layers.

    Returns:
        Tensor `(m, n_H / s, n_W / s, n_C)`, sizes rounded up.

    Source: Sandler et al., MobileNetV2 (2018), figure 4 (d).
    """
    ### BEGIN SOLUTION
    n_C_prev, shortcut = X.shape[-1], X
    if t > 1:
        X = nn.relu(net.batch_norm(net.conv(X, t * n_C_prev)), 6)
    X = nn.relu(net.batch_norm(net.depthwise(X, 3, s)), 6)
    X = net.batch_norm(net.conv(X, n_C))
    return X + shortcut if s == 1 and n_C == n_C_prev else X
    ### END SOLUTION


# %% check="mobilenet_bottleneck"
check(mobilenet_bottleneck)

# %% [markdown]
# Part 2 ends here; it is a good place for a break.

# %% [markdown]
# # Part 3 · Counting
# How large is a network, and how slow? You can know both before you train or download
# it, from a table of its layers. `helpers.architectures` holds the tables of famous
# networks, with one dictionary for each layer:
#
# | key | means |
# |---|---|
# | `"f"` | side of the filters; a dense layer is a $1 \times 1$ at one position |
# | `"n_C_prev"`, `"n_C"` | input and output channels |
# | `"groups"` | the channels are split into groups that are convolved separately |
# | `"size"` | side of the output map |
# | `"per_channel"` | other parameters per output channel: 1 (bias) or 2 (batch norm) |

# %% demo
for layer in architectures.mobilenet_v2()[:4]:
    print(layer)

# %% [markdown]
# A depthwise layer has one group per channel.
#
# Each filter reads $n_{C\,prev} / \text{groups}$ channels, so it has
# $f^2\, n_{C\,prev} / \text{groups}$ weights, and there are $n_C$ filters. Add
# `per_channel` for each filter.
#
# By hand: $f = 3$, from 3 to 10 channels with biases: $(9 \cdot 3 + 1) \cdot 10 = 280$.
# A depthwise layer with 30 channels and no biases: $9 \cdot 1 \cdot 30 = 270$.

# %% [markdown]
# ### Exercise 10 · `count_parameters` · 4 points · about 5 minutes
# Return the total number of parameters of all layers in a table.
#
# <details><summary>The number for a depthwise layer is far too large</summary>
#
# There `groups` equals `n_C_prev`, so each filter reads one channel.
# </details>


# %% exercise="count_parameters"
def count_parameters(block):
    """Parameters of a table of layers.

    Args:
        block: list of dictionaries with the keys `f`, `n_C_prev`, `n_C`, `groups`,
            `size` and `per_channel`, all ints.

    Returns:
        An int.

    Example:
        >>> count_parameters(architectures.lenet5())
        61706
    """
    ### BEGIN SOLUTION
    return sum(
        (
            layer["f"] ** 2 * (layer["n_C_prev"] // layer["groups"])
            + layer["per_channel"]
        )
        * layer["n_C"]
        for layer in block
    )
    ### END SOLUTION


# %% check="count_parameters"
check(count_parameters)

# %% concept="bottleneck_parameters"
# A MobileNetV2 bottleneck reads 5 channels, expands them to 30 and projects to 20, with
# f = 3. How many weights does it have, not counting biases and batch norm?
bottleneck_parameters = None

# %% [markdown]
# ### Exercise 11 · `count_multiplies` · 4 points · about 4 minutes
# Return how many multiplications one image needs. Each weight is used once at every
# position of the output map, which has `size` times `size` positions. Count only the
# products of weights with inputs, not biases or batch norm.
#
# <details><summary>My result equals the number of weights</summary>
#
# That is right for dense layers only. Elsewhere, multiply by the number of positions.
# </details>


# %% exercise="count_multiplies"
def count_multiplies(block):
    """Multiplications for one image in all layers of a table.

    Args:
        block: list of dictionaries as for `count_parameters`.

    Returns:
        An int.

    Example:
        >>> count_multiplies(architectures.inception_3a())
        128049152
    """
    ### BEGIN SOLUTION
    return sum(
        layer["size"] ** 2
        * layer["f"] ** 2
        * (layer["n_C_prev"] // layer["groups"])
        * layer["n_C"]
        for layer in block
    )
    ### END SOLUTION


# %% check="count_multiplies"
check(count_multiplies)

# %% demo
# Your counts beside those of the papers (millions of parameters and multiplications).
said = {
    "lenet5": (0.06, None),
    "alexnet": (60, None),
    "vgg16": (138, 15300),
    "inception_3a": (0.163, 128),
    "resnet50": (25.6, 3800),
    "mobilenet_v1": (4.2, 569),
    "mobilenet_v2": (3.4, 300),
}
print("                 parameters   multiplications    the papers")
for name, (parameters, products) in said.items():
    table = getattr(architectures, name)()
    counted = f"{count_parameters(table):13,} {count_multiplies(table):17,}"
    published = f"{products} M" if products else "–"
    print(f"{name:13} {counted}    {parameters} M, {published}")

# %% [markdown]
# Your counts agree with the papers to within a few percent. For ResNet-50, 25.6 million
# is what PyTorch counts; the paper gives only the cost. (PyTorch's version needs 4.1
# billion multiplications: in a block with stride 2 it is the $3 \times 3$ convolution
# that has the stride.) GoogLeNet's table says 159 K for `inception_3a`; K is 1024.
# Our LeNet-5 reads all maps in its second layer; the original left some out.
#
# Look at AlexNet and VGG-16: where do all those parameters come from?

# %% demo
share = [count_parameters([layer]) for layer in architectures.vgg16()]
plots.lines(
    {
        "parameters": np.cumsum(share) / sum(share),
        "multiplications": np.cumsum(
            [count_multiplies([layer]) for layer in architectures.vgg16()]
        )
        / count_multiplies(architectures.vgg16()),
    },
    range(1, 17),
    xlabel="layer of VGG-16",
    ylabel="share of the total so far",
    markers=True,
    reading="Nearly all multiplications are done in the convolutions, layers 1 to 13. "
    "In which layer are most of the parameters?",
)

# %% concept="vgg_weights"
# Which part of VGG-16 holds most of its parameters?
# A: the first dense layer, which reads 7 × 7 × 512 numbers
# B: the thirteen convolutions taken together
# C: the last dense layer, with its 1,000 classes
# D: the first convolution, which reads the largest input
vgg_weights = None

# %% [markdown]
# ## Larger in a balanced way
# You may spend twice as much: on more layers, more channels, or more pixels?
# **EfficientNet** increases all three together. After $\phi$ steps the factors are
#
# $$\text{depth } \alpha^\phi \qquad \text{width } \beta^\phi \qquad
# \text{resolution } \gamma^\phi$$
#
# The cost grows with the depth, with the *square* of the width (input and output
# channels) and with the *square* of the resolution (height and width). Tan and Le
# looked for factors with $\alpha \beta^2 \gamma^2 \approx 2$ and found $1.2$, $1.1$ and
# $1.15$.

# %% [markdown]
# ### Exercise 12 · `compound_scaling` · 3 points · about 2 minutes
# Return the three factors for a given $\phi$, which may be a fraction.
#
# <details><summary>Only the case with phi = 1 is right</summary>
#
# A factor is raised to the power $\phi$, not multiplied by it.
# </details>


# %% exercise="compound_scaling"
def compound_scaling(phi, alpha=1.2, beta=1.1, gamma=1.15):
    """Factors by which EfficientNet grows.

    Args:
        phi: number of steps, at least 0; each roughly doubles the cost.
        alpha: factor of the depth in one step.
        beta: factor of the width.
        gamma: factor of the resolution.

    Returns:
        `(depth, width, resolution)`, three numbers.
    """
    ### BEGIN SOLUTION
    return alpha**phi, beta**phi, gamma**phi
    ### END SOLUTION


# %% check="compound_scaling"
check(compound_scaling)

# %% concept="scaling_cost"
# By what factor does the cost, α β² γ², grow in one step with these numbers? Give two
# decimals.
scaling_cost = None

# %% demo
# B0 to B3 have φ = 0, ½, 1 and 2; their authors rounded the factors.
print("     yours: depth width pixels   theirs            parameters  multiplications")
for phi, *theirs, name in [
    (0, 1.0, 1.0, 224, "B0"),
    (0.5, 1.1, 1.0, 240, "B1"),
    (1, 1.2, 1.1, 260, "B2"),
    (2, 1.4, 1.2, 300, "B3"),
]:
    depth, width, resolution = compound_scaling(phi)
    table = architectures.efficientnet(*theirs)
    print(
        f"{name}          {depth:5.2f} {width:5.2f} {224 * resolution:6.0f}   "
        f"{tuple(theirs)!s:16} {count_parameters(table):11,} "
        f"{count_multiplies(table):16,}"
    )
print("The paper: 5.3, 7.8, 9.2 and 12 million; 0.39, 0.70, 1.0 and 1.8 billion.")

# %% [markdown]
# Part 3 ends here; it is a good place for a break.

# %% [markdown]
# # Part 4 · Borrowed eyes
# Nobody trains such a network for a weekend project. It is trained once, on a million
# photographs, and passed on. What it has learned about edges, textures, fur and arches
# is useful for other images too: this is **transfer learning**.
#
# We take a real MobileNetV2 for images of 160 × 160 pixels, trained on ImageNet and
# then fine-tuned on dog breeds. It was never trained to tell animals from landmarks,
# which is our task. Its layers are *your* bottlenecks:


# %% demo
def body(X, net):
    """MobileNetV2 up to its last but one stage."""
    X = nn.relu(net.batch_norm(net.conv(X, 32, f=3, s=2)), 6)
    for t, n_C, repeats, s in architectures.MOBILENET_V2[:-1]:
        for i in range(repeats):
            X = mobilenet_bottleneck(X, t, n_C, s if i == 0 else 1, net=net)
    return X


def last_block(X, net):
    """The last block, and the averages of its 1280 channels."""
    X = mobilenet_bottleneck(X, 6, 320, 1, net=net)
    X = nn.relu(net.batch_norm(net.conv(X, 1280)), 6)
    return nn.mean(X, axis=(1, 2))


def top(X, net):
    """The last block, and a head for two new classes."""
    return net.dense(last_block(X, net), 2)


# %% demo
def load_pretrained(net, names):
    """Copy pretrained filters and batch norms into the layers of a network."""
    weights = vision.weights("mobilenet")
    for i, name in enumerate(names):
        layer, norm = net.layers[2 * i : 2 * i + 2]
        layer.W.data[...] = weights[f"{name}.kernel"].reshape(layer.W.shape)
        norm.gamma.data[...], norm.beta.data[...] = weights[f"{name}.bn"][:2]
        norm.running_mean[...], norm.running_var[...] = weights[f"{name}.bn"][2:]
        norm.options["epsilon"] = 1e-3  # as it was trained
    return net


names = [
    f"block_{i}.{part}"
    for i in range(17)
    for part in ("expand", "depthwise", "project")
][1:]
names = ["stem", *names, "top"]  # block 0 has no expansion
rng = np.random.default_rng(0)
lower = load_pretrained(Net(body, np.zeros((1, 160, 160, 3)), rng=rng), names[:-4])
start = timeit.default_timer()
X_train, X_dev, X_test = (
    lower.predict(x / np.float32(127.5) - 1, batch_size=16)
    for x in (photos.train_x, photos.dev_x, photos.test_x)
)
seconds = timeit.default_timer() - start
print(
    f"{len(X_train)} + {len(X_dev)} + {len(X_test)} photographs, features of shape "
    f"{X_train.shape[1:]} each, in {seconds:.1f} s"
)

# %% [markdown]
# The lower 16 blocks stay as they are, so each photograph has to go through them only
# **once**: from now on we use its $5 \times 5 \times 160$ features instead. What is
# left is the top with its 9 layers: four convolutions, four batch norms and the new
# head.
#
# **Freezing** a layer means that training changes nothing in it: neither its weights
# nor, in a batch norm, the running averages. The averages are easily forgotten, because
# they are not parameters: every batch changes them in training.

# %% [markdown]
# ### Exercise 13 · `freeze` · 3 points · about 4 minutes
# Freeze the first `up_to` layers and unfreeze all others. `model.layers` is a list, and
# each layer has `.freeze()` and `.unfreeze()`.
#
# <details><summary>Batch norm still changes</summary>
#
# It is not enough to set `requires_grad` of its parameters. `layer.freeze()` also stops
# the running averages.
# </details>
# <details><summary>Layers that were frozen earlier do not learn again</summary>
#
# Unfreeze those from `up_to` on.
# </details>


# %% exercise="freeze"
def freeze(model, up_to):
    """Freeze the first layers of a model and unfreeze the others; changes the model.

    Args:
        model: a model with a list `layers`.
        up_to: how many layers to freeze, counted from the first.

    Returns:
        The number of parameters that can still learn, an int:
        `model.count_parameters(trainable=True)`.
    """
    ### BEGIN SOLUTION
    for layer in model.layers[:up_to]:
        layer.freeze()
    for layer in model.layers[up_to:]:
        layer.unfreeze()
    return model.count_parameters(trainable=True)
    ### END SOLUTION


# %% check="freeze"
check(freeze)

# %% [markdown]
# ### Exercise 14 · `fine_tune` · 5 points · about 8 minutes
# Freeze the first `up_to` layers **and every batch norm**: averages over batches of 16
# photographs would be poor estimates, while the old ones come from a million. Then
# train with `nn.Adam(model.parameters(), learning_rate)`.
#
# `model.fit(X, Y, loss=nn.cross_entropy, optimizer=…, epochs=…, batch_size=16,
# rng=np.random.default_rng(0), progress=False)` shuffles, trains and returns a history;
# return the list `history["loss"]`.
#
# <details><summary>The statistics of batch norm change</summary>
#
# `isinstance(layer, nn.BatchNorm)` is true for the batch norms among `model.layers`.
# </details>


# %% exercise="fine_tune"
def fine_tune(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    """Train the layers from `up_to` on, with all batch norms frozen; changes the model.

    Args:
        model: a model with a list `layers`.
        X: array `(m, …)`.
        Y: array `(m,)`, classes.
        up_to: how many layers to freeze, counted from the first.
        learning_rate: the learning rate of Adam.
        epochs: passes through the data.

    Returns:
        The training loss of each epoch, a list.
    """
    ### BEGIN SOLUTION
    freeze(model, up_to)
    for layer in model.layers:
        if isinstance(layer, nn.BatchNorm):
            layer.freeze()
    optimizer = nn.Adam(model.parameters(), learning_rate)
    history = model.fit(
        X,
        Y,
        loss=nn.cross_entropy,
        optimizer=optimizer,
        epochs=epochs,
        batch_size=16,
        rng=np.random.default_rng(0),
        progress=False,
    )
    return history["loss"]
    ### END SOLUTION


# %% check="fine_tune"
check(fine_tune)

# %% [markdown]
# ### Watch it work
# Only the head learns: 2,562 numbers. The last block stays as it is too, so its 1280
# averages for each photograph are computed once. For comparison, a linear model on the
# raw pixels learns from the same photographs. Both are tested on all 46 photographs
# that were held out. The figure shows averages over three random choices of the
# training photographs. Before you run it: how many photographs does the head need to be
# better than the pixels with all 81?

# %% demo
held_out = np.concatenate([X_dev, X_test])
truth = np.concatenate([photos.dev_y, photos.test_y])


def right(model, X):
    """Share of the held-out photographs that are classified correctly."""
    return float(np.mean(model.predict(X).argmax(axis=1) == truth))


def pixels(x):
    """Photographs scaled to 32 × 32 pixels, values from 0 to 1, as rows."""
    x = x.reshape(-1, 32, 5, 32, 5, 3).mean(axis=(2, 4))
    return x.reshape(len(x), -1).astype(np.float32) / 255


rng = np.random.default_rng(0)
block = load_pretrained(Net(last_block, X_train[:1], rng=rng), names[-4:])
averages, held_averages = block.predict(X_train), block.predict(held_out)
head = nn.Sequential(nn.Dense(1280, 2, rng=rng))
untrained = head.state_dict()

# %% demo
counts, curves = (4, 8, 16, 32, 81), {"pretrained features": [], "raw pixels": []}
held_pixels = pixels(np.concatenate([photos.dev_x, photos.test_x]))
for count in counts:
    shares = {name: [] for name in curves}
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(81)
        both = [
            order[photos.train_y[order] == label][: count // 2 or 1] for label in (0, 1)
        ]
        some = order if count == 81 else np.concatenate(both)
        Y = photos.train_y[some]
        head.load_state_dict(untrained)
        fine_tune(head, averages[some], Y, up_to=0, learning_rate=0.005, epochs=10)
        shares["pretrained features"].append(right(head, held_averages))
        line = nn.Sequential(nn.Dense(3072, 2, rng=np.random.default_rng(seed)))
        fine_tune(line, pixels(photos.train_x[some]), Y, 0, 0.001, epochs=40)
        shares["raw pixels"].append(right(line, held_pixels))
    for name, values in shares.items():
        curves[name].append(np.mean(values))
print("photographs        ", " ".join(f"{count:4}" for count in counts))
for name, values in curves.items():
    print(f"{name:19}", " ".join(f"{share:4.0%}" for share in values))
better = np.array(curves["pretrained features"]) > curves["raw pixels"][-1]
plots.lines(
    curves,
    counts,
    xlabel="photographs to learn from",
    ylabel="accuracy on 46 held-out photographs",
    markers=True,
    baseline={"chance": 0.5},
    reading=f"With pretrained features, {counts[better.argmax()]} photographs are "
    "enough to beat what raw pixels reach with all 81.",
)

# %% [markdown]
# ## Fine-tune more than the head
# Now let the last block learn too, with a small learning rate: once with your
# `fine_tune`, and once with batch norms that are *not* frozen. The accuracy of the head
# alone is already high, so watch the **loss** on the held-out photographs: it is small
# if the network gives the correct class a high probability. Since 46 photographs are
# few, each way is tried three times, with three new heads.
#
# <details><summary><b>Predict</b>: does fine-tuning help? Does freezing batch norm
# matter?</summary>
#
# Run it and compare the losses with those of the head alone, column by column.
# </details>


# %% demo
def loss():
    """Cross-entropy on the held-out photographs."""
    return new_head.evaluate(held_out, truth, loss=nn.cross_entropy)["loss"]


def tune_moving(rate=8e-5):
    """Fine-tuning that does not freeze the batch norms."""
    freeze(new_head, 0)
    new_head.fit(
        X_train,
        photos.train_y,
        loss=nn.cross_entropy,
        epochs=3,
        batch_size=16,
        optimizer=nn.Adam(new_head.parameters(), rate),
        rng=np.random.default_rng(0),
        progress=False,
    )


ways = {
    "head only": lambda: None,
    "fine-tuned": lambda: fine_tune(new_head, X_train, photos.train_y, 0, 8e-5, 3),
    "batch norm moving": tune_moving,
}

# %% demo
losses, shares = {name: [] for name in ways}, {name: [] for name in ways}
for seed in range(3):
    new_head = Net(top, X_train[:1], rng=np.random.default_rng(seed))
    load_pretrained(new_head, names[-4:])
    fine_tune(new_head, X_train, photos.train_y, 8, learning_rate=0.008, epochs=6)
    trained = new_head.state_dict()
    for name, way in ways.items():
        new_head.load_state_dict(trained)
        way()
        losses[name].append(loss())
        shares[name].append(right(new_head, held_out))
for name, values in losses.items():
    found = "  ".join(f"{value:.4f}" for value in values)
    print(f"{name:18} loss {found}   right {np.mean(shares[name]):.1%}")
fell = np.sum(np.array(losses["fine-tuned"]) < losses["head only"])
rose = np.sum(np.array(losses["batch norm moving"]) > losses["head only"])
plots.bars(
    {name: np.mean(values) for name, values in losses.items()},
    ylabel="loss on held-out photographs",
    reading="Means of three runs. Compared with the head alone, the loss fell in "
    f"{fell} of 3 runs with frozen batch norms, and rose in {rose} of 3 without.",
)

# %% concept="what_to_freeze"
# You have 81 photographs and a network trained on a million others. What do you train
# first?
# A: all layers, starting from the weights that came with it
# B: the first layers, while the later ones stay as they are
# C: nothing: the old head can be used as it is
# D: a new head, while all other layers stay as they are
what_to_freeze = None

# %% [markdown]
# The learning rate is small on purpose. At 0.001, with the batches in different orders,
# we have seen losses from 0.00 to 1.2 on the same photographs: a matter of luck.
#
# The more data you have, the less you freeze. With thousands of images, train the last
# blocks too; with hundreds of thousands, start from the pretrained weights and train
# everything. A trained network is nearly always a better start than random weights. But
# check its licence, and prepare your images as its makers prepared theirs (here
# $x / 127.5 - 1$).

# %% [markdown]
# Part 4 ends here; it is a good place for a break.

# %% [markdown]
# # Part 5 · More from little data
# A mirrored cat is still a cat. Changes that keep the label turn each photograph into
# many: this is **data augmentation**. It is done on the fly while the batches are made,
# often on other processor cores.
#
# ### Exercise 15 · `mirror` · 2 points · about 2 minutes
# Exchange left and right. The function takes one image `(n_H, n_W, n_C)` or a batch, so
# count the axes from the end.
#
# <details><summary>One image is right, but a batch is wrong</summary>
#
# In both, the columns are the second to last axis.
# </details>


# %% exercise="mirror"
def mirror(X):
    """Images with left and right exchanged.

    Args:
        X: array `(…, n_H, n_W, n_C)`.

    Returns:
        Array of the same shape.
    """
    ### BEGIN SOLUTION
    return X[..., ::-1, :]
    ### END SOLUTION


# %% check="mirror"
check(mirror)

# %% [markdown]
# ### Exercise 16 · `random_crop` · 3 points · about 5 minutes
# Cut out a random square. Draw its top row and its left column independently, each with
# equal chances for all positions where the square fits, including the last one. The
# same seed gives the same crop: use `rng = np.random.default_rng(seed)` and
# `rng.integers(low, high)`, which never returns `high` itself.
#
# <details><summary>Some positions are never drawn</summary>
#
# A side of 4 fits into 6 at the positions 0, 1 and 2.
# </details>


# %% exercise="random_crop"
def random_crop(X, size, seed):
    """A random square crop of an image.

    Args:
        X: array `(n_H, n_W, n_C)`.
        size: side of the crop, at most the smaller of `n_H` and `n_W`.
        seed: an int.

    Returns:
        Array `(size, size, n_C)`.
    """
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    top = rng.integers(0, X.shape[0] - size + 1)
    left = rng.integers(0, X.shape[1] - size + 1)
    return X[top : top + size, left : left + size]
    ### END SOLUTION


# %% check="random_crop"
check(random_crop)

# %% [markdown]
# ### Exercise 17 · `color_shift` · 3 points · about 5 minutes
# Light is yellow in the evening and blue in the shade. Draw three independent whole
# numbers, each from `-most` to `most`, both included, with equal chances: one for red,
# one for green, one for blue. Add each to all pixels of its channel. Values below 0
# become 0, and values above 255 become 255. The same seed gives the same shift.
#
# <details><summary>Bright pixels have become dark</summary>
#
# 250 + 20 is 14 in bytes. Convert to `int`, add, `np.clip`, convert back to bytes.
# </details>


# %% exercise="color_shift"
def color_shift(X, seed, most=20):
    """An image in different light.

    Args:
        X: bytes `(n_H, n_W, 3)`, `np.uint8`.
        seed: an int.
        most: the largest shift, an int.

    Returns:
        Bytes `(n_H, n_W, 3)`.
    """
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    shift = rng.integers(-most, most + 1, size=3)
    return np.clip(X.astype(int) + shift, 0, 255).astype(np.uint8)
    ### END SOLUTION


# %% check="color_shift"
check(color_shift)

# %% [markdown]
# ## Shifts that fit the image
# In a photograph of a sunset, red varies much and blue little, and red and green vary
# together. AlexNet shifted colours along the principal components of the colours of its
# *whole training set*; we use those of the single image. Compute the $3 \times 3$
# covariance matrix $C$ of red, green and blue over all pixels. Its eigenvectors $p_i$
# are the directions, and its eigenvalues $\lambda_i$ are the variances along them. Then
# add to every pixel
#
# $$\alpha_1 \lambda_1 p_1 + \alpha_2 \lambda_2 p_2 + \alpha_3 \lambda_3 p_3, \qquad
# \alpha_i \sim \mathcal N(0, 0.1^2).$$

# %% [markdown]
# ### Exercise 18 · `pca_color_augmentation` · 4 points · about 8 minutes
# Add this shift to the image. `np.cov(pixels.T)` expects one pixel per column;
# `np.linalg.eigh` returns the eigenvalues and a matrix whose **columns** are the
# eigenvectors. Draw three independent numbers for the whole image; the same seed gives
# the same shift. Do not clip the result at 0 and 1.

# %% [markdown]
# <details><summary>The spread is wrong along every direction</summary>
#
# Multiply each direction by its eigenvalue and by an $\alpha_i$, which has the standard
# deviation `spread`.
# </details>
# <details><summary>The message is about complex numbers</summary>
#
# Since NumPy 2.5 `np.linalg.eig` always returns complex numbers. `np.linalg.eigh` is
# for symmetric matrices such as $C$.
# </details>


# %% exercise="pca_color_augmentation"
def pca_color_augmentation(X, seed, spread=0.1):
    """Shift the colours of an image along their principal components.

    Args:
        X: array `(n_H, n_W, 3)` of floats.
        seed: an int.
        spread: standard deviation of the three draws.

    Returns:
        Array `(n_H, n_W, 3)`.

    Source: Krizhevsky et al. (2012), section 4.1, there for a whole training set.
    """
    ### BEGIN SOLUTION
    variances, directions = np.linalg.eigh(np.cov(X.reshape(-1, 3).T))
    alpha = np.random.default_rng(seed).normal(0, spread, size=3)
    return X + np.dot(directions, alpha * variances)
    ### END SOLUTION


# %% check="pca_color_augmentation"
check(pca_color_augmentation)

# %% demo
panda = photos.train_x[2]
in_steps = [
    pca_color_augmentation(panda / 255, seed, 1.0).clip(0, 1) for seed in (1, 4)
]
plots.images(
    [
        panda,
        mirror(panda),
        random_crop(panda, 110, 1),
        random_crop(panda, 110, 5),
        color_shift(panda, 1, 40),
        color_shift(panda, 2, 40),
        *in_steps,
    ],
    [
        "original",
        "mirrored",
        "crop",
        "another crop",
        "colours shifted",
        "shifted again",
        "PCA, spread 1.0",
        "PCA again",
    ],
    columns=4,
    reading="One photograph, eight images, one label. Would you have taken each for a "
    "real photograph? (The PCA shifts are ten times the usual strength.)",
)

# %% [markdown]
# <details><summary><b>Predict</b>: which images must not be mirrored?</summary>
#
# Those where left and right mean something: letters, road signs, X-rays of a heart.
# </details>
#
# Part 5 ends here; it is a good place for a break.

# %% [markdown]
# # Part 6 · The last percent
# Benchmarks are won by asking more than once. An **ensemble** asks several networks
# that were trained separately; **multi-crop** asks one network about several crops of
# an image. In both cases the *probabilities* are averaged.

# %% [markdown]
# ### Exercise 19 · `ensemble_predict` · 3 points · about 4 minutes
# `model.predict(X)` returns scores `(m, classes)`. Turn the scores of each model into
# probabilities with the softmax, then return their average over the models.
#
# <details><summary>The rows do not sum to 1</summary>
#
# Take the softmax over the classes first; then average over the models.
# </details>


# %% exercise="ensemble_predict"
def ensemble_predict(models, X):
    """Average probabilities of several models.

    Args:
        models: list of at least one model; `model.predict(X)` returns scores
            `(m, classes)`.
        X: array `(m, …)`.

    Returns:
        Array `(m, classes)`; each row sums to 1.
    """
    ### BEGIN SOLUTION
    total = 0
    for model in models:
        scores = model.predict(X)
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        total = total + e / e.sum(axis=1, keepdims=True)
    return total / len(models)
    ### END SOLUTION


# %% check="ensemble_predict"
check(ensemble_predict)

# %% [markdown]
# ### Exercise 20 · `multi_crop_predict` · 3 points · about 6 minutes
# Average the probabilities over **ten crops**: the four corners and the middle, each as
# it is and mirrored. A margin is `n_H - size` or `n_W - size`; the middle crop starts
# at half the margin, rounded down. Your `ensemble_predict([model], …)` and `mirror` can
# help.
#
# <details><summary>Only images with an odd margin are wrong</summary>
#
# Cut out the crop first, then mirror it.
# </details>


# %% exercise="multi_crop_predict"
def multi_crop_predict(model, X, size=24):
    """Average probabilities over ten crops of each image.

    Args:
        model: `model.predict(X)` returns scores `(m, classes)`.
        X: array `(m, n_H, n_W, n_C)`.
        size: side of the crops, at most the smaller of `n_H` and `n_W`.

    Returns:
        Array `(m, classes)`.
    """
    ### BEGIN SOLUTION
    down, right = X.shape[1] - size, X.shape[2] - size
    total = 0
    for top, left in (
        (0, 0),
        (0, right),
        (down, 0),
        (down, right),
        (down // 2, right // 2),
    ):
        crop = X[:, top : top + size, left : left + size]
        for view in (crop, mirror(crop)):
            total = total + ensemble_predict([model], view)
    return total / 10
    ### END SOLUTION


# %% check="multi_crop_predict"
check(multi_crop_predict)

# %% [markdown]
# ### What it gains, and what it costs
# Three small networks learn from random crops of clothes, $24 \times 24$ out of $28
# \times 28$ and half of them mirrored, made by your functions. Then they classify
# unseen clothes in four ways: one network, one network with ten crops, three networks,
# and three networks with ten crops. Before you run it: how much will ten crops gain,
# and how many times slower will they be?


# %% demo
def small(rng):
    """Two convolutions and two dense layers, for 24 × 24 pixels."""
    return nn.Sequential(
        nn.Conv2D(1, 8, 3, activation="relu", rng=rng),
        nn.MaxPool2D(2),
        nn.Conv2D(8, 16, 3, activation="relu", rng=rng),
        nn.MaxPool2D(2),
        nn.Flatten(),
        nn.Dense(576, 64, "relu", rng=rng),
        nn.Dense(64, 10, rng=rng),
    )


def augmented(rng):
    """A function that replaces a batch by random crops, half of them mirrored."""

    def change(batch):
        X, Y = batch
        seeds = rng.integers(1 << 30, size=len(X))
        crops = [random_crop(x, 24, seed) for x, seed in zip(X, seeds, strict=True)]
        return np.stack([mirror(x) if i % 2 else x for i, x in enumerate(crops)]), Y

    return change


# %% demo
models = []
for seed in range(3):
    rng = np.random.default_rng(seed)
    models.append(small(rng))
    batches = nn.DataLoader(
        clothes, labels, batch_size=64, rng=rng, transform=augmented(rng)
    )
    rate = nn.schedules.cosine_decay(0.006, 4 * len(batches))
    models[-1].fit(
        batches,
        loss=nn.cross_entropy,
        epochs=4,
        progress=False,
        optimizer=nn.Adam(models[-1].parameters(), rate),
    )
middle = new_clothes[:, 2:26, 2:26]
ways = {
    "one network": lambda: ensemble_predict(models[:1], middle),
    "ten crops": lambda: multi_crop_predict(models[0], new_clothes),
    "three networks": lambda: ensemble_predict(models, middle),
    "three, ten crops": lambda: np.mean(
        [multi_crop_predict(model, new_clothes) for model in models], axis=0
    ),
}

# %% demo
wrong, first = {}, None
ways["one network"]()  # the first call of all is slower than the next ones
for name, way in ways.items():
    start = timeit.default_timer()
    shares = way()
    spent = timeit.default_timer() - start
    first = first or spent
    wrong[name] = int(np.sum(shares.argmax(axis=1) != new_labels))
    share = 1 - wrong[name] / 2000
    print(f"{name:17} {share:.1%} right, {spent / first:3.0f} times the time")
plots.bars(
    wrong,
    ylabel="mistakes on 2,000 unseen images",
    reading=f"One network makes {wrong['one network']} mistakes, three with ten crops "
    f"{wrong['three, ten crops']}; they took {spent / first:.0f} times as long here.",
)

# %% concept="ensemble_price"
# Three networks are each asked about ten crops of an image. What does one prediction
# cost?
# A: little more than before: averaging is the only extra work
# B: thirty forward passes in place of one
# C: thirteen forward passes in place of one
# D: one forward pass; only training takes longer
ensemble_price = None

# %% [markdown]
# That wins competitions and is seldom worth its price in a product. In general, the
# less data there is, the more engineering goes into a vision system: architectures,
# augmentation, pretrained weights. For images there has always been too little data,
# which is why this week is so long.

# %% [markdown] question="advise_a_friend" points=6
# ## In your own words
# A friend has 300 X-ray images of 90 patients, half of whom have pneumonia, and a
# laptop. She wants to train a ResNet-50 from scratch, "since deeper is better". Advise
# her in about eight sentences: which network, which layers to train, batch norm,
# augmentation, how to split the images, and whether to use an ensemble. Use numbers
# from this lab.
#
# ### BEGIN SOLUTION
# Deeper is not better in itself, and 25.6 million parameters cannot be learned from 300
# images. Take a pretrained network; for a laptop MobileNetV2 is the better choice, with
# 3.5 million parameters and less than a tenth of the multiplications of ResNet-50.
# Train a new head first: with a few photographs it was better than raw pixels with 81.
# Then fine-tune the last block at a learning rate of 0.00008; at 0.001 the result was a
# matter of luck. Keep the statistics of batch norm frozen, because
# batches of a few images are too small to estimate them. Augment with crops and changes
# of brightness; do not mirror, since the heart is on the left. Split by patient, not by
# image. An ensemble gains a percentage point or two for many times the cost: use it at
# the very end, if at all.
#
# **Rubric**, one point each: pretrained instead of from scratch, with a reason · head
# first, then few layers at a small rate · batch norm frozen, with a reason ·
# augmentation that keeps the label, mirroring questioned · split by patient · ensemble:
# gain against cost.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the idea | your function |
# |---|---|
# | $\text{ReLU}(F(A) + A)$ | `identity_block`, `convolutional_block`, `ResNet` |
# | a dense layer at every pixel | `conv_1x1`, `pointwise_conv` |
# | several windows at once | `inception_module` |
# | window, then channels: $1/n_C + 1/f^2$ | `depthwise_conv`, `mobilenet_bottleneck` |
# | $n_H n_W f^2 n_{C\,prev} n_C$ | `count_multiplies` |
# | $\alpha^\phi, \beta^\phi, \gamma^\phi$ | `compound_scaling` |
# | pretrained weights | `freeze`, `fine_tune` |
# | ask more than once | `ensemble_predict`, `multi_crop_predict` |

# %% [markdown]
# Here is the same in PyTorch:
#
# ```
# net = torchvision.models.mobilenet_v2(weights="DEFAULT")      # pretrained
# for p in net.parameters(): p.requires_grad = False            # freeze the weights
# net.classifier[1] = torch.nn.Linear(1280, 2)                  # a new head
# net.train()                                                   # before the next lines
# for layer in net.modules():
#     if isinstance(layer, torch.nn.BatchNorm2d): layer.eval()  # freeze the averages
# torch.nn.Conv2d(32, 32, 3, groups=32)                         # depthwise
# torchvision.transforms.RandomResizedCrop(160)                 # random size as well
# torchvision.transforms.ColorJitter(brightness=0.2, hue=0.05)  # default: no change
# ```

# %% [markdown]
# In PyTorch, `requires_grad = False` does not stop the running averages of batch norm,
# and `net.train()` starts them again. In Keras, `layer.trainable = False` stops both.

# %% [markdown]
# **Your function beside a library's.** Both got the same input. Where the values
# differ, the table says why.
#
# {{libraries}}

# %% [markdown]
# **A challenge** (optional). Write EfficientNet's *squeeze and excite*: average each
# channel over all positions, apply two small dense layers and a sigmoid, and multiply
# each channel by its number. Put it into `mobilenet_bottleneck` before the projection.
#
# **The paper of the week.** K. He, X. Zhang, S. Ren, J. Sun, *Deep residual learning
# for image recognition* (2015), arXiv 1512.03385. Look at figures 1 and 6, then read
# section 3.2: which sentence describes your `convolutional_block`?
#
# **Next week** networks say not only what is in an image but where.

# %% demo
check.progress()
