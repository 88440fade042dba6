/// A character-level vocabulary with marks: every Unicode scalar or mark is one token.
///
/// By scalar, not grapheme, as Hugging Face's tokenizers count. A mark spelled out in a text
/// becomes its token, also in a user's text.
package struct Vocabulary: Sendable, Equatable {
  /// The text of each token, by id.
  package let tokens: [String]
  /// Tokens that are marks, not characters.
  package let marks: [String]
  /// The token that ends a completion.
  package let end: Int32
  /// The token padding would have.
  package let padding: Int32?
  /// The token that would begin a text; Hone adds none.
  package let begin: Int32?
  private let scalarIDs: [Unicode.Scalar: Int32]
  private let markScalars: [(scalars: [Unicode.Scalar], id: Int32)]

  /// Text outside the vocabulary.
  package struct UnknownCharacter: Error, Equatable {
    /// The character.
    package let scalar: Unicode.Scalar
    /// Its place, counted in Unicode scalars from 0.
    package let position: Int
  }

  /// Nil unless every token is one scalar or a named mark and `end` is one.
  package init?(tokens: [String], marks: [String], begin: String?, end: String, padding: String?) {
    var scalars: [Unicode.Scalar: Int32] = [:]
    var markScalars: [(scalars: [Unicode.Scalar], id: Int32)] = []
    var ids: [String: Int32] = [:]
    for (id, token) in tokens.enumerated() {
      guard ids.updateValue(Int32(id), forKey: token) == nil else { return nil }
      let parts = Array(token.unicodeScalars)
      if marks.contains(token) {
        guard !parts.isEmpty else { return nil }
        markScalars.append((parts, Int32(id)))
      } else {
        guard parts.count == 1 else { return nil }
        scalars[parts[0]] = Int32(id)
      }
    }
    guard let endID = ids[end] else { return nil }
    self.tokens = tokens
    self.marks = marks.filter { ids[$0] != nil }
    self.end = endID
    self.padding = padding.flatMap { ids[$0] }
    self.begin = begin.flatMap { ids[$0] }
    scalarIDs = scalars
    // Longest first, so that no mark hides one it begins.
    self.markScalars = markScalars.sorted { $0.scalars.count > $1.scalars.count }
  }

  /// Hone's own vocabulary: 5 marks, digits, signs, space, newline and letters; 88 tokens.
  package static let standard: Vocabulary = {
    let marks = ["<pad>", "<s>", "</s>", "<think>", "</think>"]
    let characters = "0123456789+-*/=(),.;:?!<>&|~^ \n"
    let letters = "abcdefghijklmnopqrstuvwxyz"
    let tokens = marks + (characters + letters + letters.uppercased()).map(String.init)
    guard
      let vocabulary = Vocabulary(
        tokens: tokens, marks: marks, begin: "<s>", end: "</s>", padding: "<pad>")
    else { preconditionFailure("the standard vocabulary is well formed") }
    return vocabulary
  }()

  /// Number of tokens (V).
  package var count: Int { tokens.count }

  /// The characters that are tokens.
  package var scalars: Set<Unicode.Scalar> { Set(scalarIDs.keys) }

  /// The tokens of a text.
  ///
  /// - Throws: `UnknownCharacter` for the first character outside the vocabulary.
  package func encode(_ text: String) throws(UnknownCharacter) -> [Int32] {
    let scalars = Array(text.unicodeScalars)
    var ids: [Int32] = []
    ids.reserveCapacity(scalars.count)
    var place = 0
    while place < scalars.count {
      let rest = scalars[place...]
      if let mark = markScalars.first(where: { rest.starts(with: $0.scalars) }) {
        ids.append(mark.id)
        place += mark.scalars.count
      } else if let id = scalarIDs[scalars[place]] {
        ids.append(id)
        place += 1
      } else {
        throw UnknownCharacter(scalar: scalars[place], position: place)
      }
    }
    return ids
  }

  /// The text of tokens, marks spelled out.
  package func decode(_ ids: some Sequence<Int32>) -> String {
    ids.map { tokens.indices.contains(Int($0)) ? tokens[Int($0)] : "\u{FFFD}" }.joined()
  }

  package static func == (a: Vocabulary, b: Vocabulary) -> Bool {
    a.tokens == b.tokens && a.marks == b.marks && a.end == b.end && a.begin == b.begin
      && a.padding == b.padding
  }
}
