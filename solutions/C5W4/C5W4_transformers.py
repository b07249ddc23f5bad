# %% [markdown]
# # Everyone listens to everyone
# A recurrent network passes a sentence on from word to word, like a whisper; at the end
# of a long sentence little is left of its beginning. In a **transformer** every word
# attends directly to every other word, and the model learns which of them matter. You
# will build a complete transformer in NumPy, and then put it to work: it reads dates,
# labels real addresses, answers questions about small stories, and writes what might,
# on a foggy night, pass for Shakespeare.
#
# **Time** about four hours, in nine parts; each part is a good place to stop. **You
# need** matrix products, the softmax, and the embeddings of the last weeks.

# %% [markdown]
# ## The map
# | part | you write | points |
# |---|---|---|
# | 1 Positions | `get_angles` `positional_encoding` | 6 |
# | 2 Masks | `create_padding_mask` `create_look_ahead_mask` | 5 |
# | 3 Attention | `scaled_dot_product_attention` `self_attention_backward` | 13 |
# | 4 Heads and encoder | `MultiHeadAttention` `EncoderLayer` `Encoder` | 17 |
# | 5 Word order | `bag_of_words` | 2 |
# | 6 The whole transformer | `DecoderLayer` `Decoder` `Transformer` | 16 |
# | 7 Pieces of words | `bpe_train` `bpe_encode` `bpe_decode` | 10 |
# | 8 Labels and answers | `align_labels` `entity_f1` `answer_span` and two more | 15 |
# | 9 Writing text | `generate` | 4 |

# %% [markdown]
# Eight short questions are worth 8 points, and one answer in your own words is worth 4.
# Answer a short question with a number, or with a letter in quotes such as `"B"`.
#
# **After this lab you can** explain queries, keys and values, and why attention divides
# by $\sqrt{d_k}$; build an encoder and a decoder from memory; test that a model does
# not see the future; and score labels, answers and texts with the usual metrics.
#
# After each exercise, a cell with `check(…)` runs your function on a few fixed cases
# and often recognizes the mistake. Your grade comes from the same check on new cases.
# The hints are folded; the title of each says what you might see.

# %%
import re
import string
import textwrap
import time
from collections import Counter

import numpy as np

from helpers import data, nn, plots, text
from helpers.checks import checks_for
from helpers.plots.labs.c5w4 import attention_maps

check = checks_for("C5W4")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | shape | means |
# |---|---|---|---|
# | $m$, $T$ | | numbers | sentences in a batch, positions in a sentence |
# | $d$ | `embedding_dim` | number | size of a token's vector |
# | $Q$ | `q` | `(…, T_q, d_k)` | queries |
# | $K$, $V$ | `k`, `v` | `(…, T_k, d_k)`, `(…, T_k, d_v)` | keys and values |
# | $M$ | `mask` | broadcast to `(m, T_q, T_k)` | 1 = attend, 0 = masked |
# | $A$ | `weights` | `(…, T_q, T_k)` | how much position $i$ attends to position $j$ |
# | $E$ | `enc_output` | `(m, T_x, d)` | output of the encoder |
# | $h$, $\tau$ | `num_heads`, `temperature` | numbers | heads; temperature (part 9) |
#
# A **token** is what a position holds: a character, a word, or a piece of a word. In
# this lab, padding is always token 0. The batch axis comes first: `(m, T, d)`.

# %% [markdown]
# # Part 1 · Positions: where am I?
# A network that reads all words at once does not know their order. *Dog bites man* and
# *man bites dog* are the same set of words. So put the position **into** the vector: to
# the vector of each token, add a pattern that depends only on its position, the
# **positional encoding**.
#
# Think of a row of clock hands. The first turns fast, the next more slowly, the last
# hardly at all. The sine and the cosine of each hand's angle stand side by side:
#
# $$PE_{pos,\,2i} = \sin\frac{pos}{10000^{2i/d}} \qquad
# PE_{pos,\,2i+1} = \cos\frac{pos}{10000^{2i/d}}$$

# %% [markdown]
# By hand, with $d = 4$: coordinates $k = 0, 1$ share $i = 0$ and the angle $pos$;
# $k = 2, 3$ share $i = 1$ and the angle $pos / 100$. The encoding of position 3 is
# $(\sin 3, \cos 3, \sin 0.03, \cos 0.03) = (0.14, -0.99, 0.03, 1.00)$.
#
# ### Exercise 1 · `get_angles` · 2 points · about 4 minutes
# Compute only the angles, for all positions and coordinates at once, by broadcasting.
#
# <details><summary>Odd columns are a little off</summary>
#
# Columns $2i$ and $2i + 1$ share one angle: $i$ is `k // 2`, rounded down.
# </details>


# %% exercise="get_angles"
def get_angles(pos, k, d):
    """Angles of the positional encoding.

    Args:
        pos: array `(n, 1)` of positions.
        k: array `(1, d)` of coordinates, 0 to d - 1.
        d: size of the encoding.

    Returns:
        Array `(n, d)`: pos / 10000^(2i / d), where i is k / 2, rounded down.

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
# Put the sines of your angles into the even columns and the cosines into the odd ones,
# and add an axis of length 1 in front for the batch. `d` is even.
#
# <details><summary>The first and last columns are right, the others are not</summary>
#
# Sines and cosines alternate, column by column. A slice may have a step of 2.
# </details>


# %% exercise="positional_encoding"
def positional_encoding(positions, d):
    """Encoding of each position (Vaswani et al., 2017, section 3.5).

    Args:
        positions: number of positions; the first one is 0.
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
# ### What the encoding knows
# **Predict**: take the dot product of the encodings of two positions. Does it depend on
# where they are, or only on how far apart they are?
#
# <details><summary>Answer</summary>
#
# $\sin a \sin b + \cos a \cos b = \cos(a - b)$: only the distance counts. And a step of
# $n$ positions rotates every hand by an angle that does not depend on where you start,
# so a learned matrix can find "three positions back".
# </details>

# %% demo
encoding = positional_encoding(60, 64)[0]
plots.heat(
    {"Encoding": encoding, "Dot products of positions": encoding @ encoding.T / 32},
    reading="Left: one position per row, one coordinate per column, fast clock hands "
    "on the left, slow ones on the right. Right: along each diagonal the dot products "
    "are equal, since they depend only on the distance.",
)

# %% [markdown]
# # Part 2 · Masks: who may attend to whom
# Two kinds of positions must be ignored. **Padding**: the sentences of a batch are
# filled up to the same length with tokens that mean nothing. **The future**: a model
# that learns to predict the next word must not see it. A mask is 1 where a position may
# attend, and 0 where it may not.

# %% [markdown]
# ### Exercise 3 · `create_padding_mask` · 3 points · about 3 minutes
# Make a mask with a row for each sentence: 1 where there is a token, 0 where there is
# padding (token 0).
#
# <details><summary>The shape is (m, T)</summary>
#
# The middle axis has length 1: for every query, the same positions are padding.
# </details>


# %% exercise="create_padding_mask"
def create_padding_mask(token_ids):
    """Mask that is 0 at padding.

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
# Make a mask in which position $i$ (row $i$) may attend to itself and to earlier
# positions.
#
# <details><summary>The ones are above the diagonal</summary>
#
# Rows are queries, columns are keys: row 0 has a single 1, in column 0.
# </details>


# %% exercise="create_look_ahead_mask"
def create_look_ahead_mask(size):
    """Mask that is 0 in the future of each position.

    Args:
        size: number of positions.

    Returns:
        Array `(1, size, size)`: 1 on and below the diagonal, 0 above.
    """
    ### BEGIN SOLUTION
    return np.tril(np.ones((1, size, size), dtype=int))
    ### END SOLUTION


# %% check="create_look_ahead_mask"
check(create_look_ahead_mask)

# %% concept="why_mask"
# In training the whole target sentence is known. Why is the future still masked?
# A: because it saves the time for half of the products
# B: because there is padding at the end of the sentence
# C: because each position would copy the next token instead of learning to predict it
# D: because the softmax needs at least one zero in each row
why_mask = None

# %% [markdown]
# # Part 3 · Attention
# Think of a library. You come with a **query**; each book has a **key** on its spine
# and a **value** inside. Compare the query with all keys, and take home a weighted mean
# of the values: the better a key fits your query, the larger the weight.
#
# $$\mathrm{Attention}(Q, K, V) =
# \mathrm{softmax}\Big(\frac{Q K^\top}{\sqrt{d_k}}\Big) V$$
#
# In **self-attention** three learned matrices give every word a query (what it looks
# for), a key (how it can be found) and a value (what it has to say).

# %% [markdown]
# By hand: one query $q = (2, 0)$, keys $(1, 0)$ and $(0, 1)$, values $10$ and $20$, and
# $d_k = 2$. The dot products are $2$ and $0$; divided by $\sqrt 2$: $1.41$ and $0$. The
# softmax gives $0.80$ and $0.20$, so the output is
# $0.80 \cdot 10 + 0.20 \cdot 20 = 12$.
#
# A mask acts **before** the softmax: where it is 0, the scaled product is replaced by
# $-10^9$, and its weight becomes 0. If you set weights to 0 after the softmax, the rows
# no longer sum to 1. (If all keys were masked, all products would be equal and you
# would get the plain mean of the values; in this lab, each query may attend to at least
# one key.)

# %% [markdown]
# ### Exercise 5 · `scaled_dot_product_attention` · 7 points · about 15 minutes
# Write the formula above, with the mask. There may be any number of leading axes, for
# sentences and heads. `np.swapaxes(k, -1, -2)` swaps the last two axes of $K$. Subtract
# the largest value of each row before `np.exp`. (Write `** 0.5`: `np.sqrt` would turn
# float32 into float64 and make everything slower.)
#
# <details><summary>Columns sum to 1, rows do not</summary>
#
# The softmax runs over the keys: the *last* axis.
# </details>
# <details><summary>It attends to padding only</summary>
#
# 1 means attend. Where the mask is **0**, the scaled product becomes −1e9.
# </details>


# %% exercise="scaled_dot_product_attention"
def scaled_dot_product_attention(q, k, v, mask=None):
    """Weighted mean of the values, by how well their keys fit each query.

    Args:
        q: queries, array `(…, T_q, d_k)`.
        k: keys, array `(…, T_k, d_k)`.
        v: values, array `(…, T_k, d_v)`.
        mask: broadcastable to `(…, T_q, T_k)`, 1 = attend, 0 = masked; or None.

    Returns:
        output: array `(…, T_q, d_v)`.
        weights: array `(…, T_q, T_k)`; each row sums to 1.
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
# `weights` is (m, h, T_q, T_k). Which of these sums is always 1?
# A: all weights of one sentence
# B: the weights of one query over all keys
# C: the weights of one key over all queries
# D: the weights of one pair of positions over all heads
which_sums = None

# %% concept="dot_spread"
# The 64 coordinates of a query and of a key are independent, with mean 0 and variance
# 1. What is the standard deviation of their dot product? (A whole number.)
dot_spread = None

# %% [markdown]
# ### Why divide by √d? (optional)
# If the $d$ coordinates are independent, with mean 0 and variance 1, a dot product has
# variance $d$. Without the division, large $d$ gives huge products; the softmax puts
# nearly all the weight on one key, and its derivative, $a(1-a)$ for a weight $a$, goes
# to 0. **Predict** the largest of 16 weights at $d = 1024$, with and without the
# division.

# %% demo
rng = np.random.default_rng(0)
widths = [4, 16, 64, 256, 1024]
spread, largest = [], {"divided": [], "not divided": []}
derivative = {"divided": [], "not divided": []}
for d_k in widths:
    q, k = rng.normal(size=(2, 100, 16, d_k))
    spread.append(np.var(q @ np.swapaxes(k, -1, -2)))
    # Multiplying the queries by √d undoes the division inside your function.
    for name, factor in [("divided", 1), ("not divided", d_k**0.5)]:
        weights = scaled_dot_product_attention(factor * q, k, k)[1]
        largest[name].append(weights.max(axis=-1).mean())
        derivative[name].append((weights * (1 - weights)).mean())
print("d                      ", *(f"{d_k:8}" for d_k in widths))
print("variance of products   ", *(f"{x:8.1f}" for x in spread))
for name in largest:
    print(f"derivative, {name:11}", *(f"{x:8.4f}" for x in derivative[name]))
plots.lines(
    largest,
    list(map(str, widths)),
    markers=True,
    from_zero=True,
    xlabel="size d of queries and keys",
    ylabel="largest of 16 weights",
    baseline={"all equal, 1/16": 1 / 16},
    reading="Divided by √d, attention is spread over several keys at any size. Not "
    "divided, one key gets nearly all the weight, and hardly any gradient flows.",
)

# %% [markdown]
# ## The backward pass
# In training, gradients flow back through attention. Let $S = QK^\top / \sqrt{d_k}$ be
# the scaled products, and $dO$ the upstream gradient, with respect to the output
# $O = A V$:
#
# $$dV = A^\top dO \qquad dA = dO\, V^\top \qquad
# dS_{ij} = A_{ij}\Big(dA_{ij} - \sum_{l} dA_{il} A_{il}\Big)$$
#
# The last formula is the gradient through the softmax, row by row. Then
# $dQ = dS\, K / \sqrt{d_k}$ and $dK = dS^\top Q / \sqrt{d_k}$. The mask needs no
# formula: where $A$ is 0, $dS$ is 0.

# %% [markdown]
# ### Exercise 6 · `self_attention_backward` · 6 points · about 15 minutes
# Compute the gradients by these five formulas, for any number of leading axes.
#
# <details><summary>dq and dk are too large</summary>
#
# The products were divided by $\sqrt{d_k}$, so $dQ$ and $dK$ are too.
# </details>
# <details><summary>dk has the wrong shape</summary>
#
# $dS$ is transposed there: every query contributes to the gradient of a key.
# </details>


# %% exercise="self_attention_backward"
def self_attention_backward(dout, q, k, v, weights):
    """Gradients with respect to queries, keys and values.

    Args:
        dout: upstream gradient, array `(…, T_q, d_v)`.
        q: queries, array `(…, T_q, d_k)`.
        k: keys, array `(…, T_k, d_k)`.
        v: values, array `(…, T_k, d_v)`.
        weights: array `(…, T_q, T_k)`, as the forward function returned them.

    Returns:
        dq, dk, dv: arrays with the shapes of q, k and v.
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
# Compare with numerical gradients: perturb one number by ±eps. The future is masked.
rng = np.random.default_rng(1)
q, k, v, dout = rng.normal(size=(4, 2, 5, 3))
mask, eps = create_look_ahead_mask(5), 1e-6
weights = scaled_dot_product_attention(q, k, v, mask)[1]
gradients = self_attention_backward(dout, q, k, v, weights)
for name, array, gradient in zip("qkv", (q, k, v), gradients, strict=True):
    values = []
    for change in (eps, -2 * eps):
        array[1, 2, 0] += change
        values.append(np.sum(dout * scaled_dot_product_attention(q, k, v, mask)[0]))
    array[1, 2, 0] += eps
    numerical = (values[0] - values[1]) / (2 * eps)
    print(f"d{name}: numerical {numerical:.8f}, yours {gradient[1, 2, 0]:.8f}")


# %% [markdown]
# Your two functions now become **one operation** of the course's framework, with its
# forward and its backward pass. Every model below is trained through it.


# %%
def attention(q, k, v, mask=None):
    """Your attention as an operation on tensors, with your backward pass."""
    q, k, v = (nn.as_tensor(x) for x in (q, k, v))
    mask = mask.data if isinstance(mask, nn.Tensor) else mask
    out, weights = scaled_dot_product_attention(q.data, k.data, v.data, mask)

    def rule(dout):
        gradients = self_attention_backward(dout, q.data, k.data, v.data, weights)
        return tuple(g.astype(q.dtype, copy=False) for g in gradients)

    out = out.astype(q.dtype, copy=False)
    return nn.record(out, (q, k, v), rule, "attention"), weights


# %% [markdown]
# # Part 4 · Many heads, one encoder
# So far each position has one set of weights, for one kind of relation. But a word may
# need its verb *and* its adjective. So project $Q$, $K$, $V$, split the $d$
# coordinates into $h$ **heads** of $d / h$ each, compute attention in each head
# separately, concatenate the results, and mix them by one more matrix:
#
# $$\mathrm{head}_i = \mathrm{Attention}(QW^Q_i, KW^K_i, VW^V_i) \qquad
# \mathrm{MultiHead} = [\mathrm{head}_1 \dots \mathrm{head}_h]\, W^O$$

# %% [markdown]
# Splitting takes a reshape and a transpose. By hand, with $d = 4$ and $h = 2$: the
# vector $(1, 2, 3, 4)$ becomes $(1, 2)$ for the first head and $(3, 4)$ for the second.
#
# | step | shape |
# |---|---|
# | after the projection | `(m, T, d)` |
# | `reshape`: split the last axis | `(m, T, h, d / h)` |
# | `transpose`: move the heads next to the batch | `(m, h, T, d / h)` |
# | attention, then the two steps in reverse | `(m, T, d)` |
#
# A direct `reshape(m, h, T, d // h)` gives the right shape but mixes up positions.

# %% [markdown]
# ### Exercise 7 · `MultiHeadAttention` · 7 points · about 20 minutes
# The layers are made for you; write `forward`. Tensors have `.reshape(…)` and
# `.transpose(0, 2, 1, 3)`; `attention(q, k, v, mask)` is the operation above. A mask
# `(m, T_q, T_k)` needs an axis for the heads: `np.asarray(mask)[:, np.newaxis]`.
#
# <details><summary>The shapes are right, the values are wrong</summary>
#
# Split the *last* axis first, then transpose; on the way back, transpose first.
# </details>
# <details><summary>The mask cannot be broadcast</summary>
#
# The weights are `(m, h, T_q, T_k)`, so the mask's new axis is the second one.
# </details>


# %% exercise="MultiHeadAttention"
class MultiHeadAttention(nn.Layer):
    """Several attention heads side by side (Vaswani et al., 2017, section 3.2.2)."""

    def __init__(self, embedding_dim, num_heads, *, rng):
        """Make the four projections.

        Args:
            embedding_dim: size d of every vector, a multiple of `num_heads`.
            num_heads: number of heads, each with d / num_heads coordinates.
            rng: generator for the weights.
        """
        self.num_heads = num_heads
        self.query = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.key = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.value = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.output = nn.Dense(embedding_dim, embedding_dim, rng=rng)

    def forward(self, q, k, v, mask=None):
        """Attend from `q` to `k` and `v`.

        Args:
            q: tensor `(m, T_q, d)`, input of the query projection.
            k: tensor `(m, T_k, d)`, input of the key projection.
            v: tensor `(m, T_k, d)`, input of the value projection.
            mask: broadcastable to `(m, T_q, T_k)`, 1 = attend; or None.

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
# How many parameters, biases included, does a MultiHeadAttention with embedding_dim =
# 64 and num_heads = 8 have?
head_parameters = None


# %% [markdown]
# ## A layer of the encoder
# Attention gathers information from other positions; then a small network of two dense
# layers with a ReLU between them, the **feed-forward network** (ffn), works on each
# position separately. Each of the two has a skip connection, as in residual networks:
# **add** the input, then **normalize** (layer norm: each vector is normalized by its
# own mean and standard deviation):
#
# $$x' = \mathrm{norm}_1\big(x + \mathrm{drop}_1(\mathrm{attention}(x))\big) \qquad
# y = \mathrm{norm}_2\big(x' + \mathrm{drop}_2(\mathrm{ffn}(x'))\big)$$


# %%
def FullyConnected(embedding_dim, fully_connected_dim, *, rng):
    """Two dense layers, applied to each position, with a ReLU between them."""
    return nn.Sequential(
        nn.Dense(embedding_dim, fully_connected_dim, "relu", rng=rng),
        nn.Dense(fully_connected_dim, embedding_dim, rng=rng),
    )


# %% [markdown]
# ### Exercise 8 · `EncoderLayer` · 5 points · about 10 minutes
# The parts are made; write `forward`, the two formulas above.
#
# <details><summary>The values are wrong, though every part is there</summary>
#
# Add first, then normalize the *sum*. And the second sum adds the output of the first
# normalization, not the layer's input.
# </details>


# %% exercise="EncoderLayer"
class EncoderLayer(nn.Layer):
    """Self-attention, then a feed-forward network; after each, add and normalize."""

    def __init__(
        self, embedding_dim, num_heads, fully_connected_dim, dropout_rate=0.1, *, rng
    ):
        """Make the parts.

        Args:
            embedding_dim: size d of every vector.
            num_heads: number of attention heads.
            fully_connected_dim: units of the feed-forward network's hidden layer.
            dropout_rate: rate of the dropout before each addition.
            rng: generator for weights and dropout.
        """
        self.mha = MultiHeadAttention(embedding_dim, num_heads, rng=rng)
        self.ffn = FullyConnected(embedding_dim, fully_connected_dim, rng=rng)
        self.norm1, self.norm2 = (nn.LayerNorm(embedding_dim) for _ in range(2))
        self.dropout1, self.dropout2 = (
            nn.Dropout(dropout_rate, rng=rng) for _ in range(2)
        )

    def forward(self, x, mask=None):
        """Apply self-attention and the feed-forward network.

        Args:
            x: tensor `(m, T, d)`.
            mask: broadcastable to `(m, T, T)`, 1 = attend; or None.

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
# Write `forward`: embed the tokens; multiply by $\sqrt d$ (`** 0.5`, not `np.sqrt`), so
# that the positional encoding does not outweigh them; add the encoding of the first $T$
# positions; apply `self.dropout`; then apply the layers in turn and collect the
# attention weights.
#
# <details><summary>Shapes (m, T, d) and (1, maximum, d) cannot be broadcast</summary>
#
# A sentence may be shorter than the maximum: `self.pos_encoding[:, :T]`.
# </details>


# %% exercise="Encoder"
class Encoder(nn.Layer):
    """From tokens to vectors that depend on the whole sentence."""

    def __init__(
        self,
        num_layers,
        embedding_dim,
        num_heads,
        fully_connected_dim,
        input_vocab_size,
        maximum_position_encoding,
        dropout_rate=0.1,
        *,
        rng,
    ):
        """Make the parts.

        Args:
            num_layers: number of `EncoderLayer`s.
            embedding_dim: size d of every vector.
            num_heads: number of attention heads.
            fully_connected_dim: hidden units of the feed-forward networks.
            input_vocab_size: number of different tokens.
            maximum_position_encoding: length of the longest sentence.
            dropout_rate: rate of all dropouts.
            rng: generator for weights and dropout.
        """
        self.embedding = nn.Embedding(input_vocab_size, embedding_dim, rng=rng)
        encoding = positional_encoding(maximum_position_encoding, embedding_dim)
        self.pos_encoding = encoding.astype(np.float32)
        self.dropout = nn.Dropout(dropout_rate, rng=rng)
        self.layers = [
            EncoderLayer(
                embedding_dim, num_heads, fully_connected_dim, dropout_rate, rng=rng
            )
            for _ in range(num_layers)
        ]

    def forward(self, token_ids, mask=None):
        """Encode sentences.

        Args:
            token_ids: array `(m, T)` of ints.
            mask: broadcastable to `(m, T, T)`, 1 = attend; or None.

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
# ### Does the padding mask work?
# Test it: perturb the input and see what changes. **Predict**: if you replace the
# padding by other tokens, how much do the vectors of the real tokens change, with the
# mask and without?

# %% demo
rng = np.random.default_rng(2)
encoder = Encoder(2, 16, 4, 32, 20, 10, rng=rng).eval()
sentence = np.array([[5, 9, 2, 7, 3, 0, 0, 0, 0, 0]])
mask = create_padding_mask(sentence)
other = sentence.copy()
other[0, 5:] = [11, 4, 17, 8, 1]  # random tokens where the padding was
for name, used in [("with the mask", mask), ("without", None)]:
    change = encoder(sentence, mask=used)[0].data - encoder(other, mask=used)[0].data
    print(f"{name:14} real tokens change by up to {np.abs(change[0, :5]).max():.6f}")
assert np.all(encoder(sentence, mask=mask)[1][0][..., 5:] == 0)  # padding: weight 0

# %% [markdown]
# # Part 5 · Word order, lost and found
# Without the positional encoding, a sentence is a bag of words to the encoder: if you
# shuffle the words, their vectors are shuffled in the same way, but do not change. One
# of the oldest models of text is just that: a **bag of words** only counts how often
# each word occurs.

# %% [markdown]
# ### Exercise 10 · `bag_of_words` · 2 points · about 4 minutes
# Count the words: one row per sentence, one column per word of the dictionary.
#
# <details><summary>A word that occurs twice counts once</summary>
#
# Add 1 for each occurrence.
# </details>


# %% exercise="bag_of_words"
def bag_of_words(sentences, word_to_index):
    """Count the words of each sentence.

    Args:
        sentences: list of `m` strings, words separated by spaces, in upper or lower
            case.
        word_to_index: dictionary from lower-case word to its column, 0 to V - 1.

    Returns:
        Array `(m, V)` of counts; words that are not in the dictionary do not count.

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
# An encoder without positional encoding reads a sentence, then the same sentence
# backwards. How do the two lists of output vectors compare?
# A: they are equal at each position
# B: they have no vector in common
# C: only the first and the last vector change
# D: they are the same vectors in reverse order
no_positions = None

# %% demo
words = ["dog", "bites", "man", "in", "the", "park", "today"]
index = {word: i for i, word in enumerate(sorted(words))}
tokens = 1 + np.array([[index[word] for word in words]])
order = np.array([2, 1, 0, 3, 4, 5, 6])  # man bites dog …
bags = bag_of_words([" ".join(words), " ".join(words[i] for i in order)], index)
print("the two bags are equal:", np.array_equal(*bags))
encoder = Encoder(2, 16, 4, 32, 8, 7, rng=np.random.default_rng(3)).eval()
for name, factor in [("with positions", 1), ("without", 0)]:
    encoder.pos_encoding = factor * positional_encoding(7, 16)
    straight, shuffled = (encoder(t)[0].data[0] for t in (tokens, tokens[:, order]))
    print(
        f"{name:15} vectors of the same words differ by up to "
        f"{np.abs(straight[order] - shuffled).max():.6f}"
    )

# %% [markdown]
# ### Can training make up for it? (optional)
# Here is a task in which only order matters: among eight letters there is one *a* and
# one *b*. Which of the two comes first? Train three models for a few seconds.
# **Predict** the accuracy of each: a bag of words, your encoder without positional
# encoding, and your encoder with it.


# %%
class Classifier(nn.Model):
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
positions = np.argsort(rng.random((3500, 8)), axis=1)[:, :2]
np.put_along_axis(letters, positions, np.array([[1, 2]]), axis=1)
a_first = (positions[:, 0] < positions[:, 1]).astype(int)
spelled = [" ".join("?abcdefgh"[i] for i in row) for row in letters]
bags = bag_of_words(spelled, {letter: i for i, letter in enumerate("abcdefgh")})
models = {"bag of words": nn.Sequential(nn.Dense(8, 2, rng=rng))}
models |= {name: Classifier(9, 8, rng) for name in ["no positions", "positions"]}
models["no positions"].encoder.pos_encoding *= 0
accuracy = {}
for name, model in models.items():
    X = bags.astype(np.float32) if name == "bag of words" else letters
    model.fit(
        X[:3000],
        a_first[:3000],
        loss=nn.cross_entropy,
        epochs=5,
        rng=rng,
        optimizer=nn.Adam(model.parameters(), 0.01),
        progress=False,
    )
    accuracy[name] = np.mean(model.predict(X[3000:]).argmax(axis=1) == a_first[3000:])
plots.bars(
    accuracy,
    ylabel="accuracy, 500 unseen examples",
    percent=True,
    reading="Guessing gets about 50 %. Without positions the input does not say which "
    "letter comes first, and no training can make up for that.",
)

# %% [markdown]
# # Part 6 · The whole transformer
# The **decoder** writes the output. Its layer has three parts: self-attention over what
# has been written so far, with the future masked; **cross-attention** to the input
# sentence, with queries from the decoder and with keys and values from $E$, the output
# of the encoder; and the feed-forward network. Add and normalize after each:
#
# $$x' = \mathrm{norm}_1\big(x + \mathrm{self}(x)\big) \quad
# x'' = \mathrm{norm}_2\big(x' + \mathrm{cross}(x', E)\big) \quad
# y = \mathrm{norm}_3\big(x'' + \mathrm{ffn}(x'')\big)$$

# %% concept="cross_keys"
# A transformer translates a date; the decoder has written "1998-". What are the keys
# of its cross-attention computed from?
# A: the encoder's vectors of the date that is read
# B: the decoder's vectors of "1998-"
# C: the encoder's vectors for half of the heads, the decoder's for the others
# D: the positional encoding alone
cross_keys = None

# %% [markdown]
# ### Exercise 11 · `DecoderLayer` · 6 points · about 12 minutes
# The parts are made; write `forward`: the three formulas above, where `mha1` is the
# self-attention and `mha2` the cross-attention, with dropout before each addition as in
# the encoder.
#
# <details><summary>Shapes do not fit in the second attention</summary>
#
# Its keys *and* values are computed from `enc_output`; its mask is `padding_mask`.
# </details>


# %% exercise="DecoderLayer"
class DecoderLayer(nn.Layer):
    """Self-attention, cross-attention, feed-forward; after each, add and normalize."""

    def __init__(
        self, embedding_dim, num_heads, fully_connected_dim, dropout_rate=0.1, *, rng
    ):
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
        """Apply the three parts.

        Args:
            x: tensor `(m, T_y, d)`, the output written so far.
            enc_output: tensor `(m, T_x, d)`, output of the encoder.
            look_ahead_mask: for self-attention, broadcastable to `(m, T_y, T_y)`; or
                None.
            padding_mask: for cross-attention, broadcastable to `(m, T_y, T_x)`; or
                None.

        Returns:
            y: tensor `(m, T_y, d)`.
            weights of the self-attention: array `(m, num_heads, T_y, T_y)`.
            weights of the cross-attention: array `(m, num_heads, T_y, T_x)`.
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
# Write `forward` as in the encoder: embed, multiply by $\sqrt d$ (again `** 0.5`), add
# the positional encoding, apply dropout, then one layer after the other. Each layer
# gets `enc_output` and both masks. Put the weights into a dictionary, with the layers
# counted from 1: `decoder_layer1_block1_self_att`, `decoder_layer1_block2_decenc_att`,
# `decoder_layer2_block1_self_att`, and so on.
#
# <details><summary>With two layers, shapes or weights are wrong</summary>
#
# Each layer reads the output of the layer before it, but always the same `enc_output`.
# </details>


# %% exercise="Decoder"
class Decoder(nn.Layer):
    """From the tokens written so far to vectors that predict each next token."""

    def __init__(
        self,
        num_layers,
        embedding_dim,
        num_heads,
        fully_connected_dim,
        target_vocab_size,
        maximum_position_encoding,
        dropout_rate=0.1,
        *,
        rng,
    ):
        """Make the parts; the arguments are those of `Encoder`."""
        self.embedding = nn.Embedding(target_vocab_size, embedding_dim, rng=rng)
        encoding = positional_encoding(maximum_position_encoding, embedding_dim)
        self.pos_encoding = encoding.astype(np.float32)
        self.dropout = nn.Dropout(dropout_rate, rng=rng)
        self.layers = [
            DecoderLayer(
                embedding_dim, num_heads, fully_connected_dim, dropout_rate, rng=rng
            )
            for _ in range(num_layers)
        ]

    def forward(self, token_ids, enc_output, look_ahead_mask=None, padding_mask=None):
        """Decode what is written so far.

        Args:
            token_ids: array `(m, T_y)` of ints.
            enc_output: tensor `(m, T_x, d)`, output of the encoder.
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
# Write `forward`: encoder, decoder, then the dense layer `final_layer`, which gives a
# score to every token of the target vocabulary. Return scores; the loss applies the
# softmax.
#
# <details><summary>TypeError, or the scores have the wrong shape</summary>
#
# Encoder and decoder return two things each; `final_layer` takes the decoder's vectors.
# </details>


# %% exercise="Transformer"
class Transformer(nn.Layer):
    """Encoder and decoder (Vaswani et al., 2017)."""

    def __init__(
        self,
        num_layers,
        embedding_dim,
        num_heads,
        fully_connected_dim,
        input_vocab_size,
        target_vocab_size,
        max_positional_encoding_input,
        max_positional_encoding_target,
        dropout_rate=0.1,
        *,
        rng,
    ):
        """Make the parts; the arguments are those of `Encoder` and `Decoder`."""
        sizes = (num_layers, embedding_dim, num_heads, fully_connected_dim)
        self.encoder = Encoder(
            *sizes,
            input_vocab_size,
            max_positional_encoding_input,
            dropout_rate,
            rng=rng,
        )
        self.decoder = Decoder(
            *sizes,
            target_vocab_size,
            max_positional_encoding_target,
            dropout_rate,
            rng=rng,
        )
        self.final_layer = nn.Dense(embedding_dim, target_vocab_size, rng=rng)

    def forward(
        self,
        input_sentence,
        output_sentence,
        enc_padding_mask=None,
        look_ahead_mask=None,
        dec_padding_mask=None,
    ):
        """Score the next token at every position of the output.

        Args:
            input_sentence: array `(m, T_x)` of ints.
            output_sentence: array `(m, T_y)` of ints, the output written so far.
            enc_padding_mask: for the encoder's self-attention; or None.
            look_ahead_mask: for the decoder's self-attention; or None.
            dec_padding_mask: for the decoder's cross-attention; or None.

        Returns:
            scores: tensor `(m, T_y, target_vocab_size)`, before the softmax.
            attention_weights: dictionary, as the decoder returns it.
        """
        ### BEGIN SOLUTION
        enc_output, _ = self.encoder(input_sentence, mask=enc_padding_mask)
        dec_output, attention_weights = self.decoder(
            output_sentence,
            enc_output,
            look_ahead_mask=look_ahead_mask,
            padding_mask=dec_padding_mask,
        )
        return self.final_layer(dec_output), attention_weights
        ### END SOLUTION


# %% check="Transformer"
check(Transformer)

# %% [markdown]
# ### Does it see the future?
# The claim: a score at position $i$ depends on the output tokens up to position $i$,
# and on none after it. Test it: change one token at a time, and see which scores
# change. **Predict** the two tables, with the look-ahead mask and without.

# %% demo
small = Transformer(1, 16, 4, 32, 12, 12, 8, 8, rng=np.random.default_rng(5)).eval()
rng = np.random.default_rng(6)
read, written = rng.integers(1, 12, (2, 1, 8))


def effect_of_each(mask):
    """Largest change of the scores at each position (rows) per token (columns)."""
    before = small(read, written, look_ahead_mask=mask)[0].data[0]
    table = np.zeros((8, 8))
    for j in range(8):
        other = written.copy()
        other[0, j] = 1 + other[0, j] % 11
        after = small(read, other, look_ahead_mask=mask)[0].data[0]
        table[:, j] = np.abs(after - before).max(axis=1)
    return table


effects = {"Future masked": effect_of_each(create_look_ahead_mask(8))}
effects["No mask"] = effect_of_each(None)
later = np.abs(np.triu(effects["Future masked"], 1)).max()
plots.heat(
    effects,
    signed=False,
    rows=range(8),
    columns=range(8),
    xlabel="changed token",
    ylabel="scores at position",
    reading="How much the scores change. Left, above the diagonal, the largest change "
    f"is {later:g}: no score depends on a later token.",
)

# %% [markdown]
# ## Dates, as people write them
# Last week a recurrent network with attention turned *saturday, 9 may 1998* into
# `1998-05-09`. Now a transformer does it. It reads all characters at once, at most 29.
# In training it also writes all ten output characters at once: the input of the decoder
# is the right answer, shifted by one position after a start token (**teacher
# forcing**), and the mask keeps each position from seeing the symbol that it should
# predict.
#
# Last week the recurrent network made two passes through these 10,000 dates. How many
# seconds did that take on your machine, and what share of the test dates was right?
# **Predict**: will the transformer be faster, although it makes three passes? Will it
# be more accurate?

# %%
dates = data.load("dates")
read_chars = text.Vocabulary.of("".join(dates.train_human), specials=[text.PAD])
write_chars = text.Vocabulary([text.PAD, text.START, *"0123456789-"])


class Translator(nn.Model):
    """Your transformer with its masks, for dates."""

    def __init__(self, rng, dim=48):
        self.transformer = Transformer(
            1, dim, 4, 2 * dim, len(read_chars), len(write_chars), 29, 10, 0.0, rng=rng
        )

    def forward(self, human, shifted):
        """(m, 29) and (m, T) to scores (m, T, 13)."""
        padding, ahead = (
            create_padding_mask(human),
            create_look_ahead_mask(shifted.shape[1]),
        )
        scores, self.weights = self.transformer(
            human,
            shifted,
            enc_padding_mask=padding,
            look_ahead_mask=ahead,
            dec_padding_mask=padding,
        )
        return scores


# %% demo
def as_numbers(split):
    """Human dates (m, 29), ISO dates (m, 10), and the decoder's input (m, 10)."""
    human = getattr(dates, f"{split}_human")
    X = text.pad_sequences([read_chars.encode(one) for one in human], 29)
    Y = np.array([write_chars.encode(one) for one in getattr(dates, f"{split}_iso")])
    start = np.full((len(Y), 1), write_chars.index[text.START])
    return X, Y, np.concatenate([start, Y[:, :-1]], axis=1)


X, Y, shifted = as_numbers("train")
rng = np.random.default_rng(0)
translator = Translator(rng)
steps = 3 * len(X) // 32
rate = nn.schedules.cosine_decay(0.0045, steps, warmup=steps // 20)
began = time.process_time()
history = translator.fit(
    (X, shifted),
    Y,
    loss=nn.cross_entropy,
    epochs=3,
    batch_size=32,
    rng=rng,
    optimizer=nn.Adam(translator.parameters(), rate, clip_norm=1.0),
    progress=False,
)
date_seconds = time.process_time() - began
print(
    f"{translator.count_parameters()} parameters, trained on {len(X)} dates in "
    f"{date_seconds:.0f} s of processor time; "
    f"loss {history['loss'][-1]:.4f}"
)


# %% demo
def translate(human):
    """Greedy search: ten times, append the likeliest character to the output."""
    written = np.full((len(human), 1), write_chars.index[text.START])
    with nn.no_grad():
        for _ in range(10):
            best = translator(human, written).data[:, -1].argmax(axis=-1)
            written = np.concatenate([written, best[:, np.newaxis]], axis=1)
    return written[:, 1:]


translator.eval()
X_test, Y_test, _ = as_numbers("test")
translated = translate(X_test)
right = (translated == Y_test).all(axis=1)
print(f"{right.mean():.1%} of {len(right)} test dates are right in all ten symbols\n")
for i in [*np.flatnonzero(right)[:4], *np.flatnonzero(~right)[:3]]:
    output = "".join(write_chars.decode(translated[i]))
    remark = "" if right[i] else f"wrong, should be {dates.test_iso[i]}"
    print(f"{dates.test_human[i]:32} {output}  {remark}")

# %% [markdown]
# ### Where does it look?
# Here are the weights of the cross-attention, one panel per head; each row is a symbol
# that is written, each column a character that is read. **Predict**: where does it look
# while it writes the month, which is given as a word?

# %% demo cover=true
shown = "saturday, 9 may 1998"
human = text.pad_sequences([read_chars.encode(shown)], 29)
iso = translate(human)
start = np.full((1, 1), write_chars.index[text.START])
translator(human, np.concatenate([start, iso[:, :-1]], axis=1))
cross = translator.weights["decoder_layer1_block2_decenc_att"][0]  # (h, 10, 29)
attention_maps(
    {f"Head {i + 1}": head[:, : len(shown)] for i, head in enumerate(cross)},
    rows=write_chars.decode(iso[0]),
    columns=list(shown),
    xlabel="character that is read",
    ylabel="symbol written",
    reading="Nobody told the heads where to find year, month and day.",
)

# %% [markdown]
# ### Compared with the recurrent network
# Last week's encoder took its 30 steps one by one, and its decoder ten; in training
# the transformer computes all positions at once. Compare its time and accuracy with
# last week's on your machine; which of the two is more accurate can depend on how your
# processor rounds. A recurrent network is given the order of the characters, while the
# transformer has to learn what the positional encoding means. The longer the sentences
# and the more cores there are, the more it helps to work in parallel.

# %% [markdown]
# # Part 7 · Pieces of words
# Characters make sequences long; a vocabulary of whole words lacks every new word.
# **Pieces** of words lie between the two. *Byte pair encoding* (BPE) begins with the
# 256 bytes, in which every text in every script can be written. It merges the most
# frequent pair of neighbouring tokens into a new token, again and again. Frequent words
# end up as one token, rare words as several, and no word is ever unknown.
#
# By hand, on `aaabdaaabac`: the pair *aa* occurs four times (overlaps count), so
# $Z = aa$ gives `ZabdZabac`. Now *Za* and *ab* occur twice each.


# %%
def merge(ids, pair, new):
    """Replace each occurrence of a pair of tokens by a new one, from left to right.

    Args:
        ids: array of ints.
        pair: two ints.
        new: the token that replaces the pair.

    Returns:
        A new array.
    """
    positions = np.flatnonzero((ids[:-1] == pair[0]) & (ids[1:] == pair[1]))
    if pair[0] == pair[1]:  # in "aaa" the second pair overlaps with the first
        kept = []
        for position in positions.tolist():
            if not kept or position > kept[-1] + 1:
                kept.append(position)
        positions = np.array(kept, dtype=int)
    ids = ids.copy()
    ids[positions] = new
    return np.delete(ids, positions + 1)


# %% [markdown]
# ### Exercise 14 · `bpe_train` · 5 points · about 12 minutes
# Learn the merges. Begin with the bytes of the text:
# `np.frombuffer(text.encode(), np.uint8).astype(int)`. Count the pairs with
# `Counter(zip(ids[:-1].tolist(), ids[1:].tolist()))` and merge the most frequent one
# with `merge`; of equally frequent pairs take the smaller one (tuples are compared from
# the left). The first merge makes token 256, the next 257, and so on. Stop early if no
# pair occurs twice.
#
# <details><summary>The first merges are right, later ones are not</summary>
#
# Count again after each merge: the pairs have changed.
# </details>


# %% exercise="bpe_train"
def bpe_train(text, num_merges):
    """Learn which pairs to merge (Sennrich et al., 2016; bytes: Radford et al., 2019).

    Args:
        text: a string in any script; may be empty.
        num_merges: largest number of merges.

    Returns:
        List of pairs (tuples) of ints, in the order in which they were merged; pair i
        makes token 256 + i.

    Example:
        >>> bpe_train("aaabdaaabac", 2)
        [(97, 97), (97, 98)]
    """
    ### BEGIN SOLUTION
    ids = np.frombuffer(text.encode(), np.uint8).astype(int)
    merges = []
    for new in range(256, 256 + num_merges):
        counts = Counter(zip(ids[:-1].tolist(), ids[1:].tolist(), strict=True))
        most = max(counts.values(), default=0)
        if most < 2:
            break
        pair = min(pair for pair, count in counts.items() if count == most)
        merges.append(pair)
        ids = merge(ids, pair, new)
    return merges
    ### END SOLUTION


# %% check="bpe_train"
check(bpe_train)

# %% [markdown]
# ### Exercise 15 · `bpe_encode` · 3 points · about 4 minutes
# Encode a text: take its bytes, then apply all merges in the order in which they were
# learned.
#
# <details><summary>Some pairs are not merged</summary>
#
# A merge may need a token that an earlier merge has made. Merge $i$ makes token 256 +
# $i$, whether or not its pair occurs in this text.
# </details>


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
# Turn tokens into text. Token 256 + $i$ stands for the bytes of both tokens of merge
# $i$. Join the bytes of all tokens, then decode them once.
#
# <details><summary>UnicodeDecodeError, for é or 🙂</summary>
#
# A letter can be several bytes, in several tokens. Decode the bytes of the whole text.
# </details>


# %% exercise="bpe_decode"
def bpe_decode(ids, merges):
    """Tokens to text, the inverse of `bpe_encode`.

    Args:
        ids: array or list of ints; may be empty.
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
print("longest:", sorted(new, key=len)[-16:])
for sample in ["To be, or not to be", "São Tomé 🙂 日本 \x00"]:
    ids = bpe_encode(sample, merges)
    assert bpe_decode(ids, merges) == sample  # lossless, in any script
    print(
        f"{len(sample):3} characters, {len(sample.encode()):3} bytes, "
        f"{len(ids):3} tokens: {sample!r}"
    )

# %% concept="bpe_pieces"
# "abababac" gets two merges by the rule of bpe_train. How many tokens are left?
bpe_pieces = None

# %% [markdown]
# # Part 8 · Labels and answers
# Here are two uses of an encoder without a decoder, as in BERT. The first is **named
# entity recognition**: which words of a real address are street, town or state? People
# labelled 1,462 addresses word by word, with 29 labels. But your encoder reads *pieces*
# of words. So the **first** piece of each word gets the word's label, and the other
# pieces are left out of the loss and the score.

# %% [markdown]
# ### Exercise 17 · `align_labels` · 3 points · about 4 minutes
# Label the first piece of each word with the word's label, all others with `ignore`.
#
# <details><summary>The second piece of a word has a label</summary>
#
# Compare the piece's word with that of the piece before.
# </details>


# %% exercise="align_labels"
def align_labels(labels, word_ids, ignore=-1):
    """Labels of words, aligned with the pieces of the words.

    Args:
        labels: list with a label for each word.
        word_ids: list with, for each piece, the number of its word (from 0, ascending),
            or None for a piece that belongs to no word (padding, separators).
        ignore: label for all pieces that do not begin a word.

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
# A model that finds only half of *San Francisco* is wrong. Here an **entity** is a run
# of neighbouring words with the same label, as long as possible; a predicted entity is
# right only if its label and both ends are. (Where neighbouring entities may have the
# same label, the tags B-city, *begin*, and I-city, *inside*, tell them apart.)
#
# $$P = \frac{\text{right}}{\text{predicted}} \qquad
# R = \frac{\text{right}}{\text{true}} \qquad F_1 = \frac{2PR}{P + R}$$
#
# By hand: true labels `A A B`, predicted `A B B`. The true entities are A at 0–1 and B
# at 2; the predicted ones A at 0 and B at 1–2. None is right: $F_1 = 0$, though two of
# three words are right.

# %% [markdown]
# ### Exercise 18 · `entity_f1` · 4 points · about 12 minutes
# Compute precision, recall and F1 of entities. Words with the label `outside` belong to
# no entity. Count over all sentences, then divide once; where the denominator is 0,
# return 0.0.
#
# <details><summary>An entity goes on into the next sentence</summary>
#
# Entities end where their sentence ends.
# </details>


# %% exercise="entity_f1"
def entity_f1(true, predicted, outside="O"):
    """Precision, recall and F1 of whole entities.

    Args:
        true: list of sentences, each a list of labels, one per word; may be empty.
        predicted: predicted labels, lists of the same lengths.
        outside: label of words that belong to no entity.

    Returns:
        precision, recall, f1: floats; 0.0 where the denominator is 0.
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
# First a **baseline**: each word gets its most frequent label in the training set, and
# an unseen word gets the label of a street name. For both models, letters become lower
# case and digits become 0: what matters about 52403 is that it has five digits.
# **Predict** the entity F1 of the baseline, and how much context improves it.

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
    """Lower case, without periods and commas at the ends, each digit replaced by 0."""
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
# Now in context: train your encoder on the pieces for seven epochs, about five seconds.


# %%
class Tagger(nn.Model):
    """Your encoder, and a score for every label at each piece."""

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
# Encode all words at once, separated by byte 0, which is in no merge.
ids = bpe_encode("\0".join(f"{word} " for word in different), pieces)
parts = np.split(ids, np.flatnonzero(ids == 0))
cut = {word: part[part > 0] for word, part in zip(different, parts, strict=True)}


def table_of(words, tags):
    """Pieces (m, 32), padded with 0, and labels (m, 32), -1 where there is no label."""
    X, Y = [], []
    for row, labels in zip(words, tags, strict=True):
        found = [cut[folded(word)] for word in row]
        word_ids = [i for i, part in enumerate(found) for _ in part]
        X.append(np.concatenate(found))
        Y.append(align_labels(labels, word_ids))
    # A few addresses are longer, and lose their last pieces.
    return text.pad_sequences(X, 32), text.pad_sequences(Y, 32, value=-1)


X, Y = table_of(train_words, train_tags)
X_test, Y_test = table_of(test_words, test_tags)
print(train_words[3], "\n", [bpe_decode([i], pieces) for i in X[3] if i])

# %% demo
rng = np.random.default_rng(0)
tagger = Tagger(256 + len(pieces), 32, len(addresses.classes), rng)
steps = 7 * len(X) // 16
rate = nn.schedules.cosine_decay(0.003, steps, warmup=steps // 10)
history = tagger.fit(
    X,
    (np.maximum(Y, 0), Y >= 0),
    loss=nn.cross_entropy,
    epochs=7,
    batch_size=16,
    rng=rng,
    optimizer=nn.Adam(tagger.parameters(), rate, clip_norm=1.0),
    progress=False,
)
best = tagger.predict(X_test).argmax(axis=-1)
found = [row[y >= 0].tolist() for row, y in zip(best, Y_test, strict=True)]
kept = [row[y >= 0].tolist() for row, y in zip(Y_test, Y_test, strict=True)]
tagger_f1 = entity_f1(kept, found)[2]
words_right = np.mean(best[Y_test >= 0] == Y_test[Y_test >= 0])
plots.bars(
    {"word by word": baseline_f1, "your encoder": tagger_f1},
    ylabel=f"entity F1, {len(kept)} test addresses",
    percent=True,
    reading=f"The encoder labels {words_right:.0%} of the words right. Context can "
    "tell a town from a street that is named after it.",
)

# %% [markdown]
# ## Answers from a story
# The second use is **question answering**: given a question and a story, find the
# answer as a **span** of the story. The encoder reads question and story together; two
# scores for each word say how plausible it is that the answer *starts* there and that
# it *ends* there. The best span has the largest sum of the two. Its end must not come
# before its start, and the span must not be too long.

# %% [markdown]
# ### Exercise 19 · `answer_span` · 3 points · about 8 minutes
# Find the best allowed span. By hand: the start scores `[1, 5, 2]` are highest at index
# 1, the end scores `[9, 0, 3]` at index 0, which is before the start. The best allowed
# span is 0 to 0, with a sum of $1 + 9 = 10$.
#
# <details><summary>The end comes before the start</summary>
#
# Choose both together, among the allowed pairs.
# </details>


# %% exercise="answer_span"
def answer_span(start_logits, end_logits, max_len):
    """The best allowed span.

    Args:
        start_logits: array `(T,)`.
        end_logits: array `(T,)`.
        max_len: largest number of words in a span, 1 or more.

    Returns:
        start, end: ints, both included in the span: start <= end < start + max_len. Of
        spans with equal sums, the one that starts first; of these, the shortest.

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
# ## Right, or nearly right
# Answers are compared as in the official script of SQuAD, a large set of questions: in
# lower case, without punctuation and articles. Punctuation means the 32 punctuation
# marks of ASCII; ’ and – stay. **Exact match** is 1 or 0. **Token F1** rewards overlap:
# $P$ is the share of the predicted words that are right, $R$ the share of the true
# words that were found. A word that occurs twice must be found twice.


# %%
def normalize(answer):
    """Words of an answer: lower case, without ASCII punctuation and articles."""
    answer = "".join(c for c in answer.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", answer).split()


# %% [markdown]
# ### Exercise 20 · `exact_match` · 2 points · about 2 minutes
# Return 1 if the lists of normalized words are equal, else 0. (There is no partial
# credit, since a function that always returns 0 would pass some of the cases.)
#
# <details><summary>"The garden." and "garden" do not match</summary>
#
# Call `normalize` on both answers. It returns a list of words.
# </details>


# %% exercise="exact_match"
def exact_match(prediction, truth):
    """Whether two answers are equal (Rajpurkar et al., 2016).

    Args:
        prediction: a string; may be empty.
        truth: a string, the true answer; may be empty.

    Returns:
        1 if their normalized words are equal and in the same order, else 0.

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
# Compute the F1 of the normalized words. If an answer has no words left, return 1.0 if
# the other has none either, else 0.0 (as the script of SQuAD 2.0 does).
#
# <details><summary>A repeated word counts too much</summary>
#
# `Counter(a) & Counter(b)` keeps the smaller count of each word.
# </details>


# %% exercise="token_f1"
def token_f1(prediction, truth):
    """F1 of the words of two answers (Rajpurkar et al., 2016).

    Args:
        prediction: a string; may be empty.
        truth: a string, the true answer; may be empty.

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
# ## Questions about small stories (optional)
# In these stories people walk about and hand things over; there are six types of
# questions. The first 9 positions hold the question, the others the story. Three
# choices help: a word of the story that occurs in the question is **marked** (models
# before transformers did the same); a **convolution** lets each word see the words
# around it; and a word's scores are dot products of its vector with two vectors made
# from the question, one for starts and one for ends. Your encoder has to find out
# who did what, and what came last.
#
# (Here answers are one word, with or without an article, so exact match and token F1
# are equal. For longer answers they can differ.)


# %%
class Words(nn.Layer):
    """Vectors of words and of their marks, mixed with those of the words around."""

    def __init__(self, vocab_size, dim, rng):
        self.words = nn.Embedding(vocab_size, dim, rng=rng)
        self.mark = nn.Embedding(2, dim, rng=rng)
        self.around = nn.Conv1D(dim, dim, 13, rng=rng)

    def forward(self, ids):
        """(m, T), with `vocab_size` added to each marked word, to (m, T, dim)."""
        marked, word = np.divmod(ids, len(self.words.E))
        return self.around(self.words(word) + self.mark(marked))


# %%
class Reader(nn.Model):
    """Your encoder over question and story, and scores for starts and ends."""

    def __init__(self, vocab_size, length, asked, rng, dim=32):
        self.encoder = Encoder(1, dim, 4, 2 * dim, 1, length, 0.0, rng=rng)
        self.encoder.embedding = Words(vocab_size, dim, rng)
        self.ask = nn.Dense(dim, 2 * dim, rng=rng)
        self.asked = asked  # number of positions for the question

    def forward(self, ids):
        """(m, T) to (m, 2, T): scores for starts and ends, −1e9 outside the story."""
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
    """Tokens (m, 81), starts and ends (m, 2), and the type of each question."""
    told, asked, question_type, position = (
        getattr(stories, f"{split}_{name}")
        for name in ("stories", "questions", "kind", "positions")
    )
    words = [story.split() for story in told]
    kept = [i for i, story in enumerate(words) if len(story) <= LONGEST]
    Q = [story_words.encode(asked[i].split()) for i in kept]
    Q, S = (
        text.pad_sequences(rows, length)
        for rows, length in [
            (Q, ASKED),
            ([story_words.encode(words[i]) for i in kept], LONGEST),
        ]
    )
    marked = (S[:, :, np.newaxis] == Q[:, np.newaxis]).any(axis=2) & (S != 0)
    end = position[kept].astype(int)
    article = [words[i][e - 1] == "the" for i, e in zip(kept, end, strict=True)]
    ids = np.concatenate([Q, S + len(story_words) * marked], axis=1)
    return ids, ASKED + np.stack([end - article, end], axis=1), question_type[kept]


X, Y, _ = read_stories("train")
X_test, Y_test, types_test = read_stories("test")
print(f"{len(X)} stories for training, {len(X_test)} for testing")

# %% demo
rng = np.random.default_rng(0)
story_reader = Reader(len(story_words), ASKED + LONGEST, ASKED, rng)
steps = 2 * len(X) // 16
rate = nn.schedules.cosine_decay(0.003, steps, warmup=steps // 20)
history = story_reader.fit(
    X,
    Y,
    loss=nn.cross_entropy,
    epochs=2,
    batch_size=16,
    rng=rng,
    progress=False,
    optimizer=nn.Adam(story_reader.parameters(), rate, clip_norm=1.0),
)


def answers(ids, spans):
    """The words of spans (m, 2) in rows of tokens."""
    rows = ids % len(story_words)
    return [
        " ".join(story_words.decode(row[a : b + 1]))
        for row, (a, b) in zip(rows, spans, strict=True)
    ]


truth = answers(X_test, Y_test)
scores = story_reader.predict(X_test)
spans = [answer_span(*(s.astype(float) for s in one), max_len=2) for one in scores]
last = np.bincount(Y[:, 1]).argmax()  # the most frequent position of an answer's end
print("                     exact match   token F1")
for name, guess in [
    ("always this position", [(last - 1, last)] * len(truth)),
    ("your encoder", spans),
]:
    pairs = list(zip(answers(X_test, guess), truth, strict=True))
    exact = np.array([exact_match(*pair) for pair in pairs])
    f1 = np.mean([token_f1(*pair) for pair in pairs])
    print(f"{name:20} {exact.mean():11.1%} {f1:10.1%}")

# %% demo
by_type = {
    name: exact[types_test == i].mean() for i, name in enumerate(stories.classes)
}
plots.bars(
    {textwrap.fill(name, 9): share for name, share in by_type.items()},
    ylabel="exact match, test stories",
    percent=True,
    reading="The hardest: " + " and ".join(sorted(by_type, key=by_type.get)[:2]) + ". "
    "Finding a thing takes two facts: who had it, and where that person went.",
)
shortest = np.argsort((X_test > 0).sum(axis=1), kind="stable")
for i in [shortest[exact[shortest] == hit][0] for hit in (1, 0)]:
    asked, told = " ".join(story_words.decode(X_test[i] % len(story_words))).split("?")
    (answer,) = answers(X_test[i : i + 1], spans[i : i + 1])
    print(f"{told.strip()}\n  {asked}? predicted: {answer} | true: {truth[i]}")

# %% [markdown]
# # Part 9 · Writing text
# A **language model** predicts the next token, at all positions at once. There is no
# input sentence to attend to, so your `Encoder` with the look-ahead mask is enough (GPT
# has the same structure). You will train one on plays, and measure it in **bits per
# character** on unseen plays: the mean of $-\log_2 p$ over the characters. A uniform
# guess among 67 characters costs $\log_2 67 = 6.07$ bits.
#
# To write a text, draw a token from the softmax, append it, and repeat. The
# **temperature** $\tau$ divides the scores before the softmax: below 1, likely tokens
# become likelier; above 1, unlikely ones do; 0 means always take the best token. **Top
# k** allows only the $k$ best tokens.

# %% [markdown]
# ### Exercise 22 · `generate` · 4 points · about 12 minutes
# Write `length` tokens. In each step, give the model the last `context` tokens and take
# the scores at the last position. Keep only the $k$ best, divide by $\tau$, apply the
# softmax, and draw a token with `rng.choice`.
#
# <details><summary>Division by zero, or nan</summary>
#
# If the temperature is 0, take the `argmax` and skip the rest.
# </details>


# %% exercise="generate"
def generate(model, prompt, temperature, top_k, rng, length=100, context=64):
    """Continue a text with a language model.

    Args:
        model: function of ids `(1, T)` that returns an array of scores `(1, T, V)` for
            the token after each position.
        prompt: list or array of token ids, at least one.
        temperature: divides the scores; 0 means always take the best token.
        top_k: draw only among the `top_k` best tokens; None for all.
        rng: a NumPy generator; every draw comes from it.
        length: number of new tokens.
        context: largest number of tokens that the model gets.

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
# ### Train a language model
# Training takes 950 steps with 32 windows of 32 pieces each: about half a minute. No
# window is used twice. At the start, the biases of the last layer are the logarithms of
# the pieces' frequencies, so the model need not learn how common each piece is.


# %%
class LanguageModel(nn.Model):
    """Your encoder with a look-ahead mask, and a score for each token."""

    def __init__(self, vocab_size, context, rng, dim=64):
        self.encoder = Encoder(2, dim, 2, 2 * dim, vocab_size, context, 0.0, rng=rng)
        self.dense = nn.Dense(dim, vocab_size, rng=rng)

    def forward(self, token_ids):
        """(m, T) to (m, T, V)."""
        ahead = create_look_ahead_mask(np.shape(token_ids)[1])
        return self.dense(self.encoder(token_ids, mask=ahead)[0])


# %% demo
CONTEXT, STEPS = 32, 950


def windows(ids):
    """Cut a text into windows; returns inputs and targets, both (m, CONTEXT)."""
    whole = (len(ids) - 1) // CONTEXT * CONTEXT
    return [ids[i : i + whole].reshape(-1, CONTEXT) for i in (0, 1)]


rng = np.random.default_rng(0)
tokens = bpe_encode(plays, merges)
X, Y = windows(tokens)
chosen = rng.permutation(len(X))[: 32 * STEPS]
writer = LanguageModel(256 + len(merges), CONTEXT, rng)
frequency = np.bincount(tokens, minlength=256 + len(merges))
writer.dense.b.data[:] = np.log(1 + frequency)
rate = nn.schedules.cosine_decay(0.006, STEPS, warmup=STEPS // 20)
history = writer.fit(
    X[chosen],
    Y[chosen],
    loss=nn.cross_entropy,
    epochs=1,
    batch_size=32,
    optimizer=nn.Adam(writer.parameters(), rate, clip_norm=1.0),
    progress=False,
)
unseen = text.as_text(data.load("shakespeare").test_text)[:60000]
tokens_test = bpe_encode(unseen, merges)
nats = writer.evaluate(*windows(tokens_test), loss=nn.cross_entropy)["loss"]
writer_bits = nats / np.log(2) * len(tokens_test) / len(unseen)
print(
    f"{writer.count_parameters()} parameters, trained on {X[chosen].size} tokens"
    f" from {len(plays)} characters of plays;\n"
    f"{writer_bits:.2f} bits per character in unseen plays"
)

# %% [markdown]
# ### Compared with n-grams (optional)
# An older type of language model counts how often each character $c$ follows each
# context $u$ of $n - 1$ characters in the plays. Where the counts are small, it relies
# on the context $u'$ that is one character shorter:
#
# $$p_n(c \mid u) = \frac{\mathrm{count}(uc) + 5\, p_{n-1}(c \mid u')}
# {\mathrm{count}(u) + 5}$$
#
# where $p_0$ is uniform. **Predict** up to which $n$ your transformer beats the n-gram
# models, which are counted on all the training plays.


# %% demo
def ngram_bits(train, test, longest, beta=5.0):
    """Bits per character of n-gram models with n = 1 to `longest`, as a list."""
    letters = np.unique(train + test)
    train, test = (np.searchsorted(letters, part) for part in (train, test))
    V, p, bits = len(letters), 1 / len(letters), []
    context, asked = (np.zeros(len(part), np.int64) for part in (train, test))
    for n in range(longest):
        if n:  # one more character back; the first ones wrap around
            context = context * V + np.roll(train, n)
            asked = asked * V + np.roll(test, n)
        pairs, count = np.unique(context * V + train, return_counts=True)
        contexts, first = np.unique(pairs // V, return_index=True)
        total = np.add.reduceat(count, first)
        i = np.minimum(np.searchsorted(contexts, asked), len(contexts) - 1)
        known = contexts[i] == asked
        wanted = asked * V + test
        j = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
        seen = np.where(pairs[j] == wanted, count[j], 0)
        p = (seen + beta * p) / (np.where(known, total[i], 0) + beta)
        bits.append(float(-np.mean(np.log2(p))))
    return bits


bits = ngram_bits([*plays.encode()], [*unseen.encode()], 5)
plots.bars(
    {f"n = {n}": b for n, b in enumerate(bits, start=1)}
    | {"your\ntransformer": writer_bits},
    ylabel="bits per character, test plays",
    reading="Lower is better. Your transformer beats "
    f"{sum(b > writer_bits for b in bits)} of the 5 n-gram models.",
)

# %% demo
used = np.isin(np.arange(256 + len(merges)), tokens)  # not the bytes of é or 🙂


def scores_of(ids):
    """Scores of the language model; −inf for tokens that occur in no play."""
    return np.where(used, writer.predict(ids), -np.inf)


prompt = bpe_encode("ROMEO:\n", merges)
for temperature, top_k in [(0, None), (0.7, 20), (1.3, None)]:
    ids = generate(
        scores_of,
        prompt,
        temperature,
        top_k,
        np.random.default_rng(1),
        length=90,
        context=CONTEXT,
    )
    print(f"--- temperature {temperature}, top_k {top_k}\n{bpe_decode(ids, merges)}\n")

# %% [markdown]
# At temperature 0 a language model tends to repeat itself; at a high temperature it
# makes up words. In between there are speeches, names and lines of about the right
# length, but no meaning. Large language models are built from the same parts as the one
# you wrote, with far more data, width, depth and training time.

# %% demo
line = bpe_encode("KING:\nMy lord, I will not go", merges)
writer(line[np.newaxis])
weights = writer.encoder(line[np.newaxis], mask=create_look_ahead_mask(len(line)))[1]
names = [bpe_decode([t], merges).replace("\n", "⏎").replace(" ", "·") for t in line]
attention_maps(
    {f"Layer {i + 1}, head {j + 1}": weights[i][0, j] for i in (0, 1) for j in (0, 1)},
    rows=names,
    columns=names,
    xlabel="token attended to (key)",
    ylabel="query",
    reading="Above the diagonal all weights are 0: each token attends to itself and to "
    "earlier ones. The sign · stands for a space, ⏎ for a new line.",
)

# %% [markdown] question="why_parallel" points=4
# ## In your own words
# A recurrent network and a transformer are trained on sentences of length $T$. (a) In
# training, why can the transformer work on all positions at once, but not the recurrent
# network? (b) What does that cost as $T$ grows? (c) Why must the transformer still
# write one token after another when it generates text? (d) What would happen in
# training without the look-ahead mask, and how would you notice? Write about six
# sentences.
#
# ### BEGIN SOLUTION
# (a) A recurrent state depends on the state before it, so T steps follow one another.
# In attention every position depends only on the inputs of the layer, which are all
# known; the target is known as well (teacher forcing), and the mask hides the future.
#
# (b) Each position attends to each: T² weights per head, so time and memory grow with
# the square of the length.
#
# (c) What comes next depends on the token just drawn, which is not known before.
#
# (d) Each position would see the token that it should predict and copy it: the training
# loss would be near 0 and generated text useless. Changing a later token would change
# earlier scores.
#
# **Rubric**, one point each: no step waits for the one before, with the target known ·
# T² · the next input is not known yet · copying, with a sign of it (loss near 0,
# perturbation).
# ### END SOLUTION

# %% [markdown]
# ## What you have built
# | formula | your function |
# |---|---|
# | $\sin, \cos (pos / 10000^{2i/d})$ | `positional_encoding` |
# | $\mathrm{softmax}(QK^\top / \sqrt{d_k})\,V$ | `scaled_dot_product_attention` |
# | $[\mathrm{head}_1 \dots \mathrm{head}_h]\,W^O$ | `MultiHeadAttention` |
# | $\mathrm{norm}(x + \mathrm{sublayer}(x))$ | `EncoderLayer`, `DecoderLayer` |
# | most frequent pair → new token | `bpe_train` |
# | $2PR / (P + R)$ | `entity_f1`, `token_f1` |
#
# BERT is an encoder, trained to fill in gaps; GPT is a decoder without cross-attention;
# the first transformers, built for translation, have an encoder and a decoder.

# %% [markdown]
# Here is the same in PyTorch:
#
# ```
# layer = torch.nn.TransformerEncoderLayer(d_model=64, nhead=4, dim_feedforward=128,
#                                          batch_first=True)
# encoder = torch.nn.TransformerEncoder(layer, num_layers=2)
# y = encoder(x, src_key_padding_mask=token_ids == 0)
# out = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
# ```

# %% [markdown]
# Some details differ from your code. In `src_key_padding_mask` and in the masks of
# `torch.nn.MultiheadAttention`, `True` means *masked*; in the boolean mask of
# `scaled_dot_product_attention` it means *attend*. PyTorch's layers also apply dropout
# to the attention weights and inside the feed-forward network. And where all keys are
# masked, your output is the mean of the values; PyTorch 2.13 gives 0 in
# `scaled_dot_product_attention` and `nan` in `MultiheadAttention`.

# %% [markdown]
# **Your function beside a library's.** Both got the same input. Where the values
# differ, the table says why.
#
# {{libraries}}

# %% [markdown]
# **A challenge** (optional). Normalize *before* attention and feed-forward network, as
# most transformers do today, and train the language model with four layers. Or replace
# the positional encoding with a learned one, `nn.Embedding(length, d)`. How do the bits
# per character change?
#
# **The paper of the week.** A. Vaswani and others, *Attention is all you need*, NIPS
# 2017. Read section 3 next to your code: you have written every box of its figure 1.
#
# This was the last lab. You began with one neuron that told landmarks from animals, and
# you end with a machine that writes verse. Nothing in between is a black box to you
# now.

# %% demo
check.progress()
