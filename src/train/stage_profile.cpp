#include "train/stage_profile.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/profile_report.hpp"
#include "core/text.hpp"
#include "kernels/kernel_set.hpp"
#include "kernels/storage.hpp"
#include "nn/device.hpp"
#include "sweep/wording.hpp"

namespace m2m::stages {
namespace {

constexpr std::size_t most_events = 100'000;

/// Of the instructions that the stage was told to use; not known on a GPU and in float64.
MeasuredPeak peak_of(const train::TrialSettings& settings) {
  if (!settings.device.is_cpu() || settings.precision != torch::kFloat32) return {};
  const InstructionSet set = parse_instruction_set(settings.kernels == "torch" ? "auto" : settings.kernels);
  const double of_a_thread =
      settings.bfloat16 ? kernels::measured_peak<kernels::Bf16>(set) : kernels::measured_peak<float>(set);
  return {of_a_thread * settings.threads, settings.threads,
          fmt::format("{}, {}", settings.bfloat16 ? "bf16" : "float32", name_of(set))};
}

std::string trace_text(Profile& profile, const std::filesystem::path& file, int rank) {
  try {
    write_file(file, chrome_trace(profile.events(), profile.events_left_out(), rank));
  } catch (const Error& error) {
    return fmt::format("no trace: {}", error.what());
  }
  const std::string text = "trace: " + file.string();
  if (profile.events_left_out() == 0) return text;
  return text + fmt::format(" (of the first {} calls; {} are left out)", group_digits(profile.events().size()),
                            group_digits(profile.events_left_out()));
}

}  // namespace

Profile begin_profile(const train::TrialSettings& settings) {
  return Profile(most_events, nn::device_clock(settings.device));
}

std::vector<std::string> end_profile(Profile& profile, const study::Stage& stage,
                                     const train::TrialSettings& settings, const std::filesystem::path& folder,
                                     int rank) {
  const double seconds = profile.seconds();
  std::vector<std::string> lines = {fmt::format("profile of {} on rank {}; {}", study::short_id(stage.id), rank,
                                                trace_text(profile, folder / "profile.json", rank))};
  const auto table = profile_table(profile.totals(), seconds, peak_of(settings));
  lines.insert(lines.end(), table.begin(), table.end());
  return lines;
}

}  // namespace m2m::stages
