"""Runs beside the reader's code of C1W3 where a result depends on random draws."""

import numpy as np

NEAR_THE_START = 0.2  # a start and a few steps lead to 0.12 at most


def trained(function, X, Y, n_h, num_iterations):
    """What training leads to whatever was drawn: shapes, and sizes of the arrays.

    A size is the root of the sum of squares; one near that of a small random start
    counts as 0. Sizes that hardly depend on the draw are returned: those of the weights
    and of the last bias.
    """
    parameters = function(X, Y, n_h, num_iterations=num_iterations)
    if not isinstance(parameters, dict):
        return parameters
    names = [name for name in ("W1", "b1", "W2", "b2") if name in parameters]
    sizes = {name: float(np.linalg.norm(parameters[name])) for name in names}
    return {
        "shapes": {name: np.shape(parameters[name]) for name in names},
        "sizes of W1, W2, b2": np.array(
            [
                size if size > NEAR_THE_START else 0.0
                for size in (sizes.get(name, 0.0) for name in ("W1", "W2", "b2"))
            ]
        ),
    }
