"""Fixed blocks that stand in for exercises which take or return objects.

For example, while `EncoderLayer` is checked and `MultiHeadAttention` is missing or
wrong, a block from here replaces it, in the reader's code and in the reference's. A
block must not be an answer: it has the signature of its exercise and the shapes of its
results, and it depends on every argument, but it computes something else.
"""
