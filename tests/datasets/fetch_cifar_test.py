#!/usr/bin/env python3
"""datasets/fetch_cifar.sh against a server on this machine, with a tiny archive in place of the published ones."""

import contextlib
import hashlib
import http.server
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from said import assert_says

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "datasets" / "fetch_cifar.sh"
FOLDERS = {"cifar-10-binary.tar.gz": "cifar-10-batches-bin", "cifar-100-binary.tar.gz": "cifar-100-binary"}


def make_archive(folder):
    """A .tar.gz with one file of bytes that do not compress, in `folder`."""
    content, raw = b"".join(hashlib.sha256(bytes([i])).digest() for i in range(250)), io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as tar:
        entry = tarfile.TarInfo(f"{folder}/test_batch.bin")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return raw.getvalue()


ARCHIVES = {name: make_archive(folder) for name, folder in FOLDERS.items()}


class Server(http.server.ThreadingHTTPServer):
    """Serves ARCHIVES; can break off answers half-way, ignore ranges, or serve other bytes."""

    def __init__(self, breaks=0, ranges=True, archives=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.breaks, self.ranges = breaks, ranges
        self.archives = ARCHIVES if archives is None else archives
        self.requests = []  # (name, first byte)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server, name = self.server, self.path.rsplit("/", 1)[1]
        asked = self.headers.get("Range")
        first = int(asked.split("=")[1].split("-")[0]) if asked and server.ranges else 0
        server.requests.append((name, first))
        if name not in server.archives:
            self.send_error(404)
            return
        whole = server.archives[name]
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
def serving(**options):
    with Server(**options) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


class FetchCifar(unittest.TestCase):
    tool = "curl"

    def setUp(self):
        if not shutil.which(self.tool):
            self.skipTest(f"skipped: no {self.tool}")
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.dest = pathlib.Path(self.scratch.name) / "data"
        self.path = pathlib.Path(self.scratch.name) / "bin"  # all of this machine's programs but the other tool
        self.path.mkdir()
        for program in ["bash", "cut", "dirname", "md5sum", "mkdir", "mv", "rm", "sha256sum", "tar", "gzip", self.tool]:
            (self.path / program).symlink_to(shutil.which(program))

    def fetch(self, server, *arguments, **environment):
        """Runs the script; returns (exit status, standard error)."""
        url = server if isinstance(server, str) else f"http://127.0.0.1:{server.server_port}/kriz"
        sums = {
            "M2M_CIFAR10_MD5": hashlib.md5(ARCHIVES["cifar-10-binary.tar.gz"]).hexdigest(),
            "M2M_CIFAR100_MD5": hashlib.md5(ARCHIVES["cifar-100-binary.tar.gz"]).hexdigest(),
        }
        arguments = arguments if "--dest" in arguments else (*arguments, "--dest", str(self.dest))
        done = subprocess.run(
            ["bash", str(SCRIPT), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            env={"PATH": str(self.path), "M2M_CIFAR_URL": url, **sums, **environment},
        )
        return done.returncode, done.stderr

    def assert_only(self, *names):
        self.assertEqual(sorted(os.listdir(self.dest)), sorted(names))

    def test_both_are_fetched_and_unpacked_and_nothing_else_is_left(self):
        with serving() as server:
            self.assertEqual(self.fetch(server)[0], 0)
        self.assert_only(*FOLDERS.values())
        batch = self.dest / "cifar-100-binary" / "test_batch.bin"
        self.assertEqual(batch.stat().st_size, 8000)
        self.assertEqual(
            (batch.parent / ".md5-checked").read_text(),
            f"{hashlib.sha256(batch.read_bytes()).hexdigest()}  test_batch.bin\n",
        )

    def test_one_by_name_and_what_is_there_is_not_fetched_again(self):
        with serving() as server:
            self.assertEqual(self.fetch(server, "cifar100")[0], 0)
            self.assertEqual(self.fetch(server, "cifar100")[0], 0)
            self.assertEqual(server.requests, [("cifar-100-binary.tar.gz", 0)])
        self.assert_only("cifar-100-binary")

    def test_a_damaged_folder_is_neither_used_nor_overwritten(self):
        with serving() as server:
            self.assertEqual(self.fetch(server, "cifar10")[0], 0)
            batch = self.dest / "cifar-10-batches-bin" / "test_batch.bin"
            batch.write_bytes(batch.read_bytes()[:-1])
            status, output = self.fetch(server, "cifar10")
        self.assertEqual(status, 65)
        assert_says(output, str(batch.parent), "damaged")
        self.assertEqual(batch.stat().st_size, 7999)

    def test_another_checksum_is_refused_and_leaves_nothing(self):
        with serving() as server:
            status, output = self.fetch(server, "cifar10", M2M_CIFAR10_MD5="0" * 32)
            self.assertEqual(len(server.requests), 1)
        self.assertEqual(status, 65)
        assert_says(output, "cifar-10-binary.tar.gz", "MD5", "0" * 32)
        self.assert_only()

    def test_without_the_tests_variable_the_published_sum_counts(self):
        with serving() as server:
            status, output = self.fetch(server, "cifar10", M2M_CIFAR10_MD5="")
            self.assertIn("c32a1d4ab5d03f1284b67883e8d87530", output)
            self.assertEqual(status, 65)
            status, output = self.fetch(server, "cifar100", M2M_CIFAR100_MD5="")
            self.assertIn("03b5dce01913d631647c71ecec9e9cb8", output)

    def test_an_absent_archive_is_a_network_error(self):
        with serving(archives={}) as server:
            status, output = self.fetch(server, "cifar10")
            assert_says(output, f"http://127.0.0.1:{server.server_port}/kriz/cifar-10-binary.tar.gz")
        self.assertEqual(status, 74)
        self.assert_only()

    def test_a_server_that_does_not_answer_is_a_network_error(self):
        with serving() as server:
            port = server.server_port
        status, output = self.fetch(f"http://127.0.0.1:{port}", "cifar10")
        self.assertEqual(status, 74)
        assert_says(output, f"http://127.0.0.1:{port}/cifar-10-binary.tar.gz")

    def test_a_broken_download_is_resumed(self):
        with serving(breaks=1) as server:
            self.assertEqual(self.fetch(server, "cifar10")[0], 0)
            self.assertEqual([first > 0 for _, first in server.requests], [False, True])
        self.assert_only("cifar-10-batches-bin")

    def test_what_broke_off_too_often_is_resumed_by_the_next_call(self):
        with serving(breaks=3) as server:
            status, output = self.fetch(server, "cifar10")
            self.assertEqual(status, 74)
            assert_says(output, f"http://127.0.0.1:{server.server_port}/kriz/cifar-10-binary.tar.gz")
            self.assertEqual(self.fetch(server, "cifar10")[0], 0)
            self.assertGreater(server.requests[-1][1], 0)

    def test_a_server_that_cannot_resume_is_asked_from_the_start(self):
        with serving(breaks=1, ranges=False) as server:
            self.assertEqual(self.fetch(server, "cifar10")[0], 0)
        self.assert_only("cifar-10-batches-bin")

    def test_the_rest_of_another_file_is_thrown_away(self):
        self.dest.mkdir()
        (self.dest / ".cifar-10-binary.tar.gz.part").write_bytes(b"x" * 100)
        with serving() as server:
            self.assertEqual(self.fetch(server, "cifar10")[0], 0)
        self.assert_only("cifar-10-batches-bin")

    def test_a_part_that_is_longer_than_the_file_is_thrown_away(self):
        self.dest.mkdir()
        (self.dest / ".cifar-10-binary.tar.gz.part").write_bytes(b"x" * 100000)
        with serving() as server:
            self.assertEqual(self.fetch(server, "cifar10")[0], 0)

    def test_bad_usage_and_a_folder_that_cannot_be_written(self):
        self.assertEqual(self.fetch("unused", "cifar11")[0], 2)
        self.assertEqual(self.fetch("unused", "--dest")[0], 2)
        file = pathlib.Path(self.scratch.name) / "file"
        file.write_text("")
        status, output = self.fetch("unused", "--dest", str(file / "below"))
        self.assertEqual((status, output.count("\n")), (74, 1))
        assert_says(output, "fetch_cifar.sh", f"{file}/below")


class FetchCifarWithWget(FetchCifar):
    tool = "wget"


if __name__ == "__main__":
    unittest.main()
