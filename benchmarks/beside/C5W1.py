"""Rows of C5W1: what a GRU's gates mean, clipping by the norm, a file of music."""

import tempfile
from pathlib import Path

import numpy as np
from libraries import Table

table = Table()
X, C = 0.5, 1.0  # input and memory of a GRU with one unit
WEIGHTS = {"u": (0.4, 0.7), "r": (0.3, -0.2), "c": (0.8, 0.6)}  # of memory, of input


def _yours(lab):
    one = np.ones((1, 1))
    parameters = {f"W{k}": np.array([w]) for k, w in WEIGHTS.items()}
    parameters |= {f"b{k}": np.zeros((1, 1)) for k in "urcy"} | {"Wy": one}
    return lab.gru_cell_forward(X * one, C * one, parameters)[0][0, 0]


@table.row(
    "gru_cell_forward",
    "memory after one step of one unit, the same six weights",
    "torch",
    "nn.GRUCell",
    "its update gate is the share that is kept, yours the share that is new; its reset "
    "gate multiplies after the weights, yours before",
)
def gru_in_torch(lab):
    import torch

    cell = torch.nn.GRUCell(1, 1, bias=False).double()
    order = "ruc"
    hidden, inputs = (
        torch.tensor([[WEIGHTS[k][i]] for k in order], dtype=torch.float64)
        for i in (0, 1)
    )
    cell.load_state_dict({"weight_hh": hidden, "weight_ih": inputs})
    like = {"dtype": torch.float64}
    return _yours(lab), cell(torch.tensor([[X]], **like), torch.tensor([[C]], **like))[
        0, 0
    ]


@table.row(
    "gru_cell_forward",
    "the same step, the update gate's weights negated",
    "keras",
    "layers.GRU(1, reset_after=False)",
    "equal: negated weights turn the share that is kept into the share that is new",
)
def gru_in_keras(lab):
    import keras

    layer = keras.layers.GRU(1, reset_after=False, use_bias=False)
    layer.build((1, 1, 1))
    sign = {"u": -1, "r": 1, "c": 1}
    weights = [
        np.array([[sign[k] * WEIGHTS[k][i] for k in ("u", "r", "c")]]) for i in (1, 0)
    ]
    layer.set_weights(weights)
    inputs, state = np.array([[[X]]], "float32"), np.array([[C]], "float32")
    return _yours(lab), float(layer(inputs, initial_state=state)[0, 0])


@table.row(
    "clip_by_norm",
    "gradient [30, 40], norm at most 1",
    "torch",
    "nn.utils.clip_grad_norm_",
    "equal to this many digits; it adds 1e-6 to the norm before it divides",
)
def norm(lab):
    import torch

    gradient = np.array([30.0, 40.0])
    weight = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    weight.grad = torch.tensor(gradient)
    torch.nn.utils.clip_grad_norm_([weight], 1.0)
    return lab.clip_by_norm({"db": gradient.copy()}, 1.0)["db"], weight.grad


@table.row(
    "write_midi",
    "seconds of a note of two beats at 90 beats a minute, written and read back",
    "mido",
    "MidiFile.length",
    "equal: the file holds ticks and microseconds per beat, and both multiply them",
)
def music(lab):
    import mido

    from helpers import audio

    notes = np.array([(0, 2 * audio.TICKS_PER_BEAT, 60, 100, 0)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "note.mid"
        audio.write_midi(path, notes, 90)
        (note,), beats_per_minute = audio.read_midi(path)
        theirs = mido.MidiFile(path).length
    return note[1] / audio.TICKS_PER_BEAT * 60 / beats_per_minute, theirs
