"""Runs beside the reader's code of C1W4 where a result depends on random draws."""

import copy

from helpers.checks.compare import RETURNED
from helpers.checks.stand_in import names_of, replaced


def from_start(function, X, Y, layers_dims, learning_rate, num_iterations, start):
    """Train from given parameters, whatever `initialize_parameters_deep` would draw.

    Asked for other sizes than those it was given, the reader's own one draws.
    """
    names = names_of(function)
    own = names.get("initialize_parameters_deep")

    def given(layer_dims):
        fits = list(layer_dims) == list(layers_dims)
        return copy.deepcopy(start) if fits else own(layer_dims)

    with_given = {"initialize_parameters_deep": given}
    return _run(function, with_given, X, Y, layers_dims, learning_rate, num_iterations)


def from_small_start(function, X, Y, layers_dims, learning_rate, num_iterations, start):
    """The same for `initialize_parameters`; the start of deep networks is another one.

    What it gives is 3 times as large, so that it shows which of the two was called.
    """
    names = names_of(function)
    own = {
        name: names.get(name)
        for name in ("initialize_parameters", "initialize_parameters_deep")
    }

    def given(n_x, n_h, n_y):
        fits = [n_x, n_h, n_y] == list(layers_dims)
        if not fits:
            return own["initialize_parameters"](n_x, n_h, n_y)
        return copy.deepcopy(start)

    def another(layer_dims):
        if list(layer_dims) != list(layers_dims):
            return own["initialize_parameters_deep"](layer_dims)
        return {name: 3 * value for name, value in start.items()}

    with_given = {"initialize_parameters": given, "initialize_parameters_deep": another}
    return _run(function, with_given, X, Y, layers_dims, learning_rate, num_iterations)


def _run(function, others, X, Y, layers_dims, learning_rate, num_iterations):
    """Call the reader's function while some names stand for something else.

    Where none of them is called, what was learned depends on other random numbers than
    expected, so this is told first.
    """
    names, called = names_of(function), []

    def noted(other):
        def noting(*args, **kwargs):
            called.append(other)
            return other(*args, **kwargs)

        return noting

    stand_ins = {name: noted(one) for name, one in others.items() if name in names}
    with replaced(names, stand_ins):
        learned = function(
            X,
            Y,
            layers_dims,
            learning_rate=learning_rate,
            num_iterations=num_iterations,
        )
    return {
        f"it starts with your {next(iter(others))}": bool(called),
        RETURNED: learned,
    }
