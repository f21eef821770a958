"""What the README says is what the program does."""

from pathlib import Path

from dashboard.settings import settings_table

README = Path(__file__).parents[2] / "README.md"


def test_settings_table_is_that_of_the_code():
    table = settings_table()
    assert table in README.read_text(), f"put this table into README.md:\n{table}"
