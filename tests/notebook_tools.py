"""What notebook tools do to a file, recorded: the one definition of the table.

Each `Tool` was run once, in the version that is named, on the solved lab C1W2. What it
changed in the structure of the file is `change`, a function that does the same to a
notebook of ours; `make nightly` runs the tools again and compares. The table in
docs/notebook_tools.md is made from here: `python -m tests.notebook_tools`.
"""

from __future__ import annotations

import ast
import copy
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "notebook_tools.md"
BEGIN, END = "<!-- table: python -m tests.notebook_tools -->", "<!-- end of table -->"
PERSON, LOST = "waits for a person", "is lost, which is named"


@dataclass(frozen=True)
class Tool:
    """A tool and what it does.

    Attributes:
        name: of the tool, with what it is told to do.
        does: what it changes, in words.
        change: does the same to a notebook, and gives the text of the file.
        run: shell commands that make `result` from `lab.ipynb`; empty where it cannot
            be run from the command line, and the shape is from its documentation.
        package: as pip knows it, with the version that was run.
        result: name of the file that is handed in, and its form.
        words: what becomes of the answer in words.
        said: of the sentence that stands for points where it cannot be graded.
    """

    name: str
    does: str
    change: Callable[[nbformat.NotebookNode], str]
    run: str = ""
    package: str = ""
    result: str = "lab.ipynb"
    words: str = PERSON
    said: str = ""

    @property
    def key(self) -> str:
        """Its name as that of a folder."""
        return "".join(c if c.isalnum() else "-" for c in self.name.lower())

    @property
    def graded(self) -> str:
        """What comes of it, in words."""
        if self.said:
            return f"not graded: “… {self.said} …”"
        return f"in full; the answer in words {self.words}"


# --- what tools do to cells -----------------------------------------------------------


def saved(notebook):
    """The file, changed no further."""
    return json.dumps(notebook)


def edited(*steps):
    """A change made of steps, each of which alters a notebook in place."""

    def change(notebook):
        notebook = copy.deepcopy(notebook)
        for step in steps:
            step(notebook)
        return json.dumps(notebook)

    return change


def dropped(*keys, kinds=("code", "markdown", "raw")):
    """Take entries out of the metadata of cells; all of them if none is named."""

    def step(notebook):
        for cell in notebook.cells:
            if cell.cell_type in kinds:
                for key in keys or list(cell.metadata):
                    cell.metadata.pop(key, None)

    return step


def marked(**entries):
    """Put entries into the metadata of cells."""

    def step(notebook):
        for cell in notebook.cells:
            cell.metadata.update(copy.deepcopy(entries))

    return step


def format_4(minor):
    """Say that the file is of a minor version; ids are no part of those before 5."""

    def step(notebook):
        notebook.nbformat_minor = minor

    return step


def no_ids(notebook):
    for cell in notebook.cells:
        cell.pop("id", None)


def new_ids(notebook):
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{number:08x}"


def counted_ids(notebook):
    for number, cell in enumerate(notebook.cells):
        cell.id = str(number)


def ids_in_metadata(notebook):
    for number, cell in enumerate(notebook.cells):
        cell.metadata["id"] = f"Xyz{number:09d}"


def executed(notebook):
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.outputs = [nbformat.v4.new_output("stream", text="…\n")]
    notebook.metadata["language_info"].update(file_extension=".py", version="3.11.7")


def reformatted(notebook):
    """Another layout and other quotes, as `black` and its kind write them."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = ast.unparse(ast.parse(cell.source)).replace("    ", "  ")


def rewritten(notebook):
    """Other code for the same, such as annotations of what functions return."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = cell.source.replace('):\n    "', ') -> object:\n    "')


def other_markdown(notebook):
    """Markdown with other line breaks and other signs for the same."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("\n", "  \n").replace("**", "__")


def paragraphs_apart(notebook):
    """Each paragraph of code becomes a cell, and a comment on top of it Markdown."""
    text = jupytext.writes(notebook, fmt="py:nomarker")
    cells = []
    for cell in jupytext.reads(text, fmt="py:nomarker").cells:
        lines = cell.source.split("\n")
        code = next((i for i, x in enumerate(lines) if not x.startswith("#")), 0)
        if cell.cell_type == "code" and code:
            words = "\n".join(line.strip("# ") for line in lines[:code])
            cells.append(nbformat.v4.new_markdown_cell(words))
            cell.source = "\n".join(lines[code:])
        cells.append(cell)
    notebook.cells = cells


def split_in_two(notebook):
    """Split each exercise and each demo at its first blank line.

    Metadata stays on both halves, the id on the second.
    """
    cells = []
    for cell in notebook.cells:
        head, gap, tail = cell.source.partition("\n\n")
        if cell.cell_type == "code" and gap and not tail.startswith(" "):
            first = copy.deepcopy(cell)
            first.source, first.id = head, f"new-{cell.id}"[:60]
            cells.append(first)
            cell.source = tail
        cells.append(cell)
    notebook.cells = cells


def merged_below(notebook):
    """Merge each check cell into the exercise above it, which keeps its metadata."""
    cells = []
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("locked"):
            cells[-1].source += "\n\n" + cell.source
        else:
            cells.append(cell)
    notebook.cells = cells


def first_is(cell):
    """Put a cell at the top."""

    def step(notebook):
        notebook.cells.insert(0, copy.deepcopy(cell))

    return step


def tagged_in_code(notebook):
    """Tags become comments, as marimo writes those it does not know."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and "demo" in cell.metadata.get("tags", ()):
            cell.source = f"# Cell tags: demo\n{cell.source}"


def with_conflict(notebook):
    """Two versions of one line, as a merge leaves them."""
    cell = next(c for c in notebook.cells if c.id == "sigmoid")
    cell.source = cell.source.replace("def ", "<<<<<<< local\n=======\n>>>>>>> r\ndef ")


def as_text(form):
    """What Jupytext writes."""
    return lambda notebook: jupytext.writes(notebook, fmt=form)


def code_alone(notebook):
    return "\n\n".join(c.source for c in notebook.cells if c.cell_type == "code") + "\n"


def script(notebook):
    """nbconvert's program for Python: comments, and a prompt above each code cell."""
    parts = ["#!/usr/bin/env python\n# coding: utf-8"]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            parts.append(f"# In[ ]:\n\n\n{cell.source}\n")
        else:
            parts.append("\n".join(f"# {x}".rstrip() for x in cell.source.split("\n")))
    return "\n\n".join(parts) + "\n"


def fenced(notebook):
    return "\n\n\n".join(
        f"```python\n{cell.source}\n```" if cell.cell_type == "code" else cell.source
        for cell in notebook.cells
    )


def format_3(notebook):
    return nbformat.writes(copy.deepcopy(notebook), version=3)


def web_page(notebook):
    return "<!DOCTYPE html>\n<html><body>" + "…" * 100 + "</body></html>\n"


def pdf(notebook):
    return "%PDF-1.7\n"


def marimo_program(notebook):
    return (
        "import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n"
        "    import numpy as np\n    return (np,)\n"
    )


def git_conflict(notebook):
    """A file in which Git left the marks of a merge."""
    return json.dumps(notebook, indent=1).replace(
        ' "cells": [', '<<<<<<< HEAD\n=======\n>>>>>>> other\n "cells": [', 1
    )


PARAMETERS = nbformat.v4.new_code_cell(
    "# Parameters\nrate = 0.1\n", metadata={"tags": ["injected-parameters"]}
)
FAILED = nbformat.v4.new_markdown_cell(
    "<span>An Exception was encountered at '<a>In [1]</a>'.</span>",
    metadata={"tags": ["papermill-error-cell-tag"]},
)
MARIMO = nbformat.v4.new_code_cell("import marimo as mo")
CHANGED = "source reformatted"
CLEARED = "all metadata of cells removed"

TOOLS = (
    Tool(
        "JupyterLab 4.6, Notebook 7: run, save",
        "outputs, execution counts",
        edited(executed, marked(execution={})),
    ),
    Tool(
        "JupyterLab 4.6: split cells",
        "both halves with the metadata, the second with the id",
        edited(split_in_two),
    ),
    Tool(
        "JupyterLab 4.6: merge cells",
        "the first cell's metadata and id, both texts",
        edited(merged_below),
    ),
    Tool(
        "VS Code: save",
        "`vscode` in the metadata of cells",
        edited(executed, marked(vscode={"languageId": "python"})),
    ),
    Tool(
        "Colab: save",
        "nbformat 4.0, ids moved to the metadata",
        edited(format_4(0), no_ids, ids_in_metadata, executed),
    ),
    Tool(
        "Kaggle: save",
        "nbformat 4.4, no ids, `_uuid`, `trusted`, `execution`",
        edited(format_4(4), no_ids, marked(_uuid="0", trusted=True, execution={})),
    ),
    Tool(
        "tensorflow-docs nbfmt",
        "Colab's shape; `nbgrader` and tags removed",
        edited(dropped(), ids_in_metadata, format_4(0)),
        "python -m tensorflow_docs.tools.nbfmt lab.ipynb",
        "tensorflow-docs==2025.2.19.33219",
    ),
    Tool(
        "marimo convert, export ipynb",
        "`nbgrader` and tags removed, other ids, a cell on top, tags as comments",
        edited(tagged_in_code, dropped(), new_ids, first_is(MARIMO)),
        "marimo convert lab.ipynb -o m.py && marimo export ipynb m.py -o out.ipynb",
        "marimo==0.25.2",
        "out.ipynb",
    ),
    Tool(
        "marimo convert",
        "a program of functions",
        marimo_program,
        "marimo convert lab.ipynb -o out.py",
        "marimo==0.25.2",
        "out.py",
        said="The file is a marimo program",
    ),
    Tool(
        "nbconvert --to notebook",
        "nothing",
        saved,
        "jupyter nbconvert --to notebook lab.ipynb --output out.ipynb",
        "nbconvert==7.17.2",
        "out.ipynb",
    ),
    Tool(
        "nbconvert --clear-output",
        "nothing else",
        saved,
        "jupyter nbconvert --clear-output --inplace lab.ipynb",
        "nbconvert==7.17.2",
    ),
    Tool(
        "nbconvert ClearMetadata",
        "all metadata of code cells removed",
        edited(dropped(kinds=("code",))),
        "jupyter nbconvert --ClearMetadataPreprocessor.enabled=True --to notebook "
        "--inplace lab.ipynb",
        "nbconvert==7.17.2",
    ),
    Tool(
        "nbconvert --to script, never run",
        "the code alone, as `.txt`",
        code_alone,
        "jupyter nbconvert --to script lab.ipynb",
        "nbconvert==7.17.2",
        "lab.txt",
        LOST,
    ),
    Tool(
        "nbconvert --to python",
        "code below prompts, Markdown as comments",
        script,
        "jupyter nbconvert --to python lab.ipynb",
        "nbconvert==7.17.2",
        "lab.py",
    ),
    Tool(
        "nbconvert --to markdown",
        "code in fences",
        fenced,
        "jupyter nbconvert --to markdown lab.ipynb",
        "nbconvert==7.17.2",
        "lab.md",
    ),
    Tool(
        "nbconvert --to html",
        "a web page",
        web_page,
        "jupyter nbconvert --to html lab.ipynb",
        "nbconvert==7.17.2",
        "lab.html",
        said="The file is a web page",
    ),
    Tool("print to PDF", "a PDF", pdf, result="lab.pdf", said="The file is a PDF"),
    *(
        Tool(
            f"Jupytext {form}",
            "text; new ids when read back",
            as_text(form),
            f"jupytext --to {form} lab.ipynb",
            "jupytext==1.19.6",
            f"lab.{ending}",
        )
        for form, ending in (
            ("py:percent", "py"),
            ("py:hydrogen", "py"),
            ("py:light", "py"),
            ("md", "md"),
            ("md:myst", "md"),
            ("Rmd", "Rmd"),
        )
    ),
    *(
        Tool(
            f"Jupytext {form}",
            "text without metadata, cells split",
            as_text(form),
            f"jupytext --to {form} lab.ipynb",
            "jupytext==1.19.6",
            "lab.py",
        )
        for form in ("py:sphinx", "py:nomarker")
    ),
    Tool(
        "Jupytext py:percent and back",
        "new ids",
        edited(new_ids),
        "jupytext --to py:percent lab.ipynb && jupytext --to ipynb lab.py -o out.ipynb",
        "jupytext==1.19.6",
        "out.ipynb",
    ),
    Tool(
        "nbstripout",
        "ids renumbered from 0",
        edited(counted_ids),
        "nbstripout lab.ipynb",
        "nbstripout==0.9.1",
    ),
    Tool(
        "nb-clean",
        CLEARED,
        edited(dropped()),
        "nb-clean clean lab.ipynb",
        "nb-clean==5.0.0",
    ),
    Tool(
        "nbdev-clean",
        CLEARED,
        edited(dropped()),
        "nbdev-clean --fname lab.ipynb",
        "nbdev==3.3.26",
    ),
    Tool(
        "databooks meta",
        f"{CLEARED}, ids too",
        edited(dropped(), no_ids),
        "databooks meta lab.ipynb --yes",
        "databooks==1.4.0",
    ),
    Tool(
        "black",
        CHANGED,
        edited(reformatted),
        "black -q lab.ipynb",
        "black[jupyter]==26.10.1",
    ),
    Tool(
        "ruff format",
        CHANGED,
        edited(reformatted),
        "ruff format --isolated -q lab.ipynb",
        "ruff==0.17.6",
    ),
    Tool(
        "ruff check --fix",
        CHANGED,
        edited(reformatted),
        "ruff check --isolated --fix -q lab.ipynb || true",
        "ruff==0.17.6",
    ),
    Tool(
        "ruff check --select ALL --unsafe-fixes",
        "code rewritten",
        edited(rewritten),
        "ruff check --isolated --select ALL --fix --unsafe-fixes -q lab.ipynb || true",
        "ruff==0.17.6",
    ),
    Tool(
        "nbQA isort",
        CHANGED,
        edited(reformatted),
        "nbqa isort lab.ipynb",
        "nbqa==1.9.1 isort==9.0.2",
    ),
    Tool(
        "nbQA autopep8",
        CHANGED,
        edited(reformatted),
        "nbqa autopep8 -i lab.ipynb",
        "nbqa==1.9.1 autopep8==2.3.2",
    ),
    Tool(
        "nbQA yapf",
        CHANGED,
        edited(reformatted),
        "nbqa yapf --in-place lab.ipynb",
        "nbqa==1.9.1 yapf==0.43.0",
    ),
    Tool(
        "ipynb-py-convert, there and back",
        f"{CLEARED}, ids too; nbformat 4.4",
        edited(dropped(), no_ids, format_4(4)),
        "ipynb-py-convert lab.ipynb m.py && ipynb-py-convert m.py out.ipynb",
        "ipynb-py-convert==0.4.6",
        "out.ipynb",
    ),
    Tool(
        "p2j, there and back",
        f"{CLEARED}, ids too; cells split; nbformat 4.2",
        edited(paragraphs_apart, no_ids, format_4(2)),
        "p2j -r lab.ipynb -t m.py -o && p2j m.py -t out.ipynb -o",
        "p2j==1.3.2",
        "out.ipynb",
    ),
    Tool(
        "papermill with parameters",
        "a cell on top, `papermill` in the metadata",
        edited(marked(papermill={}), first_is(PARAMETERS)),
        "papermill --prepare-only lab.ipynb out.ipynb -p rate 0.1",
        "papermill==2.7.0",
        "out.ipynb",
    ),
    Tool(
        "papermill, stopped by an error",
        "two cells of Markdown put in",
        edited(marked(papermill={}), first_is(FAILED), first_is(FAILED)),
        "papermill lab.ipynb out.ipynb || true",
        "papermill==2.7.0",
        "out.ipynb",
    ),
    Tool(
        "nbclient",
        "outputs, `execution` in the metadata of code cells",
        edited(executed),
        "jupyter execute --allow-errors --inplace lab.ipynb",
        "nbclient==0.11.0",
    ),
    Tool(
        "nbdime nbmerge",
        "nothing, if nothing conflicts",
        saved,
        "nbmerge lab.ipynb lab.ipynb lab.ipynb --out out.ipynb",
        "nbdime==4.0.4",
        "out.ipynb",
    ),
    Tool(
        "Git merge with a conflict",
        "marks of the conflict in the file",
        git_conflict,
        said="marks of an unfinished Git merge",
    ),
    Tool(
        "nbformat 3",
        "the format of IPython 3",
        format_3,
        "jupyter nbconvert --to notebook --nbformat 3 lab.ipynb --output out.ipynb",
        "nbformat==5.11.1",
        "out.ipynb",
    ),
    Tool(
        "pandoc ipynb to ipynb",
        "Markdown written anew",
        edited(other_markdown),
        "python -c \"import pypandoc; pypandoc.convert_file('lab.ipynb', 'ipynb', "
        "outputfile='out.ipynb')\"",
        "pypandoc_binary==1.17",
        "out.ipynb",
    ),
    Tool("renamed to .ipynb.txt", "nothing", saved, result="lab.ipynb.txt"),
    Tool("renamed to .IPYNB", "nothing", saved, result="lab.IPYNB"),
)


# --- the shape of a file --------------------------------------------------------------


def shape(text: str, before: nbformat.NotebookNode) -> dict:
    """What there is to say of the structure of a file that a tool made.

    Args:
        text: the file.
        before: the notebook that the tool was given.
    """
    if not text.lstrip().startswith("{"):
        marks = (
            "# %%",
            "# In[",
            "# +",
            "```python",
            "```{code-cell}",
            "<!DOCTYPE html",
            "```{python",
            "app = marimo.App(",
        )
        return {"marks": [mark for mark in marks if f"\n{mark}" in f"\n{text}"]}
    found = json.loads(text)
    cells = found.get("cells") or found["worksheets"][0]["cells"]
    kept = [cell.id for cell in before.cells]
    ids = [cell.get("id") for cell in cells]
    names = Counter(key for cell in cells for key in cell["metadata"])
    shape = {
        "format": (found["nbformat"], found["nbformat_minor"]),
        "kinds": Counter(cell["cell_type"] for cell in cells),
        "ids": "kept"
        if set(kept) <= set(ids)
        else "none"
        if not any(ids)
        else "counted"
        if ids == [str(n) for n in range(len(ids))]
        else "new",
        "metadata": {key: names[key] for key in ("nbgrader", "deletable", "papermill")},
        "trees": _trees(cells) == _trees(before.cells),
    }
    return shape


def _trees(cells) -> list[str]:
    """Syntax trees of all code, which a formatter leaves as they are."""
    trees = []
    for cell in cells:
        text = cell.get("source") or cell.get("input", "")
        text = text if isinstance(text, str) else "".join(text)
        if cell["cell_type"] == "code":
            tree = ast.parse(text)
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    node.value = "".join(node.value.split())
            trees.append(ast.dump(tree))
    return trees


def table() -> str:
    """The document's table."""
    rows = ["| tool | version | what it changes | graded |", "|---|---|---|---|"]
    for tool in TOOLS:
        version = tool.package.replace("==", " ") or "not run: from its format"
        rows.append(f"| {tool.name} | {version} | {tool.does} | {tool.graded} |")
    return "\n".join(rows)


def document() -> str:
    """The document with its table made anew."""
    head, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{table()}\n\n{END}{tail}"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
