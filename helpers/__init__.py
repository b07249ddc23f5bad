"""What the notebooks call: data, plots, checks and the NumPy framework."""
