/// A bar that fills from the left by eighths of a character.
package enum ProgressBar {
  private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

  /// The bar.
  ///
  /// - Parameters:
  ///   - fraction: how much is done; taken into 0 to 1, and not a number is 0.
  ///   - width: characters of the whole bar.
  package static func render(fraction: Double, width: Int) -> String {
    guard width > 0 else { return "" }
    let done = fraction.isNaN ? 0 : min(max(fraction, 0), 1)
    // Rounded down, so that a bar is only full when all is done.
    let filled = Int(done * Double(width * 8))
    let bar = String(repeating: "█", count: filled / 8) + eighths[filled % 8]
    return bar + String(repeating: "░", count: width - bar.count)
  }
}
