"""Hidden tests of C4W3: boxes with high scores."""

import numpy as np

from autograder.checks.C4W3.common import lab, ref
from autograder.checks.check import case
from autograder.checks.drawing import told_apart


@lab.check("yolo_boxes_to_corners", points=3)
def yolo_boxes_to_corners(rng):
    """A few boxes, a whole grid, a single one, none."""
    for shape in [(5,), (2, 3, 2), (), (0,), (2, 4)]:
        yield case(rng.normal(size=(*shape, 2)), rng.uniform(0.1, 2, (*shape, 2)))


def _corners(box_xy, box_wh, half=0.5, order=(1, 0, 3, 2)):
    both = np.concatenate([box_xy - half * box_wh, box_xy + half * box_wh], axis=-1)
    return both[..., list(order)]


@yolo_boxes_to_corners.mistake(
    "x comes before y. Corners are top, left, bottom, right."
)
def columns_first(box_xy, box_wh):
    return _corners(box_xy, box_wh, order=(0, 1, 2, 3))


@yolo_boxes_to_corners.mistake(
    "The boxes are twice as large as they should be. From the centre it is half a "
    "width to each side."
)
def whole_width_to_each_side(box_xy, box_wh):
    return _corners(box_xy, box_wh, half=1.0)


@yolo_boxes_to_corners.mistake("Width and height are swapped.")
def corners_from_exchanged_sizes(box_xy, box_wh):
    return _corners(box_xy, box_wh[..., ::-1])


@yolo_boxes_to_corners.mistake(
    "The centre was taken for the upper left corner. Subtract half the size first."
)
def middle_as_corner(box_xy, box_wh):
    return np.concatenate([box_xy, box_xy + box_wh], axis=-1)[..., [1, 0, 3, 2]]


@yolo_boxes_to_corners.mistake(
    "Top and bottom come before left and right. The order is top, left, bottom, right."
)
def rows_then_columns(box_xy, box_wh):
    return _corners(box_xy, box_wh, order=(1, 3, 0, 2))


@yolo_boxes_to_corners.right
def corners_one_by_one(box_xy, box_wh):
    x, y, w, h = box_xy[..., 0], box_xy[..., 1], box_wh[..., 0], box_wh[..., 1]
    return np.stack([y - h / 2, x - w / 2, y + h / 2, x + w / 2], axis=-1)


@yolo_boxes_to_corners.right
def corners_in_float32(box_xy, box_wh):
    low = box_xy.astype(np.float32) - box_wh / 2.0
    high = low + box_wh
    parts = low[..., 1:2], low[..., 0:1], high[..., 1:2], high[..., 0:1]
    return np.concatenate(parts, axis=-1)


@yolo_boxes_to_corners.right
def corners_filled_in(box_xy, box_wh):
    out = np.empty((*box_xy.shape[:-1], 4))
    out[..., 0:2] = (box_xy - 0.5 * box_wh)[..., ::-1]
    out[..., 2:4] = (box_xy + 0.5 * box_wh)[..., ::-1]
    return out


@lab.check("yolo_filter_boxes", points=5)
def yolo_filter_boxes(rng):
    """A grid at the usual threshold, a list at another one, equality, nothing kept."""
    for shape, C, options, wrong in [
        ((3, 3, 2), 4, {}, (ignores_the_confidence, confidence_decides)),
        (
            (15,),
            3,
            {"threshold": 0.35},
            (
                ignores_the_confidence,
                confidence_decides,
                constant_threshold,
                once_for_each_class,
            ),
        ),
        (
            (2, 5),
            2,
            {"threshold": 0.45},
            (ignores_the_confidence, confidence_decides, constant_threshold),
        ),
        ((4, 2), 2, {"threshold": 0.999}, (ignores_the_confidence, constant_threshold)),
    ]:
        yield told_apart(
            lambda shape=shape, C=C, options=options: case(
                rng.normal(size=(*shape, 4)),
                rng.uniform(0.3, 0.99, (*shape, 1)),
                rng.dirichlet(np.full(C, 0.2), shape),
                **options,
            ),
            ref.yolo_filter_boxes,
            *wrong,
        )
    probs = np.array([[0.5, 0.25], [0.75, 0.5], [1.0, 0.5], [0.25, 1.0], [0.5, 0.5]])
    confidence = np.array([[1.0], [1.0], [0.5], [0.5], [1.0]])  # ties and equality
    yield case(rng.normal(size=(5, 4)), confidence, probs, threshold=0.5)


def _filter(boxes, scores, threshold, keep=np.greater_equal):
    best = scores.max(axis=-1)
    mask = keep(best, threshold)
    return best[mask], boxes[mask], scores.argmax(axis=-1)[mask]


@yolo_filter_boxes.mistake(
    "The class probabilities alone decide. Multiply them by the confidence."
)
def ignores_the_confidence(boxes, box_confidence, box_class_probs, threshold=0.6):
    return _filter(boxes, box_class_probs, threshold)


@yolo_filter_boxes.mistake(
    "The confidence alone decides which boxes are kept. The threshold is for the "
    "product."
)
def confidence_decides(boxes, box_confidence, box_class_probs, threshold=0.6):
    scores = box_confidence * box_class_probs
    mask = box_confidence[..., 0] >= threshold
    return scores.max(-1)[mask], boxes[mask], scores.argmax(-1)[mask]


@yolo_filter_boxes.mistake(
    "The boxes with low scores are kept, and those with high scores are dropped."
)
def keeps_the_unsure(boxes, box_confidence, box_class_probs, threshold=0.6):
    return _filter(boxes, box_confidence * box_class_probs, threshold, np.less)


@yolo_filter_boxes.mistake(
    "A box whose score equals the threshold was dropped. Keep scores of at least the "
    "threshold."
)
def strictly_above(boxes, box_confidence, box_class_probs, threshold=0.6):
    return _filter(boxes, box_confidence * box_class_probs, threshold, np.greater)


@yolo_filter_boxes.mistake("The threshold is 0.6, whatever the argument says.")
def constant_threshold(boxes, box_confidence, box_class_probs, threshold=0.6):
    return _filter(boxes, box_confidence * box_class_probs, 0.6)


@yolo_filter_boxes.mistake(
    "The scores are class probabilities. A score is the product with the confidence."
)
def returns_probabilities(boxes, box_confidence, box_class_probs, threshold=0.6):
    scores = box_confidence * box_class_probs
    mask = scores.max(axis=-1) >= threshold
    return box_class_probs.max(-1)[mask], boxes[mask], scores.argmax(-1)[mask]


@yolo_filter_boxes.mistake(
    "The boxes come before the scores. The order is scores, boxes, classes."
)
def boxes_first(boxes, box_confidence, box_class_probs, threshold=0.6):
    scores, boxes, classes = _filter(boxes, box_confidence * box_class_probs, threshold)
    return boxes, scores, classes


@yolo_filter_boxes.mistake(
    "All boxes were returned. Keep those whose score reaches the threshold."
)
def keeps_all(boxes, box_confidence, box_class_probs, threshold=0.6):
    return _filter(boxes, box_confidence * box_class_probs, -1)


@yolo_filter_boxes.mistake(
    "A box is returned once for each class whose score reaches the threshold. Return "
    "it once, with its best class."
)
def once_for_each_class(boxes, box_confidence, box_class_probs, threshold=0.6):
    scores = box_confidence * box_class_probs
    *where, classes = np.nonzero(scores >= threshold)
    return scores[scores >= threshold], boxes[tuple(where)], classes


@yolo_filter_boxes.mistake(
    "The scores of all classes are added up. The score of a box is that of its best "
    "class."
)
def adds_up_the_classes(boxes, box_confidence, box_class_probs, threshold=0.6):
    scores = box_confidence * box_class_probs
    total = scores.sum(axis=-1)
    mask = total >= threshold
    return total[mask], boxes[mask], scores.argmax(axis=-1)[mask]


@yolo_filter_boxes.right
def filter_with_loops(boxes, box_confidence, box_class_probs, threshold=0.6):
    kept = [], [], []
    for slot in np.ndindex(boxes.shape[:-1]):
        scores = [box_confidence[slot][0] * p for p in box_class_probs[slot]]
        if max(scores) >= threshold:
            for one, value in zip(
                kept, (max(scores), boxes[slot], scores.index(max(scores))), strict=True
            ):
                one.append(value)
    return (
        np.array(kept[0]),
        np.reshape(kept[1], (-1, 4)),
        np.array(kept[2], dtype=int),
    )


@yolo_filter_boxes.right
def filter_flat(boxes, box_confidence, box_class_probs, threshold=0.6):
    scores = np.multiply(box_class_probs, box_confidence)
    scores = scores.reshape(-1, scores.shape[-1])
    label = scores.argmax(axis=1)
    best = scores[np.arange(len(scores)), label]
    at = np.flatnonzero(~(best < threshold))
    return best[at], boxes.reshape(-1, 4)[at], label[at]


@yolo_filter_boxes.right
def class_first(boxes, box_confidence, box_class_probs, threshold=0.6):
    label = np.argmax(box_class_probs, axis=-1)
    best = np.max(box_class_probs, axis=-1) * box_confidence[..., 0]
    mask = best >= threshold
    return [best[mask].astype(np.float32), boxes[mask], label[mask]]


lab.concept(
    "why_per_class",
    points=1,
    answer="B",
    why="Objects of different classes may well be in front of each other.",
    because={
        "A": "It is a little faster, but that is not the reason.",
        "C": "They can, and in the end they are put in one order.",
        "D": "They often do: think of a rider and a horse.",
    },
)
