"""Figures of sound for C5W3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from helpers.plots.drawing import BLUE, GREEN, PLAIN, VERMILION, drawing, sentence_case
from helpers.plots.finish import Picture, finish


def sounds(
    named: Mapping[str, tuple[np.ndarray, np.ndarray]],
    rate: int,
    *,
    hop: int = 80,
    reading: str = "",
) -> Picture:
    """Draw waveforms above their spectrograms, one column per sound.

    Args:
        named: name → samples `(n,)` and spectrogram `(frames, frequencies)`.
        rate: samples per second.
        hop: samples from frame to frame.
        reading: one sentence below: how to read it.
    """
    with drawing(reading, height=3.9) as figure:
        grid = figure.subplots(
            2, len(named), sharex="col", squeeze=False, height_ratios=[1, 2]
        )
        for i, (name, (samples, power)) in enumerate(named.items()):
            wave, below = grid[:, i]
            wave.plot(np.arange(len(samples)) / rate, samples, lw=0.5, color=BLUE)
            wave.set(title=sentence_case(name), ylim=(-0.7, 0.7))
            _draw_spectrogram(below, power, len(power) * hop / rate, rate)
            below.set(xlabel="time (s)")
        grid[0, 0].set(ylabel="amplitude")
        grid[1, 0].set(ylabel="frequency (Hz)")
    told = [f"{name}: {len(x) / rate:.2f} seconds" for name, (x, _) in named.items()]
    return finish(figure, "Waveforms and spectrograms", told, reading)


def clip(
    power: np.ndarray,
    curve: np.ndarray,
    ends: Sequence[float] = (),
    alarms: Sequence[float] = (),
    threshold: float | None = None,
    *,
    seconds: float = 10.0,
    rate: int = 8000,
    reading: str = "",
) -> Picture:
    """Draw a clip above its labels or probabilities.

    Args:
        power: spectrogram `(frames, frequencies)`.
        curve: `(Ty,)`, labels or probabilities.
        ends: moments in ms at which a trigger word ended.
        alarms: moments in ms at which the detector fired.
        threshold: drawn as a thin line if given.
        seconds: length of the clip.
        rate: samples per second.
        reading: one sentence below: how to read it.
    """
    detected = threshold is not None
    with drawing(reading, height=4.2) as figure:
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
        _draw_spectrogram(above, power, seconds, rate)
        above.set(ylabel="frequency (Hz)")
        below.plot(np.arange(len(curve)) * seconds / len(curve), curve)
        if detected:
            below.axhline(threshold, color="black", lw=1, ls=":", label="threshold")
        if len(ends):
            below.plot(
                np.array(ends) / 1000,
                np.full(len(ends), -0.12),
                "^",
                ms=8,
                color=GREEN,
                label="trigger word ended",
            )
        if len(alarms):
            below.plot(
                np.array(alarms) / 1000,
                np.full(len(alarms), 1.12),
                "*",
                ms=13,
                color=VERMILION,
                label="detector fired",
            )
        below.set(
            xlim=(0, seconds),
            ylim=(-0.2, 1.25),
            xlabel="time (s)",
            ylabel="probability" if detected else "label",
        )
        if detected:
            below.legend(
                ncols=3, loc="upper center", bbox_to_anchor=(0.5, 1.3), fontsize=9
            )
    told = [f"trigger words: {len(ends)}", f"alarms: {len(alarms)}"] if detected else []
    below_it = "probabilities" if detected else "labels"
    return finish(figure, f"A spectrogram above its {below_it}", told, reading)


def _draw_spectrogram(axes, power: np.ndarray, seconds: float, rate: int) -> None:
    axes.imshow(
        power.T,
        origin="lower",
        aspect="auto",
        cmap=PLAIN,
        extent=(0, seconds, 0, rate / 2),
        vmin=-8,
        interpolation="nearest",
    )
    axes.grid(visible=False)
