// Kernels for processors with AVX-512 that do not compute in bfloat16.
#include "kernels/lanes_avx512.hpp"
// The loops follow their lanes.
#include "kernels/batch_norm_loops.hpp"
#include "kernels/conv3x3_loops.hpp"
#include "kernels/peak_loops.hpp"
#include "kernels/winograd_loops.hpp"

namespace m2m::kernels {

constinit const KernelSet kernels_avx512 = {
    // Eight pixels keep the FMAs in flight busy; two blocks share each input that is broadcast.
    .float32 = {.conv3x3 = convolve_direct<Float32Products<8, 2>>,
                .batch_norm = &batch_norm_fns<float>,
                .peak = &peak_loop<12>},
    .bf16 = {.peak = &peak_loop<12>},
    .winograd = convolve_winograd<8, 2>,
};

}  // namespace m2m::kernels
