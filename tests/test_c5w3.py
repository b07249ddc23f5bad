"""C5W3 by outside witnesses: PyTorch, SciPy, sacreBLEU, brute force, worked values."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from autograder.checks.reference import reference
from helpers import nn
from helpers.gradients import numerical_gradient
from tests.recap import printed

lab = reference("C5W3")


def test_the_recap_runs_and_agrees_with_the_lab():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    torch.manual_seed(0)
    scores, labels = rng.normal(size=(9, 2, 5)), [[1, 2, 2], [3, 1, 4]]
    sound = rng.normal(size=1600)
    given = {
        "torch": torch,
        "x": torch.randn(3, 30, 42),
        "s": torch.randn(3, 64),
        "densor1": torch.nn.Linear(128, 10),
        "densor2": torch.nn.Linear(10, 1),
        "log_probs": torch.tensor(scores).log_softmax(2),
        "labels": torch.tensor(labels),
        "input_lengths": torch.tensor([9, 9]),
        "label_lengths": torch.tensor([3, 3]),
        "sound": torch.tensor(sound, dtype=torch.float32),
    }
    exec(printed("C5W3"), given)
    assert given["x"].shape[2] == 1 + len(" ,-./") + 10 + 26  # as in the lab

    class Dense:
        def __init__(self, layer, activation=lambda y: y):
            self.W, self.b = (p.detach().numpy() for p in (layer.weight.T, layer.bias))
            self.activation = activation

        def __call__(self, x):
            return self.activation(x @ self.W + self.b)

    a, s = (given[name].detach().numpy() for name in "as")
    context, alphas = lab.one_step_attention(
        nn.as_tensor(a),
        nn.as_tensor(s),
        Dense(given["densor1"], nn.tanh),
        Dense(given["densor2"]),
    )
    np.testing.assert_allclose(alphas.data, given["alphas"].detach(), rtol=1e-4)
    np.testing.assert_allclose(context.data, given["context"].detach(), atol=1e-5)
    probs = lab.softmax(scores)
    mine = [-np.log(lab.ctc_forward(probs[:, i], labels[i], 0)) for i in (0, 1)]
    assert given["minus_log_p"].item() == pytest.approx(sum(mine))
    np.testing.assert_allclose(given["log_power"], lab.spectrogram(sound), atol=1e-3)


def test_what_the_recap_says_of_defaults():
    torch = pytest.importorskip("torch")
    probs = lab.softmax(np.random.default_rng(1).normal(size=(9, 4)))
    loss = torch.nn.CTCLoss(blank=0)(
        torch.tensor(probs).log()[:, None],
        torch.tensor([[1, 2, 3]]),
        torch.tensor([9]),
        torch.tensor([3]),
    )
    mine = -np.log(lab.ctc_forward(probs, [1, 2, 3], 0))
    assert loss.item() == pytest.approx(mine / 3)
    S = torch.stft(
        torch.ones(1600), 200, 80, window=torch.hann_window(200), return_complex=True
    )
    assert (S.shape[1], len(lab.spectrogram(np.ones(1600)))) == (21, 18)


# --- attention -----------------------------------------------------------------------


def test_attention_worked_out_by_hand():
    states = nn.as_tensor(np.array([[[1.0], [2.0], [5.0]]]))
    state = nn.as_tensor(np.zeros((1, 2)))

    def energies(_):
        return nn.as_tensor(np.log([[[1.0], [1.0], [2.0]]]))

    context, alphas = lab.one_step_attention(states, state, lambda x: x, energies)
    np.testing.assert_allclose(alphas.data.ravel(), [0.25, 0.25, 0.5])
    np.testing.assert_allclose(context.data, [[[3.25]]])


def test_attention_agrees_with_torch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    a, s = rng.normal(size=(3, 5, 4)), rng.normal(size=(3, 2))
    densor1 = nn.Dense(6, 7, "tanh", rng=rng).astype(np.float64)
    densor2 = nn.Dense(7, 1, rng=rng).astype(np.float64)
    tensors = [nn.Tensor(x, requires_grad=True) for x in (a, s)]
    context, alphas = lab.one_step_attention(*tensors, densor1, densor2)
    (context**2).sum().backward()

    ta, ts = (torch.tensor(x, requires_grad=True) for x in (a, s))
    W1, b1, W2, b2 = (
        torch.tensor(p.data) for d in (densor1, densor2) for p in (d.W, d.b)
    )
    both = torch.cat([ta, ts[:, None].expand(3, 5, 2)], dim=2)
    weights = torch.softmax(torch.tanh(both @ W1 + b1) @ W2 + b2, dim=1)
    seen = (weights * ta).sum(1, keepdim=True)
    (seen**2).sum().backward()
    np.testing.assert_allclose(alphas.data, weights.detach(), rtol=1e-10)
    np.testing.assert_allclose(context.data, seen.detach(), rtol=1e-10)
    for mine, theirs in zip(tensors, (ta, ts), strict=True):
        np.testing.assert_allclose(mine.grad, theirs.grad, rtol=1e-9, atol=1e-12)


def test_the_translator_agrees_with_torch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    model = lab.modelf(6, 4, 3, 5, 7, 8, rng).astype(np.float64)
    x = np.eye(7)[rng.integers(0, 7, (2, 6))]
    scores, weights = model(x, return_weights=True)
    np.testing.assert_allclose(weights.sum(axis=2), 1)

    def tensor(p):
        return torch.tensor(p.data)

    def take_over(cell, layer, suffix=""):  # both keep their gates as i, f, g, o
        for name, value in [
            ("weight_ih", tensor(layer.W).T),
            ("weight_hh", tensor(layer.U).T),
            ("bias_ih", tensor(layer.b)),
            ("bias_hh", 0 * tensor(layer.b)),
        ]:
            getattr(cell, name + suffix).data = value

    pre = torch.nn.LSTM(7, 3, bidirectional=True, batch_first=True).double()
    take_over(pre, model.pre.ahead, "_l0")
    take_over(pre, model.pre.back, "_l0_reverse")
    post = torch.nn.LSTMCell(6, 5).double()
    take_over(post, model.post)
    with torch.no_grad():
        a, _ = pre(torch.tensor(x))
        s = c = torch.zeros(2, 5).double()
        for t in range(4):
            both = torch.cat([a, s[:, None].expand(2, 6, 5)], dim=2)
            d1, d2 = model.densor1, model.densor2
            hidden = torch.tanh(both @ tensor(d1.W) + tensor(d1.b))
            alphas = torch.softmax(hidden @ tensor(d2.W) + tensor(d2.b), dim=1)
            s, c = post((alphas * a).sum(1), (s, c))
            wanted = s @ tensor(model.output.W) + tensor(model.output.b)
            np.testing.assert_allclose(scores.data[:, t], wanted, rtol=1e-9)
            np.testing.assert_allclose(weights[:, t], alphas[:, :, 0], rtol=1e-9)


# --- decoding ------------------------------------------------------------------------


def random_step(seed, V):
    """A step function that depends on the whole prefix."""

    def step(prefix):
        rng = np.random.default_rng([seed, *prefix])
        p = rng.dirichlet(np.ones(V))
        p[V - 1] = 0  # an impossible symbol
        with np.errstate(divide="ignore"):
            return np.log(p / p.sum())

    return step


def all_sequences(step, max_len):
    """Every possible sequence and the logarithm of its probability."""
    pending = [((), 0.0)]
    while pending:
        prefix, total = pending.pop()
        if len(prefix) == max_len or (prefix and prefix[-1] == 0):
            yield prefix, total
        else:
            log_p = step(prefix)
            pending += [
                ((*prefix, int(i)), total + log_p[i])
                for i in np.flatnonzero(np.isfinite(log_p))
            ]


@pytest.mark.parametrize("penalty", [0.0, 0.7, 1.0, 2.0])
@pytest.mark.parametrize("seed", range(4))
def test_an_unlimited_beam_finds_the_best_of_all(seed, penalty):
    step = random_step(seed, 4)
    every = list(all_sequences(step, 5))
    assert np.exp([total for _, total in every]).sum() == pytest.approx(1)
    best = max(every, key=lambda one: one[1] / len(one[0]) ** penalty)
    y, score = lab.beam_search(step, 10**6, 5, penalty)
    assert tuple(y) == best[0]
    assert score == pytest.approx(best[1] / len(y) ** penalty)


@pytest.mark.parametrize("seed", range(6))
def test_a_beam_of_one_is_greedy(seed):
    step = random_step(seed, 5)
    assert lab.beam_search(step, 1, 7, 0.0) == lab.greedy_decode(step, 7)


def test_greedy_search_is_led_astray():
    probabilities = {
        (): [0.0, 0.5, 0.4, 0.1],
        (1,): [0.2, 0.3, 0.3, 0.2],
        (2,): [0.9, 0.05, 0.05, 0.0],
    }

    def step(prefix):
        with np.errstate(divide="ignore"):
            return np.log(probabilities.get(prefix, [0.25] * 4))

    assert lab.greedy_decode(step, 5)[0][0] == 1
    y, score = lab.beam_search(step, 2, 5, 0.0)
    assert y == [2, 0]
    assert score == pytest.approx(np.log(0.36))


def test_wider_beams_find_no_worse_and_keep_the_consonants():
    given = [lab.LETTERS.index(c) for c in "th ct"]
    step = lab.letter_model(lab.counted(["the cat sat on the mat", "a dog ate"] * 3))
    step = lab.restoring(step, given)
    found = [lab.beam_search(step, B, 20, 0.0) for B in (1, 4, 50)]
    assert found[0][1] <= found[1][1] <= found[2][1]
    for y, _ in found[1:]:
        assert [i for i in y if not lab.VOWEL[i]] == [*given, lab.END]


# --- BLEU ----------------------------------------------------------------------------


def random_sentences(seed):
    rng = np.random.default_rng(seed)
    words = list("abcde")

    def sentence(low=1):
        return [words[i] for i in rng.integers(0, 5, rng.integers(low, 14))]

    candidate = sentence()
    references = [sentence() for _ in range(rng.integers(1, 4))]
    references[0] = candidate[: len(candidate) // 2 + 3] + references[0]
    return candidate, references


def test_bleu_agrees_with_sacrebleu():
    from sacrebleu import metrics as sacrebleu

    positive = 0
    for seed in range(300):
        candidate, references = random_sentences(seed)
        for max_n in (4, 2):
            metric = sacrebleu.BLEU(
                tokenize="none", smooth_method="none", max_ngram_order=max_n
            )
            said = metric.corpus_score(
                [" ".join(candidate)], [[" ".join(r)] for r in references]
            )
            mine = lab.bleu(candidate, references, max_n)
            assert mine == pytest.approx(said.score / 100, abs=1e-12)
            positive += mine > 0
    assert positive > 100


def test_the_famous_example_of_clipping():
    references = [
        ["the", "cat", "is", "on", "the", "mat"],
        ["there", "is", "a", "cat", "on", "the", "mat"],
    ]
    assert lab.clipped_precision(["the"] * 7, references, 1) == (2, 7)
    cat = ["the", "cat", "the", "cat", "on", "the", "mat"]
    assert lab.clipped_precision(cat, references[:1], 2) == (3, 6)
    assert lab.clipped_precision(cat, references, 2) == (4, 6)  # and “cat on”


def test_bleu_by_hand():
    reference_ = ["the", "cat", "is", "on", "the", "mat"]
    assert lab.bleu(reference_, [reference_]) == 1
    assert lab.bleu(reference_[:5], [reference_]) == pytest.approx(np.exp(-1 / 5))
    assert lab.bleu(reference_[:3], [reference_]) == 0  # holds no quadruple
    longer = [*reference_, "today"]
    counts = 6 / 7 * 5 / 6 * 4 / 5 * 3 / 4
    assert lab.bleu(longer, [reference_]) == pytest.approx(counts**0.25)


# --- CTC -----------------------------------------------------------------------------


@pytest.mark.parametrize("blank", [0, 2])
def test_ctc_agrees_with_brute_force_on_every_label(blank):
    rng = np.random.default_rng(blank)
    probs = rng.dirichlet(np.ones(3), size=6)
    brute = Counter()
    for path in itertools.product(range(3), repeat=6):
        label = tuple(lab.ctc_collapse(path, blank))
        brute[label] += np.prod(probs[range(6), path])
    assert len(brute) == 41
    for label, p in brute.items():
        assert lab.ctc_forward(probs, list(label), blank) == pytest.approx(p, rel=1e-12)


def test_ctc_by_hand():
    probs = np.array([[0.6, 0.4], [0.6, 0.4]])
    table = lab.ctc_alphas(probs, [1], 0)
    np.testing.assert_allclose(table, [[0.6, 0.4, 0], [0.36, 0.4, 0.24]])
    assert lab.ctc_forward(probs, [1], 0) == pytest.approx(0.64)
    assert lab.ctc_forward(probs, [1, 1], 0) == 0  # needs three steps
    assert "".join(lab.ctc_collapse("cc_aa_tt__", "_")) == "cat"


def test_long_sequences_underflow_as_the_lab_says():
    assert lab.ctc_forward(np.full((250, 30), 1 / 30), [3, 1, 20], 0) == 0
    paths = lab.ctc_forward(np.ones((250, 30)), [3, 1, 20], 0)
    assert paths == math.comb(253, 6)


@pytest.mark.parametrize("labels", [[1, 2], [2, 2, 2], [3, 1, 1, 3], [1]])
def test_ctc_loss_and_gradient_agree_with_torch(labels):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(len(labels))
    scores = rng.normal(size=(9, 4))
    theirs = torch.tensor(scores, requires_grad=True)
    loss = torch.nn.functional.ctc_loss(
        theirs.log_softmax(1)[:, None],
        torch.tensor([labels]),
        [9],
        [len(labels)],
        blank=0,
        reduction="sum",
    )
    loss.backward()
    probs = lab.softmax(scores)
    assert -np.log(lab.ctc_forward(probs, labels, 0)) == pytest.approx(loss.item())
    mine = lab.ctc_gradient(probs, labels, 0)
    np.testing.assert_allclose(mine, theirs.grad, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("labels", [[], [0], [1, 1], [1, 0, 2]])
def test_ctc_gradient_agrees_with_the_numerical_one(labels):
    rng = np.random.default_rng(7)
    scores = rng.normal(size=(5, 4))

    def loss(s):
        return -np.log(lab.ctc_forward(lab.softmax(s), labels, 3))

    found = numerical_gradient(loss, scores, 1e-5)
    mine = lab.ctc_gradient(lab.softmax(scores), labels, 3)
    np.testing.assert_allclose(mine, found, atol=1e-8)
    np.testing.assert_allclose(mine.sum(axis=1), 0, atol=1e-12)


# --- sound ---------------------------------------------------------------------------


def test_spectrogram_agrees_with_scipy():
    signal = pytest.importorskip("scipy.signal")
    x = np.random.default_rng(0).normal(size=1000)
    _, _, power = signal.spectrogram(
        x,
        window=np.hanning(200),
        nperseg=200,
        noverlap=120,
        detrend=False,
        scaling="spectrum",
        mode="magnitude",
    )
    power = (power * np.hanning(200).sum()).T ** 2
    np.testing.assert_allclose(lab.spectrogram(x), np.log(1e-6 + power), rtol=1e-9)


def test_a_tone_stands_at_its_frequency():
    t = np.arange(8000) / 8000
    power = lab.spectrogram(np.sin(2 * np.pi * 1000 * t))
    assert power.shape == (98, 101)
    assert set(power.argmax(axis=1)) == {1000 // 40}


def test_words_of_a_fraction_of_a_millisecond_do_not_overlap_either():
    words = [np.full(k, 1.0) for k in (239, 401, 567)]
    for seed in range(300):
        np.random.seed(seed)
        sound, *_ = lab.create_training_example(np.zeros(3200), words, [words[0]], 400)
        assert sound.max() <= 1


def test_words_never_overlap_and_are_all_there():
    words = [np.full(8 * k, float(k)) for k in (30, 50, 70)]
    for seed in range(200):
        np.random.seed(seed)
        sound, y, ends = lab.create_training_example(
            np.zeros(4000), words, [-w for w in words], 500
        )
        np.random.seed(seed)
        asked = np.random.randint(0, 5)
        assert len(ends) <= asked
        assert set(np.unique(sound)) <= {
            0.0,
            *(s * k for k in (30, 50, 70) for s in (1, -1)),
        }
        spoken = sum(np.sum(sound == k) // (8 * k) for k in (30, 50, 70))
        assert spoken == len(ends)
        for end in ends:
            assert not y[0, end] or any(other < end for other in ends)
            assert sound[8 * end] > 0
            assert y[0, end + 1 : end + 51].all()
        assert y.sum() <= 50 * len(ends)


def test_fifty_ones_strictly_after_the_end():
    y = lab.insert_ones(np.zeros((1, 1375)), 9700)
    assert y[0, 1333] == 0
    assert y[0, 1334:].all()
    y = lab.insert_ones(np.zeros((1, 1375)), 4251)
    assert y.sum() == 50
    assert y[0, 585] == y[0, 634] == 1
    assert y[0, 584] == 0


def test_precision_and_recall_of_alarms():
    assert lab.count_events([1050, 1900, 5000], [1000, 8000]) == (1, 2, 1)
    p = np.zeros((1, 100))
    p[0, 10:20] = 0.9
    p[0, 50] = 0.6
    assert lab.detection_times(p) == [1000, 5000]
    assert lab.detection_times(p, 0.7) == [1000]
