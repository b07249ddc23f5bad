"""Parts of a course's folder: configuration, due dates, penalties."""

import datetime

import pytest

from autograder import paths
from autograder.course import configuration as courses
from autograder.course import folder as folders
from autograder.course import schedule
from autograder.errors import Refused
from autograder.nbgrader import late


def test_a_configuration_that_was_there_stays_beneath_ours(tmp_path):
    path = tmp_path / "nbgrader_config.py"
    path.write_text("c = get_config()\nc.CourseDirectory.course_id = 'mine'\n")
    folders.configure(tmp_path)
    assert path.read_text().endswith("c.CourseDirectory.course_id = 'mine'\n")
    assert courses.open_course(tmp_path).name == "mine"
    assert "up to date" in folders.configure(tmp_path)
    path.write_text("# autograder: begin\n# half of it\n")
    with pytest.raises(Refused, match="nothing was changed"):
        folders.configure(tmp_path)


@pytest.mark.parametrize(
    ("text", "why"),
    [("C9W9,2027-01-01", "no lab 'C9W9'"), ("C1W2,soon", "due 'soon'")],
)
def test_dates_that_make_no_sense(tmp_path, text, why):
    (tmp_path / schedule.NAME).write_text(f"lab,due\n{text}\n")
    with pytest.raises(Refused, match=why):
        schedule.due(tmp_path, paths.lab_names())


def test_a_day_ends_at_its_end(tmp_path):
    (tmp_path / schedule.NAME).write_text("lab,due\nC1W2,2027-01-31\n")
    due = schedule.due(tmp_path, ["C1W2"])
    assert due == {"C1W2": datetime.datetime(2027, 1, 31, 23, 59, 59)}


def test_a_penalty_for_each_day_that_was_begun():
    rule = late.PercentPerDay(percent=10, grace_hours=1, at_most=35)
    hours = {0.5: 0, 1: 0, 1.1: 10, 24: 10, 25: 10, 26: 20, 24 * 3: 30, 24 * 9: 35}
    found = {h: rule.late_submission_penalty("ada", 50, h * 3600) for h in hours}
    assert found == {h: 50 * share / 100 for h, share in hours.items()}
