"""Attacks on this machine's own sandbox, to see that it holds."""
