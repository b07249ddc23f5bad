"""Postal addresses, each word labelled with its part."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
from common import Package, write
from printout import printout

SOURCE = Package(
    "pypi",
    "usaddress",
    "0.5.16",
    "f7e614e2489c159cf85be1b6f86edbfaf329dbeedef4d002a025757afd1ec6c6",
    "sdist",
)
LONGEST = 16
HELD_OUT = 150  # addresses each for dev and test


def key(tokens: list[str]) -> str:
    """Return what makes two addresses the same: letters and digits only."""
    return re.sub("[^a-z0-9]", "", "".join(tokens).lower())


def addresses(path) -> list[list[tuple[str, str]]]:
    """Read (token, label) lists, without repetitions and without the very long."""
    found: dict[str, list[tuple[str, str]]] = {}
    for address in ElementTree.parse(path).getroot():
        pairs = [(token.text.strip(), token.tag) for token in address]
        if len(pairs) <= LONGEST:
            found.setdefault(key([token for token, _ in pairs]), pairs)
    return list(found.values())


def main() -> None:
    """Write ``datasets/addresses.h5``."""
    path = SOURCE.unpack() / f"usaddress-{SOURCE.version}" / "training" / "labeled.xml"
    rows = addresses(path)
    labels = sorted({label for row in rows for _, label in row})
    order = np.random.default_rng(4).permutation(len(rows))
    parts = {
        "dev": order[:HELD_OUT],
        "test": order[HELD_OUT : 2 * HELD_OUT],
        "train": order[2 * HELD_OUT :],
    }
    arrays: dict[str, object] = {}
    for part, chosen in parts.items():
        tokens = np.full((len(chosen), LONGEST), "", dtype="U24")
        tags = np.full((len(chosen), LONGEST), -1, np.int8)
        for i, index in enumerate(chosen):
            for j, (token, label) in enumerate(rows[index]):
                tokens[i, j] = token
                tags[i, j] = labels.index(label)
        arrays[f"{part}_tokens"] = tokens
        arrays[f"{part}_tags"] = tags
        arrays[f"{part}_length"] = (tags >= 0).sum(axis=1).astype(np.uint8)
    write(
        "addresses",
        arrays,
        title="addresses with a label for each word",
        description=f"""Real text: {len(rows):,} postal addresses of the United States
        (shops, offices, post boxes), each word labelled by hand with one of
        {len(labels)} parts, from the training data of the usaddress parser. Spelling,
        case and punctuation are as written. Row i holds length[i] words, then empty
        ones with tag -1. Neighbouring words of one label form one entity. Repeated
        addresses were left out, so none is in two splits. Labels are far from
        balanced: a sixth of the words belong to street names, some labels occur a
        few times only.""",
        origin="PyPI usaddress, training/labeled.xml",
        version=SOURCE.version,
        licence="MIT",
        licence_files=["usaddress-MIT.txt"],
        changes=f"repetitions and addresses of more than {LONGEST} words left out; "
        "padded; split by address",
        labs=["C5W4"],
        classes=labels,
        meanings={
            "train_tokens": "words, padded with empty ones",
            "train_tags": "class of each word, -1 where there is none",
            "train_length": "how many words",
        },
    )
    printout("addresses", "train_tokens", count=16)


if __name__ == "__main__":
    main()
