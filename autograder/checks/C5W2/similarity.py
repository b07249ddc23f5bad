"""Hidden tests of C5W2: near and far."""

import math

import numpy as np

from autograder.checks.C5W2.common import lab, ref
from autograder.checks.check import case
from autograder.checks.precision import as_float32

lab.concept(
    "one_hot_likeness",
    points=1,
    answer=0,
    why="Their ones are at different positions: every product is 0.",
    because={
        1: "Both have length 1, but they point in different directions.",
        -1: "They are at a right angle, not opposite.",
        0.5: "Every product of their entries is 0.",
        90: "That is the angle in degrees. What is its cosine?",
    },
    digits=1,
)


@lab.check("cosine_similarity", points=4)
def cosine_similarity(rng):
    """Vectors of different lengths, opposite ones, a zero vector as either argument.

    The statement: the angle, whatever the lengths · 0 where a vector is all zeros.
    """
    for i, n in enumerate((1, 3, 50, 2, 7, 4, 20)):
        u, v = 0.2 * rng.normal(size=n), 3 * rng.normal(size=n)
        yield case(u, v if (u @ v > 0) == (i % 2 > 0) else -v)
    u = rng.normal(size=5)
    yield case(u, -2 * u)
    yield case(np.zeros(4), rng.normal(size=4))
    yield case(rng.normal(size=3), np.zeros(3))


@cosine_similarity.mistake("A zero vector gives nan. Return 0 if a length is 0.")
def divides_zero_by_zero(u, v):
    return np.dot(u, v) / (np.linalg.norm(u) * np.linalg.norm(v))


@cosine_similarity.mistake(
    "That is the dot product alone; it grows with the lengths. Divide by both."
)
def dot_product_only(u, v):
    return np.dot(u, v)


@cosine_similarity.mistake(
    "The denominator holds the squared lengths: their square roots are missing."
)
def squared_lengths(u, v):
    below = np.sum(u * u) * np.sum(v * v)
    return np.dot(u, v) / below if below else 0.0


@cosine_similarity.mistake(
    "That is a distance, 1 - cosine. The cosine of similar vectors is near 1."
)
def cosine_distance(u, v):
    return 1 - ref.cosine_similarity(u, v)


@cosine_similarity.mistake("The length of v is missing: the result still grows with v.")
def divides_by_the_first_length(u, v):
    below = np.linalg.norm(u)
    return np.dot(u, v) / below if below else 0.0


@cosine_similarity.mistake("The length of u is missing: the result still grows with u.")
def divides_by_the_second_length(u, v):
    below = np.linalg.norm(v)
    return np.dot(u, v) / below if below else 0.0


@cosine_similarity.mistake(
    "The sign is lost: opposite vectors have the cosine -1, not 1."
)
def loses_the_sign(u, v):
    return abs(ref.cosine_similarity(u, v))


@cosine_similarity.mistake("That is the angle. Return its cosine.")
def angle_for_cosine(u, v):
    return float(np.arccos(np.clip(ref.cosine_similarity(u, v), -1, 1)))


@cosine_similarity.mistake(
    "The lengths were added in the denominator. They are multiplied."
)
def adds_the_lengths(u, v):
    below = np.linalg.norm(u) + np.linalg.norm(v)
    return np.dot(u, v) / below if u.any() and v.any() else 0.0


@cosine_similarity.mistake(
    "The denominator holds the length of u twice, and that of v is missing."
)
def length_of_the_first_twice(u, v):
    return np.dot(u, v) / np.dot(u, u) if u.any() and v.any() else 0.0


@cosine_similarity.mistake(
    "The denominator holds the length of v twice, and that of u is missing."
)
def length_of_the_second_twice(u, v):
    return np.dot(u, v) / np.dot(v, v) if u.any() and v.any() else 0.0


@cosine_similarity.mistake(
    "The mean was subtracted from each vector. That is a correlation; the cosine takes "
    "the vectors as they are."
)
def correlation(u, v):
    u, v = u - u.mean(), v - v.mean()
    length = np.linalg.norm(u) * np.linalg.norm(v)
    return np.dot(u, v) / length if length > 0 else 0.0


@cosine_similarity.right
def cosine_with_a_loop(u, v):
    dot = sum(a * b for a, b in zip(u.tolist(), v.tolist(), strict=True))
    lengths = math.sqrt(sum(a * a for a in u)) * math.sqrt(sum(b * b for b in v))
    return dot / lengths if lengths > 0 else 0


@cosine_similarity.right
def cosine_of_unit_vectors(u, v):
    u, v = u.astype(np.float32), v.astype(np.float32)
    if not u.any() or not v.any():
        return 0
    return (u / np.sqrt(u @ u)) @ (v / np.sqrt(v @ v))


lab.concept(
    "analogy_formula",
    points=1,
    answer="B",
    why="Add to rome the difference that leads from paris to france.",
    because={
        "A": "That goes from france to paris, the wrong way round.",
        "C": "That adds both and takes away rome; nothing is a difference of a and b.",
        "D": "A difference leads from a to b: e(b) − e(a). Here both are taken away.",
    },
)


def directions(rng, n_e=8):
    """Random vectors at right angles to each other, of one random length."""
    return rng.uniform(0.5, 2.0) * np.linalg.qr(rng.normal(size=(n_e, n_e)))[0]


def word(rng):
    """An invented word of three syllables."""
    return "".join(
        rng.choice(list(letters)) for letters in 3 * ("bdfgklmnprst", "aeiou")
    )


def shuffled(rng, vectors):
    """Roles become words, and the words come in any order: role → word, the map."""
    names = {}
    while len(set(names.values())) < len(vectors):
        names = {role: word(rng) for role in vectors}
    order = rng.permutation(list(vectors)).tolist()
    return names, {names[role]: vectors[role] for role in order}


def family(rng):
    """A word `d` where the difference leads, and decoys, each for a mistake.

    `nearest` is nearer to the point in distance, not in angle; `beside` is the
    neighbour of c; `back` lies on the other side; `long` has the larger dot product and
    the smaller cosine; `mirror` lies near a + b - c.
    """
    e = directions(rng)
    step, a, c = e[0], e[4], e[1]
    return shuffled(
        rng,
        {
            "a": a,
            "b": a + step,
            "c": c,
            "d": c + 2.2 * step,
            "nearest": c + step + 0.8 * e[2],
            "beside": c + 0.1 * e[3],
            "back": c - step,
            "along": step + 0.1 * e[5],
            "long": c + 6 * step + 9 * e[3],
            "mirror": 2 * a + step - c,
        },
    )


def family_near_c(rng):
    """A word `d`, but the point itself is nearest to c, a word of the question."""
    e = directions(rng)
    step, a, c = e[0], e[4], 3 * e[1]
    return shuffled(
        rng,
        {
            "a": a,
            "b": a + step,
            "c": c,
            "d": c + step + 1.2 * e[2],
            "beside": c - 0.5 * step,
            "back": c - step + e[3],
            "along": 1.2 * step + 0.1 * e[5],
        },
    )


def family_far_away(rng):
    """Every candidate points away from the difference: the best cosine is negative."""
    e = directions(rng)
    c = e[1]
    return shuffled(
        rng,
        {
            "a": e[0],
            "b": 3 * e[0],
            "c": c,
            "d": c - e[0] + 2 * e[2],
            "back": c - 2 * e[0] + 1.5 * e[3],
        },
    )


@lab.check("complete_analogy", points=6)
def complete_analogy(rng):
    """Words where a difference leads, capitals, decoys, words in any order.

    The statement: the difference from a to b · the largest cosine, which may be
    negative · none of the three · words in any case · the word nearest to the point in
    angle is accepted too.
    """
    names, vectors = family(rng)
    yield case(names["a"], names["b"], names["c"], vectors)
    names, vectors = family(rng)
    yield case(names["a"].title(), names["b"].upper(), names["c"].title(), vectors)
    names, vectors = family(rng)
    yield case(names["a"], names["b"], names["c"], vectors)
    # The word nearest to the point is one of the question.
    names, vectors = family_near_c(rng)
    yield case(names["a"], names["b"], names["c"], vectors)
    names, vectors = family_near_c(rng)
    yield case(names["a"].upper(), names["b"].title(), names["c"].upper(), vectors)
    names, vectors = family_far_away(rng)
    yield case(names["a"], names["b"], names["c"], vectors)


@complete_analogy.mistake(
    "The largest dot product wins, so long vectors do. Divide by both lengths."
)
def analogy_by_the_dot_product(word_a, word_b, word_c, word_to_vec_map):
    a, b, c = word_a.lower(), word_b.lower(), word_c.lower()
    step = word_to_vec_map[b] - word_to_vec_map[a]
    others = [w for w in word_to_vec_map if w not in (a, b, c)]
    return max(others, key=lambda w: step @ (word_to_vec_map[w] - word_to_vec_map[c]))


@complete_analogy.alternative
def by_the_nearest_point(word_a, word_b, word_c, word_to_vec_map):
    a, b, c = word_a.lower(), word_b.lower(), word_c.lower()
    target = word_to_vec_map[b] - word_to_vec_map[a] + word_to_vec_map[c]
    others = [w for w in word_to_vec_map if w not in (a, b, c)]
    return max(others, key=lambda w: ref.cosine_similarity(word_to_vec_map[w], target))


def _analogy(a, b, c, vectors, *, start=-np.inf, leave=(True, True, True), turn=1):
    a, b, c = a.lower(), b.lower(), c.lower()
    skipped = [w for w, out in zip((a, b, c), leave, strict=True) if out]
    best, found = start, None
    for w, v in vectors.items():
        if w in skipped:
            continue
        score = ref.cosine_similarity(turn * (vectors[b] - vectors[a]), v - vectors[c])
        if score > best:
            best, found = score, w
    return found


@complete_analogy.mistake(
    "The answer is a word of the question: e_b - e_a + e_c lies near b or c. Leave all "
    "three out."
)
def answers_with_an_input_word(word_a, word_b, word_c, word_to_vec_map):
    a, b, c = word_a.lower(), word_b.lower(), word_c.lower()
    target = word_to_vec_map[b] - word_to_vec_map[a] + word_to_vec_map[c]
    return max(
        word_to_vec_map, key=lambda w: ref.cosine_similarity(word_to_vec_map[w], target)
    )


@complete_analogy.mistake(
    "The word found lies the opposite way: either the difference is turned around "
    "(from a to b it is e_b - e_a), or the smallest cosine won."
)
def goes_from_b_to_a(word_a, word_b, word_c, word_to_vec_map):
    return _analogy(word_a, word_b, word_c, word_to_vec_map, turn=-1)


@complete_analogy.mistake(
    "Words in capitals are not found. Take .lower() of all three."
)
def minds_capitals(word_a, word_b, word_c, word_to_vec_map):
    for word in (word_a, word_b, word_c):
        word_to_vec_map[word]
    return ref.complete_analogy(word_a, word_b, word_c, word_to_vec_map)


@complete_analogy.mistake(
    "Nothing is found where all cosines are negative: the best so far must start below "
    "-1, not at 0."
)
def starts_from_zero(word_a, word_b, word_c, word_to_vec_map):
    return _analogy(word_a, word_b, word_c, word_to_vec_map, start=0.0)


@complete_analogy.mistake(
    "The arithmetic is missing: that is the nearest neighbour of c."
)
def neighbour_of_c(word_a, word_b, word_c, word_to_vec_map):
    asked = {word.lower() for word in (word_a, word_b, word_c)}
    c = word_to_vec_map[word_c.lower()]
    others = [w for w in word_to_vec_map if w not in asked]
    return max(others, key=lambda w: ref.cosine_similarity(word_to_vec_map[w], c))


@complete_analogy.mistake(
    "That is the word at the smallest distance. Compare angles: the cosine does not "
    "depend on the length of a vector."
)
def by_distance(word_a, word_b, word_c, word_to_vec_map):
    a, b, c = word_a.lower(), word_b.lower(), word_c.lower()
    target = word_to_vec_map[b] - word_to_vec_map[a] + word_to_vec_map[c]
    others = [w for w in word_to_vec_map if w not in (a, b, c)]
    return min(others, key=lambda w: np.linalg.norm(word_to_vec_map[w] - target))


@complete_analogy.mistake(
    "c is left out of the arithmetic: e_w - e_c should point where e_b - e_a points."
)
def forgets_c(word_a, word_b, word_c, word_to_vec_map):
    a, b, c = word_a.lower(), word_b.lower(), word_c.lower()
    step = word_to_vec_map[b] - word_to_vec_map[a]
    others = [w for w in word_to_vec_map if w not in (a, b, c)]
    return max(others, key=lambda w: ref.cosine_similarity(word_to_vec_map[w], step))


@complete_analogy.mistake(
    "The answer is a word of the question where that has the largest cosine. Leave all "
    "three out."
)
def leaves_the_question_in(word_a, word_b, word_c, word_to_vec_map):
    nothing = (False, False, False)
    return _analogy(word_a, word_b, word_c, word_to_vec_map, leave=nothing)


@complete_analogy.mistake(
    "A word of the question is the answer where it was asked in capitals. Compare in "
    "lower case."
)
def leaves_out_the_words_as_written(word_a, word_b, word_c, word_to_vec_map):
    a, b, c = (word_to_vec_map[w.lower()] for w in (word_a, word_b, word_c))
    others = [w for w in word_to_vec_map if w not in (word_a, word_b, word_c)]
    target = b - a + c
    return max(others, key=lambda w: ref.cosine_similarity(word_to_vec_map[w], target))


@complete_analogy.mistake("It returns the largest cosine. Return the word that has it.")
def cosine_for_word(word_a, word_b, word_c, word_to_vec_map):
    a, b, c = (word_to_vec_map[w.lower()] for w in (word_a, word_b, word_c))
    best = word_to_vec_map[
        ref.complete_analogy(word_a, word_b, word_c, word_to_vec_map)
    ]
    return ref.cosine_similarity(b - a, best - c)


@complete_analogy.mistake("It returns more than the word. Return the word alone.")
def word_and_cosine(word_a, word_b, word_c, word_to_vec_map):
    asked = (word_a, word_b, word_c, word_to_vec_map)
    return ref.complete_analogy(*asked), cosine_for_word(*asked)


@complete_analogy.mistake(
    "The vectors of a and b are added, that of c subtracted. A difference leads from a "
    "to b: e_b - e_a."
)
def adds_a_and_b(word_a, word_b, word_c, word_to_vec_map):
    asked = [w.lower() for w in (word_a, word_b, word_c)]
    a, b, c = (word_to_vec_map[w] for w in asked)
    others = [w for w in word_to_vec_map if w not in asked]
    target = a + b - c
    return max(others, key=lambda w: ref.cosine_similarity(word_to_vec_map[w], target))


@complete_analogy.right
def analogy_with_a_loop(word_a, word_b, word_c, word_to_vec_map):
    return _analogy(word_a, word_b, word_c, word_to_vec_map, start=-100)


@complete_analogy.right
def analogy_in_arrays(word_a, word_b, word_c, word_to_vec_map):
    a, b, c = (w.lower() for w in (word_a, word_b, word_c))
    vectors = as_float32(word_to_vec_map)
    words = [w for w in vectors if w not in {a, b, c}]
    D = np.array([vectors[w] for w in words]) - vectors[c]
    scores = D @ (vectors[b] - vectors[a]) / np.maximum(np.linalg.norm(D, axis=1), 1e-9)
    return words[int(scores.argmax())]
