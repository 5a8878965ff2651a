"""Drafts the next revision, from what the tables have and the migrations have not; to be read and corrected.

python -m storage.migrations "visits"     the next revision
python -m storage.migrations --again      the newest one once more, as long as it hasn't been released
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from storage.migrate import draft, upgrade
from storage.migrations import HEAD, VERSIONS


async def main(message: str) -> Path:
    if message == "--again":
        (newest,) = VERSIONS.glob(f"{HEAD}_*.py")
        message = newest.stem[5:].replace("_", " ")
        newest.unlink()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/drafting.db"
        await upgrade(url)
        return await draft(url, message)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    asyncio.run(main(sys.argv[1]))
