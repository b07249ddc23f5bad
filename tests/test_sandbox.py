"""The sandbox: what it gives, what it costs, and what it says where there is none."""

import ast
import importlib.metadata
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from autograder import paths
from autograder.authoring import build, solve
from autograder.checks import check
from autograder.grading.cases import Cases, Pool
from autograder.sandbox.host import (
    Sandbox,
    SandboxError,
    SandboxSession,
    advice,
    bubblewrap,
    layout,
    packages,
)
from autograder.sandbox.host.layout import hidden_helpers
from autograder.sandbox.inside import scratch
from autograder.sandbox.inside.confine import Bounds
from autograder.sandbox.inside.protocol import Everything, Variable
from helpers.checks.verdict import CHANGED
from tests.graded import grade
from tests.tiers import TIERS, refused

LAB = "C1W2"


@pytest.fixture(scope="module", params=TIERS)
def sandbox(request):
    with Sandbox((request.param,)) as sandbox:
        assert sandbox.tier == request.param
        yield sandbox


def write(folder, **answers):
    path = folder / f"{LAB}.ipynb"
    path.write_text(build.serialize(solve.solved(LAB, **answers)), encoding="utf-8")
    return path


def lost(result):
    graded = [q for q in result.questions if q.score is not None]
    return {q.name: q for q in graded if q.score < q.max_score}


def alive(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def code(text):
    return textwrap.dedent(text).strip()


def test_a_solved_notebook_earns_everything(sandbox, tmp_path):
    result = grade(write(tmp_path), "ann", sandbox=sandbox)
    assert (lost(result), result.findings, result.error) == ({}, (), "")
    assert result.tier == sandbox.tier


def test_the_same_seed_gives_the_same_result(sandbox, tmp_path):
    path = write(tmp_path, L1="def L1(yhat, y):\n    return np.sum(yhat)")
    first = grade(path, "ann", sandbox=sandbox)
    again = grade(path, "ann", seed=int(first.seed, 16), sandbox=sandbox)
    other = grade(path, "ann", sandbox=sandbox)
    assert first == again
    assert first.seed != other.seed
    assert first.questions != other.questions  # other cases, other messages


@pytest.mark.parametrize(
    "body",
    [
        "import os; os._exit(0)",
        "import ctypes; ctypes.string_at(0)",
        "raise SystemExit",
        "raise KeyboardInterrupt",
        "return [1] * 400_000",
    ],
)
def test_a_dead_question_costs_that_question_alone(sandbox, tmp_path, body):
    path = write(tmp_path, L2=f"def L2(x, y):\n    {body}")
    assert set(lost(grade(path, "ann", sandbox=sandbox))) == {"L2"}


def test_a_cell_that_ends_the_process_costs_that_cell_alone(sandbox, tmp_path):
    path = write(tmp_path, L2="import os\nos._exit(0)")
    result = grade(path, "ann", sandbox=sandbox)
    assert set(lost(result)) == {"L2"}
    assert any("was left out" in finding for finding in result.findings)


def test_one_question_cannot_spoil_another(sandbox, tmp_path):
    body = """
        def image2vector(image):
            np.exp = np.dot = np.sum = np.zeros = None
            return image.reshape(-1, 1)
    """
    result = grade(write(tmp_path, image2vector=code(body)), "ann", sandbox=sandbox)
    assert lost(result) == {}


def test_a_broken_function_does_not_cost_those_that_call_it(sandbox, tmp_path):
    path = write(tmp_path, sigmoid="def sigmoid(x):\n    return x * 0")
    result = grade(path, "ann", sandbox=sandbox)
    assert set(lost(result)) == {"sigmoid"}
    helped = next(q for q in result.questions if q.name == "propagate")
    assert "the reference's `sigmoid`" in helped.message


@pytest.mark.parametrize("left", ["", None], ids=["deleted", "as released"])
def test_an_open_function_costs_no_points_but_its_own(sandbox, tmp_path, left):
    answers = solve.reference_cells(LAB)
    if left is None:
        del answers["sigmoid"]
    else:
        answers["sigmoid"] = left
    path = tmp_path / f"{LAB}.ipynb"
    path.write_text(build.serialize(solve.filled(LAB, answers)), encoding="utf-8")
    result = grade(path, "ann", sandbox=sandbox)
    assert set(lost(result)) == {"sigmoid"}
    helped = next(q for q in result.questions if q.name == "propagate")
    assert "`propagate` needs `sigmoid`, which is not" in helped.message


def test_a_block_that_is_open_has_a_fixed_one_in_its_place(sandbox, tmp_path):
    answers = {"EncoderLayer": solve.reference_cells("C5W4")["EncoderLayer"]}
    path = tmp_path / "C5W4.ipynb"
    path.write_text(build.serialize(solve.filled("C5W4", answers)), encoding="utf-8")
    result = grade(path, "ann", sandbox=sandbox)
    [one] = [q for q in result.questions if q.name == "EncoderLayer"]
    assert one.score == one.max_score
    assert "a fixed block in place of your `MultiHeadAttention`" in one.message


@pytest.mark.parametrize(
    "hiding",
    [
        "import helpers.checks.outcome as o; o._exact = lambda value: 0",
        "import helpers.checks.values as v; v.plain = lambda value, above=(): 0",
        "import autograder.sandbox.inside.student as s; s.observe = lambda *a: 0",
        "import copy; copy.deepcopy = lambda value, memo=None: value",
        "np.array_equal = np.isclose = np.allclose = lambda *a, **k: True",
    ],
)
def test_what_a_function_changes_cannot_be_hidden_by_a_name(sandbox, tmp_path, hiding):
    softmax = f"""
        try:
            {hiding}
        except ImportError:
            pass

        def softmax(x):
            x -= x.max(axis=1, keepdims=True)
            e = np.exp(x)
            return e / e.sum(axis=1, keepdims=True)
    """
    path = write(tmp_path, softmax=code(softmax))
    result = grade(path, "ann", sandbox=sandbox)
    assert set(lost(result)) == {"softmax"}
    one = lost(result)["softmax"]
    assert one.score == round(one.max_score * (1 - CHANGED), 2)
    assert "it changes its argument `x`" in one.message


def test_a_stand_in_is_of_no_use_to_the_exercise_itself(sandbox, tmp_path):
    # Remembers on the disk and in memory what a stand-in for L1 answers.
    softmax = """
        def softmax(x):
            open("/tmp/known", "w").write(str(L1(np.ones(3), np.zeros(3))))
            return L1(x, x)
    """
    l1 = "def L1(yhat, y):\n    return float(open('/tmp/known').read())"
    path = write(tmp_path, softmax=code(softmax), L1=l1)
    assert {"softmax", "L1"} <= set(lost(grade(path, "ann", sandbox=sandbox)))


def test_a_later_exercise_gives_an_earlier_one_no_answers(sandbox, tmp_path):
    propagate = """
        def propagate(w, b, X, Y):
            _, _, grads, cost = optimize(w, b, X, Y, num_iterations=1)
            return grads, cost
    """
    optimize = (
        "def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.01):\n    0"
    )
    path = write(tmp_path, propagate=code(propagate), optimize=optimize)
    result = grade(path, "ann", sandbox=sandbox)
    assert lost(result)["propagate"].score == 0


def test_magics_and_missing_packages_stop_nobody(sandbox, tmp_path):
    text = "%matplotlib inline\n!pip install x\ndef L2(x, y):\n    return 0"
    result = grade(write(tmp_path, L2=text), "ann", sandbox=sandbox)
    assert set(lost(result)) == {"L2"}


def test_nothing_is_left_when_it_closes(tmp_path):
    with Sandbox() as sandbox:
        grade(write(tmp_path), "ann", sandbox=sandbox)
        pids = sandbox.processes()
        assert pids
    deadline = time.monotonic() + 5
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, pids))


_GRADES = """
import sys, time
from autograder.sandbox.host import Sandbox
sandbox = Sandbox((3,))
sandbox.open()
print("open", flush=True)
time.sleep(600)
"""


def test_what_a_killed_judge_leaves_is_swept_away(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    judge = subprocess.Popen([sys.executable, "-c", _GRADES], stdout=subprocess.PIPE)
    with judge:
        assert judge.stdout.readline() == b"open\n"
        deadline = time.monotonic() + 10  # its folders come a moment later
        while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        kept = tmp_path / f"autograder-{os.getpid()}-alive"
        for folder in (kept, tmp_path / "autograder-mine"):
            folder.mkdir()
        (tmp_path / "autograder-99999999-link").symlink_to(kept)
        scratch.sweep()
        assert len(list(tmp_path.iterdir())) == 5
        judge.kill()
    deadline = time.monotonic() + 10
    while len(list(tmp_path.iterdir())) > 3 and time.monotonic() < deadline:
        scratch.sweep()
    left = {path.name.split("-")[-1] for path in tmp_path.iterdir()}
    assert left == {"alive", "mine", "link"}
    assert kept.is_dir()


@pytest.mark.skipif("CI" not in os.environ, reason="about the machine of CI")
def test_ci_has_what_the_strongest_sandbox_needs():
    if sys.platform == "linux":
        assert bubblewrap.program(), "install bubblewrap; .ci/run does where it can"


def test_it_starts_again_after_it_was_killed(sandbox, tmp_path):
    grade(write(tmp_path), "ann", sandbox=sandbox)
    os.kill(sandbox.processes()[-1], 9)
    results = []
    for _ in range(2):  # the first may find it dying
        try:
            results.append(grade(write(tmp_path), "ann", sandbox=sandbox))
        except SandboxError:
            continue
    assert lost(results[-1]) == {}


@pytest.mark.skipif(1 not in TIERS, reason=refused(1))
def test_without_namespaces_of_its_own_each_submission_gets_a_fresh_server(
    tmp_path, monkeypatch
):
    usual = bubblewrap.command

    def weaker(*arguments):
        words = usual(*arguments)
        at = words.index("CAP_SYS_ADMIN")
        return words[: at - 1] + words[at + 1 :]

    monkeypatch.setattr(bubblewrap, "command", weaker)
    with Sandbox((1,)) as sandbox:
        sandbox._running().nested = False
        first = sandbox.processes()
        sandbox._used = True
        sandbox._running()
        assert set(first).isdisjoint(sandbox.processes())


def test_a_missing_bubblewrap_is_named(monkeypatch):
    monkeypatch.setattr(bubblewrap, "program", lambda: None)
    with pytest.raises(SandboxError, match="bubblewrap"):
        Sandbox((1,)).tier  # noqa: B018
    with Sandbox() as weaker:
        assert weaker.tier > 1
        assert "bubblewrap" in weaker.warning


def test_a_kernel_that_refuses_namespaces_is_named(monkeypatch, tmp_path):
    program = tmp_path / "bwrap"
    said = "bwrap: No permissions to create new namespace"
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(bubblewrap, "program", lambda: str(program))
    with pytest.raises(SandboxError, match=r"refuses new namespaces.*Ubuntu 24\.04"):
        Sandbox((1,)).tier  # noqa: B018


@pytest.mark.parametrize(
    ("release", "said"),
    [
        ("ID=debian\n", "apt-get install bubblewrap"),
        ("ID=ubuntu\nID_LIKE=debian\n", "apt-get install bubblewrap"),
        ("ID=fedora\n", "dnf install bubblewrap"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "dnf install bubblewrap"),
        ("ID=opensuse-leap\n", "zypper install bubblewrap"),
        ("", "bubblewrap"),
    ],
)
def test_advice_fits_the_system(release, said):
    assert said in advice.install(release)


@pytest.mark.parametrize(("system", "said"), [("darwin", "macOS"), ("win32", "WSL")])
def test_advice_for_other_systems(monkeypatch, system, said):
    monkeypatch.setattr("sys.platform", system)
    assert said in advice.install()


def test_a_lab_that_teaches_networks_cannot_import_them():
    assert "nn" in hidden_helpers(LAB)


def test_the_contents_of_packages_are_those_that_are_recorded():
    found = 0
    for package in importlib.metadata.distributions():
        first = {file.parts[0] for file in package.files or ()}
        root = Path(package.locate_file(""))
        wanted = {
            name
            for name in first - {"..", "__pycache__", "/"}
            if (root / name).exists() and not name.endswith((".pth", ".egg"))
        }
        if first:
            assert {path.name for path in packages._contents(package)} == wanted
            found += len(wanted)
    assert found > 50


@pytest.mark.parametrize("folder", ["helpers", "solutions"])
def test_imports_of_helpers_are_those_that_python_sees(folder):
    for path in (paths.ROOT / folder).rglob("*.py"):
        seen = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                seen |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                seen |= {f"{node.module}.{alias.name}" for alias in node.names}
        parts = {name.split(".")[1] for name in seen if name.startswith("helpers.")}
        assert layout._imports(path) == parts, path


def test_imports_of_helpers_are_found_in_every_form(tmp_path):
    path = tmp_path / "lab.py"
    path.write_text(
        "import numpy, helpers.nn as nn  # (deep)\n"
        "from helpers import (\n    data,  # the images\n    text,\n)\n"
        "def f():\n    from helpers.plots.labs import c2w1  # noqa (here)\n"
        ">>> from helpers import audio\n"
    )
    assert layout._imports(path) == {"nn", "data", "text", "plots"}


@pytest.mark.parametrize("tier", TIERS)
def test_one_that_has_begun_to_start_serves_a_fork_and_ends_with_its_owner(tier):
    """A process of a class is given a sandbox that the run has started for it."""
    with Sandbox((tier,)) as ours:
        ours.begin()
        server = ours._begun.process
        answers, child = os.pipe()
        if not (pid := os.fork()):
            status = 1
            try:
                with SandboxSession(ours) as session:
                    session.run(LAB, ["x = 6 * 7"], Everything((), (Variable("x"),)))
                    (outcome,) = next(session.outcomes(Variable("x")))
                os.write(child, b"%d" % outcome.value)
                ours.close()  # the server ends, though the owner holds the socket, too
                status = 0
            finally:
                os._exit(status)
        os.close(child)
        with os.fdopen(answers, "rb") as file:
            assert file.read() == b"42"
        assert os.waitpid(pid, 0)[1] == 0
        server.wait(20)
        assert ours._begun.ended


def test_what_other_labs_had_loaded_is_not_in_memory(sandbox):
    """Modules are loaded once for all submissions of a lab, not for another lab."""
    looks = [
        "import sys",
        "loaded = 'helpers.nn' in sys.modules",
        "kinds = [kind.__module__ for kind in object.__subclasses__()]",
        "seen = 'helpers.nn.tensor' in kinds",
    ]
    found = []
    for lab in ("C3W1", "C3W1", LAB, LAB, "C3W1"):
        with SandboxSession(sandbox, lab=lab) as session:
            wanted = (Variable("loaded"), Variable("seen"))
            session.run(lab, looks, Everything(variables=wanted))
            answers = [next(iter(session.outcomes(one))) for one in wanted]
            found.append(tuple(answer.value for [answer] in answers))
    no, yes = (False, False), (True, True)
    assert found == [no, yes, no, no, no]


def test_a_pool_deals_out_a_few_sets_that_nobody_can_predict():
    lab = check.load(LAB)
    pool = Pool(lab, "run", size=4)
    seeds = {name: pool.of(name).seed for name in map(str, range(50))}
    assert len(set(seeds.values())) == 4
    assert seeds == {name: Pool(lab, "run", size=4).of(name).seed for name in seeds}
    assert seeds != {name: Pool(lab, "other", size=4).of(name).seed for name in seeds}


@pytest.mark.parametrize(
    ("students", "sets"), [(0, 2), (1, 2), (16, 2), (40, 5), (64, 8), (500, 8)]
)
def test_a_small_class_shares_fewer_sets(students, sets):
    assert Pool.for_class(check.load(LAB), "run", students).size == sets


def test_second_chances_get_cases_of_their_own():
    cases = Cases(check.load(LAB), 3)
    first, second = cases.calls("sigmoid", 0), cases.calls("sigmoid", 1)
    assert repr(first) != repr(second)


def test_a_prefix_that_holds_other_environments_shows_its_own_alone(
    tmp_path, monkeypatch
):
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for name in ("", "envs/other", "lib/other", "pkgs/torch"):
        (tmp_path / name / "lib" / version / "site-packages" / "torch").mkdir(
            parents=True
        )
    (tmp_path / "lib" / "libpython3.so").write_bytes(b"")
    found = layout._python(tmp_path, [])
    own = tmp_path / "lib"
    assert own / version in found
    assert own / "libpython3.so" in found
    assert [p for p in found if {"envs", "other", "pkgs"} & set(p.parts)] == []
    covered = layout._folders_of_packages(own)
    assert covered == [own / version / "site-packages"]
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "pyvenv.cfg").write_text("")
    assert layout._environments(tmp_path) == [tmp_path / "venv"]
    monkeypatch.undo()
    words = bubblewrap.command("bwrap", layout.layout(), tmp_path)
    bound = [words[i + 1] for i, word in enumerate(words) if word == "--ro-bind"]
    assert sys.base_prefix not in bound or sys.base_prefix == "/usr"


def test_bounds_are_sane():
    bounds = Bounds()
    assert bounds.total <= bounds.memory
    assert bounds.file <= bounds.scratch
