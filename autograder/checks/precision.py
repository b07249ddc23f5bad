"""Values as learners compute them who work in single precision."""

import numpy as np


def as_float32(values):
    """A plain structure with all its arrays in single precision."""
    if isinstance(values, dict):
        return {name: as_float32(one) for name, one in values.items()}
    if isinstance(values, (list, tuple)):
        return type(values)(map(as_float32, values))
    return values.astype(np.float32) if isinstance(values, np.ndarray) else values
