"""Hidden tests of C5W4: labels of words and entities."""

from itertools import groupby

import numpy as np

from autograder.checks.C5W4.common import drawn, lab, ref
from autograder.checks.check import case


@lab.check("align_labels", points=3)
def align_labels(rng):
    """Words of one to three pieces, equal labels side by side, separators, fills.

    The statement: the first piece of each word · words are compared, not labels ·
    `ignore` for all others, also for pieces of no word.
    """
    for ignore in (-1, -100, -1, -7):
        labels = rng.integers(10, 90, 6).tolist()
        labels[1:3] = labels[0], labels[0]
        pieces = [2, *rng.integers(1, 4, 5)]
        word_ids = [i for i, n in enumerate(pieces) for _ in range(n)]
        given = labels, [None, *word_ids, None, None]
        yield case(*given) if ignore == -1 else case(*given, ignore)
    one, other, fill = rng.permutation(list("ABCDEFXYZ"))[:3].tolist()
    yield case([one, other], [0, None, 1, 1], fill)
    yield case([], [None] * int(rng.integers(1, 9)))


def _aligned(labels, word_ids, ignore, choose):
    out, before = [], None
    for word in word_ids:
        out.append(ignore if word is None else choose(labels[word], word == before))
        before = word
    return out


@align_labels.mistake(
    "Every piece has its word's label. Only the first piece of a word should."
)
def labels_every_piece(labels, word_ids, ignore=-1):
    return _aligned(labels, word_ids, ignore, lambda label, again: label)


@align_labels.mistake("The last piece of a word has its label. The first one should.")
def labels_the_last_piece(labels, word_ids, ignore=-1):
    return ref.align_labels(labels, word_ids[::-1], ignore)[::-1]


@align_labels.mistake("The ignored pieces always get -1. Use `ignore`.")
def always_minus_one(labels, word_ids, ignore=-1):
    return ref.align_labels(labels, word_ids, -1)


@align_labels.mistake("Those are the numbers of the words. Return their labels.")
def numbers_of_words(labels, word_ids, ignore=-1):
    return ref.align_labels(list(range(len(labels))), word_ids, ignore)


@align_labels.mistake(
    "A word with the same label as the word before has lost it. Compare words, not "
    "labels."
)
def compares_labels(labels, word_ids, ignore=-1):
    out, before = [], None
    for word in word_ids:
        label = None if word is None else labels[word]
        out.append(ignore if word is None or label == before else label)
        before = label
    return out


@align_labels.mistake("Pieces that belong to no word get 0. They should get `ignore`.")
def zeros_for_none(labels, word_ids, ignore=-1):
    aligned = ref.align_labels(labels, word_ids, ignore)
    return [0 if w is None else x for w, x in zip(word_ids, aligned, strict=True)]


@align_labels.right
def align_by_pairs(labels, word_ids, ignore=-1):
    pairs = zip(word_ids, [None, *word_ids[:-1]], strict=True)
    return [ignore if w is None or w == b else labels[w] for w, b in pairs]


@align_labels.right
def align_by_set(labels, word_ids, ignore=-1):
    out, met = [ignore] * len(word_ids), set()
    for i, word in enumerate(word_ids):
        if word is not None and word not in met:
            out[i] = labels[word]
            met.add(word)
    return out


@align_labels.right
def align_by_index(labels, word_ids, ignore=-1):
    out = [ignore for _ in word_ids]
    for word in range(len(labels)):
        if word in word_ids:
            out[word_ids.index(word)] = labels[word]
    return out


@lab.check("entity_f1", points=4)
def entity_f1(rng):
    """Labels as letters and numbers, several sentences, no entities.

    The statement: whole entities, both ends and the label · an entity ends with its
    sentence · `outside` is none · counted over all sentences, then divided · 0 where
    the denominator is 0.
    """

    def noisy(letters, outside):
        true = [rng.choice(letters, rng.integers(2, 9)).tolist() for _ in range(6)]
        guess = [
            [
                one if rng.random() < 0.75 else other
                for one, other in zip(row, rng.permutation(row).tolist(), strict=True)
            ]
            for row in true
        ]
        return true, guess, outside

    wrong = [
        (ref.entity_f1, one)
        for one in (
            word_by_word,
            outside_counts,
            precision_and_recall_swapped,
            labels_not_compared,
            plain_mean,
            across_sentences,
            ends_not_compared,
            overlap_is_enough,
            loses_the_last,
            forgets_the_sentence,
        )
    ]
    for letters, outside in [(["A", "B", "O"], "O"), ([3, 4, 5, 6], 5)] * 3:
        true, guess, outside = drawn(
            lambda a=letters, b=outside: noisy(a, b), differ=wrong
        )
        yield case(true, guess, *([] if outside == "O" else [outside]))
    one, other = rng.permutation(["PER", "ORG", "LOC", "TIME", "ART"])[:2].tolist()
    n, k = rng.integers(2, 6, 2).tolist()
    yield case([[one] * n, [one, "O"]], [["O"] * n, ["O", "O"]])
    yield case([["O"] * k], [[one] + ["O"] * (k - 1)])
    yield case([[one] * n + [other] + [one] * k], [[one] * n + [other] + [one] * k])
    yield case([[], [other] * n], [[], [other] * n])


def _entities(sentences, outside, *, join=False, label=True, ends=True):
    found, offset = [], 0
    for number, labels in enumerate(sentences):
        start = 0
        for end in range(1, len(labels) + 1):
            if end == len(labels) or labels[end] != labels[start]:
                if labels[start] != outside:
                    found.append(
                        (
                            0 if join else number,
                            start + offset * join,
                            end + offset * join if ends else 0,
                            labels[start] if label else 0,
                        )
                    )
                start = end
        offset += len(labels)
    return set(found)


def _scores(truth, guess):
    right = len(truth & guess)
    p = right / len(guess) if guess else 0.0
    r = right / len(truth) if truth else 0.0
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


@entity_f1.mistake("Single words were counted. An entity counts only as a whole.")
def word_by_word(true, predicted, outside="O"):
    truth = {
        (i, j, x) for i, s in enumerate(true) for j, x in enumerate(s) if x != outside
    }
    guess = {
        (i, j, x)
        for i, s in enumerate(predicted)
        for j, x in enumerate(s)
        if x != outside
    }
    return _scores(truth, guess)


@entity_f1.mistake("Words labelled `outside` were counted as entities.")
def outside_counts(true, predicted, outside="O"):
    nobody = object()
    return _scores(_entities(true, nobody), _entities(predicted, nobody))


@entity_f1.mistake("Precision and recall are swapped.")
def precision_and_recall_swapped(true, predicted, outside="O"):
    return ref.entity_f1(predicted, true, outside)


@entity_f1.mistake("The labels were not compared, only the two ends of entities.")
def labels_not_compared(true, predicted, outside="O"):
    return _scores(
        _entities(true, outside, label=False),
        _entities(predicted, outside, label=False),
    )


@entity_f1.mistake(
    "F1 is the arithmetic mean of precision and recall here. It should be the harmonic "
    "mean."
)
def plain_mean(true, predicted, outside="O"):
    p, r, _ = ref.entity_f1(true, predicted, outside)
    return p, r, (p + r) / 2


@entity_f1.mistake(
    "An entity goes on into the next sentence. It ends where its sentence ends."
)
def across_sentences(true, predicted, outside="O"):
    def flat(sentences):
        return [[label for row in sentences for label in row]]

    return _scores(_entities(flat(true), outside), _entities(flat(predicted), outside))


@entity_f1.mistake("The ends of entities were not compared, only where they start.")
def ends_not_compared(true, predicted, outside="O"):
    return _scores(
        _entities(true, outside, ends=False), _entities(predicted, outside, ends=False)
    )


@entity_f1.mistake("It divides by 0 if there are no entities. Return 0.0 then.")
def divides_by_zero(true, predicted, outside="O"):
    truth, guess = _entities(true, outside), _entities(predicted, outside)
    p, r = len(truth & guess) / len(guess), len(truth & guess) / len(truth)
    return p, r, 2 * p * r / (p + r)


@entity_f1.mistake(
    "The scores of single sentences were averaged. Count over all sentences, then "
    "divide once."
)
def averages_over_sentences(true, predicted, outside="O"):
    rows = [
        _scores(_entities([one], outside), _entities([other], outside))
        for one, other in zip(true, predicted, strict=True)
    ]
    return tuple(float(x) for x in np.mean(rows, axis=0))


@entity_f1.mistake(
    'Words outside of entities always have the label "O" here. Use `outside`.'
)
def outside_is_always_o(true, predicted, outside="O"):
    return _scores(_entities(true, "O"), _entities(predicted, "O"))


@entity_f1.mistake(
    "Entities count as right if they overlap. Both ends and the label must be equal."
)
def overlap_is_enough(true, predicted, outside="O"):
    truth, guess = _entities(true, outside), _entities(predicted, outside)

    def hits(these, others):
        return sum(
            any(n == m and x == y and a < d and c < b for m, c, d, y in others)
            for n, a, b, x in these
        )

    p = hits(guess, truth) / len(guess) if guess else 0.0
    r = hits(truth, guess) / len(truth) if truth else 0.0
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


@entity_f1.mistake(
    "An entity at the end of a sentence is lost. Add the last run of labels too."
)
def loses_the_last(true, predicted, outside="O"):
    def without_last(sentences):
        whole = _entities(sentences, outside)
        return {one for one in whole if one[2] != len(sentences[one[0]])}

    return _scores(without_last(true), without_last(predicted))


@entity_f1.mistake(
    "Entities of different sentences are taken for the same. Keep the number of the "
    "sentence with each."
)
def forgets_the_sentence(true, predicted, outside="O"):
    truth, guess = (
        {one[1:] for one in _entities(sentences, outside)}
        for sentences in (true, predicted)
    )
    return _scores(truth, guess)


@entity_f1.right
def f1_by_sets(true, predicted, outside="O"):
    return _scores(_entities(true, outside), _entities(predicted, outside))


@entity_f1.right
def f1_by_groupby(true, predicted, outside="O"):
    def spans(sentences):
        found = []
        for i, row in enumerate(sentences):
            for label, run in groupby(enumerate(row), key=lambda pair: pair[1]):
                indices = [j for j, _ in run]
                if label != outside:
                    found.append((i, label, indices[0], indices[-1]))
        return found

    truth, guess = spans(true), spans(predicted)
    right = sum(one in truth for one in guess)
    total = len(truth) + len(guess)
    return (
        right / max(len(guess), 1),
        right / max(len(truth), 1),
        2 * right / total if total else 0.0,
    )


@entity_f1.right
def f1_by_counting(true, predicted, outside="O"):
    tp = fp = fn = 0
    for one, other in zip(true, predicted, strict=True):
        a, b = _entities([one], outside), _entities([other], outside)
        tp, fp, fn = tp + len(a & b), fp + len(b - a), fn + len(a - b)
    p, r = tp / (tp + fp or 1), tp / (tp + fn or 1)
    return p, r, 2 * tp / (2 * tp + fp + fn or 1)
