"""Runs beside the reader's code of C1W4 where a result depends on random draws."""

import copy


def from_start(function, X, Y, layers_dims, learning_rate, num_iterations, start):
    """Train from given parameters, whatever an initialization would have drawn."""
    names = function.__globals__
    fixed = {
        "initialize_parameters": lambda n_x, n_h, n_y: copy.deepcopy(start),
        "initialize_parameters_deep": lambda layer_dims: copy.deepcopy(start),
    }
    own = {name: names[name] for name in fixed if name in names}
    names.update({name: fixed[name] for name in own})
    try:
        return function(
            X,
            Y,
            layers_dims,
            learning_rate=learning_rate,
            num_iterations=num_iterations,
        )
    finally:
        names.update(own)
