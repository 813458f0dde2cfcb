#!/usr/bin/env python3
"""Another project takes m2m as a folder of its own, without libtorch, GoogleTest, Google Benchmark and Python.

Usage: consumer_test.py CMAKE [OPTION...]
OPTION: of cmake, with which the project takes a module with torch too; that build is only configured.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
CMAKE, *TRAINING = sys.argv[1:]
UNNEEDED = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in ("GTest", "benchmark", "Python3")]


def configure(build, *options):
    run(
        CMAKE,
        "-S",
        HERE / "consumer",
        "-B",
        build,
        "-G",
        "Ninja",
        f"-DM2M_CHECKOUT={CHECKOUT}",
        *UNNEEDED,
        *options,
        folder=build,
    )


def compile_command(build, source="list_methods.cpp"):
    """How a source of the consumer's own is compiled."""
    commands = json.loads((build / "compile_commands.json").read_text())
    return next(entry["command"] for entry in commands if entry["file"].endswith(source))


def run(*words, folder):
    done = subprocess.run(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"{words[:4]} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


class Consumer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="m2m consumer ")
        cls.addClassCleanup(temporary.cleanup)
        cls.build = pathlib.Path(temporary.name)
        configure(cls.build)
        cls.said = run(CMAKE, "--build", ".", folder=cls.build)
        cls.cache = dict(re.findall(r"^(\w+):\w+=(.*)$", (cls.build / "CMakeCache.txt").read_text(), re.MULTILINE))

    def test_is_built_and_runs(self):
        version, *methods = run("./list_methods", folder=self.build).split("\n")
        self.assertIn(f"VERSION {version} ", (CHECKOUT / "CMakeLists.txt").read_text())
        self.assertIn("M2m", methods)
        self.assertNotIn("warning", self.said)

    def test_is_compiled_with_its_own_flags(self):
        command = compile_command(self.build)
        self.assertIn("-std=gnu++20", command)  # the standard is the module's, its dialect the consumer's
        self.assertNotIn(" -W", command)
        self.assertNotIn("cmake_pch", command)
        self.assertNotIn("MPICXX", command)

    def test_keeps_its_build_type_and_folders(self):
        self.assertEqual(self.cache["CMAKE_BUILD_TYPE"], "")
        self.assertEqual(self.cache["M2M_BUILD_TESTS"], "OFF")
        self.assertFalse((self.build / "bin").exists())
        self.assertTrue((self.build / "m2m/src/core/libm2m_core.a").exists())

    def test_builds_only_what_it_links(self):
        built = {path.stem for path in self.build.rglob("*.a") if "precompiled" not in path.name}
        self.assertEqual(built, {"libm2m_core", "libm2m_settings"})

    @unittest.skipUnless(TRAINING, "a build without torch")
    def test_is_configured_with_torch(self):
        with tempfile.TemporaryDirectory() as folder:
            configure(pathlib.Path(folder), "-DTRAINING=ON", *TRAINING)
            command = compile_command(pathlib.Path(folder), "count_parameters.cpp")
        self.assertIn("torch/include", command)
        self.assertNotIn(" -W", command)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
