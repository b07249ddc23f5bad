"""What several parts of C2W1's tests use."""

import numpy as np

from autograder.checks.check import Lab

lab = Lab("C2W1")
ref = lab.reference


def network_case(rng, sizes, m, zero=True):
    """Inputs, labels and parameters of a network with two hidden layers."""
    n_x, n1, n2, n_y = sizes
    parameters = {}
    for i, (n, before) in enumerate([(n1, n_x), (n2, n1), (n_y, n2)], 1):
        parameters[f"W{i}"] = rng.normal(size=(n, before)) * np.sqrt(2 / before)
        parameters[f"b{i}"] = rng.normal(size=(n, 1)) * 0.3
    return rng.normal(size=(n_x, m)), rng.integers(0, 2, (n_y, m)), parameters


def backward_pass(X, Y, cache, lambd=0.0, keep=1.0, **how):
    """The backward pass, with or without masks; `how` switches its mistakes on."""
    m = X.shape[1]
    if len(cache) == 12:
        _, A1, W1, _, _, A2, W2, _, _, A3, W3, _ = cache
        D1 = D2 = 1
    else:
        _, D1, A1, W1, _, _, D2, A2, W2, _, _, A3, W3, _ = cache
    unmasked = how.get("unmasked", ())
    D1, D2 = 1 if 1 in unmasked else D1, 1 if 2 in unmasked else D2
    if how.get("swapped_masks"):
        D1, D2 = D2, D1
    masked = {layer: how.get("relu", True) for layer in (1, 2)}
    scale = how.get("scale", (1 / keep, 1 / keep))
    decay = how.get("decay", (1, 1, 1))
    charge = [lambd / m * share for share in decay]
    by = how.get("by", m)
    dZ3 = (A3 - Y if not how.get("reversed") else Y - A3) / how.get("early", 1)
    dA2 = W3.T @ dZ3 * D2 * scale[1]
    dZ2 = dA2 * (A2 > 0) if masked[2] else dA2
    dA1 = W2.T @ (dA2 if how.get("skips_relu") else dZ2) * D1 * scale[0]
    dZ1 = dA1 * (A1 > 0) if masked[1] else dA1
    if how.get("by_value") == 1:
        dZ1 = dA1 * A1
    total = {"axis": 1, "keepdims": how.get("keepdims", True)}
    return {
        "dZ3": dZ3,
        "dW3": dZ3 @ A2.T / by + charge[2] * W3,
        "db3": np.sum(dZ3, **total) / by,
        "dA2": dA2,
        "dZ2": dZ2,
        "dW2": dZ2 @ A1.T / by + charge[1] * W2,
        "db2": np.sum(dZ2, **total) / by,
        "dA1": dA1,
        "dZ1": dZ1,
        "dW1": dZ1 @ X.T / by + charge[0] * W1,
        "db1": np.sum(dZ1, **total) / by,
    }
