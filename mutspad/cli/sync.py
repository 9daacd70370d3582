"""Get every artefact back after a loss, a fresh clone or a change of the commit.

Example: mutspad sync            from the DVC remote
         mutspad sync --no-pull  from the cache of this machine, as after git checkout

results/<experiment>/    as dvc.lock certifies it, every byte compared; Snakemake finds it finished
"""

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

import click

from mutspad.certificate import Damage, find_damage, read_outs
from mutspad.errors import MutspadError

SHOWN = 20
NO_REMOTE = (
    ".dvc/config: expected a default remote, found none. Name the one that was pushed to: "
    "dvc remote add --default <name> <folder or URL>; or take what is in the cache: --no-pull"
)
DAMAGED = (
    "Remove the damaged files (or git restore them, if git has them) and run mutspad sync again. "
    "Scores, tables, figures, statistics and claims are kept by git, not by DVC: where they are "
    "missing, commit them where they are whole"
)
# Where a list of a folder is in the remote, DVC takes all its files to be there, and whole: a push
# alone says that everything is up to date.
STORED = (
    "If they come damaged again, or not at all from a remote that can be reached, the remote has "
    "them so. Delete from it what it has of the following, then run dvc push where they are whole:"
)
NOTHING = "Nothing to be done"


@click.command("sync")
@click.option("--pull/--no-pull", default=True, help="Ask the remote, or only the local cache.")
def command(*, pull: bool) -> None:
    """Pull, compare all with the certificate, and only then tell Snakemake that it is done."""
    outs = read_outs(Path("dvc.lock"))
    if pull and _run("dvc", "remote", "default").returncode:
        raise MutspadError(NO_REMOTE)
    fetch = "pull" if pull else "checkout"
    fetched = _run("dvc", fetch)
    cache = Path(_call("dvc", "cache", "dir").strip())
    damage = list(islice(find_damage(Path(), cache, outs), SHOWN))
    # What did not come says more than why DVC stopped, which may be a list that it cannot read.
    failure = _tell_failure(f"dvc {fetch}", fetched) if fetched.returncode else ""
    if damage:
        raise MutspadError("\n".join(filter(None, [failure, _tell_damage(damage)])))
    if failure:
        raise MutspadError(failure)
    changes = json.loads(_call("dvc", "status", "--json"))
    if changes:
        raise MutspadError(_tell(changes))
    # Force: what happens to be in order of time would otherwise stay without a note of the
    # parameters that made it, and a later change of these unnoticed.
    _call("snakemake", "--touch", "--forceall", "--cores", "1", "all")
    planned = _call("snakemake", "--dry-run", "all")
    if NOTHING not in planned:
        raise MutspadError(f"snakemake: expected '{NOTHING}', found:\n{planned}")
    click.echo(f"{len(outs)} outputs of dvc.lock are back, every byte compared")


def _run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of this Python; its questions find nobody to answer."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _call(module: str, *arguments: str) -> str:
    """Run a tool that must succeed and return what it printed."""
    done = _run(module, *arguments)
    if done.returncode:
        raise MutspadError(_tell_failure(f"{module} {arguments[0]}", done))
    # Snakemake reports on stderr; DVC's hints there are none of what is asked for.
    return done.stdout if module == "dvc" else done.stdout + done.stderr


def _tell_failure(command: str, done: subprocess.CompletedProcess[str]) -> str:
    """Quote what a tool said when it failed."""
    return f"{command}: expected success, found:\n{(done.stderr or done.stdout).strip()}"


def _tell_damage(damage: list[Damage]) -> str:
    """List what is damaged, what to do here, and what to delete where it comes from."""
    lines = ["damaged files:", *(f"  {found}" for found in damage), DAMAGED]
    stored = dict.fromkeys(name for found in damage for name in found.stored)
    return "\n".join([*lines, *([STORED, *(f"  {name}" for name in stored)] if stored else [])])


def _tell(changes: dict[str, list[dict[str, object]]]) -> str:
    """List what differs from the certificate, stage by stage."""
    lines = [
        f"{stage}: {what}: {named}"
        for stage, entries in changes.items()
        for entry in (entries if isinstance(entries, list) else [{"changed": entries}])
        for what, named in (entry.items() if isinstance(entry, dict) else [("changed", entry)])
    ]
    return "\n  ".join(
        ["dvc.lock: expected the files and parameters that it certifies, found changes:", *lines]
    ) + ("\nUndo them (git stash, dvc checkout), or run dvc repro for new results")
