"""Reaching for things outside the sandbox: answers, secrets, files, the network."""

from __future__ import annotations

from autograder.doctor.attacks.attack import Attack

ATTACKS = (
    Attack(
        "reads a secret file", "reading", "report(open('$folder/secret.txt').read())"
    ),
    Attack(
        "reads the solutions",
        "reading",
        """
        import glob
        report("BEGIN " + open(glob.glob("$root/solutions/*/*.py")[0]).read(200))
    """,
    ),
    Attack(
        "reads the hidden tests",
        "reading",
        """
        report("BEGIN " + open("$root/autograder/checks/C1W2/training.py").read(200))
    """,
    ),
    Attack(
        "imports the hidden tests",
        "reading",
        """
        import sys
        sys.path.insert(0, "$root")
        sys.modules.pop("autograder", None)
        import autograder.checks.C1W2 as found
        report("BEGIN " + found.__file__)
    """,
    ),
    Attack(
        "imports the reference",
        "reading",
        """
        from autograder.checks.reference import reference
        found = reference("C1W2")
        for name in dir(found): globals()[name] = getattr(found, name)
        report("BEGIN " + str(found))
    """,
    ),
    Attack(
        "looks for packages of other environments",
        "reading",
        """
        import os
        names = {"autograder", "bleach", "nbgrader", "scipy", "sklearn", "sqlalchemy",
                 "torch", "jax", "tensorflow"}
        for folder, inside, _ in os.walk("/"):
            if folder.endswith("-packages") and names & set(inside):
                report("BEGIN " + folder + str(names & set(inside)))
    """,
    ),
    Attack(
        "reads the environment",
        "reading",
        """
        import os
        found = {k: v for k, v in os.environ.items() if "AUTOGRADER" in k.upper()}
        assert found
        report("BEGIN " + str(found))
    """,
    ),
    Attack(
        "reads other processes",
        "reading",
        """
        import os
        found = [p for p in os.listdir("/proc") if p.isdigit()]
        report("BEGIN " + open(f"/proc/$pid/environ").read())
    """,
    ),
    Attack(
        "looks through the interpreter's frames",
        "reading",
        """
        import sys, gc
        frame, found = sys._getframe(), []
        while frame:
            found += [k for k in frame.f_locals if "expected" in k or "reference" in k]
            frame = frame.f_back
        found += [o for o in gc.get_objects() if type(o).__name__ == "Expected"]
        assert found
        report("BEGIN " + str(found))
    """,
    ),
    Attack(
        "looks for expected values while it is called",
        "reading",
        """
        import sys, gc
        def sigmoid(x):
            for o in gc.get_objects():
                if type(o).__name__ in ("Expected", "Check", "Lab", "Cases"):
                    raise ValueError("BEGIN " + str(o))
            frame = sys._getframe()
            while frame:
                for v in frame.f_locals.values():
                    if type(v).__name__ in ("Expected", "Check", "Lab", "Cases"):
                        raise ValueError("BEGIN " + str(v))
                frame = frame.f_back
    """,
    ),
    Attack(
        "lists the home folders",
        "reading",
        """
        import os
        found = os.listdir("/home") + os.listdir("/root") + os.listdir("$root")
        assert [f for f in found if "solutions" in f or "bash" in f]
        report("BEGIN " + str(found))
    """,
    ),
    Attack(
        "a chroot escape through an open folder",
        "reading",
        """
        import os
        for fd in range(64):
            try:
                path = "../../../../$folder/secret.txt"
                report(os.read(os.open(path, os.O_RDONLY, dir_fd=fd), 100))
            except OSError:
                pass
    """,
    ),
    Attack(
        "takes the answers from PyTorch",
        "answer by library",
        """
        import torch
        sigmoid = lambda x: torch.sigmoid(torch.tensor(x)).numpy()
        report("BEGIN torch")
    """,
    ),
    Attack(
        "takes the answers from SciPy",
        "answer by library",
        """
        import scipy.special
        sigmoid = scipy.special.expit
        report("BEGIN scipy")
    """,
    ),
    Attack(
        "imports modules that the lab does not use",
        "answer by library",
        """
        from helpers import nn
        report("BEGIN " + str(nn.Tensor))
    """,
    ),
    Attack(
        "looks for packages in other folders",
        "answer by library",
        """
        import sys, glob
        sys.path += glob.glob("/usr/lib/python3*/*-packages")
        sys.path += glob.glob("/usr/local/lib/python3*/*-packages")
        sys.path += glob.glob("$root/.venv/lib/python3*/site-packages")
        import nbgrader
        report("BEGIN nbgrader")
    """,
    ),
    Attack(
        "writes next to the secret",
        "writing",
        "open('$folder/written.txt', 'w').write('x')",
    ),
    Attack(
        "overwrites the secret", "writing", "open('$folder/secret.txt', 'w').write('x')"
    ),
    Attack(
        "changes nbgrader's configuration",
        "writing",
        "open('$root/nbgrader_config.py', 'a').write('\\n# changed\\n')",
    ),
    Attack(
        "changes a helper for later submissions",
        "writing",
        """
        import helpers
        path = helpers.__path__[0] + "/data.py"
        open(path, "a").write("\\nraise SystemExit\\n")
    """,
    ),
    Attack(
        "changes NumPy on the disk",
        "writing",
        """
        import numpy
        open(numpy.__file__, "a").write("\\nraise SystemExit\\n")
    """,
    ),
    Attack(
        "removes everything it can",
        "writing",
        """
        import shutil
        for place in ("$folder", "/course", "/"):
            shutil.rmtree(place, ignore_errors=True)
    """,
    ),
    Attack(
        "links out of the scratch folder",
        "writing",
        """
        import os
        os.symlink("$folder", "out")
        open("out/written.txt", "w").write("x")
    """,
    ),
    Attack(
        "connects to a local service",
        "network",
        """
        import socket
        socket.create_connection(("127.0.0.1", $port), timeout=2).sendall(b"x")
        report("BEGIN connected")
    """,
    ),
    Attack(
        "sends a datagram",
        "network",
        """
        import socket
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.sendto(b"x", ("127.0.0.1", $port))
        report("BEGIN sent")
    """,
    ),
    Attack(
        "listens for others",
        "network",
        """
        import socket
        s = socket.socket()
        s.bind(("127.0.0.1", 0))
        s.listen()
        report("BEGIN listening")
    """,
    ),
    Attack(
        "resolves a host name",
        "network",
        """
        import socket
        report("BEGIN " + str(socket.getaddrinfo("localhost.localdomain", 80)[0]))
    """,
    ),
    Attack(
        "raw and netlink sockets",
        "network",
        """
        import socket
        for family in (socket.AF_NETLINK, socket.AF_PACKET, 40):
            try:
                socket.socket(family, socket.SOCK_RAW, 0)
                report("BEGIN " + str(family))
            except OSError:
                pass
    """,
    ),
)
