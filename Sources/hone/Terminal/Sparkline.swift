import Statistics

/// A row of bars that shows how a value went.
package enum Sparkline {
  private static let levels: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// The row, oldest value first.
  ///
  /// The scale runs from 0 to 1 unless values lie outside: a scale fitted to the values would make
  /// noise look like a trend.
  ///
  /// - Parameters:
  ///   - values: the history; a blank stands for values that aren't finite.
  ///   - width: most characters; a longer history is averaged into as many pieces.
  package static func render(values: [Double], width: Int) -> String {
    guard width > 0 else { return "" }
    let count = min(values.count, width)
    let pieces = (0..<count).map { piece in
      mean(values[values.count * piece / count..<values.count * (piece + 1) / count])
    }
    let known = pieces.compactMap { $0 }
    let lowest = min(0, known.min() ?? 0)
    let highest = max(1, known.max() ?? 1)
    return String(
      pieces.map { piece in
        guard let piece else { return " " }
        let level = Int((piece - lowest) / (highest - lowest) * Double(levels.count))
        return levels[min(level, levels.count - 1)]
      })
  }

  private static func mean(_ values: ArraySlice<Double>) -> Double? {
    let finite = values.filter(\.isFinite)
    return finite.isEmpty ? nil : Statistics.mean(finite)
  }
}
