#pragma once
// What the settings of a trial need of the machine that it runs on.
#include <torch/types.h>

#include <string>

#include "core/config.hpp"
#include "settings/train_settings.hpp"

namespace m2m::train {

/// The settings that depend on the machine.
struct MachineSettings {
  settings::Device device{};
  settings::Executor executor{};
  settings::Precision precision{};
  std::string kernels;
  bool deterministic = false;
  std::string precision_name;  // the setting that `precision` comes from, for errors
};

/// Reads them from a configuration, which may lack all others. is_g: it is that of a g with m2m.g_precision. Pure.
MachineSettings machine_settings(const Config& config, bool is_g = false);

/// Checks the settings against the device that train.device names; 'auto' names none. Does not look at this
/// machine. Throws Error (usage) on TF32 or fused steps on a CPU, and on a fixed order of sums on a GPU. Pure.
void check_named_device(const MachineSettings& given);

/// The device of a rank on this machine. local_rank: number of the rank on its host; it selects the GPU, modulo the
/// number of GPUs. Throws Error (usage) as check_named_device() does for that device, or if this build or machine
/// lacks the GPU or the instruction set that the settings ask for. Local.
torch::Device checked_device(const MachineSettings& given, int local_rank);

}  // namespace m2m::train
