#include "results/table.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/error.hpp"
#include "results/hdf5_datasets.hpp"
#include "results/hdf5_types.hpp"

namespace m2m::results::hdf5 {
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

void write_table(hid_t where, const std::string& name, const std::vector<TableColumn>& columns) {
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
  const Handle layout = storage(dims, row_bytes);
  Handle dataset(H5Dcreate2(where, name.c_str(), type.get(), space.get(), H5P_DEFAULT, layout.get(), H5P_DEFAULT),
                 H5Dclose, doing);
  checked(H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, rows.data()), doing);
  dataset.close(doing);
}

template <typename T>
std::vector<T> read_table_column(hid_t where, const std::string& name, const std::string& column) {
  const std::string doing = "reading column " + column + " of " + name;
  const Handle dataset(H5Dopen2(where, name.c_str(), H5P_DEFAULT), H5Dclose, doing);
  const Handle stored(H5Dget_type(dataset.get()), H5Tclose, doing);
  if (H5Tget_class(stored.get()) != H5T_COMPOUND || H5Tget_member_index(stored.get(), column.c_str()) < 0) {
    throw Failure(doing + ": there is no such column");
  }
  const std::vector<hsize_t> dims = dimensions(dataset.get());
  if (dims.size() != 1) throw Failure(doing + ": it has another number of dimensions");
  const Handle wanted(H5Tcreate(H5T_COMPOUND, sizeof(T)), H5Tclose, doing);
  checked(H5Tinsert(wanted.get(), column.c_str(), 0, memory_type<T>()), doing);
  std::vector<T> values(element_count(dims, sizeof(T)));
  checked(H5Dread(dataset.get(), wanted.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), doing);
  return values;
}

template std::vector<std::int64_t> read_table_column(hid_t, const std::string&, const std::string&);
template std::vector<double> read_table_column(hid_t, const std::string&, const std::string&);

}  // namespace m2m::results::hdf5
