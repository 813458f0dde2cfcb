// m2m-bench: runs problem classes, measures the parts of the program, and compares it with the authors' program.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "bench/bench_commands.hpp"
#include "bench/class_commands.hpp"
#include "bench/submission.hpp"
#include "core/command_line.hpp"
#include "core/error.hpp"
#include "core/instruction_set.hpp"
#include "nn/device.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"
#include "stages/runner.hpp"

namespace m2m::bench {
namespace {

enum class Verb { problem_class, check, run, compare, collectives, step };

struct Arguments {
  Verb verb = Verb::run;
  ClassSettings problem_class;
  CheckSettings check;
  RunSettings run;
  CompareSettings compare;
  CollectivesSettings collectives;
  StepSettings step;
  std::string answer;  // text of --help or --version, which is printed instead
};

constexpr const char* about =
    "Runs problem classes with a figure of merit, measures the parts of the program, and compares it with the "
    "authors' "
    "program.";

constexpr const char* footer =
    R"(The default subcommand is 'run': m2m-bench --list. Exit codes: 0 done, 1 internal error, 2 wrong command line,
checkout or Python, 3 a case gave a wrong result, or a problem class or submission failed, 65 bad data or network or a
compared program that failed, 74 a file could not be read or written. 'class' ends with the code of its m2m-sweep if
that was stopped: 4, 74, 75, 85.)";

constexpr const char* run_footer =
    R"(Each case runs a fixed number of iterations and then checks its result. A wrong result is reported without a time.

  m2m-bench --filter m2m_step --threads 2 --json bench.json)";

constexpr const char* compare_footer =
    R"(Measures steps, epochs, memory and start-up.

  m2m-bench compare --authors ../M2m --python ../M2m/venv/bin/python --threads 2)";

void describe_device(CLI::App& app, std::string& device, std::string& executor) {
  app.add_option("--device", device, "Where steps run; of the cases a GPU runs those of steps and translated_slots")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str();
  app.add_option("--executor", executor, "How steps of this program reach a GPU: train.executor")
      ->check(CLI::IsMember(settings::row_of(settings::name_of(&settings::TrainSettings::executor)).choices))
      ->capture_default_str();
}

void describe_run(CLI::App& app, RunSettings& run) {
  app.add_option("--filter", run.filter, "Run only cases whose name matches this regular expression")
      ->type_name("REGEX");
  app.add_option("--json", run.json, "Write every repetition, with machine and revision, to this file")
      ->type_name("FILE");
  app.add_option("--threads", run.threads, "Threads")->check(CLI::Range(1, 1024))->capture_default_str();
  app.add_option("--repetitions", run.repetitions, "Number of timings of each case")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  describe_device(app, run.device, run.executor);
  app.add_flag("--list", run.list, "Print the names of the cases");
  app.footer(run_footer);
}

void describe_compare(CLI::App& app, CompareSettings& compare) {
  app.add_option("--authors", compare.authors, "A checkout of alinlab/M2m")->type_name("DIR")->required();
  app.add_option("--python", compare.python, "Python with torch, torchvision, scipy and tqdm")
      ->type_name("PY")
      ->capture_default_str();
  app.add_option("--data", compare.data, "Folder with cifar-10-batches-bin; by default M2M_DATA, else datasets/")
      ->type_name("DIR");
  app.add_option("--g", compare.g,
                 "Network (.t7) that M2m starts from and uses as g; by default the one in the checkout")
      ->type_name("FILE");
  app.add_option("--threads", compare.threads, "Threads of both programs")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--runs", compare.runs, "Number of runs of each program, in turn")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--precision", compare.precisions, "Precisions of this program, separated by commas")
      ->delimiter(',')
      ->check(CLI::IsMember({"float32", "bf16"}))
      ->capture_default_str();
  describe_device(app, compare.device, compare.executor);
  app.add_option("--json", compare.json, "Write all runs, with machine and revision, to this file")
      ->type_name("FILE");
  app.footer(compare_footer);
}

/// The subcommand that `compare` starts as a process; hidden from the help.
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

CLI::App& add_verb(CLI::App& app, Arguments& arguments, Verb verb, const std::string& name,
                   const std::string& description) {
  CLI::App* added = app.add_subcommand(name, description);
  added->callback([&arguments, verb] { arguments.verb = verb; });
  return *added;
}

/// Throws Error (usage).
Arguments parse_arguments(int argc, const char* const* argv) {
  Arguments arguments;
  CLI::App app(about, "m2m-bench");
  describe_class(add_verb(app, arguments, Verb::problem_class, "class",
                          "Run a problem class, verify it, and print its figure of merit"),
                 arguments.problem_class);
  describe_check(
      add_verb(app, arguments, Verb::check, "check", "Check a submission: the results of a problem class"),
      arguments.check);
  describe_run(add_verb(app, arguments, Verb::run, "run", "Time the parts of the program, case by case"),
               arguments.run);
  describe_compare(
      add_verb(app, arguments, Verb::compare, "compare", "Run the authors' program and this one in turn"),
      arguments.compare);
  CLI::App& collectives =
      add_verb(app, arguments, Verb::collectives, "collectives", "Time sums over the ranks of an MPI job");
  collectives.add_option("--json", arguments.collectives.json, "Write all times to this file")->type_name("FILE");
  collectives.footer("  mpirun -np 2 m2m-bench collectives");
  describe_step(add_verb(app, arguments, Verb::step, "step", ""), arguments.step);
  app.footer(footer);  // last, because subcommands inherit it
  arguments.answer = parse_command_line(app, argc, argv, {"run"}).value_or("");
  return arguments;
}

/// The context of the numbers: processor, GPU, libraries, revision. The name of the host is left out.
Json machine() {
  Json context = stages::environment(1);
  for (const char* key : {"host", "ranks", "started"}) context.erase(key);
  if (nn::gpu_count() > 0) context.update(stages::device_record(torch::Device(torch::kCUDA, 0)));
  return context;
}

/// Prints what a check of a submission finds.
ExitCode check(const CheckSettings& settings) {
  const std::vector<Remark> remarks = check_submission(settings.folder);
  print_answer(remarks_text(remarks));
  return has_error(remarks) ? ExitCode::some_failed : ExitCode::done;
}

ExitCode run(const Arguments& arguments, int& argc, char**& argv) {
  if (!arguments.answer.empty()) {
    print_answer(arguments.answer);
    return ExitCode::done;
  }
  nn::allow_tf32(false);  // as in a sweep
  switch (arguments.verb) {
    case Verb::problem_class:
      return run_class(arguments.problem_class, [] { return HostFacts{nn::gpu_count(), machine()}; });
    case Verb::check:
      return check(arguments.check);
    case Verb::run:
      return run_cases(arguments.run, machine()) == 0 ? ExitCode::done : ExitCode::some_failed;
    case Verb::compare:
      compare_with_authors(arguments.compare, machine());
      return ExitCode::done;
    case Verb::collectives:
      return time_collectives(argc, argv, arguments.collectives, machine()) == 0 ? ExitCode::done
                                                                                 : ExitCode::some_failed;
    case Verb::step:
      print_answer(step_times_line(time_steps(arguments.step)) + "\n");
      return ExitCode::done;
  }
  throw internal_error("a verb does nothing");
}

}  // namespace
}  // namespace m2m::bench

int main(int argc, char** argv) {
  return m2m::run_program("m2m-bench", [&] {
    m2m::instruction_set_limit();  // refuses a wrong M2M_INSTRUCTION_SET before anything else runs
    return m2m::bench::run(m2m::bench::parse_arguments(argc, argv), argc, argv);
  });
}
