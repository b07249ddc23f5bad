"""Wrong answers to C1W3 as learners write them; each label says what is wrong."""

# %% sigmoid_backward: returns the slope of the bend alone, without dA
def sigmoid_backward(dA, Z):
    A = sigmoid(Z)
    return A * (1 - A)


# %% sigmoid_backward: takes Z for the sigmoid's output
def sigmoid_backward(dA, Z):
    return dA * Z * (1 - Z)


# %% sigmoid_backward: takes the sigmoid of dA instead of Z
def sigmoid_backward(dA, Z):
    s = sigmoid(dA)
    dZ = dA * s * (1 - s)
    return dZ


# %% tanh_backward: the square is forgotten
def tanh_backward(dA, Z):
    a = np.tanh(Z)
    return dA * (1 - a)


# %% tanh_backward: squares Z instead of tanh of Z
def tanh_backward(dA, Z):
    return dA * (1 - np.power(Z, 2))


# %% tanh_backward: a(1 - a), the sigmoid's formula, with tanh
def tanh_backward(dA, Z):
    A = np.tanh(Z)
    return dA * A * (1 - A)


# %% relu_backward: zeroes the caller's dA in place
def relu_backward(dA, Z):
    dZ = dA
    dZ[Z < 0] = 0
    return dZ


# %% relu_backward: applies ReLU to the blame instead of its slope
def relu_backward(dA, Z):
    return np.maximum(0, dA)


# %% relu_backward: multiplies by the output of ReLU instead of its slope
def relu_backward(dA, Z):
    return dA * np.maximum(0, Z)


# %% leaky_relu_backward: the slope 0.01 is written in, the argument ignored
def leaky_relu_backward(dA, Z, slope=0.01):
    dZ = np.array(dA, copy=True, dtype=float)
    dZ[Z < 0] = 0.01 * dZ[Z < 0]
    return dZ


# %% leaky_relu_backward: below 0 the slope is multiplied by Z instead of dA
def leaky_relu_backward(dA, Z, slope=0.01):
    return np.where(Z >= 0, dA, slope * Z)


# %% leaky_relu_backward: the sign decides by dA, not by Z
def leaky_relu_backward(dA, Z, slope=0.01):
    return np.where(dA >= 0, dA, slope * dA)


# %% layer_sizes: sizes are read off the number of examples
def layer_sizes(X, Y):
    n_x = X.shape[1]
    n_h = 4
    n_y = Y.shape[1]
    return n_x, n_h, n_y


# %% layer_sizes: the order is input, output, hidden
def layer_sizes(X, Y):
    n_h = 4
    return X.shape[0], Y.shape[0], n_h


# %% initialize_parameters: even draws from 0 to 1 instead of normal ones
def initialize_parameters(n_x, n_h, n_y):
    W1 = np.random.rand(n_h, n_x) * 0.01
    b1 = np.zeros((n_h, 1))
    W2 = np.random.rand(n_y, n_h) * 0.01
    b2 = np.zeros((n_y, 1))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


# %% initialize_parameters: the factor 0.01 is forgotten for W2
def initialize_parameters(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.01
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(n_y, n_h)
    b2 = np.zeros((n_y, 1))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


# %% initialize_parameters: sets a seed inside, so every call gives the same
def initialize_parameters(n_x, n_h, n_y):
    np.random.seed(2)
    W1 = np.random.randn(n_h, n_x) * 0.01
    b1 = np.zeros(shape=(n_h, 1))
    W2 = np.random.randn(n_y, n_h) * 0.01
    b2 = np.zeros(shape=(n_y, 1))
    parameters = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
    return parameters


# %% initialize_parameters: the biases are random too
def initialize_parameters(n_x, n_h, n_y):
    sizes = {"W1": (n_h, n_x), "W2": (n_y, n_h), "b1": (n_h, 1), "b2": (n_y, 1)}
    return {name: 0.01 * np.random.randn(*shape) for name, shape in sizes.items()}


# %% forward_propagation: sigmoid in the hidden layer too
def forward_propagation(X, parameters):
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    Z1 = np.dot(W1, X) + b1
    A1 = sigmoid(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = sigmoid(Z2)
    cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
    return A2, cache


# %% forward_propagation: the output layer gets Z1 instead of A1
def forward_propagation(X, parameters):
    W1, b1, W2, b2 = (parameters[k] for k in ("W1", "b1", "W2", "b2"))
    Z1 = W1 @ X + b1
    A1 = np.tanh(Z1)
    Z2 = W2 @ Z1 + b2
    A2 = sigmoid(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


# %% forward_propagation: tanh at the output instead of the sigmoid
def forward_propagation(X, parameters):
    p = parameters
    Z1 = p["W1"] @ X + p["b1"]
    A1 = np.tanh(Z1)
    Z2 = p["W2"] @ A1 + p["b2"]
    A2 = np.tanh(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


# %% forward_propagation: the bias of the hidden layer is forgotten
def forward_propagation(X, parameters):
    W1, W2, b2 = parameters["W1"], parameters["W2"], parameters["b2"]
    Z1 = np.matmul(W1, X)
    A1 = np.tanh(Z1)
    Z2 = np.matmul(W2, A1) + b2
    A2 = sigmoid(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


# %% compute_cost: the sum is not divided by the number of examples
def compute_cost(A2, Y):
    logprobs = Y * np.log(A2) + (1 - Y) * np.log(1 - A2)
    return float(-np.sum(logprobs))


# %% compute_cost: only the term of label 1
def compute_cost(A2, Y):
    m = Y.shape[1]
    logprobs = np.multiply(np.log(A2), Y)
    cost = -np.sum(logprobs) / m
    return float(np.squeeze(cost))


# %% compute_cost: logarithm to base 2
def compute_cost(A2, Y):
    loss = -Y * np.log2(A2) - (1 - Y) * np.log2(1 - A2)
    return float(np.mean(loss))


# %% compute_cost: predictions and labels are swapped
def compute_cost(A2, Y):
    eps = 1e-8
    m = Y.shape[1]
    loss = A2 * np.log(Y + eps) + (1 - A2) * np.log(1 - Y + eps)
    return float(-np.sum(loss) / m)


# %% backward_propagation: dZ1 lacks the slope of tanh
def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = parameters["W2"].T @ dZ2
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


# %% backward_propagation: the slope through tanh uses A1 unsquared
def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    W2 = parameters["W2"]
    A1 = cache["A1"]
    A2 = cache["A2"]
    dZ2 = A2 - Y
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.multiply(np.dot(W2.T, dZ2), 1 - A1)
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


# %% backward_propagation: the 1/m is missing in the slopes of layer 1
def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dW2 = (1 / m) * dZ2 @ A1.T
    db2 = (1 / m) * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = tanh_backward(parameters["W2"].T @ dZ2, cache["Z1"])
    dW1 = dZ1 @ X.T
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


# %% backward_propagation: divides by m twice on the way to layer 1
def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = (A2 - Y) / m
    dW2 = dZ2 @ A1.T
    db2 = dZ2.sum(axis=1, keepdims=True)
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    dW1 = dZ1 @ X.T / m
    db1 = dZ1.sum(axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


# %% backward_propagation: the biases' slopes lose an axis, keepdims forgotten
def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dZ1 = np.dot(parameters["W2"].T, dZ2) * (1 - np.power(A1, 2))
    grads = {
        "dW1": np.dot(dZ1, X.T) / m,
        "db1": np.sum(dZ1, axis=1) / m,
        "dW2": np.dot(dZ2, A1.T) / m,
        "db2": np.sum(dZ2, axis=1) / m,
    }
    return grads


# %% backward_propagation: the bias slopes sum over units and examples together
def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, keepdims=True) / m
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1 * A1)
    dW1 = dZ1 @ X.T / m
    db1 = np.full((dZ1.shape[0], 1), np.sum(dZ1) / m)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


# %% backward_propagation: the sigmoid's slope is multiplied into dZ2 once more
def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = sigmoid_backward(A2 - Y, cache["Z2"])
    dW2 = dZ2 @ A1.T / m
    db2 = dZ2.mean(axis=1, keepdims=True)
    dA1 = parameters["W2"].T @ dZ2
    dZ1 = tanh_backward(dA1, cache["Z1"])
    dW1 = dZ1 @ X.T / m
    db1 = dZ1.mean(axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


# %% update_parameters: steps uphill
def update_parameters(parameters, grads, learning_rate=1.2):
    new = {}
    for key in parameters:
        new[key] = parameters[key] + learning_rate * grads["d" + key]
    return new


# %% update_parameters: subtracts in place, so the caller's arrays change
def update_parameters(parameters, grads, learning_rate=1.2):
    parameters = dict(parameters)
    for key in ("W1", "b1", "W2", "b2"):
        parameters[key] -= learning_rate * grads["d" + key]
    return parameters


# %% update_parameters: the biases stay as they are
def update_parameters(parameters, grads, learning_rate=1.2):
    W1 = parameters["W1"] - learning_rate * grads["dW1"]
    W2 = parameters["W2"] - learning_rate * grads["dW2"]
    b1 = parameters["b1"].copy()
    b2 = parameters["b2"].copy()
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


# %% nn_model: the hidden layer always has the 4 units of layer_sizes
def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False):
    n_x, n_h, n_y = layer_sizes(X, Y)
    parameters = initialize_parameters(n_x, n_h, n_y)
    for i in range(num_iterations):
        A2, cache = forward_propagation(X, parameters)
        cost = compute_cost(A2, Y)
        grads = backward_propagation(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads)
        if print_cost and i % 1000 == 0:
            print("Cost after iteration %i: %f" % (i, cost))
    return parameters


# %% nn_model: the updated parameters are thrown away
def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False):
    n_x, _, n_y = layer_sizes(X, Y)
    parameters = initialize_parameters(n_x, n_h, n_y)
    for i in range(num_iterations):
        A2, cache = forward_propagation(X, parameters)
        grads = backward_propagation(parameters, cache, X, Y)
        update_parameters(parameters, grads)
        if print_cost and i % 1000 == 0:
            print(i, compute_cost(A2, Y))
    return parameters


# %% nn_model: forward pass before the loop only, so the cache is stale
def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False):
    n_x, _, n_y = layer_sizes(X, Y)
    parameters = initialize_parameters(n_x, n_h, n_y)
    A2, cache = forward_propagation(X, parameters)
    for i in range(num_iterations):
        grads = backward_propagation(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads)
        if print_cost and i % 1000 == 0:
            print(f"Cost after {i}: {compute_cost(A2, Y):.4f}")
    return parameters


# %% predict: 0.5 itself counts as 1
def predict(parameters, X):
    A2, _ = forward_propagation(X, parameters)
    return np.where(A2 < 0.5, 0, 1)


# %% predict: cuts the probability down to a whole number
def predict(parameters, X):
    A2, cache = forward_propagation(X, parameters)
    predictions = A2.astype(int)
    return predictions


# %% predict: compares the sum Z2 with 0.5 instead of the probability
def predict(parameters, X):
    _, cache = forward_propagation(X, parameters)
    return cache["Z2"] > 0.5


# %% sigmoid_backward: the sigmoid is applied to the upstream gradient too
def sigmoid_backward(dA, Z):
    s = sigmoid(Z)
    return sigmoid(dA) * s * (1 - s)


# %% tanh_backward: the derivative of the sigmoid is used with the values of tanh
def tanh_backward(dA, Z):
    A = np.tanh(Z)
    return dA * A * (1 - A)


# %% relu_backward: it keeps the gradient where the gradient is positive
def relu_backward(dA, Z):
    return np.where(dA > 0, dA, 0)


# %% leaky_relu_backward: below zero it returns the slope times Z
def leaky_relu_backward(dA, Z, slope=0.01):
    return np.where(Z > 0, dA, slope * Z)


# %% initialize_parameters: one random column is repeated for all inputs
def initialize_parameters(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, 1) * 0.01 * np.ones((1, n_x))
    W2 = np.random.randn(n_y, n_h) * 0.01
    return {"W1": W1, "b1": np.zeros((n_h, 1)), "W2": W2, "b2": np.zeros((n_y, 1))}


# %% compute_cost: the sum is averaged over the positive examples only
def compute_cost(A2, Y):
    logprobs = Y * np.log(A2) + (1 - Y) * np.log(1 - A2)
    return float(-np.sum(logprobs) / np.sum(Y))


# %% backward_propagation: the hidden error uses W2 after a step of descent
def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = dZ2.mean(axis=1, keepdims=True)
    W2 = parameters["W2"] - 1.2 * dW2
    dZ1 = W2.T @ dZ2 * (1 - A1**2)
    dW1 = dZ1 @ X.T / m
    db1 = dZ1.mean(axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


# %% update_parameters: gradients are scaled to length 1 before the step
def update_parameters(parameters, grads, learning_rate=1.2):
    new = {}
    for name in ("W1", "b1", "W2", "b2"):
        g = grads["d" + name]
        new[name] = parameters[name] - learning_rate * g / (np.linalg.norm(g) + 1e-8)
    return new


# %% nn_model: it returns the parameters from before the last step
def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False):
    parameters = initialize_parameters(X.shape[0], n_h, Y.shape[0])
    for i in range(num_iterations):
        A2, cache = forward_propagation(X, parameters)
        cost = compute_cost(A2, Y)
        grads = backward_propagation(parameters, cache, X, Y)
        before = parameters
        parameters = update_parameters(parameters, grads)
        if print_cost and i % 1000 == 0:
            print(i, cost)
    return before


# %% predict: it compares each example with the mean of the batch
def predict(parameters, X):
    A2, _ = forward_propagation(X, parameters)
    return A2 > np.mean(A2)


# %% leaky_relu_backward: where z is negative it returns the slope without dA
def leaky_relu_backward(dA, Z, slope=0.01):
    return np.where(Z > 0, dA, slope)


# %% relu_backward: masks by the sign of the upstream gradient
def relu_backward(dA, Z):
    return dA * (dA > 0)


# %% tanh_backward: the hyperbolic tangent is not squared
def tanh_backward(dA, Z):
    A = np.tanh(Z)
    return dA * (1 - A)


# %% forward_propagation: the first bias is added after the tanh
def forward_propagation(X, parameters):
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    Z1 = np.dot(W1, X)
    A1 = np.tanh(Z1) + b1
    Z2 = np.dot(W2, A1) + b2
    A2 = sigmoid(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


# %% forward_propagation: the cache stores A1 under Z1 and Z1 under A1
def forward_propagation(X, parameters):
    Z1 = parameters["W1"] @ X + parameters["b1"]
    A1 = np.tanh(Z1)
    Z2 = parameters["W2"] @ A1 + parameters["b2"]
    A2 = sigmoid(Z2)
    cache = dict(zip(("A1", "Z1", "Z2", "A2"), (Z1, A1, Z2, A2)))
    return A2, cache


# %% compute_cost: the two terms are subtracted from each other
def compute_cost(A2, Y):
    m = Y.shape[1]
    logprobs = np.multiply(Y, np.log(A2)) - np.multiply(1 - Y, np.log(1 - A2))
    return float(-np.sum(logprobs) / m)


# %% compute_cost: the mean squared error
def compute_cost(A2, Y):
    m = Y.shape[1]
    return float(np.sum((A2 - Y) ** 2) / m)


# %% backward_propagation: dZ2 is multiplied by the derivative of the sigmoid again
def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = (A2 - Y) * A2 * (1 - A2)
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = parameters["W2"].T @ dZ2 * (1 - A1**2)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


# %% backward_propagation: the average over the examples is missing in db1
def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    W2 = parameters["W2"]
    A1, A2 = cache["A1"], cache["A2"]
    grads = {}
    dZ2 = A2 - Y
    grads["dW2"] = 1 / m * np.dot(dZ2, A1.T)
    grads["db2"] = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))
    grads["dW1"] = 1 / m * np.dot(dZ1, X.T)
    grads["db1"] = np.sum(dZ1, axis=1, keepdims=True)
    return grads


# %% backward_propagation: the hidden layer gets the derivative of the sigmoid
def backward_propagation(parameters, cache, X, Y):
    m = Y.shape[1]
    A1 = cache["A1"]
    dZ2 = cache["A2"] - Y
    dW2 = dZ2.dot(A1.T) / m
    db2 = dZ2.mean(axis=1, keepdims=True)
    dA1 = parameters["W2"].T.dot(dZ2)
    dZ1 = dA1 * A1 * (1 - A1)
    dW1 = dZ1.dot(X.T) / m
    db1 = dZ1.mean(axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


# %% update_parameters: uses 1.2 whatever the learning rate
def update_parameters(parameters, grads, learning_rate=1.2):
    new = {}
    for name in parameters:
        new[name] = parameters[name] - 1.2 * grads["d" + name]
    return new


# %% nn_model: the forward pass runs once before the loop
def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False):
    n_x, _, n_y = layer_sizes(X, Y)
    parameters = initialize_parameters(n_x, n_h, n_y)
    A2, cache = forward_propagation(X, parameters)
    for i in range(num_iterations):
        cost = compute_cost(A2, Y)
        grads = backward_propagation(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads)
        if print_cost and i % 1000 == 0:
            print(i, cost)
    return parameters


# %% nn_model: takes half as many steps, for it counts in twos
def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False):
    n_x, _, n_y = layer_sizes(X, Y)
    parameters = initialize_parameters(n_x, n_h, n_y)
    i = 0
    while i < num_iterations:
        A2, cache = forward_propagation(X, parameters)
        if print_cost and i % 1000 == 0:
            print(f"Cost after iteration {i}: {compute_cost(A2, Y)}")
        i += 1
        grads = backward_propagation(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads)
        i += 1
    return parameters
