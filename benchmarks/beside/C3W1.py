"""Rows of C3W1: how many examples a claim needs, and measures without positives."""

import warnings

import numpy as np
from libraries import Table

table = Table()


@table.row(
    "dev_set_size",
    "examples for a difference of 0.02 at 95 %",
    "statsmodels",
    "samplesize_confint_proportion(0.5, 0.02)",
    "it measures one error to ±0.02; a difference of two has twice the variance",
)
def size(lab):
    from statsmodels.stats.proportion import samplesize_confint_proportion

    return lab.dev_set_size(0.02), int(
        np.ceil(samplesize_confint_proportion(0.5, 0.02))
    )


@table.row(
    "precision_recall_f1",
    "precision where nothing is predicted as 1",
    "scikit-learn",
    "precision_score",
    "the same 0, with a warning: 0 divided by 0 is undefined",
)
def nothing_predicted(lab):
    from sklearn.metrics import precision_score

    true, predicted = np.array([1, 0]), np.array([0, 0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = precision_score(true, predicted)
    return lab.precision_recall_f1(true, predicted)[0], theirs
