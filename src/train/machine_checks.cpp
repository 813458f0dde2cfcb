#include "train/machine_checks.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/instruction_set.hpp"
#include "nn/device.hpp"
#include "nn/fused_resnet.hpp"
#include "settings/choices.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::train {
namespace {

using settings::M2mSettings, settings::TrainSettings, settings::name_of;

torch::Device device_for(settings::Device wanted, int local_rank) {
  const bool may_be_gpu = wanted != settings::Device::cpu;
  if (may_be_gpu && !nn::gpu_trouble().empty()) {
    throw usage_error(fmt::format("train.device = '{}': {}; or set train.device = 'cpu'", settings::to_text(wanted),
                                  nn::gpu_trouble()));
  }
  const int gpus = nn::gpu_count();
  if (wanted == settings::Device::cuda && gpus == 0) {
    throw usage_error(
        "train.device = 'cuda': no GPU is available; set train.device = 'cpu', or build with 'make gpu' on a "
        "machine that has one");
  }
  if (!may_be_gpu || gpus == 0) return torch::kCPU;
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(local_rank % gpus)};
}

/// Throws Error (usage) if fused steps are asked for and there is a reason against them.
void check_fused_steps(const MachineSettings& given, const std::string& trouble) {
  if (given.executor != settings::Executor::fused || trouble.empty()) return;
  throw usage_error(fmt::format("{0} = 'fused' {1}; set {0} = 'auto'", name_of(&TrainSettings::executor), trouble));
}

/// Throws Error (usage) if no device of the type runs the settings.
void check_device_type(const MachineSettings& given, torch::DeviceType type) {
  const bool is_gpu = type == torch::kCUDA;
  if (given.precision == settings::Precision::tf32 && !is_gpu) {
    throw usage_error(fmt::format(
        "{0} = 'tf32': only GPUs compute in TF32, and this runs on a CPU; set {0} = 'float32', or {0} = 'bf16'",
        given.precision_name));
  }
  if (given.deterministic && is_gpu)
    throw usage_error("train.deterministic = true: sums on a GPU have no fixed order; set train.device = 'cpu'");
  if (!is_gpu) check_fused_steps(given, nn::fused_device_trouble(torch::kCPU));
}

}  // namespace

MachineSettings machine_settings(const Config& config, bool is_g) {
  return {settings::value_of(config, &TrainSettings::device),
          settings::value_of(config, &TrainSettings::executor),
          settings::value_of(config, &TrainSettings::precision),
          settings::value_of(config, &TrainSettings::kernels),
          settings::value_of(config, &TrainSettings::deterministic),
          is_g ? name_of(&M2mSettings::g_precision) : name_of(&TrainSettings::precision)};
}

void check_named_device(const MachineSettings& given) {
  if (given.device == settings::Device::cpu) check_device_type(given, torch::kCPU);
  if (given.device == settings::Device::cuda) check_device_type(given, torch::kCUDA);
}

torch::Device checked_device(const MachineSettings& given, int local_rank) {
  if (given.kernels != "torch") parse_instruction_set(given.kernels);
  const torch::Device device = device_for(given.device, local_rank);
  check_device_type(given, device.type());
  check_fused_steps(given, nn::fused_device_trouble(device));
  return device;
}

}  // namespace m2m::train
