"""One submission, from the file that was handed in to its result."""
