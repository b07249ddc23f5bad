"""Functions of C3W1 against outside witnesses: SciPy, simulation, worked values."""

import math

import numpy as np
import pytest

from autograder.checks.check import load
from autograder.checks.reference import reference
from helpers.checks.verdict import judge
from tests.recap import printed

lab = reference("C3W1")


def test_class_weights_in_pytorch_divide_as_weighted_error_does():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(3)
    labels, belt = rng.integers(0, 10, 40), torch.arange(50)
    names = {
        "scores": torch.tensor(rng.normal(size=(40, 10)), dtype=torch.float32),
        "y_true": torch.tensor(labels),
        "belt": belt,
    }
    exec(printed("C3W1", "import torch\n"), names)
    losses = torch.nn.functional.cross_entropy(
        names["scores"], names["y_true"], reduction="none"
    ).numpy()
    weights = np.where(labels == 4, 10.0, 1.0)  # class 4 is the coats
    cost = np.sum(weights * losses) / np.sum(weights)
    assert names["cost"].item() == pytest.approx(cost, rel=1e-5)
    assert [len(part) for part in names["parts"]] == [30, 10, 10]


def test_metrics_of_other_libraries_are_called_as_printed():
    pytest.importorskip("torchmetrics")
    pytest.importorskip("statsmodels")
    torch = pytest.importorskip("torch")
    code = printed("C3W1", "from torchmetrics").split("\n\n")
    imports, calls = code[0], code[1].splitlines()
    rng = np.random.default_rng(4)
    y_true, y_pred = rng.integers(0, 10, (2, 300))
    names = {
        "y_true": torch.tensor(y_true),
        "y_pred": torch.tensor(y_pred),
        "table": [[800, 12], [30, 158]],
    }
    exec(imports, names)
    counts, f1, p_value = (eval(call, names) for call in calls)
    assert np.array_equal(counts, lab.confusion_matrix(y_true, y_pred, 10))
    _, _, expected = lab.precision_recall_f1(y_true == 6, y_pred == 6)
    assert float(f1) == pytest.approx(expected)
    z = (12 - 30) / math.sqrt(12 + 30)
    assert p_value == pytest.approx(math.erfc(abs(z) / math.sqrt(2)))


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.95, 0.99, 0.999])
@pytest.mark.parametrize("difference", [0.2, 0.05, 0.01, 0.002])
def test_dev_set_size_is_the_smallest_that_reaches_the_confidence(
    difference, confidence
):
    stats = pytest.importorskip("scipy.stats")
    m = lab.dev_set_size(difference, confidence)

    def reached(size):
        spread = math.sqrt(2 * 0.25 / size)
        inside = stats.norm.cdf(difference, scale=spread)
        return inside - stats.norm.cdf(-difference, scale=spread)

    assert reached(m) >= confidence - 1e-12 > reached(m - 1) - 2e-12
    assert reached(m - 1) < confidence


def test_worst_case_comparison_wins_as_often_as_promised():
    m = lab.dev_set_size(0.02)
    rng = np.random.default_rng(8)
    worse, better = rng.binomial(m, [[0.51], [0.49]], (2, 20_000))
    won = np.mean(better < worse) + np.mean(better == worse) / 2
    assert won == pytest.approx(0.975, abs=0.005)


def test_confusion_matrix_against_counting_pairs():
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.integers(0, 7, (2, 500))
    counted, _, _ = np.histogram2d(y_true, y_pred, bins=np.arange(9) - 0.5)
    assert np.array_equal(lab.confusion_matrix(y_true, y_pred, 8), counted)


def test_scores_follow_from_the_confusion_matrix():
    rng = np.random.default_rng(1)
    y_true, y_pred = rng.integers(0, 2, (2, 300))
    (_, extra), (missed, found) = lab.confusion_matrix(y_true, y_pred, 2)
    P, R, F1 = lab.precision_recall_f1(y_true, y_pred)
    assert found / (found + extra) == pytest.approx(P)
    assert found / (found + missed) == pytest.approx(R)
    assert pytest.approx(1 / ((1 / P + 1 / R) / 2)) == F1


def test_weighted_error_is_the_error_of_repeated_examples():
    rng = np.random.default_rng(2)
    y_true, y_pred = rng.integers(0, 3, (2, 60))
    weights = rng.integers(0, 5, 60)
    wrong = np.repeat(y_true != y_pred, weights)
    assert lab.weighted_error(y_true, y_pred, weights) == pytest.approx(wrong.mean())


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (100, (60, 20, 20)),
        (50_000, (30_000, 10_000, 10_000)),
        (10**6, (980_000, 10_000, 10_000)),
        (10**7, (9_980_000, 10_000, 10_000)),
    ],
)
def test_choose_split_in_numbers_of_examples(n, expected):
    assert np.allclose(np.array(lab.choose_split(n)) * n, expected)


def test_gaps_of_a_report_add_up_and_lead_to_a_step():
    report = lab.bias_variance_report(0.03, 0.062, 0.111)
    total = report["avoidable_bias"] + report["variance"]
    assert total == pytest.approx(0.111 - 0.03)
    assert lab.next_step(report) == "generalize better"
    report = lab.bias_variance_report(0.03, 0.159, 0.179)
    assert lab.next_step(report) == "fit the training set"


def test_numbers_that_the_lab_states_of_its_classifiers():
    from helpers import strategy

    shop = strategy.fashion()
    models = strategy.classifiers(careful=True)
    weights = np.where(shop.dev_y == 4, 10.0, 1.0)
    stated = {  # error and weighted error on dev, in percent
        "softmax": (17.95, 22.0),
        "dense net": (15.0, 25.9),
        "small CNN": (12.5, 17.2),
        "large CNN": (11.1, 13.2),
        "careful CNN": (14.5, 12.8),
    }
    for name, (plain, weighted) in stated.items():
        predicted = models[name].classify(shop.dev_x)
        assert 100 * np.mean(predicted != shop.dev_y) == pytest.approx(plain, abs=0.15)
        error = lab.weighted_error(shop.dev_y, predicted, weights)
        assert 100 * error == pytest.approx(weighted, abs=0.3)


def passed(name, function, seed):
    """How many of the hidden cases of an exercise a function passes."""
    check = load("C3W1").checks[name]
    calls = list(check.draw(np.random.default_rng(seed)))
    outcomes = [check.observe(function, call) for call in calls]
    expected = [check.expected(call, with_mistakes=False) for call in calls]
    return judge(name, expected, outcomes, [], check.spec.tolerance).passed


@pytest.mark.parametrize(
    ("kind", "accepted"),
    [
        (int, True),
        (np.int64, True),
        (np.array, True),
        (float, False),
        (np.float32, False),
        (lambda size: [size], False),
    ],
)
def test_a_size_is_whole_by_its_type(kind, accepted):
    got = passed("dev_set_size", lambda *given: kind(lab.dev_set_size(*given)), 5)
    assert got == (7 if accepted else 0)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("family", lab.FAMILIES.values())
def test_no_single_step_is_right_for_all_reports(family, seed):
    assert passed("next_step", lambda report: family, seed) == 0


@pytest.mark.parametrize("seed", range(5))
def test_whole_examples_below_the_border_are_as_good_as_a_fifth(seed):
    def in_examples(n):
        held_out = min(int(n * 0.2 + 1e-9), 10_000)
        return (n - 2 * held_out) / n, held_out / n, held_out / n

    assert passed("choose_split", in_examples, seed) == 6
