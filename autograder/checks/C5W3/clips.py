"""Hidden tests of C5W3: spectrograms and clips."""

import numpy as np

from autograder.checks.C5W3.common import lab, ref
from autograder.checks.check import case


@lab.check("spectrogram", points=5)
def spectrogram(rng):
    """Several sizes and hops, a single frame, a tone, silence."""
    yield case(rng.normal(size=520))
    yield case(0.1 * rng.normal(size=200))
    yield case(rng.normal(size=100), 16, 7)
    yield case(np.sin(np.arange(150) * rng.uniform(0.5, 1.5)), 32, 40)
    yield case(np.zeros(int(rng.integers(70, 90))), size=20, hop=10)
    yield case(0.3 * rng.normal(size=71), 10, 6)


def _spectrogram(
    x, size, hop, *, window=np.hanning, power=2, log=np.log, floor=1e-6, last=1
):
    starts = range(0, len(x) - size + last, hop)
    frames = np.array([x[i : i + size] * window(size) for i in starts])
    frames = frames.reshape(-1, size)
    return log(floor + np.abs(np.fft.rfft(frames, axis=1)) ** power)


@spectrogram.mistake("The frames were not multiplied by the window.")
def without_window(x, size=200, hop=80):
    return _spectrogram(x, size, hop, window=np.ones)


@spectrogram.mistake("That is the Hamming window. The Hann window is np.hanning.")
def hamming_window(x, size=200, hop=80):
    return _spectrogram(x, size, hop, window=np.hamming)


def _periodic(size):
    return np.hanning(size + 1)[:-1]


@spectrogram.mistake(
    "The window is a periodic Hann window, as in PyTorch and librosa. np.hanning makes "
    "a symmetric one."
)
def periodic_window(x, size=200, hop=80):
    return _spectrogram(x, size, hop, window=_periodic)


@spectrogram.mistake(
    "The sound was padded at both ends, so there are too many frames. A frame must lie "
    "within the sound."
)
def centred_frames(x, size=200, hop=80):
    return _spectrogram(np.pad(x, size // 2, mode="reflect"), size, hop)


@spectrogram.mistake("The magnitude was not squared. The power is its square.")
def magnitude(x, size=200, hop=80):
    return _spectrogram(x, size, hop, power=1)


@spectrogram.mistake("Those are decibels. Use the natural logarithm alone.")
def decibels(x, size=200, hop=80):
    return _spectrogram(x, size, hop, log=lambda p: 10 * np.log10(p))


@spectrogram.mistake("The small number 1e-6 was not added before the logarithm.")
def without_a_floor(x, size=200, hop=80):
    with np.errstate(divide="ignore"):
        return _spectrogram(x, size, hop, floor=0.0)


@spectrogram.mistake("The logarithm is missing.")
def without_logarithm(x, size=200, hop=80):
    return _spectrogram(x, size, hop, log=lambda p: p - 1e-6)


@spectrogram.mistake("That is the decimal logarithm. Use the natural one.")
def decimal_logarithm(x, size=200, hop=80):
    return _spectrogram(x, size, hop, log=np.log10)


@spectrogram.mistake("The axes are swapped: time comes first, (frames, frequencies).")
def frequencies_first(x, size=200, hop=80):
    return ref.spectrogram(x, size, hop).T


@spectrogram.mistake("The last frame is missing where it ends exactly with the sound.")
def misses_the_last_frame(x, size=200, hop=80):
    return _spectrogram(x, size, hop, last=0).reshape(-1, size // 2 + 1)


@spectrogram.mistake(
    "A frame begins where the last one ends. A new one begins every `hop` samples."
)
def frames_side_by_side(x, size=200, hop=80):
    return _spectrogram(x, size, size)


@spectrogram.mistake(
    "Negative frequencies are there too. For real samples they mirror the positive "
    "ones, and rfft leaves them out."
)
def both_halves(x, size=200, hop=80):
    frames = np.array([x[i : i + size] for i in range(0, len(x) - size + 1, hop)])
    power = np.abs(np.fft.fft(frames * np.hanning(size), axis=1)) ** 2
    return np.log(1e-6 + power)


@spectrogram.right
def spectrogram_by_loop(x, size=200, hop=80):
    rows = []
    start = 0
    while start + size <= len(x):
        X = np.fft.rfft(np.hanning(size) * x[start : start + size])
        rows.append(np.log(X.real**2 + X.imag**2 + 1e-6))
        start += hop
    return np.array(rows)


@spectrogram.right
def spectrogram_by_matrix(x, size=200, hop=80):
    n, k = np.arange(size), np.arange(size // 2 + 1)
    waves = np.exp(-2j * np.pi * np.outer(n, k) / size)
    frames = np.lib.stride_tricks.sliding_window_view(x, size)[::hop]
    return np.log(1e-6 + np.abs((frames * np.hanning(size)) @ waves) ** 2)


@spectrogram.right
def spectrogram_of_strides(x, size=200, hop=80):
    frames = np.lib.stride_tricks.sliding_window_view(x, size)[::hop]
    X = np.fft.rfft(frames * np.hanning(size)[None], axis=-1)
    return np.log((X * X.conj()).real + 1e-6)


@lab.check("is_overlapping", points=2, all_or_nothing=True)
def is_overlapping(rng):
    """Before, after, inside, around; ends that touch; nothing to overlap.

    The statement: any millisecond · any of the earlier ones · both ends included. A
    coin would be right in half of the cases.
    """
    start, length = (int(k) for k in rng.integers((500, 100), (900, 200)))
    end = start + length
    others = [(20, 180), (start, end), (2000, 2300)]
    for segment in [
        (end + 1, end + 90),
        (end, end + 90),
        (start - 90, start - 1),
        (start - 90, start),
        (start + 10, end - 10),
        (start - 10, end + 10),
        (181, 190),
        (100, 120),
        (2290, 2400),
    ]:
        yield case(segment, others)
    yield case((start, end), [])
    yield case((start, end), [(start, end)])
    yield case((start, end), [(10, 40)])
    yield case((10, 40), [(start, end)])


@is_overlapping.mistake(
    "Segments that share only one millisecond overlap too: both ends are included."
)
def ends_excluded(segment_time, previous_segments):
    a, b = segment_time
    return any(a < d and b > c for c, d in previous_segments)


@is_overlapping.mistake(
    "A segment that contains an earlier one as a whole overlaps it too."
)
def compares_the_ends_only(segment_time, previous_segments):
    a, b = segment_time
    return any(c <= a <= d or c <= b <= d for c, d in previous_segments)


@is_overlapping.mistake("Only the last segment is compared. Compare all of them.")
def last_segment_only(segment_time, previous_segments):
    a, b = segment_time
    return any(a <= d and b >= c for c, d in previous_segments[-1:])


@is_overlapping.mistake("It must overlap *any* earlier segment, not all of them.")
def must_overlap_all(segment_time, previous_segments):
    a, b = segment_time
    return all(a <= d and b >= c for c, d in previous_segments)


@is_overlapping.mistake(
    "True and False are swapped: return True if two segments share a millisecond."
)
def is_free(segment_time, previous_segments):
    return not ref.is_overlapping(segment_time, previous_segments)


@is_overlapping.mistake(
    "Only one side is compared, so any segment after an earlier one counts."
)
def compares_the_ends(segment_time, previous_segments):
    return any(segment_time[1] >= c for c, d in previous_segments)


@is_overlapping.mistake(
    "Only one side is compared, so any segment before an earlier one counts."
)
def compares_the_starts(segment_time, previous_segments):
    return any(segment_time[0] <= d for c, d in previous_segments)


@is_overlapping.right
def overlap_with_a_loop(segment_time, previous_segments):
    overlap = False
    for previous_start, previous_end in previous_segments:
        if segment_time[0] <= previous_end and segment_time[1] >= previous_start:
            overlap = True
    return overlap


@is_overlapping.right
def overlap_by_maximum(segment_time, previous_segments):
    for one in previous_segments:
        if max(segment_time[0], one[0]) <= min(segment_time[1], one[1]):
            return 1
    return 0


@is_overlapping.right
def overlap_by_sets(segment_time, previous_segments):
    mine = set(range(segment_time[0], segment_time[1] + 1))
    return any(mine & set(range(a, b + 1)) for a, b in previous_segments)


def seed_for(rng, draws_needed, segment_ms, duration_ms, previous):
    """A seed for which that many draws are needed until there is room."""
    while True:
        seed = int(rng.integers(2**31))
        np.random.seed(seed)
        count, segment = 1, ref.get_random_time_segment(segment_ms, duration_ms)
        while ref.is_overlapping(segment, previous):
            count += 1
            segment = ref.get_random_time_segment(segment_ms, duration_ms)
        if count == draws_needed and segment[0] > 0:
            return seed


@lab.check("insert_audio_clip", points=4, driver="inserted")
def insert_audio_clip(rng):
    """Room at once, at the second draw, at the last; none at all; other durations."""
    for draws_needed, n, k, previous in [
        # Whole milliseconds: the statement leaves open how fractions are rounded.
        (1, 800, 120, []),
        (2, 640, 88, [(30, 44), (5, 9)]),
        (7, 800, 96, [(20, 40), (60, 75)]),
        (8, 800, 96, [(20, 40), (60, 75)]),
        (3, 400, 40, [(0, 20)]),
    ]:
        seed = seed_for(rng, draws_needed, k // 8, n // 8, previous)
        sound = 0.1 * rng.normal(size=n)
        yield case(sound, rng.normal(size=k), previous, seed)


def _insert(
    background,
    audio_clip,
    previous,
    *,
    draws=7,
    append=True,
    add=True,
    scale=8,
    check=True,
    copy=True,
    shift=0,
    where=None,
):
    duration = len(background) // 8
    sound = background.copy() if copy else background
    for _ in range(draws):
        segment = ref.get_random_time_segment(len(audio_clip) // 8, duration)
        if not (check and ref.is_overlapping(segment, previous)):
            if append:
                previous.append(segment)
            at = segment[0] * scale + shift
            room = sound[at : at + len(audio_clip)]
            if add:
                room += audio_clip[: len(room)]
            else:
                room[:] = audio_clip[: len(room)]
            return sound, segment
    return sound, where or (duration, duration)


@insert_audio_clip.mistake("It does not check whether there is room, so words overlap.")
def without_looking(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, check=False)


@insert_audio_clip.mistake("The clip is never added, even where there is room.")
def never_adds(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, draws=0)


@insert_audio_clip.mistake(
    "It draws only once. If there is no room, draw again, at most six more times."
)
def draws_once(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, draws=1)


@insert_audio_clip.mistake(
    "It draws more than seven times. After the first draw, draw at most six more times."
)
def never_gives_up(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, draws=10_000)


@insert_audio_clip.mistake("It draws six times in all. It should be one and six more.")
def six_draws(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, draws=6)


@insert_audio_clip.mistake(
    "The new segment was not appended to `previous_segments`, so the next word may "
    "overlap it."
)
def does_not_append(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, append=False)


@insert_audio_clip.mistake(
    "A segment was appended though there was no room. Change nothing then."
)
def appends_without_room(background, audio_clip, previous_segments):
    sound, segment = _insert(background, audio_clip, previous_segments)
    if segment == (len(background) // 8,) * 2:
        previous_segments.append(segment)
    return sound, segment


@insert_audio_clip.mistake("The segment was returned in samples. Return milliseconds.")
def segment_in_samples(background, audio_clip, previous_segments):
    count = len(previous_segments)
    sound, (start, end) = _insert(background, audio_clip, previous_segments)
    if len(previous_segments) == count:
        return sound, (start, end)
    previous_segments[-1] = start * 8, end * 8
    return sound, previous_segments[-1]


@insert_audio_clip.mistake(
    "The clip replaces the background. Add it to the background."
)
def replaces_the_background(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, add=False)


@insert_audio_clip.mistake(
    "The clip begins at `start_ms` samples. There are 8 samples in a millisecond."
)
def confuses_units(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, scale=1)


@insert_audio_clip.mistake(
    "The argument `background` was changed. Add the clip to a copy."
)
def changes_the_background(background, audio_clip, previous_segments):
    return _insert(background, audio_clip, previous_segments, copy=False)


@insert_audio_clip.mistake(
    "If there is no room, the segment is (duration_ms, duration_ms), not the last draw."
)
def returns_the_last_draw(background, audio_clip, previous_segments):
    state = np.random.get_state()
    sound, segment = _insert(background, audio_clip, previous_segments)
    if segment == (len(background) // 8,) * 2:
        np.random.set_state(state)
        for _ in range(7):
            segment = ref.get_random_time_segment(
                len(audio_clip) // 8, len(background) // 8
            )
    return sound, segment


@insert_audio_clip.right
def insert_with_while(background, audio_clip, previous_segments):
    ms, duration = len(audio_clip) * 1000 // 8000, len(background) * 1000 // 8000
    segment_time = ref.get_random_time_segment(ms, duration)
    retry = 5
    while ref.is_overlapping(segment_time, previous_segments) and retry >= 0:
        segment_time = ref.get_random_time_segment(ms, duration)
        retry = retry - 1
    if ref.is_overlapping(segment_time, previous_segments):
        return background, (duration, duration)
    previous_segments.append(segment_time)
    new = np.array(background)
    start = segment_time[0] * 8
    new[start : start + len(audio_clip)] += audio_clip
    return new, segment_time


@insert_audio_clip.right
def insert_by_padding(background, audio_clip, previous_segments):
    duration = len(background) // 8
    for _ in range(7):
        start, end = ref.get_random_time_segment(len(audio_clip) // 8, duration)
        if not ref.is_overlapping((start, end), previous_segments):
            before = np.zeros(8 * start)
            after = np.zeros(len(background) - 8 * start - len(audio_clip))
            previous_segments += [(start, end)]
            layer = np.concatenate([before, audio_clip, after])
            return background + layer, (start, end)
    return background + 0, (duration, duration)


@insert_audio_clip.right
def insert_in_float32(background, audio_clip, previous_segments):
    return _insert(
        background.astype(np.float32), audio_clip.astype(np.float32), previous_segments
    )
