"""The command line: start the server, add a dataset, or compute a projection."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dashboard.adding import add_bookmarks, add_demo, add_files
from dashboard.command_line import build_parser
from dashboard.project import project
from dashboard.settings import Settings, read_settings
from data.errors import ChooseTensorError, ParameterError, ProjectorError, StorageError

# Heavy modules are imported where they are used, so that --help and mistakes are answered at once.


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status, 2 when something is wrong with what was asked."""
    given = vars(build_parser().parse_args(arguments))
    try:
        settings = read_settings(given, os.environ)
        if given.get("command") == "add":
            add_files(settings, given, say)
        elif given.get("command") == "project":
            project(settings, given, say)
        else:
            start(settings)
    except ProjectorError as error:
        print(f"embedding-dashboard: {error.message} {error.hint}".rstrip(), file=sys.stderr)
        if isinstance(error, ChooseTensorError):
            for choice in error.choices:
                print(f"  --tensor {choice['name']}  {choice['shape']}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def start(settings: Settings) -> None:
    """Check what was asked, say what a person must know, and serve until a signal comes."""
    check_log_directories(settings.logdir)
    is_new = prepare_data_dir(settings.data_dir)
    from dashboard.server import bind, serve

    listener = bind(settings.host, settings.port)
    if not settings.is_local:
        say(
            f"Listening on {settings.host}: everyone who can reach this machine can use the "
            "dashboard without a login. Put a proxy with a login in front of it."
        )
    if settings.demo and is_new:
        say("Adding the demo datasets to the new data directory.")
        add_demo(settings)
    add_bookmarks(settings)
    serve(settings, listener, say)


def check_log_directories(directories: Sequence[Path]) -> None:
    """Raise ParameterError if a log directory is missing or cannot be read."""
    for directory in directories:
        if not directory.is_dir():
            raise ParameterError(
                f"The log directory {directory} does not exist, or is no directory."
            )
        if not os.access(directory, os.R_OK | os.X_OK):
            raise ParameterError(f"The log directory {directory} cannot be read.")


def prepare_data_dir(path: Path) -> bool:
    """Create the data directory when it is missing; return whether it holds no datasets folder.

    Raises
    ------
    StorageError
        If nothing can be written there.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Rights alone do not tell: the disk may be mounted for reading only.
        with tempfile.TemporaryFile(dir=path):
            return not (path / "datasets").exists()
    except OSError as error:
        raise StorageError(
            f"The data directory {path} cannot be written: {error.strerror}.",
            hint="Choose another one with --data-dir.",
        ) from None


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
