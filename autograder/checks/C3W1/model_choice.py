"""Hidden tests of C3W1: the other metrics."""

import math

import numpy as np

from autograder.checks.C3W1.common import lab, ref
from autograder.checks.check import case


@lab.check("rank_models", points=10)
def rank_models(rng):
    """Limits from above and below, one met exactly, no limits, nobody good enough."""
    # "at most, or at least, the limit", "meet all limits", "larger is better",
    # `None`; each table has names of its own, so that no name is right twice
    names = [f"model {number}" for number in rng.permutation(900)[:45] + 100]
    limits = [  # what is optimized, and for each limit: metric, sign, rank of the limit
        ("accuracy", [("ms", "<=", 2), ("recall", ">=", 2)]),  # model 3 is at both
        ("accuracy", [("ms", "<=", 1.5), ("recall", ">=", 2.5)]),
        ("accuracy", [("recall", ">=", 1.5), ("ms", "<=", 2.5)]),
        ("accuracy", []),
        ("accuracy", [("ms", "<=", -0.5)]),
        ("recall", [("accuracy", ">=", 4)]),  # model 4 is at it
        ("recall", [("accuracy", ">=", 1.5), ("ms", "<=", 2.5)]),
        ("accuracy", [("ms", "<=", 2.5)]),
        ("recall", [("ms", "<=", 3.5)]),  # the best of all meets the limit
    ]
    for k, (optimizing, wanted) in enumerate(limits):
        levels = {metric: _levels(rng) for metric in RANKS}
        models = {
            name: {metric: levels[metric][RANKS[metric][i]] for metric in RANKS}
            for i, name in enumerate(names[5 * k : 5 * k + 5])
        }
        satisficing = {
            metric: (sign, _level(levels[metric], rank))
            for metric, sign, rank in wanted
        }
        # Neither the first nor the last of the table is best, nor, in turn, the first
        # or the last of those that meet the limits.
        best = ref.rank_models(models, optimizing, satisficing)
        fit = [n for n in models if ref.rank_models({n: models[n]}, "ms", satisficing)]
        order, ends = [best], {best}
        while best in ends:
            order = rng.permutation(list(models)).tolist()
            ends = {order[0], order[-1]}
            if len(fit) > 1:
                ends.add([n for n in order if n in fit][-(k % 2)])
        yield case({name: models[name] for name in order}, optimizing, satisficing)


# For each metric the ranks of five models, from 0 for the smallest value: the fourth
# is the most accurate, and too slow; the third comes next.
RANKS = {"ms": [3, 1, 0, 2, 4], "accuracy": [0, 1, 2, 3, 4], "recall": [4, 3, 1, 2, 0]}


def _levels(rng):
    return [round(float(level), 2) for level in np.cumsum(rng.uniform(1, 9, 5))]


def _level(levels, rank):
    """A value of that rank; one and a half lies between two values."""
    lower = levels[math.floor(rank)] if rank >= 0 else 0.0
    return (lower + levels[math.ceil(rank)]) / 2


@rank_models.mistake(
    "The limits are not used. First rule out every model that violates one of them."
)
def ignores_limits(table, optimizing, satisficing):
    return ref.rank_models(table, optimizing, {})


@rank_models.mistake(
    "A model exactly on a limit is ruled out. `<=` and `>=` include the limit."
)
def throws_out_the_limit(table, optimizing, satisficing):
    moved = {
        name: (sign, limit - 1e-9 if sign == "<=" else limit + 1e-9)
        for name, (sign, limit) in satisficing.items()
    }
    return ref.rank_models(table, optimizing, moved)


@rank_models.mistake("Only the first limit counts. A model has to meet all of them.")
def first_limit_only(table, optimizing, satisficing):
    return ref.rank_models(table, optimizing, dict(list(satisficing.items())[:1]))


@rank_models.mistake(
    "Every limit is treated as an upper limit. Look at the sign: it may be `>=`."
)
def all_are_upper_limits(table, optimizing, satisficing):
    upper = {name: ("<=", limit) for name, (_, limit) in satisficing.items()}
    return ref.rank_models(table, optimizing, upper)


@rank_models.mistake(
    "It returns the worst of the models that meet the limits. Larger is better."
)
def takes_the_smallest(table, optimizing, satisficing):
    turned = {name: {**row, "turned": -row[optimizing]} for name, row in table.items()}
    return ref.rank_models(turned, "turned", satisficing)


@rank_models.mistake(
    "A model that meets only one of the limits is accepted. It has to meet all of them."
)
def one_limit_is_enough(table, optimizing, satisficing):
    if not satisficing:
        return ref.rank_models(table, optimizing, {})
    found = [
        ref.rank_models(table, optimizing, {metric: limit})
        for metric, limit in satisficing.items()
    ]
    found = [name for name in found if name is not None]
    return max(found, key=lambda name: table[name][optimizing], default=None)


@rank_models.mistake(
    "It returns all models that meet the limits. Return the best of them."
)
def returns_all_that_fit(table, optimizing, satisficing):
    return [
        name
        for name, row in table.items()
        if ref.rank_models({name: row}, optimizing, satisficing)
    ]


@rank_models.mistake("That is the value of the metric. Return the name of the model.")
def returns_the_value(table, optimizing, satisficing):
    name = ref.rank_models(table, optimizing, satisficing)
    return name and table[name][optimizing]


@rank_models.mistake(
    "It fails where no model meets the limits: there is nothing to take the largest "
    "of. Return None in that case."
)
def fails_without_candidates(table, optimizing, satisficing):
    name = ref.rank_models(table, optimizing, satisficing)
    return max([n for n in [name] if n is not None])


@rank_models.mistake(
    "Among the models that meet the limits it takes the one whose name comes last in "
    "the alphabet: `max` compares names unless it is given a `key`."
)
def last_by_name(table, optimizing, satisficing):
    return max(returns_all_that_fit(table, optimizing, satisficing), default=None)


@rank_models.mistake("The value was returned beside the name. Return the name alone.")
def returns_name_and_value(table, optimizing, satisficing):
    name = ref.rank_models(table, optimizing, satisficing)
    return name and (name, table[name][optimizing])


@rank_models.mistake(
    "Where no model meets the limits it returns the best of all models. There is no "
    "answer then: return None."
)
def best_of_all_instead_of_none(table, optimizing, satisficing):
    name = ref.rank_models(table, optimizing, satisficing)
    return ref.rank_models(table, optimizing, {}) if name is None else name


@rank_models.mistake(
    "It looks only at the best model of all, and returns None if that one violates a "
    "limit. Rule out models first, then choose among the others."
)
def best_or_none(table, optimizing, satisficing):
    best = ref.rank_models(table, optimizing, {})
    return ref.rank_models({best: table[best]}, optimizing, satisficing)


@rank_models.mistake("Limits with `>=` are not used. Both signs occur.")
def upper_limits_only(table, optimizing, satisficing):
    upper = {name: pair for name, pair in satisficing.items() if pair[0] == "<="}
    return ref.rank_models(table, optimizing, upper)


@rank_models.mistake(
    "It returns the first model that meets the limits. Look at all of them, and take "
    "the best."
)
def first_that_fits(table, optimizing, satisficing):
    return next(iter(returns_all_that_fit(table, optimizing, satisficing)), None)


@rank_models.mistake(
    "The signs are reversed: it keeps the models that violate the limits. `<=` means "
    "at most the limit."
)
def reverses_the_signs(table, optimizing, satisficing):
    turned = {"<=": ">=", ">=": "<="}
    reversed_limits = {n: (turned[s], v) for n, (s, v) in satisficing.items()}
    return ref.rank_models(table, optimizing, reversed_limits)


@rank_models.mistake(
    "It returns the last model that meets the limits. Keep the best one so far, not "
    "the latest."
)
def last_that_fits(table, optimizing, satisficing):
    return (returns_all_that_fit(table, optimizing, satisficing) or [None])[-1]


@rank_models.right
def rank_with_a_loop(table, optimizing, satisficing):
    best = None
    for name, row in table.items():
        for metric, (sign, limit) in satisficing.items():
            if sign == "<=" and row[metric] > limit:
                break
            if sign == ">=" and row[metric] < limit:
                break
        else:
            if best is None or row[optimizing] > table[best][optimizing]:
                best = name
    return best


@rank_models.right
def rank_by_sorting(table, optimizing, satisficing):
    for name in sorted(table, key=lambda n: -table[n][optimizing]):
        signs = {"<=": 1, ">=": -1}
        if all(
            signs[s] * table[name][m] <= signs[s] * v
            for m, (s, v) in satisficing.items()
        ):
            return name
    return None


lab.concept(
    "which_to_ship",
    points=2,
    answer="D",
    why="C and D meet both limits, and D has the smaller error. That it is exactly on "
    "both limits does not matter: good enough is good enough.",
    because={
        "A": "It has the smallest error, but takes 9 ms where the belt allows 5, and "
        "needs 400 kB.",
        "B": "It is fast enough, but 160 kB do not fit on a chip of 150 kB. A limit "
        "missed by a little is missed.",
        "C": "It is the fastest and smallest, but once the limits are met, time and "
        "memory no longer count, and its error is larger than D's.",
    },
)
