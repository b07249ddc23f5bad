"""What several parts of C5W3's tests use."""

from autograder.checks.check import Lab

lab = Lab("C5W3")
ref = lab.reference
