"""All benchmarks, one after the other: `make bench`."""

import subprocess
import sys
from pathlib import Path

for script in (
    "matching.py",
    "turns.py",
    "delivery.py",
    "hours.py",
    "teams.py",
    "matrix.py",
    "matrix_outbox.py",
    "nudges.py",
):
    print(f"\n== {script}", flush=True)
    subprocess.run([sys.executable, str(Path(__file__).with_name(script))], check=True)
