"""Hidden tests of C3W2, errors and data, and the mistakes they know."""

import math

import numpy as np

from autograder.checks.check import Lab, case

lab = Lab("C3W2")
ref = lab.reference


# --- mistakes ------------------------------------------------------------------------


@lab.check("error_analysis", points=9)
def error_analysis(rng):
    """Several tags and none, equal shares, one mistake, with and without an error."""
    # "the largest share first, equal ones by alphabet", "perhaps none", "if left out,
    # ceilings are parts of the error"
    for m in (40, 12, 25):
        names = sorted(str(name) for name in rng.permutation(CATEGORIES)[:5])
        counts = np.zeros(5)
        # No equal shares here, and no order by chance.
        while len(set(counts)) < 5 or list(counts) == sorted(counts, reverse=True):
            ticks = rng.random((m, 5)) < np.array([0.2, 0.6, 0.1, 0.35, 0.35])
            ticks[0], ticks[1] = [True] * 5, [False] * 5
            counts = ticks.sum(axis=0)
        rows = [[names[j] for j in np.flatnonzero(row)[::-1]] for row in ticks]
        yield case(rows, float(rng.uniform(0.02, 0.3)))
    low, middle, high = sorted(str(name) for name in rng.permutation(CATEGORIES)[:3])
    untagged = [[] for _ in range(rng.integers(2, 20))]
    yield case([[middle], [high], *untagged, [high, middle, low], [low], []])
    yield case([[low]], float(rng.uniform(0.01, 0.1)))


CATEGORIES = ["blur", "crease", "dark", "fold", "glare", "label", "print", "twin"]


def _rows(tags, share, ceiling):
    """A table by share, built from other formulas."""
    return [
        (name, share(part), ceiling(part)) for name, part, _ in ref.error_analysis(tags)
    ]


@error_analysis.mistake(
    "The shares are fractions of all tags. Divide by the number of mistakes, which "
    "includes those with several tags and those with none."
)
def parts_of_the_ticks(tags, dev_error=1.0):
    scale = len(tags) / sum(map(len, tags))
    return _rows(tags, lambda s: s * scale, lambda s: s * scale * dev_error)


@error_analysis.mistake(
    "The ceiling is what would remain. It should be what would go away: share × error."
)
def ceiling_is_what_remains(tags, dev_error=1.0):
    return _rows(tags, lambda s: s, lambda s: dev_error - s * dev_error)


@error_analysis.mistake("The ceiling equals the share. Multiply by the dev error.")
def ceiling_without_the_error(tags, dev_error=1.0):
    return _rows(tags, lambda s: s, lambda s: s)


@error_analysis.mistake("The smallest share comes first. Sort in the other direction.")
def smallest_first(tags, dev_error=1.0):
    rows = ref.error_analysis(tags, dev_error)
    return sorted(rows, key=lambda row: (row[1], row[0]))


@error_analysis.mistake("It is sorted by name. The largest share comes first.")
def sorted_by_name(tags, dev_error=1.0):
    return sorted(ref.error_analysis(tags, dev_error))


@error_analysis.mistake(
    "Equal shares do not come in alphabetical order. Sort those by the name of their "
    "category."
)
def ties_as_they_come(tags, dev_error=1.0):
    names = list(dict.fromkeys(name for row in tags for name in row))
    rows = sorted(ref.error_analysis(tags, dev_error), key=lambda r: names.index(r[0]))
    return sorted(rows, key=lambda row: -row[1])


@error_analysis.mistake(
    "If a mistake has several categories, only one is counted. It counts for each of "
    "them."
)
def first_category_only(tags, dev_error=1.0):
    return ref.error_analysis([row[:1] for row in tags], dev_error)


@error_analysis.mistake("These are counts. Divide by the number of mistakes.")
def counts_for_shares(tags, dev_error=1.0):
    m = len(tags)
    return _rows(tags, lambda s: s * m, lambda s: s * m * dev_error)


@error_analysis.mistake(
    "Mistakes without a tag were left out of the count. They are mistakes too."
)
def drops_the_untagged(tags, dev_error=1.0):
    return ref.error_analysis([row for row in tags if row], dev_error)


@error_analysis.mistake("These are percentages. A share is a fraction between 0 and 1.")
def shares_in_percent(tags, dev_error=1.0):
    return _rows(tags, lambda s: 100 * s, lambda s: 100 * s * dev_error)


@error_analysis.mistake(
    "The ceiling is missing: each entry has three parts, `(category, share, ceiling)`."
)
def without_the_ceiling(tags, dev_error=1.0):
    return [(name, share) for name, share, _ in ref.error_analysis(tags, dev_error)]


@error_analysis.mistake(
    "It returns a dictionary. Return a list of `(category, share, ceiling)`: the order "
    "counts."
)
def analysis_as_a_dictionary(tags, dev_error=1.0):
    rows = ref.error_analysis(tags, dev_error)
    return {name: (share, ceiling) for name, share, ceiling in rows}


@error_analysis.mistake(
    "Equal shares come in reverse alphabetical order: `reverse=True` reverses both, "
    "the shares and the names."
)
def ties_reversed(tags, dev_error=1.0):
    rows = ref.error_analysis(tags, dev_error)
    return sorted(rows, key=lambda row: (row[1], row[0]), reverse=True)


@error_analysis.mistake(
    "The share equals the ceiling. It is a fraction of the mistakes, not of all "
    "images: the dev error has no part in it."
)
def share_times_the_error(tags, dev_error=1.0):
    return _rows(tags, lambda s: s * dev_error, lambda s: s * dev_error)


@error_analysis.right
def analysis_by_columns(tags, dev_error=1.0):
    names = sorted({name for row in tags for name in row})
    shares = [float(np.mean([name in row for row in tags])) for name in names]
    order = np.argsort(-np.array(shares), kind="stable")
    return [[names[i], shares[i], dev_error * shares[i]] for i in order]


@error_analysis.right
def analysis_in_float32(tags, dev_error=1.0):
    table = {}
    for row in tags:
        for name in row:
            table[name] = table.get(name, 0) + np.float32(1)
    ordered = sorted(table, key=lambda name: (-table[name], name))
    return [
        (n, table[n] / len(tags), table[n] * dev_error / len(tags)) for n in ordered
    ]


lab.concept(
    "best_case",
    points=2,
    answer=8.4,
    digits=1,
    why="45 of 150 are 30 % of the mistakes, so 3.6 % of the images; 12 − 3.6 remain.",
    because={
        3.6: "That is what would go away. What remains?",
        6.6: "45 is a number of mistakes among 150, not 45 %.",
        5.4: "45 is a number of mistakes among 150, not 45 %.",
        30.0: "That is the share of the mistakes.",
        0.0: "Clutter is behind only some of the mistakes.",
    },
)

lab.concept(
    "first_week",
    points=2,
    answer="C",
    why="Its mistakes show which of the ten ideas have a ceiling worth the work. "
    "Thirty images saved you six weeks today.",
    because={
        "A": "With 800 images an error is known to about 3 % either way. That is "
        "enough to see where most mistakes are.",
        "B": "You do not know yet what the difficulty is: your list of tags was not "
        "the one you would have guessed. A first system is there to be thrown "
        "away.",
        "D": "Most promising according to whom? The contrast enhancer was somebody's "
        "best idea, too, and its ceiling was low.",
    },
)


# --- labels --------------------------------------------------------------------------


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


# --- another world -------------------------------------------------------------------


@lab.check("make_splits", points=11, driver="split_numbers")
def make_splits(rng):
    """Numbered examples: sizes, sources, nothing twice, nothing lost, at random."""
    # "dev and test come from the target only", "train-dev from the same mix as train",
    # "to shuffle with": this generator, and no other; the arguments stay as they are
    for n_target, n_other, n_dev, n_test in [
        (200, 300, 40, 60),
        (150, 150, 50, 30),
        (900, 3000, 300, 350),
    ]:
        yield case(n_target, n_other, n_dev, n_test, int(rng.integers(10**6)))
    sizes = (int(rng.integers(300, 400)), 500, int(rng.integers(40, 60)), 70)
    yield case(*sizes, int(rng.integers(10**6)))


def _cut(pool, *sizes):
    return np.split(pool, np.cumsum(sizes))


@make_splits.mistake(
    "Dev and test contain images from other sources. They represent the target, so "
    "they come from it alone."
)
def shuffles_everything(target, other, n_dev, n_test, rng):
    mix = rng.permutation(np.concatenate([target, other]))
    dev, test, train_dev, train = _cut(mix, n_dev, n_test, n_dev)
    return {"train": train, "train_dev": train_dev, "dev": dev, "test": test}


@make_splits.mistake(
    "Train-dev comes from the other images only. It has to be a sample of the "
    "training mix, with the target's share."
)
def train_dev_from_other(target, other, n_dev, n_test, rng):
    dev, test, rest = _cut(rng.permutation(target), n_dev, n_test)
    train_dev, others = _cut(rng.permutation(other), n_dev)
    train = rng.permutation(np.concatenate([rest, others]))
    return {"train": train, "train_dev": train_dev, "dev": dev, "test": test}


@make_splits.mistake(
    "The rest of the target is in no set. These images are precious: train on them."
)
def forgets_the_rest(target, other, n_dev, n_test, rng):
    sets = ref.make_splits(target, other, n_dev, n_test, rng)
    return sets | {"train": np.setdiff1d(sets["train"], target)}


@make_splits.mistake(
    "Train-dev is trained on: its examples are also in train. Take them out."
)
def trains_on_train_dev(target, other, n_dev, n_test, rng):
    sets = ref.make_splits(target, other, n_dev, n_test, rng)
    return sets | {"train": np.concatenate([sets["train"], sets["train_dev"]])}


@make_splits.mistake(
    "Dev is simply the first part of the target. Shuffle before you cut: files are "
    "often sorted."
)
def cuts_without_shuffling(target, other, n_dev, n_test, rng):
    dev, test, rest = _cut(target, n_dev, n_test)
    train_dev, train = _cut(rng.permutation(np.concatenate([rest, other])), n_dev)
    return {"train": train, "train_dev": train_dev, "dev": dev, "test": test}


@make_splits.mistake(
    "Equal generators do not give equal sets. Is there a call of `np.random`, which "
    "has a generator of its own? Use `rng`."
)
def shuffles_with_np_random(target, other, n_dev, n_test, rng):
    dev, test, rest = _cut(np.random.permutation(target), n_dev, n_test)
    mix = np.random.permutation(np.concatenate([rest, other]))
    return {"train": mix[n_dev:], "train_dev": mix[:n_dev], "dev": dev, "test": test}


@make_splits.mistake(
    "The sets are the same for every generator, so `rng` is not used. Is there "
    "another generator with a fixed seed?"
)
def shuffles_with_a_seed(target, other, n_dev, n_test, rng):
    return ref.make_splits(target, other, n_dev, n_test, np.random.default_rng(0))


@make_splits.mistake(
    "Return a dictionary with the keys `train`, `train_dev`, `dev` and `test`."
)
def returns_a_tuple(target, other, n_dev, n_test, rng):
    return tuple(ref.make_splits(target, other, n_dev, n_test, rng).values())


@make_splits.mistake(
    "It shuffles the arrays that it was given. `rng.permutation` returns a shuffled "
    "copy."
)
def shuffles_the_arguments(target, other, n_dev, n_test, rng):
    rng.shuffle(target)
    dev, test, rest = _cut(target, n_dev, n_test)
    mix = rng.permutation(np.concatenate([rest, other]))
    return {"train": mix[n_dev:], "train_dev": mix[:n_dev], "dev": dev, "test": test}


@make_splits.mistake(
    "Train-dev takes as many from the target as from the other images. Cut it from "
    "the shuffled mix, so that its proportions are those of train."
)
def train_dev_half_and_half(target, other, n_dev, n_test, rng):
    dev, test, rest = _cut(rng.permutation(target), n_dev, n_test)
    half = n_dev // 2
    few, rest = _cut(rest, half)
    more, others = _cut(rng.permutation(other), n_dev - half)
    train = rng.permutation(np.concatenate([rest, others]))
    train_dev = np.concatenate([few, more])
    return {"train": train, "train_dev": train_dev, "dev": dev, "test": test}


@make_splits.mistake("Train-dev has the size of test. It should be as large as dev.")
def train_dev_like_test(target, other, n_dev, n_test, rng):
    dev, test, rest = _cut(rng.permutation(target), n_dev, n_test)
    train_dev, train = _cut(rng.permutation(np.concatenate([rest, other])), n_test)
    return {"train": train, "train_dev": train_dev, "dev": dev, "test": test}


@make_splits.mistake("The sizes of dev and test are swapped.")
def swaps_the_sizes(target, other, n_dev, n_test, rng):
    return ref.make_splits(target, other, n_test, n_dev, rng)


@make_splits.mistake(
    "Train-dev is cut from the front of the mix before the mix is shuffled, so it does "
    "not have the proportions of train. Shuffle the mix first."
)
def cuts_the_mix_unshuffled(target, other, n_dev, n_test, rng):
    dev, test, rest = _cut(rng.permutation(target), n_dev, n_test)
    train_dev, train = _cut(np.concatenate([rest, other]), n_dev)
    return {"train": train, "train_dev": train_dev, "dev": dev, "test": test}


@make_splits.mistake(
    "All of the target is trained on, dev and test too. Only what these two leave may "
    "join the other images."
)
def trains_on_dev_and_test(target, other, n_dev, n_test, rng):
    target = rng.permutation(target)
    mix = rng.permutation(np.concatenate([target, other]))
    sets = {"dev": target[:n_dev], "test": target[n_dev : n_dev + n_test]}
    return sets | {"train_dev": mix[:n_dev], "train": mix[n_dev:]}


@make_splits.mistake(
    "Some examples are in both dev and test. Where dev ends, test begins."
)
def test_overlaps_dev(target, other, n_dev, n_test, rng):
    target = rng.permutation(target)
    mix = rng.permutation(np.concatenate([target[n_dev + n_test :], other]))
    sets = {"dev": target[:n_dev], "test": target[:n_test]}
    return sets | {"train_dev": mix[:n_dev], "train": mix[n_dev:]}


@make_splits.mistake(
    "Train and train-dev hold other images only. What dev and test leave of the target "
    "belongs to the mix: it is precious."
)
def other_images_alone(target, other, n_dev, n_test, rng):
    dev, test, _ = _cut(rng.permutation(target), n_dev, n_test)
    train_dev, train = _cut(rng.permutation(other), n_dev)
    return {"train": train, "train_dev": train_dev, "dev": dev, "test": test}


@make_splits.mistake(
    "Test is cut at the wrong end: `x[n_dev:n_test]` has n_test - n_dev examples. "
    "Where does a part of length n_test end that starts at n_dev?"
)
def test_ends_too_early(target, other, n_dev, n_test, rng):
    target = rng.permutation(target)
    mix = rng.permutation(np.concatenate([target[n_dev + n_test :], other]))
    sets = {"dev": target[:n_dev], "test": target[n_dev:n_test]}
    return sets | {"train_dev": mix[:n_dev], "train": mix[n_dev:]}


@make_splits.mistake(
    "Train holds no other images. They are most of what there is to learn from."
)
def trains_on_the_target_alone(target, other, n_dev, n_test, rng):
    sets = ref.make_splits(target, other, n_dev, n_test, rng)
    return sets | {"train": np.setdiff1d(sets["train"], other)}


@make_splits.right
def splits_by_numbers(target, other, n_dev, n_test, rng):
    order = rng.permutation(len(target))
    held = np.zeros(len(target), dtype=bool)
    held[order[: n_dev + n_test]] = True
    mix = np.concatenate([other, target[~held]])
    rng.shuffle(mix)
    return {
        "dev": target[order[:n_dev]],
        "test": target[order[n_dev : n_dev + n_test]],
        "train": mix[:-n_dev],
        "train_dev": mix[-n_dev:],
    }


@make_splits.right
def splits_by_choice(target, other, n_dev, n_test, rng):
    dev = rng.choice(target, n_dev, replace=False)
    left = np.array([i for i in target if i not in set(dev)])
    test = rng.choice(left, n_test, replace=False)
    mix = np.concatenate([[i for i in left if i not in set(test)], other])
    train_dev = rng.choice(mix, n_dev, replace=False)
    train = [i for i in mix if i not in set(train_dev)]
    return {"train": train, "train_dev": train_dev, "dev": dev, "test": test}


lab.concept(
    "where_phone_pictures",
    points=2,
    answer="C",
    why="Dev and test are the target, and the rest of the phone images is for "
    "training. In your runs the mismatch fell by more than half when 2,000 of "
    "them joined.",
    because={
        "A": "Of a dev set of 2,000, only some 120 would be from phones. You would "
        "optimize for the catalogue.",
        "B": "The target is right, but no phone image is in the training set. In your "
        "runs that left a mismatch of about 30 %.",
        "D": "It wastes what can be learned about clothes from 100,000 images. "
        "Different does not mean useless.",
    },
)


@lab.check("diagnose_mismatch", points=8)
def diagnose_mismatch(rng):
    """Each gap the largest once; a target easier than the training mix."""
    for which in range(4):
        steps = rng.uniform(0.0, 0.03, 5)
        steps[which + 1] += rng.uniform(0.05, 0.2)
        yield case(*map(float, np.cumsum(steps)))
    # "floats with their signs": an easier target; ahead of people, and lucky on test
    for lowest, highest in [
        ([0.02, 0.03, -0.09, 0.002], [0.03, 0.05, -0.06, 0.01]),
        ([-0.02, 0.02, 0.005, -0.02], [-0.005, 0.03, 0.015, -0.005]),
    ]:
        gaps = rng.uniform(lowest, highest)
        yield case(*map(float, np.cumsum([rng.uniform(0.06, 0.08), *gaps])))


GAPS = ("avoidable_bias", "variance", "data_mismatch", "overfit_to_dev")


def _gaps(*sizes):
    gaps = dict(zip(GAPS, sizes, strict=True))
    return gaps | {"focus": max(gaps, key=gaps.get)}


@diagnose_mismatch.mistake(
    "The variance reaches to dev. It ends at train-dev; beyond that the distribution "
    "changes."
)
def variance_up_to_dev(human, train, train_dev, dev, test):
    return _gaps(train - human, dev - train, dev - train_dev, test - dev)


@diagnose_mismatch.mistake(
    "The mismatch is measured from train. It starts at train-dev, where the variance "
    "ends."
)
def mismatch_from_train(human, train, train_dev, dev, test):
    return _gaps(train - human, train_dev - train, dev - train, test - dev)


@diagnose_mismatch.mistake(
    "The bias is the whole training error. Only the part above the human error is "
    "avoidable."
)
def bias_from_nothing(human, train, train_dev, dev, test):
    return _gaps(train, train_dev - train, dev - train_dev, test - dev)


@diagnose_mismatch.mistake(
    "A sign is lost. A negative mismatch says that the target is easier."
)
def gaps_without_sign(human, train, train_dev, dev, test):
    return _gaps(*map(abs, np.diff([human, train, train_dev, dev, test]).tolist()))


@diagnose_mismatch.mistake(
    "Variance and mismatch are swapped: train-dev is unseen, but from the same "
    "distribution as train."
)
def swaps_variance_and_mismatch(human, train, train_dev, dev, test):
    return _gaps(train - human, dev - train_dev, train_dev - train, test - dev)


@diagnose_mismatch.mistake(
    "The signs are reversed: each gap is the later error minus the earlier one."
)
def turns_the_signs(human, train, train_dev, dev, test):
    return _gaps(human - train, train - train_dev, train_dev - dev, dev - test)


@diagnose_mismatch.mistake(
    "Overfitting to dev is measured from train-dev. It is the gap from dev to test."
)
def overfit_from_train_dev(human, train, train_dev, dev, test):
    return _gaps(train - human, train_dev - train, dev - train_dev, test - train_dev)


@diagnose_mismatch.mistake("The focus is the smallest gap. Name the largest.")
def names_the_smallest(human, train, train_dev, dev, test):
    said = ref.diagnose_mismatch(human, train, train_dev, dev, test)
    return said | {"focus": min(GAPS, key=said.get)}


@diagnose_mismatch.mistake(
    "The focus is a negative gap, chosen for its size. Compare the gaps with their "
    "signs."
)
def focus_by_size(human, train, train_dev, dev, test):
    said = ref.diagnose_mismatch(human, train, train_dev, dev, test)
    return said | {"focus": max(GAPS, key=lambda name: abs(said[name]))}


@diagnose_mismatch.mistake("Negative gaps became 0. Keep the sign.")
def negative_gaps_become_zero(human, train, train_dev, dev, test):
    said = ref.diagnose_mismatch(human, train, train_dev, dev, test)
    return said | {name: max(said[name], 0.0) for name in GAPS}


@diagnose_mismatch.mistake(
    "The gap from dev to test has the wrong sign. "
    "Each gap is the later error minus the earlier one."
)
def turns_the_last_sign(human, train, train_dev, dev, test):
    return _gaps(train - human, train_dev - train, dev - train_dev, dev - test)


@diagnose_mismatch.mistake(
    "The focus is a number. It should be the name of the largest gap."
)
def focus_is_the_value(human, train, train_dev, dev, test):
    said = ref.diagnose_mismatch(human, train, train_dev, dev, test)
    return said | {"focus": said[said["focus"]]}


@diagnose_mismatch.mistake(
    "The signs of the gaps are reversed: each gap is the later error minus the earlier "
    "one. The focus is right."
)
def signs_but_not_the_focus(human, train, train_dev, dev, test):
    said = ref.diagnose_mismatch(human, train, train_dev, dev, test)
    return {name: -said[name] for name in GAPS} | {"focus": said["focus"]}


@diagnose_mismatch.mistake(
    "All gaps start at the human error. Each is the gap between two neighbours in the "
    "row of errors."
)
def all_from_people(human, train, train_dev, dev, test):
    return _gaps(train - human, train_dev - human, dev - human, test - human)


@diagnose_mismatch.right
def gaps_by_diff(human, train, train_dev, dev, test):
    sizes = np.diff(np.float64([human, train, train_dev, dev, test]))
    return {
        "focus": GAPS[int(np.argmax(sizes))],
        **dict(zip(GAPS, sizes, strict=True)),
    }


@diagnose_mismatch.right
def gaps_with_a_loop(human, train, train_dev, dev, test):
    said, before, focus = {}, human, None
    for name, error in zip(GAPS, (train, train_dev, dev, test), strict=True):
        said[name], before = np.float32(error - before), error
        if focus is None or said[name] > said[focus]:
            focus = name
    return said | {"focus": focus}


lab.concept(
    "read_the_gaps",
    points=2,
    answer="B",
    why="Bias 1 %, variance 1 %, mismatch 9 %, overfitting to dev 0.5 %. The "
    "different distribution is the problem.",
    because={
        "A": "Variance is train-dev minus train: 1 %. The other 9 % appear on images "
        "from another distribution, about which regularization knows nothing.",
        "C": "Bias is 1 %. A bigger network would only fit the wrong distribution "
        "better.",
        "D": "Overfitting to dev shows between dev and test: 0.5 %.",
    },
)


# --- made-up data --------------------------------------------------------------------


@lab.check("synthesize", points=7, driver="with_seed")
def synthesize(rng):
    """Few and many backgrounds, one, level 0 and 1."""
    # "left as it is", "drawn once", "the larger of image and `level` times
    # background"
    levels = map(float, rng.uniform([0.5, 0.4, 0.6], [0.7, 0.6, 0.9]))
    for m, k, level in zip(
        (12, 8, 9, 6, 3), (5, 1, 7, 20, 4), (*levels, 1.0, 0.0), strict=True
    ):
        clean = rng.random((m, 4, 5)) * (rng.random((m, 4, 5)) < 0.5)
        yield case(clean, rng.random((k, 4, 5)), int(rng.integers(10**6)), level)


@synthesize.mistake(
    "Image and background are added. At each pixel only the brighter one is visible."
)
def adds_them(clean, noise, rng, level):
    return clean + level * noise[rng.integers(len(noise), size=len(clean))]


@synthesize.mistake(
    "At each pixel the darker one is visible. A bright piece of clothing hides what "
    "is behind it."
)
def shows_the_darker(clean, noise, rng, level):
    which = rng.integers(len(noise), size=len(clean))
    return np.minimum(clean, level * noise[which])


@synthesize.mistake(
    "Backgrounds are taken in turn. Draw with `rng` which one each image gets."
)
def backgrounds_in_turn(clean, noise, rng, level):
    return np.maximum(clean, level * noise[np.arange(len(clean)) % len(noise)])


@synthesize.mistake("The level is not used: backgrounds keep their full brightness.")
def ignores_the_level(clean, noise, rng, level):
    return ref.synthesize(clean, noise, rng, 1.0)


@synthesize.mistake("All images have the same background. Draw one number per image.")
def one_background(clean, noise, rng, level):
    return np.maximum(clean, level * noise[rng.integers(len(noise))])


@synthesize.mistake("The level dims the clothes as well. It is only for backgrounds.")
def dims_everything(clean, noise, rng, level):
    return level * ref.synthesize(clean, noise, rng, 1.0)


@synthesize.mistake(
    "The result is a blend of both. At each pixel only the brighter one is visible."
)
def blends_them(clean, noise, rng, level):
    which = rng.integers(len(noise), size=len(clean))
    return (1 - level) * clean + level * noise[which]


@synthesize.mistake(
    "The background is drawn as it should be, but the image is nowhere to be seen in "
    "front of it."
)
def background_alone(clean, noise, rng, level):
    return level * noise[rng.integers(len(noise), size=len(clean))]


@synthesize.mistake(
    "The backgrounds are not those of one call `rng.integers(k, size=m)`: are they "
    "drawn in another way, without repetition or one by one?"
)
def backgrounds_by_permutation(clean, noise, rng, level):
    which = rng.permutation(np.arange(len(clean)) % len(noise))
    return np.maximum(clean, level * noise[which])


@synthesize.mistake(
    "Image and background are added, and cut off at 1. At each pixel only the brighter "
    "one is visible."
)
def adds_and_clips(clean, noise, rng, level):
    return np.clip(adds_them(clean, noise, rng, level), 0, 1)


@synthesize.mistake(
    "The level is applied to the image, not to the background. It says how bright "
    "backgrounds are."
)
def dims_the_image(clean, noise, rng, level):
    return np.maximum(level * clean, noise[rng.integers(len(noise), size=len(clean))])


@synthesize.mistake(
    "The background shows only where the image is 0. It shows wherever it is brighter "
    "than the image."
)
def behind_zeros_only(clean, noise, rng, level):
    which = rng.integers(len(noise), size=len(clean))
    return np.where(clean > 0, clean, level * noise[which])


@synthesize.right
def synthesize_with_a_loop(clean, noise, rng, level):
    made = clean.copy()
    for i, which in enumerate(rng.integers(len(noise), size=len(clean))):
        behind = noise[which] * level
        made[i][behind > made[i]] = behind[behind > made[i]]
    return made


@synthesize.right
def synthesize_with_where(clean, noise, rng, level):
    behind = noise[rng.integers(0, noise.shape[0], clean.shape[0])].astype(np.float32)
    return np.where(clean > level * behind, clean, level * behind)


lab.concept(
    "one_noise",
    points=2,
    answer="A",
    why="6 % against 19 %: the network has overfitted to that hour. In your figure "
    "the gap closed as the number of backgrounds grew.",
    because={
        "B": "It is still the same hour. Your network knew a single background, "
        "whatever its brightness.",
        "C": "Speech is not what is missing: on synthesized dev speech the error is "
        "low. Noise is scarce.",
        "D": "That would overfit to that hour even more. The gap is between made-up "
        "and real speech, and would grow.",
    },
)


# --- borrowed knowledge --------------------------------------------------------------


@lab.check("transfer_learn", points=10, driver="with_projection")
def transfer_learn(rng):
    """All layers, the last one, biases only, nothing; one step and several."""
    everything = ["W1", "b1", "W2", "b2"]
    plans = [
        (["W2", "b2"], 5, 0.3),
        (everything, 4, 0.1),
        (["b1"], 1, 0.5),
        ([], 3, 0.3),
    ]
    for trainable, steps, rate in plans:
        m, pixels, n, h, classes = 9, 6, 5, 4, 3
        parameters = {
            "W1": rng.normal(size=(n, h)),
            "b1": 0.5 + rng.random(h),
            "W2": rng.normal(size=(h, classes)),
            "b2": rng.normal(size=classes),
        }
        X, Y = rng.normal(size=(m, pixels)), rng.integers(0, classes, m)
        yield case(
            rng.normal(size=(pixels, n)), parameters, X, Y, trainable, steps, rate
        )


def _train(features, parameters, X, Y, trainable, steps, rate, again=False):
    F, learned = features(X), dict(parameters)
    for step in range(steps):
        if again and step:
            F = features(X)
        _, gradients = ref.head_gradients(learned, F, Y)
        for name in trainable:
            learned[name] = learned[name] - rate * gradients[name]
    return learned


@transfer_learn.mistake(
    "Frozen parameters have changed. Update only those named in `trainable`."
)
def trains_everything(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    return _train(features, parameters, X, Y, list(parameters), steps, learning_rate)


@transfer_learn.mistake(
    "It trains the frozen parameters and freezes the others. `trainable` names those "
    "that may change."
)
def freezes_the_named(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    others = [name for name in parameters if name not in trainable]
    return _train(features, parameters, X, Y, others, steps, learning_rate)


@transfer_learn.mistake("The cost increases. Step against the gradient.")
def climbs(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    return _train(features, parameters, X, Y, trainable, steps, -learning_rate)


@transfer_learn.mistake(
    "Features are computed in every step. The network below is frozen: once is enough."
)
def asks_again(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    return _train(features, parameters, X, Y, trainable, steps, learning_rate, True)


@transfer_learn.mistake(
    "Only the trained parameters are returned. Return all of them, frozen ones too."
)
def returns_the_trained(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    learned = _train(features, parameters, X, Y, trainable, steps, learning_rate)
    return {name: learned[name] for name in trainable}


@transfer_learn.mistake(
    "All steps use the gradients of the start. Compute them again in each step."
)
def one_long_step(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    return _train(features, parameters, X, Y, trainable, 1, steps * learning_rate)


@transfer_learn.mistake(
    "It writes into its argument `parameters`: `-=` changes an array in place. Copy "
    "before you change."
)
def descends_in_place(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    F = features(X)
    for _ in range(steps):
        _, gradients = ref.head_gradients(parameters, F, Y)
        for name in trainable:
            parameters[name] -= learning_rate * gradients[name]
    return parameters


@transfer_learn.mistake(
    "It stops after the first step. Is there a `return` inside the loop?"
)
def returns_inside_the_loop(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    return _train(features, parameters, X, Y, trainable, min(steps, 1), learning_rate)


@transfer_learn.mistake(
    "The parameters are those of the start: the updates are lost. Is each new array "
    "put back into the dictionary, and is that dictionary returned?"
)
def updates_are_lost(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    return _train(features, parameters, X, Y, trainable, 0, learning_rate)


@transfer_learn.mistake(
    "Within a step, each parameter uses gradients taken after others have already "
    "changed. Compute all gradients first, then update."
)
def gradients_after_each_parameter(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    F, learned = features(X), dict(parameters)
    for _ in range(steps):
        for name in trainable:
            _, gradients = ref.head_gradients(learned, F, Y)
            learned[name] = learned[name] - learning_rate * gradients[name]
    return learned


@transfer_learn.mistake(
    "The steps are m times too short: the gradients of `head_gradients` are averages "
    "already."
)
def divides_by_the_examples(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    return _train(features, parameters, X, Y, trainable, steps, learning_rate / len(X))


@transfer_learn.mistake(
    "Each step starts again from the given parameters, so only the last one counts. "
    "Start from what the step before has learned."
)
def starts_again_in_each_step(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    F, learned = features(X), dict(parameters)
    for _ in range(steps):
        _, gradients = ref.head_gradients(learned, F, Y)
        for name in trainable:
            learned[name] = parameters[name] - learning_rate * gradients[name]
    return learned


@transfer_learn.mistake("The learning rate is always 0.1. Use `learning_rate`.")
def ignores_the_rate(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    return _train(features, parameters, X, Y, trainable, steps, 0.1)


@transfer_learn.mistake("It takes 100 steps whatever `steps` is.")
def ignores_the_steps(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    return _train(features, parameters, X, Y, trainable, 100, learning_rate)


@transfer_learn.right
def transfer_on_copies(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    learned = {name: values.copy() for name, values in parameters.items()}
    F = features(X)
    while steps > 0:
        gradients = ref.head_gradients(learned, F, Y)[1]
        for name, gradient in gradients.items():
            if name in trainable:
                learned[name] -= learning_rate * gradient
        steps -= 1
    return learned


@transfer_learn.right
def transfer_by_mask(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    rates = {name: learning_rate * (name in trainable) for name in parameters}
    F, learned = features(X).astype(np.float32), parameters
    for _ in range(steps):
        gradients = ref.head_gradients(learned, F, Y)[1]
        learned = {
            name: learned[name] - rates[name] * gradients[name] for name in rates
        }
    return {name: np.array(values) for name, values in learned.items()}


lab.concept(
    "transfer_when",
    points=2,
    answer="D",
    why="The inputs are alike, there are many more of them for A than for B, and "
    "edges, textures and shapes are useful for both.",
    because={
        "A": "It transfers from little data to much. What 500 radiographs teach, "
        "80,000 photographs teach better themselves.",
        "B": "The inputs are of different types: features of sounds say nothing about "
        "a radiograph.",
        "C": "Borrowed features save examples, and with 80,000 of its own B has no "
        "need to save any.",
    },
)


@lab.check("multitask_loss", points=10)
def multitask_loss(rng):
    """All labelled, most missing, one label only, large scores."""
    # "over the labelled entries", "0 where not labelled", "at least one label"; tasks
    # have different numbers of labels wherever some are missing, and there are not as
    # many labels as examples
    for m, tasks, missing in [(5, 3, 0.0), (8, 4, 0.6), (6, 2, 0.3)]:
        counts, labels = set(), m
        while len(counts - {0}) < (2 if missing else 1) or labels == m:
            Y = (rng.random((m, tasks)) < 0.5).astype(float)
            Y[rng.random((m, tasks)) < missing] = np.nan
            Y[0, 0] = 1.0
            if missing:
                Y[1, 0], Y[1, 1] = np.nan, 0.0
            counts = set(np.sum(~np.isnan(Y), axis=0).tolist())
            labels = int(np.sum(~np.isnan(Y)))
        yield case(rng.normal(scale=2, size=(m, tasks)), Y)
    yield case(rng.normal(scale=2, size=(1, 2)), np.array([[np.nan, 1.0]]))
    large = rng.uniform(800, 1000, 3) * [1, -1, 1]
    yield case(
        np.array([[large[0], large[1]], [large[2], rng.normal()]]),
        np.array([[1.0, 0.0], [0.0, np.nan]]),
    )


def _parts(logits, Y):
    labelled = ~np.isnan(Y)
    y = np.where(labelled, Y, 0.0)
    e = np.exp(-np.abs(logits))
    sigmoid = np.where(logits >= 0, 1, e) / (1 + e)
    return labelled, np.logaddexp(0, logits) - y * logits, sigmoid - y


@multitask_loss.mistake(
    "It is divided by the number of all entries. Divide by the number of labels that "
    "exist."
)
def divides_by_all(logits, Y):
    labelled, losses, gradients = _parts(logits, Y)
    return np.sum(losses * labelled) / Y.size, gradients * labelled / Y.size


@multitask_loss.mistake(
    "It is divided by the number of examples. Divide by the number of labels that "
    "exist."
)
def divides_by_examples(logits, Y):
    labelled, losses, gradients = _parts(logits, Y)
    return np.sum(losses * labelled) / len(Y), gradients * labelled / len(Y)


@multitask_loss.mistake(
    "The loss leaves out missing labels, but the gradient does not. It is 0 where "
    "there is no label."
)
def gradient_without_labels(logits, Y):
    loss, _ = ref.multitask_loss(logits, Y)
    labelled, _, gradients = _parts(logits, Y)
    return loss, gradients / labelled.sum()


@multitask_loss.mistake(
    "A missing label is taken for a no. It is neither yes nor no, and adds nothing to "
    "loss and gradient."
)
def missing_is_a_no(logits, Y):
    _, losses, gradients = _parts(logits, Y)
    return losses.mean(), gradients / Y.size


@multitask_loss.mistake(
    "The result is nan. nan times 0 is nan, so replace it by a number first."
)
def nan_times_zero(logits, Y):
    labelled, _, _ = _parts(logits, Y)
    n = labelled.sum()
    losses = np.logaddexp(0, logits) - Y * logits
    return np.sum(losses * labelled) / n, _parts(logits, Y)[2] * labelled / n


@multitask_loss.mistake(
    "The gradient is not divided by the number of labels, although the loss is."
)
def gradient_of_the_sum(logits, Y):
    labelled, losses, gradients = _parts(logits, Y)
    return np.sum(losses * labelled) / labelled.sum(), gradients * labelled


@multitask_loss.mistake(
    "The loss is a sum. Divide it by the number of labels, as you do with the gradient."
)
def loss_of_the_sum(logits, Y):
    loss, gradient = ref.multitask_loss(logits, Y)
    return loss * np.sum(~np.isnan(Y)), gradient


@multitask_loss.mistake(
    "For large logits the loss is infinite: either the exponential overflows, or the "
    "logarithm of a sigmoid is taken that was rounded to 0. `np.logaddexp` avoids "
    "both."
)
def loss_through_the_sigmoid(logits, Y):
    labelled, _, gradients = _parts(logits, Y)
    sigmoid = gradients + np.where(labelled, Y, 0.0)
    losses = -np.log(np.where(Y == 1, sigmoid, 1 - sigmoid))
    n = labelled.sum()
    return np.sum(losses[labelled]) / n, gradients * labelled / n


@multitask_loss.mistake("The gradient has the wrong sign. It is sigmoid minus label.")
def turns_the_gradient(logits, Y):
    loss, gradient = ref.multitask_loss(logits, Y)
    return loss, -gradient


@multitask_loss.mistake(
    "Each task is averaged by itself, then the tasks. Every label counts the same: "
    "one sum, divided by one n."
)
def averages_of_averages(logits, Y):
    labelled, losses, gradients = _parts(logits, Y)
    each = labelled.sum(axis=0)
    tasks = np.sum(each > 0)
    share = labelled / np.maximum(each, 1) / tasks
    return np.sum(losses * share), gradients * share


@multitask_loss.mistake(
    "Examples with a missing label are left out altogether. Their other labels count."
)
def complete_rows_only(logits, Y):
    labelled, losses, gradients = _parts(logits, Y)
    full = labelled.all(axis=1, keepdims=True) & labelled
    n = max(full.sum(), 1)
    return np.sum(losses * full) / n, gradients * full / n


@multitask_loss.mistake(
    "The gradient is the sigmoid alone, divided by the number of labels. Subtract the "
    "label."
)
def gradient_without_the_label(logits, Y):
    loss, gradient = ref.multitask_loss(logits, Y)
    labelled, _, _ = _parts(logits, Y)
    return loss, gradient + np.where(labelled, Y, 0.0) / labelled.sum()


@multitask_loss.mistake(
    "The loss is negative where it should be positive: the sign is reversed."
)
def turns_the_loss(logits, Y):
    loss, gradient = ref.multitask_loss(logits, Y)
    return -loss, gradient


@multitask_loss.mistake(
    "The gradient compares the logits with the labels. Put them through the sigmoid "
    "first."
)
def gradient_without_sigmoid(logits, Y):
    loss, _ = ref.multitask_loss(logits, Y)
    labelled, _, _ = _parts(logits, Y)
    y = np.where(labelled, Y, 0.0)
    return loss, (logits - y) * labelled / labelled.sum()


@multitask_loss.mistake(
    "Loss and gradient are nan where a label is missing. nan times 0 is nan, so "
    "replace it by a number first."
)
def nan_in_both(logits, Y):
    labelled, _, _ = _parts(logits, Y)
    loss, _ = nan_times_zero(logits, Y)
    sigmoid = _parts(logits, np.zeros(Y.shape))[2]
    return loss, (sigmoid - Y) * labelled / labelled.sum()


@multitask_loss.mistake(
    "It averages each example, then the examples. Every label counts the same: one "
    "sum, divided by one n."
)
def averages_each_example(logits, Y):
    labelled, losses, gradients = _parts(logits, Y)
    share = labelled / np.maximum(labelled.sum(axis=1, keepdims=True), 1) / len(Y)
    return np.sum(losses * share), gradients * share


@multitask_loss.mistake(
    "The loss does not depend on the labels: subtract the label times the logit."
)
def loss_without_labels(logits, Y):
    labelled, _, _ = _parts(logits, Y)
    _, gradient = ref.multitask_loss(logits, Y)
    return np.sum(np.logaddexp(0, logits) * labelled) / labelled.sum(), gradient


@multitask_loss.mistake(
    "In the loss, the label times the logit is added. It is subtracted."
)
def loss_with_plus(logits, Y):
    labelled, _, _ = _parts(logits, Y)
    _, gradient = ref.multitask_loss(logits, Y)
    losses = np.logaddexp(0, logits) + np.where(labelled, Y, 0.0) * logits
    return np.sum(losses * labelled) / labelled.sum(), gradient


@multitask_loss.mistake(
    "The gradient has one factor too many, the derivative of the sigmoid. For this "
    "loss it cancels: see the formula."
)
def gradient_times_the_derivative(logits, Y):
    loss, gradient = ref.multitask_loss(logits, Y)
    sigmoid = _parts(logits, np.zeros(Y.shape))[2]
    return loss, gradient * sigmoid * (1 - sigmoid)


@multitask_loss.mistake(
    "It takes an average for each task, then their average. Average over all labelled "
    "entries at once."
)
def averages_of_all_tasks(logits, Y):
    labelled, losses, gradients = _parts(logits, Y)
    share = labelled / np.maximum(labelled.sum(axis=0), 1) / Y.shape[1]
    return np.sum(losses * share), gradients * share


@multitask_loss.right
def multitask_with_loops(logits, Y):
    loss, gradient, n = 0.0, np.zeros(logits.shape), int((Y == Y).sum())
    for i, j in np.ndindex(*Y.shape):
        z, y = float(logits[i, j]), float(Y[i, j])
        if math.isnan(y):
            continue
        loss += max(z, 0) - z * y + math.log1p(math.exp(-abs(z)))
        sigmoid = 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))
        gradient[i, j] = (sigmoid - y) / n
    return loss / n, gradient


@multitask_loss.right
def multitask_on_the_labelled(logits, Y):
    has = np.isfinite(Y)
    z, y = logits[has].astype(np.float32), Y[has].astype(np.float32)
    gradient = np.zeros_like(logits)
    gradient[has] = ((1 + np.tanh(z / 2)) / 2 - y) / len(z)
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))), gradient


# --- one net or two steps ------------------------------------------------------------


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
