"""Frames: whatever arrives, it is a value or a refusal."""

import contextlib
import json
import socket
import struct
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from autograder.sandbox.inside import frames
from autograder.sandbox.inside.frames import Channel, Closed, FrameError, TooLate

numbers = st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False))
arrays = st_np.arrays(
    st.sampled_from(list(frames.DTYPES.values())),
    st_np.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
keys = st.one_of(st.text(), st.integers(-1000, 1000))
values = st.recursive(
    st.one_of(st.none(), numbers, st.text(), arrays),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
    ),
    max_leaves=12,
)


def raw(value):
    return b"".join(bytes(part) for part in frames.encode(value))


def same(one, other):
    if isinstance(one, np.ndarray):
        return (
            isinstance(other, np.ndarray)
            and one.dtype == other.dtype
            and one.shape == other.shape
            and one.tobytes() == other.tobytes()
        )
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[k], other[k]) for k in one)
    if isinstance(one, (list, tuple)):
        pairs = zip(one, other, strict=True)
        return type(one) is type(other) and all(same(a, b) for a, b in pairs)
    return type(one) is type(other) and one == other


@given(values)
@settings(deadline=None)
def test_values_survive(value):
    assert same(value, frames.decode(raw(value)))


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_any_bytes_are_refused_or_read(data):
    for attempt in (data, struct.pack("<4sII", b"AGF1", len(data), 0) + data):
        with contextlib.suppress(FrameError):
            frames.decode(attempt)


@given(values, st.data())
@settings(deadline=None)
def test_a_changed_byte_is_refused_or_read(value, data):
    whole = bytearray(raw(value))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(FrameError):
        frames.decode(bytes(whole))


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["int", "float", "array", "scalar", "dict", "set"]),
            inner,
            max_size=2,
        ),
    ),
    max_leaves=20,
)


@given(json_values, json_values, st.integers(0, 3))
@settings(deadline=None)
def test_any_header_is_refused_or_read(tree, specs, count):
    with contextlib.suppress(FrameError):
        frames.decode(framed([tree, specs], count))


def framed(header, count=0, body=b""):
    text = json.dumps(header).encode()
    return struct.pack("<4sII", b"AGF1", len(text), count) + text + body


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack("<4sII", b"AGF1", 2**32 - 1, 0),
        struct.pack("<4sII", b"AGF1", 10, 2**32 - 1),
        framed([{"array": 0}, [["float64", [10_000_000_000]]]], 1),
        framed([{"array": 0}, [["float64", [2**40, 2**40]]]], 1),
        framed([{"array": 0}, [["float64", [0, 2**40, 2**40]]]], 1),
        framed([{"array": 0}, [["bool", [2**47, 0, 2**47, 2**47]]]], 1),
        framed([{"array": 0}, [["float64", [-1]]]], 1),
        framed([{"array": 0}, [["float64", [True]]]], 1),
        framed([{"array": 0}, [["float64", [2]]]], 1, b"\0" * 8),
        framed([{"array": 0}, [["object", [1]]]], 1, b"\0" * 8),
        framed([{"array": 0}, [["O", [1]]]], 1, b"\0" * 8),
        framed([{"array": 0}, [["<U1000000", [1]]]], 1),
        framed([{"array": 1}, [["bool", [1]]]], 1, b"\0"),
        framed([{"array": 0}, [["bool", [1]]]], 2, b"\0"),
        framed([{"set": list(range(6000))}, []]),
        framed([{"int": "9" * 100_000}, []]),
        framed([{"float": "zz"}, []]),
        framed([None, []], 0, b"more"),
        framed({"tree": 1}),
        struct.pack("<4sII", b"AGF1", 400_000, 0) + b"[" * 400_000,
    ],
)
def test_dishonest_frames_are_refused(frame):
    with pytest.raises(FrameError):
        frames.decode(frame)


def test_truth_values_are_0_or_1():
    frame = framed([{"array": 0}, [["bool", [2]]]], 1, b"\x07\0")
    assert frames.decode(frame).tolist() == [True, False]
    assert frames.decode(frame).view(np.uint8).tolist() == [1, 0]


def test_unusual_dtypes_arrive_as_usual_ones():
    for unusual, wanted in [
        (">f8", "float64"),
        (np.longdouble, "float64"),
        (np.clongdouble, "complex128"),
        (">i2", "int16"),
    ]:
        got = frames.decode(raw(np.ones(3, unusual)))
        assert got.dtype.name == wanted
        assert (got == 1).all()


@pytest.mark.parametrize(
    "value", [object(), np.array([object()]), [np.zeros(10**8)], np.array(["a"])]
)
def test_what_is_not_plain_is_not_sent(value):
    with pytest.raises(FrameError):
        frames.encode(value)


@pytest.fixture
def pair():
    one, other = socket.socketpair()
    with one, other:
        yield Channel(one), other


def test_an_announcement_takes_no_memory_and_waits_no_longer(pair):
    channel, other = pair
    other.sendall(framed([{"array": 0}, [["float64", [7_000_000]]]], 1))
    start = time.monotonic()
    with pytest.raises(TooLate):
        channel.receive(time.monotonic() + 0.1)
    assert time.monotonic() - start < 2


def test_a_closed_line_is_noticed(pair):
    channel, other = pair
    other.sendall(b"AG")
    other.close()
    with pytest.raises(Closed):
        channel.receive(time.monotonic() + 5)


def test_who_does_not_read_holds_nobody_up(pair):
    channel, _ = pair
    with pytest.raises(TooLate):
        channel.send({"x": np.zeros(4_000_000)}, time.monotonic() + 0.2)


def test_a_message_is_a_dictionary_with_texts_as_keys(pair):
    channel, other = pair
    for value in ([1], {1: 2}, None):
        other.sendall(raw(value))
        with pytest.raises(FrameError):
            channel.receive(time.monotonic() + 5)
