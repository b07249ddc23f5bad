"""The figures of the notebooks: labelled, readable in words, never a warning."""

import ast
import base64
import builtins
import doctest
import html
import io
from pathlib import Path

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image

from helpers import plots

RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (7, 8, 8, 3), dtype=np.uint8)

FIGURES = {
    "curve": lambda **more: plots.curve(
        {"tanh": np.tanh, "flat": lambda t: 0 * t},
        between=(-2, 2),
        mark=[0],
        tangents={1.0: 0.42},
        xlabel="z",
        ylabel="a",
        **more,
    ),
    "lines": lambda **more: plots.lines(
        {"loop": [1, 10, 100], "np.dot": [0.1, 0.2, 0.3]},
        [1, 10, 100],
        log="xy",
        markers=True,
        xlabel="numbers",
        ylabel="seconds",
        baseline={"a second": 1.0},
        **more,
    ),
    "costs": lambda **more: plots.costs({0.1: [3, 2, 1], 0.2: [3, 1]}, **more),
    "paths": lambda **more: plots.paths(
        {0.1: [4, 3, 2], 1: [4, -4, 4], 2: [4, -8]}, lambda t: t**2, **more
    ),
    "images": lambda **more: plots.images(
        PICTURES, [f"picture {i}" for i in range(7)], columns=3, **more
    ),
    "mistakes": lambda **more: plots.mistakes(
        PICTURES,
        np.array([[0, 1, 0, 1, 0, 1, 0]]),
        np.array([[0, 0, 1, 1, 0, 0, 0]]),
        ["landmark", "animal"],
        sureness=np.linspace(0.5, 1, 7),
        **more,
    ),
    "bars": lambda **more: plots.bars(
        {"training": 0.98, "test": 0.85},
        ylabel="accuracy",
        percent=True,
        baseline={"chance": 0.5},
        **more,
    ),
    "heat": lambda **more: plots.heat(
        {"one": np.eye(3), "two": -np.ones((3, 2))}, numbers=True, **more
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figure_is_an_image_with_its_reading(name, capsys):
    picture = FIGURES[name](reading="How to read it.")
    with Image.open(io.BytesIO(picture.png())) as image:
        assert min(image.size) > 200
        assert image.info["Description"] == picture.alt
    assert "How to read it." in picture.figure.get_supxlabel()
    assert picture.alt.endswith("How to read it.")
    assert capsys.readouterr().out.strip() == picture.alt  # no notebook: words


@pytest.mark.parametrize("name", ["curve", "lines", "costs", "paths", "bars"])
def test_axes_are_labelled(name):
    axes = FIGURES[name]().figure.axes
    assert any(one.get_ylabel() for one in axes)
    if name != "bars":
        assert any(one.get_xlabel() for one in axes)


def test_lines_differ_by_dash_and_by_colour():
    picture = plots.lines({str(i): np.arange(3) + i for i in range(7)})
    drawn = picture.figure.axes[0].get_lines()
    assert len({line.get_color() for line in drawn}) == 7
    assert len({line._unscaled_dash_pattern for line in map(_hashable, drawn)}) == 7


def _hashable(line):
    offset, dashes = line._unscaled_dash_pattern
    line._unscaled_dash_pattern = (offset, tuple(dashes or ()))
    return line


def test_alt_tells_where_lines_begin_and_end():
    alt = plots.lines(
        {"up": [1, 2, 3], "dip": [5, 0, 4], "hill": [1, 9, 2], "lost": [np.nan]},
        xlabel="step",
        ylabel="height",
    ).alt
    assert alt.startswith("Plot of height against step")
    assert "up: from 1 to 3" in alt
    assert "dip: from 5 to 4, lowest 0" in alt
    assert "hill: from 1 to 2, highest 9" in alt
    assert "lost: no finite values" in alt


def test_curve_takes_functions_of_one_number():
    def parabola(t):
        return t * t if t > 0 else 0.0  # fails on arrays

    picture = plots.curve(parabola, between=(-1, 1), label="p")
    assert picture.figure.axes[0].get_lines()[0].get_ydata()[-1] == pytest.approx(1)


def test_costs_are_placed_at_their_iterations():
    line = plots.costs([3.0, 2.0, 1.0], every=50).figure.axes[0].get_lines()[0]
    assert line.get_xdata().tolist() == [0, 50, 100]


def test_paths_stay_in_view_when_descent_flies_off():
    picture = plots.paths({9: [1, 1e9, -1e18]}, lambda t: t**2, between=(-2, 2))
    low, high = picture.figure.axes[0].get_xlim()
    assert -3 < low < high < 3


def test_mistakes_are_shown_most_confident_first():
    picture = FIGURES["mistakes"]()
    titles = [axes.get_title(loc="center") for axes in picture.figure.axes]
    assert [title for title in titles if title] == [
        "called landmark\n92 % sure",
        "called animal\n67 % sure",
        "called landmark\n58 % sure",
    ]
    assert "3 of 7 are wrong" in picture.alt


def test_no_mistakes_are_no_error():
    truth = np.zeros(7)
    picture = plots.mistakes(PICTURES, truth, truth, ["landmark", "animal"])
    assert "0 of 7 are wrong" in picture.alt


def test_heat_is_symmetric_around_zero_only_where_signs_matter():
    table = np.array([[1.0, 2.0], [3.0, 4.0]])
    signed = plots.heat(table).figure.axes[0].get_images()[0]
    plain = plots.heat(table, signed=False).figure.axes[0].get_images()[0]
    assert signed.get_clim() == (-4, 4)
    assert plain.get_clim() == (1, 4)


def test_heat_puts_wide_tables_one_below_the_other():
    wide = plots.heat({"one": np.zeros((4, 30)), "two": np.ones((4, 30))}).figure
    square = plots.heat({"one": np.zeros((4, 4)), "two": np.ones((4, 4))}).figure
    for figure, same in ((wide, "x0"), (square, "y0")):
        figure.draw_without_rendering()
        one, two = (getattr(axes.get_position(), same) for axes in figure.axes[:2])
        assert one == pytest.approx(two)


@pytest.mark.parametrize("shape", [(3, 3), (2, 30)])
def test_heat_names_each_axis_once_a_row_or_column(shape):
    tables = dict.fromkeys("ab", np.zeros(shape))
    picture = plots.heat(tables, xlabel="step", ylabel="unit")
    axes = picture.figure.axes[:2]
    beside = shape[0] == shape[1]
    assert [a.get_xlabel() for a in axes] == (["step"] * 2 if beside else ["", "step"])
    assert [a.get_ylabel() for a in axes] == (["unit", ""] if beside else ["unit"] * 2)
    assert "step across, unit down" in picture.alt


def test_heat_of_zeros_is_no_error():
    plots.heat(np.zeros((2, 2)), numbers=True)


def test_save_writes_the_image(tmp_path):
    picture = FIGURES["bars"]()
    picture.save(tmp_path / "bars.png")
    assert (tmp_path / "bars.png").read_bytes() == picture.png()


def test_notebook_shows_the_image_once_with_its_words(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.get_ipython", lambda: InteractiveShell)
    monkeypatch.setattr(
        "IPython.display.display", lambda data, **more: shown.append((data, more))
    )
    picture = FIGURES["bars"](reading="Compare.")
    picture._ipython_display_()  # as the last value of a cell: nothing more
    ((data, more),) = shown
    encoded = base64.b64encode(picture.png()).decode()
    assert f'src="data:image/png;base64,{encoded}"' in data["text/html"]
    assert f'alt="{html.escape(picture.alt)}"' in data["text/html"]
    assert data["text/plain"] == picture.alt
    assert more["raw"]


def test_without_ipython_the_words_are_printed(monkeypatch, capsys):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("IPython"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    picture = plots.bars({"one": 1.0})
    assert picture.alt in capsys.readouterr().out


def test_example_in_the_docstring_runs():
    assert doctest.testmod(plots).failed == 0


@pytest.mark.parametrize(
    "path", sorted(Path(plots.__file__).parent.rglob("*.py")), ids=lambda p: p.stem
)
def test_figures_draw_only_what_they_are_given(path):
    """A figure that imported the framework could train, and no lab would hide it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module.startswith("helpers")
        for alias in node.names
    }
    allowed = ("helpers.plots.", "helpers.image", "helpers.descent.Landscape")
    assert [part for part in parts if not part.startswith(allowed)] == []
