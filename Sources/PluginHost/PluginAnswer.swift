internal import JSON
internal import Messages
internal import Verifiers

/// What a plugin's program answers to one request.
struct PluginAnswer: Equatable {
  /// The id that the request was handed out under.
  var id: Int
  /// The score or the problem; the plugin's own words where it has none.
  var result: PluginResult

  /// A line that can't be taken for an answer.
  struct Fault: Error, Equatable {
    /// The id that the line names, as far as it can be read.
    var id: Int?
    /// What is wrong with it.
    var message: String
  }

  /// Reads `{"id", "reward", "parts": {…}}`, `{"id", "prompt", "answer", "columns": {…}}` or
  /// `{"id", "error"}`.
  ///
  /// - Parameters:
  ///   - parts: the parts that a score must carry, and no others.
  ///   - rewards: the range of the reward.
  ///   - isProblem: whether a problem was asked for under an id, and not a score.
  init(
    _ line: ArraySlice<UInt8>, parts: [String], rewards: ClosedRange<Double>,
    isProblem: (Int) -> Bool = { _ in false }
  ) throws(Fault) {
    let members: [JSONNode.Member]
    do throws(JSONError) {
      members = try PluginLines.members(of: line)
    } catch {
      throw Fault(id: nil, message: "\(error.message): \(excerpt(of: line))")
    }
    guard let id = members.first(where: { $0.key == "id" })?.node.integer() else {
      throw Fault(id: nil, message: "an answer without an id: \(excerpt(of: line))")
    }
    self.id = id
    result =
      isProblem(id)
      ? try PluginAnswer.problem(members, id: id)
      : .verdict(try PluginAnswer.verdict(members, id: id, parts: parts, rewards: rewards))
  }

  private static func verdict(
    _ members: [JSONNode.Member], id: Int, parts promised: [String], rewards: ClosedRange<Double>
  ) throws(Fault) -> Verdict {
    func fault(_ message: String) -> Fault { Fault(id: id, message: message) }
    var reward: Double?
    var parts: [String: Double]?
    var error: String?
    for member in members where member.key != "id" {
      switch (member.key, member.node.value) {
      case ("reward", .number(let text)): reward = Double(text)
      case ("parts", .object(let named)):
        var values: [String: Double] = [:]
        for part in named {
          guard let value = part.node.double else {
            throw fault("the part \(quoted(part.key)) is \(part.node.kind), not a number")
          }
          guard value.isFinite else {
            throw fault("the part \(quoted(part.key)) is \(value), not a finite number")
          }
          values[part.key] = value
        }
        parts = values
      case ("error", .string(let text)): error = text
      case ("reward", _): throw fault("the reward is \(member.node.kind), not a number")
      case ("parts", _): throw fault("parts is \(member.node.kind), not an object")
      case ("error", _): throw fault("the error is \(member.node.kind), not a string")
      case (let key, _):
        throw fault("an unknown key \(quoted(key)); an answer has id, reward, parts or error")
      }
    }
    if let error {
      guard reward == nil, parts == nil else { throw fault("an error and a score at once") }
      return .failure("it could not judge: \(readable(error))")
    }
    guard let reward else { throw fault("neither a reward nor an error") }
    guard reward.isFinite else { throw fault("the reward is \(reward)") }
    guard rewards.contains(reward) else {
      throw fault(
        "the reward \(reward) is outside \(rewards.lowerBound) to \(rewards.upperBound), the range "
          + "of its plugin.json5")
    }
    let found = parts ?? [:]
    for part in promised where found[part] == nil {
      throw fault("the part \(quoted(part)), which its plugin.json5 promises, is missing")
    }
    if found.count > promised.count {
      let extra = found.keys.filter { !promised.contains($0) }.sorted()[0]
      throw fault("the part \(quoted(extra)) isn't among those of its plugin.json5")
    }
    return .score(Score(reward: reward, parts: found))
  }

  private static func problem(
    _ members: [JSONNode.Member], id: Int
  ) throws(Fault) -> PluginResult {
    func fault(_ message: String) -> Fault { Fault(id: id, message: message) }
    var prompt: String?
    var answer = ""
    var columns: [String: String] = [:]
    var isLeftOut = false
    var error: String?
    for member in members where member.key != "id" {
      switch (member.key, member.node.value) {
      case ("prompt", .string(let text)): prompt = text
      case ("prompt", .null): isLeftOut = true
      case ("answer", .string(let text)): answer = text
      // A data set whose scorer needs no reference may have none.
      case ("answer", .null): break
      case ("error", .string(let text)): error = text
      case ("columns", .object(let named)):
        for column in named {
          guard case .string(let text) = column.node.value else {
            throw fault("the column \(quoted(column.key)) is \(column.node.kind), not a string")
          }
          columns[column.key] = text
        }
      case ("columns", _): throw fault("columns is \(member.node.kind), not an object")
      case ("prompt", _), ("answer", _), ("error", _):
        throw fault("the \(member.key) is \(member.node.kind), not a string")
      case (let key, _):
        throw fault(
          "an unknown key \(quoted(key)); a problem has id, prompt, answer, columns or error")
      }
    }
    if let error {
      guard members.count == 2 else { throw fault("an error and a problem at once") }
      return .refusal(readable(error))
    }
    if isLeftOut { return .problem(nil) }
    guard let prompt, !prompt.isEmpty else { throw fault("a problem without a prompt") }
    return .problem(SourcedProblem(prompt: prompt, answer: answer, columns: columns))
  }

  /// Reads the line that answers the greeting: `{"protocol": 1, "plugin": NAME}`.
  ///
  /// Returns what is wrong with it, or nil.
  static func objection(
    toGreeting line: ArraySlice<UInt8>, plugin: String
  ) -> String? {
    let members: [JSONNode.Member]
    do throws(JSONError) {
      members = try PluginLines.members(of: line)
    } catch {
      return "its first line is no greeting (\(error.message)): \(excerpt(of: line))"
    }
    func node(_ key: String) -> JSONNode? { members.first { $0.key == key }?.node }
    let version = PluginManifest.protocolVersion
    guard node("protocol")?.integer() == version else {
      return "its first line must hold \"protocol\": \(version): \(excerpt(of: line))"
    }
    guard node("plugin")?.value == .string(plugin) else {
      return "its first line must hold \"plugin\": \"\(plugin)\", so that no other program "
        + "is taken for it: \(excerpt(of: line))"
    }
    return nil
  }
}

/// The beginning of a line, for messages.
private func excerpt(of line: ArraySlice<UInt8>) -> String {
  quoted(String(decoding: line.prefix(200), as: UTF8.self))
}

/// A program's own words for messages: on one line, at most 300 characters, nothing invisible.
func readable(_ text: String) -> String {
  var shown = String.UnicodeScalarView()
  for scalar in text.unicodeScalars.prefix(300) {
    let isPlain = scalar.value >= 0x20 && scalar.value != 0x7F && !(0x80..<0xA0 ~= scalar.value)
    shown.append(isPlain ? scalar : " ")
  }
  let isCut = text.unicodeScalars.count > 300
  return String(shown) + (isCut ? "…" : "")
}
