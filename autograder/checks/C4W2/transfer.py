"""Hidden tests of C4W2: other people's weights."""

import numpy as np

from autograder.checks.C4W2.common import lab, ref
from autograder.checks.check import case
from helpers import nn


def lesson(rng, m=12):
    """Images with two channels and three classes."""
    return rng.normal(size=(m, 4, 4, 2)), rng.integers(0, 3, m)


@lab.check("freeze", points=3, driver="freezing")
def freeze(rng):
    """Nothing, some, all but the last; layers that were frozen before."""
    for up_to, earlier in [(0, 0), (2, 0), (5, 0), (3, 6), (7, 2)]:
        X, Y = lesson(rng)
        yield case(X=X, Y=Y, up_to=up_to, earlier=earlier)


@freeze.mistake(
    "The running averages of a frozen batch norm still change, although its parameters "
    "do not. Freeze the whole layer: `layer.freeze()`."
)
def freezes_parameters_only(model, up_to):
    model.unfreeze()
    for layer in model.layers[:up_to]:
        for parameter in layer.parameters():
            parameter.requires_grad = False
    return model.count_parameters(trainable=True)


@freeze.mistake(
    "Layers that were frozen before stay frozen. Those from `up_to` on should learn."
)
def never_thaws(model, up_to):
    for layer in model.layers[:up_to]:
        layer.freeze()
    return model.count_parameters(trainable=True)


@freeze.mistake("The wrong part was frozen: the first `up_to` layers should be.")
def freezes_the_rest(model, up_to):
    model.unfreeze()
    for layer in model.layers[up_to:]:
        layer.freeze()
    return model.count_parameters(trainable=True)


@freeze.mistake("One layer too many was frozen: number `up_to` should learn.")
def one_too_many(model, up_to):
    return ref.freeze(model, up_to + 1)


@freeze.mistake("All parameters were counted. Count those that can still learn.")
def counts_all(model, up_to):
    ref.freeze(model, up_to)
    return model.count_parameters()


@freeze.right
def freezes_all_first(model, up_to):
    model.freeze()
    for layer in model.layers[up_to:]:
        layer.unfreeze()
    return sum(p.data.size for p in model.parameters() if p.requires_grad)


@freeze.right
def freezes_by_number(model, up_to):
    for i, layer in enumerate(model.layers):
        layer.freeze(trainable=i >= up_to)
    return float(model.count_parameters(True))


@lab.check("fine_tune", points=5, driver="fine_tuning")
def fine_tune(rng):
    """The head alone; from the middle; everything; a rate of 0 that changes nothing."""
    plans = [(16, 7, 0.02, 3), (12, 3, 0.01, 2), (16, 0, 0.01, 2), (10, 5, 0.0, 2)]
    for m, up_to, rate, epochs in plans:
        X, _ = lesson(rng, m)
        Y = (X[:, :, :, 0].mean((1, 2)) > 0).astype(int)
        yield case(X=X, Y=Y, up_to=up_to, learning_rate=rate, epochs=epochs)


@fine_tune.expect
def tuned(X, Y, up_to, learning_rate, epochs):
    """What holds for every right training: none has to be run to know it."""
    learns = learning_rate > 0
    weighty = (0, 3, 7)  # convolutions and the head; 1 and 4 are batch norms
    return {
        "returned": f"a list of {epochs} numbers",
        "layers that changed": [
            learns and i >= up_to and i in weighty for i in range(8)
        ],
        "the loss fell": learns,
        "the last loss lies between": True,
    }


def _tune(model, X, Y, learning_rate, epochs):
    """Training as it is set up now."""
    optimizer = nn.Adam(model.parameters(), learning_rate)
    return model.fit(
        X, Y, loss=nn.cross_entropy, optimizer=optimizer, epochs=epochs, progress=False
    )["loss"]


@fine_tune.mistake(
    "The statistics of a batch norm have changed. Freeze every `nn.BatchNorm`, also "
    "among the layers that learn."
)
def statistics_move(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    ref.freeze(model, up_to)
    return _tune(model, X, Y, learning_rate, epochs)


@fine_tune.mistake("Layers before `up_to` have changed. Freeze them first.")
def tunes_everything(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    ref.freeze(model, 0)
    for layer in model.layers:
        if isinstance(layer, nn.BatchNorm):
            layer.freeze()
    return _tune(model, X, Y, learning_rate, epochs)


@fine_tune.mistake("There is one loss, whatever `epochs` is. Pass `epochs` on.")
def one_epoch_only(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    return ref.fine_tune(model, X, Y, up_to, learning_rate, 1)


@fine_tune.mistake(
    "The model learns even with a learning rate of 0. Pass `learning_rate` on."
)
def rate_of_its_own(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    return ref.fine_tune(model, X, Y, up_to, 0.01, epochs)


@fine_tune.mistake("Nothing has changed: all layers are frozen, including the head.")
def nothing_learns(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    model.freeze()
    losses = [model.evaluate(X, Y, loss=nn.cross_entropy)["loss"]]
    return losses * epochs


@fine_tune.mistake(
    "One number was returned. Return the list of the losses of all epochs."
)
def returns_the_last_loss(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    return ref.fine_tune(model, X, Y, up_to, learning_rate, epochs)[-1]


@fine_tune.mistake(
    'The whole history was returned. Return the list in its entry "loss".'
)
def returns_the_history(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    ref.freeze(model, up_to)
    for layer in model.layers:
        if isinstance(layer, nn.BatchNorm):
            layer.freeze()
    return model.fit(
        X,
        Y,
        loss=nn.cross_entropy,
        epochs=epochs,
        progress=False,
        optimizer=nn.Adam(model.parameters(), learning_rate),
    )


@fine_tune.right
def tunes_with_gradient_descent(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    ref.freeze(model, up_to)
    for _, layer in model.named_layers():
        if type(layer) is nn.BatchNorm:
            layer.freeze()
    learning = [p for p in model.parameters() if p.requires_grad]
    optimizer = nn.SGD(learning, 3 * learning_rate, momentum=0.5)
    history = model.fit(
        X,
        Y,
        loss=nn.cross_entropy,
        optimizer=optimizer,
        epochs=epochs,
        batch_size=len(X),
        progress=False,
    )
    return np.array(history["loss"])


@fine_tune.right
def tunes_step_by_step(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    ref.freeze(model, up_to)
    for layer in model.layers:
        if isinstance(layer, nn.BatchNorm):
            layer.freeze()
    optimizer = nn.Adam(model.parameters(), learning_rate)
    losses = []
    for _ in range(epochs):
        loss = nn.cross_entropy(model(X), Y)
        model.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


lab.concept(
    "what_to_freeze",
    points=1,
    answer="D",
    why="A few images can train a head of 2,562 numbers, not a network of two million.",
    because={
        "A": "Two million weights would overfit 81 images.",
        "B": "Early layers detect edges and colours, which all photographs share: keep "
        "them.",
        "C": "The old head predicts dog breeds; its classes are not yours.",
    },
)
