"""Time a training step of `helpers.nn` against PyTorch, on the networks of the labs.

    python benchmarks/nn.py [--json FILE] [--memory] [--only NAME ...] [--rounds N]
        [--peers] [--sharing]
    python benchmarks/nn.py --lines

A step is forward, backward and an Adam update. The frameworks run in one process with
the same number of threads, in alternating turns of a few steps. What counts is the
median of a turn, in the best turn: one that other programs disturbed says nothing. Each
network is written once, against a *kit* of layers that each framework provides.
`--memory` measures the peak memory of each in a process of its own, above what is in
use after a step of a tiny network. `--peers` adds JAX (with jit, on the CPU) and HIPS
autograd, where they are installed and have the layers. `--sharing` says what bounds
`helpers.nn` with several cores: how often a step shares its work among threads, and
what this costs each time even if there is nothing to do. `--lines` counts the lines of
code of `helpers/nn`, without blank lines, comments and docstrings.
"""

# ruff: noqa: D102  (the methods of the kits are named after the layers)
import argparse
import ast
import contextlib
import ctypes
import importlib.util
import itertools
import json
import pathlib
import platform
import statistics
import subprocess
import sys
import time
import tokenize

import numpy as np
from blas import kernel

# --------------------------------------------------------------------------- kits


class NumpyKit:
    """Layers of helpers.nn; images are (m, n_H, n_W, n_C)."""

    def __init__(self):
        from helpers import nn

        self.nn, self.rng, self.layers = nn, np.random.default_rng(0), []
        self.relu, self.softmax = nn.relu, nn.softmax
        self.tanh, self.cat = nn.tanh, nn.concatenate
        self.cross_entropy = nn.cross_entropy

    def keep(self, layer):
        """Remember the layer, for its parameters."""
        self.layers.append(layer)
        return layer

    def dense(self, n_in, n_out):
        return self.keep(self.nn.Dense(n_in, n_out, rng=self.rng))

    def conv(self, n_in, n_out, f=3, stride=1, bias=True, padding=None):
        padding = f // 2 if padding is None else padding
        return self.keep(
            self.nn.Conv2D(n_in, n_out, f, stride, padding, use_bias=bias, rng=self.rng)
        )

    def depthwise(self, n, stride=1):
        return self.keep(
            self.nn.DepthwiseConv2D(n, 3, stride, 1, use_bias=False, rng=self.rng)
        )

    def up_conv(self, n_in, n_out):
        return self.keep(
            self.nn.Conv2DTranspose(n_in, n_out, 2, 2, "valid", rng=self.rng)
        )

    def batch_norm(self, n):
        return self.keep(self.nn.BatchNorm(n))

    def layer_norm(self, n):
        return self.keep(self.nn.LayerNorm(n))

    def embedding(self, n, d):
        return self.keep(self.nn.Embedding(n, d, rng=self.rng))

    def attention(self, d, heads):
        layer = self.keep(self.nn.MultiHeadAttention(d, heads, rng=self.rng))
        return lambda x, mask: layer(x, mask=mask)

    def causal_mask(self, T):
        return np.tril(np.ones((1, T, T), bool))

    def lstm(self, d, n, both_ways=False):
        if both_ways:
            return self.keep(
                self.nn.Bidirectional(
                    self.nn.LSTM, d, n, rng=self.rng, return_sequences=True
                )
            )
        return self.keep(self.nn.LSTM(d, n, return_sequences=True, rng=self.rng))

    def leaky_relu(self, x):
        return self.nn.leaky_relu(x, 0.1)

    def relu6(self, x):
        return self.nn.relu(x, 6)

    def max_pool(self, x):
        return self.nn.max_pool2d(x, 2)

    def global_average(self, x):
        return x.mean((1, 2))

    def flatten(self, x):
        return x.flatten()

    def weighted_sum(self, weights, x):
        return (weights * x).sum(1)

    def tensor(self, array):
        return array

    def squared_error(self, prediction, target):
        return self.nn.mean_squared_error(prediction, target)

    def step(self, forward):
        """A function that does one training step and returns the loss."""
        model = self.nn.Layer()
        model.inner = self.layers
        optimizer = self.nn.Adam(model.parameters(), 1e-3)

        def step():
            optimizer.zero_grad()
            loss = forward()
            loss.backward()
            optimizer.step()
            return loss.item()

        return step


class TorchKit:
    """Layers of PyTorch; images are (m, n_C, n_H, n_W), its default."""

    def __init__(self):
        import torch

        torch.manual_seed(0)
        self.torch, self.F, self.layers = torch, torch.nn.functional, []
        self.relu, self.tanh, self.relu6 = torch.relu, torch.tanh, self.F.relu6
        self.squared_error = self.F.mse_loss

    def keep(self, layer):
        """Remember the layer, for its parameters."""
        self.layers.append(layer)
        return layer

    def dense(self, n_in, n_out):
        return self.keep(self.torch.nn.Linear(n_in, n_out))

    def conv(self, n_in, n_out, f=3, stride=1, bias=True, padding=None):
        padding = f // 2 if padding is None else padding
        return self.keep(
            self.torch.nn.Conv2d(n_in, n_out, f, stride, padding, bias=bias)
        )

    def depthwise(self, n, stride=1):
        return self.keep(self.torch.nn.Conv2d(n, n, 3, stride, 1, groups=n, bias=False))

    def up_conv(self, n_in, n_out):
        return self.keep(self.torch.nn.ConvTranspose2d(n_in, n_out, 2, 2))

    def batch_norm(self, n):
        return self.keep(self.torch.nn.BatchNorm2d(n))

    def layer_norm(self, n):
        return self.keep(self.torch.nn.LayerNorm(n))

    def embedding(self, n, d):
        return self.keep(self.torch.nn.Embedding(n, d))

    def attention(self, d, heads):
        layer = self.keep(self.torch.nn.MultiheadAttention(d, heads, batch_first=True))
        return lambda x, mask: layer(x, x, x, attn_mask=mask, need_weights=False)[0]

    def causal_mask(self, T):
        return ~self.torch.tril(self.torch.ones((T, T), dtype=bool))

    def lstm(self, d, n, both_ways=False):
        layer = self.keep(
            self.torch.nn.LSTM(d, n, batch_first=True, bidirectional=both_ways)
        )
        return lambda x: layer(x)[0]

    def leaky_relu(self, x):
        return self.F.leaky_relu(x, 0.1)

    def max_pool(self, x):
        return self.F.max_pool2d(x, 2)

    def global_average(self, x):
        return x.mean((2, 3))

    def flatten(self, x):
        return x.flatten(1)

    def softmax(self, x, axis):
        return self.F.softmax(x, axis)

    def cat(self, tensors):
        return self.torch.cat(tensors, 1)

    def weighted_sum(self, weights, x):
        return (weights * x).sum(1)

    def cross_entropy(self, logits, labels):
        if logits.ndim == 3:  # a class for each step of a sequence
            logits = logits.flatten(0, 1)
            labels = labels.flatten()
        return self.F.cross_entropy(logits, labels)

    def tensor(self, array):
        array = array.transpose(0, 3, 1, 2) if array.ndim == 4 else array
        return self.torch.tensor(np.ascontiguousarray(array))

    def step(self, forward):
        """A function that does one training step and returns the loss."""
        parameters = self.torch.nn.ModuleList(self.layers).parameters()
        optimizer = self.torch.optim.Adam(parameters, 1e-3)

        def step():
            optimizer.zero_grad()
            loss = forward()
            loss.backward()
            optimizer.step()
            return loss.item()

        return step


class FunctionalKit:
    """Layers written with a NumPy-like module that differentiates functions.

    The parameters are a list of arrays; a layer knows the positions of its own.
    Networks with layers that the module lacks raise NotImplementedError.
    """

    def __init__(self):
        self.rng, self.initial, self.values = np.random.default_rng(0), [], None

    def parameter(self, shape, scale=None):
        """Remember a random array; returns a function that gives its current value."""
        n_in = int(np.prod(shape[:-1]))
        scale = np.sqrt(2 / n_in) if scale is None else scale
        array = self.rng.normal(size=shape) * scale
        self.initial.append(array.astype(np.float32))
        i = len(self.initial) - 1
        return lambda: self.values[i]

    def ones_and_zeros(self, n):
        """Two parameters, as normalizations have them."""
        gamma, beta = self.parameter((n,), 0), self.parameter((n,), 0)
        return lambda: 1 + gamma(), beta

    def dense(self, n_in, n_out):
        W, b = self.parameter((n_in, n_out)), self.parameter((n_out,), 0)
        return lambda x: x @ W() + b()

    def batch_norm(self, n):
        gamma, beta = self.ones_and_zeros(n)

        def forward(x):
            axes = tuple(range(x.ndim - 1))
            centred = x - x.mean(axes)
            return (
                gamma() * centred / self.xp.sqrt((centred**2).mean(axes) + 1e-5)
                + beta()
            )

        return forward

    def layer_norm(self, n):
        gamma, beta = self.ones_and_zeros(n)

        def forward(x):
            centred = x - x.mean(-1, keepdims=True)
            variance = (centred**2).mean(-1, keepdims=True)
            return gamma() * centred / self.xp.sqrt(variance + 1e-5) + beta()

        return forward

    def embedding(self, n, d):
        E = self.parameter((n, d), 0.05)
        return lambda indices: E()[indices]

    def attention(self, d, heads):
        query, key, value, output = (self.dense(d, d) for _ in range(4))

        def split(x):
            x = x.reshape((*x.shape[:2], heads, -1))
            return self.xp.transpose(x, (0, 2, 1, 3))

        def forward(x, mask):
            q, k, v = split(query(x)), split(key(x)), split(value(x))
            logits = q @ self.xp.swapaxes(k, -1, -2) / np.sqrt(d // heads)
            y = self.softmax(self.xp.where(mask, logits, -1e9), -1) @ v
            return output(self.xp.transpose(y, (0, 2, 1, 3)).reshape(x.shape))

        return forward

    def causal_mask(self, T):
        return np.tril(np.ones((1, 1, T, T), bool))

    def lstm(self, d, n, both_ways=False):
        if both_ways:
            ahead, back = self.lstm(d, n), self.lstm(d, n)
            return lambda x: self.cat([ahead(x), back(x[:, ::-1])[:, ::-1]])
        W, U = self.parameter((d, 4 * n)), self.parameter((n, 4 * n))
        b = self.parameter((4 * n,), 0)

        def cell(state, z):
            h, c = state
            z = z + h @ U()
            i, f, o = (self.sigmoid(z[:, k * n : (k + 1) * n]) for k in (0, 1, 3))
            c = f * c + i * self.xp.tanh(z[:, 2 * n : 3 * n])
            h = o * self.xp.tanh(c)
            return (h, c), h

        def forward(x):
            zero = np.zeros((len(x), n), np.float32)
            inputs = self.xp.transpose(x @ W() + b(), (1, 0, 2))
            return self.xp.transpose(self.scan(cell, (zero, zero), inputs), (1, 0, 2))

        return forward

    def scan(self, cell, state, inputs):
        """The outputs of a cell over time."""
        outputs = []
        for z in inputs:
            state, output = cell(state, z)
            outputs.append(output)
        return self.xp.stack(outputs)

    def conv(self, *_, **__):
        raise NotImplementedError

    depthwise = up_conv = conv

    def sigmoid(self, x):
        return (1 + self.xp.tanh(x / 2)) / 2

    def relu(self, x):
        return self.xp.maximum(x, 0)

    def relu6(self, x):
        return self.xp.clip(x, 0, 6)

    def leaky_relu(self, x):
        return self.xp.maximum(x, 0.1 * x)

    def tanh(self, x):
        return self.xp.tanh(x)

    def softmax(self, x, axis):
        e = self.xp.exp(x - x.max(axis, keepdims=True))
        return e / e.sum(axis, keepdims=True)

    def cat(self, arrays):
        return self.xp.concatenate(arrays, -1)

    def max_pool(self, x):
        m, h, w, c = x.shape
        x = x[:, : h // 2 * 2, : w // 2 * 2]
        return x.reshape(m, h // 2, 2, w // 2, 2, c).max((2, 4))

    def global_average(self, x):
        return x.mean((1, 2))

    def flatten(self, x):
        return x.reshape(len(x), -1)

    def weighted_sum(self, weights, x):
        return (weights * x).sum(1)

    def cross_entropy(self, logits, labels):
        top = logits.max(-1, keepdims=True)
        total = self.xp.log(self.xp.exp(logits - top).sum(-1, keepdims=True))
        wanted = np.eye(logits.shape[-1], dtype=np.float32)[labels]
        return -(wanted * (logits - top - total)).sum(-1).mean()

    def squared_error(self, prediction, target):
        return ((prediction - target) ** 2).mean()

    def tensor(self, array):
        return array

    def adam(self, values, gradients, v, s, t):
        """One update of all parameters; returns the new (values, v, s)."""
        new = [], [], []
        for w, g, v1, s1 in zip(values, gradients, v, s, strict=True):
            v1, s1 = 0.9 * v1 + 0.1 * g, 0.999 * s1 + 0.001 * g * g
            down = self.xp.sqrt(s1 / (1 - 0.999**t)) + 1e-8
            for series, value in zip(
                new, (w - 1e-3 * v1 / (1 - 0.9**t) / down, v1, s1), strict=True
            ):
                series.append(value)
        return new

    def step(self, forward):
        """A function that does one training step and returns the loss."""

        def loss(values):
            self.values = values
            return forward()

        def update(values, v, s, t):
            value, gradients = self.value_and_grad(loss)(values)
            return value, *self.adam(values, gradients, v, s, t)

        update = self.compile(update)
        zeros = [np.zeros_like(w) for w in self.initial]
        state, count = [self.initial, zeros, zeros], itertools.count(1)

        def step():
            value, *state[:] = update(*state, float(next(count)))
            return float(value)

        return step


class JaxKit(FunctionalKit):
    """Layers in JAX, compiled for the CPU; images are (m, n_H, n_W, n_C)."""

    def __init__(self):
        super().__init__()
        import jax

        self.jax, self.xp = jax, jax.numpy
        self.value_and_grad, self.compile = jax.value_and_grad, jax.jit

    def scan(self, cell, state, inputs):
        return self.jax.lax.scan(cell, state, inputs)[1]

    def _slide(self, x, W, stride, padding, groups=1):
        return self.jax.lax.conv_general_dilated(
            x,
            W,
            (stride, stride),
            [(padding, padding)] * 2,
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
            feature_group_count=groups,
        )

    def conv(self, n_in, n_out, f=3, stride=1, bias=True, padding=None):
        padding = f // 2 if padding is None else padding
        W = self.parameter((f, f, n_in, n_out))
        b = self.parameter((n_out,), 0) if bias else lambda: 0
        return lambda x: self._slide(x, W(), stride, padding) + b()

    def depthwise(self, n, stride=1):
        W = self.parameter((3, 3, 1, n))
        return lambda x: self._slide(x, W(), stride, 1, groups=n)

    def up_conv(self, n_in, n_out):
        W, b = self.parameter((2, 2, n_in, n_out)), self.parameter((n_out,), 0)
        slide = self.jax.lax.conv_transpose
        return lambda x: slide(x, W(), (2, 2), "VALID") + b()


class AutogradKit(FunctionalKit):
    """Layers in HIPS autograd, which has no convolution."""

    def __init__(self):
        super().__init__()
        import autograd
        import autograd.numpy

        self.xp, self.value_and_grad = autograd.numpy, autograd.value_and_grad
        self.compile = lambda function: function


# ----------------------------------------------------------------------- networks


def _images(kit, m, size, n_C, n_classes=10):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(m, size, size, n_C)).astype(np.float32)
    return kit.tensor(x), kit.tensor(rng.integers(0, n_classes, m))


def mlp(kit):
    """784-256-128-10, 128 examples."""
    rng = np.random.default_rng(1)
    x = kit.tensor(rng.normal(size=(128, 784)).astype(np.float32))
    y = kit.tensor(rng.integers(0, 10, 128))
    one, two, three = kit.dense(784, 256), kit.dense(256, 128), kit.dense(128, 10)
    return lambda: kit.cross_entropy(three(kit.relu(two(kit.relu(one(x))))), y)


def lenet(kit):
    """LeNet-5 on 28 x 28, 64 images."""
    x, y = _images(kit, 64, 28, 1)
    conv1, conv2 = kit.conv(1, 6, 5), kit.conv(6, 16, 5, padding=0)
    dense = [kit.dense(400, 120), kit.dense(120, 84), kit.dense(84, 10)]

    def forward():
        a = kit.max_pool(kit.relu(conv1(x)))
        a = kit.flatten(kit.max_pool(kit.relu(conv2(a))))
        a = kit.relu(dense[1](kit.relu(dense[0](a))))
        return kit.cross_entropy(dense[2](a), y)

    return forward


def resnet(kit):
    """Seven 3 x 3 convolutions in three residual stages on 32 x 32, 32 images."""
    x, y = _images(kit, 32, 32, 3)

    def conv_bn(n_in, n_out, f=3, stride=1):
        conv, bn = kit.conv(n_in, n_out, f, stride, bias=False), kit.batch_norm(n_out)
        return lambda a: bn(conv(a))

    def block(n_in, n_out, stride):
        one, two = conv_bn(n_in, n_out, 3, stride), conv_bn(n_out, n_out)
        skip = conv_bn(n_in, n_out, 1, stride) if stride > 1 else lambda a: a
        return lambda a: kit.relu(two(kit.relu(one(a))) + skip(a))

    stem, head = conv_bn(3, 16), kit.dense(64, 10)
    blocks = [block(16, 16, 1), block(16, 32, 2), block(32, 64, 2)]

    def forward():
        a = kit.relu(stem(x))
        for b in blocks:
            a = b(a)
        return kit.cross_entropy(head(kit.global_average(a)), y)

    return forward


def mobilenet(kit):
    """Three inverted residuals on 32 x 32, 16 images."""
    x, y = _images(kit, 16, 32, 16)

    def block(n_in, n_out, stride):
        wide = 6 * n_in
        expand, bn1 = kit.conv(n_in, wide, 1, bias=False), kit.batch_norm(wide)
        depthwise, bn2 = kit.depthwise(wide, stride), kit.batch_norm(wide)
        project, bn3 = kit.conv(wide, n_out, 1, bias=False), kit.batch_norm(n_out)

        def forward(a):
            z = kit.relu6(bn1(expand(a)))
            z = bn3(project(kit.relu6(bn2(depthwise(z)))))
            return z + a if stride == 1 and n_in == n_out else z

        return forward

    blocks = [block(16, 16, 1), block(16, 24, 2), block(24, 24, 1)]
    head = kit.dense(24, 10)

    def forward():
        a = x
        for b in blocks:
            a = b(a)
        return kit.cross_entropy(head(kit.global_average(a)), y)

    return forward


def unet(kit):
    """Three levels from 16 channels on 64 x 64, 8 images, squared error."""
    x, _ = _images(kit, 8, 64, 3)
    y = kit.tensor(np.random.default_rng(2).random((8, 64, 64, 1)).astype(np.float32))

    def double(n_in, n_out):
        one, two = kit.conv(n_in, n_out), kit.conv(n_out, n_out)
        return lambda a: kit.relu(two(kit.relu(one(a))))

    down = [double(3, 16), double(16, 32), double(32, 64)]
    up = [kit.up_conv(64, 32), kit.up_conv(32, 16)]
    merge = [double(64, 32), double(32, 16)]
    head = kit.conv(16, 1, 1)

    def forward():
        one = down[0](x)
        two = down[1](kit.max_pool(one))
        a = down[2](kit.max_pool(two))
        a = merge[0](kit.cat([up[0](a), two]))
        a = merge[1](kit.cat([up[1](a), one]))
        return kit.squared_error(head(a), y)

    return forward


def tiny_yolo(kit):
    """Five 3 x 3 convolutions with batch norm on 96 x 96, grid 6 x 6, 8 images."""
    x, _ = _images(kit, 8, 96, 3)
    y = kit.tensor(np.random.default_rng(2).random((8, 6, 6, 16)).astype(np.float32))
    sizes = [3, 16, 32, 64, 128]
    stages = [
        (kit.conv(a, b, bias=False), kit.batch_norm(b))
        for a, b in itertools.pairwise(sizes)
    ]
    last, head = kit.conv(128, 128), kit.conv(128, 16, 1)

    def forward():
        a = x
        for conv, bn in stages:
            a = kit.max_pool(kit.leaky_relu(bn(conv(a))))
        return kit.squared_error(head(kit.leaky_relu(last(a))), y)

    return forward


def _sequences(m=32, T=40, d=32, n_classes=10):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(m, T, d)).astype(np.float32)
    return x, rng.integers(0, n_classes, (m, T)), rng.integers(0, n_classes, m)


def lstm(kit):
    """64 units, 40 steps, a class at each step, 32 sequences."""
    x, y, _ = map(kit.tensor, _sequences())
    layer, head = kit.lstm(32, 64), kit.dense(64, 10)
    return lambda: kit.cross_entropy(head(layer(x)), y)


def bi_lstm_attention(kit):
    """64 units each way, 40 steps, attention over the steps, 32 sequences."""
    x, _, y = map(kit.tensor, _sequences())
    layer, head = kit.lstm(32, 64, both_ways=True), kit.dense(128, 10)
    hidden, energy = kit.dense(128, 32), kit.dense(32, 1)

    def forward():
        a = layer(x)
        weights = kit.softmax(energy(kit.tanh(hidden(a))), 1)
        return kit.cross_entropy(head(kit.weighted_sum(weights, a)), y)

    return forward


def transformer(kit):
    """Two causal layers, d = 64, 4 heads, 64 steps, 16 sequences."""
    T, d, words = 64, 64, 64
    rng = np.random.default_rng(1)
    x, y = (kit.tensor(rng.integers(0, words, (16, T))) for _ in range(2))
    position = kit.tensor(rng.normal(size=(1, T, d)).astype(np.float32))
    embed, head, mask = kit.embedding(words, d), kit.dense(d, words), kit.causal_mask(T)

    def block():
        attend, one = kit.attention(d, 4), kit.layer_norm(d)
        wide, narrow, two = kit.dense(d, 4 * d), kit.dense(4 * d, d), kit.layer_norm(d)

        def forward(a):
            a = one(a + attend(a, mask))
            return two(a + narrow(kit.relu(wide(a))))

        return forward

    blocks = [block(), block()]

    def forward():
        a = embed(x) + position
        for b in blocks:
            a = b(a)
        return kit.cross_entropy(head(a), y)

    return forward


NETWORKS = (
    mlp,
    lenet,
    resnet,
    mobilenet,
    unet,
    tiny_yolo,
    lstm,
    bi_lstm_attention,
    transformer,
)
KITS = {"numpy": NumpyKit, "torch": TorchKit, "jax": JaxKit, "autograd": AutogradKit}


# ---------------------------------------------------------------------- measuring


def build(kit_name, network):
    """The training step of a network in one of the frameworks."""
    kit = KITS[kit_name]()
    return kit.step(network(kit))


def compare(network, kits, rounds, steps=7):
    """Seconds of a step for each kit, or None: the median of the best turn."""
    functions = {}
    for name in kits:
        with contextlib.suppress(NotImplementedError):
            functions[name] = build(name, network)
    times = {name: [] for name in functions}
    for function in functions.values():
        for _ in range(3):
            function()
    for _ in range(rounds):
        for name, function in functions.items():
            turn = []
            for _ in range(steps):
                start = time.perf_counter()
                function()
                turn.append(time.perf_counter() - start)
            times[name].append(statistics.median(turn))
    return [min(times[name]) if name in times else None for name in kits]


def shared_operations(network):
    """How many operations of a step of `helpers.nn` are shared among threads."""
    from helpers.nn.kernels import cores

    step, count = build("numpy", network), 0
    start = cores._Worker.start

    def counted(worker, job):
        nonlocal count
        count += 1
        start(worker, job)

    cores._Worker.start = counted
    try:
        step()
    finally:
        cores._Worker.start = start
    return count // max(cores.count - 1, 1)


def cost_of_sharing(rounds=500):
    """Seconds that `share` takes if there is nothing to do (the median)."""
    from helpers.nn.kernels import cores

    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        cores.share(lambda start, stop: None, cores.count, cores.WORTH_SHARING)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _processor():
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as file:
        names = [line.split(":")[1].strip() for line in file if "model name" in line]
        return f"{names[0]}, {len(names)} cores"
    return platform.processor() or platform.machine()


def describe(kits):
    """Print what the numbers depend on."""
    print(f"CPU {_processor()}; BLAS kernel {kernel() or 'unknown'};", end=" ")
    print(f"NumPy {np.__version__}")
    for name in kits[1:]:
        module = __import__(name)
        print(name, getattr(module, "__version__", ""), end="; ")
    print()


def installed(kits):
    """Those of the kits whose libraries are there; says which are not."""
    found = [k for k in kits if k == "numpy" or importlib.util.find_spec(k)]
    for name in kits:
        if name not in found:
            print(f"{name} is left out: it is not installed")
    return found


def lines_of_code(path):
    """Number of lines without blank lines, comments and docstrings."""
    skipped = tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE
    skipped += tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.ENCODING
    lines = set()
    with open(path, "rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type not in skipped:
                lines.update(range(token.start[0], token.end[0] + 1))
    documented = ast.Module, ast.FunctionDef, ast.ClassDef
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, documented) and ast.get_docstring(node) is not None:
            lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines)


def print_lines():
    """Print the lines of code of `helpers/nn`, outside and inside `kernels`."""
    folder = pathlib.Path(__file__).parents[1] / "helpers" / "nn"
    for name, paths in (
        ("operations, layers, training", sorted(folder.glob("*.py"))),
        ("kernels", sorted((folder / "kernels").glob("*.py"))),
    ):
        counts = {p.stem: lines_of_code(p) for p in paths}
        print(f"{name}: {sum(counts.values())} lines")
        print("  " + ", ".join(f"{k} {n}" for k, n in counts.items() if n))


def _status(key):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(key))


def _smallest(kit):
    """One convolution and one product: what a framework loads on first use."""
    x, y = _images(kit, 1, 8, 3)
    conv, dense = kit.conv(3, 4), kit.dense(4, 10)
    return lambda: kit.cross_entropy(dense(kit.global_average(conv(x))), y)


def peak_memory(kit_name, network):
    """Peak resident memory of ten steps, MB, above that of a tiny network (glibc)."""
    build(kit_name, _smallest)()
    # Memory that is free but not returned would be used again without being counted.
    ctypes.CDLL(None).malloc_trim(0)
    before = _status("VmRSS")
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # forget the peak so far
    step = build(kit_name, network)
    for _ in range(10):
        step()
    return (_status("VmHWM") - before) / 1024


def _peak_in_new_process(kit_name, network):
    command = [sys.executable, __file__, "--peak", kit_name, "--only", network.__name__]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(result.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="write the measurements there")
    parser.add_argument("--memory", action="store_true", help="measure memory, too")
    parser.add_argument("--only", nargs="*", metavar="NAME", help="these networks")
    parser.add_argument("--rounds", type=int, default=12, help="turns of each")
    parser.add_argument("--peers", action="store_true", help="JAX and autograd, too")
    parser.add_argument("--sharing", action="store_true", help="count shared work, too")
    parser.add_argument("--lines", action="store_true", help="count lines of code")
    parser.add_argument("--peak", choices=KITS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.lines:
        print_lines()
        return
    networks = [n for n in NETWORKS if not options.only or n.__name__ in options.only]
    if options.peak:
        print(peak_memory(options.peak, networks[0]))
        return
    kits = installed(list(KITS) if options.peers else ["numpy", "torch"])
    describe(kits)
    results = []
    for network in networks:
        row = {"name": network.__name__}
        line = f"{row['name']:18}"
        for kit, seconds in zip(
            kits, compare(network, kits, options.rounds), strict=True
        ):
            row[f"{kit}_s"] = seconds
            line += (
                f" {kit} {1e3 * seconds:8.2f} ms" if seconds else f" {kit}        -   "
            )
        if row.get("torch_s"):
            row["ratio"] = row["numpy_s"] / row["torch_s"]
            line += f"  ratio {row['ratio']:.2f}"
        if options.memory:
            for kit in kits[:2]:
                row[f"{kit}_MB"] = _peak_in_new_process(kit, network)
                line += f"  {kit} {row[f'{kit}_MB']:4.0f} MB"
        if options.sharing:
            row["shared"] = shared_operations(network)
            line += f"  shared {row['shared']:3} times"
        print(line, flush=True)
        results.append(row)
    ratios = [row["ratio"] for row in results if "ratio" in row]
    if ratios:
        print(f"median ratio to PyTorch {statistics.median(ratios):.2f}")
    if options.sharing:
        print(f"sharing costs {1e6 * cost_of_sharing():.0f} µs each time")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
