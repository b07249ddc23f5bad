"""Asks C4W1's edge filters what they give on a window."""

import numpy as np


def responses(edge_filters, window):
    """The response of each filter; what came instead where it is no such array."""
    filters = edge_filters()
    if not isinstance(filters, dict):
        return filters
    return {
        name: np.sum(values * window)
        if isinstance(values, np.ndarray) and values.shape == window.shape
        else values
        for name, values in filters.items()
    }
