package import Verifiers

/// Recognises a typed text as a problem of a known task, to show its verdict.
///
/// Texts are parsed, never run: they may have at most 1,000 bytes and 64 levels of nesting, and
/// arithmetic that would overflow or divide by 0 is not recognised.
package enum PromptParser {
  /// A recognised problem.
  package struct Match: Sendable, Equatable {
    /// The problem: its task is the generator's name, its prompt is spelled as the generator would,
    /// and its answer is the exact one.
    package var problem: Problem
    /// The name of the built-in verifier that reads the answer.
    package var verifier: String
  }

  static let longestText = 1_000
  static let deepestNesting = 64

  /// Parses an arithmetic expression (`37 + 85`, `(3-5)*2+4=`), a boolean one
  /// (`not True or False is`) or an implication problem (`a>b;a;b?`); nil for anything else.
  package static func parse(_ text: String) -> Match? {
    guard text.utf8.count <= longestText else { return nil }
    let bytes = Array(text.utf8)
    if let problem = ArithmeticParser.problem(from: bytes) {
      return Match(problem: problem, verifier: ExpressionGenerator.verifierName)
    }
    if let problem = BooleanParser.problem(from: bytes) {
      return Match(problem: problem, verifier: BooleanGenerator.verifierName)
    }
    if let problem = ImplicationParser.problem(from: bytes) {
      return Match(problem: problem, verifier: ImplicationGenerator.verifierName)
    }
    return nil
  }
}
