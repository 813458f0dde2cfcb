#pragma once
// The subcommands of m2m-bench: their options, and a function for each.
#include <filesystem>
#include <string>
#include <vector>

#include "bench/comparison.hpp"
#include "core/config.hpp"

namespace m2m::bench {

struct RunSettings {
  std::string filter = ".";  // a regular expression; cases with a matching name are run
  std::string json;          // file for every repetition and the context; empty: none
  int threads = 1;
  int repetitions = 5;
  std::string device = "cpu";     // train.device; on a GPU only the cases of steps run
  std::string executor = "auto";  // train.executor
  bool list = false;              // print the names of the cases instead of running them
};

/// Runs or lists the cases; prints a table of medians and relative deviations to standard output.
///
/// context: machine and revision, recorded in the JSON file. Returns the number of repetitions with a wrong result;
/// these have no time. Throws Error (usage) if no case matches, Error (input_output) if the JSON file cannot be
/// written.
int run_cases(const RunSettings& settings, const Json& context);

struct CompareSettings {
  std::filesystem::path authors;   // a checkout of the authors' program
  std::string python = "python3";  // with the packages that the program needs
  std::string data;                // folder with cifar-10-batches-bin; empty: the project's data folder
  std::string g;                   // empty: the network in the checkout
  int threads = 1;
  int runs = 5;
  std::string device = "cpu";                                 // of both programs: cpu or cuda
  std::string executor = "auto";                              // of this program: train.executor
  std::vector<std::string> precisions = {"float32", "bf16"};  // of this program
  std::string json;                                           // file to write; empty: none
};

/// Runs the authors' program and this one in turn, on the same data, threads and machine, and prints a table.
///
/// context: recorded in the JSON file. Progress goes to standard error. Local, takes minutes. Throws Error (usage)
/// if checkout or Python cannot be used, Error (bad_data) if data or network are missing or a measured program
/// fails, Error (input_output) if the JSON file cannot be written.
void compare_with_authors(const CompareSettings& settings, const Json& context);

struct CollectivesSettings {
  std::string json;  // file to write; empty: none
};

/// Times sums of float32 over the ranks of the MPI job. Begins and ends MPI; rank 0 prints the table.
///
/// For each size it makes a fixed number of sums and reports the seconds of one by the slowest rank, and the bus
/// bandwidth 2 (n - 1) / n * bytes / seconds. If the links are the limit, that bandwidth is the same for any number
/// n of ranks. By NCCL if there is a GPU for every rank, else by MPI. Returns the number of wrong sums. Collective.
/// Throws Error (input_output).
int time_collectives(int& argc, char**& argv, const CollectivesSettings& settings, const Json& machine);

struct StepSettings {
  std::string method = "ERM";  // ERM starts untrained in epoch 0, M2m from `g` in the epoch after its last
  std::string precision = "float32";
  std::string data;  // folder with cifar-10-batches-bin
  std::string g;     // checkpoint that M2m uses as f and g
  int steps = 4;
  int threads = 1;
  std::string device = "cpu";     // train.device
  std::string executor = "auto";  // train.executor
};

/// Times a few steps on CIFAR-LT-10 and an evaluation, as in a trial of a sweep: the process that `compare`
/// measures.
///
/// On a GPU a step's time ends when the device has finished it, and steps that record graphs are not counted.
/// Local. Throws Error if data or checkpoint cannot be read.
StepTimes time_steps(const StepSettings& settings);

}  // namespace m2m::bench
