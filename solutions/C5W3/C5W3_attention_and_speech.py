# %% [markdown]
# # Reading, writing, listening
# One sequence goes in, another comes out: "tuesday, 5 may 1998" becomes `1998-05-05`.
# You will build a translator that *looks* at the letters it needs, search for good
# outputs instead of grabbing the first, measure translations, count the ways in which
# sounds can spell a word, and train a detector that chimes when somebody says
# "activated".
#
# **Time** about four hours, in seven parts; stop after any of them. **You need** LSTM
# and GRU from C5W1. From this week on batches come first: `(m, T, d)`.

# %% [markdown]
# ## The map
# | part | you write | points |
# |---|---|---|
# | 1 Looking back | `one_step_attention` `modelf` | 14 |
# | 2 Without looking | experiments | |
# | 3 Searching | `greedy_decode` `beam_search` `beam_or_model` | 15 |
# | 4 Judging | `clipped_precision` `bleu` | 10 |
# | 5 Sound into letters | `ctc_collapse` `ctc_alphas` and two more | 18 |
# | 6 Making clips | `spectrogram` and four more | 18 |
# | 7 A trigger word | `trigger_model` `detect_triggerword` and two more | 12 |
#
# Eight short questions give 8 points, one answer in your own words 5.

# %% [markdown]
# **After this lab you can** write attention and read its map, run a beam search and say
# whether the search or the model is to blame, compute BLEU and distrust it, train
# without knowing *when* a letter is spoken, and build a detector from a few words.
#
# Each exercise is followed by a cell with `check(…)`, which runs your function on a few
# fixed cases and often recognizes the mistake. Your grade comes from the same kind of
# check on fresh cases. Hints are folded under each task, titled by what you might see.

# %%
import itertools
import re
import time
from collections import Counter

import numpy as np

from helpers import audio, data, figures_c5w3, nn, plots, text
from helpers.checks import checks_for

check = checks_for("C5W3")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | shape | means |
# |---|---|---|---|
# | $m$, $T_x$, $T_y$ | `m`, `Tx`, `Ty` | numbers | batch, length of input, of output |
# | $a^{\langle t'\rangle}$ | `a` | $(m, T_x, 2n_a)$ | notes of the reader |
# | $s^{\langle t\rangle}$ | `s` | $(m, n_s)$ | state of the writer |
# | $\alpha^{\langle t,t'\rangle}$ | `alphas` | $(m, T_x, 1)$ | attention; sum 1 |
# | $c^{\langle t\rangle}$ | `context` | $(m, 1, 2n_a)$ | what the writer sees |
# | $B$, $\lambda$ | `B`, `length_penalty` | numbers | beam width, length penalty |
# | $\hat y$, $y^*$ | | sequences | what the machine wrote, what a person wrote |
# | $V$, $L$ | | numbers | symbols to choose from, letters of a label |
# | $\_$ | `blank` | symbol | "nothing new" (part 5) |
# | $\alpha_t(s)$, $\beta_t(s)$ | `ctc_alphas` | $(T, 2L + 1)$ | in part 5 |

# %% [markdown]
# # Part 1 · A translator that looks back
# People write dates in many ways, machines in one. Ten thousand pairs, each of a
# different day, and a thousand other days held out.

# %% demo
dates = data.load("dates")
for human, iso in zip(dates.train_human[:6], dates.train_iso[:6], strict=True):
    print(f"{human:32} {iso}")
counts = np.bincount([len(one) for one in dates.train_human], minlength=30)
plots.lines(
    counts[6:30],
    np.arange(6, 30),
    xlabel="letters in a human date",
    ylabel="dates",
    markers=True,
    from_zero=True,
    reading="From dates like 5/5/98 to dates like wednesday, september 16, 1998. The "
    "output always has ten symbols.",
)

# %% [markdown]
# Letters become one-hot rows; short dates are filled up with a padding symbol (index 0)
# to $T_x = 30$. The output has $T_y = 10$ symbols, out of eleven: ten digits and a
# hyphen.

# %%
Tx, Ty = 30, 10
human_letters = text.Vocabulary(
    [text.PAD, *" ,-./0123456789abcdefghijklmnopqrstuvwxyz"]
)
machine_letters = text.Vocabulary("-0123456789")


def coded(written, wanted):
    """Human dates as one-hot rows `(m, Tx, vocabulary)`, ISO dates as `(m, Ty)`."""
    indices = text.pad_sequences([human_letters.encode(one) for one in written], Tx)
    X = text.one_hot(indices, len(human_letters))
    return X, np.array([machine_letters.encode(one) for one in wanted])


# %% [markdown]
# ## The idea
# A bidirectional LSTM reads the whole date and leaves a note $a^{\langle t'\rangle}$ at
# each letter. A second LSTM writes. Before each symbol it asks every note: *do I need
# you now?* A small network answers with one number, the **energy**:
#
# $$e^{\langle t,t'\rangle} =
# \mathrm{net}(a^{\langle t'\rangle}, s^{\langle t-1\rangle})
# \qquad \alpha^{\langle t,t'\rangle} = \frac{\exp e^{\langle t,t'\rangle}}
# {\sum_{t''}\exp e^{\langle t,t''\rangle}} \qquad
# c^{\langle t\rangle} = \sum_{t'}\alpha^{\langle t,t'\rangle}a^{\langle t'\rangle}$$

# %% [markdown]
# By hand, three notes 1, 2, 5 with energies $0, 0, \ln 2$: the shares are
# $\frac14, \frac14, \frac12$, and the context is $0.25 + 0.5 + 2.5 = 3.25$.

# %% concept="attention_count"
# Tx = 30, Ty = 10. How many attention weights does the model compute for one date?
attention_count = None

# %% [markdown]
# ### Exercise 1 · `one_step_attention` · 7 points · about 12 minutes
# `densor1` takes the note and the writer's state side by side, **notes first**;
# `densor2` makes one energy of what it says. These are tensors: use `nn.concatenate`,
# `nn.broadcast_to`, `nn.softmax(x, axis=…)` and methods such as `.sum(axis=…)`.
#
# <details><summary>All attention weights are 1</summary>
#
# The last axis has length 1. The shares compete over the letters: axis 1.
# </details>
# <details><summary>Shapes do not fit in concatenate</summary>
#
# `s_prev` is `(m, n_s)`. Make it `(m, 1, n_s)`, then broadcast it to `Tx` letters.
# </details>


# %% exercise="one_step_attention"
def one_step_attention(a, s_prev, densor1, densor2):
    """What the writer sees at one step (Bahdanau, Cho and Bengio, 2015).

    Args:
        a: tensor `(m, Tx, 2 n_a)`, the notes of the reader.
        s_prev: tensor `(m, n_s)`, the state of the writer before this step.
        densor1: layer from `(m, Tx, 2 n_a + n_s)` to `(m, Tx, hidden)`.
        densor2: layer from `(m, Tx, hidden)` to energies `(m, Tx, 1)`.

    Returns:
        context: tensor `(m, 1, 2 n_a)`.
        alphas: tensor `(m, Tx, 1)`, attention weights that sum to 1 over the letters.
    """
    ### BEGIN SOLUTION
    m, Tx, _ = a.shape
    n_s = s_prev.shape[1]
    s = nn.broadcast_to(s_prev.reshape(m, 1, n_s), (m, Tx, n_s))
    energies = densor2(densor1(nn.concatenate([a, s])))  # (m, Tx, 1)
    alphas = nn.softmax(energies, axis=1)
    return (alphas * a).sum(axis=1, keepdims=True), alphas
    ### END SOLUTION


# %% check="one_step_attention"
check(one_step_attention)

# %% [markdown]
# ### Exercise 2 · `modelf` · 7 points · about 15 minutes
# Assemble the translator as an `nn.Model`: make the layers in `__init__`, with the
# names of the docstring, and loop over the `Ty` output steps in `forward`. State and
# memory of the writer start at 0. Scores only, no softmax: the loss takes scores.
#
# <details><summary>The same symbol at every step</summary>
#
# `self.post(context, initial_state=(s, c))` returns `(output, s, c)`: carry both on.
# </details>
# <details><summary>Ty copies of the layers</summary>
#
# Make each layer once, in `__init__`. All steps share it.
# </details>


# %% exercise="modelf"
def modelf(Tx, Ty, n_a, n_s, human_vocab_size, machine_vocab_size, rng):
    """A translator with attention, ready to be trained.

    Its layers, by name: `pre`, an `nn.Bidirectional` LSTM of `n_a` units each way that
    returns sequences; `densor1`, `nn.Dense` to 10 with `activation="tanh"`; `densor2`,
    `nn.Dense` to 1; `post`, an `nn.LSTM` of `n_s` units with `return_state=True`;
    `output`, `nn.Dense` to the symbols of the machine.

    Args:
        Tx: letters of the input.
        Ty: symbols of the output.
        n_a: units of the reader in each direction.
        n_s: units of the writer.
        human_vocab_size: size of a one-hot row of the input.
        machine_vocab_size: symbols to choose from.
        rng: generator for the weights.

    Returns:
        An `nn.Model`. Called with `(m, Tx, human_vocab_size)` it returns scores
        `(m, Ty, machine_vocab_size)`; with `return_weights=True` a pair, the scores and
        the attention weights as an array `(m, Ty, Tx)`.
    """

    ### BEGIN SOLUTION
    class Translator(nn.Model):
        def __init__(self):
            self.pre = nn.Bidirectional(
                nn.LSTM, human_vocab_size, n_a, return_sequences=True, rng=rng
            )
            self.densor1 = nn.Dense(2 * n_a + n_s, 10, activation="tanh", rng=rng)
            self.densor2 = nn.Dense(10, 1, rng=rng)
            self.post = nn.LSTM(2 * n_a, n_s, return_state=True, rng=rng)
            self.output = nn.Dense(n_s, machine_vocab_size, rng=rng)

        def forward(self, x, return_weights=False):
            a = self.pre(x)
            s = c = nn.as_tensor(np.zeros((len(a.data), n_s), a.dtype))
            scores, looks = [], []
            for _ in range(Ty):
                context, alphas = one_step_attention(a, s, self.densor1, self.densor2)
                _, s, c = self.post(context, initial_state=(s, c))
                scores.append(self.output(s))
                looks.append(alphas.data[:, :, 0])
            scores = nn.stack(scores, axis=1)
            return (scores, np.stack(looks, axis=1)) if return_weights else scores

    return Translator()
    ### END SOLUTION


# %% check="modelf"
check(modelf)

# %% [markdown]
# ### Watch it learn
# Five passes through ten thousand dates, some twenty seconds. The learning rate follows
# half a cosine down to 0. **Predict**: after each pass, how many held-out dates are
# right to the last digit? (Keep the seconds; next week another network races this one.)


# %% demo
def exact(model, X, Y):
    """Which dates are right in all ten symbols, `(m,)`."""
    return np.all(model.predict(X).argmax(axis=2) == Y, axis=1)


def trained(model, X, Y, X_dev, Y_dev, epochs, rng, rate=0.01):
    """Train on symbols; returns the share of exact dates after each epoch."""
    steps = epochs * -(-len(X) // 100)
    adam = nn.Adam(model.parameters(), nn.schedules.cosine_decay(rate, steps))
    shares = [0.0]
    model.fit(
        X, Y, loss=nn.cross_entropy, optimizer=adam, epochs=epochs, batch_size=100,
        rng=rng, progress=False,
        on_epoch_end=lambda *_: shares.append(exact(model, X_dev, Y_dev).mean()),
    )  # fmt: skip
    return shares


# %% demo
train = coded(dates.train_human, dates.train_iso)
dev = coded(dates.dev_human, dates.dev_iso)
test = coded(dates.test_human, dates.test_iso)
rng = np.random.default_rng(0)
translator = modelf(Tx, Ty, 32, 64, len(human_letters), len(machine_letters), rng)
began = time.process_time()
learned = {"with attention": trained(translator, *train, *dev, 5, rng)}
print(f"{time.process_time() - began:.0f} s of computing; dates right after each pass:",
      *(f"{share:.0%}" for share in learned["with attention"][1:]))  # fmt: skip
right = exact(translator, *test)
print(f"{right.mean():.1%} of {len(right)} other dates are right in all ten symbols")
for i in np.flatnonzero(~right)[:5]:
    said = machine_letters.decode(translator.predict(test[0][i : i + 1])[0].argmax(1))
    print("  ", dates.test_human[i], "→", "".join(said), "not", dates.test_iso[i])

# %% [markdown]
# ### Where does it look?
# One date, ten looks. **Predict** before you run: for the symbols of the year, the
# month and the day, which letters will be bright?

# %% demo cover=true
one = "wednesday, september 8, 1971"
_, looks = translator(coded([one], ["1971-09-08"])[0], return_weights=True)
plots.heat(
    looks[0, :, : len(one)],
    signed=False,
    rows=list("1971-09-08"),
    columns=list(one),
    reading="Each row a symbol written, each column a letter read; a row sums to 1. "
    "Nobody told the network where the month stands.",
)

# %% [markdown]
# Do not read a map of attention as a proof of reasons: a note at one letter also knows
# its neighbours, as the reader has walked over all of them in both directions. A hyphen
# needs no look at all, so where the network looks then means little.

# %% concept="context_means"
# The weight α of output step 6 and letter 11 is 0.9. What does that say?
# A: symbol 6 is a copy of letter 11 in nine of ten dates
# B: the network is 90 % sure of symbol 6
# C: the note at letter 11 makes up 90 % of what the writer sees at step 6
# D: letter 11 gives away 90 % of its note and keeps the rest for other symbols
context_means = None

# %% [markdown]
# # Part 2 · Without looking
# The older **encoder–decoder** has no such looks. The reader hands over one vector, its
# last states, and the writer must live on that. Same sizes, same data, same training;
# the mask skips the padding.


# %% demo
class EncoderDecoder(nn.Model):
    """A translator that remembers the whole input in one vector of `2 n_a` numbers."""

    def __init__(self, n_in, n_a, n_s, n_out, steps, rng):
        self.steps = steps
        self.pre = nn.Bidirectional(nn.LSTM, n_in, n_a, rng=rng)
        self.post = nn.LSTM(2 * n_a, n_s, return_sequences=True, rng=rng)
        self.output = nn.Dense(n_s, n_out, rng=rng)

    def forward(self, x):
        """One-hot rows, padding in column 0, to scores `(m, steps, n_out)`."""
        thought = self.pre(x, mask=1 - x.data[:, :, 0])  # (m, 2 n_a)
        m, n = thought.shape
        repeated = nn.broadcast_to(thought.reshape(m, 1, n), (m, self.steps, n))
        return self.output(self.post(repeated))


rng = np.random.default_rng(0)
blind = EncoderDecoder(len(human_letters), 32, 64, len(machine_letters), Ty, rng)
learned["without"] = trained(blind, *train, *dev, 5, rng)
plots.lines(
    learned, xlabel="passes through the data", ylabel="held-out dates all right",
    markers=True, from_zero=True,
    reading="The same reader and writer, with and without a look at the notes.",
)  # fmt: skip

# %% demo
letters = np.array([len(one) for one in dates.test_human])
bins = [(6, 9), (10, 14), (15, 19), (20, 24), (25, 29)]
by_length = {
    name: [exact(model, *test)[(letters >= a) & (letters <= b)].mean() for a, b in bins]
    for name, model in [("with attention", translator), ("without", blind)]
}
plots.heat(
    np.array(list(by_length.values())),
    signed=False,
    numbers=True,
    rows=list(by_length),
    columns=[f"{a}-{b}" for a, b in bins],
    reading="Share of test dates all right, by letters in the input. The short ones, "
    "such as 5/5/98, are the hard ones here!",
)

# %% [markdown]
# Surprised? A long date says no more than a short one: there is one day in it, and
# "wednesday" is a gift. So length alone is no burden here; what counts is **how much
# must be remembered**. Let that grow: read a number of one to ten random digits, and
# write it down again. Each digit is news.
#
# The rival gets the cheapest attention there is: the energy is a product,
# $s^\top W a$, for all steps at once (Luong and others, 2015; next week's lab is built
# on it).


# %% demo
class WithLooks(EncoderDecoder):
    """The same, and each step of the writer may look at the notes once."""

    def __init__(self, n_in, n_a, n_s, n_out, steps, rng):
        super().__init__(n_in, n_a, n_s, n_out, steps, rng)
        self.pre = nn.Bidirectional(nn.LSTM, n_in, n_a, return_sequences=True, rng=rng)
        self.query = nn.Dense(n_s, 2 * n_a, rng=rng)
        self.output = nn.Dense(n_s + 2 * n_a, n_out, rng=rng)

    def forward(self, x):
        """One-hot rows, padding in column 0, to scores `(m, steps, n_out)`."""
        notes = self.pre(x, mask=1 - x.data[:, :, 0])  # (m, T, 2 n_a)
        m, _, n = notes.shape
        ends = nn.concatenate([notes[:, -1, : n // 2], notes[:, 0, n // 2 :]])
        repeated = nn.broadcast_to(ends.reshape(m, 1, n), (m, self.steps, n))
        s = self.post(repeated)
        context, _ = nn.scaled_dot_product_attention(self.query(s), notes, notes)
        return self.output(nn.concatenate([s, context]))


# %% demo
rng = np.random.default_rng(0)
numbers = rng.integers(1, 11, (42_000, 10))  # digits as 1 … 10, padding 0
numbers[np.arange(10) >= rng.integers(1, 11, (42_000, 1))] = 0
digits = text.one_hot(numbers, 11)
digit_count = np.sum(numbers[40_000:] > 0, axis=1)
copied = {}
for name, kind in [("with attention", WithLooks), ("without", EncoderDecoder)]:
    rng = np.random.default_rng(0)
    copier = kind(11, 16, 48, 11, 10, rng)
    held_out = digits[40_000:], numbers[40_000:]
    trained(copier, digits[:40_000], numbers[:40_000], *held_out, 2, rng)
    well = exact(copier, *held_out)
    copied[name] = [well[digit_count == n].mean() for n in range(1, 11)]
plots.lines(
    copied, np.arange(1, 11), xlabel="digits in the input",
    ylabel="new numbers all right", markers=True, from_zero=True,
    reading="In the same training one vector learns to carry a few digits. With "
    "attention the notes stay where they were made, and ten are no harder than one.",
)  # fmt: skip

# %% [markdown]
# # Part 3 · Searching
# A translator gives each *next* symbol a probability. What we want is the best *whole*
# output, the one with the largest
#
# $$\ln P(y \mid x) = \sum_t \ln P(y^{\langle t\rangle} \mid x, y^{\langle 1\rangle},
# \dots, y^{\langle t-1\rangle})$$
#
# Trying all of them is hopeless: 11 symbols and 10 steps make 26 billion. **Greedy**
# search takes the likeliest symbol at each step. It can be led astray: a first word
# with 0.5 whose best continuation has 0.2 loses to one with 0.4 followed by 0.9.

# %% [markdown]
# ### A task where the search matters
# Smll chldrn nd Hbrw scrbs lv t th vwls. Can you read that? So can a model: it knows
# which letters follow which in Shakespeare (counts of up to six letters in a row), and
# it must use the given consonants, in order, filling in any vowels between them.
#
# In all exercises here, `step(prefix)` stands for the model: it takes the symbols
# written so far, a tuple of ints, and returns $\ln P$ of every next symbol, `(V,)`,
# `-inf` for impossible ones. **Symbol 0 is the end.** The next three cells build such a
# model; their docstrings are enough for now.

# %%
END = 0
LETTERS = "\n abcdefghijklmnopqrstuvwxyz"  # symbol 0, the newline, ends a line
VOWEL = np.array([letter in "aeiou" for letter in LETTERS])


def lines_of(play):
    """Lines of 16 to 49 letters, in lower case, without punctuation and names."""
    spoken = (line for line in play.split("\n") if not line.endswith(":"))
    plain = (re.sub(r"[^a-z ]", "", line.lower()).strip() for line in spoken)
    return [line for line in plain if 15 < len(line) < 50]


def counted(lines, longest=5):
    """What follows each context of up to `longest` letters, how often."""
    follows = {}
    for line in lines:
        padded = "\n" * longest + line + "\n"
        for i in range(longest, len(padded)):
            for k in range(longest + 1):
                follows.setdefault(padded[i - k : i], Counter())[padded[i]] += 1
    return follows


# %%
def letter_model(follows, longest=5):
    """Step function of letters: each context corrects what the shorter ones say."""
    known = {}

    def step(prefix):
        recent = ("\n" * longest + "".join(LETTERS[i] for i in prefix))[-longest:]
        if recent not in known:
            p = np.full(len(LETTERS), 1 / len(LETTERS))
            for k in range(longest + 1):
                seen = follows.get(recent[longest - k :], {})
                many = sum(seen.values()) + len(seen)
                if many:  # new letters get a share for each different one seen
                    p = p * len(seen) / many
                    for letter, n in seen.items():
                        p[LETTERS.index(letter)] += n / many
            known[recent] = np.log(p)
        return known[recent]

    return step


# %%
def restoring(step, consonants):
    """The same step function, allowed only vowels and the next of the consonants."""

    def restricted(prefix):
        used = sum(not VOWEL[i] for i in prefix)
        allowed = VOWEL.copy()
        allowed[consonants[used] if used < len(consonants) else END] = True
        return np.where(allowed, step(prefix), -np.inf)

    return restricted


# %% [markdown]
# ### Exercise 3 · `greedy_decode` · 4 points · about 6 minutes
# The likeliest symbol, again and again, until the end or until `max_len` symbols.
#
# <details><summary>My sequence lacks its last symbol</summary>
#
# The end symbol is written too, and its probability counts.
# </details>


# %% exercise="greedy_decode"
def greedy_decode(step, max_len):
    """Take the likeliest symbol at each step.

    Args:
        step: function of a prefix (a tuple of ints) that returns log probabilities
            `(V,)` of the next symbol.
        max_len: how many symbols at most.

    Returns:
        sequence: list of ints; its last is 0, the end, unless `max_len` was reached.
        log_probability: sum of the log probabilities of its symbols.
    """
    ### BEGIN SOLUTION
    sequence, log_probability = [], 0.0
    while len(sequence) < max_len:
        log_p = step(tuple(sequence))
        best = int(np.argmax(log_p))
        sequence.append(best)
        log_probability += log_p[best]
        if best == 0:
            break
    return sequence, log_probability
    ### END SOLUTION


# %% check="greedy_decode"
check(greedy_decode)

# %% [markdown]
# ## Beam search
# Keep the $B$ best beginnings instead of one. In each round extend every beginning by
# every symbol, and keep the $B$ best of *all* extensions, by the sum of logarithms.
# Those that have ended step aside; the others go on.
#
# Each further symbol makes the sum smaller, so the sum prefers short outputs. Outputs
# of different lengths are therefore compared by
#
# $$\mathrm{score}(y) = \frac{1}{T_y^{\,\lambda}}\sum_t \ln P(y^{\langle t\rangle} \mid
# \dots)$$
#
# with a length penalty $\lambda$: 0 is the plain sum, 1 the mean, 0.7 is common.

# %% concept="width_one"
# What is a beam search with B = 1, and one with an unlimited B?
# A: greedy search; the best of all outputs
# B: random sampling; greedy search
# C: the best of all outputs; greedy search
# D: greedy search; the shortest output
width_one = None

# %% [markdown]
# ### Exercise 4 · `beam_search` · 9 points · about 20 minutes
# Drop impossible extensions. At the end all compete: the sequences that ended, and
# those cut off by `max_len`.
#
# <details><summary>B beginnings that all start alike, and worse results</summary>
#
# Good: the *best B of all* extensions may share a parent. Not the best of each parent.
# </details>
# <details><summary>The sums are positive, or tiny</summary>
#
# Logarithms add. Multiply nothing, and take no `exp`.
# </details>


# %% exercise="beam_search"
def beam_search(step, B, max_len, length_penalty):
    """Search for a likely sequence, keeping the B best beginnings.

    Args:
        step: function of a prefix (a tuple of ints) that returns log probabilities
            `(V,)` of the next symbol, `-inf` for impossible ones. Symbol 0 ends.
        B: beam width.
        max_len: how many symbols at most, the end included.
        length_penalty: exponent of the length in the score.

    Returns:
        sequence: list of ints, the best by score.
        score: its sum of log probabilities over its length (the end included) to the
            power `length_penalty`.
    """
    ### BEGIN SOLUTION
    open_beams, finished = [((), 0.0)], []
    for _ in range(max_len):
        extended = []
        for prefix, total in open_beams:
            log_p = step(prefix)
            possible = np.flatnonzero(np.isfinite(log_p))
            extended += [((*prefix, int(i)), total + log_p[i]) for i in possible]
        extended.sort(key=lambda beam: -beam[1])
        finished += [beam for beam in extended[:B] if beam[0][-1] == 0]
        open_beams = [beam for beam in extended[:B] if beam[0][-1] != 0]
    scored = [(y, total / len(y) ** length_penalty) for y, total in
              finished + open_beams]  # fmt: skip
    sequence, score = max(scored, key=lambda beam: beam[1])
    return list(sequence), score
    ### END SOLUTION


# %% check="beam_search"
check(beam_search)

# %% demo
shakespeare = data.load("shakespeare")
model_of_letters = letter_model(counted(lines_of(text.as_text(
    shakespeare.rows("train_text", slice(0, 420_000))))))  # fmt: skip
held_out_lines = lines_of(text.as_text(shakespeare.dev_text))[::52][:40]


def without_vowels(line):
    """The symbols of a line that are not vowels."""
    return [i for i in map(LETTERS.index, line) if not VOWEL[i]]


def as_line(symbols):
    """Symbols as text, without the end."""
    return "".join(LETTERS[i] for i in symbols if i != END)


truth = held_out_lines[6]
step = restoring(model_of_letters, without_vowels(truth))
print("given   ", as_line(without_vowels(truth)))
print("greedy  ", as_line(greedy_decode(step, 60)[0]))
for B in (3, 10, 30):
    print(f"B = {B:<4}", as_line(beam_search(step, B, 60, 0)[0]))
print("truth   ", truth)

# %% [markdown]
# Greedy search drowns in vowels: one is always allowed, and often likelier than *the
# one* consonant that must come. **Predict** for forty lines of plays the model has not
# read: how many words are right with a width of 1, 3, 10, 40?


# %% demo
def restore_all(B, length_penalty=0.0):
    """Restore the forty lines; pairs of what came out, and its true line."""
    found = []
    for line in held_out_lines:
        restricted = restoring(model_of_letters, without_vowels(line))
        y, _ = beam_search(restricted, B, 80, length_penalty)
        found.append((as_line(y), line))
    return found


def words_right(pairs):
    """Share of words at their place."""
    wanted = [word for _, line in pairs for word in line.split(" ")]
    same = [x == y for got, line in pairs
            for x, y in zip(got.split(" "), line.split(" "), strict=False)]  # fmt: skip
    return sum(same) / len(wanted)


restored = {B: restore_all(B) for B in (1, 2, 3, 5, 10, 20, 40)}
plots.lines(
    [words_right(pairs) for pairs in restored.values()], list(map(str, restored)),
    xlabel="beam width B", ylabel="words right", markers=True, from_zero=True,
    reading="The same model throughout; only the search got better. From 5 on, twice "
    "the width costs twice the time and brings little.",
)  # fmt: skip

# %% demo
print("λ      letters too many a line, B = 10      written freely, B = 10")
for penalty in (0.0, 0.5, 0.7, 1.0, 1.5):
    pairs = restore_all(10, penalty)
    surplus = np.mean([len(got) - len(line) for got, line in pairs])
    free, _ = beam_search(model_of_letters, 10, 60, penalty)
    print(f"{penalty:3}    {surplus:6.2f}   {words_right(pairs):5.0%} of words right"
          f"        {as_line(free)!r}")  # fmt: skip

# %% [markdown]
# Here the given consonants already fix most of the length, so a penalty only invites
# more vowels and mends nothing. Written freely, without consonants, the plain sum says
# one word and stops. Width and penalty are knobs: tune them on held-out data.

# %% concept="short_outputs"
# A translator searched with λ = 0 drops half of each long sentence. Why?
# A: the beam is too narrow for long sentences
# B: every further symbol adds a negative logarithm, so short outputs win
# C: the softmax gives long sentences a probability above 1
# D: the encoder reads only the first half
short_outputs = None

# %% [markdown]
# ## Who is to blame?
# The machine wrote $\hat y$, wrong; a person wrote $y^*$. Ask the model for both
# probabilities. If it finds $y^*$ **more** likely, it knew better, and the search
# failed to find it. If not, even a perfect search would have written something else.

# %% [markdown]
# ### Exercise 5 · `beam_or_model` · 2 points · about 3 minutes
# If both are equally likely, the search did nothing wrong. (There are two answers only,
# so the points are given for all cases together.)
#
# <details><summary>All cases are the wrong way round</summary>
#
# A search should find what is likely. Blame it if it missed something likelier.
# </details>


# %% exercise="beam_or_model"
def beam_or_model(p_star, p_hat):
    """Say which part is at fault for a wrong output.

    Args:
        p_star: probability (or its logarithm, or a score) of the person's output.
        p_hat: the same of the machine's output.

    Returns:
        `"beam"` or `"model"`.
    """
    ### BEGIN SOLUTION
    return "beam" if p_star > p_hat else "model"
    ### END SOLUTION


# %% check="beam_or_model"
check(beam_or_model)


# %% demo
def log_probability(step, sequence):
    """Logarithm of the probability of a whole sequence."""
    return sum(step(tuple(sequence[:t]))[y] for t, y in enumerate(sequence))


blame = {}
for B, pairs in restored.items():
    wrong = Counter()
    for got, line in pairs:
        step = restoring(model_of_letters, without_vowels(line))
        y_hat, y_star = ([*map(LETTERS.index, one), END] for one in (got, line))
        if got != line:
            p_star, p_hat = log_probability(step, y_star), log_probability(step, y_hat)
            wrong[beam_or_model(p_star, p_hat)] += 1
    blame[f"B = {B}"] = [wrong["beam"], wrong["model"], 40 - wrong.total()]
plots.heat(
    np.array(list(blame.values())).T, signed=False, numbers=True,
    rows=["search", "model", "all right"], columns=list(blame),
    reading="Forty lines, by who is to blame. Left: widen the beam. Right: mostly the "
    "model itself prefers a wrong line; get a better one.",
)  # fmt: skip

# %% [markdown]
# # Part 4 · Judging a translation
# There are many good translations of one sentence. BLEU counts how many words, pairs,
# triples and quadruples of the candidate occur in *some* reference.
#
# A candidate "the the the the the the the" has seven words, all of which occur in "the
# cat is on the mat": precision 7/7? So counts are **clipped**: "the" counts at most as
# often as in the reference where it occurs most. That makes 2/7.

# %% [markdown]
# ### Exercise 6 · `clipped_precision` · 4 points · about 8 minutes
# An n-gram is a tuple of n words in a row; a `Counter` counts them.
#
# <details><summary>More matches than n-grams in any reference</summary>
#
# Clip each n-gram at its largest count in a *single* reference, not at the sum.
# </details>
# <details><summary>The total is one too large or too small</summary>
#
# Five words hold $5 - n + 1$ n-grams; two words hold no triple at all.
# </details>


# %% exercise="clipped_precision"
def clipped_precision(candidate, references, n):
    """Count n-grams of a candidate that some reference confirms.

    Args:
        candidate: list of words.
        references: list of lists of words.
        n: words in an n-gram.

    Returns:
        matches: how many n-grams are confirmed, clipped.
        total: how many n-grams the candidate has.
    """

    ### BEGIN SOLUTION
    def grams(words):
        return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))

    counts, allowed = grams(candidate), Counter()
    for reference in references:
        allowed |= grams(reference)  # the larger count of the two
    return (counts & allowed).total(), counts.total()
    ### END SOLUTION


# %% check="clipped_precision"
check(clipped_precision)

# %% concept="clipped_by_hand"
# Candidate: "the cat the cat on the mat". Reference: "the cat is on the mat".
# What is the clipped precision of pairs (n = 2), to two decimals?
clipped_by_hand = None

# %% [markdown]
# ### One number
# The geometric mean of the precisions for $n = 1, …, 4$, times a **brevity penalty**:
# with $c$ words in the candidate and $r$ in the reference nearest in length (the
# shorter of two equally near),
#
# $$\mathrm{BLEU} = \mathrm{BP}\cdot\exp\Big(\tfrac14\sum_{n}\ln p_n\Big) \qquad
# \mathrm{BP} = \begin{cases}1 & c \ge r\\ e^{1 - r/c} & c < r\end{cases}$$
#
# By hand: "the cat is on the" against "the cat is on the mat" has precisions of 1
# throughout. With $c = 5$ and $r = 6$ the penalty is $e^{-1/5} = 0.82$.

# %% [markdown]
# ### Exercise 7 · `bleu` · 6 points · about 10 minutes
# Your `clipped_precision`, `max_n` times.
#
# <details><summary>Short candidates score above 1</summary>
#
# The penalty is below 1 where $c < r$, never above.
# </details>
# <details><summary>nan, or a warning about log(0)</summary>
#
# If one precision is 0, or there is no n-gram of some length, BLEU is 0.
# </details>


# %% exercise="bleu"
def bleu(candidate, references, max_n=4):
    """BLEU of one sentence (Papineni and others, 2002), without smoothing.

    Args:
        candidate: list of words.
        references: list of lists of words.
        max_n: longest n-gram.

    Returns:
        A number from 0 to 1.
    """
    ### BEGIN SOLUTION
    counts = [clipped_precision(candidate, references, n + 1) for n in range(max_n)]
    if any(matches == 0 for matches, _ in counts):
        return 0.0
    c = len(candidate)
    r = min((abs(len(one) - c), len(one)) for one in references)[1]
    penalty = min(1.0, np.exp(1 - r / c))
    logs = [np.log(matches / total) for matches, total in counts]
    return penalty * np.exp(sum(logs) / max_n)
    ### END SOLUTION


# %% check="bleu"
check(bleu)

# %% [markdown]
# ### Where BLEU is blind
# One reference, six candidates. **Predict** which gets the most, and which zero.

# %% demo
reference = "the doctor did not give the old man any hope this morning"
for candidate, remark in [
    ("the doctor did not give the old man any hope this morning", "the same"),
    ("the doctor did give the old man any hope this morning", "the opposite"),
    ("the old man did not give the doctor any hope this morning", "roles swapped"),
    ("the doctor did not give the old man", "half of it"),
    ("this morning the physician gave the old fellow no hope", "means the same"),
    ("any hope this morning", "four words"),
]:
    words = candidate.split()
    score = bleu(words, [reference.split()])
    counts = [clipped_precision(words, [reference.split()], n) for n in (1, 2, 3, 4)]
    print(f"{score:.2f}  {' '.join(f'{a}/{b}' for a, b in counts):24}{remark}")

# %% [markdown]
# The opposite scores 0.74; a fine translation in other words scores 0, as no triple
# of it occurs. Scores are meant for whole test sets, with several references, and to
# compare systems of one kind. Now the restored lines of part 3, by width:

# %% demo
plots.lines(
    {
        "mean BLEU of the lines": [
            np.mean([bleu(got.split(), [line.split()]) for got, line in pairs])
            for pairs in restored.values()
        ],
        "words right": [words_right(pairs) for pairs in restored.values()],
    },
    list(map(str, restored)), xlabel="beam width B", ylabel="score",
    markers=True, from_zero=True,
    reading="BLEU is lower, for one wrong word spoils up to four quadruples.",
)  # fmt: skip

# %% [markdown]
# # Part 5 · From sound to letters
# A recording of "cat" has a hundred time steps; the transcript has three letters, and
# nobody says which step belongs to which. **CTC** (connectionist temporal
# classification) lets a network say one symbol a step, a letter or the blank `_`, and
# reads it so: first merge repeats, then drop the blanks.
#
# `cc_aa_tt__` → `c_a_t_` → `cat` and `_hee_l_lo_` → `_he_l_lo_` → `hello`. The blank
# between the two l keeps them apart.

# %% [markdown]
# ### Exercise 8 · `ctc_collapse` · 3 points · about 4 minutes
# The two steps of this reading, for any symbols.
#
# <details><summary>hello comes out as helo</summary>
#
# Merge first, then drop. With the blanks gone, double letters look like repeats.
# </details>


# %% exercise="ctc_collapse"
def ctc_collapse(symbols, blank):
    """Read one symbol a step as a label: merge repeats, then drop blanks.

    Args:
        symbols: list of ints or letters, or a string.
        blank: the symbol for "nothing new".

    Returns:
        List of symbols.

    Example:
        >>> ctc_collapse("_hee_l_lo_", "_")
        ['h', 'e', 'l', 'l', 'o']
    """
    ### BEGIN SOLUTION
    merged = [symbol for symbol, _ in itertools.groupby(symbols)]
    return [symbol for symbol in merged if symbol != blank]
    ### END SOLUTION


# %% check="ctc_collapse"
check(ctc_collapse)

# %% concept="ctc_paths"
# Three time steps, symbols "a" and blank. How many of the 8 paths are read as "a"?
ctc_paths = None

# %% [markdown]
# ## The probability of a label
# Many paths are read as the same label; their probabilities add up. Two steps, in each
# $P(a) = 0.4$ and $P(\_) = 0.6$: the likeliest *path* is `__` with 0.36, yet the
# label "a" has $0.16 + 0.24 + 0.24 = 0.64$.
#
# There are $V^T$ paths, but one table suffices. Put blanks around each letter:
# $z = (\_, c, \_, a, \_, t, \_)$, of length $S = 2L + 1$. Let $\alpha_t(s)$ be the
# probability of all beginnings of paths that end at step $t$ in place $s$ of $z$ (no
# attention this time; the letter is the field's).

# %% [markdown]
# A path starts in place 0 or 1. From step to step it **stays**, moves on by **one**, or
# skips a blank, **two**, but only between *different* letters:
#
# $$\alpha_t(s) = P_t(z_s)\,\big(\alpha_{t-1}(s) + \alpha_{t-1}(s-1) +
# [\,z_s \ne \_ \text{ and } z_s \ne z_{s-2}\,]\;\alpha_{t-1}(s-2)\big)$$
#
# For "a" above, $z = (\_, a, \_)$: $\alpha_1 = (0.6, 0.4, 0)$ and $\alpha_2 =
# (0.36,\; 0.4\,(0.4 + 0.6),\; 0.6 \cdot 0.4) = (0.36, 0.4, 0.24)$. It may end in the
# last place or the one before: $0.24 + 0.4 = 0.64$.

# %% [markdown]
# ### Exercise 9 · `ctc_alphas` · 7 points · about 15 minutes
# Fill the table, one step after the other.
#
# <details><summary>"aa" comes out too likely</summary>
#
# Between two equal letters the blank may not be skipped: they would merge.
# </details>
# <details><summary>Index out of bounds for an empty label</summary>
#
# Then $z$ is one blank, and there is no place 1.
# </details>


# %% exercise="ctc_alphas"
def ctc_alphas(probs, labels, blank):
    """Table of forward probabilities (Graves and others, 2006).

    Args:
        probs: array `(T, V)`, probabilities of each symbol at each step.
        labels: list of L ints, none of them the blank; may be empty.
        blank: index of the blank.

    Returns:
        Array `(T, 2 L + 1)`: probability of all beginnings of paths that stand in place
        s of the extended label at step t, that step included.
    """
    ### BEGIN SOLUTION
    z = [blank]
    for label in labels:
        z += [label, blank]
    alphas = np.zeros((len(probs), len(z)))
    alphas[0, :2] = probs[0, z[:2]]
    for t in range(1, len(probs)):
        for s, symbol in enumerate(z):
            total = alphas[t - 1, s]
            if s >= 1:
                total += alphas[t - 1, s - 1]
            if s >= 2 and symbol not in (blank, z[s - 2]):
                total += alphas[t - 1, s - 2]
            alphas[t, s] = probs[t, symbol] * total
    return alphas
    ### END SOLUTION


# %% check="ctc_alphas"
check(ctc_alphas)

# %% [markdown]
# ### Exercise 10 · `ctc_forward` · 2 points · about 3 minutes
# The probability of the whole label, read off your table.
#
# <details><summary>Too small</summary>
#
# A path may end in the last letter or in the blank behind it.
# </details>


# %% exercise="ctc_forward"
def ctc_forward(probs, labels, blank):
    """Probability that a path is read as the label.

    Args:
        probs: array `(T, V)`.
        labels: list of L ints; may be empty.
        blank: index of the blank.

    Returns:
        A number from 0 to 1.
    """
    ### BEGIN SOLUTION
    return ctc_alphas(probs, labels, blank)[-1, -2:].sum()
    ### END SOLUTION


# %% check="ctc_forward"
check(ctc_forward)

# %% demo
# Believe it against brute force: all paths of 7 steps over 4 symbols, each read.
rng = np.random.default_rng(1)
probs = rng.dirichlet(np.ones(4), size=7)
brute = Counter()
for path in itertools.product(range(4), repeat=7):
    brute[tuple(ctc_collapse(path, 3))] += np.prod(probs[range(7), path])
print(f"{4**7} paths, {len(brute)} labels, together {sum(brute.values()):.12f}")
for label in [(), (0,), (1, 1), (0, 1, 2), (2, 2, 0, 0)]:
    print(f"{label!s:14} {brute[label]:.12f} {ctc_forward(probs, label, 3):.12f}")

# %% [markdown]
# ### The gradient
# The loss is $-\ln P$. Let $\beta_t(s)$ be the same table for *endings*: it is
# `ctc_alphas` of the steps and the letters in reverse, read in reverse. Then
# $\alpha_t(s)\,\beta_t(s) / P_t(z_s)$ is the probability of all paths through place $s$
# at step $t$ (step $t$ is in both tables, so divide it out once). The share of paths
# that say symbol $k$ at step $t$ is
#
# $$\gamma_t(k) = \frac1P \sum_{s:\,z_s = k}\frac{\alpha_t(s)\,\beta_t(s)}{P_t(k)}
# \qquad \frac{\partial(-\ln P)}{\partial\,\mathrm{score}_t(k)} = P_t(k) - \gamma_t(k)$$
#
# where the scores go through a softmax to give `probs`: what the network says, minus
# what it should say.

# %% [markdown]
# ### Exercise 11 · `ctc_gradient` · 6 points · about 15 minutes
# Your `ctc_alphas` twice, forwards and backwards; then the two formulas.
#
# <details><summary>The rows do not sum to 0</summary>
#
# At each step the shares γ sum to 1. Is $P$ divided out, and $P_t(z_s)$ once?
# </details>
# <details><summary>Only one of two blanks or double letters counts</summary>
#
# Several places hold the same symbol: add up (`np.add.at`, or a loop).
# </details>


# %% exercise="ctc_gradient"
def ctc_gradient(probs, labels, blank):
    """Slope of -ln P(labels) in the scores whose softmax is `probs`.

    Args:
        probs: array `(T, V)`, all positive.
        labels: list of L ints; may be empty.
        blank: index of the blank.

    Returns:
        Array `(T, V)`; each row sums to 0.
    """
    ### BEGIN SOLUTION
    alphas = ctc_alphas(probs, labels, blank)
    betas = ctc_alphas(probs[::-1], labels[::-1], blank)[::-1, ::-1]
    through = alphas * betas / alphas[-1, -2:].sum()  # (T, S)
    gamma = np.zeros(probs.shape)
    for s in range(2 * len(labels) + 1):
        symbol = labels[s // 2] if s % 2 else blank
        gamma[:, symbol] += through[:, s] / probs[:, symbol]
    return probs - gamma
    ### END SOLUTION


# %% check="ctc_gradient"
check(ctc_gradient)


# %%
def softmax(scores):
    """Rows of scores to probabilities."""
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# %% demo
# Believe no slope you have not nudged.
rng = np.random.default_rng(2)
scores, label = rng.normal(size=(6, 4)), [1, 1, 0]
slopes = ctc_gradient(softmax(scores), label, 3)
for place in [(0, 3), (2, 1), (3, 3), (5, 0)]:
    nudge = np.zeros((6, 4))
    nudge[place] = 1e-5
    up, down = (
        -np.log(ctc_forward(softmax(scores + d), label, 3)) for d in (nudge, -nudge)
    )
    print(f"{place}  nudged {(up - down) / 2e-5:12.8f}   yours {slopes[place]:12.8f}")

# %% [markdown]
# ### What CTC teaches
# No network, only 30 steps of scores, noise at first. Walk down your slope for the
# label "cat", and watch. **Predict**: will each letter fill a third of the time?

# %% demo
rng = np.random.default_rng(3)
scores = 0.5 * rng.normal(size=(30, 4))  # c, a, t, blank
for i in range(241):
    probs = softmax(scores)
    if i in (0, 10, 40, 240):
        said = "".join("cat_"[k] for k in probs.argmax(axis=1))
        print(f"step {i:3}  P(cat) = {ctc_forward(probs, [0, 1, 2], 3):.4f}  {said}")
    scores -= ctc_gradient(probs, [0, 1, 2], 3)
plots.lines(
    dict(zip(["c", "a", "t", "blank"], probs.T, strict=True)),
    np.arange(1, 31),
    xlabel="time step",
    ylabel="probability",
    reading="Each letter grew where the noise gave it a head start: the order is "
    "taught, the moment and the length are not.",
)

# %% [markdown]
# # Part 6 · Making clips
# Now to your ears. A device sleeps until it hears one word, here "activated". To train
# it you need hours of sound with the moment of each word marked; nobody has them. So
# make them: single words, spoken by 93 synthetic voices, dropped at random moments into
# backgrounds. Then the marks come for free.

# %%
RATE = 8000  # samples a second
CLIP_MS = 10_000  # length of a training clip
Ty_sound = 492  # output steps in a clip, 20 ms each
speech = data.load("speech")


def words_of(part, label):
    """Clips of one part as floats: 1 for "activated", 0 for other words."""
    chosen = np.flatnonzero(speech[f"{part}_y"] == label)
    clips, lengths = speech[f"{part}_clips"], speech[f"{part}_lengths"]
    return [audio.to_float(clips[i, : lengths[i]]) for i in chosen]


# %% demo
print(f"{len(words_of('train', 1))} times “activated”, {len(words_of('train', 0))} "
      f"others: {', '.join(sorted(set(speech.train_words))[2:12])} …")  # fmt: skip
some = [words_of("train", 1)[0], words_of("train", 1)[7], words_of("train", 0)[3]]
audio.player(np.concatenate([np.append(one, np.zeros(2000)) for one in some]), RATE)

# %% [markdown]
# ## A picture of sound
# Eight thousand numbers a second are hard to read. Cut the sound into short frames,
# fade each in and out by a window $w$, and ask by the Fourier transform how strong each
# pitch is in it:
#
# $$X_{t,k} = \ln\Big(10^{-6} + \Big|\sum_n w_n\,x_{tH+n}\,
# e^{-2\pi i kn/N}\Big|^2\Big)$$
#
# With $N = 200$ samples (25 ms) and a hop of $H = 80$ (10 ms), ten seconds give 998
# frames of 101 frequencies, 40 Hz apart.

# %% [markdown]
# ### Exercise 12 · `spectrogram` · 5 points · about 10 minutes
# `np.hanning(size)` is the window, `np.fft.rfft` the transform.
#
# <details><summary>One frame too few or too many</summary>
#
# The last frame begins where `size` samples are still left, exactly included.
# </details>
# <details><summary>Axes are swapped</summary>
#
# Time first, `(frames, frequencies)`, as for all sequences from this week on.
# </details>


# %% exercise="spectrogram"
def spectrogram(x, size=200, hop=80):
    """Logarithm of the power of each frequency in each frame.

    Args:
        x: array `(n,)`, samples, at least `size` of them.
        size: samples in a frame.
        hop: samples from the start of a frame to that of the next.

    Returns:
        Array `((n - size) // hop + 1, size // 2 + 1)`: ln(1e-6 + power) under a Hann
        window (`np.hanning`).
    """
    ### BEGIN SOLUTION
    starts = np.arange(0, len(x) - size + 1, hop)
    frames = x[starts[:, None] + np.arange(size)] * np.hanning(size)
    return np.log(1e-6 + np.abs(np.fft.rfft(frames, axis=1)) ** 2)
    ### END SOLUTION


# %% check="spectrogram"
check(spectrogram)

# %% demo
word, other = words_of("train", 1)[0], words_of("train", 0)[3]
figures_c5w3.sounds(
    {"activated": (word, spectrogram(word)), "another": (other, spectrogram(other))},
    RATE,
    reading="Above what the microphone gives, below its spectrogram: dark is silent. "
    "Vowels are stacks of stripes, the t a short column.",
)  # fmt: skip

# %% [markdown]
# ## Dropping words into a clip
# A word takes up a **segment** of the clip: a pair of milliseconds, its first and its
# last. Two words must not overlap.
#
# ### Exercise 13 · `is_overlapping` · 2 points · about 4 minutes
# Does the segment share any moment with one of the earlier ones? (The points are given
# for all cases together.)
#
# <details><summary>Segments that share one millisecond</summary>
#
# Both ends are included: (10, 20) and (20, 30) overlap.
# </details>


# %% exercise="is_overlapping"
def is_overlapping(segment_time, previous_segments):
    """Whether a segment overlaps any earlier one.

    Args:
        segment_time: `(start_ms, end_ms)`, both included.
        previous_segments: list of such pairs; may be empty.

    Returns:
        True or False.
    """
    ### BEGIN SOLUTION
    start, end = segment_time
    return any(start <= last and end >= first for first, last in previous_segments)
    ### END SOLUTION


# %% check="is_overlapping"
check(is_overlapping)


# %%
def get_random_time_segment(segment_ms, duration_ms=CLIP_MS):
    """A random segment of `segment_ms` milliseconds, `(start, end)`, both included."""
    start = np.random.randint(0, duration_ms - segment_ms)
    return (start, start + segment_ms - 1)


# %% [markdown]
# ### Exercise 14 · `insert_audio_clip` · 4 points · about 10 minutes
# Draw a segment with `get_random_time_segment(segment_ms, duration_ms)`; draw again
# while it overlaps, at most **six** more times. Then append it to `previous_segments`
# and add the clip to the sound there. If there is still no room, change nothing and
# return the segment `(duration_ms, duration_ms)`. A sound of $n$ samples lasts
# $1000\,n$ / `RATE` milliseconds; how you round a fraction is up to you.
#
# <details><summary>Shapes do not match where the clip is added</summary>
#
# Sound is counted in samples, 8 a millisecond: from `start_ms * RATE // 1000` on, as
# many as the clip has.
# </details>


# %% exercise="insert_audio_clip"
def insert_audio_clip(background, audio_clip, previous_segments):
    """Add a clip to a sound at a random moment where there is room.

    Args:
        background: array `(n,)`, samples.
        audio_clip: array `(k,)`, samples, shorter than the background.
        previous_segments: list of segments in ms; the new one is appended to it.

    Returns:
        new_background: array `(n,)`, a new one.
        segment_time: `(start_ms, end_ms)`, or `(duration_ms, duration_ms)` of the
            background if seven draws found no room.
    """
    ### BEGIN SOLUTION
    segment_ms = len(audio_clip) * 1000 // RATE
    duration_ms = len(background) * 1000 // RATE
    new_background = background.copy()
    for _ in range(7):
        segment_time = get_random_time_segment(segment_ms, duration_ms)
        if not is_overlapping(segment_time, previous_segments):
            previous_segments.append(segment_time)
            start = segment_time[0] * RATE // 1000
            new_background[start : start + len(audio_clip)] += audio_clip
            return new_background, segment_time
    return new_background, (duration_ms, duration_ms)
    ### END SOLUTION


# %% check="insert_audio_clip"
check(insert_audio_clip)

# %% [markdown]
# ## Labels
# The network hears from left to right and can know of a word only when it is over. So
# the label is 1 for 50 steps, about a second, **after** the end of "activated", and 0
# elsewhere. (A single 1 among 492 steps would be easy to ignore.)

# %% concept="why_after"
# What if the ones began where the word begins, for a network that reads left to right?
# A: nothing changes, as a GRU sees the whole clip at each step
# B: it would have to guess at "ac…" whether "activated" or "active" follows
# C: the loss would not be differentiable
# D: it would detect the word earlier and with more certainty
why_after = None

# %% [markdown]
# ### Exercise 15 · `insert_ones` · 3 points · about 6 minutes
# The end of the word falls into step `int(segment_end_ms * Ty / duration_ms)`. The 50
# steps **strictly after** it become 1, as far as there are so many.
#
# <details><summary>The ones are one step early</summary>
#
# The step in which the word ends stays 0.
# </details>


# %% exercise="insert_ones"
def insert_ones(y, segment_end_ms, duration_ms=10_000):
    """Set the 50 labels after the end of a word to 1; changes `y` in place.

    Args:
        y: array `(1, Ty)`, labels.
        segment_end_ms: when the word ends.
        duration_ms: length of the clip.

    Returns:
        `y` itself.
    """
    ### BEGIN SOLUTION
    Ty = y.shape[1]
    end = int(segment_end_ms * Ty / duration_ms)
    y[0, end + 1 : end + 51] = 1
    return y
    ### END SOLUTION


# %% check="insert_ones"
check(insert_ones)

# %% [markdown]
# ### Exercise 16 · `create_training_example` · 4 points · about 12 minutes
# In this order, with `np.random.randint`: how many "activated" (0 to 4), which ones
# (`randint(len(activates), size=…)`), insert each; then how many others (0 to 2), which
# ones, insert each. A word that found no room leaves no label.
#
# <details><summary>Ones after every word</summary>
#
# Only "activated" is labelled, though all words share one list of segments.
# </details>


# %% exercise="create_training_example"
def create_training_example(background, activates, negatives, Ty):
    """Make a clip with its labels.

    Args:
        background: array `(n,)`, samples; stays as it is.
        activates: list of arrays, clips of the trigger word.
        negatives: list of arrays, clips of other words.
        Ty: number of labels.

    Returns:
        sound: array `(n,)`.
        y: array `(1, Ty)` of floats, 0 and 1.
        ends: list of the moments in ms at which a trigger word ends.
    """
    ### BEGIN SOLUTION
    duration_ms = len(background) * 1000 // RATE
    sound, y, ends, segments = background, np.zeros((1, Ty)), [], []
    for i in np.random.randint(len(activates), size=np.random.randint(0, 5)):
        sound, (_, end) = insert_audio_clip(sound, activates[i], segments)
        if end < duration_ms:
            y = insert_ones(y, end, duration_ms)
            ends.append(end)
    for i in np.random.randint(len(negatives), size=np.random.randint(0, 3)):
        sound, _ = insert_audio_clip(sound, negatives[i], segments)
    return sound, y, ends
    ### END SOLUTION


# %% check="create_training_example"
check(create_training_example)


# %% demo
def clips_of(part, count, seed):
    """Sounds, labels `(count, Ty, 1)` and ends of trigger words for one part."""
    np.random.seed(seed)
    backgrounds = [audio.to_float(one) for one in speech[f"{part}_backgrounds"]]
    trigger, others = words_of(part, 1), words_of(part, 0)
    made = [
        create_training_example(backgrounds[i % len(backgrounds)], trigger, others,
                                Ty_sound)
        for i in range(count)
    ]  # fmt: skip
    sounds, labels, ends = zip(*made, strict=True)
    return sounds, np.concatenate(labels)[:, :, None].astype(np.float32), ends


sounds, labels, ends = clips_of("train", 480, seed=1)
print(f"{labels.mean():.0%} of the labels are 1")
busy = int(np.argmax(labels.sum(axis=(1, 2))))
figures_c5w3.clip(
    spectrogram(sounds[busy]), labels[busy, :, 0],
    reading="A clip you made. The ones begin where an “activated” has just ended.",
)  # fmt: skip
audio.player(sounds[busy], RATE)

# %% concept="accuracy_fools"
# One in five labels is 1. A detector that never fires is right on 81 % of the steps.
# What do you ask instead, per spoken word?
# A: the share of clips in which some label is right
# B: the loss on the training clips, as it is differentiable
# C: accuracy again, with ten times as many silent clips
# D: how many alarms were right, and how many trigger words were noticed
accuracy_fools = None

# %% [markdown]
# # Part 7 · A trigger word
# The network: scale each frequency, a convolution over 15 frames with stride 2 (so 998
# frames become 492 steps), normalize, ReLU, dropout, a GRU, dropout, one score a step.
# The GRU is **not** bidirectional: a device cannot wait for the end of the day.

# %% [markdown]
# ### Exercise 17 · `trigger_model` · 4 points · about 10 minutes
# Use the names of the docstring. `nn.relu(x)` is a function.
#
# <details><summary>500 steps instead of 492</summary>
#
# `padding="valid"`: no frames are invented at the ends.
# </details>


# %% exercise="trigger_model"
def trigger_model(n_freq, n_filters, n_units, rng):
    """A recurrent detector.

    Its layers, by name and in order: `scale`, an `nn.BatchNorm` of the frequencies;
    `conv`, an `nn.Conv1D` over 15 frames with stride 2 and `padding="valid"`; `norm`,
    an `nn.BatchNorm`, then ReLU; `dropout`, an `nn.Dropout` of 0.3; `gru`, an `nn.GRU`
    that returns sequences, then `dropout` again; `output`, an `nn.Dense` to one score.

    Args:
        n_freq: frequencies of a frame.
        n_filters: filters of the convolution.
        n_units: units of the GRU.
        rng: generator for weights and dropout.

    Returns:
        An `nn.Model` from spectrograms `(m, Tx, n_freq)` to scores `(m, Ty, 1)`.
    """

    ### BEGIN SOLUTION
    class Detector(nn.Model):
        def __init__(self):
            self.scale = nn.BatchNorm(n_freq)
            self.conv = nn.Conv1D(
                n_freq, n_filters, 15, stride=2, padding="valid", rng=rng
            )
            self.norm = nn.BatchNorm(n_filters)
            self.dropout = nn.Dropout(0.3, rng=rng)
            self.gru = nn.GRU(n_filters, n_units, return_sequences=True, rng=rng)
            self.output = nn.Dense(n_units, 1, rng=rng)

        def forward(self, x):
            x = nn.relu(self.norm(self.conv(self.scale(x))))
            x = self.gru(self.dropout(x))
            return self.output(self.dropout(x))

    return Detector()
    ### END SOLUTION


# %% check="trigger_model"
check(trigger_model)

# %% [markdown]
# ### Train it
# Nine passes through 480 clips, half a minute. As few labels are 1, each of them weighs
# three times in the loss; else silence would be an easy way out.

# %% demo
pictures = np.stack([spectrogram(one) for one in sounds]).astype(np.float32)
rng = np.random.default_rng(0)
detector = trigger_model(pictures.shape[2], 40, 40, rng)
epochs = 9
adam = nn.Adam(
    detector.parameters(), nn.schedules.cosine_decay(0.01, 15 * epochs), clip_norm=1.0
)
history = detector.fit(
    pictures, labels, epochs=epochs, batch_size=32, optimizer=adam, rng=rng,
    loss=lambda scores, y: nn.binary_cross_entropy(scores, y, 1 + 2 * y),
    progress=False,
)  # fmt: skip
plots.lines(
    history["loss"], np.arange(1, epochs + 1), xlabel="passes through 480 clips",
    ylabel="loss", from_zero=True, markers=True,
    reading="Each clip is ten seconds: 80 minutes of sound, made from 270 words.",
)  # fmt: skip

# %% [markdown]
# ### Exercise 18 · `detect_triggerword` · 3 points · about 6 minutes
# From samples to a probability at each step. `model.predict` works on a batch and
# leaves dropout out.
#
# <details><summary>Values below 0 or above 1</summary>
#
# The model gives scores. A sigmoid, $1 / (1 + e^{-z})$, makes probabilities.
# </details>


# %% exercise="detect_triggerword"
def detect_triggerword(x, model):
    """How likely it is, at each step, that a trigger word has just ended.

    Args:
        x: array `(n,)`, samples.
        model: an `nn.Model` from spectrograms `(1, Tx, n_freq)` to scores `(1, Ty, 1)`.

    Returns:
        Array `(1, Ty)` of probabilities.
    """
    ### BEGIN SOLUTION
    scores = model.predict(spectrogram(x)[None].astype(np.float32))[:, :, 0]
    return 1 / (1 + np.exp(-scores))
    ### END SOLUTION


# %% check="detect_triggerword"
check(detect_triggerword)

# %% [markdown]
# ### Exercise 19 · `detection_times` · 3 points · about 8 minutes
# The probability stays high for a second; the chime should sound once. A detection is a
# step at which the probability is **above** the threshold and was not at the step
# before, more than `wait_ms` after the last detection. Step $i$ lies at
# $i \cdot \mathrm{duration} / T_y$ milliseconds.
#
# <details><summary>Many chimes for one word</summary>
#
# Look for the *rise* through the threshold, then wait.
# </details>
# <details><summary>A word at the very start is missed</summary>
#
# Before step 0 the probability counts as 0, and nothing has been detected.
# </details>


# %% exercise="detection_times"
def detection_times(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    """Moments at which the detector fires.

    Args:
        probabilities: array `(1, Ty)`.
        threshold: fires above it.
        wait_ms: a detection counts if more than this has passed since the last one.
        duration_ms: length of the clip.

    Returns:
        List of moments in ms, in order.
    """
    ### BEGIN SOLUTION
    found, before = [], 0.0
    Ty = probabilities.shape[1]
    for i, p in enumerate(probabilities[0]):
        moment = i * duration_ms / Ty
        if p > threshold >= before and (not found or moment - found[-1] > wait_ms):
            found.append(moment)
        before = p
    return found
    ### END SOLUTION


# %% check="detection_times"
check(detection_times)

# %% [markdown]
# ### Exercise 20 · `count_events` · 2 points · about 6 minutes
# An alarm is a hit if a trigger word ended at most `window_ms` before it, or at most
# 200 ms after it (the last sound may be clear before it is over). Each word counts
# once; a second alarm for it is a false one. Take the alarms in order, and for each the
# earliest word that is still free.
#
# <details><summary>More hits than words</summary>
#
# Cross out a word once it was hit.
# </details>


# %% exercise="count_events"
def count_events(found, ends, window_ms=1000):
    """Compare alarms with the truth.

    Args:
        found: list of moments of alarms in ms, in order.
        ends: list of moments in ms at which trigger words ended, in any order.
        window_ms: how late an alarm may come.

    Returns:
        hits, false_alarms, misses: three ints.
    """
    ### BEGIN SOLUTION
    free, hits = sorted(ends), 0
    for moment in found:
        fits = [end for end in free if -200 <= moment - end <= window_ms]
        if fits:
            free.remove(fits[0])
            hits += 1
    return hits, len(found) - hits, len(free)
    ### END SOLUTION


# %% check="count_events"
check(count_events)


# %% demo
def scores_at(part_probabilities, part_ends, threshold):
    """Precision and recall over clips, each word and each alarm counted once."""
    counts = np.sum(
        [count_events(detection_times(p, threshold), e)
         for p, e in zip(part_probabilities, part_ends, strict=True)], axis=0,
    )  # fmt: skip
    hits, false_alarms, misses = (int(n) for n in counts)
    return hits / max(hits + false_alarms, 1), hits / (hits + misses)


heard = {}
for part, seed in [("dev", 2), ("test", 3)]:
    part_sounds, _, part_ends = clips_of(part, 60, seed)
    heard[part] = [detect_triggerword(one, detector) for one in part_sounds], part_ends
thresholds = np.arange(0.1, 0.96, 0.05)
on_dev = np.array([scores_at(*heard["dev"], t) for t in thresholds])
best = thresholds[np.argmax(on_dev.prod(axis=1) / on_dev.sum(axis=1))]  # best F1
plots.lines(
    {"precision": on_dev[:, 0], "recall": on_dev[:, 1]}, thresholds,
    xlabel="threshold", ylabel="on held-out voices (dev)", from_zero=True,
    reading="Precision: alarms that were right. Recall: words noticed. At a low "
    "threshold the curve does not fall between two words, and the second goes unheard; "
    f"the best F1 is at {best:.2f}.",
)  # fmt: skip

# %% demo
precision, recall = scores_at(*heard["test"], best)
print(f"test voices and backgrounds, threshold {best:.2f} chosen on dev:")
print(f"precision {precision:.0%}, recall {recall:.0%}")
test_clips = [audio.to_float(c[:n]) for c, n in
              zip(speech.test_clips, speech.test_lengths, strict=True)]  # fmt: skip
fired = Counter()
for word, sound in zip(speech.test_words, test_clips, strict=True):
    alone = np.concatenate([np.zeros(8000), sound, np.zeros(12_000)])
    alone += audio.to_float(speech.test_backgrounds[0, : len(alone)])
    p = detect_triggerword(alone, detector)
    fired[str(word)] += bool(detection_times(p, best, duration_ms=len(alone) // 8))
total = Counter(speech.test_words.tolist())
print("fires at:", ", ".join(f"{w} {n}/{total[w]}" for w, n in fired.most_common(8)))

# %% [markdown]
# ### With a chime
# Put a chime where it fires. Look, then listen.


# %% demo
def with_chime(sound, moments):
    """The sound with a bell at each moment (ms)."""
    bell = 0.25 * audio.synthesize(
        np.array([[0, 10, 88, 100, 0], [10, 24, 95, 100, 0]]), RATE
    )
    mixed = sound.copy()
    for moment in moments:
        at = int(moment * RATE / 1000)
        mixed[at : at + len(bell)] += bell[: len(mixed) - at]
    return mixed


test_sounds, _, test_ends = clips_of("test", 60, seed=3)
chosen = max(range(60), key=lambda i: len(test_ends[i]))
p = heard["test"][0][chosen]
moments = detection_times(p, best)
figures_c5w3.clip(
    spectrogram(test_sounds[chosen]), p[0], test_ends[chosen], moments, best,
    reading="Voices and background that the detector has never heard. Triangles: the "
    "word has ended. Stars: the detector fired.",
)  # fmt: skip
audio.player(with_chime(test_sounds[chosen], moments), RATE)

# %% [markdown]
# ### A real voice
# All voices so far came out of a machine. Allison Smith, who speaks for the Asterisk
# telephone system, said 59 words into a real microphone, "activated" once (her
# recordings are under CC-BY-SA 3.0). **Predict**: will it wake up for her?

# %% demo
asterisk = data.load("speech_asterisk")
order = [7, 8, 0, 6, 9, 10]  # which of her words, in this order
sound = audio.to_float(speech.test_backgrounds[1]).copy()
ends_here = []
for place, i in enumerate(order):
    said = audio.to_float(asterisk.test_clips[i, : asterisk.test_lengths[i]])
    at = 4000 + 12_000 * place
    sound[at : at + len(said)] += said
    if asterisk.test_y[i]:
        ends_here.append((at + len(said)) / 8)
p = detect_triggerword(sound, detector)
moments = detection_times(p, best)
print("she says:", ", ".join(asterisk.test_words[order]))
hits, false_alarms, _ = count_events(moments, ends_here)
figures_c5w3.clip(
    spectrogram(sound), p[0], ends_here, moments, best,
    reading=f"“activated” noticed: {hits} of 1; false alarms at other words: "
    f"{false_alarms}. One real person, one word: an anecdote, not a measurement.",
)  # fmt: skip
audio.player(with_chime(sound, moments), RATE)

# %% [markdown] question="ship_it" points=5
# ## In your own words
# A firm wants your detector in a lift: it should open the door at "activated". In about
# six sentences: what did you measure, on whom, and what not? Which kind of error
# matters more there, and which knob would you turn? How would the synthetic clips
# mislead you? What data would you collect next?
#
# ### BEGIN SOLUTION
# Precision and recall per spoken word were measured on voices and backgrounds held out
# from training, but all of them synthetic: one real person only, so nothing is known of
# real people, accents, children, echo in a lift. A false alarm opens a door between
# floors, a miss costs a second try: I want precision, so a higher threshold, chosen on
# dev clips and paid for in recall. In the made clips words stand alone, are equally
# loud and never overlap, and one label in five is 1; in a lift people talk in sentences
# and say the word once a day, so false alarms an hour are what counts. I would record
# real people in lifts, split by person, and add words that sound alike.
#
# **Rubric**, one point each: precision and recall on held-out voices, named as such ·
# synthetic voices, hardly a real one · which error matters, with a reason · threshold
# as the knob, set on dev data · a gap between made clips and real use, and data to
# close it.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the formula | your function |
# |---|---|
# | $c = \sum_{t'}\alpha_{t'}a_{t'}$ | `one_step_attention` |
# | $\arg\max_y \frac{1}{T^\lambda}\sum\ln P$, nearly | `beam_search` |
# | $\mathrm{BP}\cdot\exp\frac14\sum\ln p_n$ | `bleu` |
# | $\sum_{\text{paths read as } y}P(\text{path})$ | `ctc_forward` |
# | $\lvert\mathrm{FFT}(w x)\rvert^2$ | `spectrogram` |
# | ones after the word | `insert_ones`, `create_training_example` |

# %% [markdown]
# The same in PyTorch, to read; you know by now what each line does:
#
# ```
# a, _ = torch.nn.LSTM(41, 32, bidirectional=True, batch_first=True)(x)
# alphas = torch.softmax(densor2(torch.tanh(densor1(torch.cat([a, s], -1)))), dim=1)
# context = (alphas * a).sum(1, keepdim=True)
# loss = torch.nn.CTCLoss(blank=0)(log_probs, labels, input_lengths, label_lengths)
# power = torch.stft(x, 200, 80, window=torch.hann_window(200), return_complex=True)
# ```

# %% [markdown]
# **A challenge**, if you like. Write numbers with each digit repeated a few times, and
# let CTC read them: a bidirectional LSTM, with your `ctc_gradient` as the slope of its
# scores. And why could CTC never write `1998-05-05` from the letters of `5/5/98`?
# (Count the steps. Then look at the order.)
#
# **The paper of the week.** D. Bahdanau, K. Cho and Y. Bengio, *Neural machine
# translation by jointly learning to align and translate*, ICLR 2015. Look at their
# figure of quality against sentence length, then at yours.
#
# **Next week**: attention is all that is left.

# %% demo
check.progress()
