"""Sharing work among threads: the same results, errors, forks."""

import itertools
import os
import threading
import time

import numpy as np
import pytest

from helpers import blas, nn
from helpers.nn.kernels import cores

BIG = 10 * cores.WORTH_SHARING


@pytest.fixture(autouse=True, params=[1, 2, 3])
def _threads(request, monkeypatch):
    if blas._openblas is None:
        pytest.skip("this NumPy has no OpenBLAS of its own")
    monkeypatch.setattr(cores, "count", request.param)


def test_every_example_exactly_once():
    for n in (1, 2, 7, 100):
        seen = np.zeros(n, int)

        def count(start, stop, seen=seen):
            seen[start:stop] += 1

        cores.share(count, n, BIG)
        assert (seen == 1).all()


def test_sharing_inside_sharing():
    seen = np.zeros((8, 8), int)

    def outer(start, stop):
        for i in range(start, stop):

            def inner(a, b, i=i):
                seen[i, a:b] += 1

            cores.share(inner, 8, BIG)

    cores.share(outer, 8, BIG)
    assert (seen == 1).all()


def test_an_error_in_a_part_is_raised():
    def fail(start, stop):
        if stop == 8:
            raise ValueError("the last part")

    with pytest.raises(ValueError, match="the last part"):
        cores.share(fail, 8, BIG)
    cores.share(lambda start, stop: None, 8, BIG)  # and the next one works


def test_after_an_interrupt_while_a_part_is_still_running():
    """As when a notebook's kernel is interrupted in the middle of a training step."""
    if cores.count == 1:
        pytest.skip("needs a second thread")
    running, go_on = threading.Event(), threading.Event()

    def slow(start, stop):
        if start:
            running.set()
            go_on.wait(10)
        else:
            running.wait(10)
            raise KeyboardInterrupt

    def interrupt_the_wait():  # the second one arrives while the others finish
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cores._Worker, "wait", lambda worker: interrupt_the_wait())
        with pytest.raises(KeyboardInterrupt):
            cores.share(slow, 8, BIG)
    seen = np.zeros(8, int)

    def count(start, stop):
        time.sleep(0.01)  # the interrupted part is still running
        seen[start:stop] += 1

    for i in range(1, 4):
        cores.share(count, 8, BIG)
        assert (seen == i).all()
        go_on.set()


def test_blas_threads_are_as_before():
    before = blas.threads()
    cores.share(lambda start, stop: None, 8, BIG)
    with cores.one_blas_thread():
        pass
    assert blas.threads() == before


def test_errstate_reaches_all_parts():
    x = np.full((8, BIG // 8), 1e38, np.float32)
    with np.errstate(over="ignore"):
        y = cores.elementwise(np.multiply, x, x)  # no warning, which would be an error
    assert np.isinf(y).all()


def test_product_and_elementwise_are_numpys():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(300, 200)), rng.normal(size=(200, 150))
    np.testing.assert_allclose(cores.product(a, b), a @ b, rtol=1e-12, atol=1e-12)
    a = rng.normal(size=(301, 400))
    np.testing.assert_array_equal(cores.elementwise(np.add, a, a[::-1]), a + a[::-1])
    np.testing.assert_array_equal(cores.elementwise(np.add, a, a[:1]), a + a[:1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_after_a_fork():
    x, W = np.ones((8, 40, 40, 8), "f"), np.ones((3, 3, 8, 8), "f")
    expected = nn.conv2d(x, W).data.sum()
    child = os.fork()
    if child == 0:  # threads did not come along; they must be made anew
        os._exit(0 if nn.conv2d(x, W).data.sum() == expected else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_no_setting_of_memory_where_there_is_none(monkeypatch):
    def refuse(name):  # as Windows answers the question for the program itself
        raise TypeError(name)

    monkeypatch.setattr(cores.ctypes, "CDLL", refuse)
    cores._keep_memory()


def test_pieces_cover_small_large_and_strided_groups_once():
    rng = np.random.default_rng(0)
    shapes = (), (3,), (BIG // 4,), (5, 7), (300, 400)
    groups = [(np.zeros(s), rng.normal(size=s)) for s in shapes]
    groups.append((np.zeros((6, 4)).T, rng.normal(size=(4, 6))))

    def add(a, b):
        a += b

    cores.in_pieces(add, groups)
    for a, b in groups:
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("sizes", [(700, 40, 900, 1), (1024, 128, 512, 64)])
def test_products_are_those_of_each_pair_alone(sizes):
    """Narrow ones and wide ones."""
    rng = np.random.default_rng(0)
    a, b, c = (rng.normal(size=s) for s in itertools.pairwise(sizes))
    bias = rng.normal(size=sizes[2])
    one, two, three = cores.products((a, b), (b, c), (a, b, bias))
    np.testing.assert_allclose(one, a @ b)
    np.testing.assert_allclose(two, b @ c)
    np.testing.assert_allclose(three, a @ b + bias)


@pytest.mark.parametrize("m", [1, 2, 5])
@pytest.mark.parametrize("stride", [1, 2])
def test_convolutions_do_not_depend_on_the_number_of_threads(m, stride, monkeypatch):
    rng = np.random.default_rng(0)
    arrays = rng.normal(size=(m, 70, 60, 8)), rng.normal(size=(3, 3, 8, 24))
    found = []
    for threads in (cores.count, 1):
        monkeypatch.setattr(cores, "count", threads)
        x, W = (nn.Tensor(a, requires_grad=True) for a in arrays)
        y = nn.conv2d(x, W, stride=stride, padding=1)
        (y * y).sum().backward()
        found.append([y.data, x.grad, W.grad])
    for ours, alone in zip(*found, strict=True):
        np.testing.assert_allclose(ours, alone, rtol=1e-10, atol=1e-8)
