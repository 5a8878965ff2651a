"""The settings: from the environment (`LOTSE_…`), else from a TOML file, else the defaults that the product lays down.

The names are the same in both: `LOTSE_WEB_PORT=8080` is `web_port = 8080` in the file. Every error names the setting
and the remedy, and never repeats the value: it may be a secret.
"""

import os
import tomllib
from collections.abc import Mapping
from datetime import time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from adapters.matrix.settings import MatrixSettings
from adapters.teams.settings import TeamsSettings
from adapters.values import Accounts, Count, Domains, days_of_week, days_of_year, known_state, readable_database
from bot.hours import Hours, Window
from bot.public_holidays import STATES
from bot.rules import Notice, Rules

PREFIX = "LOTSE_"
FILE = "lotse.toml"
_RULES = Rules()
_NOTICE = Notice()


class BadSettings(Exception):
    """Each problem is a sentence that names the setting and the remedy."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(MatrixSettings, TeamsSettings, BaseSettings):
    """One field per setting; its description completes the sentence "give …"."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True)

    # Where things are kept.
    data: Path = Field(Path(".lotse"), description="the folder for the database, its lock and the file of erasures")
    database_url: Annotated[SecretStr | None, AfterValidator(readable_database)] = Field(
        None, description="sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"
    )
    tombstones: Path | None = Field(None, description="the path of the file of erasures, outside the backups")

    # The process.
    web_host: str = Field("127.0.0.1", min_length=1, description="the address to listen on, such as 127.0.0.1")
    web_port: int = Field(8080, ge=0, le=65535, description="a port from 1 to 65535, or 0 for any free one")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="debug, info, warning or error")
    messages_a_second: float = Field(20.0, gt=0, le=1000, description="a number of messages per platform, such as 20")
    seconds_between_messages: float = Field(
        1.0, ge=0, le=60, description="the seconds of silence in one conversation, such as 1"
    )
    backup_age_days: int = Field(2, ge=1, le=365, description="after how many days `lotse doctor` misses a backup")

    # Who may talk to the bot.
    domains: Domains = Field(
        _RULES.domains,
        description="the allowed tenants and homeserver domains, parted by commas, such as stadt.example",
    )
    admins: Accounts = Field(
        _RULES.admins, description="the accounts of the network office, such as console:ada beispiel, parted by commas"
    )

    # What the notice says.
    notice_version: str = Field(_NOTICE.version, min_length=1, description="the version of the notice, such as 2026-11")
    controller: str = Field(_NOTICE.controller, min_length=1, description="who runs the bot")
    data_protection_officer: str = Field(
        _NOTICE.officer, min_length=1, description="how to reach the data protection officer"
    )
    authority: str | None = Field(_NOTICE.authority, min_length=1, description="the supervisory authority")
    legal_basis: Literal["consent", "task", "agreement"] = Field("consent", description="consent, task or agreement")
    notice_url: str | None = Field(
        _NOTICE.url, pattern=r"^https?://\S+$", description="the address of the full notice, such as https://…"
    )
    backup_days: int = Field(_NOTICE.backup_days, ge=0, le=3650, description="how many days backups are kept")

    # When people are written to.
    window_days: Annotated[frozenset[int], NoDecode, BeforeValidator(days_of_week)] = Field(
        frozenset(range(5)), validate_default=False, description="weekdays such as mon,tue,wed,thu,fri"
    )
    window_opens: time = Field(_RULES.hours.window.opens, description="a time such as 09:00")
    window_closes: time = Field(_RULES.hours.window.closes, description="a later time such as 17:00")
    closed_days: Annotated[frozenset[tuple[int, int]], NoDecode, BeforeValidator(days_of_year)] = Field(
        _RULES.hours.closed, validate_default=False, description="days of the year such as 12-24,12-31"
    )
    network_state: Annotated[str | None, AfterValidator(known_state)] = Field(
        None, description=f"one of {', '.join(STATES)}"
    )

    # The rules; docs/betrieb.md says what each one does.
    unasked_a_week: Count = Field(_RULES.unasked_a_week, description="a number of messages, such as 3")
    consent_working_days: Count = Field(_RULES.consent_working_days, description="a number of days, such as 7")
    reminder_working_day: Count = Field(_RULES.reminder_working_day, description="a day within the window, such as 3")
    queue_working_days: Count = Field(_RULES.queue_working_days, description="a number of days, such as 10")
    open_requests_per_asker: Count = Field(_RULES.open_requests_per_asker, description="a number, such as 5")
    searches_per_hour: Count = Field(_RULES.searches_per_hour, description="a number, such as 30")
    results: int = Field(_RULES.results, ge=1, le=20, description="a number from 1 to 20, such as 5")
    check_in_days: Count = Field(_RULES.check_in.days, description="a number of days, such as 7")
    check_ins: int = Field(_RULES.check_ins, ge=0, le=5, description="a number from 0 to 5, such as 2")
    approval_working_days: int = Field(
        _RULES.approval_working_days, ge=1, le=60, description="working days from 1 to 60, such as 10"
    )
    follow_up_days: int = Field(_RULES.follow_up.days, ge=1, le=365, description="days from 1 to 365, such as 14")
    last_follow_up_days: int = Field(
        _RULES.last_follow_up.days, ge=1, le=365, description="days from 1 to 365, such as 90"
    )
    silences: int = Field(_RULES.silences, ge=1, le=10, description="a number from 1 to 10, such as 3")
    late_yes_days: Count = Field(_RULES.late_yes.days, description="a number of days, such as 30")
    no_repeat_days: Count = Field(_RULES.no_repeat.days, description="a number of days, such as 182")
    kept_question_hours: Count = Field(_RULES.kept_question // timedelta(hours=1), description="hours, such as 24")
    link_code_minutes: Count = Field(_RULES.link_code // timedelta(minutes=1), description="minutes, such as 15")
    confirm_profile_days: Count = Field(_RULES.confirm_profile.days, description="a number of days, such as 365")
    inactive_days: Count = Field(_RULES.inactive.days, description="a number of days, such as 730")
    warn_before_days: Count = Field(_RULES.warn_before.days, description="a number of days, such as 30")
    invitation_days: Count = Field(_RULES.invitation.days, description="a number of days, such as 30")
    catch_up_hours: Count = Field(_RULES.catch_up // timedelta(hours=1), description="a number of hours, such as 24")
    max_text: int = Field(_RULES.max_text, ge=100, le=100_000, description="a number of characters, such as 4000")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, InitSettingsSource(settings_cls, init_kwargs=in_file())

    @model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        if self.window_closes != time(0) and self.window_opens >= self.window_closes:
            raise ValueError("LOTSE_WINDOW_OPENS must be before LOTSE_WINDOW_CLOSES; 00:00 as the end means midnight")
        if self.reminder_working_day >= self.consent_working_days:
            raise ValueError("LOTSE_REMINDER_WORKING_DAY must be smaller than LOTSE_CONSENT_WORKING_DAYS")
        if self.warn_before_days >= self.inactive_days:
            raise ValueError("LOTSE_WARN_BEFORE_DAYS must be smaller than LOTSE_INACTIVE_DAYS")
        return self

    @property
    def matrix_store(self) -> Path:
        """The keys of the Matrix device; a backup takes them along."""
        return self.data / "matrix"

    @property
    def database(self) -> str:
        """The URL, with its password: for the engine only."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data / 'lotse.db'}"

    @property
    def tombstone_file(self) -> Path:
        return self.tombstones or self.data / "tombstones"

    def rules(self) -> Rules:
        return Rules(
            hours=Hours(
                window=Window(days=self.window_days, opens=self.window_opens, closes=self.window_closes),
                network_state=self.network_state,
                closed=self.closed_days,
            ),
            notice=Notice(
                version=self.notice_version,
                controller=self.controller,
                officer=self.data_protection_officer,
                authority=self.authority,
                legal_basis=self.legal_basis,
                url=self.notice_url,
                backup_days=self.backup_days,
            ),
            domains=self.domains,
            admins=self.admins,
            unasked_a_week=self.unasked_a_week,
            consent_working_days=self.consent_working_days,
            reminder_working_day=self.reminder_working_day,
            queue_working_days=self.queue_working_days,
            open_requests_per_asker=self.open_requests_per_asker,
            searches_per_hour=self.searches_per_hour,
            results=self.results,
            check_in=timedelta(days=self.check_in_days),
            check_ins=self.check_ins,
            approval_working_days=self.approval_working_days,
            follow_up=timedelta(days=self.follow_up_days),
            last_follow_up=timedelta(days=self.last_follow_up_days),
            silences=self.silences,
            late_yes=timedelta(days=self.late_yes_days),
            no_repeat=timedelta(days=self.no_repeat_days),
            kept_question=timedelta(hours=self.kept_question_hours),
            link_code=timedelta(minutes=self.link_code_minutes),
            confirm_profile=timedelta(days=self.confirm_profile_days),
            inactive=timedelta(days=self.inactive_days),
            warn_before=timedelta(days=self.warn_before_days),
            invitation=timedelta(days=self.invitation_days),
            catch_up=timedelta(hours=self.catch_up_hours),
            max_text=self.max_text,
        )


def load(**given: Any) -> Settings:
    """The settings, with what the command line gives before all else. Raises BadSettings."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise BadSettings([_in_words(problem) for problem in error.errors(include_input=False)]) from None


def unknown(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Variables that look like settings and are none: probably misspelt."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {PREFIX + "CONFIG"}
    return [
        f"{name} is no setting: {_nearest(name, known)}"
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in known
    ]


def file_in_use(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The TOML file that settings come from: LOTSE_CONFIG, else lotse.toml in the folder of the start."""
    named = environ.get(PREFIX + "CONFIG")
    if named:
        return Path(named)
    return Path(FILE) if Path(FILE).is_file() else None


def in_file() -> dict[str, Any]:
    """What the file sets. Raises BadSettings."""
    path = file_in_use()
    if path is None:
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSettings(
            [f"LOTSE_CONFIG: {path} can't be read ({error.strerror}): give the path of a TOML file"]
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings([f"{path} is no TOML: {error}; write lines such as web_port = 8080"]) from None
    return values


def _in_words(problem: Any) -> str:
    if not problem["loc"]:
        return str(problem["msg"]).removeprefix("Value error, ")
    name = str(problem["loc"][0])
    field = Settings.model_fields.get(name)
    if field is None:
        return f"{name} in {file_in_use()} is no setting: {_nearest(name, set(Settings.model_fields))}"
    reason = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "string_pattern_mismatch":
        reason = "it isn't written like one"
    remedy = "" if "give" in reason else f"; give {field.description}"
    return f"{PREFIX}{name.upper()}: {reason[:1].lower()}{reason[1:]}{remedy}"


def _nearest(name: str, known: set[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else "remove it"
