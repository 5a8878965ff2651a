"""`make demo-matrix`: a homeserver of one's own with three members and the bot, on this machine only, in one folder."""

import asyncio
import os
import secrets
import sys
from pathlib import Path

from pydantic import SecretStr

from adapters import demo, log
from adapters.app import assembled, real_time, run
from adapters.config import BadSettings, Settings, load
from adapters.expected import in_words
from adapters.matrix.local_synapse import Homeserver, NotStarted, synapse

FOLDER = Path(".lotse") / "matrix-demo"
PORT = 8008
MEMBERS = ("miriam", "jens", "astrid")
HOW = """\
A homeserver of your own answers on {url}, for this machine only. Sign in with any Matrix client that lets you choose
the homeserver (in Element: "Edit" beside the homeserver, then this address):

{members}

Then start a chat with {bot} and write, for example: Wer hat die E-Akte schon eingeführt?
Everything is in {folder}; `make clean` removes it. Ctrl-C ends both.
"""


def accounts(homeserver: Homeserver, folder: Path) -> dict[str, str]:
    """Names and passwords, made at the first start."""
    file = folder / "passwords"
    if not file.exists():
        made = {name: secrets.token_urlsafe(9) for name in ("lotse", *MEMBERS)}
        for name, password in made.items():
            homeserver.register(name, password)
        file.touch(mode=0o600)
        file.write_text("".join(f"{name} {password}\n" for name, password in made.items()), encoding="utf-8")
    return dict(line.split() for line in file.read_text(encoding="utf-8").splitlines())


def settings_for(homeserver: Homeserver, passwords: dict[str, str]) -> Settings:
    return load(
        data=None if "LOTSE_DATA" in os.environ else FOLDER / "lotse",
        matrix_homeserver=homeserver.url,
        matrix_user=homeserver.user("lotse"),
        matrix_password=SecretStr(passwords["lotse"]),
        matrix_store_key=SecretStr(passwords["lotse"] * 2),
    )


async def serve(settings: Settings) -> None:
    async with assembled(settings, transports=(), now=real_time, mode="live") as lotse:
        await demo.make(lotse, real_time())
    await run(settings)


def main(port: int = PORT) -> None:
    log.set_up("info")
    try:
        folder = FOLDER / "homeserver"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with synapse(folder, port=port) as homeserver:
            passwords = accounts(homeserver, folder)
            members = "\n".join(f"    {name:8} password {passwords[name]}" for name in MEMBERS)
            said = HOW.format(url=homeserver.url, members=members, bot=homeserver.user("lotse"), folder=FOLDER)
            sys.stdout.write(said)
            sys.stdout.flush()
            asyncio.run(serve(settings_for(homeserver, passwords)))
    except BadSettings as bad:
        sys.exit("\n".join(bad.problems))
    except NotStarted as error:
        sys.exit(str(error))
    except Exception as error:
        known = in_words(error)
        if known is None:
            raise
        sys.exit(known[0])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
