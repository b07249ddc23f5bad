"""Packages that compute the answers are named to whoever imports them."""

import pytest

from autograder import build, solve
from autograder.intake import take_in_bytes
from autograder.policy import computing_packages, mentioned

LAB = "C1W2"


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("import torch", "torch"),
        ("import numpy as np, jax.numpy as jnp", "jax"),
        ("from sklearn.linear_model import LogisticRegression", "sklearn"),
        ("def f(x):\n    from scipy import fft\n    return fft.fft(x)", "scipy"),
        ("try:\n    import tensorflow as tf\nexcept ImportError:\n    tf = None",
         "tensorflow"),
        ("ag = __import__('autograd.numpy')", "autograd"),
        ("import importlib\nk = importlib.import_module('keras')", "keras"),
        ("%matplotlib inline\n!pip install torch\nimport torch", "torch"),
    ],
)  # fmt: skip
def test_imports_are_found(cell, name):
    assert computing_packages(["x = 1", cell]) == {name: 2}


@pytest.mark.parametrize(
    "cell",
    ["import numpy as np", "# import torch", "torch = 'import torch'", "import torch (",
     "from .torch import x", "import helpers.nn", "import torchlight",
     "__import__(torch)", "y = (x\n     % torch)", "import torch" + "(" * 10_000],
)  # fmt: skip
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
