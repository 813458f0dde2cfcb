// The options of m2m-bench class and m2m-bench check.
#include <CLI/CLI.hpp>

#include "bench/class_commands.hpp"
#include "bench/problem_class.hpp"
#include "core/command_line.hpp"
#include "settings/setting.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"

namespace m2m::bench {
namespace {

using settings::TrainSettings;

constexpr const char* class_footer =
    R"(S: digits, ResNet-8, 9 trials, about two minutes on two cores. M: CIFAR-LT-10, ResNet-32, 10 epochs, 8 trials. L: the
same, 200 epochs, 30 trials. M and L need CIFAR-10 (datasets/fetch_cifar.sh). The same command resumes a run that was
stopped. Rules, windows and the figure of merit: docs/benchmark_rules.md.

  m2m-bench class S
  m2m-bench class M --precision bf16 --devices 8
  m2m-bench class L --precision bf16 --trials-per-device 4 --out results/class_L_bf16
  m2m-bench class M --launch "mpirun -np 8"

The report goes to standard output, the log of m2m-sweep to standard error. Exit codes: 0 passed, 3 failed, else that of
m2m-sweep: 4 and 85 stopped, 74 a file could not be written, 75 the folder is in use.)";

constexpr const char* check_footer =
    R"(A submission is the folder of --out with a README: class.json, results.h5, study.json, system.json, README or NOTES.
Exit codes: 0 no error, 3 an error, 2 no such folder.

  m2m-bench check results/class_S)";

template <class Member>
std::vector<std::string> words_of(Member TrainSettings::*member) {
  return settings::row_of(settings::name_of(member)).choices;
}

template <class Member>
void add_choice(CLI::App& app, const char* option, std::string& value, Member TrainSettings::*member,
                const char* description) {
  app.add_option(option, value, description)->check(CLI::IsMember(words_of(member)))->capture_default_str();
}

/// What a run may choose: the arithmetic.
void describe_arithmetic(CLI::App& app, ClassSettings& settings) {
  add_choice(app, "--precision", settings.precision, &TrainSettings::precision, "Precision: train.precision");
  add_choice(app, "--kernels", settings.kernels, &TrainSettings::kernels, "Kernels on a CPU: train.kernels");
  add_choice(app, "--executor", settings.executor, &TrainSettings::executor,
             "How steps reach a GPU: train.executor");
  add_choice(app, "--device", settings.device, &TrainSettings::device, "Where trials run: train.device");
}

/// What a run may choose: ranks and devices.
void describe_ranks(CLI::App& app, ClassSettings& settings) {
  app.add_option("--devices", settings.devices,
                 "Devices of the figure of merit, GPUs or cores; by default those that the ranks occupy")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--ranks", settings.ranks,
                 "MPI ranks; by default one for each device, at most one for each trial, or the tasks of the job")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--threads", settings.threads, "Threads of a rank")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--trials-per-device", settings.trials_per_device, "Trials that a rank runs at once")
      ->type_name("K")
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  app.add_option("--launch", settings.launch,
                 "Launcher with its options; auto: srun in a Slurm allocation, else mpirun if there are several "
                 "ranks; none: one rank without a launcher")
      ->type_name("WORDS")
      ->capture_default_str();
}

}  // namespace

void describe_class(CLI::App& app, ClassSettings& settings) {
  app.add_option("CLASS", settings.name, "The problem class: S, M or L")
      ->type_name("S|M|L")
      ->required()
      ->check(CLI::IsMember(class_names()));
  describe_ranks(app, settings);
  describe_arithmetic(app, settings);
  app.add_option("--target", settings.target,
                 "Report the time to this validation bACC in %; by default 75 for S, 35 for M, 65 for L")
      ->check(number_within(0.1, 100));
  app.add_option("--out", settings.out, "Output folder; results/class_S by default, for class S")->type_name("DIR");
  app.add_option("--json", settings.json, "Write class.json to this file as well")->type_name("FILE");
  app.add_option("--sweep", settings.sweep, "The program m2m-sweep; by default the one beside m2m-bench")
      ->type_name("FILE");
  app.footer(class_footer);
}

void describe_check(CLI::App& app, CheckSettings& settings) {
  app.add_option("DIR", settings.folder, "Folder of the submission")->type_name("")->required();
  app.footer(check_footer);
}

}  // namespace m2m::bench
