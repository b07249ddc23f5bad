"""Losses: one number that says how wrong a batch of predictions is.

`loss(prediction, target, weights=None)` is the average over all predictions. With
`weights`, such as the mask of a padded sequence, it is
sum(weights * loss) / sum(weights), and 0 if all weights are 0. The result has the dtype
of the prediction. The target of a cross-entropy is a constant: no gradient flows to it.
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


def _average(name, each, gradient, x, weights, target=None):
    """Weighted mean of each loss.

    Args:
        name: name of the loss.
        each: the losses (...).
        gradient: derivative of each loss with respect to x (...) or (..., C).
        x: the predictions.
        weights: broadcastable to (...), or None.
        target: the target of a loss that depends on x - target alone; if it is a
            tensor, its gradient is that of x with the opposite sign.
    """
    target = target if isinstance(target, Tensor) else None
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
        dx = gradient * factor
        return dx, None if target is None else -dx

    return record((each * share).sum(), (x, target), rule, name)


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
    d = _difference("mean_squared_error", prediction, target)
    return _average("mean_squared_error", d * d, 2 * d, prediction, weights, target)


@needs_float(0)
def mean_absolute_error(prediction, target, weights=None):
    """Average of abs(prediction - target)."""
    d = _difference("mean_absolute_error", prediction, target)
    each = np.abs(d), np.sign(d)
    return _average("mean_absolute_error", *each, prediction, weights, target)


@needs_float(0)
def huber(prediction, target, weights=None, delta=1.0):
    """Quadratic up to `delta`, then linear: 0.5 d**2 or delta (abs(d) - delta / 2)."""
    d = _difference("huber", prediction, target)
    clipped = np.clip(d, -delta, delta, dtype=d.dtype)
    each = clipped * (d - clipped / 2), clipped
    return _average("huber", *each, prediction, weights, target)


def accuracy(prediction, target, weights=None):
    """Fraction of correct predictions, a float.

    The predicted class is that of the largest logit; a single logit predicts 1 if it is
    positive.

    Args:
        prediction: logits (..., C), or (..., 1) for a binary classifier.
        target: classes (...) or one-hot (..., C); for one logit, (...) or (..., 1).
        weights: of the shape of the classes, or None. If all are 0, the result is 0.
    """
    prediction, target = as_tensor(prediction).data, _values(target)
    binary = prediction.shape[-1] == 1
    classes = prediction[..., 0] > 0 if binary else prediction.argmax(-1)
    if target.shape == prediction.shape:
        target = target[..., 0] if binary else target.argmax(-1)
    _same_shape("accuracy", classes, target)
    right = classes == (target > 0.5 if binary else target)
    weights = np.ones(right.shape) if weights is None else _values(weights)
    total = (weights.reshape(right.shape) * right).sum()
    return float(total / max(weights.sum(), np.finfo(float).tiny))
