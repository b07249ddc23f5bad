"""Wrong answers to C2W2 as learners write them; each label says what is wrong."""

# %% update_parameters_with_gd: writes the new values into the caller's dictionary
def update_parameters_with_gd(parameters, grads, learning_rate):
    L = len(parameters) // 2
    for l in range(1, L + 1):
        W, b = f"W{l}", f"b{l}"
        parameters[W] = parameters[W] - learning_rate * grads["d" + W]
        parameters[b] = parameters[b] - learning_rate * grads["d" + b]
    return parameters


# %% update_parameters_with_gd: the last layer takes no step
def update_parameters_with_gd(parameters, grads, learning_rate):
    new = dict(parameters)
    L = len(parameters) // 2
    for l in range(1, L):
        new[f"W{l}"] = parameters[f"W{l}"] - learning_rate * grads[f"dW{l}"]
        new[f"b{l}"] = parameters[f"b{l}"] - learning_rate * grads[f"db{l}"]
    return new


# %% update_parameters_with_gd: steps up the slope
def update_parameters_with_gd(parameters, grads, learning_rate):
    return {k: p + learning_rate * grads["d" + k] for k, p in parameters.items()}


# %% random_mini_batches: the short last batch is dropped
def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    np.random.seed(seed)
    m = X.shape[1]
    order = np.random.permutation(m)
    X, Y = X[:, order], Y[:, order]
    batches = []
    for k in range(m // mini_batch_size):
        start = k * mini_batch_size
        end = start + mini_batch_size
        batches.append((X[:, start:end], Y[:, start:end]))
    return batches


# %% random_mini_batches: the labels are not shuffled
def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    rng = np.random.default_rng(seed)
    m = X.shape[1]
    shuffled_X = X[:, rng.permutation(m)]
    return [
        (shuffled_X[:, i : i + mini_batch_size], Y[:, i : i + mini_batch_size])
        for i in range(0, m, mini_batch_size)
    ]


# %% random_mini_batches: draws each batch with repetition instead of cutting a shuffle
def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    rng = np.random.default_rng(seed)
    m = X.shape[1]
    batches = []
    left = m
    while left > 0:
        size = min(mini_batch_size, left)
        some = rng.integers(0, m, size)
        batches.append((X[:, some], Y[:, some]))
        left -= size
    return batches


# %% random_mini_batches: shuffles once for all, the seed has no effect
def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    rng = np.random.default_rng(0)
    order = rng.permutation(X.shape[1])
    batches = []
    for start in range(0, X.shape[1], mini_batch_size):
        columns = order[start : start + mini_batch_size]
        batches.append((X[:, columns], Y[:, columns]))
    return batches


# %% exponentially_weighted_average: goes on from the corrected value
def exponentially_weighted_average(theta, beta, bias_correction=True):
    v = 0.0
    result = []
    for t, value in enumerate(theta, start=1):
        v = beta * v + (1 - beta) * value
        if bias_correction:
            v = v / (1 - beta**t)
        result.append(v)
    return np.array(result)


# %% exponentially_weighted_average: beta and 1 - beta are swapped
def exponentially_weighted_average(theta, beta, bias_correction=True):
    averages = np.zeros(len(theta))
    v = 0
    for i in range(len(theta)):
        v = (1 - beta) * v + beta * theta[i]
        averages[i] = v
        if bias_correction:
            averages[i] = v / (1 - (1 - beta) ** (i + 1))
    return averages


# %% exponentially_weighted_average: starts from the first value instead of 0
def exponentially_weighted_average(theta, beta, bias_correction=True):
    v = theta[0]
    out = []
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        out.append(v / (1 - beta ** (t + 1)) if bias_correction else v)
    return np.array(out, dtype=float)


# %% exponentially_weighted_average: the correction divides by 1 - beta, without t
def exponentially_weighted_average(theta, beta, bias_correction=True):
    v, out = 0.0, []
    for x in theta:
        v = beta * v + (1 - beta) * x
        out.append(v / (1 - beta) if bias_correction else v)
    return np.array(out)


# %% exponentially_weighted_average: the bias is corrected even if not asked for
def exponentially_weighted_average(theta, beta, bias_correction=True):
    result = np.zeros(len(theta))
    v = 0.0
    for t, x in enumerate(theta):
        v = beta * v + (1 - beta) * x
        result[t] = v / (1 - beta ** (t + 1))
    return result


# %% initialize_velocity: the names lack the d
def initialize_velocity(parameters):
    v = {}
    for key in parameters:
        v[key] = np.zeros_like(parameters[key])
    return v


# %% initialize_velocity: only the weights get a velocity
def initialize_velocity(parameters):
    v = {}
    for key, value in parameters.items():
        if key.startswith("W"):
            v["d" + key] = np.zeros(value.shape)
    return v


# %% update_parameters_with_momentum: the slope lacks the factor 1 - beta (PyTorch)
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    new_parameters, new_v = {}, {}
    for key in parameters:
        d = "d" + key
        new_v[d] = beta * v[d] + grads[d]
        new_parameters[key] = parameters[key] - learning_rate * new_v[d]
    return new_parameters, new_v


# %% update_parameters_with_momentum: steps with the old velocity
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    new, speed = {}, {}
    for key, value in parameters.items():
        new[key] = value - learning_rate * v["d" + key]
        speed["d" + key] = beta * v["d" + key] + (1 - beta) * grads["d" + key]
    return new, speed


# %% update_parameters_with_momentum: steps along the slope, the velocity is not used
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    v = {d: beta * v[d] + (1 - beta) * grads[d] for d in v}
    parameters = {k: p - learning_rate * grads["d" + k] for k, p in parameters.items()}
    return parameters, v


# %% update_parameters_with_momentum: writes into the caller's dictionary v
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    new_parameters = {}
    for l in range(1, len(parameters) // 2 + 1):
        for kind in ("W", "b"):
            key = kind + str(l)
            v["d" + key] = beta * v["d" + key] + (1 - beta) * grads["d" + key]
            new_parameters[key] = parameters[key] - learning_rate * v["d" + key]
    return new_parameters, v


# %% initialize_rmsprop: the keys are those of the parameters, not of the slopes
def initialize_rmsprop(parameters):
    return {key: np.zeros(p.shape) for key, p in parameters.items()}


# %% initialize_rmsprop: the averages start at one instead of zero
def initialize_rmsprop(parameters):
    return {"d" + key: np.ones_like(p, dtype=float) for key, p in parameters.items()}


# %% update_parameters_with_rmsprop: epsilon stands inside the root
def update_parameters_with_rmsprop(
    parameters, grads, s, beta, learning_rate, epsilon=1e-8
):
    new_p, new_s = {}, {}
    for key in parameters:
        g = grads["d" + key]
        new_s["d" + key] = beta * s["d" + key] + (1 - beta) * g**2
        step = g / np.sqrt(new_s["d" + key] + epsilon)
        new_p[key] = parameters[key] - learning_rate * step
    return new_p, new_s


# %% update_parameters_with_rmsprop: the root is forgotten
def update_parameters_with_rmsprop(
    parameters, grads, s, beta, learning_rate, epsilon=1e-8
):
    new_p, new_s = {}, {}
    for key, value in parameters.items():
        d = "d" + key
        new_s[d] = beta * s[d] + (1 - beta) * np.square(grads[d])
        new_p[key] = value - learning_rate * grads[d] / (new_s[d] + epsilon)
    return new_p, new_s


# %% update_parameters_with_rmsprop: squares are summed up as in AdaGrad
def update_parameters_with_rmsprop(
    parameters, grads, s, beta, learning_rate, epsilon=1e-8
):
    out, squares = {}, {}
    for key in parameters:
        g = grads["d" + key]
        squares["d" + key] = s["d" + key] + g * g
        scale = np.sqrt(squares["d" + key]) + epsilon
        out[key] = parameters[key] - learning_rate * g / scale
    return out, squares


# %% update_parameters_with_rmsprop: divides by the root of the old average
def update_parameters_with_rmsprop(
    parameters, grads, s, beta, learning_rate, epsilon=1e-8
):
    p, new_s = {}, {}
    for key in parameters:
        d = "d" + key
        p[key] = parameters[key] - learning_rate * grads[d] / (np.sqrt(s[d]) + epsilon)
        new_s[d] = beta * s[d] + (1 - beta) * grads[d] ** 2
    return p, new_s


# %% initialize_adam: the averages are single numbers, not arrays like the parameters
def initialize_adam(parameters):
    v, s = {}, {}
    for key in parameters:
        v["d" + key] = 0.0
        s["d" + key] = 0.0
    return v, s


# %% update_parameters_with_adam: no bias correction in the step
def update_parameters_with_adam(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    P, V, S, Vc, Sc = {}, {}, {}, {}, {}
    for key in parameters:
        d = "d" + key
        V[d] = beta1 * v[d] + (1 - beta1) * grads[d]
        S[d] = beta2 * s[d] + (1 - beta2) * grads[d] ** 2
        Vc[d] = V[d] / (1 - beta1**t)
        Sc[d] = S[d] / (1 - beta2**t)
        P[key] = parameters[key] - learning_rate * V[d] / (np.sqrt(S[d]) + epsilon)
    return P, V, S, Vc, Sc


# %% update_parameters_with_adam: the corrected averages are stored
def update_parameters_with_adam(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new, new_v, new_s = {}, {}, {}
    v_corrected, s_corrected = {}, {}
    for key in parameters:
        d = "d" + key
        m1 = beta1 * v[d] + (1 - beta1) * grads[d]
        m2 = beta2 * s[d] + (1 - beta2) * np.power(grads[d], 2)
        new_v[d] = v_corrected[d] = m1 / (1 - beta1**t)
        new_s[d] = s_corrected[d] = m2 / (1 - beta2**t)
        step = v_corrected[d] / (np.sqrt(s_corrected[d]) + epsilon)
        new[key] = parameters[key] - learning_rate * step
    return new, new_v, new_s, v_corrected, s_corrected


# %% update_parameters_with_adam: both corrections use beta1
def update_parameters_with_adam(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    P, V, S, Vc, Sc = {}, {}, {}, {}, {}
    for key, p in parameters.items():
        g = grads["d" + key]
        vd = V["d" + key] = beta1 * v["d" + key] + (1 - beta1) * g
        sd = S["d" + key] = beta2 * s["d" + key] + (1 - beta2) * g**2
        vc = Vc["d" + key] = vd / (1 - beta1**t)
        sc = Sc["d" + key] = sd / (1 - beta1**t)
        P[key] = p - learning_rate * vc / (np.sqrt(sc) + epsilon)
    return P, V, S, Vc, Sc


# %% update_parameters_with_adam: the corrections are not raised to the power of t
def update_parameters_with_adam(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    P, V, S, Vc, Sc = {}, {}, {}, {}, {}
    for key in parameters:
        d = "d" + key
        V[d] = beta1 * v[d] + (1 - beta1) * grads[d]
        Vc[d] = V[d] / (1 - beta1)
        S[d] = beta2 * s[d] + (1 - beta2) * grads[d] ** 2
        Sc[d] = S[d] / (1 - beta2)
        P[key] = parameters[key] - learning_rate * Vc[d] / (np.sqrt(Sc[d]) + epsilon)
    return P, V, S, Vc, Sc


# %% update_parameters_with_adam: t is counted from 0, so the corrections use t + 1
def update_parameters_with_adam(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    P, V, S, Vc, Sc = {}, {}, {}, {}, {}
    t = t + 1
    for key in parameters:
        d = "d" + key
        V[d] = beta1 * v[d] + (1 - beta1) * grads[d]
        S[d] = beta2 * s[d] + (1 - beta2) * grads[d] ** 2
        Vc[d] = V[d] / (1 - beta1**t)
        Sc[d] = S[d] / (1 - beta2**t)
        P[key] = parameters[key] - learning_rate * Vc[d] / (np.sqrt(Sc[d]) + epsilon)
    return P, V, S, Vc, Sc


# %% update_lr: the decay is raised to the epoch, (1 + r) ** e
def update_lr(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 / (1 + decay_rate) ** epoch_num


# %% update_lr: epochs are counted from 1, so epoch 0 has decayed already
def update_lr(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 / (1 + decay_rate * (epoch_num + 1))


# %% schedule_lr_decay: falls in every epoch, the quotient is not rounded down
def schedule_lr_decay(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 / (1 + decay_rate * epoch_num / time_interval)


# %% schedule_lr_decay: the quotient is rounded to the nearest, not down
def schedule_lr_decay(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    stair = round(epoch_num / time_interval)
    return learning_rate0 / (1 + decay_rate * stair)


# %% schedule_lr_decay: the interval is always 1000
def schedule_lr_decay(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return 1 / (1 + decay_rate * np.floor(epoch_num / 1000)) * learning_rate0


# %% exponential_decay: the base is multiplied by the epoch
def exponential_decay(learning_rate0, epoch_num, base=0.95):
    return learning_rate0 * base * epoch_num


# %% exponential_decay: 0.95 is written in, the argument ignored
def exponential_decay(learning_rate0, epoch_num, base=0.95):
    return 0.95**epoch_num * learning_rate0


# %% sqrt_decay: the factor k stands under the root
def sqrt_decay(learning_rate0, epoch_num, k=1.0):
    return learning_rate0 / np.sqrt(k * epoch_num)


# %% sqrt_decay: the epoch is counted from 0
def sqrt_decay(learning_rate0, epoch_num, k=1.0):
    return k / np.sqrt(epoch_num + 1) * learning_rate0


# %% model: the velocities and averages start anew in every epoch
def model(X, Y, layers_dims, optimizer, learning_rate=0.0007, mini_batch_size=64,
          beta=0.9, beta1=0.9, beta2=0.999, epsilon=1e-8, num_epochs=5000,
          print_cost=False, decay=None, watch=None):
    parameters = initialize_parameters(layers_dims)
    size = X.shape[1] if optimizer == "batch" else mini_batch_size
    t = 0
    for epoch in range(num_epochs):
        rate = decay(learning_rate, epoch) if decay else learning_rate
        v, s = initialize_adam(parameters)
        for X_t, Y_t in random_mini_batches(X, Y, size, seed=epoch):
            A3, cache = forward_propagation(X_t, parameters)
            grads = backward_propagation(X_t, Y_t, cache)
            if optimizer in ("batch", "gd"):
                parameters = update_parameters_with_gd(parameters, grads, rate)
            elif optimizer == "momentum":
                parameters, v = update_parameters_with_momentum(
                    parameters, grads, v, beta, rate
                )
            elif optimizer == "rmsprop":
                parameters, s = update_parameters_with_rmsprop(
                    parameters, grads, s, beta, rate, epsilon
                )
            else:
                t += 1
                parameters, v, s, _, _ = update_parameters_with_adam(
                    parameters, grads, v, s, t, rate, beta1, beta2, epsilon
                )
        if print_cost and epoch % 1000 == 0:
            print(epoch, compute_cost(A3, Y_t))
        if watch:
            watch(epoch, parameters)
    return parameters


# %% model: Adam's t counts epochs instead of steps
def model(X, Y, layers_dims, optimizer, learning_rate=0.0007, mini_batch_size=64,
          beta=0.9, beta1=0.9, beta2=0.999, epsilon=1e-8, num_epochs=5000,
          print_cost=False, decay=None, watch=None):
    parameters = initialize_parameters(layers_dims)
    v, s = initialize_adam(parameters)
    if optimizer == "batch":
        mini_batch_size = X.shape[1]
    for epoch in range(num_epochs):
        rate = learning_rate if decay is None else decay(learning_rate, epoch)
        batches = random_mini_batches(X, Y, mini_batch_size, epoch)
        for X_t, Y_t in batches:
            A3, cache = forward_propagation(X_t, parameters)
            cost = compute_cost(A3, Y_t)
            grads = backward_propagation(X_t, Y_t, cache)
            if optimizer == "batch" or optimizer == "gd":
                parameters = update_parameters_with_gd(parameters, grads, rate)
            elif optimizer == "momentum":
                parameters, v = update_parameters_with_momentum(
                    parameters, grads, v, beta, rate
                )
            elif optimizer == "rmsprop":
                parameters, s = update_parameters_with_rmsprop(
                    parameters, grads, s, beta, rate, epsilon
                )
            elif optimizer == "adam":
                parameters, v, s, *_ = update_parameters_with_adam(
                    parameters, grads, v, s, epoch + 1, rate, beta1, beta2, epsilon
                )
        if print_cost and epoch % 1000 == 0:
            print("Cost after epoch %i: %f" % (epoch, cost))
        if watch is not None:
            watch(epoch, parameters)
    return parameters


# %% model: the decay starts from the rate of the epoch before, so it compounds
def model(X, Y, layers_dims, optimizer, learning_rate=0.0007, mini_batch_size=64,
          beta=0.9, beta1=0.9, beta2=0.999, epsilon=1e-8, num_epochs=5000,
          print_cost=False, decay=None, watch=None):
    parameters = initialize_parameters(layers_dims)
    v, s = initialize_adam(parameters)
    size = X.shape[1] if optimizer == "batch" else mini_batch_size
    t = 0
    for epoch in range(num_epochs):
        if decay is not None:
            learning_rate = decay(learning_rate, epoch)
        for X_t, Y_t in random_mini_batches(X, Y, size, seed=epoch):
            A3, cache = forward_propagation(X_t, parameters)
            grads = backward_propagation(X_t, Y_t, cache)
            if optimizer in ("batch", "gd"):
                parameters = update_parameters_with_gd(parameters, grads, learning_rate)
            elif optimizer == "momentum":
                parameters, v = update_parameters_with_momentum(
                    parameters, grads, v, beta, learning_rate
                )
            elif optimizer == "rmsprop":
                parameters, s = update_parameters_with_rmsprop(
                    parameters, grads, s, beta, learning_rate, epsilon
                )
            else:
                t += 1
                parameters, v, s, _, _ = update_parameters_with_adam(
                    parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon
                )
        if print_cost and epoch % 100 == 0:
            print(epoch, compute_cost(A3, Y_t))
        if watch:
            watch(epoch, parameters)
    return parameters


# %% model: "batch" is cut into mini-batches as well
def model(X, Y, layers_dims, optimizer, learning_rate=0.0007, mini_batch_size=64,
          beta=0.9, beta1=0.9, beta2=0.999, epsilon=1e-8, num_epochs=5000,
          print_cost=False, decay=None, watch=None):
    parameters = initialize_parameters(layers_dims)
    v, s = initialize_adam(parameters)
    t = 0
    for epoch in range(num_epochs):
        rate = decay(learning_rate, epoch) if decay else learning_rate
        for X_t, Y_t in random_mini_batches(X, Y, mini_batch_size, epoch):
            t = t + 1
            A3, cache = forward_propagation(X_t, parameters)
            grads = backward_propagation(X_t, Y_t, cache)
            if optimizer == "momentum":
                parameters, v = update_parameters_with_momentum(
                    parameters, grads, v, beta, rate
                )
            elif optimizer == "rmsprop":
                parameters, s = update_parameters_with_rmsprop(
                    parameters, grads, s, beta, rate, epsilon
                )
            elif optimizer == "adam":
                parameters, v, s, vc, sc = update_parameters_with_adam(
                    parameters, grads, v, s, t, rate, beta1, beta2, epsilon
                )
            else:
                parameters = update_parameters_with_gd(parameters, grads, rate)
        if print_cost:
            print(epoch, compute_cost(A3, Y_t))
        if watch:
            watch(epoch, parameters)
    return parameters


# %% model: every epoch shuffles with the same seed
def model(X, Y, layers_dims, optimizer, learning_rate=0.0007, mini_batch_size=64,
          beta=0.9, beta1=0.9, beta2=0.999, epsilon=1e-8, num_epochs=5000,
          print_cost=False, decay=None, watch=None):
    parameters = initialize_parameters(layers_dims)
    v, s = initialize_adam(parameters)
    size = X.shape[1] if optimizer == "batch" else mini_batch_size
    t = 0
    batches = random_mini_batches(X, Y, size, seed=0)
    for epoch in range(num_epochs):
        rate = decay(learning_rate, epoch) if decay else learning_rate
        for X_t, Y_t in batches:
            A3, cache = forward_propagation(X_t, parameters)
            grads = backward_propagation(X_t, Y_t, cache)
            t += 1
            if optimizer in ("batch", "gd"):
                parameters = update_parameters_with_gd(parameters, grads, rate)
            elif optimizer == "momentum":
                parameters, v = update_parameters_with_momentum(
                    parameters, grads, v, beta, rate
                )
            elif optimizer == "rmsprop":
                parameters, s = update_parameters_with_rmsprop(
                    parameters, grads, s, beta, rate, epsilon
                )
            else:
                parameters, v, s, _, _ = update_parameters_with_adam(
                    parameters, grads, v, s, t, rate, beta1, beta2, epsilon
                )
        if print_cost and epoch % 1000 == 0:
            print(epoch, compute_cost(A3, Y_t))
        if watch:
            watch(epoch, parameters)
    return parameters


# %% update_parameters_with_gd: the biases take no step
def update_parameters_with_gd(parameters, grads, learning_rate):
    new = dict(parameters)
    for l in range(1, len(parameters) // 2 + 1):
        W = parameters[f"W{l}"]
        new[f"W{l}"] = W - learning_rate * grads[f"dW{l}"]
        new[f"b{l}"] = parameters[f"b{l}"]
    return new


# %% random_mini_batches: the incomplete last batch is filled up from the beginning
def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    np.random.seed(seed)
    m = X.shape[1]
    order = np.random.permutation(m)
    missing = -m % mini_batch_size
    order = np.concatenate([order, np.resize(order, missing)])
    return [
        (X[:, order[k : k + mini_batch_size]], Y[:, order[k : k + mini_batch_size]])
        for k in range(0, len(order), mini_batch_size)
    ]


# %% random_mini_batches: each batch is drawn anew, so examples may come twice or never
def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    rng = np.random.default_rng(seed)
    m = X.shape[1]
    batches = []
    for start in range(0, m, mini_batch_size):
        size = min(mini_batch_size, m - start)
        chosen = rng.choice(m, size, replace=False)
        batches.append((X[:, chosen], Y[:, chosen]))
    return batches


# %% random_mini_batches: the order of the batches is shuffled, not that of the examples
def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    np.random.seed(seed)
    m = X.shape[1]
    batches = []
    for k in range(0, m, mini_batch_size):
        batches.append((X[:, k : k + mini_batch_size], Y[:, k : k + mini_batch_size]))
    order = np.random.permutation(len(batches))
    return [batches[i] for i in order]


# %% exponentially_weighted_average: the average starts from the first value, not from 0
def exponentially_weighted_average(theta, beta, bias_correction=True):
    v = theta[0]
    averages = []
    for t, value in enumerate(theta, start=1):
        v = beta * v + (1 - beta) * value
        averages.append(v / (1 - beta**t) if bias_correction else v)
    return np.array(averages)


# %% exponentially_weighted_average: every value is corrected by the same last power
def exponentially_weighted_average(theta, beta, bias_correction=True):
    v = 0.0
    out = np.zeros(len(theta))
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        out[t] = v
    if bias_correction:
        out = out / (1 - beta ** (t + 1))
    return out


# %% initialize_velocity: the velocities start as copies of the parameters
def initialize_velocity(parameters):
    v = {}
    for name, value in parameters.items():
        v["d" + name] = np.array(value, dtype=float)
    return v


# %% update_parameters_with_momentum: the velocity absorbs the learning rate as well
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    new_parameters, new_v = {}, {}
    for key in parameters:
        dkey = "d" + key
        step = learning_rate * grads[dkey]
        new_v[dkey] = beta * v[dkey] + (1 - beta) * step
        new_parameters[key] = parameters[key] - new_v[dkey]
    return new_parameters, new_v


# %% update_parameters_with_momentum: Nesterov's step, gradient and velocity once more
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    new_p, new_v = {}, {}
    for k, p in parameters.items():
        g = grads["d" + k]
        vel = beta * v["d" + k] + (1 - beta) * g
        new_v["d" + k] = vel
        new_p[k] = p - learning_rate * (beta * vel + (1 - beta) * g)
    return new_p, new_v


# %% update_parameters_with_rmsprop: one mean of squares for each array, not elementwise
def update_parameters_with_rmsprop(
    parameters, grads, s, beta, learning_rate, epsilon=1e-8
):
    new, new_s = {}, {}
    for key in parameters:
        g = grads["d" + key]
        mean_square = np.full(g.shape, np.mean(g**2))
        new_s["d" + key] = beta * s["d" + key] + (1 - beta) * mean_square
        root = np.sqrt(new_s["d" + key])
        new[key] = parameters[key] - learning_rate * g / (root + epsilon)
    return new, new_s


# %% update_parameters_with_rmsprop: squares are summed up without fading, as in AdaGrad
def update_parameters_with_rmsprop(
    parameters, grads, s, beta, learning_rate, epsilon=1e-8
):
    new_params = {}
    new_s = {}
    for name, w in parameters.items():
        g = grads[f"d{name}"]
        new_s[f"d{name}"] = s[f"d{name}"] + g * g
        denominator = np.sqrt(new_s[f"d{name}"]) + epsilon
        new_params[name] = w - learning_rate * g / denominator
    return new_params, new_s


# %% initialize_adam: s starts at ones, for fear of a division by zero
def initialize_adam(parameters):
    v = {"d" + key: np.zeros(p.shape) for key, p in parameters.items()}
    s = {"d" + key: np.ones(p.shape) for key, p in parameters.items()}
    return v, s


# %% update_parameters_with_adam: the numerator is the gradient, not the average of it
def update_parameters_with_adam(
    parameters,
    grads,
    v,
    s,
    t,
    learning_rate=0.01,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
):
    new, v_new, s_new, v_hat, s_hat = {}, {}, {}, {}, {}
    for key, p in parameters.items():
        d = "d" + key
        v_new[d] = beta1 * v[d] + (1 - beta1) * grads[d]
        s_new[d] = beta2 * s[d] + (1 - beta2) * grads[d] ** 2
        v_hat[d] = v_new[d] / (1 - beta1**t)
        s_hat[d] = s_new[d] / (1 - beta2**t)
        new[key] = p - learning_rate * grads[d] / (np.sqrt(s_hat[d]) + epsilon)
    return new, v_new, s_new, v_hat, s_hat


# %% update_parameters_with_adam: s averages the squares of v instead of the gradients
def update_parameters_with_adam(
    parameters,
    grads,
    v,
    s,
    t,
    learning_rate=0.01,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
):
    v, s, parameters = dict(v), dict(s), dict(parameters)
    v_corrected, s_corrected = {}, {}
    for key in list(parameters):
        g = "d" + key
        v[g] = beta1 * v[g] + (1 - beta1) * grads[g]
        s[g] = beta2 * s[g] + (1 - beta2) * v[g] ** 2
        v_corrected[g] = v[g] / (1 - beta1**t)
        s_corrected[g] = s[g] / (1 - beta2**t)
        parameters[key] = parameters[key] - learning_rate * v_corrected[g] / (
            np.sqrt(s_corrected[g]) + epsilon
        )
    return parameters, v, s, v_corrected, s_corrected


# %% update_lr: divides by 1 + r once per epoch, a power
def update_lr(learning_rate0, epoch_num, decay_rate):
    rate = learning_rate0
    for _ in range(epoch_num):
        rate = rate / (1 + decay_rate)
    return rate


# %% schedule_lr_decay: the quotient is rounded to the nearest stair
def schedule_lr_decay(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    stairs = round(epoch_num / time_interval)
    return learning_rate0 / (1 + decay_rate * stairs)


# %% sqrt_decay: k stands under the root
def sqrt_decay(learning_rate0, epoch_num, k=1.0):
    return learning_rate0 * np.sqrt(k / epoch_num)


# %% model: all epochs use the same seed and so the same batches
def model(
    X,
    Y,
    layers_dims,
    optimizer,
    learning_rate=0.0007,
    mini_batch_size=64,
    beta=0.9,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
    num_epochs=5000,
    print_cost=False,
    decay=None,
    watch=None,
):
    parameters = initialize_parameters(layers_dims)
    size = X.shape[1] if optimizer == "batch" else mini_batch_size
    v = initialize_velocity(parameters)
    s = initialize_rmsprop(parameters)
    t = 0
    minibatches = random_mini_batches(X, Y, size, seed=10)
    for epoch in range(num_epochs):
        rate = learning_rate if decay is None else decay(learning_rate, epoch)
        for X_t, Y_t in minibatches:
            A3, cache = forward_propagation(X_t, parameters)
            grads = backward_propagation(X_t, Y_t, cache)
            t += 1
            if optimizer == "momentum":
                parameters, v = update_parameters_with_momentum(
                    parameters, grads, v, beta, rate
                )
            elif optimizer == "rmsprop":
                parameters, s = update_parameters_with_rmsprop(
                    parameters, grads, s, beta, rate, epsilon
                )
            elif optimizer == "adam":
                parameters, v, s, _, _ = update_parameters_with_adam(
                    parameters, grads, v, s, t, rate, beta1, beta2, epsilon
                )
            else:
                parameters = update_parameters_with_gd(parameters, grads, rate)
        if watch is not None:
            watch(epoch, parameters)
    return parameters


# %% model: Adam's t is the number of the epoch, not of the step
def model(
    X,
    Y,
    layers_dims,
    optimizer,
    learning_rate=0.0007,
    mini_batch_size=64,
    beta=0.9,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
    num_epochs=5000,
    print_cost=False,
    decay=None,
    watch=None,
):
    parameters = initialize_parameters(layers_dims)
    m = X.shape[1]
    if optimizer == "batch":
        mini_batch_size = m
    v, s = initialize_adam(parameters)
    for epoch in range(num_epochs):
        alpha = decay(learning_rate, epoch) if decay else learning_rate
        t = epoch + 1
        for X_t, Y_t in random_mini_batches(X, Y, mini_batch_size, seed=epoch):
            A3, cache = forward_propagation(X_t, parameters)
            grads = backward_propagation(X_t, Y_t, cache)
            if optimizer in ("batch", "gd"):
                parameters = update_parameters_with_gd(parameters, grads, alpha)
            elif optimizer == "momentum":
                parameters, v = update_parameters_with_momentum(
                    parameters, grads, v, beta, alpha
                )
            elif optimizer == "rmsprop":
                parameters, s = update_parameters_with_rmsprop(
                    parameters, grads, s, beta, alpha, epsilon
                )
            else:
                parameters, v, s, _, _ = update_parameters_with_adam(
                    parameters, grads, v, s, t, alpha, beta1, beta2, epsilon
                )
        if print_cost and epoch % 1000 == 0:
            print(epoch, compute_cost(A3, Y_t))
        if watch:
            watch(epoch, parameters)
    return parameters


# %% model: the decayed rate is decayed again in the next epoch
def model(
    X,
    Y,
    layers_dims,
    optimizer,
    learning_rate=0.0007,
    mini_batch_size=64,
    beta=0.9,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
    num_epochs=5000,
    print_cost=False,
    decay=None,
    watch=None,
):
    parameters = initialize_parameters(layers_dims)
    v, s = initialize_adam(parameters)
    size = X.shape[1] if optimizer == "batch" else mini_batch_size
    t = 0
    for epoch in range(num_epochs):
        if decay is not None:
            learning_rate = decay(learning_rate, epoch)
        for X_t, Y_t in random_mini_batches(X, Y, size, epoch):
            t = t + 1
            _, cache = forward_propagation(X_t, parameters)
            grads = backward_propagation(X_t, Y_t, cache)
            if optimizer == "momentum":
                parameters, v = update_parameters_with_momentum(
                    parameters, grads, v, beta, learning_rate
                )
            elif optimizer == "rmsprop":
                parameters, s = update_parameters_with_rmsprop(
                    parameters, grads, s, beta, learning_rate, epsilon
                )
            elif optimizer == "adam":
                parameters, v, s, *_ = update_parameters_with_adam(
                    parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon
                )
            else:
                parameters = update_parameters_with_gd(parameters, grads, learning_rate)
        if watch is not None:
            watch(epoch, parameters)
    return parameters


# %% random_mini_batches: cuts first and shuffles only the order of the batches
def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    m = X.shape[1]
    batches = []
    for start in range(0, m, mini_batch_size):
        end = start + mini_batch_size
        batches.append((X[:, start:end], Y[:, start:end]))
    order = np.random.default_rng(seed).permutation(len(batches))
    return [batches[k] for k in order]


# %% random_mini_batches: draws the examples of each batch with replacement
def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    rng = np.random.default_rng(seed)
    m = X.shape[1]
    batches = []
    done = 0
    while done < m:
        size = min(mini_batch_size, m - done)
        chosen = rng.integers(0, m, size)
        batches.append((X[:, chosen], Y[:, chosen]))
        done += size
    return batches


# %% exponentially_weighted_average: corrects with beta times t instead of its power
def exponentially_weighted_average(theta, beta, bias_correction=True):
    v = 0.0
    averages = np.zeros(len(theta))
    for i in range(len(theta)):
        v = beta * v + (1 - beta) * theta[i]
        averages[i] = v
        if bias_correction:
            averages[i] = v / (1 - beta * (i + 1))
    return averages


# %% update_parameters_with_momentum: the gradient is added without its weight 1 - beta
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    new, velocity = {}, {}
    for key in parameters:
        name = "d" + key
        velocity[name] = beta * v[name] + grads[name]
        new[key] = parameters[key] - learning_rate * velocity[name]
    return new, velocity


# %% update_parameters_with_momentum: the step looks ahead, as in Nesterov's variant
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    new_params = {}
    new_v = {}
    for key in parameters:
        g = grads["d" + key]
        new_v["d" + key] = beta * v["d" + key] + (1 - beta) * g
        step = beta * new_v["d" + key] + (1 - beta) * g
        new_params[key] = parameters[key] - learning_rate * step
    return new_params, new_v


# %% update_parameters_with_rmsprop: averages absolute values instead of squares
def update_parameters_with_rmsprop(
    parameters, grads, s, beta, learning_rate, epsilon=1e-8
):
    new, new_s = {}, {}
    for key, W in parameters.items():
        dW = grads[f"d{key}"]
        new_s[f"d{key}"] = beta * s[f"d{key}"] + (1 - beta) * np.abs(dW)
        new[key] = W - learning_rate * dW / (np.sqrt(new_s[f"d{key}"]) + epsilon)
    return new, new_s


# %% update_parameters_with_adam: both averages are corrected with beta1
def update_parameters_with_adam(
    parameters,
    grads,
    v,
    s,
    t,
    learning_rate=0.01,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
):
    new, nv, ns, vc, sc = {}, {}, {}, {}, {}
    for key in parameters:
        d = "d" + key
        nv[d] = beta1 * v[d] + (1 - beta1) * grads[d]
        ns[d] = beta2 * s[d] + (1 - beta2) * grads[d] ** 2
        vc[d] = nv[d] / (1 - beta1**t)
        sc[d] = ns[d] / (1 - beta1**t)
        new[key] = parameters[key] - learning_rate * vc[d] / (np.sqrt(sc[d]) + epsilon)
    return new, nv, ns, vc, sc


# %% update_parameters_with_adam: the step divides by the average without its square root
def update_parameters_with_adam(
    parameters,
    grads,
    v,
    s,
    t,
    learning_rate=0.01,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
):
    params = {}
    v_new, s_new = {}, {}
    v_corrected, s_corrected = {}, {}
    for key, value in parameters.items():
        k = "d" + key
        g = grads[k]
        v_new[k] = beta1 * v[k] + (1 - beta1) * g
        s_new[k] = beta2 * s[k] + (1 - beta2) * np.square(g)
        v_corrected[k] = v_new[k] / (1 - beta1**t)
        s_corrected[k] = s_new[k] / (1 - beta2**t)
        params[key] = value - learning_rate * v_corrected[k] / (
            s_corrected[k] + epsilon
        )
    return params, v_new, s_new, v_corrected, s_corrected


# %% update_parameters_with_adam: counts the steps from 0 and so corrects with t + 1
def update_parameters_with_adam(
    parameters,
    grads,
    v,
    s,
    t,
    learning_rate=0.01,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
):
    t = t + 1
    v = {k: beta1 * v[k] + (1 - beta1) * grads[k] for k in v}
    s = {k: beta2 * s[k] + (1 - beta2) * grads[k] ** 2 for k in s}
    vc = {k: v[k] / (1 - beta1**t) for k in v}
    sc = {k: s[k] / (1 - beta2**t) for k in s}
    new = {}
    for key in parameters:
        step = vc["d" + key] / (np.sqrt(sc["d" + key]) + epsilon)
        new[key] = parameters[key] - learning_rate * step
    return new, v, s, vc, sc


# %% schedule_lr_decay: rounds down after multiplying by the decay rate
def schedule_lr_decay(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    stair = np.floor(decay_rate * epoch_num / time_interval)
    return learning_rate0 / (1 + stair)


# %% exponential_decay: takes e to the power of minus base times the epoch
def exponential_decay(learning_rate0, epoch_num, base=0.95):
    return learning_rate0 * np.exp(-base * epoch_num)


# %% update_lr: the 1 in the denominator is missing from epoch 1 on
def update_lr(learning_rate0, epoch_num, decay_rate):
    if epoch_num == 0:
        return learning_rate0
    return learning_rate0 / (decay_rate * epoch_num)


# %% model: beta and epsilon are not passed on, so the optimizers use fixed values
def model(
    X,
    Y,
    layers_dims,
    optimizer,
    learning_rate=0.0007,
    mini_batch_size=64,
    beta=0.9,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
    num_epochs=5000,
    print_cost=False,
    decay=None,
    watch=None,
):
    parameters = initialize_parameters(layers_dims)
    v = initialize_velocity(parameters)
    s = initialize_rmsprop(parameters)
    t = 0
    if optimizer == "batch":
        mini_batch_size = X.shape[1]
    for epoch in range(num_epochs):
        rate = learning_rate if decay is None else decay(learning_rate, epoch)
        for Xt, Yt in random_mini_batches(X, Y, mini_batch_size, epoch):
            A3, cache = forward_propagation(Xt, parameters)
            grads = backward_propagation(Xt, Yt, cache)
            if optimizer == "momentum":
                parameters, v = update_parameters_with_momentum(
                    parameters, grads, v, 0.9, rate
                )
            elif optimizer == "rmsprop":
                parameters, s = update_parameters_with_rmsprop(
                    parameters, grads, s, 0.9, rate
                )
            elif optimizer == "adam":
                t = t + 1
                parameters, v, s, _, _ = update_parameters_with_adam(
                    parameters, grads, v, s, t, rate
                )
            else:
                parameters = update_parameters_with_gd(parameters, grads, rate)
        if print_cost and epoch % 100 == 0:
            print(f"epoch {epoch}: {compute_cost(A3, Yt)}")
        if watch:
            watch(epoch, parameters)
    return parameters
