// The commands of m2m-report.
#include <fmt/format.h>

#include <filesystem>

#include "apps/report_arguments.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "report/analyses.hpp"
#include "report/answers.hpp"
#include "report/notes.hpp"
#include "report/table_formats.hpp"
#include "results/merge.hpp"

namespace m2m::apps {

using results::StudyResults;

namespace {

using results::RecordReading;

StudyResults read_merged(const std::filesystem::path& file, const RecordReading& reading) {
  try {
    return results::read_results_file(file, reading);
  } catch (const Error& error) {
    if (error.code() != ExitCode::bad_data) throw;
    throw data_error(fmt::format(
        "{}; give a sweep's output folder, or the results.h5 that m2m-report merge makes of one", error.what()));
  }
}

/// Refuses a path at which there is nothing; names the folder beside it whose name is nearest.
[[noreturn]] void throw_missing(const std::filesystem::path& path) {
  throw io_error(
      fmt::format("{}: no such file or folder; {}", path.string(),
                  did_you_mean(nearest_entry(path).string(), "give a sweep's output folder or a results.h5")));
}

StudyResults read_results(const std::filesystem::path& path, const RecordReading& reading) {
  std::error_code ignored;
  if (path.empty()) {
    throw usage_error("no results given: give a sweep's output folder or a results.h5; see --help");
  }
  if (std::filesystem::status(path, ignored).type() == std::filesystem::file_type::not_found) throw_missing(path);
  const results::OutputFolder folder{path};
  if (!std::filesystem::is_directory(path)) return read_merged(path, reading);
  return results::has_only_merged(folder) ? read_merged(folder.merged(), reading)
                                          : results::read_output_folder(folder, reading);
}

/// Reads the results that a command with these metrics needs.
StudyResults read_results(const std::filesystem::path& path, const std::vector<std::string>& metrics,
                          const report::TableOptions& options) {
  return read_results(path, report::reading_for(report::answer_use(metrics, options)));
}

/// The metric of a command that takes one.
std::string single_metric(const ReportArguments& arguments) {
  if (arguments.metrics.size() > 1) throw usage_error(arguments.command + " takes one --metric");
  return arguments.metrics.empty() ? "bacc" : arguments.metrics.front();
}

std::string merge(const std::filesystem::path& folder) {
  const results::MergeSummary summary = results::merge_results({folder});
  std::string text =
      fmt::format("{}: {} done, {} failed, {} diverged, {} missing\n", summary.file.string(),
                  count_text(summary.done, "trial"), summary.failed, summary.diverged, summary.missing);
  for (const std::string& remark : summary.remarks) text += remark + "\n";
  return text;
}

std::string table(const ReportArguments& arguments, report::Format format) {
  report::TableOptions options = arguments.table;
  if (!arguments.metrics.empty()) options.metrics = arguments.metrics;
  const StudyResults results = read_results(arguments.path, options.metrics, options);
  return report::format(report::make_table(results, options), format);
}

/// Adds the notes on classes without test samples in `results`.
report::Sheet with_untested(report::Sheet sheet, const StudyResults& results, report::Selection selection) {
  for (const std::string& note : report::untested_notes(results, selection)) report::add_once(sheet.notes, note);
  return sheet;
}

report::Sheet compare(const ReportArguments& arguments) {
  const report::TableOptions& options = arguments.table;
  const std::string metric = single_metric(arguments);
  const StudyResults study = read_results(arguments.path, {metric}, options);
  const bool has_other = !arguments.other_path.empty();
  const StudyResults other = has_other ? read_results(arguments.other_path, {metric}, options) : StudyResults();
  const auto lines =
      report::compare_paired({study, arguments.a}, {has_other ? other : study, arguments.b}, metric, options);
  report::Sheet sheet = report::paired_sheet(lines, arguments.a, arguments.b, metric, options);
  sheet.notes = report::unlike_facts({study, arguments.a}, {has_other ? other : study, arguments.b}, options);
  if (has_other) {
    sheet.title += fmt::format("; A of {}, B of {}", arguments.path, arguments.other_path);
  }
  return with_untested(with_untested(sheet, study, options.selection), other, options.selection);
}

/// The sheet of a command that reads one study.
report::Sheet make_sheet(const ReportArguments& arguments, const StudyResults& results) {
  if (arguments.command == "variance") {
    const report::VarianceOptions options{arguments.label, single_metric(arguments), arguments.difference};
    return report::variance_sheet(results, options, arguments.table);
  }
  if (arguments.command == "reference") return report::reference_sheet(results, arguments.table);
  if (arguments.command == "classes") return report::class_sheet(results, arguments.label, arguments.table);
  return report::tidy_sheet(results, arguments.table.selection, arguments.logits);
}

/// Metrics that a command which reads one study shows, as far as they tell what has to be read.
std::vector<std::string> metrics_to_read(const ReportArguments& arguments) {
  if (arguments.command == "variance") return {single_metric(arguments)};
  const bool ranks = arguments.command == "classes" || arguments.logits;
  return ranks ? std::vector<std::string>{"auroc"} : std::vector<std::string>{};
}

}  // namespace

std::string run_command(const ReportArguments& arguments) {
  const std::string& command = arguments.command;
  const report::Format format =
      arguments.format.value_or(command == "aggregate" ? report::Format::csv : report::Format::markdown);
  if (command == "merge") return merge(arguments.path);
  if (command == "table") return table(arguments, format);
  if (command == "compare") return report::format(compare(arguments), format);
  const StudyResults results = read_results(arguments.path, metrics_to_read(arguments), arguments.table);
  return report::format(with_untested(make_sheet(arguments, results), results, arguments.table.selection), format);
}

}  // namespace m2m::apps
