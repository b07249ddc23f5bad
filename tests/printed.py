"""The code of other libraries that a lab prints to read, as a student would copy it."""

from autograder import source


def recap(lab: str) -> str:
    """The printed block below "The same in PyTorch" of a lab."""
    for cell in source.read(lab).cells:
        if cell.kind == "markdown" and cell.text.startswith("The same in PyTorch"):
            return cell.text.split("```")[1]
    raise LookupError(f"{lab} prints no code of PyTorch")
