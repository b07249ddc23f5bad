"""Hidden tests of C4W2: augmentation."""

import numpy as np

from autograder.checks.C4W2.common import lab
from autograder.checks.check import case


@lab.check("mirror", points=2)
def mirror(rng):
    """One image, a batch, a grey one, bytes."""
    yield case(rng.normal(size=(3, 4, 3)))
    yield case(rng.integers(0, 256, (2, 3, 3, 3)).astype(np.uint8))
    yield case(rng.normal(size=(2, 4, 2, 1)))


@mirror.mistake(
    "The image is upside down: the rows were reversed. Reverse the columns."
)
def upside_down(X):
    return X[..., ::-1, :, :]


@mirror.mistake("The channels were reversed. Reverse the columns.")
def reverses_colours(X):
    return X[..., ::-1]


@mirror.mistake(
    "One image and a batch are not both right. Count the axes from the end."
)
def counts_axes_from_the_front(X):
    return X[:, ::-1]


@mirror.mistake("The image was rotated by 90°.")
def transposes(X):
    return np.rot90(X, axes=(-3, -2))


@mirror.mistake("The image was returned unchanged.")
def leaves_it(X):
    return X.copy()


@mirror.mistake(
    "Rows and columns were both reversed, a turn by 180°. Reverse the columns only."
)
def half_a_turn(X):
    return X[..., ::-1, ::-1, :]


@mirror.right
def mirror_by_flip(X):
    return np.flip(X, axis=-2).astype(np.float32)


@mirror.right
def mirror_by_index(X):
    return np.take(X, np.arange(X.shape[-2] - 1, -1, -1), axis=-2)


@lab.check("random_crop", points=3, driver="crops")
def random_crop(rng):
    """Many seeds: a piece of the image, reproducible, every corner reached."""
    size = int(rng.integers(2, 6))
    for down, right in [(1, 2), (0, 0), (2, 1), (0, 3), (2, 2)]:
        yield case(n_H=size + down, n_W=size + right, size=size)
        size = int(rng.integers(2, 6))


@random_crop.expect
def cropped(n_H, n_W, size):
    """What holds for every right draw, however it is made."""
    reached = np.zeros((n_H, n_W), int)
    reached[: n_H - size + 1, : n_W - size + 1] = 1
    return {
        "shape": (size, size, 3),
        "a connected piece of the image": True,
        "the same seed gives the same crop": True,
        "top left corners reached": reached,
    }


def _crop(X, size, seed, extra=1, same=False, start=0):
    rng = np.random.default_rng(seed)
    top = int(rng.integers(start, X.shape[0] - size + extra))
    left = top if same else int(rng.integers(start, X.shape[1] - size + extra))
    return X[top : top + size, left : left + size]


@random_crop.mistake(
    "The last positions are never drawn. A side of length n has n - size + 1 positions."
)
def never_the_last(X, size, seed):
    if min(X.shape[:2]) == size:
        return X[:size, :size]
    rng = np.random.default_rng(seed)
    top = int(rng.integers(0, max(1, X.shape[0] - size)))
    left = int(rng.integers(0, max(1, X.shape[1] - size)))
    return X[top : top + size, left : left + size]


@random_crop.mistake(
    "The last positions are never drawn. A side of length n has n - size + 1 positions."
)
def fails_where_it_just_fits(X, size, seed):
    return _crop(X, size, seed, extra=0)


@random_crop.mistake(
    "Row and column are always equal, so all crops lie on the diagonal. Draw two "
    "numbers."
)
def along_the_diagonal(X, size, seed):
    rng = np.random.default_rng(seed)
    at = int(rng.integers(0, min(X.shape[:2]) - size + 1))
    return X[at : at + size, at : at + size]


@random_crop.mistake("The seed has no effect: the crop is always the same.")
def always_the_same(X, size, seed):
    return _crop(X, size, 0)


@random_crop.mistake(
    "The rows and columns were drawn one by one. A crop is a connected square."
)
def scattered_pixels(X, size, seed):
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, X.shape[0], size)
    columns = rng.integers(0, X.shape[1], size)
    return X[np.ix_(rows, columns)]


@random_crop.mistake(
    "The same seed gives different crops. Make a generator from the seed and draw from "
    "it."
)
def without_the_seed(X, size, seed):
    return _crop(X, size, np.random.randint(1 << 30))


@random_crop.mistake(
    "Height and width are swapped: the row is drawn from the range of the columns."
)
def sides_exchanged(X, size, seed):
    rng = np.random.default_rng(seed)
    top = int(rng.integers(0, X.shape[1] - size + 1))
    left = int(rng.integers(0, X.shape[0] - size + 1))
    return X[top : top + size, left : left + size]


@random_crop.mistake("The crop is always in the middle. Draw where it starts.")
def crop_in_the_middle(X, size, seed):
    top, left = ((n - size) // 2 for n in X.shape[:2])
    return X[top : top + size, left : left + size]


@random_crop.right
def crop_by_choice(X, size, seed):
    rng = np.random.default_rng(seed)
    left = rng.choice(X.shape[1] - size + 1)
    top = rng.choice(X.shape[0] - size + 1)
    return X[top:, left:][:size, :size].copy()


@random_crop.right
def crop_by_uniform(X, size, seed):
    random = np.random.RandomState(seed)
    top, left = (int(random.rand() * (n - size + 1)) for n in X.shape[:2])
    return X[top : top + size, left : left + size]


@lab.check("color_shift", points=3, driver="color_shifts", atol=0.15)
def color_shift(rng):
    """Many seeds on a uniform grey: reach, independence, and the ends 0 and 255."""
    # "From -most to most": among so few numbers each is drawn, both ends included.
    yield case(level=int(rng.integers(90, 160)), most=int(rng.integers(2, 5)))
    yield case(level=int(rng.integers(248, 253)), most=int(rng.integers(18, 24)))
    yield case(level=int(rng.integers(3, 8)), most=int(rng.integers(24, 36)))


@color_shift.expect
def shifted(level, most):
    """What holds for every right draw, however it is made."""
    return {
        "shape": (4, 5, 3),
        "type of the numbers": ["uint8"],
        "the same seed gives the same shift": True,
        "all pixels of a channel are shifted alike": True,
        "smallest shifts": np.full(3, -min(most, level)),
        "largest shifts": np.full(3, min(most, 255 - level)),
        "the channels are shifted independently": [True] * 3,
    }


def _shift(X, seed, most, *, size=(3,), low=-1):
    rng = np.random.default_rng(seed)
    added = rng.integers(low * most, most + 1, size)
    return np.clip(X.astype(int) + added, 0, 255).astype(np.uint8)


@color_shift.mistake(
    "All channels have the same shift, which changes only the brightness. Draw three "
    "numbers."
)
def brightness_only(X, seed, most=20):
    return _shift(X, seed, most, size=(1,)) + 0 * X


@color_shift.mistake(
    "Every pixel has a different shift, which is noise. Draw three numbers, one per "
    "channel."
)
def noise(X, seed, most=20):
    return _shift(X, seed, most, size=X.shape)


@color_shift.mistake(
    "Values above 255 or below 0 wrapped around to the other end. Add in a wider type, "
    "clip, and convert back to bytes."
)
def wraps_around(X, seed, most=20):
    rng = np.random.default_rng(seed)
    return X + rng.integers(-most, most + 1, 3).astype(np.int8).view(np.uint8)


@color_shift.mistake("The shift is never negative. Draw from -most to most.")
def brighter_only(X, seed, most=20):
    return _shift(X, seed, most, low=0)


@color_shift.mistake(
    "The result does not consist of bytes. Convert it back to the type of `X`."
)
def not_bytes(X, seed, most=20):
    return _shift(X, seed, most).astype(float)


@color_shift.mistake(
    "The largest shift, `most`, is never drawn. `rng.integers(low, high)` stops before "
    "`high`."
)
def most_left_out(X, seed, most=20):
    added = np.random.default_rng(seed).integers(-most, most, 3)
    return np.clip(X.astype(int) + added, 0, 255).astype(np.uint8)


@color_shift.mistake(
    "The same seed gives different shifts. Make a generator from the seed and draw "
    "from it."
)
def shift_without_the_seed(X, seed, most=20):
    return _shift(X, np.random.randint(1 << 30), most)


@color_shift.right
def shift_by_float(X, seed, most=20):
    random = np.random.RandomState(seed)
    added = random.randint(-most, most + 1, size=(1, 1, 3))
    return np.round(np.clip(X.astype(float) + added, 0, 255)).astype(X.dtype)


@color_shift.right
def shift_channel_by_channel(X, seed, most=20):
    rng, out = np.random.default_rng(seed), X.copy()
    for c in range(3):
        moved = X[..., c].astype(int) + rng.integers(-most, most, endpoint=True)
        out[..., c] = np.minimum(np.maximum(moved, 0), 255)
    return out


def tinted(rng):
    """An image from 0 to 1, and the directions and variances of its colours."""
    variances = [0.0]
    while variances[0] < 1e-4:  # float32 could not tell a shift so small from rounding
        mixing = rng.normal(size=(3, 3)) * [0.5, 0.2, 0.08]
        image = rng.normal(size=(6, 7, 3)) @ mixing.T
        variances, directions = np.linalg.eigh(np.cov(image.reshape(-1, 3).T))
    return image, directions[:, ::-1], variances[::-1]


@lab.check("pca_color_augmentation", points=4, driver="pca_shifts", atol=0.3)
def pca_color_augmentation(rng):
    """Many seeds: the spread along each principal direction of colour."""
    image, directions, _ = tinted(rng)
    yield case(image=image, directions=directions)


@pca_color_augmentation.expect
def expected_shifts(image, directions):
    """Along direction i the shift has the standard deviation 0.1 times its variance.

    With 200 seeds, 0.3 of it is six standard errors.
    """
    first, second, third = 0.1 * (image.reshape(-1, 3) @ directions).var(axis=0, ddof=1)
    return {
        "all pixels are shifted alike": True,
        "the same seed gives the same shift": True,
        "standard deviation along the first direction": first,
        "standard deviation along the second": second,
        "standard deviation along the third": third,
        "the shifts average to 0": True,
        "each seed has a draw of its own": True,
        "the three draws are independent": True,
    }


def _pca(X, seed, spread, weigh=lambda v: v, size=3):
    variances, directions = np.linalg.eigh(np.cov(X.reshape(-1, 3).T))
    alpha = np.random.default_rng(seed).normal(0, spread, size)
    return X + (alpha * weigh(variances)) @ directions.T


@pca_color_augmentation.mistake(
    "The shift is equally large in all directions. Multiply each direction by its "
    "eigenvalue."
)
def directions_not_weighed(X, seed, spread=0.1):
    return _pca(X, seed, spread, np.ones_like)


@pca_color_augmentation.mistake(
    "Each direction was multiplied by the square root of its eigenvalue. AlexNet used "
    "the eigenvalue itself."
)
def weighed_by_the_root(X, seed, spread=0.1):
    return _pca(X, seed, spread, np.sqrt)


@pca_color_augmentation.mistake(
    "The draws have a standard deviation of 1. It should be `spread`."
)
def spread_forgotten(X, seed, spread=0.1):
    return _pca(X, seed, 1.0)


@pca_color_augmentation.mistake(
    "Every pixel has its own draw, which is noise. Draw three numbers for the whole "
    "image."
)
def coloured_noise(X, seed, spread=0.1):
    return _pca(X, seed, spread, size=(*X.shape[:2], 3))


@pca_color_augmentation.mistake(
    "The eigenvectors are the columns of the matrix, not its rows."
)
def rows_for_columns(X, seed, spread=0.1):
    variances, directions = np.linalg.eigh(np.cov(X.reshape(-1, 3).T))
    alpha = np.random.default_rng(seed).normal(0, spread, 3)
    return X + (alpha * variances) @ directions


@pca_color_augmentation.mistake(
    "One draw serves all three directions, so every shift lies on one line. Draw three "
    "numbers."
)
def one_draw_for_three(X, seed, spread=0.1):
    return _pca(X, seed, spread, size=1)


@pca_color_augmentation.mistake(
    "The result was clipped at 0 and 1. Do not clip it here."
)
def cuts_off_colours(X, seed, spread=0.1):
    return np.clip(_pca(X, seed, spread), 0, 1)


@pca_color_augmentation.mistake(
    "Only the shift was returned. Add it to every pixel of the image."
)
def shift_alone(X, seed, spread=0.1):
    return _pca(X, seed, spread) - X


@pca_color_augmentation.right
def pca_in_single_precision(X, seed, spread=0.1):
    return _pca(X.astype(np.float32), seed, spread).astype(np.float32)


@pca_color_augmentation.right
def pca_by_svd(X, seed, spread=0.1):
    pixels = X.reshape(-1, 3) - X.reshape(-1, 3).mean(axis=0)
    _, singular, directions = np.linalg.svd(pixels, full_matrices=False)
    np.random.seed(seed)
    alpha = spread * np.random.randn(3)
    return X + (alpha * singular**2 / len(pixels)) @ directions


@pca_color_augmentation.right
def pca_with_loops(X, seed, spread=0.1):
    values, vectors = np.linalg.eig(np.cov(X.reshape(-1, 3), rowvar=False))
    values, vectors = values.real, vectors.real  # NumPy 2.5 always gives complex ones
    rng, out = np.random.default_rng(seed), np.array(X)
    for value, vector in zip(values, vectors.T, strict=True):
        out += rng.normal(scale=spread) * value * vector
    return out
