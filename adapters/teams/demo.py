"""`make demo-teams`: the bot with the demo network on this machine, for Microsoft's playground; nothing is authenticated.

Requests to the invented people are promised and never delivered: they have no account in Teams.
"""

import asyncio
import os
import sys
from pathlib import Path

from adapters import demo, log
from adapters.app import assembled, real_time, run
from adapters.config import BadSettings, Settings, load
from adapters.expected import in_words

FOLDER = Path(".lotse") / "teams-demo"
PORT = 3978
HOW = """\
Lotse listens on http://127.0.0.1:{port}/api/messages, WITHOUT authentication and for this machine only.
Open Microsoft's playground against it, in another terminal (Node.js from 20; its licence is for evaluation):

    npx --yes @microsoft/m365agentsplayground@0.2.28 -e http://127.0.0.1:{port}/api/messages -c msteams

Then write, for example: Wer hat die E-Akte schon eingeführt?
"""


async def serve(settings: Settings) -> None:
    async with assembled(settings, transports=(), now=real_time, mode="live") as lotse:
        await demo.make(lotse, real_time())
    await run(settings)


def main() -> None:
    log.set_up("info")
    try:
        settings = load(
            data=None if "LOTSE_DATA" in os.environ else FOLDER,
            web_port=None if "LOTSE_WEB_PORT" in os.environ else PORT,
            teams_insecure_no_authentication=True,
        )
        sys.stdout.write(HOW.format(port=settings.web_port))
        sys.stdout.flush()
        asyncio.run(serve(settings))
    except BadSettings as bad:
        sys.exit("\n".join(bad.problems))
    except Exception as error:
        said = in_words(error)
        if said is None:
            raise
        sys.exit(said[0])


if __name__ == "__main__":
    main()
