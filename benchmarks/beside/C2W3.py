"""Rows of C2W3: what batch normalization averages, and what momentum means there."""

import numpy as np
from libraries import Table

table = Table()
BATCH = np.array([[1.0, 3.0]])


def _running(lab):
    running = {"mean": np.zeros((1, 1)), "var": np.ones((1, 1))}
    one = np.ones((1, 1))
    lab.batchnorm_forward(BATCH, one, 0 * one, running, "train")
    return running


def _layer():
    import torch

    layer = torch.nn.BatchNorm1d(1)
    layer(torch.tensor(BATCH.T, dtype=torch.float32))
    return layer


@table.row(
    "batchnorm_forward",
    "running mean after one batch [1, 3], from 0, defaults",
    "torch",
    "nn.BatchNorm1d(1)",
    "equal, although its `momentum=0.1` is the share of the new batch",
)
def mean_in_torch(lab):
    return _running(lab)["mean"][0, 0], _layer().running_mean[0]


@table.row(
    "batchnorm_forward",
    "the same running mean",
    "keras",
    "layers.BatchNormalization()",
    "its momentum is the share that is kept, as yours, but 0.99",
)
def mean_in_keras(lab):
    import keras

    layer = keras.layers.BatchNormalization()
    layer(BATCH.T.astype("float32"), training=True)
    return _running(lab)["mean"][0, 0], float(layer.moving_mean[0])


@table.row(
    "batchnorm_forward",
    "running variance after the same batch, from 1",
    "torch",
    "nn.BatchNorm1d(1)",
    "for the running variance it divides by m − 1 instead of m",
)
def variance_in_torch(lab):
    return _running(lab)["var"][0, 0], _layer().running_var[0]


@table.row(
    "batchnorm_forward",
    "a batch of a single example, mode “train”",
    "torch",
    "nn.BatchNorm1d(1)",
    "a single example equals its own mean; it refuses, yours gives β",
)
def single(lab):
    import torch

    one = np.ones((1, 1))
    running = {"mean": np.zeros((1, 1)), "var": np.ones((1, 1))}
    yours = lab.batchnorm_forward(7 * one, one, 0 * one, running, "train")[0][0, 0]
    try:
        return yours, torch.nn.BatchNorm1d(1)(torch.tensor([[7.0]]))
    except ValueError as error:
        return yours, type(error).__name__


@table.row(
    "cross_entropy",
    "probabilities [0.7, 0.2, 0.1], class 0",
    "torch",
    "nn.functional.cross_entropy",
    "it wants scores before the softmax, and takes a softmax of whatever comes",
)
def from_probabilities(lab):
    import torch

    A = np.array([[0.7], [0.2], [0.1]])
    theirs = torch.nn.functional.cross_entropy(torch.tensor(A.T), torch.tensor([0]))
    return lab.cross_entropy(A, np.array([[1.0], [0.0], [0.0]])), theirs
