"""Rows of C2W1: penalties, Xavier's two formulas, what the p of dropout means."""

import numpy as np
from libraries import Table

table = Table()


@table.row(
    "compute_cost_with_regularization",
    "what the penalty adds for one weight of 3, λ = 0.1, m = 1",
    "keras",
    "regularizers.L2(0.1)",
    "no ½, and no division by the number of examples",
)
def penalty(lab):
    import keras

    parameters = {"W1": np.array([[3.0]]), "W2": np.zeros((1, 1))}
    parameters["W3"] = np.zeros((1, 1))
    A3 = Y = np.array([[0.5]])
    costs = [
        lab.compute_cost_with_regularization(A3, Y, parameters, lambd)
        for lambd in (0.1, 0.0)
    ]
    theirs = keras.regularizers.L2(0.1)(np.array([[3.0]], "float32"))
    return costs[0] - costs[1], float(theirs)


@table.row(
    "initialize_parameters_xavier",
    "100 times the standard deviation of weights from 900 units to 100",
    "torch",
    "nn.init.xavier_normal_",
    "it divides by the mean of both sizes; yours divides by the inputs alone",
)
def xavier(lab):
    import torch

    torch.manual_seed(0)
    yours = lab.initialize_parameters_xavier([900, 100])["W1"]
    theirs = torch.nn.init.xavier_normal_(torch.empty(100, 900))
    return f"{100 * np.std(yours):.1f}", f"{100 * np.std(theirs.numpy()):.1f}"


@table.row(
    "forward_propagation_with_dropout",
    "share of units that stay at 0.8",
    "torch",
    "nn.Dropout(0.8)",
    "its argument is the probability of being dropped",
)
def kept(lab):
    import torch

    torch.manual_seed(0)
    stay = torch.nn.Dropout(0.8)(torch.ones(100_000)) > 0
    parameters = {"W1": np.zeros((10_000, 1)), "b1": np.ones((10_000, 1))}
    parameters |= {"W2": np.zeros((1, 10_000)), "b2": np.zeros((1, 1))}
    parameters |= {"W3": np.zeros((1, 1)), "b3": np.zeros((1, 1))}
    np.random.seed(0)
    cache = lab.forward_propagation_with_dropout(np.ones((1, 10)), parameters, 0.8)[1]
    return f"{np.mean(cache[1] > 0):.1f}", f"{stay.float().mean():.1f}"
