"""Sound and music with NumPy alone: WAV files, MIDI files, a synthesizer, note tokens.

Music is an int32 array of notes, one a row: onset, duration, pitch, velocity, track.
Times are ticks, `TICKS_PER_BEAT` to the quarter note (12 to the sixteenth); pitch 60
is middle C; velocity 1 to 127 is loudness.

>>> notes = np.array([[0, 24, 60, 90, 0], [24, 24, 64, 90, 0], [48, 48, 67, 90, 0]])
>>> tokens = notes_to_tokens(notes)
>>> [token_name(token) for token in tokens[:3]]
['note C4', 'last 2/16', 'wait 2/16']
>>> bool((tokens_to_notes(tokens)[:, :3] == notes[:, :3]).all())
True
"""

from __future__ import annotations

import struct
import wave
from collections.abc import Sequence
from os import PathLike

import numpy as np

TICKS_PER_BEAT = 48
ONSET, DURATION, PITCH, VELOCITY, TRACK = range(5)

# --- WAV -----------------------------------------------------------------------------


def to_float(samples: np.ndarray) -> np.ndarray:
    """Return int16 samples as float32 in [-1, 1)."""
    return np.asarray(samples, np.int16).astype(np.float32) / 32768


def to_int16(samples: np.ndarray) -> np.ndarray:
    """Return float samples as int16; what lies outside [-1, 1) is clipped."""
    scaled = np.round(np.asarray(samples, np.float64) * 32768)
    return np.clip(scaled, -32768, 32767).astype(np.int16)


def read_wav(path: str | PathLike) -> tuple[np.ndarray, int]:
    """Read a WAV file of 8 or 16 bits.

    Args:
        path: The file.

    Returns:
        int16 samples, shape (n,), or (n, channels) for more than one channel; and
        the sampling rate in Hz.

    Raises:
        ValueError: If the samples have another width.
    """
    with wave.open(str(path), "rb") as file:
        width, channels, rate = (
            file.getsampwidth(),
            file.getnchannels(),
            file.getframerate(),
        )
        data = file.readframes(file.getnframes())
    if width == 1:  # unsigned by convention, silence is 128
        samples = (np.frombuffer(data, np.uint8).astype(np.int16) - 128) * 256
    elif width == 2:
        samples = np.frombuffer(data, "<i2").astype(np.int16)
    else:
        raise ValueError(f"{path}: {8 * width}-bit samples; only 8 and 16 are read")
    return (samples.reshape(-1, channels) if channels > 1 else samples), rate


def write_wav(path: str | PathLike, samples: np.ndarray, rate: int) -> None:
    """Write a 16-bit mono WAV file.

    Args:
        path: The file.
        samples: int16, or float in [-1, 1); shape (n,).
        rate: Sampling rate in Hz.
    """
    samples = np.asarray(samples)
    if samples.dtype.kind == "f":
        samples = to_int16(samples)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())


def player(samples: np.ndarray, rate: int):
    """Return a player for a notebook cell: ``player(samples, 8000)`` on the last line.

    Args:
        samples: int16, or float in [-1, 1); shape (n,).
        rate: Sampling rate in Hz.
    """
    from IPython.display import Audio  # only notebooks need it

    samples = np.asarray(samples)
    if samples.dtype.kind != "f":
        samples = to_float(samples)
    # normalize=False keeps a quiet clip quiet, and wants values in [-1, 1]
    return Audio(np.clip(samples, -1, 1), rate=rate, normalize=False)


# --- MIDI ----------------------------------------------------------------------------


def write_midi(
    path: str | PathLike, notes: np.ndarray, beats_per_minute: float = 90
) -> None:
    """Write notes as a standard MIDI file (format 1, one MIDI track a track).

    Args:
        path: The file, usually ``.mid``.
        notes: (n, 5), as described at the top of this module.
        beats_per_minute: Tempo in quarter notes a minute.
    """
    notes = np.asarray(notes, np.int64).reshape(-1, 5)
    tempo = round(60_000_000 / beats_per_minute)  # microseconds a quarter note
    chunks = [_midi_track([(0, b"\xff\x51\x03" + tempo.to_bytes(3, "big"))])]
    for track in np.unique(notes[:, TRACK]):
        events = []
        for onset, duration, pitch, velocity, _ in notes[notes[:, TRACK] == track]:
            # at the same tick a note ends before the next one begins
            on, off = bytes([0x90, pitch, velocity]), bytes([0x80, pitch, 0])
            events += [(onset, 1, on), (onset + duration, 0, off)]
        chunks.append(_midi_track([(tick, data) for tick, _, data in sorted(events)]))
    header = struct.pack(">4sIHHH", b"MThd", 6, 1, len(chunks), TICKS_PER_BEAT)
    with open(path, "wb") as file:
        file.write(header + b"".join(chunks))


def _midi_track(events: Sequence[tuple[int, bytes]]) -> bytes:
    body, now = bytearray(), 0
    for tick, data in [*events, (events[-1][0], b"\xff\x2f\x00")]:
        body += _variable_length(int(tick) - now) + data
        now = int(tick)
    return struct.pack(">4sI", b"MTrk", len(body)) + bytes(body)


def _variable_length(number: int) -> bytes:
    """Encode by sevens of bits, highest first; all bytes but the last have bit 7."""
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


def read_midi(path: str | PathLike) -> tuple[np.ndarray, float]:
    """Read the notes of a standard MIDI file (format 0 or 1).

    Args:
        path: The file.

    Returns:
        Notes (n, 5), sorted by onset, track and pitch, times in `TICKS_PER_BEAT`
        (rounded if the file is finer), tracks numbered from 0 without empty ones; and
        the first tempo in quarter notes a minute (120 if there is none).

    Raises:
        ValueError: If it is no MIDI file, or its times are not in ticks a beat.
    """
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] != b"MThd":
        raise ValueError(f"{path} is no MIDI file")
    division = int.from_bytes(data[12:14], "big")
    if division & 0x8000:
        raise ValueError(f"{path}: times in video frames are not read")
    start, tempo, notes, track = 14, None, [], 0
    while start + 8 <= len(data):
        size = int.from_bytes(data[start + 4 : start + 8], "big")
        if data[start : start + 4] == b"MTrk":
            found, first = _read_track(data[start + 8 : start + 8 + size])
            notes += [(*note, track) for note in found]
            track += bool(found)
            tempo = tempo or first
        start += 8 + size
    array = np.array(notes, np.float64).reshape(-1, 5)
    begin = np.round(array[:, ONSET] * TICKS_PER_BEAT / division)
    end = (array[:, ONSET] + array[:, DURATION]) * TICKS_PER_BEAT / division
    array[:, ONSET] = begin
    array[:, DURATION] = np.maximum(np.round(end) - begin, 1)
    order = np.lexsort((array[:, PITCH], array[:, TRACK], array[:, ONSET]))
    return array[order].astype(np.int32), 60_000_000 / (tempo or 500_000)


def _read_track(data: bytes) -> tuple[list[tuple[int, int, int, int]], int | None]:
    """Return (onset, duration, pitch, velocity) in the file's ticks, and a tempo."""
    notes, sounding, tempo = [], {}, None
    at = now = status = 0

    def number() -> int:
        nonlocal at
        value = 0
        while True:
            byte = data[at]
            at += 1
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value

    while at < len(data):
        now += number()
        if data[at] >= 0x80:  # otherwise the last status goes on ("running status")
            status = data[at]
            at += 1
        if status == 0xFF:
            kind = data[at]
            at += 1
            size = number()
            if kind == 0x51 and tempo is None:
                tempo = int.from_bytes(data[at : at + size], "big")
            at += size
        elif status in (0xF0, 0xF7):
            at += number()
        elif status & 0xF0 in (0xC0, 0xD0):
            at += 1
        else:
            first, second = data[at], data[at + 1]
            at += 2
            key = status & 0x0F, first
            if status & 0xF0 in (0x80, 0x90) and key in sounding:
                # an end, or the same key struck again
                onset, velocity = sounding.pop(key)
                if now > onset:
                    notes.append((onset, now - onset, first, velocity))
            if status & 0xF0 == 0x90 and second:
                sounding[key] = now, second
    return notes, tempo


# --- Sound and pictures of notes -----------------------------------------------------


def synthesize(
    notes: np.ndarray, rate: int = 16_000, beats_per_minute: float = 90
) -> np.ndarray:
    """Play notes on a plucked-string-like instrument.

    Each note is a sum of six harmonics of falling strength, the higher ones dying
    away sooner, as on a piano.

    Args:
        notes: (n, 5), as described at the top of this module.
        rate: Sampling rate in Hz.
        beats_per_minute: Tempo in quarter notes a minute.

    Returns:
        float32 samples, shape (n_samples,), largest magnitude 0.9; empty for no notes.
    """
    notes = np.asarray(notes).reshape(-1, 5)
    if not len(notes):
        return np.zeros(0, np.float32)
    seconds = 60 / beats_per_minute / TICKS_PER_BEAT  # of a tick
    release = 0.15
    end = (notes[:, ONSET] + notes[:, DURATION]).max() * seconds + release
    sound = np.zeros(int(end * rate) + 1, np.float32)
    for onset, duration, pitch, velocity, _ in notes:
        held = duration * seconds
        t = np.arange(int((held + release) * rate)) / rate
        frequency = 440 * 2 ** ((pitch - 69) / 12)
        tone = np.zeros(len(t))
        for k in range(1, 7):
            if k * frequency < rate / 2:  # higher ones would fold back
                fade = np.exp(-t * (1.5 + 0.8 * k))
                tone += fade * np.sin(2 * np.pi * k * frequency * t) / k**1.5
        envelope = np.minimum(t / 0.005, 1) * np.clip((held + release - t) / 0.1, 0, 1)
        begin = int(onset * seconds * rate)
        sound[begin : begin + len(t)] += tone * envelope * velocity / 127
    return (0.9 * sound / np.abs(sound).max()).astype(np.float32)


def piano_roll(notes: np.ndarray, step: int = 12) -> np.ndarray:
    """Draw notes as a picture: which pitches sound at which time.

    Args:
        notes: (n, 5), as described at the top of this module.
        step: Ticks a column; 12 for sixteenths.

    Returns:
        uint8 (128, columns): 0 silent, 1 sounding, 2 where a note begins. Show it
        with ``imshow(roll, origin="lower", aspect="auto")``.
    """
    notes = np.asarray(notes).reshape(-1, 5)
    begin = notes[:, ONSET] // step
    end = -(-(notes[:, ONSET] + notes[:, DURATION]) // step)  # rounded up
    end = np.maximum(end, begin + 1)
    roll = np.zeros((128, int(end.max(initial=0))), np.uint8)
    for first, last, pitch in zip(begin, end, notes[:, PITCH], strict=True):
        roll[pitch, first:last] = np.maximum(roll[pitch, first:last], 1)
    roll[notes[:, PITCH], begin] = 2
    return roll


# --- Tokens --------------------------------------------------------------------------
# A piece as one sequence of small integers, for a next-token model: "note p" begins a
# note, "last d" says for how many sixteenths the notes since the last "wait" sound,
# "wait s" moves on by s sixteenths.

SIXTEENTH = TICKS_PER_BEAT // 4
LOWEST, HIGHEST = 24, 103  # C1 to G7, what the rags of the course need
LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16)  # sixteenths
MAX_WAIT = 8
N_PITCHES = HIGHEST - LOWEST + 1
N_TOKENS = N_PITCHES + len(LENGTHS) + MAX_WAIT


def notes_to_tokens(notes: np.ndarray) -> np.ndarray:
    """Write notes as tokens, times rounded to sixteenths, velocity and track dropped.

    Notes of one moment and one length come together, longer ones first, from low to
    high. Silence before the first note is dropped. Pitches outside the range are moved
    by octaves.

    Args:
        notes: (n, 5), as described at the top of this module.

    Returns:
        int16 tokens in 0 … `N_TOKENS` - 1.
    """
    notes = np.asarray(notes, np.int64).reshape(-1, 5)
    onset = np.round(notes[:, ONSET] / SIXTEENTH).astype(int)
    wanted = notes[:, DURATION, None] / SIXTEENTH
    length = np.abs(np.log(np.array(LENGTHS) / wanted)).argmin(axis=1)
    pitch = notes[:, PITCH]
    pitch = np.where(pitch < LOWEST, LOWEST + (pitch - LOWEST) % 12, pitch)
    pitch = np.where(pitch > HIGHEST, HIGHEST - (HIGHEST - pitch) % 12, pitch)
    rows = sorted({*zip(onset, -length, pitch, strict=True)})
    tokens: list[int] = []
    for index, (now, shorter, key) in enumerate(rows):
        tokens.append(key - LOWEST)
        following = rows[index + 1][:2] if index + 1 < len(rows) else (now, None)
        if following != (now, shorter):
            tokens.append(N_PITCHES - shorter)  # their common length
        for wait in range(now, following[0], MAX_WAIT):
            steps = min(following[0] - wait, MAX_WAIT)
            tokens.append(N_PITCHES + len(LENGTHS) + steps - 1)
    return np.array(tokens, np.int16)


def tokens_to_notes(tokens: Sequence[int], velocity: int = 90) -> np.ndarray:
    """Turn tokens into notes; any sequence is accepted, so a model's samples play.

    Notes that no length follows before the next wait last one sixteenth.

    Args:
        tokens: Integers in 0 … `N_TOKENS` - 1.
        velocity: Given to every note.

    Returns:
        Notes (n, 5), sorted by onset and pitch, track 0.

    Raises:
        ValueError: If a token is out of range.
    """
    found: dict[tuple[int, int], int] = {}
    now, pending = 0, []

    def finish(length: int) -> None:
        for pitch in pending:
            found[now, pitch] = max(length, found.get((now, pitch), 0))
        pending.clear()

    for token in map(int, tokens):
        if not 0 <= token < N_TOKENS:
            raise ValueError(f"token {token} is not in 0 to {N_TOKENS - 1}")
        if token < N_PITCHES:
            pending.append(token + LOWEST)
        elif token < N_PITCHES + len(LENGTHS):
            finish(LENGTHS[token - N_PITCHES])
        else:
            finish(1)
            now += token - N_PITCHES - len(LENGTHS) + 1
    finish(1)
    rows = [
        (moment * SIXTEENTH, length * SIXTEENTH, pitch, velocity, 0)
        for (moment, pitch), length in sorted(found.items())
    ]
    return np.array(rows, np.int32).reshape(-1, 5)


def token_name(token: int) -> str:
    """Name a token for a reader: ``note C4``, ``last 2/16`` or ``wait 2/16``."""
    token = int(token)
    if token < N_PITCHES:
        return f"note {pitch_name(token + LOWEST)}"
    token -= N_PITCHES
    if token < len(LENGTHS):
        return f"last {LENGTHS[token]}/16"
    return f"wait {token - len(LENGTHS) + 1}/16"


def pitch_name(pitch: int) -> str:
    """Name a pitch: 60 is ``C4``, 61 is ``C#4``."""
    names = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
    return f"{names[pitch % 12]}{pitch // 12 - 1}"


def melody(notes: np.ndarray) -> np.ndarray:
    """Reduce a piece to its highest line on a grid of sixteenths.

    Args:
        notes: (n, 5), as described at the top of this module.

    Returns:
        int16, one number a sixteenth: the highest pitch that begins there, or 0 where
        none does.
    """
    notes = np.asarray(notes).reshape(-1, 5)
    place = np.round(notes[:, ONSET] / SIXTEENTH).astype(int)
    line = np.zeros(place.max(initial=-1) + 1, np.int16)
    np.maximum.at(line, place, notes[:, PITCH].astype(np.int16))
    return line
