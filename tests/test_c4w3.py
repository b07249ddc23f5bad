"""C4W3 against outside witnesses: counting, fractions, PyTorch, numerical gradients."""

import types
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.checks import check
from autograder.checks.reference import reference
from helpers import data, nn, vision
from helpers.checks.verdict import judge
from helpers.drivers.C4W3 import level_down
from helpers.functional import Net
from helpers.gradients import numerical_derivative
from helpers.landmarks import vehicles
from helpers.plots.labs import c4w3 as figures
from helpers.scenes import load_scenes
from tests.recap import printed

lab = reference("C4W3")


# --- IoU, suppression and average precision, from their definitions ------------------


def counted_iou(a, b):
    """Boxes with whole corners as sets of unit squares, counted one by one."""
    first, second = (
        {(y, x) for y in range(box[0], box[2]) for x in range(box[1], box[3])}
        for box in (a, b)
    )
    either = len(first | second)
    return Fraction(len(first & second), either) if either else Fraction(0)


corner, side = st.integers(0, 6), st.integers(0, 5)
boxes_of_squares = st.builds(
    lambda y, x, h, w: (y, x, y + h, x + w), corner, corner, side, side
)


@given(boxes_of_squares, boxes_of_squares)
@settings(max_examples=100, deadline=None)
def test_iou_counts_squares(a, b):
    assert lab.iou(a, b) == pytest.approx(float(counted_iou(a, b)))
    assert lab.iou(a, b) == lab.iou(b, a)
    mirrored = [(box[1], box[0], box[3], box[2]) for box in (a, b)]
    assert lab.iou(*mirrored) == pytest.approx(lab.iou(a, b))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((0, 0, 2, 2), (0, 2, 2, 4), 0),  # touching along a side
        ((0, 0, 2, 2), (2, 2, 4, 4), 0),  # touching in a corner
        ((0, 0, 4, 4), (1, 1, 3, 3), 1 / 4),  # nested
        ((0, 0, 4, 4), (0, 0, 4, 4), 1),
        ((0, 0, 1, 1), (5, 7, 6, 8), 0),  # apart in both directions
        ((0, 0, 1, 9), (5, 0, 6, 9), 0),  # apart in one
        ((1, 1, 1, 5), (0, 0, 4, 4), 0),  # a line in a box
        ((2, 2, 2, 2), (2, 2, 2, 2), 0),  # two points
        ((-3, -3, -1, -1), (-2, -2, 0, 0), 1 / 7),
        ((0, 0, 1e-12, 1e-12), (0, 0, 1e-12, 2e-12), 1 / 2),
    ],
)
def test_iou_at_the_edges(a, b, expected):
    assert lab.iou(a, b) == pytest.approx(expected)
    assert lab.iou(np.array(a, float), list(b)) == pytest.approx(expected)


def kept_by_definition(scores, boxes, classes, max_boxes, threshold):
    """A box is kept if no kept box of its class that is surer overlaps it too much.

    Written as a recursion on squares counted one by one; shares no code with the lab.
    """
    rank = sorted(range(len(scores)), key=lambda i: (-scores[i], i))

    def kept(position):
        i = rank[position]
        return not any(
            classes[rank[p]] == classes[i]
            and counted_iou(boxes[rank[p]], boxes[i]) > threshold
            and kept(p)
            for p in range(position)
        )

    return [rank[p] for p in range(len(rank)) if kept(p)][:max_boxes]


@given(
    st.lists(
        st.tuples(st.integers(1, 5), boxes_of_squares, st.integers(0, 1)), max_size=9
    ),
    st.integers(1, 6),
    st.sampled_from([Fraction(0), Fraction(1, 4), Fraction(1, 2), Fraction(1)]),
)
@settings(max_examples=80, deadline=None)
def test_suppression_is_its_definition(found, max_boxes, threshold):
    scores = np.array([score / 8 for score, *_ in found])
    boxes = np.array([box for _, box, _ in found], float).reshape(-1, 4)
    classes = np.array([label for *_, label in found], int)
    expected = kept_by_definition(
        scores, boxes.astype(int), classes, max_boxes, threshold
    )
    ours = lab.yolo_non_max_suppression(
        scores, boxes, classes, max_boxes, float(threshold)
    )
    np.testing.assert_array_equal(ours[0], scores[expected])
    np.testing.assert_array_equal(ours[1], boxes[expected])
    np.testing.assert_array_equal(ours[2], classes[expected])


def test_suppression_of_nothing_touching_and_nested():
    none = np.zeros(0), np.zeros((0, 4)), np.zeros(0, int)
    assert [part.shape for part in lab.yolo_non_max_suppression(*none)] == [
        (0,),
        (0, 4),
        (0,),
    ]
    touching = np.array([[0, 0, 2, 2], [0, 2, 2, 4], [2, 0, 4, 2]], float)
    one = np.zeros(3, int)
    kept = lab.yolo_non_max_suppression(np.array([0.5, 0.7, 0.6]), touching, one, 10, 0)
    np.testing.assert_array_equal(kept[0], [0.7, 0.6, 0.5])
    nested = np.array([[0, 0, 4, 4], [1, 1, 3, 3]], float)  # IoU 1/4
    for threshold, left in ((0.2, 1), (0.25, 2), (0.3, 2)):
        kept = lab.yolo_non_max_suppression(
            np.array([0.9, 0.8]), nested, one[:2], 10, threshold
        )
        assert len(kept[0]) == left


def area_by_definition(hits, n_truths):
    """The area of the envelope, in fractions, strip by strip of recall."""
    points = []  # recall, precision after each detection
    for k in range(1, len(hits) + 1):
        right = sum(map(bool, hits[:k]))
        points.append((Fraction(right, n_truths), Fraction(right, k)))
    area = Fraction(0)
    for strip in range(n_truths):
        reached = [p for recall, p in points if recall >= Fraction(strip + 1, n_truths)]
        area += max(reached, default=Fraction(0)) / n_truths
    return area


@given(st.lists(st.booleans(), max_size=14), st.integers(0, 4))
@settings(max_examples=100, deadline=None)
def test_average_precision_is_the_area(hits, missed):
    n_truths = max(sum(hits) + missed, 1)
    ours = lab.average_precision(np.array(hits, bool), n_truths)
    assert ours == pytest.approx(float(area_by_definition(hits, n_truths)))


def hits_by_definition(detections, truths, threshold):
    """Pascal's rule in plain Python: (score, box, image), (box, image)."""
    unmatched, hits = list(range(len(truths))), []
    for _, box, image in sorted(detections, key=lambda one: -one[0]):
        best, at = Fraction(-1), None
        for j, (truth, where) in enumerate(truths):
            if where == image and counted_iou(box, truth) > best:
                best, at = counted_iou(box, truth), j
        hits.append(at in unmatched and best >= threshold)
        if hits[-1]:
            unmatched.remove(at)
    return hits


@given(
    st.lists(
        st.tuples(st.integers(0, 4), boxes_of_squares, st.integers(0, 2)), max_size=8
    ),
    st.lists(st.tuples(boxes_of_squares, st.integers(0, 2)), max_size=5),
    st.sampled_from([Fraction(1, 4), Fraction(1, 2), Fraction(3, 4)]),
)
@settings(max_examples=80, deadline=None)
def test_hits_are_those_of_pascal(found, truths, threshold):
    ours = lab.match_detections(
        np.array([score for score, *_ in found], float),
        np.array([box for _, box, _ in found], float).reshape(-1, 4),
        np.array([image for *_, image in found], int),
        np.array([box for box, _ in truths], float).reshape(-1, 4),
        np.array([image for _, image in truths], int),
        float(threshold),
    )
    assert ours.tolist() == hits_by_definition(found, truths, threshold)


# --- the grid ------------------------------------------------------------------------


def test_worked_numbers():
    said = np.array([[0.3, 0.9, 0.9, 0.9, 0.9, 0.5]])
    assert lab.localization_loss(np.zeros((1, 6)), said) == pytest.approx(0.09)
    assert round(lab.iou((0, 0, 2, 4), (1, 2, 3, 6)), 2) == 0.14
    Y = lab.encode_yolo(
        np.array([[0.6, 0.3, 0.2, 0.4]]), [1], 4, np.array([[0.2, 0.4]]), 3
    )
    np.testing.assert_allclose(Y[1, 2, 0], [1, 0.4, 0.2, 0, 0, 0, 1, 0], atol=1e-12)
    assert Y.sum() == pytest.approx(2.6)
    chain = np.array([[0, 0, 1, 4], [0, 1, 1, 5], [0, 2, 1, 6]], float)
    kept = lab.yolo_non_max_suppression(
        np.array([0.9, 0.8, 0.7]), chain, np.zeros(3, int)
    )
    np.testing.assert_array_equal(kept[0], [0.9, 0.7])


def test_every_scene_comes_back_from_its_grid():
    scenes = load_scenes("dev", slice(0, 40))
    anchors = np.array([[0.2, 0.2], [0.35, 0.36]])
    for boxes, classes in zip(scenes.boxes, scenes.classes, strict=True):
        boxes, classes = boxes[classes >= 0], classes[classes >= 0]
        centred = np.hstack(
            [(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]]
        )
        Y = lab.encode_yolo(centred, classes, 12, anchors, 5)
        scores, corners, labels = lab.yolo_eval(
            lab.decode_yolo(Y, anchors), (96, 96), iou_threshold=1
        )
        assert (scores == 1).all()
        expected = sorted(map(tuple, np.round(96 * boxes[:, [1, 0, 3, 2]], 6)))
        assert sorted(map(tuple, np.round(corners, 6))) == expected
        assert sorted(labels) == sorted(classes)


def test_anchors_are_a_fixed_point_and_better_than_random():
    rng = np.random.default_rng(0)
    wh = rng.uniform(0.05, 0.9, (300, 2))

    def fit(anchors):
        return np.array(
            [[lab.iou((0, 0, *a), (0, 0, *b)) for b in anchors] for a in wh]
        )

    anchors = lab.kmeans_anchors(wh, 4, np.random.default_rng(1))
    nearest = fit(anchors).argmax(axis=1)
    for i in range(4):
        np.testing.assert_allclose(wh[nearest == i].mean(axis=0), anchors[i])
    assert (np.diff(anchors.prod(axis=1)) > 0).all()
    assert fit(anchors).max(axis=1).mean() > fit(wh[:4]).max(axis=1).mean() + 0.05


def test_a_real_detector_finds_the_face_through_the_readers_functions():
    raw = vision.face_detector(data.load("face_detector").check_x)[0]

    def squash(z):
        return 1 / (1 + np.exp(-z))

    Y = np.concatenate(
        [
            squash(raw[..., 4:]),
            squash(raw[..., :2]),
            raw[..., 2:4],
            np.ones((13, 13, 5, 1)),
        ],
        axis=-1,
    )
    outputs = lab.decode_yolo(Y, vision.FACE_ANCHORS / 13)
    scores, boxes, _ = lab.yolo_eval(outputs, (416, 416), score_threshold=0.5)
    assert len(scores) == 1
    assert scores[0] > 0.95
    assert lab.iou(boxes[0], (60, 132, 154, 228)) > 0.7  # drawn by eye


# --- windows and pixels --------------------------------------------------------------


def test_a_dense_layer_is_a_convolution_as_pytorch_computes_it():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(2)
    X, W = rng.normal(size=(2, 6, 7, 3)), rng.normal(size=(4 * 4 * 3, 5))
    filters = torch.tensor(lab.dense_as_convolution(W, 4).transpose(3, 2, 0, 1))
    maps = torch.nn.functional.conv2d(torch.tensor(X.transpose(0, 3, 1, 2)), filters)
    for i, j in np.ndindex(3, 4):
        window = X[:, i : i + 4, j : j + 4].reshape(2, -1)
        np.testing.assert_allclose(window @ W, maps[:, :, i, j].numpy(), atol=1e-12)


@pytest.mark.parametrize(
    ("f", "stride", "pad"), [(3, 2, 1), (2, 1, 0), (4, 3, 1), (2, 3, 0), (5, 1, 2)]
)
def test_transposed_convolution_agrees_with_pytorch_and_is_the_adjoint(f, stride, pad):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(f)
    Z, W = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(f, f, 2, 5))
    ours = lab.transposed_conv(Z, W, stride, pad)
    theirs = torch.nn.functional.conv_transpose2d(
        torch.tensor(Z.transpose(0, 3, 1, 2)),
        torch.tensor(W.transpose(3, 2, 0, 1)),
        stride=stride,
        padding=pad,
    )
    np.testing.assert_allclose(ours, theirs.permute(0, 2, 3, 1).numpy(), atol=1e-12)
    X = rng.normal(size=ours.shape)
    convolved = torch.nn.functional.conv2d(
        torch.tensor(X.transpose(0, 3, 1, 2)),
        torch.tensor(W.transpose(3, 2, 0, 1)),
        stride=stride,
        padding=pad,
    )
    there = np.sum(convolved.permute(0, 2, 3, 1).numpy() * Z)
    assert there == pytest.approx(np.sum(X * ours))


def unet(depth, seed=0):
    """A U-Net in double precision, and pictures for it."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(2, 8, 4, 2))

    def run(x, net):
        return lab.unet_model(x, 2, 3, depth, net=net)

    return Net(run, X, rng=rng).astype(np.float64), X


@pytest.mark.parametrize("training", [True, False])
def test_unet_agrees_with_numerical_gradients(training):
    net, X = unet(2)
    net.train(training)
    R = np.random.default_rng(3).normal(size=net(X).shape)
    assert R.shape == (2, 8, 4, 3)
    x = nn.Tensor(X, requires_grad=True)
    nn.mean(net(x) * R).backward()
    perturbed = X.copy()
    close, rng = 0, np.random.default_rng(4)
    for _ in range(12):
        position = tuple(rng.integers(0, X.shape))
        numerical = numerical_derivative(
            lambda now: np.mean(net(now).data * R), perturbed, position
        )
        close += abs(numerical - x.grad[position]) < 1e-6 + 1e-4 * abs(numerical)
    assert close >= 11  # a kink of a ReLU may lie between the two points


def test_unet_has_the_parameters_of_the_drawing():
    def conv(f, a, b, extra):
        return f * f * a * b + extra

    def level(a, b):  # two convolutions without bias, two batch norms
        return conv(3, a, b, 2 * b) + conv(3, b, b, 2 * b)

    net, _ = unet(2)
    down = level(2, 2) + level(2, 4) + level(4, 8)
    up = conv(3, 8, 4, 4) + level(8, 4) + conv(3, 4, 2, 2) + level(4, 2)
    assert net.count_parameters() == down + up + conv(1, 2, 3, 3)


@given(st.integers(2, 5), st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_mask_scores_agree_with_a_joint_histogram(C, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, C, (2, 40)) * (rng.random((2, 40)) < 0.7)
    table = np.histogram2d(a, b, bins=np.arange(C + 1) - 0.5)[0]
    either = table.sum(axis=0) + table.sum(axis=1) - np.diag(table)
    there = either > 0
    expected = (np.diag(table)[there] / either[there]).mean()
    assert lab.mean_iou(a, b, C) == pytest.approx(expected)
    one, two = a == 1, b == 1
    if one.any() or two.any():
        share = np.sum(one & two) / np.sum(one | two)
        assert lab.dice(one, two) == pytest.approx(2 * share / (1 + share))


# --- what the lab brings along -------------------------------------------------------


def test_vehicles_have_their_wheels_inside_and_in_order():
    pictures, truth = vehicles("dev", 60, np.random.default_rng(0))
    again, _ = vehicles("dev", 60, np.random.default_rng(0))
    np.testing.assert_array_equal(pictures, again)
    here = truth[:, 0] == 1
    assert here.sum() == 40
    assert not truth[~here].any()
    assert (truth[here, 1] < truth[here, 3]).all()  # left before right
    assert (truth[here, 1:] > 0).all()
    assert (truth[here, 1:] < 1).all()
    for image, (_, *points) in zip(pictures[here], truth[here], strict=True):
        for x, y in np.reshape(points, (2, 2)):
            column, row = int(64 * x), int(64 * y)
            hub = image[row - 3 : row + 4, column - 3 : column + 4].astype(int)
            spread = hub.max(axis=-1) - hub.min(axis=-1)
            assert spread.min() < 60  # wheels are grey or brown


def test_figures_tell_what_they_show(capsys):
    image = np.zeros((96, 96, 3), np.uint8)
    box = np.array([[10.0, 20.0, 50.0, 90.0]])
    found = np.array([0.75]), box, np.array([1])
    none = np.zeros(0), np.zeros((0, 4)), np.zeros(0, int)
    shown = figures.detections(
        [image] * 2, [found, none], ["cat", "dog"], ["one", "two"], truth=[box, box]
    )
    assert "one: dog 0.75; two: no box" in shown.alt
    sure = np.zeros((3, 3))
    sure[1, 2] = 0.9
    shown = figures.cells([image], [np.ones((3, 3), int)], [sure], ["cat", "dog"])
    assert "dog at (1, 2)" in shown.alt
    mask = np.zeros((96, 96), int)
    mask[:48] = 2
    assert "50% marked" in figures.masks([image], [mask], names=["a", "b"]).alt
    assert "0 marks" in figures.points([image], [np.zeros((0, 2))], ["nose"]).alt
    shown = figures.window_map(image, np.ones((17, 17)))
    assert "100%" in shown.alt
    for one in capsys.readouterr().out.splitlines():
        assert one


def test_a_small_number_in_the_denominator_of_iou_costs_nothing_anywhere():
    """Neither `iou` itself nor what compares overlaps with a threshold."""

    def careful(box1, box2):
        low, high = np.maximum(box1[:2], box2[:2]), np.minimum(box1[2:], box2[2:])
        both = np.prod(np.clip(high - low, 0, None))
        areas = [np.prod(np.subtract(box[2:], box[:2])) for box in (box1, box2)]
        return both / (sum(areas) - both + 1e-9)

    checks = check.load("C4W3").checks
    for name in ("iou", "yolo_non_max_suppression", "match_detections"):
        function = careful
        if name != "iou":  # the reference, on top of this `iou`
            solution = checks[name].solution
            own = {**solution.__globals__, "iou": careful}
            function = types.FunctionType(
                solution.__code__, own, name, solution.__defaults__
            )
        for seed in range(10):
            for call in checks[name].draw(np.random.default_rng(seed)):
                expected = checks[name].expected(call, with_mistakes=False)
                got = checks[name].observe(function, call)
                assert judge(
                    name, [expected], [got], [], checks[name].spec.tolerance
                ).right


@pytest.mark.parametrize("answer", ["one map", "three maps"])
def test_a_level_that_returns_something_else_is_told_in_words(answer):
    def level(X, n_filters=32, max_pooling=True, *, net):
        X = net.conv(X, n_filters, f=3)
        return X if answer == "one map" else (X, X, X)

    found = level_down(level, np.zeros((1, 4, 4, 2)), 3, True)
    assert found["returned"] != "a tuple of 2"
    assert set(found) == set(
        level_down(reference("C4W3").conv_block, np.zeros((1, 4, 4, 2)), 3, True)
    )


def test_the_printed_pytorch_code_doubles_and_joins_maps():
    torch = pytest.importorskip("torch")
    enlarge, join = (
        line.split("#")[0].strip()
        for line in printed("C4W3", "torch").splitlines()
        if line.startswith("torch.")
    )
    deep, skip = torch.rand(1, 64, 5, 6), torch.rand(1, 32, 10, 12)
    up = eval(enlarge, {"torch": torch})(deep)
    assert up.shape == skip.shape
    joined = eval(join, {"torch": torch, "up": up, "skip": skip})
    assert joined.shape == (1, 64, 10, 12)


def test_average_precision_beside_coco_and_scikit_learn():
    """The numbers that the recap quotes, by those libraries' definitions."""

    def best(hits, n, recalls):
        precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
        found = np.cumsum(hits) / n
        return [max(precision[found >= r], default=0) for r in recalls]

    first, second = np.array([True, False, True]), np.array([False, True, True])
    assert lab.average_precision(first, 2) == pytest.approx(0.833, abs=5e-4)
    coco = np.mean(best(first, 2, np.linspace(0, 1, 101)))
    assert coco == pytest.approx(0.835, abs=5e-4)
    assert lab.average_precision(second, 2) == pytest.approx(0.667, abs=5e-4)
    precision = np.cumsum(second) / np.arange(1, 4)
    assert precision[second].mean() == pytest.approx(0.583, abs=5e-4)


def test_rounding_decides_at_an_overlap_of_exactly_the_threshold():
    """What the recap says of float32: one of two equal thresholds may be above."""
    overlaps = [((0, 0, 1, w), (0, s, 1, w + s)) for w in range(3, 20) for s in (1, 2)]
    double = [lab.iou(a, b) for a, b in overlaps]
    single = [float(np.float32(value)) for value in double]
    assert any(s > d for s, d in zip(single, double, strict=True))
    scores, classes = np.array([0.9, 0.8]), np.zeros(2, int)
    for (a, b), value in zip(overlaps, double, strict=True):
        boxes = np.array([a, b], float)
        kept, *_ = lab.yolo_non_max_suppression(scores, boxes, classes, 10, value)
        assert len(kept) == 2
