#pragma once
// What an output folder already holds.
#include <functional>
#include <optional>
#include <vector>

#include "results/damage.hpp"
#include "results/layout.hpp"
#include "study/graph.hpp"

namespace m2m::sweep {

/// Per stage whether its artifact is there and complete, at a quick look: a trial's result.h5; of a g or prefix
/// stage.json, and files of the size that this says. False everywhere where there is no such folder.
///
/// Local. Throws Error as damage_of_result does.
std::vector<bool> existing(const study::StageGraph& graph, const results::OutputFolder& out);

/// What is wrong with the files of a finished trial that others begin from; the training side knows how to read
/// them.
using FindDamage =
    std::function<std::optional<results::Damage>(const study::Stage& trial, const results::OutputFolder& out)>;

/// Sets aside every artifact that is there and cannot be used, so that it is made anew, and logs a warning for
/// each: results that m2m-report could not read, and stages that are not complete. Of what stages to run need, g
/// and prefixes are compared with their checksums, and trials looked at with `find_damage`.
///
/// Returns what exists then. Local; the caller holds the lock of `out`, and a stage that another sweep holds is
/// left to that one. Throws Error as existing does, and WriteError.
std::vector<bool> set_aside_damaged(const study::StageGraph& graph, const results::OutputFolder& out,
                                    const FindDamage& find_damage);

}  // namespace m2m::sweep
