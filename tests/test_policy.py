"""Packages that compute the answers are named to whoever imports them."""

import linecache

import numpy as np
import pytest

from autograder.authoring import build, solve
from autograder.grading.intake import take_in_bytes
from autograder.grading.usage import computing_packages, mentioned, uses_forbidden
from helpers import nn
from helpers.checks.forbidden import forbidden_in

LAB = "C1W2"


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("import torch", "torch"),
        ("import numpy as np, jax.numpy as jnp", "jax"),
        ("from sklearn.linear_model import LogisticRegression", "sklearn"),
        ("def f(x):\n    from scipy import fft\n    return fft.fft(x)", "scipy"),
        (
            "try:\n    import tensorflow as tf\nexcept ImportError:\n    tf = None",
            "tensorflow",
        ),
        ("ag = __import__('autograd.numpy')", "autograd"),
        ("import importlib\nk = importlib.import_module('keras')", "keras"),
        ("%matplotlib inline\n!pip install torch\nimport torch", "torch"),
    ],
)
def test_imports_are_found(cell, name):
    assert computing_packages(["x = 1", cell]) == {name: 2}


@pytest.mark.parametrize(
    "cell",
    [
        "import numpy as np",
        "# import torch",
        "torch = 'import torch'",
        "import torch (",
        "from .torch import x",
        "import helpers.nn",
        "import torchlight",
        "__import__(torch)",
        "y = (x\n     % torch)",
        "import torch" + "(" * 10_000,
    ],
)
def test_nothing_else_is(cell):
    assert computing_packages([cell]) == {}


def test_what_the_lab_itself_imports_is_allowed():
    assert computing_packages(["import scipy, torch"], {"scipy"}) == {"torch": 1}


def test_the_first_cell_is_named_once():
    assert computing_packages(["import torch"] * 3) == {"torch": 1}


def test_the_feedback_names_it():
    notebook = solve.solved(LAB, sigmoid="import torch\nsigmoid = torch.sigmoid")
    found = take_in_bytes(build.serialize(notebook).encode(), LAB).findings
    assert [text for text in found if "`torch`, which computes answers" in text] == [
        *found
    ]
    plain = take_in_bytes(build.serialize(solve.solved(LAB)).encode(), LAB)
    assert plain.findings == ()


def test_a_magic_does_not_hide_what_a_function_mentions():
    cells = ["%matplotlib inline\ndef a(x):\n    return sigmoid(x)"]
    assert "sigmoid" in mentioned(cells, "a")


FORBID = ("np.convolve", "nn.conv2d", "helpers.nn")


@pytest.mark.parametrize(
    "cell",
    [
        "def f(x):\n    return np.convolve(x, x)",
        "if True:\n    def f(x):\n        return np.convolve(x, x)",
        "try:\n    f = np.convolve\nexcept NameError:\n    pass",
        "q = np\n\n\ndef f(x):\n    return q.convolve(x, x)",
        "def f(x):\n    q = np\n    return q.convolve(x, x)",
        "def f(x):\n    slide = np.convolve\n    return slide(x, x)",
        "from numpy import *\n\n\ndef f(x):\n    return convolve(x, x)",
        "from numpy import convolve as f",
        "f = np.convolve",
        "f: object = np.convolve",
        "f, g = np.convolve, 1",
        "class f:\n    def __call__(self, x):\n        return np.convolve(x, x)",
        "g = lambda x: np.convolve(x, x)\nf = g",
    ],
)
def test_what_does_the_exercise_is_found(cell):
    assert uses_forbidden(["import numpy as np", cell], "f", FORBID)


@pytest.mark.parametrize(
    ("scratch", "cell"),
    [
        ("Z = nn.conv2d(A, B).data", "def f(x):\n    Z = x + 1\n    return Z"),
        ("X, W = nn.conv2d(A, B), 2", "def f(X, W):\n    return X @ W"),
        ("k = nn.conv2d", "def f(x):\n    return [k for k in x]"),
        ("k = nn.conv2d", "def f(x):\n    return (lambda k: k + 1)(x)"),
        (
            "y = np.convolve(a, b)",
            "def f(x):\n    for y in x:\n        return y",
        ),
        ("def g(x):\n    return np.convolve(x, x)", "def f(g):\n    return g(1)"),
    ],
)
def test_a_name_of_its_own_is_no_global(scratch, cell):
    cells = ["import numpy as np\nfrom helpers import nn as layers", scratch, cell]
    assert uses_forbidden(cells, "f", FORBID) == []
    assert not {"Z", "X", "W", "k", "y", "g"} & mentioned(cells, "f")


def test_an_imported_function_is_forbidden_itself():
    assert forbidden_in(np.convolve, FORBID) == ["np.convolve"]
    assert forbidden_in(nn.softmax, FORBID) == ["helpers.nn"]
    assert forbidden_in(np.exp, FORBID) == []


def test_an_import_of_another_cell_is_seen_in_the_notebook_too():
    scope = {"slide": np.convolve, "layer": nn.conv2d, "np": np}
    for name, forbidden in [("slide", "np.convolve"), ("layer", "helpers.nn")]:
        text = f"def f(x):\n    return {name}(x, x)"
        where = f"<{name}>"
        linecache.cache[where] = (len(text), None, text.splitlines(True), where)
        exec(compile(text, where, "exec"), scope)
        assert forbidden_in(scope["f"], FORBID) == [forbidden]


def test_what_another_exercise_uses_is_judged_there():
    cells = [
        "import numpy as np",
        "def slide(x):\n    return np.convolve(x, x)",
        "def f(x):\n    return slide(x)",
    ]
    assert uses_forbidden(cells, "f", FORBID) == ["np.convolve"]
    assert uses_forbidden(cells, "f", FORBID, {"f", "slide"}) == []
    assert uses_forbidden(cells, "slide", FORBID, {"f", "slide"}) == ["np.convolve"]


def test_a_module_goes_by_the_name_that_the_notebook_gives_it():
    scope = {"layers": nn, "np": np}
    text = "def f(x):\n    return layers.softmax(x)"
    linecache.cache["<layers>"] = (len(text), None, text.splitlines(True), "<layers>")
    exec(compile(text, "<layers>", "exec"), scope)
    assert forbidden_in(scope["f"], FORBID) == ["helpers.nn"]
    assert forbidden_in(scope["f"], ("np.convolve",)) == []
