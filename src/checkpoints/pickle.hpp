#pragma once
// Python's pickles, as far as old PyTorch checkpoints use them. They are read as data; nothing is executed.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace m2m::checkpoints {

/// Index of a value in a Pickle.
using PickleId = std::uint32_t;

/// Kinds of values.
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
  call,        // a call of items[0], a global, with items[1], a tuple; not executed
  persistent,  // an object outside of the pickle that items[0] describes
};

/// A value of a pickle.
struct PickleValue {
  PickleKind kind = PickleKind::none;
  std::int64_t integer = 0;  // flag: 0 or 1
  double number = 0;
  std::string text;             // texts, globals
  std::vector<PickleId> items;  // of a dict: key, value, key, value ...
};

/// Values of one pickle. Ids are indices into `values`; a hostile pickle may contain cycles.
struct Pickle {
  std::vector<PickleValue> values;
  PickleId root = 0;
  const PickleValue& at(PickleId id) const { return values[id]; }
};

/// Reads the pickle that begins at `bytes[offset]` and moves `offset` behind it.
///
/// globals: the accepted names. Supports the opcodes of protocol 2 that plain values, collections.OrderedDict and
/// PyTorch's tensors use; a call is kept as a description. Bounded: at most a million values and a stack of 65,536;
/// memory in proportion to the bytes. Local.
/// Throws Error (bad_data), naming `origin` and the byte, if the pickle is damaged or has another global, which is
/// named.
Pickle read_pickle(std::string_view bytes, std::size_t& offset, std::span<const std::string_view> globals,
                   const std::string& origin);

}  // namespace m2m::checkpoints
