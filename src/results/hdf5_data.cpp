#include "results/hdf5_data.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "core/error.hpp"
#include "results/hdf5.hpp"

namespace m2m::results::hdf5 {
namespace {

void write_one(hid_t location, const std::string& name, hid_t type, hid_t space, const void* value) {
  const std::string doing = "writing attribute " + name;
  Handle attribute(H5Acreate2(location, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, doing);
  checked(H5Awrite(attribute.get(), type, value), doing);
  attribute.close(doing);
}

void write_text_attribute(hid_t location, const std::string& name, const std::string& text) {
  const Handle type = text_type(H5T_VARIABLE);
  const char* characters = text.c_str();
  write_one(location, name, type.get(), scalar_space().get(), &characters);
}

template <typename Number>
Number read_one(hid_t location, const std::string& name, hid_t type) {
  const std::string doing = "reading attribute " + name;
  const Handle attribute(H5Aopen(location, name.c_str(), H5P_DEFAULT), H5Aclose, doing);
  const Handle space(H5Aget_space(attribute.get()), H5Sclose, doing);
  if (H5Sget_simple_extent_npoints(space.get()) != 1) throw Hdf5Error(doing + ": not a single number");
  Number value = 0;
  checked(H5Aread(attribute.get(), type, &value), doing);
  return value;
}

bool is_list_of_numbers(const Json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& v) { return v.is_number(); });
}

}  // namespace

void write_attribute(hid_t location, const std::string& name, const Json& value) {
  if (value.is_null()) return;
  if (value.is_boolean()) {
    const std::int8_t flag = value.get<bool>() ? 1 : 0;
    write_one(location, name, flag_type().get(), scalar_space().get(), &flag);
  } else if (value.is_number_integer()) {
    const auto integer = value.get<std::int64_t>();
    write_one(location, name, H5T_NATIVE_INT64, scalar_space().get(), &integer);
  } else if (value.is_number()) {
    const auto number = value.get<double>();
    write_one(location, name, H5T_NATIVE_DOUBLE, scalar_space().get(), &number);
  } else if (is_list_of_numbers(value)) {
    const auto numbers = value.get<std::vector<double>>();
    const std::array<hsize_t, 1> dims{numbers.size()};
    const double nothing = 0;  // HDF5 needs an address for an empty list, too
    write_one(location, name, H5T_NATIVE_DOUBLE, array_space(dims).get(),
              numbers.empty() ? &nothing : numbers.data());
  } else {
    write_text_attribute(location, name, value.is_string() ? value.get<std::string>() : canonical_json(value));
  }
}

void write_attributes(hid_t location, const Json& object) {
  for (const auto& [name, value] : object.items()) write_attribute(location, name, value);
}

bool has_attribute(hid_t location, const std::string& name) {
  return checked(H5Aexists(location, name.c_str()), "looking for attribute " + name) > 0;
}

std::int64_t read_integer_attribute(hid_t location, const std::string& name) {
  return read_one<std::int64_t>(location, name, H5T_NATIVE_INT64);
}

double read_number_attribute(hid_t location, const std::string& name) {
  return read_one<double>(location, name, H5T_NATIVE_DOUBLE);
}

namespace {

constexpr std::size_t max_compact_bytes = 60'000;  // HDF5 allows 64 KiB, including a header
constexpr std::size_t chunk_bytes = 1 << 20;
constexpr unsigned deflate_level = 4;

void write_dataset(hid_t location, const std::string& name, std::span<const hsize_t> dims, hid_t file_type,
                   hid_t memory, const void* values) {
  const std::string doing = "writing " + name;
  const Handle space = array_space(dims);
  const Handle layout = dataset_storage(dims, H5Tget_size(file_type));
  Handle dataset(H5Dcreate2(location, name.c_str(), file_type, space.get(), H5P_DEFAULT, layout.get(), H5P_DEFAULT),
                 H5Dclose, doing);
  checked(H5Dwrite(dataset.get(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), doing);
  dataset.close(doing);
}

template <typename T>
Array<T> read_as(hid_t location, const std::string& name, int rank, hid_t memory) {
  const std::string doing = "reading " + name;
  const Handle dataset = open_dataset(location, name);
  Array<T> array{dimensions(dataset.get()), {}};
  if (static_cast<int>(array.dims.size()) != rank) throw Hdf5Error(doing + ": another number of dimensions");
  array.values.resize(element_count(array.dims, sizeof(T)));
  checked(H5Dread(dataset.get(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()), doing);
  return array;
}

}  // namespace

void write_text(hid_t location, const std::string& name, const std::string& text) {
  const std::string doing = "writing " + name;
  const Handle type = text_type(std::max<std::size_t>(text.size(), 1));
  const Handle layout = dataset_storage({}, text.size());
  Handle dataset(
      H5Dcreate2(location, name.c_str(), type.get(), scalar_space().get(), H5P_DEFAULT, layout.get(), H5P_DEFAULT),
      H5Dclose, doing);
  checked(H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.c_str()), doing);
  dataset.close(doing);
}

std::string read_text(hid_t location, const std::string& name) {
  const std::string doing = "reading " + name;
  const Handle dataset = open_dataset(location, name);
  const Handle type(H5Dget_type(dataset.get()), H5Tclose, doing);
  const Handle space(H5Dget_space(dataset.get()), H5Sclose, doing);
  if (H5Tget_class(type.get()) != H5T_STRING || checked(H5Tis_variable_str(type.get()), doing) > 0 ||
      H5Sget_simple_extent_npoints(space.get()) != 1) {
    throw Hdf5Error(doing + ": not a single text of fixed length");
  }
  std::string text(H5Tget_size(type.get()), '\0');
  checked(H5Dread(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()), doing);
  text.erase(std::find(text.begin(), text.end(), '\0'), text.end());
  return text;
}

Handle dataset_storage(std::span<const hsize_t> dims, std::size_t element_bytes) {
  Handle layout(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "choosing a layout");
  checked(H5Pset_obj_track_times(layout.get(), false), "choosing a layout");  // equal contents, equal bytes
  const std::size_t bytes = element_count(dims, std::max<std::size_t>(element_bytes, 1)) * element_bytes;
  if (bytes <= max_compact_bytes) {
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
void write_array(hid_t location, const std::string& name, std::span<const hsize_t> dims,
                 std::span<const T> values) {
  write_dataset(location, name, dims, memory_type<T>(), memory_type<T>(), values.data());
}

void write_half_array(hid_t location, const std::string& name, std::span<const hsize_t> dims,
                      std::span<const float> values) {
  std::vector<std::uint16_t> bits(values.size());
  std::transform(values.begin(), values.end(), bits.begin(), half_from_float);
  const Handle type = half_type();
  write_dataset(location, name, dims, type.get(), type.get(), bits.data());
}

Array<float> read_half_array(hid_t location, const std::string& name, int rank) {
  const Handle type = half_type();
  const Array<std::uint16_t> bits = read_as<std::uint16_t>(location, name, rank, type.get());
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
Array<T> read_array(hid_t location, const std::string& name, int rank) {
  return read_as<T>(location, name, rank, memory_type<T>());
}

template void write_array(hid_t, const std::string&, std::span<const hsize_t>, std::span<const std::int32_t>);
template void write_array(hid_t, const std::string&, std::span<const hsize_t>, std::span<const std::int64_t>);
template Array<std::int32_t> read_array(hid_t, const std::string&, int);
template Array<std::int64_t> read_array(hid_t, const std::string&, int);

namespace {

struct Member {
  const TableColumn* column;
  Handle type;
  std::size_t offset;
};

std::size_t row_count(const TableColumn& column) {
  return std::visit([](const auto& cells) { return cells.size(); }, column.cells);
}

Handle number_type(hid_t type) { return {H5Tcopy(type), H5Tclose, "describing a column"}; }

Handle cell_type(const Flags&) { return flag_type(); }
Handle cell_type(const Integers&) { return number_type(memory_type<std::int64_t>()); }
Handle cell_type(const Numbers&) { return number_type(memory_type<double>()); }
Handle cell_type(const Texts& cells) {
  std::size_t longest = 1;
  for (const std::string& cell : cells) longest = std::max(longest, cell.size());
  return text_type(longest);
}

template <typename Value>
void put(const Value& cell, std::byte* to) {
  std::memcpy(to, &cell, sizeof cell);
}
void put(const std::string& cell, std::byte* to) { std::memcpy(to, cell.data(), cell.size()); }

std::vector<Member> lay_out(const std::vector<TableColumn>& columns, std::size_t& row_bytes) {
  std::vector<Member> members;
  for (const TableColumn& column : columns) {
    if (row_count(column) != row_count(columns.front())) {
      throw internal_error("the column " + column.name + " has another length than the first");
    }
    Handle type = std::visit([](const auto& cells) { return cell_type(cells); }, column.cells);
    const std::size_t size = H5Tget_size(type.get());
    members.push_back({&column, std::move(type), row_bytes});
    row_bytes += size;
  }
  return members;
}

Handle compound_type(const std::vector<Member>& members, std::size_t row_bytes) {
  Handle type(H5Tcreate(H5T_COMPOUND, row_bytes), H5Tclose, "describing a table");
  for (const Member& member : members) {
    checked(H5Tinsert(type.get(), member.column->name.c_str(), member.offset, member.type.get()),
            "describing column " + member.column->name);
  }
  return type;
}

}  // namespace

void write_table(hid_t location, const std::string& name, const std::vector<TableColumn>& columns) {
  const std::string doing = "writing the table " + name;
  std::size_t row_bytes = 0;
  const std::vector<Member> members = lay_out(columns, row_bytes);
  const Handle type = compound_type(members, row_bytes);
  const std::array<hsize_t, 1> dims{row_count(columns.front())};
  std::vector<std::byte> rows(std::max<std::size_t>(dims[0] * row_bytes, 1));
  for (const Member& member : members) {
    std::byte* to = rows.data() + member.offset;
    std::visit(
        [&](const auto& cells) {
          for (std::size_t row = 0; row < cells.size(); ++row) put(cells[row], to + row * row_bytes);
        },
        member.column->cells);
  }
  const Handle space = array_space(dims);
  const Handle layout = dataset_storage(dims, row_bytes);
  Handle dataset(
      H5Dcreate2(location, name.c_str(), type.get(), space.get(), H5P_DEFAULT, layout.get(), H5P_DEFAULT), H5Dclose,
      doing);
  checked(H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, rows.data()), doing);
  dataset.close(doing);
}

namespace {

/// Throws Hdf5Error if a member lies outside of the row: libhdf5 1.10 would read there.
void check_members(hid_t stored, const std::string& doing) {
  const int members = H5Tget_nmembers(stored);
  for (int m = 0; m < members; ++m) {
    const auto member = static_cast<unsigned>(m);
    const Handle type(H5Tget_member_type(stored, member), H5Tclose, doing);
    if (H5Tget_member_offset(stored, member) + H5Tget_size(type.get()) > H5Tget_size(stored))
      throw Hdf5Error(doing + ": a column lies outside of its row");
  }
}

/// The type of a row in memory: one T for each of `columns`, which the stored type has to have.
template <typename T>
Handle row_type(hid_t stored, std::span<const char* const> columns, const std::string& doing) {
  Handle row(H5Tcreate(H5T_COMPOUND, columns.size() * sizeof(T)), H5Tclose, doing);
  if (H5Tget_class(stored) == H5T_COMPOUND) check_members(stored, doing);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (H5Tget_class(stored) != H5T_COMPOUND || H5Tget_member_index(stored, columns[c]) < 0) {
      throw Hdf5Error(doing + ": no column " + columns[c]);
    }
    checked(H5Tinsert(row.get(), columns[c], c * sizeof(T), memory_type<T>()), doing);
  }
  return row;
}

}  // namespace

template <typename T>
std::vector<std::vector<T>> read_table_columns(hid_t location, const std::string& name,
                                               std::span<const char* const> columns) {
  const std::string doing = "reading the table " + name;
  const Handle dataset = open_dataset(location, name);
  const Handle stored(H5Dget_type(dataset.get()), H5Tclose, doing);
  const Handle row = row_type<T>(stored.get(), columns, doing);
  const std::vector<hsize_t> dims = dimensions(dataset.get());
  if (dims.size() != 1) throw Hdf5Error(doing + ": it has another number of dimensions");
  std::vector<T> cells(element_count(dims, columns.size() * sizeof(T)) * columns.size());
  checked(H5Dread(dataset.get(), row.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, cells.data()), doing);
  std::vector<std::vector<T>> values(columns.size(), std::vector<T>(dims[0]));
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    values[cell % columns.size()][cell / columns.size()] = cells[cell];
  }
  return values;
}

template <typename T>
std::vector<T> read_table_column(hid_t location, const std::string& name, const char* column) {
  return std::move(read_table_columns<T>(location, name, std::array{column}).front());
}

template std::vector<std::vector<std::int64_t>> read_table_columns(hid_t, const std::string&,
                                                                   std::span<const char* const>);
template std::vector<std::vector<double>> read_table_columns(hid_t, const std::string&,
                                                             std::span<const char* const>);
template std::vector<std::int64_t> read_table_column(hid_t, const std::string&, const char*);
template std::vector<double> read_table_column(hid_t, const std::string&, const char*);

}  // namespace m2m::results::hdf5

namespace m2m::results {
namespace {

constexpr std::uint32_t infinite_bits = 0x7C00;
constexpr float first_infinite = 65520.0F;  // half-way from the largest float16, 65504, to 65536
constexpr float first_normal = 0x1p-14F;
constexpr std::uint32_t exponent_shift = 112U << 23;  // the biases are 127 and 15

/// value >= 0 and below first_infinite.
std::uint32_t rounded(float value) {
  // A subnormal float16 is a multiple of 2^-24. Adding 0.5, whose last bit has that value, rounds to one.
  if (value < first_normal) return std::bit_cast<std::uint32_t>(value + 0.5F) - std::bit_cast<std::uint32_t>(0.5F);
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value) - exponent_shift;
  const std::uint32_t odd = bits >> 13 & 1;
  return (bits + 0x0FFF + odd) >> 13;
}

}  // namespace

std::uint16_t half_from_float(float value) {
  const std::uint32_t sign = std::bit_cast<std::uint32_t>(value) >> 16 & 0x8000;
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7E00);
  const float size = std::fabs(value);
  return static_cast<std::uint16_t>(sign | (size >= first_infinite ? infinite_bits : rounded(size)));
}

float float_from_half(std::uint16_t bits) {
  const std::uint32_t size = bits & 0x7FFF;
  float value = 0;
  if (size >= infinite_bits) {
    value =
        size == infinite_bits ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
  } else if (size < 0x0400) {
    value = static_cast<float>(size) * 0x1p-24F;
  } else {
    value = std::bit_cast<float>((size << 13) + exponent_shift);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

}  // namespace m2m::results
