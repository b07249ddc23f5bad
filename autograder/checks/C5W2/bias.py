"""Hidden tests of C5W2: prejudice, measured and taken out."""

import numpy as np

from autograder.checks.C5W2.common import lab, ref, words_of
from autograder.checks.check import case
from autograder.checks.precision import as_float32


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
    vectors = as_float32(word_to_vec_map)
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
def neutralize_by_the_cosine(word, g, word_to_vec_map):
    e = word_to_vec_map[word]
    along = ref.cosine_similarity(e, g) * np.linalg.norm(e)
    return e - along * g / np.linalg.norm(g)


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
    vectors = as_float32(word_to_vec_map)
    return list(_equalized(pair, bias_axis.astype(np.float32), vectors))
