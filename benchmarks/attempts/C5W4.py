"""Wrong answers to C5W4 as learners write them; each label says what is wrong."""

# %% get_angles: k itself in place of its half rounded down
def get_angles(pos, k, d):
    return pos / np.power(10000, 2 * k / d)


# %% get_angles: the half of k is not rounded down
def get_angles(pos, k, d):
    i = k / 2
    return pos / 10000 ** (2 * i / d)


# %% positional_encoding: sines in the left half, cosines in the right half
def positional_encoding(positions, d):
    angles = get_angles(np.arange(positions)[:, np.newaxis], np.arange(d)[None], d)
    pattern = np.concatenate([np.sin(angles[:, 0::2]), np.cos(angles[:, 1::2])], axis=1)
    return pattern[np.newaxis]


# %% positional_encoding: places are counted from 1
def positional_encoding(positions, d):
    pos = np.arange(1, positions + 1)[:, np.newaxis]
    angles = get_angles(pos, np.arange(d)[np.newaxis, :], d)
    angles[:, 0::2] = np.sin(angles[:, 0::2])
    angles[:, 1::2] = np.cos(angles[:, 1::2])
    return angles[np.newaxis, ...]


# %% create_padding_mask: 1 for padding, as in PyTorch
def create_padding_mask(token_ids):
    return (np.asarray(token_ids) == 0).astype(int)[:, np.newaxis, :]


# %% create_look_ahead_mask: a place may not hear itself
def create_look_ahead_mask(size):
    return np.tril(np.ones((1, size, size)), k=-1)


# %% create_look_ahead_mask: the future is open and the past is closed
def create_look_ahead_mask(size):
    mask = np.zeros((1, size, size))
    for i in range(size):
        mask[0, i, i:] = 1
    return mask


# %% scaled_dot_product_attention: weights are set to 0 after the softmax
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / q.shape[-1] ** 0.5
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = e / e.sum(axis=-1, keepdims=True)
    if mask is not None:
        weights = weights * mask
    return weights @ v, weights


# %% scaled_dot_product_attention: divides by d_k, not by its root
def scaled_dot_product_attention(q, k, v, mask=None):
    d_k = k.shape[-1]
    products = np.matmul(q, np.swapaxes(k, -1, -2)) / d_k
    if mask is not None:
        products = np.where(mask == 0, -1e9, products)
    products = products - np.max(products, axis=-1, keepdims=True)
    weights = np.exp(products) / np.sum(np.exp(products), axis=-1, keepdims=True)
    return np.matmul(weights, v), weights


# %% scaled_dot_product_attention: the softmax runs over the queries
def scaled_dot_product_attention(q, k, v, mask=None):
    logits = np.einsum("...id,...jd->...ij", q, k) * k.shape[-1] ** -0.5
    if mask is not None:
        logits = logits + (1 - mask) * -1e9
    e = np.exp(logits - logits.max(axis=-2, keepdims=True))
    weights = e / e.sum(axis=-2, keepdims=True)
    return weights @ v, weights


# %% scaled_dot_product_attention: places with 1 in the mask are closed
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = (q @ np.swapaxes(k, -1, -2)) / k.shape[-1] ** 0.5
    if mask is not None:
        scores = scores + mask * -1e9
    scores = scores - scores.max(axis=-1, keepdims=True)
    weights = np.exp(scores)
    weights = weights / weights.sum(axis=-1, keepdims=True)
    output = weights @ v
    return output, weights


# %% self_attention_backward: the slopes of the products are not divided by the root
def self_attention_backward(dout, q, k, v, weights):
    dv = np.swapaxes(weights, -1, -2) @ dout
    dA = dout @ np.swapaxes(v, -1, -2)
    dS = weights * (dA - (dA * weights).sum(axis=-1, keepdims=True))
    return dS @ k, np.swapaxes(dS, -1, -2) @ q, dv


# %% self_attention_backward: the softmax passes on A (1 - A) alone
def self_attention_backward(dout, q, k, v, weights):
    scale = 1 / q.shape[-1] ** 0.5
    dv = np.matmul(np.swapaxes(weights, -1, -2), dout)
    d_weights = np.matmul(dout, np.swapaxes(v, -1, -2))
    d_scores = d_weights * weights * (1 - weights)
    dq = np.matmul(d_scores, k) * scale
    dk = np.matmul(np.swapaxes(d_scores, -1, -2), q) * scale
    return dq, dk, dv


# %% self_attention_backward: the sum inside the softmax's slope runs over the queries
def self_attention_backward(dout, q, k, v, weights):
    root = k.shape[-1] ** 0.5
    dA = np.einsum("...id,...jd->...ij", dout, v)
    dv = np.einsum("...ij,...id->...jd", weights, dout)
    inner = np.sum(dA * weights, axis=-2, keepdims=True)
    dS = weights * (dA - inner) / root
    dq = np.einsum("...ij,...jd->...id", dS, k)
    dk = np.einsum("...ij,...id->...jd", dS, q)
    return dq, dk, dv


# %% MultiHeadAttention: a direct reshape to heads mixes up the places
class MultiHeadAttention(nn.Layer):
    def __init__(self, embedding_dim, num_heads, *, rng):
        self.num_heads = num_heads
        self.query = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.key = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.value = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.output = nn.Dense(embedding_dim, embedding_dim, rng=rng)

    def forward(self, q, k, v, mask=None):
        m, T_q, d = q.shape
        h = self.num_heads

        def split(x):
            return x.reshape(m, h, x.shape[1], d // h)

        if mask is not None:
            mask = np.asarray(mask)[:, np.newaxis]
        q, k, v = split(self.query(q)), split(self.key(k)), split(self.value(v))
        out, weights = attention(q, k, v, mask)
        return self.output(out.transpose(0, 2, 1, 3).reshape(m, T_q, d)), weights


# %% MultiHeadAttention: heads are laid side by side without going back by a transpose
class MultiHeadAttention(nn.Layer):
    def __init__(self, embedding_dim, num_heads, *, rng):
        self.num_heads = num_heads
        self.query = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.key = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.value = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.output = nn.Dense(embedding_dim, embedding_dim, rng=rng)

    def forward(self, q, k, v, mask=None):
        m, T_q, d = q.shape
        size = d // self.num_heads

        def heads(x):
            x = x.reshape(m, x.shape[1], self.num_heads, size)
            return x.transpose(0, 2, 1, 3)

        Q, K, V = heads(self.query(q)), heads(self.key(k)), heads(self.value(v))
        wide = None if mask is None else np.asarray(mask)[:, np.newaxis]
        blended, weights = attention(Q, K, V, wide)
        return self.output(blended.reshape(m, T_q, d)), weights


# %% MultiHeadAttention: the last projection is forgotten
class MultiHeadAttention(nn.Layer):
    def __init__(self, embedding_dim, num_heads, *, rng):
        self.num_heads = num_heads
        self.query = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.key = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.value = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.output = nn.Dense(embedding_dim, embedding_dim, rng=rng)

    def forward(self, q, k, v, mask=None):
        m, T_q, d = q.shape
        h = self.num_heads
        pieces = []
        for layer, x in ((self.query, q), (self.key, k), (self.value, v)):
            x = layer(x)
            x = x.reshape(m, x.shape[1], h, d // h).transpose(0, 2, 1, 3)
            pieces.append(x)
        if mask is not None:
            mask = np.asarray(mask)[:, np.newaxis]
        out, weights = attention(*pieces, mask)
        return out.transpose(0, 2, 1, 3).reshape(m, T_q, d), weights


# %% EncoderLayer: normalizes before attention and network, as in GPT-2
class EncoderLayer(nn.Layer):
    def __init__(self, embedding_dim, num_heads, fully_connected_dim,
                 dropout_rate=0.1, *, rng):  # fmt: skip
        self.mha = MultiHeadAttention(embedding_dim, num_heads, rng=rng)
        self.ffn = FullyConnected(embedding_dim, fully_connected_dim, rng=rng)
        self.norm1, self.norm2 = (nn.LayerNorm(embedding_dim) for _ in range(2))
        self.dropout1, self.dropout2 = (
            nn.Dropout(dropout_rate, rng=rng) for _ in range(2)
        )

    def forward(self, x, mask=None):
        normed = self.norm1(x)
        attended, weights = self.mha(normed, normed, normed, mask)
        x = x + self.dropout1(attended)
        return x + self.dropout2(self.ffn(self.norm2(x))), weights


# %% EncoderLayer: the second sum adds the layer's input
class EncoderLayer(nn.Layer):
    def __init__(self, embedding_dim, num_heads, fully_connected_dim,
                 dropout_rate=0.1, *, rng):  # fmt: skip
        self.mha = MultiHeadAttention(embedding_dim, num_heads, rng=rng)
        self.ffn = FullyConnected(embedding_dim, fully_connected_dim, rng=rng)
        self.norm1, self.norm2 = (nn.LayerNorm(embedding_dim) for _ in range(2))
        self.dropout1, self.dropout2 = (
            nn.Dropout(dropout_rate, rng=rng) for _ in range(2)
        )

    def forward(self, x, mask=None):
        attn_output, weights = self.mha(x, x, x, mask)
        out1 = self.norm1(x + self.dropout1(attn_output))
        ffn_output = self.dropout2(self.ffn(out1))
        return self.norm2(x + ffn_output), weights


# %% EncoderLayer: the mask is not passed on to the attention
class EncoderLayer(nn.Layer):
    def __init__(self, embedding_dim, num_heads, fully_connected_dim,
                 dropout_rate=0.1, *, rng):  # fmt: skip
        self.mha = MultiHeadAttention(embedding_dim, num_heads, rng=rng)
        self.ffn = FullyConnected(embedding_dim, fully_connected_dim, rng=rng)
        self.norm1, self.norm2 = (nn.LayerNorm(embedding_dim) for _ in range(2))
        self.dropout1, self.dropout2 = (
            nn.Dropout(dropout_rate, rng=rng) for _ in range(2)
        )

    def forward(self, x, mask=None):
        listened, weights = self.mha(x, x, x)
        x = self.norm1(x + self.dropout1(listened))
        y = self.norm2(x + self.dropout2(self.ffn(x)))
        return y, weights


# %% Encoder: the vectors of the tokens are not multiplied by the root of d
class Encoder(nn.Layer):
    def __init__(self, num_layers, embedding_dim, num_heads, fully_connected_dim,
                 input_vocab_size, maximum_position_encoding, dropout_rate=0.1, *,
                 rng):  # fmt: skip
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
        T = np.shape(token_ids)[1]
        x = self.embedding(token_ids) + self.pos_encoding[:, :T]
        x = self.dropout(x)
        all_weights = []
        for layer in self.layers:
            x, weights = layer(x, mask)
            all_weights.append(weights)
        return x, all_weights


# %% Encoder: the pattern of the places is added before the scaling and scaled too
class Encoder(nn.Layer):
    def __init__(self, num_layers, embedding_dim, num_heads, fully_connected_dim,
                 input_vocab_size, maximum_position_encoding, dropout_rate=0.1, *,
                 rng):  # fmt: skip
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
        x = self.embedding(token_ids)
        T, d = x.shape[1:]
        x = self.dropout((x + self.pos_encoding[:, :T]) * d**0.5)
        attention_weights = []
        for layer in self.layers:
            x, w = layer(x, mask=mask)
            attention_weights.append(w)
        return x, attention_weights


# %% DecoderLayer: the second attention listens to what is written, not to the encoder
class DecoderLayer(nn.Layer):
    def __init__(self, embedding_dim, num_heads, fully_connected_dim,
                 dropout_rate=0.1, *, rng):  # fmt: skip
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
        own, weights1 = self.mha1(x, x, x, look_ahead_mask)
        x = self.norm1(x + self.dropout1(own))
        cross, weights2 = self.mha2(x, x, x, look_ahead_mask)
        x = self.norm2(x + self.dropout2(cross))
        return self.norm3(x + self.dropout3(self.ffn(x))), weights1, weights2


# %% DecoderLayer: cross-attention asks with the layer's input, not with x'
class DecoderLayer(nn.Layer):
    def __init__(self, embedding_dim, num_heads, fully_connected_dim,
                 dropout_rate=0.1, *, rng):  # fmt: skip
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
        attn1, w1 = self.mha1(x, x, x, look_ahead_mask)
        out1 = self.norm1(x + self.dropout1(attn1))
        attn2, w2 = self.mha2(x, enc_output, enc_output, padding_mask)
        out2 = self.norm2(out1 + self.dropout2(attn2))
        ffn_output = self.dropout3(self.ffn(out2))
        out3 = self.norm3(out2 + ffn_output)
        return out3, w1, w2


# %% DecoderLayer: no mask in the cross-attention, it listens to padding
class DecoderLayer(nn.Layer):
    def __init__(self, embedding_dim, num_heads, fully_connected_dim,
                 dropout_rate=0.1, *, rng):  # fmt: skip
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
        a, weights_self = self.mha1(x, x, x, look_ahead_mask)
        x = self.norm1(x + self.dropout1(a))
        c, weights_cross = self.mha2(x, enc_output, enc_output)
        x = self.norm2(x + self.dropout2(c))
        y = self.norm3(x + self.dropout3(self.ffn(x)))
        return y, weights_self, weights_cross


# %% Decoder: the keys of the dictionary count from 0
class Decoder(nn.Layer):
    def __init__(self, num_layers, embedding_dim, num_heads, fully_connected_dim,
                 target_vocab_size, maximum_position_encoding, dropout_rate=0.1, *,
                 rng):  # fmt: skip
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
        x = self.embedding(token_ids)
        _, T, d = x.shape
        x = self.dropout(x * d**0.5 + self.pos_encoding[:, :T])
        found = {}
        for i, layer in enumerate(self.layers):
            x, own, cross = layer(x, enc_output, look_ahead_mask, padding_mask)
            found[f"decoder_layer{i}_block1_self_att"] = own
            found[f"decoder_layer{i}_block2_decenc_att"] = cross
        return x, found


# %% Transformer: a softmax on the scores
class Transformer(nn.Layer):
    def __init__(self, num_layers, embedding_dim, num_heads, fully_connected_dim,
                 input_vocab_size, target_vocab_size, max_positional_encoding_input,
                 max_positional_encoding_target, dropout_rate=0.1, *, rng):  # fmt: skip
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
        enc_output, _ = self.encoder(input_sentence, enc_padding_mask)
        x, weights = self.decoder(
            output_sentence, enc_output, look_ahead_mask, dec_padding_mask
        )
        return nn.softmax(self.final_layer(x), axis=-1), weights


# %% Transformer: the two masks of the decoder are exchanged
class Transformer(nn.Layer):
    def __init__(self, num_layers, embedding_dim, num_heads, fully_connected_dim,
                 input_vocab_size, target_vocab_size, max_positional_encoding_input,
                 max_positional_encoding_target, dropout_rate=0.1, *, rng):  # fmt: skip
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
        enc_output, _ = self.encoder(input_sentence, enc_padding_mask)
        dec_output, attention_weights = self.decoder(
            output_sentence, enc_output, dec_padding_mask, look_ahead_mask
        )
        return self.final_layer(dec_output), attention_weights


# %% bag_of_words: says whether a word occurs, not how often
def bag_of_words(sentences, word_to_index):
    bags = np.zeros((len(sentences), len(word_to_index)), dtype=int)
    for i, sentence in enumerate(sentences):
        for word in sentence.lower().split():
            if word in word_to_index:
                bags[i, word_to_index[word]] = 1
    return bags


# %% bpe_train: the pairs are counted once, before the first merge
def bpe_train(text, num_merges):
    ids = np.frombuffer(text.encode(), np.uint8).astype(int)
    counts = Counter(zip(ids[:-1].tolist(), ids[1:].tolist()))
    order = sorted(counts, key=lambda pair: (-counts[pair], pair))
    return [pair for pair in order if counts[pair] > 1][:num_merges]


# %% bpe_train: of equally frequent pairs the one met first wins
def bpe_train(text, num_merges):
    ids = np.frombuffer(text.encode(), np.uint8).astype(int)
    merges = []
    for i in range(num_merges):
        counts = Counter(zip(ids[:-1].tolist(), ids[1:].tolist()))
        if not counts:
            break
        pair, times = counts.most_common(1)[0]
        if times < 2:
            break
        merges.append(pair)
        ids = merge(ids, pair, 256 + i)
    return merges


# %% bpe_train: does not stop when no pair comes twice
def bpe_train(text, num_merges):
    tokens = np.frombuffer(text.encode(), np.uint8).astype(int)
    learned = []
    while len(learned) < num_merges and len(tokens) > 1:
        counts = Counter(zip(tokens[:-1].tolist(), tokens[1:].tolist()))
        best = min(counts, key=lambda p: (-counts[p], p))
        tokens = merge(tokens, best, 256 + len(learned))
        learned.append(best)
    return learned


# %% bpe_encode: the merges are made in reverse order
def bpe_encode(text, merges):
    ids = np.frombuffer(text.encode(), np.uint8).astype(int)
    for i in reversed(range(len(merges))):
        ids = merge(ids, merges[i], 256 + i)
    return ids


# %% bpe_decode: each token is decoded by itself, letters of several bytes break
def bpe_decode(ids, merges):
    pieces = [bytes([i]) for i in range(256)]
    for left, right in merges:
        pieces.append(pieces[left] + pieces[right])
    return "".join(pieces[i].decode(errors="replace") for i in ids)


# %% align_labels: every piece of a word carries its label
def align_labels(labels, word_ids, ignore=-1):
    return [ignore if w is None else labels[w] for w in word_ids]


# %% entity_f1: words are scored, not whole entities
def entity_f1(true, predicted, outside="O"):
    right = n_true = n_predicted = 0
    for t, p in zip(true, predicted, strict=True):
        for a, b in zip(t, p, strict=True):
            n_true += a != outside
            n_predicted += b != outside
            right += a == b and a != outside
    precision = right / n_predicted if n_predicted else 0.0
    recall = right / n_true if n_true else 0.0
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


# %% entity_f1: only label and start have to agree, the end is overlooked
def entity_f1(true, predicted, outside="O"):
    def entities(sentences):
        found = set()
        for n, labels in enumerate(sentences):
            for i, label in enumerate(labels):
                if label != outside and (i == 0 or labels[i - 1] != label):
                    found.add((n, i, label))
        return found

    a, b = entities(true), entities(predicted)
    right = len(a & b)
    precision = right / len(b) if b else 0.0
    recall = right / len(a) if a else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return precision, recall, f1


# %% entity_f1: an entity goes on into the next sentence
def entity_f1(true, predicted, outside="O"):
    def spans(sentences):
        labels = [label for sentence in sentences for label in sentence] + [outside]
        result, start = set(), 0
        for i in range(1, len(labels)):
            if labels[i] != labels[start]:
                if labels[start] != outside:
                    result.add((labels[start], start, i - 1))
                start = i
        return result

    truth, guess = spans(true), spans(predicted)
    hits = len(truth & guess)
    P = hits / len(guess) if guess else 0.0
    R = hits / len(truth) if truth else 0.0
    return P, R, (2 * P * R / (P + R) if P + R > 0 else 0.0)


# %% answer_span: start and end are chosen one after the other, not together
def answer_span(start_logits, end_logits, max_len):
    start = int(np.argmax(start_logits))
    end = start + int(np.argmax(end_logits[start : start + max_len]))
    return start, end


# %% answer_span: a span may be one word longer than allowed
def answer_span(start_logits, end_logits, max_len):
    best, answer = -np.inf, (0, 0)
    T = len(start_logits)
    for start in range(T):
        for end in range(start, min(T, start + max_len + 1)):
            score = start_logits[start] + end_logits[end]
            if score > best:
                best, answer = score, (start, end)
    return answer


# %% exact_match: the answers are compared as they stand, only in lower case
def exact_match(prediction, truth):
    return int(prediction.lower().strip() == truth.lower().strip())


# %% token_f1: a repeated word of the prediction counts each time
def token_f1(prediction, truth):
    said, wanted = normalize(prediction), normalize(truth)
    if not said or not wanted:
        return float(said == wanted)
    right = sum(word in wanted for word in said)
    if right == 0:
        return 0.0
    precision, recall = right / len(said), right / len(wanted)
    return 2 * precision * recall / (precision + recall)


# %% generate: the scores of the first place are taken, not of the last
def generate(model, prompt, temperature, top_k, rng, length=100, context=64):
    ids = [int(i) for i in prompt]
    for _ in range(length):
        scores = np.asarray(model(np.array([ids[-context:]])))[0, 0].astype(float)
        if temperature == 0:
            ids.append(int(scores.argmax()))
            continue
        if top_k is not None:
            limit = np.sort(scores)[-min(top_k, len(scores))]
            scores = np.where(scores >= limit, scores, -np.inf)
        p = np.exp((scores - scores.max()) / temperature)
        ids.append(int(rng.choice(len(p), p=p / p.sum())))
    return np.array(ids)


# %% generate: the scores are multiplied by the temperature
def generate(model, prompt, temperature, top_k, rng, length=100, context=64):
    tokens = list(prompt)
    for _ in range(length):
        window = np.array(tokens[-context:])[np.newaxis]
        logits = np.array(model(window)[0, -1], dtype=float)
        if temperature == 0:
            new = np.argmax(logits)
        else:
            if top_k is not None and top_k < len(logits):
                closed = np.argsort(-logits, kind="stable")[top_k:]
                logits[closed] = -np.inf
            e = np.exp((logits - logits.max()) * temperature)
            new = rng.choice(len(e), p=e / e.sum())
        tokens.append(int(new))
    return np.array(tokens, dtype=int)


# %% generate: the prompt is left out of what is returned
def generate(model, prompt, temperature, top_k, rng, length=100, context=64):
    ids = list(np.asarray(prompt).tolist())
    for _ in range(length):
        scores = np.array(model(np.array([ids[-context:]])))[0, -1]
        if temperature == 0:
            ids.append(int(np.argmax(scores)))
            continue
        keep = np.argsort(-scores, kind="stable")[: top_k or len(scores)]
        z = scores[keep].astype(float) / temperature
        p = np.exp(z - z.max())
        ids.append(int(keep[rng.choice(len(keep), p=p / p.sum())]))
    return np.array(ids[len(prompt) :])


# %% get_angles: the exponent is i over d, without the factor 2
def get_angles(pos, k, d):
    i = k // 2
    return pos / 10000 ** (i / d)


# %% positional_encoding: positions are counted from 1
def positional_encoding(positions, d):
    pos = np.arange(1, positions + 1)[:, None]
    angles = get_angles(pos, np.arange(d)[None], d)
    P = np.zeros(angles.shape)
    P[:, 0::2] = np.sin(angles[:, 0::2])
    P[:, 1::2] = np.cos(angles[:, 1::2])
    return P[None]


# %% scaled_dot_product_attention: the root is of the size of the values
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / v.shape[-1] ** 0.5
    if mask is not None:
        scores = np.where(mask == 0, -1e9, scores)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = e / e.sum(axis=-1, keepdims=True)
    return weights @ v, weights


# %% scaled_dot_product_attention: masked weights are set to 0 after the softmax
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / q.shape[-1] ** 0.5
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = e / e.sum(axis=-1, keepdims=True)
    if mask is not None:
        weights = weights * mask
    return weights @ v, weights


# %% self_attention_backward: the softmax is taken for a sigmoid, S times 1 minus S
def self_attention_backward(dout, q, k, v, weights):
    root = q.shape[-1] ** 0.5
    dv = np.swapaxes(weights, -1, -2) @ dout
    dW = dout @ np.swapaxes(v, -1, -2)
    dS = dW * weights * (1 - weights)
    return dS @ k / root, np.swapaxes(dS, -1, -2) @ q / root, dv


# %% bpe_train: of equally frequent pairs the larger one is merged
def bpe_train(text, num_merges):
    ids = np.frombuffer(text.encode(), np.uint8).astype(int)
    merges = []
    for i in range(num_merges):
        counts = Counter(zip(ids[:-1].tolist(), ids[1:].tolist(), strict=True))
        if not counts:
            break
        pair = max(counts, key=lambda p: (counts[p], p))
        if counts[pair] < 2:
            break
        ids = merge(ids, pair, 256 + i)
        merges.append(pair)
    return merges


# %% bpe_encode: the number of a merge counts only merges that occur
def bpe_encode(text, merges):
    ids = np.frombuffer(text.encode(), np.uint8).astype(int)
    new = 256
    for pair in merges:
        shorter = merge(ids, pair, new)
        if len(shorter) < len(ids):
            ids = shorter
            new += 1
    return ids


# %% bpe_decode: bytes that are no letter of their own are dropped
def bpe_decode(ids, merges):
    table = {i: bytes([i]) for i in range(256)}
    for i, (a, b) in enumerate(merges):
        table[256 + i] = table[a] + table[b]
    return "".join(table[int(i)].decode(errors="ignore") for i in ids)


# %% align_labels: the label goes to the last piece of a word
def align_labels(labels, word_ids, ignore=-1):
    out = []
    for i, w in enumerate(word_ids):
        after = word_ids[i + 1] if i + 1 < len(word_ids) else None
        out.append(ignore if w is None or w == after else labels[w])
    return out


# %% bag_of_words: the counts are divided by the length of the sentence
def bag_of_words(sentences, word_to_index):
    X = np.zeros((len(sentences), len(word_to_index)))
    for i, sentence in enumerate(sentences):
        words = sentence.lower().split()
        for w in words:
            if w in word_to_index:
                X[i, word_to_index[w]] += 1
        X[i] /= max(len(words), 1)
    return X


# %% positional_encoding: all sines stand first and all cosines after them
def positional_encoding(positions, d):
    pos = np.arange(positions)[:, np.newaxis]
    angles = get_angles(pos, np.arange(d)[np.newaxis, :], d)
    sines = np.sin(angles[:, 0::2])
    cosines = np.cos(angles[:, 1::2])
    return np.concatenate([sines, cosines], axis=-1)[np.newaxis]


# %% scaled_dot_product_attention: the products are multiplied by the mask before the softmax
def scaled_dot_product_attention(q, k, v, mask=None):
    d_k = k.shape[-1]
    products = np.matmul(q, np.swapaxes(k, -1, -2)) / d_k**0.5
    if mask is not None:
        products = products * mask
    e = np.exp(products - np.max(products, axis=-1, keepdims=True))
    weights = e / np.sum(e, axis=-1, keepdims=True)
    return np.matmul(weights, v), weights


# %% self_attention_backward: the sum over the keys is missing in the softmax gradient
def self_attention_backward(dout, q, k, v, weights):
    root = q.shape[-1] ** 0.5
    dv = np.swapaxes(weights, -1, -2) @ dout
    dA = dout @ np.swapaxes(v, -1, -2)
    dS = weights * (1 - weights) * dA
    dq = dS @ k / root
    dk = np.swapaxes(dS, -1, -2) @ q / root
    return dq, dk, dv


# %% self_attention_backward: the softmax gradient sums over the queries instead of the keys
def self_attention_backward(dout, q, k, v, weights):
    scale = 1 / k.shape[-1] ** 0.5
    dA = dout @ np.swapaxes(v, -1, -2)
    inner = np.sum(dA * weights, axis=-2, keepdims=True)
    dS = weights * (dA - inner)
    dv = np.swapaxes(weights, -1, -2) @ dout
    return scale * (dS @ k), scale * (np.swapaxes(dS, -1, -2) @ q), dv


# %% MultiHeadAttention: the output projection is left out
class MultiHeadAttention(nn.Layer):
    def __init__(self, embedding_dim, num_heads, *, rng):
        self.num_heads = num_heads
        self.query = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.key = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.value = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.output = nn.Dense(embedding_dim, embedding_dim, rng=rng)

    def split(self, x):
        m, T, d = x.shape
        x = x.reshape(m, T, self.num_heads, d // self.num_heads)
        return x.transpose(0, 2, 1, 3)

    def forward(self, q, k, v, mask=None):
        q = self.split(self.query(q))
        k = self.split(self.key(k))
        v = self.split(self.value(v))
        if mask is not None:
            mask = np.asarray(mask)[:, np.newaxis]
        out, weights = attention(q, k, v, mask)
        m, h, T, size = out.shape
        out = out.transpose(0, 2, 1, 3).reshape(m, T, h * size)
        return out, weights


# %% MultiHeadAttention: the heads are joined without moving them back behind the positions
class MultiHeadAttention(nn.Layer):
    def __init__(self, embedding_dim, num_heads, *, rng):
        self.num_heads = num_heads
        self.query = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.key = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.value = nn.Dense(embedding_dim, embedding_dim, rng=rng)
        self.output = nn.Dense(embedding_dim, embedding_dim, rng=rng)

    def forward(self, q, k, v, mask=None):
        h = self.num_heads
        parts = []
        for x, layer in ((q, self.query), (k, self.key), (v, self.value)):
            y = layer(x)
            m, T, d = y.shape
            parts.append(y.reshape(m, T, h, d // h).transpose(0, 2, 1, 3))
        mask = None if mask is None else np.asarray(mask)[:, np.newaxis]
        context, weights = attention(*parts, mask)
        m, _, T_q, _ = context.shape
        joined = context.reshape(m, T_q, parts[0].shape[-1] * h)
        return self.output(joined), weights


# %% EncoderLayer: normalizes before each part, as in the pre-norm variant
class EncoderLayer(nn.Layer):
    def __init__(
        self, embedding_dim, num_heads, fully_connected_dim, dropout_rate=0.1, *, rng
    ):
        self.mha = MultiHeadAttention(embedding_dim, num_heads, rng=rng)
        self.ffn = FullyConnected(embedding_dim, fully_connected_dim, rng=rng)
        self.norm1, self.norm2 = (nn.LayerNorm(embedding_dim) for _ in range(2))
        self.dropout1, self.dropout2 = (
            nn.Dropout(dropout_rate, rng=rng) for _ in range(2)
        )

    def forward(self, x, mask=None):
        h = self.norm1(x)
        out, weights = self.mha(h, h, h, mask)
        x = x + self.dropout1(out)
        y = x + self.dropout2(self.ffn(self.norm2(x)))
        return y, weights


# %% EncoderLayer: the feed-forward network has no skip connection
class EncoderLayer(nn.Layer):
    def __init__(
        self, embedding_dim, num_heads, fully_connected_dim, dropout_rate=0.1, *, rng
    ):
        self.mha = MultiHeadAttention(embedding_dim, num_heads, rng=rng)
        self.ffn = FullyConnected(embedding_dim, fully_connected_dim, rng=rng)
        self.norm1, self.norm2 = (nn.LayerNorm(embedding_dim) for _ in range(2))
        self.dropout1, self.dropout2 = (
            nn.Dropout(dropout_rate, rng=rng) for _ in range(2)
        )

    def forward(self, x, mask=None):
        attended, weights = self.mha(x, x, x, mask)
        x1 = self.norm1(x + self.dropout1(attended))
        y = self.norm2(self.dropout2(self.ffn(x1)))
        return y, weights


# %% Encoder: the factor root d multiplies the positional encoding too
class Encoder(nn.Layer):
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
        x = self.embedding(token_ids)
        d = x.shape[-1]
        x = (x + self.pos_encoding[:, : x.shape[1]]) * float(d) ** 0.5
        x = self.dropout(x)
        weights = []
        for layer in self.layers:
            x, w = layer(x, mask)
            weights.append(w)
        return x, weights


# %% Decoder: every layer reads the embedded tokens, not the output of the layer before
class Decoder(nn.Layer):
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
        x = self.embedding(token_ids)
        x = x * float(x.shape[-1]) ** 0.5 + self.pos_encoding[:, : x.shape[1]]
        x = self.dropout(x)
        attention_weights = {}
        for i, layer in enumerate(self.layers, start=1):
            y, w1, w2 = layer(x, enc_output, look_ahead_mask, padding_mask)
            attention_weights[f"decoder_layer{i}_block1_self_att"] = w1
            attention_weights[f"decoder_layer{i}_block2_decenc_att"] = w2
        return y, attention_weights


# %% Transformer: the decoder's cross-attention gets no padding mask
class Transformer(nn.Layer):
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
        enc_output, _ = self.encoder(input_sentence, enc_padding_mask)
        dec_output, weights = self.decoder(
            output_sentence, enc_output, look_ahead_mask
        )
        return self.final_layer(dec_output), weights


# %% bpe_train: of equally frequent pairs takes the one that comes first in the text
def bpe_train(text, num_merges):
    ids = np.frombuffer(text.encode(), np.uint8).astype(int)
    merges = []
    for i in range(num_merges):
        counts = Counter(zip(ids[:-1].tolist(), ids[1:].tolist()))
        if not counts:
            break
        pair, times = counts.most_common(1)[0]
        if times < 2:
            break
        ids = merge(ids, pair, 256 + i)
        merges.append(pair)
    return merges


# %% bpe_train: goes on merging pairs that occur once
def bpe_train(text, num_merges):
    ids = np.frombuffer(text.encode(), np.uint8).astype(int)
    merges = []
    while len(merges) < num_merges and len(ids) > 1:
        counts = Counter(zip(ids[:-1].tolist(), ids[1:].tolist()))
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        ids = merge(ids, best, 256 + len(merges))
        merges.append(best)
    return merges


# %% bpe_encode: numbers only the merges whose pair occurs in the text
def bpe_encode(text, merges):
    ids = np.frombuffer(text.encode(), np.uint8).astype(int)
    new = 256
    for pair in merges:
        merged = merge(ids, pair, new)
        if len(merged) < len(ids):
            ids = merged
            new += 1
    return ids


# %% bpe_decode: drops bytes that are no whole letter within one token
def bpe_decode(ids, merges):
    table = {i: bytes([i]) for i in range(256)}
    for i, (a, b) in enumerate(merges):
        table[256 + i] = table[a] + table[b]
    return "".join(table[int(t)].decode(errors="ignore") for t in ids)


# %% align_labels: a word whose label equals that of the word before is ignored
def align_labels(labels, word_ids, ignore=-1):
    result = []
    previous = None
    for word in word_ids:
        if word is None:
            result.append(ignore)
            previous = None
            continue
        label = labels[word]
        result.append(ignore if label == previous else label)
        previous = label
    return result


# %% entity_f1: an entity is right if its label and its start are
def entity_f1(true, predicted, outside="O"):
    def starts(sentences):
        found = set()
        for n, labels in enumerate(sentences):
            for i, label in enumerate(labels):
                if label != outside and (i == 0 or labels[i - 1] != label):
                    found.add((n, i, label))
        return found

    t, p = starts(true), starts(predicted)
    right = len(t & p)
    precision = right / len(p) if p else 0.0
    recall = right / len(t) if t else 0.0
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0


# %% entity_f1: averages the values of the sentences instead of counting over all
def entity_f1(true, predicted, outside="O"):
    def spans(labels):
        out, start = set(), 0
        for i in range(1, len(labels) + 1):
            if i == len(labels) or labels[i] != labels[start]:
                if labels[start] != outside:
                    out.add((start, i, labels[start]))
                start = i
        return out

    rows = []
    for t, p in zip(true, predicted):
        t, p = (spans(x) if len(x) else set() for x in (t, p))
        right = len(t & p)
        P = right / len(p) if p else 0.0
        R = right / len(t) if t else 0.0
        rows.append((P, R, 2 * P * R / (P + R) if P + R else 0.0))
    if not rows:
        return 0.0, 0.0, 0.0
    return tuple(float(x) for x in np.mean(rows, axis=0))


# %% answer_span: takes the best start first and then the best end after it
def answer_span(start_logits, end_logits, max_len):
    start = int(np.argmax(start_logits))
    ends = end_logits[start : start + max_len]
    return start, start + int(np.argmax(ends))


# %% exact_match: the order of the words does not matter
def exact_match(prediction, truth):
    return int(Counter(normalize(prediction)) == Counter(normalize(truth)))


# %% token_f1: counts repeated words once
def token_f1(prediction, truth):
    a, b = normalize(prediction), normalize(truth)
    if not a or not b:
        return float(a == b)
    common = len(set(a) & set(b))
    if common == 0:
        return 0.0
    precision = common / len(set(a))
    recall = common / len(set(b))
    return 2 * precision * recall / (precision + recall)


# %% token_f1: the common words are divided by the number of different words in both
def token_f1(prediction, truth):
    p, t = Counter(normalize(prediction)), Counter(normalize(truth))
    if not p or not t:
        return 1.0 if p == t else 0.0
    return sum((p & t).values()) / sum((p | t).values())


# %% generate: multiplies by the temperature
def generate(model, prompt, temperature, top_k, rng, length=100, context=64):
    ids = [int(i) for i in prompt]
    for _ in range(length):
        scores = np.asarray(model(np.array([ids[-context:]])))[0, -1].astype(float)
        if temperature == 0:
            ids.append(int(np.argmax(scores)))
            continue
        if top_k is not None:
            worst = np.sort(scores)[-min(top_k, len(scores))]
            scores = np.where(scores >= worst, scores, -np.inf)
        z = scores * temperature
        p = np.exp(z - z.max())
        p = p / p.sum()
        ids.append(int(rng.choice(len(p), p=p)))
    return np.array(ids)


# %% generate: the model gets the first tokens of the text instead of the last
def generate(model, prompt, temperature, top_k, rng, length=100, context=64):
    ids = list(prompt)
    for _ in range(length):
        window = np.array(ids[:context])[np.newaxis]
        logits = np.array(model(window)[0, -1], dtype=float)
        if temperature == 0:
            ids.append(int(logits.argmax()))
        else:
            if top_k is not None and top_k < len(logits):
                allowed = np.argsort(-logits, kind="stable")[:top_k]
            else:
                allowed = np.arange(len(logits))
            z = logits[allowed] / temperature
            p = np.exp(z - z.max())
            ids.append(int(rng.choice(allowed, p=p / p.sum())))
    return np.array(ids)


# %% generate: the tokens outside the top k get the score 0, not minus infinity
def generate(model, prompt, temperature, top_k, rng, length=100, context=64):
    text = np.array(prompt, dtype=int)
    for _ in range(length):
        scores = np.asarray(model(text[None, -context:]), dtype=float)[0, -1]
        if temperature == 0:
            token = np.argmax(scores)
        else:
            if top_k is not None:
                keep = np.argsort(-scores)[:top_k]
                limited = np.zeros_like(scores)
                limited[keep] = scores[keep]
                scores = limited
            scaled = scores / temperature
            p = np.exp(scaled - scaled.max())
            token = rng.choice(len(p), p=p / p.sum())
        text = np.append(text, int(token))
    return text
