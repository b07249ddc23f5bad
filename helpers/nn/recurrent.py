"""RNN, LSTM and GRU over whole sequences, each as one operation.

Where a mask (m, T) is 0, the state stays as it was, as if the step did not exist.
"""

import numpy as np

from helpers.nn.kernels import recurrence
from helpers.nn.tensor import arrays_of, as_tensor, check_bias, needs_float, record


def _check(name, gates, x, W, U, b, mask, *states):
    """The mask as an array, and the states as tensors or None.

    Raises:
        ValueError: if shapes do not fit.
    """
    if x.ndim != 3 or x.shape[1] < 1 or W.ndim != 2 or x.shape[2] != W.shape[0]:
        raise ValueError(
            f"{name} needs x (m, T > 0, d) and W (d, .), got {x.shape} and {W.shape}"
        )
    n = U.shape[0]
    if U.shape != (n, gates * n) or W.shape[1] != gates * n:
        raise ValueError(
            f"{name}: W {W.shape} and U {U.shape} should be "
            f"({x.shape[2]}, {gates * n}) and ({n}, {gates * n})"
        )
    check_bias(name, b, gates * n)
    states = [None if s is None else as_tensor(s) for s in states]
    for state in states:
        if state is not None and state.shape != (len(x), n):
            raise ValueError(f"{name}: state {state.shape} should be ({len(x)}, {n})")
    mask = None if mask is None else np.asarray(mask)
    if mask is not None and mask.shape != x.shape[:2]:
        raise ValueError(
            f"{name}: mask {mask.shape} should be {x.shape[:2]}, (m, T) of x"
        )
    return mask, states


@needs_float(0, 1, 2, 3)
def rnn(x, W, U, b, h0=None, mask=None, reverse=False):
    """h_t = tanh(x_t W + h_{t-1} U + b).

    Args:
        x: (m, T, d).
        W: (d, n).
        U: (n, n).
        b: (n,).
        h0: initial hidden state (m, n), by default 0.
        mask: (m, T), 1 where there is an input, or None.
        reverse: whether to go from the last step to the first.

    Returns:
        all hidden states (m, T, n), in the order of the inputs.
    """
    mask, (h0,) = _check("rnn", 1, x, W, U, b, mask, h0)
    arrays, _ = arrays_of(x, W, U, b, h0)
    # Backward, with dh_t from the output and from step t + 1:
    # dz_t = dh_t (1 - h_t²);  dh_{t-1} = dz_t Uᵀ
    # dx_t = dz_t Wᵀ;  dW = Σ_t x_tᵀ dz_t;  dU = Σ_t h_{t-1}ᵀ dz_t;  db = Σ_t dz_t
    scan = recurrence.RNN(*arrays[:4], mask, reverse)
    h = scan.run(arrays[4])  # (m, T, n)
    return record(h, (x, W, U, b, h0), scan.gradients, "rnn")


@needs_float(0, 1, 2, 3)
def lstm(x, W, U, b, h0=None, c0=None, mask=None, reverse=False):
    """Long short-term memory, with the gates side by side in the order i, f, g, o.

    i, f, o = sigmoid(...), g = tanh(...) of x_t W + h_{t-1} U + b;
    c_t = f c_{t-1} + i g; h_t = o tanh(c_t).

    Source: Hochreiter and Schmidhuber, 1997; forget gate: Gers et al., 2000.

    Args:
        x: (m, T, d).
        W: (d, 4n).
        U: (n, 4n).
        b: (4n,).
        h0: initial hidden state (m, n), by default 0.
        c0: initial cell state (m, n), by default 0.
        mask: (m, T), 1 where there is an input, or None.
        reverse: whether to go from the last step to the first.

    Returns:
        all hidden states (m, T, n), in the order of the inputs, and the last cell state
        (m, n).
    """
    mask, (h0, c0) = _check("lstm", 4, x, W, U, b, mask, h0, c0)
    arrays, _ = arrays_of(x, W, U, b, h0, c0)
    # Backward:  do = dh tanh(c);  dc += dh o (1 - tanh²(c))
    # di = dc g;  dg = dc i;  df = dc c_{t-1};  dc_{t-1} = dc f
    # dz = (di i (1 - i), df f (1 - f), dg (1 - g²), do o (1 - o)), the rest as for rnn
    scan = recurrence.LSTM(*arrays[:4], mask, reverse)
    h, c = scan.run(*arrays[4:])  # (m, T, n), (m, n)
    return record((h, c), (x, W, U, b, h0, c0), scan.gradients, "lstm")


@needs_float(0, 1, 2, 3, 4)
def gru(x, W, U, b, b_n, h0=None, mask=None, reverse=False):
    """Gated recurrent unit, with the gates side by side in the order r, z, n.

    r, z = sigmoid(...) of x_t W + h_{t-1} U + b; n = tanh(x_t W_n + b + r (h_{t-1}
    U_n + b_n)); h_t = (1 - z) n + z h_{t-1}.

    Source: Cho et al., 2014, in the form of cuDNN and PyTorch.

    Args:
        x: (m, T, d).
        W: (d, 3n).
        U: (n, 3n).
        b: (3n,).
        b_n: bias (n,) of the recurrent part of the candidate.
        h0: initial hidden state (m, n), by default 0.
        mask: (m, T), 1 where there is an input, or None.
        reverse: whether to go from the last step to the first.

    Returns:
        all hidden states (m, T, n), in the order of the inputs.
    """
    mask, (h0,) = _check("gru", 3, x, W, U, b, mask, h0)
    check_bias("gru", b_n, len(U))
    arrays, _ = arrays_of(x, W, U, b, b_n, h0)
    # Backward, with q = h_{t-1} U_n + b_n:  dn = dh (1 - z);  dz = dh (h_{t-1} - n)
    # With a, the argument of the tanh:  da = dn (1 - n²);  dr = da q;  dq = da r
    # dh_{t-1} = dh z + what comes back through U from r, z and q
    scan = recurrence.GRU(*arrays[:4], mask, reverse)
    h = scan.run(*arrays[4:])  # (m, T, n)
    return record(h, (x, W, U, b, b_n, h0), scan.gradients, "gru")
