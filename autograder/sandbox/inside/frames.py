"""Messages between the judge and a process that runs student code.

A frame consists of a length, a JSON header and raw buffers. The header contains the
tree made by `helpers.checks.values.pack` and the dtype and shape of every array; the
buffers contain the arrays' bytes. A reader checks each number before it allocates
anything, and never runs code from a frame: no pickle, no npz.
"""

from __future__ import annotations

import json
import math
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.values import MAX_NODES, NotPlain, pack, unpack

MAGIC = b"AGF1"
MAX_HEADER = 8_000_000  # bytes of JSON
MAX_BODY = 64_000_000  # bytes of all arrays together
MAX_ARRAYS = 20_000
MAX_KEYS = 5_000  # keys and members of all dictionaries and sets together
MAX_NDIM = 16
_AT_ONCE = 1 << 16  # bytes that one system call sends, or reads ahead
_START = struct.Struct("<4sII")  # magic, bytes of header, number of arrays

_NAMES = (
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
)
DTYPES = {name: np.dtype(name) for name in _NAMES}


class FrameError(ValueError):
    """What arrived is not a frame, or is too large."""


class Closed(FrameError):
    """The other side has closed the connection."""


class TooLate(FrameError):
    """The deadline passed before a whole frame arrived."""


def encode(message: Any) -> list[bytes | memoryview]:
    """Encode a plain value as the buffers of a frame.

    Raises:
        FrameError: it is not a plain value, or it is too large to be sent.
    """
    try:
        tree, arrays = pack(message)
    except (NotPlain, RecursionError, ValueError) as error:
        raise FrameError(f"a value that cannot be sent: {error}") from None
    arrays = [_usual(array) for array in arrays]
    specs = [[array.dtype.name, list(array.shape)] for array in arrays]
    try:
        header = json.dumps([tree, specs], separators=(",", ":")).encode()
    except RecursionError:
        raise FrameError("a value that is nested too deeply") from None
    if len(header) > MAX_HEADER or sum(a.nbytes for a in arrays) > MAX_BODY:
        raise FrameError("a value that is too large to be sent")
    if len(arrays) > MAX_ARRAYS:
        raise FrameError("a value with too many arrays")
    start = _START.pack(MAGIC, len(header), len(arrays))
    bodies = [
        memoryview(array.reshape(-1).view(np.uint8)) for array in arrays if array.size
    ]
    return _joined_parts([start + header, *bodies])


def _joined_parts(parts: list[bytes | memoryview]) -> list[bytes | memoryview]:
    """The same bytes in fewer buffers: what one system call can send is put together.

    A frame may have hundreds of small arrays, and each call takes time.
    """
    buffers, waiting, size = [], [], 0
    for part in parts:
        if size + len(part) > _AT_ONCE and waiting:
            buffers.append(b"".join(waiting) if len(waiting) > 1 else waiting[0])
            waiting, size = [], 0
        waiting.append(part)
        size += len(part)
    return [*buffers, b"".join(waiting) if len(waiting) > 1 else waiting[0]]


def _usual(array: np.ndarray) -> np.ndarray:
    """Convert numbers to one of the dtypes that a frame may contain."""
    if array.dtype.name in DTYPES and array.dtype.isnative:
        return np.ascontiguousarray(array).reshape(array.shape)
    wide = np.complex128 if array.dtype.kind == "c" else np.float64
    kind = array.dtype.newbyteorder("=")
    target = kind if kind.name in DTYPES else np.dtype(wide)
    return np.ascontiguousarray(array, dtype=target).reshape(array.shape)


def decode(raw: bytes) -> Any:
    """Decode the value in a complete frame.

    Raises:
        FrameError: it is not a valid frame; no other error is ever raised.
    """
    if len(raw) < _START.size:
        raise FrameError("too short for a frame")
    length, count = _read_start(raw[: _START.size])
    at = _START.size + length
    tree, specs = _read_header(raw[_START.size : at], count)
    size = _size(specs)
    if len(raw) - at < size:
        raise FrameError("a frame that ends too early")
    if len(raw) - at > size:
        raise FrameError("bytes behind the end of a frame")
    return _joined(tree, _arrays(raw[at:], specs))


def _read_start(raw: bytes) -> tuple[int, int]:
    magic, length, count = _START.unpack(raw)
    if magic != MAGIC:
        raise FrameError("not a frame")
    if length > MAX_HEADER or count > MAX_ARRAYS:
        raise FrameError(f"a header of {length} bytes for {count} arrays")
    return length, count


def _read_header(raw: bytes, count: int) -> tuple[Any, list[tuple[np.dtype, tuple]]]:
    """Read the tree and the dtype and shape of every array, and check all of them."""
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError, MemoryError) as error:
        raise FrameError(f"a header that is not JSON: {str(error)[:80]}") from None
    if not isinstance(header, list) or len(header) != 2:
        raise FrameError("a header without tree and arrays")
    tree, found = header
    if not isinstance(found, list) or len(found) != count:
        raise FrameError("a header that lists other arrays than it announced")
    specs = [_read_spec(spec) for spec in found]
    total = _size(specs)
    if total > MAX_BODY:
        raise FrameError(f"arrays of {total} bytes, more than a frame may hold")
    _check_keys(tree)
    return tree, specs


def _read_spec(spec: Any) -> tuple[np.dtype, tuple[int, ...]]:
    if not isinstance(spec, list) or len(spec) != 2:
        raise FrameError("an array without dtype and shape")
    name, shape = spec
    if not isinstance(name, str) or name not in DTYPES:
        raise FrameError(f"an array of dtype {str(name)[:40]!r}")
    if not isinstance(shape, list) or len(shape) > MAX_NDIM:
        raise FrameError("an array without a shape")
    if not all(type(axis) is int and axis >= 0 for axis in shape):
        raise FrameError("an array with an impossible shape")
    # An axis of 0 must not hide axes whose product no array can have.
    if math.prod(max(axis, 1) for axis in shape) > MAX_BODY:
        raise FrameError("an array of an impossible size")
    return DTYPES[name], tuple(shape)


def _check_keys(tree: Any) -> None:
    """Limit the number of dictionary keys and set members.

    Integers can be chosen so that their hashes collide, and building a dictionary of
    many such keys takes quadratic time.
    """
    waiting, keys, nodes = [tree], 0, 0
    while waiting:
        nodes += 1
        if nodes > 4 * MAX_NODES:
            raise FrameError("too large a structure")
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            for tag in ("dict", "set"):
                if isinstance(node.get(tag), list):
                    keys += len(node[tag])
            waiting += node.values()
    if keys > MAX_KEYS:
        raise FrameError(f"{keys} keys, more than the {MAX_KEYS} that are read")


def _size(specs: list[tuple[np.dtype, tuple[int, ...]]]) -> int:
    """Bytes of some arrays together."""
    return sum(math.prod(shape) * dtype.itemsize for dtype, shape in specs)


def _arrays(
    raw: bytes | bytearray, specs: list[tuple[np.dtype, tuple[int, ...]]]
) -> list[np.ndarray]:
    """The arrays in a body, each with memory of its own."""
    arrays, at, body = [], 0, memoryview(raw)
    for dtype, shape in specs:
        size = math.prod(shape) * dtype.itemsize
        arrays.append(_array(bytearray(body[at : at + size]), dtype, shape))
        at += size
    return arrays


def _array(raw: bytearray, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    """The array in a buffer; a boolean array may contain only 0 and 1."""
    try:
        flat = np.frombuffer(raw, dtype)
        return (flat.view(np.uint8) != 0 if dtype == np.bool_ else flat).reshape(shape)
    except (ValueError, TypeError, OverflowError, MemoryError) as error:
        raise FrameError(f"an array that cannot be read: {error}") from None


def _joined(tree: Any, arrays: list[np.ndarray]) -> Any:
    try:
        return unpack(tree, arrays)
    except (NotPlain, RecursionError, MemoryError) as error:
        raise FrameError(str(error)) from None


class Channel:
    """Frames over a connected socket.

    A side that does not trust the other sets a deadline for everything it sends and
    receives.

    Attributes:
        allowance: bytes that may still be received; `None` if only the size of each
            frame is limited.
        more_time: called when a deadline for receiving has passed; returns a later
            deadline, or `None` if it is too late.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.allowance: int | None = None
        self.more_time: Callable[[], float | None] = lambda: None
        self._ahead = bytearray()  # bytes of later messages that were already read

    def send(self, message: Any, deadline: float | None = None) -> None:
        """Send a plain value.

        Args:
            message: a plain value.
            deadline: deadline in terms of `time.monotonic`; none by default.

        Raises:
            FrameError: it cannot be sent, or not in time.
        """
        self.send_buffers(encode(message), deadline)

    def send_buffers(self, buffers: list, deadline: float | None = None) -> None:
        """Send a frame that was encoded before; see `send`."""
        try:
            for buffer in buffers:
                self._wait_until(deadline)
                self.sock.sendall(buffer)
        except TimeoutError:
            raise TooLate("the other side does not read") from None
        except OSError as error:
            raise Closed(f"the other side is gone ({error.strerror})") from None

    def receive(self, deadline: float | None = None) -> dict[str, Any]:
        """The next message, a dictionary with strings as keys.

        Raises:
            TooLate: no message came in time.
            Closed: the other side has closed the connection.
            FrameError: what came is not a message, or exceeds the allowance.
        """
        length, count = _read_start(bytes(self._read(_START.size, deadline)))
        self._spend(length)
        header = bytes(self._read(length, deadline))
        tree, specs = _read_header(header, count)
        size = _size(specs)
        self._spend(size)
        message = _joined(tree, _arrays(self._read(size, deadline), specs))
        if not isinstance(message, dict) or not all(type(k) is str for k in message):
            raise FrameError("a frame that is no message")
        return message

    def _spend(self, size: int) -> None:
        """Subtract bytes from the allowance before they are read."""
        if self.allowance is not None:
            if size > self.allowance:
                raise FrameError("more than an answer may hold")
            self.allowance -= size

    def _read(self, size: int, deadline: float | None) -> bytearray:
        # Grows with what really arrives, so that a false length costs no memory.
        data = self._ahead
        try:
            while len(data) < size:
                missing = min(size - len(data), 1 << 20)
                try:
                    self._wait_until(deadline)
                    part = self.sock.recv(max(missing, _AT_ONCE))
                except (TimeoutError, TooLate):
                    if (deadline := self.more_time()) is None:
                        raise TooLate("no answer in time") from None
                    continue
                if not part:
                    raise Closed("the other side is gone")
                data += part
        except OSError as error:
            raise Closed(f"the other side is gone ({error.strerror})") from None
        self._ahead = data[size:]
        del data[size:]
        return data

    def _wait_until(self, deadline: float | None) -> None:
        if deadline is None:
            self.sock.settimeout(None)
            return
        left = deadline - time.monotonic()
        if left <= 0:
            raise TooLate("no answer in time")
        self.sock.settimeout(left)

    def close(self) -> None:
        """Hang up."""
        self.sock.close()
