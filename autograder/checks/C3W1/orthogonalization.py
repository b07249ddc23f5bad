"""Hidden tests of C3W1: one knob at a time."""

from autograder.checks.C3W1.common import lab, ref
from autograder.checks.check import case


@lab.check("next_step", points=6, driver="steps")
def next_step(rng):
    """Each gap the largest, with and without a test gap; nothing wrong; ahead.

    There are four answers only, so each case asks for two different ones.
    """
    # "the largest of these gaps", "perhaps `test_gap`", "other entries that do not
    # count", "if none is larger than `NOISE`"
    noise = ref.NOISE

    def report(bias, variance, test=None):
        gaps = {"avoidable_bias": bias, "variance": variance}
        gaps["focus"] = "bias" if bias >= variance else "variance"
        gaps["dev_error"] = 0.3 + bias + variance  # larger than any gap
        return gaps if test is None else gaps | {"test_gap": test}

    def gap(low, high):
        return float(rng.uniform(low, high))

    def large():
        return gap(0.1, 0.2)

    def middle():
        return gap(0.03, 0.06)

    def little():
        return gap(0.0, 0.004)

    yield case([report(large(), middle()), report(middle(), large())])
    yield case([report(middle(), little(), large()), report(large(), middle())])
    yield case([report(little(), little()), report(little(), middle(), -large())])
    yield case([report(-large(), middle(), -little()), report(-large(), little())])
    yield case(
        [report(large(), little(), middle()), report(little(), large(), middle())]
    )
    yield case([report(noise, little() / 2), report(noise + little() + 1e-4, little())])
    yield case(
        [report(little(), middle(), large()), report(middle(), large(), little())]
    )


_FAMILIES = {
    "avoidable_bias": "fit the training set",
    "variance": "generalize better",
    "test_gap": "get a bigger dev set",
    "none": "rethink the metric or the dev set",
}


def _largest(report, names=("avoidable_bias", "variance", "test_gap"), noise=0.005):
    gaps = {name: report.get(name, 0.0) for name in names}
    name = max(gaps, key=gaps.get)
    return _FAMILIES[name if gaps[name] > noise else "none"]


@next_step.mistake(
    "The gap from dev to test is not looked at, though some reports contain it."
)
def ignores_the_test(report):
    return _largest(report, ("avoidable_bias", "variance"))


@next_step.mistake(
    "It names a remedy even where no gap is larger than `NOISE`. Then the metric and "
    "the dev set are what is left to question."
)
def always_turns_a_knob(report):
    return _largest(report, noise=-1.0)


@next_step.mistake(
    "A negative gap wins because of its size. Being ahead of people needs no remedy: "
    "compare the gaps with their signs."
)
def by_absolute_size(report):
    numbers = {k: abs(report.get(k, 0.0)) for k in _FAMILIES}
    return _largest(numbers)


@next_step.mistake(
    "It follows `focus`, which knows nothing of a test gap, nor of gaps too small to "
    "matter. Compare the numbers."
)
def follows_the_focus(report):
    return _FAMILIES["avoidable_bias" if report["focus"] == "bias" else "variance"]


@next_step.mistake(
    "A gap of exactly `NOISE` counts as a gap. It should count only if it is larger."
)
def noise_is_a_gap(report):
    return _largest(report, noise=0.005 - 1e-9)


@next_step.mistake(
    "The first gap above `NOISE` wins, even if a later one is larger. Take the largest."
)
def first_above_noise(report):
    for name in ("avoidable_bias", "variance", "test_gap"):
        if report.get(name, 0.0) > 0.005:
            return _FAMILIES[name]
    return _FAMILIES["none"]


@next_step.mistake("It names the remedy for the smallest gap. Take the largest.")
def treats_the_smallest(report):
    gaps = {k: report[k] for k in _FAMILIES if k in report}
    name = min(gaps, key=gaps.get)
    return _FAMILIES[name if max(gaps.values()) > 0.005 else "none"]


@next_step.mistake(
    "Bias and variance are swapped: a large avoidable bias means that the training "
    "set is not fitted well."
)
def swaps_the_remedies(report):
    swapped = {
        _FAMILIES["variance"]: _FAMILIES["avoidable_bias"],
        _FAMILIES["avoidable_bias"]: _FAMILIES["variance"],
    }
    said = _largest(report)
    return swapped.get(said, said)


@next_step.mistake("That is the name of the gap. Look it up in `FAMILIES`.")
def names_the_gap(report):
    said = _largest(report)
    return next(name for name, family in _FAMILIES.items() if family == said)


@next_step.mistake(
    "Other numbers of the report take part in the comparison. Only the three gaps "
    "count."
)
def compares_all_numbers(report):
    numbers = {k: v for k, v in report.items() if not isinstance(v, str)}
    name = max(numbers, key=numbers.get)
    family = name if numbers[name] > 0.005 else "none"
    return _FAMILIES.get(family, _FAMILIES["none"])


@next_step.mistake(
    "A test gap above `NOISE` wins, even if another gap is larger. Take the largest."
)
def test_gap_first(report):
    if report.get("test_gap", 0.0) > 0.005:
        return _FAMILIES["test_gap"]
    return _largest(report)


@next_step.right
def step_by_comparing(report):
    bias, variance = report["avoidable_bias"], report["variance"]
    test = report.get("test_gap", 0)
    top = max(bias, variance, test)
    if top <= 0.005:
        return "rethink the metric or the dev set"
    if top == bias:
        return "fit the training set"
    return "generalize better" if top == variance else "get a bigger dev set"


@next_step.right
def step_by_sorting(report):
    names = [name for name in _FAMILIES if report.get(name, -1) > 0.005]
    names.sort(key=lambda name: report[name])
    return _FAMILIES[names[-1] if names else "none"]


lab.concept(
    "early_stopping",
    points=2,
    answer="A",
    why="In the figure early stopping lowers the gap and raises the training error: "
    "two questions, one knob.",
    because={
        "B": "It needs a dev set to watch, but not a larger one than other forms of "
        "regularization.",
        "C": "Your runs with four epochs were worse, but often stopping a little "
        "early lowers the dev error. The problem is that it moves two things at "
        "once.",
        "D": "The opposite: it raises the training error, as your runs show. And the "
        "gap can be measured either way.",
    },
)
