"""The Makefile works where a tool cannot write to the home folder."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def cache(**environment: str) -> str:
    """Return the folder for caches that the commands of a target are told."""
    inherited = {key: value for key, value in os.environ.items() if key != "XDG_CACHE_HOME"}
    done = subprocess.run(
        ["make", "--silent", "--eval", "show: ; echo $$XDG_CACHE_HOME", "show"],
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_caches_lie_in_the_checkout_where_there_is_no_home(tmp_path: Path) -> None:
    # Nobody, not even root, makes a folder below a device.
    assert cache(HOME="/dev/null") == str(ROOT / ".cache")
    assert cache(HOME="/dev/null", XDG_CACHE_HOME=str(tmp_path)) == str(tmp_path)
    assert cache(HOME=str(tmp_path)) == ""
