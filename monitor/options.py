"""What a configurable part may be told: frozen, unknown keys refused, secrets only by the name of a variable."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class Options(BaseModel):
    """The one base class: a part's options, its registration and its documentation."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _names_a_variable(value: str) -> str:
    name = value.removeprefix("env:")
    if name == value or not name.replace("_", "").isalnum() or name[:1].isdigit():
        # The value may be the secret itself, so the message must not repeat it.
        raise ValueError('write "env:NAME" with the name of an environment variable; a secret never stands here')
    return value


Secret = Annotated[str, AfterValidator(_names_a_variable)]
"""A secret as "env:NAME"; the step that needs it reads the variable, nobody else does."""
