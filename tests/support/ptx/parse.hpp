#pragma once
// From the text of PTX to kernels.
#include <map>
#include <string>
#include <string_view>

#include "support/ptx/program.hpp"

namespace m2m::testing::ptx {

/// The texts of the kernels of a module, by their names, each behind the module's own variables.
std::map<std::string, std::string> kernel_texts(std::string_view module);

/// A kernel of its text. Throws std::runtime_error for an instruction that the interpreter does not know.
Kernel parse_kernel(std::string_view text);

}  // namespace m2m::testing::ptx
