"""Wrong answers to C1W2 as learners write them; each label says what is wrong."""

# %% image2vector: the colours are read one plane after the other
def image2vector(image):
    channels = [image[:, :, c].reshape(-1) for c in range(image.shape[2])]
    return np.concatenate(channels).reshape(-1, 1)


# %% image2vector: a row instead of a column
def image2vector(image):
    length, height, depth = image.shape
    return image.reshape(1, length * height * depth)


# %% image2vector: rows and columns are swapped, as if the columns were read first
def image2vector(image):
    n = image.shape[0] * image.shape[1] * image.shape[2]
    return np.transpose(image, (1, 0, 2)).reshape(n, 1)


# %% basic_sigmoid: the exponent lacks its minus sign
def basic_sigmoid(x):
    return 1 / (1 + math.exp(x))


# %% basic_sigmoid: missing parentheses, the exponential is added to 1/1
def basic_sigmoid(x):
    s = 1 / 1 + math.exp(-x)
    return s


# %% sigmoid: the numerator is 1 on the negative side too
def sigmoid(x):
    e = np.exp(-np.abs(x))
    return 1 / (1 + e)


# %% sigmoid: the two sides are swapped
def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(np.asarray(x) < 0, 1 / (1 + e), e / (1 + e))


# %% sigmoid: large arguments are clipped to -5 and 5
def sigmoid(x):
    z = np.clip(x, -5, 5)  # so that exp does not overflow
    return 1.0 / (1.0 + np.exp(-z))


# %% sigmoid_derivative: takes x for the value of the sigmoid
def sigmoid_derivative(x):
    return x * (1 - x)


# %% sigmoid_derivative: the slope of tanh instead, 1 - s squared
def sigmoid_derivative(x):
    s = sigmoid(x)
    ds = 1 - s**2
    return ds


# %% sigmoid_derivative: the sigmoid is applied twice
def sigmoid_derivative(x):
    s = sigmoid(x)
    return sigmoid(s) * (1 - sigmoid(s))


# %% computation_graph: the slopes in b and c are swapped
def computation_graph(a, b, c):
    u = b * c
    v = a + u
    J = 3 * v
    dv = 3
    da = dv
    du = dv
    return J, {"da": da, "db": du * b, "dc": du * c}


# %% computation_graph: the factor 3 does not reach db and dc
def computation_graph(a, b, c):
    J = 3 * (a + b * c)
    grads = {"da": 3, "db": c, "dc": b}
    return J, grads


# %% computation_graph: the slope of J in v is taken to be v, as for a square
def computation_graph(a, b, c):
    u = b * c
    v = a + u
    J = 3 * v
    dv = 3 * v
    du = dv * 1
    return J, {"da": dv * 1, "db": du * c, "dc": du * b}


# %% normalize_rows: divides by the sum of absolute values, not by the length
def normalize_rows(x):
    norm = np.linalg.norm(x, ord=1, axis=1, keepdims=True)
    return x / norm


# %% normalize_rows: normalizes columns
def normalize_rows(x):
    length = np.sqrt(np.sum(x**2, axis=0, keepdims=True))
    return x / length


# %% normalize_rows: one length for the whole array
def normalize_rows(x):
    return x / np.linalg.norm(x)


# %% normalize_rows: divides by the squared length, the root is forgotten
def normalize_rows(x):
    result = np.zeros(x.shape)
    for i in range(x.shape[0]):
        result[i] = x[i] / np.sum(x[i] * x[i])
    return result


# %% softmax: sums over the columns
def softmax(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


# %% softmax: divides by the sum of the whole array
def softmax(x):
    shifted = x - x.max(axis=1, keepdims=True)
    exp = np.exp(shifted)
    return exp / exp.sum()


# %% softmax: divides by the largest exponential instead of the sum
def softmax(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.max(e, axis=1, keepdims=True)


# %% L1: the average instead of the sum
def L1(yhat, y):
    return np.mean(np.abs(y - yhat))


# %% L1: misses of different signs cancel before the absolute value
def L1(yhat, y):
    return np.abs(np.sum(y - yhat))


# %% L2: the root of the sum of squares
def L2(yhat, y):
    return np.linalg.norm(y - yhat)


# %% L2: half the sum of squares
def L2(yhat, y):
    diff = yhat - y
    return 0.5 * np.dot(diff, diff)


# %% initialize_with_zeros: weights with one axis only
def initialize_with_zeros(dim):
    w = np.zeros(dim)
    b = 0.0
    return w, b


# %% initialize_with_zeros: small random weights
def initialize_with_zeros(dim):
    w = np.random.randn(dim, 1) * 0.01
    b = 0.0
    return w, b


# %% propagate: the mean runs over the features instead of the examples
def propagate(w, b, X, Y):
    m = X.shape[0]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    dw = np.dot(X, (A - Y).T) / m
    db = np.sum(A - Y) / m
    return {"dw": dw, "db": db}, cost


# %% propagate: db is a sum, not an average
def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(w.T @ X + b)
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    dZ = A - Y
    return {"dw": X @ dZ.T / m, "db": np.sum(dZ)}, cost


# %% propagate: the cost counts the examples with label 1 only
def propagate(w, b, X, Y):
    m = X.shape[1]
    Z = np.dot(w.T, X) + b
    A = sigmoid(Z)
    cost = -np.mean(Y * np.log(A))
    dZ = A - Y
    dw = (1 / m) * np.dot(X, dZ.T)
    db = (1 / m) * np.sum(dZ)
    grads = {"dw": dw, "db": db}
    return grads, cost


# %% propagate: slopes for gradient ascent, Y - A
def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    error = Y - A
    return {"dw": np.dot(X, error.T) / m, "db": np.mean(error)}, cost


# %% propagate: the slope of the sigmoid is multiplied in, as for squared errors
def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    dZ = (A - Y) * A * (1 - A)
    dw = np.dot(X, dZ.T) / m
    db = np.sum(dZ) / m
    return {"dw": dw, "db": db}, cost


# %% optimize: writes into the caller's weights
def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    costs = []
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        w -= learning_rate * grads["dw"]
        b -= learning_rate * grads["db"]
        if i % 100 == 0:
            costs.append(cost)
            if print_cost:
                print(f"Cost after iteration {i}: {cost}")
    return {"w": w, "b": b}, grads, costs


# %% optimize: costs are noted after every 100 steps, not before steps 0, 100, 200
def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    costs = []
    for i in range(1, num_iterations + 1):
        grads, cost = propagate(w, b, X, Y)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
        if i % 100 == 0:
            costs.append(cost)
            if print_cost:
                print(i, cost)
    return {"w": w, "b": b}, grads, costs


# %% optimize: the slopes are computed again after the last step
def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    costs = []
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
        if i % 100 == 0:
            costs.append(cost)
            if print_cost:
                print("iteration", i, "cost", cost)
    grads, _ = propagate(w, b, X, Y)
    params = {"w": w, "b": b}
    return params, grads, costs


# %% optimize: the slopes are those of the starting point at every step
def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    costs = []
    w0, b0 = w, b
    for i in range(num_iterations):
        grads, _ = propagate(w0, b0, X, Y)
        if i % 100 == 0:
            cost = propagate(w, b, X, Y)[1]
            costs.append(cost)
            if print_cost:
                print(cost)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
    return {"w": w, "b": b}, grads, costs


# %% optimize: the bias is never updated
def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    costs = []
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        w = w - learning_rate * grads["dw"]
        if i % 100 == 0:
            costs.append(cost)
            if print_cost:
                print(f"{i}: {cost:.4f}")
    return {"w": w, "b": b}, grads, costs


# %% predict: 0.5 itself counts as 1
def predict(w, b, X):
    A = sigmoid(np.dot(w.T, X) + b)
    return (A >= 0.5).astype(int)


# %% predict: compares the sum before the sigmoid with 0.5
def predict(w, b, X):
    Z = np.dot(w.T, X) + b
    Y_prediction = np.zeros((1, X.shape[1]), dtype=int)
    for i in range(Z.shape[1]):
        Y_prediction[0, i] = 1 if Z[0, i] > 0.5 else 0
    return Y_prediction


# %% predict: the bias is left out
def predict(w, b, X):
    A = sigmoid(w.T @ X)
    return np.where(A > 0.5, 1, 0)


# %% model: the number of steps and the rate are not passed on to optimize
def model(X_train, Y_train, X_test, Y_test, num_iterations=2000, learning_rate=0.5,
          print_cost=False):
    w, b = initialize_with_zeros(X_train.shape[0])
    params, grads, costs = optimize(w, b, X_train, Y_train, print_cost=print_cost)
    w, b = params["w"], params["b"]
    return {
        "costs": costs,
        "Y_prediction_test": predict(w, b, X_test),
        "Y_prediction_train": predict(w, b, X_train),
        "w": w,
        "b": b,
        "learning_rate": learning_rate,
        "num_iterations": num_iterations,
    }


# %% model: predicts with the zeros it began with
def model(X_train, Y_train, X_test, Y_test, num_iterations=2000, learning_rate=0.5,
          print_cost=False):
    w, b = initialize_with_zeros(X_train.shape[0])
    params, _, costs = optimize(
        w, b, X_train, Y_train, num_iterations, learning_rate, print_cost
    )
    prediction_test = predict(w, b, X_test)
    prediction_train = predict(w, b, X_train)
    return {
        "costs": costs,
        "Y_prediction_test": prediction_test,
        "Y_prediction_train": prediction_train,
        "w": params["w"],
        "b": params["b"],
        "learning_rate": learning_rate,
        "num_iterations": num_iterations,
    }


# %% model: goes on learning on the test set before it predicts there
def model(X_train, Y_train, X_test, Y_test, num_iterations=2000, learning_rate=0.5,
          print_cost=False):
    w, b = initialize_with_zeros(X_train.shape[0])
    params, _, costs = optimize(
        w, b, X_train, Y_train, num_iterations, learning_rate, print_cost
    )
    Y_prediction_train = predict(params["w"], params["b"], X_train)
    params, _, _ = optimize(
        params["w"], params["b"], X_test, Y_test, num_iterations, learning_rate
    )
    Y_prediction_test = predict(params["w"], params["b"], X_test)
    return {
        "costs": costs,
        "Y_prediction_test": Y_prediction_test,
        "Y_prediction_train": Y_prediction_train,
        "w": params["w"],
        "b": params["b"],
        "learning_rate": learning_rate,
        "num_iterations": num_iterations,
    }


# %% image2vector: colour channels are written one after the other
def image2vector(image):
    channels = [image[:, :, c].reshape(-1) for c in range(image.shape[2])]
    return np.concatenate(channels).reshape(-1, 1)


# %% sigmoid: the input is clipped to between -5 and 5
def sigmoid(x):
    x = np.clip(x, -5, 5)
    return 1 / (1 + np.exp(-x))


# %% sigmoid_derivative: s times 1 minus the argument
def sigmoid_derivative(x):
    s = sigmoid(x)
    return s * (1 - x)


# %% computation_graph: the gradient for a is multiplied by a
def computation_graph(a, b, c):
    u = b * c
    v = a + u
    J = 3 * v
    dv = 3
    du = dv
    return J, {"da": dv * a, "db": du * c, "dc": du * b}


# %% normalize_rows: each row is divided by its largest absolute value
def normalize_rows(x):
    longest = np.abs(x).max(axis=1, keepdims=True)
    return x / longest


# %% softmax: exponentials are divided by the largest of their row
def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.max(axis=1, keepdims=True)


# %% propagate: predictions are rounded before the error is taken
def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    error = np.round(A) - Y
    return {"dw": np.dot(X, error.T) / m, "db": np.sum(error) / m}, cost


# %% optimize: it stops as soon as the cost no longer falls
def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    costs, last = [], np.inf
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        if i % 100 == 0:
            costs.append(cost)
            if print_cost:
                print(i, cost)
        if cost >= last:
            break
        last = cost
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
    return {"w": w, "b": b}, grads, costs


# %% predict: the threshold is the mean probability
def predict(w, b, X):
    A = sigmoid(w.T @ X + b)
    return (A > A.mean()).astype(int)


# %% model: the test set is centred with its own mean, the training set is not
def model(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    w, b = initialize_with_zeros(X_train.shape[0])
    params, _, costs = optimize(
        w, b, X_train, Y_train, num_iterations, learning_rate, print_cost
    )
    X_test = X_test - X_test.mean(axis=1, keepdims=True)
    return {
        "costs": costs,
        "Y_prediction_test": predict(params["w"], params["b"], X_test),
        "Y_prediction_train": predict(params["w"], params["b"], X_train),
        "w": params["w"],
        "b": params["b"],
        "learning_rate": learning_rate,
        "num_iterations": num_iterations,
    }


# %% computation_graph: J adds b times c outside the factor 3
def computation_graph(a, b, c):
    u = b * c
    v = 3 * a
    J = v + u
    dv = 3
    da = dv * 1
    du = dv * 1
    return J, {"da": da, "db": du * c, "dc": du * b}


# %% computation_graph: dc forgets the last step and is the derivative of u alone
def computation_graph(a, b, c):
    u = b * c
    v = a + u
    J = 3 * v
    dv = 3
    du = dv
    grads = {}
    grads["da"] = dv
    grads["db"] = du * c
    grads["dc"] = b
    return J, grads


# %% softmax: the maximum is subtracted in the numerator only
def softmax(x):
    biggest = np.max(x, axis=1, keepdims=True)
    top = np.exp(x - biggest)
    bottom = np.sum(np.exp(x), axis=1, keepdims=True)
    return top / bottom


# %% softmax: returns the log probabilities
def softmax(x):
    shifted = x - x.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


# %% L2: squares the sum of the differences
def L2(yhat, y):
    return np.sum(yhat - y) ** 2


# %% propagate: the cost leaves out the term of the examples with label 0
def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -np.sum(Y * np.log(A)) / m
    dw = np.dot(X, (A - Y).T) / m
    db = np.sum(A - Y) / m
    return {"dw": dw, "db": db}, cost


# %% propagate: dw has the factor A (1 - A) of a squared error
def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    dZ = A - Y
    dw = 1 / m * np.dot(X, (dZ * A * (1 - A)).T)
    db = 1 / m * np.sum(dZ)
    return {"dw": dw, "db": db}, cost


# %% optimize: the bias steps on a gradient computed after the weights have moved
def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    costs = []
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        if i % 100 == 0:
            costs.append(cost)
            if print_cost:
                print(f"cost after {i}: {cost}")
        dw = grads["dw"]
        w = w - learning_rate * dw
        db = propagate(w, b, X, Y)[0]["db"]
        b = b - learning_rate * db
    return {"w": w, "b": b}, {"dw": dw, "db": db}, costs


# %% optimize: returns the gradients at the final parameters, not those of the last step
def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    costs = []
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
        if i % 100 == 0:
            costs.append(cost)
            if print_cost:
                print(i, cost)
    grads, _ = propagate(w, b, X, Y)
    params = {"w": w, "b": b}
    return params, grads, costs


# %% optimize: the cost is recorded before steps 100, 200 and so on, but not before step 0
def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    costs = []
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        if i > 0 and i % 100 == 0:
            costs.append(cost)
            if print_cost:
                print("Cost", i, cost)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
    return {"w": w, "b": b}, grads, costs


# %% model: learns on the training and test examples joined together
def model(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    w, b = initialize_with_zeros(X_train.shape[0])
    X_all = np.concatenate((X_train, X_test), axis=1)
    Y_all = np.concatenate((Y_train, Y_test), axis=1)
    params, grads, costs = optimize(
        w, b, X_all, Y_all, num_iterations, learning_rate, print_cost
    )
    w, b = params["w"], params["b"]
    return {
        "costs": costs,
        "Y_prediction_test": predict(w, b, X_test),
        "Y_prediction_train": predict(w, b, X_train),
        "w": w,
        "b": b,
        "learning_rate": learning_rate,
        "num_iterations": num_iterations,
    }


# %% model: the predictions of the two sets are stored under each other's key
def model(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    w, b = initialize_with_zeros(X_train.shape[0])
    params, _, costs = optimize(
        w, b, X_train, Y_train, num_iterations, learning_rate, print_cost
    )
    w = params["w"]
    b = params["b"]
    first = predict(w, b, X_train)
    second = predict(w, b, X_test)
    d = {
        "costs": costs,
        "Y_prediction_test": first,
        "Y_prediction_train": second,
        "w": w,
        "b": b,
        "learning_rate": learning_rate,
        "num_iterations": num_iterations,
    }
    return d
