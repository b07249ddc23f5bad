"""`autograder doctor`: says what there is, and fails where something escapes."""

import json

import pytest

from autograder import __main__ as command
from autograder.doctor import attacks, examine
from autograder.doctor.attacks import Attack
from autograder.sandbox.host import Sandbox

FEW = [a for a in attacks.ATTACKS if a.kind in ("output", "network")][:6]


def test_findings_as_json(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(attacks, "ATTACKS", FEW)
    monkeypatch.setattr(examine.examine, "__defaults__", (FEW, lambda finding: None))
    status = command.main(["doctor", "--json", str(tmp_path / "doctor.json")])
    record = json.loads((tmp_path / "doctor.json").read_text())
    assert record["tier"] in (1, 2, 3)
    said = capsys.readouterr().out
    assert f"Tier {record['tier']} of 3" in said
    if record["tier"] == 3:
        pytest.skip("no sandbox here")
    assert status == 0
    assert len(record["attacks"]) == len(FEW)
    for found in record["attacks"]:
        assert {"name", "class", "contained", "detail"} <= set(found)
        assert found["contained"], found


def test_an_attack_that_gains_something_is_seen():
    right = "basic_sigmoid = lambda x: 1 / (1 + math.exp(-x))"
    with Sandbox((1, 2, 3), examine.BOUNDS) as sandbox:
        [finding] = examine.examine(sandbox, [Attack("is right", "output", right)])
    assert not finding.contained
    assert "2 points for nothing" in finding.detail


def test_an_attack_that_finds_something_is_seen():
    code = "report('BEGIN ' + open(np.__file__).read(20))"
    with Sandbox((1, 2, 3), examine.BOUNDS) as sandbox:
        [finding] = examine.examine(sandbox, [Attack("reads NumPy", "reading", code)])
    assert not finding.contained
