#pragma once
// Python's pickles, as far as old PyTorch checkpoints use them: read as data, nothing is executed.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace m2m::checkpoints {

/// A value's place in a Pickle.
using PickleId = std::uint32_t;

enum class PickleKind {
  none,
  flag,
  integer,
  number,
  text,
  global,  // the name of a Python object: "collections.OrderedDict"
  tuple,
  list,
  dict,        // OrderedDict too
  call,        // what Python would get by calling items[0], a global, with items[1], a tuple
  persistent,  // something kept outside the pickle and described by items[0]
};

struct PickleValue {
  PickleKind kind = PickleKind::none;
  std::int64_t integer = 0;  // flag: 0 or 1
  double number = 0;
  std::string text;             // texts, globals
  std::vector<PickleId> items;  // dict: key, value, key, value ...
};

/// One pickle's values. Ids refer into `values`; a hostile pickle may make them refer in circles.
struct Pickle {
  std::vector<PickleValue> values;
  PickleId root = 0;
  const PickleValue& at(PickleId id) const { return values[id]; }
};

/// Reads the pickle that begins at `bytes[offset]` and moves `offset` behind it.
///
/// globals: the names that may occur. Knows the instructions of protocol 2 that plain values,
/// collections.OrderedDict and PyTorch's tensors use; a call stays a description. Bounded: a million values, a
/// stack of 65,536; memory in proportion to the bytes. Local. Throws Error (bad_data), naming `origin` and the
/// byte, for a damaged pickle, and for any other global, by name.
Pickle read_pickle(std::string_view bytes, std::size_t& offset, std::span<const std::string_view> globals,
                   const std::string& origin);

}  // namespace m2m::checkpoints
