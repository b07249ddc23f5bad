"""What the simplest methods reach on each picture set, and what chance does.

``python benchmarks/baselines.py`` measures and writes ``benchmarks/baselines.md``, so
that a lab can say what it beats. Everything is deterministic; it takes about a minute.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from helpers import vision
from helpers.data import load
from helpers.scenes import load_scenes

Row = tuple[str, str, str, str]


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def flat(pictures: np.ndarray) -> np.ndarray:
    """Return pictures as rows of numbers, centred at 0.5."""
    rows = pictures.reshape(len(pictures), -1).astype(np.float32)
    return rows / rows.max() - 0.5


def nearest_mean(x, y, x_test, y_test) -> float:
    """Return the accuracy of naming the class whose mean is nearest."""
    means = np.stack([x[y == label].mean(axis=0) for label in np.unique(y)])
    scores = x_test @ means.T - 0.5 * np.sum(means**2, axis=1)
    return float(np.mean(np.unique(y)[scores.argmax(axis=1)] == y_test))


def softmax_regression(
    x, y, x_test, y_test, steps: int = 600, decay: float = 1e-3
) -> float:
    """Return the accuracy of multinomial logistic regression, full-batch momentum.

    Args:
        x: (m, n).
        y: Labels from 0, (m,).
        x_test: (k, n).
        y_test: (k,).
        steps: Number of updates.
        decay: Weight of the L2 penalty.
    """
    classes = y.max() + 1
    W, b = np.zeros((x.shape[1], classes), x.dtype), np.zeros(classes, x.dtype)
    speed_W, speed_b = np.zeros_like(W), np.zeros_like(b)
    truth = np.eye(classes, dtype=x.dtype)[y]
    # a step that cannot overshoot: the curvature is at most the largest eigenvalue / 2
    rate = 1.0 / np.mean(np.sum(x * x, axis=1))
    for _ in range(steps):
        Z = x @ W + b
        P = np.exp(Z - Z.max(axis=1, keepdims=True))
        P /= P.sum(axis=1, keepdims=True)
        error = (P - truth) / len(x)
        speed_W = 0.9 * speed_W - rate * (x.T @ error + decay * W)
        speed_b = 0.9 * speed_b - rate * error.sum(axis=0)
        W, b = W + speed_W, b + speed_b
    return float(np.mean((x_test @ W + b).argmax(axis=1) == y_test))


def classified(name: str) -> Row:
    """Measure a set with train_x, train_y, test_x, test_y."""
    data = load(name)
    x, x_test = flat(data.train_x), flat(data.test_x)
    chance = np.bincount(data.test_y).max() / len(data.test_y)
    mean = nearest_mean(x, data.train_y, x_test, data.test_y)
    linear = softmax_regression(x, data.train_y, x_test, data.test_y)
    return (
        name,
        percent(chance),
        percent(mean),
        f"logistic regression {percent(linear)}",
    )


def photos() -> Row:
    """Measure logistic regression on the pixels of the 64×64 photographs."""
    data = load("photos")
    x, x_test = flat(data.train_set_x), flat(data.test_set_x)
    y, y_test = data.train_set_y, data.test_set_y
    mean = nearest_mean(x, y, x_test, y_test)
    linear = softmax_regression(x, y, x_test, y_test)
    return "photos", "50.0 %", percent(mean), f"logistic regression {percent(linear)}"


def photos_160() -> Row:
    """Measure logistic regression on frozen features of MobileNetV2."""
    data = load("photos_160")
    features = {s: vision.mobilenet_v2(data[f"{s}_x"]) for s in ("train", "test")}
    centre, scale = features["train"].mean(axis=0), features["train"].std(axis=0) + 1e-3
    x, x_test = ((features[s] - centre) / scale for s in ("train", "test"))
    pixels = softmax_regression(
        flat(data.train_x), data.train_y, flat(data.test_x), data.test_y, steps=200
    )
    mean = nearest_mean(x, data.train_y, x_test, data.test_y)
    linear = softmax_regression(x, data.train_y, x_test, data.test_y)
    best = (
        f"logistic regression on pixels {percent(pixels)}, on features of MobileNetV2 "
    )
    return "photos_160", "50.0 %", percent(mean) + " (features)", best + percent(linear)


def faces() -> Row:
    """Measure naming a person of the test set from one picture each."""
    data = load("faces")
    pictures, people = data.test_x, data.test_y
    large = pictures.repeat(2, axis=1).repeat(2, axis=2)
    large = np.pad(large, [(0, 0), (11, 11), (11, 11), (0, 0)], mode="edge")
    scores = []
    for x in (flat(pictures), vision.face_embedding(large)):
        first = np.arange(0, len(x), 12)  # each person's first picture is known
        distance = np.linalg.norm(x[:, None] - x[first][None], axis=2)
        guess = people[first][distance.argmin(axis=1)]
        rest = np.setdiff1d(np.arange(len(x)), first)
        scores.append(np.mean(guess[rest] == people[rest]))
    best = f"embedding trained on real faces, one shot {percent(scores[1])}"
    return "faces", "12.5 %", f"one shot on pixels {percent(scores[0])}", best


def nuclei() -> Row:
    """Measure the best brightness threshold of the training tiles, by IoU."""
    data = load("nuclei")

    def overlap(x, y, threshold):
        guess = x > threshold
        return np.sum(guess & (y == 1)) / np.sum(guess | (y == 1))

    levels = range(5, 120)
    best = max(levels, key=lambda level: overlap(data.train_x, data.train_y, level))
    everywhere = data.test_y.mean()
    found = overlap(data.test_x, data.test_y, best)
    score = f"threshold {best} on brightness: IoU {found:.3f}"
    return "nuclei", f"all nucleus: IoU {everywhere:.3f}", "—", score


def scenes() -> Row:
    """Measure the commonest class in a box of mean size, and background everywhere."""
    train, test = load_scenes("train"), load_scenes("test")
    there = train.classes >= 0
    box = train.boxes[there].mean(axis=0)
    label = np.bincount(train.classes[there]).argmax()
    hits = 0
    for boxes, classes in zip(test.boxes, test.classes, strict=True):
        size = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
        inside = np.clip(size, 0, 1).prod(axis=1)
        union = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
        hits += np.sum((inside / (union - inside) >= 0.5) & (classes == label))
    recall = hits / np.sum(test.classes >= 0)
    background = np.mean(test.masks == 0) / 6
    chance = f"background everywhere: mIoU {background:.3f}"
    return "scenes", chance, "—", f"one fixed box: recall {percent(recall)} at IoU 0.5"


def nanodet() -> Row:
    """Measure precision and recall of NanoDet after non-max suppression."""
    data = load("nanodet")

    def iou(a, b):
        size = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
        inside = np.prod(np.clip(size, 0, None))
        return inside / ((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - inside)

    right = given = 0
    for picture in range(len(data.names)):
        best = data.scores[picture].max(axis=1)
        label = data.scores[picture].argmax(axis=1)
        kept: list[int] = []
        for row in np.argsort(-best):
            if best[row] < 0.45:
                break
            box = data.boxes[picture][row].astype(float)
            rivals = [k for k in kept if label[k] == label[row]]
            boxes = (data.boxes[picture][k].astype(float) for k in rivals)
            if all(iou(box, other) < 0.5 for other in boxes):
                kept.append(row)
        mine = np.flatnonzero(data.truth_picture == picture)
        free = set(mine.tolist())
        for row in kept:
            box = data.boxes[picture][row].astype(float)
            hits = [t for t in free if data.truth_class[t] == label[row]]
            hit = max(hits, key=lambda t: iou(box, data.truth_box[t]), default=None)
            if hit is not None and iou(box, data.truth_box[hit]) >= 0.5:
                free.remove(hit)
                right += 1
        given += len(kept)
    precision, recall = right / given, right / len(data.truth_class)
    score = f"precision {percent(precision)}, recall {percent(recall)} at IoU 0.5"
    return "nanodet", "—", "—", f"NMS at 0.5, score 0.45: {score}"


MEASURES: list[Callable[[], Row]] = [
    photos,
    photos_160,
    lambda: classified("fashion"),
    lambda: classified("silhouettes"),
    lambda: classified("digits"),
    lambda: classified("digits_8x8"),
    faces,
    nuclei,
    scenes,
    nanodet,
]


def table(title: str, measures: list[Callable[[], Row]]) -> str:
    """Return the measurements as a Markdown table."""
    lines = [f"# {title}", "", "| data | chance | nearest class mean | simple method |"]
    lines.append("|---|---:|---:|---|")
    lines += [f"| {' | '.join(measure())} |" for measure in measures]
    return "\n".join(lines) + "\n"


def main() -> None:
    text = table("Baselines on held-out pictures", MEASURES)
    Path(__file__).with_suffix(".md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
