// m2m-report: tables of the results of a sweep, and the file that merges them.
#include "apps/report_arguments.hpp"
#include "core/child_process.hpp"
#include "core/command_line.hpp"
#include "core/instruction_set.hpp"
#include "core/machine.hpp"

namespace {

/// What a command reads: "A" or "A or B".
std::string subject(const m2m::apps::ReportArguments& arguments) {
  return arguments.other_path.empty() ? arguments.path : arguments.path + " or " + arguments.other_path;
}

}  // namespace

int main(int argc, char** argv) {
  m2m::keep_freed_memory();
  return m2m::run_program("m2m-report", [&] {
    m2m::instruction_set_limit();  // throws if M2M_INSTRUCTION_SET is wrong, as in every program
    const m2m::apps::ReportArguments arguments = m2m::apps::parse_report_arguments(argc, argv);
    if (!arguments.answer.empty()) {
      m2m::print_answer(arguments.answer);
    } else if (arguments.foreign) {
      m2m::print_answer(
          m2m::run_in_child(subject(arguments), {}, [&] { return m2m::apps::run_command(arguments); }));
    } else {
      m2m::print_answer(m2m::apps::run_command(arguments));
    }
    return m2m::ExitCode::done;
  });
}
