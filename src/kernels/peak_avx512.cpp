#include "kernels/lanes_avx512.hpp"
// First the lanes.
#include "kernels/peak_loops.hpp"

namespace m2m::kernels {

const PeakLoop peak_avx512 = loop_of<12>;

}  // namespace m2m::kernels
