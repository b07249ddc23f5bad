"""What an exercise forbids, found in its syntax tree.

Where a convolutional layer is the exercise, `nn.conv2d` is not an answer. The notebook
tells the reader, and the judge enforces the same rule. It does not stop someone who
hides what they call; that is what the sandbox is for.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from helpers.checks.stand_in import names_of

_USUAL_NAMES = {"np": "numpy", "plt": "matplotlib.pyplot"}
_LONGEST = 20  # names with more dots are left alone: each part is looked at by itself


def _parsed(source: str) -> ast.Module:
    """The tree of a piece of code; an empty one where it does not parse."""
    try:
        return ast.parse(textwrap.dedent(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


@dataclass(frozen=True)
class UsedNames:
    """The names in a piece of code that come from outside of it.

    Attributes:
        aliases: of what it imports or renames, such as `"np"` for `"numpy"`.
        dotted: names as they are written, such as `"np.convolve"`.
        everything: modules of which it imports everything.
    """

    aliases: dict[str, str] = field(default_factory=dict)
    dotted: frozenset[str] = frozenset()
    everything: frozenset[str] = frozenset()


def joined(several: Iterable[UsedNames]) -> UsedNames:
    """The names in several pieces of code."""
    aliases: dict[str, str] = {}
    dotted: set[str] = set()
    everything: set[str] = set()
    for used in several:
        aliases |= used.aliases
        dotted |= used.dotted
        everything |= used.everything
    return UsedNames(aliases, frozenset(dotted), frozenset(everything))


def used_names(tree: ast.AST) -> UsedNames:
    """The names in a syntax tree, however deep it is.

    What a function calls its arguments and variables says nothing about the names
    outside of it, so they are left out.
    """
    aliases, dotted, everything, local = {}, set(), set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            aliases |= {n.asname: n.name for n in node.names if n.asname}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                aliases[name.asname or name.name] = f"{node.module}.{name.name}"
                if name.name == "*":
                    everything.add(node.module)
        elif isinstance(node, ast.arg):
            local.add(node.arg)
        elif isinstance(node, ast.Assign) and (value := _dotted(node.value)):
            renamed = [t.id for t in node.targets if isinstance(t, ast.Name)]
            aliases |= {name: value for name in renamed if name != value}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            local.add(node.id)
        elif name := _dotted(node):
            dotted.add(name)
    local -= aliases.keys()
    outside = {name for name in dotted if name.partition(".")[0] not in local}
    return UsedNames(aliases, frozenset(outside), frozenset(everything))


def forbidden_among(used: UsedNames, forbid: Iterable[str]) -> list[str]:
    """Which of the dotted names in `forbid` are used.

    Args:
        used: the names in some code.
        forbid: names such as `"np.convolve"` or `"scipy"`; a name forbids what lies
            below it as well.

    Returns:
        The forbidden names that are used, in the order of `forbid`.
    """
    aliases = _USUAL_NAMES | used.aliases
    full = set()
    for dotted in used.dotted:
        for _ in range(_LONGEST):  # one may be an alias of another
            full.add(dotted)
            head, _, rest = dotted.partition(".")
            if head not in aliases:
                break
            dotted = ".".join(filter(None, (aliases[head], rest)))
    full |= {f"{module}.{name}" for module in used.everything for name in full}
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


def forbidden_in(function: Callable, forbid: Iterable[str]) -> list[str]:
    """Which of the dotted names in `forbid` a function uses, or is itself.

    Modules, and what was imported from them, go by the names that they have where the
    function was written.
    """
    itself = UsedNames(dotted=frozenset({_full_name(function)}))
    inside = used_names(_parsed(source_of(function)))
    around = names_of(function)
    heads = {name.partition(".")[0] for name in inside.dotted} & around.keys()
    found = {head: _full_name(around[head]) for head in heads}
    aliases = {head: name for head, name in found.items() if name}
    used = joined([UsedNames(aliases=aliases), inside, itself])
    return forbidden_among(used, forbid)


def _full_name(value: object) -> str:
    """A module's, function's or class's name; empty for what has none of its own."""
    if inspect.ismodule(value):
        return value.__name__
    parts = [getattr(value, part, None) for part in ("__module__", "__qualname__")]
    return ".".join(parts) if all(isinstance(part, str) for part in parts) else ""


def source_of(function: Callable) -> str:
    """The code of a function, or an empty string where it is not to be had."""
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return ""


def complaint(names: list[str]) -> str:
    """What to say about forbidden names, without a full stop at the end."""
    listed = " and ".join(f"`{name}`" for name in names)
    return f"{listed} does the exercise for you; write it without"
