#include "bench/bench_arguments.hpp"

#include <CLI/CLI.hpp>

#include "core/command_line.hpp"

namespace m2m::bench {
namespace {

constexpr const char* about = "Measures the program's parts, and compares it with the authors' program.";

constexpr const char* footer =
    R"(Without a subcommand, 'run' is meant: m2m-bench --list. Exit codes: 0 done, 1 internal error, 2 wrong command line,
checkout or Python, 3 a case gave a wrong result, 65 bad data or network or a compared program that failed, 74 a file
could not be written.)";

constexpr const char* run_footer =
    R"(Each case runs a fixed number of iterations and checks its result after timing; a wrong one has no time.

  m2m-bench --filter m2m_step --threads 2 --json bench.json)";

constexpr const char* compare_footer =
    R"(Measures steps, epochs, memory and start-up.

  m2m-bench compare --authors ../M2m --python ../M2m/venv/bin/python --threads 2)";

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
  app.footer(run_footer);
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
  app.footer(compare_footer);
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

CLI::App& add_verb(CLI::App& app, BenchArguments& arguments, BenchVerb verb, const std::string& name,
                   const std::string& description) {
  CLI::App* added = app.add_subcommand(name, description);
  added->callback([&arguments, verb] { arguments.verb = verb; });
  return *added;
}

}  // namespace

BenchArguments parse_bench_arguments(int argc, const char* const* argv) {
  BenchArguments arguments;
  CLI::App app(about, "m2m-bench");
  describe_run(add_verb(app, arguments, BenchVerb::run, "run", "Time the program's parts, case by case"),
               arguments.run);
  describe_compare(
      add_verb(app, arguments, BenchVerb::compare, "compare", "Run the authors' program and this one in turn"),
      arguments.compare);
  CLI::App& collectives =
      add_verb(app, arguments, BenchVerb::collectives, "collectives", "Time sums over the ranks of an MPI job");
  collectives.add_option("--json", arguments.collectives.json, "Write all times to this file")->type_name("FILE");
  collectives.footer("  mpirun -np 2 m2m-bench collectives");
  describe_step(add_verb(app, arguments, BenchVerb::step, "step", ""), arguments.step);
  app.footer(footer);  // last: verbs would inherit it
  arguments.answer = parse_command_line(app, argc, argv, {"run"}).value_or("");
  return arguments;
}

}  // namespace m2m::bench
