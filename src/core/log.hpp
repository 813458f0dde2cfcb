#pragma once
// The log on standard error: lines with the time of day, such as "13:02:41 done    trial 09be". Thread-safe.
#include <string>

namespace m2m {

enum class LogLevel { debug, info, warning, error };

/// Drops messages below `level` from now on; by default those below info.
void set_log_level(LogLevel level);

/// Logs one line, with the time of day in front. `text` has no newline.
void log_info(const std::string& text);
/// Logs one line, with the time of day and "warning: " in front. `text` has no newline.
void log_warning(const std::string& text);
/// Logs one line at level debug, with the time of day in front. `text` has no newline.
void log_debug(const std::string& text);

/// Prints "PROGRAM: sentence" on standard error, the last line of every failing program.
void print_error(const std::string& program, const std::string& sentence);

}  // namespace m2m
