"""Hidden tests of C4W3: one box for each object."""

import numpy as np

from autograder.checks.C4W3.common import lab, ref
from autograder.checks.check import case
from autograder.checks.drawing import told_apart


def _scene(rng, objects, copies, C=3):
    """Boxes in clusters, a few copies of each moved a little, in random order."""
    boxes = []
    for _ in range(objects):
        y, x = rng.uniform(0, 3, 2)
        h, w = rng.uniform(0.6, 1, 2)
        for _ in range(copies):
            y1, x1 = y + 0.25 * h * rng.normal(), x + 0.25 * w * rng.normal()
            boxes.append([y1, x1, y1 + h, x1 + w])
    n = len(boxes)
    return rng.uniform(0.05, 1, n), np.array(boxes), rng.integers(0, C, n)


@lab.check("yolo_non_max_suppression", points=7)
def yolo_non_max_suppression(rng):
    """Clusters of several classes and of one, a chain, ties, equality, few, none."""
    for objects, copies, C, options, wrong, alike in [
        (
            4,
            5,
            2,
            {},
            (dropped_ones_drop, across_classes, class_by_class, in_groups),
            (),
        ),
        (
            3,
            6,
            1,
            {"max_boxes": 15, "iou_threshold": 0.3},
            (threshold_fixed, dropped_ones_drop),
            (),
        ),
        (
            6,
            3,
            3,
            {"max_boxes": 4, "iou_threshold": 0.6},
            (across_classes, class_by_class, in_groups),
            (threshold_fixed, dropped_ones_drop),
        ),
    ]:
        yield told_apart(
            lambda objects=objects, copies=copies, C=C, options=options: case(
                *_scene(rng, objects, copies, C), **options
            ),
            ref.yolo_non_max_suppression,
            *wrong,
            alike=alike,
        )
    y, x = rng.uniform(0, 5, 2)
    chain = np.array(
        [
            [y, x, y + 1, x + 4],
            [y, x + 1, y + 1, x + 5],
            [y, x + 2, y + 1, x + 6],
            [y, x, y + 1, x + 4],
        ]
    )
    falling = -np.sort(-rng.uniform(0.1, 1, 4))
    yield case(falling, chain, np.array([1, 1, 1, 0]))
    pair = np.array([[0, 0, 1, 3], [0, 1, 1, 4], [0, 2, 1, 5]])  # IoU 0.5 and 0.2
    tie = np.array([0.5, 0.5, 0.5]) * rng.uniform(0.5, 1)
    yield case(tie, pair, np.zeros(3, int), 3, 0.5)
    yield case(tie, pair[::-1], np.zeros(3, int), 10, 0.4)
    yield case(np.zeros(0), np.zeros((0, 4)), np.zeros(0, int))
    scores, boxes, _ = _scene(rng, 14, 1)  # more than the usual limit, all apart
    labels = rng.permutation(np.arange(14) % 3)
    yield case(scores, boxes + np.arange(14)[:, None] * 5, labels)


def _nms(
    scores,
    boxes,
    classes,
    max_boxes=10,
    iou_threshold=0.5,
    *,
    per_class=True,
    drop=None,
    against_all=False,
    sort=True,
    limit=True,
    each=False,
):
    drop = drop or (lambda overlap: overlap > iou_threshold)
    order = np.argsort(-scores, kind="stable") if sort else np.arange(len(scores))
    keep, seen, count = [], [], {}
    for i in order:
        rivals = [
            j
            for j in (seen if against_all else keep)
            if not per_class or classes[i] == classes[j]
        ]
        seen.append(i)
        if any(drop(ref.iou(boxes[i], boxes[j])) for j in rivals):
            continue
        if each and count.get(int(classes[i]), 0) >= max_boxes:
            continue
        if limit and not each and len(keep) >= max_boxes:
            break
        count[int(classes[i])] = count.get(int(classes[i]), 0) + 1
        keep.append(i)
    keep = np.array(keep, int)
    return scores[keep], boxes[keep], classes[keep]


@yolo_non_max_suppression.mistake(
    "Boxes of different classes suppress each other. Compare only within a class."
)
def across_classes(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    return _nms(scores, boxes, classes, max_boxes, iou_threshold, per_class=False)


@yolo_non_max_suppression.mistake(
    "Boxes that were dropped suppress others. Compare only with boxes that are kept."
)
def dropped_ones_drop(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    return _nms(scores, boxes, classes, max_boxes, iou_threshold, against_all=True)


@yolo_non_max_suppression.mistake(
    "The boxes were taken in the given order. Start with the highest score."
)
def in_the_given_order(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    return _nms(scores, boxes, classes, max_boxes, iou_threshold, sort=False)


@yolo_non_max_suppression.mistake(
    "The lowest score comes first. Start with the highest."
)
def least_sure_first(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    s, b, c = _nms(-scores, boxes, classes, max_boxes, iou_threshold)
    return -s, b, c


@yolo_non_max_suppression.mistake("`max_boxes` has no effect.")
def without_a_limit(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    return _nms(scores, boxes, classes, max_boxes, iou_threshold, limit=False)


@yolo_non_max_suppression.mistake(
    "`max_boxes` was applied to each class. It is the number over all classes."
)
def limit_for_each_class(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    return _nms(scores, boxes, classes, max_boxes, iou_threshold, each=True)


@yolo_non_max_suppression.mistake(
    "An IoU of exactly the threshold drops a box. Drop a box only above it."
)
def drops_at_the_threshold(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    return _nms(scores, boxes, classes, max_boxes, drop=lambda v: v >= iou_threshold)


@yolo_non_max_suppression.mistake(
    "The IoU threshold is 0.5, whatever the argument says."
)
def threshold_fixed(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    return _nms(scores, boxes, classes, max_boxes)


@yolo_non_max_suppression.mistake(
    "Boxes that overlap little are dropped, and duplicates are kept."
)
def drops_the_distant(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    return _nms(scores, boxes, classes, max_boxes, drop=lambda v: v <= iou_threshold)


@yolo_non_max_suppression.mistake(
    "The result is ordered by class. Order it by descending score over all classes."
)
def class_by_class(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    s, b, c = _nms(scores, boxes, classes, max_boxes, iou_threshold)
    order = np.argsort(c, kind="stable")
    return s[order], b[order], c[order]


@yolo_non_max_suppression.mistake(
    "The boxes are ordered by class, and the limit cuts off the last classes. Order "
    "all kept boxes by descending score first."
)
def in_groups(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    s, b, c = _nms(scores, boxes, classes, len(scores), iou_threshold)
    order = np.argsort(c, kind="stable")[:max_boxes]
    return s[order], b[order], c[order]


@yolo_non_max_suppression.mistake(
    "The boxes are ordered by class, with a limit for each. `max_boxes` is for all "
    "classes together, and the order is by descending score."
)
def groups_with_limits(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    s, b, c = _nms(scores, boxes, classes, max_boxes, iou_threshold, each=True)
    order = np.argsort(c, kind="stable")
    return s[order], b[order], c[order]


@yolo_non_max_suppression.mistake(
    "No box was dropped for its overlap: the boxes were only sorted and cut off at "
    "`max_boxes`."
)
def sorts_only(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    return _nms(scores, boxes, classes, max_boxes, drop=lambda v: False)


@yolo_non_max_suppression.mistake(
    "Boxes with equal scores come in reverse order, as when a stable sort is "
    "reversed. Sort the negative scores instead."
)
def turns_ties_round(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    s, b, c = scores[::-1], boxes[::-1], classes[::-1]
    return _nms(s, b, c, max_boxes, iou_threshold)


@yolo_non_max_suppression.right
def suppress_by_removal(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    left, keep = list(np.argsort(-scores, kind="stable")), []
    while left and len(keep) < max_boxes:
        best = left.pop(0)
        keep.append(best)
        left = [
            i
            for i in left
            if classes[i] != classes[best]
            or ref.iou(boxes[i], boxes[best]) <= iou_threshold
        ]
    keep = np.array(keep, np.intp)
    return scores[keep], boxes[keep], classes[keep]


@yolo_non_max_suppression.right
def suppress_class_by_class(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    kept = []
    for label in np.unique(classes):
        mine = []
        for i in sorted(np.flatnonzero(classes == label), key=lambda i: -scores[i]):
            if not any(ref.iou(boxes[i], boxes[j]) > iou_threshold for j in mine):
                mine.append(i)
        kept += mine
    kept = np.array(sorted(kept, key=lambda i: (-scores[i], i))[:max_boxes], int)
    return scores[kept], boxes[kept], classes[kept]


@yolo_non_max_suppression.right
def suppress_with_a_matrix(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    order = np.lexsort((np.arange(len(scores)), -scores))
    b, c = boxes[order].astype(float), classes[order]
    low = np.maximum(b[:, None, :2], b[None, :, :2])
    high = np.minimum(b[:, None, 2:], b[None, :, 2:])
    both = np.clip(high - low, 0, None).prod(axis=2)
    area = (b[:, 2:] - b[:, :2]).prod(axis=1)
    rivals = both / (area[:, None] + area - both) > iou_threshold
    rivals &= c[:, None] == c
    alive = np.ones(len(b), bool)
    for i in range(len(b)):
        if alive[i]:
            alive[i + 1 :] &= ~rivals[i, i + 1 :]
    keep = order[alive][:max_boxes]
    return [scores[keep], boxes[keep], classes[keep]]


lab.concept(
    "lower_iou_threshold",
    points=1,
    answer="D",
    why="A slight overlap is enough to drop a box, even one of a real neighbour.",
    because={
        "A": "That is what a higher threshold does.",
        "C": "Scores are filtered earlier; that threshold stays as it was.",
        "B": "One threshold is for the score of a box, the other for overlaps.",
    },
)


@lab.check("scale_boxes", points=2)
def scale_boxes(rng):
    """High and wide images, one box, several, none."""
    for k, wide in [(3, True), (1, False), (0, True), (2, False), (5, True)]:
        short, long = int(rng.integers(40, 90)), int(rng.integers(100, 900))
        yield case(
            rng.uniform(0.1, 1, (k, 4)), (short, long) if wide else (long, short)
        )


@scale_boxes.mistake(
    "Height and width are swapped. Boxes are top, left, bottom, right; `image_shape` "
    "is (height, width)."
)
def scaled_by_exchanged(boxes, image_shape):
    h, w = image_shape
    return boxes * np.array([w, h, w, h])


@scale_boxes.mistake(
    "The factors are in the wrong order. Boxes are top, left, bottom, right."
)
def scaled_in_pairs(boxes, image_shape):
    h, w = image_shape
    return boxes * np.array([h, h, w, w])


@scale_boxes.mistake(
    "Only the height was used. Left and right are fractions of the width."
)
def scaled_by_the_height(boxes, image_shape):
    return boxes * image_shape[0]


@scale_boxes.mistake("The boxes were divided by the size. Multiply to get pixels.")
def divides_instead(boxes, image_shape):
    return boxes / np.tile(image_shape, 2)


@scale_boxes.mistake("The pixels were rounded. Return them unrounded.")
def rounded_pixels(boxes, image_shape):
    return np.round(boxes * np.tile(image_shape, 2))


@scale_boxes.right
def scale_by_tile(boxes, image_shape):
    return boxes.astype(np.float32) * np.tile(image_shape, 2)


@scale_boxes.right
def scale_by_columns(boxes, image_shape):
    out = np.array(boxes, float)
    for i in range(4):
        out[:, i] *= image_shape[i % 2]
    return out


@scale_boxes.right
def scale_by_stack(boxes, image_shape):
    y1, x1, y2, x2 = boxes.T
    h, w = image_shape
    return np.stack([y1 * h, x1 * w, y2 * h, x2 * w], axis=1)


@lab.check("yolo_eval", points=4)
def yolo_eval(rng):
    """Two grids, a wide and a high image; each of the three options in use."""
    own = (
        eval_with_its_own_score,
        eval_with_its_own_iou,
        eval_with_its_own_limit,
        eval_with_thresholds_exchanged,
    )
    for grid, (height, width), options, wrong, alike in [
        (3, (100, 200), {}, own[3:], ()),
        (
            4,
            (300, 90),
            {"max_boxes": 3, "score_threshold": 0.3},
            own[2:3],
            (own[0], own[3]),
        ),
        (
            3,
            (50, 70),
            {"score_threshold": 0.25, "iou_threshold": 0.15},
            (*own[:2], own[3]),
            (),
        ),
        (
            3,
            (80, 60),
            {"score_threshold": 0.1, "iou_threshold": 0.85, "max_boxes": 30},
            own,
            (),
        ),
    ]:
        # The numbers are drawn once more where a threshold happens to decide nothing.
        shape = height + int(rng.integers(20)), width + int(rng.integers(20))
        yield told_apart(
            lambda grid=grid, shape=shape, options=options: case(
                _outputs(rng, grid), shape, **options
            ),
            ref.yolo_eval,
            eval_without_suppression,
            *wrong,
            alike=alike,
        )
    yield told_apart(
        lambda: case(_sure_outputs(rng), (60, 40)),
        ref.yolo_eval,
        own[3],
        eval_without_suppression,
    )


def _sure_outputs(rng):
    """More than ten boxes are sure, and many are doubles."""
    xy, wh, confidence, probs = _outputs(rng, 5)
    probs = 0.97 * np.eye(3)[probs.argmax(axis=-1)] + 0.01
    xy = rng.uniform(0, 1, xy.shape)
    xy[0] = 0.5 + 0.02 * rng.normal(size=xy[0].shape)
    return xy, wh, 0.8 + 0.2 * confidence, probs


def _outputs(rng, grid, A=2, C=3):
    """Decoded numbers of a network that is sure of a few wide boxes."""
    near = rng.uniform(0.35, 0.65, (grid, grid, A, 2))
    near[0] += 0.3
    wh = rng.uniform([0.35, 0.15], [0.6, 0.3], (grid, grid, A, 2))
    probs = rng.dirichlet(np.full(C, 0.15), (grid, grid, A))
    return near, wh, rng.uniform(0.2, 1, (grid, grid, A, 1)), probs


def _eval(
    outputs,
    shape,
    max_boxes=10,
    score=0.6,
    overlap=0.5,
    *,
    nms=True,
    swap=False,
    scale=True,
    corners=True,
    early=False,
):
    xy, wh, confidence, probs = outputs
    boxes = (
        ref.yolo_boxes_to_corners(xy, wh[..., ::-1] if swap else wh)
        if corners
        else np.concatenate([xy, wh], axis=-1)
    )
    found = ref.yolo_filter_boxes(boxes, confidence, probs, score)
    if nms:
        found = ref.yolo_non_max_suppression(*found, max_boxes, overlap)
    scores, boxes, classes = found
    return scores, ref.scale_boxes(boxes, shape) if scale else boxes, classes


@yolo_eval.mistake("The suppression is missing: duplicates are left.")
def eval_without_suppression(
    yolo_outputs, image_shape, max_boxes=10, score_threshold=0.6, iou_threshold=0.5
):
    return _eval(yolo_outputs, image_shape, max_boxes, score_threshold, nms=False)


@yolo_eval.mistake("The boxes are fractions of the image. Scale them to pixels.")
def eval_without_scale(
    yolo_outputs, image_shape, max_boxes=10, score_threshold=0.6, iou_threshold=0.5
):
    return _eval(
        yolo_outputs,
        image_shape,
        max_boxes,
        score_threshold,
        iou_threshold,
        scale=False,
    )


@yolo_eval.mistake("`score_threshold` is not passed on: it is always 0.6.")
def eval_with_its_own_score(
    yolo_outputs, image_shape, max_boxes=10, score_threshold=0.6, iou_threshold=0.5
):
    return _eval(yolo_outputs, image_shape, max_boxes, overlap=iou_threshold)


@yolo_eval.mistake("`iou_threshold` is not passed on: it is always 0.5.")
def eval_with_its_own_iou(
    yolo_outputs, image_shape, max_boxes=10, score_threshold=0.6, iou_threshold=0.5
):
    return _eval(yolo_outputs, image_shape, max_boxes, score_threshold)


@yolo_eval.mistake("`max_boxes` is not passed on: it is always 10.")
def eval_with_its_own_limit(
    yolo_outputs, image_shape, max_boxes=10, score_threshold=0.6, iou_threshold=0.5
):
    return _eval(yolo_outputs, image_shape, 10, score_threshold, iou_threshold)


@yolo_eval.mistake(
    "Neither `max_boxes` nor `iou_threshold` is passed on to the suppression."
)
def eval_with_usual_suppression(
    yolo_outputs, image_shape, max_boxes=10, score_threshold=0.6, iou_threshold=0.5
):
    return _eval(yolo_outputs, image_shape, score=score_threshold)


@yolo_eval.mistake("The two thresholds are swapped.")
def eval_with_thresholds_exchanged(
    yolo_outputs, image_shape, max_boxes=10, score_threshold=0.6, iou_threshold=0.5
):
    return _eval(yolo_outputs, image_shape, max_boxes, iou_threshold, score_threshold)


@yolo_eval.mistake("Width and height of the boxes are swapped.")
def eval_with_sizes_exchanged(
    yolo_outputs, image_shape, max_boxes=10, score_threshold=0.6, iou_threshold=0.5
):
    return _eval(
        yolo_outputs, image_shape, max_boxes, score_threshold, iou_threshold, swap=True
    )


@yolo_eval.mistake("Centres and sizes were used as corners. Convert them first.")
def eval_without_corners(
    yolo_outputs, image_shape, max_boxes=10, score_threshold=0.6, iou_threshold=0.5
):
    return _eval(
        yolo_outputs,
        image_shape,
        max_boxes,
        score_threshold,
        iou_threshold,
        corners=False,
    )


@yolo_eval.right
def eval_by_parts(
    yolo_outputs, image_shape, max_boxes=10, score_threshold=0.6, iou_threshold=0.5
):
    return _eval(yolo_outputs, image_shape, max_boxes, score_threshold, iou_threshold)


@yolo_eval.right
def eval_scaled_first(
    yolo_outputs, image_shape, max_boxes=10, score_threshold=0.6, iou_threshold=0.5
):
    xy, wh, confidence, probs = yolo_outputs
    boxes = ref.yolo_boxes_to_corners(box_xy=xy, box_wh=wh)
    scores, boxes, classes = ref.yolo_filter_boxes(
        boxes, confidence, probs, threshold=score_threshold
    )
    return ref.yolo_non_max_suppression(
        scores,
        ref.scale_boxes(boxes, image_shape),
        classes,
        max_boxes=max_boxes,
        iou_threshold=iou_threshold,
    )


@yolo_eval.right
def eval_flat(
    yolo_outputs, image_shape, max_boxes=10, score_threshold=0.6, iou_threshold=0.5
):
    xy, wh, confidence, probs = (a.reshape(-1, a.shape[-1]) for a in yolo_outputs)
    found = ref.yolo_filter_boxes(
        ref.yolo_boxes_to_corners(xy, wh), confidence, probs, score_threshold
    )
    scores, boxes, classes = suppress_by_removal(*found, max_boxes, iou_threshold)
    return scores.astype(np.float32), boxes * np.tile(image_shape, 2), classes
