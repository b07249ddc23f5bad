"""Hidden tests of C5W1: ragtime."""

import numpy as np

from autograder.checks.C5W1.common import lab, ref
from autograder.checks.check import case, draws
from helpers.drivers.C5W1 import turn


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
    follows = itself = np.arange(7)
    while np.array_equal(follows, itself):
        follows = rng.permutation(7)
    first = int(np.argmax(follows != itself))
    yield case(40.0 * np.eye(7)[follows], first, 1, 1.0)
    # Close scores: a low temperature takes the best, others of 20 draws would not.
    close = np.tile(0.75 * np.arange(4.0), (4, 1))
    yield case(*certain_tune(rng, lambda: rng.permuted(close, axis=1), 20), 0.05)
    # Another temperature or even odds move the mean by seven tenths of a standard
    # deviation, another state moves every other token by more; chance does by less.
    scores = np.cumsum(rng.uniform(1.15, 1.3, 8))
    yield case(np.tile(scores, (8, 1)), 0, 200, 4.0)


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
    """The most likely tokens of a table that is turned at every other step."""
    found, x = [], first
    for t in range(Ty):
        by = turn(scores) * (turned * t % 2)
        x = int(np.argmax(np.roll(scores[x if fed else first], by)))
        found.append(x)
    return found


def moments(scores, temperature):
    """Mean and standard deviation of the tokens of a row of scores."""
    p = np.exp(scores / temperature)
    p /= p.sum()
    tokens = np.arange(len(p))
    mean = float(tokens @ p)
    return mean, float(np.sqrt((tokens - mean) ** 2 @ p))


@predict_and_sample.expect
def improvised(scores, first, Ty, temperature):
    if Ty < 100:
        found = most_likely(scores, first, Ty)
        return {"results": np.eye(len(scores))[found], "indices": np.array([found]).T}
    mean, spread = moments(scores[0], temperature)
    return {
        "indices, turned back": draws((Ty, 1), mean, spread, continuous=False),
        "every other of them": draws((Ty // 2, 1), mean, spread, continuous=False),
    }


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
