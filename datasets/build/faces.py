"""Drawn faces: 40 people, 12 pictures of each, whole people held out."""

import io
import json
import random
import shutil
import subprocess
from pathlib import Path

import numpy as np
import resvg_py
from common import Package, Pictures, contact_sheet, write
from PIL import Image, ImageEnhance

FACESJS = Package(
    "npm",
    "facesjs",
    "5.0.3",
    "5dcd38542f674a7df9d85dae2bade41dc99bdb317f6f723f1b4923aa0d0e4dda",
)
#: What facesjs itself imports.
NEEDED = [
    Package(
        "npm",
        "dlv",
        "1.1.3",
        "7c316193a4d49e70b3f552e4d52573ecb5b8154075f049cb30c9c2dc9ebb7c90",
    ),
    Package(
        "npm",
        "dset",
        "3.1.4",
        "ea5753352be6a2416c35f0f23831db3a9986c6d9183c339fbb3f11f94d4c8357",
    ),
    Package(
        "npm",
        "svg-path-bbox",
        "2.1.0",
        "da7b6b61601dbb9613407ea39e87c955c52434f9604990529e3d5de79f4fa45b",
    ),
    Package(
        "npm",
        "svgpath",
        "2.6.0",
        "800acf61f8659853d6f46c133a2a0c056943572840407c3db63fdaf731f12f81",
    ),
]
PEOPLE, PICTURES = 40, 12
SPLITS = {"train": range(28), "dev": range(28, 32), "test": range(32, 40)}
SIDE = 64
BACKGROUNDS = [(214, 226, 235), (235, 228, 214), (219, 235, 214), (230, 219, 235)]


def drawings() -> list[list[str]]:
    """Return the SVG text of every picture, a list for each person."""
    folder = FACESJS.unpack() / "package"
    for package in NEEDED:
        target = folder / "node_modules" / package.name
        if not target.is_dir():
            shutil.copytree(package.unpack() / "package", target)
    script = Path(__file__).with_suffix(".mjs")
    command = ["node", str(script), str(folder), str(PEOPLE), str(PICTURES)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def render(svg: str, dice: random.Random) -> np.ndarray:
    """Draw a face at 64×64: turned, moved, scaled and lit a little differently.

    Args:
        svg: Text of a drawing, 400 wide and 600 high, the face in the middle.
        dice: Source of the differences.

    Returns:
        uint8 (64, 64, 3).
    """
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg, width=200))
    drawing = Image.open(io.BytesIO(png)).convert("RGBA")
    ground = Image.new("RGBA", drawing.size, dice.choice(BACKGROUNDS))
    picture = Image.alpha_composite(ground, drawing).convert("RGB")
    fill = ground.convert("RGB").getpixel((0, 0))
    angle = dice.uniform(-12, 12)
    picture = picture.rotate(angle, Image.Resampling.BICUBIC, fillcolor=fill)
    size = dice.uniform(175, 205)
    left = 100 - size / 2 + dice.uniform(-10, 10)
    top = 150 - size / 2 + dice.uniform(-10, 10)
    transform = (size / SIDE, 0, left, 0, size / SIDE, top)
    # four times as large, then averaged: smooth edges
    big = picture.transform(
        (4 * SIDE, 4 * SIDE),
        Image.Transform.AFFINE,
        (transform[0] / 4, 0, left, 0, transform[4] / 4, top),
        Image.Resampling.BILINEAR,
        fillcolor=fill,
    )
    small = big.resize((SIDE, SIDE), Image.Resampling.BOX)
    small = ImageEnhance.Brightness(small).enhance(dice.uniform(0.75, 1.1))
    return np.asarray(small) // 8 * 8 + 4  # 32 levels are enough for a drawing


def main() -> None:
    """Write ``faces.h5`` and its contact sheet."""
    dice = random.Random("faces")
    faces = np.array([[render(svg, dice) for svg in row] for row in drawings()])
    arrays = {}
    for split, people in SPLITS.items():
        arrays[f"{split}_x"] = Pictures(faces[people].reshape(-1, SIDE, SIDE, 3))
        arrays[f"{split}_y"] = np.repeat(np.array(people), PICTURES)
    write(
        "faces",
        arrays,
        title="Drawn faces, 40 people with 12 pictures each",
        description="""These faces are drawn by a program, no real people: 40 people, 12
        pictures of each, 64×64. A person keeps head, skin, hair, eyes, nose and ears;
        mouth, brows, glasses, headgear, shirt, light, background, size, place and a
        turn of up to 12 degrees change. Held out by person: 28 to train on, 4 to
        develop with, 8 to test with. Two random test pictures show the same person in
        12 % of all pairs.""",
        origin="npm facesjs, drawn with PyPI resvg-py",
        version=f"{FACESJS.version}, {resvg_py.__version__}",
        licence="Apache-2.0",
        licence_files=["Apache-2.0.txt"],
        changes="40 people generated, 12 variants each, rendered at 64×64 in "
        "32 levels a channel.",
        labs=["C4W4"],
        meanings={"train_x": "RGB pictures", "train_y": "who, 0 to 39"},
    )
    contact_sheet("faces", faces[::5].reshape(-1, SIDE, SIDE, 3), 12, colours=64)


if __name__ == "__main__":
    main()
