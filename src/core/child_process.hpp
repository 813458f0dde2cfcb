#pragma once
// An action in a child process with limits: for files that others may have made to do harm.
#include <cstddef>
#include <functional>
#include <string>

namespace m2m {

/// What the child may use.
struct ChildLimits {
  std::size_t memory = std::size_t{8} << 30;  // bytes of its address space; not limited under the address sanitizer
  unsigned seconds = 600;                     // until its end
};

/// Runs `action` in a child process, which dumps no core, and returns its text.
///
/// subject: what the child reads, for its sentence. An Error that `action` throws is thrown here, with its code and
/// sentence. Throws Error (bad_data) if the child crashes or reaches a limit, and input_output if there is no
/// child. The caller has to be the only thread of its process. Local.
std::string run_in_child(const std::string& subject, const ChildLimits& limits,
                         const std::function<std::string()>& action);

}  // namespace m2m
