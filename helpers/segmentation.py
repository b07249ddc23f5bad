"""Networks written as one function that also enlarge their maps."""

from __future__ import annotations

from helpers import nn
from helpers.functional import Net


class SegmentationNet(Net):
    """A `Net` that hands out transposed convolutions as well."""

    def conv_transpose(self, x, n_C, f=3, s=2):
        """Transposed convolution: `n_C` maps, `s` times as high and wide, biased."""
        n_C_prev = x.shape[-1]
        return self._layer(
            lambda: nn.Conv2DTranspose(
                n_C_prev, n_C, f, s, rng=self.rng,
                initializer=nn.initializers.he_normal,
            )
        )(x)  # fmt: skip
