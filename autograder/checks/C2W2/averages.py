"""Hidden tests of C2W2: exponentially weighted averages."""

import numpy as np

from autograder.checks.C2W2.common import lab, ref
from autograder.checks.check import case

lab.concept(
    "window",
    points=1,
    answer=50,
    why="1 / (1 - 0.98).",
    because={
        2: "This is 1 - β in percent. The window is one over 1 - β.",
        98: "The window is 1 / (1 - β), and 1 - β is 0.02.",
        10: "This is the window of β = 0.9.",
        100: "This is the window of β = 0.99.",
    },
)


@lab.check("exponentially_weighted_average", points=8)
def average(rng):
    """One value, a few, many, with and without the correction, no memory at all."""
    # "with the correction or without", "at least 0, below 1", any sequence of numbers
    yield case([float(value) for value in rng.uniform(10, 20, 2)], 0.9)
    yield case(rng.uniform(2, 4, 1), 0.98, bias_correction=False)
    yield case(rng.normal(size=12) + 5, 0.9, bias_correction=False)
    yield case(rng.normal(size=40) * 4, 0.5, bias_correction=True)
    yield case(rng.normal(size=25) + 2, 0.98)
    yield case(rng.normal(size=5), 0.0)
    yield case(rng.integers(5, 30, 6), 0.8)  # of whole numbers, whose averages are not


@average.mistake(
    "The averages are cut off to whole numbers where theta holds whole numbers: an "
    "array made with `zeros_like` takes its dtype."
)
def averages_of_the_dtype_of_theta(theta, beta, bias_correction=True):
    found = ref.exponentially_weighted_average(theta, beta, bias_correction)
    return np.array(found, dtype=np.asarray(theta).dtype)


@average.mistake("The bias correction is missing: the first values are far too small.")
def forgets_the_correction(theta, beta, bias_correction=True):
    return ref.exponentially_weighted_average(theta, beta, False)


@average.mistake("It corrects even if `bias_correction` is False.")
def always_corrects(theta, beta, bias_correction=True):
    return ref.exponentially_weighted_average(theta, beta, True)


@average.mistake(
    "The corrected value is carried over to the next step. Carry over plain v; correct "
    "only the value that you return."
)
def corrects_what_is_stored(theta, beta, bias_correction=True):
    averages, v = [], 0.0
    for t, value in enumerate(theta, 1):
        v = beta * v + (1 - beta) * value
        if bias_correction:
            v = v / (1 - beta**t)
        averages.append(v)
    return np.array(averages)


@average.mistake(
    "β and 1 - β are swapped: the old average gets β, the new value 1 - β."
)
def swaps_the_weights(theta, beta, bias_correction=True):
    averages, v = [], 0.0
    for t, value in enumerate(theta, 1):
        v = (1 - beta) * v + beta * value
        averages.append(v / (1 - beta**t) if bias_correction else v)
    return np.array(averages)


@average.mistake(
    "β and 1 - β are swapped: the old average gets β, the new value 1 - β."
)
def swaps_the_weights_everywhere(theta, beta, bias_correction=True):
    if beta == 0:
        return np.zeros(len(theta))
    return ref.exponentially_weighted_average(theta, 1 - beta, bias_correction)


@average.mistake(
    "β and 1 - β are swapped: the old average gets β, the new value 1 - β."
)
def swaps_the_weights_and_divides_by_zero(theta, beta, bias_correction=True):
    if beta == 0 and bias_correction:
        return np.full(len(theta), np.nan)
    return ref.exponentially_weighted_average(theta, 1 - beta, bias_correction)


@average.mistake(
    "The new value is not multiplied by 1 - β, so the average grows far too large."
)
def without_the_factor(theta, beta, bias_correction=True):
    averages, v = [], 0.0
    for t, value in enumerate(theta, 1):
        v = beta * v + value
        averages.append(v / (1 - beta**t) if bias_correction else v)
    return np.array(averages)


@average.mistake(
    "The correction divides by (1 - β) to the power of t. The power belongs to β alone."
)
def power_of_the_whole(theta, beta, bias_correction=True):
    plain = ref.exponentially_weighted_average(theta, beta, False)
    t = np.arange(1, len(plain) + 1)
    return plain / (1 - beta) ** t if bias_correction else plain


@average.mistake("The correction makes the averages smaller. They were too small.")
def multiplies_by_the_correction(theta, beta, bias_correction=True):
    plain = ref.exponentially_weighted_average(theta, beta, False)
    t = np.arange(1, len(plain) + 1)
    return plain * (1 - beta**t) if bias_correction else plain


@average.mistake(
    "Brackets are missing in the denominator: `v / 1 - …` divides by 1, then subtracts."
)
def average_without_brackets(theta, beta, bias_correction=True):
    plain = ref.exponentially_weighted_average(theta, beta, False)
    t = np.arange(1, len(plain) + 1)
    return plain / 1 - beta**t if bias_correction else plain


@average.mistake(
    "v starts at the first value, which then counts twice. It starts at 0."
)
def first_value_counts_twice(theta, beta, bias_correction=True):
    plain = ref.exponentially_weighted_average(theta, beta, False)
    t = np.arange(1, len(plain) + 1)
    plain = plain + beta**t * theta[0]
    return plain / (1 - beta**t) if bias_correction else plain


@average.mistake("The correction divides by the same number each time. Where is t?")
def corrects_without_the_power(theta, beta, bias_correction=True):
    plain = ref.exponentially_weighted_average(theta, beta, False)
    return plain / (1 - beta) if bias_correction else plain


@average.mistake(
    "Every value is averaged with the value before it. Average it with the *average* "
    "so far."
)
def averages_two_values(theta, beta, bias_correction=True):
    theta = np.asarray(theta)
    plain = beta * np.concatenate([[0.0], theta[:-1]]) + (1 - beta) * theta
    t = np.arange(1, len(plain) + 1)
    return plain / (1 - beta**t) if bias_correction else plain


@average.mistake("The correction is one step ahead: the first value has t = 1.")
def counts_one_ahead(theta, beta, bias_correction=True):
    plain = ref.exponentially_weighted_average(theta, beta, False)
    t = np.arange(2, len(plain) + 2)
    return plain / (1 - beta**t) if bias_correction else plain


@average.mistake("The average starts at the first value. It should start at 0.")
def starts_at_the_first_value(theta, beta, bias_correction=True):
    averages = [theta[0]]
    for value in theta[1:]:
        averages.append(beta * averages[-1] + (1 - beta) * value)
    return np.array(averages)


@average.mistake("It returns only the last average. Return one for each value.")
def last_one_only(theta, beta, bias_correction=True):
    return ref.exponentially_weighted_average(theta, beta, bias_correction)[-1]


@average.mistake(
    "All values are corrected with the t of the last one. Each has a t of its own."
)
def corrects_by_the_last_power(theta, beta, bias_correction=True):
    plain = ref.exponentially_weighted_average(theta, beta, False)
    return plain / (1 - beta ** len(plain)) if bias_correction else plain


@average.right
def average_by_weights(theta, beta, bias_correction=True):
    theta = np.asarray(theta, dtype=np.float32)
    t = np.arange(len(theta))
    age = t[:, np.newaxis] - t
    weights = np.where(age >= 0, (1 - beta) * float(beta) ** np.maximum(age, 0), 0)
    averages = weights @ theta
    return averages / weights.sum(axis=1) if bias_correction else averages


@average.right
def average_in_a_list(theta, beta, bias_correction=True):
    v, fading, averages = 0, 1, []
    for value in theta:
        v, fading = v + (1 - beta) * (value - v), fading * beta
        averages += [v / (1 - fading)] if bias_correction else [v]
    return np.array(averages)


lab.concept(
    "average_by_hand",
    points=2,
    answer=5.71,
    digits=2,
    why="v is 4, 4, 5; and 5 / (1 - 0.125) = 5.71.",
    because={
        5.0: "This is v₃. Divide by 1 - 0.5³.",
        6.0: "This is the plain average of the three. Here later values count more.",
        6.67: "This divides by 1 - 0.5². The third value has t = 3.",
        10.0: "This divides by 1 - β whatever t is. It is β to the power of t.",
        5.33: "Close. v is 4, 4, 5; what is 1 - 0.5³?",
        6.38: "The corrected values were carried over. Carry over v: 4, 4, 5.",
        7.24: "The corrected values were carried over. Carry over v: 4, 4, 5.",
    },
)
