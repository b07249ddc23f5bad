"""Hidden tests of C5W3: BLEU."""

from collections import Counter

import numpy as np

from autograder.checks.C5W3.common import lab, ref
from autograder.checks.check import case

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
            divides_once(candidate, references, max_n),
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


@bleu.mistake(
    "The matches of all lengths n were added up before the division. Each length n has "
    "a precision of its own."
)
def divides_once(candidate, references, max_n=4):
    counts = [ref.clipped_precision(candidate, references, n + 1) for n in range(max_n)]
    if any(matches == 0 for matches, _ in counts):
        return 0.0
    c = len(candidate)
    r = min((abs(len(x) - c), len(x)) for x in references)[1]
    matches, total = map(sum, zip(*counts, strict=True))
    return min(1.0, np.exp(1 - r / c)) * matches / total


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
