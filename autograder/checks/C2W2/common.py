"""What several parts of C2W2's tests use."""

import numpy as np

from autograder.checks.check import Lab, case

lab = Lab("C2W2")
ref = lab.reference


def network(rng, dims, like=None):
    """Arrays under the names of a network's parameters or, with "d", its gradients."""
    prefix = "" if like is None else "d"
    arrays = {}
    for i in range(1, len(dims)):
        arrays[f"{prefix}W{i}"] = rng.normal(size=(dims[i], dims[i - 1]))
        arrays[f"{prefix}b{i}"] = rng.normal(size=(dims[i], 1))
    return arrays


def signs(rng, shape):
    """Minus and plus ones."""
    return rng.choice([-1.0, 1.0], shape)


def pair(rng, dims, spread=1.0):
    """Parameters and gradients.

    The gradients in an array are of different sizes, from 0.1 to 2 times `spread`,
    so that whatever does not use them, or mixes them up, gets another result.
    """
    parameters, grads = network(rng, dims), network(rng, dims, like="grads")
    for key, value in grads.items():
        sizes = 2.0 * 10.0 ** np.linspace(0, -1.3, value.size) * rng.uniform(0.7, 1.4)
        sizes = rng.permutation(sizes).reshape(value.shape)
        grads[key] = spread * signs(rng, value.shape) * sizes
    return parameters, grads


def memory(rng, grads, positive=False):
    """Averages that earlier, smaller gradients have left; `positive`, of squares."""
    averages = {}
    for key, value in grads.items():
        times = rng.uniform(0.2, 0.5, value.shape)
        times = times**2 if positive else times * signs(rng, value.shape)
        averages[key] = times * (value**2 if positive else value)
    return averages


def without_past(grads):
    """Averages before the first step."""
    return {key: 0 * value for key, value in grads.items()}


DIMS = [(2, 1), (3, 4, 2), (2, 3, 3, 1)]


def networks(rng):
    """Networks of one, two and three layers."""
    for dims in DIMS:
        yield case(network(rng, dims))


def add_zeros(check):
    """Mistakes and right versions that velocities and averages of squares share."""

    @check.mistake("The keys are those of the parameters. They belong to gradients.")
    def keys_of_parameters(parameters):
        return {key: np.zeros(value.shape) for key, value in parameters.items()}

    @check.mistake("The biases are missing. They have gradients, too.")
    def without_biases(parameters):
        return {
            "d" + k: np.zeros(v.shape) for k, v in parameters.items() if k[0] == "W"
        }

    @check.mistake("These are the parameters, or copies of them. Start from zeros.")
    def copies_of_parameters(parameters):
        return {"d" + key: value.copy() for key, value in parameters.items()}

    @check.mistake("The averages are numbers. Each needs the shape of its parameter.")
    def numbers_for_arrays(parameters):
        return {"d" + key: 0.0 for key in parameters}

    @check.mistake("The last layer is missing.")
    def without_the_last_layer(parameters):
        last = str(len(parameters) // 2)
        return {
            "d" + k: np.zeros(v.shape) for k, v in parameters.items() if k[1:] != last
        }

    @check.mistake("These are ones. The averages start at zero.")
    def ones(parameters):
        return {"d" + key: np.ones(value.shape) for key, value in parameters.items()}

    @check.right
    def zeros_layer_by_layer(parameters):
        out = {}
        for layer in range(1, len(parameters) // 2 + 1):
            for letter in "bW":
                shape = parameters[f"{letter}{layer}"].shape
                out[f"d{letter}{layer}"] = np.zeros((shape[0], shape[1]), np.float32)
        return out

    @check.right
    def zeros_like(parameters):
        return {f"d{key}": value * 0 for key, value in parameters.items()}


def velocity_after(grads, v, beta, old=None, new=None):
    """β of the old velocity and 1 - β of the gradients, unless told otherwise."""
    old, new = beta if old is None else old, 1 - beta if new is None else new
    return {key: old * v[key] + new * grads[key] for key in v}


def first_layer_only(before, after):
    """Dictionaries after a step in which the loop ended with its first layer."""
    return tuple(
        {key: new[key] if key.strip("dWb") == "1" else old[key] for key in old}
        for old, new in zip(before, after, strict=True)
    )


def after_step(parameters, steps, rate):
    return {key: value - rate * steps["d" + key] for key, value in parameters.items()}
