"""Runs beside the reader's code of C1W4 where a result depends on random draws."""

import copy


def from_start(function, X, Y, layers_dims, learning_rate, num_iterations, start):
    """Train from given parameters, whatever an initialization would have drawn.

    Asked for other sizes than those it was given, the reader's own one draws.
    """
    names = function.__globals__

    def given(sizes, otherwise):
        fits = list(sizes) == list(layers_dims)
        return copy.deepcopy(start) if fits else otherwise()

    fixed = {
        "initialize_parameters": lambda n_x, n_h, n_y: given(
            (n_x, n_h, n_y), lambda: own["initialize_parameters"](n_x, n_h, n_y)
        ),
        "initialize_parameters_deep": lambda layer_dims: given(
            layer_dims, lambda: own["initialize_parameters_deep"](layer_dims)
        ),
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
