internal import JSON
internal import Messages
internal import Verifiers

/// A user's own problems: one JSON object per line, `{"prompt": …, "answer": …}`.
///
/// Further keys: `task` (a name that results are broken down by), `demonstration` (a whole correct
/// completion, `<think>…</think>answer`), `split` (`train`, `validation` or `test`, where the hash of
/// the prompt shouldn't decide). All others are columns that a verifier may read. Answers may be
/// strings, numbers, or true and false.
struct RowFile {
  /// A row as it was read, with the places that errors about it name.
  struct Row {
    var prompt: String
    var answer: String
    var task: String?
    var demonstration: String?
    var split: Split?
    var columns: [String: String]
    var source: Substring
    var line: Int
    var places: [String: TextPosition]
  }

  let name: String
  let rows: [Row]

  /// - Throws: `SuiteError` with the line of the first bad row, or where there is no row.
  init(_ file: TextFile) throws(SuiteError) {
    name = file.name
    var rows: [Row] = []
    var line = 0
    for source in file.text.utf8Lines {
      line += 1
      guard !source.allSatisfy(\.isWhitespace) else { continue }
      rows.append(try RowFile.row(source, line: line, file: file.name))
    }
    guard !rows.isEmpty else {
      throw SuiteError(
        .badData, file: file.name,
        #"the file has no problem; write lines such as {"prompt": "1+1=", "answer": "2"}"#)
    }
    self.rows = rows
  }

  /// The verifier that all answers agree with, most specific first.
  var fittingVerifier: String {
    func suits(_ verifier: some Verifier) -> Bool {
      rows.allSatisfy {
        verifier.objection(to: Problem(task: "", prompt: $0.prompt, answer: $0.answer)) == nil
      }
    }
    if suits(NumericVerifier()) { return "numeric" }
    return suits(TruthVerifier()) ? "truth" : "text"
  }

  /// An error about a key of a row, at its place where it has one.
  func error(_ message: String, in row: Row, key: String? = nil) -> SuiteError {
    SuiteError(
      .badData, file: name,
      position: key.flatMap { row.places[$0] } ?? TextPosition(line: row.line, column: 1), message)
  }

  private static func row(
    _ source: Substring, line: Int, file: String
  ) throws(SuiteError) -> Row {
    let node: JSONNode
    do throws(JSONError) {
      node = try JSONNode(parsing: source, as: .json5, file: file, firstLine: line)
    } catch {
      throw SuiteError(error)
    }
    guard case .object(let members) = node.value else {
      throw SuiteError(
        .badData, file: file, position: node.position,
        #"a row must be an object such as {"prompt": "1+1=", "answer": "2"}, not \#(node.kind)"#)
    }
    var texts: [String: String] = [:]
    var places: [String: TextPosition] = [:]
    for member in members {
      texts[member.key] = text(of: member.node)
      places[member.key] = member.node.position
      let needsString = ["prompt", "task", "demonstration", "split"].contains(member.key)
      if case .string = member.node.value { continue }
      guard !needsString else {
        throw SuiteError(
          .badData, file: file, position: member.node.position,
          "\(quoted(member.key)) must be a string, not \(member.node.kind)")
      }
    }
    func take(_ key: String) throws(SuiteError) -> String {
      guard let text = texts.removeValue(forKey: key), !text.isEmpty else {
        throw SuiteError(
          .badData, file: file, position: places[key] ?? node.position,
          "the row has no \(quoted(key)); every row needs a prompt and an answer")
      }
      return text
    }
    let prompt = try take("prompt")
    let answer = try take("answer")
    let splitName = texts.removeValue(forKey: "split")
    let split = splitName.flatMap(Split.init(rawValue:))
    if let splitName, split == nil {
      let known = Split.allCases.map(\.rawValue)
      throw SuiteError(
        .badData, file: file, position: places["split"],
        "no split is called \(quoted(splitName)); \(suggestion(for: splitName, among: known))")
    }
    let task = texts.removeValue(forKey: "task")
    let demonstration = texts.removeValue(forKey: "demonstration")
    return Row(
      prompt: prompt, answer: answer, task: task, demonstration: demonstration, split: split,
      columns: texts, source: source, line: line, places: places)
  }

  private static func text(of node: JSONNode) -> String {
    switch node.value {
    case .string(let text): text
    case .bool(let flag): flag ? "True" : "False"
    case .null: ""
    default: node.plainJSON
    }
  }
}
