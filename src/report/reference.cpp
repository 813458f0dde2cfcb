#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "report/analyses.hpp"
#include "report/cells.hpp"
#include "report/statistics.hpp"

namespace m2m::report {
namespace {

constexpr double wants_an_explanation = 1.5;  // points outside the interval

/// One label on one data setting.
struct Ours {
  std::string label, data;
  const Group& group;
};

/// A sentence about several labels, which are told once: "... not beside ERM, M2m: ...".
struct Reason {
  std::string before, why;
  std::vector<std::string> labels;
};

void add_reason(std::vector<Reason>& reasons, const std::string& before, const std::string& why,
                const std::string& label) {
  const auto known = std::find_if(reasons.begin(), reasons.end(),
                                  [&](const Reason& r) { return r.before == before && r.why == why; });
  if (known == reasons.end()) {
    reasons.push_back({before, why, {label}});
  } else {
    known->labels.push_back(label);
  }
}

double number(std::string_view quoted) {
  return quoted.empty() ? results::not_measured : std::stod(std::string(quoted));
}

void add_row(Sheet& sheet, const Ours& ours, std::string_view source, const std::string& metric,
             const TableOptions& options, double published, double published_std) {
  const Estimate mean = estimate(metric_values(ours.group, metric, options));
  const PublishedComparison found = compare_with_published(mean, published);
  sheet.rows.push_back({ours.label, ours.data, source, metric, mean.n, number_or_null(mean.mean),
                        number_or_null(mean.std), number_or_null(found.low), number_or_null(found.high), published,
                        number_or_null(published_std), number_or_null(found.outside), found.verdict});
}

/// Whether a source has a number for this label and data setting, fair or not.
bool add_rows(Sheet& sheet, std::vector<Reason>& reasons, const Ours& ours, const TableOptions& options) {
  const Config& config = ours.group.front()->planned.config;
  bool found = false;
  for (const PublishedSource& source : published_sources()) {
    const Quoted* quoted = published_by(source, config, ours.label);
    if (quoted == nullptr) continue;
    found = true;
    if (const auto unlike = unlike_published(source, config, ours.label); !unlike.empty()) {
      add_reason(reasons, fmt::format("{}: the numbers of {} do not belong beside ", ours.data, source.name),
                 fmt::format("{}", fmt::join(unlike, ", ")), ours.label);
      continue;
    }
    add_row(sheet, ours, source.name, "bacc", options, number(quoted->bacc), number(quoted->bacc_std));
    if (!quoted->gm.empty()) {
      add_row(sheet, ours, source.name, "gm_nonzero", options, number(quoted->gm), results::not_measured);
    }
  }
  return found;
}

Sheet empty_sheet(Selection selection) {
  Sheet sheet{
      fmt::format("Ours, {}, beside published numbers: test bACC, and GM without classes of zero recall, in %",
                  selection_name(selection)),
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
  return sheet;
}

/// "published for cifar10 rho=100, cifar10 rho=10"; empty where no source has this label.
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

void name_sources(Sheet& sheet) {
  for (const PublishedSource& source : published_sources()) {
    const bool shown = std::any_of(sheet.rows.begin(), sheet.rows.end(),
                                   [&](const auto& row) { return row[2] == std::string(source.name); });
    if (shown) sheet.notes.push_back(fmt::format("{}: {}", source.name, source.origin));
  }
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
  Sheet sheet = empty_sheet(options.selection);
  std::vector<Reason> reasons;
  const GroupedTrials grouped = group_trials(results, options);
  const IdPrefix prefix = unique_prefix(results);
  for (std::size_t row = 0; row < grouped.rows.size(); ++row) {
    for (std::size_t column = 0; column < grouped.columns.size(); ++column) {
      const Ours ours{grouped.rows[row], grouped.columns[column], grouped.groups[row][column]};
      if (ours.group.empty()) continue;
      const std::string where = fmt::format("{} on {}", ours.label, ours.data);
      refuse_or_note(sheet.notes, options.allow_mixed, why_not_average(records_of(ours.group), where), "averaged");
      if (!add_rows(sheet, reasons, ours, options)) {
        add_reason(reasons, ours.data + ": no source known here has ", published_for(ours.label), ours.label);
        continue;
      }
      for (std::string& lacking : what_is_missing(ours.group, where, options.selection, prefix)) {
        sheet.notes.push_back(std::move(lacking));
      }
    }
  }
  name_sources(sheet);
  for (const Reason& reason : reasons) {
    sheet.notes.push_back(fmt::format("{}{}{}{}", reason.before, fmt::join(reason.labels, "; "),
                                      reason.why.empty() ? "" : ": ", reason.why));
  }
  return sheet;
}

}  // namespace m2m::report
