#include <fmt/format.h>

#include <filesystem>

#include "apps/report_arguments.hpp"
#include "core/error.hpp"
#include "report/analyses.hpp"
#include "report/notes.hpp"
#include "report/table_formats.hpp"
#include "results/merge.hpp"

namespace m2m::apps {

using results::StudyResults;

namespace {

StudyResults read_merged(const std::filesystem::path& file) {
  try {
    return results::read_results_file(file);
  } catch (const Error& error) {
    if (error.code() != ExitCode::bad_data) throw;
    throw data_error(fmt::format(
        "{}; give a sweep's output folder, or the results.h5 that m2m-report merge makes of one", error.what()));
  }
}

StudyResults read_results(const std::filesystem::path& path) {
  if (path.empty()) {
    throw usage_error("which results? give a sweep's output folder or a results.h5; --help says more");
  }
  const results::OutputFolder folder{path};
  if (!std::filesystem::is_directory(path)) return read_merged(path);
  const bool only_merged = !std::filesystem::exists(folder.study()) && std::filesystem::exists(folder.merged());
  return only_merged ? read_merged(folder.merged()) : results::read_output_folder(folder);
}

/// Of a command that takes one.
std::string metric_of(const ReportArguments& arguments) {
  if (arguments.metrics.size() > 1) throw usage_error(arguments.command + " takes one --metric");
  return arguments.metrics.empty() ? "bacc" : arguments.metrics.front();
}

std::string merge(const std::filesystem::path& folder) {
  const results::MergeSummary summary = results::merge_results({folder});
  std::string text = fmt::format("{}: {} trials done, {} failed, {} diverged, {} missing\n", summary.file.string(),
                                 summary.done, summary.failed, summary.diverged, summary.missing);
  for (const std::string& remark : summary.remarks) text += remark + "\n";
  return text;
}

std::string table(const ReportArguments& arguments, report::Format format) {
  report::TableOptions options = arguments.table;
  if (!arguments.metrics.empty()) options.metrics = arguments.metrics;
  return report::written(report::make_table(read_results(arguments.path), options), format);
}

report::Sheet with_notes(report::Sheet sheet, const StudyResults& results, report::Selection selection) {
  for (const std::string& note : report::untested_notes(results, selection)) report::note_once(sheet.notes, note);
  return sheet;
}

report::Sheet compare(const ReportArguments& arguments) {
  const std::string metric = metric_of(arguments);
  const StudyResults study = read_results(arguments.path);
  const StudyResults other = arguments.other_path.empty() ? StudyResults() : read_results(arguments.other_path);
  const auto lines = report::compare_paired(
      {study, arguments.a}, {arguments.other_path.empty() ? study : other, arguments.b}, metric, arguments.table);
  const report::Selection selection = arguments.table.selection;
  return with_notes(
      with_notes(report::paired_sheet(lines, arguments.a, arguments.b, metric, arguments.table), study, selection),
      other, selection);
}

report::Sheet variance(const ReportArguments& arguments) {
  const StudyResults results = read_results(arguments.path);
  const report::VarianceOptions options{arguments.label, metric_of(arguments), arguments.difference};
  return with_notes(report::variance_sheet(results, options, arguments.table), results, arguments.table.selection);
}

}  // namespace

std::string answer_of(const ReportArguments& arguments) {
  const std::string& command = arguments.command;
  const report::Format format = arguments.format.value_or(report::Format::markdown);
  if (command == "table") return table(arguments, format);
  if (command == "merge") return merge(arguments.path);
  if (command == "compare") return report::written(compare(arguments), format);
  if (command == "variance") return report::written(variance(arguments), format);
  const StudyResults results = read_results(arguments.path);
  const report::Selection selection = arguments.table.selection;
  if (command == "reference")
    return report::written(with_notes(report::reference_sheet(results, arguments.table), results, selection),
                           format);
  return report::written(with_notes(report::tidy_sheet(results, selection), results, selection),
                         arguments.format.value_or(report::Format::csv));
}

}  // namespace m2m::apps
