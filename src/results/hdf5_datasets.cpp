#include "results/hdf5_datasets.hpp"

#include <algorithm>

#include "results/half.hpp"
#include "results/hdf5_types.hpp"

namespace m2m::results::hdf5 {
namespace {

constexpr std::size_t most_compact_bytes = 60'000;  // HDF5 allows 64 KiB with the message's own header
constexpr std::size_t chunk_bytes = 1 << 20;
constexpr unsigned deflate_level = 4;

void write_dataset(hid_t where, const std::string& name, std::span<const hsize_t> dims, hid_t file_type,
                   hid_t memory, const void* values) {
  const std::string doing = "writing " + name;
  const Handle space = array_space(dims);
  const Handle layout = storage(dims, H5Tget_size(file_type));
  Handle dataset(H5Dcreate2(where, name.c_str(), file_type, space.get(), H5P_DEFAULT, layout.get(), H5P_DEFAULT),
                 H5Dclose, doing);
  checked(H5Dwrite(dataset.get(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), doing);
  dataset.close(doing);
}

template <typename T>
Array<T> read_as(hid_t where, const std::string& name, int rank, hid_t memory) {
  const std::string doing = "reading " + name;
  const Handle dataset(H5Dopen2(where, name.c_str(), H5P_DEFAULT), H5Dclose, doing);
  Array<T> array{dimensions(dataset.get()), {}};
  if (static_cast<int>(array.dims.size()) != rank) throw Failure(doing + ": it has another number of dimensions");
  array.values.resize(element_count(array.dims, sizeof(T)));
  checked(H5Dread(dataset.get(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()), doing);
  return array;
}

}  // namespace

void write_text(hid_t where, const std::string& name, const std::string& text) {
  const std::string doing = "writing " + name;
  const Handle type = text_type(std::max<std::size_t>(text.size(), 1));
  const Handle layout = storage({}, text.size());
  Handle dataset(
      H5Dcreate2(where, name.c_str(), type.get(), scalar_space().get(), H5P_DEFAULT, layout.get(), H5P_DEFAULT),
      H5Dclose, doing);
  checked(H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.c_str()), doing);
  dataset.close(doing);
}

std::string read_text(hid_t where, const std::string& name) {
  const std::string doing = "reading " + name;
  const Handle dataset(H5Dopen2(where, name.c_str(), H5P_DEFAULT), H5Dclose, doing);
  const Handle type(H5Dget_type(dataset.get()), H5Tclose, doing);
  const Handle space(H5Dget_space(dataset.get()), H5Sclose, doing);
  if (H5Tget_class(type.get()) != H5T_STRING || checked(H5Tis_variable_str(type.get()), doing) > 0 ||
      H5Sget_simple_extent_npoints(space.get()) != 1) {
    throw Failure(doing + ": it is not one text of fixed length");
  }
  std::string text(H5Tget_size(type.get()), '\0');
  checked(H5Dread(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()), doing);
  text.erase(std::find(text.begin(), text.end(), '\0'), text.end());
  return text;
}

Handle storage(std::span<const hsize_t> dims, std::size_t element_bytes) {
  Handle layout(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "choosing a layout");
  checked(H5Pset_obj_track_times(layout.get(), false), "choosing a layout");  // equal contents, equal bytes
  const std::size_t bytes = element_count(dims, std::max<std::size_t>(element_bytes, 1)) * element_bytes;
  if (bytes <= most_compact_bytes) {
    if (bytes > 0) checked(H5Pset_layout(layout.get(), H5D_COMPACT), "choosing a layout");
  } else if (!dims.empty()) {
    std::vector<hsize_t> chunk(dims.begin(), dims.end());
    chunk[0] = std::clamp<hsize_t>(chunk_bytes / (bytes / dims[0]), 1, dims[0]);
    checked(H5Pset_chunk(layout.get(), static_cast<int>(chunk.size()), chunk.data()), "choosing chunks");
    checked(H5Pset_shuffle(layout.get()), "choosing filters");
    checked(H5Pset_deflate(layout.get(), deflate_level), "choosing filters");
    checked(H5Pset_fletcher32(layout.get()), "choosing filters");
  }
  return layout;
}

template <typename T>
void write_array(hid_t where, const std::string& name, std::span<const hsize_t> dims, std::span<const T> values) {
  write_dataset(where, name, dims, memory_type<T>(), memory_type<T>(), values.data());
}

void write_half_array(hid_t where, const std::string& name, std::span<const hsize_t> dims,
                      std::span<const float> values) {
  std::vector<std::uint16_t> bits(values.size());
  std::transform(values.begin(), values.end(), bits.begin(), half_from_float);
  const Handle type = half_type();
  write_dataset(where, name, dims, type.get(), type.get(), bits.data());
}

Array<float> read_half_array(hid_t where, const std::string& name, int rank) {
  const Handle type = half_type();
  const Array<std::uint16_t> bits = read_as<std::uint16_t>(where, name, rank, type.get());
  Array<float> array{bits.dims, std::vector<float>(bits.values.size())};
  std::transform(bits.values.begin(), bits.values.end(), array.values.begin(), float_from_half);
  return array;
}

std::vector<hsize_t> dimensions(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose, "reading a shape");
  std::vector<hsize_t> dims(checked(H5Sget_simple_extent_ndims(space.get()), "reading a shape"));
  checked(H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr), "reading a shape");
  return dims;
}

template <typename T>
Array<T> read_array(hid_t where, const std::string& name, int rank) {
  return read_as<T>(where, name, rank, memory_type<T>());
}

template void write_array(hid_t, const std::string&, std::span<const hsize_t>, std::span<const std::int32_t>);
template void write_array(hid_t, const std::string&, std::span<const hsize_t>, std::span<const std::int64_t>);
template Array<std::int32_t> read_array(hid_t, const std::string&, int);
template Array<std::int64_t> read_array(hid_t, const std::string&, int);

}  // namespace m2m::results::hdf5
