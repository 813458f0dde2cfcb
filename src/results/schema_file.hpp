#pragma once
// HDF5 files of this project's schema: which kind, which version, and what goes wrong with them, said in one
// sentence.
#include <filesystem>
#include <functional>
#include <string>

#include "core/error.hpp"
#include "results/hdf5.hpp"

namespace m2m::results {

/// The file is of a schema that this program does not read (bad_data): not damaged, but of another version.
class OtherSchema : public Error {
 public:
  using Error::Error;
};

/// Makes a file of this kind ("trial" or "results") whose content `write` gives, by way of replace_file: a kill
/// leaves the old file, the new one, or none. Thread-safe, as is reading: one thread at a time has HDF5. Throws
/// Error (input_output) where HDF5 or the file system fails.
void write_schema_file(const std::filesystem::path& file, const std::string& kind,
                       const std::function<void(hid_t root)>& write);

/// Opens a file of this kind and has `read` read it.
///
/// Throws Error: input_output where the file cannot be opened at all; bad_data where it is no HDF5 file, of another
/// program, kind or schema version (OtherSchema), truncated or damaged. hdf5::Failure and JSON errors inside `read`
/// count as damage.
void read_schema_file(const std::filesystem::path& file, const std::string& kind,
                      const std::function<void(hid_t root)>& read);

}  // namespace m2m::results
