"""Hidden tests of C4W1: edges."""

import numpy as np

from autograder.checks.C4W1.common import lab, ref
from autograder.checks.check import case

lab.concept(
    "edge_sign",
    points=1,
    answer=-30,
    why="Left minus right, in three rows: 3 · (0 - 10). The sign tells which side is "
    "brighter.",
    because={
        30: "It is left minus right, and now the right side is brighter.",
        0: "The filter gives 0 where left and right are equal. Here they differ.",
        -10: "That is one row of the filter. There are three.",
        10: "That is one row of the filter, and with the sign reversed.",
        -60: "In each window, three rows and one column of each side count: 3 · 10.",
        60: "Three rows, one column of each side, and left minus right.",
    },
)


@lab.check("edge_filters", points=4, driver="responses")
def edge_filters(rng):
    """The four filters are constants: they are asked for what they say to a window.

    Whoever looks up the visible cases finds what the filters give there, not the
    filters themselves.
    """
    for _ in range(5):
        yield case(rng.permutation(np.arange(-20, 21))[:9].reshape(3, 3) * 1.5)


@edge_filters.mistake(
    "The vertical filters respond to horizontal edges and the other way round. A "
    "vertical edge is a difference between left and right: each row reads positive, "
    "0, negative."
)
def transposes_all():
    return {name: F.T for name, F in ref.edge_filters().items()}


@edge_filters.mistake(
    "All signs are reversed. The response should be positive where the left, or "
    "upper, side is brighter."
)
def reverses_signs():
    return {name: -F for name, F in ref.edge_filters().items()}


@edge_filters.mistake(
    "The signs of the horizontal filter are reversed. The response should be positive "
    "where the upper side is brighter."
)
def horizontal_upside_down():
    filters = ref.edge_filters()
    return filters | {"horizontal": -filters["horizontal"]}


@edge_filters.mistake(
    "Sobel's filter equals the vertical one. Its middle row counts more: see the table."
)
def sobel_without_weights():
    filters = ref.edge_filters()
    return filters | {"sobel": filters["vertical"]}


@edge_filters.mistake(
    "The filters are scaled. Use the weights as they stand in the table, without "
    "dividing by their sum."
)
def normalizes_filters():
    return {name: F / np.abs(F).sum() for name, F in ref.edge_filters().items()}


@edge_filters.mistake(
    "Sobel's and Scharr's filters respond to horizontal edges. Like the vertical one, "
    "they take the difference between left and right."
)
def smooths_across_the_edge():
    filters = ref.edge_filters()
    return {
        name: F.T if name in ("sobel", "scharr") else F for name, F in filters.items()
    }


@edge_filters.mistake(
    "The horizontal filter equals the vertical one. It should take the difference "
    "between top and bottom."
)
def horizontal_is_vertical():
    filters = ref.edge_filters()
    return filters | {"horizontal": filters["vertical"]}


@edge_filters.mistake(
    "Both outer sides of the filters have the same sign. A difference needs one "
    "positive and one negative side."
)
def adds_both_sides():
    return {name: np.abs(F) for name, F in ref.edge_filters().items()}


@edge_filters.mistake(
    "Only Scharr's filter is wrong: it has Sobel's weights. Compare the last two lines "
    "of the table."
)
def scharr_is_sobel():
    filters = ref.edge_filters()
    return filters | {"scharr": filters["sobel"]}


@edge_filters.mistake(
    "Scharr's filter responds to horizontal edges. Like Sobel's, it takes the "
    "difference between left and right."
)
def scharr_smooths_across_the_edge():
    filters = ref.edge_filters()
    return filters | {"scharr": filters["scharr"].T}


@edge_filters.mistake("The filters are lists. Make arrays of them, with `np.array`.")
def filters_as_lists():
    return {name: F.tolist() for name, F in ref.edge_filters().items()}


@edge_filters.mistake(
    "Only the three weights across the edge are there. A filter has three rows and "
    "three columns."
)
def one_row_each():
    return {name: np.array([1, 0, -1]) for name in ref.edge_filters()}


@edge_filters.right
def filters_written_out():
    return {
        "scharr": np.array([[3.0, 0, -3], [10, 0, -10], [3, 0, -3]], dtype=np.float32),
        "sobel": np.array([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]]),
        "vertical": np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]]),
        "horizontal": np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]]),
    }


@edge_filters.right
def filters_by_broadcasting():
    across, along = np.array([[1.0, 0.0, -1.0]]), np.array([[1.0], [1.0], [1.0]])
    sobel = np.array([[1.0], [2.0], [1.0]])
    return {
        "vertical": along * across,
        "horizontal": (along * across).T,
        "sobel": sobel * across,
        "scharr": np.array([[3.0], [10.0], [3.0]]) * across,
    }


lab.concept(
    "convolution_flip",
    points=1,
    answer="B",
    why="Sliding without turning is cross-correlation. Turning the filter twice gives "
    "it back, so it is also a convolution with the turned filter.",
    because={
        "A": "Mathematicians turn the filter first. The layer does not.",
        "C": "Turning by 180° reverses the order of rows and of columns; transposing "
        "swaps rows and columns.",
        "D": "Cross-correlation is what the layer does with W itself, not with W "
        "turned.",
    },
)
