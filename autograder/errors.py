"""Errors that the command line shows as one sentence."""


class Refused(Exception):
    """Something cannot be done; the message says why and what to do."""
