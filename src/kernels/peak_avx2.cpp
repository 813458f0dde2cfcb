#include "kernels/lanes_avx2.hpp"
// First the lanes.
#include "kernels/peak_loops.hpp"

namespace m2m::kernels {

const PeakLoop peak_avx2 = loop_of<6>;

}  // namespace m2m::kernels
