"""Labs can be read and run in dark theme, at 200 %, without a mouse, and by ear."""

import nbformat
import pytest

from autograder.authoring import build, solve
from autograder.checks import check
from tests.browser import jupyter_lab, page
from tests.lab_page import CELLS, figures, open_lab, run_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LAB = "C1W2"
NAME = "mixed.ipynb"
# What each piece of text in the outputs looks like: its words, whether it is a sign of
# the checks, its colour and the colours behind it, the nearest first.
COLOURS = """
() => {
  const grounds = element => {
    const found = [];
    for (; element; element = element.parentElement)
      found.push(getComputedStyle(element).backgroundColor);
    return found;
  };
  const found = [];
  for (const output of document.querySelectorAll('.jp-OutputArea-output')) {
    const walk = document.createTreeWalker(output, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const words = walk.currentNode.textContent.trim();
      const element = walk.currentNode.parentElement;
      if (words)
        found.push({
          words, sign: /^[✔✘○]$/.test(words),
          colour: getComputedStyle(element).color, grounds: grounds(element),
        });
    }
  }
  return found;
}
"""
IMAGES = """
() => [...document.querySelectorAll('.jp-OutputArea-output img')].map(
  image => ({alt: image.alt, drawn: image.naturalWidth}))
"""
# Whatever sticks out of the notebook on its right, but for what scrolls by itself.
OVERFLOW = """
() => {
  const notebook = document.querySelector('.jp-Notebook .jp-WindowedPanel-outer');
  const edge = notebook.getBoundingClientRect().left + notebook.clientWidth + 1;
  const sideways = element => {
    for (; element && element !== notebook; element = element.parentElement)
      if (/auto|scroll/.test(getComputedStyle(element).overflowX)) return true;
    return false;
  };
  const seen = '.jp-MarkdownOutput *, .jp-OutputArea-output *';
  const out = [...notebook.querySelectorAll(seen)]
    .filter(e => e.getBoundingClientRect().right > edge && !sideways(e))
    .map(e => e.tagName + ': ' + e.textContent.slice(0, 60));
  return {panel: notebook.scrollWidth - notebook.clientWidth, out};
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A lab with right, wrong and unwritten answers, run; and the same, untouched."""
    folder = tmp_path_factory.mktemp("access")
    one = check.load(LAB).checks["sigmoid"]
    notebook = solve.solved(
        LAB,
        sigmoid="def sigmoid(x):\n    return 1 / (1 + np.exp(x))",
        softmax="def softmax(x):\n    raise NotImplementedError",
    )
    assert one.mistakes
    keep = ("image2vector", "basic_sigmoid", "sigmoid", "softmax", "kind_of_data")
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        or not (
            cell.metadata.get("nbgrader") or "demo" in cell.metadata.get("tags", ())
        )
        or cell.metadata.get("nbgrader", {}).get("grade_id", "").removeprefix("check-")
        in keep
        or "progress()" in cell.source
    ]
    for cell in notebook.cells:  # running goes on behind a check that fails
        if cell.cell_type == "code":
            cell.metadata["tags"] = ["raises-exception"]
    notebook.cells.append(
        nbformat.v4.new_code_cell(
            "plots.bars({'training': 0.98, 'test': 0.85}, ylabel='accuracy',"
            " reading='The gap.')"
        )
    )
    (folder / NAME).write_text(build.serialize(notebook), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def address(folder):
    with jupyter_lab(folder, whole=True) as address:
        yield address


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_output_has_enough_contrast(theme, address, tmp_path):
    with page() as tab:
        open_lab(tab, address, NAME)
        tab.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme',"
            " {theme})",
            theme,
        )
        tab.wait_for_selector(f"body[data-jp-theme-name='{theme}']", state="attached")
        run_all(tab)
        tab.wait_for_timeout(1000)
        found = tab.evaluate(COLOURS)
        tab.screenshot(path=tmp_path / "contrast.png")
    text = " ".join(piece["words"] for piece in found)
    for sign in "✔✘○":
        assert sign in text
    assert "cases are right" in text
    for piece in found:
        least = 3.0 if piece["sign"] else 4.5
        ratio = contrast(channels(piece["colour"])[:3], behind(piece["grounds"]))
        assert ratio >= least, (piece, round(ratio, 2))


def channels(colour):
    """Red, green, blue (0 to 255) and opacity (0 to 1) of `rgb(…)` or `rgba(…)`."""
    numbers = [float(n) for n in colour.partition("(")[2].rstrip(")").split(",")]
    return (*numbers, 1.0)[:4]


def behind(grounds):
    """What half-transparent grounds, the nearest first, look like together."""
    seen = (255.0, 255.0, 255.0)
    for *colour, opacity in map(channels, reversed(grounds)):
        seen = tuple(
            opacity * c + (1 - opacity) * s for c, s in zip(colour, seen, strict=True)
        )
    return seen


def contrast(one, other):
    """WCAG 2's contrast ratio of two colours."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(rgb):
    parts = [c / 255 for c in rgb]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_is_that_of_the_standard():
    assert contrast([0, 0, 0], [255, 255, 255]) == pytest.approx(21)
    assert behind(["rgba(0, 0, 0, 0.5)", "rgb(100, 100, 100)"]) == (50, 50, 50)
    assert contrast([118, 118, 118], [255, 255, 255]) == pytest.approx(4.54, abs=0.01)


def test_nothing_sticks_out_at_200_percent(address, tmp_path):
    # A window of 1280 pixels, zoomed twice, is 640 pixels wide to the page.
    with page(640, 450, device_scale_factor=2) as tab:
        open_lab(tab, address, NAME)
        tab.keyboard.press("Control+b")  # the file browser goes
        run_all(tab)
        tab.wait_for_timeout(1000)
        found = tab.evaluate(OVERFLOW)
        tab.screenshot(path=tmp_path / "zoom.png")
    assert found["out"] == []
    assert found["panel"] <= 1


def test_figures_can_be_heard(address):
    with page() as tab:
        open_lab(tab, address, NAME)
        run_all(tab)
        tab.wait_for_timeout(500)
        images = tab.evaluate(IMAGES)
        assert len(images) == len(figures(tab.evaluate(CELLS))) == 1
        assert images[0]["alt"].startswith("Bars of accuracy; training: 0.98")
        assert images[0]["alt"].endswith("The gap.")
        assert images[0]["drawn"] > 400
        reports = tab.locator(".jp-OutputArea-output [role=status]")
        assert reports.count() >= 5  # announced by a screen reader when they appear


def test_a_lab_runs_by_shift_enter_alone(address):
    with page() as tab:
        open_lab(tab, address, NAME)
        count = len(tab.evaluate(CELLS))
        for _ in range(count):
            tab.keyboard.press("Shift+Enter")
        tab.wait_for_function(
            f"() => ({CELLS})().every(cell => !cell.code || cell.count)",
            timeout=120_000,
        )
