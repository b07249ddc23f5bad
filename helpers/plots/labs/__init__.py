"""Figures that belong to a single lab, one module for each lab."""
