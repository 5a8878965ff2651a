"""The container takes the same steps as a plain machine."""

import re
import tomllib
from pathlib import Path

from adapters.config import Settings

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def installing(text: str) -> set[str]:
    """The options of pip that matter for what is installed."""
    text = text.replace("$(PIP)", re.search(r"PIP := \S+ (.*)", MAKEFILE)[1])  # type: ignore[index]
    line = next(line for line in text.splitlines() if "--requirement requirements.lock" in line)
    return set(re.findall(r"(--[a-z-]+|\S+\.lock)", line)) - {
        "--quiet",
        "--disable-pip-version-check",
        "--no-cache-dir",
    }


def test_pip_installs_the_same_in_both():
    assert installing(DOCKERFILE) == installing(MAKEFILE) == {"--require-hashes", "--requirement", "requirements.lock"}


def test_the_container_runs_as_nobody_special_with_one_volume_and_a_health_check():
    assert re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE) == ["lotse"]
    assert re.findall(r"^VOLUME (\S+)$", DOCKERFILE, re.MULTILINE) == ["/data"]
    assert "LOTSE_DATA=/data" in DOCKERFILE
    assert "/healthz" in DOCKERFILE
    assert DOCKERFILE.rstrip().endswith('CMD ["run"]')


def test_every_setting_the_container_makes_is_one():
    names = set(re.findall(r"LOTSE_([A-Z_]+)=", DOCKERFILE))
    assert {name.lower() for name in names} <= set(Settings.model_fields)


def test_every_package_of_ours_is_in_the_image():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    ignored = (ROOT / ".dockerignore").read_text()
    for package in contracts["root_packages"]:
        assert f"COPY {package} ./{package}" in DOCKERFILE
        assert f"!{package}" in ignored


def test_the_lock_files_carry_hashes_and_no_addresses():
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "--hash=sha256:" in text
        assert not re.search(r"https?://|file://|--(extra-)?index-url|--find-links |--trusted-host", text)
