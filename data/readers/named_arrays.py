"""Files that hold several arrays: which of them is the tensor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.errors import ChooseTensorError, ReadError
from data.readers.contract import Choice, Option

SHOWN = 20


@dataclass(frozen=True)
class NamedArray:
    """One array of a file, by what the file says of it.

    Attributes
    ----------
    dtype : of its values, as people call it
    is_number : whether its values are real numbers
    """

    key: str
    shape: tuple[int, ...]
    dtype: str
    is_number: bool

    @property
    def is_tensor(self) -> bool:
        """Whether it can be projected: a matrix of real numbers."""
        return len(self.shape) == 2 and self.is_number

    @property
    def about(self) -> str:
        """Shape and type, as people read them: 500 × 32 float32."""
        return f"{' × '.join(f'{length:,}' for length in self.shape)} {self.dtype}"


def choose_array(arrays: Sequence[NamedArray], name: str, wanted: str | None) -> NamedArray:
    """Return the array that was asked for, or the only tensor.

    Raises
    ------
    ChooseTensorError
        If there are several tensors and none was asked for.
    ReadError
        If there is none, or not the one that was asked for; the message lists what there is.
    """
    if wanted is not None:
        found = next((array for array in arrays if array.key == wanted), None)
        if found is None:
            raise ReadError(f"{name} holds no array {wanted[:100]!r}.", hint=_listed(arrays))
        return found
    tensors = [array for array in arrays if array.is_tensor]
    if len(tensors) > 1:
        raise ChooseTensorError(
            f"{name} holds {len(tensors):,} tensors: "
            f"{', '.join(array.key for array in tensors[:SHOWN])}.",
            [{"name": a.key, "shape": list(a.shape), "dtype": a.dtype} for a in tensors],
            hint="Choose one of them.",
        )
    if tensors:
        return tensors[0]
    if len(arrays) == 1:
        # The checks of the only array say best why it is no tensor.
        return arrays[0]
    raise ReadError(f"{name} holds no 2D array of numbers.", hint=_listed(arrays))


def which_array(arrays: Sequence[NamedArray], chosen: NamedArray) -> tuple[Choice, ...]:
    """Return the question which array is the tensor, when there are several."""
    tensors = [array for array in arrays if array.is_tensor]
    if len(tensors) < 2:
        return ()
    options = tuple(Option(array.key, array.about) for array in tensors)
    return (Choice("tensor", "Array", "one", chosen.key, options),)


def rows_notes(columns: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """Say which arrays describe the points and which were left out."""
    notes = []
    if columns:
        notes.append(f"Arrays of the same length were taken as metadata: {', '.join(columns)}.")
    if others:
        more = f" and {len(others) - SHOWN:,} more" if len(others) > SHOWN else ""
        notes.append(f"Other arrays of the file were left out: {', '.join(others[:SHOWN])}{more}.")
    return tuple(notes)


def _listed(arrays: Sequence[NamedArray]) -> str:
    if not arrays:
        return "It holds no arrays at all."
    shown = ", ".join(f"{array.key} ({array.about})" for array in arrays[:SHOWN])
    more = f" and {len(arrays) - SHOWN:,} more" if len(arrays) > SHOWN else ""
    return f"Save one of shape (points, dimensions); it holds: {shown}{more}."
