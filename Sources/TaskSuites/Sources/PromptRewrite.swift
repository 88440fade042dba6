internal import JSON
internal import Verifiers

/// Changes made to the prompts of a source: models with a small vocabulary need short ones.
///
/// Only the policy sees them. The source scores answers to the problem as it made it.
struct PromptRewrite: Sendable, Equatable {
  /// Everything up to the first of these texts goes, and the text itself; nil for nothing.
  var after: String?
  /// Everything from the last of these texts on goes; nil for nothing.
  var before: String?
  /// Texts that stand for others, one after another.
  var replacements: [(text: String, by: String)] = []

  static func == (one: PromptRewrite, other: PromptRewrite) -> Bool {
    one.after == other.after && one.before == other.before
      && one.replacements.elementsEqual(other.replacements, by: ==)
  }

  /// No change.
  init() {}

  /// Reads `{ after: ": ", before: "\n", replace: { " ": "" } }`.
  init(_ node: JSONNode, file: String) throws(SuiteError) {
    var keys = try SettingsReader(node, file: file, what: "prompt")
    after = try keys.string("after")
    before = try keys.string("before")
    let list = keys.node("replace")
    try keys.finish(what: "prompt")
    for (key, text) in [("after", after), ("before", before)] where text == "" {
      throw keys.error("\(key) must not be empty", at: node[key]?.position)
    }
    guard let list else { return }
    guard case .object(let members) = list.value else {
      throw keys.error(
        #"replace must be an object such as { " ": "" }, not \#(list.kind)"#, at: list.position)
    }
    for member in members {
      guard case .string(let text) = member.node.value, !member.key.isEmpty else {
        throw keys.error(
          #"replace must give a text for each text, such as { " ": "" }"#, at: member.position)
      }
      replacements.append((member.key, text))
    }
  }

  /// The prompt as the policy is to see it.
  ///
  /// - Throws: `Fault` where it doesn't hold `after` or `before`.
  func applied(to prompt: String) throws(Fault) -> String {
    var text = prompt[...]
    if let after {
      guard let place = text.firstRange(of: after) else { throw Fault(key: "after", text: after) }
      text = text[place.upperBound...]
    }
    if let before {
      guard let place = text.ranges(of: before).last else {
        throw Fault(key: "before", text: before)
      }
      text = text[..<place.lowerBound]
    }
    return replacements.reduce(String(text)) { text, replacement in
      text.replacing(replacement.text, with: replacement.by)
    }
  }

  /// A text that a prompt should hold and doesn't.
  struct Fault: Error {
    let key: String
    let text: String
  }
}
