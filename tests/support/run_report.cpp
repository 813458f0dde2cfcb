#include "support/run_report.hpp"

namespace m2m::testing {

Outcome run_report(const std::string& arguments) { return run_command(quoted(M2M_REPORT) + " " + arguments, "."); }

}  // namespace m2m::testing
