"""DataLoader: shuffled mini-batches from a seed."""

import numpy as np


class DataLoader:
    """Mini-batches of arrays that share their first axis.

    Args:
        arrays: arrays or lists with m examples each; a tuple of arrays (several inputs
            of a model) is split together.
        batch_size: examples per batch; the last batch may be smaller.
        rng: generator that reshuffles for each pass; None keeps the order.
        transform: optional function of a batch (a tuple), for example augmentation. If
            it draws random numbers, let it use the same `rng`, whose state is part of
            a checkpoint.

    Raises:
        ValueError: if the arrays differ in the number of examples, or `batch_size` is
            below 1.
    """

    def __init__(self, *arrays, batch_size=32, rng=None, transform=None):
        self.arrays = [np.asarray(x) if isinstance(x, list) else x for x in arrays]
        self.batch_size, self.rng, self.transform = batch_size, rng, transform
        flat = [a for x in self.arrays for a in (x if isinstance(x, tuple) else (x,))]
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        self.m = len(flat[0])
        if any(len(a) != self.m for a in flat):
            raise ValueError(
                "arrays differ in the number of examples: "
                + ", ".join(str(np.shape(a)) for a in flat)
            )

    def __len__(self):
        """Number of batches."""
        return -(-self.m // self.batch_size)

    def __iter__(self):
        order = np.arange(self.m) if self.rng is None else self.rng.permutation(self.m)
        for i in range(0, self.m, self.batch_size):
            at = order[i : i + self.batch_size]
            batch = tuple(
                tuple(a[at] for a in x) if isinstance(x, tuple) else x[at]
                for x in self.arrays
            )
            yield self.transform(batch) if self.transform else batch
