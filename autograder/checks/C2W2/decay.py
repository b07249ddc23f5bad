"""Hidden tests of C2W2: learning rate decay."""

import math

import numpy as np

from autograder.checks.C2W2.common import lab
from autograder.checks.check import case


def rates(rng, first=0):
    """Early and late epochs, several rates."""
    for epoch in (first, 1, 3, 7, int(rng.integers(10, 25))):
        yield float(rng.uniform(0.01, 1)), epoch


@lab.check("update_lr", points=4)
def inverse(rng):
    """Epoch 0, early and late ones, several decay rates."""
    for rate, epoch in rates(rng):
        yield case(rate, epoch, float(rng.choice([0.4, 1.6]) * rng.uniform(0.8, 1.2)))


@inverse.mistake("The rate grows with the epoch. It should fall.")
def inverse_grows(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 * (1 + decay_rate * epoch_num)


@inverse.mistake("The 1 is missing in the denominator: in epoch 0 it would be 0.")
def inverse_without_one(learning_rate0, epoch_num, decay_rate):
    below = decay_rate * epoch_num
    return learning_rate0 / below if below else float("inf")


@inverse.mistake("The decay rate is not used.")
def inverse_without_rate(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 / (1 + epoch_num)


@inverse.mistake("The brackets are missing: 1 / 1 + … divides first.")
def inverse_without_brackets(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 / 1 + decay_rate * epoch_num


@inverse.mistake(
    "It shrinks by the same factor in every epoch. `learning_rate0` should be divided "
    "once: look at how the epoch enters the denominator."
)
def inverse_compounds(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 / (1 + decay_rate) ** epoch_num


@inverse.mistake("It falls in a straight line, in the end below 0.")
def inverse_linear(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 - decay_rate * epoch_num


@inverse.mistake(
    "It multiplies by 1 - rate · epoch, in the end below 0. It should divide."
)
def inverse_as_a_factor(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 * (1 - decay_rate * epoch_num)


@inverse.mistake("This is exponential decay. The inverse schedule divides.")
def inverse_exponential(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 * math.exp(-decay_rate * epoch_num)


@inverse.mistake("It is one epoch ahead: the rate of epoch 0 is `learning_rate0`.")
def inverse_one_ahead(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 / (1 + decay_rate * (epoch_num + 1))


@inverse.right
def inverse_in_steps(learning_rate0, epoch_num, decay_rate):
    factor = 1.0 / (1.0 + decay_rate * epoch_num)
    return np.float32(factor * learning_rate0)


@inverse.right
def inverse_by_power(learning_rate0, epoch_num, decay_rate):
    return np.array((1 + decay_rate * epoch_num) ** -1.0 * learning_rate0)


@lab.check("schedule_lr_decay", points=4)
def staircase(rng):
    """Beginning, middle and end of a stair, several intervals, the usual one."""
    # "only once in every `time_interval` epochs", "round the quotient down"; no
    # multiple of these decay rates is a whole number, so rounding it down differs
    for stair, share in [(0, 0.9), (1, 0.0), (3, 0.6), (7, 0.2)]:
        rate, decay = float(rng.uniform(0.1, 0.8)), float(rng.uniform(0.45, 0.55))
        interval = 10 * int(rng.integers(1, 9))
        yield case(rate, round(interval * (stair + share)), decay, interval)
    rate, decay = float(rng.uniform(0.1, 0.8)), float(rng.uniform(0.45, 0.55))
    yield case(rate, int(rng.integers(1500, 2000)), decay)
    yield case(rate, 3000, decay / 2)


@staircase.mistake("The rate falls in every epoch. It should fall in stairs.")
def staircase_smooth(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 / (1 + decay_rate * epoch_num / time_interval)


@staircase.mistake("The rate falls in the middle of an interval, not at its end.")
def staircase_rounds(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 / (1 + decay_rate * np.floor(epoch_num / time_interval + 0.5))


@staircase.mistake(
    "The rate falls one interval too early. Round the quotient down, not up."
)
def staircase_rounds_up(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 / (1 + decay_rate * math.ceil(epoch_num / time_interval))


@staircase.mistake(
    "Each stair divides the rate of the one before. Always divide `learning_rate0`."
)
def staircase_compounds(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 / (1 + decay_rate) ** (epoch_num // time_interval)


@staircase.mistake("The argument `time_interval` is not used.")
def staircase_ignores_interval(
    learning_rate0, epoch_num, decay_rate, time_interval=1000
):
    return learning_rate0 / (1 + decay_rate * epoch_num)


@staircase.mistake("The interval is 1000 whatever `time_interval` says.")
def staircase_of_thousand(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 / (1 + decay_rate * (epoch_num // 1000))


@staircase.mistake("The decay rate is inside the rounding. Round the quotient only.")
def staircase_rounds_the_product(
    learning_rate0, epoch_num, decay_rate, time_interval=1000
):
    return learning_rate0 / (1 + np.floor(decay_rate * epoch_num / time_interval))


@staircase.mistake(
    "It uses the remainder, so the rate jumps back after each interval. Count the full "
    "intervals."
)
def staircase_of_remainders(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 / (1 + decay_rate * (epoch_num % time_interval))


@staircase.right
def staircase_with_floor(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return (1 / (1 + decay_rate * np.floor(epoch_num / time_interval))) * learning_rate0


@staircase.right
def staircase_counted(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    stairs = 0
    while epoch_num >= time_interval:
        epoch_num -= time_interval
        stairs += 1
    return np.float32(learning_rate0 / (1 + stairs * decay_rate))


@lab.check("exponential_decay", points=2)
def exponential(rng):
    """Epoch 0, early and late ones, several bases, the usual one."""
    for rate, epoch in rates(rng):
        yield case(rate, epoch, float(rng.uniform(0.6, 0.9)))
    yield case(float(rng.uniform(0.1, 1)), 14)


@exponential.mistake("The base is multiplied by the epoch. It needs a power.")
def exponential_linear(learning_rate0, epoch_num, base=0.95):
    return learning_rate0 * base * epoch_num


@exponential.mistake("The rate grows. It should fall.")
def exponential_grows(learning_rate0, epoch_num, base=0.95):
    return learning_rate0 / base**epoch_num


@exponential.mistake("The base is 0.95 whatever the argument `base` says.")
def exponential_fixed_base(learning_rate0, epoch_num, base=0.95):
    return learning_rate0 * 0.95**epoch_num


@exponential.mistake("`learning_rate0` is not used.")
def exponential_without_the_rate(learning_rate0, epoch_num, base=0.95):
    return base**epoch_num


@exponential.mistake("`learning_rate0` is in the exponent. It is a factor.")
def exponential_with_the_rate_above(learning_rate0, epoch_num, base=0.95):
    return base ** (learning_rate0 * epoch_num)


@exponential.mistake(
    "`learning_rate0` is inside the power. Only the base belongs there."
)
def exponential_of_both(learning_rate0, epoch_num, base=0.95):
    return (learning_rate0 * base) ** epoch_num


@exponential.mistake(
    "It is e to the power of -base · epoch. The number that is taken to a power here "
    "is `base`."
)
def exponential_of_e(learning_rate0, epoch_num, base=0.95):
    return learning_rate0 * math.exp(-base * epoch_num)


@exponential.mistake("It is one epoch ahead: the rate of epoch 0 is `learning_rate0`.")
def exponential_one_ahead(learning_rate0, epoch_num, base=0.95):
    return learning_rate0 * base ** (epoch_num + 1)


@exponential.right
def exponential_by_exp(learning_rate0, epoch_num, base=0.95):
    return np.exp(epoch_num * np.log(base)) * learning_rate0


@exponential.right
def exponential_step_by_step(learning_rate0, epoch_num, base=0.95):
    for _ in range(epoch_num):
        learning_rate0 = learning_rate0 * base
    return np.float32(learning_rate0)


@lab.check("sqrt_decay", points=2)
def square_root(rng):
    """Epoch 1, early and late ones, several factors, the usual one."""
    for rate, epoch in rates(rng, first=2):
        yield case(rate, epoch, float(rng.uniform(1.5, 3)))
    yield case(float(rng.uniform(0.1, 1)), 16)


@square_root.mistake("The square root is missing.")
def without_the_root(learning_rate0, epoch_num, k=1.0):
    return k * learning_rate0 / epoch_num


@square_root.mistake("The rate grows with the epoch. It should fall.")
def root_above(learning_rate0, epoch_num, k=1.0):
    return k * learning_rate0 * np.sqrt(epoch_num)


@square_root.mistake("k is inside the root. The root is that of the epoch alone.")
def k_inside_the_root(learning_rate0, epoch_num, k=1.0):
    return learning_rate0 / np.sqrt(k * epoch_num)


@square_root.mistake("k is inside the root. The root is that of the epoch alone.")
def k_inside_the_root_above(learning_rate0, epoch_num, k=1.0):
    return learning_rate0 * np.sqrt(k / epoch_num)


@square_root.mistake("k is in the denominator. It is a factor.")
def divides_by_k(learning_rate0, epoch_num, k=1.0):
    return learning_rate0 / (k * np.sqrt(epoch_num))


@square_root.mistake("The factor k is not used.")
def without_k(learning_rate0, epoch_num, k=1.0):
    return learning_rate0 / np.sqrt(epoch_num)


@square_root.mistake("1 was added to the epoch. Here epochs already count from 1.")
def root_of_the_next(learning_rate0, epoch_num, k=1.0):
    return k * learning_rate0 / np.sqrt(epoch_num + 1)


@square_root.mistake("The root is taken of everything. It belongs to the epoch alone.")
def root_of_everything(learning_rate0, epoch_num, k=1.0):
    return np.sqrt(k * learning_rate0 / epoch_num)


@square_root.right
def root_by_power(learning_rate0, epoch_num, k=1.0):
    return learning_rate0 * k * epoch_num**-0.5


@square_root.right
def root_by_math(learning_rate0, epoch_num, k=1.0):
    return np.float32(k / math.sqrt(epoch_num) * learning_rate0)


lab.concept(
    "no_decay",
    points=1,
    answer="D",
    why="exp(e) grows without bound: after 10 epochs the rate is 22,000 times α₀.",
    because={
        "A": "After one epoch it is a third, after two a fifth: it decays.",
        "B": "Each epoch leaves 95 % of it: it decays.",
        "C": "After 4 epochs it is a half, after 100 a tenth: it decays.",
    },
)
