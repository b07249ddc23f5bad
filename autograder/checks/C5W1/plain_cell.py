"""Hidden tests of C5W1: sequences and the plain cell."""

import numpy as np

from autograder.checks.C5W1.common import (
    NO_LAYERS,
    add_loop_mistakes,
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


@lab.check("rnn_forward", points=3, forbid=NO_LAYERS)
def rnn_forward(rng):
    """Several steps, one step of one sequence, and sizes that are equal."""
    for x, a0, parameters in sequences(rng, "rnn"):
        yield case(x, a0, parameters)


add_loop_mistakes(rnn_forward, "rnn", "a0")


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
