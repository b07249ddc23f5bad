"""Hidden tests of C3W2: made-up data."""

import numpy as np

from autograder.checks.C3W2.common import lab, ref
from autograder.checks.check import case


@lab.check("synthesize", points=7, driver="with_seed")
def synthesize(rng):
    """Few and many backgrounds, one, level 0 and 1."""
    # "left as it is", "drawn once", "the larger of image and `level` times
    # background"
    levels = map(float, rng.uniform([0.5, 0.4, 0.6], [0.7, 0.6, 0.9]))
    for m, k, level in zip(
        (12, 8, 9, 6, 3), (5, 1, 7, 20, 4), (*levels, 1.0, 0.0), strict=True
    ):
        clean = rng.random((m, 4, 5)) * (rng.random((m, 4, 5)) < 0.5)
        yield case(clean, rng.random((k, 4, 5)), int(rng.integers(10**6)), level)


@synthesize.mistake(
    "Image and background are added. At each pixel only the brighter one is visible."
)
def adds_them(clean, noise, rng, level):
    return clean + level * noise[rng.integers(len(noise), size=len(clean))]


@synthesize.mistake(
    "At each pixel the darker one is visible. A bright piece of clothing hides what "
    "is behind it."
)
def shows_the_darker(clean, noise, rng, level):
    which = rng.integers(len(noise), size=len(clean))
    return np.minimum(clean, level * noise[which])


@synthesize.mistake(
    "Backgrounds are taken in turn. Draw with `rng` which one each image gets."
)
def backgrounds_in_turn(clean, noise, rng, level):
    return np.maximum(clean, level * noise[np.arange(len(clean)) % len(noise)])


@synthesize.mistake("The level is not used: backgrounds keep their full brightness.")
def ignores_the_level(clean, noise, rng, level):
    return ref.synthesize(clean, noise, rng, 1.0)


@synthesize.mistake("All images have the same background. Draw one number per image.")
def one_background(clean, noise, rng, level):
    return np.maximum(clean, level * noise[rng.integers(len(noise))])


@synthesize.mistake("The level dims the clothes as well. It is only for backgrounds.")
def dims_everything(clean, noise, rng, level):
    return level * ref.synthesize(clean, noise, rng, 1.0)


@synthesize.mistake(
    "The result is a blend of both. At each pixel only the brighter one is visible."
)
def blends_them(clean, noise, rng, level):
    which = rng.integers(len(noise), size=len(clean))
    return (1 - level) * clean + level * noise[which]


@synthesize.mistake(
    "The background is drawn as it should be, but the image is nowhere to be seen in "
    "front of it."
)
def background_alone(clean, noise, rng, level):
    return level * noise[rng.integers(len(noise), size=len(clean))]


@synthesize.mistake(
    "The backgrounds are not those of one call `rng.integers(k, size=m)`: are they "
    "drawn in another way, without repetition or one by one?"
)
def backgrounds_by_permutation(clean, noise, rng, level):
    which = rng.permutation(np.arange(len(clean)) % len(noise))
    return np.maximum(clean, level * noise[which])


@synthesize.mistake(
    "Image and background are added, and cut off at 1. At each pixel only the brighter "
    "one is visible."
)
def adds_and_clips(clean, noise, rng, level):
    return np.clip(adds_them(clean, noise, rng, level), 0, 1)


@synthesize.mistake(
    "The level is applied to the image, not to the background. It says how bright "
    "backgrounds are."
)
def dims_the_image(clean, noise, rng, level):
    return np.maximum(level * clean, noise[rng.integers(len(noise), size=len(clean))])


@synthesize.mistake(
    "The background shows only where the image is 0. It shows wherever it is brighter "
    "than the image."
)
def behind_zeros_only(clean, noise, rng, level):
    which = rng.integers(len(noise), size=len(clean))
    return np.where(clean > 0, clean, level * noise[which])


@synthesize.right
def synthesize_with_a_loop(clean, noise, rng, level):
    made = clean.copy()
    for i, which in enumerate(rng.integers(len(noise), size=len(clean))):
        behind = noise[which] * level
        made[i][behind > made[i]] = behind[behind > made[i]]
    return made


@synthesize.right
def synthesize_with_where(clean, noise, rng, level):
    behind = noise[rng.integers(0, noise.shape[0], clean.shape[0])].astype(np.float32)
    return np.where(clean > level * behind, clean, level * behind)


lab.concept(
    "one_noise",
    points=2,
    answer="A",
    why="6 % against 19 %: the network has overfitted to that hour. In your figure "
    "the gap closed as the number of backgrounds grew.",
    because={
        "B": "It is still the same hour. Your network knew a single background, "
        "whatever its brightness.",
        "C": "Speech is not what is missing: on synthesized dev speech the error is "
        "low. Noise is scarce.",
        "D": "That would overfit to that hour even more. The gap is between made-up "
        "and real speech, and would grow.",
    },
)
