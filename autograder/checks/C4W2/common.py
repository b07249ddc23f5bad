"""What several parts of C4W2's tests use."""

from autograder.checks.check import Lab

lab = Lab("C4W2")
ref = lab.reference
