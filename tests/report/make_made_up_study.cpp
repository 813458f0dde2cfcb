// make_made_up_study DIR [mixed]: what compare_with_aggregate.sh compares the two tables on.
#include <cstdio>
#include <exception>
#include <string_view>

#include "report/made_up_study.hpp"

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) return 2;
  try {
    m2m::testing::make_study({argv[1]}, argc == 3 && std::string_view(argv[2]) == "mixed");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
