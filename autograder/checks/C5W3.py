"""Hidden tests of C5W3: attention, decoding, BLEU, CTC, trigger words."""

import itertools
from collections import Counter

import numpy as np

from autograder.checks.check import Lab, case

lab = Lab("C5W3")
ref = lab.reference


# --- attention -----------------------------------------------------------------------

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


# --- decoding ------------------------------------------------------------------------


def table_of(rng, k, V, zeros=0.0):
    """Probabilities of the next symbol by time (mod k) and symbol, some of them 0."""
    p = rng.dirichlet(np.full(V, 0.7), size=(k, V + 1))
    p = p + 0.01
    if zeros:
        keep = rng.random(p.shape) >= zeros
        keep[..., 1] |= ~keep.any(axis=-1)
        p = p * keep
    return p / p.sum(axis=-1, keepdims=True)


def relabelled(rng, table):
    """The same table with other names for the symbols, and slightly other numbers."""
    V = table.shape[2]
    new = np.append(0, 1 + rng.permutation(V - 1))
    moved = np.zeros(table.shape)
    rows = np.append(new, V)  # the last row is for the start
    moved[:, rows[:, None], new] = table * rng.uniform(0.97, 1.03, table.shape)
    return moved / moved.sum(axis=-1, keepdims=True)


def rules(V, *steps):
    """A table from the rules of each step: symbol before → {symbol: probability}."""
    table = np.ones((len(steps), V + 1, V))
    for row, step in zip(table, steps, strict=True):
        for before, shares in step.items():
            row[V if before is None else before] = 0.004
            for symbol, p in shares.items():
                row[V if before is None else before, symbol] = p
    return table / table.sum(axis=-1, keepdims=True)


def led_astray():
    """Greedy takes 1 (0.5, then at best 0.4); 2 (0.4, then the end, 0.9) is better."""
    return rules(
        3,
        {None: {0: 0.1, 1: 0.5, 2: 0.4}, 2: {0: 0.6, 1: 0.2, 2: 0.2}},
        {1: {0: 0.3, 1: 0.3, 2: 0.4}, 2: {0: 0.9, 1: 0.05, 2: 0.05}},
    )


def stepping_aside():
    """For two beams. An end comes early, but loses; 1, 4 is right, 3, 5 better still.

    A search that lets the end keep its place in the beam, or keeps one extension of
    each prefix, misses 1, 4. One that keeps more than two prefixes finds 3, 5.
    """
    return rules(
        6,
        {None: {1: 0.44, 0: 0.3, 3: 0.22, 2: 0.01}},
        {1: {2: 0.45, 4: 0.41, 3: 0.05}, 3: {5: 0.97}},
        {4: {0: 0.86, 1: 0.1}, 5: {0: 0.98}, 2: {1: 0.3, 3: 0.3, 5: 0.2}},
        {},
    )


def three_beams():
    """For three beams. 1, 4 is right; 2, 5 would be better, but is the fourth."""
    return rules(
        6,
        {None: {1: 0.45, 2: 0.3, 3: 0.15, 4: 0.06}},
        {1: {2: 0.45, 4: 0.42}, 2: {3: 0.5, 5: 0.43}, 3: {1: 0.3, 2: 0.3, 4: 0.3}},
        {
            4: {0: 0.58, 1: 0.2, 2: 0.2},
            5: {0: 0.98},
            2: {1: 0.3, 3: 0.3, 4: 0.3},
            3: {1: 0.3, 2: 0.3, 4: 0.3},
        },
        {},
    )


def two_early_ends():
    """For two beams. Both have ended after two symbols; 1, 2, 3, 0 scores better."""
    return rules(
        4,
        {None: {0: 0.3, 1: 0.6, 2: 0.05}},
        {1: {0: 0.5, 2: 0.48}},
        {2: {3: 0.97}},
        {3: {0: 0.98}},
    )


@lab.check("greedy_decode", points=4, driver="decoded")
def greedy_decode(rng):
    """Ends early, ends at once, cut off at max_len, impossible symbols."""
    yield case(relabelled(rng, led_astray()), 9)
    for V, length, ends in [(5, 12, True), (3, 3, False), (4, 1, False)]:
        while True:
            table = table_of(rng, 2, V, 0.3)
            table[:, :, 0] *= 0.4  # the end comes late, if at all
            found, _ = ref.greedy_decode(over(table), length)
            if (found[-1] == 0) == ends and len(found) > 2 * ends:
                break
        yield case(table, length)
    at_once = table_of(rng, 1, 4)
    at_once[0, 4] = [0.6, *rng.dirichlet(np.full(3, 9.0)) * 0.4]
    yield case(at_once, 5)
    cut = table_of(rng, 1, 3)
    cut[..., 0] = 0
    yield case(cut, 4)


def _greedy(
    step,
    max_len,
    *,
    add=lambda total, log_p: total + log_p,
    keep_end=True,
    pick=np.argmax,
    stop=True,
    context=lambda y: tuple(y),
):
    y, total = [], 0.0
    for _ in range(max_len):
        log_p = step(context(y))
        best = int(pick(log_p))
        total = add(total, log_p[best])
        if best or keep_end:
            y.append(best)
        if best == 0 and stop:
            break
    return y, total


@greedy_decode.mistake(
    "The end symbol is missing from the sequence. It is part of the output."
)
def leaves_out_the_end(step, max_len):
    return _greedy(step, max_len, keep_end=False)


@greedy_decode.mistake("The sequence may have one symbol more than `max_len`.")
def one_symbol_too_many(step, max_len):
    return _greedy(step, max_len + 1)


@greedy_decode.mistake(
    "`step` gets only the last symbol. Give it all symbols written so far."
)
def forgets_the_prefix(step, max_len):
    return _greedy(step, max_len, context=lambda y: tuple(y[-1:]))


@greedy_decode.mistake("It does not stop at the end symbol, 0.")
def runs_on(step, max_len):
    return _greedy(step, max_len, stop=False)


@greedy_decode.mistake(
    "The log probability of the end symbol is not counted. It is part of the output."
)
def end_not_counted(step, max_len):
    y, total = _greedy(step, max_len)
    return y, total - step(tuple(y[:-1]))[0] if y[-1] == 0 else total


@greedy_decode.mistake("The second result is the probability. Return its logarithm.")
def greedy_probability(step, max_len):
    y, total = _greedy(step, max_len)
    return y, np.exp(total)


@greedy_decode.mistake(
    "The log probabilities were multiplied. The logarithm of a product is a sum."
)
def multiplies_logarithms(step, max_len):
    y, _ = _greedy(step, max_len)
    logs = [step(tuple(y[:t]))[s] for t, s in enumerate(y)]
    return y, np.prod(logs)


@greedy_decode.mistake(
    "The log probability is that of the last symbol only. Add up those of all symbols."
)
def last_symbol_only(step, max_len):
    return _greedy(step, max_len, add=lambda total, log_p: log_p)


@greedy_decode.mistake(
    "The second result is the mean of the log probabilities. Return their sum."
)
def greedy_mean(step, max_len):
    y, total = _greedy(step, max_len)
    return y, total / len(y)


@greedy_decode.mistake(
    "It stops after the first symbol. Go on until the end symbol, 0, or `max_len`."
)
def stops_at_once(step, max_len):
    return _greedy(step, 1)


@greedy_decode.mistake(
    "The end symbol is missing, both from the sequence and from the sum. It is part of "
    "the output."
)
def stops_before_the_end(step, max_len):
    y, total = [], 0.0
    while len(y) < max_len:
        log_p = step(tuple(y))
        best = int(np.argmax(log_p))
        if best == 0:
            break
        y.append(best)
        total += log_p[best]
    return y, total


@greedy_decode.right
def greedy_recursive(step, max_len, prefix=()):
    if max_len == 0 or (prefix and prefix[-1] == 0):
        return list(prefix), 0.0
    log_p = step(prefix)
    best = max(range(len(log_p)), key=lambda i: log_p[i])
    y, rest = greedy_recursive(step, max_len - 1, (*prefix, best))
    return y, rest + log_p[best]


@greedy_decode.right
def greedy_in_an_array(step, max_len):
    y, logs = np.zeros(max_len, int), []
    for t in range(max_len):
        log_p = step(tuple(y[:t]))
        y[t] = log_p.argmax()
        logs.append(log_p.max())
        if y[t] == 0:
            return y[: t + 1], np.sum(logs)
    return y, np.sum(logs)


@greedy_decode.right
def greedy_in_float32(step, max_len):
    y, total = _greedy(lambda prefix: step(prefix).astype(np.float32), max_len)
    return tuple(y), np.float32(total)


lab.concept(
    "width_one",
    points=1,
    answer="A",
    why="Keeping one prefix is greedy search; keeping all of them tries every output.",
    because={
        "B": "Nothing is drawn at random, and a wide beam compares more outputs.",
        "C": "It is the other way round: a wider beam compares more outputs.",
        "D": "All outputs are compared by their score, short and long ones.",
    },
)


@lab.check("beam_search", points=9, driver="searched")
def beam_search(rng):
    """Widths from 1 up, penalties 0 to 1.2, cut off or ended, impossible symbols.

    The statement: the best B of all extensions, no more, whatever their prefixes are ·
    finished ones are set aside · impossible ones are dropped · at most max_len symbols
    · the sum over a power of the length, the end included · in the end all compete.
    """
    yield case(relabelled(rng, led_astray()), 2, 6, 0.0)
    for penalty in (0.7, 0.9, 0.5):
        yield case(relabelled(rng, stepping_aside()), 2, 6, penalty)
    for penalty in (0.6, 1.2):
        yield case(relabelled(rng, three_beams()), 3, 5, penalty)
    yield case(relabelled(rng, two_early_ends()), 2, 6, 0.7)
    # The best is cut off by max_len; others have ended. No beam is needed for it.
    late = told_apart(
        lambda: fading(rng),
        (3, 5, 0.7),
        differ=(ended_ones_only, winner_by_the_sum),
        same=(loses_the_finished, best_of_each_prefix, keeps_one, keeps_all),
    )
    yield case(late, 3, 5, 0.7)
    # Wide enough for all; the best has ended, and is not the likeliest.
    wide = told_apart(
        lambda: table_of(rng, 3, 3, 0.2),
        (40, 4, 1.2),
        differ=(winner_by_the_sum, loses_the_finished, keeps_one),
        same=(ended_ones_only, best_of_each_prefix),
    )
    yield case(wide, 40, 4, 1.2)
    # A finished sequence scores better than a prefix of the winner.
    taken = told_apart(
        lambda: table_of(rng, 4, 5, 0.2),
        (2, 6, 1.2),
        differ=(finished_compete_for_the_beam,),
        same=(),
    )
    yield case(taken, 2, 6, 1.2)
    yield case(table_of(rng, 1, 6), 4, 1, 0.0)
    # Short ends are likely, long ones cheap by the symbol: the penalty decides.
    shares = {
        None: {0: 0.30, 1: 0.60, 2: 0.10},
        1: {0: 0.05, 1: 0.90, 2: 0.05},
        2: {0: 0.80, 1: 0.10, 2: 0.10},
    }
    for penalty in (0.0, 0.7, 1.0):
        yield case(relabelled(rng, rules(3, shares)), 2, 7, penalty)


def over(table):
    """Step function of a table, as the driver makes it."""

    def step(prefix):
        with np.errstate(divide="ignore"):
            row = prefix[-1] if prefix else table.shape[2]
            return np.log(table[len(prefix) % len(table), row])

    return step


def fading(rng):
    """A table whose sequences end late, if at all."""
    table = table_of(rng, 3, 4, 0.2)
    table[..., 0] *= 0.5
    return table / table.sum(axis=-1, keepdims=True)


def told_apart(make, given, differ, same):
    """A table over which some wrong searches find another sequence, others the same."""
    while True:
        table = make()
        best, _ = ref.beam_search(over(table), *given)
        if all(wrong(over(table), *given)[0] != best for wrong in differ) and all(
            wrong(over(table), *given)[0] == best for wrong in same
        ):
            return table


def _beam(
    step,
    B,
    max_len,
    penalty,
    *,
    each=False,
    ended_only=False,
    open_only=False,
    length=len,
    add=np.add,
    best=max,
    raw=False,
    keep_going=False,
    prune=True,
    rank=None,
    first_end=False,
    ends=None,
    apart=False,
    final=lambda total: total,
):
    beams, finished = [((), 0.0)], []
    for _ in range(max_len):
        found = []
        for prefix, total in beams:
            if keep_going and prefix and prefix[-1] == 0:
                found.append((prefix, total))
                continue
            log_p = step(prefix)
            more = [
                ((*prefix, int(i)), add(total, log_p[i]))
                for i in np.flatnonzero(np.isfinite(log_p))
            ]
            more.sort(key=lambda one: -one[1])
            found += more[:1] if each == "one" else more[:B] if each else more
        found.sort(key=rank or (lambda one: -one[1]))
        if apart:
            finished += [one for one in found if one[0][-1] == 0]
            found = [one for one in found if one[0][-1] != 0]
        kept = found[:B] if prune else found
        if keep_going:
            beams = kept
        else:
            finished += [one for one in kept if one[0][-1] == 0]
            beams = [one for one in kept if one[0][-1] != 0]
        if (first_end and finished) or (ends and len(finished) >= ends):
            break
    if keep_going:
        finished = []
    pool = beams if open_only else finished + beams
    if ended_only:
        pool = finished or beams
    if not pool:
        return [], 0.0
    scored = [(list(y), final(total) / length(y) ** penalty) for y, total in pool]
    y, score = best(scored, key=lambda one: one[1])
    if raw:
        score = {tuple(y): t for y, t in pool}[tuple(y)]
    return y, score


@beam_search.mistake(
    "The score is not normalized by the length: `length_penalty` is not used."
)
def not_normalized(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, 0.0)


@beam_search.mistake(
    "The sum is always divided by the length itself, whatever `length_penalty` is."
)
def always_the_mean(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, 1.0)


@beam_search.mistake(
    "The sequence is right, but the score is the plain sum. Return the normalized one."
)
def returns_the_sum(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, raw=True)


@beam_search.mistake(
    "The length leaves out the end symbol. It counts, as its log probability does."
)
def length_without_the_end(step, B, max_len, length_penalty):
    return _beam(
        step, B, max_len, length_penalty, length=lambda y: max(len(y) - (y[-1] == 0), 1)
    )


@beam_search.mistake(
    "Each prefix keeps only its own best extension. Keep the best B of all extensions "
    "together."
)
def best_of_each_prefix(step, B, max_len, length_penalty):
    log_p = step(())
    order = np.argsort(-log_p, kind="stable")[:B]
    beams = [((int(i),), log_p[i]) for i in order if np.isfinite(log_p[i])]
    finished = [one for one in beams if one[0][-1] == 0]
    beams = [one for one in beams if one[0][-1] != 0]
    for _ in range(max_len - 1):
        grown = []
        for prefix, total in beams:
            log_p = step(prefix)
            i = int(np.argmax(log_p))
            grown.append(((*prefix, i), total + log_p[i]))
        finished += [one for one in grown if one[0][-1] == 0]
        beams = [one for one in grown if one[0][-1] != 0]
    scored = [(list(y), t / len(y) ** length_penalty) for y, t in finished + beams]
    return max(scored, key=lambda one: one[1])


@beam_search.mistake("Only one prefix is kept in each round: that is greedy search.")
def keeps_one(step, B, max_len, length_penalty):
    return _beam(step, 1, max_len, length_penalty)


@beam_search.mistake(
    "Sequences cut off by `max_len` are dropped. They compete with the finished ones."
)
def ended_ones_only(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, ended_only=True)


@beam_search.mistake(
    "The beam becomes narrower with every finished sequence. Set these aside and keep "
    "the B best extensions in every round."
)
def finished_block_the_beam(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, keep_going=True)


@beam_search.mistake(
    "It stops when B sequences are finished. Others may still score better: go on "
    "until `max_len`, or until no prefix is left."
)
def stops_at_the_last_of_b(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, ends=B)


@beam_search.mistake(
    "It makes one round too few: a sequence may have `max_len` symbols."
)
def one_round_too_few(step, B, max_len, length_penalty):
    return _beam(step, B, max_len - 1, length_penalty)


@beam_search.mistake(
    "Extensions that end were taken out before the B best were chosen. Choose among "
    "all, then set aside those that end."
)
def ends_taken_out_first(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, apart=True)


@beam_search.mistake(
    "Probabilities were multiplied. The score is a sum of their logarithms."
)
def multiplies_probabilities(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, final=np.exp)


@beam_search.mistake(
    "The sequence with the lowest score comes back. Scores are negative; the largest "
    "one wins."
)
def picks_the_worst(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, best=min)


@beam_search.mistake("The sum was multiplied by a power of the length. Divide by it.")
def multiplies_by_the_length(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, -length_penalty)


@beam_search.mistake(
    "Finished sequences are lost: only those that are cut off compete at the end."
)
def loses_the_finished(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, open_only=True)


@beam_search.mistake(
    "Only the extensions of the last prefix are kept. Collect those of all prefixes."
)
def extends_the_last_only(step, B, max_len, length_penalty):
    beams, finished = [((), 0.0)], []
    for _ in range(max_len):
        found = []
        for prefix, total in beams:
            log_p = step(prefix)
            found = [
                ((*prefix, int(i)), total + log_p[i])
                for i in np.flatnonzero(np.isfinite(log_p))
            ]
        found.sort(key=lambda one: -one[1])
        finished += [one for one in found[:B] if one[0][-1] == 0]
        beams = [one for one in found[:B] if one[0][-1] != 0]
    pool = [(list(y), t / len(y) ** length_penalty) for y, t in finished + beams]
    return max(pool, key=lambda one: one[1])


@beam_search.mistake(
    "More than B beginnings go on. Of all extensions together, keep the B best and no "
    "more."
)
def keeps_all(step, B, max_len, length_penalty):
    return _beam(step, 500, max_len, length_penalty)


@beam_search.mistake(
    "More than B beginnings go on. Of all extensions together, keep the B best and no "
    "more."
)
def one_beam_too_many(step, B, max_len, length_penalty):
    return _beam(step, B + 1, max_len, length_penalty)


@beam_search.mistake(
    "More than B beginnings go on. Of all extensions together, keep the B best and no "
    "more."
)
def twice_as_wide(step, B, max_len, length_penalty):
    return _beam(step, 2 * B, max_len, length_penalty)


@beam_search.mistake(
    "The winner is the sequence with the largest sum. Compare the scores, which are "
    "normalized by the length."
)
def winner_by_the_sum(step, B, max_len, length_penalty):
    y, total = _beam(step, B, max_len, 0.0)
    return y, total / max(len(y), 1) ** length_penalty


@beam_search.mistake(
    "The least likely extensions are kept. Keep those with the largest sums."
)
def keeps_the_least_likely(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, rank=lambda one: one[1])


@beam_search.mistake(
    "It stops as soon as one sequence is finished. Others may still score better: go "
    "on until `max_len`, or until no prefix is left."
)
def stops_at_the_first_end(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, first_end=True)


@beam_search.mistake(
    "Finished sequences compete with the extensions for places in the beam. Set them "
    "aside: they compete at the end."
)
def finished_compete_for_the_beam(step, B, max_len, length_penalty):
    return _beam(
        step,
        B,
        max_len,
        length_penalty,
        keep_going=True,
        rank=lambda one: -one[1] / len(one[0]) ** length_penalty,
    )


@beam_search.right
def beam_by_heap(step, B, max_len, length_penalty):
    import heapq

    beams, pool = {(): 0.0}, {}
    for _ in range(max_len):
        grown = {}
        for prefix, total in beams.items():
            for symbol, log_p in enumerate(step(prefix)):
                if log_p > -np.inf:
                    grown[(*prefix, symbol)] = total + log_p
        best = heapq.nlargest(B, grown, key=grown.get)
        pool |= {y: grown[y] for y in best if y[-1] == 0}
        beams = {y: grown[y] for y in best if y[-1] != 0}
        if not beams:
            break
    scores = {y: t / len(y) ** length_penalty for y, t in (pool | beams).items()}
    y = max(scores, key=scores.get)
    return list(y), scores[y]


@beam_search.right
def beam_with_arrays(step, B, max_len, length_penalty):
    prefixes, totals, scored = [()], np.zeros(1), []
    for t in range(max_len):
        if not prefixes:
            break
        table = totals[:, None] + np.array([step(prefix) for prefix in prefixes])
        order = np.argsort(-table, axis=None)[:B]
        order = [i for i in order if np.isfinite(table.flat[i])]
        V = table.shape[1]
        grown = [((*prefixes[i // V], int(i % V)), table.flat[i]) for i in order]
        scored += [
            (list(y), v / (t + 1) ** length_penalty)
            for y, v in grown
            if y[-1] == 0 or t == max_len - 1
        ]
        grown = [one for one in grown if one[0][-1] != 0]
        prefixes, totals = [y for y, _ in grown], np.array([v for _, v in grown])
    return max(scored, key=lambda one: one[1])


@beam_search.right
def beam_in_float32(step, B, max_len, length_penalty):
    def rounded(prefix):
        return step(prefix).astype(np.float32)

    y, score = _beam(rounded, B, max_len, length_penalty)
    return tuple(y), np.float32(score)


lab.concept(
    "short_outputs",
    points=1,
    answer="B",
    why="Dividing by a power of the length makes up for that.",
    because={
        "A": "A wider beam is even more likely to find the short, likely outputs.",
        "C": "A longer output has a smaller probability, never one above 1.",
        "D": "The encoder reads the whole sentence, whatever λ is.",
    },
)


@lab.check("beam_or_model", points=2, all_or_nothing=True)
def beam_or_model(rng):
    """Probabilities and logarithms; both equal. A coin would be right in every other.

    The statement: the search is at fault only if it missed something likelier.
    """
    for sign in (1, -1):
        low, high = np.sort(rng.random(2) * 0.4)
        yield case(sign * low, sign * high)
        yield case(sign * high, sign * low)
    equal = float(rng.uniform(0.1, 0.9))
    yield case(-10 * equal, -10 * equal)
    yield case(equal, equal)


@beam_or_model.mistake(
    "It is the wrong way round: if the model finds the person's output likelier, the "
    "search missed it."
)
def errors_swapped(p_star, p_hat):
    return "model" if p_star > p_hat else "beam"


@beam_or_model.mistake(
    "If both outputs are equally likely, the search has missed nothing better."
)
def beam_for_ties(p_star, p_hat):
    return "beam" if p_star >= p_hat else "model"


@beam_or_model.mistake('The answer is always "model". Compare the two numbers.')
def always_the_model(p_star, p_hat):
    return "model"


@beam_or_model.mistake('The answer is always "beam". Compare the two numbers.')
def always_the_beam(p_star, p_hat):
    return "beam"


@beam_or_model.right
def fault_by_difference(p_star, p_hat):
    return ["model", "beam"][int(p_star - p_hat > 0)]


@beam_or_model.right
def fault_by_maximum(p_star, p_hat):
    return "model" if max(p_star, p_hat) == p_hat else "beam"


# --- BLEU ----------------------------------------------------------------------------

WORDS = ["the", "cat", "dog", "sat", "on", "mat", "a", "is"]


def sentences(rng, grams=(1, 2, 2)):
    """Candidates that share phrases with two or three references, and repeat them.

    They are drawn until clipping matters for n-grams of the given lengths: at the
    largest count in a single reference, not at the sum, and not at 1.
    """

    def some(n):
        return [WORDS[i] for i in rng.integers(0, 5, n)]

    for lengths, n in zip([(9, 12, 9), (14, 11, 16), (9, 7, 8, 6)], grams, strict=True):
        while True:
            c, *refs = lengths
            candidate = some(c)
            references = [some(r) for r in refs]
            references[-1][:5] = candidate[-5:]
            references[0][1:5] = candidate[:4]
            candidate[4:6] = candidate[:2]
            wrong = (
                unclipped,
                clipped_at_the_sum,
                counts_each_once,
                first_reference_only,
                best_reference_only,
            )
            right = ref.clipped_precision(candidate, references, n)
            if all(other(candidate, references, n) != right for other in wrong):
                break
        yield candidate, references


@lab.check("clipped_precision", points=4)
def clipped_precision(rng):
    """One to three references, n from 1 to 4, repeats, too short candidates.

    The statement: clipped at the largest count in a single reference · the candidate's
    n-grams, repeats too · none where there are too few words.
    """
    word, *rest = rng.permutation(WORDS[:6]).tolist()
    yield case([word] * 7, [[*rest, word, word], [word, *rest]], 1)
    for n, (candidate, references) in zip((1, 2, 2), sentences(rng), strict=True):
        yield case(candidate, references, n)
    for n, (candidate, references) in zip(
        (1, 2, 1), sentences(rng, (1, 2, 1)), strict=True
    ):
        yield case(candidate, references, n)
    words = rng.choice(WORDS, 4, replace=False).tolist()
    yield case(words, [words + words], 4)
    yield case(words[:2], [words], 3)
    yield case([], [words], 1)


def _grams(words, n):
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


@clipped_precision.mistake(
    "The counts are not clipped: an n-gram counts at most as often as in the reference "
    "that has it most often."
)
def unclipped(candidate, references, n):
    known = set().union(*(_grams(r, n) for r in references))
    counts = _grams(candidate, n)
    return sum(k for g, k in counts.items() if g in known), counts.total()


@clipped_precision.mistake(
    "Counts are clipped at the sum over the references. Clip at the largest count in a "
    "single one."
)
def clipped_at_the_sum(candidate, references, n):
    allowed = sum((_grams(r, n) for r in references), Counter())
    counts = _grams(candidate, n)
    return (counts & allowed).total(), counts.total()


@clipped_precision.mistake(
    "The whole candidate is compared with one reference, the best one. Take the "
    "largest count of each n-gram separately."
)
def best_reference_only(candidate, references, n):
    counts = _grams(candidate, n)
    matches = max((counts & _grams(r, n)).total() for r in references)
    return matches, counts.total()


@clipped_precision.mistake("Only the first reference is used. Use all of them.")
def first_reference_only(candidate, references, n):
    counts = _grams(candidate, n)
    return (counts & _grams(references[0], n)).total(), counts.total()


@clipped_precision.mistake(
    "Each different n-gram counts once. Repeats count too, up to the clip."
)
def counts_each_once(candidate, references, n):
    known = set().union(*(_grams(r, n) for r in references))
    mine = set(_grams(candidate, n))
    return len(mine & known), len(mine)


@clipped_precision.mistake(
    "The total is the number of words. Count the candidate's n-grams."
)
def total_of_words(candidate, references, n):
    return ref.clipped_precision(candidate, references, n)[0], len(candidate)


@clipped_precision.mistake("The last n-gram of each text is left out.")
def leaves_out_the_last_of_each(candidate, references, n):
    return ref.clipped_precision(candidate[:-1], [r[:-1] for r in references], n)


@clipped_precision.mistake("The last n-gram of the candidate is left out.")
def leaves_out_the_last_gram(candidate, references, n):
    counts = _grams(candidate[:-1], n)
    allowed = Counter()
    for r in references:
        allowed |= _grams(r, n)
    return (counts & allowed).total(), counts.total()


@clipped_precision.mistake(
    "The total is the number of n-grams in a reference, as for a recall. Count those "
    "of the candidate."
)
def total_of_the_reference(candidate, references, n):
    matches, _ = ref.clipped_precision(candidate, references, n)
    return matches, max(len(references[0]) - n + 1, 0)


@clipped_precision.mistake(
    "Matches are clipped at 1. An n-gram may count more than once, up to its largest "
    "count in a reference."
)
def clipped_at_one(candidate, references, n):
    known = set().union(*(_grams(r, n) for r in references))
    counts = _grams(candidate, n)
    return sum(g in known for g in counts), counts.total()


@clipped_precision.mistake(
    "Only single words are counted. An n-gram is n words in a row."
)
def single_words_only(candidate, references, n):
    return ref.clipped_precision(candidate, references, 1)


@clipped_precision.right
def clipped_with_lists(candidate, references, n):
    mine = [candidate[i : i + n] for i in range(max(len(candidate) - n + 1, 0))]
    matches, seen = 0, []
    for gram in mine:
        if gram in seen:
            continue
        seen.append(gram)
        most = max(
            sum(r[i : i + n] == gram for i in range(len(r) - n + 1)) for r in references
        )
        matches += min(mine.count(gram), most)
    return matches, len(mine)


@clipped_precision.right
def clipped_with_strings(candidate, references, n):
    def grams(words):
        shifted = zip(*(words[k:] for k in range(n)), strict=False)
        return Counter(" ".join(gram) for gram in shifted)

    mine, theirs = grams(candidate), [grams(r) for r in references]
    matches = sum(min(k, max(t[g] for t in theirs)) for g, k in mine.items())
    return np.int64(matches), sum(mine.values())


@clipped_precision.right
def clipped_as_floats(candidate, references, n):
    matches, total = clipped_with_lists(candidate, references, n)
    return float(matches), float(total)


lab.concept(
    "clipped_by_hand",
    points=1,
    answer=0.5,
    digits=2,
    why="Of six pairs three match: “the cat” (once), “on the” and “the mat”.",
    because={
        0.67: "“the cat” occurs once in the reference, so it counts once. 4/6 is not "
        "clipped.",
        0.6: "Repeats stay in the total: there are six pairs, five of them different.",
        0.43: "Seven words make six pairs.",
        0.71: "That is the precision of single words (n = 1).",
    },
)


@lab.check("bleu", points=6)
def bleu(rng):
    """Short, long and equal candidates, several references, max_n below 4, zeros.

    The statement: the geometric mean of max_n clipped precisions · a penalty if shorter
    than the closest reference, the shorter of two · 0 if a precision is 0.
    """
    for n, max_n in [(11, 4), (9, 2), (14, 3), (10, 3), (12, 2), (13, 4)]:
        yield case(*half_right(rng, n, max_n), max_n)
    words = rng.permutation([*WORDS, "red", "blue", "old", "new"]).tolist()
    yield case(words[:8], [words])
    yield case([*words, "today"], [words])
    yield case([words[0], *words], [words[1:]])
    yield case(words, [words[:10], [*words, "and", "so"]])  # 10 and 14: the shorter
    yield case([*words[:10], "yes"], [[*words, "or"], words[:5]])
    yield case(words[:5], [words[5:]])
    yield case(words[:3], [words[:3]])
    yield case(words[:3], [words[:3]], 2)
    yield case([], [words])


def half_right(rng, n, max_n):
    """A candidate of n words, a little too short, that repeats a phrase wrongly.

    Words are drawn until clipping, the type of mean and max_n all make a difference.
    """
    while True:
        words = rng.choice(WORDS, n + 1).tolist()
        candidate = [*words[: n - 3], *words[1:4]]
        references = [rng.choice(WORDS, n + 4).tolist(), words]
        right = ref.bleu(candidate, references, max_n)
        other = [
            bleu_unclipped(candidate, references, max_n),
            plain_mean(candidate, references, max_n),
            product_of_precisions(candidate, references, max_n),
            ref.bleu(candidate, references, 4) if max_n < 4 else 0.0,
        ]
        if right > 0.05 and all(abs(one / right - 1) > 0.002 for one in other):
            return candidate, references


def _bleu(candidate, references, max_n, *, precision=None, penalty=None, mean="geo"):
    precision = precision or ref.clipped_precision
    counts = [precision(candidate, references, n + 1) for n in range(max_n)]
    if any(matches == 0 for matches, _ in counts):
        return 0.0
    c = len(candidate)
    r = min((abs(len(x) - c), len(x)) for x in references)[1]
    p = np.array([a / b for a, b in counts])
    middle = {
        "geo": np.exp(np.log(p).mean()),
        "mean": p.mean(),
        "sum": np.exp(np.log(p).sum()),
    }[mean]
    if penalty is None:
        return min(1.0, np.exp(1 - r / c)) * middle
    return penalty(c, r) * middle


@bleu.mistake(
    "The fraction in the brevity penalty is upside down: short candidates should lose."
)
def penalty_inverted(candidate, references, max_n=4):
    return _bleu(
        candidate, references, max_n, penalty=lambda c, r: min(1.0, np.exp(1 - c / r))
    )


@bleu.mistake("The brevity penalty is missing: short candidates score too high.")
def without_penalty(candidate, references, max_n=4):
    return _bleu(candidate, references, max_n, penalty=lambda c, r: 1.0)


@bleu.mistake(
    "The brevity penalty rewards candidates that are longer than the reference. It is "
    "at most 1."
)
def rewards_length(candidate, references, max_n=4):
    return _bleu(candidate, references, max_n, penalty=lambda c, r: np.exp(1 - r / c))


@bleu.mistake("The precisions are not clipped. Use your `clipped_precision`.")
def bleu_unclipped(candidate, references, max_n=4):
    return _bleu(candidate, references, max_n, precision=unclipped)


@bleu.mistake(
    "The precisions were averaged by their arithmetic mean. BLEU takes the geometric "
    "mean."
)
def plain_mean(candidate, references, max_n=4):
    return _bleu(candidate, references, max_n, mean="mean")


@bleu.mistake(
    "That is the product of the precisions, not their geometric mean: the root is "
    "missing."
)
def product_of_precisions(candidate, references, max_n=4):
    return _bleu(candidate, references, max_n, mean="sum")


def _with_reference_length(choose):
    def wrong(candidate, references, max_n=4):
        c = len(candidate)
        r = choose(c, [len(x) for x in references])
        return _bleu(
            candidate, references, max_n, penalty=lambda *_: min(1.0, np.exp(1 - r / c))
        )

    return wrong


@bleu.mistake(
    "r is always the length of the first reference. Take the closest in length."
)
def length_of_the_first(candidate, references, max_n=4):
    return _with_reference_length(lambda c, r: r[0])(candidate, references, max_n)


@bleu.mistake("r is the length of the shortest reference. Take the closest in length.")
def length_of_the_shortest(candidate, references, max_n=4):
    return _with_reference_length(lambda c, r: min(r))(candidate, references, max_n)


@bleu.mistake("If two references are equally close in length, the shorter one counts.")
def longer_of_two(candidate, references, max_n=4):
    return _with_reference_length(lambda c, r: min((abs(x - c), -x, x) for x in r)[2])(
        candidate, references, max_n
    )


@bleu.mistake("r is the length of the longest reference. Take the closest in length.")
def length_of_the_longest(candidate, references, max_n=4):
    return _with_reference_length(lambda c, r: max(r))(candidate, references, max_n)


@bleu.mistake("r is the mean length of the references. Take the closest in length.")
def mean_length(candidate, references, max_n=4):
    return _with_reference_length(lambda c, r: np.mean(r))(candidate, references, max_n)


@bleu.mistake("Precisions that are 0 were left out of the mean. BLEU is 0 then.")
def skips_zeros(candidate, references, max_n=4):
    counts = [ref.clipped_precision(candidate, references, n + 1) for n in range(max_n)]
    logs = [np.log(matches / total) for matches, total in counts if matches]
    if not logs:
        return 0.0
    c = len(candidate)
    r = min((abs(len(x) - c), len(x)) for x in references)[1]
    return min(1.0, np.exp(1 - r / c)) * np.exp(np.mean(logs))


@bleu.mistake("The longest n-grams, those of `max_n` words, are missing.")
def without_the_longest(candidate, references, max_n=4):
    return ref.bleu(candidate, references, max_n - 1)


@bleu.mistake("It always uses n-grams of up to four words, whatever `max_n` is.")
def always_four(candidate, references, max_n=4):
    return ref.bleu(candidate, references, 4)


@bleu.mistake("It is always 0. Return 0 only if a precision is 0.")
def always_zero(candidate, references, max_n=4):
    return 0.0


@bleu.mistake(
    "The penalty was divided by the geometric mean. Multiply them: BLEU is at most 1."
)
def divides_by_the_mean(candidate, references, max_n=4):
    whole = ref.bleu(candidate, references, max_n)
    if not whole:
        return 0.0
    c = len(candidate)
    r = min((abs(len(x) - c), len(x)) for x in references)[1]
    return min(1.0, np.exp(1 - r / c)) ** 2 / whole


@bleu.mistake(
    "The brevity penalty is the fraction c / r itself. Look at its formula again: "
    "where does the fraction stand?"
)
def penalty_without_the_exponential(candidate, references, max_n=4):
    return _bleu(candidate, references, max_n, penalty=lambda c, r: min(1.0, c / r))


@bleu.right
def bleu_as_a_product(candidate, references, max_n=4):
    product, c = 1.0, len(candidate)
    for n in range(1, max_n + 1):
        matches, total = ref.clipped_precision(candidate, references, n)
        product *= (matches / total) ** (1 / max_n) if total else 0.0
    if not product:
        return 0.0
    lengths = sorted(len(r) for r in references)
    r = min(lengths, key=lambda length: abs(length - c))  # the first is the shorter
    return product if c > r else product * np.exp(1 - r / c)


@bleu.right
def bleu_with_loops(candidate, references, max_n=4):
    logs = []
    for n in range(1, max_n + 1):
        matches, total = clipped_with_lists(candidate, references, n)
        if not matches:
            return 0
        logs.append(np.log(matches) - np.log(total))
    near = sorted(references, key=lambda r: (abs(len(r) - len(candidate)), len(r)))[0]
    return float(np.exp(min(0, 1 - len(near) / len(candidate)) + np.mean(logs)))


@bleu.right
def bleu_in_float32(candidate, references, max_n=4):
    return np.float32(bleu_with_loops(candidate, references, max_n))


# --- CTC -----------------------------------------------------------------------------


@lab.check("ctc_collapse", points=3)
def ctc_collapse(rng):
    """Words, doubled letters, blanks at both ends, numbers, blanks only, nothing.

    The statement: repeats merge first, then blanks go · ints or letters, a list or a
    string · a list comes back.
    """
    for n in (3, 5):
        letters = rng.permutation(list("abcdefgh"))[:n].tolist()
        double, *rest = letters
        said = "".join(k * int(rng.integers(1, 4)) for k in rest)
        yield case(f"_{double}{double}_{double}{said}_{double}_", "_")
    for blank in (0, 3, 2, 9, 5):
        symbols = np.repeat(rng.integers(0, 10, 8), rng.integers(1, 4, 8))
        a, b, c = rng.choice([k for k in range(10) if k != blank], 3, replace=False)
        said = [*symbols, a, blank, a, b, b, c, a]
        yield case([int(s) for s in said], blank)
    a, b, blank = rng.choice(10, 3, replace=False).tolist()
    yield case([a, a, b, b, a, blank], blank)
    yield case([blank] * int(rng.integers(2, 6)), blank)
    yield case([], 0)


@ctc_collapse.mistake(
    "Blanks were dropped before repeats were merged, so double letters are lost."
)
def drops_first(symbols, blank):
    kept = [s for s in symbols if s != blank]
    return [s for s, _ in itertools.groupby(kept)]


@ctc_collapse.mistake("It returns a string. Return a list of symbols.")
def returns_a_string(symbols, blank):
    return "".join(map(str, ref.ctc_collapse(symbols, blank)))


@ctc_collapse.mistake("The blanks are still there. Drop them after merging.")
def keeps_blanks(symbols, blank):
    return [s for s, _ in itertools.groupby(symbols)]


@ctc_collapse.mistake("Repeats are not merged: equal symbols in a row become one.")
def keeps_repeats(symbols, blank):
    return [s for s in symbols if s != blank]


@ctc_collapse.mistake(
    "Each symbol occurs at most once. Only repeats *in a row* are merged."
)
def each_symbol_once(symbols, blank):
    return [s for s in dict.fromkeys(symbols) if s != blank]


@ctc_collapse.right
def collapse_with_a_loop(symbols, blank):
    out, before = [], None
    for s in symbols:
        if s != before and s != blank:
            out.append(s)
        before = s
    return out


@ctc_collapse.right
def collapse_by_pairs(symbols, blank):
    pairs = zip([None, *symbols], symbols, strict=False)
    return [s for before, s in pairs if s not in (before, blank)]


@ctc_collapse.right
def collapse_by_recursion(symbols, blank):
    if len(symbols) == 0:
        return []
    rest = collapse_by_recursion(symbols[1:], blank)
    again = len(symbols) > 1 and symbols[0] == symbols[1]
    return rest if again or symbols[0] == blank else [symbols[0], *rest]


lab.concept(
    "ctc_paths",
    points=1,
    answer=6,
    why="They are aaa, aa_, _aa, a__, _a_ and __a. The other two, a_a and ___, are "
    "read as aa and as nothing.",
    because={
        7: "a_a is read as “aa”: the blank keeps the two apart.",
        3: "Repeats are merged, so aaa, aa_ and _aa are read as “a” too.",
        8: "Three blanks are read as nothing, and a_a as “aa”.",
        5: "Count again: one a in three positions, two in a row in two, and aaa.",
        1: "Many paths are read as “a”: blanks are dropped and repeats are merged.",
    },
)


def ctc_cases(rng):
    """Probabilities and labels: doubled letters, empty, too long, several blanks."""
    for T, V, labels, blank in [
        (5, 4, [1, 2], 0),
        (7, 3, [0, 0, 1], 2),
        (6, 4, [2, 0, 2, 2], 1),
        (3, 3, [], 0),
        (1, 3, [2], 1),
    ]:
        yield rng.dirichlet(np.full(V, 3.0), size=T), labels, blank


def _alphas(
    probs,
    labels,
    blank,
    *,
    skip="letters",
    start=2,
    stay=True,
    one=True,
    emit=True,
    join=sum,
):
    z = [blank] + [s for label in labels for s in (label, blank)]
    alphas = np.zeros((len(probs), len(z)))
    alphas[0, :start] = probs[0, z[:start]]
    for t in range(1, len(probs)):
        for s, symbol in enumerate(z):
            ways = [stay * alphas[t - 1, s]]
            if s >= 1 and one:
                ways.append(alphas[t - 1, s - 1])
            allowed = {
                "letters": symbol != blank and s >= 2 and symbol != z[s - 2],
                "all": True,
                "never": False,
                "equal too": symbol != blank,
                "blanks too": s >= 2 and (symbol == blank or symbol != z[s - 2]),
            }[skip]
            if s >= 2 and allowed:
                ways.append(alphas[t - 1, s - 2])
            alphas[t, s] = join(ways) * (probs[t, symbol] if emit else 1)
    return alphas


@lab.check("ctc_alphas", points=7)
def ctc_alphas(rng):
    """Doubled letters, an empty label, a single step, blanks at any index."""
    for one in ctc_cases(rng):
        yield case(*one)


@ctc_alphas.mistake(
    "Paths skip the blank between two equal letters, which would then merge into one."
)
def skips_between_equals(probs, labels, blank):
    return _alphas(probs, labels, blank, skip="equal too")


@ctc_alphas.mistake(
    "Paths skip from blank to blank, so the letter between them would be lost."
)
def skips_letters(probs, labels, blank):
    return _alphas(probs, labels, blank, skip="blanks too")


@ctc_alphas.mistake(
    "Paths move on by two positions everywhere. That is allowed only between different "
    "letters."
)
def skips_everywhere(probs, labels, blank):
    return _alphas(probs, labels, blank, skip="all")


@ctc_alphas.mistake("Paths never skip a blank. Between different letters they may.")
def never_skips(probs, labels, blank):
    return _alphas(probs, labels, blank, skip="never")


@ctc_alphas.mistake(
    "Paths start with a blank only. They may start with the first letter."
)
def starts_with_a_blank(probs, labels, blank):
    return _alphas(probs, labels, blank, start=1)


@ctc_alphas.mistake(
    "In the first row, the probabilities of the symbols at that step are missing."
)
def starts_with_ones(probs, labels, blank):
    ones = np.vstack([np.ones_like(probs[:1]), probs[1:]])
    return _alphas(ones, labels, blank)


@ctc_alphas.mistake("Paths never stay in their position. They may.")
def never_stays(probs, labels, blank):
    return _alphas(probs, labels, blank, stay=False)


@ctc_alphas.mistake(
    "From the second step on, the probability of the symbol at that step is missing."
)
def forgets_the_symbol(probs, labels, blank):
    return _alphas(probs, labels, blank, emit=False)


@ctc_alphas.mistake(
    "The table has columns for the letters only. With the blanks around them there are "
    "2 L + 1."
)
def without_blanks(probs, labels, blank):
    return ref.ctc_alphas(probs, labels, blank)[:, 1::2]


@ctc_alphas.mistake(
    "The table holds only zeros: its first row, where paths start, was never filled."
)
def without_a_first_row(probs, labels, blank):
    return 0 * ref.ctc_alphas(probs, labels, blank)


@ctc_alphas.mistake(
    "Only the likeliest of the ways into a position counts, as in Viterbi's algorithm. "
    "α counts the paths that came by any of them."
)
def likeliest_way_in(probs, labels, blank):
    return _alphas(probs, labels, blank, join=max)


@ctc_alphas.right
def alphas_vectorized(probs, labels, blank):
    z = np.full(2 * len(labels) + 1, blank)
    z[1::2] = labels
    skip = np.zeros(len(z))
    skip[2:] = (z[2:] != blank) & (z[2:] != z[:-2])
    rows = []
    for p in probs:
        if not rows:
            before = np.zeros(len(z) + 2)
            total = np.array([1.0, 1.0] + [0.0] * len(z))[: len(z)]
        else:
            before = np.concatenate([[0, 0], rows[-1]])
            total = before[2:] + before[1:-1] + skip * before[:-2]
        rows.append(total * p[z])
    return np.array(rows)


@ctc_alphas.right
def alphas_in_logarithms(probs, labels, blank):
    z = [blank] + [s for label in labels for s in (label, blank)]
    logs, table = np.log(probs), np.full((len(probs), len(z)), -np.inf)
    table[0, :2] = logs[0, z[:2]]
    for t in range(1, len(probs)):
        for s in range(len(z)):
            total = table[t - 1, s]
            if s:
                total = np.logaddexp(total, table[t - 1, s - 1])
            if s > 1 and s % 2 and z[s] != z[s - 2]:
                total = np.logaddexp(total, table[t - 1, s - 2])
            table[t, s] = total + logs[t, z[s]]
    return np.exp(table)


@ctc_alphas.right
def alphas_in_float32(probs, labels, blank):
    table = alphas_vectorized(probs.astype(np.float32), labels, blank)
    return table.astype(np.float32)


@lab.check("ctc_forward", points=2)
def ctc_forward(rng):
    """Doubled letters, an empty label, one step; a label too long for the steps."""
    for one in ctc_cases(rng):
        yield case(*one)
    yield case(rng.dirichlet(np.full(3, 3.0), size=3), [1, 1, 2], 0)


@ctc_forward.mistake(
    "Only paths that end in a blank count. A path may also end in the last letter."
)
def ends_in_a_blank(probs, labels, blank):
    return ref.ctc_alphas(probs, labels, blank)[-1, -1]


@ctc_forward.mistake(
    "Only paths that end in the last letter count. A path may also end in the blank "
    "after it."
)
def ends_in_a_letter(probs, labels, blank):
    table = ref.ctc_alphas(probs, labels, blank)
    return table[-1, -2] if labels else 0.0


@ctc_forward.mistake(
    "The whole last row was added up, so paths count that have not reached the end of "
    "the label."
)
def adds_the_whole_row(probs, labels, blank):
    return ref.ctc_alphas(probs, labels, blank)[-1].sum()


@ctc_forward.mistake("That is the loss, -ln P. Return the probability P.")
def returns_the_loss(probs, labels, blank):
    p = ref.ctc_forward(probs, labels, blank)
    return -np.log(p) if p else np.inf


@ctc_forward.right
def forward_by_brute_force(probs, labels, blank):
    total = 0.0
    for path in itertools.product(range(probs.shape[1]), repeat=len(probs)):
        if ref.ctc_collapse(path, blank) == list(labels):
            total += np.prod(probs[np.arange(len(probs)), path])
    return total


@ctc_forward.right
def forward_by_reading_steps(probs, labels, blank):
    reached = {((), blank): 1.0}  # label so far, last symbol → probability
    for row in probs:
        after = Counter()
        for (label, last), p in reached.items():
            for symbol, q in enumerate(row):
                longer = label if symbol in (blank, last) else (*label, symbol)
                after[longer, symbol] += p * q
        reached = after
    return sum(p for (label, _), p in reached.items() if label == tuple(labels))


@ctc_forward.right
def forward_from_both_ends(probs, labels, blank):
    table = ref.ctc_alphas(probs[::-1], labels[::-1], blank)
    return float(sum(table[-1, max(table.shape[1] - 2, 0) :]))


@lab.check("ctc_gradient", points=6)
def ctc_gradient(rng):
    """Doubled letters, an empty label, one step, blanks at any index."""
    for one in ctc_cases(rng):
        yield case(*one)


def _shares(
    probs,
    labels,
    blank,
    *,
    last=False,
    divide=True,
    total=True,
    reverse=True,
    letters=True,
):
    """γ, with what can go wrong on the way to it."""
    alphas = ref.ctc_alphas(probs, labels, blank)
    back = labels[::-1] if letters else labels
    betas = ref.ctc_alphas(probs[::-1], back, blank)[::-1, :: -1 if reverse else 1]
    through = alphas * betas
    if total:
        through = through / alphas[-1, -2:].sum()
    gamma = np.zeros(probs.shape)
    for s in range(through.shape[1]):
        k = labels[s // 2] if s % 2 else blank
        part = through[:, s] / (probs[:, k] if divide else 1)
        gamma[:, k] = part if last else gamma[:, k] + part
    return gamma


@ctc_gradient.mistake("The sign is wrong: that is the gradient of ln P, not of -ln P.")
def uphill(probs, labels, blank):
    return _shares(probs, labels, blank) - probs


@ctc_gradient.mistake(
    "That is the gradient with respect to the probabilities. Return the one with "
    "respect to the scores before the softmax."
)
def gradient_of_probabilities(probs, labels, blank):
    return -_shares(probs, labels, blank) / probs


@ctc_gradient.mistake(
    "Positions with the same symbol overwrite each other. Add them up."
)
def overwrites_positions(probs, labels, blank):
    return probs - _shares(probs, labels, blank, last=True)


@ctc_gradient.mistake("The probability of step t is in both tables: divide by it once.")
def counts_the_step_twice(probs, labels, blank):
    return probs - _shares(probs, labels, blank, divide=False)


@ctc_gradient.mistake("The shares γ do not sum to 1 at each step: divide by P(labels).")
def without_the_total(probs, labels, blank):
    return probs - _shares(probs, labels, blank, total=False)


@ctc_gradient.mistake(
    "The table β was not reversed back: its steps and positions run backwards."
)
def table_not_reversed(probs, labels, blank):
    alphas = ref.ctc_alphas(probs, labels, blank)
    betas = ref.ctc_alphas(probs[::-1], labels[::-1], blank)
    gamma = np.zeros(probs.shape)
    for s in range(alphas.shape[1]):
        k = labels[s // 2] if s % 2 else blank
        gamma[:, k] += alphas[:, s] * betas[:, s] / probs[:, k]
    return probs - gamma / alphas[-1, -2:].sum()


@ctc_gradient.mistake(
    "The shares were computed from α alone. The rest of each path, β, is missing."
)
def alphas_alone(probs, labels, blank):
    alphas = ref.ctc_alphas(probs, labels, blank)
    gamma = np.zeros(probs.shape)
    for s in range(alphas.shape[1]):
        gamma[:, labels[s // 2] if s % 2 else blank] += alphas[:, s]
    return probs - gamma / gamma.sum(axis=1, keepdims=True)


@ctc_gradient.mistake(
    "The positions of β still run backwards: reverse both axes of the table."
)
def positions_not_reversed(probs, labels, blank):
    return probs - _shares(probs, labels, blank, reverse=False)


@ctc_gradient.mistake(
    "The steps were reversed for β, but not the letters of the label."
)
def letters_not_reversed(probs, labels, blank):
    return probs - _shares(probs, labels, blank, letters=False)


@ctc_gradient.mistake("Those are the shares γ alone. The last formula is missing.")
def shares_alone(probs, labels, blank):
    return _shares(probs, labels, blank)


@ctc_gradient.right
def gradient_by_products(probs, labels, blank):
    z = np.full(2 * len(labels) + 1, blank)
    z[1::2] = labels
    alphas = ref.ctc_alphas(probs, labels, blank)
    betas = ref.ctc_alphas(probs[::-1], list(labels)[::-1], blank)[::-1, ::-1]
    paths = alphas * betas / probs[:, z]
    paths /= paths.sum(axis=1, keepdims=True)
    return probs - paths @ np.eye(probs.shape[1])[z]


@ctc_gradient.right
def gradient_by_differences(probs, labels, blank):
    scores, gradient, h = np.log(probs), np.zeros(probs.shape), 1e-5

    def loss(s):
        e = np.exp(s)
        p = e / e.sum(axis=1, keepdims=True)
        return -np.log(ref.ctc_forward(p, labels, blank))

    for index in np.ndindex(*probs.shape):
        change = np.zeros(probs.shape)
        change[index] = h
        gradient[index] = (loss(scores + change) - loss(scores - change)) / (2 * h)
    return gradient


@ctc_gradient.right
def gradient_in_float32(probs, labels, blank):
    return gradient_by_products(probs.astype(np.float32), labels, blank).astype(
        np.float32
    )


# --- sound ---------------------------------------------------------------------------


@lab.check("spectrogram", points=5)
def spectrogram(rng):
    """Several sizes and hops, a single frame, a tone, silence."""
    yield case(rng.normal(size=520))
    yield case(0.1 * rng.normal(size=200))
    yield case(rng.normal(size=100), 16, 7)
    yield case(np.sin(np.arange(150) * rng.uniform(0.5, 1.5)), 32, 40)
    yield case(np.zeros(int(rng.integers(70, 90))), size=20, hop=10)
    yield case(0.3 * rng.normal(size=71), 10, 6)


def _spectrogram(
    x, size, hop, *, window=np.hanning, power=2, log=np.log, floor=1e-6, last=1
):
    starts = range(0, len(x) - size + last, hop)
    frames = np.array([x[i : i + size] * window(size) for i in starts])
    frames = frames.reshape(-1, size)
    return log(floor + np.abs(np.fft.rfft(frames, axis=1)) ** power)


@spectrogram.mistake("The frames were not multiplied by the window.")
def without_window(x, size=200, hop=80):
    return _spectrogram(x, size, hop, window=np.ones)


@spectrogram.mistake("That is the Hamming window. The Hann window is np.hanning.")
def hamming_window(x, size=200, hop=80):
    return _spectrogram(x, size, hop, window=np.hamming)


def _periodic(size):
    return np.hanning(size + 1)[:-1]


@spectrogram.mistake(
    "The window is a periodic Hann window, as in PyTorch and librosa. np.hanning makes "
    "a symmetric one."
)
def periodic_window(x, size=200, hop=80):
    return _spectrogram(x, size, hop, window=_periodic)


@spectrogram.mistake(
    "The sound was padded at both ends, so there are too many frames. A frame must lie "
    "within the sound."
)
def centred_frames(x, size=200, hop=80):
    return _spectrogram(np.pad(x, size // 2, mode="reflect"), size, hop)


@spectrogram.mistake("The magnitude was not squared. The power is its square.")
def magnitude(x, size=200, hop=80):
    return _spectrogram(x, size, hop, power=1)


@spectrogram.mistake("Those are decibels. Use the natural logarithm alone.")
def decibels(x, size=200, hop=80):
    return _spectrogram(x, size, hop, log=lambda p: 10 * np.log10(p))


@spectrogram.mistake("The small number 1e-6 was not added before the logarithm.")
def without_a_floor(x, size=200, hop=80):
    with np.errstate(divide="ignore"):
        return _spectrogram(x, size, hop, floor=0.0)


@spectrogram.mistake("The logarithm is missing.")
def without_logarithm(x, size=200, hop=80):
    return _spectrogram(x, size, hop, log=lambda p: p - 1e-6)


@spectrogram.mistake("That is the decimal logarithm. Use the natural one.")
def decimal_logarithm(x, size=200, hop=80):
    return _spectrogram(x, size, hop, log=np.log10)


@spectrogram.mistake("The axes are swapped: time comes first, (frames, frequencies).")
def frequencies_first(x, size=200, hop=80):
    return ref.spectrogram(x, size, hop).T


@spectrogram.mistake("The last frame is missing where it ends exactly with the sound.")
def misses_the_last_frame(x, size=200, hop=80):
    return _spectrogram(x, size, hop, last=0).reshape(-1, size // 2 + 1)


@spectrogram.mistake(
    "A frame begins where the last one ends. A new one begins every `hop` samples."
)
def frames_side_by_side(x, size=200, hop=80):
    return _spectrogram(x, size, size)


@spectrogram.mistake(
    "Negative frequencies are there too. For real samples they mirror the positive "
    "ones, and rfft leaves them out."
)
def both_halves(x, size=200, hop=80):
    frames = np.array([x[i : i + size] for i in range(0, len(x) - size + 1, hop)])
    power = np.abs(np.fft.fft(frames * np.hanning(size), axis=1)) ** 2
    return np.log(1e-6 + power)


@spectrogram.right
def spectrogram_by_loop(x, size=200, hop=80):
    rows = []
    start = 0
    while start + size <= len(x):
        X = np.fft.rfft(np.hanning(size) * x[start : start + size])
        rows.append(np.log(X.real**2 + X.imag**2 + 1e-6))
        start += hop
    return np.array(rows)


@spectrogram.right
def spectrogram_by_matrix(x, size=200, hop=80):
    n, k = np.arange(size), np.arange(size // 2 + 1)
    waves = np.exp(-2j * np.pi * np.outer(n, k) / size)
    frames = np.lib.stride_tricks.sliding_window_view(x, size)[::hop]
    return np.log(1e-6 + np.abs((frames * np.hanning(size)) @ waves) ** 2)


@spectrogram.right
def spectrogram_of_strides(x, size=200, hop=80):
    frames = np.lib.stride_tricks.sliding_window_view(x, size)[::hop]
    X = np.fft.rfft(frames * np.hanning(size)[None], axis=-1)
    return np.log((X * X.conj()).real + 1e-6)


@lab.check("is_overlapping", points=2, all_or_nothing=True)
def is_overlapping(rng):
    """Before, after, inside, around; ends that touch; nothing to overlap.

    The statement: any millisecond · any of the earlier ones · both ends included. A
    coin would be right in half of the cases.
    """
    start, length = (int(k) for k in rng.integers((500, 100), (900, 200)))
    end = start + length
    others = [(20, 180), (start, end), (2000, 2300)]
    for segment in [
        (end + 1, end + 90),
        (end, end + 90),
        (start - 90, start - 1),
        (start - 90, start),
        (start + 10, end - 10),
        (start - 10, end + 10),
        (181, 190),
        (100, 120),
        (2290, 2400),
    ]:
        yield case(segment, others)
    yield case((start, end), [])
    yield case((start, end), [(start, end)])
    yield case((start, end), [(10, 40)])
    yield case((10, 40), [(start, end)])


@is_overlapping.mistake(
    "Segments that share only one millisecond overlap too: both ends are included."
)
def ends_excluded(segment_time, previous_segments):
    a, b = segment_time
    return any(a < d and b > c for c, d in previous_segments)


@is_overlapping.mistake(
    "A segment that contains an earlier one as a whole overlaps it too."
)
def compares_the_ends_only(segment_time, previous_segments):
    a, b = segment_time
    return any(c <= a <= d or c <= b <= d for c, d in previous_segments)


@is_overlapping.mistake("Only the last segment is compared. Compare all of them.")
def last_segment_only(segment_time, previous_segments):
    a, b = segment_time
    return any(a <= d and b >= c for c, d in previous_segments[-1:])


@is_overlapping.mistake("It must overlap *any* earlier segment, not all of them.")
def must_overlap_all(segment_time, previous_segments):
    a, b = segment_time
    return all(a <= d and b >= c for c, d in previous_segments)


@is_overlapping.mistake(
    "True and False are swapped: return True if two segments share a millisecond."
)
def is_free(segment_time, previous_segments):
    return not ref.is_overlapping(segment_time, previous_segments)


@is_overlapping.mistake(
    "Only one side is compared, so any segment after an earlier one counts."
)
def compares_the_ends(segment_time, previous_segments):
    return any(segment_time[1] >= c for c, d in previous_segments)


@is_overlapping.mistake(
    "Only one side is compared, so any segment before an earlier one counts."
)
def compares_the_starts(segment_time, previous_segments):
    return any(segment_time[0] <= d for c, d in previous_segments)


@is_overlapping.right
def overlap_with_a_loop(segment_time, previous_segments):
    overlap = False
    for previous_start, previous_end in previous_segments:
        if segment_time[0] <= previous_end and segment_time[1] >= previous_start:
            overlap = True
    return overlap


@is_overlapping.right
def overlap_by_maximum(segment_time, previous_segments):
    for one in previous_segments:
        if max(segment_time[0], one[0]) <= min(segment_time[1], one[1]):
            return 1
    return 0


@is_overlapping.right
def overlap_by_sets(segment_time, previous_segments):
    mine = set(range(segment_time[0], segment_time[1] + 1))
    return any(mine & set(range(a, b + 1)) for a, b in previous_segments)


def seed_for(rng, draws_needed, segment_ms, duration_ms, previous):
    """A seed for which that many draws are needed until there is room."""
    while True:
        seed = int(rng.integers(2**31))
        np.random.seed(seed)
        count, segment = 1, ref.get_random_time_segment(segment_ms, duration_ms)
        while ref.is_overlapping(segment, previous):
            count += 1
            segment = ref.get_random_time_segment(segment_ms, duration_ms)
        if count == draws_needed and segment[0] > 0:
            return seed


@lab.check("insert_audio_clip", points=4, driver="inserted")
def insert_audio_clip(rng):
    """Room at once, at the second draw, at the last; none at all; other durations."""
    for draws_needed, n, k, previous in [
        # Whole milliseconds: the statement leaves open how fractions are rounded.
        (1, 800, 120, []),
        (2, 640, 88, [(30, 44), (5, 9)]),
        (7, 800, 96, [(20, 40), (60, 75)]),
        (8, 800, 96, [(20, 40), (60, 75)]),
        (3, 400, 40, [(0, 20)]),
    ]:
        seed = seed_for(rng, draws_needed, k // 8, n // 8, previous)
        sound = 0.1 * rng.normal(size=n)
        yield case(sound, rng.normal(size=k), previous, seed)


def _insert(
    background,
    audio_clip,
    previous,
    *,
    draws=7,
    append=True,
    add=True,
    scale=8,
    check=True,
    copy=True,
    shift=0,
    where=None,
):
    duration = len(background) // 8
    sound = background.copy() if copy else background
    for _ in range(draws):
        segment = ref.get_random_time_segment(len(audio_clip) // 8, duration)
        if not (check and ref.is_overlapping(segment, previous)):
            if append:
                previous.append(segment)
            at = segment[0] * scale + shift
            room = sound[at : at + len(audio_clip)]
            if add:
                room += audio_clip[: len(room)]
            else:
                room[:] = audio_clip[: len(room)]
            return sound, segment
    return sound, where or (duration, duration)


@insert_audio_clip.mistake("It does not check whether there is room, so words overlap.")
def without_looking(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, check=False)


@insert_audio_clip.mistake("The clip is never added, even where there is room.")
def never_adds(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, draws=0)


@insert_audio_clip.mistake(
    "It draws only once. If there is no room, draw again, at most six more times."
)
def draws_once(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, draws=1)


@insert_audio_clip.mistake(
    "It draws more than seven times. After the first draw, draw at most six more times."
)
def never_gives_up(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, draws=10_000)


@insert_audio_clip.mistake("It draws six times in all. It should be one and six more.")
def six_draws(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, draws=6)


@insert_audio_clip.mistake(
    "The new segment was not appended to `previous_segments`, so the next word may "
    "overlap it."
)
def does_not_append(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, append=False)


@insert_audio_clip.mistake(
    "A segment was appended though there was no room. Change nothing then."
)
def appends_without_room(background, audio_clip, previous_segments):
    sound, segment = _insert(background, audio_clip, previous_segments)
    if segment == (len(background) // 8,) * 2:
        previous_segments.append(segment)
    return sound, segment


@insert_audio_clip.mistake("The segment was returned in samples. Return milliseconds.")
def segment_in_samples(background, audio_clip, previous_segments):
    count = len(previous_segments)
    sound, (start, end) = _insert(background, audio_clip, previous_segments)
    if len(previous_segments) == count:
        return sound, (start, end)
    previous_segments[-1] = start * 8, end * 8
    return sound, previous_segments[-1]


@insert_audio_clip.mistake(
    "The clip replaces the background. Add it to the background."
)
def replaces_the_background(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, add=False)


@insert_audio_clip.mistake(
    "The clip begins at `start_ms` samples. There are 8 samples in a millisecond."
)
def confuses_units(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, scale=1)


@insert_audio_clip.mistake(
    "The argument `background` was changed. Add the clip to a copy."
)
def changes_the_background(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, copy=False)


@insert_audio_clip.mistake(
    "If there is no room, the segment is (duration_ms, duration_ms), not the last draw."
)
def returns_the_last_draw(background, audio_clip, previous_segments):
    state = np.random.get_state()
    sound, segment = _insert(background, audio_clip, previous_segments)
    if segment == (len(background) // 8,) * 2:
        np.random.set_state(state)
        for _ in range(7):
            segment = ref.get_random_time_segment(
                len(audio_clip) // 8, len(background) // 8
            )
    return sound, segment


@insert_audio_clip.right
def insert_with_while(background, audio_clip, previous_segments):
    ms, duration = len(audio_clip) * 1000 // 8000, len(background) * 1000 // 8000
    segment_time = ref.get_random_time_segment(ms, duration)
    retry = 5
    while ref.is_overlapping(segment_time, previous_segments) and retry >= 0:
        segment_time = ref.get_random_time_segment(ms, duration)
        retry = retry - 1
    if ref.is_overlapping(segment_time, previous_segments):
        return background, (duration, duration)
    previous_segments.append(segment_time)
    new = np.array(background)
    start = segment_time[0] * 8
    new[start : start + len(audio_clip)] += audio_clip
    return new, segment_time


@insert_audio_clip.right
def insert_by_padding(background, audio_clip, previous_segments):
    duration = len(background) // 8
    for _ in range(7):
        start, end = ref.get_random_time_segment(len(audio_clip) // 8, duration)
        if not ref.is_overlapping((start, end), previous_segments):
            before = np.zeros(8 * start)
            after = np.zeros(len(background) - 8 * start - len(audio_clip))
            previous_segments += [(start, end)]
            layer = np.concatenate([before, audio_clip, after])
            return background + layer, (start, end)
    return background + 0, (duration, duration)


@insert_audio_clip.right
def insert_in_float32(background, audio_clip, previous_segments):
    return _insert(
        background.astype(np.float32), audio_clip.astype(np.float32), previous_segments
    )


lab.concept(
    "why_after",
    points=1,
    answer="B",
    why="Until the word is over, “active” and “activity” are still possible.",
    because={
        "A": "A GRU in one direction knows only what came up to a step.",
        "C": "Labels are data; no gradient goes through them.",
        "D": "At the first sound nothing is certain yet.",
    },
)


@lab.check("insert_ones", points=3, mutates=("y",))
def insert_ones(rng):
    """Middle, near the end, at the end, labels that are there already; durations."""
    for Ty, end, duration in [
        (120, int(rng.integers(1000, 4000)), 10_000),
        (492, 5000 + int(rng.integers(1000)), 10_000),
        (100, int(100 * rng.integers(60, 90) + rng.integers(60, 99)), 10_000),
        (int(rng.integers(70, 90)), 10_000, 10_000),
        (75, int(rng.integers(50, 99)), 400),
    ]:
        yield case(np.zeros((1, Ty)), end, duration)
    y = np.zeros((1, 90))
    y[0, 5:30] = 1
    yield case(y, int(rng.integers(1500, 2500)))


def _ones(y, segment_end_ms, duration_ms, *, first=1, count=50, to=None):
    end = int(segment_end_ms * (to or y.shape[1]) / duration_ms)
    y[0, end + first : end + first + count] = 1
    return y


@insert_ones.mistake(
    "The ones begin one step early. They come *strictly after* the step in which the "
    "word ends."
)
def ones_one_step_early(y, segment_end_ms, duration_ms=10_000):
    return _ones(y, segment_end_ms, duration_ms, first=0)


@insert_ones.mistake(
    "The step in which the word ends was rounded to the nearest one. `int` cuts off "
    "the fraction."
)
def rounds_the_step(y, segment_end_ms, duration_ms=10_000):
    end = round(segment_end_ms * y.shape[1] / duration_ms)
    y[0, end + 1 : end + 51] = 1
    return y


@insert_ones.mistake("There are 49 new ones. There should be 50.")
def one_too_few(y, segment_end_ms, duration_ms=10_000):
    return _ones(y, segment_end_ms, duration_ms, count=49)


@insert_ones.mistake("There are 51 new ones. There should be 50.")
def one_too_many(y, segment_end_ms, duration_ms=10_000):
    return _ones(y, segment_end_ms, duration_ms, count=51)


@insert_ones.mistake(
    "The ones come before the end of the word. They should come after it."
)
def ones_before(y, segment_end_ms, duration_ms=10_000):
    end = int(segment_end_ms * y.shape[1] / duration_ms)
    y[0, max(end - 50, 0) : end] = 1
    return y


@insert_ones.mistake("All labels up to the end of the clip are 1. Set 50 at most.")
def ones_for_ever(y, segment_end_ms, duration_ms=10_000):
    return _ones(y, segment_end_ms, duration_ms, count=y.shape[1])


@insert_ones.mistake("It takes every clip to be 10 seconds long. Use `duration_ms`.")
def ten_seconds_always(y, segment_end_ms, duration_ms=10_000):
    return _ones(y, segment_end_ms, 10_000)


@insert_ones.mistake(
    "The ones are in a copy; `y` itself did not change. Change it in place."
)
def ones_in_a_copy(y, segment_end_ms, duration_ms=10_000):
    return _ones(y.copy(), segment_end_ms, duration_ms)


@insert_ones.mistake("Only one label was set to 1. Set 50 in a row.")
def a_single_one(y, segment_end_ms, duration_ms=10_000):
    return _ones(y, segment_end_ms, duration_ms, count=1)


@insert_ones.right
def ones_with_a_loop(y, segment_end_ms, duration_ms=10_000):
    Ty = y.shape[1]
    segment_end_y = int(segment_end_ms * Ty / float(duration_ms))
    for i in range(segment_end_y + 1, segment_end_y + 51):
        if i < Ty:
            y[0, i] = 1.0
    return y


@insert_ones.right
def ones_by_mask(y, segment_end_ms, duration_ms=10_000):
    after = np.arange(y.shape[1]) - int(segment_end_ms * y.shape[1] / duration_ms)
    y[0, (after > 0) & (after <= 50)] = 1
    return y


@insert_ones.right
def ones_by_filling(y, segment_end_ms, duration_ms=10_000):
    end = segment_end_ms * y.shape[1] // duration_ms
    y[:, end + 1 : end + 51].fill(1)
    return y


@lab.check("create_training_example", points=4, driver="composed")
def create_training_example(rng):
    """Clips of 200 to 400 ms with crowded and roomy backgrounds.

    The statement: how many, which ones, trigger words first · 0 to 4, 0 to 2 · only
    trigger words are labelled · one list of segments · no label without room.
    """
    for n, Ty, longest, crowded in [
        (2400, 140, 40, False),
        (1600, 110, 60, True),
        (3200, 170, 30, False),
        (1600, 90, 70, True),
    ]:
        while True:
            words = [
                [rng.normal(size=8 * int(k)) for k in lengths]
                for lengths in (
                    rng.integers(longest // 2, longest, 3),
                    rng.integers(longest // 2, longest, 2),
                )
            ]
            given = 0.1 * rng.normal(size=n), *words, Ty, int(rng.integers(2**31))
            if all(
                _other(one, given)
                for one in (
                    labels_all_words,
                    others_first,
                    erases_during_other_words,
                    erases_after_other_words,
                )
            ) and (
                {
                    _other(one, given)
                    for one in (two_lists_of_segments, counts_words_without_room)
                }
                == {crowded}
            ):
                break
        yield case(*given)
    # Sounds as long as half the clip: the second has no room.
    long = [rng.normal(size=424), rng.normal(size=464)]
    while True:
        seed = int(rng.integers(2**31))
        np.random.seed(seed)
        if np.random.randint(0, 5) >= 3:
            break
    yield case(0.1 * rng.normal(size=800), long, long[:1], 130, seed)


def _other(version, given):
    """Whether a version of `create_training_example` makes another example."""
    results = []
    for one in (ref.create_training_example, version):
        np.random.seed(given[-1])
        results.append(one(*given[:-1]))
    (sound, y, ends), (other, labels, moments) = results
    same = np.array_equal(sound, other) and np.array_equal(y, labels)
    return not (same and ends == moments)


def _compose(
    background,
    activates,
    negatives,
    Ty,
    *,
    label_all=False,
    share=True,
    swap=False,
    most=(5, 3),
    room=True,
    with_ends=True,
    label=True,
    moment=1,
    seconds=None,
    erase=None,
    pick=lambda n, high: np.random.randint(n, size=np.random.randint(0, high)),
):
    duration = len(background) // 8
    sound, y, ends, segments = background, np.zeros((1, Ty)), [], []
    pools = [(activates, most[0], True), (negatives, most[1], False)]
    for pool, top, is_trigger in pools[:: -1 if swap else 1]:
        if not share:
            segments = []
        for i in pick(len(pool), top):
            sound, segment = ref.insert_audio_clip(sound, pool[i], segments)
            end = segment[1]
            if (is_trigger or label_all) and (end < duration or not room):
                length = 1000 * seconds if seconds else duration
                y = ref.insert_ones(y, end, length) if label else y
                if is_trigger and with_ends:
                    ends.append(segment[moment])
            if erase and not is_trigger and end < duration:
                y = np.where(erase(*segment, Ty, duration), 0, y)
    return sound, y, ends


@create_training_example.mistake("Other words get labels too. Only trigger words do.")
def labels_all_words(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, label_all=True)


@create_training_example.mistake(
    "Trigger words and other words overlap: they must share one list of segments."
)
def two_lists_of_segments(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, share=False)


@create_training_example.mistake(
    "The other words were inserted first. Insert the trigger words first."
)
def others_first(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, swap=True)


@create_training_example.mistake(
    "A word for which there was no room is in `ends`. Its segment begins at the very "
    "end of the clip."
)
def counts_words_without_room(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, room=False)


@create_training_example.mistake(
    "There are at most three trigger words and one other word: np.random.randint "
    "leaves out its upper bound."
)
def upper_end_left_out(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, most=(4, 2))


@create_training_example.mistake(
    "The words were drawn without replacement. `randint` may draw a word twice."
)
def draws_without_replacement(background, activates, negatives, Ty):
    return _compose(
        background,
        activates,
        negatives,
        Ty,
        pick=lambda n, high: np.random.permutation(n)[: np.random.randint(0, high)],
    )


@create_training_example.mistake(
    "`ends` holds the moments at which words begin. Append those at which they end."
)
def ends_are_starts(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, moment=0)


@create_training_example.mistake(
    "The labels take every clip to be 10 seconds long: `insert_ones` needs the length "
    "of this one."
)
def labels_for_ten_seconds(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, seconds=10)


@create_training_example.mistake(
    "All labels are 0. Set the labels of each trigger word."
)
def without_labels(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, label=False)


@create_training_example.mistake(
    "The list of ends is empty. Append the end of each trigger word."
)
def without_ends(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, with_ends=False)


def _during(start, end, Ty, duration):
    steps = np.arange(Ty)
    return (steps >= start * Ty // duration) & (steps <= end * Ty // duration)


def _afterwards(start, end, Ty, duration):
    return ref.insert_ones(np.zeros((1, Ty)), end, duration) > 0


@create_training_example.mistake(
    "Other words erase labels of trigger words. They leave the labels as they are."
)
def erases_during_other_words(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, erase=_during)


@create_training_example.mistake(
    "Other words erase labels of trigger words. They leave the labels as they are."
)
def erases_after_other_words(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, erase=_afterwards)


@create_training_example.right
def example_step_by_step(background, activates, negatives, Ty):
    duration = len(background) * 1000 // 8000
    y, previous, ends = np.zeros((1, Ty)), [], []
    number_of_activates = np.random.randint(0, 5)
    random_indices = np.random.randint(len(activates), size=number_of_activates)
    for one in [activates[i] for i in random_indices]:
        background, segment_time = ref.insert_audio_clip(background, one, previous)
        _, segment_end = segment_time
        y = ref.insert_ones(y, segment_end, duration)
        if segment_end != duration:
            ends.append(segment_end)
    number_of_negatives = np.random.randint(0, 3)
    random_indices = np.random.randint(len(negatives), size=number_of_negatives)
    for one in [negatives[i] for i in random_indices]:
        background, _ = ref.insert_audio_clip(background, one, previous)
    return background, y, ends


@create_training_example.right
def example_labelled_at_the_end(background, activates, negatives, Ty):
    duration, segments = len(background) // 8, []
    sound, y = background.copy(), np.zeros((1, Ty), np.float32)
    for i in np.random.randint(0, len(activates), np.random.randint(5)):
        sound, _ = ref.insert_audio_clip(sound, activates[i], segments)
    ends = [end for _, end in segments]
    for i in np.random.randint(0, len(negatives), np.random.randint(3)):
        sound, _ = ref.insert_audio_clip(sound, negatives[i], segments)
    for end in ends:
        ref.insert_ones(y, end, duration)
    return sound, y, ends


lab.concept(
    "accuracy_fools",
    points=1,
    answer="D",
    why="These are precision and recall. A silent detector has a recall of 0.",
    because={
        "A": "A detector that never fires has some right label in nearly every clip.",
        "B": "The loss over steps is what you train on, not what a user hears.",
        "C": "With more silence, a detector that never fires looks even better.",
    },
)


@lab.check("trigger_model", points=4, driver="detector", seconds=20)
def trigger_model(rng):
    """Names and shapes of the arrays, scores in evaluation, where dropout is."""
    for m, T, n_freq, n_filters, n_units in [(2, 31, 5, 4, 3), (1, 20, 3, 6, 4)]:
        x = rng.normal(size=(m, T, n_freq))
        yield case(x, n_filters, n_units, int(rng.integers(2**31)))


def _detector(
    n_freq,
    n_filters,
    n_units,
    rng,
    *,
    padding="valid",
    rate=0.3,
    soft=False,
    activation=True,
    both=False,
    stride=2,
    last=False,
    swap=False,
    drop=("before", "after"),
    scaled=True,
    normed=True,
):
    nn = ref.nn

    class Detector(nn.Model):
        def __init__(self):
            self.scale, self.norm = nn.BatchNorm(n_freq), nn.BatchNorm(n_filters)
            self.conv = nn.Conv1D(
                n_freq, n_filters, 15, stride=stride, padding=padding, rng=rng
            )
            self.dropout = nn.Dropout(rate, rng=rng)
            if both:
                self.gru = nn.Bidirectional(
                    nn.GRU, n_filters, n_units, return_sequences=True, rng=rng
                )
            else:
                self.gru = nn.GRU(
                    n_filters, n_units, return_sequences=not last, rng=rng
                )
            self.output = nn.Dense(n_units * (1 + both), 1, rng=rng)

        def forward(self, x):
            x = self.conv(self.scale(x) if scaled else x)
            if swap or not normed:
                x = self.norm(nn.relu(x)) if normed else nn.relu(x)
            else:
                x = nn.relu(self.norm(x)) if activation else self.norm(x)
            x = self.gru(self.dropout(x) if "before" in drop else x)
            x = self.output(self.dropout(x) if "after" in drop else x)
            return nn.sigmoid(x) if soft else x

    return Detector()


@trigger_model.mistake("There are too many steps: the convolution pads both ends.")
def pads_the_ends(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, padding="same")


@trigger_model.mistake(
    "There are about twice as many steps as there should be: look at the stride."
)
def stride_of_one(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, stride=1)


@trigger_model.mistake(
    "The GRU reads in both directions. The detector cannot wait for what comes later."
)
def listens_backwards(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, both=True)


@trigger_model.mistake(
    "It returns probabilities. The loss takes scores, before the sigmoid."
)
def detector_returns_probabilities(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, soft=True)


@trigger_model.mistake("The ReLU after `norm` is missing.")
def without_relu(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, activation=False)


@trigger_model.mistake("The ReLU comes before `norm`. It should come after it.")
def relu_before_norm(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, swap=True)


@trigger_model.mistake(
    "There is one score per clip. Return one per step: the GRU returns only its last "
    "state."
)
def one_score_a_clip(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, last=True)


@trigger_model.mistake("The dropout before the GRU is missing.")
def no_dropout_before_the_gru(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, drop=("after",))


@trigger_model.mistake("The dropout after the GRU is missing.")
def no_dropout_after_the_gru(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, drop=("before",))


@trigger_model.mistake("`scale`, the batch norm of the frequencies, is not applied.")
def without_scale(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, scaled=False)


@trigger_model.mistake("`norm`, the batch norm after the convolution, is not applied.")
def without_norm(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, normed=False)


@trigger_model.mistake(
    "The dropout rate is 0.7. It is the share that is dropped, not the share that is "
    "kept."
)
def keeps_three_tenths(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, rate=0.7)


@trigger_model.mistake("No units are dropped in training: the dropout rate is 0.")
def drops_no_units(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, rate=0.0)


@trigger_model.right
def detector_in_another_order(n_freq, n_filters, n_units, rng):
    nn = ref.nn

    class Ear(nn.Model):
        def __init__(self):
            self.output = nn.Dense(n_units, 1, rng=rng)
            self.gru = nn.GRU(
                n_filters, n_units, return_sequences=True, return_state=True, rng=rng
            )
            self.dropout = nn.Dropout(0.3, rng=rng)
            self.norm = nn.BatchNorm(n_filters)
            self.conv = nn.Conv1D(
                n_freq, n_filters, f=15, stride=2, padding="valid", rng=rng
            )
            self.scale = nn.BatchNorm(n_freq)

        def forward(self, x):
            features = self.norm(self.conv(self.scale(x)))
            features = self.dropout(features * (features.data > 0))
            states, _ = self.gru(features)
            return self.output(self.dropout(states))

    return Ear()


@trigger_model.right
def detector_of_a_list(n_freq, n_filters, n_units, rng):
    model = _detector(n_freq, n_filters, n_units, rng)
    layers = [
        model.scale,
        model.conv,
        model.norm,
        ref.nn.relu,
        model.dropout,
        model.gru,
        model.dropout,
        model.output,
    ]

    def forward(x):
        for layer in layers:
            x = layer(x)
        return x

    model.forward = forward
    return model


@lab.check("detect_triggerword", points=3, driver="heard")
def detect_triggerword(rng):
    """Short sounds; probabilities near 0, near 1 and between."""
    for n, scale in [(520, 0.1), (200, 0.3), (777, 0.02)]:
        yield case(0.2 * rng.normal(size=n), scale, int(rng.integers(2**31)))


@detect_triggerword.mistake("Those are scores. The sigmoid is missing.")
def without_sigmoid(x, model):
    return model.predict(ref.spectrogram(x)[None].astype(np.float32))[:, :, 0]


@detect_triggerword.mistake(
    "A softmax over the steps makes them compete. Use a sigmoid for each step."
)
def softmax_over_steps(x, model):
    z = without_sigmoid(x, model)
    e = np.exp(z - z.max())
    return e / e.sum()


@detect_triggerword.mistake("The shape is (1, Ty, 1). Remove the last axis.")
def keeps_the_last_axis(x, model):
    return ref.detect_triggerword(x, model)[:, :, None]


@detect_triggerword.mistake("The shape is (Ty,). Keep the batch axis: (1, Ty).")
def drops_the_batch_axis(x, model):
    return ref.detect_triggerword(x, model)[0]


@detect_triggerword.mistake(
    "The sign in the sigmoid is wrong: the probability is high where the score is low."
)
def sigmoid_upside_down(x, model):
    return 1 - ref.detect_triggerword(x, model)


@detect_triggerword.mistake(
    "Dropout was on. Use model.predict, or call model.eval() first."
)
def listens_with_dropout(x, model):
    scores = model.train()(ref.spectrogram(x)[None].astype(np.float32)).data
    return 1 / (1 + np.exp(-scores[:, :, 0]))


@detect_triggerword.right
def detect_with_eval(x, model):
    model.eval()
    with ref.nn.no_grad():
        scores = model(np.expand_dims(ref.spectrogram(x), 0))
        return ref.nn.sigmoid(scores).data[..., 0]


@detect_triggerword.right
def detect_by_tanh(x, model):
    scores = model.predict(np.stack([ref.spectrogram(x)]))
    return (np.tanh(scores.squeeze(-1) / 2) + 1) / 2


@lab.check("detection_times", points=3)
def detection_times(rng):
    """Long plateaus, short dips, the very start, equality with the threshold, waits."""
    p = np.zeros((1, 60))
    p[0, :4] = 0.8  # at the very start
    p[0, 20:30] = 0.9
    p[0, [24, 27]] = 0.2  # short dips
    p[0, 40:50] = 0.5  # equal to the threshold, not above it
    p[0, 45] = 0.6
    p[0, 55:] = 0.95
    p *= np.where(p == 0.5, 1.0, rng.uniform(0.97, 1.0, p.shape))
    yield case(p)
    yield case(p, 0.7, 100)
    yield case(p, 0.15, 900, 6000)
    # Two rises exactly wait_ms apart do not both count.
    apart = np.zeros((1, 40))
    apart[0, [5, 13, 30, 39]] = rng.uniform(0.6, 0.9)
    yield case(apart, wait_ms=2000)
    yield case(apart, 0.55, 1999)
    # A rise within the wait does not start a new wait.
    close = np.zeros((1, 50))
    close[0, [10, 12, 14, 16, 30]] = rng.uniform(0.8, 0.95, 5)
    yield case(close, 0.5, 500)
    while True:
        noise = rng.random((1, 80))
        given = noise, 0.6, 300, 8000
        wrong = (fires_on_plateaus, misses_the_start, waits_anew, threshold_of_a_half)
        if all(other(*given) != ref.detection_times(*given) for other in wrong):
            break
    yield case(*given)
    yield case(rng.uniform(0, 0.45, (1, 12)))


def _times(
    p,
    threshold,
    wait_ms,
    duration_ms,
    *,
    rise=True,
    wait=True,
    equal=False,
    reset=False,
    start=0.0,
    offset=0,
    unit=None,
    longer=np.greater,
):
    found, before, last = [], start, -np.inf
    Ty = p.shape[1]
    for i, value in enumerate(p[0]):
        moment = (i + offset) * duration_ms / Ty
        above = value >= threshold if equal else value > threshold
        was = before >= threshold if equal else before > threshold
        if above and not (rise and was):
            if not wait or longer(moment - last, wait_ms):
                found.append(moment if unit is None else i)
                last = moment
            elif reset:
                last = moment
        before = value
    return found


@detection_times.mistake(
    "It fires again after the wait while the probability stays high. Only a *rise* "
    "through the threshold counts."
)
def fires_on_plateaus(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, threshold, wait_ms, duration_ms, rise=False)


@detection_times.mistake(
    "It fires at every rise. After it has fired, more than `wait_ms` must pass."
)
def does_not_wait(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, threshold, wait_ms, duration_ms, wait=False)


@detection_times.mistake(
    "It fires if the probability equals the threshold. It must be above it."
)
def fires_at_equality(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, threshold, wait_ms, duration_ms, equal=True)


@detection_times.mistake(
    "A rise within the wait starts the wait again. Measure the time from the moment it "
    "last *fired*."
)
def waits_anew(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, threshold, wait_ms, duration_ms, reset=True)


@detection_times.mistake(
    "It fires again when exactly `wait_ms` have passed. It must be more than that."
)
def waits_exactly(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(
        probabilities, threshold, wait_ms, duration_ms, longer=np.greater_equal
    )


@detection_times.mistake(
    "A probability that is high from the first step on is missed: before step 0 it "
    "counts as 0."
)
def misses_the_start(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, threshold, wait_ms, duration_ms, start=1.0)


@detection_times.mistake("Those are numbers of steps. Return milliseconds.")
def gives_steps(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, threshold, wait_ms, duration_ms, unit="steps")


@detection_times.mistake("The threshold is always 0.5. Use the argument.")
def threshold_of_a_half(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, 0.5, wait_ms, duration_ms)


@detection_times.mistake("The list is always empty: it never fires.")
def never_fires(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return []


@detection_times.mistake(
    "Only the first moment is returned. Is there a `return` inside the loop?"
)
def first_detection_only(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, threshold, wait_ms, duration_ms)[:1]


@detection_times.mistake(
    "It takes every clip to be 10 seconds long. Use `duration_ms`."
)
def clip_of_ten_seconds(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, threshold, wait_ms, 10_000)


@detection_times.right
def times_by_difference(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    p = np.concatenate([[0.0], probabilities[0]]) > threshold
    rises = np.flatnonzero(p[1:] & ~p[:-1])
    found = []
    for ms in rises * duration_ms / probabilities.shape[1]:
        if not found or ms > found[-1] + wait_ms:
            found.append(float(ms))
    return found


@detection_times.right
def times_with_a_flag(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    _, Ty = probabilities.shape
    found, high, last = [], False, -float("inf")
    for i in range(Ty):
        now = bool(probabilities[0, i] > threshold)
        ms = duration_ms * i / Ty
        if now and not high and ms - last > wait_ms:
            found.append(ms)
            last = ms
        high = now
    return np.array(found)


@lab.check("count_events", points=2)
def count_events(rng):
    """Hits, second alarms, misses, ends in any order, both ends of the window.

    The statement: from 200 ms before to window_ms after the end, both included · each
    word once · alarms in order, the earliest word without one · ends in any order. A
    word and an alarm far from all others show whether times are compared at all.
    """
    for found, ends, window in [
        ([50, 400], [0], 1000),
        ([-200, 2300], [1300, 0], 1000),
        ([-201, 1001], [0], 1000),
        ([30, 60], [20, 0], 1000),
        ([600, 5000], [0, 4300], 700),
        ([701, 5000], [4300, 0], 700),
        ([950, 1100], [0, 900], 1000),  # the earliest, not the last
        ([950, 1100], [900, 0], 1000),  # whatever their order
    ]:
        end = float(rng.integers(3000, 4000))
        found = [end + moment for moment in found] + [end + 20_000]
        ends = [end + moment for moment in ends]
        ends.insert(int(rng.integers(len(ends) + 1)), end + 40_000)
        yield case(found, ends, *([window] if window != 1000 else []))
    yield case([], [end, end + 900])
    yield case([end], [])


def _events(
    found,
    ends,
    window_ms,
    *,
    once=True,
    early=200,
    order=sorted,
    swap=False,
    edge=True,
    pick=0,
):
    free, hits = order(ends), 0
    for moment in found:
        fits = [
            end
            for end in free
            if (
                -early <= moment - end <= window_ms
                if edge
                else -early < moment - end < window_ms
            )
        ]
        if fits:
            hits += 1
            if once:
                free.remove(fits[pick])
    result = hits, len(found) - hits, len(free)
    return (result[0], result[2], result[1]) if swap else result


@count_events.mistake(
    "A word is counted twice. A second alarm for the same word is a false alarm."
)
def counts_words_twice(found, ends, window_ms=1000):
    return _events(found, ends, window_ms, once=False)


@count_events.mistake(
    "A word is counted twice. A second alarm for the same word is a false alarm."
)
def hits_of_the_same_word(found, ends, window_ms=1000):
    hit, hits = set(), 0
    for moment in found:
        near = [end for end in sorted(ends) if -200 <= moment - end <= window_ms]
        hits += bool(near)
        hit.update(near[:1])
    return hits, len(found) - hits, len(ends) - len(hit)


@count_events.mistake(
    "An alarm up to 200 ms before the end of the word is a hit as well."
)
def too_early(found, ends, window_ms=1000):
    return _events(found, ends, window_ms, early=0)


@count_events.mistake(
    "The window reaches as far before the end of the word as after it. Before the end "
    "it is 200 ms."
)
def symmetric_window(found, ends, window_ms=1000):
    return _events(found, ends, window_ms, early=window_ms)


@count_events.mistake(
    "A word is counted twice. A second alarm for the same word is a false alarm."
)
def counts_every_alarm(found, ends, window_ms=1000):
    hits = sum(any(-200 <= m - end <= window_ms for end in ends) for m in found)
    return hits, len(found) - hits, len(ends) - hits


@count_events.mistake("False alarms and misses are swapped.")
def swaps_errors(found, ends, window_ms=1000):
    return _events(found, ends, window_ms, swap=True)


@count_events.mistake(
    "An alarm exactly `window_ms` after the end, or 200 ms before it, is a hit too."
)
def edges_excluded(found, ends, window_ms=1000):
    return _events(found, ends, window_ms, edge=False)


@count_events.mistake(
    "Not every alarm is matched with the earliest word in its window that has no alarm "
    "yet."
)
def takes_the_latest(found, ends, window_ms=1000):
    return _events(found, ends, window_ms, pick=-1)


@count_events.mistake("The window is always 1000 ms. Use `window_ms`.")
def window_of_a_second(found, ends, window_ms=1000):
    return _events(found, ends, 1000)


@count_events.mistake("There is never a hit. Compare each alarm with each end.")
def never_hits(found, ends, window_ms=1000):
    return 0, len(found), len(ends)


@count_events.mistake(
    "Only alarms at least 200 ms after the end count. An alarm may come up to 200 ms "
    "*before* the end."
)
def early_means_late(found, ends, window_ms=1000):
    return _events(found, ends, window_ms, early=-200)


@count_events.mistake(
    "Words are matched in the order of `ends`, which may be any order. The earliest in "
    "time comes first."
)
def takes_the_ends_as_they_come(found, ends, window_ms=1000):
    return _events(found, ends, window_ms, order=list)


@count_events.mistake("Alarms and words are only counted. Compare their times.")
def counts_without_times(found, ends, window_ms=1000):
    hits = min(len(found), len(ends))
    return hits, len(found) - hits, len(ends) - hits


@count_events.right
def events_by_marks(found, ends, window_ms=1000):
    ends = np.sort(np.array(ends, float))
    taken = np.zeros(len(ends), bool)
    hits = 0
    for moment in found:
        late = moment - ends
        fits = np.flatnonzero((late >= -200) & (late <= window_ms) & ~taken)
        if fits.size:
            taken[fits[0]] = True
            hits += 1
    return hits, len(found) - hits, int((~taken).sum())


@count_events.right
def events_by_pop(found, ends, window_ms=1000):
    left, false = list(ends), 0
    for moment in found:
        near = [e for e in left if e - 200 <= moment <= e + window_ms]
        if near:
            left.pop(left.index(min(near)))
        else:
            false += 1
    return len(found) - false, false, len(left)
