"""CONTRIBUTING's ten steps, followed to the letter in a clone, make a lab."""

import os
import subprocess
import sys

import pytest

from autograder.paths import ROOT

pytestmark = pytest.mark.slow

SOURCE = '''\
# %% [markdown]
# # Two thermometers
# You turn one scale into the other, and draw both.
#
# **Time** about ten minutes. **You need** nothing but school algebra.

# %% [markdown]
# ## The map
# | you write | idea | points |
# |---|---|---|
# | `fahrenheit` | a line | 4 |

# %%
import numpy as np

from helpers import plots
from helpers.checks import checks_for

check = checks_for("C6W1")

# %% [markdown]
# ## Words and symbols
# | symbol | in code | means |
# |---|---|---|
# | $c$ | `celsius` | degrees Celsius |

# %% [markdown]
# ### Exercise 1 · `fahrenheit` · 4 points · about 3 minutes
# Water freezes at 0 °C, which is 32 °F, and boils at 100 °C, which is 212 °F.
#
# <details><summary>`fahrenheit(0)` is right and nothing else</summary>
#
# How many degrees Fahrenheit is one degree Celsius?
# </details>


# %% exercise="fahrenheit"
def fahrenheit(celsius):
    """Degrees Fahrenheit.

    Args:
        celsius: array of any shape, degrees Celsius.

    Returns:
        Array of the same shape.

    Example:
        >>> fahrenheit(np.array([0.0, 100.0]))
        array([ 32., 212.])
    """
    ### BEGIN SOLUTION
    return 1.8 * celsius + 32
    ### END SOLUTION


# %% check="fahrenheit"
check(fahrenheit)

CONCEPTS
# %% demo
print(fahrenheit(np.array([-40.0, 0.0, 100.0])))

# %% demo cover=true
plots.curve(
    fahrenheit,
    between=(-60, 100),
    xlabel="°C",
    ylabel="°F",
    reading="Where would the line meet one of slope 1?",
)

# %% [markdown] question="why_a_line" points=2
# ## In your own words
# Why is it a line?
#
# ### BEGIN SOLUTION
# Both scales divide the same distance evenly. **Rubric** 2 points for that.
# ### END SOLUTION

# %% demo
check.progress()
'''
CONCEPT = """\
# %% concept="degrees_{number}"
# How many degrees Fahrenheit are {celsius} °C?
degrees_{number} = None

"""
CHECKS = '''\
"""Hidden tests of C6W1, two thermometers, and the ways its function goes wrong."""

import numpy as np

from autograder.checks.check import Lab, case

lab = Lab("C6W1")


@lab.check("fahrenheit", points=4)
def fahrenheit(rng):
    """One number, a vector, a matrix with cold and warm days."""
    for shape in [(), (5,), (3, 4)]:
        yield case(celsius=rng.uniform(-40, 40, shape))


@fahrenheit.mistake("At 0 °C the result is 0. Where does the other scale begin?")
def without_offset(celsius):
    return 1.8 * celsius


@fahrenheit.mistake("The difference of two days is too small: look at the slope.")
def slope_upside_down(celsius):
    return celsius / 1.8 + 32


@fahrenheit.right
def in_ninths(celsius):
    return celsius * 9 / 5 + 32


@fahrenheit.right
def one_by_one(celsius):
    flat = [1.8 * c + 32 for c in np.ravel(celsius)]
    return np.reshape(flat, np.shape(celsius))


for number, celsius in enumerate((0, 5, 10, 15, 20, 100), 1):
    lab.concept(
        f"degrees_{number}",
        points=1,
        answer=int(1.8 * celsius) + 32,
        why="1.8 times as many, and 32.",
        because={int(1.8 * celsius) + 31: "The offset is 32."},
    )
'''


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    clone = tmp_path_factory.mktemp("ten") / "steps"
    subprocess.run(
        ["git", "clone", "--quiet", "--shared", str(ROOT), str(clone)], check=True
    )
    (clone / "solutions" / "C6W1").mkdir()
    concepts = "".join(
        CONCEPT.format(number=n, celsius=c)
        for n, c in enumerate((0, 5, 10, 15, 20, 100), 1)
    )
    (clone / "solutions" / "C6W1" / "C6W1_thermometers.py").write_text(
        SOURCE.replace("CONCEPTS\n", concepts), encoding="utf-8"
    )
    (clone / "autograder" / "checks" / "C6W1.py").write_text(CHECKS, encoding="utf-8")
    return clone


def run(clone, *words):
    done = subprocess.run(
        [sys.executable, *words],
        cwd=clone,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(clone)},
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    return done.stdout


def test_the_steps_make_a_lab(clone):
    # Steps 1 to 8 are the two files. Step 9:
    run(clone, "-m", "ruff", "check", "solutions/C6W1", "autograder/checks/C6W1.py")
    run(clone, "-m", "autograder", "build", "C6W1")
    run(clone, "-m", "autograder", "gallery", "C6W1")
    run(clone, "-m", "autograder", "map")
    # Step 10.
    told = run(clone, "-m", "pytest", "-q", "-k", "C6W1", "-p", "no:cacheprovider")
    assert " passed" in told
    run(clone, "-m", "autograder", "build", "--check", "C6W1")
    run(clone, "-m", "autograder", "map", "--check")
    made = subprocess.run(
        ["git", "status", "--short", "--untracked-files=all"],
        cwd=clone,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in (
        "labs/C6W1/C6W1_thermometers.ipynb",
        "datasets/checks/C6W1.h5",
        "docs/pictures/C6W1.png",
        "docs/gallery.md",
        "labs/START.ipynb",
        "README.md",
    ):
        assert name in made
    assert "C6W1" in (clone / "labs" / "START.ipynb").read_text(encoding="utf-8")
