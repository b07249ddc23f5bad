"""Training: fit, evaluate, predict, and the history of a run."""

import os
import sys

import numpy as np
from tqdm import tqdm

from helpers.nn.data import DataLoader
from helpers.nn.serialize import load_checkpoint, save_checkpoint
from helpers.nn.tensor import Tensor, no_grad


class History(dict):
    """Name -> one value for each epoch, such as history["val_loss"]."""

    def plot(self):
        """Draw each quantity over the epochs, training and validation together.

        Returns:
            a dictionary, name -> figure.
        """
        from helpers import plots  # imported here because training alone needs no plots

        figures = {}
        for name in (name for name in self if not name.startswith("val_")):
            both = {"training": self[name], "validation": self.get(f"val_{name}")}
            figures[name] = plots.lines(
                {label: values for label, values in both.items() if values},
                range(1, len(self[name]) + 1),
                xlabel="epoch",
                ylabel=name.replace("_", " "),
                markers=True,
            )
        return figures


def _tuple(x):
    return tuple(x) if isinstance(x, tuple | list) else (x,)


def _loader(X, Y, **options):
    """X if it is a DataLoader, and otherwise one of X and Y."""
    if Y is None and not isinstance(X, DataLoader):
        raise TypeError("without targets Y, X must be a DataLoader")
    return X if Y is None else DataLoader(X, Y, **options)


def _score(model, batch, loss, metrics):
    """(loss tensor, its value and those of the metrics) for one batch (X, Y)."""
    X, Y = batch
    prediction = model(*_tuple(X))
    value = loss(prediction, *_tuple(Y))
    numbers = {"loss": value.item()}
    with no_grad():
        for name, metric in metrics.items():
            numbers[name] = float(metric(prediction, *_tuple(Y)))
    return value, numbers


def _averages(function, batches):
    """Averages of the numbers `function(batch)`, weighted by the batches' sizes.

    NumPy's overflow warnings are silenced, because the loss is checked for overflow.
    """
    scores, sizes = [], []
    if not len(batches):
        raise ValueError("there are no examples, so there is no average loss")
    for batch in batches:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            scores.append(function(batch))
        sizes.append(len(_tuple(batch[0])[0]))
    return {
        name: float(np.average([s[name] for s in scores], weights=sizes))
        for name in scores[0]
    }


def evaluate(model, X, Y=None, *, loss, metrics=None, batch_size=256):
    """Average loss and metrics on data, in evaluation mode.

    Args:
        model: the model.
        X: inputs, an array or a tuple of arrays, or a DataLoader.
        Y: targets, likewise; None with a DataLoader.
        loss: function of (prediction, target).
        metrics: name -> function of (prediction, target).
        batch_size: examples at a time.

    Returns:
        dictionary: "loss" and the names of the metrics -> float.
    """
    loader = _loader(X, Y, batch_size=batch_size)
    with model.evaluating():
        return _averages(lambda b: _score(model, b, loss, metrics or {})[1], loader)


def predict(model, *inputs, batch_size=256):
    """Compute the model's outputs in evaluation mode, without a graph, as an array.

    Args:
        model: the model.
        inputs: arrays with m examples each.
        batch_size: examples at a time.
    """
    with model.evaluating():
        batches = DataLoader(*inputs, batch_size=batch_size)
        batches = batches if batches.m else [inputs]  # one empty batch has the shape
        return np.concatenate([model(*batch).data for batch in batches])


def _where_not_finite(model, batch):
    """A sentence that names the layer where NaN or infinity first appeared."""
    for x in _tuple(batch[0]):
        if np.asarray(x).dtype.kind == "f" and not np.isfinite(x).all():
            return "the batch itself contains NaN or infinity"
    found = []

    def look(layer, inputs, result):
        if isinstance(result, Tensor) and not np.isfinite(result.data).all():
            found.append(layer)

    with no_grad(), model.watched(look):
        model(*_tuple(batch[0]))
    if not found:
        return "every layer's output is finite, so check the loss and the target"
    layer = found[0]
    name = next(name for name, other in model.named_layers() if other is layer)
    where = f"{name or 'the model'} ({type(layer).__name__})"
    spoilt = any(not np.isfinite(p.data).all() for p in layer.parameters())
    why = ", whose weights are not finite either" if spoilt else ""
    return f"it first appeared in layer {where}{why}"


def _generators(model, loader):
    """The random generators in use, each once, in a fixed order."""
    owners = [loader, *(layer for _, layer in model.named_layers())]
    found = {
        id(value): value
        for owner in owners
        for value in vars(owner).values()
        if isinstance(value, np.random.Generator)
    }
    return list(found.values())


def train_step(model, batch, loss, optimizer, metrics=None):
    """Forward, backward and update for one batch (X, Y); returns loss and metrics.

    If the loss is not finite, nothing is updated.
    """
    value, numbers = _score(model, batch, loss, metrics or {})
    if np.isfinite(numbers["loss"]):
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
    return numbers


def fit(
    model,
    X,
    Y=None,
    *,
    loss,
    optimizer,
    epochs,
    batch_size=32,
    rng=None,
    validation_data=None,
    metrics=None,
    patience=None,
    monitor=None,
    checkpoint=None,
    progress=True,
    on_epoch_end=None,
):
    """Train a model.

    Args:
        model: the model; it is in training mode during the epochs and returns to its
            previous mode afterwards.
        X: inputs, an array or a tuple of arrays (the model is called with all of them),
            or a DataLoader of pairs (X, Y).
        Y: targets, an array or a tuple of arrays (the loss is called with all of them,
            for example labels and weights); None with a DataLoader.
        loss: function of (prediction, target) that returns a scalar tensor.
        optimizer: the optimizer, made with the model's parameters.
        epochs: number of passes through the data.
        batch_size: number of examples per update.
        rng: generator to shuffle with; None keeps the order.
        validation_data: (X, Y) or a DataLoader, evaluated after each epoch.
        metrics: name -> function of (prediction, target), such as
            {"accuracy": accuracy}.
        patience: stop after this many epochs without improvement of `monitor`, and
            restore the best weights.
        monitor: the quantity to minimize for early stopping; by default "val_loss" if
            there is validation data, else "loss".
        checkpoint: path of a file written after each epoch. If it exists, training
            resumes from it, with the same results as if it had never stopped. (It
            contains the random generators that are attributes of the layers or of the
            DataLoader.)
        progress: whether to show a progress bar.
        on_epoch_end: function of (epoch, numbers) called after each epoch.

    Returns:
        History.

    Raises:
        FloatingPointError: if the loss is not finite; the message names the layer where
            this first appeared.
        ValueError: if the checkpoint is from another model, if there are no examples,
            or nothing of the name `monitor`.
    """
    loader = _loader(X, Y, batch_size=batch_size, rng=rng)
    validation, metrics = _tuple(validation_data), metrics or {}
    monitor = monitor or ("loss" if validation_data is None else "val_loss")
    history, best, best_epoch, start = History(), None, 0, 0
    generators = _generators(model, loader)
    if checkpoint and os.path.exists(checkpoint):
        past, best = load_checkpoint(checkpoint, model, optimizer, generators)
        history, start = History(past["history"]), past["epoch"]
        best_epoch = past["best_epoch"]
    updates = start * len(loader)
    bar = tqdm(
        total=epochs * len(loader),
        initial=updates,
        unit="batch",
        disable=not progress,
        file=sys.stdout,
        mininterval=0.5,
    )

    def step(batch):
        nonlocal updates
        numbers = train_step(model, batch, loss, optimizer, metrics)
        if not np.isfinite(numbers["loss"]):
            epoch, i = divmod(updates, len(loader))
            raise FloatingPointError(
                f"loss is {numbers['loss']} in epoch {epoch + 1}, batch {i + 1}: "
                f"{_where_not_finite(model, batch)}; "
                "try a smaller learning rate or clip the gradients"
            )
        updates += 1
        bar.update()
        return numbers

    with model.mode_kept(), bar:
        for epoch in range(start, epochs):
            if patience is not None and epoch - best_epoch > max(patience, 1):
                break
            bar.set_description(f"epoch {epoch + 1}/{epochs}", refresh=False)
            model.train()
            numbers = _averages(step, loader)
            if validation_data is not None:
                scores = evaluate(model, *validation, loss=loss, metrics=metrics)
                numbers |= {f"val_{name}": value for name, value in scores.items()}
            for name, value in numbers.items():
                history.setdefault(name, []).append(value)
            if monitor not in numbers:
                raise ValueError(f"monitor {monitor!r} is not one of {list(numbers)}")
            if numbers[monitor] <= min(history[monitor]):
                best_epoch = epoch
                best = model.state_dict() if patience is not None else None
            bar.set_postfix({k: f"{v:.4g}" for k, v in numbers.items()}, refresh=False)
            if checkpoint:
                now = {"epoch": epoch + 1, "best_epoch": best_epoch, "history": history}
                save_checkpoint(checkpoint, model, optimizer, generators, now, best)
            if on_epoch_end is not None:
                on_epoch_end(epoch, numbers)
        if best is not None and patience is not None:
            model.load_state_dict(best)
    return history
