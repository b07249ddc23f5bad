"""Four years of daily weather, for moving averages."""

from __future__ import annotations

import csv

import numpy as np
from common import SHEETS, Package, write

SOURCE = Package(
    "pypi",
    "vega_datasets",
    "0.9.0",
    "3d7c63917be6ca9b154b565f4779a31fedce57b01b5b9d99d8a34a7608062a1d",
)


def main() -> None:
    """Write ``datasets/temperature.h5``."""
    path = SOURCE.unpack() / "vega_datasets" / "_data" / "seattle-weather.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    dates = [row["date"].replace("/", "-") for row in rows]
    days = np.array(dates, "datetime64[D]")
    if not (np.diff(days) == np.timedelta64(1, "D")).all():
        raise ValueError("days are missing or out of order")
    weather = [row["weather"] for row in rows]
    kinds = sorted(set(weather))
    write(
        "temperature",
        {
            "date": dates,
            **{
                name: np.array([float(row[name]) for row in rows], np.float32)
                for name in ("temp_max", "temp_min", "precipitation", "wind")
            },
            "weather": np.array(
                [kinds.index(row["weather"]) for row in rows], np.uint8
            ),
        },
        title="daily weather of Seattle",
        description=f"""Real measurements: highest and lowest temperature, rain, wind
        and kind of weather in Seattle on each of the {len(rows):,} days from
        {dates[0]} to {dates[-1]}, recorded by the weather service of the United
        States. One series, no split: later days are the natural test.""",
        origin="PyPI vega_datasets, seattle-weather (NOAA)",
        version=SOURCE.version,
        licence="public domain (data), MIT (package)",
        licence_files=["noaa-public-domain.txt", "vega_datasets-MIT.txt"],
        changes="dates written as ISO 8601",
        labs=["C2W2"],
        classes=kinds,
        meanings={
            "date": "ISO 8601",
            "temp_max": "degrees Celsius",
            "temp_min": "degrees Celsius",
            "precipitation": "millimetres",
            "wind": "metres a second",
            "weather": "class",
        },
    )
    sheet(np.array([float(row["temp_max"]) for row in rows]))


def sheet(theta: np.ndarray) -> None:
    """Draw the highest temperatures and two moving averages."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 3.2))
    axes.plot(theta, ".", color="0.7", markersize=3, label="measured")
    for beta, colour in [(0.9, "C0"), (0.98, "C1")]:
        average, v = [], 0.0
        for t, value in enumerate(theta, 1):
            v = beta * v + (1 - beta) * value
            average.append(v / (1 - beta**t))
        axes.plot(average, color=colour, label=f"average, β = {beta}")
    axes.set(xlabel="day since 1 January 2012", ylabel="highest temperature, °C")
    axes.set_ylim(-8, 46)
    axes.legend(ncol=3, loc="upper center")
    figure.tight_layout()
    SHEETS.mkdir(exist_ok=True)
    figure.savefig(SHEETS / "temperature.png", dpi=65, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
