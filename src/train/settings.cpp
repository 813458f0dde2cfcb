#include "train/settings.hpp"

#include <fmt/format.h>
#include <torch/cuda.h>

#include "core/error.hpp"
#include "kernels/instruction_set.hpp"
#include "nn/gpu_trouble.hpp"
#include "nn/network.hpp"

namespace m2m::settings {
namespace {

constexpr double largest_seed = 4294967295.0;  // a seed is one 32-bit word of a Philox key

Field seed_field(const std::string& name, const std::string& help) {
  return {name, FieldType::integer, nullptr, "", help, {}, 0, largest_seed};
}

/// What is drawn, and whose switches hold.
std::vector<Field> seed_fields() {
  return {
      {"protocol",
       FieldType::text,
       "code",
       "",
       "Whose switches hold where none is set: the authors' program or the paper.",
       {"code", "paper"},
       0,
       0,
       FieldUse::provenance},
      {"seed",
       FieldType::integer,
       0,
       "",
       "Sets the five seeds below; each can be set alone.",
       {},
       0,
       largest_seed,
       FieldUse::provenance},
      seed_field("seeds.subset",
                 "Which images are drawn where data.subset = random or data.validation = train-holdout."),
      seed_field("seeds.init", "Initial weights of f."),
      seed_field("seeds.order", "Order of the images, crops and flips of f."),
      seed_field("seeds.plan", "Re-sampling, which slots are translated from what, coins and noise."),
      seed_field("seeds.g", "Initial weights, order and augmentation of g."),
  };
}

/// What is trained, and along which schedule.
std::vector<Field> schedule_fields() {
  return {
      {"train.network", FieldType::text, nullptr, "", "The network of f and g; the data set's own unless given.",
       network_names()},
      {"train.epochs", FieldType::integer, 200, "epochs", "Length of the schedule.", {}, 1, 100000},
      {"train.batch_size",
       FieldType::integer,
       128,
       "images",
       "Slots of a batch, over all ranks of the trial.",
       {},
       1,
       65536},
      {"train.lr", FieldType::number, 0.1, "", "Base learning rate.", {}, 0},
      {"train.warmup",
       FieldType::integer,
       nullptr,
       "epochs",
       "Linear warm-up; .025 of train.epochs unless given.",
       {},
       0},
      {"train.lr_drops",
       FieldType::numbers,
       nullptr,
       "epochs",
       "Epochs from which on the rate is lower; .8 and .9 of train.epochs unless given.",
       {},
       0},
      {"train.lr_drop_factor", FieldType::number, 0.01, "", "What each drop multiplies the rate by.", {}, 0, 1},
      {"train.momentum", FieldType::number, 0.9, "", "Momentum of SGD (no Nesterov).", {}, 0, 1},
      {"train.weight_decay", FieldType::number, 2e-4, "", "Weight decay, on every parameter.", {}, 0},
      {"train.defer_until",
       FieldType::integer,
       nullptr,
       "epochs",
       "Where deferred methods begin to re-balance; by default 0.8 of train.epochs, and before the last epoch.",
       {},
       0},
  };
}

/// In which precision, and from where.
std::vector<Field> start_fields() {
  return {
      {"train.precision",
       FieldType::text,
       "float32",
       "",
       "Precision of the arithmetic; bf16: convolutions in bfloat16, weights and sums in float32; tf32: float32 "
       "whose products keep ten bits, only on a GPU; with --trials-per-device no other precision runs beside it.",
       {"float32", "bf16", "tf32", "float64"}},
      {"train.start_from", FieldType::text, "", "file",
       "Begin f from this checkpoint (.safetensors or .t7), momentum included where it has it."},
      {"train.start_epoch", FieldType::integer, 0, "epochs", "The epoch that such an f begins at.", {}, 0},
  };
}

/// On what; none of these is part of a trial's id.
std::vector<Field> machine_fields() {
  return {
      {"train.device",
       FieldType::text,
       "auto",
       "",
       "Where to train; auto: a GPU where there is one.",
       {"auto", "cpu", "cuda"},
       0,
       0,
       FieldUse::provenance},
      {"train.kernels", FieldType::text, "auto", "",
       "What computes on a CPU: the project's own kernels for one of its instruction sets (auto: the fastest that "
       "the "
       "processor runs and M2M_INSTRUCTION_SET allows), or libtorch's operations alone; they differ in rounding "
       "and "
       "speed.",
       kernel_names(), 0, 0, FieldUse::provenance},
      {"train.executor",
       FieldType::text,
       "auto",
       "",
       "How steps get to a GPU: operation by operation (eager), or recorded once as CUDA graphs and replayed; "
       "auto: graph on a "
       "GPU, eager on a CPU, where graph only tests what is recorded.",
       {"auto", "eager", "graph"},
       0,
       0,
       FieldUse::provenance},
      {"train.batch_norm",
       FieldType::text,
       "sync",
       "",
       "Where several ranks train one trial: batch statistics over the shares of all of them, or local to each.",
       {"sync", "local"},
       0,
       0,
       FieldUse::provenance},
      {"train.deterministic",
       FieldType::flag,
       false,
       "",
       "Deal each batch to 8 shards and add up in a fixed order: the same bits for 1, 2, 4 and 8 ranks a trial, at "
       "a "
       "price. Only on a CPU.",
       {},
       0,
       0,
       FieldUse::provenance},
      {"train.threads", FieldType::integer, 1, "threads", "Threads of a rank.", {}, 1, 1024, FieldUse::provenance},
  };
}

/// What is looked at and written while a trial runs; as little.
std::vector<Field> watching_fields() {
  return {
      {"train.evaluation_batch",
       FieldType::integer,
       0,
       "images",
       "Images per forward pass of an evaluation; 0: 1000 on a GPU, 500 on a CPU.",
       {},
       0,
       65536,
       FieldUse::provenance},
      {"train.checkpoint_every",
       FieldType::number,
       10.0,
       "minutes",
       "How often a running trial writes what it could be resumed from after a kill; 0: only when it is stopped.",
       {},
       0,
       100000,
       FieldUse::provenance},
      {"train.test_every",
       FieldType::integer,
       1,
       "epochs",
       "How often the test set is evaluated for the curves; 0: only where a result is taken.",
       {},
       0,
       100000,
       FieldUse::provenance},
  };
}

/// What results hold for people to look at. No part of an id: a trial that is done is not run again for them.
std::vector<Field> record_fields() {
  return {
      {"record.features",
       FieldType::integer,
       0,
       "images",
       "Record the penultimate features of the first so many training images a class, at the end; 0: none.",
       {},
       0,
       100000,
       FieldUse::provenance},
      {"record.samples",
       FieldType::integer,
       0,
       "translations",
       "Record so many translations at the end, with what f and g say of them along their steps; 0: none.",
       {},
       0,
       100000,
       FieldUse::provenance},
  };
}

}  // namespace

std::vector<Field> train_fields() {
  std::vector<Field> fields;
  for (const auto& rows :
       {seed_fields(), schedule_fields(), start_fields(), machine_fields(), watching_fields(), record_fields()}) {
    fields.insert(fields.end(), rows.begin(), rows.end());
  }
  return fields;
}

}  // namespace m2m::settings

namespace m2m::train {
namespace {

torch::Device device_for(const std::string& wanted, int local_rank) {
  if (wanted != "cpu" && !nn::gpu_trouble().empty()) {
    throw usage_error(
        fmt::format("train.device = '{}': {}; or set train.device = 'cpu'", wanted, nn::gpu_trouble()));
  }
  const bool has_gpu = torch::cuda::is_available();
  if (wanted == "cuda" && !has_gpu) {
    throw usage_error(
        "train.device = 'cuda': no GPU is available; set train.device = 'cpu', or build with 'make gpu' on a "
        "machine that has one");
  }
  if (wanted == "cpu" || !has_gpu) return torch::kCPU;
  const auto gpus = static_cast<int>(torch::cuda::device_count());
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(local_rank % gpus)};
}

void take_recipe(settings::TrainSettings& settings, const Config& resolved) {
  const settings::Recipe recipe = settings::recipe_of(resolved);
  settings.head = recipe.head;
  if (recipe.head == settings::HeadKind::cosine) settings.logit_scale = resolved.number("train.logit_scale");
  settings.trainable = recipe.train;
  if (!recipe.is_second_stage()) return;
  settings.epochs = static_cast<int>(resolved.integer("second.epochs"));
  settings.schedule = {resolved.number("second.lr"), 0, {}, 1, settings.epochs};
  settings.head_lr_factor = resolved.number("second.head_lr_factor");
  settings.start_from.clear();
  settings.start_epoch = 0;
}

}  // namespace

void check_tf32(const std::string& setting, const std::string& precision, torch::Device device) {
  if (precision != "tf32" || device.is_cuda()) return;
  throw usage_error(fmt::format(
      "{0} = 'tf32': only GPUs compute in TF32, and this runs on a CPU; set {0} = 'float32', or {0} = 'bf16'",
      setting));
}

settings::TrainSettings train_settings(const Config& resolved, int local_rank) {
  settings::TrainSettings settings;
  settings.network = resolved.text("train.network");
  settings.epochs = static_cast<int>(resolved.integer("train.epochs"));
  settings.batch_size = resolved.integer("train.batch_size");
  settings.schedule = {resolved.number("train.lr"), static_cast<int>(resolved.integer("train.warmup")),
                       resolved.numbers("train.lr_drops"), resolved.number("train.lr_drop_factor")};
  settings.momentum = resolved.number("train.momentum");
  settings.weight_decay = resolved.number("train.weight_decay");
  settings.defer_until = static_cast<int>(resolved.integer("train.defer_until"));
  settings.precision = resolved.text("train.precision") == "float64" ? torch::kFloat64 : torch::kFloat32;
  settings.bfloat16 = resolved.text("train.precision") == "bf16";
  settings.tf32 = resolved.text("train.precision") == "tf32";
  settings.kernels = resolved.text("train.kernels");
  if (settings.kernels != "torch") find_instruction_set(settings.kernels);  // a refusal belongs here
  settings.device = device_for(resolved.text("train.device"), local_rank);
  check_tf32("train.precision", resolved.text("train.precision"), settings.device);
  const std::string executor = resolved.text("train.executor");
  settings.plans_ahead = settings.device.is_cuda();
  settings.graphed = executor == "graph" || (executor == "auto" && settings.device.is_cuda());
  settings.threads = static_cast<int>(resolved.integer("train.threads"));
  settings.synchronised = resolved.text("train.batch_norm") == "sync";
  settings.deterministic = resolved.flag("train.deterministic");
  if (settings.deterministic && settings.device.is_cuda()) {
    throw usage_error("train.deterministic = true: sums on a GPU have no fixed order; set train.device = 'cpu'");
  }
  settings.evaluation_batch = resolved.integer("train.evaluation_batch");
  if (settings.evaluation_batch == 0) settings.evaluation_batch = settings.device.is_cuda() ? 1000 : 500;
  settings.checkpoint_seconds = 60 * resolved.number("train.checkpoint_every");
  settings.test_every = static_cast<int>(resolved.integer("train.test_every"));
  settings.features_per_class = static_cast<int>(resolved.integer("record.features"));
  settings.samples = static_cast<int>(resolved.integer("record.samples"));
  settings.start_from = resolved.text("train.start_from");
  settings.start_epoch = static_cast<int>(resolved.integer("train.start_epoch"));
  take_recipe(settings, resolved);
  return settings;
}

}  // namespace m2m::train
