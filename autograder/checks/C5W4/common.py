"""What several parts of C5W4's tests use."""

from types import MethodType

import numpy as np

from autograder.checks.check import Lab

lab = Lab("C5W4")
ref = lab.reference


def version_of(name):
    """Decorator: a forward function becomes a version of the reference's layer."""

    def decorate(forward):
        def make(*args, **options):
            layer = getattr(ref, name)(*args, **options)
            layer.forward = MethodType(forward, layer)
            return layer

        make.__name__ = forward.__name__
        return make

    return decorate


def some_masked(rng, shape):
    """A mask with zeros and ones, no row without a one."""
    mask = (rng.random(shape) < 0.6).astype(int)
    np.put_along_axis(mask, rng.integers(shape[-1], size=(*shape[:-1], 1)), 1, -1)
    np.put_along_axis(mask, mask.argmax(-1)[..., np.newaxis] - 1, 0, -1)
    return mask


def drawn(make, *, differ=(), same=()):
    """Arguments made until some wrong versions give another result, others the same.

    Args:
        make: function that draws the arguments of a call.
        differ: pairs of a right and a wrong version.
        same: likewise.
    """
    while True:
        given = make()
        if all(right(*given) != wrong(*given) for right, wrong in differ) and all(
            right(*given) == wrong(*given) for right, wrong in same
        ):
            return given


def embed_tokens(self, token_ids, *, scale=True, positions=True, drop=True):
    x = self.embedding(token_ids)
    T, d = x.shape[1:]
    x = x * (d**0.5) if scale else x
    x = x + self.pos_encoding[:, :T] if positions else x
    return self.dropout(x) if drop else x
