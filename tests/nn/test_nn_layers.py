"""Layers: shapes, initial weights, names, freezing, saving, summary."""

import h5py
import numpy as np
import pytest

from helpers import nn


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("layer", "shape", "expected", "parameters"),
    [
        (nn.Dense(4, 5, rng=rng()), (2, 3, 4), (2, 3, 5), 25),
        (nn.Conv2D(3, 8, 5, 2, rng=rng()), (2, 9, 8, 3), (2, 5, 4, 8), 608),
        (nn.Conv2D(4, 8, 3, groups=2, rng=rng()), (2, 9, 8, 4), (2, 9, 8, 8), 152),
        (nn.Conv1D(3, 8, 5, padding="causal", rng=rng()), (2, 9, 3), (2, 9, 8), 128),
        (nn.DepthwiseConv2D(3, rng=rng()), (2, 9, 8, 3), (2, 9, 8, 3), 30),
        (nn.Conv2DTranspose(3, 8, rng=rng()), (2, 4, 5, 3), (2, 8, 10, 8), 224),
        (nn.MaxPool2D(), (2, 9, 8, 3), (2, 4, 4, 3), 0),
        (nn.AveragePool2D(3, 1), (2, 9, 8, 3), (2, 7, 6, 3), 0),
        (nn.GlobalAveragePool2D(), (2, 9, 8, 3), (2, 3), 0),
        (nn.UpSampling2D(2), (2, 9, 8, 3), (2, 18, 16, 3), 0),
        (nn.Flatten(), (2, 9, 8, 3), (2, 216), 0),
        (nn.BatchNorm(3), (2, 9, 8, 3), (2, 9, 8, 3), 6),
        (nn.LayerNorm(3), (2, 9, 3), (2, 9, 3), 6),
        (nn.RNN(3, 4, rng=rng()), (2, 9, 3), (2, 4), 32),
        (nn.LSTM(3, 4, True, rng=rng()), (2, 9, 3), (2, 9, 4), 128),
        (nn.GRU(3, 4, rng=rng()), (2, 9, 3), (2, 4), 100),
        (nn.Bidirectional(nn.GRU, 3, 4, rng=rng()), (2, 9, 3), (2, 8), 200),
        (nn.MultiHeadAttention(8, 2, rng=rng()), (2, 9, 8), (2, 9, 8), 288),
    ],
    ids=lambda x: type(x).__name__ if isinstance(x, nn.Layer) else "",
)
def test_shapes_counts_and_dtype(layer, shape, expected, parameters):
    y = layer(rng().normal(size=shape))  # float64 in: converted to the weights' type
    assert y.shape == expected
    assert layer.count_parameters() == parameters
    if parameters:
        assert y.dtype == np.float32
        assert layer.astype(np.float64)(np.ones(shape, "f")).dtype == np.float64


def test_initializers():
    shape = (3, 3, 40, 60)
    for name, variance in {
        "he_normal": 2 / 360,
        "he_uniform": 2 / 360,
        "glorot_normal": 2 / 900,
        "glorot_uniform": 2 / 900,
    }.items():
        w = getattr(nn.initializers, name)(shape, rng())
        assert w.dtype == np.float32
        assert w.var() == pytest.approx(variance, rel=0.05)
    for shape in ((4, 9), (9, 4)):
        w = nn.initializers.orthogonal(shape, rng(), np.float64)
        small = w @ w.T if shape[0] < shape[1] else w.T @ w
        np.testing.assert_allclose(small, np.eye(4), atol=1e-12)


def test_dropout():
    layer = nn.Dropout(0.25, rng=rng())
    x = np.ones((100, 100), "f")
    y = layer(x).data
    assert set(np.unique(y)) == {0, np.float32(4 / 3)}
    assert (y == 0).mean() == pytest.approx(0.25, abs=0.02)
    assert (layer.eval()(x).data == x).all()


def test_embedding_with_given_weights():
    weights = rng().normal(size=(5, 3)).astype("f")
    layer = nn.Embedding(5, 3, weights=weights).freeze()
    np.testing.assert_array_equal(layer(np.array([[4, 0]])).data, weights[[[4, 0]]])
    layer.unfreeze()(np.array([1])).sum().backward()
    assert layer.E.grad.sum() == 3
    with pytest.raises(ValueError, match=r"weights \(5, 3\) should be \(6, 3\)"):
        nn.Embedding(6, 3, weights=weights)


class Net(nn.Model):
    """Layers in attributes, lists and dictionaries."""

    def __init__(self, seed=0):
        r = rng(seed)
        self.stem = nn.Conv2D(3, 4, rng=r)
        self.blocks = [nn.BatchNorm(4), nn.BatchNorm(4)]
        self.heads = {"a": nn.Dense(4, 2, rng=r), "b": nn.Dense(4, 3, rng=r)}
        self.scale = nn.Parameter(np.ones(1, "f"))

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        x = x.mean((1, 2)) * self.scale
        return nn.concatenate([head(x) for head in self.heads.values()])


def test_a_shared_parameter_counts_once():
    model = Net()
    model.heads["b"] = model.heads["a"]
    assert model.count_parameters() == Net().count_parameters() - 15
    model.tied = model.stem.W
    assert len(model.parameters()) == 9


def test_names():
    names = [name for name, _ in Net().named_parameters()]
    assert len(names) == len(set(names)) == 11
    assert {"stem.W", "blocks.1.gamma", "heads.b.b", "scale"} <= set(names)
    assert Net().layer("heads.a").W.shape == (4, 2)
    with pytest.raises(KeyError, match=r"no layer 'hat'; there are .*stem"):
        Net().layer("hat")


def test_freezing_keeps_weights_and_statistics():
    model = Net()
    model.stem.freeze()
    model.blocks[0].freeze()
    X = rng().normal(size=(8, 6, 6, 3)).astype("f")
    before = model.state_dict()
    optimizer = nn.Adam(model.parameters())
    model(X).sum().backward()
    optimizer.step()
    changed = {k for k, v in model.state_dict().items() if (v != before[k]).any()}
    assert not any(name.startswith(("stem", "blocks.0")) for name in changed)
    assert {"blocks.1.running_mean", "heads.a.W", "scale"} <= changed
    assert model.count_parameters(False) == model.stem.count_parameters() + 8


def test_save_and_load(tmp_path):
    path = tmp_path / "net.h5"
    one, two = Net(1), Net(2)
    one(np.ones((2, 4, 4, 3), "f"))
    one.save_weights(path)
    two.load_weights(path)
    for name, value in one.state_dict().items():
        np.testing.assert_array_equal(value, two.state_dict()[name])
    two.heads["a"] = nn.Dense(4, 5, rng=rng())
    with pytest.raises(ValueError, match=r"layer heads.a.W: expected shape \(4, 5\)"):
        two.load_weights(path)
    with pytest.raises(ValueError, match=r"another model: missing .*W.*unknown"):
        nn.Sequential(nn.Dense(2, 2, rng=rng())).load_weights(path)
    with h5py.File(path, "r+") as file:
        file.attrs["version"] = 99
    with pytest.raises(ValueError, match="version 99"):
        one.load_weights(path)


def test_pretrained_arrays_by_layer_name(tmp_path):
    W, b = np.ones((3, 3, 3, 4)), np.arange(4.0)
    model = Net()
    model.load_state_dict({"stem.W": W, "stem.b": b}, strict=False)
    np.testing.assert_array_equal(model.stem.b.data, b)
    assert model.stem.W.dtype == np.float32
    with h5py.File(tmp_path / "foreign.h5", "w") as file:
        file["heads/b/b"] = np.full(3, 7.0)
    model.load_weights(tmp_path / "foreign.h5", strict=False)
    np.testing.assert_array_equal(model.heads["b"].b.data, 7)


def test_summary():
    model = Net()
    text = model.stem.freeze() and model.summary(np.zeros((2, 8, 8, 3), "f"))
    lines = text.splitlines()
    assert lines[0].split() == ["layer", "type", "output", "parameters"]
    assert any("stem" in s and "(2, 8, 8, 4)" in s and s.endswith("112") for s in lines)
    assert lines[-1] == "154 parameters, 42 trainable"
    assert model.training
    assert "stem" in model.summary()
    # A layer's own parameters count even if it is the outermost one.
    (line,) = nn.Dense(3, 2, rng=rng()).summary(np.zeros((5, 3))).splitlines()[2:-2]
    assert line.split() == ["model", "Dense", "(5,", "2)", "8"]


def test_forward_hooks():
    model = Net()
    shapes = []
    remove = model.stem.register_forward_hook(
        lambda *call: shapes.append(call[2].shape)
    )
    model(np.zeros((2, 8, 8, 3), "f"))
    remove()
    model(np.zeros((2, 8, 8, 3), "f"))
    assert shapes == [(2, 8, 8, 4)]


def test_a_hook_that_removes_itself_leaves_the_others():
    layer, called = nn.Flatten(), []
    remove = layer.register_forward_hook(lambda *call: called.append(1) or remove())
    layer.register_forward_hook(lambda *call: called.append(2))
    layer(np.ones((1, 2)))
    layer(np.ones((1, 2)))
    assert called == [1, 2, 2]


def test_an_error_says_in_which_layer():
    with pytest.raises(ValueError, match="has 2 channels") as problem:
        Net()(np.zeros((2, 8, 8, 2), "f"))
    assert problem.value.__notes__ == ["in Conv2D(W (3, 3, 3, 4), b (4,))"]
    with pytest.raises(ValueError, match="no activation 'rleu'"):
        nn.Dense(2, 2, "rleu", rng=rng())


def test_train_and_eval_reach_all_layers():
    model = Net().eval()
    assert not any(layer.training for _, layer in model.named_layers())
    before = model.state_dict()
    model(rng().normal(size=(2, 8, 8, 3)))
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value, before[name])
    assert model.train().blocks[0].training


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (lambda **o: nn.Dense(3, 4, stride=2, **o), "Dense has no argument stride"),
        (lambda **o: nn.Conv2D(3, 4, pad=2, **o), "Conv2D has no argument pad"),
        (lambda **o: nn.Conv1D(3, 4, groups=2, **o), "Conv1D has no argument groups"),
    ],
)
def test_an_unknown_argument_of_a_layer(layer, name):
    with pytest.raises(TypeError, match=name):
        layer(rng=np.random.default_rng(0))
