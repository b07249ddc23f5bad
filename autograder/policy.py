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
    used = _reached(definitions, name) & definitions.keys()
    code = [*imports, *(ast.unparse(definitions[one]) for one in sorted(used))]
    return forbidden_names("\n".join(code), forbid) if used else []


def mentioned(cells: Iterable[str], name: str) -> set[str]:
    """Names that an exercise, or a function of the notebook it calls, mentions."""
    return _reached(_definitions(cells)[0], name) - {name}


def _reached(definitions: dict[str, ast.stmt], name: str) -> set[str]:
    wanted, seen = [name], set()
    while wanted:
        current = wanted.pop()
        if current not in seen:
            seen.add(current)
            node = definitions.get(current)
            nodes = ast.walk(node) if node else ()
            wanted += [n.id for n in nodes if isinstance(n, ast.Name)]
    return seen


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
