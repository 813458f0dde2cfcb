#pragma once
// The compiled variants, one source each; tile_conv() picks among them.
#include "kernels/tile_conv.hpp"

namespace m2m::kernels {

void tile_conv_plain(const TileConvolution&, const ConvBuffers<Bf16>&);
void tile_conv_amx(const TileConvolution&, const ConvBuffers<Bf16>&);

}  // namespace m2m::kernels
