#!/usr/bin/env python3
"""datasets/fetch_pictures.sh against a server on this machine, with tiny archives in place of the published ones."""

import hashlib
import io
import json
import pathlib
import sys
import unittest
import zipfile

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from said import assert_says
from serving import FetchTest, md5, serving, tar_of


def zip_of(files):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return raw.getvalue()


def annotations(*pictures):
    """Annotations of (image id, file name, category)."""
    return json.dumps(
        {
            "images": [{"id": number, "file_name": name} for number, name, _ in pictures],
            "annotations": [{"id": 7, "image_id": number, "category_id": k} for number, _, k in reversed(pictures)],
        }
    ).encode()


CINIC = {f"{part}/cat/1.png": part.encode() for part in ["train", "valid", "test"]}
TINY = {"tiny-imagenet-200/train/n01/images/n01_0.JPEG": b"1", "tiny-imagenet-200/val/val_annotations.txt": b"2"}
PLACES = {"places365_standard/train/airfield/1.jpg": b"1", "places365_standard/val/airfield/2.jpg": b"2"}
LISTS = {f"Places_LT_{part}.txt": f"{part}/airfield/1.jpg 0\n".encode() for part in ["train", "val", "test"]}
TRAIN = annotations((3, "train_val2018/Aves/1/c.jpg", 1), (1, "train_val2018/Fungi/0/a.jpg", 0))
FILES = {
    "CINIC-10.tar.gz": tar_of(CINIC),
    "tiny-imagenet-200.zip": zip_of(TINY),
    "places365standard_easyformat.tar": tar_of(PLACES, "w"),
    **LISTS,
    "train_val2018.tar.gz": tar_of({"train_val2018/Aves/1/c.jpg": b"c"}),
    "train2018.json.tar.gz": tar_of({"train2018.json": TRAIN}),
    "val2018.json.tar.gz": tar_of({"val2018.json": annotations((9, "train_val2018/Aves/1/v.jpg", 1))}),
}


def sums_of(files):
    """The variables with the sums of these files."""
    sums = {
        "M2M_CINIC10_MD5": "CINIC-10.tar.gz",
        "M2M_TINY_IMAGENET_MD5": "tiny-imagenet-200.zip",
        "M2M_INATURALIST_MD5": "train_val2018.tar.gz",
        "M2M_INATURALIST_TRAIN_MD5": "train2018.json.tar.gz",
        "M2M_INATURALIST_VAL_MD5": "val2018.json.tar.gz",
    }
    lists = {f"M2M_PLACES_{part.upper()}_SHA256": files[f"Places_LT_{part}.txt"] for part in ["train", "val", "test"]}
    return {variable: md5(files[name]) for variable, name in sums.items()} | {
        variable: hashlib.sha256(content).hexdigest() for variable, content in lists.items()
    }


class FetchPictures(FetchTest):
    script = "fetch_pictures.sh"
    programs = ["python3"]

    def fetch(self, server, *arguments, **environment):
        """Runs the script with the sums of what is served; returns (exit status, standard error)."""
        url = f"http://127.0.0.1:{server.server_port}"
        places = {
            "M2M_CINIC10_URL": f"{url}/CINIC-10.tar.gz",
            "M2M_TINY_IMAGENET_URL": f"{url}/tiny-imagenet-200.zip",
            "M2M_PLACES_URL": f"{url}/places365standard_easyformat.tar",
            "M2M_PLACES_LISTS_URL": f"{url}/lists",
            "M2M_INATURALIST_URL": f"{url}/2018",
        }
        return self.run_script(*arguments, **{**places, **sums_of(server.files), **environment})

    def tree(self):
        """The files of dest, content by path."""
        files = [path for path in self.dest.rglob("*") if path.is_file()]
        return {path.relative_to(self.dest).as_posix(): path.read_bytes() for path in files}

    def test_cinic_10_has_its_three_parts_and_nothing_else_is_left(self):
        with serving(FILES) as server:
            self.assertEqual(self.fetch(server, "cinic10")[0], 0)
        self.assertEqual(self.tree(), {f"cinic10/{path}": content for path, content in CINIC.items()})

    def test_tiny_imagenet_keeps_the_folder_of_its_archive(self):
        with serving(FILES) as server:
            self.assertEqual(self.fetch(server, "tiny-imagenet")[0], 0)
        self.assertEqual(self.tree(), TINY)
        self.assert_only("tiny-imagenet-200")

    def test_places_lt_has_lists_and_pictures_and_names_the_sum_that_came(self):
        with serving(FILES) as server:
            self.assertEqual(self.fetch(server, "places-lt")[0], 0)
        pictures = {path.removeprefix("places365_standard/"): content for path, content in PLACES.items()}
        self.assertEqual(self.tree(), {f"places-lt/{path}": c for path, c in {**pictures, **LISTS}.items()})
        assert_says(self.said, "No checksum", md5(FILES["places365standard_easyformat.tar"]))
        self.assert_only("places-lt")

    def test_pictures_of_places_with_another_sum_than_the_users_are_kept(self):
        name = "places365standard_easyformat.tar"
        given = md5(FILES[name])
        with serving(FILES) as server:
            status, output = self.fetch(server, "places-lt", M2M_PLACES_MD5="0" * 32)
            self.assertEqual(status, 65)
            assert_says(output, name, "0" * 32, given, "M2M_PLACES_MD5", str(self.dest / ".places-lt.tar.part"))
            self.assertNotIn("published", output)
            self.assertEqual((self.dest / ".places-lt.tar.part").read_bytes(), FILES[name])
            before = len(server.requests)
            self.assertEqual(self.fetch(server, "places-lt", M2M_PLACES_MD5=given.upper())[0], 0)
            self.assertNotIn(name, [requested for requested, _ in server.requests[before:]])

    def test_kept_pictures_of_places_are_used_if_no_sum_is_demanded(self):
        with serving(FILES) as server:
            self.assertEqual(self.fetch(server, "places-lt", M2M_PLACES_MD5="0" * 32)[0], 65)
            self.assertEqual(self.fetch(server, "places-lt")[0], 0)
            self.assertGreater(server.requests[-1][1], 0)  # asks for the rest, of which there is none
        self.assert_only("places-lt")

    def test_inaturalist_has_lists_in_the_order_of_its_images(self):
        with serving(FILES) as server:
            self.assertEqual(self.fetch(server, "inaturalist18")[0], 0)
        self.assertEqual(
            self.tree(),
            {
                "inaturalist18/train_val2018/Aves/1/c.jpg": b"c",
                "inaturalist18/iNaturalist18_train.txt": b"train_val2018/Aves/1/c.jpg 1\ntrain_val2018/Fungi/0/a.jpg 0\n",
                "inaturalist18/iNaturalist18_val.txt": b"train_val2018/Aves/1/v.jpg 1\n",
            },
        )

    def test_several_are_fetched_in_turn_and_what_is_there_is_kept(self):
        with serving(FILES) as server:
            self.assertEqual(self.fetch(server, "tiny-imagenet", "cinic10")[0], 0)
            first = len(server.requests)
            self.assertEqual(self.fetch(server, "cinic10", "tiny-imagenet")[0], 0)
            self.assertEqual(len(server.requests), first)
        self.assert_only("cinic10", "tiny-imagenet-200")

    def test_broken_downloads_are_resumed(self):
        for name in ["cinic10", "places-lt", "inaturalist18"]:
            with self.subTest(name=name), serving(FILES, breaks=1) as server:
                self.assertEqual(self.fetch(server, name)[0], 0)
                self.assertGreater(server.requests[1][1], 0)

    def test_without_the_tests_variables_the_published_sums_count(self):
        for name, variable, published in [
            ("cinic10", "M2M_CINIC10_MD5", "6ee4d0c996905fe93221de577967a372"),
            ("tiny-imagenet", "M2M_TINY_IMAGENET_MD5", "90528d7ca1a48142e341f4ef8d21d0de"),
            (
                "places-lt",
                "M2M_PLACES_TRAIN_SHA256",
                "726c4871dcbf07ce2f857703bfe32e9a83ffbf52d704239f6d95c4f4f4c247f7",
            ),
            ("places-lt", "M2M_PLACES_VAL_SHA256", "719e3cf3766c09134ea28f56f1036c78def511ac1ed2c2532a6beef78f2439ba"),
            ("places-lt", "M2M_PLACES_TEST_SHA256", "44eee8441c8098c59195465abede425721bc35525d75209f9433b161a6eb37bc"),
            ("inaturalist18", "M2M_INATURALIST_TRAIN_MD5", "bfa29d89d629cbf04d826a720c0a68b0"),
            ("inaturalist18", "M2M_INATURALIST_VAL_MD5", "f2ed8bfe3e9901cdefceb4e53cd3775d"),
            ("inaturalist18", "M2M_INATURALIST_MD5", "b1c6952ce38f31868cc50ea72d066cc3"),
        ]:
            with self.subTest(variable=variable), serving(FILES) as server:
                status, output = self.fetch(server, name, **{variable: ""})
                self.assertEqual(status, 65)
                assert_says(output, published, "SHA256" if len(published) == 64 else "MD5")
        self.assertEqual([path.name for path in self.dest.iterdir() if not path.name.startswith(".")], [])

    def test_an_archive_of_another_layout_is_refused(self):
        for name, archive, content in [
            ("cinic10", "CINIC-10.tar.gz", tar_of({"CINIC-10/train/cat/1.png": b"1"})),
            ("tiny-imagenet", "tiny-imagenet-200.zip", zip_of({"tiny-imagenet-200/train/n01/images/1.JPEG": b"1"})),
            ("places-lt", "places365standard_easyformat.tar", tar_of({"data_256/a/1.jpg": b"1"}, "w")),
            ("inaturalist18", "val2018.json.tar.gz", tar_of({"val.json": b"{}"})),
            ("inaturalist18", "train2018.json.tar.gz", tar_of({"train2018.json": b'{"images": []}'})),
        ]:
            with self.subTest(archive=archive), serving({**FILES, archive: content}) as server:
                status, output = self.fetch(server, name)
                self.assertEqual(status, 65)
                assert_says(output, "fetch_pictures.sh", "layout")

    def test_a_missing_file_is_a_network_error(self):
        for name, missing in [("places-lt", "places365standard_easyformat.tar"), ("cinic10", "CINIC-10.tar.gz")]:
            files = dict(FILES)
            with self.subTest(missing=missing), serving(files) as server:
                sums = sums_of(files)
                del files[missing]
                places = {"M2M_PLACES_URL": "places365standard_easyformat.tar", "M2M_CINIC10_URL": "CINIC-10.tar.gz"}
                url = f"http://127.0.0.1:{server.server_port}/"
                urls = {variable: url + file for variable, file in places.items()}
                status, output = self.run_script(name, M2M_PLACES_LISTS_URL=url + "lists", **urls, **sums)
                self.assertEqual(status, 74)
                assert_says(output, url + missing)

    def test_a_set_has_to_be_named(self):
        with serving(FILES) as server:
            for arguments in [(), ("places",), ("--dest",), ("",), ("cinic10 tiny-imagenet",)]:
                self.assertEqual(self.fetch(server, *arguments)[0], 2)
            self.assertEqual(server.requests, [])


class FetchPicturesWithWget(FetchPictures):
    tool = "wget"


if __name__ == "__main__":
    unittest.main()
