import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import audio
from helpers.audio import DURATION, ONSET, PITCH, SIXTEENTH, VELOCITY


@pytest.fixture
def notes():
    rng = np.random.default_rng(0)
    keys = rng.permutation(400)[:120]  # no key is struck twice in one beat
    beat, key = keys // 20, keys % 20
    return np.stack(
        [
            beat * 48 + rng.integers(0, 12, 120),
            rng.integers(1, 30, 120),
            key + 50,
            rng.integers(1, 128, 120),
            key % 3,
        ],
        axis=1,
    ).astype(np.int32)


def ordered(notes):
    return notes[np.lexsort((notes[:, PITCH], notes[:, 4], notes[:, ONSET]))]


def test_wav_round_trip(tmp_path):
    samples = np.array([0, 1, -32768, 32767, 5], np.int16)
    audio.write_wav(tmp_path / "a.wav", samples, 8000)
    read, rate = audio.read_wav(tmp_path / "a.wav")
    np.testing.assert_array_equal(read, samples)
    assert (read.dtype, rate) == (np.int16, 8000)


def test_wav_from_floats_is_clipped_not_wrapped(tmp_path):
    audio.write_wav(tmp_path / "a.wav", np.array([0.5, 2.0, -2.0]), 16_000)
    read, _ = audio.read_wav(tmp_path / "a.wav")
    np.testing.assert_array_equal(read, [16_384, 32_767, -32_768])


@given(st.lists(st.integers(-32768, 32767)))
def test_floats_and_integers_convert_back(values):
    samples = np.array(values, np.int16)
    floats = audio.to_float(samples)
    assert floats.dtype == np.float32
    assert (np.abs(floats) <= 1).all()
    np.testing.assert_array_equal(audio.to_int16(floats), samples)


def test_wav_of_another_width_is_refused(tmp_path):
    import wave

    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 3, 8000, 1, "NONE", ""))
        file.writeframes(b"\0\0\0")
    with pytest.raises(ValueError, match="24-bit"):
        audio.read_wav(tmp_path / "a.wav")


def test_stereo_is_read_as_columns(tmp_path):
    import wave

    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((2, 2, 8000, 2, "NONE", ""))
        file.writeframes(struct.pack("<4h", 1, 2, 3, 4))
    np.testing.assert_array_equal(
        audio.read_wav(tmp_path / "a.wav")[0], [[1, 2], [3, 4]]
    )


def test_midi_round_trip(tmp_path, notes):
    audio.write_midi(tmp_path / "a.mid", notes, beats_per_minute=100)
    read, tempo = audio.read_midi(tmp_path / "a.mid")
    np.testing.assert_array_equal(read, ordered(notes))
    assert tempo == pytest.approx(100, rel=1e-6)


def test_midi_of_no_notes(tmp_path):
    audio.write_midi(tmp_path / "a.mid", np.zeros((0, 5), np.int32))
    assert audio.read_midi(tmp_path / "a.mid")[0].shape == (0, 5)


def test_midi_repeated_key_keeps_both_notes(tmp_path):
    notes = np.array([[0, 12, 60, 90, 0], [12, 12, 60, 80, 0]], np.int32)
    audio.write_midi(tmp_path / "a.mid", notes)
    np.testing.assert_array_equal(audio.read_midi(tmp_path / "a.mid")[0], notes)


def test_midi_long_waits_take_several_bytes(tmp_path):
    notes = np.array([[1_000_000, 5, 60, 90, 0]], np.int32)
    audio.write_midi(tmp_path / "a.mid", notes)
    np.testing.assert_array_equal(audio.read_midi(tmp_path / "a.mid")[0], notes)


def test_midi_running_status_and_foreign_resolution(tmp_path):
    # written by hand: 96 ticks a beat, one status byte for three events
    track = b"\x00\x90\x3c\x40\x30\x3c\x00\x00\x40\x40\x60\x40\x00"
    track += b"\x00\xff\x2f\x00"
    data = struct.pack(">4sIHHH", b"MThd", 6, 0, 1, 96)
    data += struct.pack(">4sI", b"MTrk", len(track)) + track
    (tmp_path / "a.mid").write_bytes(data)
    read, tempo = audio.read_midi(tmp_path / "a.mid")
    np.testing.assert_array_equal(read, [[0, 24, 60, 64, 0], [24, 48, 64, 64, 0]])
    assert tempo == 120


def test_what_is_no_midi_file_is_refused(tmp_path):
    (tmp_path / "a.mid").write_bytes(b"RIFF")
    with pytest.raises(ValueError, match="no MIDI file"):
        audio.read_midi(tmp_path / "a.mid")


def test_tokens_round_trip_on_the_grid():
    rng = np.random.default_rng(1)
    pairs = rng.permutation(60 * 40)[:200]
    notes = np.zeros((200, 5), np.int32)
    notes[:, ONSET] = pairs // 40 * SIXTEENTH
    notes[:, PITCH] = pairs % 40 + 40
    notes[:, DURATION] = rng.choice(audio.LENGTHS, 200) * SIXTEENTH
    notes[:, VELOCITY] = 90
    notes[:, ONSET] -= notes[:, ONSET].min()
    tokens = audio.notes_to_tokens(notes)
    assert tokens.min() >= 0
    assert tokens.max() < audio.N_TOKENS
    back = audio.tokens_to_notes(tokens)
    np.testing.assert_array_equal(
        back, notes[np.lexsort((notes[:, PITCH], notes[:, ONSET]))]
    )


@given(st.lists(st.integers(0, audio.N_TOKENS - 1), max_size=60))
def test_any_tokens_make_playable_notes(tokens):
    notes = audio.tokens_to_notes(tokens)
    assert notes.shape[1] == 5
    assert (notes[:, DURATION] > 0).all()
    assert (np.diff(notes[:, ONSET]) >= 0).all()
    again = audio.tokens_to_notes(audio.notes_to_tokens(notes))
    expected = notes.copy()
    expected[:, ONSET] -= notes[0, ONSET] if len(notes) else 0  # silence at the start
    np.testing.assert_array_equal(again, expected)


def test_tokens_out_of_range_are_refused():
    with pytest.raises(ValueError, match="not in 0"):
        audio.tokens_to_notes([audio.N_TOKENS])


def test_every_token_has_a_name_of_its_own():
    names = [audio.token_name(token) for token in range(audio.N_TOKENS)]
    assert len(set(names)) == audio.N_TOKENS
    assert names[0] == "note C1"
    assert names[-1] == "wait 8/16"


def test_pitches_outside_the_range_move_by_octaves():
    notes = np.array([[0, 12, 12, 90, 0], [0, 12, 120, 90, 0]], np.int32)
    back = audio.tokens_to_notes(audio.notes_to_tokens(notes))
    assert back[:, PITCH].tolist() == [24, 96]


def test_synthesized_pitch_is_right():
    note = np.array([[0, 96, 69, 100, 0]], np.int32)  # A4: 440 Hz
    sound = audio.synthesize(note, rate=8000, beats_per_minute=60)
    assert sound.dtype == np.float32
    assert np.abs(sound).max() == pytest.approx(0.9)
    spectrum = np.abs(np.fft.rfft(sound[:8000]))
    assert abs(int(spectrum.argmax()) - 440) <= 1
    assert len(sound) == pytest.approx(8000 * 2.15, abs=2)


def test_synthesizing_nothing_gives_nothing():
    assert audio.synthesize(np.zeros((0, 5))).shape == (0,)


def test_piano_roll():
    notes = np.array([[0, 24, 60, 90, 0], [12, 6, 64, 90, 0]], np.int32)
    roll = audio.piano_roll(notes)
    assert roll.shape == (128, 2)
    assert roll[60].tolist() == [2, 1]
    assert roll[64].tolist() == [0, 2]
    assert roll.sum() == 5


def test_melody_is_the_highest_line():
    notes = np.array([[0, 6, 60, 90, 0], [0, 6, 72, 90, 0], [25, 6, 64, 90, 1]])
    assert audio.melody(notes).tolist() == [72, 0, 64]
    assert audio.melody(np.zeros((0, 5), int)).shape == (0,)


def test_player_holds_the_sound():
    pytest.importorskip("IPython")
    shown = audio.player(np.array([0, 16_384], np.int16), 8000)
    assert shown.data[:4] == b"RIFF"
    assert np.frombuffer(shown.data[-4:], "<i2")[1] == pytest.approx(16_384, abs=1)
