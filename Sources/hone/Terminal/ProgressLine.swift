/// The last line of a terminal, rewritten in place.
package struct ProgressLine: Sendable {
  private let write: @Sendable (String) -> Void
  private var isShown = false

  /// - Parameter write: writes text as it is, without a line break after it.
  package init(write: @escaping @Sendable (String) -> Void) {
    self.write = write
  }

  /// Shows a text in place of the last one, cut so that it never wraps.
  ///
  /// - Parameter width: columns of the terminal; the last one stays free, since some terminals wrap as
  ///   soon as it is written.
  package mutating func show(_ text: String, width: Int) {
    write("\r" + text.prefix(max(width - 1, 0)) + "\u{1B}[K")
    isShown = true
  }

  /// Takes the text away, so that other lines can be written.
  package mutating func clear() {
    guard isShown else { return }
    write("\r\u{1B}[K")
    isShown = false
  }

  /// Leaves the text where it is and continues below it.
  package mutating func keep() {
    guard isShown else { return }
    write("\n")
    isShown = false
  }
}
