"""Array functions: arrays in, arrays out, as fast as NumPy allows.

Threads, blocks and buffers (`cores`) are used only here. The files of the framework
above say what is computed; these say how.
"""
