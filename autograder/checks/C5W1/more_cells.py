"""Hidden tests of C5W1: both directions, and deeper."""

from itertools import pairwise

import numpy as np

from autograder.checks.C5W1.common import NO_LAYERS, cell_of, lab, ref
from autograder.checks.check import case
from autograder.checks.precision import as_float32

lab.concept(
    "both_directions",
    points=1,
    answer="C",
    why="The second cell starts at the end, which has not been spoken yet.",
    because={
        "A": "A finished article has an end to start from.",
        "B": "The whole review is there before anybody asks.",
        "D": "The line is scanned as a whole; both ends are there.",
    },
)


@lab.check("bidirectional_forward", points=3, forbid=NO_LAYERS)
def bidirectional_forward(rng):
    """Cells of equal and of different size, one step, one sequence."""
    for n_x, n_a, n_b, m, T in [(3, 4, 4, 2, 5), (2, 3, 5, 1, 3), (1, 2, 2, 3, 1)]:
        yield case(
            rng.normal(size=(n_x, m, T)),
            cell_of(rng, "rnn", n_x, n_a, 2),
            cell_of(rng, "rnn", n_x, n_b, 2),
        )


def _states(x, p):
    return ref.rnn_forward(x, np.zeros((len(p["ba"]), x.shape[1])), p)[0]


@bidirectional_forward.mistake(
    "The backward states are in the order of computation. Reverse them in time, so "
    "that both halves of a column belong to the same step."
)
def leaves_the_order(x, parameters_forward, parameters_backward):
    ahead = _states(x, parameters_forward)
    return np.concatenate([ahead, _states(x[:, :, ::-1], parameters_backward)])


@bidirectional_forward.mistake(
    "Both cells read from left to right. The second gets the sequence reversed."
)
def twice_forwards(x, parameters_forward, parameters_backward):
    return np.concatenate(
        [_states(x, parameters_forward), _states(x, parameters_backward)]
    )


@bidirectional_forward.mistake(
    "The backward cell's states are on top. Those of the forward cell come first."
)
def backward_above(x, parameters_forward, parameters_backward):
    both = ref.bidirectional_forward(x, parameters_forward, parameters_backward)
    n_a = len(parameters_forward["ba"])
    return np.concatenate([both[n_a:], both[:n_a]])


@bidirectional_forward.mistake(
    "Both directions use the first cell. The second has weights of its own."
)
def one_cell_for_both(x, parameters_forward, parameters_backward):
    return ref.bidirectional_forward(x, parameters_forward, parameters_forward)


@bidirectional_forward.mistake(
    "The second cell reads from left to right, and then its states are reversed. "
    "Reverse the *inputs* for it, and its states again afterwards."
)
def turned_on_the_way_out_only(x, parameters_forward, parameters_backward):
    back = _states(x, parameters_backward)[:, :, ::-1]
    return np.concatenate([_states(x, parameters_forward), back])


@bidirectional_forward.mistake(
    "All states were reversed in time, those of the forward cell too."
)
def turns_everything_around(x, parameters_forward, parameters_backward):
    both = ref.bidirectional_forward(x, parameters_forward, parameters_backward)
    return both[:, :, ::-1]


@bidirectional_forward.mistake(
    "The backward cell starts from a state of the forward cell. Both start from zeros."
)
def backward_starts_from_the_last_state(x, parameters_forward, parameters_backward):
    ahead, n = _states(x, parameters_forward), len(parameters_backward["ba"])
    start = ahead[:, :, -1] if len(ahead) == n else np.zeros((n, x.shape[1]))
    back = ref.rnn_forward(x[:, :, ::-1], start, parameters_backward)[0]
    return np.concatenate([ahead, back[:, :, ::-1]])


@bidirectional_forward.mistake(
    "The backward cell starts from a state of the forward cell. Both start from zeros."
)
def backward_goes_on_from_the_last_state(x, parameters_forward, parameters_backward):
    ahead = _states(x, parameters_forward)  # cells of other sizes stop with an error
    back = ref.rnn_forward(x[:, :, ::-1], ahead[:, :, -1], parameters_backward)[0]
    return np.concatenate([ahead, back[:, :, ::-1]])


@bidirectional_forward.mistake(
    "The two directions are joined along the batch. Stack the states along the units, "
    "axis 0."
)
def joined_along_the_batch(x, parameters_forward, parameters_backward):
    both = ref.bidirectional_forward(x, parameters_forward, parameters_backward)
    n_a = len(parameters_forward["ba"])
    return np.concatenate([both[:n_a], both[n_a:]], axis=1)


@bidirectional_forward.mistake(
    "The backward cell gets the features in reverse order, not the steps. Which axis "
    "of x is time?"
)
def turns_the_features(x, parameters_forward, parameters_backward):
    back = _states(x[::-1], parameters_backward)[::-1]
    return np.concatenate([_states(x, parameters_forward), back])


@bidirectional_forward.mistake(
    "The backward cell gets the features in reverse order, not the steps. Which axis "
    "of x is time?"
)
def turns_the_features_on_the_way_in(x, parameters_forward, parameters_backward):
    back = _states(x[::-1], parameters_backward)
    return np.concatenate([_states(x, parameters_forward), back])


@bidirectional_forward.right
def bidirectional_step_by_step(x, parameters_forward, parameters_backward):
    columns = []
    for p, steps in [
        (parameters_forward, range(x.shape[2])),
        (parameters_backward, reversed(range(x.shape[2]))),
    ]:
        a, found = np.zeros((len(p["ba"]), x.shape[1])), {}
        for t in steps:
            a = np.tanh(p["Wax"] @ x[:, :, t] + p["Waa"] @ a + p["ba"])
            found[t] = a
        columns.append(np.stack([found[t] for t in range(x.shape[2])], axis=2))
    return np.concatenate(columns, axis=0)


@bidirectional_forward.right
def bidirectional_in_float32(x, parameters_forward, parameters_backward):
    x, one, two = as_float32((x, parameters_forward, parameters_backward))
    back = np.flip(_states(np.flip(x, 2), two), 2)
    return np.vstack([_states(x, one), back])


@lab.check("deep_rnn_forward", points=3, forbid=NO_LAYERS)
def deep_rnn_forward(rng):
    """One layer, two of equal size, three of different sizes."""
    for sizes, m, T in [((3, 4), 2, 3), ((2, 2, 2), 3, 4), ((3, 5, 2, 4), 1, 3)]:
        layers = [cell_of(rng, "rnn", n, k, 2) for n, k in pairwise(sizes)]
        yield case(rng.normal(size=(sizes[0], m, T)), layers)


@deep_rnn_forward.mistake("Only the top layer is returned. Return a list of all.")
def top_only(x, layers):
    return ref.deep_rnn_forward(x, layers)[-1]


@deep_rnn_forward.mistake(
    "Every layer reads x. Each reads the states of the one below; only the lowest "
    "reads x."
)
def all_read_x(x, layers):
    return [_states(x, p) for p in layers]


@deep_rnn_forward.mistake(
    "The last state of one layer is the first state of the next. Each layer starts "
    "from zeros; what it gets from the one below are its inputs."
)
def hands_up_the_last_state(x, layers):
    states, a = [], None
    for p in layers:
        n = len(p["ba"])
        start = np.zeros((n, x.shape[1]))
        if a is not None and len(a) == n:
            start = a[:, :, -1]
        a = ref.rnn_forward(x, start, p)[0]
        states.append(a)
        x = a
    return states


@deep_rnn_forward.mistake(
    "Only the last state of each layer comes back. Return those of all steps: "
    "(n_a, m, T_x)."
)
def last_states_of_the_layers(x, layers):
    return [a[:, :, -1] for a in ref.deep_rnn_forward(x, layers)]


@deep_rnn_forward.mistake(
    "The layers come back from top to bottom. The lowest comes first."
)
def top_layer_first(x, layers):
    return ref.deep_rnn_forward(x, layers)[::-1]


@deep_rnn_forward.mistake("The list begins with x. It holds the layers' states only.")
def inputs_among_the_states(x, layers):
    return [x, *ref.deep_rnn_forward(x, layers)]


@deep_rnn_forward.mistake(
    "The last state of one layer is the first state of the next. Each layer starts "
    "from zeros; what it gets from the one below are its inputs."
)
def hands_up_what_fits_of_the_last_state(x, layers):
    states, below = [], x
    for p in layers:
        start = np.zeros((len(p["ba"]), x.shape[1]))
        if states:
            rows = min(len(start), len(below))
            start[:rows] = below[:rows, :, -1]
        below = ref.rnn_forward(below, start, p)[0]
        states.append(below)
    return states


@deep_rnn_forward.right
def deep_step_by_step(x, layers):
    states = [np.zeros((len(p["ba"]), x.shape[1])) for p in layers]
    kept = [[] for _ in layers]
    for t in range(x.shape[2]):
        below = x[:, :, t]
        for i, p in enumerate(layers):
            below = np.tanh(p["Wax"] @ below + p["Waa"] @ states[i] + p["ba"])
            states[i] = below
            kept[i].append(below)
    return [np.stack(steps, axis=2) for steps in kept]


@deep_rnn_forward.right
def deep_recursively(x, layers):
    if not layers:
        return []
    states = _states(x, as_float32(layers[0]))
    return [states, *deep_recursively(states, layers[1:])]
