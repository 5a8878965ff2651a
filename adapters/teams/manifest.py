"""The app package for Teams: manifest, texts in German and English, both icons; all from the settings and the catalogues."""

import io
import json
import re
import uuid
import zipfile
from typing import Any
from urllib.parse import urlsplit

from adapters.app import Unfit
from adapters.config import Settings
from adapters.teams import icons
from adapters.teams.compose import CONTACTS, LESSONS
from adapters.teams.settings import Registration
from bot.languages import LanguageCode, text

MANIFEST = "1.19"
SCHEMA = f"https://developer.microsoft.com/json-schemas/teams/v{MANIFEST}"
GERMAN, ENGLISH = "de-de", "en-us"
COMMANDS = 5
SEARCHES = {
    CONTACTS: ("manifest.search", "manifest.search_hint"),
    LESSONS: ("manifest.lessons", "manifest.lessons_hint"),
}
_VERSION = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}")
_NAMESPACE = uuid.UUID("8b1f3a52-6a54-5c0e-9a3e-3c1f0f2f7d61")


def package(settings: Settings, *, tenant: str | None = None, version: str = "1.0.0") -> bytes:
    """A zip file. With a tenant the app of its registration, else the first one's. Raises Unfit for what is missing."""
    if not _VERSION.fullmatch(version):
        raise Unfit("Teams takes no such version: give --app-version three numbers, such as 1.1.0")
    registration = _registration(settings, tenant)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        _write(archive, "manifest.json", _json(manifest(settings, registration, version)))
        _write(archive, "en.json", _json(translation("en", settings.teams_name)))
        _write(archive, "color.png", icons.colour())
        _write(archive, "outline.png", icons.outline())
    return content.getvalue()


def manifest(settings: Settings, registration: Registration, version: str) -> dict[str, Any]:
    """Raises Unfit: Teams takes no app without an address, a privacy notice and terms."""
    needed = {
        "LOTSE_TEAMS_WEBSITE": settings.teams_website,
        "LOTSE_NOTICE_URL": settings.notice_url if (settings.notice_url or "").startswith("https://") else None,
        "LOTSE_TEAMS_TERMS_URL": settings.teams_terms_url,
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise Unfit(f"Teams takes no app without them: give https addresses for {', '.join(missing)}")
    domains = [host] if (host := urlsplit(settings.public_url or "").hostname) else []
    bot = registration.app_id
    return {
        "$schema": f"{SCHEMA}/MicrosoftTeams.schema.json",
        "manifestVersion": MANIFEST,
        "version": version,
        "id": str(uuid.uuid5(_NAMESPACE, bot)),
        "localizationInfo": {
            "defaultLanguageTag": GERMAN,
            "additionalLanguages": [{"languageTag": ENGLISH, "file": "en.json"}],
        },
        "developer": {
            "name": settings.teams_developer,
            "websiteUrl": settings.teams_website,
            "privacyUrl": settings.notice_url,
            "termsOfUseUrl": settings.teams_terms_url,
        },
        "name": {"short": settings.teams_name, "full": text("de", "manifest.full_name", name=settings.teams_name)},
        "description": {"short": text("de", "manifest.short"), "full": text("de", "manifest.full")},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": icons.ACCENT,
        "defaultInstallScope": "personal",
        "bots": [
            {
                "botId": bot,
                "scopes": ["personal", "team", "groupChat"],
                "supportsFiles": False,
                "isNotificationOnly": False,
                "commandLists": [{"scopes": ["personal"], "commands": _commands("de")}],
            }
        ],
        "composeExtensions": [
            {
                "botId": bot,
                "commands": [_search("de", command) for command in SEARCHES],
            }
        ],
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": domains,
    }


def translation(language: LanguageCode, name: str) -> dict[str, str]:
    """The texts of the manifest in another language, by their places in it."""
    found = {
        "$schema": f"{SCHEMA}/MicrosoftTeams.Localization.schema.json",
        "name.short": name,
        "name.full": text(language, "manifest.full_name", name=name),
        "description.short": text(language, "manifest.short"),
        "description.full": text(language, "manifest.full"),
    }
    for number, command in enumerate(SEARCHES):
        made, place = _search(language, command), f"composeExtensions[0].commands[{number}]"
        (parameter,) = made["parameters"]
        found |= {f"{place}.{part}": made[part] for part in ("title", "description")}
        found |= {f"{place}.parameters[0].{part}": parameter[part] for part in ("title", "description")}
    for number, one in enumerate(_commands(language)):
        for part, said in one.items():
            found[f"bots[0].commandLists[0].commands[{number}].{part}"] = said
    return found


def _search(language: LanguageCode, command: str) -> dict[str, Any]:
    """A command of the compose box."""
    title, hint = SEARCHES[command]
    parameter = {
        "name": "topic",
        "title": text(language, "manifest.topic"),
        "description": text(language, "manifest.topic_hint"),
        "inputType": "text",
    }
    return {
        "id": command,
        "type": "query",
        "title": text(language, title),
        "description": text(language, hint),
        "context": ["compose", "commandBox"],
        "initialRun": False,
        "parameters": [parameter],
    }


def _commands(language: LanguageCode) -> list[dict[str, str]]:
    """What is shown above the compose box; pressed, the title is what the person says."""
    return [
        {
            "title": text(language, f"manifest.example.{number}"),
            "description": text(language, f"manifest.hint.{number}"),
        }
        for number in range(1, COMMANDS + 1)
    ]


def _registration(settings: Settings, tenant: str | None) -> Registration:
    rows = settings.registrations().rows
    if not rows:
        raise Unfit("there is no registration yet: give LOTSE_TEAMS_APP_ID and LOTSE_TEAMS_TENANT")
    if tenant is None:
        return rows[0]
    found = next((row for row in rows if row.tenant == tenant.casefold()), None)
    if found is None:
        raise Unfit("this tenant has no registration of its own: give one of LOTSE_TEAMS_REGISTRATIONS, or none")
    return found


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """With a fixed time: the same settings make the same package."""
    archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
