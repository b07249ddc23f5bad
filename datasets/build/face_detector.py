"""The face detector of face-api: a Tiny-YOLOv2 with five anchors."""

import numpy as np
from common import Pictures, write
from face_nets import LICENCE_FILES, PACKAGE, read, torch_detector, unpacked
from PIL import Image
from skimage_photos import CREDITS, photograph


def main() -> None:
    """Write ``face_detector.h5``."""
    arrays = read("tiny_face_detector_model")
    size = (416, 416)
    picture = np.asarray(photograph("astronaut").resize(size, Image.LANCZOS))[None]
    write(
        "face_detector",
        {
            **arrays,
            "check_x": Pictures(picture),
            "check_y": torch_detector(picture, unpacked(arrays)).round(4),
            "credit": [CREDITS["astronaut"]],
        },
        title="Face detector, Tiny-YOLOv2 with separable convolutions",
        description="""Weights of a detector with a 13×13 grid, five anchors and one
        class, faces. Stored in 8 bits as in the source, read as float32; depthwise
        filters (3, 3, n_C, 1), others (f, f, n_C_prev, n_C).
        helpers.vision.face_detector runs it and helpers.vision.FACE_ANCHORS are its
        anchors. check_x is a portrait of the astronaut Eileen Collins by NASA, check_y
        the raw output for it as PyTorch's operations compute it.""",
        origin="npm @vladmandic/face-api, tiny_face_detector_model",
        version=PACKAGE.version,
        licence="MIT; photograph in the public domain",
        licence_files=[*LICENCE_FILES, "public-domain-photographs.txt"],
        changes="Layers renamed.",
        labs=["C4W3", "C4W4"],
        classes=["face"],
        meanings={
            "check_x": "a photograph with one face in front, RGB",
            "check_y": "raw output, from an independent implementation",
        },
    )


if __name__ == "__main__":
    main()
