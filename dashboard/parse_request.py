"""What is asked to be read, from the texts of a form or of the command line."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.values import read_names, read_size, read_switch, read_whole_number
from data.errors import ParameterError
from data.limits import Limits
from data.parsing import ParseRequest, ReadOptions, Source

FIELDS = ("sprite_size", "tensor", "columns", "n_dims", "drop_invalid_rows")


def parse_request(
    files: Mapping[str, Source], fields: Mapping[str, list[str]], limits: Limits
) -> ParseRequest:
    """Build the request; ParameterError says which field is wrong.

    Parameters
    ----------
    files : `tensors`, and perhaps `metadata` and `sprite`
    fields : texts by the names in FIELDS, each usually once; empty ones count as missing
    """
    given = {name: values for name in FIELDS if any(values := fields.get(name, []))}
    for name, values in given.items():
        if len(values) > 1 and name != "columns":
            raise ParameterError(f"The field {name} was sent {len(values)} times.")
    one = {name: values[0].strip() for name, values in given.items()}
    size, n_dims = one.get("sprite_size"), one.get("n_dims")
    return ParseRequest(
        tensor=files["tensors"],
        metadata=files.get("metadata"),
        sprite=files.get("sprite"),
        thumbnail=None if size is None else read_size("sprite_size", size, limits.sprite_pixels),
        options=ReadOptions(
            tensor=one.get("tensor"),
            columns=read_names(given.get("columns", [])) or None,
            n_dims=(
                None if n_dims is None else read_whole_number("n_dims", n_dims, 1, limits.max_dims)
            ),
            drop_invalid_rows=read_switch("drop_invalid_rows", one.get("drop_invalid_rows", "1")),
        ),
    )
