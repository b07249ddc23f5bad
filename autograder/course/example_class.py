"""A small example class for C1W2, made from the sources.

It contains correct, wrong, partial and broken submissions.
"""

from __future__ import annotations

import inspect
import re
import shutil
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat

from autograder import checks
from autograder.authoring import build, solve
from autograder.checks import check
from helpers.checks.globals import globals_read

LAB = "C1W2"
CHECKS = f"{checks.__name__}."


def notebooks() -> Iterator[tuple[str, str]]:
    """Students and the content of their notebooks, one for each type of outcome."""
    right = solve.reference_cells(LAB)
    yield "full", build.serialize(solve.solved(LAB))
    yield "untouched", build.serialize(build.release_notebook(LAB))
    some = dict(list(right.items())[: len(right) // 2])
    yield "partial", build.serialize(solve.filled(LAB, some))
    yield (
        "crashing",
        build.serialize(
            solve.solved(
                LAB, sigmoid="def sigmoid(x):\n    return 1 / undefined_name\n"
            )
        ),
    )
    yield (
        "wrong-arguments",
        build.serialize(
            solve.solved(LAB, predict="def predict(w, b):\n    return w\n")
        ),
    )
    for exercise in ("sigmoid", "propagate", "predict"):
        one = check.load(LAB).checks[exercise]
        mistake = one.mistakes[0]
        changed = {exercise: mistaken(one, mistake)}
        yield f"wrong-{exercise}", build.serialize(solve.solved(LAB, **changed))
    yield "no-check-cells", build.serialize(_without_checks())
    yield "not-a-notebook", "This is not JSON.\n"


def mistaken(one: check.Check, mistake: check.Mistake) -> str:
    """A cell that makes a known mistake."""
    return written_as(one, mistake.function)


def written_as(one: check.Check, function: Callable) -> str:
    """A cell with another version of an exercise: a mistake or a correct variant.

    Everything it needs is included: helper functions from the checks, and the correct
    version under another name. Other exercises that it calls are the student's own.

    Args:
        one: the check it belongs to.
        function: the version.

    Raises:
        ValueError: it cannot be written as a cell, for instance if it is a closure.
    """
    right = solve.reference_cells(one.lab.name)[one.name]
    parts = [
        re.sub(
            rf"^(def|class) {one.name}\b",
            rf"\1 right_{one.name}",
            right,
            count=1,
            flags=re.MULTILINE,
        )
    ]
    helpers = _helpers(function, frozenset(one.lab.checks))
    parts += _surroundings([function, *helpers])
    parts += map(_definition, helpers)
    code = re.sub(rf"\b{function.__name__}\b", one.name, _definition(function))
    closed = getattr(function, "__closure__", None)
    if closed or not re.match(rf"(def|class) {one.name}\b", code):
        raise ValueError(f"{function.__name__} cannot be written as a cell")
    text = "\n\n\n".join([*parts, code])
    text = re.sub(rf"\bref\.{one.name}\b", f"right_{one.name}", text)
    text = text.replace("ref.", "")
    return re.sub(r"^ *(\w+) = \1$\n", "", text, flags=re.MULTILINE)  # x = ref.x


def _helpers(function: Callable, exercises: frozenset[str]) -> list[Callable]:
    """Functions and classes of the checks that it uses, each after those it uses."""
    module, found = inspect.getmodule(function), []
    for name in _names(function):
        other = None if name in exercises else getattr(module, name, None)
        code = inspect.isfunction(other) or inspect.isclass(other)
        ours = code and other.__module__.startswith(CHECKS)
        if ours and other is not function and other not in found:
            for one in (*_helpers(other, exercises), other):
                if one not in found:
                    found.append(one)
    return found


def _surroundings(functions: list[Callable]) -> list[str]:
    """Imports and constants of their modules that functions mention, as code."""
    found: dict[str, None] = {}  # a set in the order in which they are mentioned
    for function in functions:
        module = inspect.getmodule(function)
        for name in _names(function):
            value = None if name.startswith("__") else getattr(module, name, None)
            if inspect.ismodule(value):
                found[f"import {value.__name__} as {name}"] = None
            elif isinstance(value, int | float | str | tuple | list | dict | set):
                found[f"{name} = {value!r}"] = None
            elif callable(value) and not _own(value):
                found[f"from {value.__module__} import {name}"] = None
    return ["\n".join(found)] if found else []


def _own(value: Callable) -> bool:
    """Whether something belongs to the grader, which students do not have."""
    return (getattr(value, "__module__", None) or "autograder").startswith("autograder")


def _names(function: Callable) -> list[str]:
    """Global names that a definition mentions, in defaults and base classes as well."""
    return list(globals_read(compile(_definition(function), "cell", "exec")))


def _definition(function: Callable) -> str:
    code = textwrap.dedent(inspect.getsource(function))
    return code[code.index("class " if inspect.isclass(function) else "def ") :]


def write(folder: Path) -> list[str]:
    """Hand in the class's work as nbgrader expects it; returns the students' names.

    Args:
        folder: the course's folder; its `submitted/` is rewritten.
    """
    name = build.released_path(LAB).name
    shutil.rmtree(folder / "submitted", ignore_errors=True)
    students = []
    for student, text in notebooks():
        path = folder / "submitted" / student / LAB / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        students.append(student)
    return students


def _without_checks() -> nbformat.NotebookNode:
    notebook = solve.solved(LAB)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if not cell.metadata.get("nbgrader", {}).get("locked")
    ]
    return notebook
