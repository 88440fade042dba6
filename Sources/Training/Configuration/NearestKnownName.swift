/// The name nearest to a mistyped one, or nil where none is near.
///
/// Near means at most a third of the letters changed, or one a beginning of the other. Hyphens count
/// as underscores. Ties go to the name that comes first.
package func nearestKnownName(to name: String, in known: [String]) -> String? {
  let wanted = Array(name.lowercased().replacing("-", with: "_"))
  guard !wanted.isEmpty else { return nil }
  var best: (name: String, distance: Int)?
  for candidate in known {
    let letters = Array(candidate.lowercased().replacing("-", with: "_"))
    var distance = editDistance(wanted, letters)
    if wanted.count >= 3 && letters.starts(with: wanted) { distance = min(distance, 1) }
    let limit = max(1, (max(wanted.count, letters.count) + 2) / 3)
    if distance <= limit && distance < best?.distance ?? Int.max { best = (candidate, distance) }
  }
  return best?.name
}

/// Levenshtein's distance: the fewest insertions, deletions and replacements of one letter.
private func editDistance(_ first: [Character], _ second: [Character]) -> Int {
  var row = Array(0...second.count)
  for (i, letter) in first.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in second.enumerated() {
      let replaced = diagonal + (letter == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
    }
  }
  return row[second.count]
}
