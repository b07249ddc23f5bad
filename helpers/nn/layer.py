"""Layer: named parameters, and operations on all of them at once.

A layer keeps its parameters and inner layers as ordinary attributes (or in lists and
dictionaries), and finds them by going through its attributes, except those whose names
begin with an underscore. A parameter's name is its path, such as "encoder.0.dense.W".
"""

import contextlib

import numpy as np

from helpers.nn.tensor import Tensor, no_grad


class Parameter(Tensor):
    """A tensor that an optimizer may change.

    It shares the memory of the array it is made from, so the array changes with it.
    """

    def __init__(self, data, name=""):
        super().__init__(data, requires_grad=True, name=name)


def _children(value, path):
    """Yield (path, item) for the layers and parameters directly below `value`."""
    if isinstance(value, (Parameter, Layer)):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _children(item, f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            yield from _children(item, f"{path}.{i}")


class Layer:
    """Base class of all layers and models: subclass it and write `forward`.

    Attributes:
        training: whether dropout is active and batch norm uses the batch's statistics.
        trainable: False after `freeze`; a frozen batch norm uses running statistics.
        buffers: names of attributes that are saved with the parameters but not
            trained (the running statistics of batch norm).
    """

    training = True
    trainable = True
    buffers = ()

    def forward(self, *inputs):
        """Compute the layer's output."""
        raise NotImplementedError(f"{type(self).__name__} has no method forward")

    def __call__(self, *inputs, **options):
        """Run `forward`, with float arrays converted to the dtype of the weights.

        If an error occurs, the message gets a note that names the layer.
        """
        inputs = [
            Tensor(x, dtype=next((p.dtype for _, p in self.named_parameters()), None))
            if isinstance(x, np.ndarray) and x.dtype.kind == "f"
            else x
            for x in inputs
        ]
        try:
            result = self.forward(*inputs, **options)
        except (ValueError, TypeError) as problem:
            if not getattr(problem, "__notes__", None):
                problem.add_note(f"in {self!r}")
            raise
        for hook in list(self.__dict__.get("_hooks", ())):
            hook(self, inputs, result)
        return result

    def register_forward_hook(self, hook):
        """Call `hook(layer, inputs, result)` after each forward pass.

        Returns:
            a function that removes the hook.
        """
        hooks = self.__dict__.setdefault("_hooks", [])
        hooks.append(hook)
        return lambda: hooks.remove(hook)

    @contextlib.contextmanager
    def watched(self, hook):
        """Context manager: call `hook` after each forward pass of any layer in here."""
        with contextlib.ExitStack() as stack:
            for _, layer in self.named_layers():
                stack.callback(layer.register_forward_hook(hook))
            yield

    # ------------------------------------------------------- layers and parameters

    def _below(self):
        """Yield (path, item) for the layers and parameters directly below."""
        for name, value in vars(self).items():
            if isinstance(value, _MAY_HOLD) and not name.startswith("_"):
                yield from _children(value, name)

    def _walk(self, prefix=""):
        """Yield (name, layer, what is directly below it), outermost first."""
        below = list(self._below())
        yield prefix, self, below
        for name, item in below:
            if isinstance(item, Layer):
                yield from item._walk(f"{prefix}.{name}" if prefix else name)

    def named_layers(self):
        """Yield (name, layer) for this layer and all inner layers, outermost first."""
        return ((name, layer) for name, layer, _ in self._walk())

    def named_parameters(self):
        """Yield (name, parameter); a shared parameter is listed once."""
        seen = set()
        for prefix, _, below in self._walk():
            for name, item in below:
                if isinstance(item, Parameter) and id(item) not in seen:
                    seen.add(id(item))
                    yield f"{prefix}.{name}" if prefix else name, item

    def parameters(self):
        """A list of all parameters."""
        return [p for _, p in self.named_parameters()]

    def layer(self, name):
        """The inner layer with that name (its path).

        Raises:
            KeyError: if there is none; the message lists the names.
        """
        layers = dict(self.named_layers())
        if name not in layers:
            raise KeyError(f"no layer {name!r}; there are {', '.join(layers)}")
        return layers[name]

    # ------------------------------------------------------------------ modes

    def train(self, mode=True):
        """Switch to training mode; returns the layer."""
        for _, layer in self.named_layers():
            layer.training = mode
        return self

    def eval(self):
        """Switch to evaluation mode; returns the layer."""
        return self.train(False)

    @contextlib.contextmanager
    def mode_kept(self):
        """Context manager: afterwards, each layer is in the mode it is in now."""
        with contextlib.ExitStack() as stack:
            for _, layer in self.named_layers():
                stack.callback(setattr, layer, "training", layer.training)
            yield

    @contextlib.contextmanager
    def evaluating(self):
        """Context manager: evaluation mode, and nothing is recorded."""
        with self.mode_kept(), no_grad():
            yield self.eval()

    def freeze(self, trainable=False):
        """Stop updates of parameters and running statistics; returns the layer."""
        for _, layer in self.named_layers():
            layer.trainable = trainable
        for parameter in self.parameters():
            parameter.requires_grad = trainable
        return self

    def unfreeze(self):
        """Undo `freeze`."""
        return self.freeze(True)

    def zero_grad(self):
        """Clear all gradients."""
        for parameter in self.parameters():
            parameter.grad = None

    def astype(self, dtype):
        """Convert parameters and buffers, for example to float64; returns the layer."""
        for parameter in self.parameters():
            parameter.data = parameter.data.astype(dtype)
        for _, layer in self.named_layers():
            for name in layer.buffers:
                setattr(layer, name, getattr(layer, name).astype(dtype))
        return self

    # ----------------------------------------------------------- saving, counting

    def _state(self):
        """Name -> array (not a copy) of every parameter and buffer."""
        state = {name: p.data for name, p in self.named_parameters()}
        for prefix, layer in self.named_layers():
            for name in layer.buffers:
                state[f"{prefix}.{name}" if prefix else name] = getattr(layer, name)
        return state

    def state_dict(self):
        """Name -> copy of the values of every parameter and buffer."""
        return {name: value.copy() for name, value in self._state().items()}

    def load_state_dict(self, state, strict=True):
        """Load values by name.

        Args:
            state: name -> array, as returned by `state_dict`.
            strict: raise an error for missing and unknown names.

        Raises:
            ValueError: for a wrong shape or a wrong name; the message names the layer,
                and nothing is loaded.
        """
        mine = self._state()
        missing, unknown = sorted(mine.keys() - state), sorted(state.keys() - mine)
        if strict and (missing or unknown):
            raise ValueError(
                "these weights belong to another model: missing "
                f"{missing[:5] or 'nothing'}, unknown {unknown[:5] or 'nothing'}"
            )
        known = {k: np.asarray(v) for k, v in state.items() if k in mine}
        for name, value in known.items():
            expected, got = mine[name].shape, value.shape
            if got != expected:
                raise ValueError(f"layer {name}: expected shape {expected}, got {got}")
        for name, value in known.items():
            mine[name][...] = value

    def count_parameters(self, trainable=None):
        """Number of parameters: all, trainable only (True) or frozen only (False)."""
        wanted = (True, False) if trainable is None else (trainable,)
        return sum(p.size for p in self.parameters() if p.requires_grad in wanted)

    def _own(self):
        """The parameters directly below, as (name, parameter)."""
        return [(n, p) for n, p in self._below() if isinstance(p, Parameter)]

    def summary(self, *inputs):
        """A text table of layers, output shapes and numbers of parameters.

        Args:
            inputs: an example batch; without it, the shapes are left out.
        """
        shapes = {}

        def note(layer, inputs, result):
            shapes.setdefault(id(layer), getattr(result, "shape", ""))

        if inputs:
            with self.evaluating(), self.watched(note):
                self(*inputs)
        rows = [("layer", "type", "output", "parameters")]
        for name, layer in self.named_layers():
            own = sum(p.size for _, p in layer._own())
            if own or not list(layer._below()):
                shape = str(shapes.get(id(layer), ""))
                rows.append((name or "model", type(layer).__name__, shape, f"{own:,}"))
        w = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            f"{a:{w[0]}}  {b:{w[1]}}  {c:{w[2]}}  {d:>{w[3]}}" for a, b, c, d in rows
        ]
        lines.insert(1, "-" * max(map(len, lines)))
        total, frozen = self.count_parameters(), self.count_parameters(False)
        return "\n".join(
            [*lines, lines[1], f"{total:,} parameters, {total - frozen:,} trainable"]
        )

    def __repr__(self):
        shapes = ", ".join(f"{name} {p.shape}" for name, p in self._own())
        return f"{type(self).__name__}({shapes})"


# Attributes of these types are searched for layers and parameters.
_MAY_HOLD = (Parameter, Layer, dict, list, tuple)
