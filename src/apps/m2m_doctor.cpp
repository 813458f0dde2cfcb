// m2m-doctor: says whether this machine, or the ranks of a job, can do what sweeps need.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <thread>

#include "apps/doctor_checks.hpp"
#include "core/error.hpp"
#include "core/instruction_set.hpp"
#include "core/log.hpp"
#include "core/version.hpp"
#include "dist/messages/mpi_mailbox.hpp"

namespace m2m::apps {
namespace {

constexpr const char* about = R"(Says whether this machine, or the ranks of a job, can do what sweeps need.

  m2m-doctor --out results
  mpirun -np 8 m2m-doctor --out results
)";
constexpr const char* exit_codes =
    "Exit codes: 0 all well, or warnings alone; 2 wrong command line; 3 something is in the way of a sweep.";

struct Arguments {
  std::filesystem::path out = ".";
  std::optional<std::string> answer;
};

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  std::string out = ".";
  CLI::App app(about, "m2m-doctor");
  app.footer(exit_codes);
  app.add_option("--out", out, "Where results are to go; here unless given")->type_name("DIR");
  app.set_version_flag("--version", fmt::format("m2m-doctor {}", program_version), "Print the version");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    arguments.answer = app.help();
  } catch (const CLI::CallForVersion& version) {
    arguments.answer = std::string(version.what()) + "\n";
  } catch (const CLI::ParseError& error) {
    throw usage_error(fmt::format("command line: {}; 'm2m-doctor --help' explains it", error.what()));
  }
  arguments.out = out;
  return arguments;
}

Finding check_free_space(const std::filesystem::path& folder) {
  std::error_code failed;
  const auto space = std::filesystem::space(folder, failed);
  if (failed) return {"free space", Health::warning, failed.message(), "look at the folder of --out"};
  return check_space(static_cast<double>(space.available));
}

/// Collective over the job.
std::vector<Finding> examine(const comm::MpiSession& session, const std::filesystem::path& out) {
  const comm::MpiGroup everybody(session, 0);
  const comm::HostShare share = comm::host_share(session);
  std::vector<Finding> findings = {{"MPI", Health::ok, comm::mpi_library() + ", thread level multiple", ""}};
  try {
    comm::refuse_missing_ranks(session.size(), session.launch());
  } catch (const Error& error) {
    findings.push_back(
        {"launcher", Health::error, error.what(), "each process would run the whole sweep by itself"});
  }
  findings.push_back(check_instructions());
  findings.push_back(check_threads(std::getenv("OMP_NUM_THREADS"), share));
  for (const Finding& finding : check_devices(everybody, share)) findings.push_back(finding);
  findings.push_back(check_file_system(out));
  findings.push_back(check_free_space(out));
  for (const Finding& finding : check_limits()) findings.push_back(finding);
  return findings;
}

/// Collective: what every rank found, on rank 0; elsewhere nothing.
std::vector<std::vector<Finding>> gather(const comm::MpiSession& session, const std::vector<Finding>& own) {
  comm::MpiPost post(session);
  const std::string text = to_json(own).dump();
  post.worker().send(0, std::as_bytes(std::span(text)));
  std::vector<std::vector<Finding>> by_rank(session.rank() == 0 ? static_cast<std::size_t>(session.size()) : 0);
  for (std::size_t heard = 0; heard < by_rank.size();) {
    if (const auto message = post.coordinator().poll()) {
      const auto* bytes = reinterpret_cast<const char*>(message->bytes.data());
      by_rank[static_cast<std::size_t>(message->from)] =
          findings_from_json(Json::parse(bytes, bytes + message->bytes.size()));
      ++heard;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  return by_rank;
}

int run(int argc, char** argv) {
  instruction_set_limit();  // a rank that refuses it later would leave the others waiting
  const comm::MpiSession session(argc, argv);
  const Arguments arguments = parse(argc, argv);
  if (arguments.answer) {
    if (session.rank() == 0) std::fputs(arguments.answer->c_str(), stdout);
    return 0;
  }
  const auto by_rank = gather(session, examine(session, arguments.out));
  comm::sleeping_barrier(session);
  if (session.rank() != 0) return 0;
  std::fputs(findings_text(by_rank).c_str(), stdout);
  return worst(by_rank) == Health::error ? static_cast<int>(ExitCode::some_failed) : 0;
}

}  // namespace
}  // namespace m2m::apps

int main(int argc, char** argv) {
  try {
    return m2m::apps::run(argc, argv);
  } catch (const m2m::Error& error) {
    m2m::print_error("m2m-doctor", error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    m2m::print_error("m2m-doctor", fmt::format("internal error: {}; please report it", error.what()));
    return static_cast<int>(m2m::ExitCode::internal);
  }
}
