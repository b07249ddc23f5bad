"""What several parts of C3W2's tests use."""

from autograder.checks.check import Lab

lab = Lab("C3W2")
ref = lab.reference
