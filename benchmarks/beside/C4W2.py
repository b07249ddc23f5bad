"""Rows of C4W2: the order of axes in depthwise filters."""

import numpy as np
from libraries import Table

table = Table()
IMAGE = np.arange(18.0).reshape(1, 3, 3, 2)
FILTERS = np.ones((3, 3, 2))


@table.row(
    "depthwise_conv",
    "sums of two channels of 3 × 3; the filters' shape is (f, f, C)",
    "torch",
    "nn.functional.conv2d(…, groups=2)",
    "equal, but filters have the shape (C, 1, f, f) and channels come first",
)
def in_torch(lab):
    import torch

    x = torch.tensor(IMAGE.transpose(0, 3, 1, 2))
    w = torch.tensor(FILTERS.transpose(2, 0, 1)[:, None])
    theirs = torch.nn.functional.conv2d(x, w, groups=2)
    return lab.depthwise_conv(IMAGE, FILTERS).ravel(), theirs.ravel()


@table.row(
    "depthwise_conv",
    "the same sums",
    "keras",
    "ops.depthwise_conv",
    "equal, with filters of shape (f, f, C, 1)",
)
def in_keras(lab):
    import keras

    theirs = keras.ops.depthwise_conv(IMAGE, FILTERS[..., None])
    return lab.depthwise_conv(IMAGE, FILTERS).ravel(), np.asarray(theirs).ravel()
