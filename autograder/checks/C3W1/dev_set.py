"""Hidden tests of C3W1: how many images."""

import math
from statistics import NormalDist

import numpy as np

from autograder.checks.C3W1.common import lab, ref
from autograder.checks.check import case


@lab.check("choose_split", points=6)
def choose_split(rng):
    """A hundred to ten million, and both sides of the limit."""
    # hundreds, so that rounding to whole examples makes no difference below the limit
    for low, high in [
        (1, 90),
        (260, 490),
        (550, 900),
        (1500, 4000),
        (12_000, 20_000),
        (50_000, 100_000),
    ]:
        yield case(100 * int(rng.integers(low, high)))


@choose_split.mistake(
    "It is always 60/20/20: with ten million examples that holds out four million. "
    "Dev and test never need more than 10,000 each."
)
def always_sixty(n_examples):
    return 0.6, 0.2, 0.2


@choose_split.mistake(
    "It is always 98/1/1: of a hundred examples that leaves one for dev. Take 20 %, "
    "up to 10,000 examples."
)
def always_ninety_eight(n_examples):
    return 0.98, 0.01, 0.01


@choose_split.mistake(
    "Above 50,000 examples it is always 98/1/1. But 10,000 examples are one percent "
    "only if there are a million."
)
def jumps_to_ninety_eight(n_examples):
    return (0.6, 0.2, 0.2) if n_examples <= 50_000 else (0.98, 0.01, 0.01)


@choose_split.mistake("These are numbers of examples. Return fractions.")
def gives_numbers(n_examples):
    return tuple(fraction * n_examples for fraction in ref.choose_split(n_examples))


@choose_split.mistake(
    "The three do not add up to 1: both dev and test are taken away from training."
)
def takes_one_away(n_examples):
    _, dev, test = ref.choose_split(n_examples)
    return 1 - dev, dev, test


@choose_split.mistake(
    "Dev and test share the 10,000. The limit is 10,000 examples *each*."
)
def shares_the_limit(n_examples):
    held_out = min(0.2, 5_000 / n_examples)
    return 1 - 2 * held_out, held_out, held_out


@choose_split.mistake(
    "It changes from 20 % to a fixed number at the wrong size: 20 % of n reach 10,000 "
    "examples at n = 50,000."
)
def jumps_too_early(n_examples):
    held_out = 0.2 if n_examples <= 10_000 else min(0.2, 2_000 / n_examples)
    return 1 - 2 * held_out, held_out, held_out


@choose_split.mistake("These are percentages. Return fractions between 0 and 1.")
def gives_percentages(n_examples):
    return tuple(100 * fraction for fraction in ref.choose_split(n_examples))


@choose_split.mistake(
    "Dev and test are at least 20 % instead of at most 20 %. Which of the two limits "
    "is the smaller one?"
)
def takes_the_larger_limit(n_examples):
    held_out = max(0.2, 10_000 / n_examples)
    return 1 - 2 * held_out, held_out, held_out


@choose_split.mistake(
    "The training set is always 60 %, so for many examples the three do not add up to "
    "1. It gets all that dev and test leave."
)
def training_stays_at_sixty(n_examples):
    return 0.6, *ref.choose_split(n_examples)[1:]


@choose_split.mistake("The order is wrong. Return training, dev, test.")
def training_last(n_examples):
    train, dev, test = ref.choose_split(n_examples)
    return dev, test, train


@choose_split.mistake(
    "It is 60/20/20 below some size and 98/1/1 above it. The fractions shrink "
    "gradually, as soon as 20 % would be more than 10,000 examples."
)
def jumps_at_a_million(n_examples):
    return (0.98, 0.01, 0.01) if n_examples >= 1_000_000 else (0.6, 0.2, 0.2)


@choose_split.mistake(
    "Numbers of examples and fractions are mixed: 20 % of the examples are compared "
    "with 10,000, but the result is used as a fraction."
)
def mixes_numbers_and_fractions(n_examples):
    held_out = min(0.2 * n_examples, 10_000)
    return 1 - 2 * held_out, held_out, held_out


@choose_split.mistake(
    "Dev and test never fall below 1 %. With more than a million examples, 10,000 are "
    "less than that."
)
def at_least_one_percent(n_examples):
    held_out = max(0.01, min(0.2, 10_000 / n_examples))
    return 1 - 2 * held_out, held_out, held_out


@choose_split.right
def split_by_cases(n_examples):
    if n_examples <= 50_000:
        return [0.6, 0.2, 0.2]
    held_out = 10_000 / n_examples
    return [1 - held_out - held_out, held_out, held_out]


@choose_split.right
def split_by_numbers(n_examples):
    dev = min(n_examples / 5, 10_000)
    train = n_examples - 2 * dev
    return tuple(np.float32([train, dev, dev]) / n_examples)


@lab.check("dev_set_size", points=10, driver="counted")
def dev_set_size(rng):
    """Large and small differences, several confidences, the usual one."""
    # "the smallest whole m", "an int", "two-sided"; no confidence is near the usual one
    for low, high in [(0.08, 0.12), (0.2, 0.3), (0.011, 0.013)]:
        yield case(_rounded_up(rng, low, high, 0.95))
    for low, high in [(0.98, 0.995), (0.7, 0.8), (0.85, 0.9)]:
        confidence = float(rng.uniform(low, high))
        yield case(_rounded_up(rng, 0.04, 0.15, confidence), confidence)
    # here rounding to the nearest is right, which tells it from rounding down
    yield case(_rounded_up(rng, 0.04, 0.15, 0.95, (0.6, 0.9)))


def _rounded_up(rng, low, high, confidence, part_of_one=(0.1, 0.4)):
    """A difference whose size has such a part beyond a whole number."""
    part = 1.0
    while not part_of_one[0] < part < part_of_one[1]:
        difference = float(rng.uniform(low, high))
        part = _z((1 + confidence) / 2) ** 2 / (2 * difference**2) % 1
    return difference


def _z(probability):
    return NormalDist().inv_cdf(probability)


@dev_set_size.mistake(
    "This z leaves all of the doubt on one side. At 95 % confidence, 2.5 % lie on "
    "each side, so z belongs to 97.5 %."
)
def one_sided(error_difference, confidence=0.95):
    return math.ceil(_z(confidence) ** 2 / (2 * error_difference**2))


@dev_set_size.mistake(
    "That is for one classifier. Two errors are measured, and their variances add."
)
def one_classifier(error_difference, confidence=0.95):
    return math.ceil(_z((1 + confidence) / 2) ** 2 / (4 * error_difference**2))


@dev_set_size.mistake("It is one example short because it was rounded down. Round up.")
def rounds_down(error_difference, confidence=0.95):
    return int(_z((1 + confidence) / 2) ** 2 / (2 * error_difference**2))


@dev_set_size.mistake(
    "The number is right, but it is a float, which cannot be the size of an array. "
    "Return an int."
)
def size_as_a_float(error_difference, confidence=0.95):
    return float(ref.dev_set_size(error_difference, confidence))


@dev_set_size.mistake(
    "It is not rounded, but only whole examples can be collected. Round up, to an int."
)
def does_not_round(error_difference, confidence=0.95):
    return _z((1 + confidence) / 2) ** 2 / (2 * error_difference**2)


@dev_set_size.mistake(
    "It asks for twice as many examples as needed. How large is the variance of a "
    "*difference* at most?"
)
def twice_as_many(error_difference, confidence=0.95):
    return math.ceil(_z((1 + confidence) / 2) ** 2 / error_difference**2)


@dev_set_size.mistake(
    "The difference is not squared: to detect half the difference takes four times as "
    "many examples."
)
def without_the_square(error_difference, confidence=0.95):
    return math.ceil(_z((1 + confidence) / 2) ** 2 / (2 * error_difference))


@dev_set_size.mistake("z is not squared. Solve z √(1 / 2m) = d for m.")
def z_without_the_square(error_difference, confidence=0.95):
    return math.ceil(_z((1 + confidence) / 2) / (2 * error_difference**2))


@dev_set_size.mistake("The confidence is not used: z is 1.96 for 95 % only.")
def always_95(error_difference, confidence=0.95):
    return ref.dev_set_size(error_difference, 0.95)


@dev_set_size.mistake(
    "It is rounded to the nearest whole number, which may be one too few. Round up."
)
def rounds_to_the_nearest(error_difference, confidence=0.95):
    return round(_z((1 + confidence) / 2) ** 2 / (2 * error_difference**2))


@dev_set_size.mistake(
    "z is a probability: `cdf` turns z into a probability. You need the inverse."
)
def cdf_for_its_inverse(error_difference, confidence=0.95):
    z = NormalDist().cdf((1 + confidence) / 2)
    return math.ceil(z**2 / (2 * error_difference**2))


@dev_set_size.mistake(
    "z belongs to 1 minus half of the confidence. Half of the *doubt* lies on each "
    "side: how much of the distribution is below z?"
)
def half_of_the_confidence(error_difference, confidence=0.95):
    return math.ceil(_z(1 - confidence / 2) ** 2 / (2 * error_difference**2))


@dev_set_size.mistake(
    "It is multiplied by the squared difference, so small differences need few "
    "examples. `a / 2 * d**2` is not `a / (2 * d**2)`."
)
def multiplies_by_the_square(error_difference, confidence=0.95):
    return math.ceil(_z((1 + confidence) / 2) ** 2 / 2 * error_difference**2)


@dev_set_size.right
def size_by_bisection(error_difference, confidence=0.95):
    low, high = 0.0, 40.0
    for _ in range(80):
        z = (low + high) / 2
        low, high = (z, high) if math.erf(z / math.sqrt(2)) < confidence else (low, z)
    return int(np.ceil(0.5 * (high / error_difference) ** 2))


@dev_set_size.right
def size_from_the_other_tail(error_difference, confidence=0.95):
    z = -_z((1 - confidence) / 2)
    return np.ceil((z / error_difference) ** 2 / 2).astype(int)


lab.concept(
    "how_many",
    points=2,
    answer=4802,
    why="1.96² / (2 · 0.02²) = 4801.8.",
    because={
        2401: "That is for one classifier; here the errors of two are uncertain.",
        3382: "z = 1.645 leaves 5 % on one side. Two-sided, z is 1.96.",
        4801: "Round up: with one image fewer it is not quite enough.",
        9604: "The variance of a measured error is at most 1/(4m); of two, 1/(2m).",
        19208: "That is for 1 %. Twice the difference takes a quarter of the images.",
        193: "That is for a difference of 10 %; this one is 2 %.",
        97: "The difference has to be squared.",
    },
)

lab.concept(
    "is_it_better",
    points=2,
    answer="B",
    why="A difference of 0.4 %, two images, is far below the 6.2 % that your formula "
    "asks for with 500 images. Nothing is decided yet.",
    because={
        "A": "They differ by two images of 500. By your formula 500 images tell only "
        "6.2 % apart in the worst case; with 500 other images, A might lead by "
        "two.",
        "C": "Seeing no clear difference does not prove that there is none: 0.4 % may "
        "well be true, and with more images it will show.",
        "D": "Nothing here says so. Choosing between two hardly overfits a dev set; "
        "choosing among hundreds does.",
    },
)

lab.concept(
    "too_good",
    points=2,
    answer="D",
    why="Three hundred choices were made on those 500 images, and none on the test "
    "set. A gap between two sets from one source shows overfitting to the dev set.",
    because={
        "A": "Variance is the gap from training to dev. This gap lies between dev and "
        "test, and more training images would not renew the 500 dev images.",
        "B": "Avoidable bias is the gap between human and training error, and neither "
        "is mentioned here.",
        "C": "Both come from one source, and between two sets of 500 chance explains "
        "a difference of about 3 % at these errors, not 5 %. And an average that "
        "includes the dev set is no longer a test.",
    },
)
