// m2m-doctor: checks if this machine, or the ranks of a job, can run sweeps.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <thread>

#include "apps/doctor_checks.hpp"
#include "comm/messages/mailbox.hpp"
#include "comm/messages/session.hpp"
#include "core/command_line.hpp"
#include "core/error.hpp"
#include "core/instruction_set.hpp"

namespace m2m::apps {
namespace {

constexpr const char* footer = R"(  m2m-doctor --out results
  mpirun -np 8 m2m-doctor --out results

Exit codes: 0 ok or only warnings; 2 wrong command line; 3 an error that prevents a sweep.)";

struct Arguments {
  std::filesystem::path out = ".";
  std::optional<std::string> answer;
};

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Checks if this machine, or the ranks of a job, can run sweeps.", "m2m-doctor");
  app.add_option("--out", arguments.out, "Output folder of sweeps; the current folder by default")
      ->type_name("DIR");
  app.footer(footer);
  arguments.answer = parse_command_line(app, argc, argv);
  return arguments;
}

Finding check_free_space(const std::filesystem::path& folder) {
  std::error_code failed;
  const auto space = std::filesystem::space(folder, failed);
  if (failed) return {"free space", Health::warning, failed.message(), "check the folder of --out"};
  return check_space(static_cast<double>(space.available));
}

/// Runs all checks. Collective over the job.
std::vector<Finding> examine(const comm::Session& session, const std::filesystem::path& out) {
  const comm::Group all_ranks(session, 0);
  const comm::HostRanks share = comm::host_ranks(session);
  std::vector<Finding> findings = {{"MPI", Health::ok, comm::mpi_library() + ", thread level multiple", ""}};
  try {
    comm::check_rank_count(session.size(), session.launch());
  } catch (const Error& error) {
    findings.push_back({"launcher", Health::error, error.what(), "each process would run the whole sweep alone"});
  }
  findings.push_back(check_instructions());
  findings.push_back(check_threads(std::getenv("OMP_NUM_THREADS"), share));
  for (const Finding& finding : check_devices(all_ranks, share)) findings.push_back(finding);
  findings.push_back(check_file_system(out));
  findings.push_back(check_free_space(out));
  for (const Finding& finding : check_limits()) findings.push_back(finding);
  return findings;
}

/// Gathers the findings of every rank on rank 0; empty elsewhere. Collective.
std::vector<std::vector<Finding>> gather(const comm::Session& session, const std::vector<Finding>& rank_findings) {
  comm::MpiChannel post(session);
  const std::string text = to_json(rank_findings).dump();
  post.worker().send(0, std::as_bytes(std::span(text)));
  std::vector<std::vector<Finding>> by_rank(session.rank() == 0 ? static_cast<std::size_t>(session.size()) : 0);
  for (std::size_t received = 0; received < by_rank.size();) {
    if (const auto message = post.coordinator().poll()) {
      const auto* bytes = reinterpret_cast<const char*>(message->bytes.data());
      by_rank[static_cast<std::size_t>(message->from)] =
          findings_from_json(Json::parse(bytes, bytes + message->bytes.size()));
      ++received;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  return by_rank;
}

/// Prints the help or the version if one is asked for; returns if so. Without MPI: Open MPI 5 ends a process that
/// has no home folder.
bool answer_alone(int argc, char** argv) {
  const Arguments arguments = parse(argc, argv);
  if (arguments.answer) print_answer(*arguments.answer);
  return arguments.answer.has_value();
}

ExitCode run(int argc, char** argv) {
  instruction_set_limit();  // throws now: a rank that threw later would leave the others waiting
  if (!comm::launch_of_process().is_known() && answer_alone(argc, argv)) return ExitCode::done;
  const comm::Session session(argc, argv);
  const Arguments arguments = parse(argc, argv);
  if (arguments.answer) {
    if (session.rank() == 0) print_answer(*arguments.answer);
    return ExitCode::done;
  }
  const auto by_rank = gather(session, examine(session, arguments.out));
  comm::barrier(session);
  if (session.rank() != 0) return ExitCode::done;
  print_answer(findings_text(by_rank));
  return worst(by_rank) == Health::error ? ExitCode::some_failed : ExitCode::done;
}

}  // namespace
}  // namespace m2m::apps

int main(int argc, char** argv) {
  return m2m::run_program("m2m-doctor", [&] { return m2m::apps::run(argc, argv); });
}
