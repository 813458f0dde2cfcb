#pragma once
// IEEE 754 binary16 ("float16") as its bits. HDF5 converts it too, but a hundred times slower.
#include <cstdint>

namespace m2m::results {

/// The nearest float16, ties to even; infinite from 65520 on; a NaN stays one.
std::uint16_t half_from_float(float value);
/// Exact.
float float_from_half(std::uint16_t bits);

}  // namespace m2m::results
