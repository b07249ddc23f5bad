"""Hidden tests of C5W3: the detector of trigger words."""

import numpy as np

from autograder.checks.C5W3.common import lab, ref
from autograder.checks.check import case

lab.concept(
    "accuracy_fools",
    points=1,
    answer="D",
    why="These are precision and recall. A silent detector has a recall of 0.",
    because={
        "A": "A detector that never fires has some right label in nearly every clip.",
        "B": "The loss over steps is what you train on, not what a user hears.",
        "C": "With more silence, a detector that never fires looks even better.",
    },
)


@lab.check("trigger_model", points=4, driver="detector", seconds=20)
def trigger_model(rng):
    """Names and shapes of the arrays, scores in evaluation, where dropout is."""
    for m, T, n_freq, n_filters, n_units in [(2, 31, 5, 4, 3), (1, 20, 3, 6, 4)]:
        x = rng.normal(size=(m, T, n_freq))
        yield case(x, n_filters, n_units, int(rng.integers(2**31)))


def _detector(
    n_freq,
    n_filters,
    n_units,
    rng,
    *,
    padding="valid",
    rate=0.3,
    soft=False,
    activation=True,
    both=False,
    stride=2,
    last=False,
    swap=False,
    drop=("before", "after"),
    scaled=True,
    normed=True,
):
    nn = ref.nn

    class Detector(nn.Model):
        def __init__(self):
            self.scale, self.norm = nn.BatchNorm(n_freq), nn.BatchNorm(n_filters)
            self.conv = nn.Conv1D(
                n_freq, n_filters, 15, stride=stride, padding=padding, rng=rng
            )
            self.dropout = nn.Dropout(rate, rng=rng)
            if both:
                self.gru = nn.Bidirectional(
                    nn.GRU, n_filters, n_units, return_sequences=True, rng=rng
                )
            else:
                self.gru = nn.GRU(
                    n_filters, n_units, return_sequences=not last, rng=rng
                )
            self.output = nn.Dense(n_units * (1 + both), 1, rng=rng)

        def forward(self, x):
            x = self.conv(self.scale(x) if scaled else x)
            if swap or not normed:
                x = self.norm(nn.relu(x)) if normed else nn.relu(x)
            else:
                x = nn.relu(self.norm(x)) if activation else self.norm(x)
            x = self.gru(self.dropout(x) if "before" in drop else x)
            x = self.output(self.dropout(x) if "after" in drop else x)
            return nn.sigmoid(x) if soft else x

    return Detector()


@trigger_model.mistake("There are too many steps: the convolution pads both ends.")
def pads_the_ends(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, padding="same")


@trigger_model.mistake(
    "There are about twice as many steps as there should be: look at the stride."
)
def stride_of_one(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, stride=1)


@trigger_model.mistake(
    "The GRU reads in both directions. The detector cannot wait for what comes later."
)
def listens_backwards(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, both=True)


@trigger_model.mistake(
    "It returns probabilities. The loss takes scores, before the sigmoid."
)
def detector_returns_probabilities(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, soft=True)


@trigger_model.mistake("The ReLU after `norm` is missing.")
def without_relu(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, activation=False)


@trigger_model.mistake("The ReLU comes before `norm`. It should come after it.")
def relu_before_norm(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, swap=True)


@trigger_model.mistake(
    "There is one score per clip. Return one per step: the GRU returns only its last "
    "state."
)
def one_score_a_clip(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, last=True)


@trigger_model.mistake("The dropout before the GRU is missing.")
def no_dropout_before_the_gru(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, drop=("after",))


@trigger_model.mistake("The dropout after the GRU is missing.")
def no_dropout_after_the_gru(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, drop=("before",))


@trigger_model.mistake("`scale`, the batch norm of the frequencies, is not applied.")
def without_scale(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, scaled=False)


@trigger_model.mistake("`norm`, the batch norm after the convolution, is not applied.")
def without_norm(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, normed=False)


@trigger_model.mistake(
    "The dropout rate is 0.7. It is the share that is dropped, not the share that is "
    "kept."
)
def keeps_three_tenths(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, rate=0.7)


@trigger_model.mistake("No units are dropped in training: the dropout rate is 0.")
def drops_no_units(n_freq, n_filters, n_units, rng):
    return _detector(n_freq, n_filters, n_units, rng, rate=0.0)


@trigger_model.right
def detector_in_another_order(n_freq, n_filters, n_units, rng):
    nn = ref.nn

    class Ear(nn.Model):
        def __init__(self):
            self.output = nn.Dense(n_units, 1, rng=rng)
            self.gru = nn.GRU(
                n_filters, n_units, return_sequences=True, return_state=True, rng=rng
            )
            self.dropout = nn.Dropout(0.3, rng=rng)
            self.norm = nn.BatchNorm(n_filters)
            self.conv = nn.Conv1D(
                n_freq, n_filters, f=15, stride=2, padding="valid", rng=rng
            )
            self.scale = nn.BatchNorm(n_freq)

        def forward(self, x):
            features = self.norm(self.conv(self.scale(x)))
            features = self.dropout(features * (features.data > 0))
            states, _ = self.gru(features)
            return self.output(self.dropout(states))

    return Ear()


@trigger_model.right
def detector_of_a_list(n_freq, n_filters, n_units, rng):
    model = _detector(n_freq, n_filters, n_units, rng)
    layers = [
        model.scale,
        model.conv,
        model.norm,
        ref.nn.relu,
        model.dropout,
        model.gru,
        model.dropout,
        model.output,
    ]

    def forward(x):
        for layer in layers:
            x = layer(x)
        return x

    model.forward = forward
    return model


@lab.check("detect_triggerword", points=3, driver="heard")
def detect_triggerword(rng):
    """Short sounds; probabilities near 0, near 1 and between."""
    for n, scale in [(520, 0.1), (200, 0.3), (777, 0.02)]:
        yield case(0.2 * rng.normal(size=n), scale, int(rng.integers(2**31)))


@detect_triggerword.mistake("Those are scores. The sigmoid is missing.")
def without_sigmoid(x, model):
    return model.predict(ref.spectrogram(x)[None].astype(np.float32))[:, :, 0]


@detect_triggerword.mistake(
    "A softmax over the steps makes them compete. Use a sigmoid for each step."
)
def softmax_over_steps(x, model):
    z = without_sigmoid(x, model)
    e = np.exp(z - z.max())
    return e / e.sum()


@detect_triggerword.mistake("The shape is (1, Ty, 1). Remove the last axis.")
def keeps_the_last_axis(x, model):
    return ref.detect_triggerword(x, model)[:, :, None]


@detect_triggerword.mistake("The shape is (Ty,). Keep the batch axis: (1, Ty).")
def drops_the_batch_axis(x, model):
    return ref.detect_triggerword(x, model)[0]


@detect_triggerword.mistake(
    "The sign in the sigmoid is wrong: the probability is high where the score is low."
)
def sigmoid_upside_down(x, model):
    return 1 - ref.detect_triggerword(x, model)


@detect_triggerword.mistake(
    "Dropout was on. Use model.predict, or call model.eval() first."
)
def listens_with_dropout(x, model):
    scores = model.train()(ref.spectrogram(x)[None].astype(np.float32)).data
    return 1 / (1 + np.exp(-scores[:, :, 0]))


@detect_triggerword.right
def detect_with_eval(x, model):
    model.eval()
    with ref.nn.no_grad():
        scores = model(np.expand_dims(ref.spectrogram(x), 0))
        return ref.nn.sigmoid(scores).data[..., 0]


@detect_triggerword.right
def detect_by_tanh(x, model):
    scores = model.predict(np.stack([ref.spectrogram(x)]))
    return (np.tanh(scores.squeeze(-1) / 2) + 1) / 2


@lab.check("detection_times", points=3)
def detection_times(rng):
    """Long plateaus, short dips, the very start, equality with the threshold, waits."""
    p = np.zeros((1, 60))
    p[0, :4] = 0.8  # at the very start
    p[0, 20:30] = 0.9
    p[0, [24, 27]] = 0.2  # short dips
    p[0, 40:50] = 0.5  # equal to the threshold, not above it
    p[0, 45] = 0.6
    p[0, 55:] = 0.95
    p *= np.where(p == 0.5, 1.0, rng.uniform(0.97, 1.0, p.shape))
    yield case(p)
    yield case(p, 0.7, 100)
    yield case(p, 0.15, 900, 6000)
    # Two rises exactly wait_ms apart do not both count.
    apart = np.zeros((1, 40))
    apart[0, [5, 13, 30, 39]] = rng.uniform(0.6, 0.9)
    yield case(apart, wait_ms=2000)
    yield case(apart, 0.55, 1999)
    # A rise within the wait does not start a new wait.
    close = np.zeros((1, 50))
    close[0, [10, 12, 14, 16, 30]] = rng.uniform(0.8, 0.95, 5)
    yield case(close, 0.5, 500)
    while True:
        noise = rng.random((1, 80))
        given = noise, 0.6, 300, 8000
        wrong = (
            fires_on_plateaus,
            misses_the_start,
            waits_anew,
            waits_while_it_is_high,
            threshold_of_a_half,
        )
        if all(other(*given) != ref.detection_times(*given) for other in wrong):
            break
    yield case(*given)
    yield case(rng.uniform(0, 0.45, (1, 12)))


def _times(
    p,
    threshold,
    wait_ms,
    duration_ms,
    *,
    rise=True,
    wait=True,
    equal=False,
    reset=False,
    start=0.0,
    offset=0,
    unit=None,
    longer=np.greater,
):
    found, before, last = [], start, -np.inf
    Ty = p.shape[1]
    for i, value in enumerate(p[0]):
        moment = (i + offset) * duration_ms / Ty
        above = value >= threshold if equal else value > threshold
        was = before >= threshold if equal else before > threshold
        if above and not (rise and was):
            if not wait or longer(moment - last, wait_ms):
                found.append(moment if unit is None else i)
                last = moment
            elif reset:
                last = moment
        before = value
    return found


@detection_times.mistake(
    "It fires again after the wait while the probability stays high. Only a *rise* "
    "through the threshold counts."
)
def fires_on_plateaus(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, threshold, wait_ms, duration_ms, rise=False)


@detection_times.mistake(
    "It fires at every rise. After it has fired, more than `wait_ms` must pass."
)
def does_not_wait(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, threshold, wait_ms, duration_ms, wait=False)


@detection_times.mistake(
    "It fires if the probability equals the threshold. It must be above it."
)
def fires_at_equality(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, threshold, wait_ms, duration_ms, equal=True)


@detection_times.mistake(
    "A rise within the wait starts the wait again. Measure the time from the moment it "
    "last *fired*."
)
def waits_anew(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, threshold, wait_ms, duration_ms, reset=True)


@detection_times.mistake(
    "It fires again when exactly `wait_ms` have passed. It must be more than that."
)
def waits_exactly(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(
        probabilities, threshold, wait_ms, duration_ms, longer=np.greater_equal
    )


@detection_times.mistake(
    "A probability that is high from the first step on is missed: before step 0 it "
    "counts as 0."
)
def misses_the_start(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, threshold, wait_ms, duration_ms, start=1.0)


@detection_times.mistake(
    "The wait is measured from the last step above the threshold. Measure it from the "
    "moment it last *fired*."
)
def waits_while_it_is_high(
    probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000
):
    found, last, was = [], -np.inf, False
    for i, above in enumerate(probabilities[0] > threshold):
        moment = i * duration_ms / probabilities.shape[1]
        if above and not was and moment - last > wait_ms:
            found.append(moment)
        if above:
            last = moment
        was = above
    return found


@detection_times.mistake("Those are numbers of steps. Return milliseconds.")
def gives_steps(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, threshold, wait_ms, duration_ms, unit="steps")


@detection_times.mistake("The threshold is always 0.5. Use the argument.")
def threshold_of_a_half(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, 0.5, wait_ms, duration_ms)


@detection_times.mistake("The list is always empty: it never fires.")
def never_fires(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return []


@detection_times.mistake(
    "Only the first moment is returned. Is there a `return` inside the loop?"
)
def first_detection_only(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, threshold, wait_ms, duration_ms)[:1]


@detection_times.mistake(
    "It takes every clip to be 10 seconds long. Use `duration_ms`."
)
def clip_of_ten_seconds(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    return _times(probabilities, threshold, wait_ms, 10_000)


@detection_times.right
def times_by_difference(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    p = np.concatenate([[0.0], probabilities[0]]) > threshold
    rises = np.flatnonzero(p[1:] & ~p[:-1])
    found = []
    for ms in rises * duration_ms / probabilities.shape[1]:
        if not found or ms > found[-1] + wait_ms:
            found.append(float(ms))
    return found


@detection_times.right
def times_with_a_flag(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    _, Ty = probabilities.shape
    found, high, last = [], False, -float("inf")
    for i in range(Ty):
        now = bool(probabilities[0, i] > threshold)
        ms = duration_ms * i / Ty
        if now and not high and ms - last > wait_ms:
            found.append(ms)
            last = ms
        high = now
    return np.array(found)


@lab.check("count_events", points=2)
def count_events(rng):
    """Hits, second alarms, misses, ends in any order, both ends of the window.

    The statement: from 200 ms before to window_ms after the end, both included · each
    word once · alarms in order, the earliest word without one · ends in any order. A
    word and an alarm far from all others show whether times are compared at all.
    """
    for found, ends, window in [
        ([50, 400], [0], 1000),
        ([-200, 2300], [1300, 0], 1000),
        ([-201, 1001], [0], 1000),
        ([30, 60], [20, 0], 1000),
        ([600, 5000], [0, 4300], 700),
        ([701, 5000], [4300, 0], 700),
        ([950, 1100], [0, 900], 1000),  # the earliest, not the last
        ([950, 1100], [900, 0], 1000),  # whatever their order
    ]:
        end = float(rng.integers(3000, 4000))
        found = [end + moment for moment in found] + [end + 20_000]
        ends = [end + moment for moment in ends]
        ends.insert(int(rng.integers(len(ends) + 1)), end + 40_000)
        yield case(found, ends, *([window] if window != 1000 else []))
    yield case([], [end, end + 900])
    yield case([end], [])


def _events(
    found,
    ends,
    window_ms,
    *,
    once=True,
    early=200,
    order=sorted,
    swap=False,
    edge=True,
    pick=0,
):
    free, hits = order(ends), 0
    for moment in found:
        fits = [
            end
            for end in free
            if (
                -early <= moment - end <= window_ms
                if edge
                else -early < moment - end < window_ms
            )
        ]
        if fits:
            hits += 1
            if once:
                free.remove(fits[pick])
    result = hits, len(found) - hits, len(free)
    return (result[0], result[2], result[1]) if swap else result


@count_events.mistake(
    "A word is counted twice. A second alarm for the same word is a false alarm."
)
def counts_words_twice(found, ends, window_ms=1000):
    return _events(found, ends, window_ms, once=False)


@count_events.mistake(
    "A word is counted twice. A second alarm for the same word is a false alarm."
)
def hits_of_the_same_word(found, ends, window_ms=1000):
    hit, hits = set(), 0
    for moment in found:
        near = [end for end in sorted(ends) if -200 <= moment - end <= window_ms]
        hits += bool(near)
        hit.update(near[:1])
    return hits, len(found) - hits, len(ends) - len(hit)


@count_events.mistake(
    "An alarm up to 200 ms before the end of the word is a hit as well."
)
def too_early(found, ends, window_ms=1000):
    return _events(found, ends, window_ms, early=0)


@count_events.mistake(
    "The window reaches as far before the end of the word as after it. Before the end "
    "it is 200 ms."
)
def symmetric_window(found, ends, window_ms=1000):
    return _events(found, ends, window_ms, early=window_ms)


@count_events.mistake(
    "A word is counted twice. A second alarm for the same word is a false alarm."
)
def counts_every_alarm(found, ends, window_ms=1000):
    hits = sum(any(-200 <= m - end <= window_ms for end in ends) for m in found)
    return hits, len(found) - hits, len(ends) - hits


@count_events.mistake("False alarms and misses are swapped.")
def swaps_errors(found, ends, window_ms=1000):
    return _events(found, ends, window_ms, swap=True)


@count_events.mistake(
    "An alarm exactly `window_ms` after the end, or 200 ms before it, is a hit too."
)
def edges_excluded(found, ends, window_ms=1000):
    return _events(found, ends, window_ms, edge=False)


@count_events.mistake(
    "Not every alarm is matched with the earliest word in its window that has no alarm "
    "yet."
)
def takes_the_latest(found, ends, window_ms=1000):
    return _events(found, ends, window_ms, pick=-1)


@count_events.mistake("The window is always 1000 ms. Use `window_ms`.")
def window_of_a_second(found, ends, window_ms=1000):
    return _events(found, ends, 1000)


@count_events.mistake("There is never a hit. Compare each alarm with each end.")
def never_hits(found, ends, window_ms=1000):
    return 0, len(found), len(ends)


@count_events.mistake(
    "Only alarms at least 200 ms after the end count. An alarm may come up to 200 ms "
    "*before* the end."
)
def early_means_late(found, ends, window_ms=1000):
    return _events(found, ends, window_ms, early=-200)


@count_events.mistake(
    "Words are matched in the order of `ends`, which may be any order. The earliest in "
    "time comes first."
)
def takes_the_ends_as_they_come(found, ends, window_ms=1000):
    return _events(found, ends, window_ms, order=list)


@count_events.mistake("Alarms and words are only counted. Compare their times.")
def counts_without_times(found, ends, window_ms=1000):
    hits = min(len(found), len(ends))
    return hits, len(found) - hits, len(ends) - hits


@count_events.right
def events_by_marks(found, ends, window_ms=1000):
    ends = np.sort(np.array(ends, float))
    taken = np.zeros(len(ends), bool)
    hits = 0
    for moment in found:
        late = moment - ends
        fits = np.flatnonzero((late >= -200) & (late <= window_ms) & ~taken)
        if fits.size:
            taken[fits[0]] = True
            hits += 1
    return hits, len(found) - hits, int((~taken).sum())


@count_events.right
def events_by_pop(found, ends, window_ms=1000):
    left, false = list(ends), 0
    for moment in found:
        near = [e for e in left if e - 200 <= moment <= e + window_ms]
        if near:
            left.pop(left.index(min(near)))
        else:
            false += 1
    return len(found) - false, false, len(left)
