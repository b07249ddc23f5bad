import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import text
from helpers.text import PAD, UNK, Vocabulary


def test_vocabulary_keeps_specials_first_and_the_rest_sorted():
    vocabulary = Vocabulary.of("banana", specials=[PAD, UNK])
    assert vocabulary.symbols == [PAD, UNK, "a", "b", "n"]
    assert len(vocabulary) == 5
    assert vocabulary[2] == "a"
    assert "b" in vocabulary
    assert "z" not in vocabulary


@given(st.text(min_size=1))
def test_encoding_and_decoding_give_the_text_back(sentence):
    vocabulary = Vocabulary.of(sentence)
    assert "".join(vocabulary.decode(vocabulary.encode(sentence))) == sentence


def test_unknown_symbols_become_unk_or_are_named():
    assert Vocabulary([UNK, "a"]).encode("ab") == [1, 0]
    with pytest.raises(KeyError, match="'b'"):
        Vocabulary(["a"]).encode("ab")


def test_vocabulary_by_frequency_breaks_ties_by_name():
    words = ["to", "be", "or", "not", "to", "be", "be"]
    vocabulary = Vocabulary.of(words, specials=[UNK], max_size=4)
    assert vocabulary.symbols == [UNK, "be", "to", "not"]
    assert Vocabulary.of(words, min_count=2).symbols == ["be", "to"]
    assert Vocabulary.of(words, max_size=0).symbols == []


def test_repeated_symbols_are_refused():
    with pytest.raises(ValueError, match="'a'"):
        Vocabulary(["a", "b", "a"])


def test_decode_skips_padding():
    assert Vocabulary([PAD, "x"]).decode([1, 0, 0]) == ["x"]


def test_padding_and_cutting():
    padded = text.pad_sequences([[1, 2, 3], [4], []], max_len=2, value=-1)
    np.testing.assert_array_equal(padded, [[1, 2], [4, -1], [-1, -1]])
    assert padded.dtype == np.int32
    assert text.pad_sequences([[1, 2, 3], [4]]).shape == (2, 3)
    assert text.pad_sequences([]).shape == (0, 0)


def test_one_hot():
    rows = text.one_hot(np.array([[0, 2]]), 3)
    np.testing.assert_array_equal(rows, [[[1, 0, 0], [0, 0, 1]]])
    assert rows.dtype == np.float32
    with pytest.raises(ValueError, match="0 to 2"):
        text.one_hot(np.array([3]), 3)
    with pytest.raises(ValueError, match="-1"):
        text.one_hot(np.array([-1]), 3)


def test_tokenize():
    found = text.tokenize("O, 'tis 12 o'clock--GO!")
    assert found == ["o", ",", "'", "tis", "12", "o'clock", "-", "-", "go", "!"]


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Łódź", "lodz"),
        ("Ærøskøbing", "aeroskobing"),
        ("Weißwasser", "weisswasser"),
        ("L’Aquila", "l'aquila"),
        ("İzmir", "izmir"),
        ("東京", "東京"),
    ],
)
def test_fold_ascii(name, folded):
    assert text.fold_ascii(name) == folded


def test_as_text():
    assert text.as_text(np.frombuffer(b"To be", np.uint8)) == "To be"


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("EEEE, MMMM d, yyyy", "Friday, January 1, 2021"),
        ("EEE dd MMM yy", "Fri 01 Jan 21"),
        ("M/d/yy", "1/1/21"),
        ("'the' d'st of' MMMM", "the 1st of January"),
        ("h''h", None),
        ("YYYY-MM-dd", None),
    ],
)
def test_format_date(pattern, written):
    day = datetime.date(2021, 1, 1)  # in ISO week 53 of 2020: YYYY would say 2020
    if written is None:
        with pytest.raises(ValueError, match="not a part of a date"):
            text.format_date(day, pattern)
    else:
        assert text.format_date(day, pattern) == written


@given(st.dates(datetime.date(1970, 1, 1), datetime.date(2029, 12, 31)))
def test_format_date_agrees_with_the_standard_library(day):
    assert text.format_date(day, "yyyy-MM-dd") == day.isoformat()
    assert text.format_date(day, "EEE dd MMM yy") == day.strftime("%a %d %b %y")
