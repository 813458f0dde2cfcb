#include "settings/train_settings.hpp"

#include "core/instruction_set.hpp"
#include "settings/networks.hpp"
#include "settings/recipe.hpp"

namespace m2m::settings {
namespace {

constexpr double max_seed = 4294967295.0;

bool starts_from_file(const Config& resolved) { return !resolved.text("train.start_from").empty(); }
bool starts_anew(const Config& resolved) { return !starts_from_file(resolved); }
bool draws_from_plan(const Config& resolved) { return read<Recipe>(resolved).draws_from_plan(); }
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

/// What is trained, and along which schedule.
Rows<TrainSettings> schedule_rows() {
  return {
      setting("train.network", &TrainSettings::network)
          .choices(network_names())
          .derived()
          .help("The network of f and g; by default the data set's own."),
      setting("train.epochs", &TrainSettings::epochs)
          .unit("epochs")
          .range(1, 100000)
          .help("Length of the schedule."),
      setting("train.batch_size", &TrainSettings::batch_size)
          .unit("images")
          .range(1, 65536)
          .help("Slots of a batch, over all ranks of the trial."),
      setting("train.lr", &TrainSettings::learning_rate).at_least(0).help("Base learning rate."),
      setting("train.warmup", &TrainSettings::warmup)
          .derived()
          .unit("epochs")
          .at_least(0)
          .help("Epochs of linear warm-up; by default 0.025 of train.epochs."),
      setting("train.lr_drops", &TrainSettings::lr_drops)
          .derived()
          .unit("epochs")
          .at_least(0)
          .help("Epochs from which on the rate is lower; by default 0.8 and 0.9 of train.epochs."),
      setting("train.lr_drop_factor", &TrainSettings::lr_drop_factor)
          .range(0, 1)
          .help("What each drop multiplies the rate by."),
      setting("train.momentum", &TrainSettings::momentum).range(0, 1).help("Momentum of SGD (no Nesterov)."),
      setting("train.weight_decay", &TrainSettings::weight_decay)
          .at_least(0)
          .help("Weight decay, on every parameter."),
      setting("train.defer_until", &TrainSettings::defer_until)
          .derived()
          .unit("epochs")
          .at_least(0)
          .acts(is_deferred)
          .help("The epoch from which deferred methods re-balance; by default 0.8 of train.epochs, and before the "
                "last "
                "epoch."),
  };
}

/// In which precision, and from where.
Rows<TrainSettings> start_rows() {
  return {
      setting("train.precision", &TrainSettings::precision)
          .help("Precision of the arithmetic; bf16: convolutions in bfloat16, weights and sums in float32; tf32: "
                "float32 whose products keep ten bits, only on a GPU; with --trials-per-device no other precision "
                "runs beside it."),
      setting("train.start_from", &TrainSettings::start_from)
          .unit("file")
          .acts_elsewhere()
          .help("Begin f from this checkpoint (.safetensors or .t7), momentum included if it has it."),
      setting("train.start_epoch", &TrainSettings::start_epoch)
          .unit("epochs")
          .at_least(0)
          .acts(starts_from_file)
          .help("The epoch that such an f begins at."),
  };
}

/// On what.
Rows<TrainSettings> machine_rows() {
  return {
      setting("train.device", &TrainSettings::device)
          .provenance()
          .help("Where to train; auto: a GPU if there is one."),
      setting("train.kernels", &TrainSettings::kernels)
          .choices(kernel_names())
          .provenance()
          .help("What computes on a CPU: the project's own kernels for one of its instruction sets (auto: the "
                "fastest "
                "that the processor runs and M2M_INSTRUCTION_SET allows), or libtorch's operations alone; they "
                "differ "
                "in rounding and speed."),
      setting("train.executor", &TrainSettings::executor)
          .provenance()
          .help("How steps get to a GPU: operation by operation (eager), or recorded once as CUDA graphs and "
                "replayed; "
                "auto: graph on a GPU, eager on a CPU, where graph only tests what is recorded."),
      setting("train.batch_norm", &TrainSettings::batch_norm)
          .provenance()
          .help("If several ranks train one trial: batch statistics over the shares of all of them, or local to "
                "each."),
      setting("train.deterministic", &TrainSettings::deterministic)
          .provenance()
          .help(
              "Split each batch into 8 shards and add up in a fixed order: the same bits for 1, 2, 4 and 8 ranks a "
              "trial, at a price. Only on a CPU."),
      setting("train.threads", &TrainSettings::threads)
          .unit("threads")
          .range(1, 1024)
          .provenance()
          .help("Threads of a rank."),
  };
}

/// What is evaluated and written while a trial runs.
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
          .help("How often the test set is evaluated for the curves; 0: only where a result is taken."),
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
      setting("seed", &Seeds::seed)
          .range(0, max_seed)
          .provenance()
          .seed()
          .help("Sets the five seeds below; each can be set alone."),
      seed_row("seeds.subset", &Seeds::subset,
               "Which images are drawn if data.subset = random or data.validation = train-holdout.")
          .acts(draws_subset)
          .cuts_data(),
      seed_row("seeds.init", &Seeds::init, "Initial weights of f.").acts(starts_anew),
      seed_row("seeds.order", &Seeds::order, "Order of the images, crops and flips of f."),
      seed_row("seeds.plan", &Seeds::plan,
               "Re-sampling, which slots are translated from which seed images, coins and noise.")
          .acts(draws_from_plan),
      seed_row("seeds.g", &Seeds::g, "Initial weights, order and augmentation of g.").acts_elsewhere(),
  };
  return all;
}

template <>
const Rows<TrainSettings>& rows<TrainSettings>() {
  static const Rows<TrainSettings> all = [] {
    Rows<TrainSettings> joined;
    for (const auto& part : {schedule_rows(), start_rows(), machine_rows(), watching_rows()}) {
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
          .help("Record the penultimate features of that many first training images a class, at the end; 0: none."),
      setting("record.samples", &RecordSettings::samples)
          .unit("translations")
          .range(0, 100000)
          .provenance()
          .help("Record that many translations at the end, with the probabilities that f and g give along their "
                "steps; 0: none."),
  };
  return all;
}

std::vector<std::string> kernel_names() {
  std::vector<std::string> names = {"auto", "torch"};
  for (const std::string& name : instruction_set_names()) names.push_back(name);
  return names;
}

}  // namespace m2m::settings
