/// The known name that the given one was probably meant to be, or nil where none is near.
///
/// Near means: at most a third of the letters, rounded up (but at least one, and never all) would have to
/// change, counted by Levenshtein distance without regard to case or to `-` for `_`; or at least
/// three letters are the beginning of the known name.
package func nearestName(to name: String, among known: some Sequence<String>) -> String? {
  func letters(_ name: String) -> [Unicode.Scalar] {
    name.lowercased().unicodeScalars.prefix(longestCompared).map { $0 == "-" ? "_" : $0 }
  }
  let wanted = letters(name)
  var best: (name: String, distance: Int)?
  for candidate in known {
    let letters = letters(candidate)
    let isBeginning = wanted.count >= 3 && letters.starts(with: wanted)
    let distance = isBeginning ? 1 : levenshteinDistance(wanted, letters)
    let longer = max(wanted.count, letters.count)
    guard distance <= max(1, (longer + 2) / 3), distance < longer else { continue }
    // The first of several equally near names wins, so that the message never varies.
    if distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.name
}

/// "did you mean 'digits'?" where a known name is near, else "the known ones are …".
package func suggestion(for name: String, among known: [String]) -> String {
  if let nearest = nearestName(to: name, among: known) { return "did you mean '\(nearest)'?" }
  if known.isEmpty { return "none is known here" }
  return "the known ones are " + known.joined(separator: ", ")
}

private let longestCompared = 64

/// The least number of inserted, deleted or changed letters that turn one text into the other.
private func levenshteinDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
  var previous = Array(0...right.count)
  for (row, letter) in left.enumerated() {
    var current = [row + 1]
    current.reserveCapacity(right.count + 1)
    for (column, other) in right.enumerated() {
      let change = previous[column] + (letter == other ? 0 : 1)
      current.append(min(change, previous[column + 1] + 1, current[column] + 1))
    }
    previous = current
  }
  return previous[right.count]
}
