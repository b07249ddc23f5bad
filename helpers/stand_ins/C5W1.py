"""Fixed blocks for C5W1: letters that are not drawn."""


def sample(parameters, char_to_ix, seed):
    """Letters that follow from the seed, and the newline."""
    n, newline = len(parameters["by"]), char_to_ix["\n"]
    letters = [(seed + i) % n for i in range(1 + seed % 3)]
    return [i for i in letters if i != newline] + [newline]
