# ruff: noqa: F401, I001  (the names are imported for users of the package)
"""A deep-learning framework in NumPy that you can read in an evening.

Read the files in this order: tensor (how gradients flow), ops, conv, pool,
normalization, recurrent, attention (the operations they flow through), layer, layers,
model (where parameters are stored), losses, optimizers, training (how they change), and
finally kernels (the array functions below the operations, and why they are fast).
"""

# fmt: off
from helpers.nn import initializers, losses, schedules
from helpers.nn.attention import scaled_dot_product_attention
from helpers.nn.conv import conv1d, conv2d, conv2d_transpose, conv3d, depthwise_conv2d
from helpers.nn.data import DataLoader
from helpers.nn.layer import Layer, Parameter
from helpers.nn.layers import (
    Activation, AveragePool2D, BatchNorm, Conv1D, Conv2D, Conv2DTranspose, Dense,
    DepthwiseConv2D, Dropout, Embedding, Flatten, GlobalAveragePool2D, LayerNorm,
    MaxPool2D, UpSampling2D,
)
from helpers.nn.losses import (
    accuracy, binary_cross_entropy, cross_entropy, huber, mean_absolute_error,
    mean_squared_error,
)
from helpers.nn.model import Model, Sequential
from helpers.nn.normalization import batch_norm, dropout, embedding, layer_norm
from helpers.nn.ops import (
    absolute, add, broadcast_to, clip, concatenate, divide, einsum, exp, flatten, gelu,
    leaky_relu, linear, log, log_softmax, matmul, maximum, mean, minimum, multiply, pad,
    relu, reshape, sigmoid, softmax, softplus, sqrt, stack, subtract, swapaxes,
    take_along_axis, tanh, transpose, var, where,
)
from helpers.nn.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop, clip_gradients
from helpers.nn.pool import average_pool2d, max_pool2d, upsample2d
from helpers.nn.recurrent import gru, lstm, rnn
from helpers.nn.sequence_layers import GRU, LSTM, RNN, Bidirectional, MultiHeadAttention
from helpers.nn.serialize import (
    load_checkpoint, load_weights, save_checkpoint, save_weights,
)
from helpers.nn.tensor import (
    Tensor, as_tensor, no_grad, record, topological_order, unbroadcast,
)
from helpers.nn.training import History, evaluate, fit, predict, train_step
