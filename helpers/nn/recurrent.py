"""RNN, LSTM and GRU over whole sequences, each as one operation.

What does not depend on the previous step is done for all time steps at once: the
product of the inputs with their weights before the loop, the derivatives of the gates
and the gradients for the weights in one product each. Inside, time comes first, so
that a step is one contiguous block. The loop keeps to a single BLAS thread: its
products are too small to share.

Where a mask (m, T) is 0, the state stays as it was, as if the step were not there.
"""

import numpy as np

from helpers.nn.cores import column_sums, one_blas_thread, product
from helpers.nn.tensor import as_tensor, needs_float, record


def _time_first(x, reverse):
    """(m, T, d) to a contiguous (T, m, d), backwards in time if asked."""
    x = x.swapaxes(0, 1)
    return np.ascontiguousarray(x[::-1] if reverse else x)


def _batch_first(x, reverse):
    return (x[::-1] if reverse else x).swapaxes(0, 1)


class _Scan:
    """What the three have in common: shapes, input products, weight gradients."""

    def __init__(self, name, gates, x, W, U, b, h0, mask, reverse):
        if x.ndim != 3 or W.ndim != 2 or x.shape[2] != W.shape[0]:
            raise ValueError(
                f"{name}: needs x (m, T, d) and W (d, .), got {x.shape} and {W.shape}"
            )
        n = U.shape[0]
        if U.shape != (n, gates * n) or W.shape[1] != gates * n:
            raise ValueError(
                f"{name}: W {W.shape} and U {U.shape} should be "
                f"({x.shape[2]}, {gates * n}) and ({n}, {gates * n})"
            )
        self.m, self.T, self.n = *x.shape[:2], n
        if h0 is not None and h0.shape != (self.m, n):
            raise ValueError(f"{name}: state {h0.shape} should be ({self.m}, {n})")
        self.x, self.W, self.U, self.reverse = x, W, U, reverse
        self.U_T = np.ascontiguousarray(U.data.T)  # twice as fast as the view
        self.inputs = _time_first(x.data, reverse).reshape(-1, x.shape[2])
        self.Z = product(self.inputs, W.data, b.data).reshape(self.T, self.m, -1)
        self.h = np.zeros((self.T + 1, self.m, n), self.Z.dtype)  # h[t + 1] after t
        if h0 is not None:
            self.h[0] = h0.data
        self.keep = None
        if mask is not None:
            mask = np.asarray(mask)
            if mask.shape != x.shape[:2]:
                raise ValueError(f"{name}: mask {mask.shape} for x {x.shape}")
            self.keep = _time_first(mask.astype(self.Z.dtype)[..., None], reverse)

    def hold(self, states, t):
        """Undo step t of `states` where the mask is 0."""
        if self.keep is not None:
            states[t + 1] += (1 - self.keep[t]) * (states[t] - states[t + 1])

    def split(self, gradient, t):
        """The parts of a gradient that go into step t and that go around it."""
        if self.keep is None:
            return gradient, 0
        inside = gradient * self.keep[t]
        return inside, gradient - inside

    def output(self):
        """All states, (m, T, n)."""
        return _batch_first(self.h[1:], self.reverse)

    def gradients(self, dZ, dZ_recurrent=None):
        """Gradients for x, W, U and b, from those before the activation (T, m, .)."""
        dZ = dZ.reshape(len(self.inputs), -1)
        recurrent = dZ if dZ_recurrent is None else dZ_recurrent.reshape(dZ.shape)
        dx = None
        if self.x.requires_grad:
            dx = product(dZ, self.W.data.T).reshape(self.T, self.m, -1)
            dx = _batch_first(dx, self.reverse)
        dU = product(self.h[:-1].reshape(-1, self.n).T, recurrent)
        return dx, product(self.inputs.T, dZ), dU, column_sums(dZ)


def _states(*states):
    return [None if s is None else as_tensor(s) for s in states]


@needs_float(0, 1, 2, 3)
def rnn(x, W, U, b, h0=None, mask=None, reverse=False):
    """h_t = tanh(x_t W + h_{t-1} U + b).

    Args:
        x: (m, T, d).
        W: (d, n).
        U: (n, n).
        b: (n,).
        h0: first state (m, n), by default 0.
        mask: (m, T), 1 where there is an input, or None.
        reverse: whether to go from the last step to the first.

    Returns:
        all states (m, T, n), in the order of the inputs.
    """
    (h0,) = _states(h0)
    scan = _Scan("rnn", 1, x, W, U, b, h0, mask, reverse)
    h, Z = scan.h, scan.Z
    with one_blas_thread():
        for t in range(scan.T):
            Z[t] += h[t] @ U.data
            np.tanh(Z[t], out=h[t + 1])
            scan.hold(h, t)

    def rule(g):
        dh_out = _time_first(g, reverse)
        dZ = 1 - h[1:] ** 2 if mask is None else 1 - np.tanh(Z) ** 2
        dh = np.zeros_like(h[0])
        with one_blas_thread():
            for t in reversed(range(scan.T)):
                dh += dh_out[t]
                inside, around = scan.split(dh, t)
                dZ[t] *= inside
                dh = dZ[t] @ scan.U_T + around
        gradients = scan.gradients(dZ)
        return gradients if h0 is None else (*gradients, dh)

    parents = (x, W, U, b) if h0 is None else (x, W, U, b, h0)
    return record(scan.output(), parents, rule, "rnn")


@needs_float(0, 1, 2, 3)
def lstm(x, W, U, b, h0=None, c0=None, mask=None, reverse=False):
    """Long short-term memory, with the gates side by side in the order i, f, g, o.

    i, f, o = sigmoid(...), g = tanh(...) of x_t W + h_{t-1} U + b;
    c_t = f c_{t-1} + i g; h_t = o tanh(c_t).

    Args:
        x: (m, T, d).
        W: (d, 4n).
        U: (n, 4n).
        b: (4n,).
        h0: first state (m, n), by default 0.
        c0: first memory (m, n), by default 0.
        mask: (m, T), 1 where there is an input, or None.
        reverse: whether to go from the last step to the first.

    Returns:
        all states (m, T, n), in the order of the inputs, and the last memory (m, n).
    """
    h0, c0 = _states(h0, c0)
    scan = _Scan("lstm", 4, x, W, U, b, h0, mask, reverse)
    T, m, n, h, gates = scan.T, scan.m, scan.n, scan.h, scan.Z
    c, tanh_c = np.zeros_like(h), np.empty_like(h[1:])
    if c0 is not None:
        c[0] = c0.data
    # sigmoid(z) = tanh(z / 2) / 2 + 1 / 2: one tanh serves all four gates.
    half = np.full(4 * n, 0.5, h.dtype)
    half[2 * n : 3 * n] = 1
    offset = (1 - half).astype(h.dtype)
    gates *= half
    halved_U = U.data * half
    recurrent, update = np.empty((m, 4 * n), h.dtype), np.empty((m, n), h.dtype)
    with one_blas_thread():
        for t in range(T):
            a = gates[t]
            a += np.matmul(h[t], halved_U, out=recurrent)
            np.tanh(a, out=a)
            a *= half
            a += offset
            np.multiply(a[:, n : 2 * n], c[t], out=c[t + 1])
            c[t + 1] += np.multiply(a[:, :n], a[:, 2 * n : 3 * n], out=update)
            np.tanh(c[t + 1], out=tanh_c[t])
            np.multiply(a[:, 3 * n :], tanh_c[t], out=h[t + 1])
            scan.hold(c, t)
            scan.hold(h, t)
    last = {}  # the gradient of the last memory, if anyone asks for one

    def rule(g):
        dh_out = _time_first(g, reverse)
        i, f, candidate, o = (gates[..., k * n : (k + 1) * n] for k in range(4))
        # d gate / d z, times what the gate is multiplied with: all steps at once
        slopes = gates * (1 - gates)
        s = slopes.reshape(T, m, 4, n)
        s[:, :, 0] *= candidate
        s[:, :, 1] *= c[:-1]
        np.multiply(1 - candidate * candidate, i, out=s[:, :, 2])
        s[:, :, 3] *= tanh_c
        through = o * (1 - tanh_c * tanh_c)  # d h / d c
        dh, dc = np.zeros_like(h[0]), last.pop("dc", np.zeros_like(h[0])).copy()
        with one_blas_thread():
            for t in reversed(range(T)):
                dh += dh_out[t]
                dh, dh_around = scan.split(dh, t)
                dc, dc_around = scan.split(dc, t)
                through[t] *= dh
                dc += through[t]
                s[t, :, :3] *= dc[:, None]
                s[t, :, 3] *= dh
                dc *= f[t]
                dc += dc_around
                dh = slopes[t] @ scan.U_T
                dh += dh_around
        gradients = scan.gradients(slopes)
        states = [d for d, s0 in ((dh, h0), (dc, c0)) if s0 is not None]
        return (*gradients, *states)

    parents = [p for p in (x, W, U, b, h0, c0) if p is not None]
    y = record(scan.output(), parents, rule, "lstm")

    def memory_rule(g):  # comes before the rule above, as y is its parent
        last["dc"] = g
        return (np.zeros_like(y.data),)

    return y, record(c[-1], (y,), memory_rule, "lstm memory")


@needs_float(0, 1, 2, 3, 4)
def gru(x, W, U, b, b_n, h0=None, mask=None, reverse=False):
    """Gated recurrent unit, with the gates side by side in the order r, z, n.

    r, z = sigmoid(...) of x_t W + h_{t-1} U + b; n = tanh(x_t W_n + b + r (h_{t-1}
    U_n + b_n)); h_t = (1 - z) n + z h_{t-1}.

    Args:
        x: (m, T, d).
        W: (d, 3n).
        U: (n, 3n).
        b: (3n,).
        b_n: bias (n,) of the recurrent part of the candidate.
        h0: first state (m, n), by default 0.
        mask: (m, T), 1 where there is an input, or None.
        reverse: whether to go from the last step to the first.

    Returns:
        all states (m, T, n), in the order of the inputs.
    """
    (h0,) = _states(h0)
    scan = _Scan("gru", 3, x, W, U, b, h0, mask, reverse)
    T, m, n, h, gates = scan.T, scan.m, scan.n, scan.h, scan.Z
    recurrent = np.empty((T, m, n), h.dtype)  # h U_n + b_n
    with one_blas_thread():
        for t in range(T):
            product = h[t] @ U.data
            np.add(product[:, 2 * n :], b_n.data, out=recurrent[t])
            rz, candidate = gates[t, :, : 2 * n], gates[t, :, 2 * n :]
            rz += product[:, : 2 * n]
            rz *= 0.5
            np.tanh(rz, out=rz)
            rz *= 0.5
            rz += 0.5
            candidate += rz[:, :n] * recurrent[t]
            np.tanh(candidate, out=candidate)
            np.subtract(h[t], candidate, out=h[t + 1])
            h[t + 1] *= rz[:, n:]
            h[t + 1] += candidate
            scan.hold(h, t)

    def rule(g):
        dh_out = _time_first(g, reverse)
        r, z, candidate = (gates[..., k * n : (k + 1) * n] for k in range(3))
        dZ = np.empty_like(gates)  # gradients before the activations
        dZ_recurrent = np.empty_like(gates)  # the same for the recurrent products
        to_candidate = (1 - z) * (1 - candidate * candidate)
        to_z = (h[:-1] - candidate) * z * (1 - z)
        to_r = recurrent * r * (1 - r)
        dh = np.zeros_like(h[0])
        with one_blas_thread():
            for t in reversed(range(T)):
                dh += dh_out[t]
                dh, around = scan.split(dh, t)
                d = dZ[t]
                np.multiply(dh, to_candidate[t], out=d[:, 2 * n :])
                np.multiply(dh, to_z[t], out=d[:, n : 2 * n])
                np.multiply(d[:, 2 * n :], to_r[t], out=d[:, :n])
                dZ_recurrent[t] = d
                dZ_recurrent[t, :, 2 * n :] *= r[t]
                dh *= z[t]
                dh += dZ_recurrent[t] @ scan.U_T
                dh += around
        gradients = scan.gradients(dZ, dZ_recurrent)
        db_n = column_sums(dZ_recurrent[..., 2 * n :])
        return (*gradients, db_n) if h0 is None else (*gradients, db_n, dh)

    parents = [p for p in (x, W, U, b, b_n, h0) if p is not None]
    return record(scan.output(), parents, rule, "gru")
