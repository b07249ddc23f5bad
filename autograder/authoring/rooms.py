"""The rooms of the grader and which of them use which, found in their imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from autograder.paths import ROOT

PAGE = ROOT / "docs" / "architecture.md"
BEGIN = "<!-- drawn by `autograder map` -->"
END = "<!-- end of the drawing -->"
SPLIT = "sandbox"  # its two halves are rooms of their own
_TYPING = "TYPE_CHECKING"


def rooms() -> list[str]:
    """Names of all rooms: `helpers`, and the packages of the grader."""
    top = ROOT / "autograder"
    found = sorted(p.parent.name for p in top.glob("*/__init__.py"))
    halves = sorted(f"{SPLIT}.{p.parent.name}" for p in (top / SPLIT).glob("*/*init*"))
    return ["helpers", *(name for name in found if name != SPLIT), *halves]


def uses() -> dict[str, set[str]]:
    """Room → the rooms that its modules import, anywhere in their code."""
    known = rooms()
    found: dict[str, set[str]] = {name: set() for name in known}
    for folder in (ROOT / "helpers", ROOT / "autograder"):
        for path in sorted(folder.rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            room = _room_of(module, known)
            for name in imports(path) if room else ():
                if (other := _room_of(name, known)) and other != room:
                    found[room].add(other)
    return found


def imports(path: Path) -> Iterator[str]:
    """Dotted names that a file imports; those for type checkers do not count."""
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == _TYPING:
            waiting += node.orelse
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _room_of(name: str, known: list[str]) -> str:
    """The room that a dotted name lies in; empty for what lies in none."""
    parts = name.removeprefix("autograder.").split(".")
    for room in (".".join(parts[:2]), parts[0]):
        if room in known and (room == "helpers") != name.startswith("autograder."):
            return room
    return ""


def order() -> list[str]:
    """The rooms, each after those that it uses.

    Raises:
        ValueError: some use each other in a circle; the message names them.
    """
    left, placed = uses(), []
    while left:
        ready = sorted(room for room, used in left.items() if used <= {*placed})
        if not ready:
            raise ValueError(f"These rooms use each other in a circle: {sorted(left)}.")
        placed += ready
        left = {room: used for room, used in left.items() if room not in ready}
    return placed


def drawing() -> str:
    """The rooms as a Mermaid diagram; an arrow that others imply is left out."""
    graph, lines = uses(), ["```mermaid", "flowchart TD"]
    below: dict[str, set[str]] = {}
    for room in order():
        below[room] = graph[room].union(*(below[used] for used in graph[room]))
    for room in reversed(order()):
        direct = graph[room]
        implied = set().union(*(below[used] for used in direct))
        lines += [
            f"    {_id(room)}[{room}] --> {_id(used)}[{used}]"
            for used in sorted(direct - implied)
        ]
    return "\n".join([*lines, "```"])


def _id(room: str) -> str:
    return room.replace(".", "_")


def written() -> dict[Path, str]:
    """The page with the current drawing."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return {PAGE: f"{before}{BEGIN}\n{drawing()}\n{END}{after}"}
