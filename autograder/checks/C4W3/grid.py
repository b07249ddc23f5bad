"""Hidden tests of C4W3: boxes in a grid."""

import numpy as np

from autograder.checks.C4W3.common import lab, random_box, ref
from autograder.checks.check import case
from autograder.checks.drawing import told_apart


@lab.check("iou", points=6)
def iou(rng):
    """Overlapping, nested, equal, apart in one and in both directions, no area."""
    for _ in range(4):
        # Far from the corner of the image: positions are not sizes.
        a = random_box(rng, 4.0) + np.tile(rng.uniform([6, 8], [8, 10]), 2)
        h, w = a[2] - a[0], a[3] - a[1]
        b = a + np.array([0.3 * h, 0.2 * w, 0.3 * h, 0.4 * w])  # lower, and right
        yield case(a, b)
        yield case(a + np.array([0.5 * h, -0.3 * w, 0.2 * h, -0.6 * w]), a)
        yield case(a.tolist(), tuple(b - np.array([0.1 * h, 0, 0, 0.3 * w])))
    yield case(a, a + np.array([0.2 * h, 0.1 * w, -0.3 * h, -0.4 * w]))  # nested
    yield case(a, a.copy())
    b = random_box(rng, 0.4)  # small, as shares of an image are
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
        *map(_seeded, (divided_by_the_anchor, unsorted_anchors)),
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
