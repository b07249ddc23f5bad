"""Numbers written in the labs' prose are those that the labs' code and data give.

`CLAIMS` holds parts of sentences, each with an expression. The words must stand in the
lab's Markdown or captions, and the numbers in them, in order, must be the values of the
expression, as exactly as they are written. Expressions see the lab's solved functions,
its data and NumPy. Nothing is trained here, so numbers that depend on training are not
verified. `python -m tests.test_claims` prints what is verified in each lab, then all
other sentences with numbers beside outputs, and why they are not verified.
"""

from __future__ import annotations

import ast
import functools
import math
import re

import numpy as np
import pytest

from autograder import paths
from autograder.authoring import source
from autograder.checks.reference import reference
from helpers import audio, data, strategy, text

CLAIMS = {
    "C1W2": [
        ("There are 111 of them", "len({*photos.train_photo, *photos.test_photo})"),
        (
            "give 480 images",
            "len(photos.train_set_x) + len(photos.test_set_x)",
        ),
        (
            "moving $a$ from 2 to 2.001 moves $f$ from 6 to 6.003",
            "2, 2.001, 3 * 2, 3 * 2.001",
        ),
        (
            "moving $a$ from 2 to 2.001 moves $f$ from 4 to about 4.004",
            "2, 2.001, 2**2, 2.001**2",
        ),
        (
            "The neuron is undecided at z = 0 and 99 % sure of a label at z = ±4.6",
            "0, 100 * sigmoid(4.6), math.log(99)",
        ),
        ("Five hundred steps on 420 images", "len(photos.train_set_x)"),
        ("12289 numbers were fitted to 420", "64 * 64 * 3 + 1, 420"),
        (
            "cut from 30 photographs, so one photograph more or less moves it by about "
            "3 %",
            "len(set(photos.test_photo)), 100 / 30",
        ),
        (
            "The row $(3, 4)$ has length 5 and becomes $(0.6, 0.8)$",
            "3, 4, math.hypot(3, 4), normalize_rows(np.array([[3.0, 4.0]]))",
        ),
        (
            "An undecided $a = 0.5$ costs $\\ln 2 \\approx 0.693$",
            "0.5, 2, math.log(2)",
        ),
        (
            "Guessing gets 50 % right",
            "100 * max(np.mean(photos.train_set_y), np.mean(photos.test_set_y))",
        ),
    ],
    "C1W3": [
        ("Four hidden units learn 17 numbers", "(2 * 4 + 4) + (4 * 1 + 1)"),
        (
            "Beyond ±4, sigmoid and tanh pass on almost nothing",
            "4 if sigmoid_backward(np.ones((1, 1)), np.full((1, 1), 4)) < 0.02 else 0",
        ),
    ],
    "C1W4": [
        (
            "the training set has 420 images cut from 81 photographs, the test set 60 "
            "images from 30 others",
            "420, len({*photos.train_photo}), len(photos.test_set_x), "
            "len({*photos.test_photo})",
        ),
        (
            "A dev set of 32 images from 16 more photographs",
            "len(photos.dev_x), len({*photos.dev_photo})",
        ),
        ("16 × 16 × 3 = 768 numbers per image", "16, 16, 3, 16 * 16 * 3"),
        ("With 1 / sqrt(n) it divides them by about 1.4", "1, math.sqrt(2)"),
    ],
    "C2W1": [
        (
            "3 % for $n = 100$, 0.3 % for 10,000",
            "[(100 * math.sqrt(0.1 * 0.9 / n), n) for n in (100, 10_000)]",
        ),
        (
            "47 parameters cost 94 forward passes",
            "47, 2 * 47",
        ),
        ("The other 1000 images are for testing", "len(load('digits').test_x)"),
    ],
    "C2W2": [
        (
            "2000 images of Fashion-MNIST, 28×28",
            "2000, *load('fashion').train_x.shape[1:]",
        ),
        ("Chance level: 10 %", "100 / len(load('fashion').classes)"),
    ],
    "C2W3": [
        ("a **grid** of 5 × 5 tries five values", "5, 5"),
        ("20 of the runs are repeats", "25 - 5"),
        ("Each row holds 200 images", "np.unique(np.bincount(load('fashion').test_y))"),
        (
            "9,000 images to train on, 1,000 as dev set and 2,000 as test set",
            "9000, len(load('fashion').train_x) - 9000, len(load('fashion').test_x)",
        ),
    ],
    "C3W1": [
        (
            "8,000 to train on, 2,000 for development (the **dev** set) and 2,000 for",
            "len(shop.train_x), len(shop.dev_x), len(shop.test_x)",
        ),
        (
            "$1.96^2 / 0.02 = 192.08$, so 193 images",
            "1.96, 2, 0.02, 1.96**2 / 0.02, math.ceil(1.96**2 / 0.02)",
        ),
        (
            "each row stands for 200 images",
            "np.unique(np.bincount(shop.dev_y))",
        ),
        (
            "The large CNN has an error of about 11 %",
            "100 * np.mean(models['large CNN'].classify(shop.dev_x) != shop.dev_y)",
        ),
    ],
    "C3W2": [
        (
            "There are 46 unseen photographs, so one mistake is 2 %",
            "len(photos.dev_y) + len(photos.test_y), 100 / 46",
        ),
        (
            "The large CNN has an error of about 11 %",
            "100 * np.mean(models['large CNN'].classify(shop.dev_x) != shop.dev_y)",
        ),
        (
            "With 1,000 images each, the errors on dev and test are known to about "
            "±3 %",
            "1000, 196 * math.sqrt(0.3 * 0.7 / 1000)",
        ),
    ],
    "C4W1": [
        (
            "6 filters 5 × 5, same, ReLU | 28 × 28 × 6 | 156",
            "6, 5, 5, conv_output_shape(28, 28, 5, 2, 1), 6, conv_parameters(5, 1, 6)",
        ),
        (
            "16 filters 5 × 5, valid, ReLU | 10 × 10 × 16 | 2,416",
            "16, 5, 5, conv_output_shape(14, 14, 5, 0, 1), 16, "
            "conv_parameters(5, 6, 16)",
        ),
        (
            "With other test images, a number may differ by about 15",
            "math.sqrt(2000 * 0.12 * 0.88)",
        ),
    ],
    "C4W2": [
        ("without skips, from 2 to 26 layers deep", "[3 * n + 2 for n in (0, 8)]"),
        ("2,562 numbers", "(1280 + 1) * 2"),
        ("out of $28 \\times 28$", "load('fashion').train_x.shape[1:]"),
        ("Both are tested on all 46 photographs", "len(photos.dev_y) + 30"),
    ],
    "C4W3": [
        (
            "There are 1,200 scenes for training, 150 for the dev set and 150 for the",
            "[len(load('scenes')[p + '_boxes']) for p in ('train', 'dev', 'test')]",
        ),
        ("outputs $1 + 2 \\cdot 64 = 129$ numbers", "1, 2, 64, 1 + 2 * 64"),
        (
            "parameters learn from 2,813 boxes",
            "np.sum(load('scenes').train_classes >= 0)",
        ),
        (
            "each of its 3,549 cells outputs a box and 80 scores",
            "load('nanodet').scores.shape[1:]",
        ),
        (
            "Its twelve photographs show 24 objects",
            "len(load('nanodet').truth_class)",
        ),
        (
            "with 125 nuclei outlined by hand, into tiles and train on 32 tiles",
            "125, len(load('nuclei').train_x)",
        ),
        ("they become 256", "8 * len(load('nuclei').train_x)"),
    ],
    "C4W4": [
        (
            "There are 40 people with 12 images each",
            "sum(people), np.unique(np.unique(faces.test_y, return_counts=True)[1])",
        ),
        (
            "From 14 numbers, 16 filters of length 5 make $10 \\times 16$",
            "14, 16, 5, 14 - 5 + 1, 16",
        ),
        (
            "28 people to learn from, 4 to choose thresholds with, and 8 to test on",
            "people",
        ),
        (
            "the 1,128 pairs of the four dev people",
            "math.comb(len(faces.dev_y), 2)",
        ),
        (
            "The standard error is at most 1.6 percentage points",
            "100 * math.sqrt(0.25 / 1000)",
        ),
    ],
    "C5W1": [
        ("It becomes 0.00003", "0.9**100"),
        ("By 1.1? 13781", "1.1, 1.1**100"),
        (
            "$(30, 4)$ clipped by value 5 is $(5, 4)$; by norm 5, about $(4.96, 0.66)$",
            "30, 4, 5, clip({'g': np.array([30.0, 4.0])}, 5)['g'], "
            "5, np.array([30, 4]) * 5 / math.hypot(30, 4)",
        ),
        ("all 24837 training names", "len(load('place_names').train_names)"),
        (
            "Only 88 names of dinosaurs",
            "sum(len(n) for n in load('dinosaurs').values())",
        ),
        (
            "six pieces by Scott Joplin as sequences of tokens, of which there are 96",
            "audio.N_TOKENS",
        ),
    ],
    "C5W2": [
        (
            "Here are 597 questions of eleven types, each with one right answer among "
            "10388 words",
            "len(glove.analogies), len(glove.words)",
        ),
        (
            "A random answer is right in 0.01 % of all cases",
            "100 / len(glove.words)",
        ),
        (
            "costs 6 ln 2 = 4.16",
            "6, 2, 6 * math.log(2)",
        ),
        (
            "Nineteen plays, 447000 words",
            "round(sum(word[0].isalpha() for word in text.tokenize(plays)), -3)",
        ),
        (
            "240 short sentences, five emoji, 60 more",
            "len(load('emoji').train_y), len(load('emoji').test_y)",
        ),
    ],
    "C5W3": [
        (
            "11 symbols and 10 steps make 26 billion outputs",
            "11, 10, 11**10 / 1e9",
        ),
        (
            "together they have 0.10; a first word with 0.4 and a continuation with "
            "0.9 have 0.36",
            "0.5 * 0.2, 0.4, 0.9, 0.4 * 0.9",
        ),
        (
            "ten seconds give 998 frames of 101 frequencies, 40 Hz apart",
            "spectrogram(np.zeros(80_000)).shape, 8000 / 200",
        ),
        (
            "480 clips of ten seconds: 80 minutes of sound, made from 270 recorded "
            "words",
            "480, 480 * 10 / 60, len(load('speech').train_y)",
        ),
        (
            "The opposite meaning scores 0.74; a good translation in other words "
            "scores 0",
            "[bleu(line.split(), [f'the doctor did not give {end}'.split()]) "
            "for end in ['the old man any hope this morning'] for line in "
            "(f'the doctor did give {end}', "
            "'this morning the physician gave the old fellow no hope')]",
        ),
        (
            "recorded 59 words",
            "len(load('speech_asterisk').test_words)",
        ),
    ],
    "C5W4": [
        (
            "It reads all characters at once, at most 29",
            "max(map(len, load('dates').train_human))",
        ),
        (
            "A uniform guess among 67 characters costs $\\log_2 67 = 6.07$ bits",
            "len(set(plays)), 67, math.log2(67)",
        ),
        ("these 10,000 dates", "len(load('dates').train_human)"),
    ],
}


NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")
TRAINS = re.compile(r"\b(fit|\w*model|learn\w*|train\w*|paint|run|sweep)\(|\btrained\b")


@functools.cache
def names(lab: str) -> dict:
    """What the expressions of a lab may use: its functions and its data."""
    own = {"math": math, "audio": audio, "text": text, "load": data.load}
    if lab in ("C1W2", "C1W4"):
        own["photos"] = data.load("photos")
    if lab in ("C3W2", "C4W2"):
        own["photos"] = data.load("photos_160")
    if lab in ("C3W1", "C3W2"):
        own |= {"shop": strategy.fashion(), "models": strategy.classifiers()}
    if lab == "C4W4":
        own["faces"] = faces = data.load("faces")
        own["people"] = [len({*faces[f"{p}_y"]}) for p in ("train", "dev", "test")]
    if lab == "C5W2":
        own["glove"] = data.load("glove")
    if lab in ("C5W2", "C5W4"):
        own["plays"] = text.as_text(data.load("shakespeare").train_text)
    return vars(reference(lab)) | own


def one_line(prose: str) -> str:
    """Text without line breaks."""
    return " ".join(prose.split())


def captions(code: str) -> list[str]:
    """The captions of a cell; what is computed in them reads `{}`."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.keyword) and node.arg == "reading":
            parts = getattr(node.value, "values", [node.value])
            found.append(
                "".join(p.value if isinstance(p, ast.Constant) else "{}" for p in parts)
            )
    return found


def prose(lab: str) -> str:
    """All Markdown and captions of a lab in one line."""
    cells = source.read(lab).cells
    texts = [cell.text for cell in cells if cell.kind == "markdown"]
    for cell in cells:
        if cell.kind == "code":
            texts += captions(cell.text)
    return one_line("\n\n".join(texts))


def beside_outputs(lab: str) -> list[tuple[str, str]]:
    """Sentences with numbers in captions or right before or after a demo cell.

    Returns:
        Pairs: the sentence, and why it is not verified unless it is in `CLAIMS`.
    """
    cells, found = source.read(lab).cells, {}
    for i, cell in enumerate(cells):
        if cell.role != "demo":
            continue
        trains = TRAINS.search(cell.text)
        reason = "depends on training" if trains else "has no expression yet"
        texts = captions(cell.text)
        for near in cells[max(i - 1, 0) : i + 2]:
            if near.kind == "markdown" and near.role is None:
                texts.append(re.sub(r"```.*?```", "", near.text, flags=re.DOTALL))
        for sentence in re.split(r"(?<=[.?!:|]) ", " ".join(map(one_line, texts))):
            if NUMBER.search(
                re.sub(r"(Part|Course|Exercise|exercises?) \d+", "", sentence)
            ):
                found.setdefault(sentence, reason)
    return list(found.items())


def places(number: str) -> int:
    """How many decimal places a number is written with."""
    return len(number.partition(".")[2])


ROWS = [(lab, *claim) for lab, claims in CLAIMS.items() for claim in claims]


@pytest.mark.parametrize(("lab", "words", "expression"), ROWS)
def test_numbers_in_the_text_are_computed(lab, words, expression):
    assert words in prose(lab), "the lab no longer says this"
    said = [number.rstrip(",").replace(",", "") for number in NUMBER.findall(words)]
    value = eval(f"({expression},)", dict(names(lab)))
    computed = np.concatenate([np.ravel(part) for part in value]).astype(float)
    assert len(said) == len(computed)
    for number, exact in zip(said, computed, strict=True):
        assert abs(float(number) - exact) <= 0.5001 * 10.0 ** -places(number)


def test_a_wrong_number_would_be_noticed():
    with pytest.raises(AssertionError):
        test_numbers_in_the_text_are_computed(
            "C1W2", "There are 111 of them", "len({*photos.train_photo})"
        )
    with pytest.raises(AssertionError, match="no longer"):
        test_numbers_in_the_text_are_computed("C1W2", "There are 112 of them", "112")


def test_every_lab_has_verified_numbers():
    assert [lab for lab in paths.lab_names() if len(CLAIMS.get(lab, ())) < 2] == []


def report() -> None:
    """Print what is verified in each lab, and what is not, with the reason."""
    for lab in paths.lab_names():
        verified = [words for words, _ in CLAIMS[lab]]
        others = [
            pair
            for pair in beside_outputs(lab)
            if not any(words in pair[0] or pair[0] in words for words in verified)
        ]
        print(f"\n{lab}: {len(verified)} verified, {len(others)} others")
        for words in verified:
            print(f"  verified: {words}")
        for sentence, reason in others:
            print(f"  {reason}: {sentence}")


if __name__ == "__main__":
    report()
