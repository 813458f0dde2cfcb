// m2m-report: tables of a sweep's results, and the one file made of them.
#include "apps/report_arguments.hpp"
#include "core/allocation.hpp"
#include "core/command_line.hpp"
#include "core/instruction_set.hpp"

int main(int argc, char** argv) {
  m2m::keep_freed_memory();
  return m2m::run_program("m2m-report", [&] {
    m2m::instruction_set_limit();  // computes nothing, but is refused what every program is
    const m2m::apps::ReportArguments arguments = m2m::apps::parse_report_arguments(argc, argv);
    m2m::print_answer(arguments.answer.empty() ? m2m::apps::answer_of(arguments) : arguments.answer);
    return m2m::ExitCode::done;
  });
}
