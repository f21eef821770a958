"""Numbers in sentences, read from the source itself: 10,000 points, never 10000."""

import ast
import re
from pathlib import Path

from data.counted import counted

REPOSITORY = Path(__file__).resolve().parents[2]
# How amounts are called in the source: n_points, limits.max_dims, len(rows), count.
AMOUNT = re.compile(r"(self\.)?(n_\w+|(\w+\.)*limits\.\w+|len\(\w+\)|count)( [-+/]+ \w+)?")


def bare_amounts(path: Path) -> list[str]:
    """Return where a sentence of a file has an amount without separators of thousands."""
    texts = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.JoinedStr)]
    return [
        f"{path.relative_to(REPOSITORY)}:{text.lineno} {ast.unparse(part.value)}"
        for text in texts
        if ast.unparse(text).count(" ") > 1
        for part in text.values
        if isinstance(part, ast.FormattedValue)
        and part.format_spec is None
        and AMOUNT.fullmatch(ast.unparse(part.value))
    ]


def test_amounts_in_sentences_have_separators_of_thousands():
    folders = ("data", "dashboard", "callbacks")
    files = [path for folder in folders for path in (REPOSITORY / folder).rglob("*.py")]
    assert [found for path in files for found in bare_amounts(path)] == []


def test_one_is_told_from_several():
    assert [counted(n, "point") for n in (0, 1, 10_000)] == ["0 points", "1 point", "10,000 points"]
    assert counted(2, "match", "matches") == "2 matches"
