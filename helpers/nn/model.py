"""Model: a layer that can be trained, evaluated, saved and loaded."""

from helpers.nn import serialize, training
from helpers.nn.layer import Layer


class Model(Layer):
    """Base class for models: create layers in `__init__`, use them in `forward`."""

    def fit(self, X, Y=None, **options):
        """Train; see `helpers.nn.training.fit`."""
        return training.fit(self, X, Y, **options)

    def evaluate(self, X, Y=None, **options):
        """Loss and metrics; see `helpers.nn.training.evaluate`."""
        return training.evaluate(self, X, Y, **options)

    def predict(self, *inputs, batch_size=256):
        """Outputs as an array; see `helpers.nn.training.predict`."""
        return training.predict(self, *inputs, batch_size=batch_size)

    def save_weights(self, path):
        """Write parameters and buffers to an HDF5 file."""
        serialize.save_weights(self, path)

    def load_weights(self, path, strict=True):
        """Read parameters and buffers by name from an HDF5 file."""
        serialize.load_weights(self, path, strict)


class Sequential(Model):
    """Layers (or functions of a tensor), applied one after the other.

    Args:
        layers: the layers, or one list of them.
    """

    def __init__(self, *layers):
        self.layers = list(layers[0] if isinstance(layers[0], list) else layers)

    def forward(self, x):
        """Apply all layers in order."""
        for layer in self.layers:
            x = layer(x)
        return x

    def __getitem__(self, i):
        return self.layers[i]

    def __len__(self):
        return len(self.layers)
