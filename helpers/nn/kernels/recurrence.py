"""RNN, LSTM and GRU over whole sequences.

Everything that does not depend on the previous step is computed for all time steps at
once: the product of the inputs with their weights, the derivatives of the gates, and
the gradients of the weights. Internally, time comes first and then the gate, (T, gate,
m, n), so that each step, and each gate of a step, is one contiguous block. The loop
uses a single BLAS thread, because its products are too small to share.

Each class is used for one forward pass, `run`, and keeps what `gradients` needs.
"""

import numpy as np

from helpers.nn.kernels.cores import STEPS, one_blas_thread, share


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
    """What RNN, LSTM and GRU share: products of the inputs, gradients of the weights.

    Args:
        x: (m, T, d).
        W: (d, gates * n).
        U: (n, gates * n).
        b: (gates * n,).
        mask: (m, T) or None; where it is 0, the state stays as it was, whatever the
            input.
        reverse: whether to go from the last step to the first.

    Attributes:
        order: the internal order of the gates.
        scale: factors of the pre-activations, (gates, 1, 1).
        Z: x W + b for each gate at each step, (T, gates, m, n), times `scale`.
        U: the recurrent weights, (gates, n, n).
        h: the states, (T + 1, m, n); h[t + 1] is the state after step t.
    """

    order = (0,)
    scale = (1,)

    def __init__(self, x, W, U, b, mask=None, reverse=False):
        (self.m, self.T, _), self.n = x.shape, len(U)
        self.reverse, order = reverse, list(self.order)
        self.scale = np.array(self.scale, x.dtype).reshape(-1, 1, 1)
        self.W, self.U = _by_gate(W, order), _by_gate(U, order)
        self.inputs = _time_first(x, reverse)
        self.keep = None
        if mask is not None:
            self.keep = _time_first(mask[..., None] != 0, reverse)
            # The inputs of masked steps must not matter, even if they are NaN.
            self.inputs = np.where(self.keep, self.inputs, x.dtype.type(0))
        b = _by_gate(b[None], order)
        self.Z = self._input_products(self.W * self.scale, b * self.scale)

    def _input_products(self, W, b):
        dtype = np.result_type(self.inputs, W)
        Z = np.empty((self.T, len(self.order), self.m, self.n), dtype)

        def part(start, stop):
            np.matmul(self.inputs[start:stop, None], W, out=Z[start:stop])
            Z[start:stop] += b

        share(part, self.T, Z.size * W.shape[1] // STEPS)
        return Z

    def _states(self, first):
        """Allocate T + 1 states (m, n); the first one is given or 0."""
        states = np.empty((self.T + 1, self.m, self.n), self.Z.dtype)
        states[0] = 0 if first is None else first
        return states

    def _hold(self, states, t):
        """Keep the previous state in step t of `states` where the mask is 0."""
        if self.keep is not None:
            np.copyto(states[t + 1], states[t], where=~self.keep[t])

    def _split(self, gradient, t):
        """The parts of a gradient that go through step t and that bypass it."""
        if self.keep is None:
            return gradient, None
        inside = gradient * self.keep[t]
        return inside, gradient - inside

    def _backward_steps(self, dh_out):
        """What the loops over the steps, backward, begin with.

        Returns:
            the gradient of the outputs, time first; zeros for the gradient of the
            state; and the transposed recurrent weights.
        """
        zeros, U_T = np.zeros_like(self.h[0]), self.U.swapaxes(1, 2)
        if dh_out is None:
            return np.broadcast_to(zeros, self.h[1:].shape), zeros, U_T
        return _time_first(dh_out, self.reverse), zeros, np.ascontiguousarray(U_T)

    def _output(self):
        """All states, (m, T, n)."""
        return _batch_first(self.h[1:], self.reverse)

    def _of_weights(self, dZ, dZ_recurrent=None):
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
                np.matmul(g, self.W[k].T, out=dx[k].reshape(-1, d))
                if dZ_recurrent is not None:
                    g = dZ_recurrent[:, k].reshape(-1, n)
                np.matmul(past.T, g, out=dU[:, at])

        share(part, gates, dZ.size * (2 * d + n) // STEPS)
        dx = _batch_first(dx.sum(0), self.reverse)
        return dx, dW.reshape(d, -1), dU.reshape(n, -1), db.ravel()


class RNN(_Scan):
    """h_t = tanh(x_t W + h_{t-1} U + b)."""

    @one_blas_thread()
    def run(self, h0=None):
        """All states (m, T, n)."""
        h, Z, U = self._states(h0), self.Z[:, 0], self.U[0]
        for t in range(self.T):
            Z[t] += h[t] @ U
            np.tanh(Z[t], out=h[t + 1])
            self._hold(h, t)
        self.h = h
        return self._output()

    @one_blas_thread()
    def gradients(self, dh_out):
        """Gradients of x, W, U, b and h0, from those of the states."""
        dh_out, dh, U_T = self._backward_steps(dh_out)
        dZ = 1 - np.tanh(self.Z) ** 2 if self.keep is not None else None
        dZ = (1 - self.h[1:] ** 2)[:, None] if dZ is None else dZ
        for t in reversed(range(self.T)):
            dh, around = self._split(dh + dh_out[t], t)
            dZ[t, 0] *= dh
            dh = dZ[t, 0] @ U_T[0]
            dh = dh if around is None else dh + around
        return (*self._of_weights(dZ), dh)


class LSTM(_Scan):
    """The gates stand in the order i, f, g, o in the weights.

    i, f, o = sigmoid(...), g = tanh(...) of x_t W + h_{t-1} U + b;
    c_t = f c_{t-1} + i g; h_t = o tanh(c_t).
    """

    # Internally, the gates are in the order o, i, f, g: the three sigmoids side by
    # side, and also the three gates that the cell state depends on.
    order = (3, 0, 1, 2)
    # sigmoid(z) = tanh(z / 2) / 2 + 1 / 2: one tanh serves all four gates.
    scale = (0.5, 0.5, 0.5, 1)

    @one_blas_thread()
    def run(self, h0=None, c0=None):
        """All hidden states (m, T, n), and the last cell state (m, n)."""
        h, c, gates = self._states(h0), self._states(c0), self.Z
        tanh_c, U = np.empty_like(h[1:]), self.U * self.scale
        recurrent, update = np.empty_like(gates[0]), np.empty_like(h[0])
        for t in range(self.T):
            a = gates[t]
            a += np.matmul(h[t], U, out=recurrent)
            np.tanh(a, out=a)
            sigmoids = a[:3]
            sigmoids *= 0.5
            sigmoids += 0.5
            o, i, f, candidate = a
            np.multiply(f, c[t], out=c[t + 1])
            c[t + 1] += np.multiply(i, candidate, out=update)
            np.tanh(c[t + 1], out=tanh_c[t])
            np.multiply(o, tanh_c[t], out=h[t + 1])
            self._hold(c, t)
            self._hold(h, t)
        self.h, self.c, self.tanh_c = h, c, tanh_c
        return self._output(), c[-1]

    @one_blas_thread()
    def gradients(self, dh_out, dc_last=None):
        """Gradients of x, W, U, b, h0 and c0, from those of the two results."""
        gates, tanh_c, c = self.Z, self.tanh_c, self.c
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
        dh_out, dh, U_T = self._backward_steps(dh_out)
        dc = np.zeros_like(dh) if dc_last is None else dc_last.copy()
        for t in reversed(range(self.T)):
            dh, dh_around = self._split(dh + dh_out[t], t)
            dc, dc_around = self._split(dc, t)
            through[t] *= dh
            dc += through[t]
            s = dZ[t]
            s[0] *= dh
            s[1:] *= dc
            dc *= gates[t, 2]
            dh = np.add.reduce(s @ U_T)
            if self.keep is not None:
                dc += dc_around
                dh += dh_around
        return (*self._of_weights(dZ), dh, dc)


class GRU(_Scan):
    """The gates stand in the order r, z, n in the weights.

    r, z = sigmoid(...) of x_t W + h_{t-1} U + b; n = tanh(x_t W_n + b + r (h_{t-1}
    U_n + b_n)); h_t = (1 - z) n + z h_{t-1}.
    """

    order = (0, 1, 2)
    scale = (1, 1, 1)

    @one_blas_thread()
    def run(self, b_n, h0=None):
        """All states (m, T, n)."""
        h, gates = self._states(h0), self.Z
        recurrent = np.empty_like(h[1:])  # h U_n + b_n
        for t in range(self.T):
            products = h[t] @ self.U
            np.add(products[2], b_n, out=recurrent[t])
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
            self._hold(h, t)
        self.h, self.recurrent = h, recurrent
        return self._output()

    @one_blas_thread()
    def gradients(self, dh_out):
        """Gradients of x, W, U, b, b_n and h0, from those of the states."""
        h, gates = self.h, self.Z
        r, z, candidate = (gates[:, k] for k in range(3))
        dZ = np.empty_like(gates)  # gradients with respect to the pre-activations
        dZ_recurrent = np.empty_like(gates)  # ... and to the recurrent products
        to_candidate = (1 - z) * (1 - candidate * candidate)
        to_z = (h[:-1] - candidate) * z * (1 - z)
        to_r = self.recurrent * r * (1 - r)
        dh_out, dh, U_T = self._backward_steps(dh_out)
        for t in reversed(range(self.T)):
            dh, around = self._split(dh + dh_out[t], t)
            dr, dz, d_candidate = dZ[t]
            np.multiply(dh, to_candidate[t], out=d_candidate)
            np.multiply(dh, to_z[t], out=dz)
            np.multiply(d_candidate, to_r[t], out=dr)
            dZ_recurrent[t] = dZ[t]
            dZ_recurrent[t, 2] *= r[t]
            dh = dh * z[t] + np.add.reduce(dZ_recurrent[t] @ U_T)
            dh = dh if around is None else dh + around
        db_n = dZ_recurrent[:, 2].sum((0, 1))
        return (*self._of_weights(dZ, dZ_recurrent), db_n, dh)
