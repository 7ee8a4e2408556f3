#pragma once
#include <utility>

#include "tiles.h"

// One function for each size that a register tile can have, so that edges cost what they are worth.
namespace octavo::OCTAVO_ISA {

/** `Form::run<rows, vectors>` for all that a tile of `size` may have. */
template <typename Form, TileSize size, typename = std::make_index_sequence<size.tallest * size.vectors>>
class TileTable;

template <typename Form, TileSize size, size_t... I>
class TileTable<Form, size, std::index_sequence<I...>> {
  using Run = decltype(&Form::template run<1, 1>);

  template <size_t Rows, size_t Vectors>
  static constexpr Run tile() {
    if constexpr (Rows <= size.rowsOf(Vectors)) return &Form::template run<Rows, Vectors>;
    else return nullptr;
  }
  static constexpr Run tiles[] = {tile<I / size.vectors + 1, I % size.vectors + 1>()...};

 public:
  /** At most `size.rowsOf(vectors)` rows. */
  static Run of(size_t rows, size_t vectors) { return tiles[(rows - 1) * size.vectors + vectors - 1]; }
};

}  // namespace octavo::OCTAVO_ISA
