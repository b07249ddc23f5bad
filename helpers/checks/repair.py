"""Find the line of a wrong function that one small change would correct.

The function's syntax tree is changed in one place at a time and run on the visible
cases. If a changed version is right in every case, and no change to any other line has
that effect, the message names the line and the kind of mistake, but not the change.
Everything is done on copies and within a time limit. Because a changed version may loop
forever, loops and calls check the clock.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import math
import sys
import textwrap
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType, FunctionType

from helpers.checks.mutations import alternatives, in_message, parents_of

SECONDS = 0.35  # of processor time for the whole search
PATIENCE = 0.7  # by the clock, for a reader on a busy machine
_DRAWING = {"plt", "plots", "open", "input", "exec", "eval"}
_WORDS = {
    "sign": "look at the signs",
    "term": "look at what is added or subtracted",
    "factor": "look at what is multiplied or divided",
    "operation": "look at the operations",
    "constant": "look at the numbers",
    "power": "look at powers and roots",
    "axis": "look at the axis",
    "shape": "look at the shape that comes about",
    "transpose": "look at what is transposed",
    "index": "is an index or a bound off by one?",
    "length": "which length is needed there?",
    "condition": "look at the condition",
    "limits": "look at the limits",
    "switch": "look at what is True or False",
    "boundary": "what should happen where both sides are equal?",
    "extreme": "is the largest or the smallest needed?",
    "initial": "what should be there at the start?",
    "rounding": "look at the rounding",
    "aliasing": "look at what is copied",
    "arguments": "look at what comes first and what second",
    "return order": "look at the order of what is returned",
    "statement": "does it belong there?",
    "order": "look at the order",
    "accumulation": "should it add up or replace?",
    "name": "one name in it should be another",
}


class _Over(BaseException):
    """The time is up, in the middle of a loop or of a call."""


def line_to_repair(function: Callable, right: Callable[[Callable], bool]) -> str:
    """One sentence about the line that one change would mend, or an empty string.

    Args:
        function: what the reader wrote; left as it is.
        right: whether a version of it is right in all visible cases. It should look
            at the case first that was wrong.
    """
    tree = _tree_of(function)
    if tree is None:
        return ""
    lines = _source(function).splitlines()
    clock = _Clock()
    scope = dict(function.__globals__) | {"_tick": clock.tick}
    definition = tree.body[0]
    _watch_loops(definition)
    ast.fix_missing_locations(tree)
    search = _Search()
    with clock:
        for find, label, line in _versions(definition):
            if search.decided(find in _SLIPS):
                break
            if find is _other_names and search.found:
                continue  # another name goes round the faulty line; that is no rival
            clock.tick()
            try:
                exec(compile(tree, "<mended>", "exec"), scope)
                mended = right(scope[definition.name])
            except (SyntaxError, ValueError, TypeError):
                continue  # what came was no Python, or could not be compared
            if mended:
                search.found.setdefault(line, set()).add(label)
        else:
            search.slips_done = search.all_done = True
    if not search.is_certain:
        return ""
    [(line, labels)] = search.found.items()
    return _said(labels, lines[line - 1].strip())


@dataclass
class _Search:
    """What was found so far, and how much of what could be tried was tried.

    A slip of the pen, such as a sign, is likelier than something that was left out. So
    a line that undoing a slip would mend is told even if the time does not last to try
    all factors and terms in the others.
    """

    found: dict[int, set[str]] = field(default_factory=dict)  # line → labels
    slips_done: bool = False
    all_done: bool = False

    def decided(self, is_slip: bool) -> bool:
        """Whether nothing that is still to be tried would change what is told."""
        if not is_slip and not self.slips_done:
            self.slips_done = True
            self.all_done = bool(self.found)
        return len(self.found) > 1

    @property
    def is_certain(self) -> bool:
        """Whether one line is left, and no likelier one was left untried."""
        return len(self.found) == 1 and self.all_done


class _Clock:
    """Ends the block it is put around, and everything called there, when time is up."""

    EVENTS = 100  # calls between two looks at the clock

    def __init__(self) -> None:
        now = time.perf_counter()
        self._deadline = time.process_time() + SECONDS
        self._late = now + PATIENCE
        self._next = now + SECONDS
        self._left: float = self.EVENTS
        self._kept = contextlib.ExitStack()

    def __enter__(self) -> None:
        # What was cut short may not have put back the output or the warnings.
        self._kept.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")  # nobody wrote what is tried here
        self._kept.enter_context(contextlib.redirect_stdout(sys.stdout))
        self._kept.callback(sys.setprofile, sys.getprofile())
        sys.setprofile(self._event)

    def __exit__(self, kind: type | None, *_) -> bool:
        self._kept.close()
        return kind is _Over

    def tick(self) -> None:
        """Look at the clock.

        Raises:
            _Over: the time is up.
        """
        now = time.perf_counter()
        if now < self._next:
            return
        # To ask for processor time takes long; it passes no faster than the clock.
        left = self._deadline - time.process_time()
        if left <= 0 or now > self._late:
            self._left = math.inf  # nothing on the way out is to be cut short
            raise _Over
        self._next = min(now + left, self._late)

    def _event(self, frame: FrameType, event: str, _) -> None:
        self._left -= 1
        if self._left <= 0 and event.endswith("call") and not _is_leaving(frame):
            self._left = self.EVENTS
            self.tick()


def _is_leaving(frame: FrameType) -> bool:
    """Whether a `with` or a generator may be ending, which must not be cut short."""
    if frame.f_code.co_flags & inspect.CO_GENERATOR:
        return True
    above: FrameType | None = frame
    while above is not None:
        if above.f_code.co_name == "__exit__":
            return True
        above = above.f_back
    return False


def _said(labels: set[str], line: str) -> str:
    """The line, and what to look at where only one kind of change would do."""
    words = _WORDS.get(min(labels), "") if len(labels) == 1 else ""
    more = f": {words}" if words else ""
    stop = "" if words.endswith("?") else "."
    return f"One change in the line `{line[:120]}` makes every case right{more}{stop}"


def _source(function: Callable) -> str:
    return textwrap.dedent(inspect.getsource(function))


def _tree_of(function: Callable) -> ast.Module | None:
    """The syntax tree, or `None` where altering and running it is no good idea."""
    if not isinstance(function, FunctionType) or function.__closure__:
        return None
    if _DRAWING & set(function.__code__.co_names):
        return None
    definition = definition_of(function)
    if definition is None:
        return None
    definition.decorator_list = []
    return ast.Module([definition], [])


def definition_of(function: Callable) -> ast.FunctionDef | None:
    """The definition of a function in its syntax tree, where its text is at hand."""
    if not isinstance(function, FunctionType):
        return None
    try:
        tree = ast.parse(_source(function))
    except (OSError, TypeError, SyntaxError):
        return None
    usable = len(tree.body) == 1 and isinstance(tree.body[0], ast.FunctionDef)
    if not usable or tree.body[0].name != function.__name__:
        return None
    return tree.body[0]


def _watch_loops(definition: ast.FunctionDef) -> None:
    """Have every loop look at the clock: an altered one may never end."""
    for node in ast.walk(definition):
        if isinstance(node, (ast.For, ast.While)):
            node.body.insert(0, ast.parse("_tick()").body[0])


def _versions(definition: ast.FunctionDef) -> Iterator[tuple[Callable, str, int]]:
    """Alter the tree in place, say how and where, and put it back.

    Yields:
        What found it (`_SLIPS` come first), its label, and the line.
    """
    parents = parents_of(definition)
    ignored = {id(node) for node in ast.walk(definition.args)}
    places = [
        node
        for statement in definition.body
        for node in ast.walk(statement)
        if id(node) not in ignored and not in_message(node, parents)
    ]
    scope = _names(definition)
    tested = _tested(definition)
    for find in (alternatives, _missing, _other_names, _insertions):
        for node in places:
            if not hasattr(node, "lineno") or _is_tick(node):
                continue
            given = scope if find in (_other_names, _insertions) else parents
            for label, new in find(node, given):
                ast.fix_missing_locations(ast.copy_location(new, node))
                with _Swapped(node, new, parents[node]):
                    if not _holds_itself(parents[node], parents):
                        if find is _insertions and node in tested:
                            label = "condition"
                        yield find, label, node.lineno


def _tested(definition: ast.FunctionDef) -> set[ast.AST]:
    """Everything in conditions: a factor more is no factor there."""
    return {
        part
        for node in ast.walk(definition)
        if isinstance(node, (ast.If, ast.IfExp, ast.While, ast.comprehension))
        for test in (node.ifs if isinstance(node, ast.comprehension) else [node.test])
        for part in ast.walk(test)
    } | {
        part
        for node in ast.walk(definition)
        if isinstance(node, (ast.Compare, ast.BoolOp))
        for part in ast.walk(node)
    }


def _holds_itself(node: ast.AST, parents: dict) -> bool:
    """Whether it is `x.append(x)`, which makes a list without an end."""
    call = node if isinstance(node, ast.Call) else parents.get(node)
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return False
    owner = getattr(call.func.value, "id", None)
    return owner in [arg.id for arg in call.args if isinstance(arg, ast.Name)]


def _is_tick(node: ast.AST) -> bool:
    call = node.value if isinstance(node, ast.Expr) else node
    function = call.func if isinstance(call, ast.Call) else call
    return isinstance(function, ast.Name) and function.id == "_tick"


class _Swapped:
    """One node in another's place, for as long as it lasts."""

    def __init__(self, node: ast.AST, new: ast.AST, parent: ast.AST) -> None:
        self.node, self.new, self.parent = node, new, parent

    def __enter__(self) -> None:
        self._put(self.node, self.new)

    def __exit__(self, *_) -> None:
        self._put(self.new, self.node)

    def _put(self, old: ast.AST, new: ast.AST) -> None:
        for part, value in ast.iter_fields(self.parent):
            if value is old:
                setattr(self.parent, part, new)
                return
            if isinstance(value, list):
                for i, item in enumerate(value):
                    if item is old:
                        value[i] = new
                        return


def _names(definition: ast.FunctionDef) -> list[str]:
    """Arguments and local variables, those that are read first."""
    found = [argument.arg for argument in definition.args.args]
    found += [
        node.id
        for node in ast.walk(definition)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    return list(dict.fromkeys(found))


_REDUCING = {"sum", "mean", "max", "min", "argmax", "argmin", "norm", "std", "var"}


def _missing(node: ast.AST, parents: dict) -> Iterator[tuple[str, ast.AST]]:
    """What may be left out: a minus, an axis, keepdims, a transpose, a round."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "range":
        one, args, last = ast.Constant(1), node.args, min(len(node.args), 2) - 1
        longer = ast.BinOp(args[last], ast.Add(), one)
        yield (
            "index",
            ast.Call(node.func, [*args[:last], longer, *args[last + 1 :]], []),
        )
        if last:
            sooner = ast.BinOp(args[0], ast.Sub(), one)
            yield "index", ast.Call(node.func, [sooner, *args[1:]], [])
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        given = {keyword.arg for keyword in node.keywords}
        if name in _REDUCING and "keepdims" not in given and "axis" in given:
            keep = ast.keyword("keepdims", ast.Constant(True))
            yield "shape", ast.Call(node.func, node.args, [*node.keywords, keep])
        if name in _REDUCING and "axis" not in given:
            for axis in (0, 1):
                along = ast.keyword("axis", ast.Constant(axis))
                yield "axis", ast.Call(node.func, node.args, [*node.keywords, along])
    if not _is_value(node):
        return
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        yield "power", ast.BinOp(node.left, ast.Pow(), node.right)
    parent = parents[node]
    yield "sign", ast.UnaryOp(ast.USub(), node)
    product = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult)
    dot = isinstance(parent, ast.Call) and getattr(parent.func, "attr", "") in _DOT
    if product or dot:
        yield "transpose", ast.Attribute(node, "T", ast.Load())


_DOT = {"dot", "matmul"}


def _is_value(node: ast.AST) -> bool:
    """Whether a node is a number or an array that is read."""
    return isinstance(
        node, (ast.Name, ast.BinOp, ast.Call, ast.Attribute, ast.Subscript)
    ) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def _other_names(node: ast.AST, names: list[str]) -> Iterator[tuple[str, ast.AST]]:
    read = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    if read and node.id in names:
        for name in names:
            if name != node.id:
                yield "name", ast.Name(name, ast.Load())


def _insertions(node: ast.AST, names: list[str]) -> Iterator[tuple[str, ast.AST]]:
    """A factor or a term more."""
    if not _is_value(node) or isinstance(node, ast.Attribute):
        return
    one = ast.Constant(1)
    yield "term", ast.BinOp(one, ast.Sub(), node)
    yield "term", ast.BinOp(one, ast.Add(), node)
    yield "factor", ast.BinOp(one, ast.Div(), node)
    yield "power", ast.BinOp(node, ast.Pow(), ast.Constant(2))
    yield "factor", ast.BinOp(ast.Constant(2), ast.Mult(), node)
    yield "factor", ast.BinOp(node, ast.Div(), ast.Constant(2))
    if isinstance(node, ast.Name) and node.id not in names:
        return
    for name in names:
        other = ast.Name(name, ast.Load())
        for label, operation in _MORE:
            yield label, ast.BinOp(node, operation, other)


_MORE = (
    ("factor", ast.Mult()),
    ("factor", ast.Div()),
    ("term", ast.Add()),
    ("term", ast.Sub()),
)
_SLIPS = (alternatives, _missing)
