"""What a person reads when a document cannot be read or written."""

from __future__ import annotations

from blocks.errors import LightdesignerError


class DocumentError(LightdesignerError):
    """A document that cannot be read or written. `code` is stable; `line` and `column` count from 1, None where the fault is no
    single place in the text."""

    def __init__(self, code: str, message: str, *, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line = line
        self.column = column

    def within(self, place: str) -> DocumentError:
        """The same error with the place it belongs to (a file's name) in front."""
        return DocumentError(self.code, f"{place}: {self.message}", line=self.line, column=self.column)
