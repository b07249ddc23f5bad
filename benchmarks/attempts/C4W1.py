"""Wrong answers to C4W1 as learners write them; each label says what is wrong."""

# %% edge_filters: the horizontal filter has bright below dark as positive
def edge_filters():
    difference = np.array([1, 0, -1])
    return {
        "vertical": np.outer([1, 1, 1], difference),
        "horizontal": np.outer([-1, 0, 1], [1, 1, 1]),
        "sobel": np.outer([1, 2, 1], difference),
        "scharr": np.outer([3, 10, 3], difference),
    }


# %% edge_filters: Sobel and Scharr are turned to find horizontal edges
def edge_filters():
    vertical = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])
    return {
        "vertical": vertical,
        "horizontal": vertical.T,
        "sobel": np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]),
        "scharr": np.array([[3, 10, 3], [0, 0, 0], [-3, -10, -3]]),
    }


# %% zero_pad: the channels are padded as well
def zero_pad(X, pad):
    return np.pad(X, ((0, 0), (pad, pad), (pad, pad), (pad, pad)))


# %% zero_pad: the border is added below and to the right only, twice as wide
def zero_pad(X, pad):
    m, n_H, n_W, n_C = X.shape
    X_pad = np.zeros((m, n_H + 2 * pad, n_W + 2 * pad, n_C))
    X_pad[:, :n_H, :n_W, :] = X
    return X_pad


# %% zero_pad: the border repeats the edge pixels where zeros are asked for
def zero_pad(X, pad):
    return np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode="edge")


# %% conv_output_shape: the border is counted on one side only
def conv_output_shape(n_H, n_W, f, pad, stride):
    return (n_H + pad - f) // stride + 1, (n_W + pad - f) // stride + 1


# %% conv_output_shape: the 1 is added before dividing by the stride
def conv_output_shape(n_H, n_W, f, pad, stride):
    height = (n_H + 2 * pad - f + 1) // stride
    width = (n_W + 2 * pad - f + 1) // stride
    return height, width


# %% conv_output_shape: rounds up where the window no longer fits
def conv_output_shape(n_H, n_W, f, pad, stride):
    height = int(np.ceil((n_H + 2 * pad - f) / stride)) + 1
    width = int(np.ceil((n_W + 2 * pad - f) / stride)) + 1
    return height, width


# %% conv_single_step: the bias is added inside the sum, once for each weight
def conv_single_step(a_slice_prev, W, b):
    s = a_slice_prev * W + b
    return np.sum(s)


# %% conv_single_step: the filter is turned by 180 degrees, as in mathematics
def conv_single_step(a_slice_prev, W, b):
    turned = W[::-1, ::-1, :]
    return np.sum(a_slice_prev * turned) + b.item()


# %% conv_forward: windows start at h and w, the stride is forgotten there
def conv_forward(A_prev, W, b, hparameters):
    stride, pad = hparameters["stride"], hparameters["pad"]
    m, n_H_prev, n_W_prev, n_C_prev = A_prev.shape
    f, n_C = W.shape[0], W.shape[3]
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, pad, stride)
    A_prev_pad = zero_pad(A_prev, pad)
    Z = np.zeros((m, n_H, n_W, n_C))
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    a_slice = A_prev_pad[i, h : h + f, w : w + f, :]
                    Z[i, h, w, c] = conv_single_step(
                        a_slice, W[..., c], b[..., c]
                    )
    return Z, (A_prev, W, b, hparameters)


# %% conv_forward: the cache keeps the padded pictures, not A_prev as it came in
def conv_forward(A_prev, W, b, hparameters):
    stride, pad = hparameters["stride"], hparameters["pad"]
    m, n_H_prev, n_W_prev, _ = A_prev.shape
    f, _, _, n_C = W.shape
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, pad, stride)
    A_prev = zero_pad(A_prev, pad)
    Z = np.zeros((m, n_H, n_W, n_C))
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                top, left = h * stride, w * stride
                window = A_prev[i, top : top + f, left : left + f]
                for c in range(n_C):
                    Z[i, h, w, c] = conv_single_step(
                        window, W[:, :, :, c], b[:, :, :, c]
                    )
    cache = (A_prev, W, b, hparameters)
    return Z, cache


# %% conv_forward: every filter gets the bias of the first one
def conv_forward(A_prev, W, b, hparameters):
    s, p = hparameters["stride"], hparameters["pad"]
    (m, n_H_prev, n_W_prev, _), (f, _, _, n_C) = A_prev.shape, W.shape
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, p, s)
    padded = zero_pad(A_prev, p)
    Z = np.empty((m, n_H, n_W, n_C))
    for i, h, w, c in np.ndindex(Z.shape):
        window = padded[i, h * s : h * s + f, w * s : w * s + f]
        Z[i, h, w, c] = conv_single_step(window, W[..., c], b[..., 0])
    return Z, (A_prev, W, b, hparameters)


# %% conv_forward: a ReLU is applied though Z is wanted before the activation
def conv_forward(A_prev, W, b, hparameters):
    stride = hparameters["stride"]
    pad = hparameters["pad"]
    m, n_H_prev, n_W_prev, n_C_prev = A_prev.shape
    f, f, n_C_prev, n_C = W.shape
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, pad, stride)
    Z = np.zeros((m, n_H, n_W, n_C))
    A_prev_pad = zero_pad(A_prev, pad)
    for i in range(m):
        a_prev_pad = A_prev_pad[i]
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    vert_start = h * stride
                    vert_end = vert_start + f
                    horiz_start = w * stride
                    horiz_end = horiz_start + f
                    a_slice_prev = a_prev_pad[
                        vert_start:vert_end, horiz_start:horiz_end, :
                    ]
                    z = conv_single_step(a_slice_prev, W[:, :, :, c], b[:, :, :, c])
                    Z[i, h, w, c] = max(0, z)
    return Z, (A_prev, W, b, hparameters)


# %% conv_parameters: one bias for each channel read in place of one for each filter
def conv_parameters(f, n_C_prev, n_C):
    return f * f * n_C_prev * n_C + n_C_prev


# %% conv_parameters: the filters are taken to be flat, the channels read are forgotten
def conv_parameters(f, n_C_prev, n_C):
    weights = f * f * n_C
    biases = n_C
    return weights + biases


# %% pool_forward: the maximum is taken over the channels too
def pool_forward(A_prev, hparameters, mode="max"):
    f, stride = hparameters["f"], hparameters["stride"]
    m, n_H_prev, n_W_prev, n_C = A_prev.shape
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, 0, stride)
    A = np.zeros((m, n_H, n_W, n_C))
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                window = A_prev[
                    i, h * stride : h * stride + f, w * stride : w * stride + f
                ]
                A[i, h, w, :] = np.max(window) if mode == "max" else np.mean(window)
    return A, (A_prev, hparameters)


# %% pool_forward: the running maximum starts at 0, so negative windows give 0
def pool_forward(A_prev, hparameters, mode="max"):
    f, stride = hparameters["f"], hparameters["stride"]
    m, n_H_prev, n_W_prev, n_C = A_prev.shape
    n_H = (n_H_prev - f) // stride + 1
    n_W = (n_W_prev - f) // stride + 1
    A = np.zeros((m, n_H, n_W, n_C))
    for i in range(f):
        for j in range(f):
            shifted = A_prev[:, i : i + stride * n_H : stride]
            shifted = shifted[:, :, j : j + stride * n_W : stride]
            if mode == "max":
                A = np.maximum(A, shifted)
            elif mode == "average":
                A += shifted / (f * f)
    return A, (A_prev, hparameters)


# %% pool_forward: the window moves by its own side, whatever the stride
def pool_forward(A_prev, hparameters, mode="max"):
    f, stride = hparameters["f"], hparameters["stride"]
    m, n_H_prev, n_W_prev, n_C = A_prev.shape
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, 0, f)
    pool = {"max": np.max, "average": np.mean}[mode]
    A = np.zeros((m, n_H, n_W, n_C))
    for h in range(n_H):
        for w in range(n_W):
            window = A_prev[:, h * f : (h + 1) * f, w * f : (w + 1) * f, :]
            A[:, h, w, :] = pool(window, axis=(1, 2))
    return A, (A_prev, hparameters)


# %% conv_backward: slopes of overlapping windows overwrite each other in dA_prev
def conv_backward(dZ, cache):
    A_prev, W, b, hparameters = cache
    stride, pad = hparameters["stride"], hparameters["pad"]
    m, n_H_prev, n_W_prev, n_C_prev = A_prev.shape
    f = W.shape[0]
    A_prev_pad = zero_pad(A_prev, pad)
    dA_prev_pad = np.zeros(A_prev_pad.shape)
    dW, db = np.zeros(W.shape), np.zeros(b.shape)
    for i, h, w, c in np.ndindex(dZ.shape):
        rows = slice(h * stride, h * stride + f)
        columns = slice(w * stride, w * stride + f)
        dz = dZ[i, h, w, c]
        dA_prev_pad[i, rows, columns] = W[..., c] * dz
        dW[..., c] += A_prev_pad[i, rows, columns] * dz
        db[..., c] += dz
    dA_prev = dA_prev_pad[:, pad : pad + n_H_prev, pad : pad + n_W_prev]
    return dA_prev, dW, db


# %% conv_backward: the border of dA_prev is cut off at the wrong end
def conv_backward(dZ, cache):
    A_prev, W, b, hparameters = cache
    s, pad = hparameters["stride"], hparameters["pad"]
    m, n_H_prev, n_W_prev, _ = A_prev.shape
    f = len(W)
    padded = zero_pad(A_prev, pad)
    dA = np.zeros(padded.shape)
    dW = np.zeros(W.shape)
    db = dZ.sum(axis=(0, 1, 2), keepdims=True)
    for i in range(m):
        for h in range(dZ.shape[1]):
            for w in range(dZ.shape[2]):
                for c in range(dZ.shape[3]):
                    dz = dZ[i, h, w, c]
                    top, left = h * s, w * s
                    dA[i, top : top + f, left : left + f, :] += W[:, :, :, c] * dz
                    dW[:, :, :, c] += padded[i, top : top + f, left : left + f] * dz
    return dA[:, :n_H_prev, :n_W_prev, :], dW, db


# %% conv_backward: dW and db are divided by the number of pictures
def conv_backward(dZ, cache):
    A_prev, W, b, hparameters = cache
    stride, pad = hparameters["stride"], hparameters["pad"]
    m, n_H_prev, n_W_prev, n_C_prev = A_prev.shape
    f, _, _, n_C = W.shape
    _, n_H, n_W, _ = dZ.shape
    A_prev_pad = zero_pad(A_prev, pad)
    dA_prev_pad = np.zeros_like(A_prev_pad, dtype=float)
    dW = np.zeros(W.shape)
    db = np.zeros(b.shape)
    for h in range(n_H):
        for w in range(n_W):
            y, x = h * stride, w * stride
            window = A_prev_pad[:, y : y + f, x : x + f, :]
            slopes = dZ[:, h, w, :]
            dW += np.einsum("mijk,mc->ijkc", window, slopes)
            db += slopes.sum(axis=0)
            dA_prev_pad[:, y : y + f, x : x + f, :] += np.einsum(
                "ijkc,mc->mijk", W, slopes
            )
    dA_prev = dA_prev_pad[:, pad : pad + n_H_prev, pad : pad + n_W_prev, :]
    return dA_prev, dW / m, db / m


# %% create_mask_from_window: only the first of equal maxima is marked
def create_mask_from_window(x):
    mask = np.zeros(x.shape, dtype=bool)
    mask[np.unravel_index(np.argmax(x), x.shape)] = True
    return mask


# %% create_mask_from_window: marks the largest value of each column
def create_mask_from_window(x):
    return x == np.max(x, axis=0)


# %% distribute_value: every place gets the whole slope, nothing is shared
def distribute_value(dz, shape):
    return np.ones(shape) * dz


# %% distribute_value: divides by the height only
def distribute_value(dz, shape):
    n_H, n_W = shape
    average = dz / n_H
    return np.full((n_H, n_W), average)


# %% pool_backward: a pixel in two windows keeps only the last slope
def pool_backward(dA, cache, mode="max"):
    A_prev, hparameters = cache
    f, stride = hparameters["f"], hparameters["stride"]
    dA_prev = np.zeros(A_prev.shape)
    for i, h, w, c in np.ndindex(dA.shape):
        rows = slice(h * stride, h * stride + f)
        columns = slice(w * stride, w * stride + f)
        if mode == "max":
            mask = create_mask_from_window(A_prev[i, rows, columns, c])
            dA_prev[i, rows, columns, c] = mask * dA[i, h, w, c]
        else:
            dA_prev[i, rows, columns, c] = distribute_value(dA[i, h, w, c], (f, f))
    return dA_prev


# %% pool_backward: equal maxima share the slope, though each should get all of it
def pool_backward(dA, cache, mode="max"):
    A_prev, hparameters = cache
    f, stride = hparameters["f"], hparameters["stride"]
    m, n_H, n_W, n_C = dA.shape
    dA_prev = np.zeros(A_prev.shape)
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    top, left = h * stride, w * stride
                    window = A_prev[i, top : top + f, left : left + f, c]
                    if mode == "max":
                        mask = create_mask_from_window(window)
                        share = mask * dA[i, h, w, c] / mask.sum()
                    else:
                        share = distribute_value(dA[i, h, w, c], (f, f))
                    dA_prev[i, top : top + f, left : left + f, c] += share
    return dA_prev


# %% pool_backward: the mask is multiplied by the pixel and not only by the slope
def pool_backward(dA, cache, mode="max"):
    A_prev, hparameters = cache
    f = hparameters["f"]
    s = hparameters["stride"]
    dA_prev = np.zeros(A_prev.shape)
    for i in range(dA.shape[0]):
        for h in range(dA.shape[1]):
            for w in range(dA.shape[2]):
                for c in range(dA.shape[3]):
                    place = np.s_[i, h * s : h * s + f, w * s : w * s + f, c]
                    if mode == "max":
                        window = A_prev[place]
                        mask = create_mask_from_window(window)
                        dA_prev[place] += window * mask * dA[i, h, w, c]
                    elif mode == "average":
                        dA_prev[place] += distribute_value(dA[i, h, w, c], (f, f))
    return dA_prev


# %% im2col: each row holds its channels first, (n_C, f, f), as in PyTorch
def im2col(A, f, stride):
    m, n_H_prev, n_W_prev, n_C = A.shape
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, 0, stride)
    rows = []
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                top, left = h * stride, w * stride
                window = A[i, top : top + f, left : left + f, :]
                rows.append(window.transpose(2, 0, 1).ravel())
    return np.array(rows)


# %% im2col: the rows run place by place, with the pictures innermost
def im2col(A, f, stride):
    m, n_H_prev, n_W_prev, n_C = A.shape
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, 0, stride)
    blocks = []
    for h in range(n_H):
        for w in range(n_W):
            top, left = h * stride, w * stride
            blocks.append(A[:, top : top + f, left : left + f].reshape(m, -1))
    return np.concatenate(blocks)


# %% conv_forward_fast: the filters are reshaped to rows and transposed, mixing weights
def conv_forward_fast(A_prev, W, b, hparameters):
    stride, pad = hparameters["stride"], hparameters["pad"]
    m, n_H_prev, n_W_prev, _ = A_prev.shape
    f, n_C = W.shape[0], W.shape[3]
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, pad, stride)
    rows = im2col(zero_pad(A_prev, pad), f, stride)
    filters = W.reshape(n_C, -1).T
    Z = rows @ filters + b.reshape(1, n_C)
    return Z.reshape(m, n_H, n_W, n_C), (A_prev, W, b, hparameters)


# %% conv_forward_fast: the bias is forgotten
def conv_forward_fast(A_prev, W, b, hparameters):
    f, _, n_C_prev, n_C = W.shape
    stride, pad = hparameters["stride"], hparameters["pad"]
    shape = conv_output_shape(*A_prev.shape[1:3], f, pad, stride)
    columns = im2col(zero_pad(A_prev, pad), f, stride)
    Z = columns @ W.reshape(f * f * n_C_prev, n_C)
    Z = Z.reshape(len(A_prev), *shape, n_C)
    cache = (A_prev, W, b, hparameters)
    return Z, cache


# %% edge_filters: the horizontal filter is positive where the bottom is brighter
def edge_filters():
    difference = np.array([1, 0, -1])
    return {
        "vertical": np.outer([1, 1, 1], difference),
        "horizontal": np.outer([-1, 0, 1], [1, 1, 1]),
        "sobel": np.outer([1, 2, 1], difference),
        "scharr": np.outer([3, 10, 3], difference),
    }


# %% edge_filters: the smoothing weights are normalized to sum 1
def edge_filters():
    d = np.array([1.0, 0.0, -1.0])

    def smooth(*w):
        w = np.array(w, dtype=float)
        return w / w.sum()

    return {
        "vertical": np.outer(smooth(1, 1, 1), d),
        "horizontal": np.outer(d, smooth(1, 1, 1)),
        "sobel": np.outer(smooth(1, 2, 1), d),
        "scharr": np.outer(smooth(3, 10, 3), d),
    }


# %% zero_pad: the border repeats the edge pixels instead of zeros
def zero_pad(X, pad):
    return np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode="edge")


# %% conv_output_shape: the quotient is rounded up
def conv_output_shape(n_H, n_W, f, pad, stride):
    h = int(np.ceil((n_H + 2 * pad - f) / stride)) + 1
    w = int(np.ceil((n_W + 2 * pad - f) / stride)) + 1
    return h, w


# %% conv_output_shape: the 1 is added before the division by the stride
def conv_output_shape(n_H, n_W, f, pad, stride):
    height = (n_H + 2 * pad - f + 1) // stride
    width = (n_W + 2 * pad - f + 1) // stride
    return height, width


# %% conv_single_step: the filter is turned by 180 degrees first
def conv_single_step(a_slice_prev, W, b):
    flipped = W[::-1, ::-1, :]
    return np.sum(a_slice_prev * flipped) + b.item()


# %% conv_forward: each window is transposed, rows becoming columns
def conv_forward(A_prev, W, b, hparameters):
    m, n_H_prev, n_W_prev, _ = A_prev.shape
    f, _, _, n_C = W.shape
    stride, pad = hparameters["stride"], hparameters["pad"]
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, pad, stride)
    A = zero_pad(A_prev, pad)
    Z = np.zeros((m, n_H, n_W, n_C))
    for i in range(m):
        for x in range(n_H):
            for y in range(n_W):
                window = A[i, :, :, :].transpose(1, 0, 2)[
                    y * stride : y * stride + f, x * stride : x * stride + f
                ]
                for c in range(n_C):
                    Z[i, x, y, c] = conv_single_step(window, W[..., c], b[..., c])
    return Z, (A_prev, W, b, hparameters)


# %% conv_forward: the cache holds the padded images
def conv_forward(A_prev, W, b, hparameters):
    m, n_H_prev, n_W_prev, n_C_prev = A_prev.shape
    f, f, n_C_prev, n_C = W.shape
    stride = hparameters["stride"]
    pad = hparameters["pad"]
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, pad, stride)
    A_prev = zero_pad(A_prev, pad)
    Z = np.zeros((m, n_H, n_W, n_C))
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    a = A_prev[
                        i,
                        h * stride : h * stride + f,
                        w * stride : w * stride + f,
                        :,
                    ]
                    Z[i, h, w, c] = conv_single_step(a, W[:, :, :, c], b[:, :, :, c])
    cache = (A_prev, W, b, hparameters)
    return Z, cache


# %% conv_forward: ReLU is applied to the output
def conv_forward(A_prev, W, b, hparameters):
    m, n_H_prev, n_W_prev, _ = A_prev.shape
    f, n_C = W.shape[0], W.shape[3]
    s, p = hparameters["stride"], hparameters["pad"]
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, p, s)
    padded = zero_pad(A_prev, p)
    Z = np.zeros((m, n_H, n_W, n_C))
    for i, h, w, c in np.ndindex(Z.shape):
        a_slice = padded[i, h * s : h * s + f, w * s : w * s + f]
        z = conv_single_step(a_slice, W[:, :, :, c], b[:, :, :, c])
        Z[i, h, w, c] = max(0, z)
    return Z, (A_prev, W, b, hparameters)


# %% conv_parameters: one bias per weight of a channel, f * f for each filter
def conv_parameters(f, n_C_prev, n_C):
    weights = f * f * n_C_prev * n_C
    biases = f * f * n_C
    return weights + biases


# %% pool_forward: the windows do not overlap, as the step is f and not the stride
def pool_forward(A_prev, hparameters, mode="max"):
    f, stride = hparameters["f"], hparameters["stride"]
    m, n_H_prev, n_W_prev, n_C = A_prev.shape
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, 0, f)
    A = np.zeros((m, n_H, n_W, n_C))
    reduce = np.max if mode == "max" else np.mean
    for h in range(n_H):
        for w in range(n_W):
            window = A_prev[:, h * f : (h + 1) * f, w * f : (w + 1) * f, :]
            A[:, h, w, :] = reduce(window, axis=(1, 2))
    return A, (A_prev, hparameters)


# %% pool_forward: max mode takes the largest absolute value of a window
def pool_forward(A_prev, hparameters, mode="max"):
    m, n_H_prev, n_W_prev, n_C = A_prev.shape
    f = hparameters["f"]
    stride = hparameters["stride"]
    n_H = (n_H_prev - f) // stride + 1
    n_W = (n_W_prev - f) // stride + 1
    A = np.zeros((m, n_H, n_W, n_C))
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    y, x = h * stride, w * stride
                    window = A_prev[i, y : y + f, x : x + f, c]
                    if mode == "max":
                        A[i, h, w, c] = np.max(np.abs(window))
                    elif mode == "average":
                        A[i, h, w, c] = np.mean(window)
    return A, (A_prev, hparameters)


# %% conv_backward: dW is divided by the number of images
def conv_backward(dZ, cache):
    A_prev, W, b, hparameters = cache
    m, n_H_prev, n_W_prev, _ = A_prev.shape
    f = W.shape[0]
    stride, pad = hparameters["stride"], hparameters["pad"]
    A_pad = zero_pad(A_prev, pad)
    dA_pad = np.zeros(A_pad.shape)
    dW, db = np.zeros(W.shape), np.zeros(b.shape)
    for i, h, w, c in np.ndindex(dZ.shape):
        rows = slice(h * stride, h * stride + f)
        columns = slice(w * stride, w * stride + f)
        dz = dZ[i, h, w, c]
        dA_pad[i, rows, columns] += W[..., c] * dz
        dW[..., c] += A_pad[i, rows, columns] * dz
        db[..., c] += dz
    dW /= m
    dA_prev = dA_pad[:, pad : pad + n_H_prev, pad : pad + n_W_prev]
    return dA_prev, dW, db


# %% conv_backward: dA_prev uses the filter turned by 180 degrees
def conv_backward(dZ, cache):
    A_prev, W, b, hparameters = cache
    m, n_H_prev, n_W_prev, n_C_prev = A_prev.shape
    f, f, _, n_C = W.shape
    s, p = hparameters["stride"], hparameters["pad"]
    padded = zero_pad(A_prev, p)
    dA = np.zeros(padded.shape)
    dW = np.zeros(W.shape)
    db = np.sum(dZ, axis=(0, 1, 2), keepdims=True)
    W_rot = np.rot90(W, 2, axes=(0, 1))
    for i in range(m):
        for h in range(dZ.shape[1]):
            for w in range(dZ.shape[2]):
                for c in range(n_C):
                    y, x = h * s, w * s
                    dz = dZ[i, h, w, c]
                    dA[i, y : y + f, x : x + f, :] += W_rot[:, :, :, c] * dz
                    dW[:, :, :, c] += padded[i, y : y + f, x : x + f, :] * dz
    return dA[:, p : p + n_H_prev, p : p + n_W_prev, :], dW, db


# %% create_mask_from_window: marks the largest absolute value
def create_mask_from_window(x):
    return np.abs(x) == np.max(np.abs(x))


# %% distribute_value: divides by the number of rows, the length of a full window
def distribute_value(dz, shape):
    average = dz / len(np.zeros(shape))
    return np.ones(shape) * average


# %% pool_backward: two equal maxima share the gradient
def pool_backward(dA, cache, mode="max"):
    A_prev, hparameters = cache
    f, stride = hparameters["f"], hparameters["stride"]
    dA_prev = np.zeros(A_prev.shape)
    for i, h, w, c in np.ndindex(dA.shape):
        y, x = h * stride, w * stride
        if mode == "max":
            mask = create_mask_from_window(A_prev[i, y : y + f, x : x + f, c])
            share = mask * dA[i, h, w, c] / mask.sum()
        else:
            share = distribute_value(dA[i, h, w, c], (f, f))
        dA_prev[i, y : y + f, x : x + f, c] += share
    return dA_prev


# %% pool_backward: in average mode every pixel of the window gets the whole gradient
def pool_backward(dA, cache, mode="max"):
    A_prev, hparameters = cache
    f = hparameters["f"]
    stride = hparameters["stride"]
    m, n_H, n_W, n_C = dA.shape
    dA_prev = np.zeros_like(A_prev, dtype=float)
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    top, left = h * stride, w * stride
                    bottom, right = top + f, left + f
                    if mode == "max":
                        window = A_prev[i, top:bottom, left:right, c]
                        mask = create_mask_from_window(window)
                        dA_prev[i, top:bottom, left:right, c] += mask * dA[i, h, w, c]
                    else:
                        dA_prev[i, top:bottom, left:right, c] += dA[i, h, w, c]
    return dA_prev


# %% im2col: in each row the channels come first, before the positions in the window
def im2col(A, f, stride):
    m, n_H_prev, n_W_prev, n_C = A.shape
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, 0, stride)
    rows = []
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                top, left = h * stride, w * stride
                window = A[i, top : top + f, left : left + f, :]
                rows.append(window.transpose(2, 0, 1).ravel())
    return np.array(rows)


# %% conv_forward_fast: the filters are reshaped to rows and then transposed
def conv_forward_fast(A_prev, W, b, hparameters):
    m, n_H_prev, n_W_prev, _ = A_prev.shape
    f, n_C = W.shape[0], W.shape[3]
    stride, pad = hparameters["stride"], hparameters["pad"]
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, pad, stride)
    rows = im2col(zero_pad(A_prev, pad), f, stride)
    filters = W.reshape(n_C, -1).T
    Z = rows @ filters + b.reshape(1, n_C)
    return Z.reshape(m, n_H, n_W, n_C), (A_prev, W, b, hparameters)


# %% zero_pad: pads after the image only, with twice the width
def zero_pad(X, pad):
    return np.pad(X, ((0, 0), (0, 2 * pad), (0, 2 * pad), (0, 0)))


# %% conv_output_shape: counts the padding once instead of on both sides
def conv_output_shape(n_H, n_W, f, pad, stride):
    height = (n_H + pad - f) // stride + 1
    width = (n_W + pad - f) // stride + 1
    return height, width


# %% conv_single_step: flips the filter, as a convolution in mathematics does
def conv_single_step(a_slice_prev, W, b):
    return np.sum(a_slice_prev * W[::-1, ::-1]) + b.item()


# %% conv_forward: the cache keeps the padded images
def conv_forward(A_prev, W, b, hparameters):
    s, p = hparameters["stride"], hparameters["pad"]
    f, n_C = W.shape[0], W.shape[3]
    n_H, n_W = conv_output_shape(A_prev.shape[1], A_prev.shape[2], f, p, s)
    A_prev = zero_pad(A_prev, p)
    Z = np.zeros((A_prev.shape[0], n_H, n_W, n_C))
    for i in range(A_prev.shape[0]):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    part = A_prev[i, h * s : h * s + f, w * s : w * s + f]
                    Z[i, h, w, c] = conv_single_step(
                        part, W[:, :, :, c], b[:, :, :, c]
                    )
    return Z, (A_prev, W, b, hparameters)


# %% pool_forward: takes the side of the window as the stride
def pool_forward(A_prev, hparameters, mode="max"):
    f = hparameters["f"]
    m, n_H_prev, n_W_prev, n_C = A_prev.shape
    n_H, n_W = conv_output_shape(n_H_prev, n_W_prev, f, 0, f)
    A = np.zeros((m, n_H, n_W, n_C))
    pool = np.max if mode == "max" else np.mean
    for h in range(n_H):
        for w in range(n_W):
            window = A_prev[:, h * f : h * f + f, w * f : w * f + f, :]
            A[:, h, w, :] = pool(window, axis=(1, 2))
    return A, (A_prev, hparameters)


# %% conv_backward: the gradients of the filters are averaged over the images
def conv_backward(dZ, cache):
    A_prev, W, b, hparameters = cache
    s, p = hparameters["stride"], hparameters["pad"]
    m, n_H_prev, n_W_prev, _ = A_prev.shape
    f = W.shape[0]
    A_pad = zero_pad(A_prev, p)
    dA_pad = np.zeros_like(A_pad)
    dW = np.zeros_like(W)
    db = np.zeros_like(b)
    for i in range(m):
        for h in range(dZ.shape[1]):
            for w in range(dZ.shape[2]):
                rows = slice(h * s, h * s + f)
                columns = slice(w * s, w * s + f)
                for c in range(dZ.shape[3]):
                    dz = dZ[i, h, w, c]
                    dA_pad[i, rows, columns] += W[:, :, :, c] * dz
                    dW[:, :, :, c] += A_pad[i, rows, columns] * dz / m
                    db[:, :, :, c] += dz
    return dA_pad[:, p : p + n_H_prev, p : p + n_W_prev], dW, db


# %% conv_backward: the windows start at h and w without the stride
def conv_backward(dZ, cache):
    A_prev, W, b, hparameters = cache
    pad = hparameters["pad"]
    m, n_H_prev, n_W_prev, n_C_prev = A_prev.shape
    f, _, _, n_C = W.shape
    padded = zero_pad(A_prev, pad)
    d_padded = np.zeros(padded.shape)
    dW = np.zeros(W.shape)
    db = dZ.sum(axis=(0, 1, 2)).reshape(b.shape)
    for i in range(m):
        for h in range(dZ.shape[1]):
            for w in range(dZ.shape[2]):
                for c in range(n_C):
                    window = padded[i, h : h + f, w : w + f, :]
                    d_padded[i, h : h + f, w : w + f, :] += (
                        W[:, :, :, c] * dZ[i, h, w, c]
                    )
                    dW[:, :, :, c] += window * dZ[i, h, w, c]
    dA_prev = d_padded[:, pad : pad + n_H_prev, pad : pad + n_W_prev, :]
    return dA_prev, dW, db


# %% pool_backward: the mask is made from the gradient being filled, not from the input
def pool_backward(dA, cache, mode="max"):
    A_prev, hparameters = cache
    f, stride = hparameters["f"], hparameters["stride"]
    dA_prev = np.zeros_like(A_prev, dtype=float)
    m, n_H, n_W, n_C = dA.shape
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    top, left = h * stride, w * stride
                    bottom, right = top + f, left + f
                    if mode == "max":
                        window = dA_prev[i, top:bottom, left:right, c]
                        part = create_mask_from_window(window) * dA[i, h, w, c]
                    else:
                        part = distribute_value(dA[i, h, w, c], (f, f))
                    dA_prev[i, top:bottom, left:right, c] += part
    return dA_prev


# %% im2col: the rows go position by position, with the images innermost
def im2col(A, f, stride):
    m, H, W_, C = A.shape
    n_H, n_W = conv_output_shape(H, W_, f, 0, stride)
    rows = []
    for h in range(n_H):
        for w in range(n_W):
            for i in range(m):
                top, left = h * stride, w * stride
                rows.append(A[i, top : top + f, left : left + f].ravel())
    return np.array(rows)


# %% im2col: each row lists one channel after the other
def im2col(A, f, stride):
    m, H, W_, C = A.shape
    n_H, n_W = conv_output_shape(H, W_, f, 0, stride)
    out = np.zeros((m * n_H * n_W, f * f * C))
    k = 0
    for i in range(m):
        for top in range(0, n_H * stride, stride):
            for left in range(0, n_W * stride, stride):
                window = A[i, top : top + f, left : left + f, :]
                out[k] = window.transpose(2, 0, 1).ravel()
                k += 1
    return out


# %% conv_forward_fast: the product is reshaped with the channels first
def conv_forward_fast(A_prev, W, b, hparameters):
    stride, pad = hparameters["stride"], hparameters["pad"]
    m, H, W_in, _ = A_prev.shape
    f, _, _, n_C = W.shape
    n_H, n_W = conv_output_shape(H, W_in, f, pad, stride)
    columns = im2col(zero_pad(A_prev, pad), f, stride)
    product = columns @ W.reshape(-1, n_C) + b.ravel()
    Z = product.reshape(m, n_C, n_H, n_W).transpose(0, 2, 3, 1)
    return Z, (A_prev, W, b, hparameters)
