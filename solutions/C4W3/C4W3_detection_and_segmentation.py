# %% [markdown]
# # What is where?
# Until now a network looked at a picture and said one word. This week it says *what* is
# in the picture, *where*, and how often; and in the end, for each single pixel, what it
# belongs to. You write every step of a YOLO detector, train one, run two that others
# have trained, and outline the nuclei of real cells.
#
# **Time** about three hours and a half, in six parts; stop after any of them. **You
# need** convolutions, and last week's way to write networks as functions of `net`.

# %% [markdown]
# ## The map
# | part | you write | points |
# |---|---|---|
# | 1 One object | `localization_loss` | 5 |
# | 2 Windows | `dense_as_convolution` | 4 |
# | 3 Boxes in a grid | `iou` `kmeans_anchors` | 12 |
# | … | `encode_yolo` `decode_yolo` | 14 |
# | 4 From numbers to boxes | `yolo_boxes_to_corners` `yolo_filter_boxes` | 8 |
# | … | `yolo_non_max_suppression` `scale_boxes` `yolo_eval` | 13 |
# | 5 How good is it? | `match_detections` `average_precision` | 9 |
# | 6 Every pixel | `transposed_conv` `mean_iou` `dice` | 11 |
# | … | `conv_block` `upsampling_block` `unet_model` | 10 |
#
# Nine short questions give 9 points, one answer in your own words 5.

# %% [markdown]
# **After this lab you can** turn boxes into targets for a network and its numbers back
# into boxes, remove doubles, state how good a detector is in one number, and choose
# between boxes and masks.
#
# After each exercise a cell with `check(…)` runs your function on a few fixed cases,
# says what it expected and got, and often which mistake it recognizes. Run it as often
# as you like. Your grade comes from the same kind of check on fresh cases. Hints are
# folded under each task, titled by what you might see.

# %%
import timeit

import numpy as np

from helpers import data, nn, plots, vision
from helpers import figures_c4w3 as figures
from helpers.checks import checks_for
from helpers.functional import Net  # last week's Net
from helpers.landmarks import vehicles
from helpers.scenes import cut_background, load_scenes

check = checks_for("C4W3")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | means |
# |---|---|---|
# | $p_c$ | `y[0]` | is there an object? 1 or 0; a network says a probability |
# | $b_x, b_y$ | `box_xy` | middle of a box, $x$ to the right, $y$ down |
# | $b_w, b_h$ | `box_wh` | its width and height |
# | $c_1, c_2, …$ | `box_class_probs` | which of $C$ classes, one-hot |
# | IoU | `iou(box1, box2)` | intersection over union of two boxes |
# | $a_w, a_h$ | `anchors` | $A$ typical sizes, rows `(width, height)` |
# | $g$ | `grid` | cells in a row, and in a column |
#
# Places and sizes are shares of the picture, from 0 to 1. Beware of two orders:
# **widths come before heights** in `xy` and `wh`, but NumPy's rows come first:
# **corners** are `(top, left, bottom, right)`, that is $(y_1, x_1, y_2, x_2)$.

# %% [markdown]
# ## See it first
# Real photographs in the background, things pasted on them by a program. So for each
# thing box, class and pixels are known *exactly*, in 1,200 scenes to train on, 150 to
# develop and 150 to test with, on other photographs.

# %% demo
train, dev, test = (load_scenes(split) for split in ("train", "dev", "test"))
NAMES = train.class_names


def true_corners(scenes, i):
    """Top, left, bottom, right of the objects of scene i, as shares."""
    return scenes.boxes[i, scenes.classes[i] >= 0][:, [1, 0, 3, 2]]


def true_classes(scenes, i):
    """Classes of the objects of scene i."""
    return scenes.classes[i, scenes.classes[i] >= 0]


sample = [0, 3, 9]
truth = [
    (np.ones(len(true_classes(dev, i))), 96 * true_corners(dev, i),
     true_classes(dev, i)) for i in sample
]  # fmt: skip
figures.detections(
    dev.images[sample],
    truth,
    NAMES,
    reading="What a detector should say: a box, tight around what can be seen of each "
    "thing, and its class. Here it is the truth, so each is 1.00 sure.",
)

# %% [markdown]
# # Part 1 · One object
# Classification says "fish". **Localization** adds four numbers: where. So for three
# classes a network puts out
#
# $$y = (p_c,\; b_x,\; b_y,\; b_w,\; b_h,\; c_1,\; c_2,\; c_3).$$
#
# A fish, class 2, in the middle: $y = (1, 0.5, 0.5, 0.3, 0.2, 0, 1, 0)$. And where
# there is nothing: $y = (0, ?, ?, ?, ?, ?, ?, ?)$. The question marks mean *do not
# care*. There is no right box around nothing, so no answer may be punished.

# %% concept="output_length"
# A detector for one object a picture knows 12 classes. How many numbers come out?
output_length = None

# %% [markdown]
# The loss follows. With squared errors, for one picture:
#
# $$\mathcal L = \begin{cases} \sum_j (\hat y_j - y_j)^2 & p_c = 1 \\
# (\hat p_c - p_c)^2 & p_c = 0 \end{cases}$$
#
# By hand: $y = (0, …)$ and $\hat y = (0.3, 0.9, 0.9, …)$ cost $0.09$, whatever stands
# behind. (In practice one takes a logistic loss for $p_c$ and cross-entropy for the
# classes, as your detector below will.)

# %% [markdown]
# ### Exercise 1 · `localization_loss` · 5 points · about 6 minutes
# **Sum** over the numbers of a picture, then the **mean** over the pictures.
#
# <details><summary>My loss is too small by a factor</summary>
#
# Is there a mean where a sum should be? Or is an average taken over those pictures only
# that hold an object?
# </details>
# <details><summary>It depends on the box where there is no object</summary>
#
# A mask `y_true[:, 0:1]`, 1 or 0, times the errors from place 1 on.
# </details>


# %% exercise="localization_loss"
def localization_loss(y_true, y_pred):
    """Squared error of classification with localization, masked by the object.

    Args:
        y_true: array `(m, 5 + C)`: p_c, box, classes; p_c is 0 or 1, and where it is
            0 the other numbers mean nothing.
        y_pred: array of that shape.

    Returns:
        A float: the mean over the examples of the sums over their numbers.

    Example:
        >>> y_true = np.array([[0.0, 9.0, 9.0, 9.0, 9.0, 9.0]])
        >>> print(localization_loss(y_true, np.array([[0.5, 1, 1, 1, 1, 1]])))
        0.25
    """
    ### BEGIN SOLUTION
    errors = (y_pred - y_true) ** 2
    object_here = y_true[:, 0] == 1
    losses = np.where(object_here, errors.sum(axis=1), errors[:, 0])
    return losses.mean()
    ### END SOLUTION


# %% check="localization_loss"
check(localization_loss)

# %% [markdown]
# ## Not only boxes
# Any places can be learned in this way. **Landmarks** are points with a meaning: the
# corner of the left eye, the tip of the nose. A network for 64 landmarks of a face puts
# out $1 + 2 \cdot 64 = 129$ numbers: is there a face, and an $x$ and a $y$ for each.
# Two things matter: number 17 must mean the same point on every picture, and a mirrored
# face needs its labels exchanged, not mirrored only.
#
# Below, each vehicle has two landmarks, its left and its right wheel. Mirror a car, and
# the left wheel becomes the right one. The network shows for each wheel on a map of
# $8 \times 8$ where it might be; the weighted mean of the places is the answer.

# %% demo
wheels_x, wheels_y = vehicles("train", 1500, np.random.default_rng(0))
new_x, new_y = vehicles("test", 300, np.random.default_rng(1))
places = (np.stack(np.meshgrid(range(8), range(8)), axis=-1) + np.float32(0.5)) / 8


def landmarks(X, net):
    """From pictures (m, 64, 64, 3) to p_c and two places: (m, 5)."""
    for n_C in (12, 24, 48):
        X = nn.relu(net.batch_norm(net.conv(X, n_C, f=3, s=2)))
    X = nn.relu(net.batch_norm(net.conv(X, 48, f=3)))
    there = net.dense(nn.reshape(nn.average_pool2d(X, 8), (-1, 48)), 1)
    maps = nn.reshape(net.conv(X, 2, f=3, bias=True), (-1, 64, 2))
    shares = nn.swapaxes(nn.softmax(maps, axis=1), 1, 2)  # (m, 2, 64)
    points = nn.matmul(shares, places.reshape(64, 2))  # (m, 2, 2)
    return nn.concatenate([there, nn.reshape(points, (-1, 4))])


def masked_loss(y_pred, y_true):
    """Your `localization_loss` in tensors, whose slopes the framework knows."""
    mask = np.where(np.arange(5) == 0, 1, y_true[:, :1]).astype(np.float32)
    return 5 * nn.mean((y_pred - y_true) ** 2 * mask)


# %% demo
rng = np.random.default_rng(0)
net = Net(landmarks, wheels_x[:1] / np.float32(127.5) - 1, rng=rng)
net.fit(
    wheels_x / np.float32(127.5) - 1, wheels_y.astype(np.float32), loss=masked_loss,
    epochs=5, batch_size=32, rng=rng, progress=False,
    optimizer=nn.Adam(net.parameters(), nn.schedules.cosine_decay(0.01, 235)),
)  # fmt: skip
said = net.predict(new_x / np.float32(127.5) - 1)
here = new_y[:, 0] == 1
errors = 64 * np.hypot(*(said - new_y)[here][:, 1:].reshape(-1, 2).T)
mean_place = wheels_y[wheels_y[:, 0] == 1, 1:].mean(axis=0)
baseline = 64 * np.hypot(*(mean_place - new_y[here, 1:]).reshape(-1, 2).T)
print(f"is there a vehicle: {np.mean((said[:, 0] > 0.5) == here):.0%} right")
print(f"wheels: {errors.mean():.1f} pixels off; always the mean: {baseline.mean():.1f}")
print(f"your loss on new pictures: {localization_loss(new_y, said):.4f}")
figures.points(
    new_x[:5],
    [64 * y[1:].reshape(2, 2) if y[0] > 0.5 else np.zeros((0, 2)) for y in said[:5]],
    ["left wheel", "right wheel"],
    reading="New pictures, before other photographs. No marks: the network says that "
    "there is no vehicle.",
)

# %% [markdown]
# # Part 2 · Windows
# The oldest way to find things needs nothing but a classifier. Train it on small
# closely cropped pictures, "fish", "ball", "nothing". Then slide a **window** over the
# large picture, crop, ask, move on; and again with larger windows.
#
# It works, and it is slow. Neighbouring windows share most of their pixels, and
# everything is computed anew for each.
#
# Here is such a classifier: 32 × 32 pixels, five classes and "nothing".


# %% demo
def crops(scenes, rng, side=32):
    """Windows around the objects, a little off, and windows with nothing in the middle.

    Returns:
        Pictures `(k, side, side, 3)` from -1 to 1, labels `(k,)`, 0 for nothing.
    """
    windows, labels = [], []
    for picture, boxes, classes in zip(
        scenes.images, 96 * scenes.boxes, scenes.classes, strict=True
    ):
        middles = (boxes[:, :2] + boxes[:, 2:])[classes >= 0] / 2 - side / 2
        for middle, label in zip(middles, classes, strict=False):
            windows.append((picture, middle + rng.integers(-3, 4, 2), label + 1))
        for corner in rng.integers(0, 97 - side, (3, 2)):
            if np.abs(middles - corner).max(axis=1).min() > 12:
                windows.append((picture, corner, 0))
    corners = [np.clip(np.rint(at), 0, 96 - side).astype(int) for _, at, _ in windows]
    labels = np.array([label for *_, label in windows])
    cut = [
        picture[y : y + side, x : x + side]
        for (picture, *_), (x, y) in zip(windows, corners, strict=True)
    ]
    return np.float32(cut) / np.float32(127.5) - 1, labels


# %% demo
rng = np.random.default_rng(0)
X, Y = crops(train, rng)
plain = {"padding": "valid", "activation": "relu", "rng": rng}
classifier = nn.Sequential(
    nn.Conv2D(3, 16, 5, **plain),
    nn.MaxPool2D(2),
    nn.Conv2D(16, 32, 5, **plain),
    nn.MaxPool2D(2),
    nn.Flatten(),  # 5 × 5 × 32
    nn.Dense(800, 64, "relu", rng=rng),
    nn.Dense(64, 6, rng=rng),
)
rate = nn.schedules.cosine_decay(0.002, 2 * len(X) // 32)
classifier.fit(
    X, Y, loss=nn.cross_entropy, epochs=2, rng=rng, progress=False,
    optimizer=nn.Adam(classifier.parameters(), rate),
)  # fmt: skip
windows, labels = crops(dev, rng)
right = np.mean(classifier.predict(windows).argmax(axis=1) == labels)
print(f"{right:.0%} of {len(labels)} windows of new scenes are right")

# %% [markdown]
# ## All windows at once
# The convolutions of the classifier do not care how large a picture is. Only
# `Flatten` and `Dense` do: a dense layer wants exactly $5 \times 5 \times 32$ numbers.
#
# But each unit of that layer is a weighted sum of a $5 \times 5 \times 32$ block. That
# is what **one filter** of size $5 \times 5$ computes at one place! So the dense layer
# is a convolution whose filter just fits. On a larger map the same filter has several
# places to go, and each is one window.
#
# By hand, $f = 2$, one channel, one unit: the weights $(1, 2, 3, 4)$ become the filter
# $\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$.

# %% [markdown]
# ### Exercise 2 · `dense_as_convolution` · 4 points · about 5 minutes
# Return the filter bank that does what the dense layer does. `Flatten` goes through
# rows, then columns, then channels, as NumPy's `reshape` does.
#
# <details><summary>The shape is right, the numbers are scrambled</summary>
#
# The first axis of `W` alone is cut into three; the units stay the last axis.
# </details>


# %% exercise="dense_as_convolution"
def dense_as_convolution(W, f):
    """The filters of a convolution that replaces a dense layer.

    Args:
        W: weights `(f * f * n_C, n_units)` of a dense layer behind a flattened map
            `(f, f, n_C)`.
        f: side of that map.

    Returns:
        Filter bank `(f, f, n_C, n_units)`.

    Source: Sermanet et al., OverFeat (2014), section 3.5.
    """
    ### BEGIN SOLUTION
    return W.reshape(f, f, -1, W.shape[1])
    ### END SOLUTION


# %% check="dense_as_convolution"
check(dense_as_convolution)


# %% demo
def by_windows(picture):
    """Scores of every fourth window, each on its own: (17, 17, 6)."""
    rows = [
        classifier.predict(np.stack([
            picture[y : y + 32, x : x + 32] for x in range(0, 65, 4)
        ])) for y in range(0, 65, 4)
    ]  # fmt: skip
    return np.stack(rows)


def in_one_pass(picture):
    """The same from one convolutional pass."""
    dense, last = classifier[5], classifier[6]
    with nn.no_grad():
        maps = nn.Sequential(*classifier[:4])(nn.as_tensor(picture[np.newaxis]))
        hidden = nn.conv2d(maps, dense_as_convolution(dense.W.data, 5), dense.b)
        scores = nn.conv2d(
            nn.relu(hidden), dense_as_convolution(last.W.data, 1), last.b
        )
    return scores.data[0]


picture = dev.images[3] / np.float32(127.5) - 1
difference = np.abs(by_windows(picture) - in_one_pass(picture)).max()
slow, fast = (
    min(timeit.repeat(lambda way=way: way(picture), number=1, repeat=5))
    for way in (by_windows, in_one_pass)
)
print(f"17 × 17 windows, largest difference {difference:.0e}")
print(f"one by one {1000 * slow:.0f} ms, at once {1000 * fast:.1f} ms: "
      f"{slow / fast:.0f} times as fast")  # fmt: skip

# %% demo
scores = in_one_pass(picture)
shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
shares /= shares.sum(axis=-1, keepdims=True)
figures.window_map(
    dev.images[3],
    1 - shares[..., 0],
    reading="Left the scene, right how sure the classifier is that the window around "
    "each place holds something. Where, more or less; but how large, and how many?",
)

# %% concept="how_many_windows"
# A classifier for 14 × 14 pixels has one pooling of 2. It is run in one pass on a
# picture of 28 × 28. How many windows does it judge?
how_many_windows = None

# %% [markdown]
# ## Better boxes: regions or regression
# Windows come in fixed sizes and steps. Two families of detectors do better.
#
# | | which places? | per place | a picture takes |
# |---|---|---|---|
# | R-CNN (2013) | 2,000 regions, by segmentation | a network run each | 47 s |
# | Fast R-CNN (2015) | the same regions | one pass for all, then a small head | 2.3 s |
# | Faster R-CNN (2015) | a small network proposes 300 | one pass for all | 0.2 s |
# | YOLO (2015) | each cell of a grid | one pass, boxes by regression | 0.02 s |
#
# The first three look twice: propose, then classify. YOLO looks once, hence its name.

# %% concept="who_proposes"
# What did Faster R-CNN change against Fast R-CNN?
# A: it shares the convolutions among all regions of a picture
# B: it leaves out regions and predicts boxes from a grid of cells
# C: a network proposes the regions, on the maps that are there anyway
# D: it classifies fewer regions, chosen at random
who_proposes = None

# %% [markdown]
# # Part 3 · Boxes in a grid
# YOLO lays a grid over the picture. The cell that holds the **middle** of an object is
# in charge of it, and puts out one $y$ of Part 1. All cells at once are one
# convolutional pass with $5 + C$ channels at the end.
#
# First we need to say how alike two boxes are. **Intersection over union** does it:
#
# $$\text{IoU} = \frac{\text{area in both}}{\text{area in either}}$$
#
# 1 for equal boxes, 0 for boxes apart. From 0.5 on a detection counts as right, by
# convention.

# %% concept="iou_by_hand"
# Two boxes, corners (0, 0) and (4, 2), and (2, 1) and (6, 3). Their IoU? Two decimals.
iou_by_hand = None

# %% [markdown]
# ### Exercise 3 · `iou` · 6 points · about 8 minutes
# The intersection of two boxes is a box: it begins at the larger of the two first
# corners and ends at the smaller of the last ones.

# %% [markdown]
# <details><summary>Boxes that are far apart have an IoU</summary>
#
# Then width *and* height of the intersection are negative, and their product is
# positive. Cut off each at 0 before you multiply.
# </details>
# <details><summary>My IoU is too small</summary>
#
# Area 1 and area 2 both hold the intersection: the union counts it once.
# </details>
# <details><summary>nan, or division by zero</summary>
#
# Two boxes without any area have an IoU of 0, we agree.
# </details>


# %% exercise="iou"
def iou(box1, box2):
    """Intersection over union of two boxes.

    Args:
        box1: corners `(y1, x1, y2, x2)` with y1 <= y2, x1 <= x2; four numbers, a list,
            tuple or array.
        box2: likewise.

    Returns:
        A float from 0 to 1; 0.0 where the union has no area.

    Example:
        >>> iou((0, 0, 2, 2), (0, 1, 2, 3))
        0.3333333333333333
    """
    ### BEGIN SOLUTION
    height = min(box1[2], box2[2]) - max(box1[0], box2[0])
    width = min(box1[3], box2[3]) - max(box1[1], box2[1])
    both = max(height, 0) * max(width, 0)
    area1 = (box1[2] - box1[0]) * (box1[3] - box1[1])
    area2 = (box2[2] - box2[0]) * (box2[3] - box2[1])
    union = area1 + area2 - both
    return both / union if union > 0 else 0.0
    ### END SOLUTION


# %% check="iou"
check(iou)

# %% [markdown]
# ## Anchors
# Two things may have their middles in one cell: a person in front of a car. So each
# cell gets several slots, each for another **shape**: tall, wide, small. The typical
# shapes are called **anchors**, and an object goes to the anchor most like it.
#
# Which shapes are typical? Ask the data, by **k-means**: start with $k$ boxes of the
# data; send each box to the anchor of the largest IoU; move each anchor to the mean of
# its boxes; repeat. Why not by distance? Two pixels matter more for small boxes than
# for large ones, and $1 - \text{IoU}$ knows that.

# %% [markdown]
# Only shapes count, so let all boxes share one corner. Then the intersection is simply
# $\min(w_1, w_2) \cdot \min(h_1, h_2)$.

# %% [markdown]
# ### Exercise 4 · `kmeans_anchors` · 6 points · about 12 minutes
# Stop as soon as no box changes its anchor, or after 100 rounds.
#
# <details><summary>Mean of empty slice</summary>
#
# An anchor to which no box goes stays where it is.
# </details>
# <details><summary>Right anchors in another order</summary>
#
# In the end they are sorted by area, the smallest first.
# </details>


# %% exercise="kmeans_anchors"
def kmeans_anchors(wh, k, rng):
    """Typical shapes of boxes, by k-means with the distance 1 - IoU.

    Args:
        wh: widths and heights `(n, 2)`, all above 0.
        k: how many anchors, at most n.
        rng: a `numpy.random.Generator`; `rng.choice(n, k, replace=False)` draws the
            rows of `wh` to start with.

    Returns:
        Array `(k, 2)` of widths and heights, sorted by area.

    Source: Redmon, Farhadi, YOLO9000 (2016), section 2, "Dimension clusters".
    """
    ### BEGIN SOLUTION
    anchors = wh[rng.choice(len(wh), k, replace=False)].astype(float)
    nearest = None
    for _ in range(100):
        both = np.minimum(wh[:, np.newaxis], anchors).prod(axis=2)  # (n, k)
        union = wh.prod(axis=1)[:, np.newaxis] + anchors.prod(axis=1) - both
        before, nearest = nearest, (both / union).argmax(axis=1)
        if np.array_equal(before, nearest):
            break
        for i in set(nearest):
            anchors[i] = wh[nearest == i].mean(axis=0)
    return anchors[np.argsort(anchors.prod(axis=1), kind="stable")]
    ### END SOLUTION


# %% check="kmeans_anchors"
check(kmeans_anchors)

# %% demo
centres = []  # of each scene: (boxes as x, y, w, h; classes)
for boxes, classes in zip(train.boxes, train.classes, strict=True):
    low, high = boxes[classes >= 0, :2], boxes[classes >= 0, 2:]
    centres.append((np.hstack([(low + high) / 2, high - low]), classes[classes >= 0]))
sizes = np.vstack([boxes[:, 2:] for boxes, _ in centres])
fits = []
for k in range(1, 7):
    found = kmeans_anchors(sizes, k, np.random.default_rng(0))
    best = [max(iou((0, 0, *wh), (0, 0, *a)) for a in found) for wh in sizes[::10]]
    fits.append(np.mean(best))
anchors = kmeans_anchors(sizes, 2, np.random.default_rng(0))
print("two anchors, in pixels:", np.round(96 * anchors).astype(int).tolist())
plots.lines(
    fits,
    range(1, 7),
    xlabel="anchors k",
    ylabel="mean IoU with the best anchor",
    markers=True,
    reading="More anchors fit better, and cost more channels. We take two.",
)

# %% [markdown]
# ## The target output
# Now the target. An object with its middle at $(x, y)$ and size $(w, h)$ belongs to the
# cell in column $\lfloor x \cdot g \rfloor$, row $\lfloor y \cdot g \rfloor$ of a grid
# of $g \times g$, and to the anchor $(a_w, a_h)$ of the largest IoU. There we write
#
# | place | 0 | 1, 2 | 3, 4 | 5 … |
# |---|---|---|---|---|
# | | $1$ | $xg - $ column, $yg - $ row | $\ln (w / a_w), \ln (h / a_h)$ | class |
#
# Everything else is 0. So the middle is told *within its cell*, from 0 to 1, and the
# size *relative to the anchor*: 0 means "just as large".

# %% [markdown]
# By hand: $g = 4$, a box with its middle at $(0.6, 0.3)$, as large as its anchor.
# Column $\lfloor 2.4 \rfloor = 2$, row $\lfloor 1.2 \rfloor = 1$, and the cell says
# $(1, 0.4, 0.2, 0, 0, …)$.

# %% [markdown]
# ### Exercise 5 · `encode_yolo` · 8 points · about 15 minutes
# Go through the objects in order. If the best anchor of the cell is taken already, the
# object takes the next best that is free; if none is, it is left out.
#
# <details><summary>Objects sit in the wrong cells</summary>
#
# `Y[row, column]`: the row comes from $y$.
# </details>
# <details><summary>index … is out of bounds</summary>
#
# A middle at exactly 1.0 belongs to the last cell.
# </details>


# %% exercise="encode_yolo"
def encode_yolo(boxes, classes, grid, anchors, n_classes):
    """The target of a YOLO network for one picture.

    Args:
        boxes: array `(k, 4)`: x and y of the middle, width, height, as shares.
        classes: k ints from 0 to n_classes - 1.
        grid: cells a side.
        anchors: array `(A, 2)`, widths and heights as shares.
        n_classes: C.

    Returns:
        Array `(grid, grid, A, 5 + C)`: p_c, b_x and b_y within the cell, logarithms
        of width and height in anchors, classes.

    Source: Redmon, Farhadi, YOLO9000 (2016), section 2.
    """
    ### BEGIN SOLUTION
    Y = np.zeros((grid, grid, len(anchors), 5 + n_classes))
    for (x, y, w, h), label in zip(boxes, classes, strict=True):
        column, row = min(int(x * grid), grid - 1), min(int(y * grid), grid - 1)
        fit = np.array([iou((0, 0, w, h), (0, 0, *anchor)) for anchor in anchors])
        fit[Y[row, column, :, 0] == 1] = -1  # taken
        a = fit.argmax()
        if fit[a] < 0:
            continue
        Y[row, column, a, :3] = 1, x * grid - column, y * grid - row
        Y[row, column, a, 3:5] = np.log((w, h) / anchors[a])
        Y[row, column, a, 5 + label] = 1
    return Y
    ### END SOLUTION


# %% check="encode_yolo"
check(encode_yolo)

# %% concept="yolo_numbers"
# A grid of 19 × 19, 5 anchors, 80 classes. How many numbers does the network put out
# for one picture?
yolo_numbers = None

# %% [markdown]
# ### Two objects in one cell
# How often do two objects share a cell, and what do anchors save? Predict, then run:
# with one anchor, which share of the 2,813 objects is lost on a grid of 3, 6 or 12?

# %% demo
lost = {}
for k in (1, 2, 3):
    shapes = kmeans_anchors(sizes, k, np.random.default_rng(0))
    lost[f"{k} anchor{'s' * (k > 1)}"] = [
        1 - sum(encode_yolo(*objects, grid, shapes, 5)[..., 0].sum()
                for objects in centres) / len(sizes)
        for grid in (3, 6, 12)
    ]  # fmt: skip
plots.lines(
    {name: 100 * np.array(shares) for name, shares in lost.items()},
    [3, 6, 12],
    xlabel="cells a side",
    ylabel="objects without a slot, %",
    markers=True,
    from_zero=True,
    reading=f"With 3 × 3 cells and one anchor {lost['1 anchor'][0]:.1%} of the objects "
    f"find no slot; with 6 × 6 and two anchors {lost['2 anchors'][1]:.1%}. Three in a "
    "cell, or two of one shape, remain a problem, but a rare one on a fine grid.",
)

# %% [markdown]
# ## And back
# ### Exercise 6 · `decode_yolo` · 6 points · about 10 minutes
# Undo it for **every** slot, without a loop: `np.arange` gives columns and rows, the
# rest is broadcasting. Return the four arrays from which Part 4 goes on.
#
# $$b_x = \frac{\text{column} + Y_1}{g} \qquad b_w = a_w\, e^{Y_3}$$
#
# <details><summary>x and y of the middles are exchanged</summary>
#
# Columns are the second axis of `Y`, rows the first. `np.arange(grid)[:, np.newaxis]`
# counts along the second of three axes.
# </details>


# %% exercise="decode_yolo"
def decode_yolo(Y, anchors):
    """Boxes of every slot of a YOLO grid.

    Args:
        Y: array `(grid, grid, A, 5 + C)` as `encode_yolo` makes it.
        anchors: array `(A, 2)`, widths and heights as shares.

    Returns:
        Tuple `(box_xy, box_wh, box_confidence, box_class_probs)` of shapes
        `(grid, grid, A, 2)`, the same, `(grid, grid, A, 1)`, `(grid, grid, A, C)`.
    """
    ### BEGIN SOLUTION
    cells = np.arange(len(Y))
    x = (cells[:, np.newaxis] + Y[..., 1]) / len(Y)
    y = (cells[:, np.newaxis, np.newaxis] + Y[..., 2]) / len(Y)
    box_wh = anchors * np.exp(Y[..., 3:5])
    return np.stack([x, y], axis=-1), box_wh, Y[..., :1], Y[..., 5:]
    ### END SOLUTION


# %% check="decode_yolo"
check(decode_yolo)

# %% demo
Y = encode_yolo(*centres[5], 6, anchors, 5)
box_xy, box_wh, confidence, _ = decode_yolo(Y, anchors)
here = confidence[..., 0] == 1
there_and_back = np.hstack([box_xy[here], box_wh[here]])
print("there and back:", np.round(96 * there_and_back, 1).tolist())
print("the truth     :", np.round(96 * centres[5][0], 1).tolist())

# %% [markdown]
# # Part 4 · From numbers to boxes
# A trained network gives such an array, too, but with probabilities in place of 0 and
# 1, in *every* slot. Now four small steps: corners, keep the sure ones, remove doubles,
# scale to pixels.
#
# ### Exercise 7 · `yolo_boxes_to_corners` · 3 points · about 4 minutes
# From the middle it is half a width to each side. Mind the order: rows first.


# %% exercise="yolo_boxes_to_corners"
def yolo_boxes_to_corners(box_xy, box_wh):
    """Corners of boxes.

    Args:
        box_xy: array `(…, 2)`, x and y of the middles.
        box_wh: array `(…, 2)`, widths and heights.

    Returns:
        Array `(…, 4)`: top, left, bottom, right.

    Example:
        >>> yolo_boxes_to_corners(np.array([[5.0, 2.0]]), np.array([[4.0, 2.0]]))
        array([[1., 3., 3., 7.]])
    """
    ### BEGIN SOLUTION
    low, high = box_xy - box_wh / 2, box_xy + box_wh / 2
    return np.concatenate([low[..., ::-1], high[..., ::-1]], axis=-1)
    ### END SOLUTION


# %% check="yolo_boxes_to_corners"
check(yolo_boxes_to_corners)

# %% [markdown]
# ## Keep the sure ones
# The network says how sure it is that there is *something*, and how sure that it is a
# fish *if* there is something. The **score** of a class is the product. A box counts
# for its best class, if that score reaches the threshold.
#
# By hand: $p_c = 0.8$ and classes $(0.1, 0.6, 0.3)$: scores $(0.08, 0.48, 0.24)$. Class
# 1 with 0.48: out, at a threshold of 0.6.

# %% [markdown]
# ### Exercise 8 · `yolo_filter_boxes` · 5 points · about 6 minutes
# A mask of Booleans picks from all arrays at once: `boxes[mask]`.
#
# <details><summary>Boxes of unsure slots are kept</summary>
#
# The threshold is for the product, not for $p_c$ or the class alone.
# </details>


# %% exercise="yolo_filter_boxes"
def yolo_filter_boxes(boxes, box_confidence, box_class_probs, threshold=0.6):
    """Keep the boxes whose best class has a score of at least the threshold.

    Args:
        boxes: array `(…, 4)`.
        box_confidence: array `(…, 1)`.
        box_class_probs: array `(…, C)`.
        threshold: of the scores.

    Returns:
        Tuple `(scores, boxes, classes)` of the k that are kept, in their order:
        `(k,)`, `(k, 4)` and ints `(k,)`.
    """
    ### BEGIN SOLUTION
    class_scores = box_confidence * box_class_probs
    scores = class_scores.max(axis=-1)
    keep = scores >= threshold
    return scores[keep], boxes[keep], class_scores.argmax(axis=-1)[keep]
    ### END SOLUTION


# %% check="yolo_filter_boxes"
check(yolo_filter_boxes)

# %% [markdown]
# ## Once is enough
# Several slots see the same fish. **Non-max suppression** keeps the surest box and
# drops all others of its class that overlap it too much; then it takes the surest of
# the rest; and so on.
#
# By hand, at most 0.5 allowed: three fish with scores 0.9, 0.8, 0.7. IoU of 1 and 2 is
# 0.6, of 2 and 3 is 0.6, of 1 and 3 is 0.2. Keep 1; drop 2; and 3? It overlaps 2, but 2
# is gone. Keep it.

# %% concept="why_per_class"
# Why is suppression done for each class on its own?
# A: it is faster: fewer pairs of boxes have to be compared
# B: a person on a bicycle makes two objects, whose boxes overlap much
# C: scores of different classes cannot be put in order
# D: boxes of different classes never overlap, so it makes no difference
why_per_class = None

# %% [markdown]
# ### Exercise 9 · `yolo_non_max_suppression` · 7 points · about 12 minutes
# Take the boxes by falling score. Keep one if it overlaps no **kept** box of its class
# by more than the threshold. At most `max_boxes` in all.
#
# <details><summary>Too few boxes</summary>
#
# Compare with kept boxes, not with dropped ones; and only within the class. An overlap
# of exactly the threshold is allowed.
# </details>
# <details><summary>Ties come out in another order</summary>
#
# `np.argsort(-scores, kind="stable")` leaves equal scores in their order.
# </details>


# %% exercise="yolo_non_max_suppression"
def yolo_non_max_suppression(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    """Non-max suppression, class by class.

    Args:
        scores: array `(k,)`.
        boxes: array `(k, 4)` of corners.
        classes: array `(k,)` of ints.
        max_boxes: how many to keep at most, over all classes.
        iou_threshold: a box is dropped above it.

    Returns:
        Tuple `(scores, boxes, classes)` of the boxes kept, by falling score (ties in
        their order).
    """
    ### BEGIN SOLUTION
    keep = []
    for i in np.argsort(-scores, kind="stable"):
        same = [j for j in keep if classes[j] == classes[i]]
        if all(iou(boxes[i], boxes[j]) <= iou_threshold for j in same):
            keep.append(i)
    keep = np.array(keep[:max_boxes], dtype=int)
    return scores[keep], boxes[keep], classes[keep]
    ### END SOLUTION


# %% check="yolo_non_max_suppression"
check(yolo_non_max_suppression)

# %% [markdown]
# ### Exercise 10 · `scale_boxes` · 2 points · about 2 minutes
# From shares to pixels. `image_shape` is `(height, width)`, as `picture.shape[:2]`.


# %% exercise="scale_boxes"
def scale_boxes(boxes, image_shape):
    """Boxes in pixels.

    Args:
        boxes: array `(k, 4)`: top, left, bottom, right as shares.
        image_shape: height and width of the picture in pixels.

    Returns:
        Array `(k, 4)`.

    Example:
        >>> scale_boxes(np.array([[0.0, 0.5, 0.5, 1.0]]), (100, 200))
        array([[  0., 100.,  50., 200.]])
    """
    ### BEGIN SOLUTION
    height, width = image_shape
    return boxes * np.array([height, width, height, width])
    ### END SOLUTION


# %% check="scale_boxes"
check(scale_boxes)

# %% [markdown]
# ### Exercise 11 · `yolo_eval` · 4 points · about 5 minutes
# All together, with your functions: corners, filter, suppression, pixels.
#
# <details><summary>Thresholds have no effect</summary>
#
# Pass them on: `score_threshold` to the filter, `iou_threshold` and `max_boxes` to the
# suppression.
# </details>


# %% exercise="yolo_eval"
def yolo_eval(
    yolo_outputs, image_shape, max_boxes=10, score_threshold=0.6, iou_threshold=0.5
):
    """From the decoded output of a network to boxes on a picture.

    Args:
        yolo_outputs: tuple `(box_xy, box_wh, box_confidence, box_class_probs)`.
        image_shape: height and width of the picture in pixels.
        max_boxes: how many boxes to keep at most.
        score_threshold: of the filter.
        iou_threshold: of the suppression.

    Returns:
        Tuple `(scores, boxes, classes)`, boxes in pixels, by falling score.
    """
    ### BEGIN SOLUTION
    box_xy, box_wh, box_confidence, box_class_probs = yolo_outputs
    boxes = yolo_boxes_to_corners(box_xy, box_wh)
    scores, boxes, classes = yolo_filter_boxes(
        boxes, box_confidence, box_class_probs, score_threshold
    )
    scores, boxes, classes = yolo_non_max_suppression(
        scores, boxes, classes, max_boxes, iou_threshold
    )
    return scores, scale_boxes(boxes, image_shape), classes
    ### END SOLUTION


# %% check="yolo_eval"
check(yolo_eval)

# %% [markdown]
# ## A real YOLO, in NumPy
# This Tiny-YOLOv2 was trained by others to find faces: nine convolutional layers, a
# grid of $13 \times 13$, five anchors, one class. `helpers.vision` computes its raw
# output in plain NumPy, equal to that of PyTorch's operations to four decimals. From
# there on it is yours: a sigmoid for $p_c$ and the place in the cell, then
# `decode_yolo` and `yolo_eval`.


# %% demo
def sigmoid(z):
    """Logistic function of numbers of moderate size."""
    return 1 / (1 + np.exp(-z))


def faces(picture, score_threshold=0.5):
    """Faces on a picture (416, 416, 3): scores, boxes, classes."""
    raw = vision.face_detector(picture[np.newaxis])[0]  # x, y, w, h, confidence
    ones = np.ones((13, 13, 5, 1))
    Y = np.concatenate(
        [sigmoid(raw[..., 4:]), sigmoid(raw[..., :2]), raw[..., 2:4], ones], axis=-1
    )
    outputs = decode_yolo(Y, vision.FACE_ANCHORS / 13)
    return yolo_eval(outputs, (416, 416), score_threshold=score_threshold)


known = data.load("face_detector")
difference = np.abs(vision.face_detector(known.check_x) - known.check_y).max()
print(f"largest difference from the reference output {difference:.0e}")
portrait = known.check_x[0]
half = portrait[::2, ::2]
four = np.vstack([
    np.hstack([half, half[:, ::-1]]), np.hstack([half[::-1], half // 3])
])  # fmt: skip
figures.detections(
    [portrait, four],
    [faces(portrait), faces(four)],
    ["face"],
    columns=2,
    reading="Left one face, one box. Right four small copies: upright, mirrored and "
    "darkened it is found, upside down it is not: faces seldom stand on their heads.",
)

# %% [markdown]
# ## Eighty classes on photographs
# A second detector, NanoDet, knows 80 classes. It has no anchors, but three grids: its
# 3,549 cells each say a box and 80 scores. Its raw answers on twelve photographs come
# with the lab, and your functions make sense of them.

# %% demo
nano = data.load("nanodet")
nano_boxes = nano.boxes[..., [1, 0, 3, 2]].astype(float)  # rows first


def coco(i, score_threshold=0.4, iou_threshold=0.5, max_boxes=10):
    """What NanoDet finds on photograph i, boxes as shares."""
    sure = np.ones((3549, 1))  # it has no p_c: the classes say it all
    found = yolo_filter_boxes(nano_boxes[i], sure, nano.scores[i], score_threshold)
    return yolo_non_max_suppression(*found, max_boxes, iou_threshold)


def in_pixels(found, shape):
    """The same with boxes in pixels."""
    return found[0], scale_boxes(found[1], shape), found[2]


figures.detections(
    nano.pictures,
    [in_pixels(coco(i), (208, 208)) for i in range(12)],
    nano.classes,
    columns=4,
    reading="The cat is a dog as well: between classes nothing is suppressed. The pig "
    "is none of the 80 classes, so it becomes a dog. The hens are not sure enough.",
)

# %% [markdown]
# ## Turn the knobs
# One picture of cows, and two thresholds. Before you run: which of the four settings
# will leave the most boxes, and which the right number?

# %% demo
busy = int(np.argmax([len(coco(i, 0.2, 1.0, 99)[0]) for i in range(12)]))
settings = [(0.2, 1.0), (0.2, 0.5), (0.45, 0.5), (0.45, 0.05)]
figures.detections(
    [nano.pictures[busy]] * 4,
    [in_pixels(coco(busy, *two, 99), (208, 208)) for two in settings],
    nano.classes,
    [f"score {score}, IoU {overlap}" for score, overlap in settings],
    columns=2,
    reading="Top left, nothing suppressed: each cow in many boxes. Bottom left half a "
    "cow is left over. Bottom right it is gone: such a low IoU threshold is good here, "
    "where cows stand apart, and bad in a herd.",
)

# %% concept="lower_iou_threshold"
# The IoU threshold of the suppression is lowered from 0.5 to 0.1. What happens?
# A: more boxes survive, among them doubles of one object
# B: nothing, as long as the score threshold stays the same
# C: boxes with low scores survive that were filtered before
# D: fewer boxes survive: neighbours of one class, side by side, may be lost
lower_iou_threshold = None

# %% [markdown]
# ## Train your own
# Five convolutions, from $96 \times 96$ pixels to $6 \times 6$ cells, then
# one number for each place of the target: two anchors, $5 + 5$ numbers each. The loss
# is yours from Part 1, slot by slot, with a logistic loss for $p_c$, cross-entropy for
# the classes and the sum divided by the number of objects. Each time a scene comes, its
# things stand before another photograph, and half of the scenes are mirrored, boxes and
# all.


# %% demo
def yolo(X, net):
    """From pictures (m, 96, 96, 3) to raw numbers (m, 6, 6, 2, 10)."""
    for n_C in (12, 24, 48, 96):
        X = nn.leaky_relu(net.batch_norm(net.conv(X, n_C, f=3, s=2)), 0.1)
    X = nn.leaky_relu(net.batch_norm(net.conv(X, 96, f=3)), 0.1)
    return nn.reshape(net.conv(X, 20, bias=True), (-1, 6, 6, 2, 10))


def yolo_loss(raw, Y):
    """Localization loss over all slots, for each object there is."""
    here = Y[..., 0]
    n = max(here.sum(), 1)
    slots = here.size / n  # turns means over slots into sums for each object
    sure = nn.binary_cross_entropy(raw[..., 0], here) * slots
    place = (nn.sigmoid(raw[..., 1:3]) - Y[..., 1:3]) ** 2
    size = (raw[..., 3:5] - Y[..., 3:5]) ** 2
    box = nn.mean((place + size) * here[..., np.newaxis]) * (2 * slots)
    label = nn.cross_entropy(raw[..., 5:], Y[..., 5:].argmax(axis=-1), here)
    return sure + 2 * box + label


# %% demo
def prepared(pictures):
    """Bytes as numbers from -1 to 1."""
    return pictures / np.float32(127.5) - 1


photographs = data.load("photos_160").train_x
backgrounds = prepared(np.stack([
    cut_background(photographs, where) for where in data.load("scenes").train_background
]))  # fmt: skip


def changed(rng):
    """Function of a batch: other backgrounds for all, half of it mirrored."""

    def change(batch):
        X, Y, things = batch
        others = backgrounds[rng.integers(len(backgrounds), size=len(X))]
        X, Y = np.where(things[..., np.newaxis], X, others), Y.copy()
        flip = rng.random(len(X)) < 0.5
        X[flip], Y[flip] = X[flip, :, ::-1], Y[flip, :, ::-1]
        Y[flip, ..., 1] = Y[flip, ..., 0] * (1 - Y[flip, ..., 1])
        return X, Y

    return change


# %% demo
EPOCHS = 16
targets = np.stack([encode_yolo(*objects, 6, anchors, 5) for objects in centres])
rng = np.random.default_rng(0)
detector = Net(yolo, prepared(train.images)[:1], rng=rng)
detector.layers[-1].b.data.reshape(2, 10)[:, 0] = -4  # most slots are empty
batches = nn.DataLoader(
    prepared(train.images), targets.astype(np.float32), train.instances > 0,
    batch_size=16, rng=rng, transform=changed(rng),
)  # fmt: skip
rate = nn.schedules.cosine_decay(0.02, EPOCHS * len(batches), warmup=20)
history = detector.fit(
    batches, loss=yolo_loss, epochs=EPOCHS, progress=False,
    optimizer=nn.Adam(detector.parameters(), rate),
)  # fmt: skip
plots.lines(
    {"training loss": history["loss"]},
    xlabel="epoch",
    ylabel="loss an object",
    from_zero=True,
    reading=f"{detector.count_parameters():,} parameters learn 2,813 boxes.",
)


# %% demo
def activated(raw):
    """Raw numbers of a network as probabilities, places and sizes."""
    e = np.exp(raw[..., 5:] - raw[..., 5:].max(axis=-1, keepdims=True))
    share = e / e.sum(axis=-1, keepdims=True)
    return np.concatenate([sigmoid(raw[..., :3]), raw[..., 3:5], share], axis=-1)


answers = activated(detector.predict(prepared(dev.images)))
sample = [0, 3, 9]
figures.cells(
    dev.images[sample],
    [(answers[i][..., :1] * answers[i][..., 5:]).max(axis=2).argmax(axis=-1)
     for i in sample],
    [(answers[i][..., :1] * answers[i][..., 5:]).max(axis=(2, 3)) for i in sample],
    NAMES,
    reading="Each cell in the colour of its likeliest class, the stronger the surer. "
    "One or two cells light up for each thing: those around its middle.",
)  # fmt: skip

# %% demo cover=true
before = [
    yolo_eval(decode_yolo(answers[i], anchors), (96, 96), 100, 0.1, iou_threshold=1)
    for i in sample
]
after = [
    yolo_eval(decode_yolo(answers[i], anchors), (96, 96), 10, 0.3, iou_threshold=0.4)
    for i in sample
]
figures.detections(
    [*dev.images[sample], *dev.images[sample]],
    [*before, *after],
    NAMES,
    ["scores above 0.1"] * 3 + ["after filter and suppression"] * 3,
    truth=[96 * true_corners(dev, i) for i in sample] * 2,
    most=4,
    reading="Above what the network says, below what your functions make of it. The "
    "truth is white and dashed. Is the ball behind the car found?",
)

# %% [markdown]
# # Part 5 · How good is it?
# Nice pictures prove nothing. Two steps lead to one number.
#
# **Right or wrong?** Go through the detections of one class by falling score. Look at
# the true box of the same picture with the largest IoU. At least 0.5, and not yet
# taken: a hit, and now it is taken. Everything else is a false alarm: a second box on
# the same fish, too.

# %% [markdown]
# ### Exercise 12 · `match_detections` · 5 points · about 10 minutes
# Detections and truths of *all* pictures, one class. `pictures[i]` says on which
# picture detection `i` is.
#
# <details><summary>A double counts as a hit</summary>
#
# Each truth can be hit once. The surer detection comes first.
# </details>
# <details><summary>attempt to get argmax of an empty sequence</summary>
#
# A picture may have no truth of this class. Then the detection is a false alarm.
# </details>


# %% exercise="match_detections"
def match_detections(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    """Which detections of one class are hits.

    Args:
        scores: array `(k,)`.
        boxes: corners `(k, 4)`.
        pictures: ints `(k,)`, on which picture each detection is.
        true_boxes: corners `(n, 4)`.
        true_pictures: ints `(n,)`.
        iou_threshold: the least IoU of a hit.

    Returns:
        Booleans `(k,)`, **by falling score** (ties in their order).

    Source: Everingham et al., The Pascal VOC challenge (2010), section 4.
    """
    ### BEGIN SOLUTION
    hits, taken = [], set()
    for i in np.argsort(-scores, kind="stable"):
        here = np.flatnonzero(true_pictures == pictures[i])
        overlaps = [iou(boxes[i], true_boxes[j]) for j in here]
        best = here[np.argmax(overlaps)] if overlaps else None
        hit = best is not None and max(overlaps) >= iou_threshold and best not in taken
        hits.append(hit)
        if hit:
            taken.add(best)
    return np.array(hits, dtype=bool)
    ### END SOLUTION


# %% check="match_detections"
check(match_detections)

# %% [markdown]
# **One number.** After each detection, *precision* is the share of hits so far,
# *recall* the share of the truths found so far. **Average precision** is the area under
# precision over recall, where at each recall the best precision counts that is still to
# come:
#
# $$\text{AP} = \frac{1}{n} \sum_{\text{hits } i} \max_{j \ge i} \text{precision}_j$$
#
# By hand, $n = 2$, hits (yes, no, yes): precisions $1, \frac12, \frac23$. AP is
# $\frac12 (1 + \frac23) = 0.83$. A truth never found adds 0. The mean over the classes
# is **mAP**.

# %% [markdown]
# ### Exercise 13 · `average_precision` · 4 points · about 8 minutes
# `np.maximum.accumulate` of the reversed array looks to the end.
#
# <details><summary>My AP is too high where objects are missed</summary>
#
# Divide by the number of truths, not by the number of hits.
# </details>


# %% exercise="average_precision"
def average_precision(hits, n_truths):
    """Area under the curve of precision over recall.

    Args:
        hits: Booleans `(k,)` by falling score; k may be 0.
        n_truths: how many true objects there are, at least 1.

    Returns:
        A float from 0 to 1.

    Example:
        >>> print(round(average_precision(np.array([True, False, True]), 2), 3))
        0.833
    """
    ### BEGIN SOLUTION
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    best_to_come = np.maximum.accumulate(precision[::-1])[::-1]
    return np.sum(best_to_come[hits]) / n_truths
    ### END SOLUTION


# %% check="average_precision"
check(average_precision)


# %% demo
def all_detections(answers, **options):
    """Detections on all pictures: scores, boxes, classes, pictures."""
    found = [
        yolo_eval(decode_yolo(Y, anchors), (96, 96), 20, 0.02, **options)
        for Y in answers
    ]
    pictures = np.repeat(np.arange(len(found)), [len(one[0]) for one in found])
    return [*map(np.concatenate, zip(*found, strict=True)), pictures]


def precisions(scenes, scores, boxes, classes, pictures, iou_threshold=0.5):
    """Average precision of each class, and the hits behind it."""
    there = np.nonzero(scenes.classes >= 0)
    truths, kinds = 96 * scenes.boxes[there][:, [1, 0, 3, 2]], scenes.classes[there]
    result = {}
    for c, name in enumerate(NAMES):
        mine, its = classes == c, kinds == c
        hits = match_detections(scores[mine], boxes[mine], pictures[mine], truths[its],
                                there[0][its], iou_threshold)  # fmt: skip
        result[name] = average_precision(hits, its.sum()), hits, its.sum()
    return result


test_answers = activated(detector.predict(prepared(test.images)))
found = all_detections(test_answers)
by_class = precisions(test, *found)
mean_ap = np.mean([ap for ap, *_ in by_class.values()])
print(f"mAP at 0.5 on 150 test scenes: {mean_ap:.3f}")

# %% demo
curves = {}
for name, (ap, hits, n) in by_class.items():
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    recall = np.cumsum(hits) / n
    at = np.searchsorted(recall, np.linspace(0.02, 1, 50))
    best = np.append(np.maximum.accumulate(precision[::-1])[::-1], 0)
    curves[f"{name}, AP {ap:.2f}"] = best[np.minimum(at, len(hits))]
plots.lines(
    curves,
    np.linspace(0.02, 1, 50),
    xlabel="recall",
    ylabel="best precision still to come",
    from_zero=True,
    reading="The area under each curve is that class's AP. A curve drops to 0 where "
    "the rest of the objects is never found.",
)

# %% demo
knobs = {
    "as above": (found, 0.5),
    "IoU 0.75": (found, 0.75),
    "no suppression": (all_detections(test_answers, iou_threshold=1), 0.5),
}
plots.bars(
    {
        name: np.mean([ap for ap, *_ in precisions(test, *what, overlap).values()])
        for name, (what, overlap) in knobs.items()
    },
    ylabel="mAP",
    reading="At IoU 0.75 few boxes are exact enough: ours are right to a few pixels. "
    "Without suppression each double is a false alarm, though mostly a late one.",
)

# %% [markdown]
# And NanoDet? On its twelve photographs are 24 things, with boxes drawn by hand. The
# pig does not count, since none of the 80 classes is "pig".

# %% demo
shots = [coco(i, 0.1, 0.5, 30) for i in range(12)]
on = np.repeat(np.arange(12), [len(shot[0]) for shot in shots])
sure, where, what = map(np.concatenate, zip(*shots, strict=True))
by_hand = nano.truth_box[:, [1, 0, 3, 2]]
scored = {}
for c in sorted(set(nano.truth_class) - {-1}):  # -1 is none of the 80
    its, mine = nano.truth_class == c, what == c
    hits = match_detections(sure[mine], where[mine], on[mine], by_hand[its],
                            nano.truth_picture[its])  # fmt: skip
    scored[nano.classes[c]] = average_precision(hits, its.sum())
print(f"mAP at 0.5 over {len(scored)} classes: {np.mean(list(scored.values())):.3f}")
print(
    "AP below 1:", {name: round(float(ap), 2) for name, ap in scored.items() if ap < 1}
)

# %% [markdown]
# <details><summary><b>Predict</b>: and with only the scores above 0.5?</summary>
#
# mAP falls, never rises: unsure hits are lost, and false alarms that come after all
# hits cost nothing. So mAP is measured with a low threshold, and a product chosen with
# a higher one.
# </details>
#
# Do two anchors pay? On the dev scenes, one run each, one anchor gave us 0.77 and two
# gave 0.74. That decides nothing: the same code with another processor or another
# version of NumPy, which only rounds differently, got between 0.77 and 0.81 on the test
# scenes. Things here are nearly square. Anchors pay where shapes differ.

# %% [markdown]
# # Part 6 · Every pixel
# A box is coarse: where exactly does the tumour end, the road begin? **Semantic
# segmentation** gives a class to every pixel. The output is as large as the picture, so
# after convolutions that shrink the maps, something must enlarge them again.
#
# That is a **transposed convolution**. A convolution takes a weighted sum of a window
# into one number; the transposed one *spreads* one number over a window, times the
# filter, and adds up where windows overlap. Stride and padding belong to the
# **output**.

# %% [markdown]
# By hand, in one dimension: $x = (1, 2)$, filter $(1, 1, 1)$, stride 2.
#
# | | | | | | |
# |---|---|---|---|---|---|
# | 1 spread | 1 | 1 | 1 | | |
# | 2 spread | | | 2 | 2 | 2 |
# | sum | 1 | 1 | **3** | 2 | 2 |
#
# With padding 1 the two ends are cut off: $(1, 3, 2)$. In general $n$ numbers become
# $s\,(n - 1) + f - 2p$.

# %% concept="transposed_size"
# A map of 6 × 6, transposed convolution with f = 3, s = 2, p = 1. How many rows come
# out?
transposed_size = None

# %% [markdown]
# ### Exercise 14 · `transposed_conv` · 5 points · about 12 minutes
# For each place of the input: its channels times the filters is a block
# `(f, f, n_C)`; add it to the output where it belongs. Crop in the end. The filters
# have the layout of the convolution that this one is the transpose of: output channels
# *before* input channels.

# %% [markdown]
# <details><summary>The channels do not fit</summary>
#
# `X[:, i, j]` is `(m, n_C_prev)`; it meets the **last** axis of `W`.
# </details>
# <details><summary>Overlaps are wrong</summary>
#
# `+=`, not `=`.
# </details>


# %% exercise="transposed_conv"
def transposed_conv(X, W, stride, pad):
    """Transposed convolution.

    Args:
        X: array `(m, n_H, n_W, n_C_prev)`.
        W: array `(f, f, n_C, n_C_prev)`.
        stride: step between windows of the output.
        pad: rows and columns to cut off on each side of the output.

    Returns:
        Array `(m, s (n_H - 1) + f - 2 p, s (n_W - 1) + f - 2 p, n_C)`.

    Source: Dumoulin, Visin, A guide to convolution arithmetic (2016), chapter 4.
    """
    ### BEGIN SOLUTION
    m, n_H, n_W, _ = X.shape
    f, _, n_C, _ = W.shape
    height, width = stride * (n_H - 1) + f, stride * (n_W - 1) + f
    Z = np.zeros((m, height, width, n_C))
    for i in range(n_H):
        for j in range(n_W):
            top, left = i * stride, j * stride
            block = np.tensordot(X[:, i, j], W, axes=(1, 3))  # (m, f, f, n_C)
            Z[:, top : top + f, left : left + f] += block
    return Z[:, pad : height - pad, pad : width - pad]
    ### END SOLUTION


# %% check="transposed_conv"
check(transposed_conv)

# %% [markdown]
# **Why "transposed"?** A convolution is linear: flatten picture and map, and it is a
# matrix $M$. Your function is $M^T$: it does not undo the convolution, it sends every
# number back to the pixels that it came from. For all $X$ and $Z$,
#
# $$\langle M X,\; Z \rangle = \langle X,\; M^T Z \rangle.$$
#
# Slopes travel back through a convolution in the same way: you wrote it two weeks ago,
# as `dA_prev`.

# %% demo
rng = np.random.default_rng(0)
X, W = rng.normal(size=(2, 7, 9, 3)), rng.normal(size=(3, 3, 3, 5))
convolved = nn.conv2d(X, W, stride=2, padding=1).data
Z = rng.normal(size=convolved.shape)
print(f"<conv(X), Z>            = {np.sum(convolved * Z):.10f}")
print(f"<X, transposed_conv(Z)> = {np.sum(X * transposed_conv(Z, W, 2, 1)):.10f}")

# %% [markdown]
# ## The U-Net
# Going down, maps get smaller and more abstract: *what*. Going up, they get large
# again, but blurred: the *where* is lost. So at each level the U-Net hands the map of
# the way down over to the way up, side by side, channels with channels:
#
# ```
# picture ─ conv_block ──────────── skip ───────────── upsampling_block ─ 1×1 ─ classes
#               └─ conv_block ───── skip ───── upsampling_block ─┘
#                       └─── conv_block, no pooling ───┘
# ```

# %% [markdown]
# ### Exercise 15 · `conv_block` · 3 points · about 5 minutes
# Twice: $3 \times 3$ convolution, batch norm, ReLU. Then max pooling of 2, unless
# `max_pooling` is false. Return the map to go on with *and* the map before pooling.


# %% exercise="conv_block"
def conv_block(X, n_filters=32, max_pooling=True, *, net):
    """One level of the way down.

    Args:
        X: maps `(m, n_H, n_W, n_C)`.
        n_filters: channels of both convolutions.
        max_pooling: whether to halve height and width at the end.
        net: hands out layers.

    Returns:
        Tuple of the next level's input, `(m, n_H / 2, n_W / 2, n_filters)` with
        pooling, and the skip connection `(m, n_H, n_W, n_filters)`.
    """
    ### BEGIN SOLUTION
    for _ in range(2):
        X = nn.relu(net.batch_norm(net.conv(X, n_filters, f=3)))
    return (nn.max_pool2d(X, 2) if max_pooling else X), X
    ### END SOLUTION


# %% check="conv_block"
check(conv_block)

# %% [markdown]
# ### Exercise 16 · `upsampling_block` · 3 points · about 5 minutes
# `net.conv_transpose(X, n_C, f=3, s=2)` doubles height and width: it crops one row and
# one column, at one end only. Put its result and the skip side by side with
# `nn.concatenate([…])`, result first; then again two convolutions with batch norm and
# ReLU. You have a function for those.
#
# <details><summary>Sizes do not fit</summary>
#
# Only the expansive input is enlarged. The contractive one has its size already.
# </details>


# %% exercise="upsampling_block"
def upsampling_block(expansive_input, contractive_input, n_filters=32, *, net):
    """One level of the way up.

    Args:
        expansive_input: maps from below `(m, n_H, n_W, n_C)`.
        contractive_input: the skip `(m, 2 n_H, 2 n_W, n_C_skip)`.
        n_filters: channels of all three convolutions.
        net: hands out layers.

    Returns:
        Maps `(m, 2 n_H, 2 n_W, n_filters)`.
    """
    ### BEGIN SOLUTION
    up = net.conv_transpose(expansive_input, n_filters, f=3, s=2)
    merged = nn.concatenate([up, contractive_input])
    return conv_block(merged, n_filters, max_pooling=False, net=net)[0]
    ### END SOLUTION


# %% check="upsampling_block"
check(upsampling_block)

# %% [markdown]
# ### Exercise 17 · `unet_model` · 4 points · about 8 minutes
# `depth` levels down with `n_filters`, twice that, four times that, … filters; one
# `conv_block` without pooling at the bottom, doubled once more; the same levels up in
# reverse order; and a $1 \times 1$ convolution with bias to `n_classes` scores.
#
# <details><summary>Skips do not fit</summary>
#
# The last skip of the way down is the first on the way up.
# </details>


# %% exercise="unet_model"
def unet_model(X, n_filters=32, n_classes=23, depth=4, *, net):
    """A U-Net.

    Args:
        X: pictures `(m, n_H, n_W, n_C)`, sides that 2**depth divides.
        n_filters: channels of the first level; each further one has twice as many.
        n_classes: number of scores a pixel.
        depth: how many times the size is halved.
        net: hands out layers.

    Returns:
        Tensor `(m, n_H, n_W, n_classes)`, scores before the softmax.

    Source: Ronneberger, Fischer, Brox, U-Net (2015), figure 1.
    """
    ### BEGIN SOLUTION
    skips = []
    for level in range(depth):
        X, skip = conv_block(X, n_filters * 2**level, net=net)
        skips.append(skip)
    X, _ = conv_block(X, n_filters * 2**depth, max_pooling=False, net=net)
    for level in reversed(range(depth)):
        X = upsampling_block(X, skips[level], n_filters * 2**level, net=net)
    return net.conv(X, n_classes, f=1, bias=True)
    ### END SOLUTION


# %% check="unet_model"
check(unet_model)

# %% [markdown]
# ## How good is a mask?
# Not by right pixels: where a fifth of a picture is nuclei, "no nucleus anywhere" is
# 80 % right. **Mean IoU** takes the pixels of each class as a set: intersection over
# union of truth and prediction, then the mean over the classes. For one class, medicine
# likes **Dice**: $2\,|A \cap B| \,/\, (|A| + |B|)$.
#
# By hand: truth `[1, 1, 0, 0]`, predicted `[1, 0, 0, 0]`. Class 1: 1/2, class 0: 2/3,
# mean IoU 0.583; Dice of class 1: 2/3.

# %% [markdown]
# ### Exercise 18 · `mean_iou` · 4 points · about 6 minutes
# A class that is in neither mask has no IoU: leave it out of the mean.
#
# <details><summary>My mean is too small where classes are missing</summary>
#
# Divide by the number of classes that occur in either mask.
# </details>


# %% exercise="mean_iou"
def mean_iou(y_true, y_pred, C):
    """Mean over the classes of the IoU of their pixels.

    Args:
        y_true: ints of any shape, at least one.
        y_pred: ints of that shape.
        C: number of classes, 0 to C - 1.

    Returns:
        A float; classes in neither array do not count.

    Example:
        >>> print(round(mean_iou(np.array([1, 1, 0, 0]), np.array([1, 0, 0, 0]), 5), 3))
        0.583
    """
    ### BEGIN SOLUTION
    ious = []
    for c in range(C):
        union = np.sum((y_true == c) | (y_pred == c))
        if union > 0:
            ious.append(np.sum((y_true == c) & (y_pred == c)) / union)
    return np.mean(ious)
    ### END SOLUTION


# %% check="mean_iou"
check(mean_iou)

# %% [markdown]
# ### Exercise 19 · `dice` · 2 points · about 3 minutes
# Of two masks of zeros and ones. Two empty masks agree: 1.


# %% exercise="dice"
def dice(y_true, y_pred):
    """Dice coefficient of two masks.

    Args:
        y_true: zeros and ones, or Booleans, of any shape.
        y_pred: likewise.

    Returns:
        A float from 0 to 1; 1.0 where both are empty.
    """
    ### BEGIN SOLUTION
    y_true, y_pred = np.asarray(y_true, bool), np.asarray(y_pred, bool)
    total = y_true.sum() + y_pred.sum()
    return 2 * np.sum(y_true & y_pred) / total if total > 0 else 1.0
    ### END SOLUTION


# %% check="dice"
check(dice)

# %% [markdown]
# ## Nuclei under the microscope
# One real micrograph, 125 nuclei, outlined by hand: 32 tiles to learn from. Turned and
# mirrored, eight ways, they are 256. The baseline is what a biologist would try first:
# brighter than a threshold, chosen on the training tiles.

# %% demo
nuclei = data.load("nuclei")


def eight_ways(x):
    """Squares turned four times, and mirrored."""
    both = (x, x[:, :, ::-1])
    return np.concatenate([np.rot90(one, k, (1, 2)) for one in both for k in range(4)])


def bright(x):
    """Grey bytes as one channel from 0 to 1."""
    return x[..., np.newaxis] / np.float32(255)


X, Y = bright(eight_ways(nuclei.train_x)), eight_ways(nuclei.train_y)
levels = np.arange(256)
by_level = [mean_iou(nuclei.train_y, (nuclei.train_x > t) * 1, 2) for t in levels]
level = levels[np.argmax(by_level)]
simple = (nuclei.test_x > level) * 1
rng = np.random.default_rng(0)
unet = Net(lambda x, net: unet_model(x, 8, 2, 2, net=net), X[:1], rng=rng)
unet.fit(
    X, Y, loss=nn.cross_entropy, epochs=4, batch_size=8, rng=rng, progress=False,
    optimizer=nn.Adam(unet.parameters(), nn.schedules.cosine_decay(0.005, 128)),
)  # fmt: skip
learned = unet.predict(bright(nuclei.test_x)).argmax(axis=-1)

# %% demo
for name, mask in (("threshold", simple), ("U-Net", learned)):
    print(f"{name:9} mean IoU {mean_iou(nuclei.test_y, mask, 2):.3f}, "
          f"Dice {dice(nuclei.test_y, mask):.3f}")  # fmt: skip
tiles = [14, 7, 12]
figures.masks(
    [nuclei.test_x[i] for i in tiles for _ in range(4)],
    [mask[i] for i in tiles
     for mask in (nuclei.test_y * 0, nuclei.test_y, simple, learned)],
    ["test tile", "by hand", "threshold", "U-Net"] * 3,
    reading="The threshold takes the glow around a nucleus for nucleus. The U-Net "
    "keeps closer to the hand, but nuclei that touch become one: what, not how many.",
)  # fmt: skip

# %% [markdown]
# ## What do the skips bring?
# Predict first: the same U-Net on the scenes at 48 × 48 pixels, thing or background,
# once as you wrote it and once with the skips cut. Where will they differ most?


# %% demo
def without_skips(X, n_filters, n_classes, depth, *, net):
    """A U-Net whose way up sees nothing of the way down."""
    for level in range(depth):
        X, _ = conv_block(X, n_filters * 2**level, net=net)
    X, _ = conv_block(X, n_filters * 2**depth, max_pooling=False, net=net)
    for level in reversed(range(depth)):
        X = net.conv_transpose(X, n_filters * 2**level, f=3, s=2)
        X, _ = conv_block(X, n_filters * 2**level, max_pooling=False, net=net)
    return net.conv(X, n_classes, f=1, bias=True)


# %% demo
small_x, small_y = prepared(train.images[:, ::2, ::2]), train.masks[:, ::2, ::2] > 0
test_x, test_y = prepared(test.images[:, ::2, ::2]), test.masks[:, ::2, ::2] > 0
predicted = {}
for name, model in (("with skips", unet_model), ("without", without_skips)):
    rng = np.random.default_rng(0)
    net = Net(
        lambda x, net, model=model: model(x, 8, 2, 4, net=net), small_x[:1], rng=rng
    )
    net.fit(
        small_x, small_y * 1, loss=nn.cross_entropy, epochs=2, batch_size=8, rng=rng,
        progress=False,
        optimizer=nn.Adam(net.parameters(), nn.schedules.cosine_decay(0.01, 300)),
    )  # fmt: skip
    predicted[name] = net.predict(test_x).argmax(axis=-1)
for name, mask in predicted.items():
    print(f"{name:10} mean IoU {mean_iou(test_y, mask, 2):.3f}")

# %% demo
shown = [8, 15, 28]
figures.masks(
    [test.images[i, ::2, ::2] for i in shown for _ in range(4)],
    [mask[i] for i in shown for mask in (test_y * 0, test_y, *predicted.values())],
    ["scene", "truth", *predicted] * 3,
    reading="Where things are, both know roughly; where exactly they end, only the "
    "network with skips. The other rebuilds 48 × 48 pixels from 3 × 3 places: blobs.",
)

# %% [markdown]
# Four levels go down to $3 \times 3$ places. With three, to $6 \times 6$, we measured
# no difference (0.773 with skips, 0.775 without, one run each): there the maps still
# know well enough where they are. Skips pay as soon as the way down loses the place.

# %% concept="what_skips_bring"
# What do the skips of a U-Net bring to the way up?
# A: the fine detail of the way down: where exactly an edge runs
# B: slopes that do not vanish; the forward pass would be as good without
# C: fewer parameters, since maps are used twice
# D: the class of each region, which pooling has destroyed
what_skips_bring = None

# %% [markdown] question="apples_in_crates" points=5
# ## In your own words
# A packing house wants to count apples in crates, photographed from above: often a
# hundred in a picture, touching and half hidden, green or red. A colleague proposes
# YOLO with a grid of $6 \times 6$, one anchor, and `iou_threshold=0.1`, "so that none
# is counted twice"; he will judge it by the share of right pixels. Advise him in about
# eight sentences, with numbers from this lab.
#
# ### BEGIN SOLUTION
# The grid is too coarse: 36 cells with one anchor hold 36 apples at most, so more than
# sixty find no slot. Use many more cells, 19 × 19 or finer; apples are round and of one
# size, so one or two anchors do, chosen by k-means on his own boxes. A suppression
# threshold of 0.1 drops touching and half hidden neighbours of the same class, which
# overlap by more than that; 0.5 is a better start, tuned on dev crates. Red and green
# need not be suppressed together if they are two classes. The score threshold must be
# chosen for the count: too low counts leaves, too high misses hidden apples. Share of
# right pixels says nothing about boxes, and even for masks "no apple" may be mostly
# right; take mAP at 0.5 and the error of the count. A U-Net gives apple pixels, but not
# how many apples: touching ones merge. Test on crates, days and light not trained on.
#
# **Rubric**, one point each: the grid limits the count, with a number · anchors from
# data or few shapes justified · low IoU threshold loses neighbours · score threshold or
# suppression tuned on dev · pixel accuracy replaced by AP or count error, with a
# reason.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the idea | your function |
# |---|---|
# | no object, do not care | `localization_loss` |
# | a dense layer is a filter that just fits | `dense_as_convolution` |
# | area in both by area in either | `iou`, `mean_iou`, `dice` |
# | cell, anchor, offsets, and back | `encode_yolo`, `decode_yolo`, `kmeans_anchors` |
# | $p_c \cdot c$, each thing once | `yolo_filter_boxes`, `yolo_non_max_suppression` |
# | corners, pixels, the whole | `yolo_boxes_to_corners`, `scale_boxes`, `yolo_eval` |
# | area under precision over recall | `match_detections`, `average_precision` |
# | spread and add | `transposed_conv` |
# | down, up, and the skips | `conv_block`, `upsampling_block`, `unet_model` |

# %% [markdown]
# The same in PyTorch, to read:
#
# ```
# torchvision.ops.box_iou(boxes1, boxes2)                  # all pairs; x before y
# torchvision.ops.batched_nms(boxes, scores, classes, 0.5) # indices to keep
# net = torchvision.models.detection.fasterrcnn_resnet50_fpn(weights="DEFAULT")
# torch.nn.ConvTranspose2d(64, 32, 3, stride=2, padding=1, output_padding=1)
# torch.cat([up, skip], dim=1)                             # channels come second there
# torchmetrics.detection.MeanAveragePrecision(iou_thresholds=[0.5])
# ```

# %% [markdown]
# **A challenge**, if you like. Where yours drops an overlapping box, *Soft-NMS*
# multiplies its score by $1 - \text{IoU}$. Write it, and measure mAP on the scenes:
# does it find things that stand close together?
#
# **The paper of the week.** J. Redmon, S. Divvala, R. Girshick, A. Farhadi, *You only
# look once* (2015), arXiv 1506.02640. Read section 2: the grid, the loss, and why small
# things in flocks are lost (2.4). Anchors came a year later; what is in their place?
#
# **Next week** faces: who is it, when there is one picture of each person?

# %% demo
check.progress()
