"""What an exercise may not use, found in its syntax tree.

Where convolution is the exercise, `np.convolve` is no answer. This is a kind word to
the reader and a rule of the judge; it is no protection against somebody who hides
what he calls. That is the sandbox's work.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_USUAL_NAMES = {"np": "numpy", "plt": "matplotlib.pyplot"}
_LONGEST = 20  # names with more dots are left alone: each part is looked at by itself


def forbidden_names(source: str, forbid: Iterable[str]) -> list[str]:
    """Which of the dotted names in `forbid` a piece of code uses.

    Args:
        source: Python code; code that does not parse uses nothing.
        forbid: names such as `"np.convolve"` or `"scipy"`; a name forbids what lies
            below it as well.

    Returns:
        The forbidden names that are used, in the order of `forbid`.
    """
    try:
        tree = ast.parse(textwrap.dedent(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return forbidden_among(used_names(tree), forbid)


@dataclass(frozen=True)
class UsedNames:
    """The names in a piece of code.

    Attributes:
        aliases: of what it imports, such as `"np"` for `"numpy"`.
        dotted: names as they are written, such as `"np.convolve"`.
    """

    aliases: dict[str, str]
    dotted: frozenset[str]


def used_names(tree: ast.AST) -> UsedNames:
    """The names in a syntax tree, however deep it is."""
    aliases, dotted = {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            aliases |= {n.asname: n.name for n in node.names if n.asname}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                aliases[name.asname or name.name] = f"{node.module}.{name.name}"
        elif name := _dotted(node):
            dotted.add(name)
    return UsedNames(aliases, frozenset(dotted))


def forbidden_among(used: UsedNames, forbid: Iterable[str]) -> list[str]:
    """Which of the dotted names in `forbid` are used; see `forbidden_names`."""
    aliases = _USUAL_NAMES | used.aliases
    full = set()
    for dotted in used.dotted:
        head, _, rest = dotted.partition(".")
        head = aliases.get(head, head)
        full.add(f"{head}.{rest}" if rest else head)
    return [name for name in forbid if _is_used(name, full)]


def _is_used(name: str, used: set[str]) -> bool:
    head, _, rest = name.partition(".")
    full = ".".join(filter(None, (_USUAL_NAMES.get(head, head), rest)))
    return any(one == full or one.startswith(full + ".") for one in used)


def _dotted(node: ast.AST) -> str:
    """`np.linalg.norm` for the node that spells it, else an empty string."""
    parts = []
    while isinstance(node, ast.Attribute) and len(parts) < _LONGEST:
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def source_of(function: Callable) -> str:
    """The code of a function, or an empty string where it is not to be had."""
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return ""


def complaint(names: list[str]) -> str:
    """What to say about forbidden names."""
    listed = " and ".join(f"`{name}`" for name in names)
    return f"{listed} does the exercise for you; write it without."
