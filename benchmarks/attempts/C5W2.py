"""Wrong answers to C5W2 as learners write them; each label says what is wrong."""

# %% cosine_similarity: divides by the squared lengths
def cosine_similarity(u, v):
    length = np.sum(u**2) * np.sum(v**2)
    return float(np.dot(u, v) / length) if length > 0 else 0.0


# %% cosine_similarity: divides by the length of u only
def cosine_similarity(u, v):
    norm_u, norm_v = np.linalg.norm(u), np.linalg.norm(v)
    if norm_u == 0 or norm_v == 0:
        return 0.0
    return float(u @ v / norm_u**2)


# %% complete_analogy: the words of the question are not left out
def complete_analogy(word_a, word_b, word_c, word_to_vec_map):
    a, b, c = (word_to_vec_map[w.lower()] for w in (word_a, word_b, word_c))
    target = b - a + c
    return max(
        word_to_vec_map, key=lambda w: cosine_similarity(target, word_to_vec_map[w])
    )


# %% complete_analogy: the difference goes from b to a
def complete_analogy(word_a, word_b, word_c, word_to_vec_map):
    words = [word_a.lower(), word_b.lower(), word_c.lower()]
    e_a, e_b, e_c = (word_to_vec_map[w] for w in words)
    max_cosine, best_word = -100, None
    for w in word_to_vec_map:
        if w in words:
            continue
        cosine = cosine_similarity(e_a - e_b, word_to_vec_map[w] - e_c)
        if cosine > max_cosine:
            max_cosine, best_word = cosine, w
    return best_word


# %% bias_axis: the mean of the differences is subtracted before the SVD
def bias_axis(pairs, word_to_vec_map):
    D = np.array([word_to_vec_map[a] - word_to_vec_map[b] for a, b in pairs])
    if len(D) == 1:
        return D[0]
    _, _, Vt = np.linalg.svd(D - D.mean(axis=0), full_matrices=False)
    g = Vt[0]
    return g if g @ D.sum(axis=0) > 0 else -g


# %% bias_axis: the mean of the differences, made a unit vector, instead of the SVD
def bias_axis(pairs, word_to_vec_map):
    differences = []
    for first, second in pairs:
        differences.append(word_to_vec_map[first] - word_to_vec_map[second])
    if len(pairs) == 1:
        return differences[0]
    mean = np.mean(differences, axis=0)
    return mean / np.linalg.norm(mean)


# %% bias_axis: a single pair is made a unit vector too
def bias_axis(pairs, word_to_vec_map):
    rows = np.stack([word_to_vec_map[a] - word_to_vec_map[b] for a, b in pairs])
    axis = np.linalg.svd(rows)[2][0]
    if np.dot(axis, rows.sum(axis=0)) < 0:
        axis = -axis
    return axis


# %% neutralize: divides by the length of the axis, not by its square
def neutralize(word, g, word_to_vec_map):
    e = word_to_vec_map[word]
    along = np.dot(e, g) / np.linalg.norm(g) * g
    return e - along


# %% neutralize: the part along the axis is returned, not what is left
def neutralize(word, g, word_to_vec_map):
    e = word_to_vec_map[word]
    e_biascomponent = (e @ g) / (g @ g) * g
    return e_biascomponent


# %% equalize: the fraction is divided by the length of the part along the axis alone
def equalize(pair, bias_axis, word_to_vec_map):
    e1, e2 = word_to_vec_map[pair[0]], word_to_vec_map[pair[1]]
    g = bias_axis
    mu = (e1 + e2) / 2
    mu_B = (mu @ g) / (g @ g) * g
    mu_orth = mu - mu_B
    e1_B, e2_B = (e1 @ g) / (g @ g) * g, (e2 @ g) / (g @ g) * g
    root = np.sqrt(1 - mu_orth @ mu_orth)
    e1_new = mu_orth + root * (e1_B - mu_B) / np.linalg.norm(e1_B)
    e2_new = mu_orth + root * (e2_B - mu_B) / np.linalg.norm(e2_B)
    return e1_new, e2_new


# %% equalize: the root that makes up the length is forgotten
def equalize(pair, bias_axis, word_to_vec_map):
    def along(e):
        return np.dot(e, bias_axis) / np.dot(bias_axis, bias_axis) * bias_axis

    vectors = [word_to_vec_map[word] for word in pair]
    mu = np.mean(vectors, axis=0)
    mu_B = along(mu)
    result = []
    for e in vectors:
        difference = along(e) - mu_B
        result.append(mu - mu_B + difference / np.linalg.norm(difference))
    return tuple(result)


# %% embedding_lookup: the vectors come out as rows, not as columns
def embedding_lookup(E, indices):
    return E[:, indices].T


# %% skipgram_pairs: neighbours on the right only
def skipgram_pairs(tokens, window):
    pairs = []
    for i in range(len(tokens)):
        for j in range(i + 1, min(len(tokens), i + window + 1)):
            pairs.append((tokens[i], tokens[j]))
    return pairs


# %% skipgram_pairs: the last neighbour on the right is missing
def skipgram_pairs(tokens, window):
    result = []
    for i, middle in enumerate(tokens):
        for j in range(max(0, i - window), min(i + window, len(tokens))):
            if j != i:
                result.append((middle, tokens[j]))
    return result


# %% skipgram_pairs: equal words are skipped, not only the place itself
def skipgram_pairs(tokens, window):
    pairs = []
    for i, word in enumerate(tokens):
        around = tokens[max(0, i - window) : i + window + 1]
        pairs += [(word, other) for other in around if other != word]
    return pairs


# %% skipgram_loss: a middle word that comes twice gets only its last slope
def skipgram_loss(center, context, E, theta):
    m = len(center)
    e = E[:, center]
    p = softmax(theta.T @ e)
    loss = -np.mean(np.log(p[context, np.arange(m)]))
    delta = p.copy()
    delta[context, np.arange(m)] -= 1
    delta /= m
    dE = np.zeros(E.shape)
    dE[:, center] += theta @ delta
    return loss, {"dE": dE, "dtheta": e @ delta.T}


# %% skipgram_loss: the slopes are those of the sum, not of the mean
def skipgram_loss(center, context, E, theta):
    m = len(center)
    e_c = E[:, center]
    y_hat = softmax(np.dot(theta.T, e_c))
    y = np.zeros(y_hat.shape)
    y[context, np.arange(m)] = 1
    loss = -np.sum(y * np.log(y_hat)) / m
    dz = y_hat - y
    dtheta = np.dot(e_c, dz.T)
    dE = np.zeros_like(E)
    np.add.at(dE.T, center, np.dot(theta, dz).T)
    return loss, {"dE": dE, "dtheta": dtheta}


# %% skipgram_loss: the softmax runs over the pairs, not over the vocabulary
def skipgram_loss(center, context, E, theta):
    m, places = len(center), np.arange(len(center))
    middle = E[:, center]
    scores = middle.T @ theta  # (m, V)
    shares = softmax(scores)
    loss = float(np.mean(-np.log(shares[places, context])))
    slope = shares
    slope[places, context] -= 1
    slope = slope / m
    dE = np.zeros(E.shape)
    np.add.at(dE.T, center, slope @ theta.T)
    return loss, {"dE": dE, "dtheta": middle @ slope}


# %% negative_sampling_loss: false neighbours are treated like real ones
def negative_sampling_loss(center, context, negatives, E, theta):
    m = len(center)
    words = np.column_stack([context, negatives])
    e, t = E[:, center], theta[:, words]  # (n_e, m), (n_e, m, 1 + k)
    scores = np.einsum("nm,nmk->mk", e, t)
    loss = np.logaddexp(0, -scores).sum() / m
    dz = (sigmoid(scores) - 1) / m
    dE, dtheta = np.zeros(E.shape), np.zeros(theta.shape)
    np.add.at(dE.T, center, np.einsum("mk,nmk->mn", dz, t))
    np.add.at(dtheta.T, words, np.einsum("mk,nm->mkn", dz, e))
    return loss, {"dE": dE, "dtheta": dtheta}


# %% negative_sampling_loss: a word drawn twice gets only one slope in dtheta
def negative_sampling_loss(center, context, negatives, E, theta):
    m = len(center)
    words = np.concatenate([np.asarray(context)[:, np.newaxis], negatives], axis=1)
    y = np.zeros(words.shape)
    y[:, 0] = 1
    e = E[:, center].T
    t = theta.T[words]
    z = np.sum(t * e[:, np.newaxis], axis=2)
    loss = np.sum(np.where(y == 1, np.logaddexp(0, -z), np.logaddexp(0, z))) / m
    dz = (sigmoid(z) - y) / m
    dE, dtheta = np.zeros(E.shape), np.zeros(theta.shape)
    np.add.at(dE.T, center, np.sum(dz[..., np.newaxis] * t, axis=1))
    dtheta.T[words] += dz[..., np.newaxis] * e[:, np.newaxis]
    return loss, {"dE": dE, "dtheta": dtheta}


# %% negative_sampling_loss: the mean over the false neighbours in place of their sum
def negative_sampling_loss(center, context, negatives, E, theta):
    m, k = np.shape(negatives)
    dE, dtheta = np.zeros(E.shape), np.zeros(theta.shape)
    loss = 0.0
    for i in range(m):
        e = E[:, center[i]].copy()
        real = theta[:, context[i]] @ e
        loss += np.logaddexp(0, -real) / m
        d = (sigmoid(real) - 1) / m
        dE[:, center[i]] += d * theta[:, context[i]]
        dtheta[:, context[i]] += d * e
        for n in negatives[i]:
            false = theta[:, n] @ e
            loss += np.logaddexp(0, false) / (m * k)
            d = sigmoid(false) / (m * k)
            dE[:, center[i]] += d * theta[:, n]
            dtheta[:, n] += d * e
    return loss, {"dE": dE, "dtheta": dtheta}


# %% sample_negatives: drawn by plain frequency, the power 3/4 is forgotten
def sample_negatives(counts, k, rng):
    p = counts / np.sum(counts)
    return rng.choice(len(counts), size=k, p=p)


# %% sample_negatives: no word is drawn twice
def sample_negatives(counts, k, rng):
    weights = np.asarray(counts, float) ** 0.75
    return rng.choice(len(weights), size=k, replace=False, p=weights / weights.sum())


# %% cooccurrence: left neighbours are not counted, X is not symmetric
def cooccurrence(tokens, window):
    V = int(np.max(tokens)) + 1
    X = np.zeros((V, V))
    for distance in range(1, window + 1):
        np.add.at(X, (tokens[:-distance], tokens[distance:]), 1)
    return X


# %% cooccurrence: neighbours count 1 over their distance, as in the GloVe paper
def cooccurrence(tokens, window):
    V = max(tokens) + 1
    X = np.zeros((V, V))
    for i in range(len(tokens)):
        for j in range(max(0, i - window), min(len(tokens), i + window + 1)):
            if i != j:
                X[tokens[i], tokens[j]] += 1 / abs(i - j)
    return X


# %% glove_loss: the weight goes on growing above x_max
def glove_loss(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    f = (X / x_max) ** alpha
    D = theta.T @ E + b[:, np.newaxis] + b_prime - np.log(np.where(X > 0, X, 1))
    R = 2 * f * D
    grads = {
        "dtheta": E @ R.T, "dE": theta @ R, "db": R.sum(axis=1),
        "db_prime": R.sum(axis=0),
    }  # fmt: skip
    return np.sum(f * D**2), grads


# %% glove_loss: db and db_prime are exchanged
def glove_loss(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    weight = np.minimum(1, (X / x_max) ** alpha)
    logs = np.log(np.where(X > 0, X, 1))
    difference = theta.T @ E + b.reshape(-1, 1) + b_prime.reshape(1, -1) - logs
    loss = (weight * difference**2).sum()
    R = 2 * weight * difference
    return loss, {
        "dtheta": np.dot(E, R.T),
        "dE": np.dot(theta, R),
        "db": R.sum(axis=0),
        "db_prime": R.sum(axis=1),
    }


# %% glove_loss: ln(1 + X) in place of ln X
def glove_loss(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    f = np.minimum((X / x_max) ** alpha, 1.0)
    D = np.dot(theta.T, E) + b[:, None] + b_prime[None, :] - np.log1p(X)
    R = 2 * f * D
    loss = float(np.sum(f * D * D))
    grads = {"dtheta": E @ R.T, "dE": theta @ R}
    grads["db"], grads["db_prime"] = R.sum(axis=1), R.sum(axis=0)
    return loss, grads


# %% sentence_to_avg: unknown words count in the denominator
def sentence_to_avg(sentence, word_to_vec_map):
    words = sentence.lower().split()
    total = np.zeros(len(next(iter(word_to_vec_map.values()))))
    for word in words:
        if word in word_to_vec_map:
            total = total + word_to_vec_map[word]
    return total / max(len(words), 1)


# %% sentence_to_avg: a repeated word counts once
def sentence_to_avg(sentence, word_to_vec_map):
    known = [w for w in dict.fromkeys(sentence.lower().split()) if w in word_to_vec_map]
    if not known:
        return np.zeros_like(next(iter(word_to_vec_map.values())))
    return np.mean([word_to_vec_map[w] for w in known], axis=0)


# %% model: one step on the mean gradient of all sentences in each pass
def model(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400):
    means = np.array([sentence_to_avg(s, word_to_vec_map) for s in X])
    m, n_e = means.shape
    n_y = int(np.max(Y)) + 1
    W, b = np.random.randn(n_y, n_e) / np.sqrt(n_e), np.zeros(n_y)
    Y_onehot = np.eye(n_y)[np.asarray(Y)]
    for _ in range(num_iterations):
        A = softmax(W @ means.T + b[:, np.newaxis]).T
        dZ = (A - Y_onehot) / m
        W -= learning_rate * dZ.T @ means
        b -= learning_rate * dZ.sum(axis=0)
    pred = np.argmax(means @ W.T + b, axis=1).reshape(m, 1)
    return pred, W, b


# %% model: the bias is never updated
def model(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400):
    n_y = len(np.unique(Y))
    averages = [sentence_to_avg(sentence, word_to_vec_map) for sentence in X]
    n_e = len(averages[0])
    W = np.random.randn(n_y, n_e) / np.sqrt(n_e)
    b = np.zeros(n_y)
    for _ in range(num_iterations):
        for avg, label in zip(averages, Y, strict=True):
            z = W @ avg + b
            a = softmax(z[:, np.newaxis])[:, 0]
            dz = a.copy()
            dz[label] -= 1
            W -= learning_rate * np.outer(dz, avg)
    pred = np.array([[np.argmax(W @ avg + b)] for avg in averages])
    return pred, W, b


# %% sentences_to_indices: unknown words leave a gap of 0 inside the row
def sentences_to_indices(X, word_to_index, max_len):
    result = np.zeros((len(X), max_len), dtype=int)
    for i, sentence in enumerate(X):
        for j, word in enumerate(sentence.lower().split()):
            if word in word_to_index:
                result[i, j] = word_to_index[word]
    return result


# %% sentences_to_indices: padded on the left, as Keras does by default
def sentences_to_indices(X, word_to_index, max_len):
    rows = []
    for sentence in X:
        words = sentence.lower().split()
        numbers = [word_to_index[w] for w in words if w in word_to_index]
        rows.append([0] * (max_len - len(numbers)) + numbers)
    return np.array(rows, dtype=int)


# %% pretrained_embedding_layer: the layer is not frozen
def pretrained_embedding_layer(word_to_vec_map, word_to_index):
    n_e = len(next(iter(word_to_vec_map.values())))
    weights = np.zeros((len(word_to_index) + 1, n_e))
    for word, index in word_to_index.items():
        weights[index] = word_to_vec_map[word]
    return nn.Embedding(len(weights), n_e, weights=weights)


# %% emojify_lstm: no mask is passed, padding changes the state
def emojify_lstm(word_to_vec_map, word_to_index, n_y, n_a, rng):
    n_e = len(next(iter(word_to_vec_map.values())))

    class Emojifier(nn.Model):
        def __init__(self):
            self.embedding = pretrained_embedding_layer(word_to_vec_map, word_to_index)
            self.lstm = nn.LSTM(n_e, n_a, rng=rng)
            self.dropout = nn.Dropout(0.5, rng=rng)
            self.dense = nn.Dense(n_a, n_y, rng=rng)

        def forward(self, indices):
            return self.dense(self.dropout(self.lstm(self.embedding(indices))))

    return Emojifier()


# %% cosine_similarity: vectors are centred first, as in a correlation
def cosine_similarity(u, v):
    u, v = u - u.mean(), v - v.mean()
    norm = np.linalg.norm(u) * np.linalg.norm(v)
    return np.dot(u, v) / norm if norm > 0 else 0


# %% complete_analogy: the nearest word by Euclidean distance of the sum
def complete_analogy(word_a, word_b, word_c, word_to_vec_map):
    a, b, c = word_a.lower(), word_b.lower(), word_c.lower()
    E = word_to_vec_map
    goal = E[b] - E[a] + E[c]
    others = [w for w in E if w not in (a, b, c)]
    return min(others, key=lambda w: np.linalg.norm(E[w] - goal))


# %% bias_axis: the differences are centred before the decomposition
def bias_axis(pairs, word_to_vec_map):
    D = np.array([word_to_vec_map[x] - word_to_vec_map[y] for x, y in pairs])
    if len(pairs) == 1:
        return D[0]
    _, _, Vt = np.linalg.svd(D - D.mean(axis=0), full_matrices=False)
    g = Vt[0]
    return g if g @ D.sum(axis=0) > 0 else -g


# %% neutralize: the result is scaled to length 1
def neutralize(word, g, word_to_vec_map):
    e = word_to_vec_map[word]
    e = e - np.dot(e, g) / np.dot(g, g) * g
    return e / np.linalg.norm(e)


# %% skipgram_pairs: pairs are listed by distance, nearest neighbours first
def skipgram_pairs(tokens, window):
    pairs = []
    for i, middle in enumerate(tokens):
        for d in range(1, window + 1):
            if i - d >= 0:
                pairs.append((middle, tokens[i - d]))
            if i + d < len(tokens):
                pairs.append((middle, tokens[i + d]))
    return pairs


# %% negative_sampling_loss: the false neighbours are averaged, not summed
def negative_sampling_loss(center, context, negatives, E, theta):
    m, k = negatives.shape
    words = np.concatenate([np.asarray(context)[:, None], negatives], axis=1)
    y = np.zeros(words.shape)
    y[:, 0] = 1
    weight = np.full(words.shape, 1 / k)
    weight[:, 0] = 1
    e = E[:, center].T
    t = theta.T[words]
    z = np.einsum("mn,mkn->mk", e, t)
    loss = np.sum(weight * np.logaddexp(0, np.where(y == 1, -z, z))) / m
    dz = weight * (sigmoid(z) - y) / m
    dE, dtheta = np.zeros(E.shape), np.zeros(theta.shape)
    np.add.at(dE.T, center, np.einsum("mk,mkn->mn", dz, t))
    np.add.at(dtheta.T, words, dz[..., None] * e[:, None])
    return loss, {"dE": dE, "dtheta": dtheta}


# %% sample_negatives: words with the count 0 get the count 1
def sample_negatives(counts, k, rng):
    p = np.maximum(counts, 1) ** 0.75
    return rng.choice(len(counts), size=k, p=p / p.sum())


# %% cooccurrence: a neighbour at distance d counts 1/d
def cooccurrence(tokens, window):
    V = int(np.max(tokens)) + 1
    X = np.zeros((V, V))
    for i in range(len(tokens)):
        for j in range(max(0, i - window), min(len(tokens), i + window + 1)):
            if j != i:
                X[tokens[i], tokens[j]] += 1 / abs(i - j)
    return X


# %% sentence_to_avg: words that occur twice count once
def sentence_to_avg(sentence, word_to_vec_map):
    words = {w for w in sentence.lower().split() if w in word_to_vec_map}
    n_e = len(next(iter(word_to_vec_map.values())))
    if not words:
        return np.zeros(n_e)
    return sum(word_to_vec_map[w] for w in sorted(words)) / len(words)


# %% sentences_to_indices: padding is put in front of the words
def sentences_to_indices(X, word_to_index, max_len):
    out = np.zeros((len(X), max_len), dtype=int)
    for i, sentence in enumerate(X):
        known = [
            word_to_index[w] for w in sentence.lower().split() if w in word_to_index
        ]
        if known:
            out[i, -len(known) :] = known
    return out


# %% complete_analogy: leaves out only the third word of the question
def complete_analogy(word_a, word_b, word_c, word_to_vec_map):
    a, b, c = (w.lower() for w in (word_a, word_b, word_c))
    wanted = word_to_vec_map[b] - word_to_vec_map[a]
    best, best_word = -np.inf, None
    for w, e in word_to_vec_map.items():
        if w == c:
            continue
        similarity = cosine_similarity(wanted, e - word_to_vec_map[c])
        if similarity > best:
            best, best_word = similarity, w
    return best_word


# %% complete_analogy: takes the nearest vector by distance instead of the angle
def complete_analogy(word_a, word_b, word_c, word_to_vec_map):
    a, b, c = word_a.lower(), word_b.lower(), word_c.lower()
    target = word_to_vec_map[b] - word_to_vec_map[a] + word_to_vec_map[c]
    others = [w for w in word_to_vec_map if w not in (a, b, c)]
    return min(others, key=lambda w: np.linalg.norm(word_to_vec_map[w] - target))


# %% bias_axis: takes the mean of the differences for several pairs
def bias_axis(pairs, word_to_vec_map):
    differences = [word_to_vec_map[a] - word_to_vec_map[b] for a, b in pairs]
    if len(differences) == 1:
        return differences[0]
    mean = np.mean(differences, axis=0)
    return mean / np.linalg.norm(mean)


# %% neutralize: returns the component along the axis, not what remains
def neutralize(word, g, word_to_vec_map):
    e = word_to_vec_map[word]
    e_along = np.dot(e, g) / np.sum(g**2) * g
    return e_along


# %% equalize: the square root is taken of 1 minus the length, not the squared length
def equalize(pair, bias_axis, word_to_vec_map):
    g = bias_axis
    e1, e2 = word_to_vec_map[pair[0]], word_to_vec_map[pair[1]]
    mu = (e1 + e2) / 2

    def along(e):
        return np.dot(e, g) / np.dot(g, g) * g

    mu_B = along(mu)
    mu_orth = mu - mu_B
    factor = np.sqrt(1 - np.linalg.norm(mu_orth))
    out = []
    for e in (e1, e2):
        d = along(e) - mu_B
        out.append(mu_orth + factor * d / np.linalg.norm(d))
    return tuple(out)


# %% equalize: the second vector points the same way along the axis as the first
def equalize(pair, bias_axis, word_to_vec_map):
    first, second = pair
    e1, e2 = word_to_vec_map[first], word_to_vec_map[second]
    unit = bias_axis / np.linalg.norm(bias_axis)
    mu = (e1 + e2) / 2
    mu_B = np.dot(mu, unit) * unit
    mu_rest = mu - mu_B
    direction = np.dot(e1, unit) * unit - mu_B
    direction = direction / np.linalg.norm(direction)
    length = np.sqrt(1 - np.sum(mu_rest**2))
    new1 = mu_rest + length * direction
    new2 = mu_rest + length * direction
    return new1, new2


# %% skipgram_pairs: pairs each neighbour with the middle word, the neighbour first
def skipgram_pairs(tokens, window):
    pairs = []
    for i in range(len(tokens)):
        for j in range(max(0, i - window), min(len(tokens), i + window + 1)):
            if j != i:
                pairs.append((tokens[j], tokens[i]))
    return pairs


# %% skipgram_loss: the roles of the two tables are exchanged
def skipgram_loss(center, context, E, theta):
    m = len(center)
    H = theta[:, center]
    P = softmax(E.T @ H)
    loss = -np.mean(np.log(P[context, np.arange(m)]))
    dZ = P.copy()
    dZ[context, np.arange(m)] -= 1
    dZ /= m
    dE = H @ dZ.T
    dtheta = np.zeros(theta.shape)
    np.add.at(dtheta.T, center, (E @ dZ).T)
    return loss, {"dE": dE, "dtheta": dtheta}


# %% skipgram_loss: dE is the gradient of each pair instead of each word
def skipgram_loss(center, context, E, theta):
    m = len(center)
    vectors = E[:, center]
    scores = theta.T @ vectors
    probabilities = softmax(scores)
    columns = np.arange(m)
    loss = -np.log(probabilities[context, columns]).sum() / m
    error = probabilities
    error[context, columns] -= 1
    error = error / m
    dE = theta @ error
    dtheta = vectors @ error.T
    return loss, {"dE": dE, "dtheta": dtheta}


# %% negative_sampling_loss: the loss of the false neighbours is averaged over k
def negative_sampling_loss(center, context, negatives, E, theta):
    m, k = negatives.shape
    words = np.concatenate([context[:, None], negatives], axis=1)
    y = np.zeros(words.shape)
    y[:, 0] = 1
    weight = np.full(words.shape, 1 / k)
    weight[:, 0] = 1
    e = E[:, center].T
    t = theta.T[words]
    z = np.einsum("md,mkd->mk", e, t)
    loss = np.sum(weight * (np.logaddexp(0, z) - y * z)) / m
    dz = weight * (sigmoid(z) - y) / m
    dE, dtheta = np.zeros(E.shape), np.zeros(theta.shape)
    np.add.at(dE.T, center, np.einsum("mk,mkd->md", dz, t))
    np.add.at(dtheta.T, words, dz[:, :, None] * e[:, None, :])
    return loss, {"dE": dE, "dtheta": dtheta}


# %% negative_sampling_loss: the mean is over all yes-or-no questions, not over the pairs
def negative_sampling_loss(center, context, negatives, E, theta):
    words = np.column_stack([context, negatives])
    n_e = E.shape[0]
    y = np.zeros(words.shape)
    y[:, 0] = 1.0
    hidden = E[:, center].T
    targets = theta.T[words]
    z = (targets * hidden[:, np.newaxis]).sum(axis=-1)
    loss = np.mean(y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z))
    dz = (sigmoid(z) - y) / z.size
    dE = np.zeros_like(E)
    dtheta = np.zeros_like(theta)
    np.add.at(dE.T, center, (dz[..., None] * targets).sum(axis=1))
    parts = dz[..., None] * hidden[:, None]
    np.add.at(dtheta.T, words.ravel(), parts.reshape(-1, n_e))
    return loss, {"dE": dE, "dtheta": dtheta}


# %% sample_negatives: takes the fourth root instead of the power 3/4
def sample_negatives(counts, k, rng):
    weights = np.asarray(counts, dtype=float) ** (1 / 4)
    return rng.choice(len(counts), size=k, p=weights / weights.sum())


# %% sample_negatives: a word is drawn at most once
def sample_negatives(counts, k, rng):
    counts = np.asarray(counts, dtype=float)
    p = counts**0.75
    p = p / np.sum(p)
    return rng.choice(len(p), size=k, replace=False, p=p)


# %% cooccurrence: a pair counts less the farther apart its words are, as in GloVe's code
def cooccurrence(tokens, window):
    V = int(np.max(tokens)) + 1
    X = np.zeros((V, V))
    n = len(tokens)
    for i in range(n):
        for j in range(max(0, i - window), min(n, i + window + 1)):
            if j != i:
                X[tokens[i], tokens[j]] += 1 / abs(i - j)
    return X


# %% cooccurrence: a word near itself is not counted
def cooccurrence(tokens, window):
    V = max(tokens) + 1
    X = np.zeros((V, V))
    for a, b in skipgram_pairs(list(tokens), window):
        if a != b:
            X[a, b] += 1
    return X


# %% glove_loss: the weight of frequent pairs grows above 1
def glove_loss(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    f = (X / x_max) ** alpha
    logs = np.log(np.where(X > 0, X, 1))
    D = theta.T @ E + b[:, None] + b_prime[None, :] - logs
    loss = np.sum(f * D**2)
    R = 2 * f * D
    grads = {"dtheta": E @ R.T, "dE": theta @ R}
    grads["db"] = R.sum(axis=1)
    grads["db_prime"] = R.sum(axis=0)
    return loss, grads


# %% glove_loss: takes the logarithm of 1 + X
def glove_loss(X, theta, E, b, b_prime, x_max=100.0, alpha=0.75):
    f = np.where(X < x_max, (X / x_max) ** alpha, 1.0)
    D = theta.T @ E + b[:, np.newaxis] + b_prime - np.log(1 + X)
    R = 2 * f * D
    return np.sum(f * D * D), {
        "dtheta": np.dot(E, R.T),
        "dE": np.dot(theta, R),
        "db": np.sum(R, axis=1),
        "db_prime": np.sum(R, axis=0),
    }


# %% model: updates once per epoch with the mean gradient
def model(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400):
    m = len(X)
    n_y = int(np.max(Y)) + 1
    A = np.array([sentence_to_avg(s, word_to_vec_map) for s in X])
    n_e = A.shape[1]
    W = np.random.randn(n_y, n_e) / np.sqrt(n_e)
    b = np.zeros(n_y)
    onehot = np.eye(n_y)[np.asarray(Y, dtype=int)]
    for _ in range(num_iterations):
        P = softmax(W @ A.T + b[:, None]).T
        dZ = (P - onehot) / m
        W = W - learning_rate * dZ.T @ A
        b = b - learning_rate * dZ.sum(axis=0)
    pred = np.argmax(A @ W.T + b, axis=1).reshape(m, 1)
    return pred, W, b


# %% model: each prediction is that made during the last epoch, before the later updates
def model(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400):
    means = [sentence_to_avg(s, word_to_vec_map) for s in X]
    n_y, n_e = len(set(int(y) for y in Y)), len(means[0])
    W = np.random.randn(n_y, n_e) / np.sqrt(n_e)
    b = np.zeros(n_y)
    pred = np.zeros((len(X), 1))
    for _ in range(num_iterations):
        for i, avg in enumerate(means):
            a = softmax((W @ avg + b).reshape(-1, 1)).ravel()
            pred[i, 0] = np.argmax(a)
            dz = a.copy()
            dz[int(Y[i])] -= 1
            W = W - learning_rate * np.outer(dz, avg)
            b = b - learning_rate * dz
    return pred, W, b


# %% sentences_to_indices: the padding is on the left
def sentences_to_indices(X, word_to_index, max_len):
    rows = np.zeros((len(X), max_len), dtype=int)
    for i, sentence in enumerate(X):
        words = sentence.lower().split()
        numbers = [word_to_index[w] for w in words if w in word_to_index]
        if numbers:
            rows[i, max_len - len(numbers) :] = numbers
    return rows


# %% pretrained_embedding_layer: rows follow the order of the vectors, not the numbers
def pretrained_embedding_layer(word_to_vec_map, word_to_index):
    n_e = len(next(iter(word_to_vec_map.values())))
    weights = np.zeros((len(word_to_index) + 1, n_e))
    i = 1
    for word in word_to_vec_map:
        if word in word_to_index:
            weights[i] = word_to_vec_map[word]
            i += 1
    layer = nn.Embedding(weights.shape[0], n_e, weights=weights)
    return layer.freeze()


# %% emojify_lstm: the mask is 1 at padding and 0 at words
def emojify_lstm(word_to_vec_map, word_to_index, n_y, n_a, rng):
    n_e = len(next(iter(word_to_vec_map.values())))

    class Emojify(nn.Model):
        def __init__(self):
            self.embedding = pretrained_embedding_layer(word_to_vec_map, word_to_index)
            self.lstm = nn.LSTM(n_e, n_a, rng=rng)
            self.dropout = nn.Dropout(0.5, rng=rng)
            self.dense = nn.Dense(n_a, n_y, rng=rng)

        def forward(self, indices):
            x = self.embedding(indices)
            state = self.lstm(x, mask=(indices == 0))
            return self.dense(self.dropout(state))

    return Emojify()


# %% emojify_lstm: the dropout is applied to the scores after the dense layer
def emojify_lstm(word_to_vec_map, word_to_index, n_y, n_a, rng):
    size = word_to_vec_map[next(iter(word_to_vec_map))].shape[0]

    class Net(nn.Model):
        def __init__(self):
            self.words = pretrained_embedding_layer(word_to_vec_map, word_to_index)
            self.lstm = nn.LSTM(size, n_a, rng=rng)
            self.drop = nn.Dropout(0.5, rng=rng)
            self.out = nn.Dense(n_a, n_y, rng=rng)

        def forward(self, indices):
            mask = np.asarray(indices) != 0
            last = self.lstm(self.words(indices), mask=mask)
            return self.drop(self.out(last))

    return Net()
