#pragma once
// From the text of PTX to kernels.
#include <map>
#include <string>
#include <string_view>

#include "support/ptx/program.hpp"

namespace m2m::testing::ptx {

/// The kernels of a module.
struct Module {
  unsigned target = 0;                       // the compute capability it is for: 90
  std::map<std::string, std::string> texts;  // of each kernel, by its name, behind the module's own variables

  /// Throws std::runtime_error if there is no such kernel, or as parse_kernel.
  Kernel kernel(const std::string& name) const;
};

Module parse_module(std::string_view text);

/// A kernel of its text. Throws std::runtime_error for what the interpreter does not know.
Kernel parse_kernel(std::string_view text);

}  // namespace m2m::testing::ptx
