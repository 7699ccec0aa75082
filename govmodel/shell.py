"""What every command of the command line shares: exit codes, messages, the console, languages."""

import functools
import os
import sys
import time
from enum import StrEnum

import typer

from .foundations.errors import InputError

DONE, FAILED, BAD_INPUT, NO_FILE, TOO_FEW, INTERRUPTED = 0, 1, 2, 3, 4, 130


class Language(StrEnum):
    """Languages of what is told in sentences."""

    en = "en"
    zh = "zh"


def say(message: str) -> None:
    """Tell the user something that is no result."""
    typer.echo(message, err=True)


def guarded(command):
    """Turn what a user can mend into one message and an exit code of its own."""

    @functools.wraps(command)
    def call(*args, **kwargs):
        began = time.time()
        try:
            return command(*args, **kwargs)
        except InputError as error:
            say(_told(error, kwargs.get("lang", Language.en)))
            raise typer.Exit(BAD_INPUT) from None
        except BrokenPipeError:  # whoever read our output has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(DONE) from None
        except OSError as error:
            texts = _texts(kwargs.get("lang", Language.en))
            file, why = error.filename or texts("errors.some_file"), error.strerror or error
            say(texts("errors.file", file=file, why=why))
            raise typer.Exit(NO_FILE) from None
        except KeyboardInterrupt:
            from .folder import PROVENANCE  # here, because it is slow to import

            texts, out = _texts(kwargs.get("lang", Language.en)), kwargs.get("out")
            made = None if out is None else out / PROVENANCE
            saved = made is not None and made.is_file() and made.stat().st_mtime >= began  # by this command, not before
            say(texts("errors.interrupted_saved", folder=out) if saved else texts("errors.interrupted"))
            raise typer.Exit(INTERRUPTED) from None

    return call


def _texts(lang: Language):
    from .report.texts import Texts

    return Texts(lang.value)


def _told(error: InputError, lang: Language) -> str:
    """Tell in a language what cannot be used: the frame, and what is wanted and to be done where there are words."""
    texts = _texts(lang)
    wanted, remedy = (texts.told(text, "error_words") for text in (error.wanted, error.remedy))
    return texts("errors.input", field=error.field, wanted=wanted, got=repr(error.got), remedy=remedy).rstrip()


def console():
    """Make the console for results: as wide as the terminal, or wide enough that no table loses a digit."""
    from rich.console import Console

    from .report.terminal import NARROWEST, WIDTH

    class Output(Console):
        def on_broken_pipe(self) -> None:  # `guarded` knows that whoever reads has seen enough
            raise BrokenPipeError

    terminal = sys.stdout is not None and sys.stdout.isatty()
    return Output(width=max(Output().width, NARROWEST) if terminal else WIDTH)
