#include "apps/status_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string_view>

#include "core/error.hpp"
#include "sweep/study_status.hpp"

namespace m2m::apps {
namespace {

constexpr const char* about =
    "Says where a sweep is, from another shell, or after a crash: what is done, running, failed or waiting.\n\n"
    "  m2m-sweep status results/ablation_cifar10\n"
    "  watch m2m-sweep status results/ablation_cifar10\n";

}  // namespace

bool is_status_command(int argc, const char* const* argv) {
  return argc > 1 && std::string_view(argv[1]) == "status";
}

std::string status_command(int argc, const char* const* argv) {
  std::string folder;
  bool as_json = false;
  CLI::App app(about, "m2m-sweep status");
  app.add_option("DIR", folder, "A sweep's output folder")->required();
  app.add_flag("--json", as_json, "For programs");
  try {
    app.parse(argc - 1, argv + 1);
  } catch (const CLI::CallForHelp&) {
    return app.help();
  } catch (const CLI::ParseError& error) {
    throw usage_error(fmt::format("command line: {}; 'm2m-sweep status --help' explains it", error.what()));
  }
  const sweep::StudyStatus status = sweep::read_status({folder});
  return as_json ? sweep::status_json(status).dump(2) + "\n" : sweep::status_text(status);
}

}  // namespace m2m::apps
