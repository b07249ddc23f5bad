"""Hidden tests of C1W2: images as columns."""

import numpy as np

from autograder.checks.C1W2.common import lab
from autograder.checks.check import case


@lab.check("image2vector", points=4)
def image2vector(rng):
    """One pixel, a grey image, colour images whose three sizes differ."""
    for shape in [(1, 1, 1), (2, 3, 1), (5, 4, 3), (3, 3, 3)]:
        yield case(rng.integers(1, 256, shape))


@image2vector.mistake(
    "One axis is missing: the result has shape (n,), not (n, 1). A column has two "
    "axes, the second of length 1."
)
def leaves_one_axis(image):
    return image.ravel()


@image2vector.mistake(
    "That is a row. In a column the first axis is the long one, and the second has "
    "length 1."
)
def makes_a_row(image):
    return image.reshape(1, -1)


@image2vector.mistake(
    "The numbers are not in the order of the image. Transposing, or order='F', changes "
    "the order; leave it alone."
)
def reads_backwards_through_the_axes(image):
    return image.T.reshape(-1, 1)


@image2vector.mistake(
    "The values are those of the image divided by 255. Only the arrangement should "
    "change here; the scaling comes later, for all images at once."
)
def scales_the_image(image):
    return image.reshape(-1, 1) / 255


@image2vector.mistake(
    "Each row of the image has become one row of the result. Every number should have "
    "a row to itself: the second axis has length 1."
)
def a_row_for_each_row(image):
    return image.reshape(image.shape[0], -1)


@image2vector.mistake(
    "Each pixel has a row to itself, with its colours side by side. Every single "
    "number should have one."
)
def a_row_for_each_pixel(image):
    return image.reshape(-1, image.shape[2])


@image2vector.mistake(
    "The colours come one after the other: first all red values, then green, then "
    "blue. Keep the order of the image, where the colours of a pixel stand together."
)
def one_colour_after_the_other(image):
    return np.moveaxis(image, 2, 0).reshape(-1, 1)


@image2vector.mistake(
    "The pixels are read column by column. Keep the order of the image, row by row."
)
def reads_column_by_column(image):
    return np.swapaxes(image, 0, 1).reshape(-1, 1)


@image2vector.mistake(
    "These images have other sizes than 64 × 64 × 3. Read the sizes from `image`, or "
    "let `reshape` work one of them out."
)
def sizes_of_this_lab(image):
    return image.reshape(64 * 64 * 3, 1)


@image2vector.right
def image2vector_from_sizes(image):
    length, height, depth = image.shape
    return image.reshape((length * height * depth, 1)).astype(np.float32)


@image2vector.right
def image2vector_with_loops(image):
    return np.array([[value] for row in image for pixel in row for value in pixel])


lab.concept(
    "kind_of_data",
    points=1,
    answer="C",
    why="Each column means something by itself.",
    because={
        "A": "A recording is a long series of air pressures; one of them alone means "
        "nothing.",
        "B": "A review is text: words mean something together, in their order.",
        "D": "A video is a series of images, and one pixel alone means nothing.",
    },
)

lab.concept(
    "count_parameters",
    points=1,
    answer=1801,
    why="20 · 30 · 3 weights and one bias.",
    because={
        1800: "All the weights are there. What about the bias?",
        601: "Colour images have three numbers per pixel.",
        600: "That is the number of pixels. Each has three colours, and there is a "
        "bias too.",
        1803: "There is one bias for the neuron, not one for each colour.",
        3600: "One bias is enough: it belongs to the neuron, not to the features.",
        54: "Sizes multiply: 20 rows of 30 pixels are 600 pixels.",
    },
)
