#include "support/legacy_sample.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

namespace m2m::testing {
namespace {

template <typename Value>
std::string raw(Value value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

std::string joined(const std::vector<std::string>& items) {
  std::string all;
  for (const std::string& item : items) all += item;
  return all;
}

std::string storage(std::int64_t count) {
  std::string bytes = raw(count);
  for (std::int64_t i = 0; i < count; ++i) bytes += raw(static_cast<float>(i));
  return bytes;
}

std::string integers(const std::vector<std::int64_t>& values) {
  std::vector<std::string> items;
  for (const std::int64_t value : values) items.push_back(pickled::integer(value));
  return pickled::tuple(items);
}

}  // namespace

namespace pickled {

std::string text(const std::string& value) { return "X" + raw(static_cast<std::uint32_t>(value.size())) + value; }

std::string integer(std::int64_t value) { return "\x8a\x08" + raw(value); }

std::string number(double value) {
  std::string bytes = raw(value);
  return "G" + std::string(bytes.rbegin(), bytes.rend());
}

std::string global(const std::string& module, const std::string& name) { return "c" + module + "\n" + name + "\n"; }

std::string tuple(const std::vector<std::string>& items) { return "(" + joined(items) + "t"; }

std::string list(const std::vector<std::string>& items) { return "](" + joined(items) + "e"; }

std::string dict(const std::vector<std::string>& keys_and_values) { return "}(" + joined(keys_and_values) + "u"; }

std::string whole(const std::string& value) { return "\x80\x02" + value + "."; }

std::string tensor(const std::string& key, std::int64_t count, std::int64_t offset,
                   const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides) {
  const std::string storage =
      tuple({text("storage"), global("torch", "FloatStorage"), text(key), text("cuda:0"), integer(count), "N"}) +
      "Q";
  const std::string hooks = global("collections", "OrderedDict") + ")R";
  return global("torch._utils", "_rebuild_tensor_v2") +
         tuple({storage, integer(offset), integers(shape), integers(strides), "\x89", hooks}) + "R";
}

std::vector<std::string> sample_entries() {
  const std::string net = global("collections", "OrderedDict") + ")R(" + text("a.weight") +
                          tensor("1", 8, 0, {2, 3}, {3, 1}) + text("a.running_mean") + tensor("1", 8, 6, {2}, {1}) +
                          "u" + dict({text("_metadata"), dict({})}) + "b";
  const std::string state =
      dict({integer(140), dict({text("momentum_buffer"), tensor("2", 6, 0, {2, 3}, {3, 1})})});
  const std::string groups = list({dict({text("lr"), number(.1), text("params"), list({integer(140)})})});
  return {text("net"), net,          text("optimizer"), dict({text("state"), state, text("param_groups"), groups}),
          text("acc"), number(69.5), text("epoch"),     "K\x0c"};
}

}  // namespace pickled

std::string legacy_preamble() {
  const std::string magic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
  return magic + pickled::whole("M\xe9\x03") +
         pickled::whole(pickled::dict({pickled::text("little_endian"), "\x88"}));
}

std::string legacy_file(const std::string& object) {
  return legacy_preamble() + pickled::whole(object) +
         pickled::whole(pickled::list({pickled::text("1"), pickled::text("2")})) + storage(8) + storage(6);
}

std::string legacy_sample() { return legacy_file(pickled::dict(pickled::sample_entries())); }

}  // namespace m2m::testing
