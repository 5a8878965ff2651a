"""The settings of the Teams app, and the registrations they name: one, or one per tenant."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import NoDecode

_GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_KEYS = frozenset({"app_id", "secret", "secret_file", "certificate", "managed_identity"})


def _guid(value: str | None) -> str | None:
    if value is None:
        return None
    folded = value.strip().casefold()
    if not re.fullmatch(_GUID, folded):
        raise ValueError("this is no id")
    return folded


def _parts(value: Any) -> Any:
    return [part for part in re.split(r"[,\s]+", value) if part] if isinstance(value, str) else value


Guid = Annotated[str | None, AfterValidator(_guid)]
Names = Annotated[
    frozenset[str], NoDecode, BeforeValidator(_parts), AfterValidator(lambda s: frozenset(map(str.casefold, s)))
]
Url = Annotated[str | None, Field(pattern=r"^https://[^\s/]+(/\S*)?$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Who the bot is in a tenant: an app registration and how it proves to be it.

    Exactly one of secret, certificate (a PEM file with key and certificate) and managed identity.
    """

    tenant: str
    app_id: str
    secret: SecretStr | None = None
    certificate: Path | None = None
    managed_identity: bool = False


@dataclass(frozen=True, slots=True)
class Registrations:
    """The first one speaks wherever a tenant has none of its own."""

    rows: tuple[Registration, ...]

    @property
    def app_ids(self) -> frozenset[str]:
        return frozenset(row.app_id for row in self.rows)

    @property
    def tenants(self) -> frozenset[str]:
        return frozenset(row.tenant for row in self.rows)

    def of(self, tenant: str) -> Registration:
        return next((row for row in self.rows if row.tenant == tenant), self.rows[0])


class TeamsSettings(BaseModel):
    """All but `public_url` begin with `teams_`."""

    public_url: Annotated[str | None, Field(pattern=r"^https?://[^\s/]+$")] = Field(
        None, description="how the web endpoints are reached from outside, such as https://lotse.example"
    )
    teams_app_id: Guid = Field(None, description="the application id of the Azure Bot, such as 1b4e28ba-2fa1-…")
    teams_tenant: Guid = Field(None, description="the id of the tenant in which the application is registered")
    teams_app_type: Literal["SingleTenant", "UserAssignedMSI"] = Field(
        "SingleTenant", description="SingleTenant or UserAssignedMSI"
    )
    teams_app_secret: SecretStr | None = Field(None, description="the value of the application's client secret")
    teams_app_secret_file: Path | None = Field(None, description="the path of a file that holds the client secret")
    teams_certificate: Path | None = Field(None, description="the path of a PEM file with private key and certificate")
    teams_registrations: Path | None = Field(
        None, description="the path of a TOML file with one [TENANT] table per registration"
    )
    teams_tenants: Names = Field(
        frozenset(), description="the ids of the tenants that may use the bot, parted by commas"
    )
    teams_service_hosts: Names = Field(
        frozenset({"smba.trafficmanager.net"}), description="the hosts that replies may go to, parted by commas"
    )
    teams_insecure_no_authentication: bool = Field(
        default=False, description="true for the playground on your own machine only, else nothing"
    )
    teams_name: str = Field("Lotse", min_length=1, max_length=30, description="the app's name, at most 30 characters")
    teams_developer: str = Field(
        "Netzwerkbüro", min_length=1, max_length=32, description="who publishes the app, at most 32 characters"
    )
    teams_website: Url = Field(None, description="an https address about the network")
    teams_terms_url: Url = Field(None, description="an https address of the terms of use")

    @model_validator(mode="after")
    def _teams_fits_together(self) -> "TeamsSettings":
        if self.teams_insecure_no_authentication and (self.teams_app_id or self.teams_registrations):
            raise ValueError(
                "LOTSE_TEAMS_INSECURE_NO_AUTHENTICATION switches off all protection and can't be combined with"
                " credentials: remove it"
            )
        if self.teams_app_id is None and any(
            (self.teams_app_secret, self.teams_app_secret_file, self.teams_certificate, self.teams_tenant)
        ):
            raise ValueError("LOTSE_TEAMS_APP_ID is missing: without it nothing would be authenticated; give it")
        self.registrations()
        return self

    @property
    def teams_configured(self) -> bool:
        return bool(self.teams_app_id or self.teams_registrations or self.teams_insecure_no_authentication)

    @property
    def teams_tenants_allowed(self) -> frozenset[str]:
        """Those named, else those in which the bot is registered."""
        return self.teams_tenants or self.registrations().tenants

    def registrations(self) -> Registrations:
        """Raises ValueError with the remedy for what is missing or too much."""
        rows: list[Registration] = []
        if self.teams_app_id is not None:
            if self.teams_tenant is None:
                raise ValueError(
                    "LOTSE_TEAMS_TENANT is missing; give the id of the tenant in which the app is registered"
                )
            rows.append(
                Registration(
                    tenant=self.teams_tenant,
                    app_id=self.teams_app_id,
                    secret=_secret(self.teams_app_secret, self.teams_app_secret_file, "LOTSE_TEAMS_APP_SECRET_FILE"),
                    certificate=_readable(self.teams_certificate, "LOTSE_TEAMS_CERTIFICATE"),
                    managed_identity=self.teams_app_type == "UserAssignedMSI",
                )
            )
            _exactly_one(
                rows[0], "LOTSE_TEAMS_APP_SECRET, LOTSE_TEAMS_CERTIFICATE or LOTSE_TEAMS_APP_TYPE=UserAssignedMSI"
            )
        if self.teams_registrations is not None:
            rows += _from_file(self.teams_registrations)
        if len({row.tenant for row in rows}) < len(rows):
            raise ValueError("LOTSE_TEAMS_REGISTRATIONS: a tenant has two registrations; give each tenant one")
        return Registrations(tuple(rows))


def _from_file(path: Path) -> Iterable[Registration]:
    name = "LOTSE_TEAMS_REGISTRATIONS"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{name}: {path} can't be read ({error.strerror}); give the path of a TOML file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise ValueError(f"{name}: {path} is no TOML; give one table per tenant, such as [1b4e28ba-…]") from None
    if not tables:
        raise ValueError(f"{name}: {path} holds no registration; give one table per tenant")
    for tenant, row in tables.items():
        if (
            not isinstance(row, dict)
            or not set(row) <= _KEYS
            or not _is_guid(tenant)
            or not _is_guid(row.get("app_id"))
        ):
            raise ValueError(
                f"{name}: a table of {path} can't be used; give [TENANT ID] with app_id and one of secret,"
                " secret_file, certificate, managed_identity"
            )
        made = Registration(
            tenant=tenant.casefold(),
            app_id=row["app_id"].casefold(),
            secret=_secret(
                SecretStr(str(row["secret"])) if "secret" in row else None, _path(row.get("secret_file")), name
            ),
            certificate=_readable(_path(row.get("certificate")), name),
            managed_identity=row.get("managed_identity") is True,
        )
        _exactly_one(made, f"one of secret, secret_file, certificate, managed_identity for each tenant in {path}")
        yield made


def _secret(value: SecretStr | None, path: Path | None, name: str) -> SecretStr | None:
    if path is None:
        return value if value is not None and value.get_secret_value().strip() else None
    if value is not None:
        raise ValueError(f"{name}: the secret is given twice; give it once")
    try:
        read = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        read = ""
    if not read:
        raise ValueError(f"{name}: {path} holds no secret; give the path of a file that can be read")
    return SecretStr(read)


def _readable(path: Path | None, name: str) -> Path | None:
    if path is not None and not path.is_file():
        raise ValueError(f"{name}: there is no file {path}; give the path of a PEM file with key and certificate")
    return path


def _exactly_one(row: Registration, remedy: str) -> None:
    if [row.secret is not None, row.certificate is not None, row.managed_identity].count(True) != 1:
        raise ValueError(f"the bot must have exactly one way to prove who it is; give {remedy}")


def _path(value: object) -> Path | None:
    return None if value is None else Path(str(value))


def _is_guid(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(_GUID, value.casefold()) is not None
