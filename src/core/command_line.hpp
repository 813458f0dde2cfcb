#pragma once
// What the programs have in common: how a command line is parsed, how they answer, and how they end.
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "core/error.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace m2m {

/// Why a verb does not take an option of other verbs: {"aggregate", "--gm", "it writes both kinds of GM"}.
struct RefusedOption {
  const char* verb;
  const char* option;
  const char* reason;
};

/// How the subcommands of an App are used.
struct VerbRules {
  std::string default_verb;  // what a command line without a verb means; empty: the program has no verbs
  std::span<const RefusedOption> refused = {};
};

/// Parses the words of a command line into what the options of `app` and of its subcommands, the verbs, are bound
/// to. Options may stand before the verb; only its own are accepted. Adds --version to `app`.
///
/// Returns the text to print instead of running if the command line asks for help or the version. Throws Error
/// (usage) if it is wrong, with a sentence that names the option or word and the verb's --help.
std::optional<std::string> parse_command_line(CLI::App& app, int argc, const char* const* argv,
                                              const VerbRules& rules = {});

/// Prints to standard output. A reader that has gone is no fault. Throws WriteError if it cannot be written.
void print_answer(const std::string& text);

/// The body of a main: runs `action` and returns its exit code. Prints what it throws as "PROGRAM: sentence" and
/// returns the code of that Error, input_output for a file system's error, or internal.
int run_program(const std::string& program, const std::function<ExitCode()>& action);

}  // namespace m2m
