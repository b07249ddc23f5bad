"""Exhausting resources, killing processes, persisting, and forging messages."""

from __future__ import annotations

import textwrap

from autograder.doctor.attacks.attack import Attack, replacing

_CHANNEL = """
import gc
from autograder.sandbox.inside.frames import Channel
def channel():
    return next(o for o in gc.get_objects() if type(o) is Channel)
"""


def _with_channel(code: str) -> str:
    """Code that talks to the judge itself."""
    return _CHANNEL + textwrap.dedent(code)


ATTACKS = (
    Attack("loops forever in a cell", "resources", "while True: pass"),
    Attack(
        "loops forever in an exercise",
        "resources",
        """
        def sigmoid(x):
            while True: pass
    """,
    ),
    Attack(
        "ignores every signal and sleeps",
        "resources",
        """
        import signal, time
        for number in range(1, 32):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        while True:
            try: time.sleep(1000)
            except BaseException: pass
    """,
    ),
    Attack(
        "takes memory",
        "resources",
        """
        kept = []
        while True: kept.append(bytearray(b"x") * (1 << 26))
    """,
    ),
    Attack(
        "uses memory in many processes",
        "resources",
        """
        import os
        for _ in range(8):
            if not os.fork(): break
        kept = []
        for _ in range(24): kept.append(bytearray(b"x") * (1 << 26))
        while True: pass
    """,
    ),
    Attack(
        "a fork bomb",
        "resources",
        """
        import os
        while True:
            try: os.fork()
            except OSError: pass
    """,
    ),
    Attack(
        "thousands of threads",
        "resources",
        """
        import threading, time
        for _ in range(5000):
            try: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            except RuntimeError: break
        while True: pass
    """,
    ),
    Attack(
        "gigabytes of output",
        "resources",
        """
        import os
        for _ in range(2000): print("x" * 1_000_000)
        for _ in range(200): os.write(1, b"x" * 1_000_000)
    """,
    ),
    Attack(
        "fills the scratch folder",
        "resources",
        """
        import os
        for i in range(10_000):
            with open(f"f{i}", "wb") as file: file.write(b"x" * (1 << 20))
    """,
    ),
    Attack(
        "a sparse file of a terabyte",
        "resources",
        """
        with open("big", "wb") as file: file.truncate(1 << 40)
    """,
    ),
    Attack(
        "memory outside any process",
        "resources",
        """
        import os
        for i in range(64):
            fd = os.memfd_create(f"m{i}")
            for _ in range(64): os.write(fd, b"x" * (1 << 20))
    """,
    ),
    Attack(
        "returns an array of gigabytes",
        "resources",
        """
        import numpy as np
        def sigmoid(x): return np.zeros((1 << 15, 1 << 14))
    """,
    ),
    Attack(
        "returns an endlessly nested structure",
        "resources",
        """
        def sigmoid(x):
            a = []
            for _ in range(100_000): a = [a]
            return a
        def softmax(x):
            a = []; a.append(a); return a
    """,
    ),
    Attack(
        "returns millions of small things",
        "resources",
        """
        def sigmoid(x): return list(range(3_000_000))
        def softmax(x): return {i * (2**61 - 1): i for i in range(100_000)}
    """,
    ),
    Attack(
        "returns arrays of tens of millions",
        "resources",
        change=replacing(
            "lambda *a, **k: np.zeros(60_000_000, np.uint8)", "import numpy as np"
        ),
    ),
    Attack(
        "returns as much as an answer may contain, everywhere",
        "resources",
        change=replacing("lambda *a, **k: [[] for _ in range(150_000)]"),
    ),
    Attack(
        "keeps every processor busy",
        "resources",
        """
        import os
        for _ in range(5): os.fork()
        while True: pass
    """,
    ),
    Attack(
        "a sum of thousands of terms",
        "resources",
        "def sigmoid(x): return " + "+".join(["1"] * 2_500),
    ),
    Attack(
        "endless recursion",
        "resources",
        """
        import sys
        sys.setrecursionlimit(10**9)
        def f(): return f()
        f()
    """,
    ),
    Attack("ends its process in a cell", "processes", "import os; os._exit(0)"),
    Attack(
        "ends its process in an exercise",
        "processes",
        """
        import os
        def sigmoid(x): os._exit(0)
    """,
    ),
    Attack(
        "crashes the interpreter",
        "processes",
        """
        import ctypes
        def sigmoid(x): ctypes.string_at(0)
    """,
    ),
    Attack("kills the judge", "processes", "import os; os.kill($pid, 9)"),
    Attack(
        "kills everything it can",
        "processes",
        """
        import os
        for pid in (os.getppid(), -1, 1, 2, 3, os.getpgid(0)):
            try: os.kill(pid, 9)
            except OSError: pass
    """,
    ),
    Attack(
        "a daemon that would outlive it",
        "processes",
        """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                while True: time.sleep(0.1)
            os._exit(0)
    """,
    ),
    Attack(
        "starts another program",
        "processes",
        """
        import subprocess
        report("BEGIN " + subprocess.check_output(["/bin/sh", "-c", "echo x"]).decode())
    """,
    ),
    Attack(
        "leaves modules and files for the next student",
        "persistence",
        """
        import os, sys
        for place in ("/tmp", "/dev/shm", "/var/tmp", os.getcwd(), os.environ["HOME"]):
            try:
                for name in ("numpy.py", "sitecustomize.py", "helpers.py"):
                    open(os.path.join(place, name), "w").write("raise SystemExit")
            except OSError: pass
    """,
    ),
    Attack(
        "patches NumPy in memory",
        "persistence",
        """
        import numpy as np
        np.exp = np.dot = np.zeros = lambda *a, **k: 1 / 0
        import builtins
        builtins.abs = builtins.len = None
    """,
    ),
    Attack(
        "shared memory of System V",
        "persistence",
        """
        import ctypes
        libc = ctypes.CDLL(None)
        if libc.shmget(4242, 4096, 0o1666) >= 0: report("BEGIN shmget")
    """,
    ),
    Attack(
        "answers in the exercise's place",
        "protocol",
        _with_channel("""
        def sigmoid(x):
            import numpy as np
            while True:
                channel().send({"Outcomes": {"outcomes": 9 * [{
                    "value": np.zeros((4, 3)), "error": "", "needs": "",
                    "modified": [], "after": {}, "notes": []}]}})
    """),
    ),
    Attack(
        "claims that it ended well",
        "protocol",
        _with_channel("""
        def sigmoid(x):
            for _ in range(50): channel().send({"Ended": {"status": 0}})
    """),
    ),
    Attack(
        "announces 74 GiB",
        "protocol",
        _with_channel("""
        import json, struct
        header = json.dumps([{"array": 0}, [["float64", [10_000_000_000]]]]).encode()
        def sigmoid(x):
            start = struct.pack("<4sII", b"AGF1", len(header), 1)
            channel().sock.sendall(start + header)
    """),
    ),
    Attack(
        "a shape that no array can have",
        "protocol",
        _with_channel("""
        import json, struct
        shape = [0, 2**47, 2**47, 2**47]
        header = json.dumps([{"array": 0}, [["float64", shape]]]).encode()
        def sigmoid(x):
            start = struct.pack("<4sII", b"AGF1", len(header), 1)
            channel().sock.sendall(start + header)
    """),
    ),
    Attack(
        "arrays instead of lists",
        "protocol",
        _with_channel("""
        import numpy as np
        def sigmoid(x):
            many = np.zeros(7_000_000, np.uint8)
            channel().send({"Outcomes": {"outcomes": [{"value": 1, "error": "",
                "notes": many, "modified": many, "after": many}]}})
    """),
    ),
    Attack(
        "sends a pickle",
        "protocol",
        _with_channel("""
        import pickle
        class Evil:
            def __reduce__(self):
                return (open, ("$folder/written.txt", "w"))
        def sigmoid(x):
            channel().sock.sendall(pickle.dumps(Evil()))
    """),
    ),
    Attack(
        "sends half a frame and waits",
        "protocol",
        _with_channel("""
        import time
        def sigmoid(x):
            channel().sock.sendall(b"AGF1\\xff\\xff")
            time.sleep(1000)
    """),
    ),
    Attack(
        "asks for values of the exercise itself",
        "protocol",
        _with_channel("""
        def sigmoid(x):
            given = {"name": "sigmoid", "given": [[x], {}], "lab": "C1W2"}
            channel().send({"Wanted": given})
            return channel().receive()["Given"]["value"]
    """),
    ),
    Attack(
        "messages of wrong types",
        "protocol",
        _with_channel("""
        def sigmoid(x):
            for outcomes in (3, [], [7], [{"notes": 7, "modified": 5}],
                             [{"after": [1]}], {}, None):
                channel().send({"Outcomes": {"outcomes": outcomes}})
            for m in ({"Value": {}}, {"Value": 3}, {"Ended": {"x": 1}}, {"x": None}):
                channel().send(m)
    """),
    ),
)
