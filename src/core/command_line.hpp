#pragma once
// What all programs share: the parser of command lines, answers on standard output, exit codes.
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "core/error.hpp"

namespace CLI {
class App;
class Validator;
}  // namespace CLI

namespace m2m {

/// An option of other verbs that a verb refuses, and why: {"aggregate", "--gm", "it writes both kinds of GM"}.
struct RefusedOption {
  const char* verb;
  const char* option;
  const char* reason;
};

/// The verbs of an App: which one is the default, and which options a verb refuses.
struct VerbRules {
  std::string default_verb;  // for a command line without a verb; empty: the program has no verbs
  std::span<const RefusedOption> refused = {};
};

/// Name of the type of words that are settings, in --help and in advice.
inline constexpr const char* setting_type = "key=value";

/// Parses a command line into the variables that are bound to the options of `app` and of its subcommands, the
/// verbs. Options may stand before the verb; only those of the verb are accepted. Adds --version to `app`.
///
/// Returns the text to print if the command line asks for help or the version: the program then does not run.
/// Throws Error (usage) if the command line is wrong; names the option or word and the verb's --help.
std::optional<std::string> parse_command_line(CLI::App& app, int argc, const char* const* argv,
                                              const VerbRules& rules = {});

/// Accepts numbers from `low` to `high`, and not NaN, which CLI11's own range lets pass. Pure.
CLI::Validator number_within(double low, double high);

/// Prints to standard output. Ignores a closed pipe. Throws WriteError if the text cannot be written.
void print_answer(const std::string& text);

/// How an exception ends a program.
struct Failure {
  ExitCode code;
  std::string sentence;
};

/// The code and sentence of an Error; input_output for an error of the file system and where the system starts no
/// thread; usage for a name that is not UTF-8; internal for any other. Pure.
Failure failure_of(const std::exception& exception);

/// Runs `action` as the body of main and returns its exit code. Prints an exception as "PROGRAM: sentence" and
/// returns the code of its failure_of. Ignores SIGPIPE and SIGXFSZ from then on, so that failed writes say so.
int run_program(const std::string& program, const std::function<ExitCode()>& action);

}  // namespace m2m
