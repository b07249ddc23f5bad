"""Three small tables: tumours, diabetes, wine."""

from __future__ import annotations

import csv
import gzip

import numpy as np
from common import Package, write

SOURCE = Package(
    "pypi",
    "scikit-learn",
    "1.9.1",
    "52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df",
    "manylinux_2_27_x86_64",
)
FRACTIONS = (0.6, 0.8)  # where train ends and dev ends

CANCER = [
    f"{statistic} {measure}"
    for statistic in ("mean", "error", "worst")
    for measure in (
        *("radius", "texture", "perimeter", "area", "smoothness", "compactness"),
        *("concavity", "concave points", "symmetry", "fractal dimension"),
    )
]
WINE = [
    *("alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "phenols"),
    *("flavanoids", "nonflavanoid phenols", "proanthocyanins", "colour intensity"),
    *("hue", "OD280/OD315 of diluted wines", "proline"),
]
DIABETES = [
    *("age", "sex", "body mass index", "blood pressure", "total cholesterol", "LDL"),
    *("HDL", "cholesterol / HDL", "log of triglycerides", "glucose"),
]


def read_labelled(path) -> tuple[np.ndarray, np.ndarray]:
    """Read one of scikit-learn's tables: a header, features, the class last."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    table = np.array(rows, np.float64)
    return table[:, :-1].astype(np.float32), table[:, -1].astype(np.uint8)


def split(name: str, x: np.ndarray, y: np.ndarray, rng) -> dict[str, np.ndarray]:
    """Return arrays ``{part}_{name}_x`` and ``{part}_{name}_y``, rows drawn by lot."""
    order = rng.permutation(len(x))
    ends = [round(share * len(x)) for share in FRACTIONS]
    parts = zip(("train", "dev", "test"), np.split(order, ends), strict=True)
    return {
        f"{part}_{name}_{key}": array[chosen]
        for part, chosen in parts
        for key, array in (("x", x), ("y", y))
    }


def main() -> None:
    """Write ``datasets/tables.h5``."""
    folder = SOURCE.unpack() / "sklearn" / "datasets" / "data"
    rng = np.random.default_rng(6)
    cancer_x, cancer_y = read_labelled(folder / "breast_cancer.csv")
    wine_x, wine_y = read_labelled(folder / "wine_data.csv")
    with gzip.open(folder / "diabetes_data_raw.csv.gz", "rt") as file:
        diabetes_x = np.loadtxt(file).astype(np.float32)
    with gzip.open(folder / "diabetes_target.csv.gz", "rt") as file:
        diabetes_y = np.loadtxt(file).astype(np.float32)
    write(
        "tables",
        {
            **split("cancer", cancer_x, cancer_y, rng),
            **split("wine", wine_x, wine_y, rng),
            **split("diabetes", diabetes_x, diabetes_y, rng),
            "cancer_features": CANCER,
            "wine_features": WINE,
            "diabetes_features": DIABETES,
            "cancer_classes": ["malignant", "benign"],
            "wine_classes": ["class 0", "class 1", "class 2"],
        },
        title="three small tables",
        description=f"""Real measurements, three classic tables in their own units (not
        normalized): cell nuclei of {len(cancer_x)} breast tumours with the diagnosis
        (Wolberg, Street and Mangasarian, 1993), chemistry of {len(wine_x)} Italian
        wines with the cultivar (Forina, 1991), and {len(diabetes_x)} diabetes patients
        with the progress of the disease after a year, a number to predict (Efron et
        al., 2004). Rows are examples; each table is split 60/20/20.""",
        origin="PyPI scikit-learn, sklearn/datasets/data",
        version=SOURCE.version,
        licence="BSD-3-Clause",
        licence_files=["scikit-learn-BSD-3.txt"],
        changes="rows drawn by lot into three splits",
        labs=["C2W1", "C2W3", "C3W1"],
        meanings={
            "train_cancer_y": "index into cancer_classes",
            "train_wine_y": "index into wine_classes",
            "train_diabetes_y": "progress of the disease, 25 to 346",
            "train_diabetes_x": "sex is coded 1 and 2",
        },
    )


if __name__ == "__main__":
    main()
