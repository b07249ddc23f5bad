"""Hidden tests of C5W2, word vectors, and the ways its functions go wrong."""

import math

import numpy as np

from autograder.checks.check import Lab, case

lab = Lab("C5W2")
ref = lab.reference

LETTERS = "abcdefghijklmnop"


def words_of(rng, n, n_e, prefix=""):
    """A small vocabulary with random vectors."""
    return {prefix + LETTERS[i] * 2: rng.normal(size=n_e) for i in range(n)}


def in_float32(vectors):
    """The same vectors in single precision."""
    return {word: v.astype(np.float32) for word, v in vectors.items()}


# --- near and far --------------------------------------------------------------------

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
    vectors = in_float32(word_to_vec_map)
    words = [w for w in vectors if w not in {a, b, c}]
    D = np.array([vectors[w] for w in words]) - vectors[c]
    scores = D @ (vectors[b] - vectors[a]) / np.maximum(np.linalg.norm(D, axis=1), 1e-9)
    return words[int(scores.argmax())]


# --- prejudice -----------------------------------------------------------------------


@lab.check("bias_axis", points=5)
def bias_axis(rng):
    """One pair, several that share a direction, in either orientation."""
    yield case([("aa", "bb")], words_of(rng, 3, 4))
    for n_e, k in [(5, 3), (8, 4), (3, 6)]:
        g, vectors, pairs = rng.normal(size=n_e), {}, []
        g *= 2 * np.sqrt(n_e) / np.linalg.norm(g)
        for i in range(k):
            middle = rng.normal(size=n_e)
            pairs.append((f"she{i}", f"he{i}"))
            for word, sign in zip(pairs[-1], (1, -1), strict=True):
                part = g * (0.6 + 0.4 * rng.random())
                vectors[word] = middle + sign * part + 0.3 * rng.normal(size=n_e)
        yield case(pairs, vectors)


def _differences(pairs, vectors):
    return np.array([vectors[a] - vectors[b] for a, b in pairs])


def _svd_axis(D):
    axis = np.linalg.svd(D, full_matrices=False)[2][0]
    return axis if axis @ D.sum(axis=0) > 0 else -axis


@bias_axis.mistake(
    "The axis points the other way: from the second words to the first, first minus "
    "second."
)
def axis_turned_around(pairs, word_to_vec_map):
    return -ref.bias_axis(pairs, word_to_vec_map)


@bias_axis.mistake(
    "That is the mean of the differences. Several pairs go through an SVD."
)
def mean_difference(pairs, word_to_vec_map):
    return _differences(pairs, word_to_vec_map).mean(axis=0)


@bias_axis.mistake(
    "The mean was subtracted from the differences before the SVD. That removes just "
    "what they have in common."
)
def centres_the_differences(pairs, word_to_vec_map):
    D = _differences(pairs, word_to_vec_map)
    if len(D) == 1:
        return D[0]
    axis = np.linalg.svd(D - D.mean(axis=0), full_matrices=False)[2][0]
    return axis if axis @ D.sum(axis=0) > 0 else -axis


@bias_axis.mistake(
    "That is the last row, the direction in which the differences are shortest. "
    "Singular values come in descending order."
)
def last_singular_vector(pairs, word_to_vec_map):
    D = _differences(pairs, word_to_vec_map)
    if len(D) == 1:
        return D[0]
    axis = np.linalg.svd(D, full_matrices=False)[2][-1]
    return axis if axis @ D.sum(axis=0) > 0 else -axis


@bias_axis.mistake(
    "For a single pair the result was scaled to length 1. Return its difference as it "
    "is."
)
def scales_a_single_pair(pairs, word_to_vec_map):
    return _svd_axis(_differences(pairs, word_to_vec_map))


@bias_axis.mistake(
    "Several pairs give a vector of length 1. This one is longer: it was multiplied by "
    "its singular value."
)
def axis_times_its_singular_value(pairs, word_to_vec_map):
    D = _differences(pairs, word_to_vec_map)
    if len(D) == 1:
        return D[0]
    return np.linalg.svd(D, full_matrices=False)[1][0] * _svd_axis(D)


@bias_axis.mistake("Only the first pair is used. Several pairs go through an SVD.")
def first_pair_only(pairs, word_to_vec_map):
    return _differences(pairs, word_to_vec_map)[0]


@bias_axis.mistake(
    "That is the mean of the differences, scaled to length 1. Several pairs go through "
    "an SVD instead."
)
def mean_difference_scaled(pairs, word_to_vec_map):
    D = _differences(pairs, word_to_vec_map)
    if len(D) == 1:
        return D[0]
    mean = D.mean(axis=0)
    return mean / np.linalg.norm(mean)


@bias_axis.mistake(
    "That is the first column of Vt. The right singular vectors are its rows."
)
def first_column_of_vt(pairs, word_to_vec_map):
    D = _differences(pairs, word_to_vec_map)
    if len(D) == 1:
        return D[0]
    axis = np.linalg.svd(D)[2][:, 0]
    return axis if axis @ D.sum(axis=0) > 0 else -axis


@bias_axis.mistake(
    "That is a left singular vector: it has a number for each pair. The axis has one "
    "for each coordinate."
)
def left_singular_vector(pairs, word_to_vec_map):
    D = _differences(pairs, word_to_vec_map)
    return D[0] if len(D) == 1 else np.linalg.svd(D, full_matrices=False)[0][:, 0]


@bias_axis.mistake(
    "The SVD was taken of the words' vectors. Take it of the differences within the "
    "pairs."
)
def axis_of_the_words(pairs, word_to_vec_map):
    D = _differences(pairs, word_to_vec_map)
    if len(D) == 1:
        return D[0]
    words = np.array([word_to_vec_map[word] for pair in pairs for word in pair])
    axis = np.linalg.svd(words, full_matrices=False)[2][0]
    return axis if axis @ D.sum(axis=0) > 0 else -axis


@bias_axis.right
def axis_from_eigenvectors(pairs, word_to_vec_map):
    D = _differences(pairs, word_to_vec_map)
    if len(pairs) == 1:
        return D.ravel()
    axis = np.linalg.eigh(D.T @ D)[1][:, -1]
    return axis * np.sign(axis @ D.mean(axis=0))


@bias_axis.right
def axis_from_centred_pairs(pairs, word_to_vec_map):
    vectors = in_float32(word_to_vec_map)
    if len(pairs) == 1:
        return vectors[pairs[0][0]] - vectors[pairs[0][1]]
    rows = []
    for a, b in pairs:
        middle = (vectors[a] + vectors[b]) / 2
        rows += [vectors[a] - middle, vectors[b] - middle]
    axis = np.linalg.svd(np.array(rows), full_matrices=False)[2][0]
    ahead = sum(axis @ (vectors[a] - vectors[b]) for a, b in pairs)
    return axis if ahead > 0 else -axis


@lab.check("neutralize", points=5)
def neutralize(rng):
    """Axes of different lengths, one of length 1, and a word nearly along the axis."""
    for n_e, length in [(2, 3.0), (5, 1.0), (50, 0.2)]:
        g = rng.normal(size=n_e)
        yield case("bb", length * g / np.linalg.norm(g), words_of(rng, 3, n_e))
    vectors = words_of(rng, 2, 4)
    yield case("aa", -1.5 * vectors["aa"] + 0.5 * vectors["bb"], vectors)


@neutralize.mistake(
    "That is the component along the axis. Subtract it from the vector."
)
def part_along_only(word, g, word_to_vec_map):
    e = word_to_vec_map[word]
    return (e @ g) / (g @ g) * g


@neutralize.mistake(
    "It is right for axes of length 1 only: divide by the *squared* length."
)
def assumes_a_unit_axis(word, g, word_to_vec_map):
    e = word_to_vec_map[word]
    return e - (e @ g) * g


@neutralize.mistake("Divide by the length of g squared; here it was the length.")
def length_not_squared(word, g, word_to_vec_map):
    e = word_to_vec_map[word]
    return e - (e @ g) / np.linalg.norm(g) * g


@neutralize.mistake("The component along the axis was added. Subtract it.")
def adds_the_part(word, g, word_to_vec_map):
    e = word_to_vec_map[word]
    return e + (e @ g) / (g @ g) * g


@neutralize.mistake("It changes the map. `e -= …` writes into it; `e - …` does not.")
def neutralizes_in_place(word, g, word_to_vec_map):
    e = word_to_vec_map[word]
    e -= (e @ g) / (g @ g) * g
    return e


@neutralize.mistake(
    "The same number is subtracted from every coordinate: (e · g) / |g|² is a number. "
    "The component along the axis is a vector."
)
def subtracts_a_number(word, g, word_to_vec_map):
    e = word_to_vec_map[word]
    return e - (e @ g) / (g @ g)


@neutralize.mistake("It divides by the word's squared length. Divide by the axis's.")
def divides_by_the_words_length(word, g, word_to_vec_map):
    e = word_to_vec_map[word]
    return e - (e @ g) / (e @ e) * g


@neutralize.mistake(
    "The factor of g is the cosine. The cosine divides by both lengths, the component "
    "by the squared length of g."
)
def cosine_for_component(word, g, word_to_vec_map):
    return word_to_vec_map[word] - ref.cosine_similarity(word_to_vec_map[word], g) * g


@neutralize.mistake("The result was scaled to length 1. Return it as it is.")
def neutralize_and_scale(word, g, word_to_vec_map):
    neutral = ref.neutralize(word, g, word_to_vec_map)
    return neutral / np.linalg.norm(neutral)


@neutralize.right
def neutralize_with_a_unit_axis(word, g, word_to_vec_map):
    unit = g / np.linalg.norm(g)
    return word_to_vec_map[word] - np.dot(word_to_vec_map[word], unit) * unit


@neutralize.right
def neutralize_by_a_projection(word, g, word_to_vec_map):
    across = np.eye(len(g)) - np.outer(g, g) / np.sum(g**2)
    return across.astype(np.float32) @ word_to_vec_map[word].astype(np.float32)


@lab.check("equalize", points=6)
def equalize(rng):
    """Unit vectors, axes of different lengths; pairs on one side and on both sides."""
    for n_e, length in [(3, 1.0), (6, 2.5), (50, 0.4)]:
        while True:
            vectors = words_of(rng, 3, n_e)
            if n_e == 6:
                shared = rng.normal(size=n_e)
                vectors = {w: 2 * shared + v for w, v in vectors.items()}
            vectors = {w: v / np.linalg.norm(v) for w, v in vectors.items()}
            g = rng.normal(size=n_e)
            g /= np.linalg.norm(g)
            # A pair that hardly differs along the axis leaves nothing but rounding.
            one, other = vectors["aa"] @ g, vectors["bb"] @ g
            common = np.linalg.norm(vectors["aa"] + vectors["bb"] - (one + other) * g)
            sides = (one * other > 0) == (n_e > 3)
            if abs(one - other) > 0.15 and common > 0.6 and sides:
                break
        yield case(("aa", "bb"), length * g, vectors)


def _equalized(pair, g, vectors, *, renorm=True, unit=False, below="own", shared=True):
    e1, e2 = (vectors[w] for w in pair)
    square = 1.0 if unit else g @ g
    mu = (e1 + e2) / 2
    mu_b = (mu @ g) / square * g
    mu_o = mu - mu_b
    out = []
    for e in (e1, e2):
        part = (e @ g) / square * g - mu_b
        if renorm:
            size = part if below == "own" else e - mu_o - mu_b
            part = np.sqrt(abs(1 - mu_o @ mu_o)) * part / np.linalg.norm(size)
        out.append(part + mu_o if shared else part)
    return tuple(out)


@equalize.mistake(
    "The components along the axis are not rescaled: they need the length "
    "√(1 - |μ⊥|²), so that the results have length 1."
)
def equalize_without_renormalization(pair, bias_axis, word_to_vec_map):
    return _equalized(pair, bias_axis, word_to_vec_map, renorm=False)


@equalize.mistake(
    "The denominator is not the length of the numerator, |e_B - μ_B|, so the results "
    "are shorter than 1."
)
def equalize_with_another_denominator(pair, bias_axis, word_to_vec_map):
    return _equalized(pair, bias_axis, word_to_vec_map, below="other")


@equalize.mistake(
    "It is right for axes of length 1 only: divide by the squared length."
)
def equalize_for_unit_axes(pair, bias_axis, word_to_vec_map):
    return _equalized(pair, bias_axis, word_to_vec_map, unit=True)


@equalize.mistake("What the pair has in common is missing: add μ⊥ at the end.")
def equalize_without_what_is_shared(pair, bias_axis, word_to_vec_map):
    return _equalized(pair, bias_axis, word_to_vec_map, shared=False)


@equalize.mistake(
    "Both were only neutralized: they are equal now, and of length below 1."
)
def neutralizes_both(pair, bias_axis, word_to_vec_map):
    return tuple(ref.neutralize(w, bias_axis, word_to_vec_map) for w in pair)


@equalize.mistake("The square root is missing: the factor is √(1 - |μ⊥|²).")
def equalize_without_the_root(pair, bias_axis, word_to_vec_map):
    g = bias_axis / np.linalg.norm(bias_axis)
    e1, e2 = (word_to_vec_map[w] for w in pair)
    mu = (e1 + e2) / 2
    across = mu - (mu @ g) * g
    parts = [((e - mu) @ g) * g for e in (e1, e2)]
    size = abs(1 - across @ across)
    return tuple(across + size * part / np.linalg.norm(part) for part in parts)


@equalize.mistake(
    "The two results are swapped: e1 belongs to the first word of the pair."
)
def equalize_swaps_the_pair(pair, bias_axis, word_to_vec_map):
    return ref.equalize(pair, bias_axis, word_to_vec_map)[::-1]


@equalize.mistake("μ is the sum of the two vectors here. It is their mean.")
def equalize_with_the_sum(pair, bias_axis, word_to_vec_map):
    g = bias_axis / np.linalg.norm(bias_axis)
    e1, e2 = (word_to_vec_map[w] for w in pair)
    mu = e1 + e2
    across = mu - (mu @ g) * g
    parts = [((e - mu) @ g) * g for e in (e1, e2)]
    size = np.sqrt(abs(1 - across @ across))
    return tuple(across + size * part / np.linalg.norm(part) for part in parts)


def _parts(pair, g, vectors):
    """μ⊥, μ_B and e_B of both words, by their formulas."""
    g = g / np.linalg.norm(g)
    e1, e2 = (vectors[w] for w in pair)
    mu = (e1 + e2) / 2
    along = (mu @ g) * g
    return mu - along, along, [(e @ g) * g for e in (e1, e2)]


@equalize.mistake(
    "μ_B is missing in the numerator e_B - μ_B (and in the denominator, its length)."
)
def equalize_without_the_mean(pair, bias_axis, word_to_vec_map):
    across, _, parts = _parts(pair, bias_axis, word_to_vec_map)
    size = np.sqrt(abs(1 - across @ across))
    return tuple(across + size * part / np.linalg.norm(part) for part in parts)


@equalize.mistake(
    "The component along the axis is added to μ. Add it to μ⊥, which has none."
)
def equalize_around_the_mean(pair, bias_axis, word_to_vec_map):
    _, along, _ = _parts(pair, bias_axis, word_to_vec_map)
    right = ref.equalize(pair, bias_axis, word_to_vec_map)
    return tuple(one + along for one in right)


@equalize.mistake(
    "Both results are equal. Each word has its own e_B, on its own side of μ_B."
)
def equalize_one_for_both(pair, bias_axis, word_to_vec_map):
    e1, _ = ref.equalize(pair, bias_axis, word_to_vec_map)
    return e1, e1


@equalize.mistake(
    "The denominator is the length of e_B. It should be that of the whole numerator, "
    "e_B - μ_B."
)
def equalize_by_the_length_along(pair, bias_axis, word_to_vec_map):
    across, along, parts = _parts(pair, bias_axis, word_to_vec_map)
    size = np.sqrt(abs(1 - across @ across))
    return tuple(across + size * (p - along) / np.linalg.norm(p) for p in parts)


@equalize.mistake(
    "The factor √(1 - |μ⊥|²) is missing, so the results are longer than 1."
)
def equalize_without_the_factor(pair, bias_axis, word_to_vec_map):
    across, along, parts = _parts(pair, bias_axis, word_to_vec_map)
    return tuple(across + (p - along) / np.linalg.norm(p - along) for p in parts)


@equalize.right
def equalize_by_a_mirror(pair, bias_axis, word_to_vec_map):
    g = bias_axis / np.linalg.norm(bias_axis)
    e1, e2 = (word_to_vec_map[w] for w in pair)
    shared = (e1 + e2) / 2 - ((e1 + e2) @ g / 2) * g
    along = np.sqrt(1 - shared @ shared) * np.sign((e1 - e2) @ g) * g
    return shared + along, shared - along


@equalize.right
def equalize_in_float32(pair, bias_axis, word_to_vec_map):
    vectors = in_float32(word_to_vec_map)
    return list(_equalized(pair, bias_axis.astype(np.float32), vectors))


# --- a row of a table ----------------------------------------------------------------


@lab.check("embedding_lookup", points=3)
def embedding_lookup(rng):
    """One word, several, a word twice, a list and an array."""
    for n_e, V, indices in [(3, 5, [2]), (4, 4, [0, 3, 3]), (2, 7, [6, 1, 0, 5])]:
        E = rng.normal(size=(n_e, V))
        yield case(E, indices if n_e == 3 else np.array(indices))


@embedding_lookup.mistake("These are rows of E. Words are columns: the second axis.")
def looks_up_rows(E, indices):
    return E[np.asarray(indices) % len(E)]


@embedding_lookup.mistake("The result is transposed: a column for each word.")
def words_as_rows(E, indices):
    return E.T[indices]


@embedding_lookup.mistake(
    "The columns are one too far left. They are numbered from 0, like the indices."
)
def counts_from_one(E, indices):
    return E[:, np.asarray(indices) - 1]


@embedding_lookup.right
def lookup_by_take(E, indices):
    return np.take(E, indices, axis=1).astype(np.float32)


@embedding_lookup.right
def lookup_by_one_hot(E, indices):
    return E @ np.eye(E.shape[1])[indices].T


# --- word2vec ------------------------------------------------------------------------


@lab.check("skipgram_pairs", points=5)
def skipgram_pairs(rng):
    """Windows of 1 to 3, longer than the text, words that repeat, a single word.

    The statement: middle first · positions from left to right, neighbours too · up to
    `window` away, on both sides · words or numbers, also the same again · every
    occurrence.
    """
    for n, window in [(6, 1), (7, 2), (4, 3), (3, 5), (1, 2)]:
        tokens = rng.choice(90, n, replace=False)
        if n > 1:
            tokens[1] = tokens[0]  # a neighbour that is the same word again
        yield case(tokens.tolist(), window)
    yield case(3 * [f"w{rng.integers(90)}"], 1)


def _pairs(
    tokens, window, *, back=True, ahead=True, skip="position", wrap=False, short=0
):
    found = []
    for i in range(len(tokens)):
        low = i - window if wrap else max(0, i - window)
        for j in range(low, min(len(tokens), i + window + 1 - short)):
            same = tokens[j] == tokens[i] if skip == "word" else j == i
            if (skip and same) or (j < i and not back) or (j > i and not ahead):
                continue
            found.append((tokens[i], tokens[j]))
    return found


@skipgram_pairs.mistake(
    "Each position is paired with itself. Skip the one in the middle."
)
def pairs_with_itself(tokens, window):
    return _pairs(tokens, window, skip="")


@skipgram_pairs.mistake(
    "A neighbour that is the same word again is left out. Skip the position, not the "
    "word."
)
def skips_repeated_words(tokens, window):
    return _pairs(tokens, window, skip="word")


@skipgram_pairs.mistake(
    "All neighbours on the left are missing. The window has two sides."
)
def looks_ahead_only(tokens, window):
    return _pairs(tokens, window, back=False)


@skipgram_pairs.mistake(
    "The window ends one position early on the right: range stops before its end."
)
def ends_too_early(tokens, window):
    return _pairs(tokens, window, short=1)


@skipgram_pairs.mistake(
    "At the start it pairs with the end of the text: negative indices count from the "
    "end. Begin at max(0, i - window)."
)
def wraps_around(tokens, window):
    found = []
    for i in range(len(tokens)):
        for j in range(i - window, min(len(tokens), i + window + 1)):
            if j != i:
                found.append((tokens[i], tokens[j % len(tokens)]))
    return found


@skipgram_pairs.mistake("The pairs are reversed: the middle word comes first.")
def neighbour_first(tokens, window):
    return [(b, a) for a, b in _pairs(tokens, window)]


@skipgram_pairs.mistake(
    "All neighbours on the right are missing. The window has two sides."
)
def looks_back_only(tokens, window):
    return _pairs(tokens, window, ahead=False)


@skipgram_pairs.mistake(
    "The first and the last words have no pairs. Near the ends the window is shorter, "
    "but its words still count."
)
def skips_the_ends(tokens, window):
    return [
        (tokens[i], tokens[j])
        for i in range(window, len(tokens) - window)
        for j in range(i - window, i + window + 1)
        if j != i
    ]


@skipgram_pairs.mistake(
    "Pairs that occur again are listed once. Keep every occurrence."
)
def pairs_once(tokens, window):
    return list(dict.fromkeys(_pairs(tokens, window)))


@skipgram_pairs.mistake(
    "Only words exactly `window` positions away are neighbours here. All words up to "
    "`window` positions away count."
)
def farthest_only(tokens, window):
    return [
        (tokens[i], tokens[j])
        for i in range(len(tokens))
        for j in (i - window, i + window)
        if 0 <= j < len(tokens)
    ]


@skipgram_pairs.mistake(
    "At the start, neighbours on the left are missing: a slice from a negative index "
    "counts from the end. Begin at max(0, i - window)."
)
def slices_from_a_negative_index(tokens, window):
    found = []
    for i, word in enumerate(tokens):
        near = tokens[i - window : i] + tokens[i + 1 : i + window + 1]
        found += [(word, other) for other in near]
    return found


@skipgram_pairs.mistake(
    "At the start it pairs with the end of the text: negative indices count from the "
    "end. Begin at max(0, i - window)."
)
def indices_below_zero(tokens, window):
    return [
        (tokens[i], tokens[j])
        for i in range(len(tokens))
        for j in range(i - window, i + window + 1)
        if j != i and j < len(tokens)
    ]


@skipgram_pairs.mistake(
    "The pairs went through a set: repeated ones are lost, and so is the order. Keep "
    "every occurrence, in reading order."
)
def set_of_pairs(tokens, window):
    return list(set(_pairs(tokens, window)))


@skipgram_pairs.mistake(
    "The pairs are sorted, and repeated ones are lost. Keep every occurrence, in "
    "reading order."
)
def sorted_set_of_pairs(tokens, window):
    return sorted(set(_pairs(tokens, window)))


@skipgram_pairs.mistake(
    "The nearest neighbours come first. List them from left to right."
)
def nearest_neighbours_first(tokens, window):
    return [
        (tokens[i], tokens[j])
        for i in range(len(tokens))
        for apart in range(1, window + 1)
        for j in (i - apart, i + apart)
        if 0 <= j < len(tokens)
    ]


@skipgram_pairs.right
def pairs_by_slices(tokens, window):
    found = []
    for i, word in enumerate(tokens):
        near = tokens[max(0, i - window) : i] + tokens[i + 1 : i + 1 + window]
        found += [(word, other) for other in near]
    return found


@skipgram_pairs.right
def pairs_by_a_generator(tokens, window):
    return list(_pairs(tokens, window))


lab.concept(
    "two_tables",
    points=1,
    answer=1_000_000,
    why="Two tables of 50 × 10000.",
    because={
        500_000: "Every word has two vectors: one as the middle, one as a neighbour.",
        10_050: "Each of the 10000 words has 50 numbers: they multiply.",
        20_100: "Each of the 10000 words has 50 numbers: they multiply.",
        100_000_000: "V × V is the table of counts that GloVe uses, not E and θ.",
    },
)


def tables(rng, n_e, V, m, k=None):
    """Middle words, neighbours, false neighbours, and two tables; words repeat."""
    center = rng.integers(0, V, m)
    context = (center + rng.integers(1, V, m)) % V  # another word
    if m > 1:
        center[1], context[1] = center[0], context[-1]
    E, theta = 0.7 * rng.normal(size=(2, n_e, V))
    if k is None:
        false = ()
    elif m == 1:
        false = ((context[:, None] + rng.integers(1, V, (1, k))) % V,)
    else:
        false = (rng.integers(0, V, (m, k)),)
    return center, context, *false, E, theta


@lab.check("skipgram_loss", points=7)
def skipgram_loss(rng):
    """One pair, several with repeated words, more coordinates than words."""
    for n_e, V, m in [(3, 5, 1), (4, 6, 5), (6, 4, 8)]:
        yield case(*tables(rng, n_e, V, m))


def _skipgram(center, context, E, theta, *, axis=0, mean=True, add=True, sign=1):
    m, e = len(center), E[:, center]
    z = theta.T @ e
    y = np.exp(z - z.max(axis=axis, keepdims=True))
    y /= y.sum(axis=axis, keepdims=True)
    loss = -np.log(y[context, np.arange(m)]).sum() / (m if mean else 1)
    d = sign * (y - np.eye(len(z))[:, context]) / (m if mean else 1)
    dE = np.zeros(E.shape)
    if add:
        np.add.at(dE.T, center, (theta @ d).T)
    else:
        dE[:, center] += theta @ d
    return loss, {"dE": dE, "dtheta": e @ d.T}


@skipgram_loss.mistake(
    "Softmax over the wrong axis: each pair is a column of scores, over all words."
)
def softmax_over_the_pairs(center, context, E, theta):
    return _skipgram(center, context, E, theta, axis=1)


@skipgram_loss.mistake(
    "The loss is a sum. Average it over the pairs, and the gradients too."
)
def sums_over_the_pairs(center, context, E, theta):
    return _skipgram(center, context, E, theta, mean=False)


@skipgram_loss.mistake(
    "A word that occurs twice keeps only one of its gradients. `dE[:, center] += …` "
    "writes each column once; np.add.at adds."
)
def loses_repeated_words(center, context, E, theta):
    return _skipgram(center, context, E, theta, add=False)


@skipgram_loss.mistake(
    "The gradients have the wrong sign: the gradient of the scores is ŷ - y."
)
def skipgram_gradients_negative(center, context, E, theta):
    return _skipgram(center, context, E, theta, sign=-1)


@skipgram_loss.mistake(
    "The tables of middle words and neighbours are swapped: the middle is in E, the "
    "neighbour in theta."
)
def swaps_middle_and_neighbour(center, context, E, theta):
    return _skipgram(context, center, E, theta)


@skipgram_loss.mistake(
    "The gradients are sums over the pairs. The loss is a mean, and so are they."
)
def skipgram_gradients_summed(center, context, E, theta):
    loss, _ = _skipgram(center, context, E, theta)
    return loss, _skipgram(center, context, E, theta, mean=False)[1]


@skipgram_loss.mistake("The loss is negative: it is *minus* the mean logarithm.")
def skipgram_loss_negative(center, context, E, theta):
    loss, grads = _skipgram(center, context, E, theta)
    return -loss, grads


@skipgram_loss.mistake(
    "dE and dtheta are swapped: the gradient of e_c is θ (ŷ - y), that of θ contains "
    "e_c."
)
def skipgram_tables_in_the_gradients(center, context, E, theta):
    loss, grads = _skipgram(center, context, E, theta)
    return loss, {"dE": grads["dtheta"], "dtheta": grads["dE"]}


@skipgram_loss.mistake(
    "dE is filled in the columns of the neighbours. E belongs to the middle words."
)
def skipgram_columns_of_the_neighbours(center, context, E, theta):
    e = E[:, center]
    d = (ref.softmax(theta.T @ e) - np.eye(theta.shape[1])[:, context]) / len(center)
    loss, grads = _skipgram(center, context, E, theta)
    dE = np.zeros(E.shape)
    np.add.at(dE.T, context, (theta @ d).T)
    return loss, {**grads, "dE": dE}


@skipgram_loss.mistake(
    "The gradients start from ŷ. The gradient of the scores is ŷ - y, with y the "
    "one-hot column of the neighbour."
)
def skipgram_without_the_target(center, context, E, theta):
    loss, _ = _skipgram(center, context, E, theta)
    d = ref.softmax(theta.T @ E[:, center]) / len(center)
    dE = np.zeros(E.shape)
    np.add.at(dE.T, center, (theta @ d).T)
    return loss, {"dE": dE, "dtheta": E[:, center] @ d.T}


@skipgram_loss.right
def skipgram_pair_by_pair(center, context, E, theta):
    loss, dE, dtheta = 0.0, np.zeros(E.shape), np.zeros(theta.shape)
    for c, t in zip(center.tolist(), context.tolist(), strict=True):
        z = theta.T @ E[:, c]
        loss += (np.logaddexp.reduce(z) - z[t]) / len(center)
        d = np.exp(z - np.logaddexp.reduce(z))
        d[t] -= 1
        dE[:, c] += theta @ d / len(center)
        dtheta += np.outer(E[:, c], d) / len(center)
    return loss, {"dE": dE, "dtheta": dtheta}


@skipgram_loss.right
def skipgram_with_one_hots(center, context, E, theta):
    E, theta = E.astype(np.float32), theta.astype(np.float32)
    C, Y = (np.eye(E.shape[1], dtype=np.float32)[i].T for i in (center, context))
    y = np.exp(theta.T @ E @ C)
    y /= y.sum(axis=0)
    d = (y - Y) / len(center)
    return -np.mean(np.log(np.sum(y * Y, axis=0))), {
        "dE": theta @ d @ C.T,
        "dtheta": E @ C @ d.T,
    }


lab.concept(
    "questions_a_pair",
    points=1,
    answer=6,
    why="One for the real neighbour, five for the false ones.",
    because={
        5: "The real neighbour is a question too: its answer is yes.",
        10000: "That is what the full softmax does; here only a few are trained.",
        1: "The false neighbours are questions too: their answer is no.",
        10: "Each false neighbour is one question.",
    },
)


@lab.check("negative_sampling_loss", points=7)
def negative_sampling_loss(rng):
    """One pair, several with repeated words, and scores of several hundred."""
    for n_e, V, m, k in [(3, 5, 1, 1), (4, 6, 5, 3), (6, 4, 8, 2)]:
        yield case(*tables(rng, n_e, V, m, k))
    while True:
        center, context, false, E, theta = tables(rng, 3, 5, 3, 2)
        real = 900 * np.sum(E[:, center] * theta[:, context], axis=0)
        made_up = 900 * np.einsum("dm,dmk->mk", E[:, center], theta[:, false])
        # Every term counts: a real neighbour that seems false, and the opposite, twice.
        if real[:2].max() < -300 and np.sum(made_up > 300) > 1:
            break
    yield case(center, context, false, 30 * E, 30 * theta)


def _negative(
    center,
    context,
    negatives,
    E,
    theta,
    *,
    flip=True,
    mean=True,
    add=True,
    averaged=False,
    real=True,
    turned=1,
):
    m, k = negatives.shape
    asked = np.concatenate([context[:, None], negatives], axis=1)
    e, t = E.T[center], theta.T[asked]
    z = np.einsum("mkd,md->mk", t, e)
    sign = np.ones(k + 1)
    sign[0] = -1
    if not flip:
        sign[:] = -1
    share = np.ones(k + 1)
    if averaged:
        share[1:] = 1 / k
    if not real:
        share[0] = 0
    n = m if mean else 1
    loss = (share * np.logaddexp(0, sign * z)).sum() / n
    dz = turned * share * sign * ref.sigmoid(sign * z) / n
    dE, dtheta = np.zeros(E.T.shape), np.zeros(E.T.shape)
    if add:
        np.add.at(dE, center, np.einsum("mk,mkd->md", dz, t))
        np.add.at(dtheta, asked, dz[:, :, None] * e[:, None, :])
    else:
        dE[center] += np.einsum("mk,mkd->md", dz, t)
        dtheta[asked] += dz[:, :, None] * e[:, None, :]
    return loss, {"dE": dE.T, "dtheta": dtheta.T}


@negative_sampling_loss.mistake(
    "False neighbours are treated as real ones. Their answer is no: σ(-z)."
)
def all_are_real(center, context, negatives, E, theta):
    return _negative(center, context, negatives, E, theta, flip=False)


@negative_sampling_loss.mistake(
    "The loss is a sum. Average it over the pairs, and the gradients too."
)
def negative_sums(center, context, negatives, E, theta):
    return _negative(center, context, negatives, E, theta, mean=False)


@negative_sampling_loss.mistake(
    "A word that occurs twice keeps only one of its gradients: use np.add.at."
)
def negative_loses_repeated_words(center, context, negatives, E, theta):
    return _negative(center, context, negatives, E, theta, add=False)


@negative_sampling_loss.mistake(
    "The false neighbours of a pair were averaged. Their terms add up."
)
def averages_the_false_ones(center, context, negatives, E, theta):
    return _negative(center, context, negatives, E, theta, averaged=True)


@negative_sampling_loss.mistake("The real neighbour is missing in the loss.")
def false_ones_only(center, context, negatives, E, theta):
    return _negative(center, context, negatives, E, theta, real=False)


@negative_sampling_loss.mistake(
    "The gradients have the wrong sign: the gradient of a score is σ - y."
)
def negative_gradients_negative(center, context, negatives, E, theta):
    return _negative(center, context, negatives, E, theta, turned=-1)


@negative_sampling_loss.mistake("The false neighbours are missing in the loss.")
def real_ones_only(center, context, negatives, E, theta):
    return _negative(center, context, negatives[:, :0], E, theta)


@negative_sampling_loss.mistake(
    "The gradients are sums over the pairs. The loss is a mean, and so are they."
)
def negative_gradients_summed(center, context, negatives, E, theta):
    loss, _ = _negative(center, context, negatives, E, theta)
    return loss, _negative(center, context, negatives, E, theta, mean=False)[1]


@negative_sampling_loss.mistake(
    "The tables of middle words and neighbours are swapped: the middle is in E, the "
    "neighbours are in theta."
)
def negative_swaps_the_tables(center, context, negatives, E, theta):
    loss, grads = _negative(center, context, negatives, theta, E)
    return loss, {"dE": grads["dtheta"], "dtheta": grads["dE"]}


@negative_sampling_loss.mistake(
    "It is averaged over all questions. The terms of a pair add up; only the pairs are "
    "averaged."
)
def averages_over_the_questions(center, context, negatives, E, theta):
    loss, grads = _negative(center, context, negatives, E, theta)
    questions = negatives.shape[1] + 1
    return loss / questions, {k: g / questions for k, g in grads.items()}


@negative_sampling_loss.mistake(
    "In dtheta, a word that was drawn twice keeps only one of its gradients: use "
    "np.add.at."
)
def negative_loses_repeated_draws(center, context, negatives, E, theta):
    loss, grads = _negative(center, context, negatives, E, theta)
    _, lost = _negative(center, context, negatives, E, theta, add=False)
    return loss, {**grads, "dtheta": lost["dtheta"]}


@negative_sampling_loss.right
def negative_pair_by_pair(center, context, negatives, E, theta):
    loss, dE, dtheta = 0.0, np.zeros(E.shape), np.zeros(theta.shape)
    m = len(center)
    for c, t, false in zip(center, context, negatives, strict=True):
        for word, y in [(t, 1), *((n, 0) for n in false)]:
            z = theta[:, word] @ E[:, c]
            loss += (max(z, 0) - y * z + math.log1p(math.exp(-abs(z)))) / m
            s = 0.5 + 0.5 * math.tanh(z / 2)
            dE[:, c] += (s - y) * theta[:, word] / m
            dtheta[:, word] += (s - y) * E[:, c] / m
    return loss, {"dE": dE, "dtheta": dtheta}


@negative_sampling_loss.right
def negative_in_float32(center, context, negatives, E, theta):
    E, theta = E.astype(np.float32), theta.astype(np.float32)
    return _negative(center, context, negatives, E, theta)


lab.concept(
    "three_quarters",
    points=1,
    answer="A",
    why="A power below 1 flattens: 16 to 1 becomes 8 to 1.",
    because={
        "B": "That would be the power 0. With 3/4, 16 to 1 becomes 8 to 1.",
        "C": "That would be a power above 1.",
        "D": "1 to any power is 1: they can still be drawn.",
    },
)


@lab.check("sample_negatives", points=5, driver="drawn", rtol=0.04, atol=0.02)
def sample_negatives(rng):
    """Shapes and range; frequencies of 200000 draws, for even and uneven counts."""
    yield case(rng.integers(1, 50, 8), 12, int(rng.integers(1000)), "form")
    for counts in ([16, 1, 81], [500, 20, 20, 3, 1], [7, 7, 7]):
        counts = np.array(counts) * int(rng.integers(1, 4))
        yield case(counts, 200_000, int(rng.integers(1000)), "frequencies")
    counts = rng.permutation([9, 0, 4, 2])  # a word that does not occur
    yield case(counts, 200_000, int(rng.integers(1000)), "frequencies")


@sample_negatives.expect
def frequencies_expected(counts, k, seed, ask):
    weights = counts**0.75
    form = {
        "shape": [k],
        "whole numbers": True,
        "in range": True,
        "a word may come twice": True,
        "the generator decides": True,
    }
    return form if ask == "form" else weights / weights.sum()


def _drawn(weights, k, rng):
    return rng.choice(len(weights), size=k, p=weights / weights.sum())


@sample_negatives.mistake("Drawn by plain frequency: the power 3/4 is missing.")
def by_frequency(counts, k, rng):
    return _drawn(counts, k, rng)


@sample_negatives.mistake("All words are equally likely: the counts are not used.")
def evenly(counts, k, rng):
    return rng.integers(0, len(counts), k)


@sample_negatives.mistake("The power is 4/3, which favours frequent words. It is 3/4.")
def power_upside_down(counts, k, rng):
    return _drawn(counts ** (4 / 3), k, rng)


@sample_negatives.mistake("The draws do not come from `rng`: call its methods.")
def uses_another_generator(counts, k, rng):
    weights = counts**0.75
    return np.random.choice(len(counts), size=k, p=weights / weights.sum())


@sample_negatives.mistake("One word is drawn. Draw k of them.")
def draws_one(counts, k, rng):
    weights = counts**0.75
    return np.array([rng.choice(len(counts), p=weights / weights.sum())])


@sample_negatives.mistake(
    "The draws are floats. They will be used as indices: return ints."
)
def draws_as_floats(counts, k, rng):
    return _drawn(counts**0.75, k, rng).astype(float)


@sample_negatives.mistake("The power is 1/2. It is 3/4.")
def power_of_a_half(counts, k, rng):
    return _drawn(counts**0.5, k, rng)


@sample_negatives.mistake(
    "No word is drawn twice. Draw with replacement: each draw is independent of the "
    "others."
)
def draws_without_replacement(counts, k, rng):
    weights = counts**0.75
    again = k > len(counts)
    p = weights / weights.sum()
    return rng.choice(len(weights), size=k, p=p, replace=again)


@sample_negatives.mistake(
    "It draws without replacement, so k can be too large. Draw with replacement: each "
    "draw is independent of the others."
)
def draws_each_word_once(counts, k, rng):
    weights = counts**0.75
    p = weights / weights.sum()
    return rng.choice(len(weights), size=k, replace=False, p=p)


@sample_negatives.mistake("Words that do not occur are drawn as well.")
def draws_absent_words(counts, k, rng):
    return _drawn(np.maximum(counts, 1) ** 0.75, k, rng)


@sample_negatives.right
def draws_by_cumulative_sums(counts, k, rng):
    edges = np.cumsum(np.asarray(counts, np.float64) ** 0.75)
    return np.searchsorted(edges, rng.random(k) * edges[-1], side="right")


@sample_negatives.right
def draws_by_gumbel(counts, k, rng):
    scores = 0.75 * np.log(counts)[None, :]
    return np.argmax(scores + rng.gumbel(size=(k, len(counts))), axis=1)


# --- GloVe ---------------------------------------------------------------------------

lab.concept(
    "why_f",
    points=1,
    answer="C",
    why="From x_max on all pairs have weight 1; below it, rarer pairs have less.",
    because={
        "A": "J stays a sum of squares; no probability is in it.",
        "B": "X is symmetric by the way it is counted; f acts on each entry.",
        "D": "The vectors' lengths are free; f is the weight of a squared error.",
    },
)


@lab.check("cooccurrence", points=5)
def cooccurrence(rng):
    """Windows of 1 to 3, words that repeat side by side, a window beyond the text.

    The statement: each occurrence within the window counts 1, on both sides, also of
    the word itself · as many rows and columns as words.
    """
    for n, V, window in [(9, 6, 2), (12, 4, 1), (20, 5, 3), (8, 7, 11)]:
        tokens = rng.integers(0, V, n)
        tokens[:3] = [0, 0, 1]
        tokens[-1] = V - 1
        yield case(tokens, window)


def _counted(tokens, window, *, both=True, once=False, near=False, same=True, more=1):
    V = int(max(tokens)) + more
    X = np.zeros((V, V))
    for i in range(len(tokens)):
        for j in range(i + 1, min(len(tokens), i + window + 1)):
            a, b = tokens[i], tokens[j]
            if a == b and not same:
                continue
            weight = 1 / (j - i) if near else 1
            X[a, b] += weight
            if both:
                X[b, a] += weight
    return np.minimum(X, 1) if once else X


@cooccurrence.mistake(
    "Only neighbours on one side are counted. Left and right: X is symmetric."
)
def counts_one_side(tokens, window):
    return _counted(tokens, window, both=False)


@cooccurrence.mistake(
    "Pairs that occur again count once. `X[a, b] += 1` with arrays writes each entry "
    "once; np.add.at adds."
)
def counts_once(tokens, window):
    return _counted(tokens, window, once=True)


@cooccurrence.mistake(
    "A neighbour that is the same word is left out. Another occurrence of the word "
    "counts."
)
def leaves_out_equal_words(tokens, window):
    return _counted(tokens, window, same=False)


@cooccurrence.mistake(
    "Near neighbours count more than far ones. Here each within the window counts 1."
)
def counts_by_nearness(tokens, window):
    return _counted(tokens, window, near=True)


@cooccurrence.mistake(
    "The window is one too small: neighbours `window` positions away belong to it."
)
def window_too_small(tokens, window):
    return _counted(tokens, window - 1)


@cooccurrence.mistake(
    "The diagonal is twice as large as it should be. Two occurrences of a word near "
    "each other add 2 to its entry: each has the other in its window."
)
def counts_equal_words_double(tokens, window):
    X = _counted(tokens, window)
    return X + np.diag(np.diag(X))


@cooccurrence.mistake(
    "Every occurrence counts as its own neighbour. Skip the position in the middle."
)
def counts_the_middle(tokens, window):
    return _counted(tokens, window) + np.diag(np.bincount(tokens).astype(float))


@cooccurrence.mistake("All counts are twice as large as they should be.")
def counts_double(tokens, window):
    return 2 * _counted(tokens, window)


@cooccurrence.mistake(
    "There is one row and one column too many: the words are 0 to V - 1."
)
def a_row_too_many(tokens, window):
    return _counted(tokens, window, more=2)


@cooccurrence.mistake(
    "At the start it counts words at the end of the text: negative indices count from "
    "the end."
)
def counts_across_the_start(tokens, window):
    X = np.zeros((max(tokens) + 1, max(tokens) + 1))
    for i in range(len(tokens)):
        for j in range(i - window, i + window + 1):
            if j != i and j < len(tokens):
                X[tokens[i], tokens[j]] += 1
    return X


@cooccurrence.right
def cooccurrence_with_loops(tokens, window):
    return _counted(tokens.tolist(), window)


@cooccurrence.right
def cooccurrence_with_one_hots(tokens, window):
    O = np.eye(tokens.max() + 1, dtype=np.float32)[tokens]  # noqa: E741
    apart = np.abs(np.subtract.outer(np.arange(len(tokens)), np.arange(len(tokens))))
    near = ((apart > 0) & (apart <= window)).astype(np.float32)
    return O.T @ near @ O


@lab.check("glove_loss", points=7)
def glove_loss(rng):
    """Counts with zeros, small and beyond x_max; the usual and other settings."""
    for n_e, V, given in [
        (3, 5, {"x_max": 8.0}),
        (4, 4, {"x_max": 5.0, "alpha": 0.5}),
        (2, 6, {}),
    ]:
        X = rng.integers(0, 12, (V, V)).astype(float)
        X[0, 1] = 0
        X[1, 0], X[1, 1] = 9, 150
        theta, E = rng.normal(size=(2, n_e, V))
        yield case(X, theta, E, rng.normal(size=V), rng.normal(size=V), **given)


def _glove(
    X,
    theta,
    E,
    b,
    b_prime,
    x_max,
    alpha,
    *,
    cap=True,
    two=2.0,
    weigh=True,
    swap=False,
    biases=True,
    log=True,
):
    f = (X / x_max) ** alpha
    f = np.minimum(1, f) if cap else f
    if not weigh:
        f = (X > 0).astype(float)
    D = theta.T @ E - (np.log(np.where(X > 0, X, 1)) if log else X)
    if biases:
        D = D + (
            b[None, :] + b_prime[:, None] if swap else b[:, None] + b_prime[None, :]
        )
    R = two * f * D
    rows, columns = R.sum(axis=1), R.sum(axis=0)
    return np.sum(f * D * D), {
        "dtheta": E @ R.T,
        "dE": theta @ R,
        "db": columns if swap else rows,
        "db_prime": rows if swap else columns,
    }


@glove_loss.mistake(
    "The weight is not capped: beyond x_max it is 1, so that frequent pairs do not "
    "decide everything."
)
def weight_without_cap(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    return _glove(X, theta, E, b, b_prime, x_max, alpha, cap=False)


@glove_loss.mistake("The weight f(X) is missing: every pair that occurs weighs 1.")
def without_weight(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    return _glove(X, theta, E, b, b_prime, x_max, alpha, weigh=False)


@glove_loss.mistake(
    "The gradients are half as large: the derivative of a square has a factor of 2."
)
def forgets_the_two(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    return _glove(X, theta, E, b, b_prime, x_max, alpha, two=1.0)


@glove_loss.mistake("b and b' are swapped: b belongs to the rows, b[:, np.newaxis].")
def swaps_the_biases(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    return _glove(X, theta, E, b, b_prime, x_max, alpha, swap=True)


@glove_loss.mistake(
    "The result is nan: log 0 is -∞, and 0 · ∞ is undefined. Use any positive number "
    "where X is 0."
)
def log_of_zero(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    f = np.minimum(1, (X / x_max) ** alpha)
    D = theta.T @ E + b[:, None] + b_prime - np.log(X)
    R = 2 * f * D
    return np.sum(f * D * D), {
        "dtheta": E @ R.T,
        "dE": theta @ R,
        "db": R.sum(axis=1),
        "db_prime": R.sum(axis=0),
    }


@glove_loss.mistake("X is subtracted in the bracket. Subtract its logarithm.")
def glove_without_logarithm(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    return _glove(np.where(X > 0, X, 0), theta, E, b, b_prime, x_max, alpha, log=False)


@glove_loss.mistake("The biases are missing in the bracket.")
def glove_without_biases(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    return _glove(X, theta, E, b, b_prime, x_max, alpha, biases=False)


@glove_loss.mistake("The loss is halved. It is the sum itself.")
def glove_halved(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    loss, grads = _glove(X, theta, E, b, b_prime, x_max, alpha)
    return loss / 2, grads


@glove_loss.mistake("That is a mean over all pairs. The loss is their sum.")
def glove_mean(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    loss, grads = _glove(X, theta, E, b, b_prime, x_max, alpha)
    return loss / X.size, {k: g / X.size for k, g in grads.items()}


@glove_loss.mistake(
    "dtheta and dE are swapped: theta belongs to the rows of X, E to the columns."
)
def glove_tables_swapped(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    loss, grads = _glove(X, theta, E, b, b_prime, x_max, alpha)
    return loss, grads | {"dtheta": grads["dE"], "dE": grads["dtheta"]}


def _other_glove(X, theta, E, b, b_prime, weight, logarithm, in_gradients=None):
    """Loss and gradients with another weight or another logarithm."""
    D = theta.T @ E + b[:, None] + b_prime - logarithm
    R = 2 * (weight if in_gradients is None else in_gradients) * D
    return np.sum(weight * D * D), {
        "dtheta": E @ R.T,
        "dE": theta @ R,
        "db": R.sum(axis=1),
        "db_prime": R.sum(axis=0),
    }


@glove_loss.mistake("The weight f(X) is missing in the gradients: R = 2 f(X) * D.")
def gradients_without_weight(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    weight, log = np.minimum(1, (X / x_max) ** alpha), np.log(np.where(X > 0, X, 1))
    return _other_glove(X, theta, E, b, b_prime, weight, log, 1.0)


@glove_loss.mistake(
    "The logarithm is that of X + 1. Take ln X; where X is 0 the weight is 0, so any "
    "number will do there."
)
def logarithm_of_one_more(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    weight = np.minimum(1, (X / x_max) ** alpha)
    return _other_glove(X, theta, E, b, b_prime, weight, np.log(X + 1))


@glove_loss.mistake("The argument alpha is not used: the power is always 3/4.")
def always_three_quarters(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    return ref.glove_loss(X, theta, E, b, b_prime, x_max)


@glove_loss.mistake("The argument x_max is not used: it is always 100.")
def always_a_hundred(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    return ref.glove_loss(X, theta, E, b, b_prime, 100.0, alpha)


@glove_loss.mistake("db and db_prime are swapped: b belongs to the rows, axis 0 of X.")
def bias_gradients_swapped(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    loss, grads = ref.glove_loss(X, theta, E, b, b_prime, x_max, alpha)
    return loss, grads | {"db": grads["db_prime"], "db_prime": grads["db"]}


@glove_loss.right
def glove_with_loops(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    loss = 0.0
    g = [np.zeros(a.shape) for a in (theta, E, b, b_prime)]
    for i, j in np.argwhere(X > 0):
        f = min(1.0, (X[i, j] / x_max) ** alpha)
        d = theta[:, i] @ E[:, j] + b[i] + b_prime[j] - math.log(X[i, j])
        loss += f * d * d
        g[0][:, i] += 2 * f * d * E[:, j]
        g[1][:, j] += 2 * f * d * theta[:, i]
        g[2][i] += 2 * f * d
        g[3][j] += 2 * f * d
    return loss, dict(zip(("dtheta", "dE", "db", "db_prime"), g, strict=True))


@glove_loss.right
def glove_in_float32(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    X, theta, E, b, b_prime = (a.astype(np.float32) for a in (X, theta, E, b, b_prime))
    return _glove(X, theta, E, b, b_prime, x_max, alpha)


# --- emoji ---------------------------------------------------------------------------

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
    vectors = in_float32(word_to_vec_map)
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
    nearly empty vectors shows b's updates alone.
    """
    for n_y, settings in [
        (3, {}),
        (2, {"learning_rate": 0.1, "num_iterations": 200}),
        (4, {"num_iterations": 2, "learning_rate": 1e-3}),
    ]:
        centres = 3 * np.eye(6)[:n_y] - 1 + 0.2 * rng.normal(size=(n_y, 6))
        vectors, sentences, labels = {}, [], []
        for i in range(4 * n_y):
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
    for V, n_e, n_y, n_a in [(6, 4, 3, 5), (9, 5, 2, 6)]:
        vectors, order = small_language(rng, V, n_e)
        rows = np.zeros((6, 5), int)
        for i, row in enumerate(rows):
            n = 3 + i % 3
            row[:n] = 1 + rng.permutation(V)[:n]
        yield case(vectors, order, n_y, n_a, rows)


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
                known = np.asarray(indices) != 0
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
