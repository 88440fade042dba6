internal import Verifiers

/// What a model can read and write; suites are checked against it when they are opened.
package struct TextRules: Sendable {
  /// The characters of the vocabulary, without the think marks.
  package var allowedScalars: Set<Unicode.Scalar>
  /// The most tokens a prompt may have.
  package var longestPrompt: Int
  /// The most tokens a demonstration or an answer with its marks may have, the end mark not counted;
  /// nil for no limit.
  package var longestCompletion: Int?

  package init(
    allowedScalars: Set<Unicode.Scalar>, longestPrompt: Int, longestCompletion: Int? = nil
  ) {
    self.allowedScalars = allowedScalars
    self.longestPrompt = longestPrompt
    self.longestCompletion = longestCompletion
  }

  /// The characters of Hone's own vocabulary: digits, letters, space, newline and `+-*/=(),.;:?!<>&|~^`.
  package static let standardScalars: Set<Unicode.Scalar> = {
    let letters = "abcdefghijklmnopqrstuvwxyz"
    let text = "0123456789" + letters + letters.uppercased() + "+-*/=(),.;:?!<>&|~^ \n"
    return Set(text.unicodeScalars)
  }()

  /// How many tokens a text has in a vocabulary of characters in which each think mark is one token.
  package static func tokenCount(of text: String) -> Int {
    var count = text.unicodeScalars.count
    for mark in [Completion.openingMark, Completion.closingMark] {
      count -= text.ranges(of: mark).count * (mark.count - 1)
    }
    return count
  }
}
