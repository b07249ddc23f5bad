"""What a notebook's code uses: forbidden names, and packages that compute the answers.

Both are found in the syntax tree, so that the reader gets a helpful message. What
really keeps such packages out is the sandbox: they are not in it.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Collection, Iterable, Iterator

from helpers.checks.forbidden import UsedNames, forbidden_among, joined, used_names

# Packages that compute what readers should write themselves.
COMPUTING = frozenset(
    {
        "autograd",
        "chainer",
        "cupy",
        "cv2",
        "flax",
        "jax",
        "keras",
        "librosa",
        "lightgbm",
        "mxnet",
        "numba",
        "onnxruntime",
        "optax",
        "paddle",
        "pytorch_lightning",
        "scipy",
        "skimage",
        "sklearn",
        "statsmodels",
        "sympy",
        "tensorflow",
        "theano",
        "tinygrad",
        "torch",
        "torchaudio",
        "torchvision",
        "transformers",
        "xgboost",
    }
)
_MENTION = re.compile(rf"\b({'|'.join(sorted(COMPUTING))})\b")
_MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)


def computing_packages(
    cells: Iterable[str], allowed: Iterable[str] = ()
) -> dict[str, int]:
    """Packages of `COMPUTING` that a notebook imports, with the first cell doing so.

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
    for statement in parsed(cell):
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


def parsed(cell: str) -> list[ast.stmt]:
    """The statements of a cell; `%magic` and `!command` are left out."""
    for text in (cell, _MAGIC.sub(r"\1pass", cell)):
        try:
            return ast.parse(text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return []


def uses_forbidden(
    cells: Iterable[str],
    name: str,
    forbid: Iterable[str],
    exercises: Collection[str] = (),
) -> list[str]:
    """Forbidden names that an exercise, or a function of the notebook it calls, uses.

    Args:
        cells: the student's code cells.
        name: name of the exercise.
        forbid: dotted names, such as `"np.convolve"`.
        exercises: exercises of the lab. Names that these use are judged there.
    """
    forbid = tuple(forbid)
    if not forbid:
        return []
    definitions, imports = _definitions(tuple(cells))
    used = _reached(definitions, name, frozenset(exercises) - {name})
    parts = [*imports, *(definitions[one] for one in sorted(used & definitions.keys()))]
    elsewhere = UsedNames(dotted=frozenset(used - definitions.keys()))
    return forbidden_among(joined([*parts, elsewhere]), forbid)


def mentioned(cells: Iterable[str], name: str) -> set[str]:
    """Names that an exercise, or a function of the notebook it calls, mentions."""
    return _reached(_definitions(tuple(cells))[0], name) - {name}


def _reached(
    definitions: dict[str, UsedNames], name: str, without: Collection[str] = ()
) -> set[str]:
    """A name and all names that its definition uses, except those in `without`."""
    wanted, seen = [name], set()
    while wanted:
        current = wanted.pop()
        if current not in seen and current not in without:
            seen.add(current)
            if current in definitions:
                dotted = definitions[current].dotted
                wanted += {one.partition(".")[0] for one in dotted}
    return seen


@functools.lru_cache(maxsize=2)  # called for each wrong exercise of a notebook
def _definitions(
    cells: tuple[str, ...],
) -> tuple[dict[str, UsedNames], list[UsedNames]]:
    """Top-level functions, classes and assignments by name, and the imports.

    Only names are kept: a syntax tree takes hundreds of bytes for each character.
    """
    found: dict[str, UsedNames] = {}
    imports = []
    for cell in cells:
        for node in _flat(parsed(cell)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found[node.name] = used_names(node)
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                names = (n for n in ast.walk(node) if isinstance(n, ast.Name))
                stored = [n.id for n in names if isinstance(n.ctx, ast.Store)]
                found |= dict.fromkeys(stored, used_names(node))
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                imports.append(used_names(node))
    return found, imports


def _flat(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run when a cell runs, including those inside `if` or `try`."""
    waiting = list(statements)
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for part in ("body", "handlers", "orelse", "finalbody"):
                inner = getattr(node, part, [])
                waiting[:0] = inner if isinstance(inner, list) else []
