"""Hidden tests of C3W2: borrowed knowledge."""

import math

import numpy as np

from autograder.checks.C3W2.common import lab, ref
from autograder.checks.check import case


@lab.check("transfer_learn", points=10, driver="with_projection")
def transfer_learn(rng):
    """All layers, the last one, biases only, nothing; one step and several."""
    everything = ["W1", "b1", "W2", "b2"]
    plans = [
        (["W2", "b2"], 5, 0.3),
        (everything, 4, 0.1),
        (["b1"], 1, 0.5),
        ([], 3, 0.3),
    ]
    for trainable, steps, rate in plans:
        m, pixels, n, h, classes = 9, 6, 5, 4, 3
        parameters = {
            "W1": rng.normal(size=(n, h)),
            "b1": 0.5 + rng.random(h),
            "W2": rng.normal(size=(h, classes)),
            "b2": rng.normal(size=classes),
        }
        X, Y = rng.normal(size=(m, pixels)), rng.integers(0, classes, m)
        yield case(
            rng.normal(size=(pixels, n)), parameters, X, Y, trainable, steps, rate
        )


def _train(features, parameters, X, Y, trainable, steps, rate, again=False):
    F, learned = features(X), dict(parameters)
    for step in range(steps):
        if again and step:
            F = features(X)
        _, gradients = ref.head_gradients(learned, F, Y)
        for name in trainable:
            learned[name] = learned[name] - rate * gradients[name]
    return learned


@transfer_learn.mistake(
    "Frozen parameters have changed. Update only those named in `trainable`."
)
def trains_everything(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    return _train(features, parameters, X, Y, list(parameters), steps, learning_rate)


@transfer_learn.mistake(
    "It trains the frozen parameters and freezes the others. `trainable` names those "
    "that may change."
)
def freezes_the_named(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    others = [name for name in parameters if name not in trainable]
    return _train(features, parameters, X, Y, others, steps, learning_rate)


@transfer_learn.mistake("The cost increases. Step against the gradient.")
def climbs(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    return _train(features, parameters, X, Y, trainable, steps, -learning_rate)


@transfer_learn.mistake(
    "Features are computed in every step. The network below is frozen: once is enough."
)
def asks_again(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    return _train(features, parameters, X, Y, trainable, steps, learning_rate, True)


@transfer_learn.mistake(
    "Only the trained parameters are returned. Return all of them, frozen ones too."
)
def returns_the_trained(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    learned = _train(features, parameters, X, Y, trainable, steps, learning_rate)
    return {name: learned[name] for name in trainable}


@transfer_learn.mistake(
    "All steps use the gradients of the start. Compute them again in each step."
)
def one_long_step(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    return _train(features, parameters, X, Y, trainable, 1, steps * learning_rate)


@transfer_learn.mistake(
    "It writes into its argument `parameters`: `-=` changes an array in place. Copy "
    "before you change."
)
def descends_in_place(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    F = features(X)
    for _ in range(steps):
        _, gradients = ref.head_gradients(parameters, F, Y)
        for name in trainable:
            parameters[name] -= learning_rate * gradients[name]
    return parameters


@transfer_learn.mistake(
    "It stops after the first step. Is there a `return` inside the loop?"
)
def returns_inside_the_loop(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    return _train(features, parameters, X, Y, trainable, min(steps, 1), learning_rate)


@transfer_learn.mistake(
    "The parameters are those of the start: the updates are lost. Is each new array "
    "put back into the dictionary, and is that dictionary returned?"
)
def updates_are_lost(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    return _train(features, parameters, X, Y, trainable, 0, learning_rate)


@transfer_learn.mistake(
    "Within a step, each parameter uses gradients taken after others have already "
    "changed. Compute all gradients first, then update."
)
def gradients_after_each_parameter(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    F, learned = features(X), dict(parameters)
    for _ in range(steps):
        for name in trainable:
            _, gradients = ref.head_gradients(learned, F, Y)
            learned[name] = learned[name] - learning_rate * gradients[name]
    return learned


@transfer_learn.mistake(
    "The steps are m times too short: the gradients of `head_gradients` are averages "
    "already."
)
def divides_by_the_examples(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    return _train(features, parameters, X, Y, trainable, steps, learning_rate / len(X))


@transfer_learn.mistake(
    "Each step starts again from the given parameters, so only the last one counts. "
    "Start from what the step before has learned."
)
def starts_again_in_each_step(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    F, learned = features(X), dict(parameters)
    for _ in range(steps):
        _, gradients = ref.head_gradients(learned, F, Y)
        for name in trainable:
            learned[name] = parameters[name] - learning_rate * gradients[name]
    return learned


@transfer_learn.mistake("The learning rate is always 0.1. Use `learning_rate`.")
def ignores_the_rate(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    return _train(features, parameters, X, Y, trainable, steps, 0.1)


@transfer_learn.mistake("It takes 100 steps whatever `steps` is.")
def ignores_the_steps(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    return _train(features, parameters, X, Y, trainable, 100, learning_rate)


@transfer_learn.right
def transfer_on_copies(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    learned = {name: values.copy() for name, values in parameters.items()}
    F = features(X)
    while steps > 0:
        gradients = ref.head_gradients(learned, F, Y)[1]
        for name, gradient in gradients.items():
            if name in trainable:
                learned[name] -= learning_rate * gradient
        steps -= 1
    return learned


@transfer_learn.right
def transfer_by_mask(
    features, parameters, X, Y, trainable, steps=100, learning_rate=0.1
):
    rates = {name: learning_rate * (name in trainable) for name in parameters}
    F, learned = features(X).astype(np.float32), parameters
    for _ in range(steps):
        gradients = ref.head_gradients(learned, F, Y)[1]
        learned = {
            name: learned[name] - rates[name] * gradients[name] for name in rates
        }
    return {name: np.array(values) for name, values in learned.items()}


lab.concept(
    "transfer_when",
    points=2,
    answer="D",
    why="The inputs are alike, there are many more of them for A than for B, and "
    "edges, textures and shapes are useful for both.",
    because={
        "A": "It transfers from little data to much. What 500 radiographs teach, "
        "80,000 photographs teach better themselves.",
        "B": "The inputs are of different types: features of sounds say nothing about "
        "a radiograph.",
        "C": "Borrowed features save examples, and with 80,000 of its own B has no "
        "need to save any.",
    },
)


@lab.check("multitask_loss", points=10)
def multitask_loss(rng):
    """All labelled, most missing, one label only, large scores."""
    # "over the labelled entries", "0 where not labelled", "at least one label"; tasks
    # have different numbers of labels wherever some are missing, and there are not as
    # many labels as examples
    for m, tasks, missing in [(5, 3, 0.0), (8, 4, 0.6), (6, 2, 0.3)]:
        counts, labels = set(), m
        while len(counts - {0}) < (2 if missing else 1) or labels == m:
            Y = (rng.random((m, tasks)) < 0.5).astype(float)
            Y[rng.random((m, tasks)) < missing] = np.nan
            Y[0, 0] = 1.0
            if missing:
                Y[1, 0], Y[1, 1] = np.nan, 0.0
            counts = set(np.sum(~np.isnan(Y), axis=0).tolist())
            labels = int(np.sum(~np.isnan(Y)))
        yield case(rng.normal(scale=2, size=(m, tasks)), Y)
    yield case(rng.normal(scale=2, size=(1, 2)), np.array([[np.nan, 1.0]]))
    large = rng.uniform(800, 1000, 3) * [1, -1, 1]
    yield case(
        np.array([[large[0], large[1]], [large[2], rng.normal()]]),
        np.array([[1.0, 0.0], [0.0, np.nan]]),
    )


def _parts(logits, Y):
    labelled = ~np.isnan(Y)
    y = np.where(labelled, Y, 0.0)
    e = np.exp(-np.abs(logits))
    sigmoid = np.where(logits >= 0, 1, e) / (1 + e)
    return labelled, np.logaddexp(0, logits) - y * logits, sigmoid - y


@multitask_loss.mistake(
    "It is divided by the number of all entries. Divide by the number of labels that "
    "exist."
)
def divides_by_all(logits, Y):
    labelled, losses, gradients = _parts(logits, Y)
    return np.sum(losses * labelled) / Y.size, gradients * labelled / Y.size


@multitask_loss.mistake(
    "It is divided by the number of examples. Divide by the number of labels that "
    "exist."
)
def divides_by_examples(logits, Y):
    labelled, losses, gradients = _parts(logits, Y)
    return np.sum(losses * labelled) / len(Y), gradients * labelled / len(Y)


@multitask_loss.mistake(
    "The loss leaves out missing labels, but the gradient does not. It is 0 where "
    "there is no label."
)
def gradient_without_labels(logits, Y):
    loss, _ = ref.multitask_loss(logits, Y)
    labelled, _, gradients = _parts(logits, Y)
    return loss, gradients / labelled.sum()


@multitask_loss.mistake(
    "A missing label is taken for a no. It is neither yes nor no, and adds nothing to "
    "loss and gradient."
)
def missing_is_a_no(logits, Y):
    _, losses, gradients = _parts(logits, Y)
    return losses.mean(), gradients / Y.size


@multitask_loss.mistake(
    "A missing label is taken for a no. It is neither yes nor no, and adds nothing to "
    "loss and gradient."
)
def missing_is_a_no_in_the_sum(logits, Y):
    labelled, losses, gradients = _parts(logits, Y)
    return losses.sum() / labelled.sum(), gradients / labelled.sum()


@multitask_loss.mistake(
    "The result is nan. nan times 0 is nan, so replace it by a number first."
)
def nan_times_zero(logits, Y):
    labelled, _, _ = _parts(logits, Y)
    n = labelled.sum()
    losses = np.logaddexp(0, logits) - Y * logits
    return np.sum(losses * labelled) / n, _parts(logits, Y)[2] * labelled / n


@multitask_loss.mistake(
    "The gradient is not divided by the number of labels, although the loss is."
)
def gradient_of_the_sum(logits, Y):
    labelled, losses, gradients = _parts(logits, Y)
    return np.sum(losses * labelled) / labelled.sum(), gradients * labelled


@multitask_loss.mistake(
    "The loss is a sum. Divide it by the number of labels, as you do with the gradient."
)
def loss_of_the_sum(logits, Y):
    loss, gradient = ref.multitask_loss(logits, Y)
    return loss * np.sum(~np.isnan(Y)), gradient


@multitask_loss.mistake(
    "For large logits the loss is infinite: either the exponential overflows, or the "
    "logarithm of a sigmoid is taken that was rounded to 0. `np.logaddexp` avoids "
    "both."
)
def loss_through_the_sigmoid(logits, Y):
    labelled, _, gradients = _parts(logits, Y)
    sigmoid = gradients + np.where(labelled, Y, 0.0)
    losses = -np.log(np.where(Y == 1, sigmoid, 1 - sigmoid))
    n = labelled.sum()
    return np.sum(losses[labelled]) / n, gradients * labelled / n


@multitask_loss.mistake("The gradient has the wrong sign. It is sigmoid minus label.")
def turns_the_gradient(logits, Y):
    loss, gradient = ref.multitask_loss(logits, Y)
    return loss, -gradient


@multitask_loss.mistake(
    "Each task is averaged by itself, then the tasks. Every label counts the same: "
    "one sum, divided by one n."
)
def averages_of_averages(logits, Y):
    labelled, losses, gradients = _parts(logits, Y)
    each = labelled.sum(axis=0)
    tasks = np.sum(each > 0)
    share = labelled / np.maximum(each, 1) / tasks
    return np.sum(losses * share), gradients * share


@multitask_loss.mistake(
    "Examples with a missing label are left out altogether. Their other labels count."
)
def complete_rows_only(logits, Y):
    labelled, losses, gradients = _parts(logits, Y)
    full = labelled.all(axis=1, keepdims=True) & labelled
    n = max(full.sum(), 1)
    return np.sum(losses * full) / n, gradients * full / n


@multitask_loss.mistake(
    "The gradient is the sigmoid alone, divided by the number of labels. Subtract the "
    "label."
)
def gradient_without_the_label(logits, Y):
    loss, gradient = ref.multitask_loss(logits, Y)
    labelled, _, _ = _parts(logits, Y)
    return loss, gradient + np.where(labelled, Y, 0.0) / labelled.sum()


@multitask_loss.mistake(
    "The loss is negative where it should be positive: the sign is reversed."
)
def turns_the_loss(logits, Y):
    loss, gradient = ref.multitask_loss(logits, Y)
    return -loss, gradient


@multitask_loss.mistake(
    "The gradient compares the logits with the labels. Put them through the sigmoid "
    "first."
)
def gradient_without_sigmoid(logits, Y):
    loss, _ = ref.multitask_loss(logits, Y)
    labelled, _, _ = _parts(logits, Y)
    y = np.where(labelled, Y, 0.0)
    return loss, (logits - y) * labelled / labelled.sum()


@multitask_loss.mistake(
    "Loss and gradient are nan where a label is missing. nan times 0 is nan, so "
    "replace it by a number first."
)
def nan_in_both(logits, Y):
    labelled, _, _ = _parts(logits, Y)
    loss, _ = nan_times_zero(logits, Y)
    sigmoid = _parts(logits, np.zeros(Y.shape))[2]
    return loss, (sigmoid - Y) * labelled / labelled.sum()


@multitask_loss.mistake(
    "It averages each example, then the examples. Every label counts the same: one "
    "sum, divided by one n."
)
def averages_each_example(logits, Y):
    labelled, losses, gradients = _parts(logits, Y)
    share = labelled / np.maximum(labelled.sum(axis=1, keepdims=True), 1) / len(Y)
    return np.sum(losses * share), gradients * share


@multitask_loss.mistake(
    "The loss does not depend on the labels: subtract the label times the logit."
)
def loss_without_labels(logits, Y):
    labelled, _, _ = _parts(logits, Y)
    _, gradient = ref.multitask_loss(logits, Y)
    return np.sum(np.logaddexp(0, logits) * labelled) / labelled.sum(), gradient


@multitask_loss.mistake(
    "In the loss, the label times the logit is added. It is subtracted."
)
def loss_with_plus(logits, Y):
    labelled, _, _ = _parts(logits, Y)
    _, gradient = ref.multitask_loss(logits, Y)
    losses = np.logaddexp(0, logits) + np.where(labelled, Y, 0.0) * logits
    return np.sum(losses * labelled) / labelled.sum(), gradient


@multitask_loss.mistake(
    "The gradient has one factor too many, the derivative of the sigmoid. For this "
    "loss it cancels: see the formula."
)
def gradient_times_the_derivative(logits, Y):
    loss, gradient = ref.multitask_loss(logits, Y)
    sigmoid = _parts(logits, np.zeros(Y.shape))[2]
    return loss, gradient * sigmoid * (1 - sigmoid)


@multitask_loss.mistake(
    "It takes an average for each task, then their average. Average over all labelled "
    "entries at once."
)
def averages_of_all_tasks(logits, Y):
    labelled, losses, gradients = _parts(logits, Y)
    share = labelled / np.maximum(labelled.sum(axis=0), 1) / Y.shape[1]
    return np.sum(losses * share), gradients * share


@multitask_loss.right
def multitask_with_loops(logits, Y):
    loss, gradient, n = 0.0, np.zeros(logits.shape), int((Y == Y).sum())
    for i, j in np.ndindex(*Y.shape):
        z, y = float(logits[i, j]), float(Y[i, j])
        if math.isnan(y):
            continue
        loss += max(z, 0) - z * y + math.log1p(math.exp(-abs(z)))
        sigmoid = 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))
        gradient[i, j] = (sigmoid - y) / n
    return loss / n, gradient


@multitask_loss.right
def multitask_on_the_labelled(logits, Y):
    has = np.isfinite(Y)
    z, y = logits[has].astype(np.float32), Y[has].astype(np.float32)
    gradient = np.zeros_like(logits)
    gradient[has] = ((1 + np.tanh(z / 2)) / 2 - y) / len(z)
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))), gradient
