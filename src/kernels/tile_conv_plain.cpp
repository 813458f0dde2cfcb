// For any processor, and for no speed: what the tiles of the other variant are checked against.
#include "kernels/lanes_plain.hpp"
#include "kernels/tiles_plain.hpp"
// First the lanes and tiles.
#include "kernels/tile_conv_loops.hpp"
#include "kernels/tile_conv_variants.hpp"

namespace m2m::kernels {

void tile_conv_plain(const TileConvolution& conv, const ConvBuffers<Bf16>& memory) { convolve(conv, memory); }

}  // namespace m2m::kernels
