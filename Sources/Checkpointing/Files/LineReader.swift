/// Reads a file of lines a piece at a time, since it may be larger than memory.
package final class LineReader {
  /// Bytes that a line has at most; a longer one comes in pieces of more than that.
  package static let longestLine = 16 << 20

  /// The file.
  package let path: String
  /// The number of the line that came last, from 1; 0 before the first.
  package private(set) var number = 0
  /// That line for messages: `file:line`.
  package var place: String { "\(path):\(number)" }
  /// Whether the file's last bytes, which are left out, have no line end: their writer was stopped.
  package private(set) var endsMidLine = false
  private let file: FileDescriptor
  private var offset = 0
  private var piece = [UInt8](repeating: 0, count: 256 << 10)
  /// What was read and not yet given out, from `start`.
  private var waiting: [UInt8] = []
  private var start = 0

  /// Opens a file.
  ///
  /// Throws `FileError` of kind `missing` where it isn't there or can't be opened.
  package init(_ path: String) throws(FileError) {
    self.path = path
    file = try FileDescriptor.open(path)
  }

  /// The next line without its line end, or nil after the last whole one.
  ///
  /// Throws `FileError` where reading fails.
  package func next() throws(FileError) -> ArraySlice<UInt8>? {
    var searched = start
    while true {
      if let end = waiting[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = waiting[start..<end]
        start = end + 1
        number += 1
        return line
      }
      waiting.removeFirst(start)
      start = 0
      if waiting.count > Self.longestLine {
        start = waiting.count
        number += 1
        return waiting[...]
      }
      searched = waiting.count
      let count = try file.read(at: offset, into: &piece)
      if count == 0 {
        endsMidLine = !waiting.isEmpty
        return nil
      }
      offset += count
      waiting += piece[..<count]
    }
  }
}
