"""A SLURM of one node on loopback: its own key, ports and folder; stopped, it leaves nothing.

Needs Debian's slurmctld, slurmd, slurm-client and munge; no daemon of the system is started or
asked, and none of it needs root.
"""

import getpass
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "sinfo")
SECONDS = 60
"""How long a daemon may take to start or to stop."""

CONFIG = """\
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CryptoType=crypto/munge
SlurmctldPort={controller}
SlurmdPort={node}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerType=sched/builtin
SlurmdParameters=config_overrides
ReturnToService=2
MinJobAge=3600
KillWait=5
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=64000 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> list[str]:
    """Name the programs that are not here."""
    return [name for name in PROGRAMS if shutil.which(name, path=_search_path()) is None]


@dataclass
class Cluster:
    """A running SLURM.

    Parameters
    ----------
    folder
        Where its key, state and logs lie.
    """

    folder: Path
    host: str = field(default_factory=lambda: socket.gethostname().split(".")[0])

    @property
    def environment(self) -> dict[str, str]:
        """Name the variables with which SLURM's commands find it."""
        return {
            "SLURM_CONF": str(self.folder / "slurm.conf"),
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{_search_path()}",
        }

    def ask(self, *command: str) -> str:
        """Call one of SLURM's commands and return what it printed."""
        done = subprocess.run(
            command,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    def state(self) -> str:
        """Return the state of the node, as `idle`, `mixed`, `draining` or `drained`."""
        return self.ask("sinfo", "--noheader", "--format=%T").strip()

    def jobs(self, *states: str) -> int:
        """Count the jobs in these states."""
        return len(self.ask("squeue", "--noheader", f"--states={','.join(states)}").splitlines())

    def set_node(self, state: str) -> None:
        """Bring the node to another state."""
        self.ask("scontrol", "update", f"NodeName={self.host}", f"State={state}", "Reason=a-test")


def wait_until(true: Callable[[], bool], what: str, seconds: float = SECONDS) -> None:
    """Wait until something holds; raise when it does not in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"expected within {seconds:.0f} s: {what}")
        time.sleep(0.2)


@contextmanager
def run_cluster(folder: Path) -> Iterator[Cluster]:
    """Start a SLURM in an empty folder, and stop its daemons and whatever they run at the end."""
    cluster = Cluster(folder)
    _write_files(cluster)
    started: list[subprocess.Popen[bytes]] = []
    try:
        for command, ready in _daemons(cluster):
            log = folder / f"{Path(command[0]).name}.out"
            with log.open("wb") as output:
                daemon = subprocess.Popen(
                    command,
                    env={**os.environ, **cluster.environment},
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            started.append(daemon)

            def answers(
                daemon: subprocess.Popen[bytes] = daemon,
                ready: Callable[[], bool] = ready,
                log: Path = log,
            ) -> bool:
                if daemon.poll() is not None:
                    raise RuntimeError(f"{daemon.args!r} stopped: {log.read_text()}")
                return ready()

            wait_until(answers, f"{command[0]} answers")
        yield cluster
    finally:
        if len(started) > 1:
            with suppress(RuntimeError, subprocess.TimeoutExpired, TimeoutError):
                cluster.ask("scancel", f"--user={getpass.getuser()}")
                wait_until(lambda: not cluster.jobs("RUNNING", "COMPLETING"), "no job runs")
        for daemon in reversed(started):
            daemon.terminate()
            try:
                daemon.wait(SECONDS)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _daemons(cluster: Cluster) -> list[tuple[list[str], Callable[[], bool]]]:
    """List the commands of the daemons, each with what says that it is up."""
    folder = cluster.folder
    # By force: it would have all users reach the socket, and only this one is to.
    munged = ["munged", "--foreground", "--force", f"--socket={folder / 'munge.socket'}"]
    munged += [
        f"--{name}-file={folder / f'munge.{name}'}" for name in ("key", "log", "pid", "seed")
    ]
    return [
        (munged, (folder / "munge.socket").exists),
        (["slurmctld", "-D"], lambda: _answers(cluster, "scontrol", "ping")),
        (["slurmd", "-D"], lambda: cluster.state() == "idle"),
    ]


def _answers(cluster: Cluster, *command: str) -> bool:
    with suppress(RuntimeError):
        return "UP" in cluster.ask(*command)
    return False


def _write_files(cluster: Cluster) -> None:
    folder = cluster.folder
    for name in ("state", "spool", "bin"):
        (folder / name).mkdir(parents=True)
    key = folder / "munge.key"
    key.touch(mode=0o600)
    key.write_bytes(secrets.token_bytes(128))
    (folder / "slurm.conf").write_text(
        CONFIG.format(
            host=cluster.host,
            user=getpass.getuser(),
            folder=folder,
            controller=_free_port(),
            node=_free_port(),
            cpus=os.cpu_count(),
        )
    )
    # Inside a job the plugin forgets SLURM_CONF before it calls srun.
    srun = folder / "bin" / "srun"
    original = shutil.which("srun", path=_search_path())
    srun.write_text(f'#!/bin/sh\nSLURM_CONF={folder}/slurm.conf exec {original} "$@"\n')
    srun.chmod(0o755)


def _search_path() -> str:
    """Look where Debian puts daemons, too."""
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
