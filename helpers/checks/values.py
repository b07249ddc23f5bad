"""Plain values: what a check may compare, store in a file or send through a pipe.

A plain value is a number, a string, `None`, a NumPy array of numbers, or a list, tuple,
set or dict of plain values. `plain` converts whatever a function returned into one,
`pack` splits one into a JSON-serializable tree and a list of arrays, and `unpack` joins
them again. No code that came with a value is ever run, and pickle is never used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_DEPTH = 40
MAX_NODES = 200_000


@dataclass(frozen=True)
class Opaque:
    """Stands for a value that is no plain one, such as an object or a function."""

    kind: str

    def __str__(self) -> str:
        """The name of its type, as a reader of a message wants it."""
        return self.kind


@dataclass(frozen=True)
class Draws:
    """An expected array of random numbers, known by shape, mean and spread only.

    `mean` and `std` describe the distribution; any correct stream of numbers fits.
    Where it is `continuous`, hardly two draws are the same number.
    """

    shape: tuple[int, ...]
    mean: float = 0.0
    std: float = 1.0
    continuous: bool = True


class NotPlain(ValueError):
    """A value that cannot be packed, or a tree that does not describe a value."""


def plain(value: Any, above: tuple[int, ...] = ()) -> Any:
    """Copy `value` as a plain value; what is none becomes `Opaque`.

    Exact types only: a subclass of `float` or `ndarray` with methods of its own
    is reduced to the numbers it holds, so that no method of it is ever called
    by whoever compares. `Draws` and `Opaque` are ours to make: in an answer they are
    objects like any other.

    `above` holds the identities of what `value` lies in: a list that was appended to
    itself has no end.
    """
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if len(above) > MAX_DEPTH:
        return Opaque("a structure nested too deeply")
    if id(value) in above:
        return Opaque("a structure that holds itself")
    deeper = (*above, id(value))
    if isinstance(value, np.ndarray):
        return _plain_array(value)
    if isinstance(value, np.generic):
        # A string or object scalar is no number; its Python twin may be plain.
        return value if value.dtype.kind in "biufc" else plain(value.item(), deeper)
    if isinstance(value, complex):
        return np.complex128(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        items = [plain(item, deeper) for item in list(value)]
        if isinstance(value, (set, frozenset)):
            return set(map(_hashable, items))
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, dict):
        return {_hashable(k): plain(v, deeper) for k, v in list(value.items())}
    for base in (bool, int, float, str):
        if isinstance(value, base):
            return base(value)
    return Opaque(f"an object of type {kind.__name__}")


def _plain_array(array: np.ndarray) -> Any:
    if isinstance(array, np.ma.MaskedArray):
        return Opaque("a masked array")
    if array.dtype.kind in "biufc":
        return np.array(array, order="C", subok=False)
    if array.dtype.kind == "U":
        return np.array(array, subok=False).tolist()
    return Opaque(f"an array of dtype {array.dtype}")


def _hashable(key: Any) -> Any:
    key = plain(key)
    if isinstance(key, np.generic):
        return key.item()
    return key if isinstance(key, (str, int, float, bool, tuple, type(None))) else "?"


def pack(value: Any) -> tuple[Any, list[np.ndarray]]:
    """Split a plain value into a JSON-able tree and the arrays it refers to.

    Raises:
        NotPlain: `value` is not plain, or nested too deeply.
    """
    arrays: list[np.ndarray] = []
    return _pack(value, arrays, 0), arrays


def _pack(value: Any, arrays: list[np.ndarray], depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise NotPlain("nested too deeply")
    if value is None or type(value) in (bool, str):
        return value
    if type(value) is int:
        return {"int": str(value)} if abs(value) >= 2**53 else value
    if type(value) is float:
        return {"float": value.hex()}
    if isinstance(value, (np.ndarray, np.generic)):
        if value.dtype.kind not in "biufc":
            raise NotPlain(f"an array of dtype {value.dtype}")
        arrays.append(np.ascontiguousarray(value).reshape(value.shape))
        return {"array" if isinstance(value, np.ndarray) else "scalar": len(arrays) - 1}
    if isinstance(value, Draws):
        return {"draws": [list(value.shape), value.mean, value.std, value.continuous]}
    if isinstance(value, Opaque):
        return {"opaque": value.kind}
    if isinstance(value, dict):
        pairs = [
            [_pack(k, arrays, depth + 1), _pack(v, arrays, depth + 1)]
            for k, v in value.items()
        ]
        return {"dict": pairs}
    for name, kind in (("list", list), ("tuple", tuple), ("set", set)):
        if isinstance(value, kind):
            items = sorted(value, key=repr) if kind is set else value
            return {name: [_pack(item, arrays, depth + 1) for item in items]}
    raise NotPlain(f"a value of type {type(value).__name__}")


def unpack(tree: Any, arrays: list[np.ndarray]) -> Any:
    """Join what `pack` split.

    Raises:
        NotPlain: the tree does not describe a value; nothing else is ever raised,
            whatever a tree from an untrusted sender holds.
    """
    budget = [MAX_NODES]
    try:
        return _unpack(tree, arrays, budget, 0)
    except NotPlain:
        raise
    except (TypeError, ValueError, IndexError, KeyError, OverflowError) as error:
        raise NotPlain(f"not a packed value: {error}") from None


def _unpack(tree: Any, arrays: list[np.ndarray], budget: list[int], depth: int) -> Any:
    budget[0] -= 1
    if budget[0] < 0 or depth > 2 * MAX_DEPTH:
        raise NotPlain("too large a structure")
    if tree is None or isinstance(tree, (bool, int, str)):
        return tree
    if not isinstance(tree, dict) or len(tree) != 1:
        raise NotPlain("not a packed value")
    ((tag, body),) = tree.items()

    def deeper(item: Any) -> Any:
        return _unpack(item, arrays, budget, depth + 1)

    match tag:
        case "int":
            return int(body)
        case "float":
            return float.fromhex(body)
        case "array":
            return arrays[_index(body)]
        case "scalar":
            return arrays[_index(body)][()]
        case "draws":
            shape, mean, std, continuous = body
            return Draws(
                tuple(map(int, shape)), float(mean), float(std), bool(continuous)
            )
        case "opaque":
            return Opaque(str(body))
        case "dict":
            return {deeper(key): deeper(item) for key, item in body}
        case "list":
            return [deeper(item) for item in body]
        case "tuple":
            return tuple(deeper(item) for item in body)
        case "set":
            return {deeper(item) for item in body}
    raise NotPlain(f"an unknown tag {str(tag)[:20]!r}")


def _index(body: Any) -> int:
    if not isinstance(body, int) or isinstance(body, bool) or body < 0:
        raise NotPlain("not an index of an array")
    return body
