#pragma once
// From a study to its graph: the points of the grid and of the [[point]] tables, resolved, planned and checked.
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "settings/setting.hpp"
#include "study/graph.hpp"
#include "study/study.hpp"

namespace m2m::study {

inline constexpr std::uint64_t max_points = 100'000;

/// A setting as a part of a label: ", lambda=0.1".
struct LabelPart {
  std::string setting;
  std::string text;
};

struct StudyPoint {
  Config given;                  // the settings that the study gives, unresolved
  std::string base;              // the [[point]]'s label, or the method
  std::vector<LabelPart> parts;  // in file order, without seeds, data and what `base` contains
  bool named = false;            // `base` is a label of the study file
  int point = -1;                // index of its [[point]]; -1: a point of the grid
};

/// Name of a setting without its group, as labels have it: "lambda". Pure.
std::string short_name(const std::string& setting);

/// Label of a point: "M2m, lambda=0.1".
std::string point_label(const StudyPoint& point);

/// Number of points of the study, at most 10^18; does not expand them.
std::uint64_t count_points(const Study& study);

/// Expands a study to its points: first the grid, its last axis fastest, then each [[point]].
///
/// The grid has points of its own if a method is given outside of the [[point]] tables. A [[point]] is crossed with
/// every axis that it does not set. Throws Error (usage) if there are no points, or more than max_points.
std::vector<StudyPoint> expand(const Study& study);

/// Number of the line that sets `setting` for the point; 0: the command line, -1: not set.
int line_that_sets(const Study& study, const StudyPoint& point, const std::string& setting);

/// Fills in every setting that a point does not give. Throws Error (usage) whose text begins with the name of a
/// setting.
using ResolveFn = std::function<Config(const Config& given)>;

/// Makes the graph of a study. The label of a trial is that of its [[point]], or else the method and each varying
/// setting that acts in it: "M2m, lambda=0.1". Points that differ only in settings that do not act (ERM and
/// m2m.lambda) are one trial. Calls `resolve` and `plan` on several threads if there are many points; the graph
/// does not depend on their number.
///
/// Throws Error (usage), "file:line: ...", if `resolve` or `plan` refuses a point, if one trial would have two
/// labels, or if two trials would share label, data and seeds. Other errors of `plan` propagate.
StageGraph plan_study(const Study& study, std::span<const settings::Setting> rows, const ResolveFn& resolve,
                      const PlanFn& plan);

/// Remarks on settings that act in no trial: axes with several values, so that the study has one trial where its
/// author expects several, settings of data, and settings of the command line. (A study file may set what some of
/// its methods use.) Each names the setting, and the condition under which it acts. graph: the whole plan. Pure.
std::vector<std::string> idle_settings(const Study& study, const StageGraph& graph,
                                       std::span<const settings::Setting> rows);

}  // namespace m2m::study
