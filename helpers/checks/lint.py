"""Facts that a function's source shows: an unused value, an early `return`.

They are true of the code whatever the exercise. They are reported only for wrong
functions, because in a right one they do no harm.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator

_OPTIONS = {"self", "cls", "print_cost", "verbose"}  # may well be left unread
# NumPy functions and methods of arrays that change nothing and give a value.
_PURE = {
    "abs",
    "argmax",
    "argmin",
    "astype",
    "clip",
    "concatenate",
    "copy",
    "cumsum",
    "divide",
    "dot",
    "exp",
    "expand_dims",
    "flip",
    "log",
    "matmul",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "multiply",
    "outer",
    "pad",
    "prod",
    "ravel",
    "repeat",
    "reshape",
    "roll",
    "round",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "subtract",
    "sum",
    "swapaxes",
    "tile",
    "transpose",
    "where",
}


def fact(
    definition: ast.FunctionDef,
    giving: Callable[[str], bool],
    idle: Collection[str] = (),
) -> str:
    """One sentence, or an empty string.

    Args:
        definition: of a function that is wrong.
        giving: whether a function of this name gives a value and changes nothing.
        idle: arguments that a right function need not read.
    """
    for said in (
        *_early_end(definition),
        *_thrown_away(definition, giving),
        *_never_read(definition, _OPTIONS | set(idle)),
    ):
        return said
    return ""


def unread_arguments(definition: ast.FunctionDef) -> list[str]:
    """Names of the arguments that a function never reads."""
    read = _read(definition)
    given = definition.args
    names = [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return [name for name in names if name not in read]


def _early_end(definition: ast.FunctionDef) -> Iterator[str]:
    """A loop whose every first step ends the function."""
    for node in _own(definition):
        if isinstance(node, (ast.For, ast.While)):
            for statement in node.body:
                if isinstance(statement, ast.Return):
                    yield (
                        "The `return` stands inside the loop, which therefore ends "
                        "after its first step."
                    )
                if isinstance(statement, (ast.If, ast.Continue, ast.Break)):
                    break  # whether the return is reached depends


def _thrown_away(
    definition: ast.FunctionDef, giving: Callable[[str], bool]
) -> Iterator[str]:
    """A line that computes a value which nothing takes."""
    for node in _own(definition):
        if not isinstance(node, ast.Expr):
            continue
        value = node.value
        if isinstance(value, ast.Call):
            out = any(keyword.arg == "out" for keyword in value.keywords)
            called = value.func
            if isinstance(called, ast.Attribute):
                lost = called.attr in _PURE and not out
            else:
                lost = isinstance(called, ast.Name) and giving(called.id)
        else:
            lost = isinstance(value, (ast.BinOp, ast.Compare, ast.Subscript, ast.Name))
        if lost:
            yield f"Nothing takes the value of the line `{ast.unparse(node)[:120]}`."


def _never_read(definition: ast.FunctionDef, idle: Collection[str]) -> Iterator[str]:
    read = _read(definition)
    if "locals" in read or "vars" in read:
        return
    assigned = [
        node.targets[0].id
        for node in _own(definition)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    ]
    for what, names in (
        ("Its argument", unread_arguments(definition)),
        ("The variable", [name for name in assigned if name not in read]),
    ):
        for name in names:
            if name not in idle and not name.startswith("_"):
                yield f"{what} `{name}` is never used."


def _read(definition: ast.FunctionDef) -> set[str]:
    return {
        node.id
        for node in ast.walk(definition)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)
    }


def _own(definition: ast.FunctionDef) -> Iterator[ast.AST]:
    """What belongs to a function and not to one that is defined inside it."""
    waiting: list[ast.AST] = [*definition.body]
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)
