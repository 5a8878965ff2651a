"""A real Synapse from the package index, for the demo and the tests: a process of its own, on loopback, never an import."""
# ruff: noqa: S310, S603 (our own process on loopback)

import hashlib
import hmac
import json
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SERVER = "town.example"
LIFTED = {"per_second": 10_000, "burst_count": 10_000}


class NotStarted(Exception):
    """The message names the remedy."""


@dataclass(frozen=True, slots=True)
class Homeserver:
    url: str
    secret: str

    def user(self, name: str) -> str:
        return f"@{name}:{SERVER}"

    def register(self, name: str, password: str, *, admin: bool = False) -> str:
        """The user id."""
        with urllib.request.urlopen(f"{self.url}/_synapse/admin/v1/register") as answer:
            nonce = json.load(answer)["nonce"]
        told = b"\0".join(part.encode() for part in (nonce, name, password, "admin" if admin else "notadmin"))
        mac = hmac.new(self.secret.encode(), told, hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": password, "admin": admin, "mac": mac}
        request = urllib.request.Request(
            f"{self.url}/_synapse/admin/v1/register", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            return str(json.load(answer)["user_id"])


@contextmanager
def synapse(folder: Path, *, port: int | None = None, limited: bool = False) -> Iterator[Homeserver]:
    """Until the block ends; what is in the folder from an earlier time is used again. `limited`: with the speed limits
    that a Synapse has of itself. Raises NotStarted.
    """
    port, secret = _free_port(port), secrets.token_hex(16)
    (folder / "log.yaml").write_text("version: 1\nroot: {level: ERROR}\n")
    limits = ["message", "registration", "admin_redaction", "3pid_validation", "media_create", "room_creation"]
    nested = {
        "login": ["address", "account", "failed_attempts"],
        "joins": ["local", "remote"],
        "invites": ["per_room", "per_user", "per_issuer"],
    }
    config: dict[str, object] = {
        "server_name": SERVER,
        "pid_file": str(folder / "pid"),
        "listeners": [
            {"port": port, "type": "http", "bind_addresses": ["127.0.0.1"], "resources": [{"names": ["client"]}]}
        ],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "log_config": str(folder / "log.yaml"),
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "registration_shared_secret": secret,
        "macaroon_secret_key": secrets.token_hex(16),
        "form_secret": secrets.token_hex(16),
        "report_stats": False,
        "trusted_key_servers": [],
        "presence": {"enabled": False},
        "bcrypt_rounds": 4,
        "caches": {"sync_response_cache_duration": "0s"},
    }
    if not limited:
        config |= {f"rc_{name}": LIFTED for name in limits}
        config |= {f"rc_{name}": dict.fromkeys(parts, LIFTED) for name, parts in nested.items()}
    file = folder / "homeserver.yaml"
    file.write_text(json.dumps(config))
    command = [sys.executable, "-m", "synapse.app.homeserver", "-c", str(file)]
    subprocess.run([*command, "--generate-keys"], check=True, capture_output=True)
    output = (folder / "output").open("w")
    process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        _answers(f"http://127.0.0.1:{port}", process, folder / "output")
        yield Homeserver(f"http://127.0.0.1:{port}", secret)
    finally:
        process.terminate()
        process.wait(20)
        output.close()


def _free_port(wanted: int | None) -> int:
    with closing(socket.socket()) as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the homeserver does
        try:
            free.bind(("127.0.0.1", wanted or 0))
        except OSError as error:
            raise NotStarted(f"port {wanted} can't be had ({error.strerror}): end what uses it") from None
        return int(free.getsockname()[1])


def _answers(url: str, process: subprocess.Popen[bytes], output: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{url}/health"):
            return
        time.sleep(0.1)  # it is another process that starts
    raise NotStarted(f"Synapse doesn't answer; {output} says why")
