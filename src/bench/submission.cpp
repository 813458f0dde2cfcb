#include "bench/submission.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "bench/class_report.hpp"
#include "bench/class_results.hpp"
#include "bench/class_verdict.hpp"
#include "bench/problem_class.hpp"
#include "core/config.hpp"
#include "core/error.hpp"
#include "core/foreign_files.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "results/study_results.hpp"
#include "study/stage.hpp"

namespace m2m::bench {
namespace fs = std::filesystem;
namespace {

using Remarks = std::vector<Remark>;

/// What system.json has to name.
constexpr const char* system_keys[] = {
    "processor", "processors",       "host_memory",       "gpu", "libtorch", "mpi", "compiler", "revision",
    "kernel",    "operating_system", "network_interfaces"};

void add(Remarks& remarks, Grade grade, const std::string& sentence) { remarks.push_back({grade, sentence}); }

/// Runs `read`; its Error, or a JSON error of `file`, becomes a remark. False if there was one.
template <typename Read>
bool try_to(Remarks& remarks, const std::string& file, const Read& read) {
  try {
    read();
    return true;
  } catch (const Error& error) {
    add(remarks, Grade::error, error.what());
  } catch (const Json::exception& error) {
    add(remarks, Grade::error,
        fmt::format("{}: damaged, or not written by this program: {}", file, json_fault(error)));
  }
  return false;
}

bool is_notes(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  return (name.starts_with("README") || name.starts_with("NOTES")) && entry.is_regular_file() &&
         entry.file_size() > 0;
}

/// False if a file is missing without which nothing can be recomputed.
bool check_files(Remarks& remarks, const fs::path& folder) {
  bool is_complete = true;
  for (const char* name : {"class.json", "results.h5", "study.json", "system.json"}) {
    if (fs::exists(folder / name)) continue;
    add(remarks, Grade::error, fmt::format("{}: missing; 'm2m-bench class' leaves it in its --out", name));
    is_complete = is_complete && std::string(name) == "system.json";
  }
  const fs::directory_iterator entries(folder);
  if (!std::any_of(begin(entries), end(entries), is_notes))
    add(remarks, Grade::error,
        "README or NOTES: missing or empty; say who ran it, where, and what was chosen for this machine");
  return is_complete;
}

Json read_json(const fs::path& file) {
  Json read;
  read_json_file(file, [&](const Json& json) { read = json; });
  return read;
}

/// class.json with what it states, and the results beside it.
struct Submission {
  Json stated;
  ProblemClass problem;
  RunLog log;
  RunFacts facts;
  results::StudyResults results;
};

std::optional<Submission> read_submission(Remarks& remarks, const fs::path& folder) {
  Submission read;
  const bool is_read = try_to(remarks, "class.json", [&] {
    read.stated = read_json(folder / "class.json");
    if (read.stated.at("schema").get<int>() != class_schema)
      throw data_error(fmt::format("class.json: schema {}, this program reads {}", read.stated.at("schema").dump(),
                                   class_schema));
    read.problem = find_class(read.stated.at("class").get<std::string>());
    read.log = run_log_from_json(read.stated);
    read.facts = run_facts_from_json(read.stated);
    read.results = results::read_results_file(folder / "results.h5");
  });
  return is_read ? std::optional(std::move(read)) : std::nullopt;
}

std::set<std::string> planned_ids(const std::vector<results::PlannedTrial>& trials) {
  std::set<std::string> ids;
  for (const results::PlannedTrial& trial : trials) ids.insert(trial.id);
  return ids;
}

void check_study(Remarks& remarks, const fs::path& folder, const Submission& read) {
  try_to(remarks, "study.json", [&] {
    std::vector<results::PlannedTrial> planned;
    for (const results::TrialOutcome& trial : read.results.trials) planned.push_back(trial.planned);
    const results::PlannedStudy study = results::read_planned_study(folder / "study.json");
    if (study.name != read.problem.study || read.results.name != read.problem.study)
      throw data_error(fmt::format("study.json: the study is '{}', that of class {} is '{}'", study.name,
                                   read.problem.name, read.problem.study));
    if (planned_ids(study.trials) != planned_ids(planned))
      throw data_error("study.json: it plans other trials than results.h5 holds");
    add(remarks, Grade::ok,
        fmt::format("study.json and results.h5 plan the same {}", count_text(planned.size(), "trial")));
  });
}

void check_ids(Remarks& remarks, const Submission& read) {
  const std::size_t before = remarks.size();
  for (const results::TrialOutcome& trial : read.results.trials) {
    if (!trial.record) continue;
    const Json& identity = trial.record->identity;
    if (study::stage_id(identity) != trial.record->id)
      add(remarks, Grade::error,
          fmt::format("{}: the id is not the hash of the trial's identity", trial.record->id));
    if (identity.value("numerics", 0) != numerics_version)
      add(remarks, Grade::error,
          fmt::format("{}: numerics version {}, this program has {}; check it with the release that made it",
                      trial.record->id, identity.value("numerics", 0), numerics_version));
  }
  if (remarks.size() == before) add(remarks, Grade::ok, "every id is the hash of its trial's settings and data");
}

bool nearly_equal(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= 1e-6 * std::max(std::abs(a), std::abs(b));
}

void compare(Remarks& remarks, const std::string& what, const Json& stated, double recomputed) {
  const double number = stated.is_number() ? stated.get<double>() : std::nan("");
  if (nearly_equal(number, recomputed)) return;
  add(remarks, Grade::error,
      fmt::format("class.json: {} is {}, recomputed it is {:.6g}", what, stated.dump(), recomputed));
}

void check_stated(Remarks& remarks, const Submission& read, const ClassFigures& figures, bool passes) {
  const std::size_t before = remarks.size();
  const Json& merit = read.stated.at("figure_of_merit");
  compare(remarks, "the figure of merit", merit.at("trials_per_device_hour"), figures.trials_per_device_hour);
  compare(remarks, "the number of trials", merit.at("trials"), figures.trials);
  compare(remarks, "the number of devices", merit.at("devices"), figures.devices);
  compare(remarks, "the wall time", merit.at("wall_seconds"), read.log.wall_seconds());
  compare(remarks, "the measured time of the runs", read.facts.wall_seconds, read.log.wall_seconds());
  compare(remarks, "the busy share", read.stated.at("busy"), figures.busy);
  for (const Json& method : read.stated.at("methods")) {
    for (const MethodFigures& own : figures.methods) {
      if (method.at("label") == own.label)
        compare(remarks, "the mean bACC of " + own.label, method.at("mean"), own.bacc.mean);
    }
  }
  const std::string result = read.stated.at("result").get<std::string>();
  if (result != (passes ? "PASSED" : "FAILED"))
    add(remarks, Grade::error,
        fmt::format("class.json: the result is {}, recomputed it is {}", result, passes ? "PASSED" : "FAILED"));
  if (remarks.size() == before)
    add(remarks, Grade::ok,
        fmt::format("recomputed: {:.2f} trials per device-hour, {}", figures.trials_per_device_hour, result));
}

void check_runs(Remarks& remarks, const RunLog& log) {
  if (!log.is_complete())
    add(remarks, Grade::error, "class.json: the last run of m2m-sweep did not end with code 0");
  if (log.runs.size() > 1)
    add(remarks, Grade::warning,
        fmt::format("the time is the sum of {} runs; steps that were lost with an interruption count twice",
                    log.runs.size()));
}

void check_revision(Remarks& remarks, const UsedMachine& used) {
  const std::string revision = fmt::format("{}", fmt::join(used.revisions, ", "));
  if (used.is_dirty) {
    add(remarks, Grade::warning,
        fmt::format("revision {}: the tree was changed, so others cannot repeat the run", revision));
  } else if (revision == "unknown" || revision.empty()) {
    add(remarks, Grade::warning, "the revision is not known; build from a git checkout");
  } else {
    add(remarks, Grade::ok, fmt::format("revision {}, unchanged", revision));
  }
  for (const std::string& notice : used.notices) add(remarks, Grade::warning, notice);
}

void check_system(Remarks& remarks, const fs::path& folder, const UsedMachine& used) {
  if (!fs::exists(folder / "system.json")) return;
  try_to(remarks, "system.json", [&] {
    const Json system = read_json(folder / "system.json");
    std::vector<std::string> absent;
    for (const char* key : system_keys) {
      if (!system.contains(key)) absent.emplace_back(key);
    }
    if (!absent.empty()) throw data_error(fmt::format("system.json: lacks {}", fmt::join(absent, ", ")));
    const std::string revision = system.at("revision").get<std::string>();
    if (used.revisions != std::vector<std::string>{revision})
      throw data_error(fmt::format("system.json: revision {}, that of the trials is {}", revision,
                                   fmt::join(used.revisions, ", ")));
    add(remarks, Grade::ok, "system.json names processor, memory, GPU, network and software");
  });
}

const char* to_text(Grade grade) {
  if (grade == Grade::ok) return "ok";
  return grade == Grade::warning ? "warning" : "error";
}

}  // namespace

std::vector<Remark> check_submission(const fs::path& folder) {
  if (!fs::is_directory(folder))
    throw usage_error(fmt::format("{}: no such folder; give the --out of 'm2m-bench class'", folder.string()));
  Remarks remarks;
  if (!check_files(remarks, folder)) return remarks;
  const std::optional<Submission> read = read_submission(remarks, folder);
  if (!read) return remarks;
  check_study(remarks, folder, *read);
  check_ids(remarks, *read);
  const ClassFigures figures = class_figures(read->problem, read->results, read->facts);
  std::vector<std::string> reasons;
  try_to(remarks, "results.h5", [&] { reasons = reasons_to_fail(read->problem, read->results, figures); });
  for (const std::string& reason : reasons) add(remarks, Grade::error, reason);
  if (reasons.empty())
    add(remarks, Grade::ok, fmt::format("trials, settings and accuracy are those of class {}", read->problem.name));
  try_to(remarks, "class.json", [&] { check_stated(remarks, *read, figures, reasons.empty()); });
  check_runs(remarks, read->log);
  check_revision(remarks, figures.used);
  check_system(remarks, folder, figures.used);
  return remarks;
}

std::string remarks_text(const std::vector<Remark>& remarks) {
  std::string text;
  for (const Remark& remark : remarks) text += fmt::format("{:<9}{}\n", to_text(remark.grade), remark.sentence);
  return text;
}

bool has_error(const std::vector<Remark>& remarks) {
  return std::any_of(remarks.begin(), remarks.end(), [](const Remark& each) { return each.grade == Grade::error; });
}

}  // namespace m2m::bench
