"""What simple models reach on the text, audio, music and table data.

``python benchmarks/baselines_text.py [NAME…]`` prints one line a number. A lab's model
should beat these. NumPy alone; everything takes about a minute.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np

from helpers import audio
from helpers.data import load


def say(name: str, what: str, value: float, unit: str = "%") -> None:
    """Print one result; shares are given as percentages."""
    shown = f"{100 * value:6.1f} %" if unit == "%" else f"{value:8.2f} {unit}"
    print(f"{name:<16} {what:<58} {shown}")


def softmax_regression(x, y, n_classes, *, steps=400, rate=0.5, decay=1e-3):
    """Return a function from features to classes, trained by gradient descent.

    Features are standardized with the training set's mean and deviation.
    """
    mu, sigma = x.mean(axis=0), x.std(axis=0) + 1e-6
    z = (x - mu) / sigma
    W, b = np.zeros((x.shape[1], n_classes)), np.zeros(n_classes)
    target = np.eye(n_classes)[y]
    for _ in range(steps):
        scores = z @ W + b
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        error = (scores / scores.sum(axis=1, keepdims=True) - target) / len(x)
        W -= rate * (z.T @ error + decay * W)
        b -= rate * error.sum(axis=0)
    return lambda new: ((new - mu) / sigma @ W + b).argmax(axis=1)


def nearest_mean(x, y, n_classes):
    """Return a function from features to the class with the nearest mean."""
    mu, sigma = x.mean(axis=0), x.std(axis=0) + 1e-6
    z = (x - mu) / sigma
    centres = np.stack([z[y == label].mean(axis=0) for label in range(n_classes)])

    def classify(new):
        new = (new - mu) / sigma
        return ((new[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)

    return classify


class Ngram:
    """An n-gram model, orders mixed by Witten and Bell's rule.

    A history of length n mixes its own counts with the estimate of the history one
    shorter, which weighs as much as there are different symbols after it.
    """

    def __init__(self, order: int, n_symbols: int):
        self.order, self.n_symbols = order, n_symbols
        self.counts = defaultdict(Counter)

    def fit(self, sequences):
        """Count; each sequence is a list of symbols."""
        for sequence in sequences:
            for i, symbol in enumerate(sequence):
                for n in range(min(self.order, i + 1)):
                    self.counts[tuple(sequence[i - n : i])][symbol] += 1
        self.totals = {h: (sum(c.values()), len(c)) for h, c in self.counts.items()}
        return self

    def probability(self, history, symbol) -> float:
        """Return the probability of a symbol after a history."""
        p = 1 / self.n_symbols
        for n in range(min(self.order - 1, len(history)) + 1):
            context = tuple(history[len(history) - n :])
            if context not in self.totals:
                break
            total, distinct = self.totals[context]
            p = (self.counts[context][symbol] + distinct * p) / (total + distinct)
        return p

    def perplexity(self, sequences) -> float:
        """Return 2 to the mean number of bits a symbol."""
        bits = [
            -np.log2(self.probability(s[max(0, i - self.order + 1) : i], s[i]))
            for s in sequences
            for i in range(len(s))
        ]
        return float(2 ** np.mean(bits))


def glove() -> None:
    data = load("glove")
    index = {word: i for i, word in enumerate(data.words)}
    vectors = data.vectors.astype(np.float32)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    a, b, c, d = np.array([[index[w] for w in q] for q in data.analogies]).T
    rows = np.arange(len(a))

    def answers(wanted):
        scores = wanted / np.linalg.norm(wanted, axis=1, keepdims=True) @ unit.T
        scores[rows, a] = scores[rows, b] = scores[rows, c] = -1
        return scores.argmax(axis=1) == d

    say("glove", "analogies: chance", 1 / len(index))
    say("glove", "analogies: nearest neighbour of c", answers(vectors[c]).mean())
    right = answers(vectors[b] - vectors[a] + vectors[c])
    say("glove", "analogies: b - a + c", right.mean())
    for label, category in enumerate(data.classes):
        chosen = data.analogy_categories == label
        say("glove", f"  {category} ({chosen.sum()})", right[chosen].mean())


def emoji() -> None:
    data, words = load("emoji"), load("glove")
    vectors = dict(zip(words.words, words.vectors.astype(float), strict=True))
    mean = {
        part: np.array(
            [
                np.mean([vectors[word] for word in sentence.split()], axis=0)
                for sentence in data[f"{part}_sentences"]
            ]
        )
        for part in ("train", "test")
    }
    say("emoji", "chance", 1 / 5)
    counts = [Counter() for _ in range(5)]
    for sentence, y in zip(data.train_sentences, data.train_y, strict=True):
        counts[y].update(sentence.split())
    known = {word for count in counts for word in count}
    bayes = [
        np.argmax(
            [
                sum(
                    np.log((count[w] + 1) / (count.total() + len(known)))
                    for w in s.split()
                )
                for count in counts
            ]
        )
        for s in data.test_sentences
    ]
    say("emoji", "naive Bayes on words", np.mean(bayes == data.test_y))
    model = softmax_regression(mean["train"], data.train_y, 5)
    for part in ("train", "test"):
        right = model(mean[part]) == data[f"{part}_y"]
        say("emoji", f"mean of word vectors, {part}", right.mean())
        twin = data[f"{part}_twin"]
        say("emoji", f"  on its {twin.sum()} twins", right[twin].mean())
        negated = data[f"{part}_negated"]
        say("emoji", f"  on its {negated.sum()} negations", right[negated].mean())


def place_names() -> None:
    data = load("place_names")
    parts = {
        p: [[*f"{name}\n"] for name in data[f"{p}_names"]] for p in ("train", "test")
    }
    symbols = {c for name in parts["train"] for c in name}
    say("place_names", "perplexity a letter: uniform", len(symbols), "")
    for order in range(1, 6):
        model = Ngram(order, len(symbols)).fit(parts["train"])
        value = model.perplexity(parts["test"])
        say("place_names", f"perplexity a letter: {order}-grams", value, "")
    majority = np.bincount(data.train_country).argmax()
    say("place_names", "country: majority", np.mean(data.test_country == majority))
    dinosaurs = load("dinosaurs")
    test = [[*f"{name}\n"] for name in dinosaurs.test_names]
    value = Ngram(4, len(symbols)).fit(parts["train"]).perplexity(test)
    say("dinosaurs", "perplexity a letter: 4-grams of place names", value, "")
    train = [[*f"{name}\n"] for name in dinosaurs.train_names]
    value = Ngram(4, len(symbols)).fit(train).perplexity(test)
    say("dinosaurs", "perplexity a letter: 4-grams of dinosaurs", value, "")


def ragtime() -> None:
    data = load("ragtime")
    bounds = data.train_tokens_bounds
    train = [data.train_tokens[a:b].tolist() for a, b in pairwise(bounds)]
    test = data.test_tokens.tolist()
    say("ragtime", "perplexity a token: uniform", audio.N_TOKENS, "")
    for order in (1, 2, 3, 4, 6):
        model = Ngram(order, audio.N_TOKENS).fit(train)
        say(
            "ragtime",
            f"perplexity a token: {order}-grams",
            model.perplexity([test]),
            "",
        )
    melody = data.test_melody
    repeated = np.mean(melody[16:] == melody[:-16])
    say("ragtime", "melody: what sounded two bars ago sounds again", repeated)
    say("ragtime", "melody: always 'no note begins'", np.mean(melody == 0))


def dates() -> None:
    data = load("dates")
    train = np.array([[*iso] for iso in data.train_iso])
    test = np.array([[*iso] for iso in data.test_iso])
    modes = [Counter(column).most_common(1)[0][0] for column in train.T]
    say(
        "dates",
        "characters of the ISO date: most frequent of each place",
        np.mean(test == modes),
    )
    known = dict(zip(data.train_human, data.train_iso, strict=True))
    hits = [
        known.get(h) == i for h, i in zip(data.test_human, data.test_iso, strict=True)
    ]
    say("dates", "whole dates: looked up in the training set", np.mean(hits))
    grams = [{t[i : i + 3] for i in range(len(t) - 2)} for t in data.train_human]
    found = []
    for human in data.test_human[:200]:
        own = {human[i : i + 3] for i in range(len(human) - 2)}
        best = max(range(len(grams)), key=lambda k: len(own & grams[k]))
        found.append(data.train_iso[best])
    nearest = np.array([[*iso] for iso in found])
    say(
        "dates",
        "characters: nearest training string by trigrams",
        np.mean(nearest == test[:200]),
    )


def log_spectrogram(clips: np.ndarray) -> np.ndarray:
    """Return features (m, 32 * 30): 32 bands, windows of 32 ms with 40 ms steps."""
    window, step = 256, 320
    starts = range(0, clips.shape[1] - window + 1, step)
    frames = np.stack([clips[:, s : s + window] for s in starts], axis=1) / 32768
    power = np.abs(np.fft.rfft(frames * np.hanning(window))) ** 2
    bands = power[..., 1:].reshape(*power.shape[:2], 32, 4).sum(axis=3)
    return np.log(bands + 1e-3).reshape(len(clips), -1)


def speech() -> None:
    data, real = load("speech"), load("speech_asterisk")
    sets = {
        "test voices": (data.test_clips, data.test_lengths, data.test_y),
        "a person": (real.test_clips, real.test_lengths, real.test_y),
    }
    x = log_spectrogram(data.train_clips)
    models = {
        "nearest mean": nearest_mean(x, data.train_y, 2),
        "logistic regression": softmax_regression(x, data.train_y, 2, rate=0.02),
    }
    cuts = np.unique(data.train_lengths)
    scores = [np.mean((data.train_lengths > cut) == data.train_y) for cut in cuts]
    cut = cuts[np.argmax(scores)]
    for name, (clips, lengths, y) in sets.items():
        say("speech", f"{name}: always 'other'", 1 - y.mean())
        say(
            "speech",
            f"{name}: longer than {cut} samples",
            np.mean((lengths > cut) == y),
        )
        for kind, model in models.items():
            found = model(log_spectrogram(clips))
            say("speech", f"{name}: {kind}, spectrogram", np.mean(found == y))
            hit = found[y == 1].mean()
            say("speech", f"{name}: {kind}, of the triggers found", hit)


def addresses() -> None:
    data = load("addresses")
    counts, seen = Counter(), defaultdict(Counter)
    for tokens, tags in zip(data.train_tokens, data.train_tags, strict=True):
        for token, tag in zip(tokens, tags, strict=True):
            if tag >= 0:
                counts[tag] += 1
                seen[token.lower().strip(".,")][tag] += 1
    majority = counts.most_common(1)[0][0]
    real = data.test_tags >= 0
    truth = data.test_tags[real]
    say("addresses", "words: majority label", np.mean(truth == majority))
    fallback = Counter({majority: 1})
    found = [
        seen.get(token.lower().strip(".,"), fallback).most_common(1)[0][0]
        for token in data.test_tokens[real]
    ]
    say("addresses", "words: most frequent label of the word", np.mean(found == truth))
    unknown = [t.lower().strip(".,") not in seen for t in data.test_tokens[real]]
    say("addresses", "words of the test set never seen in training", np.mean(unknown))


def stories() -> None:
    data = load("stories")
    nouns = Counter(data.train_answers)
    for label, kind in enumerate(data.classes):
        chosen = np.flatnonzero(data.test_kind == label)
        rows = [
            (
                data.test_stories[i].split(),
                data.test_questions[i].split(),
                data.test_answers[i],
            )
            for i in chosen
        ]
        asked = Counter(data.train_answers[data.train_kind == label])
        lot, last = [], []
        for words, question, answer in rows:
            options = [w for w in words if w in asked and w not in question]
            lot.append(options.count(answer) / len(options))
            last.append(options[-1] == answer)
        say("stories", f"{kind}: any fitting word of the story", np.mean(lot))
        say("stories", f"{kind}: the last fitting word", np.mean(last))
    share = np.mean(data.test_answers == nouns.most_common(1)[0][0])
    say("stories", "all kinds: most frequent answer", share)


def shakespeare() -> None:
    data = load("shakespeare")
    train = [data.train_text[:1_000_000].tolist()]
    test = [data.test_text[:50_000].tolist()]
    n_symbols = len(np.unique(data.train_text))
    say("shakespeare", "perplexity a character: uniform", n_symbols, "")
    for order in range(1, 7):
        value = Ngram(order, n_symbols).fit(train).perplexity(test)
        say("shakespeare", f"perplexity a character: {order}-grams", value, "")


def tables() -> None:
    data = load("tables")
    for name in ("cancer", "wine"):
        x, y = data[f"train_{name}_x"].astype(float), data[f"train_{name}_y"]
        test_x, test_y = data[f"test_{name}_x"].astype(float), data[f"test_{name}_y"]
        n = len(data[f"{name}_classes"])
        say("tables", f"{name}: majority", np.mean(test_y == np.bincount(y).argmax()))
        right = np.mean(nearest_mean(x, y, n)(test_x) == test_y)
        say("tables", f"{name}: nearest mean", right)
        right = np.mean(softmax_regression(x, y, n)(test_x) == test_y)
        say("tables", f"{name}: logistic regression", right)
    for name in ("diabetes", "ames"):
        x, y = data[f"train_{name}_x"].astype(float), data[f"train_{name}_y"]
        test_x, test_y = data[f"test_{name}_x"].astype(float), data[f"test_{name}_y"]
        mu, sigma = x.mean(axis=0), x.std(axis=0) + 1e-6
        design, new = (
            np.c_[(part - mu) / sigma, np.ones(len(part))] for part in (x, test_x)
        )
        guess = new @ np.linalg.lstsq(design, y, rcond=None)[0]
        for what, found in [("mean", y.mean()), ("least squares", guess)]:
            value = np.sqrt(np.mean((test_y - found) ** 2))
            say("tables", f"{name}: root mean square error, {what}", value, "")


def temperature() -> None:
    theta = load("temperature").temp_max.astype(float)
    say(
        "temperature",
        "tomorrow's maximum, mean error: the overall mean",
        np.abs(theta - theta.mean()).mean(),
        "°C",
    )
    for beta in (0.0, 0.5, 0.9, 0.98):
        v, errors = 0.0, []
        for t, value in enumerate(theta):
            if t >= 100:
                errors.append(abs(value - v / (1 - beta**t)))
            v = beta * v + (1 - beta) * value
        what = "yesterday's" if beta == 0 else f"average, beta {beta}"
        say(
            "temperature",
            f"tomorrow's maximum, mean error: {what}",
            np.mean(errors),
            "°C",
        )


ALL = {
    function.__name__: function
    for function in (
        *(glove, emoji, place_names, ragtime, dates, speech, addresses, stories),
        *(shakespeare, tables, temperature),
    )
}

if __name__ == "__main__":
    for chosen in sys.argv[1:] or ALL:
        ALL[chosen]()
