"""Hidden tests of C3W2: one network or two steps."""

import math

import numpy as np

from autograder.checks.C3W2.common import lab, ref
from autograder.checks.check import case


@lab.check("pipeline_or_end_to_end", points=7)
def pipeline_or_end_to_end(rng):
    """Clear both ways, unclear, and clear in pairs only; two to six seeds."""
    # "two standard errors" of "the pairs", "whichever has the smaller error on average"
    wobble = rng.permutation(
        np.linspace(-0.1, 0.1, 6)
    )  # of the same spread in each run
    small = rng.uniform(-0.004, 0.004, 6)
    yield case(
        {"few": _errors(0.30 + small), "many": _errors(0.30 + small[::-1])},
        {"few": _errors(0.40 - small), "many": _errors(0.20 + 0 * small)},
    )
    yield case(
        {"few": _errors(0.33 + wobble), "many": _errors(0.30 + wobble)},
        {"few": _errors(0.30 + wobble + small), "many": _errors(0.33 + wobble + small)},
    )
    noise = np.array([0.06, -0.05, 0.02, -0.03]) + rng.uniform(-0.004, 0.004, 4)
    yield case({"all": _errors(0.30 + noise)}, {"all": _errors(0.29 + 0 * noise)})
    # in standard errors: between one and two, between two divisors, beyond two where
    # the median is not, just below and beyond two, below one though six seeds,
    # between one and the root of two, between three and four
    for signs, t in [
        ([1, -1, 1, -1], 1.5),
        ([1, -1, 1, -1], 1.85),
        ([5, -1, -1, -1, -1, -1], 2.9),
        ([1, -1, 1, -1], 1.98),
        ([1, -1, 1, -1], 2.15),
        ([1, -1, 1, -1, 1, -1], 0.9),
        ([1, -1, 1, -1], 1.2),
        ([1, -1, 1, -1], 3.4),
    ]:
        k = len(signs)
        d = rng.uniform(0.005, 0.02) * rng.permutation(signs)
        d += t * d.std(ddof=1) / math.sqrt(k)
        other = rng.uniform(0.2, 0.4)
        yield case({"some": _errors(other + d)}, {"some": _errors(other + 0 * d)})
    # so wide that the variance is of the size of the standard deviation
    wide = 0.3 * rng.permutation([1, -1, 1, -1]) + rng.uniform(0.04, 0.06)
    yield case({"wide": _errors(0.5 + wide)}, {"wide": _errors(0.5 + 0 * wide)})
    better = rng.uniform(0.15, 0.25)
    worse = better + np.array([0.10, 0.13]) + rng.uniform(-0.004, 0.004, 2)
    yield case({"two": _errors(worse)}, {"two": _errors([better, better])})


def _errors(values):
    return [float(value) for value in values]


def _verdicts(pipeline, end_to_end, doubt):
    said = {}
    for size, errors in pipeline.items():
        a, b = np.array(errors), np.array(end_to_end[size])
        gap = a.mean() - b.mean()
        better = "pipeline" if gap < 0 else "end to end"
        said[size] = better if abs(gap) > doubt(a, b) else "too close to call"
    return said


@pipeline_or_end_to_end.mistake(
    "The approach with the larger error wins. The smaller error is better."
)
def larger_error_wins(pipeline, end_to_end):
    return ref.pipeline_or_end_to_end(end_to_end, pipeline)


@pipeline_or_end_to_end.mistake(
    "It always names a winner. If the mean difference is within two standard errors, "
    "it is too close to call."
)
def never_in_doubt(pipeline, end_to_end):
    return _verdicts(pipeline, end_to_end, lambda a, b: 0.0)


@pipeline_or_end_to_end.mistake(
    "The pairs are not used. Errors that rise and fall together cancel in the "
    "differences: take the standard deviation of these."
)
def without_pairs(pipeline, end_to_end):
    def doubt(a, b):
        return 2 * math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a))

    return _verdicts(pipeline, end_to_end, doubt)


@pipeline_or_end_to_end.mistake(
    "The limit does not shrink with the number of seeds: divide by its square root."
)
def spread_instead_of_error(pipeline, end_to_end):
    return _verdicts(pipeline, end_to_end, lambda a, b: 2 * (a - b).std(ddof=1))


@pipeline_or_end_to_end.mistake(
    "The standard deviation has the divisor k. With few seeds that is too small: "
    "`ddof=1`."
)
def divisor_k(pipeline, end_to_end):
    return _verdicts(
        pipeline, end_to_end, lambda a, b: 2 * (a - b).std() / math.sqrt(len(a))
    )


@pipeline_or_end_to_end.mistake("The limit is one standard error. It should be two.")
def one_standard_error(pipeline, end_to_end):
    return _verdicts(
        pipeline, end_to_end, lambda a, b: (a - b).std(ddof=1) / math.sqrt(len(a))
    )


@pipeline_or_end_to_end.mistake(
    "The median of the differences is compared. Take their mean, to which the "
    "standard error belongs."
)
def takes_the_median(pipeline, end_to_end):
    said = {}
    for size, errors in pipeline.items():
        d = np.subtract(errors, end_to_end[size])
        doubt = 2 * d.std(ddof=1) / math.sqrt(len(d))
        better = "pipeline" if np.median(d) < 0 else "end to end"
        said[size] = better if abs(np.median(d)) > doubt else "too close to call"
    return said


@pipeline_or_end_to_end.mistake(
    "The standard error is too large: `ddof=1` is already in the standard deviation, "
    "and the root is that of k."
)
def root_of_one_less(pipeline, end_to_end):
    return _verdicts(
        pipeline,
        end_to_end,
        lambda a, b: 2 * (a - b).std(ddof=1) / math.sqrt(len(a) - 1),
    )


@pipeline_or_end_to_end.mistake("The limit is 1.96 standard errors. It should be two.")
def two_is_rounded(pipeline, end_to_end):
    return _verdicts(
        pipeline,
        end_to_end,
        lambda a, b: 1.96 * (a - b).std(ddof=1) / math.sqrt(len(a)),
    )


@pipeline_or_end_to_end.mistake(
    "It divides by k instead of its square root, so the limit is too small."
)
def divides_by_k(pipeline, end_to_end):
    return _verdicts(
        pipeline, end_to_end, lambda a, b: 2 * (a - b).std(ddof=1) / len(a)
    )


@pipeline_or_end_to_end.mistake(
    "The variance stands where the standard deviation should. Take its square root."
)
def variance_for_the_deviation(pipeline, end_to_end):
    return _verdicts(
        pipeline, end_to_end, lambda a, b: 2 * (a - b).var(ddof=1) / math.sqrt(len(a))
    )


@pipeline_or_end_to_end.mistake(
    "The pipeline never wins. Compare the mean difference without its sign, and let "
    "the sign decide which one is better."
)
def pipeline_never_wins(pipeline, end_to_end):
    said = ref.pipeline_or_end_to_end(pipeline, end_to_end)
    return {
        size: "too close to call" if verdict == "pipeline" else verdict
        for size, verdict in said.items()
    }


@pipeline_or_end_to_end.mistake("The limit is three standard errors. It should be two.")
def three_standard_errors(pipeline, end_to_end):
    return _verdicts(
        pipeline, end_to_end, lambda a, b: 3 * (a - b).std(ddof=1) / math.sqrt(len(a))
    )


@pipeline_or_end_to_end.right
def verdict_with_loops(pipeline, end_to_end):
    said = {}
    for size in end_to_end:
        d = [a - b for a, b in zip(pipeline[size], end_to_end[size], strict=True)]
        k = len(d)
        mean = sum(d) / k
        error = math.sqrt(sum((x - mean) ** 2 for x in d) / (k - 1) / k)
        if mean < -2 * error:
            said[size] = "pipeline"
        else:
            said[size] = "end to end" if mean > 2 * error else "too close to call"
    return said


@pipeline_or_end_to_end.right
def verdict_by_t(pipeline, end_to_end):
    def one(size):
        d = np.subtract(pipeline[size], end_to_end[size])
        t = d.mean() * np.sqrt(d.size) / max(np.std(d, ddof=1), 1e-12)
        if -2 <= t <= 2:
            return "too close to call"
        return "end to end" if t > 0 else "pipeline"

    return {size: one(size) for size in pipeline}


lab.concept(
    "when_end_to_end",
    points=2,
    answer="B",
    why="Its hard step has 50,000 examples, and the rest takes only a ruler. End to "
    "end has 300. In your runs it won with 8,000 and lost with 100.",
    because={
        "A": "There it had 8,000 pairs of input and answer. Here there are 300; with "
        "100 it lost.",
        "C": "They do, and with enough data that decides: end to end won with 8,000. "
        "With 300 examples, what those steps contribute is worth more than what "
        "they lose.",
        "D": "They are too few for learning everything at once. But the step that "
        "needs many examples has many.",
    },
)
