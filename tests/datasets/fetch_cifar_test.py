#!/usr/bin/env python3
"""datasets/fetch_cifar.sh against a server on this machine, with a tiny archive in place of the published ones."""

import hashlib
import pathlib
import sys
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from said import assert_says
from serving import FetchTest, md5, serving, tar_of

FOLDERS = {"cifar-10-binary.tar.gz": "cifar-10-batches-bin", "cifar-100-binary.tar.gz": "cifar-100-binary"}
# One file of bytes that do not compress.
CONTENT = b"".join(hashlib.sha256(bytes([i])).digest() for i in range(250))
ARCHIVES = {name: tar_of({f"{folder}/test_batch.bin": CONTENT}) for name, folder in FOLDERS.items()}


class FetchCifar(FetchTest):
    script = "fetch_cifar.sh"

    def fetch(self, server, *arguments, **environment):
        """Runs the script; returns (exit status, standard error)."""
        url = server if isinstance(server, str) else f"http://127.0.0.1:{server.server_port}/kriz"
        sums = {
            "M2M_CIFAR10_MD5": md5(ARCHIVES["cifar-10-binary.tar.gz"]),
            "M2M_CIFAR100_MD5": md5(ARCHIVES["cifar-100-binary.tar.gz"]),
        }
        return self.run_script(*arguments, M2M_CIFAR_URL=url, **{**sums, **environment})

    def test_both_are_fetched_and_unpacked_and_nothing_else_is_left(self):
        with serving(ARCHIVES) as server:
            self.assertEqual(self.fetch(server)[0], 0)
        self.assert_only(*FOLDERS.values())
        batch = self.dest / "cifar-100-binary" / "test_batch.bin"
        self.assertEqual(batch.stat().st_size, 8000)
        self.assertEqual(
            (batch.parent / ".md5-checked").read_text(),
            f"{hashlib.sha256(batch.read_bytes()).hexdigest()}  test_batch.bin\n",
        )

    def test_one_by_name_and_what_is_there_is_not_fetched_again(self):
        with serving(ARCHIVES) as server:
            self.assertEqual(self.fetch(server, "cifar100")[0], 0)
            self.assertEqual(self.fetch(server, "cifar100")[0], 0)
            self.assertEqual(server.requests, [("cifar-100-binary.tar.gz", 0)])
        self.assert_only("cifar-100-binary")

    def test_a_damaged_folder_is_neither_used_nor_overwritten(self):
        with serving(ARCHIVES) as server:
            self.assertEqual(self.fetch(server, "cifar10")[0], 0)
            batch = self.dest / "cifar-10-batches-bin" / "test_batch.bin"
            batch.write_bytes(batch.read_bytes()[:-1])
            status, output = self.fetch(server, "cifar10")
        self.assertEqual(status, 65)
        assert_says(output, str(batch.parent), "damaged")
        self.assertEqual(batch.stat().st_size, 7999)

    def test_another_checksum_is_refused_and_leaves_nothing(self):
        with serving(ARCHIVES) as server:
            status, output = self.fetch(server, "cifar10", M2M_CIFAR10_MD5="0" * 32)
            self.assertEqual(len(server.requests), 1)
        self.assertEqual(status, 65)
        assert_says(output, "cifar-10-binary.tar.gz", "MD5", "0" * 32)
        self.assert_only()

    def test_without_the_tests_variable_the_published_sum_counts(self):
        with serving(ARCHIVES) as server:
            status, output = self.fetch(server, "cifar10", M2M_CIFAR10_MD5="")
            self.assertIn("c32a1d4ab5d03f1284b67883e8d87530", output)
            self.assertEqual(status, 65)
            status, output = self.fetch(server, "cifar100", M2M_CIFAR100_MD5="")
            self.assertIn("03b5dce01913d631647c71ecec9e9cb8", output)

    def test_an_absent_archive_is_a_network_error(self):
        with serving({}) as server:
            status, output = self.fetch(server, "cifar10")
            assert_says(output, f"http://127.0.0.1:{server.server_port}/kriz/cifar-10-binary.tar.gz")
        self.assertEqual(status, 74)
        self.assert_only()

    def test_a_server_that_does_not_answer_is_a_network_error(self):
        with serving(ARCHIVES) as server:
            port = server.server_port
        status, output = self.fetch(f"http://127.0.0.1:{port}", "cifar10")
        self.assertEqual(status, 74)
        assert_says(output, f"http://127.0.0.1:{port}/cifar-10-binary.tar.gz")

    def test_a_broken_download_is_resumed(self):
        with serving(ARCHIVES, breaks=1) as server:
            self.assertEqual(self.fetch(server, "cifar10")[0], 0)
            self.assertEqual([first > 0 for _, first in server.requests], [False, True])
        self.assert_only("cifar-10-batches-bin")

    def test_what_broke_off_too_often_is_resumed_by_the_next_call(self):
        with serving(ARCHIVES, breaks=3) as server:
            status, output = self.fetch(server, "cifar10")
            self.assertEqual(status, 74)
            assert_says(output, f"http://127.0.0.1:{server.server_port}/kriz/cifar-10-binary.tar.gz")
            self.assertEqual(self.fetch(server, "cifar10")[0], 0)
            self.assertGreater(server.requests[-1][1], 0)

    def test_a_momentary_error_of_the_server_keeps_what_came(self):
        half = len(ARCHIVES["cifar-10-binary.tar.gz"]) // 2
        for error in [403, 503]:
            with self.subTest(error=error), serving(ARCHIVES, breaks=1, errors=[0, error]) as server:
                self.assertEqual(self.fetch(server, "cifar10", "--dest", str(self.scratch / str(error)))[0], 0)
                self.assertEqual([first for _, first in server.requests], [0, half, half])

    def test_a_lasting_error_of_the_server_keeps_what_came_for_the_next_call(self):
        with serving(ARCHIVES, breaks=1, errors=[0, 503, 503]) as server:
            status, output = self.fetch(server, "cifar10")
            self.assertEqual(status, 74)
            assert_says(output, "run this again")
            self.assert_only(".cifar-10-binary.tar.gz.part")
            self.assertEqual(self.fetch(server, "cifar10")[0], 0)
            self.assertGreater(server.requests[-1][1], 0)

    def test_pauses_grow(self):
        sleep = self.path / "sleep"
        sleep.unlink()
        sleep.write_text(f'#!/bin/sh\necho "$1" >>{self.scratch}/pauses\n')
        sleep.chmod(0o755)
        (self.path / "sh").symlink_to("/bin/sh")
        with serving({}) as server:
            self.assertEqual(self.fetch(server, "cifar10", M2M_FETCH_WAIT="7")[0], 74)
        self.assertEqual((self.scratch / "pauses").read_text().split(), ["7", "14"])

    def test_a_complete_part_is_not_fetched_again(self):
        self.dest.mkdir()
        (self.dest / ".cifar-10-binary.tar.gz.part").write_bytes(ARCHIVES["cifar-10-binary.tar.gz"])
        with serving(ARCHIVES) as server:
            self.assertEqual(self.fetch(server, "cifar10")[0], 0)
            self.assertEqual(server.requests, [])

    def test_a_resumed_file_with_another_checksum_is_tried_once_from_the_start(self):
        half = len(ARCHIVES["cifar-10-binary.tar.gz"]) // 2
        for breaks in [0, 1, 2]:
            with self.subTest(breaks=breaks), serving(ARCHIVES, breaks=breaks) as server:
                status, output = self.fetch(server, "cifar10", M2M_CIFAR10_MD5="0" * 32)
                self.assertEqual(status, 65)
                assert_says(output, "cifar-10-binary.tar.gz", "0" * 32, "deleted")
                starts = [first for _, first in server.requests].count(0)
                self.assertEqual(starts, 2 if breaks else 1)
                self.assertEqual(len(server.requests), breaks + starts)
                self.assertTrue(all(first == 0 or first >= half for _, first in server.requests))
                self.assert_only()

    def test_the_rest_of_another_file_is_thrown_away_at_the_last_attempt_too(self):
        self.dest.mkdir()
        (self.dest / ".cifar-10-binary.tar.gz.part").write_bytes(b"x" * 100)
        with serving(ARCHIVES, breaks=2) as server:
            self.assertEqual(self.fetch(server, "cifar10")[0], 0)
            self.assertEqual(server.requests[-1][1], 0)
        self.assert_only("cifar-10-batches-bin")

    def test_a_server_that_cannot_resume_is_asked_from_the_start(self):
        with serving(ARCHIVES, breaks=1, ranges=False) as server:
            self.assertEqual(self.fetch(server, "cifar10")[0], 0)
        self.assert_only("cifar-10-batches-bin")

    def test_the_rest_of_another_file_is_thrown_away(self):
        self.dest.mkdir()
        (self.dest / ".cifar-10-binary.tar.gz.part").write_bytes(b"x" * 100)
        with serving(ARCHIVES) as server:
            self.assertEqual(self.fetch(server, "cifar10")[0], 0)
        self.assert_only("cifar-10-batches-bin")

    def test_a_part_that_is_longer_than_the_file_is_thrown_away(self):
        self.dest.mkdir()
        (self.dest / ".cifar-10-binary.tar.gz.part").write_bytes(b"x" * 100000)
        with serving(ARCHIVES) as server:
            self.assertEqual(self.fetch(server, "cifar10")[0], 0)

    def test_bad_usage_and_a_folder_that_cannot_be_written(self):
        for name in ["cifar11", "", "cifar10 cifar100", "cifar10 ", "cifar*"]:
            status, output = self.fetch("unused", name)
            self.assertEqual((status, output.count("\n")), (2, 1), name)
            assert_says(output, f"'{name}'", "cifar100")
        self.assertEqual(self.fetch("unused", "--dest")[0], 2)
        file = self.scratch / "file"
        file.write_text("")
        status, output = self.fetch("unused", "--dest", str(file / "below"))
        self.assertEqual((status, output.count("\n")), (74, 1))
        assert_says(output, "fetch_cifar.sh", f"{file}/below")


class FetchCifarWithWget(FetchCifar):
    tool = "wget"


if __name__ == "__main__":
    unittest.main()
