"""Hidden tests of C2W2: momentum."""

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


@lab.check("initialize_velocity", points=3)
def velocity(rng):
    """Networks of one, two and three layers."""
    yield from networks(rng)


add_zeros(velocity)


@lab.check("update_parameters_with_momentum", points=9)
def momentum(rng):
    """From rest and in motion, one to three layers, several β and rates."""
    # "first the new velocity, then the step with it", "return both", "no bias
    # correction", "the arguments stay as they are", "of any depth"
    for dims, beta, rate in zip(DIMS, (0.9, 0.6, 0.97), (0.1, 1.0, 0.2), strict=True):
        parameters, grads = pair(rng, dims)
        yield case(parameters, grads, memory(rng, grads), beta, rate)
    parameters, grads = pair(rng, (3, 2, 1))
    yield case(parameters, grads, without_past(grads), 0.8, 0.3)


@momentum.mistake(
    "The step uses the gradients themselves. It should use v, their average."
)
def steps_with_gradients(parameters, grads, v, beta, learning_rate):
    return after_step(parameters, grads, learning_rate), velocity_after(grads, v, beta)


@momentum.mistake("The step uses the old velocity. It should use the new one.")
def steps_with_the_old_velocity(parameters, grads, v, beta, learning_rate):
    return after_step(parameters, v, learning_rate), velocity_after(grads, v, beta)


@momentum.mistake(
    "The gradients are not multiplied by 1 - β. Some books and libraries leave this "
    "factor out; here v is an average."
)
def without_one_minus_beta(parameters, grads, v, beta, learning_rate):
    v = velocity_after(grads, v, beta, new=1.0)
    return after_step(parameters, v, learning_rate), v


@momentum.mistake("The old velocity is not used. The new one is an average with it.")
def forgets_the_old_velocity(parameters, grads, v, beta, learning_rate):
    v = velocity_after(grads, v, beta, old=0.0)
    return after_step(parameters, v, learning_rate), v


@momentum.mistake("The old velocity is not multiplied by β.")
def never_slows_down(parameters, grads, v, beta, learning_rate):
    v = velocity_after(grads, v, beta, old=1.0)
    return after_step(parameters, v, learning_rate), v


@momentum.mistake("The learning rate is not used.")
def momentum_ignores_the_rate(parameters, grads, v, beta, learning_rate):
    v = velocity_after(grads, v, beta)
    return after_step(parameters, v, 1.0), v


@momentum.mistake("The parameters do not change. Return them after the step.")
def momentum_stays(parameters, grads, v, beta, learning_rate):
    return dict(parameters), velocity_after(grads, v, beta)


@momentum.mistake(
    "β and 1 - β are swapped: the old velocity gets β, the gradient 1 - β."
)
def momentum_swaps(parameters, grads, v, beta, learning_rate):
    v = velocity_after(grads, v, 1 - beta)
    return after_step(parameters, v, learning_rate), v


@momentum.mistake("The returned velocity is the old one. Return the new one.")
def returns_the_old_velocity(parameters, grads, v, beta, learning_rate):
    new = velocity_after(grads, v, beta)
    return after_step(parameters, new, learning_rate), v


@momentum.mistake("The step goes uphill: it adds the velocity.")
def momentum_climbs(parameters, grads, v, beta, learning_rate):
    v = velocity_after(grads, v, beta)
    return after_step(parameters, v, -learning_rate), v


@momentum.mistake(
    "The learning rate is part of the velocity. Here v averages gradients, and the "
    "step multiplies it by the rate."
)
def momentum_with_the_rate_inside(parameters, grads, v, beta, learning_rate):
    v = {key: beta * v[key] - learning_rate * grads[key] for key in v}
    return after_step(parameters, v, -1.0), v


@momentum.mistake(
    "The new gradient gets the learning rate as its weight in v. Here v is an average: "
    "the weight is 1 - β, and the rate belongs to the step."
)
def momentum_of_steps(parameters, grads, v, beta, learning_rate):
    v = velocity_after(grads, v, beta, new=learning_rate)
    return after_step(parameters, v, 1.0), v


@momentum.mistake("β is 0.9 whatever the argument `beta` says.")
def momentum_with_its_own_beta(parameters, grads, v, beta, learning_rate):
    v = velocity_after(grads, v, 0.9)
    return after_step(parameters, v, learning_rate), v


@momentum.mistake(
    "The velocity was divided by 1 - β before the step. Adam has a bias correction; "
    "momentum has none here."
)
def momentum_corrects(parameters, grads, v, beta, learning_rate):
    v = velocity_after(grads, v, beta)
    corrected = {key: value / (1 - beta) for key, value in v.items()}
    return after_step(parameters, corrected, learning_rate), v


@momentum.mistake(
    "Only the first layer changes. Every layer must take its step before the `return`."
)
def momentum_for_the_first_layer_only(parameters, grads, v, beta, learning_rate):
    return first_layer_only(
        (parameters, v),
        ref.update_parameters_with_momentum(parameters, grads, v, beta, learning_rate),
    )


@momentum.mistake("It writes into the dictionaries of its caller. Make new ones.")
def momentum_in_place(parameters, grads, v, beta, learning_rate):
    for key in v:
        v[key] = beta * v[key] + (1 - beta) * grads[key]
        parameters[key[1:]] = parameters[key[1:]] - learning_rate * v[key]
    return parameters, v


@momentum.mistake("Only the weights have momentum. Biases need it as well.")
def momentum_for_weights_only(parameters, grads, v, beta, learning_rate):
    new = velocity_after(grads, v, beta)
    mixed = {key: new[key] if key[1] == "W" else grads[key] for key in new}
    return after_step(parameters, mixed, learning_rate), new


@momentum.mistake(
    "The learning rate is part of the velocity. Here v averages gradients, and the "
    "step multiplies it by the rate."
)
def momentum_averages_the_steps(parameters, grads, v, beta, learning_rate):
    v = velocity_after(grads, v, beta, new=(1 - beta) * learning_rate)
    return after_step(parameters, v, 1.0), v


@momentum.mistake(
    "That is Nesterov's step, which counts the gradient once more. The step of plain "
    "momentum uses the new velocity alone."
)
def momentum_of_nesterov(parameters, grads, v, beta, learning_rate):
    v = velocity_after(grads, v, beta)
    return after_step(parameters, velocity_after(grads, v, beta), learning_rate), v


@momentum.right
def momentum_layer_by_layer(parameters, grads, v, beta, learning_rate):
    parameters, v = dict(parameters), dict(v)
    for layer in range(1, len(parameters) // 2 + 1):
        for name in (f"W{layer}", f"b{layer}"):
            v["d" + name] = v["d" + name] + (1 - beta) * (
                grads["d" + name] - v["d" + name]
            )
            parameters[name] = parameters[name] - learning_rate * v["d" + name]
    return parameters, v


@momentum.right
def momentum_in_float32(parameters, grads, v, beta, learning_rate):
    v = as_float32(velocity_after(as_float32(grads), as_float32(v), beta))
    return after_step(as_float32(parameters), v, learning_rate), v


lab.concept(
    "larger_beta",
    points=1,
    answer="A",
    why="The window 1/(1 - β) grows from 10 to 100 gradients.",
    because={
        "B": "The factor 1 - β shrinks as β grows: an average is no larger than what "
        "it averages.",
        "C": "It is the other way round: a larger β remembers longer.",
        "D": "Momentum has no bias correction here, and its memory is ten times as "
        "long in every step.",
    },
)
