"""Runs beside the reader's code of C1W3 where a result depends on random draws."""

import numpy as np

NEAR_THE_START = 0.2  # the norms after a random start and a few steps are below 0.12


def trained(function, X, Y, n_h, num_iterations):
    """What training leads to whatever was drawn: shapes, and norms of the arrays.

    The norm is the root of the sum of squares. A norm near that of a small random start
    counts as 0. Norms that hardly depend on the draw are returned: those of the weights
    and of the last bias.
    """
    parameters = function(X, Y, n_h, num_iterations=num_iterations)
    if not isinstance(parameters, dict):
        return parameters
    names = [name for name in ("W1", "b1", "W2", "b2") if name in parameters]
    norms = {name: float(np.linalg.norm(parameters[name])) for name in names}
    return {
        "shapes": {name: np.shape(parameters[name]) for name in names},
        "norms of W1, W2, b2": np.array(
            [
                norm if norm > NEAR_THE_START else 0.0
                for norm in (norms.get(name, 0.0) for name in ("W1", "W2", "b2"))
            ]
        ),
    }
