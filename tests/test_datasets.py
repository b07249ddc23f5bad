"""Every file of datasets/: intact, licensed, described, balanced, without leaks."""

import re
import sys
from itertools import combinations
from pathlib import Path

import h5py
import numpy as np
import pytest

from helpers.data import load, verify
from helpers.scenes import load_scenes, visible_boxes

DATASETS = Path(__file__).resolve().parent.parent / "datasets"
sys.path.insert(0, str(DATASETS / "build"))

import readme  # noqa: E402
from common import dct_hash, near_duplicates, rms_to_nearest  # noqa: E402

FILES = sorted(path.stem for path in DATASETS.glob("*.h5"))
ATTRIBUTES = {"title", "description", "origin", "version", "licence", "licence_files"}
ATTRIBUTES |= {"changes", "labs", "classes", "shapes"}
SPLITS = ("train", "dev", "test")

# ------------------------------------------------------------ every file of the folder


def test_the_folder_is_small_enough():
    sizes = {path.name: path.stat().st_size for path in DATASETS.glob("*.h5")}
    assert max(sizes.values()) <= 8_000_000, sizes
    assert sum(sizes.values()) <= 40_000_000, sum(sizes.values())


def test_every_file_has_its_checksum():
    assert verify() == {}


@pytest.mark.parametrize("name", FILES)
def test_attributes(name):
    with h5py.File(DATASETS / f"{name}.h5") as file:
        about = {key: value.decode() for key, value in file.attrs.items()}
        assert set(about) == ATTRIBUTES
    assert all(about[key].strip() for key in ATTRIBUTES - {"classes"})
    assert len(about["description"]) > 80
    assert all(re.fullmatch(r"C[1-5]W[1-4]", lab) for lab in about["labs"].split())


@pytest.mark.parametrize("name", FILES)
def test_every_array_is_what_its_entry_says(name):
    data = load(name)
    for key, shape in data.shapes.items():
        array = data.rows(key)
        assert array.shape == shape, key
        if array.dtype.kind == "f":
            assert np.all(np.isfinite(array)), key
        if key.endswith("_y") and data.classes and array.dtype.kind == "i":
            assert array.min() >= 0, key
            assert array.max() < len(data.classes), key


@pytest.mark.parametrize("name", FILES)
def test_licence_text_is_there(name):
    with h5py.File(DATASETS / f"{name}.h5") as file:
        texts = file.attrs["licence_files"].decode().split()
    for text in texts:
        assert (DATASETS / "licenses" / text).stat().st_size > 200, text


@pytest.mark.parametrize("name", FILES)
def test_a_script_of_that_name_makes_it(name):
    scripts = (DATASETS / "build").glob("*.py")
    assert any(
        re.search(rf'write\(\s*"{name}"', script.read_text()) for script in scripts
    )


@pytest.mark.parametrize("name", FILES)
def test_row_of_the_table_is_up_to_date(name):
    assert readme.row(DATASETS / f"{name}.h5") in (DATASETS / "README.md").read_text()


def test_credits_are_up_to_date():
    assert (DATASETS / "CREDITS.md").read_text() == readme.credits()


def test_sheets_are_small():
    for sheet in (DATASETS / "sheets").glob("*.png"):
        assert sheet.stat().st_size < 200_000, sheet.name


# ------------------------------------------------------- the classified picture sets

#: Rows of each split, and the largest share of one class in it.
CLASSIFIED = {
    "fashion": ({"train": 10_000, "test": 2_000}, (28, 28), 0.1),
    "silhouettes": ({"train": 3_000, "dev": 500, "test": 1_000}, (28, 28), 0.1),
    "digits": ({"train": 4_000, "dev": 500, "test": 1_000}, (28, 28), 0.1),
    "digits_8x8": ({"train": 1_297, "dev": 200, "test": 300}, (8, 8), 0.13),
    "photos_160": ({"train": 81, "dev": 16, "test": 30}, (160, 160, 3), 0.59),
}


@pytest.mark.parametrize("name", CLASSIFIED)
def test_shapes_and_balance(name):
    rows, shape, largest = CLASSIFIED[name]
    data = load(name)
    for split, number in rows.items():
        x, y = data[f"{split}_x"], data[f"{split}_y"]
        assert x.shape == (number, *shape)
        assert x.dtype == np.uint8
        assert y.shape == (number,)
        assert y.dtype == np.int64
        assert set(y.tolist()) == set(range(len(data.classes)))
        assert np.bincount(y).max() <= largest * number + 1e-9
        assert x.std(axis=tuple(range(1, x.ndim))).min() > 0, "a picture of one colour"


@pytest.mark.parametrize(
    ("name", "nearest"), [("fashion", 16), ("silhouettes", 30), ("digits", 15)]
)
def test_no_picture_comes_back_in_another_split(name, nearest):
    data = load(name)
    present = [split for split in SPLITS if f"{split}_x" in data]
    for first, second in combinations(present, 2):
        distance = rms_to_nearest(data[f"{second}_x"], data[f"{first}_x"])
        if "train" in (first, second):
            assert distance.min() > nearest, (first, second)
        assert distance.min() > 0, (first, second)


def test_silhouettes_are_distinct_even_mirrored():
    data = load("silhouettes")
    for first, second in combinations(SPLITS, 2):
        x = data[f"{second}_x"][:, :, ::-1]
        assert rms_to_nearest(x, data[f"{first}_x"]).min() > 29
    for split in SPLITS:
        x = data[f"{split}_x"].reshape(len(data[f"{split}_y"]), -1)
        assert len(np.unique(x, axis=0)) == len(x)


def test_small_digits_are_distinct():
    data = load("digits_8x8")
    x = np.concatenate([data[f"{split}_x"].reshape(-1, 64) for split in SPLITS])
    assert len(np.unique(x, axis=0)) == len(x) == 1797
    assert x.max() == 16


# --------------------------------------------------------------------- the photographs


def photos_of(data, split):
    """Return the pictures of a split, whatever its array is called."""
    return data[f"{split}_set_x" if f"{split}_set_x" in data else f"{split}_x"]


def test_photos_have_the_classic_names():
    photos = load("photos")
    assert photos.train_set_x.shape == (420, 64, 64, 3)
    assert photos.test_set_x.shape == (60, 64, 64, 3)
    assert photos.dev_x.shape == (32, 64, 64, 3)
    assert photos.train_set_y.shape == (420,)
    assert photos.list_classes.tolist() == [b"landmark", b"animal"]
    assert photos.classes == ["landmark", "animal"]
    for y in (photos.train_set_y, photos.dev_y, photos.test_set_y):
        assert y.dtype == np.int64
        assert y.mean() == 0.5


@pytest.mark.parametrize("name", ["photos", "photos_160"])
def test_no_photograph_is_in_two_splits(name):
    data = load(name)
    numbers = {split: set(data[f"{split}_photo"].tolist()) for split in SPLITS}
    subjects = {s: {data.photo_subject[n] for n in numbers[s]} for s in SPLITS}
    assert set().union(*numbers.values()) == set(range(127))
    for first, second in combinations(SPLITS, 2):
        assert not numbers[first] & numbers[second]
        assert not subjects[first] & subjects[second]


def test_both_sizes_are_split_alike():
    small, large = load("photos"), load("photos_160")
    assert small.photo_name.tolist() == large.photo_name.tolist()
    for split in SPLITS:
        assert set(small[f"{split}_photo"]) == set(large[f"{split}_photo"])


def test_no_near_duplicate_among_the_photographs():
    large = load("photos_160")
    pictures = [picture for split in SPLITS for picture in large[f"{split}_x"]]
    assert near_duplicates(pictures) == []
    mirrored = [picture[:, ::-1] for picture in pictures]
    pairs = near_duplicates([*pictures, *mirrored], distance=8)
    assert [(i, j) for i, j in pairs if j - i != len(pictures)] == []


def test_no_crop_of_the_test_set_is_like_one_to_train_on():
    photos = load("photos")
    hashes = {s: [dct_hash(x) for x in photos_of(photos, s)] for s in SPLITS}
    for first, second in combinations(SPLITS, 2):
        nearest = min(
            (a ^ b).bit_count() for a in hashes[first] for b in hashes[second]
        )
        assert nearest > 8, (first, second)


def test_every_photograph_is_free_and_credited():
    photos = load("photos")
    assert set(photos.photo_licence.tolist()) == {"CC0 1.0", "public domain"}
    assert all(source.startswith("https://") for source in photos.photo_source)
    assert all(author for author in photos.photo_author)
    text = (DATASETS / "CREDITS.md").read_text()
    assert all(credit in text for credit in photos.photo_credit)


# --------------------------------------------------------------- faces, nuclei, scenes


def test_faces_are_held_out_by_person():
    faces = load("faces")
    people = {split: set(faces[f"{split}_y"].tolist()) for split in SPLITS}
    assert [len(people[split]) for split in SPLITS] == [28, 4, 8]
    assert len(set().union(*people.values())) == 40
    for split in SPLITS:
        assert faces[f"{split}_x"].shape[1:] == (64, 64, 3)
        counts = np.bincount(faces[f"{split}_y"])
        assert set(counts[counts > 0].tolist()) == {12}
    everything = np.concatenate([faces[f"{split}_x"] for split in SPLITS])
    assert len(np.unique(everything.reshape(480, -1), axis=0)) == 480


def test_nuclei():
    nuclei = load("nuclei")
    for split, number in zip(SPLITS, (32, 16, 16), strict=True):
        assert nuclei[f"{split}_x"].shape == (number, 64, 64)
        y, instances = nuclei[f"{split}_y"], nuclei[f"{split}_instances"]
        np.testing.assert_array_equal(y, instances > 0)
        assert 0.1 < y.mean() < 0.3
        # nuclei shine: the labels and the picture lie on each other
        x = nuclei[f"{split}_x"]
        assert x[y == 1].mean() > 1.5 * x[y == 0].mean()


@pytest.mark.parametrize(
    ("split", "number"), [("train", 1200), ("dev", 150), ("test", 150)]
)
def test_boxes_and_masks_of_the_scenes_agree(split, number):
    scenes = load_scenes(split)
    assert scenes.images.shape == (number, 96, 96, 3)
    assert scenes.images.dtype == np.uint8
    np.testing.assert_array_equal(scenes.masks > 0, scenes.instances > 0)
    for i in range(number):
        boxes = visible_boxes(scenes.instances[i], 4)
        np.testing.assert_array_equal(boxes, scenes.boxes[i])
        there = scenes.classes[i] >= 0
        np.testing.assert_array_equal(there, boxes[:, 2] > boxes[:, 0])
        shown = {int(k) - 1 for k in np.unique(scenes.masks[i]) if k}
        assert shown == set(scenes.classes[i][there].tolist())
    counts = np.bincount(scenes.classes[scenes.classes >= 0], minlength=5)
    assert counts.max() < 1.5 * counts.min()
    assert set((scenes.classes >= 0).sum(axis=1).tolist()) == {1, 2, 3, 4}


def test_scenes_stand_on_photographs_of_their_own_split():
    recipe, photos = load("scenes"), load("photos_160")
    for split in SPLITS:
        rows = recipe[f"{split}_background"][:, 0]
        assert rows.max() < len(photos[f"{split}_x"])
        assert not photos[f"{split}_y"][rows].any(), "landmarks only"


def test_rows_of_scenes_are_a_part_of_all():
    some, every = load_scenes("dev", slice(3, 6)), load_scenes("dev")
    np.testing.assert_array_equal(some.images, every.images[3:6])
    np.testing.assert_array_equal(some.masks, every.masks[3:6])
    np.testing.assert_array_equal(some.boxes, every.boxes[3:6])


def test_nanodet():
    data = load("nanodet")
    assert data.scores.shape == (12, 3549, 80)
    assert data.boxes.shape == (12, 3549, 4)
    assert len(data.classes) == 80
    assert 0 <= data.scores.min() <= data.scores.max() <= 1
    left, top, right, bottom = np.moveaxis(data.boxes.astype(float), -1, 0)
    assert np.all((left >= 0) & (left <= right) & (right <= 1))
    assert np.all((top >= 0) & (top <= bottom) & (bottom <= 1))
    np.testing.assert_array_equal(np.unique(data.cells[:, 0]), [13, 26, 52])
    assert set(data.truth_picture.tolist()) == set(range(12))


def test_nanodet_finds_what_a_person_drew():
    data = load("nanodet")
    found = 0
    for picture, label, box in zip(
        data.truth_picture, data.truth_class, data.truth_box, strict=True
    ):
        score = data.scores[picture, :, label] if label >= 0 else np.zeros(3549)
        boxes = data.boxes[picture].astype(float)[score > 0.3]
        overlap = np.clip(
            np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2]), 0, 1
        ).prod(axis=1)
        areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
        found += bool(np.any(overlap / (areas - overlap) > 0.5))
    assert found >= 0.7 * len(data.truth_class)


def test_art():
    art = load("art")
    assert art.style.shape == (9, 192, 192, 3)
    assert art.content.shape == (8, 192, 192, 3)
    assert "The Starry Night, 1889" in art.style_title.tolist()
    assert near_duplicates([*art.style, *art.content]) == []
