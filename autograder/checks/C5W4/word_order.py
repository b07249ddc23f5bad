"""Hidden tests of C5W4: word order, lost and found."""

from collections import Counter

import numpy as np

from autograder.checks.C5W4.common import lab, ref
from autograder.checks.check import case

WORDS = ["ant", "bee", "cow", "dog", "eel", "fox", "gnu", "hen"]


@lab.check("bag_of_words", points=2)
def bag_of_words(rng):
    """Words that occur twice, capitals, unknown words, an empty sentence."""
    for m, n in [(1, 4), (3, 9)]:
        sentences = [" ".join(rng.choice(WORDS, n)) for _ in range(m)]
        sentences[0] = sentences[0].title() + " Cow cow yak cowboy"
        known = rng.permutation(WORDS)[:5].tolist()
        known += [] if "cow" in known else ["cow"]
        yield case(sentences, {word: i for i, word in enumerate(known)})
    ant, hen, fox = rng.permutation(WORDS)[:3].tolist()
    yield case(["", f"{hen}  {ant} {hen}"], {ant: 1, hen: 0, fox: 2})


@bag_of_words.mistake("A word that occurs twice counts once. Count each occurrence.")
def presence_only(sentences, word_to_index):
    return (ref.bag_of_words(sentences, word_to_index) > 0).astype(int)


@bag_of_words.mistake("Words with capitals are not counted. Use lower case.")
def with_capitals(sentences, word_to_index):
    counts = np.zeros((len(sentences), len(word_to_index)), int)
    for row, sentence in zip(counts, sentences, strict=True):
        for word in sentence.split():
            if word in word_to_index:
                row[word_to_index[word]] += 1
    return counts


@bag_of_words.mistake("A word that is not in the dictionary raises an error. Skip it.")
def unknown_words_raise(sentences, word_to_index):
    counts = np.zeros((len(sentences), len(word_to_index)), int)
    for row, sentence in zip(counts, sentences, strict=True):
        for word in sentence.lower().split():
            row[word_to_index[word]] += 1
    return counts


@bag_of_words.mistake("Each row was divided by its sum. Return counts.")
def shares(sentences, word_to_index):
    counts = ref.bag_of_words(sentences, word_to_index).astype(float)
    return counts / np.maximum(counts.sum(1, keepdims=True), 1)


@bag_of_words.mistake("All sentences were counted together. Each has its own row.")
def one_bag(sentences, word_to_index):
    return ref.bag_of_words([" ".join(sentences)], word_to_index)[0]


@bag_of_words.mistake(
    "The axes are swapped: one row per sentence, one column per word."
)
def words_as_rows(sentences, word_to_index):
    return ref.bag_of_words(sentences, word_to_index).T


@bag_of_words.mistake(
    "Parts of longer words were counted. Split each sentence into words first."
)
def parts_of_words(sentences, word_to_index):
    counts = np.zeros((len(sentences), len(word_to_index)), int)
    for row, sentence in zip(counts, sentences, strict=True):
        for word, column in word_to_index.items():
            row[column] = sentence.lower().count(word)
    return counts


@bag_of_words.right
def bags_by_counter(sentences, word_to_index):
    bags = [Counter(sentence.lower().split()) for sentence in sentences]
    columns = sorted(word_to_index, key=word_to_index.get)
    return np.array([[bag[word] for word in columns] for bag in bags], float)


@bag_of_words.right
def bags_by_add_at(sentences, word_to_index):
    counts = np.zeros((len(sentences), len(word_to_index)))
    for i, sentence in enumerate(sentences):
        found = [word_to_index.get(word) for word in sentence.lower().split()]
        np.add.at(counts[i], [j for j in found if j is not None], 1)
    return counts


@bag_of_words.right
def bags_by_counting(sentences, word_to_index):
    counts = np.zeros((len(sentences), len(word_to_index)), np.int32)
    for word, column in word_to_index.items():
        counts[:, column] = [s.lower().split().count(word) for s in sentences]
    return counts


lab.concept(
    "no_positions",
    points=1,
    answer="D",
    why="A weighted mean does not depend on the order, so each word keeps its vector.",
    because={
        "A": "Each vector belongs to its word, and the words have moved.",
        "B": "Each word attends to the same words as before.",
        "C": "No position is special to an encoder without positional encoding.",
    },
)
