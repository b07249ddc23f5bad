"""Hidden tests of C1W4: questions about the photographs."""

from autograder.checks.C1W4.common import lab

lab.concept(
    "standard_error",
    points=1,
    answer=7,
    why="The square root of 0.8 · 0.2 / 30 is 0.073.",
    because={
        1: "The square root is missing: 0.8 · 0.2 / 30 is 0.0053.",
        40: "That is the square root of p (1 - p). Divide by n first.",
        9: "That would be for p = 0.5. Here p = 24 / 30.",
        5: "That would be for 60 independent answers. There are 30 photographs.",
        20: "That is the share of errors. Take the square root of p (1 - p) / n.",
        16: "That is p (1 - p). Divide by n, and take the square root.",
        0.073: "That is the standard error as a share. Give it in percent.",
        0.07: "That is the standard error as a share. Give it in percent.",
    },
)

lab.concept(
    "which_is_learned",
    points=1,
    answer="C",
    why="Gradient descent changes the biases, as it does the weights.",
    because={
        "A": "You choose the rate before learning; no gradient changes it.",
        "B": "Sizes are chosen beforehand; they decide how many parameters there are.",
        "D": "You choose how long to learn; no gradient changes it.",
    },
)
