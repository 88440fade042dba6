package import Foundation

/// What the stream that progress is written to can show.
package struct TerminalProfile: Sendable, Equatable {
  /// Whether one line may be rewritten again and again; otherwise lines are only added.
  package let isLive: Bool
  /// Whether bold and dim text may be used.
  package let usesStyles: Bool
  /// Columns of a line.
  package let width: Int

  /// Decides from what is known of the stream.
  ///
  /// - Parameters:
  ///   - isTerminal: whether it is a terminal and no file or pipe.
  ///   - columns: the width the terminal gave, if it gave one.
  ///   - environment: `TERM=dumb` makes plain lines, `NO_COLOR` (no-color.org) plain text, and `COLUMNS`
  ///     stands in for a terminal that doesn't know its width.
  package init(isTerminal: Bool, columns: Int?, environment: [String: String]) {
    isLive = isTerminal && environment["TERM"] != "dumb"
    usesStyles = isLive && environment["NO_COLOR", default: ""].isEmpty
    let known = columns ?? environment["COLUMNS"].flatMap { Int($0) }
    width = known.flatMap { $0 > 0 ? $0 : nil } ?? 80
  }

  /// Asks the stream itself; a terminal's width may change between two calls.
  package init(_ stream: FileHandle) {
    let descriptor = stream.fileDescriptor
    var size = winsize()
    let isKnown = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    self.init(
      isTerminal: isatty(descriptor) != 0, columns: isKnown ? Int(size.ws_col) : nil,
      environment: ProcessInfo.processInfo.environment)
  }
}
