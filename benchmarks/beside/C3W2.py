"""Row of C3W2: labels that are missing."""

import numpy as np
from libraries import Table

table = Table()


@table.row(
    "multitask_loss",
    "scores [0, 5], the second label missing (`nan`)",
    "torch",
    "nn.functional.binary_cross_entropy_with_logits",
    "it knows no missing labels, so one makes the mean undefined: select the labelled "
    "entries first",
)
def missing(lab):
    import torch

    logits, Y = np.array([[0.0, 5.0]]), np.array([[1.0, np.nan]])
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(
        torch.tensor(logits), torch.tensor(Y)
    )
    return lab.multitask_loss(logits, Y)[0], theirs
