#pragma once
// The PTX in the binaries of device code that nvcc embeds in a program.
#include <string>

namespace m2m::testing::ptx {

/// The text for the newest compute capability (90 for 9.0) up to `capability`, as a driver takes it that has to
/// compile; empty if there is none. fatbin: as __cudaRegisterFatBinary gets it. Throws std::runtime_error for a
/// layout or a compression of another nvcc than 13.
std::string ptx_of(const void* fatbin, unsigned capability);

}  // namespace m2m::testing::ptx
