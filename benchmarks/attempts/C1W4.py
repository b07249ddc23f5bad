"""Wrong answers to C1W4 as learners write them; each label says what is wrong."""

# %% parameter_shapes: weights are (inputs, outputs), as in Keras
def parameter_shapes(layer_dims):
    shapes = {}
    for l in range(1, len(layer_dims)):
        shapes["W" + str(l)] = (layer_dims[l - 1], layer_dims[l])
        shapes["b" + str(l)] = (layer_dims[l], 1)
    return shapes


# %% parameter_shapes: the output layer is missing
def parameter_shapes(layer_dims):
    shapes = {}
    for l in range(1, len(layer_dims) - 1):
        shapes[f"W{l}"] = (layer_dims[l], layer_dims[l - 1])
        shapes[f"b{l}"] = (layer_dims[l], 1)
    return shapes


# %% parameter_shapes: layers are numbered from 0
def parameter_shapes(layer_dims):
    shapes = {}
    for i, (n_prev, n) in enumerate(zip(layer_dims[:-1], layer_dims[1:])):
        shapes[f"W{i}"] = (n, n_prev)
        shapes[f"b{i}"] = (n, 1)
    return shapes


# %% parameter_shapes: biases with one axis, as in PyTorch
def parameter_shapes(layer_dims):
    out = {}
    for l in range(1, len(layer_dims)):
        out[f"W{l}"] = (layer_dims[l], layer_dims[l - 1])
        out[f"b{l}"] = (layer_dims[l],)
    return out


# %% initialize_parameters: even draws instead of normal ones
def initialize_parameters(n_x, n_h, n_y):
    return {
        "W1": np.random.rand(n_h, n_x) * 0.01,
        "b1": np.zeros((n_h, 1)),
        "W2": np.random.rand(n_y, n_h) * 0.01,
        "b2": np.zeros((n_y, 1)),
    }


# %% initialize_parameters: the factor is 0.1 instead of 0.01
def initialize_parameters(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.1
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(n_y, n_h) * 0.1
    b2 = np.zeros((n_y, 1))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


# %% initialize_parameters_deep: divides by the root of the layer's own size
def initialize_parameters_deep(layer_dims):
    parameters = {}
    for l in range(1, len(layer_dims)):
        W = np.random.randn(layer_dims[l], layer_dims[l - 1])
        parameters["W" + str(l)] = W / np.sqrt(layer_dims[l])
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


# %% initialize_parameters_deep: divides by the number of inputs without the root
def initialize_parameters_deep(layer_dims):
    parameters = {}
    for l in range(1, len(layer_dims)):
        n, n_prev = layer_dims[l], layer_dims[l - 1]
        parameters[f"W{l}"] = np.random.randn(n, n_prev) / n_prev
        parameters[f"b{l}"] = np.zeros((n, 1))
    return parameters


# %% initialize_parameters_deep: the factor 0.01 of the shallow network
def initialize_parameters_deep(layer_dims):
    parameters = {}
    L = len(layer_dims)
    for l in range(1, L):
        parameters["W" + str(l)] = (
            np.random.randn(layer_dims[l], layer_dims[l - 1]) * 0.01
        )
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


# %% initialize_parameters_deep: the He factor, root of 2 over the inputs
def initialize_parameters_deep(layer_dims):
    parameters = {}
    for name, shape in parameter_shapes(layer_dims).items():
        if name.startswith("W"):
            parameters[name] = np.random.randn(*shape) * np.sqrt(2 / shape[1])
        else:
            parameters[name] = np.zeros(shape)
    return parameters


# %% linear_forward: the bias is not added
def linear_forward(A, W, b):
    Z = np.dot(W, A)
    cache = (A, W, b)
    return Z, cache


# %% linear_forward: the cache holds Z in place of A
def linear_forward(A, W, b):
    Z = W @ A + b
    return Z, (Z, W, b)


# %% linear_forward: the cache has the weights first
def linear_forward(A, W, b):
    Z = np.dot(W, A) + b
    cache = (W, A, b)
    return Z, cache


# %% linear_activation_forward: the activation cache holds A instead of Z
def linear_activation_forward(A_prev, W, b, activation):
    Z, linear_cache = linear_forward(A_prev, W, b)
    if activation == "sigmoid":
        A, _ = sigmoid(Z)
    else:
        A, _ = relu(Z)
    return A, (linear_cache, A)


# %% linear_activation_forward: the bends are swapped
def linear_activation_forward(A_prev, W, b, activation):
    Z, linear_cache = linear_forward(A_prev, W, b)
    bends = {"relu": sigmoid, "sigmoid": relu}
    A, activation_cache = bends[activation](Z)
    return A, (linear_cache, activation_cache)


# %% linear_activation_forward: the caches are in the wrong order
def linear_activation_forward(A_prev, W, b, activation):
    Z, linear_cache = linear_forward(A_prev, W, b)
    if activation == "sigmoid":
        A, activation_cache = sigmoid(Z)
    elif activation == "relu":
        A, activation_cache = relu(Z)
    cache = (activation_cache, linear_cache)
    return A, cache


# %% L_model_forward: ReLU at the output too
def L_model_forward(X, parameters):
    A, caches = X, []
    L = len(parameters) // 2
    for l in range(1, L + 1):
        A, cache = linear_activation_forward(
            A, parameters[f"W{l}"], parameters[f"b{l}"], "relu"
        )
        caches.append(cache)
    return A, caches


# %% L_model_forward: the output block's cache is not kept
def L_model_forward(X, parameters):
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L):
        A_prev = A
        A, cache = linear_activation_forward(
            A_prev, parameters["W" + str(l)], parameters["b" + str(l)], "relu"
        )
        caches.append(cache)
    AL, cache = linear_activation_forward(
        A, parameters["W" + str(L)], parameters["b" + str(L)], "sigmoid"
    )
    return AL, caches


# %% L_model_forward: the sigmoid in every layer
def L_model_forward(X, parameters):
    caches = []
    A = X
    layer = 1
    while f"W{layer}" in parameters:
        W, b = parameters[f"W{layer}"], parameters[f"b{layer}"]
        A, cache = linear_activation_forward(A, W, b, "sigmoid")
        caches.append(cache)
        layer += 1
    return A, caches


# %% L_model_forward: the caches are collected last layer first
def L_model_forward(X, parameters):
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L + 1):
        bend = "sigmoid" if l == L else "relu"
        A, cache = linear_activation_forward(
            A, parameters[f"W{l}"], parameters[f"b{l}"], bend
        )
        caches.insert(0, cache)
    return A, caches


# %% compute_cost: not averaged over the examples
def compute_cost(AL, Y):
    return -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))


# %% compute_cost: squared errors instead of cross-entropy
def compute_cost(AL, Y):
    m = Y.shape[1]
    return np.sum((AL - Y) ** 2) / m


# %% compute_cost: the second term takes the logarithm of AL, not of 1 - AL
def compute_cost(AL, Y):
    m = Y.shape[1]
    cost = -np.sum(Y * np.log(AL) + (1 - Y) * np.log(AL)) / m
    return np.squeeze(cost)


# %% linear_backward: the blame for the layer before is averaged too
def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = np.dot(dZ, A_prev.T) / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = np.dot(W.T, dZ) / m
    return dA_prev, dW, db


# %% linear_backward: m is the number of units, not of examples
def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[0]
    dW = dZ @ A_prev.T / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = W.T @ dZ
    return dA_prev, dW, db


# %% linear_backward: db sums over the units
def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = 1 / m * np.dot(dZ, A_prev.T)
    db = 1 / m * np.sum(dZ, axis=0, keepdims=True)
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db


# %% linear_backward: db is a sum, not an average
def linear_backward(dZ, cache):
    A_prev, W, _ = cache
    m = dZ.shape[1]
    return W.T @ dZ, dZ @ A_prev.T / m, dZ.sum(axis=1, keepdims=True)


# %% linear_activation_backward: the way through the bend is left out
def linear_activation_backward(dA, cache, activation):
    linear_cache, activation_cache = cache
    dA_prev, dW, db = linear_backward(dA, linear_cache)
    return dA_prev, dW, db


# %% linear_activation_backward: goes back through ReLU whatever the bend
def linear_activation_backward(dA, cache, activation):
    linear_cache, Z = cache
    dZ = relu_backward(dA, Z)
    return linear_backward(dZ, linear_cache)


# %% linear_activation_backward: the slope is not multiplied by dA
def linear_activation_backward(dA, cache, activation):
    linear_cache, activation_cache = cache
    ones = np.ones_like(dA)
    if activation == "relu":
        dZ = relu_backward(ones, activation_cache)
    else:
        dZ = sigmoid_backward(ones, activation_cache)
    return linear_backward(dZ, linear_cache)


# %% L_model_backward: the first blame lacks its second term
def L_model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    Y = Y.reshape(AL.shape)
    dA = -np.divide(Y, AL)
    for l in range(L, 0, -1):
        bend = "sigmoid" if l == L else "relu"
        dA, dW, db = linear_activation_backward(dA, caches[l - 1], bend)
        grads[f"dA{l - 1}"], grads[f"dW{l}"], grads[f"db{l}"] = dA, dW, db
    return grads


# %% L_model_backward: starts from AL - Y and still goes through the sigmoid
def L_model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    dA = AL - Y
    for l in reversed(range(1, L + 1)):
        dA, dW, db = linear_activation_backward(
            dA, caches[l - 1], "sigmoid" if l == L else "relu"
        )
        grads["dA" + str(l - 1)] = dA
        grads["dW" + str(l)] = dW
        grads["db" + str(l)] = db
    return grads


# %% L_model_backward: every block gets the first blame dAL instead of the one behind it
def L_model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    for l in range(L, 0, -1):
        activation = "sigmoid" if l == L else "relu"
        dA_prev, dW, db = linear_activation_backward(dAL, caches[l - 1], activation)
        grads[f"dA{l - 1}"], grads[f"dW{l}"], grads[f"db{l}"] = dA_prev, dW, db
    return grads


# %% L_model_backward: the blame is numbered by the layer, not by the one before
def L_model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    dA = -Y / AL + (1 - Y) / (1 - AL)
    activation = "sigmoid"
    for l in range(L, 0, -1):
        dA, dW, db = linear_activation_backward(dA, caches[l - 1], activation)
        grads[f"dA{l}"] = dA
        grads[f"dW{l}"] = dW
        grads[f"db{l}"] = db
        activation = "relu"
    return grads


# %% L_model_backward: the sign of the first blame is turned around
def L_model_backward(AL, Y, caches):
    L = len(caches)
    grads = {}
    current = np.divide(Y, AL) - np.divide(1 - Y, 1 - AL)
    for index in range(L - 1, -1, -1):
        kind = "sigmoid" if index == L - 1 else "relu"
        current, dW, db = linear_activation_backward(current, caches[index], kind)
        grads["dA" + str(index)] = current
        grads["dW" + str(index + 1)] = dW
        grads["db" + str(index + 1)] = db
    return grads


# %% update_parameters: the last layer is not updated
def update_parameters(params, grads, learning_rate):
    parameters = params.copy()
    L = len(parameters) // 2
    for l in range(1, L):
        W, b = parameters[f"W{l}"], parameters[f"b{l}"]
        parameters[f"W{l}"] = W - learning_rate * grads[f"dW{l}"]
        parameters[f"b{l}"] = b - learning_rate * grads[f"db{l}"]
    return parameters


# %% update_parameters: a shallow copy of the dictionary, and a step in place
def update_parameters(params, grads, learning_rate):
    parameters = params.copy()
    for l in range(1, len(params) // 2 + 1):
        parameters[f"W{l}"] -= learning_rate * grads[f"dW{l}"]
        parameters[f"b{l}"] -= learning_rate * grads[f"db{l}"]
    return parameters


# %% two_layer_model: starts with the deep initialization
def two_layer_model(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    parameters = initialize_parameters_deep(layers_dims)
    costs = []
    for i in range(num_iterations):
        AL, caches = L_model_forward(X, parameters)
        if i % 100 == 0:
            costs.append(compute_cost(AL, Y))
            if print_cost:
                print(i, costs[-1])
        grads = L_model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


# %% two_layer_model: the cost of every step is noted
def two_layer_model(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    n_x, n_h, n_y = layers_dims
    parameters = initialize_parameters(n_x, n_h, n_y)
    costs = []
    for i in range(num_iterations):
        AL, caches = L_model_forward(X, parameters)
        cost = compute_cost(AL, Y)
        costs.append(cost)
        if print_cost and i % 100 == 0:
            print("Cost after iteration {}: {}".format(i, cost))
        grads = L_model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


# %% two_layer_model: the sigmoid in the hidden layer as well
def two_layer_model(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    parameters = initialize_parameters(*layers_dims)
    costs = []
    for i in range(num_iterations):
        W1, b1 = parameters["W1"], parameters["b1"]
        W2, b2 = parameters["W2"], parameters["b2"]
        A1, cache1 = linear_activation_forward(X, W1, b1, "sigmoid")
        A2, cache2 = linear_activation_forward(A1, W2, b2, "sigmoid")
        cost = compute_cost(A2, Y)
        dA2 = -Y / A2 + (1 - Y) / (1 - A2)
        dA1, dW2, db2 = linear_activation_backward(dA2, cache2, "sigmoid")
        _, dW1, db1 = linear_activation_backward(dA1, cache1, "sigmoid")
        grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
        parameters = update_parameters(parameters, grads, learning_rate)
        if i % 100 == 0:
            costs.append(cost)
            if print_cost:
                print(cost)
    return parameters, costs


# %% L_layer_model: the learning rate of the default is used, the argument ignored
def L_layer_model(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    parameters = initialize_parameters_deep(layers_dims)
    costs = []
    for i in range(num_iterations):
        AL, caches = L_model_forward(X, parameters)
        cost = compute_cost(AL, Y)
        grads = L_model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, 0.0075)
        if i % 100 == 0:
            costs.append(cost)
            if print_cost:
                print("Cost after iteration", i, cost)
    return parameters, costs


# %% L_layer_model: the cost is computed after the step, not before
def L_layer_model(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    parameters = initialize_parameters_deep(layers_dims)
    costs = []
    for i in range(num_iterations):
        AL, caches = L_model_forward(X, parameters)
        grads = L_model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, learning_rate)
        if i % 100 == 0:
            AL, _ = L_model_forward(X, parameters)
            costs.append(compute_cost(AL, Y))
            if print_cost:
                print(f"{i:5} {costs[-1]:.4f}")
    return parameters, costs


# %% predict: the accuracy is a count, not a share
def predict(X, Y, parameters):
    AL, _ = L_model_forward(X, parameters)
    predictions = (AL > 0.5).astype(int)
    accuracy = np.sum(predictions == Y)
    return predictions, accuracy


# %% predict: 0.5 itself is rounded up to 1
def predict(X, Y, parameters):
    m = X.shape[1]
    probas, caches = L_model_forward(X, parameters)
    p = np.zeros((1, m), dtype=int)
    for i in range(m):
        if probas[0, i] >= 0.5:
            p[0, i] = 1
    return p, np.sum(p == Y) / m


# %% predict: returns the share of wrong predictions
def predict(X, Y, parameters):
    AL, _ = L_model_forward(X, parameters)
    labels = np.where(AL > 0.5, 1, 0)
    return labels, np.mean(np.abs(labels - Y))


# %% parameter_shapes: the biases have one entry per input of the layer, not per unit
def parameter_shapes(layer_dims):
    shapes = {}
    for l in range(1, len(layer_dims)):
        shapes["W" + str(l)] = (layer_dims[l], layer_dims[l - 1])
        shapes["b" + str(l)] = (layer_dims[l - 1], 1)
    return shapes


# %% initialize_parameters: W2 is not scaled by 0.01
def initialize_parameters(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.01
    W2 = np.random.randn(n_y, n_h)
    return {"W1": W1, "b1": np.zeros((n_h, 1)), "W2": W2, "b2": np.zeros((n_y, 1))}


# %% initialize_parameters_deep: He's factor, root of 2 / n, instead of 1 / root n
def initialize_parameters_deep(layer_dims):
    parameters = {}
    for l in range(1, len(layer_dims)):
        n, n_prev = layer_dims[l], layer_dims[l - 1]
        parameters[f"W{l}"] = np.random.randn(n, n_prev) * np.sqrt(2 / n_prev)
        parameters[f"b{l}"] = np.zeros((n, 1))
    return parameters


# %% initialize_parameters_deep: all layers are scaled by the size of X
def initialize_parameters_deep(layer_dims):
    n_x = layer_dims[0]
    parameters = {}
    for l in range(1, len(layer_dims)):
        W = np.random.randn(layer_dims[l], layer_dims[l - 1])
        parameters["W" + str(l)] = W / np.sqrt(n_x)
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


# %% linear_forward: the cache holds Z in place of the input A
def linear_forward(A, W, b):
    Z = W @ A + b
    cache = (Z, W, b)
    return Z, cache


# %% linear_activation_forward: the activation cache is the output A, not Z
def linear_activation_forward(A_prev, W, b, activation):
    Z, linear_cache = linear_forward(A_prev, W, b)
    if activation == "sigmoid":
        A = sigmoid(Z)[0]
    else:
        A = relu(Z)[0]
    return A, (linear_cache, A)


# %% L_model_forward: the sigmoid follows the ReLU of the output layer
def L_model_forward(X, parameters):
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L + 1):
        A, cache = linear_activation_forward(
            A, parameters[f"W{l}"], parameters[f"b{l}"], "relu"
        )
        caches.append(cache)
    AL, _ = sigmoid(A)
    return AL, caches


# %% L_model_forward: the sigmoid already begins in layer L - 1
def L_model_forward(X, parameters):
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L + 1):
        act = "sigmoid" if l >= L - 1 else "relu"
        A, cache = linear_activation_forward(
            A, parameters["W" + str(l)], parameters["b" + str(l)], activation=act
        )
        caches.append(cache)
    return A, caches


# %% compute_cost: the labels are swapped, so that the log of a goes with 1 - y
def compute_cost(AL, Y):
    m = Y.shape[1]
    logprobs = (1 - Y) * np.log(AL) + Y * np.log(1 - AL)
    return float(-np.sum(logprobs) / m)


# %% compute_cost: the sum is divided by 2m, as in linear regression
def compute_cost(AL, Y):
    m = Y.shape[1]
    cost = -1 / (2 * m) * np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))
    return np.squeeze(cost)


# %% linear_backward: m is the number of units of the layer, not of examples
def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = dZ.shape[0]
    dW = dZ @ A_prev.T / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = W.T @ dZ
    return dA_prev, dW, db


# %% linear_backward: db is one mean over all units and examples
def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = (1 / m) * np.dot(dZ, A_prev.T)
    db = np.full(b.shape, np.mean(dZ))
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db


# %% linear_activation_backward: the two backward functions are swapped
def linear_activation_backward(dA, cache, activation):
    linear_cache, activation_cache = cache
    if activation == "relu":
        dZ = sigmoid_backward(dA, activation_cache)
    elif activation == "sigmoid":
        dZ = relu_backward(dA, activation_cache)
    return linear_backward(dZ, linear_cache)


# %% L_model_backward: dAL is A - Y, which is already dZ, and still goes through sigmoid
def L_model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    dA = AL - Y
    for l in range(L, 0, -1):
        act = "sigmoid" if l == L else "relu"
        dA, dW, db = linear_activation_backward(dA, caches[l - 1], act)
        grads[f"dA{l - 1}"], grads[f"dW{l}"], grads[f"db{l}"] = dA, dW, db
    return grads


# %% L_model_backward: each dA is stored under the number of its own layer, one too high
def L_model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    grads[f"dA{L}"], grads[f"dW{L}"], grads[f"db{L}"] = linear_activation_backward(
        dAL, caches[L - 1], "sigmoid"
    )
    for l in reversed(range(1, L)):
        dA, dW, db = linear_activation_backward(
            grads[f"dA{l + 1}"], caches[l - 1], "relu"
        )
        grads[f"dA{l}"], grads[f"dW{l}"], grads[f"db{l}"] = dA, dW, db
    return grads


# %% L_model_backward: the hidden layers also go back through the sigmoid
def L_model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    dA = -Y / AL + (1 - Y) / (1 - AL)
    dA, dW, db = linear_activation_backward(dA, caches[-1], "sigmoid")
    grads["dA" + str(L - 1)] = dA
    grads["dW" + str(L)] = dW
    grads["db" + str(L)] = db
    l = L - 1
    for linear_cache, activation_cache in reversed(caches[:-1]):
        dZ = sigmoid_backward(dA, activation_cache)
        dA, dW, db = linear_backward(dZ, linear_cache)
        grads["dA" + str(l - 1)] = dA
        grads["dW" + str(l)] = dW
        grads["db" + str(l)] = db
        l -= 1
    return grads


# %% update_parameters: the gradient is normalized to length 1 before the step
def update_parameters(params, grads, learning_rate):
    new = {}
    for key in params:
        g = grads["d" + key]
        new[key] = params[key] - learning_rate * g / (np.linalg.norm(g) + 1e-8)
    return new


# %% two_layer_model: the cost is computed after the update, with the new parameters
def two_layer_model(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    n_x, n_h, n_y = layers_dims
    parameters = initialize_parameters(n_x, n_h, n_y)
    costs = []
    for i in range(num_iterations):
        AL, caches = L_model_forward(X, parameters)
        grads = L_model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, learning_rate)
        if i % 100 == 0:
            AL, _ = L_model_forward(X, parameters)
            cost = compute_cost(AL, Y)
            costs.append(cost)
            if print_cost:
                print(i, cost)
    return parameters, costs


# %% L_layer_model: the learning rate is halved every 100 iterations
def L_layer_model(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    parameters = initialize_parameters_deep(layers_dims)
    costs = []
    for i in range(num_iterations):
        AL, caches = L_model_forward(X, parameters)
        cost = compute_cost(AL, Y)
        grads = L_model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, learning_rate)
        if i % 100 == 0:
            costs.append(cost)
            learning_rate = learning_rate / 2
            if print_cost:
                print(f"Cost after iteration {i}: {cost}")
    return parameters, costs


# %% predict: the accuracy counts only the images of class 1 that were found (recall)
def predict(X, Y, parameters):
    AL, _ = L_model_forward(X, parameters)
    predictions = (AL > 0.5).astype(int)
    accuracy = np.sum(predictions * Y) / max(np.sum(Y), 1)
    return predictions, accuracy


# %% initialize_parameters_deep: sets a seed, so that every call gives the same weights
def initialize_parameters_deep(layer_dims):
    np.random.seed(3)
    parameters = {}
    L = len(layer_dims)
    for l in range(1, L):
        n, n_prev = layer_dims[l], layer_dims[l - 1]
        parameters["W" + str(l)] = np.random.randn(n, n_prev) / np.sqrt(n_prev)
        parameters["b" + str(l)] = np.zeros((n, 1))
    return parameters


# %% compute_cost: the minus sign is missing
def compute_cost(AL, Y):
    m = Y.shape[1]
    cost = (np.dot(Y, np.log(AL).T) + np.dot(1 - Y, np.log(1 - AL).T)) / m
    return np.squeeze(cost)


# %% linear_backward: dW and db are divided by the number of units before, not by m
def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[0]
    dW = np.dot(dZ, A_prev.T) / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db


# %% linear_activation_backward: the sigmoid's derivative is applied for both activations
def linear_activation_backward(dA, cache, activation):
    linear_cache, Z = cache
    dZ = sigmoid_backward(dA, Z)
    return linear_backward(dZ, linear_cache)


# %% linear_activation_backward: the upstream gradient is averaged over the examples first
def linear_activation_backward(dA, cache, activation):
    linear_cache, activation_cache = cache
    m = dA.shape[1]
    if activation == "relu":
        dZ = relu_backward(dA / m, activation_cache)
    elif activation == "sigmoid":
        dZ = sigmoid_backward(dA / m, activation_cache)
    return linear_backward(dZ, linear_cache)


# %% L_model_backward: the second term of dAL has the wrong sign
def L_model_backward(AL, Y, caches):
    L = len(caches)
    grads = {}
    dA = -(np.divide(Y, AL) + np.divide(1 - Y, 1 - AL))
    for l in range(L, 0, -1):
        kind = "sigmoid" if l == L else "relu"
        dA, dW, db = linear_activation_backward(dA, caches[l - 1], kind)
        grads[f"dA{l - 1}"] = dA
        grads[f"dW{l}"] = dW
        grads[f"db{l}"] = db
    return grads


# %% update_parameters: the last layer takes no step
def update_parameters(params, grads, learning_rate):
    new = {k: v.copy() for k, v in params.items()}
    L = len(params) // 2
    for l in range(1, L):
        new[f"W{l}"] = params[f"W{l}"] - learning_rate * grads[f"dW{l}"]
        new[f"b{l}"] = params[f"b{l}"] - learning_rate * grads[f"db{l}"]
    return new


# %% two_layer_model: the recorded cost is that after the step
def two_layer_model(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    n_x, n_h, n_y = layers_dims
    parameters = initialize_parameters(n_x, n_h, n_y)
    costs = []
    for i in range(num_iterations):
        AL, caches = L_model_forward(X, parameters)
        grads = L_model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, learning_rate)
        if i % 100 == 0:
            cost = compute_cost(L_model_forward(X, parameters)[0], Y)
            costs.append(cost)
            if print_cost:
                print(i, cost)
    return parameters, costs


# %% two_layer_model: the hidden layer's activation is the sigmoid
def two_layer_model(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    parameters = initialize_parameters(*layers_dims)
    costs = []
    for i in range(num_iterations):
        W1, b1 = parameters["W1"], parameters["b1"]
        W2, b2 = parameters["W2"], parameters["b2"]
        A1, cache1 = linear_activation_forward(X, W1, b1, "sigmoid")
        A2, cache2 = linear_activation_forward(A1, W2, b2, "sigmoid")
        if i % 100 == 0:
            costs.append(compute_cost(A2, Y))
            if print_cost:
                print(f"Cost after iteration {i}: {costs[-1]}")
        dA2 = -Y / A2 + (1 - Y) / (1 - A2)
        dA1, dW2, db2 = linear_activation_backward(dA2, cache2, "sigmoid")
        _, dW1, db1 = linear_activation_backward(dA1, cache1, "sigmoid")
        grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


# %% L_layer_model: the weights start at 0.01 times normal draws
def L_layer_model(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    parameters = {}
    for l in range(1, len(layers_dims)):
        shape = (layers_dims[l], layers_dims[l - 1])
        parameters[f"W{l}"] = np.random.randn(*shape) * 0.01
        parameters[f"b{l}"] = np.zeros((layers_dims[l], 1))
    costs = []
    for i in range(num_iterations):
        AL, caches = L_model_forward(X, parameters)
        if i % 100 == 0:
            costs.append(compute_cost(AL, Y))
            if print_cost:
                print(i, costs[-1])
        grads = L_model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


# %% L_layer_model: the cost is recorded in every iteration
def L_layer_model(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    parameters = initialize_parameters_deep(layers_dims)
    costs = []
    for i in range(num_iterations):
        AL, caches = L_model_forward(X, parameters)
        cost = compute_cost(AL, Y)
        costs.append(cost)
        grads = L_model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, learning_rate)
        if print_cost and i % 100 == 0:
            print(f"Cost after iteration {i}: {cost}")
    return parameters, costs


# %% predict: the accuracy is a percentage
def predict(X, Y, parameters):
    AL, _ = L_model_forward(X, parameters)
    predictions = (AL > 0.5).astype(int)
    accuracy = 100 * np.mean(predictions == Y)
    return predictions, accuracy


# %% predict: the accuracy counts only the examples with label 1
def predict(X, Y, parameters):
    probabilities, _ = L_model_forward(X, parameters)
    predictions = np.where(probabilities > 0.5, 1, 0)
    correct = np.sum(predictions * Y)
    return predictions, correct / Y.shape[1]
