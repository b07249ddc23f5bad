"""Hidden tests of C5W4: positions."""

import numpy as np

from autograder.checks.C5W4.common import lab, ref
from autograder.checks.check import case


@lab.check("get_angles", points=2)
def get_angles(rng):
    """Different numbers of positions and coordinates, also single ones."""
    for n, d in [(1, 2), (4, 6), (7, 10)]:
        yield case(rng.integers(0, 90, (n, 1)), np.arange(d)[np.newaxis, :], d)
    yield case(np.array([[rng.integers(2, 90)]]), np.array([[5]]), 8)


@get_angles.mistake(
    "Columns 2i and 2i + 1 should share one angle: i is k / 2, rounded down."
)
def without_halving(pos, k, d):
    return pos / 10000 ** (2 * k / d)


@get_angles.mistake("Odd columns are wrong: k / 2 was not rounded down.")
def without_rounding(pos, k, d):
    return pos / 10000 ** (k / d)


@get_angles.mistake("The factor 2 is missing in the exponent, 2i / d.")
def exponent_without_two(pos, k, d):
    return pos / 10000 ** ((k // 2) / d)


@get_angles.mistake(
    "The angles grow along each row. Divide by the power of 10000; do not multiply."
)
def multiplies(pos, k, d):
    return pos * 10000 ** (2 * (k // 2) / d)


@get_angles.mistake("Those are the sines of the angles. Return the angles.")
def already_sines(pos, k, d):
    return np.sin(pos / 10000 ** (2 * (k // 2) / d))


@get_angles.mistake("k / 2 was rounded up. Round it down.")
def rounded_up(pos, k, d):
    return pos / 10000 ** (2 * ((k + 1) // 2) / d)


@get_angles.mistake("The base of the power is not 10000.")
def base_of_1000(pos, k, d):
    return pos / 1000 ** (2 * (k // 2) / d)


@get_angles.right
def angle_by_angle(pos, k, d):
    angles = np.zeros((pos.shape[0], k.shape[1]), np.float32)
    for a in range(pos.shape[0]):
        for b in range(k.shape[1]):
            angles[a, b] = pos[a, 0] / np.power(10000, (k[0, b] - k[0, b] % 2) / d)
    return angles


@get_angles.right
def by_frequencies(pos, k, d):
    return pos @ np.exp(-np.log(10000.0) * 2 * (k // 2) / d)


@get_angles.right
def by_powers(pos, k, d):
    return pos * np.power(10000.0, -(2 * np.floor(k / 2)) / np.float64(d))


@lab.check("positional_encoding", points=4)
def positional_encoding(rng):
    """One position, more positions than coordinates, and the reverse."""
    yield case(1, 2 * int(rng.integers(2, 20)))
    for fewest, d in [(9, 6), (4, 12), (20, 4), (2, 30)]:
        yield case(int(rng.integers(fewest, 2 * fewest)), d + 2 * int(rng.integers(9)))


def _angles(positions, d):
    k = np.arange(d)
    return np.arange(positions)[:, None] / 10000 ** (2 * (k // 2) / d)


@positional_encoding.mistake(
    "Sines fill the left half and cosines the right half. They should alternate, "
    "column by column."
)
def halves(positions, d):
    angles = _angles(positions, d)
    return np.concatenate([np.sin(angles[:, 0::2]), np.cos(angles[:, 1::2])], 1)[None]


@positional_encoding.mistake(
    "Sine and cosine are swapped: the sines belong in the even columns."
)
def cosine_first(positions, d):
    angles = _angles(positions, d)
    angles[:, 0::2], angles[:, 1::2] = np.cos(angles[:, 0::2]), np.sin(angles[:, 1::2])
    return angles[None]


@positional_encoding.mistake(
    "The axis of length 1 in front, for the batch, is missing."
)
def without_batch_axis(positions, d):
    return ref.positional_encoding(positions, d)[0]


@positional_encoding.mistake("All columns hold sines. The odd ones take the cosine.")
def sines_only(positions, d):
    return np.sin(_angles(positions, d))[None]


@positional_encoding.mistake("Positions are counted from 1. The first one is 0.")
def from_one(positions, d):
    return ref.positional_encoding(positions + 1, d)[:, 1:]


@positional_encoding.mistake(
    "Sine and cosine alternate by rows. They should alternate by *columns*."
)
def by_rows(positions, d):
    angles = _angles(positions, d)
    angles[0::2], angles[1::2] = np.sin(angles[0::2]), np.cos(angles[1::2])
    return angles[None]


@positional_encoding.mistake(
    "Rows and columns are swapped: the shape is (1, positions, d)."
)
def encoding_transposed(positions, d):
    return ref.positional_encoding(positions, d).swapaxes(1, 2)


@positional_encoding.mistake("The axis of length 1 comes last. It should come first.")
def batch_axis_last(positions, d):
    return ref.positional_encoding(positions, d)[0, :, :, None]


@positional_encoding.right
def number_by_number(positions, d):
    encoding = np.zeros((1, positions, d))
    for pos in range(positions):
        for i in range(d // 2):
            angle = pos / 10000 ** (2 * i / d)
            encoding[0, pos, 2 * i], encoding[0, pos, 2 * i + 1] = (
                np.sin(angle),
                np.cos(angle),
            )
    return encoding


@positional_encoding.right
def by_where(positions, d):
    angles = _angles(positions, d)
    waves = np.where(np.arange(d) % 2 == 0, np.sin(angles), np.cos(angles))
    return waves[np.newaxis].astype(np.float32)


@positional_encoding.right
def by_stacking(positions, d):
    angles = _angles(positions, d)[:, ::2]
    waves = np.stack([np.sin(angles), np.cos(angles)], axis=-1)
    return waves.reshape(1, positions, d)
