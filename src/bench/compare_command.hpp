#pragma once
// m2m-bench compare: the authors' program and ours in turn, on the same data, threads and machine.
#include <filesystem>
#include <string>
#include <vector>

#include "core/config.hpp"

namespace m2m::bench {

struct CompareSettings {
  std::filesystem::path authors;   // a checkout of the authors' program
  std::string python = "python3";  // with the packages that it needs
  std::string data;                // folder with cifar-10-batches-bin; empty: where the project's data is
  std::string g;                   // empty: the network in the checkout
  int threads = 1;
  int runs = 5;
  std::string device = "cpu";                                 // of both programs: cpu or cuda
  std::string executor = "auto";                              // of ours: train.executor
  std::vector<std::string> precisions = {"float32", "bf16"};  // of ours
  std::string json;                                           // file to write; empty: none
};

/// Measures and prints the table; progress goes to standard error. context: recorded in the JSON file.
///
/// Local, takes minutes. Throws Error: usage where checkout or Python will not do, bad_data where data or network
/// are missing or a measured program fails, input_output where the JSON cannot be written.
void compare_with_authors(const CompareSettings& settings, const Json& context);

}  // namespace m2m::bench
