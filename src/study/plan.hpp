#pragma once
// A study's points: its grid multiplied out, and its [[point]]s crossed with the axes they do not set.
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

/// ", lambda=0.1": a setting as a part of a label.
struct LabelPart {
  std::string setting;
  std::string text;
};

struct StudyPoint {
  Config given;                  // what the study says, unresolved
  std::string base;              // the [[point]]'s label, or the method
  std::vector<LabelPart> parts;  // in file order; seeds, data and what is in `base` are no parts
  bool named = false;            // `base` is a label that somebody gave
  int point = -1;                // which [[point]]; -1: of the grid itself
};

/// "M2m, lambda=0.1"
std::string point_label(const StudyPoint& point);

/// How many points the study has; at most 10^18 is counted. Multiplies, expands nothing.
std::uint64_t count_points(const Study& study);

/// All points: first the grid, its last axis fastest, then each [[point]].
///
/// The grid counts by itself where a method is given outside of the [[point]]s. A [[point]] is crossed with every
/// axis it does not set itself. Throws Error (usage): no points, or more than max_points.
std::vector<StudyPoint> expand(const Study& study);

/// The line that sets `field` for such a point; 0: the command line, -1: nobody.
int line_that_sets(const Study& study, const StudyPoint& point, const std::string& setting);

// From a study to its graph: every point resolved, planned, labelled and checked, before anything runs.

/// Fills in every setting that a point does not give. Throws Error (usage) whose sentence begins with a field's
/// name.
using ResolveFn = std::function<Config(const Config& given)>;

/// Labels are the [[point]]s' own; else the method and each varying setting that acts in it: "M2m, lambda=0.1".
/// Points that differ only in settings that do not act (ERM and m2m.lambda) are one trial.
///
/// Throws Error (usage), "file:line: ...", where resolve or plan refuse a point, where one trial would have two
/// labels, or where two trials would share label, data and seeds; and whatever else plan throws.
StageGraph plan_study(const Study& study, std::span<const settings::Setting> rows, const ResolveFn& resolve,
                      const PlanFn& plan);

}  // namespace m2m::study
