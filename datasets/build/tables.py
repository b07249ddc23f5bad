"""Four small tables: tumours, diabetes, wine, houses."""

from __future__ import annotations

import csv
import gzip
import lzma

import numpy as np
import rdata
from common import Package, write

SOURCE = Package(
    "pypi",
    "scikit-learn",
    "1.9.1",
    "52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df",
    "manylinux_2_27_x86_64",
)
HOUSES = Package(
    "debian",
    "r-cran-modeldata",
    "1.1.0-1",
    "66c2e08bb4bf695d972b1e72ea44d5af9ada3c42841793d3871017f7b896bf95",
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


# All numeric columns but BsmtFin_SF_1, which this package fills with codes by mistake.
AMES = [
    *("Lot_Frontage", "Lot_Area", "Year_Built", "Year_Remod_Add", "Mas_Vnr_Area"),
    *("BsmtFin_SF_2", "Bsmt_Unf_SF", "Total_Bsmt_SF", "First_Flr_SF", "Second_Flr_SF"),
    *("Gr_Liv_Area", "Bsmt_Full_Bath", "Bsmt_Half_Bath", "Full_Bath", "Half_Bath"),
    *("Bedroom_AbvGr", "Kitchen_AbvGr", "TotRms_AbvGrd", "Fireplaces", "Garage_Cars"),
    *("Garage_Area", "Wood_Deck_SF", "Open_Porch_SF", "Enclosed_Porch"),
    *("Three_season_porch", "Screen_Porch", "Pool_Area", "Misc_Val", "Mo_Sold"),
    *("Year_Sold", "Longitude", "Latitude"),
]


def read_ames() -> tuple[np.ndarray, np.ndarray]:
    """Read the houses of Ames: features (2930, 32) and prices in dollars."""
    folder = HOUSES.unpack() / "usr/lib/R/site-library/modeldata/data"
    start, size = map(int, rdata.read_rds(folder / "Rdata.rdx")["variables"]["ames"])
    packed = (folder / "Rdata.rdb").read_bytes()[start : start + size]
    # four bytes of length, one that names the method: Z is LZMA2 without a header
    unpacker = lzma.LZMADecompressor(
        format=lzma.FORMAT_RAW,
        filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 26}],
    )
    parsed = rdata.parser.parse_data(unpacker.decompress(packed[5:]), extension=".rds")
    known = rdata.conversion.DEFAULT_CLASS_MAP
    # a tibble is read as the data frame that it is
    table = rdata.conversion.convert(parsed, {**known, "tbl_df": known["data.frame"]})
    prices = table["Sale_Price"].to_numpy(np.float32)
    return table[AMES].to_numpy(np.float64).astype(np.float32), prices


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
    ames_x, ames_y = read_ames()
    write(
        "tables",
        {
            **split("cancer", cancer_x, cancer_y, rng),
            **split("wine", wine_x, wine_y, rng),
            **split("diabetes", diabetes_x, diabetes_y, rng),
            **split("ames", ames_x, ames_y, rng),
            "cancer_features": CANCER,
            "wine_features": WINE,
            "diabetes_features": DIABETES,
            "ames_features": AMES,
            "cancer_classes": ["malignant", "benign"],
            "wine_classes": ["class 0", "class 1", "class 2"],
        },
        title="four small tables",
        description=f"""Real measurements, four classic tables in their own units (not
        normalized): cell nuclei of {len(cancer_x)} breast tumours with the diagnosis
        (Wolberg, Street and Mangasarian, 1993), chemistry of {len(wine_x)} Italian
        wines with the cultivar (Forina, 1991), {len(diabetes_x)} diabetes patients
        with the progress of the disease after a year, a number to predict (Efron et
        al., 2004), and {len(ames_x):,} houses sold in Ames, Iowa, with the price in
        dollars (De Cock, 2011; numeric features only). Rows are examples; each table
        is split 60/20/20.""",
        origin="PyPI scikit-learn, sklearn/datasets; Debian r-cran-modeldata (Ames)",
        version=f"{SOURCE.version}; {HOUSES.version}",
        licence="BSD-3-Clause; MIT (Ames)",
        licence_files=["scikit-learn-BSD-3.txt", "modeldata-MIT.txt"],
        changes="rows drawn by lot into three splits; numeric columns of Ames only",
        labs=["C2W1", "C2W3", "C3W1"],
        meanings={
            "train_cancer_y": "index into cancer_classes",
            "train_wine_y": "index into wine_classes",
            "train_diabetes_y": "progress of the disease, 25 to 346",
            "train_ames_y": "price in dollars, 12789 to 755000",
            "train_diabetes_x": "sex is coded 1 and 2",
        },
    )


if __name__ == "__main__":
    main()
