"""Get every artefact back after a loss, a fresh clone or a change of the commit.

Example: mutspad sync            from the DVC remote
         mutspad sync --no-pull  from the cache of this machine, as after git checkout

results/<experiment>/    as dvc.lock certifies it, every byte compared; Snakemake finds it finished
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import click
import yaml

from mutspad.errors import MutspadError

SHOWN = 20
NO_GIT = (
    "expected a clone of a git repository, found no .git folder here or above. A downloaded "
    "archive has no history to compare with: clone the repository, run mutspad sync at its top"
)
NO_LOCK = (
    "dvc.lock: expected the hashes of a run's results, found no file. Run dvc repro, or check out "
    "a commit that has it"
)
NO_REMOTE = (
    ".dvc/config: expected a default remote, found none. Name the one that was pushed to: "
    "dvc remote add --default <name> <folder or URL>; or take what is in the cache: --no-pull"
)
REMEDY = (
    "Results of your own: dvc repro certifies them. Damaged or missing ones: remove these files "
    "and the folder that dvc cache dir prints, restore what git keeps (scores, tables, figures, "
    "statistics, claims) with git restore, and run mutspad sync again. If they come back wrong, "
    "the remote has them so: dvc push replaces nothing that is there, so delete its folder "
    "files/md5 and run dvc push where they are whole"
)
OTHER_STAGES = "dvc.lock: expected the code, parameters and files that it certifies, found changes:"
UNDO = "Undo them (git restore, git stash), or run dvc repro for new results"
NOTHING = "Nothing to be done"


@click.command("sync")
@click.option(
    "--pull/--no-pull",
    default=True,
    help="Ask the DVC remote for files that are not on this machine, or only this machine's cache.",
)
def command(*, pull: bool) -> None:
    """Get the results that dvc.lock certifies and mark them as finished for Snakemake.

    Every byte is compared with dvc.lock first; what differs is named and nothing is marked.
    """
    if not any((folder / ".git").exists() for folder in (Path.cwd(), *Path.cwd().parents)):
        raise MutspadError(NO_GIT)
    if not Path("dvc.lock").is_file():
        raise MutspadError(NO_LOCK)
    if pull and _run("dvc", "remote", "default").returncode:
        raise MutspadError(NO_REMOTE)
    fetch = "pull" if pull else "checkout"
    fetched = _run("dvc", fetch)
    # DVC remembers a file's hash for as long as its time and size stay the same. An empty memory
    # makes it read every byte again.
    with tempfile.TemporaryDirectory() as memory:
        files = json.loads(_call("dvc", "data", "status", "--granular", "--json", memory=memory))
        _refuse_changed(files.get("uncommitted", {}))
        if fetched.returncode:
            raise MutspadError(_describe_failure(f"dvc {fetch}", fetched))
        stages = json.loads(_call("dvc", "status", "--json", memory=memory))
    if stages:
        raise MutspadError(f"{OTHER_STAGES}\n{yaml.safe_dump(stages)}{UNDO}")
    # Force: what happens to be in order of time would otherwise stay without a note of the
    # parameters that made it, and a later change of these unnoticed.
    _call("snakemake", "--touch", "--forceall", "--cores", "1", "all")
    planned = _call("snakemake", "--dry-run", "all")
    if NOTHING not in planned:
        raise MutspadError(f"snakemake: expected '{NOTHING}', found:\n{planned}")
    click.echo("The outputs of dvc.lock are back, every byte compared")


def _run(
    module: str, *arguments: str, memory: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a tool of this Python, DVC with a memory of its own if one is named."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, **({"DVC_SITE_CACHE_DIR": memory} if memory else {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _call(module: str, *arguments: str, memory: str | None = None) -> str:
    """Run a tool that must succeed and return what it printed."""
    done = _run(module, *arguments, memory=memory)
    if done.returncode:
        raise MutspadError(_describe_failure(f"{module} {arguments[0]}", done))
    # Snakemake reports on stderr; DVC's hints there are none of what is asked for.
    return done.stdout if module == "dvc" else done.stdout + done.stderr


def _describe_failure(command: str, done: subprocess.CompletedProcess[str]) -> str:
    """Quote what a tool said when it failed."""
    return f"{command}: expected success, found:\n{(done.stderr or done.stdout).strip()}"


def _refuse_changed(changed: dict[str, list[str]]) -> None:
    """Raise an error that lists the files that are not those of dvc.lock."""
    lines = [
        f"  {path}: {'no file' if how == 'deleted' else how}"
        for how, paths in changed.items()
        for path in paths
        if not path.endswith(os.sep) or how == "deleted"
    ]
    if changed:
        more = [f"  and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
        head = "dvc.lock: expected the files that it certifies, found others:"
        raise MutspadError("\n".join([head, *lines[:SHOWN], *more, REMEDY]))
