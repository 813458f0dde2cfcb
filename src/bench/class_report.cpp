#include "bench/class_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "core/text.hpp"
#include "core/version.hpp"

namespace m2m::bench {
namespace {

std::string line(const std::string& name, const std::string& value) {
  return fmt::format("{:<22}{}\n", name, value);
}

template <typename Value>
std::string joined(const std::vector<Value>& values) {
  return values.empty() ? "unknown" : fmt::format("{}", fmt::join(values, ", "));
}

std::string figures_text(const ClassReport& report) {
  const ClassFigures& figures = report.figures;
  return line("figure of merit", fmt::format("{:.2f} trials per device-hour", figures.trials_per_device_hour)) +
         line("trials", fmt::format("{} in {:.1f} s, in {}", figures.trials, figures.wall_seconds,
                                    count_text(report.log.runs.size(), "run"))) +
         line("parallel efficiency",
              fmt::format("{:.1f} % busy, {}", 100 * figures.busy,
                          count_text(static_cast<std::uintmax_t>(figures.slots), "worker slot")));
}

std::string accuracy_text(const MethodFigures& method, const Window& window) {
  const report::Estimate& bacc = method.bacc;
  if (bacc.n == 0) return line("bACC " + method.label, "no trial");
  const std::string spread = bacc.n > 1 ? fmt::format(" +- {:.1f}", bacc.std) : "";
  return line("bACC " + method.label, fmt::format("{:.1f}{} % ({}), window {:.1f} to {:.1f} %", bacc.mean, spread,
                                                  bacc.n, window.low, window.high));
}

std::string target_text(const MethodFigures& method, double target) {
  const std::string reached = fmt::format("{} of {} trials", method.reached, method.bacc.n);
  const std::string name = fmt::format("{:g} % {}", target, method.label);
  if (method.reached == 0) return line(name, "not reached, " + reached);
  return line(name, fmt::format("{:.1f} s, {}", method.target_seconds, reached));
}

std::string methods_text(const ClassReport& report) {
  std::string text;
  for (std::size_t i = 0; i < report.figures.methods.size(); ++i)
    text += accuracy_text(report.figures.methods[i], report.problem.windows[i]);
  for (const MethodFigures& method : report.figures.methods) text += target_text(method, report.problem.target);
  return text;
}

std::string machine_text(const UsedMachine& used, const Json& system) {
  const Json counts = system.value("processors", Json::object());
  return line("processor", fmt::format("{}; {}, {}, {}", joined(used.processors),
                                       count_text(counts.value("sockets", 0U), "socket"),
                                       count_text(counts.value("cores", 0U), "core"),
                                       count_text(counts.value("threads", 0U), "thread"))) +
         line("memory", fmt::format("{:.1f} GB", system.value("host_memory", 0.0) / 1e9)) +
         line("GPU", joined(used.gpus)) +
         line("software", fmt::format("libtorch {}, {}, compiler {}", system.value("libtorch", "unknown"),
                                      system.value("mpi", "unknown"), system.value("compiler", "unknown")));
}

std::string arithmetic_text(const ClassFigures& figures) {
  const UsedMachine& used = figures.used;
  const std::string changed = used.is_dirty ? " (changed)" : "";
  return line("precision", joined(used.precisions)) + line("kernels", joined(used.kernels)) +
         line("hosts", joined(used.hosts)) + line("ranks", joined(used.ranks)) +
         line("threads per rank", joined(used.threads)) +
         line("trials per device", std::to_string(used.trials_per_device)) +
         line("devices", std::to_string(figures.devices)) + line("revision", joined(used.revisions) + changed);
}

Json method_json(const MethodFigures& method, const Window& window) {
  return {{"label", method.label},     {"n", method.bacc.n},
          {"mean", method.bacc.mean},  {"std", method.bacc.std},
          {"low", window.low},         {"high", window.high},
          {"reached", method.reached}, {"target_seconds", method.target_seconds}};
}

Json used_json(const UsedMachine& used) {
  return {{"ranks", used.ranks},
          {"hosts", used.hosts},
          {"threads", used.threads},
          {"processors", used.processors},
          {"gpus", used.gpus},
          {"kernels", used.kernels},
          {"precisions", used.precisions},
          {"revisions", used.revisions},
          {"dirty", used.is_dirty},
          {"trials_per_device", used.trials_per_device},
          {"notices", used.notices}};
}

Json facts_json(const RunFacts& facts) {
  Json stages = Json::array();
  for (const StageSeconds& stage : facts.stages)
    stages.push_back({{"id", stage.id}, {"kind", stage.kind}, {"seconds", stage.seconds}});
  return {{"wall_seconds", facts.wall_seconds},
          {"devices", facts.devices},
          {"gpus_per_host", facts.gpus_per_host},
          {"stages", std::move(stages)}};
}

}  // namespace

std::string report_text(const ClassReport& report, const Json& system) {
  const bool passed = report.reasons.empty();
  std::string text = line("class", fmt::format("{} ({})", report.problem.name, report.problem.study)) +
                     figures_text(report) + methods_text(report) + machine_text(report.figures.used, system) +
                     arithmetic_text(report.figures);
  for (const std::string& notice : report.figures.used.notices) text += line("note", notice);
  text += line("result", passed ? "PASSED" : "FAILED");
  for (const std::string& reason : report.reasons) text += line("reason", reason);
  return text;
}

Json report_json(const ClassReport& report) {
  const ClassFigures& figures = report.figures;
  Json methods = Json::array();
  for (std::size_t i = 0; i < figures.methods.size(); ++i)
    methods.push_back(method_json(figures.methods[i], report.problem.windows[i]));
  return {{"schema", class_schema},
          {"program", program_version()},
          {"class", report.problem.name},
          {"study", report.problem.study},
          {"result", report.reasons.empty() ? "PASSED" : "FAILED"},
          {"reasons", report.reasons},
          {"figure_of_merit",
           {{"trials_per_device_hour", figures.trials_per_device_hour},
            {"trials", figures.trials},
            {"devices", figures.devices},
            {"wall_seconds", figures.wall_seconds}}},
          {"busy", figures.busy},
          {"slots", figures.slots},
          {"target", report.problem.target},
          {"methods", std::move(methods)},
          {"used", used_json(figures.used)},
          {"facts", facts_json(report.facts)},
          {"log", run_log_json(report.log)}};
}

RunLog run_log_from_json(const Json& json) { return parse_run_log(json.at("log")); }

RunFacts run_facts_from_json(const Json& json) {
  const Json& facts = json.at("facts");
  RunFacts read{facts.at("wall_seconds").get<double>(),
                facts.at("devices").get<int>(),
                facts.at("gpus_per_host").get<int>(),
                {}};
  for (const Json& stage : facts.at("stages")) {
    read.stages.push_back({stage.at("id").get<std::string>(), stage.at("kind").get<std::string>(),
                           stage.at("seconds").get<double>()});
  }
  return read;
}

}  // namespace m2m::bench
