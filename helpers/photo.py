"""Read one of the reader's own photographs, whatever its format and size.

>>> load("no_such_photo.jpg")
Traceback (most recent call last):
    ...
helpers.photo.PhotoError: There is no file 'no_such_photo.jpg'; put the photograph \
beside the notebook, or give its full path.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

__all__ = ["PhotoError", "load"]


class PhotoError(ValueError):
    """A file cannot be read as a photograph; the message is one sentence."""


def load(path: str | Path, size: int = 64) -> np.ndarray:
    """Read any image file as a small square image.

    The image is rotated to match how the camera was held, cropped to the square in its
    middle and scaled. Transparent pixels become white; of an animation, the first frame
    is used.

    Args:
        path: path of the file, in any format that Pillow reads.
        size: side of the square in pixels.

    Returns:
        Array `(size, size, 3)` of bytes: red, green and blue.

    Raises:
        PhotoError: if there is no such file, or it is not an image, or it is damaged.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        raise PhotoError(f"{str(path)!r} is a folder; name a file in it.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about irregular metadata in the file
            with Image.open(path) as file:
                return _square(file, size)
    except FileNotFoundError:
        raise PhotoError(
            f"There is no file {str(path)!r}; put the photograph beside the notebook, "
            "or give its full path."
        ) from None
    except PermissionError:
        raise PhotoError(f"The file {str(path)!r} may not be read.") from None
    except UnidentifiedImageError:
        raise PhotoError(
            f"{path.name!r} is not an image that can be read; save it as JPEG or PNG."
        ) from None
    except Image.DecompressionBombError:
        raise PhotoError(
            f"{path.name!r} has too many pixels; save a smaller copy of it."
        ) from None
    except Exception as error:  # the decoders raise many types of errors
        raise PhotoError(
            f"{path.name!r} is a damaged image and cannot be read; save it again as "
            "JPEG or PNG."
        ) from error


def _square(file: Image.Image, size: int) -> np.ndarray:
    file.draft("RGB", (4 * size, 4 * size))  # a large JPEG is read at a smaller scale
    image = ImageOps.exif_transpose(file)
    if image.mode.startswith(("I", "F")):  # 16 bits or more per pixel
        image = _eight_bits(image)
    colours = image.convert("RGBA")
    white = Image.new("RGBA", colours.size, "white")
    flat = Image.alpha_composite(white, colours).convert("RGB")
    return np.array(ImageOps.fit(flat, (size, size), Image.Resampling.LANCZOS))


def _eight_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image, dtype=float)
    if image.mode.startswith("I"):
        top = 65535.0
    else:
        top = max(1.0, float(values.max(initial=0.0)))
    return Image.fromarray(np.clip(255 * values / top, 0, 255).astype(np.uint8))
