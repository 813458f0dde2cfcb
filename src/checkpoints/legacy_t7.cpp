#include "checkpoints/legacy_t7.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "core/error.hpp"
#include "core/files.hpp"
#include "checkpoints/legacy_pickle.hpp"
#include "checkpoints/legacy_storages.hpp"

namespace m2m::checkpoints {
namespace {

using namespace std::string_view_literals;

/// The pickle of the number 0x1950a86a20f9469cfc6c.
constexpr std::string_view magic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."sv;
constexpr std::int64_t format_version = 1001;
constexpr std::size_t most_keys = 1024;  // in a dictionary that is searched; keeps a hostile file's search short
constexpr std::array accepted_globals = {"collections.OrderedDict"sv, "torch.ByteStorage"sv, "torch.FloatStorage"sv,
                                         "torch.LongStorage"sv, "torch._utils._rebuild_tensor_v2"sv};

/// One file's object, with the file's name for sentences.
struct Checkpoint {
  const Pickle& object;
  const LegacyStorages& storages;
  const std::string& origin;

  Error fault(const std::string& what) const {
    return data_error(fmt::format("{}: damaged or incomplete file: {}", origin, what));
  }

  /// The value of `key` in the dict `id`; none where there is no such key.
  std::optional<PickleId> find(PickleId id, std::string_view key) const {
    const PickleValue& dict = object.at(id);
    if (dict.kind != PickleKind::dict || dict.items.size() > 2 * most_keys) {
      throw fault(fmt::format("a small dictionary with '{}' is expected", key));
    }
    for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
      const PickleValue& name = object.at(dict.items[i]);
      if (name.kind == PickleKind::text && name.text == key) return dict.items[i + 1];
    }
    return std::nullopt;
  }

  PickleId get(PickleId id, std::string_view key) const {
    const auto found = find(id, key);
    if (!found) throw fault(fmt::format("there is no '{}'", key));
    return *found;
  }
};

Pickle next_pickle(std::string_view bytes, std::size_t& offset, const std::string& origin) {
  return read_pickle(bytes, offset, accepted_globals, origin);
}

void check_version(std::string_view bytes, std::size_t& offset, const std::string& origin) {
  const Pickle version = next_pickle(bytes, offset, origin);
  next_pickle(bytes, offset, origin);  // the writer's byte order and type sizes; PyTorch writes little-endian alone
  if (version.at(version.root).kind != PickleKind::integer || version.at(version.root).integer != format_version) {
    throw data_error(
        fmt::format("{}: not version {} of PyTorch's legacy format: not loaded", origin, format_version));
  }
}

/// A state_dict: names and tensors, in the order of the layers.
struct State {
  std::vector<std::string> parameters;  // what an optimizer moves
  std::map<std::string, torch::Tensor> tensors;
};

bool is_statistic(const std::string& name) {
  return name.ends_with("running_mean") || name.ends_with("running_var") || name.ends_with("num_batches_tracked");
}

State read_state(const Checkpoint& file, PickleId net) {
  const PickleValue& dict = file.object.at(net);
  if (dict.kind != PickleKind::dict) throw file.fault("'net' is not a dictionary");
  State state;
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    const PickleValue& name = file.object.at(dict.items[i]);
    if (name.kind != PickleKind::text) throw file.fault("a tensor of 'net' has no name");
    if (!state.tensors.emplace(name.text, file.storages.tensor(dict.items[i + 1])).second) {
      throw file.fault(fmt::format("'net' names '{}' twice", name.text));
    }
    if (!is_statistic(name.text)) state.parameters.push_back(name.text);
  }
  return state;
}

/// The optimizer's parameter numbers, in the order it was given the parameters: as many as `expected`.
std::vector<std::int64_t> parameter_numbers(const Checkpoint& file, PickleId optimizer, std::size_t expected) {
  std::vector<std::int64_t> numbers;
  for (const PickleId group : file.object.at(file.get(optimizer, "param_groups")).items) {
    for (const PickleId item : file.object.at(file.get(group, "params")).items) {
      if (numbers.size() == expected) throw file.fault("the optimizer moves more parameters than 'net' has");
      numbers.push_back(file.object.at(item).integer);
    }
  }
  if (numbers.size() < expected) throw file.fault("the optimizer moves fewer parameters than 'net' has");
  return numbers;
}

/// Each parameter number's velocity, where it has one.
std::unordered_map<std::int64_t, torch::Tensor> velocities(const Checkpoint& file, PickleId optimizer) {
  std::unordered_map<std::int64_t, torch::Tensor> found;
  const PickleValue& dict = file.object.at(file.get(optimizer, "state"));
  if (dict.kind != PickleKind::dict) throw file.fault("the optimizer's state is not a dictionary");
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    const auto velocity = file.find(dict.items[i + 1], "momentum_buffer");
    if (!velocity || file.object.at(*velocity).kind == PickleKind::none) continue;
    if (!found.emplace(file.object.at(dict.items[i]).integer, file.storages.tensor(*velocity)).second) {
      throw file.fault("the optimizer's state names a parameter twice");
    }
  }
  return found;
}

std::map<std::string, torch::Tensor> read_momentum(const Checkpoint& file, PickleId optimizer, const State& state) {
  const std::unordered_map<std::int64_t, torch::Tensor> by_number = velocities(file, optimizer);
  if (by_number.empty()) return {};
  const std::vector<std::int64_t> numbers = parameter_numbers(file, optimizer, state.parameters.size());
  std::map<std::string, torch::Tensor> momentum;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto velocity = by_number.find(numbers[i]);
    if (velocity == by_number.end()) continue;
    if (velocity->second.sizes() != state.tensors.at(state.parameters[i]).sizes()) {
      throw file.fault(
          fmt::format("the momentum of '{}' has another shape than the parameter", state.parameters[i]));
    }
    momentum.emplace(state.parameters[i], velocity->second);
  }
  return momentum;
}

double read_number(const Checkpoint& file, std::string_view key, double otherwise) {
  const auto found = file.find(file.object.root, key);
  if (!found) return otherwise;
  const PickleValue& value = file.object.at(*found);
  if (value.kind == PickleKind::number) return value.number;
  return value.kind == PickleKind::integer ? static_cast<double>(value.integer) : otherwise;
}

int read_epoch(const Checkpoint& file) {
  const double epoch = read_number(file, "epoch", -1);
  return epoch >= 0 && epoch < 1e9 ? static_cast<int>(epoch) : -1;
}

}  // namespace

bool is_legacy_t7(std::string_view bytes) { return bytes.starts_with(magic); }

LegacyCheckpoint parse_legacy_t7(std::string_view bytes, const std::string& origin) {
  if (!is_legacy_t7(bytes))
    throw data_error(origin + ": does not begin as a legacy PyTorch checkpoint: not loaded");
  std::size_t offset = magic.size();
  check_version(bytes, offset, origin);
  const Pickle object = next_pickle(bytes, offset, origin);
  const Pickle keys = next_pickle(bytes, offset, origin);
  const LegacyStorages storages(object, keys, bytes.substr(offset), origin);
  const Checkpoint file{object, storages, origin};

  State state = read_state(file, file.get(object.root, "net"));
  LegacyCheckpoint read;
  if (const auto optimizer = file.find(object.root, "optimizer")) {
    read.momentum = read_momentum(file, *optimizer, state);
  }
  read.net.tensors = std::move(state.tensors);
  read.accuracy = read_number(file, "acc", read.accuracy);
  read.epoch = read_epoch(file);
  return read;
}

LegacyCheckpoint read_legacy_t7(const std::filesystem::path& path) {
  return parse_legacy_t7(read_file(path), path.string());
}

}  // namespace m2m::checkpoints
