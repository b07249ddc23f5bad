"""Hidden tests of C5W3: a translator with attention."""

import numpy as np

from autograder.checks.C5W3.common import lab, ref
from autograder.checks.check import case

lab.concept(
    "attention_count",
    points=1,
    answer=300,
    why="Each of the 10 output steps has a weight for each of the 30 letters.",
    because={
        30: "That is one output step. Each step has its own weights.",
        10: "Each step has one weight per letter, not one in all.",
        40: "Steps and letters multiply: every step attends to every letter.",
        900: "Letters do not attend to letters here; output steps attend to letters.",
    },
)


@lab.check("one_step_attention", points=7, driver="attended")
def one_step_attention(rng):
    """Several sizes, one sequence, one letter; context, weights and gradients."""
    for m, Tx, n, n_s, hidden in [(3, 4, 6, 5, 7), (1, 6, 2, 3, 4), (2, 1, 4, 2, 3)]:
        seed = int(rng.integers(2**31))
        yield case(rng.normal(size=(m, Tx, n)), rng.normal(size=(m, n_s)), hidden, seed)


def _attend(a, s_prev, densor1, densor2, *, axis=1, first="a", mean=False, keep=True):
    nn = ref.nn
    m, Tx, _ = a.shape
    n_s = s_prev.shape[1]
    s = nn.broadcast_to(s_prev.reshape(m, 1, n_s), (m, Tx, n_s))
    energies = densor2(densor1(nn.concatenate([a, s] if first == "a" else [s, a])))
    alphas = energies if axis is None else nn.softmax(energies, axis=axis)
    weighted = alphas * a
    sum_up = weighted.mean if mean else weighted.sum
    return sum_up(axis=1, keepdims=keep), alphas


@one_step_attention.mistake(
    "The softmax runs over the last axis, which has length 1, so every weight is 1. "
    "The letters should compete with each other."
)
def softmax_over_the_last_axis(a, s_prev, densor1, densor2):
    return _attend(a, s_prev, densor1, densor2, axis=2)


@one_step_attention.mistake(
    "The softmax runs over the batch, so the sequences compete with each other. The "
    "letters of one sequence should."
)
def softmax_over_the_batch(a, s_prev, densor1, densor2):
    return _attend(a, s_prev, densor1, densor2, axis=0)


@one_step_attention.mistake(
    "The context was summed over the features of a state. Sum over the letters, axis 1."
)
def summed_over_features(a, s_prev, densor1, densor2):
    _, alphas = _attend(a, s_prev, densor1, densor2)
    return (alphas * a).sum(axis=2, keepdims=True), alphas


@one_step_attention.mistake(
    "The weights do not sum to 1: divide the exponentials by their sum over the "
    "letters."
)
def exponentials_only(a, s_prev, densor1, densor2):
    nn = ref.nn
    _, energies = _attend(a, s_prev, densor1, densor2, axis=None)
    alphas = nn.exp(energies)
    return (alphas * a).sum(axis=1, keepdims=True), alphas


@one_step_attention.mistake(
    "The energies were used as weights: the softmax is missing."
)
def without_softmax(a, s_prev, densor1, densor2):
    return _attend(a, s_prev, densor1, densor2, axis=None)


@one_step_attention.mistake(
    "The order in densor1's input is wrong: the encoder states come first, then the "
    "decoder state."
)
def state_first(a, s_prev, densor1, densor2):
    return _attend(a, s_prev, densor1, densor2, first="s")


@one_step_attention.mistake(
    "The context is Tx times too small. The weights already sum to 1, so add up the "
    "weighted states; do not average them."
)
def averages_the_states(a, s_prev, densor1, densor2):
    return _attend(a, s_prev, densor1, densor2, mean=True)


@one_step_attention.mistake(
    "The context has lost its time axis. Its shape is (m, 1, 2 n_a), as an LSTM needs "
    "it."
)
def context_without_time(a, s_prev, densor1, densor2):
    return _attend(a, s_prev, densor1, densor2, keep=False)


@one_step_attention.mistake(
    "The attention weights are right, but the context is the plain sum of the encoder "
    "states: the weights are not used."
)
def unweighted_sum(a, s_prev, densor1, densor2):
    _, alphas = _attend(a, s_prev, densor1, densor2)
    return a.sum(axis=1, keepdims=True), alphas


@one_step_attention.mistake(
    "The two results are swapped: the context comes first, then the weights."
)
def weights_first(a, s_prev, densor1, densor2):
    context, alphas = _attend(a, s_prev, densor1, densor2)
    return alphas, context


@one_step_attention.mistake(
    "The values are right, but no gradient reaches `a` and `s_prev`: the results are "
    "not tensors, or were computed from `.data`."
)
def returns_arrays(a, s_prev, densor1, densor2):
    context, alphas = _attend(a, s_prev, densor1, densor2)
    return context.data, alphas.data


@one_step_attention.mistake(
    "The context has the shape of the encoder states: they are weighted, but not added "
    "up over the letters."
)
def weighted_states(a, s_prev, densor1, densor2):
    _, alphas = _attend(a, s_prev, densor1, densor2)
    return alphas * a, alphas


@one_step_attention.mistake(
    "The attention weights have lost their last axis: their shape is (m, Tx, 1)."
)
def weights_without_the_last_axis(a, s_prev, densor1, densor2):
    context, alphas = _attend(a, s_prev, densor1, densor2)
    return context, alphas.reshape(*alphas.shape[:2])


@one_step_attention.right
def attention_by_matmul(a, s_prev, densor1, densor2):
    nn = ref.nn
    s = nn.stack([s_prev] * a.shape[1], axis=1)
    energies = densor2(densor1(nn.concatenate([a, s], axis=2)))
    alphas = nn.softmax(energies, axis=-2)
    return nn.matmul(alphas.swapaxes(1, 2), a), alphas


@one_step_attention.right
def attention_by_hand(a, s_prev, densor1, densor2):
    nn = ref.nn
    m, Tx, n = a.shape
    energies = []
    for t in range(Tx):
        both = nn.concatenate([a[:, t], s_prev])
        energies.append(densor2(densor1(both)))  # (m, 1)
    e = nn.exp(nn.stack(energies, axis=1))
    alphas = e / e.sum(axis=1, keepdims=True)
    context = sum(alphas[:, t] * a[:, t] for t in range(Tx))
    return context.reshape(m, 1, n), alphas


@one_step_attention.right
def attention_transposed(a, s_prev, densor1, densor2):
    _, alphas = _attend(a, s_prev, densor1, densor2)
    m, _, n = a.shape
    context = (a.swapaxes(1, 2) @ alphas).reshape(m, 1, n)
    return context, alphas


@lab.check("modelf", points=7, driver="translated", seconds=20)
def modelf(rng):
    """Names and shapes of the arrays, scores and weights; one letter and one step."""
    for m, Tx, Ty, n_a, n_s, V, K in [(2, 5, 3, 2, 4, 3, 5), (1, 1, 2, 3, 2, 4, 2)]:
        x = 3 * np.eye(V)[rng.integers(0, V, (m, Tx))]
        yield case(x, Ty, n_a, n_s, K, int(rng.integers(2**31)))


def _translator(
    Tx,
    Ty,
    n_a,
    n_s,
    V,
    K,
    rng,
    *,
    carry="sc",
    soft=False,
    fresh=False,
    ways=2,
    last=False,
    transpose=False,
    cell=False,
    mixed=False,
    tanh="tanh",
    weights_axis=1,
):
    nn = ref.nn

    class Translator(nn.Model):
        def __init__(self):
            if ways == 2:
                self.pre = nn.Bidirectional(
                    nn.LSTM, V, n_a, return_sequences=True, rng=rng
                )
            else:
                self.pre = nn.LSTM(V, 2 * n_a, return_sequences=True, rng=rng)
            self.densor1 = nn.Dense(2 * n_a + n_s, 10, activation=tanh, rng=rng)
            self.densor2 = nn.Dense(10, 1, rng=rng)
            self.post = nn.LSTM(2 * n_a, n_s, return_state=True, rng=rng)
            self.output = nn.Dense(n_s, K, rng=rng)

        def forward(self, x, return_weights=False):
            a = self.pre(x)
            zero = nn.as_tensor(np.zeros((len(a.data), n_s), a.dtype))
            s = c = zero
            scores, kept = [], []
            for _ in range(Ty):
                context, alphas = ref.one_step_attention(
                    a, zero if fresh else c if cell else s, self.densor1, self.densor2
                )
                start = (s if "s" in carry else zero, c if "c" in carry else zero)
                _, s, c = self.post(context, initial_state=start)
                s, c = (c, s) if mixed else (s, c)
                scores.append(self.output(c if last else s))
                kept.append(alphas.data[:, :, 0])
            scores = nn.stack(scores, axis=0 if transpose else 1)
            scores = nn.softmax(scores) if soft else scores
            kept = np.stack(kept, axis=weights_axis)
            return (scores, kept) if return_weights else scores

    return Translator()


@modelf.mistake("Every step starts from zeros. Carry `s` and `c` on from step to step.")
def forgets_the_state(Tx, Ty, n_a, n_s, V, K, rng):
    return _translator(Tx, Ty, n_a, n_s, V, K, rng, carry="")


@modelf.mistake("Every step starts from zeros. Carry `s` and `c` on from step to step.")
def forgets_all_states(Tx, Ty, n_a, n_s, V, K, rng):
    return _translator(Tx, Ty, n_a, n_s, V, K, rng, carry="", fresh=True)


@modelf.mistake(
    "The cell state `c` starts from zeros at every step. Carry it on, as `s` is."
)
def forgets_the_cell_state(Tx, Ty, n_a, n_s, V, K, rng):
    return _translator(Tx, Ty, n_a, n_s, V, K, rng, carry="s")


@modelf.mistake(
    "The two states that `self.post` returns are mixed up: it returns (output, s, c)."
)
def mixes_the_states(Tx, Ty, n_a, n_s, V, K, rng):
    return _translator(Tx, Ty, n_a, n_s, V, K, rng, mixed=True)


@modelf.mistake("`densor1` has no tanh.")
def without_tanh(Tx, Ty, n_a, n_s, V, K, rng):
    return _translator(Tx, Ty, n_a, n_s, V, K, rng, tanh=None)


@modelf.mistake(
    "The axes of the attention weights are swapped: they should be (m, Ty, Tx)."
)
def weights_transposed(Tx, Ty, n_a, n_s, V, K, rng):
    return _translator(Tx, Ty, n_a, n_s, V, K, rng, weights_axis=2)


@modelf.mistake(
    "Attention is always computed with the first decoder state, so every step has the "
    "same weights. Use the current `s`."
)
def attends_with_the_first_state(Tx, Ty, n_a, n_s, V, K, rng):
    return _translator(Tx, Ty, n_a, n_s, V, K, rng, fresh=True)


@modelf.mistake(
    "Attention is computed with the cell state `c`. Use the decoder state `s`."
)
def attends_with_the_cell_state(Tx, Ty, n_a, n_s, V, K, rng):
    return _translator(Tx, Ty, n_a, n_s, V, K, rng, cell=True)


@modelf.mistake("It returns probabilities. The loss takes scores, before the softmax.")
def returns_probabilities(Tx, Ty, n_a, n_s, V, K, rng):
    return _translator(Tx, Ty, n_a, n_s, V, K, rng, soft=True)


@modelf.mistake("The scores are computed from the cell state `c`. Use the state `s`.")
def writes_from_the_cell_state(Tx, Ty, n_a, n_s, V, K, rng):
    return _translator(Tx, Ty, n_a, n_s, V, K, rng, last=True)


@modelf.mistake("The scores have time as their first axis. The batch comes first.")
def translator_time_first(Tx, Ty, n_a, n_s, V, K, rng):
    return _translator(Tx, Ty, n_a, n_s, V, K, rng, transpose=True)


@modelf.mistake(
    "The encoder reads in one direction only. It should be an nn.Bidirectional."
)
def reads_one_way(Tx, Ty, n_a, n_s, V, K, rng):
    return _translator(Tx, Ty, n_a, n_s, V, K, rng, ways=1)


@modelf.right
def translator_with_lists(Tx, Ty, n_a, n_s, V, K, rng):
    nn = ref.nn

    class Dates(nn.Model):
        def __init__(self):
            self.output = nn.Dense(n_s, K, rng=rng)
            self.post = nn.LSTM(2 * n_a, n_s, return_state=True, rng=rng)
            self.densor2 = nn.Dense(10, 1, rng=rng)
            self.densor1 = nn.Dense(2 * n_a + n_s, 10, "tanh", rng=rng)
            self.pre = nn.Bidirectional(nn.LSTM, V, n_a, return_sequences=True, rng=rng)

        def forward(self, x, return_weights=False):
            states, state, kept, written = self.pre(x), None, [], []
            for _ in range(Ty):
                m = states.shape[0]
                if state is None:
                    state = (nn.Tensor(np.zeros((m, n_s))),) * 2
                seen, share = ref.one_step_attention(
                    states, state[0], self.densor1, self.densor2
                )
                out, *state = self.post(seen, initial_state=tuple(state))
                written.append(self.output(out).reshape(m, 1, K))
                kept.append(share.data.swapaxes(1, 2))
            scores = nn.concatenate(written, axis=1)
            return (scores, np.concatenate(kept, 1)) if return_weights else scores

    return Dates()


@modelf.right
def translator_with_one_dense_call(Tx, Ty, n_a, n_s, V, K, rng):
    model = _translator(Tx, Ty, n_a, n_s, V, K, rng)
    nn = ref.nn

    def forward(x, return_weights=False):
        a = model.pre(x)
        s = c = nn.as_tensor(np.zeros((a.shape[0], n_s)))
        states, kept = [], []
        for _ in range(Ty):
            context, alphas = ref.one_step_attention(a, s, model.densor1, model.densor2)
            _, s, c = model.post(context, initial_state=(s, c))
            states.append(s)
            kept.append(alphas)
        scores = model.output(nn.stack(states, axis=1))
        weights = nn.concatenate(kept, axis=2).data.swapaxes(1, 2)
        return (scores, weights) if return_weights else scores

    model.forward = forward
    return model


lab.concept(
    "context_means",
    points=1,
    answer="C",
    why="The context of this step is the sum of the encoder states, weighted by α.",
    because={
        "A": "The weights say where the decoder looks, not what it writes.",
        "B": "How sure it is of a symbol is in the softmax over symbols.",
        "D": "Weights sum to 1 over the letters of one step, not over the steps.",
    },
)
