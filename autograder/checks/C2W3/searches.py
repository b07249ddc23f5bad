"""Hidden tests of C2W3: the search for hyperparameters."""

import math

import numpy as np

from autograder.checks.C2W3.common import draw_seed, lab, ref
from autograder.checks.check import case, draws

UNIFORM = {"mean": 0.5, "std": 1 / math.sqrt(12)}  # between 0 and 1


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


@lab.check("sample_log_uniform", points=3, driver="sampled_log")
def sample_log_uniform(rng):
    """One draw, many, below and above 1: range, spread of the logarithms, generator."""
    for low, high, n in [(1e-4, 1.0, 1000), (0.5, 3000.0, 600), (1e-6, 1e-3, 1)]:
        yield case(low, high, n, draw_seed(rng))


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
        yield case(low, high, n, draw_seed(rng))


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
        yield case(_errors(rng, n, best), space, n, draw_seed(rng))
    yield case(_errors(rng, 150, 70), TRIO, 150, draw_seed(rng))


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
        yield case(
            _errors(rng, n * rounds, best, n // 2), space, n, rounds, draw_seed(rng)
        )


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
