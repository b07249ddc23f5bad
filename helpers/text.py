"""Words and characters as numbers: vocabularies, padding, written dates.

>>> vocabulary = Vocabulary.of("abracadabra", specials=[PAD])
>>> vocabulary.encode("cab")
[3, 1, 2]
>>> pad_sequences([[3, 1, 2], [1]])
array([[3, 1, 2],
       [1, 0, 0]], dtype=int32)
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

import numpy as np

PAD, UNK, START, END = "<pad>", "<unk>", "<start>", "<end>"


class Vocabulary(Sequence):
    """Symbols (characters, words, tags) in a fixed order, and their indices.

    Attributes:
        symbols: The symbols, a list; position is index.
        index: Symbol to index, a dictionary.
    """

    def __init__(self, symbols: Iterable[Hashable]):
        self.symbols = list(symbols)
        self.index = {symbol: place for place, symbol in enumerate(self.symbols)}
        if len(self.index) != len(self.symbols):
            twice = [s for s, n in Counter(self.symbols).items() if n > 1]
            raise ValueError(f"symbols occur more than once: {twice[:5]}")

    @classmethod
    def of(
        cls,
        symbols: Iterable[Hashable],
        *,
        specials: Sequence[Hashable] = (),
        min_count: int = 1,
        max_size: int | None = None,
    ) -> Vocabulary:
        """Collect the symbols that occur in a text.

        Args:
            symbols: All of them, one after the other: a string for characters, a
                list of words for words.
            specials: Put first, in this order (``[PAD, UNK]``).
            min_count: Leave out what occurs less often.
            max_size: Keep only the most frequent ones, so many with the specials.

        Returns:
            A vocabulary: the specials, then the rest sorted, or by falling frequency
            if `max_size` is given.
        """
        counts = Counter(symbols)
        found = sorted(
            symbol
            for symbol, count in counts.items()
            if count >= min_count and symbol not in specials
        )
        if max_size is not None:
            found.sort(key=lambda symbol: -counts[symbol])  # stable: ties stay sorted
            found = found[: max(max_size - len(specials), 0)]
        return cls([*specials, *found])

    def __getitem__(self, place):
        return self.symbols[place]

    def __len__(self) -> int:
        return len(self.symbols)

    def __contains__(self, symbol: object) -> bool:
        return symbol in self.index

    def __repr__(self) -> str:
        return f"<Vocabulary of {len(self)}: {self.symbols[:6]}…>"

    def encode(self, symbols: Iterable[Hashable]) -> list[int]:
        """Return the index of each symbol; an unknown one becomes that of `UNK`.

        Raises:
            KeyError: If a symbol is unknown and `UNK` is not in the vocabulary.
        """
        unknown = self.index.get(UNK)
        indices = [self.index.get(symbol, unknown) for symbol in symbols]
        if unknown is None and None in indices:
            lost = [s for s in symbols if s not in self.index]
            raise KeyError(f"not in the vocabulary, which has no {UNK}: {lost[:5]}")
        return indices

    def decode(self, indices: Iterable[int], *, skip: Sequence = (PAD,)) -> list:
        """Return the symbol of each index, without those in `skip`."""
        symbols = (self.symbols[int(index)] for index in indices)
        return [symbol for symbol in symbols if symbol not in skip]


def pad_sequences(
    sequences: Sequence[Sequence[int]], max_len: int | None = None, value: int = 0
) -> np.ndarray:
    """Put sequences of different lengths into one array.

    Args:
        sequences: m lists of integers.
        max_len: Length T of every row; longer ones lose their end. The longest
            sequence's length if None.
        value: Fills the end of short rows.

    Returns:
        int32 array, shape (m, T).
    """
    if max_len is None:
        max_len = max(map(len, sequences), default=0)
    padded = np.full((len(sequences), max_len), value, np.int32)
    for row, sequence in zip(padded, sequences, strict=True):
        kept = sequence[:max_len]
        row[: len(kept)] = kept
    return padded


def one_hot(indices: np.ndarray, n: int) -> np.ndarray:
    """Return float32 one-hot rows, shape (*indices.shape, n).

    Raises:
        ValueError: If an index is not in 0 … n - 1.
    """
    indices = np.asarray(indices)
    if indices.size and (indices.min() < 0 or indices.max() >= n):
        raise ValueError(
            f"indices run from {indices.min()} to {indices.max()}, allowed 0 to {n - 1}"
        )
    return np.eye(n, dtype=np.float32)[indices]


def tokenize(text: str) -> list[str]:
    """Split into lower-case words, numbers and single punctuation marks.

    >>> tokenize("Where is Mary's football?")
    ['where', 'is', "mary's", 'football', '?']
    """
    return re.findall(r"[a-z]+(?:['’][a-z]+)*|\d+|[^\sa-z\d]", text.lower())


def as_text(codes: np.ndarray) -> str:
    """Return the text that an array of UTF-8 bytes (uint8) holds."""
    return np.asarray(codes, np.uint8).tobytes().decode("utf-8")


# Letters that no decomposition takes apart, as they are usually transcribed.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ħ": "h",
        "ı": "i",
        "ŧ": "t",
        "ə": "a",
        "æ": "ae",
        "œ": "oe",
        "ß": "ss",
        "þ": "th",
        "ŋ": "n",
        "ŉ": "n",
        "’": "'",
        "‘": "'",
        "ʻ": "'",
        "ʼ": "'",
        "`": "'",
        "´": "'",
        "–": "-",
        "—": "-",
        "‑": "-",
    }
)


def fold_ascii(text: str) -> str:
    """Return lower-case text with accents taken off.

    Characters that have no ASCII counterpart stay, so that a caller sees them.

    >>> fold_ascii("São João d’Øst")
    "sao joao d'ost"
    """
    decomposed = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
WEEKDAYS = [
    *("Monday", "Tuesday", "Wednesday", "Thursday"),
    *("Friday", "Saturday", "Sunday"),
]


def format_date(day: datetime.date, pattern: str) -> str:
    """Write a date in English by a pattern of the Unicode standard (CLDR).

    Args:
        day: The date.
        pattern: Letters stand for parts: ``yyyy yy`` year, ``MMMM MMM MM M`` month,
            ``dd d`` day, ``EEEE EEE`` weekday; text in 'single quotes' and other
            characters stay. Beware of ``YYYY``: it is the year that the *week*
            belongs to, wrong around New Year, and refused here.

    Returns:
        The text.

    Raises:
        ValueError: If the pattern holds another letter.

    Example:
        >>> format_date(datetime.date(1998, 5, 9), "EEEE, d MMM yyyy")
        'Saturday, 9 May 1998'
    """
    month, weekday = MONTHS[day.month - 1], WEEKDAYS[day.weekday()]
    parts = {
        "yyyy": f"{day.year:04}",
        "y": f"{day.year}",
        "yy": f"{day.year % 100:02}",
        "MMMM": month,
        "MMM": month[:3],
        "MM": f"{day.month:02}",
        "M": f"{day.month}",
        "dd": f"{day.day:02}",
        "d": f"{day.day}",
        "EEEE": weekday,
        "EEE": weekday[:3],
    }

    def replace(match: re.Match) -> str:
        found = match[0]
        if found.startswith("'"):
            return found[1:-1] or "'"
        if found not in parts:
            hint = " (the calendar year is yyyy)" if "Y" in found else ""
            raise ValueError(f"{found!r} is not a part of a date{hint}")
        return parts[found]

    return re.sub(r"'[^']*'|([A-Za-z])\1*", replace, pattern)
