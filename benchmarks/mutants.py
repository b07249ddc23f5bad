"""Wrong versions of a function, made mechanically from its syntax tree.

Each `Mutant` differs from the right function in one place and carries a label that
says what kind of slip it is. `first_seen` in some of them stands for a name that holds
what it held in the first call: a global of the notebook, a size written as a number.
"""

from __future__ import annotations

import ast
import copy
import inspect
import linecache
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from helpers.checks.mutations import alternatives, in_message, parents_of


@dataclass(frozen=True)
class Mutant:
    """A wrong version.

    Attributes:
        label: what kind of slip it is.
        change: the change in one line, for a reader.
        line: the statement that was changed, as it is now.
        writes: names that this statement assigns.
        code: the whole function.
        name: of the function.
    """

    label: str
    change: str
    line: str
    writes: frozenset[str]
    code: str
    name: str

    def function(self, names: dict, values: dict) -> Callable:
        """The wrong function.

        Args:
            names: its globals.
            values: arguments of an earlier call, that the notebook still holds.
        """
        where = f"<mutant {abs(hash(self.code))}>"
        lines = self.code.splitlines(True)
        linecache.cache[where] = (len(self.code), None, lines, where)
        scope = dict(names) | {"first_seen": FirstSeen(), "spoil": spoil}
        if self.label == "stale":
            scope |= copy.deepcopy(values)
        exec(compile(self.code, where, "exec"), scope)
        return scope[self.name]


class FirstSeen:
    """Holds on to the first value it is given under each name."""

    def __init__(self) -> None:
        self._values: dict = {}

    def __call__(self, name: str, value):
        """The first value given under this name."""
        if name not in self._values:
            self._values[name] = copy.deepcopy(value)
        return copy.deepcopy(self._values[name])


def spoil(value) -> None:
    """Change an argument in place, if it can be."""
    if isinstance(value, np.ndarray) and value.size and value.flags.writeable:
        value.flat[0] = 3 if value.flat[0] != 3 else 4
    elif isinstance(value, dict):
        for one in value.values():
            spoil(one)
    elif isinstance(value, list):
        value.reverse()


def mutants(function: Callable, by_position: bool = True) -> list[Mutant]:
    """All wrong versions of a function, or of a class.

    Args:
        function: the right one.
        by_position: its arguments come by position, so that one may be renamed.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    definition = tree.body[0]
    definition.decorator_list = []
    if ast.get_docstring(definition) is not None:
        del definition.body[0]
    found, seen = [], {ast.unparse(tree)}
    for label, change, altered, statement, before in _altered(definition, by_position):
        code = ast.unparse(ast.fix_missing_locations(altered))
        if code in seen or not _compiles(code):
            continue
        seen.add(code)
        line = ast.unparse(statement).splitlines()[0] if statement else ""
        names = _written(statement) | _written(before)
        found.append(Mutant(label, change, line, names, code, definition.name))
    return found


def _written(statement: ast.AST | None) -> frozenset[str]:
    """Names whose values a statement sets, be it by x[i] = … or x.append(…)."""
    if not isinstance(statement, ast.stmt):
        return frozenset()
    names = {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    target = getattr(statement, "targets", [getattr(statement, "target", None)])[0]
    call = getattr(statement, "value", None)
    if isinstance(target, ast.Subscript):
        names |= {n.id for n in ast.walk(target.value) if isinstance(n, ast.Name)}
    if isinstance(statement, ast.Expr) and isinstance(call, ast.Call):
        owner = getattr(call.func, "value", None)
        names |= {owner.id} if isinstance(owner, ast.Name) else set()
    return frozenset(names - {"np", "nn"})


def _compiles(code: str) -> bool:
    try:
        compile(code, "<mutant>", "exec")
    except SyntaxError:
        return False
    return True


def _altered(definition: ast.FunctionDef, by_position: bool) -> Iterator[tuple]:
    """Label, description, whole tree, changed statement, node before the change."""
    parents = parents_of(definition)
    signatures = [n for n in ast.walk(definition) if isinstance(n, ast.arguments)]
    ignored = {id(n) for one in signatures for n in ast.walk(one)}
    order = list(ast.walk(definition))
    for place, node in enumerate(order):
        if id(node) in ignored or in_message(node, parents):
            continue
        for label, new in alternatives(node, parents):
            twin = copy.deepcopy(definition)
            target = list(ast.walk(twin))[place]
            swap = _Swap(target, copy.deepcopy(new))
            swap.visit(twin)
            before, after = _text(node), _text(new)
            yield label, f"`{before}` → `{after}`", twin, swap.statement, node
    if isinstance(definition, ast.FunctionDef):
        yield from _whole(definition, by_position)


def _whole(definition: ast.FunctionDef, by_position: bool) -> Iterator[tuple]:
    """Alterations of the function as a whole: stale and spoiled arguments."""
    for argument in definition.args.args:
        name = argument.arg
        twin = copy.deepcopy(definition)
        if by_position:  # a variable of the notebook in place of the argument
            index = definition.args.args.index(argument)
            twin.args.args[index].arg = f"_{name}"
        else:
            twin.body[:0] = ast.parse(f"{name} = first_seen({name!r}, {name})").body
        written = ast.parse(f"{name} = 0").body[0]
        yield "stale", f"`{name}` is that of the first call", twin, written, None
        twin = copy.deepcopy(definition)
        spoiling = ast.parse(f"spoil({name})").body
        twin.body = [ast.Try(twin.body, [], [], spoiling)]
        yield "aliasing", f"`{name}` is changed", twin, None, None


class _Swap(ast.NodeTransformer):
    """Puts one node in another's place, and remembers the statement it is in."""

    def __init__(self, target: ast.AST, new: ast.AST | None) -> None:
        self.target, self.new = target, new
        self.statement: ast.stmt | None = None

    def visit(self, node: ast.AST) -> ast.AST | None:
        if node is self.target:
            if isinstance(node, ast.stmt):
                self.statement = self.new
            return self.new
        done = self.generic_visit(node)
        inside = any(self.new is n for n in ast.walk(done))
        if isinstance(done, ast.stmt) and self.statement is None and inside:
            self.statement = done
        return done


def _text(node: ast.AST) -> str:
    text = " ".join(ast.unparse(ast.fix_missing_locations(node)).split())
    return text if len(text) <= 60 else text[:57] + "…"
