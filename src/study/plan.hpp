#pragma once
// From a study to its graph: every point resolved, planned, labelled and checked, before anything runs.
#include <functional>
#include <span>

#include "settings/setting.hpp"
#include "study/graph.hpp"
#include "study/study.hpp"

namespace m2m::study {

/// Fills in every setting that a point does not give. Throws Error (usage) whose sentence begins with a field's
/// name.
using ResolveConfig = std::function<Config(const Config& given)>;

/// Labels are the [[point]]s' own; else the method and each varying setting that acts in it: "M2m, lambda=0.1".
/// Points that differ only in settings that do not act (ERM and m2m.lambda) are one trial.
///
/// Throws Error (usage), "file:line: ...", where resolve or plan refuse a point, where one trial would have two
/// labels, or where two trials would share label, data and seeds; and whatever else plan throws.
StageGraph plan_study(const Study& study, std::span<const settings::Setting> fields, const ResolveConfig& resolve,
                      const PlanStage& plan);

}  // namespace m2m::study
