#pragma once
// The verb status of m2m-sweep.
#include <string>

namespace m2m::apps {

/// Whether this is a command line of `m2m-sweep status`.
bool is_status_command(int argc, const char* const* argv);

/// Says where the trials of the output folder that the command line names are: text, JSON, or help. Touches
/// nothing.
///
/// Throws Error: usage on what is no such command line, and as read_status does.
std::string status_command(int argc, const char* const* argv);

}  // namespace m2m::apps
