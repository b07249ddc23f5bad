"""nbgrader's own commands, from a fresh course folder to feedback and export."""

import csv
import datetime
import json
import os
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata

import pytest
from nbgrader.api import Gradebook

from autograder import paths
from autograder.__main__ import main
from autograder.authoring import build, solve
from autograder.checks import check
from autograder.course import example_class, penalties
from autograder.course.configuration import open_course

pytestmark = pytest.mark.slow

LAB = example_class.LAB
NOTEBOOK = build.released_path(LAB).name
CONFIGURATION = """
from autograder.nbgrader.config import configure
configure(get_config(), __file__)
"""


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory):
    """Settings and caches of this machine's user play no part, and are not touched."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        # As on a fresh machine, where the environment is not activated.
        patch.setenv("PATH", os.defpath)
        yield


def nbgrader(folder, *words, expect=0):
    environment = os.environ | {"NBGRADER_EXCHANGE": str(folder / "exchange")}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course whose example class is graded and has its feedback."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "nbgrader_config.py").write_text(CONFIGURATION)
    nbgrader(folder, "generate_assignment", LAB)
    example_class.write(folder)
    nbgrader(folder, "autograde", LAB, expect=1)  # one file is no notebook
    nbgrader(folder, "generate_feedback", LAB)
    return folder


def grades(folder, student):
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        submission = book.find_submission(LAB, student)
        return {
            grade.name.removeprefix(build.CHECK_PREFIX): grade.auto_score
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def points():
    lab = check.load(LAB)
    return {name: lab.points(name) for name in (*lab.checks, *lab.concepts)}


def test_generated_lab_is_the_committed_one(course):
    generated = (course / "labs" / LAB / NOTEBOOK).read_bytes()
    assert generated == build.released_path(LAB).read_bytes()
    assert [path.name for path in (course / "labs" / LAB).iterdir()] == [NOTEBOOK]


def test_plain_commands_work_at_the_root_of_the_repository(tmp_path):
    before = build.released_path(LAB).read_bytes()
    book = f"--CourseDirectory.db_url=sqlite:///{tmp_path}/book.db"
    out = nbgrader(paths.ROOT, "generate_assignment", LAB, "--force", book)
    assert "Writing" in out
    assert build.released_path(LAB).read_bytes() == before


def test_full_marks_for_a_solved_notebook(course):
    found = grades(course, "full")
    assert {name: found[name] for name in points()} == points()
    assert [name for name, score in found.items() if score is None] == ["what_it_sees"]


def test_nothing_for_an_untouched_one(course):
    assert set(grades(course, "untouched").values()) == {0}


@pytest.mark.parametrize(
    ("student", "wrong"),
    [
        ("crashing", "sigmoid"),
        ("wrong-arguments", "predict"),
        ("wrong-sigmoid", "sigmoid"),
        ("wrong-propagate", "propagate"),
        ("wrong-predict", "predict"),
    ],
)
def test_one_wrong_function_costs_that_function_alone(course, student, wrong):
    found, full = grades(course, student), points()
    assert found[wrong] < full[wrong]
    others = {name: found[name] for name in full if name != wrong}
    assert others == {name: full[name] for name in full if name != wrong}


def test_deleted_check_cells_cost_nothing(course):
    assert grades(course, "no-check-cells") == grades(course, "full")


def test_what_is_no_notebook_gets_one_sentence_and_stops_nobody(course):
    assert set(grades(course, "not-a-notebook").values()) == {0}
    graded = course / "autograded" / "not-a-notebook" / LAB / NOTEBOOK
    first = json.loads(graded.read_text())["cells"][0]["source"]
    assert "The file is not a notebook: it is not JSON" in "".join(first)


def test_feedback_names_the_mistake_and_hides_the_tests(course):
    page = course / "feedback" / "wrong-sigmoid" / LAB / NOTEBOOK
    text = page.with_suffix(".html").read_text(encoding="utf-8")
    message = check.load(LAB).checks["sigmoid"].mistakes[0].message
    assert message[:40] in text
    assert "HIDDEN" not in text
    assert "autograder" not in text


NASTY = (
    "x = '<b>&amp;\"' # \u00a0\U0001f600 </pre><wbr id='1-2-'> {{ 7 * 7 }}\n\n\t\f\n"
)


def files(folder):
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def feedback(folder, *words):
    assert main(["feedback", LAB, "--course", str(folder), *words]) == 0


def test_our_feedback_is_nbgraders_byte_for_byte(course, tmp_path, capsys, monkeypatch):
    folder = tmp_path / "copy"
    shutil.copytree(course, folder, ignore=shutil.ignore_patterns("submitted"))
    graded = folder / "autograded" / "full" / LAB / NOTEBOOK
    notebook = json.loads(graded.read_text())
    kinds = {
        "code": {"outputs": [], "execution_count": None},
        "markdown": {},
        "raw": {},
    }
    image = '<img src="data:image/png;base64,AAAA"> text'  # nbconvert adds an `alt`
    for number, text in enumerate((NASTY, "", " \n ", "%%bash\nls", "a" * 300, image)):
        for kind, more in kinds.items():
            cell = {"cell_type": kind, "id": f"{kind}-{number}", "metadata": {}}
            notebook["cells"].insert(number, cell | {"source": text, **more})
    graded.chmod(0o644)
    graded.write_text(json.dumps(notebook))
    stem = NOTEBOOK.removesuffix(".ipynb")
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        book.find_comment("sigmoid", stem, LAB, "full").manual_comment = f"**{NASTY}**"
        book.find_grade("check-sigmoid", stem, LAB, "full").extra_credit = 0.5
        book.find_assignment(LAB).duedate = datetime.datetime(2027, 1, 1)
        late = book.find_submission(LAB, "full")
        late.timestamp = datetime.datetime(2027, 1, 2)
        book.db.commit()
    with (folder / "nbgrader_config.py").open("a") as file:
        rule = "autograder.nbgrader.late.PercentPerDay"
        file.write(f"get_config().AssignLatePenalties.plugin_class = {rule!r}\n")
    assert penalties.renew(open_course(folder), [LAB]) == {LAB: ["full"]}
    nbgrader(folder, "generate_feedback", LAB, "--force")
    stock = files(folder / "feedback")
    shutil.rmtree(folder / "feedback")
    feedback(folder, "--jobs", "2")
    assert files(folder / "feedback") == stock

    capsys.readouterr()
    feedback(folder)
    assert capsys.readouterr().out.startswith("0 pages written")
    pages = sorted((folder / "feedback").glob("*/*/*.html"))
    pages[0].write_text("cut o")
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        book.find_comment("sigmoid", stem, LAB, "untouched").manual_comment = "Begin."
        book.db.commit()
    feedback(folder)
    assert capsys.readouterr().out.startswith("2 pages written")
    assert (
        pages[0].read_bytes() == stock[str(pages[0].relative_to(folder / "feedback"))]
    )
    assert (
        "Begin."
        in (folder / "feedback" / "untouched" / LAB / f"{stem}.html").read_text()
    )

    version = metadata.version
    newer = {"mistune": "99"}  # turns answers and comments into HTML
    monkeypatch.setattr(metadata, "version", lambda n: newer.get(n) or version(n))
    feedback(folder)
    assert capsys.readouterr().out.startswith(f"{len(pages)} pages written")


def test_a_notebook_that_makes_no_page_costs_that_page_alone(course, tmp_path, capsys):
    folder = tmp_path / "copy"
    shutil.copytree(course, folder, ignore=shutil.ignore_patterns("submitted"))
    shutil.rmtree(folder / "feedback")
    graded = folder / "autograded" / "full" / LAB / NOTEBOOK
    graded.chmod(0o644)
    graded.write_text("{")
    assert main(["feedback", LAB, "--course", str(folder)]) == 1
    assert "full: the page cannot be written" in capsys.readouterr().out
    everybody = {path.name for path in (folder / "autograded").iterdir()}
    written = {path.parts[-3] for path in (folder / "feedback").rglob("*.html")}
    assert written == everybody - {"full"}


def test_a_person_grades_the_question_in_words_and_it_counts(course):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        stem = NOTEBOOK.removesuffix(".ipynb")
        grade = book.find_grade("what_it_sees", stem, LAB, "full")
        assert grade.needs_manual_grade
        grade.manual_score = 5
        book.db.commit()
        assert book.find_submission(LAB, "full").score == 94 + 5


def test_export(course):
    nbgrader(course, "export")
    with (course / "grades.csv").open() as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert rows["untouched"] == 0
    assert rows["crashing"] < rows["no-check-cells"] == 94


def test_validate_says_what_fails(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    for name, notebook in (
        ("right.ipynb", solve.solved(LAB)),
        ("untouched.ipynb", build.release_notebook(LAB)),
    ):
        (tmp_path / name).write_text(build.serialize(notebook), encoding="utf-8")
    assert "Success!" in nbgrader(tmp_path, "validate", "right.ipynb")
    said = nbgrader(tmp_path, "validate", "untouched.ipynb")
    assert "VALIDATION FAILED" in said
    assert "sigmoid is not written yet" in said


def test_through_the_exchange(tmp_path):
    """release, fetch, submit, collect: one machine plays both sides."""
    teacher, student = tmp_path / "teacher", tmp_path / "student"
    for folder in (teacher, student):
        folder.mkdir()
    (teacher / "nbgrader_config.py").write_text(CONFIGURATION)
    (student / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'deep-learning'\n"
        f"c.Exchange.root = {str(teacher / 'exchange')!r}\n"
    )
    (teacher / "exchange").mkdir(mode=0o777)
    (teacher / "exchange").chmod(0o777)
    nbgrader(teacher, "generate_assignment", LAB)
    nbgrader(teacher, "release_assignment", LAB)
    nbgrader(student, "fetch_assignment", LAB)
    (student / LAB / NOTEBOOK).write_text(build.serialize(solve.solved(LAB)))
    nbgrader(student, "submit", LAB)
    nbgrader(teacher, "collect", LAB)
    nbgrader(teacher, "autograde", LAB)
    (who,) = (path.name for path in (teacher / "submitted").iterdir())
    assert sum(score or 0 for score in grades(teacher, who).values()) == 94


def test_from_an_archive(tmp_path):
    """zip_collect, as an LMS hands submissions out."""
    (tmp_path / "nbgrader_config.py").write_text(CONFIGURATION)
    nbgrader(tmp_path, "generate_assignment", LAB)
    archive = tmp_path / "downloaded" / LAB / "archive" / "class.zip"
    archive.parent.mkdir(parents=True)
    with zipfile.ZipFile(archive, "w") as file:
        for student, notebook in (
            ("ada", solve.solved(LAB)),
            ("bo", build.release_notebook(LAB)),
        ):
            file.writestr(f"{student}_12345_{NOTEBOOK}", build.serialize(notebook))
    nbgrader(tmp_path, "zip_collect", LAB)
    nbgrader(tmp_path, "autograde", LAB)
    assert sum(score or 0 for score in grades(tmp_path, "ada").values()) == 94
    assert set(grades(tmp_path, "bo").values()) == {0}
    shutil.rmtree(tmp_path / "downloaded")
