"""Any image file becomes a small picture; anything else gets one clear sentence."""

import doctest

import numpy as np
import pytest
from PIL import Image

from helpers import photo


def gradient(width, height):
    """A picture that is red on the left and gets blue to the right, darker below."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    return np.stack([1 - x, 1 - y, x], axis=-1)


def image(mode="RGB", width=90, height=70):
    """The same as a Pillow image in some mode."""
    pixels = (255 * gradient(width, height)).astype(np.uint8)
    return Image.fromarray(pixels).convert(mode)


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        ("RGB", "a.jpg"),
        ("RGB", "a.png"),
        ("RGB", "a.bmp"),
        ("RGB", "a.webp"),
        ("RGB", "a.tiff"),
        ("RGBA", "a.png"),
        ("P", "a.png"),
        ("P", "a.gif"),
        ("L", "a.jpg"),
        ("1", "a.png"),
        ("CMYK", "a.jpg"),
        ("LA", "a.png"),
    ],
)
def test_any_format(tmp_path, mode, name):
    image(mode).save(tmp_path / name)
    picture = photo.load(tmp_path / name)
    assert picture.shape == (64, 64, 3)
    assert picture.dtype == np.uint8
    if mode in ("RGB", "P", "CMYK"):
        assert picture[:, :8, 0].mean() > picture[:, -8:, 0].mean() + 60


@pytest.mark.parametrize("size", [(1, 1), (3000, 40), (40, 3000), (64, 64), (7, 5)])
def test_any_size(tmp_path, size):
    image("RGB", *size).save(tmp_path / "a.png")
    assert photo.load(tmp_path / "a.png").shape == (64, 64, 3)
    assert photo.load(str(tmp_path / "a.png"), size=20).shape == (20, 20, 3)


def test_the_middle_is_kept(tmp_path):
    pixels = np.zeros((60, 180, 3), dtype=np.uint8)
    pixels[:, 60:120] = [0, 255, 0]
    Image.fromarray(pixels).save(tmp_path / "a.png")
    assert (photo.load(tmp_path / "a.png")[:, :, 1] > 250).mean() > 0.95


def test_turned_as_the_camera_was_held(tmp_path):
    taken = image()
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    taken.save(tmp_path / "turned.png", exif=exif)
    taken.save(tmp_path / "plain.png")
    turned, plain = (
        photo.load(tmp_path / f"{name}.png").astype(int) for name in ("turned", "plain")
    )
    assert np.abs(turned[::-1, ::-1] - plain).max() <= 2


def test_transparent_becomes_white(tmp_path):
    Image.new("RGBA", (30, 30), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert photo.load(tmp_path / "a.png").min() == 255


def test_sixteen_bits(tmp_path):
    values = np.linspace(0, 65535, 100 * 100).reshape(100, 100).astype(np.uint16)
    Image.fromarray(values).save(tmp_path / "a.png")
    grey = photo.load(tmp_path / "a.png")[:, :, 0]
    assert grey[0].mean() < 10
    assert grey[-1].mean() > 245


def test_floats(tmp_path):
    Image.fromarray(gradient(40, 40)[:, :, 2].astype(np.float32)).save(
        tmp_path / "a.tiff"
    )
    grey = photo.load(tmp_path / "a.tiff")[:, :, 0]
    assert grey[:, 0].mean() < 20
    assert grey[:, -1].mean() > 235


def test_first_frame_of_a_moving_picture(tmp_path):
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert photo.load(tmp_path / "a.gif")[:, :, 0].min() > 200


def cut_short(path):
    """A PNG whose end is missing."""
    image().save(path)
    path.write_bytes(path.read_bytes()[:200])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "There is no file"),
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: path.write_text("hello"), "is not an image"),
        (lambda path: path.write_bytes(b""), "is not an image"),
        (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n"), "image"),
        (cut_short, "is a damaged image"),
    ],
)
def test_what_is_no_image_gets_one_sentence(tmp_path, make, said):
    path = tmp_path / "a.png"
    make(path)
    with pytest.raises(photo.PhotoError) as caught:
        photo.load(path)
    message = str(caught.value)
    assert said in message
    assert message.endswith(".")
    assert "\n" not in message
    assert "Traceback" not in message


def test_too_many_pixels(tmp_path, monkeypatch):
    image().save(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(photo.PhotoError, match="too many pixels"):
        photo.load(tmp_path / "a.png")


def test_examples_in_the_text():
    assert doctest.testmod(photo).failed == 0
