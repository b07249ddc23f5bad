"""Hidden tests of C2W2: RMSprop and Adam."""

import math

import numpy as np

from autograder.checks.C2W2.common import (
    DIMS,
    add_zeros,
    after_step,
    first_layer_only,
    lab,
    memory,
    networks,
    pair,
    ref,
    velocity_after,
    without_past,
)
from autograder.checks.check import case
from autograder.checks.precision import as_float32


def moved(parameters, steps, sign=-1.0):
    """Parameters after a step, given as name of the gradient → what is subtracted."""
    return {key: value + sign * steps["d" + key] for key, value in parameters.items()}


@lab.check("initialize_rmsprop", points=2)
def squares(rng):
    """Networks of one, two and three layers."""
    yield from networks(rng)


add_zeros(squares)


@lab.check("update_parameters_with_rmsprop", points=9)
def rmsprop(rng):
    """First steps and later ones, large and tiny gradients, several β, rates and ε."""
    # "element by element", "added to the root" (ε is seen where gradients are small, or
    # 0), "with which the step was taken", "the arguments stay as they are"
    for dims, beta, rate in zip(DIMS, (0.9, 0.6, 0.97), (0.1, 0.05, 0.5), strict=True):
        parameters, grads = pair(rng, dims)
        yield case(parameters, grads, memory(rng, grads, True), beta, rate)
    parameters, grads = pair(rng, (3, 2, 1), spread=1e-3)
    yield case(parameters, grads, without_past(grads), 0.9, 0.1, epsilon=1e-3)
    parameters, grads = pair(rng, (3, 2, 1), spread=1e-3)
    grads["db1"] *= 0
    yield case(parameters, grads, without_past(grads), 0.9, 0.2)


def _squares(grads, s, beta, **shares):
    return velocity_after(
        {key: grad**2 for key, grad in grads.items()}, s, beta, **shares
    )


def _scaled(v, s, epsilon):
    return {key: v[key] / (np.sqrt(s[key]) + epsilon) for key in v}


@rmsprop.mistake(
    "ε is inside the root, where it acts like its own root: 1e-8 like 1e-4. Add it to "
    "the root."
)
def epsilon_inside_the_root(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, beta)
    steps = {key: grads[key] / np.sqrt(s[key] + epsilon) for key in s}
    return after_step(parameters, steps, learning_rate), s


@rmsprop.mistake(
    "ε is missing: where all gradients so far were 0, the step is 0 / 0, that is nan."
)
def rmsprop_without_epsilon(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, beta)
    return after_step(parameters, _scaled(grads, s, 0.0), learning_rate), s


@rmsprop.mistake(
    "s is an average of absolute values. It should be one of the squared gradients."
)
def averages_absolute_values(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = velocity_after({key: abs(grad) for key, grad in grads.items()}, s, beta)
    return after_step(parameters, _scaled(grads, s, epsilon), learning_rate), s


@rmsprop.mistake("ε is 1e-8 whatever the argument `epsilon` says.")
def rmsprop_with_its_own_epsilon(
    parameters, grads, s, beta, learning_rate, epsilon=1e-8
):
    s = _squares(grads, s, beta)
    return after_step(parameters, _scaled(grads, s, 1e-8), learning_rate), s


def _epsilon_after(message, name, share):
    """Register an RMSprop that adds ε, times `share`, to the step or the result."""

    def wrong(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
        s = _squares(grads, s, beta)
        added = epsilon * (learning_rate if share == "rate" else share)
        steps = {key: learning_rate * grads[key] / np.sqrt(s[key]) + added for key in s}
        return after_step(parameters, steps, 1.0), s

    wrong.__name__ = name
    rmsprop.mistake(message)(wrong)


for _name, _share in (
    ("epsilon_added_to_the_step", 1.0),
    ("epsilon_added_to_the_result", -1.0),
    ("epsilon_added_to_the_quotient", "rate"),
):
    _epsilon_after(
        "ε is added after the division. It belongs to the denominator: look at the "
        "brackets.",
        _name,
        _share,
    )


@rmsprop.mistake(
    "The numerator holds the squared gradient, so all steps go the same way. Only the "
    "denominator is made of squares."
)
def steps_along_squares(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, beta)
    steps = _scaled({key: grad**2 for key, grad in grads.items()}, s, epsilon)
    return after_step(parameters, steps, learning_rate), s


@rmsprop.mistake("The whole average is squared. Only the gradient is.")
def squares_the_whole_average(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = {key: (beta * s[key] + (1 - beta) * grads[key]) ** 2 for key in s}
    return after_step(parameters, _scaled(grads, s, epsilon), learning_rate), s


@rmsprop.mistake("The step is multiplied by the root of s. It should be divided.")
def multiplies_by_the_root(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, beta)
    steps = {key: grads[key] * (np.sqrt(s[key]) + epsilon) for key in s}
    return after_step(parameters, steps, learning_rate), s


@rmsprop.mistake("β is 0.9 whatever the argument `beta` says.")
def rmsprop_with_its_own_beta(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, 0.9)
    return after_step(parameters, _scaled(grads, s, epsilon), learning_rate), s


@rmsprop.mistake("The returned average is the old one. Return the new one.")
def returns_the_old_squares(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    new = _squares(grads, s, beta)
    return after_step(parameters, _scaled(grads, new, epsilon), learning_rate), s


@rmsprop.mistake(
    "Only the first layer changes. Every layer must take its step before the `return`."
)
def rmsprop_for_the_first_layer_only(
    parameters, grads, s, beta, learning_rate, epsilon=1e-8
):
    return first_layer_only(
        (parameters, s),
        ref.update_parameters_with_rmsprop(
            parameters, grads, s, beta, learning_rate, epsilon
        ),
    )


@rmsprop.mistake("The root is missing: the step is divided by s itself.")
def forgets_the_root(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, beta)
    steps = {key: grads[key] / (s[key] + epsilon) for key in s}
    return after_step(parameters, steps, learning_rate), s


@rmsprop.mistake("s averages the gradients, not their squares.")
def averages_without_squares_or_signs(
    parameters, grads, s, beta, learning_rate, epsilon=1e-8
):
    s = {key: beta * s[key] + (1 - beta) * grads[key] for key in s}
    steps = {key: grads[key] / (np.sqrt(np.abs(s[key])) + epsilon) for key in s}
    return after_step(parameters, steps, learning_rate), s


@rmsprop.mistake("s averages the gradients, not their squares.")
def averages_without_squares(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = {key: beta * s[key] + (1 - beta) * grads[key] for key in s}
    return after_step(parameters, _scaled(grads, s, epsilon), learning_rate), s


@rmsprop.mistake("The step uses the old average. It should use the new one.")
def divides_by_the_old(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    steps = _scaled(grads, s, epsilon)
    return after_step(parameters, steps, learning_rate), _squares(grads, s, beta)


@rmsprop.mistake("β and 1 - β are swapped: the old average gets β, the square 1 - β.")
def rmsprop_swaps(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, 1 - beta)
    return after_step(parameters, _scaled(grads, s, epsilon), learning_rate), s


@rmsprop.mistake("The step goes uphill: it is added instead of subtracted.")
def rmsprop_climbs(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, beta)
    return after_step(parameters, _scaled(grads, s, epsilon), -learning_rate), s


def rmsprop_average(message, name, **shares):
    """Register an RMSprop whose average weighs old and new in another way."""

    def wrong(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
        s = _squares(grads, s, beta, **shares)
        return after_step(parameters, _scaled(grads, s, epsilon), learning_rate), s

    wrong.__name__ = name
    rmsprop.mistake(message)(wrong)


rmsprop_average(
    "The old average is not used. The new one is an average with it.",
    "forgets_the_old_squares",
    old=0.0,
)
rmsprop_average("The old average is not multiplied by β.", "never_fades", old=1.0)
rmsprop_average(
    "The squares are added up for ever, as in AdaGrad. Here s is an average, with β "
    "and 1 - β.",
    "adds_up_squares",
    old=1.0,
    new=1.0,
)
rmsprop_average(
    "The squares are not multiplied by 1 - β, so s is not an average.",
    "squares_without_one_minus_beta",
    new=1.0,
)


@rmsprop.mistake("The step is not divided by the root of s.")
def does_not_divide(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    return after_step(parameters, grads, learning_rate), _squares(grads, s, beta)


@rmsprop.mistake("The learning rate is not used.")
def rmsprop_ignores_the_rate(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, beta)
    return after_step(parameters, _scaled(grads, s, epsilon), 1.0), s


@rmsprop.mistake("The parameters do not change. Return them after the step.")
def rmsprop_stays(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    return dict(parameters), _squares(grads, s, beta)


@rmsprop.mistake(
    "The average was divided by 1 - β before the step. Adam has a bias correction; "
    "RMSprop has none here."
)
def rmsprop_corrects(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = _squares(grads, s, beta)
    corrected = {key: value / (1 - beta) for key, value in s.items()}
    return after_step(parameters, _scaled(grads, corrected, epsilon), learning_rate), s


@rmsprop.mistake("It writes into the dictionaries of its caller. Make new ones.")
def rmsprop_in_place(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    for key in s:
        s[key] = beta * s[key] + (1 - beta) * grads[key] ** 2
        parameters[key[1:]] = parameters[key[1:]] - learning_rate * grads[key] / (
            np.sqrt(s[key]) + epsilon
        )
    return parameters, s


@rmsprop.mistake(
    "One denominator was used for a whole matrix. Each element has its own."
)
def one_scale_a_matrix(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    s = {
        key: beta * s[key] + (1 - beta) * np.mean(grads[key] ** 2) + 0 * grads[key]
        for key in s
    }
    return after_step(parameters, _scaled(grads, s, epsilon), learning_rate), s


@rmsprop.right
def rmsprop_with_loops(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    parameters = {key: value.copy() for key, value in parameters.items()}
    s = {key: value.copy() for key, value in s.items()}
    for key, grad in grads.items():
        for i, g in np.ndenumerate(grad):
            s[key][i] = beta * s[key][i] + (1 - beta) * g * g
            denominator = math.sqrt(s[key][i]) + epsilon
            parameters[key[1:]][i] -= learning_rate * g / denominator
    return parameters, s


@rmsprop.right
def rmsprop_by_powers(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    new = {
        key: np.float32(beta * s[key] + (1 - beta) * np.square(grads[key])) for key in s
    }
    steps = {key: grads[key] / (np.power(new[key], 0.5) + epsilon) for key in s}
    return moved(parameters, {k: learning_rate * v for k, v in steps.items()}), new


@lab.check("initialize_adam", points=4)
def adam_memory(rng):
    """Networks of one, two and three layers."""
    yield from networks(rng)


@adam_memory.mistake("Return two dictionaries, v and s.")
def one_dictionary(parameters):
    return ref.initialize_velocity(parameters)


@adam_memory.mistake("The keys are those of the parameters. They belong to gradients.")
def adam_keys_of_parameters(parameters):
    zeros = {key: np.zeros(value.shape) for key, value in parameters.items()}
    return zeros, dict(zeros)


@adam_memory.mistake("The averages are numbers. Each needs the shape of its parameter.")
def adam_numbers_for_arrays(parameters):
    return tuple({"d" + key: 0.0 for key in parameters} for _ in range(2))


@adam_memory.mistake("s starts at ones. Both averages start at zero.")
def squares_start_at_one(parameters):
    v = ref.initialize_velocity(parameters)
    return v, {key: value + 1 for key, value in v.items()}


@adam_memory.mistake("The biases are missing. They have gradients, too.")
def adam_without_biases(parameters):
    v, s = ref.initialize_adam(parameters)
    return tuple({k: a for k, a in d.items() if k[1] == "W"} for d in (v, s))


@adam_memory.right
def adam_layer_by_layer(parameters):
    v, s = {}, {}
    for layer in range(1, len(parameters) // 2 + 1):
        for name in (f"W{layer}", f"b{layer}"):
            v["d" + name] = np.zeros_like(parameters[name])
            s["d" + name] = np.zeros_like(parameters[name])
    return v, s


@adam_memory.right
def adam_twice(parameters):
    return [as_float32(ref.initialize_velocity(parameters)) for _ in range(2)]


@lab.check("update_parameters_with_adam", points=13)
def adam(rng):
    """First steps and later ones, large and tiny gradients, defaults and others."""
    # "stored averages", "corrected values", computed anew, "each with its own β to the
    # power of t", ε where gradients are small or 0, "the arguments stay as they are"
    parameters, grads = pair(rng, (2, 2, 1))
    grads["db1"] *= 0
    yield case(parameters, grads, without_past(grads), without_past(grads), 1)
    for dims, t in zip(DIMS, (2, 7, 300), strict=True):
        parameters, grads = pair(rng, dims)
        v, s = memory(rng, grads), memory(rng, grads, True)
        yield case(parameters, grads, v, s, t, 0.1 * rng.uniform(0.8, 1.2))
    parameters, grads = pair(rng, (3, 2, 1), spread=1e-3)
    yield case(
        parameters,
        grads,
        memory(rng, grads),
        memory(rng, grads, True),
        t=3,
        learning_rate=0.05,
        beta1=0.7,
        beta2=0.8,
        epsilon=1e-3,
    )


def _adam(parameters, grads, v, s, t, rate, beta1, beta2, epsilon, **how):
    """A step of Adam; `how` switches its mistakes on."""
    beta1, beta2 = how.get("betas", lambda *betas: betas)(beta1, beta2)
    epsilon = how.get("own_epsilon", epsilon)
    v = velocity_after(grads, v, beta1, **how.get("v_shares", {}))
    average = velocity_after if how.get("unsquared") else _squares
    s = average(
        v if how.get("squares_of_v") else grads,
        s,
        how.get("s_beta", lambda beta1: beta2)(beta1),
        **how.get("s_shares", {}),
    )
    t_v, t_s = how.get("times", lambda t: (t, t))(t)
    below_v = 1 - beta1**t_v if t_v else 1.0
    below_s = 1 - beta2**t_s if t_s else 1.0
    if how.get("power_of_the_whole"):
        below_v, below_s = (1 - beta1) ** t, (1 - beta2) ** t
    if how.get("multiplied"):
        below_v, below_s = 1 / below_v, 1 / below_s
    v_hat = {key: value / below_v for key, value in v.items()}
    s_hat = {key: value / below_s for key, value in s.items()}
    plain = how.get("plain", "")
    first = v if "v" in plain else v_hat
    second = s if "s" in plain else s_hat
    if how.get("no_brackets"):
        added = (
            epsilon
            * {"step": 1 / rate, "result": -1 / rate, "quotient": 1.0}[
                how["no_brackets"]
            ]
        )
        steps = {key: first[key] / np.sqrt(second[key]) + added for key in v}
    elif how.get("inside"):
        steps = {key: first[key] / np.sqrt(second[key] + epsilon) for key in v}
    elif how.get("rootless"):
        steps = {key: first[key] / (second[key] + epsilon) for key in v}
    else:
        size = np.abs if how.get("unsigned") else np.asarray
        steps = {key: first[key] / (np.sqrt(size(second[key])) + epsilon) for key in v}
    if how.get("gradients"):
        steps = {key: grads[key] / (np.sqrt(second[key]) + epsilon) for key in v}
    if how.get("undivided"):
        steps = first
    new = after_step(parameters, steps, how.get("rate_used", lambda rate: rate)(rate))
    if how.get("store"):
        v, s = v_hat, s_hat
    return new, v, s, v_hat, s_hat


def adam_mistake(message, name, **how):
    """Register a step of Adam with one thing wrong."""

    def wrong(
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
        knobs = learning_rate, beta1, beta2, epsilon
        return _adam(parameters, grads, v, s, t, *knobs, **how)

    wrong.__name__ = name
    adam.mistake(message)(wrong)


adam_mistake(
    "ε is inside the root, where it acts like its own root: 1e-8 like 1e-4. Add it to "
    "the root.",
    "adam_epsilon_inside",
    inside=True,
)
adam_mistake(
    "The bias correction is missing: v and s are returned in place of their corrected "
    "values, and the first steps have the wrong length.",
    "adam_without_correction",
    times=lambda t: (0, 0),
)
adam_mistake(
    "The corrected values are returned but not used: the step is computed from v and s "
    "themselves.",
    "adam_steps_uncorrected",
    plain="vs",
)
adam_mistake(
    "The step divides by the root of s itself, not of its corrected value.",
    "adam_divides_by_uncorrected",
    plain="s",
)
adam_mistake(
    "The step uses v itself, not its corrected value.",
    "adam_steps_along_uncorrected",
    plain="v",
)
adam_mistake(
    "The corrections divide by (1 - β) to the power of t. Only β has a power.",
    "adam_power_of_the_whole",
    power_of_the_whole=True,
)
adam_mistake(
    "The corrections make the averages smaller. Averages that start at 0 are too small "
    "already.",
    "adam_multiplies_by_the_corrections",
    multiplied=True,
)
adam_mistake(
    "s is averaged with beta1. It has its own β.",
    "adam_averages_squares_with_beta1",
    s_beta=lambda beta1: beta1,
)
adam_mistake(
    "beta1 is used for both averages. s has its own β.",
    "adam_with_beta1_for_everything",
    betas=lambda beta1, beta2: (beta1, beta1),
)
adam_mistake(
    "beta2 is used for both averages. v has its own β.",
    "adam_with_beta2_for_everything",
    betas=lambda beta1, beta2: (beta2, beta2),
)
adam_mistake(
    "The correction is one step ahead: `t` already counts from 1.",
    "adam_counts_one_ahead",
    times=lambda t: (t + 1, t + 1),
)
adam_mistake(
    "beta1 and beta2 are swapped: beta1 belongs to v, beta2 to s.",
    "adam_swaps_the_betas",
    betas=lambda beta1, beta2: (beta2, beta1),
)
adam_mistake(
    "beta1 and beta2 are 0.9 and 0.999 whatever the arguments say.",
    "adam_with_its_own_betas",
    betas=lambda beta1, beta2: (0.9, 0.999),
)
adam_mistake(
    "s averages the squares of v. It averages the squares of the gradients.",
    "adam_squares_the_average",
    squares_of_v=True,
)
adam_mistake(
    "ε is missing: where all gradients so far were 0, the step is 0 / 0, that is nan.",
    "adam_without_epsilon",
    own_epsilon=0.0,
)
adam_mistake(
    "ε is 1e-8 whatever the argument `epsilon` says.",
    "adam_with_its_own_epsilon",
    own_epsilon=1e-8,
)
for _place in ("step", "result", "quotient"):
    adam_mistake(
        "ε is added after the division. It belongs to the denominator: look at the "
        "brackets.",
        f"adam_epsilon_added_to_the_{_place}",
        no_brackets=_place,
    )
adam_mistake(
    "v and s are returned corrected. Return them as they are, for the next step; the "
    "corrected ones are for this step only.",
    "adam_stores_corrected",
    store=True,
)
adam_mistake(
    "Only v is corrected. s starts at 0 as well.",
    "adam_corrects_v_only",
    times=lambda t: (t, 0),
)
adam_mistake(
    "The corrections do not depend on t. Where is the power?",
    "adam_power_forgotten",
    times=lambda t: (1, 1),
)
adam_mistake(
    "The root is missing: the step is divided by s itself.",
    "adam_forgets_the_root",
    rootless=True,
)
adam_mistake(
    "s averages the gradients, not their squares.",
    "adam_without_squares",
    unsquared=True,
)
adam_mistake(
    "s averages the gradients, not their squares.",
    "adam_without_squares_or_signs",
    unsquared=True,
    unsigned=True,
)
adam_mistake(
    "The step uses the gradients themselves, not their average v.",
    "adam_steps_with_gradients",
    gradients=True,
)
adam_mistake(
    "The step goes uphill: it is added instead of subtracted.",
    "adam_climbs",
    rate_used=lambda rate: -rate,
)
adam_mistake(
    "In v, the gradients are not multiplied by 1 - beta1, so it is not an average.",
    "adam_without_one_minus_beta",
    v_shares={"new": 1.0},
)
adam_mistake(
    "In s, the squares are not multiplied by 1 - beta2, so it is not an average.",
    "adam_without_one_minus_beta2",
    s_shares={"new": 1.0},
)
adam_mistake(
    "The old v is not used. The new one is an average with it.",
    "adam_forgets_v",
    v_shares={"old": 0.0},
)
adam_mistake(
    "The old s is not used. The new one is an average with it.",
    "adam_forgets_s",
    s_shares={"old": 0.0},
)
adam_mistake(
    "The old v is not multiplied by beta1.",
    "adam_v_never_fades",
    v_shares={"old": 1.0},
)
adam_mistake(
    "The old s is not multiplied by beta2.",
    "adam_s_never_fades",
    s_shares={"old": 1.0},
)
adam_mistake(
    "Only s is corrected. v starts at 0 as well.",
    "adam_corrects_s_only",
    times=lambda t: (0, t),
)
adam_mistake(
    "In the correction of v the power t is missing.",
    "adam_power_of_v_forgotten",
    times=lambda t: (1, t),
)
adam_mistake(
    "In the correction of s the power t is missing.",
    "adam_power_of_s_forgotten",
    times=lambda t: (t, 1),
)
adam_mistake(
    "The step is not divided by the root of s.",
    "adam_does_not_divide",
    undivided=True,
)
adam_mistake(
    "The learning rate is not used.",
    "adam_ignores_the_rate",
    rate_used=lambda rate: 1.0,
)
adam_mistake(
    "The parameters do not change. Return them after the step.",
    "adam_stays",
    rate_used=lambda rate: 0.0,
)


@adam.mistake("s is corrected with beta1. Each average has its own β.")
def adam_one_beta_for_both(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    _, v, s, v_hat, _ = _adam(
        parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon
    )
    s_hat = {key: value / (1 - beta1**t) for key, value in s.items()}
    steps = _scaled(v_hat, s_hat, epsilon)
    return after_step(parameters, steps, learning_rate), v, s, v_hat, s_hat


@adam.mistake(
    "Only the first layer changes. Every layer must take its step before the `return`."
)
def adam_for_the_first_layer_only(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    after = _adam(parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon)
    corrected = [{k: a for k, a in d.items() if k[2:] == "1"} for d in after[3:]]
    return (*first_layer_only((parameters, v, s), after[:3]), *corrected)


@adam.mistake("It writes into the dictionaries of its caller. Make new ones.")
def adam_in_place(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new, v_new, s_new, v_hat, s_hat = _adam(
        parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon
    )
    parameters.update(new)
    v.update(v_new)
    s.update(s_new)
    return parameters, v, s, v_hat, s_hat


@adam.mistake("Return five things: parameters, v, s and both corrected averages.")
def adam_returns_three(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    return _adam(parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon)[:3]


@adam.right
def adam_by_names(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    L = len(parameters) // 2
    parameters, v, s = dict(parameters), dict(v), dict(s)
    v_corrected, s_corrected = {}, {}
    for layer in range(1, L + 1):
        for name in (f"W{layer}", f"b{layer}"):
            d = "d" + name
            v[d] = beta1 * v[d] + (1 - beta1) * grads[d]
            v_corrected[d] = v[d] / (1 - np.power(beta1, t))
            s[d] = beta2 * s[d] + (1 - beta2) * np.power(grads[d], 2)
            s_corrected[d] = s[d] / (1 - np.power(beta2, t))
            parameters[name] = parameters[name] - learning_rate * v_corrected[d] / (
                np.sqrt(s_corrected[d]) + epsilon
            )
    return parameters, v, s, v_corrected, s_corrected


@adam.right
def adam_on_copies(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new, v_new, s_new, v_hat, s_hat = {}, {}, {}, {}, {}
    for key, grad in grads.items():
        a, b = v[key].copy(), s[key].copy()
        a += (1 - beta1) * (grad - a)
        b += (1 - beta2) * (grad * grad - b)
        v_new[key], s_new[key] = a, b
        v_hat[key], s_hat[key] = a / (1 - beta1**t), b / (1 - beta2**t)
        step = v_hat[key] / (s_hat[key] ** 0.5 + epsilon)
        new[key[1:]] = (parameters[key[1:]] - learning_rate * step).astype(np.float32)
    return new, v_new, s_new, v_hat, s_hat


lab.concept(
    "first_step_of_adam",
    points=1,
    answer=0.01,
    digits=3,
    why="Corrected, v is the gradient and s its square: v over the root of s is 1.",
    because={
        0.003: "This is the gradient. Adam divides it by its own size.",
        0.0: "This is plain gradient descent, 0.01 times 0.003. Adam divides by the "
        "size of the gradient.",
        0.001: "This leaves out the correction of v: 0.1 of the gradient.",
        0.032: "This leaves out both corrections: 0.1 over the root of 0.001.",
        0.316: "This leaves out the correction of s.",
    },
)

lab.concept(
    "where_slopes_vanish",
    points=1,
    answer="B",
    why="In a minimum all 50,000 directions curve up; most likely some curve down.",
    because={
        "A": "All 50,000 directions would have to curve up at once.",
        "C": "A gradient of 0 does not say how good a point is.",
        "D": "All 50,000 directions would have to curve down at once.",
    },
)
