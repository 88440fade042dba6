package import JSON

/// Cuts what a program writes into lines, in whatever pieces it comes.
package struct PluginLines {
  /// Bytes that a line may have, without its end.
  package static let longest = 65_536

  /// What has come and isn't dropped yet; more is appended.
  package var bytes: [UInt8] = []
  /// Where the lines begin that haven't been read.
  private var scanned = 0
  /// Up to where they have no end: a line in many small pieces is not searched again and again.
  private var searched = 0

  /// Nothing has come yet.
  package init() {}

  /// The next whole line without its end, however long; nil where there is none yet.
  package mutating func next() -> ArraySlice<UInt8>? {
    guard let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
      searched = bytes.count
      return nil
    }
    let line = bytes[scanned..<end]
    scanned = end + 1
    searched = scanned
    return line
  }

  /// Forgets the lines that were read, and says whether the one being written is too long.
  package mutating func dropRead() -> Bool {
    bytes.removeSubrange(..<scanned)
    searched -= scanned
    scanned = 0
    return bytes.count > PluginLines.longest
  }

  /// Whether there is the beginning of another line.
  package var hasPart: Bool { scanned < bytes.count }

  /// What a line may hold: a program that is trained against may write anything.
  package static let limits = {
    var limits = JSONLimits()
    limits.depth = 16
    limits.values = 4_096
    limits.takesNonFinite = true
    return limits
  }()

  /// The members of the object that a line holds.
  ///
  /// - Throws: `JSONError`, whose message has the column of broken JSON.
  package static func members(of line: ArraySlice<UInt8>) throws(JSONError) -> [JSONNode.Member] {
    let start = TextPosition(line: 1, column: 1)
    let first = line.first { ![0x20, 0x09, 0x0D].contains($0) }
    guard first == UInt8(ascii: "{") else {
      throw JSONError(.syntax, file: nil, position: start, "not a JSON object")
    }
    do throws(JSONError) {
      let node = try JSONNode(parsing: line, limits: limits)
      guard case .object(let members) = node.value else { preconditionFailure("it has a brace") }
      return members
    } catch {
      guard error.kind == .syntax else { throw error }
      throw JSONError(
        .syntax, file: nil, position: error.position,
        "broken JSON at column \(error.position.column): \(error.message)")
    }
  }
}
