"""What several parts of C4W4's tests use."""

from autograder.checks.check import Lab

lab = Lab("C4W4")
ref = lab.reference
