#include "settings/train_settings.hpp"

#include "core/instruction_set.hpp"
#include "settings/recipe.hpp"

namespace m2m::settings {
namespace {

constexpr double max_seed = 4294967295.0;

bool starts_from_file(const Config& resolved) { return !resolved.text("train.start_from").empty(); }
bool starts_anew(const Config& resolved) { return !starts_from_file(resolved); }
bool draws_from_plan(const Config& resolved) { return read<Recipe>(resolved).draws_from_plan(); }
/// True if the learning rate falls at train.lr_drops, as it always did in results without train.schedule.
bool has_drops(const Config& resolved) {
  return find_value(resolved, &TrainSettings::schedule).value_or(RateSchedule::steps) == RateSchedule::steps;
}
bool is_deferred(const Config& resolved) { return read<Recipe>(resolved).is_deferred(); }

/// True if images are drawn from seeds.subset.
bool draws_subset(const Config& resolved) {
  const auto validation = parse_word<Validation>(resolved.text("data.validation"));
  const bool draws_images = resolved.text("data.imbalance") != to_text(Imbalance::own) &&
                            resolved.text("data.subset") == to_text(Subset::random);
  return draws_images || validation == Validation::train_holdout || validation == Validation::fold;
}

Row<Seeds> seed_row(const char* name, std::int64_t Seeds::*member, const char* help) {
  return setting(name, member).derived().range(0, max_seed).seed().help(help);
}

/// Network and schedule.
Rows<TrainSettings> schedule_rows() {
  return {
      setting("train.network", &TrainSettings::network)
          .choices(network_names())
          .derived()
          .help("Network of f and g; by default that of the data set."),
      setting("train.width", &TrainSettings::width)
          .unit("channels")
          .range(16, 1024)
          .acts_if({"train.network", scalable_network_names()})
          .silent_at_default()
          .help("Channels of the first of the three stages of f and g, a multiple of 16; the others have twice and "
                "four times as many."),
      setting("train.epochs", &TrainSettings::epochs)
          .unit("epochs")
          .range(1, 100000)
          .help("Epochs of the schedule."),
      setting("train.batch_size", &TrainSettings::batch_size)
          .unit("images")
          .range(1, 65536)
          .help("Images of a batch, over all ranks of the trial."),
      setting("train.lr", &TrainSettings::learning_rate).at_least(0).help("Base learning rate."),
      setting("train.schedule", &TrainSettings::schedule)
          .silent_at_default()
          .help("Learning rate after the warm-up, of f and g: steps down at train.lr_drops, or half a cosine to 0 "
                "over the rest of train.epochs. Second stages have a cosine of their own."),
      setting("train.warmup", &TrainSettings::warmup)
          .derived()
          .unit("epochs")
          .range(0, 100000)
          .help("Epochs of linear warm-up; by default 0.025 of train.epochs."),
      setting("train.lr_drops", &TrainSettings::lr_drops)
          .derived()
          .unit("epochs")
          .at_least(0)
          .acts(has_drops)
          .help(
              "Epochs from which on the rate is lower, any number of them, with train.schedule = steps; by default "
              "0.8 and 0.9 of train.epochs."),
      setting("train.lr_drop_factor", &TrainSettings::lr_drop_factor)
          .range(0, 1)
          .acts(has_drops)
          .help("Factor of the learning rate at each drop."),
      setting("train.defer_until", &TrainSettings::defer_until)
          .derived()
          .unit("epochs")
          .range(0, 100000)
          .acts(is_deferred)
          .help("Epoch at which deferred methods start to re-balance; by default 0.8 of train.epochs, at most the "
                "last epoch."),
  };
}

/// The update of the weights.
Rows<TrainSettings> update_rows() {
  return {
      setting("train.momentum", &TrainSettings::momentum).range(0, 1).help("Momentum of SGD."),
      setting("train.nesterov", &TrainSettings::nesterov)
          .silent_at_default()
          .help("Nesterov's momentum, of f and g: a step goes along gradient + momentum * velocity."),
      setting("train.weight_decay", &TrainSettings::weight_decay)
          .at_least(0)
          .help("Weight decay, on every parameter."),
      setting("train.clip_norm", &TrainSettings::clip_norm)
          .at_least(0)
          .silent_at_default()
          .help(
              "Largest L2 norm of a step's gradient over all trained parameters of f or g; a longer one is scaled "
              "to it. 0: any."),
  };
}

/// Precision and initialisation.
Rows<TrainSettings> start_rows() {
  return {
      setting("train.precision", &TrainSettings::precision)
          .help("Precision of the arithmetic. bf16: convolutions in bfloat16, weights and sums in float32. tf32: "
                "float32 with products of 10 bits, only on a GPU; with --trials-per-device, either all trials use "
                "it or none."),
      setting("train.start_from", &TrainSettings::start_from)
          .unit("file")
          .acts_elsewhere()
          .help("Checkpoint from which f starts (.safetensors or .t7), with its momentum if it has one."),
      setting("train.start_epoch", &TrainSettings::start_epoch)
          .unit("epochs")
          .range(0, 100000)
          .acts(starts_from_file)
          .help("Epoch at which an f from train.start_from starts."),
  };
}

/// Where and how to run. None of these settings is part of a trial's id.
Rows<TrainSettings> machine_rows() {
  return {
      setting("train.device", &TrainSettings::device)
          .provenance()
          .help("Device of the training; auto: a GPU if there is one."),
      setting("train.kernels", &TrainSettings::kernels)
          .choices(kernel_names())
          .provenance()
          .help(
              "Kernels on a CPU: those of the project for an instruction set (auto: the fastest that the processor "
              "runs and M2M_INSTRUCTION_SET allows), or only the operations of libtorch (torch). They differ in "
              "rounding and speed."),
      setting("train.executor", &TrainSettings::executor)
          .provenance()
          .help(
              "How steps reach a GPU: operation by operation (eager), as recorded CUDA graphs (graph), or recorded "
              "with each image of a translation and an evaluation, and each layer of a training step, in one "
              "launch "
              "(fused: a ResNet of 16 to 64 channels in bf16 on 32x32 images). auto: graph on a GPU, eager on a "
              "CPU, "
              "where graph only tests the recorded code."),
      setting("train.batch_norm", &TrainSettings::batch_norm)
          .provenance()
          .help(
              "Statistics of batch norm if several ranks train one trial: over the images of all ranks, or of each "
              "rank."),
      setting("train.deterministic", &TrainSettings::deterministic)
          .provenance()
          .help(
              "Split each batch into 8 shards and sum in a fixed order: the same bits for 1, 2, 4 and 8 ranks per "
              "trial, but slower. Only on a CPU."),
      setting("train.threads", &TrainSettings::threads)
          .unit("threads")
          .range(1, 1024)
          .provenance()
          .help("Threads per rank."),
  };
}

/// How often a trial evaluates and saves. None of these settings is part of its id.
Rows<TrainSettings> watching_rows() {
  return {
      setting("train.evaluation_batch", &TrainSettings::evaluation_batch)
          .unit("images")
          .range(0, 65536)
          .provenance()
          .help("Images per forward pass of an evaluation; 0: 1000 on a GPU, 500 on a CPU."),
      setting("train.checkpoint_every", &TrainSettings::checkpoint_every)
          .unit("minutes")
          .range(0, 100000)
          .provenance()
          .help("Minutes between two checkpoints of a running trial; 0: only when the trial is stopped."),
      setting("train.test_every", &TrainSettings::test_every)
          .unit("epochs")
          .range(0, 100000)
          .provenance()
          .help("Epochs between two evaluations of the test set for the curves; 0: only for results."),
  };
}

}  // namespace

template <>
const Rows<Seeds>& rows<Seeds>() {
  static const Rows<Seeds> all = {
      setting("protocol", &Seeds::protocol)
          .provenance()
          .help("Default for m2m.seed_by, m2m.gamma_test and weights.beta: as in the authors' program or as in the "
                "paper."),
      setting("seed", &Seeds::seed).range(0, max_seed).provenance().seed().help("Default of the five seeds below."),
      seed_row("seeds.subset", &Seeds::subset,
               "Images that are drawn if data.subset = random or data.validation = train-holdout or fold.")
          .acts(draws_subset)
          .cuts_data(),
      seed_row("seeds.init", &Seeds::init, "Initial weights of f.").acts(starts_anew),
      seed_row("seeds.order", &Seeds::order, "Order and augmentation of the images of f."),
      seed_row("seeds.plan", &Seeds::plan,
               "Re-sampling, mixing, images of noise, and the slots, seed images, coins and noise of translations.")
          .acts(draws_from_plan),
      seed_row("seeds.g", &Seeds::g, "Initial weights, order and augmentation of g.").acts_elsewhere(),
  };
  return all;
}

template <>
const Rows<TrainSettings>& rows<TrainSettings>() {
  static const Rows<TrainSettings> all = [] {
    Rows<TrainSettings> joined;
    for (const auto& part : {schedule_rows(), update_rows(), start_rows(), machine_rows(), watching_rows()}) {
      joined.insert(joined.end(), part.begin(), part.end());
    }
    return joined;
  }();
  return all;
}

template <>
const Rows<RecordSettings>& rows<RecordSettings>() {
  static const Rows<RecordSettings> all = {
      setting("record.features", &RecordSettings::features)
          .unit("images")
          .range(0, 100000)
          .provenance()
          .help("First training images per class whose penultimate features are recorded at the end; 0: none."),
      setting("record.samples", &RecordSettings::samples)
          .unit("translations")
          .range(0, 100000)
          .provenance()
          .help(
              "Translations that are recorded at the end, with the probabilities of f and g along their steps; 0: "
              "none."),
  };
  return all;
}

std::vector<std::string> kernel_names() {
  std::vector<std::string> names = {"auto", "torch"};
  for (const std::string& name : instruction_set_names()) names.push_back(name);
  return names;
}

}  // namespace m2m::settings
