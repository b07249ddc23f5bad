"""Pictures of sound for C5W3, in the house style of `helpers.plots`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from helpers import plots


def sounds(
    named: Mapping[str, tuple[np.ndarray, np.ndarray]],
    rate: int,
    *,
    hop: int = 80,
    reading: str = "",
) -> plots.Picture:
    """Draw waves above their spectrograms, one column a sound.

    Args:
        named: name → samples `(n,)` and spectrogram `(frames, frequencies)`.
        rate: samples a second.
        hop: samples from frame to frame.
        reading: one sentence below: how to read it.
    """
    with plots._drawing(reading, height=3.9) as figure:
        grid = figure.subplots(
            2, len(named), sharex="col", squeeze=False, height_ratios=[1, 2]
        )
        for i, (name, (samples, picture)) in enumerate(named.items()):
            wave, below = grid[:, i]
            wave.plot(np.arange(len(samples)) / rate, samples, lw=0.5, color=plots.BLUE)
            wave.set(title=name, ylim=(-0.7, 0.7))
            _draw_spectrogram(below, picture, len(picture) * hop / rate, rate)
            below.set(xlabel="seconds")
        grid[0, 0].set(ylabel="sound")
        grid[1, 0].set(ylabel="frequency in kHz")
    told = [f"{name}: {len(x) / rate:.2f} seconds" for name, (x, _) in named.items()]
    return plots._finish(figure, "Sound waves and spectrograms", told, reading)


def clip(
    picture: np.ndarray,
    curve: np.ndarray,
    ends: Sequence[float] = (),
    alarms: Sequence[float] = (),
    threshold: float | None = None,
    *,
    seconds: float = 10.0,
    rate: int = 8000,
    reading: str = "",
) -> plots.Picture:
    """Draw a clip above its labels or probabilities.

    Args:
        picture: spectrogram `(frames, frequencies)`.
        curve: `(Ty,)`, labels or probabilities.
        ends: moments in ms at which a trigger word ended.
        alarms: moments in ms at which the detector fired.
        threshold: drawn as a thin line if given.
        seconds: length of the clip.
        rate: samples a second.
        reading: one sentence below: how to read it.
    """
    detected = threshold is not None
    with plots._drawing(reading, height=4.2) as figure:
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
        _draw_spectrogram(above, picture, seconds, rate)
        above.set(ylabel="frequency in kHz")
        below.plot(np.arange(len(curve)) * seconds / len(curve), curve)
        if detected:
            below.axhline(threshold, color="black", lw=1, ls=":", label="threshold")
        if len(ends):
            below.plot(np.array(ends) / 1000, np.full(len(ends), -0.12), "^", ms=8,
                       color=plots.GREEN, label="word has ended")  # fmt: skip
        if len(alarms):
            below.plot(np.array(alarms) / 1000, np.full(len(alarms), 1.12), "*", ms=13,
                       color=plots.VERMILION, label="fired")  # fmt: skip
        below.set(xlim=(0, seconds), ylim=(-0.2, 1.25), xlabel="seconds",
                  ylabel="probability" if detected else "label")  # fmt: skip
        if detected:
            below.legend(
                ncols=3, loc="upper center", bbox_to_anchor=(0.5, 1.3), fontsize=9
            )
    told = [f"{len(ends)} trigger words", f"{len(alarms)} alarms"] if detected else []
    return plots._finish(figure, "A clip and what is said of it", told, reading)


def _draw_spectrogram(axes, picture: np.ndarray, seconds: float, rate: int) -> None:
    axes.imshow(
        picture.T, origin="lower", aspect="auto", cmap=plots.PLAIN,
        extent=(0, seconds, 0, rate / 2000), vmin=-8, interpolation="nearest",
    )  # fmt: skip
    axes.grid(visible=False)
