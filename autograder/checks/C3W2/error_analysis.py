"""Hidden tests of C3W2: a look at mistakes."""

import numpy as np

from autograder.checks.C3W2.common import lab, ref
from autograder.checks.check import case


@lab.check("error_analysis", points=9)
def error_analysis(rng):
    """Several tags and none, equal shares, one mistake, with and without an error."""
    # "the largest share first, equal ones by alphabet", "perhaps none", "if left out,
    # ceilings are parts of the error"
    for m in (40, 12, 25):
        names = sorted(str(name) for name in rng.permutation(CATEGORIES)[:5])
        counts = np.zeros(5)
        # No equal shares here, and no order by chance.
        while len(set(counts)) < 5 or list(counts) == sorted(counts, reverse=True):
            ticks = rng.random((m, 5)) < np.array([0.2, 0.6, 0.1, 0.35, 0.35])
            ticks[0], ticks[1] = [True] * 5, [False] * 5
            counts = ticks.sum(axis=0)
        rows = [[names[j] for j in np.flatnonzero(row)[::-1]] for row in ticks]
        yield case(rows, float(rng.uniform(0.02, 0.3)))
    low, middle, high = sorted(str(name) for name in rng.permutation(CATEGORIES)[:3])
    untagged = [[] for _ in range(rng.integers(2, 20))]
    yield case([[middle], [high], *untagged, [high, middle, low], [low], []])
    yield case([[low]], float(rng.uniform(0.01, 0.1)))


CATEGORIES = ["blur", "crease", "dark", "fold", "glare", "label", "print", "twin"]


def _rows(tags, share, ceiling):
    """A table by share, built from other formulas."""
    return [
        (name, share(part), ceiling(part)) for name, part, _ in ref.error_analysis(tags)
    ]


@error_analysis.mistake(
    "The shares are fractions of all tags. Divide by the number of mistakes, which "
    "includes those with several tags and those with none."
)
def parts_of_the_ticks(tags, dev_error=1.0):
    scale = len(tags) / sum(map(len, tags))
    return _rows(tags, lambda s: s * scale, lambda s: s * scale * dev_error)


@error_analysis.mistake(
    "The ceiling is what would remain. It should be what would go away: share × error."
)
def ceiling_is_what_remains(tags, dev_error=1.0):
    return _rows(tags, lambda s: s, lambda s: dev_error - s * dev_error)


@error_analysis.mistake("The ceiling equals the share. Multiply by the dev error.")
def ceiling_without_the_error(tags, dev_error=1.0):
    return _rows(tags, lambda s: s, lambda s: s)


@error_analysis.mistake("The smallest share comes first. Sort in the other direction.")
def smallest_first(tags, dev_error=1.0):
    rows = ref.error_analysis(tags, dev_error)
    return sorted(rows, key=lambda row: (row[1], row[0]))


@error_analysis.mistake("It is sorted by name. The largest share comes first.")
def sorted_by_name(tags, dev_error=1.0):
    return sorted(ref.error_analysis(tags, dev_error))


@error_analysis.mistake(
    "Equal shares do not come in alphabetical order. Sort those by the name of their "
    "category."
)
def ties_as_they_come(tags, dev_error=1.0):
    names = list(dict.fromkeys(name for row in tags for name in row))
    rows = sorted(ref.error_analysis(tags, dev_error), key=lambda r: names.index(r[0]))
    return sorted(rows, key=lambda row: -row[1])


@error_analysis.mistake(
    "If a mistake has several categories, only one is counted. It counts for each of "
    "them."
)
def first_category_only(tags, dev_error=1.0):
    return ref.error_analysis([row[:1] for row in tags], dev_error)


@error_analysis.mistake("These are counts. Divide by the number of mistakes.")
def counts_for_shares(tags, dev_error=1.0):
    m = len(tags)
    return _rows(tags, lambda s: s * m, lambda s: s * m * dev_error)


@error_analysis.mistake(
    "Mistakes without a tag were left out of the count. They are mistakes too."
)
def drops_the_untagged(tags, dev_error=1.0):
    return ref.error_analysis([row for row in tags if row], dev_error)


@error_analysis.mistake("These are percentages. A share is a fraction between 0 and 1.")
def shares_in_percent(tags, dev_error=1.0):
    return _rows(tags, lambda s: 100 * s, lambda s: 100 * s * dev_error)


@error_analysis.mistake(
    "The ceiling is missing: each entry has three parts, `(category, share, ceiling)`."
)
def without_the_ceiling(tags, dev_error=1.0):
    return [(name, share) for name, share, _ in ref.error_analysis(tags, dev_error)]


@error_analysis.mistake(
    "It returns a dictionary. Return a list of `(category, share, ceiling)`: the order "
    "counts."
)
def analysis_as_a_dictionary(tags, dev_error=1.0):
    rows = ref.error_analysis(tags, dev_error)
    return {name: (share, ceiling) for name, share, ceiling in rows}


@error_analysis.mistake(
    "Equal shares come in reverse alphabetical order: `reverse=True` reverses both, "
    "the shares and the names."
)
def ties_reversed(tags, dev_error=1.0):
    rows = ref.error_analysis(tags, dev_error)
    return sorted(rows, key=lambda row: (row[1], row[0]), reverse=True)


@error_analysis.mistake(
    "The share equals the ceiling. It is a fraction of the mistakes, not of all "
    "images: the dev error has no part in it."
)
def share_times_the_error(tags, dev_error=1.0):
    return _rows(tags, lambda s: s * dev_error, lambda s: s * dev_error)


@error_analysis.right
def analysis_by_columns(tags, dev_error=1.0):
    names = sorted({name for row in tags for name in row})
    shares = [float(np.mean([name in row for row in tags])) for name in names]
    order = np.argsort(-np.array(shares), kind="stable")
    return [[names[i], shares[i], dev_error * shares[i]] for i in order]


@error_analysis.right
def analysis_in_float32(tags, dev_error=1.0):
    table = {}
    for row in tags:
        for name in row:
            table[name] = table.get(name, 0) + np.float32(1)
    ordered = sorted(table, key=lambda name: (-table[name], name))
    return [
        (n, table[n] / len(tags), table[n] * dev_error / len(tags)) for n in ordered
    ]


lab.concept(
    "best_case",
    points=2,
    answer=8.4,
    digits=1,
    why="45 of 150 are 30 % of the mistakes, so 3.6 % of the images; 12 − 3.6 remain.",
    because={
        3.6: "That is what would go away. What remains?",
        6.6: "45 is a number of mistakes among 150, not 45 %.",
        5.4: "45 is a number of mistakes among 150, not 45 %.",
        30.0: "That is the share of the mistakes.",
        0.0: "Clutter is behind only some of the mistakes.",
    },
)

lab.concept(
    "first_week",
    points=2,
    answer="C",
    why="Its mistakes show which of the ten ideas have a ceiling worth the work. "
    "Thirty images saved you six weeks today.",
    because={
        "A": "With 800 images an error is known to about 3 % either way. That is "
        "enough to see where most mistakes are.",
        "B": "You do not know yet what the difficulty is: your list of tags was not "
        "the one you would have guessed. A first system is there to be thrown "
        "away.",
        "D": "Most promising according to whom? The contrast enhancer was somebody's "
        "best idea, too, and its ceiling was low.",
    },
)
