"""Rows of C4W1: flipped filters, "same" padding, ties of maxima."""

import numpy as np
from libraries import Table

table = Table()
ROW = np.array([[1.0, 2.0, 3.0]])
FILTER = np.array([[1.0, 0.0, -1.0]])
TIES = np.array([[2.0, 2.0], [1.0, 2.0]])


def _slice(array):
    return array[..., np.newaxis]


@table.row(
    "conv_single_step",
    "pixels [1, 2, 3] under the filter [1, 0, −1]",
    "scipy",
    "signal.convolve2d",
    "the mathematical convolution flips the filter first; networks do not",
)
def flipped(lab):
    from scipy.signal import convolve2d

    yours = lab.conv_single_step(_slice(ROW), _slice(FILTER), np.zeros((1, 1, 1)))
    return yours, convolve2d(ROW, FILTER, mode="valid")[0, 0]


@table.row(
    "conv_output_shape",
    "height and width of a 6 × 6 image, f = 3, stride 2, p = 1",
    "torch",
    "nn.Conv2d(1, 1, 3, stride=2, padding=1)",
    "the same formula; `padding='same'` is refused for strides above 1",
)
def strided_in_torch(lab):
    import torch

    layer = torch.nn.Conv2d(1, 1, 3, stride=2, padding=1)
    size = tuple(layer(torch.zeros(1, 1, 6, 6)).shape[2:])
    return str(tuple(map(int, lab.conv_output_shape(6, 6, 3, 1, 2)))), str(size)


@table.row(
    "conv_forward",
    "six rows 0 1 2 3 4 5, a 3 × 3 filter whose only weight is a 1 in the middle, "
    "stride 2, p = 1: the middle row of the result",
    "keras",
    "layers.Conv2D(1, 3, strides=2, padding='same')",
    "it pads one row and column in all, below and on the right, so windows stand "
    "elsewhere",
)
def same_in_keras(lab):
    import keras

    X = np.tile(np.arange(6.0), (6, 1))[None, :, :, None]
    W = np.zeros((3, 3, 1, 1))
    W[1, 1] = 1
    yours, _ = lab.conv_forward(X, W, np.zeros((1, 1, 1, 1)), {"stride": 2, "pad": 1})
    layer = keras.layers.Conv2D(1, 3, strides=2, padding="same")
    layer.build(X.shape)
    layer.set_weights([W, np.zeros(1)])
    theirs = np.asarray(layer(X.astype("float32")).detach())
    return yours[0, 1, :, 0], theirs[0, 1, :, 0]


@table.row(
    "pool_backward",
    "gradient 1 through the maximum of [[2, 2], [1, 2]]",
    "torch",
    "nn.functional.max_pool2d",
    "it passes the gradient to the first of equal maxima; your mask marks all",
)
def ties(lab):
    import torch

    cache = TIES[None, :, :, None], {"f": 2, "stride": 2}
    yours = lab.pool_backward(np.ones((1, 1, 1, 1)), cache)[0, :, :, 0]
    x = torch.tensor(TIES[None, None], requires_grad=True)
    torch.nn.functional.max_pool2d(x, 2).sum().backward()
    return yours, x.grad[0, 0]
