"""RNN, LSTM and GRU over whole sequences, each as one operation.

Everything that does not depend on the previous step is computed for all time steps at
once: the product of the inputs with their weights, the derivatives of the gates, and
the gradients of the weights. Internally, time comes first and then the gate, (T, gate,
m, n), so that each step, and each gate of a step, is one contiguous block. The loop
uses a single BLAS thread, because its products are too small to share.

Where a mask (m, T) is 0, the state stays as it was, as if the step did not exist.
"""

import numpy as np

from helpers.nn.cores import STEPS, one_blas_thread, share
from helpers.nn.tensor import as_tensor, needs_float, record


def _time_first(x, reverse):
    """(m, T, d) to a contiguous (T, m, d), with time reversed if `reverse` is true."""
    x = x.swapaxes(0, 1)
    return np.ascontiguousarray(x[::-1] if reverse else x)


def _batch_first(x, reverse):
    return (x[::-1] if reverse else x).swapaxes(0, 1)


def _by_gate(W, order):
    """Split weights (d, gates * n) into (gates, d, n), in the given order."""
    return np.ascontiguousarray(W.reshape(len(W), len(order), -1).swapaxes(0, 1)[order])


class _Scan:
    """What RNN, LSTM and GRU share: checks of shapes, input products, weight gradients.

    Attributes:
        Z: x W + b for each gate at each step, (T, gates, m, n), times `scale`.
        U: the recurrent weights, (gates, n, n).
        h: the states, (T + 1, m, n); h[t + 1] is the state after step t.
    """

    def __init__(self, name, order, x, W, U, b, h0, mask, reverse, scale=1):
        gates = len(order)
        if x.ndim != 3 or W.ndim != 2 or x.shape[2] != W.shape[0]:
            raise ValueError(
                f"{name} needs x (m, T, d) and W (d, .), got {x.shape} and {W.shape}"
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
        self.x, self.reverse, self.order = x, reverse, order
        self.W, self.U = _by_gate(W.data, order), _by_gate(U.data, order)
        self.U_T = np.ascontiguousarray(self.U.swapaxes(1, 2))
        self.inputs = _time_first(x.data, reverse)
        b = _by_gate(b.data[None], order)
        self.Z = self._input_products(self.W * scale, b * scale)
        self.h = self.states(h0)
        self.keep = None
        if mask is not None:
            mask = np.asarray(mask)
            if mask.shape != x.shape[:2]:
                raise ValueError(
                    f"{name}: mask {mask.shape} should be {x.shape[:2]}, (m, T) of x"
                )
            self.keep = _time_first(mask.astype(self.Z.dtype)[..., None], reverse)

    def _input_products(self, W, b):
        dtype = np.result_type(self.inputs, W)
        Z = np.empty((self.T, len(self.order), self.m, self.n), dtype)

        def part(start, stop):
            np.matmul(self.inputs[start:stop, None], W, out=Z[start:stop])
            Z[start:stop] += b

        share(part, self.T, Z.size * W.shape[1] // STEPS)
        return Z

    def states(self, first):
        """Allocate T + 1 states (m, n); the first one is given or 0."""
        states = np.empty((self.T + 1, self.m, self.n), self.Z.dtype)
        states[0] = 0 if first is None else first.data
        return states

    def hold(self, states, t):
        """Keep the previous state in step t of `states` where the mask is 0."""
        if self.keep is not None:
            states[t + 1] += (1 - self.keep[t]) * (states[t] - states[t + 1])

    def split(self, gradient, t):
        """The parts of a gradient that go through step t and that bypass it."""
        if self.keep is None:
            return gradient, None
        inside = gradient * self.keep[t]
        return inside, gradient - inside

    def before(self, dZ, around):
        """The gradient of the state before a step, from the step's dZ (gates, m, n)."""
        dh = np.add.reduce(dZ @ self.U_T)
        return dh if around is None else dh + around

    def output(self):
        """All states, (m, T, n)."""
        return _batch_first(self.h[1:], self.reverse)

    def gradients(self, dZ, dZ_recurrent=None):
        """Gradients of x, W, U and b, from dZ (T, gates, m, n)."""
        d, n, gates = self.inputs.shape[2], self.n, len(self.order)
        inputs, past = self.inputs.reshape(-1, d), self.h[:-1].reshape(-1, n)
        dW, dU, db = (np.empty((k, gates, n), dZ.dtype) for k in (d, n, 1))
        dx = np.empty((gates, *self.inputs.shape), dZ.dtype)
        ones = np.ones((1, len(inputs)), dZ.dtype)

        def part(start, stop):
            for k in range(start, stop):
                g, at = dZ[:, k].reshape(-1, n), self.order[k]
                np.matmul(inputs.T, g, out=dW[:, at])
                np.matmul(ones, g, out=db[:, at])
                if self.x.requires_grad:
                    np.matmul(g, self.W[k].T, out=dx[k].reshape(-1, d))
                if dZ_recurrent is not None:
                    g = dZ_recurrent[:, k].reshape(-1, n)
                np.matmul(past.T, g, out=dU[:, at])

        share(part, gates, dZ.size * (2 * d + n) // STEPS)
        dx = _batch_first(dx.sum(0), self.reverse) if self.x.requires_grad else None
        return dx, dW.reshape(d, -1), dU.reshape(n, -1), db.ravel()


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
    scan = _Scan("rnn", [0], x, W, U, b, h0, mask, reverse)
    h, Z = scan.h, scan.Z[:, 0]
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
                dh = scan.before(dZ[t : t + 1], around)
        gradients = scan.gradients(dZ[:, None])
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
        h0: initial hidden state (m, n), by default 0.
        c0: initial cell state (m, n), by default 0.
        mask: (m, T), 1 where there is an input, or None.
        reverse: whether to go from the last step to the first.

    Returns:
        all hidden states (m, T, n), in the order of the inputs, and the last cell state
        (m, n).
    """
    h0, c0 = _states(h0, c0)
    # sigmoid(z) = tanh(z / 2) / 2 + 1 / 2: one tanh serves all four gates.
    half = np.array([0.5, 0.5, 0.5, 1], x.dtype).reshape(4, 1, 1)
    # Internally, the gates are in the order o, i, f, g: the three sigmoids side by
    # side, and also the three gates that the cell state depends on.
    scan = _Scan("lstm", [3, 0, 1, 2], x, W, U, b, h0, mask, reverse, half)
    T, h, gates = scan.T, scan.h, scan.Z
    c, tanh_c = scan.states(c0), np.empty_like(h[1:])
    halved_U = scan.U * half
    recurrent, update = np.empty_like(gates[0]), np.empty_like(h[0])
    with one_blas_thread():
        for t in range(T):
            a = gates[t]
            a += np.matmul(h[t], halved_U, out=recurrent)
            np.tanh(a, out=a)
            sigmoids = a[:3]
            sigmoids *= 0.5
            sigmoids += 0.5
            o, i, f, candidate = a
            np.multiply(f, c[t], out=c[t + 1])
            c[t + 1] += np.multiply(i, candidate, out=update)
            np.tanh(c[t + 1], out=tanh_c[t])
            np.multiply(o, tanh_c[t], out=h[t + 1])
            scan.hold(c, t)
            scan.hold(h, t)
    last = {}  # the gradient of the last cell state, if it is used

    def rule(g):
        dh_out = _time_first(g, reverse)
        # d gate / d z (s - s^2 or 1 - g^2), times the factor that the gate multiplies.
        # The loop multiplies by the upstream gradient, which makes it dZ.
        dZ = gates * gates
        np.subtract(gates[:, :3], dZ[:, :3], out=dZ[:, :3])
        np.subtract(1, dZ[:, 3], out=dZ[:, 3])
        o, i, _, candidate = gates.swapaxes(0, 1)
        factors = tanh_c, candidate, c[:-1], i
        for derivative, factor in zip(dZ.swapaxes(0, 1), factors, strict=True):
            derivative *= factor
        through = 1 - tanh_c * tanh_c  # d h / d c
        through *= o
        dh, dc = np.zeros_like(h[0]), last.pop("dc", np.zeros_like(h[0])).copy()
        with one_blas_thread():
            for t in reversed(range(T)):
                dh += dh_out[t]
                dh, dh_around = scan.split(dh, t)
                dc, dc_around = scan.split(dc, t)
                through[t] *= dh
                dc += through[t]
                s = dZ[t]
                s[0] *= dh
                s[1:] *= dc
                dc *= gates[t, 2]
                if dc_around is not None:
                    dc += dc_around
                dh = scan.before(dZ[t], dh_around)
        gradients = scan.gradients(dZ)
        states = [d for d, s0 in ((dh, h0), (dc, c0)) if s0 is not None]
        return (*gradients, *states)

    parents = [p for p in (x, W, U, b, h0, c0) if p is not None]
    y = record(scan.output(), parents, rule, "lstm")

    def memory_rule(g):  # runs before the rule above, because y is its parent
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
    scan = _Scan("gru", [0, 1, 2], x, W, U, b, h0, mask, reverse)
    T, h, gates = scan.T, scan.h, scan.Z
    recurrent = np.empty_like(h[1:])  # h U_n + b_n
    with one_blas_thread():
        for t in range(T):
            products = h[t] @ scan.U
            np.add(products[2], b_n.data, out=recurrent[t])
            rz, candidate = gates[t, :2], gates[t, 2]
            rz += products[:2]
            rz *= 0.5
            np.tanh(rz, out=rz)
            rz *= 0.5
            rz += 0.5
            r, z = rz
            candidate += r * recurrent[t]
            np.tanh(candidate, out=candidate)
            np.subtract(h[t], candidate, out=h[t + 1])
            h[t + 1] *= z
            h[t + 1] += candidate
            scan.hold(h, t)

    def rule(g):
        dh_out = _time_first(g, reverse)
        r, z, candidate = (gates[:, k] for k in range(3))
        dZ = np.empty_like(gates)  # gradients with respect to the pre-activations
        dZ_recurrent = np.empty_like(gates)  # ... and to the recurrent products
        to_candidate = (1 - z) * (1 - candidate * candidate)
        to_z = (h[:-1] - candidate) * z * (1 - z)
        to_r = recurrent * r * (1 - r)
        dh = np.zeros_like(h[0])
        with one_blas_thread():
            for t in reversed(range(T)):
                dh += dh_out[t]
                dh, around = scan.split(dh, t)
                dr, dz, d_candidate = dZ[t]
                np.multiply(dh, to_candidate[t], out=d_candidate)
                np.multiply(dh, to_z[t], out=dz)
                np.multiply(d_candidate, to_r[t], out=dr)
                dZ_recurrent[t] = dZ[t]
                dZ_recurrent[t, 2] *= r[t]
                direct = dh * z[t]
                dh = direct + scan.before(dZ_recurrent[t], around)
        gradients = scan.gradients(dZ, dZ_recurrent)
        db_n = dZ_recurrent[:, 2].sum((0, 1))
        return (*gradients, db_n) if h0 is None else (*gradients, db_n, dh)

    parents = [p for p in (x, W, U, b, b_n, h0) if p is not None]
    return record(scan.output(), parents, rule, "gru")
