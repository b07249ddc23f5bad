"""Calls of exercises that deal in objects: plain inputs in, plain outputs out.

One module for each lab that needs one. They run beside the reader's code and hold no
answer.
"""
