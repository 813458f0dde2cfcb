#include "bench/compare_command.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "bench/comparison.hpp"
#include "bench/subprocess.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/log.hpp"
#include "data/readers.hpp"

namespace m2m::bench {
namespace fs = std::filesystem;
namespace {

constexpr int steps_per_epoch = 97;  // 12,406 images in batches of 128
constexpr const char* needed_packages = "torch, torchvision, scipy, tqdm, numpy, PIL";

/// One program in one precision, as it is called.
struct Program {
  std::string name;
  std::vector<std::string> command;  // without method and steps
};

/// The settings with every default filled in, all of it there.
struct Comparison {
  CompareSettings settings;
  std::string authors_torch;  // version
  std::vector<Program> programs;
};

void check_checkout(const fs::path& authors) {
  if (fs::exists(authors / "train.py")) return;
  throw usage_error(
      fmt::format("{}: no train.py of the authors' program is there; 'git clone https://github.com/alinlab/M2m' "
                  "fetches it, --authors names the folder",
                  authors.string()));
}

void check_data(const std::string& data) {
  if (fs::exists(fs::path(data) / "cifar-10-batches-bin" / "test_batch.bin")) return;
  throw data_error(fmt::format(
      "{}: no cifar-10-batches-bin is there; datasets/fetch_cifar.sh fetches it, --data names the folder", data));
}

void check_network(const std::string& g) {
  if (fs::exists(g)) return;
  throw data_error(fmt::format("{}: no such network; --g names a checkpoint (.t7) of the authors' program", g));
}

/// The version of the torch that the authors' program will run with.
std::string checked_python(const std::string& python) {
  const std::string question = fmt::format("import {}; print(torch.__version__)", needed_packages);
  const ProcessResult ended = run_process({python, "-c", question}, {});
  if (ended.code == 0) return last_line(ended.output);
  throw usage_error(fmt::format("{}: {}; the authors' program needs {}; --python names another", python,
                                last_line(ended.output), needed_packages));
}

std::vector<Program> programs_of(const CompareSettings& settings) {
  const std::vector<std::string> common = {"--data",   settings.data,  "--g",
                                           settings.g, "--threads",    std::to_string(settings.threads),
                                           "--device", settings.device};
  std::vector<Program> programs = {
      {"authors", {settings.python, M2M_AUTHORS_DRIVER, fs::absolute(settings.authors).string()}}};
  for (const std::string& precision : settings.precisions) {
    const std::string self = fs::read_symlink("/proc/self/exe").string();
    programs.push_back(
        {"ours " + precision, {self, "step", "--precision", precision, "--executor", settings.executor}});
  }
  for (Program& program : programs) program.command.insert(program.command.end(), common.begin(), common.end());
  return programs;
}

Comparison prepare(CompareSettings settings) {
  check_checkout(settings.authors);
  if (settings.data.empty()) settings.data = data::data_roots({}).root.string();
  if (settings.g.empty()) settings.g = (settings.authors / "checkpoint" / "erm_r100_c10_trial1.t7").string();
  settings.data = fs::absolute(settings.data).string();
  settings.g = fs::absolute(settings.g).string();
  check_data(settings.data);
  check_network(settings.g);
  const std::string torch = checked_python(settings.python);
  std::vector<Program> programs = programs_of(settings);
  return {std::move(settings), torch, std::move(programs)};
}

/// Steps to train, the first of which is not counted: a step of M2m takes as long as ten of ERM.
int steps_of(const std::string& method) { return method == "ERM" ? 12 : 5; }

Measurement measure(const Program& program, const std::string& method, int threads) {
  std::vector<std::string> command = program.command;
  command.insert(command.end(), {"--method", method, "--steps", std::to_string(steps_of(method))});
  const ProcessResult ended = run_process(command, {{"OMP_NUM_THREADS", std::to_string(threads)}});
  const std::string who = fmt::format("{}, {}", program.name, method);
  if (ended.code != 0) {
    throw data_error(fmt::format("{}: it ended with {}: {}", who, ended.code, last_line(ended.output)));
  }
  return measurement_of(read_step_times(ended.output, who), ended.started, ended.peak_bytes);
}

std::vector<Contender> measure_all(const Comparison& comparison) {
  std::vector<Contender> contenders;
  for (const Program& program : comparison.programs) contenders.push_back({program.name, {}});
  const int runs = comparison.settings.runs;
  for (int run = 0; run < runs; ++run) {
    for (const std::string method : compared_methods) {
      for (std::size_t i = 0; i < contenders.size(); ++i) {
        const Measurement measured = measure(comparison.programs[i], method, comparison.settings.threads);
        log_info(fmt::format("run {}/{}  {:<14} {}  step {:.3f} s", run + 1, runs, contenders[i].name, method,
                             measured.step));
        contenders[i].runs[method].push_back(measured);
      }
    }
  }
  return contenders;
}

std::string heading(const Comparison& comparison, const Json& context) {
  const CompareSettings& settings = comparison.settings;
  return fmt::format(
      "CIFAR-LT-10 rho=100, ResNet-32, batches of 128, device: {}, threads: {}, processor: {}, revision: {}{}\n"
      "authors' program: torch {}, float32; ours: libtorch {}\n"
      "medians of {} interleaved run(s); in brackets: authors / ours, above 1 where ours is faster or smaller\n"
      "M2m: f = g, both from {}: for timing only\n\n",
      settings.device == "cpu" ? "CPU" : context.value("gpu", "GPU"), settings.threads,
      context.value("processor", "unknown"), context.value("revision", "unknown").substr(0, 12),
      context.value("dirty", false) ? " (changed)" : "", comparison.authors_torch,
      context.value("libtorch", "unknown"), settings.runs, fs::path(settings.g).filename().string());
}

}  // namespace

void compare_with_authors(const CompareSettings& settings, const Json& context) {
  const Comparison comparison = prepare(settings);
  const std::vector<Contender> contenders = measure_all(comparison);
  const std::vector<ComparisonRow> rows = comparison_rows(contenders, steps_per_epoch);
  std::fputs(heading(comparison, context).c_str(), stdout);
  std::fputs(comparison_table(contenders, rows, steps_per_epoch).c_str(), stdout);
  if (settings.json.empty()) return;
  Json json = comparison_json(contenders, rows);
  json["context"] = context;
  json["context"]["threads"] = settings.threads;
  json["context"]["device"] = settings.device;
  json["context"]["executor"] = settings.executor;
  json["context"]["authors_torch"] = comparison.authors_torch;
  write_file(settings.json, json.dump(2) + "\n");
}

}  // namespace m2m::bench
