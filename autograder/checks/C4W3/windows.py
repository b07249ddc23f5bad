"""Hidden tests of C4W3: windows."""

import numpy as np

from autograder.checks.C4W3.common import lab
from autograder.checks.check import case


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
