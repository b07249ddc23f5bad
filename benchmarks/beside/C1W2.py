"""Rows of C1W2: losses add up here, and libraries take means; regularization."""

import numpy as np
from libraries import Table

table = Table()
PREDICTED, TRUE = np.array([0.9, 0.2]), np.array([1.0, 0.0])
POINTS, LABELS = np.array([[-2.0, -1.0, 1.0, 2.0]]), np.array([[0, 1, 0, 1]])


@table.row(
    "L1",
    "ŷ = [0.9, 0.2], y = [1, 0]",
    "torch",
    "nn.functional.l1_loss",
    "it takes the mean; `reduction='sum'` adds",
)
def absolute(lab):
    import torch

    loss = torch.nn.functional.l1_loss(*map(torch.tensor, (PREDICTED, TRUE)))
    return lab.L1(PREDICTED, TRUE), loss


@table.row(
    "L2",
    "the same ŷ and y",
    "torch",
    "nn.functional.mse_loss",
    "the mean of the squares, not their sum",
)
def squared(lab):
    import torch

    loss = torch.nn.functional.mse_loss(*map(torch.tensor, (PREDICTED, TRUE)))
    return lab.L2(PREDICTED, TRUE), loss


@table.row(
    "model",
    "weight after training on x = −2, −1, 1, 2 with labels 0, 1, 0, 1",
    "scikit-learn",
    "LogisticRegression().coef_",
    "by default it regularizes with C = 1, which shrinks the weight",
)
def regularized(lab):
    from sklearn.linear_model import LogisticRegression

    trained = lab.model(POINTS, LABELS, POINTS, LABELS, 20_000, 0.5)
    theirs = LogisticRegression().fit(POINTS.T, LABELS[0])
    return trained["w"][0, 0], theirs.coef_[0, 0]
