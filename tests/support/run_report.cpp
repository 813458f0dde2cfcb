#include "support/run_report.hpp"

#include "support/command.hpp"

namespace m2m::testing {

Ended run_report(const std::string& arguments) {
  const Outcome outcome = run_command(quoted(M2M_REPORT) + " " + arguments, ".");
  return {outcome.code, outcome.output};
}

}  // namespace m2m::testing
