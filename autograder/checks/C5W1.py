"""Hidden tests of C5W1, recurrent networks, and the ways its functions go wrong."""

from itertools import pairwise

import numpy as np

from autograder.checks.check import Lab, case, draws

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


def as_float32(values):
    """A plain structure with all its arrays in single precision."""
    if isinstance(values, dict):
        return {name: as_float32(one) for name, one in values.items()}
    if isinstance(values, (list, tuple)):
        return type(values)(map(as_float32, values))
    return values.astype(np.float32) if isinstance(values, np.ndarray) else values


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
            if n_a > 1 or _awake(kind, x, states, cell):
                break
        yield x, states, cell


def _awake(kind, x, states, cell):
    cache = getattr(ref, f"{kind}_cell_forward")(x, *states, cell)[-1]
    numbers = [part for part in cache if isinstance(part, np.ndarray)]
    return all(0.2 < abs(float(part[0, 0])) < 0.9 for part in numbers)


lab.concept(
    "kind_of_network",
    points=1,
    answer="D",
    why="Many steps in, one answer out.",
    because={
        "A": "One to many starts from one thing and writes a sequence, such as a tune.",
        "B": "That would name a speaker at every step; you want one answer.",
        "C": "That reads a sequence and writes another one, as a translator does.",
    },
)

lab.concept(
    "count_weights",
    points=1,
    answer=3900,
    why="50·27 + 50·50 + 50, whatever the length: every step uses the same weights.",
    because={
        3850: "The 50 biases belong to the cell as well.",
        1400: "That leaves out Waa, which takes the old state to the new: 50 × 50.",
        2550: "That leaves out Wax, which takes the letter to the state: 50 × 27.",
        3877: "One bias for each number of the *state*, not for each letter.",
    },
)


# --- the plain cell ------------------------------------------------------------------


@lab.check("rnn_cell_forward", points=4, forbid=NO_LAYERS)
def rnn_cell_forward(rng):
    """Batches and a single sequence; sizes that differ and sizes that are equal."""
    for xt, states, parameters in steps(rng, "rnn"):
        yield case(xt, *states, parameters)


@rnn_cell_forward.mistake(
    "The predictions sum to 1 along the batch. Each sequence is a column: softmax "
    "works down the columns (axis 0)."
)
def rnn_softmax_over_the_batch(xt, a_prev, parameters):
    a, _, cache = ref.rnn_cell_forward(xt, a_prev, parameters)
    return a, softmax_rows(parameters["Wya"] @ a + parameters["by"]), cache


@rnn_cell_forward.mistake("The bias ba is missing in the sum inside the tanh.")
def rnn_without_bias(xt, a_prev, parameters):
    without = {**parameters, "ba": 0 * parameters["ba"]}
    a, y, (_, _, _, _) = ref.rnn_cell_forward(xt, a_prev, without)
    return a, y, (a, a_prev, xt, parameters)


@rnn_cell_forward.mistake(
    "The state went through a sigmoid. This cell uses tanh, from -1 to 1."
)
def rnn_with_sigmoid(xt, a_prev, parameters):
    p = parameters
    a = sigmoid(p["Wax"] @ xt + p["Waa"] @ a_prev + p["ba"])
    return a, ref.softmax(p["Wya"] @ a + p["by"]), (a, a_prev, xt, parameters)


@rnn_cell_forward.mistake(
    "The prediction is computed from the old state. Use the state after this step."
)
def rnn_predicts_from_the_old_state(xt, a_prev, parameters):
    a, _, cache = ref.rnn_cell_forward(xt, a_prev, parameters)
    return a, ref.softmax(parameters["Wya"] @ a_prev + parameters["by"]), cache


@rnn_cell_forward.mistake(
    "Old and new state are swapped in the cache: a_next comes first."
)
def rnn_cache_in_another_order(xt, a_prev, parameters):
    a, y, _ = ref.rnn_cell_forward(xt, a_prev, parameters)
    return a, y, (a_prev, a, xt, parameters)


@rnn_cell_forward.mistake(
    "The old state is not used. The sum inside the tanh has two products, one of them "
    "with a_prev."
)
def rnn_without_memory(xt, a_prev, parameters):
    a, y, _ = ref.rnn_cell_forward(xt, 0 * a_prev, parameters)
    return a, y, (a, a_prev, xt, parameters)


@rnn_cell_forward.mistake("The bias by is missing in the prediction.")
def rnn_prediction_without_bias(xt, a_prev, parameters):
    without = {**parameters, "by": 0 * parameters["by"]}
    a, y, _ = ref.rnn_cell_forward(xt, a_prev, without)
    return a, y, (a, a_prev, xt, parameters)


@rnn_cell_forward.mistake(
    "yt_pred holds the scores. The prediction is their softmax, down each column."
)
def rnn_scores_for_probabilities(xt, a_prev, parameters):
    a, _, cache = ref.rnn_cell_forward(xt, a_prev, parameters)
    return a, parameters["Wya"] @ a + parameters["by"], cache


@rnn_cell_forward.mistake(
    "The prediction went through a sigmoid, so its columns do not sum to 1. It is a "
    "softmax."
)
def rnn_sigmoid_for_softmax(xt, a_prev, parameters):
    a, _, cache = ref.rnn_cell_forward(xt, a_prev, parameters)
    return a, sigmoid(parameters["Wya"] @ a + parameters["by"]), cache


@rnn_cell_forward.mistake(
    "The softmax is taken over the whole batch at once: all columns together sum to 1. "
    "Each column should."
)
def rnn_softmax_over_everything(xt, a_prev, parameters):
    a, _, cache = ref.rnn_cell_forward(xt, a_prev, parameters)
    e = np.exp(parameters["Wya"] @ a + parameters["by"])
    return a, e / e.sum(), cache


@rnn_cell_forward.mistake("The tanh is missing: a_next is the sum itself.")
def rnn_without_tanh(xt, a_prev, parameters):
    p = parameters
    a = p["Wax"] @ xt + p["Waa"] @ a_prev + p["ba"]
    return a, ref.softmax(p["Wya"] @ a + p["by"]), (a, a_prev, xt, parameters)


@rnn_cell_forward.right
def rnn_with_einsum(xt, a_prev, parameters):
    p = parameters
    z = np.einsum("ij,jm->im", p["Wax"], xt) + np.einsum("ij,jm->im", p["Waa"], a_prev)
    a = 2 * sigmoid(2 * (z + p["ba"])) - 1
    scores = np.exp(p["Wya"] @ a + p["by"])
    return a, scores / scores.sum(axis=0), (a, a_prev, xt, parameters)


@rnn_cell_forward.right
def rnn_in_float32(xt, a_prev, parameters):
    xt, a_prev, p = as_float32((xt, a_prev, parameters))
    both = np.hstack([p["Waa"], p["Wax"]]) @ np.vstack([a_prev, xt]) + p["ba"]
    a = np.tanh(both)
    scores = p["Wya"] @ a + p["by"]
    y = np.exp(scores - np.logaddexp.reduce(scores, axis=0))
    return a, y, (a, a_prev, xt, p)


def sequences(rng, kind):
    """Inputs, first states and weights: several steps, one step, one sequence."""
    for (n_x, n_a, n_y, m), T in zip(SIZES[:3], (5, 1, 2), strict=True):
        yield (
            rng.normal(size=(n_x, m, T)),
            rng.normal(size=(n_a, m)),
            cell_of(rng, kind, n_x, n_a, n_y),
        )


@lab.check("rnn_forward", points=3, forbid=NO_LAYERS)
def rnn_forward(rng):
    """Several steps, one step of one sequence, and sizes that are equal."""
    for x, a0, parameters in sequences(rng, "rnn"):
        yield case(x, a0, parameters)


def _run(cell, x, first, parameters, following=lambda state, first: state):
    """The loop over time, with a choice of what goes into the next step."""
    states, outputs, caches, state_in = [], [], [], first
    for t in range(x.shape[2]):
        state, y, cache = cell(x[:, :, t], state_in, parameters)
        states.append(state)
        outputs.append(y)
        caches.append(cache)
        state_in = following(state, first)
    return np.stack(states, axis=2), np.stack(outputs, axis=2), (caches, x)


def _mistakes_of_a_loop(check, forward, cell, first):
    """What goes wrong in the loop over time, of the plain cell and of the GRU."""

    @check.mistake(
        f"Every step starts from {first}. What one step returns goes into the next."
    )
    def always_from_the_first_state(x, state, parameters):
        return _run(cell, x, state, parameters, lambda _, first: first)

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


_mistakes_of_a_loop(rnn_forward, ref.rnn_forward, ref.rnn_cell_forward, "a0")


@rnn_forward.mistake(
    "The states are one step late: a0 comes first. Column t holds the state *after* "
    "step t."
)
def states_one_step_late(x, a0, parameters):
    a, y, caches = ref.rnn_forward(x, a0, parameters)
    return np.concatenate([a0[:, :, None], a[:, :, :-1]], axis=2), y, caches


@rnn_forward.mistake(
    "Only the last state comes back. Return all of them: (n_a, m, T_x)."
)
def last_state_only(x, a0, parameters):
    a, y, caches = ref.rnn_forward(x, a0, parameters)
    return a[:, :, -1], y, caches


@rnn_forward.mistake(
    "The list of caches holds the last step only. The backward pass needs the cache "
    "of every step."
)
def last_cache_only(x, a0, parameters):
    a, y, (caches, _) = ref.rnn_forward(x, a0, parameters)
    return a, y, (caches[-1:], x)


@rnn_forward.mistake(
    "It stops after the first step. A `return` inside the loop ends it; return after "
    "the loop."
)
def returns_inside_the_loop(x, a0, parameters):
    a, y, (caches, _) = ref.rnn_forward(x, a0, parameters)
    a, y = a.copy(), y.copy()
    a[:, :, 1:] = y[:, :, 1:] = 0
    return a, y, (caches[:1], x)


@rnn_forward.right
def rnn_into_zeros(x, a0, parameters):
    _, m, T = x.shape
    a = np.zeros((len(a0), m, T))
    y = np.zeros((len(parameters["by"]), m, T))
    caches, a_next = [], a0
    for t in range(T):
        a_next, y[:, :, t], cache = ref.rnn_cell_forward(x[:, :, t], a_next, parameters)
        a[:, :, t] = a_next
        caches.append(cache)
    return a, y, (caches, x)


@rnn_forward.right
def rnn_forward_in_float32(x, a0, parameters):
    return ref.rnn_forward(*as_float32((x, a0, parameters)))


@lab.check("rnn_cell_backward", points=5, forbid=NO_LAYERS)
def rnn_cell_backward(rng):
    """Gradients through one step: batches, one sequence, equal sizes."""
    for xt, (a_prev,), parameters in steps(rng, "rnn"):
        cache = ref.rnn_cell_forward(xt, a_prev, parameters)[2]
        yield case(rng.normal(size=a_prev.shape), cache)


def _rnn_from(dz, cache):
    """All gradients, from the one of what goes into the tanh."""
    _, a_prev, xt, p = cache
    return {
        "dxt": p["Wax"].T @ dz,
        "da_prev": p["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": dz.sum(axis=1, keepdims=True),
    }


@rnn_cell_backward.mistake("The derivative of tanh, 1 - a², is missing.")
def forgets_tanh(da_next, cache):
    return _rnn_from(da_next, cache)


@rnn_cell_backward.mistake(
    "The derivative of tanh is 1 - a², with the state *after* the step, not before it."
)
def tanh_of_the_old_state(da_next, cache):
    return _rnn_from(da_next * (1 - cache[1] ** 2), cache)


@rnn_cell_backward.mistake(
    "1 - tanh(a)² applies tanh twice: a is already the value of the tanh."
)
def applies_tanh_twice(da_next, cache):
    return _rnn_from(da_next * (1 - np.tanh(cache[0]) ** 2), cache)


@rnn_cell_backward.mistake(
    "The gradients of the weights are averaged over the batch. Add them up: if the "
    "loss is a mean, da_next has been divided already."
)
def averages_over_the_batch(da_next, cache):
    grads = _rnn_from(da_next * (1 - cache[0] ** 2), cache)
    m = da_next.shape[1]
    return {k: g / m if k in ("dWax", "dWaa", "dba") else g for k, g in grads.items()}


@rnn_cell_backward.mistake("dba has lost an axis: sum over the batch with keepdims.")
def flat_bias_gradient(da_next, cache):
    grads = ref.rnn_cell_backward(da_next, cache)
    return {**grads, "dba": grads["dba"].ravel()}


@rnn_cell_backward.mistake(
    "dWaa uses the state after the step. In the forward pass Waa is multiplied by the "
    "state before it."
)
def product_with_the_new_state(da_next, cache):
    a_next, _, xt, p = cache
    dz = da_next * (1 - a_next**2)
    return _rnn_from(dz, (a_next, a_next, xt, p))


@rnn_cell_backward.mistake(
    "The derivative of tanh has a square: 1 - a². Here it is 1 - a."
)
def tanh_without_the_square(da_next, cache):
    return _rnn_from(da_next * (1 - cache[0]), cache)


@rnn_cell_backward.mistake(
    "a(1 - a) is the derivative of the sigmoid. This cell uses tanh."
)
def derivative_of_the_sigmoid(da_next, cache):
    return _rnn_from(da_next * cache[0] * (1 - cache[0]), cache)


@rnn_cell_backward.mistake(
    "dxt and da_prev were computed from da_next. All gradients behind the tanh start "
    "from dz, those of the inputs as well."
)
def inputs_without_tanh(da_next, cache):
    p = cache[3]
    grads = ref.rnn_cell_backward(da_next, cache)
    grads["dxt"], grads["da_prev"] = p["Wax"].T @ da_next, p["Waa"].T @ da_next
    return grads


@rnn_cell_backward.mistake(
    "dba is averaged over the batch. It is a sum, like the gradients of the weights."
)
def averages_the_bias(da_next, cache):
    grads = ref.rnn_cell_backward(da_next, cache)
    return {**grads, "dba": grads["dba"] / da_next.shape[1]}


@rnn_cell_backward.mistake(
    "dba is not summed over the batch: its shape is (n_a, 1), like that of ba."
)
def bias_not_summed(da_next, cache):
    grads = ref.rnn_cell_backward(da_next, cache)
    return {**grads, "dba": da_next * (1 - cache[0] ** 2)}


@rnn_cell_backward.right
def rnn_gradients_with_einsum(da_next, cache):
    a_next, a_prev, xt, p = cache
    dz = np.einsum("am,am->am", da_next, 1 - a_next * a_next)
    return {
        "dba": np.einsum("am->a", dz)[:, None],
        "dWaa": np.einsum("am,bm->ab", dz, a_prev),
        "dWax": np.einsum("am,xm->ax", dz, xt),
        "da_prev": np.einsum("ab,am->bm", p["Waa"], dz),
        "dxt": np.einsum("ax,am->xm", p["Wax"], dz),
        "dz": dz,
    }


@rnn_cell_backward.right
def rnn_gradients_with_a_loop(da_next, cache):
    total = None
    for i in range(da_next.shape[1]):
        a_next, a_prev, xt, p = cache
        one = (a_next[:, [i]], a_prev[:, [i]], xt[:, [i]], p)
        part = _rnn_from(da_next[:, [i]] * (1 - one[0] ** 2), one)
        total = total or {k: [] for k in part}
        for k, g in part.items():
            total[k].append(g)
    return {
        k: np.hstack(v) if k in ("dxt", "da_prev") else sum(v) for k, v in total.items()
    }


@lab.check("rnn_backward", points=5, forbid=NO_LAYERS)
def rnn_backward(rng):
    """Gradients from every step of several sequences; one step of one sequence."""
    for x, a0, parameters in sequences(rng, "rnn"):
        a, _, caches = ref.rnn_forward(x, 0.5 * a0, parameters)
        yield case(rng.normal(size=a.shape), caches)


def _rnn_back(da, caches, *, carry=True, add=True, order=reversed):
    steps, x = caches
    total, dx, da_prev = {}, np.zeros(x.shape), 0
    for t in order(range(x.shape[2])):
        grads = ref.rnn_cell_backward(da[:, :, t] + carry * da_prev, steps[t])
        dx[:, :, t], da_prev = grads["dxt"], grads["da_prev"]
        for k in ("dWax", "dWaa", "dba"):
            total[k] = add * total.get(k, 0) + grads[k]
    return {"dx": dx, "da0": da_prev, **total}


@rnn_backward.mistake(
    "The gradient from the next step is dropped. Each state is used twice: add da_prev "
    "to da[:, :, t]."
)
def drops_the_next_step(da, caches):
    return _rnn_back(da, caches, carry=False)


@rnn_backward.mistake(
    "The gradients of the weights are those of the first step only. The weights are "
    "used at every step: add up."
)
def overwrites_the_weights(da, caches):
    return _rnn_back(da, caches, add=False)


@rnn_backward.mistake(
    "It walks from the first step to the last. Gradients flow backwards."
)
def walks_forwards(da, caches):
    return _rnn_back(da, caches, order=iter)


@rnn_backward.mistake(
    "Only the gradient of the last step is used. Every output sends one: da[:, :, t]."
)
def last_gradient_only(da, caches):
    last = np.zeros(da.shape)
    last[:, :, -1] = da[:, :, -1]
    return _rnn_back(last, caches)


@rnn_backward.mistake(
    "The gradients da of the outputs are not used, only those of the next step. Each "
    "state is used twice: start from da[:, :, t]."
)
def next_step_only(da, caches):
    return _rnn_back(0 * da, caches)


@rnn_backward.mistake(
    "The gradients of the weights are averaged over the steps. Add them up."
)
def averages_over_the_steps(da, caches):
    grads = ref.rnn_backward(da, caches)
    T = da.shape[2]
    return {k: g / T if k[1] == "W" or k == "dba" else g for k, g in grads.items()}


@rnn_backward.mistake(
    "dx is in the order of computation, last step first. Write step t into dx[:, :, t]."
)
def inputs_in_reverse(da, caches):
    grads = ref.rnn_backward(da, caches)
    return {**grads, "dx": grads["dx"][:, :, ::-1]}


@rnn_backward.mistake(
    "da0 is da of the first step. It should be what the first step sends back: its "
    "da_prev."
)
def first_state_not_passed(da, caches):
    return {**ref.rnn_backward(da, caches), "da0": da[:, :, 0]}


@rnn_backward.mistake(
    "The upstream gradients pile up: to da[:, :, t], each step adds those of all later "
    "steps. Add only da_prev of the step after it."
)
def piles_up(da, caches):
    later = np.cumsum(da[:, :, ::-1], axis=2)[:, :, ::-1]
    return _rnn_back(later, caches)


@rnn_backward.right
def rnn_back_with_lists(da, caches):
    steps, _ = caches
    found, da_prev = [], np.zeros(da[:, :, 0].shape)
    for t in range(len(steps) - 1, -1, -1):
        found.insert(0, ref.rnn_cell_backward(da[:, :, t] + da_prev, steps[t]))
        da_prev = found[0]["da_prev"]
    sums = {k: sum(g[k] for g in found) for k in ("dWax", "dWaa", "dba")}
    return {"dx": np.stack([g["dxt"] for g in found], axis=2), "da0": da_prev, **sums}


@rnn_backward.right
def rnn_back_in_float32(da, caches):
    return ref.rnn_backward(*as_float32((da, caches)))


# --- clipping ------------------------------------------------------------------------

lab.concept(
    "loss_is_nan",
    points=1,
    answer="A",
    why="One enormous step, and every number overflows.",
    because={
        "B": "Vanishing gradients make learning stall, quietly; nothing overflows.",
        "C": "Small steps are slow, not dangerous.",
        "D": "Too small a network learns too little; it does not overflow.",
    },
)


def letter_gradients(rng, scale):
    """Gradients of a letter model."""
    shapes = {
        "dWax": (3, 4),
        "dWaa": (3, 3),
        "dWya": (4, 3),
        "db": (3, 1),
        "dby": (4, 1),
    }
    return {name: scale * rng.normal(size=shape) for name, shape in shapes.items()}


def gate_gradients(rng, scale):
    """Gradients with other names: some of a letter model, some of an LSTM."""
    shapes = {"dWf": (3, 5), "dbf": (3, 1), "dWya": (4, 3), "d0": (6,)}
    return {name: scale * rng.normal(size=shape) for name, shape in shapes.items()}


@lab.check("clip", points=3, mutates=("gradients",))
def clip(rng):
    """Large gradients, small ones, and a limit that is no whole number.

    The statement: from -maxValue to maxValue · the caller's dictionary changes · it is
    returned as well · whatever keys it has.
    """
    for scale, limit in [(10.0, 5), (0.1, 5), (3.0, 1.5), (20.0, 10)]:
        yield case(letter_gradients(rng, scale), limit)
    yield case(gate_gradients(rng, 4.0), 2)


@clip.mistake(
    "It returns clipped copies and leaves the caller's arrays as they were. In place: "
    "np.clip(g, low, high, out=g)."
)
def clips_copies(gradients, maxValue):
    return {k: np.clip(g, -maxValue, maxValue) for k, g in gradients.items()}


@clip.mistake("Large negative numbers are not clipped. The limit holds on both sides.")
def clips_above_only(gradients, maxValue):
    for g in gradients.values():
        np.minimum(g, maxValue, out=g)
    return gradients


@clip.mistake("Negative numbers became 0. The lower limit is -maxValue.")
def clips_at_zero(gradients, maxValue):
    for g in gradients.values():
        np.clip(g, 0, maxValue, out=g)
    return gradients


@clip.mistake("The arrays are right, but nothing is returned.")
def clip_returns_nothing(gradients, maxValue):
    ref.clip(gradients, maxValue)


@clip.mistake(
    "All gradients are scaled together. That is clipping by norm; here each number has "
    "its own limit."
)
def clip_scales(gradients, maxValue):
    return ref.clip_by_norm(gradients, maxValue)


@clip.mistake("Nothing is clipped: the gradients come back as they were.")
def clips_nothing(gradients, maxValue):
    return gradients


@clip.right
def clip_with_masks(gradients, maxValue):
    for g in gradients.values():
        g[g > maxValue] = maxValue
        g[g < -maxValue] = -maxValue
    return gradients


@clip.right
def clip_by_key(gradients, maxValue):
    for name in gradients:
        np.clip(gradients[name], -maxValue, maxValue, out=gradients[name])
    return {**gradients}


LETTERS = ("dWaa", "dWax", "dWya", "db", "dby")


@clip.mistake(
    "Only gradients with certain names are clipped. Go through the dictionary, "
    "whatever keys it has."
)
def clips_by_name(gradients, maxValue):
    for name in LETTERS:
        if name in gradients:
            np.clip(gradients[name], -maxValue, maxValue, out=gradients[name])
    return gradients


@clip.mistake(
    "Only the gradients of the weights are clipped. Those of the biases have the same "
    "limit."
)
def clips_weights_only(gradients, maxValue):
    for name, g in gradients.items():
        if name.startswith("dW"):
            np.clip(g, -maxValue, maxValue, out=g)
    return gradients


@clip.mistake("The limit is always 5. maxValue says how large a number may be.")
def clips_at_five(gradients, maxValue):
    return ref.clip(gradients, 5)


@clip.mistake(
    "Numbers outside the limits became 0. Set them to the nearer limit instead."
)
def clips_to_nothing(gradients, maxValue):
    for g in gradients.values():
        g[np.abs(g) > maxValue] = 0
    return gradients


@clip.mistake("A sign is lost: numbers below -maxValue became maxValue.")
def clips_to_one_side(gradients, maxValue):
    for g in gradients.values():
        g[np.abs(g) > maxValue] = maxValue
    return gradients


@lab.check("clip_by_norm", points=3, mutates=("gradients",))
def clip_by_norm(rng):
    """Longer than the limit, shorter, and gradients of very different sizes.

    The statement: one length for all · longer ones are scaled, others stay · in place ·
    any dictionary of arrays.
    """
    yield case(gate_gradients(rng, 1.0), 0.7)
    for scale, limit in [(10.0, 5), (0.1, 5), (1.0, 0.5)]:
        yield case(letter_gradients(rng, scale), limit)
    uneven = letter_gradients(rng, 1.0)
    uneven["dWaa"] *= 100
    yield case(uneven, 2.0)


@clip_by_norm.mistake(
    "Each array is scaled by its own length. Take one length over all arrays and one "
    "factor, or the direction changes."
)
def a_norm_each(gradients, max_norm):
    for g in gradients.values():
        g *= min(1, max_norm / np.linalg.norm(g))
    return gradients


@clip_by_norm.mistake(
    "Short gradients were made longer. Scale only if the length exceeds max_norm."
)
def always_scales(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g * g) for g in gradients.values()))
    for g in gradients.values():
        g *= max_norm / norm
    return gradients


@clip_by_norm.mistake("The root is missing: the length is √(sum of squares).")
def norm_without_root(gradients, max_norm):
    norm = sum(np.sum(g * g) for g in gradients.values())
    for g in gradients.values():
        g *= min(1, max_norm / norm)
    return gradients


@clip_by_norm.mistake(
    "It returns scaled copies and leaves the caller's arrays as they were: g *= factor."
)
def scales_copies(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g * g) for g in gradients.values()))
    return {k: g * min(1, max_norm / norm) for k, g in gradients.items()}


@clip_by_norm.mistake("Long gradients come back as long as they were.")
def never_scales(gradients, max_norm):
    return gradients


@clip_by_norm.mistake(
    "The lengths of the arrays were added. The length of all together is the square "
    "root of the sum of all squares."
)
def adds_the_norms(gradients, max_norm):
    norm = sum(np.linalg.norm(g) for g in gradients.values())
    for g in gradients.values():
        g *= min(1, max_norm / norm)
    return gradients


@clip_by_norm.mistake(
    "The factor comes from the largest number. It comes from the length of all arrays "
    "together."
)
def norm_of_the_largest(gradients, max_norm):
    largest = max(np.abs(g).max() for g in gradients.values())
    for g in gradients.values():
        g *= min(1, max_norm / largest)
    return gradients


@clip_by_norm.mistake(
    "The factor is inverted: gradients that were too long became longer."
)
def factor_upside_down(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g * g) for g in gradients.values()))
    for g in gradients.values():
        g *= max(1, norm / max_norm)
    return gradients


@clip_by_norm.mistake(
    "Each number was limited. That is clipping by value; here one factor scales all."
)
def norm_by_value(gradients, max_norm):
    return ref.clip(gradients, max_norm)


@clip_by_norm.mistake(
    "Long gradients come back with length 1. They should have length max_norm."
)
def norm_of_one(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g * g) for g in gradients.values()))
    for g in gradients.values():
        g *= 1 / norm if norm > max_norm else 1
    return gradients


@clip_by_norm.mistake(
    "Only gradients with certain names count. Go through the dictionary, whatever "
    "keys it has."
)
def norm_by_name(gradients, max_norm):
    ref.clip_by_norm({k: gradients[k] for k in LETTERS if k in gradients}, max_norm)
    return gradients


@clip_by_norm.right
def norm_of_one_long_vector(gradients, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients.values()]))
    for g in gradients.values():
        g[...] = g * min(1.0, max_norm / norm)
    return gradients


@clip_by_norm.right
def norm_with_a_loop(gradients, max_norm):
    total = 0.0
    for g in gradients.values():
        for value in g.ravel().tolist():
            total += value * value
    if total**0.5 > max_norm:
        for name in list(gradients):
            gradients[name] = gradients[name] * (max_norm / total**0.5)
    return gradients


# --- GRU -----------------------------------------------------------------------------

lab.concept(
    "simpler_gru",
    points=1,
    answer="B",
    why="With Γu near 0 the memory is copied from step to step, and so is its "
    "gradient.",
    because={
        "A": "Without Γu the memory is rewritten at every step; Γr near 0 even cuts "
        "it off from the past.",
        "C": "With Γu near 1 the memory is replaced: the gradient passes the "
        "candidate's matrix and tanh each time.",
        "D": "Then it is a plain cell, whose gradients vanish.",
    },
)


@lab.check("gru_cell_forward", points=4, forbid=NO_LAYERS)
def gru_cell_forward(rng):
    """Batches, one sequence, and equal sizes, where a wrong order fits."""
    for xt, states, parameters in steps(rng, "gru"):
        yield case(xt, *states, parameters)


def _gru(
    xt,
    c_prev,
    p,
    *,
    relevance=True,
    swapped=False,
    reverse=False,
    after=False,
    gates="ur",
):
    """The cell, with the usual ways to go wrong as options."""

    def joined(c):
        return np.concatenate([xt, c] if reverse else [c, xt])

    u, r = gates
    ut = sigmoid(p[f"W{u}"] @ joined(c_prev) + p[f"b{u}"])
    rt = sigmoid(p[f"W{r}"] @ joined(c_prev) + p[f"b{r}"])
    if after:
        n_a = len(c_prev)
        cct = np.tanh(
            rt * (p["Wc"][:, :n_a] @ c_prev) + p["Wc"][:, n_a:] @ xt + p["bc"]
        )
    else:
        cct = np.tanh(p["Wc"] @ joined(rt * c_prev if relevance else c_prev) + p["bc"])
    keep, write = (ut, 1 - ut) if swapped else (1 - ut, ut)
    c = write * cct + keep * c_prev
    y = ref.softmax(p["Wy"] @ c + p["by"])
    return c, y, (c, c_prev, ut, rt, cct, xt, p)


@gru_cell_forward.mistake(
    "Γr is missing in the candidate, which is computed from Γr * c_prev and xt."
)
def gru_forgets_relevance(xt, c_prev, parameters):
    return _gru(xt, c_prev, parameters, relevance=False)


@gru_cell_forward.mistake(
    "It keeps where it should replace: the candidate is weighted by Γu, the old "
    "memory by 1 - Γu."
)
def gru_update_turned_around(xt, c_prev, parameters):
    return _gru(xt, c_prev, parameters, swapped=True)


@gru_cell_forward.mistake(
    "The column is [x; c]. The matrices expect the memory above the input."
)
def gru_concatenation_reversed(xt, c_prev, parameters):
    return _gru(xt, c_prev, parameters, reverse=True)


@gru_cell_forward.mistake(
    "Γr acts on the product Wc c_prev. Here it acts on c_prev, before the matrix."
)
def gru_relevance_after_the_matrix(xt, c_prev, parameters):
    return _gru(xt, c_prev, parameters, after=True)


@gru_cell_forward.mistake(
    "The predictions sum to 1 along the batch: softmax works down the columns."
)
def gru_softmax_over_the_batch(xt, c_prev, parameters):
    c, _, cache = _gru(xt, c_prev, parameters)
    return c, softmax_rows(parameters["Wy"] @ c + parameters["by"]), cache


@gru_cell_forward.mistake(
    "The weights of the gates are swapped: Γu is computed with Wu and bu, Γr with Wr "
    "and br."
)
def gru_gates_swapped(xt, c_prev, parameters):
    return _gru(xt, c_prev, parameters, gates="ru")


@gru_cell_forward.mistake(
    "The gates do each other's work: the relevance gate Γr acts on c_prev inside the "
    "candidate, the update gate Γu mixes candidate and old memory."
)
def gru_gates_do_each_others_work(xt, c_prev, parameters):
    c, y, (_, _, ut, rt, *rest) = _gru(xt, c_prev, parameters, gates="ru")
    return c, y, (c, c_prev, rt, ut, *rest)


@gru_cell_forward.mistake(
    "The candidate is computed with Γu * c_prev. The gate there is Γr."
)
def gru_candidate_with_the_update_gate(xt, c_prev, parameters):
    p = parameters
    _, _, (_, _, ut, rt, _, _, _) = _gru(xt, c_prev, p)
    cct = np.tanh(p["Wc"] @ np.concatenate([ut * c_prev, xt]) + p["bc"])
    c = ut * cct + (1 - ut) * c_prev
    y = ref.softmax(p["Wy"] @ c + p["by"])
    return c, y, (c, c_prev, ut, rt, cct, xt, p)


@gru_cell_forward.mistake(
    "Γr scales the whole column in the candidate, the input too. It acts on c_prev "
    "alone."
)
def gru_relevance_on_the_input(xt, c_prev, parameters):
    p = parameters
    _, _, (_, _, ut, rt, _, _, _) = _gru(xt, c_prev, p)
    n_a = len(c_prev)
    inner = p["Wc"][:, :n_a] @ (rt * c_prev) + rt * (p["Wc"][:, n_a:] @ xt)
    cct = np.tanh(inner + p["bc"])
    c = ut * cct + (1 - ut) * c_prev
    y = ref.softmax(p["Wy"] @ c + p["by"])
    return c, y, (c, c_prev, ut, rt, cct, xt, p)


@gru_cell_forward.mistake(
    "The prediction is computed from the old memory. Compute it from c_next."
)
def gru_predicts_from_the_old_memory(xt, c_prev, parameters):
    c, _, cache = _gru(xt, c_prev, parameters)
    return c, ref.softmax(parameters["Wy"] @ c_prev + parameters["by"]), cache


@gru_cell_forward.mistake(
    "The old memory is missing in c_next, which has two parts: Γu times the candidate "
    "and 1 - Γu times c_prev."
)
def gru_keeps_nothing(xt, c_prev, parameters):
    _, _, (_, _, ut, rt, cct, _, p) = _gru(xt, c_prev, parameters)
    c = ut * cct
    y = ref.softmax(p["Wy"] @ c + p["by"])
    return c, y, (c, c_prev, ut, rt, cct, xt, p)


@gru_cell_forward.mistake(
    "The candidate went through a sigmoid. Only gates do; it goes through tanh."
)
def gru_candidate_as_a_gate(xt, c_prev, parameters):
    _, _, (_, _, ut, rt, cct, _, p) = _gru(xt, c_prev, parameters)
    cct = sigmoid(np.arctanh(cct))
    c = ut * cct + (1 - ut) * c_prev
    y = ref.softmax(p["Wy"] @ c + p["by"])
    return c, y, (c, c_prev, ut, rt, cct, xt, p)


@gru_cell_forward.mistake(
    "The gates are swapped in the cache: (c_next, c_prev, ut, rt, …)."
)
def gru_gates_swapped_in_the_cache(xt, c_prev, parameters):
    c, y, (_, _, ut, rt, *rest) = _gru(xt, c_prev, parameters)
    return c, y, (c, c_prev, rt, ut, *rest)


def _gru_after(c_next, xt, c_prev, parameters, cache):
    """What the cell returns for another new memory than it should."""
    y = ref.softmax(parameters["Wy"] @ c_next + parameters["by"])
    return c_next, y, (c_next, c_prev, *cache[2:])


@gru_cell_forward.mistake(
    "Candidate and old memory are mixed by Γr. The update gate Γu mixes them."
)
def gru_mixes_with_the_relevance_gate(xt, c_prev, parameters):
    _, _, cache = _gru(xt, c_prev, parameters)
    rt, cct = cache[3:5]
    c = rt * cct + (1 - rt) * c_prev
    return _gru_after(c, xt, c_prev, parameters, cache)


@gru_cell_forward.mistake(
    "In c_next the old memory is multiplied by Γr as well. Γr belongs in the candidate "
    "only."
)
def gru_relevance_on_what_is_kept(xt, c_prev, parameters):
    _, _, cache = _gru(xt, c_prev, parameters)
    ut, rt, cct = cache[2:5]
    c = ut * cct + (1 - ut) * rt * c_prev
    return _gru_after(c, xt, c_prev, parameters, cache)


@gru_cell_forward.mistake("The gates went through tanh. A gate lies between 0 and 1.")
def gru_gates_by_tanh(xt, c_prev, parameters):
    p, concat = parameters, np.concatenate([c_prev, xt])
    ut, rt = (np.tanh(p[f"W{k}"] @ concat + p[f"b{k}"]) for k in "ur")
    cct = np.tanh(p["Wc"] @ np.concatenate([rt * c_prev, xt]) + p["bc"])
    c, cache = ut * cct + (1 - ut) * c_prev, (None, None, ut, rt, cct, xt, p)
    return _gru_after(c, xt, c_prev, parameters, cache)


@gru_cell_forward.right
def gru_in_one_product(xt, c_prev, parameters):
    p, n_a = parameters, len(c_prev)
    both = np.vstack([p["Wu"], p["Wr"]]) @ np.vstack([c_prev, xt])
    gates = sigmoid(both + np.vstack([p["bu"], p["br"]]))
    ut, rt = gates[:n_a], gates[n_a:]
    cct = np.tanh(p["Wc"][:, :n_a] @ (rt * c_prev) + p["Wc"][:, n_a:] @ xt + p["bc"])
    c = c_prev + ut * (cct - c_prev)
    scores = np.exp(p["Wy"] @ c + p["by"])
    return c, scores / scores.sum(axis=0), (c, c_prev, ut, rt, cct, xt, parameters)


@gru_cell_forward.right
def gru_cell_in_float32(xt, c_prev, parameters):
    return _gru(*as_float32((xt, c_prev, parameters)))


@lab.check("gru_forward", points=2, forbid=NO_LAYERS)
def gru_forward(rng):
    """Several steps, one step of one sequence, equal sizes."""
    for x, c0, parameters in sequences(rng, "gru"):
        yield case(x, c0, parameters)


_mistakes_of_a_loop(gru_forward, ref.gru_forward, ref.gru_cell_forward, "c0")


@gru_forward.mistake("Predictions and memories are swapped: c comes first.")
def gru_predictions_first(x, c0, parameters):
    c, y, caches = ref.gru_forward(x, c0, parameters)
    return y, c, caches


@gru_forward.right
def gru_into_zeros(x, c0, parameters):
    c = np.zeros((len(c0), *x.shape[1:]))
    y = np.zeros((len(parameters["by"]), *x.shape[1:]))
    caches = []
    for t in range(x.shape[2]):
        before = c[:, :, t - 1].copy() if t else c0
        c[:, :, t], y[:, :, t], cache = _gru(x[:, :, t], before, parameters)
        caches.append(cache)
    return c, y, (caches, x)


@gru_forward.right
def gru_forward_in_float32(x, c0, parameters):
    return ref.gru_forward(*as_float32((x, c0, parameters)))


@lab.check("gru_cell_backward", points=6, forbid=NO_LAYERS)
def gru_cell_backward(rng):
    """Gradients through one step: batches, one sequence, equal sizes."""
    for xt, (c_prev,), parameters in steps(rng, "gru"):
        cache = ref.gru_cell_forward(xt, c_prev, parameters)[2]
        yield case(rng.normal(size=c_prev.shape), cache)


def _gru_back(
    dc,
    cache,
    *,
    copied=True,
    gated=True,
    plain=False,
    sign=1,
    squash=True,
    sigmoids=True,
    relevant=True,
    replaced=True,
    written=True,
):
    """The backward pass, with the usual ways to go wrong as options."""
    _, c_prev, ut, rt, cct, xt, p = cache
    n_a = len(c_prev)
    dzc = dc * (ut if written else 1) * ((1 - cct**2) if squash else 1)
    dzu = sign * dc * (cct - replaced * c_prev) * (ut * (1 - ut) if sigmoids else 1)
    dcol = p["Wc"].T @ dzc
    dzr = dcol[:n_a] * (c_prev if relevant else 1)
    dzr = dzr * (rt * (1 - rt) if sigmoids else 1)
    dgates = p["Wu"].T @ dzu + p["Wr"].T @ dzr
    concat = np.concatenate([c_prev, xt])
    scaled = concat if plain else np.concatenate([rt * c_prev, xt])
    return {
        "dxt": dgates[n_a:] + dcol[n_a:],
        "dc_prev": copied * dc * (1 - ut)
        + dcol[:n_a] * (rt if gated else 1)
        + dgates[:n_a],
        "dWu": dzu @ concat.T,
        "dbu": dzu.sum(axis=1, keepdims=True),
        "dWr": dzr @ concat.T,
        "dbr": dzr.sum(axis=1, keepdims=True),
        "dWc": dzc @ scaled.T,
        "dbc": dzc.sum(axis=1, keepdims=True),
    }


@gru_cell_backward.mistake(
    "dc_prev lacks the contribution of the memory that was kept: dc * (1 - Γu). It is "
    "the one that does not vanish."
)
def gru_drops_what_was_kept(dc_next, cache):
    return _gru_back(dc_next, cache, copied=False)


@gru_cell_backward.mistake(
    "In dc_prev the candidate's contribution lacks Γr: the candidate uses Γr * c_prev."
)
def gru_share_without_relevance(dc_next, cache):
    return _gru_back(dc_next, cache, gated=False)


@gru_cell_backward.mistake(
    "dWc was computed with c_prev. The candidate's input is Γr * c_prev above xt."
)
def gru_candidate_weights_without_relevance(dc_next, cache):
    return _gru_back(dc_next, cache, plain=True)


@gru_cell_backward.mistake(
    "The update gate's gradients have the wrong sign: a larger Γu adds candidate and "
    "takes away old memory, so the factor is cct - c_prev."
)
def gru_update_gradient_negative(dc_next, cache):
    return _gru_back(dc_next, cache, sign=-1)


@gru_cell_backward.mistake(
    "The derivative of the candidate's tanh is missing: 1 - cct²."
)
def gru_forgets_tanh(dc_next, cache):
    return _gru_back(dc_next, cache, squash=False)


@gru_cell_backward.mistake(
    "The derivative of the gates' sigmoids is missing: Γ(1 - Γ) for each gate."
)
def gru_forgets_sigmoid(dc_next, cache):
    return _gru_back(dc_next, cache, sigmoids=False)


@gru_cell_backward.mistake(
    "dc_prev lacks what comes back through the gates: both of them read c_prev, and "
    "each sends the upper rows of its Wᵀdz."
)
def gru_gates_send_nothing_back(dc_next, cache):
    _, c_prev, ut, rt, cct, _, p = cache
    ds = (p["Wc"].T @ (dc_next * ut * (1 - cct**2)))[: len(c_prev)]
    return {
        **ref.gru_cell_backward(dc_next, cache),
        "dc_prev": dc_next * (1 - ut) + ds * rt,
    }


@gru_cell_backward.mistake(
    "dxt holds the candidate's contribution only. Both gates read xt as well: add all "
    "three."
)
def gru_input_from_the_candidate_only(dc_next, cache):
    _, c_prev, ut, _, cct, _, p = cache
    share = (p["Wc"].T @ (dc_next * ut * (1 - cct**2)))[len(c_prev) :]
    return {**ref.gru_cell_backward(dc_next, cache), "dxt": share}


@gru_cell_backward.mistake(
    "dc_prev lacks what comes back through the candidate: ds * Γr."
)
def gru_candidate_sends_nothing_back(dc_next, cache):
    _, c_prev, ut, rt, cct, _, p = cache
    ds = (p["Wc"].T @ (dc_next * ut * (1 - cct**2)))[: len(c_prev)]
    grads = ref.gru_cell_backward(dc_next, cache)
    return {**grads, "dc_prev": grads["dc_prev"] - ds * rt}


@gru_cell_backward.mistake(
    "In dc_prev, dc_next is multiplied by Γu. The old memory has the factor 1 - Γu in "
    "c_next."
)
def gru_keeps_with_the_update_gate(dc_next, cache):
    ut = cache[2]
    grads = ref.gru_cell_backward(dc_next, cache)
    return {**grads, "dc_prev": grads["dc_prev"] + dc_next * (2 * ut - 1)}


@gru_cell_backward.mistake(
    "The gradients of the weights are averaged over the batch. Add up."
)
def gru_averages_over_the_batch(dc_next, cache):
    m = dc_next.shape[1]
    grads = ref.gru_cell_backward(dc_next, cache)
    return {k: g / m if k[1] in "Wb" else g for k, g in grads.items()}


@gru_cell_backward.mistake(
    "The relevance gate's gradient lacks a factor: the gate multiplies c_prev in the "
    "candidate."
)
def gru_relevance_gradient_without_memory(dc_next, cache):
    return _gru_back(dc_next, cache, relevant=False)


@gru_cell_backward.mistake(
    "The update gate's gradient lacks a part: the gate also appears in 1 - Γu, which "
    "multiplies the old memory."
)
def gru_update_gradient_of_the_candidate_only(dc_next, cache):
    return _gru_back(dc_next, cache, replaced=False)


@gru_cell_backward.mistake(
    "The candidate's gradient lacks a factor: in c_next the candidate is multiplied by "
    "Γu."
)
def gru_candidate_gradient_without_gate(dc_next, cache):
    return _gru_back(dc_next, cache, written=False)


@gru_cell_backward.right
def gru_back_in_float32(dc_next, cache):
    return _gru_back(*as_float32((dc_next, cache)))


@gru_cell_backward.right
def gru_back_one_sequence_at_a_time(dc_next, cache):
    _, c_prev, ut, rt, cct, xt, p = cache
    parts = []
    for i in range(dc_next.shape[1]):
        c, u, r, h, x = (array[:, [i]] for array in (c_prev, ut, rt, cct, xt))
        parts.append(_gru_back(dc_next[:, [i]], (None, c, u, r, h, x, p)))
    return {
        k: np.hstack([g[k] for g in parts])
        if k in ("dxt", "dc_prev")
        else sum(g[k] for g in parts)
        for k in parts[0]
    }


# --- LSTM ----------------------------------------------------------------------------

lab.concept(
    "lstm_parameters",
    points=1,
    answer=41216,
    why="4 · (64 · (64 + 96) + 64): four times what a plain cell needs.",
    because={
        10304: "That is one of four: forget, input, candidate and output.",
        40960: "The four biases of 64 numbers each are missing.",
        30912: "Three gates and the candidate make four, not three.",
        24832: "The gates see the input *and* the old state: 96 + 64 columns.",
        16640: "The gates see the input *and* the old state: 96 + 64 columns.",
    },
)


@lab.check("lstm_cell_forward", points=5, forbid=NO_LAYERS)
def lstm_cell_forward(rng):
    """Batches, one sequence, and equal sizes, where a wrong order fits."""
    for xt, states, parameters in steps(rng, "lstm"):
        yield case(xt, *states, parameters)


def _lstm(xt, a_prev, c_prev, parameters, *, names="fico", reverse=False, **how):
    """The cell, with the usual ways to go wrong as options."""
    p = parameters
    gate = np.tanh if how.get("gates") == "tanh" else sigmoid
    concat = np.concatenate([xt, a_prev] if reverse else [a_prev, xt])
    z = {
        k: p[f"W{n}"] @ concat + p[f"b{n}"] for k, n in zip("fico", names, strict=True)
    }
    ft, it, ot = (gate(z[k]) for k in "fio")
    cct = sigmoid(z["c"]) if how.get("candidate") == "sigmoid" else np.tanh(z["c"])
    c = it * c_prev + ft * cct if how.get("crossed") else ft * c_prev + it * cct
    if how.get("coupled"):
        c = (1 - it) * c_prev + it * cct
    if how.get("coupled") == "forget":
        c = ft * c_prev + (1 - ft) * cct
    a = ot * (c if how.get("shown") == "plain" else np.tanh(c))
    a = np.tanh(c) if how.get("shown") == "all" else a
    y = ref.softmax(p["Wy"] @ (c if how.get("output") == "c" else a) + p["by"])
    return a, c, y, (a, c, a_prev, c_prev, ft, it, cct, ot, xt, parameters)


@lstm_cell_forward.mistake(
    "Gates in the wrong order: Wf belongs to the forget gate, which multiplies the old "
    "memory, Wi to the input gate, which multiplies the candidate."
)
def lstm_swaps_forget_and_input(xt, a_prev, c_prev, parameters):
    return _lstm(xt, a_prev, c_prev, parameters, names="ifco")


@lstm_cell_forward.mistake(
    "Gates in the wrong order: Wo makes the output gate, Wi the input gate."
)
def lstm_swaps_input_and_output(xt, a_prev, c_prev, parameters):
    return _lstm(xt, a_prev, c_prev, parameters, names="foci")


@lstm_cell_forward.mistake(
    "The column is [x; a]. The matrices expect the state above the input."
)
def lstm_concatenation_reversed(xt, a_prev, c_prev, parameters):
    return _lstm(xt, a_prev, c_prev, parameters, reverse=True)


@lstm_cell_forward.mistake(
    "c and a are mixed up: the column consists of the old state a_prev and xt; the old "
    "memory c_prev is multiplied by the forget gate."
)
def lstm_mixes_up_c_and_a(xt, a_prev, c_prev, parameters):
    a, c, y, cache = _lstm(xt, c_prev, a_prev, parameters)
    return a, c, y, (a, c, a_prev, c_prev, *cache[4:])


@lstm_cell_forward.mistake("The tanh is missing in a_next: it is Γo * tanh(c_next).")
def lstm_shows_the_plain_memory(xt, a_prev, c_prev, parameters):
    return _lstm(xt, a_prev, c_prev, parameters, shown="plain")


@lstm_cell_forward.mistake(
    "The candidate went through a sigmoid. Only gates do; it goes through tanh."
)
def lstm_candidate_as_a_gate(xt, a_prev, c_prev, parameters):
    return _lstm(xt, a_prev, c_prev, parameters, candidate="sigmoid")


@lstm_cell_forward.mistake(
    "The prediction is computed from the memory c. Compute it from the state a."
)
def lstm_predicts_from_the_memory(xt, a_prev, c_prev, parameters):
    return _lstm(xt, a_prev, c_prev, parameters, output="c")


@lstm_cell_forward.mistake(
    "The old memory is multiplied by 1 - Γi, as in a GRU. An LSTM has a forget gate "
    "of its own."
)
def lstm_couples_the_gates(xt, a_prev, c_prev, parameters):
    return _lstm(xt, a_prev, c_prev, parameters, coupled=True)


@lstm_cell_forward.mistake(
    "In c_next, forget and input gate are swapped: Γf says how much of the old memory "
    "stays, Γi how much of the candidate is written."
)
def lstm_crosses_the_gates(xt, a_prev, c_prev, parameters):
    return _lstm(xt, a_prev, c_prev, parameters, crossed=True)


@lstm_cell_forward.mistake(
    "The output gate has no effect: a_next is Γo times the tanh of the memory."
)
def lstm_shows_everything(xt, a_prev, c_prev, parameters):
    return _lstm(xt, a_prev, c_prev, parameters, shown="all")


@lstm_cell_forward.mistake(
    "a_next is computed from the old memory. Use the memory after this step."
)
def lstm_shows_the_old_memory(xt, a_prev, c_prev, parameters):
    _, c, _, cache = _lstm(xt, a_prev, c_prev, parameters)
    a = cache[7] * np.tanh(c_prev)
    y = ref.softmax(parameters["Wy"] @ a + parameters["by"])
    return a, c, y, (a, *cache[1:])


@lstm_cell_forward.mistake(
    "The old memory is missing in c_next: what Γf keeps of it is added to what Γi "
    "writes."
)
def lstm_without_the_old_memory(xt, a_prev, c_prev, parameters):
    a, c, y, cache = _lstm(xt, a_prev, 0 * c_prev, parameters)
    return a, c, y, (a, c, a_prev, c_prev, *cache[4:])


@lstm_cell_forward.mistake(
    "The old memory stays whole: the forget gate Γf does not act on it."
)
def lstm_never_forgets(xt, a_prev, c_prev, parameters):
    p = parameters
    _, _, _, cache = _lstm(xt, a_prev, c_prev, p)
    ft, it, cct, ot = cache[4:8]
    c = c_prev + it * cct
    a = ot * np.tanh(c)
    y = ref.softmax(p["Wy"] @ a + p["by"])
    return a, c, y, (a, c, a_prev, c_prev, ft, it, cct, ot, xt, p)


@lstm_cell_forward.mistake(
    "State and memory are swapped in the result: a_next comes first."
)
def lstm_memory_before_state(xt, a_prev, c_prev, parameters):
    a, c, y, cache = _lstm(xt, a_prev, c_prev, parameters)
    return c, a, y, cache


@lstm_cell_forward.mistake(
    "The predictions sum to 1 along the batch: softmax works down the columns."
)
def lstm_softmax_over_the_batch(xt, a_prev, c_prev, parameters):
    a, c, _, cache = _lstm(xt, a_prev, c_prev, parameters)
    return a, c, softmax_rows(parameters["Wy"] @ a + parameters["by"]), cache


@lstm_cell_forward.mistake(
    "The order in the cache differs: … c_prev, ft, it, cct, ot, xt, parameters."
)
def lstm_candidate_last_in_the_cache(xt, a_prev, c_prev, parameters):
    a, c, y, cache = _lstm(xt, a_prev, c_prev, parameters)
    return a, c, y, (*cache[:6], cache[7], cache[6], *cache[8:])


@lstm_cell_forward.mistake(
    "Forget and input gate are swapped in the cache: … c_prev, ft, it, cct, …."
)
def lstm_gates_swapped_in_the_cache(xt, a_prev, c_prev, parameters):
    a, c, y, cache = _lstm(xt, a_prev, c_prev, parameters)
    return a, c, y, (*cache[:4], cache[5], cache[4], *cache[6:])


@lstm_cell_forward.mistake(
    "c_next repeats a_next. The memory has passed neither the tanh nor the output gate."
)
def lstm_state_as_memory(xt, a_prev, c_prev, parameters):
    a, _, y, cache = _lstm(xt, a_prev, c_prev, parameters)
    return a, a, y, (a, a, *cache[2:])


@lstm_cell_forward.mistake("The gates went through tanh. A gate lies between 0 and 1.")
def lstm_gates_by_tanh(xt, a_prev, c_prev, parameters):
    return _lstm(xt, a_prev, c_prev, parameters, gates="tanh")


@lstm_cell_forward.mistake(
    "The biases of gates and candidate are missing: bf, bi, bc and bo."
)
def lstm_without_biases(xt, a_prev, c_prev, parameters):
    without = {k: v if k[0] == "W" else 0 * v for k, v in parameters.items()}
    without["by"] = parameters["by"]
    a, c, y, cache = _lstm(xt, a_prev, c_prev, without)
    return a, c, y, (*cache[:-1], parameters)


@lstm_cell_forward.mistake(
    "The prediction holds the scores. It is their softmax, down each column."
)
def lstm_scores_for_probabilities(xt, a_prev, c_prev, parameters):
    a, c, _, cache = _lstm(xt, a_prev, c_prev, parameters)
    return a, c, parameters["Wy"] @ a + parameters["by"], cache


@lstm_cell_forward.mistake(
    "The candidate is multiplied by 1 - Γf. An LSTM has an input gate for that."
)
def lstm_writes_what_it_forgets(xt, a_prev, c_prev, parameters):
    return _lstm(xt, a_prev, c_prev, parameters, coupled="forget")


@lstm_cell_forward.mistake(
    "The input gate is 1 minus the forget gate. Which weights have not been used?"
)
def lstm_makes_the_input_gate_of_the_other(xt, a_prev, c_prev, parameters):
    a, c, y, cache = _lstm(xt, a_prev, c_prev, parameters, coupled="forget")
    return a, c, y, (*cache[:5], 1 - cache[4], *cache[6:])


@lstm_cell_forward.right
def lstm_in_one_product(xt, a_prev, c_prev, parameters):
    p, n_a = parameters, len(a_prev)
    W = np.vstack([p["Wf"], p["Wi"], p["Wo"], p["Wc"]])
    b = np.vstack([p["bf"], p["bi"], p["bo"], p["bc"]])
    z = W[:, :n_a] @ a_prev + W[:, n_a:] @ xt + b
    ft, it, ot = 0.5 * np.tanh(0.5 * z[: 3 * n_a].reshape(3, n_a, -1)) + 0.5
    cct = np.tanh(z[3 * n_a :])
    c = ft * c_prev + it * cct
    a = ot * np.tanh(c)
    y = np.exp(p["Wy"] @ a + p["by"])
    return a, c, y / y.sum(axis=0), (a, c, a_prev, c_prev, ft, it, cct, ot, xt, p)


@lstm_cell_forward.right
def lstm_cell_in_float32(xt, a_prev, c_prev, parameters):
    return _lstm(*as_float32((xt, a_prev, c_prev, parameters)))


@lab.check("lstm_forward", points=4, forbid=NO_LAYERS)
def lstm_forward(rng):
    """Several steps, one step of one sequence, equal sizes."""
    for x, a0, parameters in sequences(rng, "lstm"):
        yield case(x, a0, parameters)


def _lstm_run(x, a0, parameters, *, c0=None, following=lambda a, c, first: (a, c)):
    """The loop of `lstm_forward`, with a choice of what goes into the next step."""
    first = a_in, c_in = a0, np.zeros(a0.shape) if c0 is None else c0
    rows, caches = [], []
    for t in range(x.shape[2]):
        a, c, y, cache = ref.lstm_cell_forward(x[:, :, t], a_in, c_in, parameters)
        rows.append((a, y, c))
        caches.append(cache)
        a_in, c_in = following(a, c, first)
    a, y, c = (np.stack(part, axis=2) for part in zip(*rows, strict=True))
    return a, y, c, (caches, x)


@lstm_forward.mistake(
    "The memory starts at a0. It starts at 0; only the state starts at a0."
)
def lstm_memory_from_a0(x, a0, parameters):
    return _lstm_run(x, a0, parameters, c0=a0)


@lstm_forward.mistake(
    "The memory does not move on: every step starts with an empty one. Hand c_next on."
)
def lstm_loses_the_memory(x, a0, parameters):
    return _lstm_run(x, a0, parameters, following=lambda a, c, first: (a, first[1]))


@lstm_forward.mistake("The state does not move on: every step starts from a0.")
def lstm_always_from_a0(x, a0, parameters):
    return _lstm_run(x, a0, parameters, following=lambda a, c, first: (first[0], c))


@lstm_forward.mistake("The order is a, y, c, caches: predictions before memories.")
def lstm_memories_before_predictions(x, a0, parameters):
    a, y, c, caches = _lstm_run(x, a0, parameters)
    return a, c, y, caches


@lstm_forward.mistake(
    "The next step receives the state as its memory. Two things move on: a_next "
    "becomes a_prev, c_next becomes c_prev."
)
def lstm_state_for_memory(x, a0, parameters):
    return _lstm_run(x, a0, parameters, following=lambda a, c, first: (a, a))


@lstm_forward.mistake(
    "The state takes the memory's place: the next step receives it as its memory, and "
    "the third result repeats it. Keep a_next and c_next apart."
)
def lstm_state_in_place_of_the_memory(x, a0, parameters):
    a, y, _, caches = lstm_state_for_memory(x, a0, parameters)
    return a, y, a, caches


@lstm_forward.mistake(
    "The next step receives the memory as its state. Two things move on: a_next "
    "becomes a_prev, c_next becomes c_prev."
)
def lstm_memory_for_state(x, a0, parameters):
    return _lstm_run(x, a0, parameters, following=lambda a, c, first: (c, c))


@lstm_forward.mistake(
    "Time is the first axis of the results. It belongs last: (n_a, m, T_x)."
)
def lstm_time_first(x, a0, parameters):
    a, y, c, caches = _lstm_run(x, a0, parameters)
    return *(part.transpose(2, 0, 1) for part in (a, y, c)), caches


@lstm_forward.mistake(
    "The third result repeats the states. It holds the memories, c_next of each step."
)
def lstm_states_for_memories(x, a0, parameters):
    a, y, _, caches = _lstm_run(x, a0, parameters)
    return a, y, a, caches


@lstm_forward.mistake("The caches come without x: return the pair (list, x).")
def lstm_caches_without_x(x, a0, parameters):
    a, y, c, (caches, _) = _lstm_run(x, a0, parameters)
    return a, y, c, caches


@lstm_forward.mistake("a0 is not used: the first step starts from zeros.")
def lstm_ignores_a0(x, a0, parameters):
    return _lstm_run(x, 0 * a0, parameters)


@lstm_forward.right
def lstm_into_zeros(x, a0, parameters):
    n_a, (_, m, T) = len(a0), x.shape
    a, c = np.zeros((n_a, m, T)), np.zeros((n_a, m, T))
    y = np.zeros((len(parameters["by"]), m, T))
    a_next, c_next, caches = a0, np.zeros((n_a, m)), []
    for t in range(T):
        a_next, c_next, yt, cache = _lstm(x[:, :, t], a_next, c_next, parameters)
        a[:, :, t], c[:, :, t], y[:, :, t] = a_next, c_next, yt
        caches.append(cache)
    return a, y, c, (caches, x)


@lstm_forward.right
def lstm_forward_in_float32(x, a0, parameters):
    return ref.lstm_forward(*as_float32((x, a0, parameters)))


@lab.check("lstm_cell_backward", points=7, forbid=NO_LAYERS)
def lstm_cell_backward(rng):
    """Gradients through one step: batches, one sequence, equal sizes."""
    for xt, states, parameters in steps(rng, "lstm"):
        cache = ref.lstm_cell_forward(xt, *states, parameters)[3]
        da, dc = (rng.normal(size=state.shape) for state in states)
        yield case(da, dc, cache)


def _tanh_back(value, wrong):
    """Derivative of tanh from its value, or a usual mistake in its place."""
    if wrong == "twice":
        return 1 - np.tanh(value) ** 2
    return 1 if wrong else 1 - value**2


def _lstm_back(da, dc, cache, *, joined=True, later=True, from_c=1.0, **how):
    """The backward pass, with the usual ways to go wrong as options."""
    _, c_next, _, c_prev, ft, it, cct, ot, _, _ = cache
    tanh_c = np.tanh(c_next)
    squash = 1 if how.get("no_tanh") else 1 - tanh_c**2
    if how.get("plain_square"):
        squash = 1 - c_next**2
    dc = later * dc + joined * da * ot * squash
    if how.get("no_gates"):
        dzc = dc * it * (1 - cct**2)
        dz = {"f": dc * c_prev, "i": dc * cct, "c": dzc, "o": da * tanh_c}
        return _lstm_from(dz, dc * ft, cache)
    kept = c_next if how.get("renewed") else c_prev
    dz = {
        "f": dc * (cct if how.get("swapped") else kept) * ft * (1 - ft),
        "i": dc * (c_prev if how.get("swapped") else cct) * it * (1 - it),
        "c": dc * it * _tanh_back(cct, how.get("candidate")),
        "o": (dc if how.get("joined_output") else da)
        * (c_next if how.get("plain") else tanh_c)
        * ot
        * (1 - ot),
    }
    return _lstm_from(dz, dc if how.get("raw") else dc * ft, cache)


def _lstm_from(dz, dc_prev, cache):
    """All gradients, from those before the gates and the candidate."""
    _, _, a_prev, _, _, _, _, _, xt, p = cache
    n_a, concat = len(a_prev), np.concatenate([a_prev, xt])
    back = sum(p[f"W{k}"].T @ d for k, d in dz.items())
    grads = {"dxt": back[n_a:], "da_prev": back[:n_a], "dc_prev": dc_prev}
    for k, d in dz.items():
        grads[f"dW{k}"] = d @ concat.T
        grads[f"db{k}"] = d.sum(axis=1, keepdims=True)
    return grads


@lstm_cell_backward.mistake(
    "The gradient that reaches the memory through the state is missing: add da * Γo * "
    "(1 - tanh² c) to dc, as a = Γo * tanh(c)."
)
def lstm_forgets_to_join(da_next, dc_next, cache):
    return _lstm_back(da_next, dc_next, cache, joined=False)


@lstm_cell_backward.mistake(
    "dc_next is not used: the gradient from later steps is dropped."
)
def lstm_drops_later_steps(da_next, dc_next, cache):
    return _lstm_back(da_next, dc_next, cache, later=False)


@lstm_cell_backward.mistake(
    "Where da is added to dc, the derivative of tanh is missing: 1 - tanh² c."
)
def lstm_joins_without_tanh(da_next, dc_next, cache):
    return _lstm_back(da_next, dc_next, cache, no_tanh=True)


@lstm_cell_backward.mistake(
    "Forget and input gate are swapped: Γf multiplies the old memory, Γi the candidate."
)
def lstm_swaps_partners(da_next, dc_next, cache):
    return _lstm_back(da_next, dc_next, cache, swapped=True)


@lstm_cell_backward.mistake(
    "The output gate's gradient uses c. In the forward pass, Γo multiplies tanh(c)."
)
def lstm_output_gradient_of_plain_memory(da_next, dc_next, cache):
    return _lstm_back(da_next, dc_next, cache, plain=True)


@lstm_cell_backward.mistake(
    "dc_prev lacks the forget gate: c_next contains Γf * c_prev."
)
def lstm_memory_gradient_without_gate(da_next, dc_next, cache):
    return _lstm_back(da_next, dc_next, cache, raw=True)


@lstm_cell_backward.mistake(
    "The derivative of the gates' sigmoids is missing: Γ(1 - Γ) for each gate."
)
def lstm_forgets_the_sigmoids(da_next, dc_next, cache):
    return _lstm_back(da_next, dc_next, cache, no_gates=True)


@lstm_cell_backward.mistake(
    "The derivative of the candidate's tanh is missing: 1 - cct²."
)
def lstm_forgets_the_candidates_tanh(da_next, dc_next, cache):
    return _lstm_back(da_next, dc_next, cache, candidate=True)


@lstm_cell_backward.mistake(
    "dc_prev was computed from dc_next alone. Use the complete dc, with what arrives "
    "through the state."
)
def lstm_passes_on_the_old_gradient(da_next, dc_next, cache):
    grads = _lstm_back(da_next, dc_next, cache)
    return {**grads, "dc_prev": dc_next * cache[4]}


@lstm_cell_backward.mistake(
    "In the complete dc the output gate is missing: a = Γo * tanh(c)."
)
def lstm_joins_without_the_gate(da_next, dc_next, cache):
    ot, squash = cache[7], 1 - np.tanh(cache[1]) ** 2
    more = da_next * (1 - ot) * squash
    return _lstm_back(da_next, dc_next + more, cache)


@lstm_cell_backward.mistake(
    "da_prev lacks a contribution: all four matrices read a_prev, and each sends a "
    "gradient back."
)
def lstm_three_contributions(da_next, dc_next, cache):
    ft, c_prev, n_a, p = cache[4], cache[3], len(cache[2]), cache[9]
    grads = _lstm_back(da_next, dc_next, cache)
    dc = dc_next + da_next * cache[7] * (1 - np.tanh(cache[1]) ** 2)
    share = p["Wf"].T @ (dc * c_prev * ft * (1 - ft))
    return {**grads, "da_prev": grads["da_prev"] - share[:n_a]}


@lstm_cell_backward.mistake(
    "The gradients of the weights are averaged over the batch. Add up."
)
def lstm_averages_over_the_batch(da_next, dc_next, cache):
    m = da_next.shape[1]
    grads = _lstm_back(da_next, dc_next, cache)
    return {k: g / m if k[1] in "Wb" else g for k, g in grads.items()}


@lstm_cell_backward.mistake(
    "Where da is added to dc, the derivative of tanh is not 1 - c²: the value of the "
    "tanh is tanh(c), not c."
)
def lstm_joins_with_the_plain_memory(da_next, dc_next, cache):
    return _lstm_back(da_next, dc_next, cache, plain_square=True)


@lstm_cell_backward.mistake(
    "The output gate's gradient is computed from dc. The gate does not act on the "
    "memory: it takes da alone."
)
def lstm_output_gate_from_the_memory(da_next, dc_next, cache):
    return _lstm_back(da_next, dc_next, cache, joined_output=True)


@lstm_cell_backward.mistake(
    "1 - tanh(cct)² applies tanh twice: cct is already the value of the tanh."
)
def lstm_applies_tanh_twice(da_next, dc_next, cache):
    return _lstm_back(da_next, dc_next, cache, candidate="twice")


@lstm_cell_backward.mistake(
    "da_prev and dxt are taken from the wrong rows: the column holds the state above "
    "the input."
)
def lstm_rows_of_the_input_first(da_next, dc_next, cache):
    grads = _lstm_back(da_next, dc_next, cache)
    column, n_x = np.concatenate([grads["da_prev"], grads["dxt"]]), len(grads["dxt"])
    return {**grads, "dxt": column[:n_x], "da_prev": column[n_x:]}


@lstm_cell_backward.mistake(
    "The forget gate's gradient uses the new memory. The gate multiplies the old one."
)
def lstm_forget_gradient_of_the_new_memory(da_next, dc_next, cache):
    return _lstm_back(da_next, dc_next, cache, renewed=True)


@lstm_cell_backward.right
def lstm_gradients_written_out(da_next, dc_next, cache):
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, p = cache
    n_a = len(a_next)
    dot = da_next * np.tanh(c_next) * ot * (1 - ot)
    flow = dc_next + ot * (1 - np.square(np.tanh(c_next))) * da_next
    dcct = flow * it * (1 - np.square(cct))
    dit = flow * cct * it * (1 - it)
    dft = flow * c_prev * ft * (1 - ft)
    concat = np.concatenate((a_prev, xt), axis=0)
    grads = {"dc_prev": flow * ft}
    for k, d in {"f": dft, "i": dit, "c": dcct, "o": dot}.items():
        grads[f"dW{k}"] = np.dot(d, concat.T)
        grads[f"db{k}"] = np.sum(d, axis=1, keepdims=True)
    grads["da_prev"] = (
        np.dot(p["Wf"][:, :n_a].T, dft)
        + np.dot(p["Wi"][:, :n_a].T, dit)
        + np.dot(p["Wc"][:, :n_a].T, dcct)
        + np.dot(p["Wo"][:, :n_a].T, dot)
    )
    grads["dxt"] = (
        np.dot(p["Wf"][:, n_a:].T, dft)
        + np.dot(p["Wi"][:, n_a:].T, dit)
        + np.dot(p["Wc"][:, n_a:].T, dcct)
        + np.dot(p["Wo"][:, n_a:].T, dot)
    )
    return grads


@lstm_cell_backward.right
def lstm_gradients_in_float32(da_next, dc_next, cache):
    return _lstm_back(*as_float32((da_next, dc_next, cache)))


@lab.check("lstm_backward", points=5, forbid=NO_LAYERS)
def lstm_backward(rng):
    """Gradients from every step of several sequences; one step of one sequence."""
    for x, a0, parameters in sequences(rng, "lstm"):
        a, _, _, caches = ref.lstm_forward(x, a0, parameters)
        yield case(rng.normal(size=a.shape), caches)


def _lstm_through(
    da,
    caches,
    *,
    carry_a=True,
    carry_c=True,
    add=True,
    order=reversed,
    dc_prev=0.0,
    one_for_both=False,
    returned="da_prev",
):
    steps, x = caches
    total, dx, da_prev = {}, np.zeros(x.shape), 0.0
    dc_prev = dc_prev + np.zeros(da.shape[:2])
    for t in order(range(x.shape[2])):
        da_next = da[:, :, t] + carry_a * da_prev
        dc_next = da_next if one_for_both else carry_c * dc_prev
        grads = ref.lstm_cell_backward(da_next, dc_next, steps[t])
        dx[:, :, t] = grads["dxt"]
        da_prev, dc_prev = grads["da_prev"], grads["dc_prev"]
        for k, g in grads.items():
            if k[1] in "Wb":
                total[k] = add * total.get(k, 0) + g
    return {"dx": dx, "da0": grads[returned], **total}


@lstm_backward.mistake(
    "The gradient of the next step is dropped: add da_prev to da[:, :, t]."
)
def lstm_drops_the_next_state(da, caches):
    return _lstm_through(da, caches, carry_a=False)


@lstm_backward.mistake(
    "The memory's gradient is dropped between steps: pass dc_prev on as dc_next. It is "
    "the one that reaches far back."
)
def lstm_drops_the_next_memory(da, caches):
    return _lstm_through(da, caches, carry_c=False)


@lstm_backward.mistake(
    "The gradients of the weights are those of the first step only: add up over time."
)
def lstm_overwrites_the_weights(da, caches):
    return _lstm_through(da, caches, add=False)


@lstm_backward.mistake(
    "Nothing goes back from one step to the one before: each step is treated alone. "
    "Two things are carried along, da_prev and dc_prev."
)
def lstm_carries_nothing(da, caches):
    return _lstm_through(da, caches, carry_a=False, carry_c=False)


@lstm_backward.mistake(
    "It walks from the first step to the last. Gradients flow backwards."
)
def lstm_walks_forwards(da, caches):
    return _lstm_through(da, caches, order=iter)


@lstm_backward.mistake(
    "The gradients da of the outputs are not used, only those of the next step. Start "
    "from da[:, :, t]."
)
def lstm_next_step_only(da, caches):
    return _lstm_through(0 * da, caches)


@lstm_backward.mistake(
    "Only the gradient of the last step is used. Every output sends one: da[:, :, t]."
)
def lstm_last_gradient_only(da, caches):
    last = np.zeros(da.shape)
    last[:, :, -1] = da[:, :, -1]
    return _lstm_through(last, caches)


@lstm_backward.mistake(
    "The memory's gradient starts from da. Nothing after the last step uses the "
    "memory, so its gradient starts at 0."
)
def lstm_memory_gradient_from_da(da, caches):
    return _lstm_through(da, caches, dc_prev=da[:, :, -1])


@lstm_backward.mistake(
    "dc_next is the gradient of the state. The memory has a gradient of its own: 0 "
    "after the last step, then what the next step returns as dc_prev."
)
def lstm_memory_gradient_is_that_of_the_state(da, caches):
    return _lstm_through(da, caches, one_for_both=True)


@lstm_backward.mistake(
    "da0 is the memory's gradient. It should be the state's: da_prev of the first step."
)
def lstm_first_memory_for_first_state(da, caches):
    return _lstm_through(da, caches, returned="dc_prev")


@lstm_backward.right
def lstm_back_with_lists(da, caches):
    steps, _ = caches
    m, found = da.shape[1], []
    da_prev, dc_prev = np.zeros((len(da), m)), np.zeros((len(da), m))
    for t in range(len(steps) - 1, -1, -1):
        found.insert(0, _lstm_back(da[:, :, t] + da_prev, dc_prev, steps[t]))
        da_prev, dc_prev = found[0]["da_prev"], found[0]["dc_prev"]
    sums = {k: sum(g[k] for g in found) for k in found[0] if k[1] in "Wb"}
    return {"dx": np.stack([g["dxt"] for g in found], axis=2), "da0": da_prev, **sums}


@lstm_backward.right
def lstm_back_in_float32(da, caches):
    return ref.lstm_backward(*as_float32((da, caches)))


# --- more cells ----------------------------------------------------------------------

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


# --- names ---------------------------------------------------------------------------

lab.concept(
    "what_goes_in",
    points=1,
    answer="A",
    why="In training the true letters are known; in sampling only the drawn ones are.",
    because={
        "B": "In training the true letter goes in, whatever the model found likely.",
        "C": "When sampling there is no true letter: nobody has written the name yet.",
        "D": "In training, the targets are those of the real name, not of a drawn one.",
    },
)


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


ALPHABET = {c: i for i, c in enumerate("\nabcdefg")}


def walk(parameters, steps=60):
    """The most likely letters one by one, and the least of their probabilities."""
    x = np.zeros((len(parameters["by"]), 1))
    a, letters, least = np.zeros(parameters["b"].shape), [], 1.0
    for _ in range(steps):
        a = np.tanh(parameters["Wax"] @ x + parameters["Waa"] @ a + parameters["b"])
        y = ref.softmax(parameters["Wya"] @ a + parameters["by"])
        letters.append(int(y.argmax()))
        least = min(least, float(y.max()))
        if letters[-1] == 0:
            break
        x = np.zeros(x.shape)
        x[letters[-1]] = 1
    return letters, least


def decided(rng, wanted):
    """A model so certain that every draw is the same, of a wanted length."""
    while True:
        model = letter_model(rng, 12, 8, 1.5)
        model["Wya"] *= 60
        if wanted is None:
            model["by"][0] = -1e4  # never a newline
        letters, least = walk(model)
        if (
            least > 1 - 1e-9
            and len(set(letters)) > 3
            and len(letters) in (wanted or [60])
        ):
            return {**model, "ba": model["b"]}


@lab.check("sample", points=4, driver="written")
def sample(rng):
    """Models that are certain (short, medium, endless names); one that is not.

    The statement: from zeros · one draw per letter, by its probability · fed back · one
    seed per name · the newline ends it · at most 50 indices and the newline.
    """
    for wanted in (range(4, 9), range(9, 20), None):
        yield case(decided(rng, wanted), ALPHABET, int(rng.integers(1000)), 0)
    # The same probabilities at each step, so that letters are independent draws.
    even = {k: 0 * v for k, v in letter_model(rng, 6, 8).items()}
    even["by"][:, 0] = np.log(rng.uniform(1, 3, 8))
    yield case({**even, "ba": even["b"]}, ALPHABET, int(rng.integers(1000)), 300)


@sample.expect
def sampled(parameters, char_to_ix, seed, many):
    if not many:
        return ref.sample(parameters, char_to_ix, seed)
    y = ref.softmax(parameters["Wya"] @ np.tanh(parameters["b"]) + parameters["by"])
    letters = np.arange(8)
    mean = float(letters @ y.ravel())
    spread = float(np.sqrt((letters - mean) ** 2 @ y.ravel()))
    return {
        "first letters": draws((many,), mean, spread, False),
        "the second letter is another draw": True,
        "a seed repeats": True,
    }


def _sampled(
    parameters,
    char_to_ix,
    seed,
    *,
    best=False,
    fed=True,
    kept=True,
    limit=50,
    closed=True,
    seeded=True,
    newline=True,
    cleared=True,
    first=None,
):
    if seeded:
        np.random.seed(seed)
    n = len(parameters["by"])
    x, a, found = np.zeros((n, 1)), np.zeros(parameters["b"].shape), []
    if first is not None:
        x[first] = 1
    while len(found) < limit:
        if seeded == "always":
            np.random.seed(seed)
        before = a if kept else np.zeros(a.shape)
        a = np.tanh(
            parameters["Wax"] @ x + parameters["Waa"] @ before + parameters["b"]
        )
        y = ref.softmax(parameters["Wya"] @ a + parameters["by"]).ravel()
        index = int(y.argmax() if best else np.random.choice(range(n), p=y))
        if index == char_to_ix["\n"] and not newline:
            return found
        found.append(index)
        if index == char_to_ix["\n"]:
            return found
        if fed:
            x = np.zeros((n, 1)) if cleared else x
            x[index] = 1
    return [*found, char_to_ix["\n"]] if closed else found


@sample.mistake(
    "It always takes the most likely letter. Draw: np.random.choice with p = the "
    "probabilities."
)
def takes_the_most_likely(parameters, char_to_ix, seed):
    return _sampled(parameters, char_to_ix, seed, best=True)


@sample.mistake(
    "The drawn letter is not fed back: the next step receives it as a one-hot column."
)
def feeds_nothing_back(parameters, char_to_ix, seed):
    return _sampled(parameters, char_to_ix, seed, fed=False)


@sample.mistake("The state does not move on: the next step starts from zeros again.")
def forgets_the_state(parameters, char_to_ix, seed):
    return _sampled(parameters, char_to_ix, seed, kept=False)


@sample.mistake("A name that reaches 50 letters lacks its newline. Append it.")
def leaves_long_names_open(parameters, char_to_ix, seed):
    return _sampled(parameters, char_to_ix, seed, closed=False)


@sample.mistake("51 letters are drawn. At most 50 come before the appended newline.")
def one_letter_too_many(parameters, char_to_ix, seed):
    return _sampled(parameters, char_to_ix, seed, limit=51)


@sample.mistake("The drawn newline is missing: it is the last index of the list.")
def drops_the_newline(parameters, char_to_ix, seed):
    return _sampled(parameters, char_to_ix, seed, newline=False)


@sample.mistake("The seed is not used: the same seed should give the same name.")
def ignores_the_seed(parameters, char_to_ix, seed):
    return _sampled(parameters, char_to_ix, seed, seeded=False)


@sample.mistake(
    "The input column still holds the letters of earlier steps: it has several ones. "
    "Start each step from a new column of zeros."
)
def adds_up_the_inputs(parameters, char_to_ix, seed):
    return _sampled(parameters, char_to_ix, seed, cleared=False)


@sample.mistake("The result is text. Return the indices, as a list of whole numbers.")
def letters_for_indices(parameters, char_to_ix, seed):
    letters = {i: c for c, i in char_to_ix.items()}
    return "".join(letters[i] for i in _sampled(parameters, char_to_ix, seed))


@sample.mistake("49 letters are drawn. At most 50 come before the appended newline.")
def one_letter_too_few(parameters, char_to_ix, seed):
    return _sampled(parameters, char_to_ix, seed, limit=49)


@sample.mistake(
    "The list ends with two newlines. Append one only if none was drawn among 50."
)
def newline_appended_always(parameters, char_to_ix, seed):
    found = _sampled(parameters, char_to_ix, seed)
    return found if len(found) > 50 else [*found, char_to_ix["\n"]]


@sample.mistake("The first input is not a column of zeros but a newline.")
def begins_with_a_newline(parameters, char_to_ix, seed):
    return _sampled(parameters, char_to_ix, seed, first=char_to_ix["\n"])


@sample.mistake(
    "The letters of a name are drawn with the same random number: the seed is set "
    "again before each draw. Set it once."
)
def seeds_before_each_draw(parameters, char_to_ix, seed):
    return _sampled(parameters, char_to_ix, seed, seeded="always")


@sample.right
def sample_seeded_at_each_step(parameters, char_to_ix, seed):
    p, counter, idx = parameters, 0, -1
    x, a_prev = np.zeros((p["by"].shape[0], 1)), np.zeros((p["Waa"].shape[1], 1))
    indices = []
    while idx != char_to_ix["\n"] and counter != 50:
        a = np.tanh(np.dot(p["Wax"], x) + np.dot(p["Waa"], a_prev) + p["b"])
        y = ref.softmax(np.dot(p["Wya"], a) + p["by"])
        np.random.seed(counter + seed)
        idx = np.random.choice(range(len(y)), p=y.ravel())
        indices.append(idx)
        x = np.zeros((len(y), 1))
        x[idx] = 1
        a_prev = a
        seed += 1
        counter += 1
    if counter == 50:
        indices.append(char_to_ix["\n"])
    return indices


@sample.right
def sample_by_cumulative_sums(parameters, char_to_ix, seed):
    rng, p = np.random.default_rng(seed), parameters
    x, a, found = np.zeros((len(p["by"]), 1)), np.zeros(p["ba"].shape), []
    for _ in range(50):
        a = np.tanh(p["Wax"] @ x + p["Waa"] @ a + p["ba"])
        sums = np.cumsum(ref.softmax(p["Wya"] @ a + p["by"]))
        found.append(min(int(np.searchsorted(sums, rng.random())), len(sums) - 1))
        if found[-1] == char_to_ix["\n"]:
            return found
        x = np.eye(len(sums))[:, [found[-1]]]
    return [*found, char_to_ix["\n"]]


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


@lab.check("optimize", points=5, mutates=("parameters",))
def optimize(rng):
    """A few letters, a single one, and a long name whose gradients must be clipped.

    The statement: forwards, backwards, clip by value 5, then the step · `parameters`
    changes · the rate is 0.01 unless another is given · the loss before the step ·
    gradients are clipped · the last state.
    """
    rates = [{}, {"learning_rate": 0.1}, {"learning_rate": 0.03}]
    for (model, Y, a0), rate in zip(names_to_learn(rng), rates, strict=True):
        yield case([None, *Y[:-1]], Y, a0, model, **rate)


def _optimized(X, Y, a_prev, parameters, rate, *, clipped=True, sign=-1):
    loss, cache = ref.letters_forward(X, Y, a_prev, parameters)
    gradients, a = ref.letters_backward(X, Y, parameters, cache)
    if clipped:
        ref.clip(gradients, 5)
    for k in parameters:
        parameters[k] += sign * rate * gradients[f"d{k}"]
    return loss, gradients, a[-1]


@optimize.mistake(
    "The gradients are not clipped: limit them to [-5, 5] before the step."
)
def does_not_clip(X, Y, a_prev, parameters, learning_rate=0.01):
    return _optimized(X, Y, a_prev, parameters, learning_rate, clipped=False)


@optimize.mistake(
    "It steps uphill: the step is *minus* the learning rate times the gradient."
)
def steps_uphill(X, Y, a_prev, parameters, learning_rate=0.01):
    return _optimized(X, Y, a_prev, parameters, learning_rate, sign=1)


@optimize.mistake(
    "The caller's parameters are unchanged after the call. They are not returned, so "
    "the step must change the dictionary that was passed."
)
def updates_a_copy(X, Y, a_prev, parameters, learning_rate=0.01):
    copied = {k: v.copy() for k, v in parameters.items()}
    return _optimized(X, Y, a_prev, copied, learning_rate)


@optimize.mistake(
    "The argument learning_rate is not used: the step is always taken with 0.01."
)
def always_the_usual_rate(X, Y, a_prev, parameters, learning_rate=0.01):
    return _optimized(X, Y, a_prev, parameters, 0.01)


@optimize.mistake(
    "The returned state is that of the first letter. Return the last state."
)
def returns_the_first_state(X, Y, a_prev, parameters, learning_rate=0.01):
    _, cache = ref.letters_forward(X, Y, a_prev, parameters)
    loss, gradients, _ = _optimized(X, Y, a_prev, parameters, learning_rate)
    return loss, gradients, cache[0][1][0]


@optimize.mistake("The gradients are clipped after the step. Clip first, then step.")
def clips_too_late(X, Y, a_prev, parameters, learning_rate=0.01):
    loss, gradients, a = _optimized(
        X, Y, a_prev, parameters, learning_rate, clipped=False
    )
    return loss, ref.clip(gradients, 5), a


@optimize.mistake(
    "The gradients were clipped by norm. Here each number has its own limit: clip by "
    "value 5."
)
def optimize_clips_by_norm(X, Y, a_prev, parameters, learning_rate=0.01):
    loss, cache = ref.letters_forward(X, Y, a_prev, parameters)
    gradients, a = ref.letters_backward(X, Y, parameters, cache)
    ref.clip_by_norm(gradients, 5)
    for k in parameters:
        parameters[k] -= learning_rate * gradients[f"d{k}"]
    return loss, gradients, a[-1]


@optimize.mistake(
    "The limit of the clipping is too small: gradients of up to 5 stay as they are."
)
def optimize_clips_at_one(X, Y, a_prev, parameters, learning_rate=0.01):
    loss, cache = ref.letters_forward(X, Y, a_prev, parameters)
    gradients, a = ref.letters_backward(X, Y, parameters, cache)
    ref.clip(gradients, 1)
    for k in parameters:
        parameters[k] -= learning_rate * gradients[f"d{k}"]
    return loss, gradients, a[-1]


@optimize.mistake("The biases b and by stay as they were. Update all five parameters.")
def updates_weights_only(X, Y, a_prev, parameters, learning_rate=0.01):
    kept = {k: parameters[k].copy() for k in ("b", "by")}
    result = _optimized(X, Y, a_prev, parameters, learning_rate)
    parameters.update(kept)
    return result


@optimize.mistake(
    "The loss is the one after the step. Return the loss before the step."
)
def loss_after_the_step(X, Y, a_prev, parameters, learning_rate=0.01):
    _, gradients, a = _optimized(X, Y, a_prev, parameters, learning_rate)
    return ref.letters_forward(X, Y, a_prev, parameters)[0], gradients, a


@optimize.mistake(
    "All states are returned. Return the last one of the list only, (n_a, 1)."
)
def returns_all_states(X, Y, a_prev, parameters, learning_rate=0.01):
    _, cache = ref.letters_forward(X, Y, a_prev, parameters)
    loss, gradients, _ = _optimized(X, Y, a_prev, parameters, learning_rate)
    return loss, gradients, [step[0] for _, step in cache]


@optimize.mistake(
    "The gradients were divided by the length of the name. The loss is a sum over its "
    "symbols, so take them as they come."
)
def averages_over_the_name(X, Y, a_prev, parameters, learning_rate=0.01):
    loss, cache = ref.letters_forward(X, Y, a_prev, parameters)
    gradients, a = ref.letters_backward(X, Y, parameters, cache)
    gradients = {k: np.clip(g / len(Y), -5, 5) for k, g in gradients.items()}
    for k in parameters:
        parameters[k] -= learning_rate * gradients[f"d{k}"]
    return loss, gradients, a[-1]


@optimize.right
def optimize_with_new_arrays(X, Y, a_prev, parameters, learning_rate=0.01):
    loss, cache = ref.letters_forward(X, Y, a_prev, parameters)
    gradients, a = ref.letters_backward(X, Y, parameters, cache)
    for name in ("Wax", "Waa", "Wya", "b", "by"):
        gradients["d" + name] = np.clip(gradients["d" + name], -5, 5)
        parameters[name] = parameters[name] - learning_rate * gradients["d" + name]
    return float(loss), gradients, a[len(X) - 1]


@optimize.right
def optimize_on_its_own(X, Y, a_prev, parameters, learning_rate=0.01):
    p, n = parameters, len(parameters["by"])
    states, outputs, inputs, loss = [a_prev], [], [], 0.0
    for x, y in zip(X, Y, strict=True):
        inputs.append(np.zeros((n, 1)) if x is None else np.eye(n)[:, [x]])
        states.append(np.tanh(p["Wax"] @ inputs[-1] + p["Waa"] @ states[-1] + p["b"]))
        outputs.append(ref.softmax(p["Wya"] @ states[-1] + p["by"]))
        loss -= float(np.log(outputs[-1][y, 0]))
    grads, flow = {"d" + k: np.zeros(v.shape) for k, v in p.items()}, 0
    for t in range(len(Y) - 1, -1, -1):
        dy = outputs[t] - np.eye(n)[:, [Y[t]]]
        dz = (p["Wya"].T @ dy + flow) * (1 - states[t + 1] ** 2)
        grads["dWya"] += dy @ states[t + 1].T
        grads["dby"] += dy
        grads["dWax"] += dz @ inputs[t].T
        grads["dWaa"] += dz @ states[t].T
        grads["db"] += dz
        flow = p["Waa"].T @ dz
    grads = {k: np.clip(g, -5, 5) for k, g in grads.items()}
    for k in p:
        p[k] -= learning_rate * grads["d" + k]
    return loss, grads | {"da_next": flow}, states[-1]


lab.concept(
    "by_hand",
    points=1,
    answer=4,
    why="ln(1/16) / 2 = -ln 4: as uncertain as a uniform choice among four.",
    because={
        5: "That averages 2 and 8. The logarithms are averaged: √(2 · 8).",
        16: "The probability of the text is 1/16; perplexity counts *each* symbol.",
        3.2: "That averages the probabilities. Average their logarithms.",
        2: "That is minus the mean of the logarithms to base 2. The perplexity is 2 to "
        "that power.",
    },
    digits=1,
)


@lab.check("sequence_log_probability", points=4)
def sequence_log_probability(rng):
    """Long names, a name of one letter, and the empty name, twice."""
    for (model, indices, _), T in zip(
        names_to_learn(rng), (None, None, 5), strict=True
    ):
        yield case(indices[-T:] if T else indices, model)
    for n_y in (4, 6):
        yield case([0], letter_model(rng, 3, n_y))


@sequence_log_probability.mistake(
    "The sign is wrong: the logarithm of a probability is not positive."
)
def returns_the_loss(indices, parameters):
    return -ref.sequence_log_probability(indices, parameters)


@sequence_log_probability.mistake(
    "That is the probability. Return its logarithm: products of many small numbers "
    "underflow to 0."
)
def returns_the_probability(indices, parameters):
    return np.exp(ref.sequence_log_probability(indices, parameters))


@sequence_log_probability.mistake(
    "Each step reads the letter that it predicts. It should read the letter *before* "
    "that, the first step None."
)
def sees_what_it_predicts(indices, parameters):
    a0 = np.zeros(parameters["b"].shape)
    return -ref.letters_forward(indices, indices, a0, parameters)[0]


@sequence_log_probability.mistake(
    "The first letter is not counted. Its input is None, and it has a probability too."
)
def leaves_out_the_first(indices, parameters):
    a0 = np.zeros(parameters["b"].shape)
    return -ref.letters_forward(indices[:-1], indices[1:], a0, parameters)[0]


@sequence_log_probability.mistake("That is the mean over the symbols. Add them up.")
def averages_the_logarithms(indices, parameters):
    return ref.sequence_log_probability(indices, parameters) / len(indices)


@sequence_log_probability.mistake(
    "The end is not counted. The newline is predicted as well and has a probability."
)
def leaves_out_the_newline(indices, parameters):
    X, a0 = [None, *indices[:-2]], np.zeros(parameters["b"].shape)
    return -ref.letters_forward(X[: len(indices) - 1], indices[:-1], a0, parameters)[0]


@sequence_log_probability.mistake(
    "That is the logarithm to base 2. Return the natural logarithm."
)
def logarithm_to_base_2(indices, parameters):
    return ref.sequence_log_probability(indices, parameters) / np.log(2)


def _log_p(indices, p):
    x, a, total = np.zeros(p["by"].shape), np.zeros(p["b"].shape), 0.0
    for index in indices:
        a = np.tanh(p["Wax"] @ x + p["Waa"] @ a + p["b"])
        scores = p["Wya"] @ a + p["by"]
        total += scores[index, 0] - np.log(np.exp(scores).sum())
        x = np.zeros(p["by"].shape)
        x[index] = 1
    return total


@sequence_log_probability.right
def log_probability_step_by_step(indices, parameters):
    return _log_p(indices, parameters)


@sequence_log_probability.right
def log_probability_in_float32(indices, parameters):
    return np.float32(_log_p(indices, as_float32(parameters)))


@lab.check("perplexity", points=2)
def perplexity(rng):
    """One name, several of different lengths, and the empty name among them."""
    for lengths in [(4,), (1, 9, 3), (0, 12), (6, 2), (3, 3, 7)]:
        model = letter_model(rng, 4, 6, 0.8)
        names = [[*rng.integers(1, 6, n).tolist(), 0] for n in lengths]
        yield case(names, model)


@perplexity.mistake(
    "The perplexities of the names were averaged. Add up the logarithms of all "
    "symbols, divide once, then take exp."
)
def averages_over_names(sequences, parameters):
    return np.mean([np.exp(-_log_p(s, parameters) / len(s)) for s in sequences])


@perplexity.mistake(
    "The sum was divided by the number of names. Count symbols, the newlines too."
)
def divides_by_names(sequences, parameters):
    return np.exp(-sum(_log_p(s, parameters) for s in sequences) / len(sequences))


@perplexity.mistake("The result is below 1: the sign in the exponent is wrong.")
def one_over_perplexity(sequences, parameters):
    return 1 / ref.perplexity(sequences, parameters)


@perplexity.mistake("That is the mean loss. Perplexity is e to that power.")
def forgets_exp(sequences, parameters):
    return np.log(ref.perplexity(sequences, parameters))


@perplexity.mistake(
    "The newlines are not counted among the symbols. They are predicted as well."
)
def newlines_not_counted(sequences, parameters):
    total = sum(_log_p(s, parameters) for s in sequences)
    return np.exp(-total / max(1, sum(len(s) - 1 for s in sequences)))


@perplexity.mistake("The sum is not divided: take the mean over all symbols.")
def sum_over_symbols(sequences, parameters):
    return np.exp(-sum(_log_p(s, parameters) for s in sequences))


@perplexity.mistake("The base is not e, but the logarithms are natural ones.")
def two_to_the_nats(sequences, parameters):
    return 2 ** np.log(ref.perplexity(sequences, parameters))


@perplexity.mistake(
    "Only the last name counts. Add up over all of them before you divide."
)
def last_name_only(sequences, parameters):
    return ref.perplexity(sequences[-1:], parameters)


@perplexity.right
def perplexity_to_the_base_2(sequences, parameters):
    bits = sum(_log_p(s, parameters) for s in sequences) / np.log(2)
    return 2 ** (-bits / sum(map(len, sequences)))


@perplexity.right
def perplexity_weighted(sequences, parameters):
    n = [len(s) for s in sequences]
    means = [-_log_p(s, parameters) / len(s) for s in sequences]
    return np.float32(np.exp(np.average(means, weights=n)))


@lab.check("model", points=3, driver="trained", seconds=30)
def model(rng):
    """Two names learned until they are likely, twice; the first step on longer lists.

    The statement: one step on each name, one after the other · a learning rate of 0.01
    · num_iterations steps · a state of n_a · Y is X shifted by one · a copy is
    shuffled, so the caller's list stays · seven names, sampled in the end, without
    newlines.
    """
    letters = [chr(code) for code in rng.permutation(range(97, 123))]
    a, b, c, d = letters[:4]
    for repeats, n_a in [(6, 16), (7, 20)]:
        yield case([repeats * (a + b), repeats * (c + d)], 200, n_a)
        a, b, c, d = letters[4:8]
    yield case([4 * letter for letter in letters[8:22]], 1, 5)


def _fitted(
    data_x,
    ix_to_char,
    char_to_ix,
    num_iterations,
    n_a,
    *,
    lag=1,
    first=0,
    last=None,
    only=None,
    shuffle=True,
    rate=0.01,
):
    """The training loop, with the usual ways to go wrong as options."""
    parameters = ref.initialize_letters(n_a, len(char_to_ix), len(char_to_ix))
    names = data_x if shuffle == "in place" else list(data_x)
    if shuffle:
        np.random.shuffle(names)
    for j in range(num_iterations):
        name = names[j % len(names) if only is None else only]
        Y = [*(char_to_ix[c] for c in name), char_to_ix["\n"]]
        X = [None, *Y[:-1]] if lag else Y
        X, Y = X[first:last], Y[first:last]
        ref.optimize(X, Y, np.zeros((n_a, 1)), parameters, rate)
    drawn = [ref.sample(parameters, char_to_ix, seed) for seed in range(7)]
    return parameters, ["".join(ix_to_char[i] for i in one[:-1]) for one in drawn]


def _wrong_model(name, message, change=lambda *result: result, **how):
    """Register a mistake: `_fitted` with other options, or with its result changed."""

    def version(
        data_x, ix_to_char, char_to_ix, num_iterations=10_000, n_a=50, verbose=False
    ):
        options = {"num_iterations": num_iterations, "n_a": n_a} | how
        return change(*_fitted(data_x, ix_to_char, char_to_ix, **options))

    version.__name__ = name
    model.mistake(message)(version)


_wrong_model(
    "predicts_what_it_sees",
    "It learns to repeat its input: X and Y are the same. X is Y delayed by one step, "
    "with None first.",
    lag=0,
)
_wrong_model(
    "leaves_out_the_first_letter",
    "The first letter is never a target. Y begins with it, X with None.",
    first=1,
)
_wrong_model(
    "leaves_out_the_newline",
    "The newline is never a target: the model cannot learn where names end.",
    last=-1,
)
_wrong_model(
    "one_name_only",
    "It learns a single name. Take the next name in each iteration, and begin again "
    "after the last.",
    only=0,
)
_wrong_model(
    "another_number_of_steps",
    "num_iterations is not used: it takes another number of steps.",
    num_iterations=40,
)
_wrong_model("another_size", "n_a is not used: the state has another size.", n_a=18)
_wrong_model(
    "names_with_newlines",
    "The names end with the newline. Leave it out: it only marks the end.",
    lambda parameters, names: (parameters, [name + "\n" for name in names]),
)
_wrong_model(
    "one_sampled_name",
    "Return seven names, as strings.",
    lambda parameters, names: (parameters, names[:1]),
)
_wrong_model(
    "one_name_seven_times",
    "The same name comes seven times. Sample seven names, each with its own seed.",
    lambda parameters, names: (parameters, 7 * names[:1]),
)
_wrong_model(
    "never_shuffles",
    "Training always begins with the first name of the list. Shuffle a copy first.",
    shuffle=False,
)
_wrong_model(
    "shuffles_the_callers_list",
    "Your own list of names is in another order afterwards. Shuffle a copy of it.",
    shuffle="in place",
)
_wrong_model(
    "never_trains",
    "Nothing was learned: the parameters are the initial ones.",
    num_iterations=0,
)
_wrong_model(
    "steps_too_long",
    "The steps are too long. The statement names the learning rate.",
    rate=0.05,
)


@model.mistake(
    "The names were sampled before the training. Sample at the end, from the trained "
    "parameters."
)
def samples_too_early(
    data_x, ix_to_char, char_to_ix, num_iterations=10_000, n_a=50, verbose=False
):
    _, names = _fitted(data_x, ix_to_char, char_to_ix, 0, n_a)
    parameters, _ = _fitted(data_x, ix_to_char, char_to_ix, num_iterations, n_a)
    return parameters, names


@model.right
def model_with_a_shuffled_copy(
    data_x, ix_to_char, char_to_ix, num_iterations=10_000, n_a=50, verbose=False
):
    parameters = ref.initialize_letters(n_a, len(char_to_ix), len(char_to_ix))
    lines = [*data_x]
    np.random.shuffle(lines)
    for j in range(num_iterations):
        X = [None, *(char_to_ix[c] for c in lines[j % len(lines)])]
        ref.optimize(X, [*X[1:], char_to_ix["\n"]], np.zeros((n_a, 1)), parameters)
    names = []
    for seed in range(7):
        drawn = ref.sample(parameters, char_to_ix, seed)
        names.append("".join(ix_to_char[i] for i in drawn).rstrip("\n"))
    return parameters, names


@model.right
def model_with_random_names(
    data_x, ix_to_char, char_to_ix, num_iterations=10_000, n_a=50, verbose=False
):
    rng, n = np.random.default_rng(1), len(char_to_ix)
    parameters = {
        "Wax": 0.1 * rng.normal(size=(n_a, n)),
        "Waa": 0.1 * rng.normal(size=(n_a, n_a)),
        "Wya": 0.1 * rng.normal(size=(n, n_a)),
        "b": np.zeros((n_a, 1)),
        "by": np.zeros((n, 1)),
    }
    for _ in range(num_iterations):
        Y = [*(char_to_ix[c] for c in rng.choice(data_x)), char_to_ix["\n"]]
        ref.optimize([None, *Y[:-1]], Y, np.zeros((n_a, 1)), parameters)
    drawn = [ref.sample(parameters, char_to_ix, seed)[:-1] for seed in range(7)]
    return parameters, ["".join(ix_to_char[i] for i in one) for one in drawn]


# --- ragtime -------------------------------------------------------------------------


def bands(rng):
    """Sizes and a seed for three layers, and tokens."""
    for n_values, d, n_a, m, T in [(5, 3, 4, 2, 6), (7, 4, 3, 1, 1), (4, 2, 5, 3, 4)]:
        yield (
            (n_values, d, n_a),
            int(rng.integers(1000)),
            rng.integers(0, n_values, (m, T)),
        )


@lab.check("djmodel", points=3, driver="dj")
def djmodel(rng):
    """Scores for batches and a single token; parameters found; layers shared."""
    for sizes, seed, tokens in bands(rng):
        yield case(*sizes, seed, tokens)


def _dj(forward, kept=True):
    def made(embedder, LSTM_cell, densor):
        nn = ref.nn

        class Other(nn.Model):
            def __init__(self):
                if kept:
                    self.layers = [embedder, LSTM_cell, densor]

            def forward(self, tokens):
                return forward(embedder, LSTM_cell, densor, tokens)

        return Other()

    return made


@djmodel.mistake(
    "There is no time axis: the dense layer sees the last state only. Every step "
    "predicts the next token."
)
def scores_of_the_last_step(embedder, LSTM_cell, densor):
    return _dj(lambda e, cell, d, x: d(cell(e(x))[1]))(embedder, LSTM_cell, densor)


@djmodel.mistake(
    "It returns probabilities. The loss takes scores and applies the softmax itself."
)
def probabilities_for_scores(embedder, LSTM_cell, densor):
    return _dj(lambda e, cell, d, x: ref.nn.softmax(d(cell(e(x))[0])))(
        embedder, LSTM_cell, densor
    )


@djmodel.mistake(
    "The model has no parameters to train. Keep the layers as attributes: self.… = …"
)
def layers_not_kept(embedder, LSTM_cell, densor):
    return _dj(lambda e, cell, d, x: d(cell(e(x))[0]), kept=False)(
        embedder, LSTM_cell, densor
    )


@djmodel.right
def dj_with_a_list(embedder, LSTM_cell, densor):
    return _dj(lambda e, cell, d, x: d(cell(e(x))[0]))(embedder, LSTM_cell, densor)


@djmodel.right
def dj_step_by_step(embedder, LSTM_cell, densor):
    def forward(embed, cell, dense, tokens):
        x, state, scores = embed(tokens), (), []
        for t in range(tokens.shape[1]):
            out, a, c = cell(x[:, t : t + 1], initial_state=state)
            state = (a, c)
            scores.append(dense(out))
        return ref.nn.concatenate(scores, axis=1)

    return _dj(forward)(embedder, LSTM_cell, densor)


@lab.check("music_inference_model", points=2, driver="one_note_after_another")
def music_inference_model(rng):
    """Several tokens one after the other, the state carried by hand."""
    for sizes, seed, tokens in bands(rng):
        yield case(*sizes, seed, tokens.ravel())


def _step(*, state=True, soft=True, swap=False):
    def made(embedder, LSTM_cell, densor):
        def step(x, a, c):
            begin = {"initial_state": (a, c)} if state else {}
            out, a, c = LSTM_cell(embedder(np.array([[x]])), **begin)
            scores = densor(out)
            p = (ref.nn.softmax(scores) if soft else scores).data[0, 0]
            return (p, c.data, a.data) if swap else (p, a.data, c.data)

        return step

    return made


@music_inference_model.mistake(
    "The state that was passed is not used: initial_state=(a, c)."
)
def forgets_the_tune(embedder, LSTM_cell, densor):
    return _step(state=False)(embedder, LSTM_cell, densor)


@music_inference_model.mistake("These are scores. Return probabilities.")
def scores_for_probabilities(embedder, LSTM_cell, densor):
    return _step(soft=False)(embedder, LSTM_cell, densor)


@music_inference_model.mistake(
    "c and a are mixed up: return the state a first, then the memory c."
)
def memory_before_state(embedder, LSTM_cell, densor):
    return _step(swap=True)(embedder, LSTM_cell, densor)


@music_inference_model.right
def inference_without_no_grad(embedder, LSTM_cell, densor):
    return _step()(embedder, LSTM_cell, densor)


@music_inference_model.right
def inference_from_the_last_state(embedder, LSTM_cell, densor):
    def step(x, a, c):
        _, a, c = LSTM_cell(embedder(np.array([[x]])), initial_state=(a, c))
        scores = densor(a).data.ravel()
        p = np.exp(scores - scores.max())
        return p / p.sum(), np.asarray(a.data), np.asarray(c.data)

    return step


@lab.check("predict_and_sample", points=2, driver="improvised")
def predict_and_sample(rng):
    """Tunes that follow a rule with certainty, one token, high and low temperatures.

    The statement: Ty tokens · p to the power 1/τ, scaled to sum 1 · drawn · drawn token
    and new state go into the next step · the first token is not in the result.
    """
    certain = certain_tune(rng, lambda: 40.0 * np.eye(5)[rng.permutation(5)], 8)
    yield case(*certain, 1.0)
    follows, first = rng.permutation(7), 0
    while follows[first] == first:
        first += 1
    yield case(40.0 * np.eye(7)[follows], first, 1, 1.0)
    # Close scores: a low temperature takes the best, others of 20 draws would not.
    close = np.tile(0.75 * np.arange(4.0), (4, 1))
    yield case(*certain_tune(rng, lambda: rng.permuted(close, axis=1), 20), 0.05)
    # The most likely token is the last but one: temperature and state move the mean
    # or the spread by four tenths of a standard deviation, 600 draws miss by less.
    scores = np.roll(np.cumsum(rng.uniform(1.4, 2.6, 6)), -1)
    yield case(np.tile(scores, (6, 1)), 0, 600, 2.0)


def certain_tune(rng, table, Ty):
    """Scores whose most likely tune depends on the tokens fed back and on the state.

    They are drawn until the tune differs from those without either.
    """
    while True:
        scores = table()
        first = int(rng.integers(len(scores)))
        tunes = [
            most_likely(scores, first, Ty, **how)
            for how in ({}, {"fed": False}, {"turned": False})
        ]
        if tunes[0] not in tunes[1:] and len(set(tunes[0])) > 2:
            return scores, first, Ty


def most_likely(scores, first, Ty, fed=True, turned=True):
    """The most likely tokens of a table that is rolled by one at every other step."""
    found, x = [], first
    for t in range(Ty):
        x = int(np.argmax(np.roll(scores[x if fed else first], turned * t % 2)))
        found.append(x)
    return found


def moments(scores, temperature):
    """Mean and standard deviation of the tokens over a table of equal rows."""
    p = np.exp(scores / temperature)
    p = (p + np.roll(p, 1)) / (2 * p.sum())
    tokens = np.arange(len(p))
    mean = float(tokens @ p)
    return mean, float(np.sqrt((tokens - mean) ** 2 @ p))


@predict_and_sample.expect
def improvised(scores, first, Ty, temperature):
    if Ty < 100:
        found = most_likely(scores, first, Ty)
        return {"results": np.eye(len(scores))[found], "indices": np.array([found]).T}
    mean, spread = moments(scores[0], temperature)
    return {"indices": draws((Ty, 1), mean, spread, continuous=False)}


def _improvise(
    model,
    x,
    a,
    c,
    Ty,
    tau,
    *,
    fed=True,
    kept=True,
    best=False,
    power=lambda tau: 1 / tau,
):
    """Play, with the usual ways to go wrong as options."""
    found, first = [], x
    for _ in range(Ty):
        p, a_new, c_new = model(x if fed else first, a, c)
        if kept:
            a, c = a_new, c_new
        p = p ** power(tau)
        x = int(p.argmax() if best else np.random.choice(len(p), p=p / p.sum()))
        found.append(x)
    return np.eye(len(p))[found], np.array(found).reshape(-1, 1)


def _wrong_tune(name, message, change=lambda *result: result, **how):
    """Register a mistake: `_improvise` with other options, or another result."""

    def version(
        inference_model,
        x_initializer,
        a_initializer,
        c_initializer,
        Ty=50,
        temperature=1.0,
    ):
        start = inference_model, x_initializer, a_initializer, c_initializer
        return change(*_improvise(*start, Ty, temperature, **how))

    version.__name__ = name
    predict_and_sample.mistake(message)(version)


_wrong_tune(
    "repeats_the_first_token",
    "The drawn token is not fed back: the next step must receive it.",
    fed=False,
)
_wrong_tune(
    "plays_without_memory",
    "State and memory do not move on: pass the new ones to the next step.",
    kept=False,
)
_wrong_tune(
    "plays_the_most_likely",
    "It always takes the most likely token. Draw one.",
    best=True,
)
_wrong_tune(
    "temperature_upside_down",
    "The power is τ. It is 1/τ: a low temperature makes likely tokens more likely.",
    power=lambda tau: tau,
)
_wrong_tune(
    "any_temperature",
    "The temperature has no effect. It acts by the power 1/τ; a factor cancels when p "
    "is divided by its sum.",
    power=lambda tau: 1,
)
_wrong_tune(
    "flat_indices",
    "The indices are flat. They form a column, (Ty, 1).",
    lambda results, indices: (results, indices.ravel()),
)


@predict_and_sample.mistake(
    "The first token given is part of the result. Only the drawn ones belong to it."
)
def first_token_in_the_result(
    inference_model, x_initializer, a_initializer, c_initializer, Ty=50, temperature=1.0
):
    _, found = _improvise(
        inference_model, x_initializer, a_initializer, c_initializer, Ty, temperature
    )
    found = np.concatenate([[[x_initializer]], found[:-1]])
    n = len(inference_model(x_initializer, a_initializer, c_initializer)[0])
    return np.eye(n)[found.ravel()], found


@predict_and_sample.right
def improvise_by_logarithms(
    inference_model, x_initializer, a_initializer, c_initializer, Ty=50, temperature=1.0
):
    rng, x, a, c, rows = (
        np.random.default_rng(3),
        x_initializer,
        a_initializer,
        c_initializer,
        [],
    )
    for _ in range(Ty):
        p, a, c = inference_model(x, a, c)
        scores = np.log(np.maximum(p, 1e-300)) / temperature
        x = int(np.argmax(scores + rng.gumbel(size=len(p))))
        rows.append(np.arange(len(p)) == x)
    return np.array(rows), np.argmax(rows, axis=1)[:, None]


@predict_and_sample.right
def improvise_in_one_go(
    inference_model, x_initializer, a_initializer, c_initializer, Ty=50, temperature=1.0
):
    return _improvise(
        inference_model, x_initializer, a_initializer, c_initializer, Ty, temperature
    )
