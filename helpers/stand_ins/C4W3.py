"""Fixed blocks for C4W3: the two levels of a U-Net."""

from helpers import nn


def conv_block(X, n_filters=32, max_pooling=True, *, net):
    """One convolution instead of two, and an average in place of a maximum."""
    skip = nn.tanh(net.conv(X, n_filters, f=3))
    return nn.average_pool2d(skip, 2) if max_pooling else skip, skip


def upsampling_block(expansive_input, contractive_input, n_filters=32, *, net):
    """A sum instead of a concatenation, and no convolutions after it."""
    up = net.conv_transpose(expansive_input, n_filters, f=3, s=2)
    return nn.tanh(up + 0.5 * net.conv(contractive_input, n_filters, f=1))
