"""Run a notebook from top to bottom in its own kernel."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def run(notebook: nbformat.NotebookNode, seconds: float = 600) -> nbformat.NotebookNode:
    """Run every cell in a fresh folder and fill in its outputs.

    Args:
        notebook: changed in place.
        seconds: time limit for one cell.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell stopped with an error.
    """
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "IPYTHONDIR": str(Path(folder) / ".ipython"),
            "PYTHONWARNINGS": "default",
            "COURSE_PROGRESS": str(Path(folder) / "progress.json"),
        }
        client = NotebookClient(
            notebook,
            timeout=seconds,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
        )
        client.execute(env=environment)
    return notebook
