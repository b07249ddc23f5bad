"""Run what a reader of C5W1 wrote on plain numbers: layers made, results unwrapped."""

from collections import Counter

import numpy as np

from helpers import nn


def written(function, parameters, char_to_ix, seed, many):
    """One name; or many letters, and whether a seed repeats itself.

    The letters are those of names that follow each other: where all steps of a model
    have the same probabilities, each of them is a draw of its own.
    """
    if not many:
        return function(parameters, char_to_ix, seed)
    seeds = [seed + 101 * i for i in range(many)]  # apart: some count on from a seed
    names, letters = [], []
    for one in seeds:
        names.append(function(parameters, char_to_ix, one))
        letters += names[-1]
        if len(letters) >= many:
            break
    some = names[:AGAIN]
    np.random.seed(1)  # a function that seeds nothing goes on from here
    again = [function(parameters, char_to_ix, one) for one in seeds[: len(some)]]
    longer = [name for name in names if len(name) > 1]
    return {
        "letters": np.array(letters[:many]),
        "the second letter is another draw": any(n[0] != n[1] for n in longer),
        "a seed repeats": [list(n) for n in again] == [list(n) for n in some],
    }


AGAIN = 15  # names: a few of them are alike by chance


def trained(function, names, letters, num_iterations, n_a):
    """What can be said of a trained letter model, whatever stream it drew from.

    Of two names, each is a letter of its own and then two in turn. Of many, as many as
    there are steps have letters of their own, and are the first. Some of `letters` are
    in no name.
    """
    if len(names) > 2:
        return _begun(function, names, letters, num_iterations, n_a)
    said_after = []
    for steps in (1, num_iterations):
        np.random.seed(1)
        given = list(names)
        parameters, said, char_to_ix = _train(function, given, letters, steps, n_a)
        said_after.append(list(said))
    gained = _gained(parameters, char_to_ix, names)
    own = [gained[name[0]] for name in names]
    losses = [_loss(name + "\n", char_to_ix, parameters) for name in names]
    strings = all(isinstance(one, str) and set(one) <= set(char_to_ix) for one in said)
    several = len(set(said)) > 1 if strings else False
    return {
        "size of the state": len(parameters["b"]),
        # Each makes the first letter of one name likelier.
        "num_iterations steps of rate 0.01": bool(
            abs(sum(own) / (0.01 * num_iterations) - 1) < 0.25
        ),
        "every name was learned": bool(min(own) > 0.005),
        "better than chance": bool(max(losses) < 0.95 * np.log(len(char_to_ix))),
        "a letter leads to the next one, not to itself": all(
            _lead(name, char_to_ix, parameters) > 0 for name in names
        ),
        "seven strings": [len(said), strings],
        "no newline in them": not (strings and any("\n" in one for one in said)),
        "several different ones": several,
        # The same seeds and another model: all of them are alike once in a million.
        "they come from the trained parameters": not several
        or said_after[0] != said_after[1],
    }


def _begun(function, names, letters, steps, n_a):
    """The first steps on a long list of names that are all of the same length.

    If as much was learned of each letter as the first names have of it, the list was
    not shuffled: that is hardly chance, whatever seed a function sets.
    """
    given = list(names)
    parameters, _, char_to_ix = _train(function, given, letters, steps, n_a)
    gained = _gained(parameters, char_to_ix, names)
    newline = gained.pop("\n")
    first = Counter("".join(names[:steps]))
    each = sum(gained.values()) / len(names[0])
    taken = max(each, newline) / 0.01  # a little less: a likelier target gains less
    return {
        "begins with the first names": all(
            abs(gain / 0.01 - first[c]) < 1.5 for c, gain in gained.items()
        ),
        "num_iterations steps of rate 0.01": bool(abs(taken / steps - 0.97) < 0.07),
        "all letters of a name are targets": bool(each > 0.85 * newline),
        "the newline is a target": bool(newline > 0.5 * each),
        "your list of names is unchanged": given == list(names),
        "a name begins with the state that the one before has left": _keeps_the_state(
            function, names[0][0], n_a
        ),
    }


def _gained(p, char_to_ix, names):
    """How much each symbol's bias has gained on those of letters in no name.

    Softmax starts even: it gains the rate each time the symbol is the target.
    """
    by = {c: float(p["by"][i, 0]) for c, i in char_to_ix.items()}
    unused = by.keys() - {"\n"}.union(*names)
    left = np.mean([by[c] for c in unused])
    return {c: bias - left for c, bias in by.items()}


def _keeps_the_state(function, name, n_a):
    """Whether the step on a second, equal name tells that its state was not zeros.

    A step that no gradient of the loss explains, for whatever reason, tells nothing.
    """
    after = []
    for steps in (1, 2):
        np.random.seed(0)
        parameters, _, char_to_ix = _train(function, [name, name], name, steps, n_a)
        after.append({k: np.array(v) for k, v in parameters.items()})
    step = after[0]["Waa"] - after[1]["Waa"]
    text, eps = name + "\n", 1e-4
    state = _last_state(text, char_to_ix, after[0])
    # One entry of Waa is perturbed in each of these.
    moves = eps * np.eye(step.size).reshape(step.size, *step.shape)

    def unexplained(start):
        up, down = (
            _loss(text, char_to_ix, after[0] | {"Waa": after[0]["Waa"] + way}, start)
            for way in (moves, -moves)
        )
        gradient = (up - down).reshape(step.shape)
        share = np.vdot(gradient, step) / max(np.vdot(gradient, gradient), 1e-300)
        return np.linalg.norm(step - share * gradient) / np.linalg.norm(step)

    if not step.any():
        return False
    return bool(unexplained(state) < 0.05 < unexplained(0 * state))


def _train(function, names, letters, num_iterations, n_a):
    char_to_ix = {c: i for i, c in enumerate(["\n", *letters])}
    ix_to_char = {i: c for c, i in char_to_ix.items()}
    parameters, said = function(names, ix_to_char, char_to_ix, num_iterations, n_a)
    return parameters, said, char_to_ix


def _scores(name, char_to_ix, p, start=0.0):
    """States and scores of a name's letters, as columns; `Waa` may be a stack."""
    x, a = np.zeros((len(char_to_ix), 1)), np.zeros(p["b"].shape) + start
    for c in name:
        a = np.tanh(p["Wax"] @ x + p["Waa"] @ a + p["b"])
        yield a, p["Wya"] @ a + p["by"]
        x = np.eye(len(x))[:, [char_to_ix[c]]]


def _last_state(name, char_to_ix, p):
    *_, (a, _) = _scores(name, char_to_ix, p)
    return a


def _loss(name, char_to_ix, p, start=0.0):
    """Mean loss per symbol."""
    total = 0.0
    for c, (_, z) in zip(name, _scores(name, char_to_ix, p, start), strict=True):
        z = z[..., 0] - z[..., char_to_ix[c], :]
        most = z.max(axis=-1)
        total += most + np.log(np.exp(z - most[..., None]).sum(axis=-1))
    return total / len(name)


def _lead(name, char_to_ix, p):
    """By how much a letter leads to the one that follows it, more than to itself.

    The mean over the two letters that a name has in turn, each after the other as often
    as before it, so that how often they come does not count.
    """
    scores = [z[:, 0] for _, z in _scores(name, char_to_ix, p)]
    at = [char_to_ix[c] for c in name]
    both = list(zip(scores[2:], at[2:], at[1:], strict=False))
    return np.mean([z[there] - z[here] for z, there, here in both])


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
    """A tune of a model that follows a table, turned by the state at every other step.

    Of a long tune the tokens are turned back, so that each is drawn alike if all rows
    of the table are.
    """
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    tables = p, np.roll(p, turn(scores), axis=1)

    def step(x, a, c):
        return tables[int(a[0, 0]) % 2][x].copy(), a + 1, c + 1

    zero = np.zeros((1, 1))
    results, indices = function(step, first, zero, zero, Ty=Ty, temperature=temperature)
    if Ty < 100:
        return {"results": results, "indices": indices}
    if np.shape(indices) != (Ty, 1):
        return {"indices, turned back": indices, "every other of them": None}
    turned = turn(scores) * (np.arange(Ty)[:, np.newaxis] % 2)
    back = (indices - turned) % len(scores)
    return {"indices, turned back": back, "every other of them": back[1::2]}


def turn(scores):
    """By how many tokens the state turns a table of scores."""
    return len(scores) // 2
