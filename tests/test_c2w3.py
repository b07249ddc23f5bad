"""C2W3 against witnesses from outside: PyTorch, SciPy, numerical gradients."""

import itertools

import numpy as np
import pytest
from scipy import special, stats

from autograder.authoring import build, solve
from autograder.checks.check import load
from autograder.checks.reference import reference
from autograder.grading.usage import uses_forbidden
from helpers import nn
from helpers.gradients import numerical_gradient
from tests.graded import grade
from tests.recap import printed

ref = reference("C2W3")


class TestSearch:
    def test_logarithms_are_uniform(self):
        drawn = ref.sample_log_uniform(1e-5, 10.0, 4000, np.random.default_rng(0))
        assert stats.kstest(drawn, stats.loguniform(1e-5, 10.0).cdf).pvalue > 0.01

    def test_distances_from_one_are_uniform_on_a_log_scale(self):
        drawn = ref.sample_beta(0.9, 0.9999, 4000, np.random.default_rng(0))
        assert stats.kstest(1 - drawn, stats.loguniform(1e-4, 0.1).cdf).pvalue > 0.01
        assert np.median(1 / (1 - drawn)) == pytest.approx(10**2.5, rel=0.1)

    def test_zoom_keeps_a_third_and_the_limits(self):
        space = {
            "rate": ("log", 1e-6, 1.0),
            "beta": ("beta", 0.9, 0.9999),
            "keep": ("linear", 0.0, 0.9),
        }
        smaller = ref.zoom(space, {"rate": 1e-3, "beta": 0.9999, "keep": 0.5})
        assert smaller["rate"][1:] == pytest.approx((1e-4, 1e-2))
        assert smaller["beta"][1:] == pytest.approx((1 - 10**-3.5, 0.9999))
        assert smaller["keep"][1:] == pytest.approx((0.35, 0.65))

    def test_narrowing_finds_what_a_grid_misses(self):
        space = {"rate": ("log", 1e-5, 1.0)}

        def valley(point):
            return abs(np.log10(point["rate"]) + 2.9)

        best, history = ref.coarse_to_fine(
            valley, space, 6, 4, np.random.default_rng(1)
        )
        assert valley(best) == min(error for _, error in history) < 0.02


class TestSoftmax:
    def test_against_scipy(self):
        Z = np.random.default_rng(0).normal(scale=50, size=(6, 9))
        np.testing.assert_allclose(ref.softmax(Z), special.softmax(Z, axis=0))

    def test_gradient_is_that_of_the_cost(self):
        rng = np.random.default_rng(1)
        Z, Y = rng.normal(size=(4, 5)), ref.one_hot_matrix(rng.integers(0, 4, 5), 4)
        by_differences = numerical_gradient(
            lambda Z: ref.cross_entropy(ref.softmax(Z), Y), Z
        )
        dZ = ref.softmax_backward(ref.softmax(Z), Y)
        np.testing.assert_allclose(dZ, by_differences, atol=1e-8)

    def test_two_classes_are_logistic_regression(self):
        z = np.linspace(-4, 4, 9)
        A = ref.softmax(np.stack([np.zeros(9), z]))
        np.testing.assert_allclose(A[1], special.expit(z))


class TestBatchNorm:
    @pytest.mark.parametrize("mode", ["train", "test"])
    @pytest.mark.parametrize(("n", "m"), [(3, 8), (5, 2), (1, 30)])
    def test_against_pytorch(self, mode, n, m):
        torch = pytest.importorskip("torch")
        rng = np.random.default_rng(n + m)
        Z, dZ_tilde = rng.normal(1, 2, (n, m)), rng.normal(size=(n, m))
        gamma, beta = rng.uniform(0.5, 2, (n, 1)), rng.normal(size=(n, 1))
        running = {"mean": rng.normal(size=(n, 1)), "var": rng.uniform(1, 2, (n, 1))}
        other = torch.nn.BatchNorm1d(n, eps=1e-8, momentum=0.1, dtype=torch.float64)
        with torch.no_grad():
            other.weight[:], other.bias[:] = (
                torch.tensor(gamma[:, 0]),
                torch.tensor(beta[:, 0]),
            )
            other.running_mean[:] = torch.tensor(running["mean"][:, 0])
            other.running_var[:] = torch.tensor(running["var"][:, 0])
        before = running["var"].copy()
        other.train(mode == "train")
        X = torch.tensor(Z.T, requires_grad=True)
        out = other(X)
        out.backward(torch.tensor(dZ_tilde.T))

        Z_tilde, cache = ref.batchnorm_forward(Z, gamma, beta, running, mode)
        dZ, dgamma, dbeta = ref.batchnorm_backward(dZ_tilde, cache)

        close = np.testing.assert_allclose
        close(Z_tilde, out.detach().numpy().T, atol=1e-10)
        close(dZ, X.grad.numpy().T, atol=1e-9)
        close(dgamma[:, 0], other.weight.grad.numpy(), atol=1e-10)
        close(dbeta[:, 0], other.bias.grad.numpy(), atol=1e-10)
        close(running["mean"][:, 0], other.running_mean.numpy())
        if mode == "train":  # PyTorch's running variance divides by m - 1
            batch = (other.running_var.numpy() - 0.9 * before[:, 0]) * (m - 1) / m
            close(running["var"][:, 0], 0.9 * before[:, 0] + batch)

    def test_against_numerical_gradients(self):
        rng = np.random.default_rng(3)
        Z, weights = rng.normal(size=(2, 5)), rng.normal(size=(2, 5))
        gamma, beta = rng.normal(size=(2, 1)), rng.normal(size=(2, 1))

        def value(Z, gamma, beta):
            running = {"mean": np.zeros((2, 1)), "var": np.ones((2, 1))}
            out, cache = ref.batchnorm_forward(Z, gamma, beta, running, "train")
            return np.sum(out**2 * weights), out, cache

        _, out, cache = value(Z, gamma, beta)
        grads = ref.batchnorm_backward(2 * out * weights, cache)
        for k, grad in enumerate(grads):
            inputs = [Z, gamma, beta]

            def at(x, k=k, inputs=inputs):
                return value(*inputs[:k], x, *inputs[k + 1 :])[0]

            np.testing.assert_allclose(
                grad, numerical_gradient(at, inputs[k]), atol=1e-6
            )


class TestAutodiff:
    def test_random_expressions_against_pytorch(self):
        torch = pytest.importorskip("torch")
        for seed in range(20):
            rng = np.random.default_rng(seed)
            mine = [ref.Tensor(rng.normal(size=s)) for s in [(3, 3), (3, 1), (3,), ()]]
            theirs = [torch.tensor(t.data, requires_grad=True) for t in mine]
            leaves = list(zip(mine, theirs, strict=True))
            pool = list(leaves)
            for _ in range(12):
                (a, x), (b, y) = (pool[i] for i in rng.integers(0, len(pool), 2))
                match rng.integers(0, 5):
                    case 0:
                        pool.append((a + b, x + y))
                    case 1:
                        pool.append((a * b * 0.5, x * y * 0.5))
                    case 2:
                        pool.append((ref.relu(a), torch.relu(x)))
                    case 3 if a.data.ndim == b.data.ndim == 2 and a.data.shape[1] == 3:
                        pool.append((a @ b, x @ y))
                    case _ if a.data.ndim == 2:
                        pool.append((ref.sum_(a, 1), x.sum(1)))
            total, expected = ref.as_tensor(0.0), torch.zeros((), dtype=torch.float64)
            for a, x in pool:
                total, expected = total + ref.sum_(a), expected + x.sum()
            ref.backward(total)
            expected.backward()
            assert float(total.data) == pytest.approx(float(expected.detach()))
            for a, x in leaves:
                np.testing.assert_allclose(a.grad, x.grad.numpy(), rtol=1e-9)

    def test_two_layers_against_numerical_gradients(self):
        rng = np.random.default_rng(8)
        X, Y = rng.normal(size=(3, 7)), rng.normal(size=(2, 7))
        arrays = [rng.normal(size=s) for s in [(5, 3), (5, 1), (2, 5), (2, 1)]]

        def cost(W1, b1, W2, b2):
            A1 = ref.relu(ref.as_tensor(W1) @ ref.as_tensor(X) + ref.as_tensor(b1))
            error = ref.as_tensor(W2) @ A1 + ref.as_tensor(b2) + ref.as_tensor(-Y)
            return ref.sum_(error * error) * (1 / 7)

        leaves = [ref.Tensor(array) for array in arrays]
        ref.backward(cost(*leaves))
        for k, leaf in enumerate(leaves):

            def at(x, k=k):
                return float(cost(*arrays[:k], x, *arrays[k + 1 :]).data)

            np.testing.assert_allclose(
                leaf.grad, numerical_gradient(at, arrays[k]), atol=1e-6
            )

    def test_by_hand(self):
        a, b, c = (ref.Tensor(x) for x in (2, 3, -1))
        v = a * b + c
        ref.backward(v * v)
        assert [float(t.grad) for t in (a, b, c, v)] == [30, 20, 10, 10]

    def test_a_second_call_starts_afresh(self):
        x = ref.Tensor(3.0)
        y = x * x + x
        ref.backward(y)
        ref.backward(y)
        assert x.grad == 7

    def test_order_has_parents_first(self):
        x = ref.Tensor(1.0)
        nodes = [x]
        for i in range(30):
            nodes.append(nodes[-1] + nodes[i // 2])
        order = ref.topological_order(nodes[-1])
        position = {id(node): i for i, node in enumerate(order)}
        assert len(position) == len(order) == 31
        for node, parent in ((n, p) for n in order for p in n.parents):
            assert position[id(parent)] < position[id(node)]

    def test_agrees_with_the_courses_framework(self):
        rng = np.random.default_rng(9)
        arrays = [rng.normal(size=s) for s in [(4, 3), (3, 5), (1, 5)]]
        mine = [ref.Tensor(array) for array in arrays]
        theirs = [nn.Tensor(array, requires_grad=True) for array in arrays]
        ref.backward(ref.sum_(ref.relu(mine[0] @ mine[1] + mine[2])))
        nn.relu(theirs[0] @ theirs[1] + theirs[2]).sum().backward()
        for one, other in zip(mine, theirs, strict=True):
            np.testing.assert_allclose(one.grad, other.grad)


def test_train_step_learns_and_returns_the_cross_entropy():
    rng = np.random.default_rng(10)
    X = np.concatenate([rng.normal(-2, 1, (20, 2)), rng.normal(2, 1, (20, 2))])
    Y = np.repeat([0, 1], 20)
    model = nn.Sequential(nn.Dense(2, 2, rng=rng))
    scores = model.predict(X)
    optimizer = nn.SGD(model.parameters(), 0.5)
    losses = [ref.train_step(model, X, Y, optimizer) for _ in range(30)]
    truth = -special.log_softmax(scores, axis=1)[np.arange(40), Y].mean()
    assert losses[0] == pytest.approx(truth, rel=1e-5)
    assert losses[-1] < 0.1
    assert all(isinstance(loss, float) for loss in losses)


def test_unbroadcast_undoes_every_broadcast():
    for wide in itertools.product((1, 2, 3), repeat=3):
        for keep in itertools.product((True, False), repeat=3):
            shape = tuple(n if k else 1 for n, k in zip(wide, keep, strict=True))
            for cut in range(4):
                narrow = shape[cut:]
                x = np.zeros(narrow)
                g = np.random.default_rng(0).normal(size=np.broadcast_shapes(wide))
                grad = numerical_gradient(
                    lambda x, g=g, wide=wide: np.sum(np.broadcast_to(x, wide) * g), x
                )
                np.testing.assert_allclose(ref.unbroadcast(g, narrow), grad, atol=1e-7)


def test_the_pytorch_code_of_the_lab_learns_and_differs_as_it_says():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    X = torch.randn(400, 784)
    Y = X[:, :10].argmax(1)
    data = torch.utils.data.TensorDataset(X, Y)
    names = {"torch": torch, "loader": torch.utils.data.DataLoader(data, 50)}
    exec(printed("C2W3", "# PyTorch"), names)
    model = names["model"]
    assert (model(X).argmax(1) == Y).float().mean() > 0.5
    assert torch.allclose(model(X[:1]), model(X)[:1], atol=1e-5)  # in test mode
    layer = model[1]
    assert (layer.momentum, layer.eps) == (0.1, 1e-5)
    with pytest.raises(ValueError, match="more than 1 value"):
        layer.train()(torch.ones(1, 64))


def test_the_keras_code_of_the_lab_has_examples_in_rows():
    # Keras is not installed with the tests; the lab's X_train has examples in columns.
    code = printed("C2W3", "# Keras")
    assert "model.fit(X_train.T, y_train" in code
    assert "model.evaluate(X_test.T, y_test)" in code
    compile(code, "snippet", "exec")


def test_scaled_weights_before_batch_norm_get_a_gradient_scaled_down():
    rng = np.random.default_rng(4)
    W, X, upstream = (rng.normal(size=s) for s in [(3, 5), (5, 20), (3, 20)])
    gamma, beta = np.ones((3, 1)), np.zeros((3, 1))

    def gradient(scale):
        running = {"mean": beta, "var": gamma}
        out, cache = ref.batchnorm_forward(
            scale * W @ X, gamma, beta, running, "train", epsilon=0.0
        )
        dZ, _, _ = ref.batchnorm_backward(upstream, cache)
        return out, dZ @ X.T

    (out, dW), (same, smaller) = gradient(1.0), gradient(4.0)
    np.testing.assert_allclose(same, out)
    np.testing.assert_allclose(smaller, dW / 4)


class TestWithoutTheFramework:
    """The lab imports `helpers.nn` for its demos; only the last exercise may use it."""

    @pytest.mark.parametrize(
        "cell",
        [
            "def softmax(Z):\n    return nn.softmax(nn.Tensor(Z.T)).data.T",
            "from helpers import nn as framework\n\n\ndef softmax(Z):\n"
            "    return framework.softmax(framework.Tensor(Z.T)).data.T",
            "def softmax(Z):\n    from helpers.nn import Tensor, softmax\n"
            "    return softmax(Tensor(Z.T)).data.T",
            "import helpers.nn\n\n\ndef shares(Z):\n"
            "    return helpers.nn.softmax(helpers.nn.Tensor(Z.T)).data.T\n\n\n"
            "def softmax(Z):\n    return shares(Z)",
            "from helpers.nn import softmax",
            "from helpers.nn.ops import softmax as shares\nsoftmax = shares",
            "from helpers.nn import *",
            "other = nn\n\n\ndef softmax(Z):\n"
            "    return other.softmax(other.Tensor(Z.T)).data.T",
        ],
    )
    def test_it_earns_nothing(self, cell):
        check = load("C2W3").checks["softmax"]
        cells = ["from helpers import nn", cell]
        assert uses_forbidden(cells, "softmax", check.spec.forbid)

    def test_the_judge_refuses_it_and_the_rest_keeps_its_points(self, tmp_path):
        path = tmp_path / "C2W3.ipynb"
        notebook = solve.solved(
            "C2W3",
            softmax="def softmax(Z):\n    return nn.softmax(nn.Tensor(Z), 0).data",
            topological_order="from helpers.nn.tensor import topological_order",
            relu="from helpers.nn import ops\n\n\ndef relu(a):\n    return ops.relu(a)",
        )
        path.write_text(build.serialize(notebook), encoding="utf-8")
        scores = {q.name: q for q in grade(path, "student", seed=3).questions}
        for name in ("softmax", "topological_order", "relu"):
            assert scores[name].score == 0, scores[name].message
        for name in ("add", "unbroadcast", "train_step", "batchnorm_forward"):
            assert scores[name].score == scores[name].max_score, scores[name].message

    def test_importing_it_for_a_demo_is_free(self):
        check = load("C2W3").checks["softmax"]
        cells = [
            "import numpy as np\nfrom helpers import nn\nfrom helpers.nn import Dense",
            "def softmax(Z):\n    e = np.exp(Z - Z.max(0))\n    return e / e.sum(0)",
            "net = nn.Sequential(Dense(3, 2))",
        ]
        assert uses_forbidden(cells, "softmax", check.spec.forbid) == []

    def test_only_the_last_exercise_may_use_it(self):
        may = {
            name
            for name, check in load("C2W3").checks.items()
            if "helpers.nn" not in check.spec.forbid
        }
        assert may == {
            "sample_log_uniform",
            "sample_beta",
            "random_search",
            "coarse_to_fine",
            "train_step",
        }
