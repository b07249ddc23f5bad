"""`autograder doctor [--json FILE]`: how strong the sandbox is here."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from autograder.cli import safety
from autograder.errors import about


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "doctor", help="report how safe grading is here, and prove it by attacks"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the findings")
    safety.add_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Attack the sandbox and show the result."""
    safety.one_thread()
    from tqdm import tqdm

    from autograder.doctor.attacks import ATTACKS
    from autograder.doctor.examine import BOUNDS, examine
    from autograder.doctor.versions import versions
    from autograder.reports.text import columns
    from autograder.sandbox.host import Sandbox

    tiers = (1,) if options.require_sandbox else (1, 2, 3)
    with Sandbox(tiers, BOUNDS) as sandbox:
        tier = sandbox.tier
        print(f"Tier {tier} of 3: {_TIERS[tier]}")
        if sandbox.warning:
            print(f"WARNING: {sandbox.warning}", file=sys.stderr)
        for name, version in versions().items():
            print(f"  {name} {version}")
        if tier == 3:
            print("No attacks are tried, because nothing would contain them.")
            findings = []
        else:
            quiet = not sys.stderr.isatty()
            with tqdm(total=len(ATTACKS), unit="attack", disable=quiet) as bar:
                findings = examine(sandbox, progress=lambda finding: bar.update())
    rows = [("class", "attack", "contained", "")]
    rows += [
        (f.kind, f.name, "yes" if f.contained else "NO", f.detail[:100])
        for f in findings
    ]
    print(columns(rows))
    escaped = [finding for finding in findings if not finding.contained]
    print(f"{len(findings) - len(escaped)} of {len(findings)} attacks contained.")
    if options.json:
        record = {
            "tier": tier,
            "warning": sandbox.warning,
            "versions": versions(),
            "attacks": [finding.as_dict() for finding in findings],
        }
        text = json.dumps(record, indent=1) + "\n"
        with about(options.json):
            options.json.write_text(text, encoding="utf-8")
    return 1 if escaped or tier == 3 else 0


_TIERS = {
    1: "bubblewrap; no network, nothing of this machine can be seen or changed",
    2: "limits, a system-call filter, and Landlock",
    3: "NO SANDBOX; student code can do everything that you can",
}
