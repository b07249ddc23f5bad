"""Hidden tests of C4W3: how good the boxes are."""

import numpy as np

from autograder.checks.C4W3.common import lab, random_box, ref
from autograder.checks.C4W3.grid import iou_with_a_small_number
from autograder.checks.check import case
from autograder.checks.drawing import told_apart


def _detections(rng, truths, pictures, overlaps):
    """Objects far apart, and detections with given overlaps of each, shuffled.

    For each object there is also a box at the same position in another image, and at
    the end there are three boxes without an object, one of them in a separate image.
    """
    true_pictures = rng.permutation(np.arange(truths) % pictures)
    true_boxes = np.array([random_box(rng, 10) + 20 * i for i in range(truths)])
    boxes, on = [], []
    for box, p in zip(true_boxes, true_pictures, strict=True):
        for overlap in overlaps:
            shift = (1 - overlap) / (1 + overlap) * (box[2] - box[0])
            boxes.append(box + rng.choice([-1, 1]) * shift * np.array([1, 0, 1, 0]))
            on.append(p)
        boxes.append(box + rng.uniform(-0.01, 0.01, 4))
        on.append((p + 1) % (pictures + 1))
    boxes += [random_box(rng, 10) - 40 for _ in range(3)]
    on += [0, pictures - 1, pictures]
    order = rng.permutation(len(boxes))
    scores = rng.uniform(0.1, 1, len(boxes))
    return (
        scores,
        np.array(boxes)[order],
        np.array(on)[order],
        true_boxes,
        true_pictures,
    )


@lab.check("match_detections", points=5)
def match_detections(rng):
    """Doubles, false alarms, other images, equality and ties, no truth, nothing."""
    always = (
        counts_doubles,
        across_images,
        matched_unsorted,
        back_in_order,
        matched_from_below,
    )
    # The overlap that lies between 0.5 and the threshold is a hit for one of them only.
    for truths, pictures, overlaps, options, wrong in [
        (4, 3, (0.9, 0.7, 0.4), {}, ()),
        (3, 2, (0.9, 0.8, 0.6), {"iou_threshold": 0.75}, (matched_at_half,)),
        (3, 2, (0.45, 0.4, 0.2), {"iou_threshold": 0.3}, (matched_at_half,)),
        (4, 4, (0.8, 0.65, 0.55), {"iou_threshold": 0.6}, (matched_at_half,)),
    ]:
        yield told_apart(
            lambda sizes=(truths, pictures, overlaps), options=options: case(
                *_detections(rng, *sizes), **options
            ),
            ref.match_detections,
            *always,
            *wrong,
        )
    # two truths; the second detection overlaps a taken one most, and a free one too
    y = rng.uniform(0, 3)
    truths = np.array([[y, 0, y + 1, 10], [y, 2, y + 1, 12], [y, 2, y + 1, 12]])
    found = np.array([[y, 0, y + 1, 10], [y, 0.5, y + 1, 10.5], [y, 2, y + 1, 12]])
    falling = -np.sort(-rng.uniform(0.1, 1, 3))
    yield case(falling, found, np.zeros(3, int), truths, np.array([0, 0, 1]))
    near = found + rng.uniform(-0.02, 0.02, 4)
    yield case(
        falling[[2, 0, 1]], near, np.array([1, 1, 0]), truths, np.array([1, 1, 0])
    )
    # a tie, the second of which is the better box
    pair = found[[1, 0]]
    yield case(np.full(2, falling[1]), pair, np.array([4, 4]), found[:1], np.array([4]))
    # one position, several images: only one of them has the object
    same = np.repeat(found[:1], 3, axis=0) + rng.uniform(0, 0.1)
    yield case(falling, same, np.array([0, 2, 1]), same[:2], np.array([2, 3]))
    yield case(
        falling[:2], found[:2], np.array([0, 1]), np.zeros((0, 4)), np.zeros(0, int)
    )
    yield case(
        np.zeros(0), np.zeros((0, 4)), np.zeros(0, int), found[:2], np.array([0, 1])
    )


def _match(
    scores,
    boxes,
    pictures,
    true_boxes,
    true_pictures,
    iou_threshold=0.5,
    *,
    once=True,
    free=False,
    same=True,
    sort=True,
    restore=False,
    fixed=False,
    rising=False,
    like=None,
):
    threshold = 0.5 if fixed else iou_threshold
    taken = np.zeros(len(true_boxes), bool)
    order = np.argsort(scores if rising else -scores, kind="stable")
    order = order if sort else np.arange(len(scores))
    hits = []
    for i in order:
        best, match = -1.0, None
        for j in range(len(true_boxes)):
            other = same and true_pictures[j] != pictures[i]
            if other or (free and taken[j]):
                continue
            overlap = (like or ref.iou)(boxes[i], true_boxes[j])
            if overlap > best:
                best, match = overlap, j
        near = match is not None and best >= threshold
        hit = bool(near and not (once and taken[match]))
        if hit:
            taken[match] = True
        hits.append(hit)
    hits = np.array(hits, bool)
    if restore:
        hits = hits[np.argsort(order, kind="stable")]
    return hits


@match_detections.mistake(
    "A second detection of an object counts as a hit. Each true box can be hit once."
)
def counts_doubles(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    return _match(
        scores, boxes, pictures, true_boxes, true_pictures, iou_threshold, once=False
    )


@match_detections.mistake(
    "True boxes of other images are matched as well. Compare within the same image."
)
def across_images(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    return _match(
        scores, boxes, pictures, true_boxes, true_pictures, iou_threshold, same=False
    )


@match_detections.mistake(
    "The detections were taken in the given order. Go through them by descending score."
)
def matched_unsorted(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    return _match(
        scores, boxes, pictures, true_boxes, true_pictures, iou_threshold, sort=False
    )


@match_detections.mistake(
    "The hits are in the order of the arguments. Return them by descending score."
)
def back_in_order(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    return _match(
        scores, boxes, pictures, true_boxes, true_pictures, iou_threshold, restore=True
    )


@match_detections.mistake(
    "A detection whose best true box is already taken was matched to the next best. "
    "It is a false alarm."
)
def next_best_truth(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    return _match(
        scores, boxes, pictures, true_boxes, true_pictures, iou_threshold, free=True
    )


@match_detections.mistake("The lowest score comes first. Start with the highest.")
def matched_from_below(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    return _match(
        scores, boxes, pictures, true_boxes, true_pictures, iou_threshold, rising=True
    )


@match_detections.mistake("The IoU threshold is 0.5, whatever the argument says.")
def matched_at_half(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    return _match(scores, boxes, pictures, true_boxes, true_pictures, fixed=True)


@match_detections.right
def match_by_parts(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    return _match(scores, boxes, pictures, true_boxes, true_pictures, iou_threshold)


@match_detections.right
def match_with_a_small_number(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    return _match(
        scores,
        boxes,
        pictures,
        true_boxes,
        true_pictures,
        iou_threshold,
        like=iou_with_a_small_number,
    )


@match_detections.right
def match_with_a_table(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    table = np.full((len(scores), len(true_boxes)), -1.0)
    for i, j in np.ndindex(*table.shape):
        if pictures[i] == true_pictures[j]:
            table[i, j] = ref.iou(true_boxes[j], boxes[i])
    hits, free = [], set(range(len(true_boxes)))
    for i in sorted(range(len(scores)), key=lambda i: -scores[i]):
        j = int(table[i].argmax()) if len(true_boxes) else -1
        hits.append(int(j in free and table[i, j] >= iou_threshold))
        if hits[-1]:
            free.remove(j)
    return np.array(hits)


@match_detections.right
def match_by_claims(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    order = np.lexsort((np.arange(len(scores)), -scores))
    claims = {}
    for rank, i in enumerate(order):
        fits = [
            (-ref.iou(boxes[i], truth), j)
            for j, truth in enumerate(true_boxes)
            if true_pictures[j] == pictures[i]
        ]
        if fits and -min(fits)[0] >= iou_threshold:
            claims.setdefault(min(fits)[1], rank)
    hits = np.zeros(len(scores), bool)
    hits[list(claims.values())] = True
    return hits


@lab.check("average_precision", points=4)
def average_precision(rng):
    """Some found, all found first, misses, none found, no detection at all."""
    wrong = (
        jagged,
        over_all_detections,
        last_precision,
        last_recall,
        best_so_far,
        divided_by_the_detections,
    )
    for k, extra in [(9, 3), (14, 0), (6, 1), (7, 5), (11, 2)]:
        yield told_apart(
            lambda k=k, extra=extra: _ranking(rng, k, extra),
            ref.average_precision,
            *wrong,
        )
    first = int(rng.integers(2, 5))  # all that are found stand in front
    for missed in rng.permutation([1, 3, 4, 5, 6, 7, 8])[:3]:
        yield case(np.array([True] * first + [False] * 2), first + int(missed))
    yield case(np.zeros(int(rng.integers(2, 6)), bool), int(rng.integers(1, 5)))
    yield case(np.zeros(0, bool), int(rng.integers(1, 5)))


def _ranking(rng, k, extra):
    """Detections, at least two of them hits, and `extra` truths that are not found."""
    hits = rng.random(k) < 0.6
    hits[rng.integers(2, k)] = True
    hits[:2] = False, True
    return case(hits, int(hits.sum()) + extra)


def _precision(hits):
    return np.cumsum(hits) / np.arange(1, len(hits) + 1)


def _best(hits):
    return np.maximum.accumulate(_precision(hits)[::-1])[::-1]


@average_precision.mistake(
    "The sum was divided by the number of hits. Divide by the number of true objects: "
    "one that is never found counts as 0."
)
def divided_by_the_hits(hits, n_truths):
    return _best(hits)[hits].sum() / max(hits.sum(), 1)


@average_precision.mistake(
    "The precision at each hit was used as it is. Use the best one from there to the "
    "end."
)
def jagged(hits, n_truths):
    return _precision(hits)[hits].sum() / n_truths


@average_precision.mistake(
    "The precision was averaged over all detections. Only hits count."
)
def over_all_detections(hits, n_truths):
    return _best(hits).mean() if len(hits) else 0.0


@average_precision.mistake(
    "That is the precision after all detections. Average precision also needs recall."
)
def last_precision(hits, n_truths):
    return hits.mean() if len(hits) else 0.0


@average_precision.mistake(
    "That is the recall after all detections. Average precision also needs precision."
)
def last_recall(hits, n_truths):
    return hits.sum() / n_truths


@average_precision.mistake(
    "The best precision up to each hit was used. Use the best one from there to the "
    "end."
)
def best_so_far(hits, n_truths):
    return np.maximum.accumulate(_precision(hits))[hits].sum() / n_truths


@average_precision.mistake("The sum over the hits was not divided by anything.")
def not_divided(hits, n_truths):
    return _best(hits)[hits].sum()


@average_precision.mistake(
    "The sum was divided by the number of detections. Divide by the number of true "
    "objects."
)
def divided_by_the_detections(hits, n_truths):
    return _best(hits)[hits].sum() / max(len(hits), 1)


@average_precision.mistake(
    "That is the mean of the precisions at the hits. Objects that are never found "
    "must lower it."
)
def mean_precision_at_hits(hits, n_truths):
    return _precision(hits)[hits].sum() / max(hits.sum(), 1)


@average_precision.right
def area_with_loops(hits, n_truths):
    area = 0.0
    for i, hit in enumerate(hits):
        if hit:
            ahead = [sum(hits[: j + 1]) / (j + 1) for j in range(i, len(hits))]
            area += max(ahead)
    return area / n_truths


@average_precision.right
def area_by_steps(hits, n_truths):
    found = np.cumsum(hits)
    recall = np.concatenate([[0], found / n_truths])
    precision = found / (np.arange(len(hits)) + 1.0)
    for i in range(len(hits) - 1, 0, -1):
        precision[i - 1] = max(precision[i - 1], precision[i])
    return float(np.sum(np.diff(recall) * precision))


@average_precision.right
def area_in_float32(hits, n_truths):
    precision = np.float32(np.cumsum(hits)) / np.arange(1, hits.size + 1)
    best, total = 0.0, 0.0
    for p, hit in zip(precision[::-1], hits[::-1], strict=True):
        best = max(best, p)
        total += best if hit else 0.0
    return total / n_truths
