#pragma once
// Makes a small legacy PyTorch checkpoint, opcode by opcode.
#include <string>
#include <vector>

namespace m2m::testing {

/// Makes parts of a pickle of protocol 2.
namespace pickled {
std::string text(const std::string& value);
std::string integer(std::int64_t value);
std::string number(double value);
std::string global(const std::string& module, const std::string& name);
std::string tuple(const std::vector<std::string>& items);
std::string list(const std::vector<std::string>& items);
std::string dict(const std::vector<std::string>& keys_and_values);
/// Makes a whole pickle of one value.
std::string whole(const std::string& value);
/// A float tensor that is contiguous at `offset` of its storage.
std::string tensor(const std::string& key, std::int64_t count, std::int64_t offset,
                   const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides);
/// Keys and values of the four entries of legacy_sample().
std::vector<std::string> sample_entries();
}  // namespace pickled

/// The pickles of the magic number, the version and the system.
std::string legacy_preamble();

/// Makes a file around `object`, a value. Storages "1" (floats 0 to 7) and "2" (floats 0 to 5) follow it.
std::string legacy_file(const std::string& object);

/// Makes a checkpoint. net: a.weight [2, 3] = 0 ... 5, a.running_mean [2] = 6, 7 (same storage); optimizer:
/// parameter 140 with momentum [2, 3] = 0 ... 5; acc 69.5; epoch 12.
std::string legacy_sample();

}  // namespace m2m::testing
