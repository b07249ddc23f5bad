"""JUnit XML: one suite per notebook, one test case per question."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from autograder.grading.results import LabResult, QuestionResult


def render(results: Sequence[LabResult]) -> str:
    """The document."""
    root = ElementTree.Element("testsuites", name="autograder")
    for result in results:
        wrong = sum(_is_wrong(question) for question in result.questions)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_clean(f"{result.student} {result.lab}"),
            tests=str(len(result.questions)),
            failures=str(wrong),
            errors="1" if result.error else "0",
            skipped=str(sum(q.score is None for q in result.questions)),
        )
        for question in result.questions:
            _case(suite, result, question)
        said = [result.error] if result.error else list(result.findings)
        if said:
            ElementTree.SubElement(suite, "system-out").text = _clean("\n".join(said))
    ElementTree.indent(root)
    return ElementTree.tostring(root, "unicode", xml_declaration=True) + "\n"


def _is_wrong(question: QuestionResult) -> bool:
    return question.score is not None and question.score < question.max_score


def _case(suite: ElementTree.Element, result: LabResult, question: QuestionResult):
    case = ElementTree.SubElement(
        suite, "testcase", classname=_clean(result.lab), name=_clean(question.name)
    )
    if question.score is None:
        ElementTree.SubElement(case, "skipped", message=_clean(question.message))
    elif _is_wrong(question):
        points = f"{question.score:g} of {question.max_score:g} points"
        failure = ElementTree.SubElement(
            case, "failure", message=_clean(f"{points}: {question.message}")
        )
        lines = [f"{c.call}: {c.message}" for c in question.cases if not c.passed]
        failure.text = _clean("\n".join(lines))


def _clean(text: str) -> str:
    """Remove characters that XML cannot contain."""
    text = text.encode("utf-8", "replace").decode()
    return "".join(
        c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff")
    )
