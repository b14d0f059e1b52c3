"""The page that compares with other programs has the tables that were measured."""

from importlib import import_module

import pytest

comparison = import_module("comparison")


def test_the_page_has_the_measured_rows() -> None:
    page = comparison.comparison_page()
    speed = (comparison.DOCS / "speed.md").read_text(encoding="utf-8")
    row = next(line for line in speed.splitlines() if line.startswith("| 2 x 1000, clear |"))
    assert row in page
    assert page.count("Measured on ") == 2
    for version in ("multigarch 0.5.0", "multigarch (0.5.0)", "arch (8.0.0)"):
        assert version in page


def test_a_section_without_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="must have a table"):
        comparison.first_table("## Speed\n\ntext\n", "Speed")


def test_features_name_known_programs_only() -> None:
    import tomllib

    content = tomllib.loads((comparison.HERE / "features.toml").read_text(encoding="utf-8"))
    programs = set(content["versions"])
    for feature in content["features"]:
        assert set(feature) - {"name"} <= programs, feature["name"]
