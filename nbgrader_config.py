"""Read by every nbgrader command that starts in this folder."""

from autograder.nbgrader.config import configure

configure(get_config(), __file__)
