#include "checkpoints/pickle.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "checkpoints/pickle_stack.hpp"

namespace m2m::checkpoints {
namespace {

/// Supported opcodes, by the names of Python's pickletools.
namespace code {
constexpr std::uint8_t mark = '(', stop = '.', none = 'N', new_true = 0x88, new_false = 0x89, bin_int = 'J',
                       bin_int1 = 'K', bin_int2 = 'M', long1 = 0x8a, bin_float = 'G', bin_unicode = 'X',
                       empty_list = ']', append = 'a', appends = 'e', empty_dict = '}', set_item = 's',
                       set_items = 'u', empty_tuple = ')', tuple = 't', tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87,
                       bin_put = 'q', long_bin_put = 'r', bin_get = 'h', long_bin_get = 'j', global = 'c',
                       reduce = 'R', build = 'b', bin_persid = 'Q', proto = 0x80;
}  // namespace code

class PickleReader {
 public:
  PickleReader(ByteReader& bytes, std::span<const std::string_view> globals)
      : bytes_(bytes), stack_(bytes), globals_(globals) {}

  Pickle run() {
    while (true) {
      const std::uint8_t opcode = bytes_.read_opcode();
      if (opcode == code::stop) return stack_.finish();
      if (!push_number(opcode) && !push_other_constant(opcode) && !use_memo(opcode) && !fill_container(opcode) &&
          !make_tuple(opcode) && !refer(opcode)) {
        throw bytes_.error_at(fmt::format(
            "unsupported pickle opcode 0x{:02x}; the file was not written by torch.save before 1.6", opcode));
      }
    }
  }

 private:
  // These six functions each execute one family of opcodes; they return true if `opcode` belongs to it.
  bool push_number(std::uint8_t opcode) {
    switch (opcode) {
      case code::bin_int:
        stack_.push_integer(static_cast<std::int32_t>(bytes_.read_unsigned(4)));
        return true;
      case code::bin_int1:
        stack_.push_integer(static_cast<std::int64_t>(bytes_.read_unsigned(1)));
        return true;
      case code::bin_int2:
        stack_.push_integer(static_cast<std::int64_t>(bytes_.read_unsigned(2)));
        return true;
      case code::long1:
        stack_.push_integer(bytes_.read_long());
        return true;
      case code::bin_float:
        stack_.push({PickleKind::number, 0, bytes_.read_double(), "", {}});
        return true;
      default:
        return false;
    }
  }

  bool push_other_constant(std::uint8_t opcode) {
    switch (opcode) {
      case code::none:
        stack_.push(PickleKind::none);
        return true;
      case code::new_true:
      case code::new_false:
        stack_.push_flag(opcode == code::new_true);
        return true;
      case code::bin_unicode:
        stack_.push({PickleKind::text, 0, 0, std::string(bytes_.read(bytes_.read_unsigned(4))), {}});
        return true;
      case code::empty_list:
        stack_.push(PickleKind::list);
        return true;
      case code::empty_dict:
        stack_.push(PickleKind::dict);
        return true;
      case code::empty_tuple:
        stack_.push(PickleKind::tuple);
        return true;
      default:
        return false;
    }
  }

  bool use_memo(std::uint8_t opcode) {
    switch (opcode) {
      case code::bin_put:
        stack_.memo_put(bytes_.read_unsigned(1));
        return true;
      case code::long_bin_put:
        stack_.memo_put(bytes_.read_unsigned(4));
        return true;
      case code::bin_get:
        stack_.memo_get(bytes_.read_unsigned(1));
        return true;
      case code::long_bin_get:
        stack_.memo_get(bytes_.read_unsigned(4));
        return true;
      default:
        return false;
    }
  }

  bool fill_container(std::uint8_t opcode) {
    switch (opcode) {
      case code::append:
        extend(PickleKind::list, "list", stack_.pop_many(1));
        return true;
      case code::appends:
        extend(PickleKind::list, "list", stack_.pop_to_mark());
        return true;
      case code::set_item:
        extend(PickleKind::dict, "dict", stack_.pop_many(2));
        return true;
      case code::set_items:
        extend(PickleKind::dict, "dict", stack_.pop_to_mark());
        return true;
      default:
        return false;
    }
  }

  bool make_tuple(std::uint8_t opcode) {
    switch (opcode) {
      case code::mark:
        stack_.push_mark();
        return true;
      case code::tuple:
        stack_.push(PickleKind::tuple, stack_.pop_to_mark());
        return true;
      case code::tuple1:
      case code::tuple2:
      case code::tuple3:
        stack_.push(PickleKind::tuple, stack_.pop_many(opcode - code::tuple1 + 1u));
        return true;
      default:
        return false;
    }
  }

  bool refer(std::uint8_t opcode) {
    switch (opcode) {
      case code::proto:
        if (bytes_.read_unsigned(1) != 2) throw bytes_.error_at("the pickle protocol is not 2");
        return true;
      case code::global:
        push_global();
        return true;
      case code::reduce:
        describe_call();
        return true;
      case code::build:
        drop_state();
        return true;
      case code::bin_persid:
        stack_.push(PickleKind::persistent, stack_.pop_many(1));
        return true;
      default:
        return false;
    }
  }

  void extend(PickleKind kind, const char* name, const std::vector<PickleId>& items) {
    if (kind == PickleKind::dict && items.size() % 2 != 0) throw bytes_.error_at("a dict's key has no value");
    std::vector<PickleId>& content = stack_.top(kind, name).items;
    content.insert(content.end(), items.begin(), items.end());
  }

  void push_global() {
    const std::string module = bytes_.read_line();
    const std::string name = fmt::format("{}.{}", module, bytes_.read_line());
    if (std::find(globals_.begin(), globals_.end(), name) == globals_.end()) {
      throw data_error(fmt::format("{}: has the global '{}', expected only {}; not loaded", bytes_.origin(),
                                   printable(name), fmt::join(globals_, ", ")));
    }
    stack_.push({PickleKind::global, 0, 0, name, {}});
  }

  static std::string printable(std::string name) {
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return name;
  }

  void describe_call() {
    const bool empty = stack_.top(PickleKind::tuple, "tuple").items.empty();
    const PickleId arguments = stack_.pop();
    const bool is_dict = stack_.top(PickleKind::global, "global").text == "collections.OrderedDict";
    const PickleId function = stack_.pop();
    if (is_dict && !empty) throw bytes_.error_at("an OrderedDict is made from arguments");
    if (is_dict) return stack_.push(PickleKind::dict);
    stack_.push(PickleKind::call, {function, arguments});
  }

  /// Drops attributes beside the items of a dict (the versions of a state_dict).
  void drop_state() {
    stack_.top(PickleKind::dict, "dict");
    stack_.pop();
    stack_.top(PickleKind::dict, "dict");
  }

  ByteReader& bytes_;
  PickleStack stack_;
  std::span<const std::string_view> globals_;
};

}  // namespace

Pickle read_pickle(std::string_view bytes, std::size_t& offset, std::span<const std::string_view> globals,
                   const std::string& origin) {
  ByteReader reader(bytes, offset, origin);
  Pickle pickle = PickleReader(reader, globals).run();
  offset = reader.offset();
  return pickle;
}

}  // namespace m2m::checkpoints
