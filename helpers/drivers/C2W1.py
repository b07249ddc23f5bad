"""Runs beside the reader's code of C2W1 where a result depends on random draws."""

import numpy as np

from helpers.checks.stand_in import names_of, replaced

FINE = 2e-7  # relative difference of a gradient that is right, as the lab says


def cut(function, X, Y, fractions, seed):
    """Call `split_dataset` and describe the sets, whatever the shuffle was.

    The first row of `X` numbers the columns; `Y` follows from it. The first call gets
    `X` and `Y` themselves, so that writing into them is noticed; what it returns is
    compared with what they were.
    """
    was_X, was_Y = X.copy(), Y.copy()
    sets = function(X, Y, fractions, seed)
    if len(sets) != 3:  # perhaps six arrays, or a dictionary: show what came
        return sets
    if any(len(part) != 2 or np.ndim(part[0]) != 2 for part in sets):
        return sets
    sets = [(np.array(x), np.array(y)) for x, y in sets]
    again = function(was_X.copy(), was_Y.copy(), fractions, seed)
    other = function(was_X.copy(), was_Y.copy(), fractions, seed + 1)
    every = [number for x, _ in sets for number in x[0].tolist()]
    column = {number: i for i, number in enumerate(was_X[0].tolist())}
    fits, strange, labels = [], 0, []
    for x, y in sets:
        labels += (
            y.reshape(len(was_Y), -1).T.tolist() if y.size % len(was_Y) == 0 else []
        )
        for j, number in enumerate(x[0].tolist()):
            i = column.get(number)
            strange += i is None or not np.array_equal(x[:, j], was_X[:, i])
            fits.append(
                i is not None
                and y.size == len(was_Y) * x.shape[1]
                and np.array_equal(y.reshape(len(was_Y), -1)[:, j], was_Y[:, i])
            )
    first = [np.asarray(part[0][0])[0].tolist() for part in (sets, again, other)]
    return {
        "shapes": [f"X {x.shape}, Y {y.shape}" for x, y in sets],
        "columns that are not in X": strange,
        "a column is missing": not set(column) <= set(every),
        "a column is in two sets": len(set(every)) < len(every),
        "a column has a wrong label": not all(fits),
        "in the order of X": every == was_X[0].tolist(),
        "in the order of Y": labels == was_Y.T.tolist(),
        "the same seed gives other sets": first[0] != first[1],
        "another seed gives the same sets": first[0] == first[2],
    }


def copies(function, image, seed, times):
    """Call `augment` many times on one image and describe what came out.

    The image is empty except for a bright spot with a dim one to its right. Where fewer
    than `times` calls show clearly all that a right function shows, they are enough. No
    function is refused before all are made.
    """
    grey = np.where(image == 0, 9, image).astype(image.dtype)  # a gap shows as zeros
    rng = np.random.default_rng(seed)
    before = np.random.get_state()[1].copy()
    changed, made, told = [], [], {}

    def copy_of(rng):
        """Each call gets an image of its own, so that writing into it is noticed."""
        given = grey.copy()
        out = np.array(function(given, rng))
        if not np.array_equal(given, grey):
            changed.append(given)
        return out

    for enough in (100, 200, times):
        made += [copy_of(rng) for _ in range(min(enough, times) - len(made))]
        if any(one.shape != image.shape for one in made):
            return {"shape": made[0].shape, "kind": str(made[0].dtype)}
        told = _described(image, made)
        share = told.pop("share of mirrored copies")
        if abs(share - 0.5) <= 0.1 and _shows_everything(image, told):
            break
    told["random numbers from elsewhere than rng"] = not np.array_equal(
        before, np.random.get_state()[1]
    ) or not _repeats(copy_of, seed)
    if changed:
        image[...] = changed[0]
    return told


def _described(image, made):
    """Where the spots of some copies lie, and how many pixels are left empty."""
    spots = [_spot(one) for one in made]
    row, column, _ = _spot(image)
    width = image.shape[1]
    start = [width - 1 - column if mirrored else column for *_, mirrored in spots]
    share = float(np.mean([mirrored for *_, mirrored in spots]))
    common = {0.0: "none", 1.0: "all"}.get(share, "too few or too many")
    return {
        "share of mirrored copies": share,
        "shape": made[0].shape,
        "kind": str(made[0].dtype),
        "mirrored": "about half" if abs(share - 0.5) <= 0.15 else common,
        "moved down by": sorted({r - row for r, *_ in spots}),
        "moved to the right by": sorted(
            {c - s for (_, c, _), s in zip(spots, start, strict=True)}
        ),
        "both moved by the same": all(
            r - row == c - s for (r, c, _), s in zip(spots, start, strict=True)
        ),
        "mirrored copies are never moved": all(
            (r, c) == (row, s)
            for (r, c, mirrored), s in zip(spots, start, strict=True)
            if mirrored
        )
        and any(mirrored for *_, mirrored in spots),
        "some moves come only with, or only without, mirroring": _tied(
            [(r, c - s, flip) for (r, c, flip), s in zip(spots, start, strict=True)]
        ),
        "pixels left empty": sorted({int(np.sum(one == 0)) for one in made}),
    }


def _shows_everything(image, told):
    """Whether there is every movement by -2 to 2 pixels, and every gap these leave."""
    steps, (height, width, *channels) = range(-2, 3), image.shape
    gaps = {
        height * width - (height - abs(a)) * (width - abs(b))
        for a in steps
        for b in steps
    }
    return (
        told["moved down by"] == told["moved to the right by"] == [*steps]
        and told["pixels left empty"]
        == sorted(int(np.prod(channels)) * gap for gap in gaps)
        and told["kind"] == str(image.dtype)
        and not any(value is True for value in told.values())
    )


def _tied(moves):
    """Whether mirrored and other copies, where there are both, move differently."""
    sides = [
        [{move[axis] for move in moves if move[2] == flip} for flip in (True, False)]
        for axis in (0, 1)
    ]
    return any(bool(one and other and one != other) for one, other in sides)


def _repeats(copy_of, seed):
    """Whether generators that start alike lead to the same copies."""
    one, other = np.random.default_rng(seed), np.random.default_rng(seed)
    return all(np.array_equal(copy_of(one), copy_of(other)) for _ in range(9))


def _spot(image):
    """Row and column of the brightest pixel; whether the dim one is left of it."""
    grey = image.reshape(*image.shape[:2], -1).sum(axis=2).astype(float)
    row, column = divmod(int(np.argmax(grey)), grey.shape[1])
    around = [0.0, *grey[row].tolist(), 0.0]
    return row, column, around[column] > around[column + 2]


def check_gradients(function, x, theta, epsilon, power, factor):
    """Call `gradient_check` where J = x θ^power and dJ/dθ is `factor` times right.

    A gradient check shows what it is worth on gradients that are wrong, so the two
    functions it calls are replaced for the time of the call. A difference below
    `FINE` is rounding for the most part; what counts is that it is so small.
    """
    stands_in = {
        "forward_propagation": lambda x, theta: x * theta**power,
        "backward_propagation": lambda x, theta: (
            factor * power * x * theta ** (power - 1)
        ),
    }
    given = () if epsilon is None else (epsilon,)
    with replaced(names_of(function), stands_in):
        difference = function(x, theta, *given)
    number = np.ndim(difference) == 0 and np.isreal(difference)
    return 0.0 if number and 0 <= difference < FINE else difference
