// m2m-report: tables of a sweep's results, and the one file made of them.
#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>
#include <iostream>

#include "apps/report_arguments.hpp"
#include "apps/report_commands.hpp"
#include "core/allocation.hpp"
#include "core/error.hpp"
#include "core/instruction_set.hpp"
#include "core/log.hpp"

namespace {

constexpr const char* program = "m2m-report";

void print(const std::string& text) {
  std::cout << text << std::flush;
  if (!std::cout) throw m2m::io_error("standard output cannot be written");
}

int fail(m2m::ExitCode code, const std::string& sentence) {
  m2m::print_error(program, sentence);
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  m2m::keep_freed_memory();
  m2m::apps::ReportArguments arguments;
  CLI::App app("Tables of the results of m2m-sweep.", program);
  m2m::apps::describe_report(app, arguments);
  try {
    m2m::instruction_set_limit();  // computes nothing, but is refused what every program is
    app.parse(argc, argv);
    m2m::apps::check_report_options(app, arguments);
    print(m2m::apps::answer_of(arguments));
    return 0;
  } catch (const CLI::Success& asked) {
    return app.exit(asked);
  } catch (const CLI::ParseError& wrong) {
    return fail(m2m::ExitCode::usage, m2m::apps::parse_fault(wrong, arguments));
  } catch (const m2m::Error& error) {
    return fail(error.code(), error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(m2m::ExitCode::input_output, error.what());
  } catch (const std::exception& error) {
    return fail(m2m::ExitCode::internal, error.what());
  }
}
