"""Settings: environment before file before defaults; every error names the setting and the remedy."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from adapters.config import BadSettings, Settings, load, unknown
from bot.rules import Rules


def problems() -> str:
    with pytest.raises(BadSettings) as raised:
        load()
    return str(raised.value)


def test_without_settings_the_rules_are_the_products():
    assert load().rules() == Rules()


def test_each_rule_can_be_set(monkeypatch: pytest.MonkeyPatch):
    """Whatever is added to the rules later needs a setting as well."""
    given = {
        "LOTSE_DOMAINS": "Erbach.example, b.example",
        "LOTSE_ADMINS": "console:Ayşe Brandt, console:ada beispiel",
        "LOTSE_WINDOW_DAYS": "mon,tue",
        "LOTSE_WINDOW_OPENS": "08:30",
        "LOTSE_CLOSED_DAYS": "12-24",
        "LOTSE_NETWORK_STATE": "Hessen",
        "LOTSE_CONTROLLER": "Verbund",
        "LOTSE_NOTICE_VERSION": "2027-01",
        "LOTSE_UNASKED_A_WEEK": "2",
        "LOTSE_CHECK_IN_DAYS": "5",
        "LOTSE_LINK_CODE_MINUTES": "10",
        "LOTSE_CATCH_UP_HOURS": "12",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    rules = load().rules()
    assert rules.domains == {"erbach.example", "b.example"}
    assert rules.admins == {"console:ayşe brandt", "console:ada beispiel"}
    assert (rules.hours.window.days, rules.hours.window.opens) == ({0, 1}, time(8, 30))
    assert rules.hours.closed == {(12, 24)}
    assert rules.hours.network_state == "Hessen"
    assert (rules.notice.controller, rules.notice.version) == ("Verbund", "2027-01")
    assert (rules.unasked_a_week, rules.check_in) == (2, timedelta(days=5))
    assert (rules.link_code, rules.catch_up) == (timedelta(minutes=10), timedelta(hours=12))
    taken = {"hours", "notice"} | {name for name in Rules.__slots__ if _setting_of(name) in Settings.model_fields}
    assert set(Rules.__slots__) == taken


def _setting_of(rule: str) -> str:
    names = [name for name in Settings.model_fields if name.rsplit("_", 1)[0] == rule or name == rule]
    return names[0] if names else ""


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "lotse.toml").write_text('web_port = 1\ncontroller = "Verbund"\nadmins = ["console:ada"]\n')
    monkeypatch.setenv("LOTSE_WEB_PORT", "2")
    settings = load()
    assert (settings.web_port, settings.controller, settings.admins) == (2, "Verbund", {"console:ada"})


def test_the_command_line_goes_before_both(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOTSE_DATABASE_URL", "sqlite:///a.db")
    assert load(database_url="sqlite:///b.db").database == "sqlite:///b.db"
    assert load(database_url=None).database == "sqlite:///a.db"


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("LOTSE_WEB_PORT", "eighty", "1 to 65535"),
        ("LOTSE_WEB_PORT", "70000", "1 to 65535"),
        ("LOTSE_DATABASE_URL", "mysql://u:geheim@host/x", "postgresql://USER:PASSWORD@HOST/NAME"),
        ("LOTSE_NETWORK_STATE", "Bayrn", "Bayern"),
        ("LOTSE_WINDOW_DAYS", "mon,someday", "mon,tue,wed"),
        ("LOTSE_CLOSED_DAYS", "24.12.", "12-24,12-31"),
        ("LOTSE_CLOSED_DAYS", "02-31", "12-24,12-31"),
        ("LOTSE_ADMINS", "Ayşe Brandt", "console:ada beispiel"),
        ("LOTSE_DOMAINS", "https://erbach.de,ulm.de", "such as stadt.example"),
        ("LOTSE_WINDOW_OPENS", "neun", "09:00"),
        ("LOTSE_RESULTS", "9999", "1 to 20"),
        ("LOTSE_LEGAL_BASIS", "whim", "consent, task or agreement"),
        (
            "LOTSE_NOTICE_URL",
            "javascript:alert(1)",
            "isn't written like one; give the address of the full notice, such as https://…",
        ),
        ("LOTSE_LOG_LEVEL", "loud", "debug, info, warning or error"),
    ],
)
def test_a_bad_value_is_named_with_its_remedy_and_never_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, remedy: str
):
    monkeypatch.setenv(name, value)
    said = problems()
    assert said.startswith(f"{name}: ")
    assert remedy in said
    assert value not in said


def test_values_that_do_not_fit_together_are_named_together(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOTSE_WINDOW_OPENS", "18:00")
    assert problems() == "LOTSE_WINDOW_OPENS must be before LOTSE_WINDOW_CLOSES; 00:00 as the end means midnight"


def test_all_problems_are_named_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOTSE_WEB_PORT", "x")
    monkeypatch.setenv("LOTSE_RESULTS", "x")
    assert len(problems().splitlines()) == 2


def test_a_misspelt_name_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert unknown({"LOTSE_WEBPORT": "1", "LOTSE_CONFIG": "x", "PATH": "y"}) == [
        "LOTSE_WEBPORT is no setting: did you mean LOTSE_WEB_PORT?"
    ]
    (tmp_path / "other.toml").write_text("webport = 1\n")
    monkeypatch.setenv("LOTSE_CONFIG", str(tmp_path / "other.toml"))
    assert "did you mean web_port?" in problems()


def test_a_file_that_is_not_there_or_no_toml_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("LOTSE_CONFIG", str(tmp_path / "none.toml"))
    assert problems().startswith("LOTSE_CONFIG: ")
    (tmp_path / "none.toml").write_text("web_port: 1\n")
    assert "write lines such as web_port = 8080" in problems()


def test_a_password_is_never_printed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOTSE_DATABASE_URL", "postgresql://u:geheim@host/x")
    settings = load()
    assert "geheim" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert "geheim" in settings.database  # for the engine
