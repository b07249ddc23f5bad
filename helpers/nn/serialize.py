"""Weights and checkpoints in HDF5: arrays and text, which cannot run as code."""

import json
from pathlib import Path

import h5py
import numpy as np

from helpers.files import replacing

VERSION = 1


def _write(path, kind, arrays, texts):
    """Write the whole file or nothing; a crash leaves the old file intact."""
    with replacing(Path(path)) as fresh, h5py.File(fresh, "w") as file:
        file.attrs["format"], file.attrs["version"] = f"nn {kind}", VERSION
        for name, value in arrays.items():
            file[name.replace(".", "/")] = value
        for name, value in texts.items():  # some bit generators' states are arrays
            file.attrs[name] = json.dumps(value, default=np.ndarray.tolist)


def _read(path, kind):
    """(arrays by name, texts by name).

    Raises:
        ValueError: if the file is of another type, or from a later version.
    """
    arrays = {}

    def collect(name, item):
        if isinstance(item, h5py.Dataset):
            arrays[name.replace("/", ".")] = item[()]

    with h5py.File(path, "r") as file:
        version = int(file.attrs.get("version", 0))
        found = str(file.attrs.get("format", "nn weights"))
        if found != f"nn {kind}":
            raise ValueError(f"{path} contains {found!r}, not {kind}")
        if version > VERSION:
            raise ValueError(
                f"{path} has format version {version}; this program reads versions "
                f"up to {VERSION}"
            )
        file.visititems(collect)
        texts = {
            key: json.loads(value)
            for key, value in file.attrs.items()
            if key not in ("version", "format") and kind == "checkpoint"
        }
    return arrays, texts


def save_weights(model, path):
    """Write a model's parameters and buffers, by name, to an HDF5 file."""
    _write(path, "weights", model.state_dict(), {})


def load_weights(model, path, strict=True):
    """Read weights by name into a model of the same shape.

    Args:
        model: the layer or model.
        path: a file written by `save_weights`, or any HDF5 file whose groups are named
            like the layers and whose data sets are named like their parameters.
        strict: raise an error for missing and unknown names.

    Raises:
        ValueError: if a shape or a name does not fit; the message names the layer.
    """
    model.load_state_dict(_read(path, "weights")[0], strict)


def save_checkpoint(path, model, optimizer, generators, progress, best=None):
    """Write everything a training run needs to resume with identical results.

    Args:
        path: the file.
        model: the model.
        optimizer: its optimizer.
        generators: the random generators in use, in a fixed order.
        progress: dictionary of numbers and lists (epoch, history).
        best: state_dict of the best epoch, or None.
    """
    arrays = {f"model.{k}": v for k, v in model.state_dict().items()}
    arrays.update({f"best.{k}": v for k, v in (best or {}).items()})
    for i, slots in enumerate(optimizer.state):
        arrays.update({f"optimizer.{i}.{slot}": v for slot, v in slots.items()})
    texts = {
        "optimizer": {"type": type(optimizer).__name__, "t": optimizer.t},
        "generators": [g.bit_generator.state for g in generators],
        "progress": progress,
    }
    _write(path, "checkpoint", arrays, texts)


def load_checkpoint(path, model, optimizer, generators):
    """Restore what `save_checkpoint` wrote; returns (progress, best).

    Raises:
        ValueError: if the checkpoint is from another model, optimizer or run.
    """
    arrays, texts = _read(path, "checkpoint")

    def part(prefix):
        n = len(prefix) + 1
        return {k[n:]: v for k, v in arrays.items() if k.startswith(f"{prefix}.")}

    kind = texts["optimizer"]["type"]
    if kind != type(optimizer).__name__:
        raise ValueError(
            f"{path} was written with {kind}, not {type(optimizer).__name__}"
        )
    if len(texts["generators"]) != len(generators):
        raise ValueError(
            f"{path} contains {len(texts['generators'])} random generators, "
            f"but this training uses {len(generators)}"
        )
    slots = part("optimizer")
    wanted = {
        f"{i}.{k}": v for i, s in enumerate(optimizer.state) for k, v in s.items()
    }
    if slots.keys() != wanted.keys() or any(
        slots[k].shape != v.shape for k, v in wanted.items()
    ):
        raise ValueError(
            f"{path} is the checkpoint of an optimizer for other parameters"
        )
    model.load_state_dict(part("model"))
    for name, value in wanted.items():
        value[...] = slots[name]
    optimizer.t = texts["optimizer"]["t"]
    for generator, state in zip(generators, texts["generators"], strict=True):
        generator.bit_generator.state = state
    return texts["progress"], part("best") or None
