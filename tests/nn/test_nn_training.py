"""Optimizers, fit, checkpoints; the same training as PyTorch, step by step."""

import concurrent.futures
import functools
import sys

import h5py
import numpy as np
import pytest

from helpers import nn

# ----------------------------------------------------------- the same as PyTorch


def to_torch(torch, model, names):
    """PyTorch parameters from ours; `names` gives how each is to be transposed."""
    result = {}
    for name, p in model.named_parameters():
        kind = names.get(p.ndim, tuple(range(p.ndim)))
        result[name] = torch.tensor(p.data.transpose(kind), requires_grad=True)
    return result


def train_both(model, forward, X, Y, steps=20, seed=0):
    """Losses of 20 Adam steps of ours and of `forward(torch, F, P, x)` with PyTorch."""
    torch = pytest.importorskip("torch")
    model.astype(np.float64)
    P = to_torch(torch, model, {4: (3, 2, 0, 1)})
    ours = nn.Adam(model.parameters(), 0.01)
    theirs = torch.optim.Adam(P.values(), 0.01)
    x = torch.tensor(X)
    losses = [], []
    for _ in range(steps):
        losses[0].append(nn.train_step(model, (X, Y), nn.cross_entropy, ours)["loss"])
        theirs.zero_grad()
        logits = forward(torch, torch.nn.functional, P, x)
        loss = torch.nn.functional.cross_entropy(
            logits.reshape(-1, logits.shape[-1]), torch.tensor(Y).reshape(-1)
        )
        loss.backward()
        theirs.step()
        losses[1].append(loss.item())
    assert losses[1][-1] < losses[1][0]
    np.testing.assert_allclose(*losses, rtol=1e-9)


def test_mlp_trains_like_pytorch():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(32, 6)), rng.integers(0, 3, 32)
    model = nn.Sequential(nn.Dense(6, 8, "relu", rng=rng), nn.Dense(8, 3, rng=rng))

    def forward(torch, F, P, x):
        x = F.relu(x @ P["layers.0.W"] + P["layers.0.b"])
        return x @ P["layers.1.W"] + P["layers.1.b"]

    train_both(model, forward, X, Y)


def test_cnn_with_batch_norm_trains_like_pytorch():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(8, 9, 9, 2)), rng.integers(0, 3, 8)
    model = nn.Sequential(
        nn.Conv2D(2, 4, 3, 2, 1, use_bias=False, rng=rng),
        nn.BatchNorm(4),
        nn.Activation("relu"),
        nn.MaxPool2D(),
        nn.Flatten(),
        nn.Dense(16, 3, rng=rng),
    )

    def forward(torch, F, P, x):
        x = F.conv2d(x.permute(0, 3, 1, 2), P["layers.0.W"], stride=2, padding=1)
        x = F.batch_norm(x, None, None, P["layers.1.gamma"], P["layers.1.beta"], True)
        x = F.max_pool2d(F.relu(x), 2).permute(0, 2, 3, 1).flatten(1)
        return x @ P["layers.5.W"] + P["layers.5.b"]

    train_both(model, forward, X, Y)


class Tagger(nn.Model):
    """A class for each step of a sequence."""

    def __init__(self, rng):
        self.lstm = nn.LSTM(4, 5, return_sequences=True, rng=rng)
        self.head = nn.Dense(5, 3, rng=rng)

    def forward(self, x):
        return self.head(self.lstm(x))


def test_lstm_trains_like_pytorch():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(6, 7, 4)), rng.integers(0, 3, (6, 7))

    def forward(torch, F, P, x):
        zeros = torch.zeros(20, dtype=torch.float64)
        flat = [P["lstm.W"].T, P["lstm.U"].T, P["lstm.b"], zeros]
        state = [torch.zeros(1, 6, 5, dtype=torch.float64)] * 2
        y = torch.lstm(x, state, flat, True, 1, 0.0, True, False, True)[0]
        return y @ P["head.W"] + P["head.b"]

    train_both(Tagger(rng), forward, X, Y)


class Block(nn.Model):
    """A Transformer block over embedded tokens."""

    def __init__(self, rng):
        self.embed = nn.Embedding(10, 8, rng=rng)
        self.attend, self.one = nn.MultiHeadAttention(8, 2, rng=rng), nn.LayerNorm(8)
        self.wide = nn.Dense(8, 16, "gelu", rng=rng)
        self.narrow, self.two = nn.Dense(16, 8, rng=rng), nn.LayerNorm(8)
        self.head = nn.Dense(8, 10, rng=rng)

    def forward(self, x):
        a = self.embed(x)
        a = self.one(a + self.attend(a, mask=np.tri(x.shape[1])[None]))
        return self.head(self.two(a + self.narrow(self.wide(a))))


def test_transformer_trains_like_pytorch():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 10, (6, 7))

    def forward(torch, F, P, x):
        def dense(name, x):
            return x @ P[f"{name}.W"] + P[f"{name}.b"]

        def split(x):
            return x.reshape(6, 7, 2, 4).transpose(1, 2)

        a = P["embed.E"][x]
        q, k, v = (split(dense(f"attend.{n}", a)) for n in ("query", "key", "value"))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        a = a + dense("attend.output", y.transpose(1, 2).reshape(6, 7, 8))
        a = F.layer_norm(a, (8,), P["one.gamma"], P["one.beta"])
        h = F.gelu(dense("wide", a), approximate="tanh")
        a = F.layer_norm(a + dense("narrow", h), (8,), P["two.gamma"], P["two.beta"])
        return dense("head", a)

    train_both(Block(rng), forward, X, np.roll(X, -1, 1))


@pytest.mark.parametrize(
    ("ours", "theirs", "options", "their_options"),
    [
        ("SGD", "SGD", {}, {}),
        ("SGD", "SGD", {"momentum": 0.9}, {"momentum": 0.9}),
        (
            "SGD",
            "SGD",
            {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
            {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
        ),
        ("RMSprop", "RMSprop", {}, {"alpha": 0.9}),
        ("Adam", "Adam", {"weight_decay": 0.1}, {"weight_decay": 0.1}),
        ("AdamW", "AdamW", {}, {}),
    ],
)
def test_optimizers(ours, theirs, options, their_options):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    w = rng.normal(size=(3, 4))
    p, t = nn.Parameter(w.copy()), torch.tensor(w, requires_grad=True)
    a = getattr(nn, ours)([p], 0.05, **options)
    b = getattr(torch.optim, theirs)([t], 0.05, **their_options)
    for _ in range(20):
        g = rng.normal(size=w.shape)
        p.grad, t.grad = g, torch.tensor(g)
        a.step()
        b.step()
    np.testing.assert_allclose(p.data, t.detach().numpy(), rtol=1e-10)


LOSSES = {
    "mean_squared_error": lambda F, x, y: F.mse_loss(x, y),
    "mean_absolute_error": lambda F, x, y: F.l1_loss(x, y),
    "huber": lambda F, x, y: F.huber_loss(x, y),
    "binary_cross_entropy": lambda F, x, y: F.binary_cross_entropy_with_logits(x, y),
    "cross_entropy": lambda F, x, y: F.cross_entropy(x, y),
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    x, y = 3 * rng.normal(size=(6, 4)), rng.random((6, 4))
    X, t = nn.Tensor(x, True), torch.tensor(x, requires_grad=True)
    loss = getattr(nn, name)(X, y)
    expected = LOSSES[name](torch.nn.functional, t, torch.tensor(y))
    loss.backward()
    expected.backward()
    np.testing.assert_allclose(loss.item(), expected.item(), rtol=1e-10)
    np.testing.assert_allclose(X.grad, t.grad.numpy(), rtol=1e-10, atol=1e-16)


def test_weighted_loss_leaves_out_what_weighs_nothing():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 5, 3)), rng.integers(0, 3, (2, 5))
    mask = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
    X, t = nn.Tensor(x, True), torch.tensor(x, requires_grad=True)
    loss = nn.cross_entropy(X, y, mask)
    expected = torch.nn.functional.cross_entropy(
        t.reshape(-1, 3), torch.tensor(np.where(mask, y, -100).ravel())
    )
    loss.backward()
    expected.backward()
    np.testing.assert_allclose(loss.item(), expected.item(), rtol=1e-10)
    np.testing.assert_allclose(X.grad, t.grad.numpy(), rtol=1e-10, atol=1e-16)


def test_losses_are_stable():
    x = nn.Tensor(np.array([[1e4, -1e4], [-1e4, 1e4]]), True)
    assert np.isfinite(nn.cross_entropy(x, np.array([1, 1])).item())
    assert np.isfinite(nn.binary_cross_entropy(x, np.eye(2)).item())


def test_cross_entropy_of_logits_laid_out_otherwise():
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    classes = np.array([[3, 0, 0], [1, 2, 3]])
    p = np.exp(x) / np.exp(x).sum(2, keepdims=True)
    for array in (x, np.ascontiguousarray(x.swapaxes(0, 1)).swapaxes(0, 1)):
        logits = nn.Tensor(array, requires_grad=True)
        nn.cross_entropy(logits, classes).backward()
        np.testing.assert_allclose(logits.grad, (p - np.eye(4)[classes]) / 6)


@pytest.mark.parametrize(
    "loss", [nn.mean_squared_error, nn.mean_absolute_error, nn.huber]
)
@pytest.mark.parametrize("weighted", [False, True])
def test_a_target_that_requires_a_gradient_gets_one(loss, weighted):
    """With the opposite sign, because only the difference counts."""
    rng = np.random.default_rng(0)
    x, t = (nn.Tensor(a, requires_grad=True) for a in 2 * rng.normal(size=(2, 3, 4)))
    loss(x, t, rng.random(4) if weighted else None).backward()
    assert (x.grad != 0).all()
    np.testing.assert_array_equal(t.grad, -x.grad)
    with pytest.raises(ValueError, match="differ in shape"):
        loss(x, nn.Tensor(np.ones(4), requires_grad=True))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("kind", [int, float, np.float32])
def test_the_dtype_of_a_loss_is_that_of_the_prediction(dtype, kind):
    x = nn.Tensor(np.eye(3, dtype=dtype), requires_grad=True)
    for loss in (
        nn.cross_entropy,
        nn.binary_cross_entropy,
        nn.mean_squared_error,
        nn.mean_absolute_error,
        functools.partial(nn.huber, delta=np.float64(0.5)),
    ):
        x.zero_grad()
        value = loss(x, np.eye(3).astype(kind)[::-1])
        value.backward()
        assert value.dtype == x.grad.dtype == dtype


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda x: nn.accuracy(x, np.zeros((3, 1), int)),
            ValueError,
            r"accuracy: .* \(3,\) and targets \(3, 1\)",
        ),
        (lambda x: nn.accuracy(x, [0, 1]), ValueError, r"accuracy: .* \(2,\)"),
        (lambda x: nn.cross_entropy(x, [0, 1]), ValueError, r"\(2,\) do not match"),
        (lambda x: nn.cross_entropy(x, [0, 1, 3]), ValueError, "only 3 logits"),
        (lambda x: nn.cross_entropy(x, [0.0, 1, 2]), TypeError, "must be integers"),
        (
            lambda x: nn.mean_squared_error(x, np.zeros(3)),
            ValueError,
            "differ in shape",
        ),
        (lambda x: nn.huber(x, np.zeros((3, 3)), np.ones(2)), ValueError, "weights"),
    ],
)
def test_clear_errors_of_losses(call, error, message):
    with pytest.raises(error, match=message):
        call(nn.Tensor(np.zeros((3, 3))))


def test_accuracy():
    logits = np.array([[1.0, 2], [3, 0], [0, 1]])
    assert nn.accuracy(logits, np.array([1, 0, 0])) == pytest.approx(2 / 3)
    assert nn.accuracy(logits, np.array([1, 0, 0]), np.array([1, 1, 0])) == 1
    assert nn.accuracy(logits[:, :1], np.array([[1], [1], [0]])) == 1
    assert nn.accuracy(logits[:, :1], np.array([1, 0, 0])) == pytest.approx(2 / 3)


def test_accuracy_takes_the_weights_of_the_losses():
    logits = np.array([[1.0], [3], [0]])
    target = np.array([[1], [0], [0]])
    for weights in (np.array([1, 1, 0]), np.array([[1], [1], [0]])):
        assert nn.accuracy(logits, target, weights) == 0.5
    assert nn.accuracy(logits, target, np.zeros(3)) == 0  # as the losses do


def test_schedules():
    s = nn.schedules
    np.testing.assert_allclose(
        [s.step_decay(1, 0.5, 2)(t) for t in range(4)], [1, 1, 0.5, 0.5]
    )
    assert s.exponential_decay(1, 0.9)(2) == pytest.approx(0.81)
    assert s.inverse_time_decay(1, 1)(3) == 0.25
    cosine = s.cosine_decay(2, 10, warmup=2)
    assert [cosine(0), cosine(1), cosine(2)] == [1, 2, 2]
    assert cosine(10) == pytest.approx(0)
    peak = max(range(100), key=s.transformer_schedule(64, 20))
    assert peak == 19
    p = nn.Parameter(np.ones(1))
    optimizer = nn.SGD([p], s.step_decay(1.0, 0.1, 1))
    for expected in (0.0, -0.1, -0.11):
        p.grad = np.ones(1)
        optimizer.step()
        assert p.data == pytest.approx(expected)


def test_clipping():
    p = nn.Parameter(np.zeros(2))
    p.grad = np.array([3.0, -4.0])
    assert nn.clip_gradients([p], norm=1) == 5
    np.testing.assert_allclose(p.grad, [0.6, -0.8])
    nn.clip_gradients([p], value=0.7)
    np.testing.assert_allclose(p.grad, [0.6, -0.7])


@pytest.mark.parametrize(("dtype", "size"), [(np.float16, 300), (np.float32, 1e30)])
def test_clipping_of_gradients_whose_squares_overflow(dtype, size):
    p = nn.Parameter(np.zeros(4, dtype))
    p.grad = np.full(4, size, dtype)
    assert nn.clip_gradients([p], norm=1) == pytest.approx(2 * size)
    np.testing.assert_allclose(p.grad, 0.5, rtol=1e-3)


# --------------------------------------------------------------------------- fit


def problem(m=90):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(m, 5)).astype(np.float32)
    return X, (X[:, 0] + X[:, 1] > 0).astype(int)


def small_model(seed=1):
    rng = np.random.default_rng(seed)
    return nn.Sequential(
        nn.Dense(5, 8, use_bias=False, rng=rng),
        nn.BatchNorm(8),
        nn.Activation("relu"),
        nn.Dropout(0.3, rng=rng),
        nn.Dense(8, 2, rng=rng),
    )


def run(model, epochs, seed=2, **options):
    X, Y = problem()
    return model.fit(
        X,
        Y,
        loss=nn.cross_entropy,
        optimizer=nn.Adam(model.parameters(), 0.01),
        epochs=epochs,
        batch_size=16,
        rng=np.random.default_rng(seed),
        progress=False,
        metrics={"accuracy": nn.accuracy},
        validation_data=(X, Y),
        **options,
    )


def test_fit_learns_and_keeps_a_history():
    model = small_model()
    epochs = []
    history = run(model, 25, on_epoch_end=lambda epoch, _: epochs.append(epoch))
    assert epochs == list(range(25))
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(len(v) == 25 for v in history.values())
    assert history["val_accuracy"][-1] > 0.9
    X, Y = problem()
    scores = model.evaluate(
        X, Y, loss=nn.cross_entropy, metrics={"accuracy": nn.accuracy}
    )
    assert scores["accuracy"] == pytest.approx(history["val_accuracy"][-1])
    assert nn.accuracy(model.predict(X), Y) == pytest.approx(scores["accuracy"])


def test_the_same_seeds_give_the_same_bits():
    one, two = small_model(), small_model()
    assert run(one, 3) == run(two, 3)
    for a, b in zip(one.parameters(), two.parameters(), strict=True):
        np.testing.assert_array_equal(a.data, b.data)


def test_progress_bar(capsys):
    X, Y = problem()
    model = small_model()
    model.fit(
        X, Y, loss=nn.cross_entropy, optimizer=nn.SGD(model.parameters()), epochs=2
    )
    captured = capsys.readouterr()
    assert "epoch 2/2" in captured.out
    assert captured.err == ""


def test_resuming_from_a_checkpoint_is_bit_for_bit(tmp_path):
    path = tmp_path / "run.h5"
    whole, first, second = small_model(), small_model(), small_model(seed=9)
    expected = run(whole, 6, patience=50)
    run(first, 3, patience=50, checkpoint=path)
    history = run(second, 6, seed=8, patience=50, checkpoint=path)
    assert history == expected
    for a, b in zip(
        whole.state_dict().values(), second.state_dict().values(), strict=True
    ):
        np.testing.assert_array_equal(a, b)


def test_a_checkpoint_of_another_model(tmp_path):
    path = tmp_path / "run.h5"
    run(small_model(), 1, checkpoint=path)
    X, Y = problem()

    def resume(model, optimizer):
        model.fit(
            X,
            Y,
            loss=nn.cross_entropy,
            optimizer=optimizer,
            epochs=2,
            rng=np.random.default_rng(0),
            progress=False,
            checkpoint=path,
        )

    other = nn.Sequential(nn.Dense(5, 2, rng=np.random.default_rng(0)))
    with pytest.raises(ValueError, match="random generators"):
        resume(other, nn.Adam(other.parameters()))
    with pytest.raises(ValueError, match="written with Adam, not SGD"):
        resume(other, nn.SGD(other.parameters()))
    rng = np.random.default_rng(0)
    other = nn.Sequential(nn.Dropout(0.1, rng=rng), nn.Dense(5, 2, rng=rng))
    with pytest.raises(ValueError, match="optimizer for other parameters"):
        resume(other, nn.Adam(other.parameters()))
    with pytest.raises(ValueError, match="'nn checkpoint', not weights"):
        other.load_weights(path)


def test_early_stopping_goes_back_to_the_best():
    model = small_model()
    scores = iter([3.0, 2.0, 1.0, 5.0, 4.0, 6.0, 0.0])
    weights = []

    def loss(prediction, target):  # validation losses as we please
        value = nn.cross_entropy(prediction, target)
        return value if model.training else nn.Tensor(next(scores))

    X, Y = problem()
    history = model.fit(
        X,
        Y,
        loss=loss,
        optimizer=nn.Adam(model.parameters(), 0.01),
        epochs=7,
        validation_data=(X, Y),
        patience=2,
        progress=False,
        on_epoch_end=lambda *_: weights.append(model.state_dict()),
    )
    assert history["val_loss"] == [3, 2, 1, 5, 4]
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value, weights[2][name])


class Spoilt(nn.Layer):
    """Infinity where a number is large."""

    def forward(self, x):
        return x / nn.where(x.data > 0.5, 0.0, 1.0)


def test_nan_names_the_layer():
    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Dense(5, 4, rng=rng), Spoilt(), nn.Dense(4, 2, rng=rng))
    with pytest.raises(FloatingPointError, match=r"layer layers.1 \(Spoilt\)"):
        run(model, 2)
    model = small_model()
    model[4].W.data[0, 0] = np.nan
    with pytest.raises(FloatingPointError, match=r"layers.4 \(Dense\), whose weights"):
        run(model, 2)
    X, Y = problem()
    X[3] = np.nan
    with pytest.raises(FloatingPointError, match="the batch itself"):
        small_model().fit(
            X,
            Y,
            loss=nn.cross_entropy,
            epochs=1,
            progress=False,
            optimizer=nn.SGD(model.parameters()),
        )


def test_several_inputs_and_weights():
    class Two(nn.Model):
        def __init__(self, rng):
            self.dense = nn.Dense(4, 2, rng=rng)

        def forward(self, a, b):
            return self.dense(nn.concatenate([a, b]))

    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=(20, 2)).astype("f") for _ in range(2))
    y, w = rng.integers(0, 2, 20), np.ones(20)
    model = Two(rng)
    history = model.fit(
        (a, b),
        (y, w),
        loss=nn.cross_entropy,
        epochs=2,
        optimizer=nn.Adam(model.parameters()),
        progress=False,
    )
    assert len(history["loss"]) == 2
    assert model.predict(a, b).shape == (20, 2)


def test_data_loader():
    X, Y = np.arange(10), np.arange(10) * 2
    loader = nn.DataLoader(X, Y, batch_size=4, rng=np.random.default_rng(0))
    batches = list(loader)
    assert [len(x) for x, _ in batches] == [4, 4, 2]
    assert len(loader) == 3
    assert all((y == 2 * x).all() for x, y in batches)
    seen = np.concatenate([x for x, _ in batches])
    assert sorted(seen) == list(range(10))
    assert (seen != np.concatenate([x for x, _ in loader])).any()
    assert [x.tolist() for (x,) in nn.DataLoader(X, batch_size=5)] == [
        [0, 1, 2, 3, 4],
        [5, 6, 7, 8, 9],
    ]
    with pytest.raises(ValueError, match=r"number of examples: \(10,\), \(9,\)"):
        nn.DataLoader(X, Y[:9])


def test_data_without_examples():
    X, Y = problem()
    model = small_model()
    assert model.predict(X[:0]).shape == (0, 2)
    optimizer = nn.SGD(model.parameters())
    options = {"loss": nn.cross_entropy, "optimizer": optimizer, "epochs": 1}
    for call in (
        lambda: model.evaluate(X[:0], Y[:0], loss=nn.cross_entropy),
        lambda: model.fit(X[:0], Y[:0], **options, progress=False),
        lambda: model.fit(
            X, Y, **options, progress=False, validation_data=(X[:0], Y[:0])
        ),
    ):
        with pytest.raises(ValueError, match="no examples"):
            call()


def test_lists_are_data_too():
    X, Y = problem()
    model, twin = small_model(), small_model()
    batches = nn.DataLoader(X.tolist(), Y.tolist(), batch_size=40)
    for x, y in batches:
        assert x.shape == (len(y), 5)
    ours = model.evaluate(X.tolist(), Y.tolist(), loss=nn.cross_entropy)
    assert ours == twin.evaluate(X, Y, loss=nn.cross_entropy)
    options = {"loss": nn.cross_entropy, "epochs": 1, "progress": False}
    found = []
    for pair in ([X, Y], (X, Y), nn.DataLoader(X, Y, batch_size=256)):
        model = small_model()
        optimizer = nn.SGD(model.parameters())
        history = model.fit(X, Y, validation_data=pair, optimizer=optimizer, **options)
        found.append(history["val_loss"])
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m, X, Y, o: m.fit(X, **o), TypeError, "X must be a DataLoader"),
        (
            lambda m, X, Y, o: m.evaluate(X, loss=nn.cross_entropy),
            TypeError,
            "X must be a DataLoader",
        ),
        (
            lambda m, X, Y, o: m.fit(X, Y, **o, monitor="val_los"),
            ValueError,
            r"monitor 'val_los' is not one of \['loss'\]",
        ),
        (lambda m, X, Y, o: m.fit(X, Y, **o, batch_size=0), ValueError, "batch_size"),
        (lambda m, X, Y, o: nn.SGD(m), TypeError, r"model\.parameters\(\)"),
        (
            lambda m, X, Y, o: nn.SGD(m.layers[0].W),
            TypeError,
            r"model\.parameters\(\)",
        ),
        (lambda m, X, Y, o: nn.SGD([]), ValueError, "at least one parameter"),
    ],
)
def test_clear_errors_of_training(call, error, message):
    model = small_model()
    options = {"loss": nn.cross_entropy, "epochs": 2, "progress": False}
    options["optimizer"] = nn.SGD(model.parameters())
    with pytest.raises(error, match=message):
        call(model, *problem(), options)


def test_patience_0_waits_for_an_epoch_without_improvement():
    losses = iter([3.0, 2.0, 2.5, 1.0])

    def loss(prediction, target):
        return nn.mean(prediction) * 0 + next(losses)

    model = small_model()
    X, Y = problem(8)
    options = {"optimizer": nn.SGD(model.parameters()), "epochs": 4, "patience": 0}
    history = model.fit(X, Y, loss=loss, progress=False, **options)
    assert history["loss"] == [3, 2, 2.5]


def test_resuming_without_patience_keeps_the_last_weights(tmp_path):
    X, Y = problem()

    def train(epochs, patience):
        model = small_model()
        history = model.fit(
            X,
            Y,
            loss=nn.cross_entropy,
            optimizer=nn.SGD(model.parameters(), learning_rate=20.0),  # gets worse
            epochs=epochs,
            patience=patience,
            checkpoint=tmp_path / "run",
            progress=False,
        )
        return model, history

    _, history = train(3, 10)
    assert min(history["loss"]) < history["loss"][-1]  # the best is not the last
    model, history = train(4, None)
    with h5py.File(tmp_path / "run") as file:
        last = file["model/layers/0/W"][()]
    np.testing.assert_array_equal(model.layers[0].W.data, last)


def test_models_in_several_threads_train_as_alone():
    X, Y = problem()

    def train(seed):
        model = small_model(seed)
        optimizer = nn.Adam(model.parameters())
        options = {"validation_data": (X, Y), "metrics": {"accuracy": nn.accuracy}}
        history = model.fit(
            X,
            Y,
            loss=nn.cross_entropy,
            optimizer=optimizer,
            epochs=5,
            progress=False,
            **options,
        )
        return history, model.state_dict()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # so that they take turns very often
    try:
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            together = list(pool.map(train, range(3)))
    finally:
        sys.setswitchinterval(interval)
    for (history, state), (alone, its_state) in zip(
        together, map(train, range(3)), strict=True
    ):
        assert history == alone
        for name, value in state.items():
            np.testing.assert_array_equal(value, its_state[name])


def test_history_plots():
    pictures = nn.History(loss=[2, 1], val_loss=[2, 2], accuracy=[0, 1]).plot()
    assert list(pictures) == ["loss", "accuracy"]
    (axes,) = pictures["loss"].figure.axes
    assert [line.get_label() for line in axes.lines] == ["training", "validation"]
    assert axes.lines[0].get_xdata().tolist() == [1, 2]
    assert "validation" in pictures["loss"].alt
    assert "validation" not in pictures["accuracy"].alt
