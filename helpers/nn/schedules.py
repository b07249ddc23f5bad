"""Learning-rate schedules: functions of the number of updates so far."""

import math


def step_decay(rate, factor, every):
    """The rate, multiplied by `factor` after every `every` updates."""
    return lambda t: rate * factor ** (t // every)


def exponential_decay(rate, base, every=1):
    """The rate times base**(t / every)."""
    return lambda t: rate * base ** (t / every)


def inverse_time_decay(rate, decay, every=1):
    """The rate divided by 1 + decay * t / every."""
    return lambda t: rate / (1 + decay * t / every)


def cosine_decay(rate, steps, warmup=0, final=0.0):
    """Linear warm-up, then half a cosine from `rate` to `final` at step `steps`."""

    def schedule(t):
        if t < warmup:
            return rate * (t + 1) / warmup
        done = min(1.0, (t - warmup) / max(1, steps - warmup))
        return final + (rate - final) * 0.5 * (1 + math.cos(math.pi * done))

    return schedule


def transformer_schedule(d, warmup=4000):
    """d**-0.5 * min(n**-0.5, n * warmup**-1.5) for update n = 1, 2, ...; n = t + 1.

    Source: Vaswani et al., "Attention is all you need", 2017.
    """
    return lambda t: d**-0.5 * min((t + 1) ** -0.5, (t + 1) * warmup**-1.5)
