"""Hidden tests of C2W3: batch norm."""

import math

import numpy as np

from autograder.checks.C2W3.common import NO_FRAMEWORK, lab, ref
from autograder.checks.check import case

lab.concept(
    "where_b_goes",
    points=1,
    answer="B",
    why="A constant added to a row changes its mean, and the mean is subtracted.",
    because={
        "A": "The mean of Z_tilde is beta, whatever b is: the batch's mean is removed.",
        "C": "A constant shifts values and does not change their variance.",
        "D": "The running mean contains b as well, and it is subtracted just the same.",
    },
)


def _running(rng, n):
    return {
        "mean": rng.normal(size=(n, 1)),
        "var": rng.uniform(0.5, 2.0, size=(n, 1)),
    }


def _layer(rng, n, m):
    """Z of a layer, away from zero; scale, shift, and running averages."""
    Z = rng.normal(size=(n, m)) * rng.uniform(0.5, 3, (n, 1)) + 2 * rng.normal(
        size=(n, 1)
    )
    gamma = rng.uniform(0.5, 2.0, size=(n, 1))
    return Z, gamma, rng.normal(size=(n, 1)), _running(rng, n)


@lab.check("batchnorm_forward", points=9, driver="normalized", forbid=NO_FRAMEWORK)
def batchnorm_forward(rng):
    """Both modes, a constant unit, one test example, other momentum and epsilon."""
    # "divide by m", "replaced by new arrays", "leave it as it is" in mode test, "`std`
    # is the root, `epsilon` included"
    yield case(*_layer(rng, 3, 5), mode="train")
    yield case(*_layer(rng, 4, 4), mode="train", momentum=0.7, epsilon=0.5)
    Z, *others = _layer(rng, 2, 6)
    Z[0] = 3.0
    yield case(Z, *others, mode="train")
    yield case(*_layer(rng, 3, 6), mode="test")
    yield case(*_layer(rng, 4, 1), mode="test", epsilon=0.5)


def _normalized(Z, gamma, beta, mean, std, mode):
    """Output and cache for given statistics."""
    Z_hat = (Z - mean) / std
    cache = {"Z_hat": Z_hat, "std": std, "gamma": gamma, "mode": mode}
    return gamma * Z_hat + beta, cache


def _statistics(Z, running, mode):
    if mode == "train":
        return Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
    return running["mean"], running["var"]


@batchnorm_forward.mistake(
    "In mode 'test' it uses the statistics of the test batch. Use the running "
    "averages: a prediction must not depend on other examples."
)
def statistics_of_the_test_batch(
    Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8
):
    if mode == "train":
        return ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    mean, var = _statistics(Z, running, "train")
    return _normalized(Z, gamma, beta, mean, np.sqrt(var + epsilon), mode)


@batchnorm_forward.mistake(
    "`running` never changes. In mode 'train' both entries must be replaced by the new "
    "averages."
)
def never_moves_running(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    return ref.batchnorm_forward(Z, gamma, beta, dict(running), mode, momentum, epsilon)


@batchnorm_forward.mistake(
    "Old and new are swapped in the running averages: `momentum` is the weight of the "
    "old value."
)
def swaps_old_and_new(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    return ref.batchnorm_forward(Z, gamma, beta, running, mode, 1 - momentum, epsilon)


@batchnorm_forward.mistake(
    "`running` changes in mode 'test' as well. There it must stay as it is."
)
def learns_from_the_test_batch(
    Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8
):
    answer = ref.batchnorm_forward(
        Z, gamma, beta, dict(running), mode, momentum, epsilon
    )
    ref.batchnorm_forward(Z, gamma, beta, running, "train", momentum, epsilon)
    return answer


@batchnorm_forward.mistake(
    "It normalizes each example. Mean and variance belong to a unit, a row, over its "
    "examples."
)
def normalizes_each_example(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    if mode == "test":
        return ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    mean, var = Z.mean(axis=0, keepdims=True), Z.var(axis=0, keepdims=True)
    for key, value in (("mean", mean), ("var", var)):
        running[key] = momentum * running[key] + (1 - momentum) * value
    return _normalized(Z, gamma, beta, mean, np.sqrt(var + epsilon), mode)


@batchnorm_forward.mistake(
    "Epsilon was added to the root. It belongs inside the root, to the variance."
)
def epsilon_outside_the_root(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    mean, var = _statistics(Z, running, mode)
    ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return _normalized(Z, gamma, beta, mean, np.sqrt(var) + epsilon, mode)


@batchnorm_forward.mistake(
    "It divides by the variance. Divide by its square root, the standard deviation."
)
def divides_by_the_variance(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    mean, var = _statistics(Z, running, mode)
    ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return _normalized(Z, gamma, beta, mean, var + epsilon, mode)


@batchnorm_forward.mistake(
    "The variance is divided by m - 1. Here it is divided by m, as `np.var` does by "
    "default."
)
def variance_of_a_sample(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    if mode == "test":
        return ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True, ddof=1)
    for key, value in (("mean", mean), ("var", var)):
        running[key] = momentum * running[key] + (1 - momentum) * value
    return _normalized(Z, gamma, beta, mean, np.sqrt(var + epsilon), mode)


@batchnorm_forward.mistake("It returns Z_hat. The output is Z_hat scaled and shifted.")
def forgets_scale_and_shift(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    _, cache = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return cache["Z_hat"], cache


@batchnorm_forward.mistake("Epsilon is missing: a constant unit becomes 0 / 0, or nan.")
def forgets_epsilon(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    with np.errstate(all="ignore"):
        return ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, 0.0)


@batchnorm_forward.mistake(
    "`std` in the cache is the variance. The backward pass needs what you divided by."
)
def caches_the_variance(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    _, var = _statistics(Z, running, mode)
    out, cache = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return out, cache | {"std": var}


@batchnorm_forward.mistake(
    "`std` in the cache lacks epsilon. The backward pass needs what you divided by."
)
def caches_without_epsilon(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    _, var = _statistics(Z, running, mode)
    out, cache = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return out, cache | {"std": np.sqrt(var)}


@batchnorm_forward.mistake(
    "In mode 'test' the output is not scaled and shifted. gamma and beta belong to the "
    "layer in both modes."
)
def scales_in_training_only(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    out, cache = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return (out if mode == "train" else cache["Z_hat"]), cache


@batchnorm_forward.mistake(
    "One mean and one variance were used for all of Z. Each unit, a row, has its own."
)
def statistics_of_the_matrix(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    if mode == "test":
        return ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    mean, var = Z.mean(), Z.var()
    for key, value in (("mean", mean), ("var", var)):
        running[key] = momentum * running[key] + (1 - momentum) * value
    std = np.full((len(Z), 1), np.sqrt(var + epsilon))
    return _normalized(Z, gamma, beta, mean, std, mode)


@batchnorm_forward.mistake(
    "The running variance is updated with a variance that is divided by m - 1, as in "
    "PyTorch. Here it is divided by m."
)
def running_variance_of_a_sample(
    Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8
):
    old = running["var"]
    answer = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    if mode == "train":
        var = Z.var(axis=1, keepdims=True, ddof=1)
        running["var"] = momentum * old + (1 - momentum) * var
    return answer


@batchnorm_forward.mistake("The running variance never changes; the running mean does.")
def never_updates_the_variance(
    Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8
):
    old = running["var"]
    answer = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    running["var"] = old
    return answer


@batchnorm_forward.mistake("Z itself is scaled and shifted. It should be Z_hat.")
def scales_what_is_not_normalized(
    Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8
):
    _, cache = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return gamma * Z + beta, cache


@batchnorm_forward.mistake(
    "`Z_hat` in the cache is only shifted: Z minus the mean. It must be divided by "
    "`std`, too."
)
def caches_what_is_only_shifted(
    Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8
):
    out, cache = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return out, cache | {"Z_hat": cache["Z_hat"] * cache["std"]}


@batchnorm_forward.mistake("The scale gamma is missing.")
def forgets_the_scale(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    _, cache = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    return cache["Z_hat"] + beta, cache


@batchnorm_forward.mistake(
    "It writes into the arrays that `running` holds, and they may be in use elsewhere. "
    "Put new arrays under its two keys."
)
def writes_into_running(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    held = dict(running)
    answer = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    for key, old in held.items():
        old[...] = running[key]
    running.update(held)
    return answer


@batchnorm_forward.mistake(
    "`running` holds the statistics of this batch only. It should average them with "
    "the old ones."
)
def running_forgets(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    return ref.batchnorm_forward(Z, gamma, beta, running, mode, 0.0, epsilon)


@batchnorm_forward.mistake(
    "In mode 'train' it normalizes with the running averages. Use mean and variance of "
    "the batch."
)
def normalizes_by_running(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    std = np.sqrt(running["var"] + epsilon)
    return _normalized(Z, gamma, beta, running["mean"], std, mode)


@batchnorm_forward.mistake(
    "What is averaged under 'var' is the standard deviation. Average the variance."
)
def averages_standard_deviations(
    Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8
):
    old = running["var"]
    answer = ref.batchnorm_forward(Z, gamma, beta, running, mode, momentum, epsilon)
    if mode == "train":
        std = Z.std(axis=1, keepdims=True)
        running["var"] = momentum * old + (1 - momentum) * std
    return answer


@batchnorm_forward.mistake("The shift beta is missing.")
def forgets_the_shift(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    return ref.batchnorm_forward(Z, gamma, 0 * beta, running, mode, momentum, epsilon)


@batchnorm_forward.right
def batchnorm_with_loops(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    n, m = Z.shape
    Z_hat, std = np.zeros((n, m)), np.zeros((n, 1))
    mean, var = running["mean"].copy(), running["var"].copy()
    for j in range(n):
        if mode == "train":
            mu = sum(Z[j]) / m
            square = sum((z - mu) ** 2 for z in Z[j]) / m
            mean[j] += (1 - momentum) * (mu - mean[j])
            var[j] += (1 - momentum) * (square - var[j])
        else:
            mu, square = mean[j, 0], var[j, 0]
        std[j] = math.sqrt(square + epsilon)
        Z_hat[j] = (Z[j] - mu) / std[j]
    running.update(mean=mean, var=var)
    cache = {"mode": mode, "gamma": gamma, "Z_hat": Z_hat, "std": std, "beta": beta}
    return gamma * Z_hat + beta, cache


@batchnorm_forward.right
def batchnorm_in_float32(Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    mean, var = running["mean"], running["var"]
    if mode == "train":
        centred = Z - np.sum(Z, axis=1, keepdims=True) / Z.shape[1]
        batch = Z.mean(1, keepdims=True), np.mean(centred**2, 1, keepdims=True)
        for key, new in zip(("mean", "var"), batch, strict=True):
            running[key] = momentum * running[key] + (1 - momentum) * new
        mean, var = batch
    std = (var + epsilon) ** 0.5
    Z_hat = ((Z - mean) / std).astype(np.float32)
    cache = {"Z_hat": Z_hat, "std": std, "gamma": gamma, "mode": mode}
    return (gamma * Z_hat + beta), cache


lab.concept(
    "batch_of_one",
    points=1,
    answer="D",
    why="Z minus its own mean is 0, so gamma · 0 + beta is left.",
    because={
        "A": "It is normalized all the same: the mean is the example itself.",
        "B": "With epsilon the root is not zero, and 0 divided by it is 0.",
        "C": "Nothing of the image is left when its own value is subtracted.",
    },
)


@lab.check("batchnorm_backward", points=8, forbid=NO_FRAMEWORK)
def batchnorm_backward(rng):
    """Both modes, square and wide matrices, large epsilon, one test example."""
    for n, m, mode, epsilon in [
        (3, 5, "train", 1e-8),
        (4, 4, "train", 1e-8),
        (2, 7, "train", 0.5),
        (3, 6, "test", 1e-8),
        (4, 1, "test", 1e-8),
    ]:
        Z, gamma, beta, running = _layer(rng, n, m)
        mean, var = _statistics(Z, running, mode)
        std = np.sqrt(var + epsilon)
        cache = _normalized(Z, gamma, beta, mean, std, mode)[1]
        yield case(rng.normal(size=(n, m)) + 0.5, cache)


def _sums(dZ_tilde, cache):
    """The two sums, and the factor of dZ."""
    dgamma = np.sum(dZ_tilde * cache["Z_hat"], axis=1, keepdims=True)
    dbeta = np.sum(dZ_tilde, axis=1, keepdims=True)
    return dgamma, dbeta, cache["gamma"] / cache["std"]


@batchnorm_backward.mistake(
    "The path through the mean is missing: a change of one example changes the mean of "
    "all."
)
def forgets_the_mean(dZ_tilde, cache):
    dgamma, dbeta, factor = _sums(dZ_tilde, cache)
    through = cache["Z_hat"] * dgamma / dZ_tilde.shape[1]
    train = cache["mode"] == "train"
    return factor * (dZ_tilde - train * through), dgamma, dbeta


@batchnorm_backward.mistake(
    "The path through the variance is missing: a change of one example changes the "
    "spread of all."
)
def forgets_the_variance(dZ_tilde, cache):
    dgamma, dbeta, factor = _sums(dZ_tilde, cache)
    train = cache["mode"] == "train"
    return factor * (dZ_tilde - train * dbeta / dZ_tilde.shape[1]), dgamma, dbeta


@batchnorm_backward.mistake(
    "In dZ, the path through the variance lacks the factor Z_hat: an example far from "
    "the mean changes the spread more than one near it."
)
def variance_moves_all_alike(dZ_tilde, cache):
    dgamma, dbeta, factor = _sums(dZ_tilde, cache)
    through = (dbeta + dgamma) / dZ_tilde.shape[1]
    train = cache["mode"] == "train"
    return factor * (dZ_tilde - train * through), dgamma, dbeta


@batchnorm_backward.mistake(
    "Mean and variance are treated as constants. In mode 'train' they depend on every "
    "example: two terms are missing."
)
def statistics_as_constants(dZ_tilde, cache):
    dgamma, dbeta, factor = _sums(dZ_tilde, cache)
    return factor * dZ_tilde, dgamma, dbeta


@batchnorm_backward.mistake(
    "In mode 'test' the running averages are constants: nothing depends on the batch."
)
def statistics_always_move(dZ_tilde, cache):
    return ref.batchnorm_backward(dZ_tilde, cache | {"mode": "train"})


@batchnorm_backward.mistake(
    "dgamma and dbeta are averages. They should be sums: the division by m is already "
    "in the gradient of the cost."
)
def averages_both_sums(dZ_tilde, cache):
    dZ, dgamma, dbeta = ref.batchnorm_backward(dZ_tilde, cache)
    return dZ, dgamma / dZ_tilde.shape[1], dbeta / dZ_tilde.shape[1]


@batchnorm_backward.mistake(
    "dgamma and dbeta have lost an axis. Their shape is that of gamma, (n, 1)."
)
def sums_with_one_axis(dZ_tilde, cache):
    dZ, dgamma, dbeta = ref.batchnorm_backward(dZ_tilde, cache)
    return dZ, dgamma[:, 0], dbeta[:, 0]


@batchnorm_backward.mistake(
    "The two terms of mean and variance are added. They are subtracted."
)
def adds_both_paths(dZ_tilde, cache):
    dgamma, dbeta, factor = _sums(dZ_tilde, cache)
    both = (dbeta + cache["Z_hat"] * dgamma) / dZ_tilde.shape[1]
    return factor * (dZ_tilde + (cache["mode"] == "train") * both), dgamma, dbeta


@batchnorm_backward.mistake(
    "The two terms of mean and variance are not divided by m, but mean and variance "
    "are averages over the batch."
)
def paths_without_m(dZ_tilde, cache):
    dgamma, dbeta, factor = _sums(dZ_tilde, cache)
    both = dbeta + cache["Z_hat"] * dgamma
    return factor * (dZ_tilde - (cache["mode"] == "train") * both), dgamma, dbeta


@batchnorm_backward.mistake("dZ lacks the factor gamma.")
def forgets_gamma(dZ_tilde, cache):
    dZ, dgamma, dbeta = ref.batchnorm_backward(dZ_tilde, cache)
    return dZ / cache["gamma"], dgamma, dbeta


@batchnorm_backward.mistake(
    "dZ is not divided by the standard deviation, although Z was."
)
def forgets_the_standard_deviation(dZ_tilde, cache):
    dZ, dgamma, dbeta = ref.batchnorm_backward(dZ_tilde, cache)
    return dZ * cache["std"], dgamma, dbeta


@batchnorm_backward.mistake(
    "dZ is multiplied by the standard deviation. Z was divided."
)
def multiplies_by_the_standard_deviation(dZ_tilde, cache):
    dZ, dgamma, dbeta = ref.batchnorm_backward(dZ_tilde, cache)
    return dZ * cache["std"] ** 2, dgamma, dbeta


@batchnorm_backward.mistake(
    "The root of `std` was taken. `std` is the standard deviation, a root already."
)
def takes_the_root_again(dZ_tilde, cache):
    dZ, dgamma, dbeta = ref.batchnorm_backward(dZ_tilde, cache)
    return dZ * np.sqrt(cache["std"]), dgamma, dbeta


@batchnorm_backward.mistake(
    "m is taken to be the number of units. It is the number of examples, the columns."
)
def m_from_the_rows(dZ_tilde, cache):
    dgamma, dbeta, factor = _sums(dZ_tilde, cache)
    both = (dbeta + cache["Z_hat"] * dgamma) / dZ_tilde.shape[0]
    return factor * (dZ_tilde - (cache["mode"] == "train") * both), dgamma, dbeta


@batchnorm_backward.mistake(
    "gamma is part of dgamma. The derivative of gamma · Z_hat with respect to gamma is "
    "Z_hat alone."
)
def gamma_in_its_own_gradient(dZ_tilde, cache):
    dgamma, dbeta, factor = _sums(dZ_tilde, cache)
    dgamma = dgamma * cache["gamma"]
    both = (dbeta + cache["Z_hat"] * dgamma) / dZ_tilde.shape[1]
    return factor * (dZ_tilde - (cache["mode"] == "train") * both), dgamma, dbeta


@batchnorm_backward.mistake("dgamma and dbeta are swapped.")
def swaps_the_sums(dZ_tilde, cache):
    dZ, dgamma, dbeta = ref.batchnorm_backward(dZ_tilde, cache)
    return dZ, dbeta, dgamma


@batchnorm_backward.right
def backward_step_by_step(dZ_tilde, cache):
    Z_hat, std, m = cache["Z_hat"], cache["std"], dZ_tilde.shape[1]
    dZ_hat = dZ_tilde * cache["gamma"]
    dZ = dZ_hat / std
    if cache["mode"] == "train":
        centred = Z_hat * std  # Z - mean
        dvar = np.sum(dZ_hat * centred, 1, keepdims=True) * -0.5 * std**-3
        dmean = -np.sum(dZ_hat, 1, keepdims=True) / std
        dZ = dZ + dvar * 2 * centred / m + dmean / m
    return dZ, (dZ_tilde * Z_hat).sum(1)[:, None], dZ_tilde.sum(1)[:, None]


@batchnorm_backward.right
def backward_with_loops(dZ_tilde, cache):
    n, m = dZ_tilde.shape
    dZ = np.zeros((n, m))
    dgamma, dbeta = np.zeros((n, 1)), np.zeros((n, 1))
    for j in range(n):
        h, g = cache["Z_hat"][j], dZ_tilde[j]
        for i in range(m):
            dgamma[j] += g[i] * h[i]
            dbeta[j] += g[i]
        for i in range(m):
            paths = g[i]
            if cache["mode"] == "train":
                paths -= (dbeta[j, 0] + h[i] * dgamma[j, 0]) / m
            dZ[j, i] = cache["gamma"][j, 0] / cache["std"][j, 0] * paths
    return dZ, dgamma, dbeta


@batchnorm_backward.right
def backward_in_float32(dZ_tilde, cache):
    cache = {
        key: value if key == "mode" else value.astype(np.float32)
        for key, value in cache.items()
    }
    return ref.batchnorm_backward(dZ_tilde.astype(np.float32), cache)
