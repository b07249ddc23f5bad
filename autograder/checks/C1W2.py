"""Hidden tests of C1W2, logistic regression, and the ways its functions go wrong."""

import math

import numpy as np

from autograder.checks.check import Lab, case

lab = Lab("C1W2")
ref = lab.reference


# --- images --------------------------------------------------------------------------


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


# --- probabilities -------------------------------------------------------------------


@lab.check("basic_sigmoid", points=2)
def basic_sigmoid(rng):
    """Whole numbers and floats on both sides of zero, and zero."""
    yield case(0)
    for sign in (1, -1):
        yield case(sign * int(rng.integers(1, 5)))
        yield case(sign * float(rng.uniform(0.2, 2)))
        yield case(sign * float(rng.uniform(4, 9)))


@basic_sigmoid.mistake(
    "It falls where it should rise: x gets the value of -x. Look at the sign of the "
    "exponent, and at the numerator if yours is not 1."
)
def basic_falls(x):
    return 1 / (1 + math.exp(x))


@basic_sigmoid.mistake(
    "The values are above 1. `1 / 1 + …` divides first; put the sum in brackets."
)
def basic_without_brackets(x):
    return 1 / 1 + math.exp(-x)


@basic_sigmoid.mistake(
    "It divides by 1 minus the exponential, so some values are negative, or it divides "
    "by zero. The denominator is a sum."
)
def basic_with_a_difference(x):
    denominator = 1 - math.exp(-x)
    return 1 / denominator


@basic_sigmoid.mistake(
    "That is the exponential alone. It stands in the denominator, and 1 is added to it."
)
def exponential_alone(x):
    return math.exp(-x)


@basic_sigmoid.mistake(
    "1 is missing in the denominator: it is the sum of 1 and the exponential."
)
def without_the_one(x):
    return 1 / math.exp(-x)


@basic_sigmoid.right
def basic_the_other_way(x):
    return math.exp(x) / (1 + math.exp(x))


@basic_sigmoid.right
def basic_by_tanh(x):
    return np.float32((1 + math.tanh(x / 2)) / 2)


def _with_extremes(rng):
    """A vector with ±1000, 0, and a number on either side of it."""
    below, above = rng.uniform(0.5, 3, 2)
    return np.array([-1000.0, -below, 0.0, above, 1000.0])


@lab.check("sigmoid", points=5)
def sigmoid(rng):
    """A number, vectors with ±1000, whole numbers, a matrix and a stack of them."""
    yield case(float(rng.uniform(0.3, 1.5)))
    yield case(_with_extremes(rng))
    yield case(np.array([[0, *rng.integers(1, 9, 3), *-rng.integers(1, 9, 3)]]))
    yield case(rng.normal(scale=3, size=(4, 3)))
    yield case(rng.normal(scale=3, size=(2, 3, 2)))


@sigmoid.mistake(
    "It falls where it should rise: x gets the value of -x. Look at the sign of the "
    "exponent or, where you choose between two fractions, at which numerator belongs "
    "to which sign of x."
)
def falls(x):
    return 1 / (1 + np.exp(x))


@sigmoid.mistake(
    "There are values above 1. `1 / 1 + …` divides first; put the sum in brackets."
)
def without_brackets(x):
    return 1 / 1 + np.exp(-x)


@sigmoid.mistake(
    "The functions of `math` take single numbers only. `np.exp` takes an array and "
    "works on each element."
)
def for_numbers_only(x):
    return 1 / (1 + math.exp(-x))


@sigmoid.mistake(
    "At 1000 the result is nan: e to the power of 1000 is infinite, and infinity "
    "divided by infinity is undefined. Keep the exponent negative."
)
def infinite_by_infinite(x):
    return np.exp(x) / (1 + np.exp(x))


@sigmoid.mistake(
    "That is tanh: it goes from -1 to 1. The sigmoid goes from 0 to 1, with 0.5 at 0."
)
def hyperbolic_tangent(x):
    return np.tanh(x)


@sigmoid.mistake(
    "The values are right, but the shape of the input is lost. Work on the whole array "
    "at once instead of collecting values in a list."
)
def collects_in_a_list(x):
    return ref.sigmoid(np.ravel(x))


@sigmoid.mistake(
    "Below 0, x gets the value of -x. The two fractions with e^-|x| have different "
    "numerators; `np.where` can choose between them."
)
def mirrored_below_zero(x):
    return 1 / (1 + np.exp(-np.abs(x)))


@sigmoid.mistake(
    "Above 0, x gets the value of -x. The two fractions with e^-|x| have different "
    "numerators; `np.where` can choose between them."
)
def mirrored_above_zero(x):
    e = np.exp(-np.abs(x))
    return e / (1 + e)


@sigmoid.mistake(
    "Where x is negative, the result is 0. These values need the other form of the "
    "fraction."
)
def zero_below_zero(x):
    return ref.sigmoid(x) * (np.asarray(x) > 0)


@sigmoid.right
def sigmoid_with_a_warning(x):
    return 1 / (1 + np.exp(-x))


@sigmoid.right
def sigmoid_by_tanh(x):
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(x, dtype=np.float32)))


@sigmoid.right
def sigmoid_with_a_loop(x):
    x = np.asarray(x, dtype=float)
    out = np.empty_like(x)
    for index, value in np.ndenumerate(x):
        e = math.exp(-abs(value))
        out[index] = (1 if value > 0 else e) / (1 + e)
    return out


# --- derivatives ---------------------------------------------------------------------


@lab.check("sigmoid_derivative", points=4)
def sigmoid_derivative(rng):
    """Numbers, a vector with ±1000, a matrix and a stack of them."""
    yield case(float(rng.uniform(0.3, 1.5)))
    yield case(-float(rng.uniform(0.3, 1.5)))
    yield case(_with_extremes(rng))
    yield case(rng.normal(scale=2, size=(3, 4)))
    yield case(rng.normal(scale=2, size=(2, 2, 2)))


@sigmoid_derivative.mistake(
    "In s (1 - s), s is the sigmoid of the argument, not the argument itself."
)
def derivative_from_the_argument(x):
    return x * (1 - x)


@sigmoid_derivative.mistake(
    "1 - s² belongs to tanh. The derivative of the sigmoid is never above a quarter."
)
def derivative_of_tanh(x):
    return 1 - ref.sigmoid(x) ** 2


@sigmoid_derivative.mistake(
    "That is the sigmoid, not its derivative: the factor 1 - s is missing."
)
def the_value_itself(x):
    return ref.sigmoid(x)


@sigmoid_derivative.mistake(
    "The sigmoid was applied twice: in s (1 - s), s is sigmoid(x)."
)
def sigmoid_of_the_sigmoid(x):
    s = ref.sigmoid(ref.sigmoid(x))
    return s * (1 - s)


@sigmoid_derivative.mistake(
    "At -1000 the result is nan: an exponential is infinite there. Your `sigmoid` is "
    "safe at both ends; build on its value."
)
def derivative_that_overflows(x):
    e = np.exp(-np.asarray(x))
    return e / (1 + e) ** 2


@sigmoid_derivative.mistake(
    "Everything is 0: `s * 1 - s` multiplies first. Put 1 - s in brackets."
)
def derivative_without_brackets(x):
    s = ref.sigmoid(x)
    return s * 1 - s


@sigmoid_derivative.mistake(
    "That is 1 - s alone. It has to be multiplied by s, the sigmoid of the argument."
)
def second_factor_alone(x):
    return 1 - ref.sigmoid(x)


@sigmoid_derivative.mistake(
    "The sign is wrong: the sigmoid rises everywhere, so no derivative is negative."
)
def derivative_of_the_wrong_sign(x):
    s = ref.sigmoid(x)
    return s * (s - 1)


@sigmoid_derivative.right
def derivative_from_exponentials(x):
    e = np.exp(-np.abs(x))
    return e / (1 + e) ** 2


@sigmoid_derivative.right
def derivative_with_a_loop(x):
    x = np.asarray(x, dtype=np.float32)
    return np.array(
        [0.25 * (1 - math.tanh(value / 2) ** 2) for value in x.flat], dtype=np.float32
    ).reshape(x.shape)


lab.concept(
    "graph_slope",
    points=2,
    answer=40,
    why="2v = 10 is passed on to u and multiplied by b = 4.",
    because={
        10: "That is the derivative with respect to v. Two more steps lead back to a.",
        4: "That is the derivative of u with respect to a. The steps after u multiply "
        "it.",
        30: "That is the derivative with respect to b. If a grows by 1, u = a·b grows "
        "by b.",
        20: "The derivative of v² is 2v, not v.",
        25: "That is L itself, not a derivative.",
        5: "That is v itself, not a derivative.",
    },
)


@lab.check("computation_graph", points=7)
def computation_graph(rng):
    """Whole numbers, a zero among them, and floats of either sign."""
    a, b, c = (int(n) for n in rng.permutation(np.arange(2, 9))[:3])
    yield case(a, b, c)
    yield case(a, 0, -c)
    for sign in (1, -1):
        a, b, c = (float(x) for x in rng.uniform([0.5, 1.5, 3.5], [1, 3, 5]))
        yield case(sign * a, b, -sign * c)


@computation_graph.mistake(
    "All three derivatives are a third of what they should be. The last step, J = 3v, "
    "is part of the chain."
)
def leaves_out_the_last_step(a, b, c):
    return 3 * (a + b * c), {"da": 1, "db": c, "dc": b}


@computation_graph.mistake(
    "db and dc are swapped. In u = b·c, if b grows by 1, u grows by c."
)
def swaps_the_factors(a, b, c):
    return 3 * (a + b * c), {"da": 3, "db": 3 * b, "dc": 3 * c}


@computation_graph.mistake(
    "db and dc stop at u. One more step leads from u back to b and c, and it "
    "multiplies."
)
def stops_at_the_product(a, b, c):
    return 3 * (a + b * c), {"da": 3, "db": 3, "dc": 3}


@computation_graph.mistake(
    "In J = 3 (a + b c) the 3 multiplies the whole bracket. In yours it multiplies a "
    "only, in J and in the derivatives."
)
def loses_the_bracket(a, b, c):
    return 3 * a + b * c, {"da": 3, "db": c, "dc": b}


@computation_graph.mistake(
    "The derivatives are right, but J is not: the 3 should multiply the whole of "
    "a + b c, not a alone."
)
def value_without_the_bracket(a, b, c):
    return 3 * a + b * c, ref.computation_graph(a, b, c)[1]


@computation_graph.mistake(
    "The derivatives are right, but J is not: c multiplies b only, not a."
)
def value_of_another_product(a, b, c):
    return 3 * (a + b) * c, ref.computation_graph(a, b, c)[1]


@computation_graph.mistake(
    "The derivatives are right, but J is not: b and c are added where they should be "
    "multiplied."
)
def value_of_a_sum(a, b, c):
    return 3 * (a + b + c), ref.computation_graph(a, b, c)[1]


@computation_graph.mistake(
    "The derivatives are right, but J is a third of what it should be: the last step "
    "is J = 3v."
)
def value_without_the_last_step(a, b, c):
    J, grads = ref.computation_graph(a, b, c)
    return J / 3, grads


@computation_graph.mistake(
    "On the way back the 3 is multiplied by v once more. If v grows by 1, by how much "
    "does J = 3v grow?"
)
def multiplies_by_the_value(a, b, c):
    dv = 3 * (a + b * c)
    return dv, {"da": dv, "db": dv * c, "dc": dv * b}


@computation_graph.mistake("Return J first, then the dictionary of derivatives.")
def returns_in_the_other_order(a, b, c):
    J, grads = ref.computation_graph(a, b, c)
    return grads, J


@computation_graph.mistake(
    "da is right, but db and dc are a third of what they should be: the 3 of the last "
    "step belongs to them too."
)
def factor_for_a_only(a, b, c):
    return 3 * (a + b * c), {"da": 3, "db": c, "dc": b}


@computation_graph.right
def graph_by_differences(a, b, c):
    def value(a, b, c):
        return 3 * (a + b * c)

    h = 1e-4
    return value(a, b, c), {
        "da": (value(a + h, b, c) - value(a - h, b, c)) / (2 * h),
        "db": (value(a, b + h, c) - value(a, b - h, c)) / (2 * h),
        "dc": (value(a, b, c + h) - value(a, b, c - h)) / (2 * h),
    }


@computation_graph.right
def graph_in_one_go(a, b, c):
    grads = {"dc": np.float32(3 * b), "db": np.float32(3 * c), "da": np.float32(3)}
    return np.float32(3 * a + 3 * b * c), grads


# --- arrays --------------------------------------------------------------------------

lab.concept(
    "product_for_z",
    points=1,
    answer="D",
    why="(1, n_x) times (n_x, m) is (1, m): one weighted sum per example.",
    because={
        "A": "`*` multiplies each input by its weight but adds nothing up: (n_x, m).",
        "B": "(n_x, 1) times (n_x, m) does not fit: the inner sizes must agree.",
        "C": "`np.outer` multiplies every weight by every input: (n_x, n_x·m).",
    },
)


@lab.check("normalize_rows", points=5)
def normalize_rows(rng):
    """One number, one row, one column, a square and a wide table."""
    yield case(-rng.uniform(1, 5, (1, 1)))
    yield case(rng.uniform(1, 5, (4, 1)) * rng.permutation([[-1], [1], [-1], [1]]))
    for shape in [(1, 5), (3, 3), (4, 6)]:
        x = rng.normal(scale=3, size=shape)
        yield case(x + np.sign(x))  # no row is near zero


@normalize_rows.mistake(
    "The columns have length 1, not the rows. axis=1 sums along a row."
)
def normalizes_columns(x):
    return x / np.linalg.norm(x, axis=0, keepdims=True)


@normalize_rows.mistake(
    "The lengths have shape (rows,), which NumPy matches with the columns. Keep the "
    "summed axis: keepdims=True."
)
def drops_the_axis(x):
    return x / np.linalg.norm(x, axis=1)


@normalize_rows.mistake(
    "Each row was divided by the sum of its absolute values. The length is the square "
    "root of the sum of squares."
)
def normalizes_by_absolute_values(x):
    return x / np.sum(np.abs(x), axis=1, keepdims=True)


@normalize_rows.mistake(
    "Each row was divided by the square of its length: the square root is missing."
)
def forgets_the_root(x):
    return x / np.sum(x**2, axis=1, keepdims=True)


@normalize_rows.mistake(
    "Each row was divided by its sum. Its length is the square root of the sum of "
    "squares."
)
def normalizes_by_sums(x):
    return x / np.sum(x, axis=1, keepdims=True)


@normalize_rows.mistake(
    "Each row was divided by its largest absolute value. Its length is the square root "
    "of the sum of squares."
)
def normalizes_by_the_largest(x):
    return x / np.max(np.abs(x), axis=1, keepdims=True)


@normalize_rows.mistake(
    "These are the lengths of the rows. Divide each row by its length."
)
def returns_the_lengths(x):
    return np.linalg.norm(x, axis=1, keepdims=True)


@normalize_rows.mistake(
    "All rows were divided by the same number, the length of the whole table. Each row "
    "has its own length: axis=1."
)
def one_length_for_all(x):
    return x / np.linalg.norm(x)


@normalize_rows.mistake(
    "It writes into its argument. `x /= …` changes the caller's array; `x / …` makes a "
    "new one."
)
def normalizes_in_place(x):
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return x


@normalize_rows.mistake(
    "Each row was standardized: its mean was subtracted, and it was divided by its "
    "standard deviation. Here it is only divided, by its length."
)
def standardizes_rows(x):
    with np.errstate(invalid="ignore"):
        return (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)


@normalize_rows.right
def normalize_with_loops(x):
    out = np.empty(x.shape)
    for i, row in enumerate(x):
        length = math.sqrt(sum(value * value for value in row))
        for j, value in enumerate(row):
            out[i, j] = value / length
    return out


@normalize_rows.right
def normalize_transposed(x):
    x = x.astype(np.float32)
    return (x.T / np.sqrt(np.sum(x * x, axis=1))).T


@lab.check("softmax", points=6)
def softmax(rng):
    """One class, equal scores, a square, ±1000 in one row and in different rows."""
    yield case(rng.normal(size=(3, 1)))
    yield case(np.full((2, 4), rng.uniform(-2, 2)))
    yield case(rng.normal(scale=2, size=(3, 3)))
    small, smaller = rng.uniform([0.5, 1.5], [1, 2])
    yield case(
        np.array([[1000.0, 1000 - small, 0.0], [-1000.0, -1000.0, -1000 - smaller]])
    )
    yield case(rng.normal(scale=2, size=(1, 5)))
    yield case(rng.normal(scale=2, size=(4, 3)))


@softmax.mistake(
    "At ±1000 the result is nan: the exponentials are infinite, or all of them are 0. "
    "Subtract the row's maximum first."
)
def overflows(x):
    e = np.exp(x)
    return e / np.sum(e, axis=1, keepdims=True)


@softmax.mistake(
    "The columns sum to 1, not the rows. Each example is a row: axis=1 for the maximum "
    "and for the sum."
)
def probabilities_of_columns(x):
    e = np.exp(x - np.max(x, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


@softmax.mistake("The whole table sums to 1. Each row should: axis=1 in the sum.")
def probabilities_of_the_table(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


@softmax.mistake(
    "At ±1000 the result is nan, and elsewhere the whole table sums to 1. Subtract the "
    "row's maximum first, and sum each row: axis=1."
)
def overflows_and_sums_the_table(x):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.exp(x) / np.sum(np.exp(x))


@softmax.mistake(
    "The same maximum was subtracted from all rows. In a row far below it all "
    "exponentials are 0, and 0 / 0 is nan. Subtract each row's own maximum."
)
def one_maximum_for_all(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e, axis=1, keepdims=True)


@softmax.mistake(
    "The sums have shape (m,), which NumPy matches with the columns. Keep the summed "
    "axis: keepdims=True."
)
def sums_without_axis(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1)


@softmax.mistake(
    "The scores themselves were divided by their sum, so negative scores can give "
    "negative probabilities. Take the exponential first."
)
def forgets_the_exponential(x):
    return x / np.sum(x, axis=1, keepdims=True)


@softmax.mistake(
    "The exponentials were divided by the sum of the whole table. Divide each row by "
    "its own sum: axis=1."
)
def sum_of_the_table(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e)


@softmax.mistake(
    "The numerator is not an exponential: the scores themselves were divided by the "
    "sum of the exponentials."
)
def score_as_the_numerator(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return x / np.sum(e, axis=1, keepdims=True)


@softmax.mistake(
    "The numerator is not an exponential: the lowered scores were divided by the sum "
    "of the exponentials."
)
def lowered_score_as_the_numerator(x):
    lowered = x - np.max(x, axis=1, keepdims=True)
    return lowered / np.sum(np.exp(lowered), axis=1, keepdims=True)


@softmax.mistake(
    "At ±1000 the result is nan, and elsewhere the columns sum to 1. Subtract the "
    "row's maximum first, and sum along the rows: axis=1."
)
def overflows_and_sums_columns(x):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.exp(x) / np.sum(np.exp(x), axis=0)


@softmax.mistake(
    "The minimum of each row was subtracted, so large scores still overflow. Subtract "
    "the maximum."
)
def subtracts_the_minimum(x):
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(x - np.min(x, axis=1, keepdims=True))
        return e / np.sum(e, axis=1, keepdims=True)


@softmax.mistake(
    "The largest score gets the smallest probability. Look at the sign of the exponent."
)
def exponent_of_the_wrong_sign(x):
    e = np.exp(np.min(x, axis=1, keepdims=True) - x)
    return e / np.sum(e, axis=1, keepdims=True)


@softmax.mistake(
    "The maximum of each column was subtracted. All scores of a row have to be lowered "
    "by the same number, or its probabilities change: axis=1."
)
def maximum_of_columns(x):
    e = np.exp(x - np.max(x, axis=0))
    return e / np.sum(e, axis=1, keepdims=True)


@softmax.mistake(
    "The exponentials were divided by sums of columns, so rows do not sum to 1. Sum "
    "along the rows: axis=1."
)
def sums_of_columns(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=0)


@softmax.mistake(
    "These are the exponentials of the scores. Divide each by the sum of its row."
)
def forgets_the_sum(x):
    return np.exp(x - np.max(x, axis=1, keepdims=True))


@softmax.mistake(
    "The sigmoid was applied to each score on its own. The probabilities of a row have "
    "to add up to 1."
)
def sigmoid_of_each(x):
    return ref.sigmoid(x)


@softmax.mistake(
    "These are the logarithms of the probabilities: none is above 0. Return the "
    "probabilities themselves."
)
def logarithms_of_probabilities(x):
    return x - np.logaddexp.reduce(x, axis=1, keepdims=True)


@softmax.right
def softmax_with_loops(x):
    rows = []
    for row in x.tolist():
        top = max(row)
        e = [math.exp(value - top) for value in row]
        rows.append([value / sum(e) for value in e])
    return np.array(rows)


@softmax.right
def softmax_through_logarithms(x):
    x = x.astype(np.float32)
    log_sum = np.logaddexp.reduce(x, axis=1)
    return np.exp(x - log_sum[:, np.newaxis])


def labels_and_guesses(rng):
    """One pair, several, and perfect predictions."""
    yield case(rng.uniform(0.1, 0.9, 1), np.array([0]))
    for m in (4, 6, 9):  # errors of either sign, which do not cancel
        y = rng.permutation(np.arange(m) % 2)
        yield case(np.abs(y - rng.uniform(0.1, 0.3, m) * (1 + y)), y)
    y = rng.permutation(np.arange(7) % 2)
    yield case(y.astype(float), y)


@lab.check("L1", points=3)
def l1(rng):
    """One pair, several, and perfect predictions."""
    yield from labels_and_guesses(rng)


@l1.mistake("Errors of opposite sign cancel. Take absolute values before adding up.")
def l1_without_absolute_values(yhat, y):
    return np.sum(y - yhat)


@l1.mistake(
    "The absolute value was taken of the sum, where errors of opposite sign have "
    "cancelled already. Take absolute values first, then add up."
)
def l1_absolute_value_of_the_sum(yhat, y):
    return np.abs(np.sum(y - yhat))


@l1.mistake("That is the largest error. This loss adds all of them up.")
def l1_takes_the_largest(yhat, y):
    return np.max(np.abs(y - yhat))


@l1.mistake("That is the average error. This loss is the sum, not the average.")
def l1_averages(yhat, y):
    return np.mean(np.abs(y - yhat))


@l1.mistake(
    "That is the square root of a sum of squares. This loss adds up absolute values."
)
def l1_takes_the_norm(yhat, y):
    return np.linalg.norm(y - yhat)


@l1.mistake("The errors were squared. That is the next exercise.")
def l1_squares(yhat, y):
    return np.sum((y - yhat) ** 2)


@l1.mistake("These are the absolute values of the single errors. Add them up.")
def l1_keeps_them_apart(yhat, y):
    return np.abs(y - yhat)


@l1.right
def l1_with_a_loop(yhat, y):
    return sum(abs(a - b) for a, b in zip(yhat.tolist(), y.tolist(), strict=True))


@l1.right
def l1_as_norm(yhat, y):
    return np.linalg.norm((yhat - y).astype(np.float32), ord=1)


@lab.check("L2", points=3)
def l2(rng):
    """One pair, several, and perfect predictions."""
    yield from labels_and_guesses(rng)


@l2.mistake(
    "A square root was taken: that is the norm. This loss is the sum of squares."
)
def l2_takes_a_root(yhat, y):
    return np.linalg.norm(y - yhat)


@l2.mistake("That is the average square. This loss is the sum, not the average.")
def l2_averages(yhat, y):
    return np.mean((y - yhat) ** 2)


@l2.mistake("That is half of the sum of squares. This loss has no factor.")
def l2_half(yhat, y):
    return np.sum((y - yhat) ** 2) / 2


@l2.mistake("Absolute values were added up, not squares.")
def l2_absolute_values(yhat, y):
    return np.sum(np.abs(y - yhat))


@l2.mistake("The sum was squared. Square each error first, then add up.")
def l2_squares_the_sum(yhat, y):
    return np.sum(y - yhat) ** 2


@l2.mistake(
    "The sum of the absolute values was squared. Square each error first, then add up."
)
def l2_squares_l1(yhat, y):
    return np.sum(np.abs(y - yhat)) ** 2


@l2.mistake("These are the squares of the single errors. Add them up.")
def l2_keeps_them_apart(yhat, y):
    return (y - yhat) ** 2


@l2.mistake(
    "The squares were subtracted from each other. Subtract first, then square each "
    "difference."
)
def l2_difference_of_squares(yhat, y):
    return np.sum(y**2 - yhat**2)


@l2.mistake(
    "Predictions and labels were multiplied by each other. It is their difference that "
    "is multiplied by itself."
)
def l2_product_of_both(yhat, y):
    return np.dot(yhat, y)


@l2.right
def l2_with_a_loop(yhat, y):
    total = 0.0
    for a, b in zip(yhat, y, strict=True):
        total += (a - b) ** 2
    return total


@l2.right
def l2_in_float32(yhat, y):
    return np.sum(np.square(yhat.astype(np.float32) - y.astype(np.float32)))


lab.concept(
    "broadcast_shape",
    points=2,
    answer="B",
    why="Each of the two is repeated along its axis of length 1: 36 differences.",
    because={
        "A": "If only it were! An axis of length 1 is repeated, without a warning.",
        "C": "Neither shape wins: each axis of length 1 is repeated to fit the other.",
        "D": "Neither shape wins: each axis of length 1 is repeated to fit the other.",
    },
)


# --- learning ------------------------------------------------------------------------

lab.concept(
    "loss_by_hand",
    points=2,
    answer=1.609,
    digits=3,
    why="y = 1, so the loss is -ln 0.2.",
    because={
        0.223: "That is -ln(1 - a), the loss if the label were 0.",
        -1.609: "A loss is never negative. The logarithm of a probability is, so there "
        "is a minus sign before it.",
        0.699: "That is the logarithm to base 10. Here ln is meant, `np.log`.",
        2.322: "That is the logarithm to base 2. Here ln is meant, `np.log`.",
        0.8: "That is the distance 1 - a. The loss is a logarithm.",
        0.64: "That is the squared distance. The loss is a logarithm.",
        1.61: "Nearly. Give three decimals.",
        1.6: "Nearly. Give three decimals.",
    },
)

lab.concept(
    "cost_of_copies",
    points=1,
    answer="C",
    why="Twice the sum, divided by twice the number: the average does not change.",
    because={
        "A": "The sum of the losses doubles, but the cost is their average.",
        "B": "m doubles, but so does the sum that is divided by it.",
        "D": "Each loss appears twice, whatever the label. Think of the average.",
    },
)


@lab.check("initialize_with_zeros", points=3)
def initialize_with_zeros(rng):
    """One weight, a few, and a number drawn."""
    for low, high in ((1, 2), (5, 30), (30, 90), (90, 200)):
        yield case(int(rng.integers(low, high)))


@initialize_with_zeros.mistake(
    "w has one axis only, the trap of part 4. Give `np.zeros` a shape with two."
)
def zeros_of_one_axis(dim):
    return np.zeros(dim), 0.0


@initialize_with_zeros.mistake(
    "w is a row. In a column the first axis is the long one, and the second has length "
    "1."
)
def zeros_in_a_row(dim):
    return np.zeros((1, dim)), 0.0


@initialize_with_zeros.mistake(
    "w is random. Here we start from zeros; random starts come next week."
)
def random_weights(dim):
    return np.random.randn(dim, 1) * 0.01, 0.0


@initialize_with_zeros.mistake(
    "w is a square table. It should be a column, with one weight in each row."
)
def zeros_in_a_square(dim):
    return np.zeros((dim, dim)), 0.0


@initialize_with_zeros.mistake("w holds ones. It should hold zeros.")
def ones(dim):
    return np.ones((dim, 1)), 0.0


@initialize_with_zeros.mistake("b is an array. The bias is one number, 0.0.")
def bias_in_an_array(dim):
    return np.zeros((dim, 1)), np.zeros((1, 1))


@initialize_with_zeros.right
def zeros_from_lists(dim):
    return np.array([[0.0]] * dim), 0


@initialize_with_zeros.right
def zeros_in_float32(dim):
    w = np.full((dim, 1), 0, dtype=np.float32)
    return w, np.float32(0)


def drawn_examples(rng, n, m):
    """Weights, bias, features and labels; no probability is close to 0 or 1."""
    w = rng.normal(size=(n, 1)) / np.sqrt(n)
    b = float(rng.normal())
    return w, b, rng.normal(size=(n, m)), labels(rng, m)


def labels(rng, m):
    """Both labels, as evenly as possible; 0 where there is one example only."""
    return rng.permutation(np.arange(m) % 2).reshape(1, m)


@lab.check("propagate", points=15)
def propagate(rng):
    """One feature, one example, zeros to start from, and tables wide and tall."""
    for n, m in [(1, 1), (1, 5), (6, 1), (4, 7), (12, 30)]:
        yield case(*drawn_examples(rng, n, m))
    _, _, X, Y = drawn_examples(rng, 5, 3)
    yield case(np.zeros((5, 1)), 0.0, X, Y)


def _loss(A, Y):
    return -(Y * np.log(A) + (1 - Y) * np.log(1 - A))


def _activations(w, b, X):
    return ref.sigmoid(np.dot(w.T, X) + b)


@propagate.mistake(
    "The cost is m times too large. Average the loss over the m examples."
)
def sums_the_cost(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads, cost * X.shape[1]


@propagate.mistake(
    "dw and db are m times too large. They are averages over the m examples, like the "
    "cost."
)
def sums_the_gradients(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return {key: value * X.shape[1] for key, value in grads.items()}, cost


@propagate.mistake("db is m times too large: divide the sum by m.")
def sums_the_bias(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"db": grads["db"] * X.shape[1]}, cost


@propagate.mistake("dw is m times too large: the division by m is missing there.")
def sums_the_weights(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"dw": grads["dw"] * X.shape[1]}, cost


@propagate.mistake(
    "The cost is negative. Logarithms of probabilities are negative, so the loss has a "
    "minus sign in front."
)
def negative_cost(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads, -cost


@propagate.mistake(
    "Both derivatives have the wrong sign: dz is the prediction minus the label, A - Y."
)
def label_minus_prediction(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return {key: -value for key, value in grads.items()}, cost


@propagate.mistake(
    "The cost counts the examples with label 1 only. The second term, with 1 - Y, is "
    "for the others."
)
def half_the_loss(w, b, X, Y):
    grads, _ = ref.propagate(w, b, X, Y)
    return grads, -np.mean(Y * np.log(_activations(w, b, X)))


@propagate.mistake("The second term of the cost uses log(A) where it needs log(1 - A).")
def same_logarithm_twice(w, b, X, Y):
    grads, _ = ref.propagate(w, b, X, Y)
    A = _activations(w, b, X)
    return grads, -np.mean(Y * np.log(A) + (1 - Y) * np.log(A))


@propagate.mistake(
    "The second term of the cost has the wrong sign. The minus applies to both terms: "
    "put brackets around their sum."
)
def minus_before_one_term(w, b, X, Y):
    grads, _ = ref.propagate(w, b, X, Y)
    A = _activations(w, b, X)
    return grads, np.mean(-Y * np.log(A) + (1 - Y) * np.log(1 - A))


@propagate.mistake(
    "Only the first term of the cost was added up: a bracket closes too early. Average "
    "the sum of both terms."
)
def sums_one_term(w, b, X, Y):
    grads, _ = ref.propagate(w, b, X, Y)
    A = _activations(w, b, X)
    return grads, -np.mean(Y * np.log(A)) + (1 - Y) * np.log(1 - A)


@propagate.mistake(
    "The two labels are swapped in the cost: log(A) belongs to Y, log(1 - A) to 1 - Y."
)
def labels_swapped(w, b, X, Y):
    grads, _ = ref.propagate(w, b, X, Y)
    return grads, np.mean(_loss(_activations(w, b, X), 1 - Y))


@propagate.mistake(
    "The bias is added after the sigmoid. It belongs in the weighted sum, w.T X + b."
)
def bias_after_the_sigmoid(w, b, X, Y):
    A = ref.sigmoid(np.dot(w.T, X)) + b
    m = X.shape[1]
    with np.errstate(invalid="ignore"):
        cost = np.sum(_loss(A, Y)) / m
    return {"dw": np.dot(X, (A - Y).T) / m, "db": np.sum(A - Y) / m}, cost


@propagate.mistake("dw has the wrong sign; db is right. Both are made from A - Y.")
def weights_of_the_wrong_sign(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"dw": -grads["dw"]}, cost


@propagate.mistake("db has the wrong sign; dw is right. Both are made from A - Y.")
def bias_of_the_wrong_sign(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"db": -grads["db"]}, cost


@propagate.mistake(
    "db is the average of A alone. The labels are missing: average A - Y."
)
def bias_without_labels(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"db": np.mean(_activations(w, b, X))}, cost


@propagate.mistake(
    "db was computed from dw, but the inputs do not enter into it: average A - Y."
)
def bias_from_the_weights(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"db": np.mean(grads["dw"])}, cost


@propagate.mistake("dw and db are m times too small: they were divided by m twice.")
def averages_twice(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return {key: value / X.shape[1] for key, value in grads.items()}, cost


@propagate.mistake("The bias is not used. The weighted sum is w.T X + b.")
def forgets_the_bias(w, b, X, Y):
    return ref.propagate(w, 0.0, X, Y)


@propagate.mistake(
    "The sigmoid is missing: A is the weighted sum itself, not a probability."
)
def forgets_the_sigmoid(w, b, X, Y):
    A = np.dot(w.T, X) + b
    m = X.shape[1]
    grads = {"dw": np.dot(X, (A - Y).T) / m, "db": np.sum(A - Y) / m}
    with np.errstate(divide="ignore", invalid="ignore"):
        return grads, np.sum(_loss(A, Y)) / m


@propagate.mistake("dw is a row. It should have the shape of w, a column.")
def gradient_in_a_row(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"dw": grads["dw"].T}, cost


@propagate.mistake(
    "It averages over the features. m is the number of examples, X.shape[1]."
)
def averages_over_features(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    factor = X.shape[1] / X.shape[0]
    return {key: value * factor for key, value in grads.items()}, cost * factor


@propagate.mistake(
    "Cost, dw and db are all m times too large. Is m the number of examples, the "
    "columns of X and Y?"
)
def counts_the_rows_of_y(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    m = X.shape[1]
    return {key: value * m for key, value in grads.items()}, cost * m


@propagate.mistake(
    "The cost uses the logarithm to base 10. Take the natural one, `np.log`."
)
def logarithm_to_base_ten(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads, cost / np.log(10)


@propagate.mistake("The cost uses another logarithm. Take the natural one, `np.log`.")
def other_logarithm(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads, cost / np.log(2)


@propagate.mistake(
    "dw and db contain a factor A (1 - A) that should not be there. With this loss it "
    "cancels out: dz = a - y."
)
def gradient_of_squares(w, b, X, Y):
    _, cost = ref.propagate(w, b, X, Y)
    A = _activations(w, b, X)
    dZ = (A - Y) * A * (1 - A)
    return {"dw": np.dot(X, dZ.T) / X.shape[1], "db": np.mean(dZ)}, cost


@propagate.mistake(
    "The cost is an array of shape (1, 1). `np.sum` over everything, or `np.squeeze`, "
    "makes it a number."
)
def cost_in_a_table(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads, np.array([[cost]])


@propagate.mistake(
    "db still has one value for each example. Sum over the examples to get one number."
)
def bias_for_each_example(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"db": (_activations(w, b, X) - Y) / X.shape[1]}, cost


@propagate.mistake(
    "The cost is the average squared error. Logistic regression uses the cross-entropy."
)
def squared_error(w, b, X, Y):
    grads, _ = ref.propagate(w, b, X, Y)
    return grads, np.mean((_activations(w, b, X) - Y) ** 2)


@propagate.mistake(
    "The cost is half of the average squared error. Logistic regression uses the "
    "cross-entropy."
)
def half_the_squared_error(w, b, X, Y):
    grads, _ = ref.propagate(w, b, X, Y)
    return grads, np.mean((_activations(w, b, X) - Y) ** 2) / 2


@propagate.mistake(
    "db is an array with one axis. Sum over everything, without `axis`, to get a "
    "number."
)
def bias_in_an_array_of_one(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"db": np.array([grads["db"]])}, cost


@propagate.right
def propagate_with_loops(w, b, X, Y):
    n, m = X.shape
    cost, db, dw = 0.0, 0.0, np.zeros((n, 1))
    for i in range(m):
        z = b
        for j in range(n):
            z += w[j, 0] * X[j, i]
        a = 1 / (1 + math.exp(-z))
        y = Y[0, i]
        cost -= y * math.log(a) + (1 - y) * math.log(1 - a)
        db += a - y
        for j in range(n):
            dw[j, 0] += X[j, i] * (a - y)
    return {"dw": dw / m, "db": db / m}, cost / m


@propagate.right
def propagate_in_float32(w, b, X, Y):
    w, X = w.astype(np.float32), X.astype(np.float32)
    A = 1 / (1 + np.exp(-(w.T @ X + np.float32(b))))
    cost = np.squeeze(np.array(np.mean(_loss(A, Y), axis=1)))
    dZ = (A - Y).astype(np.float32)
    return {"dw": X @ dZ.T / X.shape[1], "db": dZ.mean(), "A": A}, cost


@propagate.right
def propagate_without_logarithms_of_a(w, b, X, Y):
    Z = np.sum(w * X, axis=0, keepdims=True) + b
    error = ref.sigmoid(Z) - Y
    dw = np.mean(X * error, axis=1, keepdims=True)
    return {"db": np.mean(error), "dw": dw}, np.mean(np.logaddexp(0, Z) - Y * Z)


lab.concept(
    "zeros_start",
    points=1,
    answer="B",
    why="dw_j = x_j dz: each weight is moved by its own pixel.",
    because={
        "A": "b starts at 0 as well, and the derivatives of the weights differ without "
        "it.",
        "C": "σ(0) is 0.5, so the first error is 0.5 on every example.",
        "D": "There is no noise: the same data give the same steps.",
    },
)


@lab.check("optimize", points=11)
def optimize(rng):
    """One step, few steps, several recorded costs, the defaults, one example.

    - Costs are recorded before iterations 0, 100, 200 …: 1, 4, 100 and 201 steps.
    - The gradients are those used in the last step.
    - The arguments stay as they are; the defaults are 100 steps and 0.009.
    - Every step is taken, even where the step before made the cost larger.
    """
    yield case(*_uncentred(rng, 3, 6), num_iterations=1, learning_rate=0.1)
    yield case(*_uncentred(rng, 1, 1), num_iterations=4, learning_rate=0.5)
    yield case(*_uncentred(rng, 2, 5))
    yield case(
        *_uncentred(rng, 4, 9),
        num_iterations=201,
        learning_rate=0.05,
        print_cost=True,
    )
    yield _rising(rng)


def _uncentred(rng, n, m):
    """Training examples in which each step of w changes the gradient of b."""
    w, b, X, Y = drawn_examples(rng, n, m)
    return w / 2, b / 2, np.abs(X) + 0.5, Y


def _rising(rng):
    """A few steps so long that the cost rises on the way, though not far."""
    while True:
        examples = _uncentred(rng, 2, 6)
        for rate in (0.5, 1, 2, 4):
            costs = _descent(*examples, 4, rate, every=1)[2]
            if max(np.diff(costs[:3])) > 0.1 and max(costs) < 4:
                return case(*examples, num_iterations=4, learning_rate=rate)


def _descent(w, b, X, Y, num_iterations, learning_rate, every=100):
    """Gradient descent; a cost every `every` steps."""
    costs = []
    for i in range(num_iterations):
        grads, cost = ref.propagate(w, b, X, Y)
        if i % every == 0:
            costs.append(cost)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
    return {"w": w, "b": b}, grads, costs


@optimize.mistake("The cost rises. The gradient points uphill, so subtract it.")
def climbs(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    return _descent(w, b, X, Y, num_iterations, -learning_rate)


@optimize.mistake(
    "It writes into its argument w. `w -= …` changes the caller's array; `w = w - …` "
    "makes a new one."
)
def descends_in_place(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    params, grads, costs = ref.optimize(w, b, X, Y, num_iterations, learning_rate)
    w[:] = params["w"]
    return params, grads, costs


@optimize.mistake(
    "There is a cost for every step. Append it only at steps 0, 100, 200, …"
)
def records_every_cost(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return _descent(w, b, X, Y, num_iterations, learning_rate, every=1)


@optimize.mistake(
    "Every step uses the gradients of the start. Call `propagate` before each step, "
    "with w and b as they are then."
)
def gradients_of_the_start(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    grads, cost = ref.propagate(w, b, X, Y)
    w = w - num_iterations * learning_rate * grads["dw"]
    b = b - num_iterations * learning_rate * grads["db"]
    return {"w": w, "b": b}, grads, [cost] * (1 + (num_iterations - 1) // 100)


@optimize.mistake("The bias never changes. It takes a step as the weights do.")
def leaves_the_bias(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    costs = []
    for i in range(num_iterations):
        grads, cost = ref.propagate(w, b, X, Y)
        if i % 100 == 0:
            costs.append(cost)
        w = w - learning_rate * grads["dw"]
    return {"w": w, "b": b}, grads, costs


@optimize.mistake(
    "The parameters are those of the start. Return the ones after the last step."
)
def returns_the_start(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    _, grads, costs = ref.optimize(w, b, X, Y, num_iterations, learning_rate)
    return {"w": w, "b": b}, grads, costs


@optimize.mistake("It takes one step too many. `range(n)` gives n values, 0 to n - 1.")
def one_step_too_many(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return ref.optimize(w, b, X, Y, num_iterations + 1, learning_rate)


@optimize.mistake("It takes one step too few. `range(n)` gives n values, 0 to n - 1.")
def one_step_too_few(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    params, _, costs = _descent(w, b, X, Y, num_iterations - 1, learning_rate)
    return params, ref.propagate(params["w"], params["b"], X, Y)[0], costs


@optimize.mistake(
    "It stops after the first step. The `return` belongs after the loop, not inside it."
)
def returns_inside_the_loop(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return ref.optimize(w, b, X, Y, 1, learning_rate)


@optimize.mistake(
    "It always takes 100 steps. The argument `num_iterations` says how many."
)
def a_hundred_steps_always(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return ref.optimize(w, b, X, Y, 100, learning_rate)


@optimize.mistake(
    "The gradients are those of the final parameters. Return the ones that the last "
    "step used."
)
def gradients_after_the_last_step(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    params, _, costs = ref.optimize(w, b, X, Y, num_iterations, learning_rate)
    return params, ref.propagate(params["w"], params["b"], X, Y)[0], costs


@optimize.mistake(
    "The list of costs is empty. Append the cost also when `print_cost` is false; "
    "begin at step 0."
)
def records_nothing(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    params, grads, costs = ref.optimize(w, b, X, Y, num_iterations, learning_rate)
    return params, grads, costs if print_cost else []


@optimize.mistake("The bias takes its step with dw. It has its own gradient, db.")
def moves_the_bias_by_dw(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    costs = []
    for i in range(num_iterations):
        grads, cost = ref.propagate(w, b, X, Y)
        if i % 100 == 0:
            costs.append(cost)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["dw"]
    return {"w": w, "b": b}, grads, costs


@optimize.mistake(
    "The learning rate is always 0.009. The argument `learning_rate` says which to use."
)
def one_rate_for_all(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return ref.optimize(w, b, X, Y, num_iterations, 0.009)


@optimize.mistake(
    "It always takes 100 steps with a learning rate of 0.009. The arguments "
    "`num_iterations` and `learning_rate` say which to use."
)
def defaults_for_all(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return ref.optimize(w, b, X, Y)


@optimize.mistake(
    "The steps are m times too short: `propagate` has divided the gradients by m "
    "already."
)
def averages_again(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    m = X.shape[1]
    params, grads, costs = ref.optimize(w, b, X, Y, num_iterations, learning_rate / m)
    return params, grads, costs


@optimize.mistake(
    "The learning rate is not used: every step is the full gradient. Multiply by it."
)
def ignores_the_rate(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return ref.optimize(w, b, X, Y, num_iterations, 1.0)


@optimize.mistake(
    "The costs are those after the step. The first one should be the cost of the start."
)
def records_too_late(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    costs = []
    for i in range(num_iterations):
        grads, _ = ref.propagate(w, b, X, Y)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
        if i % 100 == 0:
            costs.append(ref.propagate(w, b, X, Y)[1])
    return {"w": w, "b": b}, grads, costs


@optimize.mistake(
    "The cost of the start is missing: the steps were counted from 1. Count from 0, "
    "and append the costs before steps 0, 100, 200, …"
)
def counts_from_one(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    params, grads, _ = ref.optimize(w, b, X, Y, num_iterations, learning_rate)
    _, _, all_costs = _descent(w, b, X, Y, num_iterations, learning_rate, every=1)
    return params, grads, all_costs[99::100]


@optimize.mistake(
    "There is a cost for every tenth step. Append it only at steps 0, 100, 200, …"
)
def records_every_tenth_cost(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return _descent(w, b, X, Y, num_iterations, learning_rate, every=10)


@optimize.mistake(
    "The second result holds the parameters again. Return the gradients of the last "
    "step there."
)
def parameters_for_gradients(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    params, _, costs = ref.optimize(w, b, X, Y, num_iterations, learning_rate)
    return params, {"dw": params["w"], "db": params["b"]}, costs


@optimize.mistake("Only the last of the costs is there. Append each to the list.")
def keeps_the_last_cost(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    params, grads, costs = ref.optimize(w, b, X, Y, num_iterations, learning_rate)
    return params, grads, costs[-1:]


@optimize.mistake(
    "The step of the bias uses the gradient at the new weights. Compute both gradients "
    "first, then take both steps."
)
def moves_one_after_the_other(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    costs = []
    for i in range(num_iterations):
        grads, cost = ref.propagate(w, b, X, Y)
        if i % 100 == 0:
            costs.append(cost)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * ref.propagate(w, b, X, Y)[0]["db"]
    return {"w": w, "b": b}, grads, costs


@optimize.mistake(
    "Every step uses the gradients of the start. Call `propagate` before each step, "
    "with w and b as they are then."
)
def gradients_of_the_start_alone(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    grads, costs = ref.propagate(w, b, X, Y)[0], []
    for i in range(num_iterations):
        if i % 100 == 0:
            costs.append(ref.propagate(w, b, X, Y)[1])
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
    return {"w": w, "b": b}, grads, costs


@optimize.mistake(
    "It stops when the cost no longer falls. Take `num_iterations` steps, whatever the "
    "cost does."
)
def stops_when_the_cost_rises(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    costs, last = [], np.inf
    for i in range(num_iterations):
        grads, cost = ref.propagate(w, b, X, Y)
        if i % 100 == 0:
            costs.append(cost)
        if cost >= last:
            break
        last = cost
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
    return {"w": w, "b": b}, grads, costs


@optimize.right
def optimize_on_copies(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    w = w.copy()
    m = X.shape[1]
    costs = np.zeros((num_iterations + 99) // 100)
    for i in range(num_iterations):
        A = 1 / (1 + np.exp(-(w.T @ X + b)))
        if i % 100 == 0:
            costs[i // 100] = _loss(A, Y).mean()
        dw, db = X @ (A - Y).T / m, np.mean(A - Y)
        w -= learning_rate * dw
        b -= learning_rate * db
    return {"w": w, "b": b}, {"dw": dw, "db": db}, list(costs)


@optimize.right
def optimize_in_float32(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    w, X, b = w.astype(np.float32), X.astype(np.float32), np.float32(b)
    step, costs = 0, []
    while step < num_iterations:
        grads, cost = ref.propagate(w, b, X, Y)
        if not step % 100:
            costs += [np.float32(cost)]
        w = (w - learning_rate * grads["dw"]).astype(np.float32)
        b = np.float32(b - learning_rate * grads["db"])
        step += 1
    return {"w": w, "b": b}, grads, costs


lab.concept(
    "rate_too_large",
    points=1,
    answer="B",
    why="A cost that goes up and down, ever higher, comes from steps that jump across "
    "the valley.",
    because={
        "A": "More of the same steps jump farther each time: 1.94, 2.31, 2.75.",
        "C": "Larger steps jump still farther. The cost is not creeping, it is rising.",
        "D": "More images change what is learned, not how far a step goes.",
    },
)


@lab.check("predict", points=6)
def predict(rng):
    """Sure and unsure neurons, one example, one feature, and an undecided example.

    - The bias counts: without it some label changes in each case but the last.
    - 0.5 is compared with the probability, not with the weighted sum: some sums lie
      between 0 and 0.5.
    - At exactly 0.5 the label is 0.
    """
    for n, m, b in [(3, 20, -0.6), (1, 8, 0.7), (5, 1, 0.8), (4, 12, 0.9)]:
        z = np.concatenate([[0.3], [-0.3, -2.0, 2.0], rng.normal(scale=2, size=m)])
        z = z[:1] if m == 1 else rng.permutation(z[:m])
        yield case(*_with_weighted_sums(rng, n, b, z))
    w = np.where(rng.uniform(size=(2, 1)) < 0.5, -1, 1) * rng.uniform(0.5, 2, (2, 1))
    X = np.concatenate([w, np.zeros((2, 2)), -w], axis=1)
    yield case(w, 0.0, X[:, rng.permutation(4)])


def _with_weighted_sums(rng, n, b, z):
    """Weights, bias and examples for which w.T X + b is z."""
    w = rng.normal(size=(n, 1)) + np.sign(rng.normal(size=(n, 1)))
    X = rng.normal(size=(n, len(z)))
    return w, b, X + w * (z - b - w.T @ X) / np.sum(w**2)


@predict.mistake("These are probabilities. Decide: 1 above 0.5, else 0.")
def returns_probabilities(w, b, X):
    return _activations(w, b, X)


@predict.mistake("Everything is 1: every probability is above 0. Compare it with 0.5.")
def threshold_of_zero(w, b, X):
    return (_activations(w, b, X) > 0).astype(int)


@predict.mistake(
    "Everything is 0: `astype(int)` cuts 0.9 down to 0. Compare with 0.5 first."
)
def predicts_by_cutting_off(w, b, X):
    return _activations(w, b, X).astype(int)


@predict.mistake("The bias is not used. The weighted sum is w.T X + b.")
def predicts_without_bias(w, b, X):
    return ref.predict(w, 0.0, X)


@predict.mistake(
    "The weighted sum was compared with 0.5. Compare the probability, after the "
    "sigmoid."
)
def threshold_on_the_sum(w, b, X):
    return (np.dot(w.T, X) + b > 0.5).astype(int)


@predict.mistake("At exactly 0.5 the answer is 0: 1 is for above 0.5 only.")
def one_at_the_threshold(w, b, X):
    return (_activations(w, b, X) >= 0.5).astype(int)


@predict.mistake(
    "An axis is missing. The labels have the shape (1, m), like Y, so that they can be "
    "compared with it."
)
def predicts_in_a_list(w, b, X):
    return ref.predict(w, b, X).ravel()


@predict.mistake("The labels are in a column. Their shape is (1, m), a row.")
def predicts_in_a_column(w, b, X):
    return ref.predict(w, b, X).T


@predict.mistake("0 and 1 are swapped: 1 is for probabilities above 0.5.")
def predicts_the_other(w, b, X):
    return 1 - ref.predict(w, b, X)


@predict.mistake("It is 1 below 0.5. It should be 1 for probabilities above 0.5.")
def one_below_the_threshold(w, b, X):
    return (_activations(w, b, X) < 0.5).astype(int)


@predict.mistake(
    "The threshold is the mean of the probabilities. It is 0.5, whatever the other "
    "examples are."
)
def threshold_of_the_mean(w, b, X):
    A = _activations(w, b, X)
    return (A.mean() < A).astype(int)


@predict.right
def predict_with_a_loop(w, b, X):
    labels = np.zeros((1, X.shape[1]))
    for i in range(X.shape[1]):
        z = float(sum(w[:, 0] * X[:, i]) + b)
        labels[0, i] = 1 if 1 / (1 + math.exp(-z)) > 0.5 else 0
    return labels


@predict.right
def predict_from_the_sum(w, b, X):
    return w.astype(np.float32).T @ X.astype(np.float32) + np.float32(b) > 0


@predict.right
def predict_by_rounding(w, b, X):
    return np.round(_activations(w, b, X))


# --- photographs ---------------------------------------------------------------------


@lab.check("model", points=8)
def model(rng):
    """Small sets of two clouds, few steps, settings given and left out."""
    settings = [
        {"num_iterations": 30, "learning_rate": 0.1},
        {"num_iterations": 1, "learning_rate": 0.02},
        {"num_iterations": 120},
    ]
    for n, given in zip((3, 1, 5), settings, strict=True):
        X, Y = _clouds(rng, n, 10)
        X_test, Y_test = _clouds(rng, n, 6)
        yield case(X, Y, X_test, Y_test, **given)


def _clouds(rng, n, m):
    """Two overlapping clouds of points, not centred, two of three with label 1.

    One point has both labels, so no neuron gets all of them right.
    """
    Y = (np.arange(m) % 3 > 0).astype(int).reshape(1, m)
    X = rng.normal(size=(n, m)) + Y + 0.3
    X[:, 1] = X[:, 0]
    order = rng.permutation(m)
    return X[:, order], Y[:, order]


@model.mistake(
    "It learns from the test set, which stands for photographs nobody has taken yet."
)
def learns_from_the_test_set(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_test, Y_test, X_train, Y_train, num_iterations, learning_rate)
    return right | {
        "Y_prediction_train": right["Y_prediction_test"],
        "Y_prediction_test": right["Y_prediction_train"],
    }


@model.mistake("The predictions for the training set and the test set are swapped.")
def swaps_the_predictions(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    return right | {
        "Y_prediction_train": right["Y_prediction_test"],
        "Y_prediction_test": right["Y_prediction_train"],
    }


@model.mistake(
    "All predictions are 0, as from the initial zeros. Predict with the parameters "
    "that `optimize` returned."
)
def predicts_with_zeros(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    return right | {
        "Y_prediction_train": np.zeros(Y_train.shape),
        "Y_prediction_test": np.zeros(Y_test.shape),
    }


@model.mistake(
    "The learning rate does not reach `optimize`, which then uses its default, 0.009."
)
def forgets_the_rate(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, 0.009)
    return right | {"learning_rate": learning_rate}


@model.mistake(
    "The number of iterations does not reach `optimize`, which then uses its default, "
    "100."
)
def forgets_the_iterations(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, 100, learning_rate)
    return right | {"num_iterations": num_iterations}


@model.mistake(
    "Both predictions are those for the training set. Give `predict` X_test as well."
)
def predicts_the_training_set_twice(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    return right | {"Y_prediction_test": right["Y_prediction_train"]}


@model.mistake(
    "Neither setting reaches `optimize`, which then uses its defaults, 100 and 0.009."
)
def forgets_both_settings(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, 100, 0.009)
    given = {"num_iterations": num_iterations, "learning_rate": learning_rate}
    return right | given


@model.mistake("The predictions are probabilities. `predict` turns them into labels.")
def predicts_probabilities(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    return right | {
        "Y_prediction_train": _activations(right["w"], right["b"], X_train),
        "Y_prediction_test": _activations(right["w"], right["b"], X_test),
    }


@model.mistake(
    "`Y_prediction_train` and `Y_prediction_test` hold the labels that were given. "
    "They should hold what `predict` returns."
)
def hands_the_labels_back(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    return right | {"Y_prediction_train": Y_train, "Y_prediction_test": Y_test}


@model.mistake(
    "`w` and `b` are the zeros of the start. Return what `optimize` returned."
)
def returns_the_zeros(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    return right | {"w": np.zeros_like(right["w"]), "b": 0.0}


@model.mistake(
    "After training it goes on learning on the test set. Learn from the training set "
    "only."
)
def goes_on_with_the_test_set(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    params, _, _ = ref.optimize(
        right["w"], right["b"], X_test, Y_test, num_iterations, learning_rate
    )
    w, b = params["w"], params["b"]
    return right | {
        "w": w,
        "b": b,
        "Y_prediction_test": ref.predict(w, b, X_test),
    }


@model.mistake(
    "The predictions for the test set are all 0, as from the initial zeros. Use the "
    "parameters that `optimize` returned for both sets."
)
def predicts_the_test_set_with_zeros(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    return right | {"Y_prediction_test": np.zeros(Y_test.shape)}


@model.mistake(
    "`Y_prediction_train` and `Y_prediction_test` hold accuracies. They should hold "
    "the predicted labels."
)
def accuracies_for_predictions(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    return right | {
        "Y_prediction_train": np.mean(right["Y_prediction_train"] == Y_train),
        "Y_prediction_test": np.mean(right["Y_prediction_test"] == Y_test),
    }


@model.mistake(
    "`optimize` takes num_iterations before learning_rate. Given by name, their order "
    "does not matter."
)
def swaps_the_settings(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    w, b = ref.initialize_with_zeros(X_train.shape[0])
    return ref.optimize(w, b, X_train, Y_train, learning_rate, num_iterations)


@model.right
def model_on_its_own(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    n, m = X_train.shape
    w, b, costs = [0.0] * n, 0.0, []
    for step in range(num_iterations):
        dw, db, cost = [0.0] * n, 0.0, 0.0
        for i in range(m):
            z = b + sum(w[j] * X_train[j, i] for j in range(n))
            a, y = 1 / (1 + math.exp(-z)), Y_train[0, i]
            cost -= math.log(a if y else 1 - a) / m
            db += (a - y) / m
            for j in range(n):
                dw[j] += X_train[j, i] * (a - y) / m
        if step % 100 == 0:
            costs.append(cost)
        w = [value - learning_rate * d for value, d in zip(w, dw, strict=True)]
        b -= learning_rate * db
    column = np.array(w).reshape(-1, 1)
    return {
        "w": column,
        "b": b,
        "costs": costs,
        "Y_prediction_train": column.T @ X_train + b > 0,
        "Y_prediction_test": column.T @ X_test + b > 0,
        "num_iterations": num_iterations,
        "learning_rate": learning_rate,
    }


@model.right
def model_in_float32(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    X_train, X_test = X_train.astype(np.float32), X_test.astype(np.float32)
    w = np.zeros((len(X_train), 1), dtype=np.float32)
    params, _, costs = optimize_in_float32(
        w, 0.0, X_train, Y_train, num_iterations, learning_rate
    )
    return {
        **params,
        "costs": np.array(costs),
        "Y_prediction_test": np.round(_activations(params["w"], params["b"], X_test)),
        "Y_prediction_train": np.round(_activations(params["w"], params["b"], X_train)),
        "learning_rate": learning_rate,
        "num_iterations": num_iterations,
        "train_accuracy": 1.0,
    }
