"""Hidden tests of C5W1: a language model and its perplexity."""

import itertools

import numpy as np

from autograder.checks.C5W1.common import (
    lab,
    letter_model,
    names_to_learn,
    ref,
)
from autograder.checks.check import case
from autograder.checks.precision import as_float32

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
    """Some steps on two names; the first steps on a long list.

    The statement: one step on each name, one after the other · a learning rate of 0.01
    · num_iterations steps · a state of n_a, zeros for each name · Y is X shifted by one
    · a copy is shuffled, so the caller's list stays · seven names, sampled in the end,
    without newlines.
    """
    letters = "".join(chr(code) for code in rng.permutation(range(97, 123)))
    # Two letters in turn, the last of the alphabet: what is sampled moves on with them.
    # The more units and steps, the surer it is what the small random weights learned.
    own, a, b = letters[:2], letters[13], letters[14]
    names = [one + 2 * (a + b) + a for one in own]
    yield case(names, letters[:15], 26, int(rng.integers(42, 49)))
    own, others = (
        ["".join(four) for four in itertools.product(some, repeat=4)]
        for some in (letters[15:17], letters[17:20])
    )
    first = ""  # no name eight times has as many of a letter as the first eight have
    while "".join(first).count(letters[15]) != 12:
        first = rng.permutation(own)[:8].tolist()
    others = rng.permutation(others)[:52].tolist()
    yield case([*first, *others], letters[15:21], 8, 5)


@model.expect
def trained(names, letters, num_iterations, n_a):
    """What holds for every right training: none has to be run to know it."""
    if len(names) > 2:
        return {
            "begins with the first names": False,
            "num_iterations steps of rate 0.01": True,
            "all letters of a name are targets": True,
            "the newline is a target": True,
            "your list of names is unchanged": True,
            "a name begins with the state that the one before has left": False,
        }
    return {
        "size of the state": n_a,
        "num_iterations steps of rate 0.01": True,
        "every name was learned": True,
        "better than chance": True,
        "a letter leads to the next one, not to itself": True,
        "seven strings": [7, True],
        "no newline in them": True,
        "several different ones": True,
        "they come from the trained parameters": True,
    }


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
    fresh=True,
):
    """The training loop, with the usual ways to go wrong as options."""
    parameters = ref.initialize_letters(n_a, len(char_to_ix), len(char_to_ix))
    names = data_x if shuffle == "in place" else list(data_x)
    if shuffle:
        np.random.shuffle(names)
    a = np.zeros((n_a, 1))
    for j in range(num_iterations):
        name = names[j % len(names) if only is None else only]
        Y = [*(char_to_ix[c] for c in name), char_to_ix["\n"]]
        X = [None, *Y[:-1]] if lag else Y
        X, Y = X[first:last], Y[first:last]
        *_, last_state = ref.optimize(X, Y, a, parameters, rate)
        a = a if fresh else last_state
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
    "carries_the_state_over",
    "The state is carried over from one name to the next. Each name starts from a "
    "state of zeros.",
    fresh=False,
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
