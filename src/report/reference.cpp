// Puts measured numbers beside published ones.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "report/analyses.hpp"
#include "report/comparability.hpp"
#include "report/notes.hpp"
#include "report/published.hpp"

namespace m2m::report {
namespace {

constexpr double wants_an_explanation = 1.5;  // points outside the interval

using Row = std::vector<Json>;

/// One label on one data setting.
struct Ours {
  std::string label, data;
  const Group& group;
};

/// A sentence about a label; labels with the same sentence share it: "... not beside ERM; M2m: ...".
struct Reason {
  std::string before, why;
  std::vector<std::string> labels;
};

/// The sheet's part about one label on one data setting.
struct Comparison {
  std::vector<Row> rows;
  std::vector<Reason> reasons;     // why numbers are not compared
  std::vector<std::string> notes;  // about our trials
};

double to_number(std::string_view quoted) {
  return quoted.empty() ? results::not_measured : std::stod(std::string(quoted));
}

Row make_row(const Ours& ours, std::string_view source, const std::string& metric, const TableOptions& options,
             double published, double published_std) {
  const Estimate mean = estimate(metric_values(ours.group, metric, options));
  const PublishedComparison found = compare_with_published(mean, published);
  return {ours.label,
          ours.data,
          source,
          metric,
          mean.n,
          number_or_null(mean.mean),
          number_or_null(mean.std),
          number_or_null(found.low),
          number_or_null(found.high),
          published,
          number_or_null(published_std),
          number_or_null(found.outside),
          found.verdict};
}

/// A sentence on the data sets that a label is published for: "published for cifar10 rho=100, cifar10 rho=10";
/// empty if no source has it.
std::string published_for(const std::string& label) {
  std::vector<std::string> settings;
  for (const PublishedSource& source : published_sources()) {
    for (const PublishedRow& row : source.rows) {
      std::string setting = fmt::format("{} rho={}", row.set, row.ratio);
      if (row.method != label || std::count(settings.begin(), settings.end(), setting) > 0) continue;
      settings.push_back(std::move(setting));
    }
  }
  return settings.empty() ? "" : fmt::format("published for {}", fmt::join(settings, ", "));
}

/// Compares with one source that has numbers for this label and data set.
Comparison compare_with_source(const Ours& ours, const PublishedSource& source, const Quoted& quoted,
                               const TableOptions& options) {
  const Config& config = ours.group.front()->planned.config;
  const std::vector<std::string> differences = differences_from_published(source, config, ours.label);
  Comparison found;
  if (!differences.empty()) {
    found.reasons.push_back({fmt::format("{}: the numbers of {} do not belong beside ", ours.data, source.name),
                             fmt::format("{}", fmt::join(differences, ", ")),
                             {ours.label}});
    return found;
  }
  found.rows.push_back(
      make_row(ours, source.name, "bacc", options, to_number(quoted.bacc), to_number(quoted.bacc_std)));
  if (!quoted.gm.empty()) {
    found.rows.push_back(
        make_row(ours, source.name, "gm_nonzero", options, to_number(quoted.gm), results::not_measured));
  }
  return found;
}

Comparison compare_with_sources(const Ours& ours, const TableOptions& options) {
  Comparison all;
  for (const PublishedSource& source : published_sources()) {
    const Quoted* quoted = find_published(source, ours.group.front()->planned.config, ours.label);
    if (quoted == nullptr) continue;
    const Comparison one = compare_with_source(ours, source, *quoted, options);
    all.rows.insert(all.rows.end(), one.rows.begin(), one.rows.end());
    all.reasons.insert(all.reasons.end(), one.reasons.begin(), one.reasons.end());
  }
  return all;
}

/// Compares one label on one data setting with every source, and notes which of its trials are mixed or missing.
Comparison compare_group(const Ours& ours, const TableOptions& options, IdPrefix prefix) {
  const std::string location = fmt::format("{} on {}", ours.label, ours.data);
  const std::optional<std::string> mixture =
      check_mixture(why_not_average(records(ours.group), location), options.allow_mixed, "averaged");
  Comparison found = compare_with_sources(ours, options);
  if (mixture) found.notes.push_back(*mixture);
  if (found.rows.empty() && found.reasons.empty()) {
    found.reasons.push_back({ours.data + ": no source known here has ", published_for(ours.label), {ours.label}});
    return found;
  }
  for (std::string& note : missing_notes(ours.group, location, options.selection, prefix)) {
    found.notes.push_back(std::move(note));
  }
  return found;
}

std::vector<Comparison> compare_groups(const results::StudyResults& results, const TableOptions& options) {
  std::vector<Comparison> comparisons;
  const GroupedTrials grouped = group_trials(results, options);
  const IdPrefix prefix = unique_prefix(results);
  for (std::size_t row = 0; row < grouped.rows.size(); ++row) {
    for (std::size_t column = 0; column < grouped.columns.size(); ++column) {
      const Group& group = grouped.groups[row][column];
      if (group.empty()) continue;
      comparisons.push_back(compare_group({grouped.rows[row], grouped.columns[column], group}, options, prefix));
    }
  }
  return comparisons;
}

/// Names the sources that the rows quote.
std::vector<std::string> source_notes(const std::vector<Row>& rows) {
  std::vector<std::string> notes;
  for (const PublishedSource& source : published_sources()) {
    const bool is_quoted =
        std::any_of(rows.begin(), rows.end(), [&](const Row& row) { return row[2] == std::string(source.name); });
    if (is_quoted) notes.push_back(fmt::format("{}: {}", source.name, source.origin));
  }
  return notes;
}

/// Joins the labels of equal sentences, in the order of the first of each.
std::vector<std::string> reason_notes(const std::vector<Comparison>& comparisons) {
  std::vector<Reason> joined;
  for (const Comparison& comparison : comparisons) {
    for (const Reason& reason : comparison.reasons) {
      const auto same = std::find_if(joined.begin(), joined.end(), [&](const Reason& one) {
        return one.before == reason.before && one.why == reason.why;
      });
      if (same == joined.end()) {
        joined.push_back(reason);
      } else {
        same->labels.insert(same->labels.end(), reason.labels.begin(), reason.labels.end());
      }
    }
  }
  std::vector<std::string> notes;
  for (const Reason& reason : joined) {
    notes.push_back(fmt::format("{}{}{}{}", reason.before, fmt::join(reason.labels, "; "),
                                reason.why.empty() ? "" : ": ", reason.why));
  }
  return notes;
}

Sheet empty_sheet(Selection selection) {
  return {fmt::format("Ours, {}, beside published numbers: test bACC, and GM without classes of zero recall, in %",
                      to_text(selection)),
          {{"method", "method"},
           {"data", "data"},
           {"source", "source"},
           {"metric", "metric"},
           {"n", "n"},
           {"mean", "ours"},
           {"std", "std"},
           {"low", "95 % from"},
           {"high", "to"},
           {"published", "published"},
           {"published_std", "its std"},
           {"outside", "outside"},
           {"verdict", "verdict"}},
          {},
          {"95 %: the interval of one more run of ours, mean +- t std sqrt(1 + 1/n); a published number is one "
           "run, or a mean over an unknown number of runs"}};
}

}  // namespace

PublishedComparison compare_with_published(const Estimate& ours, double published) {
  if (ours.n < 2) return {results::not_measured, results::not_measured, results::not_measured, "n too small"};
  const double half = student_quantile(ours.n - 1) * ours.std * std::sqrt(1 + 1.0 / ours.n);
  PublishedComparison found{ours.mean - half, ours.mean + half, 0, "inside"};
  found.outside = std::max({0.0, found.low - published, published - found.high});
  if (found.outside == 0) return found;
  found.verdict = fmt::format("outside by {:.2f}{}", found.outside,
                              found.outside > wants_an_explanation ? ": wants an explanation" : "");
  return found;
}

Sheet reference_sheet(const results::StudyResults& results, const TableOptions& options) {
  const std::vector<Comparison> comparisons = compare_groups(results, options);
  Sheet sheet = empty_sheet(options.selection);
  const auto add_notes = [&](const std::vector<std::string>& notes) {
    sheet.notes.insert(sheet.notes.end(), notes.begin(), notes.end());
  };
  for (const Comparison& comparison : comparisons) {
    sheet.rows.insert(sheet.rows.end(), comparison.rows.begin(), comparison.rows.end());
    add_notes(comparison.notes);
  }
  add_notes(source_notes(sheet.rows));
  add_notes(reason_notes(comparisons));
  return sheet;
}

}  // namespace m2m::report
