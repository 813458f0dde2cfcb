#pragma once
// m2m-report as a shell runs it.
#include <string>

namespace m2m::testing {

struct Ended {
  int code = -1;
  std::string said;  // on standard output and standard error
};

Ended run_report(const std::string& arguments);

}  // namespace m2m::testing
