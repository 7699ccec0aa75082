"""Designs that give no points, too many, or none that can be read: refused before anything runs."""

import pytest

from govmodel.foundations.errors import InputError
from govmodel.study import sweep as room
from govmodel.study.design import points
from govmodel.study.study_file import check
from tests.test_sweep import study_of


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"structures": []}, "structures"),
        ({"design": {"method": "list", "points": []}}, "design.points"),
        ({"design": {"method": "list"}}, "design.points"),
    ],
)
def test_a_study_without_a_run_is_refused(changes, field):
    with pytest.raises(InputError, match="at least one") as told:
        room.plan_of(study_of(**changes))
    assert told.value.field == field


def read_points(folder, content: bytes) -> list[dict]:
    """Read the points of a file with this content."""
    (folder / "points.csv").write_bytes(content)
    return points(check(study_of(design={"method": "file", "path": "points.csv"})), folder)


def test_a_file_without_points_is_refused(tmp_path):
    for content in (b"", b"subsidy\n"):
        with pytest.raises(InputError, match="design.path: wanted at least one point; got 'points.csv'"):
            read_points(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"subsidy\n1\n2,3\n", "points.csv, line 3: wanted a value for each of subsidy; .*'a field too many'"),
        ("subsidy\n1\n".encode("utf-16"), "design.path: wanted a CSV in UTF-8; .* Save the file as UTF-8"),
        (b"subsidy\n" + b"1" * 200_000, "design.path: wanted a CSV that can be read; .* field larger than"),
    ],
    ids=["too many", "not UTF-8", "too long"],
)
def test_a_file_whose_points_cannot_be_read_says_where(content, said, tmp_path):
    with pytest.raises(InputError, match=said):
        read_points(tmp_path, content)


def test_more_combinations_than_a_sample_may_have_points_are_refused_before_they_are_made():
    names = ["subsidy", "fine", "deposit", "inspection"]
    factors = [{"name": name, "kind": "lever", "range": [0.0, 1.0]} for name in names]
    with pytest.raises(InputError, match="design: wanted at most 1,000,000 points; got '100,000,000 combinations'"):
        points(check(study_of(factors=factors, design={"method": "factorial", "levels": 100})))
