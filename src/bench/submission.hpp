#pragma once
// Checks a submission: a folder with the results of a problem class. docs/benchmark_rules.md describes it.
#include <filesystem>
#include <string>
#include <vector>

namespace m2m::bench {

enum class Grade { ok, warning, error };

/// What a check of a submission found.
struct Remark {
  Grade grade = Grade::ok;
  std::string sentence;
};

/// Checks the files of a submission, recomputes what class.json states from results.h5, and compares plan and
/// settings with the class as this program knows it. Reads no data set and runs nothing.
///
/// Local. Throws Error (usage) if there is no such folder.
std::vector<Remark> check_submission(const std::filesystem::path& folder);

/// A line for each remark: its grade and its sentence. Pure.
std::string remarks_text(const std::vector<Remark>& remarks);

/// True if a remark is an error. Pure.
bool has_error(const std::vector<Remark>& remarks);

}  // namespace m2m::bench
