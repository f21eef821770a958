"""What can go wrong, in words a user can act on.

ProjectorError
├── ReadError                 a file cannot be opened as what it claims to be
│   ├── ChooseTensorError     the file holds several tensors; one must be named
│   ├── FileChangedError      somebody wrote the file while it was read
│   └── MetadataLengthError   metadata and tensor disagree about the number of rows
├── LimitError                something is larger than a setting allows
├── ParameterError            a value outside its legal range
├── NotFoundError             no such dataset, projection or bookmark (any more)
├── ConflictError             the request makes no sense in the present state
│   └── EditConflictError     somebody else has changed the same thing meanwhile
└── StorageError              the disk refused: full, read-only or damaged
    └── DiskFullError         there is no room
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.readers.contract import Choice


class ProjectorError(Exception):
    """Base of everything that a user is told.

    Parameters
    ----------
    message : str
        What was wrong: the file, row, value and legal range. No path, no library name.
    hint : str
        The way out; may be empty.
    choices_left : tuple of Choice
        Other ways to read the file, one of which may do.

    Attributes
    ----------
    part : which file of a dataset it is about ("tensors", "metadata" or "sprite"), where known
    """

    code = "error"
    part: str = ""

    def __init__(self, message: str, hint: str = "", choices_left: tuple[Choice, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.choices_left = choices_left


class ReadError(ProjectorError):
    """A file cannot be opened as what it claims to be."""

    code = "unreadable_file"


class ChooseTensorError(ReadError):
    """The file holds several tensors; `choices` has a dictionary (name, shape, dtype) of each."""

    code = "choose_tensor"

    def __init__(self, message: str, choices: list[dict[str, object]], hint: str = "") -> None:
        super().__init__(message, hint)
        self.choices = choices


class FileChangedError(ReadError):
    """Somebody wrote the file while it was read."""


class MetadataLengthError(ReadError):
    """Metadata and tensor disagree about the number of rows."""

    code = "metadata_length"


class LimitError(ProjectorError):
    """Something is larger than a setting allows; the message names setting and value."""

    code = "limit"


class ParameterError(ProjectorError):
    """A value outside its legal range, or of the wrong type."""

    code = "bad_parameter"


class NotFoundError(ProjectorError):
    """No such dataset, projection or bookmark, or it is gone."""

    code = "not_found"


class ConflictError(ProjectorError):
    """The request makes no sense in the present state."""

    code = "conflict"


class EditConflictError(ConflictError):
    """Somebody else has changed the same thing meanwhile; `current` is how it stands now."""

    code = "edit_conflict"

    def __init__(self, message: str, current: dict[str, object], hint: str = "") -> None:
        super().__init__(message, hint)
        self.current = current


class StorageError(ProjectorError):
    """The disk refused: full, read-only or damaged."""

    code = "storage"


class DiskFullError(StorageError):
    """There is no room on the disk."""
