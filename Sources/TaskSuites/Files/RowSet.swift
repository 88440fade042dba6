/// The rows of a problem file, sorted into splits.
struct RowSet: Sendable {
  struct Row: Sendable {
    var worked: WorkedProblem
    var split: Split
    var line: Int
  }

  let rows: [Row]
  private let places: [Split: [Int]]

  init(_ rows: [Row]) {
    self.rows = rows
    places = Dictionary(grouping: rows.indices) { rows[$0].split }
  }

  /// The tasks of the rows, each once, in the order of the file.
  var tasks: [String] {
    var seen: Set<String> = []
    return rows.map(\.worked.problem.task).filter { seen.insert($0).inserted }
  }

  func count(in split: Split) -> Int {
    places[split]?.count ?? 0
  }

  /// The row at an index: each run through the split has every row once, in another order.
  func problem(at index: Int, split: Split, key: StableHash) -> WorkedProblem? {
    guard let places = places[split] else { return nil }
    var hash = key
    hash.combine(split.key)
    hash.combine(UInt64(index / places.count))
    let order = Permutation(count: places.count, seed: hash.value)
    return rows[places[order[index % places.count]]].worked
  }
}
