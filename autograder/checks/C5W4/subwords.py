"""Hidden tests of C5W4: pieces of words."""

from collections import Counter
from itertools import pairwise

import numpy as np

from autograder.checks.C5W4.common import drawn, lab, ref
from autograder.checks.check import case
from autograder.checks.drawing import told_apart

LETTERS = list("abcdefghijklmnop")
SCRIPTS = list("éüñçßøåæœ日本語中文字한국어🙂🚀🌍🎵")


def _text(rng, n=60, letters=5):
    """A random text of a few letters of one to four bytes, some of them frequent."""
    some = [*rng.choice(LETTERS, letters - 3, replace=False), " "]
    some += rng.choice(SCRIPTS, 2, replace=False).tolist()
    return "".join(rng.choice(some, n, p=_falling(letters)))


def _plain_text(rng, n=30):
    """A random text of two letters of one byte."""
    return "".join(rng.choice(rng.choice(LETTERS, 2, replace=False), n))


def _falling(n):
    p = 0.7 ** np.arange(n)
    return p / p.sum()


@lab.check("bpe_train", points=5, integers=True)
def bpe_train(rng):
    """Runs of one letter, ties, several scripts, early stops, nothing to merge.

    The statement: bytes first · counted again after each merge · of equally frequent
    pairs the smaller · no more than num_merges · none that occurs once.
    """
    train = ref.bpe_train
    for _ in range(4):
        yield case(
            *drawn(
                lambda: (_text(rng), 12),
                differ=[
                    (train, wrong)
                    for wrong in (
                        larger_of_equals,
                        first_of_equals,
                        counted_once,
                        begins_with_characters,
                    )
                ],
                same=[(train, merges_single_pairs)],
            )
        )
    for n in (20, 30, 25):
        yield case(
            *drawn(
                lambda n=n: (_plain_text(rng, n), 40),
                differ=[
                    (train, wrong)
                    for wrong in (
                        larger_of_equals,
                        first_of_equals,
                        counted_once,
                        merges_single_pairs,
                        counts_without_overlaps,
                    )
                ],
            )
        )
    letter = str(rng.choice(LETTERS))
    yield case(letter * int(rng.integers(12, 40)), 3)
    yield case("".join(rng.permutation(LETTERS)[:6]), 3)
    yield case("", 2)


def _train(
    text, num_merges, *, start=256, tie=lambda pair: pair, least=2, step=1, merging=None
):
    merging = merging or ref.merge
    ids = np.array(list(text.encode()), int)
    merges = []
    for i in range(num_merges):
        pairs = list(zip(ids[:-1].tolist(), ids[1:].tolist(), strict=True))[::step]
        counts = Counter(pairs)
        if not counts:
            break
        pair = min(counts, key=lambda pair: (-counts[pair], tie(pair)))
        if counts[pair] < least:
            break
        merges.append(pair)
        ids = merging(ids, pair, start + i)
    return merges


@bpe_train.mistake(
    "The first new token is not 256. There are 256 bytes, with the numbers 0 to 255."
)
def new_tokens_from_257(text, num_merges):
    return _train(text, num_merges, start=257)


@bpe_train.mistake("Of equally frequent pairs the larger was merged. Take the smaller.")
def larger_of_equals(text, num_merges):
    return _train(text, num_merges, tie=lambda pair: (-pair[0], -pair[1]))


@bpe_train.mistake("Pairs that occur only once were merged. Stop before that.")
def merges_single_pairs(text, num_merges):
    return _train(text, num_merges, least=1)


@bpe_train.mistake(
    "All merges are based on the first count. Count the pairs again after each merge."
)
def counted_once(text, num_merges):
    ids = list(text.encode())
    counts = Counter(pairwise(ids))
    often = sorted(counts, key=lambda pair: (-counts[pair], pair))
    return [pair for pair in often[:num_merges] if counts[pair] > 1]


@bpe_train.mistake(
    "It begins with the numbers of characters (`ord`). Begin with the bytes of the "
    "text."
)
def begins_with_characters(text, num_merges):
    ids = np.array([ord(letter) for letter in text], int)
    merges = []
    for new in range(256, 256 + num_merges):
        counts = Counter(zip(ids[:-1].tolist(), ids[1:].tolist(), strict=True))
        pair = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if pair is None or counts[pair] < 2:
            break
        merges.append(pair)
        ids = ref.merge(ids, pair, new)
    return merges


@bpe_train.mistake(
    "Of equally frequent pairs the one that occurs first was merged. Take the smaller."
)
def first_of_equals(text, num_merges):
    return _train(text, num_merges, tie=lambda pair: 0)


@bpe_train.mistake("There is one merge too few.")
def one_merge_too_few(text, num_merges):
    return _train(text, num_merges - 1)


@bpe_train.mistake(
    "The same pair is merged again and again: the tokens that `merge` returns were not "
    "kept."
)
def merge_thrown_away(text, num_merges):
    return _train(text, num_merges, merging=lambda ids, pair, new: ids)


@bpe_train.mistake(
    "Overlapping pairs were counted once, as in aaa. Every pair of neighbours counts."
)
def counts_without_overlaps(text, num_merges):
    ids, merges = np.array(list(text.encode()), int), []
    for new in range(256, 256 + num_merges):
        row, counts, i = ids.tolist(), Counter(), 0
        while i < len(row) - 1:
            counts[row[i], row[i + 1]] += 1
            i += 2 if row[i : i + 3] == [row[i]] * 3 else 1
        pair = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if pair is None or counts[pair] < 2:
            break
        merges.append(pair)
        ids = ref.merge(ids, pair, new)
    return merges


@bpe_train.right
def train_on_lists(text, num_merges):
    ids, merges = list(text.encode("utf-8")), []
    while len(merges) < num_merges:
        counts = {}
        for pair in pairwise(ids):
            counts[pair] = counts.get(pair, 0) + 1
        if not counts or max(counts.values()) == 1:
            return merges
        most = max(counts.values())
        pair = min(p for p, n in counts.items() if n == most)
        new, i = [], 0
        while i < len(ids):
            if tuple(ids[i : i + 2]) == pair:
                new.append(256 + len(merges))
                i += 2
            else:
                new.append(ids[i])
                i += 1
        ids = new
        merges.append(pair)
    return merges


@bpe_train.right
def train_by_sorting(text, num_merges):
    return _train(text, num_merges)


@bpe_train.right
def train_by_codes(text, num_merges):
    ids, merges = np.frombuffer(text.encode(), np.uint8).astype(np.int64), []
    for new in range(256, 256 + num_merges):
        if len(ids) < 2:
            break
        codes, counts = np.unique(ids[:-1] * 10000 + ids[1:], return_counts=True)
        if counts.max() < 2:
            break
        pair = divmod(int(codes[counts.argmax()]), 10000)
        merges.append([int(pair[0]), int(pair[1])])
        ids = ref.merge(ids, pair, new)
    return [tuple(pair) for pair in merges]


@lab.check("bpe_encode", points=3, integers=True)
def bpe_encode(rng):
    """Texts seen and new, several scripts, no merges, no text.

    The statement: the bytes · all merges, in the order they were learned. Where there
    are merges and a text, their order matters.
    """
    always = last_merge_first, bytes_only, first_is_257, learns_anew

    def many_scripts():
        text = _text(rng, 90)
        return case(text[::-1] + str(rng.choice(SCRIPTS)), ref.bpe_train(text, 14))

    def two_letters(n):
        text = _plain_text(rng, 40)
        return case(text[:n], ref.bpe_train(text, int(rng.integers(4, 9))))

    for _ in range(3):
        yield told_apart(many_scripts, ref.bpe_encode, *always)
    for n in (12, 30):
        yield told_apart(lambda n=n: two_letters(n), ref.bpe_encode, *always)
    yield case("".join(rng.choice(SCRIPTS, 2)), [])
    yield case("", [(97, 98)])


@bpe_encode.mistake("The merges were applied in the reverse order.")
def last_merge_first(text, merges):
    ids = np.array(list(text.encode()), int)
    for i in reversed(range(len(merges))):
        ids = ref.merge(ids, merges[i], 256 + i)
    return ids


@bpe_encode.mistake(
    "It begins with the numbers of characters (`ord`). Begin with the bytes of the "
    "text."
)
def encodes_characters(text, merges):
    ids = np.array([ord(letter) for letter in text], int)
    for i, pair in enumerate(merges):
        ids = ref.merge(ids, pair, 256 + i)
    return ids


@bpe_encode.mistake("Those are the bytes of the text. No pair was merged.")
def bytes_only(text, merges):
    return np.array(list(text.encode()), int)


@bpe_encode.mistake("The new tokens are one too large: the first is 256.")
def first_is_257(text, merges):
    ids = np.array(list(text.encode()), int)
    for i, pair in enumerate(merges):
        pair = tuple(x + (x > 255) for x in pair)
        ids = ref.merge(ids, pair, 257 + i)
    return ids


@bpe_encode.mistake(
    "The merges were learned from this text. Use the merges that are given."
)
def learns_anew(text, merges):
    return ref.bpe_encode(text, ref.bpe_train(text, len(merges)))


@bpe_encode.right
def encode_by_ranks(text, merges):
    ids, rank = list(text.encode()), {tuple(p): i for i, p in enumerate(merges)}
    while len(ids) > 1:
        best = min(pairwise(ids), key=lambda p: rank.get(p, 1e9))
        if best not in rank:
            break
        ids = ref.merge(np.array(ids), best, 256 + rank[best]).tolist()
    return np.array(ids, int)


@bpe_encode.right
def encode_on_lists(text, merges):
    ids = list(text.encode("utf-8"))
    for number, (a, b) in enumerate(merges):
        i = 0
        while i < len(ids) - 1:
            if ids[i] == a and ids[i + 1] == b:
                ids[i : i + 2] = [256 + number]
            i += 1
    return np.array(ids, int)


@bpe_encode.right
def encode_as_a_list(text, merges):
    ids = np.asarray(bytearray(text, "utf-8"), int)
    for i in range(len(merges)):
        ids = ref.merge(ids, tuple(merges[i]), i + 256)
    return ids.astype(np.int32)


@lab.check("bpe_decode", points=2)
def bpe_decode(rng):
    """Letters cut in two by their bytes, several scripts, no tokens.

    The statement: 256 + i is both halves of merge i · all bytes, decoded once.
    """
    for num_merges in (3, 9, 14):
        text = _text(rng, 70) + str(rng.choice(SCRIPTS))
        merges = ref.bpe_train(text, num_merges)
        yield case(ref.bpe_encode(text[::-1], merges), merges)
    for letter in rng.choice(SCRIPTS, 2):
        pair = tuple(rng.integers(97, 123, 2).tolist())
        yield case(np.array([256, *str(letter).encode()]), [pair])
    yield case(np.zeros(0, int), [(104, 105)])


def _pieces(merges):
    pieces = [bytes([byte]) for byte in range(256)]
    for a, b in merges:
        pieces.append(pieces[a] + pieces[b])
    return pieces


@bpe_decode.mistake(
    "Each token was decoded separately, so letters of several bytes are lost. Join all "
    "bytes, then decode once."
)
def token_by_token(ids, merges):
    return "".join(_pieces(merges)[i].decode(errors="replace") for i in ids)


@bpe_decode.mistake("The two tokens of a merge are swapped.")
def halves_swapped(ids, merges):
    pieces = [bytes([byte]) for byte in range(256)]
    for a, b in merges:
        pieces.append(pieces[b] + pieces[a])
    return b"".join(pieces[i] for i in ids).decode(errors="replace")


@bpe_decode.mistake("Those are bytes. Decode them into a string.")
def returns_bytes(ids, merges):
    return list(b"".join(_pieces(merges)[i] for i in ids))


@bpe_decode.mistake(
    "Bytes above 127 were decoded as one letter each (Latin-1). The text is UTF-8."
)
def as_latin(ids, merges):
    return b"".join(_pieces(merges)[i] for i in ids).decode("latin-1")


@bpe_decode.mistake(
    "The two tokens of a merge were taken for bytes. They may be merged tokens too."
)
def one_level_only(ids, merges):
    flat = [int(b) for i in ids for b in (merges[i - 256] if i > 255 else [i])]
    return bytes(b % 256 for b in flat).decode(errors="replace")


@bpe_decode.mistake(
    "Each token was decoded separately, so letters of several bytes are lost. Join all "
    "bytes, then decode once."
)
def token_by_token_ignoring(ids, merges):
    return "".join(_pieces(merges)[i].decode(errors="ignore") for i in ids)


@bpe_decode.right
def decode_by_undoing(ids, merges):
    ids = list(ids)
    for number in reversed(range(len(merges))):
        flat = []
        for i in ids:
            flat.extend(merges[number] if i == 256 + number else [i])
        ids = flat
    return bytes(int(i) for i in ids).decode("utf-8")


@bpe_decode.right
def decode_by_recursion(ids, merges):
    def piece(i):
        if i < 256:
            return [int(i)]
        a, b = merges[i - 256]
        return piece(a) + piece(b)

    return bytes(byte for i in ids for byte in piece(i)).decode()


@bpe_decode.right
def decode_by_table(ids, merges):
    return b"".join(map(_pieces(merges).__getitem__, np.asarray(ids).tolist())).decode()


lab.concept(
    "bpe_pieces",
    points=1,
    answer=4,
    why="ab first: Z Z Z a c. Then ZZ: the result is (ZZ) Z a c.",
    because={
        5: "That is after the first merge. The second merges two of the new tokens.",
        3: "Of three equal tokens in a row, the first two are merged; one is left.",
        8: "That is the number of letters, before any merge.",
        7: "A merge replaces its pair wherever it occurs: here three times.",
        2: "There are two merges; that does not mean that two tokens are left.",
    },
)
