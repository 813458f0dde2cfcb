#include "checkpoints/legacy_t7.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "checkpoints/pickle.hpp"
#include "core/error.hpp"
#include "core/files.hpp"

namespace m2m::checkpoints {
namespace {

/// Raw storages of a checkpoint by key, each a flat tensor. The checkpoint's pickle describes tensors as views of
/// them.
class LegacyStorages {
 public:
  /// Reads the storages. object: the checkpoint's pickle, with type and size of each storage; keys: the list of
  /// their keys; data: the rest of the file, per key a count and that many elements. Throws Error (bad_data),
  /// naming `origin`.
  LegacyStorages(const Pickle& object, const Pickle& keys, std::string_view data, const std::string& origin);

  bool is_tensor(PickleId id) const;

  /// The tensor that this value describes: a view of its storage. Throws Error (bad_data) if it describes no
  /// tensor, or one that exceeds its storage.
  torch::Tensor tensor(PickleId id) const;

 private:
  struct Description {
    std::string key;
    torch::ScalarType type = torch::kFloat32;
    std::int64_t count = 0;
  };
  Description describe(PickleId id) const;
  std::map<std::string, Description> described_storages() const;
  void read(const std::map<std::string, Description>& described, const Pickle& keys, std::string_view data);

  const Pickle& object_;
  std::string origin_;
  std::map<std::string, torch::Tensor> storages_;
};

static_assert(std::endian::native == std::endian::little, "the format and this code are little-endian");

constexpr std::size_t max_axes = 16;

struct StorageType {
  std::string_view name;
  torch::ScalarType type;
};
constexpr StorageType storage_types[] = {{"torch.ByteStorage", torch::kUInt8},
                                         {"torch.FloatStorage", torch::kFloat32},
                                         {"torch.LongStorage", torch::kInt64}};

Error fault(const std::string& origin, const std::string& what) {
  return data_error(fmt::format("{}: damaged or incomplete file: {}", origin, what));
}

std::optional<torch::ScalarType> storage_type(const PickleValue& value) {
  for (const StorageType& row : storage_types) {
    if (value.kind == PickleKind::global && value.text == row.name) return row.type;
  }
  return std::nullopt;
}

/// Values of a tuple of non-negative integers; nothing if it is another value.
std::optional<std::vector<std::int64_t>> sizes(const Pickle& pickle, PickleId id) {
  const PickleValue& value = pickle.at(id);
  if (value.kind != PickleKind::tuple || value.items.size() > max_axes) return std::nullopt;
  std::vector<std::int64_t> numbers;
  for (const PickleId item : value.items) {
    if (pickle.at(item).kind != PickleKind::integer || pickle.at(item).integer < 0) return std::nullopt;
    numbers.push_back(pickle.at(item).integer);
  }
  return numbers;
}

/// True if offset + sum (size - 1) * stride and the number of elements are within `count`. Does not overflow.
bool lies_within(std::int64_t offset, const std::vector<std::int64_t>& shape,
                 const std::vector<std::int64_t>& strides, std::int64_t count) {
  if (shape.size() != strides.size() || offset < 0 || offset > count) return false;
  std::int64_t room = count - offset, elements = 1;
  for (const std::int64_t size : shape) {
    if (size > count || (size > 0 && elements > count / size)) return false;
    elements *= std::max<std::int64_t>(size, 1);
  }
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == 0) return true;
    if (strides[axis] > count) return false;
    if (shape[axis] > 1 && strides[axis] > room / (shape[axis] - 1)) return false;
    room -= (shape[axis] - 1) * strides[axis];
  }
  return room >= 1;
}

LegacyStorages::LegacyStorages(const Pickle& object, const Pickle& keys, std::string_view data,
                               const std::string& origin)
    : object_(object), origin_(origin) {
  read(described_storages(), keys, data);
}

/// Reads ('storage', type, key, device, count, None).
LegacyStorages::Description LegacyStorages::describe(PickleId id) const {
  const PickleValue& tuple = object_.at(id);
  if (tuple.kind != PickleKind::tuple || tuple.items.size() != 6)
    throw fault(origin_, "a storage is not described");
  const auto item = [&](std::size_t i) -> const PickleValue& { return object_.at(tuple.items[i]); };
  const auto type = storage_type(item(1));
  const bool complete = item(0).kind == PickleKind::text && item(0).text == "storage" && type &&
                        item(2).kind == PickleKind::text && item(4).kind == PickleKind::integer &&
                        item(4).integer >= 0 && item(5).kind == PickleKind::none;
  if (!complete) throw fault(origin_, "a storage is described by other values than type, key and size");
  return {item(2).text, *type, item(4).integer};
}

std::map<std::string, LegacyStorages::Description> LegacyStorages::described_storages() const {
  std::map<std::string, Description> described;
  for (const PickleValue& value : object_.values) {
    if (value.kind != PickleKind::persistent) continue;
    Description found = describe(value.items[0]);
    const auto [known, fresh] = described.emplace(found.key, found);
    if (!fresh && (known->second.type != found.type || known->second.count != found.count)) {
      throw fault(origin_, fmt::format("storage '{}' is described in two ways", found.key));
    }
  }
  return described;
}

void LegacyStorages::read(const std::map<std::string, Description>& described, const Pickle& keys,
                          std::string_view data) {
  const PickleValue& list = keys.at(keys.root);
  if (list.kind != PickleKind::list) throw fault(origin_, "the list of storages is missing");
  for (const PickleId id : list.items) {
    const auto found = described.find(keys.at(id).text);
    if (found == described.end() || storages_.contains(found->first)) {
      throw fault(origin_, "the list of storages has an unknown or repeated key");
    }
    const Description& storage = found->second;
    const auto room = static_cast<std::int64_t>(data.size() / torch::elementSize(storage.type));
    std::int64_t count = -1;
    if (data.size() >= sizeof count) std::memcpy(&count, data.data(), sizeof count);
    if (count != storage.count ||
        count > room - static_cast<std::int64_t>(sizeof count / torch::elementSize(storage.type))) {
      throw fault(origin_, fmt::format("storage '{}' does not hold its {} elements", storage.key, storage.count));
    }
    const std::size_t bytes = static_cast<std::size_t>(count) * torch::elementSize(storage.type);
    torch::Tensor flat = torch::empty({count}, storage.type);
    if (bytes > 0) std::memcpy(flat.data_ptr(), data.data() + sizeof count, bytes);
    storages_.emplace(storage.key, flat);
    data.remove_prefix(sizeof count + bytes);
  }
  if (!data.empty()) throw fault(origin_, fmt::format("{} bytes follow the last storage", data.size()));
}

bool LegacyStorages::is_tensor(PickleId id) const {
  const PickleValue& call = object_.at(id);
  return call.kind == PickleKind::call && object_.at(call.items[0]).text == "torch._utils._rebuild_tensor_v2";
}

/// Reads _rebuild_tensor_v2(storage, offset, sizes, strides, requires_grad, hooks).
torch::Tensor LegacyStorages::tensor(PickleId id) const {
  if (!is_tensor(id)) throw fault(origin_, "expected a tensor, found another value");
  const std::vector<PickleId>& arguments = object_.at(object_.at(id).items[1]).items;
  if (arguments.size() != 6 || object_.at(arguments[0]).kind != PickleKind::persistent ||
      object_.at(arguments[1]).kind != PickleKind::integer) {
    throw fault(origin_, "a tensor is described by other values than storage, offset, sizes and strides");
  }
  const std::string key = describe(object_.at(arguments[0]).items[0]).key;
  const auto flat = storages_.find(key);
  if (flat == storages_.end()) throw fault(origin_, fmt::format("storage '{}' is missing", key));
  const std::int64_t offset = object_.at(arguments[1]).integer;
  const auto shape = sizes(object_, arguments[2]);
  const auto strides = sizes(object_, arguments[3]);
  if (!shape || !strides || !lies_within(offset, *shape, *strides, flat->second.numel())) {
    throw fault(origin_, fmt::format("a tensor exceeds its storage '{}'", key));
  }
  return flat->second.as_strided(*shape, *strides, offset);
}

using namespace std::string_view_literals;

/// Pickle of the number 0x1950a86a20f9469cfc6c.
constexpr std::string_view magic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."sv;
constexpr std::int64_t format_version = 1001;
constexpr std::size_t max_keys = 1024;  // of a dictionary that is searched; bounds the search in a hostile file
constexpr std::array accepted_globals = {"collections.OrderedDict"sv, "torch.ByteStorage"sv, "torch.FloatStorage"sv,
                                         "torch.LongStorage"sv, "torch._utils._rebuild_tensor_v2"sv};

/// The object of a file, and the name of the file for errors.
struct Checkpoint {
  const Pickle& object;
  const LegacyStorages& storages;
  const std::string& origin;

  Error fault(const std::string& what) const {
    return data_error(fmt::format("{}: damaged or incomplete file: {}", origin, what));
  }

  /// Value of `key` in the dict `id`; nothing if there is no such key.
  std::optional<PickleId> find(PickleId id, std::string_view key) const {
    const PickleValue& dict = object.at(id);
    if (dict.kind != PickleKind::dict || dict.items.size() > 2 * max_keys) {
      throw fault(fmt::format("expected a small dictionary with '{}'", key));
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
  next_pickle(bytes, offset, origin);  // byte order and type sizes of the writer; PyTorch writes only little-endian
  if (version.at(version.root).kind != PickleKind::integer || version.at(version.root).integer != format_version) {
    throw data_error(
        fmt::format("{}: is not version {} of PyTorch's legacy format; not loaded", origin, format_version));
  }
}

/// A state_dict: names and tensors, in the order of the layers.
struct State {
  std::vector<std::string> parameters;  // those that the optimizer updates
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

/// The optimizer's parameter numbers, in the order in which it got the parameters; `expected` of them.
std::vector<std::int64_t> parameter_numbers(const Checkpoint& file, PickleId optimizer, std::size_t expected) {
  std::vector<std::int64_t> numbers;
  for (const PickleId group : file.object.at(file.get(optimizer, "param_groups")).items) {
    for (const PickleId item : file.object.at(file.get(group, "params")).items) {
      if (numbers.size() == expected) throw file.fault("the optimizer has more parameters than 'net' has");
      numbers.push_back(file.object.at(item).integer);
    }
  }
  if (numbers.size() < expected) throw file.fault("the optimizer has fewer parameters than 'net' has");
  return numbers;
}

/// Velocities by parameter number; parameters without one are left out.
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
    throw data_error(origin + ": does not begin like a legacy PyTorch checkpoint; not loaded");
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
