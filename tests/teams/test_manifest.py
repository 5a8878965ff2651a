"""The app package: right by Microsoft's own schema, in two languages, with icons that are what Teams wants."""

import io
import json
import struct
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from adapters.app import Unfit
from adapters.teams import check, manifest
from adapters.teams.credentials import NoToken
from adapters.teams.settings import Registration
from bot.intents import Unknown
from bot.knowledge import Knowledge
from bot.matching.places import Gazetteer
from bot.matching.topics import TopicTable
from bot.understand import Situation, understand
from storage.register import municipalities, topics
from tests.adapters.test_run import lotse
from tests.teams.signing import APP, OTHER_APP, OTHER_TENANT, TENANT, Published
from tests.teams.wire import settings

SCHEMAS = Path(__file__).parent / "data"
NEEDED = {
    "teams_website": "https://lotse.example/",
    "notice_url": "https://lotse.example/datenschutz",
    "teams_terms_url": "https://lotse.example/nutzung",
    "public_url": "https://bot.lotse.example",
}


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    return unpacked(manifest.package(settings(tmp_path, **NEEDED)))


def mistakes(schema: str, value: Any) -> list[str]:
    known = json.loads((SCHEMAS / schema).read_text(encoding="utf-8"))
    return [error.message for error in Draft4Validator(known).iter_errors(value)]


def test_the_manifest_is_right_by_microsofts_schema(files: dict[str, bytes]):
    assert set(files) == {"manifest.json", "en.json", "color.png", "outline.png"}
    found = json.loads(files["manifest.json"])
    assert mistakes("manifest-1.19.json", found) == []
    assert mistakes("localization-1.19.json", json.loads(files["en.json"])) == []
    assert mistakes("manifest-1.19.json", {**found, "accentColour": "#fff"}) != []  # the schema does look
    assert found["bots"][0]["botId"] == APP
    assert found["validDomains"] == ["bot.lotse.example"]
    assert found["localizationInfo"]["defaultLanguageTag"] == "de-de"


def test_every_german_text_has_an_english_one(files: dict[str, bytes]):
    found, english = json.loads(files["manifest.json"]), json.loads(files["en.json"])
    commands = found["bots"][0]["commandLists"][0]["commands"]
    assert 0 < len(commands) <= 10
    for number, command in enumerate(commands):
        for part in command:
            assert english[f"bots[0].commandLists[0].commands[{number}].{part}"] not in ("", command[part])
    assert english["description.full"] != found["description"]["full"]


def test_every_command_is_understood(files: dict[str, bytes]):
    known = Knowledge()
    known.places, known.topics = Gazetteer(municipalities()), TopicTable(topics())
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    found, english = json.loads(files["manifest.json"]), json.loads(files["en.json"])
    said = {"de": [one["title"] for one in found["bots"][0]["commandLists"][0]["commands"]]}
    said["en"] = [value for key, value in english.items() if "commandLists" in key and key.endswith("title")]
    for language, titles in said.items():
        situation = Situation(today=now.date(), now=now, language=language, lexicon=known)  # type: ignore[arg-type]
        assert [title for title in titles if isinstance(understand(title, situation).intent, Unknown)] == []


def pixels(png: bytes) -> tuple[int, int, list[tuple[int, int, int, int]]]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (depth, kind) == (8, 6)
    start = png.index(b"IDAT") + 4
    (length,) = struct.unpack(">I", png[start - 8 : start - 4])
    raw = zlib.decompress(png[start : start + length])
    rows = [raw[line * (4 * width + 1) + 1 : (line + 1) * (4 * width + 1)] for line in range(height)]
    found = [tuple(row[at : at + 4]) for row in rows for at in range(0, len(row), 4)]
    return width, height, found  # type: ignore[return-value]


def test_the_icons_are_what_teams_wants(files: dict[str, bytes]):
    width, height, colour = pixels(files["color.png"])
    assert (width, height) == (192, 192)
    assert all(alpha == 255 for *_, alpha in colour)
    assert len({one[:3] for one in colour}) > 10
    width, height, outline = pixels(files["outline.png"])
    assert (width, height) == (32, 32)
    assert {one[:3] for one in outline} == {(255, 255, 255)}
    assert {alpha for *_, alpha in outline} >= {0, 255}
    assert outline[0][3] == 0
    assert all(len(files[name]) < 32_000 for name in ("color.png", "outline.png"))


def test_the_same_settings_make_the_same_package(tmp_path: Path):
    given = settings(tmp_path, **NEEDED)
    assert manifest.package(given) == manifest.package(given)


def test_each_tenant_has_its_own_app(tmp_path: Path):
    file = tmp_path / "registrations.toml"
    file.write_text(f'[{OTHER_TENANT}]\napp_id = "{OTHER_APP}"\nsecret = "s"\n', encoding="utf-8")
    given = settings(tmp_path, **NEEDED, teams_registrations=file)
    ours, theirs = (
        json.loads(unpacked(manifest.package(given, tenant=one))["manifest.json"]) for one in (None, OTHER_TENANT)
    )
    assert (ours["bots"][0]["botId"], theirs["bots"][0]["botId"]) == (APP, OTHER_APP)
    assert ours["id"] != theirs["id"]
    with pytest.raises(Unfit, match="no registration of its own"):
        manifest.package(given, tenant=APP)


@pytest.mark.parametrize("version", ["1.1.0", "0.0.1", "12.345.6"])
def test_a_version_is_three_numbers(tmp_path: Path, version: str):
    found = json.loads(unpacked(manifest.package(settings(tmp_path, **NEEDED), version=version))["manifest.json"])
    assert found["version"] == version
    assert mistakes("manifest-1.19.json", found) == []


@pytest.mark.parametrize("version", ["", "1", "1.0", "1.0.0.0", "v1.0.0", "1.0.0-beta", "01.0.0", "1.0.x", "1.0.0\n"])
def test_another_version_is_refused_here_and_not_by_teams(tmp_path: Path, version: str):
    with pytest.raises(Unfit, match="three numbers"):
        manifest.package(settings(tmp_path, **NEEDED), version=version)


@pytest.mark.parametrize("name", ["teams_website", "notice_url", "teams_terms_url"])
def test_what_is_missing_is_named(tmp_path: Path, name: str):
    with pytest.raises(Unfit, match=f"LOTSE_{name.upper()}"):
        manifest.package(settings(tmp_path, **{**NEEDED, name: None}))


def test_the_command_writes_it(tmp_path: Path):
    variables = {f"LOTSE_{name.upper()}": value for name, value in NEEDED.items()}
    given = {**variables, "LOTSE_TEAMS_APP_ID": APP, "LOTSE_TEAMS_TENANT": TENANT, "LOTSE_TEAMS_APP_SECRET": "s"}
    out = tmp_path / "lotse.zip"
    with lotse("manifest", "--out", str(out), "--app-version", "1.2.3", **given) as process:
        said, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (0, "")
    assert str(out) in said
    assert json.loads(unpacked(out.read_bytes())["manifest.json"])["version"] == "1.2.3"
    with lotse("manifest", "--out", str(out)) as process:
        _, complaints = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "LOTSE_TEAMS_APP_ID" in complaints


# ---------------------------------------------------------------- doctor


async def looked(given: Any, metadata: str, code: str | None = None) -> list[str]:
    def authority(_: Registration) -> tuple[str, float]:
        if code is not None:
            raise NoToken(f"refused ({code})")
        return "t", 3600.0

    return [str(one) async for one in check.findings(given, authority, metadata)]


async def test_doctor_is_content(tmp_path: Path, published: Published):
    found = await looked(settings(tmp_path, **NEEDED), published.url)
    assert all(one.startswith("ok") for one in found)
    assert "2 tenants" in found[-1]


async def test_doctor_names_the_remedy(tmp_path: Path, published: Published):
    assert "has expired" in (await looked(settings(tmp_path, **NEEDED), published.url, "7000222"))[0]
    bare = "\n".join(await looked(settings(tmp_path), published.url))
    assert "LOTSE_PUBLIC_URL" in bare
    assert "LOTSE_TEAMS_WEBSITE, LOTSE_NOTICE_URL, LOTSE_TEAMS_TERMS_URL" in bare
    other = "\n".join(await looked(settings(tmp_path, **NEEDED, domains=TENANT), published.url))
    assert f"not in LOTSE_DOMAINS: {OTHER_TENANT}" in other


async def test_doctor_warns_of_the_insecure_mode(tmp_path: Path, published: Published):
    from adapters.config import load

    (found,) = await looked(load(data=tmp_path, teams_insecure_no_authentication=True), published.url)
    assert found.startswith("problem")
