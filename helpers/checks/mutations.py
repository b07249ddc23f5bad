"""Mutations of a function, one change at a time: a sign, an axis, a bound.

`repair` uses them to find the line to correct; the benchmarks use them as wrong
versions. Each has a label that says what kind of change it is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

_SIGN = {ast.Add: ast.Sub, ast.Sub: ast.Add}
_OPERATION = {
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
}
_BOUNDARY = {ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Lt: ast.LtE, ast.LtE: ast.Lt}
_REVERSED = {
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_OTHER_NAME = {
    "sum": ("factor", "mean"),
    "mean": ("factor", "sum"),
    "max": ("extreme", "min"),
    "min": ("extreme", "max"),
    "maximum": ("extreme", "minimum"),
    "minimum": ("extreme", "maximum"),
    "argmax": ("extreme", "argmin"),
    "argmin": ("extreme", "argmax"),
    "zeros": ("initial", "ones"),
    "ones": ("initial", "zeros"),
    "zeros_like": ("initial", "ones_like"),
    "ones_like": ("initial", "zeros_like"),
    "floor": ("rounding", "ceil"),
    "ceil": ("rounding", "floor"),
    "log": ("factor", "log10"),
    "log10": ("factor", "log"),
    "log2": ("factor", "log"),
    "hstack": ("axis", "vstack"),
    "vstack": ("axis", "hstack"),
    "any": ("condition", "all"),
    "all": ("condition", "any"),
}
_DROPPED = {
    "copy": "aliasing",
    "deepcopy": "aliasing",
    "sqrt": "power",
    "square": "power",
    "abs": "sign",
    "absolute": "sign",
    "transpose": "transpose",
    "swapaxes": "transpose",
    "reshape": "shape",
    "ravel": "shape",
    "flatten": "shape",
    "squeeze": "shape",
    "expand_dims": "shape",
    "clip": "limits",
    "reversed": "order",
    "sorted": "order",
    "int": "rounding",
    "round": "rounding",
    "astype": "rounding",
}
_SHAPING = {"reshape", "zeros", "ones", "full", "transpose", "empty", "broadcast_to"}


def _name(function: ast.expr) -> str:
    """The last part of a dotted name."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def parents_of(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    """The parent of each node of a tree."""
    return {
        child: parent
        for parent in ast.walk(tree)
        for child in ast.iter_child_nodes(parent)
    }


def in_message(node: ast.AST, parents: dict) -> bool:
    """Whether a node belongs to what is raised, printed or drawn as text."""
    while node is not None:
        if isinstance(node, (ast.Raise, ast.JoinedStr)):
            return True
        printing = isinstance(node, ast.Call) and _name(node.func) == "print"
        if printing:
            return True
        node = parents.get(node)
    return False


def alternatives(
    node: ast.AST, parents: dict[ast.AST, ast.AST]
) -> Iterator[tuple[str, ast.AST]]:
    """What could stand in the place of a node: the label of the slip, the new node."""
    handlers = {
        ast.BinOp: _of_operation,
        ast.Compare: _of_comparison,
        ast.BoolOp: _of_and_or,
        ast.UnaryOp: _of_unary,
        ast.Constant: _of_constant,
        ast.Call: _of_call,
        ast.Attribute: _of_attribute,
        ast.Subscript: _of_subscript,
        ast.Slice: _of_slice,
        ast.Return: _of_return,
        ast.IfExp: _of_choice,
        ast.If: _of_if,
        ast.AugAssign: _of_update,
        ast.Assign: _of_assignment,
        ast.Expr: _of_expression,
    }
    handler = handlers.get(type(node))
    return handler(node, parents) if handler else iter(())


def _of_operation(node: ast.BinOp, parents: dict) -> Iterator[tuple[str, ast.AST]]:
    kind, left, right = type(node.op), node.left, node.right
    if any(isinstance(x, (ast.List, ast.JoinedStr)) for x in (left, right)):
        return  # lists and texts joined
    index = _is_index(node, parents)
    if kind in _SIGN:
        label = "index" if index else "sign"
        yield label, ast.BinOp(left, _SIGN[kind](), right)
        yield "index" if index else "term", left
        if kind is ast.Add:
            yield "index" if index else "term", right
        else:
            yield "index" if index else "term", ast.UnaryOp(ast.USub(), right)
            yield label, ast.BinOp(right, ast.Sub(), left)
    if kind in _OPERATION:
        yield "operation", ast.BinOp(left, _OPERATION[kind](), right)
    if kind is ast.Mult:
        yield "factor", left
        yield "factor", right
    if kind in (ast.Div, ast.FloorDiv):
        yield "factor", left
    if kind in (ast.Div, ast.MatMult):
        yield "arguments", ast.BinOp(right, kind(), left)
    if kind is ast.Pow:
        yield "power", left


def _of_comparison(node: ast.Compare, parents: dict) -> Iterator[tuple[str, ast.AST]]:
    if len(node.ops) > 1:
        return
    kind = type(node.ops[0])
    for label, table in (("boundary", _BOUNDARY), ("condition", _REVERSED)):
        if kind in table:
            yield label, ast.Compare(node.left, [table[kind]()], node.comparators)


def _of_and_or(node: ast.BoolOp, parents: dict) -> Iterator[tuple[str, ast.AST]]:
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield "condition", ast.BoolOp(other, node.values)
    for i in range(len(node.values)):
        rest = node.values[:i] + node.values[i + 1 :]
        yield "condition", rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _of_unary(node: ast.UnaryOp, parents: dict) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.op, ast.Not):
        yield "condition", node.operand
    if isinstance(node.op, ast.USub):
        parent = parents.get(node)
        if _is_axis_of_shape(node, parents):
            label = "length"
        elif _is_index(node, parents):
            label = "index"
        elif isinstance(parent, ast.keyword) and parent.arg == "axis":
            label = "axis"
        else:
            label = "sign"
        yield label, node.operand


def _of_constant(node: ast.Constant, parents: dict) -> Iterator[tuple[str, ast.AST]]:
    value, parent = node.value, parents.get(node)
    keyword = parent.arg if isinstance(parent, ast.keyword) else ""
    if isinstance(value, bool):
        label = "shape" if keyword == "keepdims" else "switch"
        yield label, ast.Constant(not value)
        return
    if not isinstance(value, (int, float)):
        return
    negative = isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.USub)
    above = parents.get(parent) if negative else parent
    if keyword == "axis" or (isinstance(above, ast.keyword) and above.arg == "axis"):
        yield "axis", ast.Constant(1 - value if value in (0, 1) else value - 1)
        return
    label = _constant_label(node, parents)
    if isinstance(value, int):
        yield label, ast.Constant(value + 1)
        if value > 0:
            yield label, ast.Constant(value - 1)
        if value > 1 and label == "constant":
            yield "factor", ast.Constant(2 * value)
    else:
        yield label, ast.Constant(value * (2 if abs(value) >= 1e-4 else 1e4) or 1.0)
        if value:
            yield label, ast.Constant(value / 2 if abs(value) >= 1e-4 else 0.0)


def _constant_label(node: ast.AST, parents: dict) -> str:
    parent = parents.get(node)
    if _is_axis_of_shape(node, parents):
        return "length"
    if _is_index(node, parents):
        return "index"
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow):
        return "power"
    while isinstance(parent, (ast.Tuple, ast.UnaryOp)):
        parent = parents.get(parent)
    if isinstance(parent, ast.Call):
        name = _name(parent.func)
        if name in _SHAPING:
            return "shape"
        if name in ("range", "arange", "linspace"):
            return "index"
    return "constant"


def _is_axis_of_shape(node: ast.AST, parents: dict) -> bool:
    """Whether a number says which length is meant, as in `x.shape[0]`."""
    while isinstance(parents.get(node), ast.UnaryOp):
        node = parents[node]
    parent = parents.get(node)
    return (
        isinstance(parent, ast.Subscript)
        and parent.slice is node
        and isinstance(parent.value, ast.Attribute)
        and parent.value.attr == "shape"
    )


def _is_index(node: ast.AST, parents: dict) -> bool:
    """Whether a number ends up as an index, a bound of a slice or of a range."""
    while isinstance(parents.get(node), (ast.BinOp, ast.UnaryOp, ast.Tuple, ast.Slice)):
        node = parents[node]
    parent = parents.get(node)
    if isinstance(parent, ast.Subscript):
        return parent.slice is node
    return isinstance(parent, ast.Call) and _name(parent.func) == "range"


def _of_call(node: ast.Call, parents: dict) -> Iterator[tuple[str, ast.AST]]:
    name = _name(node.func)
    method = isinstance(node.func, ast.Attribute)
    if name in _OTHER_NAME and (method or name in ("max", "min", "sum", "any", "all")):
        label, other = _OTHER_NAME[name]
        if method:
            function = ast.Attribute(node.func.value, other, ast.Load())
            yield label, ast.Call(function, node.args, node.keywords)
        elif other != "mean":
            function = ast.Name(other, ast.Load())
            yield label, ast.Call(function, node.args, node.keywords)
    if name in _DROPPED:
        inner = _dropped(node)
        if inner is not None:
            yield _DROPPED[name], inner
    if name in ("randn", "standard_normal", "normal"):
        yield "distribution", ast.BinOp(node, ast.Mult(), ast.Constant(2.0))
    for i, keyword in enumerate(node.keywords):
        if keyword.arg in ("axis", "keepdims"):
            rest = node.keywords[:i] + node.keywords[i + 1 :]
            label = "axis" if keyword.arg == "axis" else "shape"
            yield label, ast.Call(node.func, node.args, rest)
    if name == "range":
        yield from _of_range(node)
    elif len(node.args) >= 2 and not any(
        isinstance(a, ast.Starred) for a in node.args[:2]
    ):
        swapped = [node.args[1], node.args[0], *node.args[2:]]
        yield "arguments", ast.Call(node.func, swapped, node.keywords)
    if name == "len":
        yield "size", _held(node)


def _held(node: ast.expr) -> ast.Call:
    """What an expression was in the first call."""
    return ast.Call(
        ast.Name("first_seen", ast.Load()), [ast.Constant(ast.unparse(node)), node], []
    )


def _dropped(node: ast.Call) -> ast.expr | None:
    """What a call works on, to stand in its place."""
    on_value = isinstance(node.func, ast.Attribute) and not (
        isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("np", "copy", "math", "nn")
    )
    if on_value:
        return node.func.value
    return node.args[0] if node.args else None


def _of_range(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    def one_off(expression: ast.expr, by: int) -> ast.expr:
        step = ast.Sub() if by < 0 else ast.Add()
        return ast.BinOp(expression, step, ast.Constant(1))

    args = node.args
    last = 0 if len(args) == 1 else 1
    shorter = [*args[:last], one_off(args[last], -1), *args[last + 1 :]]
    yield "index", ast.Call(node.func, shorter, [])
    if len(args) == 1:
        yield "index", ast.Call(node.func, [ast.Constant(1), *args], [])
    else:
        yield "index", ast.Call(node.func, [one_off(args[0], 1), *args[1:]], [])


def _of_attribute(node: ast.Attribute, parents: dict) -> Iterator[tuple[str, ast.AST]]:
    if node.attr == "T":
        yield "transpose", node.value


def _of_subscript(node: ast.Subscript, parents: dict) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
        if isinstance(node.ctx, ast.Load) and not isinstance(node.slice, ast.Slice):
            yield "size", _held(node)
        return
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for i, part in enumerate(parts):
        if not isinstance(part, (ast.Name, ast.BinOp)):
            continue
        for step in (ast.Add(), ast.Sub()):
            moved = [*parts]
            moved[i] = ast.BinOp(part, step, ast.Constant(1))
            index = ast.Tuple(moved, ast.Load()) if len(parts) > 1 else moved[0]
            yield "index", ast.Subscript(node.value, index, node.ctx)


def _of_slice(node: ast.Slice, parents: dict) -> Iterator[tuple[str, ast.AST]]:
    lower, upper, step = node.lower, node.upper, node.step
    if lower is None and upper is None and step is None:
        return  # a whole axis
    one = ast.Constant(1)
    if lower is None:
        yield "index", ast.Slice(one, upper, step)
    elif not isinstance(lower, ast.Constant):
        yield "index", ast.Slice(ast.BinOp(lower, ast.Add(), one), upper, step)
    if upper is not None and not isinstance(upper, ast.Constant):
        yield "index", ast.Slice(lower, ast.BinOp(upper, ast.Sub(), one), step)
        yield "index", ast.Slice(lower, ast.BinOp(upper, ast.Add(), one), step)
    if upper is None and step is None:
        yield "index", ast.Slice(lower, ast.UnaryOp(ast.USub(), one), step)


def _of_return(node: ast.Return, parents: dict) -> Iterator[tuple[str, ast.AST]]:
    value = node.value
    if isinstance(value, ast.Tuple) and len(value.elts) > 1:
        first, second, *rest = value.elts
        yield "return order", ast.Return(ast.Tuple([second, first, *rest], ast.Load()))
        yield "structure", ast.Return(first)
    if isinstance(value, ast.Dict) and len(value.keys) > 1:
        first, second, *rest = value.values
        swapped = ast.Dict(value.keys, [second, first, *rest])
        yield "return order", ast.Return(swapped)
    if value is not None:
        yield "structure", ast.Return(None)


def _of_choice(node: ast.IfExp, parents: dict) -> Iterator[tuple[str, ast.AST]]:
    yield "condition", ast.IfExp(node.test, node.orelse, node.body)
    yield "condition", node.body
    yield "condition", node.orelse


def _of_if(node: ast.If, parents: dict) -> Iterator[tuple[str, ast.AST]]:
    if any(isinstance(child, ast.Raise) for child in node.body):
        return  # a complaint about arguments that no case gives
    opposite = ast.UnaryOp(ast.Not(), node.test)
    yield "condition", ast.If(opposite, node.body, node.orelse)
    yield "condition", ast.If(ast.Constant(True), node.body, node.orelse)
    yield "condition", ast.If(ast.Constant(False), node.body, node.orelse)


def _of_update(node: ast.AugAssign, parents: dict) -> Iterator[tuple[str, ast.AST]]:
    kind = type(node.op)
    for label, table in (("sign", _SIGN), ("operation", _OPERATION)):
        if kind in table:
            yield label, ast.AugAssign(node.target, table[kind](), node.value)
    yield "accumulation", ast.Assign([node.target], node.value)
    yield "statement", ast.Pass()


def _of_assignment(node: ast.Assign, parents: dict) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.targets[0], ast.Subscript):
        yield "statement", ast.Pass()
    value, target = node.value, node.targets[0]
    in_place = (
        isinstance(value, ast.BinOp)
        and isinstance(value.left, ast.Name)
        and isinstance(target, ast.Name)
        and value.left.id != target.id
    )
    if in_place:
        left = ast.Name(value.left.id, ast.Store())
        update = ast.AugAssign(left, value.op, value.right)
        keep = ast.Assign([target], ast.Name(value.left.id, ast.Load()))
        always = ast.Constant(True)  # two statements in the place of one
        yield "aliasing", ast.If(always, [update, keep], [])


def _of_expression(node: ast.Expr, parents: dict) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.value, ast.Call):
        yield "statement", ast.Pass()
