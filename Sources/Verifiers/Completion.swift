/// What the policy wrote after a prompt: `<think>reasoning</think>answer`, marks spelled out.
public struct Completion: Sendable, Equatable, Codable {
  /// The whole text, without the end-of-text mark.
  public var text: String
  /// Whether the policy ended the text itself; false when it ran into the length limit.
  public var isFinished: Bool

  /// The mark that opens the reasoning.
  public static let openingMark = "<think>"
  /// The mark that closes the reasoning; the answer follows it.
  public static let closingMark = "</think>"

  public init(text: String, isFinished: Bool = true) {
    self.text = text
    self.isFinished = isFinished
  }

  /// Makes a finished, well-formed completion from its reasoning and answer.
  public init(reasoning: String, answer: String) {
    self.init(text: Completion.openingMark + reasoning + Completion.closingMark + answer)
  }
}
