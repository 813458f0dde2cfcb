#pragma once
// Messages for people, on standard error: "13:02:41 done    trial 09be ...".
#include <string>

namespace m2m {

enum class LogLevel { debug, info, warning, error };

/// Messages below `level` are dropped from now on. Thread-safe, like the rest of this file.
void set_log_level(LogLevel level);

/// One line, with the time of day in front. `text` has no newline.
void log_info(const std::string& text);
void log_warning(const std::string& text);
void log_debug(const std::string& text);

/// "PROGRAM: sentence" on standard error, as every failing program of this project ends.
void print_error(const std::string& program, const std::string& sentence);

}  // namespace m2m
