#include "support/fake_training.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "core/files.hpp"
#include "results/output_folder.hpp"
#include "results/record_file.hpp"

namespace m2m::testing {

using settings::SettingType;

namespace {

Json identity_of(const Config& config, const std::vector<std::string>& names) {
  Json identity = Json::object();
  for (const std::string& name : names) {
    if (config.has(name)) identity[name] = config.json().at(name);
  }
  return identity;
}

/// Appends a line in one write, so that several ranks can write to one file.
void note(const results::OutputFolder& out, const std::string& word, const study::Stage& stage) {
  const std::string line = fmt::format("{} {} {} {}\n", word, ::getpid(), stage.id, stage.label);
  const int handle = ::open((out.root / "ran.log").c_str(), O_CREAT | O_APPEND | O_WRONLY, 0644);
  (void)!::write(handle, line.data(), line.size());
  ::close(handle);
}

results::TrialRecord record_of(const study::Stage& stage) {
  results::TrialRecord record;
  record.id = stage.id;
  record.label = stage.label;
  record.config = stage.config.json();
  record.identity = stage.identity;
  record.last.epoch = stage.epochs - 1;
  record.last.test = Confusion(2);
  record.last.test.at(0, 0) = record.last.test.at(1, 1) = 1;
  record.test_labels = {0, 1};
  record.last.test_logits = {1, 0, 0, 1};
  return record;
}

void check_needs(const results::OutputFolder& out, const study::Stage& stage) {
  for (const study::StageNeed& need : stage.needs) {
    if (!std::filesystem::exists(out.stage_done(need.id)))
      throw internal_error("began before its stage " + need.id + " was there");
  }
}

}  // namespace

std::vector<settings::Setting> fake_settings() {
  return {
      {"method", SettingType::text, nullptr, "", "The method.", {"ERM", "RS", "DRS", "M2m"}},
      {"protocol", SettingType::text, "code", "", "The protocol.", {"code", "paper"}},
      {"seed", SettingType::integer, 0, "", "The seed.", {}, 0, 1e9},
      {"seeds.init", SettingType::integer, nullptr, "", "The seed of the weights.", {}, 0, 1e9},
      {"data.set", SettingType::text, "cifar10", "", "The data set."},
      {"data.ratio", SettingType::number, 100.0, "", "The imbalance ratio.", {}, 1},
      {"train.epochs", SettingType::integer, 10, "epochs", "How long.", {}, 1, 1000},
      {"train.defer_until", SettingType::integer, nullptr, "epochs", "When re-balancing begins.", {}, 0},
      {"train.lr_drops", SettingType::numbers, nullptr, "epochs", "When the rate drops.", {}, 0},
      {"train.threads", SettingType::integer, 1, "threads", "Threads.", {}, 1, 1000, {}, {.provenance = true}},
      {"train.nesterov", SettingType::flag, false, "", "A flag."},
      {"m2m.lambda", SettingType::number, 0.5, "", "The weight of f.", {}, 0},
      {"m2m.beta", SettingType::number, 0.999, "", "Beta.", {}, 0, 1},
      {"fake.milliseconds",
       SettingType::integer,
       1,
       "ms",
       "How long an epoch takes.",
       {},
       0,
       60000,
       {},
       {.provenance = true}},
      {"fake.gigabytes",
       SettingType::number,
       0.0,
       "GB",
       "What a trial is said to leave.",
       {},
       0,
       1e12,
       {},
       {.provenance = true}},
      {"fake.does",
       SettingType::text,
       "",
       "",
       "What happens.",
       {"", "throw", "diverge", "g throws", "no space", "killed", "hangs"}},
  };
}

Config fake_resolve(const Config& given) {
  Config config = settings::with_defaults(given, fake_settings());
  if (!config.has("method")) throw usage_error("method: none is given");
  const std::int64_t epochs = config.integer("train.epochs");
  if (!config.has("train.defer_until")) config.set("train.defer_until", epochs * 8 / 10);
  if (config.text("method") != "ERM" && config.integer("train.defer_until") >= epochs) {
    throw usage_error(fmt::format("train.defer_until = {} is not before train.epochs = {}: {} would never begin",
                                  config.integer("train.defer_until"), epochs, config.text("method")));
  }
  if (!config.has("seeds.init")) config.set("seeds.init", config.integer("seed"));
  return config;
}

study::StageRequest fake_plan(const Config& resolved, const std::string& label) {
  const bool is_m2m = resolved.text("method") == "M2m";
  study::StageRequest trial;
  trial.label = label;
  trial.config = resolved;
  trial.epochs = static_cast<int>(resolved.integer("train.epochs"));
  trial.cost = trial.epochs * (is_m2m ? 2.0 : 1.0);
  trial.identity = identity_of(resolved, {"method", "seed", "seeds.init", "data.set", "data.ratio", "train.epochs",
                                          "train.defer_until", "train.lr_drops", "train.nesterov", "fake.does"});
  trial.disk = 1e9 * resolved.number("fake.gigabytes");
  if (!is_m2m) return trial;
  trial.identity["m2m"] = identity_of(resolved, {"m2m.lambda", "m2m.beta", "protocol"});
  const Json of_g = identity_of(resolved, {"seed", "data.set", "data.ratio", "train.epochs", "fake.does"});
  const study::StageRequest g{study::StageKind::g, "g", resolved, of_g, trial.epochs, 1.0 * trial.epochs, 0, {}};
  trial.needs = {g};
  return trial;
}

void leave_artifact(const results::OutputFolder& out, const study::Stage& stage) {
  if (stage.kind == study::StageKind::trial) {
    results::write_trial(out.result(stage.id), record_of(stage));
    return;
  }
  const std::filesystem::path file = out.stage(stage.id) / "state.safetensors";
  write_file(file, "the state of " + stage.id);
  write_file(out.stage_done(stage.id), Json({{"state", results::make_file_facts(file)}}).dump());
}

study::RunFn fake_runner(const results::OutputFolder& out, const comm::Group* group) {
  const bool leads = group == nullptr || group->rank() == 0;
  const auto any = [group](bool mine) { return group == nullptr ? mine : group->any(mine); };
  return [out, leads, any](const study::Stage& stage, study::StageContext& context) -> study::StageResult {
    check_needs(out, stage);
    note(out, leads ? "began" : "joined", stage);
    const std::string does = stage.config.text("fake.does");
    for (int epoch = 0; epoch < stage.epochs; ++epoch) {
      if (any(context.stop_requested()))
        return {study::StageOutcome::interrupted, "stopped", ExitCode::interrupted, 0};
      std::this_thread::sleep_for(std::chrono::milliseconds(stage.config.integer("fake.milliseconds")));
      if (leads) context.progress({epoch + 1, stage.epochs, 0.5, 0.3, 100, 0.001});
    }
    const bool is_g = stage.kind == study::StageKind::g;
    while (does == "hangs" && leads) std::this_thread::sleep_for(std::chrono::seconds(1));
    if (does == "killed") std::raise(SIGKILL);  // as where memory has run out
    if (does == "throw" || (is_g && does == "g throws")) throw data_error("thrown on purpose");
    if (does == "no space") throw write_error(out.result(stage.id), "cannot be written", ENOSPC);
    if (does == "diverge")
      return {study::StageOutcome::diverged, "loss is not a number at epoch 3", ExitCode::some_failed, 0};
    if (!leads) return {study::StageOutcome::done, "", ExitCode::done, 0};
    leave_artifact(out, stage);
    note(out, "done", stage);
    return {study::StageOutcome::done, "bACC 50.0 (last)", ExitCode::done, 0};
  };
}

int count_lines(const std::filesystem::path& out, const std::string& word) {
  std::ifstream log(out / "ran.log");
  int found = 0;
  for (std::string line; std::getline(log, line);) found += line.starts_with(word + " ") ? 1 : 0;
  return found;
}

std::multiset<std::string> stages_in_log(const std::filesystem::path& out, const std::string& word) {
  std::ifstream log(out / "ran.log");
  std::multiset<std::string> found;
  for (std::string first, process, id, rest; log >> first >> process >> id && std::getline(log, rest);) {
    if (first == word) found.insert(id);
  }
  return found;
}

std::set<std::string> finished_in(const std::filesystem::path& out) {
  std::set<std::string> found;
  for (const char* parent : {"trials", "cache"}) {
    std::error_code ignored;  // a missing folder is empty
    for (const auto& folder : std::filesystem::directory_iterator(out / parent, ignored)) {
      if (std::filesystem::exists(folder.path() / "result.h5") ||
          std::filesystem::exists(folder.path() / "stage.json")) {
        found.insert(folder.path().filename().string());
      }
    }
  }
  return found;
}

std::set<int> processes_in_log(const std::filesystem::path& out) {
  std::ifstream log(out / "ran.log");
  std::set<int> found;
  for (std::string line; std::getline(log, line);) found.insert(std::stoi(line.substr(line.find(' '))));
  return found;
}

study::Study study_from(const std::string& toml) {
  return study::parse_study(toml, "jobs/test.toml", fake_settings());
}

study::StageGraph graph_from(const std::string& toml) {
  return study::plan_study(study_from(toml), fake_settings(), fake_resolve, fake_plan);
}

}  // namespace m2m::testing
