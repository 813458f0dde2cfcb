// make_synthetic_study DIR [mixed|untested|scored]: writes the study on which compare_with_aggregate.sh compares
// the two tables.
#include <cstdio>
#include <exception>
#include <string_view>

#include "support/synthetic_study.hpp"

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) return 2;
  try {
    const std::string_view kind = argc == 3 ? argv[2] : "";
    if (kind == "untested") {
      m2m::testing::make_untested_study({argv[1]});
    } else if (kind == "scored") {
      m2m::testing::make_scored_study({argv[1]});
    } else {
      m2m::testing::make_study({argv[1]}, kind == "mixed");
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
