"""Parts of a course's folder: configuration, due dates, penalties."""

import datetime

import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.coursedir import CourseDirectory
from nbgrader.server_extensions.formgrader import handlers as formgrader
from traitlets.config import Config

from autograder import paths
from autograder.authoring import build
from autograder.course import configuration as courses
from autograder.course import folder as folders
from autograder.course import schedule
from autograder.errors import Refused
from autograder.nbgrader import late
from autograder.nbgrader.config import configure, rubric


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


def dates(folder, text, **tables):
    (folder / schedule.NAME).write_text(text)
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text(rows)
    labs = paths.lab_names()
    due = schedule.due(folder, labs)
    return due, schedule.extensions(folder, labs, due), schedule.excused(folder, labs)


def test_dates_without_a_zone_are_in_the_courses(tmp_path):
    """Winter and summer differ; a date that names its zone keeps it."""
    due, extra, excused = dates(
        tmp_path,
        "lab,due\nTime zone,America/New_York\nC1W2,2027-01-31\n"
        "C1W3,2027-07-31T12:00\nC1W4,2027-01-31T12:00+01:00\n",
    )
    moment = datetime.datetime
    assert due["C1W2"] == moment(2027, 2, 1, 4, 59, 59)
    assert due["C1W3"] == moment(2027, 7, 31, 16)
    assert due["C1W4"] == moment(2027, 1, 31, 11)
    assert (extra, excused) == (None, set())
    path = schedule.renew(tmp_path, paths.lab_names())
    assert path.read_text().startswith("lab,due\nTime zone,America/New_York\n")
    assert schedule.due(tmp_path, paths.lab_names()) == due


def test_the_most_generous_extension_counts(tmp_path):
    _, extra, excused = dates(
        tmp_path,
        "lab;due\ntime zone;Europe/Berlin\nC1W2;2027-01-31T12:00\nC1W3;2027-02-07\n",
        extensions="student,lab,until\nada,*,2 days\nada,C1W2,2027-02-05T12:00\n"
        "bo,C1W2,+36 hours\nbo,C1W4,1 day\ncy,C1W2,2027-01-30\n",
        excused="student,lab\nbo,C1W3\ncy,*\n",
    )
    days = datetime.timedelta(days=1)
    assert extra == {
        ("ada", "C1W2"): 5 * days,
        ("ada", "C1W3"): 2 * days,
        ("bo", "C1W2"): 1.5 * days,
        ("cy", "C1W2"): 0 * days,
    }
    assert excused == {("bo", "C1W3"), *(("cy", lab) for lab in paths.lab_names())}


def test_an_accommodation_moves_with_every_due_date(tmp_path):
    """One line for all labs: what it adds does not depend on when a lab is due."""
    labs, extensions = paths.lab_names(), "student,lab,until\nbo,*,+36 hours\n"
    for day in ("31", "28"):
        text = "lab,due\n" + "".join(f"{lab},2027-01-{day}\n" for lab in labs)
        _, extra, _ = dates(tmp_path, text, extensions=extensions)
        assert extra == {("bo", lab): datetime.timedelta(hours=36) for lab in labs}


def test_a_line_about_nobody_is_named_once_and_stops_no_other(tmp_path):
    _, extra, excused = dates(
        tmp_path,
        "lab,due\nC1W2,2027-01-31\n",
        extensions="student,lab,until\nbbo,*,1 day\nbbo,C1W2,2 days\nbo,*,1 day\n",
        excused="student,lab\ncy,C1W2\nbo,C1W3\n",
    )
    assert extra["bo", "C1W2"] == datetime.timedelta(days=1)
    assert ("bo", "C1W3") in excused
    about = schedule.strangers(tmp_path, {"ada", "bo"})
    assert [one.partition(" in the gradebook")[0] for one in about] == [
        "extensions.csv: there is no student 'bbo'",
        "excused.csv: there is no student 'cy'",
    ]
    assert schedule.strangers(tmp_path, {"bo", "bbo", "cy"}) == []


@pytest.mark.parametrize(
    ("text", "tables", "why"),
    [
        ("lab,due\ntime zone,Mars\n", {}, "no time zone 'Mars'"),
        ("lab,due\nC1W2,2027-01-31\n", {"extensions": "who,when\n"}, "begin with"),
        (
            "lab,due\nC1W2,2027-01-31\n",
            {"extensions": "student,lab,until\nada,C1W2,later\n"},
            r"ada has C1W2 until 'later'.*\+2 days",
        ),
        ("lab,due\n", {"excused": "student,lab\nada,C0\n"}, "no lab 'C0'"),
    ],
)
def test_tables_that_make_no_sense(tmp_path, text, tables, why):
    with pytest.raises(Refused, match=why):
        dates(tmp_path, text, **tables)


def test_a_penalty_for_each_day_that_was_begun():
    rule = late.PercentPerDay(percent=10, grace_hours=1, at_most=35)
    hours = {0.5: 0, 1: 0, 1.1: 10, 24: 10, 25: 10, 26: 20, 24 * 3: 30, 24 * 9: 35}
    found = {h: rule.late_submission_penalty("ada", 50, h * 3600) for h in hours}
    assert found == {h: 50 * share / 100 for h, share in hours.items()}


def test_the_formgrader_shows_the_rubric_beside_an_answer_in_words():
    """As nbgrader's extension makes the exporter, from the course's configuration."""
    config = Config()
    configure(config, paths.ROOT / "nbgrader_config.py")
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [formgrader.template_path]
    exporter = HTMLExporter(config=config)
    notebook, _ = build.gradebook_and_release("C1W2")
    about = {"assignment_id": "C1W2", "notebook_id": "lab", "index": 0, "total": 1}
    page, _ = exporter.from_notebook_node(notebook, resources=about)
    assert page.count("Reference answer and rubric") == 1
    assert "neither shape nor neighbourhood is seen" in page
    assert rubric("check-sigmoid", "C1W2") == rubric("x", "another lab") == ""


def test_the_formgrader_finds_the_sources_in_a_course(tmp_path):
    folders.configure(tmp_path)
    sources = CourseDirectory(config=courses.open_course(tmp_path).config)
    assert sources.source_directory == str(paths.SOLUTIONS)
    (tmp_path / "source").symlink_to(tmp_path)
    folders.link_sources(tmp_path)  # an earlier checkout was linked
    folders.link_sources(tmp_path)
    sources = CourseDirectory(config=courses.open_course(tmp_path).config)
    assert sources.source_directory == "source"
    place = sources.format_path(sources.source_directory, ".", "C1W2")
    assert (tmp_path / place / f"{build.released_path('C1W2').name}").parent.is_dir()


def test_a_folder_of_the_instructors_named_source_stays(tmp_path):
    (tmp_path / "source").mkdir()
    folders.configure(tmp_path)
    folders.link_sources(tmp_path)
    assert not (tmp_path / "source").is_symlink()
    sources = CourseDirectory(config=courses.open_course(tmp_path).config)
    assert sources.source_directory == str(paths.SOLUTIONS)
