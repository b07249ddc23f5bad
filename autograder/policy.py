"""Which of the names an exercise may not use its code depends on."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from helpers.checks.policy import forbidden_names


def uses_forbidden(cells: Iterable[str], name: str, forbid: Iterable[str]) -> list[str]:
    """Forbidden names that an exercise, or a function of the notebook it calls, uses.

    Args:
        cells: the student's code cells.
        name: of the exercise.
        forbid: dotted names, such as `"np.convolve"`.
    """
    forbid = tuple(forbid)
    if not forbid:
        return []
    definitions, imports = _definitions(cells)
    wanted, code = [name], list(imports)
    seen: set[str] = set()
    while wanted:
        current = wanted.pop()
        if current in seen or current not in definitions:
            continue
        seen.add(current)
        node = definitions[current]
        code.append(ast.unparse(node))
        wanted += [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return forbidden_names("\n".join(code), forbid) if seen else []


def _definitions(cells: Iterable[str]) -> tuple[dict[str, ast.stmt], list[str]]:
    """Top-level functions, classes and assignments by name, and the imports."""
    found: dict[str, ast.stmt] = {}
    imports = []
    for cell in cells:
        try:
            body = ast.parse(cell).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                found[node.name] = node
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        found[target.id] = node
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                imports.append(ast.unparse(node))
    return found, imports
