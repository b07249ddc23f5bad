"""The face embedding of face-api: a ResNet with 29 layers, 128 numbers a face."""

from common import Pictures, write
from face_nets import LICENCE_FILES, PACKAGE, read, torch_embedding, unpacked
from skimage_photos import CREDITS, face


def main() -> None:
    """Write ``face_embedding.h5``."""
    arrays = read("face_recognition_model")
    picture = face(150)[None]
    write(
        "face_embedding",
        {
            **arrays,
            "check_x": Pictures(picture),
            "check_y": torch_embedding(picture, unpacked(arrays)).round(5),
            "credit": [CREDITS["astronaut"]],
        },
        title="Face embedding, ResNet-29 to 128 numbers",
        description="""Weights of a network that embeds a face of 150×150 pixels so that
        two pictures of one person are usually nearer than 0.6 (trained by the makers of
        dlib on about three million faces). Most weights are stored in 8 bits as in the
        source and read as float32. helpers.vision.face_embedding runs it. check_x is
        the face of the astronaut Eileen Collins, photographed by NASA, check_y its
        embedding as PyTorch's operations compute it.""",
        origin="npm @vladmandic/face-api, face_recognition_model",
        version=PACKAGE.version,
        licence="MIT; photograph in the public domain",
        licence_files=[*LICENCE_FILES, "public-domain-photographs.txt"],
        changes="Layers renamed; the unpacked kernels rounded to float16.",
        labs=["C4W4"],
        meanings={
            "check_x": "a face, RGB",
            "check_y": "its embedding, from an independent implementation",
        },
    )


if __name__ == "__main__":
    main()
