"""Hidden tests of C2W2: a model trained by each optimizer."""

from autograder.checks.C2W2.common import lab, ref
from autograder.checks.check import case
from autograder.checks.precision import as_float32

# The driver replaces these functions during a call.
random_mini_batches = initialize_velocity = initialize_rmsprop = initialize_adam = None
update_parameters_with_gd = update_parameters_with_momentum = None
update_parameters_with_rmsprop = update_parameters_with_adam = None


@lab.check("model", points=10, driver="trained", seconds=20)
def model(rng):
    """Each optimizer with several batches and epochs, decay, and other settings."""
    X, Y = rng.normal(size=(3, 11)), rng.integers(0, 2, (2, 11))
    # "in each epoch new batches", "its velocity must last through all epochs", "t
    # counts steps from 1 through all epochs", "takes all examples as one batch",
    # "called after each epoch with its number, from 0, and the parameters", "the rate
    # of that epoch"
    knobs = {"learning_rate": 0.02, "mini_batch_size": 4, "num_epochs": 3}
    other = {"beta": 0.8, "beta1": 0.7, "beta2": 0.95, "epsilon": 1e-6}
    for optimizer in ("batch", "gd", "momentum", "rmsprop", "adam"):
        yield case(X, Y, [3, 4, 3, 2], optimizer, False, knobs | other)
        other = other | {"beta": other["beta"] - 0.1}
    X, Y = rng.normal(size=(3, 9)), rng.integers(0, 2, (2, 9))
    yield case(X, Y, [3, 4, 3, 2], "gd", True, knobs | {"num_epochs": 4})
    yield case(X, Y, [3, 4, 3, 2], "batch", False, knobs)
    yield case(X, Y, [3, 2, 2, 2], "adam", True, {"num_epochs": 2})


def _train(X, Y, layers_dims, optimizer, options, **how):
    """A training loop; `how` switches its mistakes on."""
    given = {
        "learning_rate": 0.0007,
        "mini_batch_size": 64,
        "beta": 0.9,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "num_epochs": 5000,
        "decay": None,
        "watch": None,
    } | options
    given |= how.get("fixed", {})
    parameters = ref.initialize_parameters(layers_dims)

    def fresh():
        if how.get("own_zeros"):
            zeros = {"d" + key: 0.0 * value for key, value in parameters.items()}
            return zeros, zeros
        if optimizer == "momentum":
            return initialize_velocity(parameters), None
        if optimizer == "rmsprop":
            return None, initialize_rmsprop(parameters)
        return initialize_adam(parameters)

    v, s = fresh()
    start_of_all, drawn = parameters, None
    size = given["mini_batch_size"]
    if optimizer == "batch" and not how.get("small_batches"):
        size = X.shape[1]
    t, rate = how.get("first_t", 1) - 1, given["learning_rate"]
    for epoch in range(given["num_epochs"] + how.get("extra", 0)):
        if given["decay"] and not how.get("undecayed"):
            start = rate if how.get("piling") else given["learning_rate"]
            rate = given["decay"](start, epoch + how.get("late", 0))
        if how.get("restart"):
            t = 0
        if how.get("forgetful") == "epoch":
            v, s = fresh()
        if how.get("starts_again"):
            parameters = start_of_all
        if drawn is None or not how.get("one_draw"):
            drawn = random_mini_batches(X, Y, size, 0 if how.get("one_seed") else epoch)
        for x, y in drawn:
            if how.get("forgetful") == "step":
                v, s = fresh()
            if how.get("epochs_for_t"):
                t = epoch
            if how.get("whole_set"):
                x, y = X, Y
            if how.get("thrown_away"):
                parameters = start_of_all
            cache = ref.forward_propagation(x, parameters)[1]
            grads = ref.backward_propagation(x, y, cache)
            t += 1
            if optimizer == "momentum":
                parameters, v = update_parameters_with_momentum(
                    parameters, grads, v, given["beta"], rate
                )
            elif optimizer == "rmsprop":
                parameters, s = update_parameters_with_rmsprop(
                    parameters, grads, s, given["beta"], rate, given["epsilon"]
                )
            elif optimizer == "adam":
                results = update_parameters_with_adam(
                    parameters,
                    grads,
                    v,
                    s,
                    t,
                    rate,
                    given["beta1"],
                    given["beta2"],
                    given["epsilon"],
                )
                parameters = results[0]
                v, s = results[3:] if how.get("corrected") else results[1:3]
            else:
                parameters = update_parameters_with_gd(parameters, grads, rate)
            if given["watch"] and how.get("watched") == "steps":
                given["watch"](epoch, parameters)
            if how.get("early") == "step":
                return parameters
        if how.get("early") == "before watching":
            return parameters
        if given["watch"] and not how.get("watched"):
            given["watch"](epoch, parameters)
        if how.get("early") == "epoch":
            return parameters
    return start_of_all if how.get("thrown_away") else parameters


def model_mistake(message, name, **how):
    """Register a training loop with one thing wrong."""

    def wrong(X, Y, layers_dims, optimizer, **options):
        return _train(X, Y, layers_dims, optimizer, options, **how)

    wrong.__name__ = name
    model.mistake(message)(wrong)


model_mistake(
    "Every epoch has the same batches. Pass another seed in each epoch.",
    "same_batches_every_epoch",
    one_seed=True,
)
model_mistake(
    "The batches are drawn once, before the loop. Draw new ones in each epoch, with "
    "another seed.",
    "draws_batches_once",
    one_draw=True,
)
model_mistake(
    "The averages start at zero again before every step, so nothing is remembered. "
    "Initialize them once, before the loops.",
    "forgets_the_averages",
    forgetful="step",
)
model_mistake(
    "The averages start at zero again in every epoch. Initialize them once, before the "
    "loops.",
    "forgets_the_averages_of_an_epoch",
    forgetful="epoch",
)
model_mistake(
    "Every epoch starts from the initial parameters. Initialize them once, before the "
    "loops.",
    "starts_again_in_every_epoch",
    starts_again=True,
)
model_mistake(
    "The parameters never change: go on from what a step returns.",
    "throws_the_steps_away",
    thrown_away=True,
)
model_mistake(
    "The gradients are those of all examples. Each step should use its own batch.",
    "gradients_of_the_whole_set",
    whole_set=True,
)
model_mistake(
    "`watch` is not called. Call it after every epoch, if it is given.",
    "never_calls_watch",
    watched="never",
)
model_mistake(
    "`decay` is one epoch ahead: the first epoch is number 0.",
    "decays_one_epoch_ahead",
    late=1,
)
model_mistake(
    "Adam's t starts again in every epoch. It should count all steps of the training.",
    "t_starts_again",
    restart=True,
)
model_mistake(
    "Adam's t counts epochs. It should count steps.",
    "t_counts_epochs",
    epochs_for_t=True,
)
model_mistake(
    "Adam's t is 0 in the first step. The first step is number 1.",
    "t_starts_at_zero",
    first_t=0,
)
model_mistake(
    "Adam's corrected averages are carried over. Carry over plain v and s.",
    "carries_on_the_corrected",
    corrected=True,
)
model_mistake(
    'For "batch", all examples should make one batch, whatever mini_batch_size says.',
    "batch_in_small_batches",
    small_batches=True,
)
model_mistake(
    "The rate does not decay. Call `decay` in every epoch, if it is given.",
    "never_decays",
    undecayed=True,
)
model_mistake(
    "`decay` was given the rate of the epoch before. Always give it `learning_rate`.",
    "decay_piles_up",
    piling=True,
)
model_mistake(
    "There is one epoch too many: `range(n)` already has n values.",
    "one_epoch_too_many",
    extra=1,
)
model_mistake(
    "Adam and RMSprop take their steps with their defaults: beta, beta1, beta2 and "
    "epsilon are not passed on.",
    "nothing_passed_on",
    fixed={"beta": 0.9, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
)
model_mistake(
    "Adam and RMSprop take their steps with their defaults: beta1, beta2 and epsilon "
    "are not passed on.",
    "defaults_of_the_steps",
    fixed={"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
)
model_mistake(
    "beta1 and beta2 are not passed on to Adam's step.",
    "betas_not_passed_on",
    fixed={"beta1": 0.9, "beta2": 0.999},
)
model_mistake(
    "epsilon is not passed on to the steps of Adam and RMSprop.",
    "epsilon_not_passed_on",
    fixed={"epsilon": 1e-8},
)
model_mistake(
    "The step is taken with β = 0.9 whatever `beta` says.",
    "beta_not_passed_on",
    fixed={"beta": 0.9},
)
model_mistake(
    "Averages and t start again in every epoch. Initialize them before the loops.",
    "forgets_everything_in_every_epoch",
    forgetful="epoch",
    restart=True,
)
model_mistake(
    "It returns after the first epoch: `return` is inside the loop.",
    "returns_after_an_epoch",
    early="epoch",
)
model_mistake(
    "It returns after the first epoch: `return` is inside the loop.",
    "returns_before_watching",
    early="before watching",
)
model_mistake(
    "`watch` is called after every step. Call it once after each epoch.",
    "watches_every_step",
    watched="steps",
)
model_mistake(
    "It returns after the first step: `return` is inside the loop over the batches.",
    "returns_after_a_step",
    early="step",
)


@model.mistake("All optimizers take steps of plain gradient descent.")
def always_gd(X, Y, layers_dims, optimizer, **options):
    optimizer = "gd" if optimizer != "batch" else optimizer
    return _train(X, Y, layers_dims, optimizer, options)


@model.right
def model_by_table(
    X,
    Y,
    layers_dims,
    optimizer,
    learning_rate=0.0007,
    mini_batch_size=64,
    beta=0.9,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
    num_epochs=5000,
    print_cost=False,
    decay=None,
    watch=None,
):
    now = ref.initialize_parameters(layers_dims)
    v, (first, second), s = (
        initialize_velocity(now),
        initialize_adam(now),
        initialize_rmsprop(now),
    )
    rate, seed, t = learning_rate, 10, 1
    if optimizer == "batch":
        mini_batch_size = X.shape[1]
    for epoch in range(num_epochs):
        seed += 1
        if decay is not None:
            rate = decay(learning_rate, epoch)
        for batch in random_mini_batches(
            X, Y, mini_batch_size=mini_batch_size, seed=seed
        ):
            cache = ref.forward_propagation(batch[0], now)[1]
            grads = ref.backward_propagation(*batch, cache)
            if optimizer in ("gd", "batch"):
                now = update_parameters_with_gd(now, grads, learning_rate=rate)
            elif optimizer == "momentum":
                now, v = update_parameters_with_momentum(now, grads, v, beta, rate)
            elif optimizer == "rmsprop":
                now, s = update_parameters_with_rmsprop(
                    now, grads, s, beta, learning_rate=rate, epsilon=epsilon
                )
            else:
                now, first, second, *_ = update_parameters_with_adam(
                    now,
                    grads,
                    first,
                    second,
                    t,
                    beta1=beta1,
                    beta2=beta2,
                    learning_rate=rate,
                    epsilon=epsilon,
                )
                t += 1
        if watch is not None:
            watch(epoch, now)
    return now


@model.right
def model_with_one_batch_of_all(X, Y, layers_dims, optimizer, **options):
    """No shuffling where all examples are one batch."""
    if optimizer != "batch":
        return _train(X, Y, layers_dims, optimizer, options)
    parameters = ref.initialize_parameters(layers_dims)
    for epoch in range(options["num_epochs"]):
        for x, y in [(X, Y)]:
            cache = ref.forward_propagation(x, parameters)[1]
            grads = ref.backward_propagation(x, y, cache)
            rate = options["learning_rate"]
            if options["decay"]:
                rate = options["decay"](rate, epoch)
            parameters = update_parameters_with_gd(parameters, grads, rate)
        options["watch"](epoch, parameters)
    return parameters


@model.right
def model_with_zeros_of_its_own(X, Y, layers_dims, optimizer, **options):
    """Zeros need no function that makes them."""
    return _train(X, Y, layers_dims, optimizer, options, own_zeros=True)


@model.right
def model_aloud(X, Y, layers_dims, optimizer, **options):
    print("training with", optimizer)
    return as_float32(_train(X, Y, layers_dims, optimizer, options))


lab.concept(
    "fair_comparison",
    points=1,
    answer="A",
    why="A rate that suits one may be far too small for the other, as on the moons.",
    because={
        "B": "More epochs at a rate that does not suit Q prove nothing about Q.",
        "C": "This is one more rate that may suit only one of them.",
        "D": "The same start is fairer; different ones add luck.",
    },
)
