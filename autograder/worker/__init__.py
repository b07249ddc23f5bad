"""What runs beside student code. It imports nothing of the rest of `autograder`."""
