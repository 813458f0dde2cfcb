#!/usr/bin/env python3
"""Tests the rules on synthetic trees: a tree that breaks one rule has to fail, a clean one to pass."""

import pathlib
import tempfile
import unittest

import cycles
import lengths
import setting_literals
import source_index
import users
from modules import MODULES, NAMESPACES, TOP, TORCH, USES, usable
from trees import Trees, find_violations


class Rules(Trees):
    def test_dependencies_that_are_allowed_pass(self):
        files = {
            "src/core/a.hpp": "",
            "src/results/b.hpp": '#include "core/a.hpp"\n#include <hdf5.h>\n',
            "src/report/c.cpp": '#include <vector>\n\n#include "core/a.hpp"\n#include "results/b.hpp"\n',
        }
        self.assertEqual(find_violations(files), [])

    def test_a_module_that_another_one_uses_may_not_be_used_unless_the_table_allows_it_directly(self):
        files = {
            "src/kernels/a.hpp": "",
            "src/nn/b.hpp": '#include "kernels/a.hpp"\n',
            "src/methods/c.cpp": '#include "nn/b.hpp"\n',
        }
        self.assertEqual(find_violations(files), [])
        self.fails(
            dict(files, **{"src/methods/d.cpp": '#include "kernels/a.hpp"\n'}),
            "src/methods/d.cpp:1:",
            "from methods to kernels",
        )

    def test_a_dependency_that_is_not_allowed_fails(self):
        self.fails(
            {"src/nn/a.hpp": "", "src/core/b.cpp": '#include "nn/a.hpp"\n'},
            "src/core/b.cpp:1:",
            "includes nn/a.hpp,",
            "from core to nn",
        )

    def test_a_header_of_tests_lies_in_one_folder_and_namespace(self):
        self.fails({"tests/core/a.hpp": "namespace m2m::testing {\n}\n"}, "tests/core/a.hpp")
        self.fails({"tests/support/a.hpp": "namespace m2m::fake {\n}\n"}, "m2m::fake")

    def test_angle_brackets_and_spaces_hide_nothing(self):
        self.fails({"src/nn/a.hpp": "", "src/core/b.cpp": "\n  #  include <nn/a.hpp>\n"}, "src/core/b.cpp:2:")

    def test_what_is_commented_out_does_not_count(self):
        text = '/* until later:\n#include "nn/a.hpp"\n*/\n// #include "nn/a.hpp"\n'
        self.assertEqual(find_violations({"src/nn/a.hpp": "", "src/core/b.cpp": text}), [])

    def test_the_two_halves_of_comm_are_modules_of_their_own(self):
        self.fails(
            {"src/comm/tensors/a.hpp": "", "src/sweep/b.cpp": '#include "comm/tensors/a.hpp"\n'},
            "sweep to comm/tensors",
        )
        self.fails(
            {"src/comm/tensors/a.hpp": "", "src/comm/messages/b.cpp": '#include "comm/tensors/a.hpp"\n'},
            "comm/messages to comm/tensors",
        )

    def test_nobody_uses_apps(self):
        self.fails({"src/apps/a.hpp": "", "src/train/b.cpp": '#include "apps/a.hpp"\n'}, "from train to apps")
        self.fails({"src/apps/a.hpp": "", "src/bench/b.cpp": '#include "apps/a.hpp"\n'}, "from bench to apps")

    def test_a_library_outside_its_module_fails(self):
        for header, file in [
            ("mpi.h", "src/apps/a.cpp"),
            ("nccl.h", "src/comm/messages/a.cpp"),
            ("hdf5.h", "src/train/a.cpp"),
            ("H5Cpp.h", "src/report/a.cpp"),
            ("spdlog/spdlog.h", "src/core/config.cpp"),
            ("torch/torch.h", "src/sweep/a.cpp"),
            ("ATen/ATen.h", "src/data/a.cpp"),
            ("openssl/evp.h", "src/results/a.cpp"),
            ("Random123/philox.h", "src/nn/a.cpp"),
            ("toml++/toml.h", "src/settings/a.cpp"),
            ("CLI/CLI.hpp", "src/core/a.cpp"),
            ("toml++/toml.h", "src/sweep/a.cpp"),
            ("zlib.h", "src/results/a.cpp"),
            ("zip.h", "src/core/a.cpp"),
            ("png.h", "src/nn/a.cpp"),
            ("jpeglib.h", "src/report/a.cpp"),
        ]:
            with self.subTest(header=header):
                self.fails({file: f"#include <{header}>\n"}, f"{file}:1: includes <{header}>")

    def test_a_library_in_its_module_passes(self):
        self.assertEqual(
            find_violations(
                {
                    "src/core/log.cpp": "#include <spdlog/spdlog.h>\n",
                    "src/comm/messages/a.cpp": "#include <mpi.h>\n",
                    "src/nn/a.cpp": "#include <torch/torch.h>\n",
                }
            ),
            [],
        )

    def test_a_header_that_is_not_there_or_is_named_from_elsewhere_fails(self):
        self.fails(
            {"src/core/a.cpp": '#include "core/gone.hpp"\n'}, "src/core/a.cpp:1:", '"core/gone.hpp"', "does not exist"
        )
        self.fails(
            {"src/core/b.hpp": "", "src/core/a.cpp": '#include "b.hpp"\n'}, "src/core/a.cpp:1:", '"b.hpp"', "at src/"
        )

    def test_a_folder_that_is_no_module_fails(self):
        self.fails({"src/misc/a.cpp": ""}, "src/misc/a.cpp:", "no module")

    def test_a_file_outside_the_modules_includes_nothing(self):
        self.fails({"src/core/a.hpp": "", "src/all.cpp": '#include "core/a.hpp"\n'}, "src/all.cpp:1:")

    def test_a_long_file_fails(self):
        self.assertEqual(find_violations({"src/core/a.cpp": "// a line\n" * 400}), [])
        self.fails({"src/core/a.cpp": "// a line\n" * 401}, "src/core/a.cpp:", "401 lines", "400")

    def test_a_long_function_fails(self):
        head, close = "namespace m2m {\nint f(int a,\n      int b) {\n", "}\n}  // namespace m2m\n"
        self.assertEqual(find_violations({"src/core/a.cpp": head + "  ++a;\n" * 57 + close}), [])
        self.fails({"src/core/a.cpp": head + "  ++a;\n" * 58 + close}, "src/core/a.cpp:2:", "61 lines")

    def test_a_setting_is_spelt_where_its_row_is_and_nowhere_else(self):
        rows = {
            "src/settings/rows.cpp": 'setting("train.epochs", &T::epochs);\nseed_row("seeds.g", &S::g);\n'
            'setting("seed", &S::seed);\n'
        }
        for line in [
            'read("train.epochs");',
            'x["seeds.g"];',
            'name.starts_with("seeds.");',
            'config.has("seed");',
            'trial.config.json().at("seed");',
        ]:
            with self.subTest(line=line):
                self.fails(rows | {"src/report/a.cpp": line + "\n"}, "src/report/a.cpp:1: spells the setting")
        for line in [
            'f("train.epochs = 3 is too long; set train.epochs = 2");',
            'f("train.bin");',
            '// "train.epochs"',
            'Json row = {{"seed", 1}};',
            "f(name_of(&T::epochs));",
        ]:
            with self.subTest(line=line):
                self.assertEqual(find_violations(rows | {"src/report/a.cpp": line + "\n"}), [])

    def test_a_setting_that_may_be_spelt_passes_and_is_spelt(self):
        rows = {"src/settings/rows.cpp": 'setting("train.precision", &T::precision);\n'}
        self.assertEqual(find_violations(rows | {"src/results/merge.cpp": 'column("train.precision");\n'}), [])
        self.fails(rows | {"src/results/merge.cpp": "\n"}, 'no longer spells "train.precision"')
        self.assertLessEqual(sum(map(len, setting_literals.ALLOWED.values())), 5)

    def test_a_document_names_what_exists(self):
        tree = {
            "Makefile": "demo: build\n",
            "jobs/a.toml": 'name = "tiny"\n',
            "results/page.py": 'run("page")',
            "python/m2m_results/page.py": 'def add_arguments(parser): "--out"',
            "src/apps/report_arguments.cpp": 'app.add_option("--format"); setting("train.epochs"); env("M2M_X");',
        }
        good = (
            "# A page\n\n[below](#a-page) `make demo` `jobs/a.toml` `jobs/*.toml` `train.epochs=4` `M2M_X`\n\n```\n"
            "m2m-report results/tiny --format csv  # --nothing\nresults/page.py results/tiny --out F\n"
            "m2m-results page results/tiny --out F\n```\n"
        )
        self.assertEqual(find_violations(tree | {"README.md": good}), [])
        for text, part in [
            ("[b](docs/b.md)", "links to docs/b.md"),
            ("[b](#b-page)", "no such heading"),
            ("`make all`", "'make all'"),
            ("`jobs/b.toml`", "jobs/b.toml"),
            ("`train.epoch`", "train.epoch"),
            ("`M2M_Y`", "M2M_Y"),
            ("`m2m-report OUT --rows`", "--rows, which m2m-report does not know"),
            ("    results/page.py OUT --format x\n", "--format, which no program or script knows"),
            ("`m2m-results page OUT --format x`", "--format, which no program or script knows"),
            ("`results/huge`", "results/huge"),
            ("`--with`", "--with"),
            ("`m2m-report plan results/tiny`", "the verb plan"),
        ]:
            with self.subTest(text=text):
                self.fails(tree | {"README.md": good + "\n" + text}, part)

    def test_the_changelog_names_what_is_gone_and_links_to_what_exists(self):
        self.assertEqual(find_violations({"CHANGELOG.md": "`make all`, `jobs/b.toml`\n"}), [])
        self.fails({"CHANGELOG.md": "[b](docs/b.md)\n"}, "CHANGELOG.md:1:", "links to docs/b.md")

    def test_an_issue_form_names_what_exists(self):
        form = ".github/ISSUE_TEMPLATE/a.yml"
        self.fails({form: "body:\n  - value: see `jobs/b.toml`\n"}, form + ":2:", "jobs/b.toml")

    def test_the_index_of_sources_is_as_new_as_their_head_comments(self):
        table = "| module | uses directly | torch | contents |\n|---|---|---|---|\n| `core` | - | | hashes |\n"
        tree = {
            "docs/architecture.md": table,
            "src/core/a.hpp": "#pragma once\n// Hashes of files. Pure.\n",
            "src/core/a.cpp": '#include "core/a.hpp"\n',
            "src/core/b.cpp": "// Hashes of\n// texts, by Rivest et al. 1992.\n",
        }
        with tempfile.TemporaryDirectory() as folder:
            for name, text in tree.items():
                (pathlib.Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
                (pathlib.Path(folder) / name).write_text(text)
            tree["src/README.md"] = source_index.make_page(pathlib.Path(folder))
        self.assertIn("| [a.hpp](core/a.hpp) .cpp | Hashes of files |\n", tree["src/README.md"])
        self.assertIn("| Hashes of texts, by Rivest et al. 1992 |", tree["src/README.md"])
        self.assertEqual(find_violations(tree, source_index.violations), [])
        newer = dict(tree, **{"src/core/a.hpp": "#pragma once\n// Hashes of texts.\n"})
        self.fails(newer, "src/README.md", source_index.RENEW, check_tree=source_index.violations)
        silent = find_violations(dict(tree, **{"src/core/b.cpp": "int b;\n"}), source_index.violations)
        self.assertTrue(any("src/core/b.cpp" in sentence for sentence in silent), silent)

    def test_names_that_a_page_makes_exist_in_it_and_tested_blocks_are_left_to_their_tests(self):
        study = '# A page\n\n```toml jobs/mine.toml\nname = "mine"\n```\n\n`results/mine` `jobs/mine.toml`\n'
        tested = (
            "\n```sh run, exit code 2\nm2m-sweep jobs/b.toml\n```\n\n```text shown\nresults/b\n```\n\n"
            "<!-- src/a.cpp, new -->\n```cpp\ntrain.total = 1;\n```\n"
        )
        self.assertEqual(find_violations({"docs/a.md": study + tested}), [])
        self.fails({"docs/a.md": study, "docs/b.md": "`jobs/mine.toml`\n"}, "docs/b.md", "jobs/mine.toml")
        self.fails({"docs/a.md": tested.replace("sh run, exit code 2", "sh long")}, "docs/a.md", "jobs/b.toml")

    def test_a_row_that_does_not_fit_its_table_fails(self):
        table = "| a | b |\n|---|---|\n| 1 | 2 |\n"
        self.assertEqual(
            find_violations({"docs/a.md": table + "| x \\| y | 2 |\n\n```\n| a |\n|---|\n| 1 | 2 |\n```\n"}), []
        )
        self.fails({"docs/a.md": table + "| |x| | 2 |\n"}, "docs/a.md:4:", "4 cells in a table of 2")

    def test_a_comment_cites_a_heading_that_exists(self):
        tree = {"docs/protocol.md": "# P\n\n## Data\n", "src/core/a.hpp": '/// docs/protocol.md, "Data".\n'}
        self.assertEqual(find_violations(tree), [])
        self.fails(
            tree | {"src/core/b.hpp": '// docs/protocol.md, "Date"\n'}, 'src/core/b.hpp: cites docs/protocol.md, "Date"'
        )

    def test_headers_that_include_each_other_fail(self):
        self.fails(
            {
                "src/core/a.hpp": '#include "core/b.hpp"\n',
                "src/core/b.hpp": '#include "core/c.hpp"\n',
                "src/core/c.hpp": '#include "core/b.hpp"\n',
            },
            "headers",
            "core/b.hpp -> core/c.hpp -> core/b.hpp",
        )

    def test_modules_that_use_each_other_fail_whatever_the_table_says(self):
        self.fails(
            {
                "src/core/a.hpp": "",
                "src/core/b.cpp": '#include "data/b.hpp"\n',
                "src/data/b.hpp": "",
                "src/data/a.cpp": '#include "core/a.hpp"\n',
            },
            "modules",
            "core -> data -> core",
            check_tree=lambda checkout: cycles.violations(checkout / "src"),
        )

    def test_files_of_a_module_may_include_each_others_headers(self):
        self.assertEqual(
            find_violations(
                {
                    "src/core/a.hpp": "",
                    "src/core/a.cpp": '#include "core/a.hpp"\n#include "core/b.hpp"\n',
                    "src/core/b.hpp": '#include "core/a.hpp"\n',
                }
            ),
            [],
        )

    def test_a_header_that_only_its_own_sources_include_fails(self):
        lone = {
            "src/nn/a.hpp": "",
            "src/nn/a.cpp": '#include "nn/a.hpp"\n',
            "src/nn/a_cuda.cpp": '#include "nn/a.hpp"\n',
        }
        self.fails(lone, "src/nn/a.hpp:", check_tree=users.violations)
        self.assertEqual(find_violations(lone | {"src/nn/b.cpp": '#include "nn/a.hpp"\n'}, users.violations), [])
        self.fails(
            {"tests/support/a.hpp": "namespace m2m::testing {}\n"}, "tests/support/a.hpp:", check_tree=users.violations
        )

    def test_headers_with_one_user_are_counted_and_pass(self):
        tree = {"src/nn/a.hpp": "", "src/nn/a.cpp": '#include "nn/a.hpp"\n', "src/nn/b.cpp": '#include "nn/a.hpp"\n'}
        self.assertEqual(len(find_violations(tree, users.single_user_headers)), 1)
        self.assertEqual(find_violations(tree, users.violations), [])
        self.assertEqual(
            find_violations(tree | {"src/nn/c.cpp": '#include "nn/a.hpp"\n'}, users.single_user_headers), []
        )


class Namespaces(Trees):
    def test_a_declaration_outside_the_namespace_of_its_module_fails(self):
        for text in [
            "namespace m2m {\nint f();\n}\n",
            "namespace m2m::nn {\nstruct A {};\n}\n",
            "namespace m2m::data {\nvoid g();\n}\nnamespace fmt {\nstruct A {};\n}\n",
            "namespace m2m {\nnamespace nn {\nint f() { return 1; }\n}\n}\n",
            "struct A {};\n",
        ]:
            with self.subTest(text=text):
                self.fails({"src/data/a.cpp": text}, "src/data/a.cpp:", "m2m::data")
        self.fails(
            {"src/core/a.cpp": "namespace m2m::data {\n\nint f();\n}\n"}, "src/core/a.cpp:3:", "m2m::data", "has m2m"
        )

    def test_declarations_within_it_and_forward_declarations_elsewhere_pass(self):
        for text in [
            "namespace m2m::data {\nint f();\nnamespace detail {\nstruct A {};\n}\n}\n",
            "namespace m2m::nn {\nclass A;\nenum class B : int;\n}\nnamespace m2m::data {\nvoid f(nn::A&);\n}\n",
            "namespace fs = std::filesystem;\nint main() {}\n",
            "namespace {\nstruct A {};\n}\n",
            "namespace m2m::data {\nnamespace {\nnamespace nn {\nint a;\n}\n}\n}\n",
        ]:
            with self.subTest(text=text):
                self.assertEqual(find_violations({"src/data/a.cpp": text}), [])


class Table(unittest.TestCase):
    def test_the_table_names_modules_that_exist_and_has_no_circle(self):
        for module in USES:
            self.assertLessEqual(usable(module), set(USES))
        self.assertIsNone(cycles.find_cycle(USES))
        self.assertLessEqual({*NAMESPACES, *TORCH}, set(MODULES))

    def test_a_module_without_torch_uses_none_with_torch(self):
        for module in set(MODULES) - set(TORCH):
            self.assertEqual(usable(module) & set(TORCH), set(), module)

    def test_apps_and_bench_use_every_module_and_not_each_other(self):
        for module in TOP:
            self.assertEqual(usable(module), {*USES, module})


class Functions(unittest.TestCase):
    def test_members_initialisers_and_types_are_not_mistaken_for_each_other(self):
        text = (
            "struct A {\n  int x = 0;\n  A(int y)\n      : x(y) {\n    ++x;\n  }\n  int get() const { return x; }\n"
            "  int twice() {\n    if (x) {\n      ++x;\n    }\n    return 2 * x;\n  }\n};\n"
            "enum class E { a, b };\nconstexpr int table[] = {\n    1,\n};\n"
            "template <typename T>\nT f(T a) {\n  return a;\n}\n"
        )
        self.assertEqual(list(lengths.functions(text.splitlines())), [(3, 4), (8, 6), (16, 3), (19, 4)])


if __name__ == "__main__":
    unittest.main()
