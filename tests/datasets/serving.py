"""A server of files on this machine, and a run of a script of datasets/ that downloads from it."""

import contextlib
import hashlib
import http.server
import io
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import threading
import unittest

DATASETS = pathlib.Path(__file__).resolve().parents[2] / "datasets"
PROGRAMS = ["bash", "cut", "dirname", "md5sum", "mkdir", "mv", "rm", "rmdir", "sha256sum", "sleep", "tar", "gzip"]


def md5(content):
    return hashlib.md5(content).hexdigest()


def tar_of(files, mode="w:gz"):
    """A tar archive of these files, content by path."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode=mode) as tar:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return raw.getvalue()


class Server(http.server.ThreadingHTTPServer):
    """Serves `files` by the last part of their address; can break off answers half-way, or ignore ranges.

    `errors` lists the HTTP errors that the next answers have; 0: none.
    """

    def __init__(self, files, breaks=0, ranges=True, errors=()):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.breaks, self.ranges = files, breaks, ranges
        self.errors = list(errors)
        self.requests = []  # (name, first byte)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server, name = self.server, self.path.rsplit("/", 1)[1]
        asked = self.headers.get("Range")
        first = int(asked.split("=")[1].split("-")[0]) if asked and server.ranges else 0
        server.requests.append((name, first))
        error = server.errors.pop(0) if server.errors else 0
        if error:
            self.send_error(error)
            return
        if name not in server.files:
            self.send_error(404)
            return
        whole = server.files[name]
        if first >= len(whole):
            self.send_error(416)
            return
        body = whole[first:]
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(whole) - 1}/{len(whole)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if server.breaks > 0:
            server.breaks -= 1
            body = body[: len(body) // 2]
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def serving(files, **options):
    with Server(files, **options) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


class FetchTest(unittest.TestCase):
    """Runs datasets/`script` with one program that downloads, into `dest` of a scratch folder."""

    script = ""
    tool = "curl"
    programs: list[str] = []  # further programs that the script may call

    def setUp(self):
        if not self.script:
            self.skipTest("skipped: names no script")
        if not shutil.which(self.tool):
            self.skipTest(f"skipped: no {self.tool}")
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)
        self.dest = self.scratch / "data"
        self.path = self.scratch / "bin"  # all of this machine's programs but the other tool
        self.path.mkdir()
        for program in [*PROGRAMS, *self.programs, self.tool]:
            (self.path / program).symlink_to(shutil.which(program))

    def run_script(self, *arguments, **environment):
        """Runs the script; returns (exit status, standard error). `said` has its standard output."""
        arguments = arguments if "--dest" in arguments else (*arguments, "--dest", str(self.dest))
        done = subprocess.run(
            ["bash", str(DATASETS / self.script), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            env={"PATH": str(self.path), "M2M_FETCH_WAIT": "0", **environment},
        )
        self.said = done.stdout
        return done.returncode, done.stderr

    def assert_only(self, *names):
        self.assertEqual(sorted(os.listdir(self.dest)), sorted(names))
