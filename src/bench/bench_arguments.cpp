#include "bench/bench_arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "core/error.hpp"
#include "core/version.hpp"

namespace m2m::bench {
namespace {

constexpr const char* about =
    R"(Measures the program's parts, and compares it with the authors' program.

Every case, five times over; then some of them on two threads, into a file:
  m2m-bench
  m2m-bench --filter m2m_step --threads 2 --json bench.json
Steps, epochs, memory and start-up beside those of the authors' program:
  m2m-bench compare --authors ../M2m --python ../M2m/venv/bin/python --threads 2
How fast the ranks of a job add up:
  mpirun -np 2 m2m-bench collectives
)";

constexpr const char* footer =
    R"(Each case runs a fixed number of iterations and checks its result after timing; a wrong one has no time.
Exit codes: 0 done, 1 internal error, 2 wrong command line, checkout or Python, 3 a case gave a wrong result, 65 bad
data or network or a compared program that failed, 74 a file could not be written.)";

void describe_device(CLI::App& app, std::string& device, std::string& executor) {
  app.add_option("--device", device, "Where steps run; on a GPU there are the cases of steps and 'compare'")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str();
  app.add_option("--executor", executor, "How steps of this program get to a GPU: train.executor")
      ->check(CLI::IsMember({"auto", "eager", "graph"}))
      ->capture_default_str();
}

void describe_run(CLI::App& app, RunSettings& run) {
  app.add_option("--filter", run.filter, "Run the cases whose name this regular expression matches")
      ->type_name("REGEX");
  app.add_option("--json", run.json, "Write every repetition, with machine and revision, to this file")
      ->type_name("FILE");
  app.add_option("--threads", run.threads, "Threads")->check(CLI::Range(1, 1024))->capture_default_str();
  app.add_option("--repetitions", run.repetitions, "How often each case is timed")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  describe_device(app, run.device, run.executor);
  app.add_flag("--list", run.list, "Name the cases");
}

void describe_compare(CLI::App& app, CompareSettings& compare) {
  app.add_option("--authors", compare.authors, "A checkout of alinlab/M2m")->type_name("DIR")->required();
  app.add_option("--python", compare.python, "Python with torch, torchvision, scipy and tqdm")
      ->type_name("PY")
      ->capture_default_str();
  app.add_option("--data", compare.data, "Folder with cifar-10-batches-bin; M2M_DATA, else datasets/, by default")
      ->type_name("DIR");
  app.add_option("--g", compare.g,
                 "Network (.t7) that M2m starts from and translates against; by default the one "
                 "that comes with the checkout")
      ->type_name("FILE");
  app.add_option("--threads", compare.threads, "Threads of both programs")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--runs", compare.runs, "How often each is run, in turn")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--precision", compare.precisions, "Precisions of ours, with commas between them")
      ->delimiter(',')
      ->check(CLI::IsMember({"float32", "bf16"}))
      ->capture_default_str();
  describe_device(app, compare.device, compare.executor);
  app.add_option("--json", compare.json, "Write all runs, with machine and revision, to this file")
      ->type_name("FILE");
}

/// What `compare` calls itself with; people have no use for it.
void describe_step(CLI::App& app, StepSettings& step) {
  app.group("");
  app.add_option("--method", step.method)->required();
  app.add_option("--precision", step.precision);
  app.add_option("--data", step.data)->required();
  app.add_option("--g", step.g);
  app.add_option("--steps", step.steps)->check(CLI::Range(2, 97));
  app.add_option("--threads", step.threads)->check(CLI::Range(1, 1024));
  app.add_option("--device", step.device);
  app.add_option("--executor", step.executor);
}

}  // namespace

BenchArguments parse_bench_arguments(int argc, const char* const* argv) {
  BenchArguments arguments;
  CLI::App app(about, "m2m-bench");
  app.footer(footer);
  app.set_version_flag("--version", fmt::format("m2m-bench {}", program_version), "Print the version");
  app.require_subcommand(0, 1);
  describe_run(app, arguments.run);
  app.add_subcommand("run", "Run the cases, as without a word")->fallthrough();
  CLI::App* compare = app.add_subcommand("compare", "Run the authors' program and this one in turn");
  CLI::App* collectives = app.add_subcommand("collectives", "Time sums over the ranks of an MPI job");
  collectives->add_option("--json", arguments.collectives.json, "Write all times to this file")->type_name("FILE");
  CLI::App* step = app.add_subcommand("step");
  describe_compare(*compare, arguments.compare);
  describe_step(*step, arguments.step);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    arguments.answer = app.help();
  } catch (const CLI::CallForVersion& version) {
    arguments.answer = std::string(version.what()) + "\n";
  } catch (const CLI::ParseError& error) {
    throw usage_error(fmt::format("command line: {}; 'm2m-bench --help' explains it", error.what()));
  }
  if (compare->parsed()) arguments.verb = BenchVerb::compare;
  if (collectives->parsed()) arguments.verb = BenchVerb::collectives;
  if (step->parsed()) arguments.verb = BenchVerb::step;
  return arguments;
}

}  // namespace m2m::bench
