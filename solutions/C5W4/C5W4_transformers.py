# %% [markdown]
# # Everyone listens to everyone
# A recurrent network whispers from word to word; by the end of a long sentence little
# is left of its beginning. Here every word hears every other, at once, and decides for
# itself whom to listen to. You will write that machine whole, in NumPy, and then put it
# to work: it reads dates, labels real addresses, answers questions about small stories,
# and writes what might, on a foggy night, pass for Shakespeare.
#
# **Time** about four hours, in nine parts; stop after any of them. **You need** matrix
# products, the softmax, and the embeddings of the last weeks.

# %% [markdown]
# ## The map
# | part | you write | points |
# |---|---|---|
# | 1 Where am I? | `get_angles` `positional_encoding` | 6 |
# | 2 Who may listen | `create_padding_mask` `create_look_ahead_mask` | 5 |
# | 3 Attention | `scaled_dot_product_attention` `self_attention_backward` | 13 |
# | 4 Many heads, one encoder | `MultiHeadAttention` `EncoderLayer` `Encoder` | 17 |
# | 5 Order lost | `bag_of_words` | 2 |
# | 6 The whole transformer | `DecoderLayer` `Decoder` `Transformer` | 16 |
# | 7 Pieces of words | `bpe_train` `bpe_encode` `bpe_decode` | 10 |
# | 8 Labels and answers | `align_labels` `entity_f1` `answer_span` and two more | 15 |
# | 9 Write | `generate` | 4 |

# %% [markdown]
# Eight short questions give 8 points, one answer in your own words 4.
#
# **After this lab you can** explain queries, keys and values, and why one divides by
# $\sqrt{d_k}$; build encoder and decoder from memory; prove that a model does not peek
# at the future; and score labels, answers and texts as the field does.
#
# Each exercise is followed by a cell with `check(…)`, which runs your function on a few
# fixed cases and often recognizes the mistake. Your grade comes from the same kind of
# check on fresh cases. Hints are folded under each task, titled by what you might see.

# %%
import re
import textwrap
import time
from collections import Counter

import numpy as np

from helpers import data, nn, plots, text
from helpers.checks import checks_for
from helpers.figures_c5w4 import attention_maps

check = checks_for("C5W4")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | shape | means |
# |---|---|---|---|
# | $m$, $T$ | | numbers | sentences in a batch, places in each |
# | $d$ | `embedding_dim` | number | coordinates of a token's vector |
# | $Q$ | `q` | `(…, T_q, d_k)` | queries |
# | $K$, $V$ | `k`, `v` | `(…, T_k, d_k)`, `(…, T_k, d_v)` | keys and values |
# | $M$ | `mask` | `(m, T_q, T_k)` or shorter | 1 = listen, 0 = do not |
# | $A$ | `weights` | `(…, T_q, T_k)` | how much place $i$ listens to place $j$ |
# | $E$ | `enc_output` | `(m, T_x, d)` | what the encoder made of the input |
# | $h$, $\tau$ | `num_heads`, `temperature` | numbers | attentions; freedom in a draw |
#
# A **token** is what a place holds: a character, a word, or a piece of one. Token 0 is
# padding in the whole lab. Batches come first: `(m, T, d)`.

# %% [markdown]
# # Part 1 · Where am I?
# A network that hears all words at once does not know which came first. *Dog bites man*
# and *man bites dog* are the same set of words. So write the place **into** the vector:
# add to each token a pattern that only its place has.
#
# The pattern is a row of clock hands. The first turns fast, the next slower, the last
# hardly at all; sine and cosine of each hand stand side by side:
#
# $$PE_{pos,\,2i} = \sin\frac{pos}{10000^{2i/d}} \qquad
# PE_{pos,\,2i+1} = \cos\frac{pos}{10000^{2i/d}}$$

# %% [markdown]
# By hand, $d = 4$: coordinates $k = 0, 1$ share $i = 0$ and the angle $pos$; $k = 2, 3$
# share $i = 1$ and the angle $pos / 100$. Place 3 gets
# $(\sin 3, \cos 3, \sin 0.03, \cos 0.03) = (0.14, -0.99, 0.03, 1.00)$.
#
# ### Exercise 1 · `get_angles` · 2 points · about 4 minutes
# The angles alone, all places and coordinates at once: the shapes broadcast.
#
# <details><summary>Odd columns are a little off</summary>
#
# Columns $2i$ and $2i + 1$ share one angle: $i$ is `k // 2`, rounded down.
# </details>


# %% exercise="get_angles"
def get_angles(pos, k, d):
    """Angle of each clock hand at each place.

    Args:
        pos: array `(n, 1)` of places.
        k: array `(1, d)` of coordinates, 0 to d - 1.
        d: size of the encoding.

    Returns:
        Array `(n, d)`: pos / 10000^(2i / d), where i is half of k, rounded down.

    Example:
        >>> get_angles(np.array([[3]]), np.array([[0, 1, 2, 3]]), 4)
        array([[3.  , 3.  , 0.03, 0.03]])
    """
    ### BEGIN SOLUTION
    return pos / 10000 ** (2 * (k // 2) / d)
    ### END SOLUTION


# %% check="get_angles"
check(get_angles)

# %% [markdown]
# ### Exercise 2 · `positional_encoding` · 4 points · about 6 minutes
# Sine in the even columns, cosine in the odd ones, and an axis of length 1 in front,
# for the batch. `d` is even.
#
# <details><summary>The left half is right, the rest is not</summary>
#
# Sine and cosine alternate, column by column. A slice may have a step of 2.
# </details>


# %% exercise="positional_encoding"
def positional_encoding(positions, d):
    """The pattern of each place (Vaswani et al., 2017, section 3.5).

    Args:
        positions: how many places, from 0.
        d: size of the encoding, even.

    Returns:
        Array `(1, positions, d)`.
    """
    ### BEGIN SOLUTION
    pos, k = np.arange(positions)[:, np.newaxis], np.arange(d)[np.newaxis, :]
    angles = get_angles(pos, k, d)  # (positions, d)
    angles[:, 0::2] = np.sin(angles[:, 0::2])
    angles[:, 1::2] = np.cos(angles[:, 1::2])
    return angles[np.newaxis]
    ### END SOLUTION


# %% check="positional_encoding"
check(positional_encoding)

# %% [markdown]
# ### What the pattern knows
# **Predict**: how alike are the patterns of two places, measured by their dot product?
# Does it depend on where they are, or only on how far apart?
#
# <details><summary>Answer</summary>
#
# $\sin a \sin b + \cos a \cos b = \cos(a - b)$: only the distance counts. And the
# pattern $n$ places on is a fixed rotation of this one, so "three places back" is
# something a matrix can learn.
# </details>

# %% demo
encoding = positional_encoding(60, 64)[0]
plots.heat(
    {"the pattern": encoding, "dot products": encoding @ encoding.T / 32},
    reading="Left: places down, coordinates across; fast hands to the left, slow ones "
    "to the right. Right: bands along the diagonal. Likeness depends on the distance "
    "alone.",
)  # fmt: skip

# %% [markdown]
# # Part 2 · Who may listen to whom
# Two kinds of places must not be heard. **Padding**: sentences of a batch are filled up
# to one length, and what fills them means nothing. **The future**: who learns to write
# the next word must not read it. A mask says 1 where one may listen.

# %% [markdown]
# ### Exercise 3 · `create_padding_mask` · 3 points · about 3 minutes
# A row for each sentence: 1 where a token stands, 0 where padding does.
#
# <details><summary>Shapes do not fit later on</summary>
#
# The middle axis has length 1: whoever asks, the same places are padding.
# </details>


# %% exercise="create_padding_mask"
def create_padding_mask(token_ids):
    """Which places hold a token.

    Args:
        token_ids: array `(m, T)` of ints, 0 for padding.

    Returns:
        Array `(m, 1, T)`, 1 for a token and 0 for padding.

    Example:
        >>> create_padding_mask(np.array([[7, 6, 0]]))
        array([[[1, 1, 0]]])
    """
    ### BEGIN SOLUTION
    return (np.asarray(token_ids) != 0).astype(int)[:, np.newaxis, :]
    ### END SOLUTION


# %% check="create_padding_mask"
check(create_padding_mask)

# %% [markdown]
# ### Exercise 4 · `create_look_ahead_mask` · 2 points · about 3 minutes
# Row $i$ is place $i$ asking: it may hear itself and what came before.


# %% exercise="create_look_ahead_mask"
def create_look_ahead_mask(size):
    """Which places each place may hear when the future is closed.

    Args:
        size: number of places.

    Returns:
        Array `(1, size, size)`: 1 on and below the diagonal, 0 above.
    """
    ### BEGIN SOLUTION
    return np.tril(np.ones((1, size, size), dtype=int))
    ### END SOLUTION


# %% check="create_look_ahead_mask"
check(create_look_ahead_mask)

# %% concept="why_mask"
# In training the whole target sentence is known. Why close the future all the same?
# A: to save the time for half of the products
# B: because padding stands at the end of the sentence
# C: or each place would copy the next token instead of learning to predict it
# D: because the softmax needs at least one zero in each row
why_mask = None

# %% [markdown]
# # Part 3 · Attention
# Think of a library. You come with a **query**; each book has a **key** on its spine
# and a **value** inside. Compare the query with all keys, and take home a blend: much
# from the books whose keys fit, a little from the others.
#
# $$\mathrm{Attention}(Q, K, V) =
# \mathrm{softmax}\Big(\frac{Q K^\top}{\sqrt{d_k}}\Big) V$$
#
# In **self-attention** every word brings all three, made by three learned matrices:
# what it looks for, how it can be found, and what it has to tell.

# %% [markdown]
# By hand: one query $q = (2, 0)$, keys $(1, 0)$ and $(0, 1)$, values $10$ and $20$, and
# $d_k = 2$. The products are $2$ and $0$; over $\sqrt 2$: $1.41$ and $0$. The softmax
# gives $0.80$ and $0.20$, so the answer is $0.80 \cdot 10 + 0.20 \cdot 20 = 12$.
#
# A mask acts **before** the softmax: where it is 0, the product becomes $-10^9$, and
# $e^{-10^9}$ is 0. Setting weights to 0 afterwards would leave rows that no longer sum
# to 1.

# %% [markdown]
# ### Exercise 5 · `scaled_dot_product_attention` · 7 points · about 15 minutes
# Any number of axes may stand in front: sentences, heads. Swap the last two of $K$ with
# `np.swapaxes(k, -1, -2)`, and subtract the largest of each row before `np.exp`. (Write
# `** 0.5`: `np.sqrt` would turn float32 into float64, and make everything slower.)
#
# <details><summary>Columns sum to 1, rows do not</summary>
#
# Each query shares its attention among the keys: the *last* axis.
# </details>
# <details><summary>It attends to padding only</summary>
#
# 1 means listen. Where the mask is **0**, the product becomes −1e9.
# </details>


# %% exercise="scaled_dot_product_attention"
def scaled_dot_product_attention(q, k, v, mask=None):
    """Blend the values by how well their keys fit the queries.

    Args:
        q: queries, array `(…, T_q, d_k)`.
        k: keys, array `(…, T_k, d_k)`.
        v: values, array `(…, T_k, d_v)`.
        mask: broadcastable to `(…, T_q, T_k)`, 1 = listen, 0 = do not; or None.

    Returns:
        output: array `(…, T_q, d_v)`.
        weights: array `(…, T_q, T_k)`, each row sums to 1.
    """
    ### BEGIN SOLUTION
    logits = q @ np.swapaxes(k, -1, -2) / k.shape[-1] ** 0.5
    if mask is not None:
        logits = np.where(mask, logits, -1e9)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    weights = weights / weights.sum(axis=-1, keepdims=True)
    return weights @ v, weights
    ### END SOLUTION


# %% check="scaled_dot_product_attention"
check(scaled_dot_product_attention)

# %% concept="which_sums"
# `weights` is (m, h, T_q, T_k). Which of these sums is 1, whatever the numbers?
# A: all weights of one sentence
# B: the weights of one query over all keys
# C: the weights of one key over all queries
# D: the weights of one pair of places over all heads
which_sums = None

# %% concept="dot_spread"
# Queries and keys have 64 coordinates, independent, with mean 0 and variance 1. What is
# the standard deviation of their dot product? (A whole number.)
dot_spread = None

# %% [markdown]
# ### Why divide by √d?
# A sum of $d$ products of independent numbers has variance $d$. Without the division,
# wide vectors give huge products; the softmax puts all its weight on one key, and its
# slope, $a(1-a)$ for a weight $a$, dies. **Predict** the largest of 16 weights at
# $d = 1024$, with and without.

# %% demo
rng = np.random.default_rng(0)
widths = [4, 16, 64, 256, 1024]
spread, largest = [], {"divided": [], "not divided": []}
slope = {"divided": [], "not divided": []}
for d_k in widths:
    q, k = rng.normal(size=(2, 400, 16, d_k))
    spread.append(np.var(q @ np.swapaxes(k, -1, -2)))
    # Multiplying the queries by √d undoes the division inside your function.
    for name, factor in [("divided", 1), ("not divided", d_k**0.5)]:
        weights = scaled_dot_product_attention(factor * q, k, k)[1]
        largest[name].append(weights.max(axis=-1).mean())
        slope[name].append((weights * (1 - weights)).mean())
print("d                   ", *(f"{d_k:8}" for d_k in widths))
print("variance of products", *(f"{x:8.1f}" for x in spread))
for name in largest:
    print(f"slope, {name:13}", *(f"{x:8.4f}" for x in slope[name]))
plots.lines(
    largest, widths, log="x", markers=True, from_zero=True,
    xlabel="size d of queries and keys", ylabel="largest of 16 weights",
    baseline={"even, 1/16": 1 / 16},
    reading="Divided by √d, attention stays soft at any width. Not divided, it turns "
    "into a hard choice, through which hardly any slope flows.",
)  # fmt: skip

# %% [markdown]
# ## Backward
# To train, slopes must flow back. Let $S = QK^\top / \sqrt{d_k}$ be the products and
# $dO$ the slope in the output $O = A V$:
#
# $$dV = A^\top dO \qquad dA = dO\, V^\top \qquad
# dS_{ij} = A_{ij}\Big(dA_{ij} - \sum_{l} dA_{il} A_{il}\Big)$$
#
# The last is the softmax, row by row. Then $dQ = dS\, K / \sqrt{d_k}$ and
# $dK = dS^\top Q / \sqrt{d_k}$. The mask needs nothing: where $A$ is 0, so is $dS$.

# %% [markdown]
# ### Exercise 6 · `self_attention_backward` · 6 points · about 15 minutes
# The five formulas, for any number of axes in front.
#
# <details><summary>dq and dk are too large</summary>
#
# The products were divided by $\sqrt{d_k}$, so are their slopes.
# </details>
# <details><summary>dk has a wrong shape</summary>
#
# Transpose the slope of the products: a key collects from all queries.
# </details>


# %% exercise="self_attention_backward"
def self_attention_backward(dout, q, k, v, weights):
    """Slopes of attention in queries, keys and values.

    Args:
        dout: slope in the output, array `(…, T_q, d_v)`.
        q: queries, array `(…, T_q, d_k)`.
        k: keys, array `(…, T_k, d_k)`.
        v: values, array `(…, T_k, d_v)`.
        weights: array `(…, T_q, T_k)`, as the forward function returned them.

    Returns:
        dq, dk, dv: arrays, shaped as q, k and v.
    """
    ### BEGIN SOLUTION
    dv = np.swapaxes(weights, -1, -2) @ dout
    dweights = dout @ np.swapaxes(v, -1, -2)
    mean = np.sum(dweights * weights, axis=-1, keepdims=True)
    dlogits = weights * (dweights - mean) / k.shape[-1] ** 0.5
    return dlogits @ k, np.swapaxes(dlogits, -1, -2) @ q, dv
    ### END SOLUTION


# %% check="self_attention_backward"
check(self_attention_backward)

# %% demo
# Believe no slope you have not nudged. A masked attention, one number moved by ±eps.
rng = np.random.default_rng(1)
q, k, v, dout = rng.normal(size=(4, 2, 5, 3))
mask, eps = create_look_ahead_mask(5), 1e-6
weights = scaled_dot_product_attention(q, k, v, mask)[1]
slopes = self_attention_backward(dout, q, k, v, weights)
for name, array, slope in zip("qkv", (q, k, v), slopes, strict=True):
    ends = []
    for nudge in (eps, -2 * eps):
        array[1, 2, 0] += nudge
        ends.append(np.sum(dout * scaled_dot_product_attention(q, k, v, mask)[0]))
    array[1, 2, 0] += eps
    measured = (ends[0] - ends[1]) / (2 * eps)
    print(f"d{name}: nudged {measured:.8f}, yours {slope[1, 2, 0]:.8f}")


# %% [markdown]
# Your two functions now become **one operation** of the course's framework: a way
# forward, and the rule for going back. Everything below, to the last line of verse,
# trains through them.


# %%
def attention(q, k, v, mask=None):
    """Your attention between tensors of `helpers.nn`, trained by your backward."""
    q, k, v = (nn.as_tensor(x) for x in (q, k, v))
    mask = mask.data if isinstance(mask, nn.Tensor) else mask
    out, weights = scaled_dot_product_attention(q.data, k.data, v.data, mask)

    def rule(dout):
        slopes = self_attention_backward(dout, q.data, k.data, v.data, weights)
        return tuple(slope.astype(q.dtype, copy=False) for slope in slopes)

    out = out.astype(q.dtype, copy=False)
    return nn.record(out, (q, k, v), rule, "attention"), weights


# %% [markdown]
# # Part 4 · Many heads, one encoder
# One attention has one opinion: each place blends the others in one way. But a word may
# need its verb *and* its adjective. So project $Q$, $K$, $V$, cut the $d$ coordinates
# into $h$ pieces of $d / h$, let each piece attend on its own, lay the results side by
# side again, and mix them by one more matrix:
#
# $$\mathrm{head}_i = \mathrm{Attention}(QW^Q_i, KW^K_i, VW^V_i) \qquad
# \mathrm{MultiHead} = [\mathrm{head}_1 \dots \mathrm{head}_h]\, W^O$$

# %% [markdown]
# The cutting is a reshape and a transpose. By hand, $d = 4$, $h = 2$: a place's vector
# $(1, 2, 3, 4)$ becomes $(1, 2)$ for the first head and $(3, 4)$ for the second.
#
# | step | shape |
# |---|---|
# | after the projection | `(m, T, d)` |
# | `reshape`: cut the last axis | `(m, T, h, d / h)` |
# | `transpose`: heads beside the batch | `(m, h, T, d / h)` |
# | attention, then all the way back | `(m, T, d)` |
#
# A direct `reshape(m, h, T, d // h)` gives the right shape and mixes up the places.

# %% [markdown]
# ### Exercise 7 · `MultiHeadAttention` · 7 points · about 20 minutes
# The layers are made for you; write `forward`. Tensors have `.reshape(…)` and
# `.transpose(0, 2, 1, 3)`; `attention` is the operation above. A mask `(m, T_q, T_k)`
# needs an axis of length 1 for the heads: `np.asarray(mask)[:, np.newaxis]`.
#
# <details><summary>Shapes are right, values wrong</summary>
#
# Cut the *last* axis first, transpose then; and on the way back the reverse.
# </details>
# <details><summary>cannot broadcast the mask</summary>
#
# The weights are `(m, h, T_q, T_k)`: the mask's new axis is the second.
# </details>


# %% exercise="MultiHeadAttention"
class MultiHeadAttention(nn.Layer):
    """Several attentions side by side (Vaswani et al., 2017, section 3.2.2)."""

    def __init__(self, embedding_dim, num_heads, *, rng):
        """Make the four projections.

        Args:
            embedding_dim: size d of every vector, a multiple of `num_heads`.
            num_heads: how many attentions, each on d / num_heads coordinates.
            rng: generator for the weights.
        """
        self.num_heads = num_heads
        self.query = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.key = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.value = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.output = nn.Dense(embedding_dim, embedding_dim, rng=rng)

    def forward(self, q, k, v, mask=None):
        """Let `q` listen to `k` and `v`.

        Args:
            q: tensor `(m, T_q, d)`.
            k: tensor `(m, T_k, d)`.
            v: tensor `(m, T_k, d)`.
            mask: broadcastable to `(m, T_q, T_k)`, 1 = listen; or None.

        Returns:
            output: tensor `(m, T_q, d)`.
            weights: array `(m, num_heads, T_q, T_k)`.
        """
        ### BEGIN SOLUTION
        m, T_q, d = q.shape
        heads = []
        for x in (self.query(q), self.key(k), self.value(v)):
            x = x.reshape(m, x.shape[1], self.num_heads, d // self.num_heads)
            heads.append(x.transpose(0, 2, 1, 3))  # (m, h, T, d / h)
        if mask is not None:
            mask = np.asarray(mask)[:, np.newaxis]  # (m, 1, T_q, T_k)
        out, weights = attention(*heads, mask)
        out = out.transpose(0, 2, 1, 3).reshape(m, T_q, d)
        return self.output(out), weights
        ### END SOLUTION


# %% check="MultiHeadAttention"
check(MultiHeadAttention)

# %% concept="head_parameters"
# MultiHeadAttention with embedding_dim = 64 and num_heads = 8: how many numbers does it
# learn, biases included?
head_parameters = None


# %% [markdown]
# ## A layer of the encoder
# Attention gathers; then each place thinks for itself, in a small network of two dense
# layers with a ReLU between, the same for all places. Around both lies what you know
# from residual networks: **add** the input, then **normalize** (layer norm: each vector
# by its own mean and spread):
#
# $$x' = \mathrm{norm}_1\big(x + \mathrm{drop}_1(\mathrm{attention}(x))\big) \qquad
# y = \mathrm{norm}_2\big(x' + \mathrm{drop}_2(\mathrm{ffn}(x'))\big)$$


# %%
def FullyConnected(embedding_dim, fully_connected_dim, *, rng):
    """Two dense layers for each place: to `fully_connected_dim`, ReLU, and back."""
    return nn.Sequential(
        nn.Dense(embedding_dim, fully_connected_dim, "relu", rng=rng),
        nn.Dense(fully_connected_dim, embedding_dim, rng=rng),
    )


# %% [markdown]
# ### Exercise 8 · `EncoderLayer` · 5 points · about 10 minutes
# The parts are made; write `forward`, the two formulas above.
#
# <details><summary>Values are wrong, though every part is there</summary>
#
# First add, then normalize the *sum*. And the second sum adds what came out of the
# first normalization, not the layer's input.
# </details>


# %% exercise="EncoderLayer"
class EncoderLayer(nn.Layer):
    """Self-attention, then a network for each place; both added and normalized."""

    def __init__(self, embedding_dim, num_heads, fully_connected_dim,
                 dropout_rate=0.1, *, rng):  # fmt: skip
        """Make the parts.

        Args:
            embedding_dim: size d of every vector.
            num_heads: attentions side by side.
            fully_connected_dim: width of the network in the middle.
            dropout_rate: share dropped before each addition, in training.
            rng: generator for weights and dropout.
        """
        self.mha = MultiHeadAttention(embedding_dim, num_heads, rng=rng)
        self.ffn = FullyConnected(embedding_dim, fully_connected_dim, rng=rng)
        self.norm1, self.norm2 = (nn.LayerNorm(embedding_dim) for _ in range(2))
        self.dropout1, self.dropout2 = (
            nn.Dropout(dropout_rate, rng=rng) for _ in range(2)
        )

    def forward(self, x, mask=None):
        """One round of listening and thinking.

        Args:
            x: tensor `(m, T, d)`.
            mask: broadcastable to `(m, T, T)`, 1 = listen; or None.

        Returns:
            y: tensor `(m, T, d)`.
            weights: array `(m, num_heads, T, T)`.
        """
        ### BEGIN SOLUTION
        attended, weights = self.mha(x, x, x, mask=mask)
        x = self.norm1(x + self.dropout1(attended))
        return self.norm2(x + self.dropout2(self.ffn(x))), weights
        ### END SOLUTION


# %% check="EncoderLayer"
check(EncoderLayer)

# %% [markdown]
# ### Exercise 9 · `Encoder` · 5 points · about 10 minutes
# `forward`: embed the tokens, multiply by $\sqrt d$ (so that the pattern of the place
# does not drown them), add the pattern of the first $T$ places, drop out, then layer by
# layer.
#
# <details><summary>shapes (…, T, d) and (1, maximum, d) do not fit</summary>
#
# A sentence may be shorter than the longest: `self.pos_encoding[:, :T]`.
# </details>


# %% exercise="Encoder"
class Encoder(nn.Layer):
    """From tokens to vectors that know their neighbours."""

    def __init__(self, num_layers, embedding_dim, num_heads, fully_connected_dim,
                 input_vocab_size, maximum_position_encoding, dropout_rate=0.1, *,
                 rng):  # fmt: skip
        """Make the parts.

        Args:
            num_layers: how many `EncoderLayer`s.
            embedding_dim: size d of every vector.
            num_heads: attentions side by side.
            fully_connected_dim: width of the networks.
            input_vocab_size: number of different tokens.
            maximum_position_encoding: length of the longest sentence.
            dropout_rate: share dropped in training.
            rng: generator for weights and dropout.
        """
        self.embedding = nn.Embedding(input_vocab_size, embedding_dim, rng=rng)
        encoding = positional_encoding(maximum_position_encoding, embedding_dim)
        self.pos_encoding = encoding.astype(np.float32)
        self.dropout = nn.Dropout(dropout_rate, rng=rng)
        self.layers = [
            EncoderLayer(embedding_dim, num_heads, fully_connected_dim, dropout_rate,
                         rng=rng)
            for _ in range(num_layers)
        ]  # fmt: skip

    def forward(self, token_ids, mask=None):
        """Read sentences.

        Args:
            token_ids: array `(m, T)` of ints.
            mask: broadcastable to `(m, T, T)`, 1 = listen; or None.

        Returns:
            x: tensor `(m, T, d)`.
            weights: list with an array `(m, num_heads, T, T)` for each layer.
        """
        ### BEGIN SOLUTION
        x = self.embedding(token_ids)
        T, d = x.shape[1:]
        x = self.dropout(x * d**0.5 + self.pos_encoding[:, :T])
        weights = []
        for layer in self.layers:
            x, layer_weights = layer(x, mask=mask)
            weights.append(layer_weights)
        return x, weights
        ### END SOLUTION


# %% check="Encoder"
check(Encoder)

# %% [markdown]
# ### Padding, put to the test
# A claim about masks is cheap; perturb and look. **Predict**: change the tokens *under*
# the padding. How far do the vectors of real places move, with the mask and without?

# %% demo
rng = np.random.default_rng(2)
reader = Encoder(2, 16, 4, 32, 20, 10, rng=rng).eval()
sentence = np.array([[5, 9, 2, 7, 3, 0, 0, 0, 0, 0]])
mask = create_padding_mask(sentence)
other = sentence.copy()
other[0, 5:] = [11, 4, 17, 8, 1]  # rubbish where padding was
for name, used in [("with the mask", mask), ("without", None)]:
    moved = reader(sentence, mask=used)[0].data - reader(other, mask=used)[0].data
    print(f"{name:14} real places moved by up to {np.abs(moved[0, :5]).max():.6f}")
assert np.all(reader(sentence, mask=mask)[1][0][..., 5:] == 0)  # padding is not heard

# %% [markdown]
# # Part 5 · Order lost, order found
# Take the pattern of places away. What is left of a sentence is a bag: shuffle the
# words and their vectors are shuffled along, otherwise unchanged. The oldest model of
# text works on just that, the **bag of words**: how often does each word occur?

# %% [markdown]
# ### Exercise 10 · `bag_of_words` · 2 points · about 4 minutes
# A row for each sentence, a column for each word: how often?
#
# <details><summary>A word that comes twice counts once</summary>
#
# Add 1 for each occurrence.
# </details>


# %% exercise="bag_of_words"
def bag_of_words(sentences, word_to_index):
    """Count the words of each sentence.

    Args:
        sentences: list of `m` sentences, words divided by spaces, in any case.
        word_to_index: dictionary from lower-case word to its column, 0 to V - 1.

    Returns:
        Array `(m, V)` of counts; words that are not in the dictionary are left out.

    Example:
        >>> bag_of_words(["Dog bites dog"], {"bites": 0, "cat": 1, "dog": 2})
        array([[1, 0, 2]])
    """
    ### BEGIN SOLUTION
    counts = np.zeros((len(sentences), len(word_to_index)), dtype=int)
    for row, sentence in zip(counts, sentences, strict=True):
        for word in sentence.lower().split():
            if word in word_to_index:
                row[word_to_index[word]] += 1
    return counts
    ### END SOLUTION


# %% check="bag_of_words"
check(bag_of_words)

# %% concept="no_positions"
# An encoder without positions reads a sentence, then the same sentence backwards. How
# do the two lists of output vectors compare?
# A: they are equal, place by place
# B: they have nothing in common
# C: only the first and the last vector change
# D: they are the same vectors in reversed order
no_positions = None

# %% demo
words = ["dog", "bites", "man", "in", "the", "park", "today"]
index = {word: i for i, word in enumerate(sorted(words))}
tokens = 1 + np.array([[index[word] for word in words]])
order = np.array([2, 1, 0, 3, 4, 5, 6])  # man bites dog …
bags = bag_of_words([" ".join(words), " ".join(words[i] for i in order)], index)
print("the two bags are equal:", np.array_equal(*bags))
reader = Encoder(2, 16, 4, 32, 8, 7, rng=np.random.default_rng(3)).eval()
for name, factor in [("with positions", 1), ("without", 0)]:
    reader.pos_encoding = factor * positional_encoding(7, 16)
    straight, shuffled = (reader(t)[0].data[0] for t in (tokens, tokens[:, order]))
    print(f"{name:15} vectors of the same words differ by up to "
          f"{np.abs(straight[order] - shuffled).max():.6f}")  # fmt: skip

# %% [markdown]
# ### Can training make up for it?
# A task that is nothing but order: eight letters, one *a* and one *b* among them. Which
# of the two comes first? Three models, a few seconds of training. **Predict** the share
# right of each: a bag of words, your encoder without positions, and with them.


# %%
class Judge(nn.Model):
    """Your encoder, the mean of its vectors, and a score for each of two classes."""

    def __init__(self, vocab_size, length, rng):
        self.encoder = Encoder(1, 16, 2, 32, vocab_size, length, 0.0, rng=rng)
        self.dense = nn.Dense(16, 2, rng=rng)

    def forward(self, token_ids):
        """(m, T) to (m, 2)."""
        return self.dense(nn.mean(self.encoder(token_ids)[0], axis=1))


# %% demo
rng = np.random.default_rng(4)
letters = rng.integers(3, 9, size=(3500, 8))  # 1 is a, 2 is b, the rest others
places = np.argsort(rng.random((3500, 8)), axis=1)[:, :2]
np.put_along_axis(letters, places, np.array([[1, 2]]), axis=1)
a_first = (places[:, 0] < places[:, 1]).astype(int)
spelled = [" ".join("?abcdefgh"[i] for i in row) for row in letters]
bags = bag_of_words(spelled, {letter: i for i, letter in enumerate("abcdefgh")})
models = {"bag of words": nn.Sequential(nn.Dense(8, 2, rng=rng))}
models |= {name: Judge(9, 8, rng) for name in ["no positions", "positions"]}
models["no positions"].encoder.pos_encoding *= 0
right = {}
for name, model in models.items():
    X = bags.astype(np.float32) if name == "bag of words" else letters
    model.fit(X[:3000], a_first[:3000], loss=nn.cross_entropy, epochs=8, rng=rng,
              optimizer=nn.Adam(model.parameters(), 0.005), progress=False)  # fmt: skip
    right[name] = np.mean(model.predict(X[3000:]).argmax(axis=1) == a_first[3000:])
plots.bars(
    right, ylabel="share right, 500 new words", percent=True,
    reading="A coin gets 50 %. Attention alone sees a bag, and no training can give it "
    "what its input lacks.",
)  # fmt: skip

# %% [markdown]
# # Part 6 · The whole transformer
# The **decoder** writes. Its layer has three parts. It listens to what it has written
# so far (self-attention, the future closed); then to the sentence it translates, by
# **cross-attention**: queries from what is being written, keys and values from $E$, the
# encoder's vectors; then each place thinks for itself. Add and normalize after each:
#
# $$x' = \mathrm{norm}_1\big(x + \mathrm{self}(x)\big) \quad
# x'' = \mathrm{norm}_2\big(x' + \mathrm{cross}(x', E)\big) \quad
# y = \mathrm{norm}_3\big(x'' + \mathrm{ffn}(x'')\big)$$

# %% concept="cross_keys"
# A date is being translated; the decoder has written "1998-". In cross-attention, what
# are the keys made from?
# A: the encoder's vectors of the date that is read
# B: the decoder's vectors of "1998-"
# C: the encoder's for half of the heads, the decoder's for the rest
# D: the positional encoding alone
cross_keys = None

# %% [markdown]
# ### Exercise 11 · `DecoderLayer` · 6 points · about 12 minutes
# The parts are made; write `forward`. Dropout before each addition, as in the encoder.
#
# <details><summary>shapes do not fit in the second attention</summary>
#
# Its keys *and* values are `enc_output`, and its mask is that of the padding there.
# </details>


# %% exercise="DecoderLayer"
class DecoderLayer(nn.Layer):
    """Self-attention, cross-attention, a network; each added and normalized."""

    def __init__(self, embedding_dim, num_heads, fully_connected_dim,
                 dropout_rate=0.1, *, rng):  # fmt: skip
        """Make the parts; the arguments are those of `EncoderLayer`."""
        self.mha1, self.mha2 = (
            MultiHeadAttention(embedding_dim, num_heads, rng=rng) for _ in range(2)
        )
        self.ffn = FullyConnected(embedding_dim, fully_connected_dim, rng=rng)
        self.norm1, self.norm2, self.norm3 = (
            nn.LayerNorm(embedding_dim) for _ in range(3)
        )
        self.dropout1, self.dropout2, self.dropout3 = (
            nn.Dropout(dropout_rate, rng=rng) for _ in range(3)
        )

    def forward(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
        """One round of writing.

        Args:
            x: tensor `(m, T_y, d)`, what is written.
            enc_output: tensor `(m, T_x, d)`, what was read.
            look_ahead_mask: broadcastable to `(m, T_y, T_y)`; or None.
            padding_mask: of what was read, broadcastable to `(m, T_y, T_x)`; or None.

        Returns:
            y: tensor `(m, T_y, d)`.
            weights of the first attention: array `(m, num_heads, T_y, T_y)`.
            weights of the second: array `(m, num_heads, T_y, T_x)`.
        """
        ### BEGIN SOLUTION
        written, weights1 = self.mha1(x, x, x, mask=look_ahead_mask)
        x = self.norm1(x + self.dropout1(written))
        read, weights2 = self.mha2(x, enc_output, enc_output, mask=padding_mask)
        x = self.norm2(x + self.dropout2(read))
        return self.norm3(x + self.dropout3(self.ffn(x))), weights1, weights2
        ### END SOLUTION


# %% check="DecoderLayer"
check(DecoderLayer)

# %% [markdown]
# ### Exercise 12 · `Decoder` · 5 points · about 8 minutes
# As the encoder: embed, times $\sqrt d$, add places, drop out, layer by layer. Keep the
# weights in a dictionary: `decoder_layer1_block1_self_att`,
# `decoder_layer1_block2_decenc_att`, and so on, counting from 1.


# %% exercise="Decoder"
class Decoder(nn.Layer):
    """From what is written so far to vectors of what comes next."""

    def __init__(self, num_layers, embedding_dim, num_heads, fully_connected_dim,
                 target_vocab_size, maximum_position_encoding, dropout_rate=0.1, *,
                 rng):  # fmt: skip
        """Make the parts; the arguments are those of `Encoder`."""
        self.embedding = nn.Embedding(target_vocab_size, embedding_dim, rng=rng)
        encoding = positional_encoding(maximum_position_encoding, embedding_dim)
        self.pos_encoding = encoding.astype(np.float32)
        self.dropout = nn.Dropout(dropout_rate, rng=rng)
        self.layers = [
            DecoderLayer(embedding_dim, num_heads, fully_connected_dim, dropout_rate,
                         rng=rng)
            for _ in range(num_layers)
        ]  # fmt: skip

    def forward(self, token_ids, enc_output, look_ahead_mask=None, padding_mask=None):
        """Read what is written so far.

        Args:
            token_ids: array `(m, T_y)` of ints.
            enc_output: tensor `(m, T_x, d)`.
            look_ahead_mask: broadcastable to `(m, T_y, T_y)`; or None.
            padding_mask: broadcastable to `(m, T_y, T_x)`; or None.

        Returns:
            x: tensor `(m, T_y, d)`.
            attention_weights: dictionary with two arrays for each layer.
        """
        ### BEGIN SOLUTION
        x = self.embedding(token_ids)
        T, d = x.shape[1:]
        x = self.dropout(x * d**0.5 + self.pos_encoding[:, :T])
        attention_weights = {}
        for i, layer in enumerate(self.layers, start=1):
            x, weights1, weights2 = layer(
                x,
                enc_output,
                look_ahead_mask=look_ahead_mask,
                padding_mask=padding_mask,
            )
            attention_weights[f"decoder_layer{i}_block1_self_att"] = weights1
            attention_weights[f"decoder_layer{i}_block2_decenc_att"] = weights2
        return x, attention_weights
        ### END SOLUTION


# %% check="Decoder"
check(Decoder)

# %% [markdown]
# ### Exercise 13 · `Transformer` · 5 points · about 6 minutes
# Encoder, decoder, and a dense layer that scores every token of the target vocabulary.
# Return the scores: the loss applies the softmax.


# %% exercise="Transformer"
class Transformer(nn.Layer):
    """Encoder and decoder (Vaswani et al., 2017)."""

    def __init__(self, num_layers, embedding_dim, num_heads, fully_connected_dim,
                 input_vocab_size, target_vocab_size, max_positional_encoding_input,
                 max_positional_encoding_target, dropout_rate=0.1, *, rng):  # fmt: skip
        """Make the parts; the arguments are those of `Encoder` and `Decoder`."""
        sizes = (num_layers, embedding_dim, num_heads, fully_connected_dim)
        self.encoder = Encoder(
            *sizes, input_vocab_size, max_positional_encoding_input, dropout_rate,
            rng=rng,
        )  # fmt: skip
        self.decoder = Decoder(
            *sizes, target_vocab_size, max_positional_encoding_target, dropout_rate,
            rng=rng,
        )  # fmt: skip
        self.final_layer = nn.Dense(embedding_dim, target_vocab_size, rng=rng)

    def forward(self, input_sentence, output_sentence, enc_padding_mask=None,
                look_ahead_mask=None, dec_padding_mask=None):  # fmt: skip
        """Score what may come next at every place of the output.

        Args:
            input_sentence: array `(m, T_x)` of ints.
            output_sentence: array `(m, T_y)` of ints, what is written so far.
            enc_padding_mask: for the encoder's self-attention; or None.
            look_ahead_mask: for the decoder's self-attention; or None.
            dec_padding_mask: for the decoder's cross-attention; or None.

        Returns:
            scores: tensor `(m, T_y, target_vocab_size)`, before the softmax.
            attention_weights: the decoder's dictionary.
        """
        ### BEGIN SOLUTION
        enc_output, _ = self.encoder(input_sentence, mask=enc_padding_mask)
        dec_output, attention_weights = self.decoder(
            output_sentence, enc_output,
            look_ahead_mask=look_ahead_mask, padding_mask=dec_padding_mask,
        )  # fmt: skip
        return self.final_layer(dec_output), attention_weights
        ### END SOLUTION


# %% check="Transformer"
check(Transformer)

# %% [markdown]
# ### Does it peek? Put it to the test
# The claim: a score at place $i$ depends on the output up to $i$, and on nothing later.
# Change one token at a time, and see which scores move. **Predict** the two pictures:
# with the look-ahead mask, and without.

# %% demo
small = Transformer(1, 16, 4, 32, 12, 12, 8, 8, rng=np.random.default_rng(5)).eval()
rng = np.random.default_rng(6)
read, written = rng.integers(1, 12, (2, 1, 8))


def moved_by_each(mask):
    """How far the scores of each place (rows) move when one token (columns) changes."""
    before = small(read, written, look_ahead_mask=mask)[0].data[0]
    table = np.zeros((8, 8))
    for j in range(8):
        other = written.copy()
        other[0, j] = 1 + other[0, j] % 11
        after = small(read, other, look_ahead_mask=mask)[0].data[0]
        table[:, j] = np.abs(after - before).max(axis=1)
    return table


leaks = {"future closed": moved_by_each(create_look_ahead_mask(8))}
leaks["no mask"] = moved_by_each(None)
plots.heat(
    leaks, signed=False, rows=range(8), columns=range(8),
    reading="Row: whose scores; column: whose token was changed. Above the diagonal "
    f"the left table holds {np.abs(np.triu(leaks['future closed'], 1)).max():.1f}, "
    "exactly: the future is not seen.",
)  # fmt: skip

# %% [markdown]
# ## Dates, as people write them
# Last week a recurrent network with attention turned *saturday, 9 may 1998* into
# `1998-05-09`. Now the transformer. It reads all characters, 29 at most, at once; in
# training it writes all ten at once as well: the decoder gets the right answer behind a
# start token, shifted by one place (**teacher forcing**), and the mask keeps it honest.
#
# Last week the recurrent network made five passes through these 10,000 dates, and more
# than 99 % of the test dates came out right. How many seconds did it need on your
# machine? **Predict**: the transformer gets six passes; will it be faster? More exact?

# %%
dates = data.load("dates")
read_chars = text.Vocabulary.of("".join(dates.train_human), specials=[text.PAD])
write_chars = text.Vocabulary([text.PAD, text.START, *"0123456789-"])


class Translator(nn.Model):
    """Your transformer with its masks, for human dates."""

    def __init__(self, rng, dim=48):
        self.transformer = Transformer(
            1, dim, 4, 2 * dim, len(read_chars), len(write_chars), 29, 10, 0.0, rng=rng
        )

    def forward(self, human, shifted):
        """(m, 29) and (m, T) to scores (m, T, 13)."""
        padding, ahead = (
            create_padding_mask(human), create_look_ahead_mask(shifted.shape[1])
        )  # fmt: skip
        scores, self.weights = self.transformer(
            human, shifted, enc_padding_mask=padding, look_ahead_mask=ahead,
            dec_padding_mask=padding,
        )  # fmt: skip
        return scores


# %% demo
def as_numbers(split):
    """Human dates (m, 29), ISO dates (m, 10), and these shifted behind a start."""
    human = getattr(dates, f"{split}_human")
    X = text.pad_sequences([read_chars.encode(one) for one in human], 29)
    Y = np.array([write_chars.encode(one) for one in getattr(dates, f"{split}_iso")])
    start = np.full((len(Y), 1), write_chars.index[text.START])
    return X, Y, np.concatenate([start, Y[:, :-1]], axis=1)


X, Y, shifted = as_numbers("train")
rng = np.random.default_rng(0)
translator = Translator(rng)
steps = 6 * len(X) // 64
rate = nn.schedules.cosine_decay(0.003, steps, warmup=steps // 20)
began = time.process_time()
history = translator.fit(
    (X, shifted), Y, loss=nn.cross_entropy, epochs=6, batch_size=64, rng=rng,
    optimizer=nn.Adam(translator.parameters(), rate, clip_norm=1.0), progress=False,
)  # fmt: skip
date_seconds = time.process_time() - began
print(f"{translator.count_parameters()} numbers learned from {len(X)} dates in "
      f"{date_seconds:.0f} s of computing; loss {history['loss'][-1]:.4f}")  # fmt: skip


# %% demo
def translate(human):
    """Greedy: write the best character, read it back, ten times."""
    written = np.full((len(human), 1), write_chars.index[text.START])
    with nn.no_grad():
        for _ in range(10):
            best = translator(human, written).data[:, -1].argmax(axis=-1)
            written = np.concatenate([written, best[:, np.newaxis]], axis=1)
    return written[:, 1:]


translator.eval()
X_test, Y_test, _ = as_numbers("test")
right = (translate(X_test) == Y_test).all(axis=1)
print(f"exact matches on {len(right)} new dates: {right.mean():.1%}\n")
for i in [*np.flatnonzero(right)[:4], *np.flatnonzero(~right)[:3]]:
    said = "".join(write_chars.decode(translate(X_test[i : i + 1])[0]))
    print(f"{dates.test_human[i]:32} {said}  {'' if right[i] else 'wrong'}")

# %% [markdown]
# ### Where does it look?
# The weights of cross-attention, one panel a head: each row a character written, each
# column one that is read. **Predict**: where does it look while it writes the month,
# given as a word?

# %% demo cover=true
shown = "saturday, 9 may 1998"
human = text.pad_sequences([read_chars.encode(shown)], 29)
iso = translate(human)
start = np.full((1, 1), write_chars.index[text.START])
translator(human, np.concatenate([start, iso[:, :-1]], axis=1))
cross = translator.weights["decoder_layer1_block2_decenc_att"][0]  # (h, 10, 29)
attention_maps(
    {f"head {i + 1}": head[:, : len(shown)] for i, head in enumerate(cross)},
    rows=write_chars.decode(iso[0]),
    columns=list(shown),
    reading="Down: what is written. Across: what is read. Nobody told the heads where "
    "year, month and day stand.",
)

# %% [markdown]
# ### Against the recurrent network
# Last week's reader took 30 steps one after the other, its writer ten; in training the
# transformer needs no such queue. Compare its seconds and its share of right dates with
# last week's on your machine: on ours it was faster, and sometimes as exact, sometimes
# a little less, depending only on how the processor rounds. Order is given to the
# recurrent network, while the transformer has to learn what the pattern of positions
# means. The longer the sentences and the more cores, the more it pays to do all
# positions at once.

# %% [markdown]
# # Part 7 · Pieces of words
# Characters make long sentences; whole words leave new words unknown. Between them lie
# **pieces**. *Byte pair encoding* begins with the 256 bytes, into which every text in
# every script can be written, and glues the most frequent pair of neighbours into a new
# token, again and again. Frequent words end up as one token, rare ones as several, and
# nothing is ever unknown.
#
# By hand, on `aaabdaaabac`: the pair *aa* comes four times (overlaps count), so
# $Z = aa$ gives `ZabdZabac`. Now *Za* and *ab* come twice each.


# %%
def merge(ids, pair, new):
    """Replace each occurrence of a pair of tokens by a new one, from left to right.

    Args:
        ids: array of ints.
        pair: two ints.
        new: the token to put in their place.

    Returns:
        A new array.
    """
    places = np.flatnonzero((ids[:-1] == pair[0]) & (ids[1:] == pair[1]))
    if pair[0] == pair[1]:  # in "aaa" the second pair overlaps with the first
        kept = []
        for place in places.tolist():
            if not kept or place > kept[-1] + 1:
                kept.append(place)
        places = np.array(kept, dtype=int)
    ids = ids.copy()
    ids[places] = new
    return np.delete(ids, places + 1)


# %% [markdown]
# ### Exercise 14 · `bpe_train` · 5 points · about 12 minutes
# Begin with the bytes, `np.frombuffer(text.encode(), np.uint8).astype(int)`. The first
# merge makes token 256, the next 257, … Count neighbours with
# `Counter(zip(ids[:-1].tolist(), ids[1:].tolist()))`; the most frequent pair wins, of
# equal ones the smaller (tuples compare from the left). Stop early when no pair comes
# twice.
#
# <details><summary>The first merges are right, later ones not</summary>
#
# Count anew after each merge: the pairs have changed.
# </details>


# %% exercise="bpe_train"
def bpe_train(text, num_merges):
    """Learn which pairs to glue (Sennrich et al., 2016; on bytes: Radford, 2019).

    Args:
        text: a string in any script.
        num_merges: how many merges at most.

    Returns:
        List of pairs of ints, in the order they were made; pair i makes token 256 + i.

    Example:
        >>> bpe_train("aaabdaaabac", 2)
        [(97, 97), (97, 98)]
    """
    ### BEGIN SOLUTION
    ids = np.frombuffer(text.encode(), np.uint8).astype(int)
    merges = []
    for new in range(256, 256 + num_merges):
        counts = Counter(zip(ids[:-1].tolist(), ids[1:].tolist(), strict=True))
        pair = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if pair is None or counts[pair] < 2:
            break
        merges.append(pair)
        ids = merge(ids, pair, new)
    return merges
    ### END SOLUTION


# %% check="bpe_train"
check(bpe_train)

# %% [markdown]
# ### Exercise 15 · `bpe_encode` · 3 points · about 4 minutes
# New text: its bytes, then all merges in the order they were learned.


# %% exercise="bpe_encode"
def bpe_encode(text, merges):
    """Text to tokens.

    Args:
        text: a string in any script.
        merges: list of pairs, from `bpe_train`.

    Returns:
        Array of ints.
    """
    ### BEGIN SOLUTION
    ids = np.frombuffer(text.encode(), np.uint8).astype(int)
    for new, pair in enumerate(merges, start=256):
        ids = merge(ids, pair, new)
    return ids
    ### END SOLUTION


# %% check="bpe_encode"
check(bpe_encode)

# %% [markdown]
# ### Exercise 16 · `bpe_decode` · 2 points · about 5 minutes
# Token 256 + $i$ stands for the bytes of both halves of merge $i$. Join all bytes, then
# decode once.
#
# <details><summary>UnicodeDecodeError, for é or 🙂</summary>
#
# One letter may be several bytes, in several tokens. Decode the bytes of the whole
# text.
# </details>


# %% exercise="bpe_decode"
def bpe_decode(ids, merges):
    """Tokens to text: undoes `bpe_encode`.

    Args:
        ids: array or list of ints.
        merges: list of pairs, from `bpe_train`.

    Returns:
        The text.
    """
    ### BEGIN SOLUTION
    pieces = [bytes([byte]) for byte in range(256)]
    for first, second in merges:
        pieces.append(pieces[first] + pieces[second])
    return b"".join(pieces[i] for i in ids).decode()
    ### END SOLUTION


# %% check="bpe_decode"
check(bpe_decode)

# %% demo
plays = text.as_text(data.load("shakespeare").train_text)
merges = bpe_train(plays[:60000], 256)
new = [bpe_decode([256 + i], merges) for i in range(256)]
print("first:", new[:16])
print("long:", sorted(new, key=len)[-16:])
for sample in ["To be, or not to be", "São Tomé 🙂 日本 \x00"]:
    ids = bpe_encode(sample, merges)
    assert bpe_decode(ids, merges) == sample  # lossless, in any script
    print(f"{len(sample):3} characters, {len(sample.encode()):3} bytes, "
          f"{len(ids):3} tokens: {sample!r}")  # fmt: skip

# %% concept="bpe_pieces"
# Pairs are merged on "abababac": first the most frequent pair, then the most frequent
# pair of what results (of equal ones the smaller). How many tokens are left after the
# two merges?
bpe_pieces = None

# %% [markdown]
# # Part 8 · Labels and answers
# Two uses of an encoder alone, as in BERT. First **named entities**: which words of a
# real address are street, town, state? People have labelled 1,462 of them by hand, word
# by word, with 29 labels. But your encoder reads *pieces*; so the labels must be laid
# along the pieces: the **first** piece of each word carries the label, the others are
# left out of loss and score.

# %% [markdown]
# ### Exercise 17 · `align_labels` · 3 points · about 4 minutes
# Words have labels, pieces have words; give each piece its label, or `ignore`.
#
# <details><summary>The second piece of a word has a label</summary>
#
# Compare with the word of the piece before.
# </details>


# %% exercise="align_labels"
def align_labels(labels, word_ids, ignore=-1):
    """Labels of words, laid along their pieces.

    Args:
        labels: list with a label for each word.
        word_ids: list with the number of the word each piece belongs to, or None for a
            piece that belongs to no word (padding, separators).
        ignore: the label of all pieces that do not begin a word.

    Returns:
        List of labels, one for each piece.

    Example:
        >>> align_labels([5, 8], [None, 0, 0, 1, None])
        [-1, 5, -1, 8, -1]
    """
    ### BEGIN SOLUTION
    aligned, before = [], None
    for word in word_ids:
        begins = word is not None and word != before
        aligned.append(labels[word] if begins else ignore)
        before = word
    return aligned
    ### END SOLUTION


# %% check="align_labels"
check(align_labels)

# %% [markdown]
# ## Score entities, not words
# *San Francisco* half right is wrong. An **entity** is a longest run of neighbouring
# words with one label; it counts only if its label and both ends agree.
#
# $$P = \frac{\text{right}}{\text{predicted}} \qquad
# R = \frac{\text{right}}{\text{true}} \qquad F_1 = \frac{2PR}{P + R}$$
#
# By hand: true `A A B`, predicted `A B B`. True entities: A at 0–1, B at 2; predicted:
# A at 0, B at 1–2. None agrees: $F_1 = 0$, though two of three words are right.

# %% [markdown]
# ### Exercise 18 · `entity_f1` · 4 points · about 12 minutes
# Words labelled `outside` belong to no entity. Count over all sentences, then divide.
# What cannot be divided is 0.
#
# <details><summary>An entity goes on into the next sentence</summary>
#
# Each sentence begins anew.
# </details>


# %% exercise="entity_f1"
def entity_f1(true, predicted, outside="O"):
    """Precision, recall and F1 of whole entities.

    Args:
        true: list of sentences, each a list of labels, one a word.
        predicted: the same, as predicted.
        outside: label of words that belong to no entity.

    Returns:
        precision, recall, f1: floats; 0.0 where there is nothing to divide by.
    """

    ### BEGIN SOLUTION
    def entities(sentences):
        found = set()
        for number, labels in enumerate(sentences):
            start = 0
            for end in range(1, len(labels) + 1):
                if end == len(labels) or labels[end] != labels[start]:
                    if labels[start] != outside:
                        found.add((number, start, end, labels[start]))
                    start = end
        return found

    truth, guess = entities(true), entities(predicted)
    right = len(truth & guess)
    precision = right / len(guess) if guess else 0.0
    recall = right / len(truth) if truth else 0.0
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0
    ### END SOLUTION


# %% check="entity_f1"
check(entity_f1)

# %% [markdown]
# ### Addresses, word by word and in context
# A **baseline** first: each word gets the label it had most often in training; a new
# word is taken for a street name. Capitals are folded and digits become 0 for both
# models: what matters of 52403 is that it has five. **Predict** the baseline's entity
# F1, and by how much context will better it.

# %% demo
addresses = data.load("addresses")


def labelled(split):
    """Words and labels of each address, as lists of lists."""
    words = getattr(addresses, f"{split}_tokens").tolist()
    tags = getattr(addresses, f"{split}_tags").tolist()
    lengths = getattr(addresses, f"{split}_length").tolist()
    return (
        [row[:n] for row, n in zip(words, lengths, strict=True)],
        [row[:n] for row, n in zip(tags, lengths, strict=True)],
    )


train_words, train_tags = labelled("train")
test_words, test_tags = labelled("test")


def folded(word):
    """Lower case, without points and commas at the ends, each digit a 0."""
    return re.sub(r"\d", "0", word.lower().strip(".,"))


seen = {}
for row, tags in zip(train_words, train_tags, strict=True):
    for word, tag in zip(row, tags, strict=True):
        seen.setdefault(folded(word), Counter())[tag] += 1
street = Counter({addresses.classes.index("StreetName"): 1})
guesses = [
    [seen.get(folded(word), street).most_common(1)[0][0] for word in row]
    for row in test_words
]
baseline_f1 = entity_f1(test_tags, guesses)[2]
print(f"word by word: entity F1 {baseline_f1:.3f}")


# %% [markdown]
# Now in context: your encoder over the pieces, sixteen passes, some fifteen seconds.


# %%
class Tagger(nn.Model):
    """Your encoder, and a score of every label at each piece."""

    def __init__(self, vocab_size, length, labels, rng):
        self.encoder = Encoder(2, 48, 4, 96, vocab_size, length, 0.2, rng=rng)
        self.dense = nn.Dense(48, labels, rng=rng)

    def forward(self, token_ids):
        """(m, T) to (m, T, labels)."""
        mask = create_padding_mask(token_ids)
        return self.dense(self.encoder(token_ids, mask=mask)[0])


# %% demo
known = "".join(f"{folded(word)} " for row in train_words for word in row)
pieces = bpe_train(known, 300)
different = sorted({folded(word) for row in train_words + test_words for word in row})
# All at once, kept apart by byte 0, which no pair contains.
ids = bpe_encode("\0".join(f"{word} " for word in different), pieces)
parts = np.split(ids, np.flatnonzero(ids == 0))
cut = {word: part[part > 0] for word, part in zip(different, parts, strict=True)}


def table_of(words, tags):
    """Pieces (m, 48), padded with 0, and labels (m, 48), -1 where there is none."""
    X, Y = [], []
    for row, labels in zip(words, tags, strict=True):
        found = [cut[folded(word)] for word in row]
        word_ids = [i for i, part in enumerate(found) for _ in part]
        X.append(np.concatenate(found))
        Y.append(align_labels(labels, word_ids))
    return text.pad_sequences(X, 48), text.pad_sequences(Y, 48, value=-1)


X, Y = table_of(train_words, train_tags)
X_test, Y_test = table_of(test_words, test_tags)
print(train_words[3], "\n", [bpe_decode([i], pieces) for i in X[3] if i])

# %% demo
rng = np.random.default_rng(0)
tagger = Tagger(256 + len(pieces), 48, len(addresses.classes), rng)
steps = 16 * len(X) // 32
rate = nn.schedules.cosine_decay(0.003, steps, warmup=steps // 10)
history = tagger.fit(
    X, (np.maximum(Y, 0), Y >= 0), loss=nn.cross_entropy, epochs=16, rng=rng,
    optimizer=nn.Adam(tagger.parameters(), rate, clip_norm=1.0), progress=False,
)  # fmt: skip
best = tagger.predict(X_test).argmax(axis=-1)
found = [row[y >= 0].tolist() for row, y in zip(best, Y_test, strict=True)]
kept = [row[y >= 0].tolist() for row, y in zip(Y_test, Y_test, strict=True)]
tagger_f1 = entity_f1(kept, found)[2]
words_right = np.mean(best[Y_test >= 0] == Y_test[Y_test >= 0])
plots.bars(
    {"word by word": baseline_f1, "your encoder": tagger_f1},
    ylabel="entity F1, 150 new addresses", percent=True,
    reading=f"Of its words {words_right:.0%} are right. Context tells a street named "
    "after a town from the town.",
)  # fmt: skip

# %% [markdown]
# ## Answers from a story
# Second, **question answering**: a story, a question, and the answer is a **span** of
# the story. The encoder reads question and story in one go; two scores for each word
# say how well the answer would *start* and *end* there. The best span maximizes their
# sum, with the end not before the start, and not too far behind.

# %% [markdown]
# ### Exercise 19 · `answer_span` · 3 points · about 8 minutes
# By hand: start `[1, 5, 2]`, end `[9, 0, 3]`. The best end, 0, lies before the best
# start, 1. Allowed and best: 0 to 0, with $1 + 9 = 10$.
#
# <details><summary>The end lies before the start</summary>
#
# Choose both together, among the allowed pairs.
# </details>


# %% exercise="answer_span"
def answer_span(start_logits, end_logits, max_len):
    """The best allowed span.

    Args:
        start_logits: array `(T,)`.
        end_logits: array `(T,)`.
        max_len: how many words a span may have at most, 1 or more.

    Returns:
        start, end: ints, both inclusive: start <= end < start + max_len. Of equal ones
        the first in reading order, then the shorter.

    Example:
        >>> answer_span(np.array([1, 5, 2]), np.array([9, 0, 3]), 3)
        (0, 0)
    """
    ### BEGIN SOLUTION
    T = len(start_logits)
    scores = start_logits[:, np.newaxis] + end_logits[np.newaxis, :]
    length = np.arange(T)[np.newaxis, :] - np.arange(T)[:, np.newaxis] + 1
    scores = np.where((length >= 1) & (length <= max_len), scores, -np.inf)
    start, end = np.unravel_index(np.argmax(scores), scores.shape)
    return int(start), int(end)
    ### END SOLUTION


# %% check="answer_span"
check(answer_span)


# %% [markdown]
# ## Right, or nearly
# Answers are compared as SQuAD does it: lower case, without punctuation and articles.
# **Exact match** is 1 or 0. **Token F1** gives credit for overlap: of the predicted
# words, how many are right ($P$); of the true ones, how many were found ($R$). A word
# that comes twice must be found twice.


# %%
def normalize(answer):
    """An answer's words: lower case, without punctuation and articles."""
    words = re.sub(r"[^\w\s]", "", answer.lower()).split()
    return [word for word in words if word not in ("a", "an", "the")]


# %% [markdown]
# ### Exercise 20 · `exact_match` · 2 points · about 2 minutes
# Compare the normalized words. (There are two answers only, so the points are given for
# all cases together.)


# %% exercise="exact_match"
def exact_match(prediction, truth):
    """Whether two answers are the same (Rajpurkar et al., 2016).

    Args:
        prediction: a string.
        truth: a string.

    Returns:
        1 if their normalized words agree, else 0.

    Example:
        >>> exact_match("The garden.", "garden")
        1
    """
    ### BEGIN SOLUTION
    return int(normalize(prediction) == normalize(truth))
    ### END SOLUTION


# %% check="exact_match"
check(exact_match)

# %% [markdown]
# ### Exercise 21 · `token_f1` · 3 points · about 6 minutes
# If either answer has no words left, F1 is 1 where both have none, and else 0.
#
# <details><summary>A repeated word counts too much</summary>
#
# `Counter(a) & Counter(b)` keeps the smaller count of each word.
# </details>


# %% exercise="token_f1"
def token_f1(prediction, truth):
    """How far two answers overlap.

    Args:
        prediction: a string.
        truth: a string.

    Returns:
        F1 of the normalized words, from 0 to 1.

    Example:
        >>> token_f1("the red hat", "hat")
        0.6666666666666666
    """
    ### BEGIN SOLUTION
    guess, true = normalize(prediction), normalize(truth)
    if not guess or not true:
        return float(guess == true)
    common = sum((Counter(guess) & Counter(true)).values())
    return 2 * common / (len(guess) + len(true))
    ### END SOLUTION


# %% check="token_f1"
check(token_f1)

# %% concept="span_f1"
# Predicted: "in the old garden, behind the house". True: "the garden". What is the
# token F1? (Two decimals.)
span_f1 = None

# %% [markdown]
# ## A reader of small stories
# Stories of people who walk about and hand things over, with questions of six kinds.
# The question's 9 places come first, then the story. Three choices worth knowing: a
# word that occurs in the question is **marked** (the best-loved feature of the readers
# before transformers); a **convolution** shows each word its sentence; and the scores
# are products of a word's vector with two made from the question, one for starts, one
# for ends. Your encoder in between does the rest: who was it, and which was last?
#
# (Answers here are one word, with or without an article. So exact match and token F1
# agree; for longer answers they will not.)


# %%
class Words(nn.Layer):
    """Vectors of words, of those marked, and of their neighbours together."""

    def __init__(self, vocab_size, dim, rng):
        self.words = nn.Embedding(vocab_size, dim, rng=rng)
        self.mark = nn.Embedding(2, dim, rng=rng)
        self.around = nn.Conv1D(dim, dim, 13, rng=rng)

    def forward(self, ids):
        """(m, T), a marked word has `vocab_size` added, to (m, T, dim)."""
        marked, word = np.divmod(ids, len(self.words.E))
        return self.around(self.words(word) + self.mark(marked))


# %%
class Reader(nn.Model):
    """Your encoder over question and story; scores of starts and ends."""

    def __init__(self, vocab_size, length, asked, rng, dim=32):
        self.encoder = Encoder(1, dim, 4, 2 * dim, 1, length, 0.0, rng=rng)
        self.encoder.embedding = Words(vocab_size, dim, rng)
        self.ask = nn.Dense(dim, 2 * dim, rng=rng)
        self.asked = asked  # places of the question

    def forward(self, ids):
        """(m, T) to (m, 2, T): scores of starts and ends, closed outside the story."""
        padding = create_padding_mask(ids)
        x, _ = self.encoder(ids, mask=padding)
        m, T, d = x.shape
        question = self.ask(nn.mean(x[:, : self.asked], axis=1)).reshape(m, 2, d)
        scores = question @ x.transpose(0, 2, 1) * d**-0.5
        story = padding * (np.arange(T) >= self.asked)
        return nn.where(story == 1, scores, -1e9)


# %% demo
stories = data.load("stories")
everything = " ".join([*stories.train_stories, *stories.train_questions])
story_words = text.Vocabulary.of(everything.split(), specials=[text.PAD])
ASKED, LONGEST = 9, 72


def read_stories(split):
    """Tokens (m, 81), starts and ends (m, 2), and the kind of each question."""
    told, asked, kind, position = (
        getattr(stories, f"{split}_{name}")
        for name in ("stories", "questions", "kind", "positions")
    )
    words = [story.split() for story in told]
    kept = [i for i, story in enumerate(words) if len(story) <= LONGEST]
    Q = [story_words.encode(asked[i].split()) for i in kept]
    Q, S = (
        text.pad_sequences(rows, length)
        for rows, length in [(Q, ASKED), ([story_words.encode(words[i]) for i in kept],
                                          LONGEST)]
    )  # fmt: skip
    marked = (S[:, :, np.newaxis] == Q[:, np.newaxis]).any(axis=2) & (S != 0)
    end = position[kept].astype(int)
    article = [words[i][e - 1] == "the" for i, e in zip(kept, end, strict=True)]
    ids = np.concatenate([Q, S + len(story_words) * marked], axis=1)
    return ids, ASKED + np.stack([end - article, end], axis=1), kind[kept]


X, Y, kinds = read_stories("train")
X_test, Y_test, kinds_test = read_stories("test")
print(len(X), "stories to learn from,", len(X_test), "new ones")

# %% demo
rng = np.random.default_rng(0)
story_reader = Reader(len(story_words), ASKED + LONGEST, ASKED, rng)
steps = 3 * len(X) // 32
rate = nn.schedules.cosine_decay(0.004, steps, warmup=steps // 20)
history = story_reader.fit(
    X, Y, loss=nn.cross_entropy, epochs=3, rng=rng, progress=False,
    optimizer=nn.Adam(story_reader.parameters(), rate, clip_norm=1.0),
)  # fmt: skip


def said(which, spans):
    """The words of spans (m, 2) in rows of tokens."""
    rows = which % len(story_words)
    return [" ".join(story_words.decode(row[a : b + 1])) for row, (a, b) in
            zip(rows, spans, strict=True)]  # fmt: skip


truth = said(X_test, Y_test)
scores = story_reader.predict(X_test)
spans = [answer_span(*(s.astype(float) for s in one), max_len=2) for one in scores]
last = np.bincount(Y[:, 1]).argmax()  # the place where answers are most often
print("              exact match   token F1")
for name, guess in [
    ("by place", [(last - 1, last)] * len(truth)),
    ("your reader", spans),
]:
    pairs = list(zip(said(X_test, guess), truth, strict=True))
    exact = np.array([exact_match(*pair) for pair in pairs])
    print(
        f"{name:12} {exact.mean():12.1%} {np.mean([token_f1(*p) for p in pairs]):10.1%}"
    )

# %% demo
plots.bars(
    {textwrap.fill(name, 9): exact[kinds_test == kind].mean()
     for kind, name in enumerate(stories.classes)},
    ylabel="exact match, new stories", percent=True,
    reading="Four kinds ask for one fact and are all but solved. Where a thing is, or "
    "was, takes two: who had it, and where that person went.",
)  # fmt: skip
shortest = np.argsort((X_test > 0).sum(axis=1), kind="stable")
for i in [shortest[exact[shortest] == hit][0] for hit in (1, 0)]:
    asked, told = " ".join(story_words.decode(X_test[i] % len(story_words))).split("?")
    (answer,) = said(X_test[i : i + 1], spans[i : i + 1])
    print(f"{told.strip()}\n  {asked}? said: {answer} | true: {truth[i]}")

# %% [markdown]
# # Part 9 · Write
# A **language model** predicts the next token, at all places at once. There is no other
# text to read, so your `Encoder` with the look-ahead mask is all it needs (this is the
# shape of GPT). Trained on plays cut into pieces, it is measured in **bits per
# character**: how many yes-or-no questions the next character costs on average, in
# plays it has never seen. Thrown with a fair die of 67 sides, a character costs 6.07.
#
# To write, draw a token, put it behind the text, ask again. The **temperature** $\tau$
# divides the scores before the softmax: below 1 bolder in what is likely, above 1
# wilder; 0 means the best, always. **Top k** closes all but the $k$ best.

# %% [markdown]
# ### Exercise 22 · `generate` · 4 points · about 12 minutes
# Each step: show the model the last `context` tokens, take the scores of the last
# place, keep the $k$ best, divide by $\tau$, softmax, and draw with `rng.choice`.
#
# <details><summary>division by zero</summary>
#
# Temperature 0: take `argmax` and skip the rest.
# </details>


# %% exercise="generate"
def generate(model, prompt, temperature, top_k, rng, length=100, context=64):
    """Let a language model write on.

    Args:
        model: function of ids `(1, T)` that returns scores `(1, T, V)` of what follows
            each place, an array.
        prompt: list or array of token ids, at least one.
        temperature: divides the scores; 0 takes the best token always.
        top_k: draw among that many best tokens only; None for all.
        rng: a NumPy generator; every draw comes from it.
        length: how many tokens to write.
        context: how many tokens the model may see at most.

    Returns:
        Array of ints: the prompt, then `length` new tokens.
    """
    ### BEGIN SOLUTION
    ids = [int(i) for i in prompt]
    for _ in range(length):
        scores = np.array(model(np.array([ids[-context:]]))[0, -1], dtype=float)
        if top_k is not None:
            scores[scores < np.sort(scores)[-top_k]] = -np.inf
        if temperature == 0:
            ids.append(int(scores.argmax()))
            continue
        p = np.exp((scores - scores.max()) / temperature)
        ids.append(int(rng.choice(len(p), p=p / p.sum())))
    return np.array(ids)
    ### END SOLUTION


# %% check="generate"
check(generate)

# %% [markdown]
# ### Train a writer
# 1200 steps, each with 32 windows of 32 pieces: about half a minute.


# %%
class LanguageModel(nn.Model):
    """Your encoder behind a look-ahead mask, and a score for each token."""

    def __init__(self, vocab_size, context, rng, dim=64):
        self.encoder = Encoder(2, dim, 4, 2 * dim, vocab_size, context, 0.0, rng=rng)
        self.dense = nn.Dense(dim, vocab_size, rng=rng)

    def forward(self, token_ids):
        """(m, T) to (m, T, V)."""
        ahead = create_look_ahead_mask(np.shape(token_ids)[1])
        return self.dense(self.encoder(token_ids, mask=ahead)[0])


# %% demo
CONTEXT, STEPS = 32, 1200
rng = np.random.default_rng(0)
tokens = bpe_encode(plays, merges)
starts = rng.integers(0, len(tokens) - CONTEXT, (32 * STEPS, 1))
windows = tokens[starts + np.arange(CONTEXT + 1)]
writer = LanguageModel(256 + len(merges), CONTEXT, rng)
rate = nn.schedules.cosine_decay(0.004, STEPS, warmup=STEPS // 20)
history = writer.fit(
    windows[:, :-1], windows[:, 1:], loss=nn.cross_entropy, epochs=1, batch_size=32,
    optimizer=nn.Adam(writer.parameters(), rate, clip_norm=1.0), progress=False,
)  # fmt: skip
unseen = text.as_text(data.load("shakespeare").test_text)[:60000]
tokens_test = bpe_encode(unseen, merges)
whole = (len(tokens_test) - 1) // CONTEXT * CONTEXT
X, Y = (tokens_test[i : i + whole].reshape(-1, CONTEXT) for i in (0, 1))
nats = writer.evaluate(X, Y, loss=nn.cross_entropy)["loss"]
writer_bits = nats / np.log(2) * len(tokens_test) / len(unseen)
print(f"{writer.count_parameters()} numbers, {windows[:, 1:].size} tokens read, "
      f"{writer_bits:.2f} bits per character")  # fmt: skip

# %% [markdown]
# ### Against n-grams
# The old way: count what followed each context $u$ of $n - 1$ characters in the plays,
# and lean on the context $u'$, one shorter, where there is little to count:
#
# $$p_n(c \mid u) = \frac{\mathrm{count}(uc) + 5\, p_{n-1}(c \mid u')}
# {\mathrm{count}(u) + 5}$$
#
# The tables see all 2.4 million characters; your model read 1.2 million pieces, drawn
# at random. **Predict** which $n$ it beats.


# %% demo
def ngram_bits(train, test, longest, beta=5.0):
    """Bits per character of n-grams of length 1 to `longest`, as a list."""
    letters = np.unique(train + test)
    train, test = (np.searchsorted(letters, part) for part in (train, test))
    V, p, bits = len(letters), 1 / len(letters), []
    context, asked = (np.zeros(len(part), np.int64) for part in (train, test))
    for n in range(longest):
        if n:  # one more character back, the first ones wrap around
            context = context * V + np.roll(train, n)
            asked = asked * V + np.roll(test, n)
        kinds, of = np.unique(context, return_inverse=True)
        pairs, count = np.unique(of * V + train, return_counts=True)
        total = np.bincount(of)
        place = np.minimum(np.searchsorted(kinds, asked), len(kinds) - 1)
        known = kinds[place] == asked
        wanted = place * V + test
        at = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
        seen = np.where(known & (pairs[at] == wanted), count[at], 0)
        p = (seen + beta * p) / (np.where(known, total[place], 0) + beta)
        bits.append(float(-np.mean(np.log2(p))))
    return bits


bits = ngram_bits([*plays.encode()], [*unseen.encode()], 5)
plots.bars(
    {f"{n} letter{'s' * (n > 1)}": b for n, b in enumerate(bits, start=1)}
    | {"your\ntransformer": writer_bits},
    ylabel="bits per character, new plays",
    reading="n letters: the last one and the n − 1 before it. Your model beats the "
    f"tables of up to {sum(b > writer_bits for b in bits)} letters.",
)  # fmt: skip

# %% demo
prompt = bpe_encode("ROMEO:\n", merges)
for temperature, top_k in [(0, None), (0.7, 20), (1.3, None)]:
    ids = generate(writer.predict, prompt, temperature, top_k,
                   np.random.default_rng(1), length=90, context=CONTEXT)  # fmt: skip
    print(f"--- temperature {temperature}, top k {top_k}\n"
          f"{bpe_decode(ids, merges)}\n")  # fmt: skip

# %% [markdown]
# Cold, it repeats itself; hot, it stammers; in between there are speeches, names and
# lines of the right length, and no thought at all. What the giants add is mostly more:
# text, width, depth, time. The machine is the one you wrote.

# %% demo
line = bpe_encode("KING:\nMy lord, I will not go", merges)
writer(line[np.newaxis])
seen_by = writer.encoder(line[np.newaxis], mask=create_look_ahead_mask(len(line)))[1]
names = [bpe_decode([t], merges).replace("\n", "⏎").replace(" ", "·") for t in line]
attention_maps(
    {f"layer {i + 1}, head {j + 1}": seen_by[i][0, j] for i in (0, 1) for j in (0, 1)},
    rows=names, columns=names,
    reading="Each row listens to itself and to the left alone: nothing above the "
    "diagonal. Some heads look one token back, others far.",
)  # fmt: skip

# %% [markdown] question="why_parallel" points=4
# ## In your own words
# A recurrent network and a transformer are trained on sentences of length $T$. (a) Why
# can the transformer work on all places at once in training, and the recurrent network
# not? (b) What does it pay for that as $T$ grows? (c) Why must it still write one token
# after another when it generates? (d) What would happen without the look-ahead mask in
# training, and how would you notice?
#
# ### BEGIN SOLUTION
# (a) A recurrent state needs the state before it, so T steps follow one another. In
# attention every place depends on the inputs of a layer only, which are all known; the
# target is known as well (teacher forcing), and the mask hides what must not be seen.
#
# (b) Each place attends to each: T² weights a head, so time and memory grow with the
# square of the length.
#
# (c) What comes next depends on the token just chosen; before it is drawn, it is no
# input.
#
# (d) Each place would see the token it is to predict and copy it: a training loss near
# 0 and useless text when generating. Changing a later token changes earlier scores.
#
# **Rubric**, one point each: no step waits for the one before, with the target known ·
# T² · the next input is not known yet · copying, with a sign of it (loss near 0,
# perturbation).
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | the formula | your function |
# |---|---|
# | $\sin, \cos (pos / 10000^{2i/d})$ | `positional_encoding` |
# | $\mathrm{softmax}(QK^\top / \sqrt{d_k})\,V$ | `scaled_dot_product_attention` |
# | $[\mathrm{head}_1 \dots \mathrm{head}_h]\,W^O$ | `MultiHeadAttention` |
# | $\mathrm{norm}(x + \mathrm{sublayer}(x))$ | `EncoderLayer`, `DecoderLayer` |
# | pairs of bytes, glued | `bpe_train` |
# | $2PR / (P + R)$ | `entity_f1`, `token_f1` |
#
# BERT is the encoder, trained to fill in gaps; GPT is the decoder without
# cross-attention; translation takes both.

# %% [markdown]
# The same in PyTorch, to read (beware: in some of its masks `True` means *closed*):
#
# ```
# layer = torch.nn.TransformerEncoderLayer(d_model=64, nhead=4, dim_feedforward=128,
#                                          batch_first=True)
# encoder = torch.nn.TransformerEncoder(layer, num_layers=2)
# y = encoder(x, src_key_padding_mask=token_ids == 0)
# out = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
# ```

# %% [markdown]
# **A challenge**, if you like. Put the norms *before* attention and network, as nearly
# all do today, and train the language model with four layers. Or replace the pattern of
# places by a learned table, `nn.Embedding(length, d)`. Which costs bits, which saves
# some?
#
# **The paper of the week.** A. Vaswani and others, *Attention is all you need*, NIPS
# 2017. Read section 3 beside your code: you have written every box of its figure 1.
#
# **Next week** there is no lab: this was the last. You began with one neuron that told
# landmarks from animals, and you end with a machine that writes verse. Nothing in
# between is a black box to you now.

# %% demo
check.progress()
