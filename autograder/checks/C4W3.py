"""Hidden tests of C4W3, detection and segmentation, and the ways they go wrong."""

import numpy as np

from autograder.checks.check import Lab, case
from autograder.checks.drawing import told_apart
from helpers import nn

lab = Lab("C4W3")
ref = lab.reference


def _box(rng, scale=1.0):
    """A random box (y1, x1, y2, x2), wider than high."""
    y, x = rng.uniform(0, scale, 2)
    h, w = rng.uniform(0.1, 0.4, 2) * scale
    return np.array([y, x, y + h, x + 2 * w])


# --- one object ----------------------------------------------------------------------


@lab.check("localization_loss", points=5)
def localization_loss(rng):
    """Some objects, none at all, all; several numbers of classes."""
    for here, C in [
        ([1, 0, 1, 0, 0], 3),
        ([0, 0, 0], 2),
        ([1, 1], 4),
        ([0, 1, 1], 1),
        ([0, 1], 2),
    ]:
        m = len(here)
        y = np.hstack([np.array(here)[:, None], rng.normal(size=(m, 4 + C))])
        said = y + rng.uniform(0.2, 1.5, (m, 5 + C)) * rng.choice([-1, 1])
        said[:, 0] = np.abs(y[:, 0] - rng.uniform(0.6, 0.9, m))  # p_c is mistaken
        yield case(y, said)


def _errors(y_true, y_pred):
    return (y_pred - y_true) ** 2


@localization_loss.mistake(
    "Boxes and classes are penalized where there is no object. Where p_c is 0, only "
    "the error of p_c itself counts."
)
def without_the_mask(y_true, y_pred):
    return _errors(y_true, y_pred).sum(axis=1).mean()


@localization_loss.mistake(
    "The mean over the numbers of an example was taken. Add them up."
)
def mean_over_the_numbers(y_true, y_pred):
    e = _errors(y_true, y_pred)
    return np.where(y_true[:, 0] == 1, e.mean(axis=1), e[:, 0]).mean()


@localization_loss.mistake("The examples were added up. Take their mean.")
def sum_over_the_examples(y_true, y_pred):
    e = _errors(y_true, y_pred)
    return np.where(y_true[:, 0] == 1, e.sum(axis=1), e[:, 0]).sum()


@localization_loss.mistake(
    "Examples without an object cost nothing. The error of p_c counts there too."
)
def nothing_for_nothing(y_true, y_pred):
    return (y_true[:, 0] * _errors(y_true, y_pred).sum(axis=1)).mean()


@localization_loss.mistake(
    "The mean was taken over the examples with an object only. Divide by the number "
    "of all examples."
)
def mean_over_objects(y_true, y_pred):
    e, here = _errors(y_true, y_pred), y_true[:, 0]
    return (e[:, 0] + here * e[:, 1:].sum(axis=1)).sum() / max(here.sum(), 1)


@localization_loss.mistake(
    "The mask was made from the prediction. Use the ground truth, `y_true`."
)
def mask_from_the_prediction(y_true, y_pred):
    e = _errors(y_true, y_pred)
    return np.where(y_pred[:, 0] > 0.5, e.sum(axis=1), e[:, 0]).mean()


@localization_loss.mistake("The errors are not squared.")
def absolute_errors(y_true, y_pred):
    e = np.abs(y_pred - y_true)
    return np.where(y_true[:, 0] == 1, e.sum(axis=1), e[:, 0]).mean()


@localization_loss.mistake(
    "The error of p_c is missing. It counts in every example, with an object and "
    "without."
)
def p_c_costs_nothing(y_true, y_pred):
    e = _errors(y_true, y_pred)
    return (y_true[:, 0] * e[:, 1:].sum(axis=1)).mean()


@localization_loss.mistake(
    "Only the error of p_c counts. Where there is an object, add the errors of the "
    "box and of the classes."
)
def only_p_c_costs(y_true, y_pred):
    return _errors(y_true, y_pred)[:, 0].mean()


@localization_loss.mistake(
    "The errors of the classes are missing. Where there is an object, all numbers "
    "count."
)
def classes_cost_nothing(y_true, y_pred):
    e = _errors(y_true, y_pred)
    return (e[:, 0] + y_true[:, 0] * e[:, 1:5].sum(axis=1)).mean()


@localization_loss.right
def loss_with_loops(y_true, y_pred):
    total = 0.0
    for true, said in zip(y_true, y_pred, strict=True):
        total += (said[0] - true[0]) ** 2
        if true[0] == 1:
            for a, b in zip(true[1:], said[1:], strict=True):
                total += (a - b) ** 2
    return total / len(y_true)


@localization_loss.right
def loss_by_multiplication(y_true, y_pred):
    e = np.square(y_true - y_pred)
    return np.mean(e[:, 0] + y_true[:, 0] * np.sum(e[:, 1:], axis=1))


@localization_loss.right
def loss_in_float32(y_true, y_pred):
    e = (y_pred.astype(np.float32) - y_true.astype(np.float32)) ** 2
    e[y_true[:, 0] == 0, 1:] = 0
    return e.sum() / len(e)


lab.concept(
    "output_length",
    points=1,
    answer=17,
    why="p_c, four numbers of the box, twelve classes.",
    because={
        16: "The box has four numbers, and p_c is one more.",
        13: "The box has four numbers: its centre and its size.",
        12: "Those are the classes alone. Is there an object, and where?",
        60: "All classes share one box, so its numbers occur once.",
        18: "No object means p_c = 0; it does not need a class.",
    },
)


# --- windows -------------------------------------------------------------------------


@lab.check("dense_as_convolution", points=4)
def dense_as_convolution(rng):
    """Maps of sides 1 to 3, several channels and units, never equal."""
    for f, n_C, units in [(3, 2, 4), (2, 3, 5), (1, 4, 3), (2, 5, 1)]:
        yield case(rng.normal(size=(f * f * n_C, units)), f)


@dense_as_convolution.mistake(
    "The first axis was split as if channels changed slowest. `Flatten` goes through "
    "rows, columns, then channels, so channels change fastest."
)
def channels_first(W, f):
    return W.reshape(-1, f, f, W.shape[1]).transpose(1, 2, 0, 3)


@dense_as_convolution.mistake("The rows and columns of the filters are swapped.")
def filters_on_their_side(W, f):
    return W.reshape(f, f, -1, W.shape[1]).swapaxes(0, 1)


@dense_as_convolution.mistake(
    "The filters were rotated by 180°. In deep learning a convolution does not flip "
    "its filters."
)
def flipped_filters(W, f):
    return W.reshape(f, f, -1, W.shape[1])[::-1, ::-1]


@dense_as_convolution.mistake(
    "The numbers are in the wrong order. The units are the last axis of `W` and stay "
    "the last axis."
)
def transposed_first(W, f):
    return W.T.reshape(f, f, -1, W.shape[1])


@dense_as_convolution.mistake(
    "The units come before the channels. The shape is (f, f, n_C, n_units)."
)
def units_before_channels(W, f):
    return W.reshape(f, f, -1, W.shape[1]).swapaxes(2, 3)


@dense_as_convolution.right
def dense_with_loops(W, f):
    n_C = W.shape[0] // f**2
    filters = np.zeros((f, f, n_C, W.shape[1]))
    for i, j, c in np.ndindex(f, f, n_C):
        filters[i, j, c] = W[(i * f + j) * n_C + c]
    return filters


@dense_as_convolution.right
def unit_by_unit(W, f):
    return np.stack([column.reshape(f, f, -1) for column in W.T], axis=-1)


@dense_as_convolution.right
def dense_in_float32(W, f):
    n_C = W.shape[0] // (f * f)
    return np.reshape(W.astype(np.float32), (f, f, n_C, W.shape[-1]), order="C")


lab.concept(
    "how_many_windows",
    points=1,
    answer=64,
    why="The pooling makes steps of 2, so 8 windows down and 8 across.",
    because={
        225: "That is every position, 15 × 15. The pooling makes steps of two.",
        4: "Those are windows that do not overlap. The steps are of two pixels.",
        49: "Both ends count: 14 / 2 + 1 positions per side.",
        8: "There are eight down and eight across.",
        196: "That is half the side, squared. A window of 14 has to fit in.",
    },
)
lab.concept(
    "who_proposes",
    points=1,
    answer="C",
    why="A region proposal network reads the same maps as the classifier.",
    because={
        "A": "That is Fast R-CNN: one pass, then a small head for each region.",
        "B": "That is YOLO. All R-CNNs use regions.",
        "D": "There are fewer regions, but they are better ones, not random.",
    },
)
lab.concept(
    "iou_by_hand",
    points=1,
    answer=0.14,
    digits=2,
    why="The intersection is 2 × 1, the union 8 + 8 − 2.",
    because={
        0.13: "The union counts the intersection once: 8 + 8 − 2.",
        0.25: "Divide by the area of the union, not of one box.",
        0.12: "The union counts the intersection once: 8 + 8 − 2.",
        0.17: "Subtract the intersection once, not twice.",
    },
)


# --- boxes in a grid -----------------------------------------------------------------


@lab.check("iou", points=6)
def iou(rng):
    """Overlapping, nested, equal, apart in one and in both directions, no area."""
    for _ in range(4):
        # Far from the corner of the image: positions are not sizes.
        a = _box(rng, 4.0) + np.tile(rng.uniform([6, 8], [8, 10]), 2)
        h, w = a[2] - a[0], a[3] - a[1]
        b = a + np.array([0.3 * h, 0.2 * w, 0.3 * h, 0.4 * w])  # lower, and right
        yield case(a, b)
        yield case(a + np.array([0.5 * h, -0.3 * w, 0.2 * h, -0.6 * w]), a)
        yield case(a.tolist(), tuple(b - np.array([0.1 * h, 0, 0, 0.3 * w])))
    yield case(a, a + np.array([0.2 * h, 0.1 * w, -0.3 * h, -0.4 * w]))  # nested
    yield case(a, a.copy())
    b = _box(rng, 0.4)  # small, as shares of an image are
    yield case(b, b + np.array([-0.03, -0.05, -0.02, -0.03]))
    yield case(b, b + np.array([-0.02, 0.04, -0.03, 0.05]))
    yield case(a, a + np.array([3 * h + 1, 0.1 * w, 3 * h + 1, 0.1 * w]))  # below
    yield case(a, a + np.array([0.2 * h, 2 * w + 1, 0.3 * h, 2 * w + 1]))  # beside
    yield case(a, a + np.tile([1.4 * h, 1.3 * w], 2))  # both: two negative sides
    y, x = rng.integers(1, 5, 2)
    flat = tuple(map(int, (y, x, y, x + 3)))
    yield case(flat, flat)  # no area


def _overlap(box1, box2):
    low = np.maximum(box1[:2], box2[:2])
    return np.minimum(box1[2:], box2[2:]) - low


def _area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def _ratio(both, union):
    return both / union if union > 0 else 0.0


@iou.mistake(
    "Boxes that do not overlap have an intersection. A negative width times a "
    "negative height is positive: replace each by 0 before you multiply."
)
def negative_overlap(box1, box2):
    both = np.prod(_overlap(box1, box2))
    return _ratio(both, _area(box1) + _area(box2) - both)


@iou.mistake(
    "Boxes that are apart in both directions have an intersection: the product of two "
    "negative sides is positive. Replace each side by 0 before you multiply."
)
def cuts_off_the_product(box1, box2):
    both = max(0, np.prod(_overlap(box1, box2)))
    return _ratio(both, _area(box1) + _area(box2) - both)


@iou.mistake(
    "Boxes that do not overlap have an intersection: a negative side was made "
    "positive. A negative side means that there is no intersection."
)
def absolute_sides(box1, box2):
    both = np.prod(np.abs(_overlap(box1, box2)))
    return _ratio(both, _area(box1) + _area(box2) - both)


@iou.mistake(
    "The box around both was taken for the intersection. The intersection begins at "
    "the larger of the two tops and ends at the smaller of the two bottoms; the same "
    "holds for left and right."
)
def box_around_both(box1, box2):
    low, high = np.minimum(box1[:2], box2[:2]), np.maximum(box1[2:], box2[2:])
    both = np.prod(high - low)
    return _ratio(both, _area(box1) + _area(box2) - both)


@iou.mistake(
    "That is the area of the intersection. Divide it by the area of the union."
)
def area_of_the_intersection(box1, box2):
    return np.prod(np.maximum(_overlap(box1, box2), 0))


@iou.mistake("The union counts the intersection twice. Subtract it once.")
def union_counted_twice(box1, box2):
    both = np.prod(np.maximum(_overlap(box1, box2), 0))
    return _ratio(both, _area(box1) + _area(box2))


@iou.mistake(
    "1 was added to widths and heights. Here corners are positions, not pixels."
)
def plus_one(box1, box2):
    a, b = np.add(box1, (0, 0, 1, 1)), np.add(box2, (0, 0, 1, 1))
    both = np.prod(np.maximum(_overlap(a, b), 0))
    return _ratio(both, _area(a) + _area(b) - both)


@iou.mistake(
    "The intersection was divided by the smaller area. Divide by the area of the union."
)
def share_of_the_smaller(box1, box2):
    both = np.prod(np.maximum(_overlap(box1, box2), 0))
    return _ratio(both, min(_area(box1), _area(box2)))


@iou.mistake(
    "The last two numbers of a box were read as height and width. They are the bottom "
    "and the right side."
)
def corners_taken_for_sizes(box1, box2):
    def corners(box):
        return np.array([box[0], box[1], box[0] + box[2], box[1] + box[3]])

    return ref.iou(corners(box1), corners(box2))


@iou.mistake("Two boxes without an area give 0 / 0. Return 0 there.")
def divides_by_nothing(box1, box2):
    both = np.prod(np.maximum(_overlap(box1, box2), 0))
    union = _area(box1) + _area(box2) - both
    return both / union if union > 0 else float("nan")


@iou.mistake("That is 1 − IoU, the distance.")
def distance_not_likeness(box1, box2):
    return 1 - ref.iou(box1, box2)


@iou.mistake(
    "The area of the box around both is not the union. The union is the sum of both "
    "areas, without the intersection counted twice."
)
def box_around_both_for_the_union(box1, box2):
    box1, box2 = np.asarray(box1, float), np.asarray(box2, float)
    h, w = np.maximum(_overlap(box1, box2), 0)
    H, W = np.maximum(box1[2:], box2[2:]) - np.minimum(box1[:2], box2[:2])
    return float(h * w / (H * W)) if H * W > 0 else 0.0


@iou.right
def iou_with_a_small_number(box1, box2):
    both = np.prod(np.maximum(_overlap(box1, box2), 0))
    return both / (_area(box1) + _area(box2) - both + 1e-9)


@iou.right
def iou_by_name(box1, box2):
    top, left, bottom, right = box1
    t, le, b, r = box2
    height = max(0, min(bottom, b) - max(top, t))
    width = max(0, min(right, r) - max(left, le))
    total = (bottom - top) * (right - left) + (b - t) * (r - le)
    if total == 0:
        return 0
    return height * width / (total - height * width)


@iou.right
def iou_with_arrays(box1, box2):
    box1, box2 = np.float32(box1), np.float32(box2)
    both = np.clip(_overlap(box1, box2), 0, None).prod()
    union = np.prod(box1[2:] - box1[:2]) + np.prod(box2[2:] - box2[:2]) - both
    return np.divide(both, union, out=np.zeros(()), where=union > 0)


@iou.right
def iou_with_an_early_return(box1, box2):
    side = [min(box1[i + 2], box2[i + 2]) - max(box1[i], box2[i]) for i in (0, 1)]
    if side[0] <= 0 or side[1] <= 0:
        return 0.0
    both = side[0] * side[1]
    return float(both / (_area(box1) + _area(box2) - both))


@lab.check("kmeans_anchors", points=6, driver="anchors")
def kmeans_anchors(rng):
    """Clusters of unequal shapes that overlap; doubles that leave an anchor empty."""
    # From the smallest area on; by width plus height the order would be another.
    shapes = np.array([[0.05, 0.9], [0.3, 0.35], [0.9, 0.3], [0.7, 0.8]])
    for m in (40, 60):
        yield told_apart(
            lambda m=m: case(
                wh=shapes[rng.integers(0, 4, m)] * rng.uniform(0.6, 1.6, (m, 2)),
                k=4,
                seed=int(rng.integers(1000)),
            ),
            tuple(map(_seeded, (kmeans_by_parts, other_start))),
            *map(
                _seeded,
                (
                    euclidean,
                    median_anchor,
                    one_round,
                    unsorted_anchors,
                    divided_by_the_anchor,
                    sorted_by_the_sum,
                ),
            ),
        )
    # Doubles: an anchor to which no box goes stays where it is.
    yield told_apart(
        lambda: case(
            wh=np.repeat(rng.uniform(0.1, 1, (2, 2)), (4, 3), axis=0),
            k=4,
            seed=int(rng.integers(1000)),
        ),
        tuple(map(_seeded, (kmeans_by_parts, other_start))),
        *map(_seeded, (unsorted_anchors, divided_by_the_anchor)),
    )
    yield case(wh=rng.uniform(0.1, 1, (9, 2)), k=1, seed=int(rng.integers(1000)))


def _seeded(function):
    """The function of a generator as one of a seed."""
    return lambda wh, k, seed: function(wh, k, np.random.default_rng(seed))


def _kmeans(
    wh, k, rng, *, distance="iou", center=np.mean, rounds=100, order="area", start=None
):
    start = rng.choice(len(wh), k, replace=False) if start is None else start
    anchors, nearest = wh[start].astype(float), None
    for _ in range(rounds):
        if distance == "iou":
            both = np.minimum(wh[:, None], anchors).prod(axis=2)
            union = wh.prod(axis=1)[:, None] + anchors.prod(axis=1) - both
            now = np.argmax(both / union, axis=1)
        elif distance == "twice":
            both = np.minimum(wh[:, None], anchors).prod(axis=2)
            now = np.argmax(both / anchors.prod(axis=1), axis=1)
        elif distance == "farthest":
            both = np.minimum(wh[:, None], anchors).prod(axis=2)
            union = wh.prod(axis=1)[:, None] + anchors.prod(axis=1) - both
            now = np.argmin(both / union, axis=1)
        else:
            now = np.argmin(((wh[:, None] - anchors) ** 2).sum(axis=2), axis=1)
        if nearest is not None and np.all(now == nearest):
            break
        nearest = now
        for i in range(k):
            if np.any(now == i):
                anchors[i] = center(wh[now == i], axis=0)
    if order == "area":
        anchors = anchors[np.argsort(anchors.prod(axis=1), kind="stable")]
    elif order == "sum":
        anchors = anchors[np.argsort(anchors.sum(axis=1), kind="stable")]
    elif order == "falling":
        anchors = anchors[np.argsort(-anchors.prod(axis=1), kind="stable")]
    return anchors


@kmeans_anchors.alternative
def other_start(wh, k, rng):
    return _kmeans(wh, k, rng, start=rng.permutation(len(wh))[:k])


@kmeans_anchors.mistake(
    "Boxes were assigned by Euclidean distance. Assign them by the largest IoU."
)
def euclidean(wh, k, rng):
    return _kmeans(wh, k, rng, distance="euclid")


@kmeans_anchors.mistake(
    "Each box was assigned to the anchor with the smallest IoU. Take the largest."
)
def farthest_anchor(wh, k, rng):
    return _kmeans(wh, k, rng, distance="farthest")


@kmeans_anchors.mistake(
    "Anchors were replaced by the median of their boxes. Take the mean."
)
def median_anchor(wh, k, rng):
    return _kmeans(wh, k, rng, center=np.median)


@kmeans_anchors.mistake(
    "The function stops after one round. Go on until no box changes its anchor."
)
def one_round(wh, k, rng):
    return _kmeans(wh, k, rng, rounds=1)


@kmeans_anchors.mistake("The anchors are not sorted by area.")
def unsorted_anchors(wh, k, rng):
    return _kmeans(wh, k, rng, order="none")


@kmeans_anchors.mistake(
    "The anchors are sorted by width plus height. The area is their product."
)
def sorted_by_the_sum(wh, k, rng):
    return _kmeans(wh, k, rng, order="sum")


@kmeans_anchors.mistake(
    "The anchors are sorted from the largest to the smallest. The smallest comes first."
)
def largest_first(wh, k, rng):
    return _kmeans(wh, k, rng, order="falling")


@kmeans_anchors.mistake("Width and height are swapped in the result.")
def heights_before_widths(wh, k, rng):
    return _kmeans(wh, k, rng)[:, ::-1].copy()


@kmeans_anchors.mistake(
    "The intersection was divided by the area of the anchor. Divide by the union."
)
def divided_by_the_anchor(wh, k, rng):
    return _kmeans(wh, k, rng, distance="twice")


@kmeans_anchors.right
def kmeans_by_parts(wh, k, rng):
    return _kmeans(wh, k, rng)


@kmeans_anchors.right
def kmeans_with_loops(wh, k, rng):
    anchors = [tuple(wh[i]) for i in rng.choice(len(wh), k, replace=False)]
    groups = None
    for _ in range(100):
        now = []
        for w, h in wh:
            fits = [ref.iou((0, 0, h, w), (0, 0, b, a)) for a, b in anchors]
            now.append(fits.index(max(fits)))
        if now == groups:
            break
        groups = now
        for i in range(k):
            mine = [box for box, group in zip(wh, now, strict=True) if group == i]
            if mine:
                anchors[i] = tuple(sum(mine) / len(mine))
    return np.array(sorted(anchors, key=lambda anchor: anchor[0] * anchor[1]))


@kmeans_anchors.right
def kmeans_by_distance(wh, k, rng):
    at = rng.choice(len(wh), size=k, replace=False)
    anchors = np.array(wh[at], float)
    before = None
    while True:
        both = np.minimum(wh[:, :1], anchors[:, 0]) * np.minimum(
            wh[:, 1:], anchors[:, 1]
        )
        far = 1 - both / (np.prod(wh, 1)[:, None] + np.prod(anchors, 1) - both)
        near = np.argmin(far, axis=1)
        if before is not None and not np.any(before != near):
            break
        before = near
        for i in np.unique(near):
            anchors[i] = np.average(wh[near == i], axis=0)
    return anchors[np.prod(anchors, axis=1).argsort(kind="stable")]


def _objects(rng, grid, anchors):
    """An object as large as each anchor, about, in a cell of its own off the diagonal.

    Returns:
        Boxes (x, y, w, h) as shares, those of the first anchor first, and classes.
    """
    rows, columns = np.nonzero(~np.eye(grid, dtype=bool))
    at = rng.permutation(len(rows))[: len(anchors)]
    middles = np.stack([columns[at], rows[at]], axis=1) + rng.uniform(
        0.1, 0.9, (len(at), 2)
    )
    sizes = anchors * rng.uniform(0.85, 1.15, anchors.shape)
    return np.hstack([middles / grid, sizes]), rng.integers(0, 3, len(at))


ANCHORS = np.array([[0.2, 0.5], [0.5, 0.2], [0.6, 0.7]])


@lab.check("encode_yolo", points=8)
def encode_yolo(rng):
    """Several grids; one cell with two shapes, equal shapes, too many; the far edge."""
    for grid, A, n_classes in [(4, 3, 3), (3, 2, 5), (5, 3, 4)]:
        anchors = ANCHORS[:A] * rng.uniform(0.8, 1.2)
        yield case(*_objects(rng, grid, anchors), grid, anchors, n_classes)
    # equal shapes in one cell: the second takes the next best anchor, the third none
    x, y, w, h = rng.uniform([0.55, 0.3, 0.2, 0.45], [0.62, 0.45, 0.25, 0.55])
    crowd = np.array(
        [
            [x, y, w, h],
            [x + 0.02, y, w * 1.1, h],
            [x, y + 0.02, w, h],
            [x + 0.01, y + 0.01, 0.6, 0.6],
        ]
    )
    yield case(crowd, np.array([2, 0, 1, 1]), 2, ANCHORS[:2], 3)
    yield case(crowd[:3], np.array([0, 1, 1]), 2, ANCHORS, 2)
    a, b, c = rng.uniform(0.3, 0.7, 3)
    edge = np.array([[1.0, a, 0.3, 0.2], [0.2, 1.0, 0.2, 0.4], [0.0, b, c, 0.1]])
    yield case(edge, np.array([1, 0, 1]), 4, ANCHORS[1:], 2)
    yield case(np.zeros((0, 4)), np.zeros(0, int), 2, ANCHORS, 2)


def _encode(
    boxes,
    classes,
    grid,
    anchors,
    n_classes,
    *,
    swap=False,
    wh=lambda s: s,
    inside=True,
    log=True,
    taken="next",
    swap_wh=False,
    relative=True,
    first=0,
    best=np.argmax,
    corner=False,
    label_at=5,
    stop=False,
):
    Y = np.zeros((grid, grid, len(anchors), 5 + n_classes))
    for (x, y, w, h), label in zip(boxes, classes, strict=True):
        if corner:
            x, y = x - w / 2, y - h / 2
        column, row = (int(np.clip(int(v * grid), 0, grid - 1)) for v in (x, y))
        fit = np.array([ref.iou((0, 0, w, h), (0, 0, *a)) for a in anchors])
        if taken == "next":
            fit[Y[row, column, :, 0] == 1] = -1
        a = first if best is None else best(fit)
        if fit[a] < 0 or (taken == "lost" and Y[row, column, a, 0] == 1):
            if stop:
                break
            continue
        at = Y[column, row] if swap else Y[row, column]
        at[a] = 0
        size = np.array([w, h]) / (anchors[a] if relative else 1)
        size = size[::-1] if swap_wh else size
        centre = [x * grid - column, y * grid - row] if inside else [x, y]
        at[a, :5] = 1, *centre, *(np.log(size) if log else size)
        at[a, label_at + label] = 1
    return Y


@encode_yolo.mistake(
    "Row and column of the cell are swapped: the row comes from y, the column from x."
)
def cell_transposed(boxes, classes, grid, anchors, n_classes):
    return _encode(boxes, classes, grid, anchors, n_classes, swap=True)


@encode_yolo.mistake(
    "Row and column of the cell are swapped: the row comes from y, the column from x."
)
def cells_on_their_side(boxes, classes, grid, anchors, n_classes):
    Y = _encode(boxes, classes, grid, anchors, n_classes)
    return Y.swapaxes(0, 1).copy()


@encode_yolo.mistake("Width and height are swapped.")
def sizes_exchanged(boxes, classes, grid, anchors, n_classes):
    return _encode(boxes, classes, grid, anchors, n_classes, swap_wh=True)


@encode_yolo.mistake(
    "The centres are given within the image. Give them within the cell, from 0 to 1."
)
def centre_within_the_image(boxes, classes, grid, anchors, n_classes):
    return _encode(boxes, classes, grid, anchors, n_classes, inside=False)


@encode_yolo.mistake("The logarithm of the sizes is missing.")
def without_logarithm(boxes, classes, grid, anchors, n_classes):
    return _encode(boxes, classes, grid, anchors, n_classes, log=False)


@encode_yolo.mistake("The sizes were not divided by the anchor before the logarithm.")
def without_the_anchor(boxes, classes, grid, anchors, n_classes):
    return _encode(boxes, classes, grid, anchors, n_classes, relative=False)


@encode_yolo.mistake(
    "A second object in a cell overwrites the first. An object keeps its slot."
)
def overwrites(boxes, classes, grid, anchors, n_classes):
    return _encode(boxes, classes, grid, anchors, n_classes, taken="over")


@encode_yolo.mistake(
    "An object whose best anchor is taken was left out, although another anchor of "
    "the cell is free."
)
def second_is_lost(boxes, classes, grid, anchors, n_classes):
    return _encode(boxes, classes, grid, anchors, n_classes, taken="lost")


@encode_yolo.mistake("Every object has the first anchor, whatever its shape.")
def always_the_first_anchor(boxes, classes, grid, anchors, n_classes):
    return _encode(boxes, classes, grid, anchors, n_classes, best=None, taken="lost")


@encode_yolo.mistake(
    "The upper left corner decides on the cell. The centre does; x and y are the "
    "centre already."
)
def corner_in_charge(boxes, classes, grid, anchors, n_classes):
    return _encode(boxes, classes, grid, anchors, n_classes, corner=True)


@encode_yolo.mistake(
    "The classes begin one index too early. They come after p_c and the four numbers "
    "of the box."
)
def class_too_early(boxes, classes, grid, anchors, n_classes):
    return _encode(boxes, classes, grid, anchors, n_classes, label_at=4)


@encode_yolo.mistake(
    "Each object has the anchor with the smallest IoU. Take the largest."
)
def least_alike_anchor(boxes, classes, grid, anchors, n_classes):
    def worst(fit):
        return np.where(fit < 0, 2, fit).argmin()

    return _encode(boxes, classes, grid, anchors, n_classes, best=worst)


@encode_yolo.mistake(
    "The sizes are given in cells. Divide them by the anchor only, whatever the grid "
    "is."
)
def sizes_in_cells(boxes, classes, grid, anchors, n_classes):
    Y = _encode(boxes, classes, grid, anchors, n_classes, relative=False)
    Y[..., 3:5] += np.log(grid) * (Y[..., :1] == 1)
    return Y


@encode_yolo.right
def encode_by_parts(boxes, classes, grid, anchors, n_classes):
    return _encode(boxes, classes, grid, anchors, n_classes)


@encode_yolo.right
def encode_in_order_of_fit(boxes, classes, grid, anchors, n_classes):
    Y = np.zeros((grid, grid, len(anchors), 5 + n_classes), np.float32)
    for box, label in zip(boxes, classes, strict=True):
        cell = np.minimum(np.floor(box[:2] * grid).astype(int), grid - 1)
        both = np.minimum(box[2:], anchors).prod(axis=1)
        fit = both / (box[2:].prod() + anchors.prod(axis=1) - both)
        for a in np.argsort(-fit, kind="stable"):
            slot = Y[cell[1], cell[0], a]
            if not slot[0]:
                slot[0], slot[1:3] = 1, box[:2] * grid - cell
                slot[3:5] = np.log(box[2:]) - np.log(anchors[a])
                slot[5 + label] = 1
                break
    return Y


@encode_yolo.right
def encode_with_a_record(boxes, classes, grid, anchors, n_classes):
    Y, taken = np.zeros((grid, grid, len(anchors), 5 + n_classes)), set()
    for i in range(len(boxes)):
        x, y, w, h = boxes[i]
        column, row = min(int(x * grid), grid - 1), min(int(y * grid), grid - 1)
        free = [a for a in range(len(anchors)) if (row, column, a) not in taken]
        if not free:
            continue
        a = max(free, key=lambda a: ref.iou((0, 0, h, w), (0, 0, *anchors[a][::-1])))
        taken.add((row, column, a))
        Y[row, column, a] = np.concatenate(
            [
                [1, x * grid - column, y * grid - row],
                np.log([w / anchors[a][0], h / anchors[a][1]]),
                np.eye(n_classes)[classes[i]],
            ]
        )
    return Y


lab.concept(
    "yolo_numbers",
    points=1,
    answer=153425,
    why="19 × 19 cells × 5 anchors × (5 + 80).",
    because={
        30685: "Each of the five anchors has all 85 numbers.",
        144400: "p_c and the four numbers of the box are missing.",
        151620: "Besides the 80 classes there are five numbers, not four.",
        425: "That is one cell. There are 361 cells.",
        1805: "That is the number of slots. Each has 85 numbers.",
        30780: "Each anchor has its own classes: 5 × (5 + 80), not 5 + 80.",
        37905: "Each anchor has its own classes: 5 × (5 + 80), not 5 × 5 + 80.",
    },
)


@lab.check("decode_yolo", points=6)
def decode_yolo(rng):
    """Grids of 1 to 4, one to three anchors; arbitrary numbers in all slots."""
    for grid, A, C in [(3, 2, 2), (2, 3, 3), (4, 1, 1), (1, 2, 4)]:
        Y = rng.uniform(0, 1, (grid, grid, A, 5 + C))
        Y[..., 3:5] = rng.normal(0, 0.6, (grid, grid, A, 2))
        yield case(Y, ANCHORS[:A] * rng.uniform(0.5, 1.5))


def _decode(
    Y,
    anchors,
    *,
    swap=False,
    flip=False,
    exp=np.exp,
    divide=True,
    offset=True,
    relative=True,
):
    grid = len(Y)
    rows, columns = np.meshgrid(range(grid), range(grid), indexing="ij")
    if swap:
        rows, columns = columns, rows
    cells = np.stack([columns, rows], axis=-1)[:, :, None]
    xy = (cells * offset + Y[..., 1:3]) / (grid if divide else 1)
    wh = exp(Y[..., 3:5]) * (anchors[:, ::-1] if flip else anchors if relative else 1)
    return xy, wh, Y[..., :1], Y[..., 5:]


@decode_yolo.mistake(
    "Rows and columns are swapped: x counts columns, which are the second axis."
)
def decoded_transposed(Y, anchors):
    return _decode(Y, anchors, swap=True)


@decode_yolo.mistake("Width and height of the anchors are swapped.")
def anchors_exchanged(Y, anchors):
    return _decode(Y, anchors, flip=True)


@decode_yolo.mistake("The exponential of the sizes is missing.")
def without_exponential(Y, anchors):
    return _decode(Y, anchors, exp=lambda t: t)


@decode_yolo.mistake(
    "The centres are given in cells. Divide by the number of cells per side."
)
def counted_in_cells(Y, anchors):
    return _decode(Y, anchors, divide=False)


@decode_yolo.mistake(
    "The index of the cell is missing, so all centres lie in the first cell."
)
def without_the_cell(Y, anchors):
    return _decode(Y, anchors, offset=False)


@decode_yolo.mistake("The sizes were not multiplied by the anchor.")
def decoded_without_anchors(Y, anchors):
    return _decode(Y, anchors, relative=False)


@decode_yolo.mistake(
    "The confidence has lost its last axis. Its shape is (grid, grid, A, 1), so that "
    "it broadcasts with the classes."
)
def flat_confidence(Y, anchors):
    xy, wh, confidence, probs = _decode(Y, anchors)
    return xy, wh, confidence[..., 0], probs


@decode_yolo.mistake(
    "The sizes come before the centres. The order is xy, wh, confidence, classes."
)
def sizes_first(Y, anchors):
    xy, wh, confidence, probs = _decode(Y, anchors)
    return wh, xy, confidence, probs


@decode_yolo.right
def decode_by_parts(Y, anchors):
    return _decode(Y, anchors)


@decode_yolo.right
def decode_with_loops(Y, anchors):
    grid, _, A, _ = Y.shape
    xy, wh = np.zeros((grid, grid, A, 2)), np.zeros((grid, grid, A, 2))
    for i, j, a in np.ndindex(grid, grid, A):
        xy[i, j, a] = (j + Y[i, j, a, 1]) / grid, (i + Y[i, j, a, 2]) / grid
        wh[i, j, a] = np.exp(Y[i, j, a, 3:5]) * anchors[a]
    return [xy, wh, Y[..., 0:1].copy(), Y[..., 5:].copy()]


@decode_yolo.right
def decode_in_float32(Y, anchors):
    Y, grid = Y.astype(np.float32), Y.shape[0]
    columns = np.arange(grid).reshape(1, -1, 1)
    x, y = Y[..., 1] + columns, Y[..., 2] + columns.transpose(1, 0, 2)
    size = np.exp(np.log(anchors) + Y[..., 3:5])
    return np.stack([x, y], -1) / grid, size, Y[..., 0, None], Y[..., 5:]


# --- from numbers to boxes -----------------------------------------------------------


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
            (ignores_the_confidence, confidence_decides, constant_threshold),
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
            (across_classes, class_by_class, in_groups, dropped_ones_drop),
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
        eval_without_suppression,
        own[3],
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


# --- how good is it? -----------------------------------------------------------------


def _detections(rng, truths, pictures, overlaps):
    """Objects far apart, and detections with given overlaps of each, shuffled.

    For each object there is also a box at the same position in another image, and at
    the end there are three boxes without an object, one of them in a separate image.
    """
    true_pictures = rng.permutation(np.arange(truths) % pictures)
    true_boxes = np.array([_box(rng, 10) + 20 * i for i in range(truths)])
    boxes, on = [], []
    for box, p in zip(true_boxes, true_pictures, strict=True):
        for overlap in overlaps:
            shift = (1 - overlap) / (1 + overlap) * (box[2] - box[0])
            boxes.append(box + rng.choice([-1, 1]) * shift * np.array([1, 0, 1, 0]))
            on.append(p)
        boxes.append(box + rng.uniform(-0.01, 0.01, 4))
        on.append((p + 1) % (pictures + 1))
    boxes += [_box(rng, 10) - 40 for _ in range(3)]
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


# --- every pixel ---------------------------------------------------------------------


lab.concept(
    "transposed_size",
    points=1,
    answer=11,
    why="2 · (6 − 1) + 3 − 2 · 1.",
    because={
        3: "That is the ordinary convolution. The transposed one enlarges the map.",
        12: "Doubling would need one more row at the end.",
        13: "The padding cuts off one row on each side.",
        15: "Padding is cut off the output, not added to it.",
        10: "The last window begins at s (n − 1) and is f wide.",
        9: "The padding is cut off once on each side, not twice.",
    },
)


@lab.check("transposed_conv", points=5, forbid=("helpers.nn", "scipy"))
def transposed_conv(rng):
    """Strides 1 to 3, with and without padding, gaps between windows, several sizes."""
    for shape, f, n_C, stride, pad in [
        ((2, 3, 2, 3), 3, 2, 2, 1),
        ((1, 2, 4, 2), 2, 3, 1, 0),
        ((2, 2, 3, 1), 4, 2, 2, 1),
        ((1, 3, 2, 2), 2, 1, 3, 0),
        ((1, 2, 2, 2), 5, 3, 1, 2),
    ]:
        W = rng.normal(size=(f, f, n_C, shape[3]))
        yield case(rng.normal(size=shape), W, stride, pad)


def _transposed(
    X,
    W,
    stride,
    pad,
    *,
    add=True,
    channels=3,
    flip=False,
    step=None,
    crop=True,
    extra=0,
    grow=False,
):
    m, n_H, n_W, _ = X.shape
    f, n_C = len(W), W.shape[5 - channels]
    step = stride if step is None else step
    Z = np.zeros(
        (m, stride * (n_H - 1) + f + extra, stride * (n_W - 1) + f + extra, n_C)
    )
    W = W[::-1, ::-1] if flip else W
    for i, j in np.ndindex(n_H, n_W):
        block = np.tensordot(X[:, i, j], W, axes=(1, channels))
        part = Z[:, i * step : i * step + f, j * step : j * step + f]
        part[:] = part + block if add else block
    if grow:
        return np.pad(Z, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    if not crop:
        return Z
    return Z[:, pad : Z.shape[1] - pad, pad : Z.shape[2] - pad]


@transposed_conv.mistake(
    "Where windows overlap, the last one overwrites the others. Add them up."
)
def overwrites_windows(X, W, stride, pad):
    return _transposed(X, W, stride, pad, add=False)


@transposed_conv.mistake(
    "The padding was not cut off. Here it belongs to the output: crop at the end."
)
def not_cropped(X, W, stride, pad):
    return _transposed(X, W, stride, pad, crop=False)


@transposed_conv.mistake("The padding was added to the output. Cut it off instead.")
def padded_output(X, W, stride, pad):
    return _transposed(X, W, stride, pad, grow=True)


@transposed_conv.mistake("The filters were rotated by 180°. Use them as they are.")
def flipped_windows(X, W, stride, pad):
    return _transposed(X, W, stride, pad, flip=True)


@transposed_conv.mistake("The windows move by 1. They should move by the stride.")
def ignores_the_stride(X, W, stride, pad):
    return _transposed(X, W, stride, pad, step=1)


@transposed_conv.mistake(
    "The output is one stride too large. n numbers make s (n − 1) + f before cropping."
)
def one_stride_too_large(X, W, stride, pad):
    return _transposed(X, W, stride, pad, extra=stride)


@transposed_conv.mistake(
    "The output was cropped at the end only. Cut off rows and columns on each side."
)
def cropped_at_the_end(X, W, stride, pad):
    Z = _transposed(X, W, stride, pad, crop=False)
    return Z[:, : Z.shape[1] - 2 * pad, : Z.shape[2] - 2 * pad]


@transposed_conv.mistake(
    "Only the first image has results; all others are 0. Is there a `return` inside a "
    "loop?"
)
def spreads_the_first_image(X, W, stride, pad):
    Z = _transposed(X, W, stride, pad)
    Z[1:] = 0
    return Z


@transposed_conv.mistake(
    "The windows are f apart, so only cases where the stride equals f are right. They "
    "should be `stride` apart."
)
def steps_by_the_side(X, W, stride, pad):
    f, (n_H, n_W) = len(W), X.shape[1:3]
    Z = _transposed(X, W, f, pad)
    return Z[:, : stride * (n_H - 1) + f - 2 * pad, : stride * (n_W - 1) + f - 2 * pad]


@transposed_conv.right
def transposed_by_einsum(X, W, stride, pad):
    blocks = np.einsum("mijk,abck->mijabc", X, W)
    m, n_H, n_W, f, _, n_C = blocks.shape
    Z = np.zeros((m, stride * (n_H - 1) + f, stride * (n_W - 1) + f, n_C))
    for i in range(f):
        for j in range(f):
            Z[:, i : i + stride * n_H : stride, j : j + stride * n_W : stride][
                :, :n_H, :n_W
            ] += blocks[:, :, :, i, j]
    return Z[:, pad : Z.shape[1] - pad, pad : Z.shape[2] - pad]


@transposed_conv.right
def transposed_by_number(X, W, stride, pad):
    m, n_H, n_W, _ = X.shape
    f, _, n_C, _ = W.shape
    Z = np.zeros(
        (m, stride * (n_H - 1) + f - 2 * pad, stride * (n_W - 1) + f - 2 * pad, n_C),
        np.float32,
    )
    for i, j, a, b in np.ndindex(n_H, n_W, f, f):
        row, column = i * stride + a - pad, j * stride + b - pad
        if 0 <= row < Z.shape[1] and 0 <= column < Z.shape[2]:
            Z[:, row, column] += X[:, i, j] @ W[a, b].T
    return Z


@transposed_conv.right
def transposed_by_stuffing(X, W, stride, pad):
    m, n_H, n_W, n_C_prev = X.shape
    f = W.shape[0]
    stuffed = np.zeros((m, stride * (n_H - 1) + 1, stride * (n_W - 1) + 1, n_C_prev))
    stuffed[:, ::stride, ::stride] = X
    edge = (f - 1, f - 1)
    stuffed = np.pad(stuffed, ((0, 0), edge, edge, (0, 0)))
    view = np.lib.stride_tricks.sliding_window_view(stuffed, (f, f), axis=(1, 2))
    Z = np.einsum("mijkab,abck->mijc", view, W[::-1, ::-1])
    return Z[:, pad : Z.shape[1] - pad, pad : Z.shape[2] - pad]


def _twice(X, n_filters, net, times=2):
    for _ in range(times):
        X = nn.relu(net.batch_norm(net.conv(X, n_filters, f=3)))
    return X


@lab.check("conv_block", points=3, driver="level_down")
def conv_block(rng):
    """With pooling, without, and as usual; odd channels."""
    for shape, n, pooling in [
        ((2, 4, 6, 3), 2, True),
        ((2, 3, 5, 2), 4, False),
        ((3, 6, 4, 1), 3, None),
        ((2, 2, 2, 1), None, None),
    ]:
        yield case(X=rng.normal(size=shape), n_filters=n, max_pooling=pooling)


@conv_block.mistake(
    "The skip was taken after the pooling. Return the map from before it."
)
def skip_after_pooling(X, n_filters=32, max_pooling=True, *, net):
    X = _twice(X, n_filters, net)
    X = nn.max_pool2d(X, 2) if max_pooling else X
    return X, X


@conv_block.mistake(
    "The block always pools. It should do so only if `max_pooling` is true."
)
def pools_always(X, n_filters=32, max_pooling=True, *, net):
    X = _twice(X, n_filters, net)
    return nn.max_pool2d(X, 2), X


@conv_block.mistake("The block never pools.")
def pools_never(X, n_filters=32, max_pooling=True, *, net):
    X = _twice(X, n_filters, net)
    return X, X


@conv_block.mistake("There is only one convolution. A level has two.")
def one_convolution(X, n_filters=32, max_pooling=True, *, net):
    X = _twice(X, n_filters, net, 1)
    return (nn.max_pool2d(X, 2) if max_pooling else X), X


@conv_block.mistake("Batch norm is missing after the convolutions.")
def level_without_batch_norm(X, n_filters=32, max_pooling=True, *, net):
    for _ in range(2):
        X = nn.relu(net.conv(X, n_filters, f=3))
    return (nn.max_pool2d(X, 2) if max_pooling else X), X


@conv_block.mistake(
    "ReLU comes before batch norm. The order is convolution, batch norm, ReLU."
)
def level_relu_first(X, n_filters=32, max_pooling=True, *, net):
    for _ in range(2):
        X = net.batch_norm(nn.relu(net.conv(X, n_filters, f=3)))
    return (nn.max_pool2d(X, 2) if max_pooling else X), X


@conv_block.mistake(
    "The two results are swapped. The first is the input of the next level, the "
    "second is the skip."
)
def skip_first(X, n_filters=32, max_pooling=True, *, net):
    skip = _twice(X, n_filters, net)
    return skip, nn.max_pool2d(skip, 2) if max_pooling else skip


@conv_block.mistake("The map was reduced by average pooling. Use max pooling.")
def averages_instead(X, n_filters=32, max_pooling=True, *, net):
    X = _twice(X, n_filters, net)
    return (nn.average_pool2d(X, 2) if max_pooling else X), X


@conv_block.mistake("A ReLU is missing: one follows each of the two batch norms.")
def one_relu(X, n_filters=32, max_pooling=True, *, net):
    X = nn.relu(net.batch_norm(net.conv(X, n_filters, f=3)))
    X = net.batch_norm(net.conv(X, n_filters, f=3))
    return (nn.max_pool2d(X, 2) if max_pooling else X), X


@conv_block.right
def level_written_out(X, n_filters=32, max_pooling=True, *, net):
    A = nn.relu(net.batch_norm(net.conv(X, n_filters, f=3)))
    A = nn.relu(net.batch_norm(net.conv(A, n_filters, f=3)))
    if max_pooling:
        return nn.max_pool2d(A, f=2, stride=2), A
    return A, A


@conv_block.right
def level_by_parts(X, n_filters=32, max_pooling=True, *, net):
    skip = _twice(X, n_filters, net)
    onwards = skip
    if max_pooling:
        onwards = nn.max_pool2d(skip, 2, 2, "same")
    return onwards, skip


@conv_block.right
def level_as_a_list(X, n_filters=32, max_pooling=True, *, net):
    for _ in range(2):
        Z = net.batch_norm(net.conv(X, n_C=n_filters, f=3, s=1, padding="same"))
        X = nn.maximum(Z, 0.0)
    return [nn.max_pool2d(X) if max_pooling else X, X]


@lab.check("upsampling_block", points=3, driver="level_up")
def upsampling_block(rng):
    """Different numbers of channels from below, of the skip and of the result."""
    for shape, n_skip, n in [
        ((2, 2, 3, 4), 3, 2),
        ((1, 3, 2, 2), 1, 3),
        ((3, 1, 2, 5), 2, 4),
    ]:
        m, n_H, n_W, _ = shape
        skip = rng.normal(size=(m, 2 * n_H, 2 * n_W, n_skip))
        yield case(X=rng.normal(size=shape), skip=skip, n_filters=n)
    skip = rng.normal(size=(2, 2, 2, 1))
    yield case(X=rng.normal(size=(2, 1, 1, 2)), skip=skip, n_filters=None)


def _up(X, skip, n, net, *, join=None, times=2, f=3):
    up = net.conv_transpose(X, n, f=f, s=2)
    merged = join(up, skip) if join else nn.concatenate([up, skip])
    return _twice(merged, n, net, times)


@upsampling_block.mistake("The skip is missing. Join it to the enlarged map.")
def up_without_skip(expansive_input, contractive_input, n_filters=32, *, net):
    return _up(
        expansive_input, contractive_input, n_filters, net, join=lambda up, skip: up
    )


@upsampling_block.mistake(
    "The skip comes before the enlarged map. The enlarged map comes first."
)
def skip_in_front(expansive_input, contractive_input, n_filters=32, *, net):
    return _up(
        expansive_input,
        contractive_input,
        n_filters,
        net,
        join=lambda up, skip: nn.concatenate([skip, up]),
    )


@upsampling_block.mistake(
    "There is only one convolution after the two maps are joined. There should be two."
)
def up_with_one(expansive_input, contractive_input, n_filters=32, *, net):
    return _up(expansive_input, contractive_input, n_filters, net, times=1)


@upsampling_block.mistake("The convolutions after the joined maps are missing.")
def merges_only(expansive_input, contractive_input, n_filters=32, *, net):
    return _up(expansive_input, contractive_input, n_filters, net, times=0)


@upsampling_block.mistake(
    "The map was enlarged by copying pixels. Use a transposed convolution."
)
def copies_pixels(expansive_input, contractive_input, n_filters=32, *, net):
    up = nn.upsample2d(expansive_input, 2)
    return _twice(nn.concatenate([up, contractive_input]), n_filters, net)


@upsampling_block.mistake("Batch norm is missing after the convolutions on the way up.")
def up_without_batch_norm(expansive_input, contractive_input, n_filters=32, *, net):
    up = net.conv_transpose(expansive_input, n_filters, f=3, s=2)
    X = nn.concatenate([up, contractive_input])
    for _ in range(2):
        X = nn.relu(net.conv(X, n_filters, f=3))
    return X


@upsampling_block.mistake(
    "ReLU comes before batch norm on the way up. The order is convolution, batch "
    "norm, ReLU."
)
def up_relu_first(expansive_input, contractive_input, n_filters=32, *, net):
    X = net.conv_transpose(expansive_input, n_filters, f=3, s=2)
    X = nn.concatenate([X, contractive_input])
    for _ in range(2):
        X = net.batch_norm(nn.relu(net.conv(X, n_filters, f=3)))
    return X


@upsampling_block.mistake(
    "There is a ReLU after the transposed convolution. Its result is joined as it is."
)
def relu_before_the_merge(expansive_input, contractive_input, n_filters=32, *, net):
    return _up(
        expansive_input,
        contractive_input,
        n_filters,
        net,
        join=lambda up, skip: nn.concatenate([nn.relu(up), skip]),
    )


@upsampling_block.mistake(
    "The transposed convolution outputs as many channels as it reads. It should "
    "output n_filters."
)
def keeps_channels(expansive_input, contractive_input, n_filters=32, *, net):
    up = net.conv_transpose(expansive_input, expansive_input.shape[-1], f=3, s=2)
    return _twice(nn.concatenate([up, contractive_input]), n_filters, net)


@upsampling_block.right
def up_by_parts(expansive_input, contractive_input, n_filters=32, *, net):
    return _up(expansive_input, contractive_input, n_filters, net)


@upsampling_block.right
def up_with_the_level(expansive_input, contractive_input, n_filters=32, *, net):
    up = net.conv_transpose(expansive_input, n_C=n_filters)
    X = nn.concatenate([up, contractive_input], axis=3)
    _, X = ref.conv_block(X, n_filters, False, net=net)
    return X


@upsampling_block.right
def up_written_out(expansive_input, contractive_input, n_filters=32, *, net):
    X = net.conv_transpose(expansive_input, n_filters, 3, 2)
    X = nn.concatenate((X, contractive_input), -1)
    X = nn.relu(net.batch_norm(net.conv(X, n_filters, 3)))
    return nn.relu(net.batch_norm(net.conv(X, n_filters, 3)))


@lab.check("unet_model", points=4, driver="unet", seconds=20)
def unet_model(rng):
    """Depths 1 to 3, several widths and classes, images that are not square."""
    for shape, n, classes, depth in [
        ((1, 4, 8, 2), 2, 3, 2),
        ((2, 2, 4, 1), 3, 2, 1),
        ((1, 8, 8, 3), 1, 4, 3),
    ]:
        yield case(
            X=rng.normal(size=shape), n_filters=n, n_classes=classes, depth=depth
        )
    X = rng.normal(size=(1, 16, 16, 1))
    yield case(X=X, n_filters=1, n_classes=None, depth=None)  # the usual ones
    X = rng.normal(size=(1, 2, 2, 1))
    yield case(X=X, n_filters=None, n_classes=2, depth=1)


def _unet(
    X,
    n,
    classes,
    depth,
    net,
    *,
    double=2,
    bottom=True,
    skips=True,
    bias=True,
    f=1,
    relu=False,
    deepest=None,
):
    kept = []
    for level in range(depth):
        X, skip = ref.conv_block(X, n * double**level, net=net)
        kept.append(skip)
    if bottom:
        width = n * double ** (depth if deepest is None else deepest)
        X, _ = ref.conv_block(X, width, max_pooling=False, net=net)
    for level in range(depth)[::-1]:
        width = n * double**level
        if skips:
            X = ref.upsampling_block(X, kept[level], width, net=net)
        else:
            X = net.conv_transpose(X, width, f=3, s=2)
            X, _ = ref.conv_block(X, width, max_pooling=False, net=net)
    X = net.conv(X, classes, f=f, bias=bias)
    return nn.softmax(X) if relu else X


@unet_model.mistake(
    "The skips are missing: the way up does not get the maps of the way down."
)
def cut_skips(X, n_filters=32, n_classes=23, depth=4, *, net):
    return _unet(X, n_filters, n_classes, depth, net, skips=False)


@unet_model.mistake(
    "The number of filters stays the same. It should double at each level."
)
def same_width(X, n_filters=32, n_classes=23, depth=4, *, net):
    return _unet(X, n_filters, n_classes, depth, net, double=1)


@unet_model.mistake("The block at the bottom, without pooling, is missing.")
def no_bottom(X, n_filters=32, n_classes=23, depth=4, *, net):
    return _unet(X, n_filters, n_classes, depth, net, bottom=False)


@unet_model.mistake(
    "The block at the bottom has as many filters as the last level of the way down. "
    "They double once more."
)
def narrow_bottom(X, n_filters=32, n_classes=23, depth=4, *, net):
    return _unet(X, n_filters, n_classes, depth, net, deepest=depth - 1)


@unet_model.mistake("The last convolution has no bias.")
def no_bias_at_the_end(X, n_filters=32, n_classes=23, depth=4, *, net):
    return _unet(X, n_filters, n_classes, depth, net, bias=False)


@unet_model.mistake("The last convolution is 3 × 3. It should be 1 × 1.")
def wide_end(X, n_filters=32, n_classes=23, depth=4, *, net):
    return _unet(X, n_filters, n_classes, depth, net, f=3)


@unet_model.mistake(
    "These are probabilities. Return the scores; the loss applies the softmax."
)
def softmax_at_the_end(X, n_filters=32, n_classes=23, depth=4, *, net):
    return _unet(X, n_filters, n_classes, depth, net, relu=True)


@unet_model.mistake(
    "There is one level too many. `depth` is the number of times the size is halved."
)
def one_level_too_many(X, n_filters=32, n_classes=23, depth=4, *, net):
    X = nn.upsample2d(X, 2)
    X = _unet(X, n_filters, n_classes, depth + 1, net)
    return nn.average_pool2d(X, 2)


@unet_model.right
def unet_by_parts(X, n_filters=32, n_classes=23, depth=4, *, net):
    return _unet(X, n_filters, n_classes, depth, net)


@unet_model.right
def unet_by_recursion(X, n_filters=32, n_classes=23, depth=4, *, net):
    def level(X, n, left):
        if left == 0:
            return ref.conv_block(X, n, False, net=net)[0]
        down, skip = ref.conv_block(X, n, True, net=net)
        return ref.upsampling_block(level(down, 2 * n, left - 1), skip, n, net=net)

    return net.conv(level(X, n_filters, depth), n_classes, bias=True)


@unet_model.right
def unet_with_a_running_width(X, n_filters=32, n_classes=23, depth=4, *, net):
    width, stack = n_filters, []
    for _ in range(depth):
        X, skip = ref.conv_block(X, n_filters=width, max_pooling=True, net=net)
        stack.append(skip)
        width *= 2
    _, X = ref.conv_block(X, width, False, net=net)
    while stack:
        width //= 2
        X = ref.upsampling_block(X, stack.pop(), n_filters=width, net=net)
    return net.conv(X, n_C=n_classes, f=1, s=1, bias=True)


@lab.check("mean_iou", points=4)
def mean_iou(rng):
    """Masks of several classes, some absent from both or from one; agreement."""
    truth, wrong = _masks(rng)
    yield case(truth, wrong, 3)
    truth, wrong = _masks(rng)
    yield case(truth, wrong, 5)  # classes 3 and 4 are nowhere
    truth, wrong = _masks(rng)
    yield case(np.where(truth == 1, 3, truth), np.where(wrong == 2, 0, wrong), 4)
    yield case(truth[0], truth[0].copy(), 4)
    zeros, ones = (int(n) for n in rng.permutation(np.arange(2, 8))[:2])
    said = rng.permutation(np.repeat([0, 1], [zeros, ones]))
    yield case(np.zeros(zeros + ones, int), said, 2)  # class 1 is only predicted
    order = rng.permutation(5)  # one pixel is wrong
    yield case(np.array([0, 0, 1, 1, 3])[order], np.array([0, 1, 1, 1, 3])[order], 5)


def _masks(rng):
    """Two masks of three classes, each right somewhere and wrong somewhere."""
    truth = rng.integers(0, 3, (2, 4, 5))
    truth[0, 0] = 0, 1, 2, 1, 0
    other = rng.integers(0, 3, truth.shape)
    said = np.where(rng.random(truth.shape) < 0.4, other, truth)
    said[0, 0] = 0, 1, 2, 2, 1
    return truth, said


def _ious(y_true, y_pred, C):
    pairs = [(y_true == c, y_pred == c) for c in range(C)]
    return [(np.sum(a & b), np.sum(a | b), np.sum(a), np.sum(b)) for a, b in pairs]


@mean_iou.mistake(
    "A class that occurs in neither mask counts as 0. Leave it out of the mean."
)
def absent_counts_as_zero(y_true, y_pred, C):
    return np.mean(
        [both / max(union, 1) for both, union, *_ in _ious(y_true, y_pred, C)]
    )


@mean_iou.mistake(
    "A class that occurs in neither mask counts as 1. Leave it out of the mean."
)
def absent_counts_as_one(y_true, y_pred, C):
    return np.mean(
        [both / union if union else 1 for both, union, *_ in _ious(y_true, y_pred, C)]
    )


@mean_iou.mistake(
    "That is the share of correct pixels, not the mean IoU of the classes."
)
def pixel_accuracy(y_true, y_pred, C):
    return np.mean(y_true == y_pred)


@mean_iou.mistake("The union counts the intersection twice. Subtract it once.")
def pixels_counted_twice(y_true, y_pred, C):
    return np.mean(
        [both / (a + b) for both, union, a, b in _ious(y_true, y_pred, C) if union]
    )


@mean_iou.mistake("Class 0 is left out. All classes count, from 0 on.")
def without_background(y_true, y_pred, C):
    kept = [both / union for both, union, *_ in _ious(y_true, y_pred, C)[1:] if union]
    return np.mean(kept)


@mean_iou.mistake("That is the mean Dice coefficient. Divide by the union.")
def mean_dice(y_true, y_pred, C):
    return np.mean(
        [2 * both / (a + b) for both, union, a, b in _ious(y_true, y_pred, C) if union]
    )


@mean_iou.mistake(
    "Only classes of the ground truth count. A class that is only predicted has an "
    "IoU of 0 and counts too."
)
def classes_of_the_truth(y_true, y_pred, C):
    return np.mean(
        [both / union for both, union, a, _ in _ious(y_true, y_pred, C) if a]
    )


@mean_iou.right
def iou_from_a_confusion_matrix(y_true, y_pred, C):
    table = np.bincount(np.ravel(C * y_true + y_pred), minlength=C * C).reshape(C, C)
    union = table.sum(0) + table.sum(1) - np.diag(table)
    there = union > 0
    return np.mean(np.diag(table)[there] / union[there])


@mean_iou.right
def iou_with_sets(y_true, y_pred, C):
    total, count = 0.0, 0
    for c in range(C):
        a = set(np.flatnonzero(y_true == c))
        b = set(np.flatnonzero(y_pred == c))
        if a | b:
            total += len(a & b) / len(a | b)
            count += 1
    return total / count


@mean_iou.right
def iou_in_float32(y_true, y_pred, C):
    classes = np.arange(C)[:, None]
    a, b = np.ravel(y_true) == classes, np.ravel(y_pred) == classes
    both, either = np.float32((a & b).sum(1)), np.float32((a | b).sum(1))
    return np.mean(both[either > 0] / either[either > 0])


@lab.check("dice", points=2)
def dice(rng):
    """Partly, Booleans, apart, both empty, one empty, equal."""
    for shape, kind in [
        ((3, 5), int),
        ((12,), bool),
        ((2, 3, 4), int),
        ((4, 4), float),
        ((9,), int),
        ((2, 7), bool),
    ]:
        one = told_apart(
            lambda shape=shape, kind=kind: case(*_two_masks(rng, shape, kind)),
            ref.dice,
            counts_the_zeros,
            precision_alone,
            recall_alone,
        )
        yield one
    truth, _ = one.args
    yield case(truth, ~truth)  # apart
    yield case(truth, np.zeros_like(truth))
    empty = np.zeros(tuple(rng.integers(2, 6, 2)), int)
    yield case(empty, empty.copy())
    yield case(truth.astype(int), truth.astype(int))


def _two_masks(rng, shape, kind):
    """Two masks that overlap and differ in area."""
    a, b = rng.integers(0, 2, (2, *shape))
    a.flat[:4], b.flat[:4] = (1, 1, 1, 0), (1, 0, 0, 1)
    return a.astype(kind), b.astype(kind)


@dice.mistake(
    "That is the IoU. Dice is twice the intersection, divided by the sum of the areas."
)
def iou_not_dice(y_true, y_pred):
    a, b = np.asarray(y_true, bool), np.asarray(y_pred, bool)
    return np.sum(a & b) / np.sum(a | b) if np.any(a | b) else 1.0


@dice.mistake("The factor 2 is missing: equal masks should give 1.")
def without_the_two(y_true, y_pred):
    a, b = np.asarray(y_true, bool), np.asarray(y_pred, bool)
    total = a.sum() + b.sum()
    return np.sum(a & b) / total if total else 1.0


@dice.mistake("Two empty masks give 0. They agree, so return 1.")
def empty_is_zero(y_true, y_pred):
    a, b = np.asarray(y_true, bool), np.asarray(y_pred, bool)
    return 2 * np.sum(a & b) / max(a.sum() + b.sum(), 1)


@dice.mistake("Two empty masks give 0 / 0. They agree, so return 1.")
def empty_is_nan(y_true, y_pred):
    a, b = np.asarray(y_true, bool), np.asarray(y_pred, bool)
    total = a.sum() + b.sum()
    return 2 * np.sum(a & b) / total if total else float("nan")


@dice.mistake("Zeros count as agreement too. Only the ones count.")
def counts_the_zeros(y_true, y_pred):
    return np.mean(np.asarray(y_true, bool) == np.asarray(y_pred, bool))


@dice.mistake(
    "The intersection was divided by the area of the prediction only. Both areas count."
)
def precision_alone(y_true, y_pred):
    a, b = np.asarray(y_true, bool), np.asarray(y_pred, bool)
    return np.sum(a & b) / b.sum() if b.any() else float(not a.any())


@dice.mistake(
    "The intersection was divided by the area of the ground truth only. Both areas "
    "count."
)
def recall_alone(y_true, y_pred):
    a, b = np.asarray(y_true, bool), np.asarray(y_pred, bool)
    return np.sum(a & b) / a.sum() if a.any() else float(not b.any())


@dice.right
def dice_by_product(y_true, y_pred):
    a, b = np.float32(y_true), np.float32(y_pred)
    if a.sum() + b.sum() == 0:
        return 1
    return 2 * (a * b).sum() / (a.sum() + b.sum())


@dice.right
def dice_from_iou(y_true, y_pred):
    a, b = np.asarray(y_true, bool).ravel(), np.asarray(y_pred, bool).ravel()
    if not np.any(a | b):
        return 1.0
    share = np.sum(a & b) / np.sum(a | b)
    return 2 * share / (1 + share)


@dice.right
def dice_with_loops(y_true, y_pred):
    right = wrong = 0
    for a, b in zip(np.ravel(y_true), np.ravel(y_pred), strict=True):
        right += bool(a and b)
        wrong += bool(a) != bool(b)
    return 2 * right / (2 * right + wrong) if right + wrong else 1.0


lab.concept(
    "what_skips_bring",
    points=1,
    answer="A",
    why="The maps of the way down still contain the position of each edge.",
    because={
        "B": "Gradients profit too, but the forward pass would lack the detail.",
        "C": "They cost parameters: the next convolution reads more channels.",
        "D": "Pooling keeps what a region is, but loses where it ends.",
    },
)
