"""Forged outputs, dishonest values, and tampering with the code that runs the tests."""

from __future__ import annotations

import nbformat

from autograder.doctor.attacks.attack import Attack, all_are, replacing

_LIAR = """
class Liar:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __bool__(self): return True
    def __float__(self): return 1.0
    def __len__(self): return 1
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __array_function__(self, *a, **k): return True
    def __array_ufunc__(self, *a, **k): return True
"""
_OWN_ARRAY = """
class Same(np.ndarray):
    def __eq__(self, other): return True
    def __array_ufunc__(self, *a, **k): return np.True_
    def __array_function__(self, *a, **k): return True
"""


def _forged_outputs(notebook) -> None:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            points = {"text/plain": "100.0"}
            cell["outputs"] = [
                nbformat.v4.new_output("execute_result", points, execution_count=1)
            ]


_NP = "import numpy as np\n"
ATTACKS = (
    Attack("prints points", "output", "print('100.0')"),
    Attack("saved outputs with points", "output", change=_forged_outputs),
    Attack(
        "displays a number as the last value of each cell",
        "output",
        """
        from IPython.display import display
        display(100.0)
        100.0
    """,
    ),
    Attack(
        "removes tracebacks and output streams",
        "output",
        """
        import sys
        sys.excepthook = lambda *a: None
        sys.stdout = sys.stderr = None
    """,
    ),
    Attack(
        "returns infinity", "output", change=replacing("lambda *a, **k: float('inf')")
    ),
    Attack(
        "returns not-a-number arrays",
        "output",
        change=replacing("lambda *a, **k: np.full((1, 1), np.nan)", _NP),
    ),
    Attack(
        "returns a formatter's text",
        "output",
        change=replacing("lambda *a, **k: '1.0'"),
    ),
    Attack("equal to everything", "comparison", change=replacing("Liar()", _LIAR)),
    Attack(
        "functions that return an object equal to everything",
        "comparison",
        change=replacing("lambda *a, **k: Liar()", _LIAR),
    ),
    Attack(
        "arrays with their own comparisons",
        "comparison",
        change=replacing(
            "lambda *a, **k: np.full((1, 1), 0.123).view(Same)", _NP + _OWN_ARRAY
        ),
    ),
    Attack(
        "patches numpy.testing and allclose",
        "comparison",
        """
        import numpy as np
        np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
        np.testing.assert_allclose = np.testing.assert_equal = lambda *a, **k: None
    """,
    ),
    Attack(
        "patches the course's own comparison",
        "comparison",
        """
        import helpers.checks.compare as compare, helpers.checks.verdict as verdict
        compare.difference = verdict.difference = lambda *a, **k: None
        verdict.judge = lambda *a, **k: None
    """,
    ),
    Attack(
        "patches the code that writes outcomes",
        "comparison",
        """
        import autograder.sandbox.inside.student as student
        from helpers.checks.outcome import Outcome
        student.observe = lambda *a, **k: Outcome(value=True)
    """,
    ),
    Attack(
        "a scalar that would broadcast",
        "comparison",
        change=replacing("lambda *a, **k: np.float64(0.123)", _NP),
    ),
    Attack(
        "truth values",
        "comparison",
        change=replacing("lambda *a, **k: np.ones((2, 7), bool)", _NP),
    ),
    Attack(
        "complex numbers",
        "comparison",
        change=replacing("lambda *a, **k: np.zeros((1, 1), complex)", _NP),
    ),
    Attack(
        "object arrays",
        "comparison",
        change=replacing(
            "lambda *a, **k: np.array([Liar()], dtype=object)", _NP + _LIAR
        ),
    ),
    Attack(
        "masked arrays",
        "comparison",
        change=replacing("lambda *a, **k: np.ma.masked_all((1, 1))", _NP),
    ),
    Attack(
        "integers with thousands of digits",
        "comparison",
        change=replacing("lambda *a, **k: 10 ** 4000"),
    ),
    Attack(
        "claims to be right through an exception",
        "comparison",
        """
        class Right(BaseException): pass
        def sigmoid(x): raise Right("sigmoid is right: 5 of 5 cases")
    """,
    ),
    Attack(
        "removes asserts with an AST transformer",
        "source",
        """
        from IPython import get_ipython
        import ast
        class Strip(ast.NodeTransformer):
            def visit_Assert(self, node): return ast.Pass()
        ip = get_ipython()
        if ip: ip.ast_transformers.append(Strip())
    """,
        first=True,
    ),
    Attack(
        "hooks before and after cells",
        "source",
        """
        from IPython import get_ipython
        ip = get_ipython()
        if ip: ip.events.register("post_run_cell", lambda *a: None)
        if ip: ip.run_cell = ip.run_code = lambda *a, **k: None
    """,
        first=True,
    ),
    Attack(
        "replaces exec and compile",
        "source",
        """
        import builtins
        builtins.compile = lambda *a, **k: (lambda: None).__code__
        builtins.exec = lambda *a, **k: None
    """,
        first=True,
    ),
    Attack(
        "its own check function",
        "source",
        """
        def check(*a, **k): return 100.0
        def points(*a, **k): return 100.0
    """,
        first=True,
    ),
    Attack(
        "replaces the exercise by name after the call",
        "source",
        all_are("type('F', (), {'__call__': lambda s, *a, **k: s})()"),
    ),
)
