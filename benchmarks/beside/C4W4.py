"""Rows of C4W4: distances squared or not, sums or means, signs."""

import numpy as np
from libraries import Table

table = Table()
ANCHOR, POSITIVE, NEGATIVE = (np.array([[0.0, x], [0.0, x]]) for x in (0.0, 0.5, 0.6))


@table.row(
    "triplet_loss",
    "two equal triplets, distances 0.5 and 0.6, margin 0.2",
    "torch",
    "nn.TripletMarginLoss(margin=0.2)",
    "distances are not squared, and it takes the mean over triplets",
)
def margin(lab):
    import torch

    yours = lab.triplet_loss(None, (ANCHOR, POSITIVE, NEGATIVE))
    loss = torch.nn.TripletMarginLoss(margin=0.2)
    return yours, loss(*map(torch.tensor, (ANCHOR, POSITIVE, NEGATIVE)))


@table.row(
    "chi_square",
    "two vectors [1, 3] and [3, 1]",
    "scikit-learn",
    "metrics.pairwise.additive_chi2_kernel",
    "a kernel measures likeness, so the sum of the same terms is negative",
)
def kernel(lab):
    from sklearn.metrics.pairwise import additive_chi2_kernel

    a, b = np.array([[1.0, 3.0]]), np.array([[3.0, 1.0]])
    return np.sum(lab.chi_square(a, b)), additive_chi2_kernel(a, b)[0, 0]
