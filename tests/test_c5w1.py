"""C5W1 by outside witnesses: numerical gradients, PyTorch, values worked by hand."""

import numpy as np
import pytest

from autograder.checks import check
from autograder.checks.reference import reference
from helpers.drivers.C5W1 import trained, written
from helpers.gradients import numerical_gradient
from tests.recap import printed

lab = reference("C5W1")
N_X, N_A, M, T = 3, 4, 2, 6


def setting(kind, seed=0):
    """Inputs, a first state, weights with biases, and random upstream gradients."""
    rng = np.random.default_rng(seed)
    cell = lab.random_cell(kind, N_X, N_A, 2, rng)
    cell = {k: v + 0.3 * rng.normal(size=v.shape) for k, v in cell.items()}
    return (
        rng.normal(size=(N_X, M, T)),
        0.5 * rng.normal(size=(N_A, M)),
        cell,
        rng.normal(size=(N_A, M, T)),
    )


def agree(loss, grads, arrays):
    """Every gradient against a numerical one, to 1e-6 relative."""
    for name, array in arrays.items():
        found = numerical_gradient(lambda _: loss(), array, 1e-5)
        gap = np.linalg.norm(found - grads[f"d{name}"])
        scale = np.linalg.norm(found) + np.linalg.norm(grads[f"d{name}"])
        assert gap <= 1e-6 * scale + 1e-10, name


def weights(cell):
    return {k: v for k, v in cell.items() if not k.startswith(("Wy", "by"))}


def test_rnn_backward_agrees_with_numerical_gradients():
    x, a0, cell, upstream = setting("rnn")
    grads = lab.rnn_backward(upstream, lab.rnn_forward(x, a0, cell)[2])
    agree(
        lambda: np.sum(upstream * lab.rnn_forward(x, a0, cell)[0]),
        grads,
        {"x": x, "a0": a0, **weights(cell)},
    )


def test_lstm_backward_agrees_with_numerical_gradients():
    x, a0, cell, upstream = setting("lstm")
    grads = lab.lstm_backward(upstream, lab.lstm_forward(x, a0, cell)[3])
    agree(
        lambda: np.sum(upstream * lab.lstm_forward(x, a0, cell)[0]),
        grads,
        {"x": x, "a0": a0, **weights(cell)},
    )


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
def test_cells_agree_with_numerical_gradients(kind):
    x, a, cell, upstream = setting(kind, seed=3)
    xt, c = x[:, :, 0].copy(), a + 0.7
    out, memory = upstream[:, :, 0], upstream[:, :, 1]
    if kind == "rnn":
        grads = lab.rnn_cell_backward(out, lab.rnn_cell_forward(xt, a, cell)[2])
        arrays = {"xt": xt, "a_prev": a}

        def loss():
            return np.sum(out * lab.rnn_cell_forward(xt, a, cell)[0])

    elif kind == "gru":
        grads = lab.gru_cell_backward(out, lab.gru_cell_forward(xt, c, cell)[2])
        arrays = {"xt": xt, "c_prev": c}

        def loss():
            return np.sum(out * lab.gru_cell_forward(xt, c, cell)[0])

    else:
        cache = lab.lstm_cell_forward(xt, a, c, cell)[3]
        grads = lab.lstm_cell_backward(out, memory, cache)
        arrays = {"xt": xt, "a_prev": a, "c_prev": c}

        def loss():
            a_next, c_next, _, _ = lab.lstm_cell_forward(xt, a, c, cell)
            return np.sum(out * a_next) + np.sum(memory * c_next)

    agree(loss, grads, arrays | weights(cell))


def test_letters_backward_agrees_with_numerical_gradients():
    np.random.seed(0)
    model = {k: 20 * v for k, v in lab.initialize_letters(4, 5, 5).items()}
    X, Y = [None, 1, 2, 2, 4], [1, 2, 2, 4, 0]
    a0 = np.zeros((4, 1))
    cache = lab.letters_forward(X, Y, a0, model)[1]
    agree(
        lambda: lab.letters_forward(X, Y, a0, model)[0],
        lab.letters_backward(X, Y, model, cache)[0],
        model,
    )


def in_torch(torch, kind, cell):
    """PyTorch's own layer with the same weights, and the order of its gates."""
    layer = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM}[kind](N_X, N_A).double()
    with torch.no_grad():
        if kind == "rnn":
            layer.weight_ih_l0[:] = torch.from_numpy(cell["Wax"])
            layer.weight_hh_l0[:] = torch.from_numpy(cell["Waa"])
            layer.bias_ih_l0[:] = torch.from_numpy(cell["ba"][:, 0])
        else:
            both = np.concatenate([cell[f"W{gate}"] for gate in "ifco"])
            layer.weight_hh_l0[:] = torch.from_numpy(both[:, :N_A])
            layer.weight_ih_l0[:] = torch.from_numpy(both[:, N_A:])
            bias = np.concatenate([cell[f"b{gate}"] for gate in "ifco"])[:, 0]
            layer.bias_ih_l0[:] = torch.from_numpy(bias)
        layer.bias_hh_l0[:] = 0
    return layer


@pytest.mark.parametrize("kind", ["rnn", "lstm"])
def test_sequences_agree_with_pytorch(kind):
    torch = pytest.importorskip("torch")
    x, a0, cell, upstream = setting(kind, seed=5)
    layer = in_torch(torch, kind, cell)
    inputs = torch.from_numpy(x.transpose(2, 1, 0).copy()).requires_grad_()
    first = torch.from_numpy(a0.T[None].copy()).requires_grad_()
    state = first if kind == "rnn" else (first, torch.zeros_like(first))
    out, _ = layer(inputs, state)
    (out * torch.from_numpy(upstream.transpose(2, 1, 0).copy())).sum().backward()
    forward = lab.rnn_forward if kind == "rnn" else lab.lstm_forward
    a, *_, caches = forward(x, a0, cell)
    np.testing.assert_allclose(a.transpose(2, 1, 0), out.detach().numpy(), rtol=1e-10)
    grads = (lab.rnn_backward if kind == "rnn" else lab.lstm_backward)(upstream, caches)
    close = {"rtol": 1e-8, "atol": 1e-10}
    np.testing.assert_allclose(
        grads["dx"].transpose(2, 1, 0), inputs.grad.numpy(), **close
    )
    np.testing.assert_allclose(grads["da0"].T, first.grad.numpy()[0], **close)
    if kind == "rnn":
        own = np.concatenate([grads["dWaa"], grads["dWax"]], axis=1)
    else:
        own = np.concatenate([grads[f"dW{gate}"] for gate in "ifco"])
    torchs = [layer.weight_hh_l0.grad.numpy(), layer.weight_ih_l0.grad.numpy()]
    np.testing.assert_allclose(own, np.concatenate(torchs, axis=1), **close)


def test_gru_cell_agrees_with_autograd():
    torch = pytest.importorskip("torch")
    x, c, cell, upstream = setting("gru", seed=7)
    p = {k: torch.from_numpy(v.copy()).requires_grad_() for k, v in cell.items()}
    xt, before = torch.from_numpy(x[:, :, 0].copy()), torch.from_numpy(c.copy())
    before.requires_grad_()
    u = torch.sigmoid(p["Wu"] @ torch.cat([before, xt]) + p["bu"])
    r = torch.sigmoid(p["Wr"] @ torch.cat([before, xt]) + p["br"])
    new = torch.tanh(p["Wc"] @ torch.cat([r * before, xt]) + p["bc"])
    after = u * new + (1 - u) * before
    (after * torch.from_numpy(upstream[:, :, 0].copy())).sum().backward()
    c_next, _, cache = lab.gru_cell_forward(x[:, :, 0], c, cell)
    grads = lab.gru_cell_backward(upstream[:, :, 0], cache)
    np.testing.assert_allclose(c_next, after.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(grads["dc_prev"], before.grad.numpy(), rtol=1e-9)
    for name in weights(cell):
        np.testing.assert_allclose(grads[f"d{name}"], p[name].grad.numpy(), rtol=1e-8)


def test_clip_by_norm_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    arrays = {"a": rng.normal(size=(3, 4)), "b": rng.normal(size=5)}
    tensors = [torch.zeros(a.shape, dtype=torch.float64) for a in arrays.values()]
    for tensor, array in zip(tensors, arrays.values(), strict=True):
        tensor.requires_grad_().grad = torch.from_numpy(array.copy())
    torch.nn.utils.clip_grad_norm_(tensors, 1.5)
    lab.clip_by_norm(arrays, 1.5)
    for tensor, array in zip(tensors, arrays.values(), strict=True):
        np.testing.assert_allclose(array, tensor.grad.numpy(), rtol=1e-5)


def test_clip_writes_into_the_callers_arrays():
    array = np.array([[30.0], [-4.0]])
    assert lab.clip({"db": array}, 5)["db"] is array
    np.testing.assert_array_equal(array, [[5.0], [-4.0]])


def test_values_worked_out_by_hand():
    one = {"Wax": 1.0, "Waa": 2.0, "ba": 0.0, "Wya": 0.0, "by": 0.0}
    cell = {k: np.array([[v]]) for k, v in one.items()}
    x = np.array([[[0.5, 0.0]]])
    a, _, _ = lab.rnn_forward(x, np.zeros((1, 1)), cell)
    np.testing.assert_allclose(a[0, 0], [0.4621, 0.7279], atol=1e-4)
    # a memory of 2, held by an open forget gate and a closed input gate
    keep = {
        f"{k}{g}": np.zeros((1, 2 if k == "W" else 1)) for g in "fico" for k in "Wb"
    }
    keep |= {"Wy": np.zeros((1, 1)), "by": np.zeros((1, 1))}
    keep |= {"bf": np.array([[50.0]]), "bi": np.array([[-50.0]])}
    a, c, _, _ = lab.lstm_cell_forward(
        np.zeros((1, 1)), np.zeros((1, 1)), np.array([[2.0]]), keep
    )
    np.testing.assert_allclose([c[0, 0], a[0, 0]], [2.0, 0.5 * np.tanh(2.0)])


def test_perplexity_of_even_odds_is_the_number_of_letters():
    model = {k: 0 * v for k, v in lab.initialize_letters(3, 8, 8).items()}
    assert np.isclose(lab.perplexity([[1, 2, 0], [0]], model), 8)


def test_samples_follow_the_probabilities():
    model = {k: 0 * v for k, v in lab.initialize_letters(3, 4, 4).items()}
    model["by"][:, 0] = np.log([0.1, 0.2, 0.3, 0.4])
    to_ix = {"\n": 0, "a": 1, "b": 2, "c": 3}
    drawn = [lab.sample(model, to_ix, seed) for seed in range(500)]
    assert all(name[-1] == 0 and len(name) <= 51 for name in drawn)
    letters = np.concatenate(drawn)
    shares = np.bincount(letters, minlength=4) / len(letters)
    np.testing.assert_allclose(shares, [0.1, 0.2, 0.3, 0.4], atol=0.03)


class TestCases:
    """What a hidden case asks, whatever was drawn for it."""

    class _InOrder(np.random.Generator):
        """The first permutation of seven leaves everything in its place."""

        moved = False

        def permutation(self, x, axis=0):
            if x == 7 and not self.moved:
                self.moved = True
                return np.arange(7)
            return super().permutation(x, axis)

    def test_a_letter_model_has_what_the_labs_own_has_and_nothing_else(self):
        """Otherwise a sampler that reads another key passes here and fails later."""
        keys = lab.initialize_letters(3, 4, 4).keys()
        for name in ("sample", "perplexity", "optimize"):
            calls = list(check.load("C5W1").checks[name].draw(np.random.default_rng(1)))
            assert calls
            for call in calls:
                assert call.inputs["parameters"].keys() == keys, name

    def test_a_tune_of_one_token_moves_on_from_the_first(self):
        rng = self._InOrder(np.random.PCG64(0))
        calls = list(check.load("C5W1").checks["predict_and_sample"].draw(rng))
        assert rng.moved
        assert len(calls) == 4
        [(scores, first)] = [
            (call.inputs["scores"], call.inputs["first"])
            for call in calls
            if call.inputs["Ty"] == 1
        ]
        assert scores[first].argmax() != first

    @pytest.mark.parametrize("name", ["sample", "predict_and_sample"])
    def test_many_draws_spread_no_wider_than_normal_ones(self, name):
        """Six standard errors of a spread are as many as of normal numbers."""
        for seed in range(40):
            rng = np.random.default_rng(seed)
            *_, call = check.load("C5W1").checks[name].draw(rng)
            given = call.inputs
            if name == "sample":
                z = given["parameters"]["by"][:, 0]
            else:
                z = given["scores"][0] / given["temperature"]
            p, tokens = np.exp(z) / np.exp(z).sum(), np.arange(len(z))
            off = tokens - tokens @ p
            assert off**4 @ p < 3 * (off**2 @ p) ** 2

    def test_letters_of_names_that_follow_each_other_are_single_draws(self):
        """The names end with drawn newlines, which count as any other letter."""
        *_, call = check.load("C5W1").checks["sample"].draw(np.random.default_rng(3))
        given = call.inputs
        z = given["parameters"]["by"][:, 0]
        p = np.exp(z) / np.exp(z).sum()
        letters = np.concatenate(
            [
                written(lab.sample, **given | {"seed": seed})["letters"]
                for seed in range(0, 10**6, 10**5)
            ]
        )
        assert len(letters) == 10 * given["many"]
        shares = np.bincount(letters, minlength=len(p)) / len(letters)
        np.testing.assert_allclose(shares, p, atol=6 * 0.5 / np.sqrt(len(letters)))

    @pytest.mark.parametrize(
        ("after_one", "after_all", "right"),
        [
            (["ab", "c"], ["ab", "ba"], True),
            (["ab", "c"], ["ab", "c"], False),  # sampled before the training
            (["ab", "ab"], ["ab", "ab"], True),  # that is another mistake
        ],
    )
    def test_names_sampled_before_the_training_are_those_of_one_step(
        self, after_one, after_all, right
    ):
        model = {k: 0 * v for k, v in lab.initialize_letters(3, 6, 6).items()}

        def function(names, ix_to_char, char_to_ix, num_iterations, n_a):
            return model, after_one if num_iterations == 1 else after_all

        found = trained(function, ["cabab", "dabab"], "cdeab", 20, 3)
        assert found["they come from the trained parameters"] is right

    @pytest.mark.parametrize("shuffled", [True, False])
    def test_a_seed_that_leaves_the_first_name_first_is_no_mistake(self, shuffled):
        """Whatever such a function is called with, it begins with the first name."""
        *_, call = check.load("C5W1").checks["model"].draw(np.random.default_rng(0))
        many = len(call.inputs["names"])
        orders = (np.random.default_rng(s).permutation(many) for s in range(10**4))
        order = next(order for order in orders if not order[0])

        def function(names, ix_to_char, char_to_ix, num_iterations, n_a):
            n = len(char_to_ix)
            parameters = lab.initialize_letters(n_a, n, n)
            for j in range(num_iterations):
                number = j % len(names)
                name = names[order[number] if len(names) == many else number]
                Y = [*(char_to_ix[c] for c in name), char_to_ix["\n"]]
                lab.optimize([None, *Y[:-1]], Y, np.zeros((n_a, 1)), parameters)
            return parameters, 7 * ["a"]

        order = order if shuffled else np.arange(many)
        found = trained(function, **call.inputs)
        assert found["begins with the first names"] is not shuffled

    @pytest.mark.parametrize("missing", [-1, 0, 1])
    def test_one_step_more_or_less_is_seen(self, missing):
        *_, call = check.load("C5W1").checks["model"].draw(np.random.default_rng(0))

        def function(*args):
            *given, num_iterations, n_a = args
            return lab.model(*given, num_iterations - missing, n_a)

        found = trained(function, **call.inputs)
        assert found["num_iterations steps of rate 0.01"] is (missing == 0)

    @pytest.mark.parametrize("seed", range(3))
    @pytest.mark.parametrize("steps", [20, 24, 26, 28, 40])
    def test_a_wrong_number_of_steps_is_seen(self, steps, seed):
        call, *_ = check.load("C5W1").checks["model"].draw(np.random.default_rng(seed))
        asked = call.inputs["num_iterations"]

        def function(*args):
            *given, num_iterations, n_a = args
            return lab.model(*given, steps if num_iterations > 1 else 1, n_a)

        found = trained(function, **call.inputs)["num_iterations steps of rate 0.01"]
        assert found is (abs(steps - asked) < 5)


def test_an_lstm_biased_to_keep_carries_a_gradient_that_an_rnn_loses():
    rng = np.random.default_rng(0)
    x, a0 = 0.5 * rng.normal(size=(4, 1, 100)), np.zeros((16, 1))
    da = np.zeros((16, 1, 100))
    da[:, :, -1] = 1
    plain = lab.random_cell("rnn", 4, 16, 2, rng)
    gated = lab.random_cell("lstm", 4, 16, 2, rng)
    gated["bf"] += 4
    lost = lab.rnn_backward(da, lab.rnn_forward(x, a0, plain)[2])["dx"][:, :, 0]
    kept = lab.lstm_backward(da, lab.lstm_forward(x, a0, gated)[3])["dx"][:, :, 0]
    assert np.linalg.norm(kept) > 1e3 * np.linalg.norm(lost)


def test_the_recap_runs_in_pytorch():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    tokens = torch.randint(0, 9, (2, 6))
    names = {
        "torch": torch,
        "embedding": torch.nn.Embedding(9, 32),
        "dense": torch.nn.Linear(128, 9),
        "cross_entropy": torch.nn.functional.cross_entropy,
        "tokens": tokens[:, :-1],
        "targets": tokens[:, 1:],
    }
    exec(printed("C5W1").replace(", 1.0)", ", 1e-3)"), names)
    lstm, states = names["lstm"], names["states"].detach().numpy()
    norm = torch.sqrt(sum(p.grad.square().sum() for p in lstm.parameters()))
    assert norm.item() == pytest.approx(1e-3, rel=1e-2)
    W, U, *biases = (p.detach().numpy().astype(float) for p in lstm.parameters())
    W, U = np.split(W, 4), np.split(U, 4)
    bias = np.split(biases[0] + biases[1], 4)
    cell = {"Wy": np.zeros((1, 128)), "by": np.zeros((1, 1))}
    for k, gate in enumerate("ifco"):
        cell[f"W{gate}"] = np.concatenate([U[k], W[k]], axis=1)
        cell[f"b{gate}"] = bias[k][:, None]
    x = names["embedding"](names["tokens"]).detach().numpy().transpose(2, 0, 1)
    a = lab.lstm_forward(x, np.zeros((128, 2)), cell)[0]
    np.testing.assert_allclose(a.transpose(1, 2, 0), states, atol=1e-5)


def test_pytorchs_gates_differ_as_the_recap_says():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(2)
    xt, c = rng.normal(size=(N_X, M)), rng.normal(size=(N_A, M))
    cell = setting("gru", seed=9)[2]
    layer = torch.nn.GRU(N_X, N_A).double()
    both = np.concatenate([cell["Wr"], -cell["Wu"], cell["Wc"]])  # z = 1 - our gate
    bias = np.concatenate([cell["br"], -cell["bu"], cell["bc"]])[:, 0]
    with torch.no_grad():
        layer.weight_hh_l0[:] = torch.from_numpy(both[:, :N_A])
        layer.weight_ih_l0[:] = torch.from_numpy(both[:, N_A:])
        layer.bias_ih_l0[:] = torch.from_numpy(bias)
        layer.bias_hh_l0[:] = 0
        _, theirs = layer(*(torch.from_numpy(x.T[None].copy()) for x in (xt, c)))
    c_next, _, (_, _, ut, rt, *_) = lab.gru_cell_forward(xt, c, cell)
    U, W = cell["Wc"][:, :N_A], cell["Wc"][:, N_A:]
    after = np.tanh(rt * (U @ c) + W @ xt + cell["bc"])
    np.testing.assert_allclose(theirs[0].numpy().T, ut * after + (1 - ut) * c)
    assert not np.allclose(theirs[0].numpy().T, c_next)
    forget = torch.nn.LSTM(N_X, N_A).bias_ih_l0.detach().numpy()[N_A : 2 * N_A]
    assert np.abs(forget).max() <= 1 / np.sqrt(N_A)
