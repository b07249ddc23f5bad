"""Rows of C4W3: three meanings of average precision, and classes that are absent."""

import contextlib

import numpy as np
from libraries import Table

table = Table()
HITS = np.array([False, True, True])


def _average(lab):
    return lab.average_precision(HITS, 2)


@table.row(
    "average_precision",
    "detections by falling score: miss, hit, hit; two true objects",
    "scikit-learn",
    "average_precision_score",
    "it does not replace a precision by the best one to come",
)
def without_interpolation(lab):
    from sklearn.metrics import average_precision_score

    return _average(lab), average_precision_score(HITS, [0.9, 0.8, 0.7])


@table.row(
    "average_precision",
    "hit, miss, hit, miss and so on, 100 detections; 50 true objects",
    "pycocotools",
    "COCOeval at IoU 0.5",
    "COCO averages the precision at 101 recalls; its headline number is also a mean "
    "over ten IoU thresholds",
)
def of_coco(lab):
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    hits = np.tile([True, False], 50)
    images = range(1, 1 + len(hits))
    square = {"category_id": 1, "bbox": [0, 0, 10, 10], "area": 100, "iscrowd": 0}
    with contextlib.redirect_stdout(None):
        true, found = COCO(), COCO()
        for data, every in ((true, images[::2]), (found, images)):
            data.dataset = {
                "images": [{"id": i} for i in images],
                "categories": [{"id": 1}],
                "annotations": [
                    square | {"id": i, "image_id": i, "score": 1 - i / 200}
                    for i in every
                ],
            }
            data.createIndex()
        evaluation = COCOeval(true, found, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
    precision = evaluation.eval["precision"][0, :, 0, 0, -1]  # IoU 0.5, all areas
    return lab.average_precision(hits, 50), precision.mean()


@table.row(
    "mean_iou",
    "true [0, 0, 1, 1], predicted [0, 0, 1, 0], three classes of which one is nowhere",
    "torchmetrics",
    "functional.jaccard_index",
    "equal: a class that occurs in neither array is left out",
)
def absent_class(lab):
    import torch
    from torchmetrics.functional import jaccard_index

    true, predicted = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0])
    theirs = jaccard_index(
        torch.tensor(predicted), torch.tensor(true), "multiclass", num_classes=3
    )
    return lab.mean_iou(true, predicted, 3), theirs
