"""The reference functions of a lab, taken directly from its source.

Only imports, functions, classes and constants of the text notebook are run. So nothing
is written twice, nothing is trained, and a traceback points to the line in the source.
"""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from collections.abc import Iterator
from types import CodeType, ModuleType
from typing import Any

from autograder.paths import source_of
from helpers.checks.globals import globals_read

_KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


@functools.cache
def reference(lab: str) -> ModuleType:
    """The functions of a lab as a module.

    Args:
        lab: a name such as `"C1W2"`.

    Raises:
        Refused: there is no such lab.
    """
    path = source_of(lab)
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text, filename=str(path))
    demos = _demo_lines(text)
    tree.body = [
        node
        for node in map(_without_figures, tree.body)
        if _is_definition(node) and node.lineno not in demos
    ]
    module = ModuleType(f"reference_{lab}", f"Reference solutions of {lab}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses and pickling look it up
    exec(compile(tree, str(path), "exec"), module.__dict__)
    return module


@functools.cache
def used(lab: str, name: str) -> frozenset[str]:
    """Names of a lab that a reference function uses, directly or indirectly."""
    names = vars(reference(lab))
    waiting, seen = [name], set()
    while waiting:
        current = waiting.pop()
        if current not in seen and current in names:
            seen.add(current)
            for code in _codes(names[current], names):
                waiting += globals_read(code)
    return frozenset(seen - {name})


def _codes(value: Any, names: dict[str, Any]) -> Iterator[CodeType]:
    """The code of a function or of a class's methods, if the lab defines it."""
    if inspect.isfunction(value) and value.__globals__ is names:
        yield value.__code__
    elif inspect.isclass(value) and value.__module__ == names["__name__"]:
        for method in vars(value).values():
            yield from _codes(inspect.unwrap(method), names)


def _demo_lines(text: str) -> set[int]:
    """Numbers of the lines that belong to demo cells."""
    found, in_demo = set(), False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("# %%"):
            in_demo = line.split()[2:3] == ["demo"]
        if in_demo:
            found.add(number)
    return found


def _without_figures(node: ast.stmt) -> ast.stmt:
    """An import without what draws figures, which only demo cells do.

    Loading Matplotlib would take longer than everything else that a lab imports.
    """
    if isinstance(node, ast.ImportFrom):
        names = {alias: f"{node.module}.{alias.name}." for alias in node.names}
        kept = [a for a, name in names.items() if not name.startswith("helpers.plots.")]
        if not kept:
            return ast.copy_location(ast.Pass(), node)
        node.names = kept
    return node


def _is_definition(node: ast.stmt) -> bool:
    """Whether a statement of the source defines something without running anything."""
    if isinstance(node, _KEPT):
        return True
    if isinstance(node, ast.Assign):
        names = [t.id for t in node.targets if isinstance(t, ast.Name)]
        return len(names) == len(node.targets) and (
            _is_constant(node.value) or all(name.isupper() for name in names)
        )
    return False


def _is_constant(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True
