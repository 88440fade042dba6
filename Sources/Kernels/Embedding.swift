/// Token embedding: row lookup and its transpose, a sum into rows.
package enum Embedding {
  /// Fills x (rows, C) with the table rows of `tokens[range]`.
  package static func forward(
    _ x: FloatView, table: FloatView, tokens: [Int32], range: Range<Int>, width C: Int
  ) {
    precondition(range.lowerBound >= 0 && range.upperBound <= tokens.count)
    precondition(x.count >= range.count * C)
    for (row, place) in range.enumerated() {
      x.slice(row * C, C).copy(from: table.slice(Int(tokens[place]) * C, C))
    }
  }

  /// Adds dx (rows, C) to the rows of `dTable` named by `tokens[range]`.
  package static func backward(
    dTable: FloatView, _ dx: FloatView, tokens: [Int32], range: Range<Int>, width C: Int
  ) {
    precondition(range.lowerBound >= 0 && range.upperBound <= tokens.count)
    precondition(dx.count >= range.count * C)
    let rowCount = dTable.count / C
    let (table, dx) = (dTable.handle, dx.handle)
    for (row, place) in range.enumerated() {
      let token = Int(tokens[place])
      precondition(token >= 0 && token < rowCount)
      addScaled(table.advanced(token &* C), 1, dx.advanced(row &* C), C)
    }
  }

  /// Copies the rows `rows` of `source` (…, C) to consecutive rows of `target`.
  package static func gather(
    _ target: FloatView, _ source: FloatView, rows: [Int32], count: Int, width C: Int
  ) {
    precondition(count <= rows.count)
    for i in 0..<count {
      target.slice(i * C, C).copy(from: source.slice(Int(rows[i]) * C, C))
    }
  }

  /// Adds consecutive rows of `source` (count, C) to the rows `rows` of `target`.
  package static func scatterAdd(
    _ target: FloatView, _ source: FloatView, rows: [Int32], count: Int, width C: Int
  ) {
    precondition(count <= rows.count && source.count >= count * C)
    let (t, s) = (target.handle, source.handle)
    for i in 0..<count {
      let row = Int(rows[i])
      precondition(row >= 0 && (row + 1) * C <= target.count)
      addScaled(t.advanced(row &* C), 1, s.advanced(i &* C), C)
    }
  }
}
