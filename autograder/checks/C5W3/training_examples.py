"""Hidden tests of C5W3: labelled training clips."""

import numpy as np

from autograder.checks.C5W3.common import lab, ref
from autograder.checks.check import case

lab.concept(
    "why_after",
    points=1,
    answer="B",
    why="Until the word is over, “active” and “activity” are still possible.",
    because={
        "A": "A GRU in one direction knows only what came up to a step.",
        "C": "Labels are data; no gradient goes through them.",
        "D": "At the first sound nothing is certain yet.",
    },
)


@lab.check("insert_ones", points=3, mutates=("y",))
def insert_ones(rng):
    """Middle, near the end, at the end, labels that are there already; durations."""
    for Ty, end, duration in [
        (120, int(rng.integers(1000, 4000)), 10_000),
        (492, 5000 + int(rng.integers(1000)), 10_000),
        (100, int(100 * rng.integers(60, 90) + rng.integers(60, 99)), 10_000),
        (int(rng.integers(70, 90)), 10_000, 10_000),
        (75, int(rng.integers(50, 99)), 400),
    ]:
        yield case(np.zeros((1, Ty)), end, duration)
    y = np.zeros((1, 90))
    y[0, 5:30] = 1
    yield case(y, int(rng.integers(1500, 2500)))


def _ones(y, segment_end_ms, duration_ms, *, first=1, count=50, to=None):
    end = int(segment_end_ms * (to or y.shape[1]) / duration_ms)
    y[0, end + first : end + first + count] = 1
    return y


@insert_ones.mistake(
    "The ones begin one step early. They come *strictly after* the step in which the "
    "word ends."
)
def ones_one_step_early(y, segment_end_ms, duration_ms=10_000):
    return _ones(y, segment_end_ms, duration_ms, first=0)


@insert_ones.mistake(
    "The step in which the word ends was rounded to the nearest one. `int` cuts off "
    "the fraction."
)
def rounds_the_step(y, segment_end_ms, duration_ms=10_000):
    end = round(segment_end_ms * y.shape[1] / duration_ms)
    y[0, end + 1 : end + 51] = 1
    return y


@insert_ones.mistake("There are 49 new ones. There should be 50.")
def one_too_few(y, segment_end_ms, duration_ms=10_000):
    return _ones(y, segment_end_ms, duration_ms, count=49)


@insert_ones.mistake("There are 51 new ones. There should be 50.")
def one_too_many(y, segment_end_ms, duration_ms=10_000):
    return _ones(y, segment_end_ms, duration_ms, count=51)


@insert_ones.mistake(
    "The ones come before the end of the word. They should come after it."
)
def ones_before(y, segment_end_ms, duration_ms=10_000):
    end = int(segment_end_ms * y.shape[1] / duration_ms)
    y[0, max(end - 50, 0) : end] = 1
    return y


@insert_ones.mistake("All labels up to the end of the clip are 1. Set 50 at most.")
def ones_for_ever(y, segment_end_ms, duration_ms=10_000):
    return _ones(y, segment_end_ms, duration_ms, count=y.shape[1])


@insert_ones.mistake("It takes every clip to be 10 seconds long. Use `duration_ms`.")
def ten_seconds_always(y, segment_end_ms, duration_ms=10_000):
    return _ones(y, segment_end_ms, 10_000)


@insert_ones.mistake(
    "The ones are in a copy; `y` itself did not change. Change it in place."
)
def ones_in_a_copy(y, segment_end_ms, duration_ms=10_000):
    return _ones(y.copy(), segment_end_ms, duration_ms)


@insert_ones.mistake("Only one label was set to 1. Set 50 in a row.")
def a_single_one(y, segment_end_ms, duration_ms=10_000):
    return _ones(y, segment_end_ms, duration_ms, count=1)


@insert_ones.right
def ones_with_a_loop(y, segment_end_ms, duration_ms=10_000):
    Ty = y.shape[1]
    segment_end_y = int(segment_end_ms * Ty / float(duration_ms))
    for i in range(segment_end_y + 1, segment_end_y + 51):
        if i < Ty:
            y[0, i] = 1.0
    return y


@insert_ones.right
def ones_by_mask(y, segment_end_ms, duration_ms=10_000):
    after = np.arange(y.shape[1]) - int(segment_end_ms * y.shape[1] / duration_ms)
    y[0, (after > 0) & (after <= 50)] = 1
    return y


@insert_ones.right
def ones_by_filling(y, segment_end_ms, duration_ms=10_000):
    end = segment_end_ms * y.shape[1] // duration_ms
    y[:, end + 1 : end + 51].fill(1)
    return y


@lab.check("create_training_example", points=4, driver="composed")
def create_training_example(rng):
    """Clips of 200 to 400 ms with crowded and roomy backgrounds.

    The statement: how many, which ones, trigger words first · 0 to 4, 0 to 2 · only
    trigger words are labelled · one list of segments · no label without room.
    """
    for n, Ty, longest, crowded in [
        (2400, 140, 40, False),
        (1600, 110, 60, True),
        (3200, 170, 30, False),
        (1600, 90, 70, True),
    ]:
        while True:
            words = [
                [rng.normal(size=8 * int(k)) for k in lengths]
                for lengths in (
                    rng.integers(longest // 2, longest, 3),
                    rng.integers(longest // 2, longest, 2),
                )
            ]
            given = 0.1 * rng.normal(size=n), *words, Ty, int(rng.integers(2**31))
            if all(
                _other(one, given)
                for one in (
                    labels_all_words,
                    others_first,
                    erases_during_other_words,
                    erases_after_other_words,
                )
            ) and (
                {
                    _other(one, given)
                    for one in (two_lists_of_segments, counts_words_without_room)
                }
                == {crowded}
            ):
                break
        yield case(*given)
    # Sounds as long as half the clip: the second has no room.
    long = [rng.normal(size=424), rng.normal(size=464)]
    while True:
        seed = int(rng.integers(2**31))
        np.random.seed(seed)
        if np.random.randint(0, 5) >= 3:
            break
    yield case(0.1 * rng.normal(size=800), long, long[:1], 130, seed)


def _other(version, given):
    """Whether a version of `create_training_example` makes another example."""
    results = []
    for one in (ref.create_training_example, version):
        np.random.seed(given[-1])
        results.append(one(*given[:-1]))
    (sound, y, ends), (other, labels, moments) = results
    same = np.array_equal(sound, other) and np.array_equal(y, labels)
    return not (same and ends == moments)


def _compose(
    background,
    activates,
    negatives,
    Ty,
    *,
    label_all=False,
    share=True,
    swap=False,
    most=(5, 3),
    room=True,
    with_ends=True,
    label=True,
    moment=1,
    seconds=None,
    erase=None,
    pick=lambda n, high: np.random.randint(n, size=np.random.randint(0, high)),
):
    duration = len(background) // 8
    sound, y, ends, segments = background, np.zeros((1, Ty)), [], []
    pools = [(activates, most[0], True), (negatives, most[1], False)]
    for pool, top, is_trigger in pools[:: -1 if swap else 1]:
        if not share:
            segments = []
        for i in pick(len(pool), top):
            sound, segment = ref.insert_audio_clip(sound, pool[i], segments)
            end = segment[1]
            if (is_trigger or label_all) and (end < duration or not room):
                length = 1000 * seconds if seconds else duration
                y = ref.insert_ones(y, end, length) if label else y
                if is_trigger and with_ends:
                    ends.append(segment[moment])
            if erase and not is_trigger and end < duration:
                y = np.where(erase(*segment, Ty, duration), 0, y)
    return sound, y, ends


@create_training_example.mistake("Other words get labels too. Only trigger words do.")
def labels_all_words(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, label_all=True)


@create_training_example.mistake(
    "Trigger words and other words overlap: they must share one list of segments."
)
def two_lists_of_segments(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, share=False)


@create_training_example.mistake(
    "The other words were inserted first. Insert the trigger words first."
)
def others_first(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, swap=True)


@create_training_example.mistake(
    "A word for which there was no room is in `ends`. Its segment begins at the very "
    "end of the clip."
)
def counts_words_without_room(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, room=False)


@create_training_example.mistake(
    "There are at most three trigger words and one other word: np.random.randint "
    "leaves out its upper bound."
)
def upper_end_left_out(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, most=(4, 2))


@create_training_example.mistake(
    "The words were drawn without replacement. `randint` may draw a word twice."
)
def draws_without_replacement(background, activates, negatives, Ty):
    return _compose(
        background,
        activates,
        negatives,
        Ty,
        pick=lambda n, high: np.random.permutation(n)[: np.random.randint(0, high)],
    )


@create_training_example.mistake(
    "`ends` holds the moments at which words begin. Append those at which they end."
)
def ends_are_starts(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, moment=0)


@create_training_example.mistake(
    "The labels take every clip to be 10 seconds long: `insert_ones` needs the length "
    "of this one."
)
def labels_for_ten_seconds(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, seconds=10)


@create_training_example.mistake(
    "All labels are 0. Set the labels of each trigger word."
)
def without_labels(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, label=False)


@create_training_example.mistake(
    "The list of ends is empty. Append the end of each trigger word."
)
def without_ends(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, with_ends=False)


def _during(start, end, Ty, duration):
    steps = np.arange(Ty)
    return (steps >= start * Ty // duration) & (steps <= end * Ty // duration)


def _afterwards(start, end, Ty, duration):
    return ref.insert_ones(np.zeros((1, Ty)), end, duration) > 0


@create_training_example.mistake(
    "Other words erase labels of trigger words. They leave the labels as they are."
)
def erases_during_other_words(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, erase=_during)


@create_training_example.mistake(
    "Other words erase labels of trigger words. They leave the labels as they are."
)
def erases_after_other_words(background, activates, negatives, Ty):
    return _compose(background, activates, negatives, Ty, erase=_afterwards)


@create_training_example.right
def example_step_by_step(background, activates, negatives, Ty):
    duration = len(background) * 1000 // 8000
    y, previous, ends = np.zeros((1, Ty)), [], []
    number_of_activates = np.random.randint(0, 5)
    random_indices = np.random.randint(len(activates), size=number_of_activates)
    for one in [activates[i] for i in random_indices]:
        background, segment_time = ref.insert_audio_clip(background, one, previous)
        _, segment_end = segment_time
        y = ref.insert_ones(y, segment_end, duration)
        if segment_end != duration:
            ends.append(segment_end)
    number_of_negatives = np.random.randint(0, 3)
    random_indices = np.random.randint(len(negatives), size=number_of_negatives)
    for one in [negatives[i] for i in random_indices]:
        background, _ = ref.insert_audio_clip(background, one, previous)
    return background, y, ends


@create_training_example.right
def example_labelled_at_the_end(background, activates, negatives, Ty):
    duration, segments = len(background) // 8, []
    sound, y = background.copy(), np.zeros((1, Ty), np.float32)
    for i in np.random.randint(0, len(activates), np.random.randint(5)):
        sound, _ = ref.insert_audio_clip(sound, activates[i], segments)
    ends = [end for _, end in segments]
    for i in np.random.randint(0, len(negatives), np.random.randint(3)):
        sound, _ = ref.insert_audio_clip(sound, negatives[i], segments)
    for end in ends:
        ref.insert_ones(y, end, duration)
    return sound, y, ends
