"""Run what a reader of C5W2 wrote on plain numbers: generators, layers and models."""

import inspect

import numpy as np

from helpers import nn


def drawn(function, counts, k, seed, ask):
    """A draw's shape and type, or the relative frequency of each word among many."""
    found = np.asarray(function(counts, k, np.random.default_rng(seed)))
    if ask == "frequencies":
        hits = [np.count_nonzero(found == word) for word in range(len(counts))]
        return np.array(hits) / found.size
    again = np.asarray(function(counts, k, np.random.default_rng(seed)))
    # Nearly as many draws as words: one of them comes twice, in one of five at least.
    many = len(counts) - 1
    few = [function(counts, many, np.random.default_rng(seed + i)) for i in range(5)]
    return {
        "shape": list(found.shape),
        "whole numbers": found.dtype.kind in "iu",
        "in range": bool(found.min() >= 0 and found.max() < len(counts)),
        "a word may come twice": any(
            len(set(np.ravel(one))) < np.size(one) for one in few
        ),
        "the generator decides": bool(np.array_equal(found, again)),
    }


def fitted(function, sentences, labels, word_to_vec_map, settings):
    """What can be said of a trained classifier, whatever its first weights were.

    After one epoch on nearly empty vectors, where W has no say, b itself.
    """
    chosen = _usual_epochs(function) | settings
    pred, W, b = function(list(sentences), labels, word_to_vec_map, **chosen)
    if settings.get("num_iterations") == 1:
        return {"W is drawn": bool(np.std(W) > 0.02), "b after one epoch": np.ravel(b)}
    vectors = word_to_vec_map
    means = [
        np.mean([vectors[w] for w in s.split() if w in vectors], axis=0)
        for s in sentences
    ]
    shape, n_y = (len(np.unique(labels)), len(means[0])), len(np.unique(labels))
    about = {
        "labels given": list(np.shape(pred)),
        "W": list(np.shape(W)),
        "b": int(np.size(b)),
        "b was trained": bool(np.any(b)),
        "labels follow from W and b": False,
        "sentences learned": False,
        "with certainty": False,
    }
    if np.shape(W) != shape or np.size(b) != n_y or np.size(pred) != len(labels):
        return about
    scores = np.array(means) @ np.asarray(W).T + np.ravel(b)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = (e / e.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels]
    guess, certain = np.ravel(pred), bool(-np.mean(np.log(p)) < 0.25)
    # After a short training, how many are right is a matter of the first weights.
    long = settings.get("num_iterations", ENOUGH) > 10
    learned = np.mean(guess == labels) > 0.95 if long else certain
    return about | {
        "labels follow from W and b": bool(np.all(guess == scores.argmax(axis=1))),
        "sentences learned": bool(learned),
        "with certainty": certain,
    }


ENOUGH = 200  # epochs


def _usual_epochs(function):
    """The number of epochs by default, but no more than tell whether it learns."""
    try:
        usual = inspect.signature(function).parameters["num_iterations"].default
    except (TypeError, ValueError, KeyError):  # it may take them in another way
        return {}
    return {"num_iterations": min(usual, ENOUGH)} if type(usual) is int else {}


def indexed(function, X, word_to_index, max_len):
    """The rows, and whether an embedding can look them up."""
    found = function(list(X), word_to_index, max_len)
    kind = found.dtype.kind if isinstance(found, np.ndarray) else ""
    return {"indices": found, "whole numbers": kind in "iu" and kind != ""}


def layer_of(function, word_to_vec_map, word_to_index, indices):
    """Rows of an embedding layer, and whether it is frozen."""
    layer = function(word_to_vec_map, word_to_index)
    return {
        "rows": int(layer.E.shape[0]),
        "vectors": layer(indices).data,
        "to be trained": sum(
            p.data.size for p in layer.parameters() if p.requires_grad
        ),
    }


def reader(function, word_to_vec_map, word_to_index, n_y, n_a, indices):
    """Scores' shape, and what padding, order and training do to them."""
    rng = np.random.default_rng(0)
    model = function(word_to_vec_map, word_to_index, n_y, n_a, rng).eval()
    n_e = len(next(iter(word_to_vec_map.values())))
    scores = model(indices).data.copy()
    if scores.shape != (len(indices), n_y):
        return {"scores": list(scores.shape)}
    longer = model(np.pad(indices, ((0, 0), (0, 3)))).data
    turned = np.array([np.r_[row[row > 0][::-1], row[row == 0]] for row in indices])
    backwards = model(turned).data
    free = [p for p in model.parameters() if p.requires_grad]
    frozen = sum(p.data.size for p in model.parameters()) - sum(
        p.data.size for p in free
    )
    model.train()
    # With n_a numbers in the state, dropping some gives 2 ** n_a results at most.
    noisy = model(np.tile(indices[:1], (80, 1))).data
    different = _number_of_different(noisy)
    adam = nn.Adam(free, 0.2)
    Y = np.arange(len(indices)) % n_y
    # Ten times the same sentences: what dropout does to all of them is hardly chance.
    batch = np.tile(indices, (10, 1)), np.tile(Y, 10)
    # Nearly all learn in three steps; some first weights need more.
    for _ in range(8):
        for _ in range(3):
            nn.train_step(model.train(), batch, nn.cross_entropy, adam)
        # Without dropout: in training, the loss of a few examples is a matter of luck.
        learns = _loss(model.eval()(indices), Y) < 0.8 * _loss(scores, Y)
        if learns:
            break
    return {
        "scores": list(scores.shape),
        "padding changes nothing": bool(np.allclose(scores, longer, atol=1e-5)),
        "order matters": not np.allclose(scores, backwards, atol=1e-5),
        "frozen numbers": frozen,
        "numbers to train": sum(p.data.size for p in free),
        "drops in training": different > 1,
        "drops parts of the state": bool(1 < different <= 2**n_a),
        "many scores are exactly 0 in training": bool(np.mean(noisy == 0) > 0.3),
        "some scores are exactly 0": bool(np.any(scores == 0)),
        "scores, not probabilities": not np.allclose(scores.sum(axis=1), 1, atol=1e-3),
        "learns": learns,
        "coordinates": n_e,
    }


def _loss(scores, labels):
    return float(nn.cross_entropy(nn.as_tensor(scores), labels).data)


def _number_of_different(rows, near=1e-4):
    """How many rows lie near no earlier one.

    Equal rows of a batch need not be rounded alike: that depends on the BLAS kernel.
    """
    apart = np.abs(rows[:, np.newaxis] - rows).max(axis=2)
    return int(np.sum(~np.tril(apart < near, -1).any(axis=1)))
