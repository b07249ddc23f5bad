"""Hidden tests of C3W2: another distribution."""

import numpy as np

from autograder.checks.C3W2.common import lab, ref
from autograder.checks.check import case


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
