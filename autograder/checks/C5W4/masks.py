"""Hidden tests of C5W4: masks."""

import numpy as np

from autograder.checks.C5W4.common import lab
from autograder.checks.check import case


@lab.check("create_padding_mask", points=3)
def create_padding_mask(rng):
    """Padding at the end, in the middle and in front; none; nothing else."""
    for m, T in [(1, 5), (3, 4), (4, 7), (2, 9), (3, 6)]:
        ids = rng.integers(1, 9000, (m, T)) * rng.integers(0, 2, (m, T))
        ids[0, :3] = 1, 0, 2
        yield case(ids)
    ids = rng.integers(2, 9000, (3, 4))
    ids[1], ids[2] = 1, 0
    yield case(ids)


@create_padding_mask.mistake(
    "The mask is inverted: it should be 1 for a token and 0 for padding. (In some "
    "libraries it is the other way round.)"
)
def inverted_padding(token_ids):
    return (token_ids == 0).astype(int)[:, None, :]


@create_padding_mask.mistake("The middle axis of length 1 is missing: (m, 1, T).")
def without_middle_axis(token_ids):
    return (token_ids != 0).astype(int)


@create_padding_mask.mistake(
    "The axis of length 1 comes last. It should be the middle."
)
def axis_at_the_end(token_ids):
    return (token_ids != 0).astype(int)[:, :, None]


@create_padding_mask.mistake("Token 1 counts as padding too. Only token 0 is padding.")
def one_is_padding(token_ids):
    return (token_ids > 1).astype(int)[:, None, :]


@create_padding_mask.mistake("The mask holds token numbers. It should hold 0 and 1.")
def keeps_numbers(token_ids):
    return np.array(token_ids)[:, None, :]


@create_padding_mask.right
def padding_by_where(token_ids):
    return np.expand_dims(np.where(np.equal(token_ids, 0), 0.0, 1.0), 1)


@create_padding_mask.right
def padding_as_truth(token_ids):
    return token_ids[:, np.newaxis] != 0


@create_padding_mask.right
def padding_by_sign(token_ids):
    m, T = token_ids.shape
    return np.sign(token_ids).astype(np.float32).reshape(m, 1, T)


@lab.check("create_look_ahead_mask", points=2)
def create_look_ahead_mask(rng):
    """One position and several."""
    yield case(1)
    for fewest, most in [(2, 7), (7, 12), (12, 18), (18, 25), (25, 33)]:
        yield case(int(rng.integers(fewest, most)))


@create_look_ahead_mask.mistake(
    "The past is masked and the future is not. The ones belong on and *below* the "
    "diagonal."
)
def upper_triangle(size):
    return np.triu(np.ones((1, size, size), int))


@create_look_ahead_mask.mistake(
    "The diagonal is 0, but a position may attend to itself."
)
def without_the_diagonal(size):
    return np.tril(np.ones((1, size, size), int), -1)


@create_look_ahead_mask.mistake("The axis of length 1 in front is missing.")
def without_front_axis(size):
    return np.tril(np.ones((size, size), int))


@create_look_ahead_mask.mistake(
    "The mask is inverted: it should be 1 where a position may attend."
)
def inverted_look_ahead(size):
    return 1 - np.tril(np.ones((1, size, size), int))


@create_look_ahead_mask.mistake("Each position can also attend to the next one.")
def one_too_many(size):
    return np.tril(np.ones((1, size, size), int), 1)


@create_look_ahead_mask.right
def by_comparison(size):
    return (np.arange(size)[None, :] <= np.arange(size)[:, None])[None]


@create_look_ahead_mask.right
def row_by_row(size):
    mask = np.zeros((1, size, size))
    for i in range(size):
        mask[0, i, : i + 1] = 1.0
    return mask


@create_look_ahead_mask.right
def by_upper_triangle(size):
    return np.expand_dims(1 - np.triu(np.ones((size, size), np.float32), 1), 0)


lab.concept(
    "why_mask",
    points=1,
    answer="C",
    why="If the answer is visible, copying gives a loss near 0 and teaches nothing.",
    because={
        "A": "All products are computed; the mask is applied to the results.",
        "B": "That is what the padding mask is for.",
        "D": "The softmax needs no zeros.",
    },
)
