#!/usr/bin/env python3
"""The rules themselves: made-up trees that break one each have to fail, and clean ones to pass."""
import pathlib
import tempfile
import unittest

import check
import lengths
from rooms import USES, reachable


def violations_of(files):
    """What check.py says about a checkout made of the given files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return check.violations(pathlib.Path(folder))


class Rules(unittest.TestCase):
    def fails(self, files, said):
        found = violations_of(files)
        self.assertEqual(len(found), 1, found)
        self.assertIn(said, found[0])

    def test_an_arrow_that_exists_passes_and_arrows_chain(self):
        files = {"src/core/a.hpp": "", "src/results/b.hpp": '#include "core/a.hpp"\n#include <hdf5.h>\n',
                 "src/report/c.cpp": '#include <vector>\n\n#include "core/a.hpp"\n#include "results/b.hpp"\n'}
        self.assertEqual(violations_of(files), [])

    def test_an_arrow_that_does_not_exist_fails(self):
        self.fails({"src/nn/a.hpp": "", "src/core/b.cpp": '#include "nn/a.hpp"\n'},
                   "src/core/b.cpp:1: includes nn/a.hpp, but no arrow leads from core to nn")

    def test_angle_brackets_and_spaces_hide_nothing(self):
        self.fails({"src/nn/a.hpp": "", "src/core/b.cpp": "\n  #  include <nn/a.hpp>\n"}, "src/core/b.cpp:2:")

    def test_what_is_commented_out_does_not_count(self):
        text = '/* until later:\n#include "nn/a.hpp"\n*/\n// #include "nn/a.hpp"\n'
        self.assertEqual(violations_of({"src/nn/a.hpp": "", "src/core/b.cpp": text}), [])

    def test_the_two_halves_of_dist_are_rooms_of_their_own(self):
        self.fails({"src/dist/tensors/a.hpp": "", "src/sweep/b.cpp": '#include "dist/tensors/a.hpp"\n'},
                   "no arrow leads from sweep to dist/tensors")
        self.fails({"src/dist/tensors/a.hpp": "", "src/dist/messages/b.cpp": '#include "dist/tensors/a.hpp"\n'},
                   "no arrow leads from dist/messages to dist/tensors")

    def test_nobody_uses_apps(self):
        self.fails({"src/apps/a.hpp": "", "src/train/b.cpp": '#include "apps/a.hpp"\n'}, "from train to apps")
        self.fails({"src/apps/a.hpp": "", "src/bench/b.cpp": '#include "apps/a.hpp"\n'}, "from bench to apps")

    def test_a_library_outside_its_room_fails(self):
        for header, file in [("mpi.h", "src/apps/a.cpp"), ("nccl.h", "src/dist/messages/a.cpp"),
                             ("hdf5.h", "src/train/a.cpp"), ("H5Cpp.h", "src/report/a.cpp"),
                             ("spdlog/spdlog.h", "src/core/config.cpp"), ("torch/torch.h", "src/sweep/a.cpp"),
                             ("ATen/ATen.h", "src/data/a.cpp")]:
            with self.subTest(header=header):
                self.fails({file: f"#include <{header}>\n"}, f"{file}:1: includes <{header}>")

    def test_a_library_in_its_room_passes(self):
        self.assertEqual(violations_of({"src/core/log.cpp": "#include <spdlog/spdlog.h>\n",
                               "src/dist/messages/a.cpp": "#include <mpi.h>\n",
                               "src/nn/a.cpp": "#include <torch/torch.h>\n"}), [])

    def test_a_header_that_is_not_there_or_is_named_from_elsewhere_fails(self):
        self.fails({"src/core/a.cpp": '#include "core/gone.hpp"\n'}, "does not exist")
        self.fails({"src/core/b.hpp": "", "src/core/a.cpp": '#include "b.hpp"\n'}, "does not begin at src/")

    def test_a_folder_that_is_no_room_fails(self):
        self.fails({"src/misc/a.cpp": ""}, "src/misc/a.cpp: lies in no room")

    def test_a_file_outside_the_rooms_includes_nothing(self):
        self.fails({"src/core/a.hpp": "", "src/all.cpp": '#include "core/a.hpp"\n'}, "src/all.cpp:1:")

    def test_a_long_file_fails(self):
        self.assertEqual(violations_of({"src/core/a.cpp": "// a line\n" * 400}), [])
        self.fails({"src/core/a.cpp": "// a line\n" * 401}, "401 lines, at most 400")

    def test_a_long_function_fails(self):
        head, close = "namespace m2m {\nint f(int a,\n      int b) {\n", "}\n}  // namespace m2m\n"
        self.assertEqual(violations_of({"src/core/a.cpp": head + "  ++a;\n" * 57 + close}), [])
        self.fails({"src/core/a.cpp": head + "  ++a;\n" * 58 + close}, "src/core/a.cpp:2: a function of 61 lines")

    def test_a_document_names_what_exists(self):
        tree = {"Makefile": "demo: build\n", "jobs/a.toml": 'name = "tiny"\n', "results/page.py": '"--out"',
                "src/apps/report_arguments.cpp": 'app.add_option("--format"); setting("train.epochs"); env("M2M_X");'}
        good = ("# A page\n\n[below](#a-page) `make demo` `jobs/a.toml` `jobs/*.toml` `train.epochs=4` `M2M_X`\n\n```\n"
                "m2m-report results/tiny --format csv  # --nothing\nresults/page.py results/tiny --out F\n```\n")
        self.assertEqual(violations_of(tree | {"README.md": good}), [])
        for text, said in [("[b](docs/b.md)", "links to docs/b.md"), ("[b](#b-page)", "no such heading"),
                           ("`make all`", "'make all'"), ("`jobs/b.toml`", "jobs/b.toml"), ("`train.epoch`", "train.epoch"),
                           ("`M2M_Y`", "M2M_Y"), ("`m2m-report OUT --rows`", "--rows, which m2m-report does not know"),
                           ("    results/page.py OUT --format x\n", "--format, which no program or script knows"),
                           ("`results/huge`", "results/huge"), ("`--with`", "--with")]:
            with self.subTest(text=text):
                self.fails(tree | {"README.md": good + "\n" + text}, said)

    def test_a_comment_cites_a_heading_that_exists(self):
        tree = {"docs/protocol.md": "# P\n\n## Data\n", "src/core/a.hpp": '/// docs/protocol.md, "Data".\n'}
        self.assertEqual(violations_of(tree), [])
        self.fails(tree | {"src/core/b.hpp": '// docs/protocol.md, "Date"\n'}, 'src/core/b.hpp: cites docs/protocol.md, "Date"')

    def test_arrows_name_rooms_that_exist(self):
        for room in USES:
            self.assertLessEqual(reachable(room), set(USES))


class Functions(unittest.TestCase):
    def test_members_initialisers_and_types_are_told_apart(self):
        text = ("struct A {\n  int x = 0;\n  A(int y)\n      : x(y) {\n    ++x;\n  }\n  int get() const { return x; }\n"
                "  int twice() {\n    if (x) {\n      ++x;\n    }\n    return 2 * x;\n  }\n};\n"
                "enum class E { a, b };\nconstexpr int table[] = {\n    1,\n};\n"
                "template <typename T>\nT f(T a) {\n  return a;\n}\n")
        self.assertEqual(list(lengths.functions(text.splitlines())), [(3, 4), (8, 6), (16, 3), (19, 4)])


if __name__ == "__main__":
    unittest.main()
