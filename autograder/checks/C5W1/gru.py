"""Hidden tests of C5W1: the GRU."""

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


add_loop_mistakes(gru_forward, "gru", "c0")


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
