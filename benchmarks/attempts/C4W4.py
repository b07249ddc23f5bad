"""Wrong answers to C4W4 as learners write them; each label says what is wrong."""

# %% triplet_loss: the maximum is taken after the sum over the triplets
def triplet_loss(y_true, y_pred, alpha=0.2):
    anchor, positive, negative = y_pred
    pos_dist = np.sum((anchor - positive) ** 2, axis=-1)
    neg_dist = np.sum((anchor - negative) ** 2, axis=-1)
    return np.maximum(np.sum(pos_dist - neg_dist + alpha), 0)


# %% triplet_loss: distances with their root, not squared
def triplet_loss(y_true, y_pred, alpha=0.2):
    A, P, N = y_pred
    near = np.linalg.norm(A - P, axis=1)
    far = np.linalg.norm(A - N, axis=1)
    return np.sum(np.maximum(near - far + alpha, 0))


# %% triplet_loss: the margin is added after the maximum
def triplet_loss(y_true, y_pred, alpha=0.2):
    anchor, positive, negative = y_pred
    total = 0
    for a, p, n in zip(anchor, positive, negative, strict=True):
        basic = np.sum((a - p) ** 2) - np.sum((a - n) ** 2)
        total += max(basic, 0) + alpha
    return total


# %% triplet_loss: the mean over the triplets instead of their sum
def triplet_loss(y_true, y_pred, alpha=0.2):
    anchor, positive, negative = y_pred
    d_pos = np.square(anchor - positive).sum(axis=1)
    d_neg = np.square(anchor - negative).sum(axis=1)
    return np.mean(np.maximum(0.0, d_pos - d_neg + alpha))


# %% triplet_gradient: triplets that cost nothing still push
def triplet_gradient(y_true, y_pred, alpha=0.2):
    A, P, N = y_pred
    return 2 * (N - P), 2 * (P - A), 2 * (A - N)


# %% triplet_gradient: the anchor feels only its distance to the positive
def triplet_gradient(y_true, y_pred, alpha=0.2):
    A, P, N = y_pred
    near = np.sum((A - P) ** 2, axis=1, keepdims=True)
    far = np.sum((A - N) ** 2, axis=1, keepdims=True)
    costs = (near - far + alpha > 0).astype(float)
    return 2 * (A - P) * costs, 2 * (P - A) * costs, 2 * (A - N) * costs


# %% triplet_gradient: the margin is forgotten where it decides which triplets cost
def triplet_gradient(y_true, y_pred, alpha=0.2):
    anchor, positive, negative = y_pred
    near = ((anchor - positive) ** 2).sum(axis=1)
    far = ((anchor - negative) ** 2).sum(axis=1)
    mask = (near > far)[:, np.newaxis]
    dA = 2 * (negative - positive) * mask
    dP = 2 * (positive - anchor) * mask
    dN = 2 * (anchor - negative) * mask
    return dA, dP, dN


# %% hard_triplets: an anchor may be its own positive
def hard_triplets(embeddings, labels, alpha):
    D = ((embeddings[:, np.newaxis] - embeddings) ** 2).sum(axis=2)
    triplets = []
    for a in range(len(labels)):
        others = np.where(labels == labels[a], np.inf, D[a])
        n = np.argmin(others)
        for p in np.flatnonzero(labels == labels[a]):
            if D[a, p] - others[n] + alpha > 0:
                triplets.append((a, p, n))
    return np.array(triplets, dtype=int).reshape(-1, 3)


# %% hard_triplets: every negative that costs is kept, not only the nearest
def hard_triplets(embeddings, labels, alpha):
    found = []
    m = len(embeddings)
    for a in range(m):
        for p in range(m):
            if p == a or labels[p] != labels[a]:
                continue
            near = np.sum((embeddings[a] - embeddings[p]) ** 2)
            for n in range(m):
                if labels[n] != labels[a]:
                    far = np.sum((embeddings[a] - embeddings[n]) ** 2)
                    if near - far + alpha > 0:
                        found.append([a, p, n])
    return np.array(found, dtype=int).reshape(-1, 3)


# %% hard_triplets: only the farthest positive of each anchor, as in batch-hard mining
def hard_triplets(embeddings, labels, alpha):
    rows = []
    for a, code in enumerate(embeddings):
        d = np.sum((embeddings - code) ** 2, axis=1)
        same = labels == labels[a]
        if same.sum() < 2 or same.all():
            continue
        far = np.where(same, np.inf, d)
        near = np.where(same, d, -np.inf)
        near[a] = -np.inf
        p, n = near.argmax(), far.argmin()
        if d[p] - d[n] + alpha > 0:
            rows.append((a, p, n))
    return np.array(rows, dtype=int).reshape(-1, 3)


# %% hard_triplets: distances with their root meet the margin
def hard_triplets(embeddings, labels, alpha):
    m = len(labels)
    triplets = []
    for a in range(m):
        distances = np.linalg.norm(embeddings - embeddings[a], axis=1)
        to_others = distances.copy()
        to_others[labels == labels[a]] = np.inf
        n = int(np.argmin(to_others))
        for p in range(m):
            if p != a and labels[p] == labels[a]:
                if distances[p] - to_others[n] + alpha > 0:
                    triplets.append([a, p, n])
    return np.array(triplets, dtype=int).reshape(-1, 3)


# %% verify: the squared distance is compared and returned
def verify(encoding, identity, database, threshold=0.7):
    if identity not in database:
        return np.inf, False
    dist = float(np.sum((encoding - database[identity]) ** 2))
    return dist, dist < threshold


# %% verify: the nearest of all people is compared, whatever name is given
def verify(encoding, identity, database, threshold=0.7):
    if identity not in database:
        return np.inf, False
    distance = min(float(np.linalg.norm(encoding - e)) for e in database.values())
    return distance, bool(distance < threshold)


# %% verify: the door also opens at exactly the threshold
def verify(encoding, identity, database, threshold=0.7):
    if identity in database:
        distance = np.linalg.norm(encoding - database[identity])
    else:
        distance = np.inf
    door_open = bool(distance <= threshold)
    return distance, door_open


# %% who_is_it: the threshold is forgotten, strangers get the nearest name
def who_is_it(encoding, database, threshold=0.7):
    min_dist, identity = np.inf, None
    for name, known in database.items():
        dist = np.linalg.norm(encoding - known)
        if dist < min_dist:
            min_dist, identity = dist, name
    return min_dist, identity


# %% who_is_it: the first one below the threshold is taken, not the nearest
def who_is_it(encoding, database, threshold=0.7):
    nearest = np.inf
    for name, known in database.items():
        distance = float(np.linalg.norm(known - encoding))
        if distance < threshold:
            return distance, name
        nearest = min(nearest, distance)
    return nearest, None


# %% who_is_it: of two equally near the last one is taken
def who_is_it(encoding, database, threshold=0.7):
    best, who = np.inf, None
    for name in database:
        d = float(np.sqrt(np.sum((encoding - database[name]) ** 2)))
        if d <= best:
            best = d
            who = name
    if best >= threshold:
        who = None
    return best, who


# %% pairwise_logistic: no absolute value, the order of the two pictures matters
def pairwise_logistic(e1, e2, W, b):
    z = (e1 - e2) @ W + b
    return 1 / (1 + np.exp(-z))


# %% pairwise_logistic: the absolute value is taken after the weights
def pairwise_logistic(e1, e2, W, b):
    difference = np.abs(np.dot(e1, W) - np.dot(e2, W))
    return 1 / (1 + np.exp(-(difference + b)))


# %% chi_square: the sum below is squared as well
def chi_square(e1, e2):
    total = e1 + e2
    safe = np.where(total == 0, 1, total)
    return (e1 - e2) ** 2 / safe**2


# %% chi_square: where both are 0 the result is not a number
def chi_square(e1, e2):
    with np.errstate(divide="ignore", invalid="ignore"):
        return (e1 - e2) ** 2 / (e1 + e2)


# %% compute_content_cost: the 4 in the factor is forgotten
def compute_content_cost(a_C, a_G):
    _, n_H, n_W, n_C = a_C.shape
    return ((a_C - a_G) ** 2).sum() / (n_H * n_W * n_C)


# %% compute_content_cost: the factor is squared as in the style cost
def compute_content_cost(a_C, a_G):
    _, n_H, n_W, n_C = a_G.shape
    difference = a_G - a_C
    return (difference**2).sum() / (2 * n_H * n_W * n_C) ** 2


# %% gram_matrix: places with places, not channels with channels
def gram_matrix(A):
    return A.T @ A


# %% gram_matrix: each channel is centred first, which gives a covariance
def gram_matrix(A):
    n = A.shape[1]
    centred = A - A.sum(axis=1, keepdims=True) / n
    return centred @ centred.T


# %% compute_layer_style_cost: the reshape to (n_C, places) cuts pixels into pieces
def compute_layer_style_cost(a_S, a_G):
    _, n_H, n_W, n_C = a_G.shape
    G_S = gram_matrix(a_S.reshape(n_C, n_H * n_W))
    G_G = gram_matrix(a_G.reshape(n_C, n_H * n_W))
    return ((G_S - G_G) ** 2).sum() / (4 * n_C**2 * (n_H * n_W) ** 2)


# %% compute_layer_style_cost: the number of places is not squared
def compute_layer_style_cost(a_S, a_G):
    _, n_H, n_W, n_C = a_G.shape
    S = a_S.reshape(n_H * n_W, n_C).T
    G = a_G.reshape(n_H * n_W, n_C).T
    difference = gram_matrix(S) - gram_matrix(G)
    return (difference**2).sum() * (1 / (4 * n_C**2 * n_H * n_W))


# %% compute_layer_style_cost: the activations are compared, not their Gram matrices
def compute_layer_style_cost(a_S, a_G):
    _, n_H, n_W, n_C = a_G.shape
    A_S = a_S.reshape(n_H * n_W, n_C).T
    A_G = a_G.reshape(n_H * n_W, n_C).T
    factor = (2 * n_C * n_H * n_W) ** 2
    return ((A_S - A_G) ** 2).sum() / factor


# %% compute_style_cost: the weights of the layers are not used
def compute_style_cost(a_S, a_G, STYLE_LAYERS):
    J_style = 0
    for layer, _weight in STYLE_LAYERS:
        J_style = J_style + compute_layer_style_cost(a_S[layer], a_G[layer])
    return J_style


# %% compute_style_cost: only the last layer counts, each one overwrites the one before
def compute_style_cost(a_S, a_G, STYLE_LAYERS):
    for name, weight in STYLE_LAYERS:
        J = weight * compute_layer_style_cost(a_S[name], a_G[name])
    return J


# %% total_cost: alpha and beta are exchanged
def total_cost(J_content, J_style, alpha=10, beta=40):
    return beta * J_content + alpha * J_style


# %% train_step: the old gradients are never forgotten
def train_step(G, features, goal, optimizer, alpha=10, beta=40):
    a_G = features(G)
    J_content = compute_content_cost(goal["a_C"], a_G[goal["content_layer"]])
    J_style = compute_style_cost(goal["a_S"], a_G, goal["STYLE_LAYERS"])
    J = total_cost(J_content, J_style, alpha, beta)
    J.backward()
    optimizer.step()
    np.clip(G.data, 0, 1, out=G.data)
    return J.item()


# %% train_step: the clipped colours are thrown away
def train_step(G, features, goal, optimizer, alpha=10, beta=40):
    optimizer.zero_grad()
    a_G = features(G)
    content = compute_content_cost(goal["a_C"], a_G[goal["content_layer"]])
    style = compute_style_cost(goal["a_S"], a_G, goal["STYLE_LAYERS"])
    J = total_cost(content, style, alpha=alpha, beta=beta)
    J.backward()
    optimizer.step()
    np.clip(G.data, 0.0, 1.0)
    return J.item()


# %% train_step: alpha and beta are not passed on to the total cost
def train_step(G, features, goal, optimizer, alpha=10, beta=40):
    optimizer.zero_grad()
    activations = features(G)
    J = total_cost(
        compute_content_cost(goal["a_C"], activations[goal["content_layer"]]),
        compute_style_cost(goal["a_S"], activations, goal["STYLE_LAYERS"]),
    )
    J.backward()
    optimizer.step()
    np.clip(G.data, 0, 1, out=G.data)
    return J.item()


# %% conv1d: zeros are added at the beginning only, as in a causal convolution
def conv1d(x, W, b, stride=1, pad=0):
    f = W.shape[0]
    x = np.pad(x, ((0, 0), (2 * pad, 0), (0, 0)))
    n = (x.shape[1] - f) // stride + 1
    out = [np.tensordot(x[:, t * stride : t * stride + f], W, axes=2) for t in range(n)]
    return np.stack(out, axis=1) + b


# %% conv1d: the filter is turned around as np.convolve does
def conv1d(x, W, b, stride=1, pad=0):
    m, n_L, _ = x.shape
    f, _, n_C = W.shape
    padded = np.pad(x, ((0, 0), (pad, pad), (0, 0)))
    n = (n_L + 2 * pad - f) // stride + 1
    out = np.zeros((m, n, n_C))
    for t in range(n):
        window = padded[:, t * stride : t * stride + f, :]
        out[:, t, :] = np.einsum("mfk,fkc->mc", window, W[::-1]) + b
    return out


# %% conv3d: the stride is used along the first axis only
def conv3d(x, W, b, stride=1, pad=0):
    f_D, f_H, f_W, _, n_C = W.shape
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (pad, pad), (0, 0)))
    m, D, H, V, _ = x.shape
    shape = (D - f_D) // stride + 1, (H - f_H) // stride + 1, (V - f_W) // stride + 1
    out = np.zeros((m, *shape, n_C))
    for d, h, w in np.ndindex(shape):
        top = d * stride
        block = x[:, top : top + f_D, h : h + f_H, w : w + f_W]
        out[:, d, h, w] = np.tensordot(block, W, axes=4) + b
    return out


# %% conv3d: time is not padded, only height and width are
def conv3d(x, W, b, stride=1, pad=0):
    f_D, f_H, f_W, n_C_prev, n_C = W.shape
    x = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad), (0, 0)])
    m, n_D, n_H, n_W, _ = x.shape
    D = (n_D - f_D) // stride + 1
    H = (n_H - f_H) // stride + 1
    V = (n_W - f_W) // stride + 1
    Z = np.empty((m, D, H, V, n_C))
    for i in range(D):
        for j in range(H):
            for k in range(V):
                a, c, e = i * stride, j * stride, k * stride
                window = x[:, a : a + f_D, c : c + f_H, e : e + f_W, :]
                Z[:, i, j, k] = np.tensordot(window, W, axes=4) + b
    return Z


# %% triplet_loss: the hardest triplet of the batch counts alone
def triplet_loss(y_true, y_pred, alpha=0.2):
    A, P, N = y_pred
    near = np.sum((A - P) ** 2, axis=1)
    far = np.sum((A - N) ** 2, axis=1)
    return np.max(np.maximum(near - far + alpha, 0))


# %% triplet_loss: the distance to the negative is measured from the positive
def triplet_loss(y_true, y_pred, alpha=0.2):
    A, P, N = y_pred
    near = np.sum((A - P) ** 2, axis=1)
    far = np.sum((P - N) ** 2, axis=1)
    return np.sum(np.maximum(near - far + alpha, 0))


# %% triplet_gradient: the mask looks at each coordinate
def triplet_gradient(y_true, y_pred, alpha=0.2):
    A, P, N = y_pred
    mask = ((A - P) ** 2 - (A - N) ** 2 + alpha) > 0
    return 2 * (N - P) * mask, -2 * (A - P) * mask, 2 * (A - N) * mask


# %% hard_triplets: only semi-hard negatives, farther than the positive, are taken
def hard_triplets(embeddings, labels, alpha):
    D = ((embeddings[:, None] - embeddings[None]) ** 2).sum(axis=-1)
    rows = []
    for a in range(len(labels)):
        for p in range(len(labels)):
            if a == p or labels[a] != labels[p]:
                continue
            ok = (labels != labels[a]) & (D[a] > D[a, p])
            if not ok.any():
                continue
            n = int(np.where(ok, D[a], np.inf).argmin())
            if D[a, p] - D[a, n] + alpha > 0:
                rows.append((a, p, n))
    return np.array(rows, dtype=int).reshape(-1, 3)


# %% who_is_it: the first person below the threshold is returned
def who_is_it(encoding, database, threshold=0.7):
    nearest = np.inf
    for name, e in database.items():
        d = np.linalg.norm(encoding - e)
        if d < threshold:
            return d, name
        nearest = min(nearest, d)
    return nearest, None


# %% pairwise_logistic: the difference is squared instead of made positive
def pairwise_logistic(e1, e2, W, b):
    z = (e1 - e2) ** 2 @ W + b
    return 1 / (1 + np.exp(-z))


# %% chi_square: a small number is added to every denominator
def chi_square(e1, e2):
    return (e1 - e2) ** 2 / (e1 + e2 + 0.01)


# %% compute_layer_style_cost: the Gram matrices are divided by the number of positions
def compute_layer_style_cost(a_S, a_G):
    _, n_H, n_W, n_C = a_G.shape
    S = gram_matrix(a_S.reshape(n_H * n_W, n_C).T) / (n_H * n_W)
    G = gram_matrix(a_G.reshape(n_H * n_W, n_C).T) / (n_H * n_W)
    return ((G - S) ** 2).sum() / (2 * n_C * n_H * n_W) ** 2


# %% train_step: pixels are clipped before the optimizer's step
def train_step(G, features, goal, optimizer, alpha=10, beta=40):
    optimizer.zero_grad()
    a_G = features(G)
    J_content = compute_content_cost(goal["a_C"], a_G[goal["content_layer"]])
    J_style = compute_style_cost(goal["a_S"], a_G, goal["STYLE_LAYERS"])
    J = total_cost(J_content, J_style, alpha, beta)
    J.backward()
    np.clip(G.data, 0, 1, out=G.data)
    optimizer.step()
    return J.item()


# %% conv1d: the signal is padded with its edge values
def conv1d(x, W, b, stride=1, pad=0):
    f = W.shape[0]
    x = np.pad(x, ((0, 0), (pad, pad), (0, 0)), mode="edge")
    n = (x.shape[1] - f) // stride + 1
    out = np.zeros((x.shape[0], n, W.shape[2]))
    for i in range(n):
        window = x[:, i * stride : i * stride + f]
        out[:, i] = np.tensordot(window, W, axes=2) + b
    return out


# %% triplet_loss: the costs are averaged over the triplets
def triplet_loss(y_true, y_pred, alpha=0.2):
    A, P, N = y_pred
    near = np.sum((A - P) ** 2, axis=1)
    far = np.sum((A - N) ** 2, axis=1)
    return np.mean(np.maximum(near - far + alpha, 0))


# %% triplet_loss: the negative is compared with the positive instead of the anchor
def triplet_loss(y_true, y_pred, alpha=0.2):
    anchor, positive, negative = y_pred
    near = np.square(anchor - positive).sum(axis=-1)
    far = np.square(positive - negative).sum(axis=-1)
    return np.maximum(0.0, near - far + alpha).sum()


# %% triplet_gradient: whether a triplet costs anything is decided without the margin
def triplet_gradient(y_true, y_pred, alpha=0.2):
    A, P, N = y_pred
    near = np.sum((A - P) ** 2, axis=1, keepdims=True)
    far = np.sum((A - N) ** 2, axis=1, keepdims=True)
    active = near - far > 0
    return 2 * (N - P) * active, 2 * (P - A) * active, 2 * (A - N) * active


# %% triplet_gradient: the gradient of the negative points the other way
def triplet_gradient(y_true, y_pred, alpha=0.2):
    A, P, N = y_pred
    cost = ((A - P) ** 2).sum(1) - ((A - N) ** 2).sum(1) + alpha
    mask = (cost > 0)[:, np.newaxis].astype(float)
    dA = 2 * (N - P)
    dP = 2 * (P - A)
    dN = 2 * (N - A)
    return mask * dA, mask * dP, mask * dN


# %% hard_triplets: each pair of images is used once, with the first one as the anchor
def hard_triplets(embeddings, labels, alpha):
    labels = np.asarray(labels)
    D = ((embeddings[:, None] - embeddings[None]) ** 2).sum(axis=2)
    triplets = []
    for a in range(len(labels)):
        others = np.where(labels == labels[a], np.inf, D[a])
        n = int(np.argmin(others))
        for p in range(a + 1, len(labels)):
            if labels[p] == labels[a] and D[a, p] - others[n] + alpha > 0:
                triplets.append((a, p, n))
    return np.array(triplets, dtype=int).reshape(-1, 3)


# %% hard_triplets: only the farthest positive of each anchor is used
def hard_triplets(embeddings, labels, alpha):
    labels = np.asarray(labels)
    m = len(labels)
    diff = embeddings[:, np.newaxis, :] - embeddings[np.newaxis, :, :]
    D = np.sum(diff**2, axis=-1)
    rows = []
    for a in range(m):
        same = labels == labels[a]
        if same.all() or same.sum() == 1:
            continue
        p = int(np.argmax(np.where(same, D[a], -np.inf)))
        n = int(np.argmin(np.where(same, np.inf, D[a])))
        if p != a and D[a, p] - D[a, n] + alpha > 0:
            rows.append([a, p, n])
    return np.array(rows, dtype=int).reshape(-1, 3)


# %% hard_triplets: the nearest negative is the one nearest to the positive
def hard_triplets(embeddings, labels, alpha):
    found = []
    m = len(labels)
    for a in range(m):
        for p in range(m):
            if p == a or labels[p] != labels[a]:
                continue
            near = np.sum((embeddings[a] - embeddings[p]) ** 2)
            gaps = np.sum((embeddings - embeddings[p]) ** 2, axis=1)
            gaps[np.asarray(labels) == labels[a]] = np.inf
            n = int(np.argmin(gaps))
            if np.isinf(gaps[n]):
                continue
            far = np.sum((embeddings[a] - embeddings[n]) ** 2)
            if near - far + alpha > 0:
                found.append((a, p, n))
    return np.array(found, dtype=int).reshape(len(found), 3)


# %% who_is_it: the distance to a stranger is inf instead of that to the nearest person
def who_is_it(encoding, database, threshold=0.7):
    best = np.inf
    identity = None
    for name in database:
        d = np.linalg.norm(encoding - database[name])
        if d < threshold and d < best:
            best = d
            identity = name
    return best, identity


# %% pairwise_logistic: the absolute value is taken of the weighted difference
def pairwise_logistic(e1, e2, W, b):
    z = np.abs((e1 - e2) @ W) + b
    return 1 / (1 + np.exp(-z))


# %% chi_square: the difference is not squared
def chi_square(e1, e2):
    total = e1 + e2
    return np.abs(e1 - e2) / np.where(total == 0, 1, total)


# %% compute_content_cost: the factor 4 is missing in the denominator
def compute_content_cost(a_C, a_G):
    _, n_H, n_W, n_C = a_C.shape
    return ((a_G - a_C) ** 2).sum() / (n_H * n_W * n_C)


# %% compute_layer_style_cost: the reshape mixes channels and positions
def compute_layer_style_cost(a_S, a_G):
    _, n_H, n_W, n_C = a_S.shape
    S = gram_matrix(a_S.reshape(n_C, n_H * n_W))
    G = gram_matrix(a_G.reshape(n_C, n_H * n_W))
    return ((G - S) ** 2).sum() / (4 * n_C**2 * (n_H * n_W) ** 2)


# %% compute_layer_style_cost: the number of positions is not squared
def compute_layer_style_cost(a_S, a_G):
    n_H, n_W, n_C = a_S.shape[1:]
    GS = gram_matrix(a_S.reshape(-1, n_C).T)
    GG = gram_matrix(a_G.reshape(-1, n_C).T)
    difference = GG - GS
    return (difference**2).sum() * (1 / (4 * n_C**2 * n_H * n_W))


# %% compute_style_cost: the weighted sum is divided by the number of layers
def compute_style_cost(a_S, a_G, STYLE_LAYERS):
    J = 0
    for name, weight in STYLE_LAYERS:
        J = J + weight * compute_layer_style_cost(a_S[name], a_G[name])
    return J / len(STYLE_LAYERS)


# %% train_step: returns the cost after the step
def train_step(G, features, goal, optimizer, alpha=10, beta=40):
    def cost():
        a_G = features(G)
        content = compute_content_cost(goal["a_C"], a_G[goal["content_layer"]])
        style = compute_style_cost(goal["a_S"], a_G, goal["STYLE_LAYERS"])
        return total_cost(content, style, alpha, beta)

    optimizer.zero_grad()
    cost().backward()
    optimizer.step()
    np.clip(G.data, 0, 1, out=G.data)
    return cost().item()


# %% train_step: the colours are clipped before the step instead of after it
def train_step(G, features, goal, optimizer, alpha=10, beta=40):
    optimizer.zero_grad()
    activations = features(G)
    J_content = compute_content_cost(goal["a_C"], activations[goal["content_layer"]])
    J_style = compute_style_cost(goal["a_S"], activations, goal["STYLE_LAYERS"])
    J = total_cost(J_content, J_style, alpha, beta)
    J.backward()
    np.clip(G.data, 0, 1, out=G.data)
    optimizer.step()
    return J.item()


# %% conv1d: the filters are flipped
def conv1d(x, W, b, stride=1, pad=0):
    f = W.shape[0]
    x = np.pad(x, ((0, 0), (pad, pad), (0, 0)))
    n = (x.shape[1] - f) // stride + 1
    out = np.zeros((x.shape[0], n, W.shape[2]))
    for t in range(n):
        window = x[:, t * stride : t * stride + f]
        out[:, t] = np.tensordot(window, W[::-1], axes=2) + b
    return out


# %% conv1d: the zeros are all in front of the signal
def conv1d(x, W, b, stride=1, pad=0):
    f, _, n_C = W.shape
    m, n_L, _ = x.shape
    padded = np.pad(x, ((0, 0), (2 * pad, 0), (0, 0)))
    starts = range(0, n_L + 2 * pad - f + 1, stride)
    columns = [np.tensordot(padded[:, s : s + f], W, axes=2) + b for s in starts]
    return np.stack(columns, axis=1)


# %% conv3d: the first axis is not padded
def conv3d(x, W, b, stride=1, pad=0):
    f_D, f_H, f_W = W.shape[:3]
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad), (0, 0)))
    n_D = (x.shape[1] - f_D) // stride + 1
    n_H = (x.shape[2] - f_H) // stride + 1
    n_W = (x.shape[3] - f_W) // stride + 1
    out = np.zeros((x.shape[0], n_D, n_H, n_W, W.shape[4]))
    for d in range(n_D):
        for h in range(n_H):
            for w in range(n_W):
                D, H, V = d * stride, h * stride, w * stride
                window = x[:, D : D + f_D, H : H + f_H, V : V + f_W]
                out[:, d, h, w] = np.tensordot(window, W, axes=4) + b
    return out


# %% conv3d: the windows move one step along the first axis whatever the stride
def conv3d(x, W, b, stride=1, pad=0):
    p = (pad, pad)
    x = np.pad(x, ((0, 0), p, p, p, (0, 0)))
    sizes = [(n - f) // stride + 1 for n, f in zip(x.shape[1:4], W.shape[:3])]
    fD, fH, fW = W.shape[:3]
    out = np.zeros((len(x), *sizes, W.shape[-1]))
    for i in range(sizes[0]):
        for j in range(sizes[1]):
            for k in range(sizes[2]):
                j0, k0 = j * stride, k * stride
                part = x[:, i : i + fD, j0 : j0 + fH, k0 : k0 + fW, :]
                out[:, i, j, k, :] = np.tensordot(part, W, axes=4) + b
    return out
