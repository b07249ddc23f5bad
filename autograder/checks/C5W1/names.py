"""Hidden tests of C5W1: sampling and learning names."""

import numpy as np

from autograder.checks.C5W1.common import lab, letter_model, names_to_learn, ref
from autograder.checks.check import case, draws

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


ALPHABET = {c: i for i, c in enumerate("\nabcdefg")}


def walk(parameters, steps=60):
    """The letters of a model that is certain of each; ends where it is not."""
    x = np.zeros((len(parameters["by"]), 1))
    a, letters = np.zeros(parameters["b"].shape), []
    for _ in range(steps):
        a = np.tanh(parameters["Wax"] @ x + parameters["Waa"] @ a + parameters["b"])
        y = ref.softmax(parameters["Wya"] @ a + parameters["by"])
        if not y.max() > 1 - 1e-9:
            return None
        letters.append(int(y.argmax()))
        if letters[-1] == 0:
            break
        x = np.zeros(x.shape)
        x[letters[-1]] = 1
    return letters


def decided(rng, wanted):
    """A model so certain that every draw is the same, of a wanted length."""
    while True:
        model = letter_model(rng, 12, 8, 1.5)
        model["Wya"] *= 60
        if wanted is None:
            model["by"][0] = -1e4  # never a newline
        letters = walk(model)
        if letters and len(set(letters)) > 3 and len(letters) in (wanted or [60]):
            return model


@lab.check("sample", points=4, driver="written")
def sample(rng):
    """Models that are certain (short, medium, endless names); one that is not.

    The statement: from zeros · one draw per letter, by its probability · fed back · one
    seed per name · the newline ends it · at most 50 indices and the newline.
    """
    for wanted in (range(4, 9), range(9, 20), None):
        yield case(decided(rng, wanted), ALPHABET, int(rng.integers(1000)), 0)
    # The same probabilities at each step, so that letters are independent draws. The
    # newline is so likely that even odds would move their mean by far more than chance.
    even = {k: 0 * v for k, v in letter_model(rng, 6, 8).items()}
    even["by"][:, 0] = np.log([20, *rng.uniform(2, 3, 7)])
    yield case(even, ALPHABET, int(rng.integers(1000)), 120)


@sample.expect
def sampled(parameters, char_to_ix, seed, many):
    if not many:
        return ref.sample(parameters, char_to_ix, seed)
    y = ref.softmax(parameters["Wya"] @ np.tanh(parameters["b"]) + parameters["by"])
    letters = np.arange(8)
    mean = float(letters @ y.ravel())
    spread = float(np.sqrt((letters - mean) ** 2 @ y.ravel()))
    return {
        "letters": draws((many,), mean, spread, False),
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
def sample_by_the_cell(parameters, char_to_ix, seed):
    np.random.seed(seed)
    cell, indices = {**parameters, "ba": parameters["b"]}, []
    x, a = np.zeros((len(cell["by"]), 1)), np.zeros(cell["ba"].shape)
    while len(indices) < 50:
        a, y, _ = ref.rnn_cell_forward(x, a, cell)
        indices.append(np.random.choice(range(len(y)), p=y.ravel()))
        if indices[-1] == char_to_ix["\n"]:
            return indices
        x = np.eye(len(y))[:, indices[-1:]]
    return [*indices, char_to_ix["\n"]]


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
    x, a, found = np.zeros((len(p["by"]), 1)), np.zeros(p["b"].shape), []
    for _ in range(50):
        a = np.tanh(p["Wax"] @ x + p["Waa"] @ a + p["b"])
        sums = np.cumsum(ref.softmax(p["Wya"] @ a + p["by"]))
        found.append(min(int(np.searchsorted(sums, rng.random())), len(sums) - 1))
        if found[-1] == char_to_ix["\n"]:
            return found
        x = np.eye(len(sums))[:, [found[-1]]]
    return [*found, char_to_ix["\n"]]


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
