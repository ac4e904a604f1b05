"""Errors a person can cause, and the issues that report them without stopping anything."""

from __future__ import annotations

from typing import Literal

import msgspec


class LightdesignerError(Exception):
    """Something a person asked for cannot be done; `str(error)` is the sentence they read."""


class BlockError(LightdesignerError):
    """A block cannot work with these parameters or inputs.

    `message` says who needs what and what came; `hint` says what to do. `param` and `port` name the parameter or input port to
    blame, if one is. `code` is stable: tests and quick fixes rely on it. `path` is the dotted path of the part inside the
    block's drawing, "" when the block itself complains.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        hint: str = "",
        param: str | None = None,
        port: str | None = None,
        path: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.param = param
        self.port = port
        self.path = path


Severity = Literal["error", "warning", "info"]


class Issue(msgspec.Struct, frozen=True):
    """One finding about one node, said once and at the root cause.

    `path` is the dotted path of the node (and of the part inside it, where the cause is inside a drawing); `port` and `param`
    name what to look at. `message` is a whole sentence naming what is needed, what came and from where; `hint` what to do.
    """

    severity: Severity
    code: str
    path: str
    message: str
    hint: str = ""
    port: str | None = None
    param: str | None = None

    def sentence(self) -> str:
        """Message and hint as one line for a person."""
        return f"{self.message} {self.hint}".strip()
