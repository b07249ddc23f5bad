"""Hidden tests of C5W3: CTC."""

import itertools
from collections import Counter

import numpy as np

from autograder.checks.C5W3.common import lab, ref
from autograder.checks.check import case


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
