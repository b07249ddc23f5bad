"""Paintings by Van Gogh and photographs to paint in their style, 192×192."""

import io

import numpy as np
from common import Package, Pictures, contact_sheet, write
from gcompris import PACKAGE as GCOMPRIS
from gcompris import archive, photographs
from photos import crop
from PIL import Image

OPENCV = Package(
    "debian",
    "opencv-doc",
    "4.6.0+dfsg-12",
    "4b12681df35878207ac7097dc66184b2ae552e4bf4ddd2af04a0f03ed0b8682a",
)
SIDE = 192
PAINTINGS = {
    "VincentVanGogh0012": "In the Vestibule of the Asylum, 1889",
    "VincentVanGogh0013": "The Painter on the Road to Tarascon, 1888",
    "VincentVanGogh0019": "The Harvest, 1888",
    "VincentVanGoghBridge": "The Langlois Bridge at Arles, 1888",
    "Gogh4": "Café Terrace at Night, 1888",
    "Van_Gogh_The_Night_Cafe": "The Night Café, 1888",
    "Eglise_dAuvers-sur-Oise": "The Church at Auvers, 1890",
    "PortraitOfPereTanguy": "Portrait of Père Tanguy, 1887",
}
STARRY_NIGHT = "The Starry Night, 1889"
CONTENT = [
    "neuschwansteinCastle",
    "parthenon",
    "eiffelTower_2",
    "tajMahal",
    "greatWallofChina",
    "red_panda",
    "giraffe",
    "scarlet_macaw",
]


def paintings() -> dict[str, np.ndarray]:
    """Return title to picture, a square from the middle of each painting."""
    opened = {}
    data = OPENCV.unpack() / "usr/share/doc/opencv-doc/examples/data"
    opened[STARRY_NIGHT] = Image.open(data / "starry_night.jpg")
    for stem, title in PAINTINGS.items():
        blob = archive("details")[f"details/resource/image/{stem}_background.webp"]
        opened[title] = Image.open(io.BytesIO(blob))
    # the share keeps clear of frames and signatures of the scans
    return {
        title: np.asarray(crop(image.convert("RGB"), SIDE, 0.92, 0.5, 0.5))
        for title, image in opened.items()
    }


def main() -> None:
    """Write ``art.h5`` and its contact sheet."""
    style = paintings()
    photos = {photo.name: photo for photo in photographs()}
    content = [
        np.asarray(crop(photos[name].image, SIDE, 1.0, 0.5, 0.5)) for name in CONTENT
    ]
    write(
        "art",
        {
            "style": Pictures(np.array(list(style.values())) // 2 * 2),
            "style_title": list(style),
            "content": Pictures(np.array(content) // 2 * 2),
            "content_name": CONTENT,
            "style_credit": [
                f"{title}: Vincent van Gogh, public domain" for title in style
            ],
            "content_credit": [photos[name].credit for name in CONTENT],
        },
        title="Nine paintings by Van Gogh and eight photographs",
        description="""Squares of 192×192 for neural style transfer: nine paintings by
        Vincent van Gogh to take the style from, and eight photographs in the public
        domain or under CC0 to take the content from. No labels, no splits.""",
        origin="Debian gcompris-qt-data and opencv-doc (The Starry Night)",
        version=f"{GCOMPRIS.version}, {OPENCV.version}",
        licence="public domain, CC0 1.0",
        licence_files=[
            "CC0-1.0.txt",
            "public-domain-photographs.txt",
            "public-domain-paintings.txt",
        ],
        changes="Squares scaled to 192×192, levels rounded down to even numbers.",
        labs=["C4W4"],
        meanings={
            "style": "paintings, RGB",
            "style_title": "title and year",
            "content": "photographs, RGB",
            "content_name": "name as in photos",
        },
    )
    small = [np.asarray(Image.fromarray(p).resize((96, 96))) for p in style.values()]
    small += [np.asarray(Image.fromarray(p).resize((96, 96))) for p in content]
    contact_sheet("art", small, 9, colours=128)


if __name__ == "__main__":
    main()
