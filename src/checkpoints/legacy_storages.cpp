#include "checkpoints/legacy_storages.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <optional>

#include "core/error.hpp"

namespace m2m::checkpoints {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian, and so is this code");

constexpr std::size_t most_axes = 16;

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

/// A tuple of non-negative integers.
std::optional<std::vector<std::int64_t>> sizes(const Pickle& pickle, PickleId id) {
  const PickleValue& value = pickle.at(id);
  if (value.kind != PickleKind::tuple || value.items.size() > most_axes) return std::nullopt;
  std::vector<std::int64_t> numbers;
  for (const PickleId item : value.items) {
    if (pickle.at(item).kind != PickleKind::integer || pickle.at(item).integer < 0) return std::nullopt;
    numbers.push_back(pickle.at(item).integer);
  }
  return numbers;
}

/// Whether offset + sum (size - 1) * stride and the number of elements stay within `count`, without overflow.
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

}  // namespace

LegacyStorages::LegacyStorages(const Pickle& object, const Pickle& keys, std::string_view data,
                               const std::string& origin)
    : object_(object), origin_(origin) {
  read(described_storages(), keys, data);
}

/// From ('storage', type, key, device, count, None).
LegacyStorages::Description LegacyStorages::describe(PickleId id) const {
  const PickleValue& tuple = object_.at(id);
  if (tuple.kind != PickleKind::tuple || tuple.items.size() != 6)
    throw fault(origin_, "a storage is not described");
  const auto item = [&](std::size_t i) -> const PickleValue& { return object_.at(tuple.items[i]); };
  const auto type = storage_type(item(1));
  const bool complete = item(0).kind == PickleKind::text && item(0).text == "storage" && type &&
                        item(2).kind == PickleKind::text && item(4).kind == PickleKind::integer &&
                        item(4).integer >= 0 && item(5).kind == PickleKind::none;
  if (!complete) throw fault(origin_, "a storage is described in another way than a type, a key and a size");
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
      throw fault(origin_, "the list of storages names one that the checkpoint does not, or one twice");
    }
    const Description& storage = found->second;
    const auto room = static_cast<std::int64_t>(data.size() / torch::elementSize(storage.type));
    std::int64_t count = -1;
    if (data.size() >= sizeof count) std::memcpy(&count, data.data(), sizeof count);
    if (count != storage.count ||
        count > room - static_cast<std::int64_t>(sizeof count / torch::elementSize(storage.type))) {
      throw fault(origin_, fmt::format("storage '{}' should hold {} elements, but the file does not", storage.key,
                                       storage.count));
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

/// From _rebuild_tensor_v2(storage, offset, sizes, strides, requires_grad, hooks).
torch::Tensor LegacyStorages::tensor(PickleId id) const {
  if (!is_tensor(id)) throw fault(origin_, "a tensor is expected where there is none");
  const std::vector<PickleId>& arguments = object_.at(object_.at(id).items[1]).items;
  if (arguments.size() != 6 || object_.at(arguments[0]).kind != PickleKind::persistent ||
      object_.at(arguments[1]).kind != PickleKind::integer) {
    throw fault(origin_, "a tensor is described in another way than by storage, offset, sizes and strides");
  }
  const std::string key = describe(object_.at(arguments[0]).items[0]).key;
  const auto flat = storages_.find(key);
  if (flat == storages_.end()) throw fault(origin_, fmt::format("storage '{}' is missing", key));
  const std::int64_t offset = object_.at(arguments[1]).integer;
  const auto shape = sizes(object_, arguments[2]);
  const auto strides = sizes(object_, arguments[3]);
  if (!shape || !strides || !lies_within(offset, *shape, *strides, flat->second.numel())) {
    throw fault(origin_, fmt::format("a tensor reaches outside its storage '{}'", key));
  }
  return flat->second.as_strided(*shape, *strides, offset);
}

}  // namespace m2m::checkpoints
