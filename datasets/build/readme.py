"""Bring ``datasets/README.md``'s table, SHA256SUMS and CREDITS.md up to date.

``python datasets/build/readme.py`` writes them from the files' own attributes;
everything outside the two markers in the README is written by hand. A credit stands
in CREDITS.md for every string of an array whose name ends in ``credit``.
"""

import h5py
from common import DATASETS, SHEETS, sha256

BEGIN = "<!-- table: begin, written by `python datasets/build --index` -->"
END = "<!-- table: end -->"


def row(path) -> str:
    """Return the table row of one file."""
    with h5py.File(path, "r") as file:
        about = {key: value.decode() for key, value in file.attrs.items()}
    texts = ", ".join(
        f"[{name.removesuffix('.txt')}](licenses/{name})"
        for name in about["licence_files"].split()
    )
    sheet = SHEETS / f"{path.stem}.png"
    picture = f" [sheet](sheets/{sheet.name})" if sheet.is_file() else ""
    cells = [
        f"**{path.stem}** {about['title']}{picture}",
        f"{about['origin']}, {about['version']}",
        f"{about['licence']}: {texts}",
        about["changes"],
        about["labs"],
        f"{path.stat().st_size:,}",
        f"`{sha256(path)}`",
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def credits() -> str:
    """Return the text of CREDITS.md: every credit once, under its file."""
    parts = ["# Credits", "", "Thanks to the authors of these pictures and recordings."]
    seen = set()
    for path in sorted(DATASETS.glob("*.h5")):
        with h5py.File(path, "r") as file:
            keys = [key for key in file if key.endswith("credit")]
            lines = [line.decode() for key in keys for line in file[key][...]]
        new = [line for line in dict.fromkeys(lines) if line and line not in seen]
        seen.update(new)
        if new:
            parts += ["", f"## {path.stem}", "", *(f"- {line}" for line in new)]
    return "\n".join(parts) + "\n"


def main() -> None:
    """Write the table, the checksums and the credits."""
    files = sorted(DATASETS.glob("*.h5"))
    sums = [f"{sha256(path)}  {path.name}\n" for path in files]
    (DATASETS / "SHA256SUMS").write_text("".join(sums))
    (DATASETS / "CREDITS.md").write_text(credits())
    header = [
        "| file | origin, version | licence | what was done | labs | bytes | SHA-256 |",
        "|---|---|---|---|---|---:|---|",
    ]
    total = sum(path.stat().st_size for path in files)
    table = [*header, *map(row, files)]
    table += ["", f"{len(files)} files, {total:,} bytes."]
    readme = DATASETS / "README.md"
    before, rest = readme.read_text().split(BEGIN)
    after = rest.split(END)[1]
    readme.write_text("\n".join([before + BEGIN, *table, END]) + after)


if __name__ == "__main__":
    main()
