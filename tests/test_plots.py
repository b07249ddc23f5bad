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
from helpers.descent import Landscape
from helpers.plots import drawing, ticks
from helpers.plots.labs.c2w2 import runs
from helpers.plots.labs.c2w3 import searches
from helpers.plots.labs.c3w1 import knobs
from helpers.plots.labs.c5w4 import attention_maps

RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (7, 8, 8, 3), dtype=np.uint8)

FIGURES = {
    "knobs": lambda **more: knobs(
        {
            name: np.array([errors, np.add(errors, 0.002)])
            for name, errors in {
                "start": (0.097, 0.177),
                "6 times as wide": (0.057, 0.170),
                "4 times the images": (0.104, 0.151),
                "weight decay": (0.138, 0.185),
                "early stopping": (0.193, 0.212),
            }.items()
        },
        **more,
    ),
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
    "many bars": lambda **more: plots.bars(
        {"before the end": 1611, "long after the end": 0.5, "three": 2e-7, "four": 0},
        xlabel="moment",
        ylabel="seconds from the first step to the very last one",
        log=True,
        **more,
    ),
    "intervals": lambda **more: plots.intervals(
        {"one": (0.5, 0.1), "two": (0.7, 0.2)}, percent=True, xlabel="right", **more
    ),
    "panels": lambda **more: plots.contours(
        {
            f"rate {rate}": Landscape(
                lambda a, b: a**2 + b**2, (-1, 1), (-100, 100), {"path": np.eye(2)}
            )
            for rate in (1, 2, 3, 4)
        },
        **more,
    ),
    "regions": lambda **more: plots.decision_regions(
        {f"{n} hidden units": lambda points: points[0] > 0 for n in range(4)},
        RNG.normal(size=(2, 20)),
        np.arange(20) % 2,
        columns=2,
        **more,
    ),
    "named tables": lambda **more: plots.heat(
        {"before training": np.eye(6), "after training": np.eye(6)},
        rows=["ankle boot"] * 6,
        columns=["ankle boot"] * 6,
        xlabel="predicted class",
        ylabel="true class",
        **more,
    ),
    "attention": lambda **more: attention_maps(
        {f"Head {i}": np.eye(12) for i in range(4)},
        rows=["token"] * 12,
        columns=["token"] * 12,
        **more,
    ),
    "searches": lambda **more: searches(
        {
            name: [({"rate": 10.0**-i, "size": 10.0**-i}, i) for i in range(7)]
            for name in ("grid", "random", "coarse to fine")
        },
        "rate",
        "size",
        **more,
    ),
    "runs": lambda **more: runs(
        {f"{n} per step": ([0, 1, 3], [1e-3, 0.1, 1.2], [10, 1, 0.02]) for n in "1248"},
        by="both",
        log=True,
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
    titles = [
        " ".join(axes.get_title(loc="center").split()) for axes in picture.figure.axes
    ]
    assert [title for title in titles if title] == [
        "predicted landmark (92 %), is animal",
        "predicted animal (67 %), is landmark",
        "predicted landmark (58 %), is animal",
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
    assert all(doctest.testmod(one).failed == 0 for one in (plots, drawing, ticks))


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


# --- what a reader must be able to tell ----------------------------------------------


def written(picture):
    """Every piece of text in a figure with the box it fills, in pixels."""
    figure = picture.figure
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    pieces = list(figure.texts)
    for axes in figure.axes:
        if axes.axison:
            for axis in (axes.xaxis, axes.yaxis):
                pieces += [*(tick.label1 for tick in _drawn(axis)), axis.label]
        pieces += [axes.title, axes._left_title, *axes.texts]
        if axes.get_legend() is not None:
            pieces += axes.get_legend().get_texts()
    return [
        (piece.get_text(), piece.get_window_extent(renderer))
        for piece in pieces
        if piece.get_visible() and piece.get_text().strip()
    ]


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_collides_with_another_or_leaves_the_figure(name):
    picture = FIGURES[name](reading="A sentence. " * 12)
    width, height = picture.figure.get_size_inches() * picture.figure.dpi
    pieces = written(picture)
    for i, (one, box) in enumerate(pieces):
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) > -1, one
        for other, second in pieces[i + 1 :]:
            across = min(box.x1, second.x1) - max(box.x0, second.x0)
            up = min(box.y1, second.y1) - max(box.y0, second.y0)
            assert min(across, up) <= 1, (one, other)


def test_no_two_baselines_look_alike():
    names = ["chance", "a person", "the best known", "the last one"]
    axes = plots.lines(
        {"net": [0.2, 0.8]}, baseline={name: i / 4 for i, name in enumerate(names)}
    ).figure.axes[0]
    looks = {(line.get_color(), str(_dashes(line))) for line in axes.get_lines()}
    assert len(looks) == 5
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "net",
        *names,
    ]


def _dashes(line):
    return line._unscaled_dash_pattern


def _drawn(axis):
    """The ticks of an axis that are within its limits."""
    return axis._update_ticks()


def _labels(axis):
    axis.axes.figure.draw_without_rendering()
    return [tick.label1.get_text() for tick in _drawn(axis)]


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.9, 0.55, 0.31], ["0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"]),
        ([3, 11, 28], ["3", "5", "10", "20", "30"]),
        ([0.8, 0.1, 0.015], ["0.02", "0.05", "0.1", "0.2", "0.5"]),
        ([10, 900], ["10", "20", "50", "100", "200", "500", "1,000"]),
        ([0.001, 3000], ["0.001", "0.01", "0.1", "1", "10", "100", "1,000"]),
    ],
)
def test_logarithmic_axes_have_ticks_with_plain_numbers(values, labels):
    shown = _labels(plots.lines({"a": values}, log="y").figure.axes[0].yaxis)
    assert [label for label in shown if label] == labels


def test_powers_of_ten_far_apart_are_written_as_powers():
    axis = plots.lines({"a": [1, 1e-30]}, log="y").figure.axes[0].yaxis
    shown = _labels(axis)
    assert "10⁰" in shown
    assert 4 <= len(shown) <= 9
    powers = np.log10(axis.get_majorticklocs())
    assert len(set(np.round(np.diff(powers), 6))) == 1


@pytest.mark.parametrize("log", ["", "x"])
def test_few_measured_points_have_a_tick_each(log):
    x = [1, 2, 5, 12, 40]
    axes = plots.lines({"a": [1, 2, 3, 4, 5]}, x, log=log).figure.axes[0]
    shown = _labels(axes.xaxis)
    assert set(shown) <= {"1", "2", "5", "12", "40"}
    assert {"5", "12", "40"} <= set(shown)
    assert log == "" or len(shown) == 5


def test_measured_points_without_room_have_no_tick():
    x = [1000, 1001, 2000]
    axes = plots.lines({"a": [1, 2, 3]}, x).figure.axes[0]
    assert _labels(axes.xaxis) == ["1,001", "2,000"]


def test_points_with_names_keep_them():
    axes = plots.lines({"a": [1, 2, 3]}, ["1", "5", "40"]).figure.axes[0]
    assert _labels(axes.xaxis) == ["1", "5", "40"]
    assert list(axes.xaxis.get_majorticklocs()) == [0, 1, 2]


def test_epochs_have_whole_numbers():
    axes = plots.lines({"a": np.arange(13)}, range(13)).figure.axes[0]
    assert all(float(label).is_integer() for label in _labels(axes.xaxis))


def test_bars_have_plain_numbers_and_both_axes_named():
    axes = plots.bars(
        {"loop": 1611, "np.dot": 16114.8, "small": 0.00012},
        xlabel="version",
        ylabel="seconds",
    ).figure.axes[0]
    assert [text.get_text() for text in axes.texts] == ["1,611", "16,100", "0.00012"]
    assert axes.get_xlabel() == "version"
    assert not any("e" in label for label in _labels(axes.yaxis))


def test_bars_of_very_different_size_can_be_told_apart_on_a_logarithmic_axis():
    values = {"loop": 0.97, "np.dot": 0.0096, "nothing": 0.0}
    axes = plots.bars(values, ylabel="seconds", log=True).figure.axes[0]
    assert axes.get_yscale() == "log"
    low, _ = axes.get_ylim()
    assert low == pytest.approx(0.001)
    tops = [bar.get_y() + bar.get_height() for bar in axes.patches]
    assert tops == pytest.approx([0.97, 0.0096, 0.001])
    assert [text.get_text() for text in axes.texts] == ["0.97", "0.0096", "0"]


def test_small_shares_of_bars_fill_the_axis():
    axes = plots.bars({"a": 0.02, "b": 0.004}, percent=True).figure.axes[0]
    assert axes.get_ylim()[1] < 0.05
    assert [text.get_text() for text in axes.texts] == ["2 %", "0.4 %"]


@pytest.mark.parametrize("shape", [(3, 3), (2, 30)])
def test_heat_writes_names_that_tables_share_once(shape):
    rows = [f"row {i}" for i in range(shape[0])]
    columns = [str(i) if i % 9 == 0 else "" for i in range(shape[1])]
    figure = plots.heat(
        dict.fromkeys("ab", np.ones(shape)), rows=rows, columns=columns
    ).figure
    one, two = ([_labels(axes.xaxis), _labels(axes.yaxis)] for axes in figure.axes[:2])
    beside = shape[0] == shape[1]
    assert one[1] == rows
    assert two[0] == columns
    assert any(two[1]) != beside
    assert any(one[0]) == beside


def test_heat_names_each_table_of_another_size():
    tables = {"one": np.ones((3, 3)), "two": np.ones((4, 3))}
    axes = plots.heat(tables, rows=["a", "b", "c"]).figure.axes
    assert _labels(axes[1].yaxis)[:3] == ["a", "b", "c"]


def test_heat_writes_large_numbers_without_an_exponent():
    axes = plots.heat(np.array([[100.0, 1611.0], [-0.123, 0.0]]), numbers=True)
    shown = [text.get_text() for text in axes.figure.axes[0].texts]
    assert shown == ["100", "1,611", "-0.12", "0"]


def test_titles_of_panels_begin_with_a_capital_letter():
    tables = {"no penalty": np.eye(2), "yhat - y": np.eye(2)}
    axes = plots.heat(tables).figure.axes[:2]
    assert [one.get_title(loc="left") for one in axes] == ["No penalty", "yhat - y"]
