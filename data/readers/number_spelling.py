"""How numbers are written in the cells of a text table: with decimal points or decimal commas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Decimal = Literal[".", ","]

NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
WITH_COMMA = re.compile(r"\s*[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?\s*", re.ASCII)
# One and a bit, or more than a thousand.
GROUPED = re.compile(r"\s*[+-]?[1-9]\d{0,2},\d{3}\s*", re.ASCII)
MISSING = ("", "nan", "na", "n/a", "null", "none", "#n/a", "inf", "infinity")


@dataclass(frozen=True)
class Spelling:
    """How the numbers of a table are written.

    Attributes
    ----------
    example : one with a decimal comma, as it stands in the file
    is_sure : whether it cannot have meant thousands
    """

    decimal: Decimal = "."
    example: str = ""
    is_sure: bool = True

    def remarks(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return what was assumed, and what is worth knowing."""
        if self.decimal == ".":
            return (), ()
        said = decimal_comma_remark(self.example)
        if self.is_sure:
            return (), (said,)
        return (f"{said} If they separate thousands, leave them out of the file.",), ()


def decimal_comma_remark(example: str, where: str = "") -> str:
    """Say how numbers were read that are written as an example is."""
    return f"Commas were read as decimal commas{where}: {example} is {example.replace(',', '.')}."


def is_number(cell: str, decimal: Decimal = ".") -> bool:
    """Whether a cell is a finite decimal number."""
    pattern = WITH_COMMA if decimal == "," and "," in cell else NUMBER
    return pattern.fullmatch(cell) is not None and not (decimal == "," and "." in cell)


def is_missing(cell: str) -> bool:
    """Whether a cell stands for a missing or infinite value."""
    return cell.strip().lower().lstrip("+-") in MISSING


def has_decimal_comma(cell: str) -> bool:
    """Whether a cell is a number only if its comma is a decimal comma."""
    return WITH_COMMA.fullmatch(cell) is not None


def find_spelling(rows: Sequence[Sequence[str]], is_sure_needed: bool) -> Spelling:
    """Decide from the first lines; those without any comma tell nothing.

    Parameters
    ----------
    is_sure_needed : leave numbers alone that may have commas between thousands
    """
    cells = [cell for row in rows if any("," in cell for cell in row) for cell in row]
    commas = [cell for cell in cells if "," in cell and has_decimal_comma(cell)]
    n_points = sum("." in cell and is_number(cell) for cell in cells)
    if not commas or n_points > len(commas):
        return Spelling()
    sure = next((cell for cell in commas if not GROUPED.fullmatch(cell)), None)
    if sure is None and is_sure_needed:
        return Spelling()
    return Spelling(",", (sure or commas[0]).strip(), sure is not None)
