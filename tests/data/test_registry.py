from pathlib import Path

import pytest

from mutspad.data.corpora.readers import READERS
from mutspad.data.registry import (
    CorpusChoice,
    choose_corpora,
    load_registry,
    parse_registry,
)
from mutspad.errors import ConfigError, LicensedFileMissingError
from mutspad.tasks import TASKS, Task

DOMAINS = {
    "news": {Task.POS: "wsj", Task.NER: "conll2003", Task.DEP: "ud-ewt"},
    "tweets": {Task.POS: "tweebank2"},
}
SUBSTITUTES = {"wsj": ["nltk-treebank", "ud-ewt"], "conll2003": ["wikigold"]}
CONLL2003 = ("conll2003/eng.train", "conll2003/eng.testa", "conll2003/eng.testb")

ENTRY = """
quay:
  title: Quay
  version: "1"
  kind: public
  tasks: [pos]
  licence: none
  citation: { text: Mariner (1999), url: null }
  files:
    train: { path: quay/train.txt, url: "http://ex.am/ple", bytes: 3, sha256: SHA }
""".replace("SHA", "f" * 64)


def put(folder: Path, *paths: str) -> Path:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("x")
    return folder


def wsj_files(sections=range(25)):
    return [f"wsj/{section:02}/wsj_{section:02}01.mrg" for section in sections]


def test_every_corpus_with_tasks_has_a_reader_and_no_reader_is_left_over():
    registry = load_registry()
    assert set(READERS) == {name for name, corpus in registry.corpora.items() if corpus.tasks}


def test_public_files_are_pinned():
    for file in load_registry().files():
        if file.url and "githubusercontent" in file.url:
            commit = file.url.split("/")[5]
            assert len(commit) == 40
            assert int(commit, 16)


def test_nothing_licensed_can_be_downloaded():
    registry = load_registry()
    assert all(file.url is None for file in registry.corpus("conll2003").files.values())
    assert registry.corpus("wsj").folder.path == "wsj"


def test_the_demo_has_a_corpus_for_every_domain_and_task():
    registry = load_registry()
    for domain in ("news", "tweets"):
        for task in TASKS:
            corpus = registry.corpus(f"demo-{domain}-{task}")
            assert (corpus.kind, corpus.tasks) == ("generated", [task])
            assert corpus.files["dev"].path == f"demo/demo-{domain}-{task}/dev.conllup"


def test_only_tweebank_has_single_root_references():
    corpora = load_registry().corpora
    assert [name for name in corpora if corpora[name].single_root_references] == ["tweebank2"]


def test_unknown_names_bring_the_nearest():
    registry = load_registry()
    with pytest.raises(ConfigError, match=r"found 'tweebank'; did you mean 'tweebank2'"):
        registry.corpus("tweebank")
    with pytest.raises(ConfigError, match=r"did you mean 'ritter/chunk\.txt'"):
        registry.find_files("ritter/chunks.txt")
    with pytest.raises(ConfigError, match=r"found 'elmo-smal'; did you mean 'elmo-small'"):
        registry.find_files("elmo-smal")


def test_a_file_is_found_by_its_path_or_with_its_entry():
    registry = load_registry()
    assert [file.bytes for file in registry.find_files("ritter/chunk.txt")] == [149631]
    assert [file.path for file in registry.find_files("elmo-small")] == [
        "elmo-small/options.json",
        "elmo-small/weights.hdf5",
    ]


def test_licensed_corpora_are_used_when_all_their_files_are_there(tmp_path):
    mirror = put(tmp_path / "mirror", *CONLL2003[:2])
    licensed = put(tmp_path / "licensed", CONLL2003[2], *wsj_files())
    choices = choose_corpora(
        DOMAINS,
        SUBSTITUTES,
        substitution=False,
        raw_dir=tmp_path / "raw",
        mirror=mirror,
        licensed=licensed,
    )
    assert choices["news"] == {
        Task.POS: CorpusChoice(names=["wsj"]),
        Task.NER: CorpusChoice(names=["conll2003"]),
        Task.DEP: CorpusChoice(names=["ud-ewt"]),
    }
    paths = load_registry().corpus("wsj").raw_paths(tmp_path / "raw", mirror, licensed)
    assert paths == {"folder": licensed / "wsj"}


def test_substitutes_step_in_for_what_is_not_there(tmp_path):
    choices = choose_corpora(DOMAINS, SUBSTITUTES, substitution=True, raw_dir=tmp_path / "raw")
    assert choices["news"][Task.POS] == CorpusChoice(
        names=["nltk-treebank", "ud-ewt"], substitute_for="wsj"
    )
    assert choices["news"][Task.NER] == CorpusChoice(names=["wikigold"], substitute_for="conll2003")
    assert choices["tweets"] == {"pos": CorpusChoice(names=["tweebank2"])}


@pytest.mark.parametrize("where", ["raw_dir", "mirror", "licensed"])
@pytest.mark.parametrize(
    ("paths", "missing"),
    [
        (CONLL2003[:2], "conll2003/eng.testb"),
        (wsj_files(range(24)), "wsj/24/*.mrg"),
        (wsj_files(number for number in range(25) if number != 13), "wsj/13/*.mrg"),
        ([path.replace(".mrg", ".prd") for path in wsj_files()], "wsj/00/*.mrg"),
    ],
)
def test_what_is_there_in_part_is_not_replaced(tmp_path, where, paths, missing):
    folder = put(tmp_path / "mine", *paths)
    with pytest.raises(LicensedFileMissingError) as caught:
        choose_corpora(
            DOMAINS, SUBSTITUTES, substitution=True, **{"raw_dir": tmp_path / "raw", where: folder}
        )
    assert missing in str(caught.value)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize("variable", ["MUTSPAD_MIRROR", "MUTSPAD_LICENSED"])
def test_a_named_folder_must_be_there(tmp_path, variable):
    nowhere = tmp_path / "nowhere"
    folders = {variable.removeprefix("MUTSPAD_").lower(): nowhere}
    with pytest.raises(
        ConfigError, match=f"{variable}: expected a folder, found none at {nowhere}"
    ):
        choose_corpora(DOMAINS, SUBSTITUTES, substitution=True, raw_dir=tmp_path / "raw", **folders)


def test_a_licensed_folder_without_any_corpus_asked_for_is_refused(tmp_path):
    with pytest.raises(LicensedFileMissingError, match=rf"{tmp_path} \(missing: wsj/00"):
        choose_corpora(
            DOMAINS, SUBSTITUTES, substitution=True, raw_dir=tmp_path / "raw", licensed=tmp_path
        )
    demo = {"news": {Task.POS: "demo-news-pos"}}
    choose_corpora(demo, {}, substitution=True, raw_dir=tmp_path / "raw", licensed=tmp_path)


def test_what_a_licensed_folder_lacks_is_reported(tmp_path, caplog):
    licensed = put(tmp_path / "licensed", *CONLL2003)
    choices = choose_corpora(
        DOMAINS, SUBSTITUTES, substitution=True, raw_dir=tmp_path / "raw", licensed=licensed
    )
    assert choices["news"][Task.POS].substitute_for == "wsj"
    assert choices["news"][Task.POS].lacking == f"{licensed} lacks wsj/00 .. 24/*.mrg"
    (warning,) = [record.getMessage() for record in caplog.records]
    assert f"wsj is not in {licensed} (missing: wsj/00 .. 24/*.mrg)" in warning


@pytest.mark.parametrize("suffix", [".MRG", ".mrg.gz", ".MRG.gz"])
def test_files_of_the_wsj_may_be_in_capitals_or_compressed(tmp_path, suffix):
    licensed = put(tmp_path, *[path.replace(".mrg", suffix) for path in wsj_files()])
    choices = choose_corpora(
        {"news": {Task.POS: "wsj"}},
        SUBSTITUTES,
        substitution=True,
        raw_dir=tmp_path,
        licensed=licensed,
    )
    assert choices["news"][Task.POS] == CorpusChoice(names=["wsj"])


def test_without_substitution_the_error_says_which_files_to_put_where(tmp_path):
    with pytest.raises(LicensedFileMissingError) as caught:
        choose_corpora(DOMAINS, SUBSTITUTES, substitution=False, raw_dir=tmp_path / "raw")
    message = str(caught.value)
    assert "<folder>/wsj/00 .. 24/*.mrg" in message
    assert "<folder>/conll2003/eng.testa" in message
    assert "MUTSPAD_LICENSED=<folder>" in message


def test_a_licensed_corpus_without_substitute_is_asked_for(tmp_path):
    with pytest.raises(LicensedFileMissingError, match=r"conll2003/eng\.train"):
        choose_corpora(
            {"news": {Task.NER: "conll2003"}}, {}, substitution=True, raw_dir=tmp_path / "raw"
        )


def test_a_substitute_that_is_absent_itself_is_no_substitute(tmp_path):
    with pytest.raises(LicensedFileMissingError, match="wsj"):
        choose_corpora(
            {"news": {Task.POS: "wsj"}},
            {"wsj": ["wsj"]},
            substitution=True,
            raw_dir=tmp_path / "raw",
        )


def test_a_corpus_must_have_the_task(tmp_path):
    with pytest.raises(
        ConfigError, match=r"the task chunk, found 'ud-ewt' \(its tasks: pos, dep\)"
    ):
        choose_corpora(
            {"news": {Task.CHUNK: "ud-ewt"}}, {}, substitution=True, raw_dir=tmp_path / "raw"
        )


def test_entries_are_closed_and_typed():
    assert parse_registry(ENTRY).corpus("quay").files["train"].bytes == 3
    for wrong, right in (
        ("bytes: 3", "bites: 3"),
        ("bytes: 3", "bytes: three"),
        ('url: "http://ex.am/ple", ', ""),
        ("kind: public", "kind: licensed"),
        ("kind: public", "kind: generated"),
        ("f" * 64, "abc"),
        ("tasks: [pos]", "tasks: [post]"),
        ("kind:", "kind"),
    ):
        with pytest.raises(ConfigError, match=r"registry\.yaml"):
            parse_registry(ENTRY.replace(wrong, right))
    with pytest.raises(ConfigError, match=r"quay/train\.txt twice"):
        parse_registry(ENTRY + ENTRY.replace("quay:", "pier:"))


def test_a_public_file_may_say_that_its_hash_is_unknown():
    text = ENTRY.replace("bytes: 3", "bytes: null").replace("f" * 64, "null")
    with pytest.raises(ConfigError, match="expected bytes or sha256 of a file that does not show"):
        parse_registry(text)
    unknown = text.replace(".txt", ".json")
    file = parse_registry(unknown).corpus("quay").files["train"]
    assert (file.bytes, file.sha256) == (None, None)
    for silent in (ENTRY.replace(f", sha256: {'f' * 64}", ""), ENTRY.replace(" bytes: 3,", "")):
        with pytest.raises(ConfigError, match=r"keys .* of a public file, bytes and .* null"):
            parse_registry(silent)
    licensed = unknown.replace('url: "http://ex.am/ple", ', "").replace("public", "licensed")
    with pytest.raises(
        ConfigError, match="expected the keys bytes, path, sha256 of a licensed file"
    ):
        parse_registry(licensed)
    with pytest.raises(ConfigError, match="expected the keys path of a generated file"):
        parse_registry(licensed.replace("licensed", "generated").replace("bytes: null", "bytes: 3"))


ARCHIVE = "archive: { path: quay.zip, parts: { quay-one: quay/quay.zip.1 } }"


def test_a_packaged_file_names_its_archive_and_its_hash():
    url = 'url: "http://ex.am/ple"'
    packaged = ENTRY.replace("kind: public", "kind: packaged").replace(url, ARCHIVE)
    (file,) = parse_registry(packaged).find_files("quay")
    assert file.archive.parts == {"quay-one": "quay/quay.zip.1"}
    for wrong, expected in (
        (
            packaged.replace(f"{ARCHIVE}, ", ""),
            "expected the keys archive, bytes, path, sha256 of a packaged",
        ),
        (
            ENTRY.replace(url, f"{url}, {ARCHIVE}"),
            "expected the keys bytes, path, sha256, url of a public file",
        ),
        (
            packaged.replace(" bytes: 3,", ""),
            "expected the keys archive, bytes, path, sha256 of a packaged",
        ),
    ):
        with pytest.raises(ConfigError, match=expected):
            parse_registry(wrong)


def test_only_elmo_has_files_of_unknown_hash():
    unknown = [file.path for file in load_registry().files() if file.url and not file.sha256]
    assert unknown == [
        "elmo-small/options.json",
        "elmo-large/options.json",
        "elmo-large/weights.hdf5",
    ]
