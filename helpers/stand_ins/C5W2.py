"""Fixed blocks for C5W2: an embedding layer that does not know the vectors."""

import numpy as np

from helpers import nn


def pretrained_embedding_layer(word_to_vec_map, word_to_index):
    """A frozen layer of the right size, whose rows are drawn."""
    n_e = len(next(iter(word_to_vec_map.values())))
    rng = np.random.default_rng(len(word_to_index))
    return nn.Embedding(len(word_to_index) + 1, n_e, rng=rng).freeze()
