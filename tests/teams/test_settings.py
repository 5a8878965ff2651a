"""Nothing starts that would not be authenticated; each mistake names its remedy, and no secret is repeated."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request

from adapters.app import Unfit, configured
from adapters.config import BadSettings, load
from adapters.teams.adapter import TeamsAdapter
from adapters.teams.settings import Registrations
from adapters.teams.token import Unauthorized
from adapters.teams.webhook import Gate
from tests.adapters.test_run import ROOT
from tests.teams.signing import APP, OTHER_APP, OTHER_TENANT, TENANT

GOOD = {"teams_app_id": APP, "teams_tenant": TENANT, "teams_app_secret": "streng-geheim"}


def refused(**given: Any) -> str:
    with pytest.raises((BadSettings, Unfit)) as raised:
        configured(load(**given))
    assert "streng-geheim" not in str(raised.value)
    return str(raised.value)


def test_without_a_word_there_is_no_teams():
    assert configured(load()) == []


def test_with_id_tenant_and_secret_there_is():
    (adapter,) = configured(load(**GOOD))
    assert adapter.transport.platform == "teams"


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"teams_app_secret": "streng-geheim"}, "LOTSE_TEAMS_APP_ID"),
        ({"teams_tenant": TENANT}, "LOTSE_TEAMS_APP_ID"),
        ({**GOOD, "teams_tenant": None}, "LOTSE_TEAMS_TENANT"),
        ({**GOOD, "teams_app_secret": None}, "exactly one"),
        ({**GOOD, "teams_app_secret": "  "}, "exactly one"),
        ({**GOOD, "teams_app_type": "UserAssignedMSI"}, "exactly one"),
        ({**GOOD, "teams_app_type": "SingelTenant"}, "LOTSE_TEAMS_APP_TYPE"),
        ({**GOOD, "teams_app_type": "MultiTenant"}, "LOTSE_TEAMS_APP_TYPE"),
        ({**GOOD, "teams_app_id": "lotse"}, "LOTSE_TEAMS_APP_ID"),
        ({**GOOD, "teams_app_secret_file": "nirgends"}, "twice"),
        ({**GOOD, "teams_app_secret": None, "teams_app_secret_file": "nirgends"}, "LOTSE_TEAMS_APP_SECRET_FILE"),
        ({**GOOD, "teams_app_secret": None, "teams_certificate": "nirgends.pem"}, "LOTSE_TEAMS_CERTIFICATE"),
        ({**GOOD, "teams_registrations": "nirgends.toml"}, "LOTSE_TEAMS_REGISTRATIONS"),
        ({**GOOD, "teams_insecure_no_authentication": True}, "LOTSE_TEAMS_INSECURE_NO_AUTHENTICATION"),
        ({"teams_insecure_no_authentication": True, "web_host": "0.0.0.0"}, "LOTSE_WEB_HOST"),
        ({**GOOD, "public_url": "lotse.example"}, "LOTSE_PUBLIC_URL"),
    ],
)
def test_a_mistake_names_its_setting(given: dict[str, Any], word: str):
    assert word in refused(**given)


def test_managed_identity_needs_no_secret():
    (row,) = load(teams_app_id=APP, teams_tenant=TENANT, teams_app_type="UserAssignedMSI").registrations().rows
    assert row.managed_identity


def test_a_secret_may_stand_in_a_file(tmp_path: Path):
    file = tmp_path / "secret"
    file.write_text("streng-geheim\n", encoding="utf-8")
    (row,) = load(teams_app_id=APP, teams_tenant=TENANT, teams_app_secret_file=file).registrations().rows
    assert row.secret is not None
    assert row.secret.get_secret_value() == "streng-geheim"
    assert "streng-geheim" not in repr(row)


def test_an_adapter_without_credentials_is_not_made():
    """Whoever makes it: an empty id would let everybody in."""
    with pytest.raises(Unfit, match="LOTSE_TEAMS_APP_ID"):
        TeamsAdapter(load())


@pytest.mark.parametrize(
    ("remote", "comes_in"),
    [("127.0.0.1", True), ("::1", True), ("192.0.2.1", False), ("127.0.0.1.evil.example", False), (None, False)],
)
async def test_the_insecure_mode_is_for_this_machine(remote: str | None, comes_in: Any):
    (adapter,) = configured(load(teams_insecure_no_authentication=True))
    assert adapter.transport.platform == "teams"
    gate = Gate(keys=None, registrations=Registrations(()), tenants=frozenset(), hosts=frozenset())
    request = make_mocked_request("POST", "/api/messages").clone(remote=remote)
    if comes_in:
        assert await gate.claims(request) is None
    else:
        with pytest.raises(Unauthorized):
            await gate.claims(request)


def test_tenants_may_have_registrations_of_their_own(tmp_path: Path):
    file = tmp_path / "registrations.toml"
    file.write_text(f'[{OTHER_TENANT.upper()}]\napp_id = "{OTHER_APP}"\nmanaged_identity = true\n', encoding="utf-8")
    settings = load(**GOOD, teams_registrations=file)
    found = settings.registrations()
    assert found.of(OTHER_TENANT).app_id == OTHER_APP
    assert found.of(TENANT).app_id == APP
    assert found.of("a third one").app_id == APP
    assert settings.teams_tenants_allowed == {TENANT, OTHER_TENANT}
    assert load(**GOOD, teams_tenants=TENANT).teams_tenants_allowed == {TENANT}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "x = 1",
        f'[{OTHER_TENANT}]\napp_id = "x"\nsecret = "streng-geheim"',
        f'[erbach]\napp_id = "{OTHER_APP}"\nsecret = "streng-geheim"',
        f'[{OTHER_TENANT}]\napp_id = "{OTHER_APP}"',
        f'[{OTHER_TENANT}]\napp_id = "{OTHER_APP}"\nsecret = "streng-geheim"\nmanaged_identity = true',
        f'[{OTHER_TENANT}]\napp_id = "{OTHER_APP}"\nsecrt = "streng-geheim"',
        f'[{TENANT}]\napp_id = "{OTHER_APP}"\nsecret = "streng-geheim"',
    ],
)
def test_a_bad_file_of_registrations_is_told(tmp_path: Path, text: str):
    file = tmp_path / "registrations.toml"
    file.write_text(text, encoding="utf-8")
    said = refused(**GOOD, teams_registrations=file)
    assert "give" in said


@pytest.mark.parametrize(
    ("given", "loaded"), [({}, []), ({"teams_insecure_no_authentication": True}, ["botbuilder", "msal"])]
)
def test_microsofts_libraries_are_loaded_only_where_teams_is_configured(given: dict[str, Any], loaded: list[str]):
    """They take half a second and 50 MB."""
    code = (
        "import sys, adapters.app, adapters.cli, adapters.config;"
        f"adapters.app.configured(adapters.config.load(**{given}));"
        "print([name for name in ('botbuilder', 'msal') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", cwd=ROOT, check=True)
    assert found.stdout.strip() == str(loaded)
