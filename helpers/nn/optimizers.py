"""Optimizers: they change parameters in place, using the gradients from `backward`.

A learning rate is a number, or a function of the number of updates so far (see
`schedules`). `weight_decay` shrinks the weights towards 0: through the gradient in SGD,
RMSprop and Adam (L2 regularization), and directly in AdamW.
"""

import math

import numpy as np

from helpers.nn.kernels.elementwise import update_all
from helpers.nn.layer import Layer
from helpers.nn.tensor import Tensor


def clip_gradients(parameters, value=None, norm=None):
    """Clip gradients in place.

    Args:
        parameters: whose gradients to clip.
        value: limit each element to [-value, value].
        norm: limit the Euclidean norm of all gradients together.

    Returns:
        the norm of all gradients before clipping, a float.
    """
    gradients = [p.grad for p in parameters if p.grad is not None]
    # In float64, because the squares of exploding gradients overflow in float32.
    total = math.sqrt(sum(float(np.square(g, dtype=float).sum()) for g in gradients))
    for g in gradients:
        if value is not None:
            np.clip(g, -value, value, out=g)
        if norm is not None and total > norm:
            g *= norm / total
    return total


class Optimizer:
    """Base class: `step()` updates every parameter that has a gradient.

    Subclasses list in `slots` the arrays they keep for each parameter, and define
    `update(w, g, learning_rate, *slots)`, which changes `w` and the slots in place.
    """

    slots = ()

    def __init__(
        self, parameters, learning_rate, weight_decay=0, clip_value=None, clip_norm=None
    ):
        if isinstance(parameters, Tensor | Layer):
            raise TypeError("pass a list of parameters, such as model.parameters()")
        self.parameters = list(parameters)
        if not self.parameters:
            raise ValueError("an optimizer needs at least one parameter")
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.clip_value, self.clip_norm = clip_value, clip_norm
        self.t = 0  # updates so far
        self.state = [
            {slot: np.zeros_like(p.data) for slot in self.slots}
            for p in self.parameters
        ]

    def current_rate(self):
        """The learning rate of the next update."""
        rate = self.learning_rate
        return float(rate(self.t) if callable(rate) else rate)

    def zero_grad(self):
        """Clear all gradients."""
        for p in self.parameters:
            p.grad = None

    def step(self):
        """Update the parameters once."""
        rate = self.current_rate()
        self.t += 1
        if self.clip_value is not None or self.clip_norm is not None:
            clip_gradients(self.parameters, self.clip_value, self.clip_norm)
        groups = []
        for p, slots in zip(self.parameters, self.state, strict=True):
            if p.grad is None or not p.requires_grad:
                continue
            g = p.grad
            if self.weight_decay:
                g = self.decay(p.data, g, rate)
            groups.append((p.data, g, *slots.values()))
        update_all(lambda w, g, *s: self.update(w, g, rate, *s), groups)

    def decay(self, w, g, rate):
        """The gradient with weight decay."""
        return g + self.weight_decay * w

    def update(self, w, g, rate, *slots):
        """Change `w` and the slots in place."""
        raise NotImplementedError


class SGD(Optimizer):
    """Gradient descent, with momentum: v = momentum v + g, w -= rate v.

    With `nesterov`: w -= rate (g + momentum v).
    """

    def __init__(
        self, parameters, learning_rate=0.01, momentum=0.0, nesterov=False, **options
    ):
        self.momentum, self.nesterov = momentum, nesterov
        self.slots = ("v",) if momentum else ()
        super().__init__(parameters, learning_rate, **options)

    def update(self, w, g, rate, v=None):
        """See the class."""
        if v is not None:
            v *= self.momentum
            v += g
            g = g + self.momentum * v if self.nesterov else v
        w -= rate * g


class RMSprop(Optimizer):
    """s = beta s + (1 - beta) g**2, w -= rate g / (sqrt(s) + epsilon)."""

    slots = ("s",)

    def __init__(
        self, parameters, learning_rate=0.001, beta=0.9, epsilon=1e-8, **options
    ):
        self.beta, self.epsilon = beta, epsilon
        super().__init__(parameters, learning_rate, **options)

    def update(self, w, g, rate, s):
        """See the class."""
        s *= self.beta
        s += (1 - self.beta) * g * g
        w -= rate * g / (np.sqrt(s) + self.epsilon)


class Adam(Optimizer):
    """Momentum v and mean square s of the gradient, both with bias correction.

    The correction counts all updates of the optimizer. If parameters are unfrozen after
    many updates, make a new optimizer: otherwise their first steps are too large.
    """

    slots = ("v", "s")

    def __init__(
        self,
        parameters,
        learning_rate=0.001,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
        **options,
    ):
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        super().__init__(parameters, learning_rate, **options)

    def update(self, w, g, rate, v, s):
        """See the class."""
        v *= self.beta1
        v += (1 - self.beta1) * g
        s *= self.beta2
        step = g * g
        step *= 1 - self.beta2
        s += step
        # w -= rate * v_corrected / (sqrt(s_corrected) + epsilon), in one buffer, with
        # both corrections folded into the rate.
        correction = math.sqrt(1 - self.beta2**self.t)
        np.sqrt(s, out=step)
        step += self.epsilon * correction
        np.divide(v, step, out=step)
        step *= rate * correction / (1 - self.beta1**self.t)
        w -= step


class AdamW(Adam):
    """Adam with decoupled weight decay, which acts on the weights directly."""

    def __init__(self, parameters, learning_rate=0.001, weight_decay=0.01, **options):
        super().__init__(
            parameters, learning_rate, weight_decay=weight_decay, **options
        )

    def decay(self, w, g, rate):
        """Shrink the weights and leave the gradient unchanged."""
        w *= 1 - rate * self.weight_decay
        return g
