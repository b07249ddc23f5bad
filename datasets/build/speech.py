"""Short spoken words in synthetic voices, background sounds, and a few real words.

Writes two files: ``speech.h5``, and ``speech_asterisk.h5`` with the recordings of a
person, which are under a licence of their own. Besides the packages named below, the
speech programs need the system libraries that ``apt-get install flite espeak-ng``
brings.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from common import SHEETS, Package, write
from PIL import Image
from scipy.signal import resample_poly

from helpers.audio import read_wav, to_float, to_int16

FLITE = Package(
    "debian",
    "flite",
    "2.2-5",
    "f4ce03470bf9974c2cb9cacd981e6be29339ef4c97cf994dd6fa3f90e6544db9",
)
FLITE_LIBRARY = Package(
    "debian",
    "libflite1",
    "2.2-5",
    "bfa8c591f1b47730b30b372ec38e02918a1c9795eada67684e1746390ad2f061",
)
ESPEAK = Package(
    "debian",
    "espeak-ng",
    "1.51+dfsg-10+deb12u2",
    "a11396a690f85f55e6e6b2965505237ddf3dc95c51936aa61de936f1ccf8f4d0",
)
ESPEAK_LIBRARY = Package(
    "debian",
    "libespeak-ng1",
    ESPEAK.version,
    "2b127a95b50d92cbd7a615968d2ac1566e1cbc87e27bcda0c2894afb2407c6d2",
)
ESPEAK_DATA = Package(
    "debian",
    "espeak-ng-data",
    ESPEAK.version,
    "573f5661c6a5adcf949018baad158c4c773bf5579390ee5235a890f1cd694106",
)
SOUNDS = Package(
    "debian",
    "sonic-pi-samples",
    "3.2.2~repack-8",
    "25f2312d2fae005e6ad0f4726b8ed3084e776006a5a132083506e960224ac79d",
)
PERSON = Package(
    "debian",
    "asterisk-core-sounds-en-wav",
    "1.6.1-1",
    "2be3ea287d83299d143815fa804f11179a75b7affd4a758b98b55f5afc18a35d",
)


def words(text: str) -> list[str]:
    """Split a list of words written as one text."""
    return text.split()


RATE = 8_000  # Hz
CLIP = 9_600  # samples a clip, 1.2 s
BACKGROUND = 80_000  # samples, 10 s
TRIGGER = "activated"

# Voices of one speaker stay together: kal and kal16 are the same man, and an espeak-ng
# variant (after the +) keeps its timbre whatever the accent.
FLITE_VOICES = {"train": ["kal", "kal16", "awb"], "dev": ["rms"], "test": ["slt"]}
VARIANTS = {
    "train": words("m1 m2 m3 m5 f1 f2 f5 klatt2 Andrea Michael Steph Lee Alex Alicia"),
    "dev": words("m4 f3 Linda Denis"),
    "test": words("m7 f4 Annie Gene"),
}
ACCENTS = (
    *("en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp"),
    *("en-029", "en-gb-x-gbcwmd", "en-gb-x-gbclan"),
)

# What sounds like the trigger, then everyday words; the last line is for testing only.
NEGATIVES = words("""
active activity actor captivated cultivated motivated animated accurate
water window yellow table seven music garden hello coffee tomorrow
finger market letter stop silver river paper open summer doctor
educated elevator television dedicated holiday umbrella information calculated
""")
UNSEEN = words("abbreviated actually attic kitchen orange button people")
# Positive and negative clips of a split.
COUNTS = {"train": (100, 170), "dev": (25, 45), "test": (25, 45)}

BACKGROUNDS = {
    "train": ["vinyl_hiss", "ambi_lunar_land", "ambi_glass_hum", "loop_safari"],
    "dev": ["ambi_haunted_hum"],
    "test": ["ambi_dark_woosh", "loop_tabla"],
}

RECORDED = words("""
hello goodbye hours minute seconds enabled added removed extension location
cancelled lowercase uppercase for with is sorry
""")
NUMBERS = dict(
    zip(
        words("0 1 2 3 4 5 6 7 8 9 11 12 20 30 60 90"),
        words(
            "zero one two three four five six seven eight nine eleven twelve twenty "
            "thirty sixty ninety"
        ),
        strict=True,
    )
)
DAYS = words("sunday monday tuesday wednesday thursday friday saturday")
SPELLED = dict(
    zip(
        words(
            "a_p b_p c_p d_p e_p g_p h_p j_p k_p l_p m_p n_p o_p q_p r_p t_p v_p w_p"
        ),
        words(
            "alpha bravo charlie delta echo golf hotel juliet kilo lima mike november "
            "oscar quebec romeo tango victor whiskey"
        ),
        strict=True,
    )
)


def trim(samples: np.ndarray, rate: int) -> np.ndarray:
    """Return a word at `RATE`, silence cut off, its largest magnitude 0.6."""
    if rate != RATE:
        common = int(np.gcd(rate, RATE))
        samples = resample_poly(samples, RATE // common, rate // common)
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    margin = RATE // 100
    cut = samples[max(loud[0] - margin, 0) : loud[-1] + margin]
    return 0.6 * cut / np.abs(cut).max()


def _library_path(*packages: Package) -> str:
    folders = [p.unpack() / "usr/lib/x86_64-linux-gnu" for p in packages]
    return os.pathsep.join(map(str, folders))


def flite(word: str, voice: str, stretch: float) -> tuple[np.ndarray, int]:
    """Speak with flite; `stretch` above 1 is slower."""
    command = [str(FLITE.unpack() / "usr/bin/flite"), "-voice", voice, "-t", word]
    command += ["--setf", f"duration_stretch={stretch}", "-o"]
    return _speak(command, {"LD_LIBRARY_PATH": _library_path(FLITE_LIBRARY)})


def espeak(word: str, voice: str, speed: int, pitch: int) -> tuple[np.ndarray, int]:
    """Speak with espeak-ng; `speed` in words a minute, `pitch` 0 to 99."""
    command = [str(ESPEAK.unpack() / "usr/bin/espeak-ng"), "-v", voice]
    command += ["-s", str(speed), "-p", str(pitch), word, "-w"]
    data = ESPEAK_DATA.unpack() / "usr/lib/x86_64-linux-gnu/espeak-ng-data"
    return _speak(
        command,
        {
            "LD_LIBRARY_PATH": _library_path(ESPEAK_LIBRARY),
            "ESPEAK_DATA_PATH": str(data),
        },
    )


def _speak(command: list[str], variables: dict[str, str]) -> tuple[np.ndarray, int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "word.wav"
        environment = {**os.environ, **variables}
        subprocess.run([*command, str(path)], check=True, env=environment)
        samples, rate = read_wav(path)
    return to_float(samples), rate


def clips(part: str, word_of, count: int, rng) -> list[tuple[np.ndarray, str, str]]:
    """Return `count` different clips (samples, word, voice) of one split.

    Every voice gets its turn; speed and pitch are drawn by lot.
    """
    voices = [("flite", name) for name in FLITE_VOICES[part]]
    variants = VARIANTS[part]
    found: dict[bytes, tuple[np.ndarray, str, str]] = {}
    turns = itertools.cycle([*voices, *(("espeak", name) for name in variants)])
    for engine, name in turns:
        if len(found) == count:
            return list(found.values())
        word = word_of(len(found))
        if engine == "flite":
            spoken = flite(word, name, round(rng.uniform(0.8, 1.15), 2))
            voice = f"flite {name}"
        else:
            voice = f"{rng.choice(ACCENTS)}+{name}"
            speed, pitch = int(rng.integers(140, 210)), int(rng.integers(30, 70))
            spoken = espeak(word, voice, speed, pitch)
            voice = f"espeak-ng {voice}"
        samples = to_int16(trim(*spoken))
        if len(samples) <= CLIP:
            found.setdefault(samples.tobytes(), (samples, word, voice))


def padded(rows: list[tuple[np.ndarray, str, str]]) -> tuple[np.ndarray, np.ndarray]:
    """Return clips (n, `CLIP`) int16 with zeros at the end, and their lengths."""
    array = np.zeros((len(rows), CLIP), np.int16)
    for row, (samples, *_) in zip(array, rows, strict=True):
        row[: len(samples)] = samples
    return array, np.array([len(samples) for samples, *_ in rows], np.int16)


def background(name: str) -> np.ndarray:
    """Return ten seconds of a sound, repeated with a cross-fade if it is shorter."""
    folder = SOUNDS.unpack() / "usr/share/sonic-pi/samples"
    samples, rate = soundfile.read(folder / f"{name}.flac", dtype="float64")
    common = int(np.gcd(rate, RATE))
    mono = samples.mean(axis=1) if samples.ndim > 1 else samples
    mono = resample_poly(mono, RATE // common, rate // common)
    mono = mono[: len(mono) - RATE // 4]  # the fade-out of some recordings
    fade = RATE // 2
    ramp = np.linspace(0, 1, fade)
    sound = mono
    while len(sound) < BACKGROUND:
        joint = sound[-fade:] * np.sqrt(1 - ramp) + mono[:fade] * np.sqrt(ramp)
        sound = np.concatenate([sound[:-fade], joint, mono[fade:]])
    sound = sound[:BACKGROUND]
    sound = sound - sound.mean()
    sound *= 0.02 / np.sqrt(np.mean(sound**2))  # about 14 dB below a word
    return to_int16(np.clip(sound, -0.5, 0.5))


def main() -> None:
    """Write ``datasets/speech.h5``, ``datasets/speech_asterisk.h5`` and the sheet."""
    rng = np.random.default_rng(7)
    arrays: dict[str, object] = {}
    for part, (positive, negative) in COUNTS.items():
        others = [*NEGATIVES, *(UNSEEN if part == "test" else [])]
        order = rng.permutation(others).tolist()
        rows = clips(part, lambda _: TRIGGER, positive, rng)
        rows += clips(part, lambda i, o=order: o[i % len(o)], negative, rng)
        rows = [rows[i] for i in rng.permutation(len(rows))]
        array, lengths = padded(rows)
        arrays |= {
            f"{part}_clips": array,
            f"{part}_lengths": lengths,
            f"{part}_words": [word for _, word, _ in rows],
            f"{part}_voices": [voice for *_, voice in rows],
            f"{part}_y": np.array([word == TRIGGER for _, word, _ in rows], np.uint8),
            f"{part}_backgrounds": np.stack(
                [background(name) for name in BACKGROUNDS[part]]
            ),
            f"{part}_background_names": BACKGROUNDS[part],
        }
    real = recorded()
    sheet(arrays, real)
    write(
        "speech",
        arrays,
        title='the word "activated", other words, and background sounds',
        description=f"""Synthesized: single words spoken by the programs flite and
        espeak-ng, not by people (for a person's voice see `speech_asterisk`).
        {sum(p for p, _ in COUNTS.values())} times "{TRIGGER}", each different in
        voice, speed or pitch, and {sum(n for _, n in COUNTS.values())} other words,
        some of which sound alike ("captivated"). {RATE} Hz, 16 bits; clip i is
        clips[i, :lengths[i]], silence cut off, loudest sample 0.6. Split by voice:
        no speaker is in two splits, and the test words hold {len(UNSEEN)} that
        training never has. The backgrounds are real recordings (vinyl hiss, humming,
        wind, drums), ten seconds each, in part by repetition, about 14 dB below the
        words, different ones for each split.""",
        origin="Debian flite and espeak-ng (spoken), sonic-pi-samples (recorded)",
        version=f"{FLITE.version}; {ESPEAK.version}; {SOUNDS.version}",
        licence="MIT (spoken clips), BSD-like (voices of flite), CC0-1.0 (backgrounds)",
        licence_files=["course-MIT.txt", "flite-BSD-like.txt", "CC0-1.0.txt"],
        changes="spoken, resampled to 8 kHz, trimmed, scaled, padded; split by voice",
        labs=["C5W3"],
        classes=["other", TRIGGER],
        meanings={
            "train_clips": f"{RATE} Hz, zeros after the word",
            "train_lengths": "samples of each word",
            "train_voices": "program, accent and variant",
            "train_y": f"1 for {TRIGGER}",
            "train_backgrounds": f"{RATE} Hz, 10 s each",
        },
    )
    array, lengths = padded(real)
    write(
        "speech_asterisk",
        {
            "test_clips": array,
            "test_lengths": lengths,
            "test_words": [word for _, word, _ in real],
            "test_y": np.array([word == TRIGGER for _, word, _ in real], np.uint8),
        },
        title='a person says "activated" and other words',
        description=f"""Real speech: {len(real)} single words recorded by Allison Smith
        for the Asterisk telephone system, "{TRIGGER}" once. {RATE} Hz, 16 bits; clip i
        is clips[i, :lengths[i]]. For testing a detector that was trained on the
        synthesized voices of `speech`. Under CC-BY-SA 3.0: what is made from this file
        carries the same licence.""",
        origin="Debian asterisk-core-sounds-en-wav (Allison Smith)",
        version=PERSON.version,
        licence="CC-BY-SA-3.0",
        licence_files=["asterisk-CC-BY-SA-3.0.txt"],
        changes="a selection, silence cut off, scaled, padded",
        labs=["C5W3"],
        classes=["other", TRIGGER],
        meanings={"test_y": f"1 for {TRIGGER}"},
    )


def recorded() -> list[tuple[np.ndarray, str, str]]:
    """Return clips (samples, word, voice) that a person spoke, the trigger first."""
    folder = PERSON.unpack() / "usr/share/asterisk/sounds/en_US_f_Allison"
    files = {TRIGGER: TRIGGER, **{word: word for word in RECORDED}}
    files |= {f"digits/{name}": word for name, word in NUMBERS.items()}
    files |= {f"digits/day-{index}": day for index, day in enumerate(DAYS)}
    files |= {f"phonetic/{name}": word for name, word in SPELLED.items()}
    rows = []
    for name, word in files.items():
        samples, rate = read_wav(folder / f"{name}.wav")
        rows.append((to_int16(trim(to_float(samples), rate)), word, "Allison"))
    return rows


def sheet(arrays: dict, real: list[tuple[np.ndarray, str, str]]) -> None:
    """Draw spectrograms: the trigger in several voices, then other words."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    def row(part: str, index: int) -> tuple[np.ndarray, str]:
        samples = arrays[f"{part}_clips"][index]
        word, voice = (arrays[f"{part}_{key}"][index] for key in ("words", "voices"))
        return samples, f"{part}: {word}\n{voice}"

    chosen = [row("train", i) for i in np.flatnonzero(arrays["train_y"])[:5]]
    chosen += [row("test", i) for i in np.flatnonzero(arrays["test_y"])[:2]]
    chosen += [(padded(real[:1])[0][0], f"real: {TRIGGER}\nAllison Smith")]
    chosen += [row("train", i) for i in np.flatnonzero(arrays["train_y"] == 0)[:4]]
    figure, axes = plt.subplots(3, 4, figsize=(9, 5.6), sharex=True, sharey=True)
    for axis, (samples, title) in zip(axes.flat, chosen, strict=True):
        # 16 ms windows, 8 ms apart, in decibels; the floor stands for silence
        starts = range(0, CLIP - 128, 64)
        frames = np.stack([to_float(samples[i : i + 128]) for i in starts])
        power = np.abs(np.fft.rfft(frames * np.hanning(128))) ** 2
        picture = 10 * np.log10(power.T + 1e-4)
        axis.imshow(
            picture, origin="lower", aspect="auto", extent=(0, CLIP / RATE, 0, RATE / 2)
        )
        axis.set_title(title, fontsize=8)
    figure.supxlabel("seconds")
    figure.supylabel("Hz")
    figure.tight_layout()
    SHEETS.mkdir(exist_ok=True)
    path = SHEETS / "speech.png"
    figure.savefig(path, dpi=70, metadata={"Software": None})
    plt.close(figure)
    picture = Image.open(path).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)


if __name__ == "__main__":
    main()
