"""Hidden tests of C3W1: how good it could be."""

import numpy as np

from autograder.checks.C3W1.common import lab, ref
from autograder.checks.check import case


@lab.check("bayes_error_proxy", points=4)
def bayes_error_proxy(rng):
    """The best first, last and in between; one person alone; nobody makes mistakes."""
    people = ["passer-by", "apprentice", "tailor", "two tailors", "customer"]
    for best in (0, 2, 4):
        errors = rng.uniform(0.08, 0.4, 5)
        errors[best] = rng.uniform(0.01, 0.05)
        yield case({who: float(e) for who, e in zip(people, errors, strict=True)})
    alone = str(rng.choice(people))
    yield case({alone: float(rng.uniform(0.02, 0.2))})
    high, low = (float(e) for e in rng.uniform([0.2, 0.05], [0.4, 0.1]))
    yield case({"customer": high, "tailor": low, "all together": 0.0})


@bayes_error_proxy.mistake(
    "That is the largest error. The smallest one is the closest to the Bayes error."
)
def takes_the_worst(human_errors):
    who = max(human_errors, key=human_errors.get)
    return who, human_errors[who]


@bayes_error_proxy.mistake(
    "It averages the errors. One person with 3 % proves that the Bayes error is at "
    "most 3 %, however many others do worse."
)
def takes_the_mean(human_errors):
    who = min(human_errors, key=human_errors.get)
    return who, sum(human_errors.values()) / len(human_errors)


@bayes_error_proxy.mistake(
    "Only the error was returned. Return the name as well, and first."
)
def error_alone(human_errors):
    return min(human_errors.values())


@bayes_error_proxy.mistake("Only the name was returned. Return the error as well.")
def name_alone(human_errors):
    return min(human_errors, key=human_errors.get)


@bayes_error_proxy.mistake(
    "It takes the name that is first in the alphabet: `min` of a dictionary compares "
    "its keys. Compare the errors."
)
def first_by_name(human_errors):
    who = min(human_errors)
    return who, human_errors[who]


@bayes_error_proxy.mistake(
    "The two are swapped: return the name first, then the error."
)
def error_first(human_errors):
    return ref.bayes_error_proxy(human_errors)[::-1]


@bayes_error_proxy.mistake(
    "It returns a dictionary. Return two values: the name, then the error."
)
def proxy_as_a_dictionary(human_errors):
    who, error = ref.bayes_error_proxy(human_errors)
    return {who: error}


@bayes_error_proxy.mistake(
    "It returns someone in the middle. The Bayes error is the lowest possible error, "
    "so the best is the proxy."
)
def closest_to_the_average(human_errors):
    mean = sum(human_errors.values()) / len(human_errors)
    who = min(human_errors, key=lambda name: abs(human_errors[name] - mean))
    return who, human_errors[who]


@bayes_error_proxy.mistake(
    "It returns someone in the middle. The Bayes error is the lowest possible error, "
    "so the best is the proxy."
)
def takes_the_median(human_errors):
    return sorted(human_errors.items(), key=lambda pair: pair[1])[
        len(human_errors) // 2
    ]


@bayes_error_proxy.right
def proxy_by_sorting(human_errors):
    return sorted(human_errors.items(), key=lambda pair: pair[1])[0]


@bayes_error_proxy.right
def proxy_with_a_loop(human_errors):
    best = None
    for who, error in human_errors.items():
        if best is None or error < best[1]:
            best = [who, np.float32(error)]
    return tuple(best)


@lab.check("bias_variance_report", points=8)
def bias_variance_report(rng):
    """Bias, variance, both alike, better than people, better on dev than training."""
    # "floats with their signs", "whichever is larger (bias, if equal)"
    human, gap = (int(n) / 64 for n in rng.integers(1, 16, 2))  # exact in binary
    yield case(human, human + gap, human + 2 * gap)
    kinds = [  # the least and the most that a gap may be
        ([0.05, 0.01], [0.2, 0.04]),
        ([0.002, 0.01], [0.006, 0.05]),
        ([-0.03, 0.003], [-0.015, 0.01]),  # better than people
        ([0.02, -0.02], [0.05, -0.004]),  # better on dev than on training
        ([0.02, 0.06], [0.05, 0.2]),
        ([0.06, 0.02], [0.2, 0.05]),
    ]
    for lowest, highest in kinds:
        human = float(rng.uniform(0.03, 0.06))
        bias, variance = (float(gap) for gap in rng.uniform(lowest, highest))
        yield case(human, human + bias, human + bias + variance)


def _report(bias, variance, larger=True):
    focus = "bias" if (bias >= variance) == larger else "variance"
    return {"avoidable_bias": bias, "variance": variance, "focus": focus}


@bias_variance_report.mistake(
    "The bias is the whole training error. Only the part above the human error is "
    "avoidable."
)
def bias_from_zero(human_error, train_error, dev_error):
    return _report(train_error, dev_error - train_error)


@bias_variance_report.mistake(
    "The variance starts at the human error. It is the gap from training to dev."
)
def variance_from_people(human_error, train_error, dev_error):
    return _report(train_error - human_error, dev_error - human_error)


@bias_variance_report.mistake(
    "A sign is lost. A network that is better than people has a negative gap, and you "
    "will want to know."
)
def loses_the_sign(human_error, train_error, dev_error):
    return _report(abs(train_error - human_error), abs(dev_error - train_error))


@bias_variance_report.mistake(
    "Negative gaps became 0. Keep the sign: it says that people are no longer a proxy."
)
def clips_at_zero(human_error, train_error, dev_error):
    bias, variance = train_error - human_error, dev_error - train_error
    return _report(max(bias, 0.0), max(variance, 0.0))


@bias_variance_report.mistake(
    "The signs are reversed: each gap is the later error minus the earlier one."
)
def turns_the_signs(human_error, train_error, dev_error):
    return _report(human_error - train_error, train_error - dev_error)


@bias_variance_report.mistake("The focus is on the smaller gap. Take the larger one.")
def focus_on_the_smaller(human_error, train_error, dev_error):
    return _report(train_error - human_error, dev_error - train_error, larger=False)


@bias_variance_report.mistake("Where both gaps are equal, the focus should be on bias.")
def tie_goes_to_variance(human_error, train_error, dev_error):
    bias, variance = train_error - human_error, dev_error - train_error
    return _report(bias, variance) | {
        "focus": "bias" if bias > variance else "variance"
    }


@bias_variance_report.mistake(
    "The focus is on a negative gap, chosen for its size. Compare the gaps with their "
    "signs."
)
def focus_by_size(human_error, train_error, dev_error):
    bias, variance = train_error - human_error, dev_error - train_error
    larger = "bias" if abs(bias) >= abs(variance) else "variance"
    return _report(bias, variance) | {"focus": larger}


@bias_variance_report.mistake(
    'The focus is the name of a key. It should be one of two words, "bias" or '
    '"variance".'
)
def focus_by_key(human_error, train_error, dev_error):
    said = ref.bias_variance_report(human_error, train_error, dev_error)
    return said | {"focus": said["focus"].replace("bias", "avoidable_bias")}


@bias_variance_report.mistake(
    "The variance is the whole dev error. It is the gap from training to dev."
)
def variance_from_nothing(human_error, train_error, dev_error):
    return _report(train_error - human_error, dev_error)


@bias_variance_report.mistake(
    "The values come without their names. Return a dictionary with the keys "
    "`avoidable_bias`, `variance` and `focus`."
)
def report_without_names(human_error, train_error, dev_error):
    return tuple(ref.bias_variance_report(human_error, train_error, dev_error).values())


@bias_variance_report.mistake(
    "The focus compares training and dev error. Compare the two gaps."
)
def focus_compares_errors(human_error, train_error, dev_error):
    said = ref.bias_variance_report(human_error, train_error, dev_error)
    return said | {"focus": "bias" if train_error >= dev_error else "variance"}


@bias_variance_report.right
def report_by_differences(human_error, train_error, dev_error):
    gaps = np.diff(np.array([human_error, train_error, dev_error]))
    return {
        "focus": ["bias", "variance"][int(np.argmax(gaps))],
        "avoidable_bias": gaps[0],
        "variance": gaps[1],
    }


@bias_variance_report.right
def report_in_float32(human_error, train_error, dev_error):
    bias = np.float32(train_error - human_error)
    variance = np.float32(dev_error - train_error)
    focus = "variance" if variance > bias else "bias"
    return {"avoidable_bias": bias, "variance": variance, "focus": focus, "dev": 1.0}


lab.concept(
    "how_much_bias",
    points=2,
    answer=5,
    why="8 % minus the 3 % of the panel, the lowest human error.",
    because={
        8: "That assumes that people make no mistakes. Even the panel has an error of "
        "3 %, and some images cannot be classified by anyone.",
        3: "That is the variance, dev minus training (or the proxy itself).",
        -1: "That is measured from the shift leader. The panel did better, so 9 % "
        "cannot be the lowest possible error.",
        1: "That is the distance to the shift leader, without its sign. Who did best?",
        9: "That is the shift leader's error, not a gap. Which gap is avoidable?",
        -8: "That is measured from the voters, but others did better.",
        -9: "That is measured from the voters, but others did better.",
    },
)

lab.concept(
    "beyond_human",
    points=2,
    answer="C",
    why="Your own network is now the best proof: 3.5 % on unseen images can be "
    "reached. Whether the Bayes error is 3.4 % or 0.5 %, nobody has shown.",
    because={
        "A": "It would be zero if the Bayes error were 3.1 %. But that is only what "
        "your network reaches; with a Bayes error of 1 %, a bias of 2 % could "
        "still be avoided.",
        "B": "4.0 % is what a panel reaches. Your network reaches 3.5 % on unseen "
        "images, so the Bayes error is lower; it does not take wrong labels to "
        "explain that.",
        "D": "0.9 % is how far it is *ahead* of the panel. An avoidable gap would "
        "have to be behind something.",
    },
)
