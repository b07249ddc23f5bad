"""Hidden tests of C5W2: one column of a table."""

import numpy as np

from autograder.checks.C5W2.common import lab
from autograder.checks.check import case


@lab.check("embedding_lookup", points=3)
def embedding_lookup(rng):
    """One word, several, a word twice, a list and an array."""
    for n_e, V, indices in [(3, 5, [2]), (4, 4, [0, 3, 3]), (2, 7, [6, 1, 0, 5])]:
        E = rng.normal(size=(n_e, V))
        yield case(E, indices if n_e == 3 else np.array(indices))


@embedding_lookup.mistake("These are rows of E. Words are columns: the second axis.")
def looks_up_rows(E, indices):
    return E[np.asarray(indices) % len(E)]


@embedding_lookup.mistake("The result is transposed: a column for each word.")
def words_as_rows(E, indices):
    return E.T[indices]


@embedding_lookup.mistake(
    "The columns are one too far left. They are numbered from 0, like the indices."
)
def counts_from_one(E, indices):
    return E[:, np.asarray(indices) - 1]


@embedding_lookup.right
def lookup_by_take(E, indices):
    return np.take(E, indices, axis=1).astype(np.float32)


@embedding_lookup.right
def lookup_by_one_hot(E, indices):
    return E @ np.eye(E.shape[1])[indices].T
