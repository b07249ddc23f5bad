"""Wrong answers to C4W2 as learners write them; each label says what is wrong."""

# %% identity_block: the last ReLU comes before the skip is added
def identity_block(X, f, filters, *, net):
    F1, F2, F3 = filters
    X_shortcut = X
    X = nn.relu(net.batch_norm(net.conv(X, F1, f=1)))
    X = nn.relu(net.batch_norm(net.conv(X, F2, f=f)))
    X = nn.relu(net.batch_norm(net.conv(X, F3, f=1)))
    return X + X_shortcut


# %% identity_block: no batch norm behind the third convolution
def identity_block(X, f, filters, *, net):
    F1, F2, F3 = filters
    out = X
    for n_C, side in ((F1, 1), (F2, f)):
        out = nn.relu(net.batch_norm(net.conv(out, n_C, f=side)))
    out = net.conv(out, F3, f=1)
    return nn.relu(out + X)


# %% convolutional_block: a ReLU in the shortcut, behind its batch norm
def convolutional_block(X, f, filters, s=2, *, net):
    F1, F2, F3 = filters
    A = nn.relu(net.batch_norm(net.conv(X, F1, f=1, s=s)))
    A = nn.relu(net.batch_norm(net.conv(A, F2, f=f, s=1)))
    A = net.batch_norm(net.conv(A, F3, f=1, s=1))
    shortcut = nn.relu(net.batch_norm(net.conv(X, F3, f=1, s=s)))
    return nn.relu(A + shortcut)


# %% convolutional_block: the stride is in the middle convolution, not in the first
def convolutional_block(X, f, filters, s=2, *, net):
    F1, F2, F3 = filters
    shortcut = X
    X = nn.relu(net.batch_norm(net.conv(X, F1, f=1)))
    X = nn.relu(net.batch_norm(net.conv(X, F2, f=f, s=s)))
    X = net.batch_norm(net.conv(X, F3, f=1))
    shortcut = net.batch_norm(net.conv(shortcut, F3, f=1, s=s))
    return nn.relu(X + shortcut)


# %% convolutional_block: the shortcut is convolved with f x f filters
def convolutional_block(X, f, filters, s=2, *, net):
    F1, F2, F3 = filters
    main = nn.relu(net.batch_norm(net.conv(X, F1, f=1, s=s)))
    main = nn.relu(net.batch_norm(net.conv(main, F2, f=f)))
    main = net.batch_norm(net.conv(main, F3, f=1))
    side = net.batch_norm(net.conv(X, F3, f=f, s=s))
    return nn.relu(main + side)


# %% ResNet: each stage has one identity block too many
def ResNet(X, blocks, classes, width=64, *, net):
    X = nn.relu(net.batch_norm(net.conv(X, width, f=7, s=2)))
    X = nn.max_pool2d(X, 3, 2, "same")
    for i, count in enumerate(blocks):
        n = width * 2**i
        filters = (n, n, 4 * n)
        X = convolutional_block(X, 3, filters, s=1 if i == 0 else 2, net=net)
        for _ in range(count):
            X = identity_block(X, 3, filters, net=net)
    return net.dense(nn.mean(X, axis=(1, 2)), classes)


# %% ResNet: stage 0 has stride 2 as the others do
def ResNet(X, blocks, classes, width=64, *, net):
    X = net.conv(X, width, f=7, s=2)
    X = nn.relu(net.batch_norm(X))
    X = nn.max_pool2d(X, 3, 2, "same")
    F = width
    for number in blocks:
        X = convolutional_block(X, 3, (F, F, 4 * F), s=2, net=net)
        for _ in range(number - 1):
            X = identity_block(X, 3, (F, F, 4 * F), net=net)
        F = 2 * F
    X = nn.mean(X, axis=(1, 2))
    return net.dense(X, classes)


# %% ResNet: the number of filters does not double from stage to stage
def ResNet(X, blocks, classes, width=64, *, net):
    filters = (width, width, 4 * width)
    X = nn.relu(net.batch_norm(net.conv(X, width, f=7, s=2)))
    X = nn.max_pool2d(X, 3, 2, "same")
    for stage, number in enumerate(blocks):
        for block in range(number):
            if block == 0:
                s = 2 if stage > 0 else 1
                X = convolutional_block(X, 3, filters, s, net=net)
            else:
                X = identity_block(X, 3, filters, net=net)
    return net.dense(nn.mean(X, axis=(1, 2)), classes)


# %% conv_1x1: the matrix of filters is transposed by a reshape
def conv_1x1(X, W, b):
    n_C_prev, n_C = W.shape[2:]
    filters = W.reshape(n_C, n_C_prev)
    return np.einsum("mhwk,ck->mhwc", X, filters) + b


# %% conv_1x1: a ReLU is applied that nobody asked for
def conv_1x1(X, W, b):
    Z = np.tensordot(X, W[0, 0], axes=([3], [0])) + b
    return np.maximum(Z, 0)


# %% inception_module: the squeezes before 3 x 3 and 5 x 5 have no ReLU
def inception_module(X, filters, *, net):
    n1, (r3, n3), (r5, n5), n_pool = filters
    one = nn.relu(net.conv(X, n1, f=1, bias=True))
    three = net.conv(X, r3, f=1, bias=True)
    three = nn.relu(net.conv(three, n3, f=3, bias=True))
    five = net.conv(X, r5, f=1, bias=True)
    five = nn.relu(net.conv(five, n5, f=5, bias=True))
    pool = nn.max_pool2d(X, 3, 1, "same")
    pool = nn.relu(net.conv(pool, n_pool, f=1, bias=True))
    return nn.concatenate([one, three, five, pool])


# %% inception_module: the fourth branch convolves first and pools afterwards
def inception_module(X, filters, *, net):
    n1, (r3, n3), (r5, n5), n_pool = filters

    def conv(A, n, f):
        return nn.relu(net.conv(A, n, f=f, s=1, bias=True))

    branch_1 = conv(X, n1, 1)
    branch_3 = conv(conv(X, r3, 1), n3, 3)
    branch_5 = conv(conv(X, r5, 1), n5, 5)
    branch_pool = nn.max_pool2d(conv(X, n_pool, 1), 3, 1, "same")
    return nn.concatenate([branch_1, branch_3, branch_5, branch_pool])


# %% depthwise_conv: sums over the channels too, every channel gets the same
def depthwise_conv(X, W):
    m, n_H, n_W, n_C = X.shape
    f = W.shape[0]
    out = np.zeros((m, n_H - f + 1, n_W - f + 1, n_C))
    for i in range(m):
        for h in range(n_H - f + 1):
            for w in range(n_W - f + 1):
                out[i, h, w, :] = np.sum(X[i, h : h + f, w : w + f, :] * W)
    return out


# %% depthwise_conv: the filter is turned by 180 degrees
def depthwise_conv(X, W):
    f = W.shape[0]
    H, V = X.shape[1] - f + 1, X.shape[2] - f + 1
    W = np.flip(W, axis=(0, 1))
    return sum(
        X[:, i : i + H, j : j + V] * W[i, j] for i in range(f) for j in range(f)
    )


# %% depthwise_conv: the first filter is used for all channels
def depthwise_conv(X, W):
    m, n_H, n_W, n_C = X.shape
    f = len(W)
    total = np.zeros((m, n_H - f + 1, n_W - f + 1, n_C))
    for i in range(f):
        for j in range(f):
            shifted = X[:, i : n_H - f + 1 + i, j : n_W - f + 1 + j, :]
            total += W[i, j, 0] * shifted
    return total


# %% separable_ratio: the inverse, how many times cheaper it is
def separable_ratio(n_C, f):
    return f**2 * n_C / (f**2 + n_C)


# %% separable_ratio: f is not squared
def separable_ratio(n_C, f):
    return 1 / n_C + 1 / f


# %% mobilenet_bottleneck: a ReLU6 behind the projection
def mobilenet_bottleneck(X, t, n_C, s, *, net):
    n_C_prev = X.shape[-1]
    A = X
    if t != 1:
        A = nn.relu(net.batch_norm(net.conv(A, t * n_C_prev, f=1)), 6)
    A = nn.relu(net.batch_norm(net.depthwise(A, f=3, s=s)), 6)
    A = nn.relu(net.batch_norm(net.conv(A, n_C, f=1)), 6)
    if s == 1 and n_C_prev == n_C:
        A = A + X
    return A


# %% mobilenet_bottleneck: the channels inside are multiples of the channels out
def mobilenet_bottleneck(X, t, n_C, s, *, net):
    A = X
    if t > 1:
        A = nn.relu(net.batch_norm(net.conv(X, t * n_C, 1, 1)), 6)
    A = nn.relu(net.batch_norm(net.depthwise(A, 3, s)), 6)
    A = net.batch_norm(net.conv(A, n_C, 1, 1))
    if s == 1 and X.shape[3] == n_C:
        return X + A
    return A


# %% mobilenet_bottleneck: the step that expands is there even with t = 1
def mobilenet_bottleneck(X, t, n_C, s, *, net):
    channels = X.shape[-1]
    hidden = nn.relu(net.batch_norm(net.conv(X, channels * t, f=1)), 6)
    hidden = nn.relu(net.batch_norm(net.depthwise(hidden, f=3, s=s)), 6)
    out = net.batch_norm(net.conv(hidden, n_C, f=1))
    has_skip = s == 1 and channels == n_C
    return out + X if has_skip else out


# %% count_parameters: the groups are overlooked
def count_parameters(block):
    total = 0
    for layer in block:
        weights = layer["f"] ** 2 * layer["n_C_prev"] * layer["n_C"]
        total += weights + layer["per_channel"] * layer["n_C"]
    return total


# %% count_parameters: the extras are counted for each channel in
def count_parameters(block):
    return sum(
        L["f"] ** 2 * L["n_C_prev"] // L["groups"] * L["n_C"]
        + L["per_channel"] * L["n_C_prev"]
        for L in block
    )


# %% count_multiplies: the extras for each channel are counted as products too
def count_multiplies(block):
    return sum(count_parameters([layer]) * layer["size"] ** 2 for layer in block)


# %% count_multiplies: the places of the output are counted along one side only
def count_multiplies(block):
    products = 0
    for layer in block:
        per_filter = layer["f"] ** 2 * layer["n_C_prev"] // layer["groups"]
        products += per_filter * layer["n_C"] * layer["size"]
    return products


# %% compound_scaling: the factors are multiplied by phi, not raised to it
def compound_scaling(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return alpha * phi, beta * phi, gamma * phi


# %% compound_scaling: width and resolution are squared as in the cost
def compound_scaling(phi, alpha=1.2, beta=1.1, gamma=1.15):
    depth = alpha**phi
    width = (beta**2) ** phi
    resolution = (gamma**2) ** phi
    return depth, width, resolution


# %% freeze: layers frozen earlier are not made to learn again
def freeze(model, up_to):
    for layer in model.layers[:up_to]:
        layer.freeze()
    return model.count_parameters(trainable=True)


# %% freeze: the layer number up_to is frozen as well
def freeze(model, up_to):
    for i, layer in enumerate(model.layers):
        if i <= up_to:
            layer.freeze()
        else:
            layer.unfreeze()
    return model.count_parameters(trainable=True)


# %% fine_tune: the batch norms behind up_to are not frozen
def fine_tune(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    freeze(model, up_to)
    history = model.fit(
        X,
        Y,
        loss=nn.cross_entropy,
        optimizer=nn.Adam(model.parameters(), learning_rate),
        epochs=epochs,
        batch_size=16,
        rng=np.random.default_rng(0),
        progress=False,
    )
    return history["loss"]


# %% fine_tune: batch norms are frozen first and then set free again by freeze
def fine_tune(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    for layer in model.layers:
        if isinstance(layer, nn.BatchNorm):
            layer.freeze()
    freeze(model, up_to)
    optimizer = nn.Adam(model.parameters(), learning_rate)
    history = model.fit(
        X, Y, loss=nn.cross_entropy, optimizer=optimizer, epochs=epochs,
        batch_size=16, rng=np.random.default_rng(0), progress=False,
    )  # fmt: skip
    return history["loss"]


# %% mirror: the second axis is turned, for one picture columns but for a batch rows
def mirror(X):
    return np.flip(X, axis=1)


# %% mirror: upside down where left and right should be exchanged
def mirror(X):
    return X[..., ::-1, :, :]


# %% random_crop: the last place where the piece fits is never drawn
def random_crop(X, size, seed):
    rng = np.random.default_rng(seed)
    n_H, n_W, _ = X.shape
    top = rng.integers(0, max(n_H - size, 1))
    left = rng.integers(0, max(n_W - size, 1))
    return X[top : top + size, left : left + size]


# %% random_crop: one number is drawn for both directions, so pieces lie on a diagonal
def random_crop(X, size, seed):
    rng = np.random.default_rng(seed)
    start = rng.integers(0, min(X.shape[:2]) - size + 1)
    return X[start : start + size, start : start + size, :]


# %% color_shift: bright bytes run over instead of ending at 255
def color_shift(X, seed, most=20):
    rng = np.random.default_rng(seed)
    shift = rng.integers(-most, most + 1, size=3)
    return (X.astype(int) + shift).astype(np.uint8)


# %% color_shift: every pixel gets a shift of its own
def color_shift(X, seed, most=20):
    rng = np.random.default_rng(seed)
    shift = rng.integers(-most, most + 1, size=X.shape)
    return np.clip(X.astype(int) + shift, 0, 255).astype(np.uint8)


# %% pca_color_augmentation: rows of the matrix are taken for the eigenvectors
def pca_color_augmentation(X, seed, spread=0.1):
    rng = np.random.default_rng(seed)
    pixels = X.reshape(-1, 3)
    values, vectors = np.linalg.eigh(np.cov(pixels.T))
    alpha = rng.normal(0, spread, size=3)
    shift = np.zeros(3)
    for i in range(3):
        shift += alpha[i] * values[i] * vectors[i]
    return X + shift


# %% pca_color_augmentation: the directions are not weighted by their eigenvalues
def pca_color_augmentation(X, seed, spread=0.1):
    rng = np.random.default_rng(seed)
    covariance = np.cov(X.reshape(-1, 3).T)
    eigenvalues, P = np.linalg.eigh(covariance)
    alpha = spread * rng.normal(size=3)
    return X + P @ alpha


# %% ensemble_predict: scores are averaged first, the softmax comes afterwards
def ensemble_predict(models, X):
    scores = sum(model.predict(X) for model in models) / len(models)
    scores = scores - scores.max(axis=1, keepdims=True)
    exponentials = np.exp(scores)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


# %% ensemble_predict: the softmax normalizes over the pictures
def ensemble_predict(models, X):
    probabilities = []
    for model in models:
        scores = model.predict(X)
        e = np.exp(scores - scores.max())
        probabilities.append(e / e.sum(axis=0))
    return np.mean(probabilities, axis=0)


# %% multi_crop_predict: only the five crops, the mirrored ones are left out
def multi_crop_predict(model, X, size=24):
    n_H, n_W = X.shape[1:3]
    bottom, right = n_H - size, n_W - size
    places = [
        (0, 0), (0, right), (bottom, 0), (bottom, right), (bottom // 2, right // 2)
    ]  # fmt: skip
    probabilities = [
        ensemble_predict([model], X[:, top : top + size, left : left + size])
        for top, left in places
    ]
    return np.mean(probabilities, axis=0)


# %% multi_crop_predict: the fifth crop starts in the middle, its own side is forgotten
def multi_crop_predict(model, X, size=24):
    _, n_H, n_W, _ = X.shape
    tops = [0, 0, n_H - size, n_H - size, min(n_H // 2, n_H - size)]
    lefts = [0, n_W - size, 0, n_W - size, min(n_W // 2, n_W - size)]
    total = 0
    for top, left in zip(tops, lefts, strict=True):
        crop = X[:, top : top + size, left : left + size, :]
        total = total + ensemble_predict([model], crop)
        total = total + ensemble_predict([model], mirror(crop))
    return total / 10


# %% identity_block: the input passes a ReLU before it is added
def identity_block(X, f, filters, *, net):
    F1, F2, F3 = filters
    A = nn.relu(net.batch_norm(net.conv(X, F1, f=1)))
    A = nn.relu(net.batch_norm(net.conv(A, F2, f=f)))
    A = net.batch_norm(net.conv(A, F3, f=1))
    return nn.relu(A + nn.relu(X))


# %% convolutional_block: the ReLU comes before the addition, on both branches
def convolutional_block(X, f, filters, s=2, *, net):
    F1, F2, F3 = filters
    A = nn.relu(net.batch_norm(net.conv(X, F1, f=1, s=s)))
    A = nn.relu(net.batch_norm(net.conv(A, F2, f=f)))
    A = nn.relu(net.batch_norm(net.conv(A, F3, f=1)))
    skip = nn.relu(net.batch_norm(net.conv(X, F3, f=1, s=s)))
    return A + skip


# %% conv_1x1: the bias is added once for each input channel
def conv_1x1(X, W, b):
    out = np.zeros(X.shape[:3] + (W.shape[3],))
    for c in range(X.shape[3]):
        out = out + X[..., c : c + 1] * W[0, 0, c] + b
    return out


# %% depthwise_conv: the filter is flipped
def depthwise_conv(X, W):
    f = W.shape[0]
    h, w = X.shape[1] - f + 1, X.shape[2] - f + 1
    out = np.zeros((X.shape[0], h, w, X.shape[3]))
    for i in range(f):
        for j in range(f):
            out += X[:, i : i + h, j : j + w] * W[f - 1 - i, f - 1 - j]
    return out


# %% mobilenet_bottleneck: ReLU6 follows the projection too
def mobilenet_bottleneck(X, t, n_C, s, *, net):
    n_prev = X.shape[-1]
    A = X
    if t > 1:
        A = nn.relu(net.batch_norm(net.conv(A, t * n_prev)), 6)
    A = nn.relu(net.batch_norm(net.depthwise(A, f=3, s=s)), 6)
    A = nn.relu(net.batch_norm(net.conv(A, n_C)), 6)
    return X + A if s == 1 and n_prev == n_C else A


# %% count_multiplies: only the side of the output map is counted, not its square
def count_multiplies(block):
    total = 0
    for r in block:
        weights = r["f"] ** 2 * r["n_C_prev"] // r["groups"] * r["n_C"]
        total += weights * r["size"]
    return total


# %% mirror: the rows are also reversed
def mirror(X):
    return X[..., ::-1, ::-1, :]


# %% random_crop: one position is used for rows and columns
def random_crop(X, size, seed):
    rng = np.random.default_rng(seed)
    limit = min(X.shape[0], X.shape[1]) - size
    at = rng.integers(0, limit + 1)
    return X[at : at + size, at : at + size]


# %% ensemble_predict: the votes of the models are counted
def ensemble_predict(models, X):
    total = 0
    for model in models:
        scores = model.predict(X)
        total = total + np.eye(scores.shape[1])[scores.argmax(axis=1)]
    return total / len(models)


# %% multi_crop_predict: the maximum over the ten crops is taken and scaled to sum 1
def multi_crop_predict(model, X, size=24):
    h, w = X.shape[1] - size, X.shape[2] - size
    all_p = []
    for y, x in ((0, 0), (0, w), (h, 0), (h, w), (h // 2, w // 2)):
        crop = X[:, y : y + size, x : x + size]
        all_p.append(ensemble_predict([model], crop))
        all_p.append(ensemble_predict([model], mirror(crop)))
    p = np.max(all_p, axis=0)
    return p / p.sum(axis=1, keepdims=True)


# %% identity_block: the last ReLU is applied before the addition
def identity_block(X, f, filters, *, net):
    F1, F2, F3 = filters
    A = nn.relu(net.batch_norm(net.conv(X, F1, f=1)))
    A = nn.relu(net.batch_norm(net.conv(A, F2, f=f)))
    A = nn.relu(net.batch_norm(net.conv(A, F3, f=1)))
    return A + X


# %% convolutional_block: the shortcut has no batch norm
def convolutional_block(X, f, filters, s=2, *, net):
    F1, F2, F3 = filters
    main = nn.relu(net.batch_norm(net.conv(X, F1, f=1, s=s)))
    main = nn.relu(net.batch_norm(net.conv(main, F2, f=f)))
    main = net.batch_norm(net.conv(main, F3, f=1))
    side = net.conv(X, F3, f=1, s=s)
    return nn.relu(main + side)


# %% ResNet: every stage has the filters of stage 0
def ResNet(X, blocks, classes, width=64, *, net):
    A = nn.relu(net.batch_norm(net.conv(X, width, f=7, s=2)))
    A = nn.max_pool2d(A, 3, 2, "same")
    for i, n in enumerate(blocks):
        filters = (width, width, 4 * width)
        A = convolutional_block(A, 3, filters, s=1 if i == 0 else 2, net=net)
        for _ in range(n - 1):
            A = identity_block(A, 3, filters, net=net)
    return net.dense(nn.mean(A, axis=(1, 2)), classes)


# %% inception_module: the 3 by 3 and 5 by 5 filters read X and skip their 1 by 1
def inception_module(X, filters, *, net):
    n1, (r3, n3), (r5, n5), n_pool = filters
    one = nn.relu(net.conv(X, n1, f=1, bias=True))
    three = nn.relu(net.conv(X, n3, f=3, bias=True))
    five = nn.relu(net.conv(X, n5, f=5, bias=True))
    pooled = nn.max_pool2d(X, 3, 1, "same")
    pooled = nn.relu(net.conv(pooled, n_pool, f=1, bias=True))
    return nn.concatenate([one, three, five, pooled])


# %% inception_module: the 1 by 1 convolution comes before the pooling in the last branch
def inception_module(X, filters, *, net):
    n1, pair3, pair5, n_pool = filters
    branches = [nn.relu(net.conv(X, n1, f=1, bias=True))]
    for f, (r, n) in ((3, pair3), (5, pair5)):
        small = nn.relu(net.conv(X, r, f=1, bias=True))
        branches.append(nn.relu(net.conv(small, n, f=f, bias=True)))
    last = nn.relu(net.conv(X, n_pool, f=1, bias=True))
    branches.append(nn.max_pool2d(last, 3, 1, "same"))
    return nn.concatenate(branches)


# %% depthwise_conv: each channel is the mean of the window's products, not their sum
def depthwise_conv(X, W):
    f = W.shape[0]
    m, n_H, n_W, n_C = X.shape
    out = np.zeros((m, n_H - f + 1, n_W - f + 1, n_C))
    for h in range(n_H - f + 1):
        for w in range(n_W - f + 1):
            out[:, h, w] = (X[:, h : h + f, w : w + f] * W).mean(axis=(1, 2))
    return out


# %% separable_ratio: leaves out the pointwise step
def separable_ratio(n_C, f):
    return 1 / n_C


# %% mobilenet_bottleneck: expands to t times the output channels
def mobilenet_bottleneck(X, t, n_C, s, *, net):
    A = X
    if t > 1:
        A = nn.relu(net.batch_norm(net.conv(A, t * n_C, f=1)), 6)
    A = nn.relu(net.batch_norm(net.depthwise(A, 3, s)), 6)
    A = net.batch_norm(net.conv(A, n_C, f=1))
    return A + X if s == 1 and X.shape[-1] == n_C else A


# %% count_parameters: the parameters per channel are added once per layer
def count_parameters(block):
    total = 0
    for layer in block:
        weights = layer["f"] ** 2 * layer["n_C_prev"] // layer["groups"] * layer["n_C"]
        total += weights + layer["per_channel"]
    return total


# %% count_multiplies: multiplies by the side of the map instead of its positions
def count_multiplies(block):
    total = 0
    for L in block:
        per_position = L["f"] ** 2 * (L["n_C_prev"] // L["groups"]) * L["n_C"]
        total += per_position * L["size"]
    return total


# %% fine_tune: the batch norms are frozen before freeze unfreezes them again
def fine_tune(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    for layer in model.layers:
        if isinstance(layer, nn.BatchNorm):
            layer.freeze()
    freeze(model, up_to)
    history = model.fit(
        X,
        Y,
        loss=nn.cross_entropy,
        optimizer=nn.Adam(model.parameters(), learning_rate),
        epochs=epochs,
        batch_size=16,
        rng=np.random.default_rng(0),
        progress=False,
    )
    return history["loss"]


# %% freeze: returns the number of frozen parameters
def freeze(model, up_to):
    for i, layer in enumerate(model.layers):
        if i < up_to:
            layer.freeze()
        else:
            layer.unfreeze()
    return model.count_parameters() - model.count_parameters(trainable=True)


# %% random_crop: the same random number is used for rows and columns
def random_crop(X, size, seed):
    rng = np.random.default_rng(seed)
    start = rng.integers(0, min(X.shape[0], X.shape[1]) - size + 1)
    return X[start : start + size, start : start + size]


# %% color_shift: all three channels get the same shift
def color_shift(X, seed, most=20):
    rng = np.random.default_rng(seed)
    shift = int(rng.integers(-most, most + 1))
    brighter = X.astype(np.int64) + shift
    brighter[brighter < 0] = 0
    brighter[brighter > 255] = 255
    return brighter.astype(np.uint8)


# %% pca_color_augmentation: takes the rows of the matrix of eigenvectors
def pca_color_augmentation(X, seed, spread=0.1):
    rng = np.random.default_rng(seed)
    pixels = X.reshape(-1, 3)
    values, vectors = np.linalg.eigh(np.cov(pixels.T))
    alpha = rng.normal(0, spread, 3)
    shift = np.zeros(3)
    for i in range(3):
        shift += alpha[i] * values[i] * vectors[i]
    return X + shift


# %% pca_color_augmentation: multiplies by the square roots of the eigenvalues
def pca_color_augmentation(X, seed, spread=0.1):
    C = np.cov(X.reshape(-1, 3).T)
    lam, P = np.linalg.eigh(C)
    alpha = np.random.default_rng(seed).normal(0.0, spread, size=3)
    return X + P @ (alpha * np.sqrt(np.maximum(lam, 0)))


# %% ensemble_predict: averages the scores and takes the softmax once at the end
def ensemble_predict(models, X):
    scores = np.mean([model.predict(X) for model in models], axis=0)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# %% multi_crop_predict: leaves out the middle and its mirror image
def multi_crop_predict(model, X, size=24):
    bottom, right = X.shape[1] - size, X.shape[2] - size
    total = 0
    for top, left in ((0, 0), (0, right), (bottom, 0), (bottom, right)):
        crop = X[:, top : top + size, left : left + size]
        total = total + ensemble_predict([model], crop)
        total = total + ensemble_predict([model], mirror(crop))
    return total / 8
