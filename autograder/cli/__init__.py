"""The commands of `autograder`, one file each: `add_to(parsers)` and `run(options)`."""

from autograder.cli import (
    build,
    bundle,
    collect,
    doctor,
    example_class,
    export,
    feedback,
    gallery,
    grade,
    grade_class,
    gradescope,
    map,
    new_class,
    similarity,
    statistics,
)

COMMANDS = (
    build,
    bundle,
    collect,
    doctor,
    example_class,
    export,
    feedback,
    gallery,
    grade,
    grade_class,
    gradescope,
    map,
    new_class,
    similarity,
    statistics,
)
