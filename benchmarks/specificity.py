"""Right versions written otherwise: none of them may lose a point.

Besides the versions that authors list with each check, some are made mechanically:
the reference with other names, with a name for what it returns, with its products the
other way round and its updates written out; inside a decorator of NumPy; fed with
float32; and with answers of another kind that means the same (a list for a tuple, an
array for a tuple of numbers, a 0-d array for a number, an array in Fortran's order).
"""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import sensitivity

from autograder.checks.check import Check
from autograder.checks.reference import reference
from helpers.checks.notebook import Checker
from helpers.checks.store import Store

SEEDS = range(3)
# Differences of 1e-7 are below what float32 can tell.
NEEDS_FLOAT64 = {("C2W1", "gradient_check_n")}


def lost(check: Check) -> Iterator[tuple[str, str]]:
    """Right versions that lose a point, each with what was said, and the visible too.

    Yields one pair a version: its name, and a message that is empty where all is well.
    """
    notebook = Checker(check.lab.name, Store(check.lab.public_path))
    public = check.public()
    hidden = [sensitivity.hidden_set(check, 40_000 + seed, False) for seed in SEEDS]
    for name, function in versions(check):
        said = [notebook.verdict(function, public)]
        said += [sensitivity.verdict(check, function, one, False) for one in hidden]
        wrong = [one.message for one in said if not one.right]
        yield name, wrong[0] if wrong else ""


def versions(check: Check) -> Iterator[tuple[str, Callable]]:
    """Right versions of an exercise by name."""
    for function in (*check.variants, *check.alternatives):
        yield function.__name__, function
    for name, rewrite in _REWRITTEN.items():
        function = _rewritten(check, rewrite)
        if function is not None:
            yield name, function
    if inspect.isfunction(check.solution):
        # The wrapper's global names are NumPy's, not those of the notebook.
        yield "inside np.errstate", np.errstate(all="ignore")(check.solution)
    if not check.spec.driver:  # what a driver does with an answer is its own affair
        for name, convert in _CONVERTED.items():
            yield name, _with_result(check.solution, convert)
    exact = (check.lab.name, check.name) in NEEDS_FLOAT64
    if not check.spec.mutates and not check.spec.driver and not exact:
        yield "float32 arguments", _with_float32(check.solution)


def _with_result(function: Callable, convert: Callable) -> Callable:
    @functools.wraps(function)
    def version(*args, **kwargs):
        return convert(function(*args, **kwargs))

    return version


def _with_float32(function: Callable) -> Callable:
    @functools.wraps(function)
    def version(*args, **kwargs):
        kwargs = {name: _float32(value) for name, value in kwargs.items()}
        return function(*map(_float32, args), **kwargs)

    return version


def _float32(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        return value.astype(np.float32)
    return _inside(value, _float32)


def _inside(value: Any, convert: Callable) -> Any:
    """Convert what is in a list, a tuple or a dictionary."""
    if type(value) in (list, tuple):
        return type(value)(convert(item) for item in value)
    if type(value) is dict:
        return {key: convert(item) for key, item in value.items()}
    return value


def _lists(value: Any) -> Any:
    return [_lists(v) for v in value] if isinstance(value, tuple) else value


def _arrays(value: Any) -> Any:
    if isinstance(value, (float, np.floating)):
        return np.array(value)
    return _inside(value, _arrays)


def _rows(value: Any) -> Any:
    """Tuples of numbers as arrays."""
    if isinstance(value, tuple) and {*map(type, value)} <= {int, float, np.float64}:
        return np.array(value)
    return _inside(value, _rows)


def _fortran(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return np.asfortranarray(value) if value.ndim else value
    return _inside(value, _fortran)


_CONVERTED = {
    "a list for a tuple": _lists,
    "an array for a tuple of numbers": _rows,
    "0-d arrays for numbers": _arrays,
    "arrays in Fortran's order": _fortran,
}
# They compute the numbers of the reference itself, bit for bit.
SAME_NUMBERS = {"other names", "a name for the answer", "updates written out"}
SAME_NUMBERS |= {"inside np.errstate"}
SAME_NUMBERS |= _CONVERTED.keys()


def _rewritten(check: Check, rewrite: Callable) -> Callable | None:
    """The reference rewritten; `None` where there was nothing to rewrite."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(check.solution)))
    if not isinstance(tree.body[0], ast.FunctionDef):
        return None
    before = ast.unparse(tree)
    tree.body[0].decorator_list = []
    tree = rewrite(tree, check)
    after = ast.unparse(ast.fix_missing_locations(tree))
    if after == before:
        return None
    scope = dict(vars(reference(check.lab.name)))
    exec(compile(after, f"<{check.name} rewritten>", "exec"), scope)
    return scope[check.name]


def _renamed(tree: ast.Module, check: Check) -> ast.Module:
    """Other names for local variables, and for arguments that come by position."""
    function = tree.body[0]
    arguments = [a.arg for a in function.args.args]
    inner = {a.arg for a in ast.walk(tree) if isinstance(a, ast.arg)} - set(arguments)
    local = {
        n.id
        for n in ast.walk(tree)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    local -= inner | set(arguments)
    if not check.spec.driver:
        calls = check.draw(np.random.default_rng(0))
        by_position = min((call.positional for call in calls), default=0)
        for a in function.args.args[:by_position]:
            if a.arg not in inner:
                local.add(a.arg)
                a.arg = f"my_{a.arg}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in local:
            node.id = f"my_{node.id}"
    return tree


class _Rewriter(ast.NodeTransformer):
    def visit_Return(self, node: ast.Return) -> Any:
        if node.value is None:
            return node
        answer = ast.Assign([ast.Name("the_answer", ast.Store())], node.value)
        return [answer, ast.Return(ast.Name("the_answer", ast.Load()))]


class _Commuter(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> Any:
        self.generic_visit(node)
        sequence = isinstance(node.left, (ast.List, ast.Tuple, ast.Constant))
        if isinstance(node.op, ast.Mult) and not sequence:
            return ast.BinOp(node.right, ast.Mult(), node.left)
        return node


class _Spreader(ast.NodeTransformer):
    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        read = ast.parse(ast.unparse(node.target), mode="eval").body
        return ast.Assign([node.target], ast.BinOp(read, node.op, node.value))


_REWRITTEN = {
    "other names": _renamed,
    "a name for the answer": lambda tree, _: _Rewriter().visit(tree),
    "products the other way round": lambda tree, _: _Commuter().visit(tree),
    "updates written out": lambda tree, check: (
        tree if check.spec.mutates else _Spreader().visit(tree)
    ),
}
