"""Cells of a notebook that was saved as text: Jupytext's forms, nbconvert's script.

Reads `.py` with `# %%` (percent, VS Code, Spyder), `# +` (light) or `# In[ ]:`
(nbconvert), plain Python, and Markdown with fenced code (Jupytext's `.md`, MyST,
R Markdown, Quarto). It does not use Jupytext, because it runs in the sandbox with only
the standard library; the tests compare it with Jupytext.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_PERCENT = re.compile(r"#\s?%%+(?:\s(.*))?$")
_LIGHT = re.compile(r"# \+(?: *| +(\[.*|\{.*|[\w.-]+=.*))$")
_LIGHT_END = re.compile(r"# -(?:\s.*)?$")
_PROMPT = re.compile(r"# In ?\[[\s\d*]*\]:?\s*$")
_KIND = re.compile(r"\[(markdown|md|raw)\]", re.IGNORECASE)
_GRADE_ID = re.compile(r"""grade_id["']?\s*[:=]\s*["']?([\w-]{1,200})""")
_FENCE = re.compile(r"(`{3,}|~{3,})\s*(.*)$")
_CODE = re.compile(
    r"\{code-cell\}|\{\.?(?:ipython3?|python3?)\b|(?:ipython3?|python3?|py)\b"
)
_REGION = re.compile(r"<!-- #(end)?region\b(.*)-->\s*$")
_BEGINS = re.compile(r"(?:def|class|async|import|from)\b|@|# ")
_OPTION = re.compile(r":[\w-]+:|#\|")
_SAYS_PYTHON = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
    ast.Import,
    ast.ImportFrom,
)


class TextCell(NamedTuple):
    """One cell of a text notebook; `about` is what its marker says about it."""

    kind: str
    text: str
    about: str = ""

    @property
    def grade_id(self) -> str:
        """The name of a graded cell, if the marker contains nbgrader's metadata."""
        found = _GRADE_ID.search(self.about)
        return found[1] if found else ""


def read_text(text: str) -> list[TextCell]:
    """The cells of a text notebook in order; none if it is not a notebook."""
    lines = [line.rstrip("\r") for line in text.split("\n")]
    cells: Iterable[TextCell]
    if any(map(_PERCENT.match, lines)):
        cells = _percent(_without_header(lines))
    elif any(map(_PROMPT.match, lines)):
        cells = _script(lines)
    elif any(map(_LIGHT.match, lines)) or _is_python(text):
        cells = _light(_without_header(lines))
    else:
        cells = list(_markdown(_without_header(lines)))
        if not any(cell.kind == "code" for cell in cells):
            return []
    return [cell for cell in cells if cell.text.strip()]


def _without_header(lines: Sequence[str]) -> Sequence[str]:
    """Lines without the YAML header that Jupytext and MyST put at the top."""
    rule = next((line for line in lines[:1] if line in ("---", "# ---")), "")
    if rule:
        for number, line in enumerate(lines[1:], start=1):
            if line == rule:
                return lines[number + 1 :]
    return lines


def _percent(lines: Iterable[str]) -> Iterator[TextCell]:
    about, body = "", []
    for line in lines:
        if found := _PERCENT.match(line):
            yield _cell(about, body)
            about, body = found[1] or "", []
        else:
            body.append(line)
    yield _cell(about, body)


def _cell(about: str, body: Sequence[str]) -> TextCell:
    """A cell below a marker, whose brackets give its type."""
    found = _KIND.search(about)
    if not found:
        return TextCell("code", _joined(body), about)
    kind = "raw" if found[1].lower() == "raw" else "markdown"
    return TextCell(kind, _uncommented(body), about)


def _uncommented(lines: Sequence[str]) -> str:
    """The text in comments, or between triple quotes."""
    text = _joined(lines)
    for quotes in ('"""', "'''"):
        if text.startswith(quotes) and text.endswith(quotes) and len(text) > 5:
            return text[3:-3].strip("\n")
    if all(line.startswith("#") or not line.strip() for line in lines):
        return _joined([re.sub(r"^# ?", "", line) for line in lines])
    return text


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip("\n")


def _script(lines: Sequence[str]) -> Iterator[TextCell]:
    """Read nbconvert's script: code below a prompt, Markdown as comments above it."""
    at = [number for number, line in enumerate(lines) if _PROMPT.match(line)]
    yield from _words(_paragraphs(lines[: at[0]]))
    for start, end in zip(at, [*at[1:], len(lines)], strict=True):
        paragraphs = list(_paragraphs(lines[start + 1 : end]))
        last = len(paragraphs)
        while last and _is_comment(paragraphs[last - 1]):
            last -= 1
        code = "\n\n".join("\n".join(lines) for lines in paragraphs[:last])
        yield TextCell("code", code)
        yield from _words(paragraphs[last:])


def _words(paragraphs: Iterable[Sequence[str]]) -> Iterator[TextCell]:
    for lines in paragraphs:
        yield TextCell("markdown", _uncommented(lines))


def _paragraphs(lines: Iterable[str]) -> Iterator[list[str]]:
    body: list[str] = []
    for line in lines:
        if line.strip():
            body.append(line)
        elif body:
            yield body
            body = []
    if body:
        yield body


def _is_comment(lines: Sequence[str]) -> bool:
    return all(line.startswith("#") for line in lines)


def _light(lines: Sequence[str]) -> Iterator[TextCell]:
    """Read Jupytext's light format: marked cells, and paragraphs between them."""
    loose: list[str] = []
    number = 0
    while number < len(lines):
        found = _LIGHT.match(lines[number])
        number += 1
        if not found:
            loose.append(lines[number - 1])
            continue
        yield from _loose(loose)
        loose, start = [], number
        while number < len(lines) and not (
            _LIGHT.match(lines[number]) or _LIGHT_END.match(lines[number])
        ):
            number += 1
        yield _cell(found[1] or "", lines[start:number])
        number += number < len(lines) and not _LIGHT.match(lines[number])
    yield from _loose(loose)


def _loose(lines: Sequence[str]) -> Iterator[TextCell]:
    """Comments are Markdown; other paragraphs are code, joined until they parse."""
    code: list[str] = []
    for paragraph in _paragraphs(lines):
        if code and _goes_on("\n".join(code), paragraph[0]):
            code += ["", *paragraph]
            continue
        if code:
            yield TextCell("code", "\n".join(code))
            code = []
        if _is_comment(paragraph):
            yield TextCell("markdown", _uncommented(paragraph))
        else:
            code = list(paragraph)
    if code:
        yield TextCell("code", "\n".join(code))


def _parsed(text: str) -> list[ast.stmt] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _goes_on(code: str, line: str) -> bool:
    """Whether a line belongs to the code before it.

    Code with a mistake does not swallow all below: a definition or an import at the
    margin begins anew, unless it is in a text between triple quotes.
    """
    if line[:1].isspace():
        return True
    if _parsed(code) is not None:
        return False
    inside = any(code.count(quotes) % 2 for quotes in ('"""', "'''"))
    return inside or not _BEGINS.match(line)


def _is_python(text: str) -> bool:
    """Whether a text is a program; an incomplete one is judged by how it begins."""
    if any(re.match(r"(`{3,}|~{3,})", line) for line in text.split("\n")):
        return False
    body = _parsed(text)
    if body is None:
        return len(re.findall(r"^(?:def \w+\(|import \w)", text, re.MULTILINE)) > 1
    return any(isinstance(node, _SAYS_PYTHON) for node in body)


def _markdown(lines: Sequence[str]) -> Iterator[TextCell]:
    """Read Markdown: fenced code is code, everything between is Markdown."""
    wanted = "{" if any(re.match(r"(`{3,}|~{3,})\s*\{", x) for x in lines) else ""
    words: list[str] = []
    about, region = "", False
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        edge, fence = _REGION.match(line), _FENCE.match(line)
        if edge or line.startswith("+++"):  # Jupytext's and MyST's borders of a cell
            yield TextCell("markdown", _joined(words), about)
            words, region = [], bool(edge and not edge[1])
            about = line if region or not edge else ""
        elif (
            fence
            and not region
            and (_CODE.match(fence[2]) and fence[2].startswith(wanted))
        ):
            yield from _gaps(words, about)
            words, about, start = [], "", number
            closing = re.compile(re.escape(fence[1]) + r"+\s*$")
            while number < len(lines) and not closing.match(lines[number]):
                number += 1
            said, body = _options(lines[start:number])
            yield TextCell("code", _joined(body), f"{fence[2]} {said}")
            number += 1
        else:
            words.append(line)
    yield from _gaps(words, about)


def _gaps(words: Sequence[str], about: str) -> Iterator[TextCell]:
    """Split Markdown at two blank lines, which Jupytext uses without other markers."""
    for number, text in enumerate(re.split(r"\n{3,}", _joined(words))):
        yield TextCell("markdown", text, "" if number else about)


def _options(lines: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Split the options that MyST and Quarto put above a cell's code from the code."""
    if lines[:1] == ["---"] and "---" in lines[1:]:
        end = lines.index("---", 1)
        return "\n".join(lines[1:end]), lines[end + 1 :]
    end = 0
    while end < len(lines) and _OPTION.match(lines[end]):
        end += 1
    return "\n".join(lines[:end]), lines[end:]
