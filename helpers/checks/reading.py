"""What the text of a function shows by itself: a value that goes nowhere, an early end.

Each is a fact about the code, whatever the exercise is. It is said of wrong functions
only, for in a right one it does no harm.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator

_OPTIONS = {"self", "cls", "print_cost", "verbose"}  # may well be left unread
# NumPy functions and methods of arrays that change nothing and give a value.
_PURE = {
    "abs", "argmax", "argmin", "astype", "clip", "concatenate", "copy",
    "cumsum", "divide", "dot", "exp", "expand_dims", "flip", "log", "matmul", "max",
    "maximum", "mean", "min", "minimum", "multiply", "outer", "pad", "prod", "ravel",
    "repeat", "reshape", "roll", "round", "sqrt", "square", "squeeze", "stack",
    "subtract", "sum", "swapaxes", "tile", "transpose", "where",
}  # fmt: skip


def fact(definition: ast.FunctionDef, giving: Callable[[str], bool]) -> str:
    """One sentence, or an empty string.

    Args:
        definition: of a function that is wrong.
        giving: whether a function of this name gives a value and changes nothing.
    """
    for find in (_early_end, _thrown_away, _never_read):
        for said in find(definition, giving):
            return said
    return ""


def _early_end(definition: ast.FunctionDef, _) -> Iterator[str]:
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


def _never_read(definition: ast.FunctionDef, _) -> Iterator[str]:
    read = {
        node.id
        for node in ast.walk(definition)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)
    }
    if "locals" in read or "vars" in read:
        return
    given = definition.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    yield from _unread(
        "Its argument", [argument.arg for argument in arguments], read | _OPTIONS
    )
    assigned = [
        node.targets[0].id
        for node in _own(definition)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    ]
    yield from _unread("The variable", list(dict.fromkeys(assigned)), read)


def _unread(what: str, names: list[str], read: Collection[str]) -> Iterator[str]:
    for name in names:
        if name not in read and not name.startswith("_"):
            yield f"{what} `{name}` is never used."


def _own(definition: ast.FunctionDef) -> Iterator[ast.AST]:
    """What belongs to a function and not to one that is defined inside it."""
    waiting: list[ast.AST] = [*definition.body]
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)
