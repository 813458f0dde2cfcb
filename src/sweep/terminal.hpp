#pragma once
// Who reads standard error, where the log goes, and how wide their window is.
#include <optional>
#include <string>

namespace m2m::sweep {

struct TerminalSize {
  int columns = 80;
  int rows = 24;
};

/// The terminal that standard error ends up on; nothing where it is a file or a pipe. Under mpirun standard error
/// is always a pipe, and it is mpirun's own that counts.
std::optional<TerminalSize> terminal_of_standard_error();

/// True once the reader of a pipe that standard error goes to has closed it, as `m2m-sweep ... 2>&1 | head -1`
/// does.
bool log_reader_is_gone();

}  // namespace m2m::sweep
