"""The text, audio, music and table data: shapes, ranges, balance, no leakage."""

import datetime
import re
from itertools import pairwise

import numpy as np
import pytest

from helpers import audio
from helpers.data import describe, load
from helpers.text import as_text, format_date

FIRST_WORD = {  # what a description says at once: where the data come from
    "addresses": "Real",
    "dates": "Generated",
    "dinosaurs": "Real",
    "emoji": "Authored",
    "glove": "Real",
    "place_names": "Real",
    "ragtime": "Real",
    "shakespeare": "Real",
    "speech": "Synthesized",
    "speech_asterisk": "Real",
    "stories": "Generated",
    "tables": "Real",
    "temperature": "Real",
}
PARTS = ("train", "dev", "test")


def disjoint(*parts):
    """Whether no element stands twice, within a part or between two."""
    together = [element for part in parts for element in np.asarray(part).tolist()]
    return len(set(together)) == len(together)


def letters(names):
    return [re.sub("[^a-z0-9]", "", str(name).lower()) for name in names]


@pytest.mark.parametrize("name", FIRST_WORD)
def test_description_says_at_once_where_the_data_come_from(name):
    data = load(name)
    assert data.description.split()[0].strip(":") == FIRST_WORD[name]
    assert data.licence
    assert all(key in describe(name) for key in data)


@pytest.mark.parametrize("name", FIRST_WORD)
def test_every_array_is_finite_and_filled(name):
    data = load(name)
    for key in data:
        assert data[key].size, key
        if data[key].dtype.kind == "f":
            assert np.isfinite(data[key]).all(), key


# --- Words ---------------------------------------------------------------------------


def test_glove():
    data = load("glove")
    n = len(data.words)
    assert n >= 10_000
    assert disjoint(data.words)
    assert data.vectors.shape == (n, 50)
    assert data.vectors.dtype == np.float16
    assert (np.diff(data.ranks) > 0).all()
    np.testing.assert_array_equal(data.ranks[:10_000], np.arange(10_000))
    norms = np.linalg.norm(data.vectors.astype(np.float32), axis=1)
    assert 1 < norms.min() < norms.max() < 15


@pytest.mark.parametrize(
    "word",
    [
        *("man", "woman", "king", "queen", "programmer", "receptionist", "homemaker"),
        *("guns", "science", "arts", "literature", "warrior", "technology", "lipstick"),
        *("john", "marie", "reza", "sophie", "ragtime", "spectacularly"),
    ],
)
def test_glove_holds_what_the_exercises_name(word):
    assert word in set(load("glove").words)


def test_analogies():
    data = load("glove")
    questions = data.analogies
    assert questions.shape == (len(data.analogy_categories), 4)
    assert len(questions) >= 200
    assert set(questions.ravel()) <= set(data.words)
    assert all(len(set(question)) == 4 for question in questions)
    assert disjoint([" ".join(question) for question in questions])
    counts = np.bincount(data.analogy_categories, minlength=len(data.classes))
    assert counts.min() >= 20


def test_emoji():
    data = load("emoji")
    assert len(data.emoji) == len(data.classes) == 5
    assert disjoint(data.train_sentences, data.test_sentences)
    for part, each in [("train", 48), ("test", 12)]:
        assert np.bincount(data[f"{part}_y"]).tolist() == [each] * 5
        assert data[f"{part}_negated"].sum() >= 10
    words = {
        word
        for part in ("train", "test")
        for s in data[f"{part}_sentences"]
        for word in s.split()
    }
    assert words <= set(load("glove").words)


def test_emoji_twins_share_a_split_and_differ_in_mood():
    data = load("emoji")
    bags = {}
    for part in ("train", "test"):
        for sentence, y, twin in zip(
            data[f"{part}_sentences"],
            data[f"{part}_y"],
            data[f"{part}_twin"],
            strict=True,
        ):
            bag = tuple(sorted(sentence.split()))
            bags.setdefault(bag, []).append((part, int(y), bool(twin)))
    pairs = [members for members in bags.values() if len(members) > 1]
    assert len(pairs) == 12
    for members in bags.values():
        assert all(twin == (len(members) == 2) for *_, twin in members)
        if len(members) == 2:
            assert members[0][0] == members[1][0]
            assert {y for _, y, _ in members} == {2, 3}


# --- Names and dates -----------------------------------------------------------------


def test_place_names():
    data = load("place_names")
    parts = [data[f"{part}_names"] for part in PARTS]
    assert disjoint(*[letters(part) for part in parts])
    assert sum(map(len, parts)) > 25_000
    for part, names in zip(PARTS, parts, strict=True):
        country = data[f"{part}_country"]
        assert country.shape == names.shape
        assert country.max() < len(data.classes)
        assert all(re.fullmatch(r"[a-z]+(?:[ '-][a-z]+)*", name) for name in names)
        assert all(3 <= len(name) <= 20 for name in names)
    assert len(data.classes) == len(data.country_codes) == len(data.continents)
    assert disjoint(data.country_codes)


@pytest.mark.parametrize(
    ("name", "code"), [("kyoto", "JP"), ("toulouse", "FR"), ("nairobi", "KE")]
)
def test_known_places_lie_where_they_should(name, code):
    data = load("place_names")
    found = [
        data.country_codes[data[f"{part}_country"][np.flatnonzero(names == name)]]
        for part in PARTS
        if name in (names := data[f"{part}_names"])
    ]
    assert [codes.tolist() for codes in found] == [[code]]


def test_dinosaurs():
    data = load("dinosaurs")
    assert disjoint(data.train_names, data.test_names)
    assert len(data.train_names) + len(data.test_names) >= 80
    for name in [*data.train_names, *data.test_names]:
        assert re.fullmatch("[a-z]{5,20}", name)
    assert "tyrannosaurus" in data.train_names


def test_dates_no_day_and_no_string_twice():
    data = load("dates")
    assert [len(data[f"{part}_human"]) for part in PARTS] == [10_000, 1_000, 1_000]
    assert disjoint(*[data[f"{part}_human"] for part in PARTS])
    assert disjoint(*[data[f"{part}_iso"] for part in PARTS])
    counts = np.bincount(data.test_pattern, minlength=len(data.patterns))
    assert counts.min() >= 5


@pytest.mark.parametrize("part", PARTS)
def test_dates_mean_what_they_say(part):
    data = load("dates")
    for human, iso, kind in zip(
        data[f"{part}_human"], data[f"{part}_iso"], data[f"{part}_pattern"], strict=True
    ):
        day = datetime.date.fromisoformat(iso)
        assert 1970 <= day.year < 2030
        pattern = data.patterns[kind]
        # an ordinal's ending is compared without regard to which one it is
        written = format_date(day, pattern).lower()
        if "'th'" in pattern:
            written, human = (
                re.sub(r"(\d)(st|nd|rd|th)\b", r"\1", s) for s in (written, human)
            )
        # the British short form of September has four letters
        assert written == human.replace("sept ", "sep ").replace("sept-", "sep-")


# --- Music ---------------------------------------------------------------------------


def pieces(data, part, name):
    bounds = data[f"{part}_{name}_bounds"]
    return [data[f"{part}_{name}"][a:b] for a, b in pairwise(bounds)]


def test_ragtime_holds_eight_pieces_in_range():
    data = load("ragtime")
    titles = [data[f"{part}_titles"] for part in PARTS]
    assert disjoint(*titles)
    assert [len(part) for part in titles] == [6, 1, 1]
    for part in PARTS:
        notes = data[f"{part}_notes"]
        assert notes.dtype == np.int32
        assert (notes[:, audio.DURATION] > 0).all()
        assert ((notes[:, audio.PITCH] >= 21) & (notes[:, audio.PITCH] <= 108)).all()
        assert ((notes[:, audio.VELOCITY] > 0) & (notes[:, 3] < 128)).all()
        assert data[f"{part}_tokens"].max() < audio.N_TOKENS
        for piece in pieces(data, part, "notes"):
            assert (np.diff(piece[:, audio.ONSET]) >= 0).all()


def test_ragtime_tokens_and_melody_come_from_the_notes():
    data = load("ragtime")
    for part in PARTS:
        for notes, tokens, line in zip(
            *(pieces(data, part, name) for name in ("notes", "tokens", "melody")),
            strict=True,
        ):
            np.testing.assert_array_equal(audio.notes_to_tokens(notes), tokens)
            np.testing.assert_array_equal(audio.melody(notes), line)


def test_ragtime_survives_a_midi_file(tmp_path):
    data = load("ragtime")
    for part in PARTS:
        for notes in pieces(data, part, "notes"):
            audio.write_midi(tmp_path / "a.mid", notes, beats_per_minute=90)
            read, tempo = audio.read_midi(tmp_path / "a.mid")
            np.testing.assert_array_equal(read, notes)
            assert tempo == pytest.approx(90, rel=1e-5)


def test_ragtime_pieces_differ_between_splits():
    data = load("ragtime")
    # 32 tokens in a row, four bars or so: none of the test piece in training
    train = data.train_tokens.tolist()
    known = {tuple(train[i : i + 32]) for i in range(len(train))}
    for part in ("dev", "test"):
        tokens = data[f"{part}_tokens"].tolist()
        shared = sum(tuple(tokens[i : i + 32]) in known for i in range(len(tokens)))
        assert shared <= 0.02 * len(tokens)


# --- Speech --------------------------------------------------------------------------


def test_speech_clips():
    data = load("speech")
    for part in PARTS:
        clips, lengths = data[f"{part}_clips"], data[f"{part}_lengths"]
        assert clips.dtype == np.int16
        assert clips.shape == (len(lengths), 9_600)
        peaks = np.abs(clips.astype(int)).max(axis=1)
        assert ((peaks > 0.59 * 32768) & (peaks < 0.61 * 32768)).all()
        for clip, length in zip(clips, lengths, strict=True):
            assert not clip[length:].any()
            assert clip[: length // 2].any()
        y = data[f"{part}_y"]
        np.testing.assert_array_equal(y, data[f"{part}_words"] == "activated")
        assert 0.3 < y.mean() < 0.4
        assert data[f"{part}_backgrounds"].shape[1] == 80_000
        rms = np.sqrt(np.mean((data[f"{part}_backgrounds"] / 32768) ** 2, axis=1))
        assert ((rms > 0.015) & (rms < 0.025)).all()


def test_no_speaker_and_no_clip_is_in_two_splits():
    data = load("speech")
    clips = [clip.tobytes() for part in PARTS for clip in data[f"{part}_clips"]]
    assert disjoint(clips)
    assert disjoint(*[data[f"{part}_background_names"] for part in PARTS])
    speakers = []
    for part in PARTS:
        names = {re.split(r"[+ ]", voice)[-1] for voice in data[f"{part}_voices"]}
        speakers.append(sorted({name.removesuffix("16") for name in names}))
    assert disjoint(*speakers)
    assert [len(part) for part in speakers] == [16, 5, 5]
    assert set(data.test_words) - set(data.train_words)


def test_recorded_speech():
    data = load("speech_asterisk")
    assert data.licence == "CC-BY-SA-3.0"
    assert data.test_y.sum() == 1
    assert data.test_words[data.test_y == 1].tolist() == ["activated"]
    assert disjoint(data.test_words)
    for clip, length in zip(data.test_clips, data.test_lengths, strict=True):
        assert 800 < length <= 9_600
        assert not clip[length:].any()


# --- Sequences -----------------------------------------------------------------------


def test_addresses():
    data = load("addresses")
    joined = []
    for part in PARTS:
        tokens, tags = data[f"{part}_tokens"], data[f"{part}_tags"]
        assert tokens.shape == tags.shape
        assert ((tags >= -1) & (tags < len(data.classes))).all()
        np.testing.assert_array_equal(tags >= 0, tokens != "")
        np.testing.assert_array_equal((tags >= 0).sum(axis=1), data[f"{part}_length"])
        # padding at the end only
        assert (np.diff((tags >= 0).astype(int), axis=1) <= 0).all()
        joined.append(letters("".join(row) for row in tokens))
    assert disjoint(*joined)
    assert sum(map(len, joined)) > 1_400


def test_stories():
    data = load("stories")
    assert disjoint(*[data[f"{part}_stories"] for part in PARTS])
    for part, each in [("train", 1_000), ("dev", 150), ("test", 150)]:
        assert np.bincount(data[f"{part}_kind"]).tolist() == [each] * 6
        for story, answer, position in zip(
            data[f"{part}_stories"],
            data[f"{part}_answers"],
            data[f"{part}_positions"],
            strict=True,
        ):
            words = story.split()
            assert len(words) <= 96
            assert words[position] == answer


def test_answers_about_persons_are_their_last_place():
    data = load("stories")
    chosen = data.test_kind == data.classes.index("where is a person")
    for story, question, answer in zip(
        data.test_stories[chosen],
        data.test_questions[chosen],
        data.test_answers[chosen],
        strict=True,
    ):
        person = question.split()[2]
        moves = re.findall(rf"{person} \w+ to the (\w+)", story)
        assert moves[-1] == answer


def test_questions_about_directions_have_one_answer():
    data = load("stories")
    opposite = {"north": "south", "south": "north", "east": "west", "west": "east"}
    chosen = data.test_kind == data.classes.index("what lies in a direction")
    for story, question, answer in zip(
        data.test_stories[chosen],
        data.test_questions[chosen],
        data.test_answers[chosen],
        strict=True,
    ):
        side, of = re.fullmatch(r"what is (\w+) of the (\w+) \?", question).groups()
        facts = re.findall(r"the (\w+) is (\w+) of the (\w+)", story)
        answers = {a for a, s, b in facts if (s, b) == (side, of)}
        answers |= {b for a, s, b in facts if (opposite[s], a) == (side, of)}
        assert answers == {answer}


def test_stories_about_things_hold_when_replayed():
    """Follow every event by other rules than the generator's, and answer."""
    data = load("stories")
    kinds = [
        data.classes.index(f"where {k}") for k in ("is a thing", "was a thing before")
    ]
    for story, question, answer, kind in zip(
        data.test_stories,
        data.test_questions,
        data.test_answers,
        data.test_kind,
        strict=True,
    ):
        if kind not in kinds:
            continue
        thing = re.search(r"the (\w+)", question)[1]
        place, holder, visited = {}, None, []
        for sentence in story.split(" . "):
            words = sentence.removesuffix(" .").split()
            if "to the" in sentence:
                place[words[0]] = words[-1]
                if words[0] == holder:
                    visited.append(words[-1])
            elif words[-1] == thing and words[1] in ("took", "picked", "grabbed"):
                holder = words[0]
                visited = visited or [place[holder]]
            elif words[-1] == thing:
                holder = None
            elif thing in words:
                holder = words[-1]
        if kind == kinds[0]:
            assert visited[-1] == answer
        else:
            last = question.split()[-2]
            assert visited[-1] == last
            assert visited[-2] == answer


def test_shakespeare():
    data = load("shakespeare")
    assert disjoint(*[data[f"{part}_titles"] for part in PARTS])
    total = 0
    for part in PARTS:
        text = as_text(data[f"{part}_text"])
        total += len(text)
        assert set(text) <= set(map(chr, range(32, 127))) | {"\n"}
        assert not re.search(r"[_*#\[\]]|\n\n\n|  ", text)
        bounds = data[f"{part}_bounds"]
        assert (bounds[0], bounds[-1]) == (0, len(text))
        assert len(bounds) == len(data[f"{part}_titles"]) + 1
        for end in bounds[1:]:
            assert text[end - 2 : end] == "\n\n"
    assert total > 2_000_000
    assert "HAMLET:\nTo be, or not to be: that is the question:" in as_text(
        data.train_text
    )
    lines = {part: set(as_text(data[f"{part}_text"]).split("\n")) for part in PARTS}
    shared = {line for line in lines["test"] & lines["train"] if len(line) > 40}
    assert len(shared) <= 3


# --- Tables --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [("cancer", 569, 30), ("wine", 178, 13), ("diabetes", 442, 10), ("ames", 2930, 32)],
)
def test_tables(name, rows, columns):
    data = load("tables")
    x = [data[f"{part}_{name}_x"] for part in PARTS]
    y = [data[f"{part}_{name}_y"] for part in PARTS]
    assert sum(map(len, x)) == rows
    assert all(part.shape[1] == columns for part in x)
    assert all(len(a) == len(b) for a, b in zip(x, y, strict=True))
    assert len(data[f"{name}_features"]) == columns
    assert disjoint([row.tobytes() for part in x for row in part])
    if name in ("cancer", "wine"):
        n = len(data[f"{name}_classes"])
        shares = [np.bincount(part, minlength=n) / len(part) for part in y]
        assert np.min(shares) > 0.1


def test_temperature():
    data = load("temperature")
    days = data.date.astype("datetime64[D]")
    assert (np.diff(days) == np.timedelta64(1, "D")).all()
    assert len(days) == 1461
    assert (data.temp_min <= data.temp_max).all()
    assert data.temp_max.min() > -10
    assert data.temp_max.max() < 40
    # summers are warm: the season is in the series
    month = data.date.astype("datetime64[M]").astype(int) % 12
    assert data.temp_max[month == 6].mean() > data.temp_max[month == 0].mean() + 10
