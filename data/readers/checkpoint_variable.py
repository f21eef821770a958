"""Variables of a checkpoint: what a person sees of their keys, and which are worth offering."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from data.errors import ChooseTensorError, ReadError
from data.limits import Limits
from data.readers.bounds import check_shape
from data.readers.checkpoint_types import StoredType

ATTRIBUTE = "/.ATTRIBUTES/VARIABLE_VALUE"
SLOT = "/.OPTIMIZER_SLOT/"
# TensorFlow 1 names the slots of an optimizer after it, below the variable.
SLOT_NAME = re.compile(
    r"(?:Adam|AdamW|AdaMax|Adagrad|AdagradDA|Adadelta|Ftrl|LAMB|LARS|Lamb|Momentum|Nadam|RMSProp"
    r"|SGD|Yogi)(?:Optimizer)?(?:_[0-9]+)?"
)
# Keras numbers the variables of its optimizers, and keeps the sums behind its metrics.
BOOKKEEPING = re.compile(r"(?:^|/)_?optimizer/_variables/|(?:^|/)keras_api/metrics/")
SHOWN_KEYS = 10


@dataclass(frozen=True)
class Variable:
    """A variable as the index describes it; nothing of its values is read yet."""

    key: str
    shape: tuple[int, ...]
    type: StoredType

    @property
    def name(self) -> str:
        """The key without what TensorFlow 2 adds and escapes."""
        if not self.key.endswith(ATTRIBUTE):
            return self.key
        path = self.key.removesuffix(ATTRIBUTE)
        return re.sub(r"\.([.S])", lambda match: "/" if match[1] == "S" else ".", path)

    @property
    def is_matrix(self) -> bool:
        """Whether it can be projected."""
        return len(self.shape) == 2 and self.type.layout is not None and min(self.shape) > 0

    def is_called(self, name: str) -> bool:
        """Whether a config or a person means it: by its key, or as TensorFlow 1 names an output."""
        return name in (self.key, f"{self.key}:0")

    def is_folded_away(self, keys: Collection[str]) -> bool:
        """Whether it belongs to an optimizer or the bookkeeping, given all keys."""
        if SLOT in self.key or BOOKKEEPING.search(self.key):
            return True
        parent, _, last = self.key.rpartition("/")
        return parent in keys and SLOT_NAME.fullmatch(last) is not None

    def describe(self) -> str:
        """Return key, shape and type for a sentence."""
        shape = " x ".join(map(str, self.shape)) or "a single value"
        return f"{self.key[:120]} ({shape}, {self.type.name})"


AnyVariable = TypeVar("AnyVariable", bound=Variable)


def offered(variables: Sequence[AnyVariable]) -> list[AnyVariable]:
    """Return the matrices that are neither slots nor bookkeeping."""
    keys = {variable.key for variable in variables}
    return [v for v in variables if v.is_matrix and not v.is_folded_away(keys)]


def choose(variables: Sequence[AnyVariable], wanted: str | None, name: str) -> AnyVariable:
    """Return the variable of that key or name; without one, the only one there is.

    Raises
    ------
    ChooseTensorError
        If there are several.
    ReadError
        If there is none.
    """
    if wanted is not None:
        for key in ("key", "name"):
            for variable in variables:
                if getattr(variable, key) == wanted:
                    return variable
        raise ReadError(f"{name} holds no tensor {wanted[:120]!r}.", hint=f"{held(variables)}.")
    matrices = offered(variables) or [v for v in variables if v.is_matrix]
    if not matrices:
        raise ReadError(f"{name} holds no 2D tensor of numbers.", hint=f"{held(variables)}.")
    if len(matrices) > 1:
        raise ChooseTensorError(
            f"{name} holds {len(matrices):,} tensors: {', '.join(v.name for v in matrices[:20])}.",
            [{"name": v.name, "shape": list(v.shape), "dtype": v.type.name} for v in matrices],
            hint="Choose one of them.",
        )
    return matrices[0]


def check_variable(variable: Variable, name: str, limits: Limits) -> None:
    """Refuse what is no matrix of numbers, or is too large."""
    where = f'"{variable.key[:120]}" in {name}'
    if variable.type.layout is None:
        raise ReadError(
            f"{where} holds values of type {variable.type.name}, not real numbers.",
            hint="Choose another tensor.",
        )
    check_shape(variable.shape, where, limits)


def held(variables: Sequence[Variable]) -> str:
    """Say what a checkpoint holds, matrices first."""
    if not variables:
        return "It holds nothing"
    order = sorted(variables, key=lambda v: (not v.is_matrix, v.key))
    shown = ", ".join(variable.describe() for variable in order[:SHOWN_KEYS])
    more = len(order) - SHOWN_KEYS
    return f"It holds: {shown}{f' and {more} more' if more > 0 else ''}"
