# %% [markdown]
# # Reading, writing, listening
# One sequence goes in, another comes out: "tuesday, 5 may 1998" becomes `1998-05-05`.
# You will build a translator that *looks* at the letters it needs, search for a good
# output instead of taking the first one, score translations, add up all the ways in
# which a recording can spell a word, and train a detector that chimes when somebody
# says "activated".
#
# **Time** about four hours, in seven parts; each part is a good place to stop. **You
# need** the LSTM and the GRU from C5W1. From this week on the batch axis comes first:
# `(m, T, d)`.

# %% [markdown]
# ## The map
# | part | you write | points |
# |---|---|---|
# | 1 Attention | `one_step_attention` `modelf` | 14 |
# | 2 Without attention (optional) | experiments | |
# | 3 Beam search | `greedy_decode` `beam_search` `beam_or_model` | 15 |
# | 4 BLEU | `clipped_precision` `bleu` | 10 |
# | 5 CTC: from sound to letters | `ctc_collapse` `ctc_alphas` and two more | 18 |
# | 6 Training clips | `spectrogram` and four more | 18 |
# | 7 A trigger word | `trigger_model` `detect_triggerword` and two more | 12 |
#
# Eight short questions are worth 8 points, and one answer in your own words is worth 5.
# Answer a short question with a number, or with a letter in quotes such as `"B"`.

# %% [markdown]
# **After this lab you can** write attention and read an attention map, run a beam
# search and say whether the search or the model made an error, compute BLEU and know
# its limits, train a network without knowing *when* each letter is spoken, and build a
# detector from a few recorded words.
#
# After each exercise, a cell with `check(…)` runs your function on a few fixed cases
# and often recognizes the mistake. Your grade comes from the same check on new cases.
# The hints are folded; the title of each says what you might see.

# %%
import itertools
import re
import time
from collections import Counter, defaultdict

import numpy as np

from helpers import audio, data, nn, plots, text
from helpers.checks import checks_for
from helpers.plots.labs import c5w3 as figures_c5w3

check = checks_for("C5W3")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | shape | means |
# |---|---|---|---|
# | $m$ | `m` | number | size of the batch |
# | $T_x$, $T_y$ | `Tx`, `Ty` | numbers | length of the input, of the output |
# | $a^{\langle t'\rangle}$ | `a` | $(m, T_x, 2n_a)$ | encoder states, one per letter |
# | $s^{\langle t\rangle}$ | `s` | $(m, n_s)$ | decoder state |
# | $\alpha^{\langle t,t'\rangle}$ | `alphas` | $(m, T_x, 1)$ | attention; sums to 1 |
# | $c^{\langle t\rangle}$ | `context` | $(m, 1, 2n_a)$ | weighted sum of the states |
# | $B$, $\lambda$ | `B`, `length_penalty` | numbers | beam width, length penalty |
# | $\hat y$, $y^*$ | | sequences | output of the model, of a person |
# | $V$, $L$ | | numbers | size of the vocabulary, length of a label |
# | $\_$ | `blank` | symbol | "nothing new" (part 5) |
# | $\alpha_t(s)$, $\beta_t(s)$ | `ctc_alphas` | $(T, 2L + 1)$ | CTC tables (part 5) |

# %% [markdown]
# # Part 1 · A translator with attention
# People write dates in many ways, machines in one. Here are ten thousand pairs, each
# for a different day; a dev set and a test set hold a thousand other days each.

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
    reading="The shortest dates look like 5/5/98, the longest like wednesday, "
    "september 16, 1998. The output always has ten symbols.",
)

# %% [markdown]
# Each letter becomes a one-hot row; short dates are padded to $T_x = 30$ with a padding
# symbol (index 0). The output has $T_y = 10$ symbols out of a vocabulary of eleven: the
# ten digits and a hyphen.

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
# A bidirectional LSTM, the **encoder**, reads the whole date and leaves a state
# $a^{\langle t'\rangle}$ at each letter, like a note in the margin. A second LSTM, the
# **decoder**, writes. Before each symbol it asks every encoder state: *do I need you
# now?* A small network answers with one number per letter, the **energy**:
#
# $$e^{\langle t,t'\rangle} =
# \mathrm{net}(a^{\langle t'\rangle}, s^{\langle t-1\rangle})
# \qquad \alpha^{\langle t,t'\rangle} = \frac{\exp e^{\langle t,t'\rangle}}
# {\sum_{t''}\exp e^{\langle t,t''\rangle}} \qquad
# c^{\langle t\rangle} = \sum_{t'}\alpha^{\langle t,t'\rangle}a^{\langle t'\rangle}$$

# %% [markdown]
# By hand: three encoder states 1, 2, 5 have the energies $0, 0, \ln 2$. The attention
# weights are $\frac14, \frac14, \frac12$, and the context is
# $0.25 + 0.5 + 2.5 = 3.25$.

# %% concept="attention_count"
# Tx = 30, Ty = 10. How many attention weights does the model compute for one date?
attention_count = None

# %% [markdown]
# ### Exercise 1 · `one_step_attention` · 7 points · about 12 minutes
# Compute the context and the attention weights of one output step. `densor1` takes
# encoder and decoder state side by side, **encoder first**; `densor2` turns its output
# into an energy. For these tensors use `nn.concatenate([x, y])` (last axis),
# `nn.broadcast_to(x, shape)`, `nn.softmax(x, axis=…)`, `.reshape(…)`, `.sum(axis=…)`.
#
# <details><summary>All attention weights are 1</summary>
#
# The last axis has length 1. The letters compete with each other: axis 1.
# </details>
# <details><summary>Shapes do not fit in concatenate</summary>
#
# `s_prev` is `(m, n_s)`. Make it `(m, 1, n_s)`, then broadcast it to all letters.
# </details>


# %% exercise="one_step_attention"
def one_step_attention(a, s_prev, densor1, densor2):
    """Attention for one output step (Bahdanau, Cho and Bengio, 2015).

    Args:
        a: tensor `(m, Tx, 2 n_a)`, the encoder states.
        s_prev: tensor `(m, n_s)`, the decoder state before this step.
        densor1: layer from `(m, Tx, 2 n_a + n_s)` to `(m, Tx, hidden)`.
        densor2: layer from `(m, Tx, hidden)` to energies `(m, Tx, 1)`.

    Returns:
        context: tensor `(m, 1, 2 n_a)`.
        alphas: tensor `(m, Tx, 1)`, attention weights; they sum to 1 over the letters.
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
# Assemble the translator as an `nn.Model`: make the layers in `__init__`, and loop over
# the `Ty` output steps in `forward`. The states `s` and `c` start as tensors of zeros:
# `nn.as_tensor(np.zeros(…, a.dtype))`. `self.post(context, initial_state=(s, c))` gives
# `(output, s, c)`. Join the scores with `nn.stack(scores, axis=1)`; use no softmax.
#
# <details><summary>The scores hardly change from step to step</summary>
#
# Carry both `s` and `c` from each step to the next.
# </details>
# <details><summary>There are Ty copies of the layers</summary>
#
# Make each layer once, in `__init__`. All steps share it.
# </details>


# %% exercise="modelf"
def modelf(Tx, Ty, n_a, n_s, human_vocab_size, machine_vocab_size, rng):
    """A translator with attention, ready to be trained.

    Its layers, by name: `pre`, an LSTM with `n_a` units in each direction that returns
    sequences, `nn.Bidirectional(nn.LSTM, n_in, n_a, return_sequences=True, rng=rng)`
    for inputs of size `n_in`; `densor1`, an `nn.Dense` with 10 units and
    `activation="tanh"`; `densor2`, an `nn.Dense` with 1 unit; `post`, an `nn.LSTM` with
    `n_s` units and `return_state=True`; `output`, an `nn.Dense` with
    `machine_vocab_size` units.

    Args:
        Tx: length of the input.
        Ty: length of the output.
        n_a: units of the encoder in each direction.
        n_s: units of the decoder.
        human_vocab_size: size of a one-hot row of the input.
        machine_vocab_size: number of output symbols to choose from.
        rng: generator for the weights.

    Returns:
        An `nn.Model`. Called with `(m, Tx, human_vocab_size)`, it returns scores
        `(m, Ty, machine_vocab_size)`; with `return_weights=True`, a pair: the scores
        and the attention weights as an array `(m, Ty, Tx)`.
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
            scores, weights = [], []
            for _ in range(Ty):
                context, alphas = one_step_attention(a, s, self.densor1, self.densor2)
                _, s, c = self.post(context, initial_state=(s, c))
                scores.append(self.output(s))
                weights.append(alphas.data[:, :, 0])
            scores = nn.stack(scores, axis=1)
            return (scores, np.stack(weights, axis=1)) if return_weights else scores

    return Translator()
    ### END SOLUTION


# %% check="modelf"
check(modelf)

# %% [markdown]
# ### Watch it learn
# Training takes two passes through ten thousand dates, about 15 seconds. The learning
# rate rises at first, then falls to 0 along half a cosine. **Predict**: after each
# pass, what share of the dev set is right to the last digit? (Note the time; next week
# another network races this one.)


# %% demo
def exact(model, X, Y):
    """Which dates are right in all ten symbols: `(m,)` of True and False."""
    return np.all(model.predict(X).argmax(axis=2) == Y, axis=1)


def trained(model, X, Y, X_dev, Y_dev, epochs, rng):
    """Train the model; returns the share of exact dev-set dates after each epoch."""
    steps = epochs * -(-len(X) // 32)
    rate = nn.schedules.cosine_decay(0.025, steps, warmup=steps // 10)
    adam = nn.Adam(model.parameters(), rate, clip_norm=1.0)
    shares = [0.0]
    model.fit(
        X,
        Y,
        loss=nn.cross_entropy,
        optimizer=adam,
        epochs=epochs,
        batch_size=32,
        rng=rng,
        progress=False,
        on_epoch_end=lambda *_: shares.append(exact(model, X_dev, Y_dev).mean()),
    )
    return shares


# %% demo
train = coded(dates.train_human, dates.train_iso)
dev = coded(dates.dev_human, dates.dev_iso)
test = coded(dates.test_human, dates.test_iso)
rng = np.random.default_rng(0)
translator = modelf(Tx, Ty, 32, 64, len(human_letters), len(machine_letters), rng)
began = time.process_time()
learned = {"with attention": trained(translator, *train, *dev, 2, rng)}
print(
    f"{time.process_time() - began:.0f} s of processor time. Right in the dev set:",
    *(f"{share:.1%}" for share in learned["with attention"][1:]),
)
right = exact(translator, *test)
print(f"{right.mean():.1%} of {len(right)} test dates are right in all ten symbols")
for i in np.flatnonzero(~right)[:5]:
    said = machine_letters.decode(translator.predict(test[0][i : i + 1])[0].argmax(1))
    print("  ", dates.test_human[i], "→", "".join(said), "not", dates.test_iso[i])

# %% [markdown]
# ### Where does it look?
# One date and ten output steps. **Predict** before you run: for the digits of the year,
# the month and the day, which letters get the large weights?

# %% demo cover=true
one = "wednesday, september 8, 1971"
scores, weights = translator(coded([one], ["1971-09-08"])[0], return_weights=True)
written = machine_letters.decode(scores.data[0].argmax(axis=1))
plots.heat(
    weights[0, :, : len(one)],
    signed=False,
    rows=written,
    columns=list(one),
    xlabel="letter that is read",
    ylabel="symbol that is written",
    reading="Each row shows the attention weights of one output step; with those of "
    "the padding, not shown here, they sum to 1. Nobody told the network where to find "
    f"the month. It writes {''.join(written)}.",
)

# %% [markdown]
# An attention map does not prove why the network writes what it writes. The encoder
# state at one letter also knows the neighbouring letters, since the LSTM has read all
# of them in both directions. And a hyphen always stands in the same position, so the
# network can write it without looking at any letter.

# %% concept="context_means"
# The weight α of output step 6 and letter 11 is 0.9. What does that mean?
# A: symbol 6 is a copy of letter 11 in nine of ten dates
# B: the network is 90 % sure of symbol 6
# C: the state at letter 11 has 90 % of the weight in the context of step 6
# D: letter 11 spends 90 % of its weight on step 6 and the rest on other steps
context_means = None

# %% [markdown]
# # Part 2 · Without attention (optional)
# The older **encoder–decoder** has no attention. The encoder hands over one vector, its
# last states, and the decoder has to work from that alone. Sizes, data and training are
# the same as before; a mask makes the encoder skip the padding.


# %% demo
class EncoderDecoder(nn.Model):
    """A translator that stores the whole input in one vector of `2 n_a` numbers."""

    def __init__(self, n_in, n_a, n_s, n_out, steps, rng):
        self.steps = steps
        self.pre = nn.Bidirectional(nn.LSTM, n_in, n_a, rng=rng)
        self.post = nn.LSTM(2 * n_a, n_s, return_sequences=True, rng=rng)
        self.output = nn.Dense(n_s, n_out, rng=rng)

    def forward(self, x):
        """One-hot rows, padding in column 0, to scores `(m, steps, n_out)`."""
        last = self.pre(x, mask=1 - x.data[:, :, 0])  # (m, 2 n_a)
        m, n = last.shape
        repeated = nn.broadcast_to(last.reshape(m, 1, n), (m, self.steps, n))
        return self.output(self.post(repeated))


rng = np.random.default_rng(0)
plain = EncoderDecoder(len(human_letters), 32, 64, len(machine_letters), Ty, rng)
learned["without"] = trained(plain, *train, *dev, 2, rng)
plots.lines(
    learned,
    xlabel="passes through the training set",
    ylabel="share of exact dates, dev set",
    markers=True,
    from_zero=True,
    reading="Encoder and decoder of the same sizes, with and without attention.",
)

# %% demo
letters = np.array([len(one) for one in dates.test_human])
bins = [(6, 9), (10, 14), (15, 19), (20, 24), (25, 29)]
by_length = {}
for name, model in [("with attention", translator), ("without", plain)]:
    right = exact(model, *test)
    by_length[name] = [right[(letters >= a) & (letters <= b)].mean() for a, b in bins]
hardest = bins[int(np.argmin(by_length["without"]))]
plots.heat(
    np.array(list(by_length.values())),
    signed=False,
    numbers=True,
    rows=list(by_length),
    columns=[f"{a}–{b}" for a, b in bins],
    xlabel="letters in the input",
    reading="Share of test dates that are exact, by the length of the input. Without "
    f"attention, those of {hardest[0]} to {hardest[1]} letters are the hardest.",
)

# %% [markdown]
# Did you expect long dates to be the hard ones? A long date holds no more information
# than a short one: there is one day in it, and the name of the weekday can be ignored.
# Length alone does no harm here; what matters is **how much must be remembered**. So
# let that grow: read one to ten random digits, and write them down again.
#
# This time attention takes its cheapest form: the energy is a product, $s^\top W a$,
# computed for all steps at once (Luong and others, 2015; next week's lab builds on it).


# %% demo
class WithAttention(EncoderDecoder):
    """The same, but each step of the decoder attends to the encoder states."""

    def __init__(self, n_in, n_a, n_s, n_out, steps, rng):
        super().__init__(n_in, n_a, n_s, n_out, steps, rng)
        self.pre = nn.Bidirectional(nn.LSTM, n_in, n_a, return_sequences=True, rng=rng)
        self.query = nn.Dense(n_s, 2 * n_a, rng=rng)
        self.output = nn.Dense(n_s + 2 * n_a, n_out, rng=rng)

    def forward(self, x):
        """One-hot rows, padding in column 0, to scores `(m, steps, n_out)`."""
        a = self.pre(x, mask=1 - x.data[:, :, 0])  # (m, T, 2 n_a)
        m, _, n = a.shape
        ends = nn.concatenate([a[:, -1, : n // 2], a[:, 0, n // 2 :]])
        repeated = nn.broadcast_to(ends.reshape(m, 1, n), (m, self.steps, n))
        s = self.post(repeated)
        context, _ = nn.scaled_dot_product_attention(self.query(s), a, a)
        return self.output(nn.concatenate([s, context]))


# %% demo
rng = np.random.default_rng(0)
numbers = rng.integers(1, 11, (16_000, 10))  # digits as 1 … 10, padding 0
numbers[np.arange(10) >= rng.integers(1, 11, (16_000, 1))] = 0
digits = text.one_hot(numbers, 11)
digit_count = np.sum(numbers[14_000:] > 0, axis=1)
copied = {}
for name, model in [("with attention", WithAttention), ("without", EncoderDecoder)]:
    rng = np.random.default_rng(0)
    copier = model(11, 16, 48, 11, 10, rng)
    held_out = digits[14_000:], numbers[14_000:]
    trained(copier, digits[:14_000], numbers[:14_000], *held_out, 1, rng)
    right = exact(copier, *held_out)
    copied[name] = [right[digit_count == n].mean() for n in range(1, 11)]
plots.lines(
    copied,
    np.arange(1, 11),
    xlabel="digits in the input",
    ylabel="share of exact numbers, unseen",
    markers=True,
    from_zero=True,
    reading=f"Numbers of ten digits: {copied['with attention'][-1]:.0%} exact with "
    f"attention, {copied['without'][-1]:.0%} when one vector has to carry all of them.",
)

# %% [markdown]
# # Part 3 · Beam search
# A translator gives each *next* symbol a probability. What we want is the best *whole*
# output, the one with the largest
#
# $$\ln P(y \mid x) = \sum_t \ln P(y^{\langle t\rangle} \mid x, y^{\langle 1\rangle},
# \dots, y^{\langle t-1\rangle})$$
#
# Trying all of them is hopeless: 11 symbols and 10 steps make 26 billion outputs.
# **Greedy search** takes the likeliest symbol at each step. That can lead it astray: if
# the first word has probability 0.5 and its best continuation 0.2, together they have
# 0.10; a first word with 0.4 and a continuation with 0.9 have 0.36.

# %% [markdown]
# ### A task where the search matters
# Smll chldrn nd Hbrw scrbs lv t th vwls. Can you read that? A model can learn to: it
# knows which letters follow which in Shakespeare (from counts of up to six letters in a
# row). It must use the given consonants in order, and may put any vowels between them.
#
# In the exercises of this part, `step(prefix)` stands for the model. It takes the
# symbols written so far, a tuple of ints, and returns $\ln P$ of every possible next
# symbol, `(V,)`, with `-inf` for impossible ones. **Symbol 0 is the end.** The next
# three cells build such a model; for now it is enough to read their docstrings.

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
    """How often each letter follows each context of up to `longest` letters."""
    follows = defaultdict(Counter)
    for line in lines:
        padded = "\n" * longest + line + "\n"
        for i in range(longest, len(padded)):
            for k in range(longest + 1):
                follows[padded[i - k : i]][padded[i]] += 1
    return follows


# %%
def letter_model(follows, longest=5):
    """Step function for letters: longer contexts correct the shorter ones."""
    known = {}

    def step(prefix):
        recent = "".join(LETTERS[i] for i in prefix[-longest:]).rjust(longest, "\n")
        if recent not in known:
            p = np.full(len(LETTERS), 1 / len(LETTERS))
            for k in range(longest + 1):
                seen = follows.get(recent[longest - k :], {})
                total = sum(seen.values()) + len(seen)
                if total:  # more different letters: more weight for the shorter
                    p = p * len(seen) / total
                    for letter, n in seen.items():
                        p[LETTERS.index(letter)] += n / total
            known[recent] = np.log(p)
        return known[recent]

    return step


# %%
def restoring(step, consonants):
    """The same step function, restricted to vowels and the next given consonant."""

    def restricted(prefix):
        used = sum(not VOWEL[i] for i in prefix)
        allowed = VOWEL.copy()
        allowed[consonants[used] if used < len(consonants) else END] = True
        return np.where(allowed, step(prefix), -np.inf)

    return restricted


# %% [markdown]
# ### Exercise 3 · `greedy_decode` · 4 points · about 6 minutes
# Take the likeliest symbol again and again, until you have written the end symbol or
# `max_len` symbols.
#
# <details><summary>My sequence lacks its last symbol</summary>
#
# The end symbol is part of the sequence, and its log probability counts.
# </details>


# %% exercise="greedy_decode"
def greedy_decode(step, max_len):
    """Take the likeliest symbol at each step.

    Args:
        step: function of a prefix (a tuple of ints) that returns log probabilities
            `(V,)` of the next symbol.
        max_len: largest number of symbols, the end included.

    Returns:
        sequence: list of ints; the last one is 0, the end, unless `max_len` came first.
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
# Keep the $B$ best prefixes (beginnings of outputs) instead of one. In each round,
# extend every prefix by every symbol, and of *all* extensions keep the $B$ with the
# largest sum of log probabilities. Of these $B$, the ones that end with symbol 0 are
# finished and set aside; the others are extended in the next round.
#
# Every further symbol makes the sum smaller, so the sum favours short outputs. In the
# end, outputs of different lengths are therefore compared by
#
# $$\mathrm{score}(y) = \frac{1}{T_y^{\,\lambda}}\sum_t \ln P(y^{\langle t\rangle} \mid
# \dots)$$
#
# where $\lambda$ is the length penalty: 0 gives the sum, 1 the mean; 0.7 is common.

# %% concept="width_one"
# With λ = 0, what does beam search find for B = 1, and what for unlimited B?
# A: the greedy output; the best of all outputs
# B: a random output; the greedy output
# C: the best of all outputs; the greedy output
# D: the greedy output; the shortest output
width_one = None

# %% [markdown]
# ### Exercise 4 · `beam_search` · 9 points · about 20 minutes
# Write the beam search described above: at most `max_len` rounds, and extensions with
# `-inf` are dropped. At the end all sequences compete by their score: those that are
# finished, and those cut off after `max_len` symbols.
#
# <details><summary>All B prefixes begin with different symbols</summary>
#
# Keep the best B of *all* extensions, even if they come from the same prefix.
# </details>
# <details><summary>The score is positive, or between 0 and 1</summary>
#
# Log probabilities are negative and are added. There is no need for `exp`.
# </details>


# %% exercise="beam_search"
def beam_search(step, B, max_len, length_penalty):
    """Search for a likely sequence, keeping the B best prefixes.

    Args:
        step: function of a prefix (a tuple of ints) that returns log probabilities
            `(V,)` of the next symbol, `-inf` for impossible ones. Symbol 0 ends.
        B: beam width.
        max_len: largest number of symbols, the end included.
        length_penalty: exponent of the length in the score.

    Returns:
        sequence: list of ints, the one with the best score.
        score: the sum of its log probabilities, divided by its length (the end
            included) to the power of `length_penalty`.
    """
    ### BEGIN SOLUTION
    open_beams, finished = [((), 0.0)], []
    for _ in range(max_len):
        extended = []
        for prefix, total in open_beams:
            for symbol, log_p in enumerate(step(prefix).tolist()):
                if log_p > -np.inf:
                    extended.append(((*prefix, symbol), total + log_p))
        extended.sort(key=lambda beam: -beam[1])
        finished += [beam for beam in extended[:B] if beam[0][-1] == 0]
        open_beams = [beam for beam in extended[:B] if beam[0][-1] != 0]
    scored = [
        (y, total / len(y) ** length_penalty) for y, total in finished + open_beams
    ]
    sequence, score = max(scored, key=lambda beam: beam[1])
    return list(sequence), score
    ### END SOLUTION


# %% check="beam_search"
check(beam_search)

# %% demo
shakespeare = data.load("shakespeare")
model_of_letters = letter_model(
    counted(lines_of(text.as_text(shakespeare.rows("train_text", slice(0, 420_000)))))
)
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
print("original", truth)

# %% [markdown]
# Greedy search drowns in vowels: some vowel is always allowed, and often likelier than
# *the one* consonant that must come next. **Predict**: in forty lines that the model
# has not read, what share of the words is right with a beam width of 1, 3, 10, 40?


# %% demo
def restore_all(B, length_penalty=0.0):
    """Restore the forty lines; returns pairs of a restored and an original line."""
    found = []
    for line in held_out_lines:
        restricted = restoring(model_of_letters, without_vowels(line))
        y, _ = beam_search(restricted, B, 80, length_penalty)
        found.append((as_line(y), line))
    return found


def words_right(pairs):
    """Share of the original words that come back in the same position."""
    wanted = [word for _, line in pairs for word in line.split(" ")]
    same = [
        x == y
        for got, line in pairs
        for x, y in zip(got.split(" "), line.split(" "), strict=False)
    ]
    return sum(same) / len(wanted)


restored = {B: restore_all(B) for B in (1, 2, 3, 5, 10, 20, 40)}
gain = 100 * (words_right(restored[40]) - words_right(restored[20]))
plots.lines(
    [words_right(pairs) for pairs in restored.values()],
    list(map(str, restored)),
    xlabel="beam width B",
    ylabel="share of words right",
    markers=True,
    from_zero=True,
    reading="The model is the same throughout; only the search improves. Doubling the "
    f"width from 20 to 40 adds {gain:.0f} percentage points, at about twice the cost.",
)

# %% demo
print("B = 10     restored lines                 free writing,")
print("λ      extra letters   words right      without consonants")
for penalty in (0.0, 0.5, 0.7, 1.0, 1.5):
    pairs = restore_all(10, penalty) if penalty else restored[10]
    surplus = np.mean([len(got) - len(line) for got, line in pairs])
    free, _ = beam_search(model_of_letters, 10, 60, penalty)
    print(
        f"{penalty:3}    {surplus:13.2f}   {words_right(pairs):11.0%}"
        f"      {as_line(free)!r}"
    )

# %% [markdown]
# Here the given consonants already fix most of the length, so a length penalty adds
# vowels and hardly changes the share of right words. In free writing, without given
# consonants, λ = 0 writes one word and stops. Beam width and length penalty are
# hyperparameters: tune them on the dev set.

# %% concept="short_outputs"
# A translator that searches with λ = 0 leaves out half of each long sentence. Why?
# A: the beam is too narrow for long sentences
# B: every further symbol adds a negative logarithm, so short outputs win
# C: the softmax gives long sentences a probability above 1
# D: the encoder reads only the first half
short_outputs = None

# %% [markdown]
# ## Search error or model error?
# The machine wrote $\hat y$, which is wrong; a person wrote $y^*$. Ask the model for
# the probabilities of both. If it finds $y^*$ **more** likely, the model was right and
# the search missed $y^*$. If not, even a perfect search would not have chosen $y^*$.

# %% [markdown]
# ### Exercise 5 · `beam_or_model` · 2 points · about 3 minutes
# Return `"beam"` for an error of the search and `"model"` for an error of the model. If
# both outputs are equally likely, the search did nothing wrong. (A constant answer
# would be right in some cases, so there is no partial credit.)
#
# <details><summary>All cases are the wrong way round</summary>
#
# The search should find what the model finds likely. It is at fault if it missed
# something likelier.
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


errors = {}
for B, pairs in restored.items():
    wrong = Counter()
    for got, line in pairs:
        step = restoring(model_of_letters, without_vowels(line))
        y_hat, y_star = ([*map(LETTERS.index, one), END] for one in (got, line))
        if got != line:
            p_star, p_hat = log_probability(step, y_star), log_probability(step, y_hat)
            wrong[beam_or_model(p_star, p_hat)] += 1
    errors[f"B = {B}"] = [wrong["beam"], wrong["model"], 40 - wrong.total()]
plots.heat(
    np.array(list(errors.values())).T,
    signed=False,
    numbers=True,
    rows=["search error", "model error", "line is right"],
    columns=list(errors),
    reading="Forty lines by the type of error. With many search errors (left), widen "
    "the beam. With many model errors (right), get a better model.",
)

# %% [markdown]
# # Part 4 · BLEU: scoring a translation
# A sentence has many good translations. **BLEU** counts how many words, pairs, triples
# and quadruples of words (n-grams) of a candidate occur in *some* reference, a
# translation by a person.
#
# All seven words of the candidate "the the the the the the the" occur in "the cat is on
# the mat". Is its precision 7/7? To prevent that, counts are **clipped**: an n-gram
# counts at most as often as in the reference that has it most often. That makes 2/7.

# %% [markdown]
# ### Exercise 6 · `clipped_precision` · 4 points · about 8 minutes
# Count the n-grams of the candidate, and how many of them match after clipping. An
# n-gram is a tuple of n words in a row; a `Counter` counts them.
#
# <details><summary>With several references there are too many matches</summary>
#
# Clip each n-gram at its largest count in a *single* reference, not at the sum.
# </details>
# <details><summary>The total is one too large or too small</summary>
#
# Five words hold $5 - n + 1$ n-grams; two words hold no triple at all.
# </details>


# %% exercise="clipped_precision"
def clipped_precision(candidate, references, n):
    """Clipped n-gram precision, as two counts (Papineni and others, 2002).

    Args:
        candidate: list of words; may be empty.
        references: list of lists of words.
        n: number of words in an n-gram.

    Returns:
        matches: number of n-grams that match a reference, clipped.
        total: number of n-grams in the candidate; 0 if it has fewer than n words.
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
# BLEU is the geometric mean of the precisions $p_1, …, p_N$ (usually $N = 4$), times a
# **brevity penalty**. Let $c$ be the number of words in the candidate, and $r$ the
# number in the reference that is closest in length (of two equally close, the shorter):
#
# $$\mathrm{BLEU} = \mathrm{BP}\cdot\exp\Big(\frac1N\sum_{n=1}^N\ln p_n\Big) \qquad
# \mathrm{BP} = \begin{cases}1 & c \ge r\\ e^{1 - r/c} & c < r\end{cases}$$
#
# By hand: "the cat is on the" against "the cat is on the mat" has a precision of 1 for
# each $n$. With $c = 5$ and $r = 6$ the penalty is $e^{-1/5} = 0.82$, and so is BLEU.

# %% [markdown]
# ### Exercise 7 · `bleu` · 6 points · about 10 minutes
# Compute BLEU with your `clipped_precision` for $n = 1, …, N$, where $N$ is `max_n`. If
# a precision is 0, or the candidate has no n-gram of some length, BLEU is 0.
#
# <details><summary>Candidates longer than the reference score above 1</summary>
#
# The brevity penalty is at most 1.
# </details>
# <details><summary>nan, or a warning about log(0)</summary>
#
# Return 0.0 before you take the logarithm of 0.
# </details>


# %% exercise="bleu"
def bleu(candidate, references, max_n=4):
    """BLEU of one sentence (Papineni and others, 2002), without smoothing.

    Args:
        candidate: list of words; may be empty.
        references: list of lists of words.
        max_n: number of words in the longest n-grams.

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
# ### What BLEU cannot see
# One reference, six candidates. **Predict** which scores highest after the first, and
# which scores 0.

# %% demo
reference = "the doctor did not give the old man any hope this morning"
for candidate, remark in [
    ("the doctor did not give the old man any hope this morning", "the same"),
    ("the doctor did give the old man any hope this morning", "the opposite"),
    ("the old man did not give the doctor any hope this morning", "roles swapped"),
    ("the doctor did not give the old man", "the first half"),
    ("this morning the physician gave the old fellow no hope", "the same meaning"),
    ("any hope this morning", "four words"),
]:
    words = candidate.split()
    score = bleu(words, [reference.split()])
    counts = [clipped_precision(words, [reference.split()], n) for n in (1, 2, 3, 4)]
    print(f"{score:.2f}  {' '.join(f'{a}/{b}' for a, b in counts):24}{remark}")

# %% [markdown]
# The opposite meaning scores 0.74; a good translation in other words scores 0, as none
# of its triples matches. BLEU is meant for whole test sets, where the counts of all
# sentences are added up before dividing, with several references if possible. Here is
# the mean over the restored lines of part 3:

# %% demo
plots.lines(
    {
        "mean BLEU of the lines": [
            np.mean([bleu(got.split(), [line.split()]) for got, line in pairs])
            for pairs in restored.values()
        ],
        "words right": [words_right(pairs) for pairs in restored.values()],
    },
    list(map(str, restored)),
    xlabel="beam width B",
    ylabel="score",
    markers=True,
    from_zero=True,
    reading="One wrong word spoils up to four quadruples, so BLEU lies below the share "
    "of right words.",
)

# %% [markdown]
# # Part 5 · CTC: from sound to letters
# A recording of "cat" has a hundred time steps; its label, the transcript, has three
# letters, and nobody says which steps belong to which letter. With **CTC**
# (connectionist temporal classification) a network outputs one symbol per step, a
# letter or the blank `_`. Such a **path** is read in two steps: first merge repeated
# symbols, then drop the blanks.
#
# `cc_aa_tt__` → `c_a_t_` → `cat`, and `_hee_l_lo_` → `_he_l_lo_` → `hello`. The blank
# between the two l's keeps them apart.

# %% [markdown]
# ### Exercise 8 · `ctc_collapse` · 3 points · about 4 minutes
# Read a path: merge repeats, then drop blanks, for symbols of any type.
#
# <details><summary>hello comes out as helo</summary>
#
# Merge first, then drop. Without the blanks, double letters look like repeats.
# </details>


# %% exercise="ctc_collapse"
def ctc_collapse(symbols, blank):
    """Read a path as a label: merge repeats, then drop blanks.

    Args:
        symbols: list of ints or letters, or a string; one symbol per step.
        blank: the symbol for "nothing new".

    Returns:
        List of symbols; may be empty.

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
# Three time steps, two symbols: a and the blank. How many of the 8 paths are read as
# "a"?
ctc_paths = None

# %% [markdown]
# ## The probability of a label
# Many paths are read as the same label; their probabilities add up. For example, two
# steps, each with $P(a) = 0.4$ and $P(\_) = 0.6$: the likeliest *path* is `__` with
# 0.36, yet the label "a" has $0.16 + 0.24 + 0.24 = 0.64$.
#
# There are $V^T$ paths, but one table is enough. Put blanks around each letter of the
# label: $z = (\_, c, \_, a, \_, t, \_)$, of length $S = 2L + 1$. Let $\alpha_t(s)$ be
# the total probability of the first $t$ steps of all paths that have reached position
# $s$ of $z$ at step $t$. (The field uses α here too; it has nothing to do with
# attention.)

# %% [markdown]
# A path starts in position 0 or 1. From step to step it **stays**, moves on by **one**
# position, or moves on by **two** to skip a blank, but only between *different*
# letters:
#
# $$\alpha_t(s) = P_t(z_s)\,\big(\alpha_{t-1}(s) + \alpha_{t-1}(s-1) +
# [\,z_s \ne \_ \text{ and } z_s \ne z_{s-2}\,]\;\alpha_{t-1}(s-2)\big)$$
#
# where $[\dots]$ is 1 if the condition holds, else 0, and terms with a negative
# position are 0. For "a" above, $z = (\_, a, \_)$: $\alpha_1 = (0.6, 0.4, 0)$ and
# $\alpha_2 = (0.36,\; 0.4\,(0.4 + 0.6),\; 0.6 \cdot 0.4) = (0.36, 0.4, 0.24)$. A path
# may end in the last position or in the one before: $0.24 + 0.4 = 0.64$.

# %% [markdown]
# ### Exercise 9 · `ctc_alphas` · 7 points · about 15 minutes
# Fill the table $\alpha$, one step after the other.
#
# <details><summary>Labels with a double letter come out too likely</summary>
#
# Between two equal letters the blank may not be skipped: they would merge.
# </details>
# <details><summary>Index out of bounds for an empty label</summary>
#
# Then $z$ is one blank, and there is no position 1.
# </details>


# %% exercise="ctc_alphas"
def ctc_alphas(probs, labels, blank):
    """Table of forward probabilities (Graves and others, 2006, section 4.1).

    Args:
        probs: array `(T, V)`, probability of each symbol at each step; T is at least 1.
        labels: list of L ints, none of them the blank; may be empty.
        blank: index of the blank.

    Returns:
        Array `(T, 2 L + 1)`: entry (t, s) is the total probability of the first steps,
        up to and including t, of all paths that are in position s at step t.
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
# Read the probability of the whole label off your table.
#
# <details><summary>The probability is too small</summary>
#
# A path may end in the last letter or in the blank after it.
# </details>


# %% exercise="ctc_forward"
def ctc_forward(probs, labels, blank):
    """Total probability of all paths that are read as the label.

    Args:
        probs: array `(T, V)`, probability of each symbol at each step.
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
# Compare with brute force: read all paths of 7 steps over 4 symbols.
rng = np.random.default_rng(1)
probs = rng.dirichlet(np.ones(4), size=7)
brute = Counter()
for path in itertools.product(range(4), repeat=7):
    brute[tuple(ctc_collapse(path, 3))] += np.prod(probs[range(7), path])
print(f"{4**7} paths, {len(brute)} labels, together {sum(brute.values()):.12f}")
for label in [(), (0,), (1, 1), (0, 1, 2), (2, 2, 0, 0)]:
    print(f"{label!s:14} {brute[label]:.12f} {ctc_forward(probs, label, 3):.12f}")

# %% [markdown]
# ### A limit of your function
# Each step multiplies by a probability. After 250 steps over 30 symbols the product can
# be smaller than any positive float64, and $P$ **underflows** to 0; then $-\ln P$ is
# infinite and its gradient is `nan`. This lab uses at most 30 steps, where that does
# not happen. Libraries compute with log probabilities throughout.

# %% demo
print("P(cat) =", ctc_forward(np.full((250, 30), 1 / 30), [3, 1, 20], 0), "(underflow)")
# With ones in place of probabilities, your table counts the paths.
paths = ctc_forward(np.ones((250, 30)), [3, 1, 20], 0)
print(
    f"{paths:.0f} paths, each with probability 30^-250: "
    f"ln P(cat) = {np.log(paths) - 250 * np.log(30):.2f}"
)

# %% [markdown]
# ### The gradient
# The loss is $-\ln P$. Let $\beta_t(s)$ be the same table for the *last* steps of the
# paths: call `ctc_alphas` with the steps and the letters reversed, and reverse both
# axes of the result. Then $\alpha_t(s)\,\beta_t(s) / P_t(z_s)$ is the probability of
# all paths through position $s$ at step $t$ (both tables include step $t$, so divide by
# its probability once). The share of these paths that have symbol $k$ at step $t$ is
#
# $$\gamma_t(k) = \frac1P \sum_{s:\,z_s = k}\frac{\alpha_t(s)\,\beta_t(s)}{P_t(k)}
# \qquad \frac{\partial(-\ln P)}{\partial\,\mathrm{score}_t(k)} = P_t(k) - \gamma_t(k)$$
#
# where the softmax of the scores gives `probs`. As in every softmax classifier, the
# gradient is the prediction minus the target; here the target is the share $\gamma$.

# %% [markdown]
# ### Exercise 11 · `ctc_gradient` · 6 points · about 15 minutes
# Compute the gradient of the loss with respect to the scores: call `ctc_alphas` twice,
# for α and for β, then use the two formulas.
#
# <details><summary>The rows do not sum to 0</summary>
#
# At each step the shares γ sum to 1. Did you divide by $P$, and by $P_t(k)$ once?
# </details>
# <details><summary>Only the empty label is right</summary>
#
# Several positions hold the same symbol, such as the blanks: add them up
# (`np.add.at`, or a loop).
# </details>


# %% exercise="ctc_gradient"
def ctc_gradient(probs, labels, blank):
    """Gradient of -ln P(labels) with respect to the scores whose softmax is `probs`.

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
# Check four entries against the numerical gradient: perturb one score at a time.
rng = np.random.default_rng(2)
scores, label = rng.normal(size=(6, 4)), [1, 1, 0]
gradient = ctc_gradient(softmax(scores), label, 3)
for index in [(0, 3), (2, 1), (3, 3), (5, 0)]:
    change = np.zeros((6, 4))
    change[index] = 1e-5
    plus, minus = (
        -np.log(ctc_forward(softmax(scores + d), label, 3)) for d in (change, -change)
    )
    numerical = (plus - minus) / 2e-5
    print(f"{index}  numerical {numerical:12.8f}   yours {gradient[index]:12.8f}")

# %% [markdown]
# ### What CTC teaches
# There is no network here, only scores for 30 steps, which are noise at first. Run
# gradient descent on the loss of the label "cat", and watch. **Predict**: will each
# letter take up a third of the steps?

# %% demo
rng = np.random.default_rng(3)
scores = 0.5 * rng.normal(size=(30, 4))  # c, a, t, blank
for i in range(241):
    probs = softmax(scores)
    if i in (0, 10, 40, 240):
        path = "".join("cat_"[k] for k in probs.argmax(axis=1))
        p = ctc_forward(probs, [0, 1, 2], 3)
        print(f"iteration {i:3}  P(cat) = {p:8.2g}  {path}")
    scores -= ctc_gradient(probs, [0, 1, 2], 3)
plots.lines(
    dict(zip(["c", "a", "t", "blank"], probs.T, strict=True)),
    np.arange(1, 31),
    xlabel="time step",
    ylabel="probability",
    reading="The label fixes the order of the letters, but not when each begins or how "
    "long it lasts; that grows out of the noise at the start.",
)

# %% [markdown]
# # Part 6 · Making training clips
# Now turn your sound on. A device sleeps until it hears one **trigger word**, here
# "activated". To train a detector you need hours of sound in which the end of each
# trigger word is marked, and nobody has them. So make them: insert single words, spoken
# by 93 synthetic voices, into background sounds at random moments. Then you know where
# each word ends.

# %%
RATE = 8000  # samples per second
CLIP_MS = 10_000  # length of a training clip in ms
Ty_sound = 492  # output steps per clip, about 20 ms each
speech = data.load("speech")


def words_of(part, label):
    """Word clips of one part as floats; label 1 is "activated", 0 any other word."""
    chosen = np.flatnonzero(speech[f"{part}_y"] == label)
    clips, lengths = speech[f"{part}_clips"], speech[f"{part}_lengths"]
    return [audio.to_float(clips[i, : lengths[i]]) for i in chosen]


# %% demo
print(
    f"{len(words_of('train', 1))} times “activated”, {len(words_of('train', 0))} "
    f"others: {', '.join(sorted(set(speech.train_words))[2:12])} …"
)
some = [words_of("train", 1)[0], words_of("train", 1)[7], words_of("train", 0)[3]]
audio.player(np.concatenate([np.append(one, np.zeros(2000)) for one in some]), RATE)

# %% [markdown]
# ## The spectrogram
# Eight thousand numbers per second are hard to read. Cut the sound into short,
# overlapping frames, fade each frame in and out with a window $w$, and let the Fourier
# transform measure the power of each frequency $k$ in each frame $t$:
#
# $$X_{t,k} = \ln\Big(10^{-6} + \Big|\sum_n w_n\,x_{tH+n}\,
# e^{-2\pi i kn/N}\Big|^2\Big)$$
#
# With $N = 200$ samples per frame (25 ms) and a hop of $H = 80$ samples (10 ms) from
# one frame to the next, ten seconds give 998 frames of 101 frequencies, 40 Hz apart.

# %% [markdown]
# ### Exercise 12 · `spectrogram` · 5 points · about 10 minutes
# Compute the log-power spectrogram by the formula above. `np.hanning(size)` is the
# window; `np.fft.rfft` transforms real numbers and leaves out negative frequencies.
#
# <details><summary>There is one frame too few or too many</summary>
#
# A frame belongs to the result if all its `size` samples lie within the sound.
# </details>
# <details><summary>The axes are swapped</summary>
#
# Time comes first: `(frames, frequencies)`, as for all sequences from this week on.
# </details>


# %% exercise="spectrogram"
def spectrogram(x, size=200, hop=80):
    """Natural logarithm of the power of each frequency in each frame.

    Args:
        x: array `(n,)`, samples; n is at least `size`.
        size: samples per frame.
        hop: samples from the start of a frame to the start of the next one.

    Returns:
        Array `((n - size) // hop + 1, size // 2 + 1)`: ln(1e-6 + power), where each
        frame was multiplied by a Hann window (`np.hanning`).
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
    {
        "“activated”": (word, spectrogram(word)),
        "another word": (other, spectrogram(other)),
    },
    RATE,
    reading="Above: the samples. Below: their spectrogram; the brighter, the more "
    "power. Vowels show as stacked stripes, the sound t as a short vertical bar.",
)

# %% [markdown]
# ## Inserting words into a clip
# A word takes up a **segment** of the clip, written as its first and its last
# millisecond. Two words must not overlap.
#
# ### Exercise 13 · `is_overlapping` · 2 points · about 4 minutes
# Return True if the segment shares at least one millisecond with any of the earlier
# segments, else False. (A constant answer would be right in some cases, so there is no
# partial credit.)
#
# <details><summary>Segments that meet in one millisecond are wrong</summary>
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
    """A random segment `(start_ms, end_ms)`, both included, `segment_ms` ms long."""
    start = np.random.randint(0, duration_ms - segment_ms)
    return (start, start + segment_ms - 1)


# %% [markdown]
# ### Exercise 14 · `insert_audio_clip` · 4 points · about 10 minutes
# Draw a segment with `get_random_time_segment(segment_ms, duration_ms)`, which takes
# the lengths of clip and background in ms; draw again while it overlaps, at most
# **six** more times. Then append it to `previous_segments`, and in a copy of the
# background add the clip there. If the seventh draw overlaps too, change nothing and
# return the segment `(duration_ms, duration_ms)`. Lengths in ms are whole numbers:
# $n$ samples last `1000 * n // RATE` ms. (You may also round the clip's length up; then
# the clip fits into its segment.)
#
# <details><summary>Shapes do not match where the clip is added</summary>
#
# Count samples, 8 per millisecond: begin at `start_ms * RATE // 1000`, and take as many
# samples as the clip has.
# </details>


# %% exercise="insert_audio_clip"
def insert_audio_clip(background, audio_clip, previous_segments):
    """Add a clip to a sound at a random moment where there is room.

    Args:
        background: array `(n,)`, samples; is not changed.
        audio_clip: array `(k,)`, samples, shorter than the background.
        previous_segments: list of segments in ms; the new one is appended to it.

    Returns:
        new_background: array `(n,)`, a new array.
        segment_time: `(start_ms, end_ms)` as drawn, or `(duration_ms, duration_ms)` if
            seven draws found no room; `duration_ms` is the length of the background.
    """
    ### BEGIN SOLUTION
    segment_ms = -(-len(audio_clip) * 1000 // RATE)  # rounded up
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
# The network reads from left to right, and can be sure of a word only when it is over.
# So the labels are 1 for 50 steps, about a second, **after** the end of "activated",
# and 0 elsewhere. (A single 1 among 492 steps would be easy to ignore.)

# %% concept="why_after"
# The network reads from left to right. What if the ones began where the word begins?
# A: nothing would change, as a GRU sees the whole clip at each step
# B: it would have to guess at "ac…" whether "activated" or "active" follows
# C: the loss would not be differentiable
# D: it would detect the word earlier and with more certainty
why_after = None

# %% [markdown]
# ### Exercise 15 · `insert_ones` · 3 points · about 6 minutes
# The word ends in step `int(segment_end_ms * Ty / duration_ms)`, where `Ty` is the
# number of labels. Set the 50 labels **strictly after** that step to 1, or fewer if the
# clip ends before. Change `y` in place and return it.
#
# <details><summary>The ones begin one step early</summary>
#
# The step in which the word ends keeps its label.
# </details>


# %% exercise="insert_ones"
def insert_ones(y, segment_end_ms, duration_ms=10_000):
    """Set the 50 labels after the end of a word to 1; changes `y` in place.

    Args:
        y: array `(1, Ty)`, labels; other ones in it stay.
        segment_end_ms: moment at which the word ends, in ms.
        duration_ms: length of the clip in ms.

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
# Make a training clip. Draw with `np.random.randint`, in this order: the number of
# trigger words, 0 to 4; which ones they are, `randint(len(activates), size=…)`. Insert
# each and set its labels for a clip of this length. Then do the same with 0 to 2 other
# words, without labels. A word without room is not labelled and not in `ends`.
#
# <details><summary>There are ones after every word</summary>
#
# Only "activated" is labelled, though all words share one list of segments.
# </details>
# <details><summary>There are never four trigger words</summary>
#
# `np.random.randint(a, b)` draws from `a` to `b - 1`.
# </details>


# %% exercise="create_training_example"
def create_training_example(background, activates, negatives, Ty):
    """Make a training clip with its labels.

    Args:
        background: array `(n,)`, samples; is not changed.
        activates: list of arrays, clips of the trigger word.
        negatives: list of arrays, clips of other words.
        Ty: number of labels.

    Returns:
        sound: array `(n,)`.
        y: array `(1, Ty)` of floats, 0 and 1.
        ends: list of the moments in ms at which the trigger words end, in the order in
            which they were inserted.
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
        create_training_example(
            backgrounds[i % len(backgrounds)], trigger, others, Ty_sound
        )
        for i in range(count)
    ]
    sounds, labels, ends = zip(*made, strict=True)
    return sounds, np.concatenate(labels)[:, :, None].astype(np.float32), ends


sounds, labels, ends = clips_of("train", 480, seed=1)
print(
    f"{labels.mean():.0%} of the labels are 1; a detector that never fires is right "
    f"on {1 - labels.mean():.0%} of the steps"
)
busy = int(np.argmax(labels.sum(axis=(1, 2))))
figures_c5w3.clip(
    spectrogram(sounds[busy]),
    labels[busy, :, 0],
    reading="A clip that you made. The labels become 1 where an “activated” has ended.",
)
audio.player(sounds[busy], RATE)

# %% concept="accuracy_fools"
# Only about one label in five is 1, so a detector that never fires has high accuracy.
# What do you measure instead?
# A: the share of clips in which some label is right
# B: the loss on the training clips, as it is differentiable
# C: accuracy again, with ten times as many silent clips
# D: how many alarms were right, and how many trigger words were detected
accuracy_fools = None

# %% [markdown]
# # Part 7 · A trigger word
# The network normalizes each frequency, then applies a convolution over 15 frames with
# stride 2 (998 frames become 492 steps), batch norm, ReLU, dropout, a GRU, dropout, and
# a dense layer with one score per step. The GRU is **not** bidirectional: the device
# has to react at once, without knowing what comes later.

# %% [markdown]
# ### Exercise 17 · `trigger_model` · 4 points · about 10 minutes
# Build this network as an `nn.Model`, with layers named as in the docstring.
# `nn.relu(x)` is a function.
#
# <details><summary>There are 499 steps instead of 492</summary>
#
# `padding="valid"` adds no frames at the ends.
# </details>


# %% exercise="trigger_model"
def trigger_model(n_freq, n_filters, n_units, rng):
    """A recurrent detector of a trigger word.

    Its layers, by name and in order: `scale`, an `nn.BatchNorm` of the frequencies;
    `conv`, `nn.Conv1D(n_freq, n_filters, 15, stride=2, padding="valid", rng=rng)`;
    `norm`, an `nn.BatchNorm`, then ReLU; `dropout`, an `nn.Dropout` with rate 0.3;
    `gru`, `nn.GRU(n_filters, n_units, return_sequences=True, rng=rng)`, then `dropout`
    again; `output`, an `nn.Dense` with 1 unit.

    Args:
        n_freq: number of frequencies per frame.
        n_filters: number of filters of the convolution.
        n_units: number of units of the GRU.
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
# Training takes four passes through 480 clips, about ten seconds. Since few labels are
# 1, each of them has a weight of 3 in the loss; otherwise it would be too easy for the
# detector to stay silent.

# %% demo
X = np.stack([spectrogram(one) for one in sounds]).astype(np.float32)
rng = np.random.default_rng(0)
detector = trigger_model(X.shape[2], 40, 40, rng)
epochs = 4
adam = nn.Adam(
    detector.parameters(), nn.schedules.cosine_decay(0.018, 48 * epochs), clip_norm=1.0
)
history = detector.fit(
    X,
    labels,
    epochs=epochs,
    batch_size=10,
    optimizer=adam,
    rng=rng,
    loss=lambda scores, y: nn.binary_cross_entropy(scores, y, 1 + 2 * y),
    progress=False,
)
plots.lines(
    history["loss"],
    np.arange(1, epochs + 1),
    xlabel="passes through 480 clips",
    ylabel="loss",
    from_zero=True,
    markers=True,
    reading="480 clips of ten seconds: 80 minutes of sound, made from 270 recorded "
    "words.",
)

# %% [markdown]
# ### Exercise 18 · `detect_triggerword` · 3 points · about 6 minutes
# Compute a probability for each step: spectrogram, model, sigmoid. `model.predict`
# takes a batch, turns dropout off and returns an array.
#
# <details><summary>Values below 0 or above 1</summary>
#
# The model returns scores. The sigmoid, $1 / (1 + e^{-z})$, turns them into
# probabilities.
# </details>


# %% exercise="detect_triggerword"
def detect_triggerword(x, model):
    """Probability, at each step, that a trigger word has just ended.

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
# The probability stays high for a second, but the chime should sound once. Return the
# moments at which the detector fires. It fires at a step if the probability is
# **above** the threshold, was not above it at the step before, and more than `wait_ms`
# have passed since it last fired. Step $i$ is at $i \cdot \mathrm{duration} / T_y$ ms.
#
# <details><summary>There are many chimes for one word</summary>
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
        threshold: from 0 to 1.
        wait_ms: after it has fired, it can fire again when more than this has passed.
        duration_ms: length of the clip in ms.

    Returns:
        List of moments in ms, in order; may be empty.
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
# Count hits, false alarms and misses. An alarm is a hit if a trigger word ended at most
# `window_ms` before it, or at most 200 ms after it (a word can be clear before it is
# over). Go through the alarms in order, and match each with the earliest word in this
# window that has no alarm yet. A second alarm for the same word is a false alarm.
#
# <details><summary>There are more hits than words</summary>
#
# Remove a word from the list as soon as an alarm is matched with it.
# </details>


# %% exercise="count_events"
def count_events(found, ends, window_ms=1000):
    """Compare alarms with the ends of the trigger words.

    Args:
        found: list of moments of alarms in ms, in order.
        ends: list of moments in ms at which trigger words ended, in any order.
        window_ms: an alarm may come this long after the end of the word.

    Returns:
        hits: int, the number of alarms that are matched with a word.
        false_alarms: int, the number of other alarms.
        misses: int, the number of words without an alarm.
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
    """Precision and recall over all clips; each word and each alarm counts once."""
    counts = np.sum(
        [
            count_events(detection_times(p, threshold), e)
            for p, e in zip(part_probabilities, part_ends, strict=True)
        ],
        axis=0,
    )
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
    {"precision": on_dev[:, 0], "recall": on_dev[:, 1]},
    thresholds,
    xlabel="threshold",
    ylabel="score on the dev set",
    from_zero=True,
    reading="Precision: the share of alarms that are right. Recall: the share of words "
    "that are detected. With a low threshold, p may stay above it between two "
    f"words, so that the second is missed. F1 is best at {best:.2f}.",
)

# %% demo
precision, recall = scores_at(*heard["test"], best)
print(f"test voices and backgrounds, threshold {best:.2f} chosen on the dev set:")
print(f"precision {precision:.0%}, recall {recall:.0%}")
test_clips = [
    audio.to_float(c[:n])
    for c, n in zip(speech.test_clips, speech.test_lengths, strict=True)
]
fired = Counter()
for word, sound in zip(speech.test_words, test_clips, strict=True):
    alone = np.concatenate([np.zeros(8000), sound, np.zeros(12_000)])
    alone += audio.to_float(speech.test_backgrounds[0, : len(alone)])
    p = detect_triggerword(alone, detector)
    fired[str(word)] += bool(detection_times(p, best, duration_ms=len(alone) // 8))
total = Counter(speech.test_words.tolist())
print(
    "fires at single words:",
    ", ".join(f"{w} {n}/{total[w]}" for w, n in fired.most_common(8)),
)

# %% [markdown]
# ### With a chime
# Add a chime wherever the detector fires. Look first, then listen.


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
    spectrogram(test_sounds[chosen]),
    p[0],
    test_ends[chosen],
    moments,
    best,
    reading="Voices and a background that were not used in training. Triangles: a "
    "trigger word has ended. Stars: the detector fires.",
)
audio.player(with_chime(test_sounds[chosen], moments), RATE)

# %% [markdown]
# ### A real voice (optional)
# All voices so far were synthetic. Allison Smith, the voice of the Asterisk telephone
# system, recorded 59 words, among them "activated" once (her recordings are under
# CC-BY-SA 3.0). **Predict**: will the detector fire for her?

# %% demo
asterisk = data.load("speech_asterisk")
order = [7, 8, 0, 6, 9, 10]  # which of her words, in this order
sound = audio.to_float(speech.test_backgrounds[1]).copy()
ends_here = []
for number, i in enumerate(order):
    clip = audio.to_float(asterisk.test_clips[i, : asterisk.test_lengths[i]])
    at = 4000 + 12_000 * number
    sound[at : at + len(clip)] += clip
    if asterisk.test_y[i]:
        ends_here.append((at + len(clip)) / 8)
p = detect_triggerword(sound, detector)
moments = detection_times(p, best)
print("she says:", ", ".join(asterisk.test_words[order]))
hits, false_alarms, _ = count_events(moments, ends_here)
figures_c5w3.clip(
    spectrogram(sound),
    p[0],
    ends_here,
    moments,
    best,
    reading=f"“activated” detected: {hits} of 1. False alarms at other words: "
    f"{false_alarms}. One person and one word are an anecdote, not a measurement.",
)
audio.player(with_chime(sound, moments), RATE)

# %% [markdown] question="ship_it" points=5
# ## In your own words
# A company wants to use your detector in a lift: the door should open when somebody
# says "activated". In about six sentences: what did you measure, on whose voices, and
# what did you not measure? Which type of error matters more there, and which setting
# would you change? How could the synthetic clips mislead you? What data would you
# collect next?
#
# ### BEGIN SOLUTION
# Precision and recall per spoken word were measured on voices and backgrounds held out
# from training, but nearly all of them are synthetic: there is one real person, so
# nothing is known about real people, accents, children, or the echo in a lift. A
# false alarm opens a door between floors, a miss costs a second try: I want precision,
# so I choose a higher threshold on dev clips and accept a lower recall. In the
# synthetic clips words stand alone, are equally loud and never overlap, and one label
# in five is 1; in a lift people talk in sentences and say the word once a day, so
# false alarms per hour are what counts. I would record real people in lifts, split
# by person, and add words that sound alike.
#
# **Rubric**, one point each: precision and recall on held-out voices, named as such ·
# synthetic voices, hardly a real one · which error matters, with a reason · the
# threshold as the setting, chosen on dev data · a gap between synthetic clips and real
# use, and data to close it.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | formula | your function |
# |---|---|
# | $c = \sum_{t'}\alpha_{t'}a_{t'}$ | `one_step_attention` |
# | $\arg\max_y \frac{1}{T_y^\lambda}\sum\ln P$, approximately | `beam_search` |
# | $\mathrm{BP}\cdot\exp\frac14\sum\ln p_n$ | `bleu` |
# | $\sum_{\text{paths read as } y}P(\text{path})$ | `ctc_forward` |
# | $\ln(10^{-6} + \lvert\mathrm{FFT}(w x)\rvert^2)$ | `spectrogram` |
# | ones after the word | `insert_ones`, `create_training_example` |

# %% [markdown]
# Here is the same in PyTorch. By now you know what each line does:
#
# ```
# a, _ = torch.nn.LSTM(42, 32, bidirectional=True, batch_first=True)(x)
# both = torch.cat([a, s[:, None].expand(-1, 30, -1)], dim=2)
# alphas = torch.softmax(densor2(torch.tanh(densor1(both))), dim=1)
# context = (alphas * a).sum(1, keepdim=True)
# loss = torch.nn.CTCLoss(blank=0, reduction="sum")
# minus_log_p = loss(log_probs, labels, input_lengths, label_lengths)
# window = torch.hann_window(200, periodic=False)
# S = torch.stft(sound, 200, 80, window=window, center=False, return_complex=True)
# log_power = torch.log(1e-6 + S.abs() ** 2).T
# ```

# %% [markdown]
# Two defaults differ from yours. `CTCLoss()` takes a mean: it divides each loss by the
# length of its label, then averages over the batch. `torch.stft` and torchaudio pad the
# sound so that frames are *centred* (`center=True`) and use a *periodic* window: 1600
# samples give them 21 frames, and your function 18.

# %% [markdown]
# **Your function beside a library's.** Both got the same input. Where the values
# differ, the table says why.
#
# {{libraries}}

# %% [markdown]
# **A challenge** (optional). Write numbers in which each digit is repeated a few times,
# and train a bidirectional LSTM to read them with CTC; your `ctc_gradient` is the
# gradient of the loss with respect to its scores. And why could CTC never write
# `1998-05-05` from the letters of `5/5/98`? (Count the steps. Then look at the order.)
#
# **The paper of the week.** D. Bahdanau, K. Cho and Y. Bengio, *Neural machine
# translation by jointly learning to align and translate*, ICLR 2015. Compare their
# figure of translation quality against sentence length with your figure in part 2.
#
# **Next week**: attention without any recurrence.

# %% demo
check.progress()
