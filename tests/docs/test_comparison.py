"""The page that compares with other programs has the tables that were measured."""

import re
import tomllib
from importlib import import_module
from pkgutil import resolve_name

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
    content = tomllib.loads((comparison.HERE / "features.toml").read_text(encoding="utf-8"))
    programs = set(content["versions"])
    for feature in content["features"]:
        assert set(feature) - {"name"} <= programs, feature["name"]


def test_other_programs_have_what_the_table_says() -> None:
    content = tomllib.loads((comparison.HERE / "features.toml").read_text(encoding="utf-8"))
    features = {feature["name"]: feature for feature in content["features"]}
    for name, paths in content["checked"].items():
        for path in paths:
            assert path.partition(".")[0] in features[name]
            resolve_name(path)
    for name in ("arch", "statsmodels", "hmmlearn"):
        cells = [feature for feature, row in features.items() if name in row]
        checked = [one for one, paths in content["checked"].items() if name in " ".join(paths)]
        assert sorted(cells) == sorted(checked)


def milliseconds_of_pairs(speed: str, program: str) -> list[float]:
    """Return the times of a program for two series of 1,000 dates, without wrong estimates."""
    head, _, *rows = comparison.first_table(speed, "Dynamic conditional correlations").splitlines()
    column = [cell.strip() for cell in head.split("|")].index(program)
    cells = [row.split("|")[column] for row in rows if row.startswith("| 2 x 1000, ")]
    return [float(cell.split()[0]) for cell in cells if "fails" not in cell and "✗" not in cell]


def test_readme_multiplies_the_measured_times() -> None:
    speed = (comparison.DOCS / "speed.md").read_text(encoding="utf-8")
    readme = (comparison.DOCS.parent / "README.md").read_text(encoding="utf-8")
    row = re.compile(r"\| (\w+), at its (\S+) to (\S+) ms.* \| (\S+) to (\S+) (hours|days) \|")
    rows = row.findall(readme)
    assert [one[0] for one in rows] == ["multigarch", "scivol", "multiarch", "pymgarch"]
    for program, *ends, unit in rows:
        low, high, shortest, longest = map(float, ends)
        seconds = {"hours": 3600.0, "days": 86400.0}[unit]
        for each, total in ((low, shortest), (high, longest)):
            assert 5e6 * 1e-3 * each / seconds == pytest.approx(total, rel=0.05)
        measured = milliseconds_of_pairs(speed, program)
        # a new run differs by what else the machine does, not by as much as a half
        assert 1.0 / 1.5 < low / min(measured) < 1.5
        assert 1.0 / 1.5 < high / max(measured) < 1.5
