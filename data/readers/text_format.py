"""Protobuf's text format, read without a schema: names, values, and the line of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Union

from data.errors import ReadError

TOKEN = re.compile(
    r"""(?P<space>(?:\s|\#[^\n]*)+)
    | (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<number>-?(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fF]?))
      (?![\w.])
    | (?P<word>-?[A-Za-z_]\w*)
    | (?P<sign>[][{}<>:,;/.])""",
    re.VERBOSE | re.ASCII,
)
ESCAPE = re.compile(
    r"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))"
)
LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
CLOSING = {"{": "}", "<": ">"}
# Deeper than any schema of this kind; the parser calls itself once per level.
MAX_DEPTH = 20


class Word(str):
    """A value without quotes, such as true or the name of a constant."""

    __slots__ = ()


Value = Union[str, int, float, "Word", "list[Field]"]


@dataclass(frozen=True)
class Field:
    """A name and its value; a list in the file gives one field per value.

    Attributes
    ----------
    place : where it stands, for messages, such as "line 4"
    """

    name: str
    value: Value
    place: str


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    line: int


def parse_fields(text: str, name: str) -> list[Field]:
    """Read a message of any schema.

    Parameters
    ----------
    name : what the user calls the file

    Raises
    ------
    ReadError
        If it is not the text format; the message names file and line.
    """
    return _Parser(text, name).message("", 0)


class _Parser:
    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.tokens = self._tokens(text)
        self.token = next(self.tokens)

    def message(self, end: str, depth: int, opened: int = 1) -> list[Field]:
        """Read fields up to the sign that closes what `opened` (a line), or "": all."""
        if depth > MAX_DEPTH:
            raise self.error(f"more than {MAX_DEPTH} messages inside each other")
        fields: list[Field] = []
        while self.token.kind != "end" and self.token.text != end:
            fields.extend(self.field(depth))
            if self.token.text in (",", ";") and self.token.kind == "sign":
                self.take()
        if end and self.token.kind == "end":
            raise self.error(f"the {end!r} for what begins in line {opened} is missing")
        return fields

    def field(self, depth: int) -> Iterator[Field]:
        line, name = self.token.line, self.field_name()
        has_colon = self.token.text == ":" and self.token.kind == "sign"
        if has_colon:
            self.take()
        elif self.token.text not in ("{", "<"):
            raise self.error(f"{name} must be followed by ':' and a value, or by '{{'")
        for value in self.values(name, depth):
            yield Field(name, value, f"line {line}")

    def field_name(self) -> str:
        if self.token.kind == "sign" and self.token.text == "[":
            # The name of an extension, which we know none of.
            self.take()
            parts = []
            while self.token.kind == "word" or self.token.text in (".", "/"):
                parts.append(self.take().text)
            self.expect("]")
            return f"[{''.join(parts)}]"
        if self.token.kind != "word":
            raise self.error(f"a name is expected, not {self.shown()}")
        return self.take().text

    def values(self, name: str, depth: int) -> Iterator[Value]:
        if self.token.kind != "sign" or self.token.text != "[":
            yield self.value(name, depth)
            return
        self.take()
        while self.token.text != "]":
            yield self.value(name, depth)
            if self.token.text != "]":
                self.expect(",")
        self.take()

    def value(self, name: str, depth: int) -> Value:
        kind, text = self.token.kind, self.token.text
        if kind == "text":
            parts = []
            while self.token.kind == "text":
                parts.append(_unescaped(self.take().text))
            return "".join(parts)
        if kind == "number":
            return _number(self.take().text)
        if kind == "word":
            return Word(self.take().text)
        if kind == "sign" and text in CLOSING:
            opened = self.take().line
            fields = self.message(CLOSING[text], depth + 1, opened)
            self.expect(CLOSING[text])
            return fields
        raise self.error(f"{name} has no value: {self.shown()} stands there")

    def take(self) -> _Token:
        token, self.token = self.token, next(self.tokens)
        return token

    def expect(self, sign: str) -> None:
        if self.token.kind != "sign" or self.token.text != sign:
            raise self.error(f"{sign!r} is expected, not {self.shown()}")
        self.take()

    def shown(self) -> str:
        return "the end of the file" if self.token.kind == "end" else repr(self.token.text[:60])

    def error(self, what: str, line: int = 0) -> ReadError:
        return ReadError(
            f"{self.name}, line {line or self.token.line}: {what}.",
            hint="Correct the file, or let the program that wrote it write it again.",
        )

    def _tokens(self, text: str) -> Iterator[_Token]:
        place, line = 0, 1
        while place < len(text):
            match = TOKEN.match(text, place)
            if match is None:
                quote = text[place] in "\"'"
                what = "a closing quote is missing" if quote else f"{text[place]!r} is out of place"
                raise self.error(what, line)
            place = match.end()
            if match.lastgroup == "space":
                line += match[0].count("\n")
            else:
                yield _Token(match.lastgroup or "", match[0], line)
        end = _Token("end", "", line)
        while True:
            yield end


def _number(text: str) -> int | float:
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    if digits[:2] in ("0x", "0X"):
        return sign * int(digits, 16)
    if digits.isdecimal():
        # A number of thousands of digits is none that anyone means.
        return sign * int(digits) if len(digits) <= 20 else sign * float("inf")
    return sign * float(digits.rstrip("fF"))


def _unescaped(quoted: str) -> str:
    text = quoted[1:-1]
    if "\\" not in text:
        return text
    # Octal and hexadecimal escapes are bytes, several of which may make one letter.
    content, place = bytearray(), 0
    for match in ESCAPE.finditer(text):
        content += text[place : match.start()].encode()
        place = match.end()
        octal, hexadecimal, short, long, letter = match.groups()
        if octal or hexadecimal:
            content.append((int(octal, 8) if octal else int(hexadecimal, 16)) & 0xFF)
        elif short or long:
            code = int(short or long, 16)
            content += (chr(code) if code < 0x110000 else "\ufffd").encode("utf-8", "replace")
        else:
            content += LETTERS.get(letter, letter).encode()
    return (content + text[place:].encode()).decode("utf-8", "replace")
