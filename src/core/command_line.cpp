#include "core/command_line.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <vector>

#include "core/config.hpp"
#include "core/files.hpp"
#include "core/log.hpp"
#include "core/version.hpp"

namespace m2m {
namespace {

using Words = std::vector<std::string>;

bool is_option(const std::string& word) { return word.starts_with("-"); }

std::vector<const CLI::App*> verbs_of(const CLI::App& app) { return app.get_subcommands({}); }

/// The verbs that --help lists.
std::vector<const CLI::App*> visible_verbs(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* verb) { return !verb->get_group().empty(); });
}

bool is_verb(const CLI::App& app, const std::string& word) {
  const auto verbs = verbs_of(app);
  return std::any_of(verbs.begin(), verbs.end(), [&](const CLI::App* verb) { return verb->get_name() == word; });
}

/// True if the option takes the next word as its value, in any verb that has it.
bool takes_value(const CLI::App& app, const std::string& option) {
  const auto verbs = verbs_of(app);
  return std::any_of(verbs.begin(), verbs.end(), [&](const CLI::App* verb) {
    const CLI::Option* known = verb->get_option_no_throw(option);
    return known != nullptr && known->get_items_expected_max() > 0;
  });
}

/// The first word that is neither an option nor its value; the end if there is none.
Words::iterator first_plain_word(const CLI::App& app, Words& words) {
  auto word = words.begin();
  while (word != words.end() && is_option(*word)) {
    const bool has_value = takes_value(app, *word);
    ++word;
    if (has_value && word != words.end()) ++word;
  }
  return word;
}

/// Puts the verb in front of the options, or the default verb if none is named. Returns the word in the verb's
/// place if none is named: perhaps a misspelt verb. Without a verb, --help and --version are those of the program.
std::string put_verb_first(const CLI::App& app, Words& words, const std::string& default_verb) {
  const auto plain = first_plain_word(app, words);
  if (plain != words.end() && is_verb(app, *plain)) {
    std::rotate(words.begin(), plain, plain + 1);
    return "";
  }
  std::string other = plain == words.end() ? "" : *plain;
  const Words asks = {"-h", "--help", "--version"};
  if (std::find_first_of(words.begin(), words.end(), asks.begin(), asks.end()) == words.end()) {
    words.insert(words.begin(), default_verb);
  }
  return other;
}

/// "m2m-sweep list"
std::string full_name(const CLI::App& app, const CLI::App& verb) {
  return &app == &verb ? app.get_name() : app.get_name() + " " + verb.get_name();
}

bool takes_settings(const CLI::App& verb) {
  const auto options = verb.get_options();
  return std::any_of(options.begin(), options.end(),
                     [](const CLI::Option* option) { return option->get_type_name() == setting_type; });
}

/// "JOB.toml, key=value and the options of 'm2m-sweep list --help'"
std::string taken_words(const CLI::App& verb, const std::string& name) {
  Words names;
  for (const CLI::Option* option : verb.get_options()) {
    if (!option->get_positional()) continue;
    names.push_back(option->get_type_name().empty() ? option->get_name(true) : option->get_type_name());
  }
  return fmt::format("{}{}the options of '{} --help'", fmt::join(names, ", "), names.empty() ? "" : " and ", name);
}

/// The option of `verb` that has the word as one of its values, with that value: "--format latex" of "--latex".
/// Empty if there is none.
std::string option_with_value(const CLI::App& verb, const std::string& option) {
  const std::string word = option.substr(std::min(option.size(), option.find_first_not_of('-')));
  for (const CLI::Option* other : verb.get_options()) {
    std::string values = other->get_type_name();  // "TEXT:{markdown,csv,latex,json}"
    std::replace_if(
        values.begin(), values.end(), [](char c) { return c == '{' || c == '}'; }, ',');
    if (values.find("," + word + ",") != std::string::npos) return other->get_name() + " " + word;
  }
  return "";
}

/// The reason why `verb`, whose full name is `name`, refuses an option, or what to give instead.
std::string option_advice(const CLI::App& app, const CLI::App& verb, const std::string& name,
                          const std::string& option, const VerbRules& rules) {
  for (const RefusedOption& refused : rules.refused) {
    if (verb.get_name() == refused.verb && option == refused.option) return fmt::format(": {}", refused.reason);
  }
  Words owners;
  for (const CLI::App* other : visible_verbs(app)) {
    if (other->get_option_no_throw(option) != nullptr) owners.push_back(other->get_name());
  }
  if (!owners.empty()) return fmt::format(", which is an option of {}", fmt::join(owners, ", "));
  const std::string with_value = option_with_value(verb, option);
  if (!with_value.empty()) return fmt::format("; did you mean {}?", with_value);
  Words known;
  for (const CLI::Option* other : verb.get_options()) known.push_back(other->get_name());
  const std::string nearest = nearest_name(known, option);
  if (!nearest.empty()) return fmt::format("; did you mean {}?", nearest);
  if (takes_settings(verb) && option.starts_with("--"))
    return fmt::format("; a setting is written {}, without dashes; '{} --help' lists the options", setting_type,
                       name);
  return "; it takes " + taken_words(verb, name);
}

/// The verb whose name `word` misspells; empty if there is none, or if `word` is a file or looks like a path.
std::string misspelt_verb(const CLI::App& app, const std::string& word) {
  std::error_code ignored;
  if (word.find_first_of("./") != std::string::npos || std::filesystem::exists(word, ignored)) return "";
  Words names;
  for (const CLI::App* verb : visible_verbs(app)) names.push_back(verb->get_name());
  return nearest_name(names, word);
}

std::string misspelling(const std::string& word, const std::string& meant) {
  return fmt::format("'{}' is neither a command nor a file; did you mean '{}'?", word, meant);
}

/// Advice if a blank behind a comma may have cut a word in two, such as a label, "M2m, lambda=0.1".
std::string advice_on_blanks(const Words& words) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (!words[i].ends_with(',')) continue;
    return fmt::format("; a blank ends a word: '{} {}' needs quotes", words[i], words[i + 1]);
  }
  return "";
}

/// The sentence about a wrong command line. words: all of it. other: the word in the verb's place if no verb was
/// named.
std::string fault_text(const CLI::App& app, const CLI::ParseError& fault, const VerbRules& rules,
                       const Words& words, const std::string& other) {
  const std::string meant = misspelt_verb(app, other);
  if (!meant.empty()) return misspelling(other, meant);
  const CLI::App& verb = app.get_subcommands().empty() ? app : *app.get_subcommands().front();
  const std::string name = full_name(app, verb);
  const Words stray = app.remaining(true);
  if (stray.empty()) return fmt::format("{}; '{} --help' explains it", fault.what(), name);
  if (!is_option(stray.front()))
    return fmt::format("'{}' is a word too many; '{}' takes {}{}", stray.front(), name, taken_words(verb, name),
                       advice_on_blanks(words));
  const std::string option = stray.front().substr(0, stray.front().find('='));
  return fmt::format("'{}' takes no {}{}", name, option, option_advice(app, verb, name, option, rules));
}

}  // namespace

std::optional<std::string> parse_command_line(CLI::App& app, int argc, const char* const* argv,
                                              const VerbRules& rules) {
  app.set_version_flag("--version", fmt::format("{} {}", app.get_name(), full_version()), "Print the version");
  app.require_subcommand(0, 1);
  for (CLI::App* verb : app.get_subcommands({})) verb->fallthrough();  // to --version
  const Words given(argv + 1, argv + argc);
  Words words = given;
  const std::string other = rules.default_verb.empty() ? "" : put_verb_first(app, words, rules.default_verb);
  std::reverse(words.begin(), words.end());  // CLI11 takes the last word first
  try {
    app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    return app.help();
  } catch (const CLI::CallForVersion& version) {
    return std::string(version.what()) + "\n";
  } catch (const CLI::ParseError& fault) {
    throw usage_error("command line: " + fault_text(app, fault, rules, given, other));
  }
  if (const std::string meant = misspelt_verb(app, other); !meant.empty())
    throw usage_error("command line: " + misspelling(other, meant));
  return std::nullopt;
}

CLI::Validator number_within(double low, double high) {
  const auto check = [low, high](const std::string& text) -> std::string {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_number = error == std::errc{} && end == text.data() + text.size();
    const bool is_inside = is_number && value >= low && value <= high;
    return is_inside ? "" : fmt::format("Value {} not in range [{} - {}]", text, low, high);
  };
  return {check, fmt::format("FLOAT in [{} - {}]", low, high)};
}

void print_answer(const std::string& text) {
  const bool is_written = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  if (!is_written && errno != EPIPE) throw write_error("standard output", "cannot be written", errno);
}

namespace {
constexpr int not_utf8 = 316;  // of the JSON library's errors
}

Failure failure_of(const std::exception& exception) {
  if (const auto* error = dynamic_cast<const Error*>(&exception)) return {error->code(), error->what()};
  if (const auto* error = dynamic_cast<const std::filesystem::filesystem_error*>(&exception))
    return {ExitCode::input_output, fmt::format("{}: {}", error->path1().string(), error->code().message())};
  if (const auto* error = dynamic_cast<const std::system_error*>(&exception);
      error != nullptr && error->code() == std::errc::resource_unavailable_try_again)
    return {ExitCode::input_output,
            "the system starts no further thread: raise the limit of processes (ulimit -u, or that of the job)"};
  if (const auto* error = dynamic_cast<const Json::type_error*>(&exception);
      error != nullptr && error->id == not_utf8)
    return {ExitCode::usage, "the name of a file or folder is not UTF-8, and results cannot hold it; rename it"};
  return {ExitCode::internal, fmt::format("internal error: {}; please report it", exception.what())};
}

int run_program(const std::string& program, const std::function<ExitCode()>& action) {
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);  // the call that writes reports both
  try {
    return static_cast<int>(action());
  } catch (const std::exception& exception) {
    const Failure failure = failure_of(exception);
    print_error(program, failure.sentence);
    return static_cast<int>(failure.code);
  }
}

}  // namespace m2m
