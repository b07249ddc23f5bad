"""What several parts of C3W1's tests use."""

from autograder.checks.check import Lab

lab = Lab("C3W1")
ref = lab.reference
