"""C3W2 against outside witnesses: PyTorch, SciPy, numerical gradients."""

import math

import numpy as np
import pytest

from autograder.checks.reference import reference
from helpers.gradients import numerical_gradient
from tests.recap import printed

lab = reference("C3W2")


def _labels(rng, shape, missing=0.5):
    Y = (rng.random(shape) < 0.5).astype(float)
    Y[rng.random(shape) < missing] = np.nan
    Y[0, 0] = 1.0
    return Y


def test_multitask_loss_against_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    logits, Y = rng.normal(scale=3, size=(7, 4)), _labels(rng, (7, 4))
    loss, gradient = lab.multitask_loss(logits, Y)
    z, y = torch.tensor(logits, requires_grad=True), torch.tensor(Y)
    names = {"torch": torch, "logits": z, "Y": y}
    exec(printed("C3W2", "import torch.nn.functional as F"), names)
    theirs = names["loss"]
    theirs.backward()
    assert loss == pytest.approx(theirs.item())
    assert np.allclose(gradient, z.grad.numpy())


def test_multitask_gradient_by_differences():
    rng = np.random.default_rng(1)
    logits, Y = rng.normal(size=(3, 2)), _labels(rng, (3, 2), 0.3)
    _, gradient = lab.multitask_loss(logits, Y)
    found = numerical_gradient(lambda now: lab.multitask_loss(now, Y)[0], logits, 1e-5)
    assert gradient == pytest.approx(found, abs=1e-8)


def _head(rng):
    return {
        "W1": rng.normal(size=(5, 4)),
        "b1": rng.normal(size=4),
        "W2": rng.normal(size=(4, 3)),
        "b2": rng.normal(size=3),
    }


def test_head_gradients_by_differences():
    rng = np.random.default_rng(2)
    parameters, F, Y = _head(rng), rng.normal(size=(8, 5)), rng.integers(0, 3, 8)
    _, gradients = lab.head_gradients(parameters, F, Y)
    for name, values in parameters.items():
        found = numerical_gradient(
            lambda _: lab.head_gradients(parameters, F, Y)[0], values
        )
        assert gradients[name] == pytest.approx(found, abs=1e-6)


def test_transfer_lowers_the_cost_and_leaves_the_frozen_alone():
    rng = np.random.default_rng(3)
    start, F, Y = _head(rng), rng.normal(size=(20, 5)), rng.integers(0, 3, 20)
    end = lab.transfer_learn(lambda X: X, start, F, Y, ["W2", "b2"], 50)
    assert end["W1"] is start["W1"]
    assert end["b1"] is start["b1"]
    before, after = (lab.head_gradients(p, F, Y)[0] for p in (start, end))
    assert after < before - 0.1


def test_verdicts_agree_with_a_paired_t_statistic():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(4)
    seen = set()
    for _ in range(200):
        a = rng.normal(0.30, 0.02, 5)
        b = a - rng.normal(0.0, 0.02) + rng.normal(0, 0.01, 5)
        t = stats.ttest_rel(a, b).statistic
        told = "pipeline" if t < -2 else "end to end" if t > 2 else "too close to call"
        said = lab.pipeline_or_end_to_end({"n": list(a)}, {"n": list(b)})
        assert said == {"n": told}
        seen.add(told)
    assert len(seen) == 3


def test_splits_have_the_mix_that_they_should():
    target, other = np.arange(4000), np.arange(4000, 12_000)
    ids = lab.make_splits(target, other, 1000, 1000, np.random.default_rng(5))
    assert {name: len(part) for name, part in ids.items()} == {
        "train": 9000,
        "train_dev": 1000,
        "dev": 1000,
        "test": 1000,
    }
    assert np.array_equal(
        np.sort(np.concatenate(list(ids.values()))), np.arange(12_000)
    )
    spread = 5 * math.sqrt(0.2 * 0.8 / 1000)
    for name in ("train", "train_dev"):
        assert np.mean(ids[name] < 4000) == pytest.approx(0.2, abs=spread)


def test_gaps_add_up_from_people_to_the_test():
    errors = [0.03, 0.119, 0.145, 0.462, 0.434]
    said = lab.diagnose_mismatch(*errors)
    assert said.pop("focus") == "data_mismatch"
    assert sum(said.values()) == pytest.approx(errors[-1] - errors[0])


def test_label_noise_by_hand():
    assert lab.label_noise_report(0.1, 0.06) == pytest.approx(
        {"labels": 0.006, "rest": 0.094, "verdict": None}
    )
    said = lab.label_noise_report(0.021, 0.3, 0.019)
    assert said["verdict"] == "correct the labels first"


def test_error_analysis_of_a_table_by_hand():
    said = lab.error_analysis([["a", "b"], ["b"], [], ["a", "b"]], 0.08)
    assert [name for name, _, _ in said] == ["b", "a"]
    assert np.allclose([row[1:] for row in said], [[0.75, 0.06], [0.5, 0.04]])


def test_synthesis_shows_the_brighter_of_two():
    rng = np.random.default_rng(6)
    clean, noise = rng.random((30, 3, 3)), rng.random((4, 3, 3))
    made = lab.synthesize(clean, noise, np.random.default_rng(7), 0.5)
    every = np.maximum(clean[:, None], 0.5 * noise)  # (30, 4, 3, 3)
    fits = np.isclose(every, made[:, None]).all(axis=(2, 3))
    assert fits.any(axis=1).all()
    assert fits.any(axis=0).all()


def test_recap_freezes_the_features_and_their_running_averages():
    torch = pytest.importorskip("torch")
    pytest.importorskip("torchvision")
    names = {}
    code = printed("C3W2", "import torch\nimport torchvision")
    exec(code.replace('weights="DEFAULT"', "weights=None"), names)  # no download
    net, images = names["net"], torch.zeros(2, 3, 64, 64)
    before = {key: value.clone() for key, value in net.features.state_dict().items()}
    optimizer = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], 0.1)
    torch.nn.functional.cross_entropy(net(images), torch.tensor([0, 1])).backward()
    optimizer.step()
    for key, value in net.features.state_dict().items():
        assert torch.equal(value, before[key]), key
    assert sum(p.requires_grad for p in net.parameters()) == 2


@pytest.mark.parametrize(("seeds", "share"), [(2, 0.30), (4, 0.14), (400, 0.05)])
def test_share_of_false_winners_that_the_lab_states(seeds, share):
    stats = pytest.importorskip("scipy.stats")
    assert 2 * stats.t.sf(2, seeds - 1) == pytest.approx(share, abs=0.005)
