"""helpers.data: loading by name, and one clear sentence when something is wrong."""

import hashlib
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from helpers import data

BUILD = Path(__file__).resolve().parent.parent / "datasets" / "build"
sys.path.insert(0, str(BUILD))

import common  # noqa: E402

ABOUT = {
    "title": "A title",
    "description": "What it is.",
    "origin": "drawn by the test",
    "version": "1",
    "licence": "MIT",
    "licence_files": ["course.txt"],
    "changes": "none",
    "labs": ["C1W2"],
    "classes": ["no", "yes"],
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A datasets folder of its own with one small file, ``small.h5``."""
    (tmp_path / "licenses").mkdir()
    (tmp_path / "licenses" / "course.txt").write_text("text")
    monkeypatch.setattr(common, "LICENSES", tmp_path / "licenses")
    monkeypatch.setenv("DATASETS_DIR", str(tmp_path))
    write(tmp_path)
    note_checksums(tmp_path)
    return tmp_path


def arrays():
    rng = np.random.default_rng(0)
    return {
        "train_x": rng.integers(0, 256, (500, 12, 8, 3), dtype=np.uint8),
        "train_y": np.arange(500) % 2,
        "words": ["häuser", "naïve", ""],
        "raw": np.array([b"landmark", b"animal"]),
        "packed": common.Packed(np.arange(4, dtype=np.uint8), 0.5, -1.0),
        "pictures": common.Pictures(rng.integers(0, 256, (9, 7, 5, 3), dtype=np.uint8)),
        "number": np.float64(2.5),
    }


def write(folder, **changes):
    about = {**ABOUT, "folder": folder, **changes}
    return common.write("small", arrays(), meanings={"train_y": "a label"}, **about)


def note_checksums(folder):
    lines = [f"{common.sha256(p)}  {p.name}\n" for p in sorted(folder.glob("*.h5"))]
    (folder / "SHA256SUMS").write_text("".join(lines))


def test_arrays_come_back_as_they_were_written(folder):
    small = data.load("small")
    wanted = arrays()
    for key in ("train_x", "train_y", "raw", "number"):
        np.testing.assert_array_equal(small[key], wanted[key])
        assert small[key].dtype == np.asarray(wanted[key]).dtype
    assert small.words.tolist() == wanted["words"]
    np.testing.assert_array_equal(small.pictures, wanted["pictures"].values)
    np.testing.assert_array_equal(small.packed, np.float32([-1, -0.5, 0, 0.5]))
    assert small.packed.dtype == np.float32


def test_item_and_attribute_are_the_same_array(folder):
    small = data.load("small")
    assert small.train_x is small["train_x"]
    assert set(small) == set(arrays())
    assert len(small) == 7
    assert "train_x" in small
    assert "train_x" in dir(small)


def test_nothing_is_read_before_it_is_asked_for(folder, monkeypatch):
    small = data.load("small")
    (folder / "small.h5").unlink()
    assert small.shapes["train_x"] == (500, 12, 8, 3)
    with pytest.raises(data.DataError, match="is missing"):
        _ = small.train_x


@pytest.mark.parametrize("which", [slice(2, 5), slice(None, None, 100), 7, -1])
@pytest.mark.parametrize("key", ["train_x", "pictures", "words"])
def test_rows_reads_a_part(folder, key, which):
    whole = data.load("small")[key]
    if isinstance(which, int) and which >= len(whole):
        which = 1
    part = data.load("small").rows(key, which)
    np.testing.assert_array_equal(part, whole[which])


def test_description_and_classes(folder):
    small = data.load("small")
    assert small.description == "What it is."
    assert small.classes == ["no", "yes"]
    assert small.licence == "MIT"
    text = data.describe("small")
    for part in ("A title", "What it is.", "500 × 12 × 8 × 3", "a label", "MIT", "str"):
        assert part in text
    assert "train_x" in repr(small)


def test_unknown_name_suggests_the_nearest(folder):
    with pytest.raises(data.DataError, match="did you mean 'small'"):
        data.load("smal")
    with pytest.raises(data.DataError, match="there are: small"):
        data.load("xyz")


def test_unknown_array_suggests_the_nearest(folder):
    small = data.load("small")
    with pytest.raises(KeyError, match="no array 'trainx'; did you mean 'train_x'"):
        small["trainx"]
    with pytest.raises(AttributeError, match="did you mean 'train_x'"):
        _ = small.train_xx
    assert not hasattr(small, "_hidden")
    assert small.get("nothing") is None


def test_missing_file_names_the_repair(folder):
    (folder / "small.h5").unlink()
    with pytest.raises(data.DataError, match=r"is missing; restore it with `git"):
        data.load("small")
    assert "is missing" in data.verify()["small"]


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.999])
def test_truncated_file_names_the_repair(folder, share):
    path = folder / "small.h5"
    blob = path.read_bytes()
    path.write_bytes(blob[: int(share * len(blob))])
    with pytest.raises(data.DataError, match=r"damaged or incomplete; restore it with"):
        _ = data.load("small").train_x
    assert "damaged" in data.verify("small")["small"]


def test_flipped_byte_in_the_data_is_noticed(folder):
    path = folder / "small.h5"
    with h5py.File(path) as file:
        offset = file["train_x"].id.get_chunk_info(0).byte_offset
    blob = bytearray(path.read_bytes())
    blob[offset + 100] ^= 0xFF
    path.write_bytes(blob)
    with pytest.raises(data.DataError, match="damaged"):
        _ = data.load("small").train_x
    assert "damaged" in data.verify()["small"]


def test_foreign_hdf5_file_is_called_damaged(folder):
    with h5py.File(folder / "small.h5", "w") as file:
        file["x"] = [1]
    with pytest.raises(data.DataError, match="damaged"):
        data.load("small")


def test_messages_are_one_sentence(folder):
    (folder / "small.h5").write_bytes(b"")
    for name in ("small", "other", "smll"):
        with pytest.raises(data.DataError) as caught:
            data.load(name)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 200


def test_missing_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("DATASETS_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(data.DataError, match="DATASETS_DIR"):
        data.load("small")


def test_folder_defaults_to_the_course(monkeypatch):
    monkeypatch.delenv("DATASETS_DIR", raising=False)
    assert data.folder() == BUILD.parent


def test_verify_accepts_what_is_right(folder):
    assert data.verify() == {}
    assert data.verify("small") == {}
    assert "no line in SHA256SUMS" in data.verify("other")["other"]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["list"], 0, "A title"),
        (["describe", "small"], 0, "What it is."),
        (["describe", "smal"], 1, "did you mean"),
        (["verify"], 0, "as it should be"),
        (["verify", "small"], 0, "as it should be"),
        (["verify", "other"], 1, "no line"),
    ],
)
def test_command_line(folder, capsys, arguments, status, said):
    assert data.main(arguments) == status
    printed = capsys.readouterr()
    assert said in printed.out + printed.err


# --------------------------------------------------------- what the scripts share


def test_same_arrays_give_the_same_bytes(folder):
    first = (folder / "small.h5").read_bytes()
    assert write(folder).read_bytes() == first


def test_write_refuses_what_may_not_ship(folder, monkeypatch):
    with pytest.raises(ValueError, match="no licence text"):
        write(folder, licence_files=["nothing.txt"])
    with pytest.raises(ValueError, match="no licence text"):
        write(folder, licence_files=[])
    with pytest.raises(ValueError, match="meanings without an array"):
        common.write("small", {"x": [1]}, meanings={"y": "?"}, **ABOUT, folder=folder)
    with pytest.raises(ValueError, match="cannot store"):
        common.write("small", {"x": [1j]}, **ABOUT, folder=folder)
    monkeypatch.setattr(common, "MAX_BYTES", 1000)
    with pytest.raises(ValueError, match="more than 1,000"):
        write(folder)


def test_archive_with_another_checksum_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(common, "CACHE", tmp_path)
    right = hashlib.sha256(b"archive").hexdigest()
    package = common.Package("npm", "@some/package", "1.0", right)
    archive = tmp_path / "npm-@some_package-1.0" / "archive" / "package.tgz"
    archive.parent.mkdir(parents=True)
    archive.write_bytes(b"archive")
    assert package.archive() == archive
    assert str(package) == "npm @some/package 1.0"
    archive.write_bytes(b"another")
    with pytest.raises(RuntimeError, match="expected"):
        package.archive()


def test_perceptual_hash_knows_a_picture_again():
    rng = np.random.default_rng(1)
    coarse = rng.integers(0, 256, (3, 8, 8, 3), dtype=np.uint8)
    pictures = list(coarse.repeat(8, axis=1).repeat(8, axis=2))
    darker = (pictures[0] * 0.8).astype(np.uint8)
    larger = pictures[1].repeat(2, axis=0).repeat(2, axis=1)
    assert common.near_duplicates([*pictures, darker, larger]) == [(0, 3), (1, 4)]


def test_rms_to_nearest():
    rng = np.random.default_rng(2)
    a, b = (rng.integers(0, 256, (n, 5, 4), dtype=np.uint8) for n in (6, 7))
    found = common.rms_to_nearest(a, b)
    pairs = (a[:, None].astype(float) - b[None]) ** 2
    wanted = np.sqrt(pairs.mean(axis=(2, 3)).min(axis=1))
    np.testing.assert_allclose(found, wanted, rtol=1e-4)


def test_short_float16_is_near():
    values = np.random.default_rng(3).normal(size=1000).astype(np.float32)
    short = common.short_float16(values)
    assert short.dtype == np.float16
    np.testing.assert_allclose(short, values, rtol=0.0045)
    assert not np.any(short.view(np.uint16) & 0b111)
