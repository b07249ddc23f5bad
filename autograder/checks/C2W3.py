"""Hidden tests of C2W3: searches, softmax, batch norm and automatic differentiation."""

import math

import numpy as np

from autograder.checks.check import Lab, case, draws
from helpers import nn

lab = Lab("C2W3")
ref = lab.reference

# What `helpers.nn` would do for the reader; the lab imports it for its demos.
NO_FRAMEWORK = ("helpers.nn", "nn")

UNIFORM = {"mean": 0.5, "std": 1 / math.sqrt(12)}  # between 0 and 1


# --- searches ------------------------------------------------------------------------


lab.concept(
    "log_share",
    points=1,
    answer=25,
    why="One of four powers of ten.",
    because={
        10: "On a log scale each power of ten has the same share. There are four.",
        0: "This is true if the rates are uniform. Here their logarithms are.",
        20: "Count the powers of ten between 0.0001 and 1: there are four.",
        50: "Half of the draws lie below 0.01, the middle of the logarithms.",
        33: "Count the powers of ten between 0.0001 and 1: there are four.",
    },
)


def _uniform_draws(n):
    return {
        "shape": (n,),
        "from low to high": True,
        "positions on the scale": draws((n,), **UNIFORM) if n > 1 else [],
        "nearly all draws differ": True,
        "equal generators give equal draws": True,
        "other generators give other draws": True,
    }


def _seed(rng):
    return int(rng.integers(1, 10_000))


@lab.check("sample_log_uniform", points=3, driver="sampled_log")
def sample_log_uniform(rng):
    """One draw, many, below and above 1: range, spread of the logarithms, generator."""
    for low, high, n in [(1e-4, 1.0, 1000), (0.5, 3000.0, 600), (1e-6, 1e-3, 1)]:
        yield case(low, high, n, _seed(rng))


@sample_log_uniform.expect
def sample_log_uniform_expected(low, high, n, seed):
    return _uniform_draws(n)


@sample_log_uniform.mistake(
    "The values themselves are uniform, so nearly all are about as large as the "
    "largest. It is the logarithms that should be uniform."
)
def rates_on_a_linear_scale(low, high, n, rng):
    return rng.uniform(low, high, n)


@sample_log_uniform.mistake("These are logarithms. Convert them back.")
def logarithms_themselves(low, high, n, rng):
    return rng.uniform(np.log(low), np.log(high), n)


@sample_log_uniform.mistake(
    "The values leave the range: logarithm and exponential have different bases."
)
def mixes_bases(low, high, n, rng):
    return 10 ** rng.uniform(np.log(low), np.log(high), n)


@sample_log_uniform.mistake(
    "Not the whole range is drawn from: logarithm and exponential have different bases."
)
def mixes_bases_the_other_way(low, high, n, rng):
    return np.exp(rng.uniform(np.log10(low), np.log10(high), n))


@sample_log_uniform.mistake(
    "It draws from `np.random`, so a search cannot be repeated. Draw from the argument "
    "`rng`."
)
def another_generator(low, high, n, rng):
    return np.exp(np.random.uniform(np.log(low), np.log(high), n))


@sample_log_uniform.mistake(
    "The values are the same for every generator: they are a grid, or come from "
    "another generator with a fixed seed. Draw from the argument `rng`."
)
def a_grid_of_rates(low, high, n, rng):
    return np.geomspace(low, high, n)


@sample_log_uniform.mistake(
    "The exponential was taken of values, not of logarithms. Draw between the "
    "logarithms of both ends."
)
def exponentials_of_values(low, high, n, rng):
    return np.exp(rng.uniform(low, high, n))


@sample_log_uniform.mistake("It returns one number. Draw n of them, as an array.")
def a_single_rate(low, high, n, rng):
    return np.exp(rng.uniform(np.log(low), np.log(high)))


@sample_log_uniform.right
def rates_by_powers_of_ten(low, high, n, rng):
    r = np.log10(low) + (np.log10(high) - np.log10(low)) * rng.random(n)
    return 10**r


@sample_log_uniform.right
def rates_with_a_loop(low, high, n, rng):
    return np.array([low * (high / low) ** rng.random() for _ in range(n)])


@sample_log_uniform.right
def rates_downwards_in_float32(low, high, n, rng):
    u = rng.uniform(size=n).astype(np.float32)
    return np.float64(high) * np.exp(-u * math.log(high / low))


@lab.check("sample_beta", points=3, driver="sampled_beta")
def sample_beta(rng):
    """One draw and many, short and long memories, a range that begins near zero."""
    for low, high, n in [(0.9, 0.999, 1000), (0.01, 0.9999, 600), (0.5, 0.99, 1)]:
        yield case(low, high, n, _seed(rng))


@sample_beta.expect
def sample_beta_expected(low, high, n, seed):
    return _uniform_draws(n)


@sample_beta.mistake(
    "Beta itself is uniform, so long windows are hardly ever tried. It is 1 - beta "
    "that belongs on a log scale."
)
def betas_on_a_linear_scale(low, high, n, rng):
    return rng.uniform(low, high, n)


@sample_beta.mistake(
    "Beta is on a log scale. It is its distance from 1, the number 1 - beta, that "
    "belongs there."
)
def logarithm_of_beta(low, high, n, rng):
    return np.exp(rng.uniform(np.log(low), np.log(high), n))


@sample_beta.mistake("These are values of 1 - beta. Convert them back into beta.")
def distances_to_one(low, high, n, rng):
    return np.exp(rng.uniform(np.log(1 - high), np.log(1 - low), n))


@sample_beta.mistake(
    "It draws from `np.random`, so a search cannot be repeated. Pass on the argument "
    "`rng`."
)
def betas_from_another_generator(low, high, n, rng):
    return 1 - np.exp(np.random.uniform(np.log(1 - high), np.log(1 - low), n))


@sample_beta.mistake(
    "The betas leave the range: 1 - beta was drawn between the ends of beta. What are "
    "the ends of 1 - beta?"
)
def distances_between_the_ends_of_beta(low, high, n, rng):
    return 1 - np.exp(rng.uniform(np.log(low), np.log(high), n))


@sample_beta.right
def betas_by_powers_of_ten(low, high, n, rng):
    return 1 - 10 ** rng.uniform(np.log10(1 - high), np.log10(1 - low), n)


@sample_beta.right
def betas_one_by_one(low, high, n, rng):
    a, b = math.log1p(-low), math.log1p(-high)
    return np.array([-math.expm1(a + (b - a) * rng.random()) for _ in range(n)])


lab.concept(
    "grid_values",
    points=1,
    answer=4,
    why="4 · 4 · 4 = 64. Random points would have tried 64.",
    because={
        64: "This is true of random points. A grid uses every rate many times.",
        16: "Each rate is combined with 16 pairs of the other two.",
        21: "The numbers of values are multiplied, not added up.",
        8: "8 · 8 is 64, but there are three hyperparameters.",
        3: "Three is the number of hyperparameters. What number cubed is 64?",
    },
)

RATE = {"rate": ("log", 1e-4, 1.0)}
PAIR = {"rate": ("log", 1e-4, 1.0), "beta": ("beta", 0.5, 0.999)}
TRIO = PAIR | {"keep": ("linear", 0.2, 1.0)}


def _errors(rng, n, best, next_best=0):
    """Different errors, with the lowest and the next at given indices."""
    errors = rng.uniform(0.3, 0.9, n).round(4) + np.arange(n) * 1e-6
    errors[next_best] = 0.2
    errors[best] = 0.1
    return [float(error) for error in errors]


@lab.check("random_search", points=4, driver="searched")
def random_search(rng):
    """One try and several, best first, last and between; many tries on three scales."""
    for space, n, best in [(RATE, 1, 0), (PAIR, 5, 0), (PAIR, 4, 2), (RATE, 6, 4)]:
        yield case(_errors(rng, n, best), space, n, _seed(rng))
    yield case(_errors(rng, 150, 70), TRIO, 150, _seed(rng))


@random_search.expect
def random_search_expected(values, space, n, seed):
    return {
        "calls of the objective": n,
        "number of the best point": int(np.argmin(values)),
        "history": list(enumerate(values)),
        "positions of the points": draws((n, len(space)), **UNIFORM),
    }


def _tries(objective, space, n, rng):
    points = [ref.draw_point(space, rng) for _ in range(n)]
    return [(point, objective(point)) for point in points]


@random_search.mistake("It returns the point with the highest error. Lower is better.")
def highest_error_wins(objective, space, n, rng):
    history = _tries(objective, space, n, rng)
    return max(history, key=lambda pair: pair[1])[0], history


@random_search.mistake(
    "The first value returned is an error, not a point. Return the point that had it."
)
def lowest_error_itself(objective, space, n, rng):
    history = _tries(objective, space, n, rng)
    return min(error for _, error in history), history


@random_search.mistake(
    "The first value returned is a pair. Return the point alone, without its error."
)
def best_with_its_error(objective, space, n, rng):
    history = _tries(objective, space, n, rng)
    return min(history, key=lambda pair: pair[1]), history


@random_search.mistake(
    "The objective was called once more for the best point. Its error is in the "
    "history already."
)
def asks_again(objective, space, n, rng):
    history = _tries(objective, space, n, rng)
    best = min(history, key=lambda pair: pair[1])[0]
    objective(best)
    return best, history


@random_search.mistake(
    "The objective is called again to compare. Call it once per point, and keep the "
    "error."
)
def asks_twice_for_each_point(objective, space, n, rng):
    best, lowest, history = None, np.inf, []
    for _ in range(n):
        point = ref.draw_point(space, rng)
        history.append((point, objective(point)))
        if objective(point) < lowest:
            best, lowest = point, objective(point)
    return best, history


@random_search.mistake(
    "The history holds only the points that were a new best. Keep all of them."
)
def history_of_new_bests(objective, space, n, rng):
    best, lowest, history = None, np.inf, []
    for _ in range(n):
        point = ref.draw_point(space, rng)
        error = objective(point)
        if error < lowest:
            best, lowest = point, error
            history.append((point, error))
    return best, history


@random_search.mistake(
    "All points are the same. Draw a new one each time, inside the loop."
)
def same_point_again(objective, space, n, rng):
    point = ref.draw_point(space, rng)
    history = [(point, objective(point)) for _ in range(n)]
    return point, history


@random_search.mistake(
    "The points are uniform, whatever their scale says. `draw_point` uses the scale."
)
def all_scales_linear(objective, space, n, rng):
    space = {name: ("linear", a, b) for name, (_, a, b) in space.items()}
    return ref.random_search(objective, space, n, rng)


@random_search.mistake(
    "The history does not hold pairs. Each entry is `(point, error)`."
)
def history_of_errors_only(objective, space, n, rng):
    best, history = ref.random_search(objective, space, n, rng)
    return best, [error for _, error in history]


@random_search.mistake(
    "In the pairs of the history the error comes first. Each entry is `(point, error)`."
)
def history_of_turned_pairs(objective, space, n, rng):
    best, history = ref.random_search(objective, space, n, rng)
    return best, [(error, point) for point, error in history]


@random_search.mistake(
    "The history is sorted by error. Keep the points in the order they were tried."
)
def history_by_error(objective, space, n, rng):
    history = sorted(_tries(objective, space, n, rng), key=lambda pair: pair[1])
    return history[0][0], history


@random_search.mistake("Best point and history are swapped: the best comes first.")
def history_comes_first(objective, space, n, rng):
    best, history = ref.random_search(objective, space, n, rng)
    return history, best


@random_search.mistake(
    "The first value returned is the number of a try. Return the point itself."
)
def number_of_the_best(objective, space, n, rng):
    history = _tries(objective, space, n, rng)
    return int(np.argmin([error for _, error in history])), history


@random_search.mistake("It returns the first point, not the best one.")
def returns_the_first(objective, space, n, rng):
    history = _tries(objective, space, n, rng)
    return history[0][0], history


@random_search.mistake("It returns the last point, not the best one.")
def returns_the_last(objective, space, n, rng):
    history = _tries(objective, space, n, rng)
    return history[-1][0], history


@random_search.mistake(
    "The objective is called again to compare. Call it once per point, and keep the "
    "error."
)
def asks_for_the_best_again(objective, space, n, rng):
    best, history = None, []
    for _ in range(n):
        point = ref.draw_point(space, rng)
        history.append((point, objective(point)))
        if best is None or objective(point) < objective(best):
            best = point
    return best, history


@random_search.mistake(
    "Each error is compared with the one just before. Compare it with the lowest so "
    "far."
)
def better_than_the_one_before(objective, space, n, rng):
    history = _tries(objective, space, n, rng)
    best, last = None, np.inf
    for point, error in history:
        if error < last:
            best = point
        last = error
    return best, history


@random_search.right
def search_with_a_running_best(objective, space, n, rng):
    best, lowest, history = None, np.inf, []
    for _ in range(n):
        point = ref.draw_point(space, rng)
        error = objective(point)
        if error < lowest:
            best, lowest = point, error
        history.append((point, error))
    return best, history


@random_search.right
def search_with_all_points_first(objective, space, n, rng):
    drawn = {}
    for name, (scale, low, high) in space.items():
        u = rng.random(n)
        a, b = ref.FORWARD[scale](low), ref.FORWARD[scale](high)
        drawn[name] = ref.BACK[scale](a + (b - a) * u)
    points = [{name: float(v[i]) for name, v in drawn.items()} for i in range(n)]
    errors = [objective(point) for point in points]
    return points[int(np.argmin(errors))], list(zip(points, errors, strict=True))


@lab.check("coarse_to_fine", points=4, driver="narrowed")
def coarse_to_fine(rng):
    """One round; the best in the first, a middle and the last round; one point each."""
    # "narrow the space around the best point so far", "the first one in the whole
    # space", "one history"; three hyperparameters: no other window fits by chance
    for space, n, rounds, best in [
        (RATE, 4, 1, 2),
        (TRIO, 10, 3, 1),
        (TRIO, 9, 3, 12),
        (TRIO, 8, 4, 30),
        (TRIO, 15, 2, 25),
        (TRIO, 10, 4, 6),
    ]:
        yield case(_errors(rng, n * rounds, best, n // 2), space, n, rounds, _seed(rng))


@coarse_to_fine.expect
def coarse_to_fine_expected(values, space, n, rounds, seed):
    later = [True] * (rounds - 1)
    return {
        "calls of the objective": n * rounds,
        "number of the best point": int(np.argmin(values)),
        "history": list(enumerate(values)),
        "positions of the first round": draws((n, len(space)), **UNIFORM),
        "the first round searches the whole space": True,
        "later rounds stay in a third of the space before": later,
        "later rounds stay near the best so far": later,
        "points differ": True,
    }


def _rounds(objective, space, n, rounds, rng, narrow):
    """Rounds of random search; `narrow` gives the next space."""
    history, first = [], space
    for _ in range(rounds):
        tried = ref.random_search(objective, space, n, rng)[1]
        history += tried
        space = narrow(first, space, history)
    return min(history, key=lambda pair: pair[1])[0], history


def _lowest(history):
    return min(history, key=lambda pair: pair[1])[0]


@coarse_to_fine.mistake(
    "Every round searches the whole space. Narrow it after each round."
)
def never_narrows(objective, space, n, rounds, rng):
    return _rounds(objective, space, n, rounds, rng, lambda first, now, tried: first)


@coarse_to_fine.mistake(
    "From the third round on the space does not get any narrower. Narrow the space of "
    "the round before, not the first one again."
)
def narrows_once(objective, space, n, rounds, rng):
    return _rounds(
        objective,
        space,
        n,
        rounds,
        rng,
        lambda first, now, tried: ref.zoom(first, _lowest(tried)),
    )


@coarse_to_fine.mistake(
    "It narrows around the last point tried. Narrow around the best one."
)
def narrows_around_the_last(objective, space, n, rounds, rng):
    return _rounds(
        objective,
        space,
        n,
        rounds,
        rng,
        lambda first, now, tried: ref.zoom(now, tried[-1][0]),
    )


@coarse_to_fine.mistake(
    "It narrows around the best point of the last round, although an earlier round had "
    "a better one. Look for the best in the whole history."
)
def narrows_around_the_rounds_best(objective, space, n, rounds, rng):
    return _rounds(
        objective,
        space,
        n,
        rounds,
        rng,
        lambda first, now, tried: ref.zoom(now, _lowest(tried[-n:])),
    )


@coarse_to_fine.mistake(
    "The space is narrowed before the first round. The first round searches all of it."
)
def narrows_before_the_first_round(objective, space, n, rounds, rng):
    space = ref.zoom(space, ref.draw_point(space, rng))
    return ref.coarse_to_fine(objective, space, n, rounds, rng)


@coarse_to_fine.mistake(
    "The history holds a list for each round. It should be one list of all pairs."
)
def history_of_lists(objective, space, n, rounds, rng):
    best, history = ref.coarse_to_fine(objective, space, n, rounds, rng)
    return best, [history[k * n : (k + 1) * n] for k in range(rounds)]


@coarse_to_fine.mistake(
    "Each round narrows around its own best point and returns it, although an earlier "
    "round had a better one. Look for the best in the whole history."
)
def only_the_rounds_best(objective, space, n, rounds, rng):
    _, history = narrows_around_the_rounds_best(objective, space, n, rounds, rng)
    return _lowest(history[-n:]), history


@coarse_to_fine.mistake(
    "The history holds the last round only. Collect all rounds in one list."
)
def history_of_the_last_round(objective, space, n, rounds, rng):
    best, history = ref.coarse_to_fine(objective, space, n, rounds, rng)
    return best, history[-n:]


@coarse_to_fine.mistake(
    "It returns the best point of the last round. An earlier round had a better one."
)
def best_of_the_last_round(objective, space, n, rounds, rng):
    _, history = ref.coarse_to_fine(objective, space, n, rounds, rng)
    return _lowest(history[-n:]), history


@coarse_to_fine.mistake(
    "It runs one round too many: the first round, in the whole space, counts too."
)
def one_round_too_many(objective, space, n, rounds, rng):
    return ref.coarse_to_fine(objective, space, n, rounds + 1, rng)


@coarse_to_fine.right
def rounds_with_a_running_best(objective, space, n, rounds, rng):
    best, lowest, history = None, np.inf, []
    for k in range(rounds):
        if k:
            space = ref.zoom(space, best)
        for _ in range(n):
            point = ref.draw_point(space, rng)
            error = objective(point)
            history.append((point, error))
            if error < lowest:
                best, lowest = point, error
    return best, history


@coarse_to_fine.right
def rounds_through_sorting(objective, space, n, rounds, rng):
    history = []
    while len(history) < n * rounds:
        history.extend(ref.random_search(objective, space, n, rng)[1])
        best = sorted(history, key=lambda pair: pair[1])[0][0]
        space = ref.zoom(space, best)
    return best, history


lab.concept(
    "panda_or_caviar",
    points=1,
    answer="C",
    why="One model is all that you can afford, so look after it.",
    because={
        "A": "This takes 225 days, and a grid would try only five rates in them.",
        "B": "A tenth of the data is fine for a first guess, not for the result.",
        "D": "Random points are better than a grid, but this takes 225 days as well.",
    },
)


# --- many classes --------------------------------------------------------------------


@lab.check("softmax", points=4, forbid=NO_FRAMEWORK)
def softmax(rng):
    """One class, equal scores, a square, ±1000 in one column and in different ones."""
    yield case(rng.normal(size=(1, 3)))
    yield case(np.full((4, 2), rng.normal(scale=2)))
    yield case(rng.normal(scale=2, size=(3, 3)))
    large = rng.permutation([[1000.0, -1000.0], [999.0, -1000.0], [0.0, -1001.0]])
    yield case(large + rng.uniform(-1, 1, size=(3, 2)).round(2))
    yield case(rng.normal(scale=2, size=(5, 1)))
    yield case(rng.normal(scale=2, size=(3, 4)))


@softmax.mistake(
    "Where scores are around ±1000 it returns nan: the exponentials overflow, or are "
    "all 0. Make the scores smaller first; differences are all that counts."
)
def softmax_overflows(Z):
    e = np.exp(Z)
    return e / np.sum(e, axis=0, keepdims=True)


@softmax.mistake("The rows sum to 1, as in course 1. Here an example is a column.")
def normalizes_rows(Z):
    e = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


@softmax.mistake("The whole matrix sums to 1. Each column should.")
def normalizes_the_matrix(Z):
    e = np.exp(Z - np.max(Z))
    return e / np.sum(e)


@softmax.mistake(
    "One maximum was taken for all columns. In a column far below it all exponentials "
    "are 0, and 0 / 0 is nan. Each column has its own maximum."
)
def one_maximum_for_all(Z):
    e = np.exp(Z - np.max(Z))
    return e / np.sum(e, axis=0, keepdims=True)


@softmax.mistake(
    "Each row's maximum is subtracted, so different numbers are subtracted within a "
    "column. Take the maximum of each column."
)
def maximum_of_each_row(Z):
    e = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


@softmax.mistake(
    "The exponentials are divided by the sum of their row. Each column should sum to 1."
)
def divides_by_sums_of_rows(Z):
    e = np.exp(Z - np.max(Z, axis=0, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


@softmax.mistake("The largest score gets the smallest probability: look at the sign.")
def softmax_of_minus(Z):
    return ref.softmax(-Z)


@softmax.mistake("These are logarithms of the probabilities.")
def logarithms_of_softmax(Z):
    Z = Z - np.max(Z, axis=0, keepdims=True)
    return Z - np.log(np.sum(np.exp(Z), axis=0, keepdims=True))


@softmax.mistake("The exponential is missing: the scores themselves are divided.")
def forgets_the_exponential(Z):
    return Z / np.sum(Z, axis=0, keepdims=True)


@softmax.mistake("This is the hard maximum: 1 for the largest score, else 0.")
def hard_maximum(Z):
    return (np.max(Z, axis=0) == Z) * 1.0


@softmax.mistake(
    "The scores are divided by the largest of their column. Subtract it: dividing "
    "changes the probabilities."
)
def divides_scores_by_the_largest(Z):
    largest = np.max(np.abs(Z), axis=0, keepdims=True)
    return ref.softmax(Z / np.where(largest == 0, 1, largest))


@softmax.right
def softmax_with_loops(Z):
    columns = []
    for scores in Z.T.tolist():
        top = max(scores)
        e = [math.exp(z - top) for z in scores]
        columns.append([value / sum(e) for value in e])
    return np.array(columns).T


@softmax.right
def softmax_through_logarithms(Z):
    Z = Z.astype(np.float32)
    return np.exp(Z - np.logaddexp.reduce(Z, axis=0))


lab.concept(
    "which_output",
    points=1,
    answer="A",
    why="Exactly one of four is true, and the probabilities sum to 1.",
    because={
        "B": "Probabilities that sum to 1 cannot say yes twice, or never. Four "
        "sigmoids can.",
        "C": "Grams are amounts, not probabilities of classes that exclude each other.",
        "D": "Several may be broken at once: four questions, four sigmoids.",
    },
)


@lab.check("one_hot_matrix", points=2, forbid=NO_FRAMEWORK)
def one_hot_matrix(rng):
    """Some classes missing, one example, one class, as many examples as classes."""
    # "take the number of rows from C": the last class occurs in two cases only
    yield case(np.roll([1, 0, 1, 0, 1], rng.integers(2))[: rng.integers(3, 6)], 4)
    C = int(rng.integers(3, 40))
    yield case(rng.integers(0, C - 1, 1), C)
    yield case(np.zeros(rng.integers(2, 100), dtype=int), 1)
    labels = rng.permutation(4)
    while np.array_equal(labels[labels], range(4)):  # its matrix would be symmetric
        labels = rng.permutation(4)
    yield case(labels, 4)
    yield case(rng.permutation([0, 1, 2, 3, 4, *rng.integers(0, 5, 4)]), 6)


@one_hot_matrix.mistake("It is transposed. An example should be a column.")
def examples_in_rows(labels, C):
    return np.eye(C)[labels]


@one_hot_matrix.mistake(
    "The classes after the last one that occurs have no row. How many rows should "
    "there be?"
)
def rows_from_the_labels(labels, C):
    return np.eye(max(labels) + 1)[:, labels]


@one_hot_matrix.mistake("Each 1 is one row too high: label 0 belongs to the first row.")
def counts_from_one(labels, C):
    return np.roll(np.eye(C)[:, labels], -1, axis=0) + 0 * np.eye(C)[:, labels]


@one_hot_matrix.mistake(
    "Whole rows are filled with ones. Each column has a single 1: index the row *and* "
    "the column."
)
def fills_whole_rows(labels, C):
    Y = np.zeros((C, len(labels)))
    Y[labels] = 1
    return Y


@one_hot_matrix.right
def one_hot_by_comparison(labels, C):
    return np.arange(C)[:, np.newaxis] == labels


@one_hot_matrix.right
def one_hot_with_a_loop(labels, C):
    Y = np.zeros((C, len(labels)), dtype=np.float32)
    for i, label in enumerate(labels):
        Y[label, i] = 1
    return Y


def _probabilities(rng, C, m):
    """Probabilities and a one-hot ground truth."""
    A = rng.dirichlet(np.full(C, 2.0), m).T
    A = (A + 0.02) / (1 + 0.02 * C)
    labels = rng.integers(0, C, m)
    labels[0] = np.argmin(A[:, 0])  # one prediction is wrong in every case
    return A, np.eye(C)[:, labels]


@lab.check("cross_entropy", points=3, forbid=NO_FRAMEWORK)
def cross_entropy(rng):
    """One example, two classes, more classes than examples, and the reverse."""
    for C, m in [(3, 1), (2, 5), (6, 4), (4, 9), (3, 12)]:
        yield case(*_probabilities(rng, C, m))


@cross_entropy.mistake("The cost is m times too large: it is a sum over the examples.")
def sums_over_examples(A, Y):
    return -np.sum(Y * np.log(A))


@cross_entropy.mistake(
    "The cost is C times too small: it averages over the classes as well. Average over "
    "the examples only."
)
def averages_over_classes_too(A, Y):
    return -np.mean(Y * np.log(A))


@cross_entropy.mistake("The cost is negative: a minus is missing.")
def cost_below_zero(A, Y):
    return np.mean(np.log(np.sum(A * Y, axis=0)))


@cross_entropy.mistake(
    "It includes (1 - Y) log(1 - A), which belongs to separate sigmoids. With softmax "
    "only the true class counts."
)
def counts_false_classes(A, Y):
    return -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / A.shape[1]


@cross_entropy.mistake("The logarithm has base 2. The cost takes natural logarithms.")
def cost_in_bits(A, Y):
    return -np.sum(Y * np.log2(A)) / A.shape[1]


@cross_entropy.mistake("The logarithm has base 10. The cost takes natural logarithms.")
def cost_in_powers_of_ten(A, Y):
    return -np.sum(Y * np.log10(A)) / A.shape[1]


@cross_entropy.mistake(
    "It takes the largest probability. What counts is that of the true class."
)
def cost_of_the_largest(A, Y):
    return -np.mean(np.log(np.max(A, axis=0)))


@cross_entropy.mistake(
    "The logarithm is missing: this is minus the average probability of the true class."
)
def forgets_the_logarithm(A, Y):
    return -np.sum(Y * A) / A.shape[1]


@cross_entropy.mistake(
    "The sum is divided by the number of classes. Divide it by the number of examples."
)
def divides_the_cost_by_classes(A, Y):
    return -np.sum(Y * np.log(A)) / A.shape[0]


@cross_entropy.mistake(
    "It returns the loss of each example. The cost is their average, a number."
)
def costs_of_each_example(A, Y):
    return -np.sum(Y * np.log(A), axis=0)


@cross_entropy.right
def cross_entropy_by_the_formula(A, Y):
    return -np.sum(Y * np.log(A)) / A.shape[1]


@cross_entropy.right
def cross_entropy_with_a_loop(A, Y):
    total = 0.0
    for i in range(A.shape[1]):
        total -= math.log(A[np.argmax(Y[:, i]), i])
    return np.float32(total / A.shape[1])


lab.concept(
    "cost_at_start",
    points=1,
    answer=math.log(10),
    digits=2,
    why="-ln 0.1 = ln 10.",
    because={
        math.log(2): "This is for two classes, with one half each.",
        0.1: "This is the probability itself. The cost is minus its logarithm.",
        1: "This uses base 10; the cost takes the natural logarithm.",
        -math.log(10): "Logarithms of probabilities are negative, so the cost has a "
        "minus.",
        0.23: "Only the true class counts, and it is not divided by the number of "
        "classes.",
        math.log2(10): "This is the logarithm of base 2. Take the natural one.",
        10: "Only the true class has a 1 in Y, so one term is left.",
    },
)


@lab.check("softmax_backward", points=3, forbid=NO_FRAMEWORK)
def softmax_backward(rng):
    """One example, two classes, more classes than examples, and the reverse."""
    for C, m in [(3, 1), (2, 5), (6, 4), (4, 9)]:
        yield case(*_probabilities(rng, C, m))


@softmax_backward.mistake(
    "The gradient is m times too large. The cost is an average over m examples."
)
def gradient_of_the_sum(A, Y):
    return A - Y


@softmax_backward.mistake("The sign is wrong.")
def truth_minus_prediction(A, Y):
    return (Y - A) / A.shape[1]


@softmax_backward.mistake(
    "It is divided by the number of classes. m is the number of examples."
)
def divides_by_classes(A, Y):
    return (A - Y) / A.shape[0]


@softmax_backward.mistake(
    "It is divided by the number of all entries. The cost averages over examples only."
)
def divides_by_all_entries(A, Y):
    return (A - Y) / A.size


@softmax_backward.mistake(
    "This is the gradient with respect to A. What is asked for is that with respect to "
    "Z, one step further back through softmax."
)
def gradient_with_respect_to_a(A, Y):
    return -Y / A / A.shape[1]


@softmax_backward.mistake(
    "There is an extra factor A (1 - A). It has already cancelled against the "
    "logarithm."
)
def keeps_the_sigmoids_derivative(A, Y):
    return (A - Y) * A * (1 - A) / A.shape[1]


@softmax_backward.right
def gradient_through_the_jacobian(A, Y):
    dZ = np.zeros(A.shape)
    for i in range(A.shape[1]):
        a = A[:, i]
        jacobian = np.diag(a) - np.outer(a, a)
        dZ[:, i] = jacobian @ (-Y[:, i] / a) / A.shape[1]
    return dZ


@softmax_backward.right
def gradient_on_a_copy(A, Y):
    dZ = A.astype(np.float32)
    dZ[np.argmax(Y, axis=0), np.arange(A.shape[1])] -= 1
    return dZ / np.float32(A.shape[1])


# --- batch norm ----------------------------------------------------------------------

lab.concept(
    "where_b_goes",
    points=1,
    answer="B",
    why="A constant added to a row changes its mean, and the mean is subtracted.",
    because={
        "A": "The mean of Z_tilde is beta, whatever b is: the batch's mean is removed.",
        "C": "A constant shifts values and does not change their variance.",
        "D": "The running mean contains b as well, and it is subtracted just the same.",
    },
)


def _running(rng, n):
    return {
        "mean": rng.normal(size=(n, 1)),
        "var": rng.uniform(0.5, 2.0, size=(n, 1)),
    }


def _layer(rng, n, m):
    """Z of a layer, away from zero; scale, shift, and running averages."""
    Z = rng.normal(size=(n, m)) * rng.uniform(0.5, 3, (n, 1)) + 2 * rng.normal(
        size=(n, 1)
    )
    gamma = rng.uniform(0.5, 2.0, size=(n, 1))
    return Z, gamma, rng.normal(size=(n, 1)), _running(rng, n)


@lab.check("batchnorm_forward", points=9, driver="normalized", forbid=NO_FRAMEWORK)
def batchnorm_forward(rng):
    """Both modes, a constant unit, one test example, other momentum and epsilon."""
    # "divide by m", "replaced by new arrays", "leave it as it is" in mode test, "`std`
    # is the root, `epsilon` included"
    yield case(*_layer(rng, 3, 5), mode="train")
    yield case(*_layer(rng, 4, 4), mode="train", momentum=0.7, epsilon=0.5)
    Z, *others = _layer(rng, 2, 6)
    Z[0] = 3.0
    yield case(Z, *others, mode="train")
    yield case(*_layer(rng, 3, 6), mode="test")
    yield case(*_layer(rng, 4, 1), mode="test", epsilon=0.5)


def _normalized(Z, gamma, beta, mean, std, mode):
    """Output and cache for given statistics."""
    Z_hat = (Z - mean) / std
    cache = {"Z_hat": Z_hat, "std": std, "gamma": gamma, "mode": mode}
    return gamma * Z_hat + beta, cache


def _statistics(Z, running, mode):
    if mode == "train":
        return Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
    return running["mean"], running["var"]


@batchnorm_forward.mistake(
    "In mode 'test' it uses the statistics of the test batch. Use the running "
    "averages: a prediction must not depend on other examples."
)
def statistics_of_the_test_batch(
    Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8
):
    if mode == "train":
        return ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    mean, var = _statistics(Z, running, "train")
    return _normalized(Z, gamma, beta, mean, np.sqrt(var + epsilon), mode)


@batchnorm_forward.mistake(
    "`running` never changes. In mode 'train' both entries must be replaced by the new "
    "averages."
)
def never_moves_running(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    return ref.batchnorm_forward(Z, gamma, beta, dict(running), mode, momentum, epsilon)


@batchnorm_forward.mistake(
    "Old and new are swapped in the running averages: `momentum` is the weight of the "
    "old value."
)
def swaps_old_and_new(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    return ref.batchnorm_forward(Z, gamma, beta, running, mode, 1 - momentum, epsilon)


@batchnorm_forward.mistake(
    "`running` changes in mode 'test' as well. There it must stay as it is."
)
def learns_from_the_test_batch(
    Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8
):
    answer = ref.batchnorm_forward(
        Z, gamma, beta, dict(running), mode, momentum, epsilon
    )
    ref.batchnorm_forward(Z, gamma, beta, running, "train", momentum, epsilon)
    return answer


@batchnorm_forward.mistake(
    "It normalizes each example. Mean and variance belong to a unit, a row, over its "
    "examples."
)
def normalizes_each_example(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    if mode == "test":
        return ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    mean, var = Z.mean(axis=0, keepdims=True), Z.var(axis=0, keepdims=True)
    for key, value in (("mean", mean), ("var", var)):
        running[key] = momentum * running[key] + (1 - momentum) * value
    return _normalized(Z, gamma, beta, mean, np.sqrt(var + epsilon), mode)


@batchnorm_forward.mistake(
    "Epsilon was added to the root. It belongs inside the root, to the variance."
)
def epsilon_outside_the_root(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    mean, var = _statistics(Z, running, mode)
    ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return _normalized(Z, gamma, beta, mean, np.sqrt(var) + epsilon, mode)


@batchnorm_forward.mistake(
    "It divides by the variance. Divide by its square root, the standard deviation."
)
def divides_by_the_variance(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    mean, var = _statistics(Z, running, mode)
    ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return _normalized(Z, gamma, beta, mean, var + epsilon, mode)


@batchnorm_forward.mistake(
    "The variance is divided by m - 1. Here it is divided by m, as `np.var` does by "
    "default."
)
def variance_of_a_sample(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    if mode == "test":
        return ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True, ddof=1)
    for key, value in (("mean", mean), ("var", var)):
        running[key] = momentum * running[key] + (1 - momentum) * value
    return _normalized(Z, gamma, beta, mean, np.sqrt(var + epsilon), mode)


@batchnorm_forward.mistake("It returns Z_hat. The output is Z_hat scaled and shifted.")
def forgets_scale_and_shift(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    _, cache = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return cache["Z_hat"], cache


@batchnorm_forward.mistake("Epsilon is missing: a constant unit becomes 0 / 0, or nan.")
def forgets_epsilon(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    with np.errstate(all="ignore"):
        return ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, 0.0)


@batchnorm_forward.mistake(
    "`std` in the cache is the variance. The backward pass needs what you divided by."
)
def caches_the_variance(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    _, var = _statistics(Z, running, mode)
    out, cache = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return out, cache | {"std": var}


@batchnorm_forward.mistake(
    "`std` in the cache lacks epsilon. The backward pass needs what you divided by."
)
def caches_without_epsilon(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    _, var = _statistics(Z, running, mode)
    out, cache = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return out, cache | {"std": np.sqrt(var)}


@batchnorm_forward.mistake(
    "In mode 'test' the output is not scaled and shifted. gamma and beta belong to the "
    "layer in both modes."
)
def scales_in_training_only(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    out, cache = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return (out if mode == "train" else cache["Z_hat"]), cache


@batchnorm_forward.mistake(
    "One mean and one variance were used for all of Z. Each unit, a row, has its own."
)
def statistics_of_the_matrix(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    if mode == "test":
        return ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    mean, var = Z.mean(), Z.var()
    for key, value in (("mean", mean), ("var", var)):
        running[key] = momentum * running[key] + (1 - momentum) * value
    std = np.full((len(Z), 1), np.sqrt(var + epsilon))
    return _normalized(Z, gamma, beta, mean, std, mode)


@batchnorm_forward.mistake(
    "The running variance is updated with a variance that is divided by m - 1, as in "
    "PyTorch. Here it is divided by m."
)
def running_variance_of_a_sample(
    Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8
):
    old = running["var"]
    answer = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    if mode == "train":
        var = Z.var(axis=1, keepdims=True, ddof=1)
        running["var"] = momentum * old + (1 - momentum) * var
    return answer


@batchnorm_forward.mistake("The running variance never changes; the running mean does.")
def never_updates_the_variance(
    Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8
):
    old = running["var"]
    answer = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    running["var"] = old
    return answer


@batchnorm_forward.mistake("Z itself is scaled and shifted. It should be Z_hat.")
def scales_what_is_not_normalized(
    Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8
):
    _, cache = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return gamma * Z + beta, cache


@batchnorm_forward.mistake(
    "`Z_hat` in the cache is only shifted: Z minus the mean. It must be divided by "
    "`std`, too."
)
def caches_what_is_only_shifted(
    Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8
):
    out, cache = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return out, cache | {"Z_hat": cache["Z_hat"] * cache["std"]}


@batchnorm_forward.mistake("The scale gamma is missing.")
def forgets_the_scale(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    _, cache = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return cache["Z_hat"] + beta, cache


@batchnorm_forward.mistake(
    "It writes into the arrays that `running` holds, and they may be in use elsewhere. "
    "Put new arrays under its two keys."
)
def writes_into_running(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    held = dict(running)
    answer = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    for key, old in held.items():
        old[...] = running[key]
    running.update(held)
    return answer


@batchnorm_forward.mistake(
    "`running` holds the statistics of this batch only. It should average them with "
    "the old ones."
)
def running_forgets(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    return ref.batchnorm_forward(Z, gamma, beta, running, mode, 0.0, epsilon)


@batchnorm_forward.mistake(
    "In mode 'train' it normalizes with the running averages. Use mean and variance of "
    "the batch."
)
def normalizes_by_running(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    std = np.sqrt(running["var"] + epsilon)
    return _normalized(Z, gamma, beta, running["mean"], std, mode)


@batchnorm_forward.mistake(
    "What is averaged under 'var' is the standard deviation. Average the variance."
)
def averages_standard_deviations(
    Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8
):
    old = running["var"]
    answer = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    if mode == "train":
        std = Z.std(axis=1, keepdims=True)
        running["var"] = momentum * old + (1 - momentum) * std
    return answer


@batchnorm_forward.mistake("The shift beta is missing.")
def forgets_the_shift(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    return ref.batchnorm_forward(Z, gamma, 0 * beta, running, mode, momentum, epsilon)


@batchnorm_forward.right
def batchnorm_with_loops(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    n, m = Z.shape
    Z_hat, std = np.zeros((n, m)), np.zeros((n, 1))
    mean, var = running["mean"].copy(), running["var"].copy()
    for j in range(n):
        if mode == "train":
            mu = sum(Z[j]) / m
            square = sum((z - mu) ** 2 for z in Z[j]) / m
            mean[j] += (1 - momentum) * (mu - mean[j])
            var[j] += (1 - momentum) * (square - var[j])
        else:
            mu, square = mean[j, 0], var[j, 0]
        std[j] = math.sqrt(square + epsilon)
        Z_hat[j] = (Z[j] - mu) / std[j]
    running.update(mean=mean, var=var)
    cache = {"mode": mode, "gamma": gamma, "Z_hat": Z_hat, "std": std, "beta": beta}
    return gamma * Z_hat + beta, cache


@batchnorm_forward.right
def batchnorm_in_float32(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    mean, var = running["mean"], running["var"]
    if mode == "train":
        centred = Z - np.sum(Z, axis=1, keepdims=True) / Z.shape[1]
        batch = Z.mean(1, keepdims=True), np.mean(centred**2, 1, keepdims=True)
        for key, new in zip(("mean", "var"), batch, strict=True):
            running[key] = momentum * running[key] + (1 - momentum) * new
        mean, var = batch
    std = (var + epsilon) ** 0.5
    Z_hat = ((Z - mean) / std).astype(np.float32)
    cache = {"Z_hat": Z_hat, "std": std, "gamma": gamma, "mode": mode}
    return (gamma * Z_hat + beta), cache


lab.concept(
    "batch_of_one",
    points=1,
    answer="D",
    why="Z minus its own mean is 0, so gamma · 0 + beta is left.",
    because={
        "A": "It is normalized all the same: the mean is the example itself.",
        "B": "With epsilon the root is not zero, and 0 divided by it is 0.",
        "C": "Nothing of the image is left when its own value is subtracted.",
    },
)


@lab.check("batchnorm_backward", points=8, forbid=NO_FRAMEWORK)
def batchnorm_backward(rng):
    """Both modes, square and wide matrices, large epsilon, one test example."""
    for n, m, mode, epsilon in [
        (3, 5, "train", 1e-8),
        (4, 4, "train", 1e-8),
        (2, 7, "train", 0.5),
        (3, 6, "test", 1e-8),
        (4, 1, "test", 1e-8),
    ]:
        Z, gamma, beta, running = _layer(rng, n, m)
        mean, var = _statistics(Z, running, mode)
        std = np.sqrt(var + epsilon)
        cache = _normalized(Z, gamma, beta, mean, std, mode)[1]
        yield case(rng.normal(size=(n, m)) + 0.5, cache)


def _sums(dZ_tilde, cache):
    """The two sums, and the factor of dZ."""
    dgamma = np.sum(dZ_tilde * cache["Z_hat"], axis=1, keepdims=True)
    dbeta = np.sum(dZ_tilde, axis=1, keepdims=True)
    return dgamma, dbeta, cache["gamma"] / cache["std"]


@batchnorm_backward.mistake(
    "The path through the mean is missing: a change of one example changes the mean of "
    "all."
)
def forgets_the_mean(dZ_tilde, cache):
    dgamma, dbeta, factor = _sums(dZ_tilde, cache)
    through = cache["Z_hat"] * dgamma / dZ_tilde.shape[1]
    train = cache["mode"] == "train"
    return factor * (dZ_tilde - train * through), dgamma, dbeta


@batchnorm_backward.mistake(
    "The path through the variance is missing: a change of one example changes the "
    "spread of all."
)
def forgets_the_variance(dZ_tilde, cache):
    dgamma, dbeta, factor = _sums(dZ_tilde, cache)
    train = cache["mode"] == "train"
    return factor * (dZ_tilde - train * dbeta / dZ_tilde.shape[1]), dgamma, dbeta


@batchnorm_backward.mistake(
    "Mean and variance are treated as constants. In mode 'train' they depend on every "
    "example: two terms are missing."
)
def statistics_as_constants(dZ_tilde, cache):
    dgamma, dbeta, factor = _sums(dZ_tilde, cache)
    return factor * dZ_tilde, dgamma, dbeta


@batchnorm_backward.mistake(
    "In mode 'test' the running averages are constants: nothing depends on the batch."
)
def statistics_always_move(dZ_tilde, cache):
    return ref.batchnorm_backward(dZ_tilde, cache | {"mode": "train"})


@batchnorm_backward.mistake(
    "dgamma and dbeta are averages. They should be sums: the division by m is already "
    "in the gradient of the cost."
)
def averages_both_sums(dZ_tilde, cache):
    dZ, dgamma, dbeta = ref.batchnorm_backward(dZ_tilde, cache)
    return dZ, dgamma / dZ_tilde.shape[1], dbeta / dZ_tilde.shape[1]


@batchnorm_backward.mistake(
    "dgamma and dbeta have lost an axis. Their shape is that of gamma, (n, 1)."
)
def sums_with_one_axis(dZ_tilde, cache):
    dZ, dgamma, dbeta = ref.batchnorm_backward(dZ_tilde, cache)
    return dZ, dgamma[:, 0], dbeta[:, 0]


@batchnorm_backward.mistake(
    "The two terms of mean and variance are added. They are subtracted."
)
def adds_both_paths(dZ_tilde, cache):
    dgamma, dbeta, factor = _sums(dZ_tilde, cache)
    both = (dbeta + cache["Z_hat"] * dgamma) / dZ_tilde.shape[1]
    return factor * (dZ_tilde + (cache["mode"] == "train") * both), dgamma, dbeta


@batchnorm_backward.mistake(
    "The two terms of mean and variance are not divided by m, but mean and variance "
    "are averages over the batch."
)
def paths_without_m(dZ_tilde, cache):
    dgamma, dbeta, factor = _sums(dZ_tilde, cache)
    both = dbeta + cache["Z_hat"] * dgamma
    return factor * (dZ_tilde - (cache["mode"] == "train") * both), dgamma, dbeta


@batchnorm_backward.mistake("dZ lacks the factor gamma.")
def forgets_gamma(dZ_tilde, cache):
    dZ, dgamma, dbeta = ref.batchnorm_backward(dZ_tilde, cache)
    return dZ / cache["gamma"], dgamma, dbeta


@batchnorm_backward.mistake(
    "dZ is not divided by the standard deviation, although Z was."
)
def forgets_the_standard_deviation(dZ_tilde, cache):
    dZ, dgamma, dbeta = ref.batchnorm_backward(dZ_tilde, cache)
    return dZ * cache["std"], dgamma, dbeta


@batchnorm_backward.mistake(
    "dZ is multiplied by the standard deviation. Z was divided."
)
def multiplies_by_the_standard_deviation(dZ_tilde, cache):
    dZ, dgamma, dbeta = ref.batchnorm_backward(dZ_tilde, cache)
    return dZ * cache["std"] ** 2, dgamma, dbeta


@batchnorm_backward.mistake(
    "The root of `std` was taken. `std` is the standard deviation, a root already."
)
def takes_the_root_again(dZ_tilde, cache):
    dZ, dgamma, dbeta = ref.batchnorm_backward(dZ_tilde, cache)
    return dZ * np.sqrt(cache["std"]), dgamma, dbeta


@batchnorm_backward.mistake(
    "m is taken to be the number of units. It is the number of examples, the columns."
)
def m_from_the_rows(dZ_tilde, cache):
    dgamma, dbeta, factor = _sums(dZ_tilde, cache)
    both = (dbeta + cache["Z_hat"] * dgamma) / dZ_tilde.shape[0]
    return factor * (dZ_tilde - (cache["mode"] == "train") * both), dgamma, dbeta


@batchnorm_backward.mistake(
    "gamma is part of dgamma. The derivative of gamma · Z_hat with respect to gamma is "
    "Z_hat alone."
)
def gamma_in_its_own_gradient(dZ_tilde, cache):
    dgamma, dbeta, factor = _sums(dZ_tilde, cache)
    dgamma = dgamma * cache["gamma"]
    both = (dbeta + cache["Z_hat"] * dgamma) / dZ_tilde.shape[1]
    return factor * (dZ_tilde - (cache["mode"] == "train") * both), dgamma, dbeta


@batchnorm_backward.mistake("dgamma and dbeta are swapped.")
def swaps_the_sums(dZ_tilde, cache):
    dZ, dgamma, dbeta = ref.batchnorm_backward(dZ_tilde, cache)
    return dZ, dbeta, dgamma


@batchnorm_backward.right
def backward_step_by_step(dZ_tilde, cache):
    Z_hat, std, m = cache["Z_hat"], cache["std"], dZ_tilde.shape[1]
    dZ_hat = dZ_tilde * cache["gamma"]
    dZ = dZ_hat / std
    if cache["mode"] == "train":
        centred = Z_hat * std  # Z - mean
        dvar = np.sum(dZ_hat * centred, 1, keepdims=True) * -0.5 * std**-3
        dmean = -np.sum(dZ_hat, 1, keepdims=True) / std
        dZ = dZ + dvar * 2 * centred / m + dmean / m
    return dZ, (dZ_tilde * Z_hat).sum(1)[:, None], dZ_tilde.sum(1)[:, None]


@batchnorm_backward.right
def backward_with_loops(dZ_tilde, cache):
    n, m = dZ_tilde.shape
    dZ = np.zeros((n, m))
    dgamma, dbeta = np.zeros((n, 1)), np.zeros((n, 1))
    for j in range(n):
        h, g = cache["Z_hat"][j], dZ_tilde[j]
        for i in range(m):
            dgamma[j] += g[i] * h[i]
            dbeta[j] += g[i]
        for i in range(m):
            paths = g[i]
            if cache["mode"] == "train":
                paths -= (dbeta[j, 0] + h[i] * dgamma[j, 0]) / m
            dZ[j, i] = cache["gamma"][j, 0] / cache["std"][j, 0] * paths
    return dZ, dgamma, dbeta


@batchnorm_backward.right
def backward_in_float32(dZ_tilde, cache):
    cache = {
        key: value if key == "mode" else value.astype(np.float32)
        for key, value in cache.items()
    }
    return ref.batchnorm_backward(dZ_tilde.astype(np.float32), cache)


# --- autodiff ------------------------------------------------------------------------


@lab.check("unbroadcast", points=5, forbid=NO_FRAMEWORK)
def unbroadcast(rng):
    """Nothing to do; axes of length 1 left and right, missing axes, both, a number."""
    for wide, shape in [
        ((2, 3), (2, 3)),
        ((2, 3), (2, 1)),
        ((3, 3), (1, 3)),
        ((2, 3), (3,)),
        ((4, 2, 3), (2, 1)),
        ((2, 3), ()),
        ((1, 4), (1, 1)),
        ((2, 2, 2), (1, 2, 1)),
    ]:
        yield case(rng.normal(size=wide), shape)


@unbroadcast.mistake("These are averages. What is used several times gets the sum.")
def averages_over_axes(gradient, shape):
    narrow = ref.unbroadcast(gradient, shape)
    return narrow * narrow.size / gradient.size


@unbroadcast.mistake(
    "Axes of length 1 are not summed over. The array was repeated along them, too."
)
def leaves_axes_of_one(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    return gradient


@unbroadcast.mistake(
    "Missing axes are not summed over. Shapes are compared from the right, so the "
    "extra axes are on the left."
)
def leaves_missing_axes(gradient, shape):
    extra = gradient.ndim - len(shape)
    for axis, length in enumerate(shape):
        if length == 1:
            gradient = gradient.sum(axis=extra + axis, keepdims=True)
    return gradient


@unbroadcast.mistake("Axes of length 1 are lost in the sum. They must be kept.")
def loses_axes_of_one(gradient, shape):
    narrow = ref.unbroadcast(gradient, shape)
    stretched = gradient.shape[gradient.ndim - len(shape) :]
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and stretched[i] != 1)
    return np.squeeze(narrow, axis=axes)


@unbroadcast.mistake(
    "It sums over extra axes on the right. Shapes are compared from the right, so the "
    "extra ones are on the left."
)
def sums_on_the_right(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=-1)
    return ref.unbroadcast(gradient, shape)


@unbroadcast.mistake(
    "It sums over missing axes, but along axes of length 1 it keeps the first value. "
    "The array was repeated there, too."
)
def keeps_the_first_along_axes_of_one(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1:
            gradient = np.take(gradient, [0], axis=axis)
    return gradient


@unbroadcast.mistake("It takes the first of the repeated gradients. All of them count.")
def takes_the_first(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient[0]
    for axis, length in enumerate(shape):
        if length == 1:
            gradient = np.take(gradient, [0], axis=axis)
    return gradient


@unbroadcast.right
def unbroadcast_in_one_sum(gradient, shape):
    extra = gradient.ndim - len(shape)
    axes = [*range(extra), *(extra + i for i, n in enumerate(shape) if n == 1)]
    return gradient.sum(axis=tuple(axes)).reshape(shape)


@unbroadcast.right
def unbroadcast_value_by_value(gradient, shape):
    out = np.zeros(shape)
    index = np.broadcast_to(np.arange(out.size).reshape(shape), gradient.shape)
    np.add.at(out.reshape(-1), index.ravel(), gradient.ravel())
    return out


def _pairs(rng):
    """Two arrays and the gradient of their sum or product."""
    for one, other in [((2, 3), (2, 3)), ((3, 4), (3, 1)), ((3,), (2, 3)), ((), (4,))]:
        a, b = rng.normal(size=one), rng.normal(size=other)
        yield case(np.asarray(a), np.asarray(b), rng.normal(size=np.shape(a + b)))


def _result(data, parents, rule, name=""):
    """A tensor of the class of its parents."""
    return type(parents[0])(data, parents, rule, name)


@lab.check("add", points=2, driver="two_parents", forbid=NO_FRAMEWORK)
def add(rng):
    """Equal shapes, a column, a missing axis, a number."""
    yield from _pairs(rng)


@add.mistake(
    "A parent that was broadcast gets a gradient of the wrong shape. Sum it down to "
    "the parent's shape."
)
def adds_without_unbroadcast(a, b):
    return _result(a.data + b.data, (a, b), lambda g: (g, g))


@add.mistake(
    "The gradient of a has the wrong shape where a was broadcast. Either parent may be."
)
def unbroadcasts_b_only(a, b):
    return _result(
        a.data + b.data, (a, b), lambda g: (g, ref.unbroadcast(g, b.data.shape))
    )


@add.mistake(
    "The gradient of b has the wrong shape where b was broadcast. Either parent may be."
)
def unbroadcasts_a_only(a, b):
    return _result(
        a.data + b.data, (a, b), lambda g: (ref.unbroadcast(g, a.data.shape), g)
    )


@add.mistake("The rule returns the gradient of one parent only. There are two.")
def answers_for_one(a, b):
    return _result(
        a.data + b.data, (a, b), lambda g: (ref.unbroadcast(g, a.data.shape),)
    )


@add.mistake(
    "The gradients are multiplied by the other summand. That is the rule for a product."
)
def rule_of_a_product(a, b):
    def rule(g):
        return (
            ref.unbroadcast(g * b.data, a.data.shape),
            ref.unbroadcast(g * a.data, b.data.shape),
        )

    return _result(a.data + b.data, (a, b), rule)


@add.mistake(
    "The rule returns the derivatives, ones, without the upstream gradient `g`."
)
def forgets_g_in_a_sum(a, b):
    return _result(
        a.data + b.data,
        (a, b),
        lambda g: (
            ref.unbroadcast(np.ones_like(g), a.data.shape),
            ref.unbroadcast(np.ones_like(g), b.data.shape),
        ),
    )


@add.right
def add_with_a_loop(a, b):
    def rule(g):
        return [ref.unbroadcast(g, parent.data.shape) for parent in (a, b)]

    return _result(np.add(a.data, b.data), (a, b), rule)


@add.right
def add_on_copies(a, b):
    shapes = np.shape(a.data), np.shape(b.data)

    def rule(g):
        g = np.array(g, dtype=np.float32)
        return tuple(unbroadcast_in_one_sum(g, shape) for shape in shapes)

    return _result(a.data + b.data, (a, b), rule)


@lab.check("multiply", points=3, driver="two_parents", forbid=NO_FRAMEWORK)
def multiply(rng):
    """Equal shapes, a column, a missing axis, a number."""
    yield from _pairs(rng)


@multiply.mistake(
    "A parent that was broadcast gets a gradient of the wrong shape. Sum it down to "
    "the parent's shape."
)
def multiplies_without_unbroadcast(a, b):
    return _result(a.data * b.data, (a, b), lambda g: (g * b.data, g * a.data))


@multiply.mistake(
    "The two gradients are swapped: the derivative with respect to one factor is the "
    "other one."
)
def swaps_the_factors(a, b):
    def rule(g):
        return (
            ref.unbroadcast(g * a.data, a.data.shape),
            ref.unbroadcast(g * b.data, b.data.shape),
        )

    return _result(a.data * b.data, (a, b), rule)


@multiply.mistake("The upstream gradient `g` is not used.")
def forgets_g(a, b):
    def rule(g):
        one = np.ones_like(g)
        return (
            ref.unbroadcast(one * b.data, a.data.shape),
            ref.unbroadcast(one * a.data, b.data.shape),
        )

    return _result(a.data * b.data, (a, b), rule)


@multiply.mistake("The gradients pass unchanged. That is the rule for a sum.")
def rule_of_a_sum(a, b):
    return _result(a.data * b.data, (a, b), ref.add(a, b).rule)


@multiply.right
def multiply_on_named_parts(a, b):
    x, y = a.data, b.data

    def rule(g):
        da, db = y * g, x * g
        return [
            unbroadcast_in_one_sum(da, x.shape),
            unbroadcast_in_one_sum(db, y.shape),
        ]

    return _result(x * y, (a, b), rule)


@multiply.right
def multiply_in_float32(a, b):
    def rule(g):
        g = np.asarray(g, np.float32)
        return tuple(
            ref.unbroadcast(g * other.data, one.data.shape)
            for one, other in ((a, b), (b, a))
        )

    return _result(np.multiply(a.data, b.data), (a, b), rule)


@lab.check("matmul", points=4, driver="two_parents", forbid=NO_FRAMEWORK)
def matmul(rng):
    """Squares, which hide a missing transpose; others; outer and inner products."""
    for n, k, m in [(2, 2, 2), (3, 4, 2), (4, 1, 3), (1, 5, 1)]:
        a, b = rng.normal(size=(n, k)), rng.normal(size=(k, m))
        yield case(a, b, rng.normal(size=(n, m)))


@matmul.mistake(
    "Transposes are missing. With square matrices the shapes hide it; with others they "
    "do not fit."
)
def forgets_to_transpose(a, b):
    return _result(a.data @ b.data, (a, b), lambda g: (g @ b.data, a.data @ g))


@matmul.mistake(
    "The factors are in the wrong order. Look at the shapes of a matrix that is not "
    "square."
)
def reverses_the_products(a, b):
    return _result(a.data @ b.data, (a, b), lambda g: (b.data.T @ g, g @ a.data.T))


@matmul.mistake("The gradient of b is transposed. It must have the shape of b.")
def transposes_the_second(a, b):
    return _result(a.data @ b.data, (a, b), lambda g: (g @ b.data.T, (a.data.T @ g).T))


@matmul.mistake("The gradient of a is transposed. It must have the shape of a.")
def transposes_the_first(a, b):
    return _result(a.data @ b.data, (a, b), lambda g: ((g @ b.data.T).T, a.data.T @ g))


@matmul.mistake(
    "The gradient of a is divided by the number of columns. A rule does not average; "
    "the cost has done that."
)
def averages_the_first(a, b):
    return _result(
        a.data @ b.data,
        (a, b),
        lambda g: (g @ b.data.T / g.shape[1], a.data.T @ g),
    )


@matmul.mistake("The two gradients are swapped: that of a comes first.")
def swaps_the_gradients(a, b):
    return _result(a.data @ b.data, (a, b), lambda g: (a.data.T @ g, g @ b.data.T))


@matmul.mistake(
    "The gradients are divided by the number of columns. A rule does not average; the "
    "cost has done that."
)
def averages_over_columns(a, b):
    return _result(
        a.data @ b.data,
        (a, b),
        lambda g: (g @ b.data.T / g.shape[1], a.data.T @ g / g.shape[1]),
    )


@matmul.right
def matmul_with_einsum(a, b):
    def rule(g):
        return np.einsum("nm,km->nk", g, b.data), np.einsum("nk,nm->km", a.data, g)

    return _result(a.data @ b.data, (a, b), rule)


@matmul.right
def matmul_with_loops(a, b):
    def rule(g):
        da, db = np.zeros(a.data.shape), np.zeros(b.data.shape)
        for (i, j), upstream in np.ndenumerate(g):
            da[i] += upstream * b.data[:, j]
            db[:, j] += upstream * a.data[i]
        return da, db

    return _result(a.data @ b.data, (a, b), rule)


@lab.check("relu", points=2, driver="one_parent", forbid=NO_FRAMEWORK)
def relu(rng):
    """A matrix, a vector, a number, all negative; gradients of both signs."""

    # "where a > 0 the gradient passes; elsewhere it is 0", "do not write into `g`";
    # every pair of signs of a and g occurs, and a is 0 in one case
    def sized(signs, shape):
        return np.resize(signs, shape) * rng.uniform(0.2, 2, size=shape)

    for shape in [(3, 4), (5,)]:
        yield case(sized([1, -1, 1, -1], shape), sized([1, 1, -1, -1], shape))
    yield case(sized([0, 1, -1], (2, 3)), sized([1, 1, 1, -1], (2, 3)))
    yield case(sized([1], (1, 1)), sized([-1], (1, 1)))
    yield case(sized([-1], (2, 3)), sized([1, -1], (2, 3)))


@relu.mistake(
    "The gradient passes everywhere. Where the input was negative it must be 0."
)
def passes_everything(a):
    return _result(np.maximum(a.data, 0), (a,), lambda g: (g,))


@relu.mistake("The gradient passes where the input is 0. There it should be 0.")
def passes_at_zero(a):
    return _result(np.maximum(a.data, 0), (a,), lambda g: (g * (a.data >= 0),))


@relu.mistake(
    "The gradient is multiplied by the sign of the input. The derivative is 1 or 0, "
    "never -1."
)
def multiplies_by_the_sign(a):
    return _result(np.maximum(a.data, 0), (a,), lambda g: (g * np.sign(a.data),))


@relu.mistake(
    "It looks at the sign of the gradient. What counts is the sign of the input."
)
def sign_of_the_gradient(a):
    return _result(np.maximum(a.data, 0), (a,), lambda g: (g * (g > 0),))


@relu.mistake(
    "It writes into `g`, an array that other tensors may hold. Make a new array."
)
def writes_into_g(a):
    def rule(g):
        g[a.data <= 0] = 0
        return (g,)

    return _result(np.maximum(a.data, 0), (a,), rule)


@relu.mistake(
    "The rule returns an array. It must return a tuple, even with one parent."
)
def no_tuple(a):
    return _result(np.maximum(a.data, 0), (a,), lambda g: g * (a.data > 0))


@relu.mistake("The rule returns the derivatives, 0 and 1, without `g`.")
def derivatives_alone(a):
    return _result(np.maximum(a.data, 0), (a,), lambda g: ((a.data > 0) * 1.0,))


@relu.mistake("The gradient is multiplied by the value. The derivative is 0 or 1.")
def multiplies_by_the_value(a):
    return _result(np.maximum(a.data, 0), (a,), lambda g: (g * np.maximum(a.data, 0),))


@relu.right
def relu_with_where(a):
    return _result(
        np.maximum(a.data, 0), (a,), lambda g: (np.where(a.data <= 0, 0.0, g),)
    )


@relu.right
def relu_on_a_copy(a):
    data = a.data.clip(min=0)

    def rule(g):
        g = np.array(g, dtype=np.float32)
        g[data == 0] = 0
        return [g]

    return _result(data, (a,), rule)


@lab.check("sum_", points=4, driver="summed", forbid=NO_FRAMEWORK)
def sum_(rng):
    """Over everything, over each axis, kept and not, in a square and in three axes."""
    for shape, axis, keepdims in [
        ((2, 3), None, False),
        ((3, 3), 1, False),
        ((3, 3), 0, False),
        ((2, 4), 1, False),
        ((2, 4), 1, True),
        ((2, 3, 2), 1, False),
        ((2, 3), None, True),
    ]:
        a = rng.normal(size=shape)
        g = rng.normal(size=np.shape(a.sum(axis=axis, keepdims=keepdims)))
        yield case(a, axis, keepdims, np.asarray(g))


def _sum(a, axis, keepdims, rule):
    return _result(np.asarray(a.data.sum(axis=axis, keepdims=keepdims)), (a,), rule)


@sum_.mistake(
    "A vanished axis is not put back before repeating. With a square array there is no "
    "error, but the gradients lie along the wrong axis."
)
def leaves_the_axis_out(a, axis=None, keepdims=False):
    return _sum(a, axis, keepdims, lambda g: (np.broadcast_to(g, a.data.shape),))


@sum_.mistake(
    "The gradient keeps the shape of the sum. Repeat it to the shape of the input."
)
def does_not_repeat(a, axis=None, keepdims=False):
    return _sum(a, axis, keepdims, lambda g: (g,))


@sum_.mistake(
    "The gradient is divided among the values. That is the rule for an average; in a "
    "sum each value gets all of it."
)
def rule_of_an_average(a, axis=None, keepdims=False):
    rule = ref.sum_(a, axis, keepdims).rule
    count = a.data.size if axis is None else a.data.shape[axis]
    return _sum(a, axis, keepdims, lambda g: (rule(g)[0] / count,))


@sum_.mistake("The rule returns ones. Each value gets `g`, not 1.")
def gradient_of_one(a, axis=None, keepdims=False):
    return _sum(a, axis, keepdims, lambda g: (np.ones_like(a.data),))


@sum_.mistake(
    "The rule returns an array. It must return a tuple, even with one parent."
)
def sum_without_tuple(a, axis=None, keepdims=False):
    rule = ref.sum_(a, axis, keepdims).rule
    return _sum(a, axis, keepdims, lambda g: np.array(rule(g)[0]))


@sum_.right
def sum_by_multiplication(a, axis=None, keepdims=False):
    shape = a.data.sum(axis=axis, keepdims=True).shape
    return _sum(
        a, axis, keepdims, lambda g: (np.ones(a.data.shape) * np.reshape(g, shape),)
    )


@sum_.right
def sum_by_repetition(a, axis=None, keepdims=False):
    def rule(g):
        if axis is None:
            return (np.full(a.data.shape, np.squeeze(g)),)
        g = np.asarray(g, np.float32)
        if not keepdims:
            g = np.expand_dims(g, axis)
        return (np.repeat(g, a.data.shape[axis], axis=axis),)

    return _sum(a, axis, keepdims, rule)


lab.concept(
    "valid_order",
    points=1,
    answer="A",
    why="x, then p = relu(x), then q = p + x, then r = p * q.",
    because={
        "B": "q is computed from p, so p has to come before it.",
        "C": "This is the order of the backward pass. In a topological order parents "
        "come first.",
        "D": "p is computed from x, so x has to come before it.",
    },
)


def _random_graph(rng, n):
    """Parents of each of n tensors; every tensor leads to the last.

    Some parent is closer to the last than one of its children, so that going level by
    level is wrong.
    """
    while True:
        parents = [[]] + [
            sorted(rng.choice(i, size=min(i, 2), replace=False).tolist())
            for i in range(1, n - 1)
        ]
        used = {p for above in parents for p in above}
        parents.append([i for i in range(n - 1) if i not in used])
        levels = [n - 1]
        for i in levels:
            levels += [p for p in parents[i] if p not in levels]
        seen = {i: position for position, i in enumerate(levels)}
        if any(seen[p] < seen[i] for i in seen for p in parents[i] if parents[p]):
            return parents


def _graphs(rng):
    """Parents of each tensor, for one graph of each type; the last is the result."""
    more = int(rng.integers(1, 4))
    chain = [[], *([i] for i in range(1 + more))]
    yield [[]]  # a leaf alone
    yield chain
    yield [*chain, [1, len(chain) - 1]]  # a short path and a longer one
    # A tensor used twice by one child.
    yield [[], [0, 0], [1], [0, 1], [3, 2], *([4 + i] for i in range(more))]
    yield [[], [], [0, 1], [0, 2], [0], [0, 3, 2]]  # tensor 4 leads nowhere
    # Whichever parent is visited first, going back meets a leaf before an operation.
    yield [[], [], [], [0], [3, 1], [2, 4]]


@lab.check("topological_order", points=6, driver="ordered", forbid=NO_FRAMEWORK)
def topological_order(rng):
    """A leaf, a chain, longer and shorter paths, repeated parents, random graphs."""
    # "each once", "every tensor after all of its parents", "the result comes last"
    for parents in _graphs(rng):
        yield case(parents)
    for n in (9, 14):
        yield case(_random_graph(rng, n))


def _reached(tensor):
    """Level by level from the result; each once."""
    found = [tensor]
    for node in found:
        for parent in node.parents:
            if parent not in found:
                found.append(parent)
    return found


@topological_order.mistake(
    "Children come before their parents. Append a tensor *after* visiting its parents, "
    "and do not reverse the list."
)
def children_first(tensor):
    return ref.topological_order(tensor)[::-1]


@topological_order.mistake(
    "Where several paths lead to it, a parent can come after its child. Append a "
    "tensor only after all of its parents have been visited."
)
def level_by_level(tensor):
    return _reached(tensor)[::-1]


@topological_order.mistake(
    "Where several paths lead to it, a parent can come after its child. Append a "
    "tensor only after all of its parents have been visited."
)
def whole_levels(tensor):
    order, level = [], [tensor]
    while level:
        order = level + order
        parents = dict.fromkeys(p for node in level for p in node.parents)
        level = [p for p in parents if p not in order]
    return order


@topological_order.mistake("Tensors that are used twice are listed twice.")
def lists_twice(tensor):
    order = []

    def visit(node):
        for parent in node.parents:
            visit(parent)
        order.append(node)

    visit(tensor)
    return order


@topological_order.mistake(
    "Leaves are missing. They have no parents, but they need gradients most of all."
)
def leaves_out_leaves(tensor):
    return [node for node in ref.topological_order(tensor) if node.parents]


@topological_order.mistake("The result itself is missing. It comes last.")
def leaves_out_the_result(tensor):
    return ref.topological_order(tensor)[:-1]


@topological_order.mistake(
    "Where several paths lead to it, a parent can come after its child. Append a "
    "tensor only after all of its parents have been visited."
)
def appends_before_the_parents(tensor):
    order = []

    def visit(node):
        if node not in order:
            order.append(node)
            for parent in node.parents:
                visit(parent)

    visit(tensor)
    return order[::-1]


@topological_order.right
def order_without_recursion(tensor):
    order, seen, stack = [], set(), [(tensor, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack += [(parent, False) for parent in node.parents]
    return order


@topological_order.right
def order_by_counting_children(tensor):
    children = {id(node): 0 for node in _reached(tensor)}
    for node in _reached(tensor):
        for parent in node.parents:
            children[id(parent)] += 1
    ready, order = [tensor], []
    while ready:
        node = ready.pop()
        order.append(node)
        for parent in node.parents:
            children[id(parent)] -= 1
            if not children[id(parent)]:
                ready.append(parent)
    return order[::-1]


lab.concept(
    "used_twice",
    points=1,
    answer=7,
    why="3 + 3 from the product, 1 from the sum.",
    because={
        1: "The parts of the product were overwritten by that of the sum. Add them.",
        3: "x is used three times; this is one part of three.",
        4: "The product uses x twice, so it gives two parts.",
        6: "These are the parts of the product. The summand x gives 1 more.",
        9: "This is the value of x * x, not a gradient.",
        12: "This is y itself.",
    },
)


def _matrices(rng, parents):
    """For each tensor a matrix for each parent."""
    return [[rng.normal(size=(2, 2)) for _ in above] for above in parents]


@lab.check("backward", points=7, driver="gone_back", forbid=NO_FRAMEWORK)
def backward(rng):
    """The same graphs; paths that meet, shared arrays, and a second call."""
    # "every call starts afresh", "only when it is complete", "ask each rule once", "its
    # own becomes ones", "that of each tensor before it"
    first, *graphs = _graphs(rng)
    yield case(first, _matrices(rng, first), 2)
    for parents in graphs:
        yield case(parents, _matrices(rng, parents), 1)
    # Where a gradient is passed on as it is, two tensors hold the same array.
    M = rng.normal(size=(2, 2))
    yield case([[], [0], [0, 1]], [[], [M], [None, None]], 1)
    parents = _random_graph(rng, 8)
    yield case(parents, _matrices(rng, parents), 2)


def _go_back(tensor, order, receive, start=np.ones_like):
    """Go back in a given order; `receive` is what a parent does with a part."""
    for node in order:
        node.grad = np.zeros_like(node.data)
    tensor.grad = start(tensor.data)
    for node in order:
        if node.rule is not None:
            for parent, part in zip(node.parents, node.rule(node.grad), strict=True):
                receive(parent, part)


def _add(parent, part):
    parent.grad = parent.grad + part


@backward.mistake(
    "A tensor that is used twice keeps only the last part: the gradient is overwritten "
    "where it should accumulate. Add."
)
def overwrites(tensor):
    def receive(parent, part):
        parent.grad = part

    _go_back(tensor, ref.topological_order(tensor)[::-1], receive)


@backward.mistake(
    "The order is not topological: a tensor passed its gradient on before all parts "
    "had arrived."
)
def passes_on_too_early(tensor):
    _go_back(tensor, _reached(tensor), _add)


@backward.mistake(
    "Rules are called more than once: a tensor passed on each part as it came. It must "
    "wait until its gradient is complete."
)
def passes_on_every_part(tensor):
    for node in ref.topological_order(tensor):
        node.grad = np.zeros_like(node.data)

    def deliver(node, part):
        node.grad = node.grad + part
        if node.rule is not None:
            for parent, share in zip(node.parents, node.rule(part), strict=True):
                deliver(parent, share)

    deliver(tensor, np.ones_like(tensor.data))


@backward.mistake(
    "A tensor that gets several parts passes on the sum so far each time, so the first "
    "parts count more than once. It must wait until its gradient is complete."
)
def passes_on_sums(tensor):
    for node in ref.topological_order(tensor):
        node.grad = np.zeros_like(node.data)

    def deliver(node, part):
        node.grad = node.grad + part
        if node.rule is not None:
            for parent, share in zip(node.parents, node.rule(node.grad), strict=True):
                deliver(parent, share)

    deliver(tensor, np.ones_like(tensor.data))


@backward.mistake(
    "The order is not topological: a tensor passed its gradient on before all parts "
    "had arrived."
)
def goes_depth_first(tensor):
    order, stack = [], [tensor]
    while stack:
        node = stack.pop()
        if node not in order:
            order.append(node)
            stack += reversed(node.parents)
    _go_back(tensor, order, _add)


@backward.mistake(
    "A second call adds to the gradients of the first. Every call must start afresh."
)
def never_starts_afresh(tensor):
    order = ref.topological_order(tensor)
    for node in order:
        if node.grad is None:
            node.grad = np.zeros_like(node.data)
    tensor.grad = np.ones_like(tensor.data)
    for node in reversed(order):
        if node.rule is not None:
            for parent, part in zip(node.parents, node.rule(node.grad), strict=True):
                _add(parent, part)


@backward.mistake(
    "It goes from the leaves to the result. Gradients pass the other way."
)
def goes_forward(tensor):
    _go_back(tensor, ref.topological_order(tensor), _add)


@backward.mistake(
    "All gradients are 0. What is the gradient of the result with respect to itself?"
)
def starts_with_nothing(tensor):
    _go_back(tensor, ref.topological_order(tensor)[::-1], _add, np.zeros_like)


@backward.mistake(
    "It stops at the first leaf, but other tensors are still to come. Where there is "
    "no rule, go on with the next."
)
def stops_at_a_leaf(tensor):
    order = ref.topological_order(tensor)
    for node in order:
        node.grad = np.zeros_like(node.data)
    tensor.grad = np.ones_like(tensor.data)
    for node in reversed(order):
        if node.rule is None:
            break
        for parent, part in zip(node.parents, node.rule(node.grad), strict=True):
            _add(parent, part)


@backward.mistake(
    "Every rule is given the gradient of the result. Give it that of its own tensor."
)
def rules_get_the_first_gradient(tensor):
    order = ref.topological_order(tensor)[::-1]
    for node in order:
        node.grad = np.zeros_like(node.data)
    tensor.grad = np.ones_like(tensor.data)
    for node in order:
        if node.rule is not None:
            for parent, part in zip(node.parents, node.rule(tensor.grad), strict=True):
                _add(parent, part)


@backward.mistake(
    "The parts are multiplied by the parent's value. A rule returns complete parts: "
    "just add them."
)
def multiplies_by_values(tensor):
    _go_back(
        tensor,
        ref.topological_order(tensor)[::-1],
        lambda parent, part: _add(parent, part * parent.data),
    )


@backward.mistake(
    "Two tensors hold the same array, and `+=` on one has changed the other. "
    "`p.grad = p.grad + part` makes a new array."
)
def adds_in_place(tensor):
    order = ref.topological_order(tensor)
    for node in order:
        node.grad = None
    tensor.grad = np.ones_like(tensor.data)
    for node in reversed(order):
        for parent, part in zip(
            node.parents, node.rule(node.grad) if node.rule else (), strict=True
        ):
            if parent.grad is None:
                parent.grad = part
            else:
                parent.grad += part


@backward.mistake("Only leaves have a gradient afterwards. Every tensor should.")
def leaves_only(tensor):
    ref.backward(tensor)
    for node in ref.topological_order(tensor):
        if node.parents:
            node.grad = None


@backward.right
def backward_with_a_dictionary(tensor):
    grads = {id(tensor): np.ones_like(tensor.data)}
    for node in reversed(order_without_recursion(tensor)):
        node.grad = grads[id(node)]
        if node.parents:
            for parent, part in zip(node.parents, node.rule(node.grad), strict=True):
                grads[id(parent)] = grads.get(id(parent), 0) + part


@backward.right
def backward_asking_children(tensor):
    order = ref.topological_order(tensor)
    delivered = {id(node): [] for node in order}
    delivered[id(tensor)].append(np.ones(tensor.data.shape))
    for node in order[::-1]:
        node.grad = np.sum(delivered[id(node)], axis=0)
        if node.rule is not None:
            for parent, part in zip(node.parents, node.rule(node.grad), strict=True):
                delivered[id(parent)].append(np.array(part))


# --- a framework ---------------------------------------------------------------------


@lab.check("sgd_step", points=3, driver="moved", forbid=NO_FRAMEWORK)
def sgd_step(rng):
    """One parameter and several, numbers and matrices, one without a gradient."""
    for shapes, rate in [([(2, 3)], 0.1), ([(3, 1), (), (4,)], 0.5)]:
        values = [np.asarray(rng.normal(size=shape)) for shape in shapes]
        grads = [np.asarray(rng.normal(size=shape)) for shape in shapes]
        yield case(values, grads, rate)
    values = [rng.normal(size=(2, 2)), rng.normal(size=3), rng.normal(size=(1, 2))]
    yield case(values, [rng.normal(size=(2, 2)), None, rng.normal(size=(1, 2))], 0.2)


def _each(parameters):
    return [p for p in parameters if p.grad is not None]


@sgd_step.mistake("The step goes uphill: it adds the gradient.")
def steps_uphill(parameters, learning_rate):
    for p in _each(parameters):
        p.data = p.data + learning_rate * p.grad


@sgd_step.mistake(
    "No parameter has changed. A new value for the name in the loop does not change "
    "the tensor."
)
def moves_a_name(parameters, learning_rate):
    for p in _each(parameters):
        p = p.data - learning_rate * p.grad


@sgd_step.mistake(
    "Only the first parameter changes. All of them must, before the function returns."
)
def moves_the_first_only(parameters, learning_rate):
    ref.sgd_step(_each(parameters)[:1], learning_rate)


@sgd_step.mistake("The step has replaced the values. It should be subtracted.")
def steps_from_zero(parameters, learning_rate):
    for p in _each(parameters):
        p.data = -learning_rate * p.grad


@sgd_step.mistake("The learning rate is not used.")
def steps_of_full_length(parameters, learning_rate):
    for p in _each(parameters):
        p.data = p.data - p.grad


@sgd_step.mistake(
    "It fails where `grad` is None: that parameter played no part. Leave it unchanged."
)
def stops_at_none(parameters, learning_rate):
    for p in parameters:
        p.data = p.data - learning_rate * p.grad


@sgd_step.mistake(
    "It ends at the first parameter whose `grad` is None. Leave that one unchanged, "
    "and go on with the others."
)
def ends_at_none(parameters, learning_rate):
    for p in parameters:
        if p.grad is None:
            return
        p.data = p.data - learning_rate * p.grad


@sgd_step.right
def step_in_place(parameters, learning_rate):
    for p in parameters:
        if p.grad is None:
            continue
        p.data -= learning_rate * p.grad


@sgd_step.right
def step_and_forget(parameters, learning_rate):
    for p in _each(parameters):
        p.data = np.subtract(p.data, learning_rate * p.grad).astype(np.float32)
        p.grad = None


@lab.check("train_step", points=5, driver="trained")
def train_step(rng):
    """A single step; three in a row; two classes and four, small and large batches."""
    for m, sizes, rate, steps in [
        (4, (3, 4, 2), 0.1, 1),
        (6, (2, 3, 3), 0.5, 3),
        (9, (4, 5, 4), 0.2, 3),
    ]:
        X, labels = rng.normal(size=(m, sizes[0])), rng.integers(0, sizes[2], m)
        yield case(X, labels, list(sizes), rate, steps, _seed(rng))


@train_step.mistake(
    "Gradients of earlier steps are still there: `backward` adds to them. Clear them "
    "first."
)
def keeps_old_gradients(model, X, Y, optimizer):
    loss = nn.cross_entropy(model(X), Y)
    loss.backward()
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "The optimizer takes its step before the backward pass, with the gradients of the "
    "call before."
)
def steps_before_going_back(model, X, Y, optimizer):
    loss = nn.cross_entropy(model(X), Y)
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


@train_step.mistake("The weights never change: the optimizer takes no step.")
def takes_no_step(model, X, Y, optimizer):
    optimizer.zero_grad()
    loss = nn.cross_entropy(model(X), Y)
    loss.backward()
    return loss.item()


@train_step.mistake(
    "No parameter has a gradient: `backward` was not called, or its gradients were "
    "cleared before the step."
)
def never_goes_back(model, X, Y, optimizer):
    optimizer.zero_grad()
    loss = nn.cross_entropy(model(X), Y)
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "Softmax is applied twice: `nn.cross_entropy` takes scores and applies it itself."
)
def softmax_twice(model, X, Y, optimizer):
    optimizer.zero_grad()
    loss = nn.cross_entropy(nn.softmax(model(X)), Y)
    loss.backward()
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "It returns a tensor, with its whole graph. Return the number in it."
)
def returns_a_tensor(model, X, Y, optimizer):
    loss = nn.cross_entropy(model(X), Y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


@train_step.mistake(
    "The loss was computed after the update. Return the one from before it."
)
def loss_after_the_update(model, X, Y, optimizer):
    ref.train_step(model, X, Y, optimizer)
    return nn.cross_entropy(model(X), Y).item()


@train_step.right
def forgets_last(model, X, Y, optimizer):
    for p in optimizer.parameters:
        p.grad = None
    loss = nn.cross_entropy(model(X), Y)
    loss.backward()
    optimizer.step()
    return float(loss.data)


@train_step.right
def forgets_after_the_step(model, X, Y, optimizer):
    loss = nn.cross_entropy(model(X), Y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


@train_step.right
def one_hot_targets(model, X, Y, optimizer):
    scores = model(X)
    truth = np.eye(scores.shape[-1])[Y]
    loss = -(nn.log_softmax(scores) * truth).sum() / len(Y)
    model.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.numpy()


lab.concept(
    "stale_gradients",
    points=1,
    answer="C",
    why="Each backward adds to what is there.",
    because={
        "A": "Your own backward starts afresh. Those of nn and PyTorch add.",
        "B": "All are stored: later gradients are added to the earlier ones.",
        "D": "They are added up, and nothing divides by 3.",
    },
)
