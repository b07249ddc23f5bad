"""Drivers call exercises that take or return objects, with plain inputs and outputs.

There is one module for each lab that needs one. Drivers run beside the reader's code
and contain no answers.
"""
