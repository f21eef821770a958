"""Which sign stands between the cells of a text table."""

from __future__ import annotations

from data.readers.number_spelling import has_decimal_comma, is_number

DELIMITERS = {".tsv": "\t", ".csv": ",\t;", ".txt": "\t,; "}
DELIMITER_NAMES = {"\t": "tabs", ",": "commas", ";": "semicolons", " ": "spaces"}


def find_delimiter(lines: list[str], suffix: str) -> str:
    """Return the usual delimiter of the extension, or another one by the first line."""
    usual = DELIMITERS[suffix]
    if suffix in (".csv", ".txt"):
        for other in "\t;":
            if separates_decimal_commas(lines, other):
                return other
    counts = {delimiter: lines[0].count(delimiter) for delimiter in usual}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    if suffix == ".tsv" and not counts[best]:
        # A .tsv without tabs: only where the other sign makes every cell a number.
        for other in ",; ":
            cells = lines[-1].strip().split(other)
            if len(cells) > 1 and all(is_number(cell) for cell in cells):
                return other
        if separates_decimal_commas(lines, ";"):
            return ";"
    if suffix == ".txt" and counts["\t"]:
        return "\t"
    if suffix == ".txt" and best == " " and (counts[","] or counts[";"]):
        return max(",;", key=lambda delimiter: counts[delimiter])
    return best if counts[best] else usual[0]


def separates_decimal_commas(lines: list[str], delimiter: str) -> bool:
    """Whether a sign that is as often in every line has numbers such as 0,5 on its sides."""
    count = lines[0].count(delimiter) if lines else 0
    return (
        count > 0
        and all(line.count(delimiter) == count for line in lines)
        and any(map(has_decimal_comma, lines[-1].replace('"', "").split(delimiter)))
    )
