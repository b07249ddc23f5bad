"""C5W2 by outside witnesses: numerical gradients, PyTorch, SciPy, values by hand."""

import numpy as np
import pytest

from autograder.checks import check
from autograder.checks.reference import reference
from helpers import data, nn
from helpers.drivers.C5W2 import fitted, reader
from helpers.gradients import numerical_gradient
from tests.recap import printed

lab = reference("C5W2")


def agree(value, grads, arrays):
    """Every gradient against a numerical one, to 1e-6 relative."""
    for name, array in arrays.items():
        found = numerical_gradient(lambda _: value(), array, 1e-5)
        gap = np.linalg.norm(found - grads[f"d{name}"])
        assert gap <= 1e-6 * np.linalg.norm(found) + 1e-9, name


@pytest.fixture
def tables():
    rng = np.random.default_rng(4)
    return {
        "center": np.array([0, 3, 3, 5]),
        "context": np.array([1, 2, 2, 0]),
        "negatives": rng.integers(0, 6, (4, 3)),
        "E": rng.normal(size=(4, 6)),
        "theta": rng.normal(size=(4, 6)),
    }


def test_skipgram_agrees_with_numerical_gradients(tables):
    del tables["negatives"]
    grads = lab.skipgram_loss(**tables)[1]
    both = {"E": tables["E"], "theta": tables["theta"]}
    agree(lambda: lab.skipgram_loss(**tables)[0], grads, both)


def test_negative_sampling_agrees_with_numerical_gradients(tables):
    grads = lab.negative_sampling_loss(**tables)[1]
    both = {"E": tables["E"], "theta": tables["theta"]}
    agree(lambda: lab.negative_sampling_loss(**tables)[0], grads, both)


def test_glove_agrees_with_numerical_gradients():
    rng = np.random.default_rng(1)
    X = rng.integers(0, 20, (5, 5)).astype(float)
    arrays = {
        "theta": rng.normal(size=(3, 5)),
        "E": rng.normal(size=(3, 5)),
        "b": rng.normal(size=5),
        "b_prime": rng.normal(size=5),
    }
    grads = lab.glove_loss(X, **arrays, x_max=8.0)[1]
    agree(lambda: lab.glove_loss(X, **arrays, x_max=8.0)[0], grads, arrays)


def test_word2vec_agrees_with_pytorch(tables):
    torch = pytest.importorskip("torch")
    F = torch.nn.functional
    E, theta = (torch.tensor(tables[k], requires_grad=True) for k in ("E", "theta"))
    center, context = (torch.tensor(tables[k]) for k in ("center", "context"))
    e = E[:, center]
    full = F.cross_entropy((theta.T @ e).T, context)
    full.backward()
    own, grads = lab.skipgram_loss(
        *(tables[k] for k in ("center", "context", "E", "theta"))
    )
    assert np.isclose(own, full.item())
    np.testing.assert_allclose(grads["dE"], E.grad.numpy(), atol=1e-12)
    np.testing.assert_allclose(grads["dtheta"], theta.grad.numpy(), atol=1e-12)
    E.grad = theta.grad = None
    real = (theta[:, context] * E[:, center]).sum(0)
    false = torch.einsum("dmk,dm->mk", theta[:, tables["negatives"]], E[:, center])
    sampled = -(F.logsigmoid(real).sum() + F.logsigmoid(-false).sum()) / 4
    sampled.backward()
    own, grads = lab.negative_sampling_loss(**tables)
    assert np.isclose(own, sampled.item())
    np.testing.assert_allclose(grads["dE"], E.grad.numpy(), atol=1e-12)
    np.testing.assert_allclose(grads["dtheta"], theta.grad.numpy(), atol=1e-12)


def test_cosine_agrees_with_scipy():
    distance = pytest.importorskip("scipy.spatial.distance")
    rng = np.random.default_rng(0)
    u, v = rng.normal(size=(2, 50))
    assert np.isclose(lab.cosine_similarity(u, v), 1 - distance.cosine(u, v))
    assert lab.cosine_similarity(u, 0 * v) == 0


def test_equalized_pairs_are_unit_and_equally_far():
    rng = np.random.default_rng(2)
    vectors = {
        w: v / np.linalg.norm(v)
        for w, v in zip("abc", rng.normal(size=(3, 20)), strict=True)
    }
    g = 3 * rng.normal(size=20)
    e1, e2 = lab.equalize(("a", "b"), g, vectors)
    np.testing.assert_allclose([np.linalg.norm(e1), np.linalg.norm(e2)], 1)
    assert np.isclose(e1 @ g, -(e2 @ g))
    neutral = lab.neutralize("c", g, vectors)
    assert abs(neutral @ g) < 1e-12
    assert np.isclose(neutral @ e1, neutral @ e2)


def test_values_worked_out_by_hand():
    assert np.isclose(
        lab.cosine_similarity(np.array([3.0, 4]), np.array([4.0, 3])), 0.96
    )
    e = lab.neutralize("w", np.array([2.0, 0.0]), {"w": np.array([3.0, 4.0])})
    np.testing.assert_allclose(e, [0, 4])
    pairs = lab.skipgram_pairs(["a", "b", "c"], 1)
    assert pairs == [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")]
    np.testing.assert_array_equal(lab.cooccurrence([0, 1, 0], 2), [[2, 2], [2, 0]])


def test_counts_are_those_of_the_pairs():
    tokens = np.random.default_rng(3).integers(0, 7, 60)
    tokens[0] = 6
    X = np.zeros((7, 7))
    for a, b in lab.skipgram_pairs(tokens.tolist(), 4):
        X[a, b] += 1
    np.testing.assert_array_equal(lab.cooccurrence(tokens, 4), X)


def test_bias_axis_finds_a_planted_direction():
    rng = np.random.default_rng(5)
    g = rng.normal(size=30)
    g /= np.linalg.norm(g)
    vectors, pairs = {}, []
    for i in range(8):
        middle = rng.normal(size=30)
        vectors[f"f{i}"] = middle + g + 0.1 * rng.normal(size=30)
        vectors[f"m{i}"] = middle - g + 0.1 * rng.normal(size=30)
        pairs.append((f"f{i}", f"m{i}"))
    assert lab.bias_axis(pairs, vectors) @ g > 0.98


def test_real_vectors_answer_real_questions():
    glove = data.load("glove")
    vectors = dict(zip(glove.words, glove.vectors.astype(float), strict=True))
    assert lab.complete_analogy("italy", "italian", "spain", vectors) == "spanish"
    assert lab.complete_analogy("Small", "smaller", "large", vectors) == "larger"


def test_padding_leaves_the_lstm_alone_and_its_vectors_stay():
    rng = np.random.default_rng(0)
    vectors = {w: rng.normal(size=6) for w in ("no", "yes", "not")}
    numbers = {"no": 2, "yes": 1, "not": 3}
    model = lab.emojify_lstm(vectors, numbers, 2, 8, np.random.default_rng(1)).eval()
    X = lab.sentences_to_indices(["not yes", "yes not no"], numbers, 3)
    longer = lab.sentences_to_indices(["not yes", "yes not no"], numbers, 9)
    np.testing.assert_allclose(model(X).data, model(longer).data, atol=1e-6)
    before = model.embedding.E.data.copy()
    free = [p for p in model.parameters() if p.requires_grad]
    batch = X, np.array([0, 1])
    nn.train_step(model.train(), batch, nn.cross_entropy, nn.Adam(free, 0.1))
    np.testing.assert_array_equal(model.embedding.E.data, before)
    np.testing.assert_allclose(before[3], vectors["not"], rtol=1e-6)


class _OnOddHardware(nn.Model):
    """A model whose scores are rounded in another way for each row of a batch."""

    def __init__(self, model):
        self.model, self.rng = model, np.random.default_rng(0)

    def forward(self, indices):
        scores = self.model(indices)
        return scores + 5e-6 * self.rng.random(scores.shape).astype(np.float32)


def test_dropout_of_a_state_is_told_whatever_the_rounding_of_its_rows():
    one = check.load("C5W2").checks["emojify_lstm"]
    [call, *_] = one.draw(np.random.default_rng(0))
    found = reader(
        lambda *given: _OnOddHardware(lab.emojify_lstm(*given)), **call.inputs
    )
    assert found == one.expectation(**call.inputs)
    [early] = [m for m in one.mistakes if m.name == "drops_from_the_words"]
    assert not reader(early.function, **call.inputs)["drops parts of the state"]


class _Restless(_OnOddHardware):
    """A model whose scores are far off in training, as with much dropout.

    The first are less so, by chance.
    """

    size = 0.0

    def forward(self, indices):
        scores = self.model(indices)
        if not self.training:
            return scores
        off = self.size * self.rng.normal(size=scores.shape)
        self.size = min(self.size + 0.5, 8.0)
        return scores + off.astype(np.float32)


class _Stuck(_OnOddHardware):
    """A model to whose parameters no gradient flows back."""

    def forward(self, indices):
        scores = self.model(indices)
        return nn.Tensor(scores.data) + 0.0 * scores


def test_a_model_is_seen_to_learn_through_its_dropout():
    one = check.load("C5W2").checks["emojify_lstm"]
    [call, *_] = one.draw(np.random.default_rng(0))
    found = reader(lambda *given: _Restless(lab.emojify_lstm(*given)), **call.inputs)
    assert found["learns"]

    found = reader(lambda *given: _Stuck(lab.emojify_lstm(*given)), **call.inputs)
    assert not found["learns"]


@pytest.mark.parametrize(
    ("epochs", "learned", "run"), [(400, True, 200), (10**9, True, 200), (5, False, 5)]
)
def test_epochs_by_default_are_run_as_far_as_they_tell(epochs, learned, run):
    call, *_ = check.load("C5W2").checks["model"].draw(np.random.default_rng(0))
    asked = []

    def model(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=epochs):
        asked.append(num_iterations)
        return lab.model(X, Y, word_to_vec_map, learning_rate, num_iterations)

    np.random.seed(0)
    assert fitted(model, **call.inputs)["with certainty"] is learned
    assert asked == [run]


def test_epochs_are_left_to_a_function_that_does_not_show_them():
    call, *_ = check.load("C5W2").checks["model"].draw(np.random.default_rng(0))

    def model(X, Y, word_to_vec_map, **settings):
        assert not settings
        return lab.model(X, Y, word_to_vec_map)

    np.random.seed(0)
    assert fitted(model, **call.inputs)["with certainty"]


def test_a_mean_cannot_tell_twins_apart():
    emoji, glove = data.load("emoji"), data.load("glove")
    vectors = dict(zip(glove.words, glove.vectors.astype(float), strict=True))
    one, other = "the news is not good it is bad", "the news is not bad it is good"
    assert one in emoji.test_sentences
    np.testing.assert_allclose(
        lab.sentence_to_avg(one, vectors), lab.sentence_to_avg(other, vectors)
    )


def test_the_recap_runs_in_pytorch_on_sentences_in_any_order(monkeypatch):
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    indices, lengths = torch.tensor([[3, 1, 0, 0], [2, 2, 1, 4]]), [2, 4]
    names = {
        "torch": torch,
        "rows": torch.randn(5, 50),
        "u": torch.tensor([3.0, 4.0]),
        "v": torch.tensor([4.0, 3.0]),
        "indices": indices,
        "lengths": lengths,
        "pack_padded_sequence": torch.nn.utils.rnn.pack_padded_sequence,
    }
    lstm = torch.nn.LSTM(50, 64, batch_first=True)
    with monkeypatch.context() as patch:
        patch.setattr(torch.nn, "LSTM", lambda *sizes, batch_first: lstm)
        exec(printed("C5W2"), names)
    assert names["likeness"].item() == pytest.approx(0.96)
    assert names["scores"].shape == (2, 5)
    assert not names["embedding"].weight.requires_grad
    for i, n in enumerate(lengths):
        _, (alone, _) = lstm(names["embedding"](indices[i : i + 1, :n]))
        np.testing.assert_allclose(
            names["a"][-1, i].detach(), alone[-1, 0].detach(), atol=1e-6
        )
    as_by_default = printed("C5W2").replace("sorted=False", "sorted=True")
    with pytest.raises(RuntimeError, match="sorted"):
        exec(as_by_default, names)
    names["lengths"] = [0, 4]
    with pytest.raises(RuntimeError, match="greater than 0"):
        exec(printed("C5W2"), names)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_the_cosine_with_a_zero_vector_differs_as_the_recap_says():
    distance = pytest.importorskip("scipy.spatial.distance")
    torch = pytest.importorskip("torch")
    zero, u = np.zeros(3), np.ones(3)
    assert lab.cosine_similarity(zero, u) == 0
    assert np.isnan(1 - distance.cosine(zero, u))
    tensors = torch.from_numpy(zero), torch.from_numpy(u)
    assert torch.nn.functional.cosine_similarity(*tensors, dim=0) == 0
