import hashlib
import io
import logging
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import h5py
import numpy as np
import pytest

from mutspad.data import download
from mutspad.data.download import fetch
from mutspad.data.registry import FileEntry
from mutspad.errors import ConfigError, DownloadError, HashMismatchError, LicensedFileMissingError

CONTENT = bytes(range(256)) * 2000  # several chunks
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PATH = "quay/tide.bin"


class Server(ThreadingHTTPServer):
    """Serve CONTENT, with the moods that a test sets."""

    content = CONTENT
    ranges = True
    tear_after = None  # bytes of the first answer
    busy = 0  # answers 503 before the first good one
    status = 200
    length = True  # say how long the file is
    chunked = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests = []


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        wanted = self.headers.get("Range")
        server.requests.append(wanted)
        if server.busy:
            server.busy -= 1
            self.send_error(503)
            return
        if server.status != 200:
            self.send_error(server.status)
            return
        start = 0
        if wanted and server.ranges:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(server.content):
                self.send_error(416)
                return
            self.send_response(206)
            size = len(server.content)
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        else:
            self.send_response(200)
        body = server.content[start:]
        if server.length:
            self.send_header("Content-Length", str(len(body)))
        elif server.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        self.end_headers()
        if server.tear_after is not None:
            body, server.tear_after = body[: server.tear_after], None
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def entry(server):
    url = f"http://127.0.0.1:{server.server_port}/tide.bin"
    return FileEntry(path=PATH, url=url, bytes=len(CONTENT), sha256=SHA256)


@pytest.fixture
def raw(tmp_path):
    return tmp_path / "raw"


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    monkeypatch.setattr(download, "RETRIES", 2)
    monkeypatch.setattr(download, "BACKOFF", 0.01)


def get(entry, raw, **folders):
    return fetch(entry, raw_dir=raw, **folders)


def files_below(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_download(entry, raw, server, caplog):
    caplog.set_level(logging.INFO)
    path = get(entry, raw)
    assert path == raw / PATH
    assert path.read_bytes() == CONTENT
    assert files_below(raw) == ["tide.bin"]
    assert "100 % of 512000 bytes" in caplog.text


def test_a_right_file_is_kept(entry, raw, server):
    get(entry, raw)
    get(entry, raw)
    assert len(server.requests) == 1


def test_a_wrong_file_in_raw_is_replaced(entry, raw):
    (raw / PATH).parent.mkdir(parents=True)
    (raw / PATH).write_bytes(b"half of it")
    assert get(entry, raw).read_bytes() == CONTENT


def test_an_interrupted_connection_is_resumed(entry, raw, server):
    server.tear_after = 200_000
    assert get(entry, raw).read_bytes() == CONTENT
    first, second = server.requests
    assert first is None
    assert 0 < int(second.removeprefix("bytes=").removesuffix("-")) <= 200_000
    assert files_below(raw) == ["tide.bin"]


def test_an_earlier_attempt_is_resumed(entry, raw, server):
    part = raw / f"{PATH}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT[:300_000])
    assert get(entry, raw).read_bytes() == CONTENT
    assert server.requests == ["bytes=300000-"]
    assert files_below(raw) == ["tide.bin"]


def test_a_whole_part_needs_no_request(entry, raw, server):
    part = raw / f"{PATH}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT)
    assert get(entry, raw).read_bytes() == CONTENT
    assert server.requests == []


def test_a_server_without_ranges_begins_again(entry, raw, server):
    server.ranges = False
    server.tear_after = 200_000
    assert get(entry, raw).read_bytes() == CONTENT
    assert len(server.requests) == 2


def test_a_part_longer_than_the_file_is_dropped(entry, raw, server):
    part = raw / f"{PATH}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT + b"x")
    assert get(entry, raw).read_bytes() == CONTENT
    assert server.requests == [None]


def test_a_range_that_cannot_be_had_begins_again(entry, raw, server):
    part = raw / f"{PATH}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT[:1000])
    server.content = CONTENT[:500]
    with pytest.raises(HashMismatchError):
        get(entry, raw)
    assert server.requests == ["bytes=1000-", None]
    assert files_below(raw) == []


def test_a_busy_server_is_asked_again(entry, raw, server):
    server.busy = 2
    assert get(entry, raw).read_bytes() == CONTENT
    assert len(server.requests) == 3


@pytest.mark.parametrize(("status", "requests"), [(404, 1), (503, 3)])
def test_a_refusal_is_a_download_error(entry, raw, server, status, requests):
    server.status = status
    with pytest.raises(DownloadError, match=f"{PATH}.*{status}.*MUTSPAD_MIRROR"):
        get(entry, raw)
    assert len(server.requests) == requests
    assert files_below(raw) == []


def test_a_connection_that_brings_nothing_ends_in_an_error(entry, raw, server):
    class Deaf(Handler):
        def do_GET(self):
            self.server.requests.append(None)
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()

    server.RequestHandlerClass = Deaf
    with pytest.raises(DownloadError, match=f"0 of {len(CONTENT)} bytes"):
        get(entry, raw)
    assert len(server.requests) == 3


def test_no_server(raw):
    entry = FileEntry(path=PATH, url="http://127.0.0.1:9/x", bytes=1, sha256=SHA256)
    with pytest.raises(DownloadError, match=PATH):
        get(entry, raw)


@pytest.mark.parametrize(
    "content", [CONTENT[:-1] + b"x", CONTENT[:-5], CONTENT + b"x"], ids=["other", "short", "long"]
)
def test_another_file_is_refused_and_nothing_stays(entry, raw, server, content):
    server.content = content
    with pytest.raises(HashMismatchError) as caught:
        get(entry, raw)
    for fact in (PATH, SHA256, entry.url):
        assert fact in str(caught.value)
    assert hashlib.sha256(content).hexdigest() in str(caught.value) or len(content) > len(CONTENT)
    assert files_below(raw) == []


def test_the_mirror_comes_first_then_the_licensed_folder(entry, raw, tmp_path, server):
    for folder in ("mirror", "licensed"):
        (tmp_path / folder / "quay").mkdir(parents=True)
    (tmp_path / "licensed" / PATH).write_bytes(b"another file")
    (tmp_path / "mirror" / PATH).write_bytes(CONTENT)
    folders = {"mirror": tmp_path / "mirror", "licensed": str(tmp_path / "licensed")}
    assert get(entry, raw, **folders).read_bytes() == CONTENT
    (tmp_path / "mirror" / PATH).rename(tmp_path / "licensed" / PATH)
    (raw / PATH).unlink()
    assert get(entry, raw, **folders).read_bytes() == CONTENT
    assert server.requests == []


@pytest.mark.parametrize("name", ["mirror", "licensed"])
def test_a_named_folder_must_be_there(entry, raw, tmp_path, server, name):
    with pytest.raises(
        ConfigError, match=rf"MUTSPAD_{name.upper()}: expected a folder, found none"
    ):
        get(entry, raw, **{name: tmp_path / "nowhere"})
    assert server.requests == []


def test_a_wrong_file_in_the_mirror_is_an_error(entry, raw, tmp_path, server):
    wrong = tmp_path / PATH
    wrong.parent.mkdir()
    wrong.write_bytes(b"another file")
    with pytest.raises(HashMismatchError) as caught:
        get(entry, raw, mirror=tmp_path)
    assert str(wrong) in str(caught.value)
    assert hashlib.sha256(b"another file").hexdigest() in str(caught.value)
    assert files_below(raw) == []
    assert server.requests == []


def test_a_licensed_file_is_asked_for(raw, tmp_path):
    entry = FileEntry(path=PATH, bytes=len(CONTENT), sha256=SHA256)
    with pytest.raises(LicensedFileMissingError, match=f"<folder>/{PATH}.*MUTSPAD_LICENSED"):
        get(entry, raw, mirror=None, licensed=tmp_path)
    (raw / PATH).parent.mkdir(parents=True)
    (raw / PATH).write_bytes(b"another printing")
    with pytest.raises(HashMismatchError, match=PATH):
        get(entry, raw)
    (raw / PATH).write_bytes(CONTENT)
    assert get(entry, raw) == raw / PATH


@pytest.mark.parametrize(
    ("published", "found", "said"),
    [
        (b"Oslo NNP I-NP I-LOC\n\n", b"Oslo NNP I-NP I-LOC\r\n\r\n", r"line ends: CR LF; convert"),
        (b"Oslo NNP\r\n", b"Oslo NNP\n", "line ends: LF; convert"),
        (b"Oslo NNP\n", b"\xef\xbb\xbfOslo NNP\n", "line ends: LF, after a byte order mark"),
        (b"Oslo NNP\n", b"Oslo NN\r\n", "sha256 [0-9a-f]{64} in [^ ]*[.] Remove"),
    ],
)
def test_another_printing_with_other_line_ends_is_named(raw, tmp_path, published, found, said):
    entry = FileEntry(path=PATH, bytes=len(published), sha256=hashlib.sha256(published).hexdigest())
    (tmp_path / "quay").mkdir()
    (tmp_path / PATH).write_bytes(found)
    with pytest.raises(HashMismatchError, match=said):
        get(entry, raw, licensed=tmp_path)


def test_generated_files_are_not_fetched(raw):
    with pytest.raises(DownloadError, match="generated"):
        get(FileEntry(path=PATH), raw)


@pytest.fixture
def unknown(entry):
    """Return the same file, of which the registry knows neither size nor hash."""
    return FileEntry(path=PATH, url=entry.url, bytes=None, sha256=None)


def test_a_file_of_unknown_hash_is_taken_with_a_warning_that_names_it(unknown, raw, server, caplog):
    server.tear_after = 200_000
    assert get(unknown, raw).read_bytes() == CONTENT
    assert len(server.requests) == 2
    (warning,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    for fact in (PATH, SHA256, str(len(CONTENT)), unknown.url):
        assert fact in warning.getMessage()
    get(unknown, raw)
    assert len(server.requests) == 2
    assert files_below(raw) == ["tide.bin"]


def hdf5_bytes():
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["tide"] = np.arange(1000)
    return buffer.getvalue()


def zip_bytes():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("tide.txt", "ebb and flow")
    return buffer.getvalue()


WHOLE = {"tide.json": b'{"ebb": [1, 2]}', "tide.hdf5": hdf5_bytes(), "tide.zip": zip_bytes()}
PAGE = b"\n <!DOCTYPE HTML>\n<title>Sign in</title>"
BAD = [
    *(
        (name, content, "an empty file")
        for name in (*WHOLE, "tide.bin")
        for content in (b"", b"\n")
    ),
    *((name, PAGE, "a web page") for name in (*WHOLE, "tide.bin")),
    *((name, WHOLE[name][:-5], "a cut or damaged one") for name in WHOLE),
]


@pytest.mark.parametrize(("name", "content", "said"), BAD)
def test_what_is_no_file_of_unknown_hash_is_refused(
    unknown, raw, server, tmp_path, name, content, said
):
    entry = unknown.model_copy(update={"path": f"quay/{name}"})
    server.content = content
    for requests in (1, 2):  # a second try does not find the first one's file
        with pytest.raises(
            HashMismatchError, match=f"quay/{name}: expected .*found {said}.*MIRROR"
        ):
            get(entry, raw)
        assert len(server.requests) == requests
        assert files_below(raw) == []
    (tmp_path / "mirror" / "quay").mkdir(parents=True)
    (tmp_path / "mirror" / "quay" / name).write_bytes(content)
    with pytest.raises(HashMismatchError, match=said):
        get(entry, raw, mirror=tmp_path / "mirror")
    assert files_below(raw) == []


@pytest.mark.parametrize("name", WHOLE)
def test_a_bad_file_of_unknown_hash_that_lies_there_is_replaced(unknown, raw, server, name):
    entry = unknown.model_copy(update={"path": f"quay/{name}"})
    (raw / "quay").mkdir(parents=True)
    (raw / "quay" / name).write_bytes(PAGE)
    server.content = WHOLE[name]
    assert get(entry, raw).read_bytes() == WHOLE[name]
    get(entry, raw)
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", WHOLE)
def test_a_cut_file_is_refused_where_nobody_knows_its_length(unknown, raw, server, name):
    entry = unknown.model_copy(update={"path": f"quay/{name}"})
    server.length, server.content, server.tear_after = False, WHOLE[name], 5
    with pytest.raises(HashMismatchError, match="a cut or damaged one"):
        get(entry, raw)
    assert files_below(raw) == []
    Handler.protocol_version, server.chunked = "HTTP/1.1", True
    try:
        assert get(entry, raw).read_bytes() == WHOLE[name]
    finally:
        Handler.protocol_version = "HTTP/1.0"


def test_a_known_file_needs_no_length(entry, raw, server):
    server.length = False
    assert get(entry, raw).read_bytes() == CONTENT


def test_a_page_in_the_place_of_a_known_file_is_named(entry, raw, server):
    server.content = PAGE
    with pytest.raises(HashMismatchError, match=f"{SHA256}, found .*a web page"):
        get(entry, raw)
    assert files_below(raw) == []


def test_a_whole_part_of_unknown_size_is_fetched_again(unknown, raw, server):
    part = raw / f"{PATH}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT)
    assert get(unknown, raw).read_bytes() == CONTENT
    assert server.requests == [f"bytes={len(CONTENT)}-", None]


def test_a_known_size_is_held_to_without_a_hash(entry, raw, server, tmp_path, caplog):
    sized = entry.model_copy(update={"sha256": None})
    (raw / PATH).parent.mkdir(parents=True)
    (raw / PATH).write_bytes(b"half of it")
    assert get(sized, raw).read_bytes() == CONTENT
    (raw / PATH).unlink()
    server.content = CONTENT[:-5]
    with pytest.raises(HashMismatchError, match=f"expected {len(CONTENT)} bytes with any sha256"):
        get(sized, raw)
    assert files_below(raw) == []
    (tmp_path / "quay").mkdir()
    (tmp_path / PATH).write_bytes(CONTENT)
    assert get(sized, raw, mirror=tmp_path).read_bytes() == CONTENT
    assert f"taken as it is from {tmp_path / PATH}" in caplog.text


def test_a_failed_download_of_unknown_size_says_what_is_kept(unknown, raw, server):
    server.status = 503
    with pytest.raises(DownloadError, match=r"\(0 bytes are kept for the next attempt\)"):
        get(unknown, raw)
