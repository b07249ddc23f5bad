"""Losses: one number that says how wrong a batch of predictions is.

`loss(prediction, target, weights=None)` is the average over all predictions. With
`weights`, such as the mask of a padded sequence, it is
sum(weights * loss) / sum(weights).
"""

import numpy as np

from helpers.nn.kernels import softmax
from helpers.nn.tensor import Tensor, as_tensor, needs_float, record


def _values(target):
    return target.data if isinstance(target, Tensor) else np.asarray(target)


def _same_shape(name, x, target):
    if x.shape != target.shape:
        raise ValueError(
            f"{name}: predictions {x.shape} and targets {target.shape} differ in shape"
        )


def _difference(name, prediction, target):
    target = _values(target)
    _same_shape(name, prediction, target)
    return (prediction.data - target).astype(prediction.dtype, copy=False)


def _average(name, each, gradient, x, weights):
    """Weighted mean of `each`; `gradient` is the derivative of each loss by x."""
    if weights is None:
        share = np.full((), 1 / max(each.size, 1), x.dtype)
    else:
        weights = _values(weights)
        try:
            weights = np.broadcast_to(weights, each.shape)
        except ValueError:
            raise ValueError(
                f"{name}: weights {weights.shape} do not broadcast to the losses "
                f"{each.shape}"
            ) from None
        share = (weights / max(weights.sum(), np.finfo(x.dtype).tiny)).astype(x.dtype)

    def rule(g):
        factor = g * share
        if gradient.ndim > each.ndim:
            factor = factor[..., None]
        return (gradient * factor,)

    return record((each * share).sum(), (x,), rule, name)


@needs_float(0)
def cross_entropy(logits, target, weights=None):
    """Softmax cross-entropy.

    Args:
        logits: (..., C), before the softmax.
        target: integer classes (...), or probabilities (one-hot) (..., C).
        weights: (...) or None.
    """
    target, C = _values(target), logits.shape[-1]
    # With p = softmax(logits):  loss = -log p_class;  gradient = p - one-hot(class)
    # For probabilities t:  loss = -Σ t log p;  gradient = p Σ t - t
    if target.shape == logits.shape:
        kernel = softmax.cross_entropy_of_probabilities
    elif target.shape != logits.shape[:-1]:
        raise ValueError(
            f"cross_entropy: targets {target.shape} do not match logits "
            f"{logits.shape}; pass classes, without the last axis, or probabilities of "
            "the same shape"
        )
    elif target.dtype.kind not in "iub":
        raise TypeError(f"cross_entropy: classes must be integers, got {target.dtype}")
    elif target.size and not 0 <= target.min() <= target.max() < C:
        raise ValueError(
            f"cross_entropy: classes {target.min()}..{target.max()}, but there are "
            f"only {C} logits"
        )
    else:
        kernel = softmax.cross_entropy_of_classes
    each, gradient = kernel(logits.data, target)  # (...), (..., C)
    return _average("cross_entropy", each, gradient, logits, weights)


@needs_float(0)
def binary_cross_entropy(logits, target, weights=None):
    """Logistic cross-entropy; `logits` are taken before the sigmoid.

    Args:
        logits: any shape.
        target: 0, 1 or probabilities, of the same shape.
        weights: broadcastable to that shape, or None.
    """
    target = _values(target)
    _same_shape("binary_cross_entropy", logits, target)
    # p = sigmoid(z);  loss = -t log p - (1 - t) log(1 - p);  gradient = p - t
    each, gradient = softmax.binary_cross_entropy(logits.data, target)
    return _average("binary_cross_entropy", each, gradient, logits, weights)


@needs_float(0)
def mean_squared_error(prediction, target, weights=None):
    """Average of (prediction - target)**2."""
    if isinstance(target, Tensor) and target.requires_grad and weights is None:
        return ((prediction - target) ** 2).mean()
    d = _difference("mean_squared_error", prediction, target)
    return _average("mean_squared_error", d * d, 2 * d, prediction, weights)


@needs_float(0)
def mean_absolute_error(prediction, target, weights=None):
    """Average of abs(prediction - target)."""
    d = _difference("mean_absolute_error", prediction, target)
    return _average("mean_absolute_error", np.abs(d), np.sign(d), prediction, weights)


@needs_float(0)
def huber(prediction, target, weights=None, delta=1.0):
    """Quadratic up to `delta`, then linear: 0.5 d**2 or delta (abs(d) - delta / 2)."""
    d = _difference("huber", prediction, target)
    clipped = np.clip(d, -delta, delta)
    return _average("huber", clipped * (d - clipped / 2), clipped, prediction, weights)


def accuracy(prediction, target, weights=None):
    """Share of correct predictions, a float.

    The predicted class is that of the largest logit; a single logit predicts 1 if it is
    positive.

    Args:
        prediction: logits (..., C), or (..., 1) for a binary classifier.
        target: classes (...) or one-hot (..., C); for one logit, the same shape.
        weights: (...) or None.
    """
    prediction, target = as_tensor(prediction).data, _values(target)
    if prediction.shape[-1] == 1:
        right = ((prediction > 0) == (target.reshape(prediction.shape) > 0.5))[..., 0]
    else:
        if target.shape == prediction.shape:
            target = target.argmax(-1)
        right = prediction.argmax(-1) == target
    return float(np.average(right, weights=weights))
