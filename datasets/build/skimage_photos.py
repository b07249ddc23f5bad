"""Two photographs that come with scikit-image, all in the public domain or CC0.

Lends functions to the scripts that use them.
"""

import numpy as np
from common import Package
from PIL import Image

PACKAGE = Package(
    "pypi",
    "scikit-image",
    "0.26.0",
    "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
    "manylinux_2_28_x86_64",
)
CREDITS = {
    "astronaut": "astronaut: [Eileen Collins](https://flic.kr/p/r9qvLn), NASA Great "
    "Images database, public domain",
    "coffee": "coffee: a cup of coffee, Rachel Michetti, CC0 1.0",
}


def photograph(name: str) -> Image.Image:
    """Return one of `CREDITS` as an RGB picture."""
    return Image.open(PACKAGE.unpack() / f"skimage/data/{name}.png").convert("RGB")


def face(side: int) -> np.ndarray:
    """Return the astronaut's face as a square, uint8 (side, side, 3)."""
    box = (140, 20, 310, 190)
    picture = photograph("astronaut").resize((side, side), Image.LANCZOS, box)
    return np.asarray(picture)
