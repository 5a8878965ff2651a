"""The settings of the Matrix account."""

from typing import Annotated

from pydantic import BaseModel, Field, SecretStr

from adapters.teams.settings import Names


class MatrixSettings(BaseModel):
    """All begin with `matrix_`. The password is needed for the first start only; token and device instead of it
    where the homeserver's sign-in is the Matrix Authentication Service.
    """

    matrix_homeserver: Annotated[str | None, Field(pattern=r"^https?://[^\s/]+$")] = Field(
        None, description="the address of the bot's homeserver, such as https://matrix.example.org"
    )
    matrix_user: Annotated[str | None, Field(pattern=r"^@[^:\s]+:\S+$")] = Field(
        None, description="the bot's user id, such as @lotse:example.org"
    )
    matrix_password: SecretStr | None = Field(None, description="the bot's password, for the first start")
    matrix_token: SecretStr | None = Field(None, description="an access token of the bot, together with its device")
    matrix_device: str | None = Field(None, description="the device id that belongs to the token")
    matrix_store_key: SecretStr | None = Field(
        None, description="a secret of at least 16 characters that encrypts the keys in the store"
    )
    matrix_servers: Names = Field(
        frozenset(), description="the homeserver domains whose people may talk to the bot, separated by commas"
    )

    @property
    def matrix_configured(self) -> bool:
        return self.matrix_homeserver is not None or self.matrix_user is not None
