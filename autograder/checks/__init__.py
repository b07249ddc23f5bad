"""The hidden tests: a package or a file for each lab, and what several labs use."""
