"""Hidden tests of C5W1: the LSTM."""

import numpy as np

from autograder.checks.C5W1.common import (
    NO_LAYERS,
    lab,
    ref,
    sequences,
    sigmoid,
    softmax_rows,
    steps,
)
from autograder.checks.check import case
from autograder.checks.precision import as_float32

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
