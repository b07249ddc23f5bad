"""Fixed blocks that stand in for exercises which take or return objects.

While `EncoderLayer` is checked, say, and `MultiHeadAttention` is not there or not
right, a block from here takes its place, in the reader's code and in the reference's.
So a block is no answer, and must not be: it has the signature of its exercise and the
shapes of its results, it depends on every argument, and it computes something else.
"""
