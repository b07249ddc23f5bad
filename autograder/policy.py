"""What a notebook's code depends on: forbidden names, and packages with the answers.

Both are read off the syntax tree, to tell the reader kindly. What keeps such packages
away is the sandbox: they are not in it.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Iterator

from helpers.checks.policy import forbidden_names

# Packages that compute what the labs have readers write themselves.
COMPUTING = frozenset({
    "autograd", "chainer", "cupy", "cv2", "flax", "jax", "keras", "librosa",
    "lightgbm", "mxnet", "numba", "onnxruntime", "optax", "paddle", "pytorch_lightning",
    "scipy", "skimage", "sklearn", "statsmodels", "sympy", "tensorflow", "theano",
    "tinygrad", "torch", "torchaudio", "torchvision", "transformers", "xgboost",
})  # fmt: skip
_MENTION = re.compile(rf"\b({'|'.join(sorted(COMPUTING))})\b")
_MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)


def computing_packages(
    cells: Iterable[str], allowed: Iterable[str] = ()
) -> dict[str, int]:
    """Packages of `COMPUTING` that a notebook imports, and the first cell that does.

    Args:
        cells: the student's code cells.
        allowed: packages that the lab itself imports.
    """
    found: dict[str, int] = {}
    for number, cell in enumerate(cells, start=1):
        if _MENTION.search(cell):
            for name in _imported(cell):
                if name in COMPUTING and name not in allowed:
                    found.setdefault(name, number)
    return found


def imported(cells: Iterable[str]) -> frozenset[str]:
    """Names of all packages that some cells import."""
    return frozenset(name for cell in cells for name in _imported(cell))


def _imported(cell: str) -> Iterator[str]:
    """The packages that a cell imports, `__import__("…")` and the like included."""
    for statement in _parsed(cell):
        for node in ast.walk(statement):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            elif isinstance(node, ast.Call) and node.args:
                called = getattr(node.func, "id", getattr(node.func, "attr", ""))
                value = getattr(node.args[0], "value", None)
                if called in ("__import__", "import_module") and type(value) is str:
                    names = [value]
            yield from (name.partition(".")[0] for name in names)


def _parsed(cell: str) -> list[ast.stmt]:
    """The statements of a cell; `%magic` and `!command` are left out."""
    for text in (cell, _MAGIC.sub(r"\1pass", cell)):
        try:
            return ast.parse(text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return []


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
    definitions, imports = _definitions(tuple(cells))
    reached = _reached(definitions, name)
    code = [*imports, *(ast.unparse(definitions[one])
                        for one in sorted(reached & definitions.keys()))]  # fmt: skip
    if name not in definitions:  # it may be nothing but an import
        code += [name, *_from_everything(imports, name)]
    return forbidden_names("\n".join(code), forbid)


def _from_everything(imports: Iterable[str], name: str) -> Iterator[str]:
    """Where a name may come from by `from … import *`, dotted."""
    for text in imports:
        for node in ast.parse(text).body:
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                yield f"{node.module}.{name}"


def mentioned(cells: Iterable[str], name: str) -> set[str]:
    """Names that an exercise, or a function of the notebook it calls, mentions."""
    return _reached(_definitions(tuple(cells))[0], name) - {name}


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


@functools.lru_cache(maxsize=4)  # asked for each wrong exercise of a notebook
def _definitions(cells: tuple[str, ...]) -> tuple[dict[str, ast.stmt], list[str]]:
    """Top-level functions, classes and assignments by name, and the imports."""
    found: dict[str, ast.stmt] = {}
    imports = []
    for cell in cells:
        for node in _parsed(cell):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                found[node.name] = node
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        found[target.id] = node
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                imports.append(ast.unparse(node))
    return found, imports
