"""Wrong answers to C2W3 as learners write them; each label says what is wrong."""

# %% sample_log_uniform: draws the values evenly, not their logarithms
def sample_log_uniform(low, high, n, rng):
    return rng.uniform(low, high, n)


# %% sample_log_uniform: logarithms to base 10, back with e
def sample_log_uniform(low, high, n, rng):
    r = rng.uniform(np.log10(low), np.log10(high), size=n)
    return np.exp(r)


# %% sample_log_uniform: returns the logarithms
def sample_log_uniform(low, high, n, rng):
    logs = rng.uniform(np.log(low), np.log(high), n)
    return logs


# %% sample_log_uniform: draws whole powers of ten only
def sample_log_uniform(low, high, n, rng):
    a, b = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    exponents = rng.integers(a, b + 1, n)
    return np.clip(10.0**exponents, low, high)


# %% sample_log_uniform: draws from np.random instead of the generator given
def sample_log_uniform(low, high, n, rng):
    r = np.random.uniform(np.log(low), np.log(high), n)
    return np.exp(r)


# %% sample_beta: returns 1 - beta, not turned back
def sample_beta(low, high, n, rng):
    return sample_log_uniform(1 - high, 1 - low, n, rng)


# %% sample_beta: beta itself on the log scale, not its distance to 1
def sample_beta(low, high, n, rng):
    return sample_log_uniform(low, high, n, rng)


# %% random_search: returns the point with the highest error
def random_search(objective, space, n, rng):
    history = []
    for _ in range(n):
        point = draw_point(space, rng)
        history.append((point, objective(point)))
    best = max(history, key=lambda pair: pair[1])[0]
    return best, history


# %% random_search: returns the pair of point and error instead of the point
def random_search(objective, space, n, rng):
    history = [(p, objective(p)) for p in (draw_point(space, rng) for _ in range(n))]
    best = min(history, key=lambda pair: pair[1])
    return best, history


# %% random_search: the objective is called again to compare, twice for each point
def random_search(objective, space, n, rng):
    history = []
    best = None
    for i in range(n):
        point = draw_point(space, rng)
        history.append((point, objective(point)))
        if best is None or objective(point) < objective(best):
            best = point
    return best, history


# %% random_search: the history keeps only points that were a new best
def random_search(objective, space, n, rng):
    best, lowest, history = None, float("inf"), []
    for _ in range(n):
        point = draw_point(space, rng)
        error = objective(point)
        if error < lowest:
            best, lowest = point, error
            history.append((point, error))
    return best, history


# %% coarse_to_fine: narrows around the best of the last round, not the best so far
def coarse_to_fine(objective, space, n, rounds, rng):
    history = []
    for _ in range(rounds):
        best_of_round, tried = random_search(objective, space, n, rng)
        history.extend(tried)
        space = zoom(space, best_of_round)
    best = min(history, key=lambda pair: pair[1])[0]
    return best, history


# %% coarse_to_fine: returns the best of the last round
def coarse_to_fine(objective, space, n, rounds, rng):
    history = []
    for _ in range(rounds):
        best, tried = random_search(objective, space, n, rng)
        history += tried
        so_far = min(history, key=lambda pair: pair[1])[0]
        space = zoom(space, so_far)
    return best, history


# %% coarse_to_fine: always zooms into the first space, so it narrows only once
def coarse_to_fine(objective, space, n, rounds, rng):
    history = []
    current = space
    for r in range(rounds):
        _, tried = random_search(objective, current, n, rng)
        history += tried
        best, _ = min(history, key=lambda pair: pair[1])
        current = zoom(space, best)
    return best, history


# %% coarse_to_fine: the history holds the last round only
def coarse_to_fine(objective, space, n, rounds, rng):
    best, lowest = None, np.inf
    for _ in range(rounds):
        _, history = random_search(objective, space, n, rng)
        point, error = min(history, key=lambda pair: pair[1])
        if error < lowest:
            best, lowest = point, error
        space = zoom(space, best)
    return best, history


# %% coarse_to_fine: the space is narrowed before the first round already
def coarse_to_fine(objective, space, n, rounds, rng):
    best = draw_point(space, rng)
    history = []
    for _ in range(rounds):
        space = zoom(space, best)
        history += random_search(objective, space, n, rng)[1]
        best = min(history, key=lambda pair: pair[1])[0]
    return best, history


# %% softmax: the shares sum to 1 along the rows
def softmax(Z):
    e = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


# %% softmax: not stable, large scores give nan
def softmax(Z):
    exponentials = np.exp(Z)
    return exponentials / np.sum(exponentials, axis=0, keepdims=True)


# %% one_hot_matrix: an example in each row
def one_hot_matrix(labels, C):
    return np.eye(C)[labels]


# %% one_hot_matrix: the number of rows is taken from the labels, C is ignored
def one_hot_matrix(labels, C):
    classes = labels.max() + 1
    Y = np.zeros((classes, len(labels)))
    Y[labels, np.arange(len(labels))] = 1
    return Y


# %% cross_entropy: averages over classes as well
def cross_entropy(A, Y):
    return -np.mean(Y * np.log(A))


# %% cross_entropy: adds the term for the wrong classes, as with sigmoids
def cross_entropy(A, Y):
    m = Y.shape[1]
    return -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m


# %% softmax_backward: the 1/m is forgotten
def softmax_backward(A, Y):
    return A - Y


# %% softmax_backward: divides by the number of classes
def softmax_backward(A, Y):
    return (A - Y) / Y.shape[0]


# %% batchnorm_forward: statistics over the units instead of the examples
def batchnorm_forward(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    if mode == "train":
        mean = np.mean(Z, axis=0, keepdims=True)
        var = np.var(Z, axis=0, keepdims=True)
        running["mean"] = momentum * running["mean"] + (1 - momentum) * mean
        running["var"] = momentum * running["var"] + (1 - momentum) * var
    else:
        mean, var = running["mean"], running["var"]
    std = np.sqrt(var + epsilon)
    Z_hat = (Z - mean) / std
    cache = {"Z_hat": Z_hat, "std": std, "gamma": gamma, "mode": mode}
    return gamma * Z_hat + beta, cache


# %% batchnorm_forward: momentum is the share of the new batch, as in PyTorch
def batchnorm_forward(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    if mode == "train":
        mean = Z.mean(axis=1, keepdims=True)
        var = Z.var(axis=1, keepdims=True)
        running["mean"] = (1 - momentum) * running["mean"] + momentum * mean
        running["var"] = (1 - momentum) * running["var"] + momentum * var
    else:
        mean, var = running["mean"], running["var"]
    std = np.sqrt(var + epsilon)
    Z_hat = (Z - mean) / std
    return gamma * Z_hat + beta, {
        "Z_hat": Z_hat, "std": std, "gamma": gamma, "mode": mode
    }


# %% batchnorm_forward: test mode uses the statistics of its batch
def batchnorm_forward(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    mean = np.mean(Z, axis=1, keepdims=True)
    var = np.var(Z, axis=1, keepdims=True)
    if mode == "train":
        for key, new in (("mean", mean), ("var", var)):
            running[key] = momentum * running[key] + (1 - momentum) * new
    std = np.sqrt(var + epsilon)
    Z_hat = (Z - mean) / std
    Z_tilde = gamma * Z_hat + beta
    return Z_tilde, {"Z_hat": Z_hat, "std": std, "gamma": gamma, "mode": mode}


# %% batchnorm_forward: in training it normalizes by the running averages
def batchnorm_forward(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    if mode == "train":
        mu, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running["mean"] = momentum * running["mean"] + (1 - momentum) * mu
        running["var"] = momentum * running["var"] + (1 - momentum) * var
    std = np.sqrt(running["var"] + epsilon)
    Z_hat = (Z - running["mean"]) / std
    cache = {"Z_hat": Z_hat, "std": std, "gamma": gamma, "mode": mode}
    return gamma * Z_hat + beta, cache


# %% batchnorm_forward: the running averages also move in test mode
def batchnorm_forward(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    batch_mean = Z.mean(axis=1, keepdims=True)
    batch_var = Z.var(axis=1, keepdims=True)
    if mode == "train":
        mean, var = batch_mean, batch_var
    else:
        mean, var = running["mean"], running["var"]
    running["mean"] = momentum * running["mean"] + (1 - momentum) * batch_mean
    running["var"] = momentum * running["var"] + (1 - momentum) * batch_var
    std = np.sqrt(var + epsilon)
    Z_hat = (Z - mean) / std
    cache = {"Z_hat": Z_hat, "std": std, "gamma": gamma, "mode": mode}
    return gamma * Z_hat + beta, cache


# %% batchnorm_forward: epsilon is added to the root, not under it
def batchnorm_forward(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    if mode == "train":
        mean = Z.mean(axis=1, keepdims=True)
        var = Z.var(axis=1, keepdims=True)
        running["mean"] = momentum * running["mean"] + (1 - momentum) * mean
        running["var"] = momentum * running["var"] + (1 - momentum) * var
    else:
        mean, var = running["mean"], running["var"]
    std = np.sqrt(var) + epsilon
    Z_hat = (Z - mean) / std
    cache = {"Z_hat": Z_hat, "std": std, "gamma": gamma, "mode": mode}
    return gamma * Z_hat + beta, cache


# %% batchnorm_backward: the path through the variance is missing
def batchnorm_backward(dZ_tilde, cache):
    Z_hat, std, gamma = cache["Z_hat"], cache["std"], cache["gamma"]
    m = dZ_tilde.shape[1]
    dgamma = np.sum(dZ_tilde * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dZ_tilde, axis=1, keepdims=True)
    if cache["mode"] == "test":
        return gamma / std * dZ_tilde, dgamma, dbeta
    dZ = gamma / std * (dZ_tilde - dbeta / m)
    return dZ, dgamma, dbeta


# %% batchnorm_backward: mean and deviation are taken for constants in training too
def batchnorm_backward(dZ_tilde, cache):
    dgamma = np.sum(dZ_tilde * cache["Z_hat"], axis=1, keepdims=True)
    dbeta = np.sum(dZ_tilde, axis=1, keepdims=True)
    dZ = dZ_tilde * cache["gamma"] / cache["std"]
    return dZ, dgamma, dbeta


# %% batchnorm_backward: the training formula is used in test mode as well
def batchnorm_backward(dZ_tilde, cache):
    Z_hat = cache["Z_hat"]
    m = Z_hat.shape[1]
    dgamma = np.sum(dZ_tilde * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dZ_tilde, axis=1, keepdims=True)
    inner = dZ_tilde - dbeta / m - Z_hat * dgamma / m
    return cache["gamma"] / cache["std"] * inner, dgamma, dbeta


# %% batchnorm_backward: dgamma and dbeta are averages instead of sums
def batchnorm_backward(dZ_tilde, cache):
    Z_hat, std, gamma = cache["Z_hat"], cache["std"], cache["gamma"]
    dgamma = np.mean(dZ_tilde * Z_hat, axis=1, keepdims=True)
    dbeta = np.mean(dZ_tilde, axis=1, keepdims=True)
    dZ = dZ_tilde
    if cache["mode"] == "train":
        dZ = dZ_tilde - dbeta - Z_hat * dgamma
    dZ = gamma / std * dZ
    return dZ, dgamma, dbeta


# %% unbroadcast: averages instead of summing
def unbroadcast(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.mean(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            gradient = gradient.mean(axis=axis, keepdims=True)
    return gradient


# %% unbroadcast: sums only missing axes, those of length 1 keep the first value
def unbroadcast(gradient, shape):
    extra = gradient.ndim - len(shape)
    g = gradient.sum(axis=tuple(range(extra)))
    index = tuple(slice(0, n) for n in shape)
    return g[index]


# %% unbroadcast: compares axes from the left, the extra ones on the right are summed
def unbroadcast(gradient, shape):
    g = gradient
    while g.ndim > len(shape):
        g = g.sum(axis=-1)
    for axis, n in enumerate(shape):
        if n == 1 and g.shape[axis] != 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


# %% add: broadcasting is not undone
def add(a, b):
    def rule(g):
        return g, g

    return Tensor(a.data + b.data, (a, b), rule, "+")


# %% add: only b is unbroadcast, as if only a bias were ever repeated
def add(a, b):
    def rule(g):
        return g, unbroadcast(g, b.data.shape)

    return Tensor(a.data + b.data, (a, b), rule, "+")


# %% multiply: the two gradients have changed places
def multiply(a, b):
    def rule(g):
        da = unbroadcast(g * a.data, a.data.shape)
        db = unbroadcast(g * b.data, b.data.shape)
        return da, db

    return Tensor(a.data * b.data, (a, b), rule, "×")


# %% multiply: g is left out, the gradients are the plain factors
def multiply(a, b):
    def rule(g):
        ones = np.ones_like(g)
        return (
            unbroadcast(ones * b.data, a.data.shape),
            unbroadcast(ones * a.data, b.data.shape),
        )

    return Tensor(a.data * b.data, (a, b), rule, "×")


# %% matmul: dB is the transpose of what it should be
def matmul(a, b):
    def rule(g):
        return g @ b.data.T, g.T @ a.data

    return Tensor(a.data @ b.data, (a, b), rule, "@")


# %% matmul: divides by the number of examples, as dW in course 1
def matmul(a, b):
    def rule(g):
        m = g.shape[1]
        return g @ b.data.T / m, a.data.T @ g

    return Tensor(a.data @ b.data, (a, b), rule, "@")


# %% relu: the mask looks at g instead of a
def relu(a):
    def rule(g):
        return (g * (g > 0),)

    return Tensor(np.maximum(a.data, 0), (a,), rule, "relu")


# %% relu: writes zeros into g
def relu(a):
    def rule(g):
        g[a.data <= 0] = 0
        return (g,)

    return Tensor(np.maximum(a.data, 0), (a,), rule, "relu")


# %% relu: the gradient also passes where a is 0
def relu(a):
    def rule(g):
        return (np.where(a.data >= 0, g, 0),)

    return Tensor(np.maximum(a.data, 0), (a,), rule, "relu")


# %% sum_: a vanished axis is not put back before broadcasting
def sum_(a, axis=None, keepdims=False):
    def rule(g):
        return (np.broadcast_to(g, a.data.shape),)

    return Tensor(a.data.sum(axis=axis, keepdims=keepdims), (a,), rule, "Σ")


# %% sum_: the gradient is shared out, divided by the number of values summed
def sum_(a, axis=None, keepdims=False):
    def rule(g):
        if axis is None:
            n = a.data.size
        else:
            n = a.data.shape[axis]
            if not keepdims:
                g = np.expand_dims(g, axis)
        return (np.ones_like(a.data) * g / n,)

    return Tensor(a.data.sum(axis=axis, keepdims=keepdims), (a,), rule, "Σ")


# %% sum_: g is ignored, every value gets a 1
def sum_(a, axis=None, keepdims=False):
    def rule(g):
        return (np.ones_like(a.data),)

    return Tensor(a.data.sum(axis=axis, keepdims=keepdims), (a,), rule, "Σ")


# %% topological_order: appends before visiting the parents, then turns the list
def topological_order(tensor):
    order, seen = [], set()

    def visit(t):
        if t in seen:
            return
        seen.add(t)
        order.append(t)
        for parent in t.parents:
            visit(parent)

    visit(tensor)
    return order[::-1]


# %% topological_order: tensors used twice are listed twice
def topological_order(tensor):
    order = []

    def visit(t):
        for parent in t.parents:
            visit(parent)
        order.append(t)

    visit(tensor)
    return order


# %% topological_order: the result comes first, children before parents
def topological_order(tensor):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for p in node.parents:
                visit(p)
            order.append(node)

    visit(tensor)
    order.reverse()
    return order


# %% topological_order: level by level from the result, each listed where first met
def topological_order(tensor):
    level, seen, order = [tensor], {tensor}, []
    while level:
        order = level + order
        following = []
        for t in level:
            for parent in t.parents:
                if parent not in seen:
                    seen.add(parent)
                    following.append(parent)
        level = following
    return order


# %% topological_order: leaves are left out
def topological_order(tensor):
    seen, result = set(), []

    def visit(t):
        if t in seen or t.rule is None:
            return
        seen.add(t)
        for parent in t.parents:
            visit(parent)
        result.append(t)

    visit(tensor)
    return result


# %% backward: the second part overwrites the first
def backward(tensor):
    order = topological_order(tensor)
    for t in order:
        t.grad = None
    tensor.grad = np.ones_like(tensor.data)
    for t in reversed(order):
        if t.rule is None:
            continue
        for parent, part in zip(t.parents, t.rule(t.grad)):
            parent.grad = part


# %% backward: gradients of an earlier call are kept and added to, as in PyTorch
def backward(tensor):
    tensor.grad = np.ones_like(tensor.data)
    for t in reversed(topological_order(tensor)):
        if t.rule is not None:
            for parent, part in zip(t.parents, t.rule(t.grad)):
                if parent.grad is None:
                    parent.grad = part
                else:
                    parent.grad = parent.grad + part


# %% backward: += writes into an array that two tensors share
def backward(tensor):
    order = topological_order(tensor)
    for t in order:
        t.grad = None
    tensor.grad = np.ones_like(tensor.data)
    for t in order[::-1]:
        if t.rule is None:
            continue
        for parent, part in zip(t.parents, t.rule(t.grad)):
            if parent.grad is None:
                parent.grad = part
            else:
                parent.grad += part


# %% backward: walks depth first and passes parts on before a gradient is complete
def backward(tensor):
    for t in topological_order(tensor):
        t.grad = np.zeros_like(t.data)
    tensor.grad = np.ones_like(tensor.data)

    def walk(t):
        if t.rule is None:
            return
        parts = t.rule(t.grad)
        for parent, part in zip(t.parents, parts):
            parent.grad = parent.grad + part
            walk(parent)

    walk(tensor)


# %% backward: the rules get ones instead of the gradient that arrived
def backward(tensor):
    order = topological_order(tensor)
    for t in order:
        t.grad = np.zeros_like(t.data)
    tensor.grad = np.ones_like(tensor.data)
    for t in reversed(order):
        if t.rule:
            parts = t.rule(np.ones_like(t.data))
            for parent, part in zip(t.parents, parts):
                parent.grad = parent.grad + part


# %% sgd_step: gives the name p to something new, the tensor stays
def sgd_step(parameters, learning_rate):
    for p in parameters:
        if p.grad is not None:
            p = p.data - learning_rate * p.grad


# %% sgd_step: moves along the gradient instead of against it
def sgd_step(parameters, learning_rate):
    for p in parameters:
        if p.grad is None:
            continue
        p.data = p.data + learning_rate * p.grad


# %% train_step: old gradients are not forgotten
def train_step(model, X, Y, optimizer):
    scores = model(X)
    loss = nn.cross_entropy(scores, Y)
    loss.backward()
    optimizer.step()
    return loss.item()


# %% train_step: gradients are set to zero after backward, so the step does nothing
def train_step(model, X, Y, optimizer):
    loss = nn.cross_entropy(model(X), Y)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


# %% train_step: returns the loss after the update
def train_step(model, X, Y, optimizer):
    optimizer.zero_grad()
    loss = nn.cross_entropy(model(X), Y)
    loss.backward()
    optimizer.step()
    return nn.cross_entropy(model(X), Y).item()


# %% sample_log_uniform: the exponents are rounded to whole powers of ten
def sample_log_uniform(low, high, n, rng):
    r = rng.uniform(np.log10(low), np.log10(high), n)
    return np.clip(10.0 ** np.round(r), low, high)


# %% sample_beta: the logarithm of beta itself is drawn uniformly
def sample_beta(low, high, n, rng):
    return sample_log_uniform(low, high, n, rng)


# %% random_search: each new point counts only if it beats the one just before
def random_search(objective, space, n, rng):
    history = []
    best, last = None, np.inf
    for _ in range(n):
        point = draw_point(space, rng)
        error = objective(point)
        history.append((point, error))
        if error < last:
            best = point
        last = error
    return best, history


# %% coarse_to_fine: each round narrows the original space
def coarse_to_fine(objective, space, n, rounds, rng):
    history, current = [], space
    for _ in range(rounds):
        _, tried = random_search(objective, current, n, rng)
        history += tried
        best = min(history, key=lambda pair: pair[1])[0]
        current = zoom(space, best)
    return best, history


# %% softmax: scores are divided by the column's maximum
def softmax(Z):
    Z = Z / np.maximum(np.abs(Z).max(axis=0, keepdims=True), 1e-12)
    e = np.exp(Z)
    return e / e.sum(axis=0, keepdims=True)


# %% cross_entropy: the terms of the other classes are added, as in the binary cost
def cross_entropy(A, Y):
    m = Y.shape[1]
    return -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m


# %% batchnorm_forward: training normalizes with the updated running averages
def batchnorm_forward(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    if mode == "train":
        mean = Z.mean(axis=1, keepdims=True)
        var = Z.var(axis=1, keepdims=True)
        running["mean"] = momentum * running["mean"] + (1 - momentum) * mean
        running["var"] = momentum * running["var"] + (1 - momentum) * var
    std = np.sqrt(running["var"] + epsilon)
    Z_hat = (Z - running["mean"]) / std
    cache = {"Z_hat": Z_hat, "std": std, "gamma": gamma, "mode": mode}
    return gamma * Z_hat + beta, cache


# %% unbroadcast: extra axes are summed from the right
def unbroadcast(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=-1)
    for axis, n in enumerate(shape):
        if n == 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient


# %% relu: the gradient passes where the gradient is positive
def relu(a):
    def rule(g):
        return (np.maximum(g, 0),)

    return Tensor(np.maximum(a.data, 0), (a,), rule, "relu")


# %% sum_: the gradient is divided among the values summed
def sum_(a, axis=None, keepdims=False):
    def rule(g):
        if axis is not None and not keepdims:
            g = np.expand_dims(g, axis)
        count = a.data.size if axis is None else a.data.shape[axis]
        return (np.broadcast_to(g / count, a.data.shape),)

    return Tensor(a.data.sum(axis=axis, keepdims=keepdims), (a,), rule, "Σ")


# %% coarse_to_fine: every round zooms into the whole space instead of the last one
def coarse_to_fine(objective, space, n, rounds, rng):
    history = []
    here = space
    for _ in range(rounds):
        _, tried = random_search(objective, here, n, rng)
        history = history + tried
        best = min(history, key=lambda pair: pair[1])[0]
        here = zoom(space, best)
    return best, history


# %% cross_entropy: adds the binary term of the classes that are false
def cross_entropy(A, Y):
    m = A.shape[1]
    A = np.clip(A, 1e-12, 1 - 1e-12)
    return -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m


# %% softmax_backward: multiplies by the derivative of the sigmoid, A (1 - A)
def softmax_backward(A, Y):
    m = A.shape[1]
    return (A - Y) * A * (1 - A) / m


# %% batchnorm_forward: the running variance is updated with the standard deviation
def batchnorm_forward(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    if mode == "train":
        mu = Z.mean(axis=1, keepdims=True)
        std = np.sqrt(Z.var(axis=1, keepdims=True) + epsilon)
        running["mean"] = momentum * running["mean"] + (1 - momentum) * mu
        running["var"] = momentum * running["var"] + (1 - momentum) * std
    else:
        mu = running["mean"]
        std = np.sqrt(running["var"] + epsilon)
    Z_hat = (Z - mu) / std
    cache = {"Z_hat": Z_hat, "std": std, "gamma": gamma, "mode": mode}
    return gamma * Z_hat + beta, cache


# %% batchnorm_forward: the variance of the batch is divided by m - 1
def batchnorm_forward(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    if mode == "train":
        mu = np.mean(Z, axis=1, keepdims=True)
        var = np.var(Z, axis=1, keepdims=True, ddof=1)
        running["mean"] = momentum * running["mean"] + (1 - momentum) * mu
        running["var"] = momentum * running["var"] + (1 - momentum) * var
    else:
        mu, var = running["mean"], running["var"]
    std = np.sqrt(var + epsilon)
    Z_hat = (Z - mu) / std
    cache = dict(Z_hat=Z_hat, std=std, gamma=gamma, mode=mode)
    return gamma * Z_hat + beta, cache


# %% batchnorm_backward: the path through the variance is multiplied by Z_hat only once
def batchnorm_backward(dZ_tilde, cache):
    Z_hat = cache["Z_hat"]
    dgamma = (dZ_tilde * Z_hat).sum(axis=1, keepdims=True)
    dbeta = dZ_tilde.sum(axis=1, keepdims=True)
    dZ_hat = cache["gamma"] * dZ_tilde
    if cache["mode"] == "test":
        return dZ_hat / cache["std"], dgamma, dbeta
    dZ = dZ_hat - dZ_hat.mean(axis=1, keepdims=True)
    dZ = dZ - (dZ_hat * Z_hat).mean(axis=1, keepdims=True)
    return dZ / cache["std"], dgamma, dbeta


# %% unbroadcast: sums over the extra axes only, and takes the first of a repeated one
def unbroadcast(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1:
            gradient = np.take(gradient, [0], axis=axis)
    return gradient


# %% multiply: the local derivatives are not multiplied by the upstream gradient
def multiply(a, b):
    def rule(g):
        da = np.broadcast_to(b.data, g.shape)
        db = np.broadcast_to(a.data, g.shape)
        return unbroadcast(da, a.data.shape), unbroadcast(db, b.data.shape)

    return Tensor(a.data * b.data, (a, b), rule, "×")


# %% relu: lets the gradient pass where the gradient itself is positive
def relu(a):
    def rule(g):
        return (np.where(g > 0, g, 0.0),)

    return Tensor(np.maximum(a.data, 0), (a,), rule, "relu")


# %% sum_: divides the gradient by the number of values that were summed
def sum_(a, axis=None, keepdims=False):
    def rule(g):
        if axis is not None and not keepdims:
            g = np.expand_dims(g, axis)
        count = a.data.size if axis is None else a.data.shape[axis]
        return (np.broadcast_to(g, a.data.shape) / count,)

    return Tensor(a.data.sum(axis=axis, keepdims=keepdims), (a,), rule, "Σ")


# %% topological_order: lists the result first and its parents after it
def topological_order(tensor):
    order, seen = [], set()

    def visit(t):
        if t in seen:
            return
        seen.add(t)
        for parent in t.parents:
            visit(parent)
        order.append(t)

    visit(tensor)
    return order[::-1]


# %% backward: a tensor used twice keeps only the part that arrived first
def backward(tensor):
    order = topological_order(tensor)
    for t in order:
        t.grad = None
    tensor.grad = np.ones(tensor.data.shape)
    for t in order[::-1]:
        if t.rule is not None:
            for p, part in zip(t.parents, t.rule(t.grad)):
                if p.grad is None:
                    p.grad = part


# %% sgd_step: stops at the first parameter without a gradient
def sgd_step(parameters, learning_rate):
    for p in parameters:
        if p.grad is None:
            break
        p.data = p.data - learning_rate * p.grad


# %% train_step: clears the gradients after the backward pass, before the update
def train_step(model, X, Y, optimizer):
    scores = model(X)
    loss = nn.cross_entropy(scores, Y)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()
