"""What several parts of C5W1's tests use."""

import numpy as np

from autograder.checks.check import Lab

lab = Lab("C5W1")
ref = lab.reference

# The framework's recurrent layers would do these exercises; it is for part 10.
NO_LAYERS = ("helpers.nn", "torch")


def cell_of(rng, kind, n_x, n_a, n_y):
    """Random weights and biases of a cell."""
    cell = ref.random_cell(kind, n_x, n_a, n_y, rng)
    return {
        name: 0.5 * rng.normal(size=array.shape) if name[0] == "b" else array
        for name, array in cell.items()
    }


def sigmoid(z):
    """Logistic function."""
    return 1 / (1 + np.exp(-z))


def softmax_rows(z):
    """Softmax along the wrong axis."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


SIZES = [(3, 5, 2, 4), (1, 1, 3, 1), (4, 4, 4, 3), (2, 6, 3, 5)]  # n_x, n_a, n_y, m


def steps(rng, kind):
    """Inputs, states (two for an LSTM) and weights of one step, in all sizes.

    A single unit is drawn again while it is nearly 0 or saturated, where a wrong
    formula would give the right number.
    """
    count = 2 if kind == "lstm" else 1
    for n_x, n_a, n_y, m in SIZES:
        while True:
            x = rng.normal(size=(n_x, m))
            states = [0.8 * rng.normal(size=(n_a, m)) for _ in range(count)]
            cell = cell_of(rng, kind, n_x, n_a, n_y)
            if n_a > 1 or not_saturated(kind, x, states, cell):
                break
        yield x, states, cell


def not_saturated(kind, x, states, cell):
    cache = getattr(ref, f"{kind}_cell_forward")(x, *states, cell)[-1]
    numbers = [part for part in cache if isinstance(part, np.ndarray)]
    return all(0.2 < abs(float(part[0, 0])) < 0.9 for part in numbers)


def sequences(rng, kind):
    """Inputs, first states and weights: several steps, one step, one sequence."""
    for (n_x, n_a, n_y, m), T in zip(SIZES[:3], (5, 1, 2), strict=True):
        yield (
            rng.normal(size=(n_x, m, T)),
            rng.normal(size=(n_a, m)),
            cell_of(rng, kind, n_x, n_a, n_y),
        )


def loop_over_time(cell, x, first, parameters, following=lambda state, first: state):
    """The loop over time, with a choice of what goes into the next step."""
    states, outputs, caches, state_in = [], [], [], first
    for t in range(x.shape[2]):
        state, y, cache = cell(x[:, :, t], state_in, parameters)
        states.append(state)
        outputs.append(y)
        caches.append(cache)
        state_in = following(state, first)
    return np.stack(states, axis=2), np.stack(outputs, axis=2), (caches, x)


def add_loop_mistakes(check, kind, first):
    """What goes wrong in the loop over time, of the plain cell and of the GRU."""

    def forward(x, state, parameters):  # the reference is loaded when it is called
        return getattr(ref, f"{kind}_forward")(x, state, parameters)

    def cell(x, state, parameters):
        return getattr(ref, f"{kind}_cell_forward")(x, state, parameters)

    @check.mistake(
        f"Every step starts from {first}. What one step returns goes into the next."
    )
    def always_from_the_first_state(x, state, parameters):
        return loop_over_time(cell, x, state, parameters, lambda _, first: first)

    @check.mistake(f"{first} is not used: the first step starts from zeros.")
    def ignores_the_first_state(x, state, parameters):
        return forward(x, 0 * state, parameters)

    @check.mistake(
        "Time is the first axis of the result. It belongs last: (n_a, m, T_x)."
    )
    def time_first(x, state, parameters):
        states, y, caches = forward(x, state, parameters)
        return states.transpose(2, 0, 1), y.transpose(2, 0, 1), caches

    @check.mistake("The caches come without x: return the pair (list, x).")
    def caches_without_x(x, state, parameters):
        states, y, (caches, _) = forward(x, state, parameters)
        return states, y, caches

    @check.mistake("Every step reads the first input. Step t reads x[:, :, t].")
    def always_the_first_input(x, state, parameters):
        repeated = np.repeat(x[:, :, :1], x.shape[2], axis=2)
        states, y, (caches, _) = forward(repeated, state, parameters)
        return states, y, (caches, x)

    @check.mistake("The sequence is read from its end to its beginning.")
    def reads_backwards(x, state, parameters):
        states, y, (caches, _) = forward(x[:, :, ::-1], state, parameters)
        return states, y, (caches, x)


def letter_model(rng, n_a, n_y, scale=1.0):
    """A letter model with weights and biases of some size."""
    shapes = {
        "Wax": (n_a, n_y),
        "Waa": (n_a, n_a),
        "Wya": (n_y, n_a),
        "b": (n_a, 1),
        "by": (n_y, 1),
    }
    return {k: scale * rng.normal(size=s) for k, s in shapes.items()}


def names_to_learn(rng):
    """Models, names and first states whose gradients are small, or far beyond 5.

    The newline is never so likely that its logarithm would be nearly 0.
    """
    for n_a, n_y, T, scale in [(4, 5, 6, 0.3), (3, 6, 1, 1.0), (5, 4, 14, 1.2)]:
        long = T > 10
        while True:
            model, a0 = letter_model(rng, n_a, n_y, scale), 0.3 * rng.normal(size=n_a)
            Y = [*rng.integers(1, n_y, T).tolist(), 0]
            if long:
                Y[:-1] = [1] * T  # a letter held unlikely
                model["by"][1] = -4.0
            X, a0 = [None, *Y[:-1]], a0[:, np.newaxis]
            _, cache = ref.letters_forward(X, Y, a0, model)
            gradients, _ = ref.letters_backward(X, Y, model, cache)
            g = np.concatenate([g.ravel() for g in gradients.values()])
            steepest, norm = np.abs(g).max(), np.linalg.norm(g)
            newline = cache[-1][0][0, 0]
            if newline < 0.9 and (
                steepest > 8 if long else steepest > 1.2 and norm < 4.5
            ):
                break
        yield model, Y, a0
