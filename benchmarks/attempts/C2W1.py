"""Wrong answers to C2W1 as learners write them; each label says what is wrong."""

# %% split_dataset: X and Y are shuffled by different permutations
def split_dataset(X, Y, fractions, seed):
    rng = np.random.default_rng(seed)
    m = X.shape[1]
    X = X[:, rng.permutation(m)]
    Y = Y[:, rng.permutation(m)]
    a = round(fractions[0] * m)
    b = a + round(fractions[1] * m)
    return (X[:, :a], Y[:, :a]), (X[:, a:b], Y[:, a:b]), (X[:, b:], Y[:, b:])


# %% split_dataset: cuts without shuffling
def split_dataset(X, Y, fractions, seed):
    np.random.seed(seed)
    m = X.shape[1]
    n_train = int(round(fractions[0] * m))
    n_dev = int(round(fractions[1] * m))
    end = n_train + n_dev
    train = X[:, :n_train], Y[:, :n_train]
    dev = X[:, n_train:end], Y[:, n_train:end]
    test = X[:, end:], Y[:, end:]
    return train, dev, test


# %% split_dataset: the dev set begins one column too late and loses an example
def split_dataset(X, Y, fractions, seed):
    m = X.shape[1]
    order = np.random.default_rng(seed).permutation(m)
    n_train = round(fractions[0] * m)
    n_dev = round(fractions[1] * m)
    train = order[:n_train]
    dev = order[n_train + 1 : n_train + n_dev]
    test = order[n_train + n_dev :]
    return tuple((X[:, part], Y[:, part]) for part in (train, dev, test))


# %% split_dataset: the seed is ignored, every call shuffles anew
def split_dataset(X, Y, fractions, seed):
    rng = np.random.default_rng()
    order = rng.permutation(X.shape[1])
    cuts = np.cumsum([round(f * X.shape[1]) for f in fractions[:2]])
    sets = np.split(order, cuts)
    return tuple((X[:, rows], Y[:, rows]) for rows in sets)


# %% diagnose: the training error counts as bias without subtracting the Bayes error
def diagnose(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    found = set()
    if train_error > tolerance:
        found.add("high bias")
    if dev_error - train_error > tolerance:
        found.add("high variance")
    return found


# %% diagnose: variance is measured from the Bayes error
def diagnose(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    found = set()
    if train_error - bayes_error > tolerance:
        found.add("high bias")
    if dev_error - bayes_error > tolerance:
        found.add("high variance")
    return found


# %% diagnose: only one ailment is found, variance is an elif
def diagnose(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    result = set()
    if train_error - bayes_error > tolerance:
        result.add("high bias")
    elif dev_error - train_error > tolerance:
        result.add("high variance")
    return result


# %% normalize_inputs: the test set is measured with its own mean and deviation
def normalize_inputs(X_train, X_test):
    mu = np.mean(X_train, axis=1, keepdims=True)
    sigma = np.std(X_train, axis=1, keepdims=True)
    mu_t = np.mean(X_test, axis=1, keepdims=True)
    sigma_t = np.std(X_test, axis=1, keepdims=True)
    return (X_train - mu) / sigma, (X_test - mu_t) / sigma_t, mu, sigma


# %% normalize_inputs: divides by the variance instead of the deviation
def normalize_inputs(X_train, X_test):
    m = X_train.shape[1]
    mu = np.sum(X_train, axis=1, keepdims=True) / m
    sigma = np.sum((X_train - mu) ** 2, axis=1, keepdims=True) / m
    return (X_train - mu) / sigma, (X_test - mu) / sigma, mu, sigma


# %% normalize_inputs: the deviation with m - 1 below the line
def normalize_inputs(X_train, X_test):
    mu = X_train.mean(axis=1, keepdims=True)
    sigma = X_train.std(axis=1, keepdims=True, ddof=1)
    X_train = (X_train - mu) / sigma
    X_test = (X_test - mu) / sigma
    return X_train, X_test, mu, sigma


# %% normalize_inputs: the test set is scaled but not shifted
def normalize_inputs(X_train, X_test):
    mu = np.mean(X_train, axis=1, keepdims=True)
    sigma = np.std(X_train, axis=1, keepdims=True)
    return (X_train - mu) / sigma, X_test / sigma, mu, sigma


# %% initialize_parameters_random: random biases as well
def initialize_parameters_random(layers_dims):
    parameters = {}
    for l in range(1, len(layers_dims)):
        n, n_prev = layers_dims[l], layers_dims[l - 1]
        parameters["W" + str(l)] = np.random.randn(n, n_prev) * 10
        parameters["b" + str(l)] = np.random.randn(n, 1) * 10
    return parameters


# %% initialize_parameters_random: even draws from 0 to 10
def initialize_parameters_random(layers_dims):
    parameters = {}
    for l in range(1, len(layers_dims)):
        parameters[f"W{l}"] = np.random.rand(layers_dims[l], layers_dims[l - 1]) * 10
        parameters[f"b{l}"] = np.zeros((layers_dims[l], 1))
    return parameters


# %% initialize_parameters_zeros: the weights start at ones
def initialize_parameters_zeros(layers_dims):
    parameters = {}
    for l in range(1, len(layers_dims)):
        parameters[f"W{l}"] = np.ones((layers_dims[l], layers_dims[l - 1]))
        parameters[f"b{l}"] = np.zeros((layers_dims[l], 1))
    return parameters


# %% initialize_parameters_he: the root is forgotten
def initialize_parameters_he(layers_dims):
    parameters = {}
    for l in range(1, len(layers_dims)):
        n, n_prev = layers_dims[l], layers_dims[l - 1]
        parameters["W" + str(l)] = np.random.randn(n, n_prev) * 2 / n_prev
        parameters["b" + str(l)] = np.zeros((n, 1))
    return parameters


# %% initialize_parameters_he: counts the units of the layer itself
def initialize_parameters_he(layers_dims):
    parameters = {}
    L = len(layers_dims)
    for l in range(1, L):
        scale = np.sqrt(2.0 / layers_dims[l])
        W = np.random.randn(layers_dims[l], layers_dims[l - 1])
        parameters[f"W{l}"] = W * scale
        parameters[f"b{l}"] = np.zeros((layers_dims[l], 1))
    return parameters


# %% initialize_parameters_xavier: the mean of both sizes, as in Keras
def initialize_parameters_xavier(layers_dims):
    parameters = {}
    for l in range(1, len(layers_dims)):
        fan_in, fan_out = layers_dims[l - 1], layers_dims[l]
        std = np.sqrt(2 / (fan_in + fan_out))
        parameters[f"W{l}"] = std * np.random.randn(fan_out, fan_in)
        parameters[f"b{l}"] = np.zeros((fan_out, 1))
    return parameters


# %% compute_cost_with_regularization: the biases are charged as well
def compute_cost_with_regularization(A3, Y, parameters, lambd):
    m = Y.shape[1]
    cross = -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / m
    penalty = sum(np.sum(np.square(p)) for p in parameters.values())
    return cross + lambd / (2 * m) * penalty


# %% compute_cost_with_regularization: the penalty is not divided by m
def compute_cost_with_regularization(A3, Y, parameters, lambd):
    m = Y.shape[1]
    W1, W2, W3 = parameters["W1"], parameters["W2"], parameters["W3"]
    cross_entropy = -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / m
    l2 = lambd / 2 * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
    return cross_entropy + l2


# %% compute_cost_with_regularization: adds norms without squaring them
def compute_cost_with_regularization(A3, Y, parameters, lambd):
    m = Y.shape[1]
    cost = -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / m
    for key in ["W1", "W2", "W3"]:
        cost += lambd / (2 * m) * np.linalg.norm(parameters[key])
    return cost


# %% backward_propagation_with_regularization: the penalty's term is divided by 2m
def backward_propagation_with_regularization(X, Y, cache, lambd):
    m = X.shape[1]
    (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3) = cache
    dZ3 = A3 - Y
    dW3 = np.dot(dZ3, A2.T) / m + lambd / (2 * m) * W3
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m
    dA2 = np.dot(W3.T, dZ3)
    dZ2 = dA2 * (A2 > 0)
    dW2 = np.dot(dZ2, A1.T) / m + lambd / (2 * m) * W2
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = np.dot(W2.T, dZ2)
    dZ1 = dA1 * (A1 > 0)
    dW1 = np.dot(dZ1, X.T) / m + lambd / (2 * m) * W1
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2,
            "db2": db2, "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}


# %% backward_propagation_with_regularization: the first layer has no penalty term
def backward_propagation_with_regularization(X, Y, cache, lambd):
    m = X.shape[1]
    _, A1, W1, _, _, A2, W2, _, _, A3, W3, _ = cache
    g = {"dZ3": A3 - Y}
    g["dW3"] = (g["dZ3"] @ A2.T + lambd * W3) / m
    g["db3"] = g["dZ3"].mean(axis=1, keepdims=True)
    g["dA2"] = W3.T @ g["dZ3"]
    g["dZ2"] = g["dA2"] * (A2 > 0)
    g["dW2"] = (g["dZ2"] @ A1.T + lambd * W2) / m
    g["db2"] = g["dZ2"].mean(axis=1, keepdims=True)
    g["dA1"] = W2.T @ g["dZ2"]
    g["dZ1"] = g["dA1"] * (A1 > 0)
    g["dW1"] = g["dZ1"] @ X.T / m
    g["db1"] = g["dZ1"].mean(axis=1, keepdims=True)
    return g


# %% backward_propagation_with_regularization: dZ1 is multiplied by A1, not by its mask
def backward_propagation_with_regularization(X, Y, cache, lambd):
    m = X.shape[1]
    (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3) = cache
    dZ3 = A3 - Y
    dW3 = 1 / m * np.dot(dZ3, A2.T) + lambd / m * W3
    db3 = 1 / m * np.sum(dZ3, axis=1, keepdims=True)
    dA2 = np.dot(W3.T, dZ3)
    dZ2 = np.multiply(dA2, np.int64(A2 > 0))
    dW2 = 1 / m * np.dot(dZ2, A1.T) + lambd / m * W2
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dA1 = np.dot(W2.T, dZ2)
    dZ1 = np.multiply(dA1, A1)
    dW1 = 1 / m * np.dot(dZ1, X.T) + lambd / m * W1
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2,
            "db2": db2, "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}


# %% l1_penalty: 2m below the line, as for L2
def l1_penalty(parameters, lambd, m):
    total = 0
    for key, value in parameters.items():
        if key.startswith("W"):
            total += np.sum(np.abs(value))
    return lambd / (2 * m) * total


# %% l1_penalty: the absolute value is taken of the sum, so signs cancel
def l1_penalty(parameters, lambd, m):
    weights = [W for name, W in parameters.items() if name[0] == "W"]
    return lambd / m * sum(abs(np.sum(W)) for W in weights)


# %% l1_penalty: biases are charged as well
def l1_penalty(parameters, lambd, m):
    return lambd / m * sum(np.abs(p).sum() for p in parameters.values())


# %% l1_gradient: the slope of L2, proportional to the weight
def l1_gradient(W, lambd, m):
    return (lambd / m) * W


# %% l1_gradient: weights of 0 are pulled as if they were positive
def l1_gradient(W, lambd, m):
    return np.where(W >= 0, 1.0, -1.0) * lambd / m


# %% forward_propagation_with_dropout: keep_prob is taken for the share that drops
def forward_propagation_with_dropout(X, parameters, keep_prob=0.5):
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    W3, b3 = parameters["W3"], parameters["b3"]
    Z1 = W1 @ X + b1
    A1 = relu(Z1)
    D1 = (np.random.rand(*A1.shape) > keep_prob).astype(int)
    A1 = A1 * D1 / keep_prob
    Z2 = W2 @ A1 + b2
    A2 = relu(Z2)
    D2 = (np.random.rand(*A2.shape) > keep_prob).astype(int)
    A2 = A2 * D2 / keep_prob
    Z3 = W3 @ A2 + b3
    A3 = sigmoid(Z3)
    return A3, (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)


# %% forward_propagation_with_dropout: the second layer is not scaled up
def forward_propagation_with_dropout(X, parameters, keep_prob=0.5):
    W1, b1, W2, b2, W3, b3 = (
        parameters[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3")
    )
    Z1 = np.dot(W1, X) + b1
    A1 = relu(Z1)
    D1 = np.random.rand(A1.shape[0], A1.shape[1]) < keep_prob
    A1 = A1 * D1
    A1 = A1 / keep_prob
    Z2 = np.dot(W2, A1) + b2
    A2 = relu(Z2)
    D2 = np.random.rand(A2.shape[0], A2.shape[1]) < keep_prob
    A2 = A2 * D2
    Z3 = np.dot(W3, A2) + b3
    A3 = sigmoid(Z3)
    return A3, (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)


# %% forward_propagation_with_dropout: one mask for all examples of the batch
def forward_propagation_with_dropout(X, parameters, keep_prob=0.5):
    W1, b1, W2, b2, W3, b3 = (
        parameters[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3")
    )
    Z1 = W1 @ X + b1
    D1 = np.random.rand(W1.shape[0], 1) < keep_prob
    D1 = np.tile(D1, (1, X.shape[1]))
    A1 = relu(Z1) * D1 / keep_prob
    Z2 = W2 @ A1 + b2
    D2 = np.random.rand(W2.shape[0], 1) < keep_prob
    D2 = np.tile(D2, (1, X.shape[1]))
    A2 = relu(Z2) * D2 / keep_prob
    Z3 = W3 @ A2 + b3
    A3 = sigmoid(Z3)
    return A3, (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)


# %% forward_propagation_with_dropout: scales by keep_prob instead of dividing by it
def forward_propagation_with_dropout(X, parameters, keep_prob=0.5):
    p = parameters
    Z1 = p["W1"] @ X + p["b1"]
    A1 = relu(Z1)
    D1 = (np.random.rand(*A1.shape) < keep_prob).astype(float)
    A1 = A1 * D1 * keep_prob
    Z2 = p["W2"] @ A1 + p["b2"]
    A2 = relu(Z2)
    D2 = (np.random.rand(*A2.shape) < keep_prob).astype(float)
    A2 = A2 * D2 * keep_prob
    Z3 = p["W3"] @ A2 + p["b3"]
    A3 = sigmoid(Z3)
    cache = (Z1, D1, A1, p["W1"], p["b1"], Z2, D2, A2, p["W2"], p["b2"],
             Z3, A3, p["W3"], p["b3"])
    return A3, cache


# %% backward_propagation_with_dropout: the slopes are masked but not scaled
def backward_propagation_with_dropout(X, Y, cache, keep_prob):
    m = X.shape[1]
    (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3) = cache
    dZ3 = A3 - Y
    dW3 = dZ3 @ A2.T / m
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m
    dA2 = (W3.T @ dZ3) * D2
    dZ2 = dA2 * (A2 > 0)
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = (W2.T @ dZ2) * D1
    dZ1 = dA1 * (A1 > 0)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2,
            "db2": db2, "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}


# %% backward_propagation_with_dropout: fresh masks are drawn on the way back
def backward_propagation_with_dropout(X, Y, cache, keep_prob):
    m = X.shape[1]
    (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3) = cache
    dZ3 = A3 - Y
    dW3 = np.dot(dZ3, A2.T) / m
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m
    dA2 = np.dot(W3.T, dZ3)
    D2 = np.random.rand(*dA2.shape) < keep_prob
    dA2 = dA2 * D2 / keep_prob
    dZ2 = dA2 * (A2 > 0)
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = np.dot(W2.T, dZ2)
    D1 = np.random.rand(*dA1.shape) < keep_prob
    dA1 = dA1 * D1 / keep_prob
    dZ1 = dA1 * (A1 > 0)
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2,
            "db2": db2, "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}


# %% early_stopping: returns the lowest cost of all, patience has no effect
def early_stopping(dev_costs, patience):
    return int(np.argmin(dev_costs))


# %% early_stopping: a cost equal to the lowest counts as a new low
def early_stopping(dev_costs, patience):
    best, wait = 0, 0
    for i in range(1, len(dev_costs)):
        if dev_costs[i] <= dev_costs[best]:
            best, wait = i, 0
        else:
            wait += 1
            if wait >= patience:
                break
    return best


# %% early_stopping: stops one epoch too late
def early_stopping(dev_costs, patience):
    best_cost = float("inf")
    best_epoch = 0
    bad = 0
    for epoch, cost in enumerate(dev_costs):
        if cost < best_cost:
            best_cost = cost
            best_epoch = epoch
            bad = 0
        else:
            bad += 1
            if bad > patience:
                break
    return best_epoch


# %% early_stopping: the counter is not set back at a new low
def early_stopping(dev_costs, patience):
    lowest, keep, waited = dev_costs[0], 0, 0
    for i, cost in enumerate(dev_costs[1:], start=1):
        if cost < lowest:
            lowest, keep = cost, i
        else:
            waited += 1
        if waited == patience:
            break
    return keep


# %% early_stopping: compares with the epoch before instead of the lowest so far
def early_stopping(dev_costs, patience):
    best, wait = 0, 0
    for i in range(1, len(dev_costs)):
        if dev_costs[i] < dev_costs[i - 1]:
            wait = 0
            if dev_costs[i] < dev_costs[best]:
                best = i
        else:
            wait += 1
        if wait >= patience:
            return best
    return best


# %% augment: never moves by 2, the upper end is left out
def augment(image, rng):
    if rng.random() < 0.5:
        image = image[:, ::-1]
    down = int(rng.integers(-2, 2))
    right = int(rng.integers(-2, 2))
    return shifted(image, down, right)


# %% augment: mirrors upside down
def augment(image, rng):
    out = image
    if rng.uniform() < 0.5:
        out = out[::-1]
    return shifted(out, rng.integers(-2, 3), rng.integers(-2, 3))


# %% augment: one move for both directions
def augment(image, rng):
    if rng.integers(2):
        image = np.fliplr(image)
    step = rng.integers(-2, 3)
    return shifted(image, step, step)


# %% augment: mirrors always
def augment(image, rng):
    mirrored = image[:, ::-1].copy()
    down, right = rng.integers(-2, 3, size=2)
    return shifted(mirrored, down, right)


# %% augment: what leaves on one side comes back on the other instead of zeros
def augment(image, rng):
    if rng.random() < 0.5:
        image = image[:, ::-1]
    dy, dx = rng.integers(-2, 3, size=2)
    return np.roll(image, (dy, dx), axis=(0, 1))


# %% gradient_check: the difference of the two costs is divided by epsilon alone
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    J_plus = forward_propagation(x, theta + epsilon)
    J_minus = forward_propagation(x, theta - epsilon)
    gradapprox = (J_plus - J_minus) / epsilon
    grad = backward_propagation(x, theta)
    difference = np.linalg.norm(grad - gradapprox) / (
        np.linalg.norm(grad) + np.linalg.norm(gradapprox)
    )
    if print_msg:
        print("fine" if difference < 2e-7 else "there is a bug")
    return difference


# %% gradient_check: nudges x instead of theta
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    up = forward_propagation(x + epsilon, theta)
    down = forward_propagation(x - epsilon, theta)
    approx = (up - down) / (2 * epsilon)
    grad = backward_propagation(x, theta)
    difference = abs(grad - approx) / (abs(grad) + abs(approx))
    if print_msg:
        print(difference)
    return difference


# %% gradient_check_n: the nudges are left in the vector and add up
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    theta, _ = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)
    approx = np.zeros_like(theta)
    plus, minus = theta.copy(), theta.copy()
    for i in range(len(theta)):
        plus[i] += epsilon
        minus[i] -= epsilon
        J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(plus))
        J_minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(minus))
        approx[i] = (J_plus - J_minus) / (2 * epsilon)
    difference = np.linalg.norm(grad - approx) / (
        np.linalg.norm(grad) + np.linalg.norm(approx)
    )
    if print_msg:
        print("ok" if difference < 2e-7 else "wrong", difference)
    return difference


# %% gradient_check_n: shapes (47,) and (47, 1) are subtracted, a table of differences
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    theta, _ = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)
    approx = []
    for i in range(theta.shape[0]):
        costs = []
        for sign in (1, -1):
            nudged = theta.copy()
            nudged[i, 0] += sign * epsilon
            costs.append(forward_propagation_n(X, Y, vector_to_dictionary(nudged))[0])
        approx.append((costs[0] - costs[1]) / (2 * epsilon))
    approx = np.array(approx)
    difference = np.linalg.norm(grad - approx) / (
        np.linalg.norm(grad) + np.linalg.norm(approx)
    )
    if print_msg:
        print("relative difference", difference)
    return difference


# %% gradient_check_n: divides by the norm of the sum, not by the sum of the norms
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    theta, _ = dictionary_to_vector(parameters)
    g = gradients_to_vector(gradients)
    g_approx = np.zeros(theta.shape)
    for i in range(theta.shape[0]):
        step = np.zeros(theta.shape)
        step[i] = epsilon
        up = forward_propagation_n(X, Y, vector_to_dictionary(theta + step))[0]
        down = forward_propagation_n(X, Y, vector_to_dictionary(theta - step))[0]
        g_approx[i] = (up - down) / (2 * epsilon)
    difference = np.linalg.norm(g - g_approx) / np.linalg.norm(g + g_approx)
    if print_msg:
        print(difference)
    return difference


# %% split_dataset: each column is drawn with replacement
def split_dataset(X, Y, fractions, seed):
    rng = np.random.default_rng(seed)
    m = X.shape[1]
    order = rng.integers(0, m, m)
    X, Y = X[:, order], Y[:, order]
    a = round(fractions[0] * m)
    b = a + round(fractions[1] * m)
    return (X[:, :a], Y[:, :a]), (X[:, a:b], Y[:, a:b]), (X[:, b:], Y[:, b:])


# %% diagnose: high variance counts only where it is the larger gap
def diagnose(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    found = set()
    bias = train_error - bayes_error
    variance = dev_error - train_error
    if bias > tolerance:
        found.add("high bias")
    if variance > bias and variance > tolerance:
        found.add("high variance")
    return found


# %% normalize_inputs: the standard deviation is taken around zero
def normalize_inputs(X_train, X_test):
    mu = X_train.mean(axis=1, keepdims=True)
    sigma = np.sqrt(np.mean(X_train**2, axis=1, keepdims=True))
    return (X_train - mu) / sigma, (X_test - mu) / sigma, mu, sigma


# %% initialize_parameters_he: the number of inputs of the whole network is used
def initialize_parameters_he(layers_dims):
    p = {}
    for l in range(1, len(layers_dims)):
        W = np.random.randn(layers_dims[l], layers_dims[l - 1])
        p[f"W{l}"] = W * np.sqrt(2 / layers_dims[0])
        p[f"b{l}"] = np.zeros((layers_dims[l], 1))
    return p


# %% compute_cost_with_regularization: the root of the sum of squares is added
def compute_cost_with_regularization(A3, Y, parameters, lambd):
    m = Y.shape[1]
    cross = -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / m
    norms = sum(np.linalg.norm(parameters[k]) for k in ("W1", "W2", "W3"))
    return cross + lambd / (2 * m) * norms


# %% backward_propagation_with_regularization: dA2 uses the gradient dW3 for W3
def backward_propagation_with_regularization(X, Y, cache, lambd):
    m = X.shape[1]
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    g = {}
    g["dZ3"] = A3 - Y
    g["dW3"] = g["dZ3"] @ A2.T / m + lambd / m * W3
    g["db3"] = g["dZ3"].sum(axis=1, keepdims=True) / m
    g["dA2"] = g["dW3"].T @ g["dZ3"]
    g["dZ2"] = g["dA2"] * (A2 > 0)
    g["dW2"] = g["dZ2"] @ A1.T / m + lambd / m * W2
    g["db2"] = g["dZ2"].sum(axis=1, keepdims=True) / m
    g["dA1"] = W2.T @ g["dZ2"]
    g["dZ1"] = g["dA1"] * (A1 > 0)
    g["dW1"] = g["dZ1"] @ X.T / m + lambd / m * W1
    g["db1"] = g["dZ1"].sum(axis=1, keepdims=True) / m
    return g


# %% forward_propagation_with_dropout: one mask is drawn per unit, not per example
def forward_propagation_with_dropout(X, parameters, keep_prob=0.5):
    W1, b1, W2, b2, W3, b3 = (
        parameters[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3")
    )
    Z1 = W1 @ X + b1
    A1 = relu(Z1)
    D1 = (np.random.rand(A1.shape[0], 1) < keep_prob) * np.ones(A1.shape)
    A1 = A1 * D1 / keep_prob
    Z2 = W2 @ A1 + b2
    A2 = relu(Z2)
    D2 = (np.random.rand(A2.shape[0], 1) < keep_prob) * np.ones(A2.shape)
    A2 = A2 * D2 / keep_prob
    Z3 = W3 @ A2 + b3
    A3 = sigmoid(Z3)
    return A3, (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)


# %% early_stopping: patience counts rises over the epoch before
def early_stopping(dev_costs, patience):
    best, worse = 0, 0
    for i in range(1, len(dev_costs)):
        if dev_costs[i] < dev_costs[best]:
            best = i
        if dev_costs[i] >= dev_costs[i - 1]:
            worse += 1
        else:
            worse = 0
        if worse >= patience:
            break
    return best


# %% augment: it mirrors whenever the image moves to the right, without a coin of its own
def augment(image, rng):
    down, right = rng.integers(-2, 3, size=2)
    flipped = image[:, ::-1] if right > 0 else image
    return shifted(flipped, down, right)


# %% gradient_check_n: it returns the largest difference of a single parameter
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    theta, _ = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)
    approx = np.zeros_like(theta)
    for i in range(len(theta)):
        plus, minus = theta.copy(), theta.copy()
        plus[i] += epsilon
        minus[i] -= epsilon
        up, _ = forward_propagation_n(X, Y, vector_to_dictionary(plus))
        down, _ = forward_propagation_n(X, Y, vector_to_dictionary(minus))
        approx[i] = (up - down) / (2 * epsilon)
    difference = np.max(np.abs(grad - approx) / (np.abs(grad) + np.abs(approx) + 1e-12))
    if print_msg:
        print("right" if difference < 1e-6 else "wrong")
    return difference


# %% split_dataset: the sizes are cut down to whole numbers instead of rounded
def split_dataset(X, Y, fractions, seed):
    m = X.shape[1]
    order = np.random.default_rng(seed).permutation(m)
    X, Y = X[:, order], Y[:, order]
    n_train = int(fractions[0] * m)
    n_dev = int(fractions[1] * m)
    a, b = n_train, n_train + n_dev
    return (X[:, :a], Y[:, :a]), (X[:, a:b], Y[:, a:b]), (X[:, b:], Y[:, b:])


# %% diagnose: high variance is looked for only where the bias is fine
def diagnose(train_error, dev_error, bayes_error=0.0, tolerance=0.02):
    if train_error - bayes_error > tolerance:
        return {"high bias"}
    elif dev_error - train_error > tolerance:
        return {"high variance"}
    return set()


# %% initialize_parameters_he: averages the sizes of both layers, as Glorot does
def initialize_parameters_he(layers_dims):
    parameters = {}
    for l in range(1, len(layers_dims)):
        n_in, n_out = layers_dims[l - 1], layers_dims[l]
        scale = np.sqrt(2 / (n_in + n_out))
        parameters[f"W{l}"] = np.random.randn(n_out, n_in) * scale
        parameters[f"b{l}"] = np.zeros((n_out, 1))
    return parameters


# %% compute_cost_with_regularization: adds up the norms of the matrices, not their squares
def compute_cost_with_regularization(A3, Y, parameters, lambd):
    m = Y.shape[1]
    cross_entropy = -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / m
    penalty = 0
    for l in (1, 2, 3):
        penalty += np.linalg.norm(parameters[f"W{l}"])
    return cross_entropy + lambd / (2 * m) * penalty


# %% backward_propagation_with_regularization: the penalty's gradient is λ/(2m) W
def backward_propagation_with_regularization(X, Y, cache, lambd):
    m = X.shape[1]
    (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3) = cache
    grads = {}
    grads["dZ3"] = A3 - Y
    grads["dW3"] = grads["dZ3"] @ A2.T / m + lambd / (2 * m) * W3
    grads["db3"] = np.sum(grads["dZ3"], axis=1, keepdims=True) / m
    grads["dA2"] = W3.T @ grads["dZ3"]
    grads["dZ2"] = grads["dA2"] * (A2 > 0)
    grads["dW2"] = grads["dZ2"] @ A1.T / m + lambd / (2 * m) * W2
    grads["db2"] = np.sum(grads["dZ2"], axis=1, keepdims=True) / m
    grads["dA1"] = W2.T @ grads["dZ2"]
    grads["dZ1"] = grads["dA1"] * (A1 > 0)
    grads["dW1"] = grads["dZ1"] @ X.T / m + lambd / (2 * m) * W1
    grads["db1"] = np.sum(grads["dZ1"], axis=1, keepdims=True) / m
    return grads


# %% forward_propagation_with_dropout: the cache holds the activations before the mask
def forward_propagation_with_dropout(X, parameters, keep_prob=0.5):
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    W3, b3 = parameters["W3"], parameters["b3"]
    Z1 = np.dot(W1, X) + b1
    A1 = relu(Z1)
    D1 = np.random.rand(*A1.shape) < keep_prob
    dropped1 = A1 * D1 / keep_prob
    Z2 = np.dot(W2, dropped1) + b2
    A2 = relu(Z2)
    D2 = np.random.rand(*A2.shape) < keep_prob
    dropped2 = A2 * D2 / keep_prob
    Z3 = np.dot(W3, dropped2) + b3
    A3 = sigmoid(Z3)
    cache = (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)
    return A3, cache


# %% backward_propagation_with_dropout: draws new masks for the way back
def backward_propagation_with_dropout(X, Y, cache, keep_prob):
    m = X.shape[1]
    (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3) = cache
    dZ3 = A3 - Y
    dW3 = dZ3 @ A2.T / m
    db3 = dZ3.sum(axis=1, keepdims=True) / m
    D2 = np.random.rand(*A2.shape) < keep_prob
    dA2 = W3.T @ dZ3 * D2 / keep_prob
    dZ2 = dA2 * (Z2 > 0)
    dW2 = dZ2 @ A1.T / m
    db2 = dZ2.sum(axis=1, keepdims=True) / m
    D1 = np.random.rand(*A1.shape) < keep_prob
    dA1 = W2.T @ dZ2 * D1 / keep_prob
    dZ1 = dA1 * (Z1 > 0)
    dW1 = dZ1 @ X.T / m
    db1 = dZ1.sum(axis=1, keepdims=True) / m
    return {
        "dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2,
        "db2": db2, "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1,
    }


# %% early_stopping: compares each cost with the one before instead of the lowest
def early_stopping(dev_costs, patience):
    index, waited = 0, 0
    for i in range(1, len(dev_costs)):
        if dev_costs[i] < dev_costs[i - 1]:
            index = i
            waited = 0
        else:
            waited += 1
        if waited >= patience:
            return index
    return index


# %% augment: moves by the same number of pixels down and to the right
def augment(image, rng):
    if rng.random() < 0.5:
        image = image[:, ::-1]
    step = int(rng.integers(-2, 3))
    return shifted(image, step, step)


# %% augment: an image that is mirrored is not moved
def augment(image, rng):
    if rng.random() < 0.5:
        return np.flip(image, axis=1).copy()
    down = rng.integers(-2, 3)
    right = rng.integers(-2, 3)
    return shifted(image, down, right)


# %% gradient_check: theta is perturbed upwards only, but divided by two epsilon
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    J = forward_propagation(x, theta)
    J_plus = forward_propagation(x, theta + epsilon)
    approx = (J_plus - J) / (2 * epsilon)
    grad = backward_propagation(x, theta)
    difference = abs(grad - approx) / (abs(grad) + abs(approx))
    if print_msg:
        print("fine" if difference < 2e-7 else "bug")
    return difference


# %% gradient_check_n: the denominator is the norm of the sum of the gradients
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    values, _ = dictionary_to_vector(parameters)
    g = gradients_to_vector(gradients)
    g_approx = np.zeros((values.shape[0], 1))
    for i in range(values.shape[0]):
        cost = {}
        for sign in (1, -1):
            theta = np.copy(values)
            theta[i, 0] += sign * epsilon
            cost[sign] = forward_propagation_n(X, Y, vector_to_dictionary(theta))[0]
        g_approx[i, 0] = (cost[1] - cost[-1]) / (2 * epsilon)
    difference = np.linalg.norm(g - g_approx) / np.linalg.norm(g + g_approx)
    if print_msg:
        print(difference)
    return difference
