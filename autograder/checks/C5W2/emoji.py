"""Hidden tests of C5W2: from a sentence to an emoji."""

import numpy as np

from autograder.checks.C5W2.common import LETTERS, lab, ref, words_of
from autograder.checks.check import case
from autograder.checks.precision import as_float32

lab.concept(
    "when_transfer",
    points=1,
    answer="D",
    why="The vectors know what your few sentences cannot teach.",
    because={
        "A": "With a huge text of your own you could train your own vectors as well.",
        "B": "Lower them. Capitals have nothing to do with it.",
        "C": "One-hot columns need no training, and hold no meaning.",
    },
)


@lab.check("sentence_to_avg", points=4)
def sentence_to_avg(rng):
    """Capitals, repeated and unknown words, a single word, nothing known."""
    for n_e, sentence in (
        (5, "aa bb cc"),
        (4, "Bb dd BB"),
        (6, "aa qqq cc zzz"),
        (3, "dd"),
        (5, "qqq"),
        (7, "aa  cc"),
    ):
        yield case(sentence, words_of(rng, 4, n_e))


def _nothing(word_to_vec_map):
    return np.zeros_like(next(iter(word_to_vec_map.values())))


@sentence_to_avg.mistake(
    "Unknown words are counted in the mean. Divide by the number of known words."
)
def counts_unknown_words(sentence, word_to_vec_map):
    words = sentence.lower().split()
    known = [word_to_vec_map[w] for w in words if w in word_to_vec_map]
    return np.sum([*known, _nothing(word_to_vec_map)], axis=0) / len(words)


@sentence_to_avg.mistake("That is the sum. Divide by the number of known words.")
def sums_the_words(sentence, word_to_vec_map):
    known = [
        word_to_vec_map[w] for w in sentence.lower().split() if w in word_to_vec_map
    ]
    return np.sum([*known, _nothing(word_to_vec_map)], axis=0)


@sentence_to_avg.mistake("Words in capitals count as unknown: use .lower() first.")
def sentence_minds_capitals(sentence, word_to_vec_map):
    known = [word_to_vec_map[w] for w in sentence.split() if w in word_to_vec_map]
    return np.mean(known, axis=0) if known else _nothing(word_to_vec_map)


@sentence_to_avg.mistake(
    "It stops at an unknown word (KeyError). Leave such words out."
)
def stops_at_unknown_words(sentence, word_to_vec_map):
    return np.mean([word_to_vec_map[w] for w in sentence.lower().split()], axis=0)


@sentence_to_avg.mistake("A word that comes twice counts once. Keep every occurrence.")
def each_word_once(sentence, word_to_vec_map):
    words = {w for w in sentence.lower().split() if w in word_to_vec_map}
    known = [word_to_vec_map[w] for w in sorted(words)]
    return np.mean(known or [_nothing(word_to_vec_map)], axis=0)


@sentence_to_avg.mistake(
    "The function assumes vectors of one fixed length. Take it from a word's vector."
)
def length_written_in(sentence, word_to_vec_map):
    total, count = np.zeros(50), 0
    for w in sentence.lower().split():
        if w in word_to_vec_map:
            total, count = total + word_to_vec_map[w], count + 1
    return total / max(1, count)


@sentence_to_avg.right
def average_with_a_loop(sentence, word_to_vec_map):
    avg, count = np.zeros(word_to_vec_map[next(iter(word_to_vec_map))].shape), 0
    for w in sentence.lower().split():
        if w in word_to_vec_map:
            avg += word_to_vec_map[w]
            count += 1
    if count > 0:
        avg = avg / count
    return avg


@sentence_to_avg.right
def average_in_float32(sentence, word_to_vec_map):
    vectors = as_float32(word_to_vec_map)
    known = [vectors[w] for w in map(str.lower, sentence.split()) if w in vectors]
    total = _nothing(vectors)
    for v in known:
        total = total + v
    return total / max(1, len(known))


@lab.check("model", points=5, driver="fitted", seconds=30)
def model(rng):
    """Sentences that can be told apart, of two to four classes; one short training.

    The statement: the means, computed once · W drawn, b 0 · one update per sentence ·
    softmax · num_iterations epochs · labels predicted after training. One epoch on
    nearly empty vectors shows b's updates alone. Equal sentences of two labels, with a
    large rate, get whatever label was learned last.
    """
    for n_y, m, settings in [  # the more epochs, the fewer sentences: each costs time
        (2, 2, {}),
        (3, 3, {"learning_rate": 0.1, "num_iterations": 40}),
        (4, 16, {"num_iterations": 2, "learning_rate": 1e-6}),
    ]:
        centres = 3 * np.eye(6)[:n_y] - 1 + 0.2 * rng.normal(size=(n_y, 6))
        vectors, sentences, labels = {}, [], []
        for i in range(m):
            label = i % n_y
            words = [f"w{i}x", f"w{i}y", f"w{i}z"][: 1 + i % 3]
            for word in words:
                vectors[word] = centres[label] + 0.4 * rng.normal(size=6)
            sentences.append(" ".join(words))
            labels.append(label)
        yield case(sentences, np.array(labels), vectors, settings)
    tiny = {word: 1e-6 * v for word, v in vectors.items()}
    labels = [0, 1, 2, 3, *rng.integers(0, 2, 12).tolist()]
    settings = {"learning_rate": 1e-6, "num_iterations": 1}
    yield case(sentences, np.array(labels), tiny, settings)
    equal = dict.fromkeys(vectors, rng.uniform(0.3, 0.6, 6))
    labels = (np.arange(8) + rng.integers(2)) % 2
    settings = {"learning_rate": 5.0, "num_iterations": 3}
    yield case(sentences[:8], labels, equal, settings)


@model.expect
def fitted(sentences, labels, word_to_vec_map, settings):
    """What holds for every right training; only a single epoch has to be run."""
    if settings.get("num_iterations") == 1:
        _, _, b = ref.model(sentences, labels, word_to_vec_map, **settings)
        return {"W is drawn": True, "b after one epoch": np.ravel(b)}
    n_y, n_e = len(np.unique(labels)), len(next(iter(word_to_vec_map.values())))
    long = settings.get("num_iterations", 400) > 10
    return {
        "labels given": [len(labels), 1],
        "W": [n_y, n_e],
        "b": n_y,
        "b was trained": True,
        "labels follow from W and b": True,
        "sentences learned": long,
        "with certainty": long,
    }


def _trained(
    X, Y, vectors, rate, epochs, *, bias=True, sign=-1, start=1, p=None, size=1
):
    """The training, `size` sentences per update, with usual mistakes as options."""
    means = np.array([ref.sentence_to_avg(s, vectors) for s in X])
    n_y = int(max(Y)) + 1
    W = start * np.random.randn(n_y, means.shape[1]) / np.sqrt(means.shape[1])
    b, targets = np.zeros((n_y, 1)), np.eye(n_y)[:, Y]
    for _ in range(epochs):
        for i in range(0, len(means), size):
            part = slice(i, i + size)
            dz = (p or ref.softmax)(W @ means[part].T + b) - targets[:, part]
            W = W + sign * rate * dz @ means[part] / dz.shape[1]
            b = b + bias * sign * rate * dz.mean(axis=1, keepdims=True)
    b = b.ravel()
    return (means @ W.T + b).argmax(axis=1).reshape(-1, 1), W, b


@model.mistake(
    "It steps uphill: the step is *minus* the learning rate times the gradient."
)
def model_steps_uphill(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400):
    return _trained(X, Y, word_to_vec_map, learning_rate, num_iterations, sign=1)


@model.mistake("num_iterations is not used: it trains for another number of epochs.")
def model_other_passes(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400):
    return _trained(X, Y, word_to_vec_map, max(learning_rate, 0.01), 400)


@model.mistake(
    "The labels it returns do not follow from W and b: predict after training."
)
def model_returns_the_labels_given(
    X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400
):
    _, W, b = _trained(X, Y, word_to_vec_map, learning_rate, num_iterations)
    return np.array(Y).reshape(-1, 1), -W, b


@model.mistake(
    "The labels are those of the last epoch, each from before the updates that "
    "followed. Predict after training."
)
def model_predicts_on_the_way(
    X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400
):
    means = [ref.sentence_to_avg(s, word_to_vec_map) for s in X]
    n_y, n_e = int(max(Y)) + 1, len(means[0])
    W, b = np.random.randn(n_y, n_e) / np.sqrt(n_e), np.zeros(n_y)
    pred = np.zeros((len(X), 1), int)
    for _ in range(num_iterations):
        for i, (avg, y) in enumerate(zip(means, Y, strict=True)):
            a = ref.softmax(W @ avg + b)
            pred[i], dz = a.argmax(), a - np.eye(n_y)[y]
            W, b = W - learning_rate * np.outer(dz, avg), b - learning_rate * dz
    return pred, W, b


@model.mistake("W is transposed: its shape is (n_y, n_e).")
def model_transposed(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400):
    pred, W, b = _trained(X, Y, word_to_vec_map, learning_rate, num_iterations)
    return pred, W.T, b


@model.mistake("b is still 0 after training: it has a gradient of its own, dz.")
def model_leaves_b(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400):
    return _trained(X, Y, word_to_vec_map, learning_rate, num_iterations, bias=False)


@model.mistake("The labels are flat. They form a column, (m, 1).")
def model_gives_a_row(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400):
    pred, W, b = _trained(X, Y, word_to_vec_map, learning_rate, num_iterations)
    return pred.ravel(), W, b


@model.mistake("W starts at zeros. The statement says how to draw it.")
def model_starts_at_zeros(
    X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400
):
    return _trained(X, Y, word_to_vec_map, learning_rate, num_iterations, start=0)


@model.mistake(
    "There is one update per epoch, with the mean gradient. Update after each sentence."
)
def model_with_one_batch(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400):
    return _trained(X, Y, word_to_vec_map, learning_rate, num_iterations, size=len(X))


@model.mistake("The scores went through a sigmoid. It is a softmax over the labels.")
def model_with_a_sigmoid(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400):
    return _trained(X, Y, word_to_vec_map, learning_rate, num_iterations, p=ref.sigmoid)


@model.right
def model_with_a_column(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400):
    n_y, n_e = len(set(Y.tolist())), 6
    W, b = np.random.randn(n_y, n_e) / np.sqrt(n_e), np.zeros((n_y,))
    for _ in range(num_iterations):
        for i in range(len(X)):
            avg = ref.sentence_to_avg(X[i], word_to_vec_map)
            a = ref.softmax(np.dot(W, avg) + b)
            dz = a - np.eye(n_y)[Y[i]]
            W -= learning_rate * np.dot(dz.reshape(n_y, 1), avg.reshape(1, n_e))
            b -= learning_rate * dz
    pred = [
        [float(np.argmax(np.dot(W, ref.sentence_to_avg(x, word_to_vec_map)) + b))]
        for x in X
    ]
    return np.array(pred), W, b


@model.right
def model_in_another_order(
    X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400
):
    rng = np.random.default_rng(2)
    means = np.array([ref.sentence_to_avg(s, word_to_vec_map) for s in X])
    n_y = Y.max() + 1
    W, b = 0.1 * rng.normal(size=(n_y, 6)), np.zeros(n_y)
    for _ in range(num_iterations):
        for i in rng.permutation(len(X)):
            dz = ref.softmax(W @ means[i] + b) - np.eye(n_y)[Y[i]]
            W -= learning_rate * dz[:, None] * means[i]
            b -= learning_rate * dz
    return (means @ W.T + b).argmax(axis=1)[:, None], W, b


lab.concept(
    "what_a_mean_loses",
    points=1,
    answer="B",
    why="A sum does not depend on the order of its terms.",
    because={
        "A": "Training changes W and b; the two means stay equal.",
        "C": "b is the same for both sentences.",
        "D": "With more coordinates, both still have the same mean.",
    },
)


@lab.check("sentences_to_indices", points=4, driver="indexed")
def sentences_to_indices(rng):
    """Sentences of different lengths, capitals, unknown words, a full row.

    The statement: words in any case · unknown ones are left out · 0 on the right ·
    whole numbers.
    """
    words = [LETTERS[i] * 2 for i in range(8)]
    numbers = 1 + out_of_order(rng, 8)
    order = dict(zip(words, numbers.tolist(), strict=True))
    yield case(["aa bb cc", "Dd", "hh aa"], order, 5)
    yield case(["aa zzz bb", "zzz", "qq cc zzz DD"], order, 6)
    drawn = [" ".join(rng.choice(words, n)) for n in (3, 1, 6)]
    yield case([*drawn, "Gg ff"], order, 6)


def _indexed(X, order, max_len, *, pad=0, left=False, gaps=False, lower=True, shift=0):
    out = np.full((len(X), max_len), pad)
    for row, s in zip(out, X, strict=True):
        words = (s.lower() if lower else s).split()
        if gaps:
            found = [order.get(w, 0) for w in words]
        else:
            found = [order[w] + shift for w in words if w in order]
        if left and found:
            row[-len(found) :] = found
        else:
            row[: len(found)] = found
    return out


@sentences_to_indices.mistake(
    "The padding is on the left. Words begin at column 0, zeros follow."
)
def pads_on_the_left(X, word_to_index, max_len):
    return _indexed(X, word_to_index, max_len, left=True)


@sentences_to_indices.mistake(
    "An unknown word leaves a gap of 0 inside the row. Move on only after a known word."
)
def leaves_gaps(X, word_to_index, max_len):
    return _indexed(X, word_to_index, max_len, gaps=True)


@sentences_to_indices.mistake("Words in capitals count as unknown: use .lower() first.")
def indices_mind_capitals(X, word_to_index, max_len):
    return _indexed(X, word_to_index, max_len, lower=False)


@sentences_to_indices.mistake("Rows are filled up with -1. Padding is 0.")
def pads_with_minus_one(X, word_to_index, max_len):
    return _indexed(X, word_to_index, max_len, pad=-1)


@sentences_to_indices.mistake("The numbers are one too small: take them as they are.")
def shifts_the_numbers(X, word_to_index, max_len):
    return _indexed(X, word_to_index, max_len, shift=-1)


@sentences_to_indices.mistake(
    "The numbers are floats. An embedding looks rows up by whole numbers: dtype=int."
)
def indices_as_floats(X, word_to_index, max_len):
    return _indexed(X, word_to_index, max_len).astype(float)


@sentences_to_indices.mistake(
    "The rows are as long as the longest sentence. They should have max_len entries."
)
def rows_of_the_longest(X, word_to_index, max_len):
    longest = max(len(sentence.split()) for sentence in X)
    return _indexed(X, word_to_index, longest)


@sentences_to_indices.mistake(
    "The words are renumbered, from 1 on. Their numbers are in word_to_index."
)
def numbers_of_its_own(X, word_to_index, max_len):
    own = {w: i for i, w in enumerate(word_to_index, start=1)}
    return _indexed(X, own, max_len)


@sentences_to_indices.mistake("The result is a list. Return an array.")
def rows_as_lists(X, word_to_index, max_len):
    return _indexed(X, word_to_index, max_len).tolist()


@sentences_to_indices.right
def indices_with_a_counter(X, word_to_index, max_len):
    out = np.zeros((len(X), max_len), dtype=np.int64)
    for i in range(len(X)):
        j = 0
        for w in X[i].lower().split():
            if w in word_to_index:
                out[i, j] = word_to_index[w]
                j += 1
    return out


@sentences_to_indices.right
def indices_by_padding_lists(X, word_to_index, max_len):
    rows = [
        [word_to_index[w] for w in s.lower().split() if w in word_to_index] for s in X
    ]
    return np.array([r + [0] * (max_len - len(r)) for r in rows], dtype=np.int32)


def out_of_order(rng, n):
    """0 to n - 1, none at its own position."""
    while True:
        order = rng.permutation(n)
        if np.all(order != np.arange(n)):
            return order


def small_language(rng, V, n_e):
    """A map, and numbers from 1 that are not in its order."""
    vectors = words_of(rng, V, n_e)
    numbers = (1 + out_of_order(rng, V)).tolist()
    return vectors, dict(zip(vectors, numbers, strict=True))


@lab.check("pretrained_embedding_layer", points=4, driver="layer_of")
def pretrained_embedding_layer(rng):
    """Small languages whose numbers are not in the order of the map; padding.

    The statement: a row for each number and one more · row i for word number i · row 0
    zeros · frozen.
    """
    for V, n_e in [(4, 3), (9, 5), (2, 7)]:
        every = np.append(rng.permutation(V + 1), rng.integers(0, V + 1, V + 1))
        yield case(*small_language(rng, V, n_e), every.reshape(2, -1))


def _layer(vectors, order, *, extra=1, freeze=True, in_order=False, pad=0.0, move=0):
    n_e = len(next(iter(vectors.values())))
    rows = np.full((len(order) + extra, n_e), pad, np.float32)
    for position, (word, i) in enumerate(order.items(), start=1):
        rows[(position if in_order else i) + move] = vectors[word]
    layer = ref.nn.Embedding(*rows.shape, weights=rows)
    return layer.freeze() if freeze else layer


@pretrained_embedding_layer.mistake(
    "The layer is not frozen: a few sentences would move every word."
)
def leaves_it_trainable(word_to_vec_map, word_to_index):
    return _layer(word_to_vec_map, word_to_index, freeze=False)


@pretrained_embedding_layer.mistake(
    "The rows are in the order of the map. Row i belongs to the word with number i."
)
def in_the_order_of_the_map(word_to_vec_map, word_to_index):
    return _layer(word_to_vec_map, word_to_index, in_order=True)


@pretrained_embedding_layer.mistake(
    "A row is missing: numbers start at 1, and row 0 is for padding."
)
def one_row_too_few(word_to_vec_map, word_to_index):
    return _layer(word_to_vec_map, word_to_index, extra=0, move=-1)


@pretrained_embedding_layer.mistake("Row 0, for padding, is not zeros.")
def padding_row_of_ones(word_to_vec_map, word_to_index):
    return _layer(word_to_vec_map, word_to_index, pad=1.0)


@pretrained_embedding_layer.right
def embedding_filled_later(word_to_vec_map, word_to_index):
    n_e = len(next(iter(word_to_vec_map.values())))
    layer = ref.nn.Embedding(len(word_to_index) + 1, n_e, rng=np.random.default_rng(0))
    layer.E.data[:] = 0
    for word, i in word_to_index.items():
        layer.E.data[i] = word_to_vec_map[word]
    layer.freeze()
    return layer


@pretrained_embedding_layer.right
def embedding_in_float64(word_to_vec_map, word_to_index):
    by_number = {i: word for word, i in word_to_index.items()}
    first = np.zeros_like(next(iter(word_to_vec_map.values())))
    rows = [first] + [
        word_to_vec_map[by_number[i]] for i in range(1, len(by_number) + 1)
    ]
    layer = ref.nn.Embedding(len(rows), len(first), weights=np.array(rows))
    for parameter in layer.parameters():
        parameter.requires_grad = False
    return layer


@lab.check("emojify_lstm", points=5, driver="reader", seconds=30)
def emojify_lstm(rng):
    """Shapes; padding, order, dropout and frozen vectors; whether it learns."""
    for V, n_e, n_y, n_a in [(6, 4, 3, 5), (8, 5, 4, 4)]:
        vectors, order = small_language(rng, V, n_e)
        rows = np.zeros((6, 3), int)
        for i, row in enumerate(rows):  # each label has words of its own: soon learned
            one, other = 1 + rng.permutation(np.arange(i % n_y, V, n_y))
            row[: 3 - i % 2] = [one, other, other][: 3 - i % 2]
        yield case(vectors, order, n_y, n_a, rows)


@emojify_lstm.expect
def read(word_to_vec_map, word_to_index, n_y, n_a, indices):
    """What holds for every right reader: none has to be trained to know it."""
    V, n_e = len(word_to_vec_map), len(next(iter(word_to_vec_map.values())))
    return {
        "scores": [len(indices), n_y],
        "padding changes nothing": True,
        "order matters": True,
        "frozen numbers": (V + 1) * n_e,
        "numbers to train": 4 * n_a * (n_e + n_a + 1) + n_y * (n_a + 1),
        "drops in training": True,
        "drops parts of the state": True,
        "many scores are exactly 0 in training": False,
        "some scores are exactly 0": False,
        "scores, not probabilities": True,
        "learns": True,
        "coordinates": n_e,
    }


def _reader(
    *,
    mask=True,
    frozen=True,
    drop=True,
    recurrent=True,
    soft=False,
    early=False,
    late=False,
    rectified=False,
    every=False,
    inverted=False,
):
    def made(word_to_vec_map, word_to_index, n_y, n_a, rng):
        nn = ref.nn

        class Reader(nn.Model):
            def __init__(self):
                self.embedding = ref.pretrained_embedding_layer(
                    word_to_vec_map, word_to_index
                )
                if not frozen:
                    self.embedding.unfreeze()
                n_e = self.embedding.E.shape[1]
                self.lstm = nn.LSTM(n_e, n_a, return_sequences=every, rng=rng)
                self.dropout = nn.Dropout(0.5, rng=rng)
                self.dense = nn.Dense(n_a if recurrent else n_e, n_y, rng=rng)

            def forward(self, indices):
                x = self.embedding(indices)
                known = (np.asarray(indices) != 0) != inverted
                if early:
                    return self.dense(self.lstm(self.dropout(x), mask=known))
                if late:
                    return self.dropout(self.dense(self.lstm(x, mask=known)))
                if recurrent:
                    a = self.lstm(x, mask=known) if mask else self.lstm(x)
                elif mask:
                    weights = known / known.sum(axis=1, keepdims=True)
                    a = (x * weights[:, :, None].astype(np.float32)).sum(axis=1)
                else:
                    a = x.mean(axis=1)
                y = self.dense(self.dropout(a) if drop else a)
                if rectified:
                    return nn.relu(y)
                return nn.softmax(y) if soft else y

        return Reader()

    return made


@emojify_lstm.mistake(
    "Padding changes the scores: zeros are read like words. Pass a mask to the LSTM."
)
def reads_the_padding(word_to_vec_map, word_to_index, n_y, n_a, rng):
    return _reader(mask=False)(word_to_vec_map, word_to_index, n_y, n_a, rng)


@emojify_lstm.mistake(
    "The mask is 1 at padding and 0 at words, so the LSTM reads no word. It "
    "should be the other way round."
)
def reads_only_the_padding(word_to_vec_map, word_to_index, n_y, n_a, rng):
    return _reader(inverted=True)(word_to_vec_map, word_to_index, n_y, n_a, rng)


@emojify_lstm.mistake(
    "The word vectors are trained as well. The embedding stays frozen."
)
def trains_the_vectors(word_to_vec_map, word_to_index, n_y, n_a, rng):
    return _reader(frozen=False)(word_to_vec_map, word_to_index, n_y, n_a, rng)


@emojify_lstm.mistake(
    "Nothing is dropped in training: use nn.Dropout(0.5) after the LSTM."
)
def drops_nothing(word_to_vec_map, word_to_index, n_y, n_a, rng):
    return _reader(drop=False)(word_to_vec_map, word_to_index, n_y, n_a, rng)


@emojify_lstm.mistake(
    "The order of words does not matter: the vectors are averaged. Read them with an "
    "LSTM."
)
def averages_the_words(word_to_vec_map, word_to_index, n_y, n_a, rng):
    return _reader(recurrent=False)(word_to_vec_map, word_to_index, n_y, n_a, rng)


@emojify_lstm.mistake(
    "Padding is counted in the mean, and the order of words does not matter. Read the "
    "words with an LSTM, with a mask."
)
def averages_words_and_padding(word_to_vec_map, word_to_index, n_y, n_a, rng):
    return _reader(recurrent=False, mask=False)(
        word_to_vec_map, word_to_index, n_y, n_a, rng
    )


@emojify_lstm.mistake("It returns probabilities. The loss takes scores.")
def reader_returns_probabilities(word_to_vec_map, word_to_index, n_y, n_a, rng):
    return _reader(soft=True)(word_to_vec_map, word_to_index, n_y, n_a, rng)


@emojify_lstm.mistake(
    "Dropout acts on the words, before the LSTM. Half of the LSTM's *state* is dropped."
)
def drops_from_the_words(word_to_vec_map, word_to_index, n_y, n_a, rng):
    return _reader(early=True)(word_to_vec_map, word_to_index, n_y, n_a, rng)


@emojify_lstm.mistake(
    "Dropout acts on the scores: half of them become 0. It belongs before the dense "
    "layer."
)
def drops_from_the_scores(word_to_vec_map, word_to_index, n_y, n_a, rng):
    return _reader(late=True)(word_to_vec_map, word_to_index, n_y, n_a, rng)


@emojify_lstm.mistake(
    "The scores went through an activation function. The loss takes them as they are."
)
def reader_rectifies_the_scores(word_to_vec_map, word_to_index, n_y, n_a, rng):
    return _reader(rectified=True)(word_to_vec_map, word_to_index, n_y, n_a, rng)


@emojify_lstm.mistake(
    "There are scores for every step. The sentence is classified once, from the last "
    "state."
)
def reader_of_every_step(word_to_vec_map, word_to_index, n_y, n_a, rng):
    return _reader(every=True)(word_to_vec_map, word_to_index, n_y, n_a, rng)


@emojify_lstm.right
def reader_of_all_states(word_to_vec_map, word_to_index, n_y, n_a, rng):
    nn = ref.nn

    class Reader(nn.Model):
        def __init__(self):
            self.words = ref.pretrained_embedding_layer(word_to_vec_map, word_to_index)
            n_e = self.words.E.shape[1]
            self.cell = nn.LSTM(n_e, n_a, return_sequences=True, rng=rng)
            self.out = nn.Sequential(
                nn.Dropout(0.5, rng=rng), nn.Dense(n_a, n_y, rng=rng)
            )

        def forward(self, indices):
            states = self.cell(self.words(indices), mask=np.not_equal(indices, 0))
            return self.out(states[:, -1])

    return Reader()


@emojify_lstm.right
def reader_made_in_another_order(word_to_vec_map, word_to_index, n_y, n_a, rng):
    nn = ref.nn
    dense = nn.Dense(n_a, n_y, rng=rng)
    return_state = nn.LSTM(
        len(next(iter(word_to_vec_map.values()))), n_a, return_state=True, rng=rng
    )
    embedding = ref.pretrained_embedding_layer(word_to_vec_map, word_to_index)

    class Reader(nn.Model):
        def __init__(self):
            self.layers = [embedding, return_state, nn.Dropout(0.3, rng=rng), dense]

        def forward(self, indices):
            words, cell, drop, out = self.layers
            mask = (np.asarray(indices) > 0).astype(np.float32)
            _, a, _ = cell(words(indices), mask=mask)
            return out(drop(a))

    return Reader()
