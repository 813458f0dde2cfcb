// m2m-report: tables of a sweep's results, and the one file made of them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>
#include <iostream>
#include <map>

#include "core/allocation.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/version.hpp"
#include "report/formats.hpp"
#include "report/metrics.hpp"
#include "report/paired.hpp"
#include "results/merge.hpp"

namespace {

constexpr const char* program = "m2m-report";

enum class Format { markdown, csv, latex, json };

struct Arguments {
  std::string path;
  std::string merge_folder;
  std::string compared_results, a, b;  // of compare
  Format format = Format::markdown;
  m2m::TableOptions table;
  std::vector<std::string> metrics;  // none: those that a table has by itself
};

template <typename Value>
CLI::Option* add_choice(CLI::App& app, const std::string& names, Value& value, const std::string& help,
                        const std::vector<std::pair<std::string, Value>>& choices) {
  std::vector<std::string> words;
  for (const auto& choice : choices) words.push_back(choice.first);
  return app
      .add_option_function<std::string>(
          names,
          [&value, choices](const std::string& said) {
            for (const auto& [word, meant] : choices) {
              if (word == said) value = meant;
            }
          },
          help)
      ->check(CLI::IsMember(words))
      ->default_str(words.front());
}

void describe(CLI::App& app, Arguments& arguments) {
  using m2m::GmKind;
  using m2m::Selection;
  app.set_version_flag("--version", m2m::program_version);
  app.add_option("PATH", arguments.path,
                 "A sweep's output folder, or the results.h5 made of one (call a folder named merge ./merge)");
  add_choice<Format>(
      app, "--format", arguments.format, "How the table is written; csv and json are unrounded",
      {{"markdown", Format::markdown}, {"csv", Format::csv}, {"latex", Format::latex}, {"json", Format::json}});
  add_choice<Selection>(app, "--select", arguments.table.selection,
                        "Which epoch counts: the last one, or the one with the best validation bACC",
                        {{"last", Selection::last}, {"best", Selection::best}});
  add_choice<GmKind>(app, "--gm", arguments.table.gm,
                     "What a class of zero recall does to GM: makes it 0, or is left out (nonzero)",
                     {{"zero", GmKind::zero}, {"nonzero", GmKind::nonzero}});
  std::vector<std::string> metrics;
  for (const m2m::Metric& metric : m2m::table_metrics()) metrics.emplace_back(metric.name);
  app.add_option("--metric", arguments.metrics, "What cells show of the test set; may be repeated")
      ->check(CLI::IsMember(metrics))
      ->allow_extra_args(false)
      ->default_str("bacc gm");
  app.add_flag("--allow-mixed", arguments.table.allow_mixed,
               "Average trials of different numerics version, precision, validation mode, protocol or training");
  app.add_flag(
      "--choose", arguments.table.choose,
      "A row per method instead of per label: of its settings, the one with the best mean validation bACC");
  CLI::App* merge = app.add_subcommand("merge", "Make results.h5 anew from the trials of an output folder");
  merge->add_option("DIR", arguments.merge_folder, "A sweep's output folder")->required();
  CLI::App* compare = app.add_subcommand(
      "compare", "Two labels, seed by seed: the mean difference, its 95 % interval, a sign test");
  compare->add_option("PATH", arguments.compared_results, "A sweep's output folder, or a results.h5")->required();
  compare->add_option("A", arguments.a, "A label")->required();
  compare->add_option("B", arguments.b, "Another label")->required();
  compare->fallthrough();  // --format markdown or json, --select, --metric, --allow-mixed stand behind it too
  app.footer(
      "A table has a row per method and a column per data setting; a cell is bACC / GM, or what --metric names, on "
      "the\n"
      "test set in %, the mean +- sample standard deviation over the trials (how many). Cells that lack planned\n"
      "trials carry a *. Classes are grouped by training counts: majority and minority halves, thirds by rank, "
      "many "
      "(over\n"
      "100), medium and few (under 20); results/README.md says more.\n\n"
      "With --choose the labels of a method are settings to choose from, on each data setting by itself. A cell "
      "says\n"
      "how the chosen one validates and of how many it was chosen; each tau that a post-hoc method tried counts. "
      "The\n"
      "folds of a seed (data.validation = fold) are added up before that, and show no test results.\n\n"
      "Exit codes: 0 done, 1 internal, 2 usage (also: trials that must not be averaged), 65 bad data, 74 "
      "input/output.");
}

m2m::StudyResults read_results(const std::filesystem::path& path) {
  const m2m::OutputFolder folder{path};
  if (!std::filesystem::is_directory(path)) return m2m::read_results_file(path);
  const bool only_merged = !std::filesystem::exists(folder.study()) && std::filesystem::exists(folder.merged());
  return only_merged ? m2m::read_results_file(folder.merged()) : m2m::read_output_folder(folder);
}

std::string report(const Arguments& arguments) {
  m2m::TableOptions options = arguments.table;
  if (!arguments.metrics.empty()) options.metrics = arguments.metrics;
  const m2m::ResultTable table = m2m::make_table(read_results(arguments.path), options);
  switch (arguments.format) {
    case Format::markdown:
      return m2m::as_markdown(table);
    case Format::csv:
      return m2m::as_csv(table);
    case Format::latex:
      return m2m::as_latex(table);
    case Format::json:
      return m2m::as_json(table);
  }
  throw m2m::internal_error("a format has no writer");
}

std::string merge(const std::filesystem::path& folder) {
  const m2m::MergeSummary summary = m2m::merge_results({folder});
  std::string text = fmt::format("{}: {} trials done, {} failed, {} diverged, {} missing\n", summary.file.string(),
                                 summary.done, summary.failed, summary.diverged, summary.missing);
  for (const std::string& remark : summary.remarks) text += remark + "\n";
  return text;
}

std::string compare(const Arguments& arguments) {
  if (arguments.format != Format::markdown && arguments.format != Format::json) {
    throw m2m::usage_error("compare writes --format markdown or json");
  }
  if (arguments.metrics.size() > 1) throw m2m::usage_error("compare takes one --metric");
  const std::string metric = arguments.metrics.empty() ? "bacc" : arguments.metrics.front();
  const auto lines = m2m::compare_paired(read_results(arguments.compared_results), arguments.a, arguments.b, metric,
                                         arguments.table);
  const std::string title = m2m::metric_title(metric, arguments.table.gm);
  if (arguments.format == Format::json)
    return m2m::paired_json(lines, arguments.a, arguments.b, metric).dump(2) + "\n";
  return m2m::paired_markdown(lines, arguments.a, arguments.b, title);
}

void run(const Arguments& arguments) {
  if (!arguments.compared_results.empty()) {
    std::cout << compare(arguments) << std::flush;
    return;
  }
  if (arguments.merge_folder.empty() && arguments.path.empty()) {
    throw m2m::usage_error("which results? give a sweep's output folder or a results.h5; --help says more");
  }
  std::cout << (arguments.merge_folder.empty() ? report(arguments) : merge(arguments.merge_folder)) << std::flush;
  if (!std::cout) throw m2m::io_error("standard output cannot be written");
}

int fail(m2m::ExitCode code, const std::string& sentence) {
  m2m::print_error(program, sentence);
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  m2m::keep_freed_memory();
  Arguments arguments;
  CLI::App app("Tables of the results of m2m-sweep.", program);
  describe(app, arguments);
  try {
    app.parse(argc, argv);
    run(arguments);
    return 0;
  } catch (const CLI::Success& asked) {
    return app.exit(asked);
  } catch (const CLI::ParseError& wrong) {
    return fail(m2m::ExitCode::usage, wrong.what());
  } catch (const m2m::Error& error) {
    return fail(error.code(), error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(m2m::ExitCode::input_output, error.what());
  } catch (const std::exception& error) {
    return fail(m2m::ExitCode::internal, error.what());
  }
}
