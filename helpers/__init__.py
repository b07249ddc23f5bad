"""What the notebooks of the course call: data, plots, checks and the NumPy framework."""
