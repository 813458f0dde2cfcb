"""scripts/count_structure.py counts as its help describes, in synthetic trees."""

import pathlib
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
import count_structure


class Counts(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.tree = pathlib.Path(scratch.name)

    def write(self, files):
        for name, text in files.items():
            (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
            (self.tree / name).write_text(text)

    def literals(self):
        return count_structure.setting_literals(
            self.tree, count_structure.lines_with(self.tree, ["m2m.beta", "train.lr"])
        )

    def test_a_literal_counts_outside_the_module_of_its_row(self):
        self.write(
            {
                "src/methods/fields.cpp": 'std::vector<Field> m2m_fields() { return {{"m2m.beta", 1}}; }\n',
                "src/methods/m2m.cpp": 'config.number("m2m.beta");  // "m2m.beta"\n',
                "src/train/trial.cpp": 'config.number("m2m.beta");\n// "m2m.beta"\nerror("m2m.beta is large");\n',
            }
        )
        self.assertEqual(self.literals(), {"src/train/trial.cpp": 1})

    def test_the_settings_module_declares_all(self):
        self.write(
            {
                "src/settings/rows.cpp": 'setting("m2m.beta", &M2m::beta), setting("train.lr", &Train::lr)\n',
                "src/methods/m2m.cpp": 'x("m2m.beta");\n',
                "src/train/sgd.cpp": 'x("train.lr");\nx("train.lr");\n',
            }
        )
        self.assertEqual(self.literals(), {"src/methods/m2m.cpp": 1, "src/train/sgd.cpp": 2})

    def test_a_method_is_its_header_and_each_line_that_names_it(self):
        self.write(
            {
                "src/methods/catalogue/drs.hpp": 'inline const Method drs{\n    "DRS",\n    "About."};\n',
                "src/methods/registry.cpp": '#include "methods/catalogue/drs.hpp"\ncatalogue::drs,\ncatalogue::drs_x,\n',
                "src/report/published.cpp": 'row("DRS");\n',
            }
        )
        self.assertEqual(
            count_structure.method_places(self.tree)["DRS"],
            [
                ("src/methods/catalogue/drs.hpp", 0),
                ("src/methods/registry.cpp", 1),
                ("src/methods/registry.cpp", 2),
                ("src/report/published.cpp", 1),
            ],
        )

    def test_a_sentence_counts_in_a_comparison_and_not_in_a_message(self):
        self.write(
            {
                "tests/core/a_test.cpp": 'TEST(A, Quotes) { EXPECT_EQ(f(")"), "this is a\\n"\n    " whole sentence"); }\n'
                'TEST(A, QuotesData) {\n  EXPECT_EQ(f(), "train.epochs") << "this is a message";\n}\n'
                'TEST(B, Helps) { expect_refused("this is refused, as it is"); }\n',
                "tests/apps/b_test.py": 'def test_a(self):\n    self.assertIn("short text here", said)\n'
                'def test_b(self):\n    run("this is not compared at all")\n',
            }
        )
        self.assertEqual(
            count_structure.tests_that_quote(self.tree),
            {
                "tests/core/a_test.cpp": {
                    "A.Quotes": ["this is a\\n whole sentence"],
                    "B.Helps": ["this is refused, as it is"],
                }
            },
        )

    def quoted(self, comparison):
        """The sentences that a C++ test with this comparison quotes."""
        self.write({"tests/core/a_test.cpp": f"TEST(A, Quotes) {{ {comparison} }}\n"})
        return count_structure.tests_that_quote(self.tree).get("tests/core/a_test.cpp", {}).get("A.Quotes", [])

    def test_input_of_what_is_compared_does_not_count(self):
        self.assertEqual(
            self.quoted('EXPECT_EQ(run("take this study and run"), "an answer that is whole");'),
            ["an answer that is whole"],
        )
        self.assertEqual(
            self.quoted('EXPECT_NE(refusal("a text to parse here").find("is not one of those here"), npos);'),
            ["is not one of those here"],
        )

    def test_data_are_no_sentence(self):
        for data in (
            "jobs/grid.toml --trials-per-device 3 --wait",
            "'did you mean this one'",
            "train.epochs = 200, seed = 3",
            "| method | mean of the trials | std |",
            "to do   one trial   of three",
            "[grid]\\nseed = 1\\n[[point]]",
        ):
            self.assertEqual(self.quoted(f'EXPECT_EQ(f(), "{data}");'), [], data)

    def test_a_sentence_of_a_python_test_counts(self):
        self.write(
            {"tests/apps/b_test.py": 'def test_a(self):\n    self.assertIn("this is quoted here, whole", said)\n'}
        )
        self.assertEqual(
            count_structure.tests_that_quote(self.tree),
            {"tests/apps/b_test.py": {"test_a": ["this is quoted here, whole"]}},
        )


if __name__ == "__main__":
    unittest.main()
