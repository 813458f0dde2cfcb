#include "sweep/attempts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <vector>

#include "core/files.hpp"
#include "core/text.hpp"

namespace m2m::sweep {
namespace {

constexpr std::string_view began = "began ", threw = "threw ", diverged = "diverged ";

std::uintmax_t journal_size(const study::Stage& stage, const results::OutputFolder& out) {
  const bool is_trial = stage.kind == study::StageKind::trial;
  std::error_code missing;
  const std::uintmax_t size =
      std::filesystem::file_size(is_trial ? out.journal(stage.id) : out.stage(stage.id) / "journal.jsonl", missing);
  return missing ? 0 : size;
}

/// The lines of a file; none if there is no file.
std::vector<std::string> read_lines(const std::filesystem::path& file) {
  if (!exists_or_throw(file)) return {};
  std::istringstream in(read_file(file));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The ids of the stages with a file of attempts.
std::set<std::string> noted_stages(const results::OutputFolder& out) {
  std::set<std::string> ids;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(out.attempts("any").parent_path(), missing))
    ids.insert(entry.path().stem().string());
  return ids;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// What the lines of a stage say.
struct Attempts {
  int tries = 0;           // that ended with their process, each with no more epochs than the one before
  std::string why;         // of the last one; may be empty
  std::string divergence;  // empty: did not diverge
};

Attempts attempts_in(const std::vector<std::string>& lines, std::uintmax_t journal_now) {
  Attempts found;
  std::string journal;  // of the last try
  for (const std::string& line : lines) {
    if (line.starts_with(began)) {
      const std::string size = line.substr(began.size());
      if (size != journal) found.tries = 0;
      journal = size;
      ++found.tries;
      found.why.clear();
    } else if (line.starts_with(threw)) {
      found.why = line.substr(threw.size());
    } else if (line.starts_with(diverged)) {
      found.divergence = line.substr(diverged.size());
    }
  }
  if (journal != std::to_string(journal_now)) found.tries = 0;
  return found;
}

/// The loss that these attempts mean; nothing if the stage is to be tried.
std::optional<study::StageResult> loss_of(const Attempts& attempts, const RetryRule& rule) {
  if (!attempts.divergence.empty()) {
    return study::StageResult{study::StageOutcome::diverged,
                              attempts.divergence + ", in an earlier run; --retry diverged tries it again",
                              ExitCode::some_failed, 0};
  }
  if (attempts.tries <= rule.max_retries) return std::nullopt;
  const std::string why =
      attempts.why.empty() ? "without a word, as if memory ran out or a library crashed" : "with: " + attempts.why;
  return study::StageResult{
      study::StageOutcome::failed,
      fmt::format("its process ended {} in it, the last time {}; --retry failed tries it again",
                  count_text(attempts.tries, "time"), why),
      ExitCode::some_failed, 0};
}

/// Leaves `lines` in the file, which is removed if there are none. Throws WriteError.
void keep_lines(const std::filesystem::path& file, const std::vector<std::string>& lines) {
  if (!lines.empty()) return write_file(file, joined(lines));
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
}

}  // namespace

void AttemptLog::on_started(int stage, const std::string&) {
  const study::Stage& started = scheduler_.graph().stages[static_cast<std::size_t>(stage)];
  const std::filesystem::path file = out_.attempts(started.id);
  const std::string line = fmt::format("{}{}\n", began, journal_size(started, out_));
  make_folder(file.parent_path());
  std::ofstream lines(file, std::ios::app);  // not synced: a process ends, not its host
  lines << line;
  lines.close();
  if (!lines) throw write_error(file.string(), "cannot be written", errno);
}

void AttemptLog::on_finished(int stage) {
  const StageStatus& status = scheduler_.status()[static_cast<std::size_t>(stage)];
  if (status.slot < 0) return;  // lost before this run
  const std::filesystem::path file = out_.attempts(scheduler_.graph().stages[static_cast<std::size_t>(stage)].id);
  std::vector<std::string> lines;
  if (status.state == StageState::diverged) lines = {std::string(diverged) + status.result.summary};
  if (status.state == StageState::interrupted) {
    lines = read_lines(file);
    if (!lines.empty()) lines.pop_back();  // this try ended in order
  }
  keep_lines(file, lines);
}

void note_exception(const study::Stage& stage, const results::OutputFolder& out, const std::string& reason) {
  std::string line = reason;
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::ofstream(out.attempts(stage.id), std::ios::app)
      << threw << line << std::endl;  // the process is about to end
}

void forget_try(const study::Stage& stage, const results::OutputFolder& out) {
  std::vector<std::string> lines = read_lines(out.attempts(stage.id));
  if (lines.empty() || !lines.back().starts_with(began)) return;
  lines.pop_back();
  try {
    keep_lines(out.attempts(stage.id), lines);
  } catch (const WriteError&) {  // then it counts
  }
}

std::map<int, study::StageResult> known_losses(const study::StageGraph& graph, const results::OutputFolder& out,
                                               const RetryRule& rule) {
  std::map<int, study::StageResult> losses;
  const std::set<std::string> noted = noted_stages(out);  // few, while a study may have thousands of stages
  for (int i = 0; i < graph.size() && !noted.empty(); ++i) {
    const study::Stage& stage = graph.stages[static_cast<std::size_t>(i)];
    if (!noted.contains(stage.id)) continue;
    const std::vector<std::string> lines = read_lines(out.attempts(stage.id));
    const auto loss = loss_of(attempts_in(lines, journal_size(stage, out)), rule);
    if (!loss) continue;
    if (loss->end == study::StageOutcome::diverged ? rule.diverged : rule.failed) {
      std::filesystem::remove(out.attempts(stage.id));
    } else {
      losses.emplace(i, *loss);
    }
  }
  return losses;
}

}  // namespace m2m::sweep
