"""Hidden tests of C2W3: training with a framework."""

import numpy as np

from autograder.checks.C2W3.common import NO_FRAMEWORK, draw_seed, lab, ref
from autograder.checks.check import case
from helpers import nn


@lab.check("sgd_step", points=3, driver="moved", forbid=NO_FRAMEWORK)
def sgd_step(rng):
    """One parameter and several, numbers and matrices, one without a gradient."""
    for shapes, rate in [([(2, 3)], 0.1), ([(3, 1), (), (4,)], 0.5)]:
        values = [np.asarray(rng.normal(size=shape)) for shape in shapes]
        grads = [np.asarray(rng.normal(size=shape)) for shape in shapes]
        yield case(values, grads, rate)
    values = [rng.normal(size=(2, 2)), rng.normal(size=3), rng.normal(size=(1, 2))]
    yield case(values, [rng.normal(size=(2, 2)), None, rng.normal(size=(1, 2))], 0.2)


def _each(parameters):
    return [p for p in parameters if p.grad is not None]


@sgd_step.mistake("The step goes uphill: it adds the gradient.")
def steps_uphill(parameters, learning_rate):
    for p in _each(parameters):
        p.data = p.data + learning_rate * p.grad


@sgd_step.mistake(
    "No parameter has changed. A new value for the name in the loop does not change "
    "the tensor."
)
def moves_a_name(parameters, learning_rate):
    for p in _each(parameters):
        p = p.data - learning_rate * p.grad


@sgd_step.mistake(
    "Only the first parameter changes. All of them must, before the function returns."
)
def moves_the_first_only(parameters, learning_rate):
    ref.sgd_step(_each(parameters)[:1], learning_rate)


@sgd_step.mistake("The step has replaced the values. It should be subtracted.")
def steps_from_zero(parameters, learning_rate):
    for p in _each(parameters):
        p.data = -learning_rate * p.grad


@sgd_step.mistake("The learning rate is not used.")
def steps_of_full_length(parameters, learning_rate):
    for p in _each(parameters):
        p.data = p.data - p.grad


@sgd_step.mistake(
    "It fails where `grad` is None: that parameter played no part. Leave it unchanged."
)
def stops_at_none(parameters, learning_rate):
    for p in parameters:
        p.data = p.data - learning_rate * p.grad


@sgd_step.mistake(
    "It ends at the first parameter whose `grad` is None. Leave that one unchanged, "
    "and go on with the others."
)
def ends_at_none(parameters, learning_rate):
    for p in parameters:
        if p.grad is None:
            return
        p.data = p.data - learning_rate * p.grad


@sgd_step.right
def step_in_place(parameters, learning_rate):
    for p in parameters:
        if p.grad is None:
            continue
        p.data -= learning_rate * p.grad


@sgd_step.right
def step_and_forget(parameters, learning_rate):
    for p in _each(parameters):
        p.data = np.subtract(p.data, learning_rate * p.grad).astype(np.float32)
        p.grad = None


@lab.check("train_step", points=5, driver="trained")
def train_step(rng):
    """A single step; three in a row; two classes and four, small and large batches."""
    for m, sizes, rate, steps in [
        (4, (3, 4, 2), 0.1, 1),
        (6, (2, 3, 3), 0.5, 3),
        (9, (4, 5, 4), 0.2, 3),
    ]:
        X, labels = rng.normal(size=(m, sizes[0])), rng.integers(0, sizes[2], m)
        yield case(X, labels, list(sizes), rate, steps, draw_seed(rng))


@train_step.mistake(
    "Gradients of earlier steps are still there: `backward` adds to them. Clear them "
    "first."
)
def keeps_old_gradients(model, X, Y, optimizer):
    loss = nn.cross_entropy(model(X), Y)
    loss.backward()
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "The optimizer takes its step before the backward pass, with the gradients of the "
    "call before."
)
def steps_before_going_back(model, X, Y, optimizer):
    loss = nn.cross_entropy(model(X), Y)
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


@train_step.mistake("The weights never change: the optimizer takes no step.")
def takes_no_step(model, X, Y, optimizer):
    optimizer.zero_grad()
    loss = nn.cross_entropy(model(X), Y)
    loss.backward()
    return loss.item()


@train_step.mistake(
    "No parameter has a gradient: `backward` was not called, or its gradients were "
    "cleared before the step."
)
def never_goes_back(model, X, Y, optimizer):
    optimizer.zero_grad()
    loss = nn.cross_entropy(model(X), Y)
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "Softmax is applied twice: `nn.cross_entropy` takes scores and applies it itself."
)
def softmax_twice(model, X, Y, optimizer):
    optimizer.zero_grad()
    loss = nn.cross_entropy(nn.softmax(model(X)), Y)
    loss.backward()
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "It returns a tensor, with its whole graph. Return the number in it."
)
def returns_a_tensor(model, X, Y, optimizer):
    loss = nn.cross_entropy(model(X), Y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


@train_step.mistake(
    "The loss was computed after the update. Return the one from before it."
)
def loss_after_the_update(model, X, Y, optimizer):
    ref.train_step(model, X, Y, optimizer)
    return nn.cross_entropy(model(X), Y).item()


@train_step.right
def forgets_last(model, X, Y, optimizer):
    for p in optimizer.parameters:
        p.grad = None
    loss = nn.cross_entropy(model(X), Y)
    loss.backward()
    optimizer.step()
    return float(loss.data)


@train_step.right
def forgets_after_the_step(model, X, Y, optimizer):
    loss = nn.cross_entropy(model(X), Y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


@train_step.right
def one_hot_targets(model, X, Y, optimizer):
    scores = model(X)
    truth = np.eye(scores.shape[-1])[Y]
    loss = -(nn.log_softmax(scores) * truth).sum() / len(Y)
    model.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.numpy()


lab.concept(
    "stale_gradients",
    points=1,
    answer="C",
    why="Each backward adds to what is there.",
    because={
        "A": "Your own backward starts afresh. Those of nn and PyTorch add.",
        "B": "All are stored: later gradients are added to the earlier ones.",
        "D": "They are added up, and nothing divides by 3.",
    },
)
