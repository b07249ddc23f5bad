# %% [markdown]
# # Words as points on a map
# To last week's network a word was a number without meaning. Here each word becomes a
# **point**: fifty coordinates, learned from text alone, such that similar words lie
# close together and directions carry meaning. You will do arithmetic with words, find
# the prejudice that their vectors picked up from us and take it out, train vectors of
# your own on Shakespeare in two ways, and teach a machine which emoji suits a sentence.
#
# **Time** about three hours, in six parts; stop after any of them, and run the cells
# above again when you return. **You need** dot products, the softmax, and a little
# patience for gradients.

# %% [markdown]
# ## The map
# | part | you write | points |
# |---|---|---|
# | 1 Near and far | `cosine_similarity` `complete_analogy` | 10 |
# | 2 Prejudice | `bias_axis` `neutralize` `equalize` | 16 |
# | 3 One column of a table | `embedding_lookup` | 3 |
# | 4 Learn from neighbours | `skipgram_pairs` `skipgram_loss` and two more | 24 |
# | 5 Learn from counts | `cooccurrence` `glove_loss` | 12 |
# | 6 Sentence to emoji | `sentence_to_avg` `model` `emojify_lstm` and two more | 22 |
#
# Eight short questions are worth 8 points, and one answer in your own words is worth 5.

# %% [markdown]
# **After this lab you can** say what a word vector is and where it comes from, measure
# similarity and bias, write the losses of word2vec and GloVe with their gradients, and
# tell when an average of words is enough and when order matters.
#
# Each exercise is followed by a cell with `check(…)`, which runs your function on a few
# fixed cases and often recognizes the mistake. Your grade comes from the same type of
# check on fresh cases. Hints are folded under each task; each title is a symptom you
# might see. Answer short questions with a letter in quotes, such as `"B"`, or with a
# number.

# %%
import timeit
from collections import Counter

import numpy as np

from helpers import data, nn, plots, text
from helpers.checks import checks_for
from helpers.plots.labs.c5w2 import word_map

check = checks_for("C5W2")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | shape | meaning |
# |---|---|---|---|
# | $V$, $n_e$ | | numbers | words in the vocabulary, coordinates of each |
# | $o_w$ | | $(V, 1)$ | one-hot column of word $w$ |
# | $E$ | `E` | $(n_e, V)$ | embedding matrix, a column for each word |
# | $e_w$ | `E[:, w]` | $(n_e,)$ | vector of word $w$ |
# | $\theta_w$ | `theta[:, w]` | $(n_e,)$ | second vector, of $w$ as a neighbour |
# | $g$ | `g` | $(n_e,)$ | an axis: the direction of a meaning |
# | $X_{ij}$ | `X` | $(V, V)$ | how often word $j$ occurs near word $i$ |


# %%
def sigmoid(z):
    """Logistic function, elementwise."""
    return 0.5 * (1 + np.tanh(0.5 * z))


def softmax(z):
    """Softmax of each column: `(n, m)` scores to probabilities."""
    e = np.exp(z - np.max(z, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


# %% [markdown]
# # Part 1 · Near and far
# A one-hot column says *which* word, and nothing else: any two are equally far apart.
# Suppose you described words by features instead:
#
# | | man | woman | king | queen | apple |
# |---|---|---|---|---|---|
# | gender | −1 | 1 | −0.95 | 0.97 | 0.0 |
# | royal | 0.01 | 0.02 | 0.93 | 0.95 | −0.01 |
# | food | 0.04 | 0.01 | 0.02 | 0.01 | 0.95 |
#
# Now *king* and *queen* share a feature, *apple* is far away, and what you learn about
# one word helps with similar ones. Real vectors are learned; their 50 features have no
# names. Here are some from **GloVe**, computed from six billion words of text.

# %% concept="one_hot_likeness"
# What is the cosine of the angle between the one-hot columns of two different words,
# say orange and apple? (Answer with a number.)
one_hot_likeness = None

# %% demo cover=true
glove = data.load("glove")
vectors = dict(zip(glove.words, glove.vectors.astype(float), strict=True))
print(f"{len(vectors)} words; the vector of 'queen' begins", vectors["queen"][:5])
groups = {
    "countries": ["france", "japan", "greece", "russia"],
    "capitals": ["paris", "tokyo", "athens", "moscow"],
    "animals": ["dog", "horse", "cow", "lion", "mouse"],
    "numbers": ["three", "twenty"],
    "feelings": ["happy", "sad", "angry", "proud"],
}
words = [word for group in groups.values() for word in group]
table = np.array([vectors[word] for word in words])
table -= table.mean(axis=0)
directions = np.linalg.svd(table, full_matrices=False)[2][:2]
word_map(
    groups,
    dict(zip(words, table @ directions.T, strict=True)),
    arrows=list(zip(groups["countries"], groups["capitals"], strict=True)),
    reading="50 coordinates projected onto the two directions in which they vary most "
    "(SVD). Words of one type lie together, though nobody told it what an animal is.",
)

# %% [markdown]
# ## The idea
# How similar are two words? Do not take the distance: frequent words have longer
# vectors. Take the **angle** between them:
#
# $$\cos(u, v) = \frac{u \cdot v}{\lVert u \rVert \, \lVert v \rVert}$$
#
# By hand: $u = (3, 4)$ and $v = (4, 3)$ give $24 / (5 \cdot 5) = 0.96$. For the same
# direction the cosine is 1, for a right angle 0, for opposite directions −1.

# %% [markdown]
# ### Exercise 1 · `cosine_similarity` · 4 points · about 5 minutes
# Compute the cosine by this formula; if either vector is all zeros, return 0.
#
# <details><summary>A zero vector gives nan</summary>
#
# 0 / 0 is undefined. Return 0 if either length is 0.
# </details>


# %% exercise="cosine_similarity"
def cosine_similarity(u, v):
    """Cosine of the angle between two vectors.

    Args:
        u: array `(n,)`.
        v: array `(n,)`.

    Returns:
        A number from -1 to 1; 0 where a vector is all zeros.

    Example:
        >>> cosine_similarity(np.array([3.0, 4.0]), np.array([4.0, 3.0]))
        0.96
    """
    ### BEGIN SOLUTION
    lengths = np.linalg.norm(u) * np.linalg.norm(v)
    return 0.0 if lengths == 0 else float(np.dot(u, v) / lengths)
    ### END SOLUTION


# %% check="cosine_similarity"
check(cosine_similarity)


# %% demo
def neighbours(word, table, count=6):
    """The words with the largest cosine with a given word, by your function."""
    likeness = {w: cosine_similarity(table[word], v) for w, v in table.items()}
    return sorted(likeness, key=likeness.get, reverse=True)[1 : count + 1]


# Before you run: which words will be nearest to "apple", the fruit or the firm?
for word in ["king", "sad", "seven", "guitar", "apple"]:
    print(f"{word:8}", ", ".join(neighbours(word, vectors)))

# %% [markdown]
# ## Arithmetic with meaning
# "*man* is to *woman* as *king* is to …?" If differences carry meaning, then
# $e_{woman} - e_{man}$ should point the same way as $e_? - e_{king}$. So look for the
# word $w$ with the largest
#
# $$\cos(e_b - e_a,\; e_w - e_c)$$
#
# among all words but the three of the question: otherwise the answer may be one of
# them.

# %% concept="analogy_formula"
# "a is to b as c is to w". With a = paris, b = france, c = rome, near which point
# should w lie?
# A: e(paris) − e(france) + e(rome)
# B: e(france) − e(paris) + e(rome)
# C: e(france) + e(paris) − e(rome)
# D: e(rome) − e(france) − e(paris)
analogy_formula = None

# %% [markdown]
# ### Exercise 2 · `complete_analogy` · 6 points · about 8 minutes
# Return the word $w$ with the largest $\cos(e_b - e_a,\; e_w - e_c)$. The words of the
# question may contain capitals; the dictionary's keys are in lower case. (The $w$ with
# the largest $\cos(e_b - e_a + e_c,\; e_w)$, a common variant, is accepted too.)
#
# <details><summary>It answers with a word of the question</summary>
#
# Leave out all three, in lower case.
# </details>
# <details><summary>The answer makes no sense</summary>
#
# The difference goes from a to b: $e_b - e_a$. And the largest cosine wins; it may be
# negative, so do not start from 0.
# </details>


# %% exercise="complete_analogy"
def complete_analogy(word_a, word_b, word_c, word_to_vec_map):
    """Find the word that is to c as b is to a (Mikolov et al., 2013).

    Args:
        word_a: a word, in any case.
        word_b: a word, in any case.
        word_c: a word, in any case.
        word_to_vec_map: dictionary from lower-case word to vector `(n_e,)`.

    Returns:
        The best word, none of the three.
    """
    ### BEGIN SOLUTION
    asked = [word.lower() for word in (word_a, word_b, word_c)]
    e_a, e_b, e_c = (word_to_vec_map[word] for word in asked)
    others = [word for word in word_to_vec_map if word not in asked]
    return max(
        others, key=lambda w: cosine_similarity(e_b - e_a, word_to_vec_map[w] - e_c)
    )
    ### END SOLUTION


# %% check="complete_analogy"
check(complete_analogy)

# %% demo
for a, b, c in [
    ("man", "woman", "king"),
    ("italy", "italian", "spain"),
    ("small", "smaller", "large"),
    ("walk", "walked", "play"),
]:
    print(f"{a} → {b}  as  {c} → {complete_analogy(a, b, c, vectors)}")

# %% [markdown]
# A few good examples prove nothing. Here are 597 questions of eleven types, each with
# one right answer among 10388 words; for speed, the code searches the whole vocabulary
# at once for the word nearest to $e_b - e_a + e_c$, the variant of exercise 2. A random
# answer is right in 0.01 % of all cases; the baseline answers with the nearest
# neighbour of $c$, without any arithmetic. **Predict**: on which type of question is
# the arithmetic best, and on which is it worst? And what does this variant answer for
# *man*, *woman* and *king*?

# %% demo
number = {word: i for i, word in enumerate(glove.words)}
unit = glove.vectors.astype(np.float32)
unit /= np.linalg.norm(unit, axis=1, keepdims=True)
a, b, c, d = np.array([[number[word] for word in q] for q in glove.analogies]).T


def nearest(wanted, *asked):
    """Number of the word nearest to each row of `wanted`, without those asked."""
    similarity = wanted @ unit.T
    for word in asked:
        similarity[np.arange(len(wanted)), word] = -np.inf
    return similarity.argmax(axis=1)


raw = glove.vectors.astype(np.float32)
right = nearest(raw[b] - raw[a] + raw[c], a, b, c) == d
baseline = nearest(raw[c], a, b, c) == d
types = glove.analogy_categories
accuracy = {name: np.mean(right[types == k]) for k, name in enumerate(glove.classes)}
for name, value in sorted(accuracy.items(), key=lambda pair: -pair[1]):
    print(f"{value:5.0%}  {name}")
man, woman, king = (number[word] for word in ("man", "woman", "king"))
(answer,) = nearest(raw[[woman]] - raw[[man]] + raw[[king]], man, woman, king)
print(f"\nman → woman  as  king → {glove.words[answer]}, by this variant")
plots.bars(
    {"neighbour of c": np.mean(baseline), "b − a + c": np.mean(right)},
    ylabel="questions answered right",
    percent=True,
    reading=f"The arithmetic raises the accuracy from {np.mean(baseline):.0%} to "
    f"{np.mean(right):.0%}.",
)

# %% [markdown]
# # Part 2 · Prejudice, measured and taken out
# The vectors learned from what people wrote, prejudice included. To measure it we need
# an **axis**, the direction from *man* to *woman*. A single pair is unreliable: *man*
# also means "human", and *mary* is also the name of queens and saints. What many pairs
# have in common is the direction we want.
#
# Stack the differences of $k$ pairs as rows, $(k, n_e)$, and take the direction along
# which they are longest: the first right singular vector of the **SVD**. Do *not*
# subtract their mean first: the mean is just what they have in common.

# %% [markdown]
# ### Exercise 3 · `bias_axis` · 5 points · about 8 minutes
# For one pair return its difference, first word minus second, unscaled. For several,
# return that singular vector, of length 1, from `U, S, Vt = np.linalg.svd(D,
# full_matrices=False)`. Choose its sign so that it points from the second words to the
# first: its dot product with the sum of the differences is positive.
#
# <details><summary>Every value has the wrong sign</summary>
#
# A singular vector's sign is arbitrary. Compare with the sum of the differences.
# </details>
# <details><summary>The result has the wrong length, or all values are wrong</summary>
#
# Right singular vectors are the *rows* of `Vt`, the third result; take the first row.
# </details>


# %% exercise="bias_axis"
def bias_axis(pairs, word_to_vec_map):
    """Direction from the second words of some pairs to the first.

    Args:
        pairs: list of pairs of words, such as `[("woman", "man"), ("she", "he")]`.
        word_to_vec_map: dictionary from word to vector `(n_e,)`.

    Returns:
        Array `(n_e,)`: for one pair the difference of its vectors; for several, the
        first right singular vector of their differences (length 1).
    """
    ### BEGIN SOLUTION
    differences = np.array(
        [word_to_vec_map[one] - word_to_vec_map[other] for one, other in pairs]
    )
    if len(pairs) == 1:
        return differences[0]
    axis = np.linalg.svd(differences, full_matrices=False)[2][0]
    return axis if axis @ differences.sum(axis=0) > 0 else -axis
    ### END SOLUTION


# %% check="bias_axis"
check(bias_axis)

# %% [markdown]
# **Predict**: where do *nurse*, *captain*, *architect* and *editor* lie on the axis
# from *man* to *woman*? Names should lie far out. And jobs?

# %% demo
units = {word: v / np.linalg.norm(v) for word, v in vectors.items()}
pairs = [("woman", "man"), ("she", "he"), ("mother", "father"), ("girl", "boy")]
pairs += [("daughter", "son"), ("her", "his"), ("female", "male"), ("mary", "john")]
g = bias_axis(pairs, units)
jobs = text.tokenize("""
nurse secretary teacher dancer singer writer lawyer doctor scientist engineer captain
manager architect farmer soldier journalist artist professor judge cook boss librarian
programmer chef pilot driver guard coach player musician poet author editor reporter
photographer designer director producer painter sculptor carpenter mechanic surgeon
physician dentist psychologist economist historian philosopher mathematician physicist
chemist biologist minister bishop politician senator governor mayor ambassador
diplomat banker accountant clerk cashier housekeeper receptionist hairdresser nanny
stylist baker butcher fisherman hunter commander sheriff officer detective attorney
broker trader entrepreneur inventor astronaut therapist counselor tutor lecturer dean
student trainer athlete boxer magician comedian violinist pianist composer conductor
""")
jobs = [job for job in jobs if job in units]
lean = {job: cosine_similarity(units[job], g) for job in jobs}
jobs.sort(key=lean.get)
shown = jobs[:7] + jobs[len(jobs) // 2 - 3 : len(jobs) // 2 + 3] + jobs[-7:]
names = ["john", "paul", "peter", "anna", "maria", "julia"]
word_map(
    {"jobs": shown, "names": names},
    {
        word: (cosine_similarity(units[word], g), y)
        for y, word in enumerate([*shown, *names])
    },
    xlabel="cosine with the axis, from man (left) to woman (right)",
    reading=f"Some of {len(jobs)} jobs: both ends and the middle of the list. No job "
    "has a gender by itself. The text that the vectors come from gave them one.",
)

# %% [markdown]
# ## Neutralize
# If a word should have nothing to do with the axis, subtract its component along it.
#
# $$e^{\text{along}} = \frac{e \cdot g}{\lVert g \rVert^2}\, g \qquad
# e^{\text{neutral}} = e - e^{\text{along}}$$
#
# By hand: $e = (3, 4)$, $g = (2, 0)$: the component along $g$ is $\frac{6}{4}(2, 0) =
# (3, 0)$, and $(0, 4)$ remains.

# %% [markdown]
# ### Exercise 4 · `neutralize` · 5 points · about 5 minutes
# Return $e^{\text{neutral}}$ for the vector of one word. The axis may have any length,
# and the dictionary must not change.
#
# <details><summary>It is right only if g has length 1</summary>
#
# Divide by the *squared* length of g.
# </details>


# %% exercise="neutralize"
def neutralize(word, g, word_to_vec_map):
    """Subtract a word's component along an axis (Bolukbasi et al., 2016).

    Args:
        word: a word.
        g: array `(n_e,)`, the axis, of any length but 0.
        word_to_vec_map: dictionary from word to vector `(n_e,)`; stays as it is.

    Returns:
        Array `(n_e,)`, orthogonal to g.
    """
    ### BEGIN SOLUTION
    e = word_to_vec_map[word]
    return e - (e @ g) / (g @ g) * g
    ### END SOLUTION


# %% check="neutralize"
check(neutralize)

# %% [markdown]
# ## Equalize
# *Actress* and *actor* should differ in gender, and **only** in it, and be equally far
# from every neutral word. For a pair of unit vectors, with $\mu$ their mean:
#
# $$\mu_B = \frac{\mu \cdot g}{\lVert g \rVert^2} g, \quad
# \mu_\perp = \mu - \mu_B, \quad e_{iB} = \frac{e_i \cdot g}{\lVert g \rVert^2} g$$
# $$e_i^{\text{new}} = \mu_\perp + \sqrt{1 - \lVert\mu_\perp\rVert^2}\;
# \frac{e_{iB} - \mu_B}{\lVert e_{iB} - \mu_B\rVert}$$
#
# Both keep $\mu_\perp$, what they have in common, and get opposite components along
# $g$, just long enough to make them unit vectors again.

# %% [markdown]
# ### Exercise 5 · `equalize` · 6 points · about 10 minutes
# Return both new vectors of a pair by these formulas, in the order of the pair. The
# axis may have any length but 0.
#
# <details><summary>The results are shorter or longer than 1</summary>
#
# The square root supplies the missing length; check that it multiplies the fraction.
# </details>
# <details><summary>result[0] is nearly right</summary>
#
# The denominator is the length of the numerator, $e_{iB} - \mu_B$.
# </details>


# %% exercise="equalize"
def equalize(pair, bias_axis, word_to_vec_map):
    """Make a pair of words differ along an axis only (Bolukbasi et al., 2016).

    Args:
        pair: two words.
        bias_axis: array `(n_e,)`, of any length but 0.
        word_to_vec_map: dictionary from word to **unit** vector `(n_e,)`.

    Returns:
        e1, e2: arrays `(n_e,)` of length 1, with opposite components along the axis
            and the same component orthogonal to it.
    """
    ### BEGIN SOLUTION
    g = bias_axis / np.linalg.norm(bias_axis)
    e1, e2 = (word_to_vec_map[word] for word in pair)
    mu = (e1 + e2) / 2
    mu_along = (mu @ g) * g
    mu_across = mu - mu_along
    length = np.sqrt(np.abs(1 - mu_across @ mu_across))
    parts = [(e @ g) * g - mu_along for e in (e1, e2)]
    return tuple(mu_across + length * part / np.linalg.norm(part) for part in parts)
    ### END SOLUTION


# %% check="equalize"
check(equalize)

# %% [markdown]
# ### Before and after
# Neutralize all the jobs, and equalize *actress* and *actor*. Two measures: the mean
# absolute cosine between a job and the axis, and the mean gap between a job's cosines
# with the two words of the pair. **Predict** both afterwards.
#
# Then a third: take each job's five nearest jobs. Does the mean of their **former**
# cosines with the axis still predict the job's own former cosine? (Correlation: 1 means
# perfectly, 0 not at all.)


# %% demo
def measured(table, pair):
    """Mean cosine with the axis, mean gap of the pair, correlation with neighbours."""
    similarity = np.array(
        [[cosine_similarity(table[i], table[j]) for j in jobs] for i in jobs]
    )
    nearest = np.argsort(-similarity, axis=1)[:, 1:6]
    leans = np.array([lean[job] for job in jobs])
    to_one, to_other = (
        np.array([cosine_similarity(table[job], e) for job in jobs]) for e in pair
    )
    along = [cosine_similarity(table[job], g) for job in jobs]
    told = np.corrcoef(leans, leans[nearest].mean(axis=1))[0, 1]
    return np.abs(along).mean(), np.abs(to_one - to_other).mean(), told


neutral = {job: neutralize(job, g, units) for job in jobs}
couple = ("actress", "actor")
before = measured(units, [units[word] for word in couple])
after = measured(neutral, equalize(couple, g, units))
plots.heat(
    np.round([before, after], 3),
    signed=False,
    numbers=True,
    rows=["before", "after"],
    columns=["cosine with axis", "actress − actor", "neighbours"],
    reading="Mean absolute cosine with the axis; mean gap between actress and actor; "
    "correlation with the five nearest jobs. The first two vanish, the third does not.",
)

# %% [markdown]
# *nurse* still lies among words that once leaned the same way, and a classifier could
# recover its former bias from its neighbours. Taking out one direction hides a
# prejudice better than it removes it (Gonen and Goldberg, *Lipstick on a pig*, 2019).

# %% [markdown]
# # Part 3 · One column of a table
# In formulas, the vector of word $w$ is $E\,o_w$: the matrix times a one-hot column.
# For each coordinate, this multiplies 10388 numbers by 0 or 1 to pick out a single one.
# Programs look it up instead.

# %% [markdown]
# ### Exercise 6 · `embedding_lookup` · 3 points · about 3 minutes
# Pick the columns of `E` that belong to the given indices, in their order, without a
# product.
#
# <details><summary>I got rows</summary>
#
# Words are columns here: the second axis.
# </details>


# %% exercise="embedding_lookup"
def embedding_lookup(E, indices):
    """Vectors of some words, without a product.

    Args:
        E: array `(n_e, V)`, a column for each word.
        indices: list or array of `m` ints.

    Returns:
        Array `(n_e, m)`, equal to `E` times their one-hot columns.
    """
    ### BEGIN SOLUTION
    return E[:, indices]
    ### END SOLUTION


# %% check="embedding_lookup"
check(embedding_lookup)

# %% demo
# Before you run: how many times faster is the lookup, for 200 words of 10388?
E = np.ascontiguousarray(glove.vectors.T.astype(np.float32))
some = np.arange(0, 10000, 50)
one_hot = np.zeros((E.shape[1], len(some)), np.float32)
one_hot[some, np.arange(len(some))] = 1
assert np.array_equal(E @ one_hot, embedding_lookup(E, some))
seconds = {
    "E @ one_hot": min(timeit.repeat(lambda: E @ one_hot, number=3, repeat=5)) / 3,
    "lookup": min(timeit.repeat(lambda: embedding_lookup(E, some), number=3, repeat=5))
    / 3,
}
for name, time in seconds.items():
    print(f"{name:12} {1e6 * time:8.0f} µs")
print(f"{seconds['E @ one_hot'] / seconds['lookup']:.0f} times faster")

# %% [markdown]
# # Part 4 · Learn from neighbours: word2vec
# Where do such vectors come from? From a guessing game: *you shall know a word by the
# company it keeps* (J. R. Firth). Given a word in the middle, guess a word near it
# (**skip-gram**). Words with similar neighbours need similar vectors to make the same
# guesses.
#
# By hand: tokens `[a, b, c]` with a window of 1 give the pairs (a, b), (b, a), (b, c),
# (c, b): middle first, then neighbour.

# %% [markdown]
# ### Exercise 7 · `skipgram_pairs` · 5 points · about 6 minutes
# For each position from left to right, list its neighbours from left to right: all
# tokens up to `window` positions away on either side. Keep pairs that occur repeatedly.
#
# <details><summary>A word is paired with itself</summary>
#
# Skip the position itself, not the word: a neighbour may be the same word again.
# </details>
# <details><summary>At the start, pairs are missing or reach the end</summary>
#
# A negative index counts from the end. Begin at `max(0, i - window)`.
# </details>


# %% exercise="skipgram_pairs"
def skipgram_pairs(tokens, window):
    """All pairs of a word and a neighbour.

    Args:
        tokens: list of words or ints.
        window: how far a neighbour may be, at least 1.

    Returns:
        List of pairs `(middle, neighbour)`, in reading order.

    Example:
        >>> skipgram_pairs(["a", "b", "c"], 1)
        [('a', 'b'), ('b', 'a'), ('b', 'c'), ('c', 'b')]
    """
    ### BEGIN SOLUTION
    return [
        (tokens[i], tokens[j])
        for i in range(len(tokens))
        for j in range(max(0, i - window), min(len(tokens), i + window + 1))
        if j != i
    ]
    ### END SOLUTION


# %% check="skipgram_pairs"
check(skipgram_pairs)

# %% [markdown]
# ## The full softmax
# Every word has two vectors: $e$ as the middle, $\theta$ as a neighbour. Here is the
# probability of neighbour $t$ near the middle word $c$, and the loss, averaged over the
# $m$ pairs:
#
# $$p(t \mid c) = \frac{e^{\theta_t \cdot e_c}}{\sum_{j=1}^{V} e^{\theta_j \cdot e_c}}
# \qquad J = -\tfrac1m \sum \ln p(t \mid c)$$
#
# For one pair, the gradient of $-\ln p$ with respect to the scores is, as in every
# softmax, $\hat y - y$. From it follow $d\theta = e_c\,(\hat y - y)^\top$ and $de_c =
# \theta\,(\hat y - y)$. A word that occurs twice in the middle gets the sum of **both**
# gradients.

# %% concept="two_tables"
# Skip-gram with a vocabulary of 10000 words and 50 coordinates: how many numbers do E
# and θ hold in total?
two_tables = None

# %% [markdown]
# ### Exercise 8 · `skipgram_loss` · 7 points · about 15 minutes
# Compute the loss $J$ for $m$ pairs at once, and its gradients with respect to both
# tables. `softmax` above works down the columns, so give each pair a column of $V$
# scores.
#
# <details><summary>dE is wrong where a word comes twice</summary>
#
# `dE[:, center] += …` writes each word once. `np.add.at(dE.T, center, ….T)` adds.
# </details>
# <details><summary>The gradients are m times too large</summary>
#
# The loss is a mean over the pairs.
# </details>


# %% exercise="skipgram_loss"
def skipgram_loss(center, context, E, theta):
    """Loss of skip-gram with the full softmax, and its gradients.

    Args:
        center: array of `m` ints, the words in the middle.
        context: array of `m` ints, a neighbour of each.
        E: array `(n_e, V)`, vectors of words in the middle.
        theta: array `(n_e, V)`, vectors of words as neighbours.

    Returns:
        loss: a number, the mean over the pairs.
        grads: `{"dE": (n_e, V), "dtheta": (n_e, V)}`.
    """
    ### BEGIN SOLUTION
    m, e = len(center), E[:, center]  # (n_e, m)
    y = softmax(theta.T @ e)  # (V, m)
    pairs = np.arange(m)
    loss = -np.mean(np.log(y[context, pairs]))
    y[context, pairs] -= 1
    dE = np.zeros(E.shape)
    np.add.at(dE.T, center, (theta @ y).T / m)
    return loss, {"dE": dE, "dtheta": e @ y.T / m}
    ### END SOLUTION


# %% check="skipgram_loss"
check(skipgram_loss)

# %% [markdown]
# ## Negative sampling
# The sum over all $V$ words makes each step expensive. Ask an easier question: is this
# pair **real**, or did I make it up? For each real pair draw $k$ false neighbours (the
# **negatives**), and train on $k + 1$ yes-or-no questions instead of one choice among
# $V$ words:
#
# $$J = -\tfrac1m \sum \Big[ \ln \sigma(\theta_t \cdot e_c) +
# \sum_{i=1}^{k} \ln \sigma(-\theta_{n_i} \cdot e_c) \Big]$$
#
# The gradient with respect to a score is once more $\sigma - y$, here with $y = 1$ for
# the real neighbour and $y = 0$ for the false ones.

# %% concept="questions_a_pair"
# With k = 5 false neighbours: how many yes-or-no classifiers does one real pair train?
questions_a_pair = None

# %% [markdown]
# ### Exercise 9 · `negative_sampling_loss` · 7 points · about 15 minutes
# Compute the loss $J$ and its gradients with respect to both tables. Put the real
# neighbour in front of the false ones, `(m, 1 + k)`, and treat them all alike.
#
# <details><summary>The loss is inf or nan for large scores</summary>
#
# $-\ln\sigma(z) = \ln(1 + e^{-z})$, and `np.logaddexp(0, -z)` computes that safely.
# </details>
# <details><summary>dtheta is wrong where a word was drawn twice</summary>
#
# `np.add.at`, as before.
# </details>


# %% exercise="negative_sampling_loss"
def negative_sampling_loss(center, context, negatives, E, theta):
    """Loss of skip-gram with negative sampling, and its gradients (Mikolov, 2013).

    Args:
        center: array of `m` ints.
        context: array of `m` ints, a real neighbour of each.
        negatives: array `(m, k)` of ints, false neighbours of each.
        E: array `(n_e, V)`.
        theta: array `(n_e, V)`.

    Returns:
        loss: a number, the mean over the pairs.
        grads: `{"dE": (n_e, V), "dtheta": (n_e, V)}`.
    """
    ### BEGIN SOLUTION
    m = len(center)
    asked = np.concatenate([context[:, np.newaxis], negatives], axis=1)  # (m, 1 + k)
    e, t = E.T[center], theta.T[asked]  # (m, n_e), (m, 1 + k, n_e)
    z = np.einsum("mkd,md->mk", t, e)
    loss = (np.logaddexp(0, -z[:, 0]).sum() + np.logaddexp(0, z[:, 1:]).sum()) / m
    dz = sigmoid(z)
    dz[:, 0] -= 1
    de = np.einsum("mk,mkd->md", dz, t)
    dE, dtheta = np.zeros(E.shape), np.zeros(E.shape)
    for d in range(len(E)):  # np.bincount adds faster than np.add.at
        dE[d] = np.bincount(center, de[:, d], E.shape[1]) / m
        dt = dz * e[:, d, np.newaxis]  # (m, 1 + k)
        dtheta[d] = np.bincount(asked.ravel(), dt.ravel(), E.shape[1]) / m
    return loss, {"dE": dE, "dtheta": dtheta}
    ### END SOLUTION


# %% check="negative_sampling_loss"
check(negative_sampling_loss)

# %% [markdown]
# Which words should we draw? If we draw by frequency, words such as *the* and *and*,
# which teach little, come up often; if we draw uniformly, nearly all draws are rare
# words. Mikolov took the frequency to the power $3/4$, simply because it worked best.
# By hand: counts 16 and 1 become $8$ and $1$, so their probabilities are $8/9$ and
# $1/9$ in place of $16/17$ and $1/17$.

# %% concept="three_quarters"
# What does the power 3/4 do to the draws, compared with drawing by frequency?
# A: rare words are drawn somewhat more often, frequent ones less
# B: all words become equally likely
# C: frequent words are drawn still more often
# D: words that occur only once are left out
three_quarters = None

# %% [markdown]
# ### Exercise 10 · `sample_negatives` · 5 points · about 4 minutes
# Draw `k` indices with replacement, each with a probability proportional to its count
# to the power $3/4$, from the generator `rng`: `rng.choice(V, size=…, p=…)`.
#
# <details><summary>probabilities do not sum to 1</summary>
#
# Divide by their sum after taking the power.
# </details>


# %% exercise="sample_negatives"
def sample_negatives(counts, k, rng):
    """Draw false neighbours by frequency to the power 3/4.

    Args:
        counts: array `(V,)`, how often each word occurs.
        k: how many to draw.
        rng: a NumPy generator, `np.random.default_rng(…)`; every draw comes from it.

    Returns:
        Array of `k` ints from 0 to V - 1; a word may be drawn more than once.
    """
    ### BEGIN SOLUTION
    weights = np.asarray(counts, dtype=float) ** 0.75
    return rng.choice(len(weights), size=k, p=weights / weights.sum())
    ### END SOLUTION


# %% check="sample_negatives"
check(sample_negatives)

# %% [markdown]
# ### Train it on Shakespeare
# Nineteen plays, 447000 words; we keep the 1500 most frequent ones, and drop most
# occurrences of *the* and *and* (a word whose frequency is a fraction $f$ of all words
# stays with probability $\sqrt{0.001/f}$). Then we make one pass through the pairs, in
# batches of 2000, with AdaGrad: steps get shorter where gradients have been large. This
# takes a few seconds. **Predict** the neighbours of *king* and *night*.

# %% demo
plays = text.as_text(data.load("shakespeare").train_text)
spoken = [word for word in text.tokenize(plays) if word[0].isalpha()]
vocabulary = [word for word, _ in Counter(spoken).most_common(1500)]
index = {word: i for i, word in enumerate(vocabulary)}
tokens = np.array([index[word] for word in spoken if word in index])
counts = np.bincount(tokens)
rng = np.random.default_rng(0)
stays = np.sqrt(1e-3 * len(tokens) / counts)  # probability, where below 1
thinned = tokens[rng.random(len(tokens)) < stays[tokens]]
pairs = rng.permutation(np.array(skipgram_pairs(thinned.tolist(), 2)))
print(f"{len(spoken)} words, {len(thinned)} after thinning, {len(pairs)} pairs")


def step(array, gradient, squares, rate):
    """One step of AdaGrad, in place: shorter where gradients were large."""
    squares += gradient**2
    array -= rate * gradient / (np.sqrt(squares) + 1e-12)


E, theta = 0.1 * rng.normal(size=(50, 1500)), np.zeros((50, 1500))
squares, losses = [np.zeros(E.shape), np.zeros(E.shape)], []
for start in range(0, len(pairs), 2000):
    center, context = pairs[start : start + 2000].T
    false = sample_negatives(counts, 5 * len(center), rng).reshape(-1, 5)
    loss, grads = negative_sampling_loss(center, context, false, E, theta)
    step(E, grads["dE"], squares[0], 0.3)
    step(theta, grads["dtheta"], squares[1], 0.3)
    losses.append(loss)
smooth = np.mean(np.array(losses)[: len(losses) // 20 * 20].reshape(-1, 20), axis=1)
plots.lines(
    {"loss": smooth},
    10 + 20 * np.arange(len(smooth)),
    xlabel="step",
    ylabel="loss, mean of twenty steps",
    baseline={"tossing a coin, 6 ln 2": 6 * np.log(2)},
    reading="There are six questions for each pair. A probability of 1/2 for every "
    "answer costs 6 ln 2 = 4.16.",
)

# %% demo
skipgram = dict(zip(vocabulary, E.T, strict=True))
for word in ["king", "love", "sword", "night", "father", "sweet"]:
    print(f"{word:8}", ", ".join(neighbours(word, skipgram)))

# %% [markdown]
# # Part 5 · Learn from counts: GloVe
# Skip-gram sees one pair at a time. **GloVe** counts first, $X_{ij}$ = how often word
# $j$ occurs near word $i$ in the whole text, then fits vectors to the logarithms:
#
# $$J = \sum_{i,j} f(X_{ij}) \big(\theta_i \cdot e_j + b_i + b'_j - \ln X_{ij}\big)^2
# \qquad f(x) = \min\big(1, (x / x_{max})^{3/4}\big)$$
#
# As $f(0) = 0$, pairs that never occur do not count, and we never need $\ln 0$.

# %% concept="why_f"
# What is the weight f for, besides leaving out pairs that never occur?
# A: it makes J a probability
# B: it makes X symmetric
# C: it keeps very frequent pairs from deciding everything, and trusts rare ones less
# D: it makes the vectors unit length
why_f = None

# %% [markdown]
# ### Exercise 11 · `cooccurrence` · 5 points · about 6 minutes
# Count the pairs of exercise 7: each occurrence of $j$ at most `window` positions away
# from an $i$ adds 1 to $X_{ij}$. By hand: tokens `[0, 1, 0]` with a window of 2 give
# $X_{01} = X_{10} = 2$, and $X_{00} = 2$, as each 0 has the other in its window.
#
# <details><summary>The counts are half as large</summary>
#
# Left *and* right neighbours count: X is symmetric.
# </details>
# <details><summary>Repeated pairs count once</summary>
#
# `X[a, b] += 1` with arrays writes each entry once; `np.add.at(X, (a, b), 1)` adds.
# </details>


# %% exercise="cooccurrence"
def cooccurrence(tokens, window):
    """Count which words stand near which.

    Args:
        tokens: array of ints from 0 to V - 1, V - 1 among them.
        window: how far a neighbour may be, at least 1.

    Returns:
        Array `(V, V)` of counts.
    """
    ### BEGIN SOLUTION
    tokens = np.asarray(tokens)
    X = np.zeros((tokens.max() + 1, tokens.max() + 1))
    for apart in range(1, window + 1):
        np.add.at(X, (tokens[:-apart], tokens[apart:]), 1)
    return X + X.T
    ### END SOLUTION


# %% check="cooccurrence"
check(cooccurrence)

# %% [markdown]
# ### Exercise 12 · `glove_loss` · 7 points · about 15 minutes
# Compute $J$ and its gradients with respect to both tables and both biases. Call the
# bracket $D_{ij}$, and let $R = 2 f(X) * D$. As words are columns,
# $d\theta = E R^\top$; work out $dE$, $db$ (a sum over $j$) and $db'$ (a sum over $i$)
# the same way.
#
# <details><summary>-inf or nan</summary>
#
# `np.log(np.where(X > 0, X, 1))`: any positive number will do where the weight is 0.
# </details>
# <details><summary>db and db_prime are swapped</summary>
#
# $b_i$ belongs to rows: sum along the row, `axis=1`.
# </details>


# %% exercise="glove_loss"
def glove_loss(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    """Loss of GloVe and its gradients (Pennington, Socher and Manning, 2014).

    Args:
        X: array `(V, V)` of counts.
        theta: array `(n_e, V)`, vectors of the rows' words.
        E: array `(n_e, V)`, vectors of the columns' words.
        b: array `(V,)`, of the rows.
        b_prime: array `(V,)`, of the columns.
        x_max: count from which on a pair has weight 1.
        alpha: power of the weight for smaller counts.

    Returns:
        loss: a number, the sum over all pairs.
        grads: `{"dtheta", "dE", "db", "db_prime"}`, shaped as the arguments.
    """
    ### BEGIN SOLUTION
    weight = np.minimum(1, (X / x_max) ** alpha)
    D = theta.T @ E + b[:, np.newaxis] + b_prime - np.log(np.where(X > 0, X, 1))
    R = 2 * weight * D
    return np.sum(weight * D**2), {
        "dtheta": E @ R.T,
        "dE": theta @ R,
        "db": R.sum(axis=1),
        "db_prime": R.sum(axis=0),
    }
    ### END SOLUTION


# %% check="glove_loss"
check(glove_loss)


# %% demo
def numerical_gradient(value, array, index, h=1e-5):
    """Derivative of `value()` with respect to an entry of `array`, perturbed by ±h."""
    kept = array[index]
    array[index] = kept + h
    above = value()
    array[index] = kept - h
    below = value()
    array[index] = kept
    return (above - below) / (2 * h)


# Trust no gradient that you have not compared with a numerical one: all three losses,
# on small random tables.
rng = np.random.default_rng(0)
e, t, b, bp = (rng.normal(size=s) for s in [(4, 6), (4, 6), 6, 6])
mid, near, false = np.array([0, 3, 3]), np.array([1, 2, 5]), rng.integers(0, 6, (3, 2))
X = rng.integers(0, 9, (6, 6)).astype(float)
losses = {
    "skip-gram": lambda: skipgram_loss(mid, near, e, t),
    "negative sampling": lambda: negative_sampling_loss(mid, near, false, e, t),
    "GloVe": lambda: glove_loss(X, t, e, b, bp, x_max=5.0),
}
print("loss               table      numerical        yours")
for name, loss in losses.items():
    for table, key in [(e, "dE"), (t, "dtheta")]:
        expected = numerical_gradient(lambda loss=loss: loss()[0], table, (1, 3))
        print(f"{name:18} {key:7} {expected:12.8f} {loss()[1][key][1, 3]:12.8f}")

# %% demo
# GloVe on the same plays: 30 steps of Adam on all counts at once, in float32. There
# are no batches, so the gradients have no noise, and short averages of them suffice.
X = cooccurrence(tokens, 4).astype(np.float32)
rng = np.random.default_rng(1)
shapes = {"theta": (50, 1500), "E": (50, 1500), "b": 1500, "b_prime": 1500}
fit = {
    name: 0.1 * rng.normal(size=shape).astype(np.float32)
    for name, shape in shapes.items()
}
mean = {name: 0 * array for name, array in fit.items()}
square = {name: 0 * array for name, array in fit.items()}
falling, beta = [], 0.75
for i in range(1, 31):
    loss, grads = glove_loss(X, **fit, x_max=20.0)
    falling.append(loss)
    for name, array in fit.items():
        gradient = grads[f"d{name}"]
        mean[name] += (1 - beta) * (gradient - mean[name])
        square[name] += (1 - beta) * (gradient**2 - square[name])
        rate = 0.06 / np.sqrt(1 - beta**i)  # with both corrections of Adam
        array -= rate * mean[name] / (np.sqrt(square[name]) + 1e-8)
own_glove = dict(zip(vocabulary, (fit["theta"] + fit["E"]).T, strict=True))
print(f"loss {falling[0]:.0f} → {falling[-1]:.0f}")
print(f"{np.mean(X > 0):.0%} of the counts are not 0\n")
for word in ["king", "love", "sword", "night", "father", "sweet"]:
    print(f"{word:8}", ", ".join(neighbours(word, own_glove)))

# %% [markdown]
# ### Which is better?
# We need a number: for each word, take its ten nearest neighbours by your vectors and
# by the real GloVe, both searched among the same words, and count how many agree.
# **Predict** roughly: your text is ten thousand times smaller, and 400 years older.

# %% demo
shared = [word for word in vocabulary if word in vectors]


def ten_nearest(table):
    """For each shared word the ten words nearest to it, as sets of numbers."""
    rows = np.array([table[word] for word in shared])
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return [set(row[1:11].tolist()) for row in np.argsort(-rows @ rows.T, axis=1)]


real = ten_nearest(vectors)
noise = dict(zip(vocabulary, rng.normal(size=(1500, 50)), strict=True))
agreement = {
    name: np.mean([len(a & b) / 10 for a, b in zip(ten_nearest(t), real, strict=True)])
    for name, t in {
        "random": noise,
        "your GloVe": own_glove,
        "your skip-gram": skipgram,
    }.items()
}
plots.bars(
    {name: round(100 * value, 1) for name, value in agreement.items()},
    ylabel="neighbours shared, in percent",
    reading=f"How many of a word's ten nearest among {len(shared)} words are also "
    "among its ten nearest by the GloVe vectors from six billion words.",
)

# %% [markdown]
# # Part 6 · Sentence to emoji
# 240 short sentences, five emoji, 60 more sentences held out. From so few examples no
# model could learn what *adore* means; the vectors know it already: **transfer
# learning**. Twelve pairs of sentences are *twins*: the same words in another order,
# with the opposite mood.

# %% concept="when_transfer"
# When does it help most to use word vectors that were trained on a huge text?
# A: when your own text is as huge
# B: when your words are all in capitals
# C: when you need one-hot columns
# D: when you have few labelled sentences
when_transfer = None

# %% demo
emoji = data.load("emoji")
train_x, train_y = emoji.train_sentences.tolist(), emoji.train_y.astype(int)
test_x, test_y = emoji.test_sentences.tolist(), emoji.test_y.astype(int)
for sentence, label in list(zip(train_x, train_y, strict=True))[:8]:
    print(emoji.emoji[label], emoji.classes[label].ljust(14), sentence)
print("\ntwins:")
twins = sorted(
    np.flatnonzero(emoji.train_twin), key=lambda i: sorted(train_x[i].split())
)
for i in twins[:6]:
    print(emoji.emoji[train_y[i]], train_x[i])

# %% [markdown]
# ### Exercise 13 · `sentence_to_avg` · 4 points · about 5 minutes
# Return the mean vector of the **known** words of a sentence; leave unknown ones out of
# the sum and of the count. A word that occurs twice counts twice. If no word is known,
# return zeros.
#
# <details><summary>The result is a little too short</summary>
#
# Divide by the number of known words, not of all words.
# </details>


# %% exercise="sentence_to_avg"
def sentence_to_avg(sentence, word_to_vec_map):
    """Mean of the vectors of a sentence's known words.

    Args:
        sentence: words separated by spaces, in any case.
        word_to_vec_map: dictionary from lower-case word to vector `(n_e,)`.

    Returns:
        Array `(n_e,)`; zeros where no word is known.
    """
    ### BEGIN SOLUTION
    words = [word for word in sentence.lower().split() if word in word_to_vec_map]
    if not words:
        return np.zeros(next(iter(word_to_vec_map.values())).shape)
    return np.mean([word_to_vec_map[word] for word in words], axis=0)
    ### END SOLUTION


# %% check="sentence_to_avg"
check(sentence_to_avg)

# %% [markdown]
# ### Exercise 14 · `model` · 5 points · about 12 minutes
# Train softmax regression on these means, updating after each sentence: $a =
# \mathrm{softmax}(W \cdot avg + b)$, $dz = a - y$ with $y$ one-hot, $dW = dz \cdot
# avg^\top$, $db = dz$. Draw $W$ with `np.random.randn(n_y, n_e) / np.sqrt(n_e)`; $b$
# starts at 0. Predict the labels after training, by the largest score.
#
# <details><summary>It takes minutes</summary>
#
# Compute the means once, before the loop.
# </details>
# <details><summary>operands could not be broadcast together</summary>
#
# $dz$ is a column and $avg$ a row: `np.outer(dz, avg)`.
# </details>


# %% exercise="model"
def model(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400):
    """Softmax regression on mean word vectors, by stochastic gradient descent.

    Args:
        X: list or array of `m` sentences.
        Y: array of `m` ints from 0 to n_y - 1, each label at least once.
        word_to_vec_map: dictionary from word to vector `(n_e,)`.
        learning_rate: factor of the gradient in each step.
        num_iterations: number of epochs, passes through all sentences.

    Returns:
        pred: array `(m, 1)`, the label given to each sentence of X.
        W: array `(n_y, n_e)`.
        b: array `(n_y,)`.
    """
    ### BEGIN SOLUTION
    means = np.array([sentence_to_avg(sentence, word_to_vec_map) for sentence in X])
    n_y, n_e = len(np.unique(Y)), means.shape[1]
    W, b = np.random.randn(n_y, n_e) / np.sqrt(n_e), np.zeros(n_y)
    targets = np.eye(n_y)[np.ravel(Y)]
    for _ in range(num_iterations):
        for avg, y in zip(means, targets, strict=True):
            dz = softmax(W @ avg + b) - y
            W -= learning_rate * np.outer(dz, avg)
            b -= learning_rate * dz
    return (means @ W.T + b).argmax(axis=1).reshape(-1, 1), W, b
    ### END SOLUTION


# %% check="model"
check(model)

# %% demo
np.random.seed(1)
pred, W, b = model(train_x, train_y, vectors)


def by_mean(sentences):
    """Labels by the mean of word vectors."""
    means = np.array([sentence_to_avg(sentence, vectors) for sentence in sentences])
    return (means @ W.T + b).argmax(axis=1)


mean_right = {"train": pred.ravel() == train_y, "test": by_mean(test_x) == test_y}
for name, hits in mean_right.items():
    print(f"{name}: {np.mean(hits):.0%} right (chance is 20%)")
said = """beloved\nromantic passion\nrugby tournament\nspinach\npainful defeat
gloomy mood\nnot feeling happy\nhappy feeling not\nqwertz xyzzy""".splitlines()
for sentence, label in zip(said, by_mean(said), strict=True):
    print(emoji.emoji[label], sentence)

# %% [markdown]
# None of the words in the first six lines is in the training set; their vectors lie
# near words that are. (Where an answer is wrong: 240 sentences are not the world.)
# Words without a vector count for nothing: the last line was decided by $b$ alone. And
# *not feeling happy* is the same to this model as *happy feeling not*: a mean has no
# order.

# %% concept="what_a_mean_loses"
# Two sentences with the same words in another order. What can averaging do?
# A: tell them apart if trained long enough
# B: nothing: their means are equal, so are its answers
# C: tell them apart by the bias b
# D: tell them apart if vectors have more coordinates
what_a_mean_loses = None

# %% [markdown]
# ### Exercise 15 · `sentences_to_indices` · 4 points · about 6 minutes
# For a network that reads in order: turn each sentence into a row of word numbers,
# filled up with 0 on the right (**padding**). Numbers of words start at 1; leave
# unknown words out. Return an array of integers: an embedding uses them as row numbers.
#
# <details><summary>There are gaps of 0 inside a row</summary>
#
# Move on to the next column only after writing a number.
# </details>


# %% exercise="sentences_to_indices"
def sentences_to_indices(X, word_to_index, max_len):
    """Sentences as rows of word numbers, padded with 0.

    Args:
        X: array or list of `m` sentences, in any case, none longer than `max_len`.
        word_to_index: dictionary from lower-case word to its number, 1 or above.
        max_len: length of each row.

    Returns:
        Array `(m, max_len)` of whole numbers.

    Example:
        >>> sentences_to_indices(["Good food", "good"], {"good": 1, "food": 2}, 3)
        array([[1, 2, 0],
               [1, 0, 0]])
    """
    ### BEGIN SOLUTION
    indices = np.zeros((len(X), max_len), dtype=int)
    for row, sentence in zip(indices, X, strict=True):
        known = [
            word_to_index[w] for w in sentence.lower().split() if w in word_to_index
        ]
        row[: len(known)] = known
    return indices
    ### END SOLUTION


# %% check="sentences_to_indices"
check(sentences_to_indices)

# %% [markdown]
# ### Exercise 16 · `pretrained_embedding_layer` · 4 points · about 6 minutes
# Build an `nn.Embedding` with a row for each word number: row `i` holds the vector of
# word number `i`, row 0 zeros. **Freeze** it: 240 sentences should not move 10388
# words. You need `layer = nn.Embedding(rows, n_e, weights=…)` (words are *rows* in
# `helpers.nn`) and `layer.freeze()`, which returns the layer.
#
# <details><summary>index out of bounds</summary>
#
# Numbers start at 1, so there is one row more than words.
# </details>


# %% exercise="pretrained_embedding_layer"
def pretrained_embedding_layer(word_to_vec_map, word_to_index):
    """A frozen embedding layer with given vectors.

    Args:
        word_to_vec_map: dictionary from word to vector `(n_e,)`.
        word_to_index: dictionary from each of these words to its number, from 1 on.

    Returns:
        `nn.Embedding` of `len(word_to_index) + 1` rows, frozen.
    """
    ### BEGIN SOLUTION
    n_e = len(next(iter(word_to_vec_map.values())))
    rows = np.zeros((len(word_to_index) + 1, n_e), dtype=np.float32)
    for word, i in word_to_index.items():
        rows[i] = word_to_vec_map[word]
    return nn.Embedding(*rows.shape, weights=rows).freeze()
    ### END SOLUTION


# %% check="pretrained_embedding_layer"
check(pretrained_embedding_layer)

# %% [markdown]
# ### Exercise 17 · `emojify_lstm` · 5 points · about 12 minutes
# Write a class derived from `nn.Model`: `__init__(self)` makes the layers and keeps
# them as attributes, `forward(self, indices)` returns scores. The layers: the frozen
# embedding of exercise 16; `nn.LSTM(n_e, n_a, rng=rng)`, which turns vectors
# `(m, T, n_e)` into the last state `(m, n_a)`; `nn.Dropout(0.5, rng=rng)` on this
# state; `nn.Dense(n_a, n_y, rng=rng)`. Padding must change nothing: call
# `lstm(x, mask=…)` with an array `(m, T)` that is 1 for a word and 0 for padding.
# Return an object of the class.
#
# <details><summary>Scores change when I pad more</summary>
#
# `mask=(indices != 0)`: where it is 0, the state stays as it was.
# </details>


# %% exercise="emojify_lstm"
def emojify_lstm(word_to_vec_map, word_to_index, n_y, n_a, rng):
    """A network that reads a sentence word by word.

    Args:
        word_to_vec_map: as for `pretrained_embedding_layer`.
        word_to_index: as for `pretrained_embedding_layer`.
        n_y: number of labels.
        n_a: size of the LSTM's state.
        rng: a NumPy generator, for weights and dropout.

    Returns:
        `nn.Model` from indices `(m, T)`, padded with 0, to scores `(m, n_y)`.
    """

    ### BEGIN SOLUTION
    class Emojifier(nn.Model):
        def __init__(self):
            self.embedding = pretrained_embedding_layer(word_to_vec_map, word_to_index)
            self.lstm = nn.LSTM(self.embedding.E.shape[1], n_a, rng=rng)
            self.dropout = nn.Dropout(0.5, rng=rng)
            self.dense = nn.Dense(n_a, n_y, rng=rng)

        def forward(self, indices):
            a = self.lstm(self.embedding(indices), mask=np.asarray(indices) != 0)
            return self.dense(self.dropout(a))

    return Emojifier()
    ### END SOLUTION


# %% check="emojify_lstm"
check(emojify_lstm)

# %% [markdown]
# ### Order against average
# The LSTM trains for forty epochs, about five seconds. **Predict** how many sentences
# each model gets right in the training set and in the test set: among all of them, and
# among the twins only.

# %% demo
word_to_index = {word: i for i, word in enumerate(glove.words, start=1)}
longest = max(len(sentence.split()) for sentence in train_x + test_x)
train_i = sentences_to_indices(train_x, word_to_index, longest)
test_i = sentences_to_indices(test_x, word_to_index, longest)
rng = np.random.default_rng(0)
reader = emojify_lstm(vectors, word_to_index, 5, 64, rng)
adam = nn.Adam([p for p in reader.parameters() if p.requires_grad], 0.003)
history = reader.fit(
    train_i,
    train_y,
    loss=nn.cross_entropy,
    optimizer=adam,
    epochs=40,
    rng=rng,
    progress=False,
)
lstm_right = {
    "train": reader.predict(train_i).argmax(axis=1) == train_y,
    "test": reader.predict(test_i).argmax(axis=1) == test_y,
}
parts = [
    ("train", slice(None)),
    ("train", emoji.train_twin),
    ("test", slice(None)),
    ("test", emoji.test_twin),
]
plots.heat(
    np.array(
        [
            [np.mean(right[part][which]) for part, which in parts]
            for right in (mean_right, lstm_right)
        ]
    ),
    signed=False,
    numbers=True,
    rows=["mean", "LSTM"],
    columns=["train", "its 18 twins", "test", "its 6 twins"],
    reading="Accuracy. A mean gives both twins of a pair the same answer, so at most "
    "one is right. The LSTM can learn order, if it sees enough sentences.",
)

# %% demo
print("held-out sentences on which the two disagree:")
by_lstm = reader.predict(test_i).argmax(axis=1)
for i in np.flatnonzero(by_lstm != by_mean(test_x)):
    signs = [emoji.emoji[k] for k in (test_y[i], by_mean([test_x[i]])[0], by_lstm[i])]
    print("true {}  mean {}  LSTM {}  ".format(*signs), test_x[i])

# %% [markdown]
# The LSTM fits its training set far better than the mean can, twins included; on unseen
# sentences it gains little. The mean *cannot* know order; the LSTM can, and would need
# more sentences to learn it well. Much of what looks like understanding comes from
# single words: a good average of good vectors is hard to beat on a small data set.
#
# **Break it** (optional): train the LSTM without the mask. Which sentences suffer more,
# short ones or long ones?

# %% [markdown] question="what_vectors_know" points=5
# ## In your own words
# A firm sorts job applications with averaged GloVe vectors and a classifier. "We
# neutralized gender, so it is fair." In about six sentences: how did gender get into
# the vectors? What does neutralizing guarantee, and what not, with a number from this
# lab? What else does averaging lose? What would you measure before using it?
#
# ### BEGIN SOLUTION
# The vectors are learned from which words occur together in what people wrote, so
# habits and prejudices of the text become directions. Neutralizing makes a vector
# orthogonal to one axis: its cosine with it is exactly 0. But a word's neighbours
# remain: in the lab, the former bias of a job could still be told from its five nearest
# jobs (correlation 0.64, from 0.85 before). The axis also depends on the pairs we
# chose. An average loses the order of words, so that twins such as "not good, bad" and
# "not bad, good" get the same answer. I would compare decisions for letters that differ
# in gender only (names, pronouns), and error rates between groups.
#
# **Rubric**, one point each: bias from co-occurrence in text · the guarantee
# (orthogonal to one axis) · its limit, with the number from the lab · order lost, or
# unknown words ignored · a measurement on outcomes, not on vectors.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the formula | your function |
# |---|---|
# | $u \cdot v / \lVert u \rVert \lVert v \rVert$ | `cosine_similarity` |
# | $\max_w \cos(e_b - e_a, e_w - e_c)$ | `complete_analogy` |
# | $e - (e \cdot g)\,g / \lVert g \rVert^2$ | `neutralize` |
# | $E\,o_w$ | `embedding_lookup` |
# | $-\ln\sigma(\theta_t e_c) - \sum\ln\sigma(-\theta_n e_c)$ | `…sampling_loss` |
# | $\sum f(X_{ij})(\theta_i \cdot e_j + b_i + b'_j - \ln X_{ij})^2$ | `glove_loss` |

# %% [markdown]
# Here is the same in PyTorch. By now you know what each line does:
#
# ```
# embedding = torch.nn.Embedding.from_pretrained(rows, freeze=True, padding_idx=0)
# likeness = torch.nn.functional.cosine_similarity(u, v, dim=0)
# packed = pack_padded_sequence(               # padding is left out
#     embedding(indices), lengths, batch_first=True, enforce_sorted=False
# )
# _, (a, c) = torch.nn.LSTM(50, 64, batch_first=True)(packed)
# scores = torch.nn.Linear(64, 5)(torch.nn.Dropout(0.5)(a[-1]))
# ```

# %% [markdown]
# **Where libraries differ.** `pack_padded_sequence` expects sentences sorted by length
# unless you pass `enforce_sorted=False`, and refuses a sentence of length 0. The cosine
# with a zero vector is 0 in PyTorch, as here, but `nan` by `1 -
# scipy.spatial.distance.cosine(u, v)`. gensim's `most_similar(positive=[b, c],
# negative=[a])` takes the variant of exercise 2, after scaling all vectors to length 1.
# GloVe's own program counts a neighbour at distance $d$ as $1/d$, where `cooccurrence`
# counts 1.

# %% [markdown]
# **Your function beside a library's.** Both got the same input. Where the values
# differ, the table says why.
#
# {{libraries}}

# %% [markdown]
# **A challenge** (optional). Read the sentences from both ends: a bidirectional LSTM
# (`nn.Bidirectional(nn.LSTM, …)`), ten different seeds for each network. Is the
# difference larger than that between seeds? How many more twins would you need to be
# sure?
#
# **The paper of the week.** T. Bolukbasi and others, *Man is to computer programmer as
# woman is to homemaker? Debiasing word embeddings*, NIPS 2016. Read how they
# find the axis, and how they decide *which* words to neutralize. Then read Gonen and
# Goldberg's answer.
#
# **Next week**: a network that reads a sentence and writes another one.

# %% demo
check.progress()
