#pragma once
// Settings of training (train.*), of its seeds (seeds.*) and of its records (record.*). Also the table of networks,
// which the module nn builds.
#include <string>
#include <vector>

#include "settings/words.hpp"

namespace m2m::settings {

/// The protocol and the seeds. A seed is one 32-bit word of a Philox key.
struct Seeds {
  Protocol protocol{};
  std::int64_t seed = 0;  // the default of the five below
  std::int64_t subset = 0, init = 0, order = 0, plan = 0, g = 0;
};
template <>
const Rows<Seeds>& rows<Seeds>();

/// The values of train.*.
struct TrainSettings {
  std::string network;
  int width = 16;  // channels of the first stage; each further stage has twice as many
  int epochs = 200;
  std::int64_t batch_size = 128;
  double learning_rate = 0.1;
  RateSchedule schedule{};
  int warmup = 5;                // epochs
  std::vector<double> lr_drops;  // epochs; from each one on the rate is multiplied by the factor once more
  double lr_drop_factor = 0.01;
  double momentum = 0.9;
  bool nesterov = false;
  double weight_decay = 2e-4;
  double clip_norm = 0;  // largest L2 norm of a step's gradient; 0: any
  int defer_until = 160;
  Precision precision{};
  std::string start_from;  // path of a checkpoint of f; empty: none
  int start_epoch = 0;
  Device device{};
  std::string kernels = "auto";  // one of kernel_names()
  Executor executor{};
  BatchNorm batch_norm{};
  bool deterministic = false;
  int threads = 1;
  std::int64_t evaluation_batch = 0;  // images; 0: depends on the device
  double checkpoint_every = 10;       // minutes; 0: only when a trial is stopped
  int test_every = 1;                 // epochs; 0: only for results
};
template <>
const Rows<TrainSettings>& rows<TrainSettings>();

/// The values of record.*: features and translations in a record.
struct RecordSettings {
  int features = 0;  // training images per class whose features are recorded
  int samples = 0;   // translations that are recorded
};
template <>
const Rows<RecordSettings>& rows<RecordSettings>();

/// The choices of train.kernels: "auto", the fastest; "torch", only the operations of libtorch; or the name of an
/// instruction set (core/instruction_set.hpp) for the project's kernels.
std::vector<std::string> kernel_names();

/// A row of the table of networks.
struct NetworkFacts {
  const char* name;
  const char* about;    // one sentence
  bool takes_features;  // it takes vectors of features as well as images
  bool takes_width;     // its channels follow train.width
  int first_channels;   // of the first stage, at the default width; 0: it has no stages of 3x3 convolutions
};

/// All networks, in the order of help.
const std::vector<NetworkFacts>& networks();
/// The names of all networks, in the order of the table.
std::vector<std::string> network_names();
/// The names of those that take train.width, in the order of the table.
std::vector<std::string> scalable_network_names();

/// The network of that name. Throws Error (usage) if there is none; the sentence lists all names.
const NetworkFacts& find_network(const std::string& name);

}  // namespace m2m::settings
