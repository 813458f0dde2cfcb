#pragma once
// The problem classes S, M and L: their studies, and the bounds that results have to keep. docs/benchmark_rules.md
// gives the reasons and sources of the bounds.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.hpp"

namespace m2m::bench {

/// Bounds of the mean bACC of a label on the test set after the last epoch, in %.
struct Window {
  std::string label;
  double low = 0, high = 100;
};

/// A label whose mean bACC has to be above that of another.
struct Order {
  std::string above, below;
};

struct ProblemClass {
  std::string name;             // "S"
  std::string study;            // "bench_small": the name of the study and of its file in jobs/
  std::vector<Window> windows;  // one for each label, in the order of the study
  std::vector<Order> orders;
  double target = 0;        // validation bACC in % to which the time is reported
  bool has_trained = true;  // its schedule is long enough to tell methods apart by their predictions
  std::string data_sha256;  // of the files of the data; empty: the record says if they are the published ones
};

/// The class of that name. Throws Error (usage) if there is none.
const ProblemClass& find_class(const std::string& name);

/// The names of the classes: "S", "M", "L".
std::vector<std::string> class_names();

/// The text of the class's study, jobs/<study>.toml as it was when the program was built. src/bench/CMakeLists.txt
/// writes the source of this function.
std::string_view job_text(const ProblemClass& problem);

/// A trial that a class consists of.
struct ExpectedTrial {
  std::string label;
  std::int64_t seed = 0;
  Json acting;    // the settings that its id depends on, by name
  Json acting_g;  // those of the g that it translates against; null if it translates nothing
  Config config;  // every setting, resolved
};

/// The trials of a class, in the order of its study.
///
/// precision: the value of train.precision, the only setting of an id that a run may choose. Pure. Throws Error
/// (usage) if there is no such precision.
std::vector<ExpectedTrial> expected_trials(const ProblemClass& problem, const std::string& precision);

}  // namespace m2m::bench
