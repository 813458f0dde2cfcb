#pragma once
// Parts of a study, for independent jobs that run at the same time.
#include <filesystem>
#include <string>

#include "study/graph.hpp"

namespace m2m::study {

/// A part of a study: "2/4" is the second of four.
struct StudyPart {
  int number = 1;
  int of = 1;
};

/// Parses --part. Throws Error (usage) unless the text is i/n with 1 <= i <= n.
StudyPart parse_part(const std::string& text);

/// Selects the stages of one part. Trials that need the same stage are in the same part, so that it is trained
/// once. Parts cost about the same, and every stage is in exactly one of them. Pure.
StageGraph select_part(const StageGraph& graph, const StudyPart& part);

/// Output folder of a part: "results/a" becomes "results/a.2-of-4".
std::filesystem::path part_folder(const std::filesystem::path& out, const StudyPart& part);

}  // namespace m2m::study
