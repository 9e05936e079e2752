"""Downloads, from a server in this process: resumed, checked, never half there."""

import hashlib
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from microbp.datasets import download
from microbp.errors import DownloadError

CONTENT = bytes(range(256)) * 1000


class Handler(BaseHTTPRequestHandler):
    ranges, cut, wrong, status = True, 0, False, 200

    def do_GET(self):
        server = self.server
        server.asked.append(self.headers.get("Range"))
        if server.status != 200:
            self.send_error(server.status)
            return
        body = CONTENT if not server.wrong else CONTENT[::-1]
        start = 0
        if server.ranges and self.headers.get("Range"):
            start = int(self.headers["Range"][6:-1])
            self.send_response(206)
            self.send_header(
                "Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}"
            )
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        end = len(body)
        if server.cut:
            end = min(end, start + server.cut)
        self.wfile.write(body[start:end])
        if server.stalls:
            server.goes_on.wait(30)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.ranges, server.cut, server.wrong, server.status = True, 0, False, 200
    server.asked, server.stalls, server.goes_on = [], False, threading.Event()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    monkeypatch.setattr(download, "MIRRORS", [url])
    digest = hashlib.sha256(CONTENT).hexdigest()
    monkeypatch.setattr(download, "FILES", {"data": (len(CONTENT), digest)})
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_file_comes_whole(server, tmp_path):
    download.fetch(["data"], tmp_path / "new")

    assert (tmp_path / "new" / "data").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["data"]


@pytest.mark.parametrize("ranges", [True, False])
def test_what_was_there_is_continued_where_the_server_can(server, tmp_path, ranges):
    server.ranges = ranges
    (tmp_path / "data.part").write_bytes(CONTENT[:5000])
    download.fetch(["data"], tmp_path)

    assert (tmp_path / "data").read_bytes() == CONTENT
    assert server.asked == ["bytes=5000-"]


def test_a_connection_that_is_cut_is_taken_up_again(server, tmp_path):
    server.cut = 100_000
    download.fetch(["data"], tmp_path)

    assert (tmp_path / "data").read_bytes() == CONTENT
    assert server.asked == [None, "bytes=100000-", "bytes=200000-"]


def test_wrong_bytes_never_get_the_name(server, tmp_path):
    server.wrong = True
    with pytest.raises(DownloadError, match="wrong bytes, of SHA-256"):
        download.fetch(["data"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_server_without_the_file_is_named(server, tmp_path):
    server.status = 404
    with pytest.raises(DownloadError, match=r"could not be downloaded(.|\n)*404"):
        download.fetch(["data"], tmp_path)
    assert not (tmp_path / "data").exists()


FETCH = """
import sys
from pathlib import Path
from microbp.datasets import download

url, size, digest, folder = sys.argv[1:]
download.MIRRORS[:] = [url]
download.FILES["data"] = (int(size), digest)
download.fetch(["data"], Path(folder))
"""


@pytest.mark.parametrize("stop", ["kill", "terminate"])
def test_a_download_that_is_killed_is_continued(server, tmp_path, stop):
    server.cut, server.stalls = 100_000, True
    size, digest = download.FILES["data"]
    arguments = [download.MIRRORS[0], str(size), digest, str(tmp_path)]
    child = subprocess.Popen([sys.executable, "-c", FETCH, *arguments])
    part, end = tmp_path / "data.part", time.monotonic() + 30
    while not part.exists() or part.stat().st_size < download.CHUNK:
        assert child.poll() is None and time.monotonic() < end
        time.sleep(0.01)
    getattr(child, stop)()
    child.wait()
    server.cut, server.stalls = 0, False
    server.goes_on.set()

    assert not (tmp_path / "data").exists()
    download.fetch(["data"], tmp_path)
    assert (tmp_path / "data").read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={download.CHUNK}-"]
