"""Hidden tests of C3W2: wrong labels."""

import numpy as np

from autograder.checks.C3W2.common import lab, ref
from autograder.checks.check import case


@lab.check("label_noise_report", points=8)
def label_noise_report(rng):
    """Without a rival; rivals on both sides, far, near and perfect; no wrong labels."""

    # "`None` without a rival", "differ by less than `labels`": by as much is not less
    def classifier():
        return float(rng.uniform(0.05, 0.2)), float(rng.uniform(0.1, 0.3))

    yield case(*classifier())
    for times in ([1.4, 2.0], [-2.0, -1.4], [0.3, 0.8], [-0.8, -0.3]):
        error, share = classifier()
        yield case(error, share, error + error * share * float(rng.uniform(*times)))
    error, _ = classifier()
    yield case(error, 0.0, error - float(rng.uniform(0.001, 0.01)))
    yield case(*classifier(), 0.0)  # a rival all the same
    error, share = classifier()  # near for the rival's own part, not for `labels`
    yield case(error, share, error * (1 + share + share**2 / 2))
    error, share = (int(n) / 16 for n in rng.integers(2, 8, 2))  # exact in binary
    yield case(error, share, error + error * share)


FIRST, TRUST = "correct the labels first", "trust the ranking"


def _noise(labels, rest, close, rival_error):
    verdict = None if rival_error is None else FIRST if close else TRUST
    return {"labels": labels, "rest": rest, "verdict": verdict}


@label_noise_report.mistake(
    "`labels` is the share of the mistakes. As a fraction of all images it is that "
    "share times the dev error."
)
def share_for_error(dev_error, mislabeled_share, rival_error=None):
    gap = abs(dev_error - (rival_error or 0))
    rest = dev_error - mislabeled_share
    return _noise(mislabeled_share, rest, gap < mislabeled_share, rival_error)


@label_noise_report.mistake(
    "`rest` is still the whole error. Subtract the part due to wrong labels."
)
def rest_is_everything(dev_error, mislabeled_share, rival_error=None):
    said = ref.label_noise_report(dev_error, mislabeled_share, rival_error)
    return said | {"rest": dev_error}


@label_noise_report.mistake("`labels` and `rest` are swapped.")
def swaps_the_parts(dev_error, mislabeled_share, rival_error=None):
    said = ref.label_noise_report(dev_error, mislabeled_share, rival_error)
    return said | {"labels": said["rest"], "rest": said["labels"]}


@label_noise_report.mistake(
    "The verdict changes when the two classifiers are swapped. Compare the size of "
    "the difference, not its sign."
)
def difference_with_sign(dev_error, mislabeled_share, rival_error=None):
    labels = dev_error * mislabeled_share
    close = rival_error is not None and dev_error - rival_error < labels
    return _noise(labels, dev_error - labels, close, rival_error)


@label_noise_report.mistake(
    "The verdicts are swapped: a difference *smaller* than `labels` is the one that "
    "cannot be trusted."
)
def turns_the_verdict(dev_error, mislabeled_share, rival_error=None):
    said = ref.label_noise_report(dev_error, mislabeled_share, rival_error)
    other = {None: None, FIRST: TRUST, TRUST: FIRST}
    return said | {"verdict": other[said["verdict"]]}


@label_noise_report.mistake(
    "There is a verdict although there is no rival. With nothing to compare it is None."
)
def always_a_verdict(dev_error, mislabeled_share, rival_error=None):
    rival = 0.0 if rival_error is None else rival_error
    return ref.label_noise_report(dev_error, mislabeled_share, rival)


@label_noise_report.mistake(
    "Where two errors differ by exactly `labels`, they do not differ by less than that."
)
def as_much_is_less(dev_error, mislabeled_share, rival_error=None):
    labels = dev_error * mislabeled_share
    close = rival_error is not None and abs(dev_error - rival_error) <= labels
    return _noise(labels, dev_error - labels, close, rival_error)


@label_noise_report.mistake(
    "The verdict compares the difference with `rest`. The part that wrong labels may "
    "explain is `labels`."
)
def compares_to_the_rest(dev_error, mislabeled_share, rival_error=None):
    labels = dev_error * mislabeled_share
    rest = dev_error - labels
    close = rival_error is not None and abs(dev_error - rival_error) < rest
    return _noise(labels, rest, close, rival_error)


@label_noise_report.mistake(
    "`rest` is the share of the mistakes that have right labels. As a fraction of all "
    "images it is dev error minus `labels`."
)
def rest_of_the_share(dev_error, mislabeled_share, rival_error=None):
    said = ref.label_noise_report(dev_error, mislabeled_share, rival_error)
    return said | {"rest": 1 - mislabeled_share}


@label_noise_report.mistake(
    "The verdict compares the rival's error itself with `labels`. Compare the "
    "difference of the two errors."
)
def compares_the_rival_itself(dev_error, mislabeled_share, rival_error=None):
    labels = dev_error * mislabeled_share
    close = rival_error is not None and rival_error < labels
    return _noise(labels, dev_error - labels, close, rival_error)


@label_noise_report.mistake(
    "A rival without any error counts as no rival: 0 is false. Compare with None."
)
def rival_without_error_is_none(dev_error, mislabeled_share, rival_error=None):
    return ref.label_noise_report(dev_error, mislabeled_share, rival_error or None)


@label_noise_report.mistake(
    "The verdict compares the difference with the share of the mistakes. Compare it "
    "with `labels`, a fraction of all images like the errors."
)
def compares_with_the_share(dev_error, mislabeled_share, rival_error=None):
    labels = dev_error * mislabeled_share
    close = rival_error is not None and abs(dev_error - rival_error) < mislabeled_share
    return _noise(labels, dev_error - labels, close, rival_error)


@label_noise_report.mistake(
    "The verdict uses the part of the rival's error that is due to wrong labels. "
    "`labels` belongs to `dev_error`."
)
def labels_of_the_rival(dev_error, mislabeled_share, rival_error=None):
    labels, rival = dev_error * mislabeled_share, rival_error or 0.0
    close = abs(dev_error - rival) < rival * mislabeled_share
    return _noise(labels, dev_error - labels, close, rival_error)


@label_noise_report.right
def report_by_cases(dev_error, mislabeled_share, rival_error=None):
    wrong, right = mislabeled_share * dev_error, (1 - mislabeled_share) * dev_error
    if rival_error is None:
        return {"verdict": None, "labels": wrong, "rest": right}
    low, high = sorted((dev_error, rival_error))
    said = FIRST if low + wrong > high else TRUST
    return {"verdict": said, "labels": wrong, "rest": right}


@label_noise_report.right
def report_with_numpy(dev_error, mislabeled_share, rival_error=None):
    parts = np.float32(dev_error) * np.float32([mislabeled_share, 1 - mislabeled_share])
    labels, rest = parts
    close = rival_error is not None and np.abs(dev_error - rival_error) < labels
    return _noise(labels, rest, close, rival_error)


lab.concept(
    "random_or_systematic",
    points=2,
    answer="A",
    why="A rule is learned, whether it is right or wrong. In your runs 10 % by a rule "
    "cost more than 30 % at random.",
    because={
        "B": "The share decides little: in your runs 30 % wrong at random cost less "
        "than 10 % wrong by a rule.",
        "C": "They nearly are, to random ones. The curve of the systematic ones does "
        "not look robust.",
        "D": "The dev error is what you look at, but it reacts very differently to "
        "the two.",
    },
)

lab.concept(
    "fix_labels",
    points=2,
    answer="B",
    why="30 % of 2 % are 0.6 %, three times the difference of 0.2 %. With the right "
    "labels either may be ahead.",
    because={
        "A": "They need not hit both alike. A wrong label rewards the classifier that "
        "makes the same mistake as the labeller; up to 0.6 % may go to either.",
        "C": "The problem is the measurement, not the classifiers. After more "
        "training you would measure with the same wrong labels.",
        "D": "Doubtful images are often the hard ones. Without them you would measure "
        "on an easier distribution than the customers'.",
    },
)

lab.concept(
    "correct_where",
    points=2,
    answer="D",
    why="Dev and test must keep measuring the same thing. And correcting only the "
    "mistakes favours the classifier: where it agrees with a wrong label, nobody "
    "looks.",
    because={
        "A": "Training forgives random errors, as you measured, and the training set "
        "is the most work. The sets that measure come first.",
        "B": "Then dev and test follow different rules, and the gap between them no "
        "longer means anything. And looking only at mistakes makes the classifier "
        "seem better than it is.",
        "C": "If the training set differs slightly from dev and test, learning still "
        "works. Dev and test have to agree with each other.",
    },
)
