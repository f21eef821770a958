"""Values that people type, read strictly: in an option, an address or a form."""

from __future__ import annotations

import re

from data.errors import ParameterError

SWITCH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def read_whole_number(name: str, text: str, low: int, high: int) -> int:
    """Read a whole number; ParameterError names the legal range."""
    # Digits of other scripts are numbers to int(), but to no one who reads a log.
    if not re.fullmatch(r"-?[0-9]{1,19}", text) or not low <= int(text) <= high:
        raise ParameterError(
            f"{name} must be a whole number from {low:,} to {high:,}, not {text[:60]!r}."
        )
    return int(text)


def read_switch(name: str, text: str) -> bool:
    """Read 1 or 0, true or false, yes or no."""
    if text.strip().lower() not in SWITCH:
        raise ParameterError(f"{name} must be 1 or 0, not {text[:60]!r}.")
    return SWITCH[text.strip().lower()]


def read_size(name: str, text: str, most: int) -> tuple[int, int]:
    """Read width x height in pixels, such as 28x28."""
    match = re.fullmatch(r"([0-9]{1,6})[xX×]([0-9]{1,6})", text.strip())
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= width <= most or not 1 <= height <= most:
        raise ParameterError(
            f"{name} must be width x height in pixels, such as 28x28, each from 1 to {most:,}, "
            f"not {text[:60]!r}."
        )
    return width, height


def read_names(texts: list[str]) -> tuple[str, ...]:
    """Read names given one by one, or in one text with commas between."""
    names = texts if len(texts) > 1 else [name for text in texts for name in text.split(",")]
    return tuple(name.strip() for name in names if name.strip())
