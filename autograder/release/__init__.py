"""Archives for distribution: for students, and for Gradescope."""
