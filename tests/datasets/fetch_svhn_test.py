#!/usr/bin/env python3
"""datasets/fetch_svhn.sh against a server on this machine, with small files of MATLAB in place of the published ones."""

import hashlib
import io
import pathlib
import sys
import unittest

import numpy as np
import scipy.io

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from said import assert_says
from serving import FetchTest, md5, serving


def mat_file(labels, images=None):
    """The bytes of a file as the authors have it: X (32, 32, 3, n) and y (n, 1), compressed."""
    if images is None:
        images = np.random.default_rng(len(labels)).integers(0, 256, (32, 32, 3, len(labels)), dtype=np.uint8)
    raw = io.BytesIO()
    scipy.io.savemat(raw, {"X": images, "y": np.array(labels, np.uint8)[:, None]}, do_compression=True)
    return raw.getvalue()


FILES = {"train_32x32.mat": mat_file([1, 10, 3, 9, 1]), "test_32x32.mat": mat_file([10, 2])}


class FetchSvhn(FetchTest):
    script = "fetch_svhn.sh"

    def fetch(self, server, *arguments, **environment):
        """Runs the script with the sums of what is served; returns (exit status, standard error)."""
        sums = {
            "M2M_SVHN_TRAIN_MD5": md5(server.files.get("train_32x32.mat", b"")),
            "M2M_SVHN_TEST_MD5": md5(server.files.get("test_32x32.mat", b"")),
        }
        url = f"http://127.0.0.1:{server.server_port}/housenumbers"
        given = {"M2M_SVHN_URL": url, "M2M_PYTHON": sys.executable, **sums, **environment}
        return self.run_script(*arguments, **given)

    def test_images_come_first_and_labels_begin_at_the_digit_1(self):
        with serving(FILES) as server:
            self.assertEqual(self.fetch(server)[0], 0)
        self.assert_only("svhn")
        archive = self.dest / "svhn" / "svhn.npz"
        with np.load(archive) as arrays:
            self.assertEqual(sorted(arrays), ["x_test", "x_train", "y_test", "y_train"])
            self.assertEqual(arrays["y_train"].tolist(), [0, 9, 2, 8, 0])
            self.assertEqual(arrays["y_test"].tolist(), [9, 1])
            self.assertEqual(arrays["x_train"].dtype, np.uint8)
            given = scipy.io.loadmat(io.BytesIO(FILES["train_32x32.mat"]))["X"]
            self.assertEqual(arrays["x_train"].shape, (5, 32, 32, 3))
            for image in range(5):
                self.assertTrue(np.array_equal(arrays["x_train"][image], given[..., image]))
        self.assertEqual(
            (archive.parent / ".md5-checked").read_text(),
            f"{hashlib.sha256(archive.read_bytes()).hexdigest()}  svhn.npz\n",
        )

    def test_what_is_there_is_not_fetched_again_and_damage_is_named(self):
        with serving(FILES) as server:
            self.assertEqual(self.fetch(server)[0], 0)
            self.assertEqual(self.fetch(server)[0], 0)
            self.assertEqual(len(server.requests), 2)
            archive = self.dest / "svhn" / "svhn.npz"
            archive.write_bytes(archive.read_bytes()[:-1])
            status, output = self.fetch(server)
        self.assertEqual(status, 65)
        assert_says(output, str(archive.parent), "damaged")

    def test_a_broken_download_is_resumed(self):
        with serving(FILES, breaks=1) as server:
            self.assertEqual(self.fetch(server)[0], 0)
            self.assertGreater(server.requests[1][1], 0)
        self.assert_only("svhn")

    def test_without_the_tests_variables_the_published_sums_count(self):
        with serving(FILES) as server:
            status, output = self.fetch(server, M2M_SVHN_TRAIN_MD5="")
            self.assertEqual(status, 65)
            assert_says(output, "train_32x32.mat", "MD5", "e26dedcc434d2e4c54c9b2d4a06d8373", "M2M_SVHN_URL")
            status, output = self.fetch(server, M2M_SVHN_TEST_MD5="")
            assert_says(output, "test_32x32.mat", "eb5a983be6a315427106f1b164d9cef3")
        self.assertFalse((self.dest / "svhn").exists())

    def test_files_of_another_form_make_no_archive(self):
        for file, word in [
            (mat_file([1, 11]), "labels"),
            (mat_file([1, 0]), "labels"),
            (mat_file([1, 2], np.zeros((32, 32, 2, 2), np.uint8)), "(32, 32, 2, 2)"),
            (mat_file([1, 2], np.zeros((32, 32, 3, 2))), "float64"),
        ]:
            with self.subTest(word=word), serving({**FILES, "train_32x32.mat": file}) as server:
                status, output = self.fetch(server)
                self.assertEqual(status, 74)
                assert_says(output, "svhn-train.mat", word)
                self.assertFalse((self.dest / "svhn").exists())

    def test_a_python_without_scipy_is_refused_before_the_download(self):
        python = self.path / "python3"
        python.write_text("#!/bin/sh\nexit 1\n")
        python.chmod(0o755)
        checkout = self.scratch / "checkout" / "datasets"
        checkout.mkdir(parents=True)
        source = pathlib.Path(__file__).resolve().parents[2] / "datasets"
        for name in ["fetch_svhn.sh", "fetching.sh", "svhn_to_npz.py"]:
            (checkout / name).write_bytes((source / name).read_bytes())
        self.script = str(checkout / "fetch_svhn.sh")  # its checkout has no .venv
        with serving(FILES) as server:
            status, output = self.fetch(server, M2M_PYTHON="")
            self.assertEqual(server.requests, [])
        self.assertEqual(status, 2)
        assert_says(output, "numpy", "scipy", "M2M_PYTHON")

    def test_names_are_bad_usage(self):
        with serving(FILES) as server:
            for name in ["svhn", ""]:
                status, output = self.fetch(server, name)
                self.assertEqual(status, 2)
                assert_says(output, f"'{name}'", "--dest")
            self.assertEqual(server.requests, [])


class FetchSvhnWithWget(FetchSvhn):
    tool = "wget"


if __name__ == "__main__":
    unittest.main()
