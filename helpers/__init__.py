"""What the notebooks import: data, plots, checks and the NumPy framework."""
