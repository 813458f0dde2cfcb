#pragma once
// Whether anybody watches, and how wide their window is.
#include <optional>
#include <string>

namespace m2m {

struct TerminalSize {
  int columns = 80;
  int rows = 24;
};

/// The terminal that standard error ends up on; nothing where it is a file or a pipe. Under mpirun standard error
/// is always a pipe, and it is mpirun's own that counts.
std::optional<TerminalSize> terminal_of_standard_error();

}  // namespace m2m
