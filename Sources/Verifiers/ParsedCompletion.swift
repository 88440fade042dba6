/// A well-formed completion taken apart.
public struct ParsedCompletion: Sendable, Equatable {
  /// The text between the marks; may be empty.
  public var reasoning: String
  /// Everything after the closing mark, exactly as written: never trimmed, never blank.
  public var answer: String
}

extension Completion {
  /// The reasoning and the answer, or nil where the text isn't well-formed.
  ///
  /// Well-formed means: the policy ended the text itself, the opening mark stands at the very start,
  /// each mark occurs exactly once, in order, and the answer holds something other than white space.
  /// Marks are compared byte by byte, so a look-alike or a mark with a combining character is none.
  /// The time is linear in the length of the text.
  public var parsed: ParsedCompletion? {
    guard isFinished else { return nil }
    let bytes = Array(text.utf8)
    guard hasMark(opening, in: bytes, at: 0) else { return nil }
    var close: Int?
    for place in opening.count..<bytes.count where bytes[place] == UInt8(ascii: "<") {
      if hasMark(opening, in: bytes, at: place) { return nil }
      if hasMark(closing, in: bytes, at: place) {
        guard close == nil else { return nil }
        close = place
      }
    }
    guard let close else { return nil }
    let answer = bytes[(close + closing.count)...]
    guard !answer.allSatisfy(isWhiteSpace) else { return nil }
    return ParsedCompletion(
      reasoning: String(decoding: bytes[opening.count..<close], as: UTF8.self),
      answer: String(decoding: answer, as: UTF8.self))
  }
}

private let opening = Array(Completion.openingMark.utf8)
private let closing = Array(Completion.closingMark.utf8)

private func hasMark(_ mark: [UInt8], in bytes: [UInt8], at place: Int) -> Bool {
  guard bytes.count - place >= mark.count else { return false }
  for offset in 0..<mark.count where bytes[place + offset] != mark[offset] { return false }
  return true
}

private func isWhiteSpace(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
}
