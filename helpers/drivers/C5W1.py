"""Run what a reader of C5W1 wrote on plain numbers: layers made, results unwrapped."""

import numpy as np

from helpers import nn


def written(function, parameters, char_to_ix, seed, many):
    """One name; or the first letters of many, and whether a seed repeats itself."""
    if not many:
        return function(parameters, char_to_ix, seed)
    names = [function(parameters, char_to_ix, seed + i) for i in range(many)]
    np.random.seed(1)  # a function that seeds nothing goes on from here
    again = [function(parameters, char_to_ix, seed + i) for i in range(5)]
    longer = [name for name in names if len(name) > 1]
    return {
        "first letters": np.array([name[0] for name in names]),
        "the second letter is another draw": any(n[0] != n[1] for n in longer),
        "a seed repeats": [list(n) for n in again] == [list(n) for n in names[:5]],
    }


def trained(function, names, num_iterations, n_a):
    """What can be said of a trained letter model, whatever stream it drew from.

    After one step it is said which symbols were learned, and how long the step was.
    """
    if num_iterations == 1:
        return _first_steps(function, names, n_a)
    parameters, said, char_to_ix = _train(function, list(names), num_iterations, n_a)
    even = np.log(len(char_to_ix))
    losses = [_loss(name + "\n", char_to_ix, parameters) for name in names]
    strings = all(isinstance(one, str) and set(one) <= set(char_to_ix) for one in said)
    ended = not strings or any("\n" in one for one in said)
    own = [] if ended else [name + "\n" for name in said]
    return {
        "size of the state": len(parameters["b"]),
        "better than chance on some name": bool(min(losses) < 0.9 * even),
        "better than chance on every name": bool(max(losses) < 0.9 * even),
        "seven strings": [len(said), strings],
        "no newline in them": not ended,
        "several different ones": len(set(said)) > 1 if strings else False,
        "they come from what was learned": bool(
            own and _loss_of_all(own, char_to_ix, parameters) < 1.1 * even
        ),
    }


def _first_steps(function, names, n_a):
    """A single step on lists of several lengths, each name one letter repeated."""
    first, gains, newlines, kept = [], [], [], []
    for size in range(len(names) - 3, len(names) + 1):
        np.random.seed(size)
        given = list(names[:size])
        parameters, _, char_to_ix = _train(function, given, 1, n_a)
        kept.append(given == list(names[:size]))
        bias = parameters["by"][:, 0]
        moved = [float(bias[char_to_ix[name[0]]]) for name in names[:size]]
        first.append(int(np.argmax(moved)))
        gains.append((max(moved) - np.median(moved)) / len(names[0]))
        newlines.append(float(bias[char_to_ix["\n"]]) > np.median(moved))
    # Softmax starts even: a letter's bias gains the rate each time it is the target.
    rate = np.mean(gains)
    return {
        "always begins with the first name": not any(first),
        "a step has the length of one with rate 0.01": bool(0.005 < rate < 0.02),
        "all letters of the name are targets": bool(rate > 0.0085),
        "the newline is a target": all(newlines),
        "your list of names is unchanged": all(kept),
        "a name begins with the state that the one before has left": _keeps_the_state(
            function, names[0][0], n_a
        ),
    }


def _keeps_the_state(function, name, n_a):
    """Whether the step on a second, equal name tells that its state was not zeros.

    A step that no gradient of the loss explains, for whatever reason, tells nothing.
    """
    after = []
    for steps in (1, 2):
        np.random.seed(0)
        parameters, _, char_to_ix = _train(function, [name, name], steps, n_a)
        after.append({k: np.array(v) for k, v in parameters.items()})
    step = after[0]["Waa"] - after[1]["Waa"]
    text, eps = name + "\n", 1e-4
    state = _last_state(text, char_to_ix, after[0])

    def unexplained(start):
        gradient = np.zeros(step.shape)
        for at in np.ndindex(step.shape):
            for way in (1, -1):
                moved = after[0] | {"Waa": after[0]["Waa"].copy()}
                moved["Waa"][at] += way * eps
                gradient[at] += way * _loss(text, char_to_ix, moved, start)
        share = np.vdot(gradient, step) / max(np.vdot(gradient, gradient), 1e-300)
        return np.linalg.norm(step - share * gradient) / np.linalg.norm(step)

    if not step.any():
        return False
    return bool(unexplained(state) < 0.05 < unexplained(0 * state))


def _train(function, names, num_iterations, n_a):
    letters = ["\n", *sorted({c for name in names for c in name})]
    char_to_ix = {c: i for i, c in enumerate(letters)}
    parameters, said = function(
        names, dict(enumerate(letters)), char_to_ix, num_iterations, n_a
    )
    return parameters, said, char_to_ix


def _last_state(name, char_to_ix, p):
    x, a = np.zeros((len(char_to_ix), 1)), np.zeros(p["b"].shape)
    for c in name:
        a = np.tanh(p["Wax"] @ x + p["Waa"] @ a + p["b"])
        x = np.eye(len(x))[:, [char_to_ix[c]]]
    return a


def _loss(name, char_to_ix, p, start=0.0):
    """Mean loss per symbol."""
    n = len(char_to_ix)
    x, a, total = np.zeros((n, 1)), np.zeros(p["b"].shape) + start, 0.0
    for c in name:
        a = np.tanh(p["Wax"] @ x + p["Waa"] @ a + p["b"])
        z = p["Wya"] @ a + p["by"]
        total += np.log(np.exp(z - z.max()).sum()) + z.max() - z[char_to_ix[c], 0]
        x = np.eye(n)[:, [char_to_ix[c]]]
    return float(total / len(name))


def _loss_of_all(names, char_to_ix, p):
    """Mean loss per symbol of all names; even a good model writes an unlikely one."""
    losses = [_loss(name, char_to_ix, p) for name in names]
    return np.average(losses, weights=[len(name) for name in names])


def band(n_values, d, n_a, seed):
    """An embedding, an LSTM and a dense layer with weights worth comparing."""
    rng = np.random.default_rng(seed)
    layers = (
        nn.Embedding(n_values, d, rng=rng),
        nn.LSTM(d, n_a, return_sequences=True, return_state=True, rng=rng),
        nn.Dense(n_a, n_values, rng=rng),
    )
    for layer in layers:
        for parameter in layer.parameters():
            parameter.data = rng.normal(size=parameter.shape)
    return layers


def dj(function, n_values, d, n_a, seed, tokens):
    """Scores, the number of parameters, and scores after the layers changed."""
    layers = band(n_values, d, n_a, seed)
    model = function(*layers)
    before = model(tokens).data.copy()
    layers[0].E.data += 0.5
    layers[2].b.data += 1.0
    return {
        "scores": before,
        "numbers to train": sum(p.data.size for p in model.parameters()),
        "scores after the layers were changed": model(tokens).data,
    }


def one_note_after_another(function, n_values, d, n_a, seed, tokens):
    """Probabilities and states for some tokens, one after the other."""
    step = function(*band(n_values, d, n_a, seed))
    rng = np.random.default_rng(seed + 1)
    a, c = rng.normal(size=(1, n_a)), rng.normal(size=(1, n_a))
    found = []
    for token in tokens[:4]:
        p, a, c = step(int(token), a, c)
        found.append((p, a, c))
    return found


def improvised(function, scores, first, Ty, temperature):
    """A tune of a model that follows a table, rolled by one at every other step."""

    def step(x, a, c):
        p = np.exp(scores[x] - scores[x].max())
        p = np.roll(p / p.sum(), int(a[0, 0]) % 2)
        return p, a + 1, c + 1

    zero = np.zeros((1, 1))
    results, indices = function(step, first, zero, zero, Ty=Ty, temperature=temperature)
    if Ty < 100:
        return {"results": results, "indices": indices}
    return {"indices": indices}
