#include "apps/report_arguments.hpp"

#include <CLI/CLI.hpp>
#include <array>

#include "core/command_line.hpp"
#include "report/groups.hpp"

namespace m2m::apps {

using report::Format;

namespace {

constexpr const char* footer =
    R"(Without a subcommand, m2m-report runs 'table': m2m-report results/digits. Options may stand before or after a subcommand
and its arguments. All numbers except counts are in %. Each subcommand except merge writes every --format, with the same
numbers.

Exit codes: 0 done, 1 internal, 2 usage (also: trials that must not be averaged or compared), 65 bad data, 74
input/output.)";

constexpr const char* table_footer =
    R"(A table has a row per method and a column per data setting; --rows and --columns change this. A cell shows bACC / GM, or
the metrics of --metric, on the test set in %: mean +- sample standard deviation over the trials (number of trials). A *
marks cells that lack planned trials. Classes are grouped by training counts: majority and minority halves, thirds by
rank, many (over 100), medium and few (under 20). forward_R and backward_R are accuracies on a long-tailed test set of
ratio R, in the order of the training counts or reversed. See docs/report.md.

--bootstrap N adds an interval to each mean: the middle 95 % of the means on N resamples of the test set, class by class.
It tells the effect of the test samples on these networks, the deviation that of the seeds.

With --choose the labels of a method are settings to choose from, separately for each data setting. A cell shows how the
chosen setting validates and the number of settings; each tau that a post-hoc method tried counts as one. The folds of a
seed (data.validation = fold) are added up before the choice, and show no test results.)";

template <typename Target, typename Value>
CLI::Option* add_choice(CLI::App& app, const std::string& names, Target& target, const std::string& help,
                        const std::vector<std::pair<std::string, Value>>& choices) {
  std::vector<std::string> words;
  for (const auto& choice : choices) words.push_back(choice.first);
  return app
      .add_option_function<std::string>(
          names,
          [&target, choices](const std::string& given) {
            for (const auto& [word, meant] : choices) {
              if (word == given) target = meant;
            }
          },
          help)
      ->check(CLI::IsMember(words))
      ->default_str(words.front());
}

void add_path(CLI::App& command, ReportArguments& arguments) {
  command
      .add_option("PATH", arguments.path,
                  "A sweep's output folder, or the results.h5 made of one (write ./merge for a folder with the "
                  "name of a subcommand)")
      ->type_name("")
      ->required();
  command.add_flag(
      "--foreign", arguments.foreign,
      "The files are not your own: read them in a process of its own, with limits on memory and time, so "
      "that a file made to do harm ends in a sentence");
}

void add_format(CLI::App& command, ReportArguments& arguments, const std::string& default_format) {
  add_choice<std::optional<Format>, Format>(
      command, "--format", arguments.format, "Format of the output; csv and json are unrounded",
      {{"markdown", Format::markdown}, {"csv", Format::csv}, {"latex", Format::latex}, {"json", Format::json}})
      ->default_str(default_format);
}

void add_select(CLI::App& command, ReportArguments& arguments) {
  add_choice<report::Selection, report::Selection>(
      command, "--select", arguments.table.selection,
      "Epoch that counts: the last one, or the one with the best validation bACC",
      {{"last", report::Selection::last}, {"best", report::Selection::best}});
}

void add_gm(CLI::App& command, ReportArguments& arguments) {
  add_choice<report::GmKind, report::GmKind>(
      command, "--gm", arguments.table.gm,
      "Effect of a class of zero recall on GM: GM is 0, or the class is left out (nonzero)",
      {{"zero", report::GmKind::zero}, {"nonzero", report::GmKind::nonzero}});
}

void add_metric(CLI::App& command, ReportArguments& arguments, const std::string& help,
                const std::string& default_metric) {
  std::vector<std::string> metrics;
  for (const report::Metric& metric : report::table_metrics()) metrics.emplace_back(metric.name);
  command.add_option("--metric", arguments.metrics, help)
      ->transform(CLI::IsMember(metrics, CLI::ignore_case))
      ->allow_extra_args(false)
      ->default_str(default_metric);
}

void add_allow_mixed(CLI::App& command, ReportArguments& arguments) {
  command.add_flag("--allow-mixed", arguments.table.allow_mixed,
                   "Average or compare trials even if they differ in numerics version, precision, validation mode, "
                   "protocol, training or data");
}

CLI::App& add_command(CLI::App& app, ReportArguments& arguments, const std::string& name, const std::string& help) {
  CLI::App* command = app.add_subcommand(name, help);
  command->callback([&arguments, name] { arguments.command = name; });
  return *command;
}

/// Adds a command that prints numbers of a study's results.
CLI::App& add_reading_command(CLI::App& app, ReportArguments& arguments, const std::string& name,
                              const std::string& help, const std::string& default_format = "markdown") {
  CLI::App& command = add_command(app, arguments, name, help);
  add_path(command, arguments);
  add_format(command, arguments, default_format);
  add_select(command, arguments);
  return command;
}

void add_table(CLI::App& app, ReportArguments& arguments) {
  CLI::App& table = add_reading_command(app, arguments, "table", "Means over seeds by any two axes");
  add_gm(table, arguments);
  add_metric(table, arguments, "Metric of the test set to show; may be repeated", "bacc gm");
  add_allow_mixed(table, arguments);
  constexpr int min_resamples = 100, max_resamples = 100'000;
  table
      .add_option("--bootstrap", arguments.table.resamples,
                  "Resamples of the test set for a 95 % interval beside each mean, for example 1000")
      ->check(CLI::Range(min_resamples, max_resamples));
  table.add_flag(
      "--choose", arguments.table.choose,
      "A row per method instead of per label: of its settings, the one with the best mean validation bACC");
  table
      .add_option("--rows", arguments.table.rows,
                  "Axis of the rows: label, data, or the name of a setting, for example m2m.pool or seed")
      ->default_str("label");
  table.add_option("--columns", arguments.table.columns, "Axis of the columns, as for --rows")->default_str("data");
  table.footer(table_footer);
}

void add_compare(CLI::App& app, ReportArguments& arguments) {
  CLI::App& compare = add_reading_command(
      app, arguments, "compare", "Two labels, seed by seed: the mean difference, its 95 % interval, a sign test");
  compare.add_option("A", arguments.a, "A label")->type_name("")->required();
  compare.add_option("B", arguments.b, "Another label")->type_name("")->required();
  compare.add_option("--with", arguments.other_path, "Results to take B from; by default PATH");
  add_gm(compare, arguments);
  add_metric(compare, arguments, "Metric of the test set to compare", "bacc");
  add_allow_mixed(compare, arguments);
}

void add_variance(CLI::App& app, ReportArguments& arguments) {
  CLI::App& variance = add_reading_command(
      app, arguments, "variance",
      "The spread that each of the five seeds causes, and the number of trials that resolve a difference");
  variance.add_option("LABEL", arguments.label, "Only this label; by default all labels")->type_name("");
  variance
      .add_option("--difference", arguments.difference, "Difference to resolve between two methods, in % points")
      ->check(number_within(0.001, 100))
      ->default_str("1");
  add_gm(variance, arguments);
  add_metric(variance, arguments, "Metric of the test set whose spread to show", "bacc");
  add_allow_mixed(variance, arguments);
}

void add_classes(CLI::App& app, ReportArguments& arguments) {
  CLI::App& classes = add_reading_command(
      app, arguments, "classes",
      "Each class: training and test samples, recall, precision, F1, AUROC and AUPRC, means over seeds");
  classes.add_option("LABEL", arguments.label, "Only this label; by default all labels")->type_name("");
  add_allow_mixed(classes, arguments);
}

void add_aggregate(CLI::App& app, ReportArguments& arguments) {
  add_reading_command(app, arguments, "aggregate",
                      "A row per trial and metric for other programs, with recall_<class>, precision_<class>, "
                      "f1_<class> and false_positives_<rank>",
                      "csv")
      .add_flag("--logits", arguments.logits, "Also AUROC and AUPRC, in all and of each class, from stored logits");
}

void add_commands(CLI::App& app, ReportArguments& arguments) {
  add_table(app, arguments);
  add_classes(app, arguments);
  add_aggregate(app, arguments);
  add_compare(app, arguments);
  add_variance(app, arguments);
  add_allow_mixed(
      add_reading_command(app, arguments, "reference",
                          "Our numbers beside published ones, by the 95 % interval of one more run of ours"),
      arguments);
  CLI::App& merge = add_command(app, arguments, "merge", "Make results.h5 from the trials of an output folder");
  merge.add_option("DIR", arguments.path, "A sweep's output folder")->type_name("")->required();
}

constexpr std::array refused = {RefusedOption{"aggregate", "--metric", "it writes every metric"},
                                RefusedOption{"aggregate", "--gm", "it writes both kinds of GM"},
                                RefusedOption{"aggregate", "--allow-mixed", "it averages nothing"},
                                RefusedOption{"aggregate", "--choose", "it writes every trial"},
                                RefusedOption{"classes", "--metric", "it shows every metric of a class"},
                                RefusedOption{"classes", "--choose", "its rows are labels"},
                                RefusedOption{"compare", "--choose", "it takes two labels"},
                                RefusedOption{"variance", "--choose", "its rows are labels"},
                                RefusedOption{"reference", "--choose", "its rows are labels"},
                                RefusedOption{"reference", "--metric", "it compares the published metrics"},
                                RefusedOption{"reference", "--gm", "it compares the published kind of GM"}};

}  // namespace

ReportArguments parse_report_arguments(int argc, const char* const* argv) {
  ReportArguments arguments;
  CLI::App app("Tables of the results of m2m-sweep.", "m2m-report");
  add_commands(app, arguments);
  app.footer(footer);  // last: subcommands would inherit it
  arguments.answer = parse_command_line(app, argc, argv, {"table", refused}).value_or("");
  return arguments;
}

}  // namespace m2m::apps
