// m2m-bench compare: runs this program and the authors' program in turn, and compares their times.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <sstream>

#include "bench/bench_commands.hpp"
#include "bench/comparison.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/log.hpp"
#include "data/readers.hpp"
#include "settings/train_settings.hpp"

namespace m2m::bench {
namespace {

/// Returns the read end and the write end of a pipe.
std::array<FileDescriptor, 2> make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw internal_error("cannot create a pipe");
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!changes.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  for (const auto& [name, value] : changes) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

pid_t spawn(std::vector<std::string> command, std::vector<std::string> environment, int out) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
  pid_t child = -1;
  const int error = ::posix_spawnp(&child, command.front().c_str(), &actions, nullptr, pointers_to(command).data(),
                                   pointers_to(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw usage_error(fmt::format("{}: cannot be started: {}", command.front(), std::strerror(error)));
  return child;
}

std::string read_all(int from) {
  std::string all;
  std::array<char, 4096> block{};
  for (ssize_t got; (got = ::read(from, block.data(), block.size())) != 0;) {
    if (got > 0) all.append(block.data(), static_cast<std::size_t>(got));
    if (got < 0 && errno != EINTR) throw internal_error("cannot read the output of a program");
  }
  return all;
}

}  // namespace

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

ProcessResult run_process(const std::vector<std::string>& command,
                          const std::map<std::string, std::string>& environment) {
  auto [out, in] = make_pipe();
  ProcessResult ended;
  ended.started = monotonic_seconds();
  const pid_t child = spawn(command, environment_with(environment), in.number());
  in.close();
  ended.output = read_all(out.number());
  int status = 0;
  // Peak memory of this child only: getrusage reports the maximum over all children. On Linux the count begins with
  // the memory of the parent, which has loaded the same libraries and no data.
  rusage usage{};
  while (::wait4(child, &status, 0, &usage) < 0) {
    if (errno != EINTR) throw internal_error("cannot wait for the end of a program");
  }
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ended.peak_bytes = std::int64_t{usage.ru_maxrss} * 1024;
  return ended;
}

std::string last_line(const std::string& output) {
  std::istringstream lines(output);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) last = line;
  }
  return last;
}

namespace fs = std::filesystem;
namespace {

constexpr int steps_per_epoch = 97;  // 12,406 images in batches of 128
constexpr const char* needed_packages = "torch, torchvision, scipy, tqdm, numpy, PIL";

/// One program in one precision, with its command line.
struct Program {
  std::string name;
  std::vector<std::string> command;  // without method and steps
};

/// Settings with every default filled in and checked, and the programs to run.
struct Comparison {
  CompareSettings settings;
  std::string authors_torch;  // version
  std::vector<Program> programs;
};

void check_checkout(const fs::path& authors) {
  if (fs::exists(authors / "train.py")) return;
  throw usage_error(fmt::format(
      "{}: no train.py of the authors' program; fetch it with 'git clone https://github.com/alinlab/M2m' "
      "and name its folder with --authors",
      authors.string()));
}

void check_data(const std::string& data) {
  if (fs::exists(fs::path(data) / "cifar-10-batches-bin" / "test_batch.bin")) return;
  throw data_error(fmt::format(
      "{}: no cifar-10-batches-bin; fetch it with datasets/fetch_cifar.sh and name its folder with --data", data));
}

void check_network(const std::string& g) {
  if (fs::exists(g)) return;
  throw data_error(fmt::format("{}: no such network; name a checkpoint (.t7) of the authors' program with --g", g));
}

/// Throws Error (usage) if a program of this comparison cannot take fused steps.
void check_fused(const CompareSettings& settings) {
  if (settings.executor != settings::to_text(settings::Executor::fused)) return;
  if (settings.device == "cuda" && settings.precisions == std::vector<std::string>{"bf16"}) return;
  throw usage_error("--executor fused computes in bf16 on a GPU; add '--device cuda --precision bf16'");
}

/// Returns the version of the torch that the authors' program will run with. Throws Error (usage) if packages are
/// missing.
std::string checked_python(const std::string& python) {
  const std::string question = fmt::format("import {}; print(torch.__version__)", needed_packages);
  const ProcessResult ended = run_process({python, "-c", question}, {});
  if (ended.code == 0) return last_line(ended.output);
  throw usage_error(fmt::format("{}: {}; the authors' program needs {}; name another Python with --python", python,
                                last_line(ended.output), needed_packages));
}

std::vector<Program> programs(const CompareSettings& settings) {
  const std::vector<std::string> common = {"--data",   settings.data,  "--g",
                                           settings.g, "--threads",    std::to_string(settings.threads),
                                           "--device", settings.device};
  std::vector<Program> all = {
      {"authors", {settings.python, M2M_AUTHORS_DRIVER, fs::absolute(settings.authors).string()}}};
  for (const std::string& precision : settings.precisions) {
    const std::string self = fs::read_symlink("/proc/self/exe").string();
    all.push_back({"ours " + precision, {self, "step", "--precision", precision, "--executor", settings.executor}});
  }
  for (Program& program : all) program.command.insert(program.command.end(), common.begin(), common.end());
  return all;
}

Comparison prepare(CompareSettings settings) {
  check_fused(settings);
  check_checkout(settings.authors);
  if (settings.data.empty()) settings.data = data::data_roots({}).root.string();
  if (settings.g.empty()) settings.g = (settings.authors / "checkpoint" / "erm_r100_c10_trial1.t7").string();
  settings.data = fs::absolute(settings.data).string();
  settings.g = fs::absolute(settings.g).string();
  check_data(settings.data);
  check_network(settings.g);
  const std::string torch = checked_python(settings.python);
  std::vector<Program> called = programs(settings);
  return {std::move(settings), torch, std::move(called)};
}

/// Number of steps to train; the first is not counted. Fewer for M2m, whose steps take about ten times as long.
int step_count(const std::string& method) { return method == "ERM" ? 12 : 5; }

Measurement measure(const Program& program, const std::string& method, int threads) {
  std::vector<std::string> command = program.command;
  command.insert(command.end(), {"--method", method, "--steps", std::to_string(step_count(method))});
  const ProcessResult ended = run_process(command, {{"OMP_NUM_THREADS", std::to_string(threads)}});
  const std::string who = fmt::format("{}, {}", program.name, method);
  if (ended.code != 0) {
    throw data_error(fmt::format("{}: the program ended with {}: {}", who, ended.code, last_line(ended.output)));
  }
  return to_measurement(read_step_times(ended.output, who), ended.started, ended.peak_bytes);
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
      "medians of {} interleaved run(s); in brackets: authors / ours, above 1 if ours is faster or smaller\n"
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
