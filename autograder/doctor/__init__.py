"""Attacks on this machine's own sandbox, to see whether it holds."""
