#!/usr/bin/env python3
"""Tests of the check that no two types of a namespace share a name."""

import unittest

import type_names
from trees import Trees, find_violations


class TypeNames(Trees):
    def test_two_types_of_one_name_fail_whatever_kind_they_are(self):
        kinds = [
            "struct Part {};",
            "class Part final : public std::vector<int> {\n};",
            "enum class Part : int { a, b };",
            "using Part = int;",
            "typedef unsigned int Part;",
            "union Part {};",
            "template <typename T, typename U = std::vector<T>>\nstruct Part {};",
            "using namespace std;\nenum Part { a };",
            "template <typename T>\nusing Part = std::vector<T>;",
            "struct [[nodiscard]] alignas(64) Part {};",
            "typedef int (*Part)(const char*, int);",
            "void f();\nint g() { return 1; }\nstruct Part : B {};",
            'constexpr const char* brace = "{";\nstruct Part {};',
            "constexpr char brace = '{';\nstruct Part {};",
            "// a struct {\n/* { */\nstruct Part {};",
            'const auto raw = R"(" {)";\nstruct Part {};',
            'extern "C" {\nvoid f(int);\n}\nstruct Part {};',
            "const int many = 1'000'000;\nstruct Part {};",
        ]
        for one, other in [*((kinds[0], kind) for kind in kinds), *((kind, kinds[0]) for kind in kinds)]:
            with self.subTest(one=one, other=other):
                self.fails(
                    {
                        "src/core/a.hpp": f"namespace m2m {{\n{one}\n}}\n",
                        "tests/core/b.cpp": f"namespace m2m {{\n{other}\n}}\n",
                    },
                    "m2m::Part ",
                    "src/core/a.hpp:",
                )

    def test_a_source_and_a_namespace_within_a_namespace_count_and_the_line_is_named(self):
        self.fails(
            {
                "src/kernels/a.hpp": "namespace m2m::kernels {\nstruct Part {};\n}\n",
                "src/kernels/b.cpp": "namespace m2m {\nnamespace kernels {\n\n/* two\nlines */\nclass Part {\n};\n}\n}\n",
            },
            "src/kernels/b.cpp:6: m2m::kernels::Part ",
            "src/kernels/a.hpp:2",
        )

    def test_what_is_no_second_type_passes(self):
        for other in [
            "struct Part;",
            "class Part;",
            "enum class Part : int;",
            "template <typename T>\nstruct Part;",
            "namespace {\nstruct Part {};\n}",
            "namespace detail {\nstruct Part {};\n}",
            "struct Other {\n  struct Part {};\n  using Part2 = Part;\n};",
            "struct Other::Part {};",
            "template <>\nstruct Part<int> {};",
            "void f() {\n  struct Part {};\n}",
            "// struct Part {};",
            "Part f(struct Part part) {\n  return part;\n}",
            "using std::Part;",
            "Part part{1};",
            'const char* text = "struct Part {};";',
            "#define MAKE \\\n  struct Part {}",
            "friend struct Part;",
        ]:
            with self.subTest(other=other):
                self.assertEqual(
                    find_violations(
                        {
                            "src/core/a.hpp": "namespace m2m {\nstruct Part {};\n}\n",
                            "src/core/b.hpp": f"namespace m2m {{\n{other}\n}}\n",
                        }
                    ),
                    [],
                )

    def test_every_type_of_a_source_is_found(self):
        text = (
            "#pragma once\nnamespace m2m {\nstruct A {\n  int f() { return g({1, 2}); }\n};\n"
            "inline int h(int x) {\n  if (x) {\n    return 1;\n  }\n  return 2;\n}\nenum class B { a, b };\n"
            "namespace deep::er {\nclass C : public A {\n  struct D {};\n};\n}  // namespace deep::er\n"
            "using E = std::function<void(int)>;\n}\nstruct F {};\n"
        )
        self.assertEqual(
            list(type_names.types(text)),
            [(3, "m2m::A"), (12, "m2m::B"), (14, "m2m::deep::er::C"), (18, "m2m::E"), (20, "F")],
        )


if __name__ == "__main__":
    unittest.main()
