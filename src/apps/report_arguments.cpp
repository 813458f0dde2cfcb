#include "apps/report_arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <filesystem>

#include "core/config.hpp"
#include "core/error.hpp"
#include "core/version.hpp"
#include "report/metrics.hpp"

namespace m2m::apps {

using report::Format;

namespace {

constexpr const char* footer =
    R"(A table has a row per method and a column per data setting, or what --rows and --columns of `table` say; a cell is
bACC / GM, or what --metric names, on the test set in %, the mean +- sample standard deviation over the trials (how
many). Cells that lack planned trials carry a *. Classes are grouped by training counts: majority and minority halves,
thirds by rank, many (over 100), medium and few (under 20); results/README.md says more.

With --choose the labels of a method are settings to choose from, on each data setting by itself. A cell says how the
chosen one validates and of how many it was chosen; each tau that a post-hoc method tried counts. The folds of a seed
(data.validation = fold) are added up before that, and show no test results.

Options may stand before or behind a command and its arguments. All numbers are in %, but counts; every command
writes every --format, with the same numbers.

Exit codes: 0 done, 1 internal, 2 usage (also: trials that must not be averaged or compared), 65 bad data, 74
input/output.)";

constexpr const char* results_help = "A sweep's output folder, or the results.h5 made of one";

template <typename Target, typename Value>
CLI::Option* add_choice(CLI::App& app, const std::string& names, Target& target, const std::string& help,
                        const std::vector<std::pair<std::string, Value>>& choices) {
  std::vector<std::string> words;
  for (const auto& choice : choices) words.push_back(choice.first);
  return app
      .add_option_function<std::string>(
          names,
          [&target, choices](const std::string& said) {
            for (const auto& [word, meant] : choices) {
              if (word == said) target = meant;
            }
          },
          help)
      ->check(CLI::IsMember(words))
      ->default_str(words.front());
}

void add_options(CLI::App& app, ReportArguments& arguments) {
  add_choice<std::optional<Format>, Format>(
      app, "--format", arguments.format,
      "How it is written, aggregate as csv by itself; csv and json are unrounded",
      {{"markdown", Format::markdown}, {"csv", Format::csv}, {"latex", Format::latex}, {"json", Format::json}});
  add_choice<report::Selection, report::Selection>(
      app, "--select", arguments.table.selection,
      "Which epoch counts: the last one, or the one with the best validation bACC",
      {{"last", report::Selection::last}, {"best", report::Selection::best}});
  add_choice<report::GmKind, report::GmKind>(
      app, "--gm", arguments.table.gm,
      "What a class of zero recall does to GM: makes it 0, or is left out (nonzero)",
      {{"zero", report::GmKind::zero}, {"nonzero", report::GmKind::nonzero}});
  std::vector<std::string> metrics;
  for (const report::Metric& metric : report::table_metrics()) metrics.emplace_back(metric.name);
  app.add_option("--metric", arguments.metrics,
                 "What is shown of the test set; may be repeated, but compare and variance take one")
      ->check(CLI::IsMember(metrics))
      ->allow_extra_args(false)
      ->default_str("bacc gm");
  app.add_flag("--allow-mixed", arguments.table.allow_mixed,
               "Average or compare trials of different numerics version, precision, validation mode, protocol, "
               "training or data");
  app.add_flag(
      "--choose", arguments.table.choose,
      "A row per method instead of per label: of its settings, the one with the best mean validation bACC");
}

/// A command whose first argument is a study's results, and behind which options of the program may stand.
CLI::App* add_command(CLI::App& app, ReportArguments& arguments, const std::string& name, const std::string& help) {
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option("PATH", arguments.path, results_help)->required();
  command->callback([&arguments, name] { arguments.command = name; });
  return command->fallthrough();
}

void add_commands(CLI::App& app, ReportArguments& arguments) {
  CLI::App* merge = app.add_subcommand("merge", "Make results.h5 anew from the trials of an output folder");
  merge->add_option("DIR", arguments.path, "A sweep's output folder")->required();
  merge->callback([&arguments] { arguments.command = "merge"; });
  add_command(app, arguments, "aggregate",
              "A row per trial and metric, with recall_<class> and false_positives_<rank>: for other programs");
  CLI::App* table = add_command(app, arguments, "table", "Means over seeds by any two axes");
  table->add_option("--rows", arguments.table.rows, "label, data, or a setting's name: m2m.pool, seed ...")
      ->default_str("label");
  table->add_option("--columns", arguments.table.columns, "Likewise")->default_str("data");
  CLI::App* compare = add_command(app, arguments, "compare",
                                  "Two labels, seed by seed: the mean difference, its 95 % interval, a sign test");
  compare->add_option("A", arguments.a, "A label")->required();
  compare->add_option("B", arguments.b, "Another label")->required();
  compare->add_option("--with", arguments.other_path, "The results that B is taken from, if others");
  CLI::App* variance = add_command(
      app, arguments, "variance",
      "Which of the five seeds the spread between trials comes from, and how many trials resolve a difference");
  variance->add_option("LABEL", arguments.label, "Of this label alone");
  variance->add_option("--difference", arguments.difference, "To resolve between two methods, in % points")
      ->check(CLI::PositiveNumber)
      ->default_str("1");
  add_command(app, arguments, "reference",
              "Ours beside published numbers, by the 95 % interval of one more run of ours");
}

/// Options that say nothing to a command.
struct Useless {
  const char* command;
  const char* option;
  const char* why;
};

constexpr std::array useless = {Useless{"aggregate", "--metric", "it writes every metric"},
                                Useless{"aggregate", "--gm", "it writes both kinds of GM"},
                                Useless{"aggregate", "--allow-mixed", "it averages nothing"},
                                Useless{"aggregate", "--choose", "it writes every trial"},
                                Useless{"compare", "--choose", "it is told which labels"},
                                Useless{"variance", "--choose", "it is of labels"},
                                Useless{"reference", "--choose", "it is of labels"},
                                Useless{"reference", "--metric", "it has those that were published"},
                                Useless{"reference", "--gm", "it has the kind that was published"}};

}  // namespace

void describe_report(CLI::App& app, ReportArguments& arguments) {
  app.set_version_flag("--version", program_version);
  app.add_option("PATH", arguments.path,
                 fmt::format("{} (call a folder named like a command ./merge)", results_help));
  add_options(app, arguments);
  add_commands(app, arguments);
  app.footer(footer);
}

std::string parse_fault(const CLI::ParseError& fault, const ReportArguments& arguments) {
  const std::string what = fault.what();
  const std::vector<std::string> commands = {"merge", "aggregate", "table", "compare", "variance", "reference"};
  const std::string meant = nearest_name(commands, arguments.path);
  std::error_code ignored;
  if (!meant.empty() && !std::filesystem::exists(arguments.path, ignored))
    return fmt::format("'{}' is neither a command nor a folder; did you mean '{}'?", arguments.path, meant);
  if (what.find("--rows") != std::string::npos || what.find("--columns") != std::string::npos)
    return what + "; 'm2m-report table PATH' takes --rows and --columns";
  return what + "; 'm2m-report --help' explains it";
}

void check_report_options(const CLI::App& app, const ReportArguments& arguments) {
  for (const Useless& one : useless) {
    if (arguments.command != one.command || app.count(one.option) == 0) continue;
    throw usage_error(fmt::format("{} takes no {}, since {}: leave it out", one.command, one.option, one.why));
  }
}

}  // namespace m2m::apps
