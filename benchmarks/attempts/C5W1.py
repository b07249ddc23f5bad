"""Wrong answers to C5W1 as learners write them; each label says what is wrong."""

# %% rnn_cell_forward: the prediction comes from the old state
def rnn_cell_forward(xt, a_prev, parameters):
    p = parameters
    a_next = np.tanh(p["Wax"] @ xt + p["Waa"] @ a_prev + p["ba"])
    yt_pred = softmax(p["Wya"] @ a_prev + p["by"])
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)


# %% rnn_cell_forward: a sigmoid in place of the tanh
def rnn_cell_forward(xt, a_prev, parameters):
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    z = np.dot(Wax, xt) + np.dot(Waa, a_prev) + parameters["ba"]
    a_next = sigmoid(z)
    yt_pred = softmax(np.dot(Wya, a_next) + parameters["by"])
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)


# %% rnn_forward: each step starts from a0 again
def rnn_forward(x, a0, parameters):
    states, predictions, caches = [], [], []
    for t in range(x.shape[2]):
        a_next, yt_pred, cache = rnn_cell_forward(x[:, :, t], a0, parameters)
        states.append(a_next)
        predictions.append(yt_pred)
        caches.append(cache)
    return np.stack(states, axis=2), np.stack(predictions, axis=2), (caches, x)


# %% rnn_cell_backward: the slope of tanh is taken at the state before the step
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dz = da_next * (1 - a_prev**2)
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": dz.sum(axis=1, keepdims=True),
    }


# %% rnn_cell_backward: the weights' slopes are means over the batch
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    Wax, Waa = parameters["Wax"], parameters["Waa"]
    m = xt.shape[1]
    dtanh = (1 - a_next**2) * da_next
    dWax = np.dot(dtanh, xt.T) / m
    dWaa = np.dot(dtanh, a_prev.T) / m
    dba = np.sum(dtanh, axis=1, keepdims=True) / m
    dxt, da_prev = np.dot(Wax.T, dtanh), np.dot(Waa.T, dtanh)
    return {"dxt": dxt, "da_prev": da_prev, "dWax": dWax, "dWaa": dWaa, "dba": dba}


# %% rnn_backward: what later steps send back is forgotten
def rnn_backward(da, caches):
    steps, x = caches
    _, a_prev, _, parameters = steps[0]
    dx = np.zeros(x.shape)
    sums = {"dWax": 0, "dWaa": 0, "dba": 0}
    da_prev = np.zeros(a_prev.shape)
    for t in reversed(range(x.shape[2])):
        grads = rnn_cell_backward(da[:, :, t], steps[t])
        dx[:, :, t] = grads["dxt"]
        da_prev = grads["da_prev"]
        for name in sums:
            sums[name] = sums[name] + grads[name]
    return {"dx": dx, "da0": da_prev, **sums}


# %% rnn_backward: walks from the first step to the last
def rnn_backward(da, caches):
    steps, x = caches
    n_a, m, T_x = da.shape
    dx = np.zeros(x.shape)
    dWax = np.zeros(steps[0][3]["Wax"].shape)
    dWaa = np.zeros((n_a, n_a))
    dba = np.zeros((n_a, 1))
    carried = np.zeros((n_a, m))
    for t in range(T_x):
        g = rnn_cell_backward(da[:, :, t] + carried, steps[t])
        carried = g["da_prev"]
        dx[:, :, t] = g["dxt"]
        dWax += g["dWax"]
        dWaa += g["dWaa"]
        dba += g["dba"]
    return {"dx": dx, "da0": carried, "dWax": dWax, "dWaa": dWaa, "dba": dba}


# %% clip: large positive entries only are limited
def clip(gradients, maxValue):
    for name in gradients:
        gradients[name] = np.minimum(gradients[name], maxValue)
    return gradients


# %% clip: a new dictionary is returned, the caller's own stays as it was
def clip(gradients, maxValue):
    return {key: np.clip(g, -maxValue, maxValue) for key, g in gradients.items()}


# %% clip_by_norm: each array is shortened by a length of its own
def clip_by_norm(gradients, max_norm):
    for name, g in gradients.items():
        length = np.sqrt(np.sum(g**2))
        if length > max_norm:
            gradients[name] = g * (max_norm / length)
    return gradients


# %% clip_by_norm: short gradients are made longer
def clip_by_norm(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients.values()))
    if norm == 0:
        return gradients
    for key in gradients:
        gradients[key] = gradients[key] * max_norm / norm
    return gradients


# %% gru_cell_forward: the open update gate keeps instead of replacing
def gru_cell_forward(xt, c_prev, parameters):
    p = parameters
    both = np.concatenate([c_prev, xt])
    ut = sigmoid(p["Wu"] @ both + p["bu"])
    rt = sigmoid(p["Wr"] @ both + p["br"])
    cct = np.tanh(p["Wc"] @ np.concatenate([rt * c_prev, xt]) + p["bc"])
    c_next = ut * c_prev + (1 - ut) * cct
    yt_pred = softmax(p["Wy"] @ c_next + p["by"])
    return c_next, yt_pred, (c_next, c_prev, ut, rt, cct, xt, parameters)


# %% gru_cell_forward: the reset gate acts after the product, as in cuDNN
def gru_cell_forward(xt, c_prev, parameters):
    n_a = c_prev.shape[0]
    concat = np.vstack([c_prev, xt])
    ut = sigmoid(np.dot(parameters["Wu"], concat) + parameters["bu"])
    rt = sigmoid(np.dot(parameters["Wr"], concat) + parameters["br"])
    Wcc, Wcx = parameters["Wc"][:, :n_a], parameters["Wc"][:, n_a:]
    cct = np.tanh(rt * (Wcc @ c_prev) + Wcx @ xt + parameters["bc"])
    c_next = ut * cct + (1 - ut) * c_prev
    yt_pred = softmax(np.dot(parameters["Wy"], c_next) + parameters["by"])
    cache = (c_next, c_prev, ut, rt, cct, xt, parameters)
    return c_next, yt_pred, cache


# %% gru_cell_backward: dWc is made with the memory that has not passed the reset gate
def gru_cell_backward(dc_next, cache):
    c_next, c_prev, ut, rt, cct, xt, p = cache
    n_a = len(c_prev)
    both = np.concatenate([c_prev, xt])
    dzc = dc_next * ut * (1 - cct**2)
    dzu = dc_next * (cct - c_prev) * ut * (1 - ut)
    back_c = p["Wc"].T @ dzc
    ds = back_c[:n_a]
    dzr = ds * c_prev * rt * (1 - rt)
    back_u, back_r = p["Wu"].T @ dzu, p["Wr"].T @ dzr
    grads = {
        "dxt": back_c[n_a:] + back_u[n_a:] + back_r[n_a:],
        "dc_prev": dc_next * (1 - ut) + ds * rt + back_u[:n_a] + back_r[:n_a],
    }
    for name, dz in (("u", dzu), ("r", dzr), ("c", dzc)):
        grads["dW" + name] = dz @ both.T
        grads["db" + name] = dz.sum(axis=1, keepdims=True)
    return grads


# %% gru_cell_backward: the share of dc_prev through the candidate lacks the reset gate
def gru_cell_backward(dc_next, cache):
    c_next, c_prev, ut, rt, cct, xt, parameters = cache
    n_a = c_prev.shape[0]
    Wu, Wr, Wc = parameters["Wu"], parameters["Wr"], parameters["Wc"]
    concat = np.concatenate([c_prev, xt], axis=0)
    gated = np.concatenate([rt * c_prev, xt], axis=0)
    dzc = dc_next * ut * (1 - cct**2)
    dzu = dc_next * (cct - c_prev) * ut * (1 - ut)
    from_candidate = Wc.T @ dzc
    ds = from_candidate[:n_a, :]
    dzr = ds * c_prev * rt * (1 - rt)
    gates = Wu.T @ dzu + Wr.T @ dzr
    dc_prev = dc_next * (1 - ut) + ds + gates[:n_a, :]
    dxt = from_candidate[n_a:, :] + gates[n_a:, :]
    return {
        "dxt": dxt, "dc_prev": dc_prev,
        "dWu": dzu @ concat.T, "dbu": dzu.sum(axis=1, keepdims=True),
        "dWr": dzr @ concat.T, "dbr": dzr.sum(axis=1, keepdims=True),
        "dWc": dzc @ gated.T, "dbc": dzc.sum(axis=1, keepdims=True),
    }  # fmt: skip


# %% lstm_cell_forward: the memory is shown without its tanh
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    p = parameters
    both = np.concatenate([a_prev, xt])
    ft, it, ot = (sigmoid(p["W" + g] @ both + p["b" + g]) for g in "fio")
    cct = np.tanh(p["Wc"] @ both + p["bc"])
    c_next = ft * c_prev + it * cct
    a_next = ot * c_next
    yt_pred = softmax(p["Wy"] @ a_next + p["by"])
    cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)
    return a_next, c_next, yt_pred, cache


# %% lstm_cell_forward: 1 minus the forget gate writes, the input gate is not used
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    concat = np.concatenate((a_prev, xt), axis=0)
    ft = sigmoid(np.dot(parameters["Wf"], concat) + parameters["bf"])
    it = sigmoid(np.dot(parameters["Wi"], concat) + parameters["bi"])
    cct = np.tanh(np.dot(parameters["Wc"], concat) + parameters["bc"])
    ot = sigmoid(np.dot(parameters["Wo"], concat) + parameters["bo"])
    c_next = ft * c_prev + (1 - ft) * cct
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(np.dot(parameters["Wy"], a_next) + parameters["by"])
    cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)
    return a_next, c_next, yt_pred, cache


# %% lstm_forward: the memory does not move on from step to step
def lstm_forward(x, a0, parameters):
    a, y, c, caches = [], [], [], []
    a_next, c0 = a0, np.zeros(a0.shape)
    for t in range(x.shape[2]):
        a_next, c_next, yt, cache = lstm_cell_forward(
            x[:, :, t], a_next, c0, parameters
        )
        a.append(a_next)
        y.append(yt)
        c.append(c_next)
        caches.append(cache)
    return np.stack(a, 2), np.stack(y, 2), np.stack(c, 2), (caches, x)


# %% lstm_cell_backward: the two slopes are not joined in the memory
def lstm_cell_backward(da_next, dc_next, cache):
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, p = cache
    n_a = len(a_prev)
    both = np.concatenate([a_prev, xt])
    dz = {
        "f": dc_next * c_prev * ft * (1 - ft),
        "i": dc_next * cct * it * (1 - it),
        "c": dc_next * it * (1 - cct**2),
        "o": da_next * np.tanh(c_next) * ot * (1 - ot),
    }
    back = sum(p["W" + g].T @ d for g, d in dz.items())
    grads = {"dxt": back[n_a:], "da_prev": back[:n_a], "dc_prev": dc_next * ft}
    for g, d in dz.items():
        grads["dW" + g] = d @ both.T
        grads["db" + g] = d.sum(axis=1, keepdims=True)
    return grads


# %% lstm_cell_backward: the slope of the forget gate uses the new memory
def lstm_cell_backward(da_next, dc_next, cache):
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a, m = a_next.shape
    dc = dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)
    dot = da_next * np.tanh(c_next) * ot * (1 - ot)
    dcct = dc * it * (1 - cct**2)
    dit = dc * cct * it * (1 - it)
    dft = dc * c_next * ft * (1 - ft)
    concat = np.concatenate((a_prev, xt), axis=0)
    Wf, Wi = parameters["Wf"], parameters["Wi"]
    Wc, Wo = parameters["Wc"], parameters["Wo"]
    dconcat = Wf.T @ dft + Wi.T @ dit + Wc.T @ dcct + Wo.T @ dot
    gradients = {
        "dxt": dconcat[n_a:, :],
        "da_prev": dconcat[:n_a, :],
        "dc_prev": dc * ft,
    }
    for name, d in zip("fico", (dft, dit, dcct, dot), strict=True):
        gradients[f"dW{name}"] = np.dot(d, concat.T)
        gradients[f"db{name}"] = np.sum(d, axis=1, keepdims=True)
    return gradients


# %% lstm_backward: the slope of the memory is not passed on to the step before
def lstm_backward(da, caches):
    steps, x = caches
    n_a, m, T_x = da.shape
    dx, da_prev = np.zeros(x.shape), np.zeros((n_a, m))
    total = {}
    for t in reversed(range(T_x)):
        grads = lstm_cell_backward(
            da[:, :, t] + da_prev, np.zeros((n_a, m)), steps[t]
        )
        dx[:, :, t] = grads.pop("dxt")
        da_prev = grads.pop("da_prev")
        grads.pop("dc_prev")
        for name, g in grads.items():
            total[name] = total.get(name, 0) + g
    return {"dx": dx, "da0": da_prev, **total}


# %% lstm_backward: slopes of the weights are overwritten, only those of step 0 remain
def lstm_backward(da, caches):
    steps, x = caches
    n_a, m, T_x = da.shape
    dx = np.zeros(x.shape)
    da_prev, dc_prev = np.zeros((n_a, m)), np.zeros((n_a, m))
    result = {}
    for t in range(T_x - 1, -1, -1):
        g = lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, steps[t])
        dx[:, :, t] = g["dxt"]
        da_prev, dc_prev = g["da_prev"], g["dc_prev"]
        for key in ("Wf", "bf", "Wi", "bi", "Wc", "bc", "Wo", "bo"):
            result["d" + key] = g["d" + key]
    result["dx"], result["da0"] = dx, da_prev
    return result


# %% bidirectional_forward: the states of the second cell are not turned around again
def bidirectional_forward(x, parameters_forward, parameters_backward):
    m = x.shape[1]
    zeros = np.zeros((len(parameters_forward["Waa"]), m))
    forward, _, _ = rnn_forward(x, zeros, parameters_forward)
    zeros = np.zeros((len(parameters_backward["Waa"]), m))
    backward, _, _ = rnn_forward(x[:, :, ::-1], zeros, parameters_backward)
    return np.concatenate([forward, backward])


# %% deep_rnn_forward: the input stands in the list before the states of the layers
def deep_rnn_forward(x, layers):
    states = [x]
    for parameters in layers:
        a0 = np.zeros((len(parameters["Waa"]), x.shape[1]))
        a, _, _ = rnn_forward(states[-1], a0, parameters)
        states.append(a)
    return states


# %% sample: the likeliest letter is taken, nothing is drawn
def sample(parameters, char_to_ix, seed):
    np.random.seed(seed)
    cell = {**parameters, "ba": parameters["b"]}
    x = np.zeros((len(char_to_ix), 1))
    a = np.zeros((len(parameters["Waa"]), 1))
    indices = []
    while len(indices) < 50:
        a, y, _ = rnn_cell_forward(x, a, cell)
        index = int(np.argmax(y))
        indices.append(index)
        if index == char_to_ix["\n"]:
            return indices
        x = np.zeros_like(x)
        x[index] = 1
    return [*indices, char_to_ix["\n"]]


# %% sample: the state does not move on from letter to letter
def sample(parameters, char_to_ix, seed):
    np.random.seed(seed)
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    vocab_size = len(parameters["by"])
    x = np.zeros((vocab_size, 1))
    a_prev = np.zeros((Waa.shape[0], 1))
    newline = char_to_ix["\n"]
    indices, idx = [], -1
    while idx != newline and len(indices) != 50:
        a = np.tanh(np.dot(Wax, x) + np.dot(Waa, a_prev) + parameters["b"])
        y = softmax(np.dot(Wya, a) + parameters["by"])
        idx = int(np.random.choice(range(vocab_size), p=y.ravel()))
        indices.append(idx)
        x = np.zeros((vocab_size, 1))
        x[idx] = 1
    if idx != newline:
        indices.append(newline)
    return indices


# %% optimize: the update is added, uphill
def optimize(X, Y, a_prev, parameters, learning_rate=0.01):
    loss, cache = letters_forward(X, Y, a_prev, parameters)
    gradients, a = letters_backward(X, Y, parameters, cache)
    gradients = clip(gradients, 5)
    for name in parameters:
        parameters[name] += learning_rate * gradients["d" + name]
    return loss, gradients, a[-1]


# %% optimize: the update is thrown away, the caller's parameters stay as they were
def optimize(X, Y, a_prev, parameters, learning_rate=0.01):
    loss, cache = letters_forward(X, Y, a_prev, parameters)
    gradients, a = letters_backward(X, Y, parameters, cache)
    gradients = clip(gradients, 5)
    parameters = {
        name: value - learning_rate * gradients["d" + name]
        for name, value in parameters.items()
    }
    return loss, gradients, a[-1]


# %% optimize: the gradients are clipped after the update
def optimize(X, Y, a_prev, parameters, learning_rate=0.01):
    loss, cache = letters_forward(X, Y, a_prev, parameters)
    gradients, states = letters_backward(X, Y, parameters, cache)
    for name in ("Wax", "Waa", "Wya", "b", "by"):
        parameters[name] -= learning_rate * gradients["d" + name]
    clip(gradients, 5)
    return loss, gradients, states[-1]


# %% sequence_log_probability: the first letter's own probability is left out
def sequence_log_probability(indices, parameters):
    a0 = np.zeros((len(parameters["Waa"]), 1))
    loss, _ = letters_forward(indices[:-1], indices[1:], a0, parameters)
    return -float(loss)


# %% sequence_log_probability: the loss is returned, with the opposite sign
def sequence_log_probability(indices, parameters):
    a = np.zeros((parameters["Waa"].shape[0], 1))
    X = [None] + list(indices[:-1])
    loss, _ = letters_forward(X, list(indices), a, parameters)
    return float(loss)


# %% perplexity: the mean of the names' own perplexities
def perplexity(sequences, parameters):
    values = []
    for indices in sequences:
        mean = sequence_log_probability(indices, parameters) / len(indices)
        values.append(np.exp(-mean))
    return float(np.mean(values))


# %% perplexity: divides by the number of names, not of symbols
def perplexity(sequences, parameters):
    logs = [sequence_log_probability(name, parameters) for name in sequences]
    return float(np.exp(-np.mean(logs)))


# %% music_inference_model: the state that comes in is not handed to the LSTM
def music_inference_model(embedder, LSTM_cell, densor):
    def step(x, a, c):
        with nn.no_grad():
            _, a, c = LSTM_cell(embedder(np.array([[x]])))
            scores = densor(a).data[0]
        return softmax(scores[:, np.newaxis]).ravel(), a.data, c.data

    return step


# %% predict_and_sample: p is divided by the temperature, not raised to its inverse
def predict_and_sample(
    inference_model, x_initializer, a_initializer, c_initializer, Ty=50, temperature=1.0
):
    x, a, c = x_initializer, a_initializer, c_initializer
    indices = []
    for _ in range(Ty):
        p, a, c = inference_model(x, a, c)
        p = p / temperature
        x = int(np.random.choice(len(p), p=p / p.sum()))
        indices.append(x)
    return np.eye(len(p))[indices], np.array(indices).reshape(Ty, 1)


# %% predict_and_sample: the state is not fed into the next step
def predict_and_sample(
    inference_model, x_initializer, a_initializer, c_initializer, Ty=50, temperature=1.0
):
    x = x_initializer
    drawn, rows = [], []
    for _ in range(Ty):
        p, a, c = inference_model(x, a_initializer, c_initializer)
        sharp = p ** (1 / temperature)
        sharp = sharp / sharp.sum()
        x = np.random.choice(range(len(sharp)), p=sharp)
        row = np.zeros(len(sharp))
        row[x] = 1
        rows.append(row)
        drawn.append([x])
    return np.array(rows), np.array(drawn)


# %% rnn_cell_forward: the prediction is made from the old state
def rnn_cell_forward(xt, a_prev, parameters):
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    ba, by = parameters["ba"], parameters["by"]
    a_next = np.tanh(Wax @ xt + Waa @ a_prev + ba)
    yt_pred = softmax(Wya @ a_prev + by)
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)


# %% rnn_cell_backward: the derivative of tanh is taken at the old state
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dz = da_next * (1 - a_prev**2)
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": np.sum(dz, axis=1, keepdims=True),
    }


# %% rnn_cell_backward: dWaa is made with the new state
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dtanh = (1 - a_next**2) * da_next
    gradients = {}
    gradients["dxt"] = np.dot(parameters["Wax"].T, dtanh)
    gradients["dWax"] = np.dot(dtanh, xt.T)
    gradients["da_prev"] = np.dot(parameters["Waa"].T, dtanh)
    gradients["dWaa"] = np.dot(dtanh, a_next.T)
    gradients["dba"] = np.sum(dtanh, axis=1, keepdims=True)
    return gradients


# %% rnn_backward: the gradient of the next step is accumulated, not replaced
def rnn_backward(da, caches):
    steps, x = caches
    dx = np.zeros(x.shape)
    da_prev = np.zeros(da.shape[:2])
    total = {}
    for t in reversed(range(x.shape[2])):
        grads = rnn_cell_backward(da[:, :, t] + da_prev, steps[t])
        dx[:, :, t] = grads["dxt"]
        da_prev += grads["da_prev"]
        for name in ("dWax", "dWaa", "dba"):
            total[name] = total.get(name, 0) + grads[name]
    return {"dx": dx, "da0": da_prev, **total}


# %% clip: entries beyond the limit are set to zero
def clip(gradients, maxValue):
    for key, g in gradients.items():
        gradients[key] = np.where(np.abs(g) > maxValue, 0.0, g)
    return gradients


# %% clip_by_norm: the total length is the sum of the lengths of the arrays
def clip_by_norm(gradients, max_norm):
    total = sum(np.linalg.norm(g) for g in gradients.values())
    if total > max_norm:
        for key in gradients:
            gradients[key] = gradients[key] * (max_norm / total)
    return gradients


# %% gru_cell_forward: the relevance gate also multiplies the old memory that is kept
def gru_cell_forward(xt, c_prev, parameters):
    p = parameters
    concat = np.concatenate([c_prev, xt])
    ut = sigmoid(p["Wu"] @ concat + p["bu"])
    rt = sigmoid(p["Wr"] @ concat + p["br"])
    cct = np.tanh(p["Wc"] @ np.concatenate([rt * c_prev, xt]) + p["bc"])
    c_next = ut * cct + (1 - ut) * rt * c_prev
    yt_pred = softmax(p["Wy"] @ c_next + p["by"])
    return c_next, yt_pred, (c_next, c_prev, ut, rt, cct, xt, parameters)


# %% gru_cell_backward: the contribution of the relevance gate to dc_prev is missing
def gru_cell_backward(dc_next, cache):
    c_next, c_prev, ut, rt, cct, xt, p = cache
    n_a = c_prev.shape[0]
    dzc = dc_next * ut * (1 - cct**2)
    dzu = dc_next * (cct - c_prev) * ut * (1 - ut)
    back_c = p["Wc"].T @ dzc
    ds = back_c[:n_a]
    dzr = ds * c_prev * rt * (1 - rt)
    back_u, back_r = p["Wu"].T @ dzu, p["Wr"].T @ dzr
    both, gated = np.concatenate([c_prev, xt]), np.concatenate([rt * c_prev, xt])
    return {
        "dxt": back_c[n_a:] + back_u[n_a:] + back_r[n_a:],
        "dc_prev": dc_next * (1 - ut) + ds * rt + back_u[:n_a],
        "dWu": dzu @ both.T,
        "dbu": dzu.sum(axis=1, keepdims=True),
        "dWr": dzr @ both.T,
        "dbr": dzr.sum(axis=1, keepdims=True),
        "dWc": dzc @ gated.T,
        "dbc": dzc.sum(axis=1, keepdims=True),
    }


# %% lstm_cell_forward: the input gate is one minus the forget gate
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    p = parameters
    concat = np.concatenate((a_prev, xt), axis=0)
    ft = sigmoid(p["Wf"] @ concat + p["bf"])
    it = 1 - ft
    cct = np.tanh(p["Wc"] @ concat + p["bc"])
    c_next = ft * c_prev + it * cct
    ot = sigmoid(p["Wo"] @ concat + p["bo"])
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(p["Wy"] @ a_next + p["by"])
    cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)
    return a_next, c_next, yt_pred, cache


# %% lstm_cell_forward: the output gate also sees the memory (peephole)
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    p = parameters
    column = np.vstack([a_prev, xt])
    ft = sigmoid(p["Wf"] @ column + p["bf"])
    it = sigmoid(p["Wi"] @ column + p["bi"])
    cct = np.tanh(p["Wc"] @ column + p["bc"])
    c_next = ft * c_prev + it * cct
    ot = sigmoid(p["Wo"] @ column + p["bo"] + c_next)
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(p["Wy"] @ a_next + p["by"])
    return (
        a_next,
        c_next,
        yt_pred,
        (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters),
    )


# %% lstm_forward: the memory starts from a0 instead of zeros
def lstm_forward(x, a0, parameters):
    a_next, c_next = a0, a0.copy()
    states, predictions, memories, caches = [], [], [], []
    for t in range(x.shape[2]):
        a_next, c_next, yt, cache = lstm_cell_forward(
            x[:, :, t], a_next, c_next, parameters
        )
        states.append(a_next)
        predictions.append(yt)
        memories.append(c_next)
        caches.append(cache)
    a, y, c = (np.stack(one, axis=2) for one in (states, predictions, memories))
    return a, y, c, (caches, x)


# %% lstm_cell_backward: dc_prev takes the incoming dc, not the complete
def lstm_cell_backward(da_next, dc_next, cache):
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, p = cache
    n_a = a_prev.shape[0]
    dc = dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)
    dz = {
        "f": dc * c_prev * ft * (1 - ft),
        "i": dc * cct * it * (1 - it),
        "c": dc * it * (1 - cct**2),
        "o": da_next * np.tanh(c_next) * ot * (1 - ot),
    }
    column = np.concatenate([a_prev, xt])
    back = sum(p["W" + g].T @ d for g, d in dz.items())
    grads = {"dxt": back[n_a:], "da_prev": back[:n_a], "dc_prev": dc_next * ft}
    for g, d in dz.items():
        grads["dW" + g] = d @ column.T
        grads["db" + g] = d.sum(axis=1, keepdims=True)
    return grads


# %% lstm_cell_backward: the derivative at the output gate uses c, not tanh of c
def lstm_cell_backward(da_next, dc_next, cache):
    (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters) = cache
    n_a = a_prev.shape[0]
    dc = dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)
    dot = da_next * c_next * ot * (1 - ot)
    dcct = dc * it * (1 - cct**2)
    dit = dc * cct * it * (1 - it)
    dft = dc * c_prev * ft * (1 - ft)
    concat = np.concatenate([a_prev, xt], axis=0)
    dconcat = (
        parameters["Wf"].T @ dft
        + parameters["Wi"].T @ dit
        + parameters["Wc"].T @ dcct
        + parameters["Wo"].T @ dot
    )
    out = {"da_prev": dconcat[:n_a], "dxt": dconcat[n_a:], "dc_prev": dc * ft}
    for name, d in (("f", dft), ("i", dit), ("c", dcct), ("o", dot)):
        out[f"dW{name}"] = d @ concat.T
        out[f"db{name}"] = np.sum(d, axis=1, keepdims=True)
    return out


# %% bidirectional_forward: the backward cell reads the features upside down, not time
def bidirectional_forward(x, parameters_forward, parameters_backward):
    m = x.shape[1]
    a_f, _, _ = rnn_forward(
        x, np.zeros((parameters_forward["Waa"].shape[0], m)), parameters_forward
    )
    a_b, _, _ = rnn_forward(
        x[::-1], np.zeros((parameters_backward["Waa"].shape[0], m)), parameters_backward
    )
    return np.concatenate([a_f, a_b[::-1]], axis=0)


# %% deep_rnn_forward: each layer starts from the last state of the layer below
def deep_rnn_forward(x, layers):
    states = []
    inputs = x
    a0 = None
    for parameters in layers:
        n_a = parameters["Waa"].shape[0]
        start = np.zeros((n_a, x.shape[1]))
        if a0 is not None:
            rows = min(n_a, a0.shape[0])
            start[:rows] = a0[:rows]
        inputs, _, _ = rnn_forward(inputs, start, parameters)
        a0 = inputs[:, :, -1]
        states.append(inputs)
    return states


# %% sample: the state is not carried to the next step
def sample(parameters, char_to_ix, seed):
    np.random.seed(seed)
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    b, by = parameters["b"], parameters["by"]
    vocab_size = by.shape[0]
    x = np.zeros((vocab_size, 1))
    a_prev = np.zeros((Waa.shape[0], 1))
    indices = []
    newline = char_to_ix["\n"]
    while len(indices) < 50:
        a = np.tanh(Wax @ x + Waa @ a_prev + b)
        y = softmax(Wya @ a + by)
        idx = int(np.random.choice(range(vocab_size), p=y.ravel()))
        indices.append(idx)
        if idx == newline:
            return indices
        x = np.zeros((vocab_size, 1))
        x[idx] = 1
    indices.append(newline)
    return indices


# %% optimize: the gradients are clipped by norm, all together
def optimize(X, Y, a_prev, parameters, learning_rate=0.01):
    loss, cache = letters_forward(X, Y, a_prev, parameters)
    gradients, a = letters_backward(X, Y, parameters, cache)
    gradients = clip_by_norm(gradients, 5)
    for name in parameters:
        parameters[name] -= learning_rate * gradients["d" + name]
    return loss, gradients, a[-1]


# %% perplexity: the mean is over the names, not over the symbols
def perplexity(sequences, parameters):
    total = 0.0
    for one in sequences:
        total += sequence_log_probability(one, parameters)
    return np.exp(-total / len(sequences))


# %% model: the newline is missing from the end of the targets
def model(data_x, ix_to_char, char_to_ix, num_iterations=10_000, n_a=50, verbose=False):
    n = len(char_to_ix)
    parameters = initialize_letters(n_a, n, n)
    names = list(data_x)
    np.random.shuffle(names)
    for j in range(num_iterations):
        indices = [char_to_ix[c] for c in names[j % len(names)]]
        X = [None, *indices[:-1]]
        Y = indices
        optimize(X, Y, np.zeros((n_a, 1)), parameters, 0.01)
    drawn = []
    for seed in range(7):
        chosen = sample(parameters, char_to_ix, seed)
        drawn.append("".join(ix_to_char[i] for i in chosen if ix_to_char[i] != "\n"))
    return parameters, drawn


# %% predict_and_sample: the state of the first step is used again in every step
def predict_and_sample(
    inference_model, x_initializer, a_initializer, c_initializer, Ty=50, temperature=1.0
):
    x = x_initializer
    indices = []
    for _ in range(Ty):
        p, a, c = inference_model(x, a_initializer, c_initializer)
        p = p.astype(float) ** (1 / temperature)
        p = p / p.sum()
        x = int(np.random.choice(len(p), p=p))
        indices.append(x)
    results = np.eye(len(p))[indices]
    return results, np.array(indices).reshape(-1, 1)


# %% rnn_backward: da0 is the upstream gradient of the first state, not what flows back
def rnn_backward(da, caches):
    steps, x = caches
    n_a, m, T_x = da.shape
    dx = np.zeros(x.shape)
    total = {}
    back = np.zeros((n_a, m))
    for t in reversed(range(T_x)):
        upstream = da[:, :, t] + back
        grads = rnn_cell_backward(upstream, steps[t])
        dx[:, :, t] = grads["dxt"]
        back = grads["da_prev"]
        for name in ("dWax", "dWaa", "dba"):
            total[name] = total.get(name, 0) + grads[name]
    return {"dx": dx, "da0": upstream, **total}


# %% clip: limits only the upper end of the range
def clip(gradients, maxValue):
    for key in gradients:
        gradients[key] = np.minimum(gradients[key], maxValue)
    return gradients


# %% clip_by_norm: the norm is the sum of the norms of the arrays
def clip_by_norm(gradients, max_norm):
    total = sum(np.linalg.norm(g) for g in gradients.values())
    if total > max_norm:
        for key in gradients:
            gradients[key] = gradients[key] * max_norm / total
    return gradients


# %% gru_cell_forward: the reset gate multiplies after the matrix, as in some libraries
def gru_cell_forward(xt, c_prev, parameters):
    p = parameters
    n_a = c_prev.shape[0]
    column = np.concatenate([c_prev, xt])
    ut = sigmoid(p["Wu"] @ column + p["bu"])
    rt = sigmoid(p["Wr"] @ column + p["br"])
    from_memory = p["Wc"][:, :n_a] @ c_prev
    from_input = p["Wc"][:, n_a:] @ xt
    cct = np.tanh(rt * from_memory + from_input + p["bc"])
    c_next = ut * cct + (1 - ut) * c_prev
    yt_pred = softmax(p["Wy"] @ c_next + p["by"])
    return c_next, yt_pred, (c_next, c_prev, ut, rt, cct, xt, parameters)


# %% gru_cell_forward: the candidate ignores the reset gate
def gru_cell_forward(xt, c_prev, parameters):
    stacked = np.vstack((c_prev, xt))
    ut = sigmoid(np.dot(parameters["Wu"], stacked) + parameters["bu"])
    rt = sigmoid(np.dot(parameters["Wr"], stacked) + parameters["br"])
    cct = np.tanh(np.dot(parameters["Wc"], stacked) + parameters["bc"])
    c_next = ut * cct + (1 - ut) * c_prev
    yt_pred = softmax(np.dot(parameters["Wy"], c_next) + parameters["by"])
    cache = (c_next, c_prev, ut, rt, cct, xt, parameters)
    return c_next, yt_pred, cache


# %% gru_cell_backward: the gradient through the reset gate is missing in dxt
def gru_cell_backward(dc_next, cache):
    c_next, c_prev, ut, rt, cct, xt, p = cache
    n_a = c_prev.shape[0]
    column = np.concatenate([c_prev, xt])
    gated = np.concatenate([rt * c_prev, xt])
    dzc = dc_next * ut * (1 - cct**2)
    dzu = dc_next * (cct - c_prev) * ut * (1 - ut)
    back_c = p["Wc"].T @ dzc
    ds = back_c[:n_a]
    dzr = ds * c_prev * rt * (1 - rt)
    back_u = p["Wu"].T @ dzu
    back_r = p["Wr"].T @ dzr
    dc_prev = dc_next * (1 - ut) + ds * rt + back_u[:n_a] + back_r[:n_a]
    dxt = back_c[n_a:] + back_u[n_a:]
    return {
        "dxt": dxt,
        "dc_prev": dc_prev,
        "dWu": dzu @ column.T,
        "dbu": dzu.sum(axis=1, keepdims=True),
        "dWr": dzr @ column.T,
        "dbr": dzr.sum(axis=1, keepdims=True),
        "dWc": dzc @ gated.T,
        "dbc": dzc.sum(axis=1, keepdims=True),
    }


# %% gru_cell_backward: the update gate's gradient has the wrong sign
def gru_cell_backward(dc_next, cache):
    c_next, c_prev, ut, rt, cct, xt, parameters = cache
    n_a = len(c_prev)
    Wu, Wr, Wc = (parameters[name] for name in ("Wu", "Wr", "Wc"))
    dzc = dc_next * ut * (1 - cct**2)
    dzu = dc_next * (c_prev - cct) * ut * (1 - ut)
    d_gated = Wc.T @ dzc
    dzr = d_gated[:n_a] * c_prev * rt * (1 - rt)
    d_column = Wu.T @ dzu + Wr.T @ dzr
    column = np.concatenate([c_prev, xt])
    grads = {"dxt": d_column[n_a:] + d_gated[n_a:]}
    grads["dc_prev"] = dc_next * (1 - ut) + d_gated[:n_a] * rt + d_column[:n_a]
    for name, dz, inputs in (
        ("u", dzu, column),
        ("r", dzr, column),
        ("c", dzc, np.concatenate([rt * c_prev, xt])),
    ):
        grads["dW" + name] = dz @ inputs.T
        grads["db" + name] = np.sum(dz, axis=1, keepdims=True)
    return grads


# %% lstm_cell_forward: the prediction is made from the memory instead of the state
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    column = np.vstack([a_prev, xt])
    gate = {}
    for name in "fio":
        gate[name] = sigmoid(parameters["W" + name] @ column + parameters["b" + name])
    cct = np.tanh(parameters["Wc"] @ column + parameters["bc"])
    c_next = gate["f"] * c_prev + gate["i"] * cct
    a_next = gate["o"] * np.tanh(c_next)
    yt_pred = softmax(parameters["Wy"] @ c_next + parameters["by"])
    return a_next, c_next, yt_pred, (
        a_next, c_next, a_prev, c_prev,
        gate["f"], gate["i"], cct, gate["o"], xt, parameters,
    )


# %% lstm_forward: the memory is set back to 0 at every step
def lstm_forward(x, a0, parameters):
    T = x.shape[2]
    a_next = a0
    a, y, c, steps = [], [], [], []
    for t in range(T):
        c_prev = np.zeros_like(a0)
        a_next, c_next, y_t, cache = lstm_cell_forward(
            x[:, :, t], a_next, c_prev, parameters
        )
        a.append(a_next)
        y.append(y_t)
        c.append(c_next)
        steps.append(cache)
    a, y, c = (np.stack(part, axis=2) for part in (a, y, c))
    return a, y, c, (steps, x)


# %% lstm_cell_backward: dc lacks the derivative of the tanh of the memory
def lstm_cell_backward(da_next, dc_next, cache):
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, p = cache
    n_a = a_prev.shape[0]
    dc = dc_next + da_next * ot
    dz = {
        "f": dc * c_prev * ft * (1 - ft),
        "i": dc * cct * it * (1 - it),
        "c": dc * it * (1 - cct**2),
        "o": da_next * np.tanh(c_next) * ot * (1 - ot),
    }
    column = np.concatenate([a_prev, xt])
    back = sum(p["W" + k].T @ dz[k] for k in dz)
    grads = {"dxt": back[n_a:], "da_prev": back[:n_a], "dc_prev": dc * ft}
    for k in dz:
        grads["dW" + k] = dz[k] @ column.T
        grads["db" + k] = dz[k].sum(axis=1, keepdims=True)
    return grads


# %% lstm_cell_backward: dc_prev uses the upstream gradient before it was completed
def lstm_cell_backward(da_next, dc_next, cache):
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    dc = dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)
    dzf = dc * c_prev * ft * (1 - ft)
    dzi = dc * cct * it * (1 - it)
    dzc = dc * it * (1 - cct**2)
    dzo = da_next * np.tanh(c_next) * ot * (1 - ot)
    column = np.concatenate([a_prev, xt])
    d_column = 0
    out = {"dc_prev": dc_next * ft}
    for name, dz in zip("fico", (dzf, dzi, dzc, dzo)):
        d_column = d_column + parameters["W" + name].T @ dz
        out["dW" + name] = dz @ column.T
        out["db" + name] = dz.sum(axis=1, keepdims=True)
    out["da_prev"] = d_column[: len(a_prev)]
    out["dxt"] = d_column[len(a_prev) :]
    return out


# %% lstm_backward: the gradient of the memory is not carried from step to step
def lstm_backward(da, caches):
    steps, x = caches
    dx = np.zeros(x.shape)
    sums = {f"d{kind}{gate}": 0 for gate in "fico" for kind in "Wb"}
    da_prev = np.zeros(da.shape[:2])
    dc_prev = np.zeros(da.shape[:2])
    for t in range(da.shape[2] - 1, -1, -1):
        g = lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, steps[t])
        dx[:, :, t] = g["dxt"]
        da_prev = g["da_prev"]
        for name in sums:
            sums[name] = sums[name] + g[name]
    return {"dx": dx, "da0": da_prev, **sums}


# %% bidirectional_forward: the backward cell starts from the forward cell's last state
def bidirectional_forward(x, parameters_forward, parameters_backward):
    m = x.shape[1]
    n_a = parameters_forward["Waa"].shape[0]
    forward = rnn_forward(x, np.zeros((n_a, m)), parameters_forward)[0]
    backward = rnn_forward(x[:, :, ::-1], forward[:, :, -1], parameters_backward)[0]
    return np.concatenate([forward, backward[:, :, ::-1]], axis=0)


# %% sample: takes the likeliest letter instead of drawing
def sample(parameters, char_to_ix, seed):
    np.random.seed(seed)
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    vocab_size = Wya.shape[0]
    x = np.zeros((vocab_size, 1))
    a = np.zeros((Waa.shape[0], 1))
    newline = char_to_ix["\n"]
    indices = []
    while len(indices) < 50:
        a = np.tanh(Wax @ x + Waa @ a + parameters["b"])
        y = softmax(Wya @ a + parameters["by"])
        index = int(np.argmax(y))
        indices.append(index)
        if index == newline:
            return indices
        x = np.zeros((vocab_size, 1))
        x[index] = 1
    indices.append(newline)
    return indices


# %% sample: the input is never replaced by the letter drawn
def sample(parameters, char_to_ix, seed):
    np.random.seed(seed)
    vocab_size, n_a = parameters["Wya"].shape
    x = np.zeros((vocab_size, 1))
    a = np.zeros((n_a, 1))
    newline = char_to_ix["\n"]
    indices = []
    index = None
    while index != newline and len(indices) < 50:
        z = parameters["Wax"] @ x + parameters["Waa"] @ a + parameters["b"]
        a = np.tanh(z)
        p = softmax(parameters["Wya"] @ a + parameters["by"]).ravel()
        index = int(np.random.choice(range(vocab_size), p=p))
        indices.append(index)
    if index != newline:
        indices.append(newline)
    return indices


# %% optimize: clips after the update instead of before it
def optimize(X, Y, a_prev, parameters, learning_rate=0.01):
    loss, cache = letters_forward(X, Y, a_prev, parameters)
    gradients, a = letters_backward(X, Y, parameters, cache)
    for name in parameters:
        parameters[name] -= learning_rate * gradients["d" + name]
    gradients = clip(gradients, 5)
    return loss, gradients, a[-1]


# %% optimize: returns the loss after the step
def optimize(X, Y, a_prev, parameters, learning_rate=0.01):
    _, cache = letters_forward(X, Y, a_prev, parameters)
    gradients, states = letters_backward(X, Y, parameters, cache)
    gradients = clip(gradients, 5)
    for name in ("Wax", "Waa", "Wya", "b", "by"):
        parameters[name] = parameters[name] - learning_rate * gradients["d" + name]
    loss, _ = letters_forward(X, Y, a_prev, parameters)
    return loss, gradients, states[len(X) - 1]


# %% sequence_log_probability: each letter is predicted from itself
def sequence_log_probability(indices, parameters):
    a0 = np.zeros((parameters["Waa"].shape[0], 1))
    loss, _ = letters_forward(list(indices), list(indices), a0, parameters)
    return -loss


# %% perplexity: newlines are left out of the number of symbols
def perplexity(sequences, parameters):
    total = sum(sequence_log_probability(s, parameters) for s in sequences)
    symbols = sum(len(s) - 1 for s in sequences)
    return np.exp(-total / symbols)


# %% perplexity: takes 2 to the power of the mean natural logarithm
def perplexity(sequences, parameters):
    logs, n = 0.0, 0
    for sequence in sequences:
        logs += sequence_log_probability(sequence, parameters)
        n += len(sequence)
    return 2 ** (-logs / n)


# %% model: the state is carried over from one name to the next
def model(data_x, ix_to_char, char_to_ix, num_iterations=10_000, n_a=50, verbose=False):
    n = len(char_to_ix)
    parameters = initialize_letters(n_a, n, n)
    names = list(data_x)
    np.random.shuffle(names)
    a = np.zeros((n_a, 1))
    for j in range(num_iterations):
        X = [None] + [char_to_ix[ch] for ch in names[j % len(names)]]
        Y = X[1:] + [char_to_ix["\n"]]
        _, _, a = optimize(X, Y, a, parameters, 0.01)
        if verbose and j % 2500 == 0:
            print("".join(ix_to_char[i] for i in sample(parameters, char_to_ix, j)))
    sampled = []
    for seed in range(7):
        indices = sample(parameters, char_to_ix, seed)
        sampled.append("".join(ix_to_char[i] for i in indices[:-1]))
    return parameters, sampled


# %% model: all seven names are sampled with the same seed
def model(data_x, ix_to_char, char_to_ix, num_iterations=10_000, n_a=50, verbose=False):
    vocab = len(ix_to_char)
    parameters = initialize_letters(n_a, vocab, vocab)
    examples = list(data_x)
    np.random.shuffle(examples)
    newline = char_to_ix["\n"]
    for j in range(num_iterations):
        name = examples[j % len(examples)]
        letters = [char_to_ix[c] for c in name]
        a0 = np.zeros((n_a, 1))
        optimize([None] + letters, letters + [newline], a0, parameters, 0.01)
        if verbose and j % 2500 == 0:
            print("".join(ix_to_char[i] for i in sample(parameters, char_to_ix, j)))
    names = []
    for _ in range(7):
        drawn = sample(parameters, char_to_ix, 0)
        names.append("".join(ix_to_char[i] for i in drawn if i != newline))
    return parameters, names


# %% predict_and_sample: raises the probabilities to the temperature, not its inverse
def predict_and_sample(
    inference_model, x_initializer, a_initializer, c_initializer, Ty=50, temperature=1.0
):
    x, a, c = x_initializer, a_initializer, c_initializer
    indices = []
    for _ in range(Ty):
        p, a, c = inference_model(x, a, c)
        p = p.astype(float) ** temperature
        p = p / p.sum()
        x = int(np.random.choice(len(p), p=p))
        indices.append(x)
    indices = np.array(indices).reshape(Ty, 1)
    results = np.eye(len(p))[indices[:, 0]]
    return results, indices


# %% predict_and_sample: the result begins with the token to begin after
def predict_and_sample(
    inference_model, x_initializer, a_initializer, c_initializer, Ty=50, temperature=1.0
):
    x, a, c = x_initializer, a_initializer, c_initializer
    tokens = []
    for _ in range(Ty):
        tokens.append(x)
        p, a, c = inference_model(x, a, c)
        p = np.power(p.astype(float), 1 / temperature)
        p /= p.sum()
        x = int(np.random.choice(np.arange(p.size), p=p))
    tokens = np.array(tokens)
    one_hot = np.zeros((Ty, p.size))
    one_hot[np.arange(Ty), tokens] = 1
    return one_hot, tokens[:, np.newaxis]
