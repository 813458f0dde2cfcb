#pragma once
// The subcommands class and check of m2m-bench: their options, and what runs a problem class.
#include <filesystem>
#include <functional>
#include <string>

#include "core/config.hpp"
#include "core/error.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace m2m::bench {

/// Options of class. The words of precision, kernels, executor and device are those of the settings train.*.
struct ClassSettings {
  std::string name;           // "S", "M", "L"
  std::filesystem::path out;  // empty: results/class_<name>
  std::string json;           // a further file for class.json; empty: none
  std::string sweep;          // the program m2m-sweep; empty: the one beside this program
  std::string launch = "auto";
  int ranks = 0;    // 0: by devices
  int devices = 0;  // 0: those that the ranks occupy
  int threads = 1;  // of a rank
  int trials_per_device = 1;
  std::string precision = "float32", kernels = "auto", executor = "auto", device = "auto";
  double target = 0;  // validation bACC in % to which the time is reported; 0: that of the class
};

/// What the program knows of its host: the GPUs that it sees, and machine and libraries.
struct HostFacts {
  int gpus = 0;
  Json machine;
};

/// Runs a problem class with m2m-sweep, or resumes it; verifies its results, prints the report and writes
/// class.json and system.json. The sweep's log goes to standard error.
///
/// look_at_host: called once signals are held back. Returns done if the results pass, some_failed if not. Local.
/// Throws Error: usage if an option or the output folder is wrong, the code of the sweep if it did not end, held,
/// bad_data and input_output as the readers of results do.
ExitCode run_class(const ClassSettings& settings, const std::function<HostFacts()>& look_at_host);

/// Adds the options of class to its subcommand.
void describe_class(CLI::App& app, ClassSettings& settings);

struct CheckSettings {
  std::filesystem::path folder;  // of a submission
};

/// Adds the options of check to its subcommand.
void describe_check(CLI::App& app, CheckSettings& settings);

}  // namespace m2m::bench
