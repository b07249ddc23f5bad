"""Fixed blocks for C4W4: costs that compare activations, but in other ways."""


def gram_matrix(A):
    """Sums of squares of each row, instead of products of all pairs of rows."""
    squares = A**2
    return squares.sum(axis=1, keepdims=True) + 2 * squares.sum(axis=1)


def compute_layer_style_cost(a_S, a_G):
    """A difference of activations, not of their styles."""
    return ((a_G - 0.5 * a_S) ** 4).mean()


def compute_content_cost(a_C, a_G):
    """Fourth powers of a sum instead of squares of a difference."""
    return ((a_G + 2 * a_C) ** 4).mean()


def compute_style_cost(a_S, a_G, STYLE_LAYERS):
    """Products of activations, in the first and the last layer only."""
    (first, some), (last, other) = STYLE_LAYERS[0], STYLE_LAYERS[-1]
    one = (a_G[first] ** 2 * (1 + a_S[first])).mean()
    return one * some**2 - (a_G[last] * a_S[last]).mean() * other


def total_cost(J_content, J_style, alpha=10, beta=40):
    """A product instead of a sum."""
    return (1 + alpha * J_content) * (2 + beta * J_style)
