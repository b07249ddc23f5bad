"""Archives that leave this checkout: for students, and for Gradescope."""
