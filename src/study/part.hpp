#pragma once
// A share of a study, for jobs that run beside each other and know nothing of each other.
#include <filesystem>
#include <string>

#include "study/graph.hpp"

namespace m2m::study {

/// "2/4": the second of four.
struct StudyPart {
  int number = 1;
  int of = 1;
};

/// Of --part. Throws Error (usage) on what is no part: "0/4", "5/4", "half".
StudyPart parse_part(const std::string& text);

/// The stages of one share. Trials that need the same stage stay together, so that it is trained once; shares cost
/// about the same. Pure: the shares of a graph do not depend on who asks, and make up all of it.
StageGraph select_part(const StageGraph& graph, const StudyPart& part);

/// Where a share writes: "results/a" becomes "results/a.2-of-4".
std::filesystem::path part_folder(const std::filesystem::path& out, const StudyPart& part);

}  // namespace m2m::study
