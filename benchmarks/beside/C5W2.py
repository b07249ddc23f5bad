"""Rows of C5W2: the cosine of zeros, and two ways to complete an analogy."""

import warnings

import numpy as np
from libraries import Table

table = Table()
VECTORS = {
    "man": np.array([1.0, 0.0]),
    "woman": np.array([1.0, 1.0]),
    "king": np.array([3.0, 0.2]),
    "queen": np.array([3.0, 2.0]),
    "crown": np.array([3.0, 4.0]),
}


def _zeros(lab):
    return lab.cosine_similarity(np.zeros(2), np.ones(2))


@table.row(
    "cosine_similarity",
    "u = [0, 0], v = [1, 1]",
    "torch",
    "nn.functional.cosine_similarity",
    "equal: it replaces a length below 1e-8 by 1e-8",
)
def zeros_in_torch(lab):
    import torch

    theirs = torch.nn.functional.cosine_similarity(torch.zeros(2), torch.ones(2), dim=0)
    return _zeros(lab), theirs


@table.row(
    "cosine_similarity",
    "the same vectors",
    "scipy",
    "1 - spatial.distance.cosine",
    "0 divided by 0 stays undefined",
)
def zeros_in_scipy(lab):
    from scipy.spatial.distance import cosine

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _zeros(lab), 1 - cosine(np.zeros(2), np.ones(2))


@table.row(
    "complete_analogy",
    "man → woman as king → ? among five words in the plane",
    "gensim",
    "KeyedVectors.most_similar",
    "it gives every word length 1 and takes the one nearest to b − a + c; yours "
    "compares directions of differences",
)
def analogy(lab):
    from gensim.models import KeyedVectors

    words = KeyedVectors(2)
    words.add_vectors(list(VECTORS), np.array(list(VECTORS.values())))
    theirs = words.most_similar(positive=["woman", "king"], negative=["man"], topn=1)
    return lab.complete_analogy("man", "woman", "king", VECTORS), theirs[0][0]
