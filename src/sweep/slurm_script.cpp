#include "sweep/slurm_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <regex>

#include "core/error.hpp"
#include "core/text.hpp"

namespace m2m::sweep {
namespace {

/// Parses minutes, minutes:seconds, h:m:s, d-h, d-h:m or d-h:m:s to seconds; 0 if the text has another format.
long parse_slurm_time(const std::string& time) {
  static const std::regex form(R"((?:(\d{1,4})-)?(\d{1,6})(?::(\d{1,2}))?(?::(\d{1,2}))?)");
  std::smatch match;
  if (!std::regex_match(time, match, form)) return 0;
  const auto number = [&match](std::size_t i) { return match[i].matched ? std::stol(match[i]) : 0L; };
  const bool has_days = match[1].matched, has_three = match[4].matched;
  // The unit of the first number after the days depends on how many numbers follow.
  const std::array<long, 3> weight =
      has_days || has_three ? std::array<long, 3>{3600, 60, 1} : std::array<long, 3>{60, 1, 0};
  return number(1) * 86400 + number(2) * weight[0] + number(3) * weight[1] + number(4) * weight[2];
}

int tasks_per_node(const SlurmJob& job) {
  return job.ntasks_per_node > 0 ? job.ntasks_per_node : std::max(1, job.gpus_per_node);
}

std::string options(const SlurmJob& job) {
  std::string text = fmt::format("#SBATCH --job-name={}\n#SBATCH --nodes={}\n#SBATCH --ntasks-per-node={}\n",
                                 shell_quoted(job.name), job.nodes, tasks_per_node(job));
  // Not --gpus-per-task: a rank that sees only its own GPU cannot send to the GPUs of other ranks.
  if (job.gpus_per_node > 0) text += fmt::format("#SBATCH --gpus-per-node={}\n", job.gpus_per_node);
  text += fmt::format("#SBATCH --time={}\n", job.time);
  if (job.array > 0) text += fmt::format("#SBATCH --array=1-{}\n", job.array);
  text += fmt::format("#SBATCH --signal=B:USR1@{}\n", warning_seconds(job.time));
  return text + fmt::format("#SBATCH --requeue\n#SBATCH --open-mode=append\n#SBATCH --output=%x-{}.log\n",
                            job.array > 0 ? "%A_%a" : "%j");
}

/// Lines with which the first part of an array submits the job that joins all parts; "" without an array. `words`
/// start the program. A part that was queued again does not submit it a second time.
std::string join_lines(const SlurmJob& job, const std::string& words) {
  if (job.array == 0) return "";
  const std::string out = shell_quoted(job.out), parts = fmt::format("{}.*-of-{}", out, job.array);
  return fmt::format(R"(# The first part submits the job that joins all parts when they have ended well.
if [ "$SLURM_ARRAY_TASK_ID" = 1 ] && [ "${{SLURM_RESTART_COUNT:-0}}" = 0 ]; then
  sbatch --job-name={0} --dependency=afterok:"$SLURM_ARRAY_JOB_ID" --kill-on-invalid-dep=yes \
    --nodes=1 --ntasks=1 --time={1} --output=%x-%j.log <<'JOIN' || echo "join the parts by hand: docs/slurm.md" >&2
#!/usr/bin/env bash
. "${{M2M_SITE:-slurm/site.sh}}" || exit 2
mkdir -p {2} || exit 74
for folder in {3}/trials {3}/cache; do
  if [ -d "$folder" ]; then cp -r "$folder" {2} || exit 74; fi
done
exec "${{m2m_launcher[@]}}" "${{M2M_SWEEP:-build/bin/m2m-sweep}}"{4}
JOIN
fi
)",
                     shell_quoted(job.name + "-join"), job.time, out, parts, words);
}

}  // namespace

int warning_seconds(const std::string& time) {
  const long seconds = parse_slurm_time(time);
  if (seconds <= 0) {
    throw usage_error(
        fmt::format("--time '{}' is not a time limit of Slurm; expected h:mm:ss, d-hh:mm:ss or minutes", time));
  }
  return static_cast<int>(std::clamp(seconds / 10, 1L, 90L));
}

void check(const SlurmJob& job) {
  const auto check_at_least = [](const char* option, int number, int smallest) {
    if (number < smallest)
      throw usage_error(fmt::format("{} {} is too small; expected at least {}", option, number, smallest));
  };
  check_at_least("--nodes", job.nodes, 1);
  check_at_least("--gpus-per-node", job.gpus_per_node, 0);
  check_at_least("--ntasks-per-node", job.ntasks_per_node, 0);
  check_at_least("--array", job.array, 0);
  warning_seconds(job.time);
  const std::int64_t ranks = std::int64_t{job.nodes} * tasks_per_node(job);
  if (job.ranks_per_trial > ranks) {
    throw usage_error(
        fmt::format("--ranks-per-trial {}: the job has {}; ask for more with --nodes and --ntasks-per-node",
                    job.ranks_per_trial, count_text(static_cast<std::uintmax_t>(ranks), "rank")));
  }
}

std::string slurm_script(const SlurmJob& job) {
  check(job);
  std::string words;
  for (const std::string& word : job.words) words += " " + shell_quoted(word);
  const std::string join = join_lines(job, words);
  if (job.array > 0) words += fmt::format(" --part \"$SLURM_ARRAY_TASK_ID/{}\"", job.array);
  return fmt::format(R"(#!/usr/bin/env bash
# Runs the study {} on a cluster; docs/slurm.md explains the lines.
# From the project's folder:  . slurm/site.sh && sbatch THIS_FILE
{}
trap 'exit 85' USR1  # until the launcher is there, which passes the signal on to every rank
. "${{M2M_SITE:-slurm/site.sh}}" || exit 2
{}exec "${{m2m_launcher[@]}}" "${{M2M_SWEEP:-build/bin/m2m-sweep}}"{}
)",
                     shell_quoted(job.name), options(job), join, words);
}

}  // namespace m2m::sweep
