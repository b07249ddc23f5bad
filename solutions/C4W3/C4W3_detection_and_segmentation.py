# %% [markdown]
# # What is where?
# Until now a network looked at an image and gave one answer. This week it says *what*
# is in the image, *where*, and how many objects there are; in the end, it gives every
# pixel a class. You write every step of a YOLO detector, train one, run two that others
# have trained, and outline the nuclei of real cells.
#
# **Time** about three and a half hours, in six parts; you can stop after any of them.
# **You need** convolutions, and last week's way of writing networks as functions of
# `net`.

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
# Nine short questions give 9 points, and one answer in your own words gives 5.

# %% [markdown]
# **After this lab you can** turn boxes into targets for a network and its outputs back
# into boxes, remove duplicate detections, say in one number how good a detector is, and
# choose between boxes and masks.
#
# After each exercise a cell with `check(…)` runs your function on a few fixed cases,
# shows what it expected and what it got, and often recognizes the mistake. Run it as
# often as you like; your grade comes from the same checks on fresh cases. Hints are
# folded under each task; their titles say what you might see. You answer a short
# question by setting its variable to a letter in quotes, such as `"B"`, or to a number.

# %%
import timeit

import numpy as np

from helpers import data, nn, plots, vision
from helpers.checks import checks_for
from helpers.functional import Net  # last week's Net
from helpers.landmarks import vehicles
from helpers.plots.labs import c4w3 as figures
from helpers.scenes import cut_background, load_scenes

check = checks_for("C4W3")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | means |
# |---|---|---|
# | $p_c$ | `y[0]` | is there an object? 1 or 0; a network outputs a probability |
# | $b_x, b_y$ | `box_xy` | centre of a box, $x$ to the right, $y$ down |
# | $b_w, b_h$ | `box_wh` | its width and height |
# | $c_1, c_2, …$ | `box_class_probs` | which of $C$ classes, one-hot |
# | IoU | `iou(box1, box2)` | intersection over union of two boxes |
# | $a_w, a_h$ | `anchors` | $A$ typical sizes, rows `(width, height)` |
# | $g$ | `grid` | number of cells in a row, and in a column |

# %% [markdown]
# Positions and sizes are fractions of the image, from 0 to 1. Beware of two different
# orders: **x comes before y** and width before height in `xy` and `wh`, but rows come
# first in NumPy, so **corners** are `(top, left, bottom, right)`, that is
# $(y_1, x_1, y_2, x_2)$.

# %% [markdown]
# ## See it first
# A program has pasted objects onto real photographs. So the box, the class and the
# pixels of each object are known *exactly*. There are 1,200 scenes for training, 150
# for the dev set and 150 for the test set. No two of these sets share a background.

# %% demo
train, dev, test = (load_scenes(split) for split in ("train", "dev", "test"))
NAMES = train.class_names


def true_corners(scenes, i):
    """Top, left, bottom, right of the objects of scene i, as fractions."""
    return scenes.boxes[i, scenes.classes[i] >= 0][:, [1, 0, 3, 2]]


def true_classes(scenes, i):
    """Classes of the objects of scene i."""
    return scenes.classes[i, scenes.classes[i] >= 0]


sample = [0, 3, 9]
truth = [
    (
        np.ones(len(true_classes(dev, i))),
        96 * true_corners(dev, i),
        true_classes(dev, i),
    )
    for i in sample
]
figures.detections(
    dev.images[sample],
    truth,
    NAMES,
    reading="What a detector should find: a tight box around the visible part of each "
    "object, and its class. This is the ground truth, so all scores are 1.00.",
)

# %% [markdown]
# # Part 1 · One object
# Classification says "fish". **Localization** adds four numbers that say where. So for
# three classes a network outputs
#
# $$y = (p_c,\; b_x,\; b_y,\; b_w,\; b_h,\; c_1,\; c_2,\; c_3).$$
#
# A fish (the second class) in the centre gives $y = (1, 0.5, 0.5, 0.3, 0.2, 0, 1, 0)$;
# an image without an object gives $y = (0, ?, ?, ?, ?, ?, ?, ?)$. The question marks
# mean *do not care*: where there is no object, no box is right or wrong, so none may be
# penalized.

# %% concept="output_length"
# A detector for one object per image has 12 classes. How many numbers does it output?
output_length = None

# %% [markdown]
# So the loss has two cases. With squared errors, for one image:
#
# $$\mathcal L = \begin{cases} \sum_j (\hat y_j - y_j)^2 & p_c = 1 \\
# (\hat p_c - p_c)^2 & p_c = 0 \end{cases}$$
#
# By hand: $y = (0, …)$ and $\hat y = (0.3, 0.9, 0.9, …)$ give a loss of $0.09$,
# whatever the other numbers are. (In practice one uses a logistic loss for $p_c$ and
# cross-entropy for the classes, as your detector will later in this lab.)

# %% [markdown]
# ### Exercise 1 · `localization_loss` · 5 points · about 6 minutes
# Return this loss for a batch: the **sum** over the numbers of an image, then the
# **mean** over the images.
#
# <details><summary>My loss is too small by a factor</summary>
#
# Is there a mean where a sum should be?
# </details>
# <details><summary>My loss depends on the box where there is no object</summary>
#
# Multiply the errors from index 1 on by the mask `y_true[:, 0:1]`, which is 1 or 0.
# </details>


# %% exercise="localization_loss"
def localization_loss(y_true, y_pred):
    """Squared error of p_c, box and classes; without an object, of p_c alone.

    Args:
        y_true: array `(m, 5 + C)`: p_c, box, classes; p_c is 0 or 1, and where it is
            0 the other numbers mean nothing.
        y_pred: array of the same shape.

    Returns:
        A float: the squared errors summed in each example, then averaged over them.

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
# ## Not only boxes (optional)
# A network can learn other positions in the same way. **Landmarks** are points with a
# meaning: the corner of the left eye, the tip of the nose. A network for 64 landmarks
# of a face outputs $1 + 2 \cdot 64 = 129$ numbers: whether there is a face, and an $x$
# and a $y$ for each landmark. Two things matter: landmark 17 must be the same point in
# every image, and when a face is mirrored, left and right labels must be swapped too.
#
# Below, each vehicle has two landmarks, its left and its right wheel. If you mirror a
# car, the left wheel becomes the right one. For each wheel the network outputs an
# $8 \times 8$ map of probabilities; the answer is the mean of the positions, weighted
# by the map.

# %% demo
wheels_x, wheels_y = vehicles("train", 1500, np.random.default_rng(0))
new_x, new_y = vehicles("test", 300, np.random.default_rng(1))
positions = (np.stack(np.meshgrid(range(8), range(8)), axis=-1) + np.float32(0.5)) / 8


def landmarks(X, net):
    """From images (m, 64, 64, 3) to p_c and two points: (m, 5)."""
    for n_C in (12, 24, 48):
        X = nn.relu(net.batch_norm(net.conv(X, n_C, f=3, s=2)))
    X = nn.relu(net.batch_norm(net.conv(X, 48, f=3)))
    there = net.dense(nn.reshape(nn.average_pool2d(X, 8), (-1, 48)), 1)
    maps = nn.reshape(net.conv(X, 2, f=3, bias=True), (-1, 64, 2))
    shares = nn.swapaxes(nn.softmax(maps, axis=1), 1, 2)  # (m, 2, 64)
    points = nn.matmul(shares, positions.reshape(64, 2))  # (m, 2, 2)
    return nn.concatenate([there, nn.reshape(points, (-1, 4))])


def masked_loss(y_pred, y_true):
    """Your `localization_loss` with tensors, so that there is a gradient."""
    mask = np.where(np.arange(5) == 0, 1, y_true[:, :1]).astype(np.float32)
    return 5 * nn.mean((y_pred - y_true) ** 2 * mask)


# %% demo
rng = np.random.default_rng(0)
net = Net(landmarks, wheels_x[:1] / np.float32(127.5) - 1, rng=rng)
rate = nn.schedules.cosine_decay(0.01, 376)
net.fit(
    wheels_x / np.float32(127.5) - 1,
    wheels_y.astype(np.float32),
    loss=masked_loss,
    epochs=4,
    batch_size=16,
    rng=rng,
    progress=False,
    optimizer=nn.Adam(net.parameters(), rate, beta2=0.98),
)
said = net.predict(new_x / np.float32(127.5) - 1)
here = new_y[:, 0] == 1
errors = 64 * np.hypot(*(said - new_y)[here][:, 1:].reshape(-1, 2).T)
mean_position = wheels_y[wheels_y[:, 0] == 1, 1:].mean(axis=0)
baseline = 64 * np.hypot(*(mean_position - new_y[here, 1:]).reshape(-1, 2).T)
print(f"is there a vehicle: {np.mean((said[:, 0] > 0.5) == here):.0%} right")
print(f"mean error of a wheel: {errors.mean():.1f} pixels")
print(f"always guessing the mean position: {baseline.mean():.1f} pixels")
print(f"your loss on unseen images: {localization_loss(new_y, said):.4f}")
figures.points(
    new_x[:5],
    [64 * y[1:].reshape(2, 2) if y[0] > 0.5 else np.zeros((0, 2)) for y in said[:5]],
    ["left wheel", "right wheel"],
    reading="Unseen images with different photographs behind the vehicles. Where there "
    "are no marks, the network says that there is no vehicle.",
)

# %% [markdown]
# Part 1 ends here; it is a good place for a break.

# %% [markdown]
# # Part 2 · Windows
# The oldest way to find objects needs only a classifier. Train it on small, closely
# cropped images: "fish", "ball", "nothing". Then slide a **window** over the large
# image; at each position crop the window and classify it. Repeat with larger windows.
#
# This works, but it is slow. Neighbouring windows share most of their pixels, yet
# everything is computed again for each of them.
#
# Here is such a classifier, for 32 × 32 pixels, five classes and "nothing".


# %% demo
def crops(scenes, rng, side=32):
    """Windows around the objects, slightly shifted, and windows without an object.

    Returns:
        Images `(k, side, side, 3)` from -1 to 1, labels `(k,)`, 0 for nothing.
    """
    windows, labels = [], []
    for image, boxes, classes in zip(
        scenes.images, 96 * scenes.boxes, scenes.classes, strict=True
    ):
        middles = (boxes[:, :2] + boxes[:, 2:])[classes >= 0] / 2 - side / 2
        for middle, label in zip(middles, classes, strict=False):
            windows.append((image, middle + rng.integers(-3, 4, 2), label + 1))
        for corner in rng.integers(0, 97 - side, (3, 2)):
            if np.abs(middles - corner).max(axis=1).min() > 12:
                windows.append((image, corner, 0))
    corners = [np.clip(np.rint(at), 0, 96 - side).astype(int) for _, at, _ in windows]
    labels = np.array([label for *_, label in windows])
    cut = [
        image[y : y + side, x : x + side]
        for (image, *_), (x, y) in zip(windows, corners, strict=True)
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
    X,
    Y,
    loss=nn.cross_entropy,
    epochs=2,
    rng=rng,
    progress=False,
    optimizer=nn.Adam(classifier.parameters(), rate),
)
windows, labels = crops(dev, rng)
right = np.mean(classifier.predict(windows).argmax(axis=1) == labels)
print(f"{right:.0%} of {len(labels)} windows of unseen scenes are classified correctly")

# %% [markdown]
# ## All windows at once
# The convolutions of the classifier work for any image size. Only `Flatten` and `Dense`
# do not: this dense layer needs exactly $5 \times 5 \times 32$ numbers.
#
# But each unit of the layer is a weighted sum of a $5 \times 5 \times 32$ block. That
# is what **one filter** of size $5 \times 5$ computes at one position! So the dense
# layer is a convolution whose filter covers the whole map. On a larger map the same
# filter has several positions, and each of them belongs to one window.
#
# By hand, with $f = 2$, one channel and one unit: the weights $(1, 2, 3, 4)$ become the
# filter $\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$.

# %% [markdown]
# ### Exercise 2 · `dense_as_convolution` · 4 points · about 5 minutes
# Return the filters that compute the same as the dense layer. `Flatten` keeps the order
# of NumPy's `reshape`: channels change fastest, rows slowest.
#
# <details><summary>The shape is right, but the numbers are in the wrong order</summary>
#
# Split only the first axis of `W` into three; the units stay the last axis.
# </details>


# %% exercise="dense_as_convolution"
def dense_as_convolution(W, f):
    """The filters of a convolution that replaces a dense layer.

    Args:
        W: weights `(f * f * n_C, n_units)` of a dense layer after a flattened map
            `(f, f, n_C)`.
        f: side of the map.

    Returns:
        Filters `(f, f, n_C, n_units)`.

    Source: Sermanet et al., OverFeat (2014), section 3.5.
    """
    ### BEGIN SOLUTION
    return W.reshape(f, f, -1, W.shape[1])
    ### END SOLUTION


# %% check="dense_as_convolution"
check(dense_as_convolution)


# %% demo
def by_windows(image):
    """Scores of every fourth window, one at a time: (17, 17, 6)."""
    rows = [
        classifier.predict(
            np.stack([image[y : y + 32, x : x + 32] for x in range(0, 65, 4)])
        )
        for y in range(0, 65, 4)
    ]
    return np.stack(rows)


def in_one_pass(image):
    """The same scores from one convolutional pass."""
    dense, last = classifier[5], classifier[6]
    with nn.no_grad():
        maps = nn.Sequential(*classifier[:4])(nn.as_tensor(image[np.newaxis]))
        hidden = nn.conv2d(maps, dense_as_convolution(dense.W.data, 5), dense.b)
        scores = nn.conv2d(
            nn.relu(hidden), dense_as_convolution(last.W.data, 1), last.b
        )
    return scores.data[0]


image = dev.images[3] / np.float32(127.5) - 1
difference = np.abs(by_windows(image) - in_one_pass(image)).max()
slow, fast = (
    min(timeit.repeat(lambda way=way: way(image), number=1, repeat=5))
    for way in (by_windows, in_one_pass)
)
print(f"largest difference between the scores of 17 × 17 windows: {difference:.0e}")
print(
    f"one by one {1000 * slow:.0f} ms, at once {1000 * fast:.1f} ms: "
    f"{slow / fast:.0f} times as fast"
)

# %% demo
scores = in_one_pass(image)
shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
shares /= shares.sum(axis=-1, keepdims=True)
figures.window_map(
    dev.images[3],
    1 - shares[..., 0],
    reading="Left: the scene. Right: the probability that the window around each "
    "position shows an object. You can see roughly where objects are, but not how "
    "large they are, or how many.",
)

# %% concept="how_many_windows"
# A convolutional classifier for 14 × 14 pixels has one pooling layer, 2 × 2 with stride
# 2; all other strides are 1, and there is no padding. In one pass over an image of
# 28 × 28 pixels, how many windows does it classify?
how_many_windows = None

# %% [markdown]
# ## Better boxes: regions or regression
# Windows come in fixed sizes and steps. Two families of detectors do better.
#
# | | which regions? | computation | time per image |
# |---|---|---|---|
# | R-CNN (2013) | 2,000, by segmentation | one pass per region | 47 s |
# | Fast R-CNN (2015) | the same | one pass, then a few layers per region | 2.3 s |
# | Faster R-CNN (2015) | 300, proposed by a small network | the same | 0.2 s |
# | YOLO (2015) | each cell of a grid | one pass, boxes by regression | 0.02 s |
#
# (The times are those of the papers, on their hardware.) The first three look twice:
# they propose regions, then classify them. YOLO looks once, hence its name.

# %% concept="who_proposes"
# What did Faster R-CNN change compared with Fast R-CNN?
# A: it shares the convolutions among all regions of an image
# B: it has no regions and predicts boxes from a grid of cells
# C: a network proposes the regions, from maps that are computed anyway
# D: it classifies fewer regions, chosen at random
who_proposes = None

# %% [markdown]
# Part 2 ends here; it is a good place for a break.

# %% [markdown]
# # Part 3 · Boxes in a grid
# YOLO lays a grid over the image. The cell that contains the **centre** of an object is
# responsible for it and outputs one $y$ as in Part 1. One convolutional pass with
# $5 + C$ output channels computes all cells at once.
#
# First we need a number for how much two boxes overlap, the **intersection over
# union**:
#
# $$\text{IoU} = \frac{\text{area of the intersection}}{\text{area of the union}}$$
#
# It is 1 for equal boxes and 0 for boxes that do not overlap. By convention, a
# detection counts as correct if its IoU with the ground truth is at least 0.5.

# %% concept="iou_by_hand"
# One box has the corners (0, 0) and (4, 2), another (2, 1) and (6, 3). What is their
# IoU? Give two decimals.
iou_by_hand = None

# %% [markdown]
# ### Exercise 3 · `iou` · 6 points · about 8 minutes
# Return the IoU of two boxes. Their intersection is a box too: its top is the larger of
# the two tops, its bottom the smaller of the two bottoms, and likewise for left and
# right. If the union has no area, return 0.

# %% [markdown]
# <details><summary>Boxes that are far apart have an IoU above 0</summary>
#
# Width *and* height of the intersection are negative there, and their product is
# positive. Replace each by 0 before you multiply.
# </details>
# <details><summary>My IoU is too small</summary>
#
# The two areas both contain the intersection, but the union contains it only once.
# </details>
# <details><summary>The result is nan, or there is a division by zero</summary>
#
# Both boxes have no area. Their IoU is 0 by definition.
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
# Two objects may have their centres in the same cell: a person in front of a car. So
# each cell has several slots, each for a different **shape**: tall, wide, small. The
# typical shapes are called **anchors**, and an object goes to the anchor with the
# largest IoU.
#
# Which shapes are typical? **k-means** finds them in the data: start with $k$ boxes of
# the data as anchors; assign each box to the anchor with the largest IoU; replace each
# anchor by the mean width and height of its boxes; repeat. Why not use the Euclidean
# distance? An error of two pixels matters more for a small box than for a large one,
# and $1 - \text{IoU}$ takes that into account.

# %% [markdown]
# Only shapes matter here, so let all boxes share one corner. Then the area of the
# intersection is simply $\min(w_1, w_2) \cdot \min(h_1, h_2)$.

# %% [markdown]
# ### Exercise 4 · `kmeans_anchors` · 6 points · about 12 minutes
# Return the $k$ anchors, sorted by area, the smallest first. Stop as soon as no box
# changes its anchor, or after 100 rounds. An anchor without boxes keeps its size. If
# two anchors have the same IoU with a box, the first gets it.
#
# <details><summary>RuntimeWarning: Mean of empty slice</summary>
#
# No box was assigned to some anchor. Keep its size.
# </details>
# <details><summary>The anchors are right but in another order</summary>
#
# Sort them at the end, by width times height.
# </details>


# %% exercise="kmeans_anchors"
def kmeans_anchors(wh, k, rng):
    """Typical shapes of boxes, by k-means with the distance 1 - IoU.

    Args:
        wh: widths and heights `(n, 2)`, all above 0.
        k: number of anchors, at most n.
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
    reading="More anchors fit the boxes better and need more output channels. We use "
    "two.",
)

# %% [markdown]
# ## The target output
# Now we build the target. An object with its centre at $(x, y)$ and the size $(w, h)$
# belongs to the cell in column $\lfloor x \cdot g \rfloor$ and row $\lfloor y \cdot g
# \rfloor$ of a $g \times g$ grid, and to the anchor $(a_w, a_h)$ with the largest IoU.
# Its slot holds
#
# | index | 0 | 1, 2 | 3, 4 | 5 … |
# |---|---|---|---|---|
# | value | $1$ | $xg - $ column, $yg - $ row | $\ln (w / a_w), \ln (h / a_h)$ | class |
#
# with the class one-hot; everything else is 0. So the centre is given *within its
# cell*, from 0 to 1, and the size *relative to the anchor*: 0 means "as large as the
# anchor".

# %% [markdown]
# By hand: $g = 4$, a box with its centre at $(0.6, 0.3)$, as large as its anchor. The
# column is $\lfloor 2.4 \rfloor = 2$, the row is $\lfloor 1.2 \rfloor = 1$, and the
# slot holds $(1, 0.4, 0.2, 0, 0, …)$.

# %% [markdown]
# ### Exercise 5 · `encode_yolo` · 8 points · about 15 minutes
# Return the target of one image. Go through the objects in order. If an object's best
# anchor is already taken in its cell, use the free anchor with the next largest IoU; if
# none is free, leave the object out. A centre at exactly 1.0 belongs to the last cell.
#
# <details><summary>Objects are in the wrong cells</summary>
#
# The index is `Y[row, column]`, and the row comes from $y$.
# </details>
# <details><summary>IndexError: index … is out of bounds</summary>
#
# A coordinate may be exactly 1.0.
# </details>


# %% exercise="encode_yolo"
def encode_yolo(boxes, classes, grid, anchors, n_classes):
    """The target of a YOLO network for one image.

    Args:
        boxes: array `(k, 4)`: x and y of the centre, width, height, as fractions of
            the image.
        classes: k ints from 0 to n_classes - 1.
        grid: number of cells per side.
        anchors: array `(A, 2)`, widths and heights as fractions of the image.
        n_classes: C.

    Returns:
        Array `(grid, grid, A, 5 + C)`: p_c, b_x and b_y within the cell, logarithms
        of width and height relative to the anchor, classes.

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
# With a grid of 19 × 19, 5 anchors and 80 classes, how many numbers does the network
# output for one image?
yolo_numbers = None

# %% [markdown]
# ### Two objects in one cell (optional)
# How often do two objects share a cell, and how much do anchors help? Predict, then
# run: with one anchor, what percentage of the 2,813 objects has no slot in a grid of 3,
# 6 or 12 cells per side?

# %% demo
lost = {}
for k in (1, 2, 3):
    shapes = kmeans_anchors(sizes, k, np.random.default_rng(0))
    lost[f"{k} anchor{'s' * (k > 1)}"] = [
        1
        - sum(
            encode_yolo(*objects, grid, shapes, 5)[..., 0].sum() for objects in centres
        )
        / len(sizes)
        for grid in (3, 6, 12)
    ]
plots.lines(
    {name: 100 * np.array(shares) for name, shares in lost.items()},
    [3, 6, 12],
    xlabel="cells per side",
    ylabel="objects without a slot, %",
    markers=True,
    from_zero=True,
    reading=f"With 3 × 3 cells and one anchor, {lost['1 anchor'][0]:.1%} of the "
    f"objects have no slot; with 6 × 6 and two anchors, {lost['2 anchors'][1]:.1%}. "
    "A cell with more objects than anchors loses some; on a fine grid that is rare.",
)

# %% [markdown]
# ## And back
# ### Exercise 6 · `decode_yolo` · 6 points · about 10 minutes
# Turn **every** slot back into a box, without a loop: `np.arange` gives the columns and
# the rows, and broadcasting does the rest. Return four arrays: centres, sizes, $p_c$
# and classes. $b_y$ and $b_h$ are computed like $b_x$ and $b_w$:
#
# $$b_x = \frac{\text{column} + Y_1}{g} \qquad b_w = a_w\, e^{Y_3}$$
#
# <details><summary>x and y of the centres are swapped</summary>
#
# Columns are the second axis of `Y`, and rows the first.
# `np.arange(grid)[:, np.newaxis]` gives the column of each slot `(grid, grid, A)`.
# </details>


# %% exercise="decode_yolo"
def decode_yolo(Y, anchors):
    """The box of every slot of a YOLO grid.

    Args:
        Y: array `(grid, grid, A, 5 + C)` as `encode_yolo` returns it.
        anchors: array `(A, 2)`, widths and heights as fractions of the image.

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
print("encoded and decoded:", np.round(96 * there_and_back, 1).tolist())
print("ground truth       :", np.round(96 * centres[5][0], 1).tolist())

# %% [markdown]
# Part 3 ends here; it is a good place for a break.

# %% [markdown]
# # Part 4 · From numbers to boxes
# A trained network outputs such an array too, but *every* slot holds probabilities
# instead of 0 and 1. Four small steps follow: compute corners, keep the boxes with high
# scores, remove duplicates, and scale to pixels.
#
# ### Exercise 7 · `yolo_boxes_to_corners` · 3 points · about 4 minutes
# Convert centres and sizes to corners. Each side is half a width or half a height from
# the centre. Mind the order: $y$ comes first in corners.
#
# <details><summary>The numbers are right, but in another order</summary>
#
# Corners are top, left, bottom, right: $y_1$, $x_1$, $y_2$, $x_2$.
# </details>


# %% exercise="yolo_boxes_to_corners"
def yolo_boxes_to_corners(box_xy, box_wh):
    """Corners of boxes.

    Args:
        box_xy: array `(…, 2)`, x and y of the centres.
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
# ## Keep the boxes with high scores
# The network outputs the probability that there is *some* object, and the probability
# that it is a fish *if* there is an object. The **score** of a class is the product of
# the two. Each box gets the class with the highest score, and it is kept if this score
# reaches the threshold.
#
# By hand: $p_c = 0.8$ and classes $(0.1, 0.6, 0.3)$ give the scores $(0.08, 0.48,
# 0.24)$. The best is class 1 with 0.48, so with a threshold of 0.6 the box is dropped.

# %% [markdown]
# ### Exercise 8 · `yolo_filter_boxes` · 5 points · about 6 minutes
# Keep the boxes whose best score is **at least** the threshold. A Boolean mask picks
# them from all arrays: `boxes[mask]`. Of classes with equal scores, take the first.
#
# <details><summary>Boxes with low scores are kept</summary>
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
        threshold: least score of a box that is kept.

    Returns:
        Tuple `(scores, boxes, classes)` of the k boxes kept, in the given order:
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
# Several slots detect the same fish. **Non-max suppression** keeps the box with the
# highest score and drops all others of its class that overlap it too much. Then it
# takes the highest score of the rest, and so on.
#
# By hand, with an IoU threshold of 0.5: three boxes of class fish have the scores 0.9,
# 0.8 and 0.7. The IoU is 0.6 for boxes 1 and 2, 0.6 for 2 and 3, and 0.2 for 1 and 3.
# Keep box 1 and drop box 2. What about box 3? It overlaps box 2, but box 2 has been
# dropped. So keep it.

# %% concept="why_per_class"
# Why is suppression done separately for each class?
# A: it is faster, because fewer pairs of boxes have to be compared
# B: a person on a bicycle is two objects whose boxes overlap a lot
# C: scores of different classes cannot be put in order
# D: boxes of different classes never overlap, so it makes no difference
why_per_class = None

# %% [markdown]
# ### Exercise 9 · `yolo_non_max_suppression` · 7 points · about 12 minutes
# Go through the boxes by descending score, with equal scores in the given order. Keep a
# box unless its IoU with some **kept** box of its class is above the threshold. Keep at
# most `max_boxes` boxes in all, over all classes.
#
# <details><summary>There are too few boxes</summary>
#
# Compare with the boxes that are kept, not with those that were dropped, and only
# within the class. An IoU equal to the threshold is allowed.
# </details>
# <details><summary>Boxes with equal scores come in another order</summary>
#
# `np.argsort(-scores, kind="stable")` leaves equal scores in the given order.
# </details>


# %% exercise="yolo_non_max_suppression"
def yolo_non_max_suppression(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    """Non-max suppression, class by class.

    Args:
        scores: array `(k,)`.
        boxes: array `(k, 4)` of corners.
        classes: array `(k,)` of ints.
        max_boxes: how many to keep at most, over all classes.
        iou_threshold: a box is dropped if its IoU with a kept box is above it.

    Returns:
        Tuple `(scores, boxes, classes)` of the boxes kept, by descending score (ties
        in the given order).
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
# Convert corners from fractions of the image to pixels, without rounding. `image_shape`
# is `(height, width)`, as in `image.shape[:2]`.
#
# <details><summary>Only boxes in square images are right</summary>
#
# Top and bottom are fractions of the height, left and right of the width.
# </details>


# %% exercise="scale_boxes"
def scale_boxes(boxes, image_shape):
    """Boxes in pixels.

    Args:
        boxes: array `(k, 4)`: top, left, bottom, right as fractions of the image.
        image_shape: height and width of the image in pixels.

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
# Put your four functions together: corners, filter, suppression, pixels.
#
# <details><summary>The thresholds have no effect</summary>
#
# Pass them on: `score_threshold` to the filter, and `iou_threshold` and `max_boxes` to
# the suppression.
# </details>


# %% exercise="yolo_eval"
def yolo_eval(
    yolo_outputs, image_shape, max_boxes=10, score_threshold=0.6, iou_threshold=0.5
):
    """From the decoded output of a network to boxes in an image.

    Args:
        yolo_outputs: tuple `(box_xy, box_wh, box_confidence, box_class_probs)`.
        image_shape: height and width of the image in pixels.
        max_boxes: how many boxes to keep at most.
        score_threshold: threshold of the filter.
        iou_threshold: threshold of the suppression.

    Returns:
        Tuple `(scores, boxes, classes)`, boxes in pixels, by descending score.
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
# This Tiny-YOLOv2 was trained by others to find faces. It has nine convolutional
# layers, a grid of $13 \times 13$ cells, five anchors and one class. `helpers.vision`
# computes its raw output in plain NumPy. The rest is yours: a sigmoid for $p_c$ and for
# the centre in the cell, then `decode_yolo` and `yolo_eval`.


# %% demo
def sigmoid(z):
    """The logistic function, for numbers of moderate size."""
    return 1 / (1 + np.exp(-z))


def faces(image, score_threshold=0.5):
    """Faces in an image (416, 416, 3): scores, boxes, classes."""
    raw = vision.face_detector(image[np.newaxis])[0]  # x, y, w, h, confidence
    ones = np.ones((13, 13, 5, 1))
    Y = np.concatenate(
        [sigmoid(raw[..., 4:]), sigmoid(raw[..., :2]), raw[..., 2:4], ones], axis=-1
    )
    outputs = decode_yolo(Y, vision.FACE_ANCHORS / 13)
    return yolo_eval(outputs, (416, 416), score_threshold=score_threshold)


known = data.load("face_detector")
difference = np.abs(vision.face_detector(known.check_x) - known.check_y).max()
print(f"largest difference from PyTorch's output: {difference:.0e}")
portrait = known.check_x[0]
half = portrait[::2, ::2]
four = np.vstack([np.hstack([half, half[:, ::-1]]), np.hstack([half[::-1], half // 3])])
figures.detections(
    [portrait, four],
    [faces(portrait), faces(four)],
    ["face"],
    columns=2,
    reading="Left: one face and one box. Right: four small copies. The upright, the "
    "mirrored and the darkened face are found, but not the one that is upside down: "
    "such faces are rare in training images.",
)

# %% [markdown]
# ## Eighty classes in photographs
# A second detector, NanoDet, has 80 classes. It uses three grids and no anchors: each
# of its 3,549 cells outputs a box and 80 scores. Its boxes and scores for twelve
# photographs come with the lab; your filter and suppression choose among them.

# %% demo
nano = data.load("nanodet")
nano_boxes = nano.boxes[..., [1, 0, 3, 2]].astype(float)  # rows first


def coco(i, score_threshold=0.4, iou_threshold=0.5, max_boxes=10):
    """What NanoDet finds in photograph i, with boxes as fractions."""
    ones = np.ones((3549, 1))  # it has no p_c, only scores of the classes
    found = yolo_filter_boxes(nano_boxes[i], ones, nano.scores[i], score_threshold)
    return yolo_non_max_suppression(*found, max_boxes, iou_threshold)


def in_pixels(found, shape):
    """The same with boxes in pixels."""
    return found[0], scale_boxes(found[1], shape), found[2]


figures.detections(
    nano.pictures,
    [in_pixels(coco(i), (208, 208)) for i in range(12)],
    nano.classes,
    columns=4,
    reading="The cat is also detected as a dog, since boxes of different classes do "
    "not suppress each other. None of the 80 classes is a pig, so the pig becomes a "
    "dog. For the hens no score reaches 0.4.",
)

# %% [markdown]
# ## Choose the thresholds
# Here is one photograph of cows with four settings of the two thresholds. Before you
# run it: which setting keeps the most boxes, and which the right number?

# %% demo
busy = int(np.argmax([len(coco(i, 0.2, 1.0, 99)[0]) for i in range(12)]))
settings = [(0.2, 1.0), (0.2, 0.5), (0.45, 0.5), (0.45, 0.05)]
figures.detections(
    [nano.pictures[busy]] * 4,
    [in_pixels(coco(busy, *two, 99), (208, 208)) for two in settings],
    nano.classes,
    [f"score {score}, IoU {overlap}" for score, overlap in settings],
    columns=2,
    reading="Top left: nothing is suppressed, and there are many boxes per cow. Bottom "
    "left: one box still shows half a cow. Bottom right: that box is gone. Such a low "
    "IoU threshold works here, where the cows stand apart, but not in a herd.",
)

# %% concept="lower_iou_threshold"
# The IoU threshold of the suppression is lowered from 0.5 to 0.1. What happens?
# A: more boxes are kept, among them duplicates of one object
# B: nothing changes, as long as the score threshold stays the same
# C: boxes with low scores are kept that were filtered out before
# D: fewer boxes are kept: objects of one class side by side may be lost
lower_iou_threshold = None

# %% [markdown]
# ## Train your own
# Five convolutions, each with batch norm and a Leaky ReLU of slope 0.1, turn $96 \times
# 96$ pixels into $6 \times 6$ cells; a sixth outputs one number for each entry of the
# target: two anchors with $5 + 5$ numbers each. Each slot has the loss of Part 1, but
# with a logistic loss for $p_c$ and cross-entropy for the classes; the sum over the
# slots is divided by the number of objects. In each epoch the objects of a scene get a
# different photograph as background, and half of the scenes are mirrored together with
# their boxes.


# %% demo
def yolo(X, net):
    """From images (m, 96, 96, 3) to raw numbers (m, 6, 6, 2, 10)."""
    for n_C in (12, 24, 48, 96):
        X = nn.leaky_relu(net.batch_norm(net.conv(X, n_C, f=3, s=2)), 0.1)
    X = nn.leaky_relu(net.batch_norm(net.conv(X, 96, f=3)), 0.1)
    return nn.reshape(net.conv(X, 20, bias=True), (-1, 6, 6, 2, 10))


def yolo_loss(raw, Y):
    """Localization loss: the sum over all slots, divided by the number of objects."""
    here = Y[..., 0]
    n = max(here.sum(), 1)
    slots = here.size / n  # turns means over slots into sums per object
    confidence = nn.binary_cross_entropy(raw[..., 0], here) * slots
    centre = (nn.sigmoid(raw[..., 1:3]) - Y[..., 1:3]) ** 2
    size = (raw[..., 3:5] - Y[..., 3:5]) ** 2
    box = nn.mean((centre + size) * here[..., np.newaxis]) * (2 * slots)
    label = nn.cross_entropy(raw[..., 5:], Y[..., 5:].argmax(axis=-1), here)
    return confidence + 3 * box + label


# %% demo
def prepared(images):
    """Bytes as numbers from -1 to 1."""
    return images / np.float32(127.5) - 1


photographs = data.load("photos_160").train_x
backgrounds = np.stack(
    [
        cut_background(photographs, where)
        for where in data.load("scenes").train_background
    ]
)


def changed(rng):
    """A function that gives a batch other backgrounds and mirrors half of it."""

    def change(batch):
        scenes, Y, things = batch
        X = backgrounds[rng.integers(len(backgrounds), size=len(Y))]
        np.copyto(X, scenes, where=things)
        Y, flip = Y.copy(), rng.random(len(Y)) < 0.5
        X[flip], Y[flip] = X[flip, :, ::-1], Y[flip, :, ::-1]
        Y[flip, ..., 1] = Y[flip, ..., 0] * (1 - Y[flip, ..., 1])
        return prepared(X), Y

    return change


# %% demo
EPOCHS = 9
targets = np.stack([encode_yolo(*objects, 6, anchors, 5) for objects in centres])
rng = np.random.default_rng(0)
detector = Net(yolo, prepared(train.images[:1]), rng=rng)
detector.layers[-1].b.data.reshape(2, 10)[:, 0] = -4  # most slots are empty
batches = nn.DataLoader(
    train.images,
    targets.astype(np.float32),
    np.repeat(train.instances[..., np.newaxis] > 0, 3, axis=-1),
    batch_size=12,
    rng=rng,
    transform=changed(rng),
)
rate = nn.schedules.cosine_decay(0.02, EPOCHS * len(batches), warmup=40)
history = detector.fit(
    batches,
    loss=yolo_loss,
    epochs=EPOCHS,
    progress=False,
    # Few steps: the mean square of the gradients forgets the first ones sooner.
    optimizer=nn.Adam(detector.parameters(), rate, beta2=0.98),
)
plots.lines(
    {"training loss": history["loss"]},
    xlabel="epoch",
    ylabel="loss per object",
    from_zero=True,
    reading=f"{detector.count_parameters():,} parameters learn from 2,813 boxes.",
)


# %% demo
def activated(raw):
    """Raw outputs of a network as probabilities, centres and sizes."""
    e = np.exp(raw[..., 5:] - raw[..., 5:].max(axis=-1, keepdims=True))
    share = e / e.sum(axis=-1, keepdims=True)
    return np.concatenate([sigmoid(raw[..., :3]), raw[..., 3:5], share], axis=-1)


answers = activated(detector.predict(prepared(dev.images)))
sample = [0, 3, 9]
figures.cells(
    dev.images[sample],
    [
        (answers[i][..., :1] * answers[i][..., 5:]).max(axis=2).argmax(axis=-1)
        for i in sample
    ],
    [(answers[i][..., :1] * answers[i][..., 5:]).max(axis=(2, 3)) for i in sample],
    NAMES,
    reading="Each cell has the colour of its most probable class; the higher the "
    "score, the stronger the colour. Most strong colours are near the centre of an "
    "object.",
)

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
    most=3,
    reading="Upper row: what the network outputs. Lower row: what your functions make "
    "of it. The ground truth is white and dashed. Is every object found?",
)

# %% [markdown]
# Part 4 ends here; it is a good place for a break.

# %% [markdown]
# # Part 5 · How good is it?
# A few nice examples prove nothing. Two steps lead to one number.
#
# **Hit or false alarm?** Go through the detections of one class by descending score.
# For each, find the true box in the same image with the largest IoU. If this IoU is at
# least 0.5 and the true box has not been hit yet, the detection is a hit (a *true
# positive*). Otherwise it is a false alarm (a *false positive*), even if it is a second
# box around the same fish.

# %% [markdown]
# ### Exercise 12 · `match_detections` · 5 points · about 10 minutes
# Say for each detection whether it is a hit. The arrays hold the detections and the
# true boxes of *all* images, for one class; `pictures[i]` is the number of the image in
# which detection `i` lies. If several true boxes have the same IoU, take the first.
#
# <details><summary>A second detection of an object counts as a hit</summary>
#
# Each true box can be hit once. The detection with the higher score comes first.
# </details>
# <details><summary>ValueError: attempt to get argmax of an empty sequence</summary>
#
# An image may have no true box of this class. Then the detection is a false alarm.
# </details>


# %% exercise="match_detections"
def match_detections(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    """Which detections of one class are hits.

    Args:
        scores: array `(k,)`.
        boxes: corners `(k, 4)`.
        pictures: ints `(k,)`, the image in which each detection lies.
        true_boxes: corners `(n, 4)`.
        true_pictures: ints `(n,)`, the image in which each true box lies.
        iou_threshold: the least IoU of a hit.

    Returns:
        Booleans `(k,)`, **by descending score** (ties in the given order).

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
# **One number.** After each detection, the *precision* is the share of hits among the
# detections so far, and the *recall* is the share of the $n$ true objects found so far.
# **Average precision** is the area under the curve of precision over recall; at each
# recall it uses the best precision at this or any higher recall:
#
# $$\text{AP} = \frac{1}{n} \sum_{\text{hits } i} \max_{j \ge i} \text{precision}_j$$
#
# By hand: $n = 2$ and hits (yes, no, yes) give the precisions $1, \frac12, \frac23$, so
# AP is $\frac12 (1 + \frac23) = 0.83$. An object that is never found adds 0. The mean
# of AP over the classes is called **mAP**.

# %% [markdown]
# ### Exercise 13 · `average_precision` · 4 points · about 8 minutes
# Return AP by this formula. `np.maximum.accumulate` of the reversed array gives the
# largest value from each position to the end. Without any detection AP is 0.
#
# <details><summary>My AP is too high where objects are missed</summary>
#
# Divide by the number of true objects, not by the number of hits.
# </details>


# %% exercise="average_precision"
def average_precision(hits, n_truths):
    """Area under the curve of precision over recall.

    Args:
        hits: Booleans `(k,)` by descending score; k may be 0.
        n_truths: number of true objects, at least 1.

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
    """Detections on all images: scores, boxes, classes, pictures."""
    found = [
        yolo_eval(decode_yolo(Y, anchors), (96, 96), 20, 0.02, **options)
        for Y in answers
    ]
    pictures = np.repeat(np.arange(len(found)), [len(one[0]) for one in found])
    return [*map(np.concatenate, zip(*found, strict=True)), pictures]


def precisions(scenes, scores, boxes, classes, pictures, iou_threshold=0.5):
    """Average precision of each class, and the hits behind it."""
    there = np.nonzero(scenes.classes >= 0)
    truths, labels = 96 * scenes.boxes[there][:, [1, 0, 3, 2]], scenes.classes[there]
    result = {}
    for c, name in enumerate(NAMES):
        mine, its = classes == c, labels == c
        hits = match_detections(
            scores[mine],
            boxes[mine],
            pictures[mine],
            truths[its],
            there[0][its],
            iou_threshold,
        )
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
    ylabel="best precision from here on",
    from_zero=True,
    reading="The area under each curve is the AP of that class. A curve drops to 0 "
    "after the highest recall that is reached.",
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
    reading="At an IoU of 0.75 most of our boxes are not exact enough, since they are "
    "off by a few pixels. Without suppression every duplicate is a false alarm, but "
    "most duplicates have low scores and cost little.",
)

# %% [markdown]
# How good is NanoDet? Its twelve photographs show 24 objects, with boxes drawn by hand.
# The pig does not count, since none of the 80 classes is "pig".

# %% demo
each = [coco(i, 0.1, 0.5, 30) for i in range(12)]
on = np.repeat(np.arange(12), [len(one[0]) for one in each])
scores, boxes, classes = map(np.concatenate, zip(*each, strict=True))
true_boxes = nano.truth_box[:, [1, 0, 3, 2]]
scored = {}
for c in sorted(set(nano.truth_class) - {-1}):  # -1 is none of the 80
    its, mine = nano.truth_class == c, classes == c
    hits = match_detections(
        scores[mine], boxes[mine], on[mine], true_boxes[its], nano.truth_picture[its]
    )
    scored[nano.classes[c]] = average_precision(hits, its.sum())
print(f"mAP at 0.5 over {len(scored)} classes: {np.mean(list(scored.values())):.3f}")
print(
    "AP below 1:", {name: round(float(ap), 2) for name, ap in scored.items() if ap < 1}
)

# %% [markdown]
# <details><summary><b>Predict</b>: how does mAP change if only scores above 0.5 are
# kept?</summary>
#
# It falls or stays the same: hits with lower scores are lost, and dropping false alarms
# with lower scores gains nothing, since they come after all hits that are kept. So mAP
# is measured with a low threshold, while a product uses a higher one.
# </details>
#
# Are two anchors better than one? When we tried it once, the mAP on the dev scenes was
# a few hundredths lower with one anchor. That proves nothing: the same code differs by
# as much from one machine to another, because processors and versions of NumPy round
# differently. The objects here are nearly square. Several anchors help where shapes
# differ.

# %% [markdown]
# Part 5 ends here; it is a good place for a break.

# %% [markdown]
# # Part 6 · Every pixel
# A box is coarse: where exactly does the tumour end, or the road begin? **Semantic
# segmentation** gives every pixel a class. The output is as large as the image, so
# after convolutions that shrink the maps, something must enlarge them again.
#
# This is done by a **transposed convolution**. A convolution turns a window into one
# number, a weighted sum. The transposed convolution *spreads* one number over a window:
# it multiplies the filter by this number, and adds up the results where windows
# overlap. Stride and padding refer to the **output**: windows are $s$ apart there, and
# padding is cut off.

# %% [markdown]
# By hand, in one dimension: $x = (1, 2)$, filter $(1, 1, 1)$, stride 2.
#
# | | | | | | |
# |---|---|---|---|---|---|
# | 1 times the filter | 1 | 1 | 1 | | |
# | 2 times the filter | | | 2 | 2 | 2 |
# | sum | 1 | 1 | **3** | 2 | 2 |
#
# With padding 1 one number is cut off at each end: $(1, 3, 2)$. In general $n$ numbers
# become $s\,(n - 1) + f - 2p$.

# %% concept="transposed_size"
# A transposed convolution with f = 3, s = 2 and p = 1 reads a map of 6 × 6. How many
# rows does its output have?
transposed_size = None

# %% [markdown]
# ### Exercise 14 · `transposed_conv` · 5 points · about 12 minutes
# Write the transposed convolution in NumPy. At each position of the input, the product
# of its channels with the filters is a block `(f, f, n_C)`; add it to the output where
# it belongs. Crop at the end. `W` belongs to a convolution in the opposite
# direction, so here the output channels come *before* the input channels.

# %% [markdown]
# <details><summary>ValueError: shape-mismatch for sum</summary>
#
# `X[:, i, j]` has the shape `(m, n_C_prev)`. Sum over the **last** axis of `W`.
# </details>
# <details><summary>The values are wrong where windows overlap</summary>
#
# Use `+=`, not `=`.
# </details>


# %% exercise="transposed_conv"
def transposed_conv(X, W, stride, pad):
    """Transposed convolution.

    Args:
        X: array `(m, n_H, n_W, n_C_prev)`.
        W: array `(f, f, n_C, n_C_prev)`.
        stride: step between windows in the output.
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
# **Why "transposed"?** A convolution is linear: if you flatten the image and the map,
# it is a matrix $M$. Your function is $M^T$. It does not undo the convolution, but it
# sends every number back to the pixels that it came from. For all $X$ and $Z$,
#
# $$\langle M X,\; Z \rangle = \langle X,\; M^T Z \rangle.$$
#
# The gradient goes back through a convolution in the same way: two weeks ago you wrote
# it as `dA_prev`.

# %% demo
rng = np.random.default_rng(0)
X, W = rng.normal(size=(2, 7, 9, 3)), rng.normal(size=(3, 3, 3, 5))
convolved = nn.conv2d(X, W, stride=2, padding=1).data
Z = rng.normal(size=convolved.shape)
print(f"<conv(X), Z>            = {np.sum(convolved * Z):.10f}")
print(f"<X, transposed_conv(Z)> = {np.sum(X * transposed_conv(Z, W, 2, 1)):.10f}")

# %% [markdown]
# ## The U-Net
# On the way down the maps get smaller and more abstract: they say *what* is there. On
# the way up they get large again, but the *where* has been lost. So at each level the
# U-Net takes the map from the way down, and joins its channels to those of the map on
# the way up:
#
# ```
# image ─ conv_block ──────────── skip ───────────── upsampling_block ─ 1×1 ─ classes
#             └─ conv_block ───── skip ───── upsampling_block ─┘
#                     └─── conv_block, no pooling ───┘
# ```

# %% [markdown]
# ### Exercise 15 · `conv_block` · 3 points · about 5 minutes
# Build one level of the way down: a $3 \times 3$ convolution, batch norm and ReLU, all
# three twice; then $2 \times 2$ max pooling with stride 2, unless `max_pooling` is
# false. Return the map for the next level *and* the map before pooling.
#
# <details><summary>The second map is too small</summary>
#
# Keep the map from before the pooling.
# </details>


# %% exercise="conv_block"
def conv_block(X, n_filters=32, max_pooling=True, *, net):
    """One level of the way down.

    Args:
        X: maps `(m, n_H, n_W, n_C)`.
        n_filters: channels of both convolutions.
        max_pooling: whether to halve height and width at the end.
        net: supplies the layers.

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
# Build one level of the way up. `net.conv_transpose(X, n_C, f=3, s=2)` doubles height
# and width: $n$ rows give $2n + 1$, and it crops one; likewise for columns. Join its
# result and the skip with `nn.concatenate([…])`, the result first. Then apply two
# convolutions with batch norm and ReLU; you already have a function for those.
#
# <details><summary>concatenate: shapes … differ outside axis -1</summary>
#
# Enlarge only the expansive input. The contractive one already has the right size.
# </details>


# %% exercise="upsampling_block"
def upsampling_block(expansive_input, contractive_input, n_filters=32, *, net):
    """One level of the way up.

    Args:
        expansive_input: maps from below `(m, n_H, n_W, n_C)`.
        contractive_input: the skip `(m, 2 n_H, 2 n_W, n_C_skip)`.
        n_filters: channels of all three convolutions.
        net: supplies the layers.

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
# Build the whole network: `depth` levels down, the first with `n_filters` filters and
# each further one with twice as many; at the bottom one `conv_block` without pooling,
# with twice as many again; the same levels up in reverse order; and a $1 \times 1$
# convolution with bias to `n_classes` scores.
#
# <details><summary>concatenate: shapes … differ outside axis -1</summary>
#
# The last skip of the way down is the first one on the way up.
# </details>


# %% exercise="unet_model"
def unet_model(X, n_filters=32, n_classes=23, depth=4, *, net):
    """A U-Net.

    Args:
        X: images `(m, n_H, n_W, n_C)`, sides divisible by 2**depth.
        n_filters: channels of the first level; each further one has twice as many.
        n_classes: number of scores per pixel.
        depth: how many times the size is halved.
        net: supplies the layers.

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
# The share of correct pixels is a poor measure: where a fifth of an image is nuclei,
# "no nucleus anywhere" is 80 % correct. **Mean IoU** takes the pixels of each class as
# a set: it is the intersection over union of ground truth and prediction, averaged over
# the classes. For a single class, medicine prefers the **Dice coefficient**: $2\,|A
# \cap B| \,/\, (|A| + |B|)$.
#
# By hand: the ground truth is `[1, 1, 0, 0]` and the prediction `[1, 0, 0, 0]`. The IoU
# of class 1 is 1/2 and that of class 0 is 2/3, so the mean IoU is 0.583. The Dice
# coefficient of class 1 is 2/3.

# %% [markdown]
# ### Exercise 18 · `mean_iou` · 4 points · about 6 minutes
# Return the mean IoU of two masks. A class that occurs in neither mask has no IoU:
# leave it out of the mean.
#
# <details><summary>My mean is too small where classes are missing</summary>
#
# Divide by the number of classes that occur in at least one of the masks.
# </details>


# %% exercise="mean_iou"
def mean_iou(y_true, y_pred, C):
    """Mean over the classes of the IoU of their pixels.

    Args:
        y_true: array of ints, any shape, not empty.
        y_pred: array of ints of the same shape.
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
# Return the Dice coefficient of two masks of zeros and ones. If both are empty, they
# agree, and the result is 1.
#
# <details><summary>RuntimeWarning: invalid value encountered</summary>
#
# Both masks are empty, which gives 0 / 0. Treat this case separately.
# </details>


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
# We cut one real micrograph, with 125 nuclei outlined by hand, into tiles and train on
# 32 tiles. Rotated and mirrored in eight ways they become 256. The baseline is what a
# biologist would try first: pixels brighter than a threshold, which is chosen on the
# training tiles.

# %% demo
nuclei = data.load("nuclei")


def eight_ways(x):
    """Squares rotated four times, each also mirrored."""
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
    X,
    Y,
    loss=nn.cross_entropy,
    epochs=3,
    batch_size=4,
    rng=rng,
    progress=False,
    optimizer=nn.Adam(unet.parameters(), nn.schedules.cosine_decay(0.005, 192)),
)
learned = unet.predict(bright(nuclei.test_x)).argmax(axis=-1)

# %% demo
for name, mask in (("threshold", simple), ("U-Net", learned)):
    print(
        f"{name:9} mean IoU {mean_iou(nuclei.test_y, mask, 2):.3f}, "
        f"Dice {dice(nuclei.test_y, mask):.3f}"
    )
tiles = [14, 7, 12]
figures.masks(
    [nuclei.test_x[i] for i in tiles for _ in range(4)],
    [
        mask[i]
        for i in tiles
        for mask in (nuclei.test_y * 0, nuclei.test_y, simple, learned)
    ],
    ["test tile", "by hand", "threshold", "U-Net"] * 3,
    reading="The threshold also marks the glow around a nucleus; the U-Net is closer "
    "to the outlines drawn by hand. Look at the two nuclei that touch: a mask says "
    "what each pixel is, not how many nuclei there are.",
)

# %% [markdown]
# ## What do the skips contribute?
# We train the same U-Net to tell objects from background in the scenes, at 48 × 48
# pixels: once as you wrote it and once without skips. Predict first: where will the
# masks differ most?


# %% demo
def without_skips(X, n_filters, n_classes, depth, *, net):
    """A U-Net without the skip connections."""
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
for name, model in (("with skips", unet_model), ("without skips", without_skips)):
    rng = np.random.default_rng(0)
    net = Net(
        lambda x, net, model=model: model(x, 8, 2, 4, net=net), small_x[:1], rng=rng
    )
    net.fit(
        small_x,
        small_y * 1,
        loss=nn.cross_entropy,
        epochs=2,
        batch_size=16,
        rng=rng,
        progress=False,
        optimizer=nn.Adam(net.parameters(), nn.schedules.cosine_decay(0.01, 150)),
    )
    predicted[name] = net.predict(test_x).argmax(axis=-1)
for name, mask in predicted.items():
    print(f"{name:13} mean IoU {mean_iou(test_y, mask, 2):.3f}")

# %% demo
shown = [8, 15, 28]
figures.masks(
    [test.images[i, ::2, ::2] for i in shown for _ in range(4)],
    [mask[i] for i in shown for mask in (test_y * 0, test_y, *predicted.values())],
    ["scene", "ground truth", *predicted] * 3,
    reading="Both networks know roughly where the objects are. Without skips the "
    "outlines are coarser: 48 × 48 pixels are rebuilt from a map of 3 × 3 positions.",
)

# %% [markdown]
# Four levels go down to $3 \times 3$ positions. With three levels, down to $6 \times
# 6$, we saw no difference, in one run each. Those maps still say well enough where
# things are. Skips help once the way down has lost the position.

# %% concept="what_skips_bring"
# What do the skips of a U-Net pass to the way up?
# A: the fine detail of the way down: where exactly an edge runs
# B: gradients that do not vanish; the forward pass would be as good without them
# C: fewer parameters, since maps are used twice
# D: the class of each region, which pooling has destroyed
what_skips_bring = None

# %% [markdown] question="apples_in_crates" points=5
# ## In your own words
# A packing house wants to count apples in crates, photographed from above: often a
# hundred in one image, touching and half hidden, green or red. A colleague proposes a
# YOLO with a grid of $6 \times 6$ cells, one anchor, and `iou_threshold=0.1`, "so that
# none is counted twice". He will judge it by the share of correct pixels. Advise him in
# about eight sentences, with numbers from this lab.
#
# ### BEGIN SOLUTION
# The grid is too coarse: 36 cells with one anchor have slots for 36 apples at most, so
# more than sixty are lost. Use many more cells, 19 × 19 or more; apples are round and
# similar in size, so one or two anchors are enough, chosen by k-means on his own boxes.
# A suppression threshold of 0.1 drops touching and half hidden neighbours of the same
# class, which overlap by more than that; 0.5 is a better start, tuned on dev crates. If
# red and green are two classes, they do not suppress each other. The score threshold
# must be chosen for the count: too low counts leaves, too high misses hidden apples.
# The share of correct pixels says nothing about boxes, and even for masks "no apple"
# may be mostly correct; use mAP at 0.5 and the error of the count. A U-Net finds apple
# pixels, but not how many apples: touching ones merge. Test on crates, days and light
# that it was not trained on.
#
# **Rubric**, one point each: the grid limits the count, with a number · anchors from
# data or few shapes justified · a low IoU threshold loses neighbours · score threshold
# or suppression tuned on dev · pixel accuracy replaced by AP or count error, with a
# reason.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the idea | your function |
# |---|---|
# | no object: the box does not matter | `localization_loss` |
# | a dense layer is a filter as large as the map | `dense_as_convolution` |
# | intersection over union | `iou`, `mean_iou`, `dice` |
# | cell, anchor, offsets, and back | `encode_yolo`, `decode_yolo`, `kmeans_anchors` |
# | $p_c \cdot c$, each object once | `yolo_filter_boxes`, `yolo_non_max_suppression` |
# | corners, pixels, all steps | `yolo_boxes_to_corners`, `scale_boxes`, `yolo_eval` |
# | area under precision over recall | `match_detections`, `average_precision` |
# | multiply the filter and add up | `transposed_conv` |
# | down, up, and the skips | `conv_block`, `upsampling_block`, `unet_model` |

# %% [markdown]
# Here is the same in PyTorch:
#
# ```
# torchvision.ops.box_iou(boxes1, boxes2)                  # all pairs; x before y
# torchvision.ops.batched_nms(boxes, scores, classes, 0.5) # indices to keep
# net = torchvision.models.detection.fasterrcnn_resnet50_fpn(weights="DEFAULT")
# torch.nn.ConvTranspose2d(64, 32, 3, stride=2, padding=1, output_padding=1)
# torch.cat([up, skip], dim=1)                             # channels come second there
# metric = torchmetrics.detection.MeanAveragePrecision(iou_thresholds=[0.5])
# metric.update(found, truths); metric.compute()["map"]    # mAP at 0.5
# ```

# %% [markdown]
# Three library functions differ from yours on purpose:
#
# - `batched_nms` has no `max_boxes`. It computes in float32 if the boxes are float32,
#   so rounding may drop a box whose IoU is exactly the threshold.
# - COCO's AP (`torchmetrics`, `pycocotools`) reads the same curve at 101 recalls: 0.835
#   for hits (yes, no, yes) and $n = 2$ instead of your 0.833. What COCO calls AP is the
#   mean of that over ten IoU thresholds, from 0.50 to 0.95.
# - `sklearn.metrics.average_precision_score` uses the precision at each hit, not the
#   best one from there on: 0.583 for hits (no, yes, yes) instead of your 0.667. It also
#   knows nothing of objects that were never found.

# %% [markdown]
# **Your function beside a library's.** Both got the same input. Where the values
# differ, the table says why.
#
# {{libraries}}

# %% [markdown]
# **A challenge** (optional). Where your function drops an overlapping box, *Soft-NMS*
# multiplies its score by $1 - \text{IoU}$. Write it, and measure mAP on the scenes:
# does it find objects that stand close together?
#
# **The paper of the week.** J. Redmon, S. Divvala, R. Girshick, A. Farhadi, *You only
# look once* (2015), arXiv 1506.02640. Read section 2: the grid, the loss, and why small
# objects in groups are missed (2.4). Anchors came a year later; what does this
# paper use instead?
#
# **Next week** is about faces: who is this, given one image of each person?

# %% demo
check.progress()
