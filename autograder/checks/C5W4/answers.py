"""Hidden tests of C5W4: answers as spans of a text."""

import re
import string
from collections import Counter

import numpy as np

from autograder.checks.C5W4.common import drawn, lab, ref
from autograder.checks.check import case


@lab.check("answer_span", points=3, integers=True)
def answer_span(rng):
    """Ends before starts, spans too long, ties, one word, masked positions."""
    wrong = [
        (ref.answer_span, one)
        for one in (
            chosen_separately,
            start_first,
            end_before_start,
            without_limit,
            one_word_too_long,
            at_least_two_words,
        )
    ]
    for T, max_len, differ, same in [
        (7, 3, wrong[:5], wrong[5:]),
        (12, 1, wrong, []),
        (5, 9, [*wrong[:3], wrong[5]], wrong[3:5]),
    ]:
        yield case(
            *drawn(
                lambda T=T, n=max_len: (*(2 * rng.normal(size=(2, T))), n),
                differ=[
                    *differ,
                    *(
                        (ref.answer_span, one)
                        for one in (multiplies_the_logits, end_first, lambda *_: (0, 0))
                    ),
                ],
                same=same,
            )
        )
    start, end = 0.3 * rng.normal(size=(2, 9))
    start[1], end[[2, 4, 7]] = 10.0, [4.0, 6.0, 8.0]  # 4 is one too far, 7 farther
    yield case(start, end, 3)
    start, end = 0.3 * rng.normal(size=(2, 10))
    start[5], end[[1, 6, 8]] = 10.0, [12.0, 8.0, 11.0]  # before, allowed, too far
    yield case(start, end, 2)
    start, end = 0.3 * rng.normal(size=(2, 9))
    start[[2, 6]], end[7] = [5.0, 4.0], 6.0  # the best start has no good end
    yield case(start, end, 2)
    yield case(np.where(np.arange(9) < 4, -1e9, start), end - 50, 3)
    level = rng.integers(1, 9)  # equal sums: the earliest start, then the shortest
    start, end = np.array([[0.0, 0, 0, 1, 1, 0, 1], [0, 0, 0, 2, 2, 2, 2]])
    yield case(level * start, end, 2)
    yield case(np.array([rng.normal()]), np.array([rng.normal()]), 3)


def _span(start, end, allowed):
    scores = np.asarray(start)[:, None] + np.asarray(end)[None]
    i, j = np.indices(scores.shape)
    scores = np.where(allowed(i, j), scores, -np.inf)
    return tuple(int(x) for x in np.unravel_index(scores.argmax(), scores.shape))


@answer_span.mistake(
    "Start and end were chosen separately, so the end may come before the start, or "
    "too far after it."
)
def chosen_separately(start_logits, end_logits, max_len):
    return int(np.argmax(start_logits)), int(np.argmax(end_logits))


@answer_span.mistake("The length of the span is not limited: use `max_len`.")
def without_limit(start_logits, end_logits, max_len):
    return _span(start_logits, end_logits, lambda i, j: j >= i)


@answer_span.mistake(
    "Spans may be one word too long: with both ends included, a span has end − start + "
    "1 words."
)
def one_word_too_long(start_logits, end_logits, max_len):
    return _span(start_logits, end_logits, lambda i, j: (j >= i) & (j <= i + max_len))


@answer_span.mistake("Spans of one word are not allowed here. They should be.")
def at_least_two_words(start_logits, end_logits, max_len):
    if len(start_logits) == 1:
        return 0, 0
    return _span(
        start_logits, end_logits, lambda i, j: (j > i) & (j < i + max(max_len, 2))
    )


@answer_span.mistake(
    "The best start was chosen first, then the best end for it. Choose both together."
)
def start_first(start_logits, end_logits, max_len):
    start = int(np.argmax(start_logits))
    return start, start + int(np.argmax(end_logits[start : start + max_len]))


@answer_span.mistake("The end may come before the start here. It must not.")
def end_before_start(start_logits, end_logits, max_len):
    return _span(start_logits, end_logits, lambda i, j: j < i + max_len)


@answer_span.mistake("The two scores were multiplied. Add them.")
def multiplies_the_logits(start_logits, end_logits, max_len):
    scores = np.multiply.outer(start_logits, end_logits)
    i, j = np.indices(scores.shape)
    scores = np.where((j >= i) & (j < i + max_len), scores, -np.inf)
    return tuple(int(x) for x in np.unravel_index(scores.argmax(), scores.shape))


@answer_span.mistake(
    "Of spans with equal sums, the last one was returned. Return the one that starts "
    "first."
)
def last_of_equal_spans(start_logits, end_logits, max_len):
    best, span = -np.inf, (0, 0)
    for i in range(len(start_logits)):
        for j in range(i, min(i + max_len, len(end_logits))):
            if start_logits[i] + end_logits[j] >= best:
                best, span = start_logits[i] + end_logits[j], (i, j)
    return span


@answer_span.mistake("The end is one too large: the end is included in the span.")
def end_excluded(start_logits, end_logits, max_len):
    start, end = ref.answer_span(start_logits, end_logits, max_len)
    return start, end + 1


@answer_span.mistake(
    "Of spans with equal sums and the same start, a longer one was returned. Return "
    "the shortest."
)
def longest_of_equal_spans(start_logits, end_logits, max_len):
    best, span = -np.inf, (0, 0)
    for i in range(len(start_logits)):
        for j in reversed(range(i, min(i + max_len, len(end_logits)))):
            if start_logits[i] + end_logits[j] > best:
                best, span = start_logits[i] + end_logits[j], (i, j)
    return span


@answer_span.mistake(
    "The best end was chosen first, then the best start for it. Choose both together."
)
def end_first(start_logits, end_logits, max_len):
    end = int(np.argmax(end_logits))
    first = max(0, end - max_len + 1)
    return first + int(np.argmax(start_logits[first : end + 1])), end


@answer_span.right
def span_by_loops(start_logits, end_logits, max_len):
    best, span = -np.inf, (0, 0)
    for i in range(len(start_logits)):
        for j in range(i, min(i + max_len, len(end_logits))):
            if start_logits[i] + end_logits[j] > best:
                best, span = start_logits[i] + end_logits[j], (i, j)
    return span


@answer_span.right
def span_by_triangles(start_logits, end_logits, max_len):
    scores = np.add.outer(start_logits, end_logits)
    allowed = np.triu(np.ones_like(scores)) - np.triu(np.ones_like(scores), max_len)
    best = int(np.argmax(np.where(allowed == 1, scores, -np.inf)))
    return divmod(best, len(end_logits))


@answer_span.right
def span_by_sorting(start_logits, end_logits, max_len):
    spans = [
        (i, j)
        for i in range(len(start_logits))
        for j in range(i, len(end_logits))
        if j - i < max_len
    ]
    return max(spans, key=lambda s: start_logits[s[0]] + end_logits[s[1]])


THINGS = [
    "garden",
    "kitchen",
    "hat",
    "river",
    "castle",
    "window",
    "engine",
    "island",
    "letter",
    "bridge",
    "mirror",
    "ladder",
    "valley",
    "harbour",
    "candle",
    "forest",
]
ADJECTIVES = [
    "red",
    "old",
    "quiet",
    "broken",
    "golden",
    "narrow",
    "distant",
    "heavy",
    "green",
    "new",
    "loud",
    "silver",
    "wooden",
    "empty",
    "bright",
    "frozen",
]


def _pairs(rng):
    """Pairs of predicted and true answers of every type, with other words each time.

    Punctuation is what SQuAD's script takes out: the 32 signs of ASCII, `_` among them,
    but not ’ and –.
    """
    one, other, third = rng.permutation(THINGS)[:3].tolist()
    red, old, blue = rng.permutation(ADJECTIVES)[:3].tolist()
    return {
        "same": [(f"The {one}.", one), (f"{one.title()} the", f"a {one.title()}!")],
        "apart": [(f"the {other}", f"the {one}"), (one, one + "s")],
        "repeated": [
            (f"{red} {red} {one}", f"a {red} {one}"),
            (f"{red} {red} {one}", f"{one}, {red} {red} {blue} {old}"),
            (f"{old} {one} {one}.", f"{one} {third} {one} {one} {one} the {red} {one}"),
        ],
        "often": [
            (f"{red} {red} {one} {other}", f"{one} {red} {red} {red} {blue}"),
            (f"{one} {one} {one} the {red}", f"{red} {one} {other} {third}"),
            (f"{blue} {one} {blue}", f"{blue} {blue} {blue} {one} {old} {third} {red}"),
        ],
        "in part": [
            (one, f"another {one}, a {red} one"),
            (f"{one} the {other} {red}", f"An {other}"),
            (f"A {red}, {old} {third}", f"the {old} {third} by the {one}"),
            (f"{blue} {third} {third} {one}", f"The {third} in the {blue} {other}"),
        ],
        "turned": [(f"{one} {red}", f"{red} {one}")],
        "but for signs": [(f"{red.title()} {one}!", f"{red} {one}")],
        "not ASCII": [
            (f"{red} {one}’s {other}", f"{red} {one}s {other}"),
            (f"{old}–{blue} {one} {third} {red}", f"{old}{blue} {one} {third} {red}"),
        ],
        "an underscore": [(f"{red}_{one}", f"{red}{one}")],
        "empty": [("", one), (f"the {red}", "an")],
        "both empty": [("the", "a")],
    }


@lab.check("exact_match", points=2, all_or_nothing=True)
def exact_match(rng):
    """Articles, capitals, punctuation, order, empty answers.

    There are only two answers: a coin would be right in half of the cases.
    """
    for pairs in _pairs(rng).values():
        for prediction, truth in pairs:
            yield case(prediction, truth)


@exact_match.mistake(
    "The answers were compared without being normalized by `normalize`."
)
def compares_strings(prediction, truth):
    return int(prediction == truth)


@exact_match.mistake("The order of the words was ignored. It must be the same.")
def order_lost(prediction, truth):
    return int(sorted(ref.normalize(prediction)) == sorted(ref.normalize(truth)))


@exact_match.mistake("Only one of the two answers was normalized.")
def one_normalized(prediction, truth):
    return int(ref.normalize(prediction) == truth.split())


@exact_match.mistake(
    "An answer counts if it contains the true one. The two must be equal."
)
def contained(prediction, truth):
    return int(" ".join(ref.normalize(truth)) in " ".join(ref.normalize(prediction)))


def _words(answer, *, articles=True, keep=lambda c: c not in string.punctuation):
    """An answer's words, normalized in another way."""
    plain = "".join(c for c in answer.lower() if keep(c))
    return (re.sub(r"\b(a|an|the)\b", " ", plain) if articles else plain).split()


@exact_match.mistake("The articles a, an and the were not left out.")
def keeps_articles(prediction, truth):
    one, other = (_words(x, articles=False) for x in (prediction, truth))
    return int(one == other)


@exact_match.mistake(
    "More than ASCII punctuation was left out, such as ’ or –, or `_` was kept. Use "
    "`normalize`."
)
def letters_and_digits_only(prediction, truth):
    one, other = (
        _words(x, keep=lambda c: c.isalnum() or c.isspace() or c == "_")
        for x in (prediction, truth)
    )
    return int(one == other)


@exact_match.mistake(
    "Sets of words were compared. Order and repeated words matter: compare lists."
)
def sets_compared(prediction, truth):
    return int(set(ref.normalize(prediction)) == set(ref.normalize(truth)))


@exact_match.right
def match_joined(prediction, truth):
    return " ".join(ref.normalize(prediction)) == " ".join(ref.normalize(truth))


@exact_match.right
def match_by_hand(prediction, truth):
    return 1.0 if _words(prediction) == _words(truth) else 0.0


@exact_match.right
def match_word_by_word(prediction, truth):
    one, other = ref.normalize(prediction), ref.normalize(truth)
    return len(one) == len(other) and all(
        a == b for a, b in zip(one, other, strict=True)
    )


@lab.check("token_f1", points=3)
def token_f1(rng):
    """Overlap in part, repeated words, articles, empty answers.

    The statement: normalized words · as often as in both · 1 if both have no words
    left, 0 if one has none.
    """
    pairs = _pairs(rng)
    chosen = [
        *pairs["same"][:2],
        *pairs["repeated"],
        *pairs["in part"],
        *pairs["often"],
        *pairs["not ASCII"],
        *pairs["both empty"],
    ]
    for prediction, truth in [*chosen, *pairs["empty"]]:
        yield case(prediction, truth)


def _overlap(guess, true):
    return sum((Counter(guess) & Counter(true)).values())


@token_f1.mistake(
    "A repeated word counts too much: it must occur as often in the other answer."
)
def repeated_words(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    p = sum(word in true for word in guess) / len(guess)
    r = sum(word in guess for word in true) / len(true)
    return 2 * p * r / (p + r) if p + r else 0.0


@token_f1.mistake(
    "A repeated word counts too much: it must occur as often in the other answer."
)
def repeats_of_the_prediction(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    return 2 * sum(word in true for word in guess) / (len(guess) + len(true))


@token_f1.mistake("Common words were counted as a set, but the lengths as lists.")
def common_as_a_set(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    return 2 * len(set(guess) & set(true)) / (len(guess) + len(true))


@token_f1.mistake("Words were counted as sets, which forget how often a word occurs.")
def sets_of_words(prediction, truth):
    guess, true = set(ref.normalize(prediction)), set(ref.normalize(truth))
    if not guess or not true:
        return float(guess == true)
    return 2 * len(guess & true) / (len(guess) + len(true))


@token_f1.mistake("The answers were not normalized.")
def words_not_normalized(prediction, truth):
    guess, true = prediction.split(), truth.split()
    if not guess or not true:
        return float(guess == true)
    return 2 * _overlap(guess, true) / (len(guess) + len(true))


@token_f1.mistake("That is the precision. F1 combines it with the recall.")
def precision_alone(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    return _overlap(guess, true) / len(guess)


@token_f1.mistake("That is the recall. F1 combines it with the precision.")
def recall_alone(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    return _overlap(guess, true) / len(true)


@token_f1.mistake(
    "It fails if an answer has no words left. Look at what the task says of that case."
)
def fails_on_empty(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    common = _overlap(guess, true)
    p, r = common / len(guess), common / len(true)
    return 2 * p * r / (p + r) if p + r else 0.0


@token_f1.mistake(
    "That is the arithmetic mean of precision and recall. F1 is the harmonic mean."
)
def mean_of_both(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    common = _overlap(guess, true)
    return (common / len(guess) + common / len(true)) / 2


@token_f1.mistake(
    "The common words were divided by the number of words in both answers together, "
    "common ones counted once. F1 is the harmonic mean of precision and recall."
)
def common_among_all(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    common = _overlap(guess, true)
    return common / (len(guess) + len(true) - common)


@token_f1.mistake("The factor 2 is missing: F1 is 1 for equal answers.")
def without_the_two(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    return _overlap(guess, true) / (len(guess) + len(true))


@token_f1.mistake("That is precision times recall. F1 is their harmonic mean.")
def product_of_both(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    return _overlap(guess, true) ** 2 / (len(guess) * len(true))


@token_f1.mistake(
    "If both answers have no words left, they are equal, and F1 is not 0."
)
def zero_if_both_are_empty(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    common = _overlap(guess, true)
    return 2 * common / (len(guess) + len(true)) if common else 0.0


@token_f1.right
def f1_by_precision_and_recall(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    common = _overlap(guess, true)
    if not common:
        return int(guess == true)
    p, r = common / len(guess), common / len(true)
    return 2 * p * r / (p + r)


@token_f1.right
def f1_by_removing(prediction, truth):
    guess, left = ref.normalize(prediction), ref.normalize(truth)
    total, common = len(guess) + len(left), 0
    for word in guess:
        if word in left:
            left.remove(word)
            common += 1
    return 2 * common / total if total else 1.0


@token_f1.right
def f1_by_counts(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not (guess and true):
        return 1.0 if guess == true else 0.0
    common = sum(min(guess.count(word), true.count(word)) for word in set(guess))
    return np.float64(common / ((len(guess) + len(true)) / 2))


lab.concept(
    "span_f1",
    points=1,
    answer=0.33,
    digits=2,
    why="Without articles: five words and one word, so P = 1/5, R = 1 and F1 = 2/6.",
    because={
        0.44: "The articles were counted; they are left out in both answers.",
        0.2: "That is the precision; F1 combines it with the recall.",
        1.0: "That is the recall; F1 combines it with the precision.",
        0.6: "That is the arithmetic mean of P and R. F1 is the harmonic mean.",
        0.0: "That is the exact match. One of the five words is right.",
    },
)
