"""A face detector and a face embedding, as face-api ships them: 8-bit weights."""

import json

import numpy as np
import torch
from common import Package, Packed
from torch.nn import functional

PACKAGE = Package(
    "npm",
    "@vladmandic/face-api",
    "1.7.15",
    "0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031",
)
LICENCE_FILES = ["face-api-MIT.txt"]
#: Their last words of a name to ours.
RENAMED = {
    "depthwise_filter": "depthwise",
    "pointwise_filter": "pointwise",
    "scale.weights": "scale",
    "scale.biases": "shift",
    "conv.filters": "kernel",
    "conv.bias": "bias",
    "filters": "kernel",
    "fc": "fc.kernel",
}


def our_name(theirs: str) -> str:
    """Turn ``conv32_1/conv1/scale/weights`` into ``conv32_1.conv1.scale``."""
    name = theirs.replace("/", ".")
    for old, new in RENAMED.items():
        if name == old or name.endswith(f".{old}"):
            return name.removesuffix(old) + new
    return name


def read(model: str) -> dict[str, object]:
    """Return a model's weights by our names, 8-bit ones still packed."""
    folder = PACKAGE.unpack() / "package/model"
    (group,) = json.loads((folder / f"{model}-weights_manifest.json").read_text())
    blob = (folder / f"{model}.bin").read_bytes()
    arrays: dict[str, object] = {}
    start = 0
    for weight in group["weights"]:
        packing = weight.get("quantization")
        dtype = np.dtype(packing["dtype"] if packing else weight["dtype"])
        count = int(np.prod(weight["shape"]))
        values = np.frombuffer(blob, dtype, count, start).reshape(weight["shape"])
        start += values.nbytes
        name = our_name(weight["name"])
        if packing:
            arrays[name] = Packed(values, packing["scale"], packing["min"])
        elif name.endswith("kernel"):
            arrays[name] = values.astype(np.float16)
        else:
            arrays[name] = values
    if start != len(blob):
        raise ValueError(f"{model}: {len(blob) - start} bytes are left over")
    return arrays


def unpacked(arrays: dict[str, object]) -> dict[str, torch.Tensor]:
    """Return the weights as float32 tensors, as a reader of the file gets them."""
    tensors = {}
    for name, value in arrays.items():
        if isinstance(value, Packed):
            scale, offset = np.float32(value.scale), np.float32(value.offset)
            value = value.stored * scale + offset
        tensors[name] = torch.tensor(np.asarray(value, np.float32))
    return tensors


def convolve(x, kernel, padding="same", stride=1, groups=1):
    """Convolve (m, n_C, height, width) with a kernel that has channels last."""
    order = (2, 3, 0, 1) if groups > 1 else (3, 2, 0, 1)
    kernel = kernel.permute(*order)
    return functional.conv2d(x, kernel, None, stride, padding, 1, groups)


def torch_detector(image: np.ndarray, w: dict[str, torch.Tensor]) -> np.ndarray:
    """Compute the detector's raw output with PyTorch's operations."""
    x = torch.tensor(image.astype(np.float32)) - torch.tensor(
        [117.001, 114.697, 97.404]
    )
    x = x.permute(0, 3, 1, 2) / 255
    x = convolve(x, w["conv0.kernel"], "valid") + w["conv0.bias"][:, None, None]
    for layer in range(1, 6):
        x = functional.leaky_relu(x, 0.1)
        x = functional.max_pool2d(x, 2, ceil_mode=True)
        x = convolve(x, w[f"conv{layer}.depthwise"], groups=x.shape[1])
        x = convolve(x, w[f"conv{layer}.pointwise"])
        x = x + w[f"conv{layer}.bias"][:, None, None]
    x = functional.pad(functional.leaky_relu(x, 0.1), (0, 1, 0, 1), value=-np.inf)
    x = convolve(functional.max_pool2d(x, 2, 1), w["conv8.kernel"])
    x = (x + w["conv8.bias"][:, None, None]).permute(0, 2, 3, 1)
    return x.reshape(*x.shape[:3], 5, 5).numpy()


def torch_embedding(image: np.ndarray, w: dict[str, torch.Tensor]) -> np.ndarray:
    """Compute the embedding with PyTorch's operations."""

    def layer(x, name, padding="same", stride=1):
        x = convolve(x, w[f"{name}.kernel"], padding, stride)
        bias, scale, shift = (
            w[f"{name}.{part}"][:, None, None] for part in ("bias", "scale", "shift")
        )
        return (x + bias) * scale + shift

    x = torch.tensor(image.astype(np.float32))
    x = (x - torch.tensor([122.782, 117.001, 104.298])).permute(0, 3, 1, 2) / 255
    x = functional.max_pool2d(layer(x, "conv32_down", "valid", 2).relu(), 3, 2)
    blocks = {name.split(".")[0] for name in w if ".conv1." in name}
    order = [name.split(".")[0] for name in w if name.endswith(".conv1.kernel")]
    for block in dict.fromkeys(order):
        if "down" in block:
            y = layer(layer(x, f"{block}.conv1", "valid", 2).relu(), f"{block}.conv2")
            skip = functional.avg_pool2d(x, 2)
            rows, columns = skip.shape[2] - y.shape[2], skip.shape[3] - y.shape[3]
            y = functional.pad(y, (0, columns, 0, rows))
            extra = y.shape[1] - skip.shape[1]
            x = (y + functional.pad(skip, (0, 0, 0, 0, 0, extra))).relu()
        else:
            y = layer(layer(x, f"{block}.conv1").relu(), f"{block}.conv2")
            x = (x + y).relu()
    assert blocks == set(order)
    return (x.mean(dim=(2, 3)) @ w["fc.kernel"]).numpy()
